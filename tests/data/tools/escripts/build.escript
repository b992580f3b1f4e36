#!/usr/bin/env escript
%% Makes scripts of a compiled module, of an archive, and of sources; and takes one apart.
main([]) ->
    {ok, Plus} = file:read_file("plus.beam"),
    {ok, Helper} = file:read_file("plus_helper.beam"),
    Archive = {archive, [{"plus/ebin/plus.beam", Plus}, {"plus/ebin/plus_helper.beam", Helper},
                         {"plus/priv/data.txt", <<"some data">>}], [{compress, all}]},
    ok = escript:create("plus", [shebang, {comment, "made here"}, {emu_args, "-escript main plus -pa plus/plus/ebin"}, Archive]),
    {ok, single, Single} = compile:forms(forms(), [debug_info]),
    ok = escript:create("single", [{shebang, "/usr/bin/env escript"}, {beam, Single}]),
    {ok, Sections} = escript:extract("plus", []),
    [io:format("~p~n", [Section]) || Section <- Sections, element(1, {Section}) =/= archive, not is_archive(Section)],
    {ok, Parts} = escript:extract("hello.escript", [compile_source]),
    io:format("~p~n", [[case Part of {Name, Value} when is_binary(Value) -> {Name, binary}; _ -> Part end || Part <- Parts]]),
    [ok = file:change_mode(Name, 8#755) || Name <- ["plus", "single"]],
    ok.
is_archive({archive, _}) -> true;
is_archive(_) -> false.
forms() ->
    Texts = ["-module(single).", "-export([main/1]).", "main(A) -> io:format(\"single ~p~n\", [A])."],
    [begin {ok, Tokens, _} = erl_scan:string(Text), {ok, Form} = erl_parse:parse_form(Tokens), Form end || Text <- Texts].
