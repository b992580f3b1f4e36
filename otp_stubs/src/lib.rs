//! Stand-ins for what OTP writes in C outside the core: the NIF libraries that are part of its emulator.

#![deny(unsafe_code)]

mod bytes;
mod errors;
mod file;
mod prim_buffer;
#[allow(unsafe_code)]
mod sys;
mod zlib;

use oxbeam_vm::native::StaticNif;

/// All of them.
pub static NIFS: &[StaticNif] = &[file::NIF, prim_buffer::NIF, zlib::NIF];
