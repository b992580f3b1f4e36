//! Packets with their length in front (`{packet, 1 | 2 | 4}`), as ports to programs have them.

/// Puts the length in front of a packet; `None` if it is too long for it.
pub fn frame(bytes: u8, data: Vec<u8>) -> Option<Vec<u8>> {
    if bytes == 0 {
        return Some(data);
    }
    let bytes = usize::from(bytes);
    let length = u32::try_from(data.len()).ok()?.to_be_bytes();
    if length[..4 - bytes].iter().any(|&byte| byte != 0) {
        return None;
    }
    let mut framed = Vec::with_capacity(bytes + data.len());
    framed.extend_from_slice(&length[4 - bytes..]);
    framed.extend_from_slice(&data);
    Some(framed)
}

/// Takes packets out of a stream.
pub struct Unframer {
    bytes: usize,
    held: Vec<u8>,
}

impl Unframer {
    /// With lengths of so many bytes; 0 takes the stream as it comes.
    pub fn new(bytes: u8) -> Unframer {
        Unframer {
            bytes: usize::from(bytes),
            held: Vec::new(),
        }
    }
    /// More of the stream: calls `packet` with each packet that is whole.
    pub fn take(&mut self, data: &[u8], mut packet: impl FnMut(&[u8])) {
        if self.bytes == 0 {
            packet(data);
            return;
        }
        // What is held is the beginning of one packet, so it grows no longer than what has come.
        self.held.extend_from_slice(data);
        let mut rest = &self.held[..];
        while let Some((length, body)) = rest.split_at_checked(self.bytes) {
            let length = length
                .iter()
                .fold(0, |length, &byte| length << 8 | usize::from(byte));
            let Some((body, behind)) = body.split_at_checked(length) else {
                break;
            };
            packet(body);
            rest = behind;
        }
        let used = self.held.len() - rest.len();
        self.held.drain(..used);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_survive_being_cut_anywhere() {
        for bytes in [1, 2, 4] {
            let mut stream = Vec::new();
            for packet in [&b"one"[..], b"", b"three"] {
                stream.extend(frame(bytes, packet.to_vec()).expect("it is short"));
            }
            for cut in 0..stream.len() {
                let mut unframer = Unframer::new(bytes);
                let mut packets = Vec::new();
                for part in [&stream[..cut], &stream[cut..]] {
                    unframer.take(part, |packet| packets.push(packet.to_vec()));
                }
                assert_eq!(packets, [&b"one"[..], b"", b"three"]);
            }
        }
        assert!(frame(1, vec![0; 256]).is_none());
        assert!(frame(2, vec![0; 65_535]).is_some());
    }
}
