-module(module_info).
-export([main/0]).
-include("../../t.hrl").
-vsn("1.2.3").

main() ->
    ?P(lists:sort(?MODULE:module_info(exports))), ?P(?MODULE:module_info(module)), ?P([A || {vsn, _} = A <- ?MODULE:module_info(attributes)]), ?P(lists:sort([K || {K, _} <- ?MODULE:module_info()])), ?P(byte_size(?MODULE:module_info(md5))), ?P(lists:keymember(version, 1, ?MODULE:module_info(compile))), ?P(?MODULE:module_info(native_addresses)), ?P(lists:member({local, 1}, ?MODULE:module_info(functions))), ?X(?MODULE:module_info(foo)), ?X(?MODULE:module_info(?I(1))), ?P(erlang:get_module_info(lists, module)), ?X(erlang:get_module_info(no_such_m)), ?P(length(erlang:module_info(exports)) > 200), ?P(erlang:module_info(module)), ?P(local(1)), ?P(is_binary(code:module_md5(element(2, code:get_object_code(?MODULE))))), ?P(code:module_md5(element(2, code:get_object_code(?MODULE))) =:= ?MODULE:module_info(md5)), ?P(erlang:loaded() -- erlang:loaded()), ?P(lists:member(?MODULE, erlang:loaded())).

local(X) -> X.
