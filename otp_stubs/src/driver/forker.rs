//! `forker`: the port that stands for what starts programs in OTP. Here the `spawn` driver starts them itself, so nothing is behind it;
//! but it is port 0, and programs see it in `erlang:ports()`.

use oxbeam_vm::port::{Driver, OpenError, Opening, PortCx};

struct Forker;

pub(super) fn open(opening: &mut Opening<'_>) -> Result<Box<dyn Driver>, OpenError> {
    // Only the machine opens it.
    if oxbeam_vm::port::count() > 0 {
        return Err(OpenError::Badarg);
    }
    let _ = opening;
    crate::sys::begin::remember_ignored_signals();
    Ok(Box::new(Forker))
}

impl Driver for Forker {
    fn output(&mut self, _: &mut PortCx<'_>, _: Vec<u8>) {}
}
