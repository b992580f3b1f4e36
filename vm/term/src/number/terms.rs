//! Arithmetic on terms, as the operators of the language and their functions do it.
//!
//! Integers stay exact; where one operand is a float the other becomes one. A float result must be finite.

use super::{
    Int, Integer, ceil as ceil_of, floor as floor_of, round as round_of, trunc as trunc_of,
};
use crate::heap::arena::Builder;
use crate::rules::rules;
use crate::term::{Term, View};

/// Why there is no result.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum ArithError {
    /// An operand of the wrong type, division by zero, a float out of range.
    Badarith,
    /// An integer larger than there may be.
    SystemLimit,
}

type Result<'p> = std::result::Result<Term<'p>, ArithError>;

enum Number<'p> {
    Integer(Int<'p>),
    Float(f64),
}

fn number<'p>(term: Term<'p>) -> Option<Number<'p>> {
    Some(match term.view() {
        View::Small(value) => Number::Integer(Int::Small(value)),
        View::Big(big) => Number::Integer(Int::Big(big)),
        View::Float(value) => Number::Float(value),
        _ => return None,
    })
}

/// The integer operand that a term is.
pub fn integer_of<'p>(term: Term<'p>) -> std::result::Result<Int<'p>, ArithError> {
    match number(term) {
        Some(Number::Integer(value)) => Ok(value),
        _ => Err(ArithError::Badarith),
    }
}

/// An integer as a float, if it is in range.
pub fn float_of(integer: Int<'_>) -> std::result::Result<f64, ArithError> {
    match integer {
        Int::Small(value) => Ok(value as f64),
        Int::Big(big) => big.to_f64().ok_or(ArithError::Badarith),
    }
}

/// Puts an integer on the heap.
pub fn make_integer<'p>(builder: &mut Builder<'p>, value: &Integer) -> Result<'p> {
    match value {
        Integer::Small(value) => Ok(builder.integer(*value)),
        Integer::Big(big) if big.limbs.len() > rules().big_limbs => Err(ArithError::SystemLimit),
        Integer::Big(big) => Ok(builder.big(big.negative, &big.limbs)),
    }
}

fn make_float<'p>(builder: &mut Builder<'p>, value: f64) -> Result<'p> {
    if value.is_finite() {
        Ok(builder.float(value))
    } else {
        Err(ArithError::Badarith)
    }
}

fn two<'p>(
    builder: &mut Builder<'p>,
    left: Term<'p>,
    right: Term<'p>,
    integers: impl Fn(Int<'p>, Int<'p>) -> Integer,
    floats: impl Fn(f64, f64) -> f64,
) -> Result<'p> {
    match (number(left), number(right)) {
        (Some(Number::Integer(left)), Some(Number::Integer(right))) => {
            make_integer(builder, &integers(left, right))
        }
        (Some(left), Some(right)) => {
            let float = |number: Number<'p>| match number {
                Number::Integer(value) => float_of(value),
                Number::Float(value) => Ok(value),
            };
            make_float(builder, floats(float(left)?, float(right)?))
        }
        _ => Err(ArithError::Badarith),
    }
}

/// `Left + Right`
///
/// # Errors
/// As [`ArithError`] says; so for all functions here.
pub fn add<'p>(builder: &mut Builder<'p>, left: Term<'p>, right: Term<'p>) -> Result<'p> {
    two(builder, left, right, Int::add, |left, right| left + right)
}

/// `Left - Right`
pub fn sub<'p>(builder: &mut Builder<'p>, left: Term<'p>, right: Term<'p>) -> Result<'p> {
    two(builder, left, right, Int::sub, |left, right| left - right)
}

/// `Left * Right`
pub fn mul<'p>(builder: &mut Builder<'p>, left: Term<'p>, right: Term<'p>) -> Result<'p> {
    if let (Some(Number::Integer(left)), Some(Number::Integer(right))) =
        (number(left), number(right))
    {
        // Refused before the work is done, which grows with the square.
        if left.bits().saturating_add(right.bits()) > (rules().big_limbs as u64 + 1) * 64 {
            return Err(ArithError::SystemLimit);
        }
    }
    two(builder, left, right, Int::mul, |left, right| left * right)
}

/// `Left / Right`, a float.
pub fn divide<'p>(builder: &mut Builder<'p>, left: Term<'p>, right: Term<'p>) -> Result<'p> {
    let float = |term: Term<'p>| match number(term) {
        Some(Number::Integer(value)) => float_of(value),
        Some(Number::Float(value)) => Ok(value),
        None => Err(ArithError::Badarith),
    };
    let (left, right) = (float(left)?, float(right)?);
    if right == 0.0 {
        Err(ArithError::Badarith)
    } else {
        make_float(builder, left / right)
    }
}

/// `Left div Right`
pub fn div<'p>(builder: &mut Builder<'p>, left: Term<'p>, right: Term<'p>) -> Result<'p> {
    let quotient = integer_of(left)?
        .div(integer_of(right)?)
        .ok_or(ArithError::Badarith)?;
    make_integer(builder, &quotient)
}

/// `Left rem Right`
pub fn rem<'p>(builder: &mut Builder<'p>, left: Term<'p>, right: Term<'p>) -> Result<'p> {
    let remainder = integer_of(left)?
        .rem(integer_of(right)?)
        .ok_or(ArithError::Badarith)?;
    make_integer(builder, &remainder)
}

/// `-Value`
pub fn negate<'p>(builder: &mut Builder<'p>, value: Term<'p>) -> Result<'p> {
    match number(value) {
        Some(Number::Integer(value)) => make_integer(builder, &value.neg()),
        Some(Number::Float(value)) => make_float(builder, -value),
        None => Err(ArithError::Badarith),
    }
}

/// `abs(Value)`
pub fn abs<'p>(builder: &mut Builder<'p>, value: Term<'p>) -> Result<'p> {
    match number(value) {
        Some(Number::Integer(Int::Small(small))) if small >= 0 => Ok(value),
        Some(Number::Integer(Int::Big(big))) if !big.negative => Ok(value),
        Some(Number::Float(float)) => Ok(builder.float(float.abs())),
        _ => negate(builder, value),
    }
}

/// `Left band Right`
pub fn band<'p>(builder: &mut Builder<'p>, left: Term<'p>, right: Term<'p>) -> Result<'p> {
    let result = integer_of(left)?.band(integer_of(right)?);
    make_integer(builder, &result)
}

/// `Left bor Right`
pub fn bor<'p>(builder: &mut Builder<'p>, left: Term<'p>, right: Term<'p>) -> Result<'p> {
    let result = integer_of(left)?.bor(integer_of(right)?);
    make_integer(builder, &result)
}

/// `Left bxor Right`
pub fn bxor<'p>(builder: &mut Builder<'p>, left: Term<'p>, right: Term<'p>) -> Result<'p> {
    let result = integer_of(left)?.bxor(integer_of(right)?);
    make_integer(builder, &result)
}

/// `bnot Value`
pub fn bnot<'p>(builder: &mut Builder<'p>, value: Term<'p>) -> Result<'p> {
    make_integer(builder, &integer_of(value)?.bnot())
}

/// `Left bsl Right`
pub fn bsl<'p>(builder: &mut Builder<'p>, left: Term<'p>, right: Term<'p>) -> Result<'p> {
    shift(builder, left, right, false)
}

/// `Left bsr Right`
pub fn bsr<'p>(builder: &mut Builder<'p>, left: Term<'p>, right: Term<'p>) -> Result<'p> {
    shift(builder, left, right, true)
}

fn shift<'p>(builder: &mut Builder<'p>, value: Term<'p>, by: Term<'p>, right: bool) -> Result<'p> {
    let value = integer_of(value)?;
    let by = match integer_of(by)? {
        Int::Small(by) => by,
        // Further than any integer is long.
        Int::Big(by) => {
            if by.negative {
                -i64::MAX
            } else {
                i64::MAX
            }
        }
    };
    let by = if right { -by } else { by };
    let most = rules().big_limbs as u64 * 64;
    let result = value.shift(by, most).ok_or(ArithError::SystemLimit)?;
    make_integer(builder, &result)
}

/// `float(Value)`
pub fn float<'p>(builder: &mut Builder<'p>, value: Term<'p>) -> Result<'p> {
    match number(value) {
        Some(Number::Integer(integer)) => {
            let float = float_of(integer)?;
            make_float(builder, float)
        }
        Some(Number::Float(_)) => Ok(value),
        None => Err(ArithError::Badarith),
    }
}

fn to_integer<'p>(
    builder: &mut Builder<'p>,
    value: Term<'p>,
    convert: impl Fn(f64) -> Option<Integer>,
) -> Result<'p> {
    match number(value) {
        Some(Number::Integer(_)) => Ok(value),
        Some(Number::Float(float)) => {
            let integer = convert(float).ok_or(ArithError::Badarith)?;
            make_integer(builder, &integer)
        }
        None => Err(ArithError::Badarith),
    }
}

/// `trunc(Value)`
pub fn trunc<'p>(builder: &mut Builder<'p>, value: Term<'p>) -> Result<'p> {
    to_integer(builder, value, trunc_of)
}

/// `round(Value)`
pub fn round<'p>(builder: &mut Builder<'p>, value: Term<'p>) -> Result<'p> {
    to_integer(builder, value, round_of)
}

/// `ceil(Value)`
pub fn ceil<'p>(builder: &mut Builder<'p>, value: Term<'p>) -> Result<'p> {
    to_integer(builder, value, ceil_of)
}

/// `floor(Value)`
pub fn floor<'p>(builder: &mut Builder<'p>, value: Term<'p>) -> Result<'p> {
    to_integer(builder, value, floor_of)
}
