//! Directories, links, names, and the working directory.

use super::Path;
use crate::errors::{error_tuple, ok_or_error, ok_tuple};
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::sched::while_waiting;
use rustix::fs::{Dir, Mode, OFlags};
use rustix::io::Errno;
use std::ffi::CStr;

/// One argument, a path.
fn on_path<'p>(
    cx: &mut Cx<'p>,
    operation: impl FnOnce(&CStr) -> Result<(), Errno>,
) -> NativeResult<'p> {
    let result = Path::of(cx.arg(0)).and_then(|path| while_waiting(|| operation(path.text())));
    ok_or_error(cx, result)
}

/// Two arguments, paths.
fn on_paths<'p>(
    cx: &mut Cx<'p>,
    operation: impl FnOnce(&CStr, &CStr) -> Result<(), Errno>,
) -> NativeResult<'p> {
    let result = Path::of(cx.arg(0))
        .and_then(|first| Ok((first, Path::of(cx.arg(1))?)))
        .and_then(|(first, second)| while_waiting(|| operation(first.text(), second.text())));
    ok_or_error(cx, result)
}

fn bytes_result<'p>(cx: &mut Cx<'p>, result: Result<impl AsRef<CStr>, Errno>) -> NativeResult<'p> {
    Ok(match result {
        Ok(bytes) => {
            let binary = cx.binary(bytes.as_ref().to_bytes());
            ok_tuple(cx, binary)
        }
        Err(errno) => error_tuple(cx, errno),
    })
}

/// `list_dir_nif(Path)`: the names, the last that the system gives first.
pub(super) fn list_dir_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let opened = Path::of(cx.arg(0)).and_then(|path| {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        while_waiting(|| rustix::fs::open(path.text(), flags, Mode::empty()).and_then(Dir::new))
    });
    let directory = match opened {
        Ok(directory) => directory,
        Err(errno) => return Ok(error_tuple(cx, errno)),
    };
    let mut names = Term::NIL;
    // An error in the middle ends the listing.
    for entry in directory.map_while(Result::ok) {
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." {
            let name = cx.binary(name);
            names = cx.cons(name, names);
        }
    }
    Ok(ok_tuple(cx, names))
}

/// `make_dir_nif(Path)`
pub(super) fn make_dir_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    on_path(cx, |path| {
        rustix::fs::mkdir(path, Mode::from_raw_mode(0o777))
    })
}

/// `del_dir_nif(Path)`
pub(super) fn del_dir_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    on_path(cx, |path| match rustix::fs::rmdir(path) {
        Err(Errno::NOTEMPTY | Errno::EXIST) => {
            if is_working_directory(path) {
                Err(Errno::INVAL)
            } else {
                Err(Errno::EXIST)
            }
        }
        result => result,
    })
}

fn is_working_directory(path: &CStr) -> bool {
    match (rustix::fs::stat(path), rustix::fs::stat(c".")) {
        (Ok(one), Ok(other)) => one.st_ino == other.st_ino && one.st_dev == other.st_dev,
        _ => false,
    }
}

/// `del_file_nif(Path)`
pub(super) fn del_file_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    on_path(cx, |path| match rustix::fs::unlink(path) {
        // Linux says so of directories; POSIX has EPERM.
        Err(Errno::ISDIR) => Err(Errno::PERM),
        result => result,
    })
}

/// `rename_nif(From, To)`
pub(super) fn rename_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    on_paths(cx, |from, to| match rustix::fs::rename(from, to) {
        Err(Errno::NOTEMPTY) => Err(Errno::EXIST),
        Err(_) if from == c"/" => Err(Errno::INVAL),
        result => result,
    })
}

/// `make_hard_link_nif(Existing, New)`
pub(super) fn make_hard_link_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    on_paths(cx, |existing, new| rustix::fs::link(existing, new))
}

/// `make_soft_link_nif(Existing, New)`
pub(super) fn make_soft_link_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    on_paths(cx, |existing, new| rustix::fs::symlink(existing, new))
}

/// `read_link_nif(Path)`
pub(super) fn read_link_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let result = Path::of(cx.arg(0))
        .and_then(|path| while_waiting(|| rustix::fs::readlink(path.text(), Vec::new())));
    bytes_result(cx, result)
}

/// `altname_nif(Path)`: there are no short names here.
pub(super) fn altname_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let result = Path::of(cx.arg(0)).and(Err(Errno::NOTSUP));
    ok_or_error(cx, result)
}

/// `get_cwd_nif()`
pub(super) fn get_cwd_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    bytes_result(cx, rustix::process::getcwd(Vec::new()))
}

/// `set_cwd_nif(Path)`
pub(super) fn set_cwd_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    on_path(cx, |path| rustix::process::chdir(path))
}

/// `get_device_cwd_nif(Device)`: there are no devices with a directory of their own here.
pub(super) fn get_device_cwd_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    cx.arg(0).as_small().ok_or(Raise::Badarg)?;
    Ok(error_tuple(cx, Errno::NOTSUP))
}
