-module(spawn_request_options).
-export([main/0]).

%% Options that are no list are bad options, not bad arguments, unless the arguments are bad too.
main() ->
    F = fun() -> ok end,
    [t:p(cause(A)) || A <- [[m, f, [a], bad], [m, f, [a], [a | b]], [F, [a | b]], [F, bad], [m, f, b, bad], [1, f, [], bad], [m, f, [a | b], []]]].

cause(Arguments) ->
    try apply(erlang, spawn_request, Arguments) of
        R when is_reference(R) -> reference
    catch
        Class:Reason:Stack ->
            [{M, Name, _, Info} | _] = Stack,
            ErrorInfo = proplists:get_value(error_info, Info, #{}),
            {Class, Reason, M, Name, maps:get(cause, ErrorInfo, none)}
    end.
