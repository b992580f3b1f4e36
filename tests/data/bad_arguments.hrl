%% Every native of a module with every combination of some arguments, most of them bad. A line a function: how many calls, how many
%% values and their hash, and the errors by their number: class, reason, the uppermost frame and its error_info.
-export([main/0, b/3]).

b(M, Skipped, Arities) ->
    {module, M} = code:ensure_loaded(M),
    [one(M, F, A) || {F, A} <- lists:sort(M:module_info(exports)), lists:member(A, Arities), erlang:is_builtin(M, F, A), not lists:member(F, Skipped)].

one(M, F, A) ->
    {_, Ref} = spawn_monitor(fun() -> exit({results, calls(M, F, A)}) end),
    receive {'DOWN', Ref, _, _, {results, Results}} -> ok end,
    Values = [V || {ok, V} <- Results],
    Errors = [E || {error, E} <- Results],
    Counts = [{length([x || E1 <- Errors, E1 =:= E]), E} || E <- lists:usort(Errors)],
    io:format("~w:~w/~w ~w: ~w ~w~n", [M, F, A, length(Results), length(Values), erlang:phash2(Values)]),
    [io:format("  ~w ~0p~n", [N, E]) || {N, E} <- Counts].

calls(M, F, A) ->
    ets:new(bad_arguments, [public, named_table, ordered_set]),
    [begin
         ets:insert(bad_arguments, [{1, x}, {a, 1}]),
         Result = try apply(M, F, Arguments) of V -> {ok, t:s(V)} catch C:E:S -> {error, {C, t:s(E), raised(S)}} end,
         flush(),
         ets:info(bad_arguments, size) =:= undefined andalso ets:new(bad_arguments, [public, named_table, ordered_set]),
         Result
     end || Arguments <- combinations(A, values(A))].

flush() -> receive _ -> flush() after 0 -> ok end.

raised([{M, F, Arguments, Location} | _]) ->
    {M, F, if is_list(Arguments) -> {arguments, length(Arguments)}; true -> Arguments end, t:s(proplists:get_value(error_info, Location))}.

combinations(0, _) -> [[]];
combinations(N, Values) -> [[V | Rest] || V <- Values, Rest <- combinations(N - 1, Values)].

values(1) ->
    [a, [], '', 0, -1, 1, 255, 256, 1114112, 1 bsl 31, 1 bsl 59, 1 bsl 64, -(1 bsl 64), 1.5, -1.5, 1.0e300, {}, {a}, {a, 1}, {1, 2, 3}, "abc", [a | b], [1, 2 | 3], [{a, 1}, {b}], [[a]], [256], [-1], <<>>, <<"abc">>, <<"12">>, <<255, 254>>, <<1:3>>, <<"1.5">>, #{}, #{a => 1}, fun lists:map/2, bad_arguments, undefined, true, "12", "1.5", {0, 0, 0}, {{2020, 1, 1}, {0, 0, 0}}, [{a, 1} | b], "-", [1.5], ["ab", <<"c">>], [<<1:1>>], <<"a,b">>];
values(2) ->
    [a, [], 0, -1, 1, 1 bsl 64, 1.5, {}, {a, 1}, "abc", [a | b], <<>>, <<"abc">>, <<1:3>>, #{}, #{a => 1}, fun lists:map/2, bad_arguments, utf8, [{a, 1}], {0, 1}];
values(3) ->
    [a, [], 0, 1, -1, 1 bsl 64, {a, 1}, "abc", <<"abc">>, <<1:3>>, #{a => 1}, bad_arguments];
values(4) ->
    [a, [], 1, -1, "abc", <<"abc">>, bad_arguments];
values(_) ->
    [a, [], 1, bad_arguments].
