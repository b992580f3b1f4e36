%% own_vm
-module(halt_slogan).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?X(halt(?I(-1))), ?X(halt(?I(a))), ?X(halt(?I(1), [{foo, true}])), ?X(halt(0, ?I(x))), io:format("now~n"), erlang:halt(300, [{flush, true}]).
