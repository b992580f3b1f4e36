-module(sendfile).
-export([main/0]).

lo() -> {127, 0, 0, 1}.

main() ->
    File = filename:join("/tmp", "oxbeam-sendfile-" ++ os:getpid()),
    Data = binary:copy(<<"0123456789">>, 200000),
    ok = file:write_file(File, Data),
    {ok, L} = gen_tcp:listen(0, [{ip, lo()}, binary, {active, false}]),
    {ok, P} = inet:port(L),
    {ok, A} = gen_tcp:connect(lo(), P, [binary, {active, false}]),
    {ok, B} = gen_tcp:accept(L),
    Me = self(),
    Reader = fun(N) -> spawn_link(fun() -> {ok, X} = gen_tcp:recv(B, N), Me ! {read, X} end) end,
    Reader(byte_size(Data)),
    t:p(file:sendfile(File, A)),
    receive {read, X} -> t:p(X =:= Data) end,
    %% a part, behind other data
    {ok, Fd} = file:open(File, [read, raw, binary]),
    Reader(2 + 5),
    ok = gen_tcp:send(A, "a:"),
    t:p(file:sendfile(Fd, A, 3, 5, [])),
    receive {read, Y} -> t:p(Y) end,
    %% beyond the end
    t:p(file:sendfile(Fd, A, byte_size(Data), 5, [])),
    Reader(4),
    t:p(file:sendfile(Fd, A, byte_size(Data) - 4, 100, [])),
    receive {read, Z} -> t:p(Z) end,
    t:p(file:sendfile(File ++ ".none", A)),
    %% nobody reads any more
    gen_tcp:close(B),
    timer:sleep(20),
    _ = file:sendfile(File, A),
    t:p(element(1, file:sendfile(File, A))),
    gen_tcp:close(A),
    t:p(file:sendfile(Fd, A, 0, 0, [])),
    file:close(Fd),
    gen_tcp:close(L),
    file:delete(File).
