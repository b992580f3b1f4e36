-module(look).
-export([xref/0, cover/0]).

xref() ->
    {ok, _} = xref:start(x),
    ok = xref:set_default(x, [{verbose, false}, {warnings, false}]),
    {ok, _} = xref:add_directory(x, "."),
    [io:format("~p: ~p~n", [What, xref:analyse(x, What)])
     || What <- [undefined_function_calls, locals_not_used, exports_not_used, deprecated_function_calls,
                 {call, {subject, used, 1}}, {use, {subject, used, 1}}, {module_call, other}, {module_use, subject}]],
    [io:format("~s = ~p~n", [Query, xref:q(x, Query)])
     || Query <- ["XC", "subject : Mod * X", "E || other", "closure E | other", "domain (XC || lists)", "wrong ||", "# LC"]],
    io:format("~p~n", [xref:m(subject)]),
    xref:stop(x).

cover() ->
    {ok, _} = cover:start(),
    io:format("~p~n", [cover:compile_module(subject)]),
    io:format("~p~n", [cover:compile_beam(other)]),
    [subject:used(N) || N <- [1, 2, 20, 4]],
    _ = subject:unused_export(),
    [io:format("~p ~p: ~p~n", [What, Level, cover:analyse(subject, What, Level)])
     || What <- [coverage, calls], Level <- [module, function, clause, line]],
    {ok, _} = cover:analyse_to_file(subject, "subject.out"),
    ok = cover:export("data.coverdata"),
    ok = cover:reset(),
    io:format("~p~n", [cover:analyse(subject, coverage, module)]),
    ok = cover:import("data.coverdata"),
    {result, Covered, []} = cover:analyse([subject, other], coverage, module),
    io:format("~p~n", [lists:sort(Covered)]),
    {ok, _} = cover:analyse_to_file(other, "other.html", [html]),
    io:format("~p ~p~n", [lists:sort(cover:modules()), cover:is_compiled(look)]),
    cover:stop().
