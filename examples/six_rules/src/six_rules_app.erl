-module(six_rules_app).
-behaviour(application).
-export([start/2, stop/1]).

start(normal, []) ->
    six_rules_sup:start_link().

stop(_State) ->
    ok.
