//! The table of persistent terms: keys and values are literals, reading takes no lock and copies nothing. Follows
//! `erl_bif_persistent.c` and module `persistent_term`.
//!
//! An open-addressed table of pointers to entries. Writers take turns; readers, under a guard of thread progress, see each slot
//! change at once. A slot that was used is never empty again until the table is replaced. What an entry held stays as long as a
//! process may hold it ([`crate::literals`]).

use crate::literals::{self, Retired};
use oxbeam_sync::progress;
use oxbeam_term::hash::internal_hash;
use oxbeam_term::heap::literal::LiteralArea;
use oxbeam_term::heap::offheap::OffHeap;
use oxbeam_term::{Term, Word, copy};
use parking_lot::Mutex;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

struct Entry {
    hash: u64,
    key: Word,
    value: Word,
    area: LiteralArea,
    /// As `info/0` counts it.
    bytes: usize,
}

impl Entry {
    fn new(key: Term<'_>, value: Term<'_>, hash: u64) -> Entry {
        let mut area = LiteralArea::new();
        let words = copy::into_area(&[key, value], &mut area);
        // A pair of both, in an area of their own.
        let bytes = 8 * (3 + copy::shared_size_of_all(&[key, value])) + 16;
        Entry {
            hash,
            key: words[0],
            value: words[1],
            area,
            bytes,
        }
    }
    fn key(&self) -> Term<'_> {
        // SAFETY: a literal of the entry's area.
        unsafe { Term::from_word(self.key) }
    }
    /// The value, which lives until every process has been asked whether it holds it.
    fn value<'p>(&self) -> Term<'p> {
        // SAFETY: as the comment says; the caller is a process, and is asked when it has left its native.
        unsafe { Term::from_word(self.value) }
    }
}

// SAFETY: the words lie in the entry's own area and never change.
unsafe impl Send for Entry {}
// SAFETY: as above.
unsafe impl Sync for Entry {}

/// Marks a slot whose entry was taken away.
fn gone() -> *mut Entry {
    ptr::without_provenance_mut(1)
}

struct Slots(Box<[AtomicPtr<Entry>]>);

impl Slots {
    fn new(size: usize) -> Slots {
        Slots((0..size).map(|_| AtomicPtr::new(ptr::null_mut())).collect())
    }
    fn find(&self, key: Term<'_>, hash: u64) -> Found<'_> {
        let mask = self.0.len() - 1;
        let mut at = hash as usize & mask;
        let mut free = None;
        loop {
            let slot = &self.0[at];
            let pointer = slot.load(Ordering::Acquire);
            if pointer.is_null() {
                return Found::Not(free.unwrap_or(slot));
            }
            if pointer == gone() {
                free.get_or_insert(slot);
            } else {
                // SAFETY: an entry in the table; it is freed after thread progress, and the caller has a guard.
                let entry = unsafe { &*pointer };
                if entry.hash == hash && entry.key().eq_exact(key) {
                    return Found::Entry(slot, entry);
                }
            }
            at = (at + 1) & mask;
        }
    }
    /// Slot for an entry whose key is not in the table.
    fn place(&self, entry: *mut Entry, hash: u64) {
        let mask = self.0.len() - 1;
        let mut at = hash as usize & mask;
        while !self.0[at].load(Ordering::Relaxed).is_null() {
            at = (at + 1) & mask;
        }
        self.0[at].store(entry, Ordering::Release);
    }
    fn entries(&self) -> impl Iterator<Item = *mut Entry> {
        self.0
            .iter()
            .map(|slot| slot.load(Ordering::Acquire))
            .filter(|&pointer| !pointer.is_null() && pointer != gone())
    }
}

enum Found<'t> {
    Entry(&'t AtomicPtr<Entry>, &'t Entry),
    Not(&'t AtomicPtr<Entry>),
}

/// Slots of the first table.
const FIRST_SIZE: usize = 64;

static TABLE: AtomicPtr<Slots> = AtomicPtr::new(ptr::null_mut());
static COUNT: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);

/// What writers know; held by the one that writes.
struct Writer {
    /// Slots in use, those of entries that are gone too.
    used: usize,
}

static WRITER: Mutex<Writer> = Mutex::new(Writer { used: 0 });

/// The table as it is. `guard` keeps it.
fn slots(_guard: &progress::Guard) -> Option<&Slots> {
    // SAFETY: a table is freed after thread progress, when no guard from before is left.
    unsafe { TABLE.load(Ordering::Acquire).as_ref() }
}

fn hash_of(key: Term<'_>) -> u64 {
    internal_hash(key, 0)
}

/// The value of `key`.
pub fn get<'p>(key: Term<'_>) -> Option<Term<'p>> {
    let guard = progress::pin();
    match slots(&guard)?.find(key, hash_of(key)) {
        Found::Entry(_, entry) => Some(entry.value()),
        Found::Not(_) => None,
    }
}

/// All keys and values, as they are at one time or another.
pub fn all<'p>() -> Vec<(Term<'p>, Term<'p>)> {
    let guard = progress::pin();
    let Some(slots) = slots(&guard) else {
        return Vec::new();
    };
    slots
        .entries()
        // SAFETY: entries in the table, under a guard; what they hold lives on as the values do.
        .map(|entry| unsafe { (Term::from_word((*entry).key), (*entry).value()) })
        .collect()
}

/// Calls `look` with what of each entry owns something.
pub(crate) fn each_owners(mut look: impl FnMut(&OffHeap)) {
    let guard = progress::pin();
    for entry in slots(&guard).into_iter().flat_map(Slots::entries) {
        // SAFETY: entries in the table, under a guard.
        if let Some(owners) = unsafe { &(*entry).area }.owners() {
            look(owners);
        }
    }
}

/// How many there are, and the bytes that they take.
pub fn info() -> (usize, usize) {
    (
        COUNT.load(Ordering::Relaxed),
        BYTES.load(Ordering::Relaxed) + table_size() * 8,
    )
}

/// Number of the table's slots.
pub fn table_size() -> usize {
    slots(&progress::pin()).map_or(0, |slots| slots.0.len())
}

/// What `put` did.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Put {
    /// The key is new; so many bytes were copied.
    Added(usize),
    /// It had another value; as above.
    Replaced(usize),
    /// It has this value.
    Same,
    /// It has another value, and was to have none.
    Refused,
}

/// Gives `key` this value; if `new`, only where it has none yet.
pub fn put(key: Term<'_>, value: Term<'_>, new: bool) -> Put {
    let mut writer = WRITER.lock();
    let guard = progress::pin();
    let hash = hash_of(key);
    let slots = room(&mut writer, &guard);
    match slots.find(key, hash) {
        Found::Entry(slot, entry) => {
            if entry.value().eq_exact(value) {
                return Put::Same;
            }
            if new {
                return Put::Refused;
            }
            let fresh = Entry::new(key, value, hash);
            let bytes = fresh.bytes;
            BYTES.fetch_add(bytes, Ordering::Relaxed);
            retire(slot.swap(Box::into_raw(Box::new(fresh)), Ordering::AcqRel));
            Put::Replaced(bytes)
        }
        Found::Not(slot) => {
            let fresh = Entry::new(key, value, hash);
            let bytes = fresh.bytes;
            BYTES.fetch_add(bytes, Ordering::Relaxed);
            COUNT.fetch_add(1, Ordering::Relaxed);
            let before = slot.swap(Box::into_raw(Box::new(fresh)), Ordering::AcqRel);
            if before.is_null() {
                writer.used += 1;
            }
            Put::Added(bytes)
        }
    }
}

/// Takes `key` away. `false`: it has no value.
pub fn erase(key: Term<'_>) -> bool {
    let mut writer = WRITER.lock();
    let guard = progress::pin();
    let Some(slots) = slots(&guard) else {
        return false;
    };
    match slots.find(key, hash_of(key)) {
        Found::Entry(slot, _) => {
            let left = COUNT.fetch_sub(1, Ordering::Relaxed) - 1;
            retire(slot.swap(gone(), Ordering::AcqRel));
            if left * 4 < slots.0.len() && slots.0.len() > FIRST_SIZE {
                rebuild(&mut writer, &guard);
            }
            true
        }
        Found::Not(_) => false,
    }
}

/// Takes all away.
pub fn erase_all() {
    let mut writer = WRITER.lock();
    writer.used = 0;
    COUNT.store(0, Ordering::Relaxed);
    let table = TABLE.swap(ptr::null_mut(), Ordering::AcqRel);
    if !table.is_null() {
        // SAFETY: out of the table, freed below; writers take turns.
        for entry in unsafe { (*table).entries() } {
            retire(entry);
        }
        free_table(table);
    }
}

/// The table, with room for one more: replaced by a larger one where more than half of it would be entries, as OTP's is, by a cleaner
/// one where more than three quarters would be in use.
fn room<'g>(writer: &mut Writer, guard: &'g progress::Guard) -> &'g Slots {
    let count = COUNT.load(Ordering::Relaxed);
    match slots(guard) {
        Some(slots)
            if (count + 1) * 2 <= slots.0.len() && (writer.used + 1) * 4 <= slots.0.len() * 3 =>
        {
            slots
        }
        _ => rebuild(writer, guard),
    }
}

/// A new table, of which what there is takes a quarter to a half: the next one is far away, whether they become more or fewer.
fn rebuild<'g>(writer: &mut Writer, guard: &'g progress::Guard) -> &'g Slots {
    let count = COUNT.load(Ordering::Relaxed);
    let size = ((count + 1) * 2).next_power_of_two().max(FIRST_SIZE);
    let fresh = Slots::new(size);
    if let Some(old) = slots(guard) {
        for entry in old.entries() {
            // SAFETY: an entry in the table; writers take turns.
            fresh.place(entry, unsafe { (*entry).hash });
        }
    }
    writer.used = count;
    let old = TABLE.swap(Box::into_raw(Box::new(fresh)), Ordering::AcqRel);
    if !old.is_null() {
        free_table(old);
    }
    slots(guard).expect("the table was just made")
}

fn free_table(table: *mut Slots) {
    // SAFETY: it came from `Box::into_raw`, and is out of reach of new readers.
    let table = unsafe { Box::from_raw(table) };
    progress::defer(move || drop(table));
}

/// An entry is out of the table: when no reader looks at it any more, what it holds is released once no process holds it.
fn retire(entry: *mut Entry) {
    // SAFETY: it came from `Box::into_raw`, and is out of reach of new readers.
    let entry = unsafe { Box::from_raw(entry) };
    BYTES.fetch_sub(entry.bytes, Ordering::Relaxed);
    if entry.area.is_empty() {
        progress::defer(move || drop(entry));
        return;
    }
    literals::announce();
    progress::defer(move || literals::arrive(Retired::Area(entry.area)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxbeam_term::heap::arena::Arena;

    #[test]
    fn terms_are_put_read_replaced_and_erased() {
        let mut arena = Arena::new();
        // SAFETY: nothing collects the arena.
        let mut builder = unsafe { arena.builder() };
        for number in 0..1000 {
            let key = builder.tuple(&[Term::small(number)]);
            let value = builder.list([Term::small(number), Term::small(-number)]);
            assert!(matches!(put(key, value, false), Put::Added(_)));
            assert_eq!(put(key, value, false), Put::Same);
            assert!(get(key).is_some_and(|found| found.eq_exact(value)));
        }
        for number in (0..1000).step_by(2) {
            let key = builder.tuple(&[Term::small(number)]);
            assert!(erase(key));
            assert!(!erase(key));
            assert!(get(key).is_none());
        }
        let key = builder.tuple(&[Term::small(1)]);
        assert_eq!(put(key, Term::NIL, true), Put::Refused);
        assert!(matches!(put(key, Term::NIL, false), Put::Replaced(_)));
        assert!(get(key).is_some_and(|found| found.is_nil()));
        assert_eq!(all().len(), 500);
        assert_eq!(info().0, 500);
        erase_all();
        assert!(get(key).is_none());
        assert_eq!(info(), (0, 0));
    }
}
