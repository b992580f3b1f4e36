%% since: 29
-module(persistent_term_put_new).
-export([main/0]).
-include("../../t.hrl").

main() ->
    K = {?MODULE, k}, ?P(persistent_term:put_new(K, 1)), ?P(persistent_term:put_new(K, 1)), ?X(persistent_term:put_new(K, 2)), ?P(persistent_term:get(K)), persistent_term:erase(K).
