%% releases: 27 29
-module(process_info_dictionary_key).
-export([main/0]).
-include("../../t.hrl").

main() ->
    P = spawn(fun() -> put(a, 1), put({b, 2}, x), receive stop -> ok end end), t:wait(fun() -> process_info(P, status) =:= {status, waiting} end), ?P(process_info(P, {dictionary, a})), ?P(process_info(P, {dictionary, {b, 2}})), ?P(process_info(P, {dictionary, nope})), ?P(process_info(P, [{dictionary, a}, status, label])), ?P(process_info(P, parent) =:= {parent, self()}), ?P(proc_lib:set_label(my_label)), ?P(process_info(self(), label)), ?P(proc_lib:get_label(self())), ?P(proc_lib:get_label(P)).
