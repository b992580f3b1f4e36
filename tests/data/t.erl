%% What test programs print with. All that it prints is the same in every run.
-module(t).
-export([p/1, p/2, x/1, x/2, r/1, st/1, id/1, id/2, s/1, mask/1, wait/1, down/1, flush/0, flush/1, compile/2, load/2, unload/1]).

%% p(Term): a line with the term. p(Label, Term): with a label before it.
p(Term) -> io:format("~0tp~n", [s(Term)]).
p(Label, Term) -> io:format("~ts: ~0tp~n", [label(Label), s(Term)]).

%% x(Fun): a line with the function's value, or with class, reason, and who raised it.
x(Fun) -> p(r(Fun)).
x(Label, Fun) -> p(Label, r(Fun)).

%% The value, or {Class, Reason, 'M:F/A'} with the uppermost stack frame.
r(Fun) ->
    try Fun()
    catch Class:Reason:Stack -> {Class, reason(Reason), frame(Stack)}
    end.

reason({Name, F}) when is_function(F) -> {Name, a_fun};
reason({badarity, {F, As}}) when is_function(F) -> {badarity, {a_fun, As}};
reason(Reason) -> Reason.

frame([]) -> none;
frame([{F, _, _} | _]) when is_function(F) -> gone_fun;
frame([{M, F, A, _} | _]) when is_list(A) -> frame([{M, F, length(A), []}]);
frame([{M, F, A, _} | _]) -> list_to_atom(lists:concat([M, ":", name(atom_to_list(F)), "/", A])).

%% A fun's number is the compiler's affair.
name([$-, _ | _]) -> "fun";
name(F) -> F.

%% st(Fun): class, reason and the stack down to the program's own outermost call, each frame with its line.
st(Fun) ->
    try Fun()
    catch Class:Reason:Stack -> {Class, reason(Reason), frames(Stack)}
    end.

frames([{T, _, _, _} | _]) when T =:= t; T =:= runner -> [];
frames([{M, F, A, Where} | Rest]) ->
    Line = proplists:get_value(line, Where, no_line),
    [{frame([{M, F, A, Where}]), if is_list(A) -> A; true -> '_' end, Line} | frames(Rest)];
frames([{F, As, _} | Rest]) when is_function(F) -> [{gone_fun, As, no_line} | frames(Rest)];
frames([]) -> [].

%% Values that the compiler knows nothing about.
id(X) -> X.
id(X, _) -> X.

%% The order of a map's keys is not ours to test: maps of more than one key become sorted lists. Nor are the numbers
%% of pids, references, ports and funs.
s(M) when is_map(M), map_size(M) > 1 -> {map, lists:sort([{s(K), s(V)} || {K, V} <- maps:to_list(M)])};
s(M) when is_map(M) -> maps:from_list([{s(K), s(V)} || {K, V} <- maps:to_list(M)]);
s(T) when is_tuple(T) -> list_to_tuple([s(E) || E <- tuple_to_list(T)]);
s([H | T]) -> [s(H) | s(T)];
s(X) when is_pid(X) -> '<pid>';
s(X) when is_reference(X) -> '<ref>';
s(X) when is_port(X) -> '<port>';
s(X) when is_function(X) ->
    case erlang:fun_info(X, type) of
        {type, external} -> X;
        {type, local} -> '<fun>'
    end;
s(X) -> X.

%% Text without the numbers in pids, references and ports.
mask(Text) -> mask_(unicode:characters_to_list(Text)).

mask_("<" ++ Rest = Text) ->
    case lists:splitwith(fun(C) -> C =:= $. orelse C >= $0 andalso C =< $9 end, Rest) of
        {[_, _ | _], ">" ++ Rest1} -> "<_>" ++ mask_(Rest1);
        _ -> [hd(Text) | mask_(Rest)]
    end;
mask_([C | Rest]) -> [C | mask_(Rest)];
mask_([]) -> [].

label(L) when is_atom(L) -> atom_to_list(L);
label(L) ->
    case L =/= [] andalso io_lib:printable_unicode_list(L) of
        true -> L;
        false -> io_lib:format("~0tp", [L])
    end.

%% Polls until the function says true.
wait(Fun) ->
    case Fun() of
        true -> ok;
        _ -> timer:sleep(1), wait(Fun)
    end.

%% Waits for a process to end, and returns the reason.
down(Pid) ->
    M = monitor(process, Pid),
    receive {'DOWN', M, _, _, Reason} -> Reason end.

%% All messages that are there, or that come until nothing comes for some time.
flush() -> flush(0).
flush(Time) ->
    receive M -> [M | flush(Time)]
    after Time -> []
    end.

%% Compiles the text of a module at run time.
compile(Text, Options) ->
    {ok, Tokens, _} = erl_scan:string(Text),
    {ok, Module, Code} = compile:forms(forms(Tokens, []), [binary | Options]),
    {Module, Code}.

forms([], []) -> [];
forms([{dot, _} = Dot | Rest], Form) ->
    {ok, Parsed} = erl_parse:parse_form(lists:reverse([Dot | Form])),
    [Parsed | forms(Rest, [])];
forms([Token | Rest], Form) -> forms(Rest, [Token | Form]).

%% Compiles and loads it.
load(Text, Options) ->
    {Module, Code} = compile(Text, Options),
    {module, Module} = code:load_binary(Module, atom_to_list(Module) ++ ".erl", Code),
    Module.

unload(Module) ->
    code:purge(Module), code:delete(Module), code:purge(Module).
