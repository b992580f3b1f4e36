//! What there is: protocols, options, flags, requests.

use super::option_table::{Kind, LEVELS};
use super::terms::atom;
use oxbeam_vm::native::prelude::*;
use std::fs;

/// TABLE of flags of messages. The last one has the number of another, and so is never told.
const MESSAGE_FLAGS: &[(&str, i32)] = &[
    ("cmsg_cloexec", libc::MSG_CMSG_CLOEXEC),
    ("confirm", libc::MSG_CONFIRM),
    ("ctrunc", libc::MSG_CTRUNC),
    ("dontroute", libc::MSG_DONTROUTE),
    ("eor", libc::MSG_EOR),
    ("errqueue", libc::MSG_ERRQUEUE),
    ("more", libc::MSG_MORE),
    ("nosignal", libc::MSG_NOSIGNAL),
    ("oob", libc::MSG_OOB),
    ("peek", libc::MSG_PEEK),
    ("trunc", libc::MSG_TRUNC),
];

/// TABLE of flags of interfaces, in the order in which they are told; zero: not on this system.
pub(super) const INTERFACE_FLAGS: &[(&str, i32)] = &[
    ("up", libc::IFF_UP),
    ("broadcast", libc::IFF_BROADCAST),
    ("debug", libc::IFF_DEBUG),
    ("loopback", libc::IFF_LOOPBACK),
    ("pointopoint", libc::IFF_POINTOPOINT),
    ("notrailers", libc::IFF_NOTRAILERS),
    ("knowsepoch", 0),
    ("running", libc::IFF_RUNNING),
    ("noarp", libc::IFF_NOARP),
    ("promisc", libc::IFF_PROMISC),
    ("allmulti", libc::IFF_ALLMULTI),
    ("master", libc::IFF_MASTER),
    ("oactive", 0),
    ("slave", libc::IFF_SLAVE),
    ("simplex", 0),
    ("multicast", libc::IFF_MULTICAST),
    ("portsel", libc::IFF_PORTSEL),
    ("automedia", libc::IFF_AUTOMEDIA),
    ("dynamic", libc::IFF_DYNAMIC),
    ("lower_up", 1 << 16),
    ("dormant", 1 << 17),
    ("echo", 1 << 18),
    ("monitor", 0),
    ("staticarp", 0),
    ("dying", 0),
    ("renaming", 0),
    ("nogroup", 0),
    ("link0", 0),
    ("link1", 0),
    ("link2", 0),
    ("cantconfig", 0),
    ("ppromisc", 0),
];
/// Flags that newer releases know.
const NEWER_INTERFACE_FLAGS: &[(&str, i32)] = &[("dhcprunning", 0), ("private", 0)];

/// TABLE of requests.
const REQUESTS: &[(&str, u64)] = &[
    ("gifconf", libc::SIOCGIFCONF),
    ("gifname", libc::SIOCGIFNAME),
    ("gifindex", libc::SIOCGIFINDEX),
    ("gifflags", libc::SIOCGIFFLAGS),
    ("gifaddr", libc::SIOCGIFADDR),
    ("gifdstaddr", libc::SIOCGIFDSTADDR),
    ("gifbrdaddr", libc::SIOCGIFBRDADDR),
    ("gifnetmask", libc::SIOCGIFNETMASK),
    ("gifmtu", libc::SIOCGIFMTU),
    ("gifhwaddr", libc::SIOCGIFHWADDR),
    ("gifmap", libc::SIOCGIFMAP),
    ("giftxqlen", libc::SIOCGIFTXQLEN),
    ("sifflags", libc::SIOCSIFFLAGS),
    ("sifaddr", libc::SIOCSIFADDR),
    ("sifdstaddr", libc::SIOCSIFDSTADDR),
    ("sifbrdaddr", libc::SIOCSIFBRDADDR),
    ("sifmtu", libc::SIOCSIFMTU),
    ("siftxqlen", libc::SIOCSIFTXQLEN),
];
/// Requests that newer releases know.
const NEWER_REQUESTS: &[(&str, u64)] = &[("nread", libc::FIONREAD), ("atmark", SIOCATMARK)];
/// Is the next byte of a stream the urgent one?
pub(super) const SIOCATMARK: u64 = 0x8905;

/// `nif_supports()`
pub(super) fn supports_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let rows = [
        ("sctp", false),
        ("ipv6", true),
        ("local", true),
        ("netns", true),
        ("sendfile", true),
    ];
    let pairs = rows.map(|(name, there)| cx.tuple(&[atom(name), Term::boolean(there)]));
    Ok(cx.list(pairs))
}

fn numbered<'p, N: Copy + Into<i64>>(cx: &mut Cx<'p>, rows: &[&[(&str, N)]]) -> Term<'p> {
    let mut pairs = Vec::new();
    for (name, number) in rows.iter().copied().flatten() {
        pairs.push(cx.tuple(&[atom(name), Term::small((*number).into())]));
    }
    cx.list(pairs)
}

/// `nif_supports(Key)`
pub(super) fn supports_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let newer = cx.machine().release.io.sockets.tells_backend;
    let requests = |rows: &[(&'static str, u64)]| -> Vec<(&'static str, i64)> {
        rows.iter()
            .map(|(name, number)| (*name, *number as i64))
            .collect()
    };
    Ok(match cx.arg(0).as_atom().map(Atom::text) {
        Some("msg_flags") => {
            let notification: &[(&str, i32)] = &[("notification", libc::MSG_MORE)];
            let named = cx.machine().release.io.sockets.named_levels;
            let more = if named { notification } else { &[] };
            numbered(cx, &[MESSAGE_FLAGS, more])
        }
        Some("protocols") => protocols(cx),
        Some("ioctl_requests") => {
            let mut rows = requests(REQUESTS);
            if newer {
                rows.extend(requests(NEWER_REQUESTS));
            }
            numbered(cx, &[&rows])
        }
        Some("ioctl_flags") => {
            let more = if newer { NEWER_INTERFACE_FLAGS } else { &[] };
            numbered(cx, &[INTERFACE_FLAGS, more])
        }
        Some("options") => options(cx),
        _ => Term::NIL,
    })
}

/// `[{Names, Number}]`: those that are known anyhow, then what the system's list has; of equal keys the last counts.
fn protocols<'p>(cx: &mut Cx<'p>) -> Term<'p> {
    let rules = cx.machine().release.io.sockets;
    let mut rows: Vec<(Vec<String>, i32)> = Vec::new();
    let mut known = |name: &str, number: i32| rows.push((vec![name.to_owned()], number));
    if rules.knows_multipath {
        known("mptcp", libc::IPPROTO_MPTCP);
    }
    if rules.knows_igmp {
        known("igmp", libc::IPPROTO_IGMP);
    }
    known("sctp", libc::IPPROTO_SCTP);
    known("udp", libc::IPPROTO_UDP);
    known("tcp", libc::IPPROTO_TCP);
    known("ipv6", libc::IPPROTO_IPV6);
    known("ip", libc::IPPROTO_IP);
    let list = fs::read_to_string("/etc/protocols").unwrap_or_default();
    rows.extend(list.lines().rev().filter_map(protocol));
    let mut terms = Vec::new();
    for (names, number) in rows {
        // What is longer is no atom.
        let names = names.iter().filter(|name| name.len() < 256);
        let names: Vec<_> = names.map(|name| atom(name)).collect();
        let names = cx.list(names);
        terms.push(cx.tuple(&[names, Term::small(number.into())]));
    }
    cx.list(terms)
}

/// A line: name, number, more names from the last to the first.
fn protocol(line: &str) -> Option<(Vec<String>, i32)> {
    let line = line.split('#').next()?;
    let mut words = line.split_whitespace();
    let name = words.next()?;
    let number = words.next()?.parse().ok()?;
    let aliases: Vec<&str> = words.collect();
    let mut names = vec![name.to_owned()];
    names.extend(aliases.iter().rev().map(|alias| (*alias).to_owned()));
    Some((names, number))
}

/// `[{Level, Options}]`, or `[{Name, Level, Options}]`: an option is its name, with its number if it is supported.
fn options<'p>(cx: &mut Cx<'p>) -> Term<'p> {
    let release = cx.machine().release.number;
    let named = cx.machine().release.io.sockets.named_levels;
    let mut levels = Vec::new();
    for level in LEVELS {
        let mut options = Vec::new();
        for row in level.rows {
            let (from, to) = row.named;
            if !(from..=to).contains(&release) {
                continue;
            }
            let name = atom(row.name);
            options.push(if row.kind == Kind::Unsupported || row.since > release {
                name
            } else {
                cx.tuple(&[name, Term::small(row.number.into())])
            });
        }
        let options = cx.list(options);
        let number = super::address::level_term(level.number);
        levels.push(if named {
            cx.tuple(&[atom(level.name), number, options])
        } else {
            cx.tuple(&[number, options])
        });
    }
    cx.list(levels)
}

/// The names of flags; what has none is a number at the end.
pub(super) fn message_flags<'p>(cx: &mut Cx<'p>, flags: i32) -> Term<'p> {
    flag_names(cx, MESSAGE_FLAGS, flags)
}

/// The names of flags of a table; what has none is a number at the end.
pub(super) fn flag_names<'p>(cx: &mut Cx<'p>, table: &[(&str, i32)], mut flags: i32) -> Term<'p> {
    let mut names = Vec::new();
    for (name, flag) in table {
        if *flag != 0 && flags & flag == *flag {
            flags &= !flag;
            names.push(atom(name));
        }
    }
    if flags != 0 {
        names.push(Term::small(flags.into()));
    }
    cx.list(names)
}
