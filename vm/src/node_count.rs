//! Who has terms of which node, as `erts_debug:get_internal_state(node_and_dist_references)` tells: heaps, messages, tables, timers, links and
//! monitors. Nodes count their terms; whose these are nobody writes down, for hardly anybody asks: who does stops the schedulers and has all
//! of them looked at.
//!
//! Not found is what nobody can look at meanwhile: signals that have not been fetched, heaps of dirty natives under way, what waits to be freed.

use crate::machine::machine;
use crate::match_spec::MatchSpec;
use crate::process::relations::{Relations, Watched};
use crate::process::{Owned, Peer};
use crate::timer::service::Destination;
use crate::{dist, ets, persistent_term, port};
use hashbrown::HashSet;
use oxbeam_term::boxed::external::Node;
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::heap::offheap::OffHeap;
use oxbeam_term::heap::parcel::Parcel;
use oxbeam_term::{Atom, Term};
use std::collections::BTreeMap;
use std::convert::Infallible;

/// Who has something of a node.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Holder {
    /// A process.
    Process(u64),
    /// Whoever has this name.
    Name(Atom),
    /// A port.
    Port(u64),
    /// A table without a name.
    Table(RefNumbers),
    /// One with a name.
    NamedTable(Atom),
    /// A match specification, by its address.
    MatchSpec(u64),
    /// Persistent terms.
    PersistentTerms,
    /// Something else.
    System,
    /// Nobody any more; it is known for a while.
    Delay,
}

/// What it is.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// On a heap.
    Heap,
    /// A link.
    Link,
    /// A monitor.
    Monitor,
    /// An object of a table.
    Table,
    /// A constant of a match specification.
    MatchSpec,
    /// A message of a timer.
    Timer,
    /// Something else.
    System,
}

/// Of each holder how much of what it has.
pub type Held = BTreeMap<(Holder, Kind), usize>;

#[derive(Default)]
struct Census {
    found: BTreeMap<(Atom, u32), Held>,
    specifications: HashSet<u64>,
}

impl Census {
    fn count(&mut self, node: &Node, holder: Holder, kind: Kind, count: usize) {
        let held = self.found.entry((node.name, node.creation)).or_default();
        *held.entry((holder, kind)).or_default() += count;
    }
    fn list(&mut self, list: &OffHeap, holder: Holder, kind: Kind) {
        list.for_each_term(|term| self.term(term, holder, kind));
    }
    fn term(&mut self, term: Term<'_>, holder: Holder, kind: Kind) {
        if let Some(node) = Node::of_term(term) {
            self.count(node, holder, kind, 1);
        } else if let Some(specification) = term
            .as_reference()
            .and_then(|reference| reference.magic_value::<MatchSpec>())
        {
            let address = std::ptr::from_ref(specification) as u64;
            if self.specifications.insert(address) {
                let constants = specification.constants();
                self.list(constants, Holder::MatchSpec(address), Kind::MatchSpec);
            }
        }
    }
    fn peer(&mut self, peer: Peer, holder: Holder, kind: Kind) {
        if let Peer::Remote(node, _) = peer {
            self.count(node, holder, kind, 1);
        }
    }
    fn relations(&mut self, relations: &Relations, holder: Holder) {
        for &peer in relations.links.keys() {
            self.peer(peer, holder, Kind::Link);
        }
        for watching in relations.watching.values() {
            match watching.what {
                Watched::Peer(peer) => self.peer(peer, holder, Kind::Monitor),
                Watched::OldPort(node, _) => self.count(node, holder, Kind::Monitor, 1),
                _ => {}
            }
        }
        for watched in relations.watched_by.values() {
            self.peer(watched.by, holder, Kind::Monitor);
        }
        for (reference, watched) in &relations.watched_from_afar {
            self.count(reference.node(), holder, Kind::Monitor, 1);
            self.peer(watched.by, holder, Kind::Monitor);
        }
    }
    fn process(&mut self, number: u64, owned: &Owned) {
        let holder = Holder::Process(number);
        for list in owned.heap.offheaps() {
            self.list(list, holder, Kind::Heap);
        }
        for message in owned.mailbox.iter() {
            if let Some(owners) = message.fragment.as_ref().and_then(Parcel::owners) {
                self.list(owners, holder, Kind::Heap);
            }
        }
        if let Some(relations) = &owned.relations {
            self.relations(relations, holder);
        }
        self.peer(owned.group_leader, holder, Kind::Heap);
    }
    /// The schedulers stand still.
    fn take(&mut self) {
        let machine = machine();
        for number in machine.processes.ids() {
            let Some(process) = machine.processes.get(number) else {
                continue;
            };
            if process.state.is_dirty() {
                continue;
            }
            // SAFETY: the schedulers stand still, but for the caller's own process, which is in a native.
            self.process(number, unsafe { &*process.owned_pointer() });
        }
        for number in port::all() {
            let Some(summary) = port::find(number).and_then(|port| port.summary()) else {
                continue;
            };
            let holder = Holder::Port(number);
            for &peer in &summary.links {
                self.peer(peer, holder, Kind::Link);
            }
            for &(by, _) in &summary.watchers {
                self.peer(by, holder, Kind::Monitor);
            }
        }
        let _ = ets::each(|contents| {
            let table = contents.table();
            let holder = match table.named {
                true => Holder::NamedTable(table.name()),
                false => Holder::Table(table.numbers),
            };
            contents.for_each(|row| self.list(row.owners(), holder, Kind::Table));
            Ok::<(), Infallible>(())
        });
        machine.timers.each_message(|_, timer| {
            let holder = match timer.destination {
                Destination::Process(number) => Holder::Process(number),
                Destination::Name(name) => Holder::Name(name),
            };
            if let Some(owners) = timer.message.fragment.as_ref().and_then(Parcel::owners) {
                self.list(owners, holder, Kind::Timer);
            }
        });
        persistent_term::each_owners(|owners| {
            self.list(owners, Holder::PersistentTerms, Kind::System);
        });
    }
}

/// Who has terms of each node that is known, with the number of them. The last is the rest of those that the node counts.
pub fn references() -> Vec<(&'static Node, Held)> {
    machine().scheduler.blocked(|| {
        let mut census = Census::default();
        census.take();
        let mut nodes = dist::known::all();
        for &(name, creation) in census.found.keys() {
            let node = Node::of(name, creation);
            if !nodes.contains(&node) {
                nodes.push(node);
            }
        }
        let of = |node: &'static Node| {
            let mut held = census
                .found
                .remove(&(node.name, node.creation))
                .unwrap_or_default();
            let terms = |(&(_, kind), count): (&(Holder, Kind), &usize)| match kind {
                Kind::Link | Kind::Monitor => 0,
                _ => *count,
            };
            let found: usize = held.iter().map(terms).sum();
            let rest = node.terms().saturating_sub(found);
            if rest > 0 {
                held.insert((Holder::System, Kind::System), rest);
            }
            if held.is_empty() {
                held.insert((Holder::Delay, Kind::System), 1);
            }
            (node, held)
        };
        nodes.into_iter().map(of).collect()
    })
}
