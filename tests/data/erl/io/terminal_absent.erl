%% since: 27
%% flags: -noinput
%% The module of terminals where there is none: it reads and writes what stands in its place, without asking for lines or keys. All is written at once,
%% here by the machine (display), there by the process that writes.
-module(terminal_absent).
-export([main/0]).

main() ->
    process_flag(trap_exit, true),
    unnamed(),
    State = prim_tty:init(options()),
    #{read := Read, write := Write} = prim_tty:handles(State),
    show(handles, [is_reference(Read), is_reference(Write), Read =:= Write]),
    show(unicode, prim_tty:unicode(State)),
    show(window_size, prim_tty:window_size(State)),
    show(isatty, [prim_tty:isatty(Name) || Name <- [stdin, stdout]]),
    [written(State, Write, Text) || Text <- [<<"text\n">>, "list\n", [<<"å"/utf8>>, [$b, "c"], <<"\n">>], <<>>, [], binary:copy(<<"0123456789">>, 300), "\n"]],
    show(read, read(State, Read, 0)),
    [begin
         {Output, _} = prim_tty:handle_request(State, Request),
         show(Request, iolist_to_binary(Output))
     end || Request <- [{putc, <<"a\tb\a\b\e[1mc\n">>}, {putc, <<"å€"/utf8>>}, {putc, <<0, 127, 16#ad/utf8>>}, {insert, <<"x">>}, beep, {delete, 1}]],
    show(terminal, terminal()).

%% The processes that read and write take the names of who begins, so it must have one.
unnamed() ->
    register(terminal_absent, self()),
    case release() of
        27 -> [unregister(Name) || Name <- [user_drv_writer, user_drv_reader], whereis(Name) =/= undefined];
        _ -> ok
    end.

release() -> list_to_integer(erlang:system_info(otp_release)).

options() ->
    case release() of
        27 -> #{tty => false, input => true};
        _ -> #{input => cooked, output => cooked}
    end.

written(State, Write, Text) ->
    {ok, Monitor} = prim_tty:write(State, Text, self()),
    receive
        {Write, Said} -> show(written, Said);
        {'DOWN', Monitor, _, _, Why} -> show(down, Why)
    after 5000 -> show(written, nothing)
    end,
    demonitor(Monitor, [flush]).

%% In which parts it comes is chance; newer releases read when they are asked to.
read(State, Read, Bytes) ->
    case release() of
        27 -> ok;
        _ -> prim_tty:read(State)
    end,
    receive
        {Read, {data, Data}} -> read(State, Read, Bytes + byte_size(iolist_to_binary(Data)));
        {Read, Other} -> {Bytes, Other, ended()}
    after 5000 -> {Bytes, nothing}
    end.

ended() ->
    receive {'EXIT', _, Why} -> Why after 1000 -> goes_on end.

%% A terminal's keys can't be asked for.
terminal() ->
    try
        case release() of
            27 -> prim_tty:init(#{tty => true, input => false});
            _ -> prim_tty:init(#{input => raw, output => raw})
        end
    of
        _ -> there_is_one
    catch Class:Reason:Rows -> {Class, Reason, element(1, hd(Rows))}
    end.

show(What, Value) -> erlang:display({What, Value}).
