-module(application_start).
-export([main/0]).
-include("../../t.hrl").
-export([start/2, stop/1, init/1, prep_stop/1]).

main() ->
    App = {application, app_start_t, [{description, "d"}, {vsn, "1.0"}, {modules, [?MODULE]}, {registered, []}, {applications, [kernel, stdlib]}, {env, [{k, v}, {n, 1}]}, {mod, {?MODULE, [arg]}}]}, ?P(application:load(App)), ?P(application:load(App)), ?P(application:get_env(app_start_t, k)), ?P(application:get_env(app_start_t, zz)), ?P(application:set_env(app_start_t, zz, 5)), ?P(lists:sort(application:get_all_env(app_start_t)) -- [{included_applications, []}]), ?P(application:start(app_start_t)), ?P(application:start(app_start_t)), ?P(is_pid(whereis(app_start_sup))), ?P(application:get_application(whereis(app_start_sup))), ?P(lists:keyfind(app_start_t, 1, application:which_applications())), ?P(application:get_key(app_start_t, vsn)), ?P(application:stop(app_start_t)), ?P(persistent_term:get(app_start_log)), ?P(application:stop(app_start_t)), ?P(application:unload(app_start_t)), ?P(application:unload(app_start_t)), ?P(application:start(no_such_app)), ?P(application:ensure_all_started(kernel)), ?P(application:ensure_started(stdlib)), persistent_term:erase(app_start_log), Bad = {application, app_bad_t, [{vsn, "1"}, {mod, {no_such_mod_app, []}}, {applications, [kernel]}]}, application:load(Bad), ?P(element(1, application:start(app_bad_t))), application:unload(app_bad_t), Dep = {application, app_dep_t, [{vsn, "1"}, {applications, [not_started_app]}]}, application:load(Dep), ?P(application:start(app_dep_t)), application:unload(app_dep_t), ?P(application:get_env(kernel, no_such_key, default)).

start(normal, [arg]) -> supervisor:start_link({local, app_start_sup}, ?MODULE, []).
prep_stop(S) -> persistent_term:put(app_start_log, [prep_stop]), S.
stop(_) -> persistent_term:put(app_start_log, [stop | persistent_term:get(app_start_log)]).
init([]) -> {ok, {#{}, []}}.
