//! What holds for all sockets: the registry, defaults, how many there are of which kind.

use super::terms::{atom, field, flag, map, raise_invalid};
use oxbeam_vm::machine::machine;
use oxbeam_vm::native::prelude::*;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Number of the process that keeps track of sockets.
static REGISTRY: AtomicU64 = AtomicU64::new(0);
static USE_REGISTRY: AtomicBool = AtomicBool::new(true);
static DEBUG: AtomicBool = AtomicBool::new(false);
static SOCKET_DEBUG: AtomicBool = AtomicBool::new(false);
static INFORM_ON_WRAP: AtomicBool = AtomicBool::new(false);
static EXTENDED_ERRORS: AtomicBool = AtomicBool::new(true);

/// TABLE of the numbers of sockets that are told.
const NUMBERS: [&str; 11] = [
    "num_sockets",
    "num_tdgrams",
    "num_tstreams",
    "num_tseqpkgs",
    "num_dlocal",
    "num_dinet",
    "num_dinet6",
    "num_pip",
    "num_ptcp",
    "num_pudp",
    "num_psctp",
];
static COUNTS: [AtomicU64; NUMBERS.len()] = [const { AtomicU64::new(0) }; NUMBERS.len()];

pub(super) fn registry() -> u64 {
    REGISTRY.load(Ordering::Acquire)
}

pub(super) fn use_registry() -> bool {
    USE_REGISTRY.load(Ordering::Relaxed)
}

pub(super) fn socket_debug() -> bool {
    SOCKET_DEBUG.load(Ordering::Relaxed)
}

pub(super) fn inform_on_wrap() -> bool {
    INFORM_ON_WRAP.load(Ordering::Relaxed)
}

/// One socket more, or less. Local ones count as those of version 6, as in OTP.
pub(super) fn count_socket(domain: i32, kind: i32, protocol: i32, more: bool) {
    let domain = match domain {
        libc::AF_INET => Some("num_dinet"),
        libc::AF_INET6 | libc::AF_UNIX => Some("num_dinet6"),
        _ => None,
    };
    let kind = match kind {
        libc::SOCK_STREAM => Some("num_tstreams"),
        libc::SOCK_DGRAM => Some("num_tdgrams"),
        libc::SOCK_SEQPACKET => Some("num_tseqpkgs"),
        _ => None,
    };
    let protocol = match protocol {
        libc::IPPROTO_IP => Some("num_pip"),
        libc::IPPROTO_TCP | libc::IPPROTO_MPTCP => Some("num_ptcp"),
        libc::IPPROTO_UDP => Some("num_pudp"),
        libc::IPPROTO_SCTP => Some("num_psctp"),
        _ => None,
    };
    for name in [Some("num_sockets"), domain, kind, protocol]
        .into_iter()
        .flatten()
    {
        if let Some(index) = NUMBERS.iter().position(|number| *number == name) {
            if more {
                COUNTS[index].fetch_add(1, Ordering::Relaxed);
            } else {
                COUNTS[index].fetch_sub(1, Ordering::Relaxed);
            }
        }
    }
}

/// The load information: the registry, and what the environment says.
pub(super) fn load<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let information = cx.arg(1);
    let registry = field(information, "registry").and_then(Term::as_local_pid);
    REGISTRY.store(registry.ok_or(Raise::Badarg)?, Ordering::Release);
    for (key, place) in [
        ("use_registry", &USE_REGISTRY),
        ("iow", &INFORM_ON_WRAP),
        ("debug", &DEBUG),
        ("socket_debug", &SOCKET_DEBUG),
        ("eei", &EXTENDED_ERRORS),
    ] {
        let default = place.load(Ordering::Relaxed);
        place.store(flag(information, key, default), Ordering::Relaxed);
    }
    Ok(Term::atom(known::OK))
}

/// `nif_command(#{command := Command, data := Data})`. What is told for debugging goes nowhere.
pub(super) fn command_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let command = field(cx.arg(0), "command").ok_or(Raise::Badarg)?;
    let data = field(cx.arg(0), "data").ok_or(Raise::Badarg)?;
    let place = match command.as_atom().map(Atom::text) {
        Some("debug") => &DEBUG,
        Some("socket_debug") => &SOCKET_DEBUG,
        Some("use_registry") => &USE_REGISTRY,
        _ => {
            let what = cx.tuple(&[atom("command"), command]);
            return Err(raise_invalid(cx, what));
        }
    };
    let Some(value) = data.as_boolean() else {
        let what = cx.tuple(&[atom("data"), data]);
        return Err(raise_invalid(cx, what));
    };
    place.store(value, Ordering::Relaxed);
    Ok(Term::atom(known::OK))
}

/// Slices that are sent at once.
pub(super) const SLICES: usize = 1024;

/// `nif_info()`
pub(super) fn info_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut counters = vec![("num_cnt_bits", Term::small(64))];
    for (name, count) in NUMBERS.iter().zip(&COUNTS) {
        let count = cx.unsigned(count.load(Ordering::Relaxed));
        counters.push((name, count));
    }
    let counters = map(cx, &counters);
    let told = |place: &AtomicBool| Term::boolean(place.load(Ordering::Relaxed));
    let mut pairs = vec![
        ("debug", told(&DEBUG)),
        ("socket_debug", told(&SOCKET_DEBUG)),
        ("use_registry", told(&USE_REGISTRY)),
        ("iow", told(&INFORM_ON_WRAP)),
        ("counters", counters),
        ("iov_max", Term::small(SLICES as i64)),
    ];
    let rules = machine().release.io.sockets;
    if rules.tells_backend {
        let mut backend = vec![("name", atom("unix_essio"))];
        if rules.tells_sctp {
            backend.push(("sctp", atom("undefined")));
        }
        let backend = map(cx, &backend);
        pairs.push(("eei", told(&EXTENDED_ERRORS)));
        pairs.push(("io_backend", backend));
    }
    Ok(map(cx, &pairs))
}
