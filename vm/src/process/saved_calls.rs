//! `process_flag(save_calls, N)`: the last calls of a process, for `process_info(_, last_calls)`.
//!
//! A process that saves its calls is given one reduction at a time, so that each call takes the way of one whose turn is over, where the
//! call is saved; the rest of the turn is *held* meanwhile. Processes that save none pay nothing at their calls.

use super::Owned;
use oxbeam_term::atom::known;
use oxbeam_term::boxed::fun::Export;
use oxbeam_term::{Atom, Builder, Term};
use std::collections::VecDeque;

/// Most calls that are saved.
pub const MOST: usize = 10_000;

/// What is saved.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum SavedCall {
    /// A call that names its module, or of a native.
    Function((Atom, Atom, u32)),
    /// A message was sent.
    Send,
    /// A message was taken.
    Receive,
    /// A receive has timed out.
    Timeout,
}

impl SavedCall {
    /// The call of this function.
    pub fn of(export: &Export) -> SavedCall {
        SavedCall::Function((export.module(), export.function(), export.arity()))
    }
    /// As `process_info` shows it.
    pub fn term<'p>(self, builder: &mut Builder<'p>) -> Term<'p> {
        match self {
            SavedCall::Function((module, function, arity)) => {
                let arity = Term::small(i64::from(arity));
                builder.tuple(&[Term::atom(module), Term::atom(function), arity])
            }
            SavedCall::Send => Term::atom(known::SEND),
            SavedCall::Receive => Term::atom(known::RECEIVE),
            SavedCall::Timeout => Term::atom(known::TIMEOUT),
        }
    }
}

/// The calls saved last.
#[derive(Default)]
pub struct SavedCalls {
    calls: VecDeque<SavedCall>,
    limit: usize,
    /// What is left of the turn beside the one reduction that the interpreter has.
    held: i64,
}

impl SavedCalls {
    /// Oldest first.
    pub fn iter(&self) -> impl Iterator<Item = SavedCall> {
        self.calls.iter().copied()
    }
}

/// Calls of `erlang` that are instructions in OTP: it neither saves nor traces them.
pub(crate) fn never_saved(release: u8, call: SavedCall) -> bool {
    let SavedCall::Function((known::ERLANG, function, arity)) = call else {
        return false;
    };
    match (function, arity) {
        (known::YIELD | known::HIBERNATE, 0) | (known::APPLY, 2 | 3) => true,
        (known::HIBERNATE, 3) => release < 29,
        _ => false,
    }
}

impl Owned {
    /// Saves so many calls from now on, none before; how many it was.
    pub fn set_saved_calls(&mut self, limit: usize) -> usize {
        if limit == 0 && !self.saves_calls {
            return 0;
        }
        self.saves_calls = limit > 0;
        let saved = &mut self.rare().saved_calls;
        saved.calls = VecDeque::new();
        std::mem::replace(&mut saved.limit, limit)
    }
    /// Saves a call.
    #[cold]
    pub fn save_call(&mut self, call: SavedCall) {
        let release = crate::machine::machine().release.number;
        if self.sensitive || !self.saves_calls || never_saved(release, call) {
            return;
        }
        let saved = &mut self.rare().saved_calls;
        if saved.calls.len() >= saved.limit {
            saved.calls.pop_front();
        }
        saved.calls.push_back(call);
    }
    /// Holds back all but one of the `reductions` of a process that saves its calls: what the interpreter is to have.
    #[inline]
    pub(crate) fn hold(&mut self, reductions: i64) -> i64 {
        if !self.saves_calls || reductions <= 1 {
            return reductions;
        }
        self.rare().saved_calls.held = reductions - 1;
        1
    }
    /// What is held back.
    pub(crate) fn held(&self) -> i64 {
        self.rare.as_ref().map_or(0, |rare| rare.saved_calls.held)
    }
    /// What is held back, to be so no longer.
    #[inline]
    pub(crate) fn take_held(&mut self) -> i64 {
        match &mut self.rare {
            Some(rare) => std::mem::take(&mut rare.saved_calls.held),
            None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_otp_has_as_instructions_is_not_saved() {
        let call = |function, arity| SavedCall::Function((known::ERLANG, function, arity));
        assert!(never_saved(25, call(known::YIELD, 0)));
        assert!(never_saved(27, call(known::HIBERNATE, 3)));
        assert!(!never_saved(29, call(known::HIBERNATE, 3)));
        assert!(!never_saved(25, call(known::SEND, 2)));
        assert!(!never_saved(25, SavedCall::Timeout));
    }
}
