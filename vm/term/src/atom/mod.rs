//! Atoms: one global append-only table.
//!
//! Looking up the text of an atom takes no lock; making a new one takes one. An atom is never removed, as in OTP.

pub mod known;
mod order;
mod table;

pub use table::{AtomError, MAX_CHARACTERS, count, exists, limit, set_limit};

/// An atom by its index in the table.
#[repr(transparent)]
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Atom(u32);

impl Atom {
    /// The atom at `index`, which an earlier atom gave.
    #[inline(always)]
    pub const fn from_index(index: u32) -> Atom {
        Atom(index)
    }
    /// Index in the table.
    #[inline(always)]
    pub const fn index(self) -> u32 {
        self.0
    }
    /// The atom of this text, made if need be.
    ///
    /// # Errors
    /// Over 255 characters, or the table is full.
    pub fn new(text: &str) -> Result<Atom, AtomError> {
        table::intern(text)
    }
    /// The atom of a text of the VM's own, which is known to fit.
    ///
    /// # Panics
    /// When the atom table is full.
    pub fn of(text: &str) -> Atom {
        table::intern(text).expect("a name of the machine's own fits the atom table")
    }
    /// The atom's text.
    #[inline]
    pub fn text(self) -> &'static str {
        table::text(self.0)
    }
    /// The hash of the text that `phash2` and external funs know.
    #[inline]
    pub fn text_hash(self) -> u32 {
        table::hash(self.0)
    }
}
