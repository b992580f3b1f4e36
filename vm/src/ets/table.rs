//! A table: what it was made with, its lock, who has fixed it, and looking at its contents.

use super::hash::HashStore;
use super::parts::Parts;
use super::row::Row;
use super::tree::{From, TreeStore};
use super::{Kind, Protection, Trash};
use crate::machine::machine;
use crate::process::Process;
use oxbeam_term::atom::Atom;
use oxbeam_term::boxed::reference::{Magic, RefNumbers};
use oxbeam_term::copy::copy_all;
use oxbeam_term::{Builder, Term};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::atomic::{
    AtomicBool, AtomicI32, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering,
};
use std::sync::{OnceLock, Weak};

/// `write_concurrency`
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Concurrency {
    /// `false`
    Off,
    /// `true`
    On,
    /// `auto`
    Auto,
    /// `{debug_hash_fixed_number_of_locks, N}`
    Locks(i64),
}

/// What `ets:new/2` asks for.
pub struct Options {
    /// Name.
    pub name: Atom,
    /// The name finds the table.
    pub named: bool,
    /// Kind.
    pub kind: Kind,
    /// Index of the key within objects, from zero.
    pub key: usize,
    /// Who may do what.
    pub protection: Protection,
    /// Objects were to be compressed; ours are packed in any case.
    pub compressed: bool,
    /// `write_concurrency`
    pub write_concurrency: Concurrency,
    /// `read_concurrency`
    pub read_concurrency: bool,
    /// `decentralized_counters`
    pub decentralized_counters: bool,
    /// Who gets the table when its owner dies.
    pub heir: Option<Heir>,
}

/// Who gets a table when its owner dies.
pub struct Heir {
    /// Its number, which another process may have some day.
    pub pid: u64,
    /// The process itself.
    pub process: Weak<Process>,
    /// A one-tuple of what is sent along; without it nothing is sent.
    pub data: Option<Row>,
}

/// Parts that a hash table has at most.
const MOST_HASH_PARTS: usize = 256;

/// A table.
pub struct Table {
    /// Numbers of its reference.
    pub numbers: RefNumbers,
    /// Kind.
    pub kind: Kind,
    /// Index of the key within objects, from zero.
    pub key: usize,
    /// Was it made with a name?
    pub named: bool,
    /// `compressed`
    pub compressed: bool,
    /// `write_concurrency`
    pub write_concurrency: Concurrency,
    /// `read_concurrency`
    pub read_concurrency: bool,
    /// `decentralized_counters`
    pub decentralized_counters: bool,
    // These change only while all parts are locked for writing.
    pub(super) alive: AtomicBool,
    name: AtomicU32,
    owner: AtomicU64,
    protection: AtomicU8,
    heir: Mutex<Option<Heir>>,
    pub(super) parts: Parts,
    /// What references to the table point to.
    pub(super) this: OnceLock<Weak<Magic>>,
    /// Fixations, of all processes.
    fixed: AtomicUsize,
    /// Something was written while the table was fixed.
    unsettled: AtomicBool,
    /// Somebody settles the table.
    settles: AtomicBool,
    settling: Mutex<()>,
    fixations: Mutex<Fixations>,
}

/// Who keeps a table from shrinking under a walk.
#[derive(Clone, Default)]
pub struct Fixations {
    /// When the first of them was made: native monotonic time, and the system's offset to it.
    pub since: (i64, i64),
    /// How often, by the process's number.
    pub processes: BTreeMap<u64, usize>,
}

/// The objects of a table, or of a part of it.
pub struct Contents {
    pub(super) kind: Kind,
    pub(super) key: usize,
    pub(super) store: Store,
    /// How often the lock was waited for, of a part of an ordered_set.
    pub(super) contention: AtomicI32,
}

/// The objects.
pub(crate) enum Store {
    Hash(HashStore),
    Tree(TreeStore),
}

impl Store {
    /// No objects; with `part`, few are expected.
    pub(super) fn new(kind: Kind, part: bool) -> Store {
        match kind {
            Kind::OrderedSet => Store::Tree(TreeStore::new()),
            _ => Store::Hash(HashStore::new(kind, part)),
        }
    }
    /// About how many rows there are to be freed, those that count as deleted too.
    pub(super) fn weight(&self) -> usize {
        match self {
            Store::Hash(hash) => hash.len().max(hash.slots()),
            Store::Tree(tree) => tree.len(),
        }
    }
    pub(super) fn len(&self) -> usize {
        match self {
            Store::Hash(hash) => hash.len(),
            Store::Tree(tree) => tree.len(),
        }
    }
}

/// Why there is no element.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum ElementError {
    /// No object has the key.
    NoKey,
    /// An object is shorter.
    Position,
}

impl Table {
    pub(super) fn new(numbers: RefNumbers, owner: u64, options: Options) -> Table {
        Table::with_schedulers(machine().config.schedulers, numbers, owner, options)
    }
    /// A table for so many schedulers.
    pub(super) fn with_schedulers(
        schedulers: usize,
        numbers: RefNumbers,
        owner: u64,
        options: Options,
    ) -> Table {
        let shared = schedulers > 1 && options.protection != Protection::Private;
        let many = match options.write_concurrency {
            _ if !shared => None,
            Concurrency::Locks(locks) => Some((locks as usize).clamp(2, MOST_HASH_PARTS)),
            Concurrency::On | Concurrency::Auto => {
                Some((16 * schedulers).clamp(16, MOST_HASH_PARTS))
            }
            Concurrency::Off if options.read_concurrency && options.kind != Kind::OrderedSet => {
                Some((8 * schedulers).clamp(16, MOST_HASH_PARTS))
            }
            Concurrency::Off => None,
        };
        Table {
            numbers,
            kind: options.kind,
            key: options.key,
            named: options.named,
            compressed: options.compressed,
            write_concurrency: options.write_concurrency,
            read_concurrency: options.read_concurrency,
            decentralized_counters: options.decentralized_counters,
            alive: AtomicBool::new(true),
            name: AtomicU32::new(options.name.index()),
            owner: AtomicU64::new(owner),
            protection: AtomicU8::new(options.protection as u8),
            heir: Mutex::new(options.heir),
            parts: Parts::new(options.kind, options.key, many),
            this: OnceLock::new(),
            fixed: AtomicUsize::new(0),
            unsettled: AtomicBool::new(false),
            settles: AtomicBool::new(false),
            settling: Mutex::new(()),
            fixations: Mutex::new(Fixations::default()),
        }
    }
    /// Is it still there?
    #[inline]
    pub fn is_alive(&self) -> bool {
        self.alive.load(Ordering::Relaxed)
    }
    /// The table's name.
    #[inline]
    pub fn name(&self) -> Atom {
        Atom::from_index(self.name.load(Ordering::Relaxed))
    }
    /// Sets the name; for who has all parts locked for writing.
    pub(super) fn set_name(&self, name: Atom) {
        self.name.store(name.index(), Ordering::Relaxed);
    }
    /// The owner.
    #[inline]
    pub fn owner(&self) -> u64 {
        self.owner.load(Ordering::Relaxed)
    }
    /// Sets the owner; for who has all parts locked for writing.
    pub(super) fn set_owner(&self, owner: u64) {
        self.owner.store(owner, Ordering::Relaxed);
    }
    /// Who may do what.
    #[inline]
    pub fn protection(&self) -> Protection {
        match self.protection.load(Ordering::Relaxed) {
            0 => Protection::Public,
            1 => Protection::Protected,
            _ => Protection::Private,
        }
    }
    /// Sets who may do what; for who has all parts locked for writing.
    pub(super) fn set_protection(&self, protection: Protection) {
        self.protection.store(protection as u8, Ordering::Relaxed);
    }
    /// The heir.
    pub fn heir(&self) -> Option<u64> {
        self.heir.lock().as_ref().map(|heir| heir.pid)
    }
    /// Looks at the heir.
    pub(super) fn with_heir<R>(&self, look: impl FnOnce(Option<&Heir>) -> R) -> R {
        look(self.heir.lock().as_ref())
    }
    /// Sets the heir; the one before, to be dropped when the table is not locked.
    pub(super) fn set_heir(&self, heir: Option<Heir>) -> Option<Heir> {
        std::mem::replace(&mut *self.heir.lock(), heir)
    }
    /// Divides the parts of an ordered_set at each write, or no longer: for tests. `false`: it has no parts.
    pub fn force_parts(&self, on: bool) -> bool {
        let ranges = self.parts.ranges();
        ranges.inspect(|ranges| ranges.set_forced(on)).is_some()
    }
    /// Divides and joins the parts of an ordered_set at random, or no longer: for tests. `false`: it has no parts.
    pub fn randomize_parts(&self, on: bool) -> bool {
        let ranges = self.parts.ranges();
        ranges.inspect(|ranges| ranges.set_random(on)).is_some()
    }
    /// Routing nodes, base nodes and depth of the tree that OTP would have; nothing but for an ordered_set in parts.
    pub fn routing(&self) -> Option<[usize; 3]> {
        self.parts.ranges().map(|ranges| {
            let parts = ranges.count();
            [parts - 1, parts, parts.next_power_of_two().ilog2() as usize]
        })
    }
    /// Locks that OTP would have for a hash table.
    pub fn locks(&self) -> usize {
        match self.write_concurrency {
            _ if machine().config.schedulers == 1 => 1,
            Concurrency::Off => 1,
            Concurrency::On | Concurrency::Auto => 64,
            Concurrency::Locks(locks) => locks as usize,
        }
    }
    /// Notes that something was written by the rules of a fixed table: by who still has the lock. The fixation may be over by now, and who ended it
    /// may have seen nothing to do; so whoever has written settles the table when it has given the lock back, if nobody has it fixed.
    pub(super) fn note_written(&self) {
        self.unsettled.store(true, Ordering::SeqCst);
    }
    /// Settles the table unless it is fixed, and waits for whoever else does: who has ended a fixation finds nothing of it.
    pub(super) fn settle_with(&self, settle: impl Fn()) {
        // Again if it was fixed and released meanwhile.
        while !self.is_fixed()
            && (self.unsettled.load(Ordering::SeqCst) || self.settles.load(Ordering::SeqCst))
        {
            let _settling = self.settling.lock();
            if self.is_fixed() || !self.unsettled.load(Ordering::SeqCst) {
                continue;
            }
            self.settles.store(true, Ordering::SeqCst);
            self.unsettled.store(false, Ordering::SeqCst);
            settle();
            self.settles.store(false, Ordering::SeqCst);
        }
    }
    /// Fixes the table for a walk, for who has a lock on it.
    pub(super) fn hold(&self) {
        self.fixed.fetch_add(1, Ordering::Relaxed);
    }
    /// The walk has ended; true if the table is no longer fixed.
    pub(super) fn release(&self) -> bool {
        self.fixed.fetch_sub(1, Ordering::SeqCst) == 1
    }
    /// Is the table fixed? For who has its lock.
    #[inline]
    pub fn is_fixed(&self) -> bool {
        self.fixed.load(Ordering::SeqCst) != 0
    }
    /// Fixes the table for a process, which has a lock on it; true for its first fixation.
    pub(super) fn fix(&self, process: u64) -> bool {
        let mut fixations = self.fixations.lock();
        if fixations.processes.is_empty() {
            let time = &machine().time;
            fixations.since = (time.monotonic(), time.offset());
        }
        self.fixed.fetch_add(1, Ordering::Relaxed);
        let count = fixations.processes.entry(process).or_insert(0);
        *count += 1;
        *count == 1
    }
    /// Takes back one fixation of a process, or all; true if it has none left but had.
    pub(super) fn unfix(&self, process: u64, all: bool) -> bool {
        let mut fixations = self.fixations.lock();
        let Some(count) = fixations.processes.get_mut(&process) else {
            return false;
        };
        let taken = if all { *count } else { 1 };
        *count -= taken;
        let last = *count == 0;
        if last {
            fixations.processes.remove(&process);
        }
        self.fixed.fetch_sub(taken, Ordering::SeqCst);
        last
    }
    /// All fixations are over; the processes that had any.
    pub(super) fn unfix_all(&self) -> Vec<u64> {
        let mut fixations = self.fixations.lock();
        // Walks that are under way take back what they have added themselves.
        let count = fixations.processes.values().sum();
        self.fixed.fetch_sub(count, Ordering::Relaxed);
        std::mem::take(&mut fixations.processes)
            .into_keys()
            .collect()
    }
    /// `None` if it is not fixed.
    pub fn fixations(&self) -> Option<Fixations> {
        let fixations = self.fixations.lock();
        (!fixations.processes.is_empty()).then(|| fixations.clone())
    }
}

impl Contents {
    pub(super) fn new(kind: Kind, key: usize, part: bool) -> Contents {
        Contents {
            kind,
            key,
            store: Store::new(kind, part),
            contention: AtomicI32::new(0),
        }
    }
    /// Calls `look` with each object.
    pub fn for_each(&self, look: impl FnMut(&Row)) {
        match &self.store {
            Store::Hash(hash) => (0..hash.slots())
                .flat_map(|slot| hash.slot(slot))
                .for_each(look),
            Store::Tree(tree) => tree.forward(From::End).for_each(look),
        }
    }
    /// Number of objects.
    pub fn len(&self) -> usize {
        self.store.len()
    }
    /// No objects?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Words that the rows take as OTP would count them: with what it puts before each. Of a part, what it adds to those of all.
    pub(super) fn counted_words(&self) -> isize {
        match &self.store {
            Store::Hash(hash) => (hash.row_words() + 4 * hash.len()) as isize,
            Store::Tree(tree) => tree.words() + 5 * tree.len() as isize,
        }
    }
    /// Number of slots of a hash table.
    pub(super) fn slots(&self) -> usize {
        match &self.store {
            Store::Hash(hash) => hash.slots(),
            Store::Tree(_) => 0,
        }
    }
    /// Length of the chains, slot by slot, and the number of dead rows; nothing for an ordered_set.
    pub fn chains(&self) -> Option<(Vec<usize>, usize)> {
        match &self.store {
            Store::Hash(hash) => Some((
                (0..hash.slots())
                    .map(|slot| hash.slot(slot).count())
                    .collect(),
                hash.dead_rows(),
            )),
            Store::Tree(_) => None,
        }
    }
    /// The objects with this key, as a list.
    #[inline]
    pub fn lookup<'p>(&self, key: Term<'_>, builder: &mut Builder<'p>) -> Term<'p> {
        let mut list = Term::NIL;
        match &self.store {
            Store::Tree(tree) => {
                if let Some(row) = tree.get(key) {
                    let object = row.copy(builder);
                    list = builder.cons(object, list);
                }
            }
            Store::Hash(hash) if self.kind == Kind::Set => {
                if let Some(row) = hash.get(key) {
                    let object = row.copy(builder);
                    list = builder.cons(object, list);
                }
            }
            Store::Hash(hash) => {
                for row in hash.find(key) {
                    let object = row.copy(builder);
                    list = builder.cons(object, list);
                }
            }
        }
        list
    }
    /// Is there an object with this key?
    #[inline]
    pub fn member(&self, key: Term<'_>) -> bool {
        self.any(key).is_some()
    }
    /// An object with this key.
    #[inline]
    pub(super) fn any(&self, key: Term<'_>) -> Option<&Row> {
        match &self.store {
            Store::Tree(tree) => tree.get(key),
            Store::Hash(hash) => hash.get(key),
        }
    }
    /// The element at `index`, from zero, of the object with this key; of several objects, a list.
    ///
    /// # Errors
    /// No object, or one without this element.
    pub fn element<'p>(
        &self,
        key: Term<'_>,
        index: usize,
        builder: &mut Builder<'p>,
    ) -> Result<Term<'p>, ElementError> {
        if let (Store::Hash(hash), Kind::Bag | Kind::DuplicateBag) = (&self.store, self.kind) {
            let mut list = Term::NIL;
            for row in hash.find(key) {
                let element = row.elements().get(index).ok_or(ElementError::Position)?;
                let element = copy_all(*element, builder);
                list = builder.cons(element, list);
            }
            return if list.is_nil() {
                Err(ElementError::NoKey)
            } else {
                Ok(list)
            };
        }
        let row = self.any(key).ok_or(ElementError::NoKey)?;
        let element = row.elements().get(index).ok_or(ElementError::Position)?;
        Ok(copy_all(*element, builder))
    }
    /// The first row, or the last of an ordered_set.
    pub fn end(&self, last: bool) -> Option<&Row> {
        match &self.store {
            Store::Hash(hash) => hash.first_from(0),
            Store::Tree(tree) if last => tree.backward(From::End).next(),
            Store::Tree(tree) => tree.forward(From::End).next(),
        }
    }
    /// The row after those with this key; the one before of an ordered_set.
    ///
    /// # Errors
    /// There is no such key; an ordered_set doesn't mind.
    #[expect(clippy::result_unit_err, reason = "there is one way to fail")]
    pub fn beside(&self, key: Term<'_>, before: bool) -> Result<Option<&Row>, ()> {
        match &self.store {
            Store::Hash(hash) => hash.after(key),
            Store::Tree(_) if key.is(oxbeam_term::atom::known::END_OF_TABLE) => Err(()),
            Store::Tree(tree) if before => Ok(tree.backward(From::Beside(key)).next()),
            Store::Tree(tree) => Ok(tree.forward(From::Beside(key)).next()),
        }
    }
    /// As [`Contents::end`], with the objects that were deleted while the table is fixed.
    pub fn raw_first(&self) -> Option<&Row> {
        match &self.store {
            Store::Hash(hash) => hash.first_raw_from(0),
            Store::Tree(_) => self.end(false),
        }
    }
    /// As [`Contents::beside`], with the objects that were deleted while the table is fixed.
    ///
    /// # Errors
    /// There is no such key.
    #[expect(clippy::result_unit_err, reason = "there is one way to fail")]
    pub fn raw_next(&self, key: Term<'_>) -> Result<Option<&Row>, ()> {
        match &self.store {
            Store::Hash(hash) => hash.after_raw(key),
            Store::Tree(_) => self.beside(key, false),
        }
    }
    /// A copy of a row's key.
    pub fn key_of<'p>(&self, row: &Row, builder: &mut Builder<'p>) -> Term<'p> {
        copy_all(row.key(), builder)
    }
    /// `{Key, Objects}` of a row's key.
    pub fn key_and_objects<'p>(&self, row: &Row, builder: &mut Builder<'p>) -> Term<'p> {
        let key = self.key_of(row, builder);
        let objects = self.lookup(row.key(), builder);
        builder.tuple(&[key, objects])
    }
    /// Objects of slot `slot`: of an ordered_set, the one at this place.
    pub(super) fn slot<'p>(&self, slot: usize, builder: &mut Builder<'p>) -> Term<'p> {
        let mut list = Term::NIL;
        match &self.store {
            Store::Hash(hash) => {
                for row in hash.slot(slot) {
                    let object = row.copy(builder);
                    list = builder.cons(object, list);
                }
            }
            Store::Tree(tree) => {
                if let Some(row) = tree.forward(From::End).nth(slot) {
                    let object = row.copy(builder);
                    list = builder.cons(object, list);
                }
            }
        }
        list
    }
    /// Counted binaries that the objects with this key keep alive, those that were deleted while the table is fixed too: address, size,
    /// references.
    pub fn binaries(&self, key: Term<'_>) -> Vec<(u64, usize, usize)> {
        match &self.store {
            Store::Tree(tree) => tree.get(key).map_or_else(Vec::new, Row::binaries),
            Store::Hash(hash) => hash.find_raw(key).flat_map(Row::binaries).collect(),
        }
    }
    /// Nobody has the table fixed any longer.
    pub(super) fn unfixed(&mut self, trash: &mut Trash) {
        if let Store::Hash(hash) = &mut self.store {
            hash.unfixed(trash);
        }
    }
}
