//! Storage of set, bag and duplicate_bag tables: linear hashing, as `erl_db_hash.c` does it.
//!
//! Rows of one slot form a chain; rows with the same key follow one another in it, the newest first. The table grows and shrinks by one
//! slot at a time, never while it is fixed: then slots stay, and deleted rows stay as dead ones, so that a walk by key or by slot finds
//! its way. The first dead row of a key is enough for that.

use super::row::Row;
use super::{Kind, Trash};
use oxbeam_term::hash::internal_hash;
use oxbeam_term::{Term, Word};
use smallvec::SmallVec;

/// Slots that a table has at least.
const LEAST: usize = 16;
/// Slots that a part of a table has at least.
const LEAST_OF_PART: usize = 4;

/// Rows by the hash of their key.
pub(crate) struct HashStore {
    kind: Kind,
    /// Slots that there are at least; a power of two.
    least: usize,
    slots: Vec<Option<Row>>,
    /// One less than the power of two that the number of slots has not passed yet.
    mask: usize,
    live: usize,
    words: usize,
    /// Slots that may have dead rows.
    dead: Vec<usize>,
}

/// What an insertion does where the key is there already.
#[derive(Copy, Clone, PartialEq, Eq)]
pub(crate) enum Clash {
    /// The table's kind says.
    Usual,
    /// Nothing is inserted.
    Refuse,
}

#[inline]
fn hash_of(key: Term<'_>) -> u32 {
    internal_hash(key, 0) as u32
}

impl HashStore {
    /// No rows; with `part`, few are expected.
    pub(crate) fn new(kind: Kind, part: bool) -> HashStore {
        let least = if part { LEAST_OF_PART } else { LEAST };
        HashStore {
            kind,
            least,
            slots: (0..least).map(|_| None).collect(),
            mask: least - 1,
            live: 0,
            words: 0,
            dead: Vec::new(),
        }
    }
    /// Are few rows expected?
    pub(crate) fn is_part(&self) -> bool {
        self.least == LEAST_OF_PART
    }
    /// Number of objects.
    pub(crate) fn len(&self) -> usize {
        self.live
    }
    /// Words that the rows take.
    pub(crate) fn row_words(&self) -> usize {
        self.words
    }
    /// Number of slots.
    pub(crate) fn slots(&self) -> usize {
        self.slots.len()
    }
    /// Number of rows deleted while the table was fixed that are still there.
    pub(crate) fn dead_rows(&self) -> usize {
        let mut slots = self.dead.clone();
        slots.sort_unstable();
        slots.dedup();
        slots
            .iter()
            .map(|&slot| self.chain(slot).filter(|row| row.is_dead()).count())
            .sum()
    }
    #[inline(always)]
    fn slot_of(&self, hash: u32) -> usize {
        let slot = hash as usize & self.mask;
        if slot < self.slots.len() {
            slot
        } else {
            slot & (self.mask >> 1)
        }
    }
    /// The slot of a key.
    pub(crate) fn slot_of_key(&self, key: Term<'_>) -> usize {
        self.slot_of(hash_of(key))
    }
    fn chain(&self, slot: usize) -> impl Iterator<Item = &Row> {
        let mut next = self.slots.get(slot).and_then(Option::as_ref);
        std::iter::from_fn(move || {
            let row = next?;
            next = row.next();
            Some(row)
        })
    }
    /// Live rows of a slot, in the order of the chain.
    pub(crate) fn slot(&self, slot: usize) -> impl Iterator<Item = &Row> {
        self.chain(slot).filter(|row| !row.is_dead())
    }
    /// The first row with this key, dead or alive.
    #[inline]
    fn position(&self, key: Term<'_>) -> Option<&Row> {
        let hash = hash_of(key);
        let mut next = self.slots[self.slot_of(hash)].as_ref();
        while let Some(row) = next {
            if has_key(row, key, hash) {
                return Some(row);
            }
            next = row.next();
        }
        None
    }
    /// The live rows with this key, newest first.
    pub(crate) fn find<'a>(&'a self, key: Term<'a>) -> impl Iterator<Item = &'a Row> {
        let mut next = self.position(key);
        std::iter::from_fn(move || {
            loop {
                let row = next?;
                next = row
                    .next()
                    .filter(|other| other.hash() == row.hash() && other.key().eq_exact(row.key()));
                if !row.is_dead() {
                    return Some(row);
                }
            }
        })
    }
    /// The newest live row with this key.
    #[inline]
    pub(crate) fn get(&self, key: Term<'_>) -> Option<&Row> {
        let first = self.position(key)?;
        if !first.is_dead() {
            return Some(first);
        }
        let mut next = first.next();
        while let Some(row) = next {
            if row.hash() != first.hash() || !row.key().eq_exact(first.key()) {
                return None;
            }
            if !row.is_dead() {
                return Some(row);
            }
            next = row.next();
        }
        None
    }
    /// Sets an element of the live row of a set with this key to an immediate, as [`Row::set_immediate`] does.
    pub(crate) fn set_immediate(&mut self, key: Term<'_>, index: usize, value: Word) -> bool {
        match self.get(key) {
            // SAFETY: the store is borrowed exclusively.
            Some(row) => unsafe { row.set_immediate(index, value) },
            None => false,
        }
    }
    /// The first live row from slot `slot` on.
    pub(crate) fn first_from(&self, slot: usize) -> Option<&Row> {
        (slot..self.slots.len()).find_map(|slot| self.slot(slot).next())
    }
    /// The first row from slot `slot` on, dead or alive.
    pub(crate) fn first_raw_from(&self, slot: usize) -> Option<&Row> {
        self.slots.get(slot..)?.iter().find_map(Option::as_ref)
    }
    /// The first live row behind those with this key. `Err`: no row has it.
    pub(crate) fn after(&self, key: Term<'_>) -> Result<Option<&Row>, ()> {
        let (next, slot) = self.behind(key, false)?;
        Ok(next.or_else(|| self.first_from(slot)))
    }
    /// As [`HashStore::after`], dead rows too.
    pub(crate) fn after_raw(&self, key: Term<'_>) -> Result<Option<&Row>, ()> {
        let (next, slot) = self.behind(key, true)?;
        Ok(next.or_else(|| self.first_raw_from(slot)))
    }
    /// The next row in the slot of this key with another one, and the slot after it.
    fn behind(&self, key: Term<'_>, dead_too: bool) -> Result<(Option<&Row>, usize), ()> {
        let at = self.position(key).ok_or(())?;
        let mut next = at.next();
        while let Some(row) = next {
            if (dead_too || !row.is_dead()) && !has_key(row, key, at.hash()) {
                break;
            }
            next = row.next();
        }
        Ok((next, self.slot_of(at.hash()) + 1))
    }
    /// The rows with this key, dead or alive.
    pub(crate) fn find_raw<'a>(&'a self, key: Term<'a>) -> impl Iterator<Item = &'a Row> {
        let mut next = self.position(key);
        std::iter::from_fn(move || {
            let row = next?;
            next = row.next().filter(|other| has_key(other, key, row.hash()));
            Some(row)
        })
    }
    /// Inserts a row. `false`: it was refused.
    pub(crate) fn insert(
        &mut self,
        mut row: Row,
        clash: Clash,
        fixed: bool,
        trash: &mut Trash,
    ) -> bool {
        let hash = hash_of(row.key());
        row.set_hash(hash);
        let words = row.words();
        let slot = self.slot_of(hash);
        // An equal object that is dead must not come alive where a live one refuses.
        if clash == Clash::Refuse && self.kind != Kind::Set && self.get(row.key()).is_some() {
            trash.push(row);
            return false;
        }
        let first = link_to(&mut self.slots[slot], row.key(), hash);
        match first {
            None => *first = Some(row),
            Some(old) if self.kind == Kind::Set => {
                if old.is_dead() {
                    self.live += 1;
                } else if clash == Clash::Refuse {
                    trash.push(row);
                    return false;
                }
                *row.link() = old.take_next();
                self.words = self.words + words - old.words();
                trash.extend(first.replace(row));
                return true;
            }
            Some(_) => {
                let mut at = &mut *first;
                while let Some(other) = at.as_ref().filter(|at| has_key(at, row.key(), hash)) {
                    if self.kind == Kind::Bag && other.term().eq_exact(row.term()) {
                        if other.is_dead() {
                            // Alive again, and the newest.
                            let mut same = at.take().expect("just looked at");
                            *at = same.take_next();
                            same.set_dead(false);
                            *same.link() = first.take();
                            *first = Some(same);
                            self.live += 1;
                        }
                        trash.push(row);
                        return true;
                    }
                    if self.kind == Kind::DuplicateBag {
                        break;
                    }
                    at = at.as_mut().expect("just looked at").link();
                }
                *row.link() = first.take();
                *first = Some(row);
            }
        }
        self.words += words;
        self.live += 1;
        if !fixed && self.dead.is_empty() && self.live > self.slots.len() {
            self.grow();
        }
        true
    }
    /// Deletes the live rows with this key that `doomed` says yes to. While the table is fixed the key's first row stays as a dead one.
    pub(crate) fn delete(
        &mut self,
        key: Term<'_>,
        fixed: bool,
        mut doomed: impl FnMut(&Row) -> bool,
        trash: &mut Trash,
    ) {
        let hash = hash_of(key);
        let slot = self.slot_of(hash);
        let mut at = link_to(&mut self.slots[slot], key, hash);
        let (mut seen, mut killed) = (0, false);
        while let Some(row) = at.as_mut().filter(|row| has_key(row, key, hash)) {
            if !row.is_dead() {
                seen += 1;
                if doomed(row) {
                    self.live -= 1;
                    if fixed && seen == 1 {
                        row.set_dead(true);
                        killed = true;
                    } else {
                        let mut row = at.take().expect("just looked at");
                        *at = row.take_next();
                        self.words -= row.words();
                        trash.push(row);
                        continue;
                    }
                }
            }
            at = at.as_mut().expect("just looked at").link();
        }
        if killed {
            self.dead.push(slot);
        }
        if !fixed {
            self.shrink();
        }
    }
    /// Visits the live rows of a slot; those that `visit` says to are deleted or replaced by a row with the same key.
    pub(crate) fn edit_slot(
        &mut self,
        slot: usize,
        fixed: bool,
        mut visit: impl FnMut(&Row) -> Edit,
        trash: &mut Trash,
    ) {
        let Some(mut at) = self.slots.get_mut(slot) else {
            return;
        };
        let mut killed = false;
        while let Some(row) = at.as_mut() {
            if !row.is_dead() {
                match visit(row) {
                    Edit::Keep => {}
                    Edit::Delete if fixed => {
                        row.set_dead(true);
                        self.live -= 1;
                        killed = true;
                    }
                    Edit::Delete => {
                        let mut row = at.take().expect("just looked at");
                        *at = row.take_next();
                        self.words -= row.words();
                        self.live -= 1;
                        trash.push(row);
                        continue;
                    }
                    Edit::Replace(mut new) => {
                        new.set_hash(row.hash());
                        *new.link() = row.take_next();
                        self.words = self.words + new.words() - row.words();
                        trash.extend(at.replace(new));
                    }
                }
            }
            at = at.as_mut().expect("just looked at").link();
        }
        if killed {
            self.dead.push(slot);
        }
    }
    /// Replaces the live row of a set with this key.
    pub(crate) fn replace(&mut self, mut new: Row, trash: &mut Trash) {
        let hash = hash_of(new.key());
        new.set_hash(hash);
        let slot = self.slot_of(hash);
        let link = link_to(&mut self.slots[slot], new.key(), hash);
        if let Some(row) = link {
            *new.link() = row.take_next();
            self.words = self.words + new.words() - row.words();
            trash.extend(link.replace(new));
        }
    }
    /// The table is no longer fixed: dead rows go.
    pub(crate) fn unfixed(&mut self, trash: &mut Trash) {
        for slot in std::mem::take(&mut self.dead) {
            let mut at = &mut self.slots[slot];
            while let Some(row) = at {
                if row.is_dead() {
                    let mut row = at.take().expect("just looked at");
                    *at = row.take_next();
                    self.words -= row.words();
                    trash.push(row);
                } else {
                    at = at.as_mut().expect("just looked at").link();
                }
            }
        }
        while self.live > self.slots.len() {
            self.grow();
        }
        self.shrink();
    }
    /// Marks all rows as deleted: the table is fixed.
    pub(crate) fn kill_all(&mut self) {
        self.dead.clear();
        for (slot, mut next) in self.slots.iter_mut().enumerate() {
            if next.is_some() {
                self.dead.push(slot);
            }
            while let Some(row) = next {
                row.set_dead(true);
                next = row.link();
            }
        }
        self.live = 0;
    }
    /// Adds a slot, and moves to it what belongs there from the one that it divides.
    fn grow(&mut self) {
        let new = self.slots.len();
        self.slots.push(None);
        self.mask = self.slots.len().next_power_of_two() - 1;
        let old = new & (self.mask >> 1);
        let mut chain = self.slots[old].take();
        let mut rows: SmallVec<[Row; 8]> = SmallVec::new();
        while let Some(mut row) = chain {
            chain = row.take_next();
            rows.push(row);
        }
        for mut row in rows.into_iter().rev() {
            let slot = self.slot_of(row.hash());
            *row.link() = self.slots[slot].take();
            self.slots[slot] = Some(row);
        }
    }
    /// Gives slots back that are no longer needed; not while dead rows are known by their slots: they go first ([`HashStore::unfixed`]).
    pub(crate) fn shrink(&mut self) {
        if !self.dead.is_empty() {
            return;
        }
        while self.slots.len() > self.least && self.live < self.slots.len() / 4 {
            let last = self.slots.pop().flatten();
            let gone = self.slots.len();
            let old = gone & (self.mask >> 1);
            self.mask = self.slots.len().next_power_of_two() - 1;
            if let Some(row) = last {
                let mut at = &mut self.slots[old];
                while let Some(row) = at {
                    at = row.link();
                }
                *at = Some(row);
            }
        }
    }
}

/// What becomes of a row that is visited.
pub(crate) enum Edit {
    /// It stays.
    Keep,
    /// It is deleted.
    Delete,
    /// This one, with the same key, takes its place.
    Replace(Row),
}

#[inline(always)]
fn has_key(row: &Row, key: Term<'_>, hash: u32) -> bool {
    row.hash() == hash && row.key().eq_exact(key)
}

/// The link to the first row with this key, or the chain's last link.
fn link_to<'a>(mut link: &'a mut Option<Row>, key: Term<'_>, hash: u32) -> &'a mut Option<Row> {
    while link.as_ref().is_some_and(|row| !has_key(row, key, hash)) {
        link = link.as_mut().expect("just looked at").link();
    }
    link
}
