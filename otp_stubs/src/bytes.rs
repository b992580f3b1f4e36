//! Bytes of lists, and queues of bytes that are put in as binaries and taken out in front, without copying large ones.

use oxbeam_term::binary::refc::SharedBytes;
use oxbeam_term::binary::{Bits, HEAP_LIMIT};
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::term::etf::{Encoded, Part};
use std::collections::VecDeque;
use std::sync::Arc;

/// Small pieces are put together up to this size.
const GATHER: usize = 2 << 10;
/// Room for the first of them.
const ROOM: usize = 128;

/// Bytes of an iolist.
pub(crate) fn iolist(term: Term<'_>) -> Result<Vec<u8>, Raise> {
    let mut bytes = Vec::new();
    let mut outer = Vec::new();
    let mut rest = term;
    loop {
        match rest.view() {
            View::Cons(cell) => {
                outer.push(cell.tail());
                rest = cell.head();
                if let View::Small(byte) = rest.view() {
                    bytes.push(u8::try_from(byte).map_err(|_| Raise::Badarg)?);
                    rest = Term::NIL;
                }
            }
            View::Bits(binary) => {
                bytes.extend_from_slice(&binary.bytes().ok_or(Raise::Badarg)?);
                rest = Term::NIL;
            }
            View::Nil => match outer.pop() {
                Some(next) => rest = next,
                None => return Ok(bytes),
            },
            _ => return Err(Raise::Badarg),
        }
    }
}

enum Piece {
    /// Bytes of a binary, from one to another.
    Shared(SharedBytes, usize, usize),
    /// Bytes of small binaries, from one on.
    Gathered(Vec<u8>, usize),
    /// Bytes that others have too, from one to another.
    Part(Arc<Encoded>, usize, usize),
}

impl Piece {
    fn bytes(&self) -> &[u8] {
        match self {
            Piece::Shared(shared, start, end) => &shared.bytes()[*start..*end],
            Piece::Gathered(bytes, start) => &bytes[*start..],
            Piece::Part(bytes, start, end) => &bytes.own()[*start..*end],
        }
    }
}

/// A queue of bytes.
#[derive(Default)]
pub(crate) struct ByteQueue {
    pieces: VecDeque<Piece>,
    length: usize,
}

impl ByteQueue {
    /// Number of bytes.
    pub(crate) fn len(&self) -> usize {
        self.length
    }
    /// Puts the bytes of a binary at the end.
    pub(crate) fn push(&mut self, binary: Bits<'_>) {
        debug_assert!(binary.is_binary());
        let length = binary.byte_len();
        if let (Some(shared), true, true) = (
            binary.shared(),
            length >= GATHER / 2,
            binary.bit_offset().is_multiple_of(8),
        ) {
            let start = binary.bit_offset() / 8;
            self.pieces
                .push_back(Piece::Shared(shared.clone(), start, start + length));
            self.length += length;
        } else {
            self.push_bytes(&binary.bytes_padded());
        }
    }
    /// Puts bytes at the end.
    pub(crate) fn push_bytes(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.length += bytes.len();
        match self.pieces.back_mut() {
            Some(Piece::Gathered(gathered, _)) if gathered.len() + bytes.len() <= GATHER => {
                gathered.extend_from_slice(bytes);
            }
            _ => {
                let mut gathered = Vec::with_capacity(bytes.len().max(ROOM));
                gathered.extend_from_slice(bytes);
                self.pieces.push_back(Piece::Gathered(gathered, 0));
            }
        }
    }
    /// Puts bytes at the end, without copying many of them.
    pub(crate) fn push_vec(&mut self, bytes: Vec<u8>) {
        if bytes.len() < GATHER {
            self.push_bytes(&bytes);
        } else {
            self.length += bytes.len();
            self.pieces.push_back(Piece::Gathered(bytes, 0));
        }
    }
    /// Puts a part of encoded terms at the end, without copying it.
    pub(crate) fn push_part(&mut self, encoded: &Arc<Encoded>, from: usize, to: usize) {
        encoded.parts(from, to, |part| {
            let (piece, length) = match part {
                Part::Own(from, to) => (Piece::Part(Arc::clone(encoded), from, to), to - from),
                Part::Shared(bytes, from, to) => {
                    (Piece::Shared(bytes.clone(), from, to), to - from)
                }
            };
            self.pieces.push_back(piece);
            self.length += length;
        });
    }
    /// The pieces, in order.
    pub(crate) fn slices(&self) -> impl Iterator<Item = &[u8]> {
        self.pieces.iter().map(Piece::bytes)
    }
    /// The first piece as a binary; it stays in the queue.
    pub(crate) fn head<'p>(&mut self, cx: &mut Cx<'p>) -> Option<Term<'p>> {
        let first = self.pieces.front_mut()?;
        if let Piece::Gathered(..) | Piece::Part(..) = first {
            let shared = SharedBytes::new(first.bytes());
            let end = shared.used();
            *first = Piece::Shared(shared, 0, end);
        }
        match first {
            Piece::Shared(shared, start, end) if *end - *start > HEAP_LIMIT => {
                let (start, bits) = (*start * 8, (*end - *start) * 8);
                let whole = cx.shared_binary(shared.clone());
                Some(cx.sub_bits(whole, start, bits))
            }
            piece => Some(cx.binary(piece.bytes())),
        }
    }
    /// Takes `count` bytes off the front; as many as there are at most.
    pub(crate) fn skip(&mut self, count: usize) {
        let mut left = count.min(self.length);
        self.length -= left;
        while left > 0 {
            let Some(first) = self.pieces.front_mut() else {
                return;
            };
            let there = first.bytes().len();
            if there <= left {
                left -= there;
                self.pieces.pop_front();
            } else {
                match first {
                    Piece::Shared(_, start, _)
                    | Piece::Gathered(_, start)
                    | Piece::Part(_, start, _) => *start += left,
                }
                left = 0;
            }
        }
    }
    /// The first `count` bytes, copied; they stay in the queue.
    pub(crate) fn copy(&self, count: usize) -> Vec<u8> {
        let count = count.min(self.length);
        let mut bytes = Vec::with_capacity(count);
        for slice in self.slices() {
            let part = slice.len().min(count - bytes.len());
            bytes.extend_from_slice(&slice[..part]);
            if bytes.len() == count {
                break;
            }
        }
        bytes
    }
    /// Where `byte` is first.
    pub(crate) fn find(&self, byte: u8) -> Option<usize> {
        let mut before = 0;
        for slice in self.slices() {
            if let Some(position) = memchr::memchr(byte, slice) {
                return Some(before + position);
            }
            before += slice.len();
        }
        None
    }
    /// Takes all out.
    pub(crate) fn clear(&mut self) {
        self.pieces.clear();
        self.length = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_out_in_the_order_they_went_in() {
        let mut queue = ByteQueue::default();
        let mut all = Vec::new();
        for round in 0..200u32 {
            let bytes: Vec<u8> = (0..round * 7 % 90)
                .map(|index| (index + round) as u8)
                .collect();
            queue.push_bytes(&bytes);
            all.extend_from_slice(&bytes);
        }
        assert_eq!(queue.len(), all.len());
        assert!(queue.copy(usize::MAX) == all);
        queue.skip(1234);
        assert!(queue.copy(5000) == all[1234..6234]);
        let expected = all[1234..].iter().position(|&byte| byte == 255);
        assert_eq!(queue.find(255), expected);
        queue.skip(usize::MAX);
        assert_eq!(queue.len(), 0);
        assert_eq!(queue.find(0), None);
    }
}
