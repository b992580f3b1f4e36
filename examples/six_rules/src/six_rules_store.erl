%% Stable storage: accounts in a dets table. An entry that put/2 has acknowledged is on the disk.
-module(six_rules_store).
-behaviour(gen_server).
-export([start_link/0, put/2, get/1, all/0]).
-export([init/1, handle_call/3, handle_cast/2, terminate/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
put(Key, Value) -> gen_server:call(?MODULE, {put, Key, Value}).
get(Key) -> gen_server:call(?MODULE, {get, Key}).
all() -> gen_server:call(?MODULE, all, infinity).

init([]) ->
    process_flag(trap_exit, true),
    {ok, Dir} = application:get_env(six_rules, dir),
    dets:open_file(?MODULE, [{file, filename:join(Dir, "accounts.dets")}, {auto_save, infinity}]).

handle_call({put, Key, Value}, _From, Table) ->
    ok = dets:insert(Table, {Key, Value}),
    {reply, dets:sync(Table), Table};
handle_call({get, Key}, _From, Table) ->
    {reply, dets:lookup(Table, Key), Table};
handle_call(all, _From, Table) ->
    {reply, lists:sort(dets:match_object(Table, '_')), Table}.

handle_cast(_Request, Table) -> {noreply, Table}.

terminate(_Reason, Table) -> dets:close(Table).
