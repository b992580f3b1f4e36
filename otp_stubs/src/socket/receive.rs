//! Receiving: bytes of streams, datagrams, messages with addresses and control messages, several of them.
//!
//! A read of a stream asks for a number of bytes, or for what is there (zero). What a read does that finds fewer bytes than it asks for
//! depends on the release: [`ShortReads`].

use super::address;
use super::connect::raise_select;
use super::control;
use super::send::MESSAGES;
use super::state::{Count, Descriptor, Handle, Role, State, handle_of, magic_of};
use super::supports;
use super::terms::{
    atom, closed, error, error_invalid, int, is, map, ok, out_of_range, raise_state, reason,
};
use crate::sys::message::{self, Controls, Received};
use oxbeam_term::binary::refc::SharedBytes;
use oxbeam_vm::machine::machine;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::release::ShortReads;
use rustix::io::Errno;
use std::sync::Arc;

/// Room that is made without asking how much there is to receive.
const ROOM: usize = 256 << 10;

/// A request that has come to the socket in its turn.
struct Turn<'a> {
    handle: Handle<'a>,
    state: &'a mut State,
    descriptor: Arc<Descriptor>,
    caller: u64,
}

/// May the caller wait? If not, it says `zero` in place of a reference.
fn waits(reference: Term<'_>) -> Result<bool, Raise> {
    if reference.is_reference() {
        Ok(true)
    } else if is(reference, "zero") {
        Ok(false)
    } else {
        Err(Raise::Badarg)
    }
}

fn rules() -> ShortReads {
    machine().release.io.sockets.short_reads
}

/// Calls `work` when it is the caller's turn to read.
fn in_turn<'p>(
    cx: &mut Cx<'p>,
    reference: Term<'p>,
    work: impl FnOnce(&mut Cx<'p>, &mut Turn<'_>) -> NativeResult<'p>,
) -> NativeResult<'p> {
    let magic = magic_of(cx.arg(0))?;
    let handle = handle_of(&magic)?;
    let state = &mut *handle.lock();
    let Some(descriptor) = state.open() else {
        return closed(cx);
    };
    if state.line(Role::Acceptor).current.is_some() {
        return error_invalid(cx, "state");
    }
    let caller = cx.process().number;
    let current = state.line(Role::Reader).current_pid();
    if current.is_some_and(|current| current != caller) {
        let waits = waits(reference)?;
        let in_line = &state.line(Role::Reader).waiting;
        if in_line.iter().any(|requestor| requestor.pid == caller) {
            return Err(raise_state(cx));
        }
        if waits {
            handle.push(state, Role::Reader, caller, reference);
            return Ok(Term::atom(known::SELECT));
        }
        if rules() == ShortReads::GivenOrTimedOut {
            return Ok(atom("timeout"));
        }
    }
    let mut turn = Turn {
        handle,
        state,
        descriptor,
        caller,
    };
    work(cx, &mut turn)
}

impl Turn<'_> {
    fn count(&mut self, what: Count, by: usize) {
        self.handle.count(self.state, what, by);
    }
    fn is_stream(&self) -> bool {
        self.handle.socket.kind == libc::SOCK_STREAM
    }
    /// The caller has been served: the next one's turn.
    fn end(&mut self) {
        if self.state.line(Role::Reader).current_pid() == Some(self.caller) {
            self.handle.cancel_select(self.state, Role::Reader);
            self.handle.next(self.state, Role::Reader);
        }
    }
    /// The caller waits; `result` is told meanwhile.
    fn select<'p>(
        &mut self,
        cx: &mut Cx<'p>,
        reference: Term<'p>,
        result: Term<'p>,
    ) -> NativeResult<'p> {
        self.handle
            .set_current(self.state, Role::Reader, self.caller, reference);
        if self.handle.select(self.state, Role::Reader).is_err() {
            self.handle.next(self.state, Role::Reader);
            return Err(raise_select(cx, Role::Reader));
        }
        Ok(result)
    }
    /// What was asked for is there. Who wants to be told of more waits for it right away.
    fn served<'p>(
        &mut self,
        cx: &mut Cx<'p>,
        reference: Term<'p>,
        value: Term<'p>,
    ) -> NativeResult<'p> {
        if self.state.select_read && reference.is_reference() {
            let result = cx.tuple(&[atom("select_read"), value]);
            return self.select(cx, reference, result);
        }
        self.end();
        ok(cx, value)
    }
    fn fail_all(&mut self, reason: Term<'_>) {
        if self.state.line(Role::Reader).current_pid() == Some(self.caller) {
            self.handle.cancel_select(self.state, Role::Reader);
            self.handle.fail_all(self.state, Role::Reader, reason);
        }
    }
    /// The system's error.
    fn failed<'p>(
        &mut self,
        cx: &mut Cx<'p>,
        reference: Term<'p>,
        errno: Errno,
    ) -> NativeResult<'p> {
        self.state.filled = 0;
        if errno == Errno::AGAIN {
            if waits(reference)? {
                return self.select(cx, reference, Term::atom(known::SELECT));
            }
            return Ok(match rules() {
                ShortReads::Given => Term::atom(known::OK),
                ShortReads::Kept => atom("timeout"),
                ShortReads::GivenOrTimedOut => {
                    self.end();
                    atom("timeout")
                }
            });
        }
        self.count(Count::ReadFails, 1);
        let reason = reason(errno);
        self.fail_all(reason);
        Ok(error(cx, reason))
    }
    /// The other side of a stream has ended it.
    fn ended<'p>(&mut self, cx: &mut Cx<'p>) -> NativeResult<'p> {
        if rules() != ShortReads::Kept {
            self.count(Count::ReadFails, 1);
        }
        self.fail_all(atom("closed"));
        closed(cx)
    }
    /// A packet has come.
    fn count_packet(&mut self, bytes: usize) {
        self.count(Count::ReadPkg, 1);
        self.count(Count::ReadByte, bytes);
        self.state.largest_read.now = bytes as u64;
        self.state.largest_read.end();
    }
    /// Room for what may come, if that is more than usual: somebody's number is no reason to have memory for it.
    fn room(&self, wanted: usize) -> usize {
        if wanted <= ROOM {
            return wanted;
        }
        let there = self.descriptor.fd().and_then(rustix::io::ioctl_fionread);
        wanted.min(ROOM.max(there.unwrap_or(0) as usize))
    }
    /// Bytes that a request for `length` means.
    fn wanted(&self, length: usize) -> usize {
        if length == 0 {
            self.state.buffer
        } else {
            length
        }
    }
}

/// A length, and flags.
fn length_and_flags<'p>(
    cx: &mut Cx<'p>,
    lengths: &[usize],
    flags: usize,
) -> Result<(Vec<usize>, i32), NativeResult<'p>> {
    let mut found = Vec::new();
    for term in lengths.iter().map(|index| cx.arg(*index)) {
        match term
            .as_u64()
            .and_then(|length| isize::try_from(length).ok())
        {
            Some(length) => found.push(length as usize),
            None => return Err(out_of_range(cx, term)),
        }
    }
    let flags = cx.arg(flags);
    match int(flags) {
        Some(flags) => Ok((found, flags)),
        None => Err(out_of_range(cx, flags)),
    }
}

/// `nif_recv(Socket, Length, Flags, Reference | zero)`
pub(super) fn recv_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    magic_of(cx.arg(0))?;
    let reference = cx.arg(3);
    waits(reference)?;
    let (length, flags) = match length_and_flags(cx, &[1], 2) {
        Ok((lengths, flags)) => (lengths[0], flags),
        Err(result) => return result,
    };
    in_turn(cx, reference, |cx, turn| {
        if rules() == ShortReads::Kept
            && let Some(result) = kept(cx, turn, length, reference)
        {
            return result;
        }
        let wanted = turn.wanted(length);
        turn.count(Count::ReadTries, 1);
        if !turn.state.kept.is_empty() {
            return go_on(cx, turn, (length, wanted), flags, reference);
        }
        let received = SharedBytes::filled(turn.room(wanted), |room| {
            message::receive_plain(turn.descriptor.fd()?, room, flags)
        });
        match received {
            Ok(bytes) if bytes.used() == 0 && turn.is_stream() => turn.ended(cx),
            Ok(bytes) => received_bytes(cx, turn, bytes, (length, wanted), reference),
            Err(errno) => turn.failed(cx, reference, errno),
        }
    })
}

/// Receives behind what earlier requests have left, which is less than is wanted. It is not copied until all is there: there may be many pieces.
fn go_on<'p>(
    cx: &mut Cx<'p>,
    turn: &mut Turn<'_>,
    (length, wanted): (usize, usize),
    flags: i32,
    reference: Term<'p>,
) -> NativeResult<'p> {
    let before = turn.state.kept.len();
    let room = turn.room(wanted.saturating_sub(before));
    let kept = &mut turn.state.kept;
    kept.resize(before + room, 0);
    let received = match turn.descriptor.fd() {
        Ok(fd) => message::receive_plain(fd, &mut kept[before..], flags),
        Err(errno) => Err(errno),
    };
    kept.truncate(before + received.unwrap_or(0));
    match received {
        Ok(0) if turn.is_stream() => {
            let data = cx.binary(&std::mem::take(&mut turn.state.kept));
            turn.fail_all(atom("closed"));
            let reason = cx.tuple(&[atom("closed"), data]);
            Ok(error(cx, reason))
        }
        Ok(_) if turn.state.kept.len() < wanted && length > 0 && waits(reference)? => {
            turn.state.filled = 0;
            turn.count(Count::ReadByte, turn.state.kept.len());
            turn.select(cx, reference, Term::atom(known::SELECT))
        }
        Ok(_) => {
            let bytes = SharedBytes::new(&std::mem::take(&mut turn.state.kept));
            received_bytes(cx, turn, bytes, (length, wanted), reference)
        }
        Err(errno) => turn.failed(cx, reference, errno),
    }
}

/// Serves a request from what earlier ones have left, if that will do.
fn kept<'p>(
    cx: &mut Cx<'p>,
    turn: &mut Turn<'_>,
    length: usize,
    reference: Term<'p>,
) -> Option<NativeResult<'p>> {
    let there = turn.state.kept.len();
    let enough = if length == 0 {
        there > 0
    } else {
        there >= length
    };
    if !enough {
        return None;
    }
    let take = if length == 0 { there } else { length };
    let rest = turn.state.kept.split_off(take);
    let bytes = SharedBytes::new(&std::mem::replace(&mut turn.state.kept, rest));
    Some(whole(cx, turn, bytes, reference))
}

fn term_of<'p>(cx: &mut Cx<'p>, bytes: SharedBytes) -> Term<'p> {
    if bytes.used() <= oxbeam_term::binary::HEAP_LIMIT {
        cx.binary(bytes.bytes())
    } else {
        cx.shared_binary(bytes)
    }
}

/// Everything that was asked for.
fn whole<'p>(
    cx: &mut Cx<'p>,
    turn: &mut Turn<'_>,
    bytes: SharedBytes,
    reference: Term<'p>,
) -> NativeResult<'p> {
    turn.state.filled = 0;
    turn.count(Count::ReadPkg, 1);
    turn.count(Count::ReadByte, bytes.used());
    turn.state.largest_read.add(bytes.used());
    turn.state.largest_read.end();
    let data = term_of(cx, bytes);
    turn.served(cx, reference, data)
}

fn received_bytes<'p>(
    cx: &mut Cx<'p>,
    turn: &mut Turn<'_>,
    bytes: SharedBytes,
    (length, wanted): (usize, usize),
    reference: Term<'p>,
) -> NativeResult<'p> {
    let got = bytes.used();
    let full = got >= wanted;
    if full && length == 0 && turn.is_stream() {
        // There may be more; so many buffers are filled before the caller is told to be content.
        turn.count(Count::ReadByte, got);
        turn.state.largest_read.add(got);
        turn.state.filled += 1;
        if turn.state.filled >= turn.state.buffers {
            turn.state.filled = 0;
            turn.count(Count::ReadPkg, 1);
            turn.state.largest_read.end();
            let data = term_of(cx, bytes);
            return turn.served(cx, reference, data);
        }
        let (caller, role) = (turn.caller, Role::Reader);
        turn.handle.set_current(turn.state, role, caller, reference);
        let data = term_of(cx, bytes);
        return Ok(cx.tuple(&[atom("more"), data]));
    }
    if full || length == 0 || !turn.is_stream() {
        return whole(cx, turn, bytes, reference);
    }
    turn.state.filled = 0;
    let waits = waits(reference)?;
    let rules = rules();
    if !waits {
        turn.count(Count::ReadPkg, 1);
        turn.count(Count::ReadByte, got);
        turn.state.largest_read.add(got);
        turn.state.largest_read.end();
        let data = term_of(cx, bytes);
        turn.end();
        let tag = match rules {
            ShortReads::Given => Term::atom(known::OK),
            _ => atom("timeout"),
        };
        return Ok(cx.tuple(&[tag, data]));
    }
    turn.count(Count::ReadByte, got);
    if rules == ShortReads::Kept {
        turn.state.kept = bytes.bytes().to_vec();
        return turn.select(cx, reference, Term::atom(known::SELECT));
    }
    turn.state.largest_read.add(got);
    if rules == ShortReads::GivenOrTimedOut {
        turn.state.largest_read.end();
    }
    let data = term_of(cx, bytes);
    let result = cx.tuple(&[Term::atom(known::SELECT), data]);
    turn.select(cx, reference, result)
}

/// A message: its data in a block, and the rest of it.
fn receive_message(
    turn: &Turn<'_>,
    length: usize,
    controls: &mut Controls,
    flags: i32,
) -> Result<(SharedBytes, Received), Errno> {
    let mut received = None;
    let bytes = SharedBytes::filled(turn.room(turn.wanted(length)), |room| {
        let got = message::receive(turn.descriptor.fd()?, room, controls, flags)?;
        let length = got.length;
        received = Some(got);
        Ok::<_, Errno>(length)
    })?;
    Ok((bytes, received.ok_or(Errno::IO)?))
}

/// `nif_recvfrom(Socket, Length, Flags, Reference | zero)`
pub(super) fn recvfrom_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    magic_of(cx.arg(0))?;
    let reference = cx.arg(3);
    waits(reference)?;
    let (length, flags) = match length_and_flags(cx, &[1], 2) {
        Ok((lengths, flags)) => (lengths[0], flags),
        Err(result) => return result,
    };
    in_turn(cx, reference, |cx, turn| {
        turn.count(Count::ReadTries, 1);
        match receive_message(turn, length, &mut Controls::default(), flags) {
            Ok((bytes, _)) if bytes.used() == 0 && turn.is_stream() => turn.ended(cx),
            Ok((bytes, received)) => {
                turn.state.filled = 0;
                turn.count_packet(bytes.used());
                let from = match &received.from {
                    Some(from) => address::encode(cx, from),
                    None => address::native_term(cx, atom("unspec"), b""),
                };
                let data = term_of(cx, bytes);
                let value = cx.tuple(&[from, data]);
                turn.served(cx, reference, value)
            }
            Err(errno) => turn.failed(cx, reference, errno),
        }
    })
}

/// `#{iov := [Data], ctrl := Controls, flags := Flags, addr => Address}`
fn message_term<'p>(
    cx: &mut Cx<'p>,
    bytes: SharedBytes,
    received: &Received,
    controls: &Controls,
) -> Term<'p> {
    let data = term_of(cx, bytes);
    let data = cx.list([data]);
    let controls = control::encode_all(cx, controls);
    let flags = supports::message_flags(cx, received.flags);
    let mut pairs = vec![("iov", data), ("ctrl", controls), ("flags", flags)];
    if let Some(from) = &received.from {
        pairs.push(("addr", address::encode(cx, from)));
    }
    map(cx, &pairs)
}

/// Room for control messages that somebody's number asks for; the system never has more.
const CONTROLS: usize = 64 << 10;

fn control_room(turn: &Turn<'_>, length: usize) -> usize {
    match length {
        0 => turn.state.receive_controls,
        length => length,
    }
    .min(CONTROLS)
}

/// `nif_recvmsg(Socket, Length, ControlLength, Flags, Reference | zero)`
pub(super) fn recvmsg_5<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    magic_of(cx.arg(0))?;
    let reference = cx.arg(4);
    waits(reference)?;
    let (lengths, flags) = match length_and_flags(cx, &[1, 2], 3) {
        Ok(found) => found,
        Err(result) => return result,
    };
    in_turn(cx, reference, |cx, turn| {
        let mut controls = Controls::with_room(control_room(turn, lengths[1]));
        turn.count(Count::ReadTries, 1);
        match receive_message(turn, lengths[0], &mut controls, flags) {
            Ok((bytes, _)) if bytes.used() == 0 && turn.is_stream() => turn.ended(cx),
            Ok((bytes, received)) => {
                turn.state.filled = 0;
                turn.count_packet(bytes.used());
                let value = message_term(cx, bytes, &received, &controls);
                turn.served(cx, reference, value)
            }
            Err(errno) => turn.failed(cx, reference, errno),
        }
    })
}

/// `nif_recvmmsg(Socket, Count, Length, ControlLength, Flags, Reference | zero)`
pub(super) fn recvmmsg_6<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    magic_of(cx.arg(0))?;
    let reference = cx.arg(5);
    waits(reference)?;
    let (lengths, flags) = match length_and_flags(cx, &[1, 2, 3], 4) {
        Ok(found) => found,
        Err(result) => return result,
    };
    if lengths[0] == 0 || u32::try_from(lengths[0]).is_err() {
        let count = cx.arg(1);
        return out_of_range(cx, count);
    }
    let most = lengths[0].min(MESSAGES);
    in_turn(cx, reference, |cx, turn| {
        turn.count(Count::ReadTries, 1);
        let mut messages = Vec::new();
        while messages.len() < most {
            let mut controls = Controls::with_room(control_room(turn, lengths[2]));
            match receive_message(turn, lengths[1], &mut controls, flags) {
                Ok((bytes, received)) => {
                    if bytes.used() == 0 && turn.is_stream() {
                        if messages.is_empty() {
                            return turn.ended(cx);
                        }
                        break;
                    }
                    turn.count_packet(bytes.used());
                    let message = message_term(cx, bytes, &received, &controls);
                    messages.push(message);
                }
                Err(errno) if messages.is_empty() => return turn.failed(cx, reference, errno),
                Err(_) => break,
            }
        }
        let messages = cx.list(messages);
        turn.served(cx, reference, messages)
    })
}
