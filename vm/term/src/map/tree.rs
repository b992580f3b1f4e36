//! Hash trees. What goes down a tree recurses: it is 17 levels deep at most.

use super::leaves::{LEVELS, count_leaves};
use super::{Map, Pair};
use crate::compare::eq_exact_words;
use crate::heap::arena::Builder;
use crate::term::Term;
use crate::word::{Word, map_kind, subtag};
use smallvec::SmallVec;

/// A node's children, on the way to a new node.
type Children<'p> = SmallVec<[Term<'p>; 16]>;

/// The hash of a key.
#[inline]
pub(super) fn hash(key: Term<'_>) -> u64 {
    #[cfg(test)]
    if let Some(hash) = super::tests::injected_hash(key) {
        return hash;
    }
    crate::hash::internal_hash(key, 0)
}

/// A hash in the order of the walk: the root's four bits on top.
#[inline]
pub(super) fn sortable(hash: u64) -> u64 {
    let hash = hash.swap_bytes();
    (hash & 0x0f0f_0f0f_0f0f_0f0f) << 4 | (hash >> 4 & 0x0f0f_0f0f_0f0f_0f0f)
}

/// The value of `key`.
///
/// # Safety
/// `map` is a hash map, `key` a term, `hash` its hash.
pub(super) unsafe fn get(map: Word, key: Word, hash: u64) -> Option<Word> {
    // SAFETY: the caller's promise; a bitmap tells how many children there are.
    unsafe {
        let mut rest = hash;
        let mut header = *map.pointer();
        let mut children = map.pointer().add(2);
        loop {
            let bitmap = header.map_bitmap();
            let bit = 1u16 << (rest & 15);
            if bitmap & bit == 0 {
                return None;
            }
            let child = *children.add((bitmap & (bit - 1)).count_ones() as usize);
            if child.is_cons() {
                let leaf = child.pointer();
                return eq_exact_words(*leaf, key).then(|| *leaf.add(1));
            }
            header = *child.pointer();
            children = child.pointer().add(1);
            if header.subtag() == subtag::TUPLE {
                return (0..header.arity())
                    .map(|index| (*children.add(index)).pointer())
                    .find(|&leaf| eq_exact_words(*leaf, key))
                    .map(|leaf| *leaf.add(1));
            }
            rest >>= 4;
        }
    }
}

/// A root or an inner node.
#[derive(Copy, Clone)]
pub(super) struct Node<'p> {
    bitmap: u16,
    pub(super) children: &'p [Term<'p>],
}

impl<'p> Node<'p> {
    /// The node `term`, which must be one.
    pub(super) fn of(term: Term<'p>) -> Node<'p> {
        let object = term.word().pointer();
        // SAFETY: callers have seen a node; its bitmap counts the children.
        unsafe {
            let header = *object;
            let first = if header.map_kind() == map_kind::ROOT {
                2
            } else {
                1
            };
            let bitmap = header.map_bitmap();
            let count = bitmap.count_ones() as usize;
            Node {
                bitmap,
                children: std::slice::from_raw_parts(object.add(first).cast(), count),
            }
        }
    }
    /// The bit of a hash, where its child is or belongs, and whether it is there.
    fn slot(self, rest: u64) -> (u16, usize, bool) {
        let bit = 1u16 << (rest & 15);
        (
            bit,
            (self.bitmap & (bit - 1)).count_ones() as usize,
            self.bitmap & bit != 0,
        )
    }
    fn with(self, index: usize, child: Term<'p>) -> Children<'p> {
        let mut children = Children::from_slice(self.children);
        children[index] = child;
        children
    }
    fn inserted(self, index: usize, child: Term<'p>) -> Children<'p> {
        let mut children = Children::from_slice(self.children);
        children.insert(index, child);
        children
    }
}

/// What a child is.
enum Child<'p> {
    Leaf(Pair<'p>),
    Node(Node<'p>),
    /// Leaves of one hash.
    Collision(&'p [Term<'p>]),
}

impl<'p> Child<'p> {
    fn of(term: Term<'p>) -> Child<'p> {
        if let Some(pair) = leaf_pair(term) {
            Child::Leaf(pair)
        } else if let Some(leaves) = term.tuple_elements() {
            Child::Collision(leaves)
        } else {
            Child::Node(Node::of(term))
        }
    }
}

fn leaf_pair(leaf: Term<'_>) -> Option<Pair<'_>> {
    leaf.as_cons().map(|cell| (cell.head(), cell.tail()))
}

fn leaf_key(leaf: Term<'_>) -> Term<'_> {
    leaf_pair(leaf).map_or(leaf, |(key, _)| key)
}

/// A pair on its way into a tree.
#[derive(Copy, Clone)]
pub(super) struct Entry<'p> {
    pub(super) hash: u64,
    pub(super) pair: Pair<'p>,
    /// The leaf, if there is one already.
    leaf: Option<Term<'p>>,
}

impl<'p> Entry<'p> {
    pub(super) fn new(pair: Pair<'p>) -> Entry<'p> {
        Entry {
            hash: hash(pair.0),
            pair,
            leaf: None,
        }
    }
    fn hashed(pair: Pair<'p>, hash: u64) -> Entry<'p> {
        Entry {
            hash,
            pair,
            leaf: None,
        }
    }
    fn of_leaf(leaf: Term<'p>, pair: Pair<'p>) -> Entry<'p> {
        Entry {
            hash: hash(pair.0),
            pair,
            leaf: Some(leaf),
        }
    }
    /// What chooses the child on a level.
    fn rest(&self, level: u32) -> u64 {
        self.hash >> (4 * level)
    }
}

/// Brings entries into the order of the walk. Of entries with equal keys the last one stays; false if there were any.
pub(super) fn sort_entries(entries: &mut Vec<Entry<'_>>) -> bool {
    entries.sort_by_key(|entry| sortable(entry.hash));
    let before = entries.len();
    let mut start = 0;
    while start < entries.len() {
        let hash = entries[start].hash;
        let same = entries[start..]
            .iter()
            .take_while(|entry| entry.hash == hash)
            .count();
        if same > 1 {
            // Stable: equal keys stay in the order in which they came.
            entries[start..start + same].sort_by(|a, b| a.pair.0.cmp_exact(b.pair.0));
        }
        start += same;
    }
    entries.dedup_by(|later, kept| {
        let equal = later.hash == kept.hash && later.pair.0.eq_exact(kept.pair.0);
        if equal {
            *kept = *later;
        }
        equal
    });
    entries.len() == before
}

/// What is left of a child without a key.
enum Rest<'p> {
    /// Nothing: it was the leaf.
    Nothing,
    Child(Term<'p>),
}

/// Counts of a merge.
pub(super) struct Merge {
    /// Keys that both trees have.
    pub(super) common: usize,
}

impl<'p> Builder<'p> {
    fn tree_object(
        &mut self,
        kind: u64,
        bitmap: u16,
        head: &[Word],
        children: &[Term<'p>],
    ) -> Term<'p> {
        debug_assert!(bitmap.count_ones() as usize == children.len());
        let arity = head.len() + children.len();
        let object = self.alloc(1 + arity);
        // SAFETY: fresh room for header, head and children.
        unsafe {
            *object = Word::map_header(kind, arity, bitmap);
            std::ptr::copy_nonoverlapping(head.as_ptr(), object.add(1), head.len());
            std::ptr::copy_nonoverlapping(
                children.as_ptr().cast::<Word>(),
                object.add(1 + head.len()),
                children.len(),
            );
            Term::from_word(Word::boxed(object))
        }
    }
    fn node(&mut self, bitmap: u16, children: &[Term<'p>]) -> Term<'p> {
        self.tree_object(map_kind::NODE, bitmap, &[], children)
    }
    fn root(&mut self, size: usize, bitmap: u16, children: &[Term<'p>]) -> Term<'p> {
        let size = Word::small(size as i64);
        self.tree_object(map_kind::ROOT, bitmap, &[size], children)
    }
    fn leaf(&mut self, entry: &Entry<'p>) -> Term<'p> {
        match entry.leaf {
            Some(leaf) => leaf,
            None => self.cons(entry.pair.0, entry.pair.1),
        }
    }

    /// A tree of entries in order, whatever their number.
    pub(super) fn tree_from_sorted(&mut self, entries: &[Entry<'p>]) -> Term<'p> {
        let (bitmap, children) = self.subtrees(entries, 0);
        self.root(entries.len(), bitmap, &children)
    }
    fn subtrees(&mut self, entries: &[Entry<'p>], level: u32) -> (u16, Children<'p>) {
        let mut bitmap = 0;
        let children = entries
            .chunk_by(|a, b| (a.rest(level) ^ b.rest(level)) & 15 == 0)
            .map(|part| {
                bitmap |= 1u16 << (part[0].rest(level) & 15);
                self.subtree(part, level + 1)
            })
            .collect();
        (bitmap, children)
    }
    fn subtree(&mut self, entries: &[Entry<'p>], level: u32) -> Term<'p> {
        match entries {
            [entry] => self.leaf(entry),
            _ if level == LEVELS => {
                let leaves: SmallVec<[Term<'p>; 4]> =
                    entries.iter().map(|entry| self.leaf(entry)).collect();
                self.tuple(&leaves)
            }
            _ => {
                let (bitmap, children) = self.subtrees(entries, level);
                self.node(bitmap, &children)
            }
        }
    }

    /// The tree with one more pair, or with another value of a key; the same tree if the value is the same object.
    ///
    /// The way down is remembered; then each node on it is copied once, to where it stays.
    pub(super) fn tree_put(&mut self, map: Map<'p>, pair: Pair<'p>) -> Term<'p> {
        let hash = hash(pair.0);
        let mut rest = hash;
        let mut way = [(Word::NONE, 0); LEVELS as usize];
        let mut depth = 0;
        let mut node = map.term().word();
        // SAFETY: a root, then inner nodes, whose bitmaps count their children.
        let (mut below, added) = unsafe {
            loop {
                let header = *node.pointer();
                let bit = 1u16 << (rest & 15);
                let before = (header.map_bitmap() & (bit - 1)).count_ones() as usize;
                let at = before + if depth == 0 { 2 } else { 1 };
                if header.map_bitmap() & bit == 0 {
                    let leaf = self.cons(pair.0, pair.1);
                    break (self.node_inserted(node, at, bit, leaf), true);
                }
                way[depth] = (node, at);
                depth += 1;
                let child = *node.pointer().add(at);
                if child.is_cons() {
                    let leaf = child.pointer();
                    let (key, value) = (*leaf, *leaf.add(1));
                    if eq_exact_words(key, pair.0.word()) {
                        if value == pair.1.word() {
                            return map.term();
                        }
                        break (self.cons(pair.0, pair.1), false);
                    }
                    let other = (Term::from_word(key), Term::from_word(value));
                    let other = Entry::of_leaf(Term::from_word(child), other);
                    break (
                        self.join(&other, &Entry::hashed(pair, hash), depth as u32),
                        true,
                    );
                }
                if (*child.pointer()).subtag() == subtag::TUPLE {
                    let mut added = true;
                    let old = Term::from_word(child);
                    let entry = Entry::hashed(pair, hash);
                    let new = self.insert(old, &entry, depth as u32, true, &mut added);
                    if new.same(old) {
                        return map.term();
                    }
                    break (new, added);
                }
                node = child;
                rest >>= 4;
            }
        };
        for &(node, at) in way[..depth].iter().rev() {
            // SAFETY: nodes that were gone through, and the places of children in them.
            below = unsafe { self.node_with(node, at, below) };
        }
        if added {
            // SAFETY: the second word of a root that was just made is its size.
            unsafe {
                *below.word().pointer().add(1) = Word::small(map.len() as i64 + 1);
            }
        }
        below
    }

    /// A copy of a root or an inner node with another child in the place of its word `at`.
    ///
    /// # Safety
    /// It is one, and so many words are behind its header.
    unsafe fn node_with(&mut self, node: Word, at: usize, child: Term<'p>) -> Term<'p> {
        let from = node.pointer().cast_const();
        // SAFETY: the caller's promise, and fresh room.
        unsafe {
            let words = 1 + (*from).object_arity();
            let copy = self.alloc(words);
            for index in 0..words {
                *copy.add(index) = *from.add(index);
            }
            *copy.add(at) = child.word();
            Term::from_word(Word::boxed(copy))
        }
    }

    /// A copy of a root or an inner node with one more child, before what is its word `at`; `bit` is the child's.
    ///
    /// # Safety
    /// It is one that has no such child yet.
    unsafe fn node_inserted(
        &mut self,
        node: Word,
        at: usize,
        bit: u16,
        child: Term<'p>,
    ) -> Term<'p> {
        let from = node.pointer().cast_const();
        // SAFETY: the caller's promise, and fresh room.
        unsafe {
            let header = *from;
            let words = 1 + header.object_arity();
            let copy = self.alloc(words + 1);
            *copy = Word::map_header(header.map_kind(), words, header.map_bitmap() | bit);
            for index in 1..at {
                *copy.add(index) = *from.add(index);
            }
            *copy.add(at) = child.word();
            for index in at..words {
                *copy.add(index + 1) = *from.add(index);
            }
            Term::from_word(Word::boxed(copy))
        }
    }

    /// The child with one more leaf. If the key is there, `added` becomes false, and the new value counts if `replace`.
    fn insert(
        &mut self,
        child: Term<'p>,
        entry: &Entry<'p>,
        level: u32,
        replace: bool,
        added: &mut bool,
    ) -> Term<'p> {
        match Child::of(child) {
            Child::Leaf((key, value)) => {
                if !key.eq_exact(entry.pair.0) {
                    let other = Entry::of_leaf(child, (key, value));
                    return self.join(&other, entry, level);
                }
                *added = false;
                if !replace || value.same(entry.pair.1) {
                    return child;
                }
                self.leaf(entry)
            }
            Child::Collision(leaves) => {
                match leaves.binary_search_by(|&leaf| leaf_key(leaf).cmp_exact(entry.pair.0)) {
                    Ok(index) => {
                        *added = false;
                        let value = leaf_pair(leaves[index]).map(|(_, value)| value);
                        if !replace || value.is_some_and(|value| value.same(entry.pair.1)) {
                            return child;
                        }
                        let mut leaves = leaves.to_vec();
                        leaves[index] = self.leaf(entry);
                        self.tuple(&leaves)
                    }
                    Err(index) => {
                        let mut leaves = leaves.to_vec();
                        leaves.insert(index, self.leaf(entry));
                        self.tuple(&leaves)
                    }
                }
            }
            Child::Node(node) => {
                let (bit, index, there) = node.slot(entry.rest(level));
                if !there {
                    let leaf = self.leaf(entry);
                    return self.node(node.bitmap | bit, &node.inserted(index, leaf));
                }
                let old = node.children[index];
                let new = self.insert(old, entry, level + 1, replace, added);
                if new.same(old) {
                    return child;
                }
                self.node(node.bitmap, &node.with(index, new))
            }
        }
    }

    /// A node of two leaves whose keys differ.
    fn join(&mut self, a: &Entry<'p>, b: &Entry<'p>, level: u32) -> Term<'p> {
        let mut pair = [*a, *b];
        if sortable(a.hash)
            .cmp(&sortable(b.hash))
            .then_with(|| a.pair.0.cmp_exact(b.pair.0))
            .is_gt()
        {
            pair.swap(0, 1);
        }
        self.subtree(&pair, level)
    }

    /// The value of a key, and the root without it, which may have 32 leaves left; `None` if it is not there.
    pub(super) fn tree_take(
        &mut self,
        map: Map<'p>,
        key: Term<'_>,
    ) -> Option<(Term<'p>, Term<'p>)> {
        let root = Node::of(map.term());
        let hash = hash(key);
        let (bit, index, there) = root.slot(hash);
        if !there {
            return None;
        }
        let (value, rest) = self.take(root.children[index], key, hash >> 4)?;
        let size = map.len() - 1;
        let root = match rest {
            Rest::Child(child) => self.root(size, root.bitmap, &root.with(index, child)),
            Rest::Nothing => {
                let mut children = Children::from_slice(root.children);
                children.remove(index);
                self.root(size, root.bitmap & !bit, &children)
            }
        };
        Some((value, root))
    }
    fn take(&mut self, child: Term<'p>, key: Term<'_>, rest: u64) -> Option<(Term<'p>, Rest<'p>)> {
        match Child::of(child) {
            Child::Leaf((other, value)) => other.eq_exact(key).then_some((value, Rest::Nothing)),
            Child::Collision(leaves) => {
                let index = leaves
                    .iter()
                    .position(|&leaf| leaf_key(leaf).eq_exact(key))?;
                let (_, value) = leaf_pair(leaves[index])?;
                let mut leaves = leaves.to_vec();
                leaves.remove(index);
                let left = match leaves[..] {
                    [leaf] => leaf,
                    _ => self.tuple(&leaves),
                };
                Some((value, Rest::Child(left)))
            }
            Child::Node(node) => {
                let (bit, index, there) = node.slot(rest);
                if !there {
                    return None;
                }
                let (value, below) = self.take(node.children[index], key, rest >> 4)?;
                let (bitmap, children) = match below {
                    Rest::Child(child) => (node.bitmap, node.with(index, child)),
                    Rest::Nothing => {
                        let mut children = Children::from_slice(node.children);
                        children.remove(index);
                        (node.bitmap & !bit, children)
                    }
                };
                // A lone leaf moves up.
                let left = match children[..] {
                    [leaf] if leaf.word().is_cons() => leaf,
                    _ => self.node(bitmap, &children),
                };
                Some((value, Rest::Child(left)))
            }
        }
    }

    /// Both trees' leaves; the second's values count.
    pub(super) fn tree_merge(&mut self, a: Map<'p>, b: Map<'p>) -> Term<'p> {
        if a.term().same(b.term()) {
            return a.term();
        }
        let mut merge = Merge { common: 0 };
        let (first, second) = (Node::of(a.term()), Node::of(b.term()));
        let (bitmap, children) = self.merge_nodes(first, second, 1, &mut merge);
        let size = a.len() + b.len() - merge.common;
        if size == b.len() && same_children(&children, second.children) {
            return b.term();
        }
        if size == a.len() && same_children(&children, first.children) {
            return a.term();
        }
        self.root(size, bitmap, &children)
    }
    fn merge_nodes(
        &mut self,
        a: Node<'p>,
        b: Node<'p>,
        below: u32,
        merge: &mut Merge,
    ) -> (u16, Children<'p>) {
        let bitmap = a.bitmap | b.bitmap;
        let (mut from_a, mut from_b) = (a.children.iter(), b.children.iter());
        let mut children = Children::new();
        for number in 0..16 {
            let child = |node: Node<'p>, rest: &mut std::slice::Iter<'p, Term<'p>>| {
                (node.bitmap >> number & 1 != 0)
                    .then(|| rest.next().copied())
                    .flatten()
            };
            match (child(a, &mut from_a), child(b, &mut from_b)) {
                (Some(a), Some(b)) => children.push(self.merge(a, b, below, merge)),
                (Some(lone), None) | (None, Some(lone)) => children.push(lone),
                (None, None) => {}
            }
        }
        (bitmap, children)
    }
    fn merge(&mut self, a: Term<'p>, b: Term<'p>, level: u32, merge: &mut Merge) -> Term<'p> {
        if a.same(b) {
            merge.common += count_leaves(a);
            return b;
        }
        let mut added = true;
        let merged = match (Child::of(a), Child::of(b)) {
            (_, Child::Leaf(pair)) => {
                let entry = Entry::of_leaf(b, pair);
                self.insert(a, &entry, level, true, &mut added)
            }
            (Child::Leaf(pair), _) => {
                let entry = Entry::of_leaf(a, pair);
                self.insert(b, &entry, level, false, &mut added)
            }
            (Child::Collision(leaves), _) => {
                // Both have all levels behind them, so both hold leaves of one hash.
                let mut merged = b;
                for &leaf in leaves {
                    if let Some(pair) = leaf_pair(leaf) {
                        let entry = Entry::of_leaf(leaf, pair);
                        let mut fresh = true;
                        merged = self.insert(merged, &entry, level, false, &mut fresh);
                        merge.common += usize::from(!fresh);
                    }
                }
                merged
            }
            (Child::Node(first), Child::Node(second)) => {
                let (bitmap, children) = self.merge_nodes(first, second, level + 1, merge);
                return if same_children(&children, second.children) {
                    b
                } else if same_children(&children, first.children) {
                    a
                } else {
                    self.node(bitmap, &children)
                };
            }
            (Child::Node(_), Child::Collision(_)) => {
                unreachable!("leaves of one hash stand below the last level of nodes")
            }
        };
        merge.common += usize::from(!added);
        merged
    }
}

fn same_children(a: &[Term<'_>], b: &[Term<'_>]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(*b))
}
