//! Datagrams.

use super::message::{self, NAMES};
use super::options::{self, PASSIVE};
use super::{
    Answer, Bytes, NOT_OPEN, Purpose, Refused, Socket, address, operation_answer, reply_to,
    request, request_of, state,
};
use crate::sys::socket::{self, Address, Control};
use oxbeam_vm::io::poll::Interest;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::port::{Driver, PortCx, Reply};
use rustix::io::Errno;
use std::any::Any;
use std::os::fd::{AsFd, BorrowedFd};

/// A datagram socket.
pub(super) struct Udp {
    socket: Socket,
    /// Where it is connected to.
    remote: Option<Address>,
}

/// Room that is made without asking how much there is to receive.
const ROOM: usize = 256 << 10;

/// Room for a datagram: somebody's number is no reason to have memory for it.
fn room(fd: BorrowedFd<'_>, wanted: usize) -> usize {
    if wanted <= ROOM {
        return wanted;
    }
    let there = rustix::io::ioctl_fionread(fd).unwrap_or(0);
    wanted.min(ROOM.max(there as usize))
}

/// `[{Name, Value}]`
fn control_list<'p>(builder: &mut Builder<'p>, controls: &[Control]) -> Term<'p> {
    let mut terms = Vec::new();
    for (level, number, value) in controls {
        if let Some((_, name)) = options::control_option(*level, *number) {
            let value = Term::small((*value).into());
            terms.push(builder.tuple(&[Term::atom(Atom::of(name)), value]));
        }
    }
    builder.list(terms)
}

impl Udp {
    pub(super) fn new(socket: Socket) -> Udp {
        Udp {
            socket,
            remote: None,
        }
    }
    fn request(&mut self, cx: &mut PortCx<'_>, request: u32, data: &[u8]) -> Answer {
        match request {
            request::OPEN | request::OPEN_DESCRIPTOR => {
                if request == request::OPEN {
                    self.socket.open(data)?;
                } else {
                    self.socket.open_descriptor(data)?;
                }
                if self.socket.options.active != PASSIVE {
                    self.socket.want(Interest::Read, true);
                }
                Ok(Vec::new())
            }
            request::CLOSE => {
                self.socket.close();
                Ok(Vec::new())
            }
            request::CONNECT => self.connect(cx, data),
            request::RECEIVE_DATAGRAM => self.begin_receive(cx, data),
            request::SET_OPTIONS => {
                self.socket.set_options(cx, data)?;
                Ok(Vec::new())
            }
            request => self.socket.general(request, data, cx.caller(), 0),
        }
    }
    /// `<Timeout:32, Address>`, or nothing: the socket has no peer any longer.
    fn connect(&mut self, cx: &mut PortCx<'_>, data: &[u8]) -> Answer {
        if !self.socket.is_open() {
            return Err(NOT_OPEN);
        }
        let nowhere = Address::unspecified();
        if data.is_empty() {
            let _ = socket::connect(self.socket.descriptor()?, &nowhere);
            self.disconnected();
            return Ok(Vec::new());
        }
        if data.len() < 6 {
            return Err(Errno::INVAL.into());
        }
        let mut data = Bytes(data);
        let _timeout = data.word()?;
        let address = address::read(&mut data, self.socket.family)?;
        let fd = self.socket.descriptor()?;
        if self.socket.is_connected() {
            // The system would keep the address that we send from.
            let _ = socket::connect(fd, &nowhere);
        }
        if let Err(errno) = socket::connect(fd, &address) {
            let _ = socket::connect(fd, &nowhere);
            self.disconnected();
            return Err(errno.into());
        }
        self.socket.state |= state::CONNECTED_BIT;
        self.remote = Some(address);
        if !self.socket.rules.inet_connect_message {
            return Ok(Vec::new());
        }
        let caller = cx.caller().ok_or(Errno::INVAL)?;
        let operation = self.socket.next_operation(caller);
        message::finish_ok(self.socket.port, operation);
        Ok(operation_answer(operation.id))
    }
    fn disconnected(&mut self) {
        self.socket.state &= !state::CONNECTED_BIT;
        self.remote = None;
    }
    /// `<Timeout:32, Length:32>`; datagrams have a length of their own.
    fn begin_receive(&mut self, cx: &mut PortCx<'_>, data: &[u8]) -> Answer {
        if !self.socket.is_open() {
            return Err(NOT_OPEN);
        }
        if self.socket.options.active != PASSIVE || data.len() != 8 {
            return Err(Errno::INVAL.into());
        }
        let timeout = Bytes(data).word()?;
        let caller = cx.caller().ok_or(Errno::INVAL)?;
        let id = self.socket.begin(caller).ok_or(Errno::ALREADY)?;
        self.receive(cx);
        if self.socket.operation.is_some() {
            self.socket.want(Interest::Read, true);
            self.socket.set_timeout(timeout, Purpose::Receive);
        }
        Ok(operation_answer(id))
    }
    /// Receives some datagrams, or the one that a process waits for.
    fn receive(&mut self, cx: &mut PortCx<'_>) {
        let mut buffer = Vec::new();
        for _ in 0..self.socket.options.read_packets {
            let Some(fd) = &self.socket.fd else {
                return;
            };
            let most = room(fd.as_fd(), self.socket.options.buffer as usize);
            let received = socket::receive_from(fd.as_fd(), &mut buffer, most);
            let passive = self.socket.options.active == PASSIVE;
            match received {
                Ok((from, controls)) => {
                    let from = match self.remote {
                        Some(remote) if self.socket.is_connected() => remote,
                        _ => from,
                    };
                    self.deliver(cx, &from, &controls, &buffer);
                }
                Err(Errno::AGAIN | Errno::INTR) => return,
                Err(errno) if passive => {
                    self.socket.cancel_timer(Purpose::Receive);
                    self.socket.want(Interest::Read, false);
                    self.socket.fail_operation(message::error_atom(errno));
                    return;
                }
                Err(errno) => {
                    let reason = message::error_atom(errno);
                    message::tell_error(cx.owner(), "udp_error", self.socket.port, reason);
                    return;
                }
            }
            if self.socket.options.active == PASSIVE {
                self.socket.cancel_timer(Purpose::Receive);
                self.socket.want(Interest::Read, false);
                return;
            }
        }
    }
    fn deliver(
        &mut self,
        cx: &mut PortCx<'_>,
        from: &Address,
        controls: &[Control],
        packet: &[u8],
    ) {
        let socket = &mut self.socket;
        let (port, owner) = (socket.port, cx.owner());
        socket.statistics.received.count(packet.len());
        let options = &socket.options;
        let (binary, header) = (options.binary, options.header);
        let controls = options.wants_controls().then_some(controls);
        if options.active == PASSIVE {
            // The address stands in front of the data, as in a header.
            let mut whole = address::sender_bytes(from);
            let header = header + whole.len();
            whole.extend_from_slice(packet);
            if let Some(operation) = socket.operation.take() {
                message::finish_with(port, operation, |builder| {
                    let data = message::data(builder, binary, header, &whole);
                    match controls {
                        Some(controls) => {
                            let controls = control_list(builder, controls);
                            builder.tuple(&[data, controls])
                        }
                        None => data,
                    }
                });
            }
        } else {
            message::send(port, owner, |builder| {
                let [ip, number] = address::terms(builder, from);
                let mut elements = vec![Term::atom(NAMES.udp), Term::local_port(port), ip, number];
                if let Some(controls) = controls {
                    elements.push(control_list(builder, controls));
                }
                elements.push(message::data(builder, binary, header, packet));
                builder.tuple(&elements)
            });
        }
        self.socket.note_delivery(owner);
    }
    /// `<Address, Length:32, Controls, Data>`
    fn send(&mut self, data: &[u8]) -> Result<(), Refused> {
        let mut data = Bytes(data);
        if !self.socket.is_open() {
            return Err(NOT_OPEN);
        }
        let to = address::read(&mut data, self.socket.family)?;
        let length = data.word()?;
        let controls = options::controls(data.take(length as usize)?)?;
        let packet = data.0;
        self.socket.statistics.sent.count(packet.len());
        let to = (!self.socket.is_connected()).then_some(&to);
        socket::send_to(self.socket.descriptor()?, packet, to, &controls)?;
        Ok(())
    }
}

impl Driver for Udp {
    fn start(&mut self, cx: &mut PortCx<'_>) {
        self.socket.port = cx.number();
        self.socket.remote = cx.remote();
    }
    fn output(&mut self, cx: &mut PortCx<'_>, data: Vec<u8>) {
        let start = match self.socket.begin_output(cx, &data) {
            Ok(start) => start,
            Err(errno) => return cx.fail(errno.raw_os_error()),
        };
        let status = self.send(&data[start..]).map_err(|refused| match refused {
            Refused::System(errno) => message::error_atom(errno),
            Refused::Own(_) => message::error_atom(Errno::INVAL),
        });
        self.socket.reply(status);
    }
    fn control(&mut self, cx: &mut PortCx<'_>, operation: u32, data: &[u8]) -> Option<Reply> {
        let request = request_of(operation)?;
        reply_to(self.request(cx, request, data))
    }
    fn ready(&mut self, cx: &mut PortCx<'_>, interest: Interest) {
        if self.socket.noticed(interest) && !cx.is_closing() {
            self.receive(cx);
            self.socket.ask(interest);
        }
    }
    fn event(&mut self, _: &mut PortCx<'_>, event: Box<dyn Any + Send>) {
        if self.socket.expired(event) == Some(Purpose::Receive) {
            self.socket.want(Interest::Read, false);
            self.socket.fail_operation(NAMES.timeout);
        }
    }
    fn stop(&mut self, _: u64) {
        self.socket.fail_operation(NAMES.closed);
        self.socket.stop();
    }
}
