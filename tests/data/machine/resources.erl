%% Uses a library in C whose resources watch processes and descriptors (resources.c).
-module(resources).
-export([main/0, load/0, tell_me/0, new_watcher/1, watch/1, watch/2, watch_deaf/0, unwatch/1, part/3, open_pipe/1, select/5, write_pipe/1, read_pipe/1,
         vector/3, queue/4, command/2, put_off/2]).

load() -> erlang:load_nif("./resources", 0).

tell_me() -> not_loaded.
new_watcher(_) -> not_loaded.
watch(_) -> not_loaded.
watch(_, _) -> not_loaded.
watch_deaf() -> not_loaded.
unwatch(_) -> not_loaded.
part(_, _, _) -> not_loaded.
open_pipe(_) -> not_loaded.
select(_, _, _, _, _) -> not_loaded.
write_pipe(_) -> not_loaded.
read_pipe(_) -> not_loaded.
vector(_, _, _) -> not_loaded.
queue(_, _, _, _) -> not_loaded.
command(_, _) -> not_loaded.
put_off(_, _) -> not_loaded.

%% The text is made here, for whoever writes it would keep the bytes that are shown until its next collection.
p(Term) -> io:put_chars(io_lib:format("~0p~n", [short(Term)])).

%% Of long binaries size and sum.
short(Bytes) when byte_size(Bytes) > 64 -> {byte_size(Bytes), erlang:crc32(Bytes)};
short([Head | Tail]) -> [short(Head) | short(Tail)];
short(Tuple) when is_tuple(Tuple) -> list_to_tuple(short(tuple_to_list(Tuple)));
short(Term) -> Term.

x(Fun) ->
    try Fun() of Value -> p(Value)
    catch Class:Reason:Trace ->
        {Module, Function, Arguments, _} = hd(Trace),
        p({Class, Reason, {Module, Function, Arguments}})
    end.

next() -> receive Message -> Message after 5000 -> nothing end.
none() -> receive Message -> Message after 50 -> none end.

main() -> spawn(fun run/0).

run() ->
    p(load()),
    p(tell_me()),
    monitors(),
    bytes(),
    descriptors(),
    vectors(),
    queues(),
    ports(),
    exceptions(),
    declared(),
    unloading().

waiting() -> spawn(fun() -> receive go -> ok end end).

monitors() ->
    Watcher = new_watcher(0),
    One = waiting(),
    Reference = watch(Watcher, One),
    p(is_reference(Reference)),
    {monitored_by, By} = process_info(One, monitored_by),
    p(By =:= [Watcher]),
    One ! go,
    {down, {Gone, Same}} = next(),
    p({Gone =:= One, Same}),
    p(unwatch(Watcher)),
    p(watch(Watcher, One)),
    p(watch(Watcher)),
    p(watch_deaf()),
    Two = waiting(),
    watch(Watcher, Two),
    p(unwatch(Watcher)),
    p(unwatch(Watcher)),
    p(process_info(Two, monitored_by)),
    exit(Two, kill),
    p(none()),
    %% The end of a resource ends what it watches.
    Three = waiting(),
    {Helper, Tag} = spawn_monitor(fun() -> watch(new_watcher(2), Three) end),
    receive {'DOWN', Tag, process, Helper, _} -> ok end,
    p(next()),
    p(wait_for(fun() -> process_info(Three, monitored_by) =:= {monitored_by, []} end)),
    Three ! go,
    p(none()),
    %% It does not keep the resource.
    Many = [waiting() || _ <- lists:seq(1, 50)],
    Keeper = new_watcher(0),
    [watch(Keeper, Pid) || Pid <- Many],
    [Pid ! go || Pid <- Many],
    Ended = [begin {down, {Pid, _}} = next(), Pid end || _ <- Many],
    p(lists:sort(Ended) =:= lists:sort(Many)),
    p(is_reference(Keeper)).

wait_for(Fun) -> wait_for(Fun, 500).
wait_for(_, 0) -> false;
wait_for(Fun, N) -> Fun() orelse begin timer:sleep(10), wait_for(Fun, N - 1) end.

bytes() ->
    Self = self(),
    {Helper, Tag} = spawn_monitor(fun() ->
        Watcher = new_watcher(10),
        {Large, InPlace} = part(Watcher, 5, 150),
        p([InPlace, part(Watcher, 7, 3), element(1, part(Watcher, 7, 0))]),
        <<_:20/binary, Middle:100/binary, _/binary>> = Large,
        Self ! {part, Middle, erlang:crc32(Middle), <<Middle/binary, "more">>}
    end),
    receive {'DOWN', Tag, process, Helper, normal} -> ok end,
    {part, Middle, Sum, Longer} = next(),
    erlang:garbage_collect(),
    p({byte_size(Middle), binary:at(Middle, 0), erlang:crc32(Middle) =:= Sum, binary:part(Longer, 98, 6)}),
    p(binary_to_term(term_to_binary(Middle)) =:= Middle),
    p(none()),
    %% Nobody refers to the bytes any more: now the resource goes.
    Self ! forget,
    forget(),
    erlang:garbage_collect(),
    p(next()).

forget() -> receive forget -> ok end.

-define(READ, 1).
-define(WRITE, 2).
-define(STOP, 4).
-define(CANCEL, 8).
-define(CUSTOM, 16).
-define(ERROR, 32).

descriptors() ->
    Watcher = new_watcher(0),
    p(open_pipe(Watcher)),
    p(select(Watcher, 0, ?READ, undefined, one)),
    p(none()),
    p(select(Watcher, 0, ?CANCEL bor ?READ, undefined, one)),
    p(select(Watcher, 0, ?CANCEL bor ?READ, undefined, one)),
    Reference = make_ref(),
    p(select(Watcher, 0, ?READ, undefined, two)),
    p(select(Watcher, 0, ?READ, undefined, Reference)),
    p(write_pipe(Watcher)),
    {select, Object, Same, Ready} = next(),
    p({Object =:= Watcher, Same =:= Reference, Ready}),
    p(none()),
    p(read_pipe(Watcher)),
    p(select(Watcher, 1, ?WRITE, self(), three)),
    {select, Watcher, three, ready_output} = next(),
    p(select(Watcher, 0, ?READ bor ?CUSTOM, self(), {my, <<"own">>, [message]})),
    p(write_pipe(Watcher)),
    p(next()),
    p(read_pipe(Watcher)),
    p(select(Watcher, -1, ?READ, undefined, none)),
    p(select(Watcher, 1, ?ERROR, undefined, four)),
    p(select(Watcher, 0, ?READ, undefined, five)),
    p(select(Watcher, 0, ?STOP, undefined, none)),
    p(receive {stopped, Direct} -> Direct after 5000 -> nothing end),
    receive {select, Watcher, four, ready_error} -> ok end,
    p(select(Watcher, 1, ?STOP, undefined, none)),
    p(next()),
    p(none()).

vectors() ->
    Large = binary:copy(<<"0123456789">>, 20),
    <<_:3, Shifted:100/binary, _/bitstring>> = Large,
    List = [<<"short">>, Large, <<>>, binary:part(Large, 5, 80), Shifted],
    [p(vector(List, Most, Mode)) || Mode <- [0, 1, 2, 3], Most <- [0, 2, 100]],
    Long = lists:duplicate(30, Large) ++ [<<"end">>],
    [begin
         {Count, Size, Bytes, Rest} = vector(Long, 100, Mode),
         p({Count, Size, Bytes =:= iolist_to_binary(Long), Rest})
     end || Mode <- [0, 1, 2, 3]],
    [x(fun() -> vector(Bad, 10, 0) end) || Bad <- [not_a_list, [a], [<<1:3>>], [<<"a">> | b], [[<<"a">>]]]].

queues() ->
    {Done, Results} = queue([<<"ab">>, binary:copy(<<"c">>, 100), <<"d">>], <<"xyz">>, 1, [1, 50, 1000, 10, 42, 1, 0]),
    p(Done),
    [p(Result) || Result <- lists:reverse(Results)],
    p(queue([], <<"x">>, 0, [])).

ports() ->
    Port = open_port({spawn, "cat"}, [binary, stream]),
    p(command(Port, [<<"to ">>, "the", [$ , $p] | <<"ort">>])),
    receive {Port, {data, Data}} -> p(Data) after 5000 -> p(nothing) end,
    port_close(Port),
    p(command(Port, <<"x">>)),
    x(fun() -> command(here, <<"x">>) end).

exceptions() ->
    x(fun() -> put_off(a, {because, "of"}) end),
    x(fun() -> put_off(1, 2) end),
    try put_off(1, 2) catch error:badarg:Trace -> p([{M, F} || {M, F, _, _} <- lists:sublist(Trace, 2)]) end.

%% If functions are declared, a library may replace only those.
declared() ->
    Functions = [{F, A} || {F, A} <- module_info(exports), not lists:member(F, [main, load, module_info])],
    Stub = fun({F, A}) -> io_lib:format("~w(~s) -> not_loaded. ", [F, lists:join(",", lists:duplicate(A, "_"))]) end,
    Text = ["-module(resources). -export([load/0]). -nifs([tell_me/0]). load() -> erlang:load_nif(\"./resources\", 0). ", [Stub(F) || F <- Functions]],
    {ok, _, Code} = compile:forms(forms(lists:flatten(Text)), [binary, export_all, no_spawn_compiler_process]),
    {module, _} = code:load_binary(?MODULE, "resources.erl", Code),
    p(?MODULE:load()).

forms(Text) ->
    {ok, Tokens, _} = erl_scan:string(Text),
    forms(Tokens, [], []).

forms([], [], Forms) -> lists:reverse(Forms);
forms([{dot, _} = Dot | Rest], Form, Forms) ->
    {ok, Parsed} = erl_parse:parse_form(lists:reverse([Dot | Form])),
    forms(Rest, [], [Parsed | Forms]);
forms([Token | Rest], Form, Forms) -> forms(Rest, [Token | Form], Forms).

%% This process goes with the code; another one, of no module that goes, sees the library off. While a resource lives, the library stays.
unloading() ->
    Text = "lists:foreach(fun(_) -> receive Any -> put(held, Any) end end, [once]),"
           "code:purge(resources),"
           "receive Early -> io:format(\"~0p~n\", [{early, Early}]) after 100 -> ok end,"
           "io:format(\"~0p~n\", [is_reference(erase(held))]),"
           "erlang:garbage_collect(),"
           "receive {ended, Which} -> io:format(\"~0p~n\", [{ended, Which}]) after 5000 -> io:format(\"not ended~n\") end,"
           "receive {threads, N} ->"
           "    All = case erlang:system_info(otp_release) of \"25\" -> 0; _ -> erlang:system_info(schedulers) end,"
           "    io:format(\"~0p~n\", [{unloaded, N =:= All}])"
           "after 5000 -> io:format(\"not unloaded~n\") end,"
           "halt().",
    {ok, Tokens, _} = erl_scan:string(Text),
    {ok, Expressions} = erl_parse:parse_exprs(Tokens),
    Tell = fun tell_me/0,
    Bindings = erl_eval:add_binding('Tell', Tell, erl_eval:new_bindings()),
    Pid = spawn(erl_eval, exprs, [[{call, 1, {var, 1, 'Tell'}, []} | Expressions], Bindings]),
    Pid ! new_watcher(77),
    receive never -> ok end.
