//! Bit matching: a [`Reader`] goes through a bitstring and takes segments off its front. Follows "Bit Syntax Expressions" of the
//! reference manual; the instructions are those of `bs_match`, `bs_get_*2` and their kin.
//!
//! Between instructions a reader lives in a match context on the heap, `[header][position][end][base][original]`; an instruction
//! loads it, takes what it wants and stores the position back. Positions count bits from the holder's first byte, so that a saved
//! position stays good when the holder moves.
//!
//! Invariant: `position <= end`, and the bits up to `end` can be read. What fails leaves the position alone.

use super::{Bits, Flags, is_whole, kernel, utf};
use crate::heap::arena::Builder;
use crate::number::{Big, Endian};
use crate::rules::rules;
use crate::term::Term;
use crate::word::{SMALL_MAX, Word, subtag};
use smallvec::SmallVec;
use std::marker::PhantomData;

/// Words of a match context.
pub const CONTEXT_WORDS: usize = 5;

/// Header of a match context.
pub const CONTEXT_HEADER: Word = Word::header(subtag::MATCH, CONTEXT_WORDS - 1);

/// A place within a bitstring, from which segments are taken.
#[derive(Copy, Clone)]
pub struct Reader<'p> {
    base: *const u8,
    position: usize,
    end: usize,
    holder: Word,
    brand: PhantomData<&'p [u8]>,
}

/// A number as segments hold it, most significant byte first, from one that stands least significant byte first; and back.
#[inline(always)]
const fn reverse_bytes(value: u64, bits: usize) -> u64 {
    if bits.is_multiple_of(8) {
        value.swap_bytes() >> (64 - bits)
    } else {
        // The bits of the last, partial byte are the highest of the number.
        let (whole, rest) = (bits / 8 * 8, bits % 8);
        let low = if whole == 0 {
            0
        } else {
            (value >> rest).swap_bytes() >> (64 - whole)
        };
        low | (value & kernel::mask(rest)) << whole
    }
}

/// The inverse of [`reverse_bytes`].
#[inline(always)]
pub(super) const fn reversed_bytes(value: u64, bits: usize) -> u64 {
    if bits.is_multiple_of(8) {
        value.swap_bytes() >> (64 - bits)
    } else {
        let (whole, rest) = (bits / 8 * 8, bits % 8);
        let low = if whole == 0 {
            0
        } else {
            value.swap_bytes() >> (64 - whole) << rest
        };
        low | (value >> whole) & kernel::mask(rest)
    }
}

/// The lowest `bits` (1 to 64) bits as a two's complement number.
#[inline(always)]
const fn sign_extend(value: u64, bits: usize) -> i64 {
    (value << (64 - bits)) as i64 >> (64 - bits)
}

impl<'p> Reader<'p> {
    /// From the first bit of `bits`; of a match context, from its position on.
    #[inline]
    pub fn new(bits: Bits<'p>) -> Reader<'p> {
        Reader {
            base: bits.base(),
            position: bits.bit_offset(),
            end: bits.bit_offset() + bits.bit_len(),
            holder: bits.holder().word(),
            brand: PhantomData,
        }
    }
    /// Loads a match context.
    ///
    /// # Safety
    /// `context` is one, and nothing collects during `'p`.
    #[inline(always)]
    pub unsafe fn load(context: Word) -> Reader<'p> {
        let object = context.pointer();
        // SAFETY: the caller's promise.
        unsafe {
            debug_assert!(*object == CONTEXT_HEADER);
            Reader {
                base: (*object.add(3)).0 as *const u8,
                position: (*object.add(1)).0 as usize,
                end: (*object.add(2)).0 as usize,
                holder: *object.add(4),
                brand: PhantomData,
            }
        }
    }
    /// Stores the position back.
    ///
    /// # Safety
    /// `context` is the match context that this was loaded from.
    #[inline(always)]
    pub unsafe fn store(self, context: Word) {
        // SAFETY: the caller's promise.
        unsafe { *context.pointer().add(1) = Word(self.position as u64) };
    }
    /// Writes a whole match context into [`CONTEXT_WORDS`] fresh words, for an instruction that has reserved them.
    ///
    /// # Safety
    /// `at` is such room.
    #[inline(always)]
    pub unsafe fn write_context(self, at: *mut Word) -> Word {
        // SAFETY: the caller's promise.
        unsafe {
            *at = CONTEXT_HEADER;
            *at.add(1) = Word(self.position as u64);
            *at.add(2) = Word(self.end as u64);
            *at.add(3) = Word(self.base as u64);
            *at.add(4) = self.holder;
        }
        Word::boxed(at)
    }

    /// The position (`bs_get_position`).
    #[inline(always)]
    pub fn position(self) -> usize {
        self.position
    }
    /// Goes to a position that [`Reader::position`] gave, of this bitstring (`bs_set_position`).
    #[inline(always)]
    pub fn set_position(&mut self, position: usize) {
        debug_assert!(position <= self.end);
        self.position = position.min(self.end);
    }
    /// Bits left.
    #[inline(always)]
    pub fn remaining(self) -> usize {
        self.end - self.position
    }
    /// Are at least `bits` left, and is the rest a multiple of `unit` (`ensure_at_least`)?
    #[inline(always)]
    pub fn has_at_least(self, bits: usize, unit: usize) -> bool {
        let left = self.remaining();
        left >= bits && is_whole(left - bits, unit)
    }
    /// Is what is left a multiple of `unit` (`bs_test_unit`)?
    #[inline(always)]
    pub fn is_multiple_of(self, unit: usize) -> bool {
        is_whole(self.remaining(), unit)
    }
    /// Passes over `bits` bits.
    #[inline(always)]
    pub fn skip(&mut self, bits: usize) -> bool {
        if bits > self.remaining() {
            return false;
        }
        self.position += bits;
        true
    }

    /// The next `bits` (1 to 64) bits as a number, most significant first; the position stays.
    ///
    /// # Safety
    /// So many are left.
    #[inline(always)]
    pub unsafe fn peek(self, bits: usize) -> u64 {
        debug_assert!(bits <= self.remaining());
        let at = self.position;
        // SAFETY: the caller's promise.
        unsafe {
            if at.is_multiple_of(8) {
                // What most matching is made of; each is one load where `bits` is known.
                let p = self.base.add(at / 8);
                match bits {
                    8 => return u64::from(*p),
                    16 => return u64::from(u16::from_be(p.cast::<u16>().read_unaligned())),
                    32 => return u64::from(u32::from_be(p.cast::<u32>().read_unaligned())),
                    64 => return u64::from_be(p.cast::<u64>().read_unaligned()),
                    _ => {}
                }
            }
            kernel::load(self.base, at, bits)
        }
    }
    /// Takes `bits` (1 to 64) bits as [`Reader::peek`].
    ///
    /// # Safety
    /// So many are left.
    #[inline(always)]
    pub unsafe fn take(&mut self, bits: usize) -> u64 {
        // SAFETY: the caller's promise.
        let value = unsafe { self.peek(bits) };
        self.position += bits;
        value
    }
    /// The next byte.
    #[inline(always)]
    pub fn byte(&mut self) -> Option<u8> {
        self.unsigned(8, Endian::Big).map(|byte| byte as u8)
    }
    /// An unsigned number of `bits` (0 to 64) bits.
    #[inline(always)]
    pub fn unsigned(&mut self, bits: usize, endian: Endian) -> Option<u64> {
        debug_assert!(bits <= 64);
        if bits > self.remaining() {
            return None;
        }
        if bits == 0 {
            return Some(0);
        }
        // SAFETY: just tested.
        let value = unsafe { self.take(bits) };
        Some(match endian {
            Endian::Big => value,
            Endian::Little => reverse_bytes(value, bits),
        })
    }
    /// A two's complement number of `bits` (0 to 64) bits.
    #[inline(always)]
    pub fn signed(&mut self, bits: usize, endian: Endian) -> Option<i64> {
        let value = self.unsigned(bits, endian)?;
        Some(if bits == 0 {
            0
        } else {
            sign_extend(value, bits)
        })
    }
    /// An integer segment that is a small integer: no heap needed. `Err` if it is larger (take it by [`Reader::integer`]), `Ok(None)`
    /// if there are too few bits.
    #[inline(always)]
    pub fn small_integer(&mut self, bits: usize, flags: Flags) -> Result<Option<Word>, NotSmall> {
        if bits >= 60 {
            return Err(NotSmall);
        }
        Ok(if flags.is_signed() {
            self.signed(bits, flags.endian()).map(Word::small)
        } else {
            self.unsigned(bits, flags.endian())
                .map(|value| Word::small(value as i64))
        })
    }
    /// An integer segment of `bits` bits.
    #[inline]
    pub fn integer(
        &mut self,
        builder: &mut Builder<'p>,
        bits: usize,
        flags: Flags,
    ) -> Option<Term<'p>> {
        if bits > self.remaining() {
            return None;
        }
        if bits <= 64 {
            return if flags.is_signed() {
                self.signed(bits, flags.endian())
                    .map(|value| builder.integer(value))
            } else {
                self.unsigned(bits, flags.endian())
                    .map(|value| builder.unsigned(value))
            };
        }
        self.large_integer(builder, bits, flags)
    }
    /// More than 64 bits, and so many are left. An integer beyond the release's limit matches nothing.
    #[cold]
    #[inline(never)]
    fn large_integer(
        &mut self,
        builder: &mut Builder<'p>,
        bits: usize,
        flags: Flags,
    ) -> Option<Term<'p>> {
        let count = bits.div_ceil(8);
        let endian = flags.endian();
        let mut bytes: SmallVec<[u8; 64]> = SmallVec::from_elem(0, count);
        let pad = count * 8 - bits;
        // The number's highest bits are in a partial byte: the first one if big-endian, else the last.
        let (to_offset, partial) = match endian {
            Endian::Big => (pad, 0),
            Endian::Little => (0, count - 1),
        };
        // SAFETY: the bits are there, the vector has room for them.
        unsafe {
            kernel::copy(
                self.base,
                self.position,
                bytes.as_mut_ptr(),
                to_offset,
                bits,
            )
        };
        if endian == Endian::Little {
            bytes[partial] >>= pad;
        }
        if flags.is_signed() {
            bytes[partial] = ((bytes[partial] << pad) as i8 >> pad) as u8;
        }
        let value = if flags.is_signed() {
            Big::from_signed(&bytes, endian)
        } else {
            Big::from_unsigned(&bytes, endian)
        };
        if value.limbs.len() > rules().big_limbs {
            return None;
        }
        self.position += bits;
        Some(builder.big(value.negative, &value.limbs))
    }

    /// A float segment of 16, 32 or 64 bits, or of none, which is 0.0. No other size matches, nor does a pattern that is infinite or
    /// no number.
    #[inline]
    pub fn float_value(&mut self, bits: usize, flags: Flags) -> Option<f64> {
        match bits {
            16 | 32 | 64 => {}
            0 => return Some(0.0),
            _ => return None,
        }
        let start = self.position;
        let pattern = self.unsigned(bits, flags.endian())?;
        let value = match bits {
            16 => super::half::to_f64(pattern as u16),
            32 => f64::from(f32::from_bits(pattern as u32)),
            _ => f64::from_bits(pattern),
        };
        if value.is_finite() {
            Some(value)
        } else {
            self.position = start;
            None
        }
    }
    /// [`Reader::float_value`] as a term.
    #[inline]
    pub fn float(
        &mut self,
        builder: &mut Builder<'p>,
        bits: usize,
        flags: Flags,
    ) -> Option<Term<'p>> {
        self.float_value(bits, flags)
            .map(|value| builder.float(value))
    }

    /// A binary or bitstring segment of `bits` bits.
    #[inline]
    pub fn bits(&mut self, builder: &mut Builder<'p>, bits: usize) -> Option<Term<'p>> {
        if bits > self.remaining() {
            return None;
        }
        let part = self.part(builder, bits);
        self.position += bits;
        Some(part)
    }
    /// What is left (`bs_get_tail`); the position stays.
    #[inline]
    pub fn tail(self, builder: &mut Builder<'p>) -> Term<'p> {
        self.part(builder, self.remaining())
    }
    #[inline]
    fn part(self, builder: &mut Builder<'p>, bits: usize) -> Term<'p> {
        // SAFETY: the holder's bits from the position on, as many as there are; the holder stays for `'p`.
        unsafe { builder.part_of(Term::from_word(self.holder), self.base, self.position, bits) }
    }
    /// Takes the first `bits` bits of `literal` if they come next (`bs_match_string`).
    #[inline]
    pub fn literal(&mut self, literal: &[u8], bits: usize) -> bool {
        debug_assert!(bits <= literal.len() * 8);
        if bits > self.remaining() || bits > literal.len() * 8 {
            return false;
        }
        // SAFETY: so many bits are there on both sides.
        let same = unsafe {
            if self.position.is_multiple_of(8) && bits == 8 {
                *self.base.add(self.position / 8) == literal[0]
            } else {
                kernel::equal(self.base, self.position, literal.as_ptr(), 0, bits)
            }
        };
        if same {
            self.position += bits;
        }
        same
    }

    /// The next bytes, at most four, as far as there are whole ones.
    #[inline(always)]
    fn up_to_four(self) -> ([u8; 4], usize) {
        let count = (self.remaining() / 8).min(4);
        let mut bytes = [0; 4];
        if count > 0 {
            // SAFETY: so many bits are left.
            let value =
                unsafe { kernel::load(self.base, self.position, count * 8) } << (64 - count * 8);
            bytes.copy_from_slice(&value.to_be_bytes()[..4]);
        }
        (bytes, count)
    }
    /// A code point in UTF-8.
    #[inline]
    pub fn utf8(&mut self) -> Option<u32> {
        if self.remaining() >= 8 {
            // SAFETY: just tested.
            let first = unsafe { self.peek(8) };
            if first < 0x80 {
                self.position += 8;
                return Some(first as u32);
            }
        }
        let (bytes, count) = self.up_to_four();
        let (point, length) = utf::decode_utf8(&bytes[..count])?;
        self.position += length * 8;
        Some(point)
    }
    /// A code point in UTF-16.
    pub fn utf16(&mut self, flags: Flags) -> Option<u32> {
        let (bytes, count) = self.up_to_four();
        let (point, length) = utf::decode_utf16(&bytes[..count], flags.endian())?;
        self.position += length * 8;
        Some(point)
    }
    /// A code point in UTF-32.
    pub fn utf32(&mut self, flags: Flags) -> Option<u32> {
        let start = self.position;
        let value = self.unsigned(32, flags.endian())?;
        if utf::is_code_point(value) {
            Some(value as u32)
        } else {
            self.position = start;
            None
        }
    }
}

/// The segment may not fit a small integer.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct NotSmall;

const _: () = assert!(SMALL_MAX as u64 == kernel::mask(59));

/// Bits of a segment from its size operand and unit; `None` if it is no size: no integer, negative, or more than any bitstring has.
/// The match fails then.
#[inline(always)]
pub fn field_bits(size: Word, unit: usize) -> Option<usize> {
    if !size.is_small() {
        return None;
    }
    usize::try_from(size.small_value()).ok()?.checked_mul(unit)
}

impl<'p> Builder<'p> {
    /// A match context at the first bit of `bits`.
    #[inline]
    pub fn match_context(&mut self, bits: Bits<'p>) -> Term<'p> {
        let room = self.alloc(CONTEXT_WORDS);
        // SAFETY: fresh room.
        unsafe { Term::from_word(Reader::new(bits).write_context(room)) }
    }
}
