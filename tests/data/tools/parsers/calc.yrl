Nonterminals expression term factor.
Terminals number '+' '-' '*' '/' '(' ')'.
Rootsymbol expression.
Expect 0.
Left 100 '+' '-'.
Left 200 '*' '/'.
expression -> expression '+' expression : {plus, line('$2'), '$1', '$3'}.
expression -> expression '-' expression : {minus, line('$2'), '$1', '$3'}.
expression -> term : '$1'.
term -> term '*' factor : {times, '$1', '$3'}.
term -> term '/' factor : {divided, '$1', '$3'}.
term -> factor : '$1'.
factor -> number : element(3, '$1').
factor -> '(' expression ')' : '$2'.
Erlang code.
line({_, Line}) -> Line.
