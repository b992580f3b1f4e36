//! How long each scheduler was at work: for `scheduler_wall_time` and microstate accounting. A thread notes when it goes to sleep and
//! when it wakes up, which it does seldom when it has work.

use crate::machine::machine;
use parking_lot::Mutex;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What a thread is for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A normal scheduler.
    Worker,
    /// A dirty CPU scheduler.
    DirtyCpu,
    /// A dirty I/O scheduler.
    DirtyIo,
}

struct Meter {
    kind: Kind,
    /// Number within its kind, from zero.
    number: usize,
    asleep: AtomicBool,
    /// When it fell asleep or woke up.
    since: AtomicU64,
    /// Nanoseconds that it has slept.
    slept: AtomicU64,
}

/// What a meter shows; times in native units.
#[derive(Copy, Clone, Debug)]
pub struct Reading {
    /// Of what kind of thread.
    pub kind: Kind,
    /// Number within its kind, from one.
    pub id: usize,
    /// Time at work.
    pub active: u64,
    /// All time.
    pub total: u64,
}

static METERS: OnceLock<Box<[Meter]>> = OnceLock::new();
static RESET: Mutex<Vec<(u64, u64)>> = Mutex::new(Vec::new());

fn meters() -> &'static [Meter] {
    METERS.get_or_init(|| {
        let machine = machine();
        let kinds = [
            (Kind::Worker, machine.scheduler.count()),
            (Kind::DirtyCpu, machine.config.dirty_cpu.max(1)),
            (Kind::DirtyIo, machine.config.dirty_io.max(1)),
        ];
        let all = kinds
            .into_iter()
            .flat_map(|(kind, count)| (0..count).map(move |number| (kind, number)));
        all.map(|(kind, number)| Meter {
            kind,
            number,
            // Dirty ones begin asleep: their threads are started when they are needed.
            asleep: AtomicBool::new(kind != Kind::Worker),
            since: AtomicU64::new(0),
            slept: AtomicU64::new(0),
        })
        .collect()
    })
}

fn meter(kind: Kind, number: usize) -> Option<&'static Meter> {
    meters()
        .iter()
        .find(|meter| meter.kind == kind && meter.number == number)
}

/// The thread falls asleep.
pub fn sleeps(kind: Kind, number: usize) {
    if let Some(meter) = meter(kind, number) {
        meter.since.store(machine().time.now(), Ordering::Relaxed);
        meter.asleep.store(true, Ordering::Release);
    }
}

/// The thread wakes up.
pub fn wakes(kind: Kind, number: usize) {
    if let Some(meter) = meter(kind, number) {
        let now = machine().time.now();
        let since = meter.since.swap(now, Ordering::Relaxed);
        meter.asleep.store(false, Ordering::Release);
        meter
            .slept
            .fetch_add(now.saturating_sub(since), Ordering::Relaxed);
    }
}

/// Threads that are at work.
pub fn running() -> impl Iterator<Item = (Kind, usize)> {
    meters()
        .iter()
        .filter(|meter| !meter.asleep.load(Ordering::Acquire))
        .map(|meter| (meter.kind, meter.number))
}

/// What all meters show.
pub fn read() -> Vec<Reading> {
    let now = machine().time.now();
    let read = |meter: &Meter| {
        let mut slept = meter.slept.load(Ordering::Relaxed);
        if meter.asleep.load(Ordering::Acquire) {
            slept += now.saturating_sub(meter.since.load(Ordering::Relaxed));
        }
        Reading {
            kind: meter.kind,
            id: meter.number + 1,
            active: now.saturating_sub(slept),
            total: now,
        }
    };
    meters().iter().map(read).collect()
}

/// What all meters show, without what they had shown at the last reset.
pub fn read_since_reset() -> Vec<Reading> {
    let reset = RESET.lock();
    let mut readings = read();
    for (reading, (active, total)) in readings.iter_mut().zip(reset.iter()) {
        reading.active = reading.active.saturating_sub(*active);
        reading.total = (reading.total - total).max(reading.active);
    }
    readings
}

/// [`read_since_reset`] begins anew.
pub fn reset() {
    *RESET.lock() = read()
        .iter()
        .map(|reading| (reading.active, reading.total))
        .collect();
}
