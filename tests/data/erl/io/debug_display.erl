%% releases: 25
%% own_vm
%% What erts_debug:display/1 writes itself, and the text that it gives. It is gone since OTP 26.
-module(debug_display).
-export([main/0]).

main() ->
    Terms = [a, 'A b', [], "text", [1, 2 | x], {}, {a, {"b", <<"c">>}}, -17, 1 bsl 80, 2.5, <<1, 2:3>>, #{k => v}, fun lists:map/2, lists:seq(1, 40)],
    [said(erts_debug:display(Term)) || Term <- Terms].

said(What) -> erlang:display({said, What}).
