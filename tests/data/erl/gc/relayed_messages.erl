%% A process that only passes on what it gets builds nothing itself; what it has passed on is collected all the same.
-module(relayed_messages).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Relay = spawn_link(fun relay/0),
    % Binaries outside the heap.
    ?P(lists:max([passed(Relay, binary:copy(<<I>>, 1 bsl 20)) || I <- lists:seq(1, 200)]) < 20 bsl 20),
    % Terms beside the heap.
    ?P(lists:max([passed(Relay, lists:seq(I, I + 2000)) || I <- lists:seq(1, 1000)]) < 4 bsl 20),
    % The same behind messages that nobody takes.
    Selects = spawn_link(fun selects/0),
    [Selects ! other || _ <- lists:seq(1, 100)],
    ?P(lists:max([passed(Selects, binary:copy(<<I>>, 1 bsl 20)) || I <- lists:seq(1, 200)]) < 20 bsl 20).

relay() ->
    receive {From, Message} -> From ! Message, relay() end.

selects() ->
    receive {From, <<_, _/binary>> = Message} -> From ! Message, selects() end.

%% Bytes that the process keeps, binaries with it.
passed(Relay, Message) ->
    Relay ! {self(), Message},
    receive Message -> ok end,
    {memory, Own} = process_info(Relay, memory),
    {binary, Binaries} = process_info(Relay, binary),
    Own + lists:sum([Size || {_, Size, _} <- Binaries]).
