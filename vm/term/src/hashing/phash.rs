//! `erlang:phash/2`, the elder portable hash: the hash so far times a prime, plus the next byte.

use super::{Bits, HashSource, Phash2, Shape};
use smallvec::SmallVec;

// Primes above 2^28, each with its uses.
const ATOM_OR_BYTE: u32 = 268_440_163;
const INTEGER_BYTE: u32 = 268_439_161;
const NIL_OR_POSITIVE: u32 = 268_435_459;
const NEGATIVE_OR_BITS: u32 = 268_436_141;
const PID_BYTE: u32 = 268_438_633;
const PID_OR_FLOAT: u32 = 268_437_017;
const LIST_END: u32 = 268_437_511;
const PORT_BYTE_OR_TUPLE: u32 = 268_439_627;
const PORT_OR_FUN: u32 = 268_440_479;
const EXPORT_OR_HIGH_PORT: u32 = 268_440_577;
const BITS_TAIL: u32 = 268_440_581;
const MAP: u32 = 268_440_593;
const MAP_ADD: u32 = 268_440_611;
const RECORD: u32 = 268_440_629;

/// Bytes or list elements between two looks at the budget.
const STRIDE: usize = 96;

/// The walk over a term. It keeps terms: nothing may move while it pauses.
pub struct Phash<'a, T: HashSource<'a>> {
    hash: u32,
    stack: SmallVec<[Task<'a, T>; 8]>,
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
    /// What follows a list's element: more of the list, or its last tail.
    Rest(T),
    /// The last tail of a list is done.
    ListEnd,
    /// All children are done: the prime and the number of the aggregate.
    AggregateEnd {
        prime: u32,
        count: u32,
    },
    /// A bit string of which the first bytes are done.
    Bytes {
        bits: Bits<'a>,
        done: usize,
    },
    /// A map within its `phash2`.
    Map(Box<Phash2<'a, T>>),
}

/// All 32 bits of the hash that `erlang:phash/2` brings into a range.
pub fn phash<'a, T: HashSource<'a>>(term: T) -> u32 {
    let mut walk = Phash::new(term);
    loop {
        let mut budget = u64::MAX;
        if let Some(hash) = walk.run(&mut budget) {
            return hash;
        }
    }
}

impl<'a, T: HashSource<'a>> Phash<'a, T> {
    /// Begins with `term`.
    pub fn new(term: T) -> Self {
        let mut walk = Self {
            hash: 0,
            stack: SmallVec::new(),
        };
        walk.stack.push(Task::Term(term));
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
            match task {
                Task::Term(term) => self.term(term),
                Task::Children { of, next, end } => {
                    if next + 1 < end {
                        self.stack.push(Task::Children {
                            of,
                            next: next + 1,
                            end,
                        });
                    }
                    self.term(of.child(next));
                }
                Task::Rest(rest) => self.list(rest),
                Task::ListEnd => self.hash = self.hash.wrapping_mul(LIST_END),
                Task::AggregateEnd { prime, count } => self.step(prime, count),
                Task::Bytes { bits, done } => self.bytes(bits, done),
                Task::Map(mut walk) => {
                    // It counts its own steps; going back to it is none.
                    *budget += 1;
                    match walk.run(budget) {
                        Some(hash) => self.step(MAP, MAP_ADD.wrapping_add(hash)),
                        None => {
                            self.stack.push(Task::Map(walk));
                            return None;
                        }
                    }
                }
            }
        }
    }

    #[inline]
    fn step(&mut self, prime: u32, addend: u32) {
        self.hash = self.hash.wrapping_mul(prime).wrapping_add(addend);
    }

    /// The bytes of a word, the least significant first.
    #[inline]
    fn word(&mut self, value: u32, prime: u32) {
        for byte in value.to_le_bytes() {
            self.step(prime, byte.into());
        }
    }

    /// The 32-bit halves of a magnitude; a zero half at the top is left out.
    fn integer(&mut self, negative: bool, limbs: &[u64]) {
        for (index, &limb) in limbs.iter().enumerate() {
            self.word(limb as u32, INTEGER_BYTE);
            if limb >> 32 != 0 || index + 1 < limbs.len() {
                self.word((limb >> 32) as u32, INTEGER_BYTE);
            }
        }
        self.hash = self.hash.wrapping_mul(if negative {
            NEGATIVE_OR_BITS
        } else {
            NIL_OR_POSITIVE
        });
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
        match term.shape() {
            Shape::Small(value) => self.integer(value < 0, &[value.unsigned_abs()]),
            Shape::Big(value) => self.integer(value.negative, value.limbs),
            Shape::Float(value) => {
                // Both zeros are the same.
                let bits = if value == 0.0 { 0 } else { value.to_bits() };
                self.step(PID_OR_FLOAT, (bits >> 32) as u32 ^ bits as u32);
            }
            Shape::Atom(value) => self.step(ATOM_OR_BYTE, value),
            Shape::Nil => self.step(NIL_OR_POSITIVE, 1),
            Shape::Cons { .. } => self.list(term),
            Shape::Tuple { arity } => {
                self.stack.push(Task::AggregateEnd {
                    prime: PORT_BYTE_OR_TUPLE,
                    count: arity as u32,
                });
                self.children(term, arity);
            }
            Shape::Bits(bits) => self.bytes(bits, 0),
            Shape::Map { .. } => self.stack.push(Task::Map(Box::new(Phash2::new(term)))),
            Shape::Pid { number, .. } => {
                self.word(number, PID_BYTE);
                self.hash = self.hash.wrapping_mul(PID_OR_FLOAT);
            }
            Shape::Port { number, .. } => {
                if number >> 32 != 0 {
                    self.word((number >> 32) as u32, EXPORT_OR_HIGH_PORT);
                }
                self.word(number as u32, PORT_BYTE_OR_TUPLE);
                self.hash = self.hash.wrapping_mul(PORT_OR_FUN);
            }
            Shape::Reference { number, .. } => {
                self.word(number, PORT_BYTE_OR_TUPLE);
                self.hash = self.hash.wrapping_mul(PORT_OR_FUN);
            }
            Shape::Fun {
                module,
                index,
                uniq,
                free,
            } => {
                self.step(PORT_OR_FUN, free as u32);
                self.step(ATOM_OR_BYTE, module);
                self.step(INTEGER_BYTE, index);
                self.step(INTEGER_BYTE, uniq);
                self.children(term, free);
            }
            Shape::Export {
                module,
                function,
                arity,
            } => {
                self.step(EXPORT_OR_HIGH_PORT, arity);
                self.step(ATOM_OR_BYTE, module);
                self.step(ATOM_OR_BYTE, function);
            }
            Shape::Record {
                fields, definition, ..
            } => {
                // The definition counts as an element.
                self.stack.push(Task::AggregateEnd {
                    prime: RECORD,
                    count: fields as u32 + 1,
                });
                self.children(term, fields);
                self.stack.push(Task::Term(definition));
            }
        }
    }

    /// A list from one of its cells, or its last tail. Bytes take a shorter way than other integers.
    fn list(&mut self, list: T) {
        let mut rest = list;
        for _ in 0..STRIDE {
            let Shape::Cons { head, tail } = rest.shape() else {
                self.stack.push(Task::ListEnd);
                return self.stack.push(Task::Term(rest));
            };
            let Shape::Small(byte @ 0..=255) = head.shape() else {
                self.stack.push(Task::Rest(tail));
                return self.stack.push(Task::Term(head));
            };
            self.step(INTEGER_BYTE, byte as u32);
            rest = tail;
        }
        self.stack.push(Task::Rest(rest));
    }

    fn bytes(&mut self, bits: Bits<'a>, done: usize) {
        let length = bits.byte_len();
        let next = length.min(done + 64 * STRIDE);
        bits.for_each_piece(done, next, |piece| {
            for &byte in piece {
                self.step(ATOM_OR_BYTE, byte.into());
            }
        });
        if next < length {
            return self.stack.push(Task::Bytes { bits, done: next });
        }
        if bits.tail_len() > 0 {
            self.step(ATOM_OR_BYTE, bits.tail().into());
            self.step(BITS_TAIL, bits.tail_len());
        }
        self.step(NEGATIVE_OR_BITS, length as u32);
    }
}
