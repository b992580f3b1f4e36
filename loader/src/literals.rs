//! The `LitT` chunk: constant terms, kept here as external terms.
//!
//! Compressed with zlib up to OTP 27; from 28 plain, with an uncompressed size of 0.

use std::borrow::Cow;
use std::io::Read;

use crate::container::{INFLATED_LIMIT, inflate_error};
use crate::cursor::Cursor;
use crate::error::{ChunkId, LoadError};

pub(crate) const ID: ChunkId = *b"LitT";

/// Each literal's external term, version byte included.
pub(crate) fn literals(data: &[u8]) -> Result<Vec<Vec<u8>>, LoadError> {
    let table = table(data)?;
    let mut cursor = Cursor::new(ID, &table);
    let count = cursor.count(4, "the number of literals")?;
    let mut literals = Vec::with_capacity(count);
    for _ in 0..count {
        let length = cursor.count(1, "the size of a literal")?;
        literals.push(cursor.bytes(length, "a literal")?.to_vec());
    }
    cursor.expect_end()?;
    Ok(literals)
}

/// The chunk's data, inflated if need be.
fn table(data: &[u8]) -> Result<Cow<'_, [u8]>, LoadError> {
    let mut cursor = Cursor::new(ID, data);
    let size = cursor.u32("the size of the literals")?;
    let stream = cursor.bytes(cursor.remaining(), "the literals")?;
    if size == 0 {
        return Ok(Cow::Borrowed(stream));
    }
    // The size is only believed once that many bytes have come out.
    if u64::from(size) > INFLATED_LIMIT {
        return Err(LoadError::out_of_range(
            ID,
            0,
            "the size of the literals",
            size,
            INFLATED_LIMIT as usize + 1,
        ));
    }
    let mut inflated = Vec::with_capacity((size as usize).min(16 * stream.len()));
    flate2::read::ZlibDecoder::new(stream)
        .take(u64::from(size) + 1)
        .read_to_end(&mut inflated)
        .map_err(|error| inflate_error(ID, error.to_string()))?;
    if inflated.len() != size as usize {
        let found = format_args!("{} bytes of literals", inflated.len());
        return Err(LoadError::unexpected(
            ID,
            0,
            "as many bytes as the size says",
            found,
        ));
    }
    Ok(Cow::Owned(inflated))
}
