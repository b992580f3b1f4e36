//! The `AtU8` chunk: the atoms that code and other chunks name by index.
//!
//! Up to OTP 27 lengths are single bytes. From 28 the count is negative and lengths are compact terms, since a
//! name of 255 characters may take 1,020 bytes.

use crate::cursor::Cursor;
use crate::error::{ChunkId, LoadError};
use crate::operand;

pub(crate) const ID: ChunkId = *b"AtU8";

/// An atom may have this many characters.
const MAX_CHARACTERS: usize = 255;
const MAX_BYTES: usize = 4 * MAX_CHARACTERS;

/// The atoms' names; index 0 stays empty, since index 0 means nil where operands name an atom.
pub(crate) fn atoms(data: &[u8]) -> Result<Vec<String>, LoadError> {
    let mut cursor = Cursor::new(ID, data);
    let count = cursor.u32("the number of atoms")? as i32;
    let long_lengths = count < 0;
    let count = cursor.check_count(0, u64::from(count.unsigned_abs()), 1, "the number of atoms")?;
    if count == 0 {
        return Err(cursor.unexpected(0, "at least the module's name", "no atoms"));
    }

    let mut atoms = Vec::with_capacity(count + 1);
    atoms.push(String::new());
    for _ in 0..count {
        let length = match long_lengths {
            false => usize::from(cursor.u8("the length of an atom")?),
            true => {
                operand::untagged(&mut cursor, "the length of an atom", MAX_BYTES + 1)? as usize
            }
        };
        let offset = cursor.offset();
        let name = cursor.bytes(length, "an atom")?;
        match str::from_utf8(name) {
            Ok(name) if name.chars().count() <= MAX_CHARACTERS => atoms.push(name.to_owned()),
            Ok(_) => {
                return Err(cursor.unexpected(
                    offset,
                    "an atom of at most 255 characters",
                    "a longer one",
                ));
            }
            Err(error) => return Err(cursor.unexpected(offset, "an atom in UTF-8", error)),
        }
    }
    cursor.expect_end()?;
    Ok(atoms)
}

/// Reads an atom's index and checks it; nil is not allowed.
pub(crate) fn index(
    cursor: &mut Cursor<'_>,
    atoms: usize,
    what: &'static str,
) -> Result<operand::AtomIx, LoadError> {
    let offset = cursor.offset();
    let number = cursor.u32(what)?;
    if number == 0 {
        return Err(cursor.unexpected(offset, what, "atom index 0"));
    }
    if number as usize >= atoms {
        return Err(LoadError::out_of_range(
            cursor.chunk(),
            offset,
            what,
            number,
            atoms,
        ));
    }
    Ok(operand::AtomIx(number))
}
