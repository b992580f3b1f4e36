//! The `FunT` chunk: what `make_fun3` and `call_fun2` name by index.

use crate::atoms;
use crate::cursor::Cursor;
use crate::error::{ChunkId, LoadError};
use crate::exports::{arity, entry_label};
use crate::operand::AtomIx;

pub(crate) const ID: ChunkId = *b"FunT";

/// Bytes of an entry; `old_uniq` is the last four.
pub(crate) const ENTRY_BYTES: usize = 24;

/// A fun's code and identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FunEntry {
    /// Name of the function that holds the fun's body, such as `-main/0-fun-0-`.
    pub function: AtomIx,
    /// Arity of that function: the fun's own and the free variables.
    pub arity: u32,
    /// Its entry label.
    pub label: u32,
    /// Number of the fun in its module, as printed in `#Fun<m.Index.Uniq>`.
    pub index: u32,
    /// Number of free variables, at most `arity`.
    pub num_free: u32,
    /// A hash over the fun's source, as printed.
    pub old_uniq: u32,
}

pub(crate) fn funs(
    data: &[u8],
    atom_count: usize,
    label_count: u32,
) -> Result<Vec<FunEntry>, LoadError> {
    let mut cursor = Cursor::new(ID, data);
    let count = cursor.count(ENTRY_BYTES, "the number of funs")?;
    let mut funs = Vec::with_capacity(count);
    for _ in 0..count {
        let function = atoms::index(&mut cursor, atom_count, "the function of a fun")?;
        let arity = arity(&mut cursor)?;
        let label = entry_label(&mut cursor, label_count)?;
        let index = cursor.u32("the index of a fun")?;
        let offset = cursor.offset();
        let num_free = cursor.u32("the free variables of a fun")?;
        if num_free > arity {
            let limit = arity as usize + 1;
            return Err(LoadError::out_of_range(
                ID,
                offset,
                "a number of free variables",
                num_free,
                limit,
            ));
        }
        let old_uniq = cursor.u32("the hash of a fun")?;
        funs.push(FunEntry {
            function,
            arity,
            label,
            index,
            num_free,
            old_uniq,
        });
    }
    cursor.expect_end()?;
    Ok(funs)
}
