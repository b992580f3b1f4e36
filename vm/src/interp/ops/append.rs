//! Appending whole bytes to a binary that grows, which is most of what `bs_create_bin` does, without a writer.

use super::binary::{ALL_SIZE, segment};
use crate::interp::frame::{Frame, term};
use oxbeam_term::Word;
use oxbeam_term::binary::{APPENDED_WORDS, Endian, Flags, append_bytes};

/// More bytes than these are left to the usual way, which counts reductions.
const MOST: usize = 512;

/// The bitstring of the run of `count` words, of which the first segment is appended to; `NONE` if anything is not of whole bytes, or there is
/// no room behind it: then nothing has happened.
///
/// # Safety
/// As for the instruction, which has seen to the room for a part.
#[inline(never)]
pub(super) unsafe fn append(frame: &mut Frame, count: usize) -> Word {
    // SAFETY: the run holds segments, whose operands are terms of the running process.
    unsafe {
        let at = |index: usize| {
            let place = frame.next.add(index * segment::WORDS);
            (*place, *place.add(1), *place.add(2))
        };
        let segments = count / segment::WORDS;
        let mut total = 0;
        for index in 1..segments {
            match length(frame, at(index)) {
                Some(bytes) if total + bytes <= MOST => total += bytes,
                _ => return Word::NONE,
            }
        }
        let (head, original, _) = at(0);
        if !matches!((head >> 8) as u16, 1 | 8) {
            return Word::NONE;
        }
        let original = frame.general(original);
        let Some((result, mut to)) = append_bytes(original, total, frame.htop) else {
            return Word::NONE;
        };
        for index in 1..segments {
            let (head, value, size) = at(index);
            if head & 0xff == segment::INTEGER {
                let bytes = integer_bytes(frame, head, size).unwrap_or(0);
                let value = frame.general(value).small_value();
                let little = Flags::from_code((head >> 24) & 0xff).endian() == Endian::Little;
                for place in 0..bytes {
                    let shift = 8 * if little { place } else { bytes - 1 - place };
                    *to.add(place) = (value >> shift) as u8;
                }
                to = to.add(bytes);
            } else if let Some(bytes) = bytes_of(frame, head, value) {
                // What is appended was made before and lies before, or elsewhere.
                std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len());
                to = to.add(bytes.len());
            }
        }
        frame.htop = frame.htop.add(APPENDED_WORDS);
        result
    }
}

/// Bytes of a segment, if they are whole and its value can be put for certain.
#[inline(always)]
unsafe fn length(frame: &Frame, (head, value, size): (u64, u64, u64)) -> Option<usize> {
    // SAFETY: operands of this instruction.
    unsafe {
        match head & 0xff {
            segment::INTEGER if frame.general(value).is_small() => integer_bytes(frame, head, size),
            segment::STRING => bytes_of(frame, head, value).map(<[u8]>::len),
            segment::BINARY if size == ALL_SIZE && matches!((head >> 8) as u16, 1 | 8) => {
                bytes_of(frame, head, value).map(<[u8]>::len)
            }
            _ => None,
        }
    }
}

/// Bytes of an integer segment, at most eight.
#[inline(always)]
unsafe fn integer_bytes(frame: &Frame, head: u64, size: u64) -> Option<usize> {
    // SAFETY: an operand of this instruction.
    let size = unsafe { frame.general(size) };
    if !size.is_small() || !(0..=64).contains(&size.small_value()) {
        return None;
    }
    let bits = size.small_value() as usize * usize::from((head >> 8) as u16);
    (bits <= 64 && bits.is_multiple_of(8)).then_some(bits / 8)
}

/// The bytes of a segment that is a binary.
#[inline(always)]
unsafe fn bytes_of<'p>(frame: &Frame, head: u64, value: u64) -> Option<&'p [u8]> {
    // SAFETY: an operand of this instruction; nothing is collected before it is done.
    unsafe {
        let value = if head & 0xff == segment::STRING {
            Word(value)
        } else {
            frame.general(value)
        };
        term(value).as_bits()?.as_bytes()
    }
}
