//! Links, and the exit signals that go along them or are sent by `exit/2`.

use super::port::{self, ToPort};
use super::{Signal, deliver, remote};
use crate::dist;
use crate::process::relations::Link;
use crate::process::{Message, Owned, Peer, Process};
use crate::seq_trace::{self, Token};
use oxbeam_term::Term;
use oxbeam_term::atom::known;
use oxbeam_term::boxed::reference::Reference;
use std::sync::Arc;

/// The other side of a new link does not exist.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct NoProcess;

/// Links `process`, which the caller runs, to `peer`.
pub fn link(process: &Process, owned: &mut Owned, peer: Peer) -> Result<(), NoProcess> {
    if peer == Peer::Process(process.number) || owned.relations().is_linked(peer) {
        return Ok(());
    }
    owned.relations().links.insert(peer, Link::Linked);
    if send_link(process.number, peer) {
        return Ok(());
    }
    owned.relations().links.remove(&peer);
    Err(NoProcess)
}

fn send_link(from: u64, to: Peer) -> bool {
    let from = Peer::Process(from);
    match to {
        Peer::Process(number) => deliver(number, Signal::Link(from)).is_ok(),
        Peer::Port(number) => port::signal(number, ToPort::Link(from)).is_ok(),
        Peer::Remote(..) => false,
    }
}

/// Unlinks `process`, which the caller runs, from `peer`. The connection over which that went.
pub fn unlink(process: &Process, owned: &mut Owned, peer: Peer) -> Option<Arc<dist::Connection>> {
    let relations = owned.relations.as_mut()?;
    if !relations.is_linked(peer) {
        return None;
    }
    relations.priority_links.remove(&peer);
    let mut over = None;
    let id = relations.next_unlink();
    let from = Peer::Process(process.number);
    let sent = match peer {
        Peer::Process(number) => deliver(number, Signal::Unlink { from, id }).is_ok(),
        Peer::Port(number) => port::signal(number, ToPort::Unlink { from, id }).is_ok(),
        Peer::Remote(node, _) => {
            let connection = dist::find(node.name).filter(|connection| connection.is_open());
            if let Some(connection) = &connection {
                connection.send_unlink(id, from, peer);
            }
            over = connection;
            over.is_some()
        }
    };
    if sent {
        relations.links.insert(peer, Link::Unlinking(id));
    } else {
        relations.links.remove(&peer);
    }
    over
}

/// Acknowledges an unlink to `to`.
pub fn acknowledge(from: u64, to: Peer, id: u64) {
    let from = Peer::Process(from);
    match to {
        Peer::Process(number) => drop(deliver(number, Signal::UnlinkAck { from, id })),
        Peer::Port(number) => drop(port::signal(number, ToPort::UnlinkAck { from, id })),
        Peer::Remote(node, _) => {
            if let Some(connection) = dist::find(node.name) {
                connection.send_unlink_ack(id, from, to);
            }
        }
    }
}

/// Tells `to`, by a link, that `from` has exited, with its token of sequential tracing if it has one.
pub fn send_link_exit(from: Peer, to: Peer, reason: Term<'_>, token: Option<&Token<'_>>) {
    match to {
        Peer::Process(number) => {
            drop(deliver(
                number,
                Signal::LinkExit {
                    from,
                    reason: match token {
                        Some(token) => seq_trace::carrying(token, reason),
                        None => Message::copy_of(reason),
                    },
                },
            ));
        }
        Peer::Port(number) => {
            drop(port::signal(
                number,
                ToPort::Exit {
                    from,
                    reason: Message::copy_of(reason),
                    linked: true,
                },
            ));
        }
        Peer::Remote(node, _) => {
            if let Some(connection) = dist::find(node.name) {
                connection.send_link_exit(from, to, reason, token);
            }
        }
    }
}

/// `exit(To, Reason)`, as `from`, to somebody of this node.
pub fn send_exit(from: Peer, to: Peer, reason: Term<'_>) {
    match to {
        Peer::Process(number) => {
            drop(deliver(
                number,
                Signal::Exit {
                    from,
                    reason: Message::copy_of(reason),
                },
            ));
        }
        Peer::Port(number) => {
            drop(port::signal(
                number,
                ToPort::Exit {
                    from,
                    reason: Message::copy_of(reason),
                    linked: false,
                },
            ));
        }
        Peer::Remote(..) => {}
    }
}

/// `exit(Alias, Reason)`, as `from`.
pub fn send_exit_to_alias(from: Peer, alias: Reference<'_>, reason: Term<'_>, priority: bool) {
    if let Some(number) = alias.pid_number() {
        let exit = Box::new((from, Message::copy_of(reason), priority));
        let alias = alias.numbers();
        drop(deliver(number, Signal::AliasExit { alias, exit }));
    }
}

/// Links `process`, which the caller runs, to a process of the node at the other end of `connection`. `true`: it must wait, see
/// [`remote::must_wait`].
pub fn link_over(
    connection: &Arc<dist::Connection>,
    process: &Process,
    owned: &mut Owned,
    peer: Peer,
) -> bool {
    if owned.relations().is_linked(peer) {
        return false;
    }
    owned.relations().links.insert(peer, Link::Linked);
    connection.send_link(Peer::Process(process.number), peer);
    remote::must_wait(process, owned, connection, None)
}

/// A link to a process of a node that we have no connection with: it ends at once, by an exit signal.
pub fn not_connected(process: &Process, owned: &mut Owned, peer: Peer) {
    owned.relations().links.insert(peer, Link::Linked);
    let reason = Message::immediate(oxbeam_term::Word::atom(known::NOCONNECTION));
    drop(super::push(
        process,
        Signal::LinkExit { from: peer, reason },
    ));
}
