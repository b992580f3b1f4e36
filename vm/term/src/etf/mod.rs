//! The external term format, both ways.
//!
//! Follows "External Term Format" of the ERTS manual; what releases write differently comes from [`crate::rules`]. Sizes found in the
//! input are checked against what is left of it before anything is allocated, and nothing recurses: nesting costs a work list.
//!
//! | file | what |
//! |---|---|
//! | `decode.rs` | bytes to term |
//! | `encode.rs` | term to bytes |

pub mod decode;
pub mod encode;

pub use decode::{
    DecodeContext, DecodeError, DecodeOptions, FunKey, LocalReference, decode, decode_term,
};
pub use encode::{
    AtomTable, EncodeError, EncodeOptions, Encoded, Part, Piece, encode, encode_pieces,
    encode_term, encode_term_with_atoms, external_size,
};

use std::sync::atomic::{AtomicU32, Ordering};

/// First byte of everything in this format.
pub const VERSION: u8 = 131;

static LOCAL_SALT: AtomicU32 = AtomicU32::new(0);

/// Sets what tells this incarnation of the node from others, for tag 121.
pub fn set_local_salt(salt: u32) {
    LOCAL_SALT.store(salt, Ordering::Relaxed);
}

/// Hash of a term's bytes behind tag 121: FNV-1a, salted with the incarnation.
fn local_hash(bytes: &[u8]) -> u32 {
    local_hash_step(0x811c_9dc5 ^ LOCAL_SALT.load(Ordering::Relaxed), bytes)
}

fn local_hash_step(hash: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(hash, |hash, &byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// Tags.
pub(crate) mod tag {
    pub(crate) const NATIVE_RECORD: u8 = 67;
    pub(crate) const NEW_FLOAT: u8 = 70;
    pub(crate) const BIT_BINARY: u8 = 77;
    pub(crate) const COMPRESSED: u8 = 80;
    pub(crate) const ATOM_CACHE_REF: u8 = 82;
    pub(crate) const NEW_PID: u8 = 88;
    pub(crate) const NEW_PORT: u8 = 89;
    pub(crate) const NEWER_REFERENCE: u8 = 90;
    pub(crate) const SMALL_INTEGER: u8 = 97;
    pub(crate) const INTEGER: u8 = 98;
    pub(crate) const FLOAT: u8 = 99;
    pub(crate) const ATOM: u8 = 100;
    pub(crate) const REFERENCE: u8 = 101;
    pub(crate) const PORT: u8 = 102;
    pub(crate) const PID: u8 = 103;
    pub(crate) const SMALL_TUPLE: u8 = 104;
    pub(crate) const LARGE_TUPLE: u8 = 105;
    pub(crate) const NIL: u8 = 106;
    pub(crate) const STRING: u8 = 107;
    pub(crate) const LIST: u8 = 108;
    pub(crate) const BINARY: u8 = 109;
    pub(crate) const SMALL_BIG: u8 = 110;
    pub(crate) const LARGE_BIG: u8 = 111;
    pub(crate) const NEW_FUN: u8 = 112;
    pub(crate) const EXPORT: u8 = 113;
    pub(crate) const NEW_REFERENCE: u8 = 114;
    pub(crate) const SMALL_ATOM: u8 = 115;
    pub(crate) const MAP: u8 = 116;
    pub(crate) const ATOM_UTF8: u8 = 118;
    pub(crate) const SMALL_ATOM_UTF8: u8 = 119;
    pub(crate) const V4_PORT: u8 = 120;
    pub(crate) const LOCAL: u8 = 121;
}

#[cfg(test)]
mod tests;
