//! The allocator of the program: mimalloc, asked in a way that wastes less than that of its usual crate.
//!
//! That one asks for an alignment each time. mimalloc then takes a slower path when none is free, and asks itself for up to
//! seven bytes more: whatever has just the size of a class (768 bytes, 1,792, …) lands in the next one, an eighth or a quarter
//! larger. As `malloc` in C gives memory that suits every type of C, most requests need not say anything.

use libmimalloc_sys::{
    mi_free, mi_malloc, mi_malloc_aligned, mi_realloc, mi_realloc_aligned, mi_zalloc,
    mi_zalloc_aligned,
};
use std::alloc::{GlobalAlloc, Layout};

// Not among those that the crate declares without its extended interface.
unsafe extern "C" {
    fn mi_collect(force: bool);
}

/// Gives pages that nobody uses back to the system. mimalloc does so by itself, but only while it is asked for memory.
pub(crate) fn give_back() {
    // SAFETY: it may be called at any time, from any thread.
    unsafe { mi_collect(true) };
}

/// The allocator.
pub(crate) struct Allocator;

/// Alignment of what `malloc` gives, if it is at least as large.
const NATURAL: usize = 16;

fn is_natural(layout: Layout) -> bool {
    layout.align() <= NATURAL && layout.align() <= layout.size()
}

// SAFETY: mimalloc gives memory that is nobody else's, as large and as aligned as it was asked for; it is called from any thread.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: any size and any alignment of a layout is right.
        unsafe {
            if is_natural(layout) {
                mi_malloc(layout.size()).cast()
            } else {
                mi_malloc_aligned(layout.size(), layout.align()).cast()
            }
        }
    }
    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as in `alloc`.
        unsafe {
            if is_natural(layout) {
                mi_zalloc(layout.size()).cast()
            } else {
                mi_zalloc_aligned(layout.size(), layout.align()).cast()
            }
        }
    }
    #[inline]
    unsafe fn dealloc(&self, at: *mut u8, _: Layout) {
        // SAFETY: the caller has it from `alloc`.
        unsafe { mi_free(at.cast()) };
    }
    #[inline]
    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller has it from `alloc`.
        unsafe {
            if layout.align() <= NATURAL && layout.align() <= size {
                mi_realloc(at.cast(), size).cast()
            } else {
                mi_realloc_aligned(at.cast(), size, layout.align()).cast()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_is_aligned() {
        let sizes = (1..40).chain([100, 768, 1000, 1792, 5000, 70_000, 1 << 20]);
        for size in sizes {
            for align in [1, 2, 8, 16, 32, 4096] {
                let layout = Layout::from_size_align(size, align).expect("a layout");
                // SAFETY: the layout is not empty, what is written was allocated, and what is given back was got.
                unsafe {
                    let at = Allocator.alloc(layout);
                    assert_eq!(at as usize % align, 0, "{size} {align}");
                    at.write_bytes(1, size);
                    let at = Allocator.realloc(at, layout, 3 * size);
                    assert_eq!(at as usize % align, 0, "{size} {align}");
                    assert_eq!((at.read(), at.add(size - 1).read()), (1, 1));
                    let layout = Layout::from_size_align(3 * size, align).expect("a layout");
                    Allocator.dealloc(at, layout);
                    let at = Allocator.alloc_zeroed(layout);
                    assert_eq!((at as usize % align, at.add(3 * size - 1).read()), (0, 0));
                    Allocator.dealloc(at, layout);
                }
            }
        }
    }
}
