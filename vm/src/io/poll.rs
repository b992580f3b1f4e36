//! Polling: one epoll for all file descriptors of the machine. Follows `erl_poll.c` in what it promises: one notice for each
//! request, and files that can't be polled are always ready.
//!
//! A request names a descriptor, a direction and a function, which is called once, by whoever polls, when the descriptor is ready.
//! It must be short and must not wait: it makes a process runnable, or lets a port read what is there. A notice may still come while
//! its request is being cancelled; whoever asked has to know that it is stale.
//!
//! # Who polls
//! A worker that has nothing to run waits in the epoll instead of sleeping: what comes is handled on that very thread, and so is the process that
//! it makes runnable. Only one waits there at a time ([`Turn`]). Workers that have much to run look between two processes. A thread, the
//! *guard*, sees that somebody does: when a worker has left the epoll it looks every few milliseconds whether anybody has polled since, and does
//! so itself if not, for all may be busy with long natives. It sleeps while a worker waits.
//!
//! # Two kinds of requests
//! What [`when_ready`] asks the kernel for fires once, and must be asked for again. A descriptor of [`keep_ready`] stays with the kernel until it fires
//! while nobody wants it, so that a stream that is always read costs no system call for each request. The price: it must be
//! [forgotten](forget) before it is closed.

use hashbrown::HashMap;
use parking_lot::{Mutex, RwLock};
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{EventfdFlags, Timespec, eventfd};
pub use rustix::io::Errno;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::Thread;
use std::time::Duration;

/// What a descriptor is to be ready for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Interest {
    /// Reading: there is something, or the end.
    Read,
    /// Writing.
    Write,
}

/// What is watched for an interest; `None`: nothing but errors, which are always told.
fn flags_of(interest: Option<Interest>) -> EventFlags {
    match interest {
        Some(Interest::Read) => EventFlags::IN,
        Some(Interest::Write) => EventFlags::OUT,
        None => EventFlags::ERR,
    }
}

/// All that may be asked for.
const ALL: [Option<Interest>; 3] = [Some(Interest::Read), Some(Interest::Write), None];

/// What is called when a descriptor is ready.
pub type Notice = Box<dyn FnOnce() + Send>;

/// Where input comes from: what looks at descriptors. The machine's workers do; the simulator looks when it is time.
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
        let mut notices = Vec::new();
        poller()?.wait(longest, &mut notices)?;
        Ok(call(&mut notices))
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
pub fn held<R>(body: impl FnOnce() -> R) -> R {
    let _closed = GATE.write();
    body()
}

/// Calls notices; how many.
pub(crate) fn call(notices: &mut Vec<Notice>) -> usize {
    let count = notices.len();
    if count > 0 {
        let _open = GATE.read();
        for notice in notices.drain(..) {
            notice();
        }
    }
    count
}

/// A descriptor that somebody has asked for.
struct Watched {
    read: Option<Notice>,
    write: Option<Notice>,
    /// Nothing but errors.
    error: Option<Notice>,
    /// The kernel knows the descriptor, unless it was closed meanwhile.
    known: bool,
    /// What it watches; nothing once what was asked for has fired.
    armed: EventFlags,
    /// It stays armed until it fires for nobody.
    stays: bool,
    /// Tells it from another one of the same number.
    generation: u32,
}

impl Watched {
    fn side(&mut self, interest: Option<Interest>) -> &mut Option<Notice> {
        match interest {
            Some(Interest::Read) => &mut self.read,
            Some(Interest::Write) => &mut self.write,
            None => &mut self.error,
        }
    }
    /// What somebody waits for.
    fn wanted(&self) -> EventFlags {
        let sides = [&self.read, &self.write, &self.error];
        let asked = sides.iter().zip(ALL).filter(|(side, _)| side.is_some());
        asked
            .map(|(_, interest)| flags_of(interest))
            .fold(EventFlags::empty(), |all, flags| all | flags)
    }
    fn event(&self, number: RawFd) -> EventData {
        EventData::new_u64(u64::from(self.generation) << 32 | number as u64)
    }
    /// Has the kernel watch `flags`.
    fn arm(&mut self, epoll: &OwnedFd, fd: BorrowedFd<'_>, flags: EventFlags) -> Result<(), Errno> {
        let data = self.event(fd.as_raw_fd());
        let mode = if self.stays {
            EventFlags::empty()
        } else {
            EventFlags::ONESHOT
        };
        let modified = if self.known {
            epoll::modify(epoll, fd, data, flags | mode)
        } else {
            Err(Errno::NOENT)
        };
        let result = match modified {
            Err(Errno::NOENT) => match epoll::add(epoll, fd, data, flags | mode) {
                // It was thought forgotten.
                Err(Errno::EXIST) => epoll::modify(epoll, fd, data, flags | mode),
                result => result,
            },
            result => result,
        };
        self.known = result.is_ok();
        self.armed = if result.is_ok() {
            flags
        } else {
            EventFlags::empty()
        };
        result
    }
    /// The kernel forgets it.
    fn disarm(&mut self, epoll: &OwnedFd, fd: BorrowedFd<'_>) {
        let _ = epoll::delete(epoll, fd);
        self.known = false;
        self.armed = EventFlags::empty();
    }
}

#[derive(Default)]
struct State {
    watches: HashMap<RawFd, Watched>,
    last_generation: u32,
    /// Descriptors with a notice.
    waited_for: usize,
    /// Notices of files that are always ready.
    ready: Vec<Notice>,
}

struct Poller {
    epoll: OwnedFd,
    /// Readable when `ready` is not empty, or whoever waits shall look around.
    wake: OwnedFd,
    state: Mutex<State>,
    /// Somebody waits, or is about to.
    taken: AtomicBool,
    /// Times that somebody has looked.
    looks: AtomicU64,
    guard: OnceLock<Thread>,
    /// The guard sleeps, and wants to be woken when nobody waits any longer.
    guard_rests: AtomicBool,
}

/// Events that are fetched at once.
const EVENTS: usize = 128;
/// The number that stands for `wake`.
const WAKE: u64 = u64::MAX;
/// When nobody has polled for so long the guard does.
const PATIENCE: Duration = Duration::from_millis(5);

static POLLER: OnceLock<Result<Poller, Errno>> = OnceLock::new();

fn poller() -> Result<&'static Poller, Errno> {
    static THREAD: OnceLock<bool> = OnceLock::new();
    let poller = POLLER
        .get_or_init(Poller::new)
        .as_ref()
        .map_err(|errno| *errno)?;
    let started = THREAD.get_or_init(|| {
        if NO_THREAD.load(Ordering::Acquire) {
            return true;
        }
        let thread = std::thread::Builder::new()
            .name("poll".to_owned())
            .spawn(|| poller.guard());
        thread.is_ok()
    });
    if *started {
        Ok(poller)
    } else {
        Err(Errno::AGAIN)
    }
}

/// The poller, if anybody has asked for a descriptor.
fn existing() -> Option<&'static Poller> {
    POLLER.get()?.as_ref().ok()
}

impl Poller {
    fn new() -> Result<Poller, Errno> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        epoll::add(&epoll, &wake, EventData::new_u64(WAKE), EventFlags::IN)?;
        Ok(Poller {
            epoll,
            wake,
            state: Mutex::default(),
            taken: AtomicBool::new(false),
            looks: AtomicU64::new(0),
            guard: OnceLock::new(),
            guard_rests: AtomicBool::new(false),
        })
    }
    /// Waits until something is ready, and takes its notices. `false`: the time has passed.
    fn wait(&self, longest: Option<Duration>, notices: &mut Vec<Notice>) -> Result<bool, Errno> {
        let mut room = [const { std::mem::MaybeUninit::<Event>::uninit() }; EVENTS];
        let longest = longest.map(|longest| Timespec {
            tv_sec: longest.as_secs() as i64,
            tv_nsec: i64::from(longest.subsec_nanos()),
        });
        let (events, _) = match epoll::wait(&self.epoll, &mut room, longest.as_ref()) {
            Ok(events) => events,
            Err(Errno::INTR) => return Ok(true),
            Err(errno) => return Err(errno),
        };
        self.looks.fetch_add(1, Ordering::Relaxed);
        if events.is_empty() {
            return Ok(false);
        }
        let state = &mut *self.state.lock();
        for event in events.iter() {
            let data = event.data.u64();
            if data == WAKE {
                let _ = rustix::io::read(&self.wake, &mut [0; 8]);
                notices.append(&mut state.ready);
            } else {
                self.fired(state, data, event.flags, notices);
            }
        }
        Ok(true)
    }
    /// A descriptor is ready, or has failed, which counts as ready for all.
    fn fired(&self, state: &mut State, data: u64, flags: EventFlags, notices: &mut Vec<Notice>) {
        let (number, generation) = (data as u32 as RawFd, (data >> 32) as u32);
        let Some(watched) = state.watches.get_mut(&number) else {
            return;
        };
        if watched.generation != generation {
            return;
        }
        let mut called = EventFlags::empty();
        let failed = flags.intersects(EventFlags::ERR | EventFlags::HUP);
        for interest in ALL {
            if (failed || flags.intersects(flags_of(interest)))
                && let Some(notice) = watched.side(interest).take()
            {
                notices.push(notice);
                called |= flags_of(interest);
            }
        }
        let wanted = watched.wanted();
        if !called.is_empty() && wanted.is_empty() {
            state.waited_for -= 1;
        }
        // SAFETY: the kernel looks the number up in a table of its own; one that stands for nothing there is refused. Who has asked for it
        // forgets it before closing it.
        let fd = unsafe { BorrowedFd::borrow_raw(number) };
        if watched.stays {
            // What has fired for nobody would do so again and again.
            let for_nobody = (flags & watched.armed).difference(called);
            if called.is_empty() && failed {
                watched.disarm(&self.epoll, fd);
            } else if !for_nobody.is_empty() {
                let rest = watched.armed.difference(for_nobody);
                let _ = watched.arm(&self.epoll, fd, rest);
            }
        } else {
            watched.armed = EventFlags::empty();
            if !wanted.is_empty() {
                let _ = watched.arm(&self.epoll, fd, wanted);
            }
        }
    }
    fn watch(
        &self,
        fd: BorrowedFd<'_>,
        interest: Option<Interest>,
        notice: Notice,
        stays: bool,
    ) -> Result<(), Errno> {
        let number = fd.as_raw_fd();
        let mut guard = self.state.lock();
        let state = &mut *guard;
        let watched = state.watches.entry(number).or_insert_with(|| {
            state.last_generation = state.last_generation.wrapping_add(1);
            Watched {
                read: None,
                write: None,
                error: None,
                known: false,
                armed: EventFlags::empty(),
                stays,
                generation: state.last_generation,
            }
        });
        let armed_already = stays && watched.stays && watched.armed.contains(flags_of(interest));
        let waited_for = !watched.wanted().is_empty();
        let before = watched.side(interest).replace(notice);
        let mut result = Ok(());
        if !armed_already {
            let kept = if stays && watched.stays {
                watched.armed
            } else {
                EventFlags::empty()
            };
            watched.stays = stays;
            let flags = watched.wanted() | kept;
            result = watched.arm(&self.epoll, fd, flags);
        }
        let mut wakes = false;
        if let Err(errno) = result {
            let notice = watched.side(interest).take();
            if errno == Errno::PERM {
                // A plain file.
                state.ready.extend(notice);
                result = Ok(());
                wakes = true;
            }
        }
        let watched_now = !watched.wanted().is_empty();
        state.waited_for = state.waited_for + usize::from(watched_now) - usize::from(waited_for);
        drop(guard);
        // What it holds may want to cancel requests of its own.
        drop(before);
        if wakes {
            self.wake();
        }
        result
    }
    fn cancel(&self, fd: BorrowedFd<'_>, interests: &[Option<Interest>]) {
        let number = fd.as_raw_fd();
        let mut guard = self.state.lock();
        let state = &mut *guard;
        let Some(watched) = state.watches.get_mut(&number) else {
            return;
        };
        let waited_for = !watched.wanted().is_empty();
        let mut dropped = [None, None];
        for (&interest, dropped) in interests.iter().zip(&mut dropped) {
            *dropped = watched.side(interest).take();
        }
        let wanted = watched.wanted();
        if wanted.is_empty() {
            state.waited_for -= usize::from(waited_for);
            if watched.known {
                watched.disarm(&self.epoll, fd);
            }
            state.watches.remove(&number);
        } else if dropped.iter().any(Option::is_some) {
            let _ = watched.arm(&self.epoll, fd, wanted);
        }
        drop(guard);
        drop(dropped);
    }
    /// Whoever waits looks around.
    fn wake(&self) {
        let _ = rustix::io::write(&self.wake, &1u64.to_ne_bytes());
    }
    /// The guard's life.
    fn guard(&self) {
        let _ = self.guard.set(std::thread::current());
        let mut notices = Vec::new();
        let mut seen = self.looks.load(Ordering::Relaxed);
        loop {
            if self.taken.load(Ordering::SeqCst) {
                self.guard_rests.store(true, Ordering::SeqCst);
                // Whoever leaves looks for a guard that rests after that: one of us sees the other.
                while self.taken.load(Ordering::SeqCst) && self.guard_rests.load(Ordering::SeqCst) {
                    std::thread::park();
                }
                self.guard_rests.store(false, Ordering::SeqCst);
            }
            std::thread::park_timeout(PATIENCE);
            let looks = self.looks.load(Ordering::Relaxed);
            if looks == seen && !self.taken.load(Ordering::SeqCst) {
                // It ends with an error that would not pass by itself.
                if self.wait(Some(Duration::ZERO), &mut notices).is_err() {
                    return;
                }
                call(&mut notices);
            }
            seen = looks;
        }
    }
}

/// The right to wait; one worker has it.
pub(crate) struct Turn(&'static Poller);

impl Turn {
    /// `None`: somebody waits already, or there is nothing to wait for.
    pub(crate) fn take() -> Option<Turn> {
        let poller = poller().ok()?;
        let taken =
            poller.taken.load(Ordering::Relaxed) || poller.taken.swap(true, Ordering::SeqCst);
        // Made only where it is ours: a turn that is dropped is given back.
        (!taken).then(|| Turn(poller))
    }
    /// Waits until something is ready, somebody calls [`interrupt`], or `longest` has passed; takes the notices of what is
    /// ready. `false`: the time has passed.
    pub(crate) fn wait(&self, longest: Option<Duration>, notices: &mut Vec<Notice>) -> bool {
        self.0.wait(longest, notices).unwrap_or_else(|_| {
            // It would not pass: without descriptors the worker has its timers still.
            std::thread::sleep(longest.map_or(PATIENCE, |longest| longest.min(PATIENCE)));
            true
        })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.taken.store(false, Ordering::SeqCst);
        if self.0.guard_rests.load(Ordering::SeqCst)
            && self.0.guard_rests.swap(false, Ordering::SeqCst)
            && let Some(guard) = self.0.guard.get()
        {
            guard.unpark();
        }
    }
}

/// Whoever waits stops waiting.
pub(crate) fn interrupt() {
    if let Some(poller) = existing() {
        poller.wake();
    }
}

/// Takes the notices of what is ready now, unless somebody waits for that.
pub(crate) fn look(notices: &mut Vec<Notice>) {
    if let Some(turn) = existing().filter(|poller| !poller.taken.load(Ordering::Relaxed)) {
        let _ = turn.wait(Some(Duration::ZERO), notices);
    }
}

/// Calls `notice` once, when `fd` is ready for `interest`; in place of what was asked for it before.
///
/// # Errors
/// The descriptor is not open, or the system gives no more room.
pub fn when_ready(fd: BorrowedFd<'_>, interest: Interest, notice: Notice) -> Result<(), Errno> {
    poller()?.watch(fd, Some(interest), notice, false)
}

/// The same for a descriptor that is asked for often, and [forgotten](forget) before it is closed.
///
/// # Errors
/// As for [`when_ready`].
pub fn keep_ready(fd: BorrowedFd<'_>, interest: Interest, notice: Notice) -> Result<(), Errno> {
    poller()?.watch(fd, Some(interest), notice, true)
}

/// Takes a request back.
pub fn cancel(fd: BorrowedFd<'_>, interest: Interest) {
    if let Some(poller) = existing() {
        poller.cancel(fd, &[Some(interest)]);
    }
}

/// Calls `notice` once, when there is an error of `fd`, or its other side is gone; in place of what was asked for it before.
///
/// # Errors
/// The descriptor is not open, or the system gives no more room.
pub fn when_broken(fd: BorrowedFd<'_>, notice: Notice) -> Result<(), Errno> {
    poller()?.watch(fd, None, notice, false)
}

/// Takes that back.
pub fn cancel_broken(fd: BorrowedFd<'_>) {
    if let Some(poller) = existing() {
        poller.cancel(fd, &[None]);
    }
}

/// Number of descriptors that are waited for.
pub fn watched() -> usize {
    existing().map_or(0, |poller| poller.state.lock().waited_for)
}

/// Takes all requests for `fd` back but that for errors; before it is closed.
pub fn forget(fd: BorrowedFd<'_>) {
    if let Some(poller) = existing() {
        poller.cancel(fd, &[Some(Interest::Read), Some(Interest::Write)]);
    }
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
