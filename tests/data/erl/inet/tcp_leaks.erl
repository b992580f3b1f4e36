%% timeout: 60
-module(tcp_leaks).
-export([main/0]).

%% Many short connections whose owners end in every way: no descriptor and no port stays.

lo() -> {127, 0, 0, 1}.

fds() -> {ok, Names} = file:list_dir("/proc/self/fd"), length(Names).

main() ->
    {ok, L} = gen_tcp:listen(0, [{ip, lo()}, binary, {active, false}, {backlog, 100}]),
    {ok, P} = inet:port(L),
    round(L, P),
    timer:sleep(50),
    {Fds, Ports} = {fds(), length(erlang:ports())},
    [round(L, P) || _ <- lists:seq(1, 60)],
    t:p(back_to(fun fds/0, Fds, 300)),
    t:p(back_to(fun() -> length(erlang:ports()) end, Ports, 300)),
    gen_tcp:close(L).

back_to(F, Before, N) ->
    case F() of
        %% one may be on its way to a process that dies just now
        Now when Now =< Before + 5 -> done;
        Now when N =:= 0 -> {left, Now - Before};
        _ -> timer:sleep(10), back_to(F, Before, N - 1)
    end.

round(L, P) ->
    Ways = [close, kill_client, kill_server, kill_both, exit, busy, reset, abandoned],
    Pairs = [begin
                 Server = spawn(fun() -> server(L) end),
                 {Way, Server, spawn(fun() -> client(Way, P) end)}
             end || Way <- Ways],
    Refs = [erlang:monitor(process, Pid) || {_, A, B} <- Pairs, Pid <- [A, B]],
    timer:sleep(15),
    [finish(X) || X <- Pairs],
    [receive {'DOWN', R, _, _, _} -> ok after 5000 -> t:p(stuck) end || R <- Refs].

server(L) ->
    case gen_tcp:accept(L, 1000) of
        {ok, S} -> serve(S);
        {error, _} -> ok
    end.

serve(S) ->
    case gen_tcp:recv(S, 0, 1000) of
        {ok, <<"active">>} -> inet:setopts(S, [{active, true}]), receive stop -> ok; {tcp_closed, S} -> ok after 1000 -> ok end;
        {ok, _} -> serve(S);
        {error, _} -> gen_tcp:close(S)
    end.

client(Way, P) ->
    {ok, S} = gen_tcp:connect(lo(), P, [binary, {active, false}, {sndbuf, 4096}]),
    act(Way, S).

act(close, S) -> gen_tcp:send(S, "hello"), gen_tcp:close(S);
act(exit, S) -> gen_tcp:send(S, "active"), exit(S);
act(reset, S) -> inet:setopts(S, [{linger, {true, 0}}]), gen_tcp:close(S);
act(abandoned, S) -> inet:setopts(S, [{active, once}]);
act(busy, S) -> gen_tcp:send(S, "active"), timer:sleep(2), [gen_tcp:send(S, binary:copy(<<"x">>, 100000)) || _ <- lists:seq(1, 5)];
act(_, S) -> gen_tcp:send(S, "active"), receive stop -> ok after 1000 -> S end.

finish({kill_client, A, B}) -> exit(B, kill), A ! stop;
finish({kill_server, A, B}) -> exit(A, kill), B ! stop;
finish({_, A, B}) -> exit(A, kill), exit(B, kill).
