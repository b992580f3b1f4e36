%% since: 27
%% Coverage and debug information of the machine, asked of modules that have none. OTP has both where it compiles to machine code only;
%% elsewhere every question is a badarg, so what depends on that is held against coverage_support/0.
-module(coverage_natives).
-export([main/0]).

main() ->
    Supported = code:coverage_support(),
    t:p(supported, is_boolean(Supported)),
    [t:p(Name, answer(Call)) || {Name, Call} <- badly()],
    [t:p(Name, answer(Call) =:= expected(Supported, Name, Value, Arguments)) || {Name, Call, Value, Arguments} <- by_support()].

badly() ->
    [{get_coverage, fun() -> code:get_coverage(line, t:id(lists)) end},
     {get_coverage, fun() -> code:get_coverage(t:id(other), lists) end},
     {get_coverage, fun() -> code:get_coverage(function, t:id(no_such_module)) end},
     {get_coverage, fun() -> code:get_coverage(cover_id_line, t:id(1)) end},
     {get_coverage_mode, fun() -> code:get_coverage_mode(t:id(no_such_module)) end},
     {get_coverage_mode, fun() -> code:get_coverage_mode(t:id("lists")) end},
     {set_coverage_mode, fun() -> code:set_coverage_mode(t:id(other)) end},
     {set_coverage_mode, fun() -> code:set_coverage_mode(t:id(1)) end},
     {reset_coverage, fun() -> code:reset_coverage(t:id(lists)) end},
     {reset_coverage, fun() -> code:reset_coverage(t:id(no_such_module)) end},
     {reset_coverage, fun() -> code:reset_coverage(t:id([])) end}]
        ++ [{get_debug_info, fun() -> code:get_debug_info(t:id(Bad)) end} || since_28(), Bad <- [no_such_module, 1]].

by_support() ->
    [{get_coverage_mode, fun() -> code:get_coverage_mode() end, none, []},
     {get_coverage_mode, fun() -> code:get_coverage_mode(lists) end, none, [lists]},
     {set_coverage_mode, fun() -> code:set_coverage_mode(none) end, none, [none]}]
        ++ [{get_debug_info, fun() -> code:get_debug_info(lists) end, none, [lists]} || since_28()].

since_28() -> erlang:system_info(otp_release) >= "28".

expected(true, _, Value, _) -> Value;
expected(false, Name, _, Arguments) -> {error, badarg, {code, Name, Arguments, [{error_info, #{module => erl_kernel_errors}}]}}.

answer(F) ->
    try F() catch Class:Reason:Rows -> {Class, Reason, hd(Rows)} end.
