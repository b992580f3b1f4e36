//! The `ExpT` and `LocT` chunks: functions others may call, and the module's own.
//!
//! The machine does not need `LocT`; profilers and disassemblers take names from it.

use crate::atoms;
use crate::cursor::Cursor;
use crate::error::{ChunkId, LoadError};
use crate::operand::AtomIx;

pub(crate) const EXPORTS: ChunkId = *b"ExpT";
pub(crate) const LOCALS: ChunkId = *b"LocT";

/// A function of this module and where it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Export {
    /// Its name.
    pub function: AtomIx,
    /// Its number of arguments.
    pub arity: u32,
    /// Its entry label.
    pub label: u32,
}

pub(crate) fn exports(
    chunk: ChunkId,
    data: &[u8],
    atom_count: usize,
    label_count: u32,
) -> Result<Vec<Export>, LoadError> {
    let mut cursor = Cursor::new(chunk, data);
    let count = cursor.count(12, "the number of functions")?;
    let mut exports = Vec::with_capacity(count);
    for _ in 0..count {
        let function = atoms::index(&mut cursor, atom_count, "a function name")?;
        let arity = arity(&mut cursor)?;
        exports.push(Export {
            function,
            arity,
            label: entry_label(&mut cursor, label_count)?,
        });
    }
    cursor.expect_end()?;
    Ok(exports)
}

pub(crate) fn arity(cursor: &mut Cursor<'_>) -> Result<u32, LoadError> {
    let offset = cursor.offset();
    let arity = cursor.u32("an arity")?;
    if arity > 255 {
        return Err(LoadError::out_of_range(
            cursor.chunk(),
            offset,
            "an arity",
            arity,
            256,
        ));
    }
    Ok(arity)
}

pub(crate) fn entry_label(cursor: &mut Cursor<'_>, label_count: u32) -> Result<u32, LoadError> {
    let offset = cursor.offset();
    let label = cursor.u32("an entry label")?;
    if label == 0 {
        return Err(cursor.unexpected(offset, "an entry label", "label 0"));
    }
    if label >= label_count {
        return Err(LoadError::out_of_range(
            cursor.chunk(),
            offset,
            "an entry label",
            label,
            label_count as usize,
        ));
    }
    Ok(label)
}
