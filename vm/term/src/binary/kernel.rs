//! Copying and comparing runs of bits that begin anywhere within a byte. Bit 0 of a byte is its most significant, as in the bit
//! syntax.
//!
//! Everything here takes addresses: a bitstring's bytes may be claimed by a writer at their end while others read them, so no
//! slice over a whole holder is ever made.

use std::cmp::Ordering;

/// The `n` (1 to 8) bytes at `p`, most significant first.
///
/// # Safety
/// They can be read.
#[inline(always)]
unsafe fn load_bytes(p: *const u8, n: usize) -> u64 {
    // SAFETY: two loads that overlap cover the n bytes and no more.
    unsafe {
        match n {
            8 => u64::from_be(p.cast::<u64>().read_unaligned()),
            4..8 => {
                let high = u64::from(u32::from_be(p.cast::<u32>().read_unaligned()));
                let low = u64::from(u32::from_be(p.add(n - 4).cast::<u32>().read_unaligned()));
                high << (8 * (n - 4)) | low
            }
            2..4 => {
                let high = u64::from(u16::from_be(p.cast::<u16>().read_unaligned()));
                let low = u64::from(u16::from_be(p.add(n - 2).cast::<u16>().read_unaligned()));
                high << (8 * (n - 2)) | low
            }
            _ => u64::from(*p),
        }
    }
}

/// Writes the `n` (1 to 8) low bytes of `value` to `p`, most significant first.
///
/// # Safety
/// They can be written.
#[inline(always)]
unsafe fn store_bytes(p: *mut u8, n: usize, value: u64) {
    // SAFETY: as in `load_bytes`.
    unsafe {
        match n {
            8 => p.cast::<u64>().write_unaligned(value.to_be()),
            4..8 => {
                let high = (value >> (8 * (n - 4))) as u32;
                p.cast::<u32>().write_unaligned(high.to_be());
                p.add(n - 4)
                    .cast::<u32>()
                    .write_unaligned((value as u32).to_be());
            }
            2..4 => {
                let high = (value >> (8 * (n - 2))) as u16;
                p.cast::<u16>().write_unaligned(high.to_be());
                p.add(n - 2)
                    .cast::<u16>()
                    .write_unaligned((value as u16).to_be());
            }
            _ => *p = value as u8,
        }
    }
}

/// The lowest `bits` (0 to 64) bits set.
#[inline(always)]
pub(crate) const fn mask(bits: usize) -> u64 {
    if bits >= 64 {
        u64::MAX
    } else {
        (1 << bits) - 1
    }
}

/// `bits` (1 to 64) bits from bit `offset` of `base` on, as a number.
///
/// # Safety
/// The bytes that hold them can be read; no others are.
#[inline(always)]
pub unsafe fn load(base: *const u8, offset: usize, bits: usize) -> u64 {
    debug_assert!((1..=64).contains(&bits));
    // SAFETY: the caller's bytes.
    unsafe {
        let p = base.add(offset / 8);
        let shift = offset % 8;
        let count = (shift + bits).div_ceil(8);
        if count <= 8 {
            (load_bytes(p, count) >> (8 * count - shift - bits)) & mask(bits)
        } else {
            // Nine bytes: what the last one does not give, 0 to 7 bits of it, goes.
            let drop = 72 - shift - bits;
            let high = load_bytes(p, 8) << (8 - drop);
            (high | u64::from(*p.add(8)) >> drop) & mask(bits)
        }
    }
}

/// Writes the low `bits` (1 to 64) bits of `value` from bit `offset` of `base` on. Bits before them in the first byte stay, bits
/// behind them in the last become zero.
///
/// # Safety
/// The bytes that hold them can be written; no others are. If `offset` lies within a byte, that byte can be read.
#[inline(always)]
pub unsafe fn store(base: *mut u8, offset: usize, bits: usize, value: u64) {
    debug_assert!((1..=64).contains(&bits));
    // SAFETY: the caller's bytes.
    unsafe {
        let p = base.add(offset / 8);
        let shift = offset % 8;
        let value = value & mask(bits);
        let count = (shift + bits).div_ceil(8);
        if shift == 0 {
            store_bytes(p, count, value << (8 * count - bits));
            return;
        }
        let kept = u64::from(*p) & (0xff00 >> shift) & 0xff;
        if count <= 8 {
            store_bytes(
                p,
                count,
                kept << (8 * (count - 1)) | value << (8 * count - shift - bits),
            );
        } else {
            let drop = 72 - shift - bits;
            store_bytes(p, 8, kept << 56 | value >> (8 - drop));
            *p.add(8) = (value << drop) as u8;
        }
    }
}

/// Copies `bits` bits from bit `from_offset` of `from` to bit `to_offset` of `to`. Bits before them in the first byte stay, bits
/// behind them in the last become zero.
///
/// # Safety
/// The bytes that hold the bits can be read, and written; the two do not overlap. If `to_offset` lies within a byte, that byte can
/// be read.
#[inline]
pub unsafe fn copy(
    from: *const u8,
    from_offset: usize,
    to: *mut u8,
    to_offset: usize,
    bits: usize,
) {
    if bits == 0 {
        return;
    }
    // SAFETY: the caller's bytes.
    unsafe {
        let from = from.add(from_offset / 8);
        let to = to.add(to_offset / 8);
        if (from_offset | to_offset | bits).is_multiple_of(8) {
            std::ptr::copy_nonoverlapping(from, to, bits / 8);
        } else if bits <= 64 {
            store(to, to_offset % 8, bits, load(from, from_offset % 8, bits));
        } else {
            copy_shifted(from, from_offset % 8, to, to_offset % 8, bits);
        }
    }
}

/// More than 64 bits, of which something is not aligned. Offsets below 8.
unsafe fn copy_shifted(
    from: *const u8,
    from_offset: usize,
    to: *mut u8,
    to_offset: usize,
    bits: usize,
) {
    // SAFETY: the caller's bytes.
    unsafe {
        // First to a byte's border of the target.
        let (mut from_bit, mut to, mut left) = (from_offset, to, bits);
        if to_offset != 0 {
            let first = 8 - to_offset;
            store(to, to_offset, first, load(from, from_bit, first));
            from_bit += first;
            to = to.add(1);
            left -= first;
        }
        let mut from = from.add(from_bit / 8);
        let shift = from_bit % 8;
        if shift == 0 {
            std::ptr::copy_nonoverlapping(from, to, left / 8);
            let whole = left / 8;
            from = from.add(whole);
            to = to.add(whole);
            left %= 8;
        } else {
            while left >= 64 {
                let word = load_bytes(from, 8) << shift | u64::from(*from.add(8)) >> (8 - shift);
                store_bytes(to, 8, word);
                from = from.add(8);
                to = to.add(8);
                left -= 64;
            }
        }
        if left > 0 {
            store(to, 0, left, load(from, shift, left));
        }
    }
}

/// Are the two runs of `bits` bits equal?
///
/// # Safety
/// The bytes that hold them can be read.
#[inline]
pub unsafe fn equal(
    a: *const u8,
    a_offset: usize,
    b: *const u8,
    b_offset: usize,
    bits: usize,
) -> bool {
    // SAFETY: the caller's bytes.
    unsafe { compare(a, a_offset, b, b_offset, bits).is_eq() }
}

/// The order of two runs of `bits` bits: that of the first bit in which they differ.
///
/// # Safety
/// The bytes that hold them can be read.
pub unsafe fn compare(
    a: *const u8,
    a_offset: usize,
    b: *const u8,
    b_offset: usize,
    bits: usize,
) -> Ordering {
    // SAFETY: the caller's bytes; slices are made of whole bytes in use only, which nobody writes any more.
    unsafe {
        let (mut done, whole) = (0, bits / 8);
        if a_offset.is_multiple_of(8) && b_offset.is_multiple_of(8) {
            let a = std::slice::from_raw_parts(a.add(a_offset / 8), whole);
            let b = std::slice::from_raw_parts(b.add(b_offset / 8), whole);
            let order = a.cmp(b);
            if order.is_ne() {
                return order;
            }
            done = whole * 8;
        }
        while done < bits {
            let now = (bits - done).min(64);
            let order = load(a, a_offset + done, now).cmp(&load(b, b_offset + done, now));
            if order.is_ne() {
                return order;
            }
            done += now;
        }
        Ordering::Equal
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A bit vector without tricks: the model that the kernels are held against.
    pub(crate) fn bits_of(bytes: &[u8], offset: usize, bits: usize) -> Vec<bool> {
        (offset..offset + bits)
            .map(|at| bytes[at / 8] >> (7 - at % 8) & 1 == 1)
            .collect()
    }

    pub(crate) fn number(bits: &[bool]) -> u128 {
        bits.iter().fold(0, |sum, &bit| sum << 1 | u128::from(bit))
    }

    /// Random numbers from a seed.
    pub(crate) struct Random(u64);

    impl Random {
        pub(crate) fn new(seed: u64) -> Random {
            Random(seed)
        }
        pub(crate) fn next(&mut self) -> u64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let x = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            x ^ x >> 31
        }
        pub(crate) fn below(&mut self, limit: usize) -> usize {
            (self.next() % limit as u64) as usize
        }
        pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
            (0..count).map(|_| self.next() as u8).collect()
        }
    }

    #[test]
    fn loads_and_stores_agree_with_the_model() {
        let mut random = Random::new(1);
        for _ in 0..20_000 {
            let (offset, bits) = (random.below(30), 1 + random.below(64));
            // Just the bytes needed: a tool that watches memory sees a load beyond them.
            let count = (offset + bits).div_ceil(8);
            let mut bytes = random.bytes(count);
            let before = bytes.clone();
            // SAFETY: within the vector.
            let loaded = unsafe { load(bytes.as_ptr(), offset, bits) };
            assert_eq!(u128::from(loaded), number(&bits_of(&bytes, offset, bits)));
            let value = random.next();
            // SAFETY: within the vector.
            unsafe { store(bytes.as_mut_ptr(), offset, bits, value) };
            assert_eq!(
                number(&bits_of(&bytes, offset, bits)),
                u128::from(value & mask(bits))
            );
            assert_eq!(bits_of(&bytes, 0, offset), bits_of(&before, 0, offset));
            assert!(
                bits_of(&bytes, offset + bits, count * 8 - offset - bits)
                    .iter()
                    .all(|&bit| !bit)
            );
        }
    }

    #[test]
    fn copies_and_comparisons_agree_with_the_model() {
        let mut random = Random::new(2);
        for round in 0..20_000 {
            let bits = random.below(if round % 10 == 0 { 2000 } else { 200 });
            let (from_offset, to_offset) = (random.below(20), random.below(20));
            let from = random.bytes((from_offset + bits).div_ceil(8));
            let mut to = random.bytes((to_offset + bits).div_ceil(8));
            let before = to.clone();
            // SAFETY: within the vectors.
            unsafe { copy(from.as_ptr(), from_offset, to.as_mut_ptr(), to_offset, bits) };
            let expected = bits_of(&from, from_offset, bits);
            assert_eq!(bits_of(&to, to_offset, bits), expected);
            assert_eq!(bits_of(&to, 0, to_offset), bits_of(&before, 0, to_offset));
            // SAFETY: within the vectors.
            assert!(unsafe { equal(from.as_ptr(), from_offset, to.as_ptr(), to_offset, bits) });
            if bits > 0 {
                let at = to_offset + random.below(bits);
                to[at / 8] ^= 0x80 >> (at % 8);
                // SAFETY: within the vectors.
                let order =
                    unsafe { compare(from.as_ptr(), from_offset, to.as_ptr(), to_offset, bits) };
                assert_eq!(order, expected.cmp(&bits_of(&to, to_offset, bits)));
                assert!(order.is_ne());
            }
        }
    }
}
