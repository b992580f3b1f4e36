//! Large blocks are mappings of their own, not the allocator's. Their sizes seldom repeat, so an allocator keeps one that is given back for
//! nobody, for a while; and as it does not know what a block is for, it can't ask for huge pages where they pay: a heap is
//! written from its beginning on, and all of it soon.

use std::cell::Cell;
use std::ptr::NonNull;

/// Blocks from this size on, in bytes, are mappings.
pub(super) const LEAST: usize = 1 << 20;

/// From this size on, in bytes, huge pages are asked for: a part of one that is not used is a small part of the block.
const HUGE: usize = 4 << 20;

/// To this size, in bytes, a thread keeps one mapping that was given back: a process that collects again and again goes to and fro
/// between two blocks of one size.
const KEPT: usize = 16 << 20;

/// A mapping that waits to be used again, and its size.
struct Spare(Cell<Option<(NonNull<u8>, usize)>>);

impl Spare {
    fn keep(&self, mapping: Option<(NonNull<u8>, usize)>) {
        if let Some((at, bytes)) = self.0.replace(mapping) {
            // SAFETY: nobody has used it since it was given back.
            unsafe { unmap_now(at, bytes) };
        }
    }
}

impl Drop for Spare {
    fn drop(&mut self) {
        self.keep(None);
    }
}

thread_local! {
    static SPARE: Spare = const { Spare(Cell::new(None)) };
}

/// Gives back what this thread keeps, for it is going to rest.
pub fn forget_spare() {
    let _ = SPARE.try_with(|spare| spare.keep(None));
}

/// A mapping; `None` when the system has no room for it. What is in it, is anything.
pub(super) fn map(bytes: usize) -> Option<NonNull<u8>> {
    if bytes <= KEPT {
        let spare = SPARE.try_with(|spare| spare.0.take()).ok().flatten();
        match spare {
            Some((at, size)) if size == bytes => return Some(at),
            Some(other) => drop(SPARE.try_with(|spare| spare.keep(Some(other)))),
            None => {}
        }
    }
    // SAFETY: a fresh private mapping at an address of the system's choice.
    let at = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            bytes,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
            -1,
            0,
        )
    };
    if at == libc::MAP_FAILED {
        return None;
    }
    #[cfg(target_os = "linux")]
    if bytes >= HUGE {
        // SAFETY: the mapping just made. It is as good without huge pages, so a failure does not matter.
        unsafe { libc::madvise(at, bytes, libc::MADV_HUGEPAGE) };
    }
    NonNull::new(at.cast())
}

/// Gives a mapping back.
///
/// # Safety
/// `map(bytes)` made it, and nobody uses it any longer.
pub(super) unsafe fn unmap(at: NonNull<u8>, bytes: usize) {
    let kept = bytes <= KEPT
        && SPARE
            .try_with(|spare| spare.keep(Some((at, bytes))))
            .is_ok();
    if !kept {
        // SAFETY: the caller's promise.
        unsafe { unmap_now(at, bytes) };
    }
}

unsafe fn unmap_now(at: NonNull<u8>, bytes: usize) {
    // SAFETY: the caller's promise.
    let result = unsafe { libc::munmap(at.as_ptr().cast(), bytes) };
    debug_assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
}

#[cfg(test)]
mod tests {
    use crate::heap::arena::Block;

    #[test]
    fn large_blocks_are_whole() {
        for words in [super::LEAST / 8 - 1, super::LEAST / 8, super::HUGE / 8 + 3] {
            let block = Block::new(words);
            // SAFETY: the first and last words of the block.
            unsafe {
                *block.start() = crate::Word::NIL;
                *block.end().sub(1) = crate::Word::NONE;
                assert!((*block.start()).0 != (*block.end().sub(1)).0);
            }
            assert_eq!(block.words(), words);
        }
    }
}
