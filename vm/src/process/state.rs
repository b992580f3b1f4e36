//! The state word of a process, with all its transitions. Each says what is to be done next.
//!
//! A process is idle, queued or running. Whoever wakes it sets `WOKEN`; who finds it idle makes it queued and must enqueue it, so it is
//! on one queue at most. `WOKEN` is cleared when the process begins to run, before it looks at its inbox: a signal that comes later sets
//! it again, and the process does not go idle then. A process that exits is woken by nobody: its inbox is closed.
//!
//! A process that cannot handle its signals soon has a *deputy* do it: a worker that finds it on a queue, put there beside its own place
//! ([`State::wants_deputy`]). It is claimed for that while it does not run, or while a dirty native of it waits for the system and touches
//! nothing of it (*open*). What would run it meanwhile comes back later, or waits. One that is told to exit so *hurries*: it goes on a queue of
//! those that are run first, and whoever takes it from its own place later finds nothing to do.

use std::sync::atomic::{AtomicU32, Ordering};

const QUEUED: u32 = 1;
const RUNNING: u32 = 2;
const WOKEN: u32 = 4;
const EXITING: u32 = 8;
/// On a dirty scheduler, or on its way there.
const DIRTY: u32 = 16;
const GONE: u32 = 32;
/// On a queue for a deputy.
const DEPUTY: u32 = 64;
/// A deputy handles its signals.
const CLAIMED: u32 = 128;
/// Its dirty native waits for the system.
const OPEN: u32 = 256;
/// On a queue once more, to be run from whichever place comes first.
const HURRIES: u32 = 512;
/// It has begun to run so; its other place is still taken.
const LEFT_BEHIND: u32 = 1024;

/// The word.
#[derive(Default)]
pub struct State(AtomicU32);

/// What to do with a process after it was woken, or has run.
#[must_use]
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Next {
    /// It has become runnable through this: put it on a queue.
    Enqueue,
    /// It needs a deputy: put it on a queue for one.
    Deputy,
    /// Nothing.
    Nothing,
}

/// What whoever has taken a process from a queue is to do.
#[must_use]
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Begin {
    /// Run it.
    Run,
    /// It is claimed: handle its signals.
    Deputy,
    /// Nothing; it is in other hands.
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
        let before = self.change(|now| match now & (QUEUED | RUNNING | EXITING | CLAIMED) {
            0 => now | QUEUED,
            _ if is_away(now) => now | WOKEN | DEPUTY,
            _ => now | WOKEN,
        });
        if before & (QUEUED | RUNNING | EXITING | CLAIMED) == 0 {
            Next::Enqueue
        } else if is_away(before) && before & DEPUTY == 0 {
            Next::Deputy
        } else {
            Next::Nothing
        }
    }
    /// It is on a queue where it may have to wait; its signals are not to.
    pub fn wants_deputy(&self) -> Next {
        let wants =
            |now: u32| now & QUEUED != 0 && now & (EXITING | DEPUTY | CLAIMED | RUNNING) == 0;
        let before = self.change(|now| if wants(now) { now | DEPUTY } else { now });
        if wants(before) {
            Next::Deputy
        } else {
            Next::Nothing
        }
    }
    /// It is on a queue where it may have to wait, and is to exit now.
    pub fn hurries(&self) -> Next {
        let may = |now: u32| {
            now & QUEUED != 0
                && now & (EXITING | DIRTY | CLAIMED | RUNNING | HURRIES | LEFT_BEHIND) == 0
        };
        let before = self.change(|now| if may(now) { now | HURRIES } else { now });
        if may(before) {
            Next::Enqueue
        } else {
            Next::Nothing
        }
    }
    /// A worker has taken it from a queue.
    #[inline]
    pub fn begin(&self) -> Begin {
        let before = self.change(|now| {
            if now & (DEPUTY | CLAIMED | HURRIES | LEFT_BEHIND) == 0 {
                (now & !(QUEUED | WOKEN)) | RUNNING
            } else if now & LEFT_BEHIND != 0 {
                now & !LEFT_BEHIND
            } else if now & DEPUTY != 0 {
                claimed(now & !DEPUTY)
            } else if now & CLAIMED == 0 {
                (now & !(QUEUED | WOKEN | HURRIES)) | RUNNING | LEFT_BEHIND
            } else {
                // Its deputy puts it back.
                (now & !QUEUED) | WOKEN
            }
        });
        if before & LEFT_BEHIND != 0 {
            Begin::Nothing
        } else if before & DEPUTY != 0 {
            if may_claim(before) {
                Begin::Deputy
            } else {
                Begin::Nothing
            }
        } else if before & CLAIMED != 0 {
            Begin::Nothing
        } else {
            debug_assert!(
                before & QUEUED != 0 && before & RUNNING == 0,
                "a process is run by one worker: {before:#x}"
            );
            Begin::Run
        }
    }
    /// A dirty scheduler has taken it from its queue and runs it now. Waits for a deputy, who is soon done.
    pub fn begin_dirty(&self) {
        self.wait_for_deputy();
        loop {
            let now = self.0.load(Ordering::Relaxed);
            if now & CLAIMED != 0 {
                self.wait_for_deputy();
                continue;
            }
            let running = (now & !(QUEUED | WOKEN)) | RUNNING;
            if self
                .0
                .compare_exchange(now, running, Ordering::SeqCst, Ordering::Relaxed)
                .is_ok()
            {
                return;
            }
        }
    }
    /// Its dirty native begins to wait for the system.
    pub fn opens(&self) {
        self.change(|now| now | OPEN);
    }
    /// It does so no longer, once no deputy is at work.
    pub fn closes(&self) {
        loop {
            let now = self.0.load(Ordering::Relaxed);
            if now & CLAIMED != 0 {
                self.wait_for_deputy();
                continue;
            }
            if self
                .0
                .compare_exchange(now, now & !OPEN, Ordering::SeqCst, Ordering::Relaxed)
                .is_ok()
            {
                return;
            }
        }
    }
    fn wait_for_deputy(&self) {
        while self.0.load(Ordering::Acquire) & CLAIMED != 0 {
            std::thread::yield_now();
        }
    }
    /// The deputy claims it once more, if it may.
    pub fn claims(&self) -> bool {
        may_claim(self.change(claimed))
    }
    /// The deputy is done.
    pub fn unclaims(&self) -> Next {
        let waits = |now: u32| now & (RUNNING | QUEUED | EXITING) == 0 && now & WOKEN != 0;
        let before = self.change(|now| {
            let free = now & !CLAIMED;
            if waits(now) {
                (free & !WOKEN) | QUEUED
            } else {
                free
            }
        });
        if waits(before) {
            Next::Enqueue
        } else {
            Next::Nothing
        }
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
    /// Does its dirty native wait for the system?
    pub fn is_open(&self) -> bool {
        self.0.load(Ordering::Acquire) & OPEN != 0
    }
    /// Is it neither running nor queued?
    pub fn is_idle(&self) -> bool {
        self.0.load(Ordering::Acquire) & (RUNNING | QUEUED | EXITING | CLAIMED) == 0
    }
}

/// Does the process wait for a dirty scheduler, or in a dirty native for the system?
fn is_away(now: u32) -> bool {
    now & EXITING == 0 && (now & OPEN != 0 || now & (DIRTY | QUEUED) == DIRTY | QUEUED)
}

fn may_claim(now: u32) -> bool {
    now & (EXITING | CLAIMED) == 0 && (now & RUNNING == 0 || now & OPEN != 0)
}

fn claimed(now: u32) -> u32 {
    if may_claim(now) { now | CLAIMED } else { now }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_wake_enqueues() {
        let state = State::new();
        assert_eq!(state.wake(), Next::Enqueue);
        assert_eq!(state.wake(), Next::Nothing);
        assert_eq!(state.begin(), Begin::Run);
        assert_eq!(state.waits(), Next::Nothing);
        assert!(state.is_idle());
        assert_eq!(state.wake(), Next::Enqueue);
    }

    #[test]
    fn a_wake_while_running_keeps_it_from_going_idle() {
        let state = State::new();
        let _ = state.wake();
        assert_eq!(state.begin(), Begin::Run);
        assert_eq!(state.wake(), Next::Nothing);
        assert_eq!(state.waits(), Next::Enqueue);
        assert_eq!(state.wake(), Next::Nothing);
        assert_eq!(state.begin(), Begin::Run);
        assert_eq!(state.waits(), Next::Nothing);
    }

    #[test]
    fn nothing_wakes_what_exits() {
        let state = State::new();
        let _ = state.wake();
        assert_eq!(state.begin(), Begin::Run);
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
        assert_eq!(state.begin(), Begin::Run);
        state.goes_dirty();
        assert!(state.is_dirty());
        state.begin_dirty();
        assert_eq!(state.wake(), Next::Nothing);
        state.yielded();
        assert!(!state.is_dirty());
        assert_eq!(state.begin(), Begin::Run);
    }

    #[test]
    fn a_process_that_is_away_has_one_deputy() {
        let state = State::new();
        let _ = state.wake();
        assert_eq!(state.begin(), Begin::Run);
        state.goes_dirty();
        assert_eq!(state.wake(), Next::Deputy);
        assert_eq!(state.wake(), Next::Nothing);
        assert_eq!(state.begin(), Begin::Deputy);
        assert_eq!(state.unclaims(), Next::Nothing);
        state.begin_dirty();
        assert_eq!(state.wake(), Next::Nothing);
        state.opens();
        assert_eq!(state.wake(), Next::Deputy);
        assert_eq!(state.begin(), Begin::Deputy);
        // Another signal comes while the deputy is at work.
        assert_eq!(state.wake(), Next::Deputy);
        assert_eq!(state.begin(), Begin::Nothing);
        assert_eq!(state.unclaims(), Next::Nothing);
        assert!(state.claims());
        assert_eq!(state.unclaims(), Next::Nothing);
        state.closes();
        state.yielded();
        assert_eq!(state.begin(), Begin::Run);
    }

    #[test]
    fn what_hurries_is_run_once() {
        let state = State::new();
        let _ = state.wake();
        assert_eq!(state.wants_deputy(), Next::Deputy);
        assert_eq!(state.begin(), Begin::Deputy);
        assert_eq!(state.hurries(), Next::Nothing);
        assert_eq!(state.unclaims(), Next::Nothing);
        assert_eq!(state.hurries(), Next::Enqueue);
        assert_eq!(state.hurries(), Next::Nothing);
        // Another deputy is wanted, and its two places are taken while it is claimed.
        assert_eq!(state.wants_deputy(), Next::Deputy);
        assert_eq!(state.begin(), Begin::Deputy);
        assert_eq!(state.begin(), Begin::Nothing);
        assert_eq!(state.unclaims(), Next::Enqueue);
        assert_eq!(state.begin(), Begin::Run);
        state.exits();
        assert_eq!(state.hurries(), Next::Nothing);
        state.gone();
        assert_eq!(state.begin(), Begin::Nothing);
    }

    #[test]
    fn a_deputy_comes_too_late() {
        let state = State::new();
        let _ = state.wake();
        assert_eq!(state.wants_deputy(), Next::Deputy);
        assert_eq!(state.wants_deputy(), Next::Nothing);
        // Whoever takes it first is the deputy; then it is on the queue once more.
        assert_eq!(state.begin(), Begin::Deputy);
        assert_eq!(state.begin(), Begin::Nothing);
        assert_eq!(state.unclaims(), Next::Enqueue);
        assert_eq!(state.begin(), Begin::Run);
        assert_eq!(state.wants_deputy(), Next::Nothing);
        assert_eq!(state.waits(), Next::Nothing);
        assert!(state.is_idle());
    }
}
