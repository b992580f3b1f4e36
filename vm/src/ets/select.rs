//! Walks through tables with a match specification.
//!
//! Before a walk the keys that its heads ask for are looked at: where they are bound, only their slots, or their part of an ordered_set,
//! are visited.

use super::hash::{Edit, HashStore};
use super::row::Row;
use super::table::{Contents, Store};
use super::tree::{From, Limit, TreeStore};
use super::{Kind, Trash};
use crate::match_spec::pattern::{Bound, bound, compare_bound, is_variable, is_variable_atom};
use crate::match_spec::{MatchSpec, Runner, Subject};
use oxbeam_term::atom::known;
use oxbeam_term::copy::copy_all;
use oxbeam_term::{Builder, Term, View, Word};
use smallvec::SmallVec;
use std::cmp::Ordering;

/// The part of a table in which there may be matches.
#[derive(Debug)]
pub enum Plan<'s> {
    /// None.
    Nothing,
    /// All of it.
    Everything,
    /// Objects with these keys.
    Keys(SmallVec<[Key<'s>; 4]>),
    /// Of an ordered_set, the keys from what the first pattern matches to what the second does.
    Range(Key<'s>, Key<'s>),
}

/// A key, or a pattern for one.
#[derive(Copy, Clone)]
pub struct Key<'s>(pub Term<'s>);

impl std::fmt::Debug for Key<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        oxbeam_term::print::display(self.0, formatter, 100)
    }
}

/// Where a walk in parts begins.
#[derive(Copy, Clone)]
pub enum Start<'s> {
    /// At the beginning.
    Beginning,
    /// At this slot.
    Slot(usize),
    /// Behind this key.
    Behind(Term<'s>),
}

/// Where it goes on.
pub enum Next<'p> {
    /// Nowhere: all has been seen.
    End,
    /// At this slot.
    Slot(usize),
    /// Behind this key.
    Behind(Term<'p>),
}

/// Part of a walk.
pub struct Chunk<'p> {
    /// Results, in the order in which they were found.
    pub found: Vec<Term<'p>>,
    /// Where to go on.
    pub next: Next<'p>,
}

/// Which objects a specification, whose form was checked, can match in a table of this kind.
pub fn plan<'s>(specification: Term<'s>, kind: Kind, key: usize) -> Plan<'s> {
    let ordered = kind == Kind::OrderedSet;
    let mut keys: SmallVec<[Key<'s>; 4]> = SmallVec::new();
    let mut partly = false;
    for clause in specification.list_iter() {
        let Some(head) = clause
            .as_tuple()
            .and_then(|clause: oxbeam_term::boxed::tuple::Tuple<'s>| clause.get(0))
        else {
            continue;
        };
        if head.is(known::ANY) || is_variable(head) {
            return Plan::Everything;
        }
        let Some(pattern) = head
            .as_tuple()
            .and_then(|head: oxbeam_term::boxed::tuple::Tuple<'s>| head.get(key))
        else {
            continue;
        };
        match bound(pattern) {
            Bound::Fully => {}
            Bound::Partly if ordered => partly = true,
            Bound::Partly | Bound::Not => return Plan::Everything,
        }
        let known_already = keys.iter().any(|other| {
            if ordered {
                other.0.eq_arith(pattern)
            } else {
                other.0.eq_exact(pattern)
            }
        });
        if !known_already {
            keys.push(Key(pattern));
        }
    }
    let Some(&first) = keys.first() else {
        return Plan::Nothing;
    };
    if !ordered || keys.len() == 1 && !partly {
        return Plan::Keys(keys);
    }
    let (mut least, mut most) = (first, first);
    for &key in &keys[1..] {
        if reaches(key.0, least.0, Ordering::Less) {
            least = key;
        }
        if reaches(key.0, most.0, Ordering::Greater) {
            most = key;
        }
    }
    Plan::Range(least, most)
}

/// Can the first pattern match keys that are less (or greater) than all that the second matches?
fn reaches(one: Term<'_>, other: Term<'_>, side: Ordering) -> bool {
    let open = |term: Term<'_>| {
        term.as_atom()
            .is_some_and(|atom| atom == known::ANY || is_variable_atom(atom))
    };
    let mut work: SmallVec<[(Term<'_>, Term<'_>); 16]> = SmallVec::new();
    work.push((one, other));
    while let Some((one, other)) = work.pop() {
        if open(other) {
            return false;
        }
        if open(one) {
            return true;
        }
        match (one.view(), other.view()) {
            (View::Cons(one), View::Cons(other)) => {
                work.push((one.tail(), other.tail()));
                work.push((one.head(), other.head()));
            }
            (View::Tuple(one), View::Tuple(other)) if one.len() == other.len() => {
                let pairs = one.elements().iter().zip(other.elements()).rev();
                work.extend(pairs.map(|(&a, &b)| (a, b)));
            }
            _ => match one.cmp(other) {
                Ordering::Equal => {}
                unequal => return unequal == side,
            },
        }
    }
    false
}

/// Rows of an ordered_set within a plan, from an end or from behind a key.
fn walk<'t, 's>(
    tree: &'t TreeStore,
    plan: &Plan<'s>,
    behind: Option<Term<'_>>,
    reverse: bool,
) -> Box<dyn Iterator<Item = &'t Row> + 't>
where
    's: 't,
{
    match plan {
        Plan::Nothing => Box::new(std::iter::empty()),
        Plan::Keys(keys) => {
            let rows: Vec<&'t Row> = keys.iter().filter_map(|key| tree.get(key.0)).collect();
            Box::new(rows.into_iter())
        }
        Plan::Everything => {
            let from = behind.map_or(From::End, From::Beside);
            if reverse {
                Box::new(tree.backward(from))
            } else {
                Box::new(tree.forward(from))
            }
        }
        &Plan::Range(least, most) => {
            let below = |key: Term<'_>| match compare_bound(least.0, key) {
                Ordering::Greater => Ordering::Greater,
                _ => Ordering::Less,
            };
            let above = |key: Term<'_>| match compare_bound(most.0, key) {
                Ordering::Less => Ordering::Less,
                _ => Ordering::Greater,
            };
            if reverse {
                let limit = Limit { compare: &above };
                let from = behind.map_or(From::At(&limit), From::Beside);
                Box::new(
                    tree.backward(from)
                        .take_while(move |row| compare_bound(least.0, row.key()).is_le()),
                )
            } else {
                let limit = Limit { compare: &below };
                let from = behind.map_or(From::At(&limit), From::Beside);
                Box::new(
                    tree.forward(from)
                        .take_while(move |row| compare_bound(most.0, row.key()).is_ge()),
                )
            }
        }
    }
}

/// Slots of a hash table within a plan.
fn slots(hash: &HashStore, plan: &Plan<'_>) -> Box<dyn Iterator<Item = usize>> {
    match plan {
        Plan::Nothing => Box::new(std::iter::empty()),
        Plan::Everything | Plan::Range(..) => Box::new(0..hash.slots()),
        Plan::Keys(keys) => {
            let mut slots: SmallVec<[usize; 4]> =
                keys.iter().map(|key| hash.slot_of_key(key.0)).collect();
            slots.sort_unstable();
            slots.dedup();
            Box::new(slots.into_iter())
        }
    }
}

/// A walk under way.
pub struct Walk<'w, 's> {
    /// Which part of the table.
    pub plan: &'w Plan<'s>,
    /// What is looked for.
    pub specification: &'w MatchSpec,
    /// Runs it.
    pub runner: &'w mut Runner<'static>,
    /// Rows that were visited: each costs.
    pub visited: usize,
}

impl Walk<'_, '_> {
    fn result<'p>(&mut self, row: &Row, builder: &mut Builder<'p>) -> Option<Term<'p>> {
        self.visited += 1;
        self.runner.run(
            self.specification,
            Subject::Term(row.term()),
            false,
            builder,
        )
    }
    fn is_true(&mut self, row: &Row) -> bool {
        self.visited += 1;
        self.runner.is_true(self.specification, row.term())
    }
    fn replacement(&mut self, row: &Row, key: usize) -> Option<Row> {
        self.visited += 1;
        let result = self.runner.run_temporary(self.specification, row.term())?;
        let elements = result.tuple_elements()?;
        elements
            .get(key)
            .is_some_and(|new| new.eq_exact(row.key()))
            .then(|| Row::of(elements, key))
    }
}

impl Contents {
    /// All results, as a list: of an ordered_set in the order of keys, or against it.
    pub fn select<'p>(
        &self,
        walk_over: &mut Walk<'_, '_>,
        reverse: bool,
        builder: &mut Builder<'p>,
    ) -> Term<'p> {
        let mut list = Term::NIL;
        match &self.store {
            Store::Hash(hash) => {
                for slot in slots(hash, walk_over.plan) {
                    for row in hash.slot(slot) {
                        if let Some(result) = walk_over.result(row, builder) {
                            list = builder.cons(result, list);
                        }
                    }
                }
            }
            Store::Tree(tree) => {
                // The list grows at its front, so the walk goes the other way.
                for row in walk(tree, walk_over.plan, None, !reverse) {
                    if let Some(result) = walk_over.result(row, builder) {
                        list = builder.cons(result, list);
                    }
                }
            }
        }
        list
    }
    /// About `limit` results from `start` on; a hash table ends with a slot.
    pub fn select_chunk<'p>(
        &self,
        walk_over: &mut Walk<'_, '_>,
        start: Start<'_>,
        limit: usize,
        reverse: bool,
        builder: &mut Builder<'p>,
    ) -> Chunk<'p> {
        let mut found = Vec::new();
        let mut next = Next::End;
        match &self.store {
            Store::Hash(hash) => {
                if let Plan::Everything = walk_over.plan {
                    let mut slot = match start {
                        Start::Slot(slot) => slot,
                        _ => 0,
                    };
                    while slot < hash.slots() {
                        for row in hash.slot(slot) {
                            found.extend(walk_over.result(row, builder));
                        }
                        slot += 1;
                        if found.len() >= limit && slot < hash.slots() {
                            next = Next::Slot(slot);
                            break;
                        }
                    }
                } else {
                    for slot in slots(hash, walk_over.plan) {
                        for row in hash.slot(slot) {
                            found.extend(walk_over.result(row, builder));
                        }
                    }
                }
            }
            Store::Tree(tree) => {
                let behind = match start {
                    Start::Behind(key) => Some(key),
                    _ => None,
                };
                for row in walk(tree, walk_over.plan, behind, reverse) {
                    found.extend(walk_over.result(row, builder));
                    if found.len() >= limit && !matches!(walk_over.plan, Plan::Keys(_)) {
                        next = Next::Behind(copy_all(row.key(), builder));
                        break;
                    }
                }
            }
        }
        Chunk { found, next }
    }
    /// How many results are `true`.
    pub fn select_count(&self, walk_over: &mut Walk<'_, '_>) -> usize {
        match &self.store {
            Store::Hash(hash) => slots(hash, walk_over.plan)
                .flat_map(|slot| hash.slot(slot))
                .filter(|row| walk_over.is_true(row))
                .count(),
            Store::Tree(tree) => walk(tree, walk_over.plan, None, false)
                .filter(|row| walk_over.is_true(row))
                .count(),
        }
    }
    /// Deletes the objects whose result is `true`; their number.
    pub fn select_delete(
        &mut self,
        walk_over: &mut Walk<'_, '_>,
        fixed: bool,
        trash: &mut Trash,
    ) -> usize {
        let before = self.len();
        match &mut self.store {
            Store::Hash(hash) => {
                for slot in slots(hash, walk_over.plan) {
                    let visit = |row: &Row| {
                        if walk_over.is_true(row) {
                            Edit::Delete
                        } else {
                            Edit::Keep
                        }
                    };
                    hash.edit_slot(slot, fixed, visit, trash);
                }
                if !fixed {
                    hash.shrink();
                }
            }
            Store::Tree(tree) => {
                let doomed: Vec<Word> = walk(tree, walk_over.plan, None, false)
                    .filter(|row| walk_over.is_true(row))
                    .map(|row| row.key().word())
                    .collect();
                for key in doomed {
                    // SAFETY: the key of a row that is still there, and then in the trash.
                    let key = unsafe { Term::from_word(key) };
                    trash.extend(tree.remove(key));
                }
            }
        }
        before - self.len()
    }
    /// Replaces objects by their results, which have the same key; how many.
    pub fn select_replace(&mut self, walk_over: &mut Walk<'_, '_>, trash: &mut Trash) -> usize {
        let key = self.key;
        let mut count = 0;
        match &mut self.store {
            Store::Hash(hash) => {
                for slot in slots(hash, walk_over.plan) {
                    let visit = |row: &Row| match walk_over.replacement(row, key) {
                        Some(new) => {
                            count += 1;
                            Edit::Replace(new)
                        }
                        None => Edit::Keep,
                    };
                    hash.edit_slot(slot, false, visit, trash);
                }
            }
            Store::Tree(tree) => {
                let new: Vec<Row> = walk(tree, walk_over.plan, None, false)
                    .filter_map(|row| walk_over.replacement(row, key))
                    .collect();
                count = new.len();
                for row in new {
                    tree.insert(row, super::hash::Clash::Usual, trash);
                }
            }
        }
        count
    }
}

/// Do all clauses of a specification, whose form was checked, certainly give a tuple with the key of the object that they match?
pub fn keeps_keys(specification: Term<'_>, key: usize) -> bool {
    specification.list_iter().all(|clause| {
        clause
            .as_tuple_of()
            .is_some_and(|[head, _, body]| keeps_key(head, body, key).is_some())
    })
}

fn keeps_key(head: Term<'_>, body: Term<'_>, key: usize) -> Option<()> {
    let cell = body.as_cons().filter(|cell| cell.tail().is_nil())?;
    let result = cell.head();
    if result.is(known::DOLLAR_UNDERSCORE) {
        return Some(());
    }
    let pattern = head.tuple_elements()?.get(key)?;
    let (tuple, constant) = match result.tuple_elements()? {
        [name, tuple] if name.is(known::CONST) => (tuple, true),
        [tuple] => (tuple, false),
        _ => return None,
    };
    let given = tuple.tuple_elements()?.get(key)?;
    if same_key(*pattern, *given, constant) {
        return Some(());
    }
    let [function, position, whole] = given.as_tuple_of().filter(|_| !constant)?;
    (function.is(known::ELEMENT)
        && whole.is(known::DOLLAR_UNDERSCORE)
        && position.as_small() == i64::try_from(key + 1).ok())
    .then_some(())
}

/// Does the expression `given` always build the term that `pattern` has matched?
fn same_key(pattern: Term<'_>, given: Term<'_>, constant: bool) -> bool {
    let mut work: SmallVec<[(Term<'_>, Term<'_>, bool); 8]> = SmallVec::new();
    work.push((pattern, given, constant));
    while let Some((pattern, given, constant)) = work.pop() {
        match given.view() {
            View::Cons(given) => {
                let Some(pattern) = pattern.as_cons() else {
                    return false;
                };
                work.push((pattern.tail(), given.tail(), constant));
                work.push((pattern.head(), given.head(), constant));
            }
            View::Tuple(tuple) => {
                let mut elements = tuple.elements();
                if !constant {
                    match elements {
                        [inner] if inner.is_tuple() => {
                            elements = inner.tuple_elements().unwrap_or(&[]);
                        }
                        [name, value] if name.is(known::CONST) => {
                            work.push((pattern, *value, true));
                            continue;
                        }
                        _ => return false,
                    }
                }
                let Some(pattern) = pattern
                    .tuple_elements()
                    .filter(|pattern| pattern.len() == elements.len())
                else {
                    return false;
                };
                let pairs = pattern.iter().zip(elements);
                work.extend(pairs.map(|(&one, &other)| (one, other, constant)));
            }
            // What else a map in the head matched is not known.
            View::Map(_) => return false,
            _ if given.word().is_immediate() => {
                let special = given.as_atom().is_some_and(|atom| {
                    matches!(
                        atom,
                        known::ANY | known::DOLLAR_DOLLAR | known::DOLLAR_UNDERSCORE
                    ) || constant && is_variable_atom(atom)
                });
                if special || !given.same(pattern) {
                    return false;
                }
            }
            _ if !given.eq_exact(pattern) => return false,
            _ => {}
        }
    }
    true
}
