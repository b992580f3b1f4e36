//! The chunks that hold one external term each, which leaves the loader undecoded: `Attr` and `CInf` (what
//! `module_info` returns) and `Meta` (enabled features; part of the module's MD5).

use crate::error::ChunkId;

pub(crate) const ATTRIBUTES: ChunkId = *b"Attr";
pub(crate) const COMPILE_INFO: ChunkId = *b"CInf";
pub(crate) const META: ChunkId = *b"Meta";

/// The term's bytes; an empty chunk holds none.
pub(crate) fn external_term(data: Option<&[u8]>) -> Option<Vec<u8>> {
    data.filter(|data| !data.is_empty()).map(<[u8]>::to_vec)
}
