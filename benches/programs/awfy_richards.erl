%% Richards: how fast is the model of an operating system, with its tasks in a map?
-module(awfy_richards).
-export([scale/0, run/1]).

-record(packet, {to, kind, datum = 0, data = {0, 0, 0, 0}}).
-record(task, {next, priority, queue = [], pending = false, waiting = false, holding = false, work}).
-record(os, {tasks, current, queued = 0, held = 0}).

scale() -> 14.

run(0) -> 0;
run(Rounds) ->
    #os{queued = 23246, held = 9297} = schedule(device_b, #os{tasks = tasks()}),
    23246 + run(Rounds - 1).

%% Each names the one that was made before it.
tasks() ->
    Packets = fun(Count, To, Kind) -> lists:duplicate(Count, #packet{to = To, kind = Kind}) end,
    Waiting = #task{waiting = true},
    #{idle => #task{next = none, priority = 0, work = {idle, 1, 10000}},
      worker => Waiting#task{next = idle, priority = 1000, queue = Packets(2, worker, work), pending = true, work = {worker, handler_a, 0}},
      handler_a => Waiting#task{next = worker, priority = 2000, queue = Packets(3, device_a, device), pending = true, work = {handler, [], []}},
      handler_b => Waiting#task{next = handler_a, priority = 3000, queue = Packets(3, device_b, device), pending = true, work = {handler, [], []}},
      device_a => Waiting#task{next = handler_b, priority = 4000, work = {device, none}},
      device_b => Waiting#task{next = device_a, priority = 5000, work = {device, none}}}.

schedule(none, Os) -> Os;
schedule(Name, #os{tasks = Tasks} = Os) ->
    case Tasks of
        #{Name := #task{holding = true, next = Next}} -> schedule(Next, Os);
        #{Name := #task{waiting = true, pending = false, next = Next}} -> schedule(Next, Os);
        #{Name := #task{waiting = true, queue = [Packet | Rest]} = Task} ->
            Ready = Task#task{queue = Rest, pending = Rest =/= [], waiting = false},
            step(Name, Ready, Packet, Os#os{tasks = Tasks#{Name := Ready}});
        #{Name := Task} -> step(Name, Task, none, Os)
    end.

step(Name, #task{work = Work}, Packet, Os) ->
    {Changed, Action} = work(Work, Packet),
    #os{tasks = #{Name := Task} = Tasks} = Os,
    {Next, After} = act(Action, Os#os{tasks = Tasks#{Name := Task#task{work = Changed}}, current = Name}),
    schedule(Next, After).

act(wait, #os{tasks = Tasks, current = Name} = Os) ->
    #{Name := Task} = Tasks,
    {Name, Os#os{tasks = Tasks#{Name := Task#task{waiting = true}}}};
act(hold, #os{tasks = Tasks, current = Name, held = Held} = Os) ->
    #{Name := #task{next = Next} = Task} = Tasks,
    {Next, Os#os{tasks = Tasks#{Name := Task#task{holding = true}}, held = Held + 1}};
act({release, Name}, #os{tasks = Tasks, current = Current} = Os) ->
    #{Name := Task, Current := #task{priority = Priority}} = Tasks,
    Released = Os#os{tasks = Tasks#{Name := Task#task{holding = false}}},
    case Task#task.priority > Priority of
        true -> {Name, Released};
        false -> {Current, Released}
    end;
act({queue, #packet{to = Name} = Packet}, #os{tasks = Tasks, current = Current, queued = Queued} = Os) ->
    Sent = Packet#packet{to = Current},
    #{Name := Task, Current := #task{priority = Priority}} = Tasks,
    case Task of
        #task{queue = []} ->
            Now = Os#os{tasks = Tasks#{Name := Task#task{queue = [Sent], pending = true}}, queued = Queued + 1},
            case Task#task.priority > Priority of
                true -> {Name, Now};
                false -> {Current, Now}
            end;
        #task{queue = Packets} ->
            {Current, Os#os{tasks = Tasks#{Name := Task#task{queue = Packets ++ [Sent]}}, queued = Queued + 1}}
    end.

%% What a task remembers next, and what it wants.
work({idle, Control, 1}, none) -> {{idle, Control, 0}, hold};
work({idle, Control, Count}, none) when Control band 1 =:= 0 -> {{idle, Control div 2, Count - 1}, {release, device_a}};
work({idle, Control, Count}, none) -> {{idle, (Control div 2) bxor 53256, Count - 1}, {release, device_b}};
work({device, none}, none) -> {{device, none}, wait};
work({device, Pending}, none) -> {{device, none}, {queue, Pending}};
work({device, _}, Packet) -> {{device, Packet}, hold};
work({worker, _, _} = Work, none) -> {Work, wait};
work({worker, Last, Count}, Packet) ->
    Other = case Last of handler_a -> handler_b; handler_b -> handler_a end,
    {Data, Counted} = letters(Count),
    {{worker, Other, Counted}, {queue, Packet#packet{to = Other, datum = 0, data = Data}}};
work({handler, Works, Devices}, #packet{kind = work} = Packet) -> handle(Works ++ [Packet], Devices);
work({handler, Works, Devices}, #packet{kind = device} = Packet) -> handle(Works, Devices ++ [Packet]);
work({handler, Works, Devices}, none) -> handle(Works, Devices).

handle([#packet{datum = 4} = Work | Works], Devices) -> {{handler, Works, Devices}, {queue, Work}};
handle([#packet{datum = Datum, data = Data} = Work | Works], [Device | Devices]) ->
    Letter = element(Datum + 1, Data),
    {{handler, [Work#packet{datum = Datum + 1} | Works], Devices}, {queue, Device#packet{datum = Letter}}};
handle(Works, Devices) -> {{handler, Works, Devices}, wait}.

letters(Count) ->
    [A, B, C, D] = [(Count + N) rem 26 || N <- [0, 1, 2, 3]],
    {{$A + A, $A + B, $A + C, $A + D}, Count + 4}.
