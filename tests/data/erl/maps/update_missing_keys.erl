%% Of several keys that a map lacks the first in the order of keys is named.
-module(update_missing_keys).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [begin
         ?X(M#{42.0 := v, 42 := w}), ?X(M#{42 => u, 42.0 := v, 42 := w}),
         ?X(M#{{t} := v, "l" := x, 7.5 := w, 8 := z}), ?X(M#{{t} := v, <<"b">> := w, [] := u}),
         ?X(M#{(?I(z)) := v, 3.5 := w}), ?X(M#{1 := here, 1.0 := v, 0 := w})
     end || M <- [#{1 => a}, #{}, maps:from_list([{N, N} || N <- lists:seq(100, 150)]), maps:from_list([{N, N} || N <- lists:seq(1, 41)])]].
