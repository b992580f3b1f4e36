//! `tcp_inet` and `udp_inet`, as far as a node that does not talk to others goes: sockets are opened, bound, asked and closed. Connecting,
//! listening and data answer `enotsup`. Follows the requests of `prim_inet.erl`.

use oxbeam_term::boxed::fun::{Export, FunEntry};
use oxbeam_term::etf::{self, DecodeContext, DecodeOptions, FunKey};
use oxbeam_vm::machine::machine;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::port::{Driver, OpenError, Opening, PortCx, Reply};
use oxbeam_vm::posix;
use oxbeam_vm::release::IoRules;
use rustix::io::Errno;
use rustix::net::sockopt;
use rustix::net::{AddressFamily, SocketAddrAny, SocketFlags, SocketType};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Duration;

/// Number of the first request.
const REQUESTS: u32 = 0x03f1_a300;

const OPEN: u32 = 1;
const CLOSE: u32 = 2;
const NAME: u32 = 5;
const BIND: u32 = 6;
const SET_OPTIONS: u32 = 7;
const GET_OPTIONS: u32 = 8;
const HOST_NAME: u32 = 12;
const DESCRIPTOR: u32 = 14;
const TYPE: u32 = 15;
const STATUS: u32 = 16;
const SUBSCRIBE: u32 = 24;
const IGNORE: u32 = 28;
/// Requests up to here are the driver's own; beyond are none of anybody.
const LAST: u32 = 63;

mod family {
    pub(super) const INET: u8 = 1;
    pub(super) const INET6: u8 = 2;
    pub(super) const ANY: u8 = 3;
    pub(super) const LOOPBACK: u8 = 4;
}

mod option {
    pub(super) const REUSE_ADDRESS: u8 = 0;
    pub(super) const KEEP_ALIVE: u8 = 1;
    pub(super) const LINGER: u8 = 3;
    pub(super) const BROADCAST: u8 = 4;
    pub(super) const SEND_BUFFER: u8 = 6;
    pub(super) const RECEIVE_BUFFER: u8 = 7;
    pub(super) const NO_DELAY: u8 = 10;
    pub(super) const ONLY_VERSION_6: u8 = 16;
    pub(super) const ACTIVE: u8 = 22;
    pub(super) const READ_PACKETS: u8 = 33;
    /// The driver's own: kept, not given to the system.
    pub(super) const KEPT: [u8; 18] = [
        20, 21, 22, 23, 24, 25, 26, 27, 28, 30, 31, 32, 33, 35, 36, 37, 39, 40,
    ];
}

/// `active` with a count.
const ACTIVE_COUNTED: u32 = 3;

struct Inet {
    datagrams: bool,
    /// Data have the caller's tag in front.
    tags: bool,
    socket: Option<OwnedFd>,
    /// Family and type of the socket, in the requests' numbers.
    kind: (u8, u8),
    kept: BTreeMap<u8, u32>,
    active_count: i16,
    bound: bool,
}

/// Why a request is refused: an error of the system, or one of the driver's own.
enum Refused {
    System(Errno),
    Own(&'static str),
}

impl From<Errno> for Refused {
    fn from(errno: Errno) -> Refused {
        Refused::System(errno)
    }
}

type Answer = Result<Vec<u8>, Refused>;

pub(super) fn open_tcp(_: &mut Opening<'_>) -> Result<Box<dyn Driver>, OpenError> {
    Ok(Box::new(Inet::new(false, machine().release.io)))
}

pub(super) fn open_udp(_: &mut Opening<'_>) -> Result<Box<dyn Driver>, OpenError> {
    Ok(Box::new(Inet::new(true, machine().release.io)))
}

impl Inet {
    fn new(datagrams: bool, rules: IoRules) -> Inet {
        // Buffer, exit on close, watermarks of the queue and of messages, deliver.
        let mut kept = BTreeMap::from([
            (20, rules.inet_buffer),
            (26, 1),
            (27, 8192),
            (28, 4096),
            (25, 1),
        ]);
        kept.extend([(36, 8192), (37, 4096)]);
        if datagrams {
            kept.insert(option::READ_PACKETS, 5);
        }
        Inet {
            datagrams,
            tags: rules.inet_tags,
            socket: None,
            kind: (0, 0),
            kept,
            active_count: 0,
            bound: false,
        }
    }
    fn socket(&self) -> Result<&OwnedFd, Refused> {
        self.socket.as_ref().ok_or(Refused::Own("exbadport"))
    }
    fn request(&mut self, request: u32, data: &[u8]) -> Answer {
        match request {
            OPEN => self.open(data),
            CLOSE => {
                self.socket = None;
                Ok(Vec::new())
            }
            NAME => {
                let name = rustix::net::getsockname(self.socket()?)?;
                Ok(address_bytes(&name))
            }
            BIND => self.bind(data),
            SET_OPTIONS => self.set_options(data),
            GET_OPTIONS => self.get_options(data),
            HOST_NAME => Ok(rustix::system::uname().nodename().to_bytes().to_vec()),
            DESCRIPTOR => Ok(self.socket()?.as_raw_fd().to_be_bytes().to_vec()),
            TYPE => {
                let mut answer = u32::from(self.kind.0).to_be_bytes().to_vec();
                answer.extend_from_slice(&u32::from(self.kind.1).to_be_bytes());
                Ok(answer)
            }
            STATUS => {
                let open = u32::from(self.socket.is_some());
                Ok(open.to_be_bytes().to_vec())
            }
            // Nothing ever waits to be written.
            SUBSCRIBE => Ok(data.iter().flat_map(|code| [*code, 0, 0, 0, 0]).collect()),
            IGNORE => Ok(Vec::new()),
            _ => Err(Errno::NOTSUP.into()),
        }
    }
    /// `<Family, Type>`, from OTP 29 on with the protocol.
    fn open(&mut self, data: &[u8]) -> Answer {
        let (&[family, kind], _) = data.split_first_chunk::<2>().ok_or(Errno::INVAL)?;
        if self.socket.is_some() {
            return Err(Refused::Own("exbadseq"));
        }
        let domain = match family {
            family::INET => AddressFamily::INET,
            family::INET6 => AddressFamily::INET6,
            _ => return Err(Errno::AFNOSUPPORT.into()),
        };
        let socket_type = match (kind, self.datagrams) {
            (1, false) => SocketType::STREAM,
            (2, true) => SocketType::DGRAM,
            _ => return Err(Errno::INVAL.into()),
        };
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = rustix::net::socket_with(domain, socket_type, flags, None)?;
        self.socket = Some(socket);
        self.kind = (family, kind);
        Ok(Vec::new())
    }
    fn bind(&mut self, data: &[u8]) -> Answer {
        let address = address(data, self.kind.0).ok_or(Errno::INVAL)?;
        let socket = self.socket()?;
        if self.bound {
            return Err(Refused::Own("exbadseq"));
        }
        rustix::net::bind(socket, &address)?;
        let name = rustix::net::getsockname(socket)?;
        self.bound = true;
        let port = SocketAddr::try_from(name).map_or(0, |address| address.port());
        Ok(port.to_be_bytes().to_vec())
    }
    fn set_options(&mut self, mut data: &[u8]) -> Answer {
        while let Some((&code, rest)) = data.split_first() {
            let (value, mut rest) = rest.split_first_chunk::<4>().ok_or(Errno::INVAL)?;
            let value = u32::from_be_bytes(*value);
            match code {
                option::LINGER => {
                    let (seconds, behind) = rest.split_first_chunk::<4>().ok_or(Errno::INVAL)?;
                    rest = behind;
                    let seconds = u64::from(u32::from_be_bytes(*seconds));
                    let linger = (value != 0).then(|| Duration::from_secs(seconds));
                    sockopt::set_socket_linger(self.socket()?, linger)?;
                }
                option::ACTIVE if value == ACTIVE_COUNTED => {
                    let (count, behind) = rest.split_first_chunk::<2>().ok_or(Errno::INVAL)?;
                    rest = behind;
                    let count = i16::from_be_bytes(*count);
                    let sum = self.active_count.checked_add(count).ok_or(Errno::INVAL)?;
                    self.active_count = sum.max(0);
                    let active = if sum > 0 { ACTIVE_COUNTED } else { 0 };
                    self.kept.insert(code, active);
                }
                code if option::KEPT.contains(&code) => {
                    self.kept.insert(code, value);
                }
                code => self.set_system_option(code, value)?,
            }
            data = rest;
        }
        Ok(Vec::new())
    }
    fn set_system_option(&self, code: u8, value: u32) -> Result<(), Refused> {
        // Before the socket is there, or of those that are not known: the whole call fails.
        let socket = self.socket.as_ref().ok_or(Errno::INVAL)?;
        let on = value != 0;
        // The system's refusal of a single option does not count.
        let _ = match code {
            option::REUSE_ADDRESS => sockopt::set_socket_reuseaddr(socket, on),
            option::KEEP_ALIVE => sockopt::set_socket_keepalive(socket, on),
            option::BROADCAST => sockopt::set_socket_broadcast(socket, on),
            option::SEND_BUFFER => sockopt::set_socket_send_buffer_size(socket, value as usize),
            option::RECEIVE_BUFFER => sockopt::set_socket_recv_buffer_size(socket, value as usize),
            option::NO_DELAY if !self.datagrams => sockopt::set_tcp_nodelay(socket, on),
            option::ONLY_VERSION_6 => sockopt::set_ipv6_v6only(socket, on),
            _ => return Err(Errno::INVAL.into()),
        };
        Ok(())
    }
    /// Options that can't be had are left out.
    fn get_options(&self, data: &[u8]) -> Answer {
        let mut answer = Vec::new();
        for &code in data {
            let Some(value) = self.option(code) else {
                continue;
            };
            answer.push(code);
            answer.extend_from_slice(&value);
        }
        Ok(answer)
    }
    fn option(&self, code: u8) -> Option<Vec<u8>> {
        if option::KEPT.contains(&code) {
            let value = self.kept.get(&code).copied().unwrap_or(0);
            let mut bytes = value.to_be_bytes().to_vec();
            if code == option::ACTIVE && value == ACTIVE_COUNTED {
                bytes.extend_from_slice(&self.active_count.to_be_bytes());
            }
            return Some(bytes);
        }
        let socket = self.socket.as_ref()?;
        let boolean = |result: Result<bool, Errno>| result.ok().map(u32::from);
        let size = |result: Result<usize, Errno>| result.ok().map(|size| size as u32);
        let value = match code {
            option::LINGER => {
                let linger = sockopt::socket_linger(socket).ok()?;
                let mut bytes = u32::from(linger.is_some()).to_be_bytes().to_vec();
                let seconds = linger.map_or(0, |linger| linger.as_secs() as u32);
                bytes.extend_from_slice(&seconds.to_be_bytes());
                return Some(bytes);
            }
            option::REUSE_ADDRESS => boolean(sockopt::socket_reuseaddr(socket)),
            option::KEEP_ALIVE => boolean(sockopt::socket_keepalive(socket)),
            option::BROADCAST => boolean(sockopt::socket_broadcast(socket)),
            option::SEND_BUFFER => size(sockopt::socket_send_buffer_size(socket)),
            option::RECEIVE_BUFFER => size(sockopt::socket_recv_buffer_size(socket)),
            option::NO_DELAY if !self.datagrams => boolean(sockopt::tcp_nodelay(socket)),
            option::ONLY_VERSION_6 => boolean(sockopt::ipv6_v6only(socket)),
            _ => None,
        };
        value.map(|value| value.to_be_bytes().to_vec())
    }
}

/// A caller's tag holds no functions.
struct NoFunctions;

impl DecodeContext for NoFunctions {
    fn export(&mut self, _: Atom, _: Atom, _: u32, _: bool) -> Option<&'static Export> {
        None
    }
    fn fun_entry(&mut self, _: FunKey<'_>) -> Option<&'static FunEntry> {
        None
    }
}

/// An address in a request; `any` and `loopback` are those of the socket's family.
fn address(data: &[u8], socket: u8) -> Option<SocketAddr> {
    let (&family, rest) = data.split_first()?;
    let (port, rest) = rest.split_first_chunk::<2>()?;
    let port = u16::from_be_bytes(*port);
    let version_4 = |address| SocketAddr::V4(SocketAddrV4::new(address, port));
    let version_6 = |address| SocketAddr::V6(SocketAddrV6::new(address, port, 0, 0));
    Some(match (family, socket) {
        (family::INET, _) => {
            let octets: [u8; 4] = *rest.first_chunk()?;
            version_4(octets.into())
        }
        (family::INET6, _) => {
            let octets: [u8; 16] = *rest.first_chunk()?;
            let number = |at: usize| {
                let bytes = rest.get(at..at + 4)?;
                Some(u32::from_be_bytes(bytes.try_into().ok()?))
            };
            let (flow, scope) = (number(16).unwrap_or(0), number(20).unwrap_or(0));
            SocketAddr::V6(SocketAddrV6::new(octets.into(), port, flow, scope))
        }
        (family::ANY, family::INET6) => version_6(Ipv6Addr::UNSPECIFIED),
        (family::ANY, _) => version_4(Ipv4Addr::UNSPECIFIED),
        (family::LOOPBACK, family::INET6) => version_6(Ipv6Addr::LOCALHOST),
        (family::LOOPBACK, _) => version_4(Ipv4Addr::LOCALHOST),
        _ => return None,
    })
}

fn address_bytes(address: &SocketAddrAny) -> Vec<u8> {
    let mut bytes = Vec::new();
    match SocketAddr::try_from(address.clone()) {
        Ok(SocketAddr::V4(address)) => {
            bytes.push(family::INET);
            bytes.extend_from_slice(&address.port().to_be_bytes());
            bytes.extend_from_slice(&address.ip().octets());
        }
        Ok(SocketAddr::V6(address)) => {
            bytes.push(family::INET6);
            bytes.extend_from_slice(&address.port().to_be_bytes());
            bytes.extend_from_slice(&address.ip().octets());
            bytes.extend_from_slice(&address.flowinfo().to_be_bytes());
            bytes.extend_from_slice(&address.scope_id().to_be_bytes());
        }
        Err(_) => bytes.push(6),
    }
    bytes
}

impl Driver for Inet {
    /// Data can't be sent yet: `{inet_reply, Port, {error, enotsup}}`, from OTP 26 on with the caller's tag, which stands in front of the data.
    fn output(&mut self, cx: &mut PortCx<'_>, data: Vec<u8>) {
        let (Some(caller), port) = (cx.caller(), cx.number()) else {
            return;
        };
        let tag = if self.tags {
            let tag = data
                .split_first_chunk::<2>()
                .and_then(|(length, rest)| rest.get(..usize::from(u16::from_be_bytes(*length))));
            let Some(tag) = tag else {
                cx.fail(Errno::INVAL.raw_os_error());
                return;
            };
            Some(tag)
        } else {
            None
        };
        cx.send(caller, |builder| {
            let enotsup = posix::error_atom(Errno::NOTSUP.raw_os_error());
            let error = builder.tuple(&[Term::atom(known::ERROR), Term::atom(enotsup)]);
            let reply = Term::atom(Atom::of("inet_reply"));
            let mut elements = vec![reply, Term::local_port(port), error];
            if let Some(tag) = tag {
                let options = DecodeOptions { safe: false };
                let decoded = etf::decode(tag, builder, &mut NoFunctions, options);
                elements.push(decoded.map_or(Term::NIL, |(term, _)| term));
            }
            builder.tuple(&elements)
        });
    }
    fn control(&mut self, _: &mut PortCx<'_>, operation: u32, data: &[u8]) -> Option<Reply> {
        let request = operation
            .checked_sub(REQUESTS)
            .filter(|request| (1..=LAST).contains(request))?;
        let mut reply = Vec::new();
        match self.request(request, data) {
            Ok(answer) => {
                reply.push(1);
                reply.extend_from_slice(&answer);
            }
            Err(refused) => {
                reply.push(0);
                let name = match refused {
                    Refused::System(errno) => posix::error_name(errno.raw_os_error()),
                    Refused::Own(name) => name,
                };
                reply.extend_from_slice(name.as_bytes());
            }
        }
        Some(Reply::List(reply))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxbeam_vm::release;

    fn done(inet: &mut Inet, request: u32, data: &[u8]) -> Vec<u8> {
        match inet.request(request, data) {
            Ok(answer) => answer,
            Err(Refused::System(errno)) => panic!("{errno}"),
            Err(Refused::Own(name)) => panic!("{name}"),
        }
    }

    #[test]
    fn a_socket_is_opened_bound_and_asked() {
        let mut inet = Inet::new(true, release::Release::of(27).expect("it is known").io);
        assert!(matches!(
            inet.request(BIND, &[3, 0, 0]),
            Err(Refused::Own("exbadport"))
        ));
        done(&mut inet, SET_OPTIONS, &[]);
        done(&mut inet, OPEN, &[1, 2]);
        done(&mut inet, SET_OPTIONS, &[7, 0, 0, 32, 0, 22, 0, 0, 0, 1]);
        let port = done(&mut inet, BIND, &[family::ANY, 0, 0]);
        assert_eq!(port.len(), 2);
        let name = done(&mut inet, NAME, &[]);
        assert_eq!(name[..3], [family::INET, port[0], port[1]]);
        assert_eq!(done(&mut inet, GET_OPTIONS, &[22]), [22, 0, 0, 0, 1]);
        assert_eq!(done(&mut inet, GET_OPTIONS, &[3])[..5], [3, 0, 0, 0, 0]);
        assert_eq!(done(&mut inet, SUBSCRIBE, &[1]), [1, 0, 0, 0, 0]);
        assert!(!done(&mut inet, HOST_NAME, &[]).is_empty());
        done(&mut inet, CLOSE, &[]);
    }
}
