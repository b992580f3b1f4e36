//! `Machine`: everything that there is one of.

use crate::code::Code;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The machine. There is one in an operating system process.
pub struct Machine {
    /// Code.
    pub code: Code,
    backtrace_depth: AtomicUsize,
}

static MACHINE: OnceLock<Machine> = OnceLock::new();

/// The machine.
///
/// # Panics
/// Before the machine was built.
#[inline(always)]
pub fn machine() -> &'static Machine {
    MACHINE
        .get()
        .expect("the machine is built before anything runs on it")
}

impl Machine {
    /// Frames that a stack trace holds at most (`system_flag(backtrace_depth, _)`).
    #[inline]
    pub fn backtrace_depth(&self) -> usize {
        self.backtrace_depth.load(Ordering::Relaxed)
    }
}
