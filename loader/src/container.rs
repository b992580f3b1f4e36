//! The container: an IFF form of type `BEAM` holding named chunks, each padded to four bytes.
//!
//! The whole file may be compressed with gzip (`+compressed`). Chunks nobody asks for are only skipped over, so
//! tools may add their own.

use std::borrow::Cow;
use std::io::Read;

use crate::cursor::Cursor;
use crate::error::{CONTAINER, ChunkId, LoadError, LoadErrorKind};

/// Largest size we inflate a file or its literals to; the largest shipped module is under 4 MB.
pub(crate) const INFLATED_LIMIT: u64 = 1 << 28;

/// A chunk as it stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk<'a> {
    /// Its name.
    pub id: ChunkId,
    /// Where its data starts in the (inflated) file.
    pub offset: usize,
    /// Its data, without padding.
    pub data: &'a [u8],
}

/// The chunks of a BEAM file that is not compressed, in file order.
pub fn chunks(bytes: &[u8]) -> Result<Vec<Chunk<'_>>, LoadError> {
    let mut cursor = Cursor::new(CONTAINER, bytes);
    let form = cursor.bytes(4, "FOR1")?;
    if form != b"FOR1" {
        return Err(cursor.unexpected(0, "FOR1", format_args!("`{}`", form.escape_ascii())));
    }
    let size = cursor.count(1, "a form size")?;
    let form_type = cursor.bytes(4, "the form type BEAM")?;
    if form_type != b"BEAM" {
        return Err(cursor.unexpected(
            8,
            "the form type BEAM",
            format_args!("`{}`", form_type.escape_ascii()),
        ));
    }
    // What follows the form is not part of it.
    let body_bytes = size
        .checked_sub(4)
        .ok_or_else(|| cursor.unexpected(4, "a form size", size))?;
    let body_offset = cursor.offset();
    let mut body = Cursor::new(CONTAINER, cursor.bytes(body_bytes, "the form's chunks")?);
    let at_file_offset = |mut error: LoadError| {
        error.offset += body_offset;
        error
    };

    let mut found: Vec<Chunk<'_>> = Vec::new();
    while !body.is_at_end() {
        let name = body.bytes(4, "a chunk name").map_err(at_file_offset)?;
        let id = [name[0], name[1], name[2], name[3]];
        let length = body.count(1, "a chunk size").map_err(at_file_offset)?;
        let offset = body_offset + body.offset();
        let data = body
            .bytes(length, "the chunk's data")
            .map_err(at_file_offset)?;
        // The last chunk's padding may be missing.
        let padding = (length.wrapping_neg() % 4).min(body.remaining());
        body.bytes(padding, "padding").map_err(at_file_offset)?;
        found.push(Chunk { id, offset, data });
    }
    Ok(found)
}

/// The data of one chunk of a BEAM file, compressed or not.
pub fn chunk(bytes: &[u8], id: ChunkId) -> Result<Option<Vec<u8>>, LoadError> {
    let file = inflate_file(bytes)?;
    Ok(find(&chunks(&file)?, id).map(<[u8]>::to_vec))
}

/// The file's own bytes if it is not compressed, else what it inflates to.
pub fn inflate_file(bytes: &[u8]) -> Result<Cow<'_, [u8]>, LoadError> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut inflated = Vec::new();
    flate2::read::GzDecoder::new(bytes)
        .take(INFLATED_LIMIT + 1)
        .read_to_end(&mut inflated)
        .map_err(|error| inflate_error(CONTAINER, error.to_string()))?;
    if inflated.len() as u64 > INFLATED_LIMIT {
        return Err(inflate_error(
            CONTAINER,
            format!("more than {INFLATED_LIMIT} bytes"),
        ));
    }
    Ok(Cow::Owned(inflated))
}

/// The first chunk of that name: later ones are ignored.
pub(crate) fn find<'a>(chunks: &[Chunk<'a>], id: ChunkId) -> Option<&'a [u8]> {
    chunks
        .iter()
        .find(|chunk| chunk.id == id)
        .map(|chunk| chunk.data)
}

pub(crate) fn find_mandatory<'a>(chunks: &[Chunk<'a>], id: ChunkId) -> Result<&'a [u8], LoadError> {
    find(chunks, id).ok_or_else(|| LoadError::new(id, 0, LoadErrorKind::MissingChunk))
}

pub(crate) fn inflate_error(chunk: ChunkId, reason: String) -> LoadError {
    LoadError::new(chunk, 0, LoadErrorKind::Inflate { reason })
}
