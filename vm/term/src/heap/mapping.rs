//! Large blocks are mappings of their own, not the allocator's. Their sizes seldom repeat, so an allocator keeps one that is given back for
//! nobody, for a while; and as it does not know what a block is for, it can't ask for huge pages where they pay: a heap is
//! written from its beginning on, and all of it soon.

use std::cell::Cell;
use std::ptr::NonNull;

/// Blocks from this size on, in bytes, are mappings.
pub(super) const LEAST: usize = 1 << 20;

/// From this size on, in bytes, huge pages are asked for: a part of one that is not used is a small part of the block.
const HUGE: usize = 4 << 20;

/// A thread keeps this many mappings that were given back, none larger than [`KEPT`] bytes: a process that collects goes to and fro between
/// blocks, and pages that were written once need not be asked for and cleared again.
const SPARES: usize = 4;
const KEPT: usize = 8 << 20;

/// A mapping that waits to be used again: where, and its size.
type Mapping = (NonNull<u8>, usize);

/// Mappings that wait, the one that was given back last first.
struct Spares(Cell<[Option<Mapping>; SPARES]>);

impl Spares {
    fn keep(&self, mapping: Mapping) {
        let mut spares = self.0.get();
        spares.rotate_right(1);
        let oldest = spares[0].replace(mapping);
        self.0.set(spares);
        if let Some((at, bytes)) = oldest {
            // SAFETY: nobody has used it since it was given back.
            unsafe { unmap_now(at, bytes) };
        }
    }
    /// The one that fits best: of this size, or a larger one, or any.
    fn take(&self, bytes: usize) -> Option<Mapping> {
        let mut spares = self.0.get();
        let lacks = |size: usize| match size.checked_sub(bytes) {
            Some(more) => more,
            None => KEPT + bytes - size,
        };
        let best = spares
            .iter_mut()
            .min_by_key(|spare| spare.map_or(usize::MAX, |(_, size)| lacks(size)))?;
        let taken = best.take();
        self.0.set(spares);
        taken
    }
    fn forget(&self) {
        for (at, bytes) in self.0.take().into_iter().flatten() {
            // SAFETY: nobody has used it since it was given back.
            unsafe { unmap_now(at, bytes) };
        }
    }
}

impl Drop for Spares {
    fn drop(&mut self) {
        self.forget();
    }
}

thread_local! {
    static SPARE: Spares = const { Spares(Cell::new([None; SPARES])) };
}

/// Gives back what this thread keeps, for it is going to rest.
pub fn forget_spare() {
    let _ = SPARE.try_with(Spares::forget);
}

/// Makes a kept mapping one of another size. Its pages stay, so far as they are within.
#[cfg(target_os = "linux")]
fn resized((at, size): Mapping, bytes: usize) -> Option<NonNull<u8>> {
    if size == bytes {
        return Some(at);
    }
    // SAFETY: a mapping of this size that nobody uses.
    let moved = unsafe { libc::mremap(at.as_ptr().cast(), size, bytes, libc::MREMAP_MAYMOVE) };
    if moved == libc::MAP_FAILED {
        // SAFETY: it is as it was.
        unsafe { unmap_now(at, size) };
        return None;
    }
    NonNull::new(moved.cast())
}

#[cfg(not(target_os = "linux"))]
fn resized((at, size): Mapping, bytes: usize) -> Option<NonNull<u8>> {
    if size == bytes {
        return Some(at);
    }
    // SAFETY: nobody uses it.
    unsafe { unmap_now(at, size) };
    None
}

/// A mapping; `None` when the system has no room for it. What is in it, is anything.
pub(super) fn map(bytes: usize) -> Option<NonNull<u8>> {
    if bytes <= KEPT
        && let Ok(Some(spare)) = SPARE.try_with(|spares| spares.take(bytes))
        && let Some(at) = resized(spare, bytes)
    {
        return Some(at);
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
    let kept = bytes <= KEPT && SPARE.try_with(|spares| spares.keep((at, bytes))).is_ok();
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
