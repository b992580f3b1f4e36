//! The objects of a heap that own something outside it: reference-counted binaries, magic references, and pids, ports and references of other
//! nodes, which are counted.
//!
//! They form a list through a word of their own, their last one. The collector walks the list after copying: an object that was not moved is dead,
//! and what it owns is released.

use crate::binary::refc::SharedBytes;
use crate::boxed::external::Node;
use crate::boxed::reference::{Magic, WITH_OBJECT};
use crate::term::Term;
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
    // SAFETY: every object on the list is whole, and its last word is the link.
    unsafe { object.add((*object).arity()) }
}

/// Does an object with this header own something?
#[inline(always)]
pub(crate) fn owns(header: Word) -> bool {
    match header.subtag() {
        subtag::REFC
        | subtag::EXTERNAL_PID
        | subtag::EXTERNAL_PORT
        | subtag::EXTERNAL_REFERENCE => true,
        subtag::REFERENCE => header.arity() == WITH_OBJECT,
        _ => false,
    }
}

/// `object` is a new copy of one that owns something: so does the copy.
///
/// # Safety
/// It is whole, what it was copied from lives, and [`owns`] says so of its header.
pub(crate) unsafe fn share(object: *mut Word) {
    // SAFETY: the caller's promise; the object has what its header says, nodes are never freed.
    unsafe {
        match (*object).subtag() {
            subtag::REFC => {
                let shared = SharedBytes::borrow_raw(&(*object.add(2)).0).clone();
                std::mem::forget(shared);
            }
            subtag::REFERENCE => {
                Arc::increment_strong_count((*object.add(3)).0 as *const Magic);
            }
            _ => (*((*object.add(1)).0 as *const Node)).hold(),
        }
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
    /// `object` is whole, owns something, and is on no list.
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
    /// Calls `f` with each object, as a term.
    pub fn for_each_term<'p>(&'p self, mut f: impl FnMut(Term<'p>)) {
        // SAFETY: whole objects; the list's heap lives while it is borrowed.
        self.for_each(|object| f(unsafe { Term::from_word(Word::boxed(object)) }));
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
    // SAFETY: the object holds one reference, where its kind has it, and dies now; nodes are never freed.
    unsafe {
        match (*object).subtag() {
            subtag::REFC => drop(SharedBytes::from_raw((*object.add(2)).0)),
            subtag::REFERENCE => drop(Arc::from_raw((*object.add(3)).0 as *const Magic)),
            _ => (*((*object.add(1)).0 as *const Node)).leave(),
        }
    }
}
