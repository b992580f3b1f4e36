%% The queue of bytes under files and zlib.
-module(prim_buffers).
-export([main/0]).

main() ->
    B = prim_buffer:new(),
    t:p(empty, {prim_buffer:size(B), prim_buffer:find_byte_index(B, $a)}),
    ok = prim_buffer:write(B, [<<"hello ">>, <<"world">>]),
    ok = prim_buffer:write(B, [<<"!">>]),
    t:p(size, prim_buffer:size(B)),
    t:p(found, [prim_buffer:find_byte_index(B, C) || C <- "how!z"]),
    t:p(read, prim_buffer:read(B, 4)),
    ok = prim_buffer:skip(B, 1),
    t:p(size, prim_buffer:size(B)),
    t:p(found, prim_buffer:find_byte_index(B, $o)),
    t:p(vector, iolist_to_binary(prim_buffer:read_iovec(B, 5))),
    t:x(too_much, fun() -> prim_buffer:read(B, 100) end),
    t:x(too_much, fun() -> prim_buffer:skip(B, 100) end),
    t:x(negative, fun() -> prim_buffer:read(B, t:id(-1)) end),
    t:x(no_vector, fun() -> prim_buffer:write(B, t:id("text")) end),
    t:x(no_buffer, fun() -> prim_buffer:size(t:id(make_ref())) end),
    t:x(no_byte, fun() -> prim_buffer:find_byte_index(B, t:id(256)) end),
    t:p(size, prim_buffer:size(B)),
    t:x(rest, fun() -> prim_buffer:read(B, prim_buffer:size(B)) end),
    ok = prim_buffer:wipe(B),
    t:p(wiped, {prim_buffer:size(B), prim_buffer:read(B, 0)}),
    %% Larger ones are shared, not copied.
    Large = binary:copy(<<"0123456789">>, 5000),
    ok = prim_buffer:write(B, [Large, <<"tail">>, Large]),
    t:p(size, prim_buffer:size(B)),
    t:p(middle, begin prim_buffer:skip(B, 49995), prim_buffer:read(B, 14) end),
    t:p(digest, erlang:crc32(prim_buffer:read(B, prim_buffer:size(B)))),
    %% A lock, for who asks for it.
    t:p(lock, [prim_buffer:try_lock(B), prim_buffer:try_lock(B), prim_buffer:unlock(B), prim_buffer:try_lock(B), prim_buffer:unlock(B)]),
    t:x(unlocked, fun() -> prim_buffer:unlock(B) end),
    Self = self(),
    Other = spawn(fun() -> Self ! {other, t:r(fun() -> prim_buffer:size(B) end), t:r(fun() -> prim_buffer:try_lock(B) end)} end),
    receive {other, Size, Lock} -> t:p(other, {is_pid(Other), Size, Lock}) end.
