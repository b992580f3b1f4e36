//! Queues, tables and locks of the machine; knows nothing of Erlang.
//!
//! | module | what it holds | in OTP |
//! |---|---|---|
//! | [`rank`] | locks that may only be taken from the outermost rank inwards | `erl_lock_check` |
//! | [`inbox`] | many-writer one-reader queue: signals of a process or port | outer signal queue |
//! | [`table`] | ids to records, looked up without a lock: processes, ports | `erl_ptab`, PTables |
//! | [`progress`] | when is unlinked memory no longer seen by any thread | ThreadProgress |
//! | [`park`] | how a thread sleeps and is woken | `ethr_event` |
//! | [`counter`] | counters that many threads add to and few read | per-scheduler counters |
//! | [`facade`] | `std` or `loom`, chosen once | ethread |
//!
//! Written here and not taken from a crate where the fit is what makes them fast: an inbox that closes with its
//! owner and links through the message itself; quiescence that costs a worker one load at each reschedule
//! instead of a fence at every look-up; a table that deals out ids in OTP's order.
//!
//! Everything is safe at its face. The orders of memory that the `unsafe` inside leans on stand in the module
//! documents, and `tests/loom_*.rs` goes through all interleavings of the smallest models:
//! `RUSTFLAGS="--cfg loom" cargo test -p oxbeam_sync --release`.

pub mod counter;
pub mod facade;
pub mod inbox;
pub mod park;
pub mod progress;
pub mod rank;
pub mod table;

pub use crossbeam_utils::CachePadded;
