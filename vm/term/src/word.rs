//! `Word`: one machine word of a heap, a stack or a register, tagged as the BEAM tags it.
//!
//! ```text
//!  ...00  header of a boxed object (on heaps only)      ..0011  pid of this node
//!  ...01  list cell                                      ..0111  port of this node
//!  ...10  boxed object                                   ..1111  small integer, 60 bits
//!  ...11  immediate                                    ..001011  atom
//!                                                      ..011011  catch tag (on stacks only)
//!                                                      ..111011  the empty list
//! ```
//! A header holds a subtag in bits 2-5 and, but for maps, the number of words that follow it in bits 6-63.
//! Follows `erl_term.h` of OTP 25, so that sizes agree.
//!
//! Invariant: what an object is, is known from a pointer's tag and the object's header, never from a word alone.

use crate::atom::Atom;

/// Smallest small integer.
pub const SMALL_MIN: i64 = -(1 << 59);
/// Largest small integer.
pub const SMALL_MAX: i64 = (1 << 59) - 1;

const _: () = assert!(size_of::<Word>() == 8 && size_of::<usize>() == 8);

/// A tagged word. Promises nothing about what it points to.
#[repr(transparent)]
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default, Hash)]
pub struct Word(pub u64);

/// The two lowest bits.
pub mod primary {
    /// Header of a boxed object.
    pub const HEADER: u64 = 0;
    /// Pointer to a list cell.
    pub const CONS: u64 = 1;
    /// Pointer to a boxed object.
    pub const BOXED: u64 = 2;
    /// Immediate value.
    pub const IMMEDIATE: u64 = 3;
}

/// Subtags of headers, in bits 2-5.
pub mod subtag {
    /// `[header][element]*`
    pub const TUPLE: u64 = 0b0000;
    /// `[header][position][end][base][original]`: a match context; positions in bits.
    pub const MATCH: u64 = 0b0001;
    /// `[header][limb]*`, least significant first.
    pub const BIG_POSITIVE: u64 = 0b0010;
    /// Like [`BIG_POSITIVE`], negative.
    pub const BIG_NEGATIVE: u64 = 0b0011;
    /// `[header][number 0 | number 1 << 32][number 2]`, then for a pid reference `[pid]`, for a magic one `[object][next]`.
    pub const REFERENCE: u64 = 0b0100;
    /// `[header][fun entry][creator][free variable]*`
    pub const FUN: u64 = 0b0101;
    /// `[header][bits of an f64]`
    pub const FLOAT: u64 = 0b0110;
    /// `[header][export entry]`
    pub const EXPORT: u64 = 0b0111;
    /// `[header][bytes][shared bytes][next]`: reference-counted binary.
    pub const REFC: u64 = 0b1000;
    /// `[header][bits][data]*`: at most 64 bytes on the heap.
    pub const HEAP_BITS: u64 = 0b1001;
    /// `[header][offset][bits][original]`: part of another bitstring.
    pub const SUB_BITS: u64 = 0b1010;
    /// `[header][definition][value]*`: native record of OTP 29.
    pub const RECORD: u64 = 0b1011;
    /// `[header][node][number]`
    pub const EXTERNAL_PID: u64 = 0b1100;
    /// `[header][node][number]`
    pub const EXTERNAL_PORT: u64 = 0b1101;
    /// `[header][node][count of 32-bit numbers][packed numbers]*`
    pub const EXTERNAL_REFERENCE: u64 = 0b1110;
    /// Flat map `[header][size][keys][value]*`, or a node of a hash map; see `map`.
    pub const MAP: u64 = 0b1111;
}

const SMALL_TAG: u64 = 0b1111;
const PID_TAG: u64 = 0b0011;
const PORT_TAG: u64 = 0b0111;
const ATOM_TAG: u64 = 0b00_1011;
const CATCH_TAG: u64 = 0b01_1011;
const NIL_TAG: u64 = 0b11_1011;

impl Word {
    /// No value at all; also what a moved list cell has for a head.
    pub const NONE: Word = Word(0);
    /// The empty list.
    pub const NIL: Word = Word(NIL_TAG);

    /// What is there, if it is not [`Word::NONE`], which takes its place.
    #[inline]
    pub fn take(&mut self) -> Option<Word> {
        let word = std::mem::replace(self, Word::NONE);
        (!word.is_none()).then_some(word)
    }

    /// A small integer; `value` must lie within the small range.
    #[inline(always)]
    pub const fn small(value: i64) -> Word {
        debug_assert!(value >= SMALL_MIN && value <= SMALL_MAX);
        Word(((value as u64) << 4) | SMALL_TAG)
    }
    /// An atom.
    #[inline(always)]
    pub const fn atom(atom: Atom) -> Word {
        Word(((atom.index() as u64) << 6) | ATOM_TAG)
    }
    /// `true` or `false`.
    #[inline(always)]
    pub const fn boolean(value: bool) -> Word {
        if value {
            Word::atom(crate::atom::known::TRUE)
        } else {
            Word::atom(crate::atom::known::FALSE)
        }
    }
    /// A process of this node by its number (60 bits).
    #[inline(always)]
    pub const fn local_pid(number: u64) -> Word {
        Word((number << 4) | PID_TAG)
    }
    /// A port of this node by its number (60 bits).
    #[inline(always)]
    pub const fn local_port(number: u64) -> Word {
        Word((number << 4) | PORT_TAG)
    }
    /// The catch tag of handler `index`; stands on stacks only.
    #[inline(always)]
    pub const fn catch_tag(index: u32) -> Word {
        Word(((index as u64) << 6) | CATCH_TAG)
    }
    /// Header with `arity` words behind it.
    #[inline(always)]
    pub const fn header(subtag: u64, arity: usize) -> Word {
        Word(((arity as u64) << 6) | (subtag << 2))
    }
    /// Pointer to a list cell.
    #[inline(always)]
    pub fn cons(cell: *const Word) -> Word {
        Word(cell as u64 | primary::CONS)
    }
    /// Pointer to a boxed object.
    #[inline(always)]
    pub fn boxed(object: *const Word) -> Word {
        Word(object as u64 | primary::BOXED)
    }

    /// The primary tag.
    #[inline(always)]
    pub const fn primary(self) -> u64 {
        self.0 & 3
    }
    /// Is this an immediate?
    #[inline(always)]
    pub const fn is_immediate(self) -> bool {
        self.0 & 3 == primary::IMMEDIATE
    }
    /// Is this a pointer to a list cell?
    #[inline(always)]
    pub const fn is_cons(self) -> bool {
        self.0 & 3 == primary::CONS
    }
    /// Is this a pointer to a boxed object?
    #[inline(always)]
    pub const fn is_boxed(self) -> bool {
        self.0 & 3 == primary::BOXED
    }
    /// Is this the header of a boxed object?
    #[inline(always)]
    pub const fn is_header(self) -> bool {
        self.0 & 3 == primary::HEADER
    }
    /// Is this a small integer?
    #[inline(always)]
    pub const fn is_small(self) -> bool {
        self.0 & 0xf == SMALL_TAG
    }
    /// Is this an atom?
    #[inline(always)]
    pub const fn is_atom(self) -> bool {
        self.0 & 0x3f == ATOM_TAG
    }
    /// Is this a pid of this node?
    #[inline(always)]
    pub const fn is_local_pid(self) -> bool {
        self.0 & 0xf == PID_TAG
    }
    /// Is this a port of this node?
    #[inline(always)]
    pub const fn is_local_port(self) -> bool {
        self.0 & 0xf == PORT_TAG
    }
    /// Is this a catch tag?
    #[inline(always)]
    pub const fn is_catch_tag(self) -> bool {
        self.0 & 0x3f == CATCH_TAG
    }
    /// Is this the empty list?
    #[inline(always)]
    pub const fn is_nil(self) -> bool {
        self.0 == NIL_TAG
    }
    /// Is this [`Word::NONE`]?
    #[inline(always)]
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// Value of a small integer.
    #[inline(always)]
    pub const fn small_value(self) -> i64 {
        self.0 as i64 >> 4
    }
    /// The atom.
    #[inline(always)]
    pub const fn atom_value(self) -> Atom {
        Atom::from_index((self.0 >> 6) as u32)
    }
    /// Number of a pid or port of this node.
    #[inline(always)]
    pub const fn local_number(self) -> u64 {
        self.0 >> 4
    }
    /// Index of a catch tag.
    #[inline(always)]
    pub const fn catch_index(self) -> u32 {
        (self.0 >> 6) as u32
    }
    /// Address behind a cons or boxed tag.
    #[inline(always)]
    pub const fn pointer(self) -> *mut Word {
        (self.0 & !3) as *mut Word
    }
    /// Asks the processor for what is at the address behind a tag, which will be looked at soon. The word may be anything.
    #[inline(always)]
    pub fn prefetch(self) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: nothing is read, and an address that is none is ignored.
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            _mm_prefetch::<_MM_HINT_T0>(self.pointer().cast_const().cast());
        }
    }
    /// Subtag of a header.
    #[inline(always)]
    pub const fn subtag(self) -> u64 {
        (self.0 >> 2) & 0xf
    }
    /// Words that follow a header that is not a map's.
    #[inline(always)]
    pub const fn arity(self) -> usize {
        (self.0 >> 6) as usize
    }

    /// Header of a flat map of `size` pairs or a hash map's node: kind in bits 6-7, words behind it in bits 8-23, bitmap in 24-39.
    #[inline(always)]
    pub const fn map_header(kind: u64, arity: usize, bitmap: u16) -> Word {
        Word((subtag::MAP << 2) | (kind << 6) | ((arity as u64) << 8) | ((bitmap as u64) << 24))
    }
    /// Kind of a map header.
    #[inline(always)]
    pub const fn map_kind(self) -> u64 {
        (self.0 >> 6) & 3
    }
    /// Bitmap of a hash map's node.
    #[inline(always)]
    pub const fn map_bitmap(self) -> u16 {
        (self.0 >> 24) as u16
    }
    /// Words that follow this header, whatever the object.
    #[inline(always)]
    pub const fn object_arity(self) -> usize {
        if self.subtag() == subtag::MAP {
            ((self.0 >> 8) & 0xffff) as usize
        } else {
            self.arity()
        }
    }
}

/// Kinds of map headers.
pub mod map_kind {
    /// At most 32 pairs: `[header][size][keys tuple][value]*`.
    pub const FLAT: u64 = 0;
    /// Root of a hash map: `[header][size][child]*`.
    pub const ROOT: u64 = 1;
    /// Inner node of a hash map: `[header][child]*`.
    pub const NODE: u64 = 2;
}
