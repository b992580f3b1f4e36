//! Binaries, bitstrings and iolists. Follows the module `erlang`; `binary:list_to_bin/1` and its kin are these too.

use oxbeam_term::binary::Bits;
use oxbeam_term::binary::refc::SharedBytes;
use oxbeam_term::iolist::{self, BitBuffer, Item, Items};
use oxbeam_term::rules::rules;
use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
    "byte_size" / 1 Guard => byte_size_1;
    "bit_size" / 1 Guard => bit_size_1;
    "binary_part" / 2 Guard => binary_part_2;
    "binary_part" / 3 Guard => binary_part_3;
    "binary_to_list" / 1 Plain => binary_to_list_1;
    "binary_to_list" / 3 Plain => binary_to_list_3;
    "bitstring_to_list" / 1 Plain => bitstring_to_list_1;
    "list_to_binary" / 1 Plain => list_to_binary_1;
    "list_to_bitstring" / 1 Plain => list_to_bitstring_1;
    "iolist_size" / 1 Plain => iolist_size_1;
    "iolist_to_binary" / 1 Plain => iolist_to_binary_1;
    "iolist_to_iovec" / 1 Plain => iolist_to_iovec_1;
    "split_binary" / 2 Plain => split_binary_2;
}

/// Bytes that a native handles for one reduction.
pub(crate) const BYTES_PER_REDUCTION: usize = 256;
/// Bytes that become elements of a list for a step of long work.
const LISTED_PER_STEP: usize = 8;

fn byte_size_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let bits = cx.arg(0).as_bits().ok_or(Raise::Badarg)?;
    Ok(Term::small(bits.byte_len() as i64))
}

fn bit_size_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let bits = cx.arg(0).as_bits().ok_or(Raise::Badarg)?;
    Ok(cx.unsigned(bits.bit_len() as u64))
}

/// Start and length of a part given by a position and a length that may be negative.
pub(crate) fn part_of(size: usize, position: Term<'_>, length: Term<'_>) -> Option<(usize, usize)> {
    let position = i128::from(position.as_u64()?);
    let length = i128::from(length.as_i64()?);
    let end = position + length;
    let size = size as i128;
    let (start, end) = (position.min(end), position.max(end));
    (start >= 0 && end <= size).then(|| (start as usize, (end - start) as usize))
}

/// Part of a binary, for `binary_part` and `binary:part`.
pub(crate) fn part<'p>(
    cx: &mut Cx<'p>,
    bits: Bits<'p>,
    position: Term<'p>,
    length: Term<'p>,
) -> Option<Term<'p>> {
    let (start, length) = part_of(bits.bit_len() / 8, position, length)?;
    Some(cx.part(bits, start * 8, length * 8))
}

fn binary_part<'p>(cx: &mut Cx<'p>, position: Term<'p>, length: Term<'p>) -> NativeResult<'p> {
    let bits = cx
        .arg(0)
        .as_bits()
        .filter(|bits| bits.is_binary() || !rules().uniform_bitstrings)
        .ok_or(Raise::Badarg)?;
    part(cx, bits, position, length).ok_or(Raise::Badarg)
}

fn binary_part_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let [position, length] = cx.arg(1).as_tuple_of().ok_or(Raise::Badarg)?;
    binary_part(cx, position, length)
}

fn binary_part_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (position, length) = (cx.arg(1), cx.arg(2));
    binary_part(cx, position, length)
}

fn binary_to_list_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let bytes = cx.arg(0).as_binary().ok_or(Raise::Badarg)?;
    cx.leave_if_long(bytes.len() / LISTED_PER_STEP)?;
    cx.bump_reductions(bytes.len() / BYTES_PER_REDUCTION);
    Ok(cx.byte_list(&bytes))
}

/// `binary_to_list(Binary, Start, Stop)`, both counted from one.
fn binary_to_list_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let bits = cx.arg(0).as_bits().ok_or(Raise::Badarg)?;
    // To OTP 26, bits behind the last byte are no fault.
    if !bits.is_binary() && rules().uniform_bitstrings {
        return Err(Raise::Badarg);
    }
    let bytes = bits.bytes_padded();
    let bytes = &bytes[..bits.bit_len() / 8];
    let start = cx.arg(1).as_usize().ok_or(Raise::Badarg)?;
    let stop = cx.arg(2).as_usize().ok_or(Raise::Badarg)?;
    if start < 1 || stop < start {
        return Err(Raise::Badarg);
    }
    let bytes = bytes.get(start - 1..stop).ok_or(Raise::Badarg)?;
    cx.leave_if_long(bytes.len() / LISTED_PER_STEP)?;
    cx.bump_reductions(bytes.len() / BYTES_PER_REDUCTION);
    Ok(cx.byte_list(bytes))
}

fn bitstring_to_list_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let bits = cx.arg(0).as_bits().ok_or(Raise::Badarg)?;
    cx.leave_if_long(bits.byte_len() / LISTED_PER_STEP)?;
    let bytes = bits.bytes_padded();
    let whole = bits.bit_len() / 8;
    let odd = bits.bit_len() % 8;
    cx.bump_reductions(whole / BYTES_PER_REDUCTION);
    let tail = if odd == 0 {
        Term::NIL
    } else {
        let last = cx.bitstring(&bytes[whole..], odd);
        cx.cons(last, Term::NIL)
    };
    Ok(cx.list_with_tail(
        bytes[..whole]
            .iter()
            .map(|&byte| Term::small(i64::from(byte))),
        tail,
    ))
}

/// The only element of a list of one bitstring.
fn lone_bits(list: Term<'_>) -> Option<Bits<'_>> {
    let cell = list.as_cons()?;
    cell.head().as_bits().filter(|_| cell.tail().is_nil())
}

/// `list_to_binary/1` and `binary:list_to_bin/1`
pub(crate) fn list_to_binary_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let list = cx.arg(0);
    if list.is_nil() {
        return Ok(cx.binary(&[]));
    }
    if list.as_cons().is_none() {
        return Err(Raise::Badarg);
    }
    cx.leave_if_long_list(list)?;
    if let Some(bits) = lone_bits(list).filter(|bits| bits.is_binary()) {
        return Ok(bits.term());
    }
    let size = iolist::size(list).map_err(|_| Raise::Badarg)?;
    let size = usize::try_from(size).map_err(|_| Raise::SystemLimit)?;
    cx.bump_reductions(size / BYTES_PER_REDUCTION);
    cx.binary_with(size, |out| {
        let written = iolist::write(list, out);
        debug_assert_eq!(written, Ok(size));
    })
    .ok_or(Raise::SystemLimit)
}

fn iolist_to_binary_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if cx.arg(0).is_binary() {
        return Ok(cx.arg(0));
    }
    list_to_binary_1(cx)
}

fn list_to_bitstring_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let list = cx.arg(0);
    if let Some(bits) = lone_bits(list) {
        return Ok(bits.term());
    }
    if !list.is_list() {
        return Err(Raise::Badarg);
    }
    cx.leave_if_long_list(list)?;
    let mut buffer = BitBuffer::default();
    for item in Items::new(list) {
        match item.map_err(|_| Raise::Badarg)? {
            Item::Byte(byte) => buffer.push(byte),
            Item::Bits(bits) => buffer.append(bits),
        }
    }
    let (bytes, bits) = buffer.finish();
    cx.bump_reductions(bytes.len() / BYTES_PER_REDUCTION);
    Ok(cx.bitstring(&bytes, bits))
}

/// A small list may say the same list again and again: how long this takes is known only by doing it.
fn iolist_size_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    cx.leave_if_long_list(cx.arg(0))?;
    let mut items = Items::new(cx.arg(0));
    let mut bytes: u128 = 0;
    let mut count: usize = 0;
    loop {
        // In rounds, whose sums are kept in a register.
        let mut round: u64 = 0;
        let mut left = ROUND;
        for item in items.by_ref() {
            match item.map_err(|_| Raise::Badarg)? {
                Item::Byte(_) => round += 1,
                Item::Bits(bits) if bits.is_binary() => {
                    // No binary has 2^48 bytes.
                    round += bits.byte_len() as u64;
                }
                Item::Bits(_) => return Err(Raise::Badarg),
            }
            left -= 1;
            if left == 0 {
                break;
            }
        }
        bytes += u128::from(round);
        count += ROUND - left;
        if left > 0 {
            break;
        }
        cx.leave_if_long(count)?;
        if !oxbeam_vm::sched::breathe() {
            return Ok(Term::NIL);
        }
    }
    cx.bump_reductions(count / BYTES_PER_REDUCTION);
    // One binary may stand in a list very often.
    Ok(cx.big(false, &[bytes as u64, (bytes >> 64) as u64]))
}

/// Items that `iolist_size/1` looks at before it looks around.
const ROUND: usize = 1 << 15;

/// Bytes of the largest binary that `iolist_to_iovec/1` copies.
const COPIED: usize = 512;

/// What `iolist_to_iovec/1` makes an element of.
enum Piece<'p> {
    /// These bytes of what is copied.
    Copied(usize, usize),
    /// A large binary.
    Kept(Term<'p>),
}

/// Small binaries and bytes next to each other are joined, larger binaries stay what they are. OTP 25 chooses other borders: it fills
/// a piece up with the first bytes of the binary that follows.
fn iolist_to_iovec_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let list = cx.arg(0);
    cx.leave_if_long_list(list)?;
    if let Some(bits) = list.as_bits().or_else(|| lone_bits(list)) {
        return match bits.bit_len() {
            0 => Ok(Term::NIL),
            _ if !bits.is_binary() => Err(Raise::Badarg),
            _ => Ok(cx.cons(bits.term(), Term::NIL)),
        };
    }
    if !list.is_list() {
        return Err(Raise::Badarg);
    }
    let mut copied: Vec<u8> = Vec::new();
    let mut pieces = Vec::new();
    let mut begin = 0;
    for item in Items::new(list) {
        match item.map_err(|_| Raise::Badarg)? {
            Item::Byte(byte) => copied.push(byte),
            Item::Bits(bits) if !bits.is_binary() => return Err(Raise::Badarg),
            Item::Bits(bits) if bits.byte_len() <= COPIED => {
                copied.extend_from_slice(&bits.bytes_padded());
            }
            Item::Bits(bits) => {
                if copied.len() > begin {
                    pieces.push(Piece::Copied(begin, copied.len()));
                    begin = copied.len();
                }
                pieces.push(Piece::Kept(bits.term()));
            }
        }
    }
    if copied.len() > begin {
        pieces.push(Piece::Copied(begin, copied.len()));
    }
    cx.bump_reductions(copied.len() / BYTES_PER_REDUCTION);
    let whole = match pieces[..] {
        [] => return Ok(Term::NIL),
        _ if copied.is_empty() => Term::NIL,
        _ => cx.shared_binary(SharedBytes::new(&copied)),
    };
    let mut result = Term::NIL;
    for piece in pieces.into_iter().rev() {
        let element = match piece {
            Piece::Kept(term) => term,
            Piece::Copied(0, end) if end == copied.len() => whole,
            Piece::Copied(begin, end) => cx.sub_bits(whole, begin * 8, (end - begin) * 8),
        };
        result = cx.cons(element, result);
    }
    Ok(result)
}

fn split_binary_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let bits = cx.arg(0).as_bits().ok_or(Raise::Badarg)?;
    let at = cx
        .arg(1)
        .as_usize()
        .filter(|&at| at <= bits.bit_len() / 8)
        .ok_or(Raise::Badarg)?
        * 8;
    let first = cx.part(bits, 0, at);
    let second = cx.part(bits, at, bits.bit_len() - at);
    Ok(cx.tuple(&[first, second]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_may_be_given_backwards() {
        let part = |position, length| part_of(10, Term::small(position), Term::small(length));
        assert_eq!(part(2, 3), Some((2, 3)));
        assert_eq!(part(5, -3), Some((2, 3)));
        assert_eq!(part(10, -10), Some((0, 10)));
        assert_eq!(part(10, 0), Some((10, 0)));
        assert_eq!(part(11, -1), None);
        assert_eq!(part(0, -1), None);
        assert_eq!(part(0, 11), None);
        assert_eq!(part(-1, 1), None);
    }
}
