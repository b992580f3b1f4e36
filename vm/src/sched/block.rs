//! Standing still: one thread wants all workers to be between two processes, for a crash dump or the end of the machine.
//!
//! A worker says that it is active before it looks at the flag; the blocker sets the flag before it looks at who is active. With full
//! fences between, one of them sees the other.

use super::{Scheduler, Shared};
use crate::dist;
use oxbeam_sync::progress;
use parking_lot::{Condvar, Mutex};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The flag.
pub(super) struct Block {
    wanted: AtomicBool,
    blocker: Mutex<()>,
    lock: Mutex<()>,
    over: Condvar,
}

impl Block {
    pub(super) fn new() -> Block {
        Block {
            wanted: AtomicBool::new(false),
            blocker: Mutex::new(()),
            lock: Mutex::new(()),
            over: Condvar::new(),
        }
    }
    /// A worker becomes active.
    pub(super) fn begin(&self, shared: &Shared) {
        shared.active.store(true, Ordering::SeqCst);
    }
    /// A worker goes to sleep.
    pub(super) fn end(&self, shared: &Shared) {
        shared.active.store(false, Ordering::SeqCst);
    }
    /// A worker is between two processes: waits here while someone wants it to.
    #[inline]
    pub(super) fn checkpoint(&self, shared: &Shared, progress: &mut progress::Worker) {
        if self.wanted.load(Ordering::SeqCst) {
            self.wait(shared, progress);
        }
    }
    #[cold]
    fn wait(&self, shared: &Shared, progress: &mut progress::Worker) {
        dist::turn::flush();
        progress.offline(|| {
            loop {
                self.end(shared);
                let mut guard = self.lock.lock();
                while self.wanted.load(Ordering::SeqCst) {
                    self.over.wait(&mut guard);
                }
                drop(guard);
                self.begin(shared);
                if !self.wanted.load(Ordering::SeqCst) {
                    return;
                }
            }
        });
    }
    /// Runs `body` while no other worker runs a process; if one still does at the deadline, `body` is told `false`.
    pub(super) fn run_until<R>(
        &self,
        scheduler: &Scheduler,
        deadline: Option<Instant>,
        body: impl FnOnce(bool) -> R,
    ) -> R {
        dist::turn::flush();
        let late = || deadline.is_some_and(|deadline| Instant::now() >= deadline);
        let own = super::current_worker();
        // A worker that waits for its turn to block must not keep the other blocker waiting.
        let guard = loop {
            if let Some(guard) = self.blocker.try_lock() {
                break guard;
            }
            if late() {
                return body(false);
            }
            if let Some(own) = own {
                self.end(&scheduler.workers[own]);
            }
            std::thread::sleep(Duration::from_micros(50));
        };
        if let Some(own) = own {
            self.begin(&scheduler.workers[own]);
        }
        self.wanted.store(true, Ordering::SeqCst);
        let mut still = true;
        for (index, worker) in scheduler.workers.iter().enumerate() {
            while still && Some(index) != own && worker.active.load(Ordering::SeqCst) {
                still = !late();
                std::thread::sleep(Duration::from_micros(20));
            }
        }
        let result = body(still);
        let lock = self.lock.lock();
        self.wanted.store(false, Ordering::SeqCst);
        self.over.notify_all();
        drop(lock);
        drop(guard);
        result
    }
}
