//! The `StrT` chunk: one run of bytes that binary instructions take pieces of.

use crate::error::ChunkId;

pub(crate) const ID: ChunkId = *b"StrT";

/// The bytes; none if the chunk is not there.
pub(crate) fn strings(data: Option<&[u8]>) -> Vec<u8> {
    data.unwrap_or_default().to_vec()
}
