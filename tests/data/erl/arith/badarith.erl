%% Operands of the wrong type, every operator: reason and who raises.
-module(badarith).
-export([main/0]).
-include("../../t.hrl").

main() ->
    A = ?I(a), B = ?I([]), C = ?I({}), One = ?I(1),
    ?X(A + One), ?X(One + A), ?X(A - One), ?X(One - B), ?X(A * One), ?X(1.0 * B), ?X(C / One), ?X(One / A),
    ?X(-A), ?X(+A), ?X(A div One), ?X(A rem One), ?X(A band One), ?X(One bor A), ?X(A bxor One), ?X(bnot A), ?X(bnot 1.0),
    ?X(A bsl One), ?X(One bsl A), ?X(A bsr One), ?X(One bsl ?I(1.0)), ?X(One band ?I(1.0)),
    ?X(abs(A)), ?X(trunc(A)), ?X(round(A)), ?X(float(A)), ?X(floor(B)), ?X(ceil(B)),
    ?X(apply(erlang, '+', [A, 1])), ?X(apply(erlang, '-', [A])), ?X(apply(erlang, 'div', [1, 0])),
    ?X(?I(1 bsl 64) + A), ?X(A - ?I(1 bsl 64)), ?X(?I(1 bsl 64) * B), ?X(?I(1 bsl 64) band 1.5).
