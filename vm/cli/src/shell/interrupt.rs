//! ^C, and what happens between fork and exec: the shell's calls of the system that have no safe wrapper.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

static CAME: AtomicBool = AtomicBool::new(false);

extern "C" fn came(_: i32) {
    CAME.store(true, Ordering::Release);
}

/// From now on ^C ends nothing, but is remembered.
pub(crate) fn remember() {
    // SAFETY: zero is a good value of every field; the handler stores a flag.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = came as *const () as usize;
        libc::sigaction(libc::SIGINT, &raw const action, std::ptr::null_mut());
    }
}

/// Has it come since the last look?
pub(crate) fn take() -> bool {
    CAME.swap(false, Ordering::AcqRel)
}

/// Calls `plan` in the new process; it may do no more than system calls.
pub(crate) fn before_exec(
    command: &mut Command,
    plan: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
) {
    // SAFETY: the callers' plans make system calls and nothing else.
    unsafe { command.pre_exec(plan) };
}

/// Makes `number` stand for what `fd` stands for.
pub(crate) fn duplicate_to(fd: i32, number: i32) -> io::Result<()> {
    // SAFETY: plain numbers; only called where nobody else uses descriptors.
    if unsafe { libc::dup2(fd, number) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
