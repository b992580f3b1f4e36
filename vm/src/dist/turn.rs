//! What is sent to other nodes during a process's turn goes out at the turn's end: one call of the system for many messages. Who waits for an
//! answer ends its turn by that, so nothing comes later than it must.

use super::Connection;
use std::cell::{Cell, RefCell};
use std::sync::{Arc, Weak};

#[derive(Copy, Clone, PartialEq, Eq)]
enum Turn {
    /// There is none: what is sent goes out at once.
    Over,
    /// Nothing has been sent.
    Quiet,
    /// Some connections have something.
    Sent,
}

thread_local! {
    static TURN: Cell<Turn> = const { Cell::new(Turn::Over) };
    static CONNECTIONS: RefCell<Vec<Arc<Connection>>> = const { RefCell::new(Vec::new()) };
}

/// The calling thread begins a turn.
#[inline]
pub(crate) fn begins() {
    TURN.set(Turn::Quiet);
}

/// It is over.
#[inline]
pub(crate) fn ends() {
    if TURN.replace(Turn::Over) == Turn::Sent {
        flush();
    }
}

#[cold]
fn flush() {
    for connection in CONNECTIONS.take() {
        connection.flush();
    }
}

/// The connection is flushed when the calling thread's turn is over. `false`: there is no turn.
pub(super) fn put_off(connection: &Weak<Connection>) -> bool {
    if TURN.get() == Turn::Over {
        return false;
    }
    let Some(connection) = connection.upgrade() else {
        return false;
    };
    TURN.set(Turn::Sent);
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
