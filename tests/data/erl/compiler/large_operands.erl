%% Operands that need more than 16 bits: an element far into a tuple, and room for very much. The assembler is asked directly, as the
%% compiler takes minutes for such code.
-module(large_operands).
-export([main/0]).

main() ->
    Functions = [
        {function, last, 1, 2, [
            {label, 1}, {func_info, {atom, large}, {atom, last}, 1},
            {label, 2}, {test, is_tuple, {f, 1}, [{x, 0}]}, {test, test_arity, {f, 1}, [{x, 0}, 9000]},
            {get_tuple_element, {x, 0}, 8999, {x, 0}}, return]},
        {function, room, 0, 4, [
            {label, 3}, {func_info, {atom, large}, {atom, room}, 0},
            {label, 4}, {test_heap, 70000, 0}, {put_list, {integer, 1}, nil, {x, 0}}, return]}
    ],
    Exports = [{last, 1}, {room, 0}],
    %% OTP 29 has notes in it.
    Code = case erlang:system_info(otp_release) of
        "29" -> {large, Exports, [], #{}, Functions, 5};
        _ -> {large, Exports, [], Functions, 5}
    end,
    {ok, Binary} = beam_asm:module(Code, [], [{options, []}], []),
    t:p(code:load_binary(large, "large", Binary)),
    t:p(large:last(erlang:make_tuple(9000, none, [{9000, the_last}]))),
    t:x(fun() -> large:last({}) end),
    t:p([large:room() || _ <- lists:seq(1, 3)]).
