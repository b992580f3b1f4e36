//! The exception that a process has raised and not yet handled.

use oxbeam_term::Word;
use oxbeam_term::atom::{Atom, known};

/// Class of an exception.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Class {
    /// `error`
    Error,
    /// `exit`
    Exit,
    /// `throw`
    Throw,
}

impl Class {
    /// The class as an atom.
    pub fn atom(self) -> Atom {
        match self {
            Class::Error => known::ERROR,
            Class::Exit => known::EXIT,
            Class::Throw => known::THROW,
        }
    }
    /// The class that an atom names.
    pub fn from_atom(atom: Atom) -> Option<Class> {
        [Class::Error, Class::Exit, Class::Throw]
            .into_iter()
            .find(|class| class.atom() == atom)
    }
}

/// Class, reason and trace. The words are roots of the process's heap.
#[repr(C)]
#[derive(Debug)]
pub struct Exception {
    /// Class.
    pub class: Class,
    /// Reason or thrown value.
    pub reason: Word,
    /// Stack trace, raw or as a list; `NONE` when it is still to be taken.
    pub trace: Word,
    /// `cause` of `error_info`, or `NONE`.
    pub cause: Word,
    /// The function at fault, if it is not the one that the address lies in.
    pub culprit: Option<Culprit>,
    /// Arguments that `erlang:error/2` gives for its caller: a list, or an arity; or `NONE`.
    pub caller_arguments: Word,
    /// The map that `erlang:error/3` gives as `error_info`, or `NONE`.
    pub error_info: Word,
}

impl Exception {
    /// No exception.
    pub const fn none() -> Exception {
        Exception {
            class: Class::Error,
            reason: Word::NIL,
            trace: Word::NONE,
            cause: Word::NONE,
            culprit: None,
            caller_arguments: Word::NONE,
            error_info: Word::NONE,
        }
    }
    /// `Class:Reason` whose trace is still to be taken.
    pub fn set(&mut self, class: Class, reason: Word) {
        *self = Exception::none();
        self.class = class;
        self.reason = reason;
    }
}

/// The function at fault where that is not the one whose code runs: a native, or the one that no clause of matched.
#[derive(Debug)]
pub struct Culprit {
    /// Module.
    pub module: Atom,
    /// Function.
    pub function: Atom,
    /// Arity.
    pub arity: u32,
    /// List of arguments, if they are shown.
    pub arguments: Option<Word>,
    /// A native.
    pub native: bool,
}
