//! The machine: code, processes, signals, schedulers.

pub mod code;
pub mod machine;
pub mod native;
pub mod process;
