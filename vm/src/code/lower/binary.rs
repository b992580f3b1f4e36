//! Lowering of the instructions that build and match bitstrings.

use super::Emitter;
use oxbeam_loader::GenericOp;

/// Lowers an instruction of this family; false if it is of another.
pub(super) fn lower(_emitter: &mut Emitter<'_>, _op: &GenericOp) -> Result<bool, String> {
    Ok(false)
}
