//! Control messages: `#{level := Level, type := Type, value := Value}` or with `data` in place of a value.

use super::address;
use super::service;
use super::terms::{atom, field, int, map, reason};
use crate::sys::message::Controls;
use oxbeam_vm::native::prelude::*;
use rustix::io::Errno;
use std::net::{Ipv4Addr, Ipv6Addr};

/// How the value of a control message is told.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Value {
    /// As bytes only.
    Data,
    /// Seconds and microseconds.
    Micros,
    /// Seconds and nanoseconds.
    Nanos,
    /// A type of service.
    Service,
    /// A number.
    Number,
    /// A number of one byte.
    Byte,
    /// An interface with addresses of version 4.
    Packet4,
    /// An interface with an address of version 6.
    Packet6,
    /// An address.
    Address,
    /// An error that the network has told.
    Error,
}

/// A kind of control messages. Only some can be sent by value.
struct Row {
    level: i32,
    kind: i32,
    name: &'static str,
    value: Value,
    sent: bool,
}

const fn row(level: i32, kind: i32, name: &'static str, value: Value, sent: bool) -> Row {
    Row {
        level,
        kind,
        name,
        value,
        sent,
    }
}

const SOCKET: i32 = libc::SOL_SOCKET;
const IP: i32 = libc::IPPROTO_IP;
const IPV6: i32 = libc::IPPROTO_IPV6;

/// TABLE of control messages with a name.
const ROWS: &[Row] = &[
    row(
        SOCKET,
        libc::SCM_CREDENTIALS,
        "credentials",
        Value::Data,
        false,
    ),
    row(SOCKET, libc::SCM_RIGHTS, "rights", Value::Data, false),
    row(
        SOCKET,
        libc::SCM_TIMESTAMP,
        "timestamp",
        Value::Micros,
        true,
    ),
    row(
        SOCKET,
        libc::SCM_TIMESTAMPNS,
        "timestampns",
        Value::Nanos,
        true,
    ),
    row(IP, libc::IP_TOS, "tos", Value::Service, true),
    row(IP, libc::IP_TTL, "ttl", Value::Number, true),
    row(IP, libc::IP_RECVTTL, "recvttl", Value::Byte, false),
    row(IP, libc::IP_PKTINFO, "pktinfo", Value::Packet4, false),
    row(
        IP,
        libc::IP_ORIGDSTADDR,
        "origdstaddr",
        Value::Address,
        false,
    ),
    row(IP, libc::IP_RECVTOS, "recvtos", Value::Service, false),
    row(IP, libc::IP_RECVERR, "recverr", Value::Error, false),
    row(IPV6, libc::IPV6_PKTINFO, "pktinfo", Value::Packet6, false),
    row(IPV6, libc::IPV6_HOPLIMIT, "hoplimit", Value::Number, true),
    row(IPV6, libc::IPV6_TCLASS, "tclass", Value::Number, true),
    row(
        IPV6,
        libc::IPV6_RECVTCLASS,
        "recvtclass",
        Value::Number,
        false,
    ),
    row(IPV6, libc::IPV6_RECVERR, "recverr", Value::Error, false),
    row(IPV6, libc::IPV6_FLOWINFO, "flowinfo", Value::Number, false),
];

fn row_named(level: i32, name: Term<'_>) -> Option<&'static Row> {
    let name = name.as_atom()?.text();
    ROWS.iter()
        .find(|row| row.level == level && row.name == name)
}

/// The control messages of a list; `None` if one is wrong, or there are more than `room` bytes of them.
pub(super) fn decode_all(list: Term<'_>, room: usize) -> Option<Controls> {
    let mut controls = Controls::default();
    let mut elements = list.list_iter();
    for element in elements.by_ref() {
        let (level, kind, data) = decode(element)?;
        if controls.len() + Controls::space(data.len()) > room {
            return None;
        }
        controls.push(level, kind, &data);
    }
    elements.rest().is_nil().then_some(controls)
}

fn decode(term: Term<'_>) -> Option<(i32, i32, Vec<u8>)> {
    let level = address::level(field(term, "level")?)?;
    let kind = field(term, "type")?;
    let value = field(term, "value");
    let Some(data) = field(term, "data") else {
        let row = row_named(level, kind).filter(|row| row.sent)?;
        return Some((level, row.kind, encode_value(row.value, value?)?));
    };
    if value.is_some() {
        return None;
    }
    let kind = match int(kind) {
        Some(kind) => kind,
        None => row_named(level, kind)?.kind,
    };
    let data = match data.as_binary() {
        Some(data) => data.into_owned(),
        None => int(data)
            .or_else(|| data.as_boolean().map(i32::from))?
            .to_ne_bytes()
            .to_vec(),
    };
    Some((level, kind, data))
}

fn encode_value(value: Value, term: Term<'_>) -> Option<Vec<u8>> {
    let time = |part: &str| {
        let seconds = field(term, "sec")?.as_i64()?;
        let part = field(term, part)?.as_i64()?;
        Some([seconds.to_ne_bytes(), part.to_ne_bytes()].concat())
    };
    match value {
        Value::Micros => time("usec"),
        Value::Nanos => time("nsec"),
        Value::Service => Some(service::decode(term)?.to_ne_bytes().to_vec()),
        Value::Number => Some(int(term)?.to_ne_bytes().to_vec()),
        _ => None,
    }
}

/// The control messages that have come.
pub(super) fn encode_all<'p>(cx: &mut Cx<'p>, controls: &Controls) -> Term<'p> {
    let mut terms = Vec::new();
    for message in controls.messages() {
        let Ok((level, kind, (start, end))) = message else {
            terms.push(atom("bad_data"));
            break;
        };
        terms.push(encode(cx, level, kind, &controls.bytes()[start..end]));
    }
    cx.list(terms)
}

fn encode<'p>(cx: &mut Cx<'p>, level: i32, kind: i32, bytes: &[u8]) -> Term<'p> {
    let row = ROWS
        .iter()
        .find(|row| row.level == level && row.kind == kind);
    let name = row.map_or(Term::small(kind.into()), |row| atom(row.name));
    let data = cx.binary(bytes);
    let mut pairs = vec![
        ("level", address::level_term(level)),
        ("type", name),
        ("data", data),
    ];
    if let Some(row) = row
        && let Some(value) = value_term(cx, row.value, bytes)
    {
        pairs.push(("value", value));
    }
    map(cx, &pairs)
}

fn number(bytes: &[u8], at: usize) -> Option<i32> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(i32::from_ne_bytes(*bytes))
}

fn long(bytes: &[u8], at: usize) -> Option<i64> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(i64::from_ne_bytes(*bytes))
}

fn value_term<'p>(cx: &mut Cx<'p>, value: Value, bytes: &[u8]) -> Option<Term<'p>> {
    match value {
        Value::Data => None,
        Value::Micros | Value::Nanos => {
            let (seconds, part) = (long(bytes, 0)?, long(bytes, 8)?);
            let name = if value == Value::Micros {
                "usec"
            } else {
                "nsec"
            };
            let pairs = [("sec", cx.integer(seconds)), (name, cx.integer(part))];
            Some(map(cx, &pairs))
        }
        Value::Service => Some(service::encode(cx, i32::from(*bytes.first()?))),
        Value::Number => Some(Term::small(number(bytes, 0)?.into())),
        Value::Byte => Some(Term::small(i64::from(*bytes.first()?))),
        Value::Packet4 => {
            let index = number(bytes, 0)? as u32;
            let here = *bytes.get(4..)?.first_chunk::<4>()?;
            let there = *bytes.get(8..)?.first_chunk::<4>()?;
            let pairs = [
                ("ifindex", Term::small(index.into())),
                (
                    "spec_dst",
                    address::version_4_term(cx, Ipv4Addr::from(here)),
                ),
                ("addr", address::version_4_term(cx, Ipv4Addr::from(there))),
            ];
            Some(map(cx, &pairs))
        }
        Value::Packet6 => {
            let address = *bytes.first_chunk::<16>()?;
            let index = number(bytes, 16)?;
            let pairs = [
                ("addr", address::version_6_term(cx, Ipv6Addr::from(address))),
                ("ifindex", Term::small(index.into())),
            ];
            Some(map(cx, &pairs))
        }
        Value::Address => Some(address::encode_bytes(cx, bytes)),
        Value::Error => error_term(cx, bytes),
    }
}

/// TABLE of origins of errors.
const ORIGINS: &[(u8, &str)] = &[
    (libc::SO_EE_ORIGIN_NONE, "none"),
    (libc::SO_EE_ORIGIN_LOCAL, "local"),
    (libc::SO_EE_ORIGIN_ICMP, "icmp"),
    (libc::SO_EE_ORIGIN_ICMP6, "icmp6"),
    (4, "txstatus"),
    (5, "zerocopy"),
    (6, "txtime"),
];

/// TABLE of types of errors: origin, type.
const ERROR_TYPES: &[(u8, u8, &str)] = &[
    (libc::SO_EE_ORIGIN_ICMP, 3, "dest_unreach"),
    (libc::SO_EE_ORIGIN_ICMP, 11, "time_exceeded"),
    (libc::SO_EE_ORIGIN_ICMP6, 1, "dest_unreach"),
    (libc::SO_EE_ORIGIN_ICMP6, 2, "pkt_toobig"),
    (libc::SO_EE_ORIGIN_ICMP6, 3, "time_exceeded"),
];

/// TABLE of codes of what can't be reached: origin, code.
const ERROR_CODES: &[(u8, u8, &str)] = &[
    (libc::SO_EE_ORIGIN_ICMP, 0, "net_unreach"),
    (libc::SO_EE_ORIGIN_ICMP, 1, "host_unreach"),
    (libc::SO_EE_ORIGIN_ICMP, 3, "port_unreach"),
    (libc::SO_EE_ORIGIN_ICMP, 4, "frag_needed"),
    (libc::SO_EE_ORIGIN_ICMP, 6, "net_unknown"),
    (libc::SO_EE_ORIGIN_ICMP, 7, "host_unknown"),
    (libc::SO_EE_ORIGIN_ICMP6, 0, "noroute"),
    (libc::SO_EE_ORIGIN_ICMP6, 1, "adm_prohibited"),
    (libc::SO_EE_ORIGIN_ICMP6, 2, "not_neighbour"),
    (libc::SO_EE_ORIGIN_ICMP6, 3, "addr_unreach"),
    (libc::SO_EE_ORIGIN_ICMP6, 4, "port_unreach"),
    (libc::SO_EE_ORIGIN_ICMP6, 5, "policy_fail"),
    (libc::SO_EE_ORIGIN_ICMP6, 6, "reject_route"),
];

/// Bytes of an error before the address of who tells it.
const ERROR: usize = 16;

fn error_term<'p>(cx: &mut Cx<'p>, bytes: &[u8]) -> Option<Term<'p>> {
    let errno = number(bytes, 0)?;
    let [origin, kind, code] = *bytes.get(4..)?.first_chunk::<3>()?;
    let (information, data) = (number(bytes, 8)?, number(bytes, 12)?);
    let small = |value: u8| Term::small(value.into());
    let origin_term = ORIGINS
        .iter()
        .find(|(number, _)| *number == origin)
        .map_or(small(origin), |(_, name)| atom(name));
    let named = |table: &[(u8, u8, &str)], value: u8| {
        table
            .iter()
            .find(|(from, number, _)| *from == origin && *number == value)
            .map_or(small(value), |(_, _, name)| atom(name))
    };
    let kind_term = named(ERROR_TYPES, kind);
    // The codes have names for one of the types only.
    let unreachable = kind_term
        .as_atom()
        .is_some_and(|name| name.text() == "dest_unreach");
    let code = if unreachable {
        named(ERROR_CODES, code)
    } else {
        small(code)
    };
    let mut pairs = vec![
        ("error", reason(Errno::from_raw_os_error(errno))),
        ("origin", origin_term),
        ("type", kind_term),
        ("code", code),
        ("info", Term::small(information.into())),
        ("data", Term::small(data.into())),
    ];
    if bytes.len() > ERROR {
        let offender = address::encode_bytes(cx, &bytes[ERROR..]);
        pairs.push(("offender", offender));
    }
    Some(map(cx, &pairs))
}
