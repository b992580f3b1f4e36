-module(other).
-export([make/0]).
-spec make() -> wrong:hidden().
make() -> {hidden, 1}.
