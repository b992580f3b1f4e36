//! Rows and their stores, against a plain model.

use super::access::ReadingAll;
use super::hash::{Clash, HashStore};
use super::registry::{Found, Right};
use super::row::Row;
use super::table::{Concurrency, Options, Table};
use super::tree::{From, Limit, TreeStore};
use super::{Kind, Protection, Trash};
use oxbeam_term::Atom;
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::heap::arena::Arena;
use oxbeam_term::{Builder, Term};
use std::collections::BTreeMap;

fn building(test: impl for<'p> FnOnce(&mut Builder<'p>)) {
    let mut arena = Arena::new();
    // SAFETY: the arena outlives the test.
    test(&mut unsafe { arena.builder() });
}

fn row(key: i64, value: i64) -> Row {
    Row::of(&[Term::small(key), Term::small(value)], 0)
}

fn value(row: &Row) -> i64 {
    row.elements()[1].as_small().expect("a number")
}

fn put(store: &mut HashStore, key: i64, value: i64, fixed: bool) {
    store.insert(row(key, value), Clash::Usual, fixed, &mut Trash::new());
}

fn walk(store: &HashStore) -> Vec<i64> {
    let mut keys = Vec::new();
    let mut next = store.first_from(0);
    while let Some(row) = next {
        keys.push(row.key().as_small().expect("a number"));
        next = store.after(row.key()).expect("a key of the table");
    }
    keys
}

#[test]
fn rows_hold_what_they_need() {
    building(|b| {
        let bytes = vec![7_u8; 100];
        let binary = b.binary(&bytes);
        let list = b.list([binary, Term::small(1)]);
        let row = Row::of(&[list, binary], 1);
        let shared = binary
            .as_bits()
            .and_then(|bits| bits.shared())
            .expect("a counted binary");
        assert_eq!(shared.references(), 3);
        assert!(row.key().eq_exact(binary));
        let copy = row.copy(b);
        assert!(copy.eq_exact(row.term()));
        assert_eq!(shared.references(), 5);
        drop(row);
        assert_eq!(shared.references(), 3);
    });
}

#[test]
fn a_set_is_a_map() {
    let mut store = HashStore::new(Kind::Set, false);
    let mut model = BTreeMap::new();
    let mut seed = 1_u64;
    for step in 0..20_000 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let key = ((seed >> 33) % 700) as i64;
        if (seed >> 60) < 10 {
            put(&mut store, key, step, false);
            model.insert(key, step);
        } else {
            store.delete(Term::small(key), false, |_| true, &mut Trash::new());
            model.remove(&key);
        }
    }
    assert_eq!(store.len(), model.len());
    for (key, expected) in &model {
        assert_eq!(store.get(Term::small(*key)).map(value), Some(*expected));
    }
    let mut keys = walk(&store);
    keys.sort_unstable();
    assert_eq!(keys, model.keys().copied().collect::<Vec<_>>());
    for key in model.keys() {
        store.delete(Term::small(*key), false, |_| true, &mut Trash::new());
    }
    assert_eq!((store.len(), store.row_words()), (0, 0));
    assert!(store.slots() <= 16);
}

#[test]
fn bags_keep_the_order_of_insertion() {
    for kind in [Kind::Bag, Kind::DuplicateBag] {
        let mut store = HashStore::new(kind, false);
        for value in [3, 1, 2, 1] {
            put(&mut store, 9, value, false);
            put(&mut store, 8, value, false);
        }
        let mut found: Vec<i64> = store.find(Term::small(9)).map(value).collect();
        found.reverse();
        let expected: &[i64] = if kind == Kind::Bag {
            &[3, 1, 2]
        } else {
            &[3, 1, 2, 1]
        };
        assert_eq!(found, expected);
        assert_eq!(walk(&store).len(), 2);
        store.delete(
            Term::small(9),
            false,
            |row| value(row) == 1,
            &mut Trash::new(),
        );
        assert!(store.find(Term::small(9)).all(|row| value(row) != 1));
    }
}

#[test]
fn a_fixed_table_can_be_walked_while_it_is_emptied() {
    for kind in [Kind::Set, Kind::Bag, Kind::DuplicateBag] {
        let mut store = HashStore::new(kind, false);
        for key in 0..500 {
            put(&mut store, key, 1, false);
            put(&mut store, key, 2, false);
        }
        let slots = store.slots();
        let mut trash = Trash::new();
        let mut seen = 0;
        let mut next = store
            .first_from(0)
            .map(|row| row.key().as_small().expect("a number"));
        while let Some(key) = next {
            seen += 1;
            store.delete(Term::small(key), true, |_| true, &mut trash);
            put(&mut store, 1_000 + key, 1, true);
            next = store
                .after(Term::small(key))
                .expect("a dead key is still there")
                .map(|row| row.key().as_small().expect("a number"))
                .filter(|_| seen < 10_000);
        }
        assert!(seen >= 500);
        assert_eq!(store.slots(), slots);
        assert!(store.get(Term::small(3)).is_none());
        assert!(store.dead_rows() >= 500);
        // A dead key lives again where it was.
        put(&mut store, 3, 5, true);
        assert_eq!(store.get(Term::small(3)).map(value), Some(5));
        store.unfixed(&mut trash);
        assert_eq!(store.dead_rows(), 0);
        let live = store.len();
        assert_eq!(walk(&store).len(), live);
    }
}

#[test]
fn what_is_deleted_while_a_fixation_ends_goes() {
    for write_concurrency in [Concurrency::Off, Concurrency::On] {
        let options = Options {
            name: Atom::of("table"),
            named: false,
            kind: Kind::Set,
            key: 0,
            protection: Protection::Public,
            compressed: false,
            write_concurrency,
            read_concurrency: false,
            decentralized_counters: false,
            heir: None,
        };
        let numbers = RefNumbers { low: 1, high: 0 };
        let table = Table::with_schedulers(2, numbers, 1, options);
        let found = Found::Reference(&table);
        for number in 0..100 {
            let mut writing = found.write(1, Term::small(number)).expect("it is there");
            let (contents, trash) = writing.parts();
            contents.insert_one(row(number, 0), false, false, trash);
        }
        table.hold();
        let mut writing = found.write(1, Term::small(7)).expect("it is there");
        let fixed = writing.is_fixed();
        assert!(fixed);
        // A walk ends without the lock, and finds nothing to do.
        assert!(table.release());
        table.settle_if_unfixed();
        let (contents, trash) = writing.parts();
        contents.delete(Term::small(7), fixed, trash);
        drop(writing);
        let reading = ReadingAll::new(&table);
        assert_eq!(reading.len(), 99);
        assert_eq!(reading.chains().map(|(_, dead)| dead), Some(0));
        drop(reading);
        assert!(found.read(1, Right::Read, Term::small(8)).is_ok());
    }
}

#[test]
fn dead_rows_are_found_after_others_have_come_and_gone() {
    building(|_| {
        let mut store = HashStore::new(Kind::Set, false);
        let mut trash = Trash::new();
        for key in 0..4_000 {
            put(&mut store, key, key, false);
        }
        for key in 0..2_000 {
            store.delete(Term::small(key), true, |_| true, &mut trash);
        }
        // The fixation is over, but nobody has cleared up yet.
        for key in 2_000..4_000 {
            store.delete(Term::small(key), false, |_| true, &mut trash);
        }
        for key in 4_000..9_000 {
            put(&mut store, key, key, false);
        }
        assert_eq!(store.dead_rows(), 2_000);
        store.unfixed(&mut trash);
        assert_eq!((store.len(), store.dead_rows()), (5_000, 0));
        assert_eq!(store.row_words(), 5_000 * 3);
        assert!(store.slots() >= 5_000);
    });
}

#[test]
fn long_chains_are_dropped_without_recursion() {
    let mut store = HashStore::new(Kind::DuplicateBag, false);
    for value in 0..200_000 {
        put(&mut store, 1, value, false);
    }
    assert_eq!(store.len(), 200_000);
}

#[test]
fn ordered_sets_order_numbers_by_value() {
    building(|b| {
        let mut store = TreeStore::new();
        let mut trash = Trash::new();
        let half = b.float(1.5);
        let float = b.float(2.0);
        for key in [Term::small(3), Term::small(1), half, Term::small(2)] {
            store.insert(Row::of(&[key], 0), Clash::Usual, &mut trash);
        }
        assert!(!store.insert(Row::of(&[float], 0), Clash::Refuse, &mut trash));
        assert!(store.insert(Row::of(&[float], 0), Clash::Usual, &mut trash));
        assert_eq!(store.len(), 4);
        let keys: Vec<bool> = store
            .forward(From::End)
            .map(|row| row.key().is_float())
            .collect();
        assert_eq!(keys, [false, true, true, false]);
        let next = store.forward(From::Beside(half)).next().map(Row::key);
        assert!(next.is_some_and(|key| key.eq_exact(float)));
        let gap = b.float(2.5);
        let before = store.backward(From::Beside(gap)).next().map(Row::key);
        assert!(before.is_some_and(|key| key.eq_exact(float)));
        let limit = Limit {
            compare: &|key| Term::small(2).cmp(key).then(std::cmp::Ordering::Greater),
        };
        let above = store.forward(From::At(&limit)).next().map(Row::key);
        assert_eq!(above.and_then(|key| key.as_small()), Some(3));
        assert!(store.remove(Term::small(2)).is_some());
        assert_eq!(store.len(), 3);
    });
}
