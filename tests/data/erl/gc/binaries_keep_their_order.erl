%% process_info(_, binary) lists binaries in the same order after each collection.
-module(binaries_keep_their_order).
-export([main/0]).

main() ->
    Binaries = [binary:copy(<<"b">>, Size) || Size <- t:id([100, 200, 300, 400])],
    erlang:garbage_collect(),
    {binary, First} = process_info(self(), binary),
    Others = [begin
                  erlang:garbage_collect(self(), [{type, Type}]),
                  {binary, Now} = process_info(self(), binary),
                  Now =:= First
              end || Type <- [major, major, minor, major]],
    t:p(Others),
    t:p(lists:sort([Size || {_, Size, _} <- First, Size > 99])),
    t:id(Binaries).
