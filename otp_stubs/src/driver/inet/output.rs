//! Streams: what is sent. It is written at once, as much of it as goes; the rest waits in a queue, behind which the port is busy when it grows.

use super::message::{self, NAMES};
use super::options::PASSIVE;
use super::tcp::{PendingShutdown, Tcp};
use super::{Answer, Bytes, INFINITY, Purpose, state};
use crate::sys;
use crate::sys::socket;
use oxbeam_vm::dist::Packet;
use oxbeam_vm::io::poll::Interest;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::packet::PacketType;
use oxbeam_vm::port::PortCx;
use rustix::io::Errno;
use std::io::IoSlice;
use std::os::fd::{AsFd, OwnedFd};

/// Slices that are written at once.
const SLICES: usize = 16;
/// Bytes of packets for another node that whoever sends them writes himself, however fast they are read there: with more he would hold his
/// scheduler, and those who send meanwhile would come behind all of them.
const CARRIED: usize = 512 << 10;
/// Bytes of a file that are sent at once.
const FILE_CHUNK: u64 = (1 << 30) - 1;

/// A file that is being sent.
pub(super) struct SendFile {
    file: OwnedFd,
    offset: u64,
    length: u64,
    sent: u64,
    /// Bytes of the queue that go before it.
    before: usize,
}

/// Writing can be tried again.
fn is_passing(errno: Errno) -> bool {
    matches!(errno, Errno::AGAIN | Errno::INTR)
}

impl Tcp {
    /// Sends data from `start` on.
    pub(super) fn send(&mut self, cx: &mut PortCx<'_>, data: Vec<u8>, start: usize) {
        if !self.socket.is_connected() {
            let reason = if std::mem::take(&mut self.closed_for_senders) {
                if self.socket.reset_untold {
                    message::error_atom(Errno::CONNRESET)
                } else {
                    NAMES.closed
                }
            } else {
                message::error_atom(Errno::NOTCONN)
            };
            self.socket.reply(Err(reason));
            return;
        }
        if self.pending_shutdown.is_some() {
            self.sending_failed(cx, Errno::PIPE, false);
            return;
        }
        let length = data.len() - start;
        let whole = (length as u32).to_be_bytes();
        let header = self.length_header(&whole);
        self.socket.statistics.sent.count(length + header.len());
        if self.file.is_some() || self.queue.len() > 0 {
            self.enqueue(header, data, start, 0);
            self.mind_high_mark(cx);
            return;
        }
        if length + header.len() == 0 {
            self.socket.reply(Ok(()));
            return;
        }
        if self.socket.options.delay_send && !self.socket.ignored {
            self.enqueue(header, data, start, 0);
            self.socket.set_timer(0, Purpose::DelayedSend);
            self.socket.reply(Ok(()));
            return;
        }
        let written = match &self.socket.fd {
            Some(fd) if !self.socket.ignored => {
                let slices = [IoSlice::new(header), IoSlice::new(&data[start..])];
                let first = usize::from(header.is_empty());
                match socket::send(fd.as_fd(), &slices[first..]) {
                    Ok(written) => written,
                    Err(errno) if is_passing(errno) => 0,
                    Err(errno) => {
                        self.write_failed(cx, errno);
                        return;
                    }
                }
            }
            _ => 0,
        };
        if written < length + header.len() {
            self.enqueue(header, data, start, written);
            self.socket.want(Interest::Write, true);
        }
        self.socket.reply(Ok(()));
    }
    /// Sends packets for another node.
    pub(super) fn send_packets(&mut self, cx: &mut PortCx<'_>, packets: Vec<Packet>) {
        if !self.socket.is_connected() {
            return;
        }
        if self.pending_shutdown.is_some() {
            self.sending_failed(cx, Errno::PIPE, false);
            return;
        }
        let waits = self.file.is_some() || self.queue.len() > 0;
        for packet in packets {
            let whole = (packet.len() as u32).to_be_bytes();
            let header = self.length_header(&whole);
            let length = packet.len() + header.len();
            self.socket.statistics.sent.count(length);
            self.carried += length;
            self.queue.push_bytes(header);
            let (head, body, from, to) = packet.into_parts();
            self.queue.push_vec(head);
            self.queue.push_part(&body, from, to);
        }
        if !waits && self.socket.options.delay_send && !self.socket.ignored {
            self.socket.set_timer(0, Purpose::DelayedSend);
        } else if !waits && !self.socket.ignored && self.carried <= CARRIED {
            self.write_queue(cx);
        } else if !waits && !self.socket.ignored {
            self.socket.want(Interest::Write, true);
            self.socket.state |= state::BUSY;
            cx.set_busy(true);
            return;
        }
        if self.queue.len() > 0 {
            if !waits {
                self.socket.want(Interest::Write, true);
            }
            self.mind_high_mark(cx);
        }
    }
    /// What stands before a packet of so many bytes.
    fn length_header<'w>(&self, whole: &'w [u8; 4]) -> &'w [u8] {
        match self.socket.options.packet {
            PacketType::One => &whole[3..],
            PacketType::Two => &whole[2..],
            PacketType::Four => &whole[..],
            _ => &[],
        }
    }
    /// Puts what has not been written into the queue.
    fn enqueue(&mut self, header: &[u8], data: Vec<u8>, start: usize, written: usize) {
        let of_header = written.min(header.len());
        self.queue.push_bytes(&header[of_header..]);
        let from = start + (written - of_header);
        if from == 0 {
            self.queue.push_vec(data);
        } else {
            self.queue.push_bytes(&data[from..]);
        }
    }
    /// Data have gone into a queue that was not empty: its sender waits if it is long.
    fn mind_high_mark(&mut self, cx: &mut PortCx<'_>) {
        let options = &self.socket.options;
        if self.queue.len() < options.high as usize {
            self.socket.reply(Ok(()));
            return;
        }
        let timeout = options.send_timeout;
        if timeout == 0 {
            self.socket.reply(Err(NAMES.timeout));
            return;
        }
        self.socket.state |= state::BUSY;
        cx.set_busy(true);
        if timeout != INFINITY {
            self.socket.set_timer(timeout, Purpose::Send);
        }
    }
    pub(super) fn no_longer_busy(&mut self, cx: &mut PortCx<'_>) {
        self.socket.cancel_timer(Purpose::Send);
        self.socket.state &= !state::BUSY;
        cx.set_busy(false);
    }
    /// The queue has been too long for too long.
    pub(super) fn send_timeout(&mut self, cx: &mut PortCx<'_>) {
        if self.socket.state & state::BUSY == 0 {
            return;
        }
        // Whoever sends next must not wait for room without a timeout.
        self.no_longer_busy(cx);
        self.socket.reply(Err(NAMES.timeout));
        if self.socket.options.send_timeout_close {
            self.close_descriptor();
        }
    }
    /// If the queue is short, its sender need not wait any longer.
    fn mind_low_mark(&mut self, cx: &mut PortCx<'_>) {
        let short = self.queue.len() <= self.socket.options.low as usize;
        if short && self.socket.state & state::BUSY != 0 {
            self.no_longer_busy(cx);
            self.socket.reply(Ok(()));
        }
    }
    /// Drops what waits to be written.
    pub(super) fn clear_output(&mut self) {
        self.queue.clear();
        self.socket.tell_subscribers();
    }
    /// Writes as much of the queue as goes now.
    pub(super) fn write_queue(&mut self, cx: &mut PortCx<'_>) {
        if self.file.is_some() {
            self.send_file(cx);
            return;
        }
        while self.queue.len() > 0 {
            let Some(fd) = &self.socket.fd else {
                return;
            };
            let slices: Vec<IoSlice<'_>> =
                self.queue.slices().take(SLICES).map(IoSlice::new).collect();
            match socket::send(fd.as_fd(), &slices) {
                Ok(count) => {
                    drop(slices);
                    self.queue.skip(count);
                    self.mind_low_mark(cx);
                }
                Err(errno) if is_passing(errno) => {
                    self.socket.want(Interest::Write, true);
                    return;
                }
                Err(errno) => {
                    self.write_failed(cx, errno);
                    return;
                }
            }
        }
        self.all_written(cx);
    }
    fn all_written(&mut self, cx: &mut PortCx<'_>) {
        self.socket.want(Interest::Write, false);
        self.socket.tell_subscribers();
        if let Some(pending) = self.pending_shutdown
            && let Some(fd) = &self.socket.fd
        {
            let how = match pending {
                PendingShutdown::Write => 1,
                PendingShutdown::Both => 2,
            };
            match socket::shutdown(fd.as_fd(), how) {
                Ok(()) => self.was_shut_down = true,
                Err(errno) => self.sending_failed(cx, errno, false),
            }
        }
        cx.flushed();
    }
    /// Writing has failed.
    fn write_failed(&mut self, cx: &mut PortCx<'_>, errno: Errno) {
        self.sending_failed(cx, self.shown_error(errno), false);
    }
    /// A broken pipe that we have not broken is a peer that has gone.
    fn shown_error(&self, errno: Errno) -> Errno {
        if errno == Errno::PIPE && !self.was_shut_down {
            Errno::CONNRESET
        } else {
            errno
        }
    }
    /// `file`: it was a file that could not be sent, which its owner knows.
    fn sending_failed(&mut self, cx: &mut PortCx<'_>, errno: Errno, file: bool) {
        if cx.is_closing() {
            self.queue.clear();
            cx.flushed();
            return;
        }
        let reset = errno == Errno::CONNRESET && self.socket.options.show_reset;
        if self.socket.state & state::BUSY != 0 {
            self.no_longer_busy(cx);
        }
        let shown = if reset {
            message::error_atom(errno)
        } else {
            NAMES.closed
        };
        if self.socket.options.active != PASSIVE {
            let owner = cx.owner();
            if reset {
                message::tell_error(owner, "tcp_error", self.socket.port, shown);
            }
            self.socket.tell_end(owner);
            if !file {
                self.socket.reply(Err(shown));
            }
            if self.socket.options.exit_on_close {
                cx.exit_quietly();
            } else {
                self.close_descriptor();
            }
            return;
        }
        self.end_operations();
        if self.socket.caller.is_none() {
            // Nobody waits: whoever sends next is told that it is closed.
            self.closed_for_senders = true;
        } else if !file {
            self.socket.reply(Err(shown));
        }
        self.close_descriptor();
        // Whoever receives next is told too, so that failed sends may be ignored.
        self.closed_for_receivers = true;
        self.socket.reset_untold |= reset;
    }

    /// `<File (a C int), Offset:64, Length:64>`
    pub(super) fn begin_file(&mut self, cx: &mut PortCx<'_>, data: &[u8]) -> Answer {
        if data.len() != 20 {
            return Err(Errno::INVAL.into());
        }
        if !self.socket.is_connected() {
            return Err(Errno::NOTCONN.into());
        }
        if self.file.is_some() {
            return Err(Errno::INVAL.into());
        }
        let mut data = Bytes(data);
        let number = i32::from_ne_bytes(*data.array()?);
        let (offset, length) = (data.long()?, data.long()?);
        if i64::try_from(offset).is_err() || i64::try_from(length).is_err() {
            return Err(Errno::INVAL.into());
        }
        self.file = Some(SendFile {
            file: sys::duplicate(number)?,
            offset,
            length,
            sent: 0,
            before: self.queue.len(),
        });
        self.send_file(cx);
        Ok(Vec::new())
    }
    fn send_file(&mut self, cx: &mut PortCx<'_>) {
        match self.send_file_part() {
            Ok(true) => self.file_is_sent(cx),
            Ok(false) => self.socket.want(Interest::Write, true),
            Err(errno) => {
                self.abort_file(cx, errno);
                self.sending_failed(cx, self.shown_error(errno), true);
            }
        }
    }
    /// Sends as much as goes now: is that all?
    fn send_file_part(&mut self) -> Result<bool, Errno> {
        let (Some(fd), Some(file)) = (&self.socket.fd, &mut self.file) else {
            return Ok(true);
        };
        while file.before > 0 {
            let first = self.queue.slices().next().unwrap_or_default();
            let first = &first[..first.len().min(file.before)];
            match socket::send(fd.as_fd(), &[IoSlice::new(first)]) {
                Ok(count) => {
                    file.before -= count;
                    self.queue.skip(count);
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(false),
                Err(errno) => return Err(errno),
            }
        }
        while file.length > 0 {
            let count = file.length.min(FILE_CHUNK) as usize;
            let mut offset = file.offset;
            match rustix::fs::sendfile(fd, &file.file, Some(&mut offset), count) {
                // The file ends here.
                Ok(0) => file.length = 0,
                Ok(count) => {
                    file.sent += count as u64;
                    file.offset += count as u64;
                    file.length -= count as u64;
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(false),
                Err(errno) => return Err(errno),
            }
        }
        Ok(true)
    }
    fn tell_file(
        &self,
        cx: &PortCx<'_>,
        result: impl for<'p> FnOnce(&mut Builder<'p>) -> Term<'p>,
    ) {
        let port = self.socket.port;
        message::send(port, cx.owner(), |builder| {
            let result = result(builder);
            let tag = Term::atom(Atom::of("sendfile"));
            builder.tuple(&[tag, Term::local_port(port), result])
        });
    }
    fn file_is_sent(&mut self, cx: &mut PortCx<'_>) {
        let Some(file) = self.file.take() else {
            return;
        };
        self.mind_low_mark(cx);
        self.tell_file(cx, |builder| {
            let half = |number: u64| Term::small((number & 0xffff_ffff) as i64);
            builder.tuple(&[
                Term::atom(known::OK),
                half(file.sent),
                half(file.sent >> 32),
            ])
        });
        if self.queue.len() == 0 {
            self.all_written(cx);
        } else {
            self.socket.want(Interest::Write, true);
        }
    }
    /// The file will not be sent.
    pub(super) fn abort_file(&mut self, cx: &mut PortCx<'_>, errno: Errno) {
        self.file = None;
        let reason = match errno {
            Errno::CONNRESET | Errno::NOTCONN | Errno::PIPE => NAMES.closed,
            errno => message::error_atom(errno),
        };
        self.tell_file(cx, |builder| {
            builder.tuple(&[Term::atom(known::ERROR), Term::atom(reason)])
        });
    }
}
