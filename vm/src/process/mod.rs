//! Processes. A process's record is split by owner: what never changes, one atomic word of state, the inbox that others write, and
//! [`Owned`], which only the thread that runs the process touches.

pub mod code;
pub mod dictionary;
mod exception;
pub mod exit;
pub mod info;
pub mod mailbox;
mod peer;
pub mod relations;
mod roots;
pub mod saved_calls;
pub mod spawn;
pub mod state;

pub use exception::{Class, Culprit, Exception};
pub use mailbox::{Mailbox, Message};
pub use peer::Peer;
pub use state::State;

use crate::machine::machine;
use crate::signal::observer::Observed;
use crate::signal::remote::Room;
use crate::signal::{Signal, Task};
use crate::system_monitor;
use crate::timer::service::{Action, TimerId, TimersOf};
use crate::trace::call::Measured;
use crate::trace::{Tracee, event};
use dictionary::Dictionary;
use oxbeam_sync::inbox::{Inbox, Node};
use oxbeam_term::Word;
use oxbeam_term::atom::{Atom, known};
use oxbeam_term::boxed::fun::{CodePointer, Export};
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::gc::zeal::ZEAL;
use oxbeam_term::gc::{self, Extent};
use oxbeam_term::heap::Heap;
use oxbeam_term::heap::literal::Leaving;
use parking_lot::Mutex;
use relations::Relations;
use saved_calls::SavedCalls;
use smallvec::SmallVec;
use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU32, Ordering};
use std::sync::{Arc, Weak};

/// Which process runs first.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Priority {
    /// Before all others.
    Max,
    /// Before those below.
    High,
    /// As most.
    Normal,
    /// Every eighth turn of the normal ones.
    Low,
}

impl Priority {
    /// The priority as an atom.
    pub fn atom(self) -> Atom {
        match self {
            Priority::Max => known::MAX,
            Priority::High => known::HIGH,
            Priority::Normal => known::NORMAL,
            Priority::Low => known::LOW,
        }
    }
    /// The priority that an atom names.
    pub fn from_atom(atom: Atom) -> Option<Priority> {
        [
            Priority::Max,
            Priority::High,
            Priority::Normal,
            Priority::Low,
        ]
        .into_iter()
        .find(|priority| priority.atom() == atom)
    }
}

const NO_NAME: u32 = u32::MAX;
/// A table for no more timers than these is kept when the last one is gone.
const FEW_TIMERS: usize = 8;

/// A process, as all see it.
pub struct Process {
    /// Number within the node.
    pub number: u64,
    /// The record itself, as the counted pointer it lies behind.
    this: *const Process,
    /// What it is doing.
    pub state: State,
    priority: AtomicU8,
    system: bool,
    /// Turns that a process of low priority has let others pass.
    pub(crate) passed: AtomicU8,
    /// The scheduler that it is bound to, from 1; 0 for none.
    bound_to: AtomicU16,
    name: AtomicU32,
    /// Signals that it has not fetched yet.
    pub inbox: Inbox<Box<Node<Signal>>>,
    /// Timers whose messages go to this process.
    timers: Mutex<Option<Box<TimersOf>>>,
    /// What is traced of it.
    pub trace: Tracee,
    owned: UnsafeCell<Owned>,
}

// With the two counts before it a record takes 768 bytes, which is a size that allocators have. The next is an eighth of a kilobyte more.
const _: () = assert!(ZEAL || size_of::<Process>() <= 752);

// SAFETY: `owned` is only touched by the thread that runs the process, which the state word decides.
unsafe impl Sync for Process {}
// SAFETY: as above; nothing in it belongs to a thread.
unsafe impl Send for Process {}

/// What only the thread that runs a process touches.
#[repr(C)]
pub struct Owned {
    /// Heap and stack.
    pub heap: Heap,
    /// Where to go on.
    pub pc: CodePointer,
    /// Live X registers while the process does not run.
    pub saved_x: SmallVec<[Word; 6]>,
    /// Catches and tries that are open.
    pub catches: i32,
    /// Exceptions without reductions left, since its turn began or it last called something.
    pub late_catches: u32,
    /// The exception that is raised.
    pub exception: Exception,
    /// Reductions used by natives beyond the one of their call, not yet counted.
    pub extra_reductions: i64,
    /// Reductions put aside when the process was made to yield early, to collect for instance.
    pub parked_reductions: i64,
    /// Reductions that the interpreter was entered with; 0 outside.
    pub reductions_given: i64,
    /// Reductions left when the interpreter was left, or last called a native.
    pub reductions_left: i64,
    /// Function that a native goes on in.
    pub trap: Option<&'static Export>,
    /// Its arguments.
    pub trap_arguments: SmallVec<[Word; 2]>,
    /// The message queue.
    pub mailbox: Mailbox,
    /// The next collection shall be a major one.
    pub major_soon: bool,
    /// `process_flag(trap_exit, _)`
    pub trap_exit: bool,
    /// `process_flag(save_calls, _)` is not zero.
    pub saves_calls: bool,
    /// One of the machine's own processes.
    pub system_process: bool,
    /// `process_flag(sensitive, _)`
    pub sensitive: bool,
    /// `process_flag(async_dist, _)`
    pub async_dist: bool,
    /// It was idle before it began to handle the signals that it handles now.
    pub was_waiting: bool,
    /// It waits for a port, or a connection, that is busy.
    pub waits_for_port: bool,
    /// It waits in `erlang:hibernate/3`: only a message makes it go on.
    pub hibernating: bool,
    /// A signal told it to exit; the reason is [`Owned::exit_reason`].
    pub told_to_exit: bool,
    /// Module whose code calls `load_nif` next.
    pub calling_module: Atom,
    /// The entry of a traced function whose call has been seen, to run again; null for none.
    pub seen_entry: CodePointer,
    /// Why it was told to. A root.
    pub exit_reason: Word,
    /// The module that is called when a function is not there.
    pub error_handler: Atom,
    /// First function: module, name, arity.
    pub initial_call: (Atom, Atom, u8),
    /// The process's number.
    pub number: u64,
    /// Who started it.
    pub parent: Option<Peer>,
    /// `group_leader()`
    pub group_leader: Peer,
    /// `put/2` and `get/1`.
    pub dictionary: Dictionary,
    /// Links, monitors, aliases, once there were any.
    pub relations: Option<Box<Relations>>,
    /// Reductions counted so far.
    pub reductions: u64,
    /// `process_flag(max_heap_size, _)`
    pub max_heap: MaxHeap,
    /// What few processes have.
    pub rare: Option<Box<Rare>>,
    receive_timer: ReceiveTimer,
}

/// What few processes have.
pub struct Rare {
    /// Token of sequential tracing, or `NONE`. A root.
    pub trace_token: Word,
    /// Its counts: of the last message sent or received, and of the last one received.
    pub trace_counts: (i64, i64),
    /// The calls saved last.
    pub saved_calls: SavedCalls,
    /// How many others have suspended the process.
    pub suspended: u32,
    /// Processes that this one has suspended, and how often.
    pub suspending: Vec<Suspending>,
    /// System tasks that wait until nothing is in registers.
    pub tasks: Vec<Task>,
    /// Those of them that do not collect.
    pub light_tasks: Vec<Task>,
    /// Reductions that it was charged and has given up without using them: counted as used nowhere.
    given_up_reductions: i64,
    /// Collections that others have asked for, if they are to wait (`erts_debug:set_internal_state(gc_state, false)`).
    pub held_collections: Option<Vec<Task>>,
    /// The options with which it watches nodes ([`watch_nodes`](crate::dist::watch::watch_nodes)).
    pub watches_nodes: Vec<u32>,
    /// The system monitor was told that the message queue is long.
    pub long_queue: bool,
    /// Functions whose time or memory is measured.
    pub(crate) measured: Vec<Measured>,
    /// Who watches the process and is none.
    pub(crate) observers: Vec<Observed>,
    /// What the process has sent over a connection waits for room there, and so does it.
    pub room: Option<Room>,
}

/// A process that another one has suspended.
#[derive(Debug)]
pub struct Suspending {
    /// Its number.
    pub number: u64,
    /// How often.
    pub count: u32,
    /// It has heard of it.
    pub is_suspended: Arc<AtomicBool>,
}

/// `process_flag(max_heap_size, _)`
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct MaxHeap {
    /// Words; zero for no limit.
    pub words: usize,
    /// Kill the process?
    pub kill: bool,
    /// Log it?
    pub log: bool,
    /// Count off-heap binaries too?
    pub include_binaries: bool,
}

/// Timer of the receive in progress.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum ReceiveTimer {
    None,
    /// `after infinity`
    Never,
    Running(TimerId),
    Fired,
}

impl Process {
    /// A process with this number, behind the pointer that it is made for.
    pub fn new(this: &Weak<Process>, number: u64, priority: Priority, owned: Owned) -> Process {
        Process {
            number,
            this: this.as_ptr(),
            state: State::new(),
            priority: AtomicU8::new(priority as u8),
            system: owned.system_process,
            passed: AtomicU8::new(0),
            bound_to: AtomicU16::new(0),
            name: AtomicU32::new(NO_NAME),
            inbox: Inbox::new(),
            timers: Mutex::new(None),
            trace: Tracee::new(),
            owned: UnsafeCell::new(owned),
        }
    }
    /// Is it one of the machine's own processes?
    pub fn is_system(&self) -> bool {
        self.system
    }
    /// The owned part, for the thread that runs the process.
    #[inline(always)]
    pub fn owned_pointer(&self) -> *mut Owned {
        self.owned.get()
    }
    /// A count of one's own of the record.
    #[inline]
    pub fn to_arc(&self) -> Arc<Process> {
        // SAFETY: records are only made behind the pointer `this` ([`Process::new`]); whoever has a reference to one keeps it alive.
        unsafe {
            Arc::increment_strong_count(self.this);
            Arc::from_raw(self.this)
        }
    }
    /// Are there signals that have not been fetched?
    #[inline]
    pub fn has_signals(&self) -> bool {
        !self.inbox.is_empty()
    }
    /// Handles all signals in the inbox: messages go to the mailbox, others are executed. `false`: the process must exit now; its
    /// exception holds the reason. Nothing on the heap moves. For the thread that runs the process, with no reference into `Owned`.
    pub fn fetch_signals(&self) -> bool {
        crate::signal::handle::handle_all(self)
    }
    /// Its priority.
    #[inline]
    pub fn priority(&self) -> Priority {
        match self.priority.load(Ordering::Relaxed) {
            0 => Priority::Max,
            1 => Priority::High,
            2 => Priority::Normal,
            _ => Priority::Low,
        }
    }
    /// Sets the priority; the one before.
    pub fn set_priority(&self, priority: Priority) -> Priority {
        let before = self.priority();
        self.priority.store(priority as u8, Ordering::Relaxed);
        before
    }
    /// The scheduler that it is bound to, from 1; 0 for none.
    #[inline]
    pub fn bound_to(&self) -> u16 {
        self.bound_to.load(Ordering::Relaxed)
    }
    /// Binds it to this scheduler, from 1, or to none if 0; what it was before. It moves when it is put on a queue next.
    pub fn bind_to(&self, scheduler: u16) -> u16 {
        self.bound_to.swap(scheduler, Ordering::Relaxed)
    }
    /// Its registered name.
    pub fn registered_name(&self) -> Option<Atom> {
        match self.name.load(Ordering::SeqCst) {
            NO_NAME => None,
            index => Some(Atom::from_index(index)),
        }
    }
    /// For the registry, under its lock.
    pub(crate) fn set_registered_name(&self, name: Option<Atom>) {
        self.name
            .store(name.map_or(NO_NAME, Atom::index), Ordering::SeqCst);
    }
    /// A timer's message will go to this process.
    pub(crate) fn note_timer(&self, reference: RefNumbers) {
        self.timers.lock().get_or_insert_default().insert(reference);
    }
    /// The timer has fired, or was cancelled.
    pub(crate) fn forget_timer(&self, reference: RefNumbers) {
        let mut timers = self.timers.lock();
        if let Some(set) = timers.as_mut() {
            set.remove(&reference);
            // Who sets one timer sets another soon, most of the time.
            if set.is_empty() && set.capacity() > FEW_TIMERS {
                *timers = None;
            }
        }
    }
    /// Takes the timers away that have not fired.
    pub(crate) fn take_timers(&self) -> TimersOf {
        self.timers
            .lock()
            .take()
            .map(|timers| *timers)
            .unwrap_or_default()
    }
}

impl Owned {
    /// A process that is to begin at `pc`.
    pub fn new(heap: Heap, pc: CodePointer) -> Owned {
        Owned {
            heap,
            pc,
            saved_x: SmallVec::new(),
            catches: 0,
            late_catches: 0,
            exception: Exception::none(),
            extra_reductions: 0,
            parked_reductions: 0,
            reductions_given: 0,
            reductions_left: 0,
            trap: None,
            trap_arguments: SmallVec::new(),
            mailbox: Mailbox::new(),
            major_soon: false,
            trap_exit: false,
            saves_calls: false,
            system_process: false,
            sensitive: false,
            async_dist: false,
            was_waiting: false,
            waits_for_port: false,
            hibernating: false,
            told_to_exit: false,
            calling_module: known::EMPTY,
            seen_entry: std::ptr::null(),
            exit_reason: Word::NIL,
            error_handler: known::ERROR_HANDLER,
            initial_call: (known::ERLANG, known::APPLY, 2),
            number: 0,
            parent: None,
            group_leader: Peer::Process(0),
            dictionary: Dictionary::new(),
            relations: None,
            reductions: 0,
            max_heap: MaxHeap {
                words: 0,
                kill: true,
                log: true,
                include_binaries: false,
            },
            rare: None,
            receive_timer: ReceiveTimer::None,
        }
    }
    /// The module that is called when a function is not there (`process_flag(error_handler, _)`).
    #[inline]
    pub fn error_handler(&self) -> Atom {
        self.error_handler
    }
    /// Links, monitors and aliases, to change.
    pub fn relations(&mut self) -> &mut Relations {
        self.relations.get_or_insert_default()
    }
    /// What few processes have, to change.
    pub fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_with(|| {
            Box::new(Rare {
                trace_token: Word::NONE,
                trace_counts: (0, 0),
                saved_calls: SavedCalls::default(),
                suspended: 0,
                suspending: Vec::new(),
                tasks: Vec::new(),
                light_tasks: Vec::new(),
                given_up_reductions: 0,
                held_collections: None,
                watches_nodes: Vec::new(),
                long_queue: false,
                measured: Vec::new(),
                observers: Vec::new(),
                room: None,
            })
        })
    }
    /// What waits for room in a connection, with the process.
    pub fn room(&self) -> Option<&Room> {
        self.rare.as_ref()?.room.as_ref()
    }
    /// Is the process suspended?
    pub fn is_suspended(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.suspended > 0)
    }
    /// Collects, so that `need` words are free; `live_x` are the live X registers. `false`: the heap has grown beyond `max_heap_size`
    /// and the process must exit; its exception holds the reason.
    pub fn collect(&mut self, need: usize, live_x: &mut [Word]) -> bool {
        let extent = if std::mem::take(&mut self.major_soon) {
            Extent::Major
        } else {
            Extent::Minor
        };
        self.collect_with(need, live_x, extent, None)
    }
    /// Collects as [`Owned::collect`] does, to this extent; copies what refers to literals of `leaving`.
    pub fn collect_with(
        &mut self,
        need: usize,
        live_x: &mut [Word],
        extent: Extent,
        leaving: Option<&Leaving>,
    ) -> bool {
        if leaving.is_some() {
            self.mailbox.adopt_all(&mut self.heap);
        }
        if self.mailbox.is_on_loan() {
            self.mailbox.keep(&mut self.heap);
        }
        let before = (self.max_heap.words != 0).then(|| exit::Sizes::of(&self.heap));
        let reclaimed = self.heap.reclaimed_words;
        let begun = system_monitor::collection_begins();
        event::collection(self, extent, need);
        let (heap, mut roots) = self.heap_and_roots(live_x);
        // SAFETY: the heap was entered by whoever runs the process; the roots are all words that it keeps outside heap and stack.
        let major = unsafe { gc::collect(heap, need, &mut roots, extent, leaving) };
        machine()
            .collections
            .note(self.heap.reclaimed_words - reclaimed);
        let cost = self.heap.used_words() / if major { 10 } else { 20 };
        self.extra_reductions += cost as i64;
        let freed = self.heap.reclaimed_words - reclaimed;
        event::collected(self, major, freed as usize);
        system_monitor::collection_ends(self, begun);
        before.is_none_or(|before| exit::check_max_heap(self, &before, major))
    }
    /// Reductions used since its turn began, when the interpreter last called a native.
    pub fn reductions_in_turn(&self) -> u64 {
        let left = self.reductions_left + self.held();
        let charged = self.reductions_given - left + self.extra_reductions;
        (charged - self.given_up_reductions()).max(0) as u64
    }
    /// Charges a whole turn's reductions, so that the process leaves at its next call; they count as used nowhere.
    pub fn give_up_turn(&mut self) {
        let turn = machine().config.reductions;
        self.extra_reductions += turn;
        self.rare().given_up_reductions += turn;
    }
    fn given_up_reductions(&self) -> i64 {
        self.rare
            .as_ref()
            .map_or(0, |rare| rare.given_up_reductions)
    }
    /// Reductions that it has given up since this was asked last.
    pub(crate) fn take_given_up_reductions(&mut self) -> i64 {
        self.rare
            .as_mut()
            .map_or(0, |rare| std::mem::take(&mut rare.given_up_reductions))
    }
    /// Copies what the process holds of these literals, which are about to go.
    pub fn let_go(&mut self, leaving: &Leaving) {
        self.mailbox.adopt_all(&mut self.heap);
        let mut holds = !self.heap.arena.blocks.is_empty() || self.heap.may_hold(leaving);
        if !holds {
            self.visit_roots(&mut |first, count| {
                // SAFETY: the process's roots, which nothing else uses meanwhile.
                let words = unsafe { std::slice::from_raw_parts(first, count) };
                holds |= words.iter().any(|&word| leaving.holds(word));
            });
        }
        if holds {
            self.collect_with(0, &mut [], Extent::Major, Some(leaving));
        }
    }
    /// Collects everything into a heap of just the size that is needed; `live` are the arguments to go on with.
    pub fn hibernate(&mut self, live: &mut [Word]) {
        self.hibernating = true;
        self.collect_with(0, live, Extent::Major, None);
        let (heap, mut roots) = self.heap_and_roots(live);
        // SAFETY: as in `collect_with`, which has entered the heap.
        unsafe { gc::fit(heap, &mut roots) };
    }
    /// Starts the timer of a receive: `milliseconds` from now.
    pub fn start_receive_timer(&mut self, process: &Process, milliseconds: u64) {
        let machine = machine();
        let tick = machine.time.tick_after(milliseconds);
        self.receive_timer =
            ReceiveTimer::Running(machine.timers.set(tick, Action::Receive(process.number)));
    }
    /// The receive waits without an end: its timeout is not to be read again.
    pub fn wait_for_ever(&mut self) {
        self.receive_timer = ReceiveTimer::Never;
    }
    /// Has the timeout of the receive been read: is its timer set, fired or not?
    #[inline]
    pub fn receive_timer_is_set(&self) -> bool {
        self.receive_timer != ReceiveTimer::None
    }
    /// Has the timer of the receive fired?
    #[inline]
    pub fn receive_timer_fired(&self) -> bool {
        self.receive_timer == ReceiveTimer::Fired
    }
    /// Forgets the timer of the receive, whether it has fired or not.
    #[inline(never)]
    pub fn cancel_receive_timer(&mut self, process: &Process) {
        let _ = process;
        if let ReceiveTimer::Running(id) =
            std::mem::replace(&mut self.receive_timer, ReceiveTimer::None)
        {
            machine().timers.cancel(id);
        }
    }
    /// A timer of a receive has fired: it counts if the one that runs now is gone from its wheel.
    pub(crate) fn receive_timed_out(&mut self) {
        if let ReceiveTimer::Running(id) = self.receive_timer
            && machine().timers.when(id).is_none()
        {
            self.receive_timer = ReceiveTimer::Fired;
        }
    }
}
