//! Schedulers: who runs which process, when, and who sleeps.
//!
//! # The problem
//! Processes become runnable on any thread, at any time, thousands of them; a few worker threads must run them fairly, by priority, keep
//! all cores busy when there is work and none when there is not, and never lose a process.
//!
//! # The protocol
//! 1. The state word of a process ([`State`](crate::process::State)) decides who enqueues it: exactly the thread whose transition made
//!    it runnable. So a process is on one queue at most.
//! 2. A worker has a queue for each priority. It puts what it makes runnable on its own, other threads on the common ones. It takes from
//!    the highest priority that has anything: its own queue, the common one, then the other workers' (stealing).
//! 3. A worker that finds nothing looks around for a moment if something came soon lately, says that it is idle
//!    (`Scheduler::enter_idle`), looks once more, and parks until its next timer. Whoever enqueues looks at the number of idle workers after its push. Both sides have a full fence between their store
//!    and their load, so that at least one of them sees the other: the push, or the idler.
//! 4. A process that the running one has just woken is not offered to others while it is alone on the queue: the usual case is that its
//!    waker soon waits for its answer. It is offered when a second one comes, or when the worker turns to another process. Only one
//!    worker at a time searches for work after it was woken; when it finds some it wakes the next.
//! 5. A process of low priority is passed over seven times while there is other work of its queue.
//! 6. A worker that is about to sleep waits for input, of any descriptor, if no other worker does ([`poll`]): it runs at once what that wakes. It
//!    looks around for input too if some came soon lately.
//!
//! A process runs for at most [`REDUCTIONS`](crate::config::REDUCTIONS). Before it runs it handles its signals; system tasks that collect
//! are done then too, with nothing in registers.
//!
//! Rejected: one common queue (contention), queues that other threads push to (the locks of OTP's run queues), a balancer that moves
//! processes by load (stealing does it when it matters), and pushing a woken process to where it last ran (its messages are hot where its
//! waker runs).
//!
//! Corresponds to `erl_process.c`.

pub mod block;
pub mod dirty;
pub mod entropy;
pub mod run;
pub mod sim;
mod worker;

pub use dirty::{breathe, while_waiting};
pub use worker::{current_process, current_worker};

use crate::io::poll;
use crate::machine::machine;
use crate::native::Kind;
use crate::process::{Priority, Process};
use block::Block;
use crossbeam_deque::{Injector, Steal, Stealer};
use dirty::Pool;
use oxbeam_sync::CachePadded;
use oxbeam_sync::park::Unparker;
use oxbeam_sync::rank::{Mutex, Rank};
use sim::Simulator;
use std::io::Write;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use std::time::Instant;

/// Queues of a worker: max, high, normal with low.
const QUEUES: usize = 3;

/// The queue of a priority.
#[inline]
fn queue_of(priority: Priority) -> usize {
    match priority {
        Priority::Max => 0,
        Priority::High => 1,
        Priority::Normal | Priority::Low => 2,
    }
}

/// What all threads see of a worker.
struct Shared {
    stealers: OnceLock<[Stealer<Arc<Process>>; QUEUES]>,
    unparker: OnceLock<Unparker>,
    /// It was taken from the idle list to look for work.
    called: AtomicBool,
    /// It waits for input, or is about to: to unpark it is not enough.
    polls: AtomicBool,
    /// It runs processes, or is about to; cleared where the machine may stand still.
    active: AtomicBool,
    /// Processes that are bound to it.
    bound: [Injector<Arc<Process>>; QUEUES],
    /// What it is to do between two processes, and whether there is any.
    errands: Mutex<Vec<Errand>>,
    has_errands: AtomicBool,
}

/// What every worker is to do once.
pub type Errand = Arc<dyn Fn() + Send + Sync>;

impl Shared {
    /// Does what the worker was asked to.
    #[cold]
    fn run_errands(&self) {
        self.has_errands.store(false, Ordering::SeqCst);
        let errands = std::mem::take(&mut *self.errands.lock());
        for errand in errands {
            errand();
        }
    }
}

/// The schedulers.
pub struct Scheduler {
    workers: Box<[CachePadded<Shared>]>,
    common: [Injector<Arc<Process>>; QUEUES],
    idle: Mutex<Vec<usize>>,
    idle_count: CachePadded<AtomicUsize>,
    searching: CachePadded<AtomicUsize>,
    online: AtomicUsize,
    block: Block,
    dirty_cpu: Pool,
    dirty_io: Pool,
    simulator: Option<Simulator>,
}

impl Scheduler {
    /// Schedulers that do not run yet.
    pub(crate) fn new(config: &crate::config::Config) -> Scheduler {
        let workers = if config.simulation.is_some() {
            1
        } else {
            config.schedulers.max(1)
        };
        Scheduler {
            workers: (0..workers)
                .map(|_| {
                    CachePadded::new(Shared {
                        stealers: OnceLock::new(),
                        unparker: OnceLock::new(),
                        called: AtomicBool::new(false),
                        polls: AtomicBool::new(false),
                        active: AtomicBool::new(false),
                        bound: std::array::from_fn(|_| Injector::new()),
                        errands: Mutex::new(Rank::RunQueue, Vec::new()),
                        has_errands: AtomicBool::new(false),
                    })
                })
                .collect(),
            common: std::array::from_fn(|_| Injector::new()),
            idle: Mutex::new(Rank::RunQueue, Vec::new()),
            idle_count: CachePadded::new(AtomicUsize::new(0)),
            searching: CachePadded::new(AtomicUsize::new(0)),
            online: AtomicUsize::new(config.schedulers_online.clamp(1, workers)),
            block: Block::new(),
            dirty_cpu: Pool::new(Kind::DirtyCpu, config.dirty_cpu.max(1)),
            dirty_io: Pool::new(Kind::DirtyIo, config.dirty_io.max(1)),
            simulator: config.simulation.map(Simulator::new),
        }
    }
    /// Number of workers.
    pub fn count(&self) -> usize {
        self.workers.len()
    }
    /// Number of workers that do not sleep.
    pub(crate) fn active(&self) -> usize {
        let active = |worker: &&CachePadded<Shared>| worker.active.load(Ordering::Relaxed);
        self.workers.iter().filter(active).count()
    }
    /// Number of workers that run processes.
    pub fn online(&self) -> usize {
        self.online.load(Ordering::Acquire)
    }
    /// Sets how many workers run processes; the number before.
    pub fn set_online(&self, online: usize) -> usize {
        let before = self
            .online
            .swap(online.clamp(1, self.count()), Ordering::AcqRel);
        for worker in 0..self.count() {
            self.unpark(worker);
        }
        before
    }
    /// Starts the workers' threads.
    pub(crate) fn start(&self) {
        if self.simulator.is_some() {
            spawn_thread("simulator", || sim::run(machine()));
            return;
        }
        for index in 0..self.count() {
            spawn_thread(&format!("scheduler {}", index + 1), move || {
                worker::run(machine(), index)
            });
        }
    }
    /// Every worker, online or not, does this once, soon. In a simulation there is one, which does it now.
    pub fn on_every_worker(&self, errand: &Errand) {
        if self.simulator.is_some() {
            return errand();
        }
        for (index, worker) in self.workers.iter().enumerate() {
            worker.errands.lock().push(Arc::clone(errand));
            worker.has_errands.store(true, Ordering::SeqCst);
            self.unpark(index);
        }
    }
    fn unpark(&self, worker: usize) {
        let shared = &self.workers[worker];
        if let Some(unparker) = shared.unparker.get() {
            unparker.unpark();
            fence(Ordering::SeqCst);
            if shared.polls.load(Ordering::SeqCst) && shared.polls.swap(false, Ordering::SeqCst) {
                poll::interrupt();
            }
        }
    }
    /// Puts a process that has become runnable on a queue.
    fn enqueue(&self, process: Arc<Process>) {
        if let Some(simulator) = &self.simulator {
            simulator.enqueue(process);
            return;
        }
        let queue = queue_of(process.priority());
        if process.bound_to() != 0 {
            self.enqueue_bound(queue, process);
            return;
        }
        match worker::push_local(queue, process) {
            // Alone on its queue: see the fourth rule.
            Ok(1) => {}
            Ok(_) => self.call(),
            Err(process) => {
                self.common[queue].push(process);
                self.call();
            }
        }
    }
    /// Puts a process on a queue of this priority so that a worker handles its signals.
    fn enqueue_for_deputy(&self, process: Arc<Process>, priority: Priority) {
        if let Some(simulator) = &self.simulator {
            simulator.enqueue(process);
            return;
        }
        let queue = queue_of(priority);
        if let Err(process) = worker::push_local(queue, process) {
            self.common[queue].push(process);
        }
        self.call();
    }
    /// Puts a process on the queue of the worker that it is bound to; if that is not online, of another one.
    #[cold]
    fn enqueue_bound(&self, queue: usize, process: Arc<Process>) {
        let worker = (usize::from(process.bound_to()) - 1) % self.online();
        self.workers[worker].bound[queue].push(process);
        self.unpark(worker);
    }
    /// Takes a process that is bound to this worker.
    #[inline]
    fn take_bound(&self, worker: usize, queue: usize) -> Option<Arc<Process>> {
        let bound = &self.workers[worker].bound[queue];
        if bound.is_empty() {
            return None;
        }
        retry(|| bound.steal())
    }
    /// Puts a process on the common queue, for whichever worker comes first.
    fn enqueue_common(&self, process: Arc<Process>) {
        if let Some(simulator) = &self.simulator {
            simulator.enqueue(process);
            return;
        }
        self.common[queue_of(process.priority())].push(process);
        self.call();
    }
    /// There is work for another worker: wakes one that is idle, unless one is searching already.
    fn call(&self) {
        fence(Ordering::SeqCst);
        if self.idle_count.load(Ordering::SeqCst) == 0 || self.searching.load(Ordering::SeqCst) > 0
        {
            return;
        }
        let worker = {
            let mut idle = self.idle.lock();
            let Some(worker) = idle.pop() else { return };
            self.idle_count.store(idle.len(), Ordering::SeqCst);
            worker
        };
        self.searching.fetch_add(1, Ordering::SeqCst);
        self.workers[worker].called.store(true, Ordering::SeqCst);
        self.unpark(worker);
    }
    /// The worker says that it has nothing to do.
    fn enter_idle(&self, worker: usize) {
        let mut idle = self.idle.lock();
        idle.push(worker);
        self.idle_count.store(idle.len(), Ordering::SeqCst);
        drop(idle);
        fence(Ordering::SeqCst);
    }
    /// The worker is back. `true`: it was called to search, and counts as searching.
    fn leave_idle(&self, worker: usize) -> bool {
        if !self.workers[worker].called.load(Ordering::SeqCst) {
            let mut idle = self.idle.lock();
            if let Some(at) = idle.iter().position(|&other| other == worker) {
                idle.swap_remove(at);
                self.idle_count.store(idle.len(), Ordering::SeqCst);
                return false;
            }
        }
        // Taken off the list: whoever did so says so now at the latest.
        while !self.workers[worker].called.swap(false, Ordering::SeqCst) {
            std::hint::spin_loop();
        }
        true
    }
    /// Is anything on a queue that this worker may take?
    fn anything_queued(&self, worker: usize) -> bool {
        let bound = &self.workers[worker].bound;
        bound.iter().any(|queue| !queue.is_empty()) || self.anything_common()
    }
    /// Is anything on a queue that any worker may take?
    fn anything_common(&self) -> bool {
        self.common.iter().any(|queue| !queue.is_empty())
            || self.workers.iter().any(|worker| {
                worker
                    .stealers
                    .get()
                    .is_some_and(|stealers| stealers.iter().any(|queue| !queue.is_empty()))
            })
    }
    /// Takes a process from a common queue or another worker's.
    fn steal(&self, worker: usize, start: usize) -> Option<Arc<Process>> {
        for queue in 0..QUEUES {
            if let Some(process) = retry(|| self.common[queue].steal()) {
                return Some(process);
            }
            for offset in 0..self.count() {
                let victim = (start + offset) % self.count();
                if victim == worker {
                    continue;
                }
                let Some(stealers) = self.workers[victim].stealers.get() else {
                    continue;
                };
                if let Some(process) = retry(|| stealers[queue].steal()) {
                    return Some(process);
                }
            }
        }
        None
    }
    /// Processes on queues, by queue; the last count is that of the common queues.
    pub fn queue_lengths(&self) -> Vec<usize> {
        let mut lengths: Vec<usize> = self
            .workers
            .iter()
            .map(|worker| {
                worker
                    .stealers
                    .get()
                    .map_or(0, |stealers| stealers.iter().map(Stealer::len).sum())
                    + worker.bound.iter().map(Injector::len).sum::<usize>()
            })
            .collect();
        lengths.push(self.common.iter().map(Injector::len).sum());
        lengths
    }
    /// The dirty pool of this kind.
    fn dirty(&self, kind: Kind) -> &Pool {
        if kind == Kind::DirtyIo {
            &self.dirty_io
        } else {
            &self.dirty_cpu
        }
    }
    /// As [`Scheduler::blocked`], but waits for the others until `deadline` at most; `body` is told whether they stand still.
    pub fn blocked_until<R>(&self, deadline: Instant, body: impl FnOnce(bool) -> R) -> R {
        self.block.run_until(self, Some(deadline), body)
    }
    /// Stops all workers but the calling one between two processes, calls `body`, and lets them go on.
    pub fn blocked<R>(&self, body: impl FnOnce() -> R) -> R {
        self.block.run_until(self, None, |_| body())
    }
}

fn retry<T>(mut steal: impl FnMut() -> Steal<T>) -> Option<T> {
    loop {
        match steal() {
            Steal::Success(value) => return Some(value),
            Steal::Empty => return None,
            Steal::Retry => std::hint::spin_loop(),
        }
    }
}

/// Native stack of a thread that runs processes: natives, and libraries they call. In builds with debug assertions some instructions
/// dispatch by calls, which return when the process's turn is over.
const STACK_BYTES: usize = if cfg!(debug_assertions) {
    256 << 20
} else {
    8 << 20
};

pub(crate) fn spawn_thread(name: &str, body: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new()
        .name(name.to_owned())
        .stack_size(STACK_BYTES)
        .spawn(body);
    if let Err(error) = thread {
        // Nobody is left to tell if that fails.
        let _ = writeln!(
            std::io::stderr(),
            "oxbeam: can't start the thread \"{name}\": {error}"
        );
        std::process::exit(1);
    }
}

/// Puts a process that has become runnable on a queue.
#[inline]
pub fn enqueue(process: Arc<Process>) {
    machine().scheduler.enqueue(process);
}

/// Puts a process on a queue of this priority so that a worker handles its signals.
#[cold]
pub fn enqueue_for_deputy(process: Arc<Process>, priority: Priority) {
    machine().scheduler.enqueue_for_deputy(process, priority);
}

/// Wakes a worker that may sleep, so that it looks at its timers again.
pub fn wake_worker(worker: usize) {
    machine().scheduler.unpark(worker);
}
