-module(run_captures).
-export([main/0]).
-include("../../t.hrl").

main() ->
    R = fun(S, P, O) -> t:x({P, O}, fun() -> re:run(S, P, O) end) end,
    R("hello world", "o w", []), R("hello", "l+", [{capture, all, list}]), R("abc", "(a)(x)?(c)?", [{capture, all, binary}]), R("key=val", "(?<k>\\w+)=(?<v>\\w+)", [{capture, [v, k], list}]), R("key=val", "(?<k>\\w+)=(?<v>\\w+)", [{capture, all_names, binary}]), R("aXbX", "X", [global]), R("a1b22", "(\\w)(\\d+)", [global, {capture, all_but_first, list}]), R("abc", "b", [{capture, none}]), R("abc", "z", []), R("abc", "b", [{capture, first, index}]), R("abcabc", "b", [{offset, 2}]), R(<<"åäö"/utf8>>, "ä", [unicode]), R(<<"åäö"/utf8>>, <<"(?<x>ä)"/utf8>>, [unicode, {capture, all, list}]), R("", "", [global]), R("aaa", "", [global]), R("abc", "(b)(?:c)", [{capture, [0, 1, 7], list}]), R("x", "x", [{capture, []}]), R("AbC", "abc", [caseless, {capture, all, binary}]),
    ?X(re:run("a", "(")), ?X(re:run("a", "a", [foo])), ?X(re:run(?I(a), "a")), ?X(re:run("a", ?I(1))), ?X(re:run("a", "a", [{offset, -1}])), ?X(re:run(<<255>>, "a", [unicode])), ?X(re:run("a", "a", [{capture, x}])).
