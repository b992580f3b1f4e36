//! `prim_socket`: sockets as the system has them, for the module `socket`. Follows `prim_socket.erl`, whose functions changed in OTP 26
//! and 28: the rows say which release has which.
//!
//! [`state`] is what a socket is and how those that use it take turns; the other files do one thing each with it. SCTP is missing, as in an
//! OTP that was built without: its options are not supported, and the functions that serve it alone raise `notsup`.

pub(crate) mod address;
mod connect;
mod control;
mod ioctl;
mod option_table;
mod options;
mod otp_options;
mod receive;
mod send;
mod sendfile;
mod service;
mod settings;
mod state;
mod supports;
pub(crate) mod terms;

pub(crate) use state::owners::process_exits;

use crate::sys;
use crate::sys::socket as system;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::sched::while_waiting;
use rustix::io::Errno;
use state::{COUNTS, Descriptor, Handle, Role, State, bits, create, handle_of, magic_of};
use std::os::fd::AsFd;
use std::sync::Arc;
use terms::{
    atom, closed, done, failed, field, flag, int, invalid, map, ok, out_of_range, raise_invalid,
    raise_state,
};

/// The library.
pub(crate) const NIF: StaticNif = StaticNif {
    name: "prim_socket",
    natives: NATIVES,
    load: Some(settings::load),
};

natives! { NATIVES: "prim_socket";
    "nif_info"           / 0 Plain   => settings::info_0;
    "nif_info"           / 1 Plain   => info_1;
    "nif_supports"       / 0 Plain   => supports::supports_0;
    "nif_supports"       / 1 Plain   => supports::supports_1;
    "nif_command"        / 1 Plain   => settings::command_1;
    "nif_open"           / 2 Plain   => open_2;
    "nif_open"           / 4 Plain   => open_4;
    "nif_bind"           / 2 Plain   => bind_2;
    "nif_bind"           / 3 Plain   [28 ..= 255] => sctp_only;
    "nif_connect"        / 1 Plain   => connect::connect_1;
    "nif_connect"        / 3 Plain   => connect::connect_3;
    "nif_listen"         / 2 Plain   => listen_2;
    "nif_accept"         / 2 Plain   => connect::accept_2;
    "nif_peeloff"        / 2 Plain   [28 ..= 255] => peeloff_2;
    "nif_send"           / 4 Plain   => send::send_4;
    "nif_sendto"         / 5 Plain   => send::sendto_5;
    "nif_sendmsg"        / 5 Plain   => send::sendmsg_5;
    "nif_sendmmsg"       / 4 Plain   [28 ..= 255] => send::sendmmsg_4;
    "nif_sendv"          / 3 Plain   [26 ..= 255] => send::sendv_3;
    "nif_sendfile"       / 1 DirtyIo => sendfile::deferred_close_1;
    "nif_sendfile"       / 4 DirtyIo => sendfile::continue_4;
    "nif_sendfile"       / 5 DirtyIo => sendfile::start_5;
    "nif_recv"           / 4 Plain   => receive::recv_4;
    "nif_recvfrom"       / 4 Plain   => receive::recvfrom_4;
    "nif_recvmsg"        / 5 Plain   => receive::recvmsg_5;
    "nif_recvmmsg"       / 6 Plain   [28 ..= 255] => receive::recvmmsg_6;
    "nif_close"          / 1 Plain   => close_1;
    "nif_finalize_close" / 1 DirtyIo => finalize_close_1;
    "nif_shutdown"       / 2 Plain   => shutdown_2;
    "nif_setopt"         / 5 Plain   => options::setopt_5;
    "nif_getopt"         / 3 Plain   => options::getopt_3;
    "nif_getopt"         / 4 Plain   [25 ..= 27] => options::getopt_4;
    "nif_getopt"         / 5 Plain   [28 ..= 255] => options::getopt_5;
    "nif_sockname"       / 1 Plain   => sockname_1;
    "nif_socknames"      / 2 Plain   [28 ..= 255] => names_2;
    "nif_peername"       / 1 Plain   => peername_1;
    "nif_peernames"      / 2 Plain   [28 ..= 255] => names_2;
    "nif_ioctl"          / 2 DirtyIo => ioctl::ioctl_2;
    "nif_ioctl"          / 3 DirtyIo => ioctl::ioctl_3;
    "nif_ioctl"          / 4 DirtyIo => ioctl::ioctl_4;
    "nif_cancel"         / 3 Plain   => connect::cancel_3;
}

/// What serves SCTP alone.
fn sctp_only<'p>(_: &mut Cx<'p>) -> NativeResult<'p> {
    Err(Raise::Notsup)
}

/// `nif_peeloff(Socket, Association)`: no socket of ours has associations.
fn peeloff_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let magic = magic_of(cx.arg(0))?;
    if handle_of(&magic)?.socket.protocol == libc::IPPROTO_SCTP {
        return Err(Raise::Notsup);
    }
    Err(Raise::Badarg)
}

/// `nif_socknames(Socket, Association)` and `nif_peernames(Socket, Association)`
fn names_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    magic_of(cx.arg(0))?;
    let association = cx.arg(1);
    match int(association) {
        Some(_) => Err(Raise::Notsup),
        None => out_of_range(cx, association),
    }
}

/// A number option of the system's that says what a socket is.
fn kind_of(fd: &impl AsFd, option: i32) -> Option<i32> {
    let mut value = [0; 4];
    system::option(fd.as_fd(), libc::SOL_SOCKET, option, &mut value).ok()?;
    Some(i32::from_ne_bytes(value))
}

fn apply_open_options(state: &mut State, options: Term<'_>) {
    state.debug = flag(options, "debug", settings::socket_debug());
    state.use_registry = flag(options, "use_registry", settings::use_registry());
}

/// `nif_open(Descriptor, Options)`
fn open_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (number, options) = (cx.arg(0), cx.arg(1));
    let Some(number) = int(number) else {
        return out_of_range(cx, number);
    };
    if !options.is_map() {
        return Err(Raise::Badarg);
    }
    // Asked for what it is through a descriptor of our own, which becomes the socket's if that is wanted.
    let own = match sys::duplicate(number) {
        Ok(own) => own,
        Err(errno) if field(options, "domain").is_none() => {
            let _ = errno;
            return invalid(cx, "domain");
        }
        Err(errno) => return Ok(failed(cx, errno)),
    };
    let domain =
        kind_of(&own, libc::SO_DOMAIN).or_else(|| address::domain(field(options, "domain")?));
    let Some(domain) = domain else {
        return invalid(cx, "domain");
    };
    let kind = kind_of(&own, libc::SO_TYPE).or_else(|| address::kind(field(options, "type")?));
    let Some(kind) = kind else {
        return invalid(cx, "type");
    };
    let protocol = kind_of(&own, libc::SO_PROTOCOL)
        .or_else(|| int(field(options, "protocol")?))
        .unwrap_or(0);
    let duplicated = flag(options, "dup", true);
    let fd = if duplicated {
        own
    } else {
        drop(own);
        match sys::adopt(number) {
            Ok(fd) => fd,
            Err(errno) => return Ok(failed(cx, errno)),
        }
    };
    let connected = system::peer(fd.as_fd()).is_ok();
    let result = rustix::io::ioctl_fionbio(&fd, true);
    let mut state = State::new(Descriptor::new(fd, duplicated));
    if let Err(errno) = result {
        return Ok(failed(cx, errno));
    }
    state.made_of = Some((number, duplicated));
    if connected {
        state.writing |= bits::CONNECTED;
    }
    apply_open_options(&mut state, options);
    let socket = create(cx, (domain, kind, protocol), state);
    ok(cx, socket)
}

/// `nif_open(Domain, Type, Protocol, Options)`
fn open_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (protocol, options) = (cx.arg(2), cx.arg(3));
    let Some(protocol) = int(protocol) else {
        return out_of_range(cx, protocol);
    };
    if !options.is_map() {
        return Err(Raise::Badarg);
    }
    let Some(domain) = address::domain(cx.arg(0)) else {
        return invalid(cx, "domain");
    };
    let Some(kind) = address::kind(cx.arg(1)) else {
        return invalid(cx, "type");
    };
    let open = || system::open(domain, kind, protocol);
    let opened = match field(options, "netns").and_then(Term::as_binary) {
        Some(path) => system::in_namespace(&path, open),
        None => open(),
    };
    let fd = match opened {
        Ok(fd) => fd,
        Err(errno) => return Ok(failed(cx, errno)),
    };
    let protocol = match protocol {
        0 => kind_of(&fd, libc::SO_PROTOCOL).unwrap_or(0),
        protocol => protocol,
    };
    let mut state = State::new(Descriptor::new(fd, true));
    apply_open_options(&mut state, options);
    let socket = create(cx, (domain, kind, protocol), state);
    ok(cx, socket)
}

/// Calls `work` with the descriptor of an open socket.
fn with_descriptor<'p>(
    cx: &mut Cx<'p>,
    work: impl FnOnce(&mut Cx<'p>, &Handle<'_>, &mut State, &Descriptor) -> NativeResult<'p>,
) -> NativeResult<'p> {
    let magic = magic_of(cx.arg(0))?;
    let handle = handle_of(&magic)?;
    let state = &mut *handle.lock();
    match state.open() {
        Some(descriptor) => work(cx, &handle, state, &descriptor),
        None => closed(cx),
    }
}

/// `nif_bind(Socket, Address)`
fn bind_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    magic_of(cx.arg(0))?;
    let Some(address) = address::decode(cx.arg(1)) else {
        return invalid(cx, "sockaddr");
    };
    with_descriptor(cx, |cx, _, state, descriptor| {
        let result = descriptor.fd().and_then(|fd| system::bind(fd, &address));
        if result.is_ok() {
            state.reading |= bits::BOUND;
        }
        done(cx, result)
    })
}

/// `nif_listen(Socket, Backlog)`
fn listen_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    magic_of(cx.arg(0))?;
    let backlog = cx.arg(1);
    let Some(backlog) = int(backlog) else {
        return out_of_range(cx, backlog);
    };
    with_descriptor(cx, |cx, _, state, descriptor| {
        let result = descriptor.fd().and_then(|fd| system::listen(fd, backlog));
        if result.is_ok() {
            state.reading |= bits::LISTENING;
        }
        done(cx, result)
    })
}

/// `nif_shutdown(Socket, read | write | read_write)`
fn shutdown_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    magic_of(cx.arg(0))?;
    let how = match cx.arg(1).as_atom().map(Atom::text) {
        Some("read") => 0,
        Some("write") => 1,
        Some("read_write") => 2,
        _ => {
            let how = cx.arg(1);
            let what = cx.tuple(&[atom("how"), how]);
            return Err(raise_invalid(cx, what));
        }
    };
    with_descriptor(cx, |cx, _, _, descriptor| {
        let result = descriptor.fd().and_then(|fd| system::shutdown(fd, how));
        done(cx, result)
    })
}

fn name<'p>(
    cx: &mut Cx<'p>,
    ask: impl FnOnce(std::os::fd::BorrowedFd<'_>) -> Result<system::Address, Errno>,
) -> NativeResult<'p> {
    with_descriptor(cx, |cx, _, _, descriptor| {
        match descriptor.fd().and_then(ask) {
            Ok(address) => {
                let address = address::encode(cx, &address);
                ok(cx, address)
            }
            Err(errno) => Ok(failed(cx, errno)),
        }
    })
}

/// `nif_sockname(Socket)`
fn sockname_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    name(cx, system::name)
}

/// `nif_peername(Socket)`
fn peername_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    name(cx, system::peer)
}

/// `nif_close(Socket)`: whoever waits is told. The caller goes on in `finalize_close`.
fn close_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    with_descriptor(cx, |cx, handle, state, _| {
        let caller = cx.process().number;
        state.closer = Some(caller);
        handle.watch(state, caller);
        handle.stop(state);
        Ok(Term::atom(known::OK))
    })
}

/// `nif_finalize_close(Socket)`: closes, which may wait until everything is sent.
fn finalize_close_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let magic = magic_of(cx.arg(0))?;
    let handle = handle_of(&magic)?;
    let mut state = handle.lock();
    if state.reading & bits::CLOSED != 0 {
        return closed(cx);
    }
    if state.reading & bits::CLOSING == 0 || state.closer != Some(cx.process().number) {
        return Err(raise_state(cx));
    }
    let file = state.file.take();
    let use_registry = state.use_registry;
    let Some(descriptor) = handle.take_descriptor(&mut state) else {
        return closed(cx);
    };
    drop(state);
    let result = while_waiting(|| {
        drop(file);
        // To wait for what is still to be sent it must be one that waits.
        if let Ok(fd) = descriptor.fd() {
            let _ = rustix::io::ioctl_fionbio(fd, false);
        }
        match Arc::try_unwrap(descriptor) {
            Ok(descriptor) => descriptor.close(),
            // A file is being sent; it closes when that stops.
            Err(_) => Ok(()),
        }
    });
    if use_registry {
        handle.tell_registry("del");
    }
    match result {
        Err(Errno::AGAIN) => Ok(terms::error(cx, atom("timeout"))),
        result => done(cx, result),
    }
}

/// `nif_info(Socket)`
fn info_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let magic = magic_of(cx.arg(0))?;
    let handle = handle_of(&magic)?;
    let state = &*handle.lock();
    let told = |cx: &mut Cx<'p>, bits: u16| {
        let names = bits::NAMES.iter().filter(|(_, bit)| bits & bit != 0);
        let names: Vec<_> = names.map(|(name, _)| atom(name)).collect();
        cx.list(names)
    };
    let (reading, writing) = (told(cx, state.reading), told(cx, state.writing));
    let ctype = match state.made_of {
        Some((number, true)) => cx.tuple(&[atom("fromfd"), Term::small(number.into())]),
        Some((_, false)) => atom("fromfd"),
        None => atom("normal"),
    };
    let mut counters = Vec::new();
    for (name, count) in COUNTS.iter().zip(state.counts) {
        if state.sends_files || !name.starts_with("sendfile") {
            counters.push((*name, cx.unsigned(count)));
        }
    }
    // Reads that wait are not counted.
    counters.push(("read_waits", Term::small(0)));
    counters.push(("read_pkg_max", cx.unsigned(state.largest_read.most)));
    counters.push(("write_pkg_max", cx.unsigned(state.largest_write.most)));
    if state.sends_files {
        counters.push(("sendfile_max", cx.unsigned(state.largest_sendfile.most)));
        counters.push(("sendfile_pkg_max", cx.unsigned(state.sendfile_pkg_max)));
    }
    let counters = map(cx, &counters);
    let number = |role: Role| Term::small(state.line(role).len() as i64);
    let socket = handle.socket;
    let pairs = [
        ("domain", address::domain_term(socket.domain)),
        ("type", address::kind_term(socket.kind)),
        ("protocol", Term::small(socket.protocol.into())),
        (
            "owner",
            state.owner.map_or(atom("undefined"), Term::local_pid),
        ),
        ("rstates", reading),
        ("wstates", writing),
        ("ctype", ctype),
        ("counters", counters),
        ("num_readers", number(Role::Reader)),
        ("num_writers", number(Role::Writer)),
        ("num_acceptors", number(Role::Acceptor)),
    ];
    Ok(map(cx, &pairs))
}
