%% Havlak: how fast are the loops of a flow graph found, with maps for all that changes?
-module(awfy_havlak).
-export([scale/0, run/1]).

%% What is known of the graph, by the numbers of a search in depth: blocks, the last descendant, predecessors from within and from without.
-record(search, {out, in, number = #{}, block = #{}, last = #{}}).
-record(loops, {last, back, other, type = #{}, parent = #{}, loop = #{}, nested = #{}, found = 0}).

scale() -> 10.

run(0) -> 0;
run(Rounds) ->
    Simple = simple(),
    Graph = lists:foldl(fun(_, At) -> tree(At) end, Simple, lists:seq(1, 10)),
    {Blocks, _, _} = Graph,
    5213 = Blocks,
    {Few, _} = found(Simple),
    {Many, Depth} = found(Graph),
    1605 = 1 + Few + Many,
    Many + Depth + run(Rounds - 1).

%% A graph is the number of its blocks, the block that is the last, and the edges, the newest first.
simple() ->
    {_, Edges} = base_loop(0, []),
    {11, 2, [{0, 2} | Edges]}.

tree({_, Last, Edges}) ->
    Start = Last + 1,
    {End, Grown} = lists:foldl(fun(_, State) -> middle(State) end, {Start, [{2, Start} | Edges]}, lists:seq(1, 10)),
    {End + 1, End, [{End, 1} | Grown]}.

middle({Top, Edges}) ->
    {End, Grown} = lists:foldl(fun(_, {At, Now}) -> base_loop(At, Now) end, {Top + 1, [{Top, Top + 1} | Edges]}, lists:seq(1, 5)),
    {End + 1, [{End, Top}, {End, End + 1} | Grown]}.

%% Two diamonds in a row, the way back around each, and around both.
base_loop(From, Edges) ->
    Back = [{From + 9, From + 10}, {From + 9, From}, {From + 4, From + 1}, {From + 8, From + 5}, {From + 8, From + 9}],
    {From + 10, Back ++ diamond(From + 5) ++ [{From + 4, From + 5} | diamond(From + 1)] ++ [{From, From + 1} | Edges]}.

diamond(At) -> [{At + 2, At + 3}, {At + 1, At + 3}, {At, At + 2}, {At, At + 1}].

%% How many loops there are, and how deep they lie within each other.
found({_, _, Edges}) ->
    Grouped = fun(By, Other) -> lists:foldl(fun(E, Map) -> maps:update_with(element(By, E), fun(L) -> [element(Other, E) | L] end, [element(Other, E)], Map) end, #{}, Edges) end,
    {Last, Search} = search(0, 0, #search{out = Grouped(1, 2), in = Grouped(2, 1)}),
    {Back, Others} = predecessors(Last, Search, #{}, #{}),
    #loops{found = Found, nested = Nested} = headers(Last, #loops{last = Search#search.last, back = Back, other = Others}),
    {Found, depth(Found, Nested)}.

search(Block, Current, #search{out = Out, number = Number, block = Blocks} = Search) ->
    Begun = Search#search{number = Number#{Block => Current}, block = Blocks#{Current => Block}},
    {Last, #search{last = Lasts} = Done} = follow(maps:get(Block, Out, []), Current, Begun),
    {Last, Done#search{last = Lasts#{Current => Last}}}.

follow([], Last, Search) -> {Last, Search};
follow([Block | Rest], Last, #search{number = Number} = Search) when is_map_key(Block, Number) -> follow(Rest, Last, Search);
follow([Block | Rest], Last, Search) ->
    {Deeper, Next} = search(Block, Last + 1, Search),
    follow(Rest, Deeper, Next).

predecessors(-1, _, Back, Others) -> {Back, Others};
predecessors(W, #search{in = In, number = Number, block = Blocks, last = Last} = Search, Back, Others) ->
    Numbers = [maps:get(Block, Number) || Block <- maps:get(maps:get(W, Blocks), In, []), is_map_key(Block, Number)],
    {Within, Without} = lists:partition(fun(V) -> is_ancestor(W, V, Last) end, Numbers),
    predecessors(W - 1, Search, Back#{W => Within}, Others#{W => ordsets:from_list(Without)}).

is_ancestor(W, V, Last) -> W =< V andalso V =< maps:get(W, Last).

headers(-1, Loops) -> Loops;
headers(W, #loops{back = Back} = Loops) ->
    #{W := Within} = Back,
    {Pool, Known} = lists:foldl(fun(V, {Set, Now}) when V =:= W -> {Set, typed(W, self, Now)};
                                   (V, {Set, Now}) ->
                                        {Root, After} = root(V, Now),
                                        {[Root | Set], After}
                                end, {[], Loops}, Within),
    Typed = case Pool of [] -> Known; _ -> typed(W, reducible, Known) end,
    {Body, #loops{type = Type} = Grown} = body(Pool, W, Pool, Typed),
    case Body =/= [] orelse maps:get(W, Type, none) =:= self of
        true -> headers(W - 1, made(W, Body, Grown));
        false -> headers(W - 1, Grown)
    end.

typed(W, As, #loops{type = Type} = Loops) -> Loops#loops{type = Type#{W => As}}.

body([], _, Pool, Loops) -> {Pool, Loops};
body([X | Work], W, Pool, #loops{other = Others} = Loops) ->
    #{X := Preceding} = Others,
    {More, Body, Next} = lists:foldl(fun(Y, State) -> chased(Y, W, State) end, {Work, Pool, Loops}, Preceding),
    body(More, W, Body, Next).

chased(Y, W, {Work, Pool, Loops}) ->
    {Root, #loops{last = Last, other = Others} = Next} = root(Y, Loops),
    case is_ancestor(W, Root, Last) of
        false ->
            #{W := Entering} = Others,
            {Work, Pool, typed(W, irreducible, Next#loops{other = Others#{W := ordsets:add_element(Root, Entering)}})};
        true ->
            case Root =:= W orelse lists:member(Root, Pool) of
                true -> {Work, Pool, Next};
                false -> {[Root | Work], [Root | Pool], Next}
            end
    end.

made(W, Body, #loops{found = Found, loop = Loop} = Loops) ->
    New = Found + 1,
    lists:foldl(fun(Node, #loops{parent = Parent, loop = Of, nested = Nested} = Now) ->
                        Joined = Now#loops{parent = Parent#{Node => W}},
                        case Of of
                            #{Node := Inner} -> Joined#loops{nested = Nested#{Inner => New}};
                            #{} -> Joined
                        end
                end, Loops#loops{found = New, loop = Loop#{W => New}}, Body).

%% Of a set of blocks that belong together; ways become shorter as they are gone.
root(Node, #loops{parent = Parent} = Loops) ->
    case Parent of
        #{Node := Above} when is_map_key(Above, Parent) ->
            {Root, #loops{parent = Shorter} = Next} = root(Above, Loops),
            {Root, Next#loops{parent = Shorter#{Node := Root}}};
        #{Node := Above} -> {Above, Loops};
        #{} -> {Node, Loops}
    end.

depth(0, _) -> 0;
depth(Loop, Nested) -> max(level(Loop, Nested), depth(Loop - 1, Nested)).

level(Loop, Nested) ->
    case Nested of
        #{Loop := Outer} -> 1 + level(Outer, Nested);
        #{} -> 1
    end.
