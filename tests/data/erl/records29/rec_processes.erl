%% since: 29
%% Records in messages, tables, persistent terms and process dictionaries, and through many collections.
-module(rec_processes).
-export([main/0]).
-include("../../t.hrl").

-record #counter{n = 0, log = []}.
-record #request{from, what}.
-record #key{k}.

main() ->
    Server = spawn_link(fun() -> server(#counter{}) end), ?P([call(Server, W) || W <- [bump, bump, {add, 40}, get, log]]), Big = #key{k = lists:seq(1, 10000)}, ?P(call(Server, {echo, Big}) =:= Big), ?P(call(Server, {echo, #key{k = <<0:80000>>}}) =:= #key{k = <<0:80000>>}), Server ! #request{from = self(), what = stop}, receive {reply, bye} -> ok end,
    T = ets:new(t, [set]), O = ets:new(t, [ordered_set]), [ets:insert(X, [{#key{k = I}, #counter{n = I}} || I <- lists:seq(1, 500)]) || X <- [T, O]], ?P([ets:lookup(X, #key{k = 77}) || X <- [T, O]]), ?P(ets:first(O)), ?P(ets:next(O, #key{k = 99})), ?P(length(ets:match_object(T, {'_', #counter{n = 5}}))), ?P(ets:match(T, {'$1', #counter{n = 6}})), ?P(ets:select(T, [{{'$1', #counter{n = 7}}, [], ['$1']}])), ?P(ets:member(O, #key{k = 1.0})), ?P(ets:member(T, #key{k = 1.0})), ets:delete(T), ets:delete(O),
    persistent_term:put({?MODULE, k}, #counter{n = self()}), ?P((persistent_term:get({?MODULE, k}))#counter.n =:= self()), persistent_term:erase({?MODULE, k}), put(#key{k = 1}, #counter{n = 2}), ?P(get(#key{k = 1})), ?P(erase(#key{k = 1})),
    ?P(length((grow(20000, #counter{}))#counter.log)), M = lists:foldl(fun(I, Acc) -> Acc#{#key{k = I} => #counter{n = I}} end, #{}, lists:seq(1, 3000)), garbage_collect(), ?P(lists:sum([C#counter.n || C <- maps:values(M)])), ?P(lists:all(fun(I) -> maps:get(#key{k = I}, M) =:= #counter{n = I} end, lists:seq(1, 3000))), ?P(map_size(maps:filter(fun(#key{k = K}, _) -> K rem 2 =:= 0 end, M))),
    Parts = [spawn_monitor(fun() -> exit(#counter{n = I, log = lists:duplicate(I, #key{k = I})}) end) || I <- lists:seq(1, 50)], ?P(lists:sum([receive {'DOWN', R, process, P, #counter{n = N, log = L}} -> N + length(L) end || {P, R} <- Parts])),
    F = fun(#key{k = K}) -> fun() -> #key{k = {K, K}} end end, ?P((F(#key{k = 1}))()), register(rec_proc_reg, self()), rec_proc_reg ! #key{k = reg}, ?P(receive #key{k = reg} = K -> K end), unregister(rec_proc_reg).

grow(0, C) -> C;
grow(N, #counter{n = I, log = L} = C) -> grow(N - 1, C#counter{n = I + 1, log = [#key{k = {N, L =:= []}} | L]}).

call(Server, What) -> Server ! #request{from = self(), what = What}, receive {reply, R} -> R end.

server(#counter{n = N, log = L} = C) ->
    receive
        #request{from = From, what = stop} -> From ! {reply, bye};
        #request{from = From, what = get} -> From ! {reply, C}, server(C);
        #request{from = From, what = log} -> From ! {reply, L}, server(C);
        #request{from = From, what = {echo, X}} -> From ! {reply, X}, server(C#counter{log = [echo | L]});
        #request{from = From, what = {add, M}} -> From ! {reply, N + M}, server(C#counter{n = N + M, log = [{add, M} | L]});
        #request{from = From, what = bump} -> From ! {reply, N + 1}, server(C#counter{n = N + 1, log = [bump | L]})
    end.
