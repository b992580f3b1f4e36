//! Processes. A process's record is split by owner: what never changes, one atomic word of state, the inbox that others write, and
//! [`Owned`], which only the thread that runs the process touches.

mod exception;

pub use exception::{Class, Exception};

use oxbeam_term::Word;
use oxbeam_term::boxed::fun::{CodePointer, Export};
use oxbeam_term::heap::Heap;
use smallvec::SmallVec;
use std::cell::UnsafeCell;

/// A process, as all see it.
pub struct Process {
    /// Number within the node.
    pub number: u64,
    owned: UnsafeCell<Owned>,
}

// SAFETY: `owned` is only touched by the thread that runs the process, which the state word decides.
unsafe impl Sync for Process {}

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
    /// The next collection shall be a major one.
    pub major_soon: bool,
    /// Function that a native goes on in.
    pub trap: Option<&'static Export>,
    /// Its arguments.
    pub trap_arguments: Vec<Word>,
}

impl Process {
    /// A process with this number.
    pub fn new(number: u64, owned: Owned) -> Process {
        Process {
            number,
            owned: UnsafeCell::new(owned),
        }
    }
    /// The owned part, for the thread that runs the process.
    #[inline(always)]
    pub fn owned_pointer(&self) -> *mut Owned {
        self.owned.get()
    }
}
