%% Keeps the application's servers alive.
-module(six_rules_sup).
-behaviour(supervisor).
-export([start_link/0, init/1]).

start_link() ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    Flags = #{strategy => one_for_one, intensity => 10, period => 10},
    Children = [#{id => M, start => {M, start_link, []}}
                || M <- [six_rules_counter, six_rules_divider, six_rules_store]],
    {ok, {Flags, Children}}.
