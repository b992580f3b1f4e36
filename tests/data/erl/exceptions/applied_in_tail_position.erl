%% Who applies error/1 and its kin as the last thing stands first in the trace; who applies another native does not.
-module(applied_in_tail_position).
-export([main/0, own/1]).

main() ->
    Calls = [{erlang, error, [a]}, {erlang, error, [a, [b]]}, {erlang, error, [a, none, []]}, {erlang, exit, [a]}, {erlang, throw, [a]},
             {erlang, exit, [self(), a, b, c]}, {erlang, raise, [error, a, []]}, {erlang, atom_to_list, [1]}, {erlang, error, []},
             {erlang, nif_error, [a]}, {lists, reverse, [a]}, {?MODULE, own, [a]}, {erlang, none, [a]}, {?MODULE, none, []}],
    [begin
         t:p({list, F, length(A)}, trace(fun() -> without_frame(M, F, A) end)),
         t:p({list_with_frame, F, length(A)}, trace(fun() -> with_frame(M, F, A) end))
     end || {M, F, A} <- Calls],
    t:p(improper, trace(fun() -> without_frame(erlang, error, t:id([a | b])) end)),
    t:p(no_atom, trace(fun() -> without_frame(erlang, t:id("error"), [a]) end)),
    [begin
         t:p({fixed, F}, trace(fun() -> fixed(M, F) end)),
         t:p({fixed_with_frame, F}, trace(fun() -> fixed_with_frame(M, F) end))
     end || {M, F} <- [{erlang, error}, {erlang, exit}, {erlang, throw}, {erlang, atom_to_list}, {?MODULE, own}, {?MODULE, none}]],
    ok.

without_frame(M, F, A) -> apply(M, F, A).

with_frame(M, F, A) ->
    B = t:id(A),
    apply(M, F, B).

fixed(M, F) -> M:F(17).

fixed_with_frame(M, F) ->
    B = t:id(17),
    M:F(B).

own(_) -> hd(t:id([])).

trace(Fun) ->
    try Fun() catch Class:Reason:Stack -> {Class, Reason, rows(Stack)} end.

rows([{M, F, A, Where} | _]) when M =/= ?MODULE, is_list(A) -> {M, F, A, [I || {error_info, _} = I <- Where]};
rows([{?MODULE, F, A, Where} | Rest]) -> [{F, A, proplists:get_value(line, Where)} | some(Rest)];
rows(Other) -> {other, length(Other)}.

some([{?MODULE, F, A, Where} | _]) -> [{F, A, proplists:get_value(line, Where)}];
some(_) -> [].
