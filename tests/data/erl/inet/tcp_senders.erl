-module(tcp_senders).
-export([main/0]).

%% Many send at once, each of whom may make the socket busy for the next: all are answered.
main() ->
    t:p(lists:usort([round() || _ <- lists:seq(1, 30)])).

round() ->
    {ok, L} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}}, {recbuf, 4096}, binary, {active, false}]),
    {ok, P} = inet:port(L),
    {ok, A} = gen_tcp:connect({127, 0, 0, 1}, P, [{sndbuf, 4096}, {active, false}]),
    {ok, B} = gen_tcp:accept(L),
    gen_tcp:close(L),
    Me = self(),
    Count = 40,
    Size = 20000,
    Senders = [
        spawn_link(fun() ->
            receive go -> ok end,
            Me ! {self(), gen_tcp:send(A, binary:copy(<<"y">>, Size))}
        end)
     || _ <- lists:seq(1, Count)
    ],
    [Sender ! go || Sender <- Senders],
    drain(B, Count * Size),
    Results = [receive {Sender, Result} -> Result after 5000 -> timeout end || Sender <- Senders],
    [begin unlink(Sender), exit(Sender, kill) end || Sender <- Senders],
    gen_tcp:close(A),
    gen_tcp:close(B),
    lists:usort(Results).

drain(_, Left) when Left =< 0 -> ok;
drain(B, Left) ->
    {ok, Data} = gen_tcp:recv(B, 0, 5000),
    drain(B, Left - byte_size(Data)).
