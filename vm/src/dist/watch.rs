//! Who wants to know which nodes there are: `monitor_node/2` and `process_flag({monitor_nodes, _}, _)`.

use super::{Connection, flag};
use crate::process::Message;
use crate::signal::{self, Signal};
use hashbrown::HashMap;
use oxbeam_term::atom::known;
use oxbeam_term::{Atom, Term};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::LazyLock;

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

/// A process that wants to know of all nodes.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Watcher {
    /// The process's number.
    pub process: u64,
    /// Bits of its options.
    pub options: u32,
    /// How often it has asked, and is told.
    pub times: u32,
}

/// The watchers, in the order in which they began, which is that in which they are told.
#[derive(Default)]
struct Watchers {
    rows: BTreeMap<u64, Watcher>,
    /// The rows' keys, by process and options.
    keys: HashMap<(u64, u32), u64>,
    next: u64,
}

static WATCHERS: LazyLock<Mutex<Watchers>> = LazyLock::new(Mutex::default);

/// `process_flag({monitor_nodes, Options}, On)`: how often it had asked.
pub fn watch_nodes(process: u64, options: u32, on: bool) -> u32 {
    let mut watchers = WATCHERS.lock();
    let watchers = &mut *watchers;
    let name = (process, options);
    let known = watchers.keys.get(&name).copied();
    match known.and_then(|key| watchers.rows.get_mut(&key)) {
        Some(row) if on => {
            let before = row.times;
            row.times = before.saturating_add(1);
            before
        }
        Some(row) => {
            let before = row.times;
            if let Some(key) = watchers.keys.remove(&name) {
                watchers.rows.remove(&key);
            }
            before
        }
        None => {
            if on {
                let (key, times) = (watchers.next, 1);
                watchers.next += 1;
                watchers.keys.insert(name, key);
                let row = Watcher {
                    process,
                    options,
                    times,
                };
                watchers.rows.insert(key, row);
            }
            0
        }
    }
}

/// All watchers, the first of them first.
pub fn watchers() -> Vec<Watcher> {
    WATCHERS.lock().rows.values().copied().collect()
}

impl Watcher {
    /// Its options, as `erts_debug:get_internal_state(monitoring_nodes)` has them: node types, and whether it wants reasons.
    pub fn wants(&self) -> (Option<&'static str>, bool) {
        let types = match self.options & option::TYPES {
            0 => None,
            option::VISIBLE => Some("visible"),
            option::HIDDEN => Some("hidden"),
            _ => Some("all"),
        };
        (types, self.options & option::REASON != 0)
    }
}

/// `{nodeup | nodedown, Node}`, or with more, for all who want to know.
fn tell(event: Event) {
    for watcher in watchers() {
        if !event.is_for(watcher.options) {
            continue;
        }
        for _ in 0..watcher.times {
            let message = Signal::Message(event.message(watcher.options));
            if signal::deliver(watcher.process, message).is_err() {
                break;
            }
        }
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
