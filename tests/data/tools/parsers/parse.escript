main(Texts) -> [io:format("~p~n", [try calculate(Text) catch error:{badmatch, Wrong} -> Wrong end]) || Text <- Texts].
calculate(Text) ->
    {ok, Tokens, _} = calc_lexer:string(Text),
    {ok, Tree} = calc:parse(Tokens),
    Tree.
