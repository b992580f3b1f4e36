//! The range of addresses that literals live in: one compare tells a literal from a heap's term.
//!
//! The range is reserved once and filled in pages; blocks that are given back are used again.

use super::arena::{Arena, Block};
use super::offheap::OffHeap;
use crate::gc::zeal::{self, ZEAL};
use crate::word::Word;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Size of the range, in bytes.
pub const RANGE: usize = 64 << 30;

/// Before the range is reserved: a base from which no address lies within the range, the lowest ones included.
const UNRESERVED: usize = usize::MAX - RANGE;

static BASE: AtomicUsize = AtomicUsize::new(UNRESERVED);

struct Free {
    next: usize,
    returned: Vec<(usize, usize)>,
}

static FREE: Mutex<Free> = Mutex::new(Free {
    next: 0,
    returned: Vec::new(),
});

/// Does a term's address lie in the range of literals?
#[inline(always)]
pub fn is_literal_address(address: usize) -> bool {
    address.wrapping_sub(BASE.load(Ordering::Relaxed)) < RANGE
}

/// Where the range begins, for who asks often: no address lies [`RANGE`] above it before there is a literal.
#[inline]
pub(crate) fn literal_base() -> usize {
    BASE.load(Ordering::Relaxed)
}

/// Is `word` a pointer to a literal?
#[inline(always)]
pub fn is_literal(word: Word) -> bool {
    is_literal_address(word.0 as usize)
}

/// Literals that are about to go: those of one area or more.
#[derive(Debug, Default)]
pub struct Leaving {
    /// Starts and ends of their blocks, in order.
    ranges: Vec<(usize, usize)>,
    words: usize,
}

impl Leaving {
    /// The literals of these areas.
    pub fn of<'a>(areas: impl IntoIterator<Item = &'a LiteralArea>) -> Leaving {
        let mut leaving = Leaving::default();
        for area in areas {
            leaving.ranges.extend(area.ranges());
            leaving.words += area.words();
        }
        leaving.ranges.sort_unstable();
        leaving
    }
    /// Is this address one of theirs?
    #[inline]
    pub fn contains(&self, address: *const Word) -> bool {
        let address = address as usize;
        match (self.ranges.first(), self.ranges.last()) {
            (Some(first), Some(last)) if (first.0..last.1).contains(&address) => {
                let behind = self.ranges.partition_point(|range| range.0 <= address);
                self.ranges[..behind]
                    .last()
                    .is_some_and(|range| address < range.1)
            }
            _ => false,
        }
    }
    /// Is `word` a pointer to one of them?
    #[inline]
    pub fn holds(&self, word: Word) -> bool {
        (word.is_boxed() || word.is_cons()) && self.contains(word.pointer())
    }
    /// Their size in words.
    pub fn words(&self) -> usize {
        self.words
    }
}

fn base(free: &mut Free) -> usize {
    let base = BASE.load(Ordering::Relaxed);
    if base != UNRESERVED {
        return base;
    }
    // SAFETY: a fresh private mapping at an address of the system's choice.
    let at = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            RANGE,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
            -1,
            0,
        )
    };
    assert!(
        at != libc::MAP_FAILED,
        "no address space for literals: {}",
        std::io::Error::last_os_error()
    );
    free.next = at as usize;
    BASE.store(at as usize, Ordering::Release);
    at as usize
}

/// A block of `words` in the range.
pub(super) fn reserve_block(words: usize) -> Block {
    let mut free = FREE.lock();
    let base = base(&mut free);
    if let Some(position) = free.returned.iter().position(|&(_, size)| size >= words) {
        let (at, size) = free.returned.swap_remove(position);
        if size > words {
            free.returned.push((at + words * 8, size - words));
        }
        // SAFETY: the piece was given back, so nobody uses it.
        return unsafe { Block::at(at as *mut Word, words) };
    }
    let at = free.next;
    assert!(
        at + words * 8 <= base + RANGE,
        "the range of literals is full"
    );
    free.next = at + words * 8;
    // SAFETY: fresh memory of the mapping.
    unsafe { Block::at(at as *mut Word, words) }
}

/// Gives a block back.
pub(super) fn release_block(block: Block) {
    let piece = (block.start() as usize, block.words());
    if ZEAL {
        // What still points here is found, and never finds anything else.
        // SAFETY: the block is given back, so nobody uses it.
        unsafe { zeal::poison(block.start(), block.words()) };
        return std::mem::forget(block);
    }
    std::mem::forget(block);
    if piece.1 > 0 {
        FREE.lock().returned.push(piece);
    }
}

/// A set of literals that live and die together: a module's, or a persistent term's.
#[derive(Default)]
pub struct LiteralArea {
    arena: Option<Arena>,
}

impl LiteralArea {
    /// An area with nothing in it.
    pub fn new() -> LiteralArea {
        LiteralArea { arena: None }
    }
    /// The area's arena, to build in.
    pub fn arena(&mut self) -> &mut Arena {
        self.arena.get_or_insert_with(Arena::of_literals)
    }
    /// What in it owns something.
    pub fn owners(&self) -> Option<&OffHeap> {
        self.arena.as_ref().map(|arena| &arena.offheap)
    }
    /// Does the area hold this address?
    pub fn contains(&self, address: *const Word) -> bool {
        self.arena
            .as_ref()
            .is_some_and(|arena| arena.blocks.iter().any(|block| block.contains(address)))
    }
    /// Start and end of each of its blocks.
    pub fn ranges(&self) -> Vec<(usize, usize)> {
        self.arena.as_ref().map_or_else(Vec::new, |arena| {
            arena
                .blocks
                .iter()
                .map(|block| (block.start() as usize, block.end() as usize))
                .collect()
        })
    }
    /// Size in words.
    pub fn words(&self) -> usize {
        self.arena.as_ref().map_or(0, Arena::block_words)
    }
    /// Nothing in it?
    pub fn is_empty(&self) -> bool {
        self.words() == 0
    }
}
