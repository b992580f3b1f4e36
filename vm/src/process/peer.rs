//! `Peer`: whom a link, a monitor or a signal is about. A pid or port as plain data, which needs no heap.

use oxbeam_term::boxed::external::{Node, this_node};
use oxbeam_term::{Atom, Builder, Term, View};
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// A process or port, of this node or another.
#[derive(Copy, Clone, Debug)]
pub enum Peer {
    /// Process of this node.
    Process(u64),
    /// Port of this node.
    Port(u64),
    /// Process of another node: `id | serial << 32`.
    Remote(&'static Node, u64),
}

impl Peer {
    /// The pid or local port that `term` is.
    pub fn from_term(term: Term<'_>) -> Option<Peer> {
        match term.view() {
            View::Pid(number) => Some(Peer::Process(number)),
            View::Port(number) => Some(Peer::Port(number)),
            View::ExternalPid(pid) => Some(Peer::Remote(pid.node(), pid.number())),
            _ => None,
        }
    }
    /// The pid that `term` is.
    pub fn from_pid(term: Term<'_>) -> Option<Peer> {
        Peer::from_term(term).filter(|peer| !matches!(peer, Peer::Port(_)))
    }
    /// The pid or port as a term.
    pub fn term<'p>(self, builder: &mut Builder<'p>) -> Term<'p> {
        match self {
            Peer::Process(number) => Term::local_pid(number),
            Peer::Port(number) => Term::local_port(number),
            Peer::Remote(node, number) => builder.external_pid(node, number),
        }
    }
    /// Number of a process of this node.
    pub fn local(self) -> Option<u64> {
        match self {
            Peer::Process(number) => Some(number),
            _ => None,
        }
    }
    /// Name of the node.
    pub fn node(self) -> Atom {
        match self {
            Peer::Remote(node, _) => node.name,
            _ => this_node().name,
        }
    }
    fn key(self) -> (u8, usize, u64) {
        match self {
            Peer::Port(number) => (0, 0, number),
            Peer::Process(number) => (1, 0, number),
            Peer::Remote(node, number) => (2, std::ptr::from_ref(node) as usize, number),
        }
    }
}

impl PartialEq for Peer {
    fn eq(&self, other: &Peer) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Peer {}

impl Hash for Peer {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (kind, node, number) = self.key();
        state.write_u64(number ^ ((kind as u64) << 62) ^ (node as u64).rotate_left(20));
    }
}

/// Ports, then processes of this node, then others by node; within a node by number.
impl Ord for Peer {
    fn cmp(&self, other: &Peer) -> Ordering {
        let name = |peer: &Peer| match peer {
            Peer::Remote(node, _) => (node.name.text(), node.creation),
            _ => ("", 0),
        };
        let (mine, theirs) = (self.key(), other.key());
        mine.0
            .cmp(&theirs.0)
            .then_with(|| name(self).cmp(&name(other)))
            .then_with(|| mine.2.cmp(&theirs.2))
    }
}

impl PartialOrd for Peer {
    fn partial_cmp(&self, other: &Peer) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
