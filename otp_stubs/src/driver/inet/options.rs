//! Options of sockets. `<Code, Value:32>` sets one, some have more behind it; the answer to a question has the same form.
//!
//! A single option that the system refuses does not count, except where OTP wants to know; a request with an option that is not known, or that ends
//! early, is refused as a whole, what stood before it has been set.

use super::address::family;
use super::{Answer, Bytes, Refused, Socket, kind, message, state};
use crate::sys::socket;
use oxbeam_vm::io::poll::Interest;
use oxbeam_vm::packet::PacketType;
use oxbeam_vm::port::PortCx;
use rustix::io::Errno;
use std::ffi::c_int;
use std::os::fd::AsFd;

mod code {
    pub(super) const LINGER: u8 = 3;
    pub(super) const RECEIVE_BUFFER: u8 = 7;
    pub(super) const TOS: u8 = 9;
    pub(super) const MULTICAST_INTERFACE: u8 = 11;
    pub(super) const ADD_MEMBERSHIP: u8 = 14;
    pub(super) const DROP_MEMBERSHIP: u8 = 15;
    /// Windows only; nothing elsewhere.
    pub(super) const EXCLUSIVE: u8 = 19;
    pub(super) const BUFFER: u8 = 20;
    pub(super) const HEADER: u8 = 21;
    pub(super) const ACTIVE: u8 = 22;
    pub(super) const PACKET: u8 = 23;
    pub(super) const MODE: u8 = 24;
    pub(super) const DELIVER: u8 = 25;
    pub(super) const EXIT_ON_CLOSE: u8 = 26;
    pub(super) const HIGH: u8 = 27;
    pub(super) const LOW: u8 = 28;
    pub(super) const SEND_TIMEOUT: u8 = 30;
    pub(super) const DELAY_SEND: u8 = 31;
    pub(super) const PACKET_SIZE: u8 = 32;
    pub(super) const READ_PACKETS: u8 = 33;
    pub(super) const RAW: u8 = 34;
    pub(super) const SEND_TIMEOUT_CLOSE: u8 = 35;
    pub(super) const MESSAGES_HIGH: u8 = 36;
    pub(super) const MESSAGES_LOW: u8 = 37;
    pub(super) const NAMESPACE: u8 = 38;
    pub(super) const SHOW_RESET: u8 = 39;
    pub(super) const DELIMITER: u8 = 40;
    pub(super) const TRAFFIC_CLASS: u8 = 41;
    pub(super) const DEVICE: u8 = 42;
    pub(super) const RECEIVE_TOS: u8 = 43;
    pub(super) const RECEIVE_TRAFFIC_CLASS: u8 = 44;
    pub(super) const PACKET_OPTIONS: u8 = 45;
    pub(super) const TTL: u8 = 46;
    pub(super) const RECEIVE_TTL: u8 = 47;
    pub(super) const READ_AHEAD: u8 = 49;
    /// SCTP only.
    pub(super) const NON_BLOCKING_SEND: u8 = 50;
    pub(super) const DEBUG: u8 = 99;
}

/// Values of `active`.
pub(super) const PASSIVE: u32 = 0;
pub(super) const ONCE: u32 = 2;
pub(super) const COUNTED: u32 = 3;

/// Answers that would be longer are refused.
const LONGEST: usize = 64 << 10;
/// The size of a datagram's buffer that follows the system's.
const LARGEST_DATAGRAM: u32 = 1 << 16;
/// Watermarks of messages may not be lower.
const LOWEST_MARK: u32 = 1;

/// What is set.
#[derive(Clone)]
pub(super) struct Options {
    pub(super) header: usize,
    pub(super) binary: bool,
    /// Data go as `{tcp, ...}`, not as the port's own.
    pub(super) terms: bool,
    pub(super) buffer: u32,
    buffer_set: bool,
    pub(super) active: u32,
    pub(super) active_count: i16,
    packet_number: u32,
    pub(super) packet: PacketType,
    pub(super) packet_size: u32,
    pub(super) exit_on_close: bool,
    pub(super) high: u32,
    pub(super) low: u32,
    messages_high: u32,
    messages_low: u32,
    pub(super) send_timeout: u32,
    pub(super) send_timeout_close: bool,
    pub(super) delay_send: bool,
    pub(super) read_packets: u32,
    pub(super) namespace: Option<Vec<u8>>,
    pub(super) show_reset: bool,
    pub(super) read_ahead: bool,
    pub(super) delimiter: u8,
    /// Closing drops what waits to be written.
    pub(super) linger_zero: bool,
    debug: u32,
    /// Numbers that come with datagrams are told: which options ask for them.
    receive: [bool; 3],
}

impl Options {
    pub(super) fn new(buffer: u32) -> Options {
        Options {
            header: 0,
            binary: false,
            terms: true,
            buffer,
            buffer_set: false,
            active: PASSIVE,
            active_count: 0,
            packet_number: 0,
            packet: PacketType::Raw,
            packet_size: 0,
            exit_on_close: true,
            high: 8192,
            low: 4096,
            messages_high: 8192,
            messages_low: 4096,
            send_timeout: super::INFINITY,
            send_timeout_close: false,
            delay_send: false,
            read_packets: 5,
            namespace: None,
            show_reset: false,
            read_ahead: true,
            delimiter: b'\n',
            linger_zero: false,
            debug: 0,
            receive: [false; 3],
        }
    }
    /// What a connection has of the socket that accepted it.
    pub(super) fn inherited(&self, default_buffer: u32) -> Options {
        Options {
            header: self.header,
            binary: self.binary,
            terms: self.terms,
            buffer: self.buffer,
            packet_number: self.packet_number,
            packet: self.packet,
            packet_size: self.packet_size,
            exit_on_close: self.exit_on_close,
            high: self.high,
            low: self.low,
            messages_high: self.messages_high,
            messages_low: self.messages_low,
            send_timeout: self.send_timeout,
            send_timeout_close: self.send_timeout_close,
            show_reset: self.show_reset,
            read_ahead: self.read_ahead,
            linger_zero: self.linger_zero,
            ..Options::new(default_buffer)
        }
    }
    /// Are numbers to be told that come with datagrams?
    pub(super) fn wants_controls(&self) -> bool {
        self.receive.contains(&true)
    }
}

fn packet_type(number: u32) -> Option<PacketType> {
    Some(match number {
        0 => PacketType::Raw,
        1 => PacketType::One,
        2 => PacketType::Two,
        3 => PacketType::Four,
        4 => PacketType::Asn1,
        5 => PacketType::SunRm,
        6 => PacketType::Cdr,
        7 => PacketType::Fcgi,
        8 => PacketType::Line,
        9 => PacketType::Tpkt,
        10 => PacketType::Http,
        11 => PacketType::Httph,
        12 => PacketType::SslTls,
        13 => PacketType::HttpBin,
        14 => PacketType::HttphBin,
        _ => return None,
    })
}

/// An option that is a number of the system's: level, name, and whether its refusal counts.
fn system_option(code: u8) -> Option<(c_int, c_int, bool)> {
    use libc::{IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP, SOL_SOCKET};
    Some(match code {
        0 => (SOL_SOCKET, libc::SO_REUSEADDR, false),
        1 => (SOL_SOCKET, libc::SO_KEEPALIVE, false),
        2 => (SOL_SOCKET, libc::SO_DONTROUTE, false),
        4 => (SOL_SOCKET, libc::SO_BROADCAST, false),
        5 => (SOL_SOCKET, libc::SO_OOBINLINE, false),
        6 => (SOL_SOCKET, libc::SO_SNDBUF, false),
        code::RECEIVE_BUFFER => (SOL_SOCKET, libc::SO_RCVBUF, false),
        8 => (SOL_SOCKET, libc::SO_PRIORITY, true),
        code::TOS => (IPPROTO_IP, libc::IP_TOS, true),
        10 => (IPPROTO_TCP, libc::TCP_NODELAY, false),
        12 => (IPPROTO_IP, libc::IP_MULTICAST_TTL, false),
        13 => (IPPROTO_IP, libc::IP_MULTICAST_LOOP, false),
        16 => (IPPROTO_IPV6, libc::IPV6_V6ONLY, true),
        // The system shares the load among those who share a port.
        17 | 18 => (SOL_SOCKET, libc::SO_REUSEPORT, false),
        code::TRAFFIC_CLASS => (IPPROTO_IPV6, libc::IPV6_TCLASS, true),
        code::RECEIVE_TOS => (IPPROTO_IP, libc::IP_RECVTOS, true),
        code::RECEIVE_TRAFFIC_CLASS => (IPPROTO_IPV6, libc::IPV6_RECVTCLASS, true),
        code::TTL => (IPPROTO_IP, libc::IP_TTL, true),
        code::RECEIVE_TTL => (IPPROTO_IP, libc::IP_RECVTTL, true),
        48 => (IPPROTO_TCP, libc::TCP_CORK, false),
        51 => (IPPROTO_TCP, libc::TCP_KEEPCNT, false),
        52 => (IPPROTO_TCP, libc::TCP_KEEPIDLE, false),
        53 => (IPPROTO_TCP, libc::TCP_KEEPINTVL, false),
        54 => (IPPROTO_TCP, libc::TCP_USER_TIMEOUT, false),
        _ => return None,
    })
}

/// The option that a control message stands for.
pub(super) fn control_option(level: c_int, number: c_int) -> Option<(u8, &'static str)> {
    match (level, number) {
        (libc::IPPROTO_IP, libc::IP_TOS | libc::IP_RECVTOS) => Some((code::TOS, "tos")),
        (libc::IPPROTO_IPV6, libc::IPV6_TCLASS | libc::IPV6_RECVTCLASS) => {
            Some((code::TRAFFIC_CLASS, "tclass"))
        }
        (libc::IPPROTO_IP, libc::IP_TTL | libc::IP_RECVTTL) => Some((code::TTL, "ttl")),
        _ => None,
    }
}

/// The control messages that are to go with a datagram, `<Code, Value:32>` each.
pub(super) fn controls(data: &[u8]) -> Result<Vec<socket::Control>, Refused> {
    /// One of each family, and one more.
    const MOST: usize = 2;
    let mut data = Bytes(data);
    let mut controls = Vec::new();
    while !data.0.is_empty() {
        let (level, number) = match data.byte()? {
            code::TOS => (libc::IPPROTO_IP, libc::IP_TOS),
            code::TTL => (libc::IPPROTO_IP, libc::IP_TTL),
            code::TRAFFIC_CLASS => (libc::IPPROTO_IPV6, libc::IPV6_TCLASS),
            _ => return Err(Errno::INVAL.into()),
        };
        if controls.len() == MOST {
            return Err(Errno::INVAL.into());
        }
        controls.push((level, number, data.word()? as i32));
    }
    Ok(controls)
}

/// What is to be done when options have been set.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum After {
    Nothing,
    /// Packets that are there are delivered.
    Deliver,
    /// And more is read.
    Receive,
}

impl Socket {
    pub(super) fn set_options(
        &mut self,
        cx: &mut PortCx<'_>,
        data: &[u8],
    ) -> Result<After, Refused> {
        let (old_packet, old_active) = (self.options.packet_number, self.options.active);
        let mut data = Bytes(data);
        while data.0.len() >= 5 {
            let (code, value) = (data.byte()?, data.word()?);
            if self.set_option(cx, code, value, &mut data)? {
                return Ok(After::Nothing);
            }
        }
        let options = &self.options;
        let (active, same) = (options.active, options.packet_number == old_packet);
        let stream = self.kind == kind::STREAM;
        let usable = match self.kind {
            kind::STREAM => self.is_connected(),
            kind::DATAGRAM => self.is_open(),
            _ => false,
        };
        if !usable {
            return Ok(After::Nothing);
        }
        if stream && old_active == PASSIVE && matches!(active, ONCE | COUNTED) && same {
            return Ok(After::Receive);
        }
        if active != old_active {
            if active == PASSIVE && !stream {
                self.cancel_timers(|_| true);
            }
            self.want(Interest::Read, active != PASSIVE);
        }
        if stream && active != PASSIVE && (old_active == PASSIVE || !same) {
            return Ok(After::Deliver);
        }
        Ok(After::Nothing)
    }
    /// `true`: the port ends.
    fn set_option(
        &mut self,
        cx: &mut PortCx<'_>,
        code: u8,
        value: u32,
        data: &mut Bytes<'_>,
    ) -> Result<bool, Refused> {
        let on = value != 0;
        let stream = self.kind == kind::STREAM;
        let options = &mut self.options;
        // Numbers are signed; what is below zero is as good as zero.
        let mark = if value > i32::MAX as u32 { 0 } else { value };
        match code {
            code::HEADER => options.header = value as usize,
            code::MODE => options.binary = on,
            code::DELIVER => options.terms = on,
            code::BUFFER => {
                options.buffer = mark.max(1);
                options.buffer_set = true;
            }
            code::ACTIVE => return self.set_active(cx, value, data),
            code::PACKET => {
                options.packet = packet_type(value).ok_or(Errno::INVAL)?;
                options.packet_number = value;
            }
            code::PACKET_SIZE => options.packet_size = value,
            code::EXIT_ON_CLOSE => options.exit_on_close = on,
            code::HIGH if stream => {
                options.high = mark;
                options.low = options.low.min(mark);
            }
            code::LOW if stream => {
                options.low = mark;
                options.high = options.high.max(mark);
            }
            code::MESSAGES_HIGH | code::MESSAGES_LOW if mark < LOWEST_MARK => {
                return Err(Errno::INVAL.into());
            }
            code::MESSAGES_HIGH => {
                options.messages_high = mark;
                options.messages_low = options.messages_low.min(mark);
            }
            code::MESSAGES_LOW => {
                options.messages_low = mark;
                options.messages_high = options.messages_high.max(mark);
            }
            code::SEND_TIMEOUT if stream => options.send_timeout = value,
            code::SEND_TIMEOUT_CLOSE if stream => options.send_timeout_close = on,
            code::DELAY_SEND if stream => options.delay_send = on,
            code::HIGH | code::LOW => {}
            code::SEND_TIMEOUT | code::SEND_TIMEOUT_CLOSE | code::DELAY_SEND => {}
            code::READ_PACKETS => {
                if self.kind == kind::DATAGRAM {
                    if mark == 0 {
                        return Err(Errno::INVAL.into());
                    }
                    options.read_packets = mark;
                }
            }
            code::NAMESPACE => options.namespace = Some(data.take(value as usize)?.to_vec()),
            code::SHOW_RESET => options.show_reset = on,
            code::READ_AHEAD => options.read_ahead = on,
            code::DELIMITER => options.delimiter = value as u8,
            code::DEBUG => options.debug = u32::from(on),
            code::EXCLUSIVE | code::NON_BLOCKING_SEND => {}
            code::LINGER => {
                let seconds = data.word()?;
                options.linger_zero = on && seconds == 0;
                let mut linger = value.to_ne_bytes().to_vec();
                linger.extend_from_slice(&seconds.to_ne_bytes());
                self.set_system(libc::SOL_SOCKET, libc::SO_LINGER, &linger, false)?;
            }
            code::MULTICAST_INTERFACE => {
                let (level, number) = self.multicast_interface()?;
                self.set_system(level, number, &value.to_be_bytes(), false)?;
            }
            code::ADD_MEMBERSHIP | code::DROP_MEMBERSHIP => {
                self.set_membership(code == code::ADD_MEMBERSHIP, value, data)?;
            }
            code::RAW => {
                let (level, number) = (value as i32, data.word()? as i32);
                let length = data.word()?;
                let value = data.take(length as usize)?;
                self.set_system(level, number, value, false)?;
            }
            code::DEVICE => {
                let name = data.take(value as usize)?;
                if name.len() >= libc::IFNAMSIZ {
                    return Err(Errno::INVAL.into());
                }
                let mut device = [0; libc::IFNAMSIZ];
                device[..name.len()].copy_from_slice(name);
                self.set_system(libc::SOL_SOCKET, libc::SO_BINDTODEVICE, &device, true)?;
            }
            code => {
                let (level, number, counts) = system_option(code).ok_or(Errno::INVAL)?;
                self.set_number(code, level, number, value, counts)?;
            }
        }
        Ok(false)
    }
    fn set_number(
        &mut self,
        code: u8,
        level: c_int,
        number: c_int,
        value: u32,
        counts: bool,
    ) -> Result<(), Refused> {
        if code == code::RECEIVE_BUFFER && !self.options.buffer_set {
            let datagram = self.kind == kind::DATAGRAM;
            let signed = value <= i32::MAX as u32;
            if signed && datagram && value > LARGEST_DATAGRAM {
                self.options.buffer = LARGEST_DATAGRAM;
            } else if signed && value > self.options.buffer {
                self.options.buffer = value;
            }
        }
        let set = self.set_system(level, number, &value.to_ne_bytes(), counts)?;
        let receive = match code {
            code::RECEIVE_TOS => 0,
            code::RECEIVE_TRAFFIC_CLASS => 1,
            code::RECEIVE_TTL => 2,
            _ => return Ok(()),
        };
        if set {
            self.options.receive[receive] = value != 0;
        }
        Ok(())
    }
    /// Sets an option of the system; whether it took it.
    ///
    /// To the system, type of service and priority depend on each other. To its user they do not: what is not set keeps its value.
    fn set_system(
        &self,
        level: c_int,
        number: c_int,
        value: &[u8],
        counts: bool,
    ) -> Result<bool, Refused> {
        let result = match &self.fd {
            None => Err(Errno::BADF),
            Some(fd) => {
                let fd = fd.as_fd();
                let keep = |level, number| {
                    let mut value = [0; 4];
                    let length = socket::option(fd, level, number, &mut value);
                    length.ok().map(|_| value)
                };
                let priority = keep(libc::SOL_SOCKET, libc::SO_PRIORITY);
                let tos = keep(libc::IPPROTO_IP, libc::IP_TOS);
                let set = socket::set_option(fd, level, number, value);
                let is = |other: (c_int, c_int)| (level, number) == other;
                let mut result = set;
                if result.is_ok() && !is((libc::SOL_SOCKET, libc::SO_PRIORITY)) {
                    if let (Some(tos), false) = (tos, is((libc::IPPROTO_IP, libc::IP_TOS))) {
                        let again = socket::set_option(fd, libc::IPPROTO_IP, libc::IP_TOS, &tos);
                        result = if counts { again } else { result };
                    }
                    if let (Some(priority), Ok(())) = (priority, result) {
                        let number = libc::SO_PRIORITY;
                        let again = socket::set_option(fd, libc::SOL_SOCKET, number, &priority);
                        // Some systems have a priority by default that may not be set.
                        if counts && again != Err(Errno::PERM) {
                            result = again;
                        }
                    }
                }
                result
            }
        };
        match result {
            Err(_) if counts => Err(Errno::INVAL.into()),
            result => Ok(result.is_ok()),
        }
    }
    fn set_active(
        &mut self,
        cx: &mut PortCx<'_>,
        value: u32,
        data: &mut Bytes<'_>,
    ) -> Result<bool, Refused> {
        if value == COUNTED {
            let more = data.short()? as i16;
            let count = self.options.active_count.checked_add(more);
            let count = count.ok_or(Errno::INVAL)?;
            self.options.active_count = count.max(0);
            self.options.active = COUNTED;
            if count <= 0 {
                self.options.active = PASSIVE;
                self.tell_passive(cx.owner());
            }
        } else {
            self.options.active = value.min(ONCE);
            self.options.active_count = 0;
        }
        let closed = self.kind == kind::STREAM && self.state == state::CLOSED;
        if closed && self.options.active != PASSIVE {
            if std::mem::take(&mut self.reset_untold) {
                let reason = message::error_atom(Errno::CONNRESET);
                message::tell_error(cx.owner(), "tcp_error", self.port, reason);
            }
            self.tell_end(cx.owner());
            if self.options.exit_on_close {
                cx.exit_quietly();
                return Ok(true);
            }
            self.want(Interest::Read, false);
        }
        Ok(false)
    }
    /// `{tcp_closed, Port}`, once.
    pub(super) fn tell_end(&mut self, owner: u64) {
        if !std::mem::replace(&mut self.end_told, true) {
            message::tell(owner, "tcp_closed", self.port);
        }
    }
    fn multicast_interface(&self) -> Result<(c_int, c_int), Refused> {
        match self.family {
            family::INET => Ok((libc::IPPROTO_IP, libc::IP_MULTICAST_IF)),
            family::INET6 => Ok((libc::IPPROTO_IPV6, libc::IPV6_MULTICAST_IF)),
            _ => Err(Errno::INVAL.into()),
        }
    }
    /// `<Family:32, Interface:32, Group, ...>`; version 4 has an address of our own behind the group.
    fn set_membership(&self, add: bool, domain: u32, data: &mut Bytes<'_>) -> Result<(), Refused> {
        let interface = data.word()?;
        if domain != u32::from(self.family) {
            return Err(Errno::INVAL.into());
        }
        match self.family {
            family::INET => {
                let mut request = data.array::<4>()?.to_vec();
                request.extend_from_slice(data.array::<4>()?);
                request.extend_from_slice(&interface.to_ne_bytes());
                let number = if add {
                    libc::IP_ADD_MEMBERSHIP
                } else {
                    libc::IP_DROP_MEMBERSHIP
                };
                self.set_system(libc::IPPROTO_IP, number, &request, false)?;
            }
            family::INET6 => {
                let mut request = data.array::<16>()?.to_vec();
                request.extend_from_slice(&interface.to_ne_bytes());
                let number = if add {
                    libc::IPV6_ADD_MEMBERSHIP
                } else {
                    libc::IPV6_DROP_MEMBERSHIP
                };
                self.set_system(libc::IPPROTO_IPV6, number, &request, false)?;
            }
            _ => return Err(Errno::INVAL.into()),
        }
        Ok(())
    }

    /// Options that can't be had are left out.
    pub(super) fn get_options(&self, data: &[u8]) -> Answer {
        let mut data = Bytes(data);
        let mut answer = Vec::new();
        while !data.0.is_empty() {
            let code = data.byte()?;
            self.get_option(code, &mut data, &mut answer)?;
            if answer.len() > LONGEST {
                return Err(Errno::INVAL.into());
            }
        }
        Ok(answer)
    }
    /// An option of the driver's own; the outer `None`: it is the system's; the inner: it is not there.
    fn own_option(&self, code: u8) -> Option<Option<u32>> {
        let options = &self.options;
        let of_stream = |value: u32| (self.kind == kind::STREAM).then_some(value);
        Some(match code {
            code::BUFFER => Some(options.buffer),
            code::HEADER => Some(options.header as u32),
            code::MODE => Some(options.binary.into()),
            code::DELIVER => Some(options.terms.into()),
            code::ACTIVE => Some(options.active),
            code::PACKET => Some(options.packet_number),
            code::PACKET_SIZE => Some(options.packet_size),
            code::EXIT_ON_CLOSE => Some(options.exit_on_close.into()),
            code::HIGH => of_stream(options.high),
            code::LOW => of_stream(options.low),
            code::MESSAGES_HIGH => Some(options.messages_high),
            code::MESSAGES_LOW => Some(options.messages_low),
            code::SEND_TIMEOUT => of_stream(options.send_timeout),
            code::SEND_TIMEOUT_CLOSE => of_stream(options.send_timeout_close.into()),
            code::DELAY_SEND => of_stream(options.delay_send.into()),
            code::READ_PACKETS => (self.kind == kind::DATAGRAM).then_some(options.read_packets),
            code::SHOW_RESET => self.stream.then_some(options.show_reset.into()),
            code::READ_AHEAD => self.stream.then_some(options.read_ahead.into()),
            code::DEBUG => Some(options.debug),
            code::EXCLUSIVE | code::NON_BLOCKING_SEND => Some(0),
            _ => return None,
        })
    }
    fn get_option(
        &self,
        code: u8,
        data: &mut Bytes<'_>,
        answer: &mut Vec<u8>,
    ) -> Result<(), Refused> {
        let put = |answer: &mut Vec<u8>, value: u32| {
            answer.push(code);
            answer.extend_from_slice(&value.to_be_bytes());
        };
        if let Some(value) = self.own_option(code) {
            if let Some(value) = value {
                put(answer, value);
                if code == code::ACTIVE && value == COUNTED {
                    answer.extend_from_slice(&self.options.active_count.to_be_bytes());
                }
            }
            return Ok(());
        }
        let fd = self.fd.as_ref().map(AsFd::as_fd);
        let system = |level, number, value: &mut [u8]| match fd {
            Some(fd) => socket::option(fd, level, number, value).ok(),
            None => None,
        };
        let mut number = [0; 4];
        match code {
            code::NAMESPACE => {
                if let Some(path) = &self.options.namespace {
                    put(answer, path.len() as u32);
                    answer.extend_from_slice(path);
                }
            }
            code::LINGER => {
                let mut linger = [0; 8];
                if system(libc::SOL_SOCKET, libc::SO_LINGER, &mut linger).is_some() {
                    let [on, seconds] = [0, 4].map(|at| {
                        u32::from_ne_bytes(std::array::from_fn(|index| linger[at + index]))
                    });
                    put(answer, on);
                    answer.extend_from_slice(&seconds.to_be_bytes());
                }
            }
            code::MULTICAST_INTERFACE => {
                let (level, name) = self.multicast_interface()?;
                if system(level, name, &mut number).is_some() {
                    // The value comes first, as it was given, and then what it is.
                    put(answer, u32::from_be_bytes(number));
                    answer.extend_from_slice(&u32::from(self.family).to_be_bytes());
                }
            }
            code::RAW => {
                let (level, name) = (data.word()?, data.word()?);
                let given = data.byte()? != 0;
                let length = data.word()? as usize;
                // The code of the answer, and this option's header, count too.
                if answer.len() + 14 + length > LONGEST {
                    return Err(Errno::INVAL.into());
                }
                let mut value = vec![0; length];
                if given {
                    value.copy_from_slice(data.take(length)?);
                }
                if let Some(length) = system(level as i32, name as i32, &mut value) {
                    put(answer, level);
                    answer.extend_from_slice(&name.to_be_bytes());
                    answer.extend_from_slice(&(length as u32).to_be_bytes());
                    answer.extend_from_slice(&value[..length]);
                }
            }
            code::DEVICE => {
                let mut name = [0; libc::IFNAMSIZ];
                let length = system(libc::SOL_SOCKET, libc::SO_BINDTODEVICE, &mut name);
                if let Some(length) = length {
                    let name = &name[..length];
                    let end = name.iter().position(|&byte| byte == 0);
                    let name = &name[..end.unwrap_or(length)];
                    put(answer, name.len() as u32);
                    answer.extend_from_slice(name);
                }
            }
            code::PACKET_OPTIONS => {
                let (level, number) = match self.family {
                    family::INET => (libc::IPPROTO_IP, libc::IP_PKTOPTIONS),
                    family::INET6 => (libc::IPPROTO_IPV6, libc::IPV6_2292PKTOPTIONS),
                    _ => return Err(Errno::INVAL.into()),
                };
                let controls = fd.map(|fd| socket::packet_options(fd, level, number));
                if let Some(Ok(controls)) = controls {
                    let mut told = Vec::new();
                    for (level, number, value) in controls {
                        if let Some((code, _)) = control_option(level, number) {
                            told.push(code);
                            told.extend_from_slice(&value.to_be_bytes());
                        }
                    }
                    put(answer, told.len() as u32);
                    answer.extend_from_slice(&told);
                }
            }
            code::ADD_MEMBERSHIP | code::DROP_MEMBERSHIP | code::DELIMITER => {
                return Err(Errno::INVAL.into());
            }
            code => {
                let (level, name, _) = system_option(code).ok_or(Errno::INVAL)?;
                if system(level, name, &mut number).is_some() {
                    put(answer, u32::from_ne_bytes(number));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_are_few_and_known() {
        let two = [9, 0, 0, 0, 16, 46, 0, 0, 0, 17];
        let expected = [
            (libc::IPPROTO_IP, libc::IP_TOS, 16),
            (libc::IPPROTO_IP, libc::IP_TTL, 17),
        ];
        assert_eq!(controls(&two).ok(), Some(expected.to_vec()));
        assert!(controls(&[two, two].concat()).is_err());
        assert!(controls(&[9, 0, 0]).is_err());
        assert!(controls(&[1, 0, 0, 0, 0]).is_err());
    }

    #[test]
    fn all_packet_types_have_a_number() {
        assert_eq!((0..=20).filter_map(packet_type).count(), 15);
    }
}
