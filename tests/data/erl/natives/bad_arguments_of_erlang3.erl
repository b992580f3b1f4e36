%% not: zeal
%% timeout: 120
-module(bad_arguments_of_erlang3).
-include("../../bad_arguments.hrl").

main() -> b(erlang, [3, 4, 5]).
