%% flags: -app_x key val -kernel logger_level error
-module(extra_arguments).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(init:get_argument(app_x)), ?P(application:get_env(kernel, logger_level)), ?P(logger:get_primary_config()), ?P(lists:member(noshell, [F || {F, _} <- init:get_arguments()])).
