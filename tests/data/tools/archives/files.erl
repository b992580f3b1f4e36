-module(files).
-export([main/0]).

%% What is inside archives that are made here, by name, size and contents; times are left out.
main() ->
    ok = filelib:ensure_dir("tree/deep/er/x"),
    Names = ["tree/a.txt", "tree/deep/b.bin", "tree/deep/er/" ++ lists:duplicate(120, $n), "tree/empty"],
    Contents = [<<"text\n">>, << <<(X * 7)>> || X <- lists:seq(1, 70000) >>, <<"long name">>, <<>>],
    [ok = file:write_file(Name, Data) || {Name, Data} <- lists:zip(Names, Contents)],
    [ok = file:write_file_info(Name, element(2, file:read_file_info(Name)), []) || Name <- Names],
    ok = file:make_symlink("a.txt", "tree/link"),
    tar(), zip().

tar() ->
    show(create, erl_tar:create("plain.tar", ["tree"])),
    show(create, erl_tar:create("packed.tar.gz", ["tree", {"in/memory", <<"from memory">>}], [compressed])),
    show(table, sorted(erl_tar:table("plain.tar"))),
    {ok, Rows} = erl_tar:table("packed.tar.gz", [compressed, verbose]),
    show(verbose, lists:sort([{Name, Type, Size, Mode band 8#700} || {Name, Type, Size, _Time, Mode, _Uid, _Gid} <- Rows])),
    show(extract, erl_tar:extract("packed.tar.gz", [compressed, {cwd, "out"}])),
    show(same, file:read_file("out/tree/deep/b.bin") =:= file:read_file("tree/deep/b.bin")),
    show(link, file:read_link("out/tree/link")),
    show(memory, sorted(erl_tar:extract("plain.tar", [memory, {files, ["tree/a.txt"]}]))),
    show(keep, erl_tar:extract("packed.tar.gz", [compressed, keep_old_files, {cwd, "out"}])),
    show(missing, erl_tar:extract("absent.tar")),
    ok = file:write_file("bad.tar", binary:copy(<<"no archive">>, 100)),
    show(bad, erl_tar:extract("bad.tar", [memory])),
    {error, Reason} = erl_tar:table("absent.tar"),
    show(text, lists:flatten(erl_tar:format_error(Reason))),
    {ok, Tar} = erl_tar:open("added.tar", [write]),
    show(add, [erl_tar:add(Tar, "tree/a.txt", "renamed", []), erl_tar:add(Tar, <<"bytes">>, "bytes", []), erl_tar:close(Tar)]),
    show(added, erl_tar:extract("added.tar", [memory])).

zip() ->
    {ok, _} = zip:create("plain.zip", ["tree/a.txt", "tree/deep/b.bin"]),
    show(mixed, zip:create("mixed.zip", ["tree/a.txt", {"in/memory", <<"from memory">>}])),
    {ok, [_Comment | Rows]} = zip:table("plain.zip"),
    show(table, [{element(2, Row), element(4, Row), element(6, Row)} || Row <- Rows]),
    show(unzip, sorted(zip:unzip("plain.zip", [{cwd, "unzipped"}]))),
    show(same, file:read_file("unzipped/tree/deep/b.bin") =:= file:read_file("tree/deep/b.bin")),
    {ok, {"mem.zip", Bytes}} = zip:create("mem.zip", [{"x", <<"abc">>}, {"y", binary:copy(<<"abc">>, 1000)}], [memory, {comment, "said"}]),
    show(memory, zip:unzip(Bytes, [memory, {file_filter, fun(File) -> element(2, File) =:= "x" end}])),
    {ok, Handle} = zip:zip_open(Bytes, [memory]),
    show(get, zip:zip_get("x", Handle)),
    show(none, zip:zip_get("z", Handle)),
    show(closed, zip:zip_close(Handle)),
    show(bad, zip:unzip(<<"no archive">>, [memory])),
    show(cut, zip:unzip(binary:part(Bytes, 0, byte_size(Bytes) - 5), [memory])),
    show(absent, zip:table("absent.zip")),
    show(stored, begin {ok, {_, B}} = zip:create("s", [{"x", binary:copy(<<"a">>, 500)}], [memory, {compress, []}]), byte_size(B) > 500 end),
    show(foldl, zip:foldl(fun(Name, _Info, Get, All) -> [{Name, byte_size(Get())} | All] end, [], "plain.zip")).

sorted({ok, List}) -> {ok, lists:sort(List)};
sorted(Other) -> Other.

show(What, Value) -> io:format("~p: ~p~n", [What, Value]).
