%% What two machines make of the same programs and calls: started by `differ` beside this file, on the reference.
%%
%%     differ:main(Reference, Candidate, Programs, Seed)
%%
%% `Reference` and `Candidate` are commands that start `differ_run` on descriptors. Every program is made from its own seed,
%% compiled here, and run by both; every other one is a list of calls instead. What differs is made smaller as long as it still
%% differs, and printed.
-module(differ).
-export([main/4]).

-define(BATCH, 20).
-define(ANSWER, 300_000).
% Candidates tried for one program that is made smaller.
-define(TRIES, 3000).
-define(PASSES, [[], [], [], [], [no_copt], [no_ssa_opt], [no_bopt], [inline, {inline_size, 50}], [no_type_opt], [dialyzer]]).

main(Reference, Candidate, Programs, Seed) ->
    put(reference, start(Reference)),
    put(candidate, start(Candidate)),
    put(commands, {Reference, Candidate}),
    put(gave_up, 0),
    put(calls, 0),
    Started = erlang:monotonic_time(second),
    Differences = batches(Seed, Seed + Programs, make(Seed, Seed + Programs), 0, Started),
    io:format("~p programs from seed ~p on, ~p calls, ~p of them given up, in ~p s: ~p differ~n",
        [Programs, Seed, get(calls), get(gave_up), erlang:monotonic_time(second) - Started, Differences]),
    halt(min(Differences, 1)).

batches(End, End, [], Differences, _) -> Differences;
batches(Seed, End, Requests, Differences, Started) ->
    ask(reference, Requests),
    ask(candidate, Requests),
    Next = min(Seed + ?BATCH, End),
    Following = make(Next, End),
    Expected = answer(reference),
    Found = case {Expected, answer(candidate)} of
        {died, _} ->
            io:format("the reference died in the programs ~p to ~p~n", [Seed, Next - 1]),
            % What the other has made meanwhile, atoms for instance, the new one lacks.
            again(candidate),
            0;
        {_, died} -> lists:sum([one(S, R) || {S, R} <- numbered(Seed, Requests)]);
        {_, Got} -> lists:sum([compared(S, R, E, G) || {{S, R}, E, G} <- lists:zip3(numbered(Seed, Requests), Expected, Got)])
    end,
    case Next rem 1000 of
        0 -> io:format("~p programs, ~p s, ~p differ~n", [Next, erlang:monotonic_time(second) - Started, Differences + Found]);
        _ -> ok
    end,
    batches(Next, End, Following, Differences + Found, Started).

numbered(Seed, Requests) -> lists:zip(lists:seq(Seed, Seed + length(Requests) - 1), Requests).

%% The programs from this seed on, as many as a batch takes.
make(Seed, End) -> [request(S) || S <- lists:seq(Seed, min(Seed + ?BATCH, End) - 1)].

request(Seed) when Seed rem 2 =:= 0 -> {calls, differ_gen:calls(Seed)};
request(Seed) ->
    {Forms, Calls} = differ_gen:program(Seed),
    case compiled(Forms, passes(Seed)) of
        {ok, Beam} -> {program, Beam, Calls};
        {error, Errors, _} ->
            io:format("program ~p does not compile: ~p~n", [Seed, Errors]),
            {calls, []};
        Error ->
            io:format("program ~p breaks the compiler: ~p~n", [Seed, Error]),
            {calls, []}
    end.

passes(Seed) -> lists:nth(Seed div 2 rem length(?PASSES) + 1, ?PASSES).

compiled(Forms, Options) ->
    try compile:forms(Forms, [binary, return_errors, deterministic | Options]) of
        {ok, _, Beam} -> {ok, Beam};
        Other -> Other
    catch
        Class:Reason:Stack -> {Class, Reason, Stack}
    end.

%% A program whose batch killed the candidate, on its own.
one(Seed, Request) ->
    case outcomes(Request) of
        {died, _} -> 0;
        {_, died} ->
            io:format("~n== program ~p kills the candidate~n", [Seed]),
            1;
        {Expected, Got} -> compared(Seed, Request, Expected, Got)
    end.

compared(Seed, Request, Expected, Got) ->
    put(calls, get(calls) + length(Expected)),
    put(gave_up, get(gave_up) + length([x || {A, B} <- lists:zip(Expected, Got), given_up(A) orelse given_up(B)])),
    case differing(Expected, Got) of
        [] -> 0;
        [{Number, _, _} | _] ->
            smaller(Seed, Request, Number),
            1
    end.

%% Where a native that pauses was when it failed depends on how much of its turn the process had left (docs/differences.md).
given_up(gave_up) -> true;
given_up({gave_up, _}) -> true;
given_up({{_, _, [{_, F, _, _} | _]}, _}) ->
    Name = atom_to_list(F),
    lists:suffix("_trap", Name) orelse lists:suffix("_continue", Name);
given_up(_) -> false.

differing(Expected, Got) ->
    [{N, A, B} || {N, A, B} <- lists:zip3(lists:seq(1, length(Expected)), Expected, Got), A =/= B, not given_up(A), not given_up(B)].

%% Asks both for a request alone.
outcomes(Request) ->
    ask(reference, [Request]),
    ask(candidate, [Request]),
    {single(answer(reference)), single(answer(candidate))}.

single(died) -> died;
single([Outcomes]) -> Outcomes.

%% Smaller programs.

smaller(Seed, {calls, Calls}, Number) ->
    {M, F, Arguments} = lists:nth(Number, Calls),
    put(tries, ?TRIES),
    Small = shrink(Arguments, fun(Candidate) -> is_list(Candidate) andalso length(Candidate) =:= length(Arguments) andalso
        differs({calls, [{M, F, Candidate}]}) end, fun terms/1),
    report(Seed, {calls, [{M, F, Small}]});
smaller(Seed, {program, _, Calls}, Number) ->
    Call = lists:nth(Number, Calls),
    {Forms, _} = differ_gen:program(Seed),
    Options = passes(Seed),
    put(tries, ?TRIES),
    Attributes = [Form || Form <- Forms, element(1, Form) =:= attribute],
    Differs = fun(Functions, C) ->
        case compiled(attributes(Attributes, Functions) ++ Functions, Options) of
            {ok, Beam} -> differs({program, Beam, [C]});
            _ -> false
        end
    end,
    Functions = shrink([Form || Form <- Forms, element(1, Form) =:= function], fun(C) -> Differs(C, Call) end, fun forms/1),
    {Name, Arguments} = Call,
    Small = shrink(Arguments, fun([_, _] = C) -> Differs(Functions, {Name, C}); (_) -> false end, fun terms/1),
    io:format("~n== program ~p, options ~p, call ~p~p~n", [Seed, Options, Name, Small]),
    [io:put_chars(erl_pp:form(Function)) || Function <- Functions],
    case compiled(attributes(Attributes, Functions) ++ Functions, Options) of
        {ok, Beam} -> shown(outcomes({program, Beam, [{Name, Small}]}));
        _ -> io:format("it differs only among others~n")
    end.

attributes(Attributes, Functions) ->
    [case A of
        {attribute, Line, export, _} -> {attribute, Line, export, [{Name, Arity} || {function, _, Name, Arity, _} <- Functions]};
        _ -> A
    end || A <- Attributes].

differs(Request) ->
    case outcomes(Request) of
        {died, _} -> false;
        {_, died} -> true;
        {Expected, Got} -> differing(Expected, Got) =/= []
    end.

report(Seed, {calls, [{M, F, Arguments}]} = Request) ->
    io:format("~n== calls ~p: ~p:~p~p~n", [Seed, M, F, Arguments]),
    shown(outcomes(Request)).

shown({Expected, Got}) ->
    io:format("-- expected~n~p~n-- got~n~p~n", [Expected, Got]).

%% The first smaller one that still differs, and on from there.
shrink(Term, Differs, Candidates) ->
    case first(Candidates(Term), Differs) of
        none -> Term;
        Smaller -> shrink(Smaller, Differs, Candidates)
    end.

first([], _) -> none;
first([Candidate | Rest], Differs) ->
    case get(tries) of
        0 -> none;
        Tries ->
            put(tries, Tries - 1),
            case Differs(Candidate) of
                true -> Candidate;
                false -> first(Rest, Differs)
            end
    end.

%% Every term with one place in it made smaller, the widest places first.
terms(Term) -> by_size([New || {_, New} <- places(Term, fun term_steps/1)]).

term_steps([]) -> [];
term_steps(List) when is_list(List) -> [[]];
term_steps(Tuple) when is_tuple(Tuple), tuple_size(Tuple) > 0 -> [0 | tuple_to_list(Tuple)];
term_steps(Map) when map_size(Map) > 0 -> [#{}, 0 | [maps:remove(K, Map) || K <- maps:keys(Map)]] ++ maps:values(Map);
term_steps(Bits) when is_bitstring(Bits), bit_size(Bits) > 0 ->
    Half = bit_size(Bits) div 2,
    <<First:Half/bitstring, Second/bitstring>> = Bits,
    [First, Second];
term_steps(N) when is_integer(N), abs(N) > 1 -> [0, 1, N div 2, N - sign(N)];
term_steps(F) when is_float(F), abs(F) > 0, F =/= 1.0 -> [1.0];
term_steps(_) -> [].

sign(N) when N < 0 -> -1;
sign(_) -> 1.

%% Every program with one expression replaced by one within it or by a literal, or one of a list's elements left out.
forms(Functions) ->
    by_size([New || {_, New} <- places(Functions, fun form_steps/1)]).

form_steps(Form) when is_tuple(Form), tuple_size(Form) > 2 ->
    case expression(Form) of
        true -> [{integer, element(2, Form), 0}, {nil, element(2, Form)} | inner(tl(tl(tuple_to_list(Form))))];
        false -> []
    end;
form_steps(_) -> [].

expression(Form) ->
    lists:member(element(1, Form), [call, op, 'case', 'if', 'try', 'receive', block, tuple, cons, map, bin, lc, bc, 'fun', named_fun, 'catch', match, string, bin_element])
    andalso element(1, Form) =/= bin_element.

%% The nearest expressions within.
inner(Forms) when is_list(Forms) -> lists:append([inner(F) || F <- Forms]);
inner({clause, _, _, _, Body}) -> [case Body of [One] -> One; _ -> {block, 0, Body} end];
inner({Tag, _}) when Tag =:= nil -> [];
inner(Form) when is_tuple(Form), tuple_size(Form) > 2, is_atom(element(1, Form)) ->
    case expression(Form) orelse element(1, Form) =:= var of
        true -> [Form];
        false when element(1, Form) =:= integer; element(1, Form) =:= atom; element(1, Form) =:= float; element(1, Form) =:= remote -> [];
        false -> inner(tl(tl(tuple_to_list(Form))))
    end;
inner(_) -> [].

%% All pairs of a place's new content and the whole with it there.
places(Whole, Steps) ->
    [{Step, Step} || Step <- Steps(Whole)] ++ within(Whole, Steps).

within([_ | _] = List, Steps) ->
    case improper(List) of
        true ->
            [H | T] = List,
            [{S, [New | T]} || {S, New} <- places(H, Steps)] ++ [{S, [H | New]} || {S, New} <- places(T, Steps)];
        false ->
            Length = length(List),
            [{gone, without(N, List)} || Length > 1 orelse is_integer(hd(List)), N <- lists:seq(1, Length)]
            ++ [{S, replaced(N, New, List)} || N <- lists:seq(1, Length), {S, New} <- places(lists:nth(N, List), Steps)]
    end;
within(Tuple, Steps) when is_tuple(Tuple) ->
    [{S, setelement(N, Tuple, New)} || N <- lists:seq(1, tuple_size(Tuple)), {S, New} <- places(element(N, Tuple), Steps)];
within(_, _) -> [].

improper([_ | T]) -> improper(T);
improper(T) -> T =/= [].

without(N, List) ->
    {Before, [_ | After]} = lists:split(N - 1, List),
    Before ++ After.

replaced(N, New, List) ->
    {Before, [_ | After]} = lists:split(N - 1, List),
    Before ++ [New | After].

by_size(Candidates) ->
    [C || {_, C} <- lists:keysort(1, [{erts_debug:flat_size(C), C} || C <- Candidates])].

%% The machines.

start(Command) ->
    open_port({spawn, Command}, [binary, {packet, 4}, exit_status]).

ask(Who, Requests) ->
    try port_command(get(Who), term_to_binary(Requests)) catch error:badarg -> ok end.

answer(Who) ->
    Port = get(Who),
    receive
        {Port, {data, Answer}} -> binary_to_term(Answer);
        {Port, {exit_status, _}} -> again(Who)
    after ?ANSWER ->
        case erlang:port_info(Port, os_pid) of
            {os_pid, Pid} -> os:cmd("kill -9 " ++ integer_to_list(Pid));
            undefined -> ok
        end,
        again(Who)
    end.

again(Who) ->
    catch port_close(get(Who)),
    {Reference, Candidate} = get(commands),
    put(Who, start(case Who of reference -> Reference; candidate -> Candidate end)),
    died.
