//! The register file of a worker. X registers come first, so that an operand is a byte offset from its address.

use crate::process::{Owned, Process};
use oxbeam_term::Word;
use oxbeam_term::binary::build::WriterState;
use oxbeam_term::gc::zeal::{self, ZEAL};
use oxbeam_term::heap::literal::is_literal;

/// Number of X registers.
pub const X_COUNT: usize = 1024;
/// Number of float registers.
pub const F_COUNT: usize = 1024;
/// Words for arguments of natives that are called with operands.
pub const ARGUMENTS: usize = 8;

/// What a handler reaches beside its five arguments.
#[repr(C)]
pub struct Registers {
    /// X registers.
    pub x: [Word; X_COUNT],
    /// Arguments of guard functions; roots while one runs.
    pub arguments: [Word; ARGUMENTS],
    /// The process that runs.
    pub owned: *mut Owned,
    /// The same, as others see it.
    pub process: *const Process,
    /// Words that the instruction wants free, for the collecting slow path.
    pub need: u64,
    /// X registers that are live then.
    pub live: u64,
    /// Instruction that runs again after a collection, in the build that collects wherever it could.
    pub again: *const u64,
    /// Why the last native that gave no result did not.
    pub stopped: crate::native::Raise,
    /// Why the interpreter was left.
    pub outcome: super::Outcome,
    /// Is this worker one for dirty natives?
    pub dirty: bool,
    /// Writing position of the binary that older instructions build: first byte, bit position, end.
    pub writer: WriterState,
    /// Float registers.
    pub f: [f64; F_COUNT],
}

impl Registers {
    /// The build that collects wherever it could: collects the instruction at `pc` first? Not if it runs again.
    #[inline(never)]
    pub(super) fn zeal_collects(&mut self, pc: *const u64, e: *mut Word, htop: *mut Word) -> bool {
        if self.again == pc {
            return false;
        }
        // SAFETY: a process runs.
        let heap = unsafe { &mut (*self.owned).heap };
        heap.enter(htop, e);
        heap.zeal_wants_collection()
    }
    /// That build: nobody may follow pointers in X registers that were not live when it collected. What else they hold stays, as in OTP,
    /// whose compiler relies on that for literals.
    #[inline(always)]
    pub(super) fn forget_dead(&mut self, live: usize) {
        if ZEAL {
            for word in &mut self.x[live..] {
                if (word.is_boxed() || word.is_cons()) && !is_literal(*word) {
                    *word = zeal::POISON;
                }
            }
        }
    }
    /// A register file, on the heap for its size.
    pub fn new(dirty: bool) -> Box<Registers> {
        Box::new(Registers {
            x: [Word::NIL; X_COUNT],
            arguments: [Word::NIL; ARGUMENTS],
            owned: std::ptr::null_mut(),
            process: std::ptr::null(),
            need: 0,
            live: 0,
            again: std::ptr::null(),
            stopped: crate::native::Raise::Badarg,
            outcome: super::Outcome::Yield,
            dirty,
            writer: WriterState::EMPTY,
            f: [0.0; F_COUNT],
        })
    }
}
