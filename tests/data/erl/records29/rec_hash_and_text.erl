%% since: 29
%% Hashes, text, sizes and other things that are done to any term.
-module(rec_hash_and_text).
-export([main/0]).
-include("../../t.hrl").

-record #empty{}.
-record #one{only}.
-record #point{x = 0, y}.
-record #'Odd name'{'Field one', f2 = "s"}.
-record #shown{a, b}.
-export_record([shown]).

main() ->
    Rs = [#empty{}, #point{y = 1}, #point{x = a, y = {b, [c]}}, #'Odd name'{'Field one' = #point{y = #empty{}}}, #shown{a = 1.5, b = <<"b">>}],
    %% That of a record of several fields depends on the order of the atom table.
    Hs = [#empty{}, #one{only = x}, #one{only = #empty{}}, #one{only = [#one{only = {}}]}], ?P([erlang:phash2(R) || R <- Hs]), ?P([erlang:phash2(R, 1 bsl 32) || R <- Hs]), ?P(erlang:phash2({Hs, #{hd(Hs) => Hs}})), ?P([erlang:phash2(R) =:= erlang:phash2(binary_to_term(term_to_binary(R))) || R <- Rs]),
    [t:p(lists:flatten(io_lib:format(F, [R]))) || F <- ["~p", "~w", "~tp", "~0p", "~P"], F =/= "~P", R <- Rs], [t:p(lists:flatten(io_lib:format("~P", [R, D]))) || R <- Rs, D <- [1, 2, 3, 5]], t:p(lists:flatten(io_lib:format("~20p", [#shown{a = lists:seq(1, 20), b = "a long enough text"}]))),
    ?P([T || T <- [is_tuple, is_map, is_list, is_record, is_atom, is_function, is_binary], erlang:T(hd(Rs))]), ?P([is_record(R, point) || R <- Rs]), ?P([is_record(R, ?MODULE, point) || R <- Rs]),
    ?X(element(1, ?I(hd(Rs)))), ?X(tuple_size(?I(hd(Rs)))), ?X(map_size(?I(hd(Rs)))), ?X(?I(hd(Rs)) + 1), ?X((?I(hd(Rs)))()), ?X(tuple_to_list(?I(hd(Rs)))), ?X(setelement(1, ?I(hd(Rs)), x)), ?X(maps:get(x, ?I(hd(Rs)))), ?X(list_to_binary(?I(Rs))),
    ?X(error(#point{y = 1})), ?X(throw(#point{y = 2})), ?X(exit(#shown{a = 1, b = 2})), ?P(catch throw(#empty{})), ?X(case ?I(hd(Rs)) of 1 -> 2 end), ?X(if_(?I(hd(Rs)))).

if_(X) -> X andalso true.
