//! `fd`: ports on descriptors that are open already, `{fd, In, Out}`, which stay open when the port is closed. And `vanilla`: ports on files.

use super::stream::{Read, Reader, Writer};
use crate::sys;
use oxbeam_vm::io::poll::{self, Interest};
use oxbeam_vm::packet::frame::frame;
use oxbeam_vm::port::{Driver, Event, OpenError, Opening, PortCx, Reply, Target, Watermarks};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

/// Number of the first operation of terminals, and the one that asks for the window's size.
const TERMINAL: u32 = 0x018b_0900;
const WINDOW_SIZE: u32 = TERMINAL + 100;

/// Bytes at once that say that there is more where they come from.
const FLOOD: usize = 16 << 10;

/// The owner has seen all input so far.
pub(super) struct Resume;

/// Input and output of a port that reads and writes streams.
pub(super) struct Streams {
    pub(super) reader: Option<Reader>,
    pub(super) writer: Option<Writer>,
    packet_bytes: u8,
    watermarks: Watermarks,
}

impl Streams {
    pub(super) fn new(
        opening: &Opening<'_>,
        reader: Option<Reader>,
        writer: Option<Writer>,
    ) -> Streams {
        Streams {
            reader,
            writer,
            packet_bytes: opening.settings.packet_bytes,
            watermarks: opening.settings.watermarks,
        }
    }
    pub(super) fn start(&self, cx: &mut PortCx<'_>) {
        if let Some(reader) = &self.reader {
            cx.when_ready(reader.fd(), Interest::Read);
        }
    }
    pub(super) fn queued(&self) -> usize {
        self.writer.as_ref().map_or(0, Writer::queued)
    }
    pub(super) fn output(&mut self, cx: &mut PortCx<'_>, data: Vec<u8>) {
        let Some(data) = frame(self.packet_bytes, data) else {
            cx.fail(Errno::INVAL.raw_os_error());
            return;
        };
        // What is written to a port that only reads is dropped.
        let Some(writer) = &mut self.writer else {
            return;
        };
        let waited = writer.queued() > 0;
        let written = writer.write(data);
        self.after_write(cx, written, waited);
    }
    fn after_write(&mut self, cx: &mut PortCx<'_>, written: Result<(), Errno>, waited: bool) {
        let Some(writer) = &self.writer else {
            return;
        };
        if let Err(errno) = written {
            cx.fail(errno.raw_os_error());
            return;
        }
        let queued = writer.queued();
        if queued > 0 && !waited {
            cx.when_ready(writer.fd(), Interest::Write);
        }
        if queued >= self.watermarks.high {
            cx.set_busy(true);
        } else if cx.is_busy() && queued < self.watermarks.low {
            cx.set_busy(false);
        }
    }
    /// The output is ready for more.
    pub(super) fn write_more(&mut self, cx: &mut PortCx<'_>) {
        let Some(writer) = &mut self.writer else {
            return;
        };
        let written = writer.flush();
        self.after_write(cx, written, false);
        if self.queued() == 0 {
            cx.flushed();
        }
    }
    /// The input is ready. True: it is at its end.
    pub(super) fn read_more(&mut self, cx: &mut PortCx<'_>) -> bool {
        let Some(reader) = &mut self.reader else {
            return false;
        };
        match reader.read(|packet| cx.data(packet)) {
            Ok(Read::Open(count)) => {
                // Who sends without end is read no faster than the owner goes on.
                if count < FLOOD || cx.after_owner(Box::new(Resume)).is_err() {
                    cx.when_ready(reader.fd(), Interest::Read);
                }
                false
            }
            Ok(Read::End) => {
                poll::cancel(reader.fd(), Interest::Read);
                self.reader = None;
                true
            }
            Err(errno) => {
                cx.fail(errno.raw_os_error());
                false
            }
        }
    }
    pub(super) fn stop(&mut self) {
        if let Some(reader) = self.reader.take() {
            poll::forget(reader.fd());
        }
        if let Some(writer) = self.writer.take() {
            poll::forget(writer.fd());
        }
    }
}

struct Fd {
    streams: Streams,
    /// The input is at its end, but the output is not written yet.
    ending: bool,
}

impl Fd {
    fn new(streams: Streams) -> Fd {
        Fd {
            streams,
            ending: false,
        }
    }
}

pub(super) fn open(opening: &mut Opening<'_>) -> Result<Box<dyn Driver>, OpenError> {
    let Target::Descriptors(input, output) = opening.target else {
        return Err(OpenError::Badarg);
    };
    let settings = opening.settings;
    // A number that stands for no open descriptor.
    let general = |_: Errno| OpenError::General;
    let reader = if settings.input {
        let fd = sys::duplicate(*input).map_err(general)?;
        Some(Reader::shared(fd, settings.packet_bytes).map_err(general)?)
    } else {
        None
    };
    let writer = if settings.output {
        let fd = sys::duplicate(*output).map_err(general)?;
        Some(Writer::shared(fd).map_err(general)?)
    } else {
        None
    };
    Ok(Box::new(Fd::new(Streams::new(opening, reader, writer))))
}

/// A port on a file, whose name is all that `open_port/2` is told.
pub(super) fn open_file(opening: &mut Opening<'_>) -> Result<Box<dyn Driver>, OpenError> {
    let Target::File(name) = opening.target else {
        return Err(OpenError::Badarg);
    };
    let settings = opening.settings;
    let flags = match (settings.input, settings.output) {
        (true, false) => OFlags::RDONLY,
        (false, _) => OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC,
        (true, true) => OFlags::RDWR | OFlags::CREATE,
    };
    let mode = Mode::from_raw_mode(0o666);
    let general = |_: Errno| OpenError::General;
    let open = |name: &[u8]| rustix::fs::open(name, flags | OFlags::CLOEXEC, mode);
    let fd = open(name).map_err(general)?;
    let reader = if settings.input {
        let fd = fd.try_clone().map_err(|_| OpenError::General)?;
        Some(Reader::own(fd, settings.packet_bytes).map_err(general)?)
    } else {
        None
    };
    let writer = if settings.output {
        Some(Writer::own(fd).map_err(general)?)
    } else {
        None
    };
    Ok(Box::new(Fd::new(Streams::new(opening, reader, writer))))
}

impl Driver for Fd {
    fn event(&mut self, cx: &mut PortCx<'_>, event: Event) {
        if event.is::<Resume>() {
            self.streams.start(cx);
        }
    }
    fn start(&mut self, cx: &mut PortCx<'_>) {
        self.streams.start(cx);
    }
    fn output(&mut self, cx: &mut PortCx<'_>, data: Vec<u8>) {
        self.streams.output(cx, data);
    }
    fn control(&mut self, _: &mut PortCx<'_>, operation: u32, _: &[u8]) -> Option<Reply> {
        if operation != WINDOW_SIZE {
            return None;
        }
        let writer = self.streams.writer.as_ref().map(Writer::fd);
        let reader = self.streams.reader.as_ref().map(Reader::fd);
        let size = [writer, reader]
            .into_iter()
            .flatten()
            .find_map(|fd| rustix::termios::tcgetwinsize(fd).ok())?;
        let mut reply = u32::from(size.ws_col).to_ne_bytes().to_vec();
        reply.extend_from_slice(&u32::from(size.ws_row).to_ne_bytes());
        Some(Reply::List(reply))
    }
    fn ready(&mut self, cx: &mut PortCx<'_>, interest: Interest) {
        match interest {
            Interest::Read => self.ending |= self.streams.read_more(cx),
            Interest::Write => self.streams.write_more(cx),
        }
        if self.ending && self.streams.queued() == 0 {
            self.ending = false;
            cx.end_of_data();
        }
    }
    fn queued(&self) -> usize {
        self.streams.queued()
    }
    fn stop(&mut self, _: u64) {
        self.streams.stop();
    }
}
