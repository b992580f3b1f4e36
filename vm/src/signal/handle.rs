//! What a process does with each signal: one function a signal, run by the process itself.
//!
//! Nothing here collects or moves anything: it may happen within a native function. Work that collects is put aside until the process
//! has nothing in registers ([`run_tasks`]).

use super::port::{self, ToPort};
use super::{AwaitSuspended, Signal, Task, deliver, link, monitor, send_reply};
use crate::dist;
use crate::process::relations::{AliasMode, Link, WatchedBy};
use crate::process::{Class, Message, Owned, Peer, Process, info};
use crate::trace::{event, flag};
use oxbeam_term::atom::known;
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::heap::parcel::Parcel;
use oxbeam_term::{Term, Word};
use std::sync::atomic::Ordering;

/// See [`Process::fetch_signals`].
pub(crate) fn handle_all(process: &Process) -> bool {
    loop {
        let mut signals = process.inbox.take_all();
        if signals.is_empty() {
            break;
        }
        while let Some(node) = signals.pop_front() {
            // SAFETY: the caller runs the process and holds no reference into this.
            let owned = unsafe { &mut *process.owned_pointer() };
            if owned.told_to_exit {
                refuse(process, node.value);
            } else {
                handle(process, owned, node.value);
            }
        }
    }
    // SAFETY: as above.
    let owned = unsafe { &mut *process.owned_pointer() };
    if owned.told_to_exit {
        owned.exception.set(Class::Exit, owned.exit_reason);
        owned.exception.trace = Word::NIL;
    }
    !owned.told_to_exit
}

fn handle(process: &Process, owned: &mut Owned, signal: Signal) {
    match signal {
        Signal::Message(message) => {
            if process.trace.has(flag::RECEIVE) {
                received(process, &message);
            }
            owned.mailbox.push(message);
        }
        Signal::AliasMessage {
            alias,
            message,
            priority,
        } => alias_message(process, owned, alias, message, priority),
        Signal::Link(from) => {
            let links = &mut owned.relations().links;
            // If this side is unlinking, the other one finds that behind its own link, and takes it back.
            if !links.contains_key(&from) {
                links.insert(from, Link::Linked);
                if process.trace.has(flag::PROCS) {
                    about_peer(process, "getting_linked", from);
                }
            }
        }
        Signal::Unlink { from, id } => unlinked(process, owned, from, id),
        Signal::UnlinkAck { from, id } => acknowledged(owned, from, id),
        Signal::Monitor {
            reference,
            by,
            name,
        } => {
            owned
                .relations()
                .watched_by
                .insert(reference, WatchedBy { by, name });
        }
        Signal::Demonitor(reference) => {
            if let Some(relations) = &mut owned.relations {
                relations.watched_by.remove(&reference);
            }
        }
        Signal::Down { reference, reason } => down(process, owned, reference, reason),
        Signal::LinkExit { from, reason } => link_exit(process, owned, from, reason),
        Signal::Exit { from, reason } => exit(process, owned, from, reason, false),
        Signal::AliasExit { alias, exit: about } => {
            let active = owned
                .relations
                .as_ref()
                .and_then(|relations| relations.aliases.get(&alias));
            if let Some(entry) = active {
                let priority = about.2 && entry.priority;
                let (from, reason, _) = *about;
                exit(process, owned, from, reason, priority);
            }
        }
        Signal::GroupLeader { leader, reply } => {
            owned.group_leader = leader;
            if let Some((to, reference)) = reply {
                send_reply(to, reference, |_| Term::TRUE);
            }
        }
        Signal::IsAlive { from, reference } => send_reply(from, reference, |_| Term::TRUE),
        Signal::Info(request) => info::answer(process, owned, &request),
        Signal::Suspend(is_suspended) => {
            owned.rare().suspended += 1;
            is_suspended.store(true, Ordering::Release);
        }
        Signal::Resume => {
            let rare = owned.rare();
            rare.suspended = rare.suspended.saturating_sub(1);
        }
        // It is not suspended before its native has returned.
        Signal::AwaitSuspended(wait) if process.state.is_open() => {
            let task = move |process: &Process, owned: &mut Owned| {
                tell_suspended(process, owned, *wait);
            };
            owned.rare().tasks.push(Box::new(task));
        }
        Signal::AwaitSuspended(wait) => tell_suspended(process, owned, *wait),
        Signal::ReceiveTimeout => owned.receive_timed_out(),
        Signal::Task(task) => task(process, owned),
        Signal::SystemTask(task) => owned.rare().tasks.push(task),
        Signal::LightTask(task) => owned.rare().light_tasks.push(task),
    }
}

fn tell_suspended(process: &Process, owned: &Owned, wait: AwaitSuspended) {
    let message = if process.state.is_exiting() {
        wait.exited
    } else if owned.is_suspended() {
        wait.suspended
    } else {
        wait.not_suspended
    };
    let _ = deliver(wait.from, Signal::Message(message));
}

/// A message through an alias arrives while the alias is active.
fn alias_message(
    process: &Process,
    owned: &mut Owned,
    alias: RefNumbers,
    message: Message,
    priority: bool,
) {
    let Some(relations) = &mut owned.relations else {
        return;
    };
    let Some(entry) = relations.aliases.get(&alias).copied() else {
        return;
    };
    match entry.mode {
        AliasMode::Explicit | AliasMode::Demonitor => {}
        AliasMode::Reply => {
            relations.remove_alias(alias);
        }
        AliasMode::ReplyDemonitor => {
            relations.remove_alias(alias);
            if let Some(watching) = relations.stop_watching(alias) {
                monitor::tell_unwatched(process.number, &watching, alias);
            }
        }
    }
    enqueue(process, owned, message, priority && entry.priority);
}

/// Tells who traces messages of one that has come.
#[cold]
fn received(process: &Process, message: &Message) {
    if message.is_damaged() {
        return;
    }
    // The sender's pid, or a token, which names the sender too.
    let from = if message.token.is_none() || message.token == Word::NIL {
        None
    } else {
        // SAFETY: a token lies in the message's own fragment.
        let token: Term<'_> = unsafe { Term::from_word(message.token) };
        Some(crate::seq_trace::Token::of(token).map_or(token, |token| token.from))
    };
    event::receive(process, from, message.term());
}

/// Tells who traces the process of something about a link.
#[cold]
pub(super) fn about_peer(process: &Process, tag: &str, peer: Peer) {
    let mut arena = oxbeam_term::heap::arena::Arena::new();
    // SAFETY: the arena stays until the event was told.
    let peer = peer.term(&mut unsafe { arena.builder() });
    event::simple(process, flag::PROCS, tag, peer);
}

fn enqueue(process: &Process, owned: &mut Owned, message: Message, priority: bool) {
    if process.trace.has(flag::RECEIVE) {
        received(process, &message);
    }
    if priority {
        owned.mailbox.push_priority(message);
    } else {
        owned.mailbox.push(message);
    }
}

fn unlinked(process: &Process, owned: &mut Owned, from: Peer, id: u64) {
    if let Some(relations) = &mut owned.relations {
        // A link that we have just taken back ourselves waits for its own acknowledgement.
        if relations.is_linked(from) {
            relations.links.remove(&from);
            if process.trace.has(flag::PROCS) {
                about_peer(process, "getting_unlinked", from);
            }
        }
    }
    link::acknowledge(process.number, from, id);
}

fn acknowledged(owned: &mut Owned, from: Peer, id: u64) {
    if let Some(relations) = &mut owned.relations
        && relations.links.get(&from) == Some(&Link::Unlinking(id))
    {
        relations.links.remove(&from);
    }
}

pub(super) fn down(process: &Process, owned: &mut Owned, reference: RefNumbers, reason: Message) {
    let Some(watching) = owned
        .relations
        .as_mut()
        .and_then(|relations| relations.stop_watching(reference))
    else {
        return;
    };
    let message = monitor::down_message(process, reference, &watching, reason);
    enqueue(process, owned, message, watching.priority);
}

pub(super) fn link_exit(process: &Process, owned: &mut Owned, from: Peer, reason: Message) {
    let Some(relations) = &mut owned.relations else {
        return;
    };
    let priority = relations.priority_links.remove(&from);
    if relations.links.remove(&from) != Some(Link::Linked) {
        return;
    }
    let traced = process.trace.has(flag::PROCS);
    if owned.trap_exit {
        if traced {
            about_peer(process, "getting_unlinked", from);
        }
        enqueue(process, owned, exit_message(from, reason), priority);
    } else if reason.word != Word::atom(known::NORMAL) {
        tell_to_exit(owned, reason);
    } else if traced {
        about_peer(process, "getting_unlinked", from);
    }
}

fn exit(process: &Process, owned: &mut Owned, from: Peer, reason: Message, priority: bool) {
    if reason.word == Word::atom(known::KILL) {
        tell_to_exit(owned, Message::immediate(Word::atom(known::KILLED)));
    } else if owned.trap_exit {
        enqueue(process, owned, exit_message(from, reason), priority);
    } else if reason.word != Word::atom(known::NORMAL) || from == Peer::Process(process.number) {
        tell_to_exit(owned, reason);
    }
}

/// `{'EXIT', From, Reason}`, built around the reason's fragment.
pub fn exit_message(from: Peer, mut reason: Message) -> Message {
    let mut arena = reason
        .fragment
        .take()
        .map_or_else(Default::default, Parcel::into_arena);
    // SAFETY: the arena goes into the message whole; the reason lies in it or is an immediate or a literal.
    let word = unsafe {
        let mut builder = arena.builder();
        let from = from.term(&mut builder);
        builder
            .tuple(&[
                Term::atom(known::UPPER_EXIT),
                from,
                Term::from_word(reason.word),
            ])
            .word()
    };
    Message {
        word,
        // As of what a process sends: without a token the receiver has none either.
        token: if reason.token.is_none() {
            Word::NIL
        } else {
            reason.token
        },
        fragment: Some(arena.into()),
    }
}

/// The process exits as soon as whoever runs it sees so.
pub(crate) fn tell_to_exit(owned: &mut Owned, mut reason: Message) {
    if owned.told_to_exit {
        return;
    }
    if let Some(fragment) = reason.fragment.take() {
        owned.heap.arena.adopt(fragment.into_arena());
    }
    owned.told_to_exit = true;
    owned.exit_reason = reason.word;
}

/// Does the work that collects nothing, for a process whose dirty native waits.
pub(crate) fn run_light_tasks(process: &Process, owned: &mut Owned) {
    if let Some(rare) = &mut owned.rare {
        for task in std::mem::take(&mut rare.light_tasks) {
            task(process, owned);
        }
    }
}

/// Does the work that may collect. `false`: the process must exit. For a process that does not run and has its registers saved.
pub(crate) fn run_tasks(process: &Process, owned: &mut Owned) -> bool {
    run_light_tasks(process, owned);
    while let Some(rare) = &mut owned.rare {
        if rare.tasks.is_empty() {
            break;
        }
        let tasks: Vec<Task> = std::mem::take(&mut rare.tasks);
        for task in tasks {
            task(process, owned);
        }
    }
    !owned.told_to_exit
}

/// What a process that exits answers to a signal that it has not handled.
pub(crate) fn refuse(process: &Process, signal: Signal) {
    let noproc = || Message::immediate(Word::atom(known::NOPROC));
    let from = Peer::Process(process.number);
    match signal {
        Signal::Link(to) => match to {
            Peer::Process(number) => {
                let _ = deliver(
                    number,
                    Signal::LinkExit {
                        from,
                        reason: noproc(),
                    },
                );
            }
            Peer::Port(number) => {
                let _ = port::signal(
                    number,
                    ToPort::Exit {
                        from,
                        reason: noproc(),
                        linked: true,
                    },
                );
            }
            Peer::Remote(node, _) => {
                if let Some(connection) = dist::find(node.name) {
                    connection.send_link_exit(from, to, Term::atom(known::NOPROC), None);
                }
            }
        },
        Signal::Unlink { from: to, id } => link::acknowledge(process.number, to, id),
        Signal::Monitor {
            reference,
            by: Peer::Process(number),
            ..
        } => {
            let _ = deliver(
                number,
                Signal::Down {
                    reference,
                    reason: noproc(),
                },
            );
        }
        Signal::Monitor {
            reference,
            by: Peer::Port(number),
            ..
        } => {
            let _ = port::signal(number, ToPort::Down(reference));
        }
        Signal::GroupLeader {
            reply: Some((to, reference)),
            ..
        } => {
            send_reply(to, reference, |_| Term::atom(known::BADARG));
        }
        Signal::IsAlive { from, reference } => send_reply(from, reference, |_| Term::FALSE),
        Signal::Info(request) => {
            send_reply(request.from, request.reference, |_| {
                Term::atom(known::UNDEFINED)
            });
        }
        Signal::AwaitSuspended(wait) => {
            let _ = deliver(wait.from, Signal::Message(wait.exited));
        }
        Signal::SystemTask(task) => {
            // SAFETY: the caller runs the process and holds no reference into this.
            unsafe { &mut *process.owned_pointer() }
                .rare()
                .tasks
                .push(task);
        }
        Signal::LightTask(task) => {
            // SAFETY: as above.
            unsafe { &mut *process.owned_pointer() }
                .rare()
                .light_tasks
                .push(task);
        }
        Signal::Task(task) => {
            // SAFETY: as above.
            task(process, unsafe { &mut *process.owned_pointer() });
        }
        _ => {}
    }
}
