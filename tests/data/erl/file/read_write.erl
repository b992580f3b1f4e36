-module(read_write).
-export([main/0]).
-include("../../t.hrl").

main() ->
    F = "file_read_write.tmp", ?P(file:write_file(F, ["abc", <<"def">>, $\n])), ?P(file:read_file(F)), ?P(file:write_file(F, "more\n", [append])), ?P(file:read_file(F)), {ok, D} = file:open(F, [read, raw, binary]), ?P(file:read(D, 4)), ?P(file:position(D, cur)), ?P(file:pread(D, 0, 3)), ?P(file:pread(D, [{0, 1}, {5, 2}, {100, 1}])), ?P(file:position(D, {eof, -3})), ?P(file:read(D, 100)), ?P(file:read(D, 1)), ?P(file:position(D, bof)), ?P(file:read_line(D)), ?P(file:write(D, "x")), ?P(file:close(D)), ?P(file:read(D, 1)), {ok, W} = file:open(F, [read, write, raw]), ?P(file:pwrite(W, 2, "ZZ")), ?P(file:pwrite(W, [{0, "A"}, {20, "end"}])), ?P(file:position(W, 5)), ?P(file:truncate(W)), ?P(file:sync(W)), ?P(file:datasync(W)), ?P(file:advise(W, 0, 0, normal)), ?P(file:allocate(W, 0, 10) =/= x), file:close(W), ?P(element(1, file:read_file(F))), ?P(file:open(F, [write, exclusive])), file:delete(F), {ok, E} = file:open(F, [write, exclusive]), file:close(E), ?P(filelib:file_size(F)), ?P(file:delete(F)), ?P(file:delete(F)).
