//! Raising: finds the handler on the Erlang stack, takes the stack trace, never touches the native stack.
//!
//! The trace is taken raw, as the addresses on the stack, and only made into a list when someone asks for it (`build_stacktrace`, an
//! exit report). A raw trace is a term: a tuple of the addresses (a tuple of small integers; a list that was given to `raise/3` in their
//! place), the arguments or arity of the function at fault if that is not where the first address points, the cause for `error_info`, and
//! the class.

use super::dispatch::{self, Outcome, header, leave};
use super::frame::{Frame, Handler};
use super::registers::Registers;
use crate::code::{Places, Row};
use crate::machine::machine;
use crate::process::{Class, Owned};
use crate::trace::call;
use oxbeam_term::atom::{Atom, known};
use oxbeam_term::{Builder, Term, View, Word};
use smallvec::SmallVec;
use std::sync::LazyLock;

/// Addresses kept of a stack, unless `backtrace_depth` says otherwise.
pub const BACKTRACE_DEPTH: usize = 8;

/// Exceptions that a process may catch without a call between, once it has no reductions left.
const LATE_CATCHES: u32 = 100_000;

/// Sets `error:Reason`.
pub fn set_error(owned: &mut Owned, reason: Word) {
    set(owned, Class::Error, reason);
}

/// Sets an exception whose trace is still to be taken.
pub fn set(owned: &mut Owned, class: Class, reason: Word) {
    owned.exception.class = class;
    owned.exception.reason = reason;
    owned.exception.trace = Word::NONE;
    owned.exception.cause = Word::NONE;
    owned.exception.culprit = None;
}

/// Raises the process's exception at `pc`: goes on at the handler, or ends the process.
///
/// # Safety
/// As for a handler; the exception is set.
#[cold]
#[inline(never)]
pub unsafe extern "C-unwind" fn unwind(
    pc: *const u64,
    e: *mut Word,
    htop: *mut Word,
    registers: *mut Registers,
    reds: i64,
) {
    // SAFETY: the worker runs this process; its stack is well-formed.
    unsafe {
        let frame = Frame {
            pc,
            next: pc,
            e,
            htop,
            registers,
            reds,
        };
        let owned = frame.borrow_heap();
        if owned.exception.trace.is_none() {
            take_trace(owned, pc, e);
        }
        let htop = owned.heap.heap_top();
        // Between two calls, which give way when no reductions are left, code catches as often as its handlers are nested. What
        // raises and catches without an end ends here.
        let reds = reds - 1;
        owned.late_catches += u32::from(reds <= 0);
        if owned.catches > 0
            && owned.late_catches < LATE_CATCHES
            && let Some((handler, frame_start)) = find_handler(owned, e)
        {
            call::unwinds(frame.process(), e, frame_start, true);
            let owned = frame.owned();
            owned.heap.stack = frame_start;
            // X0 stays free: `try_case` and `catch_end` want the class in X1, the reason in X2 and the trace in X3 as `erl_internal`
            // handlers do; the instructions themselves move them.
            (*registers).x[0] = Word::NONE;
            (*registers).x[1] = Word::atom(owned.exception.class.atom());
            (*registers).x[2] = owned.exception.reason;
            (*registers).x[3] = owned.exception.trace;
            owned.exception.trace = Word::NIL;
            owned.exception.reason = Word::NIL;
            // The trace may have gone to a fragment; whoever raises again and again builds nothing else.
            if owned.heap.wants_collection() {
                (*registers).need = 0;
                (*registers).live = 4;
                return dispatch::collect_and_go(handler, frame_start, htop, registers, reds);
            }
            return (*handler.cast::<Handler>())(handler, frame_start, htop, registers, reds);
        }
        call::unwinds(frame.process(), e, owned.heap.end(), false);
        exit_at(pc, e, htop, registers, reds)
    }
}

/// Ends the process with the exception that is set.
///
/// # Safety
/// As for a handler.
#[cold]
#[inline(never)]
pub unsafe extern "C-unwind" fn exit_at(
    pc: *const u64,
    e: *mut Word,
    htop: *mut Word,
    registers: *mut Registers,
    reds: i64,
) {
    // SAFETY: the worker runs this process.
    unsafe { leave(pc, e, htop, registers, reds, 0, Outcome::Exited) }
}

/// The innermost handler: its code, and the frame that it belongs to.
unsafe fn find_handler(owned: &Owned, e: *mut Word) -> Option<(*const u64, *mut Word)> {
    let end = owned.heap.end();
    let mut at = e;
    let mut frame = e;
    // SAFETY: between stack pointer and block end all words are terms, return addresses or catch tags.
    unsafe {
        while at < end {
            let word = *at;
            at = at.add(1);
            if word.is_catch_tag() {
                return Some((crate::code::catch::handler(word.catch_index()), frame));
            }
            if word.is_header() && !word.is_none() {
                frame = at;
            }
        }
    }
    None
}

/// Takes the trace: `pc` and the return addresses.
#[inline(never)]
unsafe fn take_trace(owned: &mut Owned, pc: *const u64, e: *mut Word) {
    let depth = machine().backtrace_depth();
    let mut addresses: SmallVec<[Term<'_>; 16]> = SmallVec::new();
    let mut push = |address: u64| addresses.push(Term::small(address as i64));
    // The native that failed is a row of its own; one row there is whatever the depth.
    let native = owned
        .exception
        .culprit
        .as_ref()
        .is_some_and(|culprit| culprit.native);
    if (!native || depth > 1) && !call::is_frame(Word(pc as u64 + 8)) {
        push(pc as u64);
    }
    let end = owned.heap.end();
    let mut at = e;
    let mut count = 1 + usize::from(native);
    let mut last = 0;
    // SAFETY: as in `find_handler`.
    unsafe {
        while at < end && count < depth {
            let word = *at;
            at = at.add(1);
            // Of a recursion only one row is kept.
            if word.is_header() && !word.is_none() && word.0 != last && !call::is_frame(word) {
                last = word.0;
                // The call, not what follows it: lines belong to addresses within the call.
                push(word.0 - 8);
                count += 1;
            }
        }
        let culprit = owned.exception.culprit.take();
        let cause = owned.exception.cause;
        let mut builder = owned.heap.arena.builder();
        let addresses = builder.tuple(&addresses);
        let culprit = match culprit {
            None => Term::NIL,
            Some(culprit) => {
                let arguments = culprit
                    .arguments
                    .map_or(Term::small(i64::from(culprit.arity)), |word| {
                        Term::from_word(word)
                    });
                builder.tuple(&[
                    Term::atom(culprit.module),
                    Term::atom(culprit.function),
                    arguments,
                    Term::boolean(culprit.native),
                ])
            }
        };
        let cause = if let Some(map) = owned.exception.error_info.take() {
            builder.tuple(&[Term::from_word(map), Term::atom(known::ERROR_INFO)])
        } else if cause.is_none() {
            Term::NIL
        } else {
            builder.tuple(&[Term::from_word(cause)])
        };
        let class = Term::atom(owned.exception.class.atom());
        owned.exception.trace = builder.tuple(&[addresses, culprit, cause, class]).word();
        owned.exception.cause = Word::NONE;
    }
}

/// The stack from `e` to `end` as a list, `depth` frames at most.
///
/// # Safety
/// All words between are of a process's stack.
pub(crate) unsafe fn stack_from<'p>(
    builder: &mut Builder<'p>,
    e: *const Word,
    end: *const Word,
    depth: usize,
) -> Term<'p> {
    let places = machine().code.places();
    let mut frames: SmallVec<[Term<'p>; 16]> = SmallVec::new();
    let (mut at, mut last) = (e, 0);
    while at < end && frames.len() < depth {
        // SAFETY: the caller's promise.
        let word = unsafe { *at };
        at = at.wrapping_add(1);
        if word.is_header() && !word.is_none() && word.0 != last {
            last = word.0;
            frames.extend(frame(builder, &places, word.0 - 8));
        }
    }
    builder.list(frames)
}

/// A trace that was given, a list or raw, as one that is raised with `class`.
pub fn with_class<'p>(builder: &mut Builder<'p>, trace: Term<'p>, class: Class) -> Term<'p> {
    let class = Term::atom(class.atom());
    match trace.as_tuple_of::<4>() {
        Some([addresses, culprit, cause, _]) => builder.tuple(&[addresses, culprit, cause, class]),
        None => builder.tuple(&[trace, Term::NIL, Term::NIL, class]),
    }
}

/// A stack trace as a list: what `build_stacktrace` gives for a raw one; a list is returned as it is.
pub fn build_trace<'p>(builder: &mut Builder<'p>, trace: Term<'p>) -> Term<'p> {
    let Some([addresses, culprit, cause, _]) = trace.as_tuple_of::<4>() else {
        return trace;
    };
    let Some(addresses) = addresses.tuple_elements() else {
        // Someone's own.
        return addresses;
    };
    let mut frames: SmallVec<[Term<'p>; 16]> = SmallVec::new();
    let places = machine().code.places();
    let mut addresses = addresses
        .iter()
        .map(|address| address.as_small().unwrap_or(0) as u64);
    if let Some([module, function, arguments, native]) = culprit.as_tuple_of::<4>() {
        let at = addresses.next();
        let location = if native.as_boolean() == Some(true) {
            error_info(builder, module, cause)
        } else {
            at.and_then(|address| places.row(address))
                .map_or(Term::NIL, |row| location(builder, row))
        };
        frames.push(builder.tuple(&[module, function, arguments, location]));
        // The instruction at fault is the call of the native itself, or lies in the function that is named already.
        if native.as_boolean() == Some(true)
            && let Some(address) = at
        {
            frames.extend(frame(builder, &places, address));
        }
    }
    for address in addresses {
        frames.extend(frame(builder, &places, address));
    }
    // A segment that can't be built explains itself in the frame that built it.
    if let ([cause], true, Some(first)) = (
        cause.tuple_elements().unwrap_or(&[]),
        culprit.is_nil(),
        frames.first().copied(),
    ) {
        frames[0] = with_segment_cause(builder, first, *cause);
    }
    // `error/3` explains itself in its caller's frame.
    if let (Some([map, _]), Some(first)) = (cause.as_tuple_of::<2>(), frames.first().copied()) {
        frames[0] = with_info(builder, first, map);
    }
    builder.list(frames)
}

/// Adds `{error_info, …}` with the cause that `erl_erts_errors:format_bs_fail/2` explains to a frame's location.
fn with_segment_cause<'p>(builder: &mut Builder<'p>, frame: Term<'p>, cause: Term<'p>) -> Term<'p> {
    let map = builder.map_from_pairs([
        (Term::atom(known::CAUSE), cause),
        (
            Term::atom(known::FUNCTION),
            Term::atom(known::FORMAT_BS_FAIL),
        ),
        (
            Term::atom(known::MODULE),
            Term::atom(Atom::of("erl_erts_errors")),
        ),
    ]);
    with_info(builder, frame, map)
}

/// Adds `{error_info, Map}` to a frame's location.
fn with_info<'p>(builder: &mut Builder<'p>, frame: Term<'p>, map: Term<'p>) -> Term<'p> {
    let Some([module, function, arity, location]) = frame.as_tuple_of::<4>() else {
        return frame;
    };
    let info = builder.tuple(&[Term::atom(known::ERROR_INFO), map]);
    let mut location = location.proper_list().unwrap_or_default();
    location.push(info);
    let location = builder.list(location);
    builder.tuple(&[module, function, arity, location])
}

fn frame<'p>(builder: &mut Builder<'p>, places: &Places<'_>, address: u64) -> Option<Term<'p>> {
    let row = places.row(address)?;
    let location = location(builder, row);
    Some(builder.tuple(&[
        Term::atom(row.module),
        Term::atom(row.function),
        Term::small(i64::from(row.arity)),
        location,
    ]))
}

fn location<'p>(builder: &mut Builder<'p>, row: Row) -> Term<'p> {
    let Some((file, line)) = row.line else {
        return Term::NIL;
    };
    // SAFETY: a literal of a loaded module; who holds one when the module goes gets a copy.
    let file = unsafe { Term::from_word(file) };
    let file = builder.tuple(&[Term::atom(known::FILE), file]);
    let line = builder.tuple(&[Term::atom(known::LINE), Term::small(i64::from(line))]);
    builder.list([file, line])
}

/// `[{error_info, #{module => …}}]` of a native's error: the module whose `format_error/2` explains it.
fn error_info<'p>(builder: &mut Builder<'p>, module: Term<'p>, cause: Term<'p>) -> Term<'p> {
    let explainer = module.as_atom().and_then(explainer);
    let Some(explainer) = explainer else {
        return Term::NIL;
    };
    let mut pairs = vec![(Term::atom(known::MODULE), Term::atom(explainer))];
    if let Some([cause]) = cause.as_tuple_of::<1>() {
        pairs.push((Term::atom(known::CAUSE), cause));
    }
    let map = builder.map_from_pairs(pairs);
    let info = builder.tuple(&[Term::atom(known::ERROR_INFO), map]);
    builder.list([info])
}

/// Which module explains the errors of a module's natives, after the module name that OTP's table of BIFs gives.
fn explainer(module: Atom) -> Option<Atom> {
    static EXPLAINERS: LazyLock<[Atom; 3]> = LazyLock::new(|| {
        ["erl_erts_errors", "erl_stdlib_errors", "erl_kernel_errors"].map(Atom::of)
    });
    Some(
        EXPLAINERS[match module.text() {
            "erlang" | "atomics" | "counters" | "persistent_term" | "erts_internal" => 0,
            "lists" | "maps" | "ets" | "binary" | "re" | "math" | "unicode" => 1,
            "os" | "code" => 2,
            _ => return None,
        }],
    )
}

/// The value that `catch` gives for the exception in X1..X3: the value thrown, `{'EXIT', {Reason, Trace}}` or `{'EXIT', Reason}`.
pub fn catch_value<'p>(
    builder: &mut Builder<'p>,
    class: Term<'p>,
    reason: Term<'p>,
    trace: Term<'p>,
) -> Term<'p> {
    match class.as_atom().and_then(Class::from_atom) {
        Some(Class::Throw) => reason,
        Some(Class::Error) => {
            let trace = build_trace(builder, trace);
            let reason = builder.tuple(&[reason, trace]);
            builder.tuple(&[Term::atom(known::UPPER_EXIT), reason])
        }
        _ => builder.tuple(&[Term::atom(known::UPPER_EXIT), reason]),
    }
}

/// The reason that a process exits with for an exception that nobody handled.
pub fn exit_reason<'p>(
    builder: &mut Builder<'p>,
    class: Class,
    reason: Term<'p>,
    trace: Term<'p>,
) -> Term<'p> {
    match class {
        Class::Exit => reason,
        Class::Error => {
            let trace = build_trace(builder, trace);
            builder.tuple(&[reason, trace])
        }
        Class::Throw => {
            let trace = build_trace(builder, trace);
            let nocatch = builder.tuple(&[Term::atom(known::NOCATCH), reason]);
            builder.tuple(&[nocatch, trace])
        }
    }
}

/// Is this term a proper list? `raise/3` wants one for a trace.
pub fn is_trace_list(trace: Term<'_>) -> bool {
    matches!(trace.view(), View::Nil | View::Cons(_))
}

/// Arity, module and function of the function that code at `entry` belongs to, for messages of the machine's own.
///
/// # Safety
/// `entry` is a function's entry.
pub unsafe fn name_of(entry: *const u64) -> String {
    // SAFETY: the caller's promise.
    let (module, function, arity) = unsafe { dispatch::mfa_of(entry) };
    let _ = header::WORDS;
    format!("{}:{}/{}", module.text(), function.text(), arity)
}
