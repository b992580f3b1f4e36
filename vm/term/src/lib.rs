//! Terms, heaps and their collection.
//!
//! `word` has the tags, `term` the way to look at a term, `heap` the memory of a process and [`heap::arena::Builder`], the way to
//! build. `gc` collects. Nothing here knows a process, a scheduler or code.
//!
//! Looking is free, building never moves anything: only [`gc::collect`] does, and whoever calls it has no [`term::Term`] left.

pub mod atom;
pub mod binary;
pub mod boxed;
pub mod compare;
pub mod copy;
pub mod etf;
pub mod gc;
pub mod hash;
pub mod hashing;
pub mod heap;
pub mod iolist;
pub mod map;
mod marks;
pub mod number;
pub mod print;
pub mod rules;
pub mod term;
pub mod word;

pub use atom::Atom;
pub use heap::arena::Builder;
pub use term::{Term, View};
pub use word::Word;
