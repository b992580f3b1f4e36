%% Programs and terms for `differ` beside this file: what a seed makes is the same on every machine.
%%
%%     differ_gen:program(Seed) -> {Forms, [{Function, Arguments}]}
%%     differ_gen:calls(Seed)   -> [{Module, Function, Arguments}]
%%
%% A program is a module in abstract form: functions of two arguments, of which each calls only those behind it, and loops of few
%% turns, so that each ends. Expressions are made by the type that is wanted, so that most of them come to a value; now and then
%% one of another type is taken, for the exceptions. Nothing in them depends on the order of a map's keys, on time or on
%% identifiers.
-module(differ_gen).
-export([program/1, calls/1, term/1]).

-define(MODULE_NAME, differing).

program(Seed) ->
    rand:seed(exsss, Seed),
    put(line, 10),
    put(variable, 0),
    Count = 2 + uniform(3),
    Functions = [function(I, Count) || I <- lists:seq(1, Count)],
    Exports = [{name(I), 2} || I <- lists:seq(1, Count)],
    Forms = [{attribute, 1, file, {"differing.erl", 1}},
             {attribute, 1, module, ?MODULE_NAME},
             {attribute, 2, export, Exports} | Functions],
    Calls = [{name(I), [value(int), value(any)]} || I <- lists:seq(1, Count), _ <- lists:seq(1, 4)],
    {Forms, Calls}.

name(I) -> list_to_atom("f" ++ integer_to_list(I)).

%% One clause, or some with patterns and guards of which the last takes everything.
function(I, Count) ->
    put(callees, [name(J) || J <- lists:seq(I + 1, Count)]),
    Clauses = [function_clause(pattern(any, 2), maybe_guard) || _ <- lists:seq(2, uniform(3))]
        ++ [function_clause(variable_pattern(any), none)],
    {function, next_line(), name(I), 2, Clauses}.

function_clause({Second, Bound}, Guard) ->
    N = fresh(),
    Env = [{N, int} | Bound],
    Guards = case Guard of
        none -> [];
        maybe_guard -> guards(Env)
    end,
    Depth = 2 + uniform(2),
    {clause, next_line(), [var(N), Second], Guards, body(pick([int, any, any, bin, list, map, tuple]), Env, Depth)}.

guards(Env) ->
    case uniform(3) of
        1 -> [[guard(Env, 2) || _ <- lists:seq(1, uniform(2))] || _ <- lists:seq(1, uniform(2))];
        _ -> []
    end.

guard(Env, Depth) ->
    case uniform(6) of
        1 -> call(pick([is_integer, is_list, is_map, is_binary, is_bitstring, is_atom, is_tuple, is_float, is_function,
                        is_number, is_boolean]), [guard_value(any, Env, Depth)]);
        2 when Depth > 0 -> op(pick(['andalso', 'orelse', 'and', 'or', 'xor']), guard(Env, Depth - 1), guard(Env, Depth - 1));
        3 when Depth > 0 -> op('not', guard(Env, Depth - 1));
        4 -> op(compare(), guard_value(any, Env, Depth), guard_value(any, Env, Depth));
        _ -> op(compare(), guard_value(int, Env, Depth), guard_value(int, Env, Depth))
    end.

guard_value(Type, Env, Depth) when Depth =< 0 -> leaf(Type, Env);
guard_value(int, Env, Depth) ->
    case uniform(9) of
        1 -> op(pick(['+', '-', '*', 'div', 'rem', 'band', 'bor', 'bxor']), guard_value(int, Env, Depth - 1), guard_value(int, Env, Depth - 1));
        2 -> call(pick([length, hd, tl]), [guard_value(list, Env, Depth - 1)]);
        3 -> call(pick([byte_size, bit_size, size]), [guard_value(bin, Env, Depth - 1)]);
        4 -> call(map_size, [guard_value(map, Env, Depth - 1)]);
        5 -> call(element, [int(uniform(3)), guard_value(tuple, Env, Depth - 1)]);
        6 -> call(pick([abs, round, trunc, float, ceil, floor]), [guard_value(pick([int, float]), Env, Depth - 1)]);
        7 -> call(map_get, [key(), guard_value(map, Env, Depth - 1)]);
        _ -> leaf(int, Env)
    end;
guard_value(Type, Env, _) -> leaf(Type, Env).

%% Statements, each of which may bind a variable for those behind it; the last gives the value.
body(Type, Env, Depth) ->
    body(Type, Env, Depth, uniform(3) - 1).

body(Type, Env, Depth, 0) ->
    next_line(),
    [expr(Type, Env, Depth)];
body(Type, Env, Depth, N) ->
    next_line(),
    Of = pick([int, int, list, bin, map, tuple, float, any, 'fun']),
    case uniform(8) of
        1 ->
            Value = expr(Of, Env, Depth - 1),
            {Pattern, Bound} = pattern(Of, 2),
            [{match, line(), Pattern, Value} | body(Type, Bound ++ Env, Depth, N - 1)];
        2 ->
            [send(expr(any, Env, Depth - 2)) | body(Type, Env, Depth, N - 1)];
        _ ->
            Value = expr(Of, Env, Depth - 1),
            V = fresh(),
            [{match, line(), var(V), Value} | body(Type, [{V, Of} | Env], Depth, N - 1)]
    end.

send(Value) -> op('!', call(self, []), Value).

%% An expression of the type, or seldom of another.
expr(Type, Env, Depth) when Depth =< 0 -> leaf(Type, Env);
expr(Type, Env, Depth) ->
    case uniform(60) of
        1 -> expr(any, Env, Depth - 1);
        2 -> raise(Env, Depth - 1);
        _ ->
            case uniform(4) of
                1 -> common(Type, Env, Depth - 1);
                _ -> of_type(Type, Env, Depth - 1)
            end
    end.

raise(Env, Depth) ->
    Value = expr(any, Env, Depth - 1),
    case uniform(6) of
        1 -> call(throw, [Value]);
        2 -> call(exit, [Value]);
        3 -> call(error, [Value, {cons, line(), expr(any, Env, Depth - 2), {nil, line()}}]);
        4 -> call(erlang, raise, [atom(pick([error, exit, throw])), Value, {nil, line()}]);
        _ -> call(error, [Value])
    end.

%% What can be of any type.
common(Type, Env, Depth) ->
    case uniform(13) of
        1 ->
            Of = pick([int, list, bin, map, tuple, any, any, any]),
            {'case', line(), expr(Of, Env, Depth - 1), clauses(Of, Type, Env, Depth - 1)};
        2 ->
            {'if', line(), [{clause, line(), [], [[guard(Env, 2)]], body(Type, Env, Depth - 1)} || _ <- lists:seq(1, uniform(2))]
                ++ [{clause, line(), [], [[atom(true)]], body(Type, Env, Depth - 1)}]};
        3 -> try_(Type, Env, Depth);
        4 -> {'receive', line(), receive_clauses(Type, Env, Depth - 1), int(0), body(Type, Env, Depth - 1)};
        5 ->
            case get(callees) of
                [] -> leaf(Type, Env);
                Callees -> {call, line(), atom(pick(Callees)), [expr(int, Env, Depth - 1), expr(any, Env, Depth - 1)]}
            end;
        6 ->
            V = fresh(),
            {call, line(), {'fun', line(), {clauses, [{clause, line(), [var(V)], [], body(Type, [{V, int} | Env], Depth - 1)}]}},
                [expr(int, Env, Depth - 1)]};
        7 -> {block, line(), body(Type, Env, Depth - 1)};
        8 -> call(element, [int(uniform(3)), {tuple, line(), [expr(Type, Env, Depth - 1) || _ <- lists:seq(1, 3)]}]);
        9 -> call(maps, get, [expr(any, Env, Depth - 2), expr(map, Env, Depth - 1), expr(Type, Env, Depth - 1)]);
        10 -> loop(Type, Env, Depth);
        11 -> call(hd, [{cons, line(), expr(Type, Env, Depth - 1), expr(list, Env, Depth - 2)}]);
        12 -> {'case', line(), expr(bool, Env, Depth - 1), [
            {clause, line(), [atom(true)], [], body(Type, Env, Depth - 1)},
            {clause, line(), [atom(false)], [], body(Type, Env, Depth - 1)}]};
        13 -> of_type(Type, Env, Depth)
    end.

clauses(Of, Type, Env, Depth) ->
    Some = [begin
        {Pattern, Bound} = pattern(Of, 2),
        {clause, next_line(), [Pattern], guards(Bound ++ Env), body(Type, Bound ++ Env, Depth)}
    end || _ <- lists:seq(1, uniform(4))],
    Some ++ case uniform(8) of
        1 -> [];
        _ -> [{clause, next_line(), [{var, line(), '_'}], [], body(Type, Env, Depth)}]
    end.

receive_clauses(Type, Env, Depth) ->
    [begin
        {Pattern, Bound} = pattern(any, 2),
        {clause, next_line(), [Pattern], guards(Bound ++ Env), body(Type, Bound ++ Env, Depth)}
    end || _ <- lists:seq(1, uniform(2))].

try_(Type, Env, Depth) ->
    Class = case uniform(3) of
        1 -> var(fresh());
        _ -> atom(pick([error, throw, exit]))
    end,
    {Pattern, Bound} = pattern(any, 2),
    Reason = fresh(),
    All = fresh(),
    Of = pick([Type, any]),
    {OfClauses, Body} = case uniform(3) of
        1 -> {clauses(Of, Type, Env, Depth - 1), body(Of, Env, Depth)};
        _ -> {[], body(Type, Env, Depth)}
    end,
    {'try', line(), Body, OfClauses, [
        {clause, next_line(), [{tuple, line(), [Class, Pattern, {var, line(), '_'}]}], [], body(Type, Bound ++ Env, Depth - 1)},
        {clause, next_line(), [{tuple, line(), [var(All), var(Reason), {var, line(), '_'}]}], [], body(Type, [{Reason, any}, {All, atom} | Env], Depth - 1)}
        ],
        case uniform(4) of
            1 -> [send(expr(any, Env, Depth - 2))];
            _ -> []
        end}.

%% A named fun that calls itself few times: with the value so far.
loop(Type, Env, Depth) ->
    F = fresh(), N = fresh(), Acc = fresh(), M = fresh(),
    Inner = [{M, int}, {Acc, Type} | Env],
    {call, line(), {named_fun, line(), F, [
        {clause, line(), [int(0), var(Acc)], [], [var(Acc)]},
        {clause, next_line(), [var(N), var(Acc)], [], [
            {match, line(), var(M), op('-', var(N), int(1))},
            {call, next_line(), var(F), [var(M), small(Type, expr(Type, Inner, Depth - 2))]}]}
        ]}, [int(uniform(9)), expr(Type, Env, Depth - 1)]}.

%% What does not grow from turn to turn.
small(int, Value) -> op('rem', Value, int(1 bsl 130 - 3));
small(list, Value) -> call(lists, sublist, [Value, int(20)]);
small(bin, Value) -> call(binary, part, [{bin, line(), [segment(Value, default, [bitstring]), segment(int(0), int(512), [integer])]}, int(0), int(60)]);
small(_, Value) -> Value.

of_type(int, Env, Depth) ->
    I = fun() -> expr(int, Env, Depth) end,
    case uniform(26) of
        N when N =< 6 -> op(pick(['+', '-', '*', '+', '-', 'div', 'rem', 'band', 'bor', 'bxor']), I(), I());
        7 -> op('bsl', I(), op('band', I(), int(pick([7, 63, 127]))));
        8 -> op('bsr', I(), op('band', I(), int(pick([7, 63, 127]))));
        9 -> op(pick(['-', 'bnot', '+']), I());
        10 -> call(abs, [I()]);
        11 -> call(length, [expr(list, Env, Depth)]);
        12 -> call(pick([byte_size, bit_size, size]), [expr(bin, Env, Depth)]);
        13 -> call(map_size, [expr(map, Env, Depth)]);
        14 -> call(pick([tuple_size, size]), [expr(tuple, Env, Depth)]);
        15 -> call(pick([round, trunc, ceil, floor]), [expr(float, Env, Depth)]);
        16 -> call(erlang, phash2, [expr(any, Env, Depth)]);
        17 -> call(erlang, pick([crc32, adler32]), [expr(bin, Env, Depth)]);
        18 -> call(lists, pick([sum, max, min]), [ints(Env, Depth)]);
        19 -> call(lists, foldl, [fun2(int, int, int, Env, Depth), I(), ints(Env, Depth)]);
        20 -> call(pick([max, min]), [I(), I()]);
        21 -> match_bin(int, Env, Depth);
        22 -> call(list_to_integer, [call(integer_to_list, [I(), int(pick([2, 8, 10, 16, 36]))]), int(pick([10, 16, 36]))]);
        23 -> call(binary, pick([decode_unsigned, first, last]), [expr(bin, Env, Depth)]);
        24 -> call(byte_size, [call(term_to_binary, [expr(pick([int, float, bin]), Env, Depth)])]);
        25 -> call(maps, fold, [fun3(Env, Depth), I(), expr(map, Env, Depth)]);
        26 -> call(string, pick([length, to_integer]), [expr(bin, Env, Depth)])
    end;
of_type(float, Env, Depth) ->
    F = fun() -> expr(pick([float, float, int]), Env, Depth) end,
    case uniform(9) of
        N when N =< 4 -> op(pick(['+', '-', '*', '/']), F(), F());
        5 -> call(float, [F()]);
        6 -> call(math, pick([sqrt, floor, ceil]), [F()]);
        7 -> match_bin(float, Env, Depth);
        8 -> call(binary_to_float, [call(float_to_binary, [F(), cons([pick_option()])])]);
        9 -> op('-', F())
    end;
of_type(bool, Env, Depth) ->
    case uniform(9) of
        N when N =< 3 -> op(compare(), expr(any, Env, Depth), expr(any, Env, Depth));
        4 -> op(compare(), expr(int, Env, Depth), expr(int, Env, Depth));
        5 -> op(pick(['andalso', 'orelse', 'and', 'or', 'xor']), expr(bool, Env, Depth), expr(bool, Env, Depth));
        6 -> op('not', expr(bool, Env, Depth));
        7 -> call(maps, is_key, [expr(any, Env, Depth), expr(map, Env, Depth)]);
        8 -> call(lists, pick([member, keymember]), case uniform(3) of
                1 -> [expr(any, Env, Depth), int(uniform(2)), expr(list, Env, Depth)];
                _ -> [expr(any, Env, Depth), expr(list, Env, Depth)]
            end);
        9 -> call(pick([is_integer, is_list, is_map, is_binary, is_atom, is_float, is_tuple]), [expr(any, Env, Depth)])
    end;
of_type(atom, Env, Depth) ->
    case uniform(3) of
        1 -> expr(bool, Env, Depth);
        2 -> leaf(atom, Env);
        3 -> call(pick([list_to_existing_atom, list_to_atom]), [call(atom_to_list, [expr(atom, Env, Depth - 1)])])
    end;
of_type(list, Env, Depth) ->
    L = fun() -> expr(list, Env, Depth) end,
    case uniform(24) of
        N when N =< 3 -> {cons, line(), expr(any, Env, Depth), L()};
        4 -> op(pick(['++', '--']), L(), L());
        5 -> comprehension(lc, Env, Depth);
        6 -> call(lists, pick([reverse, sort, usort, append, flatten, droplast]), [L()]);
        7 -> call(lists, pick([map, filter, takewhile, dropwhile, partition]), [fun1(Env, Depth), L()]);
        8 -> call(lists, sort, [call(maps, pick([keys, values, to_list]), [expr(map, Env, Depth)])]);
        9 -> call(tuple_to_list, [expr(tuple, Env, Depth)]);
        10 -> call(pick([binary_to_list, bitstring_to_list]), [expr(bin, Env, Depth)]);
        11 -> call(integer_to_list, [expr(int, Env, Depth)]);
        12 -> call(lists, pick([nthtail, sublist, split, duplicate]), [op('band', expr(int, Env, Depth), int(7)), L()]);
        13 -> call(lists, zip, [L(), L()]);
        14 -> call(lists, pick([keysort, keyfind, ukeysort]), [int(uniform(2)), cons([expr(tuple, Env, Depth) || _ <- lists:seq(1, 3)])]);
        15 -> ints(Env, Depth);
        16 -> call(io_lib, format, [{string, line(), pick(["~p", "~w", "~tp", "~tw", "~0p"])}, cons([expr(pick([int, bin, list, tuple, atom, float]), Env, Depth)])]);
        17 -> call(float_to_list, [expr(float, Env, Depth), cons([pick_option()])]);
        18 -> call(atom_to_list, [expr(atom, Env, Depth)]);
        19 -> call(unicode, characters_to_list, [expr(bin, Env, Depth)]);
        20 -> call(binary, pick([matches, split]), [expr(bin, Env, Depth), expr(bin, Env, Depth)]);
        21 -> call(tl, [L()]);
        22 -> call(lists, foldr, [fun2(any, list, list, Env, Depth), L(), L()]);
        23 -> call(lists, merge, [call(lists, sort, [L()]), call(lists, sort, [L()])]);
        24 -> call(string, pick([trim, uppercase, lexemes]), [L()])
    end;
of_type(tuple, Env, Depth) ->
    case uniform(8) of
        N when N =< 3 -> {tuple, line(), [expr(any, Env, Depth) || _ <- lists:seq(1, uniform(4) - 1)]};
        4 -> call(setelement, [int(uniform(3)), expr(tuple, Env, Depth), expr(any, Env, Depth)]);
        5 -> call(list_to_tuple, [expr(list, Env, Depth)]);
        6 -> call(erlang, pick([append_element, delete_element, insert_element]), [int(uniform(2)), expr(tuple, Env, Depth)]);
        7 -> call(lists, pick([splitwith, partition]), [fun1(Env, Depth), expr(list, Env, Depth)]);
        8 -> {tuple, line(), [atom(pick([rec, ok, error])), expr(any, Env, Depth)]}
    end;
of_type(map, Env, Depth) ->
    M = fun() -> expr(map, Env, Depth) end,
    case uniform(12) of
        N when N =< 3 -> {map, line(), pairs(map_field_assoc, Env, Depth)};
        4 -> {map, line(), M(), pairs(map_field_assoc, Env, Depth)};
        5 -> {map, line(), M(), [{map_field_exact, line(), key(), expr(any, Env, Depth)}]};
        6 -> call(maps, merge, [M(), M()]);
        7 -> call(maps, put, [expr(any, Env, Depth), expr(any, Env, Depth), M()]);
        8 -> call(maps, pick([remove, take]), [expr(any, Env, Depth), M()]);
        9 -> call(maps, from_list, [cons([{tuple, line(), [expr(any, Env, Depth), expr(any, Env, Depth)]} || _ <- lists:seq(1, uniform(3))])]);
        10 -> call(maps, pick([with, without]), [expr(list, Env, Depth), M()]);
        11 -> call(maps, pick([update, put]), [key(), expr(any, Env, Depth), M()]);
        12 -> call(maps, from_list, [{lc, line(), {tuple, line(), [var('K__'), expr(any, [{'K__', int} | Env], Depth - 1)]},
                [{generate, line(), var('K__'), call(lists, seq, [int(1), int(pick([5, 20, 28]))])}]}])
    end;
of_type(bin, Env, Depth) ->
    B = fun() -> expr(bin, Env, Depth) end,
    case uniform(18) of
        N when N =< 5 -> {bin, line(), [any_segment(Env, Depth) || _ <- lists:seq(1, uniform(4))]};
        6 -> {bin, line(), [segment(B(), default, [binary]), any_segment(Env, Depth)]};
        7 -> comprehension(bc, Env, Depth);
        8 -> call(list_to_binary, [ints255(Env, Depth)]);
        9 -> call(binary, part, [B(), op('band', expr(int, Env, Depth), int(7)), int(uniform(4) - 2)]);
        10 -> call(binary, copy, [B(), op('band', expr(int, Env, Depth), int(3))]);
        11 -> call(integer_to_binary, [expr(int, Env, Depth)]);
        12 -> call(term_to_binary, [expr(pick([int, list, tuple, float, bin]), Env, Depth)]);
        13 -> call(unicode, characters_to_binary, [expr(pick([list, bin]), Env, Depth)]);
        14 -> match_bin(bin, Env, Depth);
        15 -> call(binary, encode_unsigned, [expr(int, Env, Depth), atom(pick([big, little]))]);
        16 -> call(iolist_to_binary, [cons([B(), B()])]);
        17 -> call(binary, replace, [B(), B(), B(), cons([atom(global)])]);
        18 -> call(list_to_bitstring, [cons([B(), B()])])
    end;
of_type('fun', Env, Depth) -> fun1(Env, Depth);
of_type(any, Env, Depth) ->
    case uniform(30) of
        1 -> {'catch', line(), expr(pick([int, list, bin, map]), Env, Depth)};
        2 -> call(erlang, apply, [fun1(Env, Depth), cons([expr(any, Env, Depth)])]);
        3 -> call(binary_to_term, [call(term_to_binary, [expr(any, Env, Depth)])]);
        4 -> call(put, [atom(pick([a, b])), expr(any, Env, Depth)]);
        5 -> call(get, [atom(pick([a, b]))]);
        6 -> call(element, [int(uniform(3)), expr(tuple, Env, Depth)]);
        7 -> call(lists, nth, [int(uniform(3)), expr(list, Env, Depth)]);
        8 -> call(lists, pick([keyfind, keysearch]), [expr(any, Env, Depth), int(uniform(2)), expr(list, Env, Depth)]);
        9 -> call(maps, pick([get, find]), [expr(any, Env, Depth), expr(map, Env, Depth)]);
        10 -> call(re, run, [expr(bin, Env, Depth), {string, line(), pick(["a", "[0-9]+", "(.)(.)", "b*", "^.*$", "(?i)[a-f]{2}"])}]);
        _ -> of_type(pick([int, int, float, bool, atom, list, tuple, map, bin]), Env, Depth)
    end.

pick_option() ->
    case uniform(3) of
        1 -> {tuple, line(), [atom(decimals), int(uniform(10))]};
        2 -> {tuple, line(), [atom(scientific), int(uniform(12))]};
        3 -> atom(short)
    end.

pairs(Kind, Env, Depth) ->
    [{Kind, line(), pick([key(), key(), expr(any, Env, Depth - 1)]), expr(any, Env, Depth)} || _ <- lists:seq(1, uniform(4) - 1)].

key() -> erl_parse:abstract(pick([a, 1, 2, 1.0, "k", <<"b">>, {a, 1}, [], {b}]), line()).

ints(Env, Depth) ->
    case uniform(3) of
        1 -> call(lists, seq, [int(uniform(5) - 3), int(uniform(9))]);
        2 ->
            V = fresh(),
            {lc, line(), expr(int, [{V, int} | Env], Depth), [{generate, line(), var(V), call(lists, seq, [int(1), int(uniform(6))])}]};
        3 -> cons([expr(int, Env, Depth) || _ <- lists:seq(1, uniform(4))])
    end.

ints255(Env, Depth) -> cons([op('band', expr(int, Env, Depth), int(255)) || _ <- lists:seq(1, uniform(5))]).

comprehension(Kind, Env, Depth) ->
    V = fresh(),
    {Generator, Of} = case uniform(3) of
        1 -> {{generate, line(), var(V), expr(list, Env, Depth)}, any};
        2 -> {{generate, line(), var(V), ints(Env, Depth)}, int};
        3 -> {{b_generate, line(), {bin, line(), [segment(var(V), int(pick([1, 3, 8, 16, 33])), [pick([integer, signed, little])])]},
               expr(bin, Env, Depth)}, int}
    end,
    Inner = [{V, Of} | Env],
    Filters = case uniform(3) of
        1 -> [guard(Inner, 1)];
        2 -> [expr(bool, Inner, Depth - 1)];
        3 -> []
    end,
    Each = case Kind of
        lc -> expr(any, Inner, Depth);
        bc -> {bin, line(), [any_segment(Inner, Depth - 1)]}
    end,
    {Kind, line(), Each, [Generator | Filters]}.

fun1(Env, Depth) ->
    V = fresh(),
    {'fun', line(), {clauses, [{clause, next_line(), [var(V)], [], body(pick([bool, any]), [{V, any} | Env], Depth - 1)}]}}.

fun2(A, B, Type, Env, Depth) ->
    V = fresh(), W = fresh(),
    {'fun', line(), {clauses, [{clause, next_line(), [var(V), var(W)], [], [small(Type, expr(Type, [{V, A}, {W, B} | Env], Depth - 1))]}]}}.

%% A sum: it must not tell in which order the keys came.
fun3(Env, Depth) ->
    K = fresh(), V = fresh(), Acc = fresh(),
    {'fun', line(), {clauses, [{clause, next_line(), [var(K), var(V), var(Acc)], [],
        [op('+', var(Acc), call(erlang, phash2, [expr(any, [{K, any}, {V, any} | Env], Depth - 2)]))]}]}}.

%% Segments.

segment(Value, Size, Types) -> {bin_element, line(), Value, Size, Types}.

any_segment(Env, Depth) ->
    case uniform(12) of
        N when N =< 5 ->
            segment(expr(int, Env, Depth), bits(Env), [integer, pick([signed, unsigned]), pick([big, little, native])]);
        6 -> segment(expr(int, Env, Depth), int(8 * uniform(12)), [integer, pick([big, little])]);
        7 -> segment(expr(pick([float, int]), Env, Depth), int(pick([16, 32, 64])), [float, pick([big, little])]);
        8 -> segment(expr(bin, Env, Depth), default, [pick([binary, bitstring])]);
        9 -> segment(expr(bin, Env, Depth), int(uniform(4) - 1), [binary]);
        10 -> segment(expr(int, Env, Depth), default, [pick([utf8, utf16, utf32])]);
        11 -> segment({string, line(), pick(["", "abc", "xyz\x{e4}"])}, default, default);
        12 -> segment(expr(bin, Env, Depth), bits(Env), [binary, {unit, pick([1, 3, 8])}])
    end.

bits(Env) ->
    case uniform(5) of
        1 -> op('band', leaf(int, Env), int(63));
        2 -> op('rem', leaf(int, Env), int(1024));
        _ -> int(pick([0, 1, 3, 4, 7, 8, 8, 12, 16, 17, 24, 31, 32, 33, 48, 56, 60, 63, 64, 65, 80, 127, 128]))
    end.

match_bin(Type, Env, Depth) ->
    V = fresh(),
    Wanted = case Type of
        int -> segment(var(V), int(pick([1, 5, 8, 8, 16, 24, 32, 59, 60, 61, 64, 65, 100])), [integer, pick([signed, unsigned]), pick([big, little])]);
        float -> segment(var(V), int(pick([16, 32, 64])), [float, pick([big, little])]);
        bin -> pick([segment(var(V), int(uniform(4)), [binary]), segment(var(V), int(uniform(12)), [bitstring])])
    end,
    Before = [skipped() || _ <- lists:seq(2, uniform(3))],
    {'case', line(), expr(bin, Env, Depth), [
        {clause, line(), [{bin, line(), Before ++ [Wanted, segment({var, line(), '_'}, default, [bitstring])]}], guards([{V, Type} | Env]),
            body(Type, [{V, Type} | Env], Depth - 1)},
        {clause, next_line(), [{var, line(), '_'}], [], body(Type, Env, Depth - 1)}]}.

skipped() ->
    case uniform(4) of
        1 -> segment({var, line(), '_'}, int(uniform(16)), [integer]);
        2 -> segment({var, line(), '_'}, default, [utf8]);
        3 -> segment(int(uniform(200)), int(8), [integer]);
        4 -> segment({var, line(), '_'}, int(uniform(2)), [binary])
    end.

%% A pattern that a value of the type may well fit, and the variables that it binds.
pattern(Type, Depth) ->
    case uniform(6) of
        N when N =< 2; Depth =< 0 -> variable_pattern(Type);
        3 -> {literal_pattern(Type), []};
        _ -> pattern_of(Type, Depth - 1)
    end.

variable_pattern(Type) ->
    V = fresh(),
    {var(V), [{V, Type}]}.

pattern_of(list, Depth) ->
    {H, B1} = pattern(any, Depth),
    {T, B2} = pattern(list, Depth),
    {{cons, line(), H, T}, B1 ++ B2};
pattern_of(tuple, Depth) ->
    {Elements, Bound} = lists:unzip([pattern(any, Depth) || _ <- lists:seq(1, uniform(4) - 1)]),
    {{tuple, line(), Elements}, lists:append(Bound)};
pattern_of(map, Depth) ->
    {Fields, Bound} = lists:unzip([begin
        {P, B} = pattern(any, Depth),
        {{map_field_exact, line(), key(), P}, B}
    end || _ <- lists:seq(1, uniform(3) - 1)]),
    {{map, line(), Fields}, lists:append(Bound)};
pattern_of(bin, _) ->
    V = fresh(), W = fresh(),
    First = segment(var(V), int(pick([4, 8, 8, 16, 32, 64])), [integer, pick([signed, unsigned]), pick([big, little])]),
    Rest = case uniform(3) of
        1 -> segment(var(W), default, [binary]);
        2 -> segment(var(W), default, [bitstring]);
        3 -> segment(var(W), op('band', var(V), int(15)), [bitstring])
    end,
    case Rest of
        {bin_element, _, _, {op, _, _, _, _}, _} ->
            {{bin, line(), [First, segment(var(W), var(V), [bitstring]), segment({var, line(), '_'}, default, [bitstring])]}, [{V, int}, {W, bin}]};
        _ -> {{bin, line(), [First, Rest]}, [{V, int}, {W, bin}]}
    end;
pattern_of(any, Depth) -> pattern_of(pick([list, tuple, map, bin, atom]), Depth);
pattern_of(Type, _) -> {literal_pattern(Type), []}.

literal_pattern('fun') -> {var, line(), '_'};
literal_pattern(Type) -> exact(erl_parse:abstract(value(Type), line())).

exact({map_field_assoc, Line, Key, Value}) -> {map_field_exact, Line, exact(Key), exact(Value)};
exact(Form) when is_tuple(Form) -> list_to_tuple([exact(F) || F <- tuple_to_list(Form)]);
exact([Form | Forms]) -> [exact(Form) | exact(Forms)];
exact(Other) -> Other.

%% A variable of the type, or a literal.
leaf('fun', _) -> {'fun', line(), {function, atom(erlang), atom(abs), int(1)}};
leaf(Type, Env) ->
    case [V || {V, T} <- Env, T =:= Type orelse Type =:= any, T =/= 'fun'] of
        [_ | _] = Variables ->
            case uniform(4) of
                1 -> literal(Type);
                _ -> var(pick(Variables))
            end;
        [] -> literal(Type)
    end.

literal(Type) -> erl_parse:abstract(value(Type), line()).

value(int) ->
    case uniform(5) of
        1 -> pick([1, -1]) * (1 bsl pick([7, 8, 16, 27, 28, 31, 32, 58, 59, 60, 61, 62, 63, 64, 65, 127, 128])) + uniform(3) - 2;
        2 -> pick([1, -1]) * rand:uniform(1 bsl pick([20, 40, 59, 60, 64, 90, 200]));
        _ -> uniform(22) - 6
    end;
value(float) ->
    case uniform(3) of
        1 -> pick([0.0, 1.0, -1.0, 0.1, 1.5, 1.0e10, 1.0e-10, 1.7976931348623157e308, 2.2250738585072014e-308, 5.0e-324, 9007199254740992.0, 9007199254740993.0,
                   576460752303423488.0, -576460752303423489.0, 18446744073709551616.0, 1.0e22, 1.0e23, 123456.789]);
        2 -> rand:normal() * 1000;
        3 -> float(uniform(100) - 50)
    end;
value(bool) -> pick([true, false]);
value(atom) -> pick([a, b, c, ok, error, true, false, undefined, [], '', 'An atom', 'äö']);
value(list) ->
    case uniform(4) of
        1 -> [];
        2 -> pick(["abc", "hello world", "12", [228, 8364, 66], " trim "]);
        3 -> [value(any) || _ <- lists:seq(1, uniform(4))];
        4 -> [{pick([a, b, 1, 2]), value(int)} || _ <- lists:seq(1, uniform(4))]
    end;
value(tuple) -> list_to_tuple([value(any) || _ <- lists:seq(1, uniform(4) - 1)]);
value(map) -> maps:from_list([{pick([a, 1, 2, 1.0, "k", <<"b">>, {a, 1}, [], {b}]), value(any)} || _ <- lists:seq(1, uniform(4) - 1)]);
value(bin) ->
    case uniform(5) of
        1 -> <<>>;
        2 -> pick([<<"abc">>, <<"text 12">>, <<"äö€"/utf8>>, <<255, 254>>, <<0, 0, 0>>]);
        3 -> rand:bytes(uniform(12));
        4 -> <<5:3>>;
        5 ->
            Size = uniform(70),
            Bytes = rand:bytes(10),
            <<Bits:Size/bitstring, _/bitstring>> = Bytes,
            Bits
    end;
value('fun') -> fun erlang:abs/1;
value(any) -> value(pick([int, int, float, bool, atom, list, tuple, map, bin])).

%% A term of any shape: deeper, and more of what is rare.
term(0) -> value(pick([int, float, atom, bin]));
term(Depth) ->
    case uniform(12) of
        1 -> [term(Depth - 1) || _ <- lists:seq(1, uniform(6))];
        2 -> [term(Depth - 1) | term(Depth - 1)];
        3 -> list_to_tuple([term(Depth - 1) || _ <- lists:seq(1, uniform(5) - 1)]);
        4 -> maps:from_list([{value(pick([int, float, bin, list])), term(Depth - 1)} || _ <- lists:seq(1, uniform(5))]);
        6 -> [rand:uniform(256) - 1 || _ <- lists:seq(1, uniform(20))];
        7 -> [rand:uniform(16#2000) || _ <- lists:seq(1, uniform(10))];
        8 -> [{pick([a, b, c, 1, 2.0]), term(Depth - 1)} || _ <- lists:seq(1, uniform(4))];
        9 -> rand:bytes(pick([0, 1, 63, 64, 65, 100, 300]));
        10 -> fun erlang:abs/1;
        _ -> value(any)
    end.

%% Calls of functions that depend on nothing but their arguments, each with arguments of the kinds that it takes, or of any.
calls(Seed) ->
    rand:seed(exsss, Seed),
    [call_of(pick(functions())) || _ <- lists:seq(1, 60)].

call_of({M, F, Kinds}) ->
    {M, F, [case uniform(12) of
        1 -> term(2);
        _ -> argument(K)
    end || K <- Kinds]}.

argument(number) -> value(pick([int, float]));
argument(any) -> term(uniform(3));
argument(small) -> uniform(12) - 3;
argument({one_of, List}) -> pick(List);
argument({options, List}) -> [pick(List) || _ <- lists:seq(1, uniform(3) - 1)];
argument(map) ->
    case uniform(4) of
        1 -> maps:from_list([{I, value(any)} || I <- lists:seq(1, pick([30, 32, 33, 40, 200]))]);
        _ -> value(map)
    end;
argument(pairs) -> [{term(1), term(1)} || _ <- lists:seq(1, uniform(5))];
argument(tuples) -> [list_to_tuple([term(1) || _ <- lists:seq(1, 1 + uniform(2))]) || _ <- lists:seq(1, uniform(6))];
argument(terms) -> [term(uniform(2)) || _ <- lists:seq(1, uniform(8))];
argument(sorted) -> lists:sort(argument(terms));
argument(text) ->
    case uniform(4) of
        1 -> list_to_binary([pick("ab01 x,;") || _ <- lists:seq(1, uniform(20))]);
        2 -> unicode:characters_to_binary([pick([$a, $b, 228, 8364, 16#1f600, 16#301]) || _ <- lists:seq(1, uniform(8))]);
        3 -> [pick("ab01 x,;") || _ <- lists:seq(1, uniform(10))];
        4 -> [[pick([$a, 228, 8364]) | [<<"b">>]] || _ <- lists:seq(1, uniform(4))]
    end;
argument(iodata) ->
    case uniform(3) of
        1 -> value(bin);
        2 -> [uniform(255), value(bin), [uniform(255) | value(bin)]];
        3 -> [uniform(255) || _ <- lists:seq(1, uniform(9))]
    end;
argument(digits) ->
    pick(["", "", "+", "-"]) ++ integer_to_list(value(int)) ++ pick(["", "", "", "x", " "]);
argument(floating) -> pick(["1.0", "-1.5e10", "1e5", "1.0e400", "1.", ".5", "1.0e-400", "0.1e1x", " 1.0", "123456789012345678.25"]);
argument(packet) ->
    list_to_binary(pick(["GET /a?b HTTP/1.1\r\n", "HTTP/1.0 200 OK\r\n", "Host: x\r\n\r\n", "Host: x\r\n y\r\nz", "\r\n", "a\nb", "abcdefgh", [0, 0, 0, 2, 1, 2, 3], [0, 2, 1, 2, 3],
        [2, 1, 2, 3], [48, 3, 1, 2, 3, 4], [48, 130, 0, 1, 7], [3, 0, 0, 6, 1, 2, 3], [22, 3, 1, 0, 2, 1, 2], [1, 1, 0, 1, 0, 0, 0, 0], [255, 255, 255, 255, 1], []]));
argument(match_spec) ->
    pick([
        [{{'$1', '$2'}, [], ['$1']}], [{'$1', [], ['$_']}], [{{'$1', '_'}, [{is_integer, '$1'}], [{{'$1', {'+', '$1', 1}}}]}], [{{'_', '$1', '$1'}, [], ['$$']}],
        [{{'$1', '$2'}, [{'orelse', {'>', '$1', '$2'}, {is_atom, '$1'}}], [#{k => '$2'}]}], [{{a, '$1'}, [{'=:=', {element, 1, '$_'}, a}], [{hd, '$1'}]}], [{x, y, z}], [{{'$1'}, [{foo}], [1]}],
        [{{'$1', '$2'}, [], [{map_get, a, '$2'}]}, {'_', [], [{const, {x}}]}], [{'$1', [{'not', {is_list, '$1'}}], [[{size, '$1'}]]}], [{#{a => '$1'}, [], ['$1']}]]);
%% Tags of the machine's own, which other nodes never send, are read without a check there.
argument(etf) -> << <<(external(Byte))>> || <<Byte>> <= damaged(term_to_binary(term(uniform(3)), pick([[], [compressed], [{minor_version, 1}]]))) >>;
argument(pattern) -> pick([<<"a">>, <<"ab">>, <<"0">>, <<" ">>, [<<"a">>, <<"b0">>], <<>>, [], <<"€"/utf8>>]);
argument(regex) -> pick(["a", "[0-9]+", "(a)|(b)", "(?<n>.)x", "b*?", "^", "$", "\\s", "(", "a{2,1}", "(?i)AB", "\\p{L}", ".", "x*", "[[:alpha:]]"]);
argument(Type) -> value(Type).

%% Tags of OTP's own, for terms in compressed tables: numbers of atoms, and addresses, which it takes from anywhere.
external(Tag) when Tag >= 73, Tag =< 76; Tag =:= 78 -> 79;
external(Byte) -> Byte.

damaged(Bytes) ->
    case uniform(3) of
        1 -> Bytes;
        2 -> binary:part(Bytes, 0, rand:uniform(byte_size(Bytes)) - 1);
        3 ->
            Place = rand:uniform(byte_size(Bytes)) - 1,
            <<Before:Place/binary, _, After/binary>> = Bytes,
            <<Before/binary, (rand:uniform(256) - 1), After/binary>>
    end.

functions() ->
    case get(functions) of
        undefined ->
            All = list_to_tuple(all_functions()),
            put(functions, All),
            All;
        All -> All
    end.

all_functions() ->
    [{erlang, F, [any]} || F <- [phash2, is_record, length, hd, tl, size, tuple_size, byte_size, bit_size, map_size, abs, round, trunc, ceil, floor, float,
        atom_to_list, atom_to_binary, integer_to_list, integer_to_binary, float_to_list, float_to_binary, list_to_tuple, tuple_to_list, list_to_binary, iolist_size,
        iolist_to_binary, binary_to_list, bitstring_to_list, list_to_bitstring, binary_to_atom, list_to_integer, binary_to_integer, list_to_float,
        binary_to_float, term_to_binary, external_size, 'not', 'bnot', '-', '+', md5, crc32, adler32, fun_to_list, is_function]]
    ++ [{erlang, F, [any, any]} || F <- ['<', '>', '=<', '>=', '==', '/=', '=:=', '=/=', '+', '-', '*', '/', 'div', 'rem', 'band', 'bor', 'bxor', 'and', 'or', 'xor', '++', '--',
        min, max, element, append_element, map_get, is_map_key, is_function, phash2, split_binary, binary_part, delete_element, make_tuple]]
    ++ [{erlang, F, [number, number]} || F <- ['+', '-', '*', '/', '<', '>=', '==', '=:=', min, max]]
    ++ [{erlang, F, [int, int]} || F <- ['+', '-', '*', 'div', 'rem', 'band', 'bor', 'bxor']]
    ++ [{erlang, F, [int, small]} || F <- ['bsl', 'bsr', 'div', 'rem', integer_to_list, integer_to_binary]]
    ++ [
        {erlang, phash2, [any, int]}, {erlang, phash, [any, int]}, {erlang, element, [small, tuple]}, {erlang, setelement, [small, tuple, any]}, {erlang, insert_element, [small, tuple, any]},
        {erlang, make_tuple, [small, any]}, {erlang, make_tuple, [small, any, pairs]}, {erlang, binary_part, [bin, small, small]}, {erlang, binary_to_list, [bin, small, small]},
        {erlang, split_binary, [bin, small]}, {erlang, list_to_integer, [digits]}, {erlang, list_to_integer, [digits, small]}, {erlang, list_to_float, [floating]},
        {erlang, float_to_list, [float, {options, [short, compact, {decimals, 3}, {decimals, 17}, {scientific, 5}, {scientific, 20}, {decimals, 300}, x]}]},
        {erlang, float_to_binary, [number, {options, [short, compact, {decimals, 0}, {decimals, 10}, {scientific, 0}, {scientific, 12}]}]},
        {erlang, binary_to_term, [etf]}, {erlang, binary_to_term, [etf, {options, [safe, used]}]}, {erlang, iolist_to_binary, [iodata]}, {erlang, list_to_bitstring, [iodata]},
        {erlang, term_to_binary, [any, {options, [compressed, {compressed, 9}, {minor_version, 0}, {minor_version, 1}, {minor_version, 2}, deterministic]}]},
        {erlang, external_size, [any, {options, [{minor_version, 0}, {minor_version, 2}]}]},
        {erlang, binary_to_atom, [text, {one_of, [utf8, latin1, unicode]}]}, {erlang, binary_to_existing_atom, [{one_of, [<<"ok">>, <<"nobody has this">>, <<255>>, <<>>, ok]}]}, {erlang, list_to_atom, [text]},
        {erlang, atom_to_binary, [atom, {one_of, [utf8, latin1, unicode]}]}, {erlang, crc32, [int, iodata]}, {erlang, adler32, [int, iodata]}, {erlang, md5, [iodata]},
        {erlang, crc32_combine, [small, small, small]}, {erlang, adler32_combine, [small, small, small]},
        {erlang, decode_packet, [{one_of, [raw, 1, 2, 4, asn1, sunrm, cdr, fcgi, line, tpkt, http, httph, http_bin, httph_bin, ssl_tls]}, packet, {options, [{packet_size, 10}, {line_length, 5}]}]},
        {lists, reverse, [terms]}, {lists, reverse, [terms, any]}, {lists, member, [any, terms]}, {lists, keyfind, [any, small, tuples]}, {lists, keymember, [any, small, tuples]},
        {lists, keysearch, [any, small, tuples]}, {lists, sort, [terms]}, {lists, usort, [terms]}, {lists, keysort, [small, tuples]}, {lists, ukeysort, [small, tuples]},
        {lists, merge, [sorted, sorted]}, {lists, umerge, [sorted, sorted]}, {lists, append, [terms]}, {lists, subtract, [terms, terms]}, {lists, flatten, [any]}, {lists, nth, [small, terms]},
        {lists, nthtail, [small, terms]}, {lists, keydelete, [any, small, tuples]}, {lists, keyreplace, [any, small, tuples, any]}, {lists, keytake, [any, small, tuples]},
        {lists, seq, [small, small, small]}, {lists, sum, [terms]}, {lists, max, [terms]}, {lists, zip, [terms, terms]}, {lists, split, [small, terms]}, {lists, concat, [terms]},
        {maps, get, [any, map]}, {maps, find, [any, map]}, {maps, put, [any, any, map]}, {maps, remove, [any, map]}, {maps, take, [any, map]}, {maps, update, [any, any, map]},
        {maps, merge, [map, map]}, {maps, from_list, [pairs]}, {maps, is_key, [any, map]}, {maps, from_keys, [terms, any]}, {maps, size, [any]}, {maps, with, [terms, map]}, {maps, without, [terms, map]},
        {maps, intersect, [map, map]},
        {binary, match, [bin, pattern]}, {binary, matches, [bin, pattern]}, {binary, match, [text, pattern, {options, [{scope, {0, 3}}, {scope, {5, -3}}, {scope, {2, 100}}]}]},
        {binary, split, [text, pattern, {options, [global, trim, trim_all, {scope, {1, 4}}]}]}, {binary, replace, [text, pattern, bin, {options, [global, {insert_replaced, 0}, {insert_replaced, 1}]}]},
        {binary, part, [bin, small, small]}, {binary, at, [bin, small]}, {binary, first, [bin]}, {binary, last, [bin]}, {binary, copy, [bin, small]}, {binary, longest_common_prefix, [terms]},
        {binary, longest_common_suffix, [terms]}, {binary, decode_unsigned, [bin, {one_of, [big, little]}]}, {binary, encode_unsigned, [int, {one_of, [big, little]}]},
        {binary, bin_to_list, [bin, small, small]}, {binary, list_to_bin, [iodata]}, {binary, encode_hex, [bin]}, {binary, decode_hex, [text]},
        {unicode, characters_to_binary, [text]}, {unicode, characters_to_binary, [iodata, {one_of, [utf8, latin1, utf16, {utf16, little}, utf32, {utf32, little}]}, {one_of, [utf8, latin1, utf16, {utf32, little}]}]},
        {unicode, characters_to_list, [text]}, {unicode, characters_to_list, [iodata, {one_of, [utf8, latin1, utf16, {utf16, little}, utf32]}]}, {unicode, bin_is_7bit, [any]},
        {unicode, bom_to_encoding, [bin]}, {unicode, characters_to_nfc_list, [text]}, {unicode, characters_to_nfd_binary, [text]},
        {re, run, [text, regex, {options, [global, unicode, caseless, anchored, {capture, all, list}, {capture, all, binary}, {capture, first, index}, {capture, [1], binary}, {capture, none}, notempty,
            notbol, noteol, {offset, 0}, firstline, multiline, dotall, dollar_endonly, extended, ungreedy, {newline, crlf}, bsr_anycrlf, report_errors, ucp, no_auto_capture, dupnames]}]},
        {re, replace, [text, regex, {one_of, ["<&>", "\\1", <<"x">>, "", "\\g{1}y"]}, {options, [global, unicode, {return, binary}, {return, list}, {return, iodata}, caseless]}]},
        {re, split, [text, regex, {options, [unicode, trim, group, {parts, 2}, {return, binary}, {return, list}]}]},
        {math, sqrt, [number]}, {math, pow, [number, number]}, {math, floor, [number]}, {math, ceil, [number]}, {math, fmod, [number, number]}, {math, exp, [number]}, {math, log, [number]},
        {math, log2, [number]}, {math, log10, [number]}, {math, sin, [number]}, {math, atan2, [number, number]}, {math, tanh, [number]}, {math, erf, [number]},
        {string, length, [text]}, {string, uppercase, [text]}, {string, split, [text, text]}, {string, find, [text, text]}, {string, pad, [text, small]}, {string, equal, [text, text]}, {string, lexemes, [text, text]},
        {string, to_float, [floating]}, {string, to_integer, [digits]}, {string, slice, [text, small, small]}, {string, reverse, [text]}, {string, casefold, [text]},
        {io_lib, format, [{one_of, ["~p", "~w", "~tp", "~tw", "~s", "~ts", "~999p", "~20p", "~P", "~.3f", "~g", "~e", "~.16b", "~c", "~i~n", "~10.4.0s"]}, terms]},
        {base64, encode, [bin]}, {base64, decode, [text]}, {erl_scan, string, [text]}, {unicode_util, gc, [text]}, {ets, test_ms, [tuple, match_spec]},
        {erlang, fun_info, ['fun', {one_of, [module, name, arity, type, env]}]}, {erlang, is_builtin, [atom, atom, small]}, {erlang, function_exported, [{one_of, [erlang, lists, zlib]}, {one_of, [abs, keyfind]}, small]},
        {erts_debug, same, [any, any]}, {erts_internal, map_to_tuple_keys, [atom]}, {erts_debug, flat_size, [any]},
        {zlib, uncompress, [bin]}, {zlib, gunzip, [bin]}, {erlang, list_to_existing_atom, [{one_of, ["ok", "nobody has this", [-1], [$o | k], "", ok]}]}, {calendar, valid_date, [small, small, small]},
        {erlang, universaltime_to_localtime, [{one_of, [{{2024, 2, 29}, {1, 2, 3}}, {{1969, 12, 31}, {23, 59, 59}}, {{2024, 2, 30}, {1, 2, 3}}]}]},
        {binary, referenced_byte_size, [any]}, {proplists, get_value, [any, pairs]}, {ordsets, union, [sorted, sorted]}, {json, encode, [{one_of, [1, 1.5, <<"a\"b">>, [1, [2]], true, null, #{a => 1}, #{1 => [], <<"b">> => 2.0e10}]}]}, {json, decode, [text]}
    ].

%% Shapes.

line() -> get(line).

next_line() ->
    put(line, get(line) + 1),
    get(line).

fresh() ->
    N = get(variable) + 1,
    put(variable, N),
    list_to_atom("V" ++ integer_to_list(N)).

var(V) -> {var, line(), V}.
int(N) when N < 0 -> {op, line(), '-', {integer, line(), -N}};
int(N) -> {integer, line(), N}.
atom(A) -> {atom, line(), A}.
op(Op, A) -> {op, line(), Op, A}.
op(Op, A, B) -> {op, line(), Op, A, B}.
call(F, Args) -> {call, line(), atom(F), Args}.
call(M, F, Args) -> {call, line(), {remote, line(), atom(M), atom(F)}, Args}.
cons(List) -> lists:foldr(fun(E, T) -> {cons, line(), E, T} end, {nil, line()}, List).
compare() -> pick(['<', '>', '=<', '>=', '==', '/=', '=:=', '=/=']).
uniform(N) -> rand:uniform(N).
pick(List) when is_list(List) -> lists:nth(rand:uniform(length(List)), List);
pick(Tuple) -> element(rand:uniform(tuple_size(Tuple)), Tuple).
