%% Runs what `differ` sends, in the machine under test: requests and answers are terms behind a length of four bytes, on the
%% descriptors 0 and 1.
%%
%%     {program, Beam, [{Function, Arguments}]}, {calls, [{Module, Function, Arguments}]} -> [Outcome]
%%
%% An outcome is what the call came to with the messages left in its process's mailbox, or `gave_up` when it took too much time or
%% memory, which nobody promises to be alike.
-module(differ_run).
-export([main/0]).

-define(MILLISECONDS, 5000).
-define(WORDS, 4_000_000).

main() ->
    serve(open_port({fd, 0, 1}, [binary, {packet, 4}, eof])).

serve(Port) ->
    receive
        {Port, {data, Request}} ->
            Port ! {self(), {command, term_to_binary([answer(R) || R <- binary_to_term(Request)])}},
            serve(Port);
        {Port, eof} -> halt()
    end.

answer({program, Beam, Calls}) ->
    {ok, {Module, _}} = beam_lib:md5(Beam),
    case code:load_binary(Module, "differing.beam", Beam) of
        {module, Module} ->
            Outcomes = [outcome(Module, F, Arguments) || {F, Arguments} <- Calls],
            code:delete(Module),
            code:purge(Module),
            Outcomes;
        Error -> [Error || _ <- Calls]
    end;
answer({calls, Calls}) ->
    [outcome(M, F, Arguments) || {M, F, Arguments} <- Calls].

outcome(M, F, Arguments) ->
    Self = self(),
    {Pid, Ref} = spawn_opt(fun() -> Self ! {self(), called(M, F, Arguments)} end,
        [monitor, {max_heap_size, #{size => ?WORDS, kill => true, error_logger => false}}]),
    receive
        {Pid, Outcome} ->
            erlang:demonitor(Ref, [flush]),
            Outcome;
        {'DOWN', Ref, _, _, Reason} when Reason =:= killed; Reason =:= normal -> gave_up;
        {'DOWN', Ref, _, _, Reason} -> {down, plain(Reason)}
    after ?MILLISECONDS ->
        exit(Pid, kill),
        receive {'DOWN', Ref, _, _, _} -> ok end,
        receive {Pid, _} -> gave_up after 0 -> gave_up end
    end.

called(M, F, Arguments) ->
    Outcome = try apply(M, F, Arguments) of
        Value -> {value, plain(Value)}
    catch
        throw:system_limit:_ -> gave_up;
        error:system_limit:_ -> gave_up;
        Class:Reason:Stack -> {Class, plain(Reason), [frame(Frame) || Frame <- Stack, element(1, Frame) =/= ?MODULE]}
    end,
    {messages, Left} = process_info(self(), messages),
    {Outcome, plain(Left)}.

frame({M, F, A, Info}) -> {M, F, plain(A), plain(Info)}.

%% Identifiers and funs are this machine's own.
plain(Term) when is_pid(Term) -> '$pid';
plain(Term) when is_reference(Term) -> '$reference';
plain(Term) when is_port(Term) -> '$port';
plain(Term) when is_function(Term) -> {'$fun', erlang:fun_info(Term, arity), erlang:fun_info(Term, type), erlang:fun_info(Term, module)};
plain([Head | Tail]) -> [plain(Head) | plain(Tail)];
plain(Term) when is_tuple(Term) -> list_to_tuple(plain(tuple_to_list(Term)));
plain(Term) when is_map(Term) -> maps:from_list([{plain(K), plain(V)} || {K, V} <- maps:to_list(Term)]);
plain(Term) -> Term.
