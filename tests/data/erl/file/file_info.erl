-module(file_info).
-export([main/0]).
-include("../../t.hrl").
-include_lib("kernel/include/file.hrl").

main() ->
    F = "file_info.tmp", file:write_file(F, "12345"), {ok, I} = file:read_file_info(F), ?P({I#file_info.size, I#file_info.type, I#file_info.access, I#file_info.links}), ?P(file:change_mode(F, 8#600)), ?P((element(2, file:read_file_info(F)))#file_info.mode band 8#777), ?P(file:change_time(F, {{2001, 2, 3}, {4, 5, 6}})), ?P((element(2, file:read_file_info(F)))#file_info.mtime), {ok, P} = file:read_file_info(F, [{time, posix}]), ?P(is_integer(P#file_info.mtime)), ?P((element(2, file:read_file_info(F, [{time, universal}])))#file_info.mtime =/= x), ?P(file:write_file_info(F, #file_info{mode = 8#644, mtime = {{2010, 1, 1}, {0, 0, 0}}})), ?P((element(2, file:read_file_info(F)))#file_info.mtime), ?P(filelib:last_modified(F)), {ok, R} = file:read_file_info(F, [raw, {time, posix}]), ?P(R#file_info.size), ?P((element(2, file:read_file_info(".")))#file_info.type), ?P((element(2, file:read_file_info("/dev/null")))#file_info.type), file:delete(F).
