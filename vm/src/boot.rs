//! From a machine without any Erlang to `erl_init:start/2`. Follows `erl_start` and `erl_init.c` for the order of things.

use crate::code::load::PrepareError;
use crate::machine::machine;
use crate::process::Priority;
use crate::process::spawn::{self, Options};
use oxbeam_term::heap::arena::Arena;
use oxbeam_term::{Atom, Term};

/// Names of the preloaded modules, in OTP's order. Not all releases have all.
pub const PRELOADED: &[&str] = &[
    "persistent_term",
    "counters",
    "atomics",
    "erts_dirty_process_signal_handler",
    "erts_trace_cleaner",
    "erts_literal_area_collector",
    "erl_tracer",
    "erts_internal",
    "erlang",
    "erl_prim_loader",
    "prim_zip",
    "prim_net",
    "prim_socket",
    "socket_registry",
    "zlib",
    "prim_file",
    "prim_inet",
    "prim_eval",
    "prim_buffer",
    "init",
    "erl_init",
    "erts_code_purger",
];

/// Why the machine can't boot.
#[derive(Debug)]
pub enum BootError {
    /// A preloaded module can't be loaded.
    Module(PrepareError),
    /// There is no room for the first processes.
    Processes,
}

impl std::fmt::Display for BootError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BootError::Module(error) => write!(formatter, "a preloaded module can't be loaded: {error}"),
            BootError::Processes => formatter.write_str("the process limit is too low for the first processes"),
        }
    }
}

impl std::error::Error for BootError {}

/// System processes that are started behind `init`: module and priority.
fn system_processes() -> Vec<(&'static str, Priority)> {
    let mut processes = vec![
        ("erts_code_purger", Priority::High),
        ("erts_literal_area_collector", Priority::High),
        ("erts_dirty_process_signal_handler", Priority::Normal),
        ("erts_dirty_process_signal_handler", Priority::High),
        ("erts_dirty_process_signal_handler", Priority::Max),
    ];
    if machine().release.trace_cleaner {
        processes.push(("erts_trace_cleaner", Priority::Normal));
    }
    processes
}

/// Loads the preloaded modules (their files' bytes, in order) and makes the first processes; `arguments` are those that `init` gets.
///
/// # Errors
/// A module is damaged, or there is no room for the processes.
pub fn boot(preloaded: &[Vec<u8>], arguments: &[Vec<u8>]) -> Result<(), BootError> {
    for bytes in preloaded {
        machine().code.preload(bytes).map_err(BootError::Module)?;
    }
    let mut arena = Arena::new();
    // SAFETY: the arena lives to the end of this function, and nothing collects it.
    let mut builder = unsafe { arena.builder() };
    let arguments: Vec<Term<'_>> = arguments.iter().map(|argument| builder.binary(argument)).collect();
    let arguments = builder.list(arguments);
    let options = Options { system_process: true, ..Options::default_options() };
    let init = [Term::atom(Atom::of("init")), arguments];
    spawn::spawn(None, Atom::of("erl_init"), Atom::of("start"), &init, &options).map_err(|_| BootError::Processes)?;
    for (module, priority) in system_processes() {
        let options = Options { priority, off_heap_messages: true, ..options };
        spawn::spawn(None, Atom::of(module), Atom::of("start"), &[], &options).map_err(|_| BootError::Processes)?;
    }
    Ok(())
}
