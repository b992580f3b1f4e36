//! The `Recs` chunk: native record definitions (OTP 29).
//!
//! Each stands as a pseudo instruction `call_last/3`: name, whether exported, and a list of field names and
//! defaults.

use crate::cursor::Cursor;
use crate::error::{ChunkId, LoadError};
use crate::genop::Op;
use crate::operand::{self, AtomIx, Limits, Operand};

pub(crate) const ID: ChunkId = *b"Recs";

/// A native record's definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordDef {
    /// Its name.
    pub name: AtomIx,
    /// Whether other modules may use it.
    pub exported: bool,
    /// Its fields, in order of definition.
    pub fields: Vec<RecordField>,
}

/// A field of a native record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordField {
    /// Its name.
    pub name: AtomIx,
    /// Its default: an atom, nil, integer or literal.
    pub default: Option<Operand>,
}

pub(crate) fn records(
    data: &[u8],
    atoms: &[String],
    limits: &Limits,
) -> Result<Vec<RecordDef>, LoadError> {
    let mut cursor = Cursor::new(ID, data);
    let version = cursor.u32("the version of the records")?;
    if version != 0 {
        return Err(cursor.unexpected(0, "records of version 0", version));
    }
    let count = cursor.u32("the number of records")?;
    let field_count = cursor.u32("the number of fields")?;
    let count = cursor.check_count(4, u64::from(count), 5, "the number of records")?;

    let mut records = Vec::with_capacity(count);
    let mut fields_seen = 0;
    for _ in 0..count {
        let record = record(&mut cursor, atoms, limits)?;
        fields_seen += record.fields.len();
        records.push(record);
    }
    cursor.expect_end()?;
    if fields_seen != field_count as usize {
        return Err(cursor.unexpected(8, "the number of fields there are", field_count));
    }
    Ok(records)
}

fn record(
    cursor: &mut Cursor<'_>,
    atoms: &[String],
    limits: &Limits,
) -> Result<RecordDef, LoadError> {
    let offset = cursor.offset();
    let opcode = cursor.u8("a record")?;
    if opcode != Op::CallLast.number() {
        return Err(cursor.unexpected(offset, "a record (byte 5)", opcode));
    }
    let name = atom(cursor, limits, "the name of a record")?;
    let offset = cursor.offset();
    let exported = atom(cursor, limits, "true or false")?;
    let exported = match atoms.get(exported.0 as usize).map(String::as_str) {
        Some("true") => true,
        Some("false") => false,
        _ => return Err(cursor.unexpected(offset, "true or false", "another atom")),
    };
    let offset = cursor.offset();
    let Operand::List(list) = operand::operand(cursor, limits)? else {
        return Err(cursor.unexpected(offset, "the fields of a record", "no list"));
    };
    let (pairs, odd) = list.as_chunks::<2>();
    if !odd.is_empty() {
        return Err(cursor.unexpected(offset, "a default for each field", "an odd list"));
    }
    let mut fields = Vec::with_capacity(pairs.len());
    for [name, default] in pairs {
        let Operand::Atom(name) = *name else {
            return Err(cursor.unexpected(offset, "the name of a field", name.form()));
        };
        let default = match default {
            Operand::Unsigned(0) => None,
            Operand::Nil
            | Operand::Atom(_)
            | Operand::Int(_)
            | Operand::BigInt { .. }
            | Operand::Literal(_) => Some(default.clone()),
            other => return Err(cursor.unexpected(offset, "a default of a field", other.form())),
        };
        fields.push(RecordField { name, default });
    }
    Ok(RecordDef {
        name,
        exported,
        fields,
    })
}

fn atom(
    cursor: &mut Cursor<'_>,
    limits: &Limits,
    expected: &'static str,
) -> Result<AtomIx, LoadError> {
    let offset = cursor.offset();
    match operand::operand(cursor, limits)? {
        Operand::Atom(atom) => Ok(atom),
        other => Err(cursor.unexpected(offset, expected, other.form())),
    }
}
