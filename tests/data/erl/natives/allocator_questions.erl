%% What the module `instrument` asks about allocators. Which carriers there are, and what is in them, is each machine's own; the questions
%% that no machine understands are not.
-module(allocator_questions).
-export([main/0]).

main() ->
    Ref = make_ref(),
    %% Not fewer elements: OTP 25 looks for five in any tuple.
    Bad = [{no_such_alloc, 0, 10, 128, Ref}, {1, 0, 10, 128, Ref}, {binary_alloc, a, 10, 128, Ref}, {binary_alloc, -1, 10, 128, Ref},
           {no_such_alloc, 0, 1, 10, 128, Ref}, {binary_alloc, a, 1, 10, 128, Ref}, {binary_alloc, [], 1, 10, 128, Ref}, {"eheap_alloc", 0, 1, 10, 128, Ref}],
    [t:p(histograms, {Question, answer(fun() -> erts_internal:gather_alloc_histograms(Question) end)}) || Question <- Bad],
    [t:p(carriers, {Question, answer(fun() -> erts_internal:gather_carrier_info(Question) end)}) || Question <- Bad],
    t:p(messages, t:flush()).

answer(F) ->
    try F()
    catch Class:Reason:Rows -> failed(Class, Reason, hd(Rows))
    end.

failed(Class, Reason, {M, F, Arguments, Info}) -> {Class, Reason, M, F, length(Arguments), Info}.
