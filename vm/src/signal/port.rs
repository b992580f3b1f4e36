//! The face of ports to processes: what is sent to a port, and who takes it. Ports are set up by whoever implements them, with [`install`].

use super::message::Sent;
use crate::dist::Packet;
use crate::process::{Message, Peer, Process};
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::{Atom, Term};
use std::sync::OnceLock;

/// A signal to a port.
pub enum ToPort {
    /// A process has linked itself to the port.
    Link(Peer),
    /// It has unlinked itself, and wants that acknowledged with [`Signal::UnlinkAck`](super::Signal::UnlinkAck).
    Unlink {
        /// The process.
        from: Peer,
        /// To be sent back.
        id: u64,
    },
    /// Acknowledges an unlink of the port.
    UnlinkAck {
        /// The process.
        from: Peer,
        /// What was sent.
        id: u64,
    },
    /// A process watches the port.
    Monitor {
        /// The monitor.
        reference: RefNumbers,
        /// The process.
        by: Peer,
        /// The name that it watches.
        name: Option<Atom>,
    },
    /// It does so no longer.
    Demonitor(RefNumbers),
    /// A process that the port's driver watches is gone.
    Down(RefNumbers),
    /// A process that the port is linked to has exited, or someone wants the port to.
    Exit {
        /// The process.
        from: Peer,
        /// Why.
        reason: Message,
        /// By a link.
        linked: bool,
    },
}

/// Who implements ports.
pub trait Ports: Send + Sync {
    /// Takes a signal; it comes back if there is no such port.
    fn signal(&self, port: u64, signal: ToPort) -> Result<(), ToPort>;
    /// `Port ! Message`
    fn command(&self, process: &Process, port: u64, message: Term<'_>) -> Sent;
    /// Carries a packet to another node.
    fn carry(&self, port: u64, packets: Vec<Packet>) -> bool;
    /// Must who commands the port wait? One that is gone is never busy.
    fn is_busy(&self, port: u64) -> bool;
    /// Ends the port with this reason.
    fn close(&self, port: u64, reason: Atom);
    /// The process exits that owns these ports, or was told of their ends: nothing to do where links see to it.
    fn exists(&self, port: u64) -> bool;
    /// A message for a port that traces.
    fn trace_output(&self, port: u64, message: Term<'_>);
}

static PORTS: OnceLock<&'static dyn Ports> = OnceLock::new();

/// Sets who implements ports; the first call counts.
pub fn install(ports: &'static dyn Ports) {
    let _ = PORTS.set(ports);
}

/// Sends a signal to a port; it comes back if there is no such port.
pub fn signal(port: u64, signal: ToPort) -> Result<(), ToPort> {
    match PORTS.get() {
        Some(ports) => ports.signal(port, signal),
        None => Err(signal),
    }
}

/// `Port ! Message`
pub fn command(process: &Process, port: u64, message: Term<'_>) -> Sent {
    PORTS
        .get()
        .map_or(Sent::Done, |ports| ports.command(process, port, message))
}

/// Carries a packet to another node through a port, if that is there.
pub fn carry(port: u64, packets: Vec<Packet>) -> bool {
    PORTS.get().is_some_and(|ports| ports.carry(port, packets))
}

/// Must who commands the port wait?
pub fn is_busy(port: u64) -> bool {
    PORTS.get().is_some_and(|ports| ports.is_busy(port))
}

/// Ends a port with this reason.
pub fn close(port: u64, reason: Atom) {
    if let Some(ports) = PORTS.get() {
        ports.close(port, reason);
    }
}

/// Tells a port that traces.
pub fn trace_output(port: u64, message: Term<'_>) {
    if let Some(ports) = PORTS.get() {
        ports.trace_output(port, message);
    }
}

/// Is there such a port?
pub fn exists(port: u64) -> bool {
    PORTS.get().is_some_and(|ports| ports.exists(port))
}
