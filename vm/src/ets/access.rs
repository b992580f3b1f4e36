//! A table, or the part of it that has a key, locked for reading or writing by a process that may.

use super::parts::{Part, ReadGuards, Settled, WriteGuards};
use super::registry::{Fault, Found, Handle, Right, check};
use super::row::Row;
use super::table::{Contents, Store, Table};
use super::{Kind, Trash};
use crate::machine::machine;
use crate::release::Release;
use oxbeam_sync::rank::{ReadGuard, WriteGuard};
use oxbeam_term::{Builder, Term};
use smallvec::SmallVec;
use std::ops::Deref;

/// The part of a table that has a key, locked for reading.
pub struct Reading<'t> {
    guard: ReadGuard<'t, Contents>,
}

/// The part of a table that has a key, locked for writing. Rows thrown into the trash are dropped when it is unlocked.
pub struct Writing<'t> {
    table: &'t Table,
    guard: Option<WriteGuard<'t, Contents>>,
    /// The table is fixed, or was when this was locked: what is written goes by that.
    fixed: bool,
    /// Where it may be divided afterwards.
    part: Option<&'t Part>,
    trash: Trash,
}

/// A whole table locked for reading.
pub struct ReadingAll<'t> {
    table: &'t Table,
    // Dropped before what settles them.
    guards: ReadGuards<'t>,
    _settled: Settled<'t>,
}

/// A whole table locked for writing. Rows thrown into the trash are dropped when it is unlocked.
pub struct WritingAll<'t> {
    table: &'t Table,
    guards: WriteGuards<'t>,
    /// As in [`Writing`].
    fixed: bool,
    settled: Option<Settled<'t>>,
    trash: Trash,
}

impl Found<'_> {
    /// Locks the part with this key for reading by `process`.
    ///
    /// # Errors
    /// The table is gone, or `process` may not.
    #[inline(always)]
    pub fn read(&self, process: u64, right: Right, key: Term<'_>) -> Result<Reading<'_>, Fault> {
        let table: &Table = self;
        let guard = table.parts.read(key);
        check(table, self.name_used(), process, right)?;
        Ok(Reading { guard })
    }
    /// Locks any part for reading.
    pub(super) fn read_first(
        &self,
        process: u64,
        right: Right,
    ) -> Result<ReadGuard<'_, Contents>, Fault> {
        let table: &Table = self;
        let settled = table.parts.settle();
        let guard = table.parts.all(&settled)[0].read();
        check(table, self.name_used(), process, right)?;
        Ok(guard)
    }
    /// Locks the part with this key for writing by `process`.
    ///
    /// # Errors
    /// The table is gone, or `process` may not.
    #[inline(always)]
    pub fn write(&self, process: u64, key: Term<'_>) -> Result<Writing<'_>, Fault> {
        let table: &Table = self;
        let (guard, part) = table.parts.write(key);
        check(table, self.name_used(), process, Right::Write)?;
        Ok(Writing {
            table,
            guard: Some(guard),
            fixed: table.is_fixed(),
            part,
            trash: Trash::new(),
        })
    }
    /// Lets `change` change the object with this key where it lies, if that can be done. `None`: it cannot, and nothing has changed.
    ///
    /// # Errors
    /// The table is gone, or `process` may not.
    #[inline(always)]
    pub fn in_place<R>(
        &self,
        process: u64,
        key: Term<'_>,
        change: impl FnOnce(&mut Contents) -> Option<R>,
    ) -> Result<Option<R>, Fault> {
        let table: &Table = self;
        let (mut guard, part) = table.parts.write(key);
        check(table, self.name_used(), process, Right::Write)?;
        // Whoever writes a part that may be divided looks at it afterwards.
        Ok(match part {
            None => change(&mut guard),
            Some(_) => None,
        })
    }
    /// Locks the whole table for reading by `process`.
    ///
    /// # Errors
    /// The table is gone, or `process` may not.
    pub fn read_all(&self, process: u64, right: Right) -> Result<ReadingAll<'_>, Fault> {
        let reading = ReadingAll::new(self);
        check(self, self.name_used(), process, right)?;
        Ok(reading)
    }
    /// Locks the whole table for writing by `process`.
    ///
    /// # Errors
    /// The table is gone, or `process` may not.
    pub fn write_all(&self, process: u64, right: Right) -> Result<WritingAll<'_>, Fault> {
        let writing = WritingAll::new(self);
        check(self, self.name_used(), process, right)?;
        Ok(writing)
    }
    /// The first row, or the last of an ordered_set; `raw`: or one that was deleted while the table is fixed.
    ///
    /// # Errors
    /// The table is gone, or `process` may not read it.
    pub fn end<R>(
        &self,
        process: u64,
        last: bool,
        raw: bool,
        look: impl FnOnce(&Contents, &Row) -> R,
    ) -> Result<Option<R>, Fault> {
        let table: &Table = self;
        let settled = table.parts.settle();
        self.first_of(&table.parts.all(&settled), process, last, raw, look)
    }
    fn first_of<R>(
        &self,
        parts: &[&Part],
        process: u64,
        last: bool,
        raw: bool,
        look: impl FnOnce(&Contents, &Row) -> R,
    ) -> Result<Option<R>, Fault> {
        // In a hash table the last is the first.
        let last = last && self.kind == Kind::OrderedSet;
        for index in 0..parts.len() {
            let index = if last { parts.len() - 1 - index } else { index };
            let contents = parts[index].read();
            check(self, self.name_used(), process, Right::Read)?;
            let row = if raw {
                contents.raw_first()
            } else {
                contents.end(last)
            };
            if let Some(row) = row {
                return Ok(Some(look(&contents, row)));
            }
        }
        Ok(None)
    }
    /// The row after those with this key; the one before of an ordered_set; `raw`: or one that was deleted while the table is fixed. An
    /// inner error: there is no such key; an ordered_set doesn't mind.
    ///
    /// # Errors
    /// The table is gone, or `process` may not read it.
    pub fn beside<R>(
        &self,
        process: u64,
        key: Term<'_>,
        before: bool,
        raw: bool,
        look: impl FnOnce(&Contents, &Row) -> R,
    ) -> Result<Result<Option<R>, ()>, Fault> {
        let table: &Table = self;
        let settled = table.parts.settle();
        let parts = table.parts.all(&settled);
        let index = table.parts.index(key, &settled);
        {
            let contents = parts[index].read();
            check(self, self.name_used(), process, Right::Read)?;
            let row = if raw {
                contents.raw_next(key)
            } else {
                contents.beside(key, before)
            };
            match row {
                Err(()) => return Ok(Err(())),
                Ok(Some(row)) => return Ok(Ok(Some(look(&contents, row)))),
                Ok(None) => {}
            }
        }
        let before = before && table.kind == Kind::OrderedSet;
        let others = if before {
            &parts[..index]
        } else {
            &parts[index + 1..]
        };
        self.first_of(others, process, before, raw, look).map(Ok)
    }
    /// Objects of slot `slot`: of an ordered_set, the one at this place. `Ok(None)`: one slot too far. An inner error: even further.
    ///
    /// # Errors
    /// The table is gone, or `process` may not read it.
    pub fn slot<'p>(
        &self,
        process: u64,
        mut slot: usize,
        builder: &mut Builder<'p>,
    ) -> Result<Result<Option<Term<'p>>, ()>, Fault> {
        let reading = self.read_all(process, Right::Read)?;
        for contents in &reading.guards {
            let slots = match contents.kind {
                Kind::OrderedSet => contents.len(),
                _ => contents.slots(),
            };
            if slot < slots {
                return Ok(Ok(Some(contents.slot(slot, builder))));
            }
            slot -= slots;
        }
        Ok(if slot == 0 { Ok(None) } else { Err(()) })
    }
}

impl Handle {
    /// Locks the table for writing, if it lives.
    pub(super) fn write_alive(&self) -> Option<WritingAll<'_>> {
        let writing = WritingAll::new(self);
        self.is_alive().then_some(writing)
    }
}

impl Table {
    /// If the table is not fixed, what was deleted while it was is dropped.
    pub(super) fn settle_if_unfixed(&self) {
        self.settle_with(|| {
            let settled = self.parts.settle();
            for part in self.parts.all(&settled) {
                let mut trash = Trash::new();
                let mut contents = part.write();
                if self.is_fixed() {
                    self.note_written();
                    break;
                }
                contents.unfixed(&mut trash);
                drop(contents);
            }
        });
    }
}

impl Deref for Reading<'_> {
    type Target = Contents;
    #[inline]
    fn deref(&self) -> &Contents {
        &self.guard
    }
}

impl Writing<'_> {
    /// Is the table fixed? As it was when this was locked.
    #[inline]
    pub fn is_fixed(&self) -> bool {
        self.fixed
    }
    /// The contents, and where rows go that are taken out of them.
    #[inline]
    pub fn parts(&mut self) -> (&mut Contents, &mut Trash) {
        (
            self.guard.as_mut().expect("locked until dropped"),
            &mut self.trash,
        )
    }
}

impl Drop for Writing<'_> {
    #[inline]
    fn drop(&mut self) {
        let Some(guard) = self.guard.take() else {
            return;
        };
        if self.fixed {
            self.table.note_written();
            drop(guard);
            self.table.settle_if_unfixed();
            return;
        }
        // The rows in the trash are dropped after this.
        if let (Some(part), Some(ranges)) = (self.part, self.table.parts.ranges()) {
            let adapt = ranges.adaptation(&guard);
            drop(guard);
            if let Some(adapt) = adapt {
                ranges.adapt(part, adapt);
            }
        }
    }
}

impl<'t> ReadingAll<'t> {
    pub(super) fn new(table: &'t Table) -> ReadingAll<'t> {
        let settled = table.parts.settle();
        ReadingAll {
            table,
            guards: table.parts.read_all(&settled),
            _settled: settled,
        }
    }
    /// The table.
    pub fn table(&self) -> &'t Table {
        self.table
    }
    /// Number of objects.
    pub fn len(&self) -> usize {
        self.guards.iter().map(|contents| contents.len()).sum()
    }
    /// No objects?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Number of parts.
    pub fn parts(&self) -> usize {
        self.guards.len()
    }
    /// Calls `look` with each object.
    pub fn for_each(&self, mut look: impl FnMut(&Row)) {
        for contents in &self.guards {
            contents.for_each(&mut look);
        }
    }
    /// Words of memory, as OTP would count them: its table record, its slots and locks, and what it puts before each object.
    pub fn memory_words(&self) -> usize {
        let table = self.table;
        let rows: isize = self
            .guards
            .iter()
            .map(|contents| contents.counted_words())
            .sum();
        let shared = machine().config.schedulers > 1;
        let (read, write) = (
            shared && table.read_concurrency,
            shared && table.write_concurrency != super::Concurrency::Off,
        );
        let counters = if write && table.decentralized_counters {
            COUNTER_WORDS
        } else {
            0
        };
        let fixed = match table.kind {
            Kind::OrderedSet if write => BASE_NODE_WORDS,
            Kind::OrderedSet => STACK_WORDS,
            _ => {
                // Slots come in segments: one of 256, then of 2,048.
                let slots: usize = self.guards.iter().map(|contents| contents.slots()).sum();
                let segments = slots.saturating_sub(256).div_ceil(2_048);
                let more = if segments > 0 {
                    Release::current().ets.segment_list_words
                } else {
                    0
                };
                let lock = LOCK_WORDS + if read { READER_WORDS } else { 0 };
                let locks = if write { lock * table.locks() } else { 0 };
                256 + 2_048 * segments + more + locks
            }
        };
        let groups = if read || write && table.kind != Kind::OrderedSet {
            READER_WORDS
        } else {
            0
        };
        let words = Release::current().ets.table_words + fixed + groups + counters;
        words.saturating_add_signed(rows)
    }
    /// Length of the chains, slot by slot, and the number of dead rows; nothing for an ordered_set.
    pub fn chains(&self) -> Option<(Vec<usize>, usize)> {
        let (mut chains, mut dead) = (Vec::new(), 0);
        for contents in &self.guards {
            let (more, died) = contents.chains()?;
            chains.extend(more);
            dead += died;
        }
        Some((chains, dead))
    }
}

// Words that OTP takes for what ours has in another form, where there are several schedulers.
/// Counters for each scheduler.
const COUNTER_WORDS: usize = 34;
/// The first node of an ordered_set with `write_concurrency`.
const BASE_NODE_WORDS: usize = 50;
/// The way back up in a plain ordered_set.
const STACK_WORDS: usize = 90;
/// A lock of a part.
const LOCK_WORDS: usize = 16;
/// A lock for many readers.
const READER_WORDS: usize = 32;

impl<'t> WritingAll<'t> {
    fn new(table: &'t Table) -> WritingAll<'t> {
        let settled = table.parts.settle();
        WritingAll {
            table,
            guards: table.parts.write_all(&settled),
            fixed: table.is_fixed(),
            settled: Some(settled),
            trash: Trash::new(),
        }
    }
    /// The table.
    pub fn table(&self) -> &'t Table {
        self.table
    }
    /// Number of objects.
    pub fn len(&self) -> usize {
        self.guards.iter().map(|contents| contents.len()).sum()
    }
    /// No objects?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Inserts rows. With `new`, only if no object has any of their keys: false if one has.
    pub fn insert(&mut self, rows: Vec<Row>, new: bool) -> bool {
        let (fixed, parts) = (self.fixed, &self.table.parts);
        let settled = self.settled.as_ref().unwrap_or(&None);
        if new
            && rows
                .iter()
                .any(|row| self.guards[parts.index(row.key(), settled)].member(row.key()))
        {
            self.trash.extend(rows);
            return false;
        }
        for row in rows {
            let index = parts.index(row.key(), settled);
            self.guards[index].insert_one(row, false, fixed, &mut self.trash);
        }
        true
    }
    /// Sets who may do what.
    pub fn set_protection(&mut self, protection: super::Protection) {
        self.table.set_protection(protection);
    }
    /// Sets the heir; the one before, to be dropped when the table is not locked.
    pub fn set_heir(&mut self, heir: Option<super::Heir>) -> Option<super::Heir> {
        self.table.set_heir(heir)
    }
    /// Takes all objects out. The caller drops them when the table is not locked.
    pub(super) fn clear(&mut self) -> SmallVec<[Store; 1]> {
        self.guards
            .iter_mut()
            .map(|contents| contents.clear())
            .collect()
    }
    /// Is the table fixed? As it was when this was locked.
    pub(super) fn is_fixed(&self) -> bool {
        self.fixed
    }
    /// Marks all objects of a fixed hash table as deleted. `false`: this is none.
    pub(super) fn kill_all(&mut self) -> bool {
        self.guards.iter_mut().all(|contents| contents.kill_all())
    }
}

impl Drop for WritingAll<'_> {
    fn drop(&mut self) {
        if self.fixed {
            self.table.note_written();
        }
        // The rows in the trash are dropped after this.
        self.guards.clear();
        self.settled = None;
        if self.fixed {
            self.table.settle_if_unfixed();
        }
    }
}
