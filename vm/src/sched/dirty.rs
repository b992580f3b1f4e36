//! Dirty schedulers: threads for natives that take long on the processor, or wait for the system. A process comes here for one such call
//! and goes back to a normal worker after it. Threads are started as they are first needed.

use super::{run, worker};
use crate::interp::Registers;
use crate::literals;
use crate::machine::machine;
use crate::native::Kind;
use crate::process::Process;
use crate::stats::meters;
use oxbeam_sync::rank::{Condvar, Mutex, Rank};
use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

struct Queue {
    processes: VecDeque<Arc<Process>>,
    threads: usize,
    idle: usize,
    /// Threads that take processes.
    online: usize,
    /// A thread has just become idle and looks at `length` for a moment: it need not be woken, and nobody else.
    looks: bool,
}

/// Times that an idle thread looks for a process before it sleeps. Most of what comes here is short, and a process that has read one file
/// goes on to the next: waking a thread takes longer than the call. Nobody looks while processes wait for a worker: that would take the
/// processor from those who run them.
const LOOKS: usize = 48;
/// Times that it does while processes wait, in which a worker takes the one that comes from here.
const GRACE: usize = 4;

/// The threads of one kind.
pub(super) struct Pool {
    kind: Kind,
    limit: usize,
    queue: Mutex<Queue>,
    come: Condvar,
    /// Of the queue, for the thread that looks.
    length: AtomicUsize,
    /// Nothing new comes here; workers do it.
    paused: AtomicBool,
    /// The process that each thread runs, by number and for reports only; `NOBODY` when it waits.
    running: Box<[AtomicU64]>,
}

const NOBODY: u64 = u64::MAX;

impl Pool {
    pub(super) fn new(kind: Kind, limit: usize) -> Pool {
        let queue = Queue {
            processes: VecDeque::new(),
            threads: 0,
            idle: 0,
            online: limit,
            looks: false,
        };
        Pool {
            kind,
            limit,
            queue: Mutex::new(Rank::RunQueue, queue),
            come: Condvar::new(),
            length: AtomicUsize::new(0),
            paused: AtomicBool::new(false),
            running: (0..limit).map(|_| AtomicU64::new(NOBODY)).collect(),
        }
    }
    /// Puts a process on the queue.
    pub(super) fn push(&'static self, process: Arc<Process>) {
        let mut queue = self.queue.lock();
        queue.processes.push_back(process);
        self.length.store(queue.processes.len(), Ordering::Release);
        if queue.looks && queue.processes.len() == 1 {
            return;
        }
        if queue.idle + usize::from(queue.looks) >= queue.processes.len()
            || queue.threads >= self.limit
        {
            if queue.online < self.limit {
                // The one that is woken must be one that may take it.
                self.come.notify_all();
            } else {
                self.come.notify_one();
            }
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
        super::spawn_thread(&format!("{kind} {number}"), move || self.serve(number - 1));
    }
    fn serve(&self, thread: usize) {
        let meter = if self.kind == Kind::DirtyIo {
            meters::Kind::DirtyIo
        } else {
            meters::Kind::DirtyCpu
        };
        let mut registers = Registers::new(true);
        loop {
            let mut queue = self.queue.lock();
            let mut tired = false;
            let process = loop {
                if thread < queue.online
                    && let Some(process) = queue.processes.pop_front()
                {
                    self.length.store(queue.processes.len(), Ordering::Release);
                    break process;
                }
                if thread < queue.online && !queue.looks && !tired {
                    tired = true;
                    queue.looks = true;
                    drop(queue);
                    self.look();
                    queue = self.queue.lock();
                    queue.looks = false;
                    if thread >= queue.online && !queue.processes.is_empty() {
                        // It was relied on, and may not take them any longer.
                        self.come.notify_all();
                    }
                    continue;
                }
                tired = false;
                queue.idle += 1;
                oxbeam_term::heap::forget_spare();
                self.come.wait(&mut queue);
                queue.idle -= 1;
            };
            drop(queue);
            // One reduction: the native, and what is left of its caller until that calls something.
            meters::wakes(meter, thread);
            literals::begin_copying();
            COPIES.set(true);
            self.running[thread].store(process.number, Ordering::Relaxed);
            run::run_dirty(machine(), process, &mut registers);
            self.running[thread].store(NOBODY, Ordering::Relaxed);
            COPIES.set(false);
            literals::end_copying();
            meters::sleeps(meter, thread);
        }
    }
    /// Waits a moment for a process.
    fn look(&self) {
        for look in 0..LOOKS {
            if self.length.load(Ordering::Acquire) > 0
                || (look >= GRACE && machine().scheduler.anything_common())
            {
                return;
            }
            for _ in 0..32 {
                std::hint::spin_loop();
            }
        }
    }
    /// Sets how many threads take processes, and whether any does.
    fn change(&self, change: impl FnOnce(&mut Queue)) {
        let mut queue = self.queue.lock();
        change(&mut queue);
        self.come.notify_all();
    }
    /// Does it get no processes?
    pub(super) fn is_paused(&self) -> bool {
        self.paused.load(Ordering::Relaxed)
    }
    /// What each thread runs now.
    fn running(&self) -> Vec<Option<u64>> {
        let numbers = self.running.iter();
        let numbers = numbers.map(|number| number.load(Ordering::Relaxed));
        numbers
            .map(|number| Some(number).filter(|&number| number != NOBODY))
            .collect()
    }
    /// Processes that wait.
    pub(super) fn len(&self) -> usize {
        self.queue.lock().processes.len()
    }
}

thread_local! {
    /// Does this thread run code that may copy terms, and has said so?
    static COPIES: Cell<bool> = const { Cell::new(false) };
}

/// Runs `body`, which waits for the system: to be called by a dirty native. Signals of the process are handled by others meanwhile, it may
/// even exit; so `body` neither builds terms nor touches anything else of the process. It may read terms.
pub fn while_waiting<R>(body: impl FnOnce() -> R) -> R {
    let Some(process) = worker::current().filter(|process| process.state.is_dirty()) else {
        return body();
    };
    process.state.opens();
    if process.has_signals() {
        crate::signal::wake(process);
    }
    let copies = COPIES.replace(false);
    if copies {
        literals::end_copying();
    }
    let result = body();
    process.state.closes();
    if copies {
        literals::begin_copying();
        COPIES.set(true);
    }
    result
}

/// To be called now and then by a dirty native that computes for long: if there are signals for its process, others handle them now.
/// `false`: it has been told to exit, and what the native returns matters to nobody.
pub fn breathe() -> bool {
    let Some(process) = worker::current().filter(|process| process.state.is_dirty()) else {
        return true;
    };
    if process.has_signals() {
        while_waiting(|| {
            for _ in 0..BREATHS {
                if !process.has_signals() {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_micros(50));
            }
        });
    }
    !process.state.is_exiting()
}

/// How often a native that computes looks whether its signals have been handled, before it goes on.
const BREATHS: usize = 20;

/// Processes that wait for a dirty CPU and for a dirty I/O scheduler.
pub fn queue_lengths() -> (usize, usize) {
    let scheduler = &machine().scheduler;
    (scheduler.dirty_cpu.len(), scheduler.dirty_io.len())
}

/// The processes that dirty CPU and dirty I/O schedulers run, one or none each.
pub(crate) fn running() -> [Vec<Option<u64>>; 2] {
    let scheduler = &machine().scheduler;
    [scheduler.dirty_cpu.running(), scheduler.dirty_io.running()]
}

impl super::Scheduler {
    /// So many dirty CPU schedulers take processes.
    pub fn set_dirty_cpu_online(&self, online: usize) {
        self.dirty_cpu.change(|queue| queue.online = online);
    }
    /// Dirty schedulers get no more processes, whose work the worker does that they come from; or they do again.
    pub fn pause_dirty(&self, paused: bool) {
        for pool in [&self.dirty_cpu, &self.dirty_io] {
            pool.paused.store(paused, Ordering::SeqCst);
        }
    }
}
