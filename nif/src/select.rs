//! Descriptors that are looked at for resources: `enif_select`. Follows the chapter of erl_nif, and `enif_select_x` of `erl_check_io.c`.
//!
//! A descriptor belongs to a resource from the first request to the one that stops it; the resource is kept as long. Each request is one notice
//! of the machine's poll, which sends the message that was made for it.

use crate::env::{Env, Name, Raw, term};
use crate::resource::{self, Resource};
use hashbrown::HashMap;
use oxbeam_term::boxed::reference::Magic;
use oxbeam_term::copy::copy;
use oxbeam_term::print::display_bytes;
use oxbeam_term::{Atom, Term};
use oxbeam_vm::io::poll::{self, Interest};
use oxbeam_vm::logger;
use oxbeam_vm::process::Message;
use oxbeam_vm::signal::{self, Signal};
use parking_lot::Mutex;
use std::ffi::{c_int, c_void};
use std::fmt::Write;
use std::os::fd::BorrowedFd;
use std::ptr;
use std::sync::Arc;

/// `ErlNifSelectFlags`
const STOP: c_int = 1 << 2;
const CANCEL: c_int = 1 << 3;
const CUSTOM: c_int = 1 << 4;
const READ: c_int = 1 << 0;
const WRITE: c_int = 1 << 1;
const ERROR: c_int = 1 << 5;

/// What requests are for: flag, interest (none: errors), last element of the message, how the log names it, and what tells that it was cancelled.
const KINDS: [(c_int, Option<Interest>, &str, &str, c_int); 3] = [
    (READ, Some(Interest::Read), "ready_input", "in", 1 << 4),
    (WRITE, Some(Interest::Write), "ready_output", "out", 1 << 5),
    (ERROR, None, "ready_error", "err", 1 << 6),
];

/// What `enif_select` gives.
const STOP_CALLED: c_int = 1 << 0;
const INVALID_EVENT: c_int = c_int::MIN | 1 << 2;
const FAILED: c_int = c_int::MIN | 1 << 3;

/// A message that waits for a descriptor.
struct Request {
    number: u64,
    to: u64,
    message: Message,
}

/// A descriptor in use.
struct Selected {
    /// Whose it is.
    resource: Arc<Magic>,
    /// By [`KINDS`].
    requests: [Option<Request>; 3],
}

// SAFETY: a message owns the fragment that its words lie in.
unsafe impl Send for Selected {}

struct Table {
    descriptors: HashMap<c_int, Selected>,
    last: u64,
}

static TABLE: Mutex<Option<Table>> = Mutex::new(None);

fn with<R>(body: impl FnOnce(&mut Table) -> R) -> R {
    let mut table = TABLE.lock();
    body(table.get_or_insert_with(|| Table {
        descriptors: HashMap::new(),
        last: 0,
    }))
}

/// A descriptor is ready for request `number`: its message goes on its way, if it has not been taken back.
fn ready(descriptor: c_int, kind: usize, number: u64) {
    let request = with(|table| {
        let requests = &mut table.descriptors.get_mut(&descriptor)?.requests;
        requests[kind].take_if(|request| request.number == number)
    });
    if let Some(request) = request {
        // Who has gone gets nothing.
        let _ = signal::deliver(request.to, Signal::Message(request.message));
    }
}

/// `{select, Object, Reference, ready_…}`, or the library's own message.
///
/// # Safety
/// The object is there; the words are terms.
unsafe fn message(mode: c_int, object: *mut c_void, raw: Raw, last: &str) -> Message {
    // SAFETY: the caller's promise.
    unsafe {
        if mode & CUSTOM != 0 {
            return Message::copy_of(term(raw));
        }
        Message::build(|builder| {
            let (numbers, magic) = resource::counted(object);
            let object = builder.magic_reference(numbers, magic);
            let reference = copy(term(raw), builder);
            let [tag, last] = ["select", last].map(|text| Term::atom(Atom::of(text)));
            builder.tuple(&[tag, object, reference, last])
        })
    }
}

fn printed(term: Term<'_>) -> String {
    String::from_utf8_lossy(&display_bytes(term, usize::MAX)).into_owned()
}

fn name_of(magic: &Magic) -> String {
    let resource = magic.value::<Resource>();
    resource.map_or_else(String::new, |resource| resource.type_.full_name())
}

/// A descriptor is asked for that belongs to another resource: that loses it.
fn steal(descriptor: c_int, mode: c_int, resource: &Magic, reference: Term<'_>, old: &Selected) {
    let names = [
        (READ, " READ"),
        (WRITE, " WRITE"),
        (ERROR, " ERROR"),
        (STOP, " STOP"),
        (CANCEL, " CANCEL"),
    ];
    let modes = names.iter().filter(|name| mode & name.0 != 0);
    let modes: String = modes.map(|name| name.1).collect();
    let mut text = format!(
        "enif_select(_, {descriptor},{modes}, {}, {}) stealing control of fd={descriptor} from resource {}",
        name_of(resource),
        printed(reference),
        name_of(&old.resource),
    );
    let mut with = "with";
    for (request, kind) in old.requests.iter().zip(KINDS) {
        if let Some(request) = request {
            let pid = printed(Term::local_pid(request.to));
            // A text takes whatever is written.
            let _ = write!(text, " {with} {}-pid {pid}", kind.3);
            with = "and";
        }
    }
    logger::error(&text);
}

/// How many descriptors there may be.
fn most() -> c_int {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: a place for the result.
    match unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } {
        0 => c_int::try_from(limit.rlim_cur).unwrap_or(c_int::MAX),
        _ => c_int::MAX,
    }
}

/// `enif_select_x`
///
/// # Safety
/// A call of a library's: its environment, object and terms.
pub(crate) unsafe fn select(
    env: *mut Env,
    descriptor: c_int,
    mode: c_int,
    object: *mut c_void,
    pid: *const Name,
    raw: Raw,
    message_env: *mut Env,
) -> c_int {
    if descriptor < 0 || descriptor >= most() {
        return INVALID_EVENT;
    }
    // SAFETY: the caller's promise; the descriptor is the library's, which has it open until it has stopped it.
    unsafe {
        let (_, magic) = resource::counted(object);
        let fd = BorrowedFd::borrow_raw(descriptor);
        if mode & STOP != 0 {
            return stop(descriptor, fd, object, &magic);
        }
        let foreign = with(|table| {
            let found = table.descriptors.get(&descriptor)?;
            if Arc::ptr_eq(&found.resource, &magic) {
                return None;
            }
            table.descriptors.remove(&descriptor)
        });
        if let Some(old) = foreign {
            steal(descriptor, mode, &magic, term(raw), &old);
        }
        if mode & CANCEL != 0 {
            return cancel(descriptor, fd, mode);
        }
        let to = match pid.as_ref() {
            Some(pid) => term(pid.term).as_local_pid(),
            None => (*env).process().map(|process| process.number),
        };
        let Some(to) = to else { return FAILED };
        for (index, kind) in KINDS.iter().enumerate() {
            if mode & kind.0 == 0 {
                continue;
            }
            let message = message(mode, object, raw, kind.2);
            if !ask(descriptor, fd, index, &magic, to, message) {
                return FAILED;
            }
        }
        if mode & CUSTOM != 0 && !message_env.is_null() {
            (*message_env).clear();
        }
    }
    0
}

/// Waits for a descriptor; in place of what was asked for it before.
fn ask(
    descriptor: c_int,
    fd: BorrowedFd<'_>,
    kind: usize,
    resource: &Arc<Magic>,
    to: u64,
    message: Message,
) -> bool {
    let (number, before) = with(|table| {
        table.last += 1;
        let number = table.last;
        let selected = table.descriptors.entry(descriptor);
        let selected = selected.or_insert_with(|| Selected {
            resource: Arc::clone(resource),
            requests: [None, None, None],
        });
        let request = Request {
            number,
            to,
            message,
        };
        (number, selected.requests[kind].replace(request))
    });
    // It may refer to the resource.
    drop(before);
    let notice = Box::new(move || ready(descriptor, kind, number));
    let asked = match KINDS[kind].1 {
        Some(interest) => poll::when_ready(fd, interest, notice),
        None => poll::when_broken(fd, notice),
    };
    if asked.is_ok() {
        return true;
    }
    let gone = with(|table| {
        let selected = table.descriptors.get_mut(&descriptor)?;
        selected.requests[kind] = None;
        if selected.requests.iter().any(Option::is_some) {
            return None;
        }
        table.descriptors.remove(&descriptor)
    });
    drop(gone);
    false
}

/// Takes back requests: those that were there.
fn take_back(
    selected: &mut Selected,
    fd: BorrowedFd<'_>,
    mode: c_int,
    dropped: &mut Vec<Request>,
) -> c_int {
    let mut cancelled = 0;
    for (request, kind) in selected.requests.iter_mut().zip(KINDS) {
        if mode & kind.0 != 0
            && let Some(request) = request.take()
        {
            match kind.1 {
                Some(interest) => poll::cancel(fd, interest),
                None => poll::cancel_broken(fd),
            }
            dropped.push(request);
            cancelled |= kind.4;
        }
    }
    cancelled
}

fn cancel(descriptor: c_int, fd: BorrowedFd<'_>, mode: c_int) -> c_int {
    let mut dropped = Vec::new();
    with(|table| {
        let selected = table.descriptors.get_mut(&descriptor);
        selected.map_or(0, |selected| take_back(selected, fd, mode, &mut dropped))
    })
}

/// The descriptor belongs to nobody from here on, who asked may close it: it is told so at once.
unsafe fn stop(
    descriptor: c_int,
    fd: BorrowedFd<'_>,
    object: *mut c_void,
    magic: &Arc<Magic>,
) -> c_int {
    let selected = with(|table| table.descriptors.remove(&descriptor));
    let mut dropped = Vec::new();
    let mut result = STOP_CALLED;
    let selected = selected.map(|mut selected| {
        result |= take_back(&mut selected, fd, READ | WRITE | ERROR, &mut dropped);
        poll::forget(fd);
        selected
    });
    if let Some(resource) = magic.value::<Resource>() {
        let (callbacks, instance) = resource.type_.callbacks();
        if let Some(stop) = callbacks.stop {
            let mut env = Env::alone(instance);
            // SAFETY: the library's function; the object and the library are there.
            unsafe { stop(ptr::from_mut(&mut env), object, descriptor, 1) };
        }
    }
    drop(selected);
    result
}
