//! Arithmetic on operands of either kind: a machine word where that is enough, limbs where not.

use super::{Big, BigRef, Int, Integer};

impl From<i128> for Integer {
    #[inline]
    fn from(value: i128) -> Self {
        match i64::try_from(value) {
            Ok(small) => Integer::Small(small),
            Err(_) => Integer::Big(Big::from(value)),
        }
    }
}

/// Either `small` of two machine integers or `big` of both operands as limbs.
#[inline]
fn either(
    a: Int<'_>,
    b: Int<'_>,
    small: impl FnOnce(i64, i64) -> Integer,
    big: impl FnOnce(BigRef<'_>, BigRef<'_>) -> Big,
) -> Integer {
    match (a, b) {
        (Int::Small(a), Int::Small(b)) => small(a, b),
        (a, b) => big(a.as_big(&mut [0]), b.as_big(&mut [0])).into_integer(),
    }
}

// As for `BigRef`: division has no answer for zero, and all should look alike.
#[allow(clippy::should_implement_trait)]
impl Int<'_> {
    /// `self + other`.
    #[inline]
    pub fn add(self, other: Int<'_>) -> Integer {
        either(
            self,
            other,
            |a, b| Integer::from(i128::from(a) + i128::from(b)),
            |a, b| a.add(b),
        )
    }

    /// `self - other`.
    #[inline]
    pub fn sub(self, other: Int<'_>) -> Integer {
        either(
            self,
            other,
            |a, b| Integer::from(i128::from(a) - i128::from(b)),
            |a, b| a.sub(b),
        )
    }

    /// `self * other`. The product has at most the bits of both together: compare these with the limit beforehand.
    #[inline]
    pub fn mul(self, other: Int<'_>) -> Integer {
        either(
            self,
            other,
            |a, b| Integer::from(i128::from(a) * i128::from(b)),
            |a, b| a.mul(b),
        )
    }

    /// `-self`.
    #[inline]
    pub fn neg(self) -> Integer {
        match self {
            Int::Small(value) => Integer::from(-i128::from(value)),
            Int::Big(value) => value.negated().to_big().into_integer(),
        }
    }

    /// `self div other`; None if `other` is zero.
    #[inline]
    pub fn div(self, other: Int<'_>) -> Option<Integer> {
        if other.is_zero() {
            return None;
        }
        let big = |a: BigRef<'_>, b: BigRef<'_>| a.div(b).unwrap_or_default();
        Some(either(
            self,
            other,
            |a, b| Integer::from(i128::from(a) / i128::from(b)),
            big,
        ))
    }

    /// `self rem other`; None if `other` is zero.
    #[inline]
    pub fn rem(self, other: Int<'_>) -> Option<Integer> {
        if other.is_zero() {
            return None;
        }
        let big = |a: BigRef<'_>, b: BigRef<'_>| a.rem(b).unwrap_or_default();
        // The least integer by -1 overflows; its remainder does not.
        Some(either(
            self,
            other,
            |a, b| Integer::Small(a.wrapping_rem(b)),
            big,
        ))
    }

    /// `self band other`.
    #[inline]
    pub fn band(self, other: Int<'_>) -> Integer {
        either(self, other, |a, b| Integer::Small(a & b), |a, b| a.band(b))
    }

    /// `self bor other`.
    #[inline]
    pub fn bor(self, other: Int<'_>) -> Integer {
        either(self, other, |a, b| Integer::Small(a | b), |a, b| a.bor(b))
    }

    /// `self bxor other`.
    #[inline]
    pub fn bxor(self, other: Int<'_>) -> Integer {
        either(self, other, |a, b| Integer::Small(a ^ b), |a, b| a.bxor(b))
    }

    /// `bnot self`.
    #[inline]
    pub fn bnot(self) -> Integer {
        match self {
            Int::Small(value) => Integer::Small(!value),
            Int::Big(value) => value.bnot().into_integer(),
        }
    }

    /// `self bsl by`, and `self bsr -by` for a negative one; None if the result has more than `most` bits.
    pub fn shift(self, by: i64, most: u64) -> Option<Integer> {
        match self {
            Int::Small(value) if by <= 0 => {
                Some(Integer::Small(value >> by.unsigned_abs().min(63)))
            }
            Int::Small(value) if by < 64 && most >= 128 => {
                Some(Integer::from(i128::from(value) << by))
            }
            value => value
                .as_big(&mut [0])
                .shift(by, most)
                .map(Big::into_integer),
        }
    }

    /// Whether the value is zero.
    #[inline]
    pub fn is_zero(self) -> bool {
        match self {
            Int::Small(value) => value == 0,
            Int::Big(value) => value.is_zero(),
        }
    }

    /// Bits of the absolute value; 0 for zero.
    #[inline]
    pub fn bits(self) -> u64 {
        self.as_big(&mut [0]).bits()
    }
}

#[cfg(test)]
mod tests {
    use super::super::arith::{Numbers, oracle};
    use super::*;
    use dashu_int::{IBig, ops::DivRem};

    fn check(result: Integer, expected: IBig) {
        match &result {
            Integer::Small(value) => assert_eq!(IBig::from(*value), expected),
            Integer::Big(value) => {
                assert_eq!(oracle(value), expected);
                assert_eq!(value.to_i64(), None);
            }
        }
    }

    #[test]
    fn agrees_with_the_library() {
        let mut numbers = Numbers::new(7);
        for _ in 0..50_000 {
            let (a, b) = (numbers.big(3).into_integer(), numbers.big(3).into_integer());
            let value = |integer: &Integer| match integer {
                Integer::Small(value) => IBig::from(*value),
                Integer::Big(value) => oracle(value),
            };
            let (x, y) = (value(&a), value(&b));
            let (a, b) = (a.as_int(), b.as_int());
            check(a.add(b), &x + &y);
            check(a.sub(b), &x - &y);
            check(a.mul(b), &x * &y);
            check(a.neg(), -&x);
            check(a.band(b), &x & &y);
            check(a.bor(b), &x | &y);
            check(a.bxor(b), &x ^ &y);
            check(a.bnot(), !&x);
            assert_eq!(a.compare(b), x.cmp(&y));
            let by = (numbers.next() % 200) as i64;
            check(a.shift(by, 1000).unwrap(), &x << by as usize);
            check(a.shift(-by, 1000).unwrap(), &x >> by as usize);
            match (a.div(b), a.rem(b)) {
                (Some(quotient), Some(remainder)) => {
                    let (expected_quotient, expected_remainder) = x.div_rem(y);
                    check(quotient, expected_quotient);
                    check(remainder, expected_remainder);
                }
                zero => assert!(zero == (None, None) && b.is_zero()),
            }
        }
    }

    #[test]
    fn edges_of_the_machine_word() {
        let least = Int::Small(i64::MIN);
        assert_eq!(
            least.div(Int::Small(-1)),
            Some(Integer::Big(Big::from(1u64 << 63)))
        );
        assert_eq!(least.rem(Int::Small(-1)), Some(Integer::Small(0)));
        assert_eq!(least.neg(), Integer::Big(Big::from(1u64 << 63)));
        assert_eq!(least.shift(i64::MIN, 128), Some(Integer::Small(-1)));
        assert_eq!(
            Int::Small(1).shift(63, 64),
            Some(Integer::Big(Big::from(1u64 << 63)))
        );
        assert_eq!(Int::Small(1).shift(64, 64), None);
    }
}
