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
}

impl Exception {
    /// No exception.
    pub const fn none() -> Exception {
        Exception {
            class: Class::Error,
            reason: Word::NIL,
            trace: Word::NONE,
            cause: Word::NONE,
        }
    }
}
