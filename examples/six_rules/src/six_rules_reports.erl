%% A logger handler that sends the errors of processes and supervisors to one process, as they would be printed.
-module(six_rules_reports).
-export([install/0, remove/0, take/1]).
-export([log/2]).

install() ->
    logger:add_handler(?MODULE, ?MODULE, #{level => error, config => #{to => self()}}).

remove() ->
    logger:remove_handler(?MODULE).

%% The next report for which the function says true, within some seconds.
take(Wanted) ->
    receive
        {?MODULE, Msg, Text} ->
            case Wanted(Msg) of
                true -> {ok, Text};
                false -> take(Wanted)
            end
    after 10000 -> none
    end.

log(#{msg := Msg} = Event, #{config := #{to := To}}) ->
    Text = logger_formatter:format(Event, #{single_line => false, template => [msg]}),
    To ! {?MODULE, Msg, unicode:characters_to_list(Text)},
    ok.
