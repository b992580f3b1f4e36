//! Messages to tracers: `{trace, Tracee, Tag, …}`, with scheduler and time behind if they are wanted.

use super::act::Acts;
use super::tracer::{Kind, Told, Wants};
use super::{TraceRef, Tracee, Tracer, flag};
use crate::machine::machine;
use crate::match_spec::{Runner, Subject};
use crate::process::{Owned, Process};
use crate::release::Release;
use oxbeam_term::atom::known;
use oxbeam_term::boxed::external::this_node;
use oxbeam_term::copy::copy;
use oxbeam_term::gc::Extent;
use oxbeam_term::{Atom, Builder, Term};
use smallvec::SmallVec;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// What stands between the tracee and the time.
pub type Parts<'p> = SmallVec<[Term<'p>; 4]>;

/// Times are those of the processor: `cpu_timestamp`.
static CPU_TIME: AtomicBool = AtomicBool::new(false);
/// Somebody traces collections, or did.
static COLLECTIONS: AtomicBool = AtomicBool::new(false);

/// `cpu_timestamp`
pub fn use_cpu_time(yes: bool) {
    CPU_TIME.store(yes, Ordering::Relaxed);
}

/// Collections are traced from now on.
pub fn collections_are_traced() {
    COLLECTIONS.store(true, Ordering::Relaxed);
}

/// Microseconds since 1970, never the same twice (`erlang:now/0`).
pub fn next_now() -> i64 {
    static LAST: AtomicI64 = AtomicI64::new(0);
    let now = machine().time.system().div_euclid(1000);
    let mut last = LAST.load(Ordering::Relaxed);
    loop {
        let next = now.max(last + 1);
        match LAST.compare_exchange_weak(last, next, Ordering::AcqRel, Ordering::Relaxed) {
            Ok(_) => return next,
            Err(other) => last = other,
        }
    }
}

/// The time, in the form that the flags ask for.
pub fn timestamp<'p>(flags: u32, builder: &mut Builder<'p>) -> Option<Term<'p>> {
    Some(if flags & flag::TIMESTAMP != 0 {
        let micro = if CPU_TIME.load(Ordering::Relaxed) {
            let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
            time.tv_sec * 1_000_000 + time.tv_nsec / 1000
        } else {
            next_now()
        };
        let parts = [
            micro.div_euclid(1_000_000_000_000),
            micro.div_euclid(1_000_000) % 1_000_000,
            micro % 1_000_000,
        ];
        builder.tuple(&parts.map(Term::small))
    } else if flags & flag::STRICT_MONOTONIC_TIMESTAMP != 0 {
        let now = builder.integer(machine().time.monotonic());
        let unique = crate::unique::next_monotonic_integer() as i64;
        let unique = builder.integer(crate::unique::MIN_UNIQUE + unique);
        builder.tuple(&[now, unique])
    } else if flags & flag::MONOTONIC_TIMESTAMP != 0 {
        builder.integer(machine().time.monotonic())
    } else {
        return None;
    })
}

/// How modules are told of [`flag::TIMESTAMP`].
pub(super) fn timestamp_name() -> &'static str {
    if CPU_TIME.load(Ordering::Relaxed) {
        "cpu_timestamp"
    } else {
        "timestamp"
    }
}

/// Which scheduler the calling thread is, from 1; 0: none.
pub(super) fn scheduler_id() -> i64 {
    crate::sched::current_worker().map_or(0, |worker| worker as i64 + 1)
}

/// The whole message around what is told.
pub(super) fn whole<'p>(
    builder: &mut Builder<'p>,
    tracee: Term<'_>,
    flags: u32,
    told: &Told<'p>,
) -> Term<'p> {
    let scheduler = (flags & flag::SCHEDULER_ID != 0).then(|| Term::small(scheduler_id()));
    let time = timestamp(flags, builder);
    let tag = if time.is_some() {
        Term::atom(Atom::of("trace_ts"))
    } else {
        Term::atom(known::TRACE)
    };
    let mut elements: SmallVec<[Term<'p>; 8]> = SmallVec::new();
    elements.push(tag);
    // A pid, a port: an immediate.
    elements.push(copy(tracee, builder));
    elements.extend_from_slice(&told.parts);
    elements.extend(told.result);
    elements.extend(scheduler);
    elements.extend(time);
    builder.tuple(&elements)
}

/// Tells the tracers of those sessions that have any of `wanted` set.
pub(crate) fn tell(
    tracee: &Tracee,
    pid: Term<'static>,
    wanted: u32,
    parts: &mut dyn for<'p> FnMut(&mut Builder<'p>) -> Parts<'p>,
) {
    for entry in tracee.refs() {
        if entry.flags & wanted == 0 || !entry.session.is_alive() {
            continue;
        }
        let heeds = wanted == flag::SEND && Release::current().ports_heed_send_patterns;
        if heeds && !entry.session.send().on {
            continue;
        }
        let Some(tracer) = &entry.tracer else {
            continue;
        };
        let kind = Kind::of(wanted);
        let is_module = matches!(tracer, Tracer::Module(_));
        // A module is asked when the tag is known.
        if !is_module && tracer_of(tracee, pid, &entry, kind, "").is_none() {
            continue;
        }
        let told = tracer.tell(kind, is_module, pid, entry.flags, &mut |builder| {
            Some(parts(builder).into())
        });
        if !told {
            tracee.remove(entry.session.id);
        }
    }
}

/// Who is to be told of this: nobody traces itself, and one that is gone traces no more.
pub(super) fn tracer_of(
    tracee: &Tracee,
    pid: Term<'static>,
    entry: &TraceRef,
    kind: Kind,
    tag: &str,
) -> Option<Tracer> {
    let tracer = entry.tracer.as_ref()?;
    match tracer.wants(kind, tag, pid) {
        Wants::Told => Some(tracer.clone()),
        Wants::Nothing => None,
        Wants::Gone => {
            tracee.remove(entry.session.id);
            None
        }
    }
}

/// Tells of `{Tag, Term}` of a process.
#[cold]
pub fn simple(process: &Process, wanted: u32, tag: &str, term: Term<'_>) {
    tell(
        &process.trace,
        Term::local_pid(process.number),
        wanted,
        &mut |builder| {
            let term = copy(term, builder);
            SmallVec::from_slice(&[Term::atom(Atom::of(tag)), term])
        },
    );
}

/// A process has started another one, or was started.
#[cold]
pub(crate) fn spawned(
    process: &Process,
    tag: &str,
    other: Term<'_>,
    called: (Atom, Atom),
    arguments: &[Term<'_>],
) {
    tell(
        &process.trace,
        Term::local_pid(process.number),
        flag::PROCS,
        &mut |builder| {
            let other = copy(other, builder);
            let copies: Vec<_> = arguments.iter().map(|term| copy(*term, builder)).collect();
            let arguments = builder.list(copies);
            let mfa = builder.tuple(&[Term::atom(called.0), Term::atom(called.1), arguments]);
            SmallVec::from_slice(&[Term::atom(Atom::of(tag)), other, mfa])
        },
    );
}

/// A process begins or ends a turn, at `place`.
#[cold]
pub(crate) fn scheduled(
    process: &Process,
    wanted: u32,
    tag: &str,
    place: Option<(Atom, Atom, u32)>,
) {
    tell(
        &process.trace,
        Term::local_pid(process.number),
        wanted,
        &mut |builder| {
            let place = match place {
                Some((module, function, arity)) => builder.tuple(&[
                    Term::atom(module),
                    Term::atom(function),
                    Term::small(i64::from(arity)),
                ]),
                None => Term::small(0),
            };
            SmallVec::from_slice(&[Term::atom(Atom::of(tag)), place])
        },
    );
}

/// A collection begins, for so many words.
#[inline]
pub(crate) fn collection(owned: &Owned, extent: Extent, need: usize) {
    if COLLECTIONS.load(Ordering::Relaxed) {
        let major = matches!(extent, Extent::Major);
        let tag = if major {
            "gc_major_start"
        } else {
            "gc_minor_start"
        };
        tell_collection(owned, tag, need);
    }
}

/// It has ended, and has freed so many words.
#[inline]
pub(crate) fn collected(owned: &Owned, major: bool, words: usize) {
    if COLLECTIONS.load(Ordering::Relaxed) {
        let tag = if major {
            "gc_major_end"
        } else {
            "gc_minor_end"
        };
        tell_collection(owned, tag, words);
    }
}

#[cold]
fn tell_collection(owned: &Owned, tag: &'static str, words: usize) {
    let Some(process) = machine().processes.get(owned.number) else {
        return;
    };
    if !process.trace.has(flag::GARBAGE_COLLECTION) {
        return;
    }
    tell(
        &process.trace,
        Term::local_pid(process.number),
        flag::GARBAGE_COLLECTION,
        &mut |builder| {
            let info = crate::process::info::garbage_collection_info(builder, owned);
            let words = builder.integer(words as i64);
            let words = builder.tuple(&[Term::atom(Atom::of("wordsize")), words]);
            let info = builder.cons(words, info);
            SmallVec::from_slice(&[Term::atom(Atom::of(tag)), info])
        },
    );
}

/// A process sends a message.
#[cold]
pub(crate) fn send(process: &Process, to: Term<'_>, message: Term<'_>) {
    let tag = match to.as_local_pid() {
        Some(number) if number != process.number && machine().processes.get(number).is_none() => {
            "send_to_non_existing_process"
        }
        _ => "send",
    };
    for entry in process.trace.refs() {
        if entry.flags & flag::SEND == 0 || !entry.session.is_alive() {
            continue;
        }
        let pattern = entry.session.send();
        if pattern.on {
            matched(
                process,
                &entry,
                (Kind::Send, tag),
                pattern.specification.as_deref(),
                &[to, message],
                &mut |builder| {
                    let message = copy(message, builder);
                    let to = copy(to, builder);
                    SmallVec::from_slice(&[Term::atom(Atom::of(tag)), message, to])
                },
            );
        }
    }
}

/// A message has come. Who sent it is known if somebody wants to know.
#[cold]
pub(crate) fn receive(process: &Process, from: Option<Term<'_>>, message: Term<'_>) {
    for entry in process.trace.refs() {
        if entry.flags & flag::RECEIVE == 0 || !entry.session.is_alive() {
            continue;
        }
        let pattern = entry.session.receive();
        if !pattern.on {
            continue;
        }
        let undefined = Term::atom(known::UNDEFINED);
        let (node, sender) = match from {
            // Who is no process has a name only.
            Some(name) if name.as_atom().is_some() => (name, undefined),
            Some(pid) => (Term::atom(this_node().name), pid),
            None => (Term::atom(this_node().name), undefined),
        };
        matched(
            process,
            &entry,
            (Kind::Receive, "receive"),
            pattern.specification.as_deref(),
            &[node, sender, message],
            &mut |builder| {
                let message = copy(message, builder);
                SmallVec::from_slice(&[Term::atom(known::RECEIVE), message])
            },
        );
    }
}

/// Tells of an event if its match specification says so.
fn matched(
    process: &Process,
    entry: &TraceRef,
    (kind, tag): (Kind, &str),
    specification: Option<&super::Specification>,
    arguments: &[Term<'_>],
    parts: &mut dyn for<'p> FnMut(&mut Builder<'p>) -> Parts<'p>,
) {
    let pid = Term::local_pid(process.number);
    let Some(tracer) = tracer_of(&process.trace, pid, entry, kind, tag) else {
        return;
    };
    tracer.tell(kind, false, pid, entry.flags, &mut |builder| {
        let Some(specification) = specification else {
            return Some(parts(builder).into());
        };
        let mut acts = Acts::new(process, entry.session.clone(), std::ptr::null());
        let mut runner = Runner::new(process.number).with_tracer(&mut acts);
        let subject = Subject::Arguments(arguments);
        let result = runner
            .run(&specification.compiled, subject, false, builder)
            .unwrap_or(Term::FALSE);
        let silent = process
            .trace
            .of(&entry.session)
            .is_some_and(|now| now.flags & flag::SILENT != 0);
        if result.is(known::FALSE) || silent {
            return None;
        }
        let result = (!result.is(known::TRUE)).then_some(result);
        let parts = parts(builder);
        Some(Told { parts, result })
    });
}
