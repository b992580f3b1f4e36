//! Arithmetic on terms: the operators of "Arithmetic Expressions" in the reference manual, and the number BIFs that compute.
//!
//! Each operator tries two small integers first ([`small`], which an instruction may call on words before it bothers with anything
//! else); floats, big integers and errors are in functions of their own, out of the way.

use super::{Int, Integer};
use crate::heap::arena::Builder;
use crate::rules::rules;
use crate::term::{Term, View};

/// Why an operator has no result.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum ArithError {
    /// Not numbers, not integers, a division by zero, or a float beyond the largest.
    Badarith,
    /// An integer of more limbs than the release allows.
    SystemLimit,
}

use ArithError::{Badarith, SystemLimit};

/// What an operator gives.
pub type Arith<'p> = Result<Term<'p>, ArithError>;

/// The operators on two small integers as tagged words: `None` if either is none or the result is not small.
///
/// A small integer's word is its value times 16, plus 15: overflow of the word is overflow of the small range.
pub mod small {
    use crate::word::{SMALL_MAX, SMALL_MIN, Word};

    const TAG: u64 = 0xf;

    #[inline(always)]
    const fn both(a: Word, b: Word) -> bool {
        a.0 & b.0 & TAG == TAG
    }
    /// `a + b`
    #[inline(always)]
    pub fn add(a: Word, b: Word) -> Option<Word> {
        if !both(a, b) {
            return None;
        }
        (a.0 as i64)
            .checked_add((b.0 & !TAG) as i64)
            .map(|sum| Word(sum as u64))
    }
    /// `a - b`
    #[inline(always)]
    pub fn sub(a: Word, b: Word) -> Option<Word> {
        if !both(a, b) {
            return None;
        }
        (a.0 as i64)
            .checked_sub((b.0 & !TAG) as i64)
            .map(|difference| Word(difference as u64))
    }
    /// `a * b`
    #[inline(always)]
    pub fn mul(a: Word, b: Word) -> Option<Word> {
        if !both(a, b) {
            return None;
        }
        ((a.0 & !TAG) as i64)
            .checked_mul(b.small_value())
            .map(|product| Word(product as u64 | TAG))
    }
    /// `a div b`
    #[inline(always)]
    pub fn div(a: Word, b: Word) -> Option<Word> {
        if !both(a, b) || b.small_value() == 0 {
            return None;
        }
        // The smallest by -1 is one more than the largest.
        let quotient = a.small_value() / b.small_value();
        (quotient <= SMALL_MAX).then_some(Word::small(quotient.min(SMALL_MAX)))
    }
    /// `a rem b`
    #[inline(always)]
    pub fn rem(a: Word, b: Word) -> Option<Word> {
        if !both(a, b) || b.small_value() == 0 {
            return None;
        }
        Some(Word::small(a.small_value() % b.small_value()))
    }
    /// `-a`
    #[inline(always)]
    pub fn negate(a: Word) -> Option<Word> {
        sub(Word::small(0), a)
    }
    /// `a band b`
    #[inline(always)]
    pub fn band(a: Word, b: Word) -> Option<Word> {
        both(a, b).then_some(Word(a.0 & b.0))
    }
    /// `a bor b`
    #[inline(always)]
    pub fn bor(a: Word, b: Word) -> Option<Word> {
        both(a, b).then_some(Word(a.0 | b.0))
    }
    /// `a bxor b`
    #[inline(always)]
    pub fn bxor(a: Word, b: Word) -> Option<Word> {
        both(a, b).then_some(Word((a.0 ^ b.0) | TAG))
    }
    /// `bnot a`
    #[inline(always)]
    pub fn bnot(a: Word) -> Option<Word> {
        a.is_small().then_some(Word(a.0 ^ !TAG))
    }
    /// `a bsl by`, for `by` not negative.
    #[inline(always)]
    pub fn bsl(a: Word, by: Word) -> Option<Word> {
        if !both(a, by) {
            return None;
        }
        let by = by.small_value();
        if !(0..60).contains(&by) {
            return None;
        }
        let value = a.small_value();
        let shifted = value << by;
        (shifted >> by == value && (SMALL_MIN..=SMALL_MAX).contains(&shifted))
            .then_some(Word((shifted as u64) << 4 | TAG))
    }
    /// `a bsr by`, for `by` not negative.
    #[inline(always)]
    pub fn bsr(a: Word, by: Word) -> Option<Word> {
        if !both(a, by) {
            return None;
        }
        let by = by.small_value();
        (by >= 0).then(|| Word::small(a.small_value() >> by.min(63)))
    }
}

/// An operand.
#[derive(Copy, Clone)]
enum Number<'a> {
    Integer(Int<'a>),
    Float(f64),
}

#[inline]
fn number<'p>(term: Term<'p>) -> Result<Number<'p>, ArithError> {
    match term.view() {
        View::Small(value) => Ok(Number::Integer(Int::Small(value))),
        View::Big(big) => Ok(Number::Integer(Int::Big(big))),
        View::Float(value) => Ok(Number::Float(value)),
        _ => Err(Badarith),
    }
}

/// The integer operand that a term is.
#[inline]
pub fn integer_of<'p>(term: Term<'p>) -> Result<Int<'p>, ArithError> {
    match term.view() {
        View::Small(value) => Ok(Int::Small(value)),
        View::Big(big) => Ok(Int::Big(big)),
        _ => Err(Badarith),
    }
}

/// An integer as a float, if it is in range.
pub fn float_of(integer: Int<'_>) -> Result<f64, ArithError> {
    match integer {
        Int::Small(value) => Ok(value as f64),
        Int::Big(big) if rules().floats_by_limb => big.to_f64_by_limb().ok_or(Badarith),
        Int::Big(big) => big.to_f64().ok_or(Badarith),
    }
}

/// Two integers of at most two limbs, as machine integers of twice the width: what most integers beyond the small ones are.
#[inline(always)]
fn both_wide(a: Term<'_>, b: Term<'_>) -> Option<(i128, i128)> {
    Some((wide(a)?, wide(b)?))
}

#[inline(always)]
fn wide(term: Term<'_>) -> Option<i128> {
    if let Some(value) = term.as_small() {
        return Some(i128::from(value));
    }
    let View::Big(big) = term.view() else {
        return None;
    };
    let magnitude = match *big.limbs {
        [low] => i128::from(low),
        [low, high] => i128::try_from(u128::from(high) << 64 | u128::from(low)).ok()?,
        _ => return None,
    };
    Some(if big.negative { -magnitude } else { magnitude })
}

/// Puts an integer of at most two limbs on the heap.
#[inline]
fn make_wide<'p>(builder: &mut Builder<'p>, value: i128) -> Term<'p> {
    if let Ok(value) = i64::try_from(value) {
        return builder.integer(value);
    }
    let magnitude = value.unsigned_abs();
    let limbs = [magnitude as u64, (magnitude >> 64) as u64];
    let count = if limbs[1] == 0 { 1 } else { 2 };
    builder.big(value < 0, &limbs[..count])
}

/// Puts an integer on the heap, if the release allows one so large.
#[inline]
pub fn make_integer<'p>(builder: &mut Builder<'p>, value: &Integer) -> Arith<'p> {
    match value {
        Integer::Small(value) => Ok(builder.integer(*value)),
        Integer::Big(big) if big.limbs.len() > rules().big_limbs => Err(SystemLimit),
        Integer::Big(big) => Ok(builder.big(big.negative, &big.limbs)),
    }
}

#[inline]
fn make_float<'p>(builder: &mut Builder<'p>, value: f64) -> Arith<'p> {
    if value.is_finite() {
        Ok(builder.float(value))
    } else {
        Err(Badarith)
    }
}

impl Number<'_> {
    #[inline]
    fn to_float(self) -> Result<f64, ArithError> {
        match self {
            Number::Float(value) => Ok(value),
            Number::Integer(value) => float_of(value),
        }
    }
}

/// An operator whose result is a float as soon as one operand is.
#[inline]
fn mixed<'p>(
    builder: &mut Builder<'p>,
    a: Term<'p>,
    b: Term<'p>,
    on_integers: impl FnOnce(Int<'p>, Int<'p>) -> Result<Integer, ArithError>,
    on_floats: impl FnOnce(f64, f64) -> f64,
) -> Arith<'p> {
    match (number(a)?, number(b)?) {
        (Number::Integer(a), Number::Integer(b)) => make_integer(builder, &on_integers(a, b)?),
        (a, b) => make_float(builder, on_floats(a.to_float()?, b.to_float()?)),
    }
}

/// An operator on integers only.
#[inline]
fn on_integers<'p>(
    builder: &mut Builder<'p>,
    a: Term<'p>,
    b: Term<'p>,
    operation: impl FnOnce(Int<'p>, Int<'p>) -> Result<Integer, ArithError>,
) -> Arith<'p> {
    make_integer(builder, &operation(integer_of(a)?, integer_of(b)?)?)
}

macro_rules! operator {
    ($(#[$doc:meta])* $name:ident, $slow:ident, $wide:expr, |$builder:ident, $a:ident, $b:ident| $body:expr) => {
        $(#[$doc])*
        #[inline(always)]
        pub fn $name<'p>(builder: &mut Builder<'p>, a: Term<'p>, b: Term<'p>) -> Arith<'p> {
            match small::$name(a.word(), b.word()) {
                // SAFETY: a small integer is a term for ever.
                Some(word) => Ok(unsafe { Term::from_word(word) }),
                None => $slow(builder, a, b),
            }
        }
        #[cold]
        #[inline(never)]
        fn $slow<'p>($builder: &mut Builder<'p>, $a: Term<'p>, $b: Term<'p>) -> Arith<'p> {
            let on_wide: fn(i128, i128) -> Option<i128> = $wide;
            if let Some(result) = both_wide($a, $b).and_then(|(a, b)| on_wide(a, b)) {
                return Ok(make_wide($builder, result));
            }
            $body
        }
    };
}

operator! {
    /// `a + b`
    add, add_slow, i128::checked_add, |builder, a, b| mixed(builder, a, b, |a, b| Ok(a.add(b)), |a, b| a + b)
}
operator! {
    /// `a - b`
    sub, sub_slow, i128::checked_sub, |builder, a, b| mixed(builder, a, b, |a, b| Ok(a.sub(b)), |a, b| a - b)
}
operator! {
    /// `a * b`
    mul, mul_slow, multiply_wide, |builder, a, b| mixed(builder, a, b, multiply, |a, b| a * b)
}
operator! {
    /// `a div b`
    div, div_slow, i128::checked_div, |builder, a, b| on_integers(builder, a, b, |a, b| a.div(b).ok_or(Badarith))
}
operator! {
    /// `a rem b`
    rem, rem_slow, i128::checked_rem, |builder, a, b| on_integers(builder, a, b, |a, b| a.rem(b).ok_or(Badarith))
}
operator! {
    /// `a band b`
    band, band_slow, |a, b| Some(a & b), |builder, a, b| on_integers(builder, a, b, |a, b| Ok(a.band(b)))
}
operator! {
    /// `a bor b`
    bor, bor_slow, |a, b| Some(a | b), |builder, a, b| on_integers(builder, a, b, |a, b| Ok(a.bor(b)))
}
operator! {
    /// `a bxor b`
    bxor, bxor_slow, |a, b| Some(a ^ b), |builder, a, b| on_integers(builder, a, b, |a, b| Ok(a.bxor(b)))
}
operator! {
    /// `a bsl b`: to the right if `b` is negative.
    bsl, bsl_slow, |a, by| shift_wide(a, by, false), |builder, a, b| shift(builder, integer_of(a)?, integer_of(b)?, false)
}
operator! {
    /// `a bsr b`: to the left if `b` is negative.
    bsr, bsr_slow, |a, by| shift_wide(a, by, true), |builder, a, b| shift(builder, integer_of(a)?, integer_of(b)?, true)
}

/// A product of two factors of one limb each; `checked_mul` of the wide type is slow.
#[inline(always)]
fn multiply_wide(a: i128, b: i128) -> Option<i128> {
    let one_limb = |value: i128| u64::try_from(value.unsigned_abs()).ok();
    let magnitude = u128::from(one_limb(a)?) * u128::from(one_limb(b)?);
    let magnitude = i128::try_from(magnitude).ok()?;
    Some(if (a < 0) == (b < 0) {
        magnitude
    } else {
        -magnitude
    })
}

/// A shift that stays within the wide type for certain.
#[inline(always)]
fn shift_wide(value: i128, by: i128, right: bool) -> Option<i128> {
    if right && (0..128).contains(&by) {
        Some(value >> by)
    } else if !right && (0..64).contains(&by) && i64::try_from(value).is_ok() {
        Some(value << by)
    } else {
        None
    }
}

/// The most bits that an integer may have.
fn most_bits() -> u64 {
    rules().big_limbs as u64 * 64
}

fn multiply<'a>(a: Int<'a>, b: Int<'a>) -> Result<Integer, ArithError> {
    // A product has the bits of both, or one less: this refuses what would take long to find out to be too large.
    let bits = a.bits().saturating_add(b.bits());
    if bits > most_bits() + 1 && !a.is_zero() && !b.is_zero() {
        return Err(SystemLimit);
    }
    Ok(a.mul(b))
}

fn shift<'p>(builder: &mut Builder<'p>, value: Int<'_>, by: Int<'_>, right: bool) -> Arith<'p> {
    // A distance that fits no machine word is larger than any integer.
    let by = match by {
        Int::Small(by) => by,
        Int::Big(by) if by.negative => -i64::MAX,
        Int::Big(_) => i64::MAX,
    };
    let left = if right { by.saturating_neg() } else { by };
    let shifted = value.shift(left, most_bits()).ok_or(SystemLimit)?;
    make_integer(builder, &shifted)
}

/// `a / b`, a float.
pub fn divide<'p>(builder: &mut Builder<'p>, a: Term<'p>, b: Term<'p>) -> Arith<'p> {
    let (a, b) = (number(a)?.to_float()?, number(b)?.to_float()?);
    if b == 0.0 {
        return Err(Badarith);
    }
    make_float(builder, a / b)
}

/// `-a`
#[inline(always)]
pub fn negate<'p>(builder: &mut Builder<'p>, a: Term<'p>) -> Arith<'p> {
    match small::negate(a.word()) {
        // SAFETY: a small integer is a term for ever.
        Some(word) => Ok(unsafe { Term::from_word(word) }),
        None => negate_slow(builder, a),
    }
}

#[cold]
#[inline(never)]
fn negate_slow<'p>(builder: &mut Builder<'p>, a: Term<'p>) -> Arith<'p> {
    match number(a)? {
        Number::Integer(Int::Small(value)) => Ok(builder.integer(-value)),
        Number::Integer(Int::Big(big)) => Ok(builder.big(!big.negative, big.limbs)),
        Number::Float(value) => Ok(builder.float(-value)),
    }
}

/// `+a`
#[inline]
pub fn plus<'p>(a: Term<'p>) -> Arith<'p> {
    number(a).map(|_| a)
}

/// `bnot a`
#[inline(always)]
pub fn bnot<'p>(builder: &mut Builder<'p>, a: Term<'p>) -> Arith<'p> {
    match small::bnot(a.word()) {
        // SAFETY: a small integer is a term for ever.
        Some(word) => Ok(unsafe { Term::from_word(word) }),
        None => bnot_slow(builder, a),
    }
}

#[cold]
#[inline(never)]
fn bnot_slow<'p>(builder: &mut Builder<'p>, a: Term<'p>) -> Arith<'p> {
    make_integer(builder, &integer_of(a)?.bnot())
}

// Functions, whose callers say `badarg` where an operator says `badarith`.

/// `abs(a)`
pub fn abs<'p>(builder: &mut Builder<'p>, a: Term<'p>) -> Arith<'p> {
    match number(a)? {
        Number::Integer(Int::Small(value)) if value < 0 => Ok(builder.integer(-value)),
        Number::Integer(Int::Big(big)) if big.negative => Ok(builder.big(false, big.limbs)),
        // As long as the two zeroes were equal, the negative one stayed.
        Number::Float(value)
            if value.is_sign_negative() && (value != 0.0 || !rules().zeroes_are_equal) =>
        {
            Ok(builder.float(-value))
        }
        _ => Ok(a),
    }
}

/// `float(a)`
pub fn float<'p>(builder: &mut Builder<'p>, a: Term<'p>) -> Arith<'p> {
    match number(a)? {
        Number::Float(_) => Ok(a),
        Number::Integer(value) => Ok(builder.float(float_of(value)?)),
    }
}

macro_rules! whole {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub fn $name<'p>(builder: &mut Builder<'p>, a: Term<'p>) -> Arith<'p> {
            match number(a)? {
                Number::Float(value) => make_integer(builder, &super::$name(value).ok_or(Badarith)?),
                Number::Integer(_) => Ok(a),
            }
        }
    };
}

whole! {
    /// `trunc(a)`: towards zero.
    trunc
}
whole! {
    /// `round(a)`: to the nearest integer, halves away from zero.
    round
}
whole! {
    /// `ceil(a)`: up.
    ceil
}
whole! {
    /// `floor(a)`: down.
    floor
}

#[cfg(test)]
mod tests;
