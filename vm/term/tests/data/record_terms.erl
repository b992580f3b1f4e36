%% Records external terms and what erlang:display/1 shows of them: run with the OTP in question,
%%   erlc record_terms.erl && erl -noshell -s record_terms main -s init stop > terms_NN.txt
%% A line is {"<bytes, hexadecimal>",<mask>,<term>}; tests/terms.rs reads it.
%% Bits of the mask: 0 no option, 1 to 3 minor_version 0 to 2, 4 deterministic give these bytes; 5: the text is left out.
-module(record_terms).
-export([main/0, make/1]).

make(X) -> fun(Y) -> {X, Y, fun() -> [X, Y] end} end.

main() ->
    [show(Term, 0) || Term <- terms()],
    [show(Term, 32) || Term <- unseen()],
    [line(bytes(Term, 4), 16 + 32, Term) || Term <- large()].

%% One line for each way to write the term.
show(Term, Unseen) ->
    All = [{bytes(Term, Option), 1 bsl Option} || Option <- lists:seq(0, 4)],
    [line(Bytes, lists:sum([Bit || {Same, Bit} <- All, Same =:= Bytes]) + Unseen, Term)
     || Bytes <- lists:usort([Bytes || {Bytes, _} <- All])].

bytes(Term, 0) -> term_to_binary(Term);
bytes(Term, 4) -> term_to_binary(Term, [deterministic]);
bytes(Term, N) -> term_to_binary(Term, [{minor_version, N - 1}]).

line(Bytes, Mask, Term) ->
    Shown = case Mask band 32 of 0 -> Term; 32 -> unseen end,
    erlang:display({lists:flatten([io_lib:format("~2.16.0b", [B]) || <<B>> <= Bytes]), Mask, Shown}).

terms() ->
    Bytes = list_to_binary(lists:seq(0, 99)),
    <<_:3, Odd:701/bits, _/bits>> = Bytes,
    <<_:5, Few:9/bits, _/bits>> = Bytes,
    Big = 1 bsl 2047,
    [0, 1, 255, 256, -1, -256, 2147483647, 2147483648, -2147483648, -2147483649, 1 bsl 40, -(1 bsl 40),
     (1 bsl 59) - 1, 1 bsl 59, -(1 bsl 59), -(1 bsl 59) - 1, (1 bsl 64) - 1, 1 bsl 64, -(1 bsl 64), Big, -Big, Big * 2 - 1,
     Big * 2, -(Big * 1024) + 7,
     1.0, -1.0, 0.0, 1.5e300, -2.5e-300, 0.1, 123456789.123, 5.0e-324,
     a, '', ok, 'with space', 'Upper', 'div', 'a@b', '_', [], 'é', 'ÿ÷', '日本', 'a\n\'\\b', '\x{7f}', '\x{85}',
     list_to_atom(lists:duplicate(255, $x)), list_to_atom(lists:duplicate(255, 16#e9)), list_to_atom(lists:duplicate(255, 16#65e5)),
     list_to_atom(lists:duplicate(127, 16#e9)), list_to_atom(lists:duplicate(128, 16#e9)), list_to_atom(lists:duplicate(100, 16#1f600)),
     "abc", [0], [255], [256], [1, 2 | 3], [a | b], "a\nb", "tab\there", "quote\"back\\", [1.0, "x", [[]], []], [16#e9, $a], [128],
     lists:duplicate(100, $z), lists:seq(250, 260),
     {}, {a}, {1, {2, {3, {}}}}, list_to_tuple(lists:seq(1, 255)), list_to_tuple(lists:seq(1, 256)), {[], {}, <<>>, ""},
     <<>>, <<1>>, <<"text">>, <<"q\"b\\">>, Bytes, binary:part(Bytes, 32, 64), binary:part(Bytes, 32, 68), <<7:3>>, <<1:1>>, <<255, 5:3>>, Odd, Few,
     binary:copy(<<"long ">>, 20), <<0:1024>>, <<"é"/utf8>>, <<127>>,
     #{}, #{1 => 2}, #{a => b}, #{1 => a, 1.0 => b, "x" => #{}}, #{[] => {}, {} => [], <<>> => #{1 => #{2 => 3}}},
     maps:from_list([{K, K * K} || K <- lists:seq(1, 32)]), #{{a, 1} => "s", -1 => 1 bsl 70, 2.5 => z},
     self(), list_to_pid("<0.0.0>"), list_to_pid("<0.32767.1>"), hd(erlang:ports()), list_to_port("#Port<0.123456>"),
     make_ref(), alias(), list_to_ref("#Ref<0.3.2.1>"), {self(), make_ref()},
     fun lists:append/2, fun 'A b':'C d'/0, make(1), make("free"), (make(x))(y), fun ?MODULE:main/0, [make({a, N}) || N <- [1, 2]]]
        ++ local_terms(erlang:system_info(otp_release)).

%% What only some releases have.
local_terms(Release) when Release >= "29" ->
    %% Fields are shown in the order of their atoms' making, here that of the record.
    [binary_to_term(<<131, 67, (length(Fields)):32, Exported, 119, 1, $m, 119, 3, "rec",
                      << <<119, 7, "zfield", F>> || F <- Fields >>/binary, << <<97, F>> || F <- Fields >>/binary>>)
     || {Fields, Exported} <- [{"", 0}, {"b", 1}, {"bac", 1}]];
local_terms(_) -> [].

unseen() ->
    [binary_to_term(Bytes) || Bytes <-
        [<<131, 88, 119, 3, "a@b", 1:32, 2:32, 3:32>>, <<131, 88, 119, 3, "a@b", 16#fffffff0:32, 16#fffffff1:32, 16#fffffff2:32>>,
         <<131, 103, 119, 3, "a@b", 1:32, 2:32, 3>>,
         <<131, 89, 119, 3, "a@b", 1:32, 2:32>>, <<131, 102, 119, 3, "a@b", 1:32, 2>>,
         <<131, 120, 119, 3, "a@b", 1:32, 7:32, 2:32>>,
         <<131, 90, 1:16, 119, 3, "a@b", 1:32, 16#ffffffff:32>>, <<131, 90, 2:16, 119, 3, "a@b", 1:32, 1:32, 2:32>>,
         <<131, 90, 3:16, 119, 3, "a@b", 1:32, 1:32, 2:32, 3:32>>, <<131, 90, 4:16, 119, 3, "a@b", 1:32, 1:32, 2:32, 3:32, 4:32>>,
         <<131, 90, 5:16, 119, 3, "a@b", 1:32, 1:32, 2:32, 3:32, 4:32, 5:32>>,
         <<131, 101, 119, 3, "a@b", 262143:32, 1>>, <<131, 114, 3:16, 119, 3, "a@b", 1, 1:32, 2:32, 3:32>>,
         <<131, 88, 118, 9:16, "é@b"/utf8, "12345", 1:32, 2:32, 3:32>>]].

large() ->
    [maps:from_list([{K, {K}} || K <- lists:seq(1, N)]) || N <- [33, 40, 100]]
        ++ [maps:from_list([{maps:from_list([{J, K} || J <- lists:seq(1, 34)]), K} || K <- lists:seq(1, 3)]),
            maps:from_list([{K, 1} || K <- lists:seq(-20, 20)] ++ [{float(K), 2} || K <- lists:seq(-20, 20)] ++ [{[K], 3} || K <- "abc"])].
