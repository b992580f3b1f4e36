Nonterminals s e unused.
Terminals if then else x y.
Rootsymbol s.
s -> if e then s : {'$2', '$4'}.
s -> if e then s else s : {'$2', '$4', '$6'}.
s -> x.
e -> x.
unused -> x.
