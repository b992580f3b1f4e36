//! A worker: takes processes from queues and runs them, fires its timers, sleeps when there is nothing to do.

use super::{CLASSES, CURRENT, Face, LOW_PASSES, Queued, TURN, schedulers};
use crate::interp::{self, Outcome, Registers};
use crate::machine::machine;
use crate::process::state::Next;
use crate::process::{Priority, Process};
use crossbeam_deque::{Steal, Worker as Deque};
use oxbeam_sync::park::Parker;
use oxbeam_sync::progress;
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub(super) type Queues = [Deque<Queued>; CLASSES];

thread_local! {
    static LOCAL: Cell<*const Queues> = const { Cell::new(std::ptr::null()) };
}

/// Turns after which a worker looks at the shared queues although it has work of its own.
const SHARED_EVERY: u32 = 61;

/// Longest sleep: the machine's time may have been changed under a worker.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// Puts a process on the calling worker's own queue; gives it back if no worker calls.
pub(super) fn push_local(class: usize, process: Queued) -> Option<Queued> {
    let queues = LOCAL.get();
    if queues.is_null() {
        return Some(process);
    }
    // SAFETY: set by this thread to queues that live as long as it does.
    let queues = unsafe { &*queues };
    // What is alone on its worker runs next there; what would have to wait may be stolen.
    let crowded = !queues[class].is_empty();
    queues[class].push(process);
    if crowded {
        super::wake_any();
    }
    None
}

/// Queues of a worker, and what others see of it.
pub(super) fn prepare() -> (Queues, Face) {
    let queues: Queues = std::array::from_fn(|_| Deque::new_fifo());
    let face = Face {
        stealers: std::array::from_fn(|class| queues[class].stealer()),
        unparker: std::sync::OnceLock::new(),
        parked: AtomicBool::new(false),
    };
    (queues, face)
}

/// Starts the thread of worker `index`.
pub(super) fn spawn(index: usize, queues: Queues) {
    let thread = std::thread::Builder::new().name(format!("{}_scheduler", index + 1)).stack_size(4 << 20);
    let spawned = thread.spawn(move || {
        let guarded = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(index, &queues)));
        if guarded.is_err() {
            crate::dump::internal_failure();
        }
    });
    assert!(spawned.is_ok(), "no thread for a scheduler: {:?}", spawned.err());
}

fn work(index: usize, queues: &Queues) {
    CURRENT.set(Some(index));
    LOCAL.set(queues);
    let parker = Parker::new();
    let face = &schedulers().faces[index];
    let _ = face.unparker.set(parker.unparker());
    let mut progress = progress::register();
    let mut registers = Registers::new(false);
    let mut turn = 0_u32;
    loop {
        progress.quiescent();
        turn = turn.wrapping_add(1);
        fire_timers(index);
        match next(index, queues, turn) {
            Some(process) => run(&process, &mut registers),
            None => progress.offline(|| sleep(index, queues, &parker)),
        }
    }
}

fn fire_timers(index: usize) {
    let machine = machine();
    let next = machine.timers.next_tick(index);
    if next != u64::MAX {
        let now = machine.time.tick();
        if now >= next {
            machine.timers.expire(index, now);
        }
    }
}

/// The next process to run: own queues first, but now and then the shared ones, then those of others.
fn next(index: usize, queues: &Queues, turn: u32) -> Option<Queued> {
    if turn % SHARED_EVERY == 0 {
        if let Some(process) = from_shared(queues) {
            return Some(process);
        }
    }
    loop {
        let Some(process) = queues.iter().find_map(Deque::pop) else { break };
        if process.priority() == Priority::Low {
            let passed = process.passed.fetch_add(1, Ordering::Relaxed);
            if passed < LOW_PASSES && !queues[2].is_empty() {
                queues[2].push(process);
                continue;
            }
            process.passed.store(0, Ordering::Relaxed);
        }
        return Some(process);
    }
    from_shared(queues).or_else(|| steal(index, queues))
}

fn from_shared(queues: &Queues) -> Option<Queued> {
    (0..CLASSES).find_map(|class| settle(|| schedulers().shared[class].steal_batch_and_pop(&queues[class])))
}

fn steal(index: usize, queues: &Queues) -> Option<Queued> {
    let faces = &schedulers().faces;
    (1..faces.len()).find_map(|step| {
        let victim = &faces[(index + step) % faces.len()];
        (0..CLASSES).find_map(|class| settle(|| victim.stealers[class].steal_batch_and_pop(&queues[class])))
    })
}

fn settle(steal: impl Fn() -> Steal<Queued>) -> Option<Queued> {
    loop {
        match steal() {
            Steal::Success(process) => return Some(process),
            Steal::Empty => return None,
            Steal::Retry => std::hint::spin_loop(),
        }
    }
}

/// Looks a little longer, then parks until there is work or a timer is due.
fn sleep(index: usize, queues: &Queues, parker: &Parker) {
    let schedulers = schedulers();
    let face = &schedulers.faces[index];
    face.parked.store(true, Ordering::SeqCst);
    schedulers.parked.fetch_add(1, Ordering::SeqCst);
    // The look after the announcement; see the protocol's third step.
    let work = schedulers.shared.iter().any(|queue| !queue.is_empty())
        || schedulers.faces.iter().any(|face| face.stealers.iter().any(|stealer| !stealer.is_empty()))
        || queues.iter().any(|queue| !queue.is_empty());
    if !work {
        let machine = machine();
        let next = machine.timers.next_tick(index);
        let sleep = if next == u64::MAX {
            LONGEST_SLEEP
        } else {
            let due = crate::timer::clock::Time::begin_of(next);
            Duration::from_nanos(due.saturating_sub(machine.time.now())).min(LONGEST_SLEEP)
        };
        let _ = parker.park_timeout(sleep);
    }
    if face.parked.swap(false, Ordering::SeqCst) {
        schedulers.parked.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A turn of a process.
fn run(process: &Arc<Process>, registers: &mut Registers) {
    process.state.begin();
    if !process.prepare_turn() {
        return finish(process);
    }
    if process.is_held() {
        return wait(process);
    }
    // SAFETY: the state word gives the process to this thread.
    let (outcome, left) = unsafe { interp::run(process, registers, TURN) };
    process.end_turn(TURN - left);
    match outcome {
        Outcome::Yield => {
            process.state.yielded();
            super::enqueue(Arc::clone(process));
        }
        Outcome::Wait => wait(process),
        Outcome::Dirty(kind) => super::dirty::hand_over(Arc::clone(process), kind),
        Outcome::Exited => finish(process),
    }
}

fn wait(process: &Arc<Process>) {
    if process.state.waits() == Next::Enqueue {
        super::enqueue(Arc::clone(process));
    }
}

pub(super) fn finish(process: &Arc<Process>) {
    process.state.exits();
    crate::process::exit::finish(process);
}
