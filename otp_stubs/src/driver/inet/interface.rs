//! Network interfaces: `inet:getiflist/0`, `inet:ifget/2`, `inet:ifset/2`, `inet:getifaddrs/0`.

use super::address::family;
use super::{Answer, Bytes};
use crate::sys::socket::{self, InterfaceRequest, Place};
use rustix::io::Errno;
use std::os::fd::BorrowedFd;

mod item {
    pub(super) const ADDRESS: u8 = 1;
    pub(super) const BROADCAST: u8 = 2;
    pub(super) const DESTINATION: u8 = 3;
    pub(super) const MTU: u8 = 4;
    pub(super) const MASK: u8 = 5;
    pub(super) const FLAGS: u8 = 6;
    pub(super) const HARDWARE: u8 = 7;
}

/// The system's flags, those of the requests that set them, and those that take them away (0: none does).
const FLAGS: [(u16, u32, u32); 5] = [
    // What is up runs.
    (libc::IFF_UP as u16, 0x11, 0x100),
    (libc::IFF_BROADCAST as u16, 0x02, 0x200),
    (libc::IFF_LOOPBACK as u16, 0x04, 0),
    (libc::IFF_POINTOPOINT as u16, 0x08, 0x800),
    (libc::IFF_MULTICAST as u16, 0x20, 0),
];

fn flags(system: u16) -> u32 {
    FLAGS
        .iter()
        .filter(|(bit, ..)| system & bit != 0)
        .fold(0, |flags, (_, shown, _)| flags | shown)
}

/// An address without a port.
fn put(answer: &mut Vec<u8>, item: u8, place: &Place) {
    match place {
        Place::V4(address) => {
            answer.extend_from_slice(&[item, family::INET]);
            answer.extend_from_slice(&address.ip().octets());
        }
        Place::V6(address) => {
            answer.extend_from_slice(&[item, family::INET6]);
            answer.extend_from_slice(&address.ip().octets());
        }
        _ => {}
    }
}

fn put_hardware(answer: &mut Vec<u8>, address: &[u8]) {
    answer.push(item::HARDWARE);
    answer.extend_from_slice(&(address.len() as u16).to_be_bytes());
    answer.extend_from_slice(address);
}

/// Names of the interfaces with an address of version 4, each with a zero behind it.
pub(super) fn names(_: BorrowedFd<'_>) -> Answer {
    let mut answer = Vec::new();
    for interface in socket::interfaces()? {
        if let Some(Place::V4(_)) = interface.address {
            answer.extend_from_slice(&interface.name);
            answer.push(0);
        }
    }
    Ok(answer)
}

/// All: name, zero, items, zero.
pub(super) fn all(namespace: Option<&[u8]>) -> Answer {
    let interfaces = match namespace {
        Some(path) => socket::in_namespace(path, socket::interfaces)?,
        None => socket::interfaces()?,
    };
    let mut answer = Vec::new();
    for interface in interfaces {
        // Names are bytes; answers have characters.
        for byte in &interface.name {
            answer.extend_from_slice(char::from(*byte).encode_utf8(&mut [0; 4]).as_bytes());
        }
        answer.extend_from_slice(&[0, item::FLAGS]);
        let system = interface.flags as u16;
        answer.extend_from_slice(&flags(system).to_be_bytes());
        if let Some(address) = &interface.address {
            put(&mut answer, item::ADDRESS, address);
            if let Some(mask) = &interface.mask {
                put(&mut answer, item::MASK, mask);
            }
            let other = if system & libc::IFF_POINTOPOINT as u16 != 0 {
                Some(item::DESTINATION)
            } else if system & libc::IFF_BROADCAST as u16 != 0 {
                Some(item::BROADCAST)
            } else {
                None
            };
            if let (Some(item), Some(other)) = (other, &interface.other) {
                put(&mut answer, item, other);
            }
        }
        if let Some(hardware) = interface.hardware.filter(|address| !address.is_empty()) {
            put_hardware(&mut answer, &hardware);
        }
        answer.push(0);
    }
    Ok(answer)
}

/// `<Length, Name, Items>`: the items that it has.
pub(super) fn get(fd: BorrowedFd<'_>, data: &[u8]) -> Answer {
    let mut data = Bytes(data);
    let length = data.byte()?;
    let mut request = InterfaceRequest::new(data.take(length.into())?);
    let mut answer = Vec::new();
    for &item in data.0 {
        let call = match item {
            item::ADDRESS => libc::SIOCGIFADDR,
            item::BROADCAST => libc::SIOCGIFBRDADDR,
            item::DESTINATION => libc::SIOCGIFDSTADDR,
            item::MTU => libc::SIOCGIFMTU,
            item::MASK => libc::SIOCGIFNETMASK,
            item::FLAGS => libc::SIOCGIFFLAGS,
            item::HARDWARE => libc::SIOCGIFHWADDR,
            _ => return Err(Errno::INVAL.into()),
        };
        let done = request.call(fd, call).is_ok();
        match item {
            item::FLAGS => {
                let system = if done { request.flags() } else { 0 };
                answer.push(item);
                answer.extend_from_slice(&flags(system).to_be_bytes());
            }
            _ if !done => {}
            item::MTU => {
                answer.push(item);
                answer.extend_from_slice(&request.number().to_be_bytes());
            }
            item::HARDWARE => put_hardware(&mut answer, &request.hardware()),
            _ => {
                answer.extend_from_slice(&[item, family::INET]);
                answer.extend_from_slice(&request.address().sin_addr.s_addr.to_ne_bytes());
            }
        }
    }
    Ok(answer)
}

/// `<Length, Name, <Item, Value> ...>`; what the system refuses does not count.
pub(super) fn set(fd: BorrowedFd<'_>, data: &[u8]) -> Answer {
    let mut data = Bytes(data);
    let length = data.byte()?;
    let mut request = InterfaceRequest::new(data.take(length.into())?);
    while !data.0.is_empty() {
        match data.byte()? {
            item @ (item::ADDRESS | item::BROADCAST | item::DESTINATION | item::MASK) => {
                if data.byte()? != family::INET {
                    return Err(Errno::INVAL.into());
                }
                let octets = *data.array::<4>()?;
                let address = request.address();
                address.sin_family = libc::AF_INET as libc::sa_family_t;
                address.sin_port = 0;
                address.sin_addr.s_addr = u32::from_ne_bytes(octets);
                let call = match item {
                    item::ADDRESS => libc::SIOCSIFADDR,
                    item::BROADCAST => libc::SIOCSIFBRDADDR,
                    item::DESTINATION => libc::SIOCSIFDSTADDR,
                    _ => libc::SIOCSIFNETMASK,
                };
                let _ = request.call(fd, call);
            }
            item::MTU => {
                let number = data.word()?;
                request.set_number(number as i32);
                let _ = request.call(fd, libc::SIOCSIFMTU);
            }
            item::FLAGS => {
                let wanted = data.word()?;
                let mut system = match request.call(fd, libc::SIOCGIFFLAGS) {
                    Ok(()) => request.flags(),
                    Err(_) => 0,
                };
                for (bit, on, off) in FLAGS {
                    if wanted & on & 0xf != 0 || wanted & on == 0x20 {
                        system |= bit;
                    }
                    if wanted & off != 0 {
                        system &= !bit;
                    }
                }
                request.set_flags(system);
                let _ = request.call(fd, libc::SIOCSIFFLAGS);
            }
            item::HARDWARE => {
                let length = data.short()?;
                let address = data.take(length.into())?;
                if address.len() > 14 {
                    return Err(Errno::INVAL.into());
                }
                request.set_hardware(address);
                let _ = request.call(fd, libc::SIOCSIFHWADDR);
            }
            _ => return Err(Errno::INVAL.into()),
        }
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interface_that_is_up_runs() {
        assert_eq!(flags(libc::IFF_UP as u16 | libc::IFF_LOOPBACK as u16), 0x15);
        assert_eq!(flags(0), 0);
    }
}
