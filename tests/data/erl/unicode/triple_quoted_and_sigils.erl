%% since: 27
-module(triple_quoted_and_sigils).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P("""
       first "line"
         second\n
       """), ?P(~"bin €"), ?P(~S"raw \n"), ?P(~b"by\tt"), ?P(~B[a]), ?P(~s(list)), ?P(~"""
       doc
       """), ?P(""""
       """ inside
       """").
