//! `erlang:system_profile/2`: one process is told when processes and ports become runnable and stop being so, and when schedulers fall asleep and
//! wake. While nobody wants to know, each place where that happens reads one number. Follows the documentation of the function.

use crate::code::Place;
use crate::machine::machine;
use crate::process::Message;
use crate::trace::{Tracer, event};
use oxbeam_term::{Atom, Builder, Term};
use parking_lot::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

/// What is told, as bits.
pub mod flag {
    /// `runnable_procs`
    pub const PROCESSES: u32 = 1;
    /// `runnable_ports`
    pub const PORTS: u32 = 2;
    /// `scheduler`
    pub const SCHEDULERS: u32 = 4;
    /// `exclusive`: a process is not runnable while it is in a port's driver.
    pub const EXCLUSIVE: u32 = 8;
}

static FLAGS: AtomicU32 = AtomicU32::new(0);
/// Who is told, and how times are told: a flag of traces.
static PROFILER: Mutex<(Option<Tracer>, u32)> = Mutex::new((None, 0));

/// Who is told what, and how times are told (a flag of [`crate::trace::flag`]).
pub fn set(profiler: Option<Tracer>, flags: u32, time: u32) {
    let mut to = PROFILER.lock();
    let flags = if profiler.is_some() { flags } else { 0 };
    *to = (profiler, time);
    FLAGS.store(flags, Ordering::Release);
}

/// Who is told what.
pub fn settings() -> (Option<Tracer>, u32) {
    let profiler = PROFILER.lock().0.clone();
    (
        profiler.filter(Tracer::is_there),
        FLAGS.load(Ordering::Acquire),
    )
}

/// Is anybody told of any of this?
#[inline(always)]
pub fn wants(flags: u32) -> bool {
    FLAGS.load(Ordering::Relaxed) & flags != 0
}

/// Is anybody told of all of this?
pub fn wants_all(flags: u32) -> bool {
    FLAGS.load(Ordering::Relaxed) & flags == flags
}

/// `{profile, …, Time}`; of itself the profiler is not told.
fn tell(about: Term<'static>, parts: impl for<'p> FnOnce(&mut Builder<'p>) -> Vec<Term<'p>>) {
    let (Some(profiler), time) = PROFILER.lock().clone() else {
        return;
    };
    if profiler.is(about) {
        return;
    }
    if !profiler.is_there() {
        set(None, 0, 0);
        return;
    }
    profiler.send(Message::build(|builder| {
        let mut elements = vec![Term::atom(Atom::of("profile"))];
        elements.extend(parts(builder));
        elements.extend(event::timestamp(time, builder));
        builder.tuple(&elements)
    }));
}

fn state(active: bool) -> Term<'static> {
    Term::atom(Atom::of(if active { "active" } else { "inactive" }))
}

/// A process has become runnable, or has stopped being so, at `place`.
#[cold]
pub(crate) fn of_process(number: u64, active: bool, place: Option<&Place>) {
    let pid = Term::local_pid(number);
    tell(pid, |builder| {
        let place = match place {
            Some(place) => builder.tuple(&[
                Term::atom(place.module),
                Term::atom(place.function),
                Term::small(i64::from(place.arity)),
            ]),
            None => Term::small(0),
        };
        vec![pid, state(active), place]
    });
}

/// A scheduler falls asleep or wakes.
#[cold]
pub(crate) fn of_scheduler(index: usize, active: bool) {
    let count = machine().scheduler.active();
    tell(Term::NIL, |_| {
        vec![
            Term::atom(Atom::of("scheduler")),
            Term::small(index as i64 + 1),
            state(active),
            Term::small(count as i64),
        ]
    });
}
