//! Input as if typed at the controlling terminal, for `erlang:display_string(stdin, _)`.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

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
