//! Any bytes as a stream of packets of any type: no answer but a packet that is there, one that is not there yet, or none; and the same
//! packets when the stream comes in two parts. The first bytes of the input say which type, which limits, and where the parts meet.
#![no_main]

mod context;

use context::set_release;
use libfuzzer_sys::fuzz_target;
use oxbeam_term::heap::arena::Arena;
use oxbeam_vm::packet::frame::{Unframer, frame};
use oxbeam_vm::packet::{Length, Limits, PacketType, http, tls_record};

const TYPES: [PacketType; 15] = [
    PacketType::Raw,
    PacketType::One,
    PacketType::Two,
    PacketType::Four,
    PacketType::Asn1,
    PacketType::SunRm,
    PacketType::Cdr,
    PacketType::Fcgi,
    PacketType::Line,
    PacketType::Tpkt,
    PacketType::Http,
    PacketType::Httph,
    PacketType::HttpBin,
    PacketType::HttphBin,
    PacketType::SslTls,
];

/// What a stream has come to.
#[derive(PartialEq, Eq, Debug)]
enum End {
    /// So many bytes are left, too few for a packet.
    Open(usize),
    /// What is left is no packet.
    Invalid,
}

/// A stream of one type, as a socket reads it.
struct Stream {
    packet: PacketType,
    limits: Limits,
    in_headers: bool,
    held: Vec<u8>,
    /// Length that was said of the packet that is not whole.
    said: Option<usize>,
    packets: Vec<Vec<u8>>,
    arena: Arena,
}

impl Stream {
    fn take(&mut self, bytes: &[u8]) -> End {
        self.held.extend_from_slice(bytes);
        loop {
            let in_headers = self.packet.is_header() || self.in_headers;
            let held = &self.held[..];
            let length = match self.packet.length(held, &self.limits, in_headers) {
                Length::Invalid => {
                    assert_eq!(self.said, None, "a length was said, and is no longer true");
                    return End::Invalid;
                }
                Length::Bytes(0) | Length::Unknown => {
                    assert_eq!(self.said, None);
                    return End::Open(held.len());
                }
                Length::Bytes(length) => length,
            };
            assert!(self.said.is_none_or(|said| said == length));
            if length > held.len() {
                self.said = Some(length);
                return End::Open(held.len());
            }
            self.said = None;
            let packet: Vec<u8> = self.held.drain(..length).collect();
            self.look(&packet, in_headers);
            self.packets.push(packet);
        }
    }

    /// Takes a packet apart.
    fn look(&mut self, packet: &[u8], in_headers: bool) {
        let body = self.packet.body(packet);
        assert!(body.start <= body.end && body.end <= packet.len());
        if self.packet == PacketType::SslTls {
            assert!(tls_record(packet).is_some());
        }
        if !self.packet.is_http() {
            return;
        }
        let line = http::parse(packet, in_headers);
        // SAFETY: the arena outlives what is built in it, and nothing collects.
        let mut builder = unsafe { self.arena.builder() };
        match self.packet {
            PacketType::HttpBin => line.term(&mut builder, |builder, text| builder.binary(text)),
            _ => line.term(&mut builder, |builder, text| builder.byte_list(text)),
        };
        match line {
            http::Line::Request { .. } | http::Line::Response { .. } => self.in_headers = true,
            http::Line::EndOfHeaders => self.in_headers = false,
            _ => {}
        }
    }
}

fn read(packet: PacketType, limits: Limits, parts: &[&[u8]]) -> (Vec<Vec<u8>>, End) {
    let mut stream = Stream {
        packet,
        limits,
        in_headers: false,
        held: Vec::new(),
        said: None,
        packets: Vec::new(),
        arena: Arena::new(),
    };
    let mut end = End::Open(0);
    for part in parts {
        end = stream.take(part);
        if end == End::Invalid {
            break;
        }
    }
    (stream.packets, end)
}

/// A program's packets come to the same as those of a socket, as long as those have no limits.
fn check_frames(bytes_of_length: u8, packet: PacketType, parts: &[&[u8]], bytes: &[u8]) {
    let (packets, end) = read(packet, Limits::default(), &[bytes]);
    let mut unframer = Unframer::new(bytes_of_length);
    let mut taken = Vec::new();
    for part in parts {
        unframer.take(part, |packet| taken.push(packet.to_vec()));
    }
    assert!(taken.len() >= packets.len());
    for (packet, body) in packets.iter().zip(&taken) {
        assert_eq!(
            &frame(bytes_of_length, body.clone()).as_ref(),
            &Some(packet)
        );
    }
    assert!(taken.len() == packets.len() || end == End::Invalid);
}

fuzz_target!(|input: &[u8]| {
    set_release();
    let Some((&[which, size, line, delimiter, middle], bytes)) = input.split_first_chunk() else {
        return;
    };
    let packet = TYPES[usize::from(which) % TYPES.len()];
    let limits = Limits {
        size: u32::from(size),
        line: u32::from(line),
        delimiter,
    };
    let whole = read(packet, limits, &[bytes]);
    let total: usize = whole.0.iter().map(Vec::len).sum();
    match whole.1 {
        End::Open(left) => assert_eq!(total + left, bytes.len()),
        End::Invalid => assert!(total < bytes.len()),
    }
    if limits.size != 0 && !packet.is_http() && !matches!(packet, PacketType::Raw) {
        let most = limits.size as usize + packet_header(packet);
        assert!(whole.0.iter().all(|packet| packet.len() <= most));
    }
    let (first, second) = bytes.split_at(usize::from(middle).min(bytes.len()));
    let parts_matter = match packet {
        // What has no packets comes as it comes.
        PacketType::Raw => true,
        // A line that is too long is refused only if it is there before it has been cut.
        PacketType::Line => size > 0 && line > 0,
        // The empty line may be longer than any may be, if it comes alone.
        _ => packet.is_http() && (size == 1 || size == 0 && line == 1),
    };
    if !parts_matter {
        assert_eq!(read(packet, limits, &[first, second]), whole);
        // Byte by byte, unless that takes too long.
        let many: Vec<&[u8]> = bytes.chunks(1 + bytes.len() / 256).collect();
        assert_eq!(read(packet, limits, &many), whole);
    }
    match packet {
        PacketType::One => check_frames(1, packet, &[first, second], bytes),
        PacketType::Two => check_frames(2, packet, &[first, second], bytes),
        PacketType::Four => check_frames(4, packet, &[first, second], bytes),
        _ => {}
    }
});

/// The most bytes in front of a packet that its limit does not count.
fn packet_header(packet: PacketType) -> usize {
    match packet {
        PacketType::Line => 0,
        PacketType::One => 1,
        PacketType::Two => 2,
        PacketType::Four | PacketType::SunRm | PacketType::Tpkt => 4,
        PacketType::SslTls => 5,
        PacketType::Fcgi => 8,
        PacketType::Cdr => 12,
        _ => usize::MAX / 2,
    }
}
