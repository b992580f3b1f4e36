/* A module that traces: it tells the process in its state what it is asked and told. See tracers.erl. */

#include <erl_nif.h>

/* The state: {Pid, #{Tag => Answer}, Own}. */
static int state_of(ErlNifEnv *env, ERL_NIF_TERM state, ErlNifPid *pid, ERL_NIF_TERM *answers)
{
    const ERL_NIF_TERM *parts;
    int count;
    if (!enif_get_tuple(env, state, &count, &parts) || count != 3)
        return 0;
    *answers = parts[1];
    return enif_get_local_pid(env, parts[0], pid);
}

static ERL_NIF_TERM answer(ErlNifEnv *env, const ERL_NIF_TERM argv[], const char *function)
{
    ErlNifPid pid;
    ERL_NIF_TERM answers, answer;
    if (!state_of(env, argv[1], &pid, &answers))
        return enif_make_badarg(env);
    if (enif_get_map_value(env, answers, enif_make_atom(env, "verbose"), &answer))
        enif_send(env, &pid, NULL, enif_make_tuple3(env, enif_make_atom(env, function), argv[0], argv[2]));
    if (enif_get_map_value(env, answers, argv[0], &answer))
        return answer;
    return enif_make_atom(env, "discard");
}

static ERL_NIF_TERM enabled(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    return answer(env, argv, "enabled");
}

static ERL_NIF_TERM enabled_send(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    return answer(env, argv, "enabled_send");
}

static ERL_NIF_TERM tell(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[], const char *function)
{
    ErlNifPid pid;
    ERL_NIF_TERM answers;
    if (!state_of(env, argv[1], &pid, &answers))
        return enif_make_badarg(env);
    enif_send(env, &pid, NULL,
              enif_make_tuple5(env, enif_make_atom(env, function), argv[0], argv[2], argv[3], argv[4]));
    return enif_make_atom(env, "ok");
}

static ERL_NIF_TERM trace(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    return tell(env, argc, argv, "trace");
}

static ERL_NIF_TERM trace_procs(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    return tell(env, argc, argv, "trace_procs");
}

static ErlNifFunc functions[] = {{"enabled", 3, enabled},
                                 {"enabled_send", 3, enabled_send},
                                 {"trace", 5, trace},
                                 {"trace_procs", 5, trace_procs}};

ERL_NIF_INIT(tracers, functions, NULL, NULL, NULL, NULL)
