//! Floats as text and back, byte for byte as OTP writes them: `float_to_list/1,2`, `list_to_float/1`,
//! `string:to_float/1`, `io_lib`'s `~w`, and the six decimals of `erlang:display/1` and crash texts.

use smallvec::SmallVec;
use std::fmt::{self, Write};

/// A float in ASCII.
pub type Text = SmallVec<[u8; 32]>;

/// No text of `float_to_list/2` is longer, save for the `short` one: OTP prints to 256 bytes with a zero at the end.
pub const LONGEST: usize = 255;

/// Digits after the point that `float_to_list/1` prints.
pub const DEFAULT_DECIMALS: i64 = 20;

/// From here on not every integer is a float, and the short form is always the scientific one.
const TWO_53: f64 = 9_007_199_254_740_992.0;

/// [`Text`] as a target of `write!`.
struct Out(Text);

impl Write for Out {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

fn formatted(arguments: fmt::Arguments<'_>) -> Text {
    let mut out = Out(Text::new());
    out.write_fmt(arguments)
        .expect("writing to memory cannot fail");
    out.0
}

/// The shortest text that reads back as `float`: option `short`, and `~w`, `~p`.
///
/// Decimal or scientific, whichever is shorter, decimal if they are equally long.
pub fn short(float: f64) -> Text {
    let mut text = Text::new();
    if float.is_sign_negative() {
        text.push(b'-');
    }
    if float == 0.0 {
        text.extend_from_slice(b"0.0");
        return text;
    }
    let (digits, exponent) = shortest_digits(float.abs());
    let count = digits.len() as i32;
    // The value is 0.DIGITS times ten to this power.
    let point = count + exponent;
    let scientific = point - 1;
    // How far the exponent of the last digit may go before e-notation is shorter.
    let (lowest, highest) = match count {
        1 => (-4, 2),
        _ if scientific >= 10 => (-count - 2, 2),
        _ => (-count - 2, 1),
    };
    if !(lowest..=highest).contains(&exponent) || float.abs() >= TWO_53 {
        text.push(digits[0]);
        text.push(b'.');
        text.extend_from_slice(if count > 1 { &digits[1..] } else { b"0" });
        text.extend_from_slice(&formatted(format_args!("e{scientific}")));
    } else if exponent >= 0 {
        text.extend_from_slice(&digits);
        text.extend(std::iter::repeat_n(b'0', exponent as usize));
        text.extend_from_slice(b".0");
    } else if point > 0 {
        let (whole, fraction) = digits.split_at(point as usize);
        text.extend_from_slice(whole);
        text.push(b'.');
        text.extend_from_slice(fraction);
    } else {
        text.extend_from_slice(b"0.");
        text.extend(std::iter::repeat_n(b'0', -point as usize));
        text.extend_from_slice(&digits);
    }
    text
}

/// The fewest digits that identify a positive float, without zeros at either end, and the power of ten of the last.
fn shortest_digits(float: f64) -> (SmallVec<[u8; 32]>, i32) {
    let mut buffer = ryu::Buffer::new();
    let text = buffer.format_finite(float).as_bytes();
    let (mantissa, exponent) = match text.iter().position(|&byte| byte == b'e') {
        Some(at) => (&text[..at], parse_exponent(&text[at + 1..])),
        None => (text, 0),
    };
    let fraction = mantissa
        .iter()
        .position(|&byte| byte == b'.')
        .map_or(0, |at| mantissa.len() - at - 1);
    let mut exponent = exponent - fraction as i32;
    let mut digits: SmallVec<[u8; 32]> = mantissa
        .iter()
        .copied()
        .filter(|&byte| byte != b'.')
        .skip_while(|&byte| byte == b'0')
        .collect();
    while digits.last() == Some(&b'0') {
        digits.pop();
        exponent += 1;
    }
    (digits, exponent)
}

fn parse_exponent(text: &[u8]) -> i32 {
    let (sign, digits) = match text {
        [b'-', digits @ ..] => (-1, digits),
        digits => (1, digits),
    };
    sign * digits
        .iter()
        .fold(0, |value, &byte| value * 10 + i32::from(byte - b'0'))
}

/// One digit, `decimals` after the point, and an exponent of at least two digits: option `{scientific, Decimals}`, and
/// `float_to_list/1` with [`DEFAULT_DECIMALS`]. None (badarg) if the text is too long.
///
/// As in OTP, only the low 32 bits of `decimals` count, and a negative number of them means six.
pub fn scientific(float: f64, decimals: i64) -> Option<Text> {
    let decimals = usize::try_from(decimals as i32).unwrap_or(6);
    if decimals > LONGEST {
        return None;
    }
    let mut text = formatted(format_args!("{float:.decimals$e}"));
    let mark = text.iter().rposition(|&byte| byte == b'e')?;
    let exponent = parse_exponent(&text[mark + 1..]);
    text.truncate(mark);
    let sign = if exponent < 0 { '-' } else { '+' };
    text.extend_from_slice(&formatted(format_args!("e{sign}{:02}", exponent.abs())));
    (text.len() <= LONGEST).then_some(text)
}

/// The form of `erlang:display/1` and of crash texts: six decimals, scientific.
pub fn display(float: f64) -> Text {
    scientific(float, 6).expect("six decimals are short")
}

/// Powers of ten that are exact as floats, as far as the quick way of [`fixed`] goes.
const POWERS: [f64; 19] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18,
];

/// `decimals` digits after the point, without trailing zeros if `compact`: option `{decimals, Decimals}`. None
/// (badarg) if the text is too long or `decimals` negative.
///
/// For numbers to 2^53 and up to 18 decimals OTP scales the fraction in floating point and rounds halves away from
/// zero, so 0.125 gives 0.13; the others are rounded exactly, halves to even. As in OTP, only the low 32 bits of
/// `decimals` count.
pub fn fixed(float: f64, decimals: i64, compact: bool) -> Option<Text> {
    let decimals = usize::try_from(decimals as i32).ok()?;
    let magnitude = float.abs();
    let scale = POWERS.get(decimals).filter(|_| magnitude <= TWO_53);
    let mut text = match scale {
        None if decimals > LONGEST => return None,
        None => formatted(format_args!("{float:.decimals$}")),
        Some(scale) => {
            let sign = if float.is_sign_negative() { "-" } else { "" };
            if decimals == 0 {
                return Some(formatted(format_args!(
                    "{sign}{}",
                    magnitude.round() as u64
                )));
            }
            let whole = magnitude.floor();
            let fraction = ((magnitude - whole) * scale).round();
            let (whole, fraction) = if fraction >= *scale {
                (whole as u64 + 1, 0)
            } else {
                (whole as u64, fraction as u64)
            };
            formatted(format_args!("{sign}{whole}.{fraction:0decimals$}"))
        }
    };
    if text.len() > LONGEST {
        return None;
    }
    if compact {
        // One digit stays after the point. A large number without decimals has no point to stop at and loses its own
        // zeros: OTP says "1" for 1.0e22.
        while text.last() == Some(&b'0') {
            text.pop();
        }
        if text.last() == Some(&b'.') {
            text.push(b'0');
        }
    }
    Some(text)
}

/// Length of the float that `text` begins with: sign, digits, point or comma, digits, and if complete, `e`, sign,
/// digits. 0 if it begins with none.
fn float_prefix(text: &[u8]) -> usize {
    let digits = |from: usize| {
        text[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let sign = |at: usize| usize::from(matches!(text.get(at), Some(b'+' | b'-')));
    let start = sign(0);
    let whole = digits(start);
    let point = start + whole;
    if whole == 0 || !matches!(text.get(point), Some(b'.' | b',')) {
        return 0;
    }
    let fraction = digits(point + 1);
    if fraction == 0 {
        return 0;
    }
    let end = point + 1 + fraction;
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let start = end + 1 + sign(end + 1);
        match digits(start) {
            0 => end,
            exponent => start + exponent,
        }
    } else {
        end
    }
}

/// The value of a text that [`float_prefix`] has found whole. None if it is beyond the largest float.
fn value_of(text: &[u8]) -> Option<f64> {
    let mut text: SmallVec<[u8; 64]> = SmallVec::from_slice(text);
    if let Some(point) = text.iter_mut().find(|byte| **byte == b',') {
        *point = b'.';
    }
    let value: f64 = std::str::from_utf8(&text).ok()?.parse().ok()?;
    value.is_finite().then_some(value)
}

/// `list_to_float/1` and `binary_to_float/1`: the whole text is a float. None (badarg) if not, or if it is out of
/// range; too small gives zero. As in OTP, what follows a zero byte does not count, and a comma is as good as a point.
pub fn parse(text: &[u8]) -> Option<f64> {
    let text = text.split(|&byte| byte == 0).next()?;
    let length = float_prefix(text);
    if length == 0 || length != text.len() {
        return None;
    }
    value_of(text)
}

/// `string:to_float/1`: the float that `text` begins with, and its length. None (`no_float`) if it begins with none, or
/// with one out of range.
pub fn parse_prefix(text: &[u8]) -> Option<(f64, usize)> {
    match float_prefix(text) {
        0 => None,
        length => Some((value_of(&text[..length])?, length)),
    }
}

#[cfg(test)]
mod tests;
