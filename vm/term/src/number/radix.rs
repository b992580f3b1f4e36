//! Integers as digits in radix 2 to 36, both ways: `list_to_integer/2`, `integer_to_list/2` and their kin.
//!
//! Short numbers go chunk by chunk, which is quadratic; long ones go through the library, which is not.

use super::{Big, BigRef, Integer, Limbs, magnitude};
use dashu_int::UBig;
use smallvec::SmallVec;
use std::sync::LazyLock;

/// As many digits of a radix as a limb holds.
#[derive(Clone, Copy)]
struct Chunk {
    digits: usize,
    /// The radix to that power.
    power: u64,
}

static CHUNKS: LazyLock<[Chunk; 37]> = LazyLock::new(|| {
    std::array::from_fn(|radix| {
        let mut chunk = Chunk {
            digits: 0,
            power: 1,
        };
        while let Some(power) = chunk.power.checked_mul(radix as u64).filter(|_| radix >= 2) {
            chunk = Chunk {
                digits: chunk.digits + 1,
                power,
            };
        }
        chunk
    })
});

fn digit_value(byte: u8, radix: u32) -> Option<u64> {
    char::from(byte).to_digit(radix).map(u64::from)
}

fn assert_radix(radix: u32) {
    assert!((2..=36).contains(&radix), "radix {radix} is not in 2..=36");
}

/// Why a text is no integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// Something is in it that is no digit, or nothing is (badarg).
    NotAnInteger,
    /// It has more bits than allowed (system_limit).
    TooLarge,
}

/// An optional sign and digits in `radix` (2..=36), the whole of `text`, for an integer of any size. None if anything
/// else is in it.
pub fn parse_integer(text: &[u8], radix: u32) -> Option<Integer> {
    parse_integer_within(text, radix, u64::MAX).ok()
}

/// The same for an integer of at most `most` bits. A text that is far too long is refused before it is converted.
pub fn parse_integer_within(text: &[u8], radix: u32, most: u64) -> Result<Integer, ParseError> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    assert_radix(radix);
    if digits.len() <= CHUNKS[radix as usize].digits && !digits.is_empty() {
        let value = i128::from(chunk_value(digits, radix).ok_or(ParseError::NotAnInteger)?);
        return Ok(Integer::from(if negative { -value } else { value }));
    }
    // A lower bound of the bits, the first digit aside. Texts near the limit are converted.
    let zeros = digits.iter().take_while(|&&byte| byte == b'0').count();
    let least =
        (digits.len() - zeros).saturating_sub(1) as f64 * f64::from(radix).log2() * 0.999_999;
    if least >= most as f64 {
        let valid = digits
            .iter()
            .all(|&byte| digit_value(byte, radix).is_some());
        return Err(if valid {
            ParseError::TooLarge
        } else {
            ParseError::NotAnInteger
        });
    }
    let value = Big::parse(negative, digits, radix).ok_or(ParseError::NotAnInteger)?;
    if value.bits() > most {
        Err(ParseError::TooLarge)
    } else {
        Ok(value.into_integer())
    }
}

fn chunk_value(digits: &[u8], radix: u32) -> Option<u64> {
    digits.iter().try_fold(0, |value, &byte| {
        Some(value * u64::from(radix) + digit_value(byte, radix)?)
    })
}

impl Big {
    /// From digits in `radix` (2..=36), letters in either case, the most significant first. None if there is no digit
    /// or a byte that is not one.
    pub fn parse(negative: bool, digits: &[u8], radix: u32) -> Option<Big> {
        assert_radix(radix);
        if digits.is_empty() {
            return None;
        }
        let significant = digits
            .iter()
            .position(|&byte| byte != b'0')
            .unwrap_or(digits.len());
        let digits = &digits[significant..];
        let Chunk {
            digits: per_limb,
            power,
        } = CHUNKS[radix as usize];
        if digits.len() > magnitude::LARGE * per_limb {
            // The library takes underscores for granted; Erlang's functions do not.
            if digits
                .iter()
                .any(|&byte| digit_value(byte, radix).is_none())
            {
                return None;
            }
            let text = std::str::from_utf8(digits).ok()?;
            let value = UBig::from_str_radix(text, radix).ok()?;
            return Some(Big::new(negative, SmallVec::from_slice(value.as_words())));
        }
        // The first chunk is the short one.
        let (first, rest) = digits.split_at(digits.len() % per_limb);
        let mut limbs = Limbs::with_capacity(digits.len() / per_limb + 1);
        limbs.push(chunk_value(first, radix)?);
        for chunk in rest.chunks_exact(per_limb) {
            let carry = magnitude::mul_add_limb(&mut limbs, power, chunk_value(chunk, radix)?);
            if carry != 0 {
                limbs.push(carry);
            }
        }
        Some(Big::new(negative, limbs))
    }
}

impl BigRef<'_> {
    /// Digits in `radix` (2..=36) with capital letters, after a minus sign if negative.
    pub fn to_text(self, radix: u32) -> String {
        assert_radix(radix);
        if self.limbs.len() > magnitude::LARGE {
            let mut text = UBig::from_words(self.limbs).in_radix(radix).to_string();
            text.make_ascii_uppercase();
            if self.negative {
                text.insert(0, '-');
            }
            return text;
        }
        let Chunk {
            digits: per_limb,
            power,
        } = CHUNKS[radix as usize];
        // From the right, then reversed.
        let mut text = Vec::with_capacity(self.limbs.len() * 64 / radix.ilog2() as usize + 2);
        let mut rest: Limbs = SmallVec::from_slice(self.limbs);
        while !rest.is_empty() {
            let chunk = magnitude::div_limb(&mut rest, power);
            rest.truncate(magnitude::trim(&rest).len());
            push_reversed(
                &mut text,
                chunk,
                radix,
                if rest.is_empty() { 1 } else { per_limb },
            );
        }
        if text.is_empty() {
            text.push(b'0');
        }
        if self.negative {
            text.push(b'-');
        }
        text.reverse();
        String::from_utf8(text).expect("digits are ASCII")
    }
}

/// Digits of `value`, the least significant first, at least `least` of them.
fn push_reversed(text: &mut Vec<u8>, value: u64, radix: u32, least: usize) {
    #[inline(always)]
    fn push(text: &mut Vec<u8>, mut value: u64, radix: u64, least: usize) {
        let start = text.len();
        while value != 0 || text.len() - start < least {
            text.push(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(value % radix) as usize]);
            value /= radix;
        }
    }
    match radix {
        // Division by a constant is a multiplication.
        10 => push(text, value, 10, least),
        16 => push(text, value, 16, least),
        _ => push(text, value, radix.into(), least),
    }
}

#[cfg(test)]
mod tests {
    use super::super::arith::{Numbers, oracle};
    use super::*;

    #[test]
    fn round_trips_in_every_radix() {
        let mut numbers = Numbers::new(3);
        for radix in 2..=36 {
            for round in 0..60 {
                let value = numbers.big(if round < 50 { 8 } else { 80 });
                let text = value.as_ref().to_text(radix);
                assert_eq!(
                    text,
                    oracle(&value)
                        .in_radix(radix)
                        .to_string()
                        .to_ascii_uppercase()
                );
                assert_eq!(
                    parse_integer(text.as_bytes(), radix),
                    Some(value.clone().into_integer())
                );
                let lower = text.to_ascii_lowercase();
                assert_eq!(
                    parse_integer(lower.as_bytes(), radix),
                    Some(value.into_integer())
                );
            }
        }
    }

    #[test]
    fn what_is_not_a_number() {
        for text in [
            "", "-", "+", "--1", "+-1", "1_000", " 1", "1 ", "12a", "é", "0x10",
        ] {
            assert_eq!(parse_integer(text.as_bytes(), 10), None, "{text}");
        }
        let mut long = "1".repeat(5_000);
        long.push('_');
        assert_eq!(parse_integer(long.as_bytes(), 10), None);
        assert_eq!(parse_integer(b"2", 2), None);
    }

    #[test]
    fn limits() {
        let ones = |count: usize| "1".repeat(count).into_bytes();
        let parse = |text: &[u8], radix| parse_integer_within(text, radix, 10_000).map(|_| ());
        assert_eq!(parse(&ones(10_000), 2), Ok(()));
        assert_eq!(parse(&ones(10_001), 2), Err(ParseError::TooLarge));
        assert_eq!(parse(&ones(3_011), 10), Ok(()));
        assert_eq!(parse(&ones(3_012), 10), Err(ParseError::TooLarge));
        assert_eq!(parse(&ones(1_000_000), 10), Err(ParseError::TooLarge));
        assert_eq!(
            parse(&[&ones(1_000_000)[..], b"x"].concat(), 10),
            Err(ParseError::NotAnInteger)
        );
        assert_eq!(parse(&[&[b'0'; 1_000_000][..], b"5"].concat(), 10), Ok(()));
    }

    #[test]
    fn edges() {
        assert_eq!(parse_integer(b"-0", 10), Some(Integer::Small(0)));
        assert_eq!(parse_integer(b"+7", 10), Some(Integer::Small(7)));
        assert_eq!(
            parse_integer(b"000000000000000000000000000000000000000000007", 10),
            Some(Integer::Small(7))
        );
        assert_eq!(
            parse_integer(b"-9223372036854775808", 10),
            Some(Integer::Small(i64::MIN))
        );
        assert_eq!(
            parse_integer(b"9223372036854775808", 10),
            Some(Integer::Big(Big::from(1u64 << 63)))
        );
        assert_eq!(Big::zero().as_ref().to_text(36), "0");
        assert_eq!(Big::from(-255i64).as_ref().to_text(16), "-FF");
    }

    #[test]
    fn long_numbers_take_no_quadratic_time() {
        // A quadratic method needs some 10^10 steps here.
        let text = "7".repeat(400_000);
        let value = Big::parse(false, text.as_bytes(), 10).unwrap();
        assert_eq!(value.bits(), 1_328_771);
        assert_eq!(value.as_ref().to_text(10), text);
    }
}
