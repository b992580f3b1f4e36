//! Walking the leaves of a hash tree.
//!
//! A place in the tree is a path of child numbers, four bits a level, the root's lowest. It fits one word, is all that is needed to go
//! on later, and makes the walk small enough to be copied about: to climb, it goes down again from the root.

use super::Map;
use crate::term::Term;
use crate::word::{Word, map_kind, subtag};

/// Levels that a hash of 64 bits makes.
pub(super) const LEVELS: u32 = 16;

/// A walk.
#[derive(Copy, Clone)]
pub(crate) struct Leaves {
    root: Word,
    /// Children of the current node, how many, and which comes next.
    children: *const Word,
    count: u32,
    next: u32,
    /// Child numbers above the current node.
    path: u64,
    /// Level of the current node, the root's being zero.
    depth: u32,
}

/// The children of a node or a tuple of leaves.
#[inline(always)]
unsafe fn children(node: Word) -> (*const Word, u32) {
    // SAFETY: the caller gives a root, an inner node or a tuple.
    unsafe {
        let object = node.pointer();
        let header = *object;
        if header.subtag() == subtag::TUPLE {
            (object.add(1), header.arity() as u32)
        } else if header.map_kind() == map_kind::ROOT {
            (object.add(2), header.map_bitmap().count_ones())
        } else {
            (object.add(1), header.map_bitmap().count_ones())
        }
    }
}

impl Leaves {
    /// From the first leaf of a hash map on.
    pub(crate) fn new(map: Map<'_>) -> Leaves {
        let root = map.term().word();
        debug_assert!(!map.is_flat());
        // SAFETY: a hash map's root.
        let (children, count) = unsafe { children(root) };
        Leaves {
            root,
            children,
            count,
            next: 0,
            path: 0,
            depth: 0,
        }
    }

    /// From a position on; `None` if the tree has no such place.
    pub(super) fn at(map: Map<'_>, position: u64) -> Option<Leaves> {
        let mut walk = Leaves::new(map);
        let mut rest = position;
        loop {
            let number = if walk.depth < LEVELS {
                (rest & 15) as u32
            } else {
                0
            };
            if number >= walk.count {
                return None;
            }
            walk.next = number;
            // SAFETY: within the children of a live node.
            let child = unsafe { *walk.children.add(number as usize) };
            if child.is_cons() || walk.depth == LEVELS {
                return Some(walk);
            }
            rest >>= 4;
            // SAFETY: a child that is no leaf.
            unsafe { walk.enter(child) };
        }
    }

    /// Goes down to `child`, the child `next`.
    #[inline]
    unsafe fn enter(&mut self, child: Word) {
        self.path |= u64::from(self.next) << (4 * self.depth);
        self.depth += 1;
        self.next = 0;
        // SAFETY: the caller gives a node.
        (self.children, self.count) = unsafe { children(child) };
    }

    /// Climbs until there is a next child; false at the end.
    #[inline]
    unsafe fn settle(&mut self) -> bool {
        while self.next >= self.count {
            if self.depth == 0 {
                return false;
            }
            self.depth -= 1;
            let shift = 4 * self.depth;
            self.next = (self.path >> shift & 15) as u32 + 1;
            self.path &= (1 << shift) - 1;
            let mut node = self.root;
            for level in 0..self.depth {
                // SAFETY: the path was gone before.
                node = unsafe {
                    *children(node)
                        .0
                        .add((self.path >> (4 * level) & 15) as usize)
                };
            }
            // SAFETY: as above.
            (self.children, self.count) = unsafe { children(node) };
        }
        true
    }

    /// The next leaf: its key, with the value behind it. Null at the end.
    ///
    /// # Safety
    /// The map stays where it is.
    #[inline]
    pub(crate) unsafe fn next(&mut self) -> *const Word {
        // SAFETY: the caller's promise; `next` is below `count` once settled.
        unsafe {
            while self.settle() {
                let child = *self.children.add(self.next as usize);
                if child.is_cons() {
                    self.next += 1;
                    return child.pointer();
                }
                self.enter(child);
            }
        }
        std::ptr::null()
    }

    /// Where the next leaf is. `None` at the end, and amid the leaves of one hash, whose number a path cannot hold.
    pub(super) fn position(&mut self) -> Option<u64> {
        // SAFETY: the map stays for as long as the iterator lives that this walk belongs to.
        if !unsafe { self.settle() } {
            return None;
        }
        if self.depth == LEVELS {
            return (self.next == 0).then_some(self.path);
        }
        Some(self.path | u64::from(self.next) << (4 * self.depth))
    }
}

/// Leaves at and below a child.
pub(super) fn count_leaves(child: Term<'_>) -> usize {
    let mut count = 0;
    // At most 15 siblings of each node on the way down wait.
    let mut later = vec![child.word()];
    while let Some(node) = later.pop() {
        if node.is_cons() {
            count += 1;
            continue;
        }
        // SAFETY: a child that is no leaf is a node or a tuple of leaves.
        let below = unsafe {
            let (first, count) = children(node);
            std::slice::from_raw_parts(first, count as usize)
        };
        later.extend_from_slice(below);
    }
    count
}
