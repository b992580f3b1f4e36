-module(other).
-export([call_back/1, start/0]).
call_back(X) -> subject:used(X).
start() -> subject:old(), call_back(12), lists:nosuch(1), erlang:now().
