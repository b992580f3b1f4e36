//! The harness of the Erlang corpus.
//!
//! A test program is `data/erl/<area>/<behaviour>.erl`; what the real OTP prints for it stands beside it in
//! `<behaviour>.out`. The programs run by the hundred inside one machine, driven by `data/runner.erl`, and
//! every program in every [`matrix::Config`] on every release is a named test of the `erlang` target.
//! `docs/testing.md` says how to add and record one.

pub mod again;
pub mod batch;
pub mod call;
pub mod compile;
pub mod expect;
pub mod known;
pub mod matrix;
pub mod oracle;
pub mod program;
pub mod recorded;
pub mod terminal;
