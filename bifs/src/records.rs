//! `records`: native records of OTP 29.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "records";
}
