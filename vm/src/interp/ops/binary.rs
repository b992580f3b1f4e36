//! Building and matching bitstrings.
//!
//! Matching goes through a match context on the heap, which an instruction loads, moves on and stores. Building by `bs_create_bin`
//! sums the sizes of all segments first; the older instructions keep their place in the register file between them.

use super::guard::after_building;
use crate::interp::exception;
use crate::interp::frame::{Frame, term};
use oxbeam_term::binary::build::{self, BuildError, Writer, WriterState};
use oxbeam_term::binary::matching::{self, CONTEXT_WORDS, Reader};
use oxbeam_term::binary::{APPENDED_WORDS, Flags, append_bytes};
use oxbeam_term::heap::literal::is_literal_address;
use oxbeam_term::word::subtag;
use oxbeam_term::{Term, Word};

/// Kinds of segments of `bs_create_bin`, in the low byte of a segment's first word.
pub mod segment {
    /// Bits appended to by what follows.
    pub const APPEND: u64 = 0;
    /// Integer.
    pub const INTEGER: u64 = 1;
    /// Float.
    pub const FLOAT: u64 = 2;
    /// Binary or bitstring.
    pub const BINARY: u64 = 3;
    /// A literal of bytes.
    pub const STRING: u64 = 4;
    /// Code point in UTF-8.
    pub const UTF8: u64 = 5;
    /// Code point in UTF-16.
    pub const UTF16: u64 = 6;
    /// Code point in UTF-32.
    pub const UTF32: u64 = 7;
    /// Words of a segment: kind, unit, flags and number; value; size.
    pub const WORDS: usize = 3;
    /// Size of a segment that takes all of its value.
    pub const ALL: u64 = 0;
}

/// Commands of `bs_match`, in the low byte of a command's first word; its size in bits is above.
pub mod command {
    /// At least this many bits, the rest a multiple of the unit in the next word.
    pub const ENSURE_AT_LEAST: u64 = 0;
    /// Exactly this many bits.
    pub const ENSURE_EXACTLY: u64 = 1;
    /// Integer: flags and target follow.
    pub const INTEGER: u64 = 2;
    /// Binary: target follows.
    pub const BINARY: u64 = 3;
    /// Passes over bits.
    pub const SKIP: u64 = 4;
    /// The rest, to the target that follows.
    pub const TAIL: u64 = 5;
    /// The next bits are the number that follows.
    pub const EQUAL: u64 = 6;
    /// Unsigned integer of eight bits: target follows.
    pub const BYTE: u64 = 7;
}

crate::instructions! { frame;
    /// `target :=` a match context at the start of `source`, or `source` itself if it is one already; jump if it is no bitstring.
    bs_start_match(otherwise: Label, source: Source, live: Number, target: Destination) {
        if !frame.room(CONTEXT_WORDS) { return frame.collect(CONTEXT_WORDS, live) }
        if source.is_boxed() {
            match (*source.pointer()).subtag() {
                subtag::MATCH => {
                    target.set(source);
                    return frame.advance();
                }
                subtag::REFC | subtag::HEAP_BITS | subtag::SUB_BITS => {
                    if let Some(bits) = term(source).as_bits() {
                        let context = Reader::new(bits).write_context(frame.htop);
                        frame.htop = frame.htop.add(CONTEXT_WORDS);
                        target.set(context);
                        return frame.advance();
                    }
                }
                _ => {}
            }
        }
        // Where the compiler knows that it is one there is no label to go to.
        if otherwise == frame.pc { return frame.error(Word::atom(oxbeam_term::atom::known::BADARG)) }
        frame.go(otherwise)
    }
    /// `target :=` the context's position.
    bs_get_position(context: Source, target: Destination) {
        target.set(Word::small(Reader::load(context).position() as i64));
        frame.advance()
    }
    /// Puts the context back to a position.
    bs_set_position(context: Source, position: Source) {
        let mut reader = Reader::load(context);
        reader.set_position(position.small_value() as usize);
        reader.store(context);
        frame.advance()
    }
    /// `target :=` what is left.
    bs_get_tail(context: Source, target: Destination) {
        let tail = tail(&mut frame, context);
        target.set(tail);
        frame.advance()
    }
    /// The next byte if what is left is a multiple of `unit` bits, 1 or 8; else jump.
    bs_get_byte(otherwise: Label, context: Source, unit: Number, target: Destination) {
        let object = context.pointer();
        let (position, end) = ((*object.add(1)).0, (*object.add(2)).0);
        let left = end - position;
        if left < 8 || left & (unit as u64 - 1) != 0 { return frame.go(otherwise) }
        if position.is_multiple_of(8) {
            let byte = *((*object.add(3)).0 as *const u8).add(position as usize / 8);
            *object.add(1) = Word(position + 8);
            target.set(Word::small(i64::from(byte)));
            return frame.advance();
        }
    } => {
        let mut reader = Reader::load(context);
        let value = reader.take(8);
        reader.store(context);
        target.set(Word::small(value as i64));
        frame.advance()
    }
    /// Integer of a constant number of bits, or jump.
    bs_get_integer_bits(otherwise: Label, context: Source, bits: Number, flags: Number, target: Destination) {
        let mut reader = Reader::load(context);
        match reader.small_integer(bits, Flags::from_code(flags as u64)) {
            Ok(Some(value)) => {
                reader.store(context);
                target.set(value);
                frame.advance()
            }
            Ok(None) => frame.go(otherwise),
            Err(_) => {
                let value = integer(&mut frame, context, bits, flags);
                if value.is_none() { return frame.go(otherwise) }
                target.set(value);
                frame.advance()
            }
        }
    }
    /// Integer of `size * unit` bits, or jump.
    bs_get_integer(otherwise: Label, context: Source, size: Source, unit: Number, flags: Number, target: Destination) {
        let Some(bits) = matching::field_bits(size, unit) else { return frame.go(otherwise) };
        let value = integer(&mut frame, context, bits, flags);
        if value.is_none() { return frame.go(otherwise) }
        target.set(value);
        frame.advance()
    }
    /// Float of `size * unit` bits, or jump.
    bs_get_float(otherwise: Label, context: Source, size: Source, unit: Number, flags: Number, target: Destination) {
        let Some(bits) = matching::field_bits(size, unit) else { return frame.go(otherwise) };
        let value = float(&mut frame, context, bits, flags);
        if value.is_none() { return frame.go(otherwise) }
        target.set(value);
        frame.advance()
    }
    /// Bitstring of `size * unit` bits, or jump.
    bs_get_binary(otherwise: Label, context: Source, size: Source, unit: Number, target: Destination) {
        let Some(bits) = matching::field_bits(size, unit) else { return frame.go(otherwise) };
        let value = part(&mut frame, context, bits);
        if value.is_none() { return frame.go(otherwise) }
        target.set(value);
        frame.advance()
    }
    /// All that is left, if it is a multiple of `unit`; else jump.
    bs_get_binary_all(otherwise: Label, context: Source, unit: Number, target: Destination) {
        let reader = Reader::load(context);
        if !reader.is_multiple_of(unit) { return frame.go(otherwise) }
        let value = part(&mut frame, context, reader.remaining());
        target.set(value);
        frame.advance()
    }
    /// Passes over `size * unit` bits, or jumps.
    bs_skip_bits(otherwise: Label, context: Source, size: Source, unit: Number) {
        let Some(bits) = matching::field_bits(size, unit) else { return frame.go(otherwise) };
        let mut reader = Reader::load(context);
        if !reader.skip(bits) { return frame.go(otherwise) }
        reader.store(context);
        frame.advance()
    }
    /// Passes over all if it is a multiple of `unit`, or jumps.
    bs_skip_all(otherwise: Label, context: Source, unit: Number) {
        let mut reader = Reader::load(context);
        if !reader.is_multiple_of(unit) { return frame.go(otherwise) }
        let left = reader.remaining();
        reader.skip(left);
        reader.store(context);
        frame.advance()
    }
    /// Continue if exactly `bits` are left, else jump.
    bs_test_tail(otherwise: Label, context: Source, bits: Immediate) {
        if Reader::load(context).remaining() == bits as usize { frame.advance() } else { frame.go(otherwise) }
    }
    /// Continue if what is left is a multiple of `unit`, else jump.
    bs_test_unit(otherwise: Label, context: Source, unit: Number) {
        if Reader::load(context).is_multiple_of(unit) { frame.advance() } else { frame.go(otherwise) }
    }
    /// Takes `bits` bits if they are those of the literal, or jumps.
    bs_match_string(otherwise: Label, context: Source, bits: Immediate, literal: Immediate) {
        if !match_literal(context, bits as usize, Word(literal)) { return frame.go(otherwise) }
        frame.advance()
    }
    /// A code point in UTF-8, or jump.
    bs_get_utf8(otherwise: Label, context: Source, target: Destination) {
        let mut reader = Reader::load(context);
        match reader.utf8() {
            Some(point) => {
                reader.store(context);
                target.set(Word::small(i64::from(point)));
                frame.advance()
            }
            None => frame.go(otherwise),
        }
    }
    /// A code point in UTF-16, or jump.
    bs_get_utf16(otherwise: Label, context: Source, flags: Number, target: Destination) {
        match code_point(context, 16, flags) {
            Some(point) => {
                target.set(Word::small(i64::from(point)));
                frame.advance()
            }
            None => frame.go(otherwise),
        }
    }
    /// A code point in UTF-32, or jump.
    bs_get_utf32(otherwise: Label, context: Source, flags: Number, target: Destination) {
        match code_point(context, 32, flags) {
            Some(point) => {
                target.set(Word::small(i64::from(point)));
                frame.advance()
            }
            None => frame.go(otherwise),
        }
    }
    /// Passes over a code point in UTF-8, 16 or 32 (`kind`), or jumps.
    bs_skip_utf(otherwise: Label, context: Source, kind: Number, flags: Number) {
        if code_point(context, kind, flags).is_none() { return frame.go(otherwise) }
        frame.advance()
    }
    /// The commands of the run, one after the other; jump if one fails. `live` X registers.
    bs_match(otherwise: Label, context: Source, commands: Words) {
        let mut reader = Reader::load(context);
        let mut at = frame.next;
        let end = at.add(commands.count);
        frame.next = end;
        while at < end {
            let size = (*at >> 8) as usize;
            match *at & 0xff {
                command::ENSURE_AT_LEAST => {
                    if !reader.has_at_least(size, *at.add(1) as usize) { return frame.go(otherwise) }
                    at = at.add(2);
                }
                command::ENSURE_EXACTLY => {
                    if reader.remaining() != size { return frame.go(otherwise) }
                    at = at.add(1);
                }
                command::BYTE => {
                    if reader.remaining() < 8 { return frame.go(otherwise) }
                    let value = Word::small(reader.take(8) as i64);
                    reader.store(context);
                    frame.set_general(*at.add(1), value);
                    at = at.add(2);
                }
                command::INTEGER => {
                    let flags = *at.add(1) as usize;
                    let value = match reader.small_integer(size, Flags::from_code(flags as u64)) {
                        Ok(Some(value)) => value,
                        Ok(None) => return frame.go(otherwise),
                        Err(_) => {
                            reader.store(context);
                            let value = integer(&mut frame, context, size, flags);
                            if value.is_none() { return frame.go(otherwise) }
                            reader = Reader::load(context);
                            value
                        }
                    };
                    reader.store(context);
                    frame.set_general(*at.add(2), value);
                    at = at.add(3);
                }
                command::BINARY => {
                    reader.store(context);
                    let value = part(&mut frame, context, size);
                    if value.is_none() { return frame.go(otherwise) }
                    reader = Reader::load(context);
                    frame.set_general(*at.add(1), value);
                    at = at.add(2);
                }
                command::SKIP => {
                    if !reader.skip(size) { return frame.go(otherwise) }
                    at = at.add(1);
                }
                command::TAIL => {
                    reader.store(context);
                    // The context stays where it is: somebody may match what is left, too.
                    let value = tail(&mut frame, context);
                    reader = Reader::load(context);
                    frame.set_general(*at.add(1), value);
                    at = at.add(2);
                }
                _ => {
                    if size > reader.remaining() || (size > 0 && reader.take(size) != *at.add(1)) { return frame.go(otherwise) }
                    at = at.add(2);
                }
            }
        }
        reader.store(context);
        frame.advance()
    }
    /// `target :=` a bitstring of the run's segments. `words` stay free on the heap.
    bs_create_bin(otherwise: Label, words: Number, live: Number, target: Destination, segments: Words) {
        if !frame.room(words + RESERVE) { return frame.collect(words + RESERVE, live) }
        let value = create(&mut frame, segments.count, otherwise);
        if value.is_none() { return fail(frame, otherwise) }
        target.set(value);
        frame.next = frame.next.add(segments.count);
        frame.advance()
    }
    /// [`bs_create_bin`] of the run's two segments: `source`, and the lowest eight bits of `value`.
    bs_append_byte(otherwise: Label, words: Number, live: Number, source: Source, value: Source, target: Destination, segments: Words) {
        if !frame.room(words + RESERVE) { return frame.collect(words + RESERVE, live) }
        if value.is_small() && let Some((result, place)) = append_bytes(source, 1, frame.htop) {
            *place = value.small_value() as u8;
            frame.htop = frame.htop.add(APPENDED_WORDS);
            target.set(result);
            frame.next = frame.next.add(segments.count);
            return frame.advance();
        }
    } => {
        let value = create(&mut frame, segments.count, otherwise);
        if value.is_none() { return fail(frame, otherwise) }
        target.set(value);
        frame.next = frame.next.add(segments.count);
        frame.advance()
    }
    /// [`bs_create_bin`] that appends to `source`, which nothing else refers to but code that goes on with it: it becomes the result where it lies.
    bs_lengthen(otherwise: Label, words: Number, live: Number, source: Source, target: Destination, segments: Words) {
        if !frame.room(words + RESERVE) { return frame.collect(words + RESERVE, live) }
        let value = create(&mut frame, segments.count, otherwise);
        if value.is_none() { return fail(frame, otherwise) }
        target.set(lengthen(&frame, source, value));
        frame.next = frame.next.add(segments.count);
        frame.advance()
    }
    /// Empty binary with room to append to; X0 says how much.
    bs_init_writable() {
        let value = init_writable(&mut frame);
        if value.is_none() { return frame.raise() }
        frame.set_x(0, value);
        frame.advance()
    }
    /// Begins a bitstring of `size * unit` bits, to be filled by the instructions that follow.
    bs_init(otherwise: Label, size: Source, unit: Number, words: Number, live: Number, target: Destination) {
        if !frame.room(words + RESERVE) { return frame.collect(words + RESERVE, live) }
        let value = init(&mut frame, size, unit, otherwise);
        if value.is_none() { return fail(frame, otherwise) }
        target.set(value);
        frame.advance()
    }
    /// Begins to append `size * unit` bits to `source`.
    bs_append(otherwise: Label, size: Source, unit: Number, words: Number, live: Number, alignment: Number, source: Source, target: Destination) {
        if !frame.room(words + RESERVE) { return frame.collect(words + RESERVE, live) }
        let value = append(&mut frame, source, size, unit, alignment, otherwise);
        if value.is_none() { return fail(frame, otherwise) }
        target.set(value);
        frame.advance()
    }
    /// Begins to append `size * unit` bits to `source`, and collects nothing: all registers stay.
    bs_private_append(otherwise: Label, size: Source, unit: Number, source: Source, target: Destination) {
        let value = append(&mut frame, source, size, unit, 1, otherwise);
        if value.is_none() { return fail(frame, otherwise) }
        target.set(value);
        frame.advance()
    }
    /// `target := first + second * unit`, sizes.
    bs_add(otherwise: Label, first: Source, second: Source, unit: Number, target: Destination) {
        match build::add_sizes(term(first), term(second), unit) {
            Ok(sum) => {
                target.set(sum.word());
                frame.advance()
            }
            Err(error) => {
                set_error(&frame, error, otherwise);
                fail(frame, otherwise)
            }
        }
    }
    /// `target :=` bytes, or with `kind` 16 code units' bytes, that the code point takes.
    bs_utf_size(kind: Number, value: Source, target: Destination) {
        let bits = if kind == 8 { build::utf8_bits(term(value)).unwrap_or(32) } else { build::utf16_bits(term(value)) };
        target.set(Word::small(bits as i64 / 8));
        frame.advance()
    }
    /// Puts an integer segment.
    bs_put_integer(otherwise: Label, size: Source, unit: Number, flags: Number, value: Source) {
        let put = put_integer(resume(&frame), size, unit, value, flags);
        put_done(frame, put, otherwise)
    }
    /// Puts a float segment.
    bs_put_float(otherwise: Label, size: Source, unit: Number, flags: Number, value: Source) {
        let put = put_float(resume(&frame), size, unit, value, flags);
        put_done(frame, put, otherwise)
    }
    /// Puts `size * unit` bits of a bitstring.
    bs_put_binary(otherwise: Label, size: Source, unit: Number, value: Source) {
        let put = put_part(resume(&frame), size, unit, value);
        put_done(frame, put, otherwise)
    }
    /// Puts all of a bitstring.
    bs_put_binary_all(otherwise: Label, unit: Number, value: Source) {
        let put = resume(&frame).put_with(|writer| writer.put_all(term(value), unit));
        put_done(frame, put, otherwise)
    }
    /// Puts a literal of bytes.
    bs_put_string(literal: Immediate) {
        let put = resume(&frame).put_with(|writer| writer.put_all(term(Word(literal)), 8));
        put_done(frame, put, frame.pc)
    }
    /// Puts a code point in UTF-8, 16 or 32 (`kind`).
    bs_put_utf(otherwise: Label, kind: Number, flags: Number, value: Source) {
        let put = put_utf(resume(&frame), kind, value, flags);
        put_done(frame, put, otherwise)
    }
}

/// Heap words that a new bitstring takes at most, itself: a heap binary with 64 bytes, or a holder and a part.
const RESERVE: usize = 12;

#[inline(always)]
unsafe fn fail(frame: Frame, otherwise: *const u64) {
    // SAFETY: in a body the exception is set.
    unsafe {
        if otherwise == frame.pc {
            frame.raise()
        } else {
            frame.go(otherwise)
        }
    }
}

#[inline(never)]
unsafe fn integer(frame: &mut Frame, context: Word, bits: usize, flags: usize) -> Word {
    // SAFETY: a match context of the running process.
    unsafe {
        let owned = frame.borrow_heap();
        let mut builder = owned.heap.arena.builder();
        let mut reader = Reader::load(context);
        let Some(value) = reader.integer(&mut builder, bits, Flags::from_code(flags as u64)) else {
            return Word::NONE;
        };
        reader.store(context);
        after_building(frame);
        value.word()
    }
}

#[inline(never)]
unsafe fn float(frame: &mut Frame, context: Word, bits: usize, flags: usize) -> Word {
    // SAFETY: a match context of the running process.
    unsafe {
        let owned = frame.borrow_heap();
        let mut builder = owned.heap.arena.builder();
        let mut reader = Reader::load(context);
        let Some(value) = reader.float(&mut builder, bits, Flags::from_code(flags as u64)) else {
            return Word::NONE;
        };
        reader.store(context);
        after_building(frame);
        value.word()
    }
}

#[inline(never)]
unsafe fn part(frame: &mut Frame, context: Word, bits: usize) -> Word {
    // SAFETY: a match context of the running process.
    unsafe {
        let owned = frame.borrow_heap();
        let mut builder = owned.heap.arena.builder();
        let mut reader = Reader::load(context);
        let Some(value) = reader.bits(&mut builder, bits) else {
            return Word::NONE;
        };
        reader.store(context);
        after_building(frame);
        value.word()
    }
}

#[inline(never)]
unsafe fn tail(frame: &mut Frame, context: Word) -> Word {
    // SAFETY: a match context of the running process.
    unsafe {
        let owned = frame.borrow_heap();
        let mut builder = owned.heap.arena.builder();
        let tail = Reader::load(context).tail(&mut builder);
        after_building(frame);
        tail.word()
    }
}

#[inline(never)]
unsafe fn match_literal(context: Word, bits: usize, literal: Word) -> bool {
    // SAFETY: a match context, and a literal binary.
    unsafe {
        let mut reader = Reader::load(context);
        let Some(bytes) = term(literal)
            .as_bits()
            .and_then(|literal| literal.as_bytes())
        else {
            return false;
        };
        let matched = reader.literal(bytes, bits);
        if matched {
            reader.store(context);
        }
        matched
    }
}

/// Why a segment can't be built, and which: its first word, its value or size.
struct Failure {
    error: BuildError,
    segment: u64,
    value: Word,
}

#[inline(never)]
unsafe fn create(frame: &mut Frame, count: usize, otherwise: *const u64) -> Word {
    // SAFETY: the run holds segments, whose operands are terms of the running process.
    unsafe {
        let value = if count == 0 || *frame.next & 0xff != segment::APPEND {
            super::append::create(frame, count)
        } else if count > segment::WORDS {
            super::append::append(frame, count)
        } else {
            Word::NONE
        };
        if !value.is_none() {
            return value;
        }
        match try_create(frame, count) {
            Ok((value, cost)) => {
                frame.reds -= cost;
                after_building(frame);
                value
            }
            Err(failure) => {
                // What was begun stays on the heap: its holder is on the list of off-heap objects.
                after_building(frame);
                if otherwise == frame.pc {
                    set_segment_error(frame, &failure);
                }
                Word::NONE
            }
        }
    }
}

/// Makes `original` what has come of appending to it, as OTP does: its compiler goes on with either. Gives the one to go on with.
#[inline(never)]
unsafe fn lengthen(frame: &Frame, original: Word, grown: Word) -> Word {
    // SAFETY: terms of the running process; a part has three words behind its header.
    unsafe {
        let is_part =
            |word: Word| word.is_boxed() && (*word.pointer()).subtag() == subtag::SUB_BITS;
        // Nothing may have been appended, and what is no part is not lengthened in OTP either.
        let is_own = original != grown && is_part(original) && is_part(grown);
        if !is_own || is_literal_address(original.pointer() as usize) {
            return grown;
        }
        let (to, from) = (original.pointer(), grown.pointer());
        if *to.add(3) != *from.add(3) {
            frame.owned().heap.points_to_newer(to);
        }
        std::ptr::copy_nonoverlapping(from.add(1), to.add(1), 3);
        original
    }
}

/// Bits that are copied for a reduction.
const BITS_PER_REDUCTION: usize = 8 * 1000;

/// What to blame when a segment is too large: its size, or its value if that says the size.
unsafe fn size_or_value(frame: &Frame, (head, value, size): (u64, u64, u64)) -> Word {
    // SAFETY: operands of this instruction.
    unsafe {
        match head & 0xff {
            segment::STRING => Word(value),
            segment::UTF8 | segment::UTF16 | segment::UTF32 => frame.general(value),
            _ if size == ALL_SIZE => frame.general(value),
            _ => frame.general(size),
        }
    }
}

/// Bits of the segment whose first word is `head`.
#[inline]
unsafe fn bits_of(
    frame: &Frame,
    head: u64,
    value: u64,
    size: u64,
) -> Result<usize, (BuildError, Word)> {
    let unit = (head >> 8) as u16 as usize;
    // SAFETY: operands of this instruction.
    unsafe {
        match head & 0xff {
            segment::STRING => {
                build::all_bits(term(Word(value))).map_err(|error| (error, Word(value)))
            }
            segment::UTF8 | segment::UTF16 | segment::UTF32 => {
                let value = frame.general(value);
                match head & 0xff {
                    segment::UTF8 => build::utf8_bits(term(value)),
                    segment::UTF16 => Ok(build::utf16_bits(term(value))),
                    _ => build::utf32_bits(term(value)),
                }
                .map_err(|error| (error, value))
            }
            _ if size == ALL_SIZE => {
                // Whether the unit divides it is looked at when all sizes are known.
                let value = frame.general(value);
                build::all_bits(term(value)).map_err(|error| (error, value))
            }
            _ => {
                let size = frame.general(size);
                build::field_bits(term(size), unit).map_err(|error| (error, size))
            }
        }
    }
}

/// The atom `all` in the place of a size.
pub const ALL_SIZE: u64 = Word::atom(oxbeam_term::atom::known::ALL).0;

/// The bitstring, and the reductions that copying into it costs.
///
/// Whatever comes of it, the heap stays borrowed.
unsafe fn try_create(frame: &Frame, count: usize) -> Result<(Word, i64), Failure> {
    // SAFETY: as in `create`.
    unsafe {
        let owned = frame.borrow_heap();
        let first = frame.next;
        let segments = count / segment::WORDS;
        let at = |index: usize| {
            let place = first.add(index * segment::WORDS);
            (*place, *place.add(1), *place.add(2))
        };
        let appends = segments > 0 && at(0).0 & 0xff == segment::APPEND;
        let mut total = 0;
        // Of the first segments the size is remembered, of others found out again.
        let mut sizes = [0; 8];
        let size_of = |sizes: &[usize; 8], index: usize| match sizes.get(index) {
            Some(&bits) => bits,
            None => {
                let (head, value, size) = at(index);
                bits_of(frame, head, value, size).unwrap_or(0)
            }
        };
        for index in usize::from(appends)..segments {
            let (head, value, size) = at(index);
            let bits = bits_of(frame, head, value, size).map_err(|(error, value)| Failure {
                error,
                segment: head,
                value,
            })?;
            if let Some(place) = sizes.get_mut(index) {
                *place = bits;
            }
            total = build::total_bits(total, bits).map_err(|error| Failure {
                error,
                segment: head,
                value: size_or_value(frame, at(index)),
            })?;
        }
        let mut copied = 0;
        let mut builder = owned.heap.arena.builder();
        let (result, mut writer) = if appends {
            let (head, value, _) = at(0);
            let original = frame.general(value);
            let unit = (head >> 8) as u16 as usize;
            // Not by `map_err`, which copies the bytes of the one form that the other does not have.
            let (result, writer) = match builder.append(Term::from_word(original), total, unit) {
                Ok(begun) => begun,
                Err(error) => {
                    return Err(Failure {
                        error,
                        segment: head,
                        value: original,
                    });
                }
            };
            if let (Some(old), Some(new)) = (term(original).as_bits(), result.as_bits())
                && old.base() != new.base()
            {
                copied = old.bit_len();
            }
            (result, writer)
        } else {
            match builder.new_bits(total) {
                Ok(begun) => begun,
                Err(error) => {
                    return Err(Failure {
                        error,
                        segment: at(0).0,
                        value: size_or_value(frame, at(0)),
                    });
                }
            }
        };
        for index in usize::from(appends)..segments {
            let (head, operand, size) = at(index);
            let flags = Flags::from_code((head >> 24) & 0xff);
            let before = writer.remaining();
            let mut value = if head & 0xff == segment::STRING {
                Word(operand)
            } else {
                frame.general(operand)
            };
            let value_term: Term<'_> = Term::from_word(value);
            let put = match head & 0xff {
                segment::INTEGER => {
                    let bits = size_of(&sizes, index);
                    writer.put_integer(value_term, bits, flags)
                }
                segment::FLOAT => {
                    let bits = size_of(&sizes, index);
                    writer
                        .put_float(value_term, bits, flags)
                        .inspect_err(|&error| {
                            if error == BuildError::Invalid {
                                value = Word::small(bits as i64);
                            }
                        })
                }
                segment::UTF8 => writer.put_utf8(value_term),
                segment::UTF16 => writer.put_utf16(value_term, flags),
                segment::UTF32 => writer.put_utf32(value_term, flags),
                segment::STRING => writer.put_all(value_term, 8),
                _ if size == ALL_SIZE => writer.put_all(value_term, (head >> 8) as u16 as usize),
                _ => {
                    let bits = size_of(&sizes, index);
                    writer.put_part(value_term, bits)
                }
            };
            if let Err(error) = put {
                return Err(Failure {
                    error,
                    segment: head,
                    value,
                });
            }
            if head & 0xff == segment::BINARY {
                copied += before - writer.remaining();
            }
        }
        Ok((result.word(), (copied / BITS_PER_REDUCTION) as i64))
    }
}

/// Sets the exception with the cause that `erl_erts_errors:format_bs_fail/2` explains: `{Segment, Type, Cause, Value}`.
#[cold]
unsafe fn set_segment_error(frame: &mut Frame, failure: &Failure) {
    let kind = match failure.segment & 0xff {
        segment::INTEGER => "integer",
        segment::FLOAT => "float",
        segment::STRING => "string",
        segment::UTF8 => "utf8",
        segment::UTF16 => "utf16",
        segment::UTF32 => "utf32",
        _ => "binary",
    };
    // SAFETY: the worker runs this process.
    unsafe {
        let owned = frame.borrow_heap();
        exception::set_error(owned, Word::atom(failure.error.reason()));
        let mut builder = owned.heap.arena.builder();
        let cause = builder.tuple(&[
            Term::small((failure.segment >> 32) as i64),
            Term::atom(oxbeam_term::Atom::of(kind)),
            Term::atom(failure.error.cause()),
            Term::from_word(failure.value),
        ]);
        owned.exception.cause = cause.word();
        frame.leave();
    }
}

#[cold]
unsafe fn set_error(frame: &Frame, error: BuildError, otherwise: *const u64) {
    if otherwise == frame.pc {
        // SAFETY: the worker runs this process.
        unsafe { exception::set_error(frame.owned(), Word::atom(error.reason())) };
    }
}

#[inline(never)]
unsafe fn init_writable(frame: &mut Frame) -> Word {
    // SAFETY: X0 is a term.
    unsafe {
        let owned = frame.borrow_heap();
        let mut builder = owned.heap.arena.builder();
        match builder.init_writable(Term::from_word(frame.x(0))) {
            Ok(value) => {
                after_building(frame);
                value.word()
            }
            Err(error) => {
                set_error(frame, error, frame.pc);
                Word::NONE
            }
        }
    }
}

#[inline(never)]
unsafe fn init(frame: &mut Frame, size: Word, unit: usize, otherwise: *const u64) -> Word {
    // SAFETY: a term of the running process.
    unsafe {
        let owned = frame.borrow_heap();
        let mut builder = owned.heap.arena.builder();
        match build::field_bits(term(size), unit).and_then(|bits| builder.new_bits(bits)) {
            Ok((value, writer)) => {
                suspend(frame, writer);
                after_building(frame);
                value.word()
            }
            Err(error) => {
                set_error(frame, error, otherwise);
                Word::NONE
            }
        }
    }
}

#[inline(never)]
unsafe fn append(
    frame: &mut Frame,
    source: Word,
    size: Word,
    unit: usize,
    alignment: usize,
    otherwise: *const u64,
) -> Word {
    // SAFETY: terms of the running process.
    unsafe {
        let owned = frame.borrow_heap();
        let mut builder = owned.heap.arena.builder();
        match build::field_bits(term(size), unit)
            .and_then(|bits| builder.append(Term::from_word(source), bits, alignment))
        {
            Ok((value, writer)) => {
                suspend(frame, writer);
                after_building(frame);
                value.word()
            }
            Err(error) => {
                set_error(frame, error, otherwise);
                Word::NONE
            }
        }
    }
}

/// A writer taken from the register file, to be put back when a segment is written.
struct Resumed {
    place: *mut WriterState,
}

impl Resumed {
    #[inline(always)]
    unsafe fn put_with(
        self,
        put: impl FnOnce(&mut Writer<'_>) -> Result<(), BuildError>,
    ) -> Result<(), BuildError> {
        // SAFETY: nothing was collected since the bitstring was begun: the instructions between can't.
        unsafe {
            let mut writer = Writer::resume(*self.place);
            put(&mut writer)?;
            *self.place = writer.suspend();
        }
        Ok(())
    }
}

#[inline(always)]
unsafe fn resume(frame: &Frame) -> Resumed {
    Resumed {
        // SAFETY: the worker's own register file.
        place: unsafe { &raw mut (*frame.registers).writer },
    }
}

#[inline(always)]
unsafe fn suspend(frame: &Frame, writer: Writer<'_>) {
    // SAFETY: the worker's own register file.
    unsafe { (*frame.registers).writer = writer.suspend() };
}

// Out of line: a writer has an address, and a handler that has given one away does not dispatch by a jump.

#[inline(never)]
unsafe fn put_integer(
    writer: Resumed,
    size: Word,
    unit: usize,
    value: Word,
    flags: usize,
) -> Result<(), BuildError> {
    let bits = segment_bits(size, unit)?;
    // SAFETY: terms of the running process.
    unsafe {
        let (value, flags) = (term(value), Flags::from_code(flags as u64));
        writer.put_with(|writer| writer.put_integer(value, bits, flags))
    }
}

#[inline(never)]
unsafe fn put_float(
    writer: Resumed,
    size: Word,
    unit: usize,
    value: Word,
    flags: usize,
) -> Result<(), BuildError> {
    let bits = segment_bits(size, unit)?;
    // SAFETY: terms of the running process.
    unsafe {
        let (value, flags) = (term(value), Flags::from_code(flags as u64));
        writer.put_with(|writer| writer.put_float(value, bits, flags))
    }
}

#[inline(never)]
unsafe fn put_part(
    writer: Resumed,
    size: Word,
    unit: usize,
    value: Word,
) -> Result<(), BuildError> {
    let bits = segment_bits(size, unit)?;
    // SAFETY: terms of the running process.
    unsafe { writer.put_with(|writer| writer.put_part(term(value), bits)) }
}

#[inline(never)]
unsafe fn put_utf(
    writer: Resumed,
    kind: usize,
    value: Word,
    flags: usize,
) -> Result<(), BuildError> {
    // SAFETY: a term of the running process.
    unsafe {
        let (value, flags) = (term(value), Flags::from_code(flags as u64));
        writer.put_with(|writer| match kind {
            8 => writer.put_utf8(value),
            16 => writer.put_utf16(value, flags),
            _ => writer.put_utf32(value, flags),
        })
    }
}

/// Takes a code point of `kind` bits.
#[inline(never)]
unsafe fn code_point(context: Word, kind: usize, flags: usize) -> Option<u32> {
    // SAFETY: a match context of the running process.
    unsafe {
        let mut reader = Reader::load(context);
        let flags = Flags::from_code(flags as u64);
        let point = match kind {
            8 => reader.utf8(),
            16 => reader.utf16(flags),
            _ => reader.utf32(flags),
        }?;
        reader.store(context);
        Some(point)
    }
}

#[inline(always)]
fn segment_bits(size: Word, unit: usize) -> Result<usize, BuildError> {
    // SAFETY: a size is a term of the running process.
    build::field_bits(unsafe { term(size) }, unit)
}

#[inline(always)]
unsafe fn put_done(frame: Frame, put: Result<(), BuildError>, otherwise: *const u64) {
    // SAFETY: the worker runs this process.
    unsafe {
        match put {
            Ok(()) => frame.advance(),
            Err(error) => {
                set_error(&frame, error, otherwise);
                fail(frame, otherwise)
            }
        }
    }
}
