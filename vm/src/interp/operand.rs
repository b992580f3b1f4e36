//! Operands of specific instructions, as types: a handler is instantiated once for each kind of place that its operands may be.

use super::registers::Registers;
use oxbeam_term::Word;

/// Where an operand is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// X register, by byte offset.
    X(u16),
    /// Y register, by byte offset.
    Y(u16),
    /// A constant.
    Constant(Word),
}

/// What a handler reads slots relative to.
#[derive(Copy, Clone)]
pub struct At {
    /// The instruction.
    pub pc: *const u64,
    /// Stack pointer.
    pub e: *mut Word,
    /// Register file.
    pub registers: *mut Registers,
}

impl At {
    /// The 16-bit slot `index`.
    #[inline(always)]
    pub(super) unsafe fn slot(self, index: usize) -> usize {
        // SAFETY: the lowering has written as many slots as the handler reads.
        unsafe { *self.pc.add(1).cast::<u16>().add(index) as usize }
    }
    /// The 32 bits in this slot and the next. Not `read_unaligned`, whose checked form in builds with debug assertions has a local with
    /// an address: the handler would dispatch by call.
    #[inline(always)]
    unsafe fn two_slots(self, index: usize) -> u32 {
        // SAFETY: as for `slot`.
        unsafe { self.slot(index) as u32 | (self.slot(index + 1) as u32) << 16 }
    }
    #[inline(always)]
    unsafe fn x(self, slot: usize) -> *mut Word {
        // SAFETY: an X operand is a byte offset within the register file.
        unsafe {
            self.registers
                .cast::<u8>()
                .add(self.slot(slot))
                .cast::<Word>()
        }
    }
    #[inline(always)]
    unsafe fn y(self, slot: usize) -> *mut Word {
        // SAFETY: a Y operand is a byte offset within the frame that the code has allocated.
        unsafe { self.e.cast::<u8>().add(self.slot(slot)).cast::<Word>() }
    }
}

/// X register.
pub struct X;
/// Y register.
pub struct Y;
/// Constant, in a word of its own behind the slots.
pub struct C;
/// An operand that has but one form.
pub struct One;

/// What all kinds of operands have.
pub trait Operand {
    /// 16-bit slots.
    const SLOTS: usize;
    /// Immediate words.
    const WORDS: usize;
    /// What the body sees.
    type Value: Copy;
    /// Reads it.
    ///
    /// # Safety
    /// The instruction at `at.pc` has this operand at this slot.
    unsafe fn get(at: At, slot: usize) -> Self::Value;
}

/// A source: register or constant.
pub trait Source: Operand<Value = Word> {}

macro_rules! source {
    ($kind:ident, $words:literal, |$at:ident, $slot:ident| $read:expr) => {
        impl Operand for $kind {
            const SLOTS: usize = 1;
            const WORDS: usize = $words;
            type Value = Word;
            #[inline(always)]
            unsafe fn get($at: At, $slot: usize) -> Word {
                // SAFETY: the caller's promise.
                unsafe { $read }
            }
        }
        impl Source for $kind {}
    };
}
source!(X, 0, |at, slot| *at.x(slot));
source!(Y, 0, |at, slot| *at.y(slot));
// The slot of a constant is its index in words from the instruction.
source!(C, 1, |at, slot| Word(*at.pc.add(at.slot(slot))));

/// A destination, for the body to write to.
#[derive(Copy, Clone)]
pub struct Target(*mut Word);

impl Target {
    /// Writes the result.
    ///
    /// # Safety
    /// Once, from the handler that read the operand.
    #[inline(always)]
    pub unsafe fn set(self, value: Word) {
        // SAFETY: a register of the running process.
        unsafe { *self.0 = value }
    }
    /// Reads what is there.
    ///
    /// # Safety
    /// As for [`Target::set`].
    #[inline(always)]
    pub unsafe fn read(self) -> Word {
        // SAFETY: a register of the running process.
        unsafe { *self.0 }
    }
}

/// X register to write to.
pub struct Dx;
/// Y register to write to.
pub struct Dy;

/// A destination: X or Y register.
pub trait Destination: Operand<Value = Target> {}

macro_rules! destination {
    ($kind:ident, |$at:ident, $slot:ident| $place:expr) => {
        impl Operand for $kind {
            const SLOTS: usize = 1;
            const WORDS: usize = 0;
            type Value = Target;
            #[inline(always)]
            unsafe fn get($at: At, $slot: usize) -> Target {
                // SAFETY: the caller's promise.
                Target(unsafe { $place })
            }
        }
        impl Destination for $kind {}
    };
}
destination!(Dx, |at, slot| at.x(slot));
destination!(Dy, |at, slot| at.y(slot));

/// A jump target: signed words from this instruction, in two slots.
pub trait Label: Operand<Value = *const u64> {}
/// See [`Label`].
pub struct L;
impl Operand for L {
    const SLOTS: usize = 2;
    const WORDS: usize = 0;
    type Value = *const u64;
    #[inline(always)]
    unsafe fn get(at: At, slot: usize) -> *const u64 {
        // SAFETY: two slots; the target is an instruction of the same module.
        unsafe { at.pc.offset(at.two_slots(slot) as i32 as isize) }
    }
}
impl Label for L {}

/// A number to 65535.
pub trait Number: Operand<Value = usize> {}
/// See [`Number`].
pub struct N;
impl Operand for N {
    const SLOTS: usize = 1;
    const WORDS: usize = 0;
    type Value = usize;
    #[inline(always)]
    unsafe fn get(at: At, slot: usize) -> usize {
        // SAFETY: the caller's promise.
        unsafe { at.slot(slot) }
    }
}
impl Number for N {}

/// A 64-bit immediate: address, large number, pair of numbers.
pub trait Immediate: Operand<Value = u64> {}
/// See [`Immediate`].
pub struct I;
impl Operand for I {
    const SLOTS: usize = 1;
    const WORDS: usize = 1;
    type Value = u64;
    #[inline(always)]
    unsafe fn get(at: At, slot: usize) -> u64 {
        // SAFETY: the slot is the word's index.
        unsafe { *at.pc.add(at.slot(slot)) }
    }
}
impl Immediate for I {}

/// A run of words behind everything else, at the frame's `next`. Its two slots hold the count.
pub trait Words: Operand<Value = Run> {}
/// See [`Words`].
pub struct W;
/// A run of immediate words.
#[derive(Copy, Clone)]
pub struct Run {
    /// How many.
    pub count: usize,
}
impl Operand for W {
    const SLOTS: usize = 2;
    const WORDS: usize = 0;
    type Value = Run;
    #[inline(always)]
    unsafe fn get(at: At, slot: usize) -> Run {
        // SAFETY: two slots.
        let count = unsafe { at.two_slots(slot) } as usize;
        Run { count }
    }
}
impl Words for W {}

/// General operands, as words of a run: constants as they are, registers with two zero bits, then one for Y, then the byte offset.
pub mod general {
    use super::{Place, Registers, Word};

    /// A destination that is not wanted.
    pub const NOWHERE: u64 = 0xffff_ffff_0000_0000;

    /// Encodes an operand.
    pub fn encode(place: Place) -> u64 {
        match place {
            Place::X(offset) => u64::from(offset) << 3,
            Place::Y(offset) => (u64::from(offset) << 3) | 4,
            Place::Constant(word) => word.0,
        }
    }
    /// Reads an operand.
    ///
    /// # Safety
    /// `operand` was encoded for the instruction that runs.
    #[inline(always)]
    pub unsafe fn read(operand: u64, e: *mut Word, registers: *mut Registers) -> Word {
        if operand & 3 != 0 {
            return Word(operand);
        }
        // SAFETY: a register of the running process.
        unsafe { *place(operand, e, registers) }
    }
    /// Where a register operand is.
    ///
    /// # Safety
    /// As for [`read`], and the operand is a register.
    #[inline(always)]
    pub unsafe fn place(operand: u64, e: *mut Word, registers: *mut Registers) -> *mut Word {
        let offset = (operand >> 3) as usize;
        // SAFETY: an offset within the register file or the frame.
        unsafe {
            if operand & 4 == 0 {
                registers.cast::<u8>().add(offset).cast()
            } else {
                e.cast::<u8>().add(offset).cast()
            }
        }
    }
}
