/* Resources that watch processes and descriptors, vectors and queues of binaries, and what else a library may leave to the machine. See resources.erl. */

#include <erl_nif.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

typedef struct {
    ErlNifPid owner;
    ErlNifMonitor monitor;
    int pipe[2];
    unsigned char bytes[200];
} Watcher;

static ErlNifResourceType *watchers, *deaf;
static ErlNifPid told;
static int is_told;

static void tell(const char *tag, ERL_NIF_TERM (*value)(ErlNifEnv *, void *), void *argument)
{
    ErlNifEnv *env;
    if (!is_told)
        return;
    env = enif_alloc_env();
    enif_send(NULL, &told, env, enif_make_tuple2(env, enif_make_atom(env, tag), value(env, argument)));
    enif_free_env(env);
}

static ERL_NIF_TERM number(ErlNifEnv *env, void *argument)
{
    return enif_make_int(env, *(int *)argument);
}

static void ended(ErlNifEnv *env, void *object)
{
    int value = ((Watcher *)object)->bytes[0];
    if (value != 0)
        tell("ended", number, &value);
}

static void stopped(ErlNifEnv *env, void *object, ErlNifEvent descriptor, int direct)
{
    close(descriptor);
    tell("stopped", number, &direct);
}

typedef struct {
    ErlNifPid *pid;
    int same;
} Down;

static ERL_NIF_TERM down_term(ErlNifEnv *env, void *argument)
{
    Down *down = argument;
    return enif_make_tuple2(env, enif_make_pid(env, down->pid), enif_make_int(env, down->same));
}

static void down(ErlNifEnv *env, void *object, ErlNifPid *pid, ErlNifMonitor *monitor)
{
    Watcher *watcher = object;
    Down of = {pid, enif_compare_monitors(monitor, &watcher->monitor) == 0};
    tell("down", down_term, &of);
}

static void on_thread(void *private)
{
    static int count;
    __atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST);
    *(int *)private = count;
}

static int load(ErlNifEnv *env, void **private, ERL_NIF_TERM info)
{
    ErlNifResourceTypeInit init = {ended, stopped, down};
    ErlNifResourceTypeInit none = {0};
    watchers = enif_open_resource_type_x(env, "watcher", &init, ERL_NIF_RT_CREATE | ERL_NIF_RT_TAKEOVER, NULL);
    deaf = enif_open_resource_type_x(env, "deaf", &none, ERL_NIF_RT_CREATE | ERL_NIF_RT_TAKEOVER, NULL);
    *private = enif_alloc(sizeof(int));
    *(int *)*private = 0;
#if ERL_NIF_MINOR_VERSION >= 17
    if (enif_set_option(env, ERL_NIF_OPT_ON_UNLOAD_THREAD, on_thread) != 0 ||
        enif_set_option(env, ERL_NIF_OPT_ON_UNLOAD_THREAD, on_thread) == 0)
        return 1;
#else
    (void)on_thread;
#endif
    return watchers == NULL || deaf == NULL;
}

static void unload(ErlNifEnv *env, void *private)
{
    tell("threads", number, private);
    enif_free(private);
}

static ERL_NIF_TERM tell_me(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    enif_self(env, &told);
    is_told = 1;
#if ERL_NIF_MINOR_VERSION >= 17
    /* Only while it is loaded. */
    return enif_make_int(env, enif_set_option(env, ERL_NIF_OPT_ON_UNLOAD_THREAD, on_thread) != 0);
#else
    return enif_make_int(env, 1);
#endif
}

static ERL_NIF_TERM new_watcher(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    Watcher *watcher = enif_alloc_resource(watchers, sizeof(Watcher));
    ERL_NIF_TERM term = enif_make_resource(env, watcher);
    unsigned seed, index;
    enif_get_uint(env, argv[0], &seed);
    for (index = 0; index < sizeof(watcher->bytes); index++)
        watcher->bytes[index] = (unsigned char)(seed + index);
    enif_self(env, &watcher->owner);
    watcher->pipe[0] = watcher->pipe[1] = -1;
    enif_release_resource(watcher);
    return term;
}

static Watcher *watcher_of(ErlNifEnv *env, ERL_NIF_TERM term)
{
    void *object;
    return enif_get_resource(env, term, watchers, &object) ? object : NULL;
}

static ERL_NIF_TERM watch(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    Watcher *watcher = watcher_of(env, argv[0]);
    ErlNifPid pid;
    int result;
    if (argc == 2 && enif_get_local_pid(env, argv[1], &pid)) {
        result = enif_monitor_process(env, watcher, &pid, &watcher->monitor);
        if (result == 0)
            return enif_make_monitor_term(env, &watcher->monitor);
        return enif_make_int(env, result);
    }
    enif_set_pid_undefined(&pid);
    return enif_make_int(env, enif_monitor_process(env, watcher, &pid, NULL));
}

static ERL_NIF_TERM watch_deaf(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    void *object = enif_alloc_resource(deaf, 8);
    ErlNifPid pid;
    int result;
    enif_self(env, &pid);
    result = enif_monitor_process(env, object, &pid, NULL);
    enif_release_resource(object);
    return enif_make_int(env, result < 0);
}

static ERL_NIF_TERM unwatch(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    Watcher *watcher = watcher_of(env, argv[0]);
    return enif_make_int(env, enif_demonitor_process(env, watcher, &watcher->monitor) == 0);
}

/* A part of the resource's own memory. */
static ERL_NIF_TERM part(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    Watcher *watcher = watcher_of(env, argv[0]);
    unsigned from, size;
    ERL_NIF_TERM made;
    ErlNifBinary seen;
    enif_get_uint(env, argv[1], &from);
    enif_get_uint(env, argv[2], &size);
    made = enif_make_resource_binary(env, watcher, watcher->bytes + from, size);
    enif_inspect_binary(env, made, &seen);
    return enif_make_tuple2(env, made, enif_make_int(env, seen.data == watcher->bytes + from));
}

static ERL_NIF_TERM open_pipe(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    Watcher *watcher = watcher_of(env, argv[0]);
    return enif_make_int(env, pipe(watcher->pipe));
}

static ERL_NIF_TERM bits(ErlNifEnv *env, int result)
{
    return result < 0 ? enif_make_tuple2(env, enif_make_atom(env, "error"), enif_make_int(env, result & 0xffff))
                      : enif_make_int(env, result);
}

/* select(Watcher, Side, Flags, Pid | undefined, Message) */
static ERL_NIF_TERM select_one(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    Watcher *watcher = watcher_of(env, argv[0]);
    int side, flags, descriptor;
    ErlNifPid pid;
    int has_pid = enif_get_local_pid(env, argv[3], &pid);
    enif_get_int(env, argv[1], &side);
    enif_get_int(env, argv[2], &flags);
    descriptor = side < 0 ? side : watcher->pipe[side];
    if (flags & ERL_NIF_SELECT_CUSTOM_MSG) {
        ErlNifEnv *message = enif_alloc_env();
        ERL_NIF_TERM copy = enif_make_copy(message, argv[4]);
        int result = enif_select_x(env, descriptor, flags, watcher, has_pid ? &pid : NULL, copy, message);
        enif_free_env(message);
        return bits(env, result);
    }
    return bits(env, enif_select(env, descriptor, flags, watcher, has_pid ? &pid : NULL, argv[4]));
}

static ERL_NIF_TERM write_pipe(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    Watcher *watcher = watcher_of(env, argv[0]);
    return enif_make_int(env, (int)write(watcher->pipe[1], "x", 1));
}

static ERL_NIF_TERM read_pipe(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    char byte;
    Watcher *watcher = watcher_of(env, argv[0]);
    return enif_make_int(env, (int)read(watcher->pipe[0], &byte, 1));
}

/* vector(List, Most, Own): how many slices, how many bytes, the bytes, and the rest. */
static ERL_NIF_TERM vector(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    ErlNifIOVec here, *vector;
    ERL_NIF_TERM rest, bytes;
    unsigned most, mode;
    unsigned char *to;
    int index;
    enif_get_uint(env, argv[1], &most);
    enif_get_uint(env, argv[2], &mode);
    vector = mode & 1 ? &here : NULL;
    if (!enif_inspect_iovec(mode & 2 ? NULL : env, most, argv[0], &rest, &vector))
        return enif_make_badarg(env);
    to = enif_make_new_binary(env, vector->size, &bytes);
    for (index = 0; index < vector->iovcnt; index++) {
        memcpy(to, vector->iov[index].iov_base, vector->iov[index].iov_len);
        to += vector->iov[index].iov_len;
    }
    index = vector->iovcnt;
    most = (unsigned)vector->size;
    if (mode & 2)
        enif_free_iovec(vector);
    return enif_make_tuple4(env, enif_make_int(env, index), enif_make_uint(env, most), bytes, rest);
}

static ERL_NIF_TERM queued(ErlNifEnv *env, ErlNifIOQueue *queue)
{
    int count, index;
    ERL_NIF_TERM bytes, head;
    size_t size = 0;
    unsigned char *to = enif_make_new_binary(env, enif_ioq_size(queue), &bytes);
    SysIOVec *slices = enif_ioq_peek(queue, &count);
    for (index = 0; index < count; index++) {
        memcpy(to, slices[index].iov_base, slices[index].iov_len);
        to += slices[index].iov_len;
    }
    if (!enif_ioq_peek_head(env, queue, &size, &head))
        head = enif_make_atom(env, "none");
    return enif_make_tuple5(env, enif_make_int(env, count), enif_make_int(env, slices != NULL), bytes, head,
                            enif_make_uint64(env, size));
}

/* queue(List, Bytes, Skip, Drops): what is queued at first, and after each drop. */
static ERL_NIF_TERM queue(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    ErlNifIOQueue *queue = enif_ioq_create(ERL_NIF_IOQ_NORMAL);
    ErlNifIOVec *vector = NULL;
    ErlNifBinary bytes, own;
    ERL_NIF_TERM rest, drops = argv[3], drop, results = enif_make_list(env, 0);
    unsigned skip;
    int done = 1;
    enif_get_uint(env, argv[2], &skip);
    if (!enif_inspect_iovec(env, 100, argv[0], &rest, &vector) || !enif_inspect_binary(env, argv[1], &bytes)) {
        enif_ioq_destroy(queue);
        return enif_make_badarg(env);
    }
    done &= enif_ioq_enqv(queue, vector, skip);
    enif_alloc_binary(bytes.size, &own);
    memcpy(own.data, bytes.data, bytes.size);
    done &= enif_ioq_enq_binary(queue, &own, 1);
    results = enif_make_list_cell(env, queued(env, queue), results);
    while (enif_get_list_cell(env, drops, &drop, &drops)) {
        unsigned count;
        size_t left = 0;
        enif_get_uint(env, drop, &count);
        done = done << 1 | enif_ioq_deq(queue, count, &left);
        results = enif_make_list_cell(env, queued(env, queue), results);
    }
    enif_ioq_destroy(queue);
    return enif_make_tuple2(env, enif_make_int(env, done), results);
}

static ERL_NIF_TERM command(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    ErlNifPort port;
    if (!enif_get_local_port(env, argv[0], &port))
        return enif_make_badarg(env);
    return enif_make_int(env, enif_port_command(env, &port, NULL, argv[1]));
}

static ERL_NIF_TERM fail(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    return argc == 1 ? enif_raise_exception(env, argv[0]) : enif_make_badarg(env);
}

static ERL_NIF_TERM again(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    return enif_schedule_nif(env, "hidden", ERL_NIF_DIRTY_JOB_CPU_BOUND, fail, argc, argv);
}

static ERL_NIF_TERM put_off(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    ERL_NIF_TERM others[2] = {argv[1], argv[0]};
    return enif_schedule_nif(env, "hidden", 0, again, enif_is_atom(env, argv[0]) ? 1 : 2, others);
}

static ErlNifFunc functions[] = {{"tell_me", 0, tell_me},         {"new_watcher", 1, new_watcher},
                                 {"watch", 1, watch},             {"watch", 2, watch},
                                 {"watch_deaf", 0, watch_deaf},   {"unwatch", 1, unwatch},
                                 {"part", 3, part},               {"open_pipe", 1, open_pipe},
                                 {"select", 5, select_one},       {"write_pipe", 1, write_pipe},
                                 {"read_pipe", 1, read_pipe},     {"vector", 3, vector},
                                 {"queue", 4, queue},             {"command", 2, command},
                                 {"put_off", 2, put_off}};

ERL_NIF_INIT(resources, functions, load, NULL, NULL, unload)
