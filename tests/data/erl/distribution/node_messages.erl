%% timeout: 90
-module(node_messages).
-export([main/0, there/1, echo/0]).

%% Messages of every type of term, to another node and back.
main() -> cluster:run(?MODULE, 2).

there([Other]) ->
    Echo = spawn_link(Other, ?MODULE, echo, []),
    Same = [same(Echo, Term) || Term <- terms()],
    Named = named(Other),
    Order = order(Echo, 5000),
    [
        {terms, length(Same), lists:usort(Same)},
        {pid, node(Echo) =:= Other, is_pid(Echo), same(Echo, Echo)},
        {named, Named},
        {alias, alias_of(Echo)},
        {order, Order},
        {large, same(Echo, lists:seq(1, 200000)), same(Echo, binary:copy(<<"abcdefg">>, 100000))},
        {nodes, nodes() =:= [Other], rpc:call(Other, erlang, nodes, []) =:= [node()]},
        {nowhere, {nobody, Other} ! lost, catch erlang:send({nobody, Other}, lost, [noconnect])},
        {noconnect, catch erlang:send({nobody, 'nobody@nowhere'}, lost, [noconnect])}
    ].

echo() ->
    receive
        {From, {alias, Alias}} -> Alias ! {alias, From}, echo();
        {From, Term} -> From ! {self(), Term}, echo()
    end.

same(Echo, Term) ->
    Echo ! {self(), Term},
    receive {Echo, Back} -> Back =:= Term after 20000 -> {lost, Term} end.

named(Other) ->
    register(me, self()),
    spawn(Other, erlang, send, [{me, node()}, by_name]),
    Got = receive by_name -> yes after 20000 -> no end,
    unregister(me),
    Got.

alias_of(Echo) ->
    Alias = alias([reply]),
    Self = self(),
    Echo ! {self(), {alias, Alias}},
    First = receive {alias, Self} -> yes after 20000 -> no end,
    %% it is no alias any more
    Echo ! {self(), {alias, Alias}},
    true = same(Echo, end_of_it),
    Second = receive {alias, Self} -> yes after 0 -> no end,
    {First, Second}.

order(Echo, Count) ->
    [Echo ! {self(), N} || N <- lists:seq(1, Count)],
    lists:seq(1, Count) =:= [receive {Echo, N} -> N end || _ <- lists:seq(1, Count)].

terms() ->
    Big = binary:copy(<<"abc">>, 50000),
    [
        0, 255, 256, -1, 1 bsl 27, 1 bsl 31, -(1 bsl 31), 1 bsl 58, 1 bsl 62, 1 bsl 64, -(1 bsl 100), 1 bsl 5000,
        1.5, -0.0, 1.0e300, a, '', 'ä', 'åäö€', list_to_atom(lists:duplicate(255, $x)), list_to_atom(lists:duplicate(255, 16#20ac)),
        {}, {a}, list_to_tuple(lists:seq(1, 300)), [], "abc", [a | b], lists:seq(1, 1000), lists:duplicate(70000, $x),
        <<>>, <<1, 2, 3>>, <<5:3>>, Big, binary:part(Big, 1, 1000), [Big, Big],
        #{}, #{a => 1, {b} => [c]}, maps:from_list([{I, I * I} || I <- lists:seq(1, 100)]),
        self(), make_ref(), hd(erlang:ports()), alias(), fun(X) -> X + 1 end, fun() -> Big end, fun lists:map/2,
        [list_to_atom("one" ++ integer_to_list(I)) || I <- lists:seq(1, 600)],
        [list_to_atom("one" ++ integer_to_list(I)) || I <- lists:seq(300, 3000)]
    ].
