%% The release of a version: its files, scripts and the package.
main([Vsn]) ->
    Ebin = "lib/counter-" ++ Vsn ++ "/ebin",
    App = {application, counter, [{description, "Counts"}, {vsn, Vsn}, {modules, [counter, counter_sup]},
           {registered, [counter, counter_sup]}, {applications, [kernel, stdlib, sasl]}, {mod, {counter, []}}, {env, [{first, 40}]}]},
    ok = write(Ebin ++ "/counter.app", [App]),
    ok = write(Ebin ++ "/counter.appup", [{Vsn, [{"1", [{update, counter, {advanced, some}}]}], [{"1", [{update, counter, {advanced, some}}]}]}]),
    Release = {release, {"counting", Vsn}, {erts, erlang:system_info(version)},
               [{kernel, vsn(kernel)}, {stdlib, vsn(stdlib)}, {sasl, vsn(sasl)}, {counter, Vsn}]},
    Name = "counting-" ++ Vsn,
    ok = write(Name ++ ".rel", [Release]),
    Path = [{path, ["lib/*/ebin"]}],
    io:format("script ~p~n", [systools:make_script(Name, [silent, local | Path])]),
    io:format("tar ~p~n", [systools:make_tar(Name, [silent | Path])]),
    {ok, Files} = erl_tar:table(Name ++ ".tar.gz", [compressed]),
    Versions = [{atom_to_list(A) ++ "-" ++ vsn(A), atom_to_list(A) ++ "-VSN"} || A <- [kernel, stdlib, sasl]],
    Ours = [File || File <- Files, string:find(File, "counter") =/= nomatch orelse string:find(File, "releases") =/= nomatch],
    io:format("~p~n", [[lists:foldl(fun({From, To}, Text) -> lists:flatten(string:replace(Text, From, To)) end, File, Versions) || File <- lists:sort(Ours)]]),
    Vsn =:= "1" orelse io:format("relup ~p~n", [systools:make_relup("counting-2", ["counting-1"], ["counting-1"], [silent | Path])]),
    io:format("wrong ~p~n", [element(1, systools:make_script("absent", [silent]))]).
vsn(App) ->
    _ = application:load(App),
    {ok, Vsn} = application:get_key(App, vsn),
    Vsn.
write(File, Terms) ->
    ok = filelib:ensure_dir(File),
    file:write_file(File, [io_lib:format("~p.~n", [Term]) || Term <- Terms]).
