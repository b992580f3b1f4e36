//! Signals: everything that one process does to another.
//!
//! Each goes through the receiver's inbox and is executed by the receiver, so that the order between any two processes is kept: the
//! ordering guarantee of the language. A sender that needs to know more than that the signal is on its way asks for an answer, which
//! comes as a message. Whoever finds the receiver gone does what the receiver would have done when it exited.

pub mod handle;
pub mod link;
pub mod message;
pub mod monitor;
pub mod observer;
pub mod port;
pub mod remote;
#[cfg(test)]
mod tests;

pub use message::{
    Behind, Manner, Sent, send, send_from_instruction, send_in_manner, send_reply, send_to_name,
    wait_for_port,
};

use crate::machine::machine;
use crate::process::info::{self, Request};
use crate::process::state::Next;
use crate::process::{Message, Owned, Peer, Priority, Process};
use crate::sched;
use crate::system_profile;
use oxbeam_sync::inbox::{Closed, Node, WasEmpty};
use oxbeam_sync::progress;
use oxbeam_term::Atom;
use oxbeam_term::boxed::reference::RefNumbers;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Work that a process does itself.
pub type Task = Box<dyn FnOnce(&Process, &mut Owned) + Send>;

/// A signal.
pub enum Signal {
    /// A message.
    Message(Message),
    /// A message through an alias.
    AliasMessage {
        /// The alias.
        alias: RefNumbers,
        /// The message.
        message: Message,
        /// Sent with priority.
        priority: bool,
    },
    /// The sender has linked itself to the receiver.
    Link(Peer),
    /// It has unlinked itself, and wants that acknowledged.
    Unlink {
        /// The sender.
        from: Peer,
        /// To be sent back.
        id: u64,
    },
    /// Acknowledges [`Signal::Unlink`].
    UnlinkAck {
        /// The sender.
        from: Peer,
        /// What was sent.
        id: u64,
    },
    /// The sender watches the receiver.
    Monitor {
        /// The monitor.
        reference: RefNumbers,
        /// The sender.
        by: Peer,
        /// The name that it watches.
        name: Option<Atom>,
    },
    /// It does so no longer.
    Demonitor(RefNumbers),
    /// What the receiver watches is gone.
    Down {
        /// The monitor.
        reference: RefNumbers,
        /// Why.
        reason: Message,
    },
    /// What the receiver is linked to has exited.
    LinkExit {
        /// The sender.
        from: Peer,
        /// Why.
        reason: Message,
    },
    /// The sender wants the receiver to exit.
    Exit {
        /// The sender.
        from: Peer,
        /// Why.
        reason: Message,
    },
    /// The same, through an alias, and with priority perhaps: without an alias there is none.
    AliasExit {
        /// The alias.
        alias: RefNumbers,
        /// The sender and the reason.
        exit: Box<(Peer, Message, bool)>,
    },
    /// The receiver gets this group leader; who asked is told, if it wants to be.
    GroupLeader {
        /// The group leader.
        leader: Peer,
        /// Whom to send `{Ref, true}`.
        reply: Option<(u64, RefNumbers)>,
    },
    /// Is the receiver alive? The sender gets `{Ref, Boolean}`.
    IsAlive {
        /// The sender.
        from: u64,
        /// The request.
        reference: RefNumbers,
    },
    /// `process_info/2`; the sender gets `{Ref, Result}`.
    Info(Box<Request>),
    /// The receiver is suspended by one more process, which learns by this that it is.
    Suspend(Arc<AtomicBool>),
    /// The sender wants to know when its [`Signal::Suspend`] has been handled.
    AwaitSuspended(Box<AwaitSuspended>),
    /// The receiver is suspended by one process less.
    Resume,
    /// The timer of the receiver's receive has fired.
    ReceiveTimeout,
    /// Work for the receiver that leaves everything where it is.
    Task(Task),
    /// Work for the receiver that may collect: done when nothing is in registers.
    SystemTask(Task),
    /// Work for the receiver that leaves everything where it is, done when nothing is in registers, or while its dirty native waits.
    LightTask(Task),
}

/// Messages to send when a process has been suspended.
pub struct AwaitSuspended {
    /// To whom.
    pub from: u64,
    /// When it is suspended.
    pub suspended: Message,
    /// When it is not.
    pub not_suspended: Message,
    /// When it has exited.
    pub exited: Message,
}

// SAFETY: a message owns the fragment that its words lie in.
unsafe impl Send for Signal {}

/// Puts a signal into the inbox of `process`, and wakes it. The signal comes back if the process takes none any more.
#[inline]
pub fn push(process: &Process, signal: Signal) -> Result<(), Signal> {
    match process.inbox.push(Node::new(signal)) {
        Ok(WasEmpty(true)) => {
            wake(process);
            Ok(())
        }
        Ok(WasEmpty(false)) => Ok(()),
        Err(Closed(node)) => Err(node.value),
    }
}

/// Something has come for `process`: it is put on a queue if it is idle.
#[inline]
pub fn wake(process: &Process) {
    match process.state.wake() {
        Next::Enqueue => {
            if system_profile::wants(system_profile::flag::PROCESSES) {
                tell_runnable(process);
            }
            sched::enqueue(process.to_arc());
        }
        Next::Deputy => sched::enqueue_for_deputy(process.to_arc(), Priority::Max),
        Next::Nothing => {}
    }
}

/// Tells the profiler that a process has become runnable.
#[cold]
fn tell_runnable(process: &Process) {
    // SAFETY: it does not run, and is on no queue yet.
    let place = info::place_of_pc(unsafe { &*process.owned_pointer() });
    system_profile::of_process(process.number, true, place.as_ref());
}

/// Sends a request to the local process `number`, whose answer a process of priority `by` waits for: processes of less priority, which may
/// have to wait for it, answer before they run. It comes back if there is no such process.
pub fn request(number: u64, signal: Signal, by: Priority) -> Result<(), Signal> {
    let guard = progress::pin();
    let Some(process) = machine().processes.get_ref(number, &guard) else {
        return Err(signal);
    };
    push(process, signal)?;
    if by < process.priority() && process.state.wants_deputy() == Next::Deputy {
        sched::enqueue_for_deputy(process.to_arc(), by);
    }
    Ok(())
}

/// Sends a signal to the local process `number`. It comes back if there is none.
#[inline]
pub fn deliver(number: u64, signal: Signal) -> Result<(), Signal> {
    let guard = progress::pin();
    match machine().processes.get_ref(number, &guard) {
        Some(process) => push(process, signal),
        None => Err(signal),
    }
}
