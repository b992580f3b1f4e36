//! `prim_net`: names of hosts, services and interfaces, for the module `net`. Follows `prim_net.erl`. What asks the resolver waits for
//! the network, on a dirty scheduler.

use crate::errors::ok_tuple;
use crate::socket::address::{decode, domain_term, encode, kind_term, maybe};
use crate::socket::terms::{
    atom, error, failed, field, flag, is, map, ok, raise_invalid, string, uint,
};
use crate::sys::names;
use crate::sys::socket as system;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::sched::while_waiting;
use rustix::io::Errno;
use std::sync::atomic::{AtomicBool, Ordering};

/// `prim_net` loads its library as `net`.
pub(crate) const NIF: StaticNif = StaticNif {
    name: "net",
    natives: NATIVES,
    load: Some(load),
};

natives! { NATIVES: "prim_net";
    "nif_info"                   / 0 Plain   => info_0;
    "nif_command"                / 1 Plain   => command_1;
    "nif_gethostname"            / 0 Plain   => gethostname_0;
    "nif_getnameinfo"            / 2 DirtyIo => getnameinfo_2;
    "nif_getaddrinfo"            / 3 DirtyIo => getaddrinfo_3;
    "nif_getifaddrs"             / 1 DirtyIo => getifaddrs_1;
    "nif_get_adapters_addresses" / 1 DirtyIo => other_system;
    "nif_get_if_entry"           / 1 DirtyIo => other_system;
    "nif_get_interface_info"     / 1 DirtyIo => other_system;
    "nif_get_ip_address_table"   / 1 DirtyIo => other_system;
    "nif_getservbyname"          / 2 DirtyIo [26 ..= 255] => getservbyname_2;
    "nif_getservbyport"          / 2 DirtyIo [26 ..= 255] => getservbyport_2;
    "nif_if_name2index"          / 1 Plain   => if_name2index_1;
    "nif_if_index2name"          / 1 Plain   => if_index2name_1;
    "nif_if_names"               / 0 Plain   => if_names_0;
}

static DEBUG: AtomicBool = AtomicBool::new(false);

fn load<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    DEBUG.store(flag(cx.arg(1), "debug", false), Ordering::Relaxed);
    Ok(Term::atom(known::OK))
}

/// What another system alone has.
fn other_system<'p>(_: &mut Cx<'p>) -> NativeResult<'p> {
    Err(Raise::Notsup)
}

/// `nif_info()`
fn info_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut pairs = vec![("debug", Term::boolean(DEBUG.load(Ordering::Relaxed)))];
    if cx.machine().release.io.sockets.tells_sctp {
        pairs.push(("netns", Term::FALSE));
    }
    Ok(map(cx, &pairs))
}

/// `nif_command(#{command := debug, data := Boolean})`. What is told for debugging goes nowhere.
fn command_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let command = field(cx.arg(0), "command").ok_or(Raise::Badarg)?;
    let data = field(cx.arg(0), "data").ok_or(Raise::Badarg)?;
    if !is(command, "debug") {
        let what = cx.tuple(&[atom("command"), command]);
        return Err(raise_invalid(cx, what));
    }
    let Some(on) = data.as_boolean() else {
        let what = cx.tuple(&[atom("data"), data]);
        return Err(raise_invalid(cx, what));
    };
    DEBUG.store(on, Ordering::Relaxed);
    Ok(Term::atom(known::OK))
}

/// `nif_gethostname()`
fn gethostname_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = system::host_name();
    let name = cx.byte_list(&name);
    ok(cx, name)
}

/// `{error, Reason}` of the resolver's number. Only the search for a name tells the system's own error.
fn unresolved<'p>(cx: &mut Cx<'p>, code: i32, errno: Option<Errno>) -> Term<'p> {
    let name = match (code, errno) {
        (libc::EAI_SYSTEM, Some(errno)) => return failed(cx, errno),
        (libc::EAI_SYSTEM, None) => "esystem",
        (libc::EAI_AGAIN, _) => "eagain",
        (libc::EAI_BADFLAGS, _) => "ebadflags",
        (libc::EAI_FAIL, _) => "efail",
        (libc::EAI_FAMILY, _) => "efamily",
        (libc::EAI_MEMORY, _) => "emem",
        (libc::EAI_NONAME, _) => "enoname",
        (libc::EAI_OVERFLOW, Some(_)) => "eoverflow",
        (ADDRESS_FAMILY, None) => "eaddrfamily",
        (libc::EAI_NODATA, None) => "enodata",
        (libc::EAI_SERVICE, None) => "eservice",
        (libc::EAI_SOCKTYPE, None) => "esocktype",
        _ => "einval",
    };
    error(cx, atom(name))
}

/// The host has no address of the family (`EAI_ADDRFAMILY`).
const ADDRESS_FAMILY: i32 = -9;

/// TABLE of flags of the search for a name.
const NAME_FLAGS: &[(&str, i32)] = &[
    ("namereqd", libc::NI_NAMEREQD),
    ("dgram", libc::NI_DGRAM),
    ("nofqdn", libc::NI_NOFQDN),
    ("numerichost", libc::NI_NUMERICHOST),
    ("numericserv", libc::NI_NUMERICSERV),
    ("idn", libc::NI_IDN),
];

fn name_flags(term: Term<'_>) -> Option<i32> {
    if is(term, "undefined") {
        return Some(0);
    }
    if !term.is_list() {
        return None;
    }
    let mut flags = 0;
    for element in term.list_iter() {
        let name = element.as_atom()?.text();
        flags |= NAME_FLAGS.iter().find(|(text, _)| *text == name)?.1;
    }
    Some(flags)
}

/// `nif_getnameinfo(Address, Flags)`
fn getnameinfo_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let Some(address) = decode(cx.arg(0)) else {
        return Ok(error(cx, atom("einval")));
    };
    let flags = name_flags(cx.arg(1)).ok_or(Raise::Badarg)?;
    match while_waiting(|| names::name_of(&address, flags)) {
        Ok((host, service)) => {
            let pairs = [
                ("host", cx.byte_list(&host)),
                ("service", cx.byte_list(&service)),
            ];
            let pairs = map(cx, &pairs);
            ok(cx, pairs)
        }
        Err((code, errno)) => Ok(unresolved(cx, code, Some(errno))),
    }
}

/// `undefined`, or a string.
fn maybe_string(term: Term<'_>) -> Result<Option<Vec<u8>>, Raise> {
    if is(term, "undefined") {
        return Ok(None);
    }
    string(term).map(Some).ok_or(Raise::Badarg)
}

/// `nif_getaddrinfo(Host, Service, Hints)`
fn getaddrinfo_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (host, service) = (maybe_string(cx.arg(0))?, maybe_string(cx.arg(1))?);
    if host.is_none() && service.is_none() {
        return Err(Raise::Badarg);
    }
    let found = while_waiting(|| names::addresses_of(host.as_deref(), service.as_deref()));
    let rules = cx.machine().release.io.sockets;
    match found {
        Ok(found) => {
            let mut terms = Vec::new();
            for place in found {
                let kind = match place.kind {
                    0 => atom("any"),
                    kind => kind_term(kind),
                };
                let pairs = [
                    ("family", domain_term(place.family)),
                    (rules.address_type, kind),
                    ("protocol", Term::small(place.protocol.into())),
                    ("addr", encode(cx, &place.address)),
                ];
                terms.push(map(cx, &pairs));
            }
            let terms = cx.list(terms);
            ok(cx, terms)
        }
        Err(code) => Ok(unresolved(cx, code, None)),
    }
}

/// TABLE of flags of interfaces, in their order.
const INTERFACE_FLAGS: &[(&str, i32)] = &[
    ("up", libc::IFF_UP),
    ("broadcast", libc::IFF_BROADCAST),
    ("debug", libc::IFF_DEBUG),
    ("loopback", libc::IFF_LOOPBACK),
    ("pointopoint", libc::IFF_POINTOPOINT),
    ("notrailers", libc::IFF_NOTRAILERS),
    ("running", libc::IFF_RUNNING),
    ("noarp", libc::IFF_NOARP),
    ("promisc", libc::IFF_PROMISC),
    ("master", libc::IFF_MASTER),
    ("slave", libc::IFF_SLAVE),
    ("multicast", libc::IFF_MULTICAST),
    ("portsel", libc::IFF_PORTSEL),
    ("automedia", libc::IFF_AUTOMEDIA),
    ("dynamic", libc::IFF_DYNAMIC),
];

/// `nif_getifaddrs(#{netns => Path})`
fn getifaddrs_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if !cx.arg(0).is_map() {
        return Err(Raise::Badarg);
    }
    let namespace = match field(cx.arg(0), "netns") {
        Some(path) => Some(string(path).ok_or(Raise::Badarg)?),
        None => None,
    };
    let found = while_waiting(|| match namespace {
        Some(path) => system::in_namespace(&path, system::interfaces),
        None => system::interfaces(),
    });
    let interfaces = match found {
        Ok(interfaces) => interfaces,
        Err(errno) => return Ok(failed(cx, errno)),
    };
    let mut terms = Vec::new();
    for interface in interfaces {
        let flags = interface.flags as i32;
        let names = INTERFACE_FLAGS.iter().filter(|(_, flag)| flags & flag != 0);
        let names: Vec<_> = names.map(|(name, _)| atom(name)).collect();
        let mut pairs = vec![
            ("name", cx.byte_list(&interface.name)),
            ("flags", cx.list(names)),
        ];
        let [address, mask, other] = &interface.raw;
        let other_name = if flags & libc::IFF_POINTOPOINT != 0 {
            Some("dstaddr")
        } else if flags & libc::IFF_BROADCAST != 0 {
            Some("broadaddr")
        } else {
            None
        };
        for (name, address) in [
            (Some("addr"), address),
            (Some("netmask"), mask),
            (other_name, other),
        ] {
            if let (Some(name), Some(address)) = (name, maybe(cx, address.as_ref())) {
                pairs.push((name, address));
            }
        }
        terms.push(map(cx, &pairs));
    }
    let terms = cx.list(terms);
    ok(cx, terms)
}

/// Names are at most this long.
const NAME: usize = 255;

fn short_string(term: Term<'_>) -> Option<Vec<u8>> {
    string(term).filter(|text| !text.is_empty() && text.len() <= NAME)
}

/// `nif_getservbyname(Name, Protocol)`
fn getservbyname_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let port = short_string(cx.arg(0)).and_then(|name| {
        let protocol = short_string(cx.arg(1))?;
        while_waiting(|| names::port_of(&name, any(&protocol)))
    });
    match port {
        // Sixteen bits with a sign.
        Some(port) => ok(cx, Term::small((port as i16).into())),
        None => Ok(error(cx, atom("einval"))),
    }
}

/// `any` stands for whatever protocol.
fn any(protocol: &[u8]) -> Option<&[u8]> {
    (protocol != b"any").then_some(protocol)
}

/// `nif_getservbyport(Port, Protocol)`
fn getservbyport_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = uint(cx.arg(0)).and_then(|port| {
        let protocol = short_string(cx.arg(1))?;
        while_waiting(|| names::service_at(port as u16, any(&protocol)))
    });
    match name {
        Some(name) => {
            let name = cx.byte_list(&name);
            ok(cx, name)
        }
        None => Ok(error(cx, atom("einval"))),
    }
}

/// `nif_if_name2index(Name)`
fn if_name2index_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = string(cx.arg(0)).filter(|name| !name.is_empty() && name.len() <= libc::IFNAMSIZ);
    let Some(name) = name else {
        return Ok(error(cx, atom("einval")));
    };
    match names::interface_index(&name) {
        Ok(index) => ok(cx, Term::small(index.into())),
        Err(errno) => Ok(failed(cx, errno)),
    }
}

/// `nif_if_index2name(Index)`
fn if_index2name_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let index = uint(cx.arg(0)).ok_or(Raise::Badarg)?;
    match names::interface_name(index) {
        Some(name) => {
            let name = cx.byte_list(&name);
            ok(cx, name)
        }
        None => Ok(error(cx, atom("enxio"))),
    }
}

/// `nif_if_names()`
fn if_names_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    match names::interface_names() {
        Ok(found) => {
            let mut pairs = Vec::new();
            for (index, name) in found {
                let name = cx.byte_list(&name);
                pairs.push(cx.tuple(&[Term::small(index.into()), name]));
            }
            let pairs = cx.list(pairs);
            Ok(ok_tuple(cx, pairs))
        }
        Err(errno) => Ok(failed(cx, errno)),
    }
}
