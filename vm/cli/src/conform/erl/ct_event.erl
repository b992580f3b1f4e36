%% Nobody listens to the events that suites tell.
-module(ct_event).
-export([notify/1, sync_notify/1]).

notify(_) -> ok.
sync_notify(_) -> ok.
