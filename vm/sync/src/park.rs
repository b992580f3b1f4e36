//! How a thread sleeps and is woken.
//!
//! [`Parker`] holds at most one token. [`Unparker::unpark`] leaves the token, [`Parker::park`] waits for it and
//! takes it: a wake that comes before the sleep is not lost, and a sleep never ends without a token (or the
//! timeout). [`WakeFd`] is the same for a thread that sleeps in `epoll` or `poll`.
//!
//! Below is `std::thread::park`, a futex on Linux. Its own token belongs to the thread and is shared with every
//! library that runs there; ours belongs to the parker, hence the loop.

use crate::facade::atomic::{AtomicU32, Ordering};
use crate::facade::thread::{self, Thread};
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};
#[cfg(not(loom))]
use std::time::{Duration, Instant};

/// No token, nobody sleeps.
const EMPTY: u32 = 0;
/// The owner sleeps, or is about to.
const PARKED: u32 = 1;
/// There is a token.
const NOTIFIED: u32 = 2;

struct State {
    word: AtomicU32,
    /// Set by the owner before the word first says `PARKED`.
    sleeper: OnceLock<Thread>,
}

/// The sleeper's side; stays on the thread that made it.
pub struct Parker {
    state: Arc<State>,
    _not_send: PhantomData<*const ()>,
}

/// The waker's side; any number, on any thread.
#[derive(Clone)]
pub struct Unparker {
    state: Arc<State>,
}

/// Why [`Parker::park_timeout`] returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woken {
    /// By a token.
    Notified,
    /// The time was up; there was no token.
    TimedOut,
}

impl Parker {
    /// A parker without a token, for the calling thread.
    pub fn new() -> Parker {
        Parker {
            state: Arc::new(State {
                word: AtomicU32::new(EMPTY),
                sleeper: OnceLock::new(),
            }),
            _not_send: PhantomData,
        }
    }

    /// The waker's side.
    pub fn unparker(&self) -> Unparker {
        Unparker {
            state: Arc::clone(&self.state),
        }
    }

    /// Takes the token if there is one; does not sleep.
    #[inline]
    pub fn try_park(&self) -> bool {
        // Acquire: what the waker wrote before is seen by whoever took its token.
        self.state
            .word
            .compare_exchange(NOTIFIED, EMPTY, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
    }

    /// Sleeps until there is a token, and takes it.
    pub fn park(&self) {
        if !self.prepare() {
            return;
        }
        loop {
            thread::park();
            if self.try_park() {
                return;
            }
        }
    }

    /// Sleeps until there is a token or `timeout` has passed.
    #[cfg(not(loom))]
    pub fn park_timeout(&self, timeout: Duration) -> Woken {
        match Instant::now().checked_add(timeout) {
            Some(deadline) => self.park_until(deadline),
            None => {
                self.park();
                Woken::Notified
            }
        }
    }

    /// Sleeps until there is a token or `deadline` has come.
    #[cfg(not(loom))]
    pub fn park_until(&self, deadline: Instant) -> Woken {
        if !self.prepare() {
            return Woken::Notified;
        }
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                // The token may still have come: then the sleep ended by it.
                return match self.state.word.swap(EMPTY, Ordering::Acquire) {
                    NOTIFIED => Woken::Notified,
                    _ => Woken::TimedOut,
                };
            }
            thread::park_timeout(left);
            if self.try_park() {
                return Woken::Notified;
            }
        }
    }

    /// Says that we are about to sleep; false if a token was there, which is then taken.
    fn prepare(&self) -> bool {
        self.state.sleeper.get_or_init(thread::current);
        // Release: a waker that sees `PARKED` sees the sleeper.
        match self
            .state
            .word
            .compare_exchange(EMPTY, PARKED, Ordering::Release, Ordering::Relaxed)
        {
            Ok(_) => true,
            Err(_) => {
                self.state.word.swap(EMPTY, Ordering::Acquire);
                false
            }
        }
    }
}

impl Default for Parker {
    fn default() -> Parker {
        Parker::new()
    }
}

impl Unparker {
    /// Leaves a token and wakes the sleeper if it sleeps. Costs no system call if not.
    #[inline]
    pub fn unpark(&self) {
        // A swap and not a check first: the sleeper must see what we wrote before, token or not.
        if self.state.word.swap(NOTIFIED, Ordering::AcqRel) == PARKED {
            self.wake();
        }
    }

    #[cold]
    fn wake(&self) {
        if let Some(sleeper) = self.state.sleeper.get() {
            sleeper.unpark();
        }
    }
}

impl fmt::Debug for Parker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parker").finish_non_exhaustive()
    }
}

impl fmt::Debug for Unparker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unparker").finish_non_exhaustive()
    }
}

#[cfg(all(unix, not(loom)))]
pub use wake_fd::WakeFd;

#[cfg(all(unix, not(loom)))]
mod wake_fd {
    use crate::facade::atomic::{AtomicBool, Ordering};
    use std::io;
    use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

    /// Wakes a thread that sleeps in `epoll` or `poll`: put the descriptor among those it polls for reading.
    #[derive(Debug)]
    pub struct WakeFd {
        read: OwnedFd,
        /// The other end where the system has no eventfd.
        #[cfg(not(target_os = "linux"))]
        write: OwnedFd,
        /// A token is in the descriptor, or about to be: no need for another system call.
        signalled: AtomicBool,
    }

    impl WakeFd {
        /// A descriptor without a token.
        #[cfg(target_os = "linux")]
        pub fn new() -> io::Result<WakeFd> {
            use rustix::event::{EventfdFlags, eventfd};
            let read = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
            Ok(WakeFd {
                read,
                signalled: AtomicBool::new(false),
            })
        }

        /// A descriptor without a token.
        #[cfg(not(target_os = "linux"))]
        pub fn new() -> io::Result<WakeFd> {
            let (read, write) = rustix::pipe::pipe()?;
            for end in [&read, &write] {
                rustix::io::ioctl_fionbio(end, true)?;
                rustix::io::fcntl_setfd(end, rustix::io::FdFlags::CLOEXEC)?;
            }
            Ok(WakeFd {
                read,
                write,
                signalled: AtomicBool::new(false),
            })
        }

        /// Makes the descriptor readable. Many calls before a [`drain`](WakeFd::drain) cost one system call.
        pub fn wake(&self) {
            if !self.signalled.swap(true, Ordering::AcqRel) {
                #[cfg(target_os = "linux")]
                let (end, token) = (&self.read, 1u64.to_ne_bytes());
                #[cfg(not(target_os = "linux"))]
                let (end, token) = (&self.write, [1u8]);
                // The only refusal is a full counter or pipe, which is readable already.
                while rustix::io::write(end, &token) == Err(rustix::io::Errno::INTR) {}
            }
        }

        /// Takes the token: the poller's first act after it woke, before it looks for work.
        pub fn drain(&self) {
            let mut buffer = [0u8; 64];
            loop {
                match rustix::io::read(&self.read, &mut buffer) {
                    Err(rustix::io::Errno::INTR) => {}
                    Ok(count) if count == buffer.len() => {}
                    _ => break,
                }
            }
            // After the read, not before: a wake in between would leave its token unread with the flag down, or
            // be swallowed with the flag up. This way a wake that we swallow happened before our look for work.
            self.signalled.swap(false, Ordering::AcqRel);
        }
    }

    impl AsFd for WakeFd {
        fn as_fd(&self) -> BorrowedFd<'_> {
            self.read.as_fd()
        }
    }
}

#[cfg(test)]
#[cfg(not(loom))]
mod tests {
    use super::*;

    #[test]
    fn a_token_before_the_sleep_is_kept_and_only_one() {
        let parker = Parker::new();
        parker.unparker().unpark();
        parker.unparker().unpark();
        parker.park();
        assert!(!parker.try_park());
        assert_eq!(
            parker.park_timeout(Duration::from_millis(1)),
            Woken::TimedOut
        );
    }

    #[test]
    fn the_threads_own_token_does_not_end_the_sleep() {
        let parker = Parker::new();
        std::thread::current().unpark();
        assert_eq!(
            parker.park_timeout(Duration::from_millis(5)),
            Woken::TimedOut
        );
    }

    #[test]
    fn two_threads_play_ping_pong() {
        let here = Parker::new();
        let back = here.unparker();
        let (send, receive) = std::sync::mpsc::channel();
        let other = std::thread::spawn(move || {
            let there = Parker::new();
            send.send(there.unparker()).unwrap();
            for _ in 0..1_000 {
                there.park();
                back.unpark();
            }
        });
        let there = receive.recv().unwrap();
        for _ in 0..1_000 {
            there.unpark();
            assert_eq!(here.park_timeout(Duration::from_secs(60)), Woken::Notified);
        }
        other.join().unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_wake_makes_the_descriptor_readable_until_drained() {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let wake = WakeFd::new().unwrap();
        let readable = || {
            let mut fds = [PollFd::new(&wake, PollFlags::IN)];
            poll(
                &mut fds,
                Some(&Timespec {
                    tv_sec: 0,
                    tv_nsec: 0,
                }),
            )
            .unwrap()
                == 1
        };
        assert!(!readable());
        wake.wake();
        wake.wake();
        assert!(readable());
        wake.drain();
        assert!(!readable());
        wake.wake();
        assert!(readable());
    }
}
