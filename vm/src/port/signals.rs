//! What processes send to ports: links, monitors, exit signals, and messages that are commands.

use super::{Output, Port, find};
use crate::dist::Packet;
use crate::process::{Message, Peer, Process};
use crate::signal::message::Sent;
use crate::signal::port::{Ports, ToPort};
use crate::signal::{Signal, deliver};
use oxbeam_term::atom::known;
use oxbeam_term::{Atom, Term, View};
use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

/// The face to processes.
pub(super) struct Face;

impl Ports for Face {
    fn signal(&self, number: u64, signal: ToPort) -> Result<(), ToPort> {
        match find(number) {
            Some(port) => port.take_signal(signal),
            None => Err(signal),
        }
    }
    fn command(&self, process: &Process, number: u64, message: Term<'_>) -> Sent {
        match find(number) {
            Some(port) => port.take_message(process, message),
            None => Sent::Done,
        }
    }
    fn carry(&self, number: u64, packets: Vec<Packet>) -> bool {
        find(number).is_some_and(|port| port.carry(packets))
    }
    fn is_busy(&self, number: u64) -> bool {
        find(number).is_some_and(|port| port.is_busy())
    }
    fn close(&self, number: u64, reason: Atom) {
        if let Some(port) = find(number) {
            port.close_with(reason);
        }
    }
    fn exists(&self, number: u64) -> bool {
        find(number).is_some()
    }
    fn trace_output(&self, number: u64, message: Term<'_>) {
        let encoded = oxbeam_term::etf::encode(message, &Default::default());
        if let (Some(port), Ok(bytes)) = (find(number), encoded) {
            port.take_trace(bytes);
        }
    }
}

/// A tracer that is a port is waited for so long.
const PATIENCE: Duration = Duration::from_millis(20);

thread_local! {
    /// A port is being told of a trace event: that is none itself.
    static TELLING: Cell<bool> = const { Cell::new(false) };
}

impl Port {
    /// A trace message for this port. The thread may hold another port, which is told of, and who holds this one may want that: so it is not
    /// waited for longer than a moment, but told by a thread that holds none.
    fn take_trace(self: &Arc<Port>, bytes: Vec<u8>) {
        if TELLING.replace(true) {
            return;
        }
        if let Some(mut inner) = self.try_lock_for(PATIENCE) {
            let owner = inner.owner;
            let _ = self.take_output(&mut inner, owner, bytes, true);
        } else {
            let port = Arc::clone(self);
            let late = move || {
                TELLING.set(true);
                let mut inner = port.lock();
                let owner = inner.owner;
                let _ = port.take_output(&mut inner, owner, bytes, true);
            };
            // Without a thread the message is lost, as one to a port that is gone.
            let _ = std::thread::Builder::new()
                .name("late trace".into())
                .spawn(late);
        }
        TELLING.set(false);
    }
    fn take_signal(self: &Arc<Port>, signal: ToPort) -> Result<(), ToPort> {
        let mut inner = self.lock();
        if inner.ended || inner.closing {
            return Err(signal);
        }
        match signal {
            ToPort::Link(from) => {
                self.tell_in("link");
                if inner.links.insert(from) {
                    self.tell_link("getting_linked", from);
                }
                self.tell_out("link");
            }
            ToPort::Unlink { from, id } => {
                self.tell_in("unlink");
                if inner.links.remove(&from) {
                    self.tell_link("getting_unlinked", from);
                }
                self.tell_out("unlink");
                if let Peer::Process(number) = from {
                    let from = Peer::Port(self.number);
                    let _ = deliver(number, Signal::UnlinkAck { from, id });
                }
            }
            ToPort::UnlinkAck { from, id } => {
                if inner.unlinking.get(&from) == Some(&id) {
                    inner.unlinking.remove(&from);
                }
            }
            ToPort::Monitor {
                reference,
                by,
                name,
            } => {
                self.tell_in("monitor");
                inner.watched_by.insert(reference, (by, name));
                self.tell_out("monitor");
            }
            ToPort::Demonitor(reference) => {
                self.tell_in("demonitor");
                inner.watched_by.remove(&reference);
                self.tell_out("demonitor");
            }
            ToPort::Down(reference) => {
                self.call_driver(&mut inner, None, |driver, cx| {
                    driver.watched_is_gone(cx, reference);
                });
            }
            ToPort::Exit {
                from,
                reason,
                linked,
            } => self.take_exit(&mut inner, from, &reason, linked),
        }
        Ok(())
    }
    fn take_exit(
        self: &Arc<Port>,
        inner: &mut super::Inner,
        from: Peer,
        reason: &Message,
        linked: bool,
    ) {
        // The first port can't be ended, and a link that is gone ends nothing.
        if self.number == 0 || (linked && !inner.links.remove(&from)) {
            return;
        }
        let reason = reason.term();
        if linked && reason.is(known::NORMAL) && from != Peer::Process(inner.owner) {
            return;
        }
        if let Peer::Process(from) = from {
            self.tell_in("close");
            self.tell_received(from, |_| Term::atom(Atom::of("close")));
        }
        self.exit(inner, reason, false, true);
    }
    /// Process `from` makes `new` the owner.
    pub(super) fn tell_connect(&self, from: u64, new: u64) {
        self.tell_received(from, |builder| {
            builder.tuple(&[Term::atom(Atom::of("connect")), Term::local_pid(new)])
        });
        if self.trace.has(crate::trace::flag::SEND) {
            let message = Message::build(|builder| {
                builder.tuple(&[Term::local_port(self.number), Term::atom(known::CONNECTED)])
            });
            self.tell_sent(from, message.term());
        }
    }
    fn tell_link(&self, tag: &str, peer: Peer) {
        if let Peer::Process(number) = peer {
            self.tell_about(tag, Term::local_pid(number));
        }
    }
    /// `Port ! {Pid, {command, Data}}`, `{Pid, close}`, `{Pid, {connect, NewPid}}`; anything else is a bad signal.
    fn take_message(self: &Arc<Port>, process: &Process, message: Term<'_>) -> Sent {
        let command = message
            .as_tuple_of::<2>()
            .and_then(|[from, command]| Some((from.as_local_pid()?, command)));
        let owner = self.owner();
        let Some((from, command)) = command else {
            self.bad_signal(owner);
            return Sent::Done;
        };
        let pair = command.as_tuple_of::<2>();
        if command.as_atom().is_some_and(|atom| atom.text() == "close") {
            self.close_as(from);
        } else if let Some([known, data]) = pair.filter(|pair| pair[0].is(known::COMMAND)) {
            let _ = known;
            let Some(bytes) = iolist_bytes(data) else {
                self.bad_output();
                self.bad_signal(owner);
                return Sent::Done;
            };
            if from != owner {
                if self.lock().makes_wait(process.number) {
                    return Sent::Busy(self.number);
                }
                self.bad_signal(owner);
                return Sent::Done;
            }
            if self.output(process.number, bytes, false) == Output::Busy {
                return Sent::Busy(self.number);
            }
        } else if let Some([_, new]) = pair.filter(|pair| {
            pair[0]
                .as_atom()
                .is_some_and(|atom| atom.text() == "connect")
        }) {
            self.connect_as(from, new);
        } else {
            self.bad_signal(owner);
        }
        Sent::Done
    }
    fn close_as(self: &Arc<Port>, from: u64) {
        if self.number == 0 {
            return;
        }
        let mut inner = self.lock();
        if from == inner.owner {
            self.tell_in("close");
            self.tell_received(from, |_| Term::atom(Atom::of("close")));
            self.exit(&mut inner, Term::atom(known::NORMAL), true, true);
        } else {
            self.bad_signal(inner.owner);
        }
    }
    fn connect_as(self: &Arc<Port>, from: u64, new: Term<'_>) {
        let mut inner = self.lock();
        match new.as_local_pid() {
            Some(new) if from == inner.owner => {
                self.tell_in("connect");
                self.tell_connect(from, new);
                self.set_owner(&mut inner, new);
                super::send_atom(self.number, from, known::CONNECTED);
                self.tell_out("connect");
            }
            _ => self.bad_signal(inner.owner),
        }
    }
}

/// The bytes of an iolist; `None` if it is none.
pub fn iolist_bytes(term: Term<'_>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut outer = Vec::new();
    let mut rest = term;
    loop {
        match rest.view() {
            View::Cons(cell) => {
                let head = cell.head();
                match head.view() {
                    View::Small(byte) => bytes.push(u8::try_from(byte).ok()?),
                    View::Bits(binary) => bytes.extend_from_slice(&binary.bytes()?),
                    View::Nil => {}
                    View::Cons(_) => {
                        outer.push(cell.tail());
                        rest = head;
                        continue;
                    }
                    _ => return None,
                }
                rest = cell.tail();
            }
            View::Bits(binary) => {
                bytes.extend_from_slice(&binary.bytes()?);
                rest = Term::NIL;
            }
            View::Nil => match outer.pop() {
                Some(next) => rest = next,
                None => return Some(bytes),
            },
            _ => return None,
        }
    }
}
