//! Names of hosts, by the system's resolver. It waits for the network: not for schedulers.

use super::last_error;
use super::socket::{Address, service_name, service_port};
use rustix::io::Errno;
use std::ffi::{CStr, CString, c_char, c_int};
use std::mem::{MaybeUninit, size_of};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ptr::null_mut;

/// What a host is called and where it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Host {
    /// Addresses, each once.
    pub(crate) addresses: Vec<IpAddr>,
    /// The name that it calls itself.
    pub(crate) name: Vec<u8>,
}

/// The addresses of one family that `name` has.
///
/// # Errors
/// The resolver's number (`EAI_*`).
pub(crate) fn look_up(name: &[u8], version_6: bool) -> Result<Host, i32> {
    let text = CString::new(name).map_err(|_| libc::EAI_NONAME)?;
    // SAFETY: zero is a good value of every field.
    let mut hints: libc::addrinfo = unsafe { MaybeUninit::zeroed().assume_init() };
    hints.ai_flags = libc::AI_CANONNAME;
    hints.ai_socktype = libc::SOCK_STREAM;
    hints.ai_family = if version_6 {
        libc::AF_INET6
    } else {
        libc::AF_INET
    };
    let mut list = null_mut();
    // SAFETY: a text that ends in zero, initialised hints, and a place for the result.
    let code = unsafe {
        libc::getaddrinfo(
            text.as_ptr(),
            std::ptr::null(),
            &raw const hints,
            &raw mut list,
        )
    };
    if code != 0 {
        return Err(code);
    }
    let mut host = Host {
        addresses: Vec::new(),
        name: name.to_vec(),
    };
    let mut next = list;
    // SAFETY: the resolver's list, whose entries say themselves which kind of address they hold.
    unsafe {
        while let Some(entry) = next.as_ref() {
            if !entry.ai_canonname.is_null() {
                host.name = CStr::from_ptr(entry.ai_canonname).to_bytes().to_vec();
            }
            if let Some(address) = address_of(entry.ai_addr)
                && !host.addresses.contains(&address)
            {
                host.addresses.push(address);
            }
            next = entry.ai_next;
        }
        libc::freeaddrinfo(list);
    }
    Ok(host)
}

/// # Safety
/// `address` is null or points to a socket address of the size that its family has.
unsafe fn address_of(address: *const libc::sockaddr) -> Option<IpAddr> {
    // SAFETY: the caller's promise.
    unsafe {
        match i32::from(address.as_ref()?.sa_family) {
            libc::AF_INET => {
                let address = &*address.cast::<libc::sockaddr_in>();
                Some(Ipv4Addr::from(u32::from_be(address.sin_addr.s_addr)).into())
            }
            libc::AF_INET6 => {
                let address = &*address.cast::<libc::sockaddr_in6>();
                Some(Ipv6Addr::from(address.sin6_addr.s6_addr).into())
            }
            _ => None,
        }
    }
}

/// The name of the host at `address`.
///
/// # Errors
/// The resolver's number (`EAI_*`).
pub(crate) fn look_up_address(address: IpAddr) -> Result<Host, i32> {
    let mut name = [0 as c_char; 1025];
    let flags = libc::NI_NAMEREQD;
    let ask = |address: *const libc::sockaddr, length: usize, name: &mut [c_char]| -> c_int {
        // SAFETY: a socket address of this length, and room of the length that is said.
        unsafe {
            libc::getnameinfo(
                address,
                length as libc::socklen_t,
                name.as_mut_ptr(),
                name.len() as libc::socklen_t,
                null_mut(),
                0,
                flags,
            )
        }
    };
    let code = match address {
        IpAddr::V4(version_4) => {
            // SAFETY: zero is a good value of every field.
            let mut socket: libc::sockaddr_in = unsafe { MaybeUninit::zeroed().assume_init() };
            socket.sin_family = libc::AF_INET as libc::sa_family_t;
            socket.sin_addr.s_addr = u32::from(version_4).to_be();
            ask(
                (&raw const socket).cast(),
                size_of::<libc::sockaddr_in>(),
                &mut name,
            )
        }
        IpAddr::V6(version_6) => {
            // SAFETY: as above.
            let mut socket: libc::sockaddr_in6 = unsafe { MaybeUninit::zeroed().assume_init() };
            socket.sin6_family = libc::AF_INET6 as libc::sa_family_t;
            socket.sin6_addr.s6_addr = version_6.octets();
            ask(
                (&raw const socket).cast(),
                size_of::<libc::sockaddr_in6>(),
                &mut name,
            )
        }
    };
    if code != 0 {
        return Err(code);
    }
    // SAFETY: the resolver ends the name with zero within the room.
    let name = unsafe { CStr::from_ptr(name.as_ptr()) }.to_bytes().to_vec();
    Ok(Host {
        addresses: vec![address],
        name,
    })
}

/// Where a service of a host is.
pub(crate) struct Found {
    pub(crate) family: i32,
    pub(crate) kind: i32,
    pub(crate) protocol: i32,
    pub(crate) address: Address,
}

fn text(bytes: Option<&[u8]>) -> Result<Option<CString>, i32> {
    bytes
        .map(|bytes| CString::new(bytes).map_err(|_| libc::EAI_NONAME))
        .transpose()
}

/// Where a host, a service, or a service of a host is.
///
/// # Errors
/// The resolver's number (`EAI_*`).
pub(crate) fn addresses_of(host: Option<&[u8]>, service: Option<&[u8]>) -> Result<Vec<Found>, i32> {
    let (host, service) = (text(host)?, text(service)?);
    let pointer =
        |text: &Option<CString>| text.as_ref().map_or(std::ptr::null(), |text| text.as_ptr());
    let mut list = null_mut();
    // SAFETY: texts that end in zero or none, no hints, and a place for the result.
    let code = unsafe {
        libc::getaddrinfo(
            pointer(&host),
            pointer(&service),
            std::ptr::null(),
            &raw mut list,
        )
    };
    if code != 0 {
        return Err(code);
    }
    let mut found = Vec::new();
    let mut next = list;
    // SAFETY: the resolver's list, whose entries say themselves how long their addresses are.
    unsafe {
        while let Some(entry) = next.as_ref() {
            let length = entry.ai_addrlen as usize;
            if !entry.ai_addr.is_null() {
                let bytes = std::slice::from_raw_parts(entry.ai_addr.cast::<u8>(), length);
                if let Some(address) = Address::from_bytes(bytes) {
                    found.push(Found {
                        family: entry.ai_family,
                        kind: entry.ai_socktype,
                        protocol: entry.ai_protocol,
                        address,
                    });
                }
            }
            next = entry.ai_next;
        }
        libc::freeaddrinfo(list);
    }
    Ok(found)
}

/// The names of the host and the service at an address.
///
/// # Errors
/// The resolver's number (`EAI_*`), and the system's.
pub(crate) fn name_of(address: &Address, flags: i32) -> Result<(Vec<u8>, Vec<u8>), (i32, Errno)> {
    let (mut host, mut service) = ([0 as c_char; 1025], [0 as c_char; 256]);
    // SAFETY: an address of this length, and room of the lengths that are said.
    let code = unsafe {
        libc::getnameinfo(
            address.pointer(),
            address.length,
            host.as_mut_ptr(),
            host.len() as libc::socklen_t,
            service.as_mut_ptr(),
            service.len() as libc::socklen_t,
            flags,
        )
    };
    if code != 0 {
        return Err((code, last_error()));
    }
    // SAFETY: the resolver ends both with zero within the room.
    unsafe {
        Ok((
            CStr::from_ptr(host.as_ptr()).to_bytes().to_vec(),
            CStr::from_ptr(service.as_ptr()).to_bytes().to_vec(),
        ))
    }
}

/// The port of a service, of any protocol if none is said.
pub(crate) fn port_of(name: &[u8], protocol: Option<&[u8]>) -> Option<u16> {
    service_port(name, protocol)
}

/// The name of a service.
pub(crate) fn service_at(port: u16, protocol: Option<&[u8]>) -> Option<Vec<u8>> {
    service_name(port, protocol)
}

/// The number of an interface.
pub(crate) fn interface_index(name: &[u8]) -> Result<u32, Errno> {
    let name = CString::new(name).map_err(|_| Errno::INVAL)?;
    // SAFETY: a text that ends in zero.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => Err(last_error()),
        index => Ok(index),
    }
}

/// The name of an interface.
pub(crate) fn interface_name(index: u32) -> Option<Vec<u8>> {
    let mut name = [0 as c_char; libc::IFNAMSIZ + 1];
    // SAFETY: room for the longest name, which ends in zero.
    unsafe {
        if libc::if_indextoname(index, name.as_mut_ptr()).is_null() {
            return None;
        }
        Some(CStr::from_ptr(name.as_ptr()).to_bytes().to_vec())
    }
}

/// The numbers and names of all interfaces.
pub(crate) fn interface_names() -> Result<Vec<(u32, Vec<u8>)>, Errno> {
    let mut found = Vec::new();
    // SAFETY: the system's list, which ends with an entry without a name and is given back.
    unsafe {
        let list = libc::if_nameindex();
        if list.is_null() {
            return Err(last_error());
        }
        let mut next = list;
        while let Some(entry) = next.as_ref().filter(|entry| !entry.if_name.is_null()) {
            let name = CStr::from_ptr(entry.if_name).to_bytes().to_vec();
            found.push((entry.if_index, name));
            next = next.add(1);
        }
        libc::if_freenameindex(list);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_local_host_has_an_address() {
        let host = look_up(b"localhost", false).expect("it is known");
        assert!(host.addresses.contains(&Ipv4Addr::LOCALHOST.into()));
        let numbers = look_up(b"192.0.2.7", false).expect("it is an address");
        assert_eq!(numbers.addresses, [IpAddr::from([192, 0, 2, 7])]);
        assert!(look_up(b"bad\0name", false).is_err());
    }
}
