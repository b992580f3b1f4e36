//! Ids to records, looked up without a lock: processes, ports.
//!
//! An id is a number of 28 bits (OTP 25) or 60 (from 26). Its low bits select a slot; a slot's next id is its last
//! one plus the size of the table, so an old id never finds a new record. Slots are dealt out as OTP does: ids
//! count up from 0 until the table has been gone through once, then the slot that has been free longest comes
//! first. The id of all ones is nobody's.
//!
//! # Reading
//! A slot is two words, the id and the record. A reader under a [`Guard`] reads id, record, id: if the id is the
//! wanted one both times, the record is that id's. Proof: the writer stores the record, then the id (release); on
//! removal it takes the id away, then overwrites the record (release). A reader that sees the id sees the
//! record or what was written later, and if later, it also sees that the id has gone. (The id could be back after
//! the slot has gone through all its ids between two loads of one reader; with 28 bits that is at least two
//! lives of every slot in the table.) The record itself lives until no guard can reach it: the table's own
//! reference is dropped by [`progress::defer`].
//!
//! # Writing
//! Free slots are a list through the record words, first in, first out, under one lock that is held for a few
//! stores. New ids that follow each other lie on different cache lines, so that a spawn does not disturb the
//! readers of its neighbours, but within one page, so that memory is touched only as the table fills. Chunks are
//! allocated when the first id in them is dealt out.
//!
//! # Listing
//! A [`Listing`] goes through the slots in OTP's order, in pieces, while others insert and remove: it gives exactly what was
//! in the table when it began, plus possibly what was just being inserted then. Removals and new ids are
//! noted for it while it runs.
//!
//! Corresponds to `erl_ptab`, PTables; OTP's "legacy" allocation (`+P N legacy`) is not here.

use crate::facade::Mutex;
use crate::facade::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use crate::progress::{self, Guard};
use std::collections::HashSet;
use std::fmt;
use std::ptr;
use std::sync::Arc;

/// Ids at most: the largest table has 2^27 slots, and one id of each round is nobody's.
pub const MAX_LIMIT: usize = (1 << 27) - 1;

/// Marks the id word of a slot without a record; the rest of the word is the id that comes next.
const FREE: u64 = 1 << 63;
/// In the record word of a free slot: the last of the list.
const END: u32 = u32::MAX;
/// In the record word of a slot without a record: dealt out, the record is being made.
const RESERVED: u32 = u32::MAX - 1;

// Under loom every atomic is modelled: tables there have a handful of slots.
const SLOTS_PER_LINE: usize = if cfg!(loom) { 1 } else { 4 };
const LINES_PER_GROUP: usize = if cfg!(loom) { 2 } else { 64 };
const LINES: usize = if cfg!(loom) { 2 } else { 256 };
const CHUNK: usize = SLOTS_PER_LINE * LINES;
/// Entries of OTP's table that share a cache line: this decides the order of its listings.
const OTP_ENTRIES_PER_LINE: usize = 8;

struct Slot<T> {
    id: AtomicU64,
    /// The record (from `Arc::into_raw`), or the free slot that comes after this one.
    record: AtomicPtr<T>,
}

#[repr(align(64))]
struct Line<T>([Slot<T>; SLOTS_PER_LINE]);

struct Chunk<T>([Line<T>; LINES]);

impl<T> Chunk<T> {
    fn new() -> Box<Chunk<T>> {
        let slot = || Slot {
            id: AtomicU64::new(FREE),
            record: AtomicPtr::new(ptr::null_mut()),
        };
        Box::new(Chunk(std::array::from_fn(|_| {
            Line(std::array::from_fn(|_| slot()))
        })))
    }

    /// The slot of `index` (of the whole table). Neighbours lie on different lines of one group.
    #[inline]
    fn slot(&self, index: usize) -> &Slot<T> {
        let line = (index / (LINES_PER_GROUP * SLOTS_PER_LINE) * LINES_PER_GROUP
            + index % LINES_PER_GROUP)
            % LINES;
        &self.0[line].0[index / LINES_PER_GROUP % SLOTS_PER_LINE]
    }
}

/// What the record's maker is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id {
    /// The slot: the low bits of `data`.
    pub index: u32,
    /// The id itself, 28 or 60 bits.
    pub data: u64,
}

/// Every id is in use: `system_limit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the table is full")
    }
}

impl std::error::Error for Full {}

/// The table.
pub struct IdTable<T: Send + Sync + 'static> {
    /// Low bits of an id that select the slot.
    mask: u64,
    /// All bits of an id.
    id_mask: u64,
    limit: usize,
    chunks: Box<[AtomicPtr<Chunk<T>>]>,
    count: crate::CachePadded<AtomicUsize>,
    free: crate::CachePadded<Mutex<FreeList>>,
}

// SAFETY: the raw pointers in the slots own `Arc<T>`s, which may be used and dropped anywhere for such a `T`.
unsafe impl<T: Send + Sync + 'static> Send for IdTable<T> {}
// SAFETY: as above; slots are read under the protocol of the module document and written under the lock.
unsafe impl<T: Send + Sync + 'static> Sync for IdTable<T> {}

struct FreeList {
    /// Slots from here on have never been used.
    fresh: u32,
    /// Freed longest ago, or `END`.
    first: u32,
    /// Freed last; means nothing when `first` is `END`.
    last: u32,
    listings: Vec<Notes>,
    next_listing: u64,
}

/// What happened since a listing began.
struct Notes {
    listing: u64,
    /// Dealt out since: not to be listed. Slots, not ids.
    inserted: HashSet<u32>,
    /// Gone since, but there when the listing began, and not yet passed by it.
    removed: Vec<u64>,
    /// The listing has passed all slots before this one, in its order.
    passed: usize,
}

impl<T: Send + Sync + 'static> IdTable<T> {
    /// A table for at least `limit` records; the next power of two is used, as in OTP. Ids have `id_bits` bits.
    ///
    /// # Panics
    /// If an id of so many bits cannot tell two users of one slot apart, or would need more than 62.
    pub fn new(limit: usize, id_bits: u32) -> IdTable<T> {
        let size = limit.clamp(1, MAX_LIMIT).next_power_of_two();
        assert!(
            id_bits <= 62 && size.trailing_zeros() < id_bits,
            "ids of {id_bits} bits for {size} slots"
        );
        IdTable {
            mask: size as u64 - 1,
            id_mask: (1 << id_bits) - 1,
            limit: size.min(MAX_LIMIT),
            chunks: (0..size.div_ceil(CHUNK))
                .map(|_| AtomicPtr::new(ptr::null_mut()))
                .collect(),
            count: crate::CachePadded::new(AtomicUsize::new(0)),
            free: crate::CachePadded::new(Mutex::new(FreeList {
                fresh: 0,
                first: END,
                last: END,
                listings: Vec::new(),
                next_listing: 0,
            })),
        }
    }

    /// Records at most (what `system_info(process_limit)` says).
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Records now, those that are just being made included.
    pub fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// Number of slots.
    fn size(&self) -> usize {
        self.mask as usize + 1
    }

    #[inline]
    fn index(&self, id: u64) -> usize {
        (id & self.mask) as usize
    }

    /// The slot, if its chunk exists.
    #[inline]
    fn slot(&self, index: usize) -> Option<&Slot<T>> {
        let chunk = self.chunks.get(index / CHUNK)?.load(Ordering::Acquire);
        // SAFETY: null, or published by `slot_or_new` and freed only with the table.
        unsafe { chunk.as_ref() }.map(|chunk| chunk.slot(index))
    }

    /// The slot of what may be an id. A number with more bits has none: it could look like the word of a free slot.
    #[inline]
    fn slot_of(&self, id: u64) -> Option<&Slot<T>> {
        if id > self.id_mask {
            None
        } else {
            self.slot(self.index(id))
        }
    }

    /// The slot; makes its chunk. Under the lock.
    fn slot_or_new(&self, index: usize, _lock: &mut FreeList) -> &Slot<T> {
        let place = &self.chunks[index / CHUNK];
        let mut chunk = place.load(Ordering::Relaxed);
        if chunk.is_null() {
            chunk = Box::into_raw(Chunk::new());
            place.store(chunk, Ordering::Release);
        }
        // SAFETY: just made, or made before under the same lock; freed only with the table.
        unsafe { (*chunk).slot(index) }
    }

    /// The record of `id`, for as long as the guard lives. The cheapest look-up: no count is touched.
    #[inline]
    pub fn get_ref<'g>(&'g self, id: u64, _guard: &'g Guard) -> Option<&'g T> {
        let record = self.find(id)?;
        // SAFETY: `find` gave the record of a live id, and the guard keeps the table's reference to it from being
        // dropped, unless the table itself is dropped, which its borrow forbids.
        Some(unsafe { &*record })
    }

    /// The record of `id`, to keep.
    #[inline]
    pub fn get(&self, id: u64) -> Option<Arc<T>> {
        let guard = progress::pin();
        let record = self.find(id)?;
        // SAFETY: the record came from `Arc::into_raw`, and the table's own reference to it is still there, kept by the
        // guard as in `get_ref`.
        let record = unsafe {
            Arc::increment_strong_count(record);
            Arc::from_raw(record)
        };
        drop(guard);
        Some(record)
    }

    /// Is there a record for `id`?
    pub fn contains(&self, id: u64) -> bool {
        self.slot_of(id)
            .is_some_and(|slot| slot.id.load(Ordering::Acquire) == id)
    }

    /// The record word of `id`. Under a guard, it points to a live record.
    #[inline]
    fn find(&self, id: u64) -> Option<*const T> {
        let slot = self.slot_of(id)?;
        if slot.id.load(Ordering::Acquire) != id {
            return None;
        }
        // Acquire, so that the second look at the id is not older than this.
        let record = slot.record.load(Ordering::Acquire);
        (slot.id.load(Ordering::Relaxed) == id).then_some(record.cast_const())
    }

    /// Deals out the next id, has `make` make its record, and puts that in. Nobody finds the id before.
    ///
    /// If `make` panics, the id is used up and the slot goes back.
    pub fn insert_with(&self, make: impl FnOnce(Id) -> Arc<T>) -> Result<Arc<T>, Full> {
        /// Gives the slot back unless the record got in.
        struct Reserved<'t, T: Send + Sync + 'static>(&'t IdTable<T>, &'t Slot<T>, Id);
        impl<T: Send + Sync + 'static> Drop for Reserved<'_, T> {
            fn drop(&mut self) {
                let Reserved(table, slot, id) = self;
                let mut free = table.free.lock();
                table.free_slot(slot, *id, &mut free);
            }
        }
        let (id, slot) = self.reserve()?;
        let reserved = Reserved(self, slot, id);
        let record = make(id);
        std::mem::forget(reserved);
        let kept = Arc::clone(&record);
        // Release, both: see the module document.
        slot.record
            .store(Arc::into_raw(record).cast_mut(), Ordering::Release);
        slot.id.store(id.data, Ordering::Release);
        Ok(kept)
    }

    /// Takes a slot off the list.
    fn reserve(&self) -> Result<(Id, &Slot<T>), Full> {
        let mut guard = self.free.lock();
        let free = &mut *guard;
        let count = self.count.load(Ordering::Relaxed);
        if count >= self.limit {
            return Err(Full);
        }
        let (index, slot, data) = if (free.fresh as usize) < self.size() {
            let index = free.fresh;
            free.fresh += 1;
            (
                index,
                self.slot_or_new(index as usize, free),
                u64::from(index),
            )
        } else {
            let index = free.first;
            let Some(slot) = self.slot(index as usize) else {
                return Err(Full);
            };
            free.first = unlink(slot.record.load(Ordering::Relaxed));
            (index, slot, slot.id.load(Ordering::Relaxed) & !FREE)
        };
        slot.record.store(link(RESERVED), Ordering::Release);
        self.count.store(count + 1, Ordering::Relaxed);
        for notes in &mut free.listings {
            if self.place(index as usize) >= notes.passed {
                notes.inserted.insert(index);
            }
        }
        Ok((Id { index, data }, slot))
    }

    /// Puts a slot at the end of the list. Under the lock.
    fn free_slot(&self, slot: &Slot<T>, id: Id, free: &mut FreeList) {
        let next = self.valid((id.data + self.size() as u64) & self.id_mask);
        self.append_free(slot, id.index, next, free);
        self.count
            .store(self.count.load(Ordering::Relaxed) - 1, Ordering::Relaxed);
    }

    /// `id`, or the slot's next one if that is nobody's.
    fn valid(&self, id: u64) -> u64 {
        if id == self.id_mask {
            (id + self.size() as u64) & self.id_mask
        } else {
            id
        }
    }

    fn append_free(&self, slot: &Slot<T>, index: u32, next_id: u64, free: &mut FreeList) {
        // The id goes before the record does: see the module document.
        slot.id.store(FREE | next_id, Ordering::Relaxed);
        slot.record.store(link(END), Ordering::Release);
        match self.slot(free.last as usize) {
            Some(last) if free.first != END => last.record.store(link(index), Ordering::Release),
            _ => free.first = index,
        }
        free.last = index;
    }

    /// The id that the next insertion gets, unless the table is full.
    pub fn next_id(&self) -> Option<u64> {
        let free = self.free.lock();
        if (free.fresh as usize) < self.size() {
            return Some(u64::from(free.fresh));
        }
        let slot = self.slot(free.first as usize)?;
        Some(slot.id.load(Ordering::Relaxed) & !FREE)
    }

    /// Lets ids go on from `next`, or from the first after it whose slot is free; gives that one.
    /// Touches the whole table: for tests of what happens when ids wrap
    /// (`erts_debug:set_internal_state(next_pid, _)`).
    pub fn set_next_id(&self, next: u64) -> Option<u64> {
        let mut guard = self.free.lock();
        let free = &mut *guard;
        let used_before = free.fresh as usize;
        (free.fresh, free.first, free.last) = (self.size() as u32, END, END);
        for step in 0..self.size() as u64 {
            let id = next.wrapping_add(step) & self.id_mask;
            let index = self.index(id);
            let slot = self.slot_or_new(index, free);
            let word = slot.record.load(Ordering::Relaxed);
            let reserved = index < used_before && word == link(RESERVED);
            if slot.id.load(Ordering::Relaxed) & FREE != 0 && !reserved {
                self.append_free(slot, index as u32, self.valid(id), free);
            }
        }
        let first = self.slot(free.first as usize)?;
        Some(first.id.load(Ordering::Relaxed) & !FREE)
    }

    /// Takes the record of `id` out. Readers under a guard may still look at it for a while.
    pub fn remove(&self, id: u64) -> Option<Arc<T>> {
        let (index, slot) = (self.index(id), self.slot_of(id)?);
        let mut guard = self.free.lock();
        let free = &mut *guard;
        // Ids are taken away only under the lock, so this one stays.
        if slot.id.load(Ordering::Acquire) != id {
            return None;
        }
        let record = slot.record.load(Ordering::Acquire).cast_const();
        for notes in &mut free.listings {
            // What came after the beginning is forgotten; whoever gets the slot next is noted anew.
            if !notes.inserted.remove(&(index as u32)) && self.place(index) >= notes.passed {
                notes.removed.push(id);
            }
        }
        self.free_slot(
            slot,
            Id {
                index: index as u32,
                data: id,
            },
            free,
        );
        drop(guard);
        // SAFETY: put in by `insert_with`, and taken out by us alone: this is the table's own reference.
        let own = unsafe { Arc::from_raw(record) };
        let kept = Arc::clone(&own);
        progress::defer(move || drop(own));
        Some(kept)
    }

    /// Bytes that the table itself takes, records not included.
    pub fn memory(&self) -> usize {
        let made = self
            .chunks
            .iter()
            .filter(|chunk| !chunk.load(Ordering::Relaxed).is_null())
            .count();
        size_of::<Self>() + size_of_val(&*self.chunks) + made * size_of::<Chunk<T>>()
    }

    /// Begins to list the ids.
    pub fn list(&self) -> Listing<'_, T> {
        let mut free = self.free.lock();
        let listing = free.next_listing;
        free.next_listing += 1;
        free.listings.push(Notes {
            listing,
            inserted: HashSet::new(),
            removed: Vec::new(),
            passed: 0,
        });
        let used = free.fresh as usize;
        let end = used.min(self.lines()) * self.ways();
        Listing {
            table: self,
            listing,
            used,
            end,
            ids: Vec::with_capacity(self.count()),
        }
    }

    /// All ids at once, in OTP's order.
    pub fn ids(&self) -> Vec<u64> {
        let mut listing = self.list();
        while !listing.step(1 << 12) {}
        listing.finish()
    }

    /// Slots that share a cache line in OTP's table.
    fn ways(&self) -> usize {
        OTP_ENTRIES_PER_LINE.min(self.size())
    }

    /// Cache lines of OTP's table. It deals ids out over the lines in turn, and lists line by line.
    fn lines(&self) -> usize {
        self.size() / self.ways()
    }

    /// The place of a slot in the order of listing.
    fn place(&self, index: usize) -> usize {
        index % self.lines() * self.ways() + index / self.lines()
    }

    /// The slot at a place in the order of listing.
    fn index_at(&self, place: usize) -> usize {
        place % self.ways() * self.lines() + place / self.ways()
    }
}

/// A listing that is under way.
pub struct Listing<'t, T: Send + Sync + 'static> {
    table: &'t IdTable<T>,
    listing: u64,
    /// Slots that had ever been used when it began.
    used: usize,
    /// Behind the last place at which such a slot stands.
    end: usize,
    ids: Vec<u64>,
}

impl<T: Send + Sync + 'static> Listing<'_, T> {
    /// Goes on by at most `slots` slots; true when there are no more. Inserting and removing waits meanwhile.
    pub fn step(&mut self, slots: usize) -> bool {
        let mut free = self.table.free.lock();
        let Some(notes) = free
            .listings
            .iter_mut()
            .find(|notes| notes.listing == self.listing)
        else {
            return true;
        };
        let until = self.end.min(notes.passed.saturating_add(slots));
        for place in notes.passed..until {
            let index = self.table.index_at(place);
            if index >= self.used {
                continue;
            }
            let Some(slot) = self.table.slot(index) else {
                continue;
            };
            let id = slot.id.load(Ordering::Acquire);
            if id & FREE == 0 && !notes.inserted.contains(&(index as u32)) {
                self.ids.push(id);
            }
        }
        notes.passed = notes.passed.max(until);
        notes.passed >= self.end
    }

    /// Ends the listing; gives what was found so far, in OTP's order.
    pub fn finish(mut self) -> Vec<u64> {
        let mut ids = std::mem::take(&mut self.ids);
        if let Some(notes) = self.end_notes()
            && !notes.removed.is_empty()
        {
            ids.extend(notes.removed);
            ids.sort_by_cached_key(|&id| self.table.place(self.table.index(id)));
        }
        ids
    }

    fn end_notes(&self) -> Option<Notes> {
        let mut free = self.table.free.lock();
        let at = free
            .listings
            .iter()
            .position(|notes| notes.listing == self.listing)?;
        Some(free.listings.swap_remove(at))
    }
}

impl<T: Send + Sync + 'static> Drop for Listing<'_, T> {
    fn drop(&mut self) {
        self.end_notes();
    }
}

impl<T: Send + Sync + 'static> fmt::Debug for Listing<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listing")
            .field("found", &self.ids.len())
            .finish_non_exhaustive()
    }
}

impl<T: Send + Sync + 'static> Drop for IdTable<T> {
    fn drop(&mut self) {
        for place in &self.chunks {
            let chunk = place.load(Ordering::Acquire);
            if chunk.is_null() {
                continue;
            }
            // SAFETY: made by `Box::into_raw`, and nobody else reaches it: we have the table to ourselves.
            let chunk = unsafe { Box::from_raw(chunk) };
            for slot in chunk.0.iter().flat_map(|line| &line.0) {
                if slot.id.load(Ordering::Acquire) & FREE == 0 {
                    // SAFETY: the slot is in use, so the word is the table's own reference.
                    drop(unsafe { Arc::from_raw(slot.record.load(Ordering::Acquire)) });
                }
            }
        }
    }
}

impl<T: Send + Sync + 'static> fmt::Debug for IdTable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdTable")
            .field("count", &self.count())
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// The record word of a free slot.
fn link<T>(next: u32) -> *mut T {
    ptr::without_provenance_mut(next as usize)
}

/// The reverse.
fn unlink<T>(word: *mut T) -> u32 {
    word.addr() as u32
}

#[cfg(test)]
#[cfg(not(loom))]
mod tests {
    use super::*;
    use std::sync::Barrier;

    fn insert(table: &IdTable<u64>) -> u64 {
        *table.insert_with(|id| Arc::new(id.data)).unwrap()
    }

    #[test]
    fn ids_count_up_from_zero_and_slots_come_back_in_the_order_they_went() {
        let table = IdTable::new(4, 28);
        assert_eq!(
            (0..3).map(|_| insert(&table)).collect::<Vec<_>>(),
            [0, 1, 2]
        );
        table.remove(1);
        table.remove(0);
        assert_eq!(
            (0..3).map(|_| insert(&table)).collect::<Vec<_>>(),
            [3, 5, 4]
        );
        assert_eq!(table.insert_with(|_| unreachable!()), Err(Full));
        assert_eq!((table.count(), table.limit()), (4, 4));
        assert_eq!(table.remove(0), None);
        assert_eq!((table.get(1), table.get(5).as_deref()), (None, Some(&5)));
        let guard = progress::pin();
        assert_eq!(table.get_ref(2, &guard), Some(&2));
        assert_eq!(
            (table.get_ref(6, &guard), table.get_ref(u64::MAX, &guard)),
            (None, None)
        );
    }

    #[test]
    fn ids_wrap_and_skip_the_one_of_all_ones() {
        let table = IdTable::new(2, 3);
        let mut ids = Vec::new();
        for _ in 0..9 {
            ids.push(insert(&table));
            table.remove(ids[ids.len() - 1]);
        }
        assert_eq!(ids, [0, 1, 2, 3, 4, 5, 6, 1, 0]);
    }

    #[test]
    fn a_limit_is_rounded_up_to_what_otp_has() {
        assert_eq!(IdTable::<u64>::new(1500, 28).limit(), 2048);
        assert_eq!(IdTable::<u64>::new(MAX_LIMIT, 28).limit(), 134_217_727);
        assert_eq!(IdTable::<u64>::new(usize::MAX, 60).limit(), 134_217_727);
        let table = IdTable::<u64>::new(1 << 20, 60);
        assert!(
            table.memory() < 1 << 16,
            "memory comes as ids are dealt out"
        );
    }

    #[test]
    fn listing_has_otps_order() {
        let table = IdTable::new(1024, 28);
        (0..300).for_each(|_| {
            insert(&table);
        });
        let ids = table.ids();
        assert_eq!(
            (ids.len(), &ids[..6]),
            (300, &[0, 128, 256, 1, 129, 257][..])
        );
        assert_eq!(&ids[296..], [126, 254, 127, 255]);
    }

    #[test]
    fn a_listing_shows_what_was_there_when_it_began() {
        let table = IdTable::new(64, 28);
        (0..64).for_each(|_| {
            insert(&table);
        });
        table.remove(20);
        let mut listing = table.list();
        assert!(!listing.step(10));
        (0..64)
            .filter(|id| id % 2 == 1)
            .for_each(|id| drop(table.remove(id)));
        (0..30).for_each(|_| {
            insert(&table);
        });
        table.remove(84);
        while !listing.step(1) {}
        let mut ids = listing.finish();
        assert_eq!(ids[..10], [0, 8, 16, 24, 32, 40, 48, 56, 1, 9]);
        ids.sort_unstable();
        assert_eq!(ids, (0..64).filter(|&id| id != 20).collect::<Vec<_>>());
        assert!(table.free.lock().listings.is_empty());
    }

    #[test]
    fn no_number_finds_a_free_slot() {
        let table = IdTable::new(4, 28);
        (0..4).for_each(|_| _ = insert(&table));
        (0..4).for_each(|id| _ = table.remove(id));
        for number in (0..16)
            .chain([u64::MAX])
            .flat_map(|low| [low, low | FREE, low | 1 << 28])
        {
            assert!(table.get(number).is_none() && !table.contains(number));
            assert!(table.remove(number).is_none());
        }
    }

    #[test]
    fn a_maker_that_panics_gives_its_slot_back() {
        let table = IdTable::<u64>::new(1, 28);
        let insert_badly = || table.insert_with(|_| panic!("no"));
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(insert_badly)).is_err());
        assert_eq!((table.count(), insert(&table)), (0, 1));
    }

    #[test]
    fn the_next_id_can_be_set() {
        const LAST: u64 = (1 << 28) - 1;
        let table = IdTable::new(8, 28);
        assert_eq!(
            (insert(&table), insert(&table), table.next_id()),
            (0, 1, Some(2))
        );
        table.remove(1);
        assert_eq!(table.set_next_id(LAST - 2), Some(LAST - 2));
        let ids: Vec<_> = (0..7).map(|_| insert(&table)).collect();
        // All ones is nobody's: its slot goes on one round later. Slot 0 is in use.
        assert_eq!(ids, [LAST - 2, LAST - 1, 7, 1, 2, 3, 4]);
        assert_eq!((table.next_id(), table.count()), (None, 8));
    }

    #[test]
    fn a_look_up_finds_the_record_of_its_id_or_none() {
        const ROUNDS: u64 = 20_000;
        let table = IdTable::<(u64, Vec<u64>)>::new(8, 28);
        let (done, start) = (AtomicUsize::new(0), Barrier::new(3));
        std::thread::scope(|scope| {
            for managed in [true, false] {
                let (table, done, start) = (&table, &done, &start);
                scope.spawn(move || {
                    let mut worker = managed.then(progress::register);
                    start.wait();
                    let mut id = 0;
                    while done.load(Ordering::Relaxed) == 0 {
                        id = (id + 1) % (ROUNDS + 8);
                        if let Some(record) = table.get(id) {
                            assert_eq!((record.0, &record.1[..]), (id, &[id; 3][..]));
                        }
                        let guard = progress::pin();
                        if let Some(record) = table.get_ref(id, &guard) {
                            assert_eq!((record.0, &record.1[..]), (id, &[id; 3][..]));
                        }
                        drop(guard);
                        if let Some(worker) = &mut worker {
                            worker.quiescent();
                        }
                    }
                });
            }
            start.wait();
            let mut alive = std::collections::VecDeque::new();
            for _ in 0..ROUNDS {
                let make = |id: Id| Arc::new((id.data, vec![id.data; 3]));
                alive.push_back(table.insert_with(make).unwrap().0);
                if alive.len() == 8 {
                    assert!(
                        alive
                            .pop_front()
                            .is_some_and(|id| table.remove(id).is_some())
                    );
                }
            }
            done.store(1, Ordering::Relaxed);
        });
    }

    #[test]
    fn threads_insert_and_remove_at_once() {
        let table = IdTable::<u64>::new(256, 28);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..2_000 {
                        let ids: Vec<_> = (0..8).map(|_| insert(&table)).collect();
                        for id in ids {
                            assert_eq!(table.remove(id).as_deref(), Some(&id));
                        }
                    }
                });
            }
            for _ in 0..50 {
                assert!(table.ids().len() <= 256);
            }
        });
        assert_eq!((table.count(), table.ids().len()), (0, 0));
    }
}
