//! Sockets. What `rustix` does not have is here: local addresses as the system sees them, options by number, control messages with numbers,
//! interfaces, services.

use super::last_error;
use parking_lot::Mutex;
use rustix::io::Errno;
use std::ffi::{CStr, CString, c_int, c_void};
use std::io::IoSlice;
use std::mem::{MaybeUninit, offset_of, size_of, size_of_val, zeroed};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr::{null, null_mut};

fn check(result: c_int) -> Result<c_int, Errno> {
    if result < 0 {
        Err(last_error())
    } else {
        Ok(result)
    }
}

fn count(result: isize) -> Result<usize, Errno> {
    usize::try_from(result).map_err(|_| last_error())
}

/// A socket's address, as the system has it.
#[derive(Copy, Clone)]
pub(crate) struct Address {
    pub(super) storage: libc::sockaddr_storage,
    pub(super) length: libc::socklen_t,
}

/// What an address says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    V4(SocketAddrV4),
    V6(SocketAddrV6),
    /// A path, or an abstract name that begins with zero.
    Local(Vec<u8>),
    /// Of no family.
    Unspecified,
    /// Of one that is not known.
    Other,
}

const PATH: usize = offset_of!(libc::sockaddr_un, sun_path);

impl Address {
    pub(super) fn empty() -> Address {
        Address {
            // SAFETY: zero is a good value of every field.
            storage: unsafe { zeroed() },
            length: size_of::<libc::sockaddr_storage>() as libc::socklen_t,
        }
    }
    fn of<T>(address: &T) -> Address {
        let mut this = Address::empty();
        let length = size_of::<T>();
        assert!(length <= size_of_val(&this.storage));
        // SAFETY: both are plain memory of at least this length.
        unsafe {
            std::ptr::copy_nonoverlapping(
                std::ptr::from_ref(address).cast::<u8>(),
                (&raw mut this.storage).cast::<u8>(),
                length,
            );
        }
        this.length = length as libc::socklen_t;
        this
    }
    /// What takes a connected datagram socket's peer away.
    pub(crate) fn unspecified() -> Address {
        let mut this = Address::empty();
        this.storage.ss_family = libc::AF_UNSPEC as libc::sa_family_t;
        this.length = size_of::<libc::sockaddr>() as libc::socklen_t;
        this
    }
    pub(crate) fn version_4(address: SocketAddrV4) -> Address {
        // SAFETY: zero is a good value of every field.
        let mut socket: libc::sockaddr_in = unsafe { zeroed() };
        socket.sin_family = libc::AF_INET as libc::sa_family_t;
        socket.sin_port = address.port().to_be();
        socket.sin_addr.s_addr = u32::from(*address.ip()).to_be();
        Address::of(&socket)
    }
    pub(crate) fn version_6(address: SocketAddrV6) -> Address {
        // SAFETY: as above.
        let mut socket: libc::sockaddr_in6 = unsafe { zeroed() };
        socket.sin6_family = libc::AF_INET6 as libc::sa_family_t;
        socket.sin6_port = address.port().to_be();
        socket.sin6_addr.s6_addr = address.ip().octets();
        socket.sin6_flowinfo = address.flowinfo();
        socket.sin6_scope_id = address.scope_id();
        Address::of(&socket)
    }
    /// `None`: too long. A path must leave room for a zero behind it, an abstract name need not.
    pub(crate) fn local(path: &[u8]) -> Option<Address> {
        // SAFETY: as above.
        let mut socket: libc::sockaddr_un = unsafe { zeroed() };
        let end = usize::from(path.first() != Some(&0));
        if path.len() + end > socket.sun_path.len() {
            return None;
        }
        socket.sun_family = libc::AF_UNIX as libc::sa_family_t;
        for (to, from) in socket.sun_path.iter_mut().zip(path) {
            *to = *from as _;
        }
        let mut this = Address::of(&socket);
        this.length = (PATH + path.len()) as libc::socklen_t;
        Some(this)
    }
    /// What it says.
    pub(crate) fn place(&self) -> Place {
        let length = self.length as usize;
        let start = &raw const self.storage;
        match i32::from(self.storage.ss_family) {
            libc::AF_INET if length >= size_of::<libc::sockaddr_in>() => {
                // SAFETY: the family and the length say what it is; the storage is aligned for all.
                let socket = unsafe { &*start.cast::<libc::sockaddr_in>() };
                let address = Ipv4Addr::from(u32::from_be(socket.sin_addr.s_addr));
                Place::V4(SocketAddrV4::new(address, u16::from_be(socket.sin_port)))
            }
            libc::AF_INET6 if length >= size_of::<libc::sockaddr_in6>() => {
                // SAFETY: as above.
                let socket = unsafe { &*start.cast::<libc::sockaddr_in6>() };
                Place::V6(SocketAddrV6::new(
                    Ipv6Addr::from(socket.sin6_addr.s6_addr),
                    u16::from_be(socket.sin6_port),
                    socket.sin6_flowinfo,
                    socket.sin6_scope_id,
                ))
            }
            libc::AF_UNIX if length >= PATH => {
                // SAFETY: as above.
                let socket = unsafe { &*start.cast::<libc::sockaddr_un>() };
                let given = (length - PATH).min(socket.sun_path.len());
                let path: Vec<u8> = socket.sun_path[..given].iter().map(|c| *c as u8).collect();
                let text = path.iter().position(|&byte| byte == 0).unwrap_or(given);
                // What begins with zero is an abstract name of the length that is told.
                let end = if text == 0 { given } else { text };
                Place::Local(path[..end].to_vec())
            }
            libc::AF_UNSPEC => Place::Unspecified,
            _ => Place::Other,
        }
    }
    /// The address whose bytes, family first, are these. `None`: too many.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Address> {
        let mut this = Address::empty();
        if bytes.len() > size_of_val(&this.storage) {
            return None;
        }
        // SAFETY: plain memory with room for them.
        unsafe {
            let place = (&raw mut this.storage).cast::<u8>();
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), place, bytes.len());
        }
        this.length = bytes.len() as libc::socklen_t;
        Some(this)
    }
    /// Its bytes, family first.
    pub(crate) fn bytes(&self) -> &[u8] {
        let length = (self.length as usize).min(size_of_val(&self.storage));
        // SAFETY: plain memory of that length, all of it initialised.
        unsafe { std::slice::from_raw_parts((&raw const self.storage).cast::<u8>(), length) }
    }
    /// The system's number of its family.
    pub(crate) fn domain(&self) -> i32 {
        self.storage.ss_family.into()
    }
    pub(super) fn pointer(&self) -> *const libc::sockaddr {
        (&raw const self.storage).cast()
    }
}

/// A socket that does not wait.
pub(crate) fn open(domain: i32, kind: i32, protocol: i32) -> Result<OwnedFd, Errno> {
    let kind = kind | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    // SAFETY: plain numbers.
    let fd = check(unsafe { libc::socket(domain, kind, protocol) })?;
    // SAFETY: it was made for us.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Calls `work` within the network namespace that the file `path` stands for.
pub(crate) fn in_namespace<R>(
    path: &[u8],
    work: impl FnOnce() -> Result<R, Errno>,
) -> Result<R, Errno> {
    let open = |path: &[u8]| {
        let path = CString::new(path).map_err(|_| Errno::INVAL)?;
        // SAFETY: a text that ends in zero.
        let fd = check(unsafe { libc::open(path.as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC) })?;
        // SAFETY: it was made for us.
        Ok::<OwnedFd, Errno>(unsafe { OwnedFd::from_raw_fd(fd) })
    };
    let old = open(b"/proc/self/ns/net")?;
    let new = open(path)?;
    // SAFETY: open descriptors; it changes this thread only.
    let enter = |fd: &OwnedFd| check(unsafe { libc::setns(fd.as_raw_fd(), libc::CLONE_NEWNET) });
    enter(&new)?;
    let result = work();
    enter(&old)?;
    result
}

pub(crate) fn bind(fd: BorrowedFd<'_>, address: &Address) -> Result<(), Errno> {
    // SAFETY: an open descriptor and an address of this length; so in those below.
    check(unsafe { libc::bind(fd.as_raw_fd(), address.pointer(), address.length) }).map(drop)
}

pub(crate) fn connect(fd: BorrowedFd<'_>, address: &Address) -> Result<(), Errno> {
    // SAFETY: as in `bind`.
    check(unsafe { libc::connect(fd.as_raw_fd(), address.pointer(), address.length) }).map(drop)
}

pub(crate) fn listen(fd: BorrowedFd<'_>, backlog: i32) -> Result<(), Errno> {
    // SAFETY: plain numbers.
    check(unsafe { libc::listen(fd.as_raw_fd(), backlog) }).map(drop)
}

/// Accepts a connection as a socket that does not wait.
pub(crate) fn accept(fd: BorrowedFd<'_>) -> Result<OwnedFd, Errno> {
    let flags = libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    // SAFETY: nobody is told the address.
    let fd = check(unsafe { libc::accept4(fd.as_raw_fd(), null_mut(), null_mut(), flags) })?;
    // SAFETY: it was made for us.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// The socket's own address.
pub(crate) fn name(fd: BorrowedFd<'_>) -> Result<Address, Errno> {
    let mut address = Address::empty();
    let place = (&raw mut address.storage).cast();
    // SAFETY: room of the length that is said.
    check(unsafe { libc::getsockname(fd.as_raw_fd(), place, &raw mut address.length) })?;
    Ok(address)
}

/// The address at the other end.
pub(crate) fn peer(fd: BorrowedFd<'_>) -> Result<Address, Errno> {
    let mut address = Address::empty();
    let place = (&raw mut address.storage).cast();
    // SAFETY: room of the length that is said.
    check(unsafe { libc::getpeername(fd.as_raw_fd(), place, &raw mut address.length) })?;
    Ok(address)
}

/// Ends one direction (0: reading, 1: writing) or both (2).
pub(crate) fn shutdown(fd: BorrowedFd<'_>, how: u8) -> Result<(), Errno> {
    // SAFETY: plain numbers.
    check(unsafe { libc::shutdown(fd.as_raw_fd(), c_int::from(how)) }).map(drop)
}

/// Sets an option.
pub(crate) fn set_option(
    fd: BorrowedFd<'_>,
    level: i32,
    option: i32,
    value: &[u8],
) -> Result<(), Errno> {
    let length = value.len() as libc::socklen_t;
    let value = value.as_ptr().cast::<c_void>();
    // SAFETY: bytes of this length.
    check(unsafe { libc::setsockopt(fd.as_raw_fd(), level, option, value, length) }).map(drop)
}

/// Reads an option into `value`: the length that it has.
pub(crate) fn option(
    fd: BorrowedFd<'_>,
    level: i32,
    option: i32,
    value: &mut [u8],
) -> Result<usize, Errno> {
    let mut length = value.len() as libc::socklen_t;
    let place = value.as_mut_ptr().cast::<c_void>();
    // SAFETY: room of the length that is said.
    check(unsafe { libc::getsockopt(fd.as_raw_fd(), level, option, place, &raw mut length) })?;
    Ok((length as usize).min(value.len()))
}

/// Appends what comes, `most` bytes at most.
pub(crate) fn receive(
    fd: BorrowedFd<'_>,
    buffer: &mut Vec<u8>,
    most: usize,
) -> Result<usize, Errno> {
    buffer.reserve(most);
    let room = buffer.spare_capacity_mut();
    let most = most.min(room.len());
    let place = room.as_mut_ptr().cast::<c_void>();
    // SAFETY: room for that many bytes.
    let got = count(unsafe { libc::recv(fd.as_raw_fd(), place, most, 0) })?;
    // SAFETY: the system has filled them.
    unsafe { buffer.set_len(buffer.len() + got) };
    Ok(got)
}

/// Sends slices, as much of them as goes now.
pub(crate) fn send(fd: BorrowedFd<'_>, slices: &[IoSlice<'_>]) -> Result<usize, Errno> {
    // SAFETY: zero is a good value of every field.
    let mut message: libc::msghdr = unsafe { zeroed() };
    message.msg_iov = slices.as_ptr().cast_mut().cast();
    message.msg_iovlen = slices.len();
    // SAFETY: an `IoSlice` is the system's `iovec`, and is only read.
    count(unsafe { libc::sendmsg(fd.as_raw_fd(), &raw const message, libc::MSG_NOSIGNAL) })
}

/// A number that goes along with a datagram: level, type, value.
pub(crate) type Control = (i32, i32, i32);

/// Room for a few control messages, aligned for their headers.
#[repr(align(8))]
struct ControlRoom([u8; 512]);

/// Sends a datagram.
pub(crate) fn send_to(
    fd: BorrowedFd<'_>,
    data: &[u8],
    to: Option<&Address>,
    controls: &[Control],
) -> Result<usize, Errno> {
    let mut room = ControlRoom([0; 512]);
    let slice = IoSlice::new(data);
    // SAFETY: zero is a good value of every field.
    let mut message: libc::msghdr = unsafe { zeroed() };
    message.msg_iov = (&raw const slice).cast_mut().cast();
    message.msg_iovlen = 1;
    if let Some(address) = to {
        message.msg_name = address.pointer().cast_mut().cast();
        message.msg_namelen = address.length;
    }
    let each = size_of::<c_int>() as u32;
    // SAFETY: a plain calculation.
    let space = unsafe { libc::CMSG_SPACE(each) } as usize;
    let needed = space * controls.len();
    if needed > room.0.len() {
        return Err(Errno::INVAL);
    }
    if !controls.is_empty() {
        message.msg_control = room.0.as_mut_ptr().cast();
        message.msg_controllen = needed;
        // SAFETY: the room has space for so many headers with a number each, which the macros walk over.
        unsafe {
            let mut header = libc::CMSG_FIRSTHDR(&raw const message);
            for (level, kind, value) in controls {
                if header.is_null() {
                    return Err(Errno::INVAL);
                }
                (*header).cmsg_level = *level;
                (*header).cmsg_type = *kind;
                (*header).cmsg_len = libc::CMSG_LEN(each) as _;
                libc::CMSG_DATA(header)
                    .cast::<c_int>()
                    .write_unaligned(*value);
                header = libc::CMSG_NXTHDR(&raw const message, header);
            }
        }
    }
    // SAFETY: everything that the message points to outlives the call.
    count(unsafe { libc::sendmsg(fd.as_raw_fd(), &raw const message, libc::MSG_NOSIGNAL) })
}

/// Receives a datagram into an empty buffer, cut to `most` bytes: where it comes from, and the numbers that come with it.
pub(crate) fn receive_from(
    fd: BorrowedFd<'_>,
    buffer: &mut Vec<u8>,
    most: usize,
) -> Result<(Address, Vec<Control>), Errno> {
    buffer.clear();
    buffer.reserve(most);
    let mut room = ControlRoom([0; 512]);
    let mut address = Address::empty();
    let mut slice = libc::iovec {
        iov_base: buffer.spare_capacity_mut().as_mut_ptr().cast(),
        iov_len: most,
    };
    // SAFETY: zero is a good value of every field.
    let mut message: libc::msghdr = unsafe { zeroed() };
    message.msg_name = (&raw mut address.storage).cast();
    message.msg_namelen = address.length;
    message.msg_iov = &raw mut slice;
    message.msg_iovlen = 1;
    message.msg_control = room.0.as_mut_ptr().cast();
    message.msg_controllen = room.0.len();
    // SAFETY: everything that the message points to has the length that is said.
    let got = count(unsafe { libc::recvmsg(fd.as_raw_fd(), &raw mut message, 0) })?;
    // SAFETY: the system has filled them.
    unsafe { buffer.set_len(got.min(most)) };
    address.length = message.msg_namelen;
    Ok((address, controls(&message)))
}

fn controls(message: &libc::msghdr) -> Vec<Control> {
    let mut controls = Vec::new();
    // SAFETY: the system has written whole control messages, over which the macros walk.
    unsafe {
        let mut header = libc::CMSG_FIRSTHDR(message);
        while let Some(control) = header.as_ref() {
            let data = libc::CMSG_DATA(header);
            let length = control
                .cmsg_len
                .saturating_sub(data.addr().wrapping_sub(header.addr()));
            let value = match length {
                0 => None,
                1..=3 => Some(c_int::from(*data)),
                _ => Some(data.cast::<c_int>().read_unaligned()),
            };
            if let Some(value) = value {
                controls.push((control.cmsg_level, control.cmsg_type, value));
            }
            header = libc::CMSG_NXTHDR(message, header);
        }
    }
    controls
}

/// The control messages that the system keeps with a stream (`IP_PKTOPTIONS`).
pub(crate) fn packet_options(
    fd: BorrowedFd<'_>,
    level: i32,
    number: i32,
) -> Result<Vec<Control>, Errno> {
    let mut room = ControlRoom([0; 512]);
    let length = option(fd, level, number, &mut room.0)?;
    // SAFETY: zero is a good value of every field.
    let mut message: libc::msghdr = unsafe { zeroed() };
    message.msg_control = room.0.as_mut_ptr().cast();
    message.msg_controllen = length;
    Ok(controls(&message))
}

/// A network interface with one of its addresses.
pub(crate) struct Interface {
    pub(crate) name: Vec<u8>,
    pub(crate) flags: u32,
    pub(crate) address: Option<Place>,
    pub(crate) mask: Option<Place>,
    /// The other end, or where to broadcast to.
    pub(crate) other: Option<Place>,
    pub(crate) hardware: Option<Vec<u8>>,
    /// The three addresses as the system has them.
    pub(crate) raw: [Option<Address>; 3],
}

/// All interfaces, each once for each address.
pub(crate) fn interfaces() -> Result<Vec<Interface>, Errno> {
    let mut list = null_mut();
    // SAFETY: a place for the result.
    check(unsafe { libc::getifaddrs(&raw mut list) })?;
    let mut interfaces = Vec::new();
    // SAFETY: the system's list, whose addresses say themselves of which kind they are.
    unsafe {
        let mut next = list;
        while let Some(entry) = next.as_ref() {
            let family = entry.ifa_addr.as_ref().map(|address| address.sa_family);
            let hardware = (family == Some(libc::AF_PACKET as libc::sa_family_t)).then(|| {
                let link = &*entry.ifa_addr.cast::<libc::sockaddr_ll>();
                let length = usize::from(link.sll_halen).min(link.sll_addr.len());
                link.sll_addr[..length].to_vec()
            });
            interfaces.push(Interface {
                name: CStr::from_ptr(entry.ifa_name).to_bytes().to_vec(),
                flags: entry.ifa_flags,
                address: place_at(entry.ifa_addr),
                mask: place_at(entry.ifa_netmask),
                other: place_at(entry.ifa_ifu),
                hardware,
                raw: [entry.ifa_addr, entry.ifa_netmask, entry.ifa_ifu]
                    .map(|address| address_at(address)),
            });
            next = entry.ifa_next;
        }
        libc::freeifaddrs(list);
    }
    Ok(interfaces)
}

/// # Safety
/// `address` is null or points to a socket address of the size that its family has.
unsafe fn place_at(address: *const libc::sockaddr) -> Option<Place> {
    // SAFETY: the caller's promise.
    unsafe {
        match i32::from(address.as_ref()?.sa_family) {
            libc::AF_INET => Some(Address::of(&*address.cast::<libc::sockaddr_in>()).place()),
            libc::AF_INET6 => Some(Address::of(&*address.cast::<libc::sockaddr_in6>()).place()),
            _ => None,
        }
    }
}

/// # Safety
/// As for [`place_at`].
unsafe fn address_at(address: *const libc::sockaddr) -> Option<Address> {
    // SAFETY: the caller's promise; what is of another family is told by its family alone.
    unsafe {
        Some(match i32::from(address.as_ref()?.sa_family) {
            libc::AF_INET => Address::of(&*address.cast::<libc::sockaddr_in>()),
            libc::AF_INET6 => Address::of(&*address.cast::<libc::sockaddr_in6>()),
            libc::AF_PACKET => Address::of(&*address.cast::<libc::sockaddr_ll>()),
            _ => Address::from_bytes(&(*address).sa_family.to_ne_bytes())?,
        })
    }
}

/// What the system tells of one interface by a request of its own.
pub(crate) struct InterfaceRequest(libc::ifreq);

impl InterfaceRequest {
    /// Of the interface of this name, which is cut to the system's length.
    pub(crate) fn new(name: &[u8]) -> InterfaceRequest {
        // SAFETY: zero is a good value of every field.
        let mut request: libc::ifreq = unsafe { zeroed() };
        for (to, from) in request.ifr_name[..libc::IFNAMSIZ - 1].iter_mut().zip(name) {
            *to = *from as _;
        }
        InterfaceRequest(request)
    }
    /// Asks, or tells.
    pub(crate) fn call(&mut self, fd: BorrowedFd<'_>, request: u64) -> Result<(), Errno> {
        // SAFETY: the requests of interfaces take and fill this record.
        check(unsafe { libc::ioctl(fd.as_raw_fd(), request as _, &raw mut self.0) }).map(drop)
    }
    /// The address of version 4 that was asked for or is to be told.
    pub(crate) fn address(&mut self) -> &mut libc::sockaddr_in {
        // SAFETY: all members are plain memory; the record has room for an address and is aligned for it.
        unsafe { &mut *(&raw mut self.0.ifr_ifru).cast::<libc::sockaddr_in>() }
    }
    /// The request for the interface of this index.
    pub(crate) fn of_index(index: i32) -> InterfaceRequest {
        let mut request = InterfaceRequest::new(b"");
        request.0.ifr_ifru.ifru_ifindex = index;
        request
    }
    /// The name.
    pub(crate) fn name(&self) -> Vec<u8> {
        let name = self.0.ifr_name.iter().map(|byte| *byte as u8);
        name.take_while(|&byte| byte != 0).collect()
    }
    /// The address that was asked for, of any family: sixteen bytes.
    pub(crate) fn any_address(&self) -> [u8; 16] {
        // SAFETY: all members are plain memory of at least this size.
        unsafe { std::ptr::read((&raw const self.0.ifr_ifru).cast::<[u8; 16]>()) }
    }
    /// Sets an address; what is longer than sixteen bytes is cut.
    pub(crate) fn set_any_address(&mut self, address: &[u8]) {
        let mut bytes = [0; 16];
        for (to, from) in bytes.iter_mut().zip(address) {
            *to = *from;
        }
        // SAFETY: as above.
        unsafe { std::ptr::write((&raw mut self.0.ifr_ifru).cast::<[u8; 16]>(), bytes) };
    }
    /// The hardware's addresses: memory from and to, base, interrupt, channel, port.
    pub(crate) fn hardware_map(&self) -> [u64; 6] {
        #[repr(C)]
        struct Map {
            start: libc::c_ulong,
            end: libc::c_ulong,
            base: u16,
            irq: u8,
            dma: u8,
            port: u8,
        }
        // SAFETY: the system's `ifmap` is a member of the record, which is aligned for it; plain memory.
        let map = unsafe { &*(&raw const self.0.ifr_ifru).cast::<Map>() };
        [
            map.start,
            map.end,
            map.base.into(),
            map.irq.into(),
            map.dma.into(),
            map.port.into(),
        ]
    }
    /// The address of the hardware.
    pub(crate) fn hardware(&self) -> [u8; 6] {
        // SAFETY: all members are plain memory.
        let data = unsafe { self.0.ifr_ifru.ifru_hwaddr.sa_data };
        std::array::from_fn(|index| data[index] as u8)
    }
    /// Sets the address of the hardware.
    pub(crate) fn set_hardware(&mut self, address: &[u8]) {
        // SAFETY: zero is a good value of every field.
        let mut hardware: libc::sockaddr = unsafe { zeroed() };
        for (to, from) in hardware.sa_data.iter_mut().zip(address) {
            *to = *from as _;
        }
        hardware.sa_family = libc::ARPHRD_ETHER;
        self.0.ifr_ifru.ifru_hwaddr = hardware;
    }
    /// A number: flags are its lower half.
    pub(crate) fn number(&self) -> i32 {
        // SAFETY: all members are plain memory.
        unsafe { self.0.ifr_ifru.ifru_mtu }
    }
    /// Flags.
    pub(crate) fn flags(&self) -> u16 {
        // SAFETY: all members are plain memory.
        unsafe { self.0.ifr_ifru.ifru_flags as u16 }
    }
    /// Sets a number.
    pub(crate) fn set_number(&mut self, number: i32) {
        self.0.ifr_ifru.ifru_mtu = number;
    }
    /// Sets flags.
    pub(crate) fn set_flags(&mut self, flags: u16) {
        self.0.ifr_ifru.ifru_flags = flags as _;
    }
}

/// The library keeps one answer about services for everybody.
static SERVICES: Mutex<()> = Mutex::new(());

/// A protocol's name, or none for whatever protocol.
fn protocol_text(protocol: Option<&[u8]>) -> Option<Option<CString>> {
    match protocol {
        Some(protocol) => Some(Some(CString::new(protocol).ok()?)),
        None => Some(None),
    }
}

/// The port of a service.
pub(crate) fn service_port(name: &[u8], protocol: Option<&[u8]>) -> Option<u16> {
    let name = CString::new(name).ok()?;
    let protocol = protocol_text(protocol)?;
    let protocol = protocol
        .as_ref()
        .map_or(null(), |protocol| protocol.as_ptr());
    let _alone = SERVICES.lock();
    // SAFETY: texts that end in zero; the answer is the library's until the next question, which the lock keeps away.
    let service = unsafe { libc::getservbyname(name.as_ptr(), protocol).as_ref() }?;
    Some(u16::from_be(service.s_port as u16))
}

/// The name of a service.
pub(crate) fn service_name(port: u16, protocol: Option<&[u8]>) -> Option<Vec<u8>> {
    let protocol = protocol_text(protocol)?;
    let protocol = protocol
        .as_ref()
        .map_or(null(), |protocol| protocol.as_ptr());
    let _alone = SERVICES.lock();
    let port = c_int::from(port.to_be());
    // SAFETY: as above; a service has a name.
    unsafe {
        let service = libc::getservbyport(port, protocol).as_ref()?;
        Some(CStr::from_ptr(service.s_name).to_bytes().to_vec())
    }
}

/// The name of this host.
pub(crate) fn host_name() -> Vec<u8> {
    let mut name = [MaybeUninit::<u8>::zeroed(); 256];
    // SAFETY: room of the length that is said, all zero: what is written ends in zero.
    unsafe {
        libc::gethostname(name.as_mut_ptr().cast(), name.len() - 1);
        CStr::from_ptr(name.as_ptr().cast()).to_bytes().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;

    #[test]
    fn addresses_say_what_they_were_made_of() {
        let here = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 4369);
        assert_eq!(Address::version_4(here).place(), Place::V4(here));
        let there = SocketAddrV6::new(Ipv6Addr::LOCALHOST, 1, 2, 3);
        assert_eq!(Address::version_6(there).place(), Place::V6(there));
        for path in [&b"/tmp/socket"[..], b"\0abstract\0name", b""] {
            let address = Address::local(path).expect("it is short");
            assert_eq!(address.place(), Place::Local(path.to_vec()));
        }
        assert!(Address::local(&[b'x'; 108]).is_none());
        assert!(Address::local(&[0; 108]).is_some());
        assert!(Address::local(&[0; 109]).is_none());
        assert_eq!(Address::unspecified().place(), Place::Unspecified);
    }

    #[test]
    fn datagrams_carry_numbers() {
        let one = open(libc::AF_INET, libc::SOCK_DGRAM, 0).expect("a socket");
        let other = open(libc::AF_INET, libc::SOCK_DGRAM, 0).expect("a socket");
        let any = Address::version_4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));
        bind(one.as_fd(), &any).expect("it is free");
        set_option(
            one.as_fd(),
            libc::IPPROTO_IP,
            libc::IP_RECVTTL,
            &1i32.to_ne_bytes(),
        )
        .expect("it is known");
        let to = name(one.as_fd()).expect("it is bound");
        let controls = [(libc::IPPROTO_IP, libc::IP_TTL, 17)];
        assert_eq!(send_to(other.as_fd(), b"abc", Some(&to), &controls), Ok(3));
        let mut buffer = Vec::new();
        let (from, controls) = receive_from(one.as_fd(), &mut buffer, 2).expect("it is there");
        assert_eq!(buffer, b"ab");
        assert!(matches!(from.place(), Place::V4(_)));
        assert_eq!(controls, [(libc::IPPROTO_IP, libc::IP_TTL, 17)]);
        assert!(receive_from(one.as_fd(), &mut buffer, 2).is_err());
    }

    #[test]
    fn the_loopback_interface_is_listed() {
        let interfaces = interfaces().expect("there are some");
        let loopback = interfaces.iter().any(|interface| {
            matches!(&interface.address, Some(Place::V4(address)) if address.ip().is_loopback())
        });
        assert!(loopback);
    }
}
