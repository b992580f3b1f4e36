%% own_vm
%% Ports over descriptors that are open: those of raw files, and pipes.
-module(port_descriptors).
-export([main/0]).

main() ->
    process_flag(trap_exit, true),
    t:p(file_in, read_all([in, binary, eof], opened("in.txt", "one\ntwo\nthree"))),
    t:p(file_lines, read_all([in, {line, 4}, eof], opened("in.txt", "one\nlonger\nlast"))),
    t:p(file_packets, read_all([in, {packet, 2}, eof, binary], opened("in.bin", <<0, 3, "abc", 0, 0, 0, 1, "x">>))),
    t:p(file_cut, read_all([in, {packet, 4}, eof], opened("in.bin", <<0, 0, 0, 9, "abc">>))),
    t:p(file_plain_end, read_all([in], opened("in.txt", "1"))),
    t:p(file_out, write_all([out], ["a", <<"b">>, [$c, [<<"d">>]]])),
    t:p(file_out_packets, write_all([out, {packet, 1}], ["ab", ""])),
    t:p(both, both()).

opened(Name, Bytes) ->
    ok = file:write_file(Name, Bytes),
    {ok, File} = file:open(Name, [read, raw, binary]),
    File.

number(File) ->
    <<Number:32/native>> = prim_file:get_handle(File),
    Number.

read_all(Options, File) ->
    Number = number(File),
    Port = open_port({fd, Number, Number}, Options),
    {_, Name} = erlang:port_info(Port, name),
    Got = collect(Port),
    catch port_close(Port),
    Left = receive {'EXIT', Port, Why} -> Why after 1000 -> none end,
    Position = file:position(File, cur),
    ok = file:close(File),
    {Name =:= integer_to_list(Number) ++ "/" ++ integer_to_list(Number), Got, Left, Position}.

collect(Port) ->
    receive
        {Port, eof} -> [eof];
        {Port, {data, Data}} -> [Data | collect(Port)];
        {'EXIT', Port, Why} -> self() ! {'EXIT', Port, Why}, []
    after 2000 -> [nothing]
    end.

write_all(Options, Parts) ->
    {ok, File} = file:open("out.bin", [write, raw, binary]),
    Number = number(File),
    Port = open_port({fd, Number, Number}, Options),
    [true = port_command(Port, Part) || Part <- Parts],
    t:p(connected, element(2, erlang:port_info(Port, connected)) =:= self()),
    t:x(fun() -> erlang:port_control(Port, 100, "") end),
    true = port_close(Port),
    Left = receive {'EXIT', Port, Why} -> Why after 1000 -> none end,
    Written = written("out.bin", 4),
    Still = file:write(File, "still open"),
    ok = file:close(File),
    {Written, Left, Still}.

%% OTP writes to files in another thread, perhaps after the port's end.
written(Name, Least) ->
    case file:read_file(Name) of
        {ok, Bytes} when byte_size(Bytes) < Least -> timer:sleep(10), written(Name, Least);
        Read -> Read
    end.

both() ->
    {ok, In} = file:open("in.txt", [read, raw, binary]),
    {ok, Out} = file:open("out.txt", [write, raw, binary]),
    Port = open_port({fd, number(In), number(Out)}, [eof, stream]),
    {_, Name} = erlang:port_info(Port, name),
    Got = collect(Port),
    Port ! {self(), {command, "written"}},
    Port ! {self(), close},
    Closed = receive {Port, closed} -> closed after 1000 -> none end,
    Written = written("out.txt", 7),
    ok = file:close(In),
    ok = file:close(Out),
    {length(string:split(Name, "/")), Got, Closed, Written}.
