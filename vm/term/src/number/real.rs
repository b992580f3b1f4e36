//! Between integers and floats. Comparison is exact: 2^53 + 1 is greater than 2.0^53.

use super::{Big, BigRef, Int, Integer, Limbs, OneLimb, magnitude};
use std::cmp::Ordering;

/// 2^63 as a float: the first one beyond a machine integer.
const TWO_63: f64 = 9_223_372_036_854_775_808.0;

/// Exact order of a machine integer and a float. `float` is a number.
pub fn cmp_i64_f64(integer: i64, float: f64) -> Ordering {
    if float >= TWO_63 {
        return Ordering::Less;
    }
    if float < -TWO_63 {
        return Ordering::Greater;
    }
    let whole = float.trunc();
    integer.cmp(&(whole as i64)).then_with(|| {
        // Equal to the whole part: the fraction decides.
        whole.partial_cmp(&float).unwrap_or(Ordering::Equal)
    })
}

/// Towards zero. None if `float` is not finite.
pub fn trunc(float: f64) -> Option<Integer> {
    if (-TWO_63..TWO_63).contains(&float) {
        return Some(Integer::Small(float as i64));
    }
    Big::from_f64(float).map(Integer::Big)
}

/// To the nearest integer, halves away from zero, as `erlang:round/1`. None if `float` is not finite.
pub fn round(float: f64) -> Option<Integer> {
    trunc(float.round())
}

/// Up. None if `float` is not finite.
pub fn ceil(float: f64) -> Option<Integer> {
    trunc(float.ceil())
}

/// Down. None if `float` is not finite.
pub fn floor(float: f64) -> Option<Integer> {
    trunc(float.floor())
}

impl Big {
    /// The whole part of `float`. None if it is not finite.
    pub fn from_f64(float: f64) -> Option<Big> {
        if !float.is_finite() {
            return None;
        }
        let exponent = (float.to_bits() >> 52 & 0x7ff) as i64 - 1075;
        let mantissa = float.to_bits() & ((1 << 52) - 1) | 1 << 52;
        let limbs = if exponent >= 0 {
            magnitude::shift_left(&[mantissa], exponent as u64)
        } else {
            // Below 2^52 in magnitude, subnormal numbers too: what remains after 53 bits is nothing.
            let shift = exponent.unsigned_abs();
            Limbs::from_slice(&[if shift > 52 { 0 } else { mantissa >> shift }])
        };
        Some(Big::new(float < 0.0, limbs))
    }
}

impl BigRef<'_> {
    /// The nearest float, ties to even (OTP 29). None if it is out of range.
    pub fn to_f64(self) -> Option<f64> {
        let bits = self.bits();
        if bits > 1024 {
            return None;
        }
        let magnitude = if bits <= 64 {
            self.limbs.first().copied().unwrap_or(0) as f64
        } else {
            // The top 64 bits; whatever is below only matters for being there at all, as a bit below the rounding bit.
            let below = bits - 64;
            let top = magnitude::shift_right(self.limbs, below)[0];
            let top = top | u64::from(magnitude::any_bit_below(self.limbs, below));
            top as f64 * f64::from_bits((1023 + below) << 52)
        };
        signed_finite(self.negative, magnitude)
    }

    /// The float that OTP 25 and 27 make of a big integer: limb by limb, rounding at each step, so that the last bit may
    /// differ from [`to_f64`](Self::to_f64). None if it is out of range.
    pub fn to_f64_by_limb(self) -> Option<f64> {
        // More than 16 limbs are out of range; stop before summing up a long one.
        if self.limbs.len() > 16 {
            return None;
        }
        let base = 18_446_744_073_709_551_616.0;
        let magnitude = self
            .limbs
            .iter()
            .rev()
            .fold(0.0, |sum, &limb| sum * base + limb as f64);
        signed_finite(self.negative, magnitude)
    }

    /// Exact order of an integer and a float. `float` is a number.
    pub fn compare_f64(self, float: f64) -> Ordering {
        if float == f64::INFINITY {
            return Ordering::Less;
        }
        let Some(whole) = Big::from_f64(float) else {
            return Ordering::Greater;
        };
        self.compare(whole.as_ref())
            .then_with(|| float.trunc().partial_cmp(&float).unwrap_or(Ordering::Equal))
    }
}

fn signed_finite(negative: bool, magnitude: f64) -> Option<f64> {
    magnitude
        .is_finite()
        .then_some(if negative { -magnitude } else { magnitude })
}

impl Int<'_> {
    /// Order of two integers.
    pub fn compare(self, other: Int<'_>) -> Ordering {
        match (self, other) {
            (Int::Small(a), Int::Small(b)) => a.cmp(&b),
            (Int::Small(a), Int::Big(b)) => OneLimb::new(a).as_big().compare(b),
            (Int::Big(a), Int::Small(b)) => a.compare_i64(b),
            (Int::Big(a), Int::Big(b)) => a.compare(b),
        }
    }

    /// Exact order of an integer and a float. `float` is a number.
    pub fn compare_f64(self, float: f64) -> Ordering {
        match self {
            Int::Small(integer) => cmp_i64_f64(integer, float),
            Int::Big(integer) => integer.compare_f64(float),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::arith::Numbers;
    use super::*;

    fn small(integer: Option<Integer>) -> i64 {
        match integer {
            Some(Integer::Small(value)) => value,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn comparison_is_exact() {
        let two_53 = 9_007_199_254_740_992.0;
        assert_eq!(cmp_i64_f64((1 << 53) + 1, two_53), Ordering::Greater);
        assert_eq!(cmp_i64_f64(1 << 53, two_53), Ordering::Equal);
        assert_eq!(cmp_i64_f64(-1 - (1 << 53), -two_53), Ordering::Less);
        assert_eq!(cmp_i64_f64(i64::MAX, TWO_63), Ordering::Less);
        assert_eq!(cmp_i64_f64(i64::MIN, -TWO_63), Ordering::Equal);
        assert_eq!(cmp_i64_f64(0, -0.0), Ordering::Equal);
        assert_eq!(cmp_i64_f64(0, 5e-324), Ordering::Less);
        assert_eq!(cmp_i64_f64(0, -5e-324), Ordering::Greater);
        assert_eq!(cmp_i64_f64(3, 3.5), Ordering::Less);
        assert_eq!(cmp_i64_f64(-3, -3.5), Ordering::Greater);
        let power = |exponent: u32| Big::from(1u128 << exponent);
        let one = Big::from(1u64);
        assert_eq!(
            power(100).as_ref().compare_f64(2f64.powi(100)),
            Ordering::Equal
        );
        assert_eq!(
            power(100)
                .as_ref()
                .add(one.as_ref())
                .as_ref()
                .compare_f64(2f64.powi(100)),
            Ordering::Greater
        );
        assert_eq!(
            power(100)
                .as_ref()
                .sub(one.as_ref())
                .as_ref()
                .compare_f64(2f64.powi(100)),
            Ordering::Less
        );
        assert_eq!(power(100).as_ref().compare_f64(f64::MAX), Ordering::Less);
        assert_eq!(
            power(100).as_ref().negated().compare_f64(-f64::MAX),
            Ordering::Greater
        );
        assert_eq!(
            power(100)
                .as_ref()
                .shift_left(2000)
                .as_ref()
                .compare_f64(f64::MAX),
            Ordering::Greater
        );
    }

    #[test]
    fn whole_parts() {
        assert_eq!(small(trunc(-1.5)), -1);
        assert_eq!(small(round(-1.5)), -2);
        assert_eq!(small(round(0.5)), 1);
        assert_eq!(small(round(0.499_999_999_999_999_94)), 0);
        assert_eq!(small(round(4_503_599_627_370_497.0)), 4_503_599_627_370_497);
        assert_eq!(small(ceil(-1.5)), -1);
        assert_eq!(small(floor(-1.5)), -2);
        assert_eq!(small(floor(-5e-324)), -1);
        assert_eq!(small(ceil(5e-324)), 1);
        assert_eq!(small(trunc(-TWO_63)), i64::MIN);
        assert_eq!(trunc(TWO_63), Some(Integer::Big(Big::from(1u64 << 63))));
        assert_eq!(trunc(f64::NAN), None);
        assert_eq!(trunc(f64::INFINITY), None);
        for value in [0.0, -0.0, 0.99, -0.99, 5e-324, 2.2e-308] {
            assert_eq!(Big::from_f64(value), Some(Big::zero()));
        }
    }

    #[test]
    fn floats_round_trip_through_integers() {
        let mut numbers = Numbers::new(5);
        for _ in 0..20_000 {
            let float = f64::from_bits(numbers.next());
            let Some(big) = Big::from_f64(float) else {
                continue;
            };
            assert_eq!(big.as_ref().to_f64(), Some(float.trunc()));
            assert_eq!(big.as_ref().to_f64_by_limb(), Some(float.trunc()));
            assert_eq!(big.as_ref().compare_f64(float.trunc()), Ordering::Equal);
        }
    }

    #[test]
    fn rounding_to_even() {
        let to_f64 = |value: u128| Big::from(value).as_ref().to_f64().unwrap();
        let mut numbers = Numbers::new(6);
        for _ in 0..20_000 {
            let shift = numbers.next() % 128;
            let value = (u128::from(numbers.next()) << 64 | u128::from(numbers.next())) >> shift;
            assert_eq!(to_f64(value), value as f64);
            // Around halves.
            let half = value >> 60 << 60 | 1 << 59;
            for near in [half - 1, half, half + 1] {
                assert_eq!(to_f64(near), near as f64);
            }
        }
        let most = Big::from_f64(f64::MAX).unwrap();
        let half_step = Big::from(1u64).as_ref().shift_left(970);
        let limit = most.as_ref().add(half_step.as_ref());
        assert_eq!(limit.as_ref().to_f64(), None);
        assert_eq!(
            limit
                .as_ref()
                .sub(Big::from(1u64).as_ref())
                .as_ref()
                .to_f64(),
            Some(f64::MAX)
        );
        assert_eq!(limit.as_ref().negated().to_f64(), None);
    }
}
