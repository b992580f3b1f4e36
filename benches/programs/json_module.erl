%% How fast does OTP's module `json` decode and encode?
%% from: 27
-module(json_module).
-export([scale/0, run/1]).

scale() -> 60.

run(Rounds) -> run(Rounds, awfy_json:document(200), 0).

run(0, _, Sum) -> Sum;
run(Rounds, Text, Sum) ->
    #{<<"operations">> := Operations} = Decoded = json:decode(Text),
    Encoded = iolist_to_binary(json:encode(Decoded)),
    Numbers = lists:sum([Number || #{<<"number">> := Number} <- Operations]),
    run(Rounds - 1, Text, Sum + byte_size(Encoded) + Numbers).
