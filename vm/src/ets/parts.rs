//! Where a table's objects are, and the locks on them.
//!
//! A table that is not made for many writers is one part with one lock. With `write_concurrency` (a hash table also with
//! `read_concurrency`) it is several, each with a lock of its own: of a hash table as many as fit the schedulers, chosen by the upper bits
//! of the hash; of an ordered_set a number that adapts itself: a part whose lock is often taken in vain is divided at its middle key, and
//! joined to its neighbour when little is left in it that nobody fights for.
//!
//! The ordered parts are found without a lock, by a sorted array of bounds that is replaced as a whole ([`Routes`], freed by
//! [`progress`]). Who has found a part and locked it looks again if the array is still the same: it changes only while the parts
//! concerned are locked for writing. Parts never move and live as long as the table; one that is joined to another waits to be used again.

use super::Kind;
use super::row::Row;
use super::table::{Contents, Store};
use super::tree::{From, TreeStore};
use oxbeam_sync::rank::{Rank, ReadGuard, RwLock, WriteGuard, read_all, write_all};
use oxbeam_sync::{CachePadded, progress};
use oxbeam_term::Term;
use oxbeam_term::hash::internal_hash;
use smallvec::SmallVec;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering};

/// The lock on a part.
pub(super) type Part = CachePadded<RwLock<Contents>>;
pub(super) type ReadGuards<'t> = SmallVec<[ReadGuard<'t, Contents>; 1]>;
pub(super) type WriteGuards<'t> = SmallVec<[WriteGuard<'t, Contents>; 1]>;

/// Says that which parts there are stays as it is.
pub(super) type Settled<'t> = Option<ReadGuard<'t, Pool>>;

pub(super) enum Parts {
    One(Part),
    /// By the upper bits of the hash; a power of two.
    Hash(Box<[Part]>),
    /// By the order of the keys.
    Ordered(Ranges),
}

fn part(contents: Contents) -> Part {
    CachePadded::new(RwLock::new(Rank::EtsTable, contents))
}

impl Parts {
    /// Parts for a table of this kind, with so many hash parts or, of an ordered_set, as many as it takes; `None`: one.
    pub(super) fn new(kind: Kind, key: usize, many: Option<usize>) -> Parts {
        match many {
            None => Parts::One(part(Contents::new(kind, key, false))),
            Some(_) if kind == Kind::OrderedSet => Parts::Ordered(Ranges::new(key)),
            Some(count) => Parts::Hash(
                (0..count.next_power_of_two())
                    .map(|_| part(Contents::new(kind, key, true)))
                    .collect(),
            ),
        }
    }
    pub(super) fn ranges(&self) -> Option<&Ranges> {
        match self {
            Parts::Ordered(ranges) => Some(ranges),
            _ => None,
        }
    }
    /// Index of the part of a key among hash parts.
    #[inline]
    pub(super) fn hash_index(&self, key: Term<'_>) -> usize {
        match self {
            Parts::Hash(parts) => index_of(parts, key),
            _ => 0,
        }
    }
    /// The part of a key, locked for reading.
    #[inline(always)]
    pub(super) fn read(&self, key: Term<'_>) -> ReadGuard<'_, Contents> {
        match self {
            Parts::One(part) => part.read(),
            _ => self.read_of_many(key),
        }
    }
    #[inline(never)]
    fn read_of_many(&self, key: Term<'_>) -> ReadGuard<'_, Contents> {
        match self {
            Parts::One(part) => part.read(),
            Parts::Hash(parts) => parts[index_of(parts, key)].read(),
            Parts::Ordered(ranges) => ranges.read(key),
        }
    }
    /// The part of a key, locked for writing, and itself if it may have to be divided or joined afterwards.
    #[inline(always)]
    pub(super) fn write(&self, key: Term<'_>) -> (WriteGuard<'_, Contents>, Option<&Part>) {
        match self {
            Parts::One(part) => (part.write(), None),
            _ => self.write_of_many(key),
        }
    }
    #[inline(never)]
    fn write_of_many(&self, key: Term<'_>) -> (WriteGuard<'_, Contents>, Option<&Part>) {
        match self {
            Parts::One(part) => (part.write(), None),
            Parts::Hash(parts) => (parts[index_of(parts, key)].write(), None),
            Parts::Ordered(ranges) => {
                let (guard, part) = ranges.write(key);
                (guard, Some(part))
            }
        }
    }
    /// Which parts there are will not change until this is dropped.
    pub(super) fn settle(&self) -> Settled<'_> {
        self.ranges().map(|ranges| ranges.change.read())
    }
    /// All parts, those of an ordered_set in order.
    pub(super) fn all<'t>(&'t self, settled: &Settled<'t>) -> SmallVec<[&'t Part; 1]> {
        match (self, settled) {
            (Parts::One(part), _) => SmallVec::from_elem(part, 1),
            (Parts::Hash(parts), _) => parts.iter().collect(),
            (Parts::Ordered(ranges), Some(_)) => ranges.settled_routes().parts().collect(),
            (Parts::Ordered(_), None) => SmallVec::new(),
        }
    }
    /// Locks all parts for reading.
    pub(super) fn read_all<'t>(&'t self, settled: &Settled<'t>) -> ReadGuards<'t> {
        match self {
            Parts::One(part) => SmallVec::from_buf([part.read()]),
            _ => read_all(self.all(settled).into_iter().map(|part| &**part)),
        }
    }
    /// Locks all parts for writing.
    pub(super) fn write_all<'t>(&'t self, settled: &Settled<'t>) -> WriteGuards<'t> {
        match self {
            Parts::One(part) => SmallVec::from_buf([part.write()]),
            _ => write_all(self.all(settled).into_iter().map(|part| &**part)),
        }
    }
    /// Index of the part of a key among all.
    pub(super) fn index(&self, key: Term<'_>, settled: &Settled<'_>) -> usize {
        match (self, settled) {
            (Parts::Ordered(ranges), Some(_)) => ranges.settled_routes().index(key),
            _ => self.hash_index(key),
        }
    }
}

#[inline]
fn index_of(parts: &[Part], key: Term<'_>) -> usize {
    // There are at least two.
    (internal_hash(key, 0) >> (64 - parts.len().trailing_zeros())) as usize
}

/// What a lock taken in vain weighs; one got at once weighs minus one.
const CONTENDED: i32 = 250;
/// Beyond this a part is divided.
const DIVIDE: i32 = 1_000;
/// Below this it is joined to another.
const JOIN: i32 = -1_000;
/// Parts at most.
const MOST: usize = 256;
/// A part with more objects is not joined.
const FEW: usize = 64;

/// What is to become of a part.
#[derive(Copy, Clone, PartialEq, Eq)]
pub(super) enum Adapt {
    Divide,
    Join,
}

/// Which part has which keys.
struct Routes {
    /// The least keys of all parts but the first, as one-tuples.
    bounds: Vec<Arc<Row>>,
    parts: Vec<NonNull<Part>>,
}

// SAFETY: parts are locks, which any thread may use.
unsafe impl Send for Routes {}
// SAFETY: as above.
unsafe impl Sync for Routes {}

impl Routes {
    #[inline]
    fn index(&self, key: Term<'_>) -> usize {
        self.bounds
            .partition_point(|bound| bound.key().cmp(key).is_le())
    }
    fn parts<'t>(&self) -> impl Iterator<Item = &'t Part> {
        // SAFETY: parts live as long as the table, which whoever has routes borrows.
        self.parts.iter().map(|part| unsafe { part.as_ref() })
    }
}

/// All parts that were ever made.
pub(super) struct Pool {
    // Boxed: they stay where they are.
    #[expect(clippy::vec_box, reason = "parts are pointed to")]
    all: Vec<Box<Part>>,
    unused: Vec<NonNull<Part>>,
}

// SAFETY: parts are locks, which any thread may use.
unsafe impl Send for Pool {}
// SAFETY: as above.
unsafe impl Sync for Pool {}

/// Parts by the order of the keys.
pub(super) struct Ranges {
    /// Index of the key within objects.
    key: usize,
    routes: AtomicPtr<Routes>,
    /// Locked for writing to change the routes; only tried, since walks keep it for reading.
    change: RwLock<Pool>,
    /// Every write divides its part: for tests.
    forced: AtomicBool,
    /// Parts are divided and joined at random: for tests.
    random: AtomicBool,
    steps: AtomicU32,
}

impl Ranges {
    fn new(key: usize) -> Ranges {
        let first = Box::new(part(Contents::new(Kind::OrderedSet, key, false)));
        let routes = Routes {
            bounds: Vec::new(),
            parts: vec![NonNull::from(&*first)],
        };
        Ranges {
            key,
            routes: AtomicPtr::new(Box::into_raw(Box::new(routes))),
            change: RwLock::new(
                Rank::EtsParts,
                Pool {
                    all: vec![first],
                    unused: Vec::new(),
                },
            ),
            forced: AtomicBool::new(false),
            random: AtomicBool::new(false),
            steps: AtomicU32::new(0),
        }
    }
    /// Divide at every write, or no longer.
    pub(super) fn set_forced(&self, on: bool) {
        self.forced.store(on, Ordering::Relaxed);
    }
    /// Divide and join at random, or no longer.
    pub(super) fn set_random(&self, on: bool) {
        self.random.store(on, Ordering::Relaxed);
    }
    /// The routes, while nobody changes them.
    fn settled_routes(&self) -> &Routes {
        // SAFETY: never null; the caller has `change` locked.
        unsafe { &*self.routes.load(Ordering::Acquire) }
    }
    /// Number of parts.
    pub(super) fn count(&self) -> usize {
        let _pin = progress::pin();
        // SAFETY: never null, and not freed while this thread is pinned.
        let routes = unsafe { &*self.routes.load(Ordering::Acquire) };
        routes.parts.len()
    }
    /// Index of the part in which a walk begins.
    pub(super) fn start(&self, _: &Settled<'_>, from: From<'_>, reverse: bool) -> usize {
        let routes = self.settled_routes();
        match from {
            From::End if reverse => routes.parts.len() - 1,
            From::End => 0,
            From::Beside(key) => routes.index(key),
            From::At(limit) => routes
                .bounds
                .partition_point(|bound| (limit.compare)(bound.key()).is_gt()),
        }
    }
    fn locked<'t, G>(&'t self, key: Term<'_>, lock: impl Fn(&'t Part) -> G) -> (G, &'t Part) {
        let _pin = progress::pin();
        loop {
            let routes = self.routes.load(Ordering::Acquire);
            // SAFETY: never null, and not freed while this thread is pinned; parts live as long as the table.
            let part: &'t Part = unsafe { (&(*routes).parts)[(*routes).index(key)].as_ref() };
            let guard = lock(part);
            if self.routes.load(Ordering::Acquire) == routes {
                return (guard, part);
            }
        }
    }
    fn read<'t>(&'t self, key: Term<'_>) -> ReadGuard<'t, Contents> {
        let lock = |part: &'t Part| match part.try_read() {
            Some(guard) => guard,
            None => {
                let guard = part.read();
                guard.contention.fetch_add(CONTENDED, Ordering::Relaxed);
                guard
            }
        };
        self.locked(key, lock).0
    }
    fn write<'t>(&'t self, key: Term<'_>) -> (WriteGuard<'t, Contents>, &'t Part) {
        self.locked(key, |part: &'t Part| {
            let (guard, weight) = match part.try_write() {
                Some(guard) => (guard, -1),
                None => (part.write(), CONTENDED),
            };
            // Only one thread writes, so this need not be one step.
            let before = guard.contention.load(Ordering::Relaxed);
            let now = before.saturating_add(weight).max(2 * JOIN);
            guard.contention.store(now, Ordering::Relaxed);
            guard
        })
    }
    /// What should become of a part that was written.
    #[inline]
    pub(super) fn adaptation(&self, contents: &Contents) -> Option<Adapt> {
        let contention = contents.contention.load(Ordering::Relaxed);
        if contention > DIVIDE || self.forced.load(Ordering::Relaxed) {
            return Some(Adapt::Divide);
        }
        if self.random.load(Ordering::Relaxed) {
            // Odd numbers of steps, so that all keys come to be where parts are divided or joined.
            return match self.steps.fetch_add(1, Ordering::Relaxed) {
                step if step % 7 == 0 => Some(Adapt::Divide),
                step if step % 11 == 0 => Some(Adapt::Join),
                _ => None,
            };
        }
        (contention < JOIN).then_some(Adapt::Join)
    }
    /// Divides or joins a part, if nobody walks over the table. The caller has no lock on it.
    #[cold]
    pub(super) fn adapt(&self, part: &Part, adapt: Adapt) {
        let Some(mut pool) = self.change.try_write() else {
            return;
        };
        let routes = self.settled_routes();
        let Some(index) = routes.parts().position(|other| std::ptr::eq(other, part)) else {
            return;
        };
        match adapt {
            Adapt::Divide => self.divide(&mut pool, index),
            Adapt::Join => self.join(&mut pool, index),
        }
    }
    fn divide(&self, pool: &mut Pool, index: usize) {
        let routes = self.settled_routes();
        let full = routes.parts.len() >= MOST;
        let spare = pool.unused.pop().unwrap_or_else(|| {
            let new = Box::new(self::part(Contents::new(Kind::OrderedSet, self.key, false)));
            let place = NonNull::from(&*new);
            pool.all.push(new);
            place
        });
        // SAFETY: parts live as long as the table.
        let (left, right) = unsafe { (routes.parts[index].as_ref(), spare.as_ref()) };
        let mut guards: WriteGuards<'_> = write_all([&**left, &**right].into_iter());
        let [left, right] = &mut guards[..] else {
            return;
        };
        left.contention.store(0, Ordering::Relaxed);
        let divided = match &mut left.store {
            Store::Tree(tree) if !full => tree.divide(),
            _ => None,
        };
        let Some(more) = divided else {
            pool.unused.push(spare);
            return;
        };
        let bound = more.forward(From::End).next().map(Row::of_key);
        right.store = Store::Tree(more);
        right.contention.store(0, Ordering::Relaxed);
        let (mut bounds, mut parts) = (routes.bounds.clone(), routes.parts.clone());
        bounds.insert(index, Arc::new(bound.expect("it is not empty")));
        parts.insert(index + 1, spare);
        self.publish(Routes { bounds, parts });
    }
    fn join(&self, pool: &mut Pool, index: usize) {
        let routes = self.settled_routes();
        if routes.parts.len() == 1 {
            // SAFETY: parts live as long as the table.
            let only = unsafe { routes.parts[0].as_ref() };
            only.read().contention.store(0, Ordering::Relaxed);
            return;
        }
        let left_index = if index + 1 < routes.parts.len() {
            index
        } else {
            index - 1
        };
        let places = [routes.parts[left_index], routes.parts[left_index + 1]];
        // SAFETY: parts live as long as the table.
        let locks = places.map(|place| unsafe { &**place.as_ref() });
        let mut guards: WriteGuards<'_> = write_all(locks.into_iter());
        let [left, right] = &mut guards[..] else {
            return;
        };
        left.contention.store(0, Ordering::Relaxed);
        right.contention.store(0, Ordering::Relaxed);
        let (Store::Tree(one), Store::Tree(other)) = (&mut left.store, &mut right.store) else {
            return;
        };
        if one.len().min(other.len()) > FEW {
            return;
        }
        one.join(std::mem::replace(other, TreeStore::new()));
        let (mut bounds, mut parts) = (routes.bounds.clone(), routes.parts.clone());
        bounds.remove(left_index);
        parts.remove(left_index + 1);
        self.publish(Routes { bounds, parts });
        pool.unused.push(places[1]);
    }
    /// The caller has locked `change` and the parts that are concerned, for writing.
    fn publish(&self, routes: Routes) {
        let new = Box::into_raw(Box::new(routes));
        let old = self.routes.swap(new, Ordering::AcqRel);
        // SAFETY: made by a box, and nobody finds it any longer.
        let old = unsafe { Box::from_raw(old) };
        progress::defer(move || drop(old));
    }
}

impl Drop for Ranges {
    fn drop(&mut self) {
        // SAFETY: made by a box; nobody else has the table.
        drop(unsafe { Box::from_raw(*self.routes.get_mut()) });
    }
}
