//! Streams: opening, connecting, listening, accepting, closing.

use super::input::{Input, Received};
use super::message::{self, NAMES};
use super::options::{After, PASSIVE};
use super::output::SendFile;
use super::{
    Answer, Bytes, NOT_OPEN, Operation, Purpose, Socket, address, operation_answer, reply_to,
    request, request_of, state,
};
use crate::bytes::ByteQueue;
use crate::sys::socket;
use oxbeam_vm::dist::Packet;
use oxbeam_vm::io::poll::Interest;
use oxbeam_vm::machine::machine;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::port::{self, Driver, NoPort, PortCx, Reply};
use rustix::io::Errno;
use std::any::Any;
use std::collections::VecDeque;
use std::os::fd::{AsFd, OwnedFd};

/// More bytes than this are not waited for at once.
const LONGEST: u32 = 64 << 20;

/// Which direction ends when the queue has been written.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum PendingShutdown {
    Write,
    Both,
}

/// A stream.
pub(super) struct Tcp {
    pub(super) socket: Socket,
    pub(super) input: Input,
    /// The first line of a message has been seen (HTTP).
    pub(super) in_headers: bool,
    pub(super) queue: ByteQueue,
    /// Bytes of packets for another node since the socket was last found ready.
    pub(super) carried: usize,
    pub(super) file: Option<SendFile>,
    acceptors: VecDeque<Operation>,
    /// Whoever sends next is told that the stream is closed.
    pub(super) closed_for_senders: bool,
    pub(super) closed_for_receivers: bool,
    pub(super) pending_shutdown: Option<PendingShutdown>,
    /// We have ended our side.
    pub(super) was_shut_down: bool,
}

fn is_alive(process: u64) -> bool {
    machine().processes.get(process).is_some()
}

impl Tcp {
    pub(super) fn new(socket: Socket) -> Tcp {
        Tcp {
            socket,
            input: Input::default(),
            in_headers: false,
            queue: ByteQueue::default(),
            carried: 0,
            file: None,
            acceptors: VecDeque::new(),
            closed_for_senders: false,
            closed_for_receivers: false,
            pending_shutdown: None,
            was_shut_down: false,
        }
    }
    /// The driver of a connection that has been accepted.
    fn accepted(&self, fd: OwnedFd) -> Tcp {
        let listener = &self.socket;
        let mut socket = Socket::new(true, listener.rules, listener.remote.clone());
        socket.fd = Some(fd);
        socket.state = state::CONNECTED;
        socket.family = listener.family;
        socket.kind = listener.kind;
        socket.options = listener.options.inherited(listener.rules.inet_buffer);
        Tcp::new(socket)
    }
    /// Gives the descriptor back, and drops what was to be read or written.
    pub(super) fn close_descriptor(&mut self) {
        self.input.clear();
        self.clear_output();
        self.file = None;
        self.socket.close();
    }
    /// All who wait for something are told that it is closed.
    pub(super) fn end_operations(&mut self) {
        self.socket.cancel_timers(|_| true);
        if self.acceptors.is_empty() {
            self.socket.fail_operation(NAMES.closed);
            return;
        }
        for operation in std::mem::take(&mut self.acceptors) {
            message::finish_error(self.socket.port, operation, NAMES.closed);
        }
        self.mind_acceptors();
    }
    fn request(&mut self, cx: &mut PortCx<'_>, request: u32, data: &[u8]) -> Answer {
        match request {
            request::OPEN => self.socket.open(data),
            request::OPEN_DESCRIPTOR => self.socket.open_descriptor(data),
            request::LISTEN => self.listen(data),
            request::CONNECT => self.connect(cx, data),
            request::ACCEPT => self.accept(cx, data),
            request::CLOSE => {
                self.end_operations();
                self.close_descriptor();
                Ok(Vec::new())
            }
            request::RECEIVE => self.begin_receive(cx, data),
            request::UNRECEIVE => {
                if !self.socket.is_connected() {
                    return Err(Errno::NOTCONN.into());
                }
                self.input.push_front(data);
                if self.socket.options.active != PASSIVE {
                    self.deliver(cx, 0);
                }
                Ok(Vec::new())
            }
            request::SHUTDOWN => self.shutdown(data),
            request::SEND_FILE => self.begin_file(cx, data),
            request::SET_OPTIONS => {
                match self.socket.set_options(cx, data)? {
                    After::Nothing => {}
                    After::Deliver => {
                        self.deliver(cx, 0);
                    }
                    After::Receive => {
                        let received = self.receive(cx, 0);
                        let active = self.socket.options.active != PASSIVE;
                        if received != Received::Ended && active {
                            self.socket.want(Interest::Read, true);
                        }
                    }
                }
                Ok(Vec::new())
            }
            request::STATUS => {
                self.drop_dead_acceptors();
                Ok(self.socket.state.to_be_bytes().to_vec())
            }
            request => {
                let queued = self.queue.len();
                self.socket.general(request, data, cx.caller(), queued)
            }
        }
    }
    fn listen(&mut self, data: &[u8]) -> Answer {
        if !self.socket.is_open() {
            return Err(NOT_OPEN);
        }
        let &[high, low] = data else {
            return Err(Errno::INVAL.into());
        };
        let backlog = i16::from_be_bytes([high, low]);
        socket::listen(self.socket.descriptor()?, backlog.into())?;
        self.socket.state = state::LISTENING;
        Ok(Vec::new())
    }
    fn connect(&mut self, cx: &mut PortCx<'_>, data: &[u8]) -> Answer {
        let socket = &mut self.socket;
        if !socket.is_open() {
            return Err(NOT_OPEN);
        }
        if socket.is_connected() {
            return Err(Errno::ISCONN.into());
        }
        if socket.state & state::CONNECTING == state::CONNECTING || data.len() < 6 {
            return Err(Errno::INVAL.into());
        }
        let caller = cx.caller().ok_or(Errno::INVAL)?;
        let mut data = Bytes(data);
        let timeout = data.word()?;
        let address = address::read(&mut data, socket.family)?;
        match socket::connect(socket.descriptor()?, &address) {
            Ok(()) => {
                socket.state = state::CONNECTED;
                if socket.options.active != PASSIVE {
                    socket.want(Interest::Read, true);
                }
                if !socket.rules.inet_connect_message {
                    return Ok(Vec::new());
                }
                let operation = socket.next_operation(caller);
                message::finish_ok(socket.port, operation);
                Ok(operation_answer(operation.id))
            }
            Err(Errno::AGAIN | Errno::INPROGRESS) => {
                let id = socket.begin(caller).ok_or(Errno::ALREADY)?;
                socket.state = state::CONNECTING;
                socket.want(Interest::Write, true);
                socket.set_timeout(timeout, Purpose::Connect);
                Ok(operation_answer(id))
            }
            Err(errno) => Err(errno.into()),
        }
    }
    /// The connection is there, or has failed.
    fn connected(&mut self) {
        let socket = &mut self.socket;
        socket.want(Interest::Write, false);
        socket.cancel_timer(Purpose::Connect);
        let mut error = [0; 4];
        let told = match &socket.fd {
            Some(fd) => {
                socket::option(fd.as_fd(), libc::SOL_SOCKET, libc::SO_ERROR, &mut error).map(drop)
            }
            None => return,
        };
        let result = told.and(match i32::from_ne_bytes(error) {
            0 => Ok(()),
            number => Err(Errno::from_raw_os_error(number)),
        });
        match result {
            Err(errno) => {
                socket.state = state::OPEN;
                socket.fail_operation(message::error_atom(errno));
            }
            Ok(()) => {
                socket.state = state::CONNECTED;
                if socket.options.active != PASSIVE {
                    socket.want(Interest::Read, true);
                }
                if let Some(operation) = socket.operation.take() {
                    message::finish_ok(socket.port, operation);
                }
            }
        }
    }
    /// `<Timeout:32>`
    fn accept(&mut self, cx: &mut PortCx<'_>, data: &[u8]) -> Answer {
        let caller = cx.caller().ok_or(Errno::INVAL)?;
        if self.socket.state & state::LISTENING != state::LISTENING || data.len() != 4 {
            return Err(Errno::INVAL.into());
        }
        let timeout = Bytes(data).word()?;
        self.drop_dead_acceptors();
        if self.acceptors.is_empty() {
            match socket::accept(self.socket.descriptor()?) {
                Ok(fd) => {
                    let operation = self.socket.next_operation(caller);
                    self.hand_over(operation, fd);
                    return Ok(operation_answer(operation.id));
                }
                Err(Errno::AGAIN) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
        let operation = self.socket.next_operation(caller);
        self.acceptors.push_back(operation);
        self.mind_acceptors();
        self.socket
            .set_timeout(timeout, Purpose::Accept(operation.id));
        Ok(operation_answer(operation.id))
    }
    /// Makes a port of a connection for the process that has waited for it.
    fn hand_over(&mut self, operation: Operation, fd: OwnedFd) {
        let port = self.socket.port;
        let driver = Box::new(self.accepted(fd));
        match port::open_with(operation.caller, "tcp_inet", driver) {
            Ok(number) => {
                message::finish_with(port, operation, |_| Term::local_port(number));
            }
            Err(NoPort::SystemLimit) => {
                message::finish_error(port, operation, known::SYSTEM_LIMIT);
            }
            // The process is gone.
            Err(NoPort::Driver(_)) => {}
        }
    }
    fn drop_dead_acceptors(&mut self) {
        if self.acceptors.is_empty() {
            return;
        }
        let mut dead = Vec::new();
        self.acceptors.retain(|operation| {
            let alive = is_alive(operation.caller);
            if !alive {
                dead.push(Purpose::Accept(operation.id));
            }
            alive
        });
        if !dead.is_empty() {
            self.socket.cancel_timers(|purpose| dead.contains(&purpose));
            self.mind_acceptors();
        }
    }
    /// The state follows the number of processes that wait for connections.
    fn mind_acceptors(&mut self) {
        let (state, wanted) = match self.acceptors.len() {
            0 => (state::LISTENING, false),
            // Who was one of many stays so until nobody waits.
            1 if self.socket.state != state::MANY_ACCEPTING => (state::ACCEPTING, true),
            _ => (state::MANY_ACCEPTING, true),
        };
        self.socket.state = state;
        self.socket.want(Interest::Read, wanted);
    }
    fn accept_waiting(&mut self) {
        self.drop_dead_acceptors();
        while let (false, Some(fd)) = (self.acceptors.is_empty(), &self.socket.fd) {
            let accepted = socket::accept(fd.as_fd());
            if matches!(accepted, Err(Errno::AGAIN | Errno::INTR)) {
                return;
            }
            let Some(operation) = self.acceptors.pop_front() else {
                return;
            };
            self.socket.cancel_timer(Purpose::Accept(operation.id));
            self.mind_acceptors();
            match accepted {
                Ok(fd) => self.hand_over(operation, fd),
                Err(errno) => {
                    let reason = message::error_atom(errno);
                    message::finish_error(self.socket.port, operation, reason);
                    return;
                }
            }
        }
    }
    /// `<Timeout:32, Length:32>`
    fn begin_receive(&mut self, cx: &mut PortCx<'_>, data: &[u8]) -> Answer {
        let socket = &mut self.socket;
        if !socket.is_connected() {
            if std::mem::take(&mut self.closed_for_receivers) {
                self.closed_for_senders = false;
                if std::mem::take(&mut socket.reset_untold) {
                    return Err(Errno::CONNRESET.into());
                }
                return Err(super::Refused::Own("closed"));
            }
            return Err(Errno::NOTCONN.into());
        }
        if socket.options.active != PASSIVE || data.len() != 8 {
            return Err(Errno::INVAL.into());
        }
        let mut data = Bytes(data);
        let (timeout, length) = (data.word()?, data.word()?);
        if length != 0 && socket.options.packet != oxbeam_vm::packet::PacketType::Raw {
            return Err(Errno::INVAL.into());
        }
        if length > LONGEST {
            return Err(Errno::NOMEM.into());
        }
        let caller = cx.caller().ok_or(Errno::INVAL)?;
        let id = socket.begin(caller).ok_or(Errno::ALREADY)?;
        let waits = socket.ignored || self.receive(cx, length as usize) == Received::Nothing;
        if waits {
            let socket = &mut self.socket;
            if timeout == 0 {
                socket.fail_operation(NAMES.timeout);
            } else {
                socket.set_timeout(timeout, Purpose::Receive);
                socket.want(Interest::Read, true);
            }
        }
        Ok(operation_answer(id))
    }
    fn shutdown(&mut self, data: &[u8]) -> Answer {
        if !self.socket.is_connected() {
            return Err(Errno::NOTCONN.into());
        }
        let &[how] = data else {
            return Err(Errno::INVAL.into());
        };
        if how != 0 && self.queue.len() > 0 {
            // First what waits is written.
            self.pending_shutdown = match how {
                1 => Some(PendingShutdown::Write),
                2 => Some(PendingShutdown::Both),
                _ => self.pending_shutdown,
            };
            return Ok(Vec::new());
        }
        let result = socket::shutdown(self.socket.descriptor()?, how);
        if result.is_err() && how != 0 {
            self.was_shut_down = true;
        }
        result?;
        Ok(Vec::new())
    }
    fn timer(&mut self, cx: &mut PortCx<'_>, purpose: Purpose) {
        match purpose {
            Purpose::Connect => {
                self.close_descriptor();
                self.socket.fail_operation(NAMES.timeout);
            }
            Purpose::Receive => {
                self.socket.want(Interest::Read, false);
                self.input.forget_rest();
                self.socket.fail_operation(NAMES.timeout);
            }
            Purpose::Accept(id) => {
                let place = self.acceptors.iter().position(|each| each.id == id);
                if let Some(operation) = place.and_then(|place| self.acceptors.remove(place)) {
                    self.mind_acceptors();
                    message::finish_error(self.socket.port, operation, NAMES.timeout);
                }
            }
            Purpose::Send => self.send_timeout(cx),
            Purpose::DelayedSend => {
                if self.socket.is_connected() {
                    self.write_queue(cx);
                }
            }
        }
    }
}

impl Driver for Tcp {
    fn start(&mut self, cx: &mut PortCx<'_>) {
        self.socket.port = cx.number();
        self.socket.remote = cx.remote();
    }
    fn output(&mut self, cx: &mut PortCx<'_>, data: Vec<u8>) {
        match self.socket.begin_output(cx, &data) {
            Ok(start) => self.send(cx, data, start),
            Err(errno) => cx.fail(errno.raw_os_error()),
        }
    }
    fn carry(&mut self, cx: &mut PortCx<'_>, packets: Vec<Packet>) {
        self.send_packets(cx, packets);
    }
    fn control(&mut self, cx: &mut PortCx<'_>, operation: u32, data: &[u8]) -> Option<Reply> {
        let request = request_of(operation)?;
        reply_to(self.request(cx, request, data))
    }
    fn ready(&mut self, cx: &mut PortCx<'_>, interest: Interest) {
        if !self.socket.noticed(interest) {
            return;
        }
        match interest {
            Interest::Read if cx.is_closing() => return,
            Interest::Read if !self.acceptors.is_empty() => self.accept_waiting(),
            Interest::Read if self.socket.is_connected() => {
                self.receive(cx, 0);
            }
            Interest::Read => self.socket.want(Interest::Read, false),
            Interest::Write if self.socket.state & state::CONNECTING == state::CONNECTING => {
                self.connected();
            }
            Interest::Write if self.socket.is_connected() => {
                self.carried = 0;
                self.write_queue(cx);
            }
            Interest::Write => self.socket.want(Interest::Write, false),
        }
        self.socket.ask(interest);
    }
    fn event(&mut self, cx: &mut PortCx<'_>, event: Box<dyn Any + Send>) {
        if let Some(purpose) = self.socket.expired(event) {
            self.timer(cx, purpose);
        }
    }
    fn queued(&self) -> usize {
        self.queue.len()
    }
    fn flush(&mut self, cx: &mut PortCx<'_>) {
        let writes = self.socket.write.wanted && self.file.is_none();
        if !writes || self.socket.options.linger_zero {
            self.clear_output();
            cx.flushed();
        }
    }
    fn emergency_close(&mut self) {
        self.hang_up();
    }
    fn hang_up(&mut self) {
        let ours = !self.socket.borrowed && !self.socket.options.linger_zero;
        if ours
            && self.socket.is_connected()
            && let Ok(fd) = self.socket.descriptor()
        {
            // Whose other end is gone has heard of it.
            let _ = socket::shutdown(fd, 2);
        }
    }
    fn stop(&mut self, _: u64) {
        self.end_operations();
        self.file = None;
        self.socket.stop();
    }
}
