//! Terms as text: `erlang:display/1`, logs, crash dumps, and what `pid_to_list/1` and its like return.

use crate::atom::Atom;
use crate::boxed::fun::Fun;
use crate::term::Term;
use std::borrow::Cow;
use std::fmt;

/// Writes `term` as `erlang:display/1` does, at most about `limit` objects of it, then `...`.
///
/// # Errors
/// Those of `out`.
pub fn display(_term: Term<'_>, _out: &mut dyn fmt::Write, _limit: usize) -> fmt::Result {
    unimplemented!()
}

impl fmt::Display for Term<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display(*self, f, 100_000)
    }
}

impl fmt::Debug for Term<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display(*self, f, 1_000)
    }
}

/// An atom as it stands in source text (`~w`): quoted where it must be.
pub fn atom_text(_atom: Atom) -> Cow<'static, str> {
    unimplemented!()
}

/// Text of a pid of whatever node (`pid_to_list/1`).
pub fn pid_to_text(_term: Term<'_>) -> Option<String> {
    unimplemented!()
}

/// Text of a port (`port_to_list/1`).
pub fn port_to_text(_term: Term<'_>) -> Option<String> {
    unimplemented!()
}

/// Text of a reference (`ref_to_list/1`).
pub fn ref_to_text(_term: Term<'_>) -> Option<String> {
    unimplemented!()
}

/// Text of a fun (`fun_to_list/1`).
pub fn fun_to_text(_fun: Fun<'_>) -> String {
    unimplemented!()
}
