//! The emulator's own command line: the `+` flags of erl(1).

#[allow(dead_code)] // Settings that only the machine reads.
pub(crate) mod config;
pub(crate) mod flags;
mod memory;
mod number;
mod table;
