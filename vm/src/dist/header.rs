//! Headers of what goes between nodes: atoms by their places in a cache that both sides keep, fragments of large messages. Follows
//! "Distribution Header" of the ERTS manual.

use hashbrown::HashMap;
use oxbeam_term::Atom;
use oxbeam_term::etf::AtomTable;
use std::collections::VecDeque;

/// Places of the cache.
const SLOTS: usize = 2048;
/// Atoms that one header names at most.
const MOST_ATOMS: usize = 255;
/// A payload is cut into pieces of so many bytes.
const FRAGMENT: usize = 64 * 1024;

const VERSION: u8 = 131;
const WHOLE: u8 = 68;
const FIRST: u8 = 69;
const NEXT: u8 = 70;
const PASS_THROUGH: u8 = 112;

pub(super) fn slot(atom: Atom) -> usize {
    atom.index() as usize % SLOTS
}

/// The atoms of one message. Two that share a place in the cache can't both stand here.
#[derive(Default)]
pub(super) struct MessageAtoms {
    atoms: Vec<Atom>,
    places: HashMap<usize, u8>,
}

impl AtomTable for MessageAtoms {
    fn place(&mut self, atom: Atom) -> Option<u8> {
        if let Some(&place) = self.places.get(&slot(atom)) {
            return (self.atoms.get(usize::from(place)) == Some(&atom)).then_some(place);
        }
        if self.atoms.len() == MOST_ATOMS {
            return None;
        }
        let place = self.atoms.len() as u8;
        self.atoms.push(atom);
        self.places.insert(slot(atom), place);
        Some(place)
    }
}

/// A message that waits to be sent: its header is made when its turn has come, for that depends on what went before.
#[derive(Default)]
pub(super) struct Frame {
    pub(super) atoms: MessageAtoms,
    pub(super) control: Vec<u8>,
    pub(super) payload: Option<Vec<u8>>,
}

impl Frame {
    pub(super) fn bytes(&self) -> usize {
        self.control.len() + self.payload.as_ref().map_or(0, Vec::len)
    }
    /// The form without a header, for a node that knows none.
    pub(super) fn pass_through(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.bytes() + 3);
        out.extend([PASS_THROUGH, VERSION]);
        out.extend(self.control);
        if let Some(payload) = self.payload {
            out.push(VERSION);
            out.extend(payload);
        }
        out
    }
}

/// What the other side has in its cache, and how we cut.
pub(super) struct Writer {
    slots: Vec<Option<Atom>>,
    sequence: u64,
    fragments: bool,
}

impl Writer {
    pub(super) fn new(fragments: bool) -> Writer {
        Writer {
            slots: vec![None; SLOTS],
            sequence: 0,
            fragments,
        }
    }
    /// Appends the packets that make the message.
    pub(super) fn write(&mut self, frame: Frame, out: &mut VecDeque<Vec<u8>>) {
        let payload = frame.payload.unwrap_or_default();
        let mut packet = Vec::with_capacity(frame.control.len() + payload.len().min(FRAGMENT) + 64);
        if !self.fragments || payload.len() <= FRAGMENT {
            packet.extend([VERSION, WHOLE]);
            self.references(&frame.atoms.atoms, &mut packet);
            packet.extend(frame.control);
            packet.extend(payload);
            out.push_back(packet);
            return;
        }
        self.sequence = self.sequence.wrapping_add(1);
        let mut left = payload.len().div_ceil(FRAGMENT) as u64;
        for (index, piece) in payload.chunks(FRAGMENT).enumerate() {
            packet.extend([VERSION, if index == 0 { FIRST } else { NEXT }]);
            packet.extend(self.sequence.to_be_bytes());
            packet.extend(left.to_be_bytes());
            if index == 0 {
                self.references(&frame.atoms.atoms, &mut packet);
                packet.extend(&frame.control);
            }
            packet.extend(piece);
            out.push_back(std::mem::take(&mut packet));
            left -= 1;
        }
    }
    /// Number of references, four bits for each (the last four say how wide lengths are), then the references.
    fn references(&mut self, atoms: &[Atom], out: &mut Vec<u8>) {
        out.push(atoms.len() as u8);
        if atoms.is_empty() {
            return;
        }
        let flags_at = out.len();
        out.resize(flags_at + atoms.len() / 2 + 1, 0);
        let is_new = |writer: &Writer, atom: Atom| writer.slots[slot(atom)] != Some(atom);
        let long = atoms
            .iter()
            .any(|&atom| is_new(self, atom) && atom.text().len() > 255);
        let flag = |out: &mut Vec<u8>, index: usize, bits: u8| {
            out[flags_at + index / 2] |= bits << (4 * (index % 2));
        };
        for (index, &atom) in atoms.iter().enumerate() {
            let place = slot(atom);
            let new = is_new(self, atom);
            flag(out, index, (place >> 8) as u8 | if new { 8 } else { 0 });
            out.push(place as u8);
            if new {
                self.slots[place] = Some(atom);
                let text = atom.text().as_bytes();
                if long {
                    out.extend((text.len() as u16).to_be_bytes());
                } else {
                    out.push(text.len() as u8);
                }
                out.extend(text);
            }
        }
        flag(out, atoms.len(), u8::from(long));
    }
}

/// The packet is no packet of a node: the connection ends.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Damaged;

/// A message of which some fragments have come.
struct Partial {
    atoms: Vec<Atom>,
    bytes: Vec<u8>,
    /// Fragments that are missing.
    left: u64,
}

/// Our side of the other one's cache, and its messages of which we have a part.
pub struct Reader {
    slots: Vec<Option<Atom>>,
    partial: HashMap<u64, Partial>,
    headers: bool,
}

/// A whole message: its atoms, and its control message with what follows it.
#[derive(PartialEq, Eq, Debug)]
pub struct Whole {
    /// What its references mean.
    pub atoms: Vec<Atom>,
    /// Two terms, or one.
    pub bytes: Vec<u8>,
    /// A version byte stands before the second term.
    pub versions: bool,
}

impl Reader {
    /// `headers`: packets have them.
    pub fn new(headers: bool) -> Reader {
        Reader {
            slots: vec![None; if headers { SLOTS } else { 0 }],
            partial: HashMap::new(),
            headers,
        }
    }
    /// Takes a packet. `None`: it is empty, or not the last one of its message.
    ///
    /// # Errors
    /// It is damaged.
    pub fn packet(&mut self, packet: &[u8]) -> Result<Option<Whole>, Damaged> {
        let versions = !self.headers;
        match packet {
            [] => Ok(None),
            [PASS_THROUGH, VERSION, bytes @ ..] if versions => Ok(Some(Whole {
                atoms: Vec::new(),
                bytes: bytes.to_vec(),
                versions,
            })),
            _ if versions => Err(Damaged),
            [VERSION, WHOLE, rest @ ..] => {
                let (atoms, bytes) = self.references(rest)?;
                let bytes = bytes.to_vec();
                Ok(Some(Whole {
                    atoms,
                    bytes,
                    versions,
                }))
            }
            [VERSION, FIRST, rest @ ..] => {
                let (sequence, fragment, rest) = fragment(rest)?;
                let (atoms, bytes) = self.references(rest)?;
                let bytes = bytes.to_vec();
                if fragment == 1 {
                    return Ok(Some(Whole {
                        atoms,
                        bytes,
                        versions,
                    }));
                }
                let partial = Partial {
                    atoms,
                    bytes,
                    left: fragment - 1,
                };
                match self.partial.insert(sequence, partial) {
                    None => Ok(None),
                    Some(_) => Err(Damaged),
                }
            }
            [VERSION, NEXT, rest @ ..] => {
                let (sequence, fragment, rest) = fragment(rest)?;
                let partial = self.partial.get_mut(&sequence).ok_or(Damaged)?;
                if partial.left != fragment {
                    return Err(Damaged);
                }
                partial.bytes.extend_from_slice(rest);
                partial.left -= 1;
                if partial.left > 0 {
                    return Ok(None);
                }
                let whole = self.partial.remove(&sequence).ok_or(Damaged)?;
                Ok(Some(Whole {
                    atoms: whole.atoms,
                    bytes: whole.bytes,
                    versions,
                }))
            }
            _ => Err(Damaged),
        }
    }
    fn references<'b>(&mut self, bytes: &'b [u8]) -> Result<(Vec<Atom>, &'b [u8]), Damaged> {
        let (&count, rest) = bytes.split_first().ok_or(Damaged)?;
        let count = usize::from(count);
        if count == 0 {
            return Ok((Vec::new(), rest));
        }
        let (flags, mut rest) = rest.split_at_checked(count / 2 + 1).ok_or(Damaged)?;
        let flag = |index: usize| flags[index / 2] >> (4 * (index % 2)) & 15;
        let long = flag(count) & 1 == 1;
        let mut take = |length: usize| {
            let (taken, left) = rest.split_at_checked(length).ok_or(Damaged)?;
            rest = left;
            Ok(taken)
        };
        let mut atoms = Vec::with_capacity(count);
        for index in 0..count {
            let bits = flag(index);
            let place = usize::from(bits & 7) << 8 | usize::from(take(1)?[0]);
            if bits & 8 != 0 {
                let length = match *take(if long { 2 } else { 1 })? {
                    [high, low] => usize::from(high) << 8 | usize::from(low),
                    [length] => usize::from(length),
                    _ => return Err(Damaged),
                };
                let text = std::str::from_utf8(take(length)?).map_err(|_| Damaged)?;
                self.slots[place] = Some(Atom::new(text).map_err(|_| Damaged)?);
            }
            atoms.push(self.slots[place].ok_or(Damaged)?);
        }
        Ok((atoms, rest))
    }
}

/// Number of the message, number of the fragment (they are counted down to 1), and the rest.
fn fragment(bytes: &[u8]) -> Result<(u64, u64, &[u8]), Damaged> {
    let (sequence, rest) = bytes.split_first_chunk::<8>().ok_or(Damaged)?;
    let (fragment, rest) = rest.split_first_chunk::<8>().ok_or(Damaged)?;
    match u64::from_be_bytes(*fragment) {
        0 => Err(Damaged),
        fragment => Ok((u64::from_be_bytes(*sequence), fragment, rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(names: &[&str], control: &[u8], payload: Option<Vec<u8>>) -> Frame {
        let mut frame = Frame {
            control: control.to_vec(),
            payload,
            ..Frame::default()
        };
        for name in names {
            let _ = frame.atoms.place(Atom::of(name));
        }
        frame
    }

    fn through(writer: &mut Writer, reader: &mut Reader, frame: Frame) -> Vec<Whole> {
        let mut packets = VecDeque::new();
        writer.write(frame, &mut packets);
        let read = packets.iter().map(|packet| reader.packet(packet).unwrap());
        read.flatten().collect()
    }

    #[test]
    fn what_is_written_is_read() {
        let (mut writer, mut reader) = (Writer::new(true), Reader::new(true));
        for names in [&["a", "b", "c"][..], &["b"], &[], &["d", "a", "\u{e4}"]] {
            let whole = through(&mut writer, &mut reader, frame(names, b"xy", None));
            let atoms: Vec<Atom> = names.iter().map(|name| Atom::of(name)).collect();
            assert_eq!((whole.len(), &whole[0].atoms), (1, &atoms));
            assert_eq!(whole[0].bytes, b"xy");
        }
        let long: String = "\u{20ac}".repeat(200);
        let whole = through(&mut writer, &mut reader, frame(&[&long, "e"], b"", None));
        assert_eq!(whole[0].atoms, [Atom::of(&long), Atom::of("e")]);
    }

    #[test]
    fn large_payloads_are_cut_and_joined() {
        let (mut writer, mut reader) = (Writer::new(true), Reader::new(true));
        let payload: Vec<u8> = (0..3 * FRAGMENT + 5).map(|byte| byte as u8).collect();
        let message = frame(&["a"], b"control", Some(payload.clone()));
        let whole = through(&mut writer, &mut reader, message);
        assert_eq!(whole.len(), 1);
        assert_eq!(whole[0].bytes, [&b"control"[..], &payload].concat());
        assert!(reader.partial.is_empty());
    }

    #[test]
    fn damaged_packets_are_refused() {
        let bad: &[&[u8]] = &[
            &[131],
            &[112, 131, 106],
            &[131, 68],
            &[131, 68, 1],
            &[131, 68, 1, 0, 7],
            &[131, 68, 1, 8, 0, 200, 97],
            &[131, 69, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            &[131, 70, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0],
        ];
        for packet in bad {
            assert_eq!(Reader::new(true).packet(packet), Err(Damaged), "{packet:?}");
        }
    }
}
