-module(basic_SUITE).
-include_lib("common_test/include/ct.hrl").
-export([all/0, groups/0, init_per_suite/1, end_per_suite/1, init_per_testcase/2, end_per_testcase/2]).
-export([passes/1, fails/1, skipped/1, crashes/1, in_group/1, configured/1, late/0, late/1]).
all() -> [passes, fails, skipped, crashes, {group, some}, configured, late].
groups() -> [{some, [parallel], [in_group, in_group]}].
init_per_suite(Config) -> [{started, true} | Config].
end_per_suite(_Config) -> ok.
init_per_testcase(_Case, Config) -> Config.
end_per_testcase(_Case, _Config) -> ok.
passes(Config) -> true = ?config(started, Config), ct:pal("said ~p", [here]).
fails(_Config) -> 1 = length([a, b]).
skipped(_Config) -> {skip, "no need"}.
crashes(_Config) -> ct:fail({wrong, [1, 2]}).
in_group(_Config) -> ok.
configured(_Config) -> value = ct:get_config(key), {comment, "found"}.
late() -> [{timetrap, {milliseconds, 200}}].
late(_Config) -> timer:sleep(5000).
