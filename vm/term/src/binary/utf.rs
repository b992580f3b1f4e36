//! UTF-8, UTF-16 and UTF-32 as the bit syntax has them: a code point is 0..16#D7FF or 16#E000..16#10FFFF; overlong forms, lone
//! surrogates and anything larger match nothing and cannot be built.

use super::Endian;

/// May a segment of a utf type hold this?
#[inline(always)]
pub const fn is_code_point(value: u64) -> bool {
    value < 0xd800 || (value > 0xdfff && value <= 0x10_ffff)
}

/// Bytes that a code point takes in UTF-8.
#[inline(always)]
pub const fn utf8_len(point: u32) -> usize {
    match point {
        0..0x80 => 1,
        0x80..0x800 => 2,
        0x800..0x1_0000 => 3,
        _ => 4,
    }
}

/// Bytes that a code point takes in UTF-16.
#[inline(always)]
pub const fn utf16_len(point: u32) -> usize {
    if point < 0x1_0000 { 2 } else { 4 }
}

/// Encodes; the first [`utf8_len`] bytes count.
#[inline(always)]
pub const fn encode_utf8(point: u32) -> [u8; 4] {
    match point {
        0..0x80 => [point as u8, 0, 0, 0],
        0x80..0x800 => [0xc0 | (point >> 6) as u8, last_bits(point, 0), 0, 0],
        0x800..0x1_0000 => [
            0xe0 | (point >> 12) as u8,
            last_bits(point, 6),
            last_bits(point, 0),
            0,
        ],
        _ => [
            0xf0 | (point >> 18) as u8,
            last_bits(point, 12),
            last_bits(point, 6),
            last_bits(point, 0),
        ],
    }
}

#[inline(always)]
const fn last_bits(point: u32, shift: u32) -> u8 {
    0x80 | ((point >> shift) & 0x3f) as u8
}

/// Encodes; the first [`utf16_len`] bytes count.
#[inline(always)]
pub fn encode_utf16(point: u32, endian: Endian) -> [u8; 4] {
    let unit = |unit: u16| match endian {
        Endian::Big => unit.to_be_bytes(),
        Endian::Little => unit.to_le_bytes(),
    };
    if point < 0x1_0000 {
        let [a, b] = unit(point as u16);
        return [a, b, 0, 0];
    }
    let rest = point - 0x1_0000;
    let [a, b] = unit(0xd800 | (rest >> 10) as u16);
    let [c, d] = unit(0xdc00 | (rest & 0x3ff) as u16);
    [a, b, c, d]
}

/// The code point that `bytes` begin with and its length; `None` if they begin with none.
#[inline]
pub fn decode_utf8(bytes: &[u8]) -> Option<(u32, usize)> {
    let tail = |at: usize| match bytes.get(at) {
        Some(&byte) if byte & 0xc0 == 0x80 => Some(u32::from(byte & 0x3f)),
        _ => None,
    };
    let first = u32::from(*bytes.first()?);
    let (point, length, least) = match first {
        0..0x80 => return Some((first, 1)),
        0xc2..0xe0 => ((first & 0x1f) << 6 | tail(1)?, 2, 0x80),
        0xe0..0xf0 => ((first & 0x0f) << 12 | tail(1)? << 6 | tail(2)?, 3, 0x800),
        0xf0..0xf5 => (
            (first & 0x07) << 18 | tail(1)? << 12 | tail(2)? << 6 | tail(3)?,
            4,
            0x1_0000,
        ),
        _ => return None,
    };
    (point >= least && is_code_point(u64::from(point))).then_some((point, length))
}

/// The code point that `bytes` begin with and its length; `None` if they begin with none.
#[inline]
pub fn decode_utf16(bytes: &[u8], endian: Endian) -> Option<(u32, usize)> {
    let unit = |at: usize| {
        let pair = [*bytes.get(at)?, *bytes.get(at + 1)?];
        Some(u32::from(match endian {
            Endian::Big => u16::from_be_bytes(pair),
            Endian::Little => u16::from_le_bytes(pair),
        }))
    };
    match unit(0)? {
        high @ 0xd800..0xdc00 => match unit(2)? {
            low @ 0xdc00..0xe000 => Some((0x1_0000 + ((high & 0x3ff) << 10 | low & 0x3ff), 4)),
            _ => None,
        },
        0xdc00..0xe000 => None,
        point => Some((point, 2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_point_comes_back() {
        for point in 0..=0x11_0000u32 {
            assert_eq!(
                is_code_point(u64::from(point)),
                char::from_u32(point).is_some()
            );
            let Some(char) = char::from_u32(point) else {
                continue;
            };
            let mut text = [0; 4];
            let text = char.encode_utf8(&mut text).as_bytes();
            let encoded = encode_utf8(point);
            assert_eq!(&encoded[..utf8_len(point)], text);
            assert_eq!(decode_utf8(text), Some((point, text.len())));
            assert_eq!(decode_utf8(&text[..text.len() - 1]), None);
            for endian in [Endian::Big, Endian::Little] {
                let encoded = encode_utf16(point, endian);
                let length = utf16_len(point);
                assert_eq!(
                    decode_utf16(&encoded[..length], endian),
                    Some((point, length))
                );
                assert_eq!(decode_utf16(&encoded[..length - 1], endian), None);
            }
        }
    }

    #[test]
    fn wrong_utf8_is_refused_as_the_library_does() {
        for first in 0..=255u8 {
            for second in 0..=255u8 {
                for rest in [[0x80, 0x80], [0xbf, 0xbf], [0x00, 0x80], [0x80, 0xc0]] {
                    let bytes = [first, second, rest[0], rest[1]];
                    let expected = (1..=4).find_map(|length| {
                        let char = std::str::from_utf8(&bytes[..length]).ok()?.chars().next()?;
                        Some((char as u32, length))
                    });
                    assert_eq!(decode_utf8(&bytes), expected, "{bytes:?}");
                }
            }
        }
    }
}
