//! What a file is: `#file_info{}`, owner, permissions, times.

use super::Path;
use super::handle::file_of;
use crate::errors::{error_tuple, ok_or_error};
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::sched::while_waiting;
use rustix::fs::{Access, AtFlags, CWD, FileType, Mode, Stat, Timespec, Timestamps};
use rustix::process::{Gid, Uid};

/// 1902-01-01 00:00:00, from which on times convert freely between posix, local and universal time.
const FIRST_TIME: i64 = -2_145_916_800;
/// 9999-12-31 23:59:59, to which they do; OTP 25 had no such limit.
const LAST_TIME: i64 = 253_402_300_799;

/// `#file_info{}`, with the times in seconds since 1970.
#[allow(
    clippy::unnecessary_cast,
    reason = "the fields differ between architectures"
)]
fn file_info<'p>(cx: &mut Cx<'p>, status: &Stat, readable: bool, writable: bool) -> Term<'p> {
    let kind = match FileType::from_raw_mode(status.st_mode) {
        FileType::CharacterDevice | FileType::BlockDevice => "device",
        FileType::Directory => "directory",
        FileType::RegularFile => "regular",
        FileType::Symlink => "symlink",
        _ => "other",
    };
    let access = match (readable, writable) {
        (true, true) => "read_write",
        (true, false) => "read",
        (false, true) => "write",
        (false, false) => "none",
    };
    let last = if cx.machine().release.io.file_times_end {
        LAST_TIME
    } else {
        i64::MAX >> 8
    };
    let time = |seconds: i64| Term::small(seconds.clamp(FIRST_TIME, last));
    // Wider numbers are cut to 32 bits, as OTP does.
    let number = |value: u64| Term::small(i64::from(value as u32));
    let size = cx.unsigned(status.st_size as u64);
    cx.tuple(&[
        Term::atom(Atom::of("file_info")),
        size,
        Term::atom(Atom::of(kind)),
        Term::atom(Atom::of(access)),
        time(status.st_atime as i64),
        time(status.st_mtime as i64),
        time(status.st_ctime as i64),
        number(status.st_mode.into()),
        number(status.st_nlink as u64),
        number(status.st_dev as u64),
        number(status.st_rdev as u64),
        number(status.st_ino as u64),
        number(status.st_uid.into()),
        number(status.st_gid.into()),
    ])
}

/// `read_info_nif(Path, FollowLinks)`
pub(super) fn read_info_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let follow = int(cx.arg(1))? != 0;
    let look = |path: &Path<'_>| {
        let status = if follow {
            rustix::fs::stat(path.text())?
        } else {
            rustix::fs::lstat(path.text())?
        };
        let may = |access| rustix::fs::access(path.text(), access).is_ok();
        Ok((status, may(Access::READ_OK), may(Access::WRITE_OK)))
    };
    let result = Path::of(cx.arg(0)).and_then(|path| while_waiting(|| look(&path)));
    Ok(match result {
        Ok((status, readable, writable)) => file_info(cx, &status, readable, writable),
        Err(errno) => error_tuple(cx, errno),
    })
}

/// `read_handle_info_nif(File)`
pub(super) fn read_handle_info_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(match file_of(cx.arg(0))?.run(|fd| rustix::fs::fstat(fd)) {
        Ok(status) => {
            let (read, write) = if status.st_uid == rustix::process::geteuid().as_raw() {
                (0o400, 0o200)
            } else if status.st_gid == rustix::process::getegid().as_raw() {
                (0o040, 0o020)
            } else {
                (0o004, 0o002)
            };
            let may = |bit| status.st_mode & bit != 0;
            file_info(cx, &status, may(read), may(write))
        }
        Err(errno) => error_tuple(cx, errno),
    })
}

/// A C `int`.
fn int(term: Term<'_>) -> Result<i32, Raise> {
    term.as_small()
        .and_then(|value| i32::try_from(value).ok())
        .ok_or(Raise::Badarg)
}

/// `set_permissions_nif(Path, Mode)`
pub(super) fn set_permissions_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mode = cx
        .arg(1)
        .as_small()
        .and_then(|mode| u32::try_from(mode).ok())
        .ok_or(Raise::Badarg)?;
    let change = |path: &Path<'_>| {
        rustix::fs::chmod(path.text(), Mode::from_raw_mode(mode & 0o6777))
            // Not everyone may set the bits that change the user.
            .or_else(|_| rustix::fs::chmod(path.text(), Mode::from_raw_mode(mode & 0o777)))
    };
    let result = Path::of(cx.arg(0)).and_then(|path| while_waiting(|| change(&path)));
    ok_or_error(cx, result)
}

/// `set_owner_nif(Path, User, Group)`; -1 leaves it.
pub(super) fn set_owner_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (user, group) = (int(cx.arg(1))?, int(cx.arg(2))?);
    let result = Path::of(cx.arg(0)).and_then(|path| {
        let user = (user != -1).then(|| Uid::from_raw(user as u32));
        let group = (group != -1).then(|| Gid::from_raw(group as u32));
        while_waiting(|| rustix::fs::chown(path.text(), user, group))
    });
    ok_or_error(cx, result)
}

/// `set_time_nif(Path, Accessed, Modified, Created)`; nobody can set the third.
pub(super) fn set_time_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let seconds = |term: Term<'_>| term.as_i64().ok_or(Raise::Badarg);
    let (accessed, modified) = (seconds(cx.arg(1))?, seconds(cx.arg(2))?);
    seconds(cx.arg(3))?;
    let whole = |seconds| Timespec {
        tv_sec: seconds,
        tv_nsec: 0,
    };
    let times = Timestamps {
        last_access: whole(accessed),
        last_modification: whole(modified),
    };
    let set = |path: &Path<'_>| rustix::fs::utimensat(CWD, path.text(), &times, AtFlags::empty());
    let result = Path::of(cx.arg(0)).and_then(|path| while_waiting(|| set(&path)));
    ok_or_error(cx, result)
}
