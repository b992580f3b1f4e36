-module(write_functions).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(lists:flatten(io_lib:write({a, [b], "s", 1.0}))), ?P(io_lib:write_atom('A b')), ?P(io_lib:write_string("a\"b\n\x{1}é")), ?P(io_lib:write_char($\n)), ?P(io_lib:write_char($a)), ?P(io_lib:write_latin1_string("é")), ?P(io_lib:write_string_as_latin1("€")), ?P(io_lib:write_atom_as_latin1('Ω')), ?P(io_lib:quote_atom(foo, "")), ?P(io_lib:nl()), ?P(io_lib:indentation("abc\nde", 0)), ?P(io_lib:format_prompt(">")), ?P(io_lib:deep_char_list([[$a], $b])), ?P(lists:flatten(io_lib:print([1, {2, 3}]))).
