//! The module's MD5: what `module_info(md5)` returns and new funs carry.
//!
//! It covers the chunks that make up the code, in a fixed order, with the hashes in the fun table as zero; so
//! documentation, debug information and compile options do not change it.

use md5::{Digest, Md5};

use crate::attributes::META;
use crate::container::{Chunk, find};
use crate::funs::ENTRY_BYTES;
use crate::{atoms, code, exports, funs, imports, literals, records, strings};

/// Every chunk the digest covers, in order.
const COVERED: [[u8; 4]; 10] = [
    atoms::ID,
    code::ID,
    strings::ID,
    imports::ID,
    exports::EXPORTS,
    funs::ID,
    literals::ID,
    META,
    records::ID,
    DEBUG,
];

/// What a debugger knows of variables (`beam_debug_info`, from OTP 28).
const DEBUG: [u8; 4] = *b"DbgB";

/// The digest over the file's chunks. The fun table has been read before, so its size is right.
pub(crate) fn md5(chunks: &[Chunk<'_>]) -> [u8; 16] {
    let mut digest = Md5::new();
    for id in COVERED {
        let Some(data) = find(chunks, id) else {
            continue;
        };
        if id == funs::ID && data.len() >= 4 {
            let (count, entries) = data.split_at(4);
            digest.update(count);
            for entry in entries.chunks(ENTRY_BYTES) {
                digest.update(&entry[..entry.len().min(ENTRY_BYTES - 4)]);
                digest.update([0; 4]);
            }
        } else {
            digest.update(data);
        }
    }
    digest.finalize().into()
}
