%% since: 29
%% A record keeps the definition that it was made with, whatever becomes of its module.
-module(rec_captured).
-export([main/0]).
-include("../../t.hrl").

main() ->
    M = load("-record #r{a, b = bb}."), R1 = M:new(1), ?P(R1), ?P(M:a(R1)), ?P(M:keys(R1)),
    load("-record #r{b = 2, a, c = cc}. -export_record([r])."), R2 = M:new(2), ?P(R2), ?P([M:a(R) || R <- [R1, R2]]), ?P([M:upd(R) || R <- [R1, R2]]), ?P([M:keys(R) || R <- [R1, R2]]),
    ?P([records:is_exported(R) || R <- [R1, R2]]), ?P([R#rc_lib:r.a || R <- [R2]]), ?X(R1#rc_lib:r.a), ?P(t:r(fun() -> M:c(R1) end)), ?P(M:c(R2)),
    code:purge(M), ?P(R1), ?P(R2), ?P(M:upd(R1)), garbage_collect(), ?P(R1), ?P(M:keys(R1)),
    R3 = binary_to_term(term_to_binary(R1)), ?P(R3 =:= R1), ?P(R3 =:= M:upd(R1)), ?P(M:a(R3)),
    load("-record #r{a, b = bb}."), R4 = M:new(1), ?P(R4 =:= R1), ?P(R4 == R3), ?P(erlang:phash2(R4) =:= erlang:phash2(R1)), ?P(#{R1 => x} =:= #{R4 => x}), ?P(maps:get(R4, #{R1 => found})),
    load("-record #r{a, b = bb}. -export_record([r])."), R5 = M:new(1), ?P(R5 =:= R1), ?P(R1 < R5), ?P(io_lib:format("~p", [R5])),
    t:unload(M), garbage_collect(), ?P([R1, R2, R3, R4, R5]), ?P(R5#rc_lib:r.b), ?P(R5#_{b = new}), ?P(records:update(R1, rc_lib, r, #{a => new})),
    Holder = spawn(fun() -> holder(R5) end), Other = load("-record #r{a, b = 1}."), Holder ! {swap, Other:new(2), self()}, ?P(receive {was, W} -> W end), t:unload(Other), Holder ! {swap, x, self()}, ?P(receive {was, W2} -> W2 end), exit(Holder, kill).

holder(R) ->
    receive {swap, New, From} -> From ! {was, R}, holder(New) end.

load(Definition) ->
    code:purge(rc_lib),
    t:load("-module(rc_lib). -compile(nowarn_undefined_field). -export([new/1, a/1, c/1, upd/1, keys/1]). " ++ Definition ++ " " ++
               "new(A) -> #r{a = A}. a(#r{a = A}) -> A; a(_) -> no. c(R) -> R#r.c. upd(R) -> R#r{b = upd}. keys(R) -> records:get_field_names(R).", []).
