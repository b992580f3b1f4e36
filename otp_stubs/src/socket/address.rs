//! Addresses of sockets as maps: `#{family := inet, addr := {127,0,0,1}, port := 0}` and so on.

use super::terms::{atom, field, int, is, map, uint};
use crate::sys::socket::Address;
use oxbeam_vm::native::prelude::*;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};

/// TABLE of families with a name of their own.
const DOMAINS: &[(&str, i32)] = &[
    ("inet", libc::AF_INET),
    ("inet6", libc::AF_INET6),
    ("local", libc::AF_UNIX),
    ("unspec", libc::AF_UNSPEC),
];

/// TABLE of types.
const TYPES: &[(&str, i32)] = &[
    ("stream", libc::SOCK_STREAM),
    ("dgram", libc::SOCK_DGRAM),
    ("raw", libc::SOCK_RAW),
    ("seqpacket", libc::SOCK_SEQPACKET),
    ("rdm", libc::SOCK_RDM),
];

fn number_of(table: &[(&str, i32)], term: Term<'_>) -> Option<i32> {
    let text = term.as_atom()?.text();
    let row = table.iter().find(|(name, _)| *name == text)?;
    Some(row.1)
}

fn name_of(table: &[(&str, i32)], number: i32) -> Term<'static> {
    match table.iter().find(|(_, value)| *value == number) {
        Some((name, _)) => atom(name),
        None => Term::small(number.into()),
    }
}

/// The system's number of a domain.
pub(crate) fn domain(term: Term<'_>) -> Option<i32> {
    number_of(DOMAINS, term).or_else(|| int(term))
}

/// A domain.
pub(crate) fn domain_term(number: i32) -> Term<'static> {
    name_of(DOMAINS, number)
}

/// The system's number of a type.
pub(crate) fn kind(term: Term<'_>) -> Option<i32> {
    match number_of(TYPES, term) {
        Some(libc::SOCK_RDM) => None,
        Some(number) => Some(number),
        None => int(term),
    }
}

/// A type.
pub(crate) fn kind_term(number: i32) -> Term<'static> {
    name_of(TYPES, number)
}

/// `{A, B, C, D} | any | loopback | broadcast`
pub(crate) fn version_4(term: Term<'_>) -> Option<Ipv4Addr> {
    if let Some(name) = term.as_atom() {
        return match name.text() {
            "any" => Some(Ipv4Addr::UNSPECIFIED),
            "loopback" => Some(Ipv4Addr::LOCALHOST),
            "broadcast" => Some(Ipv4Addr::BROADCAST),
            _ => None,
        };
    }
    let mut octets = [0; 4];
    for (octet, term) in octets.iter_mut().zip(term.as_tuple_of::<4>()?) {
        *octet = u8::try_from(term.as_small()?).ok()?;
    }
    Some(octets.into())
}

/// `{A, B, C, D, E, F, G, H} | any | loopback`
pub(crate) fn version_6(term: Term<'_>) -> Option<Ipv6Addr> {
    if let Some(name) = term.as_atom() {
        return match name.text() {
            "any" => Some(Ipv6Addr::UNSPECIFIED),
            "loopback" => Some(Ipv6Addr::LOCALHOST),
            _ => None,
        };
    }
    let mut segments = [0; 8];
    for (segment, term) in segments.iter_mut().zip(term.as_tuple_of::<8>()?) {
        *segment = u16::try_from(term.as_small()?).ok()?;
    }
    Some(segments.into())
}

/// `{A, B, C, D}`
pub(crate) fn version_4_term<'p>(builder: &mut Builder<'p>, address: Ipv4Addr) -> Term<'p> {
    let octets = address.octets().map(|octet| Term::small(octet.into()));
    builder.tuple(&octets)
}

/// `{A, B, C, D, E, F, G, H}`
pub(crate) fn version_6_term<'p>(builder: &mut Builder<'p>, address: Ipv6Addr) -> Term<'p> {
    let segments = address
        .segments()
        .map(|segment| Term::small(segment.into()));
    builder.tuple(&segments)
}

/// A port is cut to sixteen bits.
fn port(map: Term<'_>) -> Option<u16> {
    Some(int(field(map, "port")?)? as u16)
}

/// `<Family, Bytes>`
pub(crate) fn native(family: i32, map: Term<'_>) -> Option<Address> {
    let data = field(map, "addr")?.as_binary()?;
    let mut bytes = (family as libc::sa_family_t).to_ne_bytes().to_vec();
    bytes.extend_from_slice(&data);
    Address::from_bytes(&bytes)
}

/// The address that a map says.
pub(crate) fn decode(term: Term<'_>) -> Option<Address> {
    let family = field(term, "family")?;
    if let Some(number) = int(family) {
        return native(number, term);
    }
    match number_of(DOMAINS, family)? {
        libc::AF_INET => {
            let port = port(term)?;
            let address = version_4(field(term, "addr")?)?;
            Some(Address::version_4(SocketAddrV4::new(address, port)))
        }
        libc::AF_INET6 => {
            let port = port(term)?;
            let flow = uint(field(term, "flowinfo")?)?;
            let scope = uint(field(term, "scope_id")?)?;
            let address = version_6(field(term, "addr")?)?;
            let address = SocketAddrV6::new(address, port, flow, scope);
            Some(Address::version_6(address))
        }
        libc::AF_UNIX => Address::local(&field(term, "path")?.as_binary()?),
        family => native(family, term),
    }
}

/// Bytes of an address, read in order.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut taken = [0; N];
        let there = N.min(self.0.len());
        taken[..there].copy_from_slice(&self.0[..there]);
        self.0 = &self.0[there..];
        taken
    }
}

const FAMILY: usize = size_of::<libc::sa_family_t>();
/// Bytes of an address of version 4 without what fills it up.
const LEAST_4: usize = 8;
const LEAST_6: usize = size_of::<libc::sockaddr_in6>();
/// A packet's address without the hardware's.
const LEAST_PACKET: usize = 12;

/// The map of an address.
pub(crate) fn encode<'p>(builder: &mut Builder<'p>, address: &Address) -> Term<'p> {
    encode_bytes(builder, address.bytes())
}

/// The map of an address whose bytes, family first, are these.
pub(crate) fn encode_bytes<'p>(builder: &mut Builder<'p>, bytes: &[u8]) -> Term<'p> {
    let Some((family, rest)) = bytes.split_first_chunk::<FAMILY>() else {
        // Not even the family is known.
        return builder.binary(bytes);
    };
    let family = i32::from(libc::sa_family_t::from_ne_bytes(*family));
    let mut fields = Fields(rest);
    match family {
        libc::AF_INET if bytes.len() >= LEAST_4 => {
            let port = u16::from_be_bytes(fields.take());
            let address = version_4_term(builder, fields.take::<4>().into());
            let port = Term::small(port.into());
            let pairs = [("family", atom("inet")), ("port", port), ("addr", address)];
            map(builder, &pairs)
        }
        libc::AF_INET6 if bytes.len() >= LEAST_6 => {
            let port = u16::from_be_bytes(fields.take());
            let flow = i32::from_ne_bytes(fields.take());
            let address = version_6_term(builder, fields.take::<16>().into());
            let scope = i32::from_ne_bytes(fields.take());
            let pairs = [
                ("family", atom("inet6")),
                ("port", Term::small(port.into())),
                ("addr", address),
                ("flowinfo", Term::small(flow.into())),
                ("scope_id", Term::small(scope.into())),
            ];
            map(builder, &pairs)
        }
        libc::AF_UNIX => {
            let text = rest.iter().position(|&byte| byte == 0);
            // What begins with zero is an abstract name of the length that is told.
            let end = text.filter(|&end| end > 0).unwrap_or(rest.len());
            let path = builder.binary(&rest[..end]);
            map(builder, &[("family", atom("local")), ("path", path)])
        }
        libc::AF_PACKET if bytes.len() >= LEAST_PACKET => packet(builder, fields),
        _ => {
            let family = match family {
                libc::AF_PACKET => atom("packet"),
                _ => domain_term(family),
            };
            native_term(builder, family, rest)
        }
    }
}

/// `#{family := Family, addr := Bytes}`
pub(crate) fn native_term<'p>(
    builder: &mut Builder<'p>,
    family: Term<'p>,
    bytes: &[u8],
) -> Term<'p> {
    let data = builder.binary(bytes);
    map(builder, &[("family", family), ("addr", data)])
}

fn packet<'p>(builder: &mut Builder<'p>, mut fields: Fields<'_>) -> Term<'p> {
    let protocol = u16::from_be_bytes(fields.take());
    let index = i32::from_ne_bytes(fields.take());
    let hardware = u16::from_ne_bytes(fields.take());
    let [kind, length] = fields.take();
    let address = fields.take::<8>();
    let length = usize::from(length).min(address.len());
    let hardware = match name_of(PACKET_HARDWARE, hardware.into()) {
        // Numbers here are unsigned, as all of them are positive.
        term if term.as_atom().is_some() => term,
        _ => Term::small(hardware.into()),
    };
    let address = builder.binary(&address[..length]);
    let pairs = [
        ("family", atom("packet")),
        ("protocol", Term::small(protocol.into())),
        ("ifindex", Term::small(index.into())),
        ("hatype", hardware),
        ("pkttype", name_of(PACKET_TYPES, kind.into())),
        ("addr", address),
    ];
    map(builder, &pairs)
}

/// TABLE of hardware in packets' addresses.
const PACKET_HARDWARE: &[(&str, i32)] = &[
    ("netrom", libc::ARPHRD_NETROM as i32),
    ("ether", libc::ARPHRD_ETHER as i32),
    ("eether", libc::ARPHRD_EETHER as i32),
    ("ax25", libc::ARPHRD_AX25 as i32),
    ("pronet", libc::ARPHRD_PRONET as i32),
    ("chaos", libc::ARPHRD_CHAOS as i32),
    ("ieee802", libc::ARPHRD_IEEE802 as i32),
    ("arcnet", libc::ARPHRD_ARCNET as i32),
    ("appletlk", libc::ARPHRD_APPLETLK as i32),
    ("dlci", libc::ARPHRD_DLCI as i32),
    ("atm", libc::ARPHRD_ATM as i32),
    ("metricom", libc::ARPHRD_METRICOM as i32),
    ("ieee1394", libc::ARPHRD_IEEE1394 as i32),
    ("eui64", libc::ARPHRD_EUI64 as i32),
    ("infiniband", libc::ARPHRD_INFINIBAND as i32),
    ("tunnel", libc::ARPHRD_TUNNEL as i32),
    ("tunnel6", libc::ARPHRD_TUNNEL6 as i32),
    ("loopback", libc::ARPHRD_LOOPBACK as i32),
    ("localtlk", libc::ARPHRD_LOCALTLK as i32),
    ("none", libc::ARPHRD_NONE as i32),
    ("void", libc::ARPHRD_VOID as i32),
];

/// TABLE of types of packets.
const PACKET_TYPES: &[(&str, i32)] = &[
    ("host", libc::PACKET_HOST as i32),
    ("broadcast", libc::PACKET_BROADCAST as i32),
    ("multicast", libc::PACKET_MULTICAST as i32),
    ("otherhost", libc::PACKET_OTHERHOST as i32),
    ("outgoing", libc::PACKET_OUTGOING as i32),
    ("loopback", libc::PACKET_LOOPBACK as i32),
    ("user", libc::PACKET_USER as i32),
    ("kernel", libc::PACKET_KERNEL as i32),
];

/// TABLE of hardware that an interface says it is.
const HARDWARE: &[(&str, i32)] = &[
    ("netrom", libc::ARPHRD_NETROM as i32),
    ("ether", libc::ARPHRD_ETHER as i32),
    ("ieee802", libc::ARPHRD_IEEE802 as i32),
    ("dlci", libc::ARPHRD_DLCI as i32),
    ("ieee1394", libc::ARPHRD_IEEE1394 as i32),
    ("loopback", libc::ARPHRD_LOOPBACK as i32),
    ("none", libc::ARPHRD_NONE as i32),
];

/// The map of an address of hardware: sixteen bytes.
pub(crate) fn hardware_term<'p>(builder: &mut Builder<'p>, bytes: &[u8; 16]) -> Term<'p> {
    let family = i32::from(u16::from_ne_bytes([bytes[0], bytes[1]]));
    native_term(builder, name_of(HARDWARE, family), &bytes[FAMILY..])
}

/// The address of hardware that a map says.
pub(crate) fn hardware(term: Term<'_>) -> Option<Address> {
    native(number_of(HARDWARE, field(term, "family")?)?, term)
}

/// `undefined`, or an address.
pub(crate) fn maybe<'p>(builder: &mut Builder<'p>, address: Option<&Address>) -> Option<Term<'p>> {
    address.map(|address| encode(builder, address))
}

/// Is this level the sockets' own?
pub(crate) fn level(term: Term<'_>) -> Option<i32> {
    if is(term, "socket") {
        Some(libc::SOL_SOCKET)
    } else {
        int(term)
    }
}

/// A level.
pub(crate) fn level_term(number: i32) -> Term<'static> {
    if number == libc::SOL_SOCKET {
        atom("socket")
    } else {
        Term::small(number.into())
    }
}
