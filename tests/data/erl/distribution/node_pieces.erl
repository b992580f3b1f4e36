%% timeout: 90
-module(node_pieces).
-export([main/0, there/1, receiver/2]).

%% Pieces of a large message let others pass: what somebody else sends later comes first, by message, exit signal, link and monitor.
main() -> cluster:run(?MODULE, 2).

there([Other]) ->
    pong = net_adm:ping(Other),
    Large = binary:copy(<<1>>, 80 * 1024 * 1024),
    [{Way, pass(Way, Other, Large)} || Way <- [message, exit, link, monitor, two]].

pass(Way, Other, Large) ->
    Me = self(),
    Receiver = spawn(Other, ?MODULE, receiver, [Me, case Way of two -> 4; _ -> 3 end]),
    Sender = fun() ->
        case Way of
            exit -> exit(Receiver, Large), Receiver ! behind;
            link -> link(Receiver), Receiver ! behind, exit(Large);
            monitor -> Receiver ! {watch, self()}, receive watched -> ok end, Receiver ! behind, exit(Large);
            _ -> Receiver ! Large, Receiver ! behind
        end
    end,
    Senders = [spawn(Sender) || _ <- lists:seq(1, case Way of two -> 2; _ -> 1 end)],
    [busy(Pid) || Pid <- Senders],
    Receiver ! small,
    receive {came, Receiver, What} -> What after 30000 -> lost end.

%% It has begun to send, and waits.
busy(Pid) ->
    case process_info(Pid, status) of
        {status, suspended} -> ok;
        {status, exiting} -> ok;
        undefined -> ok;
        _ -> erlang:yield(), busy(Pid)
    end.

receiver(To, Count) ->
    process_flag(trap_exit, true),
    To ! {came, self(), come(Count)}.

come(0) -> [];
come(Count) ->
    receive
        {watch, Pid} -> monitor(process, Pid), Pid ! watched, come(Count);
        Large when is_binary(Large) -> [{large, byte_size(Large)} | come(Count - 1)];
        {'EXIT', _, Large} -> [{exit, byte_size(Large)} | come(Count - 1)];
        {'DOWN', _, process, _, Large} -> [{down, byte_size(Large)} | come(Count - 1)];
        Other -> [Other | come(Count - 1)]
    end.
