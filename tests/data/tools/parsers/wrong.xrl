Definitions.
D = [0-9
Rules.
{D}+ : {token, x}.
{E} : skip_token.
Erlang code.
