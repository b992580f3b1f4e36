%% not: zeal
%% timeout: 120
-module(bad_arguments_of_ets).
-include("../../bad_arguments.hrl").

main() -> b(ets, [all, internal_delete_all, i], [1, 2, 3, 4, 5]).
