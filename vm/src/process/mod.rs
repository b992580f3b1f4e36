//! Processes. A process's record is split by owner: what never changes, one atomic word of state, the inbox that others write, and
//! [`Owned`], which only the thread that runs the process touches.

mod exception;
pub mod mailbox;
mod roots;
pub mod state;

pub use exception::{Class, Culprit, Exception};
pub use mailbox::{Mailbox, Message};
pub use state::State;

use crate::native::Raise;
use crate::signal::Signal;
use oxbeam_sync::inbox::{Inbox, Node};
use oxbeam_term::Word;
use oxbeam_term::atom::{Atom, known};
use oxbeam_term::boxed::fun::{CodePointer, Export};
use oxbeam_term::gc::{self, Extent};
use oxbeam_term::heap::Heap;
use smallvec::SmallVec;
use std::cell::UnsafeCell;

/// A process, as all see it.
pub struct Process {
    /// Number within the node.
    pub number: u64,
    /// What it is doing.
    pub state: State,
    /// Signals that it has not fetched yet.
    pub inbox: Inbox<Box<Node<Signal>>>,
    owned: UnsafeCell<Owned>,
}

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
    pub catches: i64,
    /// The exception that is raised.
    pub exception: Exception,
    /// Reductions used by natives beyond the one of their call, not yet counted.
    pub extra_reductions: i64,
    /// Reductions put aside when the process was made to yield early, to collect for instance.
    pub parked_reductions: i64,
    /// Reductions left when the interpreter was left.
    pub reductions_left: i64,
    /// Why the native that ran last gave no result.
    pub stopped: Raise,
    /// The next collection shall be a major one.
    pub major_soon: bool,
    /// The process waits in a receive with a timeout.
    pub receive_waiting: bool,
    /// Module whose code calls `load_nif` next.
    pub calling_module: Atom,
    /// Function that a native goes on in.
    pub trap: Option<&'static Export>,
    /// Its arguments.
    pub trap_arguments: Vec<Word>,
    /// The message queue.
    pub mailbox: Mailbox,
    error_handler: Atom,
    receive_timer: ReceiveTimer,
}

/// Timer of the receive in progress.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum ReceiveTimer {
    None,
    Running(u64),
    Fired,
}

impl Process {
    /// A process with this number.
    pub fn new(number: u64, owned: Owned) -> Process {
        Process {
            number,
            state: State::new(),
            inbox: Inbox::new(),
            owned: UnsafeCell::new(owned),
        }
    }
    /// The owned part, for the thread that runs the process.
    #[inline(always)]
    pub fn owned_pointer(&self) -> *mut Owned {
        self.owned.get()
    }
    /// Are there signals that have not been fetched?
    #[inline]
    pub fn has_signals(&self) -> bool {
        !self.inbox.is_empty()
    }
    /// Handles all signals in the inbox: messages go to the mailbox, others are executed. `false`: the process must exit now; its
    /// exception holds the reason. Nothing on the heap moves. For the thread that runs the process, with no reference into `Owned`.
    pub fn fetch_signals(&self) -> bool {
        crate::signal::handle_all(self)
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
            exception: Exception::none(),
            extra_reductions: 0,
            parked_reductions: 0,
            reductions_left: 0,
            stopped: Raise::Badarg,
            major_soon: false,
            receive_waiting: false,
            calling_module: known::EMPTY,
            trap: None,
            trap_arguments: Vec::new(),
            mailbox: Mailbox::new(),
            error_handler: known::ERROR_HANDLER,
            receive_timer: ReceiveTimer::None,
        }
    }
    /// The module that is called when a function is not there (`process_flag(error_handler, _)`).
    #[inline]
    pub fn error_handler(&self) -> Atom {
        self.error_handler
    }
    /// Collects, so that `need` words are free; `live_x` are the live X registers. `false`: the heap has grown beyond `max_heap_size`
    /// and the process must exit; its exception holds the reason.
    pub fn collect(&mut self, need: usize, live_x: &mut [Word]) -> bool {
        let extent = if std::mem::take(&mut self.major_soon) {
            Extent::Major
        } else {
            Extent::Minor
        };
        self.collect_with(need, live_x, extent);
        true
    }
    fn collect_with(&mut self, need: usize, live_x: &mut [Word], extent: Extent) {
        let (heap, mut roots) = self.heap_and_roots(live_x);
        // SAFETY: the heap was entered by whoever runs the process; the roots are all words that it keeps outside heap and stack.
        unsafe { gc::collect(heap, need, &mut roots, extent, None) };
    }
    /// Collects everything into a heap of just the size that is needed; `live` are the arguments to go on with.
    pub fn hibernate(&mut self, live: &mut [Word]) {
        self.collect_with(0, live, Extent::Major);
    }
    /// Starts the timer of a receive: `milliseconds` from now.
    pub fn start_receive_timer(&mut self, process: &Process, milliseconds: u64) {
        let _ = process;
        self.receive_timer = ReceiveTimer::Running(milliseconds);
    }
    /// Is there a timer of a receive that has not fired?
    pub fn receive_timer_running(&self) -> bool {
        matches!(self.receive_timer, ReceiveTimer::Running(_))
    }
    /// Has the timer of the receive fired?
    pub fn receive_timer_fired(&self) -> bool {
        self.receive_timer == ReceiveTimer::Fired
    }
    /// Forgets the timer of the receive, whether it has fired or not.
    pub fn cancel_receive_timer(&mut self, process: &Process) {
        let _ = process;
        self.receive_timer = ReceiveTimer::None;
    }
}
