//! `tcp_inet` and `udp_inet`: sockets as ports. Follows `inet_drv.c` in what `prim_inet.erl` asks of it.
//!
//! | file | what |
//! |---|---|
//! | `mod.rs` | what both have: the descriptor, readiness, operations that wait, timers, common requests |
//! | `options.rs` | options that are set and read |
//! | `tcp.rs` | streams: connecting, accepting, closing |
//! | `input.rs` | streams: packets from bytes |
//! | `output.rs` | streams: the queue, files |
//! | `udp.rs` | datagrams |
//! | `address.rs`, `interface.rs` | addresses, network interfaces |
//! | `message.rs` | what processes are sent |
//!
//! No descriptor waits: what can't be done now is done when whoever polls says that the descriptor is ready. A descriptor is watched for what
//! the socket *wants*; a notice that comes when it is no longer wanted is dropped.

mod address;
mod input;
mod interface;
mod message;
mod options;
mod output;
mod tcp;
mod udp;

use crate::sys;
use crate::sys::socket::{self, Address};
use address::family;
use options::Options;
use oxbeam_vm::io::poll::{self, Interest};
use oxbeam_vm::machine::machine;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::port::driver::cancel_timer;
use oxbeam_vm::port::{Driver, OpenError, Opening, PortCx, Remote, Reply};
use oxbeam_vm::release::IoRules;
use oxbeam_vm::timer::service::TimerId;
use rustix::io::Errno;
use std::any::Any;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, IntoRawFd, OwnedFd};

/// Number of the first request.
const REQUESTS: u32 = 0x03f1_a300;
/// Requests up to here are the driver's own; beyond are none of anybody.
const LAST: u32 = 63;

mod request {
    pub(super) const OPEN: u32 = 1;
    pub(super) const CLOSE: u32 = 2;
    pub(super) const CONNECT: u32 = 3;
    pub(super) const PEER: u32 = 4;
    pub(super) const NAME: u32 = 5;
    pub(super) const BIND: u32 = 6;
    pub(super) const SET_OPTIONS: u32 = 7;
    pub(super) const GET_OPTIONS: u32 = 8;
    pub(super) const STATISTICS: u32 = 11;
    pub(super) const HOST_NAME: u32 = 12;
    pub(super) const OPEN_DESCRIPTOR: u32 = 13;
    pub(super) const DESCRIPTOR: u32 = 14;
    pub(super) const TYPE: u32 = 15;
    pub(super) const STATUS: u32 = 16;
    pub(super) const SERVICE_BY_NAME: u32 = 17;
    pub(super) const SERVICE_BY_PORT: u32 = 18;
    pub(super) const SET_NAME: u32 = 19;
    pub(super) const SET_PEER: u32 = 20;
    pub(super) const INTERFACE_NAMES: u32 = 21;
    pub(super) const GET_INTERFACE: u32 = 22;
    pub(super) const SET_INTERFACE: u32 = 23;
    pub(super) const SUBSCRIBE: u32 = 24;
    pub(super) const INTERFACES: u32 = 25;
    pub(super) const ACCEPT: u32 = 26;
    pub(super) const LISTEN: u32 = 27;
    pub(super) const IGNORE: u32 = 28;
    pub(super) const NAMES: u32 = 29;
    pub(super) const PEERS: u32 = 30;
    pub(super) const RECEIVE: u32 = 42;
    pub(super) const UNRECEIVE: u32 = 43;
    pub(super) const SHUTDOWN: u32 = 44;
    pub(super) const SEND_FILE: u32 = 45;
    pub(super) const RECEIVE_DATAGRAM: u32 = 60;
}

/// What a socket is; the answer to `STATUS` tells the bits.
mod state {
    pub(super) const CLOSED: u32 = 0;
    pub(super) const OPEN: u32 = 0x01;
    pub(super) const CONNECTED: u32 = OPEN | 0x04;
    /// Of `CONNECTED`, without `OPEN`.
    pub(super) const CONNECTED_BIT: u32 = 0x04;
    pub(super) const LISTENING: u32 = OPEN | 0x08;
    pub(super) const CONNECTING: u32 = OPEN | 0x10;
    pub(super) const ACCEPTING: u32 = LISTENING | 0x20;
    pub(super) const MANY_ACCEPTING: u32 = ACCEPTING | 0x100;
    pub(super) const BUSY: u32 = 0x80;
}

/// Kinds of sockets, in the requests' numbers.
mod kind {
    pub(super) const NONE: u8 = 0;
    pub(super) const STREAM: u8 = 1;
    pub(super) const DATAGRAM: u8 = 2;
}

/// Forever, as a time.
const INFINITY: u32 = u32::MAX;

/// Why a request is refused: an error of the system, or one of the driver's own.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Refused {
    System(Errno),
    Own(&'static str),
}

const NOT_OPEN: Refused = Refused::Own("exbadport");

impl From<Errno> for Refused {
    fn from(errno: Errno) -> Refused {
        Refused::System(errno)
    }
}

type Answer = Result<Vec<u8>, Refused>;

/// The rest of a request.
struct Bytes<'d>(&'d [u8]);

impl<'d> Bytes<'d> {
    fn take(&mut self, length: usize) -> Result<&'d [u8], Refused> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Errno::INVAL)?;
        self.0 = rest;
        Ok(taken)
    }
    fn array<const N: usize>(&mut self) -> Result<&'d [u8; N], Refused> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(Errno::INVAL)?;
        self.0 = rest;
        Ok(taken)
    }
    fn byte(&mut self) -> Result<u8, Refused> {
        Ok(self.array::<1>()?[0])
    }
    fn short(&mut self) -> Result<u16, Refused> {
        Ok(u16::from_be_bytes(*self.array()?))
    }
    fn word(&mut self) -> Result<u32, Refused> {
        Ok(u32::from_be_bytes(*self.array()?))
    }
    fn long(&mut self) -> Result<u64, Refused> {
        Ok(u64::from_be_bytes(*self.array()?))
    }
}

/// What a process waits for: it gets a message with the number.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
struct Operation {
    id: u16,
    caller: u64,
}

/// Who has sent data and waits for the answer.
struct Caller {
    process: u64,
    /// What it wants to find in the answer (from OTP 26).
    tag: Option<Vec<u8>>,
}

/// What a timer is for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Purpose {
    Connect,
    Receive,
    Send,
    /// The operation of this number.
    Accept(u16),
    /// Data whose sending was put off.
    DelayedSend,
}

/// A timer of this number has fired.
struct Expired(u64);

#[derive(Default)]
struct Timers {
    last: u64,
    set: Vec<(u64, Purpose, TimerId)>,
}

/// Whether a direction is wanted, and whether it has been asked for.
#[derive(Copy, Clone, Default)]
struct Watch {
    wanted: bool,
    asked: bool,
}

#[derive(Default)]
struct Statistics {
    received: Traffic,
    sent: Traffic,
}

/// Packets in one direction.
#[derive(Default)]
struct Traffic {
    count: u64,
    bytes: u64,
    largest: usize,
    average: f64,
    deviation: f64,
}

impl Traffic {
    fn count(&mut self, length: usize) {
        self.count += 1;
        self.bytes += length as u64;
        self.largest = self.largest.max(length);
        let (length, count) = (length as f64, self.count as f64);
        self.average += (length - self.average) / count;
        self.deviation += ((length - self.average) - self.deviation) / count;
    }
}

/// What streams and datagrams have in common.
struct Socket {
    rules: IoRules,
    remote: Remote,
    port: u64,
    stream: bool,
    fd: Option<OwnedFd>,
    /// The descriptor is somebody else's: it is not closed.
    borrowed: bool,
    state: u32,
    family: u8,
    kind: u8,
    options: Options,
    read: Watch,
    write: Watch,
    /// The descriptor has been asked for since it was last forgotten.
    watched: bool,
    /// Readiness is not looked at (`inet:ignorefd/2`).
    ignored: bool,
    operation: Option<Operation>,
    operations: u16,
    caller: Option<Caller>,
    timers: Timers,
    /// Who wants to know when all is written.
    subscribers: Vec<u64>,
    statistics: Statistics,
    /// What `NAME` and `PEER` answer, if not what the system says.
    name: Option<Vec<u8>>,
    peer: Option<Vec<u8>>,
    /// The end of a stream has been told to the owner.
    end_told: bool,
    /// The stream was reset; whoever asks next is told.
    reset_untold: bool,
}

pub(super) fn open_tcp(opening: &mut Opening<'_>) -> Result<Box<dyn Driver>, OpenError> {
    let socket = Socket::new(true, machine().release.io, opening.remote.clone());
    Ok(Box::new(tcp::Tcp::new(socket)))
}

pub(super) fn open_udp(opening: &mut Opening<'_>) -> Result<Box<dyn Driver>, OpenError> {
    let socket = Socket::new(false, machine().release.io, opening.remote.clone());
    Ok(Box::new(udp::Udp::new(socket)))
}

impl Socket {
    fn new(stream: bool, rules: IoRules, remote: Remote) -> Socket {
        Socket {
            rules,
            remote,
            port: 0,
            stream,
            fd: None,
            borrowed: false,
            state: state::CLOSED,
            family: family::UNSPECIFIED,
            kind: kind::NONE,
            options: Options::new(rules.inet_buffer),
            read: Watch::default(),
            write: Watch::default(),
            watched: false,
            ignored: false,
            operation: None,
            operations: 0,
            caller: None,
            timers: Timers::default(),
            subscribers: Vec::new(),
            statistics: Statistics::default(),
            name: None,
            peer: None,
            end_told: false,
            reset_untold: false,
        }
    }
    fn is_open(&self) -> bool {
        self.state & state::OPEN != 0
    }
    fn is_connected(&self) -> bool {
        self.state & state::CONNECTED == state::CONNECTED
    }
    /// The descriptor.
    fn descriptor(&self) -> Result<BorrowedFd<'_>, Refused> {
        self.fd.as_ref().map(AsFd::as_fd).ok_or(NOT_OPEN)
    }
    fn watch(&mut self, interest: Interest) -> &mut Watch {
        match interest {
            Interest::Read => &mut self.read,
            Interest::Write => &mut self.write,
        }
    }
    /// Wants to know when the descriptor is ready, from now on or no longer.
    fn want(&mut self, interest: Interest, wanted: bool) {
        self.watch(interest).wanted = wanted;
        self.ask(interest);
    }
    fn ask(&mut self, interest: Interest) {
        let ignored = self.ignored;
        let watch = self.watch(interest);
        if watch.wanted
            && !watch.asked
            && !ignored
            && let Some(fd) = &self.fd
        {
            self.remote.keep_ready(fd.as_fd(), interest);
            self.watched = true;
            self.watch(interest).asked = true;
        }
    }
    /// A notice has come; is it wanted?
    fn noticed(&mut self, interest: Interest) -> bool {
        let ignored = self.ignored;
        let watch = self.watch(interest);
        watch.asked = false;
        watch.wanted && !ignored && self.fd.is_some()
    }
    /// Takes back what was asked for.
    fn forget(&mut self) {
        if let (Some(fd), true) = (&self.fd, std::mem::take(&mut self.watched)) {
            poll::forget(fd.as_fd());
            self.read.asked = false;
            self.write.asked = false;
        }
    }
    /// Gives the descriptor back.
    fn close(&mut self) {
        self.subscribers.clear();
        self.forget();
        self.read.wanted = false;
        self.write.wanted = false;
        if self.borrowed {
            return;
        }
        self.fd = None;
        self.state = state::CLOSED;
    }
    /// The number of a new operation of `caller`; `None`: another one waits.
    fn begin(&mut self, caller: u64) -> Option<u16> {
        if self.operation.is_some() {
            return None;
        }
        let operation = self.next_operation(caller);
        self.operation = Some(operation);
        Some(operation.id)
    }
    fn next_operation(&mut self, caller: u64) -> Operation {
        let id = self.operations;
        self.operations = id.wrapping_add(1);
        Operation { id, caller }
    }
    /// The operation that waits ends with an error.
    fn fail_operation(&mut self, reason: Atom) {
        if let Some(operation) = self.operation.take() {
            message::finish_error(self.port, operation, reason);
        }
    }
    /// Answers whoever has sent data and waits.
    fn reply(&mut self, status: Result<(), Atom>) {
        if let Some(caller) = self.caller.take() {
            message::reply(self.port, &caller, status);
        }
    }
    fn set_timer(&mut self, milliseconds: u32, purpose: Purpose) {
        self.timers.last += 1;
        let number = self.timers.last;
        let timer = self.remote.after(milliseconds, Box::new(Expired(number)));
        self.timers.set.push((number, purpose, timer));
    }
    /// Sets a timer unless the time is infinite.
    fn set_timeout(&mut self, milliseconds: u32, purpose: Purpose) {
        if milliseconds != INFINITY {
            self.set_timer(milliseconds, purpose);
        }
    }
    fn cancel_timers(&mut self, which: impl Fn(Purpose) -> bool) {
        self.timers.set.retain(|(_, purpose, timer)| {
            let cancelled = which(*purpose);
            if cancelled {
                cancel_timer(*timer);
            }
            !cancelled
        });
    }
    fn cancel_timer(&mut self, purpose: Purpose) {
        self.cancel_timers(|each| each == purpose);
    }
    /// What the timer of an event was for, unless it has been cancelled.
    fn expired(&mut self, event: Box<dyn Any + Send>) -> Option<Purpose> {
        let Expired(number) = *event.downcast::<Expired>().ok()?;
        let set = &mut self.timers.set;
        let index = set.iter().position(|(each, _, _)| *each == number)?;
        Some(set.swap_remove(index).1)
    }
    /// Takes the caller's tag off the data that it sends: where they begin.
    fn begin_output(&mut self, cx: &PortCx<'_>, data: &[u8]) -> Result<usize, Errno> {
        let Some(process) = cx.caller() else {
            self.caller = None;
            return Ok(0);
        };
        let (tag, start) = if self.rules.inet_tags {
            let (length, rest) = data.split_first_chunk::<2>().ok_or(Errno::INVAL)?;
            let length = usize::from(u16::from_be_bytes(*length));
            let tag = rest.get(..length).ok_or(Errno::INVAL)?;
            (Some(tag.to_vec()), length + 2)
        } else {
            (None, 0)
        };
        self.caller = Some(Caller { process, tag });
        Ok(start)
    }
    /// A message has gone to the owner: one less, if they are counted.
    fn note_delivery(&mut self, owner: u64) {
        match self.options.active {
            options::ONCE => self.options.active = options::PASSIVE,
            options::COUNTED => {
                self.options.active_count -= 1;
                if self.options.active_count == 0 {
                    self.options.active = options::PASSIVE;
                    self.tell_passive(owner);
                }
            }
            _ => {}
        }
    }
    fn tell_passive(&self, owner: u64) {
        let tag = if self.stream {
            "tcp_passive"
        } else {
            "udp_passive"
        };
        message::tell(owner, tag, self.port);
    }
    /// `<Family, Type>`, from OTP 29 on with the protocol.
    fn open(&mut self, data: &[u8]) -> Answer {
        let (family, kind, protocol) = match (data, self.rules.inet_protocols) {
            (&[family, kind], false) => (family, kind, if self.stream { 1 } else { 2 }),
            (&[family, kind, protocol], true) => (family, kind, protocol),
            _ => return Err(Errno::INVAL.into()),
        };
        let domain = address::domain(family)?;
        let system_kind = match (kind, self.stream) {
            (kind::STREAM, _) => libc::SOCK_STREAM,
            (kind::DATAGRAM, false) => libc::SOCK_DGRAM,
            _ => return Err(Errno::INVAL.into()),
        };
        let mut protocol = match (protocol, self.stream) {
            (0, _) => 0,
            (1, true) => libc::IPPROTO_TCP,
            (2, false) => libc::IPPROTO_UDP,
            (4, true) => libc::IPPROTO_MPTCP,
            _ => return Err(Errno::PROTONOSUPPORT.into()),
        };
        if domain == libc::AF_UNIX {
            protocol = 0;
        }
        if self.state != state::CLOSED {
            return Err(Refused::Own("exbadseq"));
        }
        let open = || socket::open(domain, system_kind, protocol);
        self.fd = Some(match &self.options.namespace {
            Some(path) => socket::in_namespace(path, open)?,
            None => open()?,
        });
        self.opened(family, kind);
        Ok(Vec::new())
    }
    fn opened(&mut self, family: u8, kind: u8) {
        self.borrowed = false;
        self.state = state::OPEN;
        self.family = family;
        self.kind = kind;
    }
    /// `<Family, Type, Descriptor:32, Bound:32>`
    fn open_descriptor(&mut self, data: &[u8]) -> Answer {
        if data.len() != 6 && data.len() != 10 {
            return Err(Errno::INVAL.into());
        }
        let mut data = Bytes(data);
        let (family, kind) = (data.byte()?, data.byte()?);
        let domain = address::domain(family)?;
        if kind != kind::STREAM && (self.stream || kind != kind::DATAGRAM) {
            return Err(Errno::INVAL.into());
        }
        let number = data.word()? as i32;
        let bound = data.0.is_empty() || data.word()? != 0;
        if self.fd.is_some() {
            return Err(Refused::Own("exbadseq"));
        }
        let fd = sys::adopt(number)?;
        let named = socket::name(fd.as_fd());
        let same = match &named {
            Ok(name) => name.domain() == domain,
            Err(_) => false,
        };
        let flags = rustix::fs::fcntl_getfl(&fd);
        let usable = if bound && !same {
            Err(named.err().unwrap_or(Errno::INVAL))
        } else {
            flags.and_then(|flags| {
                rustix::fs::fcntl_setfl(&fd, flags | rustix::fs::OFlags::NONBLOCK)
            })
        };
        if let Err(errno) = usable {
            // It stays whose it was.
            let _ = fd.into_raw_fd();
            return Err(errno.into());
        }
        self.opened(family, kind);
        self.borrowed = true;
        if kind == kind::STREAM && socket::peer(fd.as_fd()).is_ok() {
            self.state = state::CONNECTED;
        }
        self.fd = Some(fd);
        Ok(Vec::new())
    }
    /// Requests that are the same for streams and datagrams.
    fn general(&mut self, request: u32, data: &[u8], caller: Option<u64>, queued: usize) -> Answer {
        match request {
            request::STATISTICS => self.tell_statistics(data, queued),
            request::SUBSCRIBE => self.subscribe(data, caller, queued),
            request::GET_OPTIONS => self.get_options(data),
            request::INTERFACE_NAMES => interface::names(self.descriptor()?),
            request::INTERFACES => {
                let namespace = self.options.namespace.as_deref();
                self.descriptor().and_then(|_| interface::all(namespace))
            }
            request::GET_INTERFACE => interface::get(self.descriptor()?, data),
            request::SET_INTERFACE => interface::set(self.descriptor()?, data),
            request::STATUS => Ok(self.state.to_be_bytes().to_vec()),
            request::TYPE => {
                if self.kind == kind::NONE {
                    return Err(Errno::INVAL.into());
                }
                let mut answer = u32::from(self.family).to_be_bytes().to_vec();
                answer.extend_from_slice(&u32::from(self.kind).to_be_bytes());
                Ok(answer)
            }
            request::DESCRIPTOR => match &self.fd {
                Some(fd) => Ok(fd.as_raw_fd().to_be_bytes().to_vec()),
                None => Err(Errno::INVAL.into()),
            },
            request::HOST_NAME if data.is_empty() => Ok(socket::host_name()),
            request::NAME => match &self.name {
                Some(name) => Ok(name.clone()),
                // Without a descriptor the system would say so.
                None => known(socket::name(self.system_descriptor()?)),
            },
            request::PEER => match &self.peer {
                _ if self.state & state::CONNECTED_BIT == 0 => Err(Errno::NOTCONN.into()),
                Some(peer) => Ok(peer.clone()),
                None => known(socket::peer(self.system_descriptor()?)),
            },
            request::SET_NAME => {
                self.name = self.pretended(data)?;
                Ok(Vec::new())
            }
            request::SET_PEER => {
                self.peer = self.pretended(data)?;
                Ok(Vec::new())
            }
            request::NAMES | request::PEERS => {
                if data.len() != 4 {
                    return Err(Errno::INVAL.into());
                }
                let fd = self.descriptor()?;
                let address = if request == request::NAMES {
                    socket::name(fd)
                } else {
                    socket::peer(fd)
                };
                known(address)
            }
            request::BIND => self.bind(data),
            request::IGNORE => self.ignore(data),
            request::SERVICE_BY_NAME => {
                let mut data = Bytes(data);
                let length = data.byte()?;
                let name = data.take(length.into())?;
                let length = data.byte()?;
                let protocol = data.take(length.into())?;
                let port = socket::service_port(name, Some(protocol)).ok_or(Errno::INVAL)?;
                Ok(port.to_be_bytes().to_vec())
            }
            request::SERVICE_BY_PORT => {
                let mut data = Bytes(data);
                let port = data.short()?;
                let length = data.byte()?;
                let protocol = data.take(length.into())?;
                Ok(socket::service_name(port, Some(protocol)).ok_or(Errno::INVAL)?)
            }
            request::HOST_NAME => Err(Errno::INVAL.into()),
            _ => Err(NOT_OPEN),
        }
    }
    fn system_descriptor(&self) -> Result<BorrowedFd<'_>, Refused> {
        self.descriptor().map_err(|_| Errno::BADF.into())
    }
    /// The address that a request pretends, in an answer's form.
    fn pretended(&self, data: &[u8]) -> Result<Option<Vec<u8>>, Refused> {
        if data.is_empty() {
            return Ok(None);
        }
        let address = address::read(&mut Bytes(data), self.family)?;
        Ok(Some(address::bytes(&address).ok_or(Errno::INVAL)?))
    }
    fn bind(&mut self, data: &[u8]) -> Answer {
        if data.len() < 2 {
            return Err(Errno::INVAL.into());
        }
        if self.state != state::OPEN {
            return Err(NOT_OPEN);
        }
        let address = address::read(&mut Bytes(data), self.family)?;
        let fd = self.descriptor()?;
        socket::bind(fd, &address)?;
        let port = match address::port(&address) {
            0 => socket::name(fd).map_or(0, |name| address::port(&name)),
            port => port,
        };
        Ok(port.to_be_bytes().to_vec())
    }
    fn ignore(&mut self, data: &[u8]) -> Answer {
        if !self.is_connected() {
            return Err(Errno::NOTCONN.into());
        }
        match (data, self.ignored) {
            _ if self.kind != kind::STREAM => return Err(Errno::INVAL.into()),
            ([1, ..], false) => {
                self.forget();
                self.ignored = true;
            }
            ([0, ..], true) => {
                self.ignored = false;
                self.ask(Interest::Read);
                self.ask(Interest::Write);
            }
            _ => return Err(Errno::INVAL.into()),
        }
        Ok(Vec::new())
    }
    /// `<1, Queued:32>`: the caller is told when all is written, if it is not.
    fn subscribe(&mut self, data: &[u8], caller: Option<u64>, queued: usize) -> Answer {
        let mut answer = Vec::new();
        for code in data {
            if *code != 1 {
                return Err(Errno::INVAL.into());
            }
            if let (Some(caller), true) = (caller, queued > 0)
                && !self.subscribers.contains(&caller)
            {
                self.subscribers.push(caller);
            }
            answer.push(*code);
            let queued = u32::try_from(queued).unwrap_or(u32::MAX);
            answer.extend_from_slice(&queued.to_be_bytes());
        }
        Ok(answer)
    }
    /// Nothing waits to be written any longer.
    fn tell_subscribers(&mut self) {
        for subscriber in std::mem::take(&mut self.subscribers) {
            message::tell(subscriber, "empty_out_q", self.port);
        }
    }
    fn tell_statistics(&self, data: &[u8], queued: usize) -> Answer {
        let Statistics { received, sent } = &self.statistics;
        let mut answer = Vec::with_capacity(data.len() * 9);
        for code in data {
            answer.push(*code);
            let value = match code {
                1 => received.count,
                2 => received.largest as u64,
                3 => received.average as u64,
                4 => received.deviation.abs() as u64,
                5 => sent.count,
                6 => sent.largest as u64,
                7 => sent.average as u64,
                8 => queued as u64,
                9 | 10 => {
                    let bytes = if *code == 9 {
                        received.bytes
                    } else {
                        sent.bytes
                    };
                    answer.extend_from_slice(&bytes.to_be_bytes());
                    continue;
                }
                _ => return Err(Errno::INVAL.into()),
            };
            answer.extend_from_slice(&(value as u32).to_be_bytes());
        }
        Ok(answer)
    }
    /// The end of the port: nobody waits any longer, nothing is held.
    fn stop(&mut self) {
        self.cancel_timers(|_| true);
        self.close();
        if let Some(fd) = self.fd.take() {
            // It is not ours.
            let _ = fd.into_raw_fd();
        }
    }
}

/// An address that the system has told, in an answer's form.
fn known(address: Result<Address, Errno>) -> Answer {
    Ok(address::bytes(&address?).ok_or(Errno::INVAL)?)
}

/// The request of an operation of `port_control/3`.
fn request_of(operation: u32) -> Option<u32> {
    operation
        .checked_sub(REQUESTS)
        .filter(|request| (1..=LAST).contains(request))
}

/// A request's operation number as an answer.
fn operation_answer(id: u16) -> Vec<u8> {
    id.to_be_bytes().to_vec()
}

fn reply_to(answer: Answer) -> Option<Reply> {
    Some(Reply::List(message::answer(answer)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_that_end_early_are_refused() {
        let mut bytes = Bytes(&[1, 2, 3]);
        assert_eq!(bytes.byte(), Ok(1));
        assert_eq!(bytes.word(), Err(Refused::System(Errno::INVAL)));
        assert_eq!(bytes.short(), Ok(0x0203));
        assert!(bytes.take(1).is_err());
    }

    #[test]
    fn traffic_is_averaged() {
        let mut traffic = Traffic::default();
        for length in [10, 20, 30] {
            traffic.count(length);
        }
        assert_eq!((traffic.count, traffic.bytes, traffic.largest), (3, 60, 30));
        assert_eq!(traffic.average, 20.0);
    }
}
