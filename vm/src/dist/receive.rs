//! Control messages that come. One that is none ends its connection; what is for a process of an earlier life of this node, or one that is
//! gone, is answered as that process would have.

use super::send::{alternative, operation, spawned};
use super::{Connection, Damaged, Whole};
use crate::code::load::CodeContext;
use crate::machine::machine;
use crate::process::relations::{RemoteReference, Watched, WatchedBy};
use crate::process::{Message, Peer};
use crate::registry::Named;
use crate::seq_trace;
use crate::signal::{self, Signal, remote};
use oxbeam_term::atom::known;
use oxbeam_term::binary::refc::SharedBytes;
use oxbeam_term::boxed::external::{ExternalKind, this_node};
use oxbeam_term::boxed::fun::{Export, FunEntry};
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::etf::{
    DecodeContext, DecodeOptions, FunKey, LocalReference, VERSION, decode_term,
};
use oxbeam_term::{Atom, Term, View, Word};
use std::sync::{Arc, OnceLock};

/// A request of another node to start a process.
pub struct SpawnRequest<'a> {
    /// The connection.
    pub connection: &'a Arc<Connection>,
    /// The request.
    pub reference: RemoteReference,
    /// Who wants it.
    pub parent: Peer,
    /// The child's group leader.
    pub leader: Peer,
    /// Module and function.
    pub function: (Atom, Atom),
    /// Arguments.
    pub arity: u64,
    /// Options.
    pub options: Term<'a>,
    /// The arguments.
    pub arguments: Message,
}

/// Starts what another node asks for. `None`: that was no request.
pub(super) type Spawner = fn(SpawnRequest<'_>) -> Option<()>;

static SPAWNER: OnceLock<Spawner> = OnceLock::new();

/// Sets who starts what other nodes ask for; the first call counts.
pub fn set_spawner(spawner: fn(SpawnRequest<'_>) -> Option<()>) {
    let _ = SPAWNER.set(spawner);
}

/// What decoding a message needs: the code, and the message's atoms.
struct Context<'a> {
    code: CodeContext<'a>,
    atoms: &'a [Atom],
    /// What the bytes lie in, if that is shared.
    within: Option<&'a SharedBytes>,
}

impl DecodeContext for Context<'_> {
    fn cached_atom(&mut self, index: u8) -> Option<Atom> {
        self.atoms.get(usize::from(index)).copied()
    }
    fn shared(&mut self, bytes: &[u8]) -> Option<(SharedBytes, usize)> {
        let within = self.within?;
        let all = within.bytes();
        // Less would keep more than twice its size.
        if bytes.len() < all.len() / 2 {
            return None;
        }
        let start = bytes.as_ptr().addr().checked_sub(all.as_ptr().addr())?;
        Some((within.clone(), start))
    }
    fn export(
        &mut self,
        module: Atom,
        function: Atom,
        arity: u32,
        existing: bool,
    ) -> Option<&'static Export> {
        self.code.export(module, function, arity, existing)
    }
    fn fun_entry(&mut self, key: FunKey<'_>) -> Option<&'static FunEntry> {
        self.code.fun_entry(key)
    }
    fn local_reference(&mut self, numbers: RefNumbers, pid: Option<u64>) -> LocalReference {
        self.code.local_reference(numbers, pid)
    }
    fn record_definition(&mut self, definition: Term<'_>) -> Option<Term<'static>> {
        self.code.record_definition(definition)
    }
}

/// The term at the beginning of `bytes`, and its length.
pub(super) fn decode(
    bytes: &[u8],
    atoms: &[Atom],
    within: Option<&SharedBytes>,
) -> Result<(Message, usize), Damaged> {
    let mut context = Context {
        code: CodeContext(&machine().code),
        atoms,
        within,
    };
    let mut used = 0;
    let message = Message::try_build(|builder| {
        let decoded = decode_term(bytes, builder, &mut context, DecodeOptions::default());
        let (term, length) = decoded.map_err(|_| Damaged)?;
        used = length;
        Ok(term)
    })?;
    Ok((message, used))
}

/// What follows a control message.
struct Payload<'a> {
    bytes: &'a [u8],
    whole: &'a Whole,
}

impl Payload<'_> {
    fn message(&self) -> Result<Message, Damaged> {
        let bytes = match (self.bytes, self.whole.versions) {
            ([VERSION, rest @ ..], true) => rest,
            (bytes, false) => bytes,
            _ => return Err(Damaged),
        };
        let (message, used) = decode(bytes, &self.whole.atoms, self.whole.shared())?;
        if used == bytes.len() {
            Ok(message)
        } else {
            Err(Damaged)
        }
    }
}

/// Whom something is for.
enum To {
    Process(u64),
    /// Somebody of an earlier life of this node.
    Nobody,
}

fn local(term: Term<'_>) -> Result<To, Damaged> {
    match term.view() {
        View::Pid(number) => Ok(To::Process(number)),
        View::ExternalPid(pid) if pid.node().name == this_node().name => Ok(To::Nobody),
        _ => Err(Damaged),
    }
}

/// A monitor's or request's reference of this node; `None`: of an earlier life.
fn local_reference(term: Term<'_>) -> Result<Option<RefNumbers>, Damaged> {
    match term.view() {
        View::Reference(reference) => Ok(Some(reference.numbers())),
        View::ExternalReference(other) if other.node().name == this_node().name => Ok(None),
        _ => Err(Damaged),
    }
}

/// Takes a whole message.
pub(super) fn take(connection: &Arc<Connection>, whole: &Whole) -> Result<(), Damaged> {
    let bytes = whole.bytes();
    let (control, used) = decode(bytes, &whole.atoms, None)?;
    let payload = Payload {
        bytes: &bytes[used..],
        whole,
    };
    let elements = control.term().tuple_elements().ok_or(Damaged)?;
    let (operation, rest) = elements.split_first().ok_or(Damaged)?;
    Taker {
        connection,
        payload,
    }
    .take(operation.as_small().ok_or(Damaged)?, rest)
}

struct Taker<'a> {
    connection: &'a Arc<Connection>,
    payload: Payload<'a>,
}

impl Taker<'_> {
    fn take(&self, operation: i64, elements: &[Term<'_>]) -> Result<(), Damaged> {
        use operation::*;
        match (operation, elements) {
            (SEND | SEND_SENDER, &[_, to]) => self.message(to, None),
            (SEND_TT | SEND_SENDER_TT, &[_, to, token]) => self.message(to, Some(token)),
            (REG_SEND, &[from, _, name]) if from.is_pid() => self.named_message(name, None),
            (REG_SEND_TT, &[from, _, name, token]) if from.is_pid() => {
                self.named_message(name, Some(token))
            }
            (ALIAS_SEND, &[_, alias]) => self.alias_message(alias, None, false),
            (ALIAS_SEND_TT, &[_, alias, token]) => self.alias_message(alias, Some(token), false),
            (ALTERNATIVE, [bits, from, to, token @ ..])
                if machine().release.priority_messages && token.len() < 2 =>
            {
                let bits = bits.as_small().ok_or(Damaged)?;
                self.alternative(bits, *from, *to, token.first().copied())
            }
            (LINK, &[from, to]) => self.link(from, to),
            (UNLINK, &[from, to]) => self.unlink(0, from, to),
            (UNLINK_ID, &[id, from, to]) => {
                let id = id.as_u64().filter(|&id| id > 0).ok_or(Damaged)?;
                self.unlink(id, from, to)
            }
            (UNLINK_ID_ACK, &[id, from, to]) => {
                let id = id.as_u64().filter(|&id| id > 0).ok_or(Damaged)?;
                let from = self.remote(from)?;
                if let To::Process(number) = local(to)? {
                    drop(signal::deliver(number, Signal::UnlinkAck { from, id }));
                }
                Ok(())
            }
            (EXIT, &[from, to, reason]) => self.link_exit(from, to, Message::copy_of(reason)),
            (EXIT_TT, &[from, to, token, reason]) => {
                let reason = seq_trace::attach(Message::copy_of(reason), token);
                self.link_exit(from, to, reason)
            }
            (PAYLOAD_EXIT, &[from, to]) => self.link_exit(from, to, self.payload.message()?),
            (PAYLOAD_EXIT_TT, &[from, to, token]) => {
                let reason = seq_trace::attach(self.payload.message()?, token);
                self.link_exit(from, to, reason)
            }
            (EXIT2, &[from, to, reason]) => self.exit(from, to, Message::copy_of(reason)),
            (EXIT2_TT, &[from, to, token, reason]) => {
                let reason = seq_trace::attach(Message::copy_of(reason), token);
                self.exit(from, to, reason)
            }
            (PAYLOAD_EXIT2, &[from, to]) => self.exit(from, to, self.payload.message()?),
            (PAYLOAD_EXIT2_TT, &[from, to, token]) => {
                let reason = seq_trace::attach(self.payload.message()?, token);
                self.exit(from, to, reason)
            }
            (MONITOR_P, &[from, to, reference]) => self.monitor(from, to, reference),
            (DEMONITOR_P, &[_, to, reference]) => self.demonitor(to, reference),
            (MONITOR_P_EXIT, &[_, to, reference, reason]) => {
                down(to, reference, Message::copy_of(reason))
            }
            (PAYLOAD_MONITOR_P_EXIT, &[_, to, reference]) => {
                down(to, reference, self.payload.message()?)
            }
            (GROUP_LEADER, &[leader, to]) => {
                let leader = Peer::from_pid(leader).ok_or(Damaged)?;
                if let To::Process(number) = local(to)? {
                    let reply = None;
                    drop(signal::deliver(
                        number,
                        Signal::GroupLeader { leader, reply },
                    ));
                }
                Ok(())
            }
            (SPAWN_REQUEST, &[reference, from, leader, call, options])
            | (SPAWN_REQUEST_TT, &[reference, from, leader, call, options, _]) => {
                self.spawn(reference, from, leader, call, options)
            }
            (SPAWN_REPLY, &[reference, to, flags, result])
            | (SPAWN_REPLY_TT, &[reference, to, flags, result, _]) => {
                self.spawned(reference, to, flags, result)
            }
            _ => Err(Damaged),
        }
    }
    /// A process of the node at the other end.
    fn remote(&self, term: Term<'_>) -> Result<Peer, Damaged> {
        match term.view() {
            View::ExternalPid(pid) if pid.node().name == self.connection.node => {
                Ok(Peer::Remote(pid.node(), pid.number()))
            }
            _ => Err(Damaged),
        }
    }
    fn remote_reference(&self, term: Term<'_>) -> Result<RemoteReference, Damaged> {
        match term.view() {
            View::ExternalReference(reference)
                if reference.node().name == self.connection.node
                    && reference.kind() == ExternalKind::Reference =>
            {
                RemoteReference::of(reference).ok_or(Damaged)
            }
            _ => Err(Damaged),
        }
    }
    /// The message, with the token of sequential tracing that came along. One that is none goes to its receiver all the same, as OTP leaves
    /// decoding to that.
    fn body(&self, token: Option<Term<'_>>) -> Result<Message, Damaged> {
        if self.payload.bytes.is_empty() {
            return Err(Damaged);
        }
        let Ok(mut message) = self.payload.message() else {
            return Ok(Message::damaged(self.connection.id));
        };
        // Who sent it has none, and for who traces messages is the node.
        message.token = Word::atom(self.connection.node);
        match token.filter(|token| token.is_tuple()) {
            Some(token) => Ok(seq_trace::attach(message, token)),
            None => Ok(message),
        }
    }
    fn message(&self, to: Term<'_>, token: Option<Term<'_>>) -> Result<(), Damaged> {
        let to = local(to)?;
        let message = self.body(token)?;
        if let To::Process(number) = to {
            drop(signal::deliver(number, Signal::Message(message)));
        }
        Ok(())
    }
    fn named_message(&self, name: Term<'_>, token: Option<Term<'_>>) -> Result<(), Damaged> {
        let name = name.as_atom().ok_or(Damaged)?;
        signal::message::send_to_name(name, self.body(token)?);
        Ok(())
    }
    fn alias_message(
        &self,
        alias: Term<'_>,
        token: Option<Term<'_>>,
        priority: bool,
    ) -> Result<(), Damaged> {
        let message = self.body(token)?;
        match alias.view() {
            View::Reference(alias) => {
                if let Some(number) = alias.pid_number() {
                    let alias = alias.numbers();
                    let signal = Signal::AliasMessage {
                        alias,
                        message,
                        priority,
                    };
                    drop(signal::deliver(number, signal));
                }
                Ok(())
            }
            View::ExternalReference(other) if other.node().name == this_node().name => Ok(()),
            _ => Err(Damaged),
        }
    }
    /// A message or an exit signal, perhaps with priority, to a process, a name or an alias.
    fn alternative(
        &self,
        bits: i64,
        from: Term<'_>,
        to: Term<'_>,
        token: Option<Term<'_>>,
    ) -> Result<(), Damaged> {
        let has = |bit: i64| bits & bit != 0;
        if has(alternative::TOKEN) != token.is_some() {
            return Err(Damaged);
        }
        let priority = has(alternative::PRIORITY);
        if !has(alternative::EXIT) {
            return if has(alternative::ALIAS) {
                self.alias_message(to, token, priority)
            } else if has(alternative::NAME) {
                self.named_message(to, token)
            } else {
                self.message(to, token)
            };
        }
        let reason = self.payload.message()?;
        if !has(alternative::ALIAS) {
            return self.exit(from, to, reason);
        }
        let from = self.remote(from)?;
        if let View::Reference(alias) = to.view()
            && let Some(number) = alias.pid_number()
        {
            let alias = alias.numbers();
            let exit = Box::new((from, reason, priority));
            drop(signal::deliver(number, Signal::AliasExit { alias, exit }));
        }
        Ok(())
    }
    fn link(&self, from: Term<'_>, to: Term<'_>) -> Result<(), Damaged> {
        let peer = self.remote(from)?;
        if let To::Process(number) = local(to)? {
            self.connection.concerns(number);
            if signal::deliver(number, Signal::Link(peer)).is_ok() {
                return Ok(());
            }
        }
        let to = Peer::from_term(to).ok_or(Damaged)?;
        let reason = Term::atom(known::NOPROC);
        self.connection.send_link_exit(to, peer, reason, None);
        Ok(())
    }
    /// `id` is 0 if it is not to be acknowledged.
    fn unlink(&self, id: u64, from: Term<'_>, to: Term<'_>) -> Result<(), Damaged> {
        let from = self.remote(from)?;
        let To::Process(number) = local(to)? else {
            return Ok(());
        };
        if id == 0 {
            drop(signal::deliver(number, remote::unlinked(from)));
        } else if signal::deliver(number, Signal::Unlink { from, id }).is_err() {
            let by = Peer::Process(number);
            self.connection.send_unlink_ack(id, by, from);
        }
        Ok(())
    }
    fn link_exit(&self, from: Term<'_>, to: Term<'_>, reason: Message) -> Result<(), Damaged> {
        let from = self.remote(from)?;
        if let To::Process(number) = local(to)? {
            drop(signal::deliver(number, Signal::LinkExit { from, reason }));
        }
        Ok(())
    }
    fn exit(&self, from: Term<'_>, to: Term<'_>, reason: Message) -> Result<(), Damaged> {
        let from = self.remote(from)?;
        if let To::Process(number) = local(to)? {
            drop(signal::deliver(number, Signal::Exit { from, reason }));
        }
        Ok(())
    }
    /// By pid or name.
    fn monitor(&self, from: Term<'_>, to: Term<'_>, reference: Term<'_>) -> Result<(), Damaged> {
        let by = self.remote(from)?;
        let reference = self.remote_reference(reference)?;
        let (number, name) = match to.as_atom() {
            Some(name) => match machine().registry.find(name) {
                Some(Named::Process(process)) => (Some(process.number), Some(name)),
                _ => (None, Some(name)),
            },
            None => match local(to)? {
                To::Process(number) => (Some(number), None),
                To::Nobody => (None, None),
            },
        };
        if let Some(number) = number {
            self.connection.concerns(number);
            let signal = remote::watched(reference, WatchedBy { by, name });
            if signal::deliver(number, signal).is_ok() {
                return Ok(());
            }
        }
        let reason = Term::atom(known::NOPROC);
        self.connection.send_down(number, to, by, reference, reason);
        Ok(())
    }
    fn demonitor(&self, to: Term<'_>, reference: Term<'_>) -> Result<(), Damaged> {
        let reference = self.remote_reference(reference)?;
        let number = match to.as_atom() {
            Some(name) => match machine().registry.find(name) {
                Some(Named::Process(process)) => Some(process.number),
                _ => None,
            },
            None => match local(to)? {
                To::Process(number) => Some(number),
                To::Nobody => None,
            },
        };
        if let Some(number) = number {
            drop(signal::deliver(number, remote::unwatched(reference)));
        }
        Ok(())
    }
    fn spawn(
        &self,
        reference: Term<'_>,
        from: Term<'_>,
        leader: Term<'_>,
        call: Term<'_>,
        options: Term<'_>,
    ) -> Result<(), Damaged> {
        let [module, function, arity] = call.as_tuple_of::<3>().ok_or(Damaged)?;
        let request = SpawnRequest {
            connection: self.connection,
            reference: self.remote_reference(reference)?,
            parent: self.remote(from)?,
            leader: Peer::from_pid(leader).ok_or(Damaged)?,
            function: (
                module.as_atom().ok_or(Damaged)?,
                function.as_atom().ok_or(Damaged)?,
            ),
            arity: arity.as_u64().ok_or(Damaged)?,
            options,
            arguments: self.payload.message()?,
        };
        let spawner = SPAWNER.get().ok_or(Damaged)?;
        spawner(request).ok_or(Damaged)
    }
    fn spawned(
        &self,
        reference: Term<'_>,
        to: Term<'_>,
        flags: Term<'_>,
        result: Term<'_>,
    ) -> Result<(), Damaged> {
        let flags = flags
            .as_small()
            .filter(|&flags| flags >= 0)
            .ok_or(Damaged)?;
        let child = match result.as_atom() {
            Some(reason) => Err(reason),
            None => Ok(self.remote(result)?),
        };
        let (To::Process(parent), Some(reference)) = (local(to)?, local_reference(reference)?)
        else {
            return Ok(());
        };
        let linked = flags & spawned::LINK != 0;
        let answer = remote::spawned(reference, child, linked);
        if signal::deliver(parent, answer).is_ok() {
            return Ok(());
        }
        let orphan = self.connection.take_orphan(reference);
        if let Ok(child) = child {
            let from = Peer::Process(parent);
            if linked {
                let noproc = Message::immediate(Term::atom(known::NOPROC).word());
                let reason = orphan.unwrap_or(noproc);
                self.connection
                    .send_link_exit(from, child, reason.term(), None);
            }
            if flags & spawned::MONITOR != 0 {
                let what = Watched::Peer(child);
                self.connection
                    .send_demonitor(parent, what, reference, false);
            }
        }
        Ok(())
    }
}

/// What a process of ours watches there is gone.
fn down(to: Term<'_>, reference: Term<'_>, reason: Message) -> Result<(), Damaged> {
    let to = local(to)?;
    if let (To::Process(number), Some(reference)) = (to, local_reference(reference)?) {
        drop(signal::deliver(number, Signal::Down { reference, reason }));
    }
    Ok(())
}
