//! Control messages that we send. Each is a tuple whose first element says what it is.

use super::{Connection, Sender, flag};
use crate::process::Peer;
use crate::process::relations::{RemoteReference, Watched, reference_term};
use crate::seq_trace::Token;
use oxbeam_term::atom::known;
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::{Atom, Builder, Term};

/// What control messages are.
pub(super) mod operation {
    pub(crate) const LINK: i64 = 1;
    pub(crate) const SEND: i64 = 2;
    pub(crate) const EXIT: i64 = 3;
    pub(crate) const UNLINK: i64 = 4;
    pub(crate) const REG_SEND: i64 = 6;
    pub(crate) const GROUP_LEADER: i64 = 7;
    pub(crate) const EXIT2: i64 = 8;
    pub(crate) const SEND_TT: i64 = 12;
    pub(crate) const EXIT_TT: i64 = 13;
    pub(crate) const REG_SEND_TT: i64 = 16;
    pub(crate) const EXIT2_TT: i64 = 18;
    pub(crate) const MONITOR_P: i64 = 19;
    pub(crate) const DEMONITOR_P: i64 = 20;
    pub(crate) const MONITOR_P_EXIT: i64 = 21;
    pub(crate) const SEND_SENDER: i64 = 22;
    pub(crate) const SEND_SENDER_TT: i64 = 23;
    pub(crate) const PAYLOAD_EXIT: i64 = 24;
    pub(crate) const PAYLOAD_EXIT_TT: i64 = 25;
    pub(crate) const PAYLOAD_EXIT2: i64 = 26;
    pub(crate) const PAYLOAD_EXIT2_TT: i64 = 27;
    pub(crate) const PAYLOAD_MONITOR_P_EXIT: i64 = 28;
    pub(crate) const SPAWN_REQUEST: i64 = 29;
    pub(crate) const SPAWN_REQUEST_TT: i64 = 30;
    pub(crate) const SPAWN_REPLY: i64 = 31;
    pub(crate) const SPAWN_REPLY_TT: i64 = 32;
    pub(crate) const ALIAS_SEND: i64 = 33;
    pub(crate) const ALIAS_SEND_TT: i64 = 34;
    pub(crate) const UNLINK_ID: i64 = 35;
    pub(crate) const UNLINK_ID_ACK: i64 = 36;
    pub(crate) const ALTERNATIVE: i64 = 37;
}

/// Bits of a signal by alias with priority.
pub(super) mod alternative {
    pub(crate) const PRIORITY: i64 = 1;
    pub(crate) const TOKEN: i64 = 2;
    pub(crate) const ALIAS: i64 = 4;
    pub(crate) const NAME: i64 = 8;
    pub(crate) const EXIT: i64 = 16;
}

/// Bits of an answer to a request to spawn.
pub mod spawned {
    /// The child is linked.
    pub const LINK: i64 = 1;
    /// It is watched.
    pub const MONITOR: i64 = 2;
}

/// Where a message goes.
#[derive(Copy, Clone)]
pub enum To<'a> {
    /// To a process.
    Process(Term<'a>),
    /// To whoever has this name.
    Name(Atom),
    /// Through an alias.
    Alias(Term<'a>),
}

fn copy<'p>(term: Term<'_>, builder: &mut Builder<'p>) -> Term<'p> {
    oxbeam_term::copy::copy(term, builder)
}

/// What a process sends that goes on.
fn by(peer: Peer) -> Sender {
    Sender::goes_on(peer.local().unwrap_or(0))
}

/// Says of a closure that it builds a term anywhere.
fn building<F: for<'p> FnOnce(&mut Builder<'p>) -> Term<'p>>(build: F) -> F {
    build
}

impl Connection {
    /// A message from the local process `from`, which waits if it is a large one unless it is never suspended. `false`: it is too large for the
    /// format.
    pub fn send_message(
        &self,
        (from, suspends): (u64, bool),
        to: To<'_>,
        message: Term<'_>,
        token: Option<Term<'_>>,
        priority: bool,
    ) -> bool {
        use operation::*;
        let sender = self.can(flag::SEND_SENDER);
        // Who does not know of such labels gets no token.
        let token = token.filter(|token| {
            let label = token.as_tuple_of::<5>().map(|token| token[1]);
            self.can(flag::BIG_LABELS) || label.is_some_and(|label| label.as_small().is_some())
        });
        if matches!(to, To::Alias(_)) && !self.can(flag::ALIAS) {
            return true;
        }
        let alternative = priority && self.can(flag::ALTERNATIVE);
        let control = building(|builder| {
            let pid = Term::local_pid(from);
            let nobody = Term::atom(Atom::of(""));
            let traced = token.is_some();
            let mut elements = match to {
                To::Process(to) => {
                    let operation = match (sender, traced) {
                        (true, false) => SEND_SENDER,
                        (true, true) => SEND_SENDER_TT,
                        (false, false) => SEND,
                        (false, true) => SEND_TT,
                    };
                    let from = if sender { pid } else { nobody };
                    vec![Term::small(operation), from, copy(to, builder)]
                }
                To::Name(name) => {
                    let operation = if traced { REG_SEND_TT } else { REG_SEND };
                    vec![Term::small(operation), pid, nobody, Term::atom(name)]
                }
                To::Alias(alias) if alternative => {
                    let token = if traced { alternative::TOKEN } else { 0 };
                    let bits = alternative::PRIORITY | alternative::ALIAS | token;
                    let alias = copy(alias, builder);
                    vec![Term::small(ALTERNATIVE), Term::small(bits), pid, alias]
                }
                To::Alias(alias) => {
                    let operation = if traced { ALIAS_SEND_TT } else { ALIAS_SEND };
                    vec![Term::small(operation), pid, copy(alias, builder)]
                }
            };
            if let Some(token) = token {
                elements.push(copy(token, builder));
            }
            builder.tuple(&elements)
        });
        let process = from;
        self.send(Sender { process, suspends }, control, Some(message))
    }
    fn send_pair(&self, sender: Sender, operation: i64, from: Peer, to: Peer) {
        let control = building(|builder| {
            let (from, to) = (from.term(builder), to.term(builder));
            builder.tuple(&[Term::small(operation), from, to])
        });
        self.send(sender, control, None);
    }
    /// `from` has linked itself to `to`.
    pub fn send_link(&self, from: Peer, to: Peer) {
        self.send_pair(by(from), operation::LINK, from, to);
    }
    fn send_with_id(&self, operation: i64, id: u64, from: Peer, to: Peer) {
        let control = building(|builder| {
            let (from, to) = (from.term(builder), to.term(builder));
            let id = builder.unsigned(id);
            builder.tuple(&[Term::small(operation), id, from, to])
        });
        self.send(by(from), control, None);
    }
    /// `from` has unlinked itself from `to`, and wants that acknowledged.
    pub fn send_unlink(&self, id: u64, from: Peer, to: Peer) {
        self.send_with_id(operation::UNLINK_ID, id, from, to);
    }
    /// Acknowledges that.
    pub fn send_unlink_ack(&self, id: u64, from: Peer, to: Peer) {
        self.send_with_id(operation::UNLINK_ID_ACK, id, from, to);
    }
    fn send_with_reason(
        &self,
        sender: Sender,
        (with_payload, without): (i64, i64),
        elements: impl for<'p> FnOnce(&mut Builder<'p>) -> Vec<Term<'p>>,
        reason: Term<'_>,
    ) -> bool {
        if self.can(flag::EXIT_PAYLOAD) {
            let control = building(|builder| {
                let mut all = vec![Term::small(with_payload)];
                all.extend(elements(builder));
                builder.tuple(&all)
            });
            return self.send(sender, control, Some(reason));
        }
        let control = building(|builder| {
            let mut all = vec![Term::small(without)];
            all.extend(elements(builder));
            all.push(copy(reason, builder));
            builder.tuple(&all)
        });
        self.send(sender, control, None)
    }
    /// As [`Connection::send_with_reason`]. Nobody is there who could be told that the reason is too large: the connection ends.
    fn send_last_words(
        &self,
        sender: Sender,
        operations: (i64, i64),
        elements: impl for<'p> FnOnce(&mut Builder<'p>) -> Vec<Term<'p>>,
        reason: Term<'_>,
    ) {
        if !self.send_with_reason(sender, operations, elements, reason) {
            self.close(known::KILLED);
        }
    }
    /// `from`, to which `to` is linked, has exited. A large reason is admitted as there is room, though nobody waits for that.
    pub fn send_link_exit(
        &self,
        from: Peer,
        to: Peer,
        reason: Term<'_>,
        token: Option<&Token<'_>>,
    ) {
        let operations = match token {
            Some(_) => (operation::PAYLOAD_EXIT_TT, operation::EXIT_TT),
            None => (operation::PAYLOAD_EXIT, operation::EXIT),
        };
        let process = from.local().unwrap_or(0);
        let sender = Sender {
            process,
            suspends: true,
        };
        self.send_last_words(
            sender,
            operations,
            |builder| {
                let mut elements = vec![from.term(builder), to.term(builder)];
                elements.extend(token.map(|token| token.copy(builder)));
                elements
            },
            reason,
        );
    }
    /// `exit(To, Reason)`. `suspends`: who sends waits if the reason is large. `false`: it is too large for the format.
    pub fn send_exit(
        &self,
        (from, suspends): (Peer, bool),
        to: Peer,
        reason: Term<'_>,
        priority: bool,
    ) -> bool {
        let process = from.local().unwrap_or(0);
        let sender = Sender { process, suspends };
        if priority && self.can(flag::ALTERNATIVE) {
            let bits = alternative::PRIORITY | alternative::EXIT;
            let control = building(|builder| {
                let (from, to) = (from.term(builder), to.term(builder));
                let operation = Term::small(operation::ALTERNATIVE);
                builder.tuple(&[operation, Term::small(bits), from, to])
            });
            return self.send(sender, control, Some(reason));
        }
        let operations = (operation::PAYLOAD_EXIT2, operation::EXIT2);
        self.send_with_reason(
            sender,
            operations,
            |builder| vec![from.term(builder), to.term(builder)],
            reason,
        )
    }
    /// `exit(Alias, Reason)`, which only nodes that know of priorities take.
    pub fn send_alias_exit(
        &self,
        (from, suspends): (Peer, bool),
        alias: Term<'_>,
        reason: Term<'_>,
        priority: bool,
    ) -> bool {
        if !self.can(flag::ALTERNATIVE) {
            return true;
        }
        let urgent = if priority { alternative::PRIORITY } else { 0 };
        let bits = alternative::ALIAS | alternative::EXIT | urgent;
        let control = building(|builder| {
            let (from, alias) = (from.term(builder), copy(alias, builder));
            let operation = Term::small(operation::ALTERNATIVE);
            builder.tuple(&[operation, Term::small(bits), from, alias])
        });
        let process = from.local().unwrap_or(0);
        self.send(Sender { process, suspends }, control, Some(reason))
    }
    /// The local process `from` watches a process, or a name, there.
    pub fn send_monitor(&self, from: u64, what: Watched, reference: RefNumbers, with_pid: bool) {
        self.send_watch(operation::MONITOR_P, from, what, reference, with_pid);
    }
    /// It does so no longer.
    pub fn send_demonitor(&self, from: u64, what: Watched, reference: RefNumbers, with_pid: bool) {
        self.send_watch(operation::DEMONITOR_P, from, what, reference, with_pid);
    }
    fn send_watch(
        &self,
        operation: i64,
        from: u64,
        what: Watched,
        reference: RefNumbers,
        with_pid: bool,
    ) {
        let control = building(|builder| {
            let to = match what {
                Watched::Peer(peer) => peer.term(builder),
                Watched::RemoteName(name, _) | Watched::Name(name, _) => Term::atom(name),
                Watched::TimeOffset | Watched::OldPort(..) => Term::NIL,
            };
            let reference = reference_term(builder, reference, with_pid, from);
            builder.tuple(&[Term::small(operation), Term::local_pid(from), to, reference])
        });
        self.send(Sender::goes_on(from), control, None);
    }
    /// What `to` watches, by pid or name, is gone: the local process `from`, if there was one.
    pub fn send_down(
        &self,
        from: Option<u64>,
        what: Term<'_>,
        to: Peer,
        reference: RemoteReference,
        reason: Term<'_>,
    ) {
        let operations = (operation::PAYLOAD_MONITOR_P_EXIT, operation::MONITOR_P_EXIT);
        let sender = Sender {
            process: from.unwrap_or(0),
            suspends: true,
        };
        self.send_last_words(
            sender,
            operations,
            |builder| {
                vec![
                    copy(what, builder),
                    to.term(builder),
                    reference.term(builder),
                ]
            },
            reason,
        );
    }
    /// The local process `from` gives `to` the group leader `leader`.
    pub fn send_group_leader(&self, from: u64, leader: Peer, to: Peer) {
        let sender = Sender::goes_on(from);
        self.send_pair(sender, operation::GROUP_LEADER, leader, to);
    }
    /// A process is to be started there; `false`: the arguments are too large for the format. The call is `{Module, Function, Arity}` and the arguments.
    pub fn send_spawn_request(
        &self,
        reference: Term<'_>,
        (from, suspends): (u64, bool),
        leader: Peer,
        (call, arguments): (Term<'_>, Term<'_>),
        options: Term<'_>,
        token: Option<Term<'_>>,
    ) -> bool {
        let operation = match token {
            Some(_) => operation::SPAWN_REQUEST_TT,
            None => operation::SPAWN_REQUEST,
        };
        let control = building(|builder| {
            let mut elements = vec![
                Term::small(operation),
                copy(reference, builder),
                Term::local_pid(from),
                leader.term(builder),
                copy(call, builder),
                copy(options, builder),
            ];
            if let Some(token) = token {
                elements.push(copy(token, builder));
            }
            builder.tuple(&elements)
        });
        let process = from;
        self.send(Sender { process, suspends }, control, Some(arguments))
    }
    /// The answer to such a request: a pid, or an atom that says why there is none.
    pub fn send_spawn_reply(
        &self,
        reference: RemoteReference,
        to: Peer,
        flags: i64,
        result: Term<'static>,
    ) {
        let control = building(|builder| {
            let (reference, to) = (reference.term(builder), to.term(builder));
            let operation = Term::small(operation::SPAWN_REPLY);
            builder.tuple(&[operation, reference, to, Term::small(flags), result])
        });
        // It goes before all that the child sends.
        let child = Sender::goes_on(result.as_local_pid().unwrap_or(0));
        self.send(child, control, None);
    }
}
