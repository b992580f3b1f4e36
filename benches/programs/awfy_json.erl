%% Json: how fast does a parser written by hand read a text of JSON, byte by byte?
-module(awfy_json).
-export([scale/0, run/1, document/1]).

scale() -> 400.

run(Rounds) -> run(Rounds, document(60), 0).

run(0, _, Sum) -> Sum;
run(Rounds, Text, Sum) ->
    #{<<"operations">> := Operations, <<"head">> := #{<<"ok">> := true}} = parse(Text),
    60 = length(Operations),
    run(Rounds - 1, Text, Sum + total(Operations)).

total(Operations) -> lists:sum([Number + length(Way) + round(Part * 8) || #{<<"number">> := Number, <<"way">> := Way, <<"part">> := Part} <- Operations]).

%% A text with so many entries.
document(Count) ->
    Entry = fun(N) ->
        ["{\"number\": ", integer_to_list(N * 17), ", \"kind\":\"create\", \"part\": ", float_to_list(N / 8, [{decimals, 3}]),
         ", \"name\" : \"a \\\"name\\\" with\\nlines and \\u00e4\\u20ac\", \"empty\":[], \"nothing\": null,\n    \"way\": [",
         lists:join(", ", [integer_to_list(M * N) || M <- lists:seq(1, 20)]), "], \"flags\":{\"a\": true, \"b\" : false, \"c\":{}}}"]
    end,
    iolist_to_binary(["{\"head\": {\"ok\": true, \"version\": -1.5e3},\n \"operations\": [\n    ",
                      lists:join(",\n    ", [Entry(N) || N <- lists:seq(1, Count)]), "]}\n"]).

parse(Text) ->
    {Value, Rest} = value(skip(Text)),
    <<>> = skip(Rest),
    Value.

skip(<<C, Rest/binary>>) when C =:= $\s; C =:= $\n; C =:= $\t; C =:= $\r -> skip(Rest);
skip(Text) -> Text.

value(<<"{", Rest/binary>>) -> members(skip(Rest), #{});
value(<<"[", Rest/binary>>) -> elements(skip(Rest), []);
value(<<"\"", Rest/binary>>) -> string(Rest, 0, Rest);
value(<<"true", Rest/binary>>) -> {true, Rest};
value(<<"false", Rest/binary>>) -> {false, Rest};
value(<<"null", Rest/binary>>) -> {null, Rest};
value(Text) -> number(Text, 0, Text).

members(<<"}", Rest/binary>>, Map) -> {Map, Rest};
members(<<"\"", Rest/binary>>, Map) ->
    {Key, Behind} = string(Rest, 0, Rest),
    <<":", From/binary>> = skip(Behind),
    {Value, After} = value(skip(From)),
    case skip(After) of
        <<",", More/binary>> -> members(skip(More), Map#{Key => Value});
        More -> members(More, Map#{Key => Value})
    end.

elements(<<"]", Rest/binary>>, Elements) -> {lists:reverse(Elements), Rest};
elements(Text, Elements) ->
    {Value, After} = value(Text),
    case skip(After) of
        <<",", More/binary>> -> elements(skip(More), [Value | Elements]);
        More -> elements(More, [Value | Elements])
    end.

%% What has no escape is a part of the text.
string(<<"\"", Rest/binary>>, Size, Start) -> {binary:part(Start, 0, Size), Rest};
string(<<"\\", _/binary>> = Text, Size, Start) -> escaped(Text, binary:part(Start, 0, Size));
string(<<_, Rest/binary>>, Size, Start) -> string(Rest, Size + 1, Start).

escaped(<<"\"", Rest/binary>>, String) -> {String, Rest};
escaped(<<"\\u", A, B, C, D, Rest/binary>>, String) ->
    Code = ((hex(A) * 16 + hex(B)) * 16 + hex(C)) * 16 + hex(D),
    escaped(Rest, <<String/binary, Code/utf8>>);
escaped(<<"\\n", Rest/binary>>, String) -> escaped(Rest, <<String/binary, $\n>>);
escaped(<<"\\", C, Rest/binary>>, String) -> escaped(Rest, <<String/binary, C>>);
escaped(<<C, Rest/binary>>, String) -> escaped(Rest, <<String/binary, C>>).

hex(C) when C =< $9 -> C - $0;
hex(C) when C >= $a -> C - $a + 10;
hex(C) -> C - $A + 10.

number(<<C, Rest/binary>>, Size, Start) when C >= $0, C =< $9; C =:= $- -> number(Rest, Size + 1, Start);
number(<<C, Rest/binary>>, Size, Start) when C =:= $.; C =:= $e; C =:= $E -> fraction(Rest, Size + 1, Start);
number(Rest, Size, Start) -> {binary_to_integer(binary:part(Start, 0, Size)), Rest}.

fraction(<<C, Rest/binary>>, Size, Start) when C >= $0, C =< $9; C =:= $-; C =:= $+; C =:= $.; C =:= $e; C =:= $E ->
    fraction(Rest, Size + 1, Start);
fraction(Rest, Size, Start) -> {binary_to_float(binary:part(Start, 0, Size)), Rest}.
