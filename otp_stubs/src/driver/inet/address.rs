//! Addresses in requests and answers: `<Family, Port:16, Address>`, and `<Family, Length, Path>` for local ones.

use super::{Bytes, Refused};
use crate::sys::socket::{Address, Place};
use oxbeam_vm::native::prelude::*;
use rustix::io::Errno;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};

/// Families, in the requests' numbers.
pub(super) mod family {
    pub(in super::super) const INET: u8 = 1;
    pub(in super::super) const INET6: u8 = 2;
    pub(in super::super) const ANY: u8 = 3;
    pub(in super::super) const LOOPBACK: u8 = 4;
    pub(in super::super) const LOCAL: u8 = 5;
    pub(in super::super) const UNSPECIFIED: u8 = 0;
    pub(in super::super) const UNDEFINED: u8 = 6;
}

const NO_FAMILY: Refused = Refused::System(Errno::AFNOSUPPORT);

/// The system's number of a family.
pub(super) fn domain(family: u8) -> Result<i32, Refused> {
    match family {
        family::INET => Ok(libc::AF_INET),
        family::INET6 => Ok(libc::AF_INET6),
        family::LOCAL => Ok(libc::AF_UNIX),
        _ => Err(NO_FAMILY),
    }
}

/// Takes an address from a request; `any` and `loopback` are those of the socket's own family.
pub(super) fn read(data: &mut Bytes<'_>, socket: u8) -> Result<Address, Refused> {
    let version_4 = |address, port| Address::version_4(SocketAddrV4::new(address, port));
    let version_6 = |address, port| Address::version_6(SocketAddrV6::new(address, port, 0, 0));
    let tag = data.byte()?;
    match tag {
        family::INET => {
            let port = data.short()?;
            let octets = *data.array::<4>()?;
            Ok(version_4(octets.into(), port))
        }
        family::INET6 => {
            let port = data.short()?;
            let octets = *data.array::<16>()?;
            let flow = data.word().unwrap_or(0);
            let scope = data.word().unwrap_or(0);
            let address = SocketAddrV6::new(octets.into(), port, flow, scope);
            Ok(Address::version_6(address))
        }
        family::LOCAL => {
            let length = data.byte()?;
            let path = data.take(length.into())?;
            Address::local(path).ok_or(Errno::INVAL.into())
        }
        family::ANY | family::LOOPBACK => {
            let port = data.short()?;
            match (socket, tag) {
                (family::INET, family::ANY) => Ok(version_4(Ipv4Addr::UNSPECIFIED, port)),
                (family::INET, _) => Ok(version_4(Ipv4Addr::LOCALHOST, port)),
                (family::INET6, family::ANY) => Ok(version_6(Ipv6Addr::UNSPECIFIED, port)),
                (family::INET6, _) => Ok(version_6(Ipv6Addr::LOCALHOST, port)),
                _ => Err(Errno::INVAL.into()),
            }
        }
        _ => Err(NO_FAMILY),
    }
}

/// An address in an answer; `None` for one that has no place there.
pub(super) fn bytes(address: &Address) -> Option<Vec<u8>> {
    match address.place() {
        Place::V4(address) => {
            let mut bytes = vec![family::INET];
            bytes.extend_from_slice(&address.port().to_be_bytes());
            bytes.extend_from_slice(&address.ip().octets());
            Some(bytes)
        }
        Place::V6(address) => {
            let mut bytes = vec![family::INET6];
            bytes.extend_from_slice(&address.port().to_be_bytes());
            bytes.extend_from_slice(&address.ip().octets());
            Some(bytes)
        }
        Place::Local(path) => {
            let length = u8::try_from(path.len()).ok()?;
            let mut bytes = vec![family::LOCAL, length];
            bytes.extend_from_slice(&path);
            Some(bytes)
        }
        Place::Unspecified | Place::Other => None,
    }
}

/// An address in front of a datagram: also where there is none.
pub(super) fn sender_bytes(address: &Address) -> Vec<u8> {
    bytes(address).unwrap_or_else(|| match address.place() {
        Place::Unspecified => vec![family::UNSPECIFIED],
        _ => vec![family::UNDEFINED],
    })
}

/// Port, if it has one.
pub(super) fn port(address: &Address) -> u16 {
    match address.place() {
        Place::V4(address) => address.port(),
        Place::V6(address) => address.port(),
        _ => 0,
    }
}

/// Address and port as terms, as they stand in `{udp, _, Address, Port, _}`.
pub(super) fn terms<'p>(builder: &mut Builder<'p>, address: &Address) -> [Term<'p>; 2] {
    let small = |number: u16| Term::small(i64::from(number));
    let named = |builder: &mut Builder<'p>, name: &str, path: &[u8]| {
        let path = builder.binary(path);
        let address = builder.tuple(&[Term::atom(Atom::of(name)), path]);
        [address, Term::small(0)]
    };
    match address.place() {
        Place::V4(address) => {
            let octets = address.ip().octets().map(|octet| small(octet.into()));
            [builder.tuple(&octets), small(address.port())]
        }
        Place::V6(address) => {
            let segments = address.ip().segments().map(small);
            [builder.tuple(&segments), small(address.port())]
        }
        Place::Local(path) => named(builder, "local", &path),
        Place::Unspecified => named(builder, "unspec", b""),
        Place::Other => named(builder, "undefined", b""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(data: &[u8], socket: u8) -> Option<Vec<u8>> {
        bytes(&read(&mut Bytes(data), socket).ok()?)
    }

    #[test]
    fn addresses_are_read_and_written() {
        let here = [1, 0x11, 0x11, 127, 0, 0, 1];
        assert_eq!(there_and_back(&here, family::INET), Some(here.to_vec()));
        let loopback = [family::LOOPBACK, 0x11, 0x11];
        assert_eq!(there_and_back(&loopback, family::INET), Some(here.to_vec()));
        let mut six = vec![2, 0, 80];
        six.extend_from_slice(&Ipv6Addr::LOCALHOST.octets());
        let loopback = [family::LOOPBACK, 0, 80];
        assert_eq!(there_and_back(&loopback, family::INET6), Some(six.clone()));
        assert_eq!(there_and_back(&six, family::INET6), Some(six));
        let local = [5, 2, b'/', b'x'];
        assert_eq!(there_and_back(&local, family::LOCAL), Some(local.to_vec()));
    }

    #[test]
    fn addresses_that_end_early_are_refused() {
        for data in [
            &[][..],
            &[1, 0],
            &[2, 0, 0, 1],
            &[5],
            &[5, 3, 1],
            &[3, 0],
            &[9, 0, 0],
        ] {
            assert!(there_and_back(data, family::INET).is_none());
        }
        assert!(there_and_back(&[family::ANY, 0, 0], family::LOCAL).is_none());
    }
}
