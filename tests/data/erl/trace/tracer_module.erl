%% The tracer module that sends trace messages to processes and ports, called as the machine calls it.
-module(tracer_module).
-export([main/0]).

main() ->
    Me = self(),
    Other = spawn(fun() -> receive stop -> ok end end),
    Gone = spawn(fun() -> ok end),
    gone = begin monitor(process, Gone), receive {'DOWN', _, process, Gone, _} -> gone end end,
    [t:p({enabled, Tag, Label}, t:r(fun() -> erl_tracer:enabled(Tag, Tracer, Other) end))
     || Tag <- [trace_status, call, send, 'receive', running, garbage_collection, seq_trace, other, 1],
        {Label, Tracer} <- [{me, Me}, {itself, Other}, {gone, Gone}, {port, open_port()}, {nobody, []}, {atom, x}]],
    [t:p({trace, Tag, maps:keys(Options)}, {t:r(fun() -> erl_tracer:trace(Tag, Me, Other, Term, Options) end), shown(t:flush())})
     || {Tag, Term, Options} <- [{call, {lists, map, 2}, #{}},
                                 {call, {lists, map, [a, b]}, #{match_spec_result => hit}},
                                 {send, message, #{extra => to}},
                                 {'receive', message, #{scheduler_id => 3}},
                                 {in, {m, f, 1}, #{scheduler_id => 1, match_spec_result => m, extra => e}},
                                 {return_from, {m, f, 1}, #{extra => value, timestamp => timestamp}},
                                 {call, {m, f, 1}, #{timestamp => monotonic}},
                                 {call, {m, f, 1}, #{timestamp => strict_monotonic}},
                                 {call, {m, f, 1}, #{timestamp => cpu_timestamp}},
                                 {seq_trace, {send, 1, 2, 3}, #{}},
                                 {seq_trace, {send, 1, 2, 3}, #{timestamp => monotonic}},
                                 {other, term, #{unknown => option}}]],
    t:p({trace, gone}, t:r(fun() -> erl_tracer:trace(call, Gone, Other, {m, f, 1}, #{}) end)),
    Other ! stop.

open_port() -> hd(erlang:ports()).

shown(Messages) -> [shape(Message) || Message <- Messages].

%% Times as what they are made of.
shape(Message) when element(1, Message) =:= trace_ts; element(1, Message) =:= seq_trace, tuple_size(Message) > 3 ->
    Size = tuple_size(Message),
    {setelement(Size, Message, stamp), stamp(element(Size, Message))};
shape(Message) -> Message.

stamp({A, B, C}) when is_integer(A), is_integer(B), is_integer(C) -> three;
stamp({A, B}) when is_integer(A), is_integer(B) -> two;
stamp(A) when is_integer(A) -> one;
stamp(Other) -> Other.
