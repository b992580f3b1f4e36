%% DeltaBlue: how fast are constraints solved step by step, with variables and constraints in maps?
-module(awfy_deltablue).
-export([scale/0, run/1]).

%% Strengths are integers, 0 the strongest: what is required.
-define(PREFERRED, 2).
-define(STRONG_DEFAULT, 3).
-define(DEFAULT, 4).
-define(WEAKEST, 6).

-record(var, {value, constraints = [], by = none, mark = 0, strength = ?WEAKEST, stay = true}).
%% `kind`: `stay` and `edit` of one variable, `equal` and `scale` (with two more that it reads) of two;
%% `flow` is `none` or names the variable that is written: `first` or `second`.
-record(constraint, {kind, strength, first, second, factor, offset, flow = none}).
-record(planner, {vars = #{}, constraints = #{}, mark = 1}).

scale() -> 12.

run(0) -> 0;
run(Rounds) -> chain(500) + projection(500) + run(Rounds - 1).

%% A chain of equal variables: what is written to the first arrives at the last.
chain(Size) ->
    Made = variables([{N, 0} || N <- lists:seq(0, Size)], #planner{}),
    Equal = lists:foldl(fun(N, P) -> add(#constraint{kind = equal, strength = 0, first = N - 1, second = N}, P) end, Made, lists:seq(1, Size)),
    Stay = add(#constraint{kind = stay, strength = ?STRONG_DEFAULT, first = Size}, Equal),
    Edit = add(#constraint{kind = edit, strength = ?PREFERRED, first = 0}, Stay),
    {Plan, Planned} = plan([newest(Edit)], Edit),
    After = lists:foldl(fun(N, P) ->
                                Now = execute(Plan, set(0, N, P)),
                                N = value(Size, Now),
                                Now
                        end, Planned, lists:seq(1, 20)),
    value(Size, destroy(newest(Edit), After)).

%% Many that follow from others by the same factor and offset; changed from all sides.
projection(Size) ->
    Pairs = lists:seq(1, Size),
    Made = variables([{factor, 10}, {offset, 1000}] ++ [{{source, N}, N} || N <- Pairs] ++ [{{target, N}, N} || N <- Pairs], #planner{}),
    Built = lists:foldl(fun(N, P) ->
                                Stays = add(#constraint{kind = stay, strength = ?DEFAULT, first = {source, N}}, P),
                                add(#constraint{kind = scale, strength = 0, first = {source, N}, second = {target, N}, factor = factor, offset = offset}, Stays)
                        end, Made, Pairs),
    P1 = change({source, Size}, 17, Built),
    1170 = value({target, Size}, P1),
    P2 = change({target, Size}, 1050, P1),
    5 = value({source, Size}, P2),
    P3 = change(factor, 5, P2),
    true = lists:all(fun(N) -> value({target, N}, P3) =:= N * 5 + 1000 end, lists:seq(1, Size - 1)),
    P4 = change(offset, 2000, P3),
    true = lists:all(fun(N) -> value({target, N}, P4) =:= N * 5 + 2000 end, lists:seq(1, Size - 1)),
    value({target, 1}, P4).

change(Name, Value, Planner) ->
    Edit = add(#constraint{kind = edit, strength = ?PREFERRED, first = Name}, Planner),
    {Plan, Planned} = plan([newest(Edit)], Edit),
    destroy(newest(Edit), lists:foldl(fun(_, P) -> execute(Plan, set(Name, Value, P)) end, Planned, lists:seq(1, 10))).

variables(Named, Planner) -> Planner#planner{vars = maps:from_list([{Name, #var{value = Value}} || {Name, Value} <- Named])}.

value(Name, #planner{vars = Vars}) -> (maps:get(Name, Vars))#var.value.

set(Name, Value, #planner{vars = Vars} = Planner) ->
    #{Name := Var} = Vars,
    Planner#planner{vars = Vars#{Name := Var#var{value = Value}}}.

newest(#planner{constraints = Constraints}) -> map_size(Constraints).

%% Adds a constraint to its variables, and satisfies it.
add(Constraint, #planner{vars = Vars, constraints = Constraints} = Planner) ->
    Id = map_size(Constraints) + 1,
    Known = lists:foldl(fun(Name, Now) ->
                                #{Name := #var{constraints = Others} = Var} = Now,
                                Now#{Name := Var#var{constraints = [Id | Others]}}
                        end, Vars, names(Constraint)),
    incremental_add(Id, Planner#planner{vars = Known, constraints = Constraints#{Id => Constraint}}).

%% Its number is not given again.
destroy(Id, #planner{constraints = Constraints} = Planner) ->
    #{Id := Constraint} = Constraints,
    Removed = case Constraint#constraint.flow of none -> Planner; _ -> incremental_remove(Id, Planner) end,
    forgotten(Id, Constraint, Removed).

forgotten(Id, Constraint, #planner{vars = Vars} = Planner) ->
    Without = lists:foldl(fun(Name, Now) ->
                                  #{Name := #var{constraints = All} = Var} = Now,
                                  Now#{Name := Var#var{constraints = lists:delete(Id, All)}}
                          end, Vars, names(Constraint)),
    Planner#planner{vars = Without}.

names(#constraint{kind = scale, first = First, second = Second, factor = Factor, offset = Offset}) -> [First, Second, Factor, Offset];
names(#constraint{kind = equal, first = First, second = Second}) -> [First, Second];
names(#constraint{first = First}) -> [First].

output(#constraint{flow = second, second = Name}) -> Name;
output(#constraint{flow = first, first = Name}) -> Name.

inputs(#constraint{kind = scale, flow = second, first = Name, factor = Factor, offset = Offset}) -> [Name, Factor, Offset];
inputs(#constraint{kind = scale, flow = first, second = Name, factor = Factor, offset = Offset}) -> [Name, Factor, Offset];
inputs(#constraint{kind = equal, flow = second, first = Name}) -> [Name];
inputs(#constraint{kind = equal, flow = first, second = Name}) -> [Name];
inputs(#constraint{}) -> [].

incremental_add(Id, #planner{mark = Mark} = Planner) -> satisfy_all(Id, Mark + 1, Planner#planner{mark = Mark + 1}).

satisfy_all(none, _, Planner) -> Planner;
satisfy_all(Id, Mark, Planner) ->
    {Overridden, Next} = satisfy(Id, Mark, Planner),
    satisfy_all(Overridden, Mark, Next).

%% The constraint that had to give way, or `none`.
satisfy(Id, Mark, #planner{vars = Vars, constraints = Constraints} = Planner) ->
    #{Id := Constraint} = Constraints,
    case choose(Constraint, Mark, Vars) of
        none ->
            true = Constraint#constraint.strength > 0,
            {none, flow(Id, none, Planner)};
        Flow ->
            Chosen = Constraint#constraint{flow = Flow},
            Marked = lists:foldl(fun(Name, Now) -> marked(Name, Mark, Now) end, Vars, inputs(Chosen)),
            Output = output(Chosen),
            #{Output := #var{by = Overridden} = Var} = Marked,
            Freed = case Overridden of none -> Planner; _ -> flow(Overridden, none, Planner) end,
            Decided = flow(Id, Flow, Freed#planner{vars = Marked#{Output := Var#var{by = Id}}}),
            #planner{vars = Spread} = Done = propagate([Id], Mark, Decided),
            {Overridden, Done#planner{vars = marked(Output, Mark, Spread)}}
    end.

marked(Name, Mark, Vars) ->
    #{Name := Var} = Vars,
    Vars#{Name := Var#var{mark = Mark}}.

flow(Id, Flow, #planner{constraints = Constraints} = Planner) ->
    #{Id := Constraint} = Constraints,
    Planner#planner{constraints = Constraints#{Id := Constraint#constraint{flow = Flow}}}.

choose(#constraint{second = undefined, first = Name, strength = Strength}, Mark, Vars) ->
    case Vars of
        #{Name := #var{mark = Other, strength = Walk}} when Other =/= Mark, Strength < Walk -> first;
        #{} -> none
    end;
choose(#constraint{first = First, second = Second, strength = Strength}, Mark, Vars) ->
    #{First := #var{mark = Mark1, strength = Walk1}, Second := #var{mark = Mark2, strength = Walk2}} = Vars,
    if
        Mark1 =:= Mark, Mark2 =/= Mark, Strength < Walk2 -> second;
        Mark1 =:= Mark -> none;
        Mark2 =:= Mark, Strength < Walk1 -> first;
        Mark2 =:= Mark -> none;
        Walk1 > Walk2, Strength < Walk1 -> first;
        Walk1 =< Walk2, Strength < Walk2 -> second;
        true -> none
    end.

propagate([], _, Planner) -> Planner;
propagate([Id | Todo], Mark, #planner{constraints = Constraints} = Planner) ->
    #{Id := Constraint} = Constraints,
    Output = output(Constraint),
    #planner{vars = Vars} = Known = recalculate(Constraint, Planner),
    #{Output := Var} = Vars,
    true = Var#var.mark =/= Mark,
    propagate(consuming(Var, Constraints) ++ Todo, Mark, Known).

%% The constraints that read the variable.
consuming(#var{constraints = All, by = By}, Constraints) ->
    [Id || Id <- All, Id =/= By, (maps:get(Id, Constraints))#constraint.flow =/= none].

recalculate(#constraint{kind = stay, first = Name, strength = Strength}, Planner) -> calculated(Name, Strength, true, none, Planner);
recalculate(#constraint{kind = edit, first = Name, strength = Strength}, Planner) -> calculated(Name, Strength, false, none, Planner);
recalculate(#constraint{strength = Strength} = Constraint, #planner{vars = Vars} = Planner) ->
    [#var{strength = Walk} | _] = Read = [maps:get(Name, Vars) || Name <- inputs(Constraint)],
    calculated(output(Constraint), max(Strength, Walk), lists:all(fun(#var{stay = Stay}) -> Stay end, Read), Constraint, Planner).

calculated(Name, Strength, Stay, Constraint, #planner{vars = Vars} = Planner) ->
    #{Name := Var} = Vars,
    Value = case Stay andalso Constraint =/= none of true -> computed(Constraint, Vars); false -> Var#var.value end,
    Planner#planner{vars = Vars#{Name := Var#var{strength = Strength, stay = Stay, value = Value}}}.

computed(#constraint{kind = equal} = Constraint, Vars) ->
    [Name] = inputs(Constraint),
    (maps:get(Name, Vars))#var.value;
computed(#constraint{kind = scale, flow = Flow, factor = Factor, offset = Offset} = Constraint, Vars) ->
    [Name | _] = inputs(Constraint),
    #{Name := #var{value = In}, Factor := #var{value = By}, Offset := #var{value = Plus}} = Vars,
    case Flow of
        second -> In * By + Plus;
        first -> (In - Plus) div By
    end.

incremental_remove(Id, #planner{constraints = Constraints} = Planner) ->
    #{Id := Constraint} = Constraints,
    Output = output(Constraint),
    #planner{vars = Vars} = Removed = forgotten(Id, Constraint, flow(Id, none, Planner)),
    #{Output := Var} = Vars,
    Free = Removed#planner{vars = Vars#{Output := Var#var{by = none, strength = ?WEAKEST, stay = true}}},
    {Unsatisfied, Known} = unsatisfied([Output], [], Free),
    lists:foldl(fun({_, Other}, P) -> incremental_add(Other, P) end, Known, lists:keysort(1, Unsatisfied)).

unsatisfied([], Found, Planner) -> {Found, Planner};
unsatisfied([Name | Todo], Found, #planner{vars = Vars, constraints = Constraints} = Planner) ->
    #{Name := Var} = Vars,
    More = [{Strength, Id} || Id <- Var#var.constraints, #constraint{flow = none, strength = Strength} <- [maps:get(Id, Constraints)]],
    {Next, Known} = lists:mapfoldl(fun(Id, P) ->
                                           #{Id := Constraint} = Constraints,
                                           {output(Constraint), recalculate(Constraint, P)}
                                   end, Planner, consuming(Var, Constraints)),
    unsatisfied(Next ++ Todo, More ++ Found, Known).

%% Constraints to compute, in this order, when what the first ones write has changed.
plan(Sources, #planner{mark = Mark} = Planner) -> plan(Sources, Mark + 1, [], Planner#planner{mark = Mark + 1}).

plan([], _, Plan, Planner) -> {lists:reverse(Plan), Planner};
plan([Id | Todo], Mark, Plan, #planner{vars = Vars, constraints = Constraints} = Planner) ->
    #{Id := Constraint} = Constraints,
    Output = output(Constraint),
    #{Output := Var} = Vars,
    case Var#var.mark =/= Mark andalso lists:all(fun(Name) -> is_known(maps:get(Name, Vars), Mark) end, inputs(Constraint)) of
        true -> plan(consuming(Var, Constraints) ++ Todo, Mark, [Constraint | Plan], Planner#planner{vars = Vars#{Output := Var#var{mark = Mark}}});
        false -> plan(Todo, Mark, Plan, Planner)
    end.

is_known(#var{mark = Mark}, Mark) -> true;
is_known(#var{stay = Stay, by = By}, _) -> Stay orelse By =:= none.

execute([], Planner) -> Planner;
execute([#constraint{second = undefined} | Plan], Planner) -> execute(Plan, Planner);
execute([Constraint | Plan], #planner{vars = Vars} = Planner) ->
    Output = output(Constraint),
    #{Output := Var} = Vars,
    execute(Plan, Planner#planner{vars = Vars#{Output := Var#var{value = computed(Constraint, Vars)}}}).
