//! Sending messages: by pid, name, alias.

use super::remote::Stand;
use super::{Signal, deliver, port, push, remote};
use crate::dist;
use crate::dist::send::To;
use crate::machine::machine;
use crate::process::{Class, Message, Peer, Process};
use crate::registry::Named;
use crate::seq_trace;
use crate::trace::{event, flag, session};
use oxbeam_term::atom::known;
use oxbeam_term::boxed::external::this_node;
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::{Atom, Builder, Term, View, Word};

/// What became of a message.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Sent {
    /// On its way, or there was nobody to send it to, which nobody is told.
    Done,
    /// The destination is no destination, or a name that nobody has.
    Badarg,
    /// The destination is on a node that we have no connection with.
    NotConnected(Atom),
    /// The destination is a port that is busy.
    Busy(u64),
    /// So is the connection to the destination's node, and nothing was sent.
    BusyNode,
    /// It is too large for another node.
    TooLarge,
    /// On its way over a busy connection: the sender waits, and sends again, which then does nothing.
    Suspended,
}

/// How to send; by default as `!` does.
#[derive(Copy, Clone, Debug)]
pub struct Manner {
    /// A connection is made if there is none.
    pub connect: bool,
    /// The sender waits if the connection is busy; else nothing is sent over one that is.
    pub suspend: bool,
    /// With priority, if the destination is an alias that allows it.
    pub priority: bool,
}

impl Default for Manner {
    fn default() -> Manner {
        Manner {
            connect: true,
            suspend: true,
            priority: false,
        }
    }
}

/// To another node.
#[cold]
fn to_node(process: &Process, node: Atom, to: To<'_>, message: Term<'_>, manner: Manner) -> Sent {
    // SAFETY: the caller runs `process`, and no reference into its owned part is kept.
    match remote::stand(process, unsafe { &mut *process.owned_pointer() }) {
        Stand::Begins => {}
        Stand::Waits => return Sent::Suspended,
        Stand::Resumes(_) => return Sent::Done,
    }
    let connection = if manner.connect {
        dist::connect(node)
    } else {
        dist::find(node).filter(|connection| connection.is_open())
    };
    let Some(connection) = connection else {
        return Sent::NotConnected(node);
    };
    // SAFETY: the caller runs `process`, and no reference into its owned part is kept.
    let asynchronous = unsafe { (*process.owned_pointer()).async_dist };
    if !manner.suspend && !asynchronous && connection.is_busy() {
        return Sent::BusyNode;
    }
    let mut token = None;
    if seq_trace::in_use() {
        // SAFETY: the caller runs `process`.
        let owned = unsafe { &mut *process.owned_pointer() };
        // SAFETY: as above; nothing is collected before the message is sent.
        if let Some(next) = unsafe { seq_trace::next_token(process, owned) } {
            let named = Message::build(|builder| match to {
                To::Process(to) | To::Alias(to) => oxbeam_term::copy::copy(to, builder),
                To::Name(name) => builder.tuple(&[Term::atom(name), Term::atom(node)]),
            });
            seq_trace::output(&next, seq_trace::SEND, named.term(), message);
            token = Some(Message::build(|builder| next.copy(builder)));
        }
    }
    let token = token.as_ref().map(Message::term);
    let from = (process.number, manner.suspend && !asynchronous);
    if !connection.send_message(from, to, message, token, manner.priority) {
        return Sent::TooLarge;
    }
    // SAFETY: as above.
    let owned = unsafe { &mut *process.owned_pointer() };
    if manner.suspend && remote::must_wait(process, owned, &connection, None) {
        return Sent::Suspended;
    }
    Sent::Done
}

/// Tells who traces the process of a message, unless it goes nowhere.
#[cold]
fn trace(process: &Process, to: Term<'_>, message: Term<'_>) {
    // SAFETY: the caller runs `process`.
    if unsafe { (*process.owned_pointer()).room().is_some() } {
        // It has been told.
        return;
    }
    let goes = match to.view() {
        // Even if nobody has the name.
        View::Atom(_) => true,
        View::Tuple(_) => to
            .as_tuple_of::<2>()
            .is_some_and(|[name, node]| name.as_atom().is_some() && node.as_atom().is_some()),
        _ => to.is_pid() || to.is_port() || to.is_reference(),
    };
    if goes {
        event::send(process, to, message);
    }
}

fn to_alias(process: &Process, to: Term<'_>, message: Term<'_>, priority: bool) {
    let Some(alias) = to.as_reference() else {
        return;
    };
    if let Some(number) = alias.pid_number() {
        let signal = Signal::AliasMessage {
            alias: alias.numbers(),
            // The trace names the alias.
            message: outgoing(process, || to, message),
            priority,
        };
        let _ = if number == process.number {
            push(process, signal)
        } else {
            deliver(number, signal)
        };
    }
}

/// Sends `message` to `to`: pid, port, registered name, `{Name, Node}` or alias, as `process`. To a busy port nothing is sent.
pub fn send(process: &Process, to: Term<'_>, message: Term<'_>) -> Sent {
    send_in_manner(process, to, message, Manner::default())
}

/// Sends as [`send`] does, in this manner.
#[inline]
pub fn send_in_manner(process: &Process, to: Term<'_>, message: Term<'_>, manner: Manner) -> Sent {
    if process.trace.has(flag::SEND) {
        trace(process, to, message);
    }
    match to.view() {
        View::Pid(number) => {
            to_process(process, number, message);
            Sent::Done
        }
        View::Atom(name) => to_name(process, name, message).unwrap_or(Sent::Badarg),
        View::Reference(_) => {
            to_alias(process, to, message, manner.priority);
            Sent::Done
        }
        View::Port(number) => port::command(process, number, message),
        View::Tuple(_) => match to
            .as_tuple_of::<2>()
            .map(|[name, node]| (name.as_atom(), node.as_atom()))
        {
            Some((Some(name), Some(node))) if node == this_node().name => {
                to_name(process, name, message).unwrap_or(Sent::Done)
            }
            Some((Some(name), Some(node))) => {
                to_node(process, node, To::Name(name), message, manner)
            }
            _ => Sent::Badarg,
        },
        // Of an earlier life of this node.
        View::ExternalPid(other) | View::ExternalReference(other)
            if other.node().name == this_node().name =>
        {
            Sent::Done
        }
        View::ExternalPid(pid) => {
            to_node(process, pid.node().name, To::Process(to), message, manner)
        }
        View::ExternalReference(alias) => {
            to_node(process, alias.node().name, To::Alias(to), message, manner)
        }
        View::ExternalPort(_) => Sent::Done,
        _ => Sent::Badarg,
    }
}

#[inline]
fn to_process(process: &Process, number: u64, message: Term<'_>) {
    let signal = Signal::Message(outgoing(process, || Term::local_pid(number), message));
    let _ = if number == process.number {
        push(process, signal)
    } else {
        deliver(number, signal)
    };
}

/// A copy of the message, with the sender's trace token if it has one.
#[inline]
fn outgoing<'t>(process: &Process, to: impl FnOnce() -> Term<'t>, message: Term<'_>) -> Message {
    if seq_trace::in_use() {
        // SAFETY: the caller runs `process`.
        let owned = unsafe { &mut *process.owned_pointer() };
        // SAFETY: as above; nothing is collected before the message is built.
        if let Some(token) = unsafe { seq_trace::next_token(process, owned) } {
            return with_token(&token, to(), message, owned.sensitive);
        }
    }
    let mut copy = Message::copy_of(message);
    // In the place of a token: see `seq_trace`.
    copy.token = if session::wants_senders() {
        Word::local_pid(process.number)
    } else {
        Word::NIL
    };
    copy
}

#[cold]
fn with_token(
    token: &seq_trace::Token<'_>,
    to: Term<'_>,
    message: Term<'_>,
    sensitive: bool,
) -> Message {
    if !sensitive {
        seq_trace::output(token, seq_trace::SEND, to, message);
    }
    seq_trace::carrying(token, message)
}

fn to_name(process: &Process, name: Atom, message: Term<'_>) -> Option<Sent> {
    match machine().registry.find(name)? {
        Named::Process(to) => {
            let _ = push(
                &to,
                Signal::Message(outgoing(process, || Term::local_pid(to.number), message)),
            );
            Some(Sent::Done)
        }
        Named::Port(number) => Some(port::command(process, number, message)),
    }
}

/// Sends a message that is built already to whoever has this name, if it is a process.
pub fn send_to_name(name: Atom, message: Message) {
    if let Some(process) = machine().registry.process(name) {
        let _ = push(&process, Signal::Message(message));
    }
}

/// Sends `{Ref, Answer}` to the local process `to`.
pub fn send_reply(
    to: u64,
    reference: RefNumbers,
    answer: impl for<'p> FnOnce(&mut Builder<'p>) -> Term<'p>,
) {
    let message = Message::build(|builder| {
        let reference = builder.reference(reference);
        let answer = answer(builder);
        builder.tuple(&[reference, answer])
    });
    let _ = deliver(to, Signal::Message(message));
}

/// Sends `message` to the local process or other peer `to`.
pub fn send_to_peer(to: Peer, message: Message) {
    if let Peer::Process(number) = to {
        let _ = deliver(number, Signal::Message(message));
    }
}

/// What an instruction does behind the message that it was to send.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Behind {
    /// It goes on.
    Next,
    /// It raises the exception that is set.
    Raise,
    /// It waits until the port is not busy, and sends again.
    Wait,
}

/// Sends `message` to `to`, as the `!` of `process` does.
pub fn send_from_instruction(process: &Process, to: Word, message: Word) -> Behind {
    // SAFETY: both are terms of the process, which the caller runs.
    let (to, message) = unsafe { (Term::from_word(to), Term::from_word(message)) };
    match send(process, to, message) {
        failed @ (Sent::Badarg | Sent::TooLarge) => {
            let reason = match failed {
                Sent::TooLarge => known::SYSTEM_LIMIT,
                _ => known::BADARG,
            };
            // SAFETY: the caller runs the process and holds no reference into its owned part.
            let owned = unsafe { &mut *process.owned_pointer() };
            owned.exception.set(Class::Error, Word::atom(reason));
            // SAFETY: the arguments are terms of the process; nothing collects here.
            let arguments = unsafe { owned.heap.arena.builder() }.list([to, message]);
            owned.exception.culprit = Some(crate::process::Culprit {
                module: known::ERLANG,
                function: Atom::of("send"),
                arity: 2,
                arguments: Some(arguments.word()),
                native: true,
            });
            Behind::Raise
        }
        Sent::Busy(port) => {
            wait_for_port(process, port);
            Behind::Wait
        }
        Sent::Suspended => Behind::Wait,
        Sent::BusyNode | Sent::NotConnected(_) | Sent::Done => Behind::Next,
    }
}

/// The process is going to wait until a port is not busy.
pub fn wait_for_port(process: &Process, port: u64) {
    // SAFETY: the caller runs the process and holds no reference into its owned part.
    unsafe { (*process.owned_pointer()).waits_for_port = true };
    crate::system_monitor::port_is_busy(process.number, port);
}
