//! The `Type` chunk: what the compiler knows about the values in typed registers.
//!
//! OTP 25 writes version 1, OTP 27 version 3 and OTP 29 version 4; bits move between them. We bring all to one
//! numbering. A version we do not know is ignored, as OTP does: types only permit cheaper code.

use crate::cursor::Cursor;
use crate::error::{ChunkId, LoadError};

pub(crate) const ID: ChunkId = *b"Type";

/// A set of kinds of terms, and bounds for some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeEntry {
    /// The kinds a value may be of: a union of the constants below, never empty.
    pub kinds: u16,
    /// Lower bound of an integer (and of a float).
    pub min: Option<i64>,
    /// Upper bound of an integer (and of a float).
    pub max: Option<i64>,
    /// A bitstring's size is a multiple of this: 1 to 256.
    pub unit: u16,
}

impl TypeEntry {
    /// An atom.
    pub const ATOM: u16 = 1 << 0;
    /// A bitstring.
    pub const BITSTRING: u16 = 1 << 1;
    /// A cons cell.
    pub const CONS: u16 = 1 << 2;
    /// A float.
    pub const FLOAT: u16 = 1 << 3;
    /// A fun.
    pub const FUN: u16 = 1 << 4;
    /// An integer of any size.
    pub const INTEGER: u16 = 1 << 5;
    /// A map.
    pub const MAP: u16 = 1 << 6;
    /// The empty list.
    pub const NIL: u16 = 1 << 7;
    /// A pid.
    pub const PID: u16 = 1 << 8;
    /// A port.
    pub const PORT: u16 = 1 << 9;
    /// A reference.
    pub const REFERENCE: u16 = 1 << 10;
    /// A tuple.
    pub const TUPLE: u16 = 1 << 11;
    /// A native record.
    pub const RECORD: u16 = 1 << 12;
    /// A match context. From version 3 the compiler does not tell it from a bitstring, so both are set there.
    pub const MATCH_CONTEXT: u16 = 1 << 13;
    /// Every kind.
    pub const KINDS: u16 = (1 << 14) - 1;

    /// Nothing is known.
    pub const ANY: TypeEntry = TypeEntry {
        kinds: TypeEntry::KINDS,
        min: None,
        max: None,
        unit: 1,
    };

    /// Whether values are only of these kinds.
    pub fn is_always(&self, kinds: u16) -> bool {
        self.kinds & !kinds == 0
    }

    /// Whether a value may be of one of these kinds.
    pub fn may_be(&self, kinds: u16) -> bool {
        self.kinds & kinds != 0
    }
}

/// Kinds that have been there since version 3, in the low bits.
const WITHOUT_RECORD: u16 = TypeEntry::RECORD - 1;
/// Kinds that an unknown kind would be mixed with: who may be all of these may be anything boxed.
const OTHERS: u16 = TypeEntry::PID | TypeEntry::PORT | TypeEntry::REFERENCE | TypeEntry::TUPLE;

type Read = fn(&mut Cursor<'_>) -> Result<TypeEntry, LoadError>;

/// The types; none if the version is unknown.
pub(crate) fn types(data: &[u8]) -> Result<Vec<TypeEntry>, LoadError> {
    let mut cursor = Cursor::new(ID, data);
    let version = cursor.u32("the version of the types")?;
    let (item_bytes, read): (usize, Read) = match version {
        1 => (18, version_1),
        3 => (2, version_3),
        4 => (2, version_4),
        _ => return Ok(Vec::new()),
    };
    let count = cursor.count(item_bytes, "the number of types")?;
    let mut types = Vec::with_capacity(count);
    for _ in 0..count {
        let offset = cursor.offset();
        let entry = read(&mut cursor)?;
        if entry.kinds == 0 {
            return Err(cursor.unexpected(offset, "a type", "the empty union"));
        }
        types.push(entry);
    }
    cursor.expect_end()?;
    match types.first() {
        Some(first) if *first != TypeEntry::ANY => {
            Err(cursor.unexpected(8, "`any` as the first type", "another"))
        }
        _ => Ok(types),
    }
}

/// Fixed size; the third bit is the match context; bounds hold if in order.
fn version_1(cursor: &mut Cursor<'_>) -> Result<TypeEntry, LoadError> {
    let bits = cursor.u16("a type")? & 0x1fff;
    let (min, max) = (cursor.i64("a lower bound")?, cursor.i64("an upper bound")?);
    let mut kinds = bits & 0b11 | (bits >> 1) & (WITHOUT_RECORD & !0b11);
    if bits & 0b100 != 0 {
        kinds |= TypeEntry::MATCH_CONTEXT;
    }
    let bounded = min <= max;
    Ok(TypeEntry {
        kinds: with_record(kinds),
        min: bounded.then_some(min),
        max: bounded.then_some(max),
        unit: 1,
    })
}

fn version_3(cursor: &mut Cursor<'_>) -> Result<TypeEntry, LoadError> {
    let bits = cursor.u16("a type")?;
    flagged(cursor, with_record(bits & WITHOUT_RECORD), bits >> 12)
}

fn version_4(cursor: &mut Cursor<'_>) -> Result<TypeEntry, LoadError> {
    let bits = cursor.u16("a type")?;
    flagged(
        cursor,
        bits & (WITHOUT_RECORD | TypeEntry::RECORD),
        bits >> 13,
    )
}

/// A compiler that knew no native records could not have excluded them.
fn with_record(kinds: u16) -> u16 {
    if kinds & OTHERS == OTHERS {
        kinds | TypeEntry::RECORD
    } else {
        kinds
    }
}

/// Bounds and unit follow if their flags are set.
fn flagged(cursor: &mut Cursor<'_>, mut kinds: u16, flags: u16) -> Result<TypeEntry, LoadError> {
    let offset = cursor.offset();
    if kinds & TypeEntry::BITSTRING != 0 {
        kinds |= TypeEntry::MATCH_CONTEXT;
    }
    if flags & 0b011 != 0 && kinds & (TypeEntry::INTEGER | TypeEntry::FLOAT) == 0 {
        return Err(cursor.unexpected(
            offset,
            "bounds only of numbers",
            format_args!("kinds {kinds:#x}"),
        ));
    }
    if flags & 0b100 != 0 && kinds & TypeEntry::BITSTRING == 0 {
        return Err(cursor.unexpected(
            offset,
            "a unit only of bitstrings",
            format_args!("kinds {kinds:#x}"),
        ));
    }
    let min = if flags & 0b001 != 0 {
        Some(cursor.i64("a lower bound")?)
    } else {
        None
    };
    let max = if flags & 0b010 != 0 {
        Some(cursor.i64("an upper bound")?)
    } else {
        None
    };
    let unit = if flags & 0b100 != 0 {
        u16::from(cursor.u8("a unit")?) + 1
    } else {
        1
    };
    Ok(TypeEntry {
        kinds,
        min,
        max,
        unit,
    })
}
