//! `Arena`: where terms are built. A process's young heap, a message's fragment, a module's literals are each one.
//!
//! An arena never moves what it holds: when its block is full it adds another. So whoever builds may keep any term it has built or
//! read until the owner collects, and a native function, which never collects, may keep them all until it returns.

use super::mapping;
use super::offheap::OffHeap;
use crate::word::Word;
use oxbeam_sync::counter::Counter;
use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::NonNull;
use std::sync::LazyLock;

/// A block of words.
pub struct Block {
    start: NonNull<Word>,
    words: usize,
}

/// A block that was added to an arena.
pub struct Fragment {
    block: Block,
    /// Words that are written, once it is no longer the arena's current block.
    filled: usize,
}

impl Fragment {
    pub(crate) fn into_block(self) -> Block {
        self.block
    }
}

impl std::ops::Deref for Fragment {
    type Target = Block;
    fn deref(&self) -> &Block {
        &self.block
    }
}

impl From<Block> for Fragment {
    fn from(block: Block) -> Fragment {
        Fragment { block, filled: 0 }
    }
}

// SAFETY: a block owns its memory.
unsafe impl Send for Block {}

/// Bytes of all blocks but those of literals.
static BYTES: LazyLock<Counter> = LazyLock::new(Counter::new);

/// Bytes that heaps, stacks and messages take.
pub fn block_bytes() -> u64 {
    BYTES.sum().max(0) as u64
}

impl Block {
    /// A block of `words`, uninitialised.
    pub fn new(words: usize) -> Block {
        let layout = Block::layout(words);
        BYTES.add(layout.size() as i64);
        let start = if layout.size() >= mapping::LEAST {
            mapping::map(layout.size())
        } else {
            // SAFETY: the layout is not empty.
            NonNull::new(unsafe { alloc(layout) })
        };
        let Some(start) = start else {
            handle_alloc_error(layout)
        };
        Block {
            start: start.cast(),
            words,
        }
    }
    /// A block over memory that is not the allocator's; it must not be dropped but given back.
    ///
    /// # Safety
    /// The memory is the block's alone.
    pub(super) unsafe fn at(start: *mut Word, words: usize) -> Block {
        Block {
            // SAFETY: the caller gives a real address.
            start: unsafe { NonNull::new_unchecked(start) },
            words,
        }
    }
    fn layout(words: usize) -> Layout {
        Layout::array::<Word>(words.max(1)).expect("a heap fits the address space")
    }
    /// The first word.
    #[inline(always)]
    pub fn start(&self) -> *mut Word {
        self.start.as_ptr()
    }
    /// Behind the last word.
    #[inline(always)]
    pub fn end(&self) -> *mut Word {
        // SAFETY: one past the end of the allocation.
        unsafe { self.start.as_ptr().add(self.words) }
    }
    /// Size in words.
    #[inline(always)]
    pub fn words(&self) -> usize {
        self.words
    }
    /// Does `address` lie within?
    #[inline(always)]
    pub fn contains(&self, address: *const Word) -> bool {
        (address as usize).wrapping_sub(self.start.as_ptr() as usize) < self.words * 8
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        let layout = Block::layout(self.words);
        BYTES.add(-(layout.size() as i64));
        // SAFETY: made with this layout, by the same choice.
        unsafe {
            if layout.size() >= mapping::LEAST {
                mapping::unmap(self.start.cast(), layout.size());
            } else {
                dealloc(self.start.as_ptr().cast(), layout);
            }
        }
    }
}

/// Where new blocks come from.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// The allocator.
    Memory,
    /// The reserved range of literals, whose blocks are given back by the area that owns them.
    Literals,
}

/// Room to build terms in.
#[repr(C)]
pub struct Arena {
    /// Next free word of the current block.
    pub top: *mut Word,
    /// End of what may be used of the current block.
    pub limit: *mut Word,
    /// Blocks that were added, beside the first one of a process's heap.
    pub blocks: Vec<Fragment>,
    /// Words used in blocks that are not the current one, and wasted at their ends.
    pub fragment_words: usize,
    /// Objects that own something outside the heaps.
    pub offheap: OffHeap,
    /// Top of a process's block while a fragment is the current block.
    main_top: *mut Word,
    /// Index of the block that was added last; others may have been taken over since.
    newest: u32,
    source: Source,
}

// SAFETY: an arena owns its blocks and what hangs on them; it is used by one thread at a time.
unsafe impl Send for Arena {}

const FIRST_BLOCK: usize = 24;
/// Blocks grow up to this size; larger ones are as large as what is built.
const MOST_BLOCK: usize = 1 << 16;
const FIRST_LITERALS: usize = 64;

impl Arena {
    /// An arena without any room yet.
    pub const fn new() -> Arena {
        Arena {
            top: std::ptr::null_mut(),
            limit: std::ptr::null_mut(),
            blocks: Vec::new(),
            fragment_words: 0,
            offheap: OffHeap::new(),
            main_top: std::ptr::null_mut(),
            newest: 0,
            source: Source::Memory,
        }
    }
    /// An arena whose blocks lie in the range of literals.
    pub const fn of_literals() -> Arena {
        let mut arena = Arena::new();
        arena.source = Source::Literals;
        arena
    }
    /// An arena with room for `words`.
    pub fn with_room(words: usize) -> Arena {
        let mut arena = Arena::new();
        arena.ensure(words);
        arena
    }
    /// Makes sure that the next `words` come from one block.
    pub fn ensure(&mut self, words: usize) {
        if (self.limit as usize).wrapping_sub(self.top as usize) < words * 8 {
            self.add_block(words);
        }
    }
    /// Like [`Arena::ensure`], but a new block has no room to spare.
    pub fn ensure_exact(&mut self, words: usize) {
        if (self.limit as usize).wrapping_sub(self.top as usize) < words * 8 {
            self.add_block_of(words);
        }
    }
    /// `words` words, uninitialised. What they hold must be a whole object before anything else looks at the heap.
    #[inline(always)]
    pub fn alloc(&mut self, words: usize) -> *mut Word {
        if (self.limit as usize).wrapping_sub(self.top as usize) >= words * 8 {
            let at = self.top;
            // SAFETY: just tested.
            self.top = unsafe { at.add(words) };
            at
        } else {
            self.add_block(words);
            let at = self.top;
            // SAFETY: the new block has this room.
            self.top = unsafe { at.add(words) };
            at
        }
    }
    #[cold]
    #[inline(never)]
    fn add_block(&mut self, words: usize) {
        let least = match self.source {
            Source::Memory => FIRST_BLOCK,
            Source::Literals => FIRST_LITERALS,
        };
        // Blocks grow while one builder goes on; a new one, after an exception for instance, begins small again.
        let top = self.top as usize;
        let grown = self.blocks.last().map_or(0, |block| {
            let within = (block.start() as usize..=block.end() as usize).contains(&top);
            if within {
                (block.words() * 2).min(MOST_BLOCK)
            } else {
                0
            }
        });
        self.add_block_of(words.max(grown).max(least));
    }
    fn add_block_of(&mut self, size: usize) {
        let block = match self.source {
            Source::Memory => Block::new(size),
            Source::Literals => super::literal::reserve_block(size),
        };
        self.settle();
        self.fragment_words += size;
        if self.main_top.is_null() {
            self.main_top = self.top;
        }
        self.top = block.start();
        self.limit = block.end();
        self.newest = self.blocks.len() as u32;
        self.blocks.push(block.into());
    }
    /// Builds in `[top, limit)` again, a process's block.
    #[inline(always)]
    pub(crate) fn enter(&mut self, top: *mut Word, limit: *mut Word) {
        if !self.main_top.is_null() {
            self.settle();
        }
        self.top = top;
        self.limit = limit;
        self.main_top = std::ptr::null_mut();
    }
    /// Is a block of its own the current one?
    #[inline(always)]
    pub(crate) fn is_elsewhere(&self) -> bool {
        !self.main_top.is_null()
    }
    /// None is any longer, until a process's block is entered again.
    #[cold]
    pub(crate) fn come_back(&mut self) {
        self.settle();
        self.main_top = std::ptr::null_mut();
    }
    /// Words of the block added last that are written, if that is the current one.
    fn written(&self) -> Option<usize> {
        let block = self.blocks.get(self.newest as usize)?;
        let place = block.start() as usize..=block.end() as usize;
        let current =
            place.contains(&(self.top as usize)) && place.contains(&(self.limit as usize));
        current.then(|| (self.top as usize - block.start() as usize) / 8)
    }
    /// Something else becomes the current block.
    #[cold]
    #[inline(never)]
    fn settle(&mut self) {
        if let Some(written) = self.written() {
            self.blocks[self.newest as usize].filled = written;
        }
    }
    /// Calls `look` with what is written in each of the arena's own blocks.
    pub fn for_each_block(&self, mut look: impl FnMut(&[Word])) {
        let current = self.written();
        for (index, block) in self.blocks.iter().enumerate() {
            let words = match current {
                Some(words) if index == self.newest as usize => words,
                _ => block.filled,
            };
            // SAFETY: so many words of the block are written.
            look(unsafe { std::slice::from_raw_parts(block.start(), words) });
        }
    }
    /// Top of the process's block.
    #[inline(always)]
    pub(crate) fn main_top(&self) -> *mut Word {
        if self.main_top.is_null() {
            self.top
        } else {
            self.main_top
        }
    }
    /// Gives the fragments up: the process's block is what is left.
    pub(crate) fn take_blocks(&mut self) -> Vec<Fragment> {
        self.fragment_words = 0;
        self.main_top = std::ptr::null_mut();
        std::mem::take(&mut self.blocks)
    }
    /// Words that the arena's own blocks hold.
    pub fn block_words(&self) -> usize {
        self.blocks.iter().map(|block| block.words()).sum()
    }
    /// Takes over the blocks and off-heap objects of `other`, a message's fragment for instance. No term moves.
    pub fn adopt(&mut self, mut other: Arena) {
        other.settle();
        self.fragment_words += other.block_words();
        self.blocks.append(&mut other.blocks);
        self.offheap.append(&mut other.offheap);
    }
    /// Takes over a block that is full of terms which own nothing outside.
    pub(super) fn adopt_block(&mut self, block: Block) {
        let filled = block.words();
        self.fragment_words += filled;
        self.blocks.push(Fragment { block, filled });
    }
    /// Begins to build.
    ///
    /// # Safety
    /// Until the last use of `'p`, nothing collects or frees this arena, and nothing else builds in it.
    pub unsafe fn builder<'p>(&mut self) -> Builder<'p> {
        Builder {
            arena: NonNull::from(self),
            brand: std::marker::PhantomData,
        }
    }
}

impl Default for Arena {
    fn default() -> Arena {
        Arena::new()
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        self.offheap.release_all();
        if self.source == Source::Literals {
            for fragment in self.blocks.drain(..) {
                super::literal::release_block(fragment.into_block());
            }
        }
    }
}

/// Leave to build in an arena that stays where it is for `'p`.
pub struct Builder<'p> {
    pub(crate) arena: NonNull<Arena>,
    pub(crate) brand: std::marker::PhantomData<&'p Arena>,
}

impl<'p> Builder<'p> {
    /// The arena.
    #[inline(always)]
    pub fn arena(&mut self) -> &mut Arena {
        // SAFETY: `Arena::builder`'s caller promised that the arena is ours while the brand lasts.
        unsafe { self.arena.as_mut() }
    }
    /// Makes sure that the next `words` come from one block; only a matter of speed.
    pub fn reserve(&mut self, words: usize) {
        self.arena().ensure(words);
    }
    /// Room for an object of `words` words.
    #[inline(always)]
    pub(crate) fn alloc(&mut self, words: usize) -> *mut Word {
        self.arena().alloc(words)
    }
}
