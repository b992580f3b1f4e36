#!/usr/bin/env escript
%% -*- erlang -*-
%%! -kernel shell_history enabled -greeting hello
main(["sum" | Numbers]) ->
    io:format("~p~n", [lists:sum([list_to_integer(Number) || Number <- Numbers])]);
main(["flag"]) ->
    io:format("~p ~p~n", [init:get_argument(greeting), application:get_env(kernel, shell_history)]);
main(["name"]) ->
    io:format("~s ~p~n", [filename:basename(escript:script_name()), init:get_plain_arguments()]);
main(["halt"]) -> halt(3);
main(["crash"]) -> hd(id([]));
main(["throw"]) -> throw({some, "term"});
main(["exit"]) -> exit(bye);
main(["cat"]) -> cat(1);
main(Arguments) ->
    io:setopts([{encoding, unicode}]),
    io:format("~ts ~w~n", [lists:join("|", Arguments), Arguments]).

cat(Number) ->
    case io:get_line("") of
        eof -> io:format("~b lines~n", [Number - 1]);
        Line -> io:format("~b: ~ts", [Number, Line]), cat(Number + 1)
    end.

id(X) -> X.
