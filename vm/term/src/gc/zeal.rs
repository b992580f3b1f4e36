//! What the `gc_zeal` build does beyond collecting: when a collection is due, what is poisoned, which blocks are kept back.
//!
//! Each opportunity to collect is worth [`CREDIT`] words, or [`CREDIT_OF_LARGE`]; a collection is due when they pay for the live heap. So
//! small heaps, which nearly all are, collect at every opportunity, and a program with a large one is slower by a factor, not by a square.

use crate::heap::Heap;
use crate::heap::arena::Block;
use crate::word::Word;
use std::cell::RefCell;
use std::collections::VecDeque;

/// Is this the build that collects wherever it could?
pub const ZEAL: bool = cfg!(feature = "gc_zeal");

/// What no live word is: it has a header's tag, and counts more words than there are.
pub const POISON: Word = Word(0xdead_dead_dead_dea8);

/// Words of live heap that one opportunity pays for.
const CREDIT: usize = 2048;
/// The same where there are more than [`LARGE`] of them.
const CREDIT_OF_LARGE: usize = 64;
const LARGE: usize = 1 << 14;
/// So many collections, then a major one.
const MINORS: u32 = 3;
/// Words that a thread keeps back: nothing else is built where a stale pointer points.
const KEPT_WORDS: usize = 1 << 16;

thread_local! {
    static KEPT: RefCell<(VecDeque<Block>, usize)> = const { RefCell::new((VecDeque::new(), 0)) };
}

/// How often a heap collects. Other builds keep no such thing: it would take sixteen bytes of each process.
#[derive(Default)]
pub(crate) struct Zeal([Counts; ZEAL as usize]);

#[derive(Default)]
struct Counts {
    credit: usize,
    minors: u32,
}

impl Heap {
    /// An opportunity to collect: is it taken?
    #[inline]
    pub fn zeal_wants_collection(&mut self) -> bool {
        if !ZEAL {
            return false;
        }
        let live = self.used_words()
            + self.old_used_words()
            + self.stack_words()
            + self.arena.fragment_words;
        let Some(counts) = self.zeal.0.first_mut() else {
            return false;
        };
        counts.credit += if live > LARGE {
            CREDIT_OF_LARGE
        } else {
            CREDIT
        };
        let due = counts.credit >= live;
        if due {
            counts.credit = 0;
        }
        due
    }
    /// A collection begins: shall it be a major one?
    pub(super) fn zeal_wants_major(&mut self) -> bool {
        let Some(counts) = self.zeal.0.first_mut() else {
            return false;
        };
        counts.minors += 1;
        let major = counts.minors > MINORS;
        if major {
            counts.minors = 0;
        }
        major
    }
}

/// Overwrites words that are not in use.
///
/// # Safety
/// The words are the caller's, and nobody reads them before they are written.
pub unsafe fn poison(first: *mut Word, count: usize) {
    for index in 0..count {
        // SAFETY: the caller's promise.
        unsafe { first.add(index).write(POISON) };
    }
}

/// Takes a block that is out of use: overwrites it, and frees it when many others have come after it.
pub(super) fn bury(block: Block) {
    // SAFETY: the block is whole and nobody uses it any more.
    unsafe { poison(block.start(), block.words()) };
    // On a thread that ends the block is freed at once.
    let _ = KEPT.try_with(|kept| {
        let (blocks, words) = &mut *kept.borrow_mut();
        *words += block.words();
        blocks.push_back(block);
        while *words > KEPT_WORDS {
            let Some(oldest) = blocks.pop_front() else {
                break;
            };
            *words -= oldest.words();
        }
    });
}
