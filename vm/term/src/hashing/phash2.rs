//! `erlang:phash2/1,2`. The hash of each term goes into the hash of the next, except in maps, whose pairs are hashed one
//! by one and xored, so that their order does not matter.

use super::{Bits, BlockHash, HashSource, Leaf, Shape, block_hash, combine, golden};
use crate::number::BigRef;
use smallvec::SmallVec;

// Multiples of the golden ratio, one for each kind of word that goes into the hash.
const SMALL_OR_FUN: u32 = golden(1);
const NIL: u32 = golden(2);
const ATOM: u32 = golden(3);
const TEXT: u32 = golden(4);
const PID: u32 = golden(5);
const PORT: u32 = golden(6);
const REFERENCE: u32 = golden(7);
const TUPLE: u32 = golden(9);
const NEGATIVE: u32 = golden(10);
const POSITIVE: u32 = golden(11);
const FLOAT: u32 = golden(12);
const BITS: u32 = golden(13);
const EXPORT: u32 = golden(14);
const BITS_TAIL: u32 = golden(15);
const MAP: u32 = golden(16);
const MAP_PAIRS: u32 = golden(19);
const RECORD: u32 = golden(23);

/// The hash of an empty list on its own.
const LONE_NIL: u32 = 0xcec2_c42e;
/// What goes into the hash for an empty list among other terms.
const NIL_WORD: u32 = 2;

/// Bytes or list elements between two looks at the budget.
const STRIDE: usize = 96;

/// The walk over a term. It keeps terms: nothing may move while it pauses.
pub struct Phash2<'a, T: HashSource<'a>> {
    hash: u32,
    /// Xor of the finished pairs of the map we are in.
    pairs: u32,
    stack: SmallVec<[Task<'a, T>; 8]>,
    /// Terms that were hashed at once, which the budget has not been told of.
    untold: u64,
}

/// What remains to be done, the next on top.
enum Task<'a, T: HashSource<'a>> {
    Term(T),
    /// The children of a term from `next` on.
    Children {
        of: T,
        next: usize,
        end: usize,
    },
    /// A list whose first elements may be bytes; `word` holds `count` bytes of it already.
    List {
        list: T,
        word: u32,
        count: u32,
    },
    /// A bit string of which the first bytes are done.
    Bytes {
        bits: Bits<'a>,
        done: usize,
        hash: BlockHash,
    },
    Pairs(T::Pairs),
    /// Key and value are done.
    PairEnd,
    /// All pairs are done; the state before the map.
    MapEnd {
        hash: u32,
        pairs: u32,
    },
}

/// All 32 bits of the hash that `erlang:phash2/1,2` brings into a range.
pub fn phash2<'a, T: HashSource<'a>>(term: T) -> u32 {
    Phash2::new(term).finish()
}

/// The hash after a term in which there are no others, unless that is a long binary.
#[inline]
fn leaf<'a, T: HashSource<'a>>(hash: u32, shape: &Shape<'a, T>) -> Option<u32> {
    Some(match *shape {
        Shape::Small(value) => small(hash, value),
        Shape::Big(value) => big(hash, value),
        Shape::Float(value) => {
            // Both zeros are the same.
            let bits = if value == 0.0 { 0 } else { value.to_bits() };
            combine(hash, (bits >> 32) as u32, bits as u32, FLOAT)
        }
        Shape::Atom(value) => atom(hash, value),
        Shape::Nil => nil(hash),
        Shape::Pid { number, .. } => combine(hash, number, 0, PID),
        Shape::Bits(bits) if counted_bytes(bits) <= 64 * STRIDE => {
            let initial = BITS.wrapping_add(hash);
            let length = counted_bytes(bits);
            if length == 0 && bits.tail_len() == 0 {
                return Some(initial);
            }
            let mut block = BlockHash::new(initial);
            bits.for_each_piece(0, length, |piece| block.update(piece));
            end_of_bits(block.finish(), bits, length)
        }
        _ => return None,
    })
}

/// [`leaf`] of what is quickly seen to be one.
#[inline(always)]
fn quick_leaf<'a, T: HashSource<'a>>(hash: u32, term: T) -> Option<u32> {
    Some(match term.leaf()? {
        Leaf::Small(value) => small(hash, value),
        Leaf::Atom(value) => atom(hash, value),
        Leaf::Nil => nil(hash),
        Leaf::Big(value) => big(hash, value),
        Leaf::Bytes([]) => BITS.wrapping_add(hash),
        Leaf::Bytes(bytes) if bytes.len() <= 64 * STRIDE => {
            block_hash(bytes, BITS.wrapping_add(hash))
        }
        Leaf::Bytes(_) => return None,
    })
}

/// Elements of a tuple that is hashed without noting where we are.
const FEW: usize = 16;

/// Elements of a text that is.
const SHORT: usize = 64;

/// The hash after a short list of bytes.
#[inline(never)]
fn text<'a, T: HashSource<'a>>(mut hash: u32, list: T) -> Option<u32> {
    let (mut rest, mut word, mut count) = (list, 0, 0);
    for _ in 0..SHORT {
        let Some((head, tail)) = rest.cell() else {
            return quick_leaf(end_of_text(hash, word, count), rest);
        };
        let Some(byte @ 0..=255) = head.small() else {
            return None;
        };
        word = word << 8 | byte as u32;
        count += 1;
        if count == 4 {
            hash = end_of_text(hash, word, count);
            (word, count) = (0, 0);
        }
        rest = tail;
    }
    None
}

/// The bytes of a list that are in the word, if there are any.
#[inline]
fn end_of_text(hash: u32, word: u32, count: u32) -> u32 {
    if count > 0 {
        combine(hash, word, 0, TEXT)
    } else {
        hash
    }
}

/// [`quick_leaf`], or the hash after a short text.
#[inline(always)]
fn quick_item<'a, T: HashSource<'a>>(hash: u32, term: T) -> Option<u32> {
    match quick_leaf(hash, term) {
        Some(hash) => Some(hash),
        None if term.cell().is_some() => text(hash, term),
        None => None,
    }
}

/// The hash after a short text, or a tuple of a few leaves and such.
#[inline(never)]
fn small_compound<'a, T: HashSource<'a>>(hash: u32, term: T) -> Option<u32> {
    match term.arity() {
        None if term.cell().is_some() => text(hash, term),
        Some(arity) if arity <= FEW => (0..arity)
            .try_fold(combine(hash, arity as u32, 0, TUPLE), |hash, index| {
                quick_item(hash, term.child(index))
            }),
        _ => None,
    }
}

/// [`quick_leaf`], or [`small_compound`]. Most terms are leaves: what they need is to be where they are met.
#[inline(always)]
fn quick<'a, T: HashSource<'a>>(hash: u32, term: T) -> Option<u32> {
    match quick_leaf(hash, term) {
        Some(hash) => Some(hash),
        None => small_compound(hash, term),
    }
}

/// [`leaf`], by the quicker way if there is one; else the shape.
#[inline]
fn any_leaf<'a, T: HashSource<'a>>(hash: u32, term: T) -> Result<u32, Shape<'a, T>> {
    match quick(hash, term) {
        Some(hash) => Ok(hash),
        None => slow_leaf(hash, term),
    }
}

#[inline(never)]
fn slow_leaf<'a, T: HashSource<'a>>(hash: u32, term: T) -> Result<u32, Shape<'a, T>> {
    let shape = term.shape();
    leaf(hash, &shape).ok_or(shape)
}

#[inline]
fn atom(hash: u32, value: u32) -> u32 {
    if hash == 0 {
        value
    } else {
        combine(hash, value, 0, ATOM)
    }
}

#[inline]
fn nil(hash: u32) -> u32 {
    if hash == 0 {
        LONE_NIL
    } else {
        combine(hash, NIL_WORD, 0, NIL)
    }
}

/// 28 bits were a machine's small integer once; larger ones are hashed as big integers, which they were then.
#[inline(always)]
fn small(mut hash: u32, value: i64) -> u32 {
    if (-(1 << 27)..1 << 27).contains(&value) {
        if value < 0 {
            hash = combine(hash, value.unsigned_abs() as u32, 0, SMALL_OR_FUN);
        }
        combine(hash, value as u32, 0, SMALL_OR_FUN)
    } else {
        big(
            hash,
            BigRef {
                negative: value < 0,
                limbs: &[value.unsigned_abs()],
            },
        )
    }
}

/// [`phash2`] of a small integer.
#[inline(always)]
pub fn phash2_of_small(value: i64) -> u32 {
    small(0, value)
}

fn big(mut hash: u32, value: BigRef<'_>) -> u32 {
    let constant = if value.negative { NEGATIVE } else { POSITIVE };
    for &limb in value.limbs {
        hash = combine(hash, limb as u32, (limb >> 32) as u32, constant);
    }
    hash
}

/// The bits behind the last whole byte.
fn end_of_bits(hash: u32, bits: Bits<'_>, length: usize) -> u32 {
    if bits.tail_len() == 0 {
        return hash;
    }
    let tail = bits.byte(length) >> (8 - bits.tail_len());
    combine(hash, bits.tail_len(), tail.into(), BITS_TAIL)
}

impl<'a, T: HashSource<'a>> Phash2<'a, T> {
    /// All of the hash of a term in which there are no others, unless that is a long binary, of a short text, or of a small tuple of such.
    #[inline]
    pub fn at_once(term: T) -> Option<u32> {
        if term.cell().is_some() {
            return text(0, term);
        }
        quick(0, term).or_else(|| leaf(0, &term.shape()))
    }

    /// Begins with `term`.
    pub fn new(term: T) -> Self {
        let mut walk = Self {
            hash: 0,
            pairs: 0,
            stack: SmallVec::new(),
            untold: 0,
        };
        walk.term(term);
        walk
    }

    /// Goes on, and takes from `budget` what it has done: one for a term or some bytes. None if that ran out first.
    pub fn run(&mut self, budget: &mut u64) -> Option<u32> {
        loop {
            let Some(task) = self.stack.pop() else {
                return Some(self.hash);
            };
            match budget.checked_sub(1) {
                Some(rest) => *budget = rest,
                None => {
                    self.stack.push(task);
                    return None;
                }
            }
            self.task(task);
            *budget = budget.saturating_sub(std::mem::take(&mut self.untold));
        }
    }

    /// Goes on to the end.
    pub fn finish(mut self) -> u32 {
        while let Some(task) = self.stack.pop() {
            self.task(task);
        }
        self.hash
    }

    #[inline]
    fn combine(&mut self, first: u32, second: u32, constant: u32) {
        self.hash = combine(self.hash, first, second, constant);
    }

    fn task(&mut self, task: Task<'a, T>) {
        match task {
            Task::Term(term) => self.term(term),
            Task::Children { of, mut next, end } => {
                let stop = end.min(next + STRIDE);
                while next < stop {
                    let child = of.child(next);
                    next += 1;
                    if let Some(hash) = quick(self.hash, child) {
                        self.hash = hash;
                        self.untold += 1;
                        continue;
                    }
                    if next < end {
                        self.stack.push(Task::Children { of, next, end });
                    }
                    return self.term(child);
                }
                if next < end {
                    self.stack.push(Task::Children { of, next, end });
                }
            }
            Task::List { list, word, count } => self.list(list, word, count),
            Task::Bytes { bits, done, hash } => self.bytes(bits, done, hash),
            Task::Pairs(mut pairs) => {
                for _ in 0..STRIDE {
                    let Some((key, value)) = pairs.next() else {
                        return;
                    };
                    let both = any_leaf(0, key).and_then(|hash| any_leaf(hash, value));
                    if let Ok(hash) = both {
                        self.pairs ^= hash;
                        self.untold += 2;
                        continue;
                    }
                    self.stack.push(Task::Pairs(pairs));
                    self.stack.push(Task::PairEnd);
                    self.stack.push(Task::Term(value));
                    self.stack.push(Task::Term(key));
                    return;
                }
                self.stack.push(Task::Pairs(pairs));
            }
            Task::PairEnd => {
                self.pairs ^= self.hash;
                self.hash = 0;
            }
            Task::MapEnd { hash, pairs } => {
                self.hash = combine(hash, self.pairs, 0, MAP_PAIRS);
                self.pairs = pairs;
            }
        }
    }

    fn children(&mut self, of: T, count: usize) {
        if count > 0 {
            self.stack.push(Task::Children {
                of,
                next: 0,
                end: count,
            });
        }
    }

    fn term(&mut self, term: T) {
        if term.cell().is_some() {
            // Not at once: a list may be the head of a list, and so on.
            return self.stack.push(Task::List {
                list: term,
                word: 0,
                count: 0,
            });
        }
        if let Some(arity) = term.arity() {
            self.combine(arity as u32, 0, TUPLE);
            return self.children(term, arity);
        }
        match any_leaf(self.hash, term) {
            Ok(hash) => self.hash = hash,
            Err(shape) => self.compound(term, shape),
        }
    }

    /// A term in which there are others, or a long binary.
    fn compound(&mut self, term: T, shape: Shape<'a, T>) {
        match shape {
            Shape::Cons { .. } => self.stack.push(Task::List {
                list: term,
                word: 0,
                count: 0,
            }),
            Shape::Tuple { arity } => {
                self.combine(arity as u32, 0, TUPLE);
                self.children(term, arity);
            }
            Shape::Bits(bits) => {
                self.bytes(bits, 0, BlockHash::new(BITS.wrapping_add(self.hash)));
            }
            Shape::Map { size, pairs } => {
                self.combine(size as u32, 0, MAP);
                if size > 0 {
                    self.stack.push(Task::MapEnd {
                        hash: self.hash,
                        pairs: self.pairs,
                    });
                    self.stack.push(Task::Pairs(pairs));
                    (self.hash, self.pairs) = (0, 0);
                }
            }
            Shape::Small(_)
            | Shape::Big(_)
            | Shape::Float(_)
            | Shape::Atom(_)
            | Shape::Nil
            | Shape::Pid { .. } => unreachable!("hashed as a leaf"),
            Shape::Port { number, .. } => self.combine(number as u32, (number >> 32) as u32, PORT),
            Shape::Reference { number, .. } => self.combine(number, 0, REFERENCE),
            Shape::Fun {
                module,
                index,
                uniq,
                free,
            } => {
                self.combine(free as u32, module, SMALL_OR_FUN);
                self.combine(index, uniq, SMALL_OR_FUN);
                self.children(term, free);
            }
            Shape::Export {
                module,
                function,
                arity,
            } => {
                self.combine(arity, module, SMALL_OR_FUN);
                self.combine(function, 0, EXPORT);
            }
            Shape::Record {
                fields,
                definition_hash,
                ..
            } => {
                self.combine(fields as u32, definition_hash, RECORD);
                self.children(term, fields);
            }
        }
    }

    /// Bytes that head a list go in by fours; then comes the first other element, or the tail.
    fn list(&mut self, list: T, mut word: u32, mut count: u32) {
        let mut rest = list;
        for _ in 0..STRIDE {
            let Some((head, tail)) = rest.cell() else {
                self.flush_text(word, count);
                return match quick_leaf(self.hash, rest) {
                    Some(hash) => self.hash = hash,
                    None => self.stack.push(Task::Term(rest)),
                };
            };
            self.untold += 1;
            let value = head.small();
            let Some(byte @ 0..=255) = value else {
                self.flush_text(word, count);
                (word, count) = (0, 0);
                let Some(hash) = quick(self.hash, head) else {
                    self.stack.push(Task::Term(tail));
                    return self.term(head);
                };
                self.hash = hash;
                rest = tail;
                continue;
            };
            word = word << 8 | byte as u32;
            count += 1;
            if count == 4 {
                self.flush_text(word, count);
                (word, count) = (0, 0);
            }
            rest = tail;
        }
        self.stack.push(Task::List {
            list: rest,
            word,
            count,
        });
    }

    fn flush_text(&mut self, word: u32, count: u32) {
        self.hash = end_of_text(self.hash, word, count);
    }

    fn bytes(&mut self, bits: Bits<'a>, mut done: usize, mut hash: BlockHash) {
        let length = counted_bytes(bits);
        let next = length.min(done + 64 * STRIDE);
        bits.for_each_piece(done, next, |piece| hash.update(piece));
        done = next;
        if done < length {
            return self.stack.push(Task::Bytes { bits, done, hash });
        }
        self.hash = hash.finish();
        self.hash = end_of_bits(self.hash, bits, length);
    }
}

/// Of the size only the low 32 bits count, for ever since it had no more; so what is beyond is not hashed.
fn counted_bytes(bits: Bits<'_>) -> usize {
    bits.byte_len() & 0xffff_ffff
}
