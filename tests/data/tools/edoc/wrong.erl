%% @doc Wrong <b>markup.
-module(wrong).
-export([f/0]).
%% @spec f() -> 
f() -> ok.
