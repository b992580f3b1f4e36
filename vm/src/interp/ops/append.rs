//! Building of whole bytes, small binaries and parts of one that grows, which is most of what `bs_create_bin` does, without a writer.

use super::binary::{ALL_SIZE, segment};
use crate::interp::frame::{Frame, term};
use oxbeam_term::Word;
use oxbeam_term::binary::build::{utf8_bytes, utf16_bytes};
use oxbeam_term::binary::{APPENDED_WORDS, Endian, Flags, HEAP_LIMIT, append_bytes};
use oxbeam_term::word::subtag;
use std::ops::Range;

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
        let segments = count / segment::WORDS;
        let Some(total) = total(frame, 1..segments, MOST) else {
            return Word::NONE;
        };
        let (head, original, _) = at(frame, 0);
        if !matches!((head >> 8) as u16, 1 | 8) {
            return Word::NONE;
        }
        let original = frame.general(original);
        let Some((result, to)) = append_bytes(original, total, frame.htop) else {
            return Word::NONE;
        };
        write(frame, 1..segments, to);
        frame.htop = frame.htop.add(APPENDED_WORDS);
        result
    }
}

/// The binary of the run of `count` words, on the heap; `NONE` if it is too large for that or anything is not of whole bytes, or may not be
/// put: then nothing has happened.
///
/// # Safety
/// As for [`append`]; there is room for any binary on the heap.
#[inline(never)]
pub(super) unsafe fn create(frame: &mut Frame, count: usize) -> Word {
    // SAFETY: the run holds segments, whose operands are terms of the running process.
    unsafe {
        let segments = count / segment::WORDS;
        let Some(total) = total(frame, 0..segments, HEAP_LIMIT) else {
            return Word::NONE;
        };
        let words = total.div_ceil(8);
        let object = frame.htop;
        *object = Word::header(subtag::HEAP_BITS, 1 + words);
        *object.add(1) = Word(total as u64 * 8);
        // What is behind the end is zero.
        if words > 0 {
            *object.add(1 + words) = Word(0);
        }
        write(frame, 0..segments, object.add(2).cast());
        frame.htop = object.add(2 + words);
        Word::boxed(object)
    }
}

/// Kind, value and size of a segment.
#[inline(always)]
unsafe fn at(frame: &Frame, index: usize) -> (u64, u64, u64) {
    // SAFETY: the caller's index is one of the run.
    unsafe {
        let place = frame.next.add(index * segment::WORDS);
        (*place, *place.add(1), *place.add(2))
    }
}

/// Bytes of these segments together, if each has whole bytes that can be put for certain, and they are not more than `most`.
#[inline(always)]
unsafe fn total(frame: &Frame, segments: Range<usize>, most: usize) -> Option<usize> {
    let mut total = 0;
    for index in segments {
        // SAFETY: as for the callers.
        total += unsafe { length(frame, at(frame, index)) }?;
        if total > most {
            return None;
        }
    }
    Some(total)
}

/// Writes these segments, of which there is a [`total`].
#[inline(always)]
unsafe fn write(frame: &Frame, segments: Range<usize>, mut to: *mut u8) {
    // SAFETY: as for the callers; the bytes were counted by the same rules.
    unsafe {
        for index in segments {
            let (head, value, size) = at(frame, index);
            let flags = Flags::from_code((head >> 24) & 0xff);
            let encoded = match head & 0xff {
                segment::INTEGER => {
                    let bytes = integer_bytes(frame, head, size).unwrap_or(0);
                    let value = frame.general(value).small_value();
                    let little = flags.endian() == Endian::Little;
                    for place in 0..bytes {
                        let shift = 8 * if little { place } else { bytes - 1 - place };
                        *to.add(place) = (value >> shift) as u8;
                    }
                    to = to.add(bytes);
                    continue;
                }
                segment::UTF8 => utf8_bytes(term(frame.general(value))),
                segment::UTF16 => utf16_bytes(term(frame.general(value)), flags),
                _ => {
                    if let Some(bytes) = bytes_of(frame, head, value) {
                        // What is put was made before and lies before, or elsewhere.
                        std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len());
                        to = to.add(bytes.len());
                    }
                    continue;
                }
            };
            if let Some((bytes, count)) = encoded {
                for (place, byte) in bytes.into_iter().enumerate().take(count) {
                    *to.add(place) = byte;
                }
                to = to.add(count);
            }
        }
    }
}

/// Bytes of a segment, if they are whole and its value can be put for certain.
#[inline(always)]
unsafe fn length(frame: &Frame, (head, value, size): (u64, u64, u64)) -> Option<usize> {
    // SAFETY: operands of this instruction.
    unsafe {
        match head & 0xff {
            segment::INTEGER if frame.general(value).is_small() => integer_bytes(frame, head, size),
            segment::UTF8 => utf8_bytes(term(frame.general(value))).map(|(_, count)| count),
            segment::UTF16 => {
                utf16_bytes(term(frame.general(value)), Flags::NONE).map(|(_, count)| count)
            }
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
