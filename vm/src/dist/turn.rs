//! What is sent to other nodes during a process's turn goes out when it is over, and that of a few short turns at once: one call of the system for
//! many messages. Who has nothing else to run sends what there is, so an answer comes no later than it must.

use super::Connection;
use std::cell::{Cell, RefCell};
use std::sync::{Arc, Weak};

/// Turns after which what they have sent goes out.
const MOST_TURNS: u32 = 16;
/// Reductions after which it does, of short turns together.
const MOST_REDUCTIONS: u64 = 1_000;

thread_local! {
    /// Is it a process's turn? Else what is sent goes out at once.
    static RUNS: Cell<bool> = const { Cell::new(false) };
    /// Turns since something was put off; 0: nothing is.
    static TURNS: Cell<u32> = const { Cell::new(0) };
    /// Reductions of all turns.
    static SPENT: Cell<u64> = const { Cell::new(0) };
    /// How many these are when what is put off is to go out.
    static LIMIT: Cell<u64> = const { Cell::new(0) };
    static CONNECTIONS: RefCell<Vec<Arc<Connection>>> = const { RefCell::new(Vec::new()) };
}

/// The calling thread begins a turn.
#[inline]
pub(crate) fn begins() {
    RUNS.set(true);
}

/// The process whose turn it is has spent reductions.
#[inline]
pub(crate) fn spends(reductions: u64) {
    SPENT.set(SPENT.get().wrapping_add(reductions));
}

/// What all turns on this thread have spent, modulo 2^64.
#[inline]
pub(crate) fn spent() -> u64 {
    SPENT.get()
}

/// The turn is over; [`flush`] or [`flush_unless`] follows.
#[inline]
pub(crate) fn ends() {
    RUNS.set(false);
}

/// Sends what was put off, unless `others` says that other processes wait for their turns, and it has not waited for many of them.
#[inline]
pub(crate) fn flush_unless(others: impl FnOnce() -> bool) {
    let turns = TURNS.get();
    if turns == 0 {
        return;
    }
    if turns < MOST_TURNS && SPENT.get() < LIMIT.get() && others() {
        TURNS.set(turns + 1);
    } else {
        send();
    }
}

/// Sends what was put off.
#[inline]
pub(crate) fn flush() {
    if TURNS.get() > 0 {
        send();
    }
}

#[cold]
fn send() {
    TURNS.set(0);
    for connection in CONNECTIONS.take() {
        connection.flush();
    }
}

/// The connection is flushed after the calling thread's turn. `false`: there is none.
pub(super) fn put_off(connection: &Weak<Connection>) -> bool {
    if !RUNS.get() {
        return false;
    }
    let Some(connection) = connection.upgrade() else {
        return false;
    };
    if TURNS.get() == 0 {
        TURNS.set(1);
        LIMIT.set(SPENT.get().wrapping_add(MOST_REDUCTIONS));
    }
    CONNECTIONS.with_borrow_mut(|connections| {
        if !connections
            .iter()
            .any(|other| Arc::ptr_eq(other, &connection))
        {
            connections.push(connection);
        }
    });
    true
}
