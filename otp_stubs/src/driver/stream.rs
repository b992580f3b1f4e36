//! Reading and writing descriptors without ever waiting.
//!
//! A descriptor that we share with others, standard output for instance, must not be made non-blocking: they would see that too. So it
//! is opened anew where the system allows that, which makes a description of our own; sockets take a flag at each call; where neither
//! helps, a write is small enough for a pipe that has said that it takes something.

use crate::bytes::ByteQueue;
use oxbeam_vm::packet::frame::Unframer;
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};
use std::io::IoSlice;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

/// How a descriptor is used without waiting.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Manner {
    /// It never waits.
    Plain,
    /// A socket.
    Socket,
    /// Only when it says that it is ready, and a little at a time.
    Careful,
}

/// Bytes that a pipe which is ready takes at once.
const LITTLE: usize = 4096;
/// Bytes that are read at once.
const READ: usize = 64 << 10;
/// Slices that are written at once.
const SLICES: usize = 64;

struct Descriptor {
    fd: OwnedFd,
    manner: Manner,
}

impl Descriptor {
    /// A descriptor that is ours alone.
    fn own(fd: OwnedFd) -> Result<Descriptor, Errno> {
        let flags = rustix::fs::fcntl_getfl(&fd)?;
        rustix::fs::fcntl_setfl(&fd, flags | OFlags::NONBLOCK)?;
        Ok(Descriptor {
            fd,
            manner: Manner::Plain,
        })
    }
    /// A descriptor that others use too.
    fn shared(fd: OwnedFd, access: OFlags) -> Result<Descriptor, Errno> {
        let kind = FileType::from_raw_mode(rustix::fs::fstat(&fd)?.st_mode);
        let (fd, manner) = match kind {
            FileType::RegularFile | FileType::Directory => (fd, Manner::Plain),
            FileType::Socket => (fd, Manner::Socket),
            _ => {
                let flags = access | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
                let path = format!("/proc/self/fd/{}", fd.as_raw_fd());
                match rustix::fs::open(path, flags, Mode::empty()) {
                    Ok(own) => (own, Manner::Plain),
                    Err(_) => (fd, Manner::Careful),
                }
            }
        };
        Ok(Descriptor { fd, manner })
    }
    fn is_ready(&self, flags: PollFlags) -> bool {
        let mut fds = [PollFd::new(&self.fd, flags)];
        let now = Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        matches!(rustix::event::poll(&mut fds, Some(&now)), Ok(1..))
    }
}

/// What a read gave.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Read {
    /// So many bytes, which may be none yet.
    Open(usize),
    /// The end.
    End,
}

/// The side that we read.
pub(super) struct Reader {
    descriptor: Descriptor,
    unframer: Unframer,
    buffer: Vec<u8>,
}

impl Reader {
    fn new(descriptor: Descriptor, packet_bytes: u8) -> Reader {
        Reader {
            descriptor,
            unframer: Unframer::new(packet_bytes),
            buffer: Vec::new(),
        }
    }
    /// Of a descriptor that is ours alone.
    pub(super) fn own(fd: OwnedFd, packet_bytes: u8) -> Result<Reader, Errno> {
        Ok(Reader::new(Descriptor::own(fd)?, packet_bytes))
    }
    /// Of a descriptor that others use too.
    pub(super) fn shared(fd: OwnedFd, packet_bytes: u8) -> Result<Reader, Errno> {
        Ok(Reader::new(
            Descriptor::shared(fd, OFlags::RDONLY)?,
            packet_bytes,
        ))
    }
    /// The descriptor.
    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.descriptor.fd.as_fd()
    }
    /// Reads once; calls `packet` with what has come.
    pub(super) fn read(&mut self, packet: impl FnMut(&[u8])) -> Result<Read, Errno> {
        self.buffer.resize(READ, 0);
        let descriptor = &self.descriptor;
        let buffer = &mut self.buffer[..];
        let result = match descriptor.manner {
            Manner::Plain => rustix::io::read(&descriptor.fd, buffer),
            Manner::Socket => {
                rustix::net::recv(&descriptor.fd, buffer, RecvFlags::DONTWAIT).map(|read| read.0)
            }
            Manner::Careful if !descriptor.is_ready(PollFlags::IN) => Err(Errno::AGAIN),
            Manner::Careful => rustix::io::read(&descriptor.fd, buffer),
        };
        let read = match result {
            Ok(0) => Read::End,
            Ok(count) => {
                self.unframer.take(&self.buffer[..count], packet);
                Read::Open(count)
            }
            Err(Errno::AGAIN | Errno::INTR) => Read::Open(0),
            // A terminal whose other side is gone.
            Err(Errno::IO) => Read::End,
            Err(errno) => return Err(errno),
        };
        // Idle ports hold no room.
        self.buffer = Vec::new();
        Ok(read)
    }
}

/// The side that we write.
pub(super) struct Writer {
    descriptor: Descriptor,
    queue: ByteQueue,
}

impl Writer {
    /// Of a descriptor that is ours alone.
    pub(super) fn own(fd: OwnedFd) -> Result<Writer, Errno> {
        Ok(Writer {
            descriptor: Descriptor::own(fd)?,
            queue: ByteQueue::default(),
        })
    }
    /// Of a descriptor that others use too.
    pub(super) fn shared(fd: OwnedFd) -> Result<Writer, Errno> {
        Ok(Writer {
            descriptor: Descriptor::shared(fd, OFlags::WRONLY)?,
            queue: ByteQueue::default(),
        })
    }
    /// The descriptor.
    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.descriptor.fd.as_fd()
    }
    /// Bytes that wait.
    pub(super) fn queued(&self) -> usize {
        self.queue.len()
    }
    /// Writes, or puts what can't be written yet into the queue.
    pub(super) fn write(&mut self, data: Vec<u8>) -> Result<(), Errno> {
        let idle = self.queue.len() == 0;
        self.queue.push_vec(data);
        if idle { self.flush() } else { Ok(()) }
    }
    /// Writes as much of the queue as goes now.
    pub(super) fn flush(&mut self) -> Result<(), Errno> {
        while self.queue.len() > 0 {
            match self.write_once() {
                Ok(count) => self.queue.skip(count),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(()),
                Err(errno) => return Err(errno),
            }
        }
        Ok(())
    }
    fn write_once(&self) -> Result<usize, Errno> {
        let fd = &self.descriptor.fd;
        let first = self.queue.slices().next().unwrap_or_default();
        match self.descriptor.manner {
            Manner::Plain => {
                let slices: Vec<IoSlice<'_>> =
                    self.queue.slices().take(SLICES).map(IoSlice::new).collect();
                rustix::io::writev(fd, &slices)
            }
            Manner::Socket => {
                rustix::net::send(fd, first, SendFlags::DONTWAIT | SendFlags::NOSIGNAL)
            }
            Manner::Careful if !self.descriptor.is_ready(PollFlags::OUT) => Err(Errno::AGAIN),
            Manner::Careful => rustix::io::write(fd, &first[..first.len().min(LITTLE)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_pipe_makes_bytes_wait() {
        for shared in [false, true] {
            let (read, write) = rustix::pipe::pipe().expect("a pipe");
            let mut writer = if shared {
                Writer::shared(write)
            } else {
                Writer::own(write)
            }
            .expect("it is open");
            let mut reader = Reader::own(read, 0).expect("it is open");
            let sent: Vec<u8> = (0..1_000_000u32).map(|index| (index % 251) as u8).collect();
            writer.write(sent.clone()).expect("it takes some");
            assert!(writer.queued() > 0);
            let mut got = Vec::new();
            while got.len() < sent.len() {
                let read = reader.read(|bytes| got.extend_from_slice(bytes));
                assert!(matches!(read, Ok(Read::Open(_))));
                writer.flush().expect("it takes more");
            }
            assert!(got == sent);
            drop(writer);
            assert_eq!(reader.read(|_| {}), Ok(Read::End));
        }
    }

    #[test]
    fn nobody_reads_any_more() {
        let (read, write) = rustix::pipe::pipe().expect("a pipe");
        let mut writer = Writer::shared(write).expect("it is open");
        drop(read);
        assert_eq!(writer.write(b"x".to_vec()), Err(Errno::PIPE));
    }
}
