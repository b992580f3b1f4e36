%% What OTP's suites call of common_test's module of this name.
-module(ct).
-export([fail/1, fail/2, comment/1, comment/2, sleep/1, timetrap/1, get_timetrap_info/0]).
-export([log/1, log/2, log/3, log/4, log/5, pal/1, pal/2, pal/3, pal/4, pal/5]).
-export([print/1, print/2, print/3, print/4, error/1, error/2]).
-export([get_config/1, get_config/2, get_config/3, require/1, require/2, get_progname/0]).
-export([capture_start/0, capture_stop/0, capture_get/0, capture_get/1, notify/2, make_priv_dir/0]).

fail(Reason) -> exit({test_case_failed, Reason}).
fail(Format, Arguments) ->
    Text = try lists:flatten(io_lib:format(Format, Arguments)) catch _:_ -> {Format, Arguments} end,
    exit({test_case_failed, Text}).

comment(_) -> ok.
comment(_, _) -> ok.

sleep(Time) ->
    receive
    after milliseconds(Time) -> ok
    end.

milliseconds({hours, Hours}) -> round(Hours * 3600000);
milliseconds({minutes, Minutes}) -> round(Minutes * 60000);
milliseconds({seconds, Seconds}) -> round(Seconds * 1000);
milliseconds(infinity) -> infinity;
milliseconds(Milliseconds) -> round(Milliseconds).

%% The process that asks is the one that is bounded.
timetrap(Time) ->
    case whereis(conform_runner) of
        undefined -> ok;
        Runner -> Runner ! {timetrap, self(), Time}
    end,
    infinity.

get_timetrap_info() -> {60000, {true, 1}}.

%% Category, importance, format and arguments, of which all but the format may be missing, in this order; options may follow.
log(Format) -> say(Format, []).
log(A, B) -> say2(A, B).
log(A, B, C) -> say3(A, B, C).
log(_, B, C, D) -> say3(B, C, D).
log(_, _, C, D, _) -> say(C, D).
pal(Format) -> say(Format, []).
pal(A, B) -> say2(A, B).
pal(A, B, C) -> say3(A, B, C).
pal(_, B, C, D) -> say3(B, C, D).
pal(_, _, C, D, _) -> say(C, D).
print(Format) -> say(Format, []).
print(A, B) -> say2(A, B).
print(A, B, C) -> say3(A, B, C).
print(_, B, C, D) -> say3(B, C, D).
error(Format) -> say(Format, []).
error(A, B) -> say2(A, B).

say2(Format, Arguments) when is_list(Format) -> say(Format, Arguments);
say2(_, Format) -> say(Format, []).

say3(Format, Arguments, _) when is_list(Format) -> say(Format, Arguments);
say3(_, Format, Arguments) when is_list(Format) -> say(Format, Arguments);
say3(_, _, Format) -> say(Format, []).

say(Format, Arguments) ->
    catch io:format(Format, Arguments),
    catch io:nl(),
    ok.

get_config(_) -> undefined.
get_config(_, Default) -> Default.
get_config(_, Default, _) -> Default.
require(_) -> ok.
require(_, _) -> ok.

get_progname() ->
    case init:get_argument(progname) of
        {ok, [[Name]]} -> Name;
        _ -> "no_prog_name"
    end.

capture_start() -> conform_io:capture(start).
capture_stop() -> conform_io:capture(stop).
capture_get() -> conform_io:capture(get).
capture_get(_) -> conform_io:capture(get).

notify(_, _) -> ok.
make_priv_dir() -> ok.
