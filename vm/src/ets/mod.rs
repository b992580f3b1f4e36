//! Tables of Erlang terms that outlive the calls that fill them: `ets`.
//!
//! | file | what |
//! |---|---|
//! | `row.rs` | an object, in one allocation |
//! | `hash.rs` | set, bag, duplicate_bag: linear hashing |
//! | `tree.rs` | ordered_set |
//! | `table.rs` | a table: options, lock, fixations; what may be done with its contents |
//! | `parts.rs` | the parts of a table, and the locks on them |
//! | `access.rs` | a table, or a part of it, locked by who may |
//! | `change.rs` | insert, delete, update |
//! | `registry.rs` | all tables, by name, reference and owner; who may do what |
//! | `owner.rs` | heirs, giving away, death of owners |
//! | `select.rs` | walks with a match specification |
//! | `reaper.rs` | frees large tables aside |
//!
//! Every part of a table has one lock; most tables are one part. What is read is copied to the reader's heap, and what is inserted copied from it, so nothing points from a
//! heap into a table or back. Rows that were taken out are dropped after the lock is released, since what they own may run code.
//! Follows `erl_db.c` and the manual of `ets`.
//!
//! Invariant: no Erlang code runs and no signal is sent while a table is locked.

mod access;
mod change;
mod hash;
mod owner;
mod parts;
mod reaper;
mod registry;
mod row;
pub mod select;
mod table;
#[cfg(test)]
mod tests;
mod tree;

pub use access::{Reading, ReadingAll, Writing, WritingAll};
pub use change::{Update, UpdateError, counted};
pub use owner::{GiveAwayError, give_away, is_alive, owner_exited, send_all, set_super_user};
pub use registry::{
    Fault, Found, Handle, NAME_PARTS, NameTaken, RenameError, Right, all, count, create, each,
    find, memory_words, rename,
};
pub use row::Row;
pub use table::{Concurrency, Contents, ElementError, Heir, Options, Table};

/// Rows that were taken out of a table, to be dropped once it is not locked any longer.
pub type Trash = smallvec::SmallVec<[Row; 2]>;

/// Kind of a table.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// One object a key.
    Set,
    /// One object a key; keys are ordered, and `1` is `1.0`.
    OrderedSet,
    /// Different objects with the same key.
    Bag,
    /// Any objects.
    DuplicateBag,
}

/// Who may read and write a table, besides its owner.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Protection {
    /// All may write.
    Public = 0,
    /// All may read.
    Protected = 1,
    /// Nobody.
    Private = 2,
}
