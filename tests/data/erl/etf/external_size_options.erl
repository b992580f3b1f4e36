%% Options of external_size/2, which a release takes and the other does not.
-module(external_size_options).
-export([main/0]).

main() ->
    Terms = [1.5, [], ok, {1.5, "ab"}],
    [t:x(fun() -> erlang:external_size(t:id(Term), t:id(Options)) end) ||
        Term <- Terms,
        Options <- [[], [{minor_version, 0}], [{minor_version, 1}], [{minor_version, 2}], [{minor_version, 3}], [{minor_version, -1}],
            [{minor_version, 1 bsl 70}], [{minor_version, 0}, {minor_version, 1}], [compressed], [{compressed, 0}], [deterministic],
            [{minor_version, 1} | x], x, [x]]],
    try erlang:external_size(t:id(a), t:id([{minor_version, 0}, {minor_version, 1}, x]))
    catch error:badarg:Stack -> t:p(element(3, hd(Stack)))
    end.
