//! What comes from other nodes, as the process does it that it is for, and what becomes of it when the connection is lost.

use super::{Signal, deliver, handle, monitor};
use crate::dist;
use crate::process::relations::{
    Link, Relations, RemoteReference, Spawning, Watched, WatchedBy, reference_term,
};
use crate::process::{Message, Owned, Peer, Process};
use crate::trace::flag;
use oxbeam_term::atom::known;
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::{Atom, Term, Word};
use std::sync::Arc;

/// A process of another node has unlinked itself, and wants no answer.
pub fn unlinked(from: Peer) -> Signal {
    Signal::Task(Box::new(move |_, owned| {
        if let Some(relations) = &mut owned.relations
            && relations.is_linked(from)
        {
            relations.links.remove(&from);
        }
    }))
}

/// A process of another node watches this one.
pub fn watched(reference: RemoteReference, by: WatchedBy) -> Signal {
    Signal::Task(Box::new(move |_, owned| {
        owned.relations().watched_from_afar.insert(reference, by);
    }))
}

/// It does so no longer.
pub fn unwatched(reference: RemoteReference) -> Signal {
    Signal::Task(Box::new(move |_, owned| {
        if let Some(relations) = &mut owned.relations {
            relations.watched_from_afar.remove(&reference);
        }
    }))
}

/// The answer to a request to start a process on another node.
pub fn spawned(reference: RefNumbers, child: Result<Peer, Atom>, linked: bool) -> Signal {
    Signal::Task(Box::new(move |process, owned| {
        answered(process, owned, reference, child, linked);
    }))
}

fn answered(
    process: &Process,
    owned: &mut Owned,
    reference: RefNumbers,
    child: Result<Peer, Atom>,
    linked: bool,
) {
    let relations = owned.relations();
    let Some(spawning) = relations.spawning.remove(&reference) else {
        return;
    };
    let from = Peer::Process(process.number);
    match child {
        Ok(child) if spawning.abandoned => {
            if let Some(connection) = dist::find(child.node()) {
                if linked {
                    let reason = Term::atom(Atom::of("abandoned"));
                    connection.send_link_exit(from, child, reason, None);
                }
                if spawning.monitor.is_some() {
                    let with_pid = spawning.is_alias();
                    let what = Watched::Peer(child);
                    connection.send_demonitor(process.number, what, reference, with_pid);
                }
            }
            return;
        }
        Ok(child) => {
            if linked {
                relations.links.insert(child, Link::Linked);
                if spawning.priority_link {
                    relations.priority_links.insert(child);
                }
                if process.trace.has(flag::PROCS) {
                    handle::about_peer(process, "link", child);
                }
            }
            if let Some(monitor) = spawning.monitor {
                monitor.watch(relations, reference, Watched::Peer(child));
            }
        }
        Err(_) => {
            relations.remove_alias(reference);
        }
    }
    let told = if child.is_ok() {
        spawning.tell.0
    } else {
        spawning.tell.1
    };
    if told && !spawning.abandoned {
        let message = answer(process.number, reference, &spawning, child);
        owned.mailbox.push(message);
    }
}

/// `{Tag, Ref, ok, Pid}` or `{Tag, Ref, error, Reason}`
fn answer(
    process: u64,
    reference: RefNumbers,
    spawning: &Spawning,
    child: Result<Peer, Atom>,
) -> Message {
    Message::build(|builder| {
        // SAFETY: the tag is a term of the process that runs this.
        let tag = unsafe { Term::from_word(spawning.tag) };
        let tag = oxbeam_term::copy::copy(tag, builder);
        let reference = reference_term(builder, reference, spawning.is_alias(), process);
        let (kind, value) = match child {
            Ok(child) => (known::OK, child.term(builder)),
            Err(reason) => (known::ERROR, Term::atom(reason)),
        };
        builder.tuple(&[tag, reference, Term::atom(kind), value])
    })
}

/// The connection to `node` is lost: the local process `process` is told so.
pub fn tell_lost(process: u64, node: Atom) {
    let task = Box::new(move |process: &Process, owned: &mut Owned| lost(process, owned, node));
    drop(deliver(process, Signal::Task(task)));
}

/// All that the process has over the connection to `node` ends.
fn lost(process: &Process, owned: &mut Owned, node: Atom) {
    let Some(relations) = owned.relations.as_deref_mut() else {
        return;
    };
    relations
        .watched_from_afar
        .retain(|_, watched| !is_of(watched.by, node));
    let times = relations.watched_nodes.remove(&node).unwrap_or(0);
    let requests: Vec<RefNumbers> = relations
        .spawning
        .iter()
        .filter(|(_, spawning)| spawning.node == node)
        .map(|(reference, _)| *reference)
        .collect();
    let links = links_to(relations, node);
    let monitors = monitors_of(relations, node);
    for reference in requests {
        answered(process, owned, reference, Err(known::NOCONNECTION), false);
    }
    let reason = || Message::immediate(Word::atom(known::NOCONNECTION));
    for peer in links {
        handle::link_exit(process, owned, peer, reason());
        if let Some(relations) = &mut owned.relations {
            relations.links.remove(&peer);
        }
    }
    for reference in monitors {
        handle::down(process, owned, reference, reason());
    }
    for _ in 0..times {
        owned.mailbox.push(node_down(node));
    }
}

/// `{nodedown, Node}`
pub fn node_down(node: Atom) -> Message {
    Message::build(|builder| builder.tuple(&[Term::atom(Atom::of("nodedown")), Term::atom(node)]))
}

fn is_of(peer: Peer, node: Atom) -> bool {
    matches!(peer, Peer::Remote(other, _) if other.name == node)
}

fn links_to(relations: &Relations, node: Atom) -> Vec<Peer> {
    let links = relations.links.keys().copied();
    let mut links: Vec<Peer> = links.filter(|&peer| is_of(peer, node)).collect();
    links.sort_unstable();
    links
}

fn monitors_of(relations: &Relations, node: Atom) -> Vec<RefNumbers> {
    let of_node = |what: Watched| match what {
        Watched::Peer(peer) => is_of(peer, node),
        Watched::RemoteName(_, other) => other == node,
        Watched::Name(..) | Watched::TimeOffset | Watched::OldPort(..) => false,
    };
    relations
        .watching_in_order()
        .into_iter()
        .filter(|(_, watching)| of_node(watching.what))
        .map(|(reference, _)| reference)
        .collect()
}

/// A process has sent something over a busy connection and is suspended until there is room.
pub struct Room {
    connection: Arc<dist::Connection>,
    /// What the native will give that has sent it.
    reference: Option<RefNumbers>,
}

/// Where a process stands that does something to another node.
pub enum Stand {
    /// It does it now.
    Begins,
    /// It has done so, and still waits for room.
    Waits,
    /// It has, and goes on, with the reference that it gave before.
    Resumes(Option<RefNumbers>),
}

/// Where the process, which the caller runs, stands.
pub fn stand(process: &Process, owned: &mut Owned) -> Stand {
    match owned.room() {
        None => Stand::Begins,
        Some(room) if room.connection.is_waiting(process.number) => {
            owned.waits_for_port = true;
            Stand::Waits
        }
        Some(room) => {
            let reference = room.reference;
            owned.rare().room = None;
            Stand::Resumes(reference)
        }
    }
}

/// The process, which the caller runs, has sent something. `true`: it must wait for room; what it does then looks at [`stand`] first.
pub fn must_wait(
    process: &Process,
    owned: &mut Owned,
    connection: &Arc<dist::Connection>,
    reference: Option<RefNumbers>,
) -> bool {
    if owned.async_dist || !connection.suspends(process.number) {
        return false;
    }
    owned.rare().room = Some(Room {
        connection: Arc::clone(connection),
        reference,
    });
    owned.waits_for_port = true;
    if let Some(controller) = connection.controller() {
        crate::system_monitor::node_is_busy(process.number, controller.term());
    }
    true
}

fn begin_to_watch(owned: &mut Owned, what: Watched, options: monitor::Options) -> RefNumbers {
    let reference = crate::unique::next_reference();
    let relations = owned.relations();
    options.open_alias(relations, reference);
    options.watch(relations, reference, what);
    reference
}

/// The process, which the caller runs, watches a process, or a name, of the node at the other end of `connection`.
pub fn monitor_over(
    connection: &dist::Connection,
    process: &Process,
    owned: &mut Owned,
    what: Watched,
    options: monitor::Options,
) -> RefNumbers {
    let reference = begin_to_watch(owned, what, options);
    let with_pid = options.alias.is_some();
    connection.send_monitor(process.number, what, reference, with_pid);
    reference
}

/// The same of somebody who is not there, or can't be reached.
pub fn monitor_nobody(
    process: &Process,
    owned: &mut Owned,
    what: Watched,
    options: monitor::Options,
    reason: Atom,
) -> RefNumbers {
    let reference = begin_to_watch(owned, what, options);
    monitor::down_now(process, reference, Term::atom(reason));
    reference
}
