//! What tracers are told of a port. Follows `trace_port` and its kin in `erl_trace.c`.

use super::{Port, Reply};
use crate::trace::event::{self, Parts};
use crate::trace::flag;
use oxbeam_term::atom::known;
use oxbeam_term::copy::copy;
use oxbeam_term::{Atom, Builder, Term};
use smallvec::SmallVec;

/// Nobody has asked for what the port does.
pub(super) const NOTHING: &str = "";

/// Longest name of an atom.
const MAX_CHARACTERS: usize = 255;

impl Port {
    fn tell(&self, wanted: u32, parts: &mut dyn for<'p> FnMut(&mut Builder<'p>) -> Parts<'p>) {
        event::tell(&self.trace, Term::local_port(self.number), wanted, parts);
    }
    /// It has been opened.
    pub(super) fn tell_opened(&self, owner: u64) {
        if !self.trace.has(flag::PORTS) {
            return;
        }
        let name = String::from_utf8_lossy(&self.name);
        let name: String = name.chars().take(MAX_CHARACTERS).collect();
        self.tell(flag::PORTS, &mut |_| {
            let parts = [
                Term::atom(Atom::of("open")),
                Term::local_pid(owner),
                Term::atom(Atom::of(&name)),
            ];
            SmallVec::from_slice(&parts)
        });
        self.tell_about("getting_linked", Term::local_pid(owner));
    }
    /// `{Tag, Term}`, of links, names, the end.
    #[inline]
    pub(super) fn tell_about(&self, tag: &str, term: Term<'_>) {
        if self.trace.has(flag::PORTS) {
            self.tell(flag::PORTS, &mut |builder| {
                let term = copy(term, builder);
                SmallVec::from_slice(&[Term::atom(Atom::of(tag)), term])
            });
        }
    }
    /// Process `from` has sent something.
    #[inline]
    pub(super) fn tell_received(
        &self,
        from: u64,
        what: impl for<'p> Fn(&mut Builder<'p>) -> Term<'p>,
    ) {
        if self.trace.has(flag::RECEIVE) {
            self.tell(flag::RECEIVE, &mut |builder| {
                let what = what(builder);
                let message = builder.tuple(&[Term::local_pid(from), what]);
                SmallVec::from_slice(&[Term::atom(known::RECEIVE), message])
            });
        }
    }
    /// What `port_control/3` has given process `to`: told as a message, though it is none.
    #[inline]
    pub(super) fn tell_answer(&self, to: u64, answer: Option<&Reply>) {
        if let Some(Reply::List(bytes) | Reply::Binary(bytes)) = answer
            && self.trace.has(flag::SEND)
        {
            let port = Term::local_port(self.number);
            self.tell(flag::SEND, &mut |builder| {
                let bytes = builder.binary(bytes);
                let answer = builder.tuple(&[Term::atom(Atom::of("control")), bytes]);
                let message = builder.tuple(&[port, answer]);
                SmallVec::from_slice(&[Term::atom(known::SEND), message, Term::local_pid(to)])
            });
        }
    }
    /// A timer of its driver has run out.
    #[inline]
    pub(super) fn tell_timeout(&self) {
        if self.trace.has(flag::RECEIVE) {
            self.tell(flag::RECEIVE, &mut |_| {
                let parts = [Term::atom(known::RECEIVE), Term::atom(known::TIMEOUT)];
                SmallVec::from_slice(&parts)
            });
        }
    }
    /// It begins to do what it is asked for, or what its driver waits for ([`NOTHING`]).
    #[inline]
    pub(super) fn tell_in(&self, what: &str) {
        self.tell_running("in", what);
    }
    /// It is done with it.
    #[inline]
    pub(super) fn tell_out(&self, what: &str) {
        self.tell_running("out", what);
    }
    #[inline]
    fn tell_running(&self, tag: &str, what: &str) {
        if self.trace.has(flag::RUNNING_PORTS) {
            let what = if what == NOTHING {
                Term::small(0)
            } else {
                Term::atom(Atom::of(what))
            };
            self.tell(flag::RUNNING_PORTS, &mut |_| {
                SmallVec::from_slice(&[Term::atom(Atom::of(tag)), what])
            });
        }
    }
    /// It has sent something to process `to`.
    #[inline]
    pub(super) fn tell_sent(&self, to: u64, message: Term<'_>) {
        if self.trace.has(flag::SEND) {
            self.tell(flag::SEND, &mut |builder| {
                let message = copy(message, builder);
                let parts = [Term::atom(known::SEND), message, Term::local_pid(to)];
                SmallVec::from_slice(&parts)
            });
        }
    }
}
