//! What sockets send to processes.

use super::{Caller, Operation, Refused};
use oxbeam_term::boxed::fun::{Export, FunEntry};
use oxbeam_term::etf::{self, DecodeContext, DecodeOptions, FunKey};
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::port;
use oxbeam_vm::posix;
use oxbeam_vm::process::Message;
use rustix::io::Errno;
use std::sync::LazyLock;

/// Names that every packet needs.
pub(super) struct Names {
    pub(super) async_reply: Atom,
    pub(super) reply: Atom,
    pub(super) tcp: Atom,
    pub(super) http: Atom,
    pub(super) udp: Atom,
    pub(super) closed: Atom,
    pub(super) timeout: Atom,
}

pub(super) static NAMES: LazyLock<Names> = LazyLock::new(|| Names {
    async_reply: Atom::of("inet_async"),
    reply: Atom::of("inet_reply"),
    tcp: Atom::of("tcp"),
    http: Atom::of("http"),
    udp: Atom::of("udp"),
    closed: Atom::of("closed"),
    timeout: Atom::of("timeout"),
});

/// The atom of an error of the system.
pub(super) fn error_atom(errno: Errno) -> Atom {
    posix::error_atom(errno.raw_os_error())
}

/// Sends what `build` makes, from `port`; nobody minds if the process is gone.
pub(super) fn send(port: u64, to: u64, build: impl for<'p> FnOnce(&mut Builder<'p>) -> Term<'p>) {
    port::send_from(port, to, Message::build(build));
}

fn error<'p>(builder: &mut Builder<'p>, reason: Atom) -> Term<'p> {
    builder.tuple(&[Term::atom(known::ERROR), Term::atom(reason)])
}

/// `{inet_async, Port, Ref, Result}`
pub(super) fn finish(
    port: u64,
    operation: Operation,
    result: impl for<'p> FnOnce(&mut Builder<'p>) -> Term<'p>,
) {
    send(port, operation.caller, |builder| {
        let result = result(builder);
        let id = Term::small(operation.id.into());
        let tag = Term::atom(NAMES.async_reply);
        builder.tuple(&[tag, Term::local_port(port), id, result])
    });
}

/// `{inet_async, Port, Ref, ok}`
pub(super) fn finish_ok(port: u64, operation: Operation) {
    finish(port, operation, |_| Term::atom(known::OK));
}

/// `{inet_async, Port, Ref, {error, Reason}}`
pub(super) fn finish_error(port: u64, operation: Operation, reason: Atom) {
    finish(port, operation, |builder| error(builder, reason));
}

/// `{inet_async, Port, Ref, {ok, Value}}`
pub(super) fn finish_with(
    port: u64,
    operation: Operation,
    value: impl for<'p> FnOnce(&mut Builder<'p>) -> Term<'p>,
) {
    finish(port, operation, |builder| {
        let value = value(builder);
        builder.tuple(&[Term::atom(known::OK), value])
    });
}

/// A caller's tag holds no functions.
struct NoFunctions;

impl DecodeContext for NoFunctions {
    fn export(&mut self, _: Atom, _: Atom, _: u32, _: bool) -> Option<&'static Export> {
        None
    }
    fn fun_entry(&mut self, _: FunKey<'_>) -> Option<&'static FunEntry> {
        None
    }
}

/// `{inet_reply, Port, Status}`, from OTP 26 on with the caller's tag.
pub(super) fn reply(port: u64, caller: &Caller, status: Result<(), Atom>) {
    send(port, caller.process, |builder| {
        let status = match status {
            Ok(()) => Term::atom(known::OK),
            Err(reason) => error(builder, reason),
        };
        let mut elements = vec![Term::atom(NAMES.reply), Term::local_port(port), status];
        if let Some(tag) = &caller.tag {
            let options = DecodeOptions { safe: false };
            let decoded = etf::decode(tag, builder, &mut NoFunctions, options);
            elements.push(decoded.map_or(Term::NIL, |(term, _)| term));
        }
        builder.tuple(&elements)
    });
}

/// `{Tag, Port}`
pub(super) fn tell(to: u64, tag: &str, port: u64) {
    let tag = Term::atom(Atom::of(tag));
    send(port, to, |builder| {
        builder.tuple(&[tag, Term::local_port(port)])
    });
}

/// `{Tag, Port, Reason}`
pub(super) fn tell_error(to: u64, tag: &str, port: u64, reason: Atom) {
    let tag = Term::atom(Atom::of(tag));
    send(port, to, |builder| {
        builder.tuple(&[tag, Term::local_port(port), Term::atom(reason)])
    });
}

/// Bytes in the form that the owner wants: a list, or a binary behind so many bytes in a list.
pub(super) fn data<'p>(
    builder: &mut Builder<'p>,
    binary: bool,
    header: usize,
    bytes: &[u8],
) -> Term<'p> {
    if !binary || header > bytes.len() {
        return builder.byte_list(bytes);
    }
    let (head, rest) = bytes.split_at(header);
    let rest = builder.binary(rest);
    if head.is_empty() {
        return rest;
    }
    let head = head.iter().map(|&byte| Term::small(i64::from(byte)));
    builder.list_with_tail(head, rest)
}

/// The answer to a request: `<1, Bytes>` or `<0, Name>`.
pub(super) fn answer(answer: Result<Vec<u8>, Refused>) -> Vec<u8> {
    let (code, bytes) = match &answer {
        Ok(bytes) => (1, &bytes[..]),
        Err(Refused::System(errno)) => (0, posix::error_name(errno.raw_os_error()).as_bytes()),
        Err(Refused::Own(name)) => (0, name.as_bytes()),
    };
    let mut whole = Vec::with_capacity(bytes.len() + 1);
    whole.push(code);
    whole.extend_from_slice(bytes);
    whole
}
