//! What `erlang:system_flag/2` changes, beside what belongs to a part of the machine.

use crate::machine::machine;
use parking_lot::Mutex;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A number that may be changed.
pub struct Number(AtomicUsize);

impl Number {
    fn new(value: usize) -> Number {
        Number(AtomicUsize::new(value))
    }
    /// Its value.
    #[inline]
    pub fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
    /// Sets it; what it was.
    pub fn set(&self, value: usize) -> usize {
        self.0.swap(value, Ordering::Relaxed)
    }
}

/// A process that has asked for only one scheduler to run, and how often.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Blocker {
    /// The process.
    pub process: u64,
    /// `block_normal`, which leaves the dirty schedulers alone, or `block`.
    pub normal: bool,
    /// How often.
    pub count: usize,
}

/// The flags.
pub struct Flags {
    /// `schedulers_online`; while a process blocks the others, fewer run.
    pub schedulers_online: Number,
    /// `dirty_cpu_schedulers_online`
    pub dirty_cpu_online: Number,
    /// `trace_control_word`
    pub trace_control_word: Number,
    /// `outstanding_system_requests_limit`
    pub outstanding_requests: Number,
    /// `microstate_accounting`
    pub microstate_accounting: AtomicBool,
    /// `scheduler_wall_time`
    pub scheduler_wall_time: AtomicBool,
    /// `multi_scheduling`
    pub blockers: Mutex<Vec<Blocker>>,
}

static FLAGS: LazyLock<Flags> = LazyLock::new(|| {
    let config = &machine().config;
    Flags {
        schedulers_online: Number::new(machine().scheduler.online()),
        dirty_cpu_online: Number::new(config.dirty_cpu_online),
        trace_control_word: Number::new(0),
        outstanding_requests: Number::new(config.settings.outstanding_requests),
        microstate_accounting: AtomicBool::new(false),
        scheduler_wall_time: AtomicBool::new(false),
        blockers: Mutex::new(Vec::new()),
    }
});

/// The flags.
#[inline]
pub fn flags() -> &'static Flags {
    &FLAGS
}
