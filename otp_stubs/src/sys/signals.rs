//! Signals that the terminal sends, as bytes in a pipe: `w` when its window changes, `c` when we go on after a stop.

use rustix::io::Errno;
use std::os::fd::{IntoRawFd, OwnedFd};
use std::sync::atomic::{AtomicI32, Ordering};

/// The pipe's end for writing; it is never closed, for a handler may be about to use it.
static PIPE: AtomicI32 = AtomicI32::new(-1);

fn tell(byte: u8) {
    let fd = PIPE.load(Ordering::Relaxed);
    if fd >= 0 {
        // SAFETY: one byte that outlives the call; writing is allowed in a handler, and errno is put back.
        unsafe {
            let errno = *libc::__errno_location();
            libc::write(fd, (&raw const byte).cast(), 1);
            *libc::__errno_location() = errno;
        }
    }
}

extern "C" fn window_changed(_: libc::c_int) {
    tell(b'w');
}

extern "C" fn continued(_: libc::c_int) {
    tell(b'c');
}

fn handle(signal: libc::c_int, handler: extern "C" fn(libc::c_int)) -> Result<(), Errno> {
    // SAFETY: zero is a good value of every field; the handler does only what a handler may.
    let result = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as *const () as usize;
        action.sa_flags = libc::SA_RESTART;
        libc::sigaction(signal, &raw const action, std::ptr::null_mut())
    };
    if result < 0 {
        return Err(super::last_error());
    }
    Ok(())
}

/// From now on both signals are bytes in a pipe, which can be read at the end that comes back. A pipe before it gets none any more.
pub(crate) fn terminal_pipe() -> Result<OwnedFd, Errno> {
    let flags = rustix::pipe::PipeFlags::CLOEXEC | rustix::pipe::PipeFlags::NONBLOCK;
    let (read, write) = rustix::pipe::pipe_with(flags)?;
    PIPE.store(write.into_raw_fd(), Ordering::Relaxed);
    handle(libc::SIGWINCH, window_changed)?;
    handle(libc::SIGCONT, continued)?;
    Ok(read)
}
