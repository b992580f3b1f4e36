//! The machine: code, processes, signals, schedulers.

pub mod code;
pub mod config;
pub mod file_name;
pub mod interp;
pub mod logger;
pub mod machine;
pub mod magic;
pub mod native;
pub mod posix;
pub mod process;
pub mod registry;
pub mod release;
pub mod sched;
pub mod signal;
pub mod timer;
pub mod tty;
pub mod unique;
