//! Maps against a plain model, with good and with bad hashes.

use super::*;
use crate::Builder;
use crate::atom::Atom;
use crate::compare::tests::Numbers;
use crate::heap::arena::Arena;
use std::cell::Cell;
use std::collections::BTreeMap;

/// Makes a worse hash of one, if it is anything.
type Spoiler = Option<fn(u64) -> u64>;

thread_local! {
    static SPOIL: Cell<Spoiler> = const { Cell::new(None) };
}

/// The hash of a key while a test spoils hashes.
pub(super) fn injected_hash(key: Term<'_>) -> Option<u64> {
    SPOIL
        .get()
        .map(|spoil| spoil(crate::hash::internal_hash(key, 0)))
}

/// From good to hopeless: few different nibbles, differences in the last level only, few different hashes, one hash.
const SPOILERS: [Spoiler; 6] = [
    None,
    Some(|hash| hash & 0x1111_1111_1111_1111),
    Some(|hash| hash << 60),
    Some(|hash| hash % 7),
    Some(|hash| hash << 56 & 0x3000_0000_0000_0000),
    Some(|_| 0),
];

fn each_hash(test: impl Fn()) {
    for spoil in SPOILERS {
        SPOIL.set(spoil);
        test();
    }
    SPOIL.set(None);
}

fn with_builder(test: impl FnOnce(&mut Builder<'_>)) {
    let mut arena = Arena::new();
    // SAFETY: the arena outlives the builder.
    let mut builder = unsafe { arena.builder() };
    test(&mut builder);
}

/// Everything that the module's head promises about shapes.
fn check(map: Term<'_>) {
    let map = map.as_map().unwrap();
    if map.is_flat() {
        let (keys, values) = flat::parts(map);
        assert!(keys.len() <= FLAT_LIMIT && keys.len() == values.len());
        let ordered = |a: Term<'_>, b: Term<'_>| {
            // SAFETY: terms.
            unsafe { flat_key_order(a.word(), b.word()).is_lt() }
        };
        assert!(keys.windows(2).all(|pair| ordered(pair[0], pair[1])));
        assert_eq!(
            map.key_tuple().unwrap().tuple_elements().unwrap().len(),
            keys.len()
        );
        return;
    }
    assert!(map.len() > FLAT_LIMIT);
    let mut leaves = 0;
    let mut todo: Vec<(Term<'_>, u32, u64)> = vec![(map.term(), 0, 0)];
    while let Some((node, level, path)) = todo.pop() {
        if let Some(cell) = node.as_cons() {
            leaves += 1;
            let known = if level >= 16 {
                u64::MAX
            } else {
                (1 << (4 * level)) - 1
            };
            assert_eq!(tree::hash(cell.head()) & known, path);
        } else if let Some(collision) = node.tuple_elements() {
            assert!(level == 16 && collision.len() > 1);
            let keys: Vec<Term<'_>> = collision
                .iter()
                .map(|leaf| leaf.as_cons().unwrap().head())
                .collect();
            assert!(
                keys.windows(2)
                    .all(|pair| pair[0].cmp_exact(pair[1]).is_lt())
            );
            todo.extend(collision.iter().map(|&leaf| (leaf, level, path)));
        } else {
            // SAFETY: a node's header.
            let header = unsafe { *node.word().pointer() };
            let children = tree::Node::of(node).children;
            let head = if level == 0 {
                map_kind::ROOT
            } else {
                map_kind::NODE
            };
            assert_eq!(header.map_kind(), head);
            assert_eq!(
                header.object_arity(),
                children.len() + usize::from(level == 0)
            );
            assert!(level == 0 || children.len() > 1 || !children[0].word().is_cons());
            let numbers = (0..16u64).filter(|number| header.map_bitmap() >> number & 1 != 0);
            for (child, number) in children.iter().zip(numbers) {
                todo.push((*child, level + 1, path | number << (4 * level)));
            }
        }
    }
    assert_eq!(leaves, map.len());
}

fn as_model(map: Term<'_>) -> BTreeMap<i64, i64> {
    map.as_map()
        .unwrap()
        .iter()
        .map(|(key, value)| (key_number(key), value.as_small().unwrap()))
        .collect()
}

/// Keys of several kinds for numbers.
fn key<'p>(builder: &mut Builder<'p>, number: i64) -> Term<'p> {
    match number % 4 {
        0 => Term::atom(Atom::of(&format!("k{number}"))),
        1 => builder.tuple(&[Term::small(number)]),
        2 => builder.float(number as f64),
        _ => Term::small(number),
    }
}

fn key_number(key: Term<'_>) -> i64 {
    if let Some(atom) = key.as_atom() {
        atom.text()[1..].parse().unwrap()
    } else if let Some([number]) = key.as_tuple_of::<1>() {
        number.as_small().unwrap()
    } else if let Some(float) = key.as_float() {
        float as i64
    } else {
        key.as_small().unwrap()
    }
}

#[test]
fn random_changes_as_a_model_makes_them() {
    each_hash(|| {
        for (keys, rounds) in [(5, 200), (50, 1500), (400, 3000)] {
            let mut numbers = Numbers(keys);
            with_builder(|builder| {
                let mut map = builder.empty_map();
                let mut model = BTreeMap::new();
                for round in 0..rounds {
                    // Grows and shrinks by turns.
                    let number = numbers.below(keys) as i64;
                    let term = key(builder, number);
                    let value = numbers.below(3) as i64;
                    let before = map;
                    let shrinking = round / (keys as i64 * 2) % 2 == 1;
                    match numbers.below(4) {
                        0 => {
                            let updated = builder.map_update(Map(map), term, Term::small(value));
                            assert_eq!(updated.is_some(), model.contains_key(&number));
                            if let Some(updated) = updated {
                                map = updated;
                                model.insert(number, value);
                            }
                        }
                        1 if !shrinking => {}
                        1..=2 if shrinking => {
                            let taken = builder.map_take(Map(map), term);
                            let (value, rest) = taken.unzip();
                            assert_eq!(value.map(|v| v.as_small().unwrap()), model.remove(&number));
                            map = rest.unwrap_or(map);
                        }
                        _ => {
                            let same = model.insert(number, value) == Some(value);
                            map = builder.map_put(Map(map), term, Term::small(value));
                            assert_eq!(map.same(before), same);
                        }
                    }
                    assert_eq!(
                        Map(map).get(term).map(|v| v.as_small().unwrap()),
                        model.get(&number).copied()
                    );
                    assert_eq!(Map(map).len(), model.len());
                    if round % 50 == 0 {
                        check(map);
                        assert_eq!(as_model(map), model);
                        let fresh: Vec<_> = model
                            .iter()
                            .rev()
                            .map(|(&number, &value)| (key(builder, number), Term::small(value)))
                            .collect();
                        let fresh = builder.map_from_unique_pairs(fresh).unwrap();
                        check(fresh);
                        assert!(fresh.eq_exact(map) && fresh.cmp(map).is_eq());
                        assert_eq!(
                            crate::hash::internal_hash(fresh, 0),
                            crate::hash::internal_hash(map, 0)
                        );
                    }
                }
            });
        }
    });
}

#[test]
fn merged_maps_have_both_maps_pairs() {
    each_hash(|| {
        let mut numbers = Numbers(17);
        for _ in 0..150 {
            with_builder(|builder| {
                let mut make = |builder: &mut Builder<'_>| {
                    let count = [0, 3, 20, 33, 60, 300][numbers.below(6) as usize];
                    let range = [40, 400][numbers.below(2) as usize];
                    let mut model = BTreeMap::new();
                    let mut pairs = Vec::new();
                    for _ in 0..count {
                        let (number, value) =
                            (numbers.below(range) as i64, numbers.below(2) as i64);
                        model.insert(number, value);
                        pairs.push((number, value));
                    }
                    let pairs: Vec<_> = pairs
                        .into_iter()
                        .map(|(number, value)| (key(builder, number).word(), Term::small(value)))
                        .collect();
                    // SAFETY: the arena lives.
                    let pairs = pairs
                        .into_iter()
                        .map(|(key, value)| (unsafe { Term::from_word(key) }, value));
                    (builder.map_from_pairs(pairs).word(), model)
                };
                let ((a, model_a), (b, model_b)) = (make(builder), make(builder));
                // SAFETY: the arena lives.
                let (a, b): (Term<'_>, Term<'_>) =
                    unsafe { (Term::from_word(a), Term::from_word(b)) };
                check(a);
                check(b);
                assert_eq!(as_model(a), model_a);
                let merged = builder.map_merge(Map(a), Map(b));
                check(merged);
                let mut model = model_a.clone();
                model.extend(model_b.clone());
                assert_eq!(as_model(merged), model);
                // Merging again changes nothing and builds nothing.
                let again = builder.map_merge(Map(merged), Map(b));
                assert!(again.eq_exact(merged));
                // Part of a map merged with it.
                let mut changed = a;
                for number in model_a.keys().step_by(5) {
                    let key = key(builder, *number);
                    changed = builder.map_put(Map(changed), key, Term::small(9));
                }
                let back = builder.map_merge(Map(changed), Map(a));
                check(back);
                assert!(back.eq_exact(a));
                let forth = builder.map_merge(Map(a), Map(changed));
                assert!(forth.eq_exact(changed));
            });
        }
    });
}

#[test]
fn a_walk_in_parts_meets_every_pair_once() {
    each_hash(|| {
        for size in [1, 32, 33, 100, 1000] {
            with_builder(|builder| {
                let pairs: Vec<_> = (0..size)
                    .map(|number| (key(builder, number), Term::small(number)))
                    .collect();
                let map = builder.map_from_pairs(pairs).as_map().unwrap();
                let whole: Vec<Word> = map.iter().map(|(_, value)| value.word()).collect();
                assert_eq!(whole.len(), size as usize);
                assert_eq!(map.iter().size_hint(), (whole.len(), Some(whole.len())));
                for limit in [1, 3, 32, 5000] {
                    let (mut position, mut met) = (0, Vec::new());
                    loop {
                        let (pairs, next) = map.part(position, limit).unwrap();
                        assert!(!pairs.is_empty());
                        met.extend(pairs.iter().map(|(_, value)| value.word()));
                        match next {
                            Some(next) => assert_ne!(std::mem::replace(&mut position, next), next),
                            None => break,
                        }
                    }
                    assert_eq!(met, whole);
                }
                if size <= 32 {
                    assert!(map.part(33, 1).is_none());
                }
                // A position from anywhere is refused or yields pairs of the map.
                let mut numbers = Numbers(5);
                for _ in 0..100 {
                    if let Some((pairs, _)) = map.part(numbers.next(), 3) {
                        assert!(pairs.iter().all(|(key, _)| map.contains(*key)));
                    }
                }
            });
        }
    });
}

#[test]
fn many_keys() {
    const COUNT: i64 = 100_000;
    with_builder(|builder| {
        let mut map = builder.empty_map();
        for number in 0..COUNT {
            map = builder.map_put(Map(map), Term::small(number), Term::small(-number));
        }
        check(map);
        let mut same =
            builder.map_from_pairs((0..COUNT).rev().map(|n| (Term::small(n), Term::small(-n))));
        assert!(map.eq_exact(same));
        for number in 0..COUNT {
            let value = Map(map).get(Term::small(number));
            assert_eq!(value.and_then(Term::as_small), Some(-number));
            assert!(!Map(map).contains(Term::small(-1 - number)));
        }
        for number in 32..COUNT {
            same = builder.map_remove(Map(same), Term::small(number));
        }
        check(same);
        assert!(Map(same).is_flat() && Map(same).len() == 32);
    });
}

#[test]
fn flat_maps_share_keys() {
    with_builder(|builder| {
        let pairs: Vec<_> = (0..10)
            .map(|number| (key(builder, number), Term::small(number)))
            .collect();
        let map = builder.map_from_pairs(pairs.clone()).as_map().unwrap();
        let shares = |other: Term<'_>| {
            other
                .as_map()
                .unwrap()
                .key_tuple()
                .unwrap()
                .same(map.key_tuple().unwrap())
        };
        let updated = builder.map_update(map, pairs[3].0, Term::NIL).unwrap();
        assert!(shares(updated) && !updated.same(map.term()));
        assert!(
            builder
                .map_update(map, pairs[3].0, pairs[3].1)
                .unwrap()
                .same(map.term())
        );
        let put = builder.map_put(map, pairs[3].0, Term::TRUE);
        assert!(shares(put));
        let all = builder.map_put_all(
            map,
            &[
                (pairs[0].0, Term::NIL),
                (pairs[9].0, Term::NIL),
                (pairs[0].0, Term::TRUE),
            ],
        );
        assert!(shares(all));
        assert!(
            Map(all)
                .get(pairs[0].0)
                .unwrap()
                .is(crate::atom::known::TRUE)
        );
        assert!(builder.map_put_all(map, &pairs).same(map.term()));
        assert!(builder.map_put_all(map, &[]).same(map.term()));
        let merged = builder.map_merge(map, Map(all));
        assert!(merged.same(all));
        let absent = Term::atom(Atom::of("absent"));
        assert!(builder.map_remove(map, absent).same(map.term()));
        assert!(builder.map_take(map, absent).is_none());
        assert_eq!(
            builder
                .map_update_all(map, &[(pairs[0].0, Term::NIL), (absent, Term::NIL)])
                .map_err(|key| key.word())
                .err(),
            Some(absent.word())
        );
        assert!(
            builder
                .map_update_all(map, &[(pairs[0].0, Term::TRUE), (pairs[9].0, Term::NIL)])
                .unwrap()
                .eq_exact(all)
        );
        let (first, second) = (builder.empty_map(), builder.empty_map());
        assert!(
            Map(first)
                .key_tuple()
                .unwrap()
                .same(Map(second).key_tuple().unwrap())
        );
    });
}

#[test]
fn duplicates_are_found_and_the_last_one_counts() {
    each_hash(|| {
        for size in [3, 40, 200] {
            with_builder(|builder| {
                let mut pairs: Vec<_> = (0..size)
                    .map(|number| (key(builder, number), Term::small(number)))
                    .collect();
                assert!(builder.map_from_unique_pairs(pairs.clone()).is_some());
                for number in [0, size / 2] {
                    pairs.push((key(builder, number), Term::small(-1)));
                }
                assert!(builder.map_from_unique_pairs(pairs.clone()).is_none());
                let map = builder.map_from_pairs(pairs.clone());
                check(map);
                assert_eq!(Map(map).len(), size as usize);
                let zero = key(builder, 0);
                assert_eq!(Map(map).get(zero).unwrap().as_small(), Some(-1));
                let (start, rest) = pairs.split_at(2);
                let start = builder.map_from_pairs(start.to_vec());
                assert!(builder.map_put_all(Map(start), rest).eq_exact(map));
            });
        }
    });
}

#[test]
fn integers_and_floats_are_different_keys() {
    with_builder(|builder| {
        let float = builder.float(1.0);
        let (zero, minus) = (builder.float(0.0), builder.float(-0.0));
        let map = builder.map_from_pairs([(Term::small(1), Term::TRUE), (float, Term::FALSE)]);
        assert_eq!(Map(map).len(), 2);
        let map = builder.map_from_pairs([(zero, Term::TRUE), (minus, Term::FALSE)]);
        assert_eq!(Map(map).len(), if rules().zeroes_are_equal { 1 } else { 2 });
    });
}

#[test]
fn lists_of_keys_and_values_agree() {
    for size in [0, 5, 32, 33, 500] {
        with_builder(|builder| {
            let pairs = (0..size).map(|number| (Term::small(number), Term::small(-number)));
            let map = builder.map_from_pairs(pairs).as_map().unwrap();
            let keys = builder.map_keys(map).proper_list().unwrap();
            let values = builder.map_values(map).proper_list().unwrap();
            let mut order: Vec<i64> = map.keys().map(|key| key.as_small().unwrap()).collect();
            if !map.is_flat() && rules().map_keys_reversed {
                order.reverse();
            }
            let both = |terms: &[Term<'_>]| -> Vec<i64> {
                terms.iter().map(|t| t.as_small().unwrap()).collect()
            };
            assert_eq!(both(&keys), order);
            assert_eq!(both(&values), order.iter().map(|n| -n).collect::<Vec<_>>());
        });
    }
}

#[test]
fn collections_move_maps_whole() {
    use crate::gc::{Extent, collect};
    use crate::heap::Heap;
    let mut heap = Heap::new(233);
    let mut numbers = Numbers(3);
    let mut model = BTreeMap::new();
    let mut roots = [Word::NIL];
    for round in 0..200 {
        {
            // SAFETY: nothing collects within this block.
            let mut builder = unsafe { heap.arena.builder() };
            let mut map = if round == 0 {
                builder.empty_map()
            } else {
                // SAFETY: the root is a whole term of this heap.
                unsafe { Term::from_word(roots[0]) }
            };
            check(map);
            assert_eq!(as_model(map), model);
            for _ in 0..20 {
                let number = numbers.below(300) as i64;
                let key = key(&mut builder, number);
                if numbers.below(3) == 0 {
                    map = builder.map_remove(Map(map), key);
                    model.remove(&number);
                } else {
                    map = builder.map_put(Map(map), key, Term::small(round));
                    model.insert(number, round);
                }
            }
            roots[0] = map.word();
        }
        let extent = if round % 7 == 0 {
            Extent::Major
        } else {
            Extent::Minor
        };
        // SAFETY: the map is all that is alive; the heap's pointers are its own.
        unsafe { collect(&mut heap, 0, &mut &mut roots[..], extent, None) };
    }
}
