//! Signals of the operating system. A handler only writes the signal's number into a pipe; a thread reads it and tells the machine:
//! the process registered as `erl_signal_server` gets `{notify, Name}`, and SIGINT goes to the break handler. Follows `sys.c` for
//! what is handled from the start on, and the documentation of `os:set_signal/2`.

use crate::machine::machine;
use crate::process::Message;
use oxbeam_term::{Atom, Term};
use std::sync::atomic::{AtomicI32, Ordering};

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
    // SAFETY: the system gives the information with the signal.
    let code = unsafe { (*info).si_code };
    // Programs behind ports are the machine's own children; in OTP another program has them, and nobody is told of their ends.
    if number == libc::SIGCHLD && (libc::CLD_EXITED..=libc::CLD_CONTINUED).contains(&code) {
        return;
    }
    let byte = number as u8;
    // SAFETY: write is safe in a handler, and errno is put back. A full pipe loses signals, as the system's own merging does.
    unsafe {
        let errno = *libc::__errno_location();
        let _ = libc::write(PIPE.load(Ordering::Relaxed), (&raw const byte).cast(), 1);
        *libc::__errno_location() = errno;
    }
}

/// Sets what happens at a signal.
pub fn set(signal: Signal, disposition: Disposition) {
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
    let mut byte = [0];
    while reader.read_exact(&mut byte).is_ok() {
        let number = i32::from(byte[0]);
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
