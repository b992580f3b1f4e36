-module(trace_file).
-export([main/0, f/1]).
-include("../../t.hrl").

f(X) -> X.

run(Args) ->
    Me = self(),
    {P, M} = spawn_monitor(fun() -> Me ! ready, receive go -> [f(A) || A <- Args] end end),
    receive ready -> ok end,
    {ok, _} = dbg:p(P, [c]),
    P ! go,
    receive {'DOWN', M, _, _, _} -> ok end.

stop() -> try dbg:stop_clear() catch error:undef -> dbg:stop() end.

main() ->
    File = "trace_file.trace",
    {ok, _} = dbg:tracer(port, dbg:trace_port(file, File)),
    {ok, _} = dbg:tp(?MODULE, f, 1, []),
    {ok, _} = dbg:tpl(?MODULE, f, 1, [{'_', [], [{return_trace}]}]),
    run([1, {two, "three"}, binary:copy(<<"x">>, 100)]),
    ?P(dbg:flush_trace_port()),
    stop(),
    {ok, Bin} = file:read_file(File),
    [t:p(T) || T <- terms(Bin)],
    file:delete(File),
    {ok, _} = dbg:tracer(port, dbg:trace_port(file, {"trace_file_wrap", wrap, ".log", 300, 3})),
    {ok, _} = dbg:tpl(?MODULE, f, 1, []),
    run(lists:seq(1, 40)),
    stop(),
    Files = lists:sort(filelib:wildcard("trace_file_wrap*.log")),
    %% How many calls a file has depends on the length of a pid.
    ?P([filelib:file_size(F) < 400 || F <- Files]),
    Calls = lists:sort(lists:append([terms(element(2, file:read_file(F))) || F <- Files])),
    Numbers = [N || {trace, _, call, {_, f, [N]}} <- Calls],
    ?P(length(Numbers) =:= length(Calls)),
    ?P(lists:last(Numbers)),
    ?P(Numbers =:= lists:seq(hd(Numbers), 40) andalso hd(Numbers) > 1),
    [file:delete(F) || F <- Files],
    ok.

terms(<<0, Size:32, Term:Size/binary, Rest/binary>>) -> [binary_to_term(Term) | terms(Rest)];
terms(<<>>) -> [].
