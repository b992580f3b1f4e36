//! Sizes: the growth sequence of heaps and when to shrink, after `erl_gc.c`.

use crate::heap::Heap;
use std::sync::OnceLock;

/// 12, 38, then each the sum of the two before and one, to about a million; from there on by a fifth.
fn sequence() -> &'static [usize] {
    static SIZES: OnceLock<Vec<usize>> = OnceLock::new();
    SIZES.get_or_init(|| {
        let mut sizes = vec![12usize, 38];
        while sizes[sizes.len() - 1] < 1_000_000 {
            let last = sizes.len() - 1;
            sizes.push(sizes[last] + sizes[last - 1] + 1);
        }
        while sizes[sizes.len() - 1] < 1 << 52 {
            let last = sizes[sizes.len() - 1];
            sizes.push(last + last / 5);
        }
        sizes
    })
}

/// The smallest size of the sequence that holds `words`.
pub fn heap_size_for(words: usize) -> usize {
    let sizes = sequence();
    let position = sizes.partition_point(|&size| size < words);
    sizes.get(position).copied().unwrap_or(words)
}

/// Size of the new young block: at least `minimum`; larger when the block was nearly full, smaller after a major collection of a
/// heap that is mostly empty.
pub(super) fn next_size(heap: &Heap, minimum: usize, wanted: usize, major: bool) -> usize {
    let current = heap.size_words();
    let floor = heap.min_heap_words;
    let mut size = if minimum > current {
        heap_size_for(minimum)
    } else {
        current
    };
    // Little was free already when the last collection ended: the block is too small for its process.
    let survivors = (heap.high_water as usize - heap.block.start() as usize) / 8;
    if size == current && survivors * 4 > current * 3 {
        size = heap_size_for(current + 1);
    }
    if size == current && major && wanted.saturating_mul(4) < current {
        size = heap_size_for((wanted * 2).max(minimum)).min(current);
    }
    size.max(floor).max(minimum)
}

/// Off-heap words that bring about the next collection.
pub(super) fn binary_limit(minimum: usize, young: usize, all: usize) -> usize {
    minimum.max(young * 2).max(all + all / 2)
}
