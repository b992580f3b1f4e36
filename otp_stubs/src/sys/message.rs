//! Messages of sockets: data in pieces, addresses, control messages and flags; and what else `prim_socket` asks of a socket.

use super::last_error;
use super::socket::Address;
use rustix::io::Errno;
use std::ffi::c_int;
use std::io::IoSlice;
use std::mem::zeroed;
use std::os::fd::{AsRawFd, BorrowedFd};

fn count(result: isize) -> Result<usize, Errno> {
    usize::try_from(result).map_err(|_| last_error())
}

/// Control messages as the system has them, aligned for their headers.
#[derive(Default)]
pub(crate) struct Controls {
    words: Vec<u64>,
    length: usize,
}

/// Bytes of a control message before its data.
const HEADER: usize = size_of::<usize>() + 2 * size_of::<c_int>();

fn aligned(length: usize) -> usize {
    length.next_multiple_of(size_of::<usize>())
}

impl Controls {
    /// Room for `length` bytes.
    pub(crate) fn with_room(length: usize) -> Controls {
        Controls {
            words: vec![0; length.div_ceil(8)],
            length,
        }
    }
    /// These bytes.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Controls {
        let words = bytes.chunks(8).map(|chunk| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            u64::from_ne_bytes(word)
        });
        Controls {
            words: words.collect(),
            length: bytes.len(),
        }
    }
    /// Bytes in use.
    pub(crate) fn len(&self) -> usize {
        self.length
    }
    /// The bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: the words are initialised memory of at least this length.
        unsafe { std::slice::from_raw_parts(self.words.as_ptr().cast::<u8>(), self.length) }
    }
    /// Appends a message.
    pub(crate) fn push(&mut self, level: i32, kind: i32, data: &[u8]) {
        let mut bytes = (HEADER + data.len()).to_ne_bytes().to_vec();
        bytes.extend_from_slice(&level.to_ne_bytes());
        bytes.extend_from_slice(&kind.to_ne_bytes());
        bytes.extend_from_slice(data);
        bytes.resize(aligned(bytes.len()), 0);
        self.length += bytes.len();
        let words = bytes.chunks_exact(8).map(|chunk| {
            let mut word = [0; 8];
            word.copy_from_slice(chunk);
            u64::from_ne_bytes(word)
        });
        self.words.extend(words);
    }
    /// Bytes that a message with so many bytes of data takes.
    pub(crate) fn space(data: usize) -> usize {
        aligned(HEADER + data)
    }
    /// The messages: level, type, and where the data are. `Err`: what follows goes beyond the end.
    pub(crate) fn messages(&self) -> impl Iterator<Item = Result<(i32, i32, (usize, usize)), ()>> {
        let bytes = self.bytes();
        let mut at = 0;
        std::iter::from_fn(move || {
            let header = bytes.get(at..at + HEADER)?;
            let (length, rest) = header.split_first_chunk::<{ size_of::<usize>() }>()?;
            let (level, rest) = rest.split_first_chunk::<4>()?;
            let kind = rest.first_chunk::<4>()?;
            let length = usize::from_ne_bytes(*length);
            if length < HEADER {
                return None;
            }
            let end = at.checked_add(length).filter(|&end| end <= bytes.len());
            let Some(end) = end else {
                at = bytes.len();
                return Some(Err(()));
            };
            let data = (at + HEADER, end);
            at = aligned(end);
            Some(Ok((
                i32::from_ne_bytes(*level),
                i32::from_ne_bytes(*kind),
                data,
            )))
        })
    }
}

/// Sends slices as one message, with an address and control messages; a broken pipe is an error, no signal.
pub(crate) fn send(
    fd: BorrowedFd<'_>,
    slices: &[IoSlice<'_>],
    to: Option<&Address>,
    controls: &Controls,
    flags: i32,
) -> Result<usize, Errno> {
    // SAFETY: zero is a good value of every field.
    let mut message: libc::msghdr = unsafe { zeroed() };
    message.msg_iov = slices.as_ptr().cast_mut().cast();
    message.msg_iovlen = slices.len();
    if let Some(address) = to {
        message.msg_name = address.pointer().cast_mut().cast();
        message.msg_namelen = address.length;
    }
    if controls.len() > 0 {
        message.msg_control = controls.words.as_ptr().cast_mut().cast();
        message.msg_controllen = controls.len();
    }
    // SAFETY: everything that the message points to outlives the call, and is only read.
    count(unsafe {
        libc::sendmsg(
            fd.as_raw_fd(),
            &raw const message,
            flags | libc::MSG_NOSIGNAL,
        )
    })
}

/// What has been received besides the data.
pub(crate) struct Received {
    /// Bytes; more than there was room for if that was asked for.
    pub(crate) length: usize,
    /// Where it comes from, if the system says so.
    pub(crate) from: Option<Address>,
    /// Flags.
    pub(crate) flags: i32,
}

/// Receives a message; `controls` has room, and says afterwards how much of it is in use.
pub(crate) fn receive(
    fd: BorrowedFd<'_>,
    buffer: &mut [u8],
    controls: &mut Controls,
    flags: i32,
) -> Result<Received, Errno> {
    let mut address = Address::empty();
    let mut slice = libc::iovec {
        iov_base: buffer.as_mut_ptr().cast(),
        iov_len: buffer.len(),
    };
    // SAFETY: zero is a good value of every field.
    let mut message: libc::msghdr = unsafe { zeroed() };
    message.msg_name = (&raw mut address.storage).cast();
    message.msg_namelen = address.length;
    message.msg_iov = &raw mut slice;
    message.msg_iovlen = 1;
    if controls.len() > 0 {
        message.msg_control = controls.words.as_mut_ptr().cast();
        message.msg_controllen = controls.len();
    }
    // SAFETY: everything that the message points to has the length that is said.
    let length = count(unsafe { libc::recvmsg(fd.as_raw_fd(), &raw mut message, flags) })?;
    controls.length = message.msg_controllen.min(controls.length);
    address.length = message.msg_namelen;
    Ok(Received {
        length,
        from: (address.length > 0).then_some(address),
        flags: message.msg_flags,
    })
}

/// Receives into `buffer`, without an address.
pub(crate) fn receive_plain(
    fd: BorrowedFd<'_>,
    buffer: &mut [u8],
    flags: i32,
) -> Result<usize, Errno> {
    let place = buffer.as_mut_ptr().cast();
    // SAFETY: room of the length that is said.
    count(unsafe { libc::recv(fd.as_raw_fd(), place, buffer.len(), flags) })
}

/// A request whose answer is one number.
pub(crate) fn number(fd: BorrowedFd<'_>, request: u64) -> Result<i32, Errno> {
    let mut value: c_int = 0;
    // SAFETY: called with requests that fill a number.
    let result = unsafe { libc::ioctl(fd.as_raw_fd(), request as _, &raw mut value) };
    if result < 0 {
        Err(last_error())
    } else {
        Ok(value)
    }
}

/// The name of an interface, and its address's sixteen bytes.
pub(crate) type InterfaceAddress = (Vec<u8>, [u8; 16]);

/// The interfaces with an address of version 4.
pub(crate) fn interface_addresses(fd: BorrowedFd<'_>) -> Result<Vec<InterfaceAddress>, Errno> {
    const MOST: usize = 4096;
    let mut room = 128;
    loop {
        // SAFETY: zero is a good value of every field.
        let mut records: Vec<libc::ifreq> = vec![unsafe { zeroed() }; room];
        // SAFETY: as above.
        let mut question: libc::ifconf = unsafe { zeroed() };
        question.ifc_len = (room * size_of::<libc::ifreq>()) as c_int;
        question.ifc_ifcu.ifcu_req = records.as_mut_ptr();
        // SAFETY: room of the length that is said.
        let result =
            unsafe { libc::ioctl(fd.as_raw_fd(), libc::SIOCGIFCONF as _, &raw mut question) };
        if result < 0 {
            return Err(last_error());
        }
        let found = usize::try_from(question.ifc_len).unwrap_or(0) / size_of::<libc::ifreq>();
        if found >= room && room < MOST {
            room *= 2;
            continue;
        }
        let answers = records.iter().take(found).map(|record| {
            let name = record.ifr_name.iter().map(|byte| *byte as u8);
            // SAFETY: all members are plain memory of at least this size.
            let address =
                unsafe { std::ptr::read((&raw const record.ifr_ifru).cast::<[u8; 16]>()) };
            (name.take_while(|&byte| byte != 0).collect(), address)
        });
        return Ok(answers.collect());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::socket::{name, open, set_option};
    use std::net::{Ipv4Addr, SocketAddrV4};
    use std::os::fd::AsFd;

    #[test]
    fn control_messages_come_back() {
        let mut controls = Controls::default();
        controls.push(1, 2, b"abc");
        controls.push(3, 4, b"");
        assert_eq!(controls.len(), Controls::space(3) + Controls::space(0));
        let found: Vec<_> = controls.messages().collect();
        assert_eq!(
            found,
            [Ok((1, 2, (16, 19))), Ok((3, 4, (40, 40)))],
            "headers of sixteen bytes"
        );
        controls.words[0] = 999;
        assert_eq!(controls.messages().collect::<Vec<_>>(), [Err(())]);
        controls.words[0] = 3;
        assert_eq!(controls.messages().count(), 0);
    }

    #[test]
    fn messages_carry_addresses_and_controls() {
        let one = open(libc::AF_INET, libc::SOCK_DGRAM, 0).expect("a socket");
        let other = open(libc::AF_INET, libc::SOCK_DGRAM, 0).expect("a socket");
        let any = Address::version_4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));
        crate::sys::socket::bind(one.as_fd(), &any).expect("it is free");
        let yes = 1i32.to_ne_bytes();
        set_option(one.as_fd(), libc::IPPROTO_IP, libc::IP_RECVTTL, &yes).expect("it is known");
        let to = name(one.as_fd()).expect("it is bound");
        let mut ttl = Controls::default();
        ttl.push(libc::IPPROTO_IP, libc::IP_TTL, &17i32.to_ne_bytes());
        let pieces = [IoSlice::new(b"ab"), IoSlice::new(b"c")];
        assert_eq!(send(other.as_fd(), &pieces, Some(&to), &ttl, 0), Ok(3));
        let (mut buffer, mut controls) = ([0; 2], Controls::with_room(100));
        let got = receive(one.as_fd(), &mut buffer, &mut controls, 0).expect("it is there");
        assert_eq!((got.length, &buffer), (2, b"ab"));
        assert_ne!(got.flags & libc::MSG_TRUNC, 0);
        assert_eq!(got.from.map(|from| from.domain()), Some(libc::AF_INET));
        let (level, kind, (start, end)) = controls
            .messages()
            .next()
            .and_then(Result::ok)
            .expect("the time to live");
        assert_eq!((level, kind), (libc::IPPROTO_IP, libc::IP_TTL));
        assert_eq!(controls.bytes()[start..end], 17i32.to_ne_bytes());
    }
}
