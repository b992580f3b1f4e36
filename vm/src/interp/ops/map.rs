//! Maps.

use super::guard::after_building;
use crate::interp::exception;
use crate::interp::frame::{Frame, term};
use oxbeam_term::atom::known;
use oxbeam_term::map::{flat, get_words, is_flat};
use oxbeam_term::{Term, Word};
use smallvec::SmallVec;

crate::instructions! { frame;
    /// Continue if the map has all keys of the run, else jump.
    has_map_fields(otherwise: Label, map: Source, keys: Words) {
        for index in 0..keys.count {
            if get_words(map, frame.general(*frame.next.add(index))).is_none() { return frame.go(otherwise) }
        }
        frame.next = frame.next.add(keys.count);
        frame.advance()
    }
    /// The values of the run's keys to the run's registers, or jump.
    get_map_elements(otherwise: Label, map: Source, pairs: Words) {
        let count = pairs.count / 2;
        for index in 0..count {
            let key = frame.general(*frame.next.add(2 * index));
            match get_words(map, key) {
                Some(value) => frame.set_general(*frame.next.add(2 * index + 1), value),
                None => return frame.go(otherwise),
            }
        }
        frame.next = frame.next.add(pairs.count);
        frame.advance()
    }
    /// One key's value, or jump.
    get_map_element(otherwise: Label, map: Source, key: Source, target: Destination) {
        if key.is_immediate() && is_flat(map) {
            let (keys, values, count) = flat::layout(map);
            for index in 0..count {
                if *keys.add(index) == key {
                    target.set(*values.add(index));
                    return frame.advance();
                }
            }
            return frame.go(otherwise);
        }
    } => {
        match get_words(map, key) {
            Some(value) => {
                target.set(value);
                frame.advance()
            }
            None => frame.go(otherwise),
        }
    }
    /// `target :=` a map of at most 32 pairs: a literal tuple of keys in order, and the run's values.
    new_flat_map(keys: Immediate, target: Destination, live: Number, values: Words) {
        let words = flat::words_of(values.count);
        if !frame.room(words) { return frame.collect(words, live) }
        let object = frame.htop;
        let to = flat::write_head(object, Word(keys), values.count);
        for index in 0..values.count {
            *to.add(index) = frame.general(*frame.next.add(index));
        }
        frame.htop = object.add(words);
        target.set(Word::boxed(object));
        frame.next = frame.next.add(values.count);
        frame.advance()
    }
    /// `target := map#{key => value, …}` of the run's pairs.
    put_map_assoc(otherwise: Label, map: Source, target: Destination, live: Number, pairs: Words) {
        let room = room_to_put(map, pairs.count / 2, false);
        if !frame.room(room) { return frame.collect(room, live) }
        let result = put(&mut frame, map, pairs.count, false);
        if result.is_none() { return fail(frame, otherwise) }
        target.set(result);
        frame.next = frame.next.add(pairs.count);
        frame.advance()
    }
    /// `target := map#{key := value, …}` of the run's pairs.
    put_map_exact(otherwise: Label, map: Source, target: Destination, live: Number, pairs: Words) {
        let room = room_to_put(map, pairs.count / 2, true);
        if !frame.room(room) { return frame.collect(room, live) }
        let result = put(&mut frame, map, pairs.count, true);
        if result.is_none() { return fail(frame, otherwise) }
        target.set(result);
        frame.next = frame.next.add(pairs.count);
        frame.advance()
    }
}

#[inline(always)]
unsafe fn fail(frame: Frame, otherwise: *const u64) {
    // SAFETY: `put` has set the exception.
    unsafe {
        if otherwise == frame.pc {
            frame.raise()
        } else {
            frame.go(otherwise)
        }
    }
}

/// Words to be free before so many pairs are put into a map, so that what is built rarely goes to a fragment, which would bring about a
/// collection of its own.
#[inline(always)]
unsafe fn room_to_put(map: Word, pairs: usize, exact: bool) -> usize {
    /// The nodes on the way to a pair of a large map, about.
    const PATH: usize = 60;
    // SAFETY: a term of the running process.
    unsafe {
        if !map.is_boxed() {
            0
        } else if !is_flat(map) {
            PATH
        } else {
            let (_, _, size) = flat::layout(map);
            if exact {
                flat::words_of(size)
            } else {
                // New keys have a tuple of their own.
                flat::words_of(size + pairs) + size + pairs + 1
            }
        }
    }
}

/// Puts pairs into a flat map that has all the keys, or one pair into any flat map, if there is room; else `NONE`.
#[inline(always)]
unsafe fn put_flat(frame: &mut Frame, map: Word, words: usize, exact: bool) -> Word {
    // SAFETY: the run holds pairs of operands; all are terms of the running process.
    unsafe {
        if !map.is_boxed() || !is_flat(map) {
            return Word::NONE;
        }
        let pair = |index: usize| {
            let pair = frame.next.add(2 * index);
            (frame.general(*pair), frame.general(*pair.add(1)))
        };
        let room = |words: usize| frame.room(words).then_some(frame.htop);
        let result = if words == 2 {
            flat::put_one(map, pair(0), !exact, room)
        } else {
            flat::update(map, (0..words / 2).map(pair), room)
        };
        match result {
            Some((result, words)) => {
                frame.htop = frame.htop.add(words);
                result
            }
            None => Word::NONE,
        }
    }
}

#[inline(never)]
unsafe fn put(frame: &mut Frame, map: Word, words: usize, exact: bool) -> Word {
    // SAFETY: the run holds pairs of operands; all are terms of the running process.
    unsafe {
        let result = put_flat(frame, map, words, exact);
        if result.is_none() {
            put_any(frame, map, words, exact)
        } else {
            result
        }
    }
}

/// [`put`] for trees, for several new keys, and for what fails.
#[inline(never)]
unsafe fn put_any(frame: &mut Frame, map: Word, words: usize, exact: bool) -> Word {
    // SAFETY: as for `put`.
    unsafe {
        let owned = frame.borrow_heap();
        let mut builder = owned.heap.arena.builder();
        let Some(map_term) = term(map).as_map() else {
            super::control::error_pair(frame, known::BADMAP, map);
            return Word::NONE;
        };
        let pair = |index: usize| {
            let key = frame.general(*frame.next.add(2 * index));
            let value = frame.general(*frame.next.add(2 * index + 1));
            (Term::from_word(key), Term::from_word(value))
        };
        let several: SmallVec<[_; 8]>;
        let one;
        let pairs: &[_] = if words == 2 {
            one = [pair(0)];
            &one
        } else {
            several = (0..words / 2).map(pair).collect();
            &several
        };
        let result = if exact {
            match builder.map_update_all(map_term, pairs) {
                Ok(updated) => updated,
                Err(key) => {
                    let reason = builder.tuple(&[Term::atom(known::BADKEY), key]).word();
                    exception::set_error(owned, reason);
                    frame.leave();
                    return Word::NONE;
                }
            }
        } else {
            builder.map_put_all(map_term, pairs)
        };
        after_building(frame);
        result.word()
    }
}
