//! Thread progress: when is unlinked memory no longer seen by any thread?
//!
//! Some structures are read without a lock ([`table`](crate::table)). Whoever unlinks something from them must
//! not free it while a reader may still look at it. So freeing is put off ([`defer`]) until every thread that
//! could have read before the unlinking has since been at a point where it holds nothing.
//!
//! - **Workers** (schedulers) look things up all the time, so for them a look-up costs nothing. They
//!   [register] and then announce quiescent points themselves: [`Worker::quiescent`] between two
//!   processes, [`Worker::offline`] around sleep and anything else that takes long.
//! - **All other threads** (dirty, poll, foreign) are assumed to hold nothing except under a [`Guard`].
//!
//! [`pin`] gives a guard on either kind of thread: to a worker it is a thread-local count that keeps `quiescent`
//! from announcing, to others one store and a fence. References got under a guard live no longer than it.
//!
//! # The protocol
//! There is a global epoch, and each thread has a public word: the epoch it last announced, or 0 when it is
//! offline (holds nothing). What is unlinked gets, after a full fence (F1), the epoch `g` then current as its
//! tag. The epoch goes from `e` to `e + 1` only when, after a full fence (F3), every public word was seen as 0 or
//! `e`. A thread fences (F2) between announcing and reading on. What has tag `g` is freed at epoch `g + 2`.
//!
//! Why no reader is left then: the step `g + 1 → g + 2` read an epoch later than the tag's, so its F3 comes after
//! F1 in the order of all full fences. A thread that it saw at 0 either announces later, so its F2 comes after
//! F3 and F1 and all it reads from then on has the unlinking in it; or had gone offline, with a release store that
//! the step acquired, so that all its reads came before. A thread that it saw at `g + 1` had announced that
//! before, again with a release store; its older reads are thereby past, and its F2 came after it read the epoch
//! `g + 1`, which is later than the tag's read of `g`, so after F1: newer reads have the unlinking in them.
//!
//! A worker whose epoch has not moved since its last announcement says nothing: a quiescent point is then one load.
//! Who steps the epoch: workers that have something to free, every few quiescent points, so an idle or
//! garbage-free system does no work at all.
//!
//! Rejected: fences at every look-up of every thread, as `crossbeam-epoch` and hazard pointers have them. Measured
//! in `tests/figures.rs`: a look-up under a guard takes 2 ns on a worker, 8 ns with the fence; a quiescent point
//! with nothing to free 1.7 ns.
//!
//! One domain serves the whole operating-system process: the threads are shared by all in it.
//! Corresponds to `erl_thr_progress` and its later ops.

use crate::CachePadded;
use crate::facade::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering, fence};
use crate::facade::{Mutex, UnsafeCell};
use std::cell::Cell;
use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::mem::{self, MaybeUninit};
use std::ptr;

/// A worker steps the epoch at most once in so many quiescent points.
const STEP_INTERVAL: u32 = if cfg!(loom) { 1 } else { 8 };
/// …unless it has this many things to free.
const STEP_AT_ONCE: usize = if cfg!(loom) { 1 } else { 64 };
/// Things freed at one quiescent point at most, so that a worker is back soon.
const FREE_AT_ONCE: usize = 256;
/// The public word of a thread that holds nothing.
const OFFLINE: u64 = 0;

/// What threads share.
struct Domain {
    /// On a line with `pending`: both are read at each quiescent point and seldom written.
    shared: CachePadded<Shared>,
    /// All members ever made, linked; records are taken over by later threads.
    members: AtomicPtr<Member>,
    /// Put off by threads that are no workers, or left by workers that went to sleep.
    orphans: Mutex<VecDeque<(u64, Deferred)>>,
}

struct Shared {
    epoch: AtomicU64,
    /// Length of `orphans`.
    pending: AtomicUsize,
}

/// One thread's public side.
struct Member {
    /// The epoch that the thread last announced, or `OFFLINE`. Written by the owner, read by those who step.
    announced: CachePadded<AtomicU64>,
    /// Has an owner.
    claimed: AtomicBool,
    next: *const Member,
    /// The owner's list of what to free. Nobody else touches it.
    bag: UnsafeCell<Bag>,
}

// SAFETY: `next` is written before the member is published and never again; `bag` is touched by the one thread that
// has claimed the member (claiming acquires what the previous owner released).
unsafe impl Sync for Member {}
// SAFETY: as above.
unsafe impl Send for Member {}

/// What a worker has put off, oldest first.
#[derive(Default)]
struct Bag {
    items: VecDeque<Deferred>,
    /// Epoch and number of items, for the front of `items`. Epochs rise.
    sealed: VecDeque<(u64, usize)>,
    /// Items at the back that have no epoch yet: one fence then serves them all.
    open: usize,
}

/// The thread's own side. No destructor, so that reaching it is one load.
struct Local {
    member: Cell<*const Member>,
    /// Guards, plus one for a worker that is online.
    depth: Cell<usize>,
    worker: Cell<bool>,
}

#[cfg(not(loom))]
static DOMAIN: Domain = Domain::new();

#[cfg(loom)]
loom::lazy_static! {
    static ref DOMAIN: Domain = Domain::new();
}

#[cfg(not(loom))]
thread_local! {
    static LOCAL: Local = const {
        Local { member: Cell::new(ptr::null()), depth: Cell::new(0), worker: Cell::new(false) }
    };
    static CLAIM: Claim = const { Claim };
}

#[cfg(loom)]
loom::thread_local! {
    static LOCAL: Local = Local { member: Cell::new(ptr::null()), depth: Cell::new(0), worker: Cell::new(false) };
}

/// Gives the thread's member back when the thread ends. (Not under loom, whose thread-local values end in no order.)
#[cfg(not(loom))]
struct Claim;

#[cfg(not(loom))]
impl Drop for Claim {
    fn drop(&mut self) {
        LOCAL.with(|local| {
            // A guard that was forgotten protects to the end of time: its member is then never given back.
            if local.depth.get() == 0
                && let Some(member) = local.claimed()
            {
                local.member.set(ptr::null());
                member.claimed.store(false, Ordering::Release);
            }
        });
    }
}

impl Local {
    fn claimed(&self) -> Option<&Member> {
        // SAFETY: null, or set by `member` below; members are never freed.
        unsafe { self.member.get().as_ref() }
    }

    /// This thread's member; claims one at first.
    #[inline]
    fn member(&self) -> &Member {
        match self.claimed() {
            Some(member) => member,
            None => self.claim(),
        }
    }

    #[cold]
    fn claim(&self) -> &Member {
        // Makes the destructor run when the thread ends. Too late for that already: the member stays claimed.
        #[cfg(not(loom))]
        let _ = CLAIM.try_with(|_| ());
        let member = DOMAIN.claim();
        self.member.set(member);
        member
    }

    /// Announces that this thread may hold something from now on.
    #[inline]
    fn go_online(&self) {
        let member = self.member();
        let epoch = DOMAIN.shared.epoch.load(Ordering::Relaxed);
        // Release: a step may see this word and not the `OFFLINE` before it, and is to have our older reads behind
        // it all the same.
        member.announced.store(epoch, Ordering::Release);
        // F2.
        fence(Ordering::SeqCst);
    }

    /// Announces that this thread holds nothing.
    #[inline]
    fn go_offline(&self) {
        self.member().announced.store(OFFLINE, Ordering::Release);
    }
}

impl Domain {
    #[cfg(not(loom))]
    const fn new() -> Domain {
        Domain {
            shared: CachePadded::new(Shared {
                epoch: AtomicU64::new(1),
                pending: AtomicUsize::new(0),
            }),
            members: AtomicPtr::new(ptr::null_mut()),
            orphans: Mutex::new(VecDeque::new()),
        }
    }

    #[cfg(loom)]
    fn new() -> Domain {
        Domain {
            shared: CachePadded::new(Shared {
                epoch: AtomicU64::new(1),
                pending: AtomicUsize::new(0),
            }),
            members: AtomicPtr::new(ptr::null_mut()),
            orphans: Mutex::new(VecDeque::new()),
        }
    }

    /// The members at this moment.
    fn members(&self) -> impl Iterator<Item = &Member> {
        let mut next: *const Member = self.members.load(Ordering::Acquire);
        std::iter::from_fn(move || {
            // SAFETY: members are published whole and never freed.
            let member = unsafe { next.as_ref() }?;
            next = member.next;
            Some(member)
        })
    }

    /// A member that nobody owns, for the calling thread.
    fn claim(&self) -> &Member {
        let free = |member: &&Member| {
            !member.claimed.load(Ordering::Relaxed)
                && member
                    .claimed
                    .compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed)
                    .is_ok()
        };
        if let Some(member) = self.members().find(free) {
            return member;
        }
        let member = Box::into_raw(Box::new(Member {
            announced: CachePadded::new(AtomicU64::new(OFFLINE)),
            claimed: AtomicBool::new(true),
            next: ptr::null(),
            bag: UnsafeCell::new(Bag::default()),
        }));
        let mut head = self.members.load(Ordering::Relaxed);
        loop {
            // SAFETY: not published yet, so ours alone.
            unsafe { (*member).next = head };
            // Release: who finds the member sees it whole. That a step may miss it is no harm: it is as one seen
            // offline, and its first announcement comes with a fence.
            match self.members.compare_exchange_weak(
                head,
                member,
                Ordering::AcqRel,
                Ordering::Relaxed,
            ) {
                // SAFETY: members are never freed.
                Ok(_) => return unsafe { &*member },
                Err(now) => head = now,
            }
        }
    }

    /// The tag for what was unlinked before.
    fn tag(&self) -> u64 {
        // F1.
        fence(Ordering::SeqCst);
        self.shared.epoch.load(Ordering::Relaxed)
    }

    /// Steps the epoch if everyone has come along; gives the epoch that is current then.
    fn step(&self) -> u64 {
        let epoch = self.shared.epoch.load(Ordering::Acquire);
        // F3.
        fence(Ordering::SeqCst);
        for member in self.members() {
            let announced = member.announced.load(Ordering::Relaxed);
            if announced != OFFLINE && announced != epoch {
                return epoch;
            }
        }
        // All the reads of those who announced come before what follows.
        fence(Ordering::Acquire);
        match self.shared.epoch.compare_exchange(
            epoch,
            epoch + 1,
            Ordering::AcqRel,
            Ordering::Acquire,
        ) {
            Ok(_) => epoch + 1,
            Err(now) => now,
        }
    }

    /// Leaves something for whoever comes by.
    fn leave(&self, items: impl Iterator<Item = (u64, Deferred)>) {
        let mut orphans = self.orphans.lock();
        orphans.extend(items);
        self.shared.pending.store(orphans.len(), Ordering::Relaxed);
    }

    /// Frees orphans that are ready at `epoch`, at most `limit`; gives their number.
    fn free_orphans(&self, epoch: u64, limit: usize) -> usize {
        let mut freed = 0;
        while freed < limit && self.shared.pending.load(Ordering::Relaxed) > 0 {
            let mut orphans = self.orphans.lock();
            // In order but for a few, which wait a little longer for those before them.
            let Some(&(tag, _)) = orphans.front() else {
                break;
            };
            if tag + 2 > epoch {
                break;
            }
            let ready = orphans.pop_front();
            self.shared.pending.store(orphans.len(), Ordering::Relaxed);
            drop(orphans);
            if let Some((_, deferred)) = ready {
                deferred.run();
                freed += 1;
            }
        }
        freed
    }
}

impl Member {
    /// The owner's bag, for a moment in which no foreign code runs.
    ///
    /// # Safety
    /// The caller is on the thread that owns the member, and `access` does not come here again.
    unsafe fn with_bag<R>(&self, access: impl FnOnce(&mut Bag) -> R) -> R {
        // SAFETY: by the caller there is no other access.
        self.bag.with_mut(|bag| access(unsafe { &mut *bag }))
    }
}

impl Bag {
    /// Tags what has no tag yet.
    fn seal(&mut self) {
        if self.open > 0 {
            let tag = DOMAIN.tag();
            let open = mem::take(&mut self.open);
            match self.sealed.back_mut() {
                Some((last, count)) if *last == tag => *count += open,
                _ => self.sealed.push_back((tag, open)),
            }
        }
    }

    fn pop_ready(&mut self, epoch: u64) -> Option<Deferred> {
        let (tag, count) = self.sealed.front_mut()?;
        if *tag + 2 > epoch {
            return None;
        }
        *count -= 1;
        if *count == 0 {
            self.sealed.pop_front();
        }
        self.items.pop_front()
    }

    /// Everything, with its tags.
    fn drain(&mut self) -> impl Iterator<Item = (u64, Deferred)> {
        self.seal();
        let tags = mem::take(&mut self.sealed)
            .into_iter()
            .flat_map(|(tag, count)| std::iter::repeat_n(tag, count));
        tags.zip(mem::take(&mut self.items))
    }
}

/// While it lives, nothing is freed that its thread could have found since it was made.
pub struct Guard {
    _not_send: PhantomData<*const ()>,
}

/// Protects the calling thread's look-ups until the guard is dropped. Nests; costs next to nothing on a worker.
#[inline]
pub fn pin() -> Guard {
    LOCAL.with(|local| {
        let depth = local.depth.get();
        local.depth.set(depth + 1);
        if depth == 0 {
            local.go_online();
        }
    });
    Guard {
        _not_send: PhantomData,
    }
}

impl Drop for Guard {
    #[inline]
    fn drop(&mut self) {
        LOCAL.with(|local| {
            let depth = local.depth.get() - 1;
            local.depth.set(depth);
            if depth == 0 {
                local.go_offline();
            }
        });
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guard")
    }
}

/// Runs `free` once every thread that could have seen what the caller has just unlinked holds nothing any more.
/// On whichever thread finds out; soon if workers run, else when one does or [`collect`] is called.
pub fn defer(free: impl FnOnce() + Send + 'static) {
    defer_item(Deferred::new(free));
}

fn defer_item(item: Deferred) {
    LOCAL.with(|local| {
        if local.worker.get() {
            // SAFETY: a worker owns its member, and nothing here comes back to the bag.
            unsafe {
                local.member().with_bag(|bag| {
                    bag.items.push_back(item);
                    bag.open += 1;
                });
            }
        } else {
            DOMAIN.leave(std::iter::once((DOMAIN.tag(), item)));
        }
    });
}

/// Steps the epoch if possible and frees what is ready, on behalf of everyone; gives the number of things freed.
/// For threads that have nothing better to do, and where no worker runs.
pub fn collect() -> usize {
    let epoch = DOMAIN.step();
    DOMAIN.free_orphans(epoch, usize::MAX)
}

/// Number of things that wait in the common list (not those in workers' own lists). A hint.
pub fn pending() -> usize {
    DOMAIN.shared.pending.load(Ordering::Relaxed)
}

/// Makes the calling thread a worker: it counts as holding something from now on, except at the quiescent points
/// that it announces.
///
/// # Panics
/// If the thread is a worker already, or holds a guard.
pub fn register() -> Worker {
    LOCAL.with(|local| {
        assert!(!local.worker.get(), "a thread registers once");
        assert_eq!(
            local.depth.get(),
            0,
            "a thread registers while it holds nothing"
        );
        local.worker.set(true);
        local.depth.set(1);
        local.go_online();
        Worker {
            ticks: 0,
            _not_send: PhantomData,
        }
    })
}

/// A registered thread's side. Stays on its thread; dropping it ends the registration.
pub struct Worker {
    /// Quiescent points with something to free since the last step.
    ticks: u32,
    _not_send: PhantomData<*const ()>,
}

impl Worker {
    /// Announces that this thread holds nothing that it looked up before, and frees a little of what is ready.
    ///
    /// Under a live [`Guard`] this does nothing.
    #[inline]
    pub fn quiescent(&mut self) {
        LOCAL.with(|local| {
            if local.depth.get() != 1 {
                return;
            }
            let member = local.member();
            let epoch = DOMAIN.shared.epoch.load(Ordering::Relaxed);
            // Only this thread writes the word, so it reads its own last store.
            if member.announced.load(Ordering::Relaxed) != epoch {
                member.announced.store(epoch, Ordering::Release);
                // F2.
                fence(Ordering::SeqCst);
            }
            // SAFETY: this worker owns its member, and nothing here comes back to the bag.
            let own = unsafe { member.with_bag(|bag| bag.items.len()) };
            if own > 0 || pending() > 0 {
                self.free(member, own);
            }
        });
    }

    #[cold]
    fn free(&mut self, member: &Member, own: usize) {
        // SAFETY: this worker owns its member, and nothing here comes back to the bag.
        unsafe { member.with_bag(Bag::seal) };
        self.ticks += 1;
        if self.ticks >= STEP_INTERVAL || own >= STEP_AT_ONCE {
            self.ticks = 0;
            let epoch = DOMAIN.step();
            let freed = free_own(member, epoch, FREE_AT_ONCE);
            DOMAIN.free_orphans(epoch, FREE_AT_ONCE - freed);
        } else {
            free_own(
                member,
                DOMAIN.shared.epoch.load(Ordering::Acquire),
                FREE_AT_ONCE,
            );
        }
    }

    /// Runs `body` (sleep, a long system call) while this thread counts as holding nothing. What it has still to
    /// free is freed now if nobody else is in the way, or left to the others.
    ///
    /// Under a live [`Guard`] the thread keeps counting as holding something.
    pub fn offline<R>(&mut self, body: impl FnOnce() -> R) -> R {
        /// Comes back online even if `body` panics.
        struct Back(bool);
        impl Drop for Back {
            fn drop(&mut self) {
                if self.0 {
                    LOCAL.with(|local| {
                        let depth = local.depth.get();
                        local.depth.set(depth + 1);
                        // Not so if a guard got out of `body`: then we have been online since.
                        if depth == 0 {
                            local.go_online();
                        }
                    });
                }
            }
        }
        let left = LOCAL.with(|local| {
            let left = local.depth.get() == 1;
            if left {
                local.depth.set(0);
                local.go_offline();
                clear(local.member());
            }
            left
        });
        let _back = Back(left);
        body()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        LOCAL.with(|local| {
            local.worker.set(false);
            let depth = local.depth.get() - 1;
            local.depth.set(depth);
            if depth == 0 {
                local.go_offline();
            }
            clear(local.member());
        });
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Worker")
    }
}

/// Frees what is ready of the owner's bag, at most `limit` things; gives their number.
fn free_own(member: &Member, epoch: u64, limit: usize) -> usize {
    let mut freed = 0;
    while freed < limit {
        // SAFETY: called by the owner only; what is taken out runs after the access is over, so it may put off more.
        let Some(ready) = (unsafe { member.with_bag(|bag| bag.pop_ready(epoch)) }) else {
            break;
        };
        ready.run();
        freed += 1;
    }
    freed
}

/// Empties the bag of a thread that has just gone offline: frees what it can, leaves the rest to the others.
fn clear(member: &Member) {
    // Two steps make ready what was put off last; what that puts off in turn gets its chance as well.
    for _ in 0..3 {
        // SAFETY: called by the owner only, and nothing here comes back to the bag.
        let empty = unsafe {
            member.with_bag(|bag| {
                bag.seal();
                bag.items.is_empty()
            })
        };
        if empty && pending() == 0 {
            return;
        }
        let epoch = DOMAIN.step();
        free_own(member, epoch, usize::MAX);
        DOMAIN.free_orphans(epoch, usize::MAX);
    }
    // SAFETY: as above.
    let left: Vec<_> = unsafe { member.with_bag(|bag| bag.drain().collect()) };
    if !left.is_empty() {
        DOMAIN.leave(left.into_iter());
    }
}

/// A closure that was put off; small ones stand in place.
struct Deferred {
    call: unsafe fn(*mut u8),
    data: MaybeUninit<[usize; 3]>,
}

// SAFETY: made from closures that are `Send`, and only by `new`.
unsafe impl Send for Deferred {}

impl Deferred {
    fn new<F: FnOnce() + Send + 'static>(free: F) -> Deferred {
        /// # Safety
        /// `data` holds an `F` that nobody uses afterwards.
        unsafe fn in_place<F: FnOnce()>(data: *mut u8) {
            // SAFETY: by the caller.
            (unsafe { data.cast::<F>().read() })();
        }
        /// # Safety
        /// `data` holds a `Box<F>` that nobody uses afterwards.
        unsafe fn boxed<F: FnOnce()>(data: *mut u8) {
            // SAFETY: by the caller.
            (unsafe { data.cast::<Box<F>>().read() })();
        }
        let mut data = MaybeUninit::<[usize; 3]>::uninit();
        let at = data.as_mut_ptr().cast::<u8>();
        let call = if size_of::<F>() <= size_of::<[usize; 3]>()
            && align_of::<F>() <= align_of::<usize>()
        {
            // SAFETY: it fits, by the test above.
            unsafe { at.cast::<F>().write(free) };
            in_place::<F>
        } else {
            // SAFETY: a box is one word.
            unsafe { at.cast::<Box<F>>().write(Box::new(free)) };
            boxed::<F>
        };
        Deferred { call, data }
    }

    fn run(self) {
        let mut item = mem::ManuallyDrop::new(self);
        // SAFETY: `new` paired the function with the data; `self` is gone, so this is the only call. (No `Drop`: an
        // item that is never run leaks its closure.)
        unsafe { (item.call)(item.data.as_mut_ptr().cast()) }
    }
}

#[cfg(test)]
#[cfg(not(loom))]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::mpsc::channel;
    use std::time::{Duration, Instant};

    // One domain serves all tests, which run at once: each waits for what it needs and asserts only what others
    // cannot change.

    fn eventually(mut what: impl FnMut() -> bool) {
        let end = Instant::now() + Duration::from_secs(60);
        while !what() {
            assert!(Instant::now() < end, "nothing came of it");
            std::thread::yield_now();
        }
    }

    fn flag() -> (Arc<AtomicBool>, impl FnOnce() + Send + 'static) {
        let flag = Arc::new(AtomicBool::new(false));
        let there = Arc::clone(&flag);
        (flag, move || there.store(true, Ordering::SeqCst))
    }

    #[test]
    fn what_is_put_off_runs_without_workers() {
        let (ran, free) = flag();
        defer(free);
        eventually(|| {
            collect();
            ran.load(Ordering::SeqCst)
        });
    }

    #[test]
    fn a_guard_of_any_thread_holds_it_back() {
        let (ran, free) = flag();
        let guard = pin();
        defer(free);
        std::thread::spawn(|| (0..100).for_each(|_| _ = collect()))
            .join()
            .unwrap();
        assert!(!ran.load(Ordering::SeqCst));
        drop(guard);
        eventually(|| {
            collect();
            ran.load(Ordering::SeqCst)
        });
    }

    #[test]
    fn a_worker_holds_it_back_until_it_is_quiescent() {
        let (to_worker, orders) = channel::<u32>();
        let (to_us, answers) = channel();
        let thread = std::thread::spawn(move || {
            let mut worker = register();
            to_us.send(()).unwrap();
            for order in orders {
                match order {
                    0 => worker.quiescent(),
                    1 => {
                        let _guard = pin();
                        worker.quiescent();
                    }
                    _ => worker.offline(|| std::thread::sleep(Duration::from_millis(1))),
                }
                to_us.send(()).unwrap();
            }
        });
        let order = |number| {
            to_worker.send(number).unwrap();
            answers.recv().unwrap();
        };
        answers.recv().unwrap();
        let (ran, free) = flag();
        defer(free);
        for _ in 0..10 {
            order(1);
            collect();
        }
        assert!(
            !ran.load(Ordering::SeqCst),
            "a quiescent point under a guard is none"
        );
        eventually(|| {
            order(0);
            collect();
            ran.load(Ordering::SeqCst)
        });
        let (ran, free) = flag();
        defer(free);
        eventually(|| {
            order(2);
            collect();
            ran.load(Ordering::SeqCst)
        });
        drop(to_worker);
        thread.join().unwrap();
    }

    #[test]
    fn a_worker_frees_its_own_and_what_that_puts_off() {
        let (ran, free) = flag();
        let mut worker = register();
        defer(move || defer(free));
        eventually(|| {
            worker.quiescent();
            ran.load(Ordering::SeqCst)
        });
    }

    #[test]
    fn a_worker_that_goes_leaves_nothing_behind() {
        let (first, free_first) = flag();
        let (second, free_second) = flag();
        std::thread::spawn(move || {
            let mut worker = register();
            defer(free_first);
            worker.offline(|| ());
            defer(free_second);
        })
        .join()
        .unwrap();
        eventually(|| {
            collect();
            first.load(Ordering::SeqCst) && second.load(Ordering::SeqCst)
        });
    }

    #[test]
    fn large_closures_run_too() {
        let (ran, free) = flag();
        let large = [7u64; 32];
        defer(move || {
            assert_eq!(large.iter().sum::<u64>(), 224);
            free();
        });
        eventually(|| {
            collect();
            ran.load(Ordering::SeqCst)
        });
    }

    #[test]
    fn records_of_threads_are_used_again() {
        for _ in 0..200 {
            std::thread::spawn(|| drop(pin())).join().unwrap();
        }
        assert!(DOMAIN.members().count() < 100);
    }
}
