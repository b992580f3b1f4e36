%% The beginning of a character at the end of a binary is incomplete, if what follows the first byte may be part of one.
-module(short_sequences).
-export([main/0]).

main() ->
    [t:p(Bytes, {unicode:characters_to_list(Bytes), unicode:characters_to_binary(Bytes), unicode:characters_to_list([Bytes]), unicode:characters_to_list([$a, Bytes])})
     || Bytes <- [<<224, 127>>, <<224, 160>>, <<240, 127>>, <<240, 144, 127>>, <<240, 144, 128>>, <<226, 40, 161>>, <<194>>, <<193, 128>>,
                  <<226, 130>>, <<226, 130, 127>>, <<224>>, <<240, 200>>, <<240, 144, 200>>, <<225, 0>>]],
    [t:p({parts, Parts}, unicode:characters_to_list(Parts)) || Parts <- [[<<224>>, <<127>>], [<<224>>, 127], [<<226>>, <<130, 172>>], [<<226, 130>>, <<127>>]]].
