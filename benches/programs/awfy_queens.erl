%% Queens: how fast is a search that goes back, with its board in tuples?
-module(awfy_queens).
-export([scale/0, run/1]).

scale() -> 9000.

run(0) -> 0;
run(Rounds) ->
    {1, 5, 8, 6, 3, 7, 2, 4} = place(1, {free(8), free(16), free(16), free(8)}),
    1 + run(Rounds - 1).

free(Size) -> erlang:make_tuple(Size, true).

%% Rows, both kinds of diagonals; the row of the queen in each column.
place(9, {_, _, _, Board}) -> Board;
place(Column, State) -> try_row(1, Column, State).

try_row(9, _, _) -> false;
try_row(Row, Column, {Rows, Maxs, Mins, Board} = State) ->
    Sum = Column + Row - 1,
    Difference = Column - Row + 8,
    case element(Row, Rows) andalso element(Sum, Maxs) andalso element(Difference, Mins) of
        true ->
            Taken = {setelement(Row, Rows, false), setelement(Sum, Maxs, false), setelement(Difference, Mins, false),
                     setelement(Column, Board, Row)},
            case place(Column + 1, Taken) of
                false -> try_row(Row + 1, Column, State);
                Found -> Found
            end;
        false -> try_row(Row + 1, Column, State)
    end.
