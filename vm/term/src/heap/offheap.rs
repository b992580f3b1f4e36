//! The objects of a heap that own something outside it: reference-counted binaries and magic references.
//!
//! They form a list through a word of their own. The collector walks the list after copying: an object that was not moved is dead,
//! and what it owns is released.

use crate::binary::refc::SharedBytes;
use crate::boxed::reference::Magic;
use crate::word::{Word, subtag};
use std::sync::Arc;

/// The list, by its first object; `NONE` ends it.
#[repr(C)]
pub struct OffHeap {
    first: Word,
    /// Bytes that the list's binaries keep alive: a reason to collect (virtual binary heap), in words.
    pub binary_words: usize,
}

/// Index of the link within an object.
#[inline(always)]
fn link(object: *mut Word) -> *mut Word {
    // SAFETY: every object on the list has a header, and a link behind it where its kind says.
    unsafe {
        object.add(if (*object).subtag() == subtag::REFC {
            3
        } else {
            4
        })
    }
}

impl OffHeap {
    /// An empty list.
    pub const fn new() -> OffHeap {
        OffHeap {
            first: Word::NONE,
            binary_words: 0,
        }
    }
    /// Nothing on it?
    pub fn is_empty(&self) -> bool {
        self.first.is_none()
    }
    /// Puts an object on the list.
    ///
    /// # Safety
    /// `object` is a whole reference-counted binary or magic reference that is on no list.
    pub unsafe fn push(&mut self, object: *mut Word) {
        // SAFETY: the caller's promise.
        unsafe {
            *link(object) = self.first;
            if (*object).subtag() == subtag::REFC {
                self.binary_words += (*object.add(1)).0 as usize / 8;
            }
        }
        self.first = Word::boxed(object);
    }
    /// Puts an object at the end of the list, whose last link is `end`: null for an empty one.
    ///
    /// # Safety
    /// As for [`OffHeap::push`]; `end` came from here and nothing else has changed the list since.
    pub unsafe fn push_back(&mut self, object: *mut Word, end: &mut *mut Word) {
        // SAFETY: the caller's promise; the last link is that of a whole object.
        unsafe {
            *link(object) = Word::NONE;
            if (*object).subtag() == subtag::REFC {
                self.binary_words += (*object.add(1)).0 as usize / 8;
            }
            if end.is_null() {
                *link(object) = self.first;
                self.first = Word::boxed(object);
            } else {
                *link(object) = **end;
                **end = Word::boxed(object);
            }
            *end = link(object);
        }
    }
    /// Appends another list, which is empty afterwards.
    pub fn append(&mut self, other: &mut OffHeap) {
        if other.first.is_none() {
            return;
        }
        let mut last = other.first.pointer();
        // SAFETY: the list's objects are whole, and its last link is `NONE`.
        unsafe {
            while !(*link(last)).is_none() {
                last = (*link(last)).pointer();
            }
            *link(last) = self.first;
        }
        self.first = other.first;
        self.binary_words += other.binary_words;
        *other = OffHeap::new();
    }
    /// Takes the list away.
    pub fn take(&mut self) -> OffHeap {
        std::mem::take(self)
    }
    /// After copying: passes each object that was moved to `keep` at its new address, releases the others, leaves the list empty.
    ///
    /// # Safety
    /// The old objects' first words are still readable: a header, or a forwarding pointer to a whole copy.
    pub unsafe fn sweep(&mut self, mut keep: impl FnMut(*mut Word)) {
        let mut next = std::mem::replace(&mut self.first, Word::NONE);
        self.binary_words = 0;
        while !next.is_none() {
            let object = next.pointer();
            // SAFETY: the caller's promise; a moved object's copy has the link that the old one had.
            unsafe {
                if (*object).is_boxed() {
                    let moved = (*object).pointer();
                    next = *link(moved);
                    keep(moved);
                } else {
                    next = *link(object);
                    release(object);
                }
            }
        }
    }
    /// Calls `f` with each object.
    pub fn for_each(&self, mut f: impl FnMut(*mut Word)) {
        let mut next = self.first;
        while !next.is_none() {
            let object = next.pointer();
            f(object);
            // SAFETY: whole objects.
            next = unsafe { *link(object) };
        }
    }
    /// Releases everything.
    pub fn release_all(&mut self) {
        // SAFETY: nothing was moved, all objects are whole.
        unsafe { self.sweep(|_| ()) };
    }
}

impl Default for OffHeap {
    fn default() -> OffHeap {
        OffHeap::new()
    }
}

/// Lets go of what an object owns.
unsafe fn release(object: *mut Word) {
    // SAFETY: the object holds one reference, in its second or fourth word, and dies now.
    unsafe {
        if (*object).subtag() == subtag::REFC {
            drop(SharedBytes::from_raw((*object.add(2)).0));
        } else {
            drop(Arc::from_raw((*object.add(3)).0 as *const Magic));
        }
    }
}
