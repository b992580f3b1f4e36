//! Registered names: of processes and ports. Follows `register.c`.
//!
//! The table says which process has a name; the process knows its own name, under the table's lock, so that it gives it back when it
//! exits. A process that has begun to exit gets no name any more.

use crate::process::Process;
use hashbrown::HashMap;
use oxbeam_sync::rank::{Rank, RwLock};
use oxbeam_term::{Atom, Term};
use std::sync::Arc;

/// Who has a name.
#[derive(Clone)]
pub enum Named {
    /// A process.
    Process(Arc<Process>),
    /// A port, by number.
    Port(u64),
}

impl Named {
    /// Its pid or port.
    pub fn term(&self) -> Term<'static> {
        match self {
            Named::Process(process) => Term::local_pid(process.number),
            Named::Port(number) => Term::local_port(*number),
        }
    }
}

/// The names.
pub struct Registry {
    names: RwLock<HashMap<Atom, Named>>,
}

impl Registry {
    /// No names.
    pub fn new() -> Registry {
        Registry {
            names: RwLock::new(Rank::Registry, HashMap::new()),
        }
    }
    /// Who has this name.
    pub fn find(&self, name: Atom) -> Option<Named> {
        self.names.read().get(&name).cloned()
    }
    /// The process that has this name.
    pub fn process(&self, name: Atom) -> Option<Arc<Process>> {
        match self.find(name)? {
            Named::Process(process) => Some(process),
            Named::Port(_) => None,
        }
    }
    /// Gives `process` a name. `false`: the name is taken, or the process has one already, or it exits.
    pub fn register(&self, name: Atom, process: &Arc<Process>) -> bool {
        let mut names = self.names.write();
        if names.contains_key(&name)
            || process.registered_name().is_some()
            || process.state.is_exiting()
        {
            return false;
        }
        process.set_registered_name(Some(name));
        names.insert(name, Named::Process(Arc::clone(process)));
        true
    }
    /// Gives a port a name, which the port remembers itself. `false`: the name is taken.
    pub fn register_port(&self, name: Atom, port: u64) -> bool {
        self.names
            .write()
            .try_insert(name, Named::Port(port))
            .is_ok()
    }
    /// Takes a name away; whose it was.
    pub fn unregister(&self, name: Atom) -> Option<Named> {
        let mut names = self.names.write();
        let named = names.remove(&name)?;
        if let Named::Process(process) = &named {
            process.set_registered_name(None);
        }
        Some(named)
    }
    /// A process exits: its name is free.
    pub fn process_exits(&self, process: &Process) {
        if process.registered_name().is_some() {
            let mut names = self.names.write();
            if let Some(name) = process.registered_name() {
                names.remove(&name);
                process.set_registered_name(None);
            }
        }
    }
    /// All names.
    pub fn names(&self) -> Vec<Atom> {
        self.names.read().keys().copied().collect()
    }
}

impl Default for Registry {
    fn default() -> Registry {
        Registry::new()
    }
}
