//! Checks of the `gc_zeal` build: the old space is poisoned, and after a collection every word of the heap is looked at.

use super::Roots;
use crate::heap::Heap;
use crate::heap::arena::Block;
use crate::heap::literal::is_literal_address;
use crate::word::{Word, subtag};

const POISON: Word = Word(0xdead_dead_dead_dea8);

/// Overwrites a block that is no longer used.
pub(super) fn poison(block: &Block) {
    for index in 0..block.words() {
        // SAFETY: within the block, which nobody uses any more.
        unsafe { *block.start().add(index) = POISON };
    }
}

/// Walks young heap, old heap, stack and roots; panics at the first word that can't be.
pub fn verify(heap: &Heap, roots: &mut dyn Roots) {
    walk(heap, heap.start(), heap.heap_top(), "young heap");
    if let Some(old) = &heap.old {
        walk(heap, old.start(), heap.old_top, "old heap");
    }
    for &word in heap.stack_slice() {
        check(heap, word, "stack");
    }
    roots.visit(&mut |first, count| {
        for index in 0..count {
            // SAFETY: the roots' own words.
            check(heap, unsafe { *first.add(index) }, "root");
        }
    });
}

fn check(heap: &Heap, word: Word, place: &str) {
    assert!(word != POISON, "{place}: a poisoned word");
    if !word.is_cons() && !word.is_boxed() {
        return;
    }
    let object = word.pointer();
    let address = object as usize;
    let within = (address >= heap.start() as usize && address < heap.heap_top() as usize)
        || heap
            .old
            .as_ref()
            .is_some_and(|old| address >= old.start() as usize && address < heap.old_top as usize)
        || is_literal_address(address);
    assert!(
        within,
        "{place}: {word:?} points to no heap of this process"
    );
    // SAFETY: within a heap of the process, or a literal.
    let first = unsafe { *object };
    if word.is_boxed() {
        assert!(
            first.is_header() && first != POISON,
            "{place}: {word:?} points to {first:?}, which is no header"
        );
    } else {
        assert!(
            first != POISON && !first.is_none(),
            "{place}: {word:?} points to a cell that is gone"
        );
    }
}

fn walk(heap: &Heap, start: *mut Word, end: *mut Word, place: &str) {
    let mut at = start;
    while at < end {
        // SAFETY: whole objects lie one behind the other between start and top.
        unsafe {
            let word = *at;
            if !word.is_header() {
                check(heap, word, place);
                at = at.add(1);
                continue;
            }
            at = match word.subtag() {
                subtag::TUPLE | subtag::MAP | subtag::RECORD => at.add(1),
                subtag::FUN => at.add(2),
                subtag::SUB_BITS => at.add(3),
                subtag::MATCH => at.add(4),
                _ => at.add(1 + word.arity()),
            };
        }
    }
    assert!(at == end, "{place}: the last object reaches behind the top");
}
