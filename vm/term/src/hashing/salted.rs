//! The hash of maps and tables: 64 bits, salted, of no fixed value. It multiplies to 128 bits and folds the halves, as
//! wyhash and foldhash do.
//!
//! Terms that are exactly equal have the same hash; both float zeros do too, as they are equal in OTP 25.

use super::{HashSource, Shape};
use smallvec::SmallVec;

// Odd, with half of the bits set, from the digits of pi.
const FIRST: u64 = 0x243f_6a88_85a3_08d3;
const SECOND: u64 = 0x1319_8a2e_0370_7345;

/// Folds the 128-bit product of two words.
#[inline]
pub const fn mix64(a: u64, b: u64) -> u64 {
    let product = a as u128 * b as u128;
    product as u64 ^ (product >> 64) as u64
}

/// The state of a salted hash.
#[derive(Clone, Copy, Debug)]
pub struct SaltedHasher(u64);

impl SaltedHasher {
    /// Begins.
    #[inline]
    pub const fn new(salt: u64) -> Self {
        Self(salt ^ FIRST)
    }

    /// The next word.
    #[inline]
    pub const fn word(&mut self, word: u64) {
        self.0 = mix64(self.0 ^ word, FIRST);
    }

    /// The next bytes, and how many they are.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        self.piece(bytes);
    }

    /// Bytes of which the number is in the hash already. All pieces but the last are a multiple of eight long.
    fn piece(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for &word in words {
            self.word(u64::from_le_bytes(word));
        }
        if !rest.is_empty() {
            let mut last = [0; 8];
            last[..rest.len()].copy_from_slice(rest);
            self.word(u64::from_le_bytes(last));
        }
    }

    /// The hash.
    #[inline]
    pub const fn finish(self) -> u64 {
        mix64(self.0, SECOND)
    }
}

/// Kinds of terms, so that `{1}` and `[1]` differ.
#[derive(Clone, Copy)]
#[repr(u64)]
enum Kind {
    Immediate = 1,
    Small,
    Negative,
    Positive,
    Float,
    Atom,
    Nil,
    Cons,
    Tuple,
    Bits,
    Map,
    Pid,
    Port,
    Reference,
    Fun,
    Export,
    Record,
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
    Pairs(T::Pairs),
    /// Key and value are done.
    PairEnd,
    /// All pairs are done; the state before the map.
    MapEnd {
        hash: SaltedHasher,
        pairs: u64,
    },
}

/// The salted hash of a term.
#[inline]
pub fn salted_hash<'a, T: HashSource<'a>>(term: T, salt: u64) -> u64 {
    let mut hash = SaltedHasher::new(salt);
    match term.immediate() {
        Some(word) => immediate(&mut hash, word),
        None => walk(term, salt, &mut hash),
    }
    hash.finish()
}

#[inline]
fn immediate(hash: &mut SaltedHasher, word: u64) {
    hash.word((Kind::Immediate as u64).rotate_right(8) ^ word);
}

fn walk<'a, T: HashSource<'a>>(term: T, salt: u64, hash: &mut SaltedHasher) {
    // Sum of the finished pairs of the map we are in.
    let mut pairs = 0u64;
    let mut stack: SmallVec<[Task<'a, T>; 8]> = SmallVec::new();
    stack.push(Task::Term(term));
    while let Some(task) = stack.pop() {
        match task {
            Task::Term(term) => visit(term, salt, hash, &mut pairs, &mut stack),
            Task::Children { of, next, end } => {
                if next + 1 < end {
                    stack.push(Task::Children {
                        of,
                        next: next + 1,
                        end,
                    });
                }
                visit(of.child(next), salt, hash, &mut pairs, &mut stack);
            }
            Task::Pairs(mut rest) => {
                if let Some((key, value)) = rest.next() {
                    stack.push(Task::Pairs(rest));
                    stack.push(Task::PairEnd);
                    stack.push(Task::Term(value));
                    stack.push(Task::Term(key));
                }
            }
            Task::PairEnd => {
                pairs = pairs.wrapping_add(hash.finish());
                *hash = SaltedHasher::new(salt);
            }
            Task::MapEnd {
                hash: before,
                pairs: outer,
            } => {
                *hash = before;
                hash.word(pairs);
                pairs = outer;
            }
        }
    }
}

fn visit<'a, T: HashSource<'a>>(
    term: T,
    salt: u64,
    hash: &mut SaltedHasher,
    pairs: &mut u64,
    stack: &mut SmallVec<[Task<'a, T>; 8]>,
) {
    let mut term = term;
    // The cells of a list one after the other, as long as their elements are immediate.
    loop {
        if let Some(word) = term.immediate() {
            return immediate(hash, word);
        }
        let Shape::Cons { head, tail } = term.shape() else {
            break;
        };
        hash.word(Kind::Cons as u64);
        match head.immediate() {
            Some(word) => {
                immediate(hash, word);
                term = tail;
            }
            None => {
                stack.push(Task::Term(tail));
                return stack.push(Task::Term(head));
            }
        }
    }
    let mut words = |kind: Kind, a: u64, b: u64| {
        hash.word(a ^ (kind as u64).rotate_right(8));
        hash.word(b);
    };
    let mut children = |count: usize| {
        if count > 0 {
            stack.push(Task::Children {
                of: term,
                next: 0,
                end: count,
            });
        }
    };
    match term.shape() {
        Shape::Small(value) => words(Kind::Small, 0, value as u64),
        Shape::Big(value) => {
            let kind = if value.negative {
                Kind::Negative
            } else {
                Kind::Positive
            };
            words(kind, 0, value.limbs.len() as u64);
            value.limbs.iter().for_each(|&limb| hash.word(limb));
        }
        Shape::Float(value) => words(
            Kind::Float,
            0,
            if value == 0.0 { 0 } else { value.to_bits() },
        ),
        Shape::Atom(value) => words(Kind::Atom, 0, value.into()),
        Shape::Nil => words(Kind::Nil, 0, 0),
        Shape::Cons { .. } => unreachable!("lists were taken apart above"),
        Shape::Tuple { arity } => {
            words(Kind::Tuple, 0, arity as u64);
            children(arity);
        }
        Shape::Bits(bits) => {
            words(Kind::Bits, bits.tail().into(), bits.len());
            bits.for_each_piece(0, bits.byte_len(), |piece| hash.piece(piece));
        }
        Shape::Map {
            size,
            pairs: iterator,
        } => {
            words(Kind::Map, 0, size as u64);
            if size > 0 {
                stack.push(Task::MapEnd {
                    hash: *hash,
                    pairs: *pairs,
                });
                stack.push(Task::Pairs(iterator));
                *pairs = 0;
                *hash = SaltedHasher::new(salt);
            }
        }
        Shape::Pid { identity, .. } => words(Kind::Pid, 0, identity),
        Shape::Port { number, identity } => words(Kind::Port, number, identity),
        Shape::Reference { number, identity } => words(Kind::Reference, number.into(), identity),
        Shape::Fun {
            module,
            index,
            uniq,
            free,
        } => {
            words(Kind::Fun, module.into(), free as u64);
            hash.word(u64::from(index) << 32 | u64::from(uniq));
            children(free);
        }
        Shape::Export {
            module,
            function,
            arity,
        } => {
            words(
                Kind::Export,
                arity.into(),
                u64::from(module) << 32 | u64::from(function),
            );
        }
        Shape::Record {
            fields,
            definition_hash,
            ..
        } => {
            words(Kind::Record, fields as u64, definition_hash.into());
            children(fields);
        }
    }
}
