//! Options by level: those with a name as terms, any other as bytes.

use super::address::{self, domain, domain_term, kind_term, version_4, version_6};
use super::control;
use super::option_table::{Kind, Row, find};
use super::otp_options;
use super::service;
use super::state::{Descriptor, State, handle_of, magic_of};
use super::terms::{
    atom, closed, done, failed, field, int, invalid, is, map, ok, out_of_range, string, uint,
};
use crate::sys::message::Controls;
use crate::sys::socket as system;
use oxbeam_vm::machine::machine;
use oxbeam_vm::native::prelude::*;
use rustix::io::Errno;
use std::os::fd::BorrowedFd;

/// Bytes of a value that are read at most; the system never has so many.
const MOST: usize = 64 << 10;
/// Bytes of the name of an interface, with the zero behind it.
const NAME: usize = libc::IFNAMSIZ;
/// Bytes of the name of a way to avoid congestion.
const CONGESTION: usize = 16;

/// Sets an option. The system resets type of service and priority of packets with some options; they are put back.
fn set(fd: BorrowedFd<'_>, level: i32, number: i32, value: &[u8]) -> Result<(), Errno> {
    let read = |level, number| {
        let mut value = [0; 4];
        let length = system::option(fd, level, number, &mut value).ok()?;
        Some((value, length))
    };
    let priority = read(libc::SOL_SOCKET, libc::SO_PRIORITY);
    let service = read(libc::IPPROTO_IP, libc::IP_TOS);
    system::set_option(fd, level, number, value)?;
    if number == libc::SO_PRIORITY {
        return Ok(());
    }
    if number != libc::IP_TOS
        && let Some((value, length)) = service
    {
        system::set_option(fd, libc::IPPROTO_IP, libc::IP_TOS, &value[..length])?;
    }
    if let Some((value, length)) = priority {
        let value = &value[..length];
        match system::set_option(fd, libc::SOL_SOCKET, libc::SO_PRIORITY, value) {
            // Some priorities are given, but not taken back.
            Err(Errno::PERM) | Ok(()) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// `nif_setopt(Socket, Level, Option, Value, Native)`
pub(super) fn setopt_5<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let magic = magic_of(cx.arg(0))?;
    let (level, number, value) = (cx.arg(1), cx.arg(2), cx.arg(3));
    let native = int(cx.arg(4)).ok_or(Raise::Badarg)? != 0;
    let Some(number) = int(number) else {
        return out_of_range(cx, number);
    };
    let handle = handle_of(&magic)?;
    let state = &mut *handle.lock();
    if is(level, "otp") {
        if native {
            return Err(Raise::Badarg);
        }
        return otp_options::set(cx, &handle, state, number, value);
    }
    let Some(level) = address::level(level) else {
        return out_of_range(cx, level);
    };
    let Some(descriptor) = state.open() else {
        return closed(cx);
    };
    let bytes = if native {
        native_bytes(value)
    } else {
        let Some(row) = find(cx.machine().release.number, level, number) else {
            return invalid(cx, "socket_option");
        };
        if !row.kind.is_set() {
            return invalid(cx, "socket_option");
        }
        encode(row.kind, value)
    };
    let Some(bytes) = bytes else {
        return if native {
            super::terms::error_invalid(cx, "value")
        } else {
            invalid(cx, "value")
        };
    };
    let result = descriptor
        .fd()
        .and_then(|fd| set(fd, level, number, &bytes));
    done(cx, result)
}

fn native_bytes(value: Term<'_>) -> Option<Vec<u8>> {
    if let Some(bytes) = value.as_binary() {
        return Some(bytes.into_owned());
    }
    let number = int(value).or_else(|| value.as_boolean().map(i32::from))?;
    Some(number.to_ne_bytes().to_vec())
}

/// A text of less than `room` bytes, without a zero behind it; a longer binary is cut.
fn text(value: Term<'_>, room: usize) -> Option<Vec<u8>> {
    if let Some(bytes) = value.as_binary() {
        if !machine().release.io.sockets.binary_texts {
            return None;
        }
        let end = bytes.iter().position(|&byte| byte == 0);
        let end = end.unwrap_or(bytes.len()).min(room - 1);
        return Some(bytes[..end].to_vec());
    }
    string(value).filter(|text| text.len() < room)
}

/// The bytes of a value.
fn encode(kind: Kind, value: Term<'_>) -> Option<Vec<u8>> {
    let number = |number: i32| Some(number.to_ne_bytes().to_vec());
    let address = |key: &str| Some(version_4(field(value, key)?)?.octets());
    match kind {
        Kind::Bool => number(value.as_boolean()?.into()),
        Kind::Int => number(int(value)?),
        Kind::Uint => Some(uint(value)?.to_ne_bytes().to_vec()),
        Kind::Linger => {
            if is(value, "abort") {
                return Some([1i32.to_ne_bytes(), 0i32.to_ne_bytes()].concat());
            }
            let on = field(value, "onoff")?.as_boolean()?;
            let seconds = int(field(value, "linger")?).filter(|&seconds| seconds >= 0)?;
            Some([i32::from(on).to_ne_bytes(), seconds.to_ne_bytes()].concat())
        }
        Kind::Device => text(value, NAME),
        Kind::Congestion => text(value, CONGESTION + 1),
        Kind::Membership4 => {
            let (group, interface) = (address("multiaddr")?, address("interface")?);
            Some([group, interface].concat())
        }
        Kind::Source4 => {
            let (group, interface) = (address("multiaddr")?, address("interface")?);
            Some([group, interface, address("sourceaddr")?].concat())
        }
        Kind::Filter4 => filter(value),
        Kind::Discovery => number(service::discovery(value)?),
        Kind::Interface4 => Some(version_4(value)?.octets().to_vec()),
        Kind::Service => number(service::decode(value)?),
        Kind::Form => number(domain(value)?),
        Kind::Hops => number(service::hops(value)?),
        Kind::Membership6 => {
            let mut bytes = version_6(field(value, "multiaddr")?)?.octets().to_vec();
            bytes.extend_from_slice(&uint(field(value, "interface")?)?.to_ne_bytes());
            Some(bytes)
        }
        _ => None,
    }
}

/// A filter of sources: `null`, or `#{multiaddr, interface, mode, slist}`.
fn filter(value: Term<'_>) -> Option<Vec<u8>> {
    if is(value, "null") {
        return Some(Vec::new());
    }
    let mode: u32 = match field(value, "mode")?.as_atom()?.text() {
        "exclude" => 0,
        "include" => 1,
        _ => return None,
    };
    let sources = field(value, "slist")?.proper_list()?;
    let mut bytes = version_4(field(value, "multiaddr")?)?.octets().to_vec();
    bytes.extend_from_slice(&version_4(field(value, "interface")?)?.octets());
    bytes.extend_from_slice(&mode.to_ne_bytes());
    bytes.extend_from_slice(&u32::try_from(sources.len()).ok()?.to_ne_bytes());
    for source in sources {
        bytes.extend_from_slice(&version_4(source)?.octets());
    }
    Some(bytes)
}

/// `nif_getopt(Socket, Level, Option)`
pub(super) fn getopt_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    get(cx, None)
}

/// `nif_getopt(Socket, Level, Option, ValueSpec)`
pub(super) fn getopt_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let spec = cx.arg(3);
    get(cx, Some(spec))
}

/// `nif_getopt(Socket, Level, Option, native | value, ValueSpec | Value)`: only SCTP reads options with a value.
pub(super) fn getopt_5<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let native = is(cx.arg(3), "native").then(|| cx.arg(4));
    get(cx, native)
}

fn get<'p>(cx: &mut Cx<'p>, native: Option<Term<'p>>) -> NativeResult<'p> {
    let magic = magic_of(cx.arg(0))?;
    let (level, number) = (cx.arg(1), cx.arg(2));
    let Some(number) = int(number) else {
        return out_of_range(cx, number);
    };
    let handle = handle_of(&magic)?;
    let state = &mut *handle.lock();
    if is(level, "otp") && cx.arity() == 3 {
        return otp_options::get(cx, &handle, state, number);
    }
    let Some(level) = address::level(level) else {
        return out_of_range(cx, level);
    };
    let Some(descriptor) = state.open() else {
        return closed(cx);
    };
    if let Some(spec) = native {
        return get_native(cx, &descriptor, (level, number), spec);
    }
    let row = find(cx.machine().release.number, level, number);
    match row.filter(|row| row.kind.is_read()) {
        Some(row) => {
            let local = handle.socket.domain == libc::AF_UNIX;
            get_row(cx, &descriptor, level, row, state, local)
        }
        None => invalid(cx, "socket_option"),
    }
}

fn read(
    descriptor: &Descriptor,
    (level, number): (i32, i32),
    mut value: Vec<u8>,
) -> Result<Vec<u8>, Errno> {
    let length = system::option(descriptor.fd()?, level, number, &mut value)?;
    value.truncate(length);
    Ok(value)
}

fn read_number(descriptor: &Descriptor, option: (i32, i32)) -> Result<i32, Errno> {
    let bytes = read(descriptor, option, vec![0; 4])?;
    let mut number = [0; 4];
    number[..bytes.len()].copy_from_slice(&bytes);
    Ok(i32::from_ne_bytes(number))
}

fn get_native<'p>(
    cx: &mut Cx<'p>,
    descriptor: &Descriptor,
    option: (i32, i32),
    spec: Term<'p>,
) -> NativeResult<'p> {
    let name = spec.as_atom().map(Atom::text);
    let value = if name == Some("integer") || name == Some("boolean") {
        let told = |value: i32| match name {
            Some("boolean") => Term::boolean(value != 0),
            _ => Term::small(value.into()),
        };
        return match read_number(descriptor, option) {
            Ok(value) => ok(cx, told(value)),
            Err(errno) => Ok(failed(cx, errno)),
        };
    } else if let Some(bytes) = spec.as_binary() {
        bytes.into_owned()
    } else {
        match int(spec).and_then(|size| usize::try_from(size).ok()) {
            // The system is given no place to write to.
            Some(0) => return Ok(failed(cx, Errno::FAULT)),
            Some(size) => vec![0; size.min(MOST)],
            None => return invalid(cx, "value"),
        }
    };
    match read(descriptor, option, value) {
        Ok(bytes) => {
            let bytes = cx.binary(&bytes);
            ok(cx, bytes)
        }
        Err(errno) => Ok(failed(cx, errno)),
    }
}

fn get_row<'p>(
    cx: &mut Cx<'p>,
    descriptor: &Descriptor,
    level: i32,
    row: &Row,
    state: &State,
    local: bool,
) -> NativeResult<'p> {
    let option = (level, row.number);
    let bytes = |length: usize| read(descriptor, option, vec![0; length]);
    let number = || read_number(descriptor, option);
    let small = |value: i32| Term::small(value.into());
    let value = match row.kind {
        Kind::Bool => number().map(|value| Term::boolean(value != 0)),
        Kind::Int | Kind::IntRead | Kind::Hops => number().map(small),
        Kind::Uint => number().map(|value| Term::small((value as u32).into())),
        Kind::Domain => number().map(domain_term),
        Kind::Type => number().map(kind_term),
        Kind::Protocol => number().map(|value| match value {
            0 if local => atom("default"),
            value => small(value),
        }),
        Kind::Discovery => number().map(service::discovery_term),
        Kind::Service => number().map(|value| service::encode(cx, value)),
        Kind::Linger => bytes(8).map(|bytes| {
            let part = |at: usize| {
                let part = bytes.get(at..).and_then(|bytes| bytes.first_chunk());
                part.map_or(0, |part| i32::from_ne_bytes(*part))
            };
            let pairs = [
                ("onoff", Term::boolean(part(0) != 0)),
                ("linger", small(part(4))),
            ];
            map(cx, &pairs)
        }),
        Kind::Interface4 => bytes(4).map(|bytes| {
            let octets = bytes.first_chunk::<4>().copied().unwrap_or_default();
            address::version_4_term(cx, octets.into())
        }),
        Kind::Device => bytes(NAME + 1).map(|bytes| cx.byte_list(&bytes)),
        Kind::Congestion => bytes(CONGESTION + 1).map(|bytes| {
            let text = bytes.strip_suffix(&[0]).unwrap_or(&bytes);
            cx.byte_list(text)
        }),
        Kind::PacketOptions => bytes(state.receive_controls.min(MOST)).map(|bytes| {
            let controls = Controls::of_bytes(&bytes);
            control::encode_all(cx, &controls)
        }),
        _ => return invalid(cx, "socket_option"),
    };
    match value {
        Ok(value) => ok(cx, value),
        Err(errno) => Ok(failed(cx, errno)),
    }
}
