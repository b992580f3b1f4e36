%% since: 27
%% What a machine has encoded for itself alone, another one does not take.
-module(local_of_another).
-export([main/0]).

main() ->
    Terms = [self(), "text", {a, make_ref()}],
    Own = [term_to_binary(Term, [local]) || Term <- Terms],
    t:p(own, [binary_to_term(Bytes) || Bytes <- Own] =:= Terms),
    {ok, Peer, _} = peer:start_link(#{connection => standard_io}),
    Others = [peer:call(Peer, erlang, term_to_binary, [Term, [local]]) || Term <- ["text", {a, 1}]],
    t:p(others, [try binary_to_term(Bytes) catch error:Why -> Why end || Bytes <- Others]),
    t:p(back, [peer:call(Peer, erlang, binary_to_term, [Bytes]) || Bytes <- Others]),
    peer:stop(Peer).
