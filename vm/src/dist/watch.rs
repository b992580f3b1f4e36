//! Who wants to know which nodes there are: `monitor_node/2` and `process_flag({monitor_nodes, _}, _)`.

use super::{Connection, flag};
use crate::machine::machine;
use crate::process::{Message, Owned, Process};
use crate::signal::{self, Signal};
use oxbeam_term::atom::known;
use oxbeam_term::{Atom, Term};
use std::sync::Arc;

/// Bits of the options of `process_flag({monitor_nodes, _}, _)`.
mod option {
    pub(super) const VISIBLE: u32 = 1;
    pub(super) const HIDDEN: u32 = 2;
    pub(super) const TYPES: u32 = 3;
    pub(super) const REASON: u32 = 4;
    pub(super) const CONNECTION: u32 = 8;
    pub(super) const MAP: u32 = 16;
}

/// What happens to a node.
struct Event {
    up: bool,
    node: Atom,
    connection: Option<u32>,
    hidden: bool,
    /// Why it is down.
    reason: Message,
}

pub(super) fn node_is_up(connection: &Connection) {
    tell(Event::of(
        connection,
        true,
        Message::immediate(Term::NIL.word()),
    ));
}

pub(super) fn node_is_down(connection: &Connection, reason: Term<'_>) {
    // A controller that ends orderly says what it was, and a port that its other end was closed.
    let reason = match reason.as_tuple_of::<2>() {
        Some([tag, reason]) if tag.as_atom() == Some(Atom::of("shutdown")) => reason,
        _ => reason,
    };
    let reason = if reason.is(known::NORMAL) {
        Term::atom(Atom::of("connection_closed"))
    } else {
        reason
    };
    tell(Event::of(connection, false, Message::copy_of(reason)));
}

/// This node has become alive.
pub fn this_node_is_up(node: Atom) {
    tell(Event {
        up: true,
        node,
        connection: None,
        hidden: false,
        reason: Message::immediate(Term::NIL.word()),
    });
}

/// This node is not alive any more.
pub fn this_node_is_down(node: Atom) {
    let reason = Term::atom(Atom::of("net_kernel_terminated"));
    tell(Event {
        up: false,
        node,
        connection: None,
        hidden: false,
        reason: Message::immediate(reason.word()),
    });
}

/// `{nodeup | nodedown, Node}`, or with more, for all who want to know.
fn tell(event: Event) {
    let event = Arc::new(parking_lot::Mutex::new(event));
    for number in machine().processes.ids() {
        let event = Arc::clone(&event);
        let task = move |process: &Process, owned: &mut Owned| {
            let Some(rare) = &owned.rare else {
                return;
            };
            for &(options, times) in &rare.node_monitors {
                let event = event.lock();
                if !event.is_for(options) {
                    continue;
                }
                for _ in 0..times {
                    let _ = signal::push(process, Signal::Message(event.message(options)));
                }
            }
        };
        let _ = signal::deliver(number, Signal::Task(Box::new(task)));
    }
}

impl Event {
    fn of(connection: &Connection, up: bool, reason: Message) -> Event {
        let published = connection.inner.lock().flags & flag::PUBLISHED != 0;
        Event {
            up,
            node: connection.node,
            connection: Some(connection.id),
            hidden: !published,
            reason,
        }
    }
    fn is_for(&self, options: u32) -> bool {
        let types = options & option::TYPES;
        if self.hidden {
            types & option::HIDDEN != 0
        } else {
            types == 0 || types & option::VISIBLE != 0
        }
    }
    fn message(&self, options: u32) -> Message {
        let atom = |name: &str| Term::atom(Atom::of(name));
        Message::build(|builder| {
            let what = atom(if self.up { "nodeup" } else { "nodedown" });
            if options == 0 {
                return builder.tuple(&[what, Term::atom(self.node)]);
            }
            let mut pairs = Vec::new();
            if options & option::CONNECTION != 0 {
                let id = match self.connection {
                    Some(id) => Term::small(id.into()),
                    None => Term::atom(known::UNDEFINED),
                };
                pairs.push((atom("connection_id"), id));
            }
            if !self.up && options & option::REASON != 0 {
                let reason = oxbeam_term::copy::copy(self.reason.term(), builder);
                pairs.push((atom("nodedown_reason"), reason));
            }
            if options & option::TYPES != 0 {
                let kind = atom(if self.hidden { "hidden" } else { "visible" });
                pairs.push((atom("node_type"), kind));
            }
            let info = if options & option::MAP != 0 {
                builder.map_from_pairs(pairs)
            } else {
                let pairs: Vec<_> = pairs
                    .into_iter()
                    .map(|(key, value)| builder.tuple(&[key, value]))
                    .collect();
                builder.list(pairs)
            };
            builder.tuple(&[what, Term::atom(self.node), info])
        })
    }
}
