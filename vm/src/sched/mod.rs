//! Schedulers: who runs which process when.
//!
//! **The problem.** Many processes, few cores. A process that becomes runnable must run soon, on a core whose caches know it if that
//! costs nothing, and idle cores must find work without anybody tending them, yet burn no time while there is none.
//!
//! **Rejected.** One queue for all: its lock is what everybody waits for. Balancing queues by length now and then, as OTP's
//! migration paths do: much machinery for what stealing gives for free.
//!
//! **The protocol.**
//! 1. Each worker has a deque for each class of priority: max, high, and one for normal and low. Only it pushes; it and thieves take
//!    from the other end, so that processes take turns.
//! 2. Who wakes a process on a worker pushes it there. Who does so elsewhere (a dirty scheduler, the poll thread) pushes to the shared
//!    queue of the class and wakes a worker.
//! 3. A worker without work of its own looks at the shared queues, then steals, then parks until the next timer. Before it parks it
//!    announces that it is about to (`PARKED`) and looks once more: a pusher that does not see the announcement has pushed before that
//!    look, one that sees it takes it back and wakes the worker.
//! 4. A pusher wakes a parked worker only if work is left over: a process that is the only one queued on its worker runs as soon as the
//!    one that woke it waits, on the same core.
//! 5. A process runs 4,000 reductions, or until it waits. Low priority runs every eighth turn that it would have.
//!
//! Dirty natives have threads of their own ([`dirty`]); a process goes there to run one, and comes back.

pub mod dirty;
mod worker;

use crate::process::{Priority, Process};
use crossbeam_deque::{Injector, Stealer};
use oxbeam_sync::CachePadded;
use oxbeam_sync::park::Unparker;
use parking_lot::{Condvar, Mutex};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// Reductions of a turn.
pub const TURN: i64 = 4000;

/// Queues of a worker or shared ones: max, high, normal and low.
pub const CLASSES: usize = 3;

/// Turns that a process of low priority lets others pass.
const LOW_PASSES: u8 = 7;

type Queued = Arc<Process>;

/// What others see of a worker.
struct Face {
    stealers: [Stealer<Queued>; CLASSES],
    /// Set by the worker when its thread runs.
    unparker: OnceLock<Unparker>,
    /// It sleeps, or is about to: whoever takes this back must wake it.
    parked: AtomicBool,
}

impl Face {
    fn wake(&self) {
        // A worker that has not begun yet looks at all queues before it sleeps.
        if let Some(unparker) = self.unparker.get() {
            unparker.unpark();
        }
    }
}

/// All schedulers.
struct Schedulers {
    faces: Vec<CachePadded<Face>>,
    shared: [Injector<Queued>; CLASSES],
    parked: AtomicUsize,
    dirty: dirty::Pools,
}

static SCHEDULERS: OnceLock<Schedulers> = OnceLock::new();

/// Status with which the machine halts, once someone has said so.
static HALTED: (Mutex<Option<i32>>, Condvar) = (Mutex::new(None), Condvar::new());

thread_local! {
    static CURRENT: Cell<Option<usize>> = const { Cell::new(None) };
}

fn schedulers() -> &'static Schedulers {
    SCHEDULERS.get().expect("the schedulers start before the first process")
}

fn class(process: &Process) -> usize {
    match process.priority() {
        Priority::Max => 0,
        Priority::High => 1,
        Priority::Normal | Priority::Low => 2,
    }
}

/// Number of the worker that calls, if one does.
#[inline]
pub fn current_worker() -> Option<usize> {
    CURRENT.get()
}

/// Wakes worker `index`, to look at its timers for instance.
pub fn wake_worker(index: usize) {
    let face = &schedulers().faces[index];
    if face.parked.swap(false, Ordering::SeqCst) {
        schedulers().parked.fetch_sub(1, Ordering::SeqCst);
    }
    face.wake();
}

/// Wakes one worker that sleeps, if any.
fn wake_any() {
    let schedulers = schedulers();
    if schedulers.parked.load(Ordering::SeqCst) == 0 {
        return;
    }
    for face in &schedulers.faces {
        if face.parked.load(Ordering::Relaxed) && face.parked.swap(false, Ordering::SeqCst) {
            schedulers.parked.fetch_sub(1, Ordering::SeqCst);
            face.wake();
            return;
        }
    }
}

/// Puts a process that its state word calls queued on a queue.
pub fn enqueue(process: Arc<Process>) {
    let class = class(&process);
    if let Some(process) = worker::push_local(class, process) {
        schedulers().shared[class].push(process);
        wake_any();
    }
}

/// Queues of the workers, until their threads take them.
static PREPARED: Mutex<Vec<worker::Queues>> = Mutex::new(Vec::new());

/// Makes the queues of `count` normal schedulers; processes may be queued from now on.
pub fn prepare(count: usize) {
    let (queues, faces): (Vec<_>, Vec<_>) = (0..count.max(1)).map(|_| worker::prepare()).unzip();
    let set = SCHEDULERS
        .set(Schedulers {
            faces: faces.into_iter().map(CachePadded::new).collect(),
            shared: std::array::from_fn(|_| Injector::new()),
            parked: AtomicUsize::new(0),
            dirty: dirty::Pools::new(),
        })
        .is_ok();
    assert!(set, "the schedulers are prepared once");
    *PREPARED.lock() = queues;
}

/// Starts the threads.
pub fn launch(dirty_cpu: usize, dirty_io: usize) {
    for (index, queues) in PREPARED.lock().drain(..).enumerate() {
        worker::spawn(index, queues);
    }
    dirty::start(dirty_cpu, dirty_io);
}

/// Number of normal schedulers.
pub fn workers() -> usize {
    SCHEDULERS.get().map_or(1, |schedulers| schedulers.faces.len())
}

/// Processes on queues: of each class, on all workers and the shared queues.
pub fn queued() -> [usize; CLASSES] {
    let schedulers = schedulers();
    std::array::from_fn(|class| {
        schedulers.shared[class].len() + schedulers.faces.iter().map(|face| face.stealers[class].len()).sum::<usize>()
    })
}

/// The machine halts with `status`; the first to say so counts.
pub fn halt(status: i32) {
    let mut halted = HALTED.0.lock();
    if halted.is_none() {
        *halted = Some(status);
    }
    HALTED.1.notify_all();
}

/// Is the machine about to halt?
pub fn is_halting() -> bool {
    HALTED.0.lock().is_some()
}

/// Waits until the machine halts; its status.
pub fn wait_for_halt() -> i32 {
    let mut halted = HALTED.0.lock();
    loop {
        if let Some(status) = *halted {
            return status;
        }
        HALTED.1.wait(&mut halted);
    }
}
