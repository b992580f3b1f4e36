//! The `ImpT` chunk: functions of other modules, and BIFs, that the code calls by index.

use crate::atoms;
use crate::cursor::Cursor;
use crate::error::{ChunkId, LoadError};
use crate::exports::arity;
use crate::operand::AtomIx;

pub(crate) const ID: ChunkId = *b"ImpT";

/// A function that is called from outside its module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Import {
    /// Its module.
    pub module: AtomIx,
    /// Its name.
    pub function: AtomIx,
    /// Its number of arguments.
    pub arity: u32,
}

pub(crate) fn imports(data: &[u8], atom_count: usize) -> Result<Vec<Import>, LoadError> {
    let mut cursor = Cursor::new(ID, data);
    let count = cursor.count(12, "the number of imports")?;
    let mut imports = Vec::with_capacity(count);
    for _ in 0..count {
        let module = atoms::index(&mut cursor, atom_count, "the module of an import")?;
        let function = atoms::index(&mut cursor, atom_count, "the function of an import")?;
        imports.push(Import {
            module,
            function,
            arity: arity(&mut cursor)?,
        });
    }
    cursor.expect_end()?;
    Ok(imports)
}
