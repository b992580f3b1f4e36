%% The release: its files, scripts, and the package with the erts of `otp`.
main([]) ->
    App = {application, counter, [{description, "Counts"}, {vsn, "1"}, {modules, [counter, counter_sup]}, {registered, [counter, counter_sup]},
           {applications, [kernel, stdlib, sasl]}, {mod, {counter, []}}, {env, [{first, 40}]}]},
    ok = write("lib/counter-1/ebin/counter.app", App),
    Release = {release, {"counting", "1"}, {erts, erlang:system_info(version)}, [{A, vsn(A)} || A <- [kernel, stdlib, sasl]] ++ [{counter, "1"}]},
    ok = write("counting-1.rel", Release),
    Path = {path, ["lib/*/ebin"]},
    io:format("script ~p~n", [systools:make_script("counting-1", [silent, Path])]),
    io:format("tar ~p~n", [systools:make_tar("counting-1", [silent, Path, {erts, "otp"}])]),
    %% The next tool wants both in the package.
    ok = file:write_file("start_erl.data", [erlang:system_info(version), " 1\n"]),
    ok = erl_tar:extract("counting-1.tar.gz", [compressed, {cwd, "again"}]),
    ok = file:rename("start_erl.data", "again/releases/start_erl.data"),
    {ok, Tar} = erl_tar:open("counting-1.tar.gz", [write, compressed]),
    {ok, Names} = file:list_dir("again"),
    [ok = erl_tar:add(Tar, filename:join("again", Name), Name, []) || Name <- Names],
    ok = erl_tar:close(Tar).
vsn(App) ->
    _ = application:load(App),
    {ok, Vsn} = application:get_key(App, vsn),
    Vsn.
write(File, Term) ->
    ok = filelib:ensure_dir(File),
    file:write_file(File, io_lib:format("~p.~n", [Term])).
