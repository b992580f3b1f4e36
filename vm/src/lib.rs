//! The machine: code, processes, signals, schedulers.

mod break_handler;
pub mod code;
pub mod config;
pub mod crash_dump;
pub mod dist;
pub mod environment;
pub mod ets;
pub mod file_name;
pub mod fun_count;
pub mod halt;
pub mod interp;
pub mod io;
pub mod libm;
pub mod literals;
pub mod local_time;
pub mod logger;
pub mod machine;
pub mod magic;
pub mod match_spec;
pub mod native;
pub mod node_count;
pub mod os_signal;
pub mod packet;
pub mod persistent_term;
pub mod port;
pub mod posix;
pub mod process;
pub mod registry;
pub mod release;
pub mod sched;
pub mod seq_trace;
pub mod settings;
pub mod signal;
pub mod stats;
pub mod system_flags;
pub mod system_monitor;
pub mod system_profile;
pub mod timer;
pub mod trace;
pub mod tty;
pub mod unique;

/// Terms, for natives.
pub use oxbeam_term as term;
