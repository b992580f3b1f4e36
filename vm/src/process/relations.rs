//! Links, monitors in both directions and aliases of a process, as it sees them itself.
//!
//! A link stands in both processes' tables. `unlink` takes it out of one at once, but keeps it there as *unlinking* until the other
//! side has acknowledged: an exit signal that was on its way when `unlink` was called does nothing. A monitor stands with the one that
//! watches under `watching`, with the one that is watched under `watched_by`.

use super::Peer;
use crate::signal::monitor;
use hashbrown::HashMap;
use oxbeam_term::boxed::external::{External, Node};
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::{Atom, Builder, Term, Word};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A hasher without secrets: pids and references are dealt out by the machine, and a run of the simulator must repeat.
#[derive(Default)]
pub struct FixedHasher(u64);

impl Hasher for FixedHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_ne_bytes(word));
        }
    }
    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0 ^ word)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(29);
    }
    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }
    fn write_u8(&mut self, byte: u8) {
        self.write_u64(u64::from(byte));
    }
    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }
}

type Table<K, V> = HashMap<K, V, BuildHasherDefault<FixedHasher>>;

/// State of a link.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Link {
    /// Linked.
    Linked,
    /// `unlink` was called; the number is to be acknowledged.
    Unlinking(u64),
}

/// What is watched.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Watched {
    /// A process or port.
    Peer(Peer),
    /// A process or port by its name, on this node, and who it was.
    Name(Atom, Peer),
    /// The time offset.
    TimeOffset,
    /// A process by name on another node.
    RemoteName(Atom, Atom),
    /// A port of an earlier life of this node.
    OldPort(&'static Node, u64),
}

/// When an alias that was made with a monitor ends.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum AliasMode {
    /// By `unalias/1`.
    Explicit,
    /// With the monitor, or by `unalias/1`.
    Demonitor,
    /// With the monitor, by the first message through it, or by `unalias/1`. The message ends the monitor too.
    ReplyDemonitor,
    /// By the first message through it, or by `unalias/1`; made by `alias/1`.
    Reply,
}

/// A monitor, with the process that watches.
#[derive(Debug)]
pub struct Watching {
    /// What is watched.
    pub what: Watched,
    /// First element of the message in place of `'DOWN'`, or `NONE`. A root.
    pub tag: Word,
    /// The reference is an alias too.
    pub alias: Option<AliasMode>,
    /// The reference holds the pid of its process.
    pub with_pid: bool,
    /// Its end is told by a priority message.
    pub priority: bool,
}

/// A monitor, with the process that is watched.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct WatchedBy {
    /// Who watches.
    pub by: Peer,
    /// The name that is watched.
    pub name: Option<Atom>,
}

/// A reference of another node: a monitor's, or a request's.
#[derive(Copy, Clone, Debug)]
pub struct RemoteReference {
    node: &'static Node,
    numbers: [u32; 5],
    count: u8,
}

impl RemoteReference {
    /// The reference as plain data.
    pub fn of(reference: External<'_>) -> Option<RemoteReference> {
        let all = reference.numbers();
        let mut numbers = [0; 5];
        numbers.get_mut(..all.len())?.copy_from_slice(&all);
        Some(RemoteReference {
            node: reference.node(),
            numbers,
            count: all.len() as u8,
        })
    }
    /// Whose it is.
    pub fn node(&self) -> &'static Node {
        self.node
    }
    /// The reference as a term.
    pub fn term<'p>(self, builder: &mut Builder<'p>) -> Term<'p> {
        builder.external_reference(self.node, &self.numbers[..usize::from(self.count)])
    }
    fn key(&self) -> (u32, u32, [u32; 5]) {
        (self.node.name.index(), self.node.creation, self.numbers)
    }
}

impl PartialEq for RemoteReference {
    fn eq(&self, other: &RemoteReference) -> bool {
        self.key() == other.key()
    }
}

impl Eq for RemoteReference {}

impl PartialOrd for RemoteReference {
    fn partial_cmp(&self, other: &RemoteReference) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RemoteReference {
    fn cmp(&self, other: &RemoteReference) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// A request to start a process on another node, which has not been answered.
pub struct Spawning {
    /// The node.
    pub node: Atom,
    /// First element of the answer. A root.
    pub tag: Word,
    /// Are success and failure told?
    pub tell: (bool, bool),
    /// The child is to be linked,
    pub link: bool,
    /// and its exit to come as a priority message.
    pub priority_link: bool,
    /// It is to be watched; the tag is a root.
    pub monitor: Option<monitor::Options>,
    /// Nobody wants the answer any more.
    pub abandoned: bool,
}

impl Spawning {
    /// Is the request's reference an alias?
    pub fn is_alias(&self) -> bool {
        self.monitor.is_some_and(|monitor| monitor.alias.is_some())
    }
}

/// An alias of the process.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Alias {
    /// When it ends.
    pub mode: AliasMode,
    /// Messages through it may be priority messages (29).
    pub priority: bool,
}

/// All of them.
#[derive(Default)]
pub struct Relations {
    /// Links by the other side.
    pub links: Table<Peer, Link>,
    /// Those whose exits come as priority messages.
    pub priority_links: std::collections::BTreeSet<Peer>,
    /// Monitors that the process has.
    pub watching: Table<RefNumbers, Watching>,
    /// Monitors on the process.
    pub watched_by: Table<RefNumbers, WatchedBy>,
    /// Monitors that processes of other nodes have on the process.
    pub watched_from_afar: BTreeMap<RemoteReference, WatchedBy>,
    /// Nodes whose end the process wants to be told, how often.
    pub watched_nodes: BTreeMap<Atom, u32>,
    /// Requests to start processes on other nodes.
    pub spawning: BTreeMap<RefNumbers, Spawning>,
    /// Active aliases.
    pub aliases: Table<RefNumbers, Alias>,
    /// Number of the last `unlink`.
    pub last_unlink: u64,
}

impl Relations {
    /// Is `peer` linked?
    pub fn is_linked(&self, peer: Peer) -> bool {
        self.links.get(&peer) == Some(&Link::Linked)
    }
    /// May anything come as a priority message?
    pub fn have_priority(&self) -> bool {
        !self.priority_links.is_empty()
            || self.watching.values().any(|watching| watching.priority)
            || self.aliases.values().any(|alias| alias.priority)
    }
    /// The peers that are linked, in order.
    pub fn linked(&self) -> Vec<Peer> {
        let mut peers: Vec<Peer> = self
            .links
            .iter()
            .filter(|(_, link)| **link == Link::Linked)
            .map(|(peer, _)| *peer)
            .collect();
        peers.sort_unstable();
        peers
    }
    /// Monitors that the process has, oldest first.
    pub fn watching_in_order(&self) -> Vec<(RefNumbers, &Watching)> {
        let mut all: Vec<_> = self
            .watching
            .iter()
            .map(|(reference, watching)| (*reference, watching))
            .collect();
        all.sort_unstable_by_key(|entry| entry.0);
        all
    }
    /// Monitors on the process, oldest first.
    pub fn watched_in_order(&self) -> Vec<(RefNumbers, WatchedBy)> {
        let mut all: Vec<_> = self
            .watched_by
            .iter()
            .map(|(reference, by)| (*reference, *by))
            .collect();
        all.sort_unstable_by_key(|entry| entry.0);
        all
    }
    /// Ends a monitor of the process, and the alias that ends with it.
    pub fn stop_watching(&mut self, reference: RefNumbers) -> Option<Watching> {
        let watching = self.watching.remove(&reference)?;
        if matches!(
            watching.alias,
            Some(AliasMode::Demonitor | AliasMode::ReplyDemonitor)
        ) {
            self.remove_alias(reference);
        }
        Some(watching)
    }
    /// The reference is no alias any more; was it one?
    pub fn remove_alias(&mut self, reference: RefNumbers) -> bool {
        let found = self.aliases.remove(&reference).is_some();
        if found {
            crate::magic::forget_owner(reference);
        }
        found
    }
    /// A new number for an `unlink`.
    pub fn next_unlink(&mut self) -> u64 {
        self.last_unlink += 1;
        self.last_unlink
    }
    /// Visits the words that are roots.
    pub(super) fn visit(&mut self, slice: &mut dyn FnMut(*mut Word, usize)) {
        for watching in self.watching.values_mut() {
            slice(&raw mut watching.tag, 1);
        }
        for spawning in self.spawning.values_mut() {
            slice(&raw mut spawning.tag, 1);
            if let Some(monitor) = &mut spawning.monitor {
                slice(&raw mut monitor.tag, 1);
            }
        }
    }
}

/// A monitor's reference as a term; `process` is whose it is.
pub fn reference_term<'p>(
    builder: &mut Builder<'p>,
    numbers: RefNumbers,
    with_pid: bool,
    process: u64,
) -> Term<'p> {
    if with_pid {
        builder.pid_reference(numbers, process)
    } else {
        builder.reference(numbers)
    }
}
