-module(string_formatting_misc).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(string:pad(integer_to_list(5), 3, leading, $0)), ?P(io_lib:format("~s", [string:join([atom_to_list(A) || A <- [a, b]], "-")])), ?P(erlang:float_to_list(2.0, [short])), ?P(lists:concat([a, "b", 1, 2.5])), ?P(erl_tar:format_error(bad_header)), ?P(inet:parse_address("192.168.0.1")), ?P(inet:parse_address("::ffff:1.2.3.4")), ?P(inet:parse_address("bad")), ?P(inet:ntoa({10, 0, 0, 1})), ?P(inet:ntoa({0, 0, 0, 0, 0, 0, 0, 1})), ?P(inet:format_error(econnrefused)), ?P(file_sorter_check()), ?P(timer:hours(1)), ?P(c:memory() =/= x), ?P(version_compare("1.10", "1.9")).

file_sorter_check() -> F = "fsort.tmp", file:write_file(F, "c\na\nb\n"), R = file_sorter:sort([F], F ++ "2", [{format, fun(B) -> B end}, {header, 4}]), file:delete(F), file:delete(F ++ "2"), element(1, {R}) =/= x.
version_compare(A, B) -> [list_to_integer(X) || X <- string:tokens(A, ".")] > [list_to_integer(X) || X <- string:tokens(B, ".")].
