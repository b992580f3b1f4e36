//! Dirty schedulers: threads for natives that run long or wait for the system.
//!
//! A process whose next call is of such a native is handed over at that call. The dirty thread runs the native and no more Erlang code
//! than up to the next call, and puts the process on a shared queue again.

use super::schedulers;
use crate::interp::{self, Outcome, Registers};
use crate::native::Kind;
use crate::process::Process;
use parking_lot::{Condvar, Mutex};
use std::collections::VecDeque;
use std::sync::Arc;

/// Processes that wait for a dirty scheduler.
struct Pool {
    queue: Mutex<VecDeque<Arc<Process>>>,
    arrived: Condvar,
}

/// The two pools.
pub(super) struct Pools {
    cpu: Pool,
    io: Pool,
}

impl Pool {
    const fn new() -> Pool {
        Pool { queue: Mutex::new(VecDeque::new()), arrived: Condvar::new() }
    }
    fn take(&self) -> Arc<Process> {
        let mut queue = self.queue.lock();
        loop {
            if let Some(process) = queue.pop_front() {
                return process;
            }
            self.arrived.wait(&mut queue);
        }
    }
}

impl Pools {
    pub(super) const fn new() -> Pools {
        Pools { cpu: Pool::new(), io: Pool::new() }
    }
    fn of(&self, kind: Kind) -> &Pool {
        if kind == Kind::DirtyIo { &self.io } else { &self.cpu }
    }
}

/// Gives a process, which has just left its worker, to a dirty scheduler.
pub(super) fn hand_over(process: Arc<Process>, kind: Kind) {
    process.state.goes_dirty();
    let pool = schedulers().dirty.of(kind);
    pool.queue.lock().push_back(process);
    pool.arrived.notify_one();
}

/// Processes that wait for a dirty CPU and a dirty I/O scheduler.
pub fn queued() -> (usize, usize) {
    let pools = &schedulers().dirty;
    (pools.cpu.queue.lock().len(), pools.io.queue.lock().len())
}

/// Starts the threads.
pub(super) fn start(cpu: usize, io: usize) {
    for (kind, count, name) in [(Kind::DirtyCpu, cpu, "dirty_cpu"), (Kind::DirtyIo, io, "dirty_io")] {
        for index in 0..count.max(1) {
            let thread = std::thread::Builder::new().name(format!("{}_{name}_scheduler", index + 1)).stack_size(4 << 20);
            let spawned = thread.spawn(move || {
                let guarded = std::panic::catch_unwind(|| work(kind));
                if guarded.is_err() {
                    crate::dump::internal_failure();
                }
            });
            assert!(spawned.is_ok(), "no thread for a dirty scheduler: {:?}", spawned.err());
        }
    }
}

fn work(kind: Kind) {
    let pool = schedulers().dirty.of(kind);
    let mut registers = Registers::new(true);
    loop {
        let process = pool.take();
        process.state.begin();
        // SAFETY: the state word gives the process to this thread.
        let (outcome, left) = unsafe { interp::run(&process, &mut registers, 1) };
        process.end_turn((1 - left).max(0));
        match outcome {
            Outcome::Exited => super::worker::finish(&process),
            Outcome::Dirty(next) => hand_over(process, next),
            Outcome::Wait => {
                if process.state.waits() == crate::process::state::Next::Enqueue {
                    super::enqueue(process);
                }
            }
            Outcome::Yield => {
                process.state.yielded();
                super::enqueue(process);
            }
        }
    }
}
