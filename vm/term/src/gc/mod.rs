//! The collector: generational, copying, after `erl_gc.c`.
//!
//! A minor collection copies what is live in the young heap and the fragments; what survived one collection before goes to the old
//! heap. A major one copies everything into one new block. Cheney's scan: the copies are the work list, so depth costs no stack.
//! A moved object leaves its new address behind: in a boxed object's header, or in a list cell's tail below a head of `NONE`.
//!
//! Invariant: nothing here allocates in the heap that it collects, and the new block is never too small, since no object is copied
//! twice.

pub mod policy;
pub mod verify;
pub mod zeal;

use crate::heap::arena::Block;
use crate::heap::literal::{Leaving, RANGE as LITERALS, literal_base};
use crate::heap::offheap::{self, OffHeap};
use crate::heap::{Heap, RED_ZONE};
use crate::word::{Word, primary, subtag};
use hashbrown::HashMap;
use std::cell::RefCell;
use zeal::ZEAL;

/// A set of places that the collector must update, beside the stack.
///
/// # Safety
/// `visit` reports every live word of the process, on no heap and not on the stack, exactly once; nothing else uses them meanwhile.
pub unsafe trait Roots {
    /// Calls `slice(first, count)` for each run of words.
    fn visit(&mut self, slice: &mut dyn FnMut(*mut Word, usize));
}

// SAFETY: the slice's words, once each.
unsafe impl Roots for &mut [Word] {
    fn visit(&mut self, slice: &mut dyn FnMut(*mut Word, usize)) {
        slice(self.as_mut_ptr(), self.len());
    }
}

/// What to collect.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Extent {
    /// Young heap, or all of it when the policy says so.
    Minor,
    /// Everything.
    Major,
}

/// Collects, so that `need` words are free afterwards. Returns whether it was a major collection.
///
/// # Safety
/// The heap's pointers are up to date ([`Heap::enter`]); `roots` and the stack are all that refers to it; the literals of `leaving`,
/// if any, stay readable.
pub unsafe fn collect(
    heap: &mut Heap,
    need: usize,
    roots: &mut dyn Roots,
    extent: Extent,
    leaving: Option<&Leaving>,
) -> bool {
    let mature = (heap.high_water as usize - heap.block.start() as usize) / 8;
    let old_free = heap
        .old
        .as_ref()
        .map_or(0, |old| (old.end() as usize - heap.old_top as usize) / 8);
    let major = extent == Extent::Major
        || leaving.is_some()
        || heap.old_points_young
        || heap.minor_collections >= heap.fullsweep_after
        || (heap.old.is_some() && old_free < mature)
        || heap.old_offheap.binary_words > heap.binary_limit.saturating_mul(4)
        || heap.zeal_wants_major();
    let young = heap.used_words() + heap.arena.fragment_words;
    let before = young + heap.old_used_words();
    let concerned = if major { before } else { young };
    let live = concerned + heap.stack_words() + leaving.map_or(0, Leaving::words);
    let size = policy::size_to_collect(heap, live);
    // SAFETY: the caller's promise; the block has room for all that might be live.
    unsafe { run(heap, size, roots, major, mature, leaving) };
    if leaving.is_some() {
        adopt_literal_copies(heap);
    }
    if let Some(size) = policy::size_to_go_on(heap, need, major) {
        let all = major || heap.old_points_young;
        // SAFETY: as above; nothing is mature, so that what is young stays young.
        unsafe { run(heap, size, roots, all, 0, None) };
    }
    let after = heap.used_words() + heap.arena.fragment_words + heap.old_used_words();
    heap.reclaimed_words += before.saturating_sub(after) as u64;
    if major {
        heap.minor_collections = 0;
    } else {
        heap.minor_collections += 1;
    }
    heap.collect_soon = false;
    if ZEAL {
        verify::verify(heap, roots);
    }
    major
}

/// Moves the heap to a block of just the size that it needs, stack and all. The next collection makes it a usual one again.
///
/// # Safety
/// As for [`collect`], which has just collected everything.
pub unsafe fn fit(heap: &mut Heap, roots: &mut dyn Roots) {
    let size = heap.used_words() + heap.stack_words();
    if size < heap.size_words() {
        // SAFETY: the caller's promise.
        unsafe { run(heap, size, roots, true, 0, None) };
    }
    if ZEAL {
        verify::verify(heap, roots);
    }
}

/// What a collection copies to.
///
/// `MINOR`: what is mature goes to the old heap, which stays. `LEAVING`: literals are given up. Both are known where the code is made, for what
/// a collection does not do must not be asked for each word. Copies of this whose address nobody has live in registers: so whoever has many words
/// to look at takes one, and puts it back.
#[derive(Copy, Clone)]
struct Collector<'a, const MINOR: bool, const LEAVING: bool> {
    /// Next free word of the new young block.
    top: *mut Word,
    /// Old heap that mature objects go to.
    old_top: *mut Word,
    old_end: *mut Word,
    /// Objects within this range stay: the old heap, in a minor collection.
    stay_start: usize,
    stay_size: usize,
    /// Objects within this range go to the old heap.
    mature_start: usize,
    mature_size: usize,
    literals: usize,
    spilled: bool,
    leaving: Option<&'a Left<'a>>,
}

/// Literals that are given up.
struct Left<'a> {
    leaving: &'a Leaving,
    /// Where their objects went; the literals' words are others' too, and can hold no forwarding.
    moved: RefCell<HashMap<usize, Word>>,
}

/// Copies what is live to a young block of `size` words, and to the old heap.
unsafe fn run(
    heap: &mut Heap,
    size: usize,
    roots: &mut dyn Roots,
    major: bool,
    mature: usize,
    leaving: Option<&Leaving>,
) {
    if !major && mature > 0 && heap.old.is_none() {
        let before = heap.used_words() + heap.arena.fragment_words;
        let old = Block::new(policy::first_old_size(heap, before, mature));
        heap.old_top = old.start();
        heap.old = Some(old);
    }
    // SAFETY: the caller's promise.
    unsafe {
        if leaving.is_some() {
            run_as::<false, true>(heap, size, roots, major, mature, leaving);
        } else if !major && heap.old.is_some() {
            run_as::<true, false>(heap, size, roots, major, mature, leaving);
        } else {
            run_as::<false, false>(heap, size, roots, major, mature, leaving);
        }
    }
}

/// What the word so far ahead of the one that is looked at points to is asked for.
const AHEAD: usize = 4;

unsafe fn run_as<const MINOR: bool, const LEAVING: bool>(
    heap: &mut Heap,
    size: usize,
    roots: &mut dyn Roots,
    major: bool,
    mature: usize,
    leaving: Option<&Leaving>,
) {
    let stack_words = heap.stack_words();
    let block = Block::new(size + RED_ZONE);
    let (stay_start, stay_size, old_top, old_end) = match &heap.old {
        Some(old) if MINOR => (
            old.start() as usize,
            old.words() * 8,
            heap.old_top,
            old.end(),
        ),
        _ => (0, 0, std::ptr::null_mut(), std::ptr::null_mut()),
    };
    let left = leaving.map(|leaving| Left {
        leaving,
        moved: RefCell::default(),
    });
    let mut collector: Collector<'_, MINOR, LEAVING> = Collector {
        top: block.start(),
        old_top,
        old_end,
        stay_start,
        stay_size,
        mature_start: heap.block.start() as usize,
        mature_size: if MINOR { mature * 8 } else { 0 },
        literals: literal_base(),
        spilled: false,
        leaving: left.as_ref(),
    };
    // SAFETY: the new block has room for everything that is reachable and for the stack.
    unsafe {
        let stack = block.end().sub(stack_words);
        std::ptr::copy_nonoverlapping(heap.stack, stack, stack_words);
        collector.slice(stack, stack_words);
        roots.visit(&mut |first, count| collector.slice(first, count));
        collector.walk(block.start(), old_top);
        debug_assert!(collector.top <= stack);

        // Off-heap objects: those that moved hang on the list of the generation that they are in now, in the order that they had.
        let old_range = (stay_start, stay_size);
        let mut young = OffHeap::new();
        let mut old_list = if major {
            OffHeap::new()
        } else {
            heap.old_offheap.take()
        };
        let (mut young_end, mut old_end) = (std::ptr::null_mut(), std::ptr::null_mut());
        let mut place = |object: *mut Word| {
            if (object as usize).wrapping_sub(old_range.0) < old_range.1 {
                old_list.push_back(object, &mut old_end);
            } else {
                young.push_back(object, &mut young_end);
            }
        };
        heap.arena.offheap.sweep(&mut place);
        if major {
            heap.old_offheap.sweep(&mut place);
        }
        heap.arena.offheap = young;
        heap.old_offheap = old_list;

        if major {
            if let Some(old) = heap.old.take() {
                discard(old);
            }
            heap.old_top = std::ptr::null_mut();
            heap.old_points_young = false;
        } else {
            heap.old_top = collector.old_top;
            heap.old_points_young = collector.spilled;
        }
        discard(std::mem::replace(&mut heap.block, block));
        heap.arena
            .take_blocks()
            .into_iter()
            .for_each(|fragment| discard(fragment.into_block()));
        if ZEAL {
            zeal::poison(collector.top, (stack as usize - collector.top as usize) / 8);
        }
        heap.high_water = collector.top;
        heap.enter(collector.top, stack);
    }
    let kept = heap.arena.offheap.binary_words + heap.old_offheap.binary_words;
    heap.binary_limit =
        policy::binary_limit(heap.min_binary_words, heap.arena.offheap.binary_words, kept);
}

/// Frees what was copied from.
fn discard(block: Block) {
    if ZEAL {
        zeal::bury(block);
    }
}

impl<const MINOR: bool, const LEAVING: bool> Collector<'_, MINOR, LEAVING> {
    /// Updates `count` words that are terms, continuation pointers or catch tags.
    unsafe fn slice(&mut self, first: *mut Word, count: usize) {
        let mut own = *self;
        for index in 0..count {
            // SAFETY: the caller's slice.
            unsafe { own.word::<false>(first.add(index)) };
        }
        *self = own;
    }

    /// Updates the words of all copies, which are behind these two places, and copies what they refer to.
    unsafe fn walk(&mut self, mut young: *mut Word, mut old: *mut Word) {
        let mut own = *self;
        // SAFETY: whole copies up to both tops.
        unsafe {
            loop {
                while young < own.top {
                    let ahead = young.wrapping_add(AHEAD);
                    if ahead < own.top {
                        (*ahead).prefetch();
                    }
                    young = own.scan::<false>(young);
                }
                while MINOR && old < own.old_top {
                    old = own.scan::<true>(old);
                }
                if young == own.top {
                    break;
                }
            }
        }
        *self = own;
    }

    /// Updates one word; `TO_OLD` says that it lies in the old heap, whose children go there too.
    #[inline(always)]
    unsafe fn word<const TO_OLD: bool>(&mut self, at: *mut Word) {
        // SAFETY: `at` is a word of a root, or of a copy.
        unsafe {
            let word = *at;
            match word.primary() {
                primary::BOXED => self.boxed::<TO_OLD>(at, word),
                primary::CONS => self.cons::<TO_OLD>(at, word),
                _ => {}
            }
        }
    }

    /// Is the object at this address not one of the space that is collected? One branch for both questions.
    #[inline(always)]
    fn stays(&self, address: usize) -> bool {
        let literal = address.wrapping_sub(self.literals) < LITERALS;
        let old = MINOR && address.wrapping_sub(self.stay_start) < self.stay_size;
        literal | old
    }

    /// Room for `words` in the generation that an object at `address` goes to.
    #[inline(always)]
    unsafe fn place<const TO_OLD: bool>(&mut self, address: usize, words: usize) -> *mut Word {
        // SAFETY: the young block has room for all; the old one is tested.
        unsafe {
            if MINOR && (TO_OLD || address.wrapping_sub(self.mature_start) < self.mature_size) {
                if (self.old_end as usize) - (self.old_top as usize) >= words * 8 {
                    let at = self.old_top;
                    self.old_top = at.add(words);
                    return at;
                }
                self.spilled = true;
            }
            let at = self.top;
            self.top = at.add(words);
            at
        }
    }

    #[inline(always)]
    unsafe fn cons<const TO_OLD: bool>(&mut self, at: *mut Word, word: Word) {
        let cell = word.pointer();
        // SAFETY: a live cell of the space that is collected.
        unsafe {
            if self.stays(cell as usize) {
                if LEAVING {
                    *at = self.copy_leaving(word);
                }
                return;
            }
            let (head, tail) = (*cell, *cell.add(1));
            if head.is_none() {
                *at = tail;
                return;
            }
            let copy = self.place::<TO_OLD>(cell as usize, 2);
            *copy = head;
            *copy.add(1) = tail;
            let moved = Word::cons(copy);
            *cell = Word::NONE;
            *cell.add(1) = moved;
            *at = moved;
        }
    }

    #[inline(always)]
    unsafe fn boxed<const TO_OLD: bool>(&mut self, at: *mut Word, word: Word) {
        let object = word.pointer();
        // SAFETY: a live object of the space that is collected.
        unsafe {
            if self.stays(object as usize) {
                if LEAVING {
                    *at = self.copy_leaving(word);
                }
                return;
            }
            let header = *object;
            if header.is_boxed() {
                *at = header;
                return;
            }
            let moved = self.copy::<TO_OLD>(object, header);
            *object = moved;
            *at = moved;
        }
    }

    #[inline(always)]
    unsafe fn copy<const TO_OLD: bool>(&mut self, object: *mut Word, header: Word) -> Word {
        let words = header.object_arity() + 1;
        // SAFETY: the header counts the object's words.
        unsafe {
            let copy = self.place::<TO_OLD>(object as usize, words);
            copy_words(object, copy, words);
            Word::boxed(copy)
        }
    }

    /// A literal of the area that is given up is copied once; a table remembers where to.
    #[cold]
    #[inline(never)]
    fn copy_leaving(&mut self, word: Word) -> Word {
        let object = word.pointer();
        let Some(left) = self.leaving.filter(|left| left.leaving.contains(object)) else {
            return word;
        };
        if let Some(&moved) = left.moved.borrow().get(&(object as usize)) {
            return moved;
        }
        // SAFETY: the area stays readable while processes leave it.
        let moved = unsafe {
            if word.is_cons() {
                let copy = self.place::<false>(object as usize, 2);
                *copy = *object;
                *copy.add(1) = *object.add(1);
                Word::cons(copy)
            } else {
                let moved = self.copy::<false>(object, *object);
                self.adopt_copy(moved.pointer());
                moved
            }
        };
        left.moved.borrow_mut().insert(object as usize, moved);
        moved
    }

    /// A copy of a literal that owns something shares it: one more count.
    unsafe fn adopt_copy(&mut self, copy: *mut Word) {
        // SAFETY: a whole object; what it owns is shared and the copy becomes a part of a list by `sweep`'s caller.
        unsafe {
            if offheap::owns(*copy) {
                offheap::share(copy);
                LITERAL_COPIES.with_borrow_mut(|copies| copies.push(copy as usize));
            }
        }
    }

    /// Updates the words of the object, or single term, at `at`; returns what is behind it.
    #[inline(always)]
    unsafe fn scan<const TO_OLD: bool>(&mut self, at: *mut Word) -> *mut Word {
        // SAFETY: `at` is the first word of a copied object, or a term within one whose header was passed.
        unsafe {
            let word = *at;
            match word.primary() {
                primary::BOXED => {
                    self.boxed::<TO_OLD>(at, word);
                    at.add(1)
                }
                primary::CONS => {
                    self.cons::<TO_OLD>(at, word);
                    at.add(1)
                }
                primary::IMMEDIATE => at.add(1),
                _ => match word.subtag() {
                    subtag::TUPLE | subtag::MAP | subtag::RECORD => at.add(1),
                    // The words before a fun's free variables, and all but the last of a sub-bitstring, are no terms.
                    subtag::FUN => at.add(2),
                    subtag::SUB_BITS => at.add(3),
                    subtag::MATCH => {
                        self.word::<TO_OLD>(at.add(4));
                        crate::binary::rebase_match(at);
                        at.add(5)
                    }
                    _ => at.add(1 + word.arity()),
                },
            }
        }
    }
}

/// Copies an object. Most have a few words, for which a call of `memcpy` takes longer than the copying.
#[inline(always)]
unsafe fn copy_words(from: *const Word, to: *mut Word, words: usize) {
    macro_rules! each {
        ($($index:literal)*) => {{ $(*to.add($index) = *from.add($index);)* }};
    }
    // SAFETY: the caller gives both this many words, which do not overlap.
    unsafe {
        match words {
            2 => each!(0 1),
            3 => each!(0 1 2),
            4 => each!(0 1 2 3),
            5 => each!(0 1 2 3 4),
            6 => each!(0 1 2 3 4 5),
            7 => each!(0 1 2 3 4 5 6),
            8 => each!(0 1 2 3 4 5 6 7),
            _ => std::ptr::copy_nonoverlapping(from, to, words),
        }
    }
}

thread_local! {
    static LITERAL_COPIES: std::cell::RefCell<Vec<usize>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// Puts copies of reference-counted literals on the heap's list; called once after a collection that left a literal area.
fn adopt_literal_copies(heap: &mut Heap) {
    LITERAL_COPIES.with_borrow_mut(|copies| {
        for copy in copies.drain(..) {
            // SAFETY: whole objects in the new block, on no list yet.
            unsafe { heap.arena.offheap.push(copy as *mut Word) };
        }
    });
}
