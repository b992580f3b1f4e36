-module(environment).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(os:getenv("OXBEAM_NO_SUCH_VAR")), ?P(os:getenv("OXBEAM_NO_SUCH_VAR", "def")), ?P(os:putenv("OXBEAM_T_VAR", "välue")), ?P(os:getenv("OXBEAM_T_VAR")), ?P(lists:keyfind("OXBEAM_T_VAR", 1, os:env())), ?P(lists:member("OXBEAM_T_VAR=välue", os:getenv())), ?P(os:unsetenv("OXBEAM_T_VAR")), ?P(os:getenv("OXBEAM_T_VAR")), ?P(os:type()), ?P(tuple_size(os:version())), ?P(is_list(os:getpid())), ?P(is_integer(os:system_time())), ?X(os:getenv(?I(a))), ?X(os:putenv("a=b", "c")), ?X(os:putenv("a\0", "c")), ?X(os:unsetenv("")), ?P(is_list(os:find_executable("sh"))), ?P(os:find_executable("no_such_program_x")), ?P(os:perf_counter() < os:perf_counter()), ?P(init:get_argument(no_such_flag)), ?P(is_list(init:get_plain_arguments())), ?P(init:get_status()), ?P(is_list(element(2, init:get_argument(root)))), ?P(init:script_id() =/= x).
