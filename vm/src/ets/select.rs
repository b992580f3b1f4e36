//! Walks through tables with a match specification.
//!
//! Before a walk the keys that its heads ask for are looked at: where they are bound, only their slots, or their part of an ordered_set,
//! are visited. A long walk gives the lock up now and then, and fixes a hash table meanwhile; an object that others insert, change or
//! delete while it goes on is seen or not.

use super::hash::{Clash, Edit, HashStore};
use super::parts::{Parts, Settled};
use super::registry::{Fault, Found, Right};
use super::row::Row;
use super::table::{Contents, Store, Table};
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

/// A walk under way.
pub struct Walk<'w, 's> {
    /// Which part of the table.
    pub plan: &'w Plan<'s>,
    /// What is looked for.
    pub specification: &'w MatchSpec,
    /// Runs it.
    pub runner: &'w mut Runner<'static>,
    /// The results are whole objects.
    pub whole: bool,
    /// Rows that were visited: each costs.
    pub visited: usize,
    /// A walk for a number of results stops when it has visited so many.
    pub most: usize,
}

impl Walk<'_, '_> {
    fn result<'p>(&mut self, row: &Row, builder: &mut Builder<'p>) -> Option<Term<'p>> {
        self.visited += 1;
        if self.whole {
            self.runner.run_temporary(self.specification, row.term())?;
            return Some(row.copy(builder));
        }
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

impl Found<'_> {
    /// All results, as a list: of an ordered_set in the order of keys, or against it.
    ///
    /// # Errors
    /// The table is gone, or `process` may not read it.
    pub fn select<'p>(
        &self,
        process: u64,
        walk: &mut Walk<'_, '_>,
        reverse: bool,
        builder: &mut Builder<'p>,
    ) -> Result<Term<'p>, Fault> {
        let mut list = Term::NIL;
        let plan = walk.plan;
        let visit = |row: &Row| {
            if let Some(result) = walk.result(row, builder) {
                list = builder.cons(result, list);
            }
            false
        };
        if self.kind == Kind::OrderedSet {
            // The list grows at its front, so the walk goes the other way.
            self.visit_rows(process, plan, None, !reverse, visit)?;
        } else {
            self.visit_slots(process, plan, 0, visit)?;
        }
        Ok(list)
    }
    /// About `limit` results from `start` on, or fewer if the walk may not go on; a hash table ends with a slot.
    ///
    /// # Errors
    /// The table is gone, or `process` may not read it.
    pub fn select_chunk<'p>(
        &self,
        process: u64,
        walk: &mut Walk<'_, '_>,
        start: Start<'_>,
        limit: usize,
        reverse: bool,
        builder: &mut Builder<'p>,
    ) -> Result<Chunk<'p>, Fault> {
        let mut found = Vec::new();
        let mut next = Next::End;
        let plan = walk.plan;
        if self.kind == Kind::OrderedSet {
            let behind = match start {
                Start::Behind(key) => Some(key),
                _ => None,
            };
            let visit = |row: &Row| {
                found.extend(walk.result(row, builder));
                let enough = (found.len() >= limit || walk.visited >= walk.most)
                    && !matches!(plan, Plan::Keys(_));
                if enough {
                    next = Next::Behind(copy_all(row.key(), builder));
                }
                enough
            };
            self.visit_rows(process, plan, behind, reverse, visit)?;
        } else {
            let slot = match start {
                Start::Slot(slot) => slot,
                _ => 0,
            };
            let visit = |row: &Row| {
                found.extend(walk.result(row, builder));
                found.len() >= limit || walk.visited >= walk.most
            };
            if let Some(slot) = self.visit_slots(process, plan, slot, visit)? {
                next = Next::Slot(slot);
            }
        }
        Ok(Chunk { found, next })
    }
    /// How many results are `true`.
    ///
    /// # Errors
    /// The table is gone, or `process` may not read it.
    pub fn select_count(&self, process: u64, walk: &mut Walk<'_, '_>) -> Result<usize, Fault> {
        let mut count = 0;
        let plan = walk.plan;
        let visit = |row: &Row| {
            count += usize::from(walk.is_true(row));
            false
        };
        if self.kind == Kind::OrderedSet {
            self.visit_rows(process, plan, None, false, visit)?;
        } else {
            self.visit_slots(process, plan, 0, visit)?;
        }
        Ok(count)
    }
    /// Deletes the objects whose result is `true`; their number.
    ///
    /// # Errors
    /// The table is gone, or `process` may not write it.
    pub fn select_delete(&self, process: u64, walk: &mut Walk<'_, '_>) -> Result<usize, Fault> {
        let mut count = 0;
        let plan = walk.plan;
        self.edit(process, plan, |row| {
            if walk.is_true(row) {
                count += 1;
                Edit::Delete
            } else {
                Edit::Keep
            }
        })?;
        Ok(count)
    }
    /// Replaces objects by their results, which have the same key; how many.
    ///
    /// # Errors
    /// The table is gone, or `process` may not write it.
    pub fn select_replace(&self, process: u64, walk: &mut Walk<'_, '_>) -> Result<usize, Fault> {
        let (key, plan) = (self.key, walk.plan);
        let mut count = 0;
        self.edit(process, plan, |row| match walk.replacement(row, key) {
            Some(new) => {
                count += 1;
                Edit::Replace(new)
            }
            None => Edit::Keep,
        })?;
        Ok(count)
    }
    fn edit(
        &self,
        process: u64,
        plan: &Plan<'_>,
        visit: impl FnMut(&Row) -> Edit,
    ) -> Result<(), Fault> {
        if self.kind == Kind::OrderedSet {
            self.edit_rows(process, plan, visit)
        } else {
            self.edit_slots(process, plan, visit)
        }
    }
    /// Visits the rows of a hash table from a slot on, slot by slot, until `visit` has said that it is enough: then the next slot.
    fn visit_slots(
        &self,
        process: u64,
        plan: &Plan<'_>,
        start: usize,
        mut visit: impl FnMut(&Row) -> bool,
    ) -> Result<Option<usize>, Fault> {
        let check = || self.check(process, Right::Read);
        match plan {
            Plan::Nothing => return check().map(|()| None),
            Plan::Keys(keys) if keys.len() == 1 => {
                let key = keys[0].0;
                let contents = self.parts.read(key);
                check()?;
                if let Store::Hash(hash) = &contents.store {
                    for row in hash.slot(hash.slot_of_key(key)) {
                        visit(row);
                    }
                }
                return Ok(None);
            }
            Plan::Keys(keys) => {
                let parts = self.parts.all(&None);
                for (part, keys) in by_part(&self.parts, keys) {
                    let contents = parts[part].read();
                    check()?;
                    let Store::Hash(hash) = &contents.store else {
                        continue;
                    };
                    for slot in slots(hash, &keys) {
                        for row in hash.slot(slot) {
                            visit(row);
                        }
                    }
                }
                return Ok(None);
            }
            Plan::Everything | Plan::Range(..) => {}
        }
        let parts = self.parts.all(&None);
        let mut hold = Hold(None);
        let (mut part, mut slot) = place(start);
        while part < parts.len() {
            let contents = parts[part].read();
            check()?;
            let Store::Hash(hash) = &contents.store else {
                break;
            };
            let mut left = STEPS_AT_ONCE;
            loop {
                if slot >= hash.slots() {
                    (part, slot) = (part + 1, 0);
                    break;
                }
                let mut enough = false;
                for row in hash.slot(slot) {
                    enough = visit(row);
                    left = left.saturating_sub(STEPS_OF_ROW);
                }
                slot += 1;
                if enough {
                    if slot < hash.slots() {
                        return Ok(Some(slot_at(part, slot)));
                    }
                    let more = part + 1 < parts.len();
                    return Ok(more.then(|| slot_at(part + 1, 0)));
                }
                left = left.saturating_sub(1);
                if left == 0 {
                    // Others may have the lock, but slots must stay as they are.
                    hold.hold(self);
                    break;
                }
            }
        }
        Ok(None)
    }
    /// Visits the rows of an ordered_set from an end, or from behind a key, until `visit` has said that it is enough.
    fn visit_rows(
        &self,
        process: u64,
        plan: &Plan<'_>,
        behind: Option<Term<'_>>,
        reverse: bool,
        mut visit: impl FnMut(&Row) -> bool,
    ) -> Result<(), Fault> {
        let settled = self.parts.settle();
        let parts = self.parts.all(&settled);
        let check = || self.check(process, Right::Read);
        if let Plan::Keys(keys) = plan {
            for key in keys {
                let contents = parts[self.parts.index(key.0, &settled)].read();
                check()?;
                if let Some(row) = contents.any(key.0) {
                    visit(row);
                }
            }
            return Ok(());
        }
        let mut stops = Stops::new(plan, behind, reverse);
        let mut index = stops.first_part(&self.parts, &settled);
        loop {
            let contents = parts[index].read();
            check()?;
            let Store::Tree(tree) = &contents.store else {
                return Ok(());
            };
            match stops.walk(tree, &mut visit) {
                Stop::Done => return Ok(()),
                Stop::Pause => {}
                Stop::EndOfPart => match next_part(index, parts.len(), reverse) {
                    Some(next) => index = next,
                    None => return Ok(()),
                },
            }
        }
    }
    /// Visits the rows of a hash table and does with each as `visit` says.
    fn edit_slots(
        &self,
        process: u64,
        plan: &Plan<'_>,
        mut visit: impl FnMut(&Row) -> Edit,
    ) -> Result<(), Fault> {
        let parts = self.parts.all(&None);
        let check = || self.check(process, Right::Write);
        match plan {
            Plan::Nothing => return check(),
            Plan::Keys(keys) => {
                for (part, keys) in by_part(&self.parts, keys) {
                    let mut trash = Trash::new();
                    let mut contents = parts[part].write();
                    check()?;
                    let fixed = self.is_fixed();
                    let Store::Hash(hash) = &mut contents.store else {
                        continue;
                    };
                    for slot in slots(hash, &keys) {
                        hash.edit_slot(slot, fixed, &mut visit, &mut trash);
                    }
                    if fixed {
                        self.note_written();
                    } else {
                        hash.shrink();
                    }
                    drop(contents);
                    if fixed {
                        self.settle_if_unfixed();
                    }
                }
                return Ok(());
            }
            Plan::Everything | Plan::Range(..) => {}
        }
        let mut hold = Hold(None);
        let (mut part, mut slot) = (0, 0);
        while part < parts.len() {
            // Dropped after the lock.
            let mut trash = Trash::new();
            let mut contents = parts[part].write();
            check()?;
            let fixed = self.is_fixed();
            let Store::Hash(hash) = &mut contents.store else {
                break;
            };
            let mut left = STEPS_AT_ONCE;
            loop {
                if slot >= hash.slots() {
                    (part, slot) = (part + 1, 0);
                    if !fixed {
                        hash.shrink();
                    }
                    break;
                }
                let counting = |row: &Row| {
                    left = left.saturating_sub(STEPS_OF_ROW);
                    visit(row)
                };
                hash.edit_slot(slot, fixed, counting, &mut trash);
                slot += 1;
                left = left.saturating_sub(1);
                if left == 0 {
                    hold.hold(self);
                    break;
                }
            }
            if fixed {
                self.note_written();
            }
            drop(contents);
            if fixed {
                self.settle_if_unfixed();
            }
        }
        Ok(())
    }
    /// Visits the rows of an ordered_set and does with each as `visit` says.
    fn edit_rows(
        &self,
        process: u64,
        plan: &Plan<'_>,
        mut visit: impl FnMut(&Row) -> Edit,
    ) -> Result<(), Fault> {
        let settled = self.parts.settle();
        let parts = self.parts.all(&settled);
        let check = || self.check(process, Right::Write);
        let mut edits = Edits::default();
        if let Plan::Keys(keys) = plan {
            for key in keys {
                let mut trash = Trash::new();
                let mut contents = parts[self.parts.index(key.0, &settled)].write();
                check()?;
                if let Some(row) = contents.any(key.0) {
                    edits.note(row, visit(row));
                }
                edits.apply(&mut contents, &mut trash);
                drop(contents);
            }
            return Ok(());
        }
        let mut stops = Stops::new(plan, None, false);
        let mut index = stops.first_part(&self.parts, &settled);
        loop {
            // Dropped after the lock.
            let mut trash = Trash::new();
            let mut contents = parts[index].write();
            check()?;
            let Store::Tree(tree) = &contents.store else {
                return Ok(());
            };
            let stop = stops.walk(tree, &mut |row| {
                edits.note(row, visit(row));
                false
            });
            edits.apply(&mut contents, &mut trash);
            drop(contents);
            match stop {
                Stop::Done => return Ok(()),
                Stop::Pause => {}
                Stop::EndOfPart => match next_part(index, parts.len(), false) {
                    Some(next) => index = next,
                    None => return Ok(()),
                },
            }
        }
    }
}

/// What a walk does before it gives the lock up for a moment.
const STEPS_AT_ONCE: usize = 10_000;
/// What a row is worth beside an empty slot.
const STEPS_OF_ROW: usize = 5;

/// Place of a slot among those of all parts.
fn slot_at(part: usize, slot: usize) -> usize {
    part << 32 | slot
}

fn place(slot: usize) -> (usize, usize) {
    (slot >> 32, slot & 0xffff_ffff)
}

fn next_part(index: usize, parts: usize, reverse: bool) -> Option<usize> {
    if reverse {
        index.checked_sub(1)
    } else {
        Some(index + 1).filter(|&next| next < parts)
    }
}

/// Keeps a table from growing and shrinking while a walk gives its lock up.
struct Hold<'t>(Option<&'t Table>);

impl<'t> Hold<'t> {
    fn hold(&mut self, table: &'t Table) {
        if self.0.is_none() {
            table.hold();
            self.0 = Some(table);
        }
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        if let Some(table) = self.0
            && table.release()
        {
            table.settle_if_unfixed();
        }
    }
}

/// Keys by the hash part that they are in, in order.
fn by_part<'s>(parts: &Parts, keys: &[Key<'s>]) -> SmallVec<[(usize, SmallVec<[Key<'s>; 1]>); 4]> {
    let mut all: SmallVec<[(usize, SmallVec<[Key<'s>; 1]>); 4]> = SmallVec::new();
    for &key in keys {
        let part = parts.hash_index(key.0);
        match all.iter_mut().find(|(other, _)| *other == part) {
            Some((_, keys)) => keys.push(key),
            None => all.push((part, SmallVec::from_elem(key, 1))),
        }
    }
    all.sort_unstable_by_key(|(part, _)| *part);
    all
}

/// Slots of keys.
fn slots(hash: &HashStore, keys: &[Key<'_>]) -> SmallVec<[usize; 4]> {
    let mut slots: SmallVec<[usize; 4]> = keys.iter().map(|key| hash.slot_of_key(key.0)).collect();
    slots.sort_unstable();
    slots.dedup();
    slots
}

/// Why a walk over a part of an ordered_set has stopped.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Stop {
    /// There is nothing left to see.
    Done,
    /// For others.
    Pause,
    /// The part has been seen.
    EndOfPart,
}

/// A walk over an ordered_set that stops now and then.
struct Stops<'k, 's> {
    plan: &'k Plan<'s>,
    reverse: bool,
    behind: Option<Term<'k>>,
    /// The key that was seen last before a pause.
    last: Option<Row>,
}

impl<'k, 's> Stops<'k, 's> {
    fn new(plan: &'k Plan<'s>, behind: Option<Term<'k>>, reverse: bool) -> Stops<'k, 's> {
        Stops {
            plan,
            reverse,
            behind,
            last: None,
        }
    }
    /// Calls `go` with the place to begin at.
    fn from<R>(&self, go: impl FnOnce(From<'_>) -> R) -> R {
        if let Some(last) = &self.last {
            return go(From::Beside(last.key()));
        }
        if let Some(behind) = self.behind {
            return go(From::Beside(behind));
        }
        let &Plan::Range(least, most) = self.plan else {
            return go(From::End);
        };
        if self.reverse {
            let above = |key: Term<'_>| match compare_bound(most.0, key) {
                Ordering::Less => Ordering::Less,
                _ => Ordering::Greater,
            };
            go(From::At(&Limit { compare: &above }))
        } else {
            let below = |key: Term<'_>| match compare_bound(least.0, key) {
                Ordering::Greater => Ordering::Greater,
                _ => Ordering::Less,
            };
            go(From::At(&Limit { compare: &below }))
        }
    }
    fn first_part(&self, parts: &Parts, settled: &Settled<'_>) -> usize {
        parts.ranges().map_or(0, |ranges| {
            self.from(|from| ranges.start(settled, from, self.reverse))
        })
    }
    fn walk(&mut self, tree: &TreeStore, visit: &mut impl FnMut(&Row) -> bool) -> Stop {
        if matches!(self.plan, Plan::Nothing) {
            return Stop::Done;
        }
        let mut left = STEPS_AT_ONCE / STEPS_OF_ROW;
        let mut last = None;
        let (plan, reverse) = (self.plan, self.reverse);
        let mut step = |row: &Row| {
            let within = match plan {
                Plan::Range(least, _) if reverse => compare_bound(least.0, row.key()).is_le(),
                Plan::Range(_, most) => compare_bound(most.0, row.key()).is_ge(),
                _ => true,
            };
            if !within || visit(row) {
                return Some(Stop::Done);
            }
            left -= 1;
            (left == 0).then(|| {
                last = Some(Row::of_key(row));
                Stop::Pause
            })
        };
        let stop = self.from(|from| {
            if reverse {
                tree.backward(from).find_map(&mut step)
            } else {
                tree.forward(from).find_map(&mut step)
            }
        });
        if last.is_some() {
            self.last = last;
        }
        stop.unwrap_or(Stop::EndOfPart)
    }
}

/// What is to be done with rows of an ordered_set that were visited.
#[derive(Default)]
struct Edits {
    doomed: Vec<Word>,
    new: Vec<Row>,
}

impl Edits {
    fn note(&mut self, row: &Row, edit: Edit) {
        match edit {
            Edit::Keep => {}
            Edit::Delete => self.doomed.push(row.key().word()),
            Edit::Replace(new) => self.new.push(new),
        }
    }
    fn apply(&mut self, contents: &mut Contents, trash: &mut Trash) {
        let Store::Tree(tree) = &mut contents.store else {
            return;
        };
        for key in self.doomed.drain(..) {
            // SAFETY: the key of a row that is still there, and then in the trash.
            let key = unsafe { Term::from_word(key) };
            trash.extend(tree.remove(key));
        }
        for row in self.new.drain(..) {
            tree.insert(row, Clash::Usual, trash);
        }
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
