%% The driver: compiles and starts the application, shows the six rules one by one, and checks each.
-module(six_rules).
-export([main/0]).

main() ->
    Status = try run() of
                 ok -> 0
             catch
                 throw:{check_failed, What} ->
                     say("FAILED: ~ts", [What]),
                     1;
                 Class:Reason:Stack ->
                     say("FAILED: ~ts", [erl_error:format_exception(Class, Reason, Stack)]),
                     1
             end,
    %% Everything printed is out before the machine stops.
    init:stop(Status),
    receive after infinity -> ok end.

run() ->
    Dir = work_dir(),
    Second = filelib:is_regular(marker(Dir)),
    %% What an earlier run left that did not come to its end is of no use.
    Second orelse file:del_dir_r(Dir),
    build(Dir),
    %% The default handler would print the crashes that we cause on purpose.
    ok = logger:set_handler_config(default, level, none),
    ok = application:load(six_rules),
    ok = application:set_env(six_rules, dir, Dir),
    ok = application:start(six_rules),
    say("OTP ~s, ~w schedulers", [erlang:system_info(otp_release), erlang:system_info(schedulers_online)]),
    case Second of
        false -> first_run(Dir);
        true -> second_run(Dir)
    end.

first_run(Dir) ->
    isolation(),
    concurrency(),
    failure_detection(),
    fault_identification(),
    live_code_upgrade(),
    write_and_die(Dir).

%%% 1. What goes wrong in one process stays there.

isolation() ->
    rule(1, "isolation"),
    Cells = [spawn(fun() -> cell(N) end) || N <- lists:seq(1, 1000)],
    say("1,000 processes, each with a number of its own", []),
    [Crash, Greedy, Loop | Rest] = Cells,
    [CrashRef, GreedyRef, LoopRef] = [monitor(process, P) || P <- [Crash, Greedy, Loop]],
    Crash ! {run, fun() -> element(length(Cells), {too, short}) end},
    Greedy ! {run, fun() ->
                           process_flag(max_heap_size, #{size => 100000, kill => true, error_logger => false}),
                           greedy([])
                   end},
    Loop ! {run, fun() -> loop() end},
    {CrashReason, _Stack} = down(CrashRef),
    check("one reads past the end of a tuple and dies of it: badarg", CrashReason =:= badarg),
    check("one eats memory until its limit, and is killed", down(GreedyRef) =:= killed),
    Answers = [ask(P) || P <- Rest],
    check("one spins for ever, and the other 997 still answer, each with its own number", Answers =:= lists:seq(4, 1000)),
    exit(Loop, kill),
    check("the spinning one can be killed from outside", down(LoopRef) =:= killed),
    [exit(P, kill) || P <- Rest],
    ok.

cell(N) ->
    receive
        {ask, From} -> From ! {self(), N}, cell(N);
        {run, Fun} -> Fun()
    end.

ask(P) ->
    P ! {ask, self()},
    receive {P, N} -> N after 10000 -> none end.

greedy(L) -> greedy([L | L]).

loop() -> loop().

%%% 2. As many processes as the problem has, on all cores.

concurrency() ->
    rule(2, "concurrency"),
    {ok, N} = application:get_env(six_rules, processes),
    Me = self(),
    Start = erlang:monotonic_time(millisecond),
    Ps = [spawn(fun() -> receive {square, X} -> Me ! {X * X, erlang:system_info(scheduler_id)} end end)
          || _ <- lists:seq(1, N)],
    say("~w processes alive at once after ~w ms", [erlang:system_info(process_count), since(Start)]),
    check("all are there", erlang:system_info(process_count) > N),
    send_squares(Ps, 1),
    {Sum, Schedulers} = collect(N, 0, #{}),
    say("all answered after ~w ms; they ran on ~w schedulers", [since(Start), map_size(Schedulers)]),
    check("the sum of all squares is right", Sum =:= N * (N + 1) * (2 * N + 1) div 6),
    Online = erlang:system_info(schedulers_online),
    check("more than one core took part if there is more than one", Online =:= 1 orelse map_size(Schedulers) > 1).

send_squares([P | Ps], X) -> P ! {square, X}, send_squares(Ps, X + 1);
send_squares([], _) -> ok.

collect(0, Sum, Schedulers) -> {Sum, Schedulers};
collect(N, Sum, Schedulers) ->
    receive {Square, Id} -> collect(N - 1, Sum + Square, Schedulers#{Id => true}) end.

since(Start) -> erlang:monotonic_time(millisecond) - Start.

%%% 3. Others notice that a process failed.

failure_detection() ->
    rule(3, "failure detection"),
    process_flag(trap_exit, true),
    Linked = spawn_link(fun() -> receive Reason -> exit(Reason) end end),
    Linked ! {disk, full},
    check("a link tells that the process ended, and why",
          receive {'EXIT', Linked, R1} -> R1 after 5000 -> none end =:= {disk, full}),
    process_flag(trap_exit, false),
    {Watched, Ref} = spawn_monitor(fun() -> receive X -> 10 div X end end),
    Watched ! 0,
    {R2, Stack} = down(Ref),
    {M, F, _, Where} = lists:keyfind(?MODULE, 1, Stack),
    say("  monitored process: ~w in ~w:~w, line ~w", [R2, M, F, proplists:get_value(line, Where)]),
    check("a monitor tells the error itself, and where it was", R2 =:= badarith),
    Chain = chain(100),
    Refs = [monitor(process, P) || P <- Chain],
    exit(hd(Chain), snapped),
    Reasons = [down(Ref1) || Ref1 <- Refs],
    check("a chain of 100 linked processes falls as one when its end snaps",
          lists:all(fun(Y) -> Y =:= snapped end, Reasons)).

chain(N) ->
    Me = self(),
    spawn(fun() -> grow(N, Me) end),
    [receive {link_of_chain, P} -> P end || _ <- lists:seq(1, N)].

grow(N, Me) ->
    %% Told from the far end on, so that the list begins with the last link and all are linked when it is complete.
    case N of
        1 -> ok;
        _ -> spawn_link(fun() -> grow(N - 1, Me) end)
    end,
    Me ! {link_of_chain, self()},
    receive after infinity -> ok end.

%%% 4. The fault can be found from what is reported.

fault_identification() ->
    rule(4, "fault identification"),
    ok = six_rules_reports:install(),
    Before = whereis(six_rules_divider),
    {ok, {3, 1}} = six_rules_divider:divide(10, 3),
    try six_rules_divider:divide(1, 0) catch exit:_ -> ok end,
    {ok, Text} = six_rules_reports:take(fun({report, #{label := {supervisor, child_terminated}}}) -> true;
                                           (_) -> false
                                        end),
    say("the supervisor's report:~n~n~ts~n", [indent(Text)]),
    Has = fun(Part) -> string:find(Text, Part) =/= nomatch end,
    check("it names the reason: badarith", Has("badarith")),
    Line = line_of("A div B"),
    check(io_lib:format("it names the function and its line: six_rules_divider:quotient/2, line ~w", [Line]),
          Has("six_rules_divider,quotient,2") andalso Has(io_lib:format("{line,~w}", [Line]))),
    After = whereis_soon(six_rules_divider, Before),
    check("the supervisor has started a new server in its place", is_pid(After) andalso After =/= Before),
    check("which works", six_rules_divider:divide(7, 2) =:= {ok, {3, 1}}),
    six_rules_reports:remove().

whereis_soon(Name, Old) ->
    case whereis(Name) of
        P when is_pid(P), P =/= Old -> P;
        _ -> timer:sleep(1), whereis_soon(Name, Old)
    end.

line_of(Code) ->
    {ok, Source} = file:read_file(filename:join(source_dir(), "six_rules_divider.erl")),
    [Before | _] = string:split(Source, Code),
    length(string:split(Before, "\n", all)).

indent(Text) ->
    [["    ", Line, "\n"] || Line <- string:split(string:trim(Text), "\n", all)].

%%% 5. Code is replaced while it runs.

live_code_upgrade() ->
    rule(5, "live code upgrade"),
    Pid = whereis(six_rules_counter),
    [ok = six_rules_counter:add(N) || N <- lists:seq(1, 8)],
    36 = six_rules_counter:value(),
    say("version ~w of the counter stands at ~w", [six_rules_counter:version(), six_rules_counter:value()]),
    check("version 1 knows no history", not erlang:function_exported(six_rules_counter, history, 0)),
    {ok, Module, Code} = compile:file(filename:join([source_dir(), "..", "upgrade", "six_rules_counter"]), [binary, report]),
    ok = sys:suspend(Pid),
    {module, Module} = code:load_binary(Module, "six_rules_counter.erl", Code),
    ok = sys:change_code(Pid, Module, 1, []),
    ok = sys:resume(Pid),
    ok = six_rules_counter:add(6),
    say("version ~w of the counter stands at ~w, history ~p",
        [six_rules_counter:version(), six_rules_counter:value(), six_rules_counter:history()]),
    check("the process is the same", whereis(six_rules_counter) =:= Pid),
    check("it runs the new code", six_rules_counter:version() =:= 2),
    check("it has kept its state, and counted on", six_rules_counter:value() =:= 42),
    check("and does what only the new version can", six_rules_counter:history() =:= [{inherited, 36}, 6]),
    check("the old code is no longer needed", code:soft_purge(six_rules_counter)).

%%% 6. What was stored is there after a crash of the whole machine.

write_and_die(Dir) ->
    rule(6, "stable storage"),
    [ok = six_rules_store:put(account(N), #{balance => N * 100}) || N <- lists:seq(1, 200)],
    ok = six_rules_store:put(total, lists:sum([N * 100 || N <- lists:seq(1, 200)])),
    say("200 accounts and their total are written and acknowledged", []),
    say("now this machine is stopped in mid-flight: run the same command again to see what survived", []),
    ok = file:write_file(marker(Dir), "the first run came to its end\n"),
    %% What was said must have left this machine.
    timer:sleep(200),
    case application:get_env(six_rules, kill) of
        {ok, sigkill} -> os:cmd("kill -9 " ++ os:getpid());
        {ok, halt} -> erlang:halt(0, [{flush, false}])
    end,
    receive after infinity -> ok end.

second_run(Dir) ->
    rule(6, "stable storage, after the machine was killed"),
    All = six_rules_store:all(),
    say("the table has ~w entries", [length(All)]),
    check("every account is there, with its balance",
          [B || {{account, _}, #{balance := B}} <- All] =:= [N * 100 || N <- lists:seq(1, 200)]),
    check("and so is the total", six_rules_store:get(total) =:= [{total, 2010000}]),
    ok = six_rules_store:put(account(201), #{balance => 1}),
    check("the table can be written to again", six_rules_store:get(account(201)) =:= [{account(201), #{balance => 1}}]),
    ok = application:stop(six_rules),
    ok = file:del_dir_r(Dir),
    say("~nAll six rules hold.", []).

account(N) -> {account, N}.

%%% Building: the sources are compiled here and now, by the compiler on this machine.

build(Dir) ->
    Ebin = filename:join(Dir, "ebin"),
    ok = filelib:ensure_path(Ebin),
    {ok, [{application, six_rules, Keys}] = App} = file:consult(filename:join(source_dir(), "six_rules.app.src")),
    ok = file:write_file(filename:join(Ebin, "six_rules.app"), [io_lib:format("~p.~n", [A]) || A <- App]),
    [{ok, M} = compile:file(filename:join(source_dir(), atom_to_list(M)), [{outdir, Ebin}, report, debug_info])
     || M <- proplists:get_value(modules, Keys)],
    true = code:add_patha(Ebin),
    ok.

source_dir() ->
    filename:dirname(proplists:get_value(source, ?MODULE:module_info(compile))).

%% Tells the second run that it is one.
marker(Dir) -> filename:join(Dir, "killed").

work_dir() ->
    filename:absname(os:getenv("SIX_RULES_DIR", "six_rules.d")).

%%% Saying and checking.

rule(N, Name) -> say("~n~w. ~ts", [N, Name]).

check(What, true) -> say("  ok: ~ts", [What]);
check(What, _) -> throw({check_failed, What}).

say(Format, Args) -> io:format(Format ++ "~n", Args).

down(Ref) ->
    receive {'DOWN', Ref, process, _, Reason} -> Reason
    after 60000 -> throw({check_failed, "a process is still alive after a minute"})
    end.
