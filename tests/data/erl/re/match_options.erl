-module(match_options).
-export([main/0]).

main() ->
    R = fun(S, P, O) -> t:x({P, O}, fun() -> re:run(S, P, [{capture, all, list} | O]) end) end,
    R("a\nb", "a.b", []), R("a\nb", "a.b", [dotall]), R("a\nb", "^b$", []), R("a\nb", "^b$", [multiline]), R("abc", "a b c", [extended]), R("abc", "b", [anchored]), R("aXb", "a(?#comment)X", []), R("foobar", "foo(?=bar)", []), R("foobaz", "foo(?!bar)", []), R("price: $5", "(?<=\\$)\\d", []), R("aaa", "a+?", []), R("aaa", "a+", [ungreedy]), R("a\r\nb", "a$", [multiline, {newline, crlf}]), R("abab", "(ab)\\1", []), R("abc\n", "c$", [dollar_endonly]), R("abc\n", "c$", []), R("x", "(?i)X", []), R("ABC", "[[:upper:]]+", []), R("\x{e9}", "\\w", []), R(<<"é"/utf8>>, "\\w", [unicode, ucp]), R("abc", "(?|(a)|(b))c?", []), R("((a))", "\\((?:[^()]|(?R))*\\)", []), R("foo", "(?<n>f)(?<n>o)", [dupnames]), R("aab", "(?>a+)ab", []), R("ab", "a\\Kb", []), R("a.b", "\\Qa.b\\E", []), R("tel 12", "\\d{2,3}", []), R("\t ", "\\s+", []), R("abc", "a", [notbol]), R("abc", "^a", [notbol]), R("", "^$", [notempty]), R("abc", "c", [firstline]), R("ab", "(?(?=a)ab|cd)", []), R("aaaa", "a{2}", [global]), R("x", "\\x{78}", []), R("no", "(*FAIL)|o", []).
