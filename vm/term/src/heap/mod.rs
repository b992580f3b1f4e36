//! A process's memory: one block, whose heap grows up and whose stack grows down; an old generation; fragments.
//!
//! Between heap and stack lies a red zone of [`RED_ZONE`] words, so that a call may push its return address without a test.
//! Layout and growth follow `erl_gc.c`; `gc` does the collecting.

pub mod arena;
pub mod literal;
mod mapping;
pub mod offheap;
pub mod parcel;

use crate::gc::policy;
use crate::gc::zeal::Zeal;
use crate::heap::literal::Leaving;
use crate::word::Word;
pub use mapping::forget_spare;

use arena::{Arena, Block};
use offheap::OffHeap;

/// Words between heap and stack that are always free.
pub const RED_ZONE: usize = 16;

/// Smallest heap (`min_heap_size`), in words; what it really has room for is for `gc::policy` to say.
pub const MIN_HEAP: usize = 233;

/// Memory of one process.
#[repr(C)]
pub struct Heap {
    /// The young heap: where terms are built, with its fragments and off-heap objects.
    pub arena: Arena,
    /// Stack pointer; the stack lies between it and the block's end.
    pub stack: *mut Word,
    pub(crate) block: Block,
    /// What lies below survived a collection.
    pub(crate) high_water: *mut Word,
    pub(crate) old: Option<Block>,
    pub(crate) old_top: *mut Word,
    pub(crate) old_offheap: OffHeap,
    /// The old heap may point into the young one: the next collection must be a major one.
    pub(crate) old_points_young: bool,
    /// Little was free after the last collection, and will be after the next: that one makes the block larger.
    pub(crate) grow_soon: bool,
    /// Someone asked for a collection at the next opportunity.
    pub collect_soon: bool,
    /// Minor collections since the last major one.
    pub minor_collections: u32,
    /// `fullsweep_after`
    pub fullsweep_after: u32,
    /// `min_heap_size`, a size of the growth sequence.
    pub min_heap_words: usize,
    /// `min_bin_vheap_size`, in words.
    pub min_binary_words: usize,
    /// Off-heap words that bring about a collection.
    pub binary_limit: usize,
    /// Words that collections gave back.
    pub reclaimed_words: u64,
    pub(crate) zeal: Zeal,
}

// SAFETY: a heap owns all it points to and is used by one thread at a time.
unsafe impl Send for Heap {}

impl Heap {
    /// A heap of the smallest size that holds `words`, with an empty stack.
    pub fn new(words: usize) -> Heap {
        let size = policy::capacity_for(words);
        let block = Block::new(size + RED_ZONE);
        let (start, end) = (block.start(), block.end());
        let mut heap = Heap {
            arena: Arena::new(),
            stack: end,
            high_water: start,
            block,
            old: None,
            old_top: std::ptr::null_mut(),
            old_offheap: OffHeap::new(),
            old_points_young: false,
            grow_soon: false,
            collect_soon: false,
            minor_collections: 0,
            fullsweep_after: 65535,
            min_heap_words: policy::nominal(size),
            min_binary_words: 46422,
            binary_limit: 46422,
            reclaimed_words: 0,
            zeal: Zeal::default(),
        };
        heap.arena.top = start;
        heap.set_limit();
        heap
    }
    /// The heap of a process that is gone: nothing can be built in it but in fragments.
    pub fn none() -> Heap {
        let mut heap = Heap::new(0);
        heap.block = Block::new(0);
        let start = heap.block.start();
        (heap.arena.top, heap.stack, heap.high_water) = (start, start, start);
        heap.set_limit();
        heap
    }
    /// The arena's limit follows the stack pointer.
    #[inline(always)]
    pub fn set_limit(&mut self) {
        // Return addresses may stand in the red zone, and the heap be full: the limit is never below the top.
        self.arena.limit = self.stack.wrapping_sub(RED_ZONE).max(self.arena.top);
    }
    /// Tells the heap where the interpreter, which keeps both pointers in registers, has got to; natives may build now.
    #[inline(always)]
    pub fn enter(&mut self, heap_top: *mut Word, stack: *mut Word) {
        self.stack = stack;
        self.arena
            .enter(heap_top, stack.wrapping_sub(RED_ZONE).max(heap_top));
    }
    /// Has a native built outside the block? Then [`Heap::come_back`] makes the next [`Heap::enter`] short.
    #[inline(always)]
    pub fn is_elsewhere(&self) -> bool {
        self.arena.is_elsewhere()
    }
    /// See [`Heap::is_elsewhere`].
    #[cold]
    pub fn come_back(&mut self) {
        self.arena.come_back();
    }
    /// Calls `look` with the words of the young heap, of the old one and of the fragments.
    pub fn for_each_area(&self, mut look: impl FnMut(&[Word])) {
        let old = self.old.as_ref().map(|old| (old.start(), self.old_top));
        for (start, top) in [Some((self.start(), self.heap_top())), old]
            .into_iter()
            .flatten()
        {
            let words = (top as usize - start as usize) / 8;
            // SAFETY: all words below the tops are written.
            look(unsafe { std::slice::from_raw_parts(start, words) });
        }
        self.arena.for_each_block(look);
    }
    /// May any word of heap or stack point to one of these literals? Bytes of binaries may look as if.
    pub fn may_hold(&self, leaving: &Leaving) -> bool {
        let points = |word: &Word| leaving.holds(*word);
        let mut found = self.stack_slice().iter().any(points);
        self.for_each_area(|words| found = found || words.iter().any(points));
        found
    }
    /// Top of the block's heap after natives have built.
    #[inline(always)]
    pub fn heap_top(&self) -> *mut Word {
        self.arena.main_top()
    }
    /// Should there be a collection now, for what has been built in fragments and off-heap would not fit any longer?
    #[inline]
    pub fn wants_collection(&mut self) -> bool {
        self.collect_soon
            || self.arena.offheap.binary_words > self.binary_limit
            || (self.arena.fragment_words > 0 && self.free_words() < self.arena.fragment_words)
            || self.zeal_wants_collection()
    }
    /// Free words between heap and stack, less the red zone.
    #[inline]
    pub fn free_words(&self) -> usize {
        (self.stack as usize).saturating_sub(self.heap_top() as usize + RED_ZONE * 8) / 8
    }
    /// First word of the block.
    pub fn start(&self) -> *mut Word {
        self.block.start()
    }
    /// End of the block, where the stack begins.
    pub fn end(&self) -> *mut Word {
        self.block.end()
    }
    /// Words on the stack.
    pub fn stack_words(&self) -> usize {
        (self.block.end() as usize - self.stack as usize) / 8
    }
    /// Words of the young heap in use, fragments apart.
    pub fn used_words(&self) -> usize {
        (self.heap_top() as usize - self.block.start() as usize) / 8
    }
    /// Has it more room than what is in use needs, or anything outside the young block?
    pub fn is_loose(&self) -> bool {
        self.used_words() + self.stack_words() < self.total_words()
    }
    /// Size of the young block (`heap_size`), the red zone apart.
    pub fn size_words(&self) -> usize {
        policy::nominal(self.capacity())
    }
    /// Words that the young block has room for.
    pub(crate) fn capacity(&self) -> usize {
        self.block.words().saturating_sub(RED_ZONE)
    }
    /// Size of the old heap.
    pub fn old_words(&self) -> usize {
        self.old.as_ref().map_or(0, Block::words)
    }
    /// Words of the old heap in use.
    pub fn old_used_words(&self) -> usize {
        self.old
            .as_ref()
            .map_or(0, |old| (self.old_top as usize - old.start() as usize) / 8)
    }
    /// Words of the young heap that survived a collection.
    pub fn mature_words(&self) -> usize {
        (self.high_water as usize - self.block.start() as usize) / 8
    }
    /// All words that the process holds (`total_heap_size`).
    pub fn total_words(&self) -> usize {
        self.size_words() + self.old_words() + self.arena.fragment_words
    }
    /// Bytes outside the heaps that the process keeps alive, in words: young and old.
    pub fn binary_words(&self) -> (usize, usize) {
        (
            self.arena.offheap.binary_words,
            self.old_offheap.binary_words,
        )
    }
    /// The lists of off-heap objects.
    pub fn offheaps(&self) -> [&OffHeap; 2] {
        [&self.arena.offheap, &self.old_offheap]
    }
    /// Calls `f` with each off-heap object.
    pub fn for_each_offheap(&self, mut f: impl FnMut(*mut Word)) {
        self.arena.offheap.for_each(&mut f);
        self.old_offheap.for_each(&mut f);
    }
    /// Was this object made after the last collection, so that it may still be changed in place?
    #[inline(always)]
    pub fn is_fresh(&self, object: *const Word) -> bool {
        let address = object as usize;
        address >= self.high_water as usize && address < self.block.end() as usize
    }
    /// An object has been changed, and refers to something that may be newer than itself.
    pub fn points_to_newer(&mut self, object: *const Word) {
        // Then all is collected next, which asks no object for its age.
        self.old_points_young |= !self.is_fresh(object);
    }
    /// The stack, top first.
    pub fn stack_slice(&self) -> &[Word] {
        // SAFETY: the words between the stack pointer and the block's end are initialised.
        unsafe { std::slice::from_raw_parts(self.stack, self.stack_words()) }
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        self.old_offheap.release_all();
    }
}
