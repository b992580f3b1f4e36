%% not: zeal
%% timeout: 120
-module(bad_arguments_of_ets).
-include("../../bad_arguments.hrl").

main() -> b(ets, [1, 2, 3, 4, 5]).
