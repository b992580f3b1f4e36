//! `port_info/1,2`.

use super::Port;
use crate::machine::machine;
use crate::process::Peer;
use oxbeam_term::atom::known;
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::{Atom, Builder, Term};
use std::sync::Arc;

/// What can be asked.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Item {
    /// The registered name.
    RegisteredName,
    /// The command, the driver's name, or the descriptors.
    Name,
    /// Linked processes.
    Links,
    /// The place in the table.
    Id,
    /// The owner.
    Connected,
    /// Bytes that came in.
    Input,
    /// Bytes that went out.
    Output,
    /// The operating system's process.
    OsPid,
    /// Processes that the port's driver watches.
    Monitors,
    /// Processes that watch the port.
    MonitoredBy,
    /// Bytes.
    Memory,
    /// Bytes that wait to be written.
    QueueSize,
    /// `port_level` or `driver_level`
    Locking,
    /// `{parallelism, Boolean}` of `open_port/2`.
    Parallelism,
}

/// Those that `port_info/1` gives, in order.
const COMMON: [Item; 8] = [
    Item::RegisteredName,
    Item::Name,
    Item::Links,
    Item::Id,
    Item::Connected,
    Item::Input,
    Item::Output,
    Item::OsPid,
];

/// All by name.
pub const fn items() -> [(&'static str, Item); 14] {
    [
        ("registered_name", Item::RegisteredName),
        ("name", Item::Name),
        ("links", Item::Links),
        ("id", Item::Id),
        ("connected", Item::Connected),
        ("input", Item::Input),
        ("output", Item::Output),
        ("os_pid", Item::OsPid),
        ("monitors", Item::Monitors),
        ("monitored_by", Item::MonitoredBy),
        ("memory", Item::Memory),
        ("queue_size", Item::QueueSize),
        ("locking", Item::Locking),
        ("parallelism", Item::Parallelism),
    ]
}

/// Place of a number in OTP's table, whose neighbours lie in different cache lines of eight.
fn table_index(number: u64) -> u64 {
    let lines = (machine().config.port_limit.next_power_of_two() as u64 / 8).max(1);
    (number % lines) * 8 + (number / lines) % 8
}

fn peers<'p>(builder: &mut Builder<'p>, peers: impl Iterator<Item = Peer>) -> Term<'p> {
    let terms: Vec<Term<'p>> = peers.map(|peer| peer.term(builder)).collect();
    builder.list(terms)
}

/// What a crash dump says of a port.
pub(crate) struct Summary {
    pub(crate) slot: u64,
    pub(crate) owner: u64,
    pub(crate) registered: Option<Atom>,
    pub(crate) links: Vec<Peer>,
    pub(crate) watchers: Vec<(Peer, RefNumbers)>,
    /// The command, the driver's name, or the descriptors.
    pub(crate) name: String,
    pub(crate) driver: String,
    pub(crate) states: Vec<&'static str>,
    pub(crate) input: u64,
    pub(crate) output: u64,
    pub(crate) queued: usize,
}

impl Port {
    /// The port for a report; `None` if it is gone, or cannot be looked at now.
    pub(crate) fn summary(&self) -> Option<Summary> {
        let inner = self.inner.try_lock().filter(|inner| !inner.ended)?;
        let states = [
            (true, "CONNECTED"),
            (inner.closing, "CLOSING"),
            (inner.binary, "BINARY_IO"),
            (inner.eof, "SOFT_EOF"),
            (inner.busy, "BUSY"),
        ];
        let watchers = inner.watched_by.iter();
        Some(Summary {
            slot: table_index(self.number),
            owner: inner.owner,
            registered: machine().registry.name_of_port(self.number),
            links: inner.links.iter().copied().collect(),
            watchers: watchers
                .map(|(reference, (by, _))| (*by, *reference))
                .collect(),
            name: String::from_utf8_lossy(&self.name).into_owned(),
            driver: self.entry.name().to_owned(),
            states: states
                .into_iter()
                .filter_map(|(on, text)| on.then_some(text))
                .collect(),
            input: inner.input,
            output: inner.output,
            queued: inner.driver.as_ref().map_or(0, |driver| driver.queued()),
        })
    }
    /// `{Item, Value}`; the empty list for a name that the port does not have; `None` if the port is gone.
    pub fn info<'p>(self: &Arc<Port>, builder: &mut Builder<'p>, item: Item) -> Option<Term<'p>> {
        self.tell_in("info");
        let info = self.item(builder, item);
        self.tell_out("info");
        info
    }
    fn item<'p>(self: &Arc<Port>, builder: &mut Builder<'p>, item: Item) -> Option<Term<'p>> {
        let inner = self.lock();
        if inner.ended {
            return None;
        }
        let value = match item {
            Item::RegisteredName => match machine().registry.name_of_port(self.number) {
                Some(name) => Term::atom(name),
                None => return Some(Term::NIL),
            },
            Item::Name => builder.byte_list(&self.name),
            Item::Links => peers(builder, inner.links.iter().copied()),
            Item::Id => builder.unsigned(table_index(self.number)),
            Item::Connected => Term::local_pid(inner.owner),
            Item::Input => builder.unsigned(inner.input),
            Item::Output => builder.unsigned(inner.output),
            Item::OsPid => match inner.os_pid {
                Some(pid) => Term::small(pid.into()),
                None => Term::atom(known::UNDEFINED),
            },
            Item::Monitors => {
                let driver = inner.driver.as_ref();
                let watching = driver.map_or_else(Vec::new, |driver| driver.watching());
                let process = Term::atom(known::PROCESS);
                let mut terms = Vec::with_capacity(watching.len());
                for number in watching {
                    terms.push(builder.tuple(&[process, Term::local_pid(number)]));
                }
                builder.list(terms)
            }
            Item::MonitoredBy => peers(builder, inner.watched_by.values().map(|(by, _)| *by)),
            Item::Memory => {
                let links = inner.links.len() * size_of::<Peer>();
                builder.unsigned((links + inner.watched_by.len() * 48) as u64)
            }
            Item::QueueSize => {
                let queued = inner.driver.as_ref().map_or(0, |driver| driver.queued());
                builder.unsigned(queued as u64)
            }
            Item::Locking => {
                let driver = inner.driver.as_ref();
                let one = driver.is_some_and(|driver| driver.one_at_a_time());
                Term::atom(Atom::of(if one { "driver_level" } else { "port_level" }))
            }
            Item::Parallelism => Term::boolean(inner.parallelism),
        };
        let name = items().into_iter().find(|(_, each)| *each == item)?.0;
        Some(builder.tuple(&[Term::atom(Atom::of(name)), value]))
    }
    /// `port_info/1`; `None` if the port is gone.
    pub fn info_list<'p>(self: &Arc<Port>, builder: &mut Builder<'p>) -> Option<Term<'p>> {
        let mut values = Vec::with_capacity(COMMON.len());
        self.tell_in("info");
        for item in COMMON {
            let value = self.item(builder, item)?;
            if !value.is_nil() {
                values.push(value);
            }
        }
        self.tell_out("info");
        Some(builder.list(values))
    }
}
