//! Native records of OTP 29.

use crate::code::lower::Emitter;
use crate::interp::isa::Row;
use oxbeam_loader::GenericOp;

/// The instructions of this file.
pub static ROWS: &[&Row] = &[];

/// Lowers an instruction of this family; false if it is of another.
///
/// # Errors
/// Operands of the wrong form.
pub fn lower(_emitter: &mut Emitter<'_>, _op: &GenericOp) -> Result<bool, String> {
    Ok(false)
}
