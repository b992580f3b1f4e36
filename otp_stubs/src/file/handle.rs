//! Open files: the object behind a file's reference, its states, its owner.
//!
//! A file is idle, busy with one operation, or closed. Its owner may exit while an operation runs; then the operation closes the file
//! when it is done. An idle file of an owner that exits is not closed at once, for that may wait: its reference goes as
//! `{close, Ref}` to the process that `prim_file:on_load/0` started, which calls `delayed_close_nif/1`.

use crate::errors::{error_tuple, ok_or_error, ok_tuple};
use crate::file::{Path, owners};
use crate::sys;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::sched::while_waiting;
use parking_lot::Mutex;
use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

const IDLE: u8 = 0;
const BUSY: u8 = 1;
const CLOSE_PENDING: u8 = 2;
const CLOSED: u8 = 3;

/// A file.
pub(crate) struct File {
    state: AtomicU8,
    /// Whoever moved the state out of idle may use it.
    fd: Mutex<Option<OwnedFd>>,
}

/// Number of the process that closes the files of processes that have exited.
static CLOSER: AtomicU64 = AtomicU64::new(0);

/// That process.
pub(super) fn closer() -> u64 {
    CLOSER.load(Ordering::Acquire)
}

impl File {
    fn new(fd: OwnedFd) -> File {
        File {
            state: AtomicU8::new(IDLE),
            fd: Mutex::new(Some(fd)),
        }
    }
    /// Runs `operation` on the descriptor. One at a time: what finds the file busy or closed gets `einval`.
    pub(crate) fn run<T>(
        &self,
        operation: impl FnOnce(BorrowedFd<'_>) -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        use std::os::fd::AsFd;
        self.state
            .compare_exchange(IDLE, BUSY, Ordering::Acquire, Ordering::Relaxed)
            .map_err(|_| Errno::INVAL)?;
        let result = match &*self.fd.lock() {
            Some(fd) => while_waiting(|| operation(fd.as_fd())),
            None => Err(Errno::INVAL),
        };
        if self
            .state
            .compare_exchange(BUSY, IDLE, Ordering::Release, Ordering::Relaxed)
            .is_err()
        {
            // The owner exited meanwhile.
            self.state.store(CLOSED, Ordering::Release);
            let _ = self.close_descriptor();
        }
        result
    }
    fn close_descriptor(&self) -> Result<(), Errno> {
        match self.fd.lock().take() {
            Some(fd) => while_waiting(|| sys::close(fd)),
            None => Err(Errno::INVAL),
        }
    }
    /// Closes an idle file.
    fn close(&self) -> Result<(), Errno> {
        self.state
            .compare_exchange(IDLE, CLOSED, Ordering::Acquire, Ordering::Relaxed)
            .map_err(|_| Errno::INVAL)?;
        self.close_descriptor()
    }
    /// The owner has exited. True: somebody has to close the file now, by `delayed_close`.
    pub(super) fn owner_exited(&self) -> bool {
        loop {
            match self
                .state
                .compare_exchange(IDLE, CLOSED, Ordering::Acquire, Ordering::Acquire)
            {
                Ok(_) => return true,
                Err(BUSY) => {
                    // Whoever is busy with it sees this, or has just finished; then the next turn finds it idle.
                    let _ = self.state.compare_exchange(
                        BUSY,
                        CLOSE_PENDING,
                        Ordering::AcqRel,
                        Ordering::Relaxed,
                    );
                }
                Err(_) => return false,
            }
        }
    }
}

/// The load information is the process that closes the files of others.
pub(super) fn load<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let closer = cx.arg(1).as_local_pid().ok_or(Raise::Badarg)?;
    CLOSER.store(closer, Ordering::Release);
    Ok(Term::atom(known::OK))
}

/// The file that `term` refers to.
pub(super) fn file_of(term: Term<'_>) -> Result<&File, Raise> {
    term.as_reference()
        .and_then(|reference| reference.magic_value::<File>())
        .ok_or(Raise::Badarg)
}

/// Another descriptor for the file that `term` refers to; `None`: it refers to none.
pub(crate) fn duplicate(term: Term<'_>) -> Option<Result<OwnedFd, Errno>> {
    let file = file_of(term).ok()?;
    Some(file.run(|fd| sys::duplicate(fd.as_raw_fd())))
}

/// What `open_nif/2` is asked for.
#[derive(Default)]
struct Modes {
    read: bool,
    write: bool,
    append: bool,
    exclusive: bool,
    sync: bool,
    skip_type_check: bool,
    directory: bool,
}

impl Modes {
    /// Modes that this layer does not know are for others.
    fn of(list: Term<'_>) -> Modes {
        let mut modes = Modes::default();
        for mode in list.list_iter().filter_map(Term::as_atom) {
            match mode.text() {
                "read" => modes.read = true,
                "write" => modes.write = true,
                "append" => modes.append = true,
                "exclusive" => modes.exclusive = true,
                "sync" => modes.sync = true,
                "skip_type_check" => modes.skip_type_check = true,
                "directory" => modes.directory = true,
                _ => {}
            }
        }
        if modes.append || modes.exclusive {
            modes.write = true;
        } else if !modes.write {
            modes.read = true;
        }
        modes
    }
    fn flags(&self) -> OFlags {
        let mut flags = match (self.read, self.write) {
            (true, true) => OFlags::RDWR | OFlags::CREATE,
            (false, true) => OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC,
            _ => OFlags::RDONLY,
        };
        if self.append {
            flags.remove(OFlags::TRUNC);
            flags |= OFlags::APPEND;
        }
        flags.set(OFlags::EXCL, self.exclusive);
        flags.set(OFlags::SYNC, self.sync);
        flags.set(OFlags::DIRECTORY, self.directory);
        flags | OFlags::CLOEXEC
    }
}

fn open(path: &Path<'_>, modes: &Modes) -> Result<OwnedFd, Errno> {
    let permissions = if modes.directory { 0o777 } else { 0o666 };
    let open = || rustix::fs::open(path.text(), modes.flags(), Mode::from_raw_mode(permissions));
    let fd = while_waiting(|| rustix::io::retry_on_intr(open))?;
    // The system opens directories for reading too; whoever wants that says so.
    if !modes.skip_type_check && !modes.directory && is_directory(&fd) {
        return Err(Errno::ISDIR);
    }
    Ok(fd)
}

fn is_directory(fd: &OwnedFd) -> bool {
    rustix::fs::fstat(fd)
        .is_ok_and(|status| FileType::from_raw_mode(status.st_mode) == FileType::Directory)
}

/// A descriptor for reading a whole file.
pub(super) fn open_to_read(path: &Path<'_>) -> Result<OwnedFd, Errno> {
    open(
        path,
        &Modes {
            read: true,
            ..Modes::default()
        },
    )
}

fn reference_or_error<'p>(cx: &mut Cx<'p>, opened: Result<OwnedFd, Errno>) -> NativeResult<'p> {
    match opened {
        Ok(fd) => {
            let reference = cx.make_magic(Box::new(File::new(fd)));
            // One that was killed meanwhile has no owner, and is closed when its heap goes.
            if !cx.process().state.is_exiting() {
                owners::add(cx.process().number, reference);
            }
            Ok(ok_tuple(cx, reference))
        }
        Err(errno) => Ok(error_tuple(cx, errno)),
    }
}

/// `open_nif(Path, Modes)`
pub(super) fn open_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if !cx.arg(1).is_list() {
        return Err(Raise::Badarg);
    }
    let modes = Modes::of(cx.arg(1));
    let opened = Path::of(cx.arg(0)).and_then(|path| open(&path, &modes));
    reference_or_error(cx, opened)
}

/// `file_desc_to_ref_nif(Number)`
pub(super) fn file_desc_to_ref_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let number = cx.arg(0).as_i64().ok_or(Raise::Badarg)?;
    let number = i32::try_from(number).map_err(|_| Raise::Badarg)?;
    reference_or_error(cx, sys::adopt(number))
}

/// `close_nif(File)`
pub(super) fn close_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let result = file_of(cx.arg(0))?.close();
    owners::remove(cx.process().number, cx.arg(0));
    ok_or_error(cx, result)
}

/// `delayed_close_nif(File)`: for a file whose owner has exited.
pub(super) fn delayed_close_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let file = file_of(cx.arg(0))?;
    if file.state.load(Ordering::Acquire) == CLOSED {
        let _ = file.close_descriptor();
    }
    Ok(Term::atom(known::OK))
}

/// `get_handle_nif(File)`: the descriptor as a C `int`.
pub(super) fn get_handle_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    match file_of(cx.arg(0))?.run(|fd| Ok(fd.as_raw_fd())) {
        Ok(number) => Ok(cx.binary(&number.to_ne_bytes())),
        Err(errno) => Ok(error_tuple(cx, errno)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> File {
        let fd = rustix::fs::memfd_create("scratch", rustix::fs::MemfdFlags::CLOEXEC)
            .expect("memory for a file");
        File::new(fd)
    }

    #[test]
    fn a_closed_file_takes_no_operation() {
        let file = file();
        assert!(file.run(|_| Ok(())).is_ok());
        assert_eq!(file.close(), Ok(()));
        assert_eq!(file.run(|_| Ok(())), Err(Errno::INVAL));
        assert_eq!(file.close(), Err(Errno::INVAL));
        assert!(!file.owner_exited());
    }

    #[test]
    fn the_file_of_a_process_that_exited_is_closed_once() {
        let idle = file();
        assert!(idle.owner_exited());
        assert_eq!(idle.run(|_| Ok(())), Err(Errno::INVAL));
        assert_eq!(idle.close_descriptor(), Ok(()));

        let busy = file();
        let result = busy.run(|_| {
            // As if another thread saw the owner exit meanwhile.
            assert!(
                busy.state
                    .compare_exchange(BUSY, CLOSE_PENDING, Ordering::AcqRel, Ordering::Relaxed)
                    .is_ok()
            );
            Ok(1)
        });
        assert_eq!(result, Ok(1));
        assert_eq!(busy.state.load(Ordering::Acquire), CLOSED);
        assert!(busy.fd.lock().is_none());
    }

    #[test]
    fn modes_are_as_documented() {
        let (mut read, mut both) = (Modes::default(), Modes::default());
        read.read = true;
        (both.read, both.write, both.append) = (true, true, true);
        assert_eq!(read.flags(), OFlags::RDONLY | OFlags::CLOEXEC);
        assert_eq!(
            both.flags(),
            OFlags::RDWR | OFlags::CREATE | OFlags::APPEND | OFlags::CLOEXEC
        );
    }
}
