%% Ends with a crash dump; says what OTP's viewer finds in one.
-module(dumped).
-export([main/0, read/1]).

main() ->
    put(key, value()),
    put(map, maps:from_list([{I, I * I} || I <- lists:seq(1, 100)])),
    ets:insert(ets:new(dumped_table, [named_table, ordered_set, public]), [{I, I} || I <- lists:seq(1, 10)]),
    ets:insert(ets:new(dumped_bag, [bag, compressed, {write_concurrency, true}, {read_concurrency, true}]), [{a, 1}, {a, 2}]),
    ets:safe_fixtable(ets:whereis(dumped_table), true),
    persistent_term:put({?MODULE, key}, [{"persistent", <<"term">>}, value()]),
    erlang:send_after(1000000, dumped_main, {later, "text"}),
    erlang:start_timer(2000000, self(), soon),
    put(timer, erlang:send_after(3000000, self(), [most, {late, 1.5}])),
    put(port, open_port({spawn, "cat"}, [binary])),
    put(free, begin X = list_to_atom("free"), fun() -> X end end),
    register(dumped_main, self()),
    {P, _} = spawn_monitor(fun() -> register(dumped_other, self()), link(whereis(dumped_main)), hold({stack, "term"}) end),
    P ! {msg, 1, "hello"},
    P ! second,
    self() ! {to_me, [1, 2 | 3]},
    timer:sleep(100),
    self() ! {unfetched, [4]},
    halt("why it ends").

value() -> {"text", 1.5, -2.0e-300, 1 bsl 100, -(1 bsl 70), #{a => b, 'c d' => []}, <<"small">>, binary:copy(<<"big">>, 100), binary:part(binary:copy(<<"x">>, 100), 10, 80), fun lists:map/2, {}}.

hold(T) -> receive never -> T end.

read(File) ->
    {ok, _} = crashdump_viewer:start_link(),
    ok = crashdump_viewer:read_file(File),
    timer:sleep(1000),
    {ok, Processes, []} = crashdump_viewer:processes(),
    Details = [begin {ok, D, []} = crashdump_viewer:proc_details(pid_to_list(element(2, P))), D end || P <- Processes],
    [Main] = [D || D <- Details, element(3, D) =:= "dumped_main"],
    [Other] = [D || D <- Details, element(3, D) =:= "dumped_other"],
    true = holds({key, expected()}, Main),
    true = holds({map, maps:from_list([{I, I * I} || I <- lists:seq(1, 100)])}, Main),
    true = holds({{to_me, [1, 2 | 3]}, []}, Main),
    true = holds({{unfetched, [4]}, []}, Main),
    true = holds([{{msg, 1, "hello"}, []}, {second, []}], Other),
    true = holds({y0, {stack, "term"}}, Other),
    {ok, Tables, _} = crashdump_viewer:ets_tables(all),
    true = lists:any(fun(T) -> holds("dumped_table", T) andalso holds(10, T) end, Tables),
    [Bag] = [T || T <- Tables, holds("dumped_bag", T)],
    true = holds({compressed, "true"}, Bag),
    true = holds({write_c, "true"}, Bag),
    {ok, Timers, _} = crashdump_viewer:timers(all),
    Named = [P || P <- Processes, element(3, P) =:= "dumped_main"],
    Mine = fun(T) -> lists:keymember(element(2, T), 2, Named) orelse element(3, T) =:= "dumped_main" end,
    ["[most,{late,1.5" ++ _, "{later,\"text\"}", "{timeout,#Ref" ++ _] = lists:sort([element(4, T) || T <- Timers, Mine(T)]),
    {ok, Funs, _} = crashdump_viewer:funs(),
    true = length([F || F <- Funs, holds("dumped", F)]) > 3,
    {ok, Persistent, _} = crashdump_viewer:persistent_terms(),
    true = holds({persisted, expected()}, [case V of [{"persistent", _}, W] -> {persisted, W}; _ -> V end || {_, V} <- Persistent]),
    {ok, Ports, _} = crashdump_viewer:ports(),
    [_] = [P || P <- Ports, holds("cat", P)],
    {ok, Schedulers, _} = crashdump_viewer:schedulers(),
    [true, true, true] = [holds(Kind, Schedulers) || Kind <- [normal, dirty_cpu, dirty_io]],
    {ok, Module, _} = crashdump_viewer:loaded_mod_details("dumped"),
    true = holds("dumped", Module),
    {ok, Atoms, _} = crashdump_viewer:atoms(),
    true = length(Atoms) > 5000,
    io:format("read~n"),
    halt().

%% The viewer shows a binary that is not small by its place in the dump.
expected() ->
    Wanted = tuple_to_list(value()),
    Same = fun(['#CDVBin', _, Size, _], B) -> Size =:= byte_size(B); (F, V) -> F =:= V end,
    fun(Found) when is_tuple(Found), tuple_size(Found) =:= length(Wanted) ->
            lists:all(fun({F, V}) -> Same(F, V) end, lists:zip(tuple_to_list(Found), Wanted));
       (_) -> false
    end.

%% Is the term somewhere within the other?
holds({Key, Fun}, {Key, Value}) when is_function(Fun) -> Fun(Value);
holds(Term, Term) -> true;
holds(Term, Tuple) when is_tuple(Tuple) -> lists:any(fun(E) -> holds(Term, E) end, tuple_to_list(Tuple));
holds(Term, [H | T]) -> holds(Term, H) orelse holds(Term, T);
holds(Term, Map) when is_map(Map) -> holds(Term, maps:to_list(Map));
holds(_, _) -> false.
