/* A module that traces and is replaced while it does. See upgrades.erl. */

#include <erl_nif.h>

static ERL_NIF_TERM enabled(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    return enif_make_atom(env, "trace");
}

static ERL_NIF_TERM trace(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    __atomic_add_fetch((int *)enif_priv_data(env), 1, __ATOMIC_SEQ_CST);
    return enif_make_atom(env, "ok");
}

static ERL_NIF_TERM traced(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    return enif_make_int(env, __atomic_load_n((int *)enif_priv_data(env), __ATOMIC_SEQ_CST));
}

static int load(ErlNifEnv *env, void **private, ERL_NIF_TERM info)
{
    *private = enif_alloc(sizeof(int));
    *(int *)*private = 0;
    return 0;
}

static int upgrade(ErlNifEnv *env, void **private, void **old, ERL_NIF_TERM info)
{
    return load(env, private, info);
}

static void unload(ErlNifEnv *env, void *private)
{
    enif_free(private);
}

static ErlNifFunc functions[] = {{"enabled", 3, enabled}, {"trace", 5, trace}, {"traced", 0, traced}};

ERL_NIF_INIT(upgrades, functions, load, NULL, upgrade, unload)
