//! The few calls of the C library that have no safe wrapper. The only place of this crate with unsafe code.

pub(crate) mod locale;
pub(crate) mod names;
pub(crate) mod signals;
pub(crate) mod zlib;

use rustix::io::Errno;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::Command;

fn last_error() -> Errno {
    Errno::from_io_error(&std::io::Error::last_os_error()).unwrap_or(Errno::IO)
}

/// Closes, and says what the system says about it: a write that was put off may fail now.
pub(crate) fn close(fd: OwnedFd) -> Result<(), Errno> {
    // SAFETY: the descriptor is ours and given up here. Whatever comes back, it is closed.
    if unsafe { libc::close(fd.into_raw_fd()) } < 0 {
        return Err(last_error());
    }
    Ok(())
}

/// Takes over a descriptor that is open already.
pub(crate) fn adopt(fd: RawFd) -> Result<OwnedFd, Errno> {
    // SAFETY: fcntl reads the flags of whatever the number stands for, if for anything.
    if unsafe { libc::fcntl(fd, libc::F_GETFL) } == -1 {
        return Err(last_error());
    }
    // SAFETY: it is open; whoever names a descriptor by number gives it away.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Reserves room in a file, on any file system.
pub(crate) fn posix_fallocate(fd: BorrowedFd<'_>, offset: i64, length: i64) -> Result<(), Errno> {
    // SAFETY: plain numbers and an open descriptor.
    match unsafe { libc::posix_fallocate(fd.as_raw_fd(), offset, length) } {
        0 => Ok(()),
        error => Err(Errno::from_raw_os_error(error)),
    }
}

/// Another descriptor for what `fd` stands for.
pub(crate) fn duplicate(fd: RawFd) -> Result<OwnedFd, Errno> {
    // SAFETY: fcntl makes a new descriptor of whatever the number stands for, if for anything.
    match unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 3) } {
        -1 => Err(last_error()),
        // SAFETY: it was made for us.
        new => Ok(unsafe { OwnedFd::from_raw_fd(new) }),
    }
}

/// The program will lead a session of its own: it has no terminal, and signals from ours do not reach it. Pipes that nobody reads are an
/// error to it and no signal, as to all programs that OTP starts. It gets none of our descriptors but the first three.
pub(crate) fn new_session(command: &mut Command) {
    // SAFETY: between fork and exec the closure makes system calls and nothing else.
    unsafe {
        command.pre_exec(|| {
            let close_at_exec = libc::CLOSE_RANGE_CLOEXEC;
            libc::syscall(libc::SYS_close_range, 3u32, u32::MAX, close_at_exec);
            libc::setsid();
            libc::signal(libc::SIGPIPE, libc::SIG_IGN);
            Ok(())
        });
    }
}

/// The program will have these as its descriptors 3 and 4.
pub(crate) fn give_3_and_4(command: &mut Command, third: Option<OwnedFd>, fourth: Option<OwnedFd>) {
    // Out of the way of those two numbers themselves.
    let high = |fd: OwnedFd| {
        // SAFETY: an open descriptor; the new one is ours.
        unsafe {
            let new = libc::fcntl(fd.as_raw_fd(), libc::F_DUPFD_CLOEXEC, 10);
            (new >= 0).then(|| OwnedFd::from_raw_fd(new))
        }
    };
    let (third, fourth) = (third.and_then(high), fourth.and_then(high));
    // SAFETY: between fork and exec the closure makes system calls and nothing else; the descriptors live as long as the command.
    unsafe {
        command.pre_exec(move || {
            for (fd, number) in [(&third, 3), (&fourth, 4)] {
                if let Some(fd) = fd {
                    libc::dup2(fd.as_raw_fd(), number);
                }
            }
            Ok(())
        });
    }
}
