//! Packets within a stream of bytes, by type: what `erlang:decode_packet/3` and the option `packet` of sockets know. Follows
//! `packet_parser.c`. Looks at bytes only.
//!
//! | file | what |
//! |---|---|
//! | `mod.rs` | types, lengths, bodies |
//! | `http.rs` | lines of HTTP |
//! | `frame.rs` | lengths in front, put there and taken off |

pub mod frame;
pub mod http;

use std::ops::Range;

/// What separates packets.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum PacketType {
    /// Nothing.
    Raw,
    /// A length of one byte.
    One,
    /// A length of two bytes.
    Two,
    /// A length of four bytes.
    Four,
    /// ASN.1 BER.
    Asn1,
    /// Sun's RPC.
    SunRm,
    /// CORBA.
    Cdr,
    /// Fast CGI.
    Fcgi,
    /// A delimiter.
    Line,
    /// TPKT, RFC 1006.
    Tpkt,
    /// HTTP; texts as lists.
    Http,
    /// Headers of HTTP; texts as lists.
    Httph,
    /// HTTP; texts as binaries.
    HttpBin,
    /// Headers of HTTP; texts as binaries.
    HttphBin,
    /// TLS.
    SslTls,
}

/// Limits of packets; zero: none.
#[derive(Copy, Clone, Debug)]
pub struct Limits {
    /// Longest packet, its header apart.
    pub size: u32,
    /// Longer lines are cut.
    pub line: u32,
    /// Ends a line.
    pub delimiter: u8,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            size: 0,
            line: 0,
            delimiter: b'\n',
        }
    }
}

/// How long the packet at the beginning of some bytes is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Length {
    /// More bytes are needed to tell.
    Unknown,
    /// So many bytes, which may not all be there.
    Bytes(usize),
    /// It is no such packet, or too long.
    Invalid,
}

fn big(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(0, |number, &byte| number << 8 | u32::from(byte))
}

impl PacketType {
    /// The type of this name.
    pub fn named(name: &str) -> Option<PacketType> {
        Some(match name {
            "raw" => PacketType::Raw,
            "asn1" => PacketType::Asn1,
            "sunrm" => PacketType::SunRm,
            "cdr" => PacketType::Cdr,
            "fcgi" => PacketType::Fcgi,
            "line" => PacketType::Line,
            "tpkt" => PacketType::Tpkt,
            "http" => PacketType::Http,
            "httph" => PacketType::Httph,
            "http_bin" => PacketType::HttpBin,
            "httph_bin" => PacketType::HttphBin,
            "ssl_tls" => PacketType::SslTls,
            _ => return None,
        })
    }

    /// The type whose length has so many bytes.
    pub fn numbered(bytes: i64) -> Option<PacketType> {
        Some(match bytes {
            0 => PacketType::Raw,
            1 => PacketType::One,
            2 => PacketType::Two,
            4 => PacketType::Four,
            _ => return None,
        })
    }

    /// Lines of HTTP?
    pub fn is_http(self) -> bool {
        use PacketType::{Http, HttpBin, Httph, HttphBin};
        matches!(self, Http | Httph | HttpBin | HttphBin)
    }

    /// Only headers of HTTP, no first line?
    pub fn is_header(self) -> bool {
        matches!(self, PacketType::Httph | PacketType::HttphBin)
    }

    /// Length of the packet at the beginning of `bytes`. `in_headers`: the first line of a message has been seen (HTTP).
    pub fn length(self, bytes: &[u8], limits: &Limits, in_headers: bool) -> Length {
        let with_header = |header: usize, body: u32| {
            let too_long = limits.size != 0 && body > limits.size;
            match u32::try_from(header)
                .ok()
                .and_then(|header| header.checked_add(body))
            {
                Some(total) if !too_long && total <= i32::MAX as u32 => {
                    Length::Bytes(total as usize)
                }
                _ => Length::Invalid,
            }
        };
        let header = |len: usize| bytes.get(..len);
        match self {
            PacketType::Raw if bytes.is_empty() => Length::Unknown,
            PacketType::Raw => Length::Bytes(bytes.len()),
            PacketType::One => header(1).map_or(Length::Unknown, |head| with_header(1, big(head))),
            PacketType::Two => header(2).map_or(Length::Unknown, |head| with_header(2, big(head))),
            PacketType::Four => header(4).map_or(Length::Unknown, |head| with_header(4, big(head))),
            // The highest bit tells the last part of a record.
            PacketType::SunRm => header(4).map_or(Length::Unknown, |head| {
                with_header(4, big(head) & 0x7fff_ffff)
            }),
            PacketType::Line => line_length(bytes, limits),
            PacketType::Asn1 => match asn1_header(bytes) {
                Ok(Some((header, body))) => with_header(header, body),
                Ok(None) => Length::Unknown,
                Err(()) => Length::Invalid,
            },
            PacketType::Cdr => match header(12) {
                None => Length::Unknown,
                Some(head) if !head.starts_with(b"GIOP") => Length::Invalid,
                Some(head) => {
                    let size = big(&head[8..12]);
                    let little = head[6] & 1 != 0;
                    with_header(12, if little { size.swap_bytes() } else { size })
                }
            },
            PacketType::Fcgi => match header(8) {
                None => Length::Unknown,
                Some(head) if head[0] != 1 => Length::Invalid,
                Some(head) => with_header(8, big(&head[4..6]) + u32::from(head[6])),
            },
            PacketType::Tpkt => match header(4) {
                None => Length::Unknown,
                Some(head) if head[0] != 3 => Length::Invalid,
                Some(head) => match big(&head[2..4]).checked_sub(4) {
                    Some(body) => with_header(4, body),
                    None => Length::Invalid,
                },
            },
            PacketType::SslTls => match header(5) {
                None => Length::Unknown,
                // The hello of a client of version 2.
                Some(head) if is_old_hello(head) => {
                    match (big(&head[..2]) & 0x7fff).checked_sub(3) {
                        Some(body) => with_header(5, body),
                        None => Length::Invalid,
                    }
                }
                Some(head) => with_header(5, big(&head[3..5])),
            },
            PacketType::Http | PacketType::HttpBin => http::line_length(bytes, limits, in_headers),
            PacketType::Httph | PacketType::HttphBin => http::line_length(bytes, limits, true),
        }
    }

    /// Where in a whole packet its body lies. What only some types have in front stays.
    pub fn body(self, packet: &[u8]) -> Range<usize> {
        let end = packet.len();
        match self {
            PacketType::One => 1.min(end)..end,
            PacketType::Two => 2.min(end)..end,
            PacketType::Four => 4.min(end)..end,
            PacketType::Fcgi => {
                let padding = packet.get(6).copied().unwrap_or(0);
                0..end.saturating_sub(usize::from(padding))
            }
            _ => 0..end,
        }
    }
}

fn line_length(bytes: &[u8], limits: &Limits) -> Length {
    let (size, line) = (limits.size as usize, limits.line as usize);
    let too_long = |len: usize| size != 0 && len > size;
    match bytes.iter().position(|&byte| byte == limits.delimiter) {
        None if too_long(bytes.len()) => Length::Invalid,
        None if line != 0 && bytes.len() >= line => Length::Bytes(line),
        None => Length::Unknown,
        Some(at) if too_long(at + 1) => Length::Invalid,
        Some(at) if line != 0 && at + 1 > line => Length::Bytes(line),
        Some(at) => Length::Bytes(at + 1),
    }
}

/// Length of tag and length, and the length; `None`: there is more to come.
fn asn1_header(bytes: &[u8]) -> Result<Option<(usize, u32)>, ()> {
    if bytes.len() < 2 {
        return Ok(None);
    }
    let mut at = 1;
    if bytes[0] & 0x1f == 0x1f {
        at += bytes[at..]
            .iter()
            .take_while(|byte| **byte & 0x80 != 0)
            .count();
        if bytes.len() - at < 2 {
            return Ok(None);
        }
        at += 1;
    }
    let first = bytes[at];
    let count = usize::from(first & 0x7f);
    at += 1;
    if first & 0x80 == 0 {
        return Ok(Some((at, u32::from(first))));
    }
    match bytes.get(at..at + count) {
        None => Ok(None),
        Some(length) if count <= 4 => Ok(Some((at + count, big(length)))),
        Some(_) => Err(()),
    }
}

/// Is this the hello of a client of SSL 2?
pub fn is_old_hello(head: &[u8]) -> bool {
    head.len() > 2 && head[0] & 0x80 != 0 && head[2] == 1
}

/// Content type, version and body of a record of TLS. The hello of a client of version 2 is given the header of a handshake.
pub fn tls_record(packet: &[u8]) -> Option<(u8, (u8, u8), Vec<u8>)> {
    let head = packet.get(..5)?;
    if is_old_hello(head) {
        let body = &packet[3..];
        let length = (body.len() as u32).to_be_bytes();
        let mut message = vec![1, length[1], length[2], length[3]];
        message.extend_from_slice(body);
        return Some((22, (head[3], head[4]), message));
    }
    Some((head[0], (head[1], head[2]), packet[5..].to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(name: &str, bytes: &[u8]) -> Length {
        PacketType::named(name)
            .expect("a type")
            .length(bytes, &Limits::default(), false)
    }

    #[test]
    fn lengths_are_found_in_headers() {
        let four = PacketType::Four;
        let limits = Limits::default();
        assert_eq!(four.length(b"\0\0\0", &limits, false), Length::Unknown);
        assert_eq!(
            four.length(b"\0\0\0\x02ab", &limits, false),
            Length::Bytes(6)
        );
        assert_eq!(
            four.length(b"\xff\xff\xff\xff", &limits, false),
            Length::Invalid
        );
        assert_eq!(four.body(b"\0\0\0\x02ab"), 4..6);
        assert_eq!(length("asn1", b"\x30\x82\x01"), Length::Unknown);
        assert_eq!(length("asn1", b"\x30\x82\x01\x00"), Length::Bytes(260));
        assert_eq!(length("asn1", b"\x1f\x81\x01\x05"), Length::Bytes(9));
        assert_eq!(length("asn1", b"\x30\x85\0\0\0\0\0"), Length::Invalid);
        assert_eq!(length("tpkt", b"\x03\0\0\x03"), Length::Invalid);
        assert_eq!(length("tpkt", b"\x03\0\0\x06"), Length::Bytes(6));
        assert_eq!(
            length("fcgi", b"\x01\x01\0\0\0\x02\x03\0"),
            Length::Bytes(13)
        );
        assert_eq!(
            length("cdr", b"GIOP\x01\0\x01\0\x02\0\0\0"),
            Length::Bytes(14)
        );
        assert_eq!(
            length("ssl_tls", b"\x80\x2e\x01\x03\x01"),
            Length::Bytes(48)
        );
    }

    #[test]
    fn lines_are_cut_and_refused_by_limits() {
        let limits = |size, line| Limits {
            size,
            line,
            delimiter: b'\n',
        };
        let line = |bytes: &[u8], limits: Limits| PacketType::Line.length(bytes, &limits, false);
        assert_eq!(line(b"abc\nd", limits(0, 0)), Length::Bytes(4));
        assert_eq!(line(b"abc\nd", limits(0, 2)), Length::Bytes(2));
        assert_eq!(line(b"abc\nd", limits(3, 0)), Length::Invalid);
        assert_eq!(line(b"abc", limits(2, 0)), Length::Invalid);
        assert_eq!(line(b"abc", limits(3, 0)), Length::Unknown);
        assert_eq!(line(b"abc", limits(0, 3)), Length::Bytes(3));
    }
}
