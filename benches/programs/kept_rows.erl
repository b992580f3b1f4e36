%% What do three hundred thousand rows of `ets` take, by hash and in order?
%% group: memory
-module(kept_rows).
-export([scale/0, run/1]).

scale() -> 150000.

run(Count) ->
    Tables = [ets:new(rows, [Type]) || Type <- [set, ordered_set]],
    [ets:insert(Table, {N, {user, N}, <<"a name">>, [N], N * 0.5}) || N <- lists:seq(1, Count), Table <- Tables],
    lists:sum([ets:info(Table, size) || Table <- Tables]).
