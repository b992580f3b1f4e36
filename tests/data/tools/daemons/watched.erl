-module(watched).
-export([start/0, alive/0]).

%% Does what the file `wish` says, once; the machine that comes after it finds no wish any more.
start() ->
    Wish = file:read_file("wish"),
    Watched = whereis(heart) =/= undefined,
    ok = file:write_file("log", io_lib:format("started: ~p ~p~n", [Wish, Watched andalso heart:get_cmd()]), [append]),
    file:delete("wish"),
    case Wish of
        {ok, <<"halt">>} -> halt(7);
        {ok, <<"kill">>} -> os:cmd("kill -9 " ++ os:getpid());
        {ok, <<"crash">>} -> halt("the slogan");
        {ok, <<"set">>} ->
            Other = "echo other command >> log; touch over; exit 3",
            Answers = [heart:set_cmd(Other), heart:get_cmd(), heart:clear_cmd(), heart:get_cmd(),
                       heart:set_callback(?MODULE, alive), heart:get_callback(), heart:clear_callback(), heart:get_callback(),
                       heart:set_options([check_schedulers]), heart:get_options(), heart:set_options([]),
                       element(1, heart:set_cmd(lists:duplicate(3000, $x))), heart:set_cmd(Other)],
            ok = file:write_file("log", io_lib:format("~p~n", [Answers]), [append]),
            halt(1);
        {error, enoent} -> init:stop()
    end.

alive() -> ok.
