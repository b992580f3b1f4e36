//! Native records of OTP 29.

use crate::code::lower::{Argument, Emitter};
use oxbeam_loader::{GenericOp, Op, Operand as Generic};
use oxbeam_term::word::subtag;

crate::instructions! { frame;
    /// Continue if `value` is a native record, else jump.
    is_any_native_record(otherwise: Label, value: Source) {
        if crate::interp::ops::data::boxed_as(value, subtag::RECORD) { frame.advance() } else { frame.go(otherwise) }
    }
}

/// Lowers an instruction of this family; false if it is of another.
///
/// # Errors
/// Operands of the wrong form.
pub fn lower(emitter: &mut Emitter<'_>, op: &GenericOp) -> Result<bool, String> {
    match (op.op, &*op.operands) {
        (Op::IsAnyNativeRecord, [Generic::Label(otherwise), value]) => {
            let value = emitter.argument(value)?;
            emitter.emit(&is_any_native_record, &[Argument::Label(*otherwise), value])?;
            Ok(true)
        }
        _ => Ok(false),
    }
}
