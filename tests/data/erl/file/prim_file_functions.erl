-module(prim_file_functions).
-export([main/0]).
-include("../../t.hrl").

main() ->
    F = "file_prim.tmp", {ok, D} = prim_file:open(F, [read, write, raw, binary]), ?P(element(1, D)), ?P(prim_file:write(D, <<"hello">>)), ?P(prim_file:position(D, 0)), ?P(prim_file:read(D, 10)), ?P(prim_file:close(D)), ?P(prim_file:close(D)), ?P(prim_file:read_file(F)), ?P(prim_file:list_dir("no_dir")), ?P(element(1, prim_file:get_cwd())), ?P(prim_file:read_file("nope")), ?P(erl_prim_loader:read_file_info("nope")), ?P(erl_prim_loader:get_file("no/such.file")), ?P(prim_file:delete(F)), ?P(prim_file:delete(F)), ?P(file:native_name_encoding()).
