//! Operators as functions: arithmetic, comparison, booleans.

use oxbeam_term::number::terms::{self, ArithError};
use oxbeam_vm::native::prelude::*;
use std::cmp::Ordering;

natives! { NATIVES: "erlang";
    "+" / 1 Guard => plus_1;
    "+" / 2 Guard => plus_2;
    "-" / 1 Guard => minus_1;
    "-" / 2 Guard => minus_2;
    "*" / 2 Guard => times_2;
    "/" / 2 Guard => divide_2;
    "div" / 2 Guard => div_2;
    "rem" / 2 Guard => rem_2;
    "band" / 2 Guard => band_2;
    "bor" / 2 Guard => bor_2;
    "bxor" / 2 Guard => bxor_2;
    "bnot" / 1 Guard => bnot_1;
    "bsl" / 2 Guard => bsl_2;
    "bsr" / 2 Guard => bsr_2;
    "abs" / 1 Guard => abs_1;
    "float" / 1 Guard => float_1;
    "trunc" / 1 Guard => trunc_1;
    "round" / 1 Guard => round_1;
    "ceil" / 1 Guard => ceil_1;
    "floor" / 1 Guard => floor_1;
    "==" / 2 Guard => equal_2;
    "/=" / 2 Guard => not_equal_2;
    "=:=" / 2 Guard => exactly_equal_2;
    "=/=" / 2 Guard => exactly_not_equal_2;
    "<" / 2 Guard => less_2;
    "=<" / 2 Guard => less_or_equal_2;
    ">" / 2 Guard => greater_2;
    ">=" / 2 Guard => greater_or_equal_2;
    "and" / 2 Guard => and_2;
    "or" / 2 Guard => or_2;
    "xor" / 2 Guard => xor_2;
    "not" / 1 Guard => not_1;
    "min" / 2 Guard [27 ..= 255] => min_2;
    "max" / 2 Guard [27 ..= 255] => max_2;
}

fn arith(error: ArithError) -> Raise {
    match error {
        ArithError::Badarith => Raise::Badarith,
        ArithError::SystemLimit => Raise::SystemLimit,
    }
}

/// Conversions to numbers raise `badarg`, not `badarith`.
fn conversion(error: ArithError) -> Raise {
    match error {
        ArithError::Badarith => Raise::Badarg,
        ArithError::SystemLimit => Raise::SystemLimit,
    }
}

macro_rules! binary {
    ($($name:ident => $operation:path;)*) => {
        $(fn $name<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
            let (left, right) = (cx.arg(0), cx.arg(1));
            $operation(cx.builder(), left, right).map_err(arith)
        })*
    };
}
binary! {
    plus_2 => terms::add;
    minus_2 => terms::sub;
    times_2 => terms::mul;
    divide_2 => terms::divide;
    div_2 => terms::div;
    rem_2 => terms::rem;
    band_2 => terms::band;
    bor_2 => terms::bor;
    bxor_2 => terms::bxor;
    bsl_2 => terms::bsl;
    bsr_2 => terms::bsr;
}

macro_rules! unary {
    ($($name:ident => $operation:path, $error:ident;)*) => {
        $(fn $name<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
            let value = cx.arg(0);
            $operation(cx.builder(), value).map_err($error)
        })*
    };
}
unary! {
    minus_1 => terms::negate, arith;
    bnot_1 => terms::bnot, arith;
    abs_1 => terms::abs, conversion;
    float_1 => terms::float, conversion;
    trunc_1 => terms::trunc, conversion;
    round_1 => terms::round, conversion;
    ceil_1 => terms::ceil, conversion;
    floor_1 => terms::floor, conversion;
}

fn plus_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if cx.arg(0).is_number() {
        Ok(cx.arg(0))
    } else {
        Err(Raise::Badarith)
    }
}

macro_rules! comparison {
    ($($name:ident => |$left:ident, $right:ident| $test:expr;)*) => {
        $(fn $name<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
            let ($left, $right) = (cx.arg(0), cx.arg(1));
            Ok(Term::boolean($test))
        })*
    };
}
comparison! {
    equal_2 => |left, right| left.eq_arith(right);
    not_equal_2 => |left, right| !left.eq_arith(right);
    exactly_equal_2 => |left, right| left.eq_exact(right);
    exactly_not_equal_2 => |left, right| !left.eq_exact(right);
    less_2 => |left, right| left.cmp(right) == Ordering::Less;
    less_or_equal_2 => |left, right| left.cmp(right) != Ordering::Greater;
    greater_2 => |left, right| left.cmp(right) == Ordering::Greater;
    greater_or_equal_2 => |left, right| left.cmp(right) != Ordering::Less;
}

fn booleans(cx: &Cx<'_>) -> Result<(bool, bool), Raise> {
    let left = cx.arg(0).as_boolean().ok_or(Raise::Badarg)?;
    Ok((left, cx.arg(1).as_boolean().ok_or(Raise::Badarg)?))
}

fn and_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    booleans(cx).map(|(left, right)| Term::boolean(left && right))
}

fn or_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    booleans(cx).map(|(left, right)| Term::boolean(left || right))
}

fn xor_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    booleans(cx).map(|(left, right)| Term::boolean(left != right))
}

fn not_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    cx.arg(0)
        .as_boolean()
        .map(|value| Term::boolean(!value))
        .ok_or(Raise::Badarg)
}

/// `min(Term1, Term2)`: the first of two that compare equal.
fn min_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (left, right) = (cx.arg(0), cx.arg(1));
    Ok(if left.cmp(right) == Ordering::Greater {
        right
    } else {
        left
    })
}

/// `max(Term1, Term2)`: the first of two that compare equal.
fn max_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (left, right) = (cx.arg(0), cx.arg(1));
    Ok(if left.cmp(right) == Ordering::Less {
        right
    } else {
        left
    })
}
