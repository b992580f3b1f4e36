//! The functions of `erl_driver.h`, by theme. Each does what the chapter of erl_driver says.

mod binaries;
mod ends;
pub(crate) mod locks;
mod messages;
mod output;
mod ports;
mod queue;
mod system;
mod threads;

use crate::abi::Symbol;

/// All functions, so that none is left out by the linker.
pub(crate) const TABLES: &[&[Symbol]] = &[
    binaries::TABLE,
    ends::TABLE,
    locks::TABLE,
    messages::TABLE,
    output::TABLE,
    ports::TABLE,
    queue::TABLE,
    system::TABLE,
    threads::TABLE,
];
