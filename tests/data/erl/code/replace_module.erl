%% A process stays in old code until a fully qualified call; the third version kills what is still in the first.
-module(replace_module).
-export([main/0]).
-include("../../t.hrl").

main() ->
    V = fun(N) -> io_lib:format("-module(replaced). -export([loop/1, ver/0]). ver() -> ~w. loop(S) -> receive {get, F} -> F ! {~w, S}, loop(S); {add, X} -> loop(S + X); upgrade -> ?MODULE:loop(S) end.", [N, N]) end, L = fun(N) -> t:load(re:replace(V(N), "\\?MODULE", "replaced", [{return, list}]), []) end,
    M = L(1), ?P(M:ver()), P = spawn(fun() -> M:loop(10) end), Ask = fun() -> P ! {get, self()}, receive R -> R after 1000 -> none end end, P ! {add, 5}, ?P(Ask()), L(2), ?P(M:ver()), ?P(Ask()), ?P(erlang:check_process_code(P, M)), ?P(erlang:check_old_code(M)), ?P(code:soft_purge(M)), P ! upgrade, ?P(Ask()), ?P(erlang:check_process_code(P, M)), ?P(code:soft_purge(M)), ?P(erlang:check_old_code(M)), L(3), ?P(Ask()), ?P(code:purge(M)), ?P(t:down(P)), ?P(M:ver()), t:unload(M), ?X(M:ver()).
