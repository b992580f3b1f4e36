-module(yield_costs_little).
-export([main/0]).

%% Who gives up the rest of its turn has not used it.
main() ->
    Before = reductions(),
    {ok, true} = middle(),
    true = last(),
    true = apply(erlang, yield, []),
    true = erlang:yield(),
    After = reductions(),
    t:p(After - Before < 100),
    t:p(After > Before),
    Start = reductions(),
    [_ = process_flag(scheduler, 0) || _ <- [1, 2, 3]],
    t:p(reductions() - Start < 200).

middle() -> {ok, erlang:yield()}.

last() -> erlang:yield().

reductions() ->
    {reductions, Count} = process_info(self(), reductions),
    Count.
