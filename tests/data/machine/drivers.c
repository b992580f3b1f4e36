/* A driver that does what its port is told by port_control/3: a byte says what, see `control`. With SINGLE all its ports share one lock, and it takes
   data as one buffer. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "erl_driver.h"

#ifdef SINGLE
#define NAME "single"
#else
#define NAME "drivers"
#endif

typedef struct {
    ErlDrvPort port;
    ErlDrvTermData owner;
    int pipe[2];
    int mode, by_line;
    ErlDrvMonitor monitor;
    ErlDrvPDL lock;
} State;

static int stopped, flushed, closed;
static ErlDrvMutex *mutex;
static ErlDrvCond *cond;
static ErlDrvRWLock *rwlock;
static ErlDrvTSDKey key;
static int ready;

static void note(const char *name, int count)
{
    char text[20];
    sprintf(text, "%d", count);
    erl_drv_putenv(name, text);
}

static int init(void)
{
    mutex = erl_drv_mutex_create("own mutex");
    cond = erl_drv_cond_create("own cond");
    rwlock = erl_drv_rwlock_create("own rwlock");
    return erl_drv_tsd_key_create("own key", &key);
}

static void finish(void)
{
    erl_drv_tsd_key_destroy(key);
    erl_drv_rwlock_destroy(rwlock);
    erl_drv_cond_destroy(cond);
    erl_drv_mutex_destroy(mutex);
    erl_drv_putenv("FINISHED", NAME);
}

static ErlDrvData start(ErlDrvPort port, char *command)
{
    State *state;
    if (strcmp(command, NAME " general") == 0)
        return ERL_DRV_ERROR_GENERAL;
    if (strcmp(command, NAME " badarg") == 0)
        return ERL_DRV_ERROR_BADARG;
    if (strcmp(command, NAME " errno") == 0) {
        errno = EROFS;
        return ERL_DRV_ERROR_ERRNO;
    }
    state = driver_alloc(sizeof(State));
    memset(state, 0, sizeof(State));
    state->port = port;
    state->owner = driver_caller(port);
    state->pipe[0] = -1;
    return (ErlDrvData)state;
}

static int tell(ErlDrvPort port, char *what, long number);

static void stop(ErlDrvData data)
{
    State *state = (State *)data;
    if (state->pipe[0] >= 0) {
        driver_select(state->port, (ErlDrvEvent)(long)state->pipe[0], ERL_DRV_USE, 0);
        close(state->pipe[1]);
    }
    if (!state->by_line)
        driver_output(state->port, "last", 4);
    tell(state->port, "stopped", 1);
    driver_free(state);
    note("STOPPED", ++stopped);
}

static void stop_select(ErlDrvEvent event, void *reserved)
{
    close((int)(long)event);
    note("CLOSED", ++closed);
}

/* {Port, {What, Number}} to the owner */
static int tell(ErlDrvPort port, char *what, long number)
{
    ErlDrvTermData spec[] = {ERL_DRV_PORT, driver_mk_port(port), ERL_DRV_ATOM, driver_mk_atom(what),
                             ERL_DRV_INT, (ErlDrvTermData)number, ERL_DRV_TUPLE, 2, ERL_DRV_TUPLE, 2};
    return erl_drv_output_term(driver_mk_port(port), spec, sizeof(spec) / sizeof(spec[0]));
}

static void give(State *state, char *bytes, ErlDrvSizeT len)
{
    ErlDrvBinary *binary;
    switch (state->mode) {
    case 0:
        driver_output(state->port, bytes, len);
        break;
    case 1:
        driver_output2(state->port, "head", 4, bytes, len);
        break;
    default:
        binary = driver_alloc_binary(len + 2);
        memcpy(binary->orig_bytes + 1, bytes, len);
        driver_output_binary(state->port, "b", 1, binary, 1, len);
        driver_free_binary(binary);
    }
}

#ifdef SINGLE
static void output(ErlDrvData data, char *bytes, ErlDrvSizeT len)
{
    give((State *)data, bytes, len);
}
#else
static void outputv(ErlDrvData data, ErlIOVec *vector)
{
    State *state = (State *)data;
    char *bytes;
    if (state->mode == 3) {
        driver_outputv(state->port, "v", 1, vector, 1);
        return;
    }
    bytes = driver_alloc(vector->size + 1);
    give(state, bytes, driver_vec_to_buf(vector, bytes, vector->size));
    driver_free(bytes);
}
#endif

static void ready_input(ErlDrvData data, ErlDrvEvent event)
{
    State *state = (State *)data;
    char bytes[100];
    ssize_t len = read((int)(long)event, bytes, sizeof(bytes));
    if (len > 0 && bytes[len - 1] == '.') {
        driver_select(state->port, event, ERL_DRV_USE, 0);
        close(state->pipe[1]);
        state->pipe[0] = -1;
    }
    give(state, bytes, len);
}

static void ready_output(ErlDrvData data, ErlDrvEvent event)
{
    State *state = (State *)data;
    driver_select(state->port, event, ERL_DRV_USE, 0);
    tell(state->port, "writable", 1);
}

static void timeout(ErlDrvData data)
{
    State *state = (State *)data;
    if (driver_sizeq(state->port) > 0) {
        driver_deq(state->port, driver_sizeq(state->port));
        return;
    }
    tell(state->port, "timeout", state->mode);
}

static void flush(ErlDrvData data)
{
    note("FLUSHED", ++flushed);
    driver_set_timer(((State *)data)->port, 20);
}

static void process_exit(ErlDrvData data, ErlDrvMonitor *monitor)
{
    State *state = (State *)data;
    tell(state->port, "gone", driver_compare_monitors(monitor, &state->monitor));
}

static void job(void *data)
{
    long *number = data;
    *number *= 2;
}

static void ready_async(ErlDrvData data, ErlDrvThreadData result)
{
    State *state = (State *)data;
    long *number = (long *)result;
    tell(state->port, "async", *number);
    driver_free(number);
}

static void emergency_close(ErlDrvData data)
{
    static const char text[] = "closed in an emergency\n";
    if (write(1, text, sizeof(text) - 1) < 0)
        abort();
}

struct letter {
    ErlDrvTermData port, to;
};

static void *thread(void *argument)
{
    struct letter *letter = argument;
    ErlDrvTermData spec[] = {ERL_DRV_ATOM, driver_mk_atom("from_thread"), ERL_DRV_PORT, letter->port, ERL_DRV_TUPLE, 2};
    erl_drv_tsd_set(key, letter);
    erl_drv_mutex_lock(mutex);
    ready = erl_drv_tsd_get(key) == letter ? erl_drv_send_term(letter->port, letter->to, spec, 6) : -9;
    erl_drv_cond_broadcast(cond);
    erl_drv_mutex_unlock(mutex);
    return letter;
}

static int threads(State *state, char *text)
{
    struct letter letter = {driver_mk_port(state->port), driver_caller(state->port)};
    ErlDrvThreadOpts *options = erl_drv_thread_opts_create("own options");
    ErlDrvTid tid;
    void *result = NULL;
    int created, read_locked, write_locked;
    options->suggested_stack_size = 64;
    ready = 0;
    created = erl_drv_thread_create("own thread", &tid, thread, &letter, options);
    erl_drv_mutex_lock(mutex);
    while (ready == 0)
        erl_drv_cond_wait(cond, mutex);
    erl_drv_mutex_unlock(mutex);
    erl_drv_thread_join(tid, &result);
    erl_drv_thread_opts_destroy(options);
    erl_drv_rwlock_rlock(rwlock);
    read_locked = erl_drv_rwlock_tryrlock(rwlock);
    write_locked = erl_drv_rwlock_tryrwlock(rwlock) != 0;
    erl_drv_rwlock_runlock(rwlock);
    erl_drv_rwlock_runlock(rwlock);
    return sprintf(text, "%d %d %d %d %d %d %s %s %s", created, ready, result == &letter, read_locked, write_locked,
                   erl_drv_equal_tids(erl_drv_thread_self(), erl_drv_thread_self()) != 0, erl_drv_mutex_name(mutex),
                   erl_drv_cond_name(cond), erl_drv_rwlock_name(rwlock));
}

static int terms(State *state, char *text)
{
    static double number = 2.5;
    static ErlDrvSInt64 low = -5000000000000000000;
    static ErlDrvUInt64 high = 18446744073709551615u;
    static unsigned char external[] = {131, 104, 2, 97, 1, 97, 2};
    ErlDrvBinary *binary = driver_alloc_binary(200);
    ErlDrvTermData port = driver_mk_port(state->port);
    ErlDrvTermData spec[] = {ERL_DRV_NIL, ERL_DRV_ATOM, driver_mk_atom("\xe5"), ERL_DRV_INT, (ErlDrvTermData)-7,
                             ERL_DRV_UINT, (ErlDrvTermData)-1, ERL_DRV_INT64, (ErlDrvTermData)&low, ERL_DRV_UINT64,
                             (ErlDrvTermData)&high, ERL_DRV_FLOAT, (ErlDrvTermData)&number, ERL_DRV_STRING,
                             (ErlDrvTermData) "text", 4, ERL_DRV_NIL, ERL_DRV_STRING_CONS, (ErlDrvTermData) "cons", 4,
                             ERL_DRV_BINARY, (ErlDrvTermData)binary, 3, 1, ERL_DRV_BINARY, (ErlDrvTermData)binary, 100, 50,
                             ERL_DRV_BUF2BINARY, (ErlDrvTermData) "buffer", 6, ERL_DRV_EXT2TERM, (ErlDrvTermData)external,
                             sizeof(external), ERL_DRV_ATOM, driver_mk_atom("k"), ERL_DRV_INT, 1, ERL_DRV_ATOM,
                             driver_mk_atom("j"), ERL_DRV_INT, 2, ERL_DRV_MAP, 2, ERL_DRV_INT, 1, ERL_DRV_INT, 2,
                             ERL_DRV_INT, 3, ERL_DRV_LIST, 3, ERL_DRV_TUPLE, 0, ERL_DRV_TUPLE, 15};
    ErlDrvTermData twice[] = {ERL_DRV_INT, 1, ERL_DRV_INT, 2, ERL_DRV_INT, 1, ERL_DRV_INT, 3, ERL_DRV_MAP, 2};
    ErlDrvTermData few[] = {ERL_DRV_INT, 1, ERL_DRV_TUPLE, 2};
    ErlDrvTermData unknown[] = {99};
    int len = sizeof(spec) / sizeof(spec[0]), index;
    for (index = 0; index < 200; index++)
        binary->orig_bytes[index] = index;
    index = sprintf(text, "%d", erl_drv_output_term(port, spec, len));
    index += sprintf(text + index, " %d %d %d %d", erl_drv_output_term(port, spec, len - 1),
                     erl_drv_send_term(port, driver_connected(state->port), twice, 10),
                     erl_drv_output_term(port, few, 4), erl_drv_output_term(port, unknown, 1));
    driver_free_binary(binary);
    return index;
}

static int queue(State *state, char *bytes, ErlDrvSizeT len, char *text)
{
    ErlDrvPort port = state->port;
    ErlDrvBinary *binary = driver_alloc_binary(10);
    SysIOVec own[] = {{NULL, 0}, {"plain", 5}, {binary->orig_bytes, 10}}, other[] = {{NULL, 0}, {binary->orig_bytes, 10}};
    ErlDrvBinary *binaries[] = {NULL, NULL, binary}, *only[] = {NULL, binary};
    ErlIOVec vector = {3, 15, own, binaries}, second = {2, 10, other, only}, seen;
    SysIOVec *slices;
    int count, index;
    memcpy(binary->orig_bytes, "0123456789", 10);
    driver_enq(port, bytes, len);
    driver_enq_bin(port, binary, 2, 5);
    driver_pushq(port, "front", 5);
    driver_pushq_bin(port, binary, 8, 2);
    index = sprintf(text, "%ld refc %ld", (long)driver_sizeq(port), (long)driver_binary_get_refc(binary));
    driver_enqv(port, &vector, 3);
    driver_pushqv(port, &second, 3);
    index += sprintf(text + index, " all %ld", (long)driver_peekqv(port, &seen));
    index += sprintf(text + index, " %ld of %d: %.3s", (long)seen.size, seen.vsize, (char *)seen.iov[0].iov_base);
    slices = driver_peekq(port, &count);
    index += sprintf(text + index, " of %d: %.*s", count, (int)slices[0].iov_len, (char *)slices[0].iov_base);
    index += sprintf(text + index, " left %ld", (long)driver_deq(port, 4));
    slices = driver_peekq(port, &count);
    index += sprintf(text + index, " of %d: %.*s", count, (int)slices[0].iov_len, (char *)slices[0].iov_base);
    index += sprintf(text + index, " %ld", (long)(ErlDrvSSizeT)driver_deq(port, 1000));
    driver_deq(port, driver_sizeq(port));
    index += sprintf(text + index, " refc %ld", (long)driver_binary_get_refc(binary));
    binary = driver_realloc_binary(binary, 20);
    index += sprintf(text + index, " %ld %.10s", (long)binary->orig_size, binary->orig_bytes);
    driver_free_binary(binary);
    return index;
}

static int system_text(State *state, char *text)
{
    ErlDrvSysInfo info;
    ErlDrvNowData one, other;
    ErlDrvSizeT low = 0, high = 0;
    char value[8];
    size_t size = sizeof(value);
    int index, got;
    driver_system_info(&info, sizeof(info));
    driver_get_now(&one);
    driver_get_now(&other);
    index = sprintf(text, "%d.%d %s threads %d smp %d dirty %d", info.driver_major_version, info.driver_minor_version,
                    info.otp_release, info.thread_support, info.smp_support, info.dirty_scheduler_support);
    index += sprintf(text + index, " now %d", other.microsecs != one.microsecs || other.secs != one.secs);
    index += sprintf(text + index, " time %d %ld", erl_drv_monotonic_time(ERL_DRV_NSEC) >= erl_drv_monotonic_time(ERL_DRV_SEC) * 1000000000,
                     (long)erl_drv_convert_time_unit(-1500, ERL_DRV_MSEC, ERL_DRV_SEC));
    index += sprintf(text + index, " %s", erl_errno_id(ENOENT));
    erl_drv_putenv("OWN", "longer than that");
    got = erl_drv_getenv("OWN", value, &size);
    index += sprintf(text + index, " %d", got);
    size = sizeof(value);
    erl_drv_putenv("OWN", "short");
    got = erl_drv_getenv("OWN", value, &size);
    index += sprintf(text + index, " %d %s %d", got, value, erl_drv_getenv("NOT THERE", value, &size));
    index += sprintf(text + index, " flags %d slice %d", get_port_flags(state->port), erl_drv_consume_timeslice(state->port, 1));
    erl_drv_busy_msgq_limits(state->port, &low, &high);
    index += sprintf(text + index, " limits %ld %ld", (long)low, (long)high);
    return index;
}

static int fail(State *state, char how)
{
    ErlDrvPort port = state->port;
    switch (how) {
    case 'a':
        return driver_failure_atom(port, "own_reason");
    case 'p':
        return driver_failure_posix(port, EPIPE);
    case 'e':
        return driver_failure_eof(port);
    case 'n':
        return driver_failure(port, -4);
    case 'x':
        return driver_exit(port, EIO);
    default:
        return driver_exit(port, 0);
    }
}

static int answer(State *state, char *text, ErlDrvSizeT len, char **result, ErlDrvSizeT room)
{
    if (get_port_flags(state->port) & PORT_FLAG_BINARY) {
        ErlDrvBinary *binary = driver_alloc_binary(len);
        memcpy(binary->orig_bytes, text, len);
        *result = (char *)binary;
        set_port_control_flags(state->port, PORT_CONTROL_FLAG_BINARY);
        return 0;
    }
    if (len > room)
        *result = driver_alloc(len);
    memcpy(*result, text, len);
    return len;
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned int command, char *bytes, ErlDrvSizeT len, char **result,
                            ErlDrvSizeT room)
{
    State *state = (State *)data;
    ErlDrvPort port = state->port;
    char text[1000];
    unsigned long left;
    long *number;
    int count = 0;
    switch (command) {
    case 'c':
        count = sprintf(text, "%d %d", driver_caller(port) == state->owner, driver_connected(port) == state->owner);
        break;
    case 'm':
        state->mode = bytes[0] - '0';
        state->by_line = get_port_flags(port) & PORT_FLAG_LINE;
        break;
    case 't':
        count = driver_set_timer(port, atoi(bytes));
        driver_read_timer(port, &left);
        count = sprintf(text, "%d %d", count, left > 0 && left <= 100000);
        break;
    case 'T':
        driver_cancel_timer(port);
        driver_read_timer(port, &left);
        count = sprintf(text, "%ld", (long)left);
        break;
    case 'p':
        if (state->pipe[0] < 0) {
            if (pipe(state->pipe) != 0)
                return -1;
            driver_select(port, (ErlDrvEvent)(long)state->pipe[0], ERL_DRV_READ | ERL_DRV_USE, 1);
        }
        count = sprintf(text, "%ld", (long)write(state->pipe[1], bytes, len));
        break;
    case 'w':
        driver_select(port, (ErlDrvEvent)(long)dup(1), ERL_DRV_WRITE | ERL_DRV_USE, 1);
        break;
    case 'j':
        number = driver_alloc(sizeof(long));
        *number = atoi(bytes);
        count = sprintf(text, "%d", driver_async(port, NULL, job, number, driver_free) >= 0);
        break;
    case 'o':
        count = driver_monitor_process(port, driver_caller(port), &state->monitor);
        count = sprintf(text, "%d %d", count, driver_get_monitored_process(port, &state->monitor) == driver_caller(port));
        break;
    case 'O':
        count = sprintf(text, "%d %d", driver_demonitor_process(port, &state->monitor),
                        driver_get_monitored_process(port, &state->monitor) == driver_term_nil);
        break;
    case 'q':
        count = queue(state, bytes, len, text);
        break;
    case 'Q':
        driver_enq(port, bytes, len);
        break;
    case 'e':
        count = terms(state, text);
        break;
    case 'f':
        /* The state is gone when this returns. */
        count = sprintf(text, "%d", fail(state, bytes[0]));
        memcpy(*result, text, count);
        return count;
    case 'b':
        set_busy_port(port, bytes[0] == '1');
        break;
    case 'n':
        state = driver_alloc(sizeof(State));
        *state = *(State *)data;
        state->pipe[0] = -1;
        state->lock = NULL;
        state->port = driver_create_port(port, driver_caller(port), "made by another", (ErlDrvData)state);
        tell(state->port, "made", 1);
        state = (State *)data;
        break;
    case 's':
        count = system_text(state, text);
        break;
    case 'h':
        count = threads(state, text);
        break;
    case 'l':
        if (state->lock == NULL)
            state->lock = driver_pdl_create(port);
        driver_pdl_lock(state->lock);
        count = sprintf(text, "%ld %d", (long)driver_pdl_get_refc(state->lock), driver_pdl_create(port) == NULL);
        driver_pdl_unlock(state->lock);
        break;
    case 'P':
        count = sprintf(text, "%d", driver_lock_driver(port));
        break;
    default:
        return -1;
    }
    return answer(state, text, count, result, room);
}

static ErlDrvSSizeT call(ErlDrvData data, unsigned int command, char *bytes, ErlDrvSizeT len, char **result,
                         ErlDrvSizeT room, unsigned int *flags)
{
    static char kept[1000];
    if (command == 1)
        return -1;
    if (command == 2 && len <= sizeof(kept)) {
        *result = kept;
        *flags |= DRIVER_CALL_KEEP_BUFFER;
    } else if (len > room) {
        *result = driver_alloc(len);
    }
    memcpy(*result, bytes, len);
    return len;
}

static ErlDrvEntry entry = {
    .init = init,
    .start = start,
    .stop = stop,
#ifdef SINGLE
    .output = output,
#else
    .outputv = outputv,
#endif
    .ready_input = ready_input,
    .ready_output = ready_output,
    .driver_name = NAME,
    .finish = finish,
    .control = control,
    .timeout = timeout,
    .ready_async = ready_async,
    .flush = flush,
    .call = call,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
#ifndef SINGLE
    .driver_flags = ERL_DRV_FLAG_USE_PORT_LOCKING | ERL_DRV_FLAG_SOFT_BUSY,
#endif
    .process_exit = process_exit,
    .stop_select = stop_select,
    .emergency_close = emergency_close,
};

DRIVER_INIT(drivers)
{
    return &entry;
}
