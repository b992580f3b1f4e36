//! Building bitstrings: sizes of segments first, then room for all of them, then the segments one behind the other through a
//! [`Writer`]. Follows "Bit Syntax Expressions" of the reference manual and what `bs_create_bin` and, to OTP 25, `bs_init2`,
//! `bs_init_bits` and `bs_put_*` do.
//!
//! Invariant: a writer's window, the bits from its position to its end, belongs to a bitstring that nobody has seen yet; a writer
//! never goes beyond it. A bitstring whose building fails half-way is garbage that no term refers to.

use super::matching::reversed_bytes;
use super::refc::SharedBytes;
use super::{Bits, Flags, HEAP_LIMIT, half, is_whole, kernel, utf};
use crate::atom::{Atom, known};
use crate::heap::arena::Builder;
use crate::number::{BigRef, Endian, Int, OneLimb, terms};
use crate::rules::rules;
use crate::term::{Term, View};
use crate::word::{Word, subtag};
use smallvec::SmallVec;
use std::marker::PhantomData;

/// Why a bitstring cannot be built.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum BuildError {
    /// The value is of the wrong type, or no code point.
    Type,
    /// The size of a bitstring is no multiple of the segment's unit.
    Unit,
    /// The size operand is no integer, or negative.
    Size,
    /// The bitstring has fewer bits than the segment.
    Short,
    /// The integer is beyond the largest float.
    NoFloat,
    /// A float segment of another size than 16, 32 or 64 bits; the value to report is the number of bits.
    Invalid,
    /// More bits than a bitstring can have, or than there is memory for.
    TooLarge,
}

impl BuildError {
    /// `badarg` or `system_limit`.
    pub fn reason(self) -> Atom {
        match self {
            BuildError::TooLarge => known::SYSTEM_LIMIT,
            _ => known::BADARG,
        }
    }
    /// The third element of the `cause` that `error_info` gives from OTP 25 on: `{Segment, Type, Cause, Value}`.
    pub fn cause(self) -> Atom {
        match self {
            BuildError::Type => known::TYPE,
            BuildError::Unit => known::UNIT,
            BuildError::Size | BuildError::TooLarge => known::SIZE,
            BuildError::Short => known::SHORT,
            BuildError::NoFloat => known::NO_FLOAT,
            BuildError::Invalid => known::INVALID,
        }
    }
}

/// Most bits that a bitstring may have.
pub const MAX_BITS: usize = 1 << 60;

/// Bits of a segment from its size operand and unit. One segment's bits never overflow; sum them with [`total_bits`].
#[inline(always)]
pub fn field_bits(size: Term<'_>, unit: usize) -> Result<usize, BuildError> {
    match size.as_small() {
        Some(size) => match usize::try_from(size) {
            Ok(size) => match size.checked_mul(unit) {
                Some(bits) if bits <= MAX_BITS => Ok(bits),
                _ => Err(BuildError::TooLarge),
            },
            Err(_) => Err(BuildError::Size),
        },
        None => Err(wrong_size(size)),
    }
}

#[cold]
#[inline(never)]
fn wrong_size(size: Term<'_>) -> BuildError {
    match size.view() {
        View::Big(big) if !big.negative => BuildError::TooLarge,
        _ => BuildError::Size,
    }
}

/// Adds a segment's bits to a sum.
#[inline(always)]
pub fn total_bits(sum: usize, segment: usize) -> Result<usize, BuildError> {
    match sum.checked_add(segment) {
        Some(sum) if sum <= MAX_BITS => Ok(sum),
        _ => Err(BuildError::TooLarge),
    }
}

/// Bits of a segment that takes all of a bitstring.
#[inline(always)]
pub fn all_bits(value: Term<'_>) -> Result<usize, BuildError> {
    value.as_bits().map(Bits::bit_len).ok_or(BuildError::Type)
}

/// A code point, if `value` is one.
#[inline(always)]
pub fn code_point(value: Term<'_>) -> Result<u32, BuildError> {
    match value.as_small() {
        Some(value) if utf::is_code_point(value as u64) => Ok(value as u32),
        _ => Err(BuildError::Type),
    }
}

/// Bits that `value` takes as utf8. To OTP 25, what is no code point has some size too, and fails when it is put.
#[inline(always)]
pub fn utf8_bits(value: Term<'_>) -> Result<usize, BuildError> {
    match code_point(value) {
        Ok(point) => Ok(utf::utf8_len(point) * 8),
        Err(error) if rules().utf8_checked_first => Err(error),
        Err(_) => Ok(32),
    }
}

/// Bits that `value` takes as utf32.
#[inline(always)]
pub fn utf32_bits(value: Term<'_>) -> Result<usize, BuildError> {
    code_point(value).map(|_| 32)
}

/// Bits that `value` takes as utf16. What is no code point has some size too, and fails when it is put.
#[inline(always)]
pub fn utf16_bits(value: Term<'_>) -> usize {
    code_point(value).map_or(32, |point| utf::utf16_len(point) * 8)
}

/// The bytes of a code point in UTF-8, and how many there are; `None`: it is none.
#[inline(always)]
pub fn utf8_bytes(value: Term<'_>) -> Option<([u8; 4], usize)> {
    let point = code_point(value).ok()?;
    Some((utf::encode_utf8(point), utf::utf8_len(point)))
}

/// The bytes of a code point in UTF-16, and how many there are; `None`: it is none.
#[inline(always)]
pub fn utf16_bytes(value: Term<'_>, flags: Flags) -> Option<([u8; 4], usize)> {
    let point = code_point(value).ok()?;
    Some((
        utf::encode_utf16(point, flags.endian()),
        utf::utf16_len(point),
    ))
}

/// `bs_add`: `first + second * unit`, the size of something being built. As a term, since it lies in a register between
/// instructions.
pub fn add_sizes<'p>(
    first: Term<'p>,
    second: Term<'p>,
    unit: usize,
) -> Result<Term<'p>, BuildError> {
    let sum = total_bits(field_bits(first, 1)?, field_bits(second, unit)?)?;
    if sum > crate::word::SMALL_MAX as usize {
        return Err(BuildError::TooLarge);
    }
    Ok(Term::small(sum as i64))
}

/// The bits of a bitstring that are still to be written.
#[derive(Copy, Clone)]
pub struct Writer<'p> {
    state: WriterState,
    brand: PhantomData<&'p mut [u8]>,
}

/// A writer between two instructions (`bs_init2` and what follows it), as plain words.
#[repr(C)]
#[derive(Copy, Clone, Debug)]
pub struct WriterState {
    /// First byte of what is built.
    pub base: *mut u8,
    /// Bits written.
    pub position: usize,
    /// Bits in all.
    pub end: usize,
}

impl WriterState {
    /// Nothing to write.
    pub const EMPTY: WriterState = WriterState {
        base: std::ptr::null_mut(),
        position: 0,
        end: 0,
    };
}

impl<'p> Writer<'p> {
    /// A writer of the bits from `position` to `end`, counted from `base`.
    ///
    /// # Safety
    /// They are the writer's alone and can be written; if `position` lies within a byte, that one is initialised.
    #[inline(always)]
    pub(super) unsafe fn new(base: *mut u8, position: usize, end: usize) -> Writer<'p> {
        Writer {
            state: WriterState {
                base,
                position,
                end,
            },
            brand: PhantomData,
        }
    }
    /// Sets the writer aside.
    #[inline(always)]
    pub fn suspend(self) -> WriterState {
        self.state
    }
    /// Goes on writing.
    ///
    /// # Safety
    /// `state` came from [`Writer::suspend`]; nothing was collected and nobody has written through it since.
    #[inline(always)]
    pub unsafe fn resume(state: WriterState) -> Writer<'p> {
        Writer {
            state,
            brand: PhantomData,
        }
    }
    /// Bits still to be written.
    #[inline(always)]
    pub fn remaining(&self) -> usize {
        self.state.end - self.state.position
    }
    /// Claims the next `bits` bits; where they begin.
    #[inline(always)]
    fn claim(&mut self, bits: usize) -> Result<usize, BuildError> {
        if bits > self.remaining() {
            // The sizes were summed from the same operands: only code that lies about them gets here.
            return Err(BuildError::TooLarge);
        }
        let at = self.state.position;
        self.state.position += bits;
        Ok(at)
    }

    /// The low `bits` (0 to 64) bits of `value`.
    #[inline(always)]
    pub fn put_bits(&mut self, value: u64, bits: usize, endian: Endian) -> Result<(), BuildError> {
        debug_assert!(bits <= 64);
        let at = self.claim(bits)?;
        if bits == 0 {
            return Ok(());
        }
        let value = match endian {
            Endian::Big => value,
            Endian::Little => reversed_bytes(value, bits),
        };
        // SAFETY: claimed.
        unsafe {
            if at % 8 == 0 {
                let p = self.state.base.add(at / 8);
                match bits {
                    8 => {
                        *p = value as u8;
                        return Ok(());
                    }
                    16 => {
                        p.cast::<u16>().write_unaligned((value as u16).to_be());
                        return Ok(());
                    }
                    32 => {
                        p.cast::<u32>().write_unaligned((value as u32).to_be());
                        return Ok(());
                    }
                    64 => {
                        p.cast::<u64>().write_unaligned(value.to_be());
                        return Ok(());
                    }
                    _ => {}
                }
            }
            kernel::store(self.state.base, at, bits, value);
        }
        Ok(())
    }
    /// An integer segment: the low `bits` bits of `value` in two's complement.
    #[inline(always)]
    pub fn put_integer(
        &mut self,
        value: Term<'_>,
        bits: usize,
        flags: Flags,
    ) -> Result<(), BuildError> {
        match value.as_small() {
            Some(small) if bits <= 64 => self.put_bits(small as u64, bits, flags.endian()),
            _ => self.put_large_integer(value, bits, flags),
        }
    }
    /// A big integer, or a segment of more than 64 bits.
    #[cold]
    #[inline(never)]
    fn put_large_integer(
        &mut self,
        value: Term<'_>,
        bits: usize,
        flags: Flags,
    ) -> Result<(), BuildError> {
        let one_limb;
        let integer = match value.view() {
            View::Small(small) => {
                one_limb = OneLimb::new(small);
                one_limb.as_big()
            }
            View::Big(big) => big,
            _ => return Err(BuildError::Type),
        };
        if bits <= 64 {
            let low = integer.limbs.first().copied().unwrap_or(0);
            let low = if integer.negative {
                low.wrapping_neg()
            } else {
                low
            };
            return self.put_bits(low, bits, flags.endian());
        }
        let at = self.claim(bits)?;
        // SAFETY: claimed.
        unsafe { put_big(self.state.base, at, bits, integer, flags.endian()) };
        Ok(())
    }

    /// A float segment; integers become floats. A float beyond the largest of 16 or 32 bits becomes infinity, which matches nothing.
    pub fn put_float(
        &mut self,
        value: Term<'_>,
        bits: usize,
        flags: Flags,
    ) -> Result<(), BuildError> {
        if !matches!(bits, 16 | 32 | 64) {
            return Err(BuildError::Invalid);
        }
        let float = match value.view() {
            View::Float(float) => float,
            View::Small(small) => small as f64,
            View::Big(big) => terms::float_of(Int::Big(big)).map_err(|_| BuildError::NoFloat)?,
            _ => return Err(BuildError::Type),
        };
        let pattern = match bits {
            64 => float.to_bits(),
            32 => u64::from((float as f32).to_bits()),
            _ => u64::from(half::from_f64(float)),
        };
        self.put_bits(pattern, bits, flags.endian())
    }

    /// The first `bits` bits of a bitstring.
    #[inline]
    pub fn put_part(&mut self, value: Term<'_>, bits: usize) -> Result<(), BuildError> {
        let Some(source) = value.as_bits() else {
            return Err(BuildError::Type);
        };
        if bits > source.bit_len() {
            return Err(BuildError::Short);
        }
        let at = self.claim(bits)?;
        // SAFETY: claimed; the source was made before and lies elsewhere.
        unsafe {
            kernel::copy(
                source.base(),
                source.bit_offset(),
                self.state.base,
                at,
                bits,
            )
        };
        Ok(())
    }
    /// All bits of a bitstring, whose number must be a multiple of `unit`.
    #[inline]
    pub fn put_all(&mut self, value: Term<'_>, unit: usize) -> Result<(), BuildError> {
        let bits = all_bits(value)?;
        if !is_whole(bits, unit) {
            return Err(BuildError::Unit);
        }
        self.put_part(value, bits)
    }
    /// Bytes as they are (`bs_put_string`).
    #[inline]
    pub fn put_bytes(&mut self, bytes: &[u8]) -> Result<(), BuildError> {
        let bits = bytes.len() * 8;
        let at = self.claim(bits)?;
        // SAFETY: claimed.
        unsafe { kernel::copy(bytes.as_ptr(), 0, self.state.base, at, bits) };
        Ok(())
    }
    /// A code point in UTF-8.
    #[inline]
    pub fn put_utf8(&mut self, value: Term<'_>) -> Result<(), BuildError> {
        let point = code_point(value)?;
        if point < 0x80 {
            return self.put_bits(u64::from(point), 8, Endian::Big);
        }
        self.put_bytes(&utf::encode_utf8(point)[..utf::utf8_len(point)])
    }
    /// A code point in UTF-16.
    pub fn put_utf16(&mut self, value: Term<'_>, flags: Flags) -> Result<(), BuildError> {
        let point = code_point(value)?;
        self.put_bytes(&utf::encode_utf16(point, flags.endian())[..utf::utf16_len(point)])
    }
    /// A code point in UTF-32.
    pub fn put_utf32(&mut self, value: Term<'_>, flags: Flags) -> Result<(), BuildError> {
        let point = code_point(value)?;
        self.put_bits(u64::from(point), 32, flags.endian())
    }
}

/// An integer of more than 64 bits.
///
/// # Safety
/// The bits can be written.
unsafe fn put_big(base: *mut u8, at: usize, bits: usize, integer: BigRef<'_>, endian: Endian) {
    let count = bits.div_ceil(8);
    if at.is_multiple_of(8) && bits.is_multiple_of(8) {
        // SAFETY: the caller's bytes, cleared first because a slice must be of initialised ones.
        let bytes = unsafe {
            let p = base.add(at / 8);
            std::ptr::write_bytes(p, 0, count);
            std::slice::from_raw_parts_mut(p, count)
        };
        integer.write_twos_complement(bytes, endian);
        return;
    }
    let mut bytes: SmallVec<[u8; 64]> = SmallVec::from_elem(0, count);
    integer.write_twos_complement(&mut bytes, endian);
    let pad = count * 8 - bits;
    let from = match endian {
        Endian::Big => pad,
        Endian::Little => {
            // The highest bits lie in the last byte, which the segment fills from its most significant bit on.
            bytes[count - 1] <<= pad;
            0
        }
    };
    // SAFETY: the caller's bytes.
    unsafe { kernel::copy(bytes.as_ptr(), from, base, at, bits) };
}

impl<'p> Builder<'p> {
    /// A bitstring of `bits` bits that are to be written now: on the heap to [`HEAP_LIMIT`], shared above. Its term may be used
    /// when the writer is through.
    #[inline]
    pub fn new_bits(&mut self, bits: usize) -> Result<(Term<'p>, Writer<'p>), BuildError> {
        if bits <= HEAP_LIMIT * 8 {
            let words = bits.div_ceil(64);
            let object = self.alloc(2 + words);
            // SAFETY: fresh room for header, size and bytes, whose last word is cleared so that what is behind the end is zero.
            unsafe {
                *object = Word::header(subtag::HEAP_BITS, 1 + words);
                *object.add(1) = Word(bits as u64);
                if words > 0 {
                    *object.add(1 + words) = Word(0);
                }
                Ok((
                    Term::from_word(Word::boxed(object)),
                    Writer::new(object.add(2).cast::<u8>(), 0, bits),
                ))
            }
        } else {
            self.new_shared_bits(bits)
        }
    }
    #[inline(never)]
    fn new_shared_bits(&mut self, bits: usize) -> Result<(Term<'p>, Writer<'p>), BuildError> {
        if bits > MAX_BITS {
            return Err(BuildError::TooLarge);
        }
        let count = bits.div_ceil(8);
        let shared = SharedBytes::try_unwritten(bits, count).ok_or(BuildError::TooLarge)?;
        let base = shared.data();
        let whole = self.holder(shared, count);
        let term = if bits.is_multiple_of(8) {
            whole
        } else {
            self.sub_bits(whole, 0, bits)
        };
        // SAFETY: the block is new.
        Ok((term, unsafe { Writer::new(base, 0, bits) }))
    }
}
