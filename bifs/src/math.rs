//! `math`

use oxbeam_term::number::terms::{float_of, integer_of};
use oxbeam_vm::libm;
use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "math";
    "acos" / 1 Plain => acos_1;
    "acosh" / 1 Plain => acosh_1;
    "asin" / 1 Plain => asin_1;
    "asinh" / 1 Plain => asinh_1;
    "atan" / 1 Plain => atan_1;
    "atan2" / 2 Plain => atan2_2;
    "atanh" / 1 Plain => atanh_1;
    "ceil" / 1 Plain => ceil_1;
    "cos" / 1 Plain => cos_1;
    "cosh" / 1 Plain => cosh_1;
    "erf" / 1 Plain => erf_1;
    "erfc" / 1 Plain => erfc_1;
    "exp" / 1 Plain => exp_1;
    "floor" / 1 Plain => floor_1;
    "fmod" / 2 Plain => fmod_2;
    "log" / 1 Plain => log_1;
    "log10" / 1 Plain => log10_1;
    "log2" / 1 Plain => log2_1;
    "pow" / 2 Plain => pow_2;
    "sin" / 1 Plain => sin_1;
    "sinh" / 1 Plain => sinh_1;
    "sqrt" / 1 Plain => sqrt_1;
    "tan" / 1 Plain => tan_1;
    "tanh" / 1 Plain => tanh_1;
}

fn argument(cx: &Cx<'_>, index: usize) -> Result<f64, Raise> {
    let term = cx.arg(index);
    match term.as_float() {
        Some(value) => Ok(value),
        None => integer_of(term)
            .map_err(|_| Raise::Badarg)
            .and_then(|integer| float_of(integer).map_err(|_| Raise::Badarith)),
    }
}

fn result<'p>(cx: &mut Cx<'p>, value: f64) -> NativeResult<'p> {
    if value.is_finite() {
        Ok(cx.float(value))
    } else {
        Err(Raise::Badarith)
    }
}

macro_rules! functions {
    ($($name:ident => $function:expr;)*) => {
        $(fn $name<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
            let value = argument(cx, 0)?;
            let function: fn(f64) -> f64 = $function;
            result(cx, function(value))
        })*
    };
}
functions! {
    acos_1 => f64::acos;
    acosh_1 => libm::acosh;
    asin_1 => f64::asin;
    asinh_1 => libm::asinh;
    atan_1 => f64::atan;
    atanh_1 => libm::atanh;
    ceil_1 => f64::ceil;
    cos_1 => f64::cos;
    cosh_1 => f64::cosh;
    erf_1 => libm::erf;
    erfc_1 => libm::erfc;
    exp_1 => f64::exp;
    floor_1 => f64::floor;
    log_1 => f64::ln;
    log10_1 => f64::log10;
    log2_1 => f64::log2;
    sin_1 => f64::sin;
    sinh_1 => f64::sinh;
    sqrt_1 => f64::sqrt;
    tan_1 => f64::tan;
    tanh_1 => f64::tanh;
}

fn atan2_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (y, x) = (argument(cx, 0)?, argument(cx, 1)?);
    result(cx, y.atan2(x))
}

fn fmod_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (dividend, divisor) = (argument(cx, 0)?, argument(cx, 1)?);
    result(cx, dividend % divisor)
}

fn pow_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (base, exponent) = (argument(cx, 0)?, argument(cx, 1)?);
    result(cx, base.powf(exponent))
}
