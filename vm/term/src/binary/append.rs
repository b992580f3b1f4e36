//! Appending: a bitstring that was made by appending has room behind it, so that `<<Acc/binary, X>>` in a loop copies each byte
//! a constant number of times.
//!
//! What an append makes is a part (`SUB_BITS`) of a holder as large as its block, room included. The holder is reached through
//! parts only and never seen as a term of its own, and no part ends beyond the bits that are in use and written. Appending to such a
//! part claims the bits behind its end ([`SharedBytes`]: one compare-and-swap, which succeeds for one caller if the part ends where
//! the bits in use end) and makes another part, four words, of the same holder. Bits that anyone can see are never written: an
//! older part, or one in another process, keeps its value, and a second append to it loses the claim and copies. So nothing need
//! be marked as writable, and a binary may be sent, stored and matched while it grows.
//!
//! One case needs more care: a part whose last byte is not full. The claim is in bits, so that byte has one writer at most; but to
//! write the rest of it means to store the byte, bits in use included, which another thread may be reading. So that claim is made
//! only while this heap's reference to the block is the only one (and no literal's, which all processes see); otherwise the whole is copied to a new block, whose reference is,
//! and the appends after it are cheap again.

use super::build::{BuildError, MAX_BITS, Writer};
use super::refc::SharedBytes;
use super::{Bits, is_whole, kernel};
use crate::heap::arena::Builder;
use crate::heap::literal::is_literal_address;
use crate::term::Term;
use crate::word::{Word, subtag};

/// Smallest block that appending makes, in bytes.
const SMALLEST: usize = 256;

/// Above this size, in bytes, a block grows by half, not to double its size.
const LARGE: usize = 64 << 20;

/// Size of what `bs_init_writable` makes if nobody says, in bytes.
const WRITABLE: usize = 1024;

/// Room for `needed` bytes and some more.
fn roomy(needed: usize) -> usize {
    let more = if needed < LARGE { needed } else { needed / 2 };
    (needed + more).max(SMALLEST)
}

/// Words that [`append_bytes`] writes.
pub const APPENDED_WORDS: usize = 4;

/// The commonest append of all: whole bytes, not none, to a part of whole bytes that has room behind it. Writes the new part to `room`; gives it,
/// and where the bytes go. `None`: it is not so simple, and nothing has happened.
///
/// # Safety
/// `original` is a term, and `room` has [`APPENDED_WORDS`] fresh words. All of the bytes are written before anybody looks at the new part.
#[inline(always)]
pub unsafe fn append_bytes(
    original: Word,
    bytes: usize,
    room: *mut Word,
) -> Option<(Word, *mut u8)> {
    // SAFETY: the caller's promise; a part has an offset, a size and a holder, and a holder in the third word one reference.
    unsafe {
        if !original.is_boxed() || bytes == 0 {
            return None;
        }
        let part = original.pointer();
        if (*part).subtag() != subtag::SUB_BITS {
            return None;
        }
        let (offset, bits) = ((*part.add(1)).0 as usize, (*part.add(2)).0 as usize);
        let holder = (*part.add(3)).pointer();
        let (end, more) = (offset + bits, bytes * 8);
        if (*holder).subtag() != subtag::REFC || (end | bits) % 8 != 0 {
            return None;
        }
        let shared = SharedBytes::borrow_raw(&(*holder.add(2)).0);
        let alone = shared.is_unique() && !is_literal_address(holder as usize);
        if end + more > (*holder.add(1)).0 as usize * 8 || !shared.claim_bits(end, more, alone) {
            return None;
        }
        *room = Word::header(subtag::SUB_BITS, 3);
        *room.add(1) = Word(offset as u64);
        *room.add(2) = Word((bits + more) as u64);
        *room.add(3) = Word::boxed(holder);
        Some((Word::boxed(room), shared.data().add(end / 8)))
    }
}

impl<'p> Builder<'p> {
    /// `original` with `bits` more bits, which are to be written now. The size of `original` must be a multiple of `unit`.
    #[inline]
    pub fn append(
        &mut self,
        original: Term<'p>,
        bits: usize,
        unit: usize,
    ) -> Result<(Term<'p>, Writer<'p>), BuildError> {
        let Some(source) = original.as_bits() else {
            return Err(BuildError::Type);
        };
        let old = source.bit_len();
        if !is_whole(old, unit) {
            return Err(BuildError::Unit);
        }
        if bits > MAX_BITS - old.min(MAX_BITS) {
            return Err(BuildError::TooLarge);
        }
        if bits == 0 {
            // SAFETY: there is nothing to write.
            let writer = unsafe { Writer::new(std::ptr::null_mut(), 0, 0) };
            return Ok((original, writer));
        }
        if let Some(grown) = self.append_in_place(source, bits) {
            return Ok(grown);
        }
        self.append_to_copy(source, bits)
    }
    /// `bs_private_append`: the caller has no other use for `original`. Nothing is gained by knowing it.
    pub fn private_append(
        &mut self,
        original: Term<'p>,
        bits: usize,
        unit: usize,
    ) -> Result<(Term<'p>, Writer<'p>), BuildError> {
        self.append(original, bits, unit)
    }

    #[inline]
    fn append_in_place(&mut self, source: Bits<'p>, bits: usize) -> Option<(Term<'p>, Writer<'p>)> {
        let shared = source.shared()?;
        let end = source.bit_offset() + source.bit_len();
        let new_end = end + bits;
        if new_end > source.holder_bits() {
            return None;
        }
        let holder = source.holder();
        let alone = shared.is_unique() && !is_literal_address(holder.word().pointer() as usize);
        if !end.is_multiple_of(8) && !alone {
            return None;
        }
        if !shared.claim_bits(end, bits, alone) {
            return None;
        }
        let term = self.sub_bits(holder, source.bit_offset(), source.bit_len() + bits);
        // SAFETY: the bits behind `end` were claimed; where `end` lies within a byte, nobody else has a reference to the block.
        Some((term, unsafe { Writer::new(shared.data(), end, new_end) }))
    }

    #[inline(never)]
    fn append_to_copy(
        &mut self,
        source: Bits<'p>,
        bits: usize,
    ) -> Result<(Term<'p>, Writer<'p>), BuildError> {
        let old = source.bit_len();
        let total = old + bits;
        let (term, shared) = self.roomy_bits(total, roomy(total.div_ceil(8)))?;
        // SAFETY: the block is new.
        unsafe {
            kernel::copy(source.base(), source.bit_offset(), shared, 0, old);
            Ok((term, Writer::new(shared, old, total)))
        }
    }

    /// `bs_init_writable`: an empty binary with room for as many bytes as `size` says, if it is a sensible number.
    pub fn init_writable(&mut self, size: Term<'p>) -> Result<Term<'p>, BuildError> {
        let room = match size.as_small().map(usize::try_from) {
            Some(Ok(room)) => room,
            _ => WRITABLE,
        };
        if room > MAX_BITS / 8 {
            return Err(BuildError::TooLarge);
        }
        self.roomy_bits(0, room).map(|(term, _)| term)
    }

    /// A part of `bits` unwritten bits of a new holder with room for `room` bytes, and where they are.
    fn roomy_bits(&mut self, bits: usize, room: usize) -> Result<(Term<'p>, *mut u8), BuildError> {
        let shared = SharedBytes::try_unwritten(bits, room).ok_or(BuildError::TooLarge)?;
        let base = shared.data();
        let holder = self.holder(shared, room);
        Ok((self.sub_bits(holder, 0, bits), base))
    }

    /// A reference-counted binary of `len` bytes of a block, perhaps more than are in use: then it must be seen through parts only.
    pub(super) fn holder(&mut self, bytes: SharedBytes, len: usize) -> Term<'p> {
        debug_assert!(len <= bytes.capacity());
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
}
