//! Signals of the operating system. A handler only writes the signal's number into a pipe; a thread reads it and tells the machine:
//! the process registered as `erl_signal_server` gets `{notify, Name}`, and SIGINT goes to the break handler. Follows `sys.c` for
//! what is handled from the start on, and the documentation of `os:set_signal/2`.

use crate::machine::machine;
use crate::process::Message;
use oxbeam_term::{Atom, Term};
use parking_lot::Mutex;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

/// A signal that `os:set_signal/2` knows.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Signal {
    /// Its name in Erlang.
    pub name: &'static str,
    number: i32,
    /// First release that knows it.
    since: u8,
}

/// What happens at a signal.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Disposition {
    /// Nothing.
    Ignore,
    /// What the system does.
    Default,
    /// `erl_signal_server` is told.
    Handle,
}

const fn row(name: &'static str, number: i32, since: u8) -> Signal {
    Signal {
        name,
        number,
        since,
    }
}

const SIGNALS: &[Signal] = &[
    row("sighup", libc::SIGHUP, 0),
    row("sigquit", libc::SIGQUIT, 0),
    row("sigabrt", libc::SIGABRT, 0),
    row("sigalrm", libc::SIGALRM, 0),
    row("sigterm", libc::SIGTERM, 0),
    row("sigusr1", libc::SIGUSR1, 0),
    row("sigusr2", libc::SIGUSR2, 0),
    row("sigchld", libc::SIGCHLD, 0),
    row("sigstop", libc::SIGSTOP, 0),
    row("sigtstp", libc::SIGTSTP, 0),
    row("sigcont", libc::SIGCONT, 29),
    row("sigwinch", libc::SIGWINCH, 29),
];

/// The signal of this name, if the release in use knows it.
pub fn by_name(name: Atom) -> Option<Signal> {
    let release = machine().release.number;
    SIGNALS
        .iter()
        .find(|signal| signal.name == name.text() && release >= signal.since)
        .copied()
}

type Handler = extern "C" fn(i32, *const libc::siginfo_t, *const libc::c_void);

/// Where handlers write to.
static PIPE: AtomicI32 = AtomicI32::new(-1);

extern "C" fn handler(number: i32, info: *const libc::siginfo_t, _context: *const libc::c_void) {
    // SAFETY: the system gives the information with the signal: of a child's, its number.
    let child = unsafe {
        let code = (*info).si_code;
        let ends =
            number == libc::SIGCHLD && (libc::CLD_EXITED..=libc::CLD_CONTINUED).contains(&code);
        if ends { (*info).si_pid() } else { NO_CHILD }
    };
    let [a, b, c, d] = child.to_ne_bytes();
    let told: Told = [number as u8, a, b, c, d];
    // SAFETY: write is safe in a handler, and errno is put back. A full pipe loses signals, as the system's own merging does.
    unsafe {
        let errno = *libc::__errno_location();
        let _ = libc::write(
            PIPE.load(Ordering::Relaxed),
            told.as_ptr().cast(),
            told.len(),
        );
        *libc::__errno_location() = errno;
    }
}

/// What a handler writes: the signal's number, and that of the child that it is about.
type Told = [u8; 5];
const NO_CHILD: i32 = 0;

/// Programs behind ports. They are the machine's own children; in OTP another program has them, and nobody is told of their ends.
static CHILDREN: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());
/// Somebody wants to be told of SIGCHLD.
static CHILDREN_TOLD: AtomicBool = AtomicBool::new(false);

/// Starts a program behind a port; `start` gives its number too. Its end is no signal to anybody.
///
/// # Errors
/// Those of `start`.
pub fn start_child<T, E>(
    start: impl FnOnce() -> Result<T, E>,
    number: impl FnOnce(&T) -> u32,
) -> Result<T, E> {
    // Held until it is known, for its end may come at once; where nobody listens, programs need not start one after the other.
    let told = CHILDREN_TOLD
        .load(Ordering::Acquire)
        .then(|| CHILDREN.lock());
    let started = start()?;
    let mut children = told.unwrap_or_else(|| CHILDREN.lock());
    children.insert(number(&started) as i32);
    Ok(started)
}

/// A program behind a port has ended, and was waited for.
pub fn child_ended(number: u32) {
    // Otherwise its signal is on its way.
    if !CHILDREN_TOLD.load(Ordering::Acquire) {
        CHILDREN.lock().remove(&(number as i32));
    }
}

/// Sets what happens at a signal.
pub fn set(signal: Signal, disposition: Disposition) {
    if signal.number == libc::SIGCHLD {
        CHILDREN_TOLD.store(disposition == Disposition::Handle, Ordering::Release);
    }
    let action = match disposition {
        // Ended children are waited for: an ignored SIGCHLD would take their statuses away. Its default is to do nothing.
        Disposition::Ignore if signal.number == libc::SIGCHLD => libc::SIG_DFL,
        Disposition::Ignore => libc::SIG_IGN,
        Disposition::Default => libc::SIG_DFL,
        Disposition::Handle => handler as Handler as usize,
    };
    set_action(signal.number, action);
    if disposition == Disposition::Default && crate::tty::is_used() {
        crate::tty::guard(signal.number);
    }
}

fn set_action(number: i32, action: usize) {
    // SAFETY: a zeroed sigaction is valid; the handler only does what a handler may.
    unsafe {
        let mut new: libc::sigaction = std::mem::zeroed();
        new.sa_sigaction = action;
        new.sa_flags = libc::SA_RESTART | libc::SA_SIGINFO;
        libc::sigemptyset(&mut new.sa_mask);
        libc::sigaction(number, &new, std::ptr::null_mut());
    }
}

/// Handles signals from now on.
///
/// # Errors
/// No pipe or no thread.
pub fn start() -> std::io::Result<()> {
    use std::os::fd::IntoRawFd;
    let (reader, writer) = std::io::pipe()?;
    let writer = writer.into_raw_fd();
    // SAFETY: a fresh descriptor; a handler must never block.
    unsafe { libc::fcntl(writer, libc::F_SETFL, libc::O_NONBLOCK) };
    PIPE.store(writer, Ordering::Release);
    std::thread::Builder::new()
        .name("sys_sig_dispatcher".into())
        .spawn(move || dispatch(reader))?;
    let handle = handler as Handler as usize;
    let settings = &machine().config.settings;
    for number in [libc::SIGTERM, libc::SIGUSR1] {
        set_action(number, handle);
    }
    if settings.break_ignored {
        for number in [libc::SIGINT, libc::SIGQUIT, libc::SIGTSTP] {
            set_action(number, libc::SIG_IGN);
        }
    } else if settings.break_handler {
        for number in [libc::SIGINT, libc::SIGQUIT] {
            set_action(number, handle);
        }
    }
    if settings.break_interrupts_shell {
        crate::tty::give_up_interrupt();
    }
    Ok(())
}

fn dispatch(mut reader: std::io::PipeReader) {
    use std::io::Read;
    let mut told: Told = [0; 5];
    while reader.read_exact(&mut told).is_ok() {
        let [number, a, b, c, d] = told;
        let (number, child) = (i32::from(number), i32::from_ne_bytes([a, b, c, d]));
        if child != NO_CHILD && CHILDREN.lock().remove(&child) {
            continue;
        }
        if number == libc::SIGINT {
            crate::break_handler::requested();
        } else if let Some(signal) = SIGNALS.iter().find(|signal| signal.number == number) {
            let message = Message::build(|builder| {
                builder.tuple(&[
                    Term::atom(Atom::of("notify")),
                    Term::atom(Atom::of(signal.name)),
                ])
            });
            crate::signal::send_to_name(Atom::of("erl_signal_server"), message);
        }
    }
}
