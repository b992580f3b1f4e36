//! A worker: takes processes from the queues and runs them; fires its timers; sleeps.

use super::{QUEUES, Scheduler, Shared};
use crate::dist;
use crate::interp::Registers;
use crate::io::poll::{self, Notice, Turn};
use crate::machine::Machine;
use crate::process::{Priority, Process};
use crate::stats::meters;
use crate::system_profile;
use crate::timer::clock::Time;
use crossbeam_deque::Worker as Deque;
use oxbeam_sync::park::{Parker, Woken};
use oxbeam_sync::progress;
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};
use std::time::Duration;

/// Turns after which the common queues come first.
const COMMON_FIRST: u32 = 61;
/// Times that a process of low priority lets others of its queue pass.
const LOW_PASSES: u8 = 7;

/// A worker that has slept this long does not expect to be busy again soon.
const REST: Duration = Duration::from_secs(1);
/// What comes within so many nanoseconds is worth looking around for: input, and work.
const INPUT_SOON: u64 = 100_000;
const WORK_SOON: u64 = 30_000;

/// Does what a worker waits for come soon? Then it looks around for it before it sleeps. Where others want the processor, looking in vain takes
/// it from those who are to send what is looked for, so that must not happen often.
#[derive(Default)]
struct Habit {
    /// Times, up to [`Habit::TRUST`], that it came soon.
    soon: u8,
}

impl Habit {
    const TRUST: u8 = 4;
    /// Is looking around worth it?
    fn comes_soon(&self) -> bool {
        self.soon == Habit::TRUST
    }
    /// The worker has waited; `looked`: not asleep all the time.
    fn waited(&mut self, came_soon: bool, looked: bool) {
        self.soon = match (came_soon, looked) {
            (true, _) => (self.soon + 1).min(Habit::TRUST),
            (false, false) => self.soon.saturating_sub(1),
            (false, true) => 0,
        };
    }
}

struct Local {
    index: usize,
    queues: [Deque<Arc<Process>>; QUEUES],
}

/// When a worker that has something to run reads the clock, for timers and input: after so many reductions, or so many turns. OTP does so after
/// 4,000 reductions.
struct Glances {
    turns: u32,
    /// What was spent when it was read last.
    spent: u64,
}

impl Glances {
    const REDUCTIONS: u64 = 2000;
    const TURNS: u32 = 40;

    /// Reads the clock at the next turn.
    const NOW: Glances = Glances {
        turns: Glances::TURNS,
        spent: 0,
    };
    /// A turn begins: is it time to read the clock?
    fn is_due(&mut self) -> bool {
        self.turns += 1;
        let spent = dist::turn::spent();
        if self.turns < Glances::TURNS && spent.wrapping_sub(self.spent) < Glances::REDUCTIONS {
            return false;
        }
        *self = Glances { turns: 0, spent };
        true
    }
}

/// What a worker knows of the machine's descriptors.
#[derive(Default)]
struct Input {
    /// Of what is ready; they are called between two processes.
    notices: Vec<Notice>,
    /// When it looked last while it had something to run.
    looked: u64,
    habit: Habit,
}

thread_local! {
    static LOCAL: Cell<*const Local> = const { Cell::new(std::ptr::null()) };
    static PROCESS: Cell<*const Process> = const { Cell::new(std::ptr::null()) };
}

/// Index of the worker that the calling thread is, if it is one.
#[inline]
pub fn current_worker() -> Option<usize> {
    let local = LOCAL.get();
    // SAFETY: set by `run` on this thread while its `Local` lives.
    (!local.is_null()).then(|| unsafe { (*local).index })
}

/// The calling thread counts as the first worker: the simulator's.
pub(super) fn become_only_worker() {
    let local = Box::leak(Box::new(Local {
        index: 0,
        queues: std::array::from_fn(|_| Deque::new_fifo()),
    }));
    LOCAL.set(local);
}

/// Number of the process that the calling thread runs.
pub fn current_process() -> Option<u64> {
    let process = PROCESS.get();
    // SAFETY: set while the thread runs the process, whose record it holds.
    (!process.is_null()).then(|| unsafe { (*process).number })
}

/// The process that the calling thread runs.
pub(super) fn current<'a>() -> Option<&'a Process> {
    let process = PROCESS.get();
    // SAFETY: as above; whoever asks is called by the process.
    (!process.is_null()).then(|| unsafe { &*process })
}

/// Runs `body` with `process` as the one that the thread runs.
pub(super) fn with_process<R>(process: &Process, body: impl FnOnce() -> R) -> R {
    PROCESS.set(process);
    let result = body();
    PROCESS.set(std::ptr::null());
    result
}

/// Puts a process on the calling worker's own queue; how long that is now. It comes back if the thread is no worker.
#[inline]
pub(super) fn push_local(queue: usize, process: Arc<Process>) -> Result<usize, Arc<Process>> {
    let local = LOCAL.get();
    if local.is_null() {
        return Err(process);
    }
    // SAFETY: as in `current_worker`; queues are used through shared references.
    let queues = unsafe { &(*local).queues };
    queues[queue].push(process);
    Ok(queues[queue].len())
}

/// The worker's life.
pub(super) fn run(machine: &'static Machine, index: usize) {
    let scheduler = &machine.scheduler;
    let shared = &scheduler.workers[index];
    let parker = Parker::new();
    let local = Local {
        index,
        queues: std::array::from_fn(|_| Deque::new_fifo()),
    };
    let _ = shared
        .stealers
        .set(std::array::from_fn(|queue| local.queues[queue].stealer()));
    let _ = shared.unparker.set(parker.unparker());
    LOCAL.set(&local);
    let mut registers = Registers::new(false);
    let mut progress = progress::register();
    let mut turn: u32 = index as u32;
    let mut searching = false;
    let mut input = Input::default();
    let mut work = Habit::default();
    let mut glances = Glances::NOW;
    scheduler.block.begin(shared);
    loop {
        progress.quiescent();
        turn = turn.wrapping_add(1);
        scheduler.block.checkpoint(shared, &mut progress);
        if shared.has_errands.load(Ordering::Relaxed) {
            shared.run_errands();
        }
        if glances.is_due() {
            let tick = machine.time.tick();
            if tick >= machine.timers.next_tick(index) {
                machine.timers.expire(index, tick);
            }
            if tick != input.looked && input.notices.is_empty() {
                input.looked = tick;
                poll::look(&mut input.notices);
            }
        }
        poll::call(&mut input.notices);
        if index >= scheduler.online() {
            dist::turn::flush();
            // Called to search before it left: another one must come in its place.
            if std::mem::take(&mut searching) {
                scheduler.searching.fetch_sub(1, Ordering::SeqCst);
                scheduler.call();
            }
            stand_by(machine, &local, &parker, &mut progress);
            glances = Glances::NOW;
            continue;
        }
        match next(scheduler, &local, turn) {
            Some(process) => {
                if searching {
                    searching = false;
                    scheduler.searching.fetch_sub(1, Ordering::SeqCst);
                    // What has come meanwhile was left to this one to find.
                    if scheduler.anything_common() {
                        scheduler.call();
                    }
                } else if local.queues.iter().any(|queue| !queue.is_empty()) {
                    // What waits here may run elsewhere meanwhile.
                    scheduler.call();
                }
                // At the end there is only what ports have to write.
                if !crate::halt::is_halting() {
                    super::run::run(machine, process, &mut registers, machine.config.reductions);
                }
                dist::turn::flush_unless(|| local.queues.iter().any(|queue| !queue.is_empty()));
            }
            None => {
                dist::turn::flush();
                searching = sleep(
                    machine,
                    &local,
                    &parker,
                    &mut progress,
                    &mut input,
                    &mut work,
                    searching,
                );
                glances = Glances::NOW;
            }
        }
    }
}

/// The process to run next.
fn next(scheduler: &Scheduler, local: &Local, turn: u32) -> Option<Arc<Process>> {
    if turn.is_multiple_of(COMMON_FIRST) {
        for queue in &scheduler.common {
            if let Some(process) = super::retry(|| queue.steal()) {
                return Some(process);
            }
        }
    }
    // In turn, so that neither those that are bound nor the others wait for ever.
    let bound_first = turn.is_multiple_of(2);
    for (index, queue) in local.queues.iter().enumerate() {
        let bound = || scheduler.take_bound(local.index, index);
        if let Some(process) = bound_first.then(bound).flatten() {
            return Some(process);
        }
        while let Some(process) = queue.pop() {
            if process.priority() == Priority::Low && index == QUEUES - 1 && !queue.is_empty() {
                let passed = process.passed.load(Ordering::Relaxed);
                if passed < LOW_PASSES {
                    process.passed.store(passed + 1, Ordering::Relaxed);
                    queue.push(process);
                    continue;
                }
            }
            process.passed.store(0, Ordering::Relaxed);
            return Some(process);
        }
        if let Some(process) = super::retry(|| scheduler.common[index].steal()) {
            return Some(process);
        }
        if let Some(process) = (!bound_first).then(bound).flatten() {
            return Some(process);
        }
    }
    scheduler.steal(local.index, local.index + 1)
}

/// Nothing to run: looks around, then sleeps until called, until its next timer or, if no other worker waits for it, input. Returns whether the
/// worker counts as searching.
fn sleep(
    machine: &Machine,
    local: &Local,
    parker: &Parker,
    progress: &mut progress::Worker,
    input: &mut Input,
    work: &mut Habit,
    searching: bool,
) -> bool {
    let scheduler = &machine.scheduler;
    let turn = Turn::take();
    let begin = machine.time.now();
    let waited = || machine.time.now().saturating_sub(begin);
    let looks_for_work = scheduler.count() > 1 && work.comes_soon();
    let looks_for_input = turn.is_some() && input.habit.comes_soon();
    let mut searching = searching;
    if looks_for_work || looks_for_input {
        // What comes is found here: nobody else need be woken for it.
        if !searching {
            searching = true;
            scheduler.searching.fetch_add(1, Ordering::SeqCst);
        }
        let longest = if looks_for_input {
            INPUT_SOON
        } else {
            WORK_SOON
        };
        while waited() < longest {
            for _ in 0..32 {
                std::hint::spin_loop();
            }
            if scheduler.anything_queued(local.index) {
                work.waited(true, true);
                return searching;
            }
            if let (Some(turn), true) = (&turn, looks_for_input) {
                turn.wait(Some(Duration::ZERO), &mut input.notices);
                if !input.notices.is_empty() {
                    input.habit.waited(true, true);
                    return searching;
                }
            }
        }
    }
    if searching {
        scheduler.searching.fetch_sub(1, Ordering::SeqCst);
    }
    scheduler.enter_idle(local.index);
    if scheduler.anything_queued(local.index) {
        return scheduler.leave_idle(local.index);
    }
    let waits = turn.is_some();
    park(machine, local, parker, progress, turn, &mut input.notices);
    // To fall asleep and to be woken takes its time too, here and where it comes from.
    let waited = waited();
    let came = scheduler.anything_queued(local.index);
    work.waited(came && waited < 3 * WORK_SOON, looks_for_work);
    if waits {
        let came = !input.notices.is_empty();
        input
            .habit
            .waited(came && waited < 3 * INPUT_SOON, looks_for_input);
    }
    scheduler.leave_idle(local.index)
}

/// Parks until unparked, or until the worker's next timer; with the turn to wait for input also until that comes. Who has slept for a while gives
/// memory back before it sleeps on.
fn park(
    machine: &Machine,
    local: &Local,
    parker: &Parker,
    progress: &mut progress::Worker,
    turn: Option<Turn>,
    notices: &mut Vec<Notice>,
) {
    let shared = &machine.scheduler.workers[local.index];
    oxbeam_term::heap::forget_spare();
    machine.scheduler.block.end(shared);
    if system_profile::wants(system_profile::flag::SCHEDULERS) {
        system_profile::of_scheduler(local.index, false);
    }
    meters::sleeps(meters::Kind::Worker, local.index);
    progress.offline(|| {
        let mut rest = |longest: Option<Duration>| match (&turn, longest) {
            (Some(turn), _) if longest.is_none_or(|longest| longest >= FINEST) => {
                wait(shared, parker, turn, longest, notices)
            }
            (_, None) => {
                parker.park();
                Woken::Notified
            }
            (_, Some(Duration::ZERO)) => Woken::TimedOut,
            (_, Some(longest)) => parker.park_timeout(longest),
        };
        if let Some(hook) = machine.rest_hook()
            && until_timer(machine, local).is_none_or(|left| left > REST)
        {
            if rest(Some(REST)) == Woken::Notified {
                return;
            }
            hook();
        }
        rest(until_timer(machine, local));
    });
    meters::wakes(meters::Kind::Worker, local.index);
    machine.scheduler.block.begin(shared);
    if system_profile::wants(system_profile::flag::SCHEDULERS) {
        system_profile::of_scheduler(local.index, true);
    }
}

/// The system counts milliseconds while it waits for input. A timer that is nearer has the worker sleep without looking for any.
const FINEST: Duration = Duration::from_millis(1);

/// Waits for input, or until unparked.
fn wait(
    shared: &Shared,
    parker: &Parker,
    turn: &Turn,
    longest: Option<Duration>,
    notices: &mut Vec<Notice>,
) -> Woken {
    shared.polls.store(true, Ordering::SeqCst);
    fence(Ordering::SeqCst);
    // Who unparks us from here on sees where we are.
    let mut called = parker.try_park();
    if !called {
        // Not to oversleep, the fraction of a millisecond is left for another sleep.
        let whole = longest.map(|longest| Duration::from_millis(longest.as_millis() as u64));
        called = turn.wait(whole, notices);
    }
    shared.polls.store(false, Ordering::SeqCst);
    // A token may have come with the input, or without a look at where we are.
    if parker.try_park() || called {
        Woken::Notified
    } else {
        Woken::TimedOut
    }
}

/// How long it is until the worker's next timer.
fn until_timer(machine: &Machine, local: &Local) -> Option<Duration> {
    match machine.timers.next_tick(local.index) {
        u64::MAX => None,
        tick => {
            let left = Time::begin_of(tick).saturating_sub(machine.time.now());
            Some(Duration::from_nanos(left))
        }
    }
}

/// The worker is not online: others take what is on its queues; only its timers keep it.
fn stand_by(machine: &Machine, local: &Local, parker: &Parker, progress: &mut progress::Worker) {
    for queue in &local.queues {
        while let Some(process) = queue.pop() {
            machine.scheduler.enqueue_common(process);
        }
    }
    for queue in 0..QUEUES {
        while let Some(process) = machine.scheduler.take_bound(local.index, queue) {
            machine.scheduler.enqueue(process);
        }
    }
    park(machine, local, parker, progress, None, &mut Vec::new());
}
