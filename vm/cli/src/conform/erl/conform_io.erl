%% The group leader of the cases: takes all output, gives no input, and keeps what is printed while somebody captures it.
-module(conform_io).
-export([leader/2, capture/1]).

%% `Verbose': what is printed goes on to `Real'.
leader(Real, Verbose) ->
    process_flag(trap_exit, true),
    loop({Real, Verbose}, none).

%% start, stop, or get: the texts printed since, oldest first.
capture(What) ->
    Leader = group_leader(),
    Reference = make_ref(),
    Leader ! {capture, self(), Reference, What},
    receive
        {Reference, Reply} -> Reply
    after 5000 -> []
    end.

loop(To, Captured) ->
    receive
        {io_request, From, As, Request} ->
            {Reply, Texts} = request(Request),
            From ! {io_reply, As, Reply},
            pass_on(To, Texts),
            loop(To, kept(Texts, Captured));
        {capture, From, Reference, What} ->
            {Reply, New} = captured(What, Captured),
            From ! {Reference, Reply},
            loop(To, New);
        _ ->
            loop(To, Captured)
    end.

pass_on({Real, true}, [_ | _] = Texts) -> catch io:put_chars(Real, Texts);
pass_on(_, _) -> ok.

%% `{on | off, Texts}' newest first; `none' before the first capture.
captured(start, none) -> {ok, {on, []}};
captured(start, {_, Texts}) -> {ok, {on, Texts}};
captured(stop, none) -> {ok, none};
captured(stop, {_, Texts}) -> {ok, {off, Texts}};
captured(get, none) -> {[], none};
captured(get, {State, Texts}) -> {lists:reverse(Texts), {State, []}}.

kept(Texts, {on, Before}) -> {on, lists:reverse(Texts, Before)};
kept(_, Captured) -> Captured.

%% The reply, and the texts to print.
request({put_chars, Encoding, Module, Function, Arguments}) ->
    try apply(Module, Function, Arguments) of
        Chars -> request({put_chars, Encoding, Chars})
    catch
        _:_ -> {{error, {error, {Module, Function, Arguments}}}, []}
    end;
request({put_chars, Encoding, Chars}) ->
    case characters(Chars, Encoding) of
        error -> {{error, {put_chars, Encoding, Chars}}, []};
        Text -> {ok, [Text]}
    end;
request({put_chars, Module, Function, Arguments}) ->
    request({put_chars, latin1, Module, Function, Arguments});
request({put_chars, Chars}) ->
    request({put_chars, latin1, Chars});
request({requests, Requests}) ->
    requests(Requests, ok, []);
request({setopts, _}) ->
    {ok, []};
request(getopts) ->
    {[{binary, false}, {encoding, unicode}], []};
request({get_geometry, _}) ->
    {{error, enotsup}, []};
request({get_password, _, _}) ->
    {{error, enotsup}, []};
request(Request) when element(1, Request) =:= get_line; element(1, Request) =:= get_chars; element(1, Request) =:= get_until ->
    {eof, []};
request(_) ->
    {{error, request}, []}.

requests([], Reply, Texts) ->
    {Reply, Texts};
requests([Request | Rest], _, Texts) ->
    case request(Request) of
        {{error, _} = Error, _} -> {Error, Texts};
        {Reply, New} -> requests(Rest, Reply, Texts ++ New)
    end.

%% What is not in the encoding it claims to have is taken for Latin-1, as common_test does.
characters(Chars, Encoding) ->
    case catch unicode:characters_to_list(Chars, Encoding) of
        Text when is_list(Text) ->
            Text;
        _ ->
            case catch unicode:characters_to_list(Chars, latin1) of
                Text when is_list(Text) -> Text;
                _ -> error
            end
    end.
