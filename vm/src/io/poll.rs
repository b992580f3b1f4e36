//! Polling: one epoll for all file descriptors of the machine. Follows `erl_poll.c` in what it promises: one notice for each
//! request, and files that can't be polled are always ready.
//!
//! A request names a descriptor, a direction and a function, which is called once, on the thread that polls, when the descriptor is ready.
//! It must be short and must not wait: it makes a process runnable, or lets a port read what is there. A notice may still come while
//! its request is being cancelled; whoever asked has to know that it is stale.

use hashbrown::HashMap;
use parking_lot::{Mutex, RwLock};
use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{EventfdFlags, Timespec, eventfd};
pub use rustix::io::Errno;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What a descriptor is to be ready for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Interest {
    /// Reading: there is something, or the end.
    Read,
    /// Writing.
    Write,
}

/// What is called when a descriptor is ready.
pub type Notice = Box<dyn FnOnce() + Send>;

/// Where input comes from: what looks at descriptors. The machine has a thread that does nothing else; the simulator looks when it is time.
pub trait Poll: Send + Sync {
    /// Calls the notices of what is ready, after waiting until something is, for `longest` at most (`None`: forever). How many it called.
    ///
    /// # Errors
    /// The system's; another try would fail as well.
    fn poll(&self, longest: Option<Duration>) -> Result<usize, Errno>;
}

/// The machine's descriptors.
pub struct Descriptors;

impl Poll for Descriptors {
    fn poll(&self, longest: Option<Duration>) -> Result<usize, Errno> {
        poller()?.poll(longest)
    }
}

/// No thread polls: who calls this does.
static NO_THREAD: AtomicBool = AtomicBool::new(false);

/// Nobody polls from now on but who calls [`Poll::poll`]; before the first request.
pub fn without_thread() {
    NO_THREAD.store(true, Ordering::Release);
}

/// Whoever calls notices passes it.
static GATE: RwLock<()> = RwLock::new(());

/// Calls `body` while no notice is called: nobody else reads from a descriptor because it is ready.
pub(crate) fn held<R>(body: impl FnOnce() -> R) -> R {
    let _closed = GATE.write();
    body()
}

/// One direction: an epoll of its own, so that each request is one entry of the kernel's that fires once.
struct Side {
    epoll: OwnedFd,
    flags: EventFlags,
    watches: HashMap<RawFd, Notice>,
}

impl Side {
    fn new(flags: EventFlags) -> Result<Side, Errno> {
        Ok(Side {
            epoll: epoll::create(CreateFlags::CLOEXEC)?,
            flags: flags | EventFlags::ONESHOT,
            watches: HashMap::new(),
        })
    }
    /// The notice comes back if the descriptor is that of a plain file.
    fn watch(&mut self, fd: BorrowedFd<'_>, notice: Notice) -> Result<Option<Notice>, Errno> {
        let number = fd.as_raw_fd();
        let data = EventData::new_u64(number as u64);
        // The kernel knows it already from an earlier request, unless it was closed and opened anew meanwhile.
        let result = match epoll::modify(&self.epoll, fd, data, self.flags) {
            Err(Errno::NOENT) => epoll::add(&self.epoll, fd, data, self.flags),
            result => result,
        };
        match result {
            Ok(()) => {
                self.watches.insert(number, notice);
                Ok(None)
            }
            Err(Errno::PERM) => Ok(Some(notice)),
            Err(errno) => Err(errno),
        }
    }
    /// Moves the notices of what is ready now.
    fn collect(&mut self, events: &mut Vec<Event>, notices: &mut Vec<Notice>) {
        events.clear();
        let now = Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        if epoll::wait(&self.epoll, spare_capacity(events), Some(&now)).is_ok() {
            for event in events.iter() {
                notices.extend(self.watches.remove(&(event.data.u64() as RawFd)));
            }
        }
    }
}

struct State {
    read: Side,
    write: Side,
    /// Nothing but errors.
    error: Side,
    /// Notices of files that are always ready.
    ready: Vec<Notice>,
}

impl State {
    fn side(&mut self, interest: Option<Interest>) -> &mut Side {
        match interest {
            Some(Interest::Read) => &mut self.read,
            Some(Interest::Write) => &mut self.write,
            None => &mut self.error,
        }
    }
}

struct Poller {
    /// Waits for `wake` and for the epolls of both sides.
    epoll: OwnedFd,
    /// Readable when `ready` is not empty.
    wake: OwnedFd,
    state: Mutex<State>,
}

/// Events that are fetched at once.
const EVENTS: usize = 64;

fn poller() -> Result<&'static Poller, Errno> {
    static POLLER: OnceLock<Result<Poller, Errno>> = OnceLock::new();
    static THREAD: OnceLock<bool> = OnceLock::new();
    let poller = POLLER
        .get_or_init(Poller::new)
        .as_ref()
        .map_err(|errno| *errno)?;
    let started = THREAD.get_or_init(|| {
        if NO_THREAD.load(Ordering::Acquire) {
            return true;
        }
        std::thread::Builder::new()
            .name("poll".to_owned())
            // It ends with an error that would not pass by itself.
            .spawn(|| while poller.poll(None).is_ok() {})
            .is_ok()
    });
    if *started {
        Ok(poller)
    } else {
        Err(Errno::AGAIN)
    }
}

impl Poller {
    fn new() -> Result<Poller, Errno> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let (read, write) = (Side::new(EventFlags::IN)?, Side::new(EventFlags::OUT)?);
        let error = Side::new(EventFlags::ERR)?;
        for fd in [&wake, &read.epoll, &write.epoll, &error.epoll] {
            epoll::add(&epoll, fd, EventData::new_u64(0), EventFlags::IN)?;
        }
        Ok(Poller {
            epoll,
            wake,
            state: Mutex::new(State {
                read,
                write,
                error,
                ready: Vec::new(),
            }),
        })
    }
    fn poll(&self, longest: Option<Duration>) -> Result<usize, Errno> {
        let mut events: Vec<Event> = Vec::with_capacity(EVENTS);
        let mut notices = Vec::new();
        let longest = longest.map(|longest| Timespec {
            tv_sec: longest.as_secs() as i64,
            tv_nsec: i64::from(longest.subsec_nanos()),
        });
        match epoll::wait(&self.epoll, spare_capacity(&mut events), longest.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
        {
            let state = &mut *self.state.lock();
            let _ = rustix::io::read(&self.wake, &mut [0; 8]);
            notices.append(&mut state.ready);
            state.read.collect(&mut events, &mut notices);
            state.write.collect(&mut events, &mut notices);
            state.error.collect(&mut events, &mut notices);
        }
        let count = notices.len();
        let _open = GATE.read();
        for notice in notices {
            notice();
        }
        Ok(count)
    }
    fn watch(
        &self,
        fd: BorrowedFd<'_>,
        interest: Option<Interest>,
        notice: Notice,
    ) -> Result<(), Errno> {
        let mut state = self.state.lock();
        if let Some(notice) = state.side(interest).watch(fd, notice)? {
            state.ready.push(notice);
            drop(state);
            let _ = rustix::io::write(&self.wake, &1u64.to_ne_bytes());
        }
        Ok(())
    }
    fn cancel(&self, fd: BorrowedFd<'_>, interest: Option<Interest>) {
        let mut state = self.state.lock();
        let side = state.side(interest);
        let _ = epoll::delete(&side.epoll, fd);
        let dropped = side.watches.remove(&fd.as_raw_fd());
        drop(state);
        // What it holds may want to cancel requests of its own.
        drop(dropped);
    }
}

/// Calls `notice` once, when `fd` is ready for `interest`; in place of what was asked for it before.
///
/// # Errors
/// The descriptor is not open, or the system gives no more room.
pub fn when_ready(fd: BorrowedFd<'_>, interest: Interest, notice: Notice) -> Result<(), Errno> {
    poller()?.watch(fd, Some(interest), notice)
}

/// Calls `notice` once, when there is an error of `fd`, or its other side is gone; in place of what was asked for it before.
///
/// # Errors
/// The descriptor is not open, or the system gives no more room.
pub fn when_broken(fd: BorrowedFd<'_>, notice: Notice) -> Result<(), Errno> {
    poller()?.watch(fd, None, notice)
}

/// Takes that back.
pub fn cancel_broken(fd: BorrowedFd<'_>) {
    if let Ok(poller) = poller() {
        poller.cancel(fd, None);
    }
}

/// Takes a request back.
pub fn cancel(fd: BorrowedFd<'_>, interest: Interest) {
    if let Ok(poller) = poller() {
        poller.cancel(fd, Some(interest));
    }
}

/// Number of descriptors that are waited for.
pub fn watched() -> usize {
    poller().map_or(0, |poller| {
        let mut state = poller.state.lock();
        [Some(Interest::Read), Some(Interest::Write), None]
            .map(|interest| state.side(interest).watches.len())
            .iter()
            .sum()
    })
}

/// Takes all requests for `fd` back but that for errors; before it is closed.
pub fn forget(fd: BorrowedFd<'_>) {
    cancel(fd, Interest::Read);
    cancel(fd, Interest::Write);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;
    use std::sync::mpsc::{RecvTimeoutError, channel};
    use std::time::Duration;

    const SOON: Duration = Duration::from_secs(10);
    const NOT_YET: Duration = Duration::from_millis(50);

    #[test]
    fn a_notice_comes_once_for_each_request() {
        let (reader, writer) = rustix::pipe::pipe().expect("a pipe");
        let (sender, receiver) = channel();
        let ask = || {
            let sender = sender.clone();
            let notice: Notice = Box::new(move || sender.send(()).expect("it is heard"));
            when_ready(reader.as_fd(), Interest::Read, notice).expect("it is polled");
        };
        ask();
        assert_eq!(
            receiver.recv_timeout(NOT_YET),
            Err(RecvTimeoutError::Timeout)
        );
        rustix::io::write(&writer, b"x").expect("it takes a byte");
        assert_eq!(receiver.recv_timeout(SOON), Ok(()));
        assert_eq!(
            receiver.recv_timeout(NOT_YET),
            Err(RecvTimeoutError::Timeout)
        );
        ask();
        assert_eq!(receiver.recv_timeout(SOON), Ok(()));
        rustix::io::read(&reader, &mut [0; 1]).expect("it gives the byte");
        ask();
        cancel(reader.as_fd(), Interest::Read);
        ask();
        drop(writer);
        assert_eq!(receiver.recv_timeout(SOON), Ok(()));
        forget(reader.as_fd());
    }

    #[test]
    fn plain_files_are_always_ready() {
        let file =
            rustix::fs::memfd_create("plain", rustix::fs::MemfdFlags::CLOEXEC).expect("a file");
        let (sender, receiver) = channel();
        let notice: Notice = Box::new(move || sender.send(()).expect("it is heard"));
        when_ready(file.as_fd(), Interest::Write, notice).expect("it is polled");
        assert_eq!(receiver.recv_timeout(SOON), Ok(()));
    }

    #[test]
    fn both_directions_are_asked_for_apart() {
        let (one, other) = rustix::net::socketpair(
            rustix::net::AddressFamily::UNIX,
            rustix::net::SocketType::STREAM,
            rustix::net::SocketFlags::CLOEXEC,
            None,
        )
        .expect("a pair");
        let (sender, receiver) = channel();
        for interest in [Interest::Read, Interest::Write] {
            let sender = sender.clone();
            let notice: Notice = Box::new(move || sender.send(interest).expect("it is heard"));
            when_ready(one.as_fd(), interest, notice).expect("it is polled");
        }
        assert_eq!(receiver.recv_timeout(SOON), Ok(Interest::Write));
        rustix::io::write(&other, b"x").expect("it takes a byte");
        assert_eq!(receiver.recv_timeout(SOON), Ok(Interest::Read));
        forget(one.as_fd());
    }
}
