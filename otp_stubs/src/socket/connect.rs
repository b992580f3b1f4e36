//! Connecting, accepting, and taking requests back.

use super::address;
use super::state::{Count, Descriptor, Handle, Role, State, bits, create, handle_of, magic_of};
use super::terms::{
    atom, closed, done, error, error_invalid, failed, invalid, ok, raise_state, reason,
};
use crate::sys::socket as system;
use oxbeam_vm::native::prelude::*;
use rustix::io::Errno;
use std::os::fd::OwnedFd;

/// The exception of a descriptor that can't be waited for.
pub(super) fn raise_select(cx: &mut Cx<'_>, role: Role) -> Raise {
    let what = match role {
        Role::Reader | Role::Acceptor => "select_read",
        Role::Writer | Role::Connector => "select_write",
    };
    let reason = cx.tuple(&[atom(what), Term::small(-1)]);
    cx.error(reason)
}

/// `nif_connect(Socket, Reference, Address)`
pub(super) fn connect_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let magic = magic_of(cx.arg(0))?;
    if !cx.arg(1).is_reference() {
        return Err(Raise::Badarg);
    }
    if cx.arg(2).is_list() {
        // Several addresses at once: SCTP.
        return Err(Raise::Notsup);
    }
    let Some(address) = address::decode(cx.arg(2)) else {
        return invalid(cx, "sockaddr");
    };
    let handle = handle_of(&magic)?;
    let state = &mut *handle.lock();
    let Some(descriptor) = state.open() else {
        return closed(cx);
    };
    if state.line(Role::Writer).current.is_some() {
        return error_invalid(cx, "state");
    }
    let caller = cx.process().number;
    match state.line(Role::Connector).current_pid() {
        Some(pid) if pid == caller => return finish(cx, &handle, state, &descriptor),
        Some(_) => return Ok(error(cx, atom("already"))),
        None => {}
    }
    match descriptor.fd().and_then(|fd| system::connect(fd, &address)) {
        Ok(()) => {
            state.writing |= bits::CONNECTED;
            Ok(Term::atom(known::OK))
        }
        Err(Errno::INPROGRESS) => {
            handle.set_current(state, Role::Connector, caller, cx.arg(1));
            if handle.select(state, Role::Connector).is_err() {
                state.line_mut(Role::Connector).current = None;
                return Err(raise_select(cx, Role::Connector));
            }
            state.writing |= bits::CONNECTING;
            Ok(Term::atom(known::SELECT))
        }
        Err(errno) => Ok(failed(cx, errno)),
    }
}

/// `nif_connect(Socket)`: what has become of it.
pub(super) fn connect_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let magic = magic_of(cx.arg(0))?;
    let handle = handle_of(&magic)?;
    let state = &mut *handle.lock();
    let Some(descriptor) = state.open() else {
        return closed(cx);
    };
    if state.line(Role::Writer).current.is_some() {
        return error_invalid(cx, "state");
    }
    if state.line(Role::Connector).current_pid() != Some(cx.process().number) {
        return Err(raise_state(cx));
    }
    finish(cx, &handle, state, &descriptor)
}

fn finish<'p>(
    cx: &mut Cx<'p>,
    handle: &Handle<'_>,
    state: &mut State,
    descriptor: &Descriptor,
) -> NativeResult<'p> {
    state.line_mut(Role::Connector).current = None;
    state.writing &= !bits::CONNECTING;
    let result = descriptor.fd().and_then(|fd| handle.pending_error(fd));
    if result.is_ok() {
        state.writing |= bits::CONNECTED;
    }
    done(cx, result)
}

/// `nif_accept(Socket, Reference)`
pub(super) fn accept_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let magic = magic_of(cx.arg(0))?;
    let reference = cx.arg(1);
    if !reference.is_reference() {
        return Err(Raise::Badarg);
    }
    let handle = handle_of(&magic)?;
    let state = &mut *handle.lock();
    let Some(descriptor) = state.open() else {
        return closed(cx);
    };
    if state.line(Role::Reader).current.is_some() {
        return error_invalid(cx, "state");
    }
    let caller = cx.process().number;
    let current = state.line(Role::Acceptor).current_pid();
    if current.is_some_and(|current| current != caller) {
        return if handle.push(state, Role::Acceptor, caller, reference) {
            Ok(Term::atom(known::SELECT))
        } else {
            Err(raise_state(cx))
        };
    }
    handle.count(state, Count::AccTries, 1);
    match descriptor.fd().and_then(system::accept) {
        Ok(fd) => {
            handle.count(state, Count::AccSuccess, 1);
            if current.is_some() {
                handle.cancel_select(state, Role::Acceptor);
                handle.next(state, Role::Acceptor);
            }
            let socket = accepted(cx, &handle, state, fd);
            ok(cx, socket)
        }
        Err(Errno::AGAIN) => {
            if current.is_some() {
                // Somebody else has taken the connection, or the caller has not waited for its message.
                handle.count(state, Count::AccWaits, 1);
                let waited = handle.cancel_select(state, Role::Acceptor);
                let line = state.line_mut(Role::Acceptor);
                if waited && let Some(before) = line.current.take() {
                    handle.abort(&before, atom("cancelled"));
                }
            }
            handle.set_current(state, Role::Acceptor, caller, reference);
            if handle.select(state, Role::Acceptor).is_err() {
                handle.next(state, Role::Acceptor);
                return Err(raise_select(cx, Role::Acceptor));
            }
            state.reading |= bits::ACCEPTING;
            Ok(Term::atom(known::SELECT))
        }
        Err(errno) => {
            handle.count(state, Count::AccFails, 1);
            if current.is_some() {
                handle.cancel_select(state, Role::Acceptor);
                handle.fail_all(state, Role::Acceptor, reason(errno));
            }
            Ok(failed(cx, errno))
        }
    }
}

/// The socket of an accepted connection; it takes after the one that listens.
fn accepted<'p>(cx: &mut Cx<'p>, handle: &Handle<'_>, from: &mut State, fd: OwnedFd) -> Term<'p> {
    let mut state = State::new(Descriptor::new(fd, true));
    if cx.machine().release.io.sockets.marks_listener {
        from.writing |= bits::CONNECTED;
    } else {
        state.writing |= bits::CONNECTED;
    }
    state.buffer = from.buffer;
    state.buffers = from.buffers;
    state.receive_controls = from.receive_controls;
    state.send_controls = from.send_controls;
    state.inform_on_wrap = from.inform_on_wrap;
    state.debug = from.debug;
    state.use_registry = from.use_registry;
    let socket = handle.socket;
    create(cx, (socket.domain, socket.kind, socket.protocol), state)
}

/// `nif_cancel(Socket, Operation, Reference)`: `ok`, `select_sent` if the message is there already, or that there is no such request.
pub(super) fn cancel_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let magic = magic_of(cx.arg(0))?;
    let (operation, reference) = (cx.arg(1), cx.arg(2));
    if operation.as_atom().is_none() || !reference.is_reference() {
        return Err(Raise::Badarg);
    }
    let handle = handle_of(&magic)?;
    let state = &mut *handle.lock();
    if state.open().is_none() {
        return closed(cx);
    }
    let role = match operation.as_atom().map(Atom::text) {
        Some("connect") => Role::Connector,
        Some("accept") => Role::Acceptor,
        Some("recv" | "recvfrom" | "recvmsg" | "recvmmsg") => Role::Reader,
        Some("send" | "sendto" | "sendmsg" | "sendmmsg" | "sendv" | "sendfile") => Role::Writer,
        _ => return Err(Raise::Badarg),
    };
    let caller = cx.process().number;
    let line = state.line_mut(role);
    let is_it = |reference_of: &super::state::Requestor| {
        reference_of.pid == caller && reference_of.reference.term().eq_exact(reference)
    };
    if line.current.as_ref().is_some_and(is_it) {
        let waited = handle.cancel_select(state, role);
        if role == Role::Connector {
            state.writing &= !bits::CONNECTING;
        }
        handle.next(state, role);
        return Ok(if waited {
            Term::atom(known::OK)
        } else {
            atom("select_sent")
        });
    }
    if line.current_pid() != Some(caller)
        && let Some(place) = line.waiting.iter().position(is_it)
    {
        line.waiting.remove(place);
        return Ok(Term::atom(known::OK));
    }
    if role == Role::Connector && cx.machine().release.io.sockets.unknown_connect_is_error {
        return Ok(error(cx, atom("not_found")));
    }
    Ok(atom("not_found"))
}
