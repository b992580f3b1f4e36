//! Sending a file: the system copies it to the socket, as far as that goes now. On a dirty scheduler, for files may have to be waited for;
//! meanwhile the socket is free for others, but not for others who write.

use super::connect::raise_select;
use super::send::{end_of_turn, wait_for_turn};
use super::state::{Count, Handle, Role, State, bits, handle_of, magic_of};
use super::terms::{atom, closed, error, error_invalid, ok, out_of_range, raise_state, reason};
use crate::file;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::sched::while_waiting;
use parking_lot::MutexGuard;
use rustix::io::Errno;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::Arc;

/// Bytes that the system is asked to send at once.
const CHUNK: u64 = 0x2000_0000;

/// What has become of it.
struct Sent {
    /// Times that the system was asked, and times that it sent something.
    calls: usize,
    pieces: usize,
    bytes: u64,
    /// The error that ended it; `AGAIN` if the socket takes no more for now.
    end: Result<(), Errno>,
}

/// Sends `count` bytes, or all if that is zero.
fn send(socket: BorrowedFd<'_>, file: &OwnedFd, mut offset: u64, count: u64) -> Sent {
    let mut sent = Sent {
        calls: 0,
        pieces: 0,
        bytes: 0,
        end: Ok(()),
    };
    loop {
        let left = if count > 0 { count - sent.bytes } else { CHUNK };
        let result =
            rustix::fs::sendfile(socket, file, Some(&mut offset), left.min(CHUNK) as usize);
        sent.calls += 1;
        match result {
            Ok(0) => return sent,
            Ok(bytes) => {
                sent.pieces += 1;
                sent.bytes += bytes as u64;
                if count > 0 && sent.bytes >= count {
                    return sent;
                }
            }
            Err(Errno::INTR) => {}
            Err(errno) => {
                sent.end = Err(errno);
                return sent;
            }
        }
    }
}

/// Where to begin, and how many bytes; the system refuses what is negative.
fn range<'p>(cx: &mut Cx<'p>) -> Result<(u64, u64), NativeResult<'p>> {
    let (offset, count) = (cx.arg(2), cx.arg(3));
    match (offset.as_i64(), count.as_u64()) {
        (Some(offset), Some(count)) => Ok((offset as u64, count)),
        _ if !offset.is_integer() || !count.is_integer() => Err(Err(Raise::Badarg)),
        (None, _) => Err(out_of_range(cx, offset)),
        _ => Err(out_of_range(cx, count)),
    }
}

/// `nif_sendfile(Socket, Reference, Offset, Count, File)`
pub(super) fn start_5<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let magic = magic_of(cx.arg(0))?;
    let reference = cx.arg(1);
    if !reference.is_reference() || !cx.arg(4).is_reference() {
        return Err(Raise::Badarg);
    }
    let range = match range(cx) {
        Ok(range) => range,
        Err(result) => return result,
    };
    // Before the socket is locked, for this may wait.
    let file = file::handle::duplicate(cx.arg(4));
    let handle = handle_of(&magic)?;
    let mut guard = handle.lock();
    let state = &mut *guard;
    if state.open().is_none() {
        return closed(cx);
    }
    if state.line(Role::Connector).current.is_some() {
        return error_invalid(cx, "state");
    }
    if let Some(result) = wait_for_turn(cx, &handle, state, reference) {
        return result;
    }
    if state.file.is_some() {
        return error_invalid(cx, "state");
    }
    state.sends_files = true;
    let file = match file {
        None => {
            let reason = cx.tuple(&[atom("invalid"), atom("efile")]);
            return Ok(fail(cx, &handle, state, reason));
        }
        Some(Err(errno)) => return Ok(fail(cx, &handle, state, reason(errno))),
        Some(Ok(file)) => file,
    };
    state.file = Some(Arc::new(file));
    handle.count(state, Count::SendfileTries, 1);
    state.largest_sendfile.now = 0;
    run(cx, &handle, guard, reference, range)
}

/// `nif_sendfile(Socket, Reference, Offset, Count)`: goes on after the socket has become ready.
pub(super) fn continue_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let magic = magic_of(cx.arg(0))?;
    let reference = cx.arg(1);
    if !reference.is_reference() {
        return Err(Raise::Badarg);
    }
    let range = match range(cx) {
        Ok(range) => range,
        Err(result) => return result,
    };
    let handle = handle_of(&magic)?;
    let state = handle.lock();
    if state.open().is_none() {
        return closed(cx);
    }
    if state.line(Role::Connector).current.is_some() {
        return error_invalid(cx, "state");
    }
    let current = state.line(Role::Writer).current_pid();
    if current != Some(cx.process().number) || state.file.is_none() {
        return Err(raise_state(cx));
    }
    run(cx, &handle, state, reference, range)
}

fn run<'p>(
    cx: &mut Cx<'p>,
    handle: &Handle<'_>,
    mut guard: MutexGuard<'_, State>,
    reference: Term<'p>,
    (offset, count): (u64, u64),
) -> NativeResult<'p> {
    let caller = cx.process().number;
    // Nobody else writes meanwhile.
    handle.set_current(&mut guard, Role::Writer, caller, reference);
    let (Some(descriptor), Some(file)) = (guard.open(), guard.file.clone()) else {
        return closed(cx);
    };
    drop(guard);
    let sent = while_waiting(|| match descriptor.fd() {
        Ok(fd) => send(fd, &file, offset, count),
        Err(errno) => Sent {
            calls: 0,
            pieces: 0,
            bytes: 0,
            end: Err(errno),
        },
    });
    drop(descriptor);
    let state = &mut *handle.lock();
    handle.count(state, Count::Sendfile, sent.calls);
    handle.count(state, Count::SendfilePkg, sent.pieces);
    handle.count(state, Count::SendfileByte, sent.bytes as usize);
    state.sendfile_pkg_max = state.sendfile_pkg_max.max(sent.bytes);
    let largest = &mut state.largest_sendfile;
    largest.add(sent.bytes as usize);
    largest.most = largest.most.max(largest.now);
    if state.open().is_none() || cx.process().state.is_exiting() {
        // Closed meanwhile: whoever closed it has seen to the rest.
        return closed(cx);
    }
    let bytes = cx.unsigned(sent.bytes);
    match sent.end {
        Ok(()) => {
            let file = state.file.take();
            end_of_turn(handle, state);
            drop(file);
            ok(cx, bytes)
        }
        Err(Errno::AGAIN) => {
            if handle.select(state, Role::Writer).is_err() {
                state.file = None;
                let reason = cx.tuple(&[atom("select_write"), Term::small(-1)]);
                handle.fail_all(state, Role::Writer, reason);
                return Err(raise_select(cx, Role::Writer));
            }
            handle.count(state, Count::SendfileWaits, 1);
            state.writing |= bits::SELECTED;
            Ok(cx.tuple(&[Term::atom(known::SELECT), bytes]))
        }
        Err(errno) => {
            state.file = None;
            Ok(fail(cx, handle, state, reason(errno)))
        }
    }
}

fn fail<'p>(cx: &mut Cx<'p>, handle: &Handle<'_>, state: &mut State, reason: Term<'p>) -> Term<'p> {
    handle.count(state, Count::SendfileFails, 1);
    if state.line(Role::Writer).current.is_some() {
        handle.cancel_select(state, Role::Writer);
        handle.fail_all(state, Role::Writer, reason);
    }
    error(cx, reason)
}

/// `nif_sendfile(Socket)`: closes the file of a socket that has closed while it was being sent.
pub(super) fn deferred_close_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let magic = magic_of(cx.arg(0))?;
    let file = handle_of(&magic)?.lock().file.take();
    match file {
        Some(file) => {
            while_waiting(|| drop(file));
            Ok(Term::atom(known::OK))
        }
        None => error_invalid(cx, "state"),
    }
}
