//! Checks of the repository itself, and the pages of `docs/` that are made from tables.
//!
//! | module | what |
//! |---|---|
//! | [`tree`] | the repository's files |
//! | [`tidy`] | what every file must look like |
//! | [`layers`] | who may use whom: TABLE of crates, TABLE of the modules of `vm` |
//! | [`pages`] | `docs/instructions.md`, `docs/natives.md` |
//! | [`natives`] | which natives a program of the corpus mentions |
//! | [`dispatch`] | does a binary's interpreter go from handler to handler by jumps? |
//!
//! Each check returns what is wrong, a line for each fault; `tests/` makes tests of them, `cargo xtask tidy` prints them.

pub mod dispatch;
pub mod layers;
pub mod natives;
pub mod pages;
pub mod tidy;
pub mod tree;
