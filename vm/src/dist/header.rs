//! Headers of what goes between nodes: atoms by their places in a cache that both sides keep, fragments of large messages. Follows
//! "Distribution Header" of the ERTS manual.

use crate::process::Message;
use hashbrown::HashMap;
use oxbeam_term::binary::refc::SharedBytes;
use oxbeam_term::etf::{AtomTable, EncodeOptions, Encoded};
use oxbeam_term::{Atom, Term};
use std::collections::VecDeque;
use std::sync::Arc;

/// Places of the cache.
pub(super) const SLOTS: usize = 2048;
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
    /// Which atom has a place in the cache, once there are more than a few.
    places: HashMap<usize, u8>,
}

/// So many atoms are looked through one by one.
const FEW_ATOMS: usize = 12;

impl MessageAtoms {
    fn find(&self, slot_of_atom: usize) -> Option<u8> {
        if self.atoms.len() <= FEW_ATOMS {
            let found = self
                .atoms
                .iter()
                .position(|&atom| slot(atom) == slot_of_atom);
            return found.map(|place| place as u8);
        }
        self.places.get(&slot_of_atom).copied()
    }
}

impl AtomTable for MessageAtoms {
    fn place(&mut self, atom: Atom) -> Option<u8> {
        if let Some(place) = self.find(slot(atom)) {
            return (self.atoms.get(usize::from(place)) == Some(&atom)).then_some(place);
        }
        if self.atoms.len() == MOST_ATOMS {
            return None;
        }
        let place = self.atoms.len() as u8;
        self.atoms.push(atom);
        if self.atoms.len() == FEW_ATOMS + 1 {
            let all = self.atoms.iter().zip(0..);
            self.places
                .extend(all.map(|(&atom, place)| (slot(atom), place)));
        } else if self.atoms.len() > FEW_ATOMS {
            self.places.insert(slot(atom), place);
        }
        Some(place)
    }
}

/// A message that waits to be sent: its header is made when its turn has come, for that depends on what went before.
#[derive(Default)]
pub(super) struct Frame {
    pub(super) atoms: MessageAtoms,
    /// The control message and, if there is one, the payload.
    pub(super) body: Encoded,
    /// Where the payload begins.
    pub(super) payload: Option<usize>,
    /// It was made when it was not known what the other node can do.
    pub(super) hopes: bool,
    /// The process that sends it.
    pub(super) from: u64,
}

impl Frame {
    /// A frame; `cache`: atoms are named by their places; `whole`: large binaries are copied too. `None`: it is too large for the format.
    pub(super) fn encoded(
        control: Term<'_>,
        payload: Option<Term<'_>>,
        cache: bool,
        whole: bool,
    ) -> Option<Frame> {
        let options = EncodeOptions {
            minor_version: 2,
            ..EncodeOptions::default()
        };
        let mut frame = Frame {
            body: Encoded::new(if whole { usize::MAX } else { LARGE }),
            ..Frame::default()
        };
        let Frame { atoms, body, .. } = &mut frame;
        let mut encode = |term: Term<'_>| {
            let atoms: Option<&mut dyn AtomTable> = if cache { Some(&mut *atoms) } else { None };
            body.append(term, &options, atoms).ok()?;
            Some(body.len())
        };
        let control = encode(control)?;
        if let Some(payload) = payload {
            encode(payload)?;
            frame.payload = Some(control);
        }
        Some(frame)
    }
    /// Another control message for a payload that is encoded already.
    pub(super) fn with_payload(control: &Message, payload: Option<&[u8]>) -> Option<Frame> {
        let mut frame = Frame::encoded(control.term(), None, false, true)?;
        if let Some(payload) = payload {
            frame.payload = Some(frame.body.len());
            frame.body.append_bytes(payload);
        }
        Some(frame)
    }
    /// The bytes of the control message, and the payload's, of a frame that is whole.
    pub(super) fn parts(&self) -> (&[u8], Option<&[u8]>) {
        let bytes = self.body.own();
        match self.payload {
            Some(payload) => (&bytes[..payload], Some(&bytes[payload..])),
            None => (bytes, None),
        }
    }
    pub(super) fn len(&self) -> usize {
        self.body.len()
    }
    /// The form without a header, for a node that knows none.
    pub(super) fn pass_through(self) -> Packet {
        let length = self.body.len();
        let mut out = Vec::with_capacity(length + 3);
        out.extend([PASS_THROUGH, VERSION]);
        let control = self.payload.unwrap_or(length);
        self.body.copy_to(0, control, &mut out);
        if control < length {
            out.push(VERSION);
            self.body.copy_to(control, length, &mut out);
        }
        Packet::small(out, length)
    }
}

/// A packet for another node: bytes of its own, and some that it may share with other packets.
#[derive(Clone)]
pub struct Packet {
    head: Vec<u8>,
    body: Arc<Encoded>,
    from: usize,
    to: usize,
    /// Bytes of its message in it.
    share: usize,
}

/// Binaries of this size are not copied.
const LARGE: usize = 16 << 10;
/// Messages up to this size are copied behind their headers.
const SMALL: usize = 4 << 10;

impl Packet {
    fn small(head: Vec<u8>, share: usize) -> Packet {
        Packet {
            head,
            body: Arc::default(),
            from: 0,
            to: 0,
            share,
        }
    }
    /// Bytes of its message in it.
    pub(super) fn share(&self) -> usize {
        self.share
    }
    /// Number of bytes.
    #[expect(
        clippy::len_without_is_empty,
        reason = "a packet has a header at least"
    )]
    pub fn len(&self) -> usize {
        self.head.len() + self.to - self.from
    }
    /// Its own bytes, and those that it shares: where they begin and end.
    pub fn into_parts(self) -> (Vec<u8>, Arc<Encoded>, usize, usize) {
        (self.head, self.body, self.from, self.to)
    }
    /// All bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        let mut bytes = self.head;
        self.body.copy_to(self.from, self.to, &mut bytes);
        bytes
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
    pub(super) fn write(&mut self, frame: Frame, out: &mut VecDeque<Packet>) {
        let Frame {
            atoms,
            body,
            payload,
            ..
        } = frame;
        let to = body.len();
        let control = payload.unwrap_or(to);
        if !self.fragments || to - control <= FRAGMENT {
            let small = to <= SMALL;
            let room = if small { to } else { 0 };
            let mut head = Vec::with_capacity(room + 3 + 8 * atoms.atoms.len());
            head.extend([VERSION, WHOLE]);
            self.references(&atoms.atoms, &mut head);
            if small {
                body.copy_to(0, to, &mut head);
                out.push_back(Packet::small(head, to));
            } else {
                out.push_back(Packet {
                    head,
                    body: Arc::new(body),
                    from: 0,
                    to,
                    share: to,
                });
            }
            return;
        }
        self.sequence = self.sequence.wrapping_add(1);
        let mut left = (to - control).div_ceil(FRAGMENT) as u64;
        let body = Arc::new(body);
        // The first piece has the control message in front.
        let (mut from, mut to) = (0, control + FRAGMENT);
        while left > 0 {
            let mut head = Vec::new();
            head.extend([VERSION, if from == 0 { FIRST } else { NEXT }]);
            head.extend(self.sequence.to_be_bytes());
            head.extend(left.to_be_bytes());
            if from == 0 {
                self.references(&atoms.atoms, &mut head);
            }
            let end = to.min(body.len());
            out.push_back(Packet {
                head,
                body: Arc::clone(&body),
                from,
                to: end,
                share: end - from,
            });
            (from, to) = (to, to + FRAGMENT);
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

/// Bytes that have come, of which the first ones have been read.
type Came = (Vec<u8>, usize);

/// A message of which some fragments have come.
struct Partial {
    atoms: Vec<Atom>,
    pieces: Vec<Came>,
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
pub struct Whole {
    /// What its references mean.
    pub atoms: Vec<Atom>,
    bytes: Bytes,
    /// A version byte stands before the second term.
    pub versions: bool,
}

impl Whole {
    /// Two terms, or one.
    pub fn bytes(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Came((bytes, start)) => &bytes[*start..],
            Bytes::Joined(bytes) => bytes.bytes(),
        }
    }
    /// What the bytes lie in, if they were joined from fragments: large binaries need not be copied out of it.
    pub(super) fn shared(&self) -> Option<&SharedBytes> {
        match &self.bytes {
            Bytes::Came(_) => None,
            Bytes::Joined(bytes) => Some(bytes),
        }
    }
}

/// The bytes of a message.
enum Bytes {
    Came(Came),
    Joined(SharedBytes),
}

/// What a packet is.
enum Kind {
    Whole(Vec<Atom>),
    First(u64, u64, Vec<Atom>),
    Next(u64, u64),
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
    /// Takes a packet, which begins at `start`. `None`: it is empty, or not the last one of its message.
    ///
    /// # Errors
    /// It is damaged.
    pub fn packet(&mut self, bytes: Vec<u8>, start: usize) -> Result<Option<Whole>, Damaged> {
        let versions = !self.headers;
        let packet = bytes.get(start..).unwrap_or_default();
        if packet.is_empty() {
            return Ok(None);
        }
        let (kind, rest) = if versions {
            match packet {
                [PASS_THROUGH, VERSION, rest @ ..] => (Kind::Whole(Vec::new()), rest),
                _ => return Err(Damaged),
            }
        } else {
            self.kind(packet)?
        };
        let start = bytes.len() - rest.len();
        let came = (bytes, start);
        let (atoms, bytes) = match kind {
            Kind::Whole(atoms) | Kind::First(_, 1, atoms) => (atoms, Bytes::Came(came)),
            Kind::First(sequence, fragment, atoms) => {
                let partial = Partial {
                    atoms,
                    pieces: vec![came],
                    left: fragment - 1,
                };
                return match self.partial.insert(sequence, partial) {
                    None => Ok(None),
                    Some(_) => Err(Damaged),
                };
            }
            Kind::Next(sequence, fragment) => {
                let partial = self.partial.get_mut(&sequence).ok_or(Damaged)?;
                if partial.left != fragment {
                    return Err(Damaged);
                }
                partial.pieces.push(came);
                partial.left -= 1;
                if partial.left > 0 {
                    return Ok(None);
                }
                let whole = self.partial.remove(&sequence).ok_or(Damaged)?;
                let pieces = whole.pieces.iter();
                let parts = pieces.map(|(bytes, start)| &bytes[*start..]);
                (whole.atoms, Bytes::Joined(SharedBytes::joined(parts)))
            }
        };
        Ok(Some(Whole {
            atoms,
            bytes,
            versions,
        }))
    }
    /// What a packet is that has a header, and what follows that.
    fn kind<'b>(&mut self, packet: &'b [u8]) -> Result<(Kind, &'b [u8]), Damaged> {
        match packet {
            [VERSION, WHOLE, rest @ ..] => {
                let (atoms, rest) = self.references(rest)?;
                Ok((Kind::Whole(atoms), rest))
            }
            [VERSION, FIRST, rest @ ..] => {
                let (sequence, fragment, rest) = fragment(rest)?;
                let (atoms, rest) = self.references(rest)?;
                Ok((Kind::First(sequence, fragment, atoms), rest))
            }
            [VERSION, NEXT, rest @ ..] => {
                let (sequence, fragment, rest) = fragment(rest)?;
                Ok((Kind::Next(sequence, fragment), rest))
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
            body: control.to_vec().into(),
            ..Frame::default()
        };
        if let Some(payload) = payload {
            frame.payload = Some(frame.body.len());
            frame.body.append_bytes(&payload);
        }
        for name in names {
            let _ = frame.atoms.place(Atom::of(name));
        }
        frame
    }

    fn through(writer: &mut Writer, reader: &mut Reader, frame: Frame) -> Vec<Whole> {
        let mut packets = VecDeque::new();
        writer.write(frame, &mut packets);
        let read = packets.into_iter().map(|packet| {
            // As behind what the driver has read before.
            let bytes = [&b"1234"[..], &packet.into_bytes()].concat();
            reader.packet(bytes, 4).unwrap()
        });
        read.flatten().collect()
    }

    #[test]
    fn what_is_written_is_read() {
        let (mut writer, mut reader) = (Writer::new(true), Reader::new(true));
        for names in [&["a", "b", "c"][..], &["b"], &[], &["d", "a", "\u{e4}"]] {
            let whole = through(&mut writer, &mut reader, frame(names, b"xy", None));
            let atoms: Vec<Atom> = names.iter().map(|name| Atom::of(name)).collect();
            assert_eq!((whole.len(), &whole[0].atoms), (1, &atoms));
            assert_eq!(whole[0].bytes(), b"xy");
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
        assert_eq!(whole[0].bytes(), [&b"control"[..], &payload].concat());
        assert!(reader.partial.is_empty());
    }

    #[test]
    fn many_atoms_have_their_places() {
        let names: Vec<String> = (0..300).map(|number| format!("place_{number}")).collect();
        let mut atoms = MessageAtoms::default();
        let mut placed = Vec::new();
        for name in &names {
            placed.push(atoms.place(Atom::of(name)));
        }
        assert_eq!(
            placed.iter().flatten().count(),
            MOST_ATOMS.min(atoms.atoms.len())
        );
        for (name, place) in names.iter().zip(&placed) {
            assert_eq!(atoms.place(Atom::of(name)), *place);
        }
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
            let read = Reader::new(true).packet(packet.to_vec(), 0);
            assert_eq!(read.err(), Some(Damaged), "{packet:?}");
        }
    }
}
