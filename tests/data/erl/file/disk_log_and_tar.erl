-module(disk_log_and_tar).
-export([main/0]).
-include("../../t.hrl").

main() ->
    {ok, L} = disk_log:open([{name, dlog}, {file, "file_dlog.tmp"}, {type, halt}]), ?P(disk_log:log(L, {entry, 1})), ?P(disk_log:log_terms(L, [a, "b", {c}])), ?P(disk_log:sync(L)), {_, Ts} = disk_log:chunk(L, start), ?P(Ts), ?P(disk_log:close(L)), file:delete("file_dlog.tmp"), file:write_file("tar_a.tmp", "content a"), file:make_dir("tar_d.tmp"), file:write_file("tar_d.tmp/b", binary:copy(<<"b">>, 2000)), ?P(erl_tar:create("tar.tmp", ["tar_a.tmp", "tar_d.tmp"], [compressed])), ?P(erl_tar:table("tar.tmp", [compressed])), {ok, Fs} = erl_tar:extract("tar.tmp", [memory, compressed]), ?P([{N, byte_size(B)} || {N, B} <- Fs]), {ok, {_, Z}} = zip:create("zip.tmp", [{"x.txt", <<"in zip">>}, {"y.txt", binary:copy(<<"y">>, 1000)}], [memory]), ?P(element(2, zip:unzip(Z, [memory]))  =/= []), {ok, Zt} = zip:table(Z), ?P(length(Zt)), [file:delete(F) || F <- ["tar_a.tmp", "tar.tmp"]], file:del_dir_r("tar_d.tmp"), ?P(element(1, erl_tar:extract({binary, <<"junk">>}, [memory]))).
