-module(tcp_echo).
-export([main/0]).

lo() -> {127, 0, 0, 1}.

pair(Opts) ->
    {ok, L} = gen_tcp:listen(0, [{ip, lo()}, {active, false} | Opts]),
    {ok, P} = inet:port(L),
    {ok, A} = gen_tcp:connect(lo(), P, [{active, false} | Opts]),
    {ok, B} = gen_tcp:accept(L),
    {L, A, B}.

main() ->
    {L, A, B} = pair([binary]),
    t:p(gen_tcp:send(A, <<"hello world">>)),
    t:p(gen_tcp:recv(B, 5)),
    t:p(gen_tcp:recv(B, 0)),
    t:p(gen_tcp:recv(B, 0, 0)),
    t:p(gen_tcp:recv(B, 0, 20)),
    t:p(gen_tcp:recv(B, 10, 20)),
    t:p(gen_tcp:send(A, [$a, <<"bc">>, [["d"]]])),
    t:p(gen_tcp:recv(B, 4, 5000)),
    %% a length that comes in parts
    spawn_link(fun() -> [begin ok = gen_tcp:send(A, [X]), timer:sleep(5) end || X <- "abcdef"] end),
    t:p(gen_tcp:recv(B, 6)),
    t:p(gen_tcp:unrecv(B, <<"back">>)),
    t:p(gen_tcp:recv(B, 2)),
    t:p(gen_tcp:recv(B, 0)),
    t:x(fun() -> gen_tcp:send(A, foo) end),
    t:p(gen_tcp:recv(B, 16#4000001)),
    big(A, B),
    %% names
    {ok, {IpA, PortA}} = inet:sockname(A),
    {ok, Peer} = inet:peername(B),
    t:p({IpA, Peer =:= {IpA, PortA}}),
    t:p(inet:peername(L)),
    %% a process that waits while another asks
    Me = self(),
    Waiter = spawn_link(fun() -> Me ! {self(), gen_tcp:recv(B, 0)} end),
    timer:sleep(50),
    t:p(gen_tcp:recv(B, 0)),
    ok = gen_tcp:send(A, "x"),
    receive {Waiter, R} -> t:p(R) end,
    %% ends
    t:p(gen_tcp:shutdown(A, write)),
    t:p(gen_tcp:recv(B, 0)),
    t:p(gen_tcp:recv(B, 0)),
    t:p(gen_tcp:send(B, "y")),
    t:p(gen_tcp:close(A)),
    t:p(gen_tcp:close(A)),
    t:p(gen_tcp:recv(A, 0)),
    t:p(gen_tcp:send(A, "z")),
    t:p(inet:port(A)),
    gen_tcp:close(B),
    accepts(L),
    refused().

big(A, B) ->
    Data = binary:copy(<<"0123456789">>, 300000),
    spawn_link(fun() -> ok = gen_tcp:send(A, Data) end),
    {ok, Got} = gen_tcp:recv(B, byte_size(Data)),
    t:p(Got =:= Data).

accepts(L) ->
    t:p(gen_tcp:accept(L, 0)),
    t:p(gen_tcp:accept(L, 20)),
    {ok, P} = inet:port(L),
    Me = self(),
    Many = [spawn_link(fun() ->
                           {ok, S} = gen_tcp:accept(L),
                           {ok, <<N>>} = gen_tcp:recv(S, 0),
                           Me ! {accepted, N},
                           receive stop -> ok end
                       end) || _ <- lists:seq(1, 5)],
    timer:sleep(20),
    %% one that dies takes nothing with it
    Dead = spawn(fun() -> gen_tcp:accept(L) end),
    timer:sleep(20),
    exit(Dead, kill),
    timer:sleep(20),
    Cs = [begin {ok, C} = gen_tcp:connect(lo(), P, []), ok = gen_tcp:send(C, [N]), C end || N <- lists:seq(1, 5)],
    t:p(lists:sort([receive {accepted, N} -> N after 5000 -> timeout end || _ <- Cs])),
    [Pid ! stop || Pid <- Many],
    %% who accepts when the listener closes
    Last = spawn_link(fun() -> Me ! {self(), gen_tcp:accept(L)} end),
    timer:sleep(50),
    gen_tcp:close(L),
    receive {Last, R} -> t:p(R) after 5000 -> t:p(timeout) end,
    t:p(gen_tcp:accept(L)).

refused() ->
    {ok, L} = gen_tcp:listen(0, [{ip, lo()}]),
    {ok, P} = inet:port(L),
    t:p(element(2, gen_tcp:listen(P, [{ip, lo()}]))),
    gen_tcp:close(L),
    t:p(gen_tcp:connect(lo(), P, [])),
    t:p(gen_tcp:connect(lo(), P, [], 1000)),
    t:x(fun() -> gen_tcp:connect(lo(), P, [nonsense]) end),
    t:x(fun() -> gen_tcp:listen(0, [{packet, 3}]) end),
    t:x(fun() -> gen_tcp:connect({192, 0, 2, 1, 5}, 80, []) end).
