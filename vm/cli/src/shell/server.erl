%% The machine's side of `oxbeam shell`: evaluates expressions, and answers questions about the machine. Compiled when the shell starts.
%%
%% The other side speaks through a port: a byte that says what is wanted, then text in UTF-8. Each request has one answer of the same form. Before it
%% answers, an expression may want lines of input (`r'): each is a request of its own that has no answer, `n' with the line, without one at the end.
-module(oxbeam_shell).
-export([start/1]).

start(Port) ->
    Server = spawn(fun() -> receive go -> serve(Port) end end),
    true = erlang:port_connect(Port, Server),
    true = unlink(Port),
    Server ! go,
    ok.

serve(Port) ->
    link(Port),
    process_flag(trap_exit, true),
    _ = io:setopts(user, [{encoding, unicode}]),
    port_command(Port, "o"),
    Server = self(),
    Console = spawn_link(fun() -> console(#{server => Server, rest => [], binary => false}) end),
    true = group_leader(Console, Server),
    {Evaluator, _} = evaluator(),
    loop(#{port => Port, console => Console, bindings => erl_eval:new_bindings(), results => #{}, count => 1,
           evaluator => Evaluator, busy => false}).

loop(#{port := Port, evaluator := Evaluator, busy := Busy} = State) ->
    receive
        {Port, {data, <<$i, _/binary>>}} when Busy ->
            #{console := Console} = State,
            Console ! {line, self(), eof},
            exit(Evaluator, kill),
            loop(State);
        {Port, {data, <<$n, Line/binary>>}} ->
            #{console := Console} = State,
            Console ! {line, self(), case Line of <<>> -> eof; _ -> characters(Line) end},
            loop(State);
        {wants_line, Console} when Busy ->
            answer(State, $r, ""),
            Console ! {comes, self()},
            loop(State);
        {wants_line, Console} ->
            Console ! {line, self(), eof},
            loop(State);
        {Port, {data, <<$i, _/binary>>}} ->
            loop(State);
        {Port, {data, <<$e, Text/binary>>}} ->
            loop(evaluate(characters(Text), State));
        {Port, {data, <<Request, Text/binary>>}} ->
            {Kind, Answer} =
                try {$o, request(Request, characters(Text), State)}
                catch
                    throw:{code, Bytes} -> {$b, Bytes};
                    throw:{said, Message} -> {$x, Message};
                    Class:Reason:Trace -> {$x, failure(Class, Reason, Trace)}
                end,
            answer(State, Kind, Answer),
            loop(State);
        {Evaluator, value, Value, Bindings} ->
            answer(State, $v, format("~tp", [Value])),
            #{count := Count, results := Results} = State,
            loop(State#{busy := false, bindings := Bindings, count := Count + 1,
                        results := Results#{Count => Value}});
        {Evaluator, failed, Text, Bindings} ->
            answer(State, $x, Text),
            loop(State#{busy := false, bindings := Bindings});
        {'EXIT', Evaluator, Reason} ->
            Busy andalso answer(State, $x, format("** exception exit: ~tp", [Reason])),
            {New, _} = evaluator(),
            loop(State#{busy := false, evaluator := New});
        {'EXIT', Port, _} ->
            halt(0);
        {Port, eof} ->
            halt(0);
        _ ->
            loop(State)
    end.

answer(#{port := Port}, $b, Bytes) ->
    port_command(Port, [$b, Bytes]);
answer(#{port := Port}, Kind, Text) ->
    port_command(Port, [Kind, unicode:characters_to_binary(Text)]).

characters(Text) ->
    case unicode:characters_to_list(Text) of
        List when is_list(List) -> List;
        _ -> binary_to_list(Text)
    end.

format(Format, Arguments) ->
    io_lib:format(Format, Arguments).

%% Expressions.

evaluate(Text, State) ->
    case parse(Text) of
        {ok, Expressions} ->
            #{evaluator := Evaluator, bindings := Bindings, results := Results} = State,
            Evaluator ! {evaluate, Expressions, Bindings, Results},
            State#{busy := true};
        {error, Message} ->
            answer(State, $x, Message),
            State
    end.

parse(Text) ->
    case erl_scan:string(Text, {1, 1}) of
        {ok, Tokens, _} ->
            case erl_parse:parse_exprs(Tokens) of
                {ok, Expressions} -> {ok, Expressions};
                {error, {Where, Module, What}} -> {error, wrong(Where, Module, What)}
            end;
        {error, {Where, Module, What}, _} ->
            {error, wrong(Where, Module, What)}
    end.

wrong({Line, Column}, Module, What) ->
    format("* ~w:~w: ~ts", [Line, Column, Module:format_error(What)]);
wrong(Line, Module, What) ->
    format("* ~tp: ~ts", [Line, Module:format_error(What)]).

%% The group leader of what is evaluated: output goes on to `user', input comes from the other side, which has the terminal or the pipe.
console(#{server := Server} = State) ->
    receive
        {io_request, From, As, Request} ->
            case input(Request, State) of
                pass_on ->
                    user ! {io_request, From, As, Request},
                    console(State);
                {Reply, New} ->
                    From ! {io_reply, As, Reply},
                    console(New)
            end;
        {line, Server, _} ->
            console(State);
        {comes, Server} ->
            console(State)
    end.

input({get_line, Prompt}, State) -> input({get_line, latin1, Prompt}, State);
input({get_chars, Prompt, N}, State) -> input({get_chars, latin1, Prompt, N}, State);
input({get_until, Prompt, M, F, As}, State) -> input({get_until, latin1, Prompt, M, F, As}, State);
input({get_line, _, Prompt}, State) ->
    until(Prompt, fun line/2, [], State);
input({get_chars, _, Prompt, N}, State) when is_integer(N), N >= 0 ->
    until(Prompt, fun(Before, New) -> characters(N, Before, New) end, [], State);
input({get_until, _, Prompt, M, F, As}, State) ->
    until(Prompt, fun(Before, New) -> apply(M, F, [Before, New | As]) end, [], State);
input({setopts, Options}, State) ->
    case Options of
        [binary] -> {ok, State#{binary := true}};
        [{binary, Binary}] when is_boolean(Binary) -> {ok, State#{binary := Binary}};
        [list] -> {ok, State#{binary := false}};
        _ -> pass_on
    end;
input({get_password, _}, State) -> {{error, enotsup}, State};
input({get_password, _, _}, State) -> {{error, enotsup}, State};
input(_, _) -> pass_on.

%% The protocol of io_lib: what a collector has kept and new characters give what it keeps, or `{done, Result, Rest}'.
until(Prompt, Collect, Kept, #{rest := Rest, binary := Binary} = State) ->
    New = case Rest of [] -> ask_line(Prompt, State); _ -> Rest end,
    try Collect(Kept, New) of
        {done, Result, Left} ->
            Chars = case Left of eof -> []; _ -> Left end,
            {shaped(Result, Binary), State#{rest := Chars}};
        {more, More} -> until(Prompt, Collect, More, State#{rest := []});
        _ -> {{error, request}, State#{rest := []}}
    catch
        _:_ -> {{error, request}, State#{rest := []}}
    end.

shaped(Result, true) when is_list(Result) -> unicode:characters_to_binary(Result);
shaped(Result, _) -> Result.

line([], eof) -> {done, eof, []};
line(Before, eof) -> {done, Before, []};
line(Before, New) ->
    case lists:splitwith(fun(C) -> C =/= $\n end, New) of
        {Line, [$\n | Rest]} -> {done, Before ++ Line ++ "\n", Rest};
        {Line, []} -> {more, Before ++ Line}
    end.

characters(_, [], eof) -> {done, eof, []};
characters(_, Before, eof) -> {done, Before, []};
characters(N, Before, New) ->
    All = Before ++ New,
    case length(All) >= N of
        true -> {Result, Rest} = lists:split(N, All), {done, Result, Rest};
        false -> {more, All}
    end.

ask_line(Prompt, #{server := Server}) ->
    _ = io:put_chars(user, io_lib:format_prompt(Prompt, unicode)),
    Server ! {wants_line, self()},
    receive
        {line, Server, eof} -> eof;
        {comes, Server} -> receive {line, Server, Line} -> Line end
    end.

%% A process of its own, so that messages to it stay from one expression to the next, and a loop in it can be ended.
evaluator() ->
    Server = self(),
    Evaluator = spawn_link(fun() -> evaluations(Server) end),
    {Evaluator, Server}.

evaluations(Server) ->
    receive
        {evaluate, Expressions, Bindings, Results} ->
            put(bindings, Bindings),
            put(results, Results),
            Functions = {eval, fun(Name, Arguments, Now) -> call(Name, Arguments, Now) end},
            try erl_eval:exprs(Expressions, Bindings, Functions, none) of
                {value, Value, New} ->
                    Server ! {self(), value, Value, get(forgotten, New)}
            catch
                Class:Reason:Trace ->
                    Server ! {self(), failed, failure(Class, Reason, Trace), Bindings}
            end,
            evaluations(Server)
    end.

%% What f() has forgotten stays so.
get(Key, Bindings) ->
    case erase(Key) of
        undefined -> Bindings;
        all -> erl_eval:new_bindings();
        Names -> lists:foldl(fun erl_eval:del_binding/2, Bindings, Names)
    end.

call(f, [], Bindings) ->
    put(forgotten, all),
    {value, ok, Bindings};
call(f, [{var, _, Name}], Bindings) ->
    Before = case get(forgotten) of undefined -> []; Names -> Names end,
    Before =:= all orelse put(forgotten, [Name | Before]),
    {value, ok, erl_eval:del_binding(Name, Bindings)};
call(b, [], Bindings) ->
    [io:format("~ts = ~tp~n", [Name, Value]) || {Name, Value} <- lists:sort(erl_eval:bindings(Bindings))],
    {value, ok, Bindings};
call(Name, Expressions, Bindings) ->
    {Arguments, New} =
        lists:mapfoldl(fun(Expression, Now) ->
                               Functions = {eval, fun call/3},
                               {value, Value, Next} = erl_eval:expr(Expression, Now, Functions, none),
                               {Value, Next}
                       end, Bindings, Expressions),
    {value, local(Name, Arguments), New}.

local(v, [Number]) when is_integer(Number) ->
    Results = get(results),
    Key = case Number < 0 of
              true -> map_size(Results) + 1 + Number;
              false -> Number
          end,
    case Results of
        #{Key := Value} -> Value;
        _ -> error({no_result, Number})
    end;
local(Name, Arguments) ->
    Arity = length(Arguments),
    Modules = [user_default, c],
    Has = fun(Module) ->
                  _ = code:ensure_loaded(Module),
                  erlang:function_exported(Module, Name, Arity)
          end,
    case lists:search(Has, Modules) of
        {value, Module} -> apply(Module, Name, Arguments);
        false -> erlang:raise(error, undef, [{shell, Name, Arguments, []}])
    end.

failure(Class, Reason, Trace) ->
    Own = fun(Module, _, _) -> Module =:= oxbeam_shell orelse Module =:= erl_eval end,
    ["** " | erl_error:format_exception(Class, Reason, Trace, #{stack_trim_fun => Own, column => 3})].

%% Questions.

request($c, Prefix, #{bindings := Bindings}) ->
    lists:join($\n, candidates(Prefix, Bindings));
request($p, Columns, _) ->
    table([{Pid, Row} || Pid <- lists:sort(processes()), Row <- [row(Pid)], Row =/= ended], Columns);
request($P, Text, _) ->
    process(pid(Text));
request($t, Columns, _) ->
    top(Columns);
request($m, _, _) ->
    modules();
request($M, _, _) ->
    memory();
request($l, File, _) ->
    load(File);
request($d, Module, _) ->
    throw({code, code(list_to_atom(Module))}).

%% Names that begin with what was typed: `Module:Function`, variables, modules.
candidates(Prefix, Bindings) ->
    case string:split(Prefix, ":") of
        [Module, Function] ->
            [[Module, $:, Name, $(] || Name <- functions(list_to_atom(Module)), lists:prefix(Function, Name)];
        [[First | _]] when First >= $A, First =< $Z; First =:= $_ ->
            Names = [atom_to_list(Name) || {Name, _} <- erl_eval:bindings(Bindings)],
            lists:sort([Name || Name <- Names, lists:prefix(Prefix, Name)]);
        [_] ->
            Modules = [[Name, $:] || Name <- module_names(), lists:prefix(Prefix, Name)],
            Local = [[Name, $(] || Name <- functions(c) ++ ["f", "b", "v"], lists:prefix(Prefix, Name)],
            lists:usort(Modules ++ Local)
    end.

module_names() ->
    [Name || {Name, _, _} <- code:all_available(), lists:all(fun is_plain/1, Name)].

is_plain(C) ->
    C >= $a andalso C =< $z orelse C >= $A andalso C =< $Z orelse C >= $0 andalso C =< $9 orelse C =:= $_ orelse C =:= $@.

functions(Module) ->
    _ = code:ensure_loaded(Module),
    try Module:module_info(exports) of
        Exports -> lists:usort([atom_to_list(Name) || {Name, _} <- Exports])
    catch
        error:_ -> []
    end.

pid(Text) ->
    try list_to_pid(case Text of [$< | _] -> Text; _ -> [$<] ++ Text ++ ">" end)
    catch
        error:_ ->
            try whereis(list_to_existing_atom(Text)) of
                Pid when is_pid(Pid) -> Pid;
                _ -> throw({said, format("there is no process ~ts", [Text])})
            catch
                error:_ -> throw({said, format("there is no process ~ts", [Text])})
            end
    end.

process(Pid) ->
    case process_info(Pid) of
        undefined ->
            throw({said, format("~w has ended", [Pid])});
        Info ->
            Items = [{memory, 1}, {current_stacktrace, 1}],
            More = [process_info(Pid, Item) || {Item, _} <- Items],
            Shown = [Row || {Key, _} = Row <- Info ++ More, Key =/= dictionary, Key =/= messages],
            [format("~-24w ~tP~n", [Key, Value, 40]) || {Key, Value} <- Shown, Key =/= current_stacktrace]
                ++ ["stack\n" | [frame(Frame) || Frame <- stack(More)]]
    end.

stack(Info) ->
    case lists:keyfind(current_stacktrace, 1, [Row || Row <- Info, is_tuple(Row)]) of
        {_, Frames} -> Frames;
        false -> []
    end.

frame({Module, Function, Arity, Where}) ->
    Line = case lists:keyfind(line, 1, Where) of
               {line, Number} -> format(" line ~w", [Number]);
               false -> ""
           end,
    format("  ~tw:~tw/~w~ts~n", [Module, Function, Arity, Line]).

row(Pid) ->
    Items = [registered_name, initial_call, current_function, reductions, memory, message_queue_len],
    case process_info(Pid, Items) of
        undefined -> ended;
        [{_, Name}, {_, Initial}, {_, Current}, {_, Reductions}, {_, Memory}, {_, Queue}] ->
            {Pid, {name(Name, Pid, Initial), Current, Reductions, Memory, Queue}}
    end.

name(Name, _, _) when is_atom(Name) -> format("~tw", [Name]);
name(_, Pid, {proc_lib, init_p, _}) ->
    case proc_lib:translate_initial_call(Pid) of
        {Module, Function, Arity} -> format("~tw:~tw/~w", [Module, Function, Arity]);
        _ -> "proc_lib:init_p"
    end;
name(_, _, {Module, Function, Arity}) -> format("~tw:~tw/~w", [Module, Function, Arity]);
name(_, _, _) -> "".

%% Of so many columns, as text; none if nobody counts them.
table(Rows, Columns) ->
    Width = case Columns of
                "" -> 34;
                _ -> max(12, min(34, (list_to_integer(Columns) - 48) div 2))
            end,
    Line = lists:flatten(format("~~-14ts ~~-~wts ~~-~wts ~~12ts ~~9ts ~~7ts~~n", [Width, Width])),
    [format(Line, ["process", "name", "at", "reductions", "memory", "queue"])
     | [format(Line, [pid_to_list(Pid), cut(Name, Width), cut(current(Current), Width), integer_to_list(Reductions),
                      size(bytes, Memory), integer_to_list(Queue)])
        || {_, {Pid, {Name, Current, Reductions, Memory, Queue}}} <- Rows]].

current({Module, Function, Arity}) -> format("~tw:~tw/~w", [Module, Function, Arity]);
current(_) -> "".

cut(Text, Width) ->
    Flat = lists:flatten(Text),
    case length(Flat) > Width of
        true -> lists:sublist(Flat, Width - 1) ++ [16#2026];
        false -> Flat
    end.

size(bytes, N) when N < 10000 -> format("~w B", [N]);
size(bytes, N) when N < 10000 * 1024 -> format("~w KB", [N div 1024]);
size(bytes, N) -> format("~w MB", [N div (1024 * 1024)]).

%% Who works most in a second.
top(Columns) ->
    Before = maps:from_list([{Pid, reductions(Pid)} || Pid <- processes(), Pid =/= self()]),
    timer:sleep(1000),
    Worked = [{maps:get(Pid, Before, 0) - reductions(Pid), Pid} || Pid <- processes(), Pid =/= self()],
    Most = lists:sublist(lists:sort(Worked), 15),
    Rows = [{Work, row(Pid)} || {Work, Pid} <- Most],
    Shown = [{Pid, {Pid, {Name, Current, -Work, Memory, Queue}}}
             || {Work, {Pid, {Name, Current, _, Memory, Queue}}} <- Rows],
    [format("~w processes, ~w in run queues; reductions of the last second~n",
            [erlang:system_info(process_count), erlang:statistics(run_queue)]), table(Shown, Columns)].

reductions(Pid) ->
    case process_info(Pid, reductions) of
        {_, Reductions} -> Reductions;
        undefined -> 0
    end.

modules() ->
    [format("~-34ts ~ts~n", [cut(atom_to_list(Module), 34), place(Where)]) || {Module, Where} <- lists:sort(code:all_loaded())].

place(Where) when is_atom(Where) -> atom_to_list(Where);
place(Where) -> Where.

memory() ->
    Rows = [format("~-18w ~10ts~n", [Kind, size(bytes, Bytes)]) || {Kind, Bytes} <- erlang:memory()],
    Counts = [{processes, process_count, process_limit}, {ports, port_count, port_limit}, {atoms, atom_count, atom_limit},
              {ets_tables, ets_count, ets_limit}],
    Rows ++ [format("~-18w ~10w of ~w~n", [Name, erlang:system_info(Count), erlang:system_info(Limit)])
             || {Name, Count, Limit} <- Counts].

load(File) ->
    case filename:extension(File) of
        ".beam" ->
            case file:read_file(File) of
                {ok, Bytes} ->
                    case beam_lib:info(Bytes) of
                        Info when is_list(Info) ->
                            {_, Module} = lists:keyfind(module, 1, Info),
                            loaded(code:load_binary(Module, filename:absname(File), Bytes));
                        _ ->
                            throw({said, format("~ts is no module", [File])})
                    end;
                {error, Reason} ->
                    throw({said, format("~ts: ~ts", [File, file:format_error(Reason)])})
            end;
        ".erl" ->
            case compile:file(File, [binary, return]) of
                {ok, Module, Bytes, Warnings} ->
                    [messages(Warnings, "Warning: "), loaded(code:load_binary(Module, filename:absname(File), Bytes))];
                {error, Errors, Warnings} ->
                    throw({said, [messages(Errors, ""), messages(Warnings, "Warning: ")]})
            end;
        _ ->
            throw({said, format("~ts is neither .erl nor .beam", [File])})
    end.

loaded({module, Module}) -> format("~tw is loaded~n", [Module]);
loaded({error, Reason}) -> throw({said, format("not loaded: ~tw", [Reason])}).

messages(Files, Label) ->
    [format("~ts:~ts ~ts~ts~n", [File, where(Where), Label, Module:format_error(What)])
     || {File, Messages} <- Files, {Where, Module, What} <- [message(Each) || Each <- Messages]].

message({Where, Module, What}) -> {Where, Module, What};
message({Module, What}) -> {none, Module, What}.

where({Line, Column}) -> format("~w:~w:", [Line, Column]);
where(none) -> "";
where(Line) -> format("~w:", [Line]).

%% The file of a module, as bytes.
code(Module) ->
    case code:get_object_code(Module) of
        {_, Bytes, _} -> Bytes;
        error ->
            Where = code:which(Module),
            Read = is_list(Where) andalso file:read_file(Where),
            case Read of
                {ok, Bytes} -> Bytes;
                _ -> throw({said, format("there is no file of ~tw", [Module])})
            end
    end.
