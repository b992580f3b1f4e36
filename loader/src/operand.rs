//! The compact term encoding: how operands stand in the code.
//!
//! The low three bits of the first byte are a tag, the rest a value of one, two or more bytes. Tag 7 opens the
//! extended forms (lists, float registers, allocation lists, literals, typed registers). Lists do not nest in
//! any instruction, so decoding needs no recursion over the input.

use crate::cursor::Cursor;
use crate::error::LoadError;

/// Index of an atom; 1 is the module's name, 0 is never used (nil has its own operand).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AtomIx(pub u32);

/// Heap need split by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AllocList {
    /// Words for terms.
    pub words: u32,
    /// Number of floats.
    pub floats: u32,
    /// Number of funs.
    pub funs: u32,
}

/// One operand of a generic instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// The empty list.
    Nil,
    /// An atom.
    Atom(AtomIx),
    /// An integer.
    Int(i64),
    /// An integer outside `i64`.
    BigInt {
        /// Below zero.
        negative: bool,
        /// The absolute value, most significant byte first, without leading zeros.
        magnitude_be: Vec<u8>,
    },
    /// An untagged number: count, index, size.
    Unsigned(u64),
    /// An untagged number outside `u64`, most significant byte first, without leading zeros. Only as a size,
    /// which then is a `system_limit` at run time.
    BigUnsigned(Vec<u8>),
    /// An x register.
    X(u16),
    /// A y register.
    Y(u16),
    /// An x register and the index of its type. Only if the file has types.
    TypedX(u16, u32),
    /// A y register and the index of its type. Only if the file has types.
    TypedY(u16, u32),
    /// A label; 0 is none.
    Label(u32),
    /// A float register.
    FloatReg(u16),
    /// The index of a literal.
    Literal(u32),
    /// A list of operands; only as the last operand.
    List(Vec<Operand>),
    /// Heap need split by kind.
    Alloc(AllocList),
}

impl Operand {
    /// The name of its form, for messages.
    pub fn form(&self) -> &'static str {
        match self {
            Operand::Nil => "nil",
            Operand::Atom(_) => "an atom",
            Operand::Int(_) | Operand::BigInt { .. } => "an integer",
            Operand::Unsigned(_) | Operand::BigUnsigned(_) => "an untagged number",
            Operand::X(_) | Operand::TypedX(..) => "an x register",
            Operand::Y(_) | Operand::TypedY(..) => "a y register",
            Operand::Label(_) => "a label",
            Operand::FloatReg(_) => "a float register",
            Operand::Literal(_) => "a literal",
            Operand::List(_) => "a list",
            Operand::Alloc(_) => "an allocation list",
        }
    }
}

/// How many x registers code may name: OTP's compiler leaves the last of 1,024 to the loader.
pub const X_REGISTERS: u16 = 1023;
/// How many y registers code may name.
pub const Y_REGISTERS: u16 = 1024;
/// How many float registers there are.
pub const FLOAT_REGISTERS: u16 = 1024;

/// First numbers that operands may not reach.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    pub(crate) atoms: usize,
    pub(crate) labels: usize,
    pub(crate) literals: usize,
    /// 0 if the file has no types: then they are dropped from registers.
    pub(crate) types: usize,
}

/// The low three bits of an encoded operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    Unsigned,
    Integer,
    Atom,
    X,
    Y,
    Label,
    Character,
    Extended,
}

/// The value after a tag.
pub(crate) enum Value<'a> {
    /// Encoded in the tag's byte, or that and the next: below 2,048.
    Short(u32),
    /// Bytes, most significant first: two's complement for integers, else without sign.
    Bytes(&'a [u8]),
}

/// Reads a tag and its value.
#[inline]
pub(crate) fn tagged<'a>(cursor: &mut Cursor<'a>) -> Result<(Tag, Value<'a>), LoadError> {
    let first = cursor.u8("an operand")?;
    let tag = match first & 7 {
        0 => Tag::Unsigned,
        1 => Tag::Integer,
        2 => Tag::Atom,
        3 => Tag::X,
        4 => Tag::Y,
        5 => Tag::Label,
        6 => Tag::Character,
        _ => Tag::Extended,
    };
    if first & 0x08 == 0 {
        return Ok((tag, Value::Short(u32::from(first >> 4))));
    }
    if first & 0x10 == 0 {
        let low = cursor.u8("the second byte of an operand")?;
        return Ok((
            tag,
            Value::Short(u32::from(first >> 5) << 8 | u32::from(low)),
        ));
    }
    let length = match first >> 5 {
        7 => long_length(cursor)?,
        short => usize::from(short) + 2,
    };
    Ok((
        tag,
        Value::Bytes(cursor.bytes(length, "the bytes of an operand")?),
    ))
}

/// The length of a value of nine bytes or more, itself an untagged number.
fn long_length(cursor: &mut Cursor<'_>) -> Result<usize, LoadError> {
    let offset = cursor.offset();
    let first = cursor.u8("the length of an operand")?;
    if first & 7 != 0 || first >> 3 == 0b11111 {
        return Err(cursor.unexpected(
            offset,
            "the length of an operand",
            format_args!("byte {first}"),
        ));
    }
    let beyond = if first & 0x08 == 0 {
        u64::from(first >> 4)
    } else if first & 0x10 == 0 {
        u64::from(first >> 5) << 8 | u64::from(cursor.u8("the length of an operand")?)
    } else {
        let bytes = cursor.bytes(usize::from(first >> 5) + 2, "the length of an operand")?;
        unsigned(bytes).ok_or_else(|| {
            cursor.unexpected(offset, "the length of an operand", "more than 64 bits")
        })?
    };
    cursor.check_count(
        offset,
        beyond.saturating_add(9),
        1,
        "the length of an operand",
    )
}

/// The number in these bytes unless it needs more than 64 bits.
fn unsigned(bytes: &[u8]) -> Option<u64> {
    let significant = without_leading(bytes, 0);
    if significant.len() > 8 {
        return None;
    }
    Some(
        significant
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte)),
    )
}

fn without_leading(bytes: &[u8], filler: u8) -> &[u8] {
    let start = bytes
        .iter()
        .position(|byte| *byte != filler)
        .unwrap_or(bytes.len());
    &bytes[start..]
}

/// The integer in these two's complement bytes.
fn integer(bytes: &[u8]) -> Operand {
    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    let filler = if negative { 0xff } else { 0 };
    let significant = without_leading(bytes, filler);
    let sign_kept = significant
        .first()
        .is_some_and(|byte| (byte & 0x80 != 0) == negative);
    if significant.len() < 8 || (significant.len() == 8 && sign_kept) {
        let start = if negative { -1 } else { 0 };
        return Operand::Int(
            significant
                .iter()
                .fold(start, |number, byte| number << 8 | i64::from(*byte)),
        );
    }
    if !negative {
        return Operand::BigInt {
            negative,
            magnitude_be: significant.to_vec(),
        };
    }
    // -n is the complement of n - 1. The sign byte gives room for the carry of -(2^8k).
    let mut magnitude_be = Vec::with_capacity(significant.len() + 1);
    magnitude_be.push(0);
    magnitude_be.extend(significant.iter().map(|byte| !byte));
    for byte in magnitude_be.iter_mut().rev() {
        let (sum, carry) = byte.overflowing_add(1);
        *byte = sum;
        if !carry {
            break;
        }
    }
    let zeros = magnitude_be.len() - without_leading(&magnitude_be, 0).len();
    magnitude_be.drain(..zeros);
    Operand::BigInt {
        negative,
        magnitude_be,
    }
}

/// An index or register number: not negative and below `limit`.
fn index(
    cursor: &Cursor<'_>,
    offset: usize,
    value: &Value<'_>,
    what: &'static str,
    limit: usize,
) -> Result<u32, LoadError> {
    let number = match value {
        Value::Short(number) => u64::from(*number),
        Value::Bytes(bytes) => unsigned(bytes).unwrap_or(u64::MAX),
    };
    match u32::try_from(number) {
        Ok(small) if (small as usize) < limit => Ok(small),
        _ => Err(LoadError::out_of_range(
            cursor.chunk(),
            offset,
            what,
            number,
            limit,
        )),
    }
}

/// A number that stands untagged; `limit` is the first that is too large.
pub(crate) fn untagged(
    cursor: &mut Cursor<'_>,
    what: &'static str,
    limit: usize,
) -> Result<u32, LoadError> {
    let offset = cursor.offset();
    match tagged(cursor)? {
        (Tag::Unsigned, value) => index(cursor, offset, &value, what, limit),
        (tag, _) => Err(cursor.unexpected(offset, what, format_args!("tag {tag:?}"))),
    }
}

/// Reads an operand.
#[inline]
pub(crate) fn operand(cursor: &mut Cursor<'_>, limits: &Limits) -> Result<Operand, LoadError> {
    match short(cursor, limits) {
        Some(operand) => Ok(operand),
        None => any_operand(cursor, limits),
    }
}

/// An operand of one or two bytes, as nearly all are, if nothing is wrong with it; else nothing is read.
#[inline]
fn short(cursor: &mut Cursor<'_>, limits: &Limits) -> Option<Operand> {
    let (first, second) = cursor.peek()?;
    let (value, length) = match first & 0x18 {
        0x08 => (u32::from(first >> 5) << 8 | u32::from(second?), 2),
        0x18 => return None,
        _ => (u32::from(first >> 4), 1),
    };
    let operand = match first & 7 {
        0 => Operand::Unsigned(u64::from(value)),
        1 => Operand::Int(i64::from(value)),
        2 if value == 0 => Operand::Nil,
        2 if (value as usize) < limits.atoms => Operand::Atom(AtomIx(value)),
        3 if value < u32::from(X_REGISTERS) => Operand::X(value as u16),
        4 if value < u32::from(Y_REGISTERS) => Operand::Y(value as u16),
        5 if (value as usize) < limits.labels => Operand::Label(value),
        _ => return None,
    };
    cursor.pass(length);
    Some(operand)
}

#[inline(never)]
fn any_operand(cursor: &mut Cursor<'_>, limits: &Limits) -> Result<Operand, LoadError> {
    let offset = cursor.offset();
    let (tag, value) = tagged(cursor)?;
    if tag != Tag::Extended {
        return plain(cursor, offset, tag, value, limits);
    }
    match value {
        Value::Short(1) => {
            let count = untagged(cursor, "a list length", cursor.remaining() + 1)? as usize;
            let count = cursor.check_count(offset, count as u64, 1, "a list length")?;
            let mut items = Vec::with_capacity(count);
            for _ in 0..count {
                items.push(list_item(cursor, limits)?);
            }
            Ok(Operand::List(items))
        }
        value => extended(cursor, offset, value, limits),
    }
}

fn list_item(cursor: &mut Cursor<'_>, limits: &Limits) -> Result<Operand, LoadError> {
    if let Some(operand) = short(cursor, limits) {
        return Ok(operand);
    }
    let offset = cursor.offset();
    match tagged(cursor)? {
        (Tag::Extended, value) => extended(cursor, offset, value, limits),
        (tag, value) => plain(cursor, offset, tag, value, limits),
    }
}

fn plain(
    cursor: &Cursor<'_>,
    offset: usize,
    tag: Tag,
    value: Value<'_>,
    limits: &Limits,
) -> Result<Operand, LoadError> {
    Ok(match tag {
        Tag::Unsigned => match value {
            Value::Short(number) => Operand::Unsigned(u64::from(number)),
            Value::Bytes(bytes) => match unsigned(bytes) {
                Some(number) => Operand::Unsigned(number),
                None => Operand::BigUnsigned(without_leading(bytes, 0).to_vec()),
            },
        },
        Tag::Integer => match value {
            Value::Short(number) => Operand::Int(i64::from(number)),
            Value::Bytes(bytes) => integer(bytes),
        },
        Tag::Atom => match index(cursor, offset, &value, "an atom index", limits.atoms)? {
            0 => Operand::Nil,
            atom => Operand::Atom(AtomIx(atom)),
        },
        Tag::X => Operand::X(index(
            cursor,
            offset,
            &value,
            "an x register",
            usize::from(X_REGISTERS),
        )? as u16),
        Tag::Y => Operand::Y(index(
            cursor,
            offset,
            &value,
            "a y register",
            usize::from(Y_REGISTERS),
        )? as u16),
        Tag::Label => Operand::Label(index(cursor, offset, &value, "a label", limits.labels)?),
        Tag::Character | Tag::Extended => {
            return Err(cursor.unexpected(offset, "an operand", "the unused tag for characters"));
        }
    })
}

fn extended(
    cursor: &mut Cursor<'_>,
    offset: usize,
    kind: Value<'_>,
    limits: &Limits,
) -> Result<Operand, LoadError> {
    let Value::Short(kind) = kind else {
        return Err(cursor.unexpected(offset, "an extended operand", "an overlong tag"));
    };
    match kind {
        0 => Err(cursor.unexpected(offset, "an extended operand", "a float of before OTP R12")),
        1 => Err(cursor.unexpected(offset, "an item of a list", "a list")),
        2 => {
            Ok(Operand::FloatReg(
                untagged(cursor, "a float register", usize::from(FLOAT_REGISTERS))? as u16,
            ))
        }
        3 => {
            let kinds = untagged(cursor, "the length of an allocation list", 4)?;
            let mut need = AllocList::default();
            for _ in 0..kinds {
                let offset = cursor.offset();
                let kind = untagged(cursor, "a kind of allocation", 3)?;
                let size = untagged(cursor, "an allocation size", HEAP_LIMIT)?;
                let field = match kind {
                    0 => &mut need.words,
                    1 => &mut need.floats,
                    _ => &mut need.funs,
                };
                if *field != 0 {
                    return Err(cursor.unexpected(offset, "another kind of allocation", kind));
                }
                *field = size;
            }
            Ok(Operand::Alloc(need))
        }
        4 => Ok(Operand::Literal(untagged(
            cursor,
            "a literal index",
            limits.literals,
        )?)),
        5 => {
            let register = tagged(cursor)?;
            let register = match register {
                (Tag::X, value) => Operand::X(index(
                    cursor,
                    offset,
                    &value,
                    "an x register",
                    usize::from(X_REGISTERS),
                )? as u16),
                (Tag::Y, value) => Operand::Y(index(
                    cursor,
                    offset,
                    &value,
                    "a y register",
                    usize::from(Y_REGISTERS),
                )? as u16),
                (tag, _) => {
                    return Err(cursor.unexpected(
                        offset,
                        "a typed register",
                        format_args!("tag {tag:?}"),
                    ));
                }
            };
            let no_limit = u32::MAX as usize;
            let known = if limits.types == 0 {
                no_limit
            } else {
                limits.types
            };
            let type_index = untagged(cursor, "a type index", known)?;
            Ok(match register {
                Operand::X(number) if limits.types != 0 => Operand::TypedX(number, type_index),
                Operand::Y(number) if limits.types != 0 => Operand::TypedY(number, type_index),
                untyped => untyped,
            })
        }
        other => {
            Err(cursor.unexpected(offset, "an extended operand", format_args!("kind {other}")))
        }
    }
}

/// A single instruction may not ask for this many words of heap or more.
pub(crate) const HEAP_LIMIT: usize = 1 << 28;
