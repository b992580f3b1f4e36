%% How fast does `unicode` turn lists and binaries into one another?
-module(unicode_text).
-export([scale/0, run/1]).

scale() -> 120.

run(Rounds) -> run(Rounds, texts(), 0).

run(0, _, Sum) -> Sum;
run(Rounds, Texts, Sum) -> run(Rounds - 1, Texts, Sum + lists:sum([all(Text) || Text <- Texts])).

all(Text) ->
    Binary = unicode:characters_to_binary(Text),
    Wide = unicode:characters_to_binary(Text, unicode, utf16),
    List = unicode:characters_to_list(Binary),
    Back = unicode:characters_to_binary(Wide, utf16, unicode),
    byte_size(Binary) + byte_size(Wide) + length(List) + byte_size(Back).

texts() ->
    Plain = lists:flatten(lists:duplicate(300, "plain text, ")),
    Other = lists:flatten(lists:duplicate(200, [$d, $u, 252, $n, 8364, 16#1f600, $\s])),
    Parts = [<<"parts ">>, "of ", [<<"a text">>, 228, [246 | <<"!">>]]],
    [Plain, Other, lists:duplicate(100, Parts), list_to_binary(Plain), unicode:characters_to_binary(Other), "short", <<"short">>].
