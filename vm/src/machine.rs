//! `Machine`: everything that there is one of.

use crate::code::Code;
use std::sync::OnceLock;

/// The machine. There is one in an operating system process.
pub struct Machine {
    /// Code.
    pub code: Code,
}

static MACHINE: OnceLock<Machine> = OnceLock::new();

/// The machine.
///
/// # Panics
/// Before the machine was built.
#[inline(always)]
pub fn machine() -> &'static Machine {
    MACHINE
        .get()
        .expect("the machine is built before anything runs on it")
}
