//! `Frame`: what lives in hardware registers between handlers, and how a handler ends.
//!
//! Every way to end is a call in tail position with the same five arguments, which the compiler turns into a jump. What would spoil
//! it: a local with a destructor alive, the address of a local that escapes, a signature of another shape.

use super::exception;
use super::registers::Registers;
use crate::process::{Owned, Process};
use oxbeam_term::gc::zeal::ZEAL;
use oxbeam_term::heap::RED_ZONE;
use oxbeam_term::{Term, Word};

/// An instruction's handler.
pub type Handler = unsafe extern "C-unwind" fn(
    pc: *const u64,
    e: *mut Word,
    htop: *mut Word,
    registers: *mut Registers,
    reds: i64,
);

/// The machine's registers, as a handler holds them.
#[derive(Copy, Clone)]
pub struct Frame {
    /// This instruction.
    pub pc: *const u64,
    /// The one behind it.
    pub next: *const u64,
    /// Stack pointer.
    pub e: *mut Word,
    /// Top of the heap.
    pub htop: *mut Word,
    /// The worker's register file.
    pub registers: *mut Registers,
    /// Reductions left.
    pub reds: i64,
}

impl Frame {
    /// Runs the instruction at `pc`.
    ///
    /// # Safety
    /// `pc` is an instruction of loaded code; all else in the frame is the running process's.
    #[inline(always)]
    pub unsafe fn go(self, pc: *const u64) {
        // SAFETY: the first word of an instruction is its handler.
        unsafe { (*pc.cast::<Handler>())(pc, self.e, self.htop, self.registers, self.reds) }
    }
    /// Goes on with the next instruction.
    ///
    /// # Safety
    /// As for [`Frame::go`].
    #[inline(always)]
    pub unsafe fn advance(self) {
        // SAFETY: the lowering writes an instruction behind each that may fall through.
        unsafe { self.go(self.next) }
    }
    /// Calls the function at `target`: one reduction, at none left the process yields.
    ///
    /// # Safety
    /// `target` is a function's entry, and the return address is on the stack.
    #[inline(always)]
    pub unsafe fn enter(self, target: *const u64) {
        // SAFETY: the caller's promise.
        unsafe { self.enter_or(target, super::dispatch::yield_at_entry) }
    }
    /// [`Frame::enter`] for a call that names its module: one that a process saves which saves its calls.
    ///
    /// # Safety
    /// As there.
    #[inline(always)]
    pub unsafe fn enter_global(self, target: *const u64) {
        // SAFETY: the caller's promise.
        unsafe { self.enter_or(target, super::dispatch::yield_at_global_entry) }
    }
    /// Calls the function at `target`, or `late` in its place when no reductions are left.
    #[inline(always)]
    unsafe fn enter_or(mut self, target: *const u64, late: Handler) {
        self.reds -= 1;
        // SAFETY: the caller's promise.
        unsafe {
            if ZEAL {
                (*self.registers).again = std::ptr::null();
            }
            if self.reds <= 0 {
                return late(target, self.e, self.htop, self.registers, self.reds);
            }
            self.go(target)
        }
    }
    /// Pushes the address of the next instruction, to return to.
    ///
    /// # Safety
    /// The red zone has room for a word.
    #[inline(always)]
    pub unsafe fn push_return(&mut self) {
        // SAFETY: the caller's promise.
        unsafe {
            self.e = self.e.sub(1);
            *self.e = Word(self.next as u64);
        }
    }
    /// Returns to the caller.
    ///
    /// # Safety
    /// The return address is on top of the stack.
    #[inline(always)]
    pub unsafe fn ret(mut self) {
        // SAFETY: the caller's promise.
        unsafe {
            let to = (*self.e).0 as *const u64;
            self.e = self.e.add(1);
            self.go(to)
        }
    }
    /// Is there room for `words` on the heap or the stack?
    #[inline(always)]
    pub fn room(&self, words: usize) -> bool {
        // SAFETY: the register file is the worker's own.
        if ZEAL && unsafe { (*self.registers).zeal_collects(self.pc, self.e, self.htop) } {
            return false;
        }
        (self.e as usize).wrapping_sub(self.htop as usize) as isize
            >= ((words + RED_ZONE) * 8) as isize
    }
    /// Collects, so that `need` words are free, and runs this instruction again.
    ///
    /// # Safety
    /// Nothing has changed since the instruction began; X registers below `live` are terms.
    #[inline(always)]
    pub unsafe fn collect(self, need: usize, live: usize) {
        // SAFETY: the register file is the worker's own.
        unsafe {
            (*self.registers).need = need as u64;
            (*self.registers).live = live as u64;
            super::dispatch::collect_and_go(self.pc, self.e, self.htop, self.registers, self.reds)
        }
    }
    /// X register `index`.
    ///
    /// # Safety
    /// The index is within the file.
    #[inline(always)]
    pub unsafe fn x(&self, index: usize) -> Word {
        // SAFETY: the caller's promise.
        unsafe { *self.registers.cast::<Word>().add(index) }
    }
    /// Sets X register `index`.
    ///
    /// # Safety
    /// The index is within the file.
    #[inline(always)]
    pub unsafe fn set_x(&self, index: usize, value: Word) {
        // SAFETY: the caller's promise.
        unsafe { *self.registers.cast::<Word>().add(index) = value }
    }
    /// A general operand.
    ///
    /// # Safety
    /// `operand` belongs to this instruction.
    #[inline(always)]
    pub unsafe fn general(&self, operand: u64) -> Word {
        // SAFETY: the caller's promise.
        unsafe { super::operand::general::read(operand, self.e, self.registers) }
    }
    /// Writes to a general operand, a register.
    ///
    /// # Safety
    /// `operand` belongs to this instruction and is a register or nowhere.
    #[inline(always)]
    pub unsafe fn set_general(&self, operand: u64, value: Word) {
        // SAFETY: the caller's promise.
        unsafe { *super::operand::general::place(operand, self.e, self.registers) = value }
    }
    /// The process's own part.
    ///
    /// # Safety
    /// The reference ends before anything else looks at it.
    #[inline(always)]
    pub unsafe fn owned<'a>(&self) -> &'a mut Owned {
        // SAFETY: the worker runs this process.
        unsafe { &mut *(*self.registers).owned }
    }
    /// The process.
    ///
    /// # Safety
    /// A process runs.
    #[inline(always)]
    pub unsafe fn process<'a>(&self) -> &'a Process {
        // SAFETY: the worker runs this process.
        unsafe { &*(*self.registers).process }
    }
    /// Lets others build: tells the heap where this frame has got to.
    ///
    /// # Safety
    /// [`Frame::leave`] follows before the frame's own heap top is used again.
    #[inline(always)]
    pub unsafe fn borrow_heap<'a>(&self) -> &'a mut Owned {
        // SAFETY: the worker runs this process.
        unsafe {
            let owned = self.owned();
            owned.heap.enter(self.htop, self.e);
            // Only for who wants to know what went wrong.
            owned.pc = self.pc;
            owned
        }
    }
    /// Takes the heap top back after [`Frame::borrow_heap`].
    ///
    /// # Safety
    /// As there.
    #[inline(always)]
    pub unsafe fn leave(&mut self) {
        // SAFETY: the worker runs this process.
        self.htop = unsafe { self.owned().heap.heap_top() };
    }
    /// The function that is called next collects first, if what has come to the heap is a reason to: the rest of the turn is put aside for it.
    ///
    /// # Safety
    /// The worker runs this process.
    #[inline(always)]
    pub unsafe fn collect_at_call(&mut self) {
        // SAFETY: as above.
        unsafe {
            let owned = self.owned();
            if self.reds > 0 && owned.heap.wants_collection() {
                owned.parked_reductions += self.reds;
                self.reds = 0;
            }
        }
    }
    /// Raises the exception that is set in the process; `pc` is where.
    ///
    /// # Safety
    /// The exception's reason is set.
    #[inline(always)]
    pub unsafe fn raise(self) {
        // SAFETY: the same five arguments.
        unsafe { exception::unwind(self.pc, self.e, self.htop, self.registers, self.reds) }
    }
    /// Raises `error:Reason`.
    ///
    /// # Safety
    /// `reason` is a term of the process.
    #[inline(always)]
    pub unsafe fn error(self, reason: Word) {
        // SAFETY: the caller's promise.
        unsafe {
            exception::set_error(self.owned(), reason);
            self.raise()
        }
    }
}

/// Looks at a word of the running process.
///
/// # Safety
/// Nothing collects while the term is used.
#[inline(always)]
pub unsafe fn term<'a>(word: Word) -> Term<'a> {
    // SAFETY: the caller's promise.
    unsafe { Term::from_word(word) }
}
