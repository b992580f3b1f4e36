//! What a driver is: the thing behind a port. Follows `erl_driver.h` in what it is asked for.
//!
//! All functions of one driver are called under its port's lock, by the process that commands the port or by whoever polls. None may
//! wait, or go back into the port by a [`Remote`]. What a driver wants of its port goes through [`PortCx`]; the end of the port that it asks for comes when the function returns.

use super::settings::{Settings, Target};
use super::{Ended, Inner, Port};
use crate::dist::{Connection, Packet};
use crate::io::poll::{self, Interest};
use crate::machine::machine;
use crate::process::{Message, Owned, Process};
use crate::signal::{Signal, deliver};
use crate::timer::service::{Action, TimerId};
use oxbeam_term::atom::known;
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::{Atom, Builder, Term};
use parking_lot::ReentrantMutex;
use std::any::Any;
use std::os::fd::BorrowedFd;
use std::sync::Arc;

/// What [`Driver::event`] is called with.
pub type Event = Box<dyn Any + Send>;

/// How a driver has started.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Started {
    /// It serves its port.
    Now,
    /// It says later whether it does ([`PortCx::acknowledge`]).
    Later,
}

/// A driver.
pub trait Driver: Send {
    /// The port is there: the first call. The driver may ask for readiness from now on.
    fn start(&mut self, cx: &mut PortCx<'_>) {
        let _ = cx;
    }
    /// The same for a driver that may find only now that it can't start.
    ///
    /// # Errors
    /// It can't: there is no port, and nobody is told of an end.
    fn begin(&mut self, cx: &mut PortCx<'_>) -> Result<Started, OpenError> {
        self.start(cx);
        Ok(Started::Now)
    }
    /// A process sends data.
    fn output(&mut self, cx: &mut PortCx<'_>, data: Vec<u8>);
    /// Packets for another node, of which nobody waits for an answer.
    fn carry(&mut self, cx: &mut PortCx<'_>, packets: Vec<Packet>) {
        for packet in packets {
            self.output(cx, packet.into_bytes());
        }
    }
    /// `port_control/3`; `None` is `badarg`.
    fn control(&mut self, cx: &mut PortCx<'_>, operation: u32, data: &[u8]) -> Option<Reply> {
        let _ = (cx, operation, data);
        None
    }
    /// `port_call/3`, both terms in the external format; `None` is `badarg`.
    fn call(&mut self, cx: &mut PortCx<'_>, operation: u32, data: &[u8]) -> Option<Vec<u8>> {
        let _ = (cx, operation, data);
        None
    }
    /// A process that the driver watches by this reference is gone.
    fn watched_is_gone(&mut self, cx: &mut PortCx<'_>, reference: RefNumbers) {
        let _ = (cx, reference);
    }
    /// Processes that the driver watches.
    fn watching(&self) -> Vec<u64> {
        Vec::new()
    }
    /// The machine ends at once: the driver gives back what would outlive it.
    fn emergency_close(&mut self) {}
    /// The machine ends: whoever is at the other end hears of it now, not when the system has taken back all memory.
    fn hang_up(&mut self) {}
    /// A descriptor is ready, as [`PortCx::when_ready`] asked.
    fn ready(&mut self, cx: &mut PortCx<'_>, interest: Interest) {
        let _ = (cx, interest);
    }
    /// What [`Remote::send`] sent from another thread.
    fn event(&mut self, cx: &mut PortCx<'_>, event: Event) {
        let _ = (cx, event);
    }
    /// OTP's driver of this kind serves one port at a time (`{locking, driver_level}` of `port_info/2`).
    fn one_at_a_time(&self) -> bool {
        false
    }
    /// Bytes that wait to be written.
    fn queued(&self) -> usize {
        0
    }
    /// The port was closed while bytes wait: when they are written, the driver says [`PortCx::flushed`].
    fn flush(&mut self, cx: &mut PortCx<'_>) {
        let _ = cx;
    }
    /// The end: gives back what the driver holds.
    fn stop(&mut self, port: u64) {
        let _ = port;
    }
}

/// The answer to `port_control/3`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reply {
    /// A list of bytes.
    List(Vec<u8>),
    /// A binary.
    Binary(Vec<u8>),
}

/// Why a driver can't start.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum OpenError {
    /// An error of the system: its atom.
    Posix(i32),
    /// `badarg`
    Badarg,
    /// `einval`
    General,
}

/// What a driver is started with.
pub struct Opening<'o> {
    /// What is opened.
    pub target: &'o Target,
    /// How.
    pub settings: &'o Settings,
    /// The port that it will be.
    pub remote: Remote,
    /// Number of the operating system's process behind the port, if the driver sets it.
    pub os_pid: Option<u32>,
}

/// A row of the table of drivers.
pub struct DriverEntry {
    /// Its name for `open_port/2`.
    pub name: &'static str,
    /// `port_command(_, _, [force])` is allowed.
    pub soft_busy: bool,
    /// Starts it.
    pub open: fn(&mut Opening<'_>) -> Result<Box<dyn Driver>, OpenError>,
}

/// A driver that was loaded.
pub trait Loaded: Send + Sync {
    /// Its name for `open_port/2`.
    fn name(&self) -> &str;
    /// Ports may be opened; not while it is about to be unloaded.
    fn is_usable(&self) -> bool;
    /// `port_command(_, _, [force])` is allowed.
    fn soft_busy(&self) -> bool;
    /// The lock that all its ports share, if they do.
    fn lock(&self) -> Option<&Arc<ReentrantMutex<()>>>;
    /// Starts it.
    ///
    /// # Errors
    /// Why it can't.
    fn open(&self, opening: &mut Opening<'_>) -> Result<Box<dyn Driver>, OpenError>;
}

/// The driver of a port.
#[derive(Clone)]
pub(super) enum Entry {
    Own(&'static DriverEntry),
    Loaded(Arc<dyn Loaded>),
}

impl Entry {
    pub(super) fn name(&self) -> &str {
        match self {
            Entry::Own(entry) => entry.name,
            Entry::Loaded(entry) => entry.name(),
        }
    }
    pub(super) fn soft_busy(&self) -> bool {
        match self {
            Entry::Own(entry) => entry.soft_busy,
            Entry::Loaded(entry) => entry.soft_busy(),
        }
    }
    pub(super) fn lock(&self) -> Option<Arc<ReentrantMutex<()>>> {
        match self {
            Entry::Own(_) => None,
            Entry::Loaded(entry) => entry.lock().cloned(),
        }
    }
    pub(super) fn open(&self, opening: &mut Opening<'_>) -> Result<Box<dyn Driver>, OpenError> {
        match self {
            Entry::Own(entry) => (entry.open)(opening),
            Entry::Loaded(entry) => entry.open(opening),
        }
    }
}

/// The port, for other threads and for later. It does not keep the port, which is not there yet while its driver opens.
#[derive(Clone)]
pub struct Remote(pub(super) std::sync::Weak<Port>);

impl Remote {
    /// Calls the driver with `event`, now, on this thread.
    pub fn send(&self, event: Event) {
        if let Some(port) = self.0.upgrade() {
            port.with_driver(None, |driver, cx| driver.event(cx, event));
        }
    }
    /// The port, if it is there.
    pub fn port(&self) -> Option<Arc<Port>> {
        self.0.upgrade()
    }
    /// Calls the driver with `event` when so many milliseconds have passed.
    pub fn after(&self, milliseconds: u32, event: Box<dyn Any + Send>) -> TimerId {
        let remote = self.clone();
        let machine = machine();
        let tick = machine.time.tick_after(milliseconds.into());
        let call = Box::new(move || {
            if let Some(port) = remote.port() {
                port.with_driver(None, |driver, cx| {
                    cx.port.tell_timeout();
                    driver.event(cx, event);
                });
            }
        });
        machine.timers.set(tick, Action::Call(call))
    }
    /// Calls the driver when `fd` is ready.
    pub fn when_ready(&self, fd: BorrowedFd<'_>, interest: Interest) {
        // What can't be polled is as good as ready: the driver finds out what is wrong.
        let _ = poll::when_ready(fd, interest, self.notice(interest));
    }
    /// The same for a descriptor that is asked for often; it is forgotten ([`poll::forget`]) before it is closed.
    pub fn keep_ready(&self, fd: BorrowedFd<'_>, interest: Interest) {
        let _ = poll::keep_ready(fd, interest, self.notice(interest));
    }
    fn notice(&self, interest: Interest) -> poll::Notice {
        let remote = self.clone();
        Box::new(move || {
            if let Some(port) = remote.0.upgrade() {
                port.with_driver(None, |driver, cx| driver.ready(cx, interest));
            }
        })
    }
}

/// Takes back what [`Remote::after`] asked for. It may come nevertheless, if it is on its way.
pub fn cancel_timer(timer: TimerId) {
    drop(machine().timers.cancel(timer));
}

/// The port, for its driver.
pub struct PortCx<'c> {
    pub(super) port: &'c Arc<Port>,
    pub(super) inner: &'c mut Inner,
    pub(super) caller: Option<u64>,
    pub(super) ended: Option<Ended>,
}

impl PortCx<'_> {
    /// The port's number.
    pub fn number(&self) -> u64 {
        self.port.number
    }
    /// The process that data go to.
    pub fn owner(&self) -> u64 {
        self.inner.owner
    }
    /// The process that commands the port now.
    pub fn caller(&self) -> Option<u64> {
        self.caller
    }
    /// The port, for later.
    pub fn remote(&self) -> Remote {
        Remote(Arc::downgrade(self.port))
    }
    /// Has the port been closed, and only its last bytes wait?
    pub fn is_closing(&self) -> bool {
        self.inner.closing
    }
    /// Calls the driver when `fd` is ready.
    pub fn when_ready(&self, fd: BorrowedFd<'_>, interest: Interest) {
        self.remote().when_ready(fd, interest);
    }
    /// Calls the driver with `event` when the owner has seen what was sent to it so far. The event comes back if there is no owner.
    ///
    /// # Errors
    /// There is no owner; here is the event.
    pub fn after_owner(&self, event: Event) -> Result<(), Event> {
        let remote = self.remote();
        let event = Arc::new(parking_lot::Mutex::new(Some(event)));
        let kept = Arc::clone(&event);
        let task = Box::new(move |_: &Process, _: &mut Owned| {
            let event = kept.lock().take();
            event.into_iter().for_each(|event| remote.send(event));
        });
        if deliver(self.inner.owner, Signal::Task(task)).is_ok() {
            return Ok(());
        }
        match event.lock().take() {
            Some(event) => Err(event),
            None => Ok(()),
        }
    }
    /// Data have come: they go to the owner, in the form that it asked for.
    pub fn data(&mut self, bytes: &[u8]) {
        if self.inner.closing {
            return;
        }
        self.inner.input += bytes.len() as u64;
        super::note_input(bytes.len());
        let inner = &mut *self.inner;
        match &mut inner.line {
            Some(buffer) => {
                for line in buffer.take(bytes) {
                    let tag = if line.end { "eol" } else { "noeol" };
                    deliver_data(self.port, inner.owner, inner.binary, &line.bytes, Some(tag));
                }
            }
            None => deliver_data(self.port, inner.owner, inner.binary, bytes, None),
        }
    }
    /// Data with a header that is a list of bytes in any case, in front of what the owner asked for.
    pub fn data_behind(&mut self, header: &[u8], bytes: Option<&[u8]>) {
        let (port, owner, binary) = (self.port.number, self.inner.owner, self.inner.binary);
        let count = header.len() + bytes.map_or(0, <[u8]>::len);
        self.inner.input += count as u64;
        super::note_input(count);
        self.send(owner, |builder| {
            let tail = match bytes {
                Some(bytes) if binary => builder.binary(bytes),
                Some(bytes) => builder.byte_list(bytes),
                None => Term::NIL,
            };
            let header = header.iter().map(|&byte| Term::small(i64::from(byte)));
            let data = builder.list_with_tail(header, tail);
            let data = builder.tuple(&[Term::atom(known::DATA), data]);
            builder.tuple(&[Term::local_port(port), data])
        });
    }
    /// Sends a message that `build` makes to a process; `false` if there is none.
    pub fn send(
        &mut self,
        to: u64,
        build: impl for<'p> FnOnce(&mut Builder<'p>) -> Term<'p>,
    ) -> bool {
        self.port.send(to, Message::build(build))
    }
    /// The data are at their end: the port ends, unless its owner wants to be told of that.
    pub fn end_of_data(&mut self) {
        self.flush_line();
        if !self.inner.closing && self.inner.eof {
            let port = self.port.number;
            let owner = self.inner.owner;
            self.send(owner, |builder| {
                builder.tuple(&[Term::local_port(port), Term::atom(known::EOF)])
            });
        } else {
            self.ended = Some(Ended::Failed(Term::atom(known::NORMAL)));
        }
    }
    /// The program has exited.
    pub fn report_exit(&mut self, status: i32) {
        let port = self.port.number;
        let owner = self.inner.owner;
        self.send(owner, |builder| {
            let status = [Term::atom(known::EXIT_STATUS), Term::small(status.into())];
            let status = builder.tuple(&status);
            builder.tuple(&[Term::local_port(port), status])
        });
    }
    fn flush_line(&mut self) {
        let inner = &mut *self.inner;
        if let (Some(buffer), false) = (&mut inner.line, inner.closing) {
            for line in buffer.rest() {
                deliver_data(
                    self.port,
                    inner.owner,
                    inner.binary,
                    &line.bytes,
                    Some("noeol"),
                );
            }
        }
    }
    /// The port ends with an error of the system.
    pub fn fail(&mut self, error: i32) {
        self.fail_with(crate::posix::error_atom(error));
    }
    /// The port ends with this reason.
    pub fn fail_with(&mut self, reason: Atom) {
        self.ended = Some(Ended::Failed(Term::atom(reason)));
    }
    /// The port ends with a number for its reason.
    pub fn fail_with_number(&mut self, reason: i32) {
        self.ended = Some(Ended::Failed(Term::small(reason.into())));
    }
    /// The port ends; its owner is not told by the link that they had.
    pub fn exit_quietly(&mut self) {
        self.exit_quietly_with(known::NORMAL);
    }
    /// The port ends with this reason; its owner is not told by the link that they had.
    pub fn exit_quietly_with(&mut self, reason: Atom) {
        self.ended = Some(Ended::Quietly(reason));
    }
    /// The bytes that waited when the port was closed are written.
    pub fn flushed(&mut self) {
        if self.inner.closing {
            self.ended = Some(Ended::Failed(Term::atom(known::NORMAL)));
        }
    }
    /// Processes that command the port wait from now on, or no longer.
    pub fn set_busy(&mut self, busy: bool) {
        self.inner.set_busy(busy);
    }
    /// The connection to another node that the port carries.
    pub fn connection(&self) -> Option<&Arc<Connection>> {
        self.port.connection.get()
    }
    /// Is the port busy?
    pub fn is_busy(&self) -> bool {
        self.inner.busy
    }
    /// The owner is told of the end of the data, and the port stays (`eof`).
    pub fn wants_end_of_data(&self) -> bool {
        self.inner.eof
    }
    /// Data come as binaries.
    pub fn is_binary(&self) -> bool {
        self.inner.binary
    }
    /// Data come in lines.
    pub fn is_by_line(&self) -> bool {
        self.inner.line.is_some()
    }
    /// Bytes have come in that the driver delivers itself.
    pub fn note_input(&mut self, bytes: usize) {
        self.inner.input += bytes as u64;
        super::note_input(bytes);
    }
    /// The lines that these bytes end, each with its tag, for a driver that delivers them itself; none if data don't come in lines.
    pub fn lines(&mut self, bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
        let Some(buffer) = &mut self.inner.line else {
            return Vec::new();
        };
        let lines = buffer.take(bytes).into_iter();
        let tagged = |line: super::line::Line| (if line.end { "eol" } else { "noeol" }, line.bytes);
        lines.map(tagged).collect()
    }
    /// Sets the number that `port_info(_, os_pid)` gives.
    pub fn set_os_pid(&mut self, pid: u32) {
        self.inner.os_pid = Some(pid);
    }
    /// Has the port ended?
    pub fn has_ended(&self) -> bool {
        self.inner.ended
    }
    /// The end that the driver has asked for comes now, not when its function returns.
    pub fn end_now(&mut self) {
        if let Some(ended) = self.ended.take() {
            self.port.settle(self.inner, ended);
        }
    }
    /// The owner is linked to the port no longer.
    pub fn unlink_owner(&mut self) {
        self.port.unlink_owner(self.inner);
    }
    /// Whoever has opened the port waits to be told that it is there ([`Started::Later`]): this is the time. `Err` says why it can't be.
    pub fn acknowledge(&mut self, result: Result<(), Atom>) {
        let Some((to, reference)) = self.inner.awaited.take() else {
            return;
        };
        let port = self.port.number;
        self.send(to, |builder| {
            let reference = builder.reference(reference);
            let result = match result {
                Ok(()) => Term::local_port(port),
                Err(reason) => Term::atom(reason),
            };
            builder.tuple(&[reference, result])
        });
    }
}

/// `{Port, {data, Data}}`, with the line's tag around the data if there is one.
fn deliver_data(port: &Port, to: u64, binary: bool, bytes: &[u8], tag: Option<&str>) {
    let message = Message::build(|builder| {
        let mut data = if binary {
            builder.binary(bytes)
        } else {
            builder.byte_list(bytes)
        };
        if let Some(tag) = tag {
            data = builder.tuple(&[Term::atom(Atom::of(tag)), data]);
        }
        let data = builder.tuple(&[Term::atom(known::DATA), data]);
        builder.tuple(&[Term::local_port(port.number), data])
    });
    port.tell_sent(to, message.term());
    let _ = deliver(to, Signal::Message(message));
}
