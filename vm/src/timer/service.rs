//! The machine's timers: a wheel for each worker, and the timers that programs have set, by their references.
//!
//! A worker sets timers in its own wheel and fires them between two processes, so a wheel's lock is nearly always free. Other threads
//! set theirs in the first wheel and wake its worker. A timer that has fired before it could be cancelled stays fired: whoever comes
//! second finds nothing.

use super::clock::Time;
use super::wheel::{Key, Wheel};
use crate::machine::machine;
use crate::process::{Message, Process};
use crate::sched;
use crate::signal::{self, Signal};
use hashbrown::{HashMap, HashSet};
use oxbeam_sync::CachePadded;
use oxbeam_sync::rank::{Mutex, Rank};
use oxbeam_term::Atom;
use oxbeam_term::boxed::reference::RefNumbers;
use std::sync::atomic::{AtomicU64, Ordering};

/// Names a timer.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct TimerId {
    wheel: u32,
    key: Key,
}

/// What a timer does.
pub enum Action {
    /// Ends the receive of this process.
    Receive(u64),
    /// Sends a message.
    Send(Box<MessageTimer>),
    /// Calls a function, on a worker; it must be short.
    Call(Box<dyn FnOnce() + Send>),
}

/// A timer of `erlang:start_timer/4` or `erlang:send_after/4`.
pub struct MessageTimer {
    /// Its reference.
    pub reference: RefNumbers,
    /// Who gets the message.
    pub destination: Destination,
    /// The message.
    pub message: Message,
}

// SAFETY: a message owns the fragment that its words lie in.
unsafe impl Send for MessageTimer {}

/// Who gets a timer's message.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Destination {
    /// A process of this node.
    Process(u64),
    /// Whoever has this name then.
    Name(Atom),
}

struct Local {
    wheel: Mutex<Wheel<Action>>,
    /// No timer of the wheel is due before this tick; `u64::MAX` for none.
    next: AtomicU64,
}

const SHARDS: usize = 16;

type Shard = CachePadded<Mutex<HashMap<RefNumbers, TimerId>>>;

/// All timers.
pub struct Service {
    locals: Box<[CachePadded<Local>]>,
    messages: [Shard; SHARDS],
}

/// References of the timers whose messages go to one process; they end with it.
pub type TimersOf = HashSet<RefNumbers>;

impl Service {
    /// Timers of so many workers.
    pub fn new(workers: usize) -> Service {
        Service {
            locals: (0..workers.max(1))
                .map(|_| {
                    CachePadded::new(Local {
                        wheel: Mutex::new(Rank::Timer, Wheel::new()),
                        next: AtomicU64::new(u64::MAX),
                    })
                })
                .collect(),
            messages: std::array::from_fn(|_| {
                CachePadded::new(Mutex::new(Rank::Timer, HashMap::new()))
            }),
        }
    }
    fn shard(&self, reference: RefNumbers) -> &Shard {
        &self.messages[reference.low as usize % SHARDS]
    }
    /// Sets a timer for `tick`.
    pub fn set(&self, tick: u64, action: Action) -> TimerId {
        let worker = sched::current_worker();
        let wheel = worker.unwrap_or(0).min(self.locals.len() - 1);
        let local = &self.locals[wheel];
        let (key, sooner) = {
            let mut timers = local.wheel.lock();
            let key = timers.insert(tick, action);
            let sooner = tick < local.next.load(Ordering::Relaxed);
            if sooner {
                local.next.store(tick, Ordering::Release);
            }
            (key, sooner)
        };
        if sooner && worker.is_none() {
            sched::wake_worker(wheel);
        }
        TimerId {
            wheel: wheel as u32,
            key,
        }
    }
    /// Cancels a timer: its tick and what it would have done, if it has not fired.
    pub fn cancel(&self, id: TimerId) -> Option<(u64, Action)> {
        self.locals[id.wheel as usize].wheel.lock().remove(id.key)
    }
    /// Looks at all timers that send messages, each with its tick. Nothing may set or cancel one meanwhile.
    pub(crate) fn each_message(&self, mut look: impl FnMut(u64, &MessageTimer)) {
        for shard in &self.messages {
            let ids: Vec<TimerId> = shard.lock().values().copied().collect();
            for id in ids {
                let wheel = self.locals[id.wheel as usize].wheel.lock();
                if let Some((tick, Action::Send(timer))) = wheel.get(id.key) {
                    look(tick, timer);
                }
            }
        }
    }
    /// The tick of a timer that has not fired.
    pub fn when(&self, id: TimerId) -> Option<u64> {
        self.locals[id.wheel as usize].wheel.lock().when(id.key)
    }
    /// The tick up to which worker `worker` has nothing to fire.
    #[inline]
    pub fn next_tick(&self, worker: usize) -> u64 {
        self.locals[worker].next.load(Ordering::Acquire)
    }
    /// Fires what is due in the wheel of `worker`.
    pub fn expire(&self, worker: usize, now: u64) {
        let mut fired = Vec::new();
        let local = &self.locals[worker];
        {
            let mut wheel = local.wheel.lock();
            wheel.expire(now, &mut fired);
            local
                .next
                .store(wheel.next_tick().unwrap_or(u64::MAX), Ordering::Release);
        }
        for action in fired {
            self.fire(action);
        }
    }
    fn fire(&self, action: Action) {
        match action {
            Action::Receive(number) => {
                let _ = signal::deliver(number, Signal::ReceiveTimeout);
            }
            Action::Send(timer) => {
                self.shard(timer.reference).lock().remove(&timer.reference);
                match timer.destination {
                    Destination::Process(number) => {
                        if let Some(process) = machine().processes.get(number) {
                            process.forget_timer(timer.reference);
                            let _ = signal::push(&process, Signal::Message(timer.message));
                        }
                    }
                    Destination::Name(name) => signal::send_to_name(name, timer.message),
                }
            }
            Action::Call(call) => call(),
        }
    }
    /// Sets a timer that sends a message.
    pub fn send_at(&self, tick: u64, timer: MessageTimer) {
        let (reference, destination) = (timer.reference, timer.destination);
        let process = match destination {
            Destination::Process(number) => match machine().processes.get(number) {
                // As good as a process that ends before the time has come.
                None => return,
                process => process,
            },
            Destination::Name(_) => None,
        };
        // The shard's lock is held over the setting: a timer that fires at once finds its entry.
        let shard = self.shard(reference);
        if let Some(process) = &process {
            process.note_timer(reference);
        }
        let id = self.set(tick, Action::Send(Box::new(timer)));
        shard.lock().insert(reference, id);
        if self.when(id).is_none() {
            shard.lock().remove(&reference);
        }
        // The process may have ended meanwhile, and swept its timers before this one was there.
        if let Some(process) = process
            && process.state.is_exiting()
        {
            self.cancel_message(reference);
        }
    }
    /// Cancels the timer of a reference: milliseconds that were left.
    pub fn cancel_message(&self, reference: RefNumbers) -> Option<u64> {
        let id = self.shard(reference).lock().remove(&reference)?;
        let (tick, action) = self.cancel(id)?;
        if let Action::Send(timer) = action
            && let Destination::Process(number) = timer.destination
            && let Some(process) = machine().processes.get(number)
        {
            process.forget_timer(reference);
        }
        Some(milliseconds_to(&machine().time, tick))
    }
    /// Milliseconds left of the timer of a reference.
    pub fn read_message(&self, reference: RefNumbers) -> Option<u64> {
        let id = *self.shard(reference).lock().get(&reference)?;
        Some(milliseconds_to(&machine().time, self.when(id)?))
    }
    /// Cancels the timers whose messages would go to `process`, which ends.
    pub fn cancel_all_of(&self, process: &Process) {
        for reference in process.take_timers() {
            let id = self.shard(reference).lock().remove(&reference);
            if let Some(id) = id {
                self.cancel(id);
            }
        }
    }
    /// Bytes of the timers that send messages, without the messages.
    pub fn message_bytes(&self) -> usize {
        let count: usize = self.messages.iter().map(|shard| shard.lock().len()).sum();
        count * size_of::<MessageTimer>()
    }
    /// Number of timers that are set.
    pub fn count(&self) -> usize {
        self.locals
            .iter()
            .map(|local| local.wheel.lock().len())
            .sum()
    }
}

/// Milliseconds until `tick`, counted up.
fn milliseconds_to(time: &Time, tick: u64) -> u64 {
    tick.saturating_sub(time.tick_after(0))
}
