//! `+`, `-`, `*`, `div`, `rem` and negation.

use super::{Big, BigRef, magnitude};
use std::cmp::Ordering;

// `std::ops` would do for three of these; division has no answer for zero, and all five should look alike.
#[allow(clippy::should_implement_trait)]
impl<'a> BigRef<'a> {
    /// `-self`, without copying.
    #[inline]
    #[must_use]
    pub fn negated(self) -> BigRef<'a> {
        BigRef {
            negative: !self.negative && !self.is_zero(),
            limbs: self.limbs,
        }
    }

    /// `self + other`.
    pub fn add(self, other: BigRef<'_>) -> Big {
        if self.negative == other.negative {
            return Big::new(self.negative, magnitude::add(self.limbs, other.limbs));
        }
        match magnitude::cmp(self.limbs, other.limbs) {
            Ordering::Equal => Big::zero(),
            Ordering::Greater => Big::new(self.negative, magnitude::sub(self.limbs, other.limbs)),
            Ordering::Less => Big::new(other.negative, magnitude::sub(other.limbs, self.limbs)),
        }
    }

    /// `self - other`.
    pub fn sub(self, other: BigRef<'_>) -> Big {
        self.add(other.negated())
    }

    /// `self * other`. The product has at most the bits of both together: compare these with the limit beforehand.
    pub fn mul(self, other: BigRef<'_>) -> Big {
        if self.is_zero() || other.is_zero() {
            return Big::zero();
        }
        Big::new(
            self.negative != other.negative,
            magnitude::mul(self.limbs, other.limbs),
        )
    }

    /// `self div other` and `self rem other`: the quotient goes towards zero, the remainder has the sign of the
    /// dividend. None if `other` is zero.
    pub fn div_rem(self, other: BigRef<'_>) -> Option<(Big, Big)> {
        if other.is_zero() {
            return None;
        }
        let (quotient, remainder) = magnitude::div_rem(self.limbs, other.limbs);
        Some((
            Big::new(self.negative != other.negative, quotient),
            Big::new(self.negative, remainder),
        ))
    }

    /// `self div other`; None if `other` is zero.
    pub fn div(self, other: BigRef<'_>) -> Option<Big> {
        self.div_rem(other).map(|(quotient, _)| quotient)
    }

    /// `self rem other`; None if `other` is zero.
    pub fn rem(self, other: BigRef<'_>) -> Option<Big> {
        self.div_rem(other).map(|(_, remainder)| remainder)
    }
}

#[cfg(test)]
pub(super) use tests::{Numbers, oracle};

#[cfg(test)]
mod tests {
    use super::super::{Big, Limbs};
    use dashu_int::{IBig, Sign, UBig, ops::DivRem};

    /// A simple generator with a fixed seed: the same numbers every run.
    pub(crate) struct Numbers(u64);

    impl Numbers {
        pub(crate) fn new(seed: u64) -> Self {
            Self(seed)
        }

        pub(crate) fn next(&mut self) -> u64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let x = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            x ^ x >> 31
        }

        /// Up to `longest` limbs, of which many are all zeros or all ones.
        pub(crate) fn big(&mut self, longest: u64) -> Big {
            let length = self.next() % (longest + 1);
            let limbs: Limbs = (0..length)
                .map(|_| match self.next() % 6 {
                    0 => 0,
                    1 => u64::MAX,
                    2 => 1 << 63,
                    _ => self.next(),
                })
                .collect();
            Big::new(self.next().is_multiple_of(2), limbs)
        }
    }

    pub(crate) fn oracle(big: &Big) -> IBig {
        let sign = if big.negative {
            Sign::Negative
        } else {
            Sign::Positive
        };
        IBig::from_parts(sign, UBig::from_words(&big.limbs))
    }

    #[test]
    fn agrees_with_the_library() {
        let mut numbers = Numbers::new(1);
        for round in 0..20_000 {
            let longest = if round % 50 == 0 { 150 } else { 9 };
            let (a, b) = (numbers.big(longest), numbers.big(longest));
            let (x, y) = (oracle(&a), oracle(&b));
            let (p, q) = (a.as_ref(), b.as_ref());
            assert_eq!(oracle(&p.add(q)), &x + &y);
            assert_eq!(oracle(&p.sub(q)), &x - &y);
            assert_eq!(oracle(&p.mul(q)), &x * &y);
            assert_eq!(p.compare(q), x.cmp(&y));
            match p.div_rem(q) {
                None => assert!(q.is_zero()),
                Some((quotient, remainder)) => {
                    let (expected_quotient, expected_remainder) = x.div_rem(y);
                    assert_eq!(oracle(&quotient), expected_quotient);
                    assert_eq!(oracle(&remainder), expected_remainder);
                }
            }
        }
    }

    #[test]
    fn quotient_digits_that_were_guessed_too_large() {
        // b * q + r with limbs of all ones and of a lone top bit make the estimate miss.
        let limbs = [0, 1, u64::MAX, u64::MAX - 1, 1 << 63, (1 << 63) - 1];
        for b1 in limbs.into_iter().skip(1) {
            for b0 in limbs {
                for a in 0..6usize.pow(4) {
                    let digits: Limbs = (0..4)
                        .map(|place| limbs[a / 6usize.pow(place) % 6])
                        .collect();
                    let (a, b) = (
                        Big::new(false, digits),
                        Big::new(false, [b0, b1].as_slice().into()),
                    );
                    let (quotient, remainder) = a.as_ref().div_rem(b.as_ref()).unwrap();
                    assert!(remainder.as_ref().compare(b.as_ref()).is_lt());
                    assert_eq!(
                        quotient
                            .as_ref()
                            .mul(b.as_ref())
                            .as_ref()
                            .add(remainder.as_ref()),
                        a
                    );
                }
            }
        }
    }

    #[test]
    fn signs_of_division_as_in_erlang() {
        for (a, b, quotient, remainder) in [
            (7, 2, 3, 1),
            (-7, 2, -3, -1),
            (7, -2, -3, 1),
            (-7, -2, 3, -1),
            (0, 5, 0, 0),
        ] {
            let (q, r) = Big::from(a as i64)
                .as_ref()
                .div_rem(Big::from(b as i64).as_ref())
                .unwrap();
            assert_eq!((q.to_i64(), r.to_i64()), (Some(quotient), Some(remainder)));
        }
        assert_eq!(Big::from(1i64).as_ref().div(Big::zero().as_ref()), None);
    }
}
