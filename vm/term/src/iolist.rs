//! Iolists: bytes and binaries in lists as deep as may be.
//!
//! Nothing recurses: what is left of the lists around the present one stands on a stack of its own. Where an iolist is read twice, for
//! its size and for its bytes, both passes see the same, since terms never change.

use crate::binary::Bits;
use crate::term::Term;

/// What an iolist is made of.
#[derive(Copy, Clone)]
pub enum Item<'p> {
    /// A byte.
    Byte(u8),
    /// A bitstring.
    Bits(Bits<'p>),
}

/// Not an iolist.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct NoIolist;

/// The items of an iolist (or of a single binary), in order. An error ends it.
pub struct Items<'p> {
    /// The rest of the present list.
    rest: Term<'p>,
    /// What is left of the lists around it.
    outer: Vec<Term<'p>>,
}

impl<'p> Items<'p> {
    /// Begins.
    pub fn new(iolist: Term<'p>) -> Items<'p> {
        Items {
            rest: iolist,
            outer: Vec::new(),
        }
    }
}

impl<'p> Iterator for Items<'p> {
    type Item = Result<Item<'p>, NoIolist>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(cell) = self.rest.as_cons() {
                let head = cell.head();
                self.rest = cell.tail();
                if let Some(byte) = head.as_small() {
                    return Some(match u8::try_from(byte) {
                        Ok(byte) => Ok(Item::Byte(byte)),
                        Err(_) => self.fail(),
                    });
                }
                if head.word().is_cons() {
                    // Lists that end here leave nothing behind, so that tail-nested lists need no room.
                    if !self.rest.is_nil() {
                        self.outer.push(self.rest);
                    }
                    self.rest = head;
                } else if let Some(bits) = head.as_bits() {
                    return Some(Ok(Item::Bits(bits)));
                } else if !head.is_nil() {
                    return Some(self.fail());
                }
                continue;
            }
            if !self.rest.is_nil() {
                let tail = std::mem::replace(&mut self.rest, Term::NIL);
                return Some(match tail.as_bits() {
                    Some(bits) => Ok(Item::Bits(bits)),
                    None => self.fail(),
                });
            }
            self.rest = self.outer.pop()?;
        }
    }
}

impl<'p> Items<'p> {
    /// Takes the bytes that come next in the present list, as long as `take` says yes.
    #[inline(always)]
    fn bytes(&mut self, mut take: impl FnMut(u8) -> bool) {
        while let Some(cell) = self.rest.as_cons()
            && let Some(byte @ 0..=255) = cell.head().as_small()
            && take(byte as u8)
        {
            self.rest = cell.tail();
        }
    }
    #[cold]
    fn fail(&mut self) -> Result<Item<'p>, NoIolist> {
        self.rest = Term::NIL;
        self.outer.clear();
        Err(NoIolist)
    }
}

/// Size in bits; `whole`: every bitstring must be a binary.
///
/// # Errors
/// It is none.
pub fn bit_size(iolist: Term<'_>, whole: bool) -> Result<u128, NoIolist> {
    let mut bits = 0;
    let mut items = Items::new(iolist);
    loop {
        let mut count = 0_u64;
        items.bytes(|_| {
            count += 1;
            true
        });
        bits += u128::from(count) * 8;
        let Some(item) = items.next() else {
            return Ok(bits);
        };
        bits += match item? {
            Item::Byte(_) => 8,
            Item::Bits(bits) if whole && !bits.is_binary() => return Err(NoIolist),
            Item::Bits(bits) => bits.bit_len() as u128,
        };
    }
}

/// Size in bytes of an iolist or binary.
///
/// # Errors
/// It is none.
pub fn size(iolist: Term<'_>) -> Result<u128, NoIolist> {
    bit_size(iolist, true).map(|bits| bits / 8)
}

/// Writes the bytes of an iolist or binary to the beginning of `out`, which has room for them; gives how many.
///
/// # Errors
/// It is none, or does not fit.
pub fn write(iolist: Term<'_>, out: &mut [u8]) -> Result<usize, NoIolist> {
    let mut at = 0;
    let mut items = Items::new(iolist);
    loop {
        items.bytes(|byte| {
            let Some(place) = out.get_mut(at) else {
                return false;
            };
            *place = byte;
            at += 1;
            true
        });
        let Some(item) = items.next() else {
            return Ok(at);
        };
        match item? {
            Item::Byte(byte) => {
                *out.get_mut(at).ok_or(NoIolist)? = byte;
                at += 1;
            }
            Item::Bits(bits) => {
                let bytes = bits.bytes().ok_or(NoIolist)?;
                out.get_mut(at..at + bytes.len())
                    .ok_or(NoIolist)?
                    .copy_from_slice(&bytes);
                at += bytes.len();
            }
        }
    }
}

/// Appends the bytes of an iolist or binary.
///
/// # Errors
/// It is none; what came before the fault has been appended.
pub fn append(iolist: Term<'_>, out: &mut Vec<u8>) -> Result<(), NoIolist> {
    let mut items = Items::new(iolist);
    loop {
        items.bytes(|byte| {
            out.push(byte);
            true
        });
        let Some(item) = items.next() else {
            return Ok(());
        };
        match item? {
            Item::Byte(byte) => out.push(byte),
            Item::Bits(bits) => out.extend_from_slice(&bits.bytes().ok_or(NoIolist)?),
        }
    }
}

/// The bytes of an iolist or binary.
///
/// # Errors
/// It is none.
pub fn bytes(iolist: Term<'_>) -> Result<Vec<u8>, NoIolist> {
    let mut out = Vec::new();
    append(iolist, &mut out)?;
    Ok(out)
}

/// Bits that are put one after the other.
#[derive(Default)]
pub struct BitBuffer {
    bytes: Vec<u8>,
    bits: usize,
}

impl BitBuffer {
    /// Appends this many zero bits.
    pub fn skip(&mut self, bits: usize) {
        self.bits += bits;
        self.bytes.resize(self.bits.div_ceil(8), 0);
    }
    /// Appends a byte.
    pub fn push(&mut self, byte: u8) {
        self.append_bytes(&[byte], 8);
    }
    /// Appends a bitstring.
    pub fn append(&mut self, bits: Bits<'_>) {
        self.append_bytes(&bits.bytes_padded(), bits.bit_len());
    }
    fn append_bytes(&mut self, bytes: &[u8], bits: usize) {
        let used = self.bits % 8;
        if used == 0 {
            self.bytes.extend_from_slice(bytes);
        } else {
            for &byte in bytes {
                if let Some(last) = self.bytes.last_mut() {
                    *last |= byte >> used;
                }
                self.bytes.push(byte << (8 - used));
            }
        }
        self.bits += bits;
        self.bytes.truncate(self.bits.div_ceil(8));
    }
    /// The bytes, the last padded with zero bits, and the number of bits.
    pub fn finish(self) -> (Vec<u8>, usize) {
        (self.bytes, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::arena::Arena;

    #[test]
    fn order_is_kept_across_nesting_and_tails() {
        let mut arena = Arena::new();
        // SAFETY: the arena outlives the builder.
        let mut builder = unsafe { arena.builder() };
        let tail = builder.binary(b"ef");
        let inner = builder.list([Term::small(98), Term::NIL, Term::small(99)]);
        let middle = builder.binary(b"d");
        let list = builder.list_with_tail([Term::small(97), inner, middle], tail);
        assert_eq!(bytes(list).as_deref(), Ok(&b"abcdef"[..]));
        assert_eq!(size(list), Ok(6));
        let mut out = [0; 6];
        assert_eq!(write(list, &mut out), Ok(6));
        assert_eq!(&out, b"abcdef");
    }

    #[test]
    fn depth_costs_no_native_stack() {
        let mut arena = Arena::new();
        // SAFETY: the arena outlives the builder.
        let mut builder = unsafe { arena.builder() };
        let mut list = Term::NIL;
        for _ in 0..1_000_000 {
            let inner = builder.list([list, Term::small(1)]);
            list = builder.cons(inner, Term::NIL);
        }
        assert_eq!(size(list), Ok(1_000_000));
    }

    #[test]
    fn what_is_no_iolist_is_refused() {
        let mut arena = Arena::new();
        // SAFETY: the arena outlives the builder.
        let mut builder = unsafe { arena.builder() };
        let odd = builder.bitstring(&[0xa0], 3);
        let cases = [
            builder.list([Term::small(256)]),
            builder.list([Term::small(-1)]),
            builder.list([Term::TRUE]),
            builder.cons(Term::small(1), Term::small(2)),
            builder.list([odd]),
            Term::small(1),
        ];
        for case in cases {
            assert_eq!(size(case), Err(NoIolist));
        }
        assert_eq!(bit_size(cases[4], false), Ok(3));
    }

    #[test]
    fn bits_are_joined() {
        let mut arena = Arena::new();
        // SAFETY: the arena outlives the builder.
        let mut builder = unsafe { arena.builder() };
        let three = builder.bitstring(&[0b1010_0000], 3);
        let mut buffer = BitBuffer::default();
        for _ in 0..3 {
            buffer.append(three.as_bits().expect("a bitstring"));
        }
        buffer.push(0xff);
        assert_eq!(
            buffer.finish(),
            (vec![0b1011_0110, 0b1111_1111, 0b1000_0000], 17)
        );
    }
}
