-module(tcp_busy).
-export([main/0]).

lo() -> {127, 0, 0, 1}.

pair(OptsA, OptsB) ->
    {ok, L} = gen_tcp:listen(0, [{ip, lo()}, {recbuf, 4096} | OptsB]),
    {ok, P} = inet:port(L),
    {ok, A} = gen_tcp:connect(lo(), P, [{sndbuf, 4096} | OptsA]),
    {ok, B} = gen_tcp:accept(L),
    gen_tcp:close(L),
    {A, B}.

fill(A) -> fill(A, binary:copy(<<"x">>, 10000), 0).

fill(_, _, 10000) -> too_many;
fill(A, Data, N) ->
    case gen_tcp:send(A, Data) of
        ok -> fill(A, Data, N + 1);
        Error -> Error
    end.

main() ->
    process_flag(trap_exit, true),
    %% a timeout of sending, the socket stays
    {A, B} = pair([{active, false}, {send_timeout, 50}], [binary, {active, false}]),
    t:p(fill(A)),
    %% how much the system has taken by now varies
    _ = gen_tcp:send(A, <<>>),
    wait(fun() -> inet:getstat(A, [send_pend]) =:= {ok, [{send_pend, element(2, erlang:port_info(A, queue_size))}]} end),
    {ok, [{send_pend, Pending}]} = inet:getstat(A, [send_pend]),
    t:p(Pending > 0),
    drain(B, Pending),
    wait(fun() -> inet:getstat(A, [send_pend]) =:= {ok, [{send_pend, 0}]} end),
    gen_tcp:close(A),
    gen_tcp:close(B),
    %% it closes
    {C, D} = pair([{active, false}, {send_timeout, 50}, {send_timeout_close, true}], [binary, {active, false}]),
    t:p(fill(C)),
    t:p(gen_tcp:send(C, "x")),
    gen_tcp:close(D),
    blocked(),
    nosuspend(),
    closing(),
    marks(),
    delayed(),
    killed(),
    shut().

drain(_, Left) when Left =< 0 -> ok;
drain(B, Left) ->
    {ok, X} = gen_tcp:recv(B, 0, 2000),
    drain(B, Left - byte_size(X)).

wait(F) -> wait(F, 200).
wait(_, 0) -> t:p(never);
wait(F, N) -> case F() of true -> t:p(done); false -> timer:sleep(10), wait(F, N - 1) end.

%% senders wait until there is room
blocked() ->
    {A, B} = pair([{active, false}], [binary, {active, false}]),
    Me = self(),
    Size = 20 * 100000,
    [spawn_link(fun() -> Me ! {sent, gen_tcp:send(A, binary:copy(<<"y">>, 100000))} end) || _ <- lists:seq(1, 20)],
    timer:sleep(50),
    drain(B, Size),
    t:p([receive {sent, R} -> R after 5000 -> timeout end || _ <- lists:seq(1, 20)]),
    %% the other end goes while they wait
    [spawn_link(fun() -> Me ! {sent, gen_tcp:send(A, binary:copy(<<"y">>, 4000000))} end) || _ <- lists:seq(1, 3)],
    timer:sleep(100),
    gen_tcp:close(B),
    t:p(lists:usort([receive {sent, R} -> R after 5000 -> timeout end || _ <- lists:seq(1, 3)]) -- [ok]),
    gen_tcp:close(A),
    t:flush().

nosuspend() ->
    {A, B} = pair([{active, false}], [binary, {active, false}]),
    Big = binary:copy(<<"z">>, 4000000),
    Pid = spawn_link(fun() -> [gen_tcp:send(A, Big) || _ <- "ab"] end),
    timer:sleep(100),
    t:p(erlang:port_command(A, "x", [nosuspend])),
    t:p(inet:setopts(A, [{send_timeout, 0}])),
    unlink(Pid), exit(Pid, kill),
    gen_tcp:close(B),
    catch port_close(A),
    t:flush().

%% what waits is written before the end
closing() ->
    {A, B} = pair([{active, false}], [binary, {active, false}]),
    Big = binary:copy(<<"w">>, 3000000),
    ok = gen_tcp:send(A, Big),
    spawn_link(fun() -> gen_tcp:close(A) end),
    {ok, X} = gen_tcp:recv(B, 3000000),
    t:p(X =:= Big),
    t:p(gen_tcp:recv(B, 0)),
    gen_tcp:close(B),
    t:flush().

marks() ->
    {A, B} = pair([{high_watermark, 100}, {low_watermark, 10}], []),
    t:p(inet:getopts(A, [high_watermark, low_watermark, high_msgq_watermark, low_msgq_watermark])),
    ok = inet:setopts(A, [{low_watermark, 500}]),
    t:p(inet:getopts(A, [high_watermark, low_watermark])),
    ok = inet:setopts(A, [{high_watermark, 5}]),
    t:p(inet:getopts(A, [high_watermark, low_watermark])),
    gen_tcp:close(A), gen_tcp:close(B), t:flush().

delayed() ->
    {A, B} = pair([{delay_send, true}], [binary, {active, false}]),
    [ok = gen_tcp:send(A, [X]) || X <- "delayed"],
    t:p(gen_tcp:recv(B, 7)),
    gen_tcp:close(A), gen_tcp:close(B), t:flush().

%% the owner is killed
killed() ->
    Me = self(),
    Pid = spawn(fun() -> Me ! {pair, pair([{active, false}], [binary, {active, false}])}, receive after infinity -> ok end end),
    {A, B} = receive {pair, P} -> P end,
    Refs = [erlang:monitor(port, S) || S <- [A, B]],
    exit(Pid, kill),
    t:p([receive {'DOWN', R, port, _, Reason} -> Reason after 2000 -> timeout end || R <- Refs]),
    t:p([erlang:port_info(S) || S <- [A, B]]).

%% an end of writing waits for the queue
shut() ->
    {A, B} = pair([{active, false}], [binary, {active, false}]),
    Big = binary:copy(<<"v">>, 3000000),
    ok = gen_tcp:send(A, Big),
    t:p(gen_tcp:shutdown(A, write)),
    {ok, X} = gen_tcp:recv(B, 3000000),
    t:p(X =:= Big),
    t:p(gen_tcp:recv(B, 0)),
    gen_tcp:close(A).
