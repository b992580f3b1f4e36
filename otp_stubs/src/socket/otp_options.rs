//! Options of the level `otp`: what is kept here about a socket, and not by the system.

use super::address::domain_term;
use super::state::{BUFFER, CONTROL_BUFFER, Handle, State};
use super::terms::{atom, closed, error_invalid, invalid, is, ok, raise_invalid, uint};
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::process::Message;

/// Their numbers.
mod number {
    pub(super) const DEBUG: i32 = 1001;
    pub(super) const INFORM_ON_WRAP: i32 = 1002;
    pub(super) const CONTROLLING_PROCESS: i32 = 1003;
    pub(super) const RECEIVE_BUFFER: i32 = 1004;
    pub(super) const RECEIVE_CONTROLS: i32 = 1006;
    pub(super) const SEND_CONTROLS: i32 = 1007;
    pub(super) const DESCRIPTOR: i32 = 1008;
    pub(super) const META: i32 = 1009;
    pub(super) const USE_REGISTRY: i32 = 1010;
    pub(super) const SELECT_READ: i32 = 1011;
    pub(super) const DOMAIN: i32 = 1999;
}

/// What becomes of a number that is none of them.
fn unknown<'p>(cx: &mut Cx<'p>, option: i32) -> NativeResult<'p> {
    let what = cx.tuple(&[atom("otp_socket_option"), Term::small(option.into())]);
    Err(raise_invalid(cx, what))
}

/// `default`, or a size that is not zero.
fn size(term: Term<'_>, default: usize) -> Option<usize> {
    if is(term, "default") {
        return Some(default);
    }
    term.as_usize().filter(|&size| size > 0)
}

/// A size, or how many buffers of what size.
fn buffers(term: Term<'_>) -> Option<(u32, usize)> {
    if let Some(size) = size(term, BUFFER) {
        return Some((0, size));
    }
    let [count, each] = term.as_tuple_of::<2>()?;
    let count = uint(count).filter(|&count| count > 0)?;
    Some((count, size(each, BUFFER)?))
}

/// Sets one.
pub(super) fn set<'p>(
    cx: &mut Cx<'p>,
    handle: &Handle<'_>,
    state: &mut State,
    option: i32,
    value: Term<'p>,
) -> NativeResult<'p> {
    let known = matches!(
        option,
        number::DEBUG
            | number::INFORM_ON_WRAP
            | number::CONTROLLING_PROCESS
            | number::RECEIVE_BUFFER
            | number::RECEIVE_CONTROLS
            | number::SEND_CONTROLS
            | number::META
            | number::USE_REGISTRY
    ) || (option == number::SELECT_READ && has_select_read(cx));
    if !known {
        return unknown(cx, option);
    }
    if state.open().is_none() {
        return closed(cx);
    }
    let is_owner = state.owner == Some(cx.process().number);
    let done = match option {
        number::DEBUG => value.as_boolean().map(|on| state.debug = on),
        number::INFORM_ON_WRAP => value.as_boolean().map(|on| state.inform_on_wrap = on),
        number::SELECT_READ => value.as_boolean().map(|on| state.select_read = on),
        number::CONTROLLING_PROCESS | number::META if !is_owner => {
            return error_invalid(cx, "not_owner");
        }
        number::CONTROLLING_PROCESS => value
            .as_local_pid()
            .map(|owner| handle.give_to(state, owner)),
        number::META => {
            state.meta = Message::copy_of(value);
            Some(())
        }
        number::RECEIVE_BUFFER => buffers(value)
            .filter(|(_, size)| isize::try_from(*size).is_ok())
            .map(|(count, size)| (state.buffers, state.buffer) = (count, size)),
        number::RECEIVE_CONTROLS => {
            size(value, CONTROL_BUFFER).map(|size| state.receive_controls = size)
        }
        number::SEND_CONTROLS => size(value, CONTROL_BUFFER).map(|size| state.send_controls = size),
        // Once it is known there it stays known.
        _ => value.as_boolean().filter(|&on| on).map(|_| {
            if !state.use_registry {
                state.use_registry = true;
                handle.tell_registry("add");
            }
        }),
    };
    match done {
        Some(()) => Ok(Term::atom(known::OK)),
        None => invalid(cx, "value"),
    }
}

fn has_select_read(cx: &Cx<'_>) -> bool {
    cx.machine().release.io.sockets.selects_on_read
}

/// Reads one.
pub(super) fn get<'p>(
    cx: &mut Cx<'p>,
    handle: &Handle<'_>,
    state: &State,
    option: i32,
) -> NativeResult<'p> {
    let value = match option {
        // That is told of a closed socket too.
        number::USE_REGISTRY => return ok(cx, Term::boolean(state.use_registry)),
        number::DEBUG => Term::boolean(state.debug),
        number::INFORM_ON_WRAP => Term::boolean(state.inform_on_wrap),
        number::SELECT_READ if has_select_read(cx) => Term::boolean(state.select_read),
        number::CONTROLLING_PROCESS => state.owner.map_or(atom("undefined"), Term::local_pid),
        number::RECEIVE_BUFFER => {
            let size = cx.unsigned(state.buffer as u64);
            match state.buffers {
                0 => size,
                count => cx.tuple(&[Term::small(count.into()), size]),
            }
        }
        number::RECEIVE_CONTROLS => cx.unsigned(state.receive_controls as u64),
        number::SEND_CONTROLS => cx.unsigned(state.send_controls as u64),
        number::DESCRIPTOR => descriptor(state),
        number::META => oxbeam_term::copy::copy(state.meta.term(), cx),
        number::DOMAIN => domain_term(handle.socket.domain),
        _ => return unknown(cx, option),
    };
    if state.open().is_none() {
        return closed(cx);
    }
    ok(cx, value)
}

/// The number of the descriptor; that of one which is not ours to close is the one that was given.
fn descriptor(state: &State) -> Term<'static> {
    use std::os::fd::AsRawFd;
    let number = state
        .open()
        .and_then(|descriptor| descriptor.fd().ok().map(|fd| fd.as_raw_fd()));
    Term::small(number.unwrap_or(-1).into())
}

#[cfg(test)]
mod tests {
    use super::super::terms::int;
    use super::*;

    #[test]
    fn sizes_are_not_zero() {
        assert_eq!(size(Term::small(0), 7), None);
        assert_eq!(size(Term::small(9), 7), Some(9));
        assert_eq!(int(Term::small(1 << 40)), None);
    }
}
