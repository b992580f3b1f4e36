//! Bitstrings: small ones on the heap, larger ones counted outside it, parts of either, and match contexts.
//!
//! | file | what |
//! |---|---|
//! | `refc.rs` | bytes outside the heaps |
//! | `kernel.rs` | load, store, copy and compare bits at any offset |
//! | `matching.rs` | taking segments off the front: [`matching::Reader`] |
//! | `build.rs` | putting segments together: [`build::Writer`] |
//! | `append.rs` | growing a bitstring in place |
//! | `utf.rs`, `half.rs` | code points; floats of 16 bits |

mod append;
pub mod build;
pub mod half;
pub mod kernel;
pub mod matching;
pub mod refc;
pub mod utf;

pub use crate::number::Endian;
pub use append::{APPENDED_WORDS, append_bytes};

use crate::heap::arena::Builder;
use crate::term::Term;
use crate::word::{Word, subtag};
use refc::SharedBytes;
use std::borrow::Cow;
use std::cmp::Ordering;

/// Longest binary that lies on the heap, in bytes.
pub const HEAP_LIMIT: usize = 64;

/// How a segment's bits are to be understood.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Flags(u8);

impl Flags {
    const LITTLE: u8 = 2;
    const SIGNED: u8 = 4;
    const NATIVE: u64 = 16;
    /// Big-endian, unsigned.
    pub const NONE: Flags = Flags(0);

    /// From byte order and sign.
    pub const fn new(endian: Endian, signed: bool) -> Flags {
        let little = matches!(endian, Endian::Little);
        Flags((if little { Flags::LITTLE } else { 0 }) | (if signed { Flags::SIGNED } else { 0 }))
    }
    /// From the flags field of an instruction: 2 little, 4 signed, 16 native; others mean nothing.
    #[inline(always)]
    pub const fn from_code(field: u64) -> Flags {
        let native_little = field & Flags::NATIVE != 0 && cfg!(target_endian = "little");
        let little = field & Flags::LITTLE as u64 != 0 || native_little;
        Flags::new(
            if little { Endian::Little } else { Endian::Big },
            field & Flags::SIGNED as u64 != 0,
        )
    }
    /// As a number, for an operand.
    pub const fn code(self) -> u8 {
        self.0
    }
    /// Byte order.
    #[inline(always)]
    pub const fn endian(self) -> Endian {
        if self.0 & Flags::LITTLE != 0 {
            Endian::Little
        } else {
            Endian::Big
        }
    }
    /// Two's complement?
    #[inline(always)]
    pub const fn is_signed(self) -> bool {
        self.0 & Flags::SIGNED != 0
    }
}

/// Is `bits` a multiple of a segment's `unit`? The usual units cost no division.
#[inline(always)]
pub(crate) fn is_whole(bits: usize, unit: usize) -> bool {
    match unit {
        0 | 1 => true,
        8 => bits.is_multiple_of(8),
        _ => bits.is_multiple_of(unit),
    }
}

/// A bitstring: where its bits are and how many.
#[derive(Copy, Clone)]
pub struct Bits<'p> {
    term: Term<'p>,
    /// The object that holds the bits: [`subtag::HEAP_BITS`] or [`subtag::REFC`].
    holder: *mut Word,
    base: *const u8,
    offset: usize,
    bits: usize,
}

/// Address and size in bits of what a holder holds.
#[inline(always)]
unsafe fn holder_data(holder: *mut Word) -> (*const u8, usize) {
    // SAFETY: the caller gives a heap bitstring or a reference-counted binary.
    unsafe {
        if (*holder).subtag() == subtag::HEAP_BITS {
            (holder.add(2).cast::<u8>(), (*holder.add(1)).0 as usize)
        } else {
            (
                SharedBytes::borrow_raw(&(*holder.add(2)).0).data(),
                (*holder.add(1)).0 as usize * 8,
            )
        }
    }
}

/// After its original has moved: a match context's address of the bytes.
///
/// # Safety
/// `context` is a whole match context.
pub(crate) unsafe fn rebase_match(context: *mut Word) {
    // SAFETY: the caller's promise; the original is a holder.
    unsafe {
        let (base, _) = holder_data((*context.add(4)).pointer());
        *context.add(3) = Word(base as u64);
    }
}

impl<'p> Bits<'p> {
    /// The bitstring `term`, which must be one.
    #[inline]
    pub(crate) fn of(term: Term<'p>) -> Bits<'p> {
        let object = term.word().pointer();
        // SAFETY: callers have seen a bitstring's header.
        unsafe {
            match (*object).subtag() {
                subtag::SUB_BITS => {
                    let holder = (*object.add(3)).pointer();
                    let (base, _) = holder_data(holder);
                    Bits {
                        term,
                        holder,
                        base,
                        offset: (*object.add(1)).0 as usize,
                        bits: (*object.add(2)).0 as usize,
                    }
                }
                subtag::MATCH => {
                    let position = (*object.add(1)).0 as usize;
                    let end = (*object.add(2)).0 as usize;
                    let base = (*object.add(3)).0 as *const u8;
                    Bits {
                        term,
                        holder: (*object.add(4)).pointer(),
                        base,
                        offset: position,
                        bits: end - position,
                    }
                }
                _ => {
                    let (base, bits) = holder_data(object);
                    Bits {
                        term,
                        holder: object,
                        base,
                        offset: 0,
                        bits,
                    }
                }
            }
        }
    }
    /// Length in bits.
    #[inline]
    pub fn bit_len(self) -> usize {
        self.bits
    }
    /// Length in bytes, the last perhaps not full.
    #[inline]
    pub fn byte_len(self) -> usize {
        self.bits.div_ceil(8)
    }
    /// Whole bytes only?
    #[inline]
    pub fn is_binary(self) -> bool {
        self.bits.is_multiple_of(8)
    }
    /// Bits before the first, counted from [`Bits::base`].
    #[inline]
    pub fn bit_offset(self) -> usize {
        self.offset
    }
    /// The holder's first byte.
    pub fn base(self) -> *const u8 {
        self.base
    }
    /// The holder, a term of its own.
    pub fn holder(self) -> Term<'p> {
        // SAFETY: the holder lives as long as the part.
        unsafe { Term::from_word(Word::boxed(self.holder)) }
    }
    /// Length of the holder in bits, of which others than these may not be written yet.
    #[inline]
    pub(crate) fn holder_bits(self) -> usize {
        // SAFETY: a holder.
        unsafe { holder_data(self.holder).1 }
    }
    /// The shared block behind it, if it is not on the heap.
    #[inline]
    pub fn shared(self) -> Option<&'p SharedBytes> {
        // SAFETY: a reference-counted binary's third word holds one reference, which lasts as long as the object.
        unsafe {
            ((*self.holder).subtag() == subtag::REFC)
                .then(|| &*self.holder.add(2).cast::<SharedBytes>())
        }
    }
    /// Whole bytes of the holder that the bits touch, and the offset of the first bit within the first of them.
    #[inline]
    pub fn window(self) -> (&'p [u8], usize) {
        let first = self.offset / 8;
        let shift = self.offset % 8;
        let bytes = (shift + self.bits).div_ceil(8);
        // SAFETY: a part lies within its holder.
        (
            unsafe { std::slice::from_raw_parts(self.base.add(first), bytes) },
            shift,
        )
    }
    /// The bytes, if they begin at a byte's border and are whole.
    #[inline]
    pub fn as_bytes(self) -> Option<&'p [u8]> {
        let (bytes, shift) = self.window();
        (shift == 0 && self.is_binary()).then_some(bytes)
    }
    /// The bytes of a binary, copied if they lie across byte borders; `None` for a bitstring that is no binary.
    pub fn bytes(self) -> Option<Cow<'p, [u8]>> {
        self.is_binary().then(|| self.bytes_padded())
    }
    /// The bytes, the last padded with zero bits.
    pub fn bytes_padded(self) -> Cow<'p, [u8]> {
        let (window, shift) = self.window();
        let last = self.bits % 8;
        if shift == 0 && last == 0 {
            return Cow::Borrowed(window);
        }
        let mut bytes = vec![0; self.byte_len()];
        // SAFETY: the bits are there, and the vector has room for them.
        unsafe { kernel::copy(self.base, self.offset, bytes.as_mut_ptr(), 0, self.bits) };
        Cow::Owned(bytes)
    }
    /// The term.
    pub fn term(self) -> Term<'p> {
        self.term
    }
}

impl PartialEq for Bits<'_> {
    /// The same bits?
    fn eq(&self, other: &Bits<'_>) -> bool {
        // SAFETY: both have so many bits.
        self.bits == other.bits
            && unsafe { kernel::equal(self.base, self.offset, other.base, other.offset, self.bits) }
    }
}

impl Eq for Bits<'_> {}

impl Ord for Bits<'_> {
    /// Bit by bit; a bitstring that another begins with is less than that.
    fn cmp(&self, other: &Bits<'_>) -> Ordering {
        let common = self.bits.min(other.bits);
        // SAFETY: both have so many bits.
        unsafe { kernel::compare(self.base, self.offset, other.base, other.offset, common) }
            .then(self.bits.cmp(&other.bits))
    }
}

impl PartialOrd for Bits<'_> {
    fn partial_cmp(&self, other: &Bits<'_>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<'p> Term<'p> {
    /// The bitstring, if this is one.
    #[inline]
    pub fn as_bits(self) -> Option<Bits<'p>> {
        self.is_bits().then(|| Bits::of(self))
    }
    /// Is this a bitstring?
    #[inline]
    pub fn is_bits(self) -> bool {
        // SAFETY: a boxed pointer points to a header.
        self.word().is_boxed()
            && matches!(
                unsafe { (*self.word().pointer()).subtag() },
                subtag::REFC | subtag::HEAP_BITS | subtag::SUB_BITS | subtag::MATCH
            )
    }
    /// Is this a binary?
    pub fn is_binary(self) -> bool {
        self.as_bits().is_some_and(Bits::is_binary)
    }
    /// The bytes of a binary.
    pub fn as_binary(self) -> Option<Cow<'p, [u8]>> {
        self.as_bits().and_then(Bits::bytes)
    }
}

impl<'p> Builder<'p> {
    /// A binary of these bytes: on the heap to [`HEAP_LIMIT`], shared above.
    pub fn binary(&mut self, bytes: &[u8]) -> Term<'p> {
        if bytes.len() <= HEAP_LIMIT {
            self.heap_bits(bytes, bytes.len() * 8)
        } else {
            self.shared_binary(SharedBytes::new(bytes))
        }
    }
    /// A binary of `len` bytes that `fill` writes; they are zero before. `None`: there is no memory for so many.
    pub fn binary_with(&mut self, len: usize, fill: impl FnOnce(&mut [u8])) -> Option<Term<'p>> {
        if len <= HEAP_LIMIT {
            let mut bytes = [0; HEAP_LIMIT];
            fill(&mut bytes[..len]);
            return Some(self.heap_bits(&bytes[..len], len * 8));
        }
        SharedBytes::try_filled(len, fill).map(|bytes| self.shared_binary(bytes))
    }
    /// A bitstring of the first `bits` bits.
    pub fn bitstring(&mut self, bytes: &[u8], bits: usize) -> Term<'p> {
        let count = bits.div_ceil(8);
        if count <= HEAP_LIMIT {
            return self.heap_bits(&bytes[..count], bits);
        }
        let whole = self.shared_binary(SharedBytes::new(&bytes[..count]));
        if bits.is_multiple_of(8) {
            whole
        } else {
            self.sub_bits(whole, 0, bits)
        }
    }
    fn heap_bits(&mut self, bytes: &[u8], bits: usize) -> Term<'p> {
        let words = bytes.len().div_ceil(8);
        let object = self.alloc(2 + words);
        // SAFETY: fresh room for the header, the size and the bytes; the last word is cleared before they are copied over it.
        unsafe {
            *object = Word::header(subtag::HEAP_BITS, 1 + words);
            *object.add(1) = Word(bits as u64);
            if words > 0 {
                *object.add(1 + words) = Word(0);
            }
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), object.add(2).cast::<u8>(), bytes.len());
            Term::from_word(Word::boxed(object))
        }
    }
    /// A binary of all bytes in use of a shared block.
    pub fn shared_binary(&mut self, bytes: SharedBytes) -> Term<'p> {
        let used = bytes.used();
        self.shared_prefix(bytes, used)
    }
    /// A binary of the first `len` bytes of a shared block.
    pub fn shared_prefix(&mut self, bytes: SharedBytes, len: usize) -> Term<'p> {
        debug_assert!(len <= bytes.used());
        let object = self.alloc(4);
        // SAFETY: four fresh words; the object is whole when it goes on the list.
        unsafe {
            *object = Word::header(subtag::REFC, 3);
            *object.add(1) = Word(len as u64);
            *object.add(2) = Word(bytes.into_raw());
            self.arena().offheap.push(object);
            Term::from_word(Word::boxed(object))
        }
    }
    /// `bits` bits of the holder `original` from bit `offset` of it on.
    #[inline]
    pub fn sub_bits(&mut self, original: Term<'p>, offset: usize, bits: usize) -> Term<'p> {
        debug_assert!(original.has_subtag(subtag::REFC) || original.has_subtag(subtag::HEAP_BITS));
        let object = self.alloc(4);
        // SAFETY: four fresh words.
        unsafe {
            *object = Word::header(subtag::SUB_BITS, 3);
            *object.add(1) = Word(offset as u64);
            *object.add(2) = Word(bits as u64);
            *object.add(3) = original.word();
            Term::from_word(Word::boxed(object))
        }
    }
    /// `bits` bits of any bitstring from its bit `offset` on; whole bytes up to [`HEAP_LIMIT`] are copied.
    #[inline]
    pub fn part(&mut self, of: Bits<'p>, offset: usize, bits: usize) -> Term<'p> {
        assert!(bits <= of.bit_len() && offset <= of.bit_len() - bits);
        // SAFETY: the part lies within.
        unsafe { self.part_of(of.holder(), of.base, of.offset + offset, bits) }
    }
    /// `bits` bits from bit `offset` of a holder on, whose first byte is at `base`.
    ///
    /// # Safety
    /// They are there, and written.
    #[inline]
    pub(crate) unsafe fn part_of(
        &mut self,
        holder: Term<'p>,
        base: *const u8,
        offset: usize,
        bits: usize,
    ) -> Term<'p> {
        // What lies across bytes stays a part, as in OTP 25, whose `erts_debug:flat_size/1` tells.
        if bits > HEAP_LIMIT * 8 || !(offset | bits).is_multiple_of(8) {
            // SAFETY: a holder.
            if offset == 0 && bits == unsafe { holder_data(holder.word().pointer()).1 } {
                return holder;
            }
            return self.sub_bits(holder, offset, bits);
        }
        let words = bits.div_ceil(64);
        let object = self.alloc(2 + words);
        // SAFETY: fresh room for header, size and bytes; the last word is cleared before the bits are copied over it.
        unsafe {
            *object = Word::header(subtag::HEAP_BITS, 1 + words);
            *object.add(1) = Word(bits as u64);
            if words > 0 {
                *object.add(1 + words) = Word(0);
            }
            kernel::copy(base, offset, object.add(2).cast::<u8>(), 0, bits);
            Term::from_word(Word::boxed(object))
        }
    }
}

#[cfg(test)]
mod tests;
