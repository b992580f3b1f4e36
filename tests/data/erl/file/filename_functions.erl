-module(filename_functions).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(filename:join(["a", "b", "/c", "d"])), ?P(filename:join("a/", "b")), ?P(filename:basename("/a/b.erl")), ?P(filename:basename("/a/b.erl", ".erl")), ?P(filename:dirname("/a/b/c")), ?P(filename:dirname("c")), ?P(filename:extension("x.tar.gz")), ?P(filename:rootname("x.tar.gz")), ?P(filename:split("/usr/local/bin")), ?P(filename:absname("x", "/tmp")), ?P(filename:pathtype("/a")), ?P(filename:pathtype("a")), ?P(filename:nativename("a/b")), ?P(filename:flatten(["a", b, ["c"]])), ?P(filename:join(<<"a">>, "b")), ?P(filelib:safe_relative_path("../b", ".")), ?P(filelib:safe_relative_path("a/b", ".")), ?X(filename:basename(?I(1))).
