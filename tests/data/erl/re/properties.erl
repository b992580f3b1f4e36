%% Which properties there are, by which names, and what scripts mean.
-module(properties).
-export([main/0]).

main() ->
    [t:p(Name, [compiled("\\p{" ++ Name ++ "}"), compiled("x\\P{^" ++ Name ++ "}y")])
     || Name <- ["Lu", "lu", "LU", " Lu", "Lu ", "L_u", "L&", "Any", "any", "Xan", "xan", "Greek", "greek", "GREEK", "Han", "Nko", "Nope", "Old_Italic", "OldItalic",
                 "", "^Lu"]],
    [t:p(Pattern, compiled(Pattern)) || Pattern <- ["\\pL", "\\pl", "\\pz", "\\pZ", "\\PQ", "[\\pl]", "[\\p{lu}]", "\\Q\\pz\\E", "\\p{Lu", "\\p", "(\\pz", "(?#\\pz)a", "\\\\pz", "\\c\\pz"]],
    [t:p({Script, Char}, re:run([Char], "\\p{" ++ Script ++ "}", [unicode]))
     || {Script, Char} <- [{"Greek", 16#3b1}, {"Han", 16#3001}, {"Hiragana", 16#3001}, {"Han", 16#4e00}, {"^Han", 16#3001}, {"Common", 16#3001}, {"Arabic", 16#60c},
                           {"Latin", 16#363}, {"Inherited", 16#363}, {"Devanagari", 16#964}]],
    [t:p(Pattern, re:run([16#3001, 16#4e00, $a], Pattern, [unicode])) || Pattern <- ["[\\p{Han}a]+", "[^\\p{Han}]+", "\\P{Han}+", "(?i)\\p{Han}A"]].

compiled(Pattern) ->
    case re:compile(Pattern, [unicode]) of
        {ok, _} -> ok;
        {error, {Text, At}} -> {Text, At}
    end.
