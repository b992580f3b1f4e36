//! Requests to the system about interfaces, through a socket.

use super::address;
use super::state::{handle_of, magic_of};
use super::supports::{INTERFACE_FLAGS, SIOCATMARK, flag_names};
use super::terms::{atom, closed, error, failed, int, invalid, map, ok, string};
use crate::sys::message;
use crate::sys::socket::InterfaceRequest;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::sched::while_waiting;
use rustix::io::Errno;
use std::os::fd::BorrowedFd;

/// Calls `ask` with the descriptor of an open socket, without keeping others from the socket.
fn asked<'p, T>(
    cx: &mut Cx<'p>,
    ask: impl FnOnce(BorrowedFd<'_>) -> Result<T, Errno>,
    tell: impl FnOnce(&mut Cx<'p>, T) -> NativeResult<'p>,
) -> NativeResult<'p> {
    let magic = magic_of(cx.arg(0))?;
    let descriptor = handle_of(&magic)?.lock().open();
    let Some(descriptor) = descriptor else {
        return closed(cx);
    };
    match while_waiting(|| descriptor.fd().and_then(ask)) {
        Ok(answer) => tell(cx, answer),
        Err(errno) => Ok(failed(cx, errno)),
    }
}

fn is_open(socket: Term<'_>) -> Result<bool, Raise> {
    let magic = magic_of(socket)?;
    let open = handle_of(&magic)?.lock().open().is_some();
    Ok(open)
}

/// A request that there is not.
fn unsupported<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if is_open(cx.arg(0))? {
        Ok(error(cx, atom("enotsup")))
    } else {
        closed(cx)
    }
}

fn request(cx: &Cx<'_>) -> Result<u64, Raise> {
    magic_of(cx.arg(0))?;
    cx.arg(1).as_u64().ok_or(Raise::Badarg)
}

/// `nif_ioctl(Socket, Request)`
pub(super) fn ioctl_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let newer = cx.machine().release.io.sockets.tells_backend;
    match request(cx)? {
        libc::SIOCGIFCONF => asked(cx, message::interface_addresses, |cx, found| {
            let mut terms = Vec::new();
            for (name, address) in found {
                let name = cx.byte_list(&name);
                let address = address::encode_bytes(cx, &address);
                terms.push(map(cx, &[("name", name), ("addr", address)]));
            }
            let terms = cx.list(terms);
            ok(cx, terms)
        }),
        libc::FIONREAD if newer => asked(
            cx,
            |fd| message::number(fd, libc::FIONREAD),
            |cx, number| ok(cx, Term::small(number.into())),
        ),
        SIOCATMARK if newer => asked(
            cx,
            |fd| message::number(fd, SIOCATMARK),
            |cx, number| ok(cx, Term::boolean(number != 0)),
        ),
        _ => unsupported(cx),
    }
}

/// `nif_ioctl(Socket, Request, Name | Index)`
pub(super) fn ioctl_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let code = request(cx)?;
    let known = [
        libc::SIOCGIFNAME,
        libc::SIOCGIFINDEX,
        libc::SIOCGIFFLAGS,
        libc::SIOCGIFADDR,
        libc::SIOCGIFDSTADDR,
        libc::SIOCGIFBRDADDR,
        libc::SIOCGIFNETMASK,
        libc::SIOCGIFMTU,
        libc::SIOCGIFHWADDR,
        libc::SIOCGIFMAP,
        libc::SIOCGIFTXQLEN,
    ];
    if !known.contains(&code) || !is_open(cx.arg(0))? {
        return unsupported(cx);
    }
    let mut asking = if code == libc::SIOCGIFNAME {
        InterfaceRequest::of_index(int(cx.arg(2)).ok_or(Raise::Badarg)?)
    } else {
        InterfaceRequest::new(&string(cx.arg(2)).ok_or(Raise::Badarg)?)
    };
    let answer = |fd: BorrowedFd<'_>| {
        asking.call(fd, code)?;
        Ok(asking)
    };
    asked(cx, answer, |cx, answer| {
        let value = match code {
            libc::SIOCGIFNAME => cx.byte_list(&answer.name()),
            libc::SIOCGIFFLAGS => {
                // Sixteen bits with a sign.
                let flags = i32::from(answer.flags() as i16);
                flag_names(cx, INTERFACE_FLAGS, flags)
            }
            libc::SIOCGIFADDR
            | libc::SIOCGIFDSTADDR
            | libc::SIOCGIFBRDADDR
            | libc::SIOCGIFNETMASK => address::encode_bytes(cx, &answer.any_address()),
            libc::SIOCGIFHWADDR => address::hardware_term(cx, &answer.any_address()),
            libc::SIOCGIFMAP => {
                let names = ["mem_start", "mem_end", "base_addr", "irq", "dma", "port"];
                let values = answer.hardware_map().map(|value| cx.unsigned(value));
                let pairs: Vec<_> = names.into_iter().zip(values).collect();
                map(cx, &pairs)
            }
            _ => Term::small(answer.number().into()),
        };
        ok(cx, value)
    })
}

/// `nif_ioctl(Socket, Request, Name, Value)`
pub(super) fn ioctl_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let code = request(cx)?;
    let known = [
        libc::SIOCSIFFLAGS,
        libc::SIOCSIFADDR,
        libc::SIOCSIFDSTADDR,
        libc::SIOCSIFBRDADDR,
        libc::SIOCSIFNETMASK,
        libc::SIOCSIFMTU,
        libc::SIOCSIFTXQLEN,
        libc::SIOCSIFHWADDR,
    ];
    if !known.contains(&code) || !is_open(cx.arg(0))? {
        return unsupported(cx);
    }
    let name = string(cx.arg(2)).ok_or(Raise::Badarg)?;
    let value = cx.arg(3);
    let mut telling = InterfaceRequest::new(&name);
    let told = |_: &mut Cx<'p>, (): ()| Ok(Term::atom(known::OK));
    match code {
        libc::SIOCSIFFLAGS => {
            let (mut on, mut off) = (0, 0);
            for (flag, set) in value.as_map().ok_or(Raise::Badarg)?.iter() {
                let flag = int(flag).ok_or(Raise::Badarg)?;
                if set.as_boolean() == Some(true) {
                    on |= flag;
                } else {
                    off |= flag;
                }
            }
            let tell = |fd: BorrowedFd<'_>| {
                telling.call(fd, libc::SIOCGIFFLAGS)?;
                let flags = i32::from(telling.flags() as i16);
                telling.set_flags(((flags | on) & !off) as u16);
                telling.call(fd, code)
            };
            return asked(cx, tell, told);
        }
        libc::SIOCSIFMTU | libc::SIOCSIFTXQLEN => match int(value) {
            Some(number) => telling.set_number(number),
            None if code == libc::SIOCSIFMTU => return invalid(cx, "mtu"),
            None => return invalid(cx, "txqlen"),
        },
        libc::SIOCSIFHWADDR => match address::hardware(value) {
            Some(address) => telling.set_any_address(address.bytes()),
            None => return invalid(cx, "hwaddr"),
        },
        _ => match address::decode(value) {
            Some(address) => telling.set_any_address(address.bytes()),
            None => return invalid(cx, "sockaddr"),
        },
    }
    asked(cx, |fd| telling.call(fd, code), told)
}
