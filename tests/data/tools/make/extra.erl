-module(extra).
-export([more/0]).
more() -> Unused = 1, more.
