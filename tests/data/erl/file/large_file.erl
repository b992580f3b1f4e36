-module(large_file).
-export([main/0]).
-include("../../t.hrl").

main() ->
    F = "file_large.tmp", B = binary:copy(<<"0123456789abcdef">>, 4096), {ok, D} = file:open(F, [write, raw, binary, delayed_write]), [ok = file:write(D, B) || _ <- lists:seq(1, 64)], file:close(D), ?P(filelib:file_size(F)), {ok, All} = file:read_file(F), ?P(erlang:md5(All)), {ok, R} = file:open(F, [read, raw, binary, {read_ahead, 10000}]), ?P(count(R, 0)), file:close(R), {ok, H} = file:open(F, [read, write, raw]), ?P(file:pwrite(H, 10000000, "far")), ?P(filelib:file_size(F)), ?P(file:pread(H, 9999998, 5)), file:close(H), ?P(file:copy(F, F ++ "2", 100)), ?P(file:read_file(F ++ "2") =:= {ok, binary:part(All, 0, 100)}), file:delete(F), file:delete(F ++ "2").

count(D, N) -> case file:read(D, 777) of {ok, B} -> count(D, N + byte_size(B)); eof -> N end.
