%% Uses a library of native functions in C (natives.c).
-module(natives).
-export([main/0, load/2, loads/0, classify/1, bytes/1, maps/1, counter_new/1, counter_add/2, watch/0, hop/2, thread_type/0, thread_type_cpu/0,
         thread_type_io/0, from_thread/2, raises/1, texts/1, external/1, times/0]).

load(Path, Info) -> erlang:load_nif(Path, Info).

loads() -> not_loaded.
classify(_) -> not_loaded.
bytes(_) -> not_loaded.
maps(_) -> not_loaded.
counter_new(_) -> not_loaded.
counter_add(_, _) -> not_loaded.
watch() -> not_loaded.
hop(_, _) -> not_loaded.
thread_type() -> not_loaded.
thread_type_cpu() -> not_loaded.
thread_type_io() -> not_loaded.
from_thread(_, _) -> not_loaded.
raises(_) -> not_loaded.
texts(_) -> not_loaded.
external(_) -> not_loaded.
times() -> not_loaded.

p(Term) -> io:format("~0p~n", [Term]).

x(Fun) ->
    try Fun() of Value -> p(Value)
    catch Class:Reason:Trace ->
        {Module, Function, Arguments, _} = hd(Trace),
        p({Class, Reason, {Module, Function, Arguments}})
    end.

main() ->
    p(loads()),
    {error, {What, _}} = load("./no_such_library", 0),
    p(What),
    p(load("./natives", 17)),
    p(load("./natives", 0)),
    p(load("./natives", 0)),
    p(loads()),
    terms(),
    counters(),
    calls(),
    versions(),
    halt().

terms() ->
    [p(classify(Term)) || Term <- [0, -1, 1 bsl 31, -(1 bsl 31), 1 bsl 32, 1 bsl 59, -(1 bsl 63), 1 bsl 63, (1 bsl 64) - 1, 1 bsl 64, 2.5, ok, '€', '',
                                   {}, {a, [b]}, [], "short", "longer than eight", [a | b], [1, x], #{}, #{a => 1}, <<>>, <<1:3>>, <<"bytes">>, self(),
                                   fun() -> ok end, make_ref(), hd(erlang:ports())]],
    p(classify('å') =:= {atom, 1, [229]}),
    p(bytes([])),
    p(bytes(["abc", <<"def">>, $g])),
    <<_:3, Shifted:10/binary, _:5>> = <<"0123456789a">>,
    p(bytes(Shifted)),
    {Big, Same, Part, Copy} = bytes(binary:copy(<<"0123456789">>, 1000)),
    p({erlang:phash2(Big), byte_size(Same), byte_size(Part), erlang:phash2(Copy)}),
    x(fun() -> bytes([a]) end),
    x(fun() -> bytes(<<1:3>>) end),
    p(sorted(maps(#{}))),
    p(sorted(maps(#{1 => 4, 2 => 5, 3 => 6}))),
    p(length(maps(maps:from_list([{I, -I} || I <- lists:seq(1, 100)])))),
    x(fun() -> maps([]) end),
    p(texts({some, "term", <<1, 2>>, #{a => 1.5}})),
    p(external([1, {two, "three"}])),
    p(times()).

%% Which of its pairs a map shows first is nobody's business.
sorted(Terms) -> [case is_map(Term) of true -> lists:sort(maps:to_list(Term)); false -> Term end || Term <- Terms].

counters() ->
    watch(),
    C = counter_new(10),
    p({is_reference(C), counter_add(C, 5), counter_add(C, -1)}),
    x(fun() -> counter_new(a) end),
    x(fun() -> counter_add(no_counter, 1) end),
    receive {ended, _} -> ok after 5000 -> p(never) end,
    Self = self(),
    Pids = [spawn(fun() -> [counter_add(C, 1) || _ <- lists:seq(1, 1000)], Self ! done end) || _ <- lists:seq(1, 4)],
    [receive done -> ok end || _ <- Pids],
    T = ets:new(t, []),
    ets:insert(T, {c, C}),
    p({counter_add(C, 0), C =:= ets:lookup_element(T, c, 2), binary_to_term(term_to_binary(C)) =:= C}),
    ets:delete(T),
    {_, Ref} = spawn_monitor(fun() -> D = counter_new(77), counter_add(D, 1) end),
    receive {'DOWN', Ref, _, _, normal} -> ok end,
    p(receive {ended, 78} = Ended -> Ended after 5000 -> never end),
    p(counter_add(C, 0)).

calls() ->
    p([thread_type(), thread_type_cpu(), thread_type_io()]),
    p(hop(6, [])),
    x(fun() -> hop(-1, [gone]) end),
    p(from_thread(self(), {a, "term", <<"of bytes">>, [1.5, 1 bsl 70]})),
    p(receive Message -> Message after 5000 -> nothing end),
    [x(fun() -> raises(Reason) end) || Reason <- [why, {because, [1, 2]}]],
    p(lists:usort([hop(3, []) || _ <- lists:seq(1, 500)])),
    p(erlang:fun_info(fun natives:loads/0, arity)).

versions() ->
    {ok, Natives, Code} = compile:file("natives", [binary]),
    {module, Natives} = code:load_binary(Natives, "natives.beam", Code),
    p(natives:loads()),
    p(natives:load("./natives", 0)),
    p(natives:loads()).
