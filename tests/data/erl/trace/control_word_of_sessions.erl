%% since: 27
%% All sessions have one trace control word.
-module(control_word_of_sessions).
-export([main/0, f/1]).

f(X) -> {X}.

main() ->
    Self = self(),
    Tracer = spawn_link(fun() -> forward(Self) end),
    Sessions = [trace:session_create(S, Tracer, []) || S <- [a, b]],
    Pid = spawn_link(fun done/0),
    [1 = trace:process(S, Pid, true, [call]) || S <- Sessions],
    t:p(before, erlang:system_flag(trace_control_word, 17)),
    [begin
         1 = trace:function(S, {?MODULE, f, 1}, Specification, [local]),
         Pid ! {call, Self},
         receive called -> ok end,
         trace:delivered(S, Pid),
         t:p(Specification, told([])),
         1 = trace:function(S, {?MODULE, f, 1}, false, [local])
     end || Specification <- [[{'_', [{'=:=', {get_tcw}, 17}], []}], [{'_', [{'=:=', {get_tcw}, 18}], []}], [{'_', [], [{set_tcw, 5}, {message, {get_tcw}}]}],
                              [{'_', [], [{set_tcw, {'+', 1, {get_tcw}}}, {message, {get_tcw}}]}]],
            S <- Sessions],
    % Others shall find it as it was.
    t:p('after', erlang:system_flag(trace_control_word, 0)).

done() -> receive {call, From} -> ?MODULE:f(1), From ! called, done() end.

forward(To) -> receive M -> To ! {told, M}, forward(To) end.

told(Acc) ->
    receive
        {told, {trace, _, call, _}} -> told([plain | Acc]);
        {told, {trace, _, call, _, Message}} -> told([Message | Acc])
    after 50 -> lists:reverse(Acc)
    end.
