//! The hash of maps and tables: over the words of a term, as they lie on the heap. It multiplies to 128 bits and folds the halves.
//!
//! Equal maps have equal shapes, so a map is hashed as if it were a tuple. Terms that are exactly equal have the same hash; both float
//! zeroes do where they are equal.

use super::identity;
use crate::boxed::fun::{Export, FunEntry};
use crate::boxed::record::{VALUES, definition};
use crate::hashing::{Bits, SaltedHasher, mix64};
use crate::rules::rules;
use crate::term::{Term, View};
use crate::word::{Word, map_kind, subtag};
use smallvec::SmallVec;

/// Words still to be hashed.
#[derive(Copy, Clone)]
struct Run {
    at: *const Word,
    left: usize,
}

/// Stands for a list cell, as a header does for a boxed object: no header has this value.
const CELL: u64 = 0x5851_f42d_4c95_7f2c;

/// A hash of no fixed value. Terms that are exactly equal have the same.
#[inline]
pub fn internal_hash(term: Term<'_>, salt: u64) -> u64 {
    let mut hash = SaltedHasher::new(salt);
    if term.word().is_immediate() {
        hash.word(term.word().0);
    } else if let Some(binary) = term.as_bits() {
        bits(binary, &mut hash);
    } else {
        // SAFETY: a whole term.
        unsafe { walk(term.word(), &mut hash) };
    }
    hash.finish()
}

/// # Safety
/// `term` is a whole term.
unsafe fn walk(term: Word, hash: &mut SaltedHasher) {
    let mut later: SmallVec<[Run; 8]> = SmallVec::new();
    let mut run = Run { at: &term, left: 1 };
    loop {
        if run.left == 0 {
            match later.pop() {
                Some(next) => run = next,
                None => return,
            }
            continue;
        }
        // SAFETY: every run lies within one object of the term.
        unsafe {
            let word = *run.at;
            run.at = run.at.add(1);
            run.left -= 1;
            if word.is_immediate() {
                hash.word(word.0);
                continue;
            }
            let object = word.pointer().cast_const();
            let mut next = if word.is_cons() {
                hash.word(CELL);
                Run {
                    at: object,
                    left: 2,
                }
            } else {
                let header = *object;
                match header.subtag() {
                    subtag::TUPLE => {
                        hash.word(header.0);
                        Run {
                            at: object.add(1),
                            left: header.arity(),
                        }
                    }
                    subtag::RECORD => {
                        // The definition has its own hash at hand.
                        hash.word(header.0);
                        let definition = (*object.add(1)).pointer();
                        hash.word((*definition.add(definition::HASH)).0);
                        Run {
                            at: object.add(VALUES),
                            left: header.arity() - 1,
                        }
                    }
                    subtag::MAP => {
                        hash.word(header.0);
                        // The size adds nothing to the header of a flat map, but something to that of a root.
                        let first = if header.map_kind() == map_kind::FLAT {
                            2
                        } else {
                            1
                        };
                        Run {
                            at: object.add(first),
                            left: header.object_arity() + 1 - first,
                        }
                    }
                    subtag::FUN => {
                        let entry = &*((*object.add(1)).0 as *const FunEntry);
                        hash.word(header.0 ^ u64::from(entry.old_uniq) << 32);
                        hash.word(u64::from(entry.module.index()) << 32 | u64::from(entry.index));
                        Run {
                            at: object.add(3),
                            left: header.arity() - 2,
                        }
                    }
                    _ => {
                        leaf(Term::from_word(word), hash);
                        continue;
                    }
                }
            };
            if run.left > 0 {
                if next.left == 0 {
                    continue;
                }
                std::mem::swap(&mut run, &mut next);
                later.push(next);
            } else {
                run = next;
            }
        }
    }
}

/// What has no terms inside.
fn leaf(term: Term<'_>, hash: &mut SaltedHasher) {
    let mut words = |kind: u64, a: u64, b: u64| {
        hash.word(a ^ kind.rotate_right(6));
        hash.word(b);
    };
    match term.view() {
        View::Float(value) => {
            let zero = value == 0.0 && rules().zeroes_are_equal;
            words(subtag::FLOAT, 0, if zero { 0 } else { value.to_bits() });
        }
        View::Big(value) => {
            words(
                subtag::BIG_POSITIVE,
                u64::from(value.negative),
                value.limbs.len() as u64,
            );
            value.limbs.iter().for_each(|&limb| hash.word(limb));
        }
        View::Bits(binary) => bits(binary, hash),
        View::Fun(_) => {
            // SAFETY: local funs have terms inside, so this is an external one; its second word is the entry, which is never freed.
            let export = unsafe { &*((*term.word().pointer().add(1)).0 as *const Export) };
            words(
                subtag::EXPORT,
                export.arity_word,
                export.module_word.0 ^ export.function_word.0.rotate_left(32),
            );
        }
        View::Reference(reference) => {
            let numbers = reference.numbers();
            words(subtag::REFERENCE, u64::from(numbers.high), numbers.low);
        }
        View::ExternalPid(pid) => {
            let identity = identity(pid, std::iter::once(pid.number()));
            words(subtag::EXTERNAL_PID, 0, identity);
        }
        View::ExternalPort(port) => {
            let identity = identity(port, std::iter::once(port.number()));
            words(subtag::EXTERNAL_PORT, 0, identity);
        }
        View::ExternalReference(reference) => {
            let numbers = reference.numbers().into_iter().map(u64::from);
            let identity = identity(reference, numbers);
            words(subtag::EXTERNAL_REFERENCE, 0, identity);
        }
        _ => debug_assert!(false, "the walk takes everything else apart"),
    }
}

fn bits(binary: crate::binary::Bits<'_>, hash: &mut SaltedHasher) {
    let (window, offset) = binary.window();
    let length = binary.bit_len() as u64;
    if offset == 0 && binary.is_binary() {
        return bytes(window, length, 0, hash);
    }
    let part = Bits::new(window, offset as u32, length);
    let whole = part.byte_len();
    if offset == 0 {
        return bytes(&window[..whole], length, part.tail(), hash);
    }
    let mut aligned: SmallVec<[u8; 256]> = SmallVec::with_capacity(whole);
    part.for_each_piece(0, whole, |piece| aligned.extend_from_slice(piece));
    bytes(&aligned, length, part.tail(), hash);
}

/// Two chains, so that one multiplication need not wait for the other.
fn bytes(bytes: &[u8], bits: u64, tail: u8, hash: &mut SaltedHasher) {
    hash.word(subtag::HEAP_BITS.rotate_right(6) ^ bits);
    hash.word(u64::from(tail));
    let (blocks, rest) = bytes.as_chunks::<16>();
    let (mut a, mut b) = (FIRST, SECOND);
    for block in blocks {
        let (words, _) = block.as_chunks::<8>();
        a = mix64(a ^ u64::from_le_bytes(words[0]), FIRST);
        b = mix64(b ^ u64::from_le_bytes(words[1]), SECOND);
    }
    if !blocks.is_empty() {
        hash.word(a);
        hash.word(b);
    }
    for chunk in rest.chunks(8) {
        let mut last = [0; 8];
        last[..chunk.len()].copy_from_slice(chunk);
        hash.word(u64::from_le_bytes(last));
    }
}

// Odd, with half of the bits set.
const FIRST: u64 = 0xa076_1d64_78bd_642f;
const SECOND: u64 = 0xe703_7ed1_a0b4_28db;
