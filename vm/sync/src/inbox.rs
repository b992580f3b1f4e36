//! Many-writer one-reader queue, linked through its nodes: signals of a process, tasks of a port.
//!
//! Writers push onto a stack with one compare-and-swap each. The reader swaps the whole stack out and turns it
//! round, which touches each node once, shortly before the reader does so anyway. Hence:
//! - a push never waits for another thread, and there is no moment at which a node is in but cannot be reached
//!   (a queue with a swapped tail has one);
//! - no address is ever compared with one seen earlier to decide what follows, so there is no ABA;
//! - arrival order, and with it the order between each sender and receiver, is the order of the swaps;
//! - closing is one more value of the same word: a push either comes before it and is returned by
//!   [`close`](Inbox::close), or gets its node back. Nothing is lost in between.
//!
//! Rejected: a queue with swapped tail (a writer that is preempted between its two steps hides all that came
//! later), and a lock (the writers are other schedulers). Corresponds to the outer signal queue of a process.

use crate::facade::UnsafeCell;
use crate::facade::atomic::{AtomicPtr, Ordering};
use std::fmt;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

/// The place in a node where the queue keeps its link.
pub struct Next<N>(UnsafeCell<*mut N>);

impl<N> Next<N> {
    /// A link of a node that is in no queue.
    #[cfg(not(loom))]
    pub const fn new() -> Next<N> {
        Next(UnsafeCell::new(ptr::null_mut()))
    }

    /// A link of a node that is in no queue.
    #[cfg(loom)]
    pub fn new() -> Next<N> {
        Next(UnsafeCell::new(ptr::null_mut()))
    }
}

impl<N> Default for Next<N> {
    fn default() -> Next<N> {
        Next::new()
    }
}

impl<N> fmt::Debug for Next<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Next")
    }
}

// SAFETY: the pointer in a link is read and written only by whoever owns the node: its writer before the push,
// the reader after it was taken. It gives no access to the node it points to by itself.
unsafe impl<N: Send> Send for Next<N> {}
// SAFETY: as above; a shared link cannot be read or written from outside this module.
unsafe impl<N: Send> Sync for Next<N> {}

/// An owning handle to a node that carries its own link.
///
/// `Box<Node<T>>` is one. A type with the link inside it, or of varying size, implements this for its own handle.
///
/// # Safety
/// - `into_raw` gives up the node and `from_raw` takes it back; between the two the node stays at its address
///   and nothing else touches it.
/// - `next` gives the link of the very node, the same one each time, and nothing but this module uses the link.
/// - `into_raw` gives a pointer that is aligned to at least two bytes.
pub unsafe trait Linked: Sized {
    /// What the handle owns.
    type Node;

    /// Gives up the handle.
    fn into_raw(self) -> NonNull<Self::Node>;

    /// Takes the handle back.
    ///
    /// # Safety
    /// `node` came from `into_raw`, and was not taken back since.
    unsafe fn from_raw(node: NonNull<Self::Node>) -> Self;

    /// The node's link.
    ///
    /// # Safety
    /// `node` came from `into_raw`, and was not taken back since.
    unsafe fn next(node: NonNull<Self::Node>) -> NonNull<Next<Self::Node>>;
}

/// A value with a link: the node for a type that has no link of its own.
#[derive(Debug)]
pub struct Node<T> {
    next: Next<Node<T>>,
    /// What is queued.
    pub value: T,
}

impl<T> Node<T> {
    /// A node outside any queue, on the heap.
    pub fn new(value: T) -> Box<Node<T>> {
        Box::new(Node {
            next: Next::new(),
            value,
        })
    }
}

// SAFETY: a box owns its node at a fixed address; `next` is the one link in it, private to this module; a pointer
// inside the node makes its alignment that of a pointer.
unsafe impl<T> Linked for Box<Node<T>> {
    type Node = Node<T>;

    #[inline]
    fn into_raw(self) -> NonNull<Node<T>> {
        NonNull::from(Box::leak(self))
    }

    #[inline]
    unsafe fn from_raw(node: NonNull<Node<T>>) -> Self {
        // SAFETY: by the caller, this came from `into_raw` and nobody else owns it.
        unsafe { Box::from_raw(node.as_ptr()) }
    }

    #[inline]
    unsafe fn next(node: NonNull<Node<T>>) -> NonNull<Next<Node<T>>> {
        // SAFETY: by the caller, the node is alive, so its field has an address.
        unsafe { NonNull::new_unchecked(&raw mut (*node.as_ptr()).next) }
    }
}

/// Reads the link of a node.
///
/// # Safety
/// As [`Linked::next`], and the caller owns the node.
#[inline]
unsafe fn link<L: Linked>(node: NonNull<L::Node>) -> *mut L::Node {
    // SAFETY: by the caller the node is alive and ours, so the link is there and nobody writes it.
    unsafe { L::next(node).as_ref().0.with(|next| *next) }
}

/// Writes the link of a node.
///
/// # Safety
/// As [`Linked::next`], and the caller owns the node.
#[inline]
unsafe fn set_link<L: Linked>(node: NonNull<L::Node>, target: *mut L::Node) {
    // SAFETY: by the caller the node is alive and ours, so the link is there and nobody reads it.
    unsafe { L::next(node).as_ref().0.with_mut(|next| *next = target) }
}

/// Was the queue empty before this push? Then the reader may be asleep, and the pusher is the one who must wake
/// it: exactly one of the pushes since the reader last took everything sees `true`.
#[must_use = "the push that finds the queue empty has to wake the reader"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WasEmpty(pub bool);

/// The reader is gone for good; here is the node back.
pub struct Closed<L>(pub L);

impl<L> fmt::Debug for Closed<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Closed")
    }
}

impl<L> fmt::Display for Closed<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the inbox is closed")
    }
}

impl<L> std::error::Error for Closed<L> {}

/// The queue: one word.
pub struct Inbox<L: Linked> {
    /// Last pushed node, null when empty, or [`closed`].
    head: AtomicPtr<L::Node>,
    /// The queue owns handles.
    _owns: PhantomData<L>,
}

// SAFETY: handles go in on one thread and come out on another; the queue itself is one atomic word.
unsafe impl<L: Linked + Send> Send for Inbox<L> {}
// SAFETY: as above; a shared queue lends no node, it only takes and gives whole handles.
unsafe impl<L: Linked + Send> Sync for Inbox<L> {}

/// The word of a closed queue: an odd address, which no node has.
#[inline(always)]
fn closed<N>() -> *mut N {
    ptr::without_provenance_mut(1)
}

impl<L: Linked> Inbox<L> {
    /// An empty, open queue.
    #[cfg(not(loom))]
    pub const fn new() -> Inbox<L> {
        Inbox {
            head: AtomicPtr::new(ptr::null_mut()),
            _owns: PhantomData,
        }
    }

    /// An empty, open queue.
    #[cfg(loom)]
    pub fn new() -> Inbox<L> {
        Inbox {
            head: AtomicPtr::new(ptr::null_mut()),
            _owns: PhantomData,
        }
    }

    /// Puts `node` in, behind everything that is there. Any thread; lock-free.
    #[inline]
    pub fn push(&self, node: L) -> Result<WasEmpty, Closed<L>> {
        let node = node.into_raw();
        // SAFETY: `node` is ours until the exchange below succeeds.
        unsafe { self.push_segment(node, node) }.map_err(|_| {
            // SAFETY: the exchange never succeeded, so the node is still ours, and `into_raw` gave it above.
            Closed(unsafe { L::from_raw(node) })
        })
    }

    /// Puts a whole chain in, in its order and with nothing in between. Any thread; lock-free.
    ///
    /// An empty chain changes nothing, and the answer is then that the queue was not empty: nobody need be woken.
    pub fn push_chain(&self, chain: Chain<L>) -> Result<WasEmpty, Closed<Chain<L>>> {
        let Some(chain) = chain.into_reversed() else {
            return Ok(WasEmpty(false));
        };
        // SAFETY: `into_reversed` gave the nodes up to us, linked from `last` to `first`.
        unsafe { self.push_segment(chain.last, chain.first) }.map_err(|_| {
            // SAFETY: the exchange never succeeded: the nodes are still ours and linked as they were, up to the
            // link of `first`, which may point anywhere and ends the chain again here.
            unsafe {
                set_link::<L>(chain.first, ptr::null_mut());
                Closed(Chain::from_reversed(chain.last))
            }
        })
    }

    /// Puts in a stack of nodes, of which `newest` is the top and `oldest` the bottom.
    ///
    /// # Safety
    /// The caller owns the nodes, which are linked from `newest` to `oldest`. On success they belong to the queue.
    #[inline]
    unsafe fn push_segment(
        &self,
        newest: NonNull<L::Node>,
        oldest: NonNull<L::Node>,
    ) -> Result<WasEmpty, ()> {
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            if head == closed() {
                return Err(());
            }
            // SAFETY: not yet in the queue, so the node is ours.
            unsafe { set_link::<L>(oldest, head) };
            // Release: whoever takes the node sees its content and its link. AcqRel, and not Release alone, so that a
            // pusher that found the queue not empty sees what the earlier pushers did before.
            match self.head.compare_exchange_weak(
                head,
                newest.as_ptr(),
                Ordering::AcqRel,
                Ordering::Relaxed,
            ) {
                Ok(_) => return Ok(WasEmpty(head.is_null())),
                Err(now) => head = now,
            }
        }
    }

    /// Takes everything, in order of arrival. For the reader; from several threads each node goes to one of them.
    #[inline]
    pub fn take_all(&self) -> Chain<L> {
        // Looked at first: an empty queue costs no exclusive cache line. Nothing is missed for good: the pusher
        // that comes after this load sees an empty queue and wakes us.
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            if head.is_null() || head == closed() {
                return Chain::new();
            }
            // A swap that could undo a close is out of the question, hence the exchange. It fails only if a push
            // came in between.
            match self.head.compare_exchange_weak(
                head,
                ptr::null_mut(),
                Ordering::Acquire,
                Ordering::Relaxed,
            ) {
                // SAFETY: the nodes from here to the null link are out of the queue and ours alone.
                Ok(_) => return unsafe { Chain::from_reversed(NonNull::new_unchecked(head)) },
                Err(now) => head = now,
            }
        }
    }

    /// Takes everything and lets no more in: every later push gets its node back. Closing twice is harmless.
    pub fn close(&self) -> Chain<L> {
        let head = self.head.swap(closed(), Ordering::AcqRel);
        match NonNull::new(head) {
            // SAFETY: the nodes from here to the null link are out of the queue and ours alone.
            Some(newest) if head != closed() => unsafe { Chain::from_reversed(newest) },
            _ => Chain::new(),
        }
    }

    /// Is there nothing to take? A hint: a push may come at any time.
    #[inline]
    pub fn is_empty(&self) -> bool {
        let head = self.head.load(Ordering::Acquire);
        head.is_null() || head == closed()
    }

    /// Has the queue been closed?
    #[inline]
    pub fn is_closed(&self) -> bool {
        self.head.load(Ordering::Acquire) == closed()
    }
}

impl<L: Linked> Default for Inbox<L> {
    fn default() -> Inbox<L> {
        Inbox::new()
    }
}

impl<L: Linked> Drop for Inbox<L> {
    fn drop(&mut self) {
        drop(self.close());
    }
}

impl<L: Linked> fmt::Debug for Inbox<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox")
            .field("empty", &self.is_empty())
            .field("closed", &self.is_closed())
            .finish()
    }
}

/// Nodes in order of arrival, owned by one thread. Joining and taking from the front cost the same at any length.
pub struct Chain<L: Linked> {
    /// Oldest and newest; the newest has a null link.
    ends: Option<Ends<L::Node>>,
    len: usize,
    _owns: PhantomData<L>,
}

struct Ends<N> {
    first: NonNull<N>,
    last: NonNull<N>,
}

impl<N> Clone for Ends<N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<N> Copy for Ends<N> {}

// SAFETY: a chain is nothing but the handles in it.
unsafe impl<L: Linked + Send> Send for Chain<L> {}
// SAFETY: a shared chain lends shared nodes only, by `first` and `iter`.
unsafe impl<L: Linked<Node: Sync>> Sync for Chain<L> {}

impl<L: Linked> Chain<L> {
    /// An empty chain.
    pub const fn new() -> Chain<L> {
        Chain {
            ends: None,
            len: 0,
            _owns: PhantomData,
        }
    }

    /// Turns a stack round.
    ///
    /// # Safety
    /// The caller owns the nodes from `newest` along the links to null.
    unsafe fn from_reversed(newest: NonNull<L::Node>) -> Chain<L> {
        let (mut first, mut after, mut len) = (newest, ptr::null_mut(), 0);
        loop {
            // SAFETY: by the caller the node is ours.
            let before = unsafe { link::<L>(first) };
            // SAFETY: as above.
            unsafe { set_link::<L>(first, after) };
            len += 1;
            match NonNull::new(before) {
                None => {
                    return Chain {
                        ends: Some(Ends {
                            first,
                            last: newest,
                        }),
                        len,
                        _owns: PhantomData,
                    };
                }
                Some(before) => {
                    after = first.as_ptr();
                    first = before;
                }
            }
        }
    }

    /// Turns the chain round and gives its nodes up: now linked from `last` to `first`.
    fn into_reversed(mut self) -> Option<Ends<L::Node>> {
        let ends = self.ends.take()?;
        self.len = 0;
        let (mut node, mut before) = (ends.first, ptr::null_mut());
        loop {
            // SAFETY: the chain owned the node, and now we do.
            let after = unsafe { link::<L>(node) };
            // SAFETY: as above.
            unsafe { set_link::<L>(node, before) };
            match NonNull::new(after) {
                None => return Some(ends),
                Some(after) => {
                    before = node.as_ptr();
                    node = after;
                }
            }
        }
    }

    /// Number of nodes.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Is there no node?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.ends.is_none()
    }

    /// The oldest node.
    pub fn first(&self) -> Option<&L::Node> {
        // SAFETY: the chain owns the node, and the borrow keeps it in the chain.
        self.ends.map(|ends| unsafe { &*ends.first.as_ptr() })
    }

    /// Takes the oldest node out.
    #[inline]
    pub fn pop_front(&mut self) -> Option<L> {
        let ends = self.ends?;
        // SAFETY: the chain owns the node.
        let next = unsafe { link::<L>(ends.first) };
        self.ends = NonNull::new(next).map(|first| Ends {
            first,
            last: ends.last,
        });
        self.len -= 1;
        // SAFETY: out of the chain just now, and put in through `into_raw`.
        Some(unsafe { L::from_raw(ends.first) })
    }

    /// Puts a node behind all others.
    #[inline]
    pub fn push_back(&mut self, node: L) {
        let node = node.into_raw();
        // SAFETY: ours since `into_raw`.
        unsafe { set_link::<L>(node, ptr::null_mut()) };
        self.join(
            Ends {
                first: node,
                last: node,
            },
            1,
        );
    }

    /// Puts a node before all others.
    pub fn push_front(&mut self, node: L) {
        let node = node.into_raw();
        let (next, last) = match self.ends {
            None => (ptr::null_mut(), node),
            Some(ends) => (ends.first.as_ptr(), ends.last),
        };
        // SAFETY: ours since `into_raw`.
        unsafe { set_link::<L>(node, next) };
        self.ends = Some(Ends { first: node, last });
        self.len += 1;
    }

    /// Puts all of `newer` behind all of ours, and leaves it empty.
    #[inline]
    pub fn append(&mut self, newer: &mut Chain<L>) {
        if let Some(ends) = newer.ends.take() {
            self.join(ends, std::mem::take(&mut newer.len));
        }
    }

    fn join(&mut self, newer: Ends<L::Node>, len: usize) {
        self.ends = Some(match self.ends {
            None => newer,
            Some(ends) => {
                // SAFETY: the chain owns its last node.
                unsafe { set_link::<L>(ends.last, newer.first.as_ptr()) };
                Ends {
                    first: ends.first,
                    last: newer.last,
                }
            }
        });
        self.len += len;
    }

    /// Looks at the nodes from the oldest on.
    pub fn iter(&self) -> Iter<'_, L> {
        Iter {
            next: self
                .ends
                .map_or(ptr::null_mut(), |ends| ends.first.as_ptr()),
            _chain: PhantomData,
        }
    }

    /// Takes out every node that `wanted` says, in order; the others keep their order.
    pub fn extract(&mut self, mut wanted: impl FnMut(&L::Node) -> bool) -> Chain<L> {
        let (mut out, mut kept) = (Chain::new(), Chain::new());
        while let Some(node) = self.pop_front() {
            let node = node.into_raw();
            // SAFETY: ours since `into_raw`, and taken back at once; if `wanted` panics, the node leaks.
            let (take, node) = unsafe { (wanted(node.as_ref()), L::from_raw(node)) };
            if take {
                out.push_back(node)
            } else {
                kept.push_back(node)
            }
        }
        *self = kept;
        out
    }
}

impl<L: Linked> Default for Chain<L> {
    fn default() -> Chain<L> {
        Chain::new()
    }
}

impl<L: Linked> Drop for Chain<L> {
    fn drop(&mut self) {
        // One after the other: a chain may be millions long.
        while let Some(node) = self.pop_front() {
            drop(node);
        }
    }
}

impl<L: Linked> fmt::Debug for Chain<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain")
            .field("len", &self.len)
            .finish_non_exhaustive()
    }
}

impl<L: Linked> Iterator for Chain<L> {
    type Item = L;

    #[inline]
    fn next(&mut self) -> Option<L> {
        self.pop_front()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len, Some(self.len))
    }
}

impl<L: Linked> ExactSizeIterator for Chain<L> {}

impl<L: Linked> Extend<L> for Chain<L> {
    fn extend<I: IntoIterator<Item = L>>(&mut self, nodes: I) {
        nodes.into_iter().for_each(|node| self.push_back(node));
    }
}

impl<L: Linked> FromIterator<L> for Chain<L> {
    fn from_iter<I: IntoIterator<Item = L>>(nodes: I) -> Chain<L> {
        let mut chain = Chain::new();
        chain.extend(nodes);
        chain
    }
}

impl<T> Chain<Box<Node<T>>> {
    /// The oldest node's value, to change. (Not the node: whoever could swap whole nodes would swap links.)
    pub fn first_mut(&mut self) -> Option<&mut T> {
        // SAFETY: the chain owns the node, and the exclusive borrow keeps everyone else out.
        self.ends
            .map(|ends| unsafe { &mut (*ends.first.as_ptr()).value })
    }
}

/// Shared look at a chain, from the oldest node on.
pub struct Iter<'c, L: Linked> {
    next: *mut L::Node,
    _chain: PhantomData<&'c Chain<L>>,
}

impl<'c, L: Linked> Iterator for Iter<'c, L>
where
    L::Node: 'c,
{
    type Item = &'c L::Node;

    fn next(&mut self) -> Option<&'c L::Node> {
        let node = NonNull::new(self.next)?;
        // SAFETY: the chain is borrowed for `'c`, so it owns the node all that time and no link changes.
        unsafe {
            self.next = link::<L>(node);
            Some(&*node.as_ptr())
        }
    }
}

#[cfg(test)]
#[cfg(not(loom))]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;

    type Numbers = Inbox<Box<Node<u64>>>;

    fn values(chain: Chain<Box<Node<u64>>>) -> Vec<u64> {
        chain.map(|node| node.value).collect()
    }

    #[test]
    fn nodes_come_out_as_they_went_in() {
        let inbox = Numbers::new();
        assert!(inbox.take_all().is_empty());
        assert_eq!(inbox.push(Node::new(1)).unwrap(), WasEmpty(true));
        assert_eq!(inbox.push(Node::new(2)).unwrap(), WasEmpty(false));
        assert_eq!(inbox.push(Node::new(3)).unwrap(), WasEmpty(false));
        let chain = inbox.take_all();
        assert_eq!(
            (chain.len(), chain.first().map(|node| node.value)),
            (3, Some(1))
        );
        assert_eq!(values(chain), [1, 2, 3]);
        assert_eq!(inbox.push(Node::new(4)).unwrap(), WasEmpty(true));
    }

    #[test]
    fn a_closed_inbox_gives_nodes_back() {
        let inbox = Numbers::new();
        let _ = inbox.push(Node::new(1));
        assert_eq!(values(inbox.close()), [1]);
        assert!(inbox.is_closed() && inbox.is_empty());
        assert_eq!(inbox.push(Node::new(2)).unwrap_err().0.value, 2);
        let chain: Chain<_> = [3, 4].map(Node::new).into_iter().collect();
        assert_eq!(values(inbox.push_chain(chain).unwrap_err().0), [3, 4]);
        assert!(inbox.take_all().is_empty() && inbox.close().is_empty() && inbox.is_closed());
    }

    #[test]
    fn a_chain_goes_in_as_one() {
        let inbox = Numbers::new();
        assert_eq!(inbox.push_chain(Chain::new()).unwrap(), WasEmpty(false));
        let _ = inbox.push(Node::new(0));
        let chain: Chain<_> = (1..4).map(Node::new).collect();
        assert_eq!(inbox.push_chain(chain).unwrap(), WasEmpty(false));
        let _ = inbox.push(Node::new(4));
        assert_eq!(values(inbox.take_all()), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn chains_join_and_split() {
        let mut chain: Chain<_> = (0..6).map(Node::new).collect();
        let mut even = chain.extract(|node| node.value % 2 == 0);
        assert_eq!(
            even.iter().map(|node| node.value).collect::<Vec<_>>(),
            [0, 2, 4]
        );
        even.append(&mut chain);
        assert!(chain.is_empty() && even.len() == 6);
        even.push_front(Node::new(9));
        *even.first_mut().unwrap() = 8;
        assert_eq!(values(even), [8, 0, 2, 4, 1, 3, 5]);
    }

    #[test]
    fn what_is_left_is_dropped_once() {
        struct Counted(Arc<AtomicUsize>);
        impl Drop for Counted {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        let drops = Arc::new(AtomicUsize::new(0));
        let inbox = Inbox::new();
        for _ in 0..5 {
            let _ = inbox.push(Node::new(Counted(Arc::clone(&drops))));
        }
        let mut chain = inbox.take_all();
        drop(chain.pop_front());
        let _ = inbox.push(Node::new(Counted(Arc::clone(&drops))));
        drop(inbox);
        assert_eq!(drops.load(Ordering::Relaxed), 2);
        drop(chain);
        assert_eq!(drops.load(Ordering::Relaxed), 6);
    }

    #[test]
    fn a_long_chain_drops_without_recursion() {
        drop((0..1_000_000).map(Node::new).collect::<Chain<_>>());
    }

    #[test]
    fn each_senders_order_is_kept_under_load() {
        const SENDERS: u64 = 4;
        const EACH: u64 = 20_000;
        let inbox = Numbers::new();
        let wakes = AtomicUsize::new(0);
        let mut takes = 0;
        std::thread::scope(|scope| {
            for sender in 0..SENDERS {
                let (inbox, wakes) = (&inbox, &wakes);
                scope.spawn(move || {
                    for number in 0..EACH {
                        if inbox.push(Node::new(sender << 32 | number)).unwrap().0 {
                            wakes.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
            let mut next = [0; SENDERS as usize];
            while next.iter().sum::<u64>() < SENDERS * EACH {
                let chain = inbox.take_all();
                takes += usize::from(!chain.is_empty());
                for node in chain {
                    let sender = (node.value >> 32) as usize;
                    assert_eq!(node.value & 0xffff_ffff, next[sender]);
                    next[sender] += 1;
                }
            }
        });
        assert_eq!(
            wakes.load(Ordering::Relaxed),
            takes,
            "one wake for each time that something was taken"
        );
    }
}
