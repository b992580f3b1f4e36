//! The type of service of packets, by the names of both standards; and what else is told by name: discovery of the largest packet, hops.

use super::terms::{atom, int, map};
use oxbeam_vm::machine::machine;
use oxbeam_vm::native::prelude::*;

/// TABLE of types of service, in their place among the bits.
const SERVICES: &[(&str, i32)] = &[
    ("lowdelay", 8),
    ("throughput", 4),
    ("reliability", 2),
    ("mincost", 1),
    ("default", 0),
];
const SERVICE: (i32, u32) = (0x1E, 1);

/// TABLE of precedences.
const PRECEDENCES: &[(&str, i32)] = &[
    ("netcontrol", 56),
    ("internetcontrol", 48),
    ("critical_ecp", 40),
    ("flashoverride", 32),
    ("flash", 24),
    ("immediate", 16),
    ("priority", 8),
    ("routine", 0),
];
const PRECEDENCE: (i32, u32) = (0xE0, 5);

/// TABLE of differentiated services.
const DIFFERENTIATED: &[(&str, i32)] = &[
    ("cs0", 0),
    ("cs1", 8),
    ("cs2", 16),
    ("cs3", 24),
    ("cs4", 32),
    ("cs5", 40),
    ("cs6", 48),
    ("cs7", 56),
    ("af11", 10),
    ("af12", 12),
    ("af13", 14),
    ("af21", 18),
    ("af22", 20),
    ("af23", 22),
    ("af31", 26),
    ("af32", 28),
    ("af33", 30),
    ("af41", 34),
    ("af42", 36),
    ("af43", 38),
    ("ef", 46),
    ("voice_admit", 44),
    ("le", 1),
    ("nqb", 45),
];
const DIFFERENTIATED_BITS: (i32, u32) = (0xFC, 2);

fn in_parts() -> bool {
    machine().release.io.sockets.service_in_parts
}

fn find(table: &[(&str, i32)], name: &str) -> Option<i32> {
    let row = table.iter().find(|(text, _)| *text == name)?;
    Some(row.1)
}

fn name_of(table: &[(&str, i32)], value: i32, (mask, shift): (i32, u32)) -> Term<'static> {
    let value = (value & mask) >> shift;
    match table.iter().find(|(_, number)| *number == value) {
        Some((name, _)) => atom(name),
        None => Term::small(value.into()),
    }
}

/// The number of a type of service.
pub(super) fn decode(term: Term<'_>) -> Option<i32> {
    let Some(name) = term.as_atom() else {
        return int(term);
    };
    let name = name.text();
    let service = find(SERVICES, name)
        .filter(|&value| value != 0)
        .map(|value| value << SERVICE.1);
    if in_parts() {
        service.or_else(|| Some(find(DIFFERENTIATED, name)? << DIFFERENTIATED_BITS.1))
    } else {
        service
    }
}

/// A type of service.
pub(super) fn encode<'p>(builder: &mut Builder<'p>, value: i32) -> Term<'p> {
    if !in_parts() {
        // One of the four, or the number.
        let service = SERVICES
            .iter()
            .find(|(_, number)| *number != 0 && number << SERVICE.1 == value & SERVICE.0);
        return match service {
            Some((name, _)) => atom(name),
            None => Term::small(value.into()),
        };
    }
    // Precedences are looked up by their three bits among numbers of six, as in OTP.
    let parts = [
        ("precedence", name_of(PRECEDENCES, value, PRECEDENCE)),
        ("tos", name_of(SERVICES, value, SERVICE)),
    ];
    let service = map(builder, &parts);
    let differentiated = name_of(DIFFERENTIATED, value, DIFFERENTIATED_BITS);
    let pairs = [
        ("native", Term::small(value.into())),
        ("tos", service),
        ("dscp", differentiated),
    ];
    map(builder, &pairs)
}

/// TABLE of ways to discover the largest packet.
const DISCOVERY: &[(&str, i32)] = &[
    ("want", libc::IP_PMTUDISC_WANT),
    ("dont", libc::IP_PMTUDISC_DONT),
    ("do", libc::IP_PMTUDISC_DO),
    ("probe", libc::IP_PMTUDISC_PROBE),
];

/// The number of a way to discover the largest packet; both versions have the same.
pub(super) fn discovery(term: Term<'_>) -> Option<i32> {
    match term.as_atom() {
        Some(name) => find(DISCOVERY, name.text()),
        None => int(term),
    }
}

/// A way to discover the largest packet.
pub(super) fn discovery_term(value: i32) -> Term<'static> {
    name_of(DISCOVERY, value, (-1, 0))
}

/// `default | 0..255`
pub(super) fn hops(term: Term<'_>) -> Option<i32> {
    match term.as_atom() {
        Some(name) => (name.text() == "default").then_some(-1),
        None => int(term).filter(|hops| (0..=255).contains(hops)),
    }
}
