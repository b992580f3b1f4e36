//! What a program that is started does between fork and exec.

use std::ffi::{CString, c_char, c_int};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicU64, Ordering};

/// How a program begins.
pub(crate) struct Begin {
    /// The file that it is.
    pub(crate) file: CString,
    /// Its name for itself, and its arguments.
    pub(crate) arguments: Vec<CString>,
    /// `Name=Value`
    pub(crate) environment: Vec<CString>,
    pub(crate) directory: Option<CString>,
    /// What is to have which number.
    pub(crate) descriptors: Vec<(OwnedFd, RawFd)>,
    pub(crate) stderr_to_stdout: bool,
}

/// Signals that were ignored when the machine was started.
static IGNORED: AtomicU64 = AtomicU64::new(0);

const SIGNALS: std::ops::RangeInclusive<c_int> = 1..=31;

/// Remembers which signals are ignored: the programs that are started shall ignore them too, and not what `os:set_signal/2` says.
pub(crate) fn remember_ignored_signals() {
    let mut ignored = 0;
    for signal in SIGNALS {
        // SAFETY: zero is a good value of every field, and nothing but that is written.
        let handler = unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            libc::sigaction(signal, std::ptr::null(), &raw mut action);
            action.sa_sigaction
        };
        if handler == libc::SIG_IGN {
            ignored |= 1 << signal;
        }
    }
    IGNORED.store(ignored, Ordering::Relaxed);
}

/// Pointers to strings that live in the same structure, with a null behind them.
struct Pointers(Vec<*const c_char>);

// SAFETY: what they point to is never changed, and lives as long as they do.
unsafe impl Send for Pointers {}
// SAFETY: as above.
unsafe impl Sync for Pointers {}

impl Pointers {
    fn new(strings: &[CString]) -> Pointers {
        let pointers = strings.iter().map(|string| string.as_ptr());
        Pointers(pointers.chain([std::ptr::null()]).collect())
    }
}

/// Where the system puts a descriptor out of the way of the numbers that programs are given.
const HIGH: c_int = 10;

/// A descriptor out of the way of the numbers that the program's are to have.
fn high(fd: &OwnedFd) -> std::io::Result<OwnedFd> {
    use std::os::fd::FromRawFd;
    // SAFETY: an open descriptor; the new one is ours.
    unsafe {
        match libc::fcntl(fd.as_raw_fd(), libc::F_DUPFD_CLOEXEC, HIGH) {
            -1 => Err(std::io::Error::last_os_error()),
            new => Ok(OwnedFd::from_raw_fd(new)),
        }
    }
}

/// Starts a program. It leads a session of its own: it has no terminal, and signals from ours do not reach it. Its signals are as they were
/// for us, but pipes that nobody reads are an error to it and no signal, as to all programs that OTP starts. It gets none of our
/// descriptors but the first three. What can't begin exits with the number of the error.
pub(crate) fn start(mut begin: Begin) -> std::io::Result<Child> {
    for (fd, _) in &mut begin.descriptors {
        if fd.as_raw_fd() < HIGH {
            *fd = high(fd)?;
        }
    }
    let arguments = Pointers::new(&begin.arguments);
    let environment = Pointers::new(&begin.environment);
    let ignored =
        IGNORED.load(Ordering::Relaxed) | 1 << libc::SIGPIPE as u64 | 1 << libc::SIGFPE as u64;
    let mut command = Command::new("/bin/sh");
    // SAFETY: between fork and exec the closure makes system calls and nothing else. All that it points to it owns.
    unsafe {
        command.pre_exec(move || {
            let (arguments, environment) = (&arguments, &environment);
            let close_at_exec = libc::CLOSE_RANGE_CLOEXEC;
            libc::syscall(libc::SYS_close_range, 3u32, u32::MAX, close_at_exec);
            libc::setsid();
            for signal in SIGNALS {
                let handler = if ignored & 1 << signal == 0 {
                    libc::SIG_DFL
                } else {
                    libc::SIG_IGN
                };
                libc::signal(signal, handler);
            }
            if let Some(directory) = &begin.directory
                && libc::chdir(directory.as_ptr()) < 0
            {
                let error = *libc::__errno_location();
                for part in [
                    &b"spawn: Could not cd to "[..],
                    directory.to_bytes(),
                    b"\r\n",
                ] {
                    libc::write(2, part.as_ptr().cast(), part.len());
                }
                libc::_exit(error);
            }
            for (fd, number) in &begin.descriptors {
                libc::dup2(fd.as_raw_fd(), *number);
            }
            if begin.stderr_to_stdout {
                libc::dup2(1, 2);
            }
            libc::execve(
                begin.file.as_ptr(),
                arguments.0.as_ptr(),
                environment.0.as_ptr(),
            );
            libc::_exit(*libc::__errno_location());
        });
    }
    command.spawn()
}
