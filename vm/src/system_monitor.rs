//! `erlang:system_monitor/2`: one process is told of collections and turns that take long, of heaps and message queues that grow large,
//! and of processes that wait for a busy port. While nobody watches, each place where that may happen reads one number.
//! Follows the documentation of the function.

use crate::code::Place;
use crate::machine::machine;
use crate::process::{Message, Owned, Process};
use crate::signal::{self, Signal};
use oxbeam_term::atom::known;
use oxbeam_term::{Atom, Builder, Term};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// What is watched for; `None`: not.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Who watches.
    pub process: Option<u64>,
    /// Words of a heap.
    pub large_heap: Option<i64>,
    /// Milliseconds of a collection.
    pub long_gc: Option<i64>,
    /// Milliseconds of a turn.
    pub long_schedule: Option<i64>,
    /// A process waits for a port.
    pub busy_port: bool,
    /// A process waits for a connection to another node.
    pub busy_node: bool,
    /// Lengths of a message queue at which it is not long any more, and long.
    pub queue: Option<(i64, i64)>,
}

const OFF: i64 = i64::MAX;
const NOBODY: u64 = u64::MAX;

struct Limits {
    process: AtomicU64,
    large_heap: AtomicI64,
    long_gc: AtomicI64,
    long_schedule: AtomicI64,
    busy_port: AtomicI64,
    busy_node: AtomicI64,
    short_queue: AtomicI64,
    long_queue: AtomicI64,
}

const fn off() -> AtomicI64 {
    AtomicI64::new(OFF)
}

static LIMITS: Limits = Limits {
    process: AtomicU64::new(NOBODY),
    large_heap: off(),
    long_gc: off(),
    long_schedule: off(),
    busy_port: off(),
    busy_node: off(),
    short_queue: off(),
    long_queue: off(),
};

/// Sets who watches, and for what.
pub fn set(settings: &Settings) {
    let process = settings.process.unwrap_or(NOBODY);
    let limit = |value: Option<i64>| value.filter(|_| process != NOBODY).unwrap_or(OFF);
    let set = |to: &AtomicI64, value| to.store(limit(value), Ordering::Relaxed);
    LIMITS.process.store(process, Ordering::Relaxed);
    set(&LIMITS.large_heap, settings.large_heap);
    set(&LIMITS.long_gc, settings.long_gc);
    set(&LIMITS.long_schedule, settings.long_schedule);
    set(&LIMITS.busy_port, settings.busy_port.then_some(0));
    set(&LIMITS.busy_node, settings.busy_node.then_some(0));
    set(&LIMITS.short_queue, settings.queue.map(|queue| queue.0));
    set(&LIMITS.long_queue, settings.queue.map(|queue| queue.1));
}

#[inline]
fn get(limit: &AtomicI64) -> Option<i64> {
    Some(limit.load(Ordering::Relaxed)).filter(|&limit| limit != OFF)
}

/// `{monitor, Pid, Kind, Value}` to whoever watches, unless it is about that process itself.
fn tell(about: u64, kind: &str, value: impl for<'p> FnOnce(&mut Builder<'p>) -> Term<'p>) {
    let watcher = LIMITS.process.load(Ordering::Relaxed);
    if watcher == NOBODY || watcher == about {
        return;
    }
    let message = Message::build(|builder| {
        let value = value(builder);
        builder.tuple(&[
            Term::atom(known::MONITOR),
            Term::local_pid(about),
            Term::atom(Atom::of(kind)),
            value,
        ])
    });
    if signal::deliver(watcher, Signal::Message(message)).is_err() {
        set(&Settings::default());
    }
}

/// When a collection begins, if anybody wants to know how long it takes.
#[inline]
pub fn collection_begins() -> Option<u64> {
    get(&LIMITS.long_gc).map(|_| machine().time.now())
}

/// Milliseconds that a collection which is watched takes longer than it must, for OTP's test suites.
pub static LONGER: AtomicU64 = AtomicU64::new(0);

/// A collection has ended that began at `begun`.
#[inline]
pub fn collection_ends(owned: &Owned, begun: Option<u64>) {
    if let Some(limit) = get(&LIMITS.large_heap)
        && (owned.heap.size_words() + owned.heap.old_words()) as i64 >= limit
    {
        tell(owned.number, "large_heap", |builder| {
            sizes(builder, owned, None)
        });
    }
    if let (Some(begun), Some(limit)) = (begun, get(&LIMITS.long_gc)) {
        let longer = LONGER.load(Ordering::Relaxed);
        if longer > 0 {
            std::thread::sleep(Duration::from_millis(longer));
        }
        let took = milliseconds_since(begun);
        if took > limit {
            tell(owned.number, "long_gc", |builder| {
                sizes(builder, owned, Some(took))
            });
        }
    }
}

fn milliseconds_since(begun: u64) -> i64 {
    (machine().time.now().saturating_sub(begun) / 1_000_000) as i64
}

fn sizes<'p>(builder: &mut Builder<'p>, owned: &Owned, took: Option<i64>) -> Term<'p> {
    let heap = &owned.heap;
    let mut rows: Vec<(&str, i64)> = took.map(|took| ("timeout", took)).into_iter().collect();
    rows.extend(
        [
            ("old_heap_block_size", heap.old_words()),
            ("heap_block_size", heap.size_words()),
            ("mbuf_size", heap.arena.fragment_words),
            ("stack_size", heap.stack_words()),
            ("old_heap_size", heap.old_used_words()),
            ("heap_size", heap.used_words()),
        ]
        .map(|(key, words)| (key, words as i64)),
    );
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(key, value)| {
            let value = builder.integer(value);
            builder.tuple(&[Term::atom(Atom::of(key)), value])
        })
        .collect();
    builder.list(rows)
}

/// A turn that began, and where.
pub struct Turn {
    begun: u64,
    place: Option<Place>,
}

/// A process begins its turn at `place`, if anybody wants to know.
#[inline]
pub fn turn_begins(place: impl FnOnce() -> Option<Place>) -> Option<Turn> {
    get(&LIMITS.long_schedule).map(|_| Turn {
        begun: machine().time.now(),
        place: place(),
    })
}

/// The turn has ended at `place`.
#[cold]
pub fn turn_ends(process: u64, turn: &Turn, place: Option<Place>) {
    let took = milliseconds_since(turn.begun);
    if get(&LIMITS.long_schedule).is_none_or(|limit| took <= limit) {
        return;
    }
    tell(process, "long_schedule", |builder| {
        let mut rows = Vec::new();
        let took = builder.integer(took);
        rows.push(builder.tuple(&[Term::atom(known::TIMEOUT), took]));
        for (key, place) in [("in", turn.place.as_ref()), ("out", place.as_ref())] {
            let value = match place {
                Some(place) => builder.tuple(&[
                    Term::atom(place.module),
                    Term::atom(place.function),
                    Term::small(i64::from(place.arity)),
                ]),
                None => Term::atom(known::UNDEFINED),
            };
            rows.push(builder.tuple(&[Term::atom(Atom::of(key)), value]));
        }
        builder.list(rows)
    });
}

/// A process waits for a port that is busy.
pub fn port_is_busy(process: u64, port: u64) {
    if get(&LIMITS.busy_port).is_some() {
        tell(process, "busy_port", |_| Term::local_port(port));
    }
}

/// A process waits for a connection to another node, whose controller this is.
pub fn node_is_busy(process: u64, controller: Term<'static>) {
    if get(&LIMITS.busy_node).is_some() {
        tell(process, "busy_dist_port", |_| controller);
    }
}

/// A process has fetched its signals, or received what it wanted in its turn.
#[inline]
pub fn queue_changed(process: &Process, owned: &mut Owned) {
    if let Some(limit) = get(&LIMITS.long_queue) {
        let length = owned.mailbox.len() as i64;
        let was_long = owned.rare.as_ref().is_some_and(|rare| rare.long_queue);
        if !was_long && length >= limit {
            owned.rare().long_queue = true;
            tell(process.number, "long_message_queue", |_| Term::TRUE);
        } else if was_long && get(&LIMITS.short_queue).is_some_and(|limit| length <= limit) {
            owned.rare().long_queue = false;
            tell(process.number, "long_message_queue", |_| Term::FALSE);
        }
    }
}
