//! Monitors: the watcher's side. What the one that is watched does is in [`handle`](super::handle) and in its exit.

use super::port::{self, ToPort};
use super::{Signal, deliver, push};
use crate::dist;
use crate::machine::machine;
use crate::process::relations::{Alias, AliasMode, Relations, Watched, Watching, reference_term};
use crate::process::{Message, Owned, Peer, Process};
use crate::registry::Named;
use oxbeam_term::atom::known;
use oxbeam_term::boxed::external::this_node;
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::heap::parcel::Parcel;
use oxbeam_term::{Atom, Builder, Term, Word};
use std::sync::Arc;

/// A number that no process or port has.
const NOBODY: u64 = (1 << 60) - 1;

/// What `monitor/3` may say.
#[derive(Copy, Clone, Debug)]
pub struct Options {
    /// `{alias, Mode}`
    pub alias: Option<AliasMode>,
    /// `{tag, Tag}`, or `NONE`; a term of the process.
    pub tag: Word,
    /// `priority`
    pub priority: bool,
}

impl Options {
    /// None given.
    pub const NONE: Options = Options {
        alias: None,
        tag: Word::NONE,
        priority: false,
    };

    /// Makes the reference an alias, if that is wanted.
    pub fn open_alias(&self, relations: &mut Relations, reference: RefNumbers) {
        if let Some(mode) = self.alias {
            let alias = Alias {
                mode,
                priority: self.priority,
            };
            relations.aliases.insert(reference, alias);
        }
    }
    /// Enters what the reference watches from now on.
    pub(crate) fn watch(&self, relations: &mut Relations, reference: RefNumbers, what: Watched) {
        let watching = Watching {
            what,
            tag: self.tag,
            alias: self.alias,
            with_pid: self.alias.is_some(),
            priority: self.priority,
        };
        relations.watching.insert(reference, watching);
    }
}

/// Whom to watch.
#[derive(Copy, Clone, Debug)]
pub enum Target {
    /// A process or port.
    Peer(Peer),
    /// Whoever has this name; a port if the flag says so.
    Name(Atom, bool),
    /// A name on another node.
    RemoteName(Atom, Atom),
}

/// `process`, which the caller runs, watches `target`.
pub fn monitor(
    process: &Process,
    owned: &mut Owned,
    target: Target,
    options: Options,
) -> RefNumbers {
    let reference = crate::unique::next_reference();
    let relations = owned.relations();
    options.open_alias(relations, reference);
    let mut watch = |what: Watched| options.watch(relations, reference, what);
    let by = Peer::Process(process.number);
    let sent = match target {
        Target::Peer(peer) if peer == by => return reference,
        Target::Peer(peer) => {
            watch(Watched::Peer(peer));
            match peer {
                Peer::Process(number) => deliver(
                    number,
                    Signal::Monitor {
                        reference,
                        by,
                        name: None,
                    },
                )
                .is_ok(),
                Peer::Port(number) => port::signal(
                    number,
                    ToPort::Monitor {
                        reference,
                        by,
                        name: None,
                    },
                )
                .is_ok(),
                // See [`remote::monitor_from_here`](super::remote::monitor_from_here).
                Peer::Remote(..) => {
                    down_now(process, reference, Term::atom(known::NOCONNECTION));
                    return reference;
                }
            }
        }
        Target::Name(name, by_port) => match machine().registry.find(name) {
            Some(Named::Process(to)) if to.number == process.number && !by_port => {
                return reference;
            }
            Some(Named::Process(to)) if !by_port => {
                watch(Watched::Name(name, Peer::Process(to.number)));
                push(
                    &to,
                    Signal::Monitor {
                        reference,
                        by,
                        name: Some(name),
                    },
                )
                .is_ok()
            }
            Some(Named::Port(number)) if by_port => {
                watch(Watched::Name(name, Peer::Port(number)));
                port::signal(
                    number,
                    ToPort::Monitor {
                        reference,
                        by,
                        name: Some(name),
                    },
                )
                .is_ok()
            }
            _ => {
                // Nobody of this kind.
                let nobody = if by_port {
                    Peer::Port(NOBODY)
                } else {
                    Peer::Process(NOBODY)
                };
                watch(Watched::Name(name, nobody));
                false
            }
        },
        Target::RemoteName(name, node) => {
            watch(Watched::RemoteName(name, node));
            down_now(process, reference, Term::atom(known::NOCONNECTION));
            return reference;
        }
    };
    if !sent {
        down_now(process, reference, Term::atom(known::NOPROC));
    }
    reference
}

/// The process that should be watched is gone already: its end is reported at once, behind the signals that are on their way.
pub(super) fn down_now(process: &Process, reference: RefNumbers, reason: Term<'static>) {
    let _ = push(
        process,
        Signal::Down {
            reference,
            reason: Message::immediate(reason.word()),
        },
    );
}

/// Watches the time offset.
pub fn monitor_time_offset(process: &Process, owned: &mut Owned, options: Options) -> RefNumbers {
    let reference = crate::unique::next_reference();
    let relations = owned.relations();
    options.open_alias(relations, reference);
    options.watch(relations, reference, Watched::TimeOffset);
    machine()
        .time_offset_watchers
        .lock()
        .insert((process.number, reference));
    reference
}

/// `process`, which the caller runs, watches no longer. `None`: there was no such monitor; else the connection over which that went, if it did.
pub fn demonitor(
    process: &Process,
    owned: &mut Owned,
    reference: RefNumbers,
) -> Option<Option<Arc<dist::Connection>>> {
    let relations = owned.relations.as_mut();
    let watching = relations.and_then(|relations| relations.stop_watching(reference))?;
    Some(tell_unwatched(process.number, &watching, reference))
}

/// Tells whoever was watched that it is so no longer. The connection over which that went.
pub fn tell_unwatched(
    watcher: u64,
    watching: &Watching,
    reference: RefNumbers,
) -> Option<Arc<dist::Connection>> {
    let mut over = None;
    let mut tell_remote = |node: Atom| {
        over = dist::find(node);
        if let Some(connection) = &over {
            let with_pid = watching.with_pid;
            connection.send_demonitor(watcher, watching.what, reference, with_pid);
        }
    };
    match watching.what {
        Watched::Peer(peer) | Watched::Name(_, peer) => match peer {
            Peer::Process(number) => drop(deliver(number, Signal::Demonitor(reference))),
            Peer::Port(number) => drop(port::signal(number, ToPort::Demonitor(reference))),
            Peer::Remote(node, _) => tell_remote(node.name),
        },
        Watched::TimeOffset => {
            machine()
                .time_offset_watchers
                .lock()
                .remove(&(watcher, reference));
        }
        Watched::RemoteName(_, node) => tell_remote(node),
        Watched::OldPort(..) => (),
    }
    over
}

/// The message that tells of the end of what was watched: `{'DOWN', Ref, process, Object, Reason}`, built around the reason's fragment.
pub(crate) fn down_message(
    process: &Process,
    reference: RefNumbers,
    watching: &Watching,
    mut reason: Message,
) -> Message {
    let mut arena = reason
        .fragment
        .take()
        .map_or_else(Default::default, Parcel::into_arena);
    // SAFETY: the arena goes into the message whole; the reason lies in it or is an immediate; the tag is a term of the process.
    let word = unsafe {
        let mut builder = arena.builder();
        let tag = if watching.tag.is_none() {
            Term::atom(known::DOWN)
        } else {
            oxbeam_term::copy::copy(Term::from_word(watching.tag), &mut builder)
        };
        let reference = reference_term(&mut builder, reference, watching.with_pid, process.number);
        let (kind, object) = object(&mut builder, watching.what);
        builder
            .tuple(&[tag, reference, kind, object, Term::from_word(reason.word)])
            .word()
    };
    Message {
        word,
        token: Word::NONE,
        fragment: Some(arena.into()),
    }
}

/// Type and object of what is watched, as messages name them.
pub(crate) fn object<'p>(builder: &mut Builder<'p>, what: Watched) -> (Term<'p>, Term<'p>) {
    let process = Term::atom(known::PROCESS);
    match what {
        Watched::Peer(peer) => {
            let kind = if matches!(peer, Peer::Port(_)) {
                Term::atom(known::PORT)
            } else {
                process
            };
            (kind, peer.term(builder))
        }
        Watched::Name(name, peer) => {
            let kind = if matches!(peer, Peer::Port(_)) {
                Term::atom(known::PORT)
            } else {
                process
            };
            (
                kind,
                builder.tuple(&[Term::atom(name), Term::atom(this_node().name)]),
            )
        }
        Watched::RemoteName(name, node) => (
            process,
            builder.tuple(&[Term::atom(name), Term::atom(node)]),
        ),
        Watched::OldPort(node, number) => {
            (Term::atom(known::PORT), builder.external_port(node, number))
        }
        Watched::TimeOffset => (
            Term::atom(known::TIME_OFFSET),
            Term::atom(known::CLOCK_SERVICE),
        ),
    }
}

/// The time offset has changed: `{'CHANGE', Ref, time_offset, clock_service, Offset}` to all who watch it.
pub fn time_offset_changed(offset: i64) {
    let watchers: Vec<_> = machine()
        .time_offset_watchers
        .lock()
        .iter()
        .copied()
        .collect();
    for (number, reference) in watchers {
        let task: super::Task = Box::new(move |process, owned| {
            let Some(watching) = owned
                .relations
                .as_ref()
                .and_then(|relations| relations.watching.get(&reference))
            else {
                return;
            };
            let message = Message::build(|builder| {
                let tag = if watching.tag.is_none() {
                    Term::atom(known::CHANGE)
                } else {
                    // SAFETY: a term of the process that runs this.
                    oxbeam_term::copy::copy(unsafe { Term::from_word(watching.tag) }, builder)
                };
                let reference =
                    reference_term(builder, reference, watching.with_pid, process.number);
                let (kind, object) = object(builder, Watched::TimeOffset);
                let offset = builder.integer(offset);
                builder.tuple(&[tag, reference, kind, object, offset])
            });
            owned.mailbox.push(message);
        });
        let _ = deliver(number, Signal::Task(task));
    }
}
