%% Byte-identical object code: digests of modules compiled from text.
-module(deterministic_code).
-export([main/0]).

main() ->
    Srcs = ["-module(dc1). -export([f/1]). f(X) -> X + 1.", "-module(dc2). -export([f/2]). f(X, Y) when X > Y -> {X, [Y]}; f(a, <<B/binary>>) -> B; f(#{k := V} = M, _) -> M#{k := V + 1.5}.", "-module(dc3). -export([f/1]). f(L) -> try lists:map(fun({A, B}) -> A * B; (X) -> X end, L) catch error:E:S -> {E, S} after ok end.", "-module(dc4). -export([f/1]). -record(r, {a = \"default\", b}). f(X) -> receive {X, Y} when is_integer(Y) -> #r{a = Y}; stop -> exit(normal) after 1000 -> timeout end.", "-module(dc5). -export([f/1]). f(B) -> << <<(X * 2):16/little>> || <<X:4, _:4>> <= B, X > 3 >>."], [begin {M, C} = t:compile(S, [deterministic, no_line_info]), {ok, {M, Md5}} = beam_lib:md5(C), t:p(M, binary_to_list(Md5)) end || S <- Srcs].
