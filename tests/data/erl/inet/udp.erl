-module(udp).
-export([main/0]).

lo() -> {127, 0, 0, 1}.

open(Opts) ->
    {ok, S} = gen_udp:open(0, [{ip, lo()} | Opts]),
    {ok, P} = inet:port(S),
    {S, P}.

next(S, Port) ->
    receive
        {udp, S, Ip, P, D} -> t:p({udp, Ip, P =:= Port, D});
        {udp, S, Ip, P, Anc, D} -> t:p({udp, Ip, P =:= Port, Anc, D});
        {Tag, S} -> t:p(Tag);
        {Tag, S, R} -> t:p({Tag, R})
    after 2000 -> t:p(nothing)
    end.

got({ok, {Ip, P, D}}, Port) -> t:p({Ip, P =:= Port, D});
got({ok, {Ip, P, Anc, D}}, Port) -> t:p({Ip, P =:= Port, Anc, D});
got(Other, _) -> t:p(Other).

main() ->
    {A, PA} = open([binary, {active, false}]),
    {B, PB} = open([{active, true}]),
    t:p(gen_udp:send(A, lo(), PB, "to b")),
    next(B, PA),
    t:p(gen_udp:send(B, lo(), PA, <<"to a">>)),
    got(gen_udp:recv(A, 0), PB),
    t:p(gen_udp:recv(A, 0, 0)),
    t:p(gen_udp:recv(A, 0, 20)),
    ok = gen_udp:send(B, lo(), PA, ""),
    got(gen_udp:recv(A, 0, 2000), PB),
    t:p(gen_udp:recv(B, 0, 10)),
    %% once, counted
    ok = inet:setopts(B, [{active, once}]),
    ok = gen_udp:send(A, lo(), PB, "1"),
    next(B, PA),
    t:p(inet:getopts(B, [active])),
    ok = inet:setopts(B, [{active, 2}]),
    [begin ok = gen_udp:send(A, lo(), PB, [X]), next(B, PA) end || X <- "23"],
    next(B, PA),
    %% header, modes
    ok = inet:setopts(B, [{active, true}, binary, {header, 2}]),
    ok = gen_udp:send(A, lo(), PB, "header"),
    next(B, PA),
    ok = inet:setopts(A, [{header, 1}]),
    ok = gen_udp:send(B, lo(), PA, "header"),
    got(gen_udp:recv(A, 0, 2000), PB),
    %% connected
    {C, PC} = open([binary, {active, false}]),
    t:p(gen_udp:connect(C, lo(), PB)),
    t:p(gen_udp:send(C, "connected")),
    next(B, PC),
    {ok, {Ip, P}} = inet:peername(C),
    t:p({Ip, P =:= PB}),
    t:p(inet:peername(A)),
    %% nobody is there
    {D, PD} = open([]),
    gen_udp:close(D),
    ok = gen_udp:connect(C, lo(), PD),
    _ = gen_udp:send(C, "lost"),
    t:p(gen_udp:recv(C, 0, 2000)),
    ok = inet:setopts(C, [{active, true}]),
    _ = gen_udp:send(C, "lost"),
    next(C, PD),
    %% ancillary data
    {E, PE} = open([binary, {active, false}, {recvttl, true}, {recvtos, true}]),
    t:p(inet:getopts(E, [recvttl, recvtos])),
    ok = gen_udp:send(A, {lo(), PE}, [{ttl, 17}, {tos, 16}], "ancillary"),
    case gen_udp:recv(E, 0, 2000) of
        {ok, {_, _, Anc, Data}} -> t:p({lists:sort(Anc), Data});
        Other -> t:p(Other)
    end,
    %% too big, wrong
    t:p(gen_udp:send(A, lo(), PB, binary:copy(<<0>>, 70000))),
    t:x(fun() -> gen_udp:send(A, lo(), PB, foo) end),
    t:p(inet:getstat(A, [recv_cnt, recv_max, recv_oct, send_cnt, send_max, send_oct])),
    [gen_udp:close(S) || S <- [A, B, C, E]],
    t:p(gen_udp:recv(A, 0)),
    t:p(gen_udp:send(A, lo(), PB, "x")),
    truncated().

truncated() ->
    {A, PA} = open([binary, {active, false}, {buffer, 10}]),
    {B, PB} = open([]),
    ok = gen_udp:send(B, lo(), PA, "0123456789abcdef"),
    got(gen_udp:recv(A, 0, 2000), PB),
    gen_udp:close(A), gen_udp:close(B).
