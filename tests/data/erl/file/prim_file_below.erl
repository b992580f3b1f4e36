%% What the module file asks prim_file for, asked directly: links, owners, permissions, times, positions, and what only some modules of OTP use.
-module(prim_file_below).
-export([main/0]).
-include_lib("kernel/include/file.hrl").

main() ->
    [prim_file:delete(Name) || Name <- names()],
    ok = prim_file:write_file("below_a.tmp", <<"0123456789">>),
    info(),
    links(),
    positions(),
    pointers(),
    [t:p({altname, Name}, prim_file:altname(Name)) || Name <- ["below_a.tmp", "no_such_file", atom, "a\0b"]],
    [t:p({get_cwd, Drive}, prim_file:get_cwd(Drive)) || Drive <- ["a:", "", "ab", 1, "Z:x"]],
    [t:p({file_desc_to_ref, Descriptor}, prim_file:file_desc_to_ref(Descriptor, [raw])) || Descriptor <- [-1, x, 1 bsl 40, <<>>]],
    left_open(),
    [t:p({delete, Name}, prim_file:delete(Name)) || Name <- names()],
    [t:p({delete, Name}, prim_file:delete(Name)) || Name <- ["", "a\0b", atom, "."]].

names() -> ["below_a.tmp", "below_hard.tmp", "below_soft.tmp", "below_none.tmp"].

info() ->
    {ok, Info} = prim_file:read_file_info("below_a.tmp", [{time, posix}]),
    Times = Info#file_info{mode = 8#440, atime = 1000000000, mtime = 1100000000, ctime = 0},
    t:p(write_file_info, prim_file:write_file_info("below_a.tmp", Times, [{time, posix}])),
    {ok, After} = prim_file:read_file_info("below_a.tmp", [{time, posix}]),
    t:p(info, [After#file_info.size, After#file_info.type, After#file_info.atime, After#file_info.mtime, After#file_info.mode band 8#777]),
    t:p(owner, {After#file_info.uid =:= Info#file_info.uid, After#file_info.gid =:= Info#file_info.gid}),
    t:p(permissions, [begin
                          Set = prim_file:write_file_info("below_a.tmp", #file_info{mode = Mode}),
                          {ok, #file_info{mode = Is}} = prim_file:read_file_info("below_a.tmp"),
                          {Set, Is band 8#7777}
                      end || Mode <- [8#644, 8#4755, 0, 8#1600]]),
    Owner = #file_info{uid = Info#file_info.uid, gid = Info#file_info.gid},
    t:p(owner, [prim_file:write_file_info(Name, Owner) || Name <- ["below_a.tmp", "no_such_file", "a\0b"]]),
    t:p(time, [prim_file:write_file_info(Name, #file_info{mtime = 5, atime = 6}, [{time, posix}]) || Name <- ["below_a.tmp", "no_such_file"]]),
    t:p(time, [prim_file:write_file_info("below_a.tmp", #file_info{mtime = Time}, [{time, Kind}])
               || {Time, Kind} <- [{{{1999, 1, 1}, {0, 0, 0}}, universal}, {x, posix}, {-5, posix}, {{{2000, 1, 1}, {25, 0, 0}}, universal}]]),
    {ok, #file_info{mtime = Mtime}} = prim_file:read_file_info("below_a.tmp", [{time, posix}]),
    t:p(mtime, Mtime),
    t:p(read, [prim_file:read_file_info(Name) || Name <- ["no_such_file", "below_a.tmp/x", "a\0b", atom, ""]]),
    ok = prim_file:write_file_info("below_a.tmp", #file_info{mode = 8#644, atime = 7, mtime = 8}, [{time, posix}]),
    {ok, Fd} = prim_file:open("below_a.tmp", [read, write, raw]),
    {ok, Handle} = prim_file:read_handle_info(Fd, [{time, posix}]),
    t:p(handle, [Handle#file_info.size, Handle#file_info.type, Handle#file_info.mtime, Handle#file_info.access, Handle#file_info.links]),
    ok = prim_file:close(Fd),
    t:p(closed, [prim_file:read_handle_info(Fd), prim_file:read_handle_info(x)]).

links() ->
    t:p(hard, [prim_file:make_link(From, To) || {From, To} <- [{"below_a.tmp", "below_hard.tmp"}, {"below_a.tmp", "below_hard.tmp"}, {"no_such_file", "x.tmp"},
                                                               {"a\0b", "x.tmp"}, {1, 2}]]),
    {ok, #file_info{links = Links}} = prim_file:read_file_info("below_hard.tmp"),
    t:p(links, Links),
    t:p(soft, [prim_file:make_symlink(From, To) || {From, To} <- [{"below_hard.tmp", "below_soft.tmp"}, {"x", "below_soft.tmp"}, {"nowhere", "below_none.tmp"},
                                                                  {"x", "no_such_folder/x"}, {"", "x.tmp"}, {"a\0b", "x.tmp"}]]),
    t:p(read_link, [prim_file:read_link(Name) || Name <- ["below_soft.tmp", "below_none.tmp", "below_a.tmp", "no_such_file"]]),
    t:p(types, [type(prim_file:read_link_info(Name)) || Name <- ["below_soft.tmp", "below_none.tmp", "below_a.tmp"]]),
    t:p(types, [type(prim_file:read_file_info(Name)) || Name <- ["below_soft.tmp", "below_none.tmp", "below_a.tmp"]]).

type({ok, #file_info{type = Type}}) -> Type;
type(Error) -> Error.

positions() ->
    {ok, Fd} = prim_file:open("below_a.tmp", [read, write, binary]),
    [t:p({position, Where}, {prim_file:position(Fd, Where), prim_file:read(Fd, 2)})
     || Where <- [3, {bof, 8}, {cur, -4}, {eof, -1}, {eof, 5}, -1, {cur, -100}, bof, cur, eof, {bof, 1 bsl 70}, {no, 1}, x]],
    t:p(written, [prim_file:position(Fd, {eof, 2}), prim_file:write(Fd, <<"end">>), prim_file:read_file("below_a.tmp")]),
    ok = prim_file:close(Fd),
    t:p(closed, prim_file:position(Fd, 0)).

%% A size and a place, at which a text of that size stands: `dets` keeps its tables so.
pointers() ->
    ok = prim_file:write_file("below_hard.tmp", <<5:32, 20:32, 3:32, 100:32, 0:32, "hello world">>),
    {ok, Fd} = prim_file:open("below_hard.tmp", [read, binary]),
    [t:p({ipread, Offset, Most}, prim_file:ipread_s32bu_p32bu(Fd, Offset, Most))
     || {Offset, Most} <- [{0, 100}, {0, 5}, {0, 4}, {0, infinity}, {8, 100}, {16, 100}, {28, 100}, {1000, 100}, {-1, 100}, {x, 1}, {0, -1}]],
    ok = prim_file:close(Fd),
    t:p(closed, prim_file:ipread_s32bu_p32bu(Fd, 0, 100)).

%% The machine closes what a process leaves open.
left_open() ->
    Me = self(),
    {Pid, Ref} = spawn_monitor(fun() ->
        {ok, Fd} = prim_file:open("below_a.tmp", [read]),
        Me ! {opened, Fd, open_files()},
        receive {Me, leave} -> ok end
    end),
    Fd = receive {opened, Opened, While} -> t:p(while_it_lives, While), Opened end,
    t:p(not_mine, t:r(fun() -> prim_file:read(Fd, 1) end)),
    Pid ! {Me, leave},
    receive {'DOWN', Ref, _, _, Why} -> t:p(Why) end,
    t:p(closed, t:wait(fun() -> open_files() =:= 0 end)).

%% Descriptors of this machine that are open for the file.
open_files() ->
    Folder = "/proc/" ++ os:getpid() ++ "/fd/",
    {ok, Names} = file:list_dir(Folder),
    {ok, Here} = file:get_cwd(),
    length([Name || Name <- Names, file:read_link(Folder ++ Name) =:= {ok, Here ++ "/below_a.tmp"}]).
