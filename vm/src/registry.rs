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
    names: RwLock<Names>,
}

#[derive(Default)]
struct Names {
    holders: HashMap<Atom, Named>,
    /// Names of ports, which keep none themselves.
    of_ports: HashMap<u64, Atom>,
}

impl Registry {
    /// No names.
    pub fn new() -> Registry {
        Registry {
            names: RwLock::new(Rank::Registry, Names::default()),
        }
    }
    /// Who has this name.
    pub fn find(&self, name: Atom) -> Option<Named> {
        self.names.read().holders.get(&name).cloned()
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
        if names.holders.contains_key(&name) || process.registered_name().is_some() {
            return false;
        }
        // The process says that it exits before it looks whether it has a name; we look the other way round. One of us sees the other.
        process.set_registered_name(Some(name));
        if process.state.is_exiting() {
            process.set_registered_name(None);
            return false;
        }
        names
            .holders
            .insert(name, Named::Process(Arc::clone(process)));
        true
    }
    /// Gives a port a name. `false`: the name is taken, or the port has one already.
    pub fn register_port(&self, name: Atom, port: u64) -> bool {
        let mut names = self.names.write();
        if names.holders.contains_key(&name) || names.of_ports.contains_key(&port) {
            return false;
        }
        names.of_ports.insert(port, name);
        names.holders.insert(name, Named::Port(port));
        true
    }
    /// Name of a port.
    pub fn name_of_port(&self, port: u64) -> Option<Atom> {
        self.names.read().of_ports.get(&port).copied()
    }
    /// Takes a name away; whose it was.
    pub fn unregister(&self, name: Atom) -> Option<Named> {
        let mut names = self.names.write();
        let named = names.holders.remove(&name)?;
        match &named {
            Named::Process(process) => process.set_registered_name(None),
            Named::Port(port) => drop(names.of_ports.remove(port)),
        }
        Some(named)
    }
    /// A process exits: its name is free.
    pub fn process_exits(&self, process: &Process) {
        if process.registered_name().is_some() {
            let mut names = self.names.write();
            if let Some(name) = process.registered_name() {
                names.holders.remove(&name);
                process.set_registered_name(None);
            }
        }
    }
    /// A port closes: its name is free.
    pub fn port_closes(&self, port: u64) {
        let mut names = self.names.write();
        if let Some(name) = names.of_ports.remove(&port) {
            names.holders.remove(&name);
        }
    }
    /// All names.
    pub fn names(&self) -> Vec<Atom> {
        self.names.read().holders.keys().copied().collect()
    }
}

impl Default for Registry {
    fn default() -> Registry {
        Registry::new()
    }
}
