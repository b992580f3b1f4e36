%% not: zeal
%% timeout: 120
-module(bad_arguments_of_erlang).
-include("../../bad_arguments.hrl").

main() -> b(erlang, [1, 2]).
