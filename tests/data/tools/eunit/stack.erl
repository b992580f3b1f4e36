-module(stack).
-export([new/0, push/2, pop/1]).
new() -> [].
push(X, S) -> [X | S].
pop([X | S]) -> {X, S};
pop([]) -> error(empty).
-ifdef(TEST).
-include_lib("eunit/include/eunit.hrl").
push_pop_test() -> ?assertEqual({1, []}, pop(push(1, new()))).
empty_test() -> ?assertError(empty, pop(new())).
wrong_test() -> ?assertEqual({2, []}, pop(push(1, new()))).
crash_test() -> pop(not_a_stack).
generated_test_() ->
    [{"zero", ?_assertMatch([], new())},
     {inorder, [?_assert(true), {"named", ?_assertNot(false)}]},
     {setup, fun() -> push(7, new()) end, fun(S) -> {with, S, [fun(T) -> ?assertMatch({7, _}, pop(T)) end]} end},
     {foreach, fun() -> ok end, fun(_) -> ok end, [fun(_) -> ?_assertThrow(x, throw(x)) end, fun(_) -> ?_assertExit(_, exit(y)) end]},
     {timeout, 5, fun() -> ?assertNotMatch(a, b) end},
     {spawn, fun() -> io:format("said aside~n"), ?assertNotEqual(a, X = hd([b])), X end}].
slow_test_() -> {timeout, 0.1, fun() -> timer:sleep(2000) end}.
-endif.
