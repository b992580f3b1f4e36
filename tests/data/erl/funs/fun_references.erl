%% fun_info(Fun, refc): how many there are of a fun.
-module(fun_references).
-export([main/0, held/1]).

main() ->
    [t:p(Name, in_process(Fun)) || {Name, Fun} <- [
        {made, fun made/0},
        {sent, fun sent/0},
        {decoded, fun decoded/0},
        {tables, fun tables/0},
        {persistent, fun persistent/0},
        {heaps, fun heaps/0},
        {external, fun() -> erlang:fun_info(fun lists:map/2, refc) end}
    ]].

in_process(Fun) ->
    {_, Ref} = spawn_monitor(fun() -> exit({done, Fun()}) end),
    receive {'DOWN', Ref, _, _, {done, Result}} -> Result; {'DOWN', Ref, _, _, Other} -> Other end.

refc(F) -> {refc, N} = erlang:fun_info(F, refc), N.

add(C) -> fun(X) -> X + C end.

made() ->
    F = add(1),
    A = refc(F),
    G = add(2),
    B = refc(F),
    H = add(3),
    C = refc(G),
    6 = F(0) + G(0) + H(0),
    erlang:garbage_collect(),
    D = refc(H),
    [A, B, C, D, H(1)].

double(N) -> fun(X) -> X * N end.

held(Parent) -> receive F -> Parent ! {held, refc(F)}, receive stop -> F(1) end end.

sent() ->
    F = double(2),
    A = refc(F),
    {P, Ref} = spawn_monitor(?MODULE, held, [self()]),
    P ! F,
    B = receive {held, N} -> N end,
    C = refc(F),
    P ! stop,
    receive {'DOWN', Ref, _, _, _} -> ok end,
    %% the process may still be on its way out
    ok = wait(fun() -> refc(F) =:= A end, 200),
    [A, B, C, F(1)].

wait(_, 0) -> never;
wait(F, N) -> case F() of true -> ok; false -> timer:sleep(5), wait(F, N - 1) end.

minus(C) -> fun(X) -> X - C end.

decoded() ->
    F = minus(1),
    A = refc(F),
    G = binary_to_term(term_to_binary(F)),
    B = [refc(F), refc(G)],
    {_, Ref} = spawn_monitor(fun() -> exit({refc, refc(G)}) end),
    C = receive {'DOWN', Ref, _, _, R} -> R end,
    [A, B, C, F(1), G(1)].

band_(C) -> fun(X) -> X band C end.

tables() ->
    F = band_(3),
    A = refc(F),
    Tables = [
        begin
            T = ets:new(t, [Type]),
            ets:insert(T, [{1, F}, {2, [F, x]}, {3, none}]),
            B = refc(F),
            ets:delete(T, 1),
            C = refc(F),
            ets:delete(T),
            ok = wait(fun() -> refc(F) =:= A end, 200),
            {Type, B, C}
        end
     || Type <- [set, ordered_set, bag, duplicate_bag]
    ],
    [A, Tables, F(1)].

bor_(C) -> fun(X) -> X bor C end.

persistent() ->
    F = bor_(4),
    A = refc(F),
    persistent_term:put({?MODULE, f}, {F}),
    B = refc(F),
    persistent_term:erase({?MODULE, f}),
    [A, B, F(1)].

bxor_(C) -> fun(X) -> X bxor C end.

%% many of them, on an old heap, and in what natives have built
heaps() ->
    Fs = [bxor_(I) || I <- lists:seq(1, 1000)],
    erlang:garbage_collect(),
    A = refc(hd(Fs)),
    {_, _} = binary_to_term(term_to_binary({Fs, Fs})),
    erlang:garbage_collect(),
    B = refc(hd(Fs)),
    Gs = binary_to_term(term_to_binary(Fs)),
    C = refc(hd(Fs)),
    [A, B, C, length(Gs), length(Fs)].
