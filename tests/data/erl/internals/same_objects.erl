%% Of an external fun there is one object from OTP 26 on, wherever it was made, and of the empty tuple always.
-module(same_objects).
-export([main/0]).

main() ->
    One = t:id(fun erlang:abs/1),
    Two = binary_to_term(term_to_binary(t:id(fun erlang:abs/1))),
    Three = erlang:make_fun(t:id(erlang), abs, 1),
    t:p([erts_debug:same(A, B) || A <- [One, Two, Three], B <- [One, Two, Three]]),
    t:p(erts_debug:same(One, t:id(fun erlang:abs/2))),
    t:p(erts_debug:same(One, t:id(fun lists:sum/1))),
    t:p(erts_debug:same(t:id({1}), t:id({1}))),
    Empty = [t:id({}), list_to_tuple(t:id([])), erlang:delete_element(1, t:id({a})), binary_to_term(term_to_binary({}))],
    t:p([erts_debug:same(A, B) || A <- Empty, B <- Empty]),
    Term = t:id({a, make_ref()}),
    t:p(erts_debug:same(Term, Term)),
    t:p(erts_debug:same(Term, setelement(1, Term, b))).
