-module(ring_of_supervised).
-define(PART_OF, ?MODULE).
-export([main/0]).
-include("../../../../examples/ring/ring.erl").

main() ->
    #{level := Level} = logger:get_primary_config(),
    logger:set_primary_config(level, none),
    {Kills, Result} = run(20000, 50, 10),
    logger:set_primary_config(level, Level),
    t:p(Kills > 0),
    [t:p(Name, Value) || {Name, Value} <- Result].
