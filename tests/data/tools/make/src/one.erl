-module(one).
-export([main/0]).
-include("name.hrl").
main() -> io:format("~s ~p ~p~n", [?NAME, ?LEVEL, two:value()]).
