//! The terminal that the machine was started at: how it was found, so that it is left so whatever ends the machine; and input as if
//! typed at it, for `erlang:display_string(stdin, _)`.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// How the terminal was found; `None`: standard input is none.
static FOUND: OnceLock<Option<libc::termios>> = OnceLock::new();
/// Something of ours sets it.
static USED: AtomicBool = AtomicBool::new(false);

/// Signals that end a program which does not handle them.
const DEADLY: &[i32] = &[
    libc::SIGHUP,
    libc::SIGABRT,
    libc::SIGALRM,
    libc::SIGFPE,
    libc::SIGILL,
    libc::SIGPROF,
    libc::SIGQUIT,
    libc::SIGTERM,
    libc::SIGUSR2,
    libc::SIGVTALRM,
    libc::SIGXCPU,
    libc::SIGXFSZ,
];

fn modes(fd: i32) -> Option<libc::termios> {
    // SAFETY: zero is a good value of every field, and tcgetattr fills them.
    unsafe {
        let mut modes: libc::termios = std::mem::zeroed();
        (libc::tcgetattr(fd, &raw mut modes) == 0).then_some(modes)
    }
}

fn set_modes(modes: &libc::termios) {
    // SAFETY: a whole record; tcsetattr may be called in a handler of a signal.
    unsafe { libc::tcsetattr(libc::STDIN_FILENO, libc::TCSANOW, modes) };
}

/// Remembers how the terminal is; before anything of ours sets it.
pub fn remember() {
    FOUND.get_or_init(|| modes(libc::STDIN_FILENO));
}

/// From now on something of ours sets the terminal: whatever ends the machine sets it back first.
pub fn used() {
    if FOUND.get().is_none_or(Option::is_none) || USED.swap(true, Ordering::AcqRel) {
        return;
    }
    for &signal in DEADLY {
        guard(signal);
    }
    for (signal, before) in [(libc::SIGSEGV, &BEFORE[0]), (libc::SIGBUS, &BEFORE[1])] {
        if let Some(found) = install(
            signal,
            fault as *const () as usize,
            libc::SA_ONSTACK | libc::SA_SIGINFO,
        ) {
            let _ = before.set(found);
        }
    }
}

/// Is it ours to set back?
pub(crate) fn is_used() -> bool {
    USED.load(Ordering::Acquire)
}

/// What a signal does by itself, when the terminal has been set back. A handler that there is stays.
pub(crate) fn guard(signal: i32) {
    if !DEADLY.contains(&signal) {
        return;
    }
    // SAFETY: zero is a good value of every field, and what is there is only asked for.
    let default = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        libc::sigaction(signal, std::ptr::null(), &raw mut action) == 0
            && action.sa_sigaction == libc::SIG_DFL
    };
    if default {
        install(signal, dying as *const () as usize, libc::SA_RESETHAND);
    }
}

/// What was there before.
fn install(signal: i32, handler: usize, flags: i32) -> Option<libc::sigaction> {
    // SAFETY: zero is a good value of every field; both handlers only do what a handler may.
    unsafe {
        let (mut new, mut before): (libc::sigaction, libc::sigaction) = std::mem::zeroed();
        new.sa_sigaction = handler;
        new.sa_flags = flags;
        let done = libc::sigaction(signal, &raw const new, &raw mut before) == 0;
        done.then_some(before)
    }
}

extern "C" fn dying(signal: i32) {
    if let Some(Some(found)) = FOUND.get() {
        set_modes(found);
    }
    // SAFETY: the handler is reset by now: when it returns, the signal that waits does what it does by itself.
    unsafe { libc::raise(signal) };
}

/// What was there for SIGSEGV and SIGBUS before: it says what an overflown stack is.
static BEFORE: [OnceLock<libc::sigaction>; 2] = [OnceLock::new(), OnceLock::new()];

extern "C" fn fault(signal: i32, about: *mut libc::siginfo_t, _: *mut libc::c_void) {
    if let Some(Some(found)) = FOUND.get() {
        set_modes(found);
    }
    let before = BEFORE[usize::from(signal != libc::SIGSEGV)].get();
    // SAFETY: the system says what the signal is about. What was there before is put back, and the instruction at fault runs again
    // then; a signal that somebody has sent does not come again by itself.
    unsafe {
        match before {
            Some(before) if (*about).si_code > 0 => {
                libc::sigaction(signal, before, std::ptr::null_mut());
            }
            _ => {
                libc::signal(signal, libc::SIG_DFL);
                libc::raise(signal);
            }
        }
    }
}

/// Sets the terminal back, if it is ours to set back.
pub(crate) fn reset() {
    if let (true, Some(Some(found))) = (is_used(), FOUND.get()) {
        set_modes(found);
    }
}

/// Calls `body` while the terminal is as it was found.
pub(crate) fn as_found<R>(body: impl FnOnce() -> R) -> R {
    let now = is_used().then(|| modes(libc::STDIN_FILENO)).flatten();
    reset();
    let result = body();
    if let Some(now) = now {
        set_modes(&now);
    }
    result
}

/// No key interrupts any more (`+Bc`): the shell gets it.
pub(crate) fn give_up_interrupt() {
    if let Some(mut modes) = modes(libc::STDIN_FILENO) {
        modes.c_cc[libc::VINTR] = 0;
        set_modes(&modes);
        used();
    }
}

/// Types `bytes` at the terminal of this machine. Newer kernels forbid it unless told otherwise.
///
/// # Errors
/// There is no terminal, or the kernel refuses.
pub fn type_input(bytes: &[u8]) -> io::Result<()> {
    let terminal = File::open("/dev/tty")?;
    for byte in bytes {
        // SAFETY: the descriptor is open, and TIOCSTI reads one byte at the address given.
        if unsafe { libc::ioctl(terminal.as_raw_fd(), libc::TIOCSTI, byte as *const u8) } < 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// The name of the system error that `error` stands for, as an atom spells it.
pub fn error_name(error: &io::Error) -> &'static str {
    match error.raw_os_error() {
        Some(libc::EIO) => "eio",
        Some(libc::EPERM) => "eperm",
        Some(libc::EACCES) => "eacces",
        Some(libc::EBADF) => "ebadf",
        Some(libc::EPIPE) => "epipe",
        Some(libc::ENXIO) => "enxio",
        Some(libc::ENOENT) => "enoent",
        Some(libc::EAGAIN) => "eagain",
        Some(libc::ENOSPC) => "enospc",
        Some(libc::EFBIG) => "efbig",
        Some(libc::EINVAL) => "einval",
        Some(libc::ENOTTY) => "enotty",
        _ => "unknown",
    }
}
