-module(two).
-export([value/0]).
value() -> {two, extra:more()}.
