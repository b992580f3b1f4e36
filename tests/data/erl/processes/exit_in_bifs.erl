%% A process that is killed while in a long native.
-module(exit_in_bifs).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Fs = [fun() -> lists:seq(1, 10000000) end, fun() -> binary:copy(<<"abc">>, 50000000) end, fun() -> term_to_binary(lists:seq(1, 1000000)) end, fun() -> erlang:phash2(lists:seq(1, 1000000)) end, fun() -> lists:reverse(lists:seq(1, 1000000)) end, fun() -> (lists:seq(1, 200000) -- lists:seq(200000, 1, -1)) end], ?P([begin P = spawn(fun G() -> F(), G() end), timer:sleep(3), exit(P, kill), lists:member(t:down(P), [killed, noproc]) end || F <- Fs]).
