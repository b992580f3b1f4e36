Definitions.
D = [0-9]
W = [\s\t\n]
Rules.
{D}+\.{D}+((E|e)(\+|\-)?{D}+)? : {token, {number, TokenLine, list_to_float(TokenChars)}}.
{D}+ : {token, {number, TokenLine, list_to_integer(TokenChars)}}.
[-+*/()] : {token, {list_to_atom(TokenChars), TokenLine}}.
{W}+ : skip_token.
#.* : {end_token, {comment, TokenLine, string:trim(TokenChars)}}.
! : {error, "shouted"}.
Erlang code.
