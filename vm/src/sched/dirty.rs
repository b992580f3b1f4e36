//! Dirty schedulers: threads for natives that take long on the processor, or wait for the system. A process comes here for one such call
//! and goes back to a normal worker after it. Threads are started as they are first needed.

use super::run;
use crate::interp::Registers;
use crate::machine::machine;
use crate::native::Kind;
use crate::process::Process;
use oxbeam_sync::rank::{Condvar, Mutex, Rank};
use std::collections::VecDeque;
use std::sync::Arc;

struct Queue {
    processes: VecDeque<Arc<Process>>,
    threads: usize,
    idle: usize,
}

/// The threads of one kind.
pub(super) struct Pool {
    kind: Kind,
    limit: usize,
    queue: Mutex<Queue>,
    come: Condvar,
}

impl Pool {
    pub(super) fn new(kind: Kind, limit: usize) -> Pool {
        let queue = Queue {
            processes: VecDeque::new(),
            threads: 0,
            idle: 0,
        };
        Pool {
            kind,
            limit,
            queue: Mutex::new(Rank::RunQueue, queue),
            come: Condvar::new(),
        }
    }
    /// Puts a process on the queue.
    pub(super) fn push(&'static self, process: Arc<Process>) {
        let mut queue = self.queue.lock();
        queue.processes.push_back(process);
        if queue.idle >= queue.processes.len() || queue.threads >= self.limit {
            self.come.notify_one();
            return;
        }
        queue.threads += 1;
        let number = queue.threads;
        drop(queue);
        let kind = if self.kind == Kind::DirtyIo {
            "dirty io"
        } else {
            "dirty cpu"
        };
        super::spawn_thread(&format!("{kind} {number}"), || self.serve());
    }
    fn serve(&self) {
        let mut registers = Registers::new(true);
        loop {
            let mut queue = self.queue.lock();
            let process = loop {
                if let Some(process) = queue.processes.pop_front() {
                    break process;
                }
                queue.idle += 1;
                self.come.wait(&mut queue);
                queue.idle -= 1;
            };
            drop(queue);
            // One reduction: the native, and what is left of its caller until that calls something.
            run::run(machine(), process, &mut registers, 1);
        }
    }
    /// Processes that wait.
    pub(super) fn len(&self) -> usize {
        self.queue.lock().processes.len()
    }
}

/// Processes that wait for a dirty CPU and for a dirty I/O scheduler.
pub fn queue_lengths() -> (usize, usize) {
    let scheduler = &machine().scheduler;
    (scheduler.dirty_cpu.len(), scheduler.dirty_io.len())
}
