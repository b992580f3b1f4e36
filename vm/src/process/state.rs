//! The state word of a process, with all its transitions. Each says what is to be done next.
//!
//! A process is idle, queued or running. Whoever wakes it sets `WOKEN`; who finds it idle makes it queued and must enqueue it, so it is
//! on one queue at most. `WOKEN` is cleared when the process begins to run, before it looks at its inbox: a signal that comes later sets
//! it again, and the process does not go idle then. A process that exits is woken by nobody: its inbox is closed.

use std::sync::atomic::{AtomicU32, Ordering};

const QUEUED: u32 = 1;
const RUNNING: u32 = 2;
const WOKEN: u32 = 4;
const EXITING: u32 = 8;
/// On a dirty scheduler, or on its way there.
const DIRTY: u32 = 16;
const GONE: u32 = 32;

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
    /// Applies a transition; the state before.
    #[inline]
    fn change(&self, to: impl Fn(u32) -> u32) -> u32 {
        let mut now = self.0.load(Ordering::Relaxed);
        loop {
            match self
                .0
                .compare_exchange_weak(now, to(now), Ordering::SeqCst, Ordering::Relaxed)
            {
                Ok(before) => return before,
                Err(other) => now = other,
            }
        }
    }
    /// Something has come for the process.
    #[inline]
    pub fn wake(&self) -> Next {
        let before = self.change(|now| match now & (QUEUED | RUNNING | EXITING) {
            0 => now | QUEUED,
            _ => now | WOKEN,
        });
        if before & (QUEUED | RUNNING | EXITING) == 0 {
            Next::Enqueue
        } else {
            Next::Nothing
        }
    }
    /// A worker has taken it from its queue and runs it now.
    #[inline]
    pub fn begin(&self) {
        let before = self.change(|now| (now & !(QUEUED | WOKEN)) | RUNNING);
        debug_assert!(
            before & QUEUED != 0 && before & RUNNING == 0,
            "a process is run by one worker: {before:#x}"
        );
    }
    /// It has used up its reductions, and is on a queue again.
    #[inline]
    pub fn yielded(&self) {
        self.change(|now| (now & !(RUNNING | WOKEN | DIRTY)) | QUEUED);
    }
    /// It goes to a dirty scheduler.
    pub fn goes_dirty(&self) {
        self.change(|now| (now & !RUNNING) | QUEUED | DIRTY);
    }
    /// It waits for a signal.
    #[inline]
    pub fn waits(&self) -> Next {
        let before = self.change(|now| {
            let idle = now & !(RUNNING | WOKEN | DIRTY);
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
    /// It has exited; nothing of it is left but this record.
    pub fn gone(&self) {
        self.change(|now| (now & !(RUNNING | QUEUED | DIRTY)) | EXITING | GONE);
    }
    /// Does it exit, or has it?
    #[inline]
    pub fn is_exiting(&self) -> bool {
        self.0.load(Ordering::SeqCst) & EXITING != 0
    }
    /// Is a worker running it?
    pub fn is_running(&self) -> bool {
        self.0.load(Ordering::Acquire) & RUNNING != 0
    }
    /// Does it run a dirty native, or wait for a dirty scheduler?
    pub fn is_dirty(&self) -> bool {
        self.0.load(Ordering::Acquire) & DIRTY != 0
    }
    /// Is it neither running nor queued?
    pub fn is_idle(&self) -> bool {
        self.0.load(Ordering::Acquire) & (RUNNING | QUEUED | EXITING) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_wake_enqueues() {
        let state = State::new();
        assert_eq!(state.wake(), Next::Enqueue);
        assert_eq!(state.wake(), Next::Nothing);
        state.begin();
        assert_eq!(state.waits(), Next::Nothing);
        assert!(state.is_idle());
        assert_eq!(state.wake(), Next::Enqueue);
    }

    #[test]
    fn a_wake_while_running_keeps_it_from_going_idle() {
        let state = State::new();
        let _ = state.wake();
        state.begin();
        assert_eq!(state.wake(), Next::Nothing);
        assert_eq!(state.waits(), Next::Enqueue);
        assert_eq!(state.wake(), Next::Nothing);
        state.begin();
        assert_eq!(state.waits(), Next::Nothing);
    }

    #[test]
    fn nothing_wakes_what_exits() {
        let state = State::new();
        let _ = state.wake();
        state.begin();
        state.exits();
        assert_eq!(state.wake(), Next::Nothing);
        state.gone();
        assert_eq!(state.wake(), Next::Nothing);
        assert!(state.is_exiting() && !state.is_running());
    }

    #[test]
    fn a_process_comes_back_from_a_dirty_scheduler() {
        let state = State::new();
        let _ = state.wake();
        state.begin();
        state.goes_dirty();
        assert!(state.is_dirty());
        assert_eq!(state.wake(), Next::Nothing);
        state.begin();
        state.yielded();
        assert!(!state.is_dirty());
        state.begin();
    }
}
