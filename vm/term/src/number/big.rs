//! The two forms of a big integer, its order, and conversions from and to machine integers.

use super::magnitude;
use smallvec::SmallVec;
use std::cmp::Ordering;

/// Little-endian limbs of a result.
pub type Limbs = SmallVec<[u64; 8]>;

/// An integer of any size, owned: the result of an operation.
///
/// No leading zero limbs; zero has no limbs and is not negative.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Big {
    /// Below zero.
    pub negative: bool,
    /// The absolute value, least significant limb first.
    pub limbs: Limbs,
}

/// An integer of any size, borrowed: the operand of an operation. The same rules as for [`Big`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BigRef<'a> {
    /// Below zero.
    pub negative: bool,
    /// The absolute value, least significant limb first.
    pub limbs: &'a [u64],
}

/// An operand that may be a machine integer or a big one.
#[derive(Clone, Copy, Debug)]
pub enum Int<'a> {
    /// Fits a machine word.
    Small(i64),
    /// Of any size.
    Big(BigRef<'a>),
}

/// A result that is a machine integer where it fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Integer {
    /// Fits a machine word.
    Small(i64),
    /// Does not fit a machine word.
    Big(Big),
}

/// A machine integer in the limb form, so that it can meet a big operand.
#[derive(Clone, Copy, Debug)]
pub struct OneLimb {
    negative: bool,
    limb: [u64; 1],
}

impl OneLimb {
    /// The limb form of `value`.
    #[inline]
    pub fn new(value: i64) -> Self {
        Self {
            negative: value < 0,
            limb: [value.unsigned_abs()],
        }
    }

    /// As an operand.
    #[inline]
    pub fn as_big(&self) -> BigRef<'_> {
        BigRef {
            negative: self.negative,
            limbs: magnitude::trim(&self.limb),
        }
    }
}

impl<'a> Int<'a> {
    /// Both kinds as a [`BigRef`]; `room` holds the limb of a machine integer.
    #[inline]
    pub fn as_big<'r>(self, room: &'r mut [u64; 1]) -> BigRef<'r>
    where
        'a: 'r,
    {
        match self {
            Int::Big(big) => big,
            Int::Small(value) => {
                *room = [value.unsigned_abs()];
                BigRef {
                    negative: value < 0,
                    limbs: magnitude::trim(room),
                }
            }
        }
    }
}

impl Integer {
    /// As an operand.
    pub fn as_int(&self) -> Int<'_> {
        match self {
            Integer::Small(value) => Int::Small(*value),
            Integer::Big(big) => Int::Big(big.as_ref()),
        }
    }
}

impl Big {
    /// Zero.
    pub fn zero() -> Self {
        Self::default()
    }

    /// From sign and limbs; drops leading zero limbs and the sign of zero.
    #[inline]
    pub fn new(negative: bool, mut limbs: Limbs) -> Self {
        let significant = magnitude::trim(&limbs).len();
        limbs.truncate(significant);
        Self {
            negative: negative && significant > 0,
            limbs,
        }
    }

    /// As an operand.
    #[inline]
    pub fn as_ref(&self) -> BigRef<'_> {
        BigRef {
            negative: self.negative,
            limbs: &self.limbs,
        }
    }

    /// The value as a machine integer, if it fits.
    #[inline]
    pub fn to_i64(&self) -> Option<i64> {
        self.as_ref().to_i64()
    }

    /// A machine integer where it fits.
    #[inline]
    pub fn into_integer(self) -> Integer {
        match self.to_i64() {
            Some(value) => Integer::Small(value),
            None => Integer::Big(self),
        }
    }

    /// Bits of the absolute value; 0 for zero.
    pub fn bits(&self) -> u64 {
        self.as_ref().bits()
    }
}

impl From<i64> for Big {
    #[inline]
    fn from(value: i64) -> Self {
        Self::new(value < 0, SmallVec::from_slice(&[value.unsigned_abs()]))
    }
}

impl From<u64> for Big {
    #[inline]
    fn from(value: u64) -> Self {
        Self::new(false, SmallVec::from_slice(&[value]))
    }
}

impl From<i128> for Big {
    #[inline]
    fn from(value: i128) -> Self {
        let mut big = Self::from(value.unsigned_abs());
        big.negative = value < 0;
        big
    }
}

impl From<u128> for Big {
    #[inline]
    fn from(value: u128) -> Self {
        Self::new(
            false,
            SmallVec::from_slice(&[value as u64, (value >> 64) as u64]),
        )
    }
}

impl<'a> BigRef<'a> {
    /// From sign and limbs that may have leading zeros.
    #[inline]
    pub fn new(negative: bool, limbs: &'a [u64]) -> Self {
        let limbs = magnitude::trim(limbs);
        Self {
            negative: negative && !limbs.is_empty(),
            limbs,
        }
    }

    /// Whether the value is zero.
    #[inline]
    pub fn is_zero(self) -> bool {
        self.limbs.is_empty()
    }

    /// A copy that owns its limbs.
    pub fn to_big(self) -> Big {
        Big {
            negative: self.negative,
            limbs: SmallVec::from_slice(self.limbs),
        }
    }

    /// Bits of the absolute value; 0 for zero. What the release's limit on integers is compared with.
    #[inline]
    pub fn bits(self) -> u64 {
        magnitude::bits(self.limbs)
    }

    /// The value as a machine integer, if it fits.
    #[inline]
    pub fn to_i64(self) -> Option<i64> {
        match (self.limbs, self.negative) {
            ([], _) => Some(0),
            ([limb], false) => i64::try_from(*limb).ok(),
            ([limb], true) => (*limb <= 1 << 63).then(|| limb.wrapping_neg() as i64),
            _ => None,
        }
    }

    /// The value as an unsigned machine integer, if it fits.
    #[inline]
    pub fn to_u64(self) -> Option<u64> {
        match (self.limbs, self.negative) {
            ([], _) => Some(0),
            ([limb], false) => Some(*limb),
            _ => None,
        }
    }

    /// Order of two integers.
    pub fn compare(self, other: BigRef<'_>) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => magnitude::cmp(self.limbs, other.limbs),
            (true, true) => magnitude::cmp(other.limbs, self.limbs),
        }
    }

    /// Order against a machine integer.
    pub fn compare_i64(self, other: i64) -> Ordering {
        self.compare(OneLimb::new(other).as_big())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_integers_round_trip() {
        for value in [0, 1, -1, 42, i64::MAX, i64::MIN, i64::MIN + 1] {
            assert_eq!(Big::from(value).to_i64(), Some(value));
            assert_eq!(Big::from(value), Big::from(i128::from(value)));
        }
        assert_eq!(Big::from(1u64 << 63).to_i64(), None);
        assert_eq!(Big::from(-(1i128 << 63) - 1).to_i64(), None);
        assert_eq!(Big::from(u64::MAX).as_ref().to_u64(), Some(u64::MAX));
        assert!(!Big::from(0i128).negative);
    }

    #[test]
    fn order() {
        let values: Vec<Big> = [
            i128::MIN,
            -(1 << 70),
            -(1 << 64),
            -5,
            0,
            7,
            u64::MAX.into(),
            1 << 64,
            (1 << 70) + 1,
            i128::MAX,
        ]
        .into_iter()
        .map(Big::from)
        .collect();
        for (i, a) in values.iter().enumerate() {
            for (j, b) in values.iter().enumerate() {
                assert_eq!(a.as_ref().compare(b.as_ref()), i.cmp(&j));
            }
        }
        assert_eq!(values[3].as_ref().compare_i64(-5), Ordering::Equal);
        assert_eq!(values[2].as_ref().compare_i64(i64::MIN), Ordering::Less);
    }

    #[test]
    fn bits() {
        assert_eq!(Big::zero().bits(), 0);
        assert_eq!(Big::from(-1i64).bits(), 1);
        assert_eq!(Big::from(1u128 << 100).bits(), 101);
    }
}
