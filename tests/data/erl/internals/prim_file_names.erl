%% File names inside and outside of the machine.
-module(prim_file_names).
-export([main/0]).

main() ->
    Names = ["plain", "", "å", [8364, $a], <<"raw">>, <<255, 254>>, [$a, $/, $b], [$a, 0, $b], [<<"io">>, "list"], atom, ["a", [b]], 17, [1114112], [55296],
             {a}, [a | b], <<>>, <<"a", 0, "b">>, [$a, 0], <<"a", 0>>],
    [t:x({native, Name}, fun() -> prim_file:internal_name2native(t:id(Name)) end) || Name <- Names],
    [t:x({list, Bytes}, fun() -> prim_file:internal_native2name(t:id(Bytes)) end)
     || Bytes <- [<<"plain">>, <<>>, <<"å"/utf8>>, <<255>>, <<"a", 195>>, "list", atom, <<1:3>>]],
    [t:x({normal, Text}, fun() -> prim_file:internal_normalize_utf8(t:id(Text)) end)
     || Text <- [<<"plain">>, <<"e", 16#301/utf8>>, <<"A", 16#30a/utf8, "b">>, <<255>>, "list", <<>>]],
    [t:x({translatable, Name}, fun() -> prim_file:is_translatable(t:id(Name)) end)
     || Name <- [<<"plain">>, <<255>>, "list", <<"å"/utf8>>, atom]],
    t:p(file:native_name_encoding()).
