%% compile: nowarn_deprecated_function
%% Hashes, HMAC and random bytes of crypto: whether by OTP's library, or by the machine where that can't be loaded.
-module(crypto_basics).
-export([main/0]).

main() ->
    hashes(),
    macs(),
    others(),
    random(),
    errors().

data() -> [<<>>, "abc", [<<"a">>, "b", [<<"c">>, 255]], binary:copy(<<"0123456789">>, 100), binary:copy(<<7>>, 300000)].

hashes() ->
    Hashes = crypto:supports(hashs),
    t:p(Hashes),
    Infos = [{H, crypto:hash_info(H)} || H <- Hashes],
    t:p([{H, Type, Size, Block} || {H, #{type := Type, size := Size, block_size := Block}} <- Infos]),
    %% OTP 27 can't do the others at once.
    [t:p(H, [hex(crypto:hash(H, D)) || D <- data()]) || H <- Hashes -- [shake128, shake256]],
    %% What adds to a state leaves it as it is.
    [begin
         S0 = crypto:hash_init(H),
         S1 = crypto:hash_update(S0, "ab"),
         S2 = crypto:hash_update(S1, <<"c">>),
         S3 = crypto:hash_update(S1, binary:copy(<<"d">>, 50000)),
         t:p(H, [hex(crypto:hash_final(S)) || S <- [S0, S1, S2, S3, S2]])
     end || H <- Hashes],
    Open = [H || H <- [shake128, shake256], lists:member(H, Hashes)],
    [t:p(H, [hex(crypto:hash_xof(H, D, Bits)) || D <- ["", "abc"], Bits <- [8, 64, 1000, 4096]]) || H <- Open].

macs() ->
    Hashes = crypto:supports(hashs) -- [shake128, shake256],
    Keys = [<<>>, "key", binary:copy(<<"long">>, 100)],
    [t:p(H, [hex(crypto:mac(hmac, H, K, D)) || K <- Keys, D <- ["", "data", binary:copy(<<"x">>, 30000)]]) || H <- Hashes],
    t:p([hex(crypto:macN(hmac, sha256, "k", "d", N)) || N <- [1, 16, 32]]),
    M = crypto:mac_update(crypto:mac_update(crypto:mac_init(hmac, sha512, "key"), "da"), ["t", <<"a">>]),
    t:p(hex(crypto:mac_final(M))),
    t:p(hex(crypto:mac_finalN(crypto:mac_update(crypto:mac_init(hmac, md5, <<>>), <<>>), 5))).

others() ->
    [t:p({H, R, L}, hex(crypto:pbkdf2_hmac(H, <<"password">>, <<"salt">>, R, L))) || H <- [sha, sha224, sha256, sha384, sha512], {R, L} <- [{1, 20}, {2, 7}, {1000, 100}]],
    t:p([crypto:exor(<<1, 2, 255>>, [3, <<4, 15>>]), crypto:exor([], <<>>)]),
    t:p([crypto:hash_equals(<<1, 2>>, <<1, 2>>), crypto:hash_equals(<<1, 2>>, <<1, 3>>), crypto:hash_equals(<<>>, <<>>)]).

random() ->
    t:p([byte_size(crypto:strong_rand_bytes(N)) || N <- [0, 1, 33, 100000]]),
    t:p(crypto:strong_rand_bytes(16) =:= crypto:strong_rand_bytes(16)),
    Big = 1 bsl 300,
    In = fun(Low, High, Draw) -> lists:all(fun(_) -> N = Draw(), Low =< N andalso N < High end, lists:seq(1, 200)) end,
    t:p([In(1, 10, fun() -> crypto:rand_uniform(1, 10) end),
         In(-5, 5, fun() -> crypto:rand_uniform(-5, 5) end),
         In(Big - 3, Big + 300, fun() -> crypto:rand_uniform(Big - 3, Big + 300) end)]),
    t:p(lists:usort([crypto:rand_uniform(254, 258) || _ <- lists:seq(1, 300)])),
    t:p(crypto:rand_seed(<<"seed">>)),
    S = crypto:rand_seed_s(),
    {U, S1} = rand:uniform_s(S),
    {N, _} = rand:uniform_s(Big, S1),
    t:p([U >= 0.0, U < 1.0, N >= 1, N =< Big]).

errors() ->
    x(fun() -> crypto:hash(nonsense, "") end),
    x(fun() -> crypto:hash_info(nonsense) end),
    x(fun() -> crypto:hash_init(17) end),
    x(fun() -> crypto:hash_update(none, "") end),
    x(fun() -> crypto:hash_final(make_ref()) end),
    x(fun() -> crypto:mac(hmac, nonsense, "k", "d") end),
    x(fun() -> crypto:mac(nonsense, sha, "k", "d") end),
    x(fun() -> crypto:mac_init(nonsense, sha, "k") end),
    x(fun() -> crypto:mac_update(make_ref(), "d") end),
    x(fun() -> crypto:pbkdf2_hmac(md5, <<"p">>, <<"s">>, 1, 2) end),
    x(fun() -> crypto:pbkdf2_hmac(nonsense, <<"p">>, <<"s">>, 1, 2) end),
    x(fun() -> crypto:pbkdf2_hmac(sha, p, <<"s">>, 1, 2) end),
    x(fun() -> crypto:pbkdf2_hmac(sha, <<"p">>, <<"s">>, 0, 2) end),
    x(fun() -> crypto:pbkdf2_hmac(sha, <<"p">>, <<"s">>, 1, 0) end),
    x(fun() -> crypto:pbkdf2_hmac(sha, <<"p">>, <<"s">>, 1.5, 2) end),
    x(fun() -> crypto:exor("ab", "c") end),
    x(fun() -> crypto:exor(a, "c") end),
    x(fun() -> crypto:hash_equals(<<1>>, <<1, 2>>) end),
    x(fun() -> crypto:strong_rand_bytes(-1) end),
    x(fun() -> crypto:strong_rand_bytes(1 bsl 31) end).

%% Without the line of the file in C.
x(Fun) ->
    try Fun() of
        Value -> t:p(Value)
    catch
        Class:Reason:Stack ->
            {M, F, _, _} = hd(Stack),
            case Reason of
                {Kind, {File, _}, Text} -> t:p({Class, Kind, File, lists:flatten(io_lib:format("~p", [Text])), M, F});
                _ -> t:p({Class, Reason, M, F})
            end
    end.

hex(Binary) when byte_size(Binary) > 64 -> {byte_size(Binary), hex(binary:part(Binary, byte_size(Binary) - 20, 20))};
hex(Binary) -> lists:flatten([io_lib:format("~2.16.0b", [Byte]) || <<Byte>> <= Binary]).
