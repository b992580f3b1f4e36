//! Character tables of Latin-1, for bytes that are no UTF-8. Laid out as `pcre2_maketables` does it: lower case, other case, ten
//! classes of 32 bytes, types.

use std::sync::OnceLock;

const CLASSES: usize = 512;
const TYPES: usize = CLASSES + 320;
/// Bytes of the tables.
pub(crate) const LENGTH: usize = TYPES + 256;

/// What stands at which place of the classes.
mod class {
    pub(super) const SPACE: usize = 0;
    pub(super) const XDIGIT: usize = 32;
    pub(super) const DIGIT: usize = 64;
    pub(super) const UPPER: usize = 96;
    pub(super) const LOWER: usize = 128;
    pub(super) const WORD: usize = 160;
    pub(super) const GRAPH: usize = 192;
    pub(super) const PRINT: usize = 224;
    pub(super) const PUNCT: usize = 256;
    pub(super) const CNTRL: usize = 288;
}

fn upper(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | 192..=214 | 216..=222)
}

/// With the ordinals and the micro sign, which have no upper case.
fn lower(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | 170 | 181 | 186 | 223..=246 | 248..=255)
}

/// The same letter in the other case.
fn other_case(byte: u8) -> u8 {
    match byte {
        _ if upper(byte) => byte + 32,
        b'a'..=b'z' | 224..=246 | 248..=254 => byte - 32,
        _ => byte,
    }
}

fn build() -> [u8; LENGTH] {
    let mut tables = [0; LENGTH];
    for byte in 0..=255u8 {
        let index = usize::from(byte);
        let (upper, lower) = (upper(byte), lower(byte));
        let digit = byte.is_ascii_digit();
        let letter = upper || lower;
        let word = letter || digit || byte == b'_';
        let space = matches!(byte, 9..=13 | b' ');
        let graph = matches!(byte, 33..=126 | 160..=255);
        tables[index] = if upper { byte + 32 } else { byte };
        tables[256 + index] = other_case(byte);
        let classes = [
            (class::SPACE, space),
            (class::XDIGIT, byte.is_ascii_hexdigit()),
            (class::DIGIT, digit),
            (class::UPPER, upper),
            (class::LOWER, lower),
            (class::WORD, word),
            (class::GRAPH, graph),
            (class::PRINT, graph || byte == b' '),
            (class::PUNCT, graph && !letter && !digit),
            (class::CNTRL, matches!(byte, 0..=31 | 127..=159)),
        ];
        for (place, is_in) in classes {
            tables[CLASSES + place + index / 8] |= u8::from(is_in) << (index % 8);
        }
        let types = [space, letter, lower, digit, word];
        tables[TYPES + index] = types
            .into_iter()
            .enumerate()
            .map(|(bit, is_of)| u8::from(is_of) << bit)
            .sum();
    }
    tables
}

/// The tables.
pub(crate) fn latin1() -> &'static [u8; LENGTH] {
    static TABLES: OnceLock<[u8; LENGTH]> = OnceLock::new();
    TABLES.get_or_init(build)
}
