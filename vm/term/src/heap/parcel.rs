//! `Parcel`: what a term lies in on its way from one heap to another.
//!
//! Most messages are small and own nothing outside: those are one block, which is unpacked into the receiver's heap where there is room,
//! and freed. Others become a part of that heap, to be moved in by its next collection.

use super::arena::{Arena, Block};
use super::offheap::OffHeap;
use crate::word::{Word, primary, subtag};
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

/// What a term lies in on its way. Two words: queues are long.
pub struct Parcel {
    /// A block, or an arena in a box.
    place: NonNull<Word>,
    /// Words of the block; [`WHOLE`] for an arena.
    words: u32,
}

enum Contents {
    /// A block that the term fills, with nothing in it that owns something outside.
    Plain(Block),
    /// Anything else.
    Whole(Box<Arena>),
}

const WHOLE: u32 = u32::MAX;

/// Larger ones are not unpacked: to copy them twice is more work than to keep them until the next collection.
const MOST: usize = 64;

// SAFETY: a parcel owns its block or arena, which may go to other threads.
unsafe impl Send for Parcel {}

impl Parcel {
    /// A block that a term fills, in which nothing owns something outside.
    pub(crate) fn plain(block: Block) -> Parcel {
        match u32::try_from(block.words()) {
            Ok(words) if words != WHOLE => {
                let block = ManuallyDrop::new(block);
                Parcel {
                    // SAFETY: a block begins somewhere.
                    place: unsafe { NonNull::new_unchecked(block.start()) },
                    words,
                }
            }
            _ => {
                let mut arena = Arena::new();
                arena.adopt_block(block);
                Parcel::from(arena)
            }
        }
    }
    fn open(self) -> Contents {
        let this = ManuallyDrop::new(self);
        // SAFETY: the parcel was made of such a block or box, and is not dropped.
        unsafe {
            if this.words == WHOLE {
                Contents::Whole(Box::from_raw(this.place.as_ptr().cast()))
            } else {
                Contents::Plain(Block::at(this.place.as_ptr(), this.words as usize))
            }
        }
    }
    fn arena(&self) -> Option<&Arena> {
        // SAFETY: this is what the number of words says.
        (self.words == WHOLE).then(|| unsafe { self.place.cast().as_ref() })
    }
    /// What in it owns something.
    pub fn owners(&self) -> Option<&OffHeap> {
        self.arena().map(|arena| &arena.offheap)
    }
    /// Size in words.
    pub fn words(&self) -> usize {
        self.arena().map_or(self.words as usize, Arena::block_words)
    }
    /// Calls `look` with what is written in each of its blocks.
    pub fn for_each_block(&self, mut look: impl FnMut(&[Word])) {
        match self.arena() {
            Some(arena) => arena.for_each_block(look),
            // SAFETY: the block is full.
            None => look(unsafe {
                std::slice::from_raw_parts(self.place.as_ptr(), self.words as usize)
            }),
        }
    }
    /// The same as an arena, for who builds more around the term.
    pub fn into_arena(self) -> Arena {
        match self.open() {
            Contents::Plain(block) => {
                let mut arena = Arena::new();
                arena.adopt_block(block);
                arena
            }
            Contents::Whole(arena) => *arena,
        }
    }
    /// Makes its blocks parts of `arena`, where they are.
    pub fn join(self, arena: &mut Arena) {
        match self.open() {
            Contents::Plain(block) => arena.adopt_block(block),
            Contents::Whole(other) => arena.adopt(*other),
        }
    }
    /// Makes the terms `root` and `more`, which lie in it or are literals or immediates, parts of `arena`. They may be moved.
    pub fn unpack(self, root: &mut Word, more: &mut Word, arena: &mut Arena) {
        match self.open() {
            Contents::Plain(block) => {
                let words = block.words();
                if words <= MOST
                    && (arena.limit as usize).wrapping_sub(arena.top as usize) >= words * 8
                    // SAFETY: the block is full; there is room for as many words.
                    && unsafe { copy_into(&block, arena.top) }
                {
                    for word in [root, more] {
                        *word = moved(*word, &block, arena.top);
                    }
                    // SAFETY: just tested.
                    arena.top = unsafe { arena.top.add(words) };
                } else {
                    arena.adopt_block(block);
                }
            }
            Contents::Whole(other) => arena.adopt(*other),
        }
    }
}

impl Drop for Parcel {
    fn drop(&mut self) {
        let (place, words) = (self.place, self.words);
        drop(Parcel { place, words }.open());
    }
}

impl From<Arena> for Parcel {
    fn from(arena: Arena) -> Parcel {
        Parcel {
            place: NonNull::from(Box::leak(Box::new(arena))).cast(),
            words: WHOLE,
        }
    }
}

/// The word, where it points into the block that is copied to `room`.
#[inline(always)]
fn moved(word: Word, block: &Block, room: *mut Word) -> Word {
    if (word.is_boxed() || word.is_cons()) && block.contains(word.pointer()) {
        let distance = (room as u64).wrapping_sub(block.start() as u64);
        Word(word.0.wrapping_add(distance))
    } else {
        word
    }
}

/// Copies a full block to `room`. `false`: there is something in it of which it is not known here what are pointers.
unsafe fn copy_into(block: &Block, room: *mut Word) -> bool {
    let (start, words) = (block.start(), block.words());
    let mut at = 0;
    // SAFETY: objects follow one another in the block, and each header counts its words.
    unsafe {
        while at < words {
            let word = *start.add(at);
            *room.add(at) = moved(word, block, room);
            at += 1;
            if word.primary() != primary::HEADER {
                continue;
            }
            // What is not a term.
            let more = match word.subtag() {
                subtag::TUPLE | subtag::MAP | subtag::RECORD => 0,
                subtag::FLOAT
                | subtag::BIG_POSITIVE
                | subtag::BIG_NEGATIVE
                | subtag::HEAP_BITS
                | subtag::REFERENCE => word.arity(),
                _ => return false,
            };
            for _ in 0..more {
                *room.add(at) = *start.add(at);
                at += 1;
            }
        }
    }
    true
}
