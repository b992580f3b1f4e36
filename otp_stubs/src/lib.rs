//! Stand-ins for what OTP writes in C outside the core: the NIF libraries that are part of its emulator.

#![deny(unsafe_code)]

mod errors;
mod file;
#[allow(unsafe_code)]
mod sys;

use oxbeam_vm::native::StaticNif;

/// All of them.
pub static NIFS: &[StaticNif] = &[file::NIF];
