//! TABLE of the atoms that the machine itself names. A row gives the constant and the text.

use super::Atom;
use super::order::ORDER;

macro_rules! known {
    ($($name:ident = $text:literal;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u32)]
        enum Position { $($name),* }
        const TEXTS: &[&str] = &[$($text),*];
        $(#[doc = concat!("`", $text, "`")] pub const $name: Atom = Atom::from_index(PLACES[Position::$name as usize]);)*
    };
}

/// Places of the rows in the atom table: those that OTP has at its start stand first, in its order.
const PLACES: [u32; TEXTS.len()] = places();

const SLOTS: usize = 4096;
const FREE: u16 = u16::MAX;

const fn hash(text: &[u8]) -> usize {
    let mut hash: u32 = 0x811c_9dc5;
    let mut at = 0;
    while at < text.len() {
        hash = (hash ^ text[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    (hash ^ (hash >> 15)) as usize % SLOTS
}

const fn places() -> [u32; TEXTS.len()] {
    // A table by hash: the compiler evaluates this, and has not much patience.
    let mut slots = [FREE; SLOTS];
    let mut entry = 0;
    while entry < ORDER.len() {
        let mut slot = hash(ORDER[entry].as_bytes());
        while slots[slot] != FREE {
            slot = (slot + 1) % SLOTS;
        }
        slots[slot] = entry as u16;
        entry += 1;
    }
    let mut places = [0; TEXTS.len()];
    let mut next = ORDER.len() as u32;
    let mut row = 0;
    while row < TEXTS.len() {
        let text = TEXTS[row].as_bytes();
        let mut slot = hash(text);
        while slots[slot] != FREE && !same(ORDER[slots[slot] as usize].as_bytes(), text) {
            slot = (slot + 1) % SLOTS;
        }
        if slots[slot] == FREE {
            places[row] = next;
            next += 1;
        } else {
            places[row] = slots[slot] as u32;
        }
        row += 1;
    }
    places
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// The atoms that the table begins with, in order.
pub(super) fn first() -> impl Iterator<Item = &'static str> {
    let others = TEXTS
        .iter()
        .zip(PLACES)
        .filter(|(_, place)| *place as usize >= ORDER.len())
        .map(|(text, _)| text);
    ORDER.iter().chain(others).copied()
}

known! {
    FALSE = "false";
    TRUE = "true";
    EMPTY = "";
    NONODE_NOHOST = "nonode@nohost";
    ANY = "_";
    ERROR = "error";
    EXIT = "exit";
    THROW = "throw";
    BADARG = "badarg";
    BADARITH = "badarith";
    BADMATCH = "badmatch";
    BADMAP = "badmap";
    BADKEY = "badkey";
    BADFUN = "badfun";
    BADARITY = "badarity";
    BADRECORD = "badrecord";
    CASE_CLAUSE = "case_clause";
    IF_CLAUSE = "if_clause";
    TRY_CLAUSE = "try_clause";
    UNDEF = "undef";
    FUNCTION_CLAUSE = "function_clause";
    SYSTEM_LIMIT = "system_limit";
    NOPROC = "noproc";
    NOCONNECTION = "noconnection";
    NOCATCH = "nocatch";
    TIMEOUT_VALUE = "timeout_value";
    KILLED = "killed";
    KILL = "kill";
    NORMAL = "normal";
    OK = "ok";
    UNDEFINED = "undefined";
    INFINITY = "infinity";
    ERLANG = "erlang";
    INIT = "init";
    KERNEL = "kernel";
    ERTS_INTERNAL = "erts_internal";
    ETS = "ets";
    LISTS = "lists";
    MAPS = "maps";
    BINARY = "binary";
    RE = "re";
    UNICODE = "unicode";
    MATH = "math";
    OS = "os";
    UPPER_EXIT = "EXIT";
    DOWN = "DOWN";
    UP = "UP";
    PROCESS = "process";
    PORT = "port";
    TIME_OFFSET = "time_offset";
    CLOCK_SERVICE = "clock_service";
    CHANGE = "CHANGE";
    HIGH = "high";
    LOW = "low";
    MAX = "max";
    BITS = "bits";
    BITSTRING = "bitstring";
    BYTE = "byte";
    INTEGER = "integer";
    FLOAT = "float";
    ATOM = "atom";
    LIST = "list";
    TUPLE = "tuple";
    MAP = "map";
    REFERENCE = "reference";
    FUN = "fun";
    PID = "pid";
    NUMBER = "number";
    BOOLEAN = "boolean";
    NORMAL_EXIT = "normal_exit";
    LINK = "link";
    MONITOR = "monitor";
    NOSUSPEND = "nosuspend";
    NOCONNECT = "noconnect";
    ASYNC = "async";
    SPAWN_OPT = "spawn_opt";
    MIN_HEAP_SIZE = "min_heap_size";
    MIN_BIN_VHEAP_SIZE = "min_bin_vheap_size";
    FULLSWEEP_AFTER = "fullsweep_after";
    MAX_HEAP_SIZE = "max_heap_size";
    MAX_HEAP_SIZE_KILL = "max_heap_size_kill";
    MESSAGE_QUEUE_DATA = "message_queue_data";
    ON_HEAP = "on_heap";
    OFF_HEAP = "off_heap";
    MIXED = "mixed";
    PRIORITY = "priority";
    SCHEDULER = "scheduler";
    TAG = "tag";
    ALIAS = "alias";
    REPLY = "reply";
    REPLY_DEMONITOR = "reply_demonitor";
    DEMONITOR = "demonitor";
    EXPLICIT_UNALIAS = "explicit_unalias";
    REPLY_TAG = "reply_tag";
    ERROR_ONLY = "error_only";
    SUCCESS_ONLY = "success_only";
    YES = "yes";
    NO = "no";
    FLUSH = "flush";
    INFO = "info";
    NIF = "nif";
    DRIVER = "driver";
    BADFILE = "badfile";
    NOT_PURGED = "not_purged";
    ON_LOAD = "on_load";
    NOT_LOADED = "not_loaded";
    NIF_NOT_LOADED = "nif_not_loaded";
    LOAD_FAILED = "load_failed";
    RELOAD = "reload";
    UPGRADE = "upgrade";
    NEW_INDEX = "new_index";
    NEW_UNIQ = "new_uniq";
    INDEX = "index";
    UNIQ = "uniq";
    ENV = "env";
    CAUSE = "cause";
    MODULE = "module";
    NAME = "name";
    ARITY = "arity";
    TYPE = "type";
    EXTERNAL = "external";
    LOCAL = "local";
    REGISTERED_NAME = "registered_name";
    CURRENT_FUNCTION = "current_function";
    CURRENT_LOCATION = "current_location";
    CURRENT_STACKTRACE = "current_stacktrace";
    INITIAL_CALL = "initial_call";
    DICTIONARY = "dictionary";
    GROUP_LEADER = "group_leader";
    HEAP_SIZE = "heap_size";
    STACK_SIZE = "stack_size";
    TOTAL_HEAP_SIZE = "total_heap_size";
    MESSAGES = "messages";
    MESSAGE_QUEUE_LEN = "message_queue_len";
    LINKS = "links";
    MONITORS = "monitors";
    MONITORED_BY = "monitored_by";
    TRAP_EXIT = "trap_exit";
    MEMORY = "memory";
    REDUCTIONS = "reductions";
    STATUS = "status";
    GARBAGE_COLLECTION = "garbage_collection";
    GARBAGE_COLLECTION_INFO = "garbage_collection_info";
    SEQUENTIAL_TRACE_TOKEN = "sequential_trace_token";
    SUSPENDING = "suspending";
    LAST_CALLS = "last_calls";
    CATCHLEVEL = "catchlevel";
    ERROR_HANDLER = "error_handler";
    BINARY_VHEAP = "binary_vheap";
    ASYNC_DIST = "async_dist";
    PARENT = "parent";
    LABEL = "label";
    BACKTRACE = "backtrace";
    TRACE = "trace";
    SEND = "send";
    RECEIVE = "receive";
    YIELD = "yield";
    HIBERNATE = "hibernate";
    SAVE_CALLS = "save_calls";
    SENSITIVE = "sensitive";
    RUNNING = "running";
    RUNNABLE = "runnable";
    WAITING = "waiting";
    SUSPENDED = "suspended";
    EXITING = "exiting";
    GARBAGE_COLLECTING = "garbage_collecting";
    FILE = "file";
    LINE = "line";
    ERROR_INFO = "error_info";
    OVERRIDE = "override";
    GENERAL = "general";
    ERROR_LOGGER = "error_logger";
    FORMAT = "format";
    USER = "user";
    SUPERVISOR = "supervisor";
    LOG = "log";
    WARNING = "warning";
    NOTICE = "notice";
    DEBUG = "debug";
    META = "meta";
    GL = "gl";
    TIME = "time";
    MFA = "mfa";
    REPORT = "report";
    REPORT_CB = "report_cb";
    START = "start";
    STOP = "stop";
    RESTART = "restart";
    BOOT = "boot";
    BADRPC = "badrpc";
    SECOND = "second";
    MILLISECOND = "millisecond";
    MICROSECOND = "microsecond";
    NANOSECOND = "nanosecond";
    NATIVE = "native";
    PERF_COUNTER = "perf_counter";
    SECONDS = "seconds";
    MILLI_SECONDS = "milli_seconds";
    MICRO_SECONDS = "micro_seconds";
    NANO_SECONDS = "nano_seconds";
    MILLISECONDS = "milliseconds";
    SET = "set";
    ORDERED_SET = "ordered_set";
    BAG = "bag";
    DUPLICATE_BAG = "duplicate_bag";
    PUBLIC = "public";
    PROTECTED = "protected";
    PRIVATE = "private";
    NAMED_TABLE = "named_table";
    KEYPOS = "keypos";
    HEIR = "heir";
    WRITE_CONCURRENCY = "write_concurrency";
    READ_CONCURRENCY = "read_concurrency";
    DECENTRALIZED_COUNTERS = "decentralized_counters";
    COMPRESSED = "compressed";
    OWNER = "owner";
    SIZE = "size";
    NODE = "node";
    TABLE = "table";
    ID = "id";
    FIXED = "fixed";
    SAFE_FIXED = "safe_fixed";
    SAFE_FIXED_MONOTONIC_TIME = "safe_fixed_monotonic_time";
    PROTECTION = "protection";
    STATS = "stats";
    AUTO = "auto";
    NONE = "none";
    ITERATOR = "iterator";
    VALUE = "value";
    NOMATCH = "nomatch";
    IS_PROCESS_ALIVE = "is_process_alive";
    END_OF_TABLE = "$end_of_table";
    ETS_TRANSFER = "ETS-TRANSFER";
    ALL = "all";
    DOLLAR_DOLLAR = "$$";
    DOLLAR_UNDERSCORE = "$_";
    CONST = "const";
    AND = "and";
    OR = "or";
    NOT = "not";
    ANDALSO = "andalso";
    ORELSE = "orelse";
    XOR = "xor";
    IS_RECORD = "is_record";
    BAND = "band";
    BOR = "bor";
    BXOR = "bxor";
    BNOT = "bnot";
    BSL = "bsl";
    BSR = "bsr";
    DIV = "div";
    REM = "rem";
    ABS = "abs";
    ELEMENT = "element";
    HD = "hd";
    TL = "tl";
    LENGTH = "length";
    ROUND = "round";
    TRUNC = "trunc";
    SELF = "self";
    GET_TCW = "get_tcw";
    CALL_STACK = "call_stack";
    CALLER = "caller";
    IS_SEQ_TRACE = "is_seq_trace";
    GET_SEQ_TOKEN = "get_seq_token";
    SET_SEQ_TOKEN = "set_seq_token";
    MESSAGE = "message";
    RETURN_TRACE = "return_trace";
    EXCEPTION_TRACE = "exception_trace";
    SILENT = "silent";
    LITTLE = "little";
    BIG = "big";
    SIGNED = "signed";
    UNSIGNED = "unsigned";
    UTF8 = "utf8";
    UTF16 = "utf16";
    UTF32 = "utf32";
    LATIN1 = "latin1";
    APPEND = "append";
    PRIVATE_APPEND = "private_append";
    STRING = "string";
    COPY = "copy";
    REUSE = "reuse";
    INPLACE = "inplace";
    SELECT = "select";
    UNDEFINED_FUNCTION = "undefined_function";
    UNDEFINED_LAMBDA = "undefined_lambda";
    APPLY = "apply";
    EVAL = "eval";
    CALL = "call";
    CRASH_DUMP = "crash_dump";
    HALT = "halt";
    ABORT = "abort";
    CODE = "code";
    ATTRIBUTES = "attributes";
    COMPILE = "compile";
    EXPORTS = "exports";
    FUNCTIONS = "functions";
    NIFS = "nifs";
    MD5 = "md5";
    MODULE_INFO = "module_info";
    NATIVE_ADDRESSES = "native_addresses";
    NOFILE = "nofile";
    INCOMPLETE = "incomplete";
    BAD_GENERATOR = "bad_generator";
    UNSAFE = "unsafe";
    SAFE = "safe";
    USED = "used";
    DETERMINISTIC = "deterministic";
    MINOR_VERSION = "minor_version";
    CONNECTED = "connected";
    CLOSED = "closed";
    COMMAND = "command";
    DATA = "data";
    EOF = "eof";
    EXIT_STATUS = "exit_status";
    SPAWN = "spawn";
    FD = "fd";
    PACKET = "packet";
    STREAM = "stream";
    CD = "cd";
    ARGS = "args";
    ARG0 = "arg0";
    HIDE = "hide";
    USE_STDIO = "use_stdio";
    NOUSE_STDIO = "nouse_stdio";
    STDERR_TO_STDOUT = "stderr_to_stdout";
    IN = "in";
    OUT = "out";
    PARALLELISM = "parallelism";
    INPUT = "input";
    OUTPUT = "output";
    OS_PID = "os_pid";
    MAJOR = "major";
    MINOR = "minor";
    INNER = "inner";
    ALLOW_GC = "allow_gc";
    GC = "gc";
    ABORTED = "aborted";
    PENDING = "pending";
    CANCEL = "cancel";
    SCHEDULED = "scheduled";
    ACCESS = "access";
    ACCESSED = "accessed";
    MONOTONIC = "monotonic";
    STRICT_MONOTONIC = "strict_monotonic";
    DIST = "dist";
    SPAWN_REQUEST = "spawn_request";
    SPAWN_REPLY = "spawn_reply";
    UNSET = "unset";
    EMULATOR = "emulator";
    VERSION = "version";
    SCHEDULERS = "schedulers";
    PROCESS_COUNT = "process_count";
    BADNODE = "badnode";
    BADTYPE = "badtype";
    BAD_OPTION = "bad_option";
    SYSTEM_FLAG = "system_flag";
    SYSTEM_LOGGER = "system_logger";
    LOGGER = "logger";
    PLUS = "+";
    MINUS = "-";
    TIMES = "*";
    DIVIDE = "/";
    LESS_THAN = "<";
    GREATER_THAN = ">";
    LESS_OR_EQUAL = "=<";
    GREATER_OR_EQUAL = ">=";
    EQUAL_TO = "==";
    NOT_EQUAL = "/=";
    EXACTLY_EQUAL = "=:=";
    EXACTLY_NOT_EQUAL = "=/=";
    NOTSUP = "notsup";
    UNIT = "unit";
    SHORT = "short";
    NO_FLOAT = "no_float";
    INVALID = "invalid";
    FORMAT_BS_FAIL = "format_bs_fail";
    FUNCTION = "function";
    CONTINUE = "continue";
    EXITED = "exited";
    BADOPT = "badopt";
    NOTALIVE = "notalive";
    CANCEL_TIMER = "cancel_timer";
    READ_TIMER = "read_timer";
    TIMEOUT = "timeout";
    COPY_LITERALS = "copy_literals";
    CHECK_PROCESS_CODE = "check_process_code";
    GARBAGE_COLLECT = "garbage_collect";
    INHERIT = "inherit";
    AWAIT_RESULT = "await_result";
    UNLESS_SUSPENDING = "unless_suspending";
    ASYNCHRONOUS = "asynchronous";
    MONITOR_NODES = "monitor_nodes";
    BADFIELD = "badfield";
    NOVALUE = "novalue";
    IS_EXPORTED = "is_exported";
}
