-module(replace_split).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(re:replace("hello", "l", "L", [{return, list}])), ?P(re:replace("hello", "l", "L", [global, {return, list}])), ?P(re:replace("ab", "(a)(b)", "\\2\\1&\\g1\\\\", [{return, binary}])), ?P(re:replace("hello", "x", "y")), ?P(iolist_to_binary(re:replace("abc", "b", "[&]"))), ?P(re:replace(<<"åä"/utf8>>, "ä", "ö", [unicode, {return, list}])), ?P(re:split("a,b,c", ",")), ?P(re:split("a,b,c", ",", [{return, list}])), ?P(re:split("a1b2c", "(\\d)", [{return, list}])), ?P(re:split("a1b2c", "\\d", [{parts, 2}, {return, list}])), ?P(re:split("a  b", " ", [trim, {return, list}])), ?P(re:split("abc", "", [{return, list}])), ?P(re:split("a,b,", ",", [trim, {return, list}])), ?P(re:split("a,b", "(,)", [group, {return, list}])), ?X(re:replace("a", "(", "b")), ?X(re:split("a", "a", [foo])), ?X(re:replace("a", "a", "b", [{return, foo}])), ?P(re:replace("aaa", "a", "b", [global, {offset, 1}, {return, list}])), ?P(re:replace("x", "(y)?x", "[\\1]", [{return, list}])).
