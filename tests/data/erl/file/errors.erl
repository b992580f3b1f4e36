-module(errors).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(file:read_file("no/such/file")), ?P(file:open("no/such/file", [read])), ?P(file:write_file("no/such/file", "x")), ?P(file:delete("nope.tmp")), ?P(file:make_dir("no/such/dir/x")), ?P(file:del_dir("no_dir")), ?P(file:list_dir("no_dir")), ?P(file:read_file_info("no_file")), ?P(file:rename("no_a", "no_b")), ?P(file:copy("no_a", "no_b")), ?P(file:read_link("no_l")), ?P(file:set_cwd("no_dir")), ?P(file:open("x", [foo])), ?P(file:open(?I(1), [read])), ?P(file:read_file("nul\0byte")), ?P(file:list_dir(?I(x))), ?P(file:write_file("errors_file.tmp", [a])), ?P(file:consult("no_f")), ?P(file:script("no_f")), ?P(file:path_open(["."], "no_f", [read])), ?P(file:read_file(".")), ?P(file:open(".", [read])), ?P(file:format_error(enoent)), ?P(file:format_error({3, erl_parse, "bad"})), ?X(file:read_file(?I({a}))), ?P(file:pread(self_not_fd, 0, 1)), ?X(file:write_file("x", "y", ?I(z))), file:delete("errors_file.tmp"), ?P(file:open("errors_file2.tmp", [read, write, {encoding, foo}])), file:delete("errors_file2.tmp").
