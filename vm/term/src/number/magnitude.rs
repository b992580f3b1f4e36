//! Unsigned kernels on little-endian limb slices: the schoolbook methods here, a library above [`LARGE`] limbs.
//!
//! Inputs have no leading zero limbs unless a function says otherwise; results may have them, and [`Big::new`] or
//! [`trim`] drops them.
//!
//! [`Big::new`]: super::Big::new

use super::Limbs;
use dashu_int::UBig;
use smallvec::{SmallVec, smallvec};
use std::cmp::Ordering;

/// Above this many limbs the library's Karatsuba, Toom-3 and divide-and-conquer methods win over ours in spite of
/// copying the limbs in and out.
pub(super) const LARGE: usize = 32;

const _: () = assert!(
    size_of::<dashu_int::Word>() == 8,
    "limbs and the library's words are the same thing"
);

/// Without leading zero limbs.
#[inline]
pub(super) fn trim(limbs: &[u64]) -> &[u64] {
    let mut length = limbs.len();
    while length > 0 && limbs[length - 1] == 0 {
        length -= 1;
    }
    &limbs[..length]
}

/// Number of significant bits.
#[inline]
pub(super) fn bits(limbs: &[u64]) -> u64 {
    match limbs.last() {
        None => 0,
        Some(top) => limbs.len() as u64 * 64 - u64::from(top.leading_zeros()),
    }
}

/// Order of two magnitudes.
pub(super) fn cmp(a: &[u64], b: &[u64]) -> Ordering {
    a.len()
        .cmp(&b.len())
        .then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

/// `a + b`.
pub(super) fn add(a: &[u64], b: &[u64]) -> Limbs {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let mut sum = Limbs::with_capacity(long.len() + 1);
    sum.extend_from_slice(long);
    let mut carry = false;
    for (limb, &addend) in sum.iter_mut().zip(short) {
        let (partial, first) = limb.overflowing_add(addend);
        let (total, second) = partial.overflowing_add(u64::from(carry));
        *limb = total;
        carry = first | second;
    }
    if carry && add_one(&mut sum[short.len()..]) {
        sum.push(1);
    }
    sum
}

/// `a - b`, where `a >= b`.
pub(super) fn sub(a: &[u64], b: &[u64]) -> Limbs {
    debug_assert!(cmp(trim(a), trim(b)) != Ordering::Less);
    let mut difference: Limbs = SmallVec::from_slice(a);
    let mut borrow = sub_in_place(&mut difference[..b.len()], b);
    for limb in &mut difference[b.len()..] {
        if !borrow {
            break;
        }
        (*limb, borrow) = limb.overflowing_sub(1);
    }
    debug_assert!(!borrow);
    difference
}

/// Adds one; true if it carries out of the slice.
pub(super) fn add_one(limbs: &mut [u64]) -> bool {
    for limb in limbs {
        let (sum, carry) = limb.overflowing_add(1);
        *limb = sum;
        if !carry {
            return false;
        }
    }
    true
}

/// `a -= b` over equal lengths; true if it borrows.
fn sub_in_place(a: &mut [u64], b: &[u64]) -> bool {
    let mut borrow = false;
    for (limb, &subtrahend) in a.iter_mut().zip(b) {
        let (partial, first) = limb.overflowing_sub(subtrahend);
        let (total, second) = partial.overflowing_sub(u64::from(borrow));
        *limb = total;
        borrow = first | second;
    }
    borrow
}

/// `limbs = limbs * factor + addend`; the limb carried out.
pub(super) fn mul_add_limb(limbs: &mut [u64], factor: u64, addend: u64) -> u64 {
    let mut carry = addend;
    for limb in limbs {
        let product = u128::from(*limb) * u128::from(factor) + u128::from(carry);
        *limb = product as u64;
        carry = (product >> 64) as u64;
    }
    carry
}

/// `a * b`.
pub(super) fn mul(a: &[u64], b: &[u64]) -> Limbs {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    if short.len() > LARGE {
        let product = if std::ptr::eq(a, b) {
            UBig::from_words(a).sqr()
        } else {
            UBig::from_words(a) * UBig::from_words(b)
        };
        return SmallVec::from_slice(product.as_words());
    }
    let mut product: Limbs = smallvec![0; long.len() + short.len()];
    for (offset, &factor) in short.iter().enumerate() {
        let mut carry = 0;
        for (sum, &limb) in product[offset..].iter_mut().zip(long) {
            let partial =
                u128::from(limb) * u128::from(factor) + u128::from(*sum) + u128::from(carry);
            *sum = partial as u64;
            carry = (partial >> 64) as u64;
        }
        product[offset + long.len()] = carry;
    }
    product
}

/// `limbs /= divisor`; the remainder.
pub(super) fn div_limb(limbs: &mut [u64], divisor: u64) -> u64 {
    let shift = divisor.leading_zeros();
    let divisor = Divisor::new(divisor << shift);
    // The dividend is shifted as far as the divisor, limb by limb.
    let shifted_out = |limb: u64| limb.checked_shr(64 - shift).unwrap_or(0);
    let mut remainder = limbs.last().map_or(0, |&top| shifted_out(top));
    for index in (0..limbs.len()).rev() {
        let next = if index == 0 { 0 } else { limbs[index - 1] };
        let limb = limbs[index] << shift | shifted_out(next);
        (limbs[index], remainder) = divisor.divide(remainder, limb);
    }
    remainder >> shift
}

/// A limb with its top bit set, and its reciprocal: division by multiplication, after Möller and Granlund, "Improved
/// Division by Invariant Integers" (2011), algorithm 4.
#[derive(Clone, Copy)]
struct Divisor {
    limb: u64,
    /// `(2^128 - 1) / limb - 2^64`.
    reciprocal: u64,
}

impl Divisor {
    fn new(limb: u64) -> Self {
        debug_assert!(limb >> 63 == 1);
        Self {
            limb,
            reciprocal: (u128::MAX / u128::from(limb)) as u64,
        }
    }

    /// Quotient and remainder of `high:low`, where `high` is below the divisor.
    #[inline]
    fn divide(self, high: u64, low: u64) -> (u64, u64) {
        debug_assert!(high < self.limb);
        let estimate = (u128::from(self.reciprocal) * u128::from(high))
            .wrapping_add(u128::from(high) << 64 | u128::from(low));
        let mut quotient = ((estimate >> 64) as u64).wrapping_add(1);
        let mut remainder = low.wrapping_sub(quotient.wrapping_mul(self.limb));
        if remainder > estimate as u64 {
            quotient = quotient.wrapping_sub(1);
            remainder = remainder.wrapping_add(self.limb);
        }
        if remainder >= self.limb {
            quotient = quotient.wrapping_add(1);
            remainder -= self.limb;
        }
        (quotient, remainder)
    }
}

/// Quotient and remainder of `a / b`, `b` not zero.
pub(super) fn div_rem(a: &[u64], b: &[u64]) -> (Limbs, Limbs) {
    match b {
        [] => unreachable!("the caller has ruled out a zero divisor"),
        _ if cmp(a, b) == Ordering::Less => (Limbs::new(), SmallVec::from_slice(a)),
        [divisor] => {
            let mut quotient: Limbs = SmallVec::from_slice(a);
            let remainder = div_limb(&mut quotient, *divisor);
            (quotient, smallvec![remainder])
        }
        // The schoolbook method costs divisor times quotient.
        _ if b.len() > LARGE && a.len() - b.len() > LARGE => {
            use dashu_int::ops::DivRem;
            let (quotient, remainder) = UBig::from_words(a).div_rem(UBig::from_words(b));
            (
                SmallVec::from_slice(quotient.as_words()),
                SmallVec::from_slice(remainder.as_words()),
            )
        }
        _ => div_rem_schoolbook(a, b),
    }
}

/// Knuth, The Art of Computer Programming, volume 2, 4.3.1, algorithm D. `b` has two limbs or more.
fn div_rem_schoolbook(a: &[u64], b: &[u64]) -> (Limbs, Limbs) {
    let shift = u64::from(b[b.len() - 1].leading_zeros());
    let divisor = shift_left(b, shift);
    let divisor = trim(&divisor);
    let mut rest = shift_left(a, shift);
    rest.resize(a.len() + 1, 0);
    let length = divisor.len();
    let (top, next) = (Divisor::new(divisor[length - 1]), divisor[length - 2]);
    let mut quotient: Limbs = smallvec![0; a.len() - length + 1];
    for position in (0..quotient.len()).rev() {
        let window = &mut rest[position..=position + length];
        let mut digit = estimate(
            window[length],
            window[length - 1],
            window[length - 2],
            top,
            next,
        );
        if digit != 0 && sub_mul(window, divisor, digit) {
            digit -= 1;
            let carry = add_back(&mut window[..length], divisor);
            window[length] = window[length].wrapping_add(u64::from(carry));
        }
        quotient[position] = digit;
    }
    rest.truncate(length);
    let remainder = shift_right(&rest, shift);
    (quotient, remainder)
}

/// A quotient digit from the top three limbs of the window and the top two of the divisor: right, or one too large.
#[inline]
fn estimate(high: u64, middle: u64, low: u64, top: Divisor, next: u64) -> u64 {
    let (mut digit, mut rest) = if high >= top.limb {
        // The digit would not fit; the largest one, and the remainder that goes with it.
        let (rest, overflow) = middle.overflowing_add(top.limb);
        if overflow {
            return u64::MAX;
        }
        (u64::MAX, rest)
    } else {
        top.divide(high, middle)
    };
    while u128::from(digit) * u128::from(next) > (u128::from(rest) << 64 | u128::from(low)) {
        digit -= 1;
        let (sum, overflow) = rest.overflowing_add(top.limb);
        if overflow {
            break;
        }
        rest = sum;
    }
    digit
}

/// `window -= divisor * digit`; true if it goes below zero. The window is one limb longer.
#[inline]
fn sub_mul(window: &mut [u64], divisor: &[u64], digit: u64) -> bool {
    let mut carry = 0u64;
    let mut borrow = false;
    for (limb, &factor) in window.iter_mut().zip(divisor) {
        let product = u128::from(factor) * u128::from(digit) + u128::from(carry);
        carry = (product >> 64) as u64;
        let (partial, first) = limb.overflowing_sub(product as u64);
        let (total, second) = partial.overflowing_sub(u64::from(borrow));
        *limb = total;
        borrow = first | second;
    }
    let last = &mut window[divisor.len()];
    let (partial, first) = last.overflowing_sub(carry);
    let (total, second) = partial.overflowing_sub(u64::from(borrow));
    *last = total;
    first | second
}

/// `a += b` over equal lengths; true if it carries.
#[inline]
fn add_back(a: &mut [u64], b: &[u64]) -> bool {
    let mut carry = false;
    for (limb, &addend) in a.iter_mut().zip(b) {
        let (partial, first) = limb.overflowing_add(addend);
        let (total, second) = partial.overflowing_add(u64::from(carry));
        *limb = total;
        carry = first | second;
    }
    carry
}

/// `limbs << by`. The caller has bounded `by`.
pub(super) fn shift_left(limbs: &[u64], by: u64) -> Limbs {
    if limbs.is_empty() {
        return Limbs::new();
    }
    let (whole, part) = ((by / 64) as usize, by % 64);
    let mut shifted = Limbs::with_capacity(limbs.len() + whole + 1);
    shifted.resize(whole, 0);
    if part == 0 {
        shifted.extend_from_slice(limbs);
        return shifted;
    }
    let mut carry = 0;
    for &limb in limbs {
        shifted.push(limb << part | carry);
        carry = limb >> (64 - part);
    }
    shifted.push(carry);
    shifted
}

/// `limbs >> by`, towards zero.
pub(super) fn shift_right(limbs: &[u64], by: u64) -> Limbs {
    let whole = usize::try_from(by / 64).unwrap_or(usize::MAX);
    let part = by % 64;
    let Some(kept) = limbs.get(whole..) else {
        return Limbs::new();
    };
    if part == 0 {
        return SmallVec::from_slice(kept);
    }
    let above = kept.iter().skip(1).copied().chain([0]);
    kept.iter()
        .zip(above)
        .map(|(&limb, next)| limb >> part | next << (64 - part))
        .collect()
}

/// Whether any of the lowest `by` bits is set.
pub(super) fn any_bit_below(limbs: &[u64], by: u64) -> bool {
    let whole = usize::try_from(by / 64).unwrap_or(usize::MAX);
    if whole >= limbs.len() {
        return !limbs.is_empty();
    }
    let mask = (1u64 << (by % 64)) - 1;
    limbs[..whole].iter().any(|&limb| limb != 0) || limbs[whole] & mask != 0
}

#[cfg(test)]
mod tests {
    use super::super::arith::Numbers;
    use super::*;

    #[test]
    fn division_by_a_reciprocal() {
        let mut numbers = Numbers::new(8);
        let edges = [
            1 << 63,
            (1 << 63) + 1,
            u64::MAX,
            u64::MAX - 1,
            10_000_000_000_000_000_000,
        ];
        for round in 0..50_000 {
            let limb = if round % 2 == 0 {
                edges[round / 2 % edges.len()]
            } else {
                numbers.next() | 1 << 63
            };
            let highs = [0, 1, limb - 1, limb / 2, numbers.next() % limb];
            let lows = [0, 1, u64::MAX, limb, limb - 1, numbers.next()];
            for high in highs {
                for low in lows {
                    let dividend = u128::from(high) << 64 | u128::from(low);
                    let expected = (
                        (dividend / u128::from(limb)) as u64,
                        (dividend % u128::from(limb)) as u64,
                    );
                    assert_eq!(Divisor::new(limb).divide(high, low), expected);
                }
            }
        }
    }
}
