//! Which code a process uses: what must be known before old code is purged. Follows `check_process_code` of `beam_bif_load.c`.

use super::Owned;
use crate::machine::machine;
use oxbeam_term::Atom;

/// Does the process run old code of `module`, or will it return to it? Its funs do not count: who calls one while the code is being
/// purged waits, and finds no code after that (`code/purge.rs`).
pub fn uses_old(owned: &Owned, module: Atom) -> bool {
    let Some(old) = machine().code.versions(module).old else {
        return false;
    };
    let returns = owned.heap.stack_slice().iter();
    old.contains(owned.pc as u64)
        || returns
            .filter(|word| word.is_header())
            .any(|word| old.contains(word.0))
}
