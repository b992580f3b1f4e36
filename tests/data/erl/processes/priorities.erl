-module(priorities).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Me = self(), process_flag(priority, max), [begin spawn_opt(fun() -> receive go -> ok end, Me ! {done, Pr} end, [{priority, Pr}]) ! go end || Pr <- [low, normal, high]], process_flag(priority, normal), ?P(lists:sort([receive {done, Pr} -> Pr after 5000 -> none end || _ <- [1, 2, 3]])), Busy = [spawn_link(fun() -> (fun F() -> F() end)() end) || _ <- [1, 2, 3, 4]], spawn_opt(fun() -> Me ! high_ran end, [{priority, high}]), spawn_opt(fun() -> Me ! low_ran end, [{priority, low}]), ?P(receive high_ran -> ok after 10000 -> starved end), ?P(receive low_ran -> ok after 20000 -> starved end), [begin unlink(B), exit(B, kill) end || B <- Busy], ?P([t:down(B) || B <- Busy] -- [killed, noproc, killed, noproc, killed, noproc, killed, noproc]).
