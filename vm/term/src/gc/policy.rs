//! Sizes: the growth sequence of heaps and when to shrink, after `erl_gc.c`.

use crate::heap::{Heap, MIN_HEAP, RED_ZONE};
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

/// Words that a heap of the smallest size really has. With the red zone they make 1,536 bytes, which is a size that allocators have;
/// 233 words would take 2,048, a third more for each of perhaps a million processes, most of which wait with a few words.
const LEAST: usize = 192 - RED_ZONE;

/// Words that a heap of this size really has.
pub fn capacity(size: usize) -> usize {
    if size == MIN_HEAP { LEAST } else { size }
}

/// The size that a heap with room for this many words is said to have.
pub(crate) fn nominal(capacity: usize) -> usize {
    if capacity == LEAST {
        MIN_HEAP
    } else {
        capacity
    }
}

/// The smallest heap that holds `words`, and is no smaller than a process's heaps are.
pub(crate) fn capacity_for(words: usize) -> usize {
    if words <= LEAST {
        LEAST
    } else {
        heap_size_for(words.max(MIN_HEAP + 1))
    }
}

/// Size of the block that a collection copies to, when at most `live` words, the stack among them, are live. What is wanted
/// afterwards is looked at when it is known how many are.
pub(super) fn size_to_collect(heap: &mut Heap, live: usize) -> usize {
    let size = capacity_for(live).max(capacity(heap.min_heap_words));
    if std::mem::take(&mut heap.grow_soon) && size == heap.capacity() {
        return capacity_for(size + 1);
    }
    size
}

/// Size of the old heap that the first mature objects go to, where the young one had `before` words in use: there is room for more than
/// those, for when there is none left everything is collected.
pub(super) fn first_old_size(heap: &Heap, before: usize, mature: usize) -> usize {
    heap_size_for(mature.max(before).max(heap.size_words() / 2))
}

/// So many minor collections since the last major one tell a process that works from one that rests.
const OFTEN: u32 = 8;

/// Below this many words a block that is mostly empty after a minor collection is left as it is.
const WORTH_SHRINKING: usize = 8000;

/// The size that the block should have after a collection, if it is another one: room for `need` more words, and not mostly empty.
pub(super) fn size_to_go_on(heap: &mut Heap, need: usize, major: bool) -> Option<usize> {
    let size = heap.capacity();
    let wanted = heap.used_words() + heap.stack_words() + need;
    if wanted > size {
        return Some(capacity_for(wanted).max(capacity(heap.min_heap_words)));
    }
    // After a minor collection what is left goes to the old heap by the next time. But if it is most of the block, that next time is soon,
    // and what would have died is copied.
    let stays = if major {
        wanted * 4 > size * 3
    } else {
        // A small one in which a part survives each time, again and again, is made as large as it pays.
        wanted * 2 > size || wanted * 8 > size && heap.minor_collections % OFTEN == OFTEN - 1
    };
    if stays {
        heap.grow_soon = true;
        return None;
    }
    if wanted * 4 >= size || (!major && size < WORTH_SHRINKING.max(heap.old_words())) {
        return None;
    }
    // The young generation of much that is old had better not be too small.
    let least = if major { 0 } else { heap.old_words() / 4 };
    // After a major one, as after others, who collects often had better have room for a few times of what is live.
    let times = match major {
        true if heap.minor_collections < OFTEN => 2,
        true => 4,
        false => 3,
    };
    let smaller = capacity_for((wanted * times).max(least));
    let smaller = smaller.max(capacity(heap.min_heap_words));
    (smaller < size).then_some(smaller)
}

/// Off-heap words that bring about the next collection.
pub(super) fn binary_limit(minimum: usize, young: usize, all: usize) -> usize {
    minimum.max(young * 2).max(all + all / 2)
}
