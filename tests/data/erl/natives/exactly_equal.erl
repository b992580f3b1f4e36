%% The operators of equality and order as functions: by their names, as funs, and where the compiler can't see what is called.
-module(exactly_equal).
-export([main/0]).

main() ->
    Pairs = [{1, 1.0}, {1.0, 1.0}, {0.0, -0.0}, {a, a}, {a, 'b'}, {"ab", [97, 98]}, {{1, [2]}, {1, [2.0]}}, {<<1:3>>, <<1:4>>}, {#{a => 1}, #{a => 1.0}},
             {1 bsl 70, float(1 bsl 70)}, {[], {}}, {make_ref, "x"}],
    [t:p(Pair, [erlang:'=:='(t:id(A), t:id(B)), erlang:'=/='(t:id(A), t:id(B)), erlang:'=='(t:id(A), t:id(B)), erlang:'/='(t:id(A), t:id(B)),
                erlang:'=<'(t:id(A), t:id(B)), erlang:'<'(t:id(A), t:id(B)), erlang:'>='(t:id(A), t:id(B)), erlang:'>'(t:id(A), t:id(B))])
     || {A, B} = Pair <- Pairs],
    Self = self(),
    Fun = fun(X) -> X =:= Self end,
    t:p(same, [erlang:'=:='(Fun, t:id(Fun)), erlang:'=:='(self(), t:id(Self)), erlang:'=:='(make_ref(), make_ref())]),
    t:p(folded, lists:foldl(fun erlang:'=:='/2, true, [true, false, false])),
    t:p(mapped, lists:zipwith(fun erlang:'=:='/2, [1, 2, 3.0], [1, 2.0, 3.0])),
    t:p(applied, [apply(erlang, t:id('=:='), [X, 1]) || X <- [1, 1.0, a]]),
    t:x(fun() -> apply(erlang, t:id('=:='), [1]) end).
