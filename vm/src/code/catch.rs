//! The table of catches: from the index in a catch tag to the handler's code.

use parking_lot::Mutex;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

const CHUNK: usize = 4096;
const CHUNKS: usize = 4096;

type Chunk = [AtomicU64; CHUNK];

static TABLE: [AtomicPtr<Chunk>; CHUNKS] = [const { AtomicPtr::new(std::ptr::null_mut()) }; CHUNKS];

struct Free {
    next: u32,
    returned: Vec<u32>,
}

static FREE: Mutex<Free> = Mutex::new(Free {
    next: 0,
    returned: Vec::new(),
});

/// An index for a new catch.
///
/// # Panics
/// With over sixteen million catches loaded.
pub fn reserve() -> u32 {
    let mut free = FREE.lock();
    if let Some(index) = free.returned.pop() {
        return index;
    }
    let index = free.next;
    assert!(
        (index as usize) < CHUNK * CHUNKS,
        "the table of catches is full"
    );
    if (index as usize).is_multiple_of(CHUNK) {
        let chunk = Box::into_raw(Box::new([const { AtomicU64::new(0) }; CHUNK]));
        TABLE[index as usize / CHUNK].store(chunk, Ordering::Release);
    }
    free.next += 1;
    index
}

fn cell(index: u32) -> &'static AtomicU64 {
    let chunk = TABLE[index as usize / CHUNK].load(Ordering::Acquire);
    // SAFETY: an index in use lies in a chunk that was published and is never freed.
    unsafe { &(&*chunk)[index as usize % CHUNK] }
}

/// The handler of catch `index` is the instruction at `code`.
pub fn set(index: u32, code: *const u64) {
    cell(index).store(code as u64, Ordering::Release);
}

/// The handler of catch `index`.
#[inline]
pub fn handler(index: u32) -> *const u64 {
    cell(index).load(Ordering::Acquire) as *const u64
}

/// Gives indices back, when their module is purged.
pub fn release(indices: &[u32]) {
    FREE.lock().returned.extend_from_slice(indices);
}
