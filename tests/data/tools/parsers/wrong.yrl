Nonterminals s.
Terminals a.
s -> a b.
s -> .
t -> a.
