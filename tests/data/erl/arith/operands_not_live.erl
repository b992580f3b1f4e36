%% releases: 25 27
%% Arithmetic whose operands are not among the registers that it says are live, again and again, so that each meets a full heap.
-module(operands_not_live).
-export([main/0]).

main() ->
    Functions = [{function, sum, 2, 2, [
        {label, 1}, {line, []}, {func_info, {atom, operands_not_live_asm}, {atom, sum}, 2},
        {label, 2}, {gc_bif, '+', {f, 0}, 0, [{x, 0}, {x, 1}], {x, 0}}, return]},
        {function, negative, 1, 4, [
        {label, 3}, {line, []}, {func_info, {atom, operands_not_live_asm}, {atom, negative}, 1},
        {label, 4}, {gc_bif, '-', {f, 0}, 0, [{x, 0}], {x, 0}}, return]}],
    Code = {operands_not_live_asm, [{sum, 2}, {negative, 1}], [], Functions, 5},
    % Not by way of the compiler, whose own check refuses that; loaders do not.
    {ok, Beam} = beam_asm:module(Code, [], [], []),
    Module = operands_not_live_asm,
    {module, Module} = code:load_binary(Module, "operands_not_live_asm.beam", Beam),
    t:p(sums(Module, 20000, 0.0, 1 bsl 70)),
    t:x(fun() -> Module:sum(t:id(a), t:id(1)) end),
    t:x(fun() -> Module:negative(t:id(b)) end),
    true = code:delete(Module),
    t:p(code:purge(Module)).

%% The sums are new floats and large integers each.
sums(_, 0, Float, Large) -> {Float, Large};
sums(Module, N, Float, Large) ->
    Next = Module:sum(Module:negative(Module:negative(Large)), N),
    sums(Module, N - 1, Module:sum(Float, 0.5), Next).
