//! Streams: bytes come in, packets go out.
//!
//! Bytes are read into a buffer whose size is a number, not memory: what is not there yet takes no room, however long the peer says that its packet is.

use super::message::{self, NAMES};
use super::options::{Options, PASSIVE};
use super::tcp::Tcp;
use super::{Purpose, state};
use crate::sys::socket;
use oxbeam_vm::io::poll::Interest;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::packet::{Length, Limits, PacketType, http, tls_record};
use oxbeam_vm::port::PortCx;
use rustix::io::Errno;
use std::os::fd::AsFd;

/// Bytes that are read at once at most.
const CHUNK: usize = 1 << 20;

/// Bytes that are read at once of what another node sends: a fragment of a large message with its headers.
const NODE_BUFFER: usize = (64 << 10) + (1 << 10);

/// What has been read and not been delivered.
#[derive(Default)]
pub(super) struct Input {
    bytes: Vec<u8>,
    /// What lies before has been delivered.
    start: usize,
    /// Bytes that the buffer may hold; longer lines are cut.
    size: usize,
    there: bool,
    /// Bytes that are known to be missing of a packet.
    remain: usize,
}

/// What is known of the next packet.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Next {
    /// It is there, with this length.
    Whole(usize),
    /// So many of its bytes are not.
    Missing(usize),
    /// How long it is can't be told; so many bytes are read next.
    Unknown(usize),
    /// It is no packet, or too long.
    Invalid,
}

impl Input {
    fn begin(&mut self, size: usize) {
        *self = Input {
            size,
            there: true,
            ..Input::default()
        };
    }
    pub(super) fn clear(&mut self) {
        *self = Input::default();
    }
    pub(super) fn forget_rest(&mut self) {
        self.remain = 0;
    }
    fn len(&self) -> usize {
        self.bytes.len() - self.start
    }
    /// Moves what is there to the beginning.
    fn restart(&mut self) {
        if self.start > 0 {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
    }
    fn make_room(&mut self, length: usize) {
        self.size = self.size.max(self.start + length);
    }
    /// Puts bytes in front of what is there.
    pub(super) fn push_front(&mut self, data: &[u8]) {
        if self.there {
            self.bytes.splice(..self.start, data.iter().copied());
            self.start = 0;
            self.size += data.len();
        } else {
            self.begin(data.len());
            self.bytes.extend_from_slice(data);
        }
        self.remain = 0;
    }
    fn next(&mut self, options: &Options, headers: bool) -> Next {
        let limits = Limits {
            size: options.packet_size,
            line: u32::try_from(self.size).unwrap_or(u32::MAX),
            delimiter: options.delimiter,
        };
        let there = self.len();
        match options
            .packet
            .length(&self.bytes[self.start..], &limits, headers)
        {
            Length::Invalid => Next::Invalid,
            Length::Bytes(0) | Length::Unknown => self.more(options),
            Length::Bytes(length) if length <= there => Next::Whole(length),
            Length::Bytes(length) => {
                self.make_room(length);
                Next::Missing(length - there)
            }
        }
    }
    /// How many bytes to read when the packet's length is not known.
    fn more(&mut self, options: &Options) -> Next {
        let there = self.len();
        if let Some(header) = header_rest(options, there) {
            self.restart();
            return Next::Unknown(header);
        }
        let filled = self.bytes.len();
        let free = self.size.saturating_sub(filled);
        if free > 0 {
            self.restart();
            return Next::Unknown(free);
        }
        if filled > there {
            self.restart();
            return Next::Unknown(filled - there);
        }
        let most = options.packet_size as usize;
        if most > filled {
            self.make_room(most);
            Next::Unknown(most - there)
        } else {
            Next::Invalid
        }
    }
}

/// Without reading ahead: the bytes to read until the header of a packet is there. `None`: as many as there are.
fn header_rest(options: &Options, there: usize) -> Option<usize> {
    if options.read_ahead {
        return None;
    }
    let header: usize = match options.packet {
        PacketType::Raw => return None,
        PacketType::One => 1,
        PacketType::Two | PacketType::Asn1 => 2,
        PacketType::Four | PacketType::SunRm | PacketType::Tpkt => 4,
        PacketType::SslTls => 5,
        PacketType::Fcgi => 8,
        PacketType::Cdr => 12,
        _ => 1,
    };
    Some(header.saturating_sub(there).max(1))
}

/// What became of reading.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Received {
    /// There is no whole packet yet.
    Nothing,
    /// Some have been delivered.
    Some,
    /// The stream has ended, or failed; all who wait have been told.
    Ended,
}

/// A packet in the form of its type: a line of HTTP, a record of TLS.
enum Form<'l> {
    Http {
        binaries: bool,
        line: http::Line<'l>,
    },
    Tls,
}

impl Form<'_> {
    fn term<'p>(&self, builder: &mut Builder<'p>, port: u64, packet: &[u8]) -> Term<'p> {
        match self {
            Form::Http { binaries, line } => line.term(builder, |builder, text| {
                if *binaries {
                    builder.binary(text)
                } else {
                    builder.byte_list(text)
                }
            }),
            Form::Tls => {
                // A packet of the type has a header.
                let (content, (major, minor), body) = tls_record(packet).unwrap_or_default();
                let small = |byte: u8| Term::small(i64::from(byte));
                let version = builder.tuple(&[small(major), small(minor)]);
                let body = builder.binary(&body);
                let tag = Term::atom(Atom::of("ssl_tls"));
                builder.tuple(&[tag, Term::local_port(port), small(content), version, body])
            }
        }
    }
}

impl Tcp {
    /// Reads and delivers packets; `wanted`: so many bytes, if a process asks for that.
    pub(super) fn receive(&mut self, cx: &mut PortCx<'_>, wanted: usize) -> Received {
        let goes_to_node = self.goes_to_node(cx);
        let input = &mut self.input;
        let options = &self.socket.options;
        let mut count = if !input.there {
            if wanted > 0 {
                input.begin(wanted);
                input.remain = wanted;
                wanted
            } else {
                let least = if goes_to_node { NODE_BUFFER } else { 0 };
                input.begin(least.max(options.buffer as usize));
                header_rest(options, 0).unwrap_or(input.size)
            }
        } else if wanted > 0 {
            let there = input.len();
            if there >= wanted {
                return self.deliver(cx, wanted);
            }
            input.make_room(wanted);
            input.remain = wanted - there;
            input.remain
        } else if input.remain > 0 {
            input.remain
        } else {
            match input.next(options, self.in_headers) {
                Next::Invalid => return self.receive_failed(cx, Errno::MSGSIZE),
                Next::Whole(length) => return self.deliver(cx, length),
                Next::Missing(rest) => {
                    input.remain = rest;
                    rest
                }
                Next::Unknown(count) => count,
            }
        };
        loop {
            let Some(fd) = &self.socket.fd else {
                return Received::Ended;
            };
            let most = count.min(CHUNK);
            let input = &mut self.input;
            let got = match socket::receive(fd.as_fd(), &mut input.bytes, most) {
                Ok(0) => return self.receive_ended(cx),
                Ok(got) => got,
                Err(Errno::AGAIN | Errno::INTR) => return Received::Nothing,
                Err(Errno::CONNRESET) if !self.socket.options.show_reset => {
                    return self.receive_ended(cx);
                }
                Err(errno) => return self.receive_failed(cx, errno),
            };
            if input.remain > 0 {
                input.remain -= got.min(input.remain);
                if input.remain == 0 {
                    let length = input.len();
                    return self.deliver(cx, length);
                }
                if got < most {
                    return Received::Nothing;
                }
                count = input.remain;
                continue;
            }
            match input.next(&self.socket.options, self.in_headers) {
                Next::Invalid => return self.receive_failed(cx, Errno::MSGSIZE),
                Next::Whole(length) => return self.deliver(cx, length),
                Next::Missing(rest) => {
                    input.remain = rest;
                    count = rest;
                }
                Next::Unknown(more) => count = more,
            }
        }
    }
    /// Delivers the packets that are there, the first of which has this length (0: not known).
    pub(super) fn deliver(&mut self, cx: &mut PortCx<'_>, length: usize) -> Received {
        let mut length = length;
        let mut result = Received::Nothing;
        if length == 0 {
            if !self.input.there || self.input.remain > 0 {
                return result;
            }
            match self.next_length() {
                Ok(next) => length = next,
                Err(()) => return self.receive_failed(cx, Errno::MSGSIZE),
            }
        }
        while length > 0 {
            self.socket.statistics.received.count(length);
            let bytes = std::mem::take(&mut self.input.bytes);
            let start = self.input.start;
            let (bytes, start) = if self.goes_to_node(cx) {
                self.send_to_node(cx, bytes, start, length)
            } else {
                self.send_packet(cx, &bytes[start..start + length]);
                (bytes, start + length)
            };
            result = Received::Some;
            let input = &mut self.input;
            input.bytes = bytes;
            input.start = start;
            input.remain = 0;
            if input.start == input.bytes.len() {
                input.clear();
            } else if length >= input.size - input.size / 4 {
                input.restart();
            }
            if self.socket.options.active == PASSIVE {
                self.socket.cancel_timer(Purpose::Receive);
                self.socket.want(Interest::Read, false);
                self.input.restart();
                return result;
            }
            if !self.input.there {
                return result;
            }
            match self.next_length() {
                Ok(next) => length = next,
                Err(()) => return self.receive_failed(cx, Errno::MSGSIZE),
            }
        }
        result
    }
    /// Length of the next packet, if it is there; 0 if not.
    fn next_length(&mut self) -> Result<usize, ()> {
        match self.input.next(&self.socket.options, self.in_headers) {
            Next::Whole(length) => Ok(length),
            Next::Missing(rest) => {
                self.input.remain = rest;
                Ok(0)
            }
            Next::Unknown(_) => Ok(0),
            Next::Invalid => Err(()),
        }
    }
    /// Sends a packet to the owner, or to the process that waits for it.
    fn send_packet(&mut self, cx: &mut PortCx<'_>, packet: &[u8]) {
        let (port, owner) = (self.socket.port, cx.owner());
        let options = &self.socket.options;
        let (binary, header) = (options.binary, options.header);
        let packet_type = options.packet;
        let active = options.active != PASSIVE;
        let form = if packet_type.is_http() {
            let in_headers = packet_type.is_header() || self.in_headers;
            Some(Form::Http {
                binaries: matches!(packet_type, PacketType::HttpBin | PacketType::HttphBin),
                line: http::parse(packet, in_headers),
            })
        } else if packet_type == PacketType::SslTls {
            Some(Form::Tls)
        } else {
            None
        };
        let body = &packet[packet_type.body(packet)];
        if !options.terms {
            message::send(port, owner, |builder| {
                let data = message::data(builder, binary, header, body);
                let data = builder.tuple(&[Term::atom(known::DATA), data]);
                builder.tuple(&[Term::local_port(port), data])
            });
        } else if active {
            message::send(port, owner, |builder| match &form {
                Some(form @ Form::Http { .. }) => {
                    let line = form.term(builder, port, packet);
                    let tag = Term::atom(NAMES.http);
                    builder.tuple(&[tag, Term::local_port(port), line])
                }
                Some(form @ Form::Tls) => form.term(builder, port, packet),
                None => {
                    let data = message::data(builder, binary, header, body);
                    builder.tuple(&[Term::atom(NAMES.tcp), Term::local_port(port), data])
                }
            });
        } else if let Some(operation) = self.socket.operation.take() {
            message::finish_with(port, operation, |builder| match &form {
                Some(form) => form.term(builder, port, packet),
                None => message::data(builder, binary, header, body),
            });
        }
        // Headers follow the first line, and the next message's first line follows them.
        if let (Some(Form::Http { line, .. }), false) = (&form, packet_type.is_header()) {
            match line {
                http::Line::Request { .. } | http::Line::Response { .. } => self.in_headers = true,
                http::Line::EndOfHeaders => self.in_headers = false,
                _ => {}
            }
        }
        self.socket.note_delivery(owner);
    }
    /// Packets go to the connection to another node that the port carries.
    fn goes_to_node(&self, cx: &PortCx<'_>) -> bool {
        !self.socket.options.terms && cx.connection().is_some()
    }
    /// Hands the packet of this length at `start` to the connection; what is left of the bytes, and where it begins.
    fn send_to_node(
        &mut self,
        cx: &PortCx<'_>,
        mut bytes: Vec<u8>,
        start: usize,
        length: usize,
    ) -> (Vec<u8>, usize) {
        let end = start + length;
        let body = self.socket.options.packet.body(&bytes[start..end]);
        let (from, to) = (start + body.start, start + body.end);
        // A packet that is most of the buffer keeps it; a small one would waste it.
        let (packet, from, rest) = if length > bytes.capacity() / 2 {
            let rest = bytes.split_off(end);
            bytes.truncate(to);
            (bytes, from, (rest, 0))
        } else {
            (bytes[from..to].to_vec(), 0, (bytes, end))
        };
        if let Some(connection) = cx.connection() {
            connection.arrives(packet, from);
        }
        self.socket.note_delivery(cx.owner());
        rest
    }
    /// Whoever waits for room to send is told that there is no other end.
    fn end_sending(&mut self, cx: &mut PortCx<'_>) -> bool {
        if self.socket.state & state::BUSY == 0 {
            return false;
        }
        self.clear_output();
        self.no_longer_busy(cx);
        self.socket.reply(Err(NAMES.closed));
        true
    }
    /// The other end has closed.
    fn receive_ended(&mut self, cx: &mut PortCx<'_>) -> Received {
        let mut told = self.end_sending(cx);
        if self.file.is_some() {
            self.abort_file(cx, Errno::NOTCONN);
            told = true;
        }
        if !told {
            self.closed_for_senders = true;
        }
        self.input.clear();
        if self.socket.options.active == PASSIVE {
            self.socket.cancel_timers(|_| true);
            if self.socket.options.exit_on_close {
                self.close_descriptor();
            } else {
                self.socket.want(Interest::Read, false);
            }
            self.socket.fail_operation(NAMES.closed);
        } else {
            self.socket.tell_end(cx.owner());
            if self.socket.options.exit_on_close {
                cx.exit_quietly();
            } else {
                self.socket.want(Interest::Read, false);
            }
        }
        Received::Ended
    }
    /// Reading has failed.
    fn receive_failed(&mut self, cx: &mut PortCx<'_>, errno: Errno) -> Received {
        self.end_sending(cx);
        if self.file.is_some() {
            self.abort_file(cx, errno);
        }
        self.input.clear();
        let reason = message::error_atom(errno);
        if self.socket.options.active == PASSIVE {
            self.socket.cancel_timers(|_| true);
            if self.socket.options.exit_on_close {
                self.close_descriptor();
            } else {
                self.socket.want(Interest::Read, false);
            }
            self.socket.fail_operation(reason);
        } else {
            let owner = cx.owner();
            message::tell_error(owner, "tcp_error", self.socket.port, reason);
            self.socket.tell_end(owner);
            if self.socket.options.exit_on_close {
                cx.exit_quietly_with(reason);
            } else {
                self.socket.want(Interest::Read, false);
            }
        }
        Received::Ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line_options(packet: PacketType) -> Options {
        let mut options = Options::new(1460);
        options.packet = packet;
        options
    }

    #[test]
    fn a_packets_length_is_believed_but_takes_no_room() {
        let mut input = Input::default();
        input.begin(16);
        input.bytes.extend_from_slice(&[0x7f, 0, 0, 0, 1]);
        let next = input.next(&line_options(PacketType::Four), false);
        assert_eq!(next, Next::Missing(0x7f00_0000 - 1));
        assert!(input.bytes.capacity() < 1 << 16);
    }

    #[test]
    fn lines_are_cut_at_the_buffers_size() {
        let options = line_options(PacketType::Line);
        let mut input = Input::default();
        input.begin(4);
        input.bytes.extend_from_slice(b"ab");
        assert_eq!(input.next(&options, false), Next::Unknown(2));
        input.bytes.extend_from_slice(b"cd");
        assert_eq!(input.next(&options, false), Next::Whole(4));
    }

    #[test]
    fn what_is_put_back_comes_first() {
        let mut input = Input::default();
        input.push_front(b"cd");
        input.push_front(b"ab");
        assert_eq!(input.bytes, b"abcd");
        input.start = 2;
        input.push_front(b"x");
        assert_eq!((&input.bytes[..], input.start), (&b"xcd"[..], 0));
    }

    #[test]
    fn without_reading_ahead_headers_come_alone() {
        let mut options = line_options(PacketType::Four);
        options.read_ahead = false;
        assert_eq!(header_rest(&options, 0), Some(4));
        assert_eq!(header_rest(&options, 3), Some(1));
        options.packet = PacketType::Raw;
        assert_eq!(header_rest(&options, 0), None);
    }
}
