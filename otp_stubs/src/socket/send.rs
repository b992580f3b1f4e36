//! Sending: bytes, messages with addresses and control messages, several of them.

use super::address;
use super::connect::raise_select;
use super::control;
use super::settings::SLICES;
use super::state::{Count, Handle, Role, State, bits, handle_of, magic_of};
use super::terms::{
    atom, closed, error, error_invalid, field, int, invalid, ok, out_of_range, raise_state, reason,
};
use crate::sys::message::{self, Controls};
use crate::sys::socket::Address;
use oxbeam_vm::native::prelude::*;
use rustix::io::Errno;
use std::borrow::Cow;
use std::io::IoSlice;
use std::os::fd::BorrowedFd;

/// What has been asked to be sent.
struct Outcome {
    result: Result<usize, Errno>,
    /// Bytes that were there to be sent at once.
    size: usize,
    /// There is more behind them.
    more: bool,
}

/// Whose turn is it? The result of a caller that has to stand in line.
pub(super) fn wait_for_turn<'p>(
    cx: &mut Cx<'p>,
    handle: &Handle<'_>,
    state: &mut State,
    reference: Term<'p>,
) -> Option<NativeResult<'p>> {
    let caller = cx.process().number;
    match state.line(Role::Writer).current_pid() {
        Some(current) if current != caller => {
            if handle.push(state, Role::Writer, caller, reference) {
                Some(Ok(Term::atom(known::SELECT)))
            } else {
                Some(Err(raise_state(cx)))
            }
        }
        _ => None,
    }
}

/// Sends with `work`, when it is the caller's turn.
fn send_with<'p>(
    cx: &mut Cx<'p>,
    reference: Term<'p>,
    work: impl FnOnce(&mut Cx<'p>, &mut State, BorrowedFd<'_>) -> Result<Outcome, NativeResult<'p>>,
) -> NativeResult<'p> {
    let magic = magic_of(cx.arg(0))?;
    if !reference.is_reference() {
        return Err(Raise::Badarg);
    }
    let handle = handle_of(&magic)?;
    let state = &mut *handle.lock();
    let Some(descriptor) = state.open() else {
        return closed(cx);
    };
    if state.line(Role::Connector).current.is_some() {
        return error_invalid(cx, "state");
    }
    if let Some(result) = wait_for_turn(cx, &handle, state, reference) {
        return result;
    }
    let Ok(fd) = descriptor.fd() else {
        return closed(cx);
    };
    let outcome = match work(cx, state, fd) {
        Ok(outcome) => outcome,
        Err(result) => return result,
    };
    handle.count(state, Count::WriteTries, 1);
    conclude(cx, &handle, state, outcome, reference)
}

fn conclude<'p>(
    cx: &mut Cx<'p>,
    handle: &Handle<'_>,
    state: &mut State,
    outcome: Outcome,
    reference: Term<'p>,
) -> NativeResult<'p> {
    let Outcome { result, size, more } = outcome;
    let written = match result {
        Ok(written) if written >= size && !more => {
            handle.count(state, Count::WritePkg, 1);
            handle.count(state, Count::WriteByte, written);
            state.largest_write.add(written);
            state.largest_write.end();
            end_of_turn(handle, state);
            return Ok(Term::atom(known::OK));
        }
        Ok(written) => Some(written),
        Err(Errno::AGAIN | Errno::INTR) => None,
        Err(errno) => return Ok(fail(cx, handle, state, errno)),
    };
    if let Some(written) = written {
        state.largest_write.add(written);
        if handle.socket.kind != libc::SOCK_STREAM {
            // A packet is sent, however much of it.
            state.largest_write.end();
            handle.count(state, Count::WritePkg, 1);
            handle.count(state, Count::WriteByte, written);
            end_of_turn(handle, state);
            let written = cx.unsigned(written as u64);
            return ok(cx, written);
        }
    }
    let caller = cx.process().number;
    if more
        && let Some(written) = written
        && written >= size
    {
        // The caller goes on with the rest at once.
        handle.set_current(state, Role::Writer, caller, atom("iov"));
        let written = cx.unsigned(written as u64);
        return Ok(cx.tuple(&[atom("iov"), written]));
    }
    handle.set_current(state, Role::Writer, caller, reference);
    if handle.select(state, Role::Writer).is_err() {
        let reason = cx.tuple(&[atom("select_write"), Term::small(-1)]);
        handle.fail_all(state, Role::Writer, reason);
        return Err(raise_select(cx, Role::Writer));
    }
    handle.count(state, Count::WriteWaits, 1);
    state.writing |= bits::SELECTED;
    match written {
        Some(written) => {
            let written = cx.unsigned(written as u64);
            Ok(cx.tuple(&[Term::atom(known::SELECT), written]))
        }
        None => Ok(Term::atom(known::SELECT)),
    }
}

/// The caller has written what it wanted.
pub(super) fn end_of_turn(handle: &Handle<'_>, state: &mut State) {
    if state.line(Role::Writer).current.is_some() {
        handle.cancel_select(state, Role::Writer);
        handle.next(state, Role::Writer);
    }
}

fn fail<'p>(cx: &mut Cx<'p>, handle: &Handle<'_>, state: &mut State, errno: Errno) -> Term<'p> {
    handle.count(state, Count::WriteFails, 1);
    let reason = reason(errno);
    // Anything but a bad argument is taken to hold for all who would write.
    if errno != Errno::INVAL && state.line(Role::Writer).current.is_some() {
        handle.cancel_select(state, Role::Writer);
        handle.fail_all(state, Role::Writer, reason);
    }
    error(cx, reason)
}

/// `nif_send(Socket, Data, Flags, Reference)`
pub(super) fn send_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    magic_of(cx.arg(0))?;
    let (data, flags, reference) = (cx.arg(1), cx.arg(2), cx.arg(3));
    let data = data.as_binary().ok_or(Raise::Badarg)?;
    if !reference.is_reference() {
        return Err(Raise::Badarg);
    }
    let Some(flags) = int(flags) else {
        return out_of_range(cx, flags);
    };
    send_with(cx, reference, |_, _, fd| {
        let slices = [IoSlice::new(&data)];
        Ok(Outcome {
            result: message::send(fd, &slices, None, &Controls::default(), flags),
            size: data.len(),
            more: false,
        })
    })
}

/// `nif_sendto(Socket, Data, Address, Flags, Reference)`
pub(super) fn sendto_5<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    magic_of(cx.arg(0))?;
    let (data, flags, reference) = (cx.arg(1), cx.arg(3), cx.arg(4));
    let data = data.as_binary().ok_or(Raise::Badarg)?;
    if !reference.is_reference() {
        return Err(Raise::Badarg);
    }
    let Some(flags) = int(flags) else {
        return out_of_range(cx, flags);
    };
    let Some(address) = address::decode(cx.arg(2)) else {
        return invalid(cx, "sockaddr");
    };
    send_with(cx, reference, |_, _, fd| {
        let slices = [IoSlice::new(&data)];
        let controls = Controls::default();
        Ok(Outcome {
            result: message::send(fd, &slices, Some(&address), &controls, flags),
            size: data.len(),
            more: false,
        })
    })
}

/// Binaries of a list, as many as are sent at once, and whether there is more that is not empty.
struct Vector<'p> {
    binaries: Vec<Cow<'p, [u8]>>,
    size: usize,
    more: bool,
}

impl<'p> Vector<'p> {
    /// `None`: it is no list of binaries, as far as was looked; only a stream may have more than is sent at once.
    fn of(term: Term<'p>, stream: bool) -> Option<Vector<'p>> {
        let mut elements = term.list_iter();
        let mut vector = Vector {
            binaries: Vec::new(),
            size: 0,
            more: false,
        };
        for element in elements.by_ref().take(SLICES) {
            let binary = element.as_binary()?;
            vector.size = vector.size.checked_add(binary.len())?;
            vector.binaries.push(binary);
        }
        for element in elements.by_ref() {
            if !element.as_binary().is_some_and(|binary| binary.is_empty()) {
                vector.more = true;
                break;
            }
        }
        if (vector.more && !stream) || (!vector.more && !elements.rest().is_nil()) {
            return None;
        }
        Some(vector)
    }
    fn slices(&self) -> Vec<IoSlice<'_>> {
        self.binaries
            .iter()
            .map(|binary| IoSlice::new(binary))
            .collect()
    }
}

fn is_stream(socket: Term<'_>) -> Result<bool, Raise> {
    let magic = magic_of(socket)?;
    Ok(handle_of(&magic)?.socket.kind == libc::SOCK_STREAM)
}

/// What a message says besides its data.
struct Envelope {
    to: Option<Address>,
    controls: Controls,
}

/// `Err`: which part of it is wrong.
fn envelope(message: Term<'_>, state: &State) -> Result<Envelope, &'static str> {
    let to = match field(message, "addr") {
        Some(address) => Some(address::decode(address).ok_or("addr")?),
        None => None,
    };
    let controls = match field(message, "ctrl") {
        Some(controls) => control::decode_all(controls, state.send_controls).ok_or("ctrl")?,
        None => Controls::default(),
    };
    Ok(Envelope { to, controls })
}

/// `nif_sendmsg(Socket, Message, Flags, Reference, Data)`
pub(super) fn sendmsg_5<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let stream = is_stream(cx.arg(0))?;
    let (message, flags, reference, data) = (cx.arg(1), cx.arg(2), cx.arg(3), cx.arg(4));
    if !reference.is_reference() || !message.is_map() {
        return Err(Raise::Badarg);
    }
    let Some(flags) = int(flags) else {
        return out_of_range(cx, flags);
    };
    send_with(cx, reference, |cx, state, fd| {
        let envelope = envelope(message, state).map_err(|part| invalid(cx, part));
        let vector = match (&envelope, Vector::of(data, stream)) {
            (_, Some(vector)) => vector,
            // A bad address is found before bad data, and those before bad control messages.
            (Err(Ok(term)), None) if addresses(*term) => return Err(Ok(*term)),
            (_, None) => return Err(invalid(cx, "iov")),
        };
        let envelope = envelope?;
        let result = message::send(
            fd,
            &vector.slices(),
            envelope.to.as_ref(),
            &envelope.controls,
            flags,
        );
        Ok(Outcome {
            result,
            size: vector.size,
            more: vector.more,
        })
    })
}

/// Is this `{invalid, addr}`?
fn addresses(term: Term<'_>) -> bool {
    term.as_tuple_of::<2>()
        .is_some_and(|[_, part]| part.as_atom().is_some_and(|part| part.text() == "addr"))
}

/// `nif_sendv(Socket, Data, Reference)`
pub(super) fn sendv_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let stream = is_stream(cx.arg(0))?;
    let (data, reference) = (cx.arg(1), cx.arg(2));
    if !reference.is_reference() {
        return Err(Raise::Badarg);
    }
    send_with(cx, reference, |cx, _, fd| {
        let vector = Vector::of(data, stream).ok_or_else(|| invalid(cx, "iov"))?;
        let result = message::send(fd, &vector.slices(), None, &Controls::default(), 0);
        Ok(Outcome {
            result,
            size: vector.size,
            more: vector.more,
        })
    })
}

/// Messages that are sent or received at once.
pub(super) const MESSAGES: usize = 1024;

/// `nif_sendmmsg(Socket, Messages, Flags, Reference)`: `ok`, or `{ok, [{Index, Written}]}` of those that were cut.
pub(super) fn sendmmsg_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    magic_of(cx.arg(0))?;
    let (messages, flags, reference) = (cx.arg(1), cx.arg(2), cx.arg(3));
    if !reference.is_reference() || !messages.is_list() {
        return Err(Raise::Badarg);
    }
    let Some(flags) = int(flags) else {
        return out_of_range(cx, flags);
    };
    let Some(messages) = messages.proper_list() else {
        return Err(Raise::Badarg);
    };
    if !messages.iter().all(|message| message.is_map()) {
        return Err(Raise::Badarg);
    }
    if messages.is_empty() {
        // Nothing to do, but only for a socket that could.
        return send_with(cx, reference, |_, _, _| Err(Ok(Term::atom(known::OK))));
    }
    let mut cut = Vec::new();
    let result = send_with(cx, reference, |cx, state, fd| {
        let mut prepared = Vec::new();
        for message in messages.iter().take(MESSAGES) {
            let envelope = match envelope(*message, state) {
                Ok(envelope) => envelope,
                Err("addr") => return Err(invalid(cx, "addr")),
                Err(part) => match field(*message, "iov") {
                    Some(data) if Vector::of(data, false).is_some() => {
                        return Err(invalid(cx, part));
                    }
                    _ => return Err(Err(Raise::Badarg)),
                },
            };
            let data = field(*message, "iov").ok_or(Err(Raise::Badarg))?;
            let vector = Vector::of(data, false).ok_or(Err(Raise::Badarg))?;
            prepared.push((envelope, vector));
        }
        for (index, (envelope, vector)) in prepared.iter().enumerate() {
            let slices = vector.slices();
            let sent = message::send(fd, &slices, envelope.to.as_ref(), &envelope.controls, flags);
            match sent {
                Ok(written) if written == vector.size => {}
                Ok(written) => cut.push((index, written)),
                Err(errno) if index == 0 => {
                    return Ok(Outcome {
                        result: Err(errno),
                        size: 0,
                        more: false,
                    });
                }
                Err(_) => {
                    // What has not been sent is told by none of it having been.
                    cut.extend((index..messages.len()).map(|index| (index, 0)));
                    break;
                }
            }
        }
        Err(Ok(Term::atom(known::OK)))
    })?;
    if cut.is_empty() {
        return Ok(result);
    }
    let pairs: Vec<_> = cut
        .into_iter()
        .map(|(index, written)| {
            let written = cx.unsigned(written as u64);
            cx.tuple(&[Term::small(index as i64), written])
        })
        .collect();
    let pairs = cx.list(pairs);
    ok(cx, pairs)
}
