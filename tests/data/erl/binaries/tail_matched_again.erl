%% What is left of a binary is named, and then matched once more in the same context.
-module(tail_matched_again).
-export([main/0]).

main() ->
    Text = t:id(<<"aae", 778/utf8, "oeeu">>),
    [t:p(find(Text, t:id(0), $e, Accept)) || Accept <- [fun(_) -> true end, fun(_) -> false end, fun starts_plain/1]],
    t:p(find(<<>>, 0, $e, fun(_) -> true end)),
    t:x(fun() -> find(<<"e", 16#ff, "x">>, 0, 16#ff, fun(_) -> false end) end),
    t:p(halves(t:id(<<1, 2, 3, 4>>))),
    t:p(halves(t:id(<<1, 2, 3>>))).

%% The first place from `Start` on where the character stands and the rest is accepted.
find(All, Start, Character, Accept) ->
    <<_:Start/binary, Rest/binary>> = All,
    case binary:match(Rest, <<Character>>) of
        nomatch ->
            {nomatch, byte_size(All)};
        {Found, _} ->
            Before = Start + Found,
            <<Kept:Before/binary, From/binary>> = All,
            case Accept(From) of
                true ->
                    {Kept, From};
                false ->
                    <<_/utf8, Behind/binary>> = From,
                    find(All, byte_size(All) - byte_size(Behind), Character, Accept)
            end
    end.

starts_plain(<<_/utf8, Next/utf8, _/binary>>) -> Next < 128;
starts_plain(_) -> true.

halves(Binary) ->
    <<A, Rest/binary>> = Binary,
    case t:id(Rest) of
        <<_, _>> -> {A, Rest, two};
        _ ->
            <<B, More/binary>> = Rest,
            {A, B, Rest, More}
    end.
