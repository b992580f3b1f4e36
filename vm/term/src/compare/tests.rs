//! Order and equality, against a plain recursive model over random terms.

use super::*;
use crate::Builder;
use crate::atom::Atom;
use crate::boxed::external::{Node, this_node};
use crate::boxed::reference::RefNumbers;
use crate::heap::arena::Arena;
use crate::map::Map;
use crate::rules::rules;

/// A term of the model.
#[derive(Clone, Debug)]
pub(crate) enum Model {
    Int(i64),
    Big(bool, Vec<u64>),
    Float(f64),
    Atom(String),
    Pid(u64),
    Tuple(Vec<Model>),
    Map(Vec<(Model, Model)>),
    Nil,
    Cons(Box<(Model, Model)>),
    Bits(Vec<u8>, usize),
}

/// Numbers of no quality, the same each time.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 11) % limit
    }
}

/// A random term out of few values, so that equal ones meet.
pub(crate) fn random(numbers: &mut Numbers, depth: u32) -> Model {
    let kinds = if depth == 0 { 8 } else { 12 };
    let few = |numbers: &mut Numbers, most: u64| -> Vec<Model> {
        (0..numbers.below(most + 1))
            .map(|_| random(numbers, depth - 1))
            .collect()
    };
    match numbers.below(kinds) {
        0 => Model::Int(numbers.below(4) as i64 - 1),
        1 => match numbers.below(4) {
            0 => Model::Int((1 << 59) - 1),
            1 => Model::Big(false, vec![1 << 59]),
            2 => Model::Big(true, vec![numbers.below(2), 1]),
            _ => Model::Big(false, vec![numbers.below(2), 1]),
        },
        2 | 3 => Model::Float(
            [
                0.0,
                -0.0,
                1.0,
                -1.0,
                0.5,
                18_446_744_073_709_551_616.0,
                1e300,
            ][numbers.below(7) as usize],
        ),
        4 => Model::Atom(["z", "b", "aa", "a", ""][numbers.below(5) as usize].into()),
        5 => Model::Nil,
        6 => Model::Pid(numbers.below(3)),
        7 => {
            let bits = numbers.below(20) as usize;
            let mut bytes: Vec<u8> = (0..bits.div_ceil(8))
                .map(|_| (numbers.below(2) * 0xff) as u8)
                .collect();
            if let (Some(last), 1..) = (bytes.last_mut(), bits % 8) {
                *last &= !(0xff >> (bits % 8));
            }
            Model::Bits(bytes, bits)
        }
        8 => Model::Tuple(few(numbers, 3)),
        9 => Model::Cons(Box::new((
            random(numbers, depth - 1),
            random(numbers, depth - 1),
        ))),
        10 => few(numbers, 4)
            .into_iter()
            .fold(Model::Nil, |tail, head| Model::Cons(Box::new((head, tail)))),
        _ => {
            let count = [0, 1, 2, 3, 34, 40][numbers.below(6) as usize];
            let mut pairs: Vec<(Model, Model)> = Vec::new();
            for _ in 0..count {
                let key = if numbers.below(3) == 0 {
                    random(numbers, depth - 1)
                } else {
                    Model::Int(numbers.below(45) as i64)
                };
                let value = random(numbers, depth.saturating_sub(2));
                if !pairs
                    .iter()
                    .any(|(other, _)| order(other, &key, true).is_eq())
                {
                    pairs.push((key, value));
                }
            }
            Model::Map(pairs)
        }
    }
}

/// Builds a term; bitstrings at a random offset.
pub(crate) fn build<'p>(
    builder: &mut Builder<'p>,
    model: &Model,
    numbers: &mut Numbers,
) -> Term<'p> {
    match model {
        Model::Int(value) => builder.integer(*value),
        Model::Big(negative, limbs) => builder.big(*negative, limbs),
        Model::Float(value) => builder.float(*value),
        Model::Atom(text) => Term::atom(Atom::of(text)),
        Model::Pid(number) => Term::local_pid(*number),
        Model::Nil => Term::NIL,
        Model::Cons(cell) => {
            let head = build(builder, &cell.0, numbers);
            let tail = build(builder, &cell.1, numbers);
            builder.cons(head, tail)
        }
        Model::Tuple(elements) => {
            let elements: Vec<Term<'p>> = elements
                .iter()
                .map(|element| build(builder, element, numbers))
                .collect();
            builder.tuple(&elements)
        }
        Model::Map(pairs) => {
            let mut pairs: Vec<(Term<'p>, Term<'p>)> = pairs
                .iter()
                .map(|(key, value)| (build(builder, key, numbers), build(builder, value, numbers)))
                .collect();
            if numbers.below(2) == 0 {
                return builder.map_from_pairs(pairs);
            }
            pairs.reverse();
            let mut map = builder.empty_map();
            for (key, value) in pairs {
                map = builder.map_put(Map(map), key, value);
            }
            map
        }
        Model::Bits(bytes, bits) => {
            let shift = numbers.below(12) as usize;
            let mut moved = vec![numbers.next() as u8; (bits + shift).div_ceil(8) + 2];
            for bit in 0..*bits {
                let (to, mask) = ((bit + shift) / 8, 0x80u8 >> ((bit + shift) % 8));
                moved[to] &= !mask;
                if bytes[bit / 8] & (0x80 >> (bit % 8)) != 0 {
                    moved[to] |= mask;
                }
            }
            let whole = builder.binary(&moved);
            builder.sub_bits(whole, shift, *bits)
        }
    }
}

fn rank(model: &Model) -> u32 {
    match model {
        Model::Int(_) | Model::Big(..) | Model::Float(_) => 0,
        Model::Atom(_) => 1,
        Model::Pid(_) => 2,
        Model::Tuple(_) => 3,
        Model::Map(_) => 4,
        Model::Nil => 5,
        Model::Cons(_) => 6,
        Model::Bits(..) => 7,
    }
}

/// The model's numbers are all floats that are exact, or integers that are.
fn number(model: &Model) -> Option<(bool, i128, f64)> {
    match model {
        Model::Int(value) => Some((true, i128::from(*value), 0.0)),
        Model::Big(negative, limbs) => {
            let value = limbs
                .iter()
                .rev()
                .fold(0i128, |sum, &limb| (sum << 64) + i128::from(limb));
            Some((true, if *negative { -value } else { value }, 0.0))
        }
        // Halves, so that 0.5 is exact too.
        Model::Float(value) => Some((false, 0, *value)),
        _ => None,
    }
}

pub(crate) fn order(a: &Model, b: &Model, exact: bool) -> Ordering {
    if let (Some((int_a, a, float_a)), Some((int_b, b, float_b))) = (number(a), number(b)) {
        return match (int_a, int_b) {
            (true, true) => a.cmp(&b),
            (false, false) if exact && !rules().zeroes_are_equal => float_a.total_cmp(&float_b),
            (false, false) => float_a.partial_cmp(&float_b).unwrap(),
            (true, false) if exact => Ordering::Less,
            (false, true) if exact => Ordering::Greater,
            (true, false) => int_float(a, float_b),
            (false, true) => int_float(b, float_a).reverse(),
        };
    }
    match (a, b) {
        (Model::Atom(a), Model::Atom(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Model::Pid(a), Model::Pid(b)) => a.cmp(b),
        (Model::Tuple(a), Model::Tuple(b)) => a.len().cmp(&b.len()).then_with(|| {
            a.iter()
                .zip(b)
                .map(|(a, b)| order(a, b, exact))
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal)
        }),
        (Model::Cons(a), Model::Cons(b)) => {
            order(&a.0, &b.0, exact).then_with(|| order(&a.1, &b.1, exact))
        }
        (Model::Bits(x, a), Model::Bits(y, b)) => {
            let bit = |bytes: &[u8], bit: usize| bytes[bit / 8] & (0x80 >> (bit % 8)) != 0;
            (0..*a.min(b))
                .map(|index| bit(x, index).cmp(&bit(y, index)))
                .find(|order| order.is_ne())
                .unwrap_or(a.cmp(b))
        }
        (Model::Map(a), Model::Map(b)) => {
            let sorted = |pairs: &[(Model, Model)]| {
                let mut pairs = pairs.to_vec();
                pairs.sort_by(|a, b| order(&a.0, &b.0, true));
                pairs
            };
            let (x, y) = (sorted(a), sorted(b));
            let pairs = || x.iter().zip(&y);
            a.len()
                .cmp(&b.len())
                .then_with(|| {
                    pairs()
                        .map(|(a, b)| order(&a.0, &b.0, true))
                        .find(|order| order.is_ne())
                        .unwrap_or(Ordering::Equal)
                })
                .then_with(|| {
                    pairs()
                        .map(|(a, b)| order(&a.1, &b.1, exact))
                        .find(|order| order.is_ne())
                        .unwrap_or(Ordering::Equal)
                })
        }
        _ => rank(a).cmp(&rank(b)),
    }
}

fn int_float(int: i128, float: f64) -> Ordering {
    if float > 1e30 {
        return Ordering::Less;
    }
    (int * 2).cmp(&((float * 2.0) as i128))
}

fn with_builder(test: impl FnOnce(&mut Builder<'_>)) {
    let mut arena = Arena::new();
    // SAFETY: the arena outlives the builder.
    let mut builder = unsafe { arena.builder() };
    test(&mut builder);
}

#[test]
fn random_terms_are_ordered_as_the_model_says() {
    let mut numbers = Numbers(7);
    for round in 0..60 {
        with_builder(|builder| {
            let models: Vec<Model> = (0..50).map(|_| random(&mut numbers, round % 4)).collect();
            let terms: Vec<Term<'_>> = models
                .iter()
                .map(|model| build(builder, model, &mut numbers))
                .collect();
            for (a, x) in models.iter().zip(&terms) {
                for (b, y) in models.iter().zip(&terms) {
                    let (arithmetic, exact) = (order(a, b, false), order(a, b, true));
                    assert_eq!(x.cmp(*y), arithmetic, "{a:?} {b:?}");
                    assert_eq!(x.cmp_exact(*y), exact, "exactly {a:?} {b:?}");
                    assert_eq!(x.eq_arith(*y), arithmetic.is_eq(), "{a:?} == {b:?}");
                    assert_eq!(x.eq_exact(*y), exact.is_eq(), "{a:?} =:= {b:?}");
                    if exact.is_eq() {
                        let hash = |term| crate::hash::internal_hash(term, 3);
                        assert_eq!(hash(*x), hash(*y), "{a:?} {b:?}");
                    }
                }
            }
        });
    }
}

#[test]
fn similar_maps_are_ordered_as_the_model_says() {
    let mut numbers = Numbers(99);
    let texts = ["q", "w", "e", "r", "t", "y", "u", "i", "o", "p"];
    for round in 0..400 {
        let mut map = |most: u64| {
            let mut pairs: Vec<(Model, Model)> = Vec::new();
            for number in 0..most {
                let key = match (round + number) % 3 {
                    0 if number < 10 => Model::Atom(texts[number as usize].into()),
                    1 => Model::Tuple(vec![Model::Int(number as i64)]),
                    _ => Model::Int(number as i64),
                };
                let value = match numbers.below(30) {
                    0 => Model::Float(1.0),
                    1 => Model::Int(2),
                    _ => Model::Int(1),
                };
                pairs.push((key, value));
            }
            for _ in 0..numbers.below(3) {
                let at = numbers.below(most) as usize;
                pairs.remove(at);
                pairs.push((Model::Float(numbers.below(20) as f64), Model::Nil));
                pairs.dedup_by(|a, b| order(&a.0, &b.0, true).is_eq());
            }
            Model::Map(pairs)
        };
        let size = if round % 2 == 0 { 12 } else { 60 };
        let (a, b) = (map(size), map(size));
        with_builder(|builder| {
            let (x, y) = (
                build(builder, &a, &mut numbers),
                build(builder, &b, &mut numbers),
            );
            assert_eq!(x.cmp(y), order(&a, &b, false), "{a:?} {b:?}");
            assert_eq!(x.cmp_exact(y), order(&a, &b, true), "{a:?} {b:?}");
            assert_eq!(x.eq_arith(y), order(&a, &b, false).is_eq(), "{a:?} {b:?}");
        });
    }
}

#[test]
fn a_term_may_be_a_million_deep() {
    const DEPTH: usize = 1_000_000;
    with_builder(|builder| {
        type Step<'p> = fn(&mut Builder<'p>, Term<'p>) -> Term<'p>;
        let steps: [Step<'_>; 6] = [
            |builder, inner| builder.cons(inner, Term::NIL),
            |builder, inner| builder.cons(inner, Term::small(1)),
            |builder, inner| builder.cons(Term::small(1), inner),
            |builder, inner| builder.tuple(&[inner, Term::NIL]),
            |builder, inner| builder.tuple(&[Term::NIL, inner]),
            |builder, inner| builder.map_from_pairs([(Term::TRUE, inner), (Term::FALSE, inner)]),
        ];
        for step in steps.iter().take(5) {
            let mut make = |leaf: i64| {
                let mut term = Term::small(leaf);
                for _ in 0..DEPTH {
                    term = step(builder, term);
                }
                term
            };
            let (a, b, c) = (make(1), make(1), make(2));
            assert!(a.eq_exact(b) && a.eq_arith(b));
            assert!(!a.eq_exact(c) && !a.eq_arith(c));
            assert_eq!(a.cmp(b), Ordering::Equal);
            assert_eq!(a.cmp(c), Ordering::Less);
            assert_eq!(c.cmp_exact(a), Ordering::Greater);
            assert_eq!(
                crate::hash::internal_hash(a, 0),
                crate::hash::internal_hash(b, 0)
            );
            assert_eq!(crate::hash::phash2(a), crate::hash::phash2(b));
            assert_eq!(crate::hash::phash(a), crate::hash::phash(b));
        }
        // Maps as keys and as values of maps.
        let mut make = |leaf: i64| {
            let mut term = Term::small(leaf);
            for _ in 0..100_000 {
                term = builder.map_from_pairs([(term, Term::NIL)]);
                term = builder.map_from_pairs([(Term::NIL, term)]);
            }
            term
        };
        let (a, b, c) = (make(1), make(1), make(2));
        assert!(a.eq_exact(b) && !a.eq_exact(c));
        assert_eq!(a.cmp(b), Ordering::Equal);
        assert_eq!(a.cmp(c), Ordering::Less);
    });
}

#[test]
fn hash_maps_within_hash_maps_don_t_recurse() {
    with_builder(|builder| {
        let mut make = |leaf: i64| {
            let mut term = Term::small(leaf);
            for _ in 0..3_000 {
                let others = (0..33).map(|key| (Term::small(key), Term::small(key)));
                let pairs: Vec<_> = others.chain([(Term::NIL, term)]).collect();
                term = builder.map_from_pairs(pairs);
            }
            term
        };
        let (a, b, c) = (make(1), make(1), make(2));
        assert_eq!(a.cmp(b), Ordering::Equal);
        assert_eq!(a.cmp(c), Ordering::Less);
        assert_eq!(c.cmp(a), Ordering::Greater);
        assert!(a.eq_exact(b) && a.eq_arith(b) && !a.eq_arith(c));
    });
}

#[test]
fn groups_stand_in_their_order() {
    with_builder(|builder| {
        let node = Node::of(Atom::of("other@host"), 3);
        let sorted = [
            Term::small(1),
            Term::atom(Atom::of("a")),
            builder.reference(RefNumbers::from_numbers([1, 2, 3])),
            Term::local_port(1),
            Term::local_pid(1),
            builder.external_pid(node, 1),
            builder.external_pid(node, 2),
            Term::local_pid(3),
            builder.tuple(&[]),
            builder.empty_map(),
            Term::NIL,
            builder.cons(Term::NIL, Term::NIL),
            builder.binary(b""),
            builder.bitstring(&[0x80], 1),
            builder.binary(&[0x80]),
            builder.binary(&[0x81]),
            builder.binary(&[0x81, 0]),
        ];
        for (i, a) in sorted.iter().enumerate() {
            for (j, b) in sorted.iter().enumerate() {
                assert_eq!(a.cmp(*b), i.cmp(&j), "{i} {j}");
                assert_eq!(a.eq_exact(*b), i == j, "{i} {j}");
            }
        }
    });
}

#[test]
fn references_compare_from_their_last_number() {
    with_builder(|builder| {
        let plain = |builder: &mut Builder<'_>, numbers| {
            builder.reference(RefNumbers::from_numbers(numbers)).word()
        };
        let words = [
            plain(builder, [9, 0, 0]),
            plain(builder, [0, 1, 0]),
            plain(builder, [0, 0, 1]),
        ];
        // SAFETY: the arena lives.
        let terms = words.map(|word| unsafe { Term::from_word(word) });
        assert!(terms.windows(2).all(|pair| pair[0].cmp(pair[1]).is_lt()));
        let node = Node::of(Atom::of("zzz@host"), 1);
        let short = builder.external_reference(node, &[1, 2]);
        let long = builder.external_reference(node, &[1, 2, 0]);
        let longer = builder.external_reference(node, &[1, 2, 0, 7]);
        assert!(short.eq_exact(long) && short.cmp(long).is_eq());
        assert_eq!(
            crate::hash::internal_hash(short, 1),
            crate::hash::internal_hash(long, 1)
        );
        assert!(short.cmp(longer).is_lt());
        assert!(terms[2].cmp(short).is_lt(), "{}", this_node().name.text());
    });
}
