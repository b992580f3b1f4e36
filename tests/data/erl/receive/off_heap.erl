%% `message_queue_data` `off_heap`: messages are no part of the heap until they are taken, whatever a receive looks at.
-module(off_heap).
-export([main/0]).

main() ->
    [t:p(How, sizes(How)) || How <- [on_heap, off_heap]],
    [t:p({How, selective}, run(How, fun() -> selective(20) end)) || How <- [on_heap, off_heap]],
    [t:p({How, changes}, run(How, fun changes/0)) || How <- [on_heap, off_heap]],
    t:p(self, [process_flag(message_queue_data, How) || How <- [off_heap, off_heap, on_heap, on_heap]]).

%% How the size of the heap changes with messages that are looked at, and when they are taken.
sizes(How) ->
    Pid = spawn_opt(fun taker/0, [link, {message_queue_data, How}]),
    Empty = size_of(Pid),
    [Pid ! {big, lists:duplicate(N, N)} || N <- lists:seq(1, 100)],
    Pid ! self(),
    receive {Pid, done} -> ok end,
    Looked = size_of(Pid),
    Pid ! take,
    receive {Pid, taken} -> ok end,
    {_, Queue} = process_info(Pid, message_queue_len),
    unlink(Pid),
    exit(Pid, kill),
    {looked, Looked > Empty, queue, Queue}.

size_of(Pid) ->
    {total_heap_size, Size} = process_info(Pid, total_heap_size),
    Size.

taker() ->
    receive From when is_pid(From) -> From ! {self(), done} end,
    receive take -> take(), From ! {self(), taken} end,
    taker().

take() ->
    receive {big, [_ | _]} -> take() after 0 -> ok end.

run(How, Fun) ->
    {_, Ref} = spawn_opt(fun() -> exit({result, Fun()}) end, [monitor, {message_queue_data, How}]),
    receive {'DOWN', Ref, process, _, Why} -> Why end.

%% Guards that build something look at messages on loan; parts of them are kept.
selective(Count) ->
    [self() ! {N, list_to_binary([N | lists:duplicate(100, $x)]), [N, {N}], N * 1.5, #{N => [N]}} || N <- lists:seq(1, Count)],
    Got = [receive
               {_, <<N, "xxx", Rest/binary>>, [_, T] = L, F, #{N := V}} when F > N * 1.0, byte_size(Rest) > 3, length(L) =:= 2 -> {T, L, F, V, byte_size(Rest)}
           end || N <- lists:reverse(lists:seq(2, Count, 2))],
    erlang:garbage_collect(),
    Rest = [receive {_, B, _, _, M} when map_size(M) =:= 1, byte_size(B) - 1 =:= 100 -> {binary:first(B), M} end || _ <- lists:seq(1, Count, 2)],
    {erlang:phash2(Got), hd(Got), erlang:phash2(Rest), hd(Rest), receive M -> M after 0 -> empty end}.

%% From one to the other with messages that are waiting, looked at and not.
changes() ->
    [self() ! {N, lists:seq(1, N)} || N <- lists:seq(1, 10)],
    receive {7, _} -> ok end,
    Before = process_flag(message_queue_data, off_heap),
    [self() ! {N, lists:seq(1, N)} || N <- lists:seq(11, 20)],
    receive {15, L15} -> ok end,
    erlang:garbage_collect(),
    off_heap = process_flag(message_queue_data, on_heap),
    receive {19, L19} -> ok end,
    erlang:garbage_collect(),
    {Before, length(L15), length(L19), all([])}.

all(Acc) ->
    receive {N, L} -> N = length(L), all([N | Acc]) after 0 -> lists:reverse(Acc) end.
