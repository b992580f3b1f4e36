//! Calls, returns and exceptions of functions with breakpoints.
//!
//! What is to be told when a function returns is remembered on the stack, by a frame of a few words below the return address. A frame
//! begins with the address of code of our own, so that the function returns there; behind it come the function, the session, the
//! tracer. Traces of stacks and whoever asks for the caller pass over such frames.

use super::act::Acts;
use super::breakpoint::{Breakpoint, Measure, Row, Totals};
use super::event::{Parts, tracer_of};
use super::tracer::{Kind as Event, Told, Wants};
use super::{Specification, TraceRef, Tracee, Tracer, breakpoint, flag, session};
use crate::interp::dispatch::header;
use crate::interp::isa;
use crate::interp::ops::trace as handlers;
use crate::machine::machine;
use crate::match_spec::{Runner, Subject};
use crate::process::{Class, Owned, Process};
use oxbeam_term::atom::known;
use oxbeam_term::copy::copy;
use oxbeam_term::{Atom, Builder, Term, Word};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// Some process has, or had, a frame of ours on its stack.
static FRAMES: AtomicBool = AtomicBool::new(false);
/// Words are counted, or were.
static MEMORY: AtomicBool = AtomicBool::new(false);

/// Words that one session may put on the stack at a call.
pub(crate) const FRAME_WORDS: usize = 2 * RETURN_WORDS + RETURN_TO_WORDS + MEASURE_WORDS;
const RETURN_WORDS: usize = 6;
const RETURN_TO_WORDS: usize = 2;
const MEASURE_WORDS: usize = 4;

/// What frames are for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Kind {
    Return,
    Exception,
    ReturnTo,
    Measure,
}

/// Code that functions return to: header, and one instruction each.
type Stubs = [[u64; header::WORDS + 3]; 4];

fn stubs() -> &'static Stubs {
    static STUBS: OnceLock<Stubs> = OnceLock::new();
    STUBS.get_or_init(|| {
        let rows: [&isa::Row; 4] = [
            &handlers::return_traced,
            &handlers::exception_traced,
            &handlers::return_to_traced,
            &handlers::measured,
        ];
        rows.map(|row| {
            let handler = (row.select)(&[]) as usize as u64;
            // A header of its own, for whoever looks for the function before an address.
            let name = [known::ERLANG, known::APPLY].map(|name| Word::atom(name).0);
            [0, 0, name[0], name[1], 0, handler, 0, 0]
        })
    })
}

fn stub(kind: Kind) -> Word {
    Word(&raw const stubs()[kind as usize][header::WORDS] as u64)
}

/// The kind of frame that an address on the stack begins.
#[inline]
fn kind_of(word: Word) -> Option<Kind> {
    if !FRAMES.load(Ordering::Relaxed) {
        return None;
    }
    [Kind::Return, Kind::Exception, Kind::ReturnTo, Kind::Measure]
        .into_iter()
        .find(|kind| stub(*kind) == word)
}

/// Is this return address one of ours?
#[inline]
pub(crate) fn is_frame(word: Word) -> bool {
    kind_of(word).is_some()
}

fn words_of(kind: Kind) -> usize {
    match kind {
        Kind::Return | Kind::Exception => RETURN_WORDS,
        Kind::ReturnTo => RETURN_TO_WORDS,
        Kind::Measure => MEASURE_WORDS,
    }
}

/// The return address of the function that begins with this stack: behind all frames of ours.
///
/// # Safety
/// A return address is on top of the stack.
pub(crate) unsafe fn return_address(mut e: *const Word) -> u64 {
    // SAFETY: the caller's promise; frames are followed by what was on top before them.
    unsafe {
        while let Some(kind) = kind_of(*e) {
            e = e.add(words_of(kind));
        }
        (*e).0
    }
}

unsafe fn push(e: &mut *mut Word, words: &[Word]) {
    FRAMES.store(true, Ordering::Relaxed);
    // SAFETY: the caller has seen to the room.
    unsafe {
        *e = e.sub(words.len());
        std::ptr::copy_nonoverlapping(words.as_ptr(), *e, words.len());
    }
}

/// A call that comes to a breakpoint.
struct Call<'a> {
    process: &'a Process,
    mfa: (Atom, Atom, u32),
    arguments: &'a [Term<'a>],
    global: bool,
    entry: u64,
}

/// What a match specification has asked for.
#[derive(Copy, Clone, Default)]
struct Wanted {
    returns: bool,
    exceptions: bool,
    return_to: bool,
}

/// Does what the breakpoints of a function say at its call; gives the stack pointer.
///
/// # Safety
/// The caller runs the process, whose heap is entered; there is room for [`FRAME_WORDS`] for each row.
pub(crate) unsafe fn at_entry(
    process: &Process,
    entry: u64,
    at: &Breakpoint,
    mfa: (Atom, Atom, u32),
    arguments: &[Term<'_>],
    mut e: *mut Word,
    global: bool,
) -> *mut Word {
    let call = Call {
        process,
        mfa,
        arguments,
        global,
        entry,
    };
    for row in &at.rows {
        if !row.session.is_alive() {
            continue;
        }
        let traced = process
            .trace
            .of(&row.session)
            .filter(|traced| traced.flags & flag::CALL != 0);
        // SAFETY: the caller's promise.
        unsafe {
            if let (Some(specification), Some(traced)) = (&row.calls, &traced) {
                call.trace(row, specification.as_deref(), traced, &mut e);
            }
            if let Some((tracer, specification)) = &row.meta {
                call.trace_meta(row, tracer, specification.as_deref(), &mut e);
            }
            if let Some(count) = row.count.as_ref().filter(|count| count.active) {
                count.counted.fetch_add(1, Ordering::Relaxed);
            }
            if traced.is_some() {
                call.measure(row, &mut e);
            }
        }
    }
    e
}

impl Call<'_> {
    /// Runs the match specification within the message for the tracer, which `finish` builds if there is to be one.
    fn run<'p>(
        &self,
        row: &Row,
        specification: Option<&Specification>,
        e: *const Word,
        builder: &mut Builder<'p>,
        wanted: &mut Wanted,
    ) -> Term<'p> {
        let Some(specification) = specification else {
            return Term::TRUE;
        };
        let mut acts = Acts::new(self.process, row.session.clone(), e);
        let mut runner = Runner::new(self.process.number).with_tracer(&mut acts);
        let subject = Subject::Arguments(self.arguments);
        let result = runner.run(&specification.compiled, subject, false, builder);
        if result.is_some() {
            wanted.returns = runner.flags.return_trace;
            wanted.exceptions = runner.flags.exception_trace;
        }
        result.unwrap_or(Term::FALSE)
    }
    /// What is told of it.
    fn told<'p>(&self, builder: &mut Builder<'p>, flags: u32, result: Term<'p>) -> Told<'p> {
        let (module, function, arity) = self.mfa;
        let arguments = if flags & flag::ARITY != 0 {
            Term::small(i64::from(arity))
        } else {
            let copies: Vec<_> = self
                .arguments
                .iter()
                .map(|argument| copy(*argument, builder))
                .collect();
            builder.list(copies)
        };
        let mfa = builder.tuple(&[Term::atom(module), Term::atom(function), arguments]);
        Told {
            parts: Parts::from_slice(&[Term::atom(Atom::of("call")), mfa]),
            result: (!result.is(known::TRUE)).then_some(result),
        }
    }
    unsafe fn trace(
        &self,
        row: &Row,
        specification: Option<&Specification>,
        traced: &TraceRef,
        e: &mut *mut Word,
    ) {
        let process = self.process;
        let pid = Term::local_pid(process.number);
        let Some(tracer) = tracer_of(&process.trace, pid, traced, Event::Call, "call") else {
            return;
        };
        let mut wanted = Wanted::default();
        let mut silent = false;
        tracer.tell(Event::Call, false, pid, traced.flags, &mut |builder| {
            let result = self.run(row, specification, *e, builder, &mut wanted);
            // The specification may have changed them.
            let flags = match specification {
                Some(_) => process
                    .trace
                    .of(&row.session)
                    .map_or(0, |traced| traced.flags),
                None => traced.flags,
            };
            silent = flags & flag::SILENT != 0;
            if silent || result.is(known::FALSE) {
                return None;
            }
            wanted.return_to = !self.global && flags & flag::RETURN_TO != 0;
            Some(self.told(builder, flags, result))
        });
        if silent {
            return;
        }
        // SAFETY: the caller has seen to the room.
        unsafe { self.remember(row, wanted, None, e) };
    }
    unsafe fn trace_meta(
        &self,
        row: &Row,
        tracer: &Tracer,
        specification: Option<&Specification>,
        e: &mut *mut Word,
    ) {
        if row.meta_gone.load(Ordering::Relaxed) {
            return;
        }
        let pid = Term::local_pid(self.process.number);
        match tracer.wants(Event::Call, "call", pid) {
            Wants::Told => {}
            Wants::Nothing => return,
            Wants::Gone => return row.meta_gone.store(true, Ordering::Relaxed),
        }
        let mut wanted = Wanted::default();
        let flags = flag::CALL | flag::TIMESTAMP;
        tracer.tell(Event::Call, false, pid, flags, &mut |builder| {
            let result = self.run(row, specification, *e, builder, &mut wanted);
            (!result.is(known::FALSE)).then(|| self.told(builder, flags, result))
        });
        // SAFETY: the caller has seen to the room.
        unsafe { self.remember(row, wanted, Some(tracer), e) };
    }
    /// Puts frames on the stack for what is to be told at the return.
    unsafe fn remember(
        &self,
        row: &Row,
        wanted: Wanted,
        tracer: Option<&Tracer>,
        e: &mut *mut Word,
    ) {
        let session = Word::small(i64::from(row.session.id));
        // SAFETY: the caller has seen to the room.
        unsafe {
            if wanted.return_to && !returns_to(*e, session) {
                push(e, &[stub(Kind::ReturnTo), session]);
            }
            if wanted.returns || wanted.exceptions {
                let kind = if wanted.exceptions {
                    Kind::Exception
                } else {
                    Kind::Return
                };
                let (module, function, arity) = self.mfa;
                let tracer = tracer.map_or(Word::NIL, |tracer| {
                    let owned = &mut *self.process.owned_pointer();
                    tracer.term(&mut owned.heap.arena.builder()).word()
                });
                push(
                    e,
                    &[
                        stub(kind),
                        Word::atom(module),
                        Word::atom(function),
                        Word::small(i64::from(arity)),
                        session,
                        tracer,
                    ],
                );
            }
        }
    }
    /// Time and words up to here belong to the function that was measured before, from here on to this one.
    unsafe fn measure(&self, row: &Row, e: &mut *mut Word) {
        let active = |measure: &Option<Measure<Totals>>| {
            measure.as_ref().is_some_and(|measure| measure.active)
        };
        let (time, memory) = (active(&row.time), active(&row.memory));
        if !time && !memory {
            return;
        }
        // SAFETY: the caller runs the process.
        let owned = unsafe { &mut *self.process.owned_pointer() };
        let mut previous = 0;
        if time {
            previous = enter(owned, row, What::Time, self.entry);
        }
        if memory {
            previous = enter(owned, row, What::Memory, self.entry);
            // What a process begins with is its first function's.
            let (module, function, arity) = self.mfa;
            let initial = (module, function, arity as u8);
            if previous == 0 && owned.reductions == 0 && owned.initial_call == initial {
                // With a list of its arguments in OTP, of which `spawn/1` makes but one cell.
                let cells = if initial == (known::ERLANG, known::APPLY, 2) {
                    1
                } else {
                    i64::from(arity)
                };
                let begun_with = words(owned) + 2 * cells;
                words_came(owned, -begun_with);
            }
        }
        // SAFETY: a return address is on top of the stack; the caller has seen to the room.
        unsafe {
            if !is_frame(**e) {
                let which = i64::from(time) | i64::from(memory) << 1;
                push(
                    e,
                    &[
                        stub(Kind::Measure),
                        Word::small(i64::from(row.session.id)),
                        Word::small(which),
                        Word::small(previous as i64),
                    ],
                );
            }
        }
    }
}

/// Is a frame that tells where the function returns to on top already?
unsafe fn returns_to(mut e: *const Word, session: Word) -> bool {
    // SAFETY: a return address is on top of the stack.
    unsafe {
        while let Some(kind) = kind_of(*e) {
            if kind == Kind::ReturnTo && *e.add(1) == session {
                return true;
            }
            e = e.add(words_of(kind));
        }
    }
    false
}

/// What is measured.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum What {
    /// Nanoseconds.
    Time,
    /// Words.
    Memory,
}

/// What a process is being measured for.
pub(crate) struct Measured {
    session: u32,
    what: What,
    /// Entry of the function; 0: none.
    entry: u64,
    /// The clock, or the words allocated, when that was last counted.
    since: i64,
}

fn reading(owned: &Owned, what: What) -> i64 {
    match what {
        What::Time => machine().time.monotonic(),
        What::Memory => {
            let heap = &owned.heap;
            let used = heap.used_words() + heap.old_used_words() + heap.arena.fragment_words;
            (used as u64 + heap.reclaimed_words) as i64
        }
    }
}

fn add(process: u64, measured: &Measured, calls: u64, amount: i64) {
    if measured.entry == 0 {
        return;
    }
    // It may not be traced any more.
    let Some(row) = breakpoint::row_at(measured.entry, measured.session) else {
        return;
    };
    let measure = match measured.what {
        What::Time => row.time,
        What::Memory => row.memory,
    };
    if let Some(measure) = measure {
        let mut totals = measure.counted.lock();
        let total = totals.entry(process).or_default();
        total.0 += calls;
        total.1 += amount;
    }
}

/// What `session` measures of the process.
fn measured(owned: &mut Owned, session: u32, what: What) -> &mut Measured {
    let all = &mut owned.rare().measured;
    let at = all
        .iter()
        .position(|one| one.session == session && one.what == what);
    let at = at.unwrap_or_else(|| {
        if what == What::Memory {
            MEMORY.store(true, Ordering::Relaxed);
        }
        all.push(Measured {
            session,
            what,
            entry: 0,
            since: 0,
        });
        all.len() - 1
    });
    &mut all[at]
}

/// May words of some process be counted?
#[inline]
pub(crate) fn counts_memory() -> bool {
    MEMORY.load(Ordering::Relaxed)
}

/// Words that the process has on its heaps, or has given back.
#[cold]
pub(crate) fn words(owned: &Owned) -> i64 {
    reading(owned, What::Memory)
}

/// So many words have come, or if less than none are to be counted, for another reason than that the function that is measured has built
/// them: a message that is looked at becomes a part of the heap, and is counted when it is taken.
#[cold]
pub(crate) fn words_came(owned: &mut Owned, words: i64) {
    if let Some(rare) = &mut owned.rare {
        let memory = |one: &&mut Measured| one.what == What::Memory;
        for one in rare.measured.iter_mut().filter(memory) {
            one.since += words;
        }
    }
}

/// The process takes the message that its receive looks at.
#[cold]
pub(crate) fn takes_message(owned: &mut Owned) {
    if let Some(message) = owned.mailbox.ready() {
        // Literals count too, which OTP copies.
        // SAFETY: a message that was looked at is a term of the process.
        let size = oxbeam_term::copy::copy_all_size(unsafe { Term::from_word(message) });
        words_came(owned, -(size as i64));
    }
}

/// The function at `entry` is measured from here on; the one before.
fn enter(owned: &mut Owned, row: &Row, what: What, entry: u64) -> u64 {
    let now = reading(owned, what);
    let process = owned.number;
    let session = row.session.id;
    let one = measured(owned, session, what);
    add(process, one, 0, now - one.since);
    let before = std::mem::replace(&mut one.entry, entry);
    one.since = now;
    add(process, one, 1, 0);
    before
}

/// A measured function has returned to `previous`.
fn leave(owned: &mut Owned, session: u32, what: What, previous: u64) {
    let now = reading(owned, what);
    let process = owned.number;
    let Some(rare) = &mut owned.rare else { return };
    for one in &mut rare.measured {
        if one.session == session && one.what == what {
            add(process, one, 0, now - one.since);
            one.entry = previous;
            one.since = now;
        }
    }
}

/// The process's turn begins: the time since the last one is nobody's.
#[cold]
pub(crate) fn turn_begins(owned: &mut Owned) {
    if owned
        .rare
        .as_ref()
        .is_none_or(|rare| rare.measured.is_empty())
    {
        return;
    }
    let now = machine().time.monotonic();
    for one in &mut owned.rare().measured {
        if one.what == What::Time {
            one.since = now;
        }
    }
}

/// Its turn ends: the time up to here is counted.
#[cold]
pub(crate) fn turn_ends(owned: &mut Owned) {
    let process = owned.number;
    let Some(rare) = &mut owned.rare else { return };
    if rare.measured.is_empty() {
        return;
    }
    let now = machine().time.monotonic();
    for one in &mut rare.measured {
        if one.what == What::Time {
            add(process, one, 0, now - one.since);
            one.since = now;
        }
    }
}

/// Who is told of what follows a call that was told: a module is not asked again.
fn still(tracee: &Tracee, pid: Term<'static>, traced: &TraceRef) -> Option<Tracer> {
    match &traced.tracer {
        Some(tracer @ Tracer::Module(_)) => Some(tracer.clone()),
        _ => tracer_of(tracee, pid, traced, Event::Call, ""),
    }
}

/// Tells of the end of a call that a frame at `e` remembers.
unsafe fn tell_end(
    process: &Process,
    e: *const Word,
    tag: &str,
    value: &mut dyn for<'p> FnMut(&mut Builder<'p>) -> Term<'p>,
) {
    // SAFETY: a frame of a return: module, function, arity, session, tracer.
    let [module, function, arity, session, tracer] =
        unsafe { [1, 2, 3, 4, 5].map(|index| *e.add(index)) };
    let pid = Term::local_pid(process.number);
    let (tracer, flags) = if tracer == Word::NIL {
        let Some(session) = session::numbered(session.small_value() as u32) else {
            return;
        };
        let Some(traced) = process.trace.of(&session) else {
            return;
        };
        if traced.flags & flag::CALL == 0 {
            return;
        }
        let tracer = still(&process.trace, pid, &traced);
        (tracer, traced.flags)
    } else {
        // SAFETY: a term of the process.
        let tracer = Tracer::from_term(unsafe { Term::from_word(tracer) });
        (tracer, flag::CALL | flag::TIMESTAMP)
    };
    let Some(tracer) = tracer else { return };
    tracer.tell(Event::Call, false, pid, flags, &mut |builder| {
        let mfa = builder.tuple(&[
            Term::atom(module.atom_value()),
            Term::atom(function.atom_value()),
            Term::small(arity.small_value()),
        ]);
        let value = value(builder);
        let parts = Parts::from_slice(&[Term::atom(Atom::of(tag)), mfa, value]);
        Some(parts.into())
    });
}

/// Tells where execution goes on, in the function that `address` lies in.
fn tell_return_to(process: &Process, traced: &TraceRef, address: u64) {
    let pid = Term::local_pid(process.number);
    let tag = "return_to";
    let Some(tracer) = still(&process.trace, pid, traced) else {
        return;
    };
    tracer.tell(Event::Call, false, pid, traced.flags, &mut |builder| {
        let place = place(builder, address);
        let parts = Parts::from_slice(&[Term::atom(Atom::of(tag)), place]);
        Some(parts.into())
    });
}

/// `{Module, Function, Arity}` of the function that a return address lies in, or `undefined`.
pub(super) fn place<'p>(builder: &mut Builder<'p>, address: u64) -> Term<'p> {
    match machine().code.place(address.wrapping_sub(8)) {
        Some(place) => builder.tuple(&[
            Term::atom(place.module),
            Term::atom(place.function),
            Term::small(i64::from(place.arity)),
        ]),
        None => Term::atom(known::UNDEFINED),
    }
}

/// Returns through the frame on top of the stack, with X0 the value: the stack pointer behind it.
///
/// # Safety
/// The caller runs the process, whose heap is entered; `e` points behind the address of one of our frames.
pub(crate) unsafe fn at_return(process: &Process, value: Word, e: *mut Word) -> *mut Word {
    // SAFETY: the caller's promise: the address is still there.
    unsafe {
        let frame = e.sub(1);
        let Some(kind) = kind_of(*frame) else {
            return e;
        };
        match kind {
            Kind::Return | Kind::Exception => {
                let value: Term<'_> = Term::from_word(value);
                tell_end(process, frame, "return_from", &mut |builder| {
                    copy(value, builder)
                });
            }
            Kind::ReturnTo => {
                let session = session::numbered((*frame.add(1)).small_value() as u32);
                let traced = session.and_then(|session| process.trace.of(&session));
                if let Some(traced) = traced.filter(|traced| traced.flags & flag::RETURN_TO != 0) {
                    let address = return_address(frame.add(RETURN_TO_WORDS));
                    tell_return_to(process, &traced, address);
                }
            }
            Kind::Measure => {
                let session = (*frame.add(1)).small_value() as u32;
                let which = (*frame.add(2)).small_value();
                let previous = (*frame.add(3)).small_value() as u64;
                let owned = &mut *process.owned_pointer();
                if which & 1 != 0 {
                    leave(owned, session, What::Time, previous);
                }
                if which & 2 != 0 {
                    leave(owned, session, What::Memory, previous);
                }
            }
        }
        frame.add(words_of(kind))
    }
}

/// An exception drops the stack from `e` to `to`: tells of the calls that end by it, and where it goes on.
///
/// # Safety
/// The caller runs the process, whose exception is set; `e` to `to` is a part of its stack, `caught` says that a handler was found.
pub(crate) unsafe fn unwinds(process: &Process, e: *const Word, to: *const Word, caught: bool) {
    if !FRAMES.load(Ordering::Relaxed) {
        return;
    }
    let mut at = e;
    let mut sessions: Vec<u32> = Vec::new();
    let mut address = 0;
    // The frame before was one that tells where its function returns to.
    let mut fresh = false;
    let far = machine().release.exceptions_return_far;
    // SAFETY: the caller's promise.
    unsafe {
        let owned = process.owned_pointer();
        let (class, reason) = ((*owned).exception.class, (*owned).exception.reason);
        while at < to {
            let word = *at;
            let Some(kind) = kind_of(word) else {
                if word.is_header() && !word.is_none() {
                    address = word.0;
                    if !far && !std::mem::take(&mut fresh) {
                        sessions.clear();
                    }
                }
                at = at.add(1);
                continue;
            };
            match kind {
                Kind::Exception => {
                    let reason: Term<'_> = Term::from_word(reason);
                    tell_end(process, at, "exception_from", &mut |builder| {
                        let reason = copy(reason, builder);
                        if class == Class::Throw && !caught {
                            let reason = builder.tuple(&[Term::atom(known::NOCATCH), reason]);
                            return builder.tuple(&[Term::atom(known::ERROR), reason]);
                        }
                        builder.tuple(&[Term::atom(class.atom()), reason])
                    });
                }
                Kind::ReturnTo => {
                    fresh = true;
                    let session = (*at.add(1)).small_value() as u32;
                    if !sessions.contains(&session) {
                        sessions.push(session);
                    }
                }
                Kind::Return | Kind::Measure => {}
            }
            at = at.add(words_of(kind));
        }
    }
    if !caught || sessions.is_empty() {
        return;
    }
    for traced in process.trace.refs() {
        if traced.flags & flag::RETURN_TO != 0 && sessions.contains(&traced.session.id) {
            tell_return_to(process, &traced, address);
        }
    }
}
