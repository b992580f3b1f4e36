//! Hashes of terms: `erlang:phash2`, `erlang:phash`, and the machine's own salted hash of maps and tables.
//!
//! For the portable ones `hashing` does the work, on the terms that a [`Source`] stands for; `internal.rs` has the other.

mod internal;

use crate::atom::Atom;
use crate::boxed::external::{External, split_pid};
use crate::boxed::fun::FunKind;
use crate::hashing::{self, Bits, HashSource, Leaf, Shape};
use crate::map;
use crate::term::{Term, View};

pub use internal::internal_hash;

/// All 32 bits of what `erlang:phash2/1,2` brings into a range.
pub fn phash2(term: Term<'_>) -> u32 {
    hashing::phash2(Source::from(term))
}

/// The same, where it is quickly found; `None`: it is for [`hashing::Phash2`].
#[inline(always)]
pub fn phash2_at_once(term: Term<'_>) -> Option<u32> {
    if let Some(value) = term.as_small() {
        return Some(hashing::phash2_of_small(value));
    }
    phash2_of_more(term)
}

#[inline(never)]
fn phash2_of_more(term: Term<'_>) -> Option<u32> {
    hashing::Phash2::at_once(Source::from(term))
}

/// All 32 bits of what `erlang:phash/2` brings into a range.
pub fn phash(term: Term<'_>) -> u32 {
    hashing::phash(Source::from(term))
}

/// A term, as the walkers of `hashing` see it: for a walk that pauses, give it to [`hashing::Phash2`] or [`hashing::Phash`].
#[derive(Copy, Clone)]
pub struct Source<'p>(Kind<'p>);

#[derive(Copy, Clone)]
enum Kind<'p> {
    Term(Term<'p>),
    /// `{Module, Name, Exported, Field, …}` of a native record.
    Head(&'p [Term<'p>], &'p [Atom]),
}

impl<'p> From<Term<'p>> for Source<'p> {
    #[inline]
    fn from(term: Term<'p>) -> Source<'p> {
        Source(Kind::Term(term))
    }
}

#[inline]
fn atom(atom: Atom) -> u32 {
    atom.text_hash()
}

/// The hash that the definition of a native record keeps: of what stands before the fields, and the fields in the order of the source.
pub(crate) fn definition_hash(head: &[Term<'_>], fields: &[Atom]) -> u32 {
    hashing::phash2(Source(Kind::Head(head, fields)))
}

/// Tells most terms of other nodes apart. Zeroes at the end of a reference's numbers don't count.
fn identity(external: External<'_>, numbers: impl Iterator<Item = u64>) -> u64 {
    let node = external.node();
    let node = u64::from(node.name.index()) << 32 | u64::from(node.creation);
    let mut factor = 0x9e37_79b9_7f4a_7c15u64;
    numbers.fold(node, |sum, number| {
        factor = factor.wrapping_mul(0xd134_2543_de82_ef95);
        sum.wrapping_add(number.wrapping_mul(factor))
    })
}

fn term_shape(term: Term<'_>) -> Shape<'_, Source<'_>> {
    match term.view() {
        View::Small(value) => Shape::Small(value),
        View::Big(value) => Shape::Big(value),
        View::Float(value) => Shape::Float(value),
        View::Atom(value) => Shape::Atom(atom(value)),
        View::Nil => Shape::Nil,
        View::Cons(cell) => Shape::Cons {
            head: cell.head().into(),
            tail: cell.tail().into(),
        },
        View::Tuple(tuple) => Shape::Tuple { arity: tuple.len() },
        View::Map(map) => Shape::Map {
            size: map.len(),
            pairs: Pairs(map.iter()),
        },
        View::Bits(bits) => {
            let (bytes, offset) = bits.window();
            Shape::Bits(Bits::new(bytes, offset as u32, bits.bit_len() as u64))
        }
        View::Fun(fun) => match fun.kind() {
            FunKind::Local { entry, free, .. } => Shape::Fun {
                module: atom(entry.module),
                index: entry.old_index,
                uniq: entry.old_uniq,
                free: free.len(),
            },
            FunKind::External(export) => Shape::Export {
                module: atom(export.module()),
                function: atom(export.function()),
                arity: export.arity(),
            },
        },
        View::Pid(number) => Shape::Pid {
            number: split_pid(number).0,
            identity: number,
        },
        View::ExternalPid(pid) => Shape::Pid {
            number: pid.number() as u32,
            identity: identity(pid, std::iter::once(pid.number())),
        },
        View::Port(number) => Shape::Port {
            number,
            identity: 0,
        },
        View::ExternalPort(port) => Shape::Port {
            number: port.number(),
            identity: identity(port, std::iter::empty()),
        },
        View::Reference(reference) => {
            let numbers = reference.numbers();
            Shape::Reference {
                number: numbers.low as u32,
                identity: numbers.low ^ u64::from(numbers.high).rotate_left(32),
            }
        }
        View::ExternalReference(reference) => {
            let numbers = reference.numbers();
            Shape::Reference {
                number: numbers.first().copied().unwrap_or(0),
                identity: identity(reference, numbers.into_iter().map(u64::from)),
            }
        }
        View::Record(record) => Shape::Record {
            fields: record.values().len(),
            definition_hash: record.definition().hash(),
            definition: record.definition_term().into(),
        },
    }
}

#[inline]
fn term_child(term: Term<'_>, index: usize) -> Term<'_> {
    if let Some(elements) = term.tuple_elements() {
        return elements[index];
    }
    match term.view() {
        View::Tuple(tuple) => tuple.elements()[index],
        View::Record(record) => record.values()[index],
        View::Fun(fun) => match fun.kind() {
            FunKind::Local { free, .. } => free[index],
            FunKind::External(_) => term,
        },
        _ => term,
    }
}

impl<'p> HashSource<'p> for Source<'p> {
    type Pairs = Pairs<'p>;

    #[inline]
    fn shape(self) -> Shape<'p, Source<'p>> {
        match self.0 {
            Kind::Term(term) => term_shape(term),
            Kind::Head(head, fields) => Shape::Tuple {
                arity: head.len() + fields.len(),
            },
        }
    }

    #[inline]
    fn small(self) -> Option<i64> {
        match self.0 {
            Kind::Term(term) => term.as_small(),
            Kind::Head(..) => None,
        }
    }

    #[inline]
    fn cell(self) -> Option<(Source<'p>, Source<'p>)> {
        match self.0 {
            Kind::Term(term) => {
                let cell = term.as_cons()?;
                Some((cell.head().into(), cell.tail().into()))
            }
            Kind::Head(..) => None,
        }
    }

    #[inline(always)]
    fn child(self, index: usize) -> Source<'p> {
        match self.0 {
            Kind::Term(term) => term_child(term, index).into(),
            Kind::Head(head, fields) => match index.checked_sub(head.len()) {
                None => head[index].into(),
                Some(field) => Term::atom(fields[field]).into(),
            },
        }
    }

    #[inline(always)]
    fn leaf(self) -> Option<Leaf<'p>> {
        let Kind::Term(term) = self.0 else {
            return None;
        };
        let word = term.word();
        if word.is_small() {
            return Some(Leaf::Small(word.small_value()));
        }
        if word.is_atom() {
            return Some(Leaf::Atom(atom(word.atom_value())));
        }
        if word.is_boxed() {
            return match term.as_bits() {
                Some(bits) => Some(Leaf::Bytes(bits.as_bytes()?)),
                None => term.as_big().map(Leaf::Big),
            };
        }
        word.is_nil().then_some(Leaf::Nil)
    }

    #[inline(always)]
    fn arity(self) -> Option<usize> {
        match self.0 {
            Kind::Term(term) => term.tuple_elements().map(<[Term<'p>]>::len),
            Kind::Head(..) => None,
        }
    }

    #[inline]
    fn immediate(self) -> Option<u64> {
        match self.0 {
            Kind::Term(term) if term.word().is_immediate() => Some(term.word().0),
            _ => None,
        }
    }
}

/// Pairs of a map, as [`Source`]s.
#[derive(Copy, Clone)]
pub struct Pairs<'p>(map::Iter<'p>);

impl<'p> Iterator for Pairs<'p> {
    type Item = (Source<'p>, Source<'p>);

    fn next(&mut self) -> Option<Self::Item> {
        let (key, value) = self.0.next()?;
        Some((key.into(), value.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hashing::PHASH2_RANGE;
    use crate::heap::arena::Arena;

    /// Values of the real `erl`, the same in OTP 25, 27 and 29.
    #[test]
    fn portable_hashes_have_their_values() {
        let mut arena = Arena::new();
        // SAFETY: the arena outlives the builder.
        let mut builder = unsafe { arena.builder() };
        let (a, b) = (Term::atom(Atom::of("a")), Term::atom(Atom::of("b")));
        let hundred = (1..=100).map(|number| (Term::small(number), Term::small(number)));
        let cases = [
            (a, 97, 98),
            (Term::small(1), 2_614_250, 2_788_898_428),
            (Term::small(-1), 44_071_773, 1_680_185_270),
            (builder.float(1.0), 77_147_068, 1_072_693_249),
            (builder.float(0.0), 20_875_736, 1),
            (builder.float(-0.0), 20_875_736, 1),
            (builder.char_list("abc"), 117_343_302, 3_654_580_166),
            (builder.binary(b"abc"), 98_228_475, 1_972_007_566),
            (builder.bitstring(&[5 << 5], 3), 133_543_196, 3_507_216_109),
            (builder.tuple(&[]), 87_486_268, 1),
            (builder.tuple(&[a, b]), 101_277_806, 1_904_799_770),
            (Term::NIL, 113_427_502, 2),
            (builder.cons(a, Term::NIL), 23_864_141, 2_953_390_077),
            (builder.empty_map(), 39_679_005, 1_113_425_985),
            (
                builder.map_from_pairs([(a, Term::small(1))]),
                59_617_982,
                1_670_235_874,
            ),
            (builder.big(false, &[0, 64]), 131_422_029, 2_395_840_193),
            (builder.big(true, &[0, 64]), 20_532_417, 157_674_817),
            (Term::small(134_217_728), 12_354_923, 0),
            (builder.list((1..=300).map(Term::small)), 17_099_521, 0),
            (builder.map_from_pairs(hundred), 86_594_703, 0),
        ];
        for (index, (term, second, first)) in cases.into_iter().enumerate() {
            assert_eq!(
                u64::from(phash2(term)) % PHASH2_RANGE,
                second,
                "phash2 of case {index}"
            );
            if first != 0 {
                let hash = u64::from(phash(term)) % 0xffff_ffff + 1;
                assert_eq!(hash, first, "phash of case {index}");
            }
        }
    }

    #[test]
    fn salts_matter_and_hashes_are_spread() {
        let count = 1 << 12;
        let mut buckets = vec![0; count];
        for number in 0..count as i64 {
            let term = Term::small(number);
            assert_ne!(internal_hash(term, 1), internal_hash(term, 2));
            buckets[internal_hash(term, 0) as usize % count] += 1;
        }
        let empty = buckets.iter().filter(|&&bucket| bucket == 0).count();
        // One in e is what chance would leave empty.
        assert!(
            (count / 3..count * 2 / 5).contains(&empty),
            "{empty} of {count} buckets are empty"
        );
    }
}
