//! `band`, `bor`, `bxor`, `bnot`, `bsl` and `bsr`, which see an integer as an endless row of two's complement bits.

use super::{Big, BigRef, Limbs, magnitude};

/// The two's complement limbs of an integer, without end.
struct TwosComplement<'a> {
    limbs: std::slice::Iter<'a, u64>,
    negative: bool,
    /// All limbs so far were zero: the one of "invert and add one" still carries.
    carry: bool,
}

impl Iterator for TwosComplement<'_> {
    type Item = u64;

    #[inline]
    fn next(&mut self) -> Option<u64> {
        let limb = self.limbs.next().copied().unwrap_or(0);
        if !self.negative {
            return Some(limb);
        }
        let (complement, carry) = (!limb).overflowing_add(u64::from(self.carry));
        self.carry = carry;
        Some(complement)
    }
}

impl<'a> BigRef<'a> {
    /// Its two's complement limbs, the least significant first; after the last comes the sign, for ever.
    pub(super) fn twos_complement(self) -> impl Iterator<Item = u64> + use<'a> {
        TwosComplement {
            limbs: self.limbs.iter(),
            negative: self.negative,
            carry: true,
        }
    }

    #[inline]
    fn combine(self, other: BigRef<'_>, operation: impl Fn(u64, u64) -> u64) -> Big {
        let sign = |negative: bool| if negative { u64::MAX } else { 0 };
        let negative = operation(sign(self.negative), sign(other.negative)) != 0;
        // One limb more than the longer operand: -2^64 and the like need it.
        let length = self.limbs.len().max(other.limbs.len()) + 1;
        let limbs = self
            .twos_complement()
            .zip(other.twos_complement())
            .take(length)
            .map(|(a, b)| operation(a, b))
            .collect();
        from_twos_complement(negative, limbs)
    }

    /// `self band other`.
    pub fn band(self, other: BigRef<'_>) -> Big {
        self.combine(other, |a, b| a & b)
    }

    /// `self bor other`.
    pub fn bor(self, other: BigRef<'_>) -> Big {
        self.combine(other, |a, b| a | b)
    }

    /// `self bxor other`.
    pub fn bxor(self, other: BigRef<'_>) -> Big {
        self.combine(other, |a, b| a ^ b)
    }

    /// `bnot self`, which is `-self - 1`.
    pub fn bnot(self) -> Big {
        let one = [1];
        let limbs = if self.negative {
            magnitude::sub(self.limbs, &one)
        } else {
            magnitude::add(self.limbs, &one)
        };
        Big::new(!self.negative, limbs)
    }

    /// `self bsl by`. The result has `self.bits() + by` bits: the caller has compared that with the limit.
    pub fn shift_left(self, by: u64) -> Big {
        Big::new(self.negative, magnitude::shift_left(self.limbs, by))
    }

    /// `self bsr by`: arithmetic, so towards minus infinity.
    pub fn shift_right(self, by: u64) -> Big {
        let mut limbs = magnitude::shift_right(self.limbs, by);
        if self.negative
            && magnitude::any_bit_below(self.limbs, by)
            && magnitude::add_one(&mut limbs)
        {
            limbs.push(1);
        }
        Big::new(self.negative, limbs)
    }

    /// `self bsl by` for either sign of `by`; None if the result has more than `most` bits (`system_limit`).
    pub fn shift(self, by: i64, most: u64) -> Option<Big> {
        if by <= 0 {
            return Some(self.shift_right(by.unsigned_abs()));
        }
        if self.is_zero() {
            return Some(Big::zero());
        }
        let by = by.unsigned_abs();
        (self.bits().saturating_add(by) <= most).then(|| self.shift_left(by))
    }
}

/// The integer whose two's complement limbs these are; `negative` says what follows the last.
pub(super) fn from_twos_complement(negative: bool, mut limbs: Limbs) -> Big {
    if negative {
        for limb in &mut limbs {
            *limb = !*limb;
        }
        if magnitude::add_one(&mut limbs) {
            limbs.push(1);
        }
    }
    Big::new(negative, limbs)
}

#[cfg(test)]
mod tests {
    use super::super::arith::{Numbers, oracle};
    use super::*;

    #[test]
    fn agrees_with_the_library() {
        let mut numbers = Numbers::new(2);
        for _ in 0..20_000 {
            let (a, b) = (numbers.big(6), numbers.big(6));
            let (x, y) = (oracle(&a), oracle(&b));
            let (p, q) = (a.as_ref(), b.as_ref());
            assert_eq!(oracle(&p.band(q)), &x & &y);
            assert_eq!(oracle(&p.bor(q)), &x | &y);
            assert_eq!(oracle(&p.bxor(q)), &x ^ &y);
            assert_eq!(oracle(&p.bnot()), !&x);
            let by = numbers.next() % 500;
            assert_eq!(oracle(&p.shift_left(by)), &x << by as usize);
            assert_eq!(oracle(&p.shift_right(by)), &x >> by as usize);
        }
    }

    #[test]
    fn agrees_with_machine_integers() {
        let values = [0, 1, -1, 2, -2, i64::MAX, i64::MIN, 0x5555, -0x5555];
        for a in values {
            for b in values {
                let (p, q) = (Big::from(a), Big::from(b));
                assert_eq!(p.as_ref().band(q.as_ref()).to_i64(), Some(a & b));
                assert_eq!(p.as_ref().bor(q.as_ref()).to_i64(), Some(a | b));
                assert_eq!(p.as_ref().bxor(q.as_ref()).to_i64(), Some(a ^ b));
            }
            assert_eq!(Big::from(a).as_ref().bnot().to_i64(), Some(!a));
            for by in [0, 1, 5, 63] {
                assert_eq!(
                    Big::from(a).as_ref().shift_right(by).to_i64(),
                    Some(a >> by)
                );
            }
        }
    }

    #[test]
    fn shifts_and_limits() {
        let minus_one = Big::from(-1i64);
        assert_eq!(
            minus_one.as_ref().shift(i64::MIN, 100),
            Some(Big::from(-1i64))
        );
        assert_eq!(
            Big::from(5i64).as_ref().shift(-5_000_000_000, 100),
            Some(Big::zero())
        );
        assert_eq!(Big::zero().as_ref().shift(i64::MAX, 100), Some(Big::zero()));
        assert_eq!(minus_one.as_ref().shift(100, 100), None);
        assert_eq!(
            minus_one.as_ref().shift(99, 100),
            Some(Big::from(-(1i128 << 99)))
        );
        assert_eq!(minus_one.as_ref().shift(i64::MAX, 100), None);
    }
}
