//! The state word of a process, with all its transitions. Each says what is to be done next.
//!
//! A process is idle, queued or running. Whoever wakes it sets `WOKEN`; who finds it idle makes it queued and must enqueue it, so it is
//! on one queue at most. `WOKEN` is cleared when the process begins to run, before it looks at its inbox: a signal that comes later sets
//! it again, and the process does not go idle then.

use std::sync::atomic::{AtomicU32, Ordering};

const QUEUED: u32 = 1;
const RUNNING: u32 = 2;
const WOKEN: u32 = 4;
const EXITING: u32 = 8;

/// The word.
#[derive(Default)]
pub struct State(AtomicU32);

/// What to do with a process after it was woken, or has run.
#[must_use]
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Next {
    /// It has become runnable through this: put it on a queue.
    Enqueue,
    /// Nothing.
    Nothing,
}

impl State {
    /// An idle process.
    pub const fn new() -> State {
        State(AtomicU32::new(0))
    }
    fn change(&self, mut to: impl FnMut(u32) -> u32) -> u32 {
        let mut now = self.0.load(Ordering::Relaxed);
        loop {
            match self
                .0
                .compare_exchange_weak(now, to(now), Ordering::AcqRel, Ordering::Relaxed)
            {
                Ok(before) => return before,
                Err(other) => now = other,
            }
        }
    }
    /// Something has come for the process.
    pub fn wake(&self) -> Next {
        let before = self.change(|now| {
            if now & (QUEUED | RUNNING) == 0 {
                now | QUEUED
            } else {
                now | WOKEN
            }
        });
        if before & (QUEUED | RUNNING | EXITING) == 0 {
            Next::Enqueue
        } else {
            Next::Nothing
        }
    }
    /// A worker has taken it from its queue and runs it now.
    pub fn begin(&self) {
        self.change(|now| (now & !(QUEUED | WOKEN)) | RUNNING);
    }
    /// It has used up its reductions.
    pub fn yielded(&self) -> Next {
        self.change(|now| (now & !(RUNNING | WOKEN)) | QUEUED);
        Next::Enqueue
    }
    /// It waits for a signal.
    pub fn waits(&self) -> Next {
        let before = self.change(|now| {
            let idle = now & !(RUNNING | WOKEN);
            if now & WOKEN != 0 {
                idle | QUEUED
            } else {
                idle
            }
        });
        if before & WOKEN != 0 {
            Next::Enqueue
        } else {
            Next::Nothing
        }
    }
    /// It exits: nothing wakes it any longer.
    pub fn exits(&self) {
        self.change(|now| now | EXITING);
    }
    /// Does it exit, or has it?
    pub fn is_exiting(&self) -> bool {
        self.0.load(Ordering::Acquire) & EXITING != 0
    }
}
