%% To OTP 27 a pattern ends at its first zero byte; later that is a character like others.
-module(zero_in_pattern).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [begin
         ?P(Pattern),
         ?X(re:run(<<1, 0, 2, $a, 0, $b>>, Pattern, [{capture, all, list}])),
         ?X(re:split(<<$a, 0, $b, 0, $c>>, Pattern, [])),
         ?X(re:replace(<<$a, 0, $b, 0, $c>>, Pattern, "-", [global, {return, list}])),
         ?X(re:split("a\x{0}b", Pattern, [unicode, {return, list}])),
         ?X(element(1, re:compile(Pattern)))
     end || Pattern <- ?I([[0], <<"a", 0>>, <<"a", 0, "b">>, <<0, "(">>, <<"(", 0, ")">>, <<"a\\0">>, "a\\x00b", <<"[", 0, "]">>])],
    {ok, Compiled} = re:compile(<<"b", 0, "c">>),
    ?P(re:run(<<"abc">>, Compiled)).
