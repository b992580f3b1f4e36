/* A library of native functions that uses each group of the functions of erl_nif.h. See natives.erl. */

#include <erl_nif.h>
#include <string.h>

typedef struct {
    int value;
    ErlNifMutex *lock;
} Counter;

typedef struct {
    int loads;
    int ended;
} Private;

static ErlNifResourceType *counters;
static ErlNifPid watcher;
static int watched;

static void ended(ErlNifEnv *env, void *object)
{
    Counter *counter = object;
    enif_mutex_destroy(counter->lock);
    if (watched) {
        ErlNifEnv *message = enif_alloc_env();
        enif_send(env, &watcher, message,
                  enif_make_tuple2(message, enif_make_atom(message, "ended"), enif_make_int(message, counter->value)));
        enif_free_env(message);
    }
}

static int load(ErlNifEnv *env, void **private, ERL_NIF_TERM info)
{
    ErlNifResourceFlags tried;
    Private *data = enif_alloc(sizeof(Private));
    int refuse = 0;
    if (enif_get_int(env, info, &refuse) && refuse != 0) {
        enif_free(data);
        return refuse;
    }
    counters = enif_open_resource_type(env, NULL, "counter", ended, ERL_NIF_RT_CREATE | ERL_NIF_RT_TAKEOVER, &tried);
    data->loads = 1;
    data->ended = 0;
    *private = data;
    return counters == NULL;
}

static int upgrade(ErlNifEnv *env, void **private, void **old, ERL_NIF_TERM info)
{
    int loads = ((Private *)*old)->loads;
    if (load(env, private, info))
        return 1;
    ((Private *)*private)->loads = loads + 1;
    return 0;
}

static void unload(ErlNifEnv *env, void *private)
{
    (void)env;
    enif_free(private);
}

static ERL_NIF_TERM loads(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    (void)argc, (void)argv;
    return enif_make_int(env, ((Private *)enif_priv_data(env))->loads);
}

/* What a term is, and its number or text. */
static ERL_NIF_TERM classify(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    ERL_NIF_TERM of = argv[0];
    ErlNifSInt64 wide;
    ErlNifUInt64 unsigned_wide;
    double real;
    int narrow = 0, arity;
    unsigned length, positive = 0;
    long longer = 0;
    unsigned long longer_positive = 0;
    char text[300];
    const ERL_NIF_TERM *elements;
    size_t size;
    (void)argc;
    switch (enif_term_type(env, of)) {
    case ERL_NIF_TERM_TYPE_INTEGER:
        return enif_make_tuple(env, 7, enif_make_atom(env, "integer"),
                               enif_make_int(env, enif_get_int(env, of, &narrow)),
                               enif_make_int(env, enif_get_uint(env, of, &positive)),
                               enif_make_int(env, enif_get_long(env, of, &longer)),
                               enif_make_int(env, enif_get_ulong(env, of, &longer_positive)),
                               enif_get_int64(env, of, &wide) ? enif_make_int64(env, wide) : enif_make_atom(env, "no"),
                               enif_get_uint64(env, of, &unsigned_wide) ? enif_make_uint64(env, unsigned_wide)
                                                                        : enif_make_atom(env, "no"));
    case ERL_NIF_TERM_TYPE_FLOAT:
        enif_get_double(env, of, &real);
        return enif_make_tuple2(env, enif_make_atom(env, "float"), enif_make_double(env, real * 2));
    case ERL_NIF_TERM_TYPE_ATOM:
        if (!enif_get_atom_length(env, of, &length, ERL_NIF_LATIN1) ||
            enif_get_atom(env, of, text, sizeof(text), ERL_NIF_LATIN1) == 0)
            return enif_make_atom(env, "atom_beyond_latin1");
        return enif_make_tuple3(env, enif_make_atom(env, "atom"), enif_make_uint(env, length),
                                enif_make_string(env, text, ERL_NIF_LATIN1));
    case ERL_NIF_TERM_TYPE_TUPLE:
        enif_get_tuple(env, of, &arity, &elements);
        return enif_make_tuple2(env, enif_make_atom(env, "tuple"), enif_make_list_from_array(env, elements, arity));
    case ERL_NIF_TERM_TYPE_LIST: {
        ERL_NIF_TERM reversed = of;
        int proper = enif_get_list_length(env, of, &length);
        int written = enif_get_string(env, of, text, 8, ERL_NIF_LATIN1);
        enif_make_reverse_list(env, of, &reversed);
        return enif_make_tuple5(env, enif_make_atom(env, "list"), enif_make_int(env, proper ? (int)length : -1),
                                enif_make_int(env, enif_is_empty_list(env, of)), enif_make_int(env, written),
                                proper ? reversed : enif_make_atom(env, "improper"));
    }
    case ERL_NIF_TERM_TYPE_MAP:
        enif_get_map_size(env, of, &size);
        return enif_make_tuple2(env, enif_make_atom(env, "map"), enif_make_uint64(env, size));
    case ERL_NIF_TERM_TYPE_BITSTRING:
        return enif_make_tuple2(env, enif_make_atom(env, "bits"), enif_make_int(env, enif_is_binary(env, of)));
    case ERL_NIF_TERM_TYPE_PID:
        return enif_make_atom(env, enif_is_pid(env, of) ? "pid" : "no");
    case ERL_NIF_TERM_TYPE_FUN:
        return enif_make_atom(env, enif_is_fun(env, of) ? "fun" : "no");
    case ERL_NIF_TERM_TYPE_REFERENCE:
        return enif_make_atom(env, enif_is_ref(env, of) ? "reference" : "no");
    case ERL_NIF_TERM_TYPE_PORT:
        return enif_make_atom(env, enif_is_port(env, of) ? "port" : "no");
    default:
        return enif_make_badarg(env);
    }
}

/* Bytes of an iolist, changed, as a binary made in each of three ways. */
static ERL_NIF_TERM bytes(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    ErlNifBinary in, out;
    ERL_NIF_TERM small, part;
    unsigned char *room;
    size_t index;
    (void)argc;
    if (!enif_inspect_iolist_as_binary(env, argv[0], &in))
        return enif_make_badarg(env);
    if (!enif_alloc_binary(in.size, &out))
        return enif_raise_exception(env, enif_make_atom(env, "no_memory"));
    for (index = 0; index < in.size; index++)
        out.data[index] = in.data[in.size - 1 - index];
    enif_realloc_binary(&out, in.size + 1);
    out.data[in.size] = '!';
    room = enif_make_new_binary(env, in.size, &small);
    memset(room, 'x', in.size);
    part = enif_make_sub_binary(env, small, in.size / 2, in.size - in.size / 2);
    return enif_make_tuple4(env, enif_make_binary(env, &out), small, part, enif_make_binary(env, &in));
}

static ERL_NIF_TERM maps(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    ERL_NIF_TERM map = enif_make_new_map(env), updated, removed, key, value, list = enif_make_list(env, 0);
    ERL_NIF_TERM keys[2], values[2], made, twice;
    ErlNifMapIterator iterator;
    int count = 0, whole, doubled;
    if (argc != 1 || !enif_map_iterator_create(env, argv[0], &iterator, ERL_NIF_MAP_ITERATOR_LAST))
        return enif_make_badarg(env);
    while (enif_map_iterator_get_pair(env, &iterator, &key, &value)) {
        enif_make_map_put(env, map, value, key, &map);
        list = enif_make_list_cell(env, key, list);
        enif_map_iterator_prev(env, &iterator);
        count++;
    }
    count += 100 * enif_map_iterator_is_head(env, &iterator);
    enif_map_iterator_destroy(env, &iterator);
    keys[0] = enif_make_atom(env, "a"), keys[1] = enif_make_atom(env, "b");
    values[0] = enif_make_int(env, 1), values[1] = enif_make_int(env, 2);
    whole = enif_make_map_from_arrays(env, keys, values, 2, &made);
    keys[1] = keys[0];
    doubled = enif_make_map_from_arrays(env, keys, values, 2, &twice);
    if (!enif_make_map_update(env, made, keys[0], values[1], &updated))
        updated = enif_make_atom(env, "none");
    if (enif_make_map_update(env, made, values[0], values[1], &removed))
        return enif_make_badarg(env);
    enif_make_map_remove(env, made, keys[0], &removed);
    return enif_make_list(env, 8, map, list, enif_make_int(env, count), made, updated, removed, enif_make_int(env, whole),
                          enif_make_int(env, doubled));
}

static ERL_NIF_TERM counter_new(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    Counter *counter = enif_alloc_resource(counters, sizeof(Counter));
    ERL_NIF_TERM made;
    (void)argc;
    counter->lock = enif_mutex_create("counter");
    if (!enif_get_int(env, argv[0], &counter->value)) {
        enif_release_resource(counter);
        return enif_make_badarg(env);
    }
    made = enif_make_resource(env, counter);
    enif_release_resource(counter);
    return made;
}

static ERL_NIF_TERM counter_add(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    void *object;
    int more, value;
    (void)argc;
    if (!enif_get_resource(env, argv[0], counters, &object) || !enif_get_int(env, argv[1], &more))
        return enif_make_badarg(env);
    enif_mutex_lock(((Counter *)object)->lock);
    value = ((Counter *)object)->value += more;
    enif_mutex_unlock(((Counter *)object)->lock);
    return enif_make_int(env, value);
}

static ERL_NIF_TERM watch(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    (void)argc, (void)argv;
    watched = enif_self(env, &watcher) != NULL;
    return enif_make_atom(env, "ok");
}

/* Goes on `argv[0]` times, on schedulers of all kinds, with a list that grows. */
static ERL_NIF_TERM hop(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    static const int flags[] = {0, ERL_NIF_DIRTY_JOB_CPU_BOUND, ERL_NIF_DIRTY_JOB_IO_BOUND};
    ERL_NIF_TERM next[2];
    int left;
    if (argc != 2 || !enif_get_int(env, argv[0], &left))
        return enif_make_badarg(env);
    if (left < 0)
        return enif_raise_exception(env, enif_make_tuple2(env, enif_make_atom(env, "hopped"), argv[1]));
    if (left == 0)
        return argv[1];
    next[0] = enif_make_int(env, left - 1);
    next[1] = enif_make_list_cell(env, enif_make_int(env, enif_thread_type()), argv[1]);
    return enif_schedule_nif(env, "hop", flags[left % 3], hop, 2, next);
}

static ERL_NIF_TERM thread_type(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    (void)argc, (void)argv;
    return enif_make_int(env, enif_thread_type());
}

struct work {
    ErlNifEnv *env;
    ERL_NIF_TERM message;
    ErlNifPid to;
    ErlNifTid thread;
};

static void *send_it(void *argument)
{
    struct work *work = argument;
    enif_send(NULL, &work->to, work->env, work->message);
    enif_free_env(work->env);
    return work;
}

/* A thread sends a copy of the term. */
static ERL_NIF_TERM from_thread(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    struct work work;
    void *result;
    (void)argc;
    if (!enif_get_local_pid(env, argv[0], &work.to))
        return enif_make_badarg(env);
    work.env = enif_alloc_env();
    work.message = enif_make_copy(work.env, argv[1]);
    if (enif_thread_create("sender", &work.thread, send_it, &work, NULL) != 0)
        return enif_make_atom(env, "no_thread");
    enif_thread_join(work.thread, &result);
    return enif_make_atom(env, result == &work ? "sent" : "lost");
}

static ERL_NIF_TERM raises(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    ERL_NIF_TERM reason;
    (void)argc;
    enif_raise_exception(env, argv[0]);
    if (!enif_has_pending_exception(env, &reason) || !enif_is_identical(reason, argv[0]))
        return enif_make_atom(env, "none");
    return enif_raise_exception(env, argv[0]);
}

static ERL_NIF_TERM texts(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    char text[200], cut[8];
    int whole, all;
    (void)argc;
    whole = enif_snprintf(text, sizeof(text), "%d|%-5s|%5.2f|%lu|%%|%T|%c|%x", -7, "ab", 2.5, 123456789012UL, argv[0], 'z', 255);
    all = enif_snprintf(cut, sizeof(cut), "%T", argv[0]);
    return enif_make_tuple4(env, enif_make_string(env, text, ERL_NIF_LATIN1), enif_make_int(env, whole),
                            enif_make_string(env, cut, ERL_NIF_LATIN1), enif_make_int(env, all > 7));
}

static ERL_NIF_TERM external(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    ErlNifBinary encoded;
    ERL_NIF_TERM decoded, binary;
    size_t used;
    (void)argc;
    if (!enif_term_to_binary(env, argv[0], &encoded))
        return enif_make_badarg(env);
    used = enif_binary_to_term(env, encoded.data, encoded.size, &decoded, 0);
    binary = enif_make_binary(env, &encoded);
    return enif_make_tuple4(env, binary, enif_make_uint64(env, used), decoded,
                            enif_make_uint64(env, enif_binary_to_term(env, (const unsigned char *)"no", 2, &decoded, 0)));
}

static ERL_NIF_TERM times(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    ErlNifTime begin = enif_monotonic_time(ERL_NIF_NSEC);
    (void)argc, (void)argv;
    return enif_make_list(env, 5, enif_make_int64(env, enif_convert_time_unit(1500, ERL_NIF_MSEC, ERL_NIF_SEC)),
                          enif_make_int64(env, enif_convert_time_unit(-1, ERL_NIF_USEC, ERL_NIF_MSEC)),
                          enif_make_int64(env, enif_convert_time_unit(3, ERL_NIF_SEC, ERL_NIF_NSEC)),
                          enif_make_int(env, enif_monotonic_time(ERL_NIF_NSEC) >= begin),
                          enif_make_int(env, enif_make_unique_integer(env, ERL_NIF_UNIQUE_POSITIVE) !=
                                                 enif_make_unique_integer(env, ERL_NIF_UNIQUE_POSITIVE)));
}

static ErlNifFunc functions[] = {
    {"loads", 0, loads, 0},
    {"classify", 1, classify, 0},
    {"bytes", 1, bytes, 0},
    {"maps", 1, maps, 0},
    {"counter_new", 1, counter_new, 0},
    {"counter_add", 2, counter_add, 0},
    {"watch", 0, watch, 0},
    {"hop", 2, hop, 0},
    {"thread_type", 0, thread_type, 0},
    {"thread_type_cpu", 0, thread_type, ERL_NIF_DIRTY_JOB_CPU_BOUND},
    {"thread_type_io", 0, thread_type, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"from_thread", 2, from_thread, 0},
    {"raises", 1, raises, 0},
    {"texts", 1, texts, 0},
    {"external", 1, external, 0},
    {"times", 0, times, 0},
};

ERL_NIF_INIT(natives, functions, load, NULL, upgrade, unload)
