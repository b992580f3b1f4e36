//! Locks that may only be taken from the outermost rank inwards.
//!
//! Every lock of the machine has a [`Rank`]. A thread that holds locks may take only a lock of a rank further
//! in, so no two threads can wait for each other. Builds with debug assertions check this at every acquisition
//! and panic with both places; release builds carry the rank and check nothing. Two locks of one rank are taken
//! together only by [`lock_two`], which orders them by address, and by [`read_all`] and [`write_all`]. A try cannot
//! wait, so it is exempt from the order, but what it got counts as held.
//!
//! Not here: locks inside this crate, which are leaves (nothing is taken while they are held).
//! Corresponds to `erl_lock_check`.

use crate::facade;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

/// Ranks, outermost first. The order of these rows is the lock order of the whole machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Rank {
    /// Staging and committing of code; only one loader at a time.
    CodeStaging,
    /// A process's own lock, where another thread must stop it.
    ProcessMain,
    /// Registered names.
    Registry,
    /// What belongs to signal delivery of one process.
    SignalQueue,
    /// Timer wheels.
    Timer,
    /// The tables of ETS tables: names, owners.
    EtsMeta,
    /// Which parts an ETS table has.
    EtsParts,
    /// One ETS table, or a part of it.
    EtsTable,
    /// The table of ports.
    PortTable,
    /// One port.
    Port,
    /// Known nodes and connections.
    NodeTable,
    /// One run queue.
    RunQueue,
    /// The atom table.
    AtomTable,
    /// Memory areas: literal ranges, code areas.
    Memory,
}

/// Says in debug builds that a lock of this rank is held; lives in the guard.
struct Held {
    #[cfg(debug_assertions)]
    rank: Rank,
}

#[cfg(debug_assertions)]
mod held {
    use super::{Held, Rank};
    use std::cell::Cell;
    use std::panic::Location;

    const RANKS: usize = Rank::Memory as usize + 1;

    #[derive(Clone, Copy)]
    struct Place {
        count: u32,
        at: Option<&'static Location<'static>>,
    }

    thread_local! {
        static HELD: [Cell<Place>; RANKS] = const { [const { Cell::new(Place { count: 0, at: None }) }; RANKS] };
    }

    impl Held {
        /// Panics if this thread holds a lock of `rank` or of one further in.
        #[track_caller]
        pub(super) fn check(rank: Rank) {
            HELD.with(|held| {
                for (inner, place) in held.iter().enumerate().skip(rank as usize) {
                    if place.get().count > 0 {
                        let at = place
                            .get()
                            .at
                            .map_or(String::new(), |at| format!(", locked at {at}"));
                        panic!(
                            "lock order: {rank:?} is taken while rank {inner} ({}) is held{at}",
                            name(inner)
                        );
                    }
                }
            });
        }

        #[track_caller]
        pub(super) fn new(rank: Rank) -> Held {
            // Here and not below: a closure's caller is not ours.
            let at = Some(Location::caller());
            HELD.with(|held| {
                let place = &held[rank as usize];
                place.set(Place {
                    count: place.get().count + 1,
                    at,
                });
            });
            Held { rank }
        }

        pub(super) fn none() -> Option<(String, Option<&'static Location<'static>>)> {
            HELD.with(|held| {
                let (rank, place) = held
                    .iter()
                    .enumerate()
                    .find(|(_, place)| place.get().count > 0)?;
                Some((name(rank), place.get().at))
            })
        }
    }

    impl Drop for Held {
        fn drop(&mut self) {
            HELD.with(|held| {
                let place = &held[self.rank as usize];
                place.set(Place {
                    count: place.get().count - 1,
                    ..place.get()
                });
            });
        }
    }

    /// For the message only.
    fn name(rank: usize) -> String {
        use Rank::*;
        [
            CodeStaging,
            ProcessMain,
            Registry,
            SignalQueue,
            Timer,
            EtsMeta,
            EtsParts,
            EtsTable,
            PortTable,
            Port,
            NodeTable,
            RunQueue,
            AtomTable,
            Memory,
        ]
        .get(rank)
        .map_or(String::new(), |rank| format!("{rank:?}"))
    }
}

#[cfg(not(debug_assertions))]
impl Held {
    #[inline(always)]
    fn check(_: Rank) {}

    #[inline(always)]
    fn new(_: Rank) -> Held {
        Held {}
    }
}

/// Asserts in debug builds that the calling thread holds no ranked lock: before it switches processes, blocks in
/// the system or runs foreign code.
#[track_caller]
pub fn assert_none_held() {
    #[cfg(debug_assertions)]
    if let Some((rank, at)) = Held::none() {
        panic!("a lock of rank {rank} is held here; locked at {at:?}");
    }
}

/// A mutual exclusion lock with a rank.
pub struct Mutex<T> {
    rank: Rank,
    lock: facade::Mutex<T>,
}

/// Access to what a [`Mutex`] holds. Stays on its thread.
pub struct MutexGuard<'l, T> {
    guard: facade::MutexGuard<'l, T>,
    _held: Held,
}

impl<T> Mutex<T> {
    /// A free lock.
    #[cfg(not(loom))]
    pub const fn new(rank: Rank, value: T) -> Mutex<T> {
        Mutex {
            rank,
            lock: facade::Mutex::new(value),
        }
    }

    /// A free lock.
    #[cfg(loom)]
    pub fn new(rank: Rank, value: T) -> Mutex<T> {
        Mutex {
            rank,
            lock: facade::Mutex::new(value),
        }
    }

    /// Waits for the lock.
    #[inline]
    #[track_caller]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        Held::check(self.rank);
        MutexGuard {
            guard: self.lock.lock(),
            _held: Held::new(self.rank),
        }
    }

    /// Takes the lock if it is free.
    #[inline]
    #[track_caller]
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        let guard = self.lock.try_lock()?;
        Some(MutexGuard {
            guard,
            _held: Held::new(self.rank),
        })
    }

    /// The content, through exclusive access.
    pub fn get_mut(&mut self) -> &mut T {
        self.lock.get_mut()
    }

    /// The content.
    pub fn into_inner(self) -> T {
        self.lock.into_inner()
    }

    /// The lock's rank.
    pub fn rank(&self) -> Rank {
        self.rank
    }
}

/// Takes two locks of one rank, in the order of their addresses, and gives the guards in the order asked for.
///
/// # Panics
/// If the two are the same lock (a thread cannot wait for itself), or of different ranks.
#[track_caller]
pub fn lock_two<'l, T>(a: &'l Mutex<T>, b: &'l Mutex<T>) -> (MutexGuard<'l, T>, MutexGuard<'l, T>) {
    assert_eq!(
        a.rank, b.rank,
        "locks of different ranks are taken one after the other"
    );
    assert!(!std::ptr::eq(a, b), "one lock cannot be taken twice");
    Held::check(a.rank);
    let take = |mutex: &'l Mutex<T>| MutexGuard {
        guard: mutex.lock.lock(),
        _held: Held::new(mutex.rank),
    };
    if std::ptr::from_ref(a) < std::ptr::from_ref(b) {
        let a = take(a);
        (a, take(b))
    } else {
        let b = take(b);
        (take(a), b)
    }
}

/// Shared access to several locks of one rank. All who take some of them together take them in one and the same order.
#[track_caller]
pub fn read_all<'l, T: 'l, G: FromIterator<ReadGuard<'l, T>>>(
    locks: impl Iterator<Item = &'l RwLock<T>>,
) -> G {
    let mut first = true;
    locks
        .map(|lock| {
            if std::mem::take(&mut first) {
                Held::check(lock.rank);
            }
            ReadGuard {
                guard: lock.lock.read(),
                _held: Held::new(lock.rank),
            }
        })
        .collect()
}

/// Exclusive access to several locks of one rank, as [`read_all`].
#[track_caller]
pub fn write_all<'l, T: 'l, G: FromIterator<WriteGuard<'l, T>>>(
    locks: impl Iterator<Item = &'l RwLock<T>>,
) -> G {
    let mut first = true;
    locks
        .map(|lock| {
            if std::mem::take(&mut first) {
                Held::check(lock.rank);
            }
            WriteGuard {
                guard: lock.lock.write(),
                _held: Held::new(lock.rank),
            }
        })
        .collect()
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

/// A read-write lock with a rank. A thread that reads must not read again: a writer may wait in between.
pub struct RwLock<T> {
    rank: Rank,
    lock: facade::RwLock<T>,
}

/// Shared access to what a [`RwLock`] holds. Stays on its thread.
pub struct ReadGuard<'l, T> {
    guard: facade::RwLockReadGuard<'l, T>,
    _held: Held,
}

/// Exclusive access to what a [`RwLock`] holds. Stays on its thread.
pub struct WriteGuard<'l, T> {
    guard: facade::RwLockWriteGuard<'l, T>,
    _held: Held,
}

impl<T> RwLock<T> {
    /// A free lock.
    #[cfg(not(loom))]
    pub const fn new(rank: Rank, value: T) -> RwLock<T> {
        RwLock {
            rank,
            lock: facade::RwLock::new(value),
        }
    }

    /// A free lock.
    #[cfg(loom)]
    pub fn new(rank: Rank, value: T) -> RwLock<T> {
        RwLock {
            rank,
            lock: facade::RwLock::new(value),
        }
    }

    /// Waits for shared access.
    #[inline]
    #[track_caller]
    pub fn read(&self) -> ReadGuard<'_, T> {
        Held::check(self.rank);
        ReadGuard {
            guard: self.lock.read(),
            _held: Held::new(self.rank),
        }
    }

    /// Waits for exclusive access.
    #[inline]
    #[track_caller]
    pub fn write(&self) -> WriteGuard<'_, T> {
        Held::check(self.rank);
        WriteGuard {
            guard: self.lock.write(),
            _held: Held::new(self.rank),
        }
    }

    /// Takes shared access if no writer has or wants the lock.
    #[inline]
    #[track_caller]
    pub fn try_read(&self) -> Option<ReadGuard<'_, T>> {
        let guard = self.lock.try_read()?;
        Some(ReadGuard {
            guard,
            _held: Held::new(self.rank),
        })
    }

    /// Takes exclusive access if the lock is free.
    #[inline]
    #[track_caller]
    pub fn try_write(&self) -> Option<WriteGuard<'_, T>> {
        let guard = self.lock.try_write()?;
        Some(WriteGuard {
            guard,
            _held: Held::new(self.rank),
        })
    }

    /// The content, through exclusive access.
    pub fn get_mut(&mut self) -> &mut T {
        self.lock.get_mut()
    }

    /// The content.
    pub fn into_inner(self) -> T {
        self.lock.into_inner()
    }

    /// The lock's rank.
    pub fn rank(&self) -> Rank {
        self.rank
    }
}

impl<T> Deref for ReadGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> Deref for WriteGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for WriteGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

/// A condition to wait for under a ranked [`Mutex`]. The lock counts as held while its thread waits: a waiter
/// must hold nothing further in, and nothing else that its waker needs.
#[derive(Default)]
pub struct Condvar(facade::Condvar);

impl Condvar {
    /// Nobody waits.
    pub fn new() -> Condvar {
        Condvar::default()
    }

    /// Gives the lock up, waits to be notified (or for no reason), and takes the lock again.
    pub fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        self.0.wait(&mut guard.guard);
    }

    /// As [`wait`](Condvar::wait), but at most so long; false if the time was up.
    pub fn wait_for<T>(&self, guard: &mut MutexGuard<'_, T>, timeout: Duration) -> bool {
        !self.0.wait_for(&mut guard.guard, timeout).timed_out()
    }

    /// Wakes one waiter.
    pub fn notify_one(&self) {
        self.0.notify_one();
    }

    /// Wakes all waiters.
    pub fn notify_all(&self) {
        self.0.notify_all();
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Condvar")
    }
}

impl<T: fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mutex")
            .field("rank", &self.rank)
            .finish_non_exhaustive()
    }
}

impl<T: fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RwLock")
            .field("rank", &self.rank)
            .finish_non_exhaustive()
    }
}

impl<T: fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: fmt::Debug> fmt::Debug for ReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: fmt::Debug> fmt::Debug for WriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
#[cfg(not(loom))]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn inwards_is_fine_and_locks_go_in_any_order() {
        let outer = Mutex::new(Rank::Registry, 1);
        let inner = RwLock::new(Rank::AtomTable, 2);
        let (a, b) = (outer.lock(), inner.read());
        assert_eq!(*a + *b, 3);
        drop(a);
        drop(b);
        *inner.write() += 1;
        *outer.lock() += 1;
        assert_eq!((outer.into_inner(), inner.into_inner()), (2, 3));
        assert_none_held();
    }

    #[cfg(debug_assertions)]
    #[test]
    #[should_panic(expected = "lock order: Registry is taken while rank 12 (AtomTable) is held")]
    fn outwards_panics() {
        let outer = Mutex::new(Rank::Registry, ());
        let inner = RwLock::new(Rank::AtomTable, ());
        let _inner = inner.read();
        let _outer = outer.lock();
    }

    #[cfg(debug_assertions)]
    #[test]
    #[should_panic(expected = "lock order: Port is taken")]
    fn one_rank_twice_panics() {
        let (a, b) = (Mutex::new(Rank::Port, ()), Mutex::new(Rank::Port, ()));
        let _a = a.lock();
        let _b = b.lock();
    }

    #[cfg(debug_assertions)]
    #[test]
    #[should_panic(expected = "a lock of rank Timer is held here")]
    fn holding_where_nothing_may_be_held_panics() {
        let lock = Mutex::new(Rank::Timer, ());
        let _held = lock.lock();
        assert_none_held();
    }

    #[test]
    fn a_try_may_go_outwards() {
        let outer = Mutex::new(Rank::Registry, ());
        let inner = Mutex::new(Rank::Memory, ());
        let _inner = inner.lock();
        assert!(outer.try_lock().is_some());
    }

    #[test]
    fn two_of_one_rank_never_deadlock() {
        let locks = [0u64; 2].map(|zero| Mutex::new(Rank::ProcessMain, zero));
        std::thread::scope(|scope| {
            for thread in 0..2 {
                let locks = &locks;
                scope.spawn(move || {
                    for _ in 0..10_000 {
                        let (mut a, mut b) = lock_two(&locks[thread], &locks[1 - thread]);
                        *a += 1;
                        *b += 1;
                    }
                });
            }
        });
        assert_eq!(locks.each_ref().map(|lock| *lock.lock()), [20_000, 20_000]);
    }

    #[test]
    fn a_condition_is_waited_for() {
        let shared = Arc::new((Mutex::new(Rank::RunQueue, false), Condvar::new()));
        let there = Arc::clone(&shared);
        let setter = std::thread::spawn(move || {
            *there.0.lock() = true;
            there.1.notify_all();
        });
        let mut ready = shared.0.lock();
        while !*ready {
            shared.1.wait_for(&mut ready, Duration::from_secs(10));
        }
        drop(ready);
        setter.join().unwrap();
        assert_none_held();
    }
}
