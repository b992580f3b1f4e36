//! The few calls of the C library that have no safe wrapper. The only place of this crate with unsafe code.

pub(crate) mod begin;
pub(crate) mod locale;
pub(crate) mod message;
pub(crate) mod names;
pub(crate) mod signals;
pub(crate) mod socket;
pub(crate) mod zlib;
pub(crate) mod zstd;

use rustix::io::Errno;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};

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
