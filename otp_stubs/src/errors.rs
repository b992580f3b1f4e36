//! Results that carry an error of the operating system.

use oxbeam_vm::native::prelude::*;
use oxbeam_vm::posix;
use rustix::io::Errno;

/// `{error, Posix}`
pub(crate) fn error_tuple<'p>(cx: &mut Cx<'p>, errno: Errno) -> Term<'p> {
    let name = posix::error_atom(errno.raw_os_error());
    cx.tuple(&[Term::atom(known::ERROR), Term::atom(name)])
}

/// `{ok, Value}`
pub(crate) fn ok_tuple<'p>(cx: &mut Cx<'p>, value: Term<'p>) -> Term<'p> {
    cx.tuple(&[Term::atom(known::OK), value])
}

/// `ok`, or `{error, Posix}`
pub(crate) fn ok_or_error<'p>(cx: &mut Cx<'p>, result: Result<(), Errno>) -> NativeResult<'p> {
    Ok(match result {
        Ok(()) => Term::atom(known::OK),
        Err(errno) => error_tuple(cx, errno),
    })
}
