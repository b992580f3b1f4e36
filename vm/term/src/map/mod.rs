//! Maps: flat to 32 pairs, a hash tree above. After `erl_map.c`, so that sizes agree.
//!
//! ```text
//! flat    [header][size][keys]─┐ [value 1] … [value n]        n <= 32
//!                              └─> [tuple header][key 1] … [key n], shared by maps that have the same keys
//! tree    [root header][size][child] …                         n > 32
//! node    [node header][child] …
//! leaf    [key | value], a list cell
//! ```
//! A node has up to 16 children; which ones there are, the header's bitmap tells. Four bits of a key's hash choose the child, the
//! lowest four at the root. After 64 bits the hash is used up: keys with the same hash are the leaves of one tuple, in exact order.
//!
//! Invariant: the shape follows from the keys alone. A flat map's keys stand in one order ([`flat_key_order`]); a node below the root
//! has two children or one that is no leaf; a tree has more than 32 leaves. So equal maps have equal shapes.
//!
//! | file | what |
//! |---|---|
//! | `leaves.rs` | walking and resuming a walk |
//! | `flat.rs` | flat maps |
//! | `tree.rs` | hash trees |
//! | `build.rs` | what [`Builder`] offers: both kinds, and from one to the other |

mod build;
pub mod flat;
pub(crate) mod leaves;
#[cfg(test)]
mod tests;
mod tree;

use crate::compare::cmp_exact_words;
use crate::rules::rules;
use crate::term::Term;
use crate::word::{Word, map_kind, subtag};
use leaves::Leaves;
use std::cmp::Ordering;

/// Most pairs of a flat map.
pub const FLAT_LIMIT: usize = 32;

/// A map of either kind.
#[derive(Copy, Clone)]
pub struct Map<'p>(pub(crate) Term<'p>);

/// A key and its value.
pub type Pair<'p> = (Term<'p>, Term<'p>);

/// Walks the pairs of a map: a flat one in the order of its keys, a hash tree in its own.
#[derive(Copy, Clone)]
pub struct Iter<'p>(IterKind<'p>);

#[derive(Copy, Clone)]
enum IterKind<'p> {
    Flat {
        keys: &'p [Term<'p>],
        values: &'p [Term<'p>],
    },
    Tree {
        leaves: Leaves,
        /// How many there are yet, unless the walk was resumed.
        left: Option<usize>,
    },
}

/// Pairs of a part of a map, and where the next part begins.
pub type Part<'p> = (Vec<Pair<'p>>, Option<u64>);

/// The value of `key` in `map`.
///
/// # Safety
/// `map` is a map, `key` a term.
#[inline]
pub unsafe fn get_words(map: Word, key: Word) -> Option<Word> {
    // SAFETY: the caller's promise.
    unsafe {
        if (*map.pointer()).map_kind() == map_kind::FLAT {
            flat::get(map, key)
        } else {
            tree::get(map, key, tree::hash(Term::from_word(key)))
        }
    }
}

/// Is this boxed term a flat map?
///
/// # Safety
/// `term` is boxed.
#[inline(always)]
pub unsafe fn is_flat(term: Word) -> bool {
    // SAFETY: a boxed pointer points to a header.
    let header = unsafe { *term.pointer() };
    header.subtag() == subtag::MAP && header.map_kind() == map_kind::FLAT
}

/// The hash of a key, for [`get_hashed_words`]. The same as long as the machine runs.
pub fn key_hash(key: Term<'_>) -> u64 {
    tree::hash(key)
}

/// The value of `key`, whose hash is known.
///
/// # Safety
/// `map` is a map, `key` a term, `hash` its [`key_hash`].
#[inline]
pub unsafe fn get_hashed_words(map: Word, key: Word, hash: u64) -> Option<Word> {
    // SAFETY: the caller's promise.
    unsafe {
        if (*map.pointer()).map_kind() == map_kind::FLAT {
            flat::get(map, key)
        } else {
            tree::get(map, key, hash)
        }
    }
}

/// Order in which a small map has its keys.
pub fn key_order(a: Term<'_>, b: Term<'_>) -> Ordering {
    // SAFETY: terms are whole.
    unsafe { flat_key_order(a.word(), b.word()) }
}

/// Order of the keys of a flat map.
///
/// # Safety
/// Both are whole terms.
#[inline]
pub(crate) unsafe fn flat_key_order(a: Word, b: Word) -> Ordering {
    if a.is_atom() && b.is_atom() && rules().map_atoms_by_index {
        return a.atom_value().index().cmp(&b.atom_value().index());
    }
    // SAFETY: the caller's promise.
    unsafe { cmp_exact_words(a, b) }
}

/// Do the keys of this flat map stand in exact order for certain? Only atoms may not.
pub(crate) fn flat_order_is_exact(map: Map<'_>) -> bool {
    let (keys, _) = flat::parts(map);
    !rules().map_atoms_by_index
        || keys
            .iter()
            .filter(|key| key.word().is_atom())
            .nth(1)
            .is_none()
}

/// Order of leaves in a hash tree's walk, as far as hashes tell.
///
/// # Safety
/// Both are whole terms.
pub(crate) unsafe fn walk_order(a: Word, b: Word) -> Ordering {
    // SAFETY: the caller's promise.
    let (a, b) = unsafe { (Term::from_word(a), Term::from_word(b)) };
    tree::sortable(tree::hash(a)).cmp(&tree::sortable(tree::hash(b)))
}

impl<'p> Map<'p> {
    /// Number of pairs.
    #[inline]
    pub fn len(self) -> usize {
        // SAFETY: the second word of a map is its size, a small integer.
        unsafe { (*self.0.word().pointer().add(1)).small_value() as usize }
    }
    /// No pairs?
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
    /// At most [`FLAT_LIMIT`] pairs, kept in order?
    #[inline]
    pub fn is_flat(self) -> bool {
        // SAFETY: a map's pointer points to its header.
        unsafe { (*self.0.word().pointer()).map_kind() == map_kind::FLAT }
    }
    /// The map as a term.
    pub fn term(self) -> Term<'p> {
        self.0
    }
    /// The value of `key`.
    #[inline]
    pub fn get(self, key: Term<'_>) -> Option<Term<'p>> {
        // SAFETY: a map and a term; the value stays as long as the map.
        unsafe { get_words(self.0.word(), key.word()).map(|word| Term::from_word(word)) }
    }
    /// Is `key` there?
    pub fn contains(self, key: Term<'_>) -> bool {
        self.get(key).is_some()
    }
    /// The pairs.
    pub fn iter(self) -> Iter<'p> {
        Iter(if self.is_flat() {
            let (keys, values) = flat::parts(self);
            IterKind::Flat { keys, values }
        } else {
            IterKind::Tree {
                leaves: Leaves::new(self),
                left: Some(self.len()),
            }
        })
    }
    /// The pairs from a position on that [`Map::part`] gave, zero being the first; `None` if this map has no such position.
    pub fn iter_from(self, position: u64) -> Option<Iter<'p>> {
        if self.is_flat() {
            // A flat map is never walked in parts; any number that could be a position begins anew, as in OTP.
            return (position <= self.len() as u64).then(|| self.iter());
        }
        let leaves = Leaves::at(self, position)?;
        let left = (position == 0).then(|| self.len());
        Some(Iter(IterKind::Tree { leaves, left }))
    }
    /// About `limit` pairs, at least one, from a position on, and the position behind them, which is `None` at the end. No part ends
    /// amid keys of the same hash, and a flat map is one part. `None` if this map has no such position.
    pub fn part(self, position: u64, limit: usize) -> Option<Part<'p>> {
        let mut iter = self.iter_from(position)?;
        let mut pairs = Vec::with_capacity(limit.min(self.len()));
        loop {
            match iter.next() {
                Some(pair) => pairs.push(pair),
                None => return Some((pairs, None)),
            }
            if pairs.len() >= limit
                && let IterKind::Tree { leaves, .. } = &mut iter.0
                && let Some(next) = leaves.position()
            {
                return Some((pairs, Some(next)));
            }
        }
    }
    /// The keys, in the order of [`Map::iter`].
    pub fn keys(self) -> impl Iterator<Item = Term<'p>> {
        self.iter().map(|(key, _)| key)
    }
    /// The values, in the order of [`Map::iter`].
    pub fn values(self) -> impl Iterator<Item = Term<'p>> {
        self.iter().map(|(_, value)| value)
    }
    /// The tuple of keys of a flat map.
    pub fn key_tuple(self) -> Option<Term<'p>> {
        self.is_flat().then(|| flat::key_tuple(self))
    }
    /// The children of a hash map's root or inner node: nodes, tuples of leaves, and leaves `[Key | Value]`. For `erts_debug`, which
    /// sees nodes as maps.
    pub fn hash_children(self) -> Option<&'p [Term<'p>]> {
        (!self.is_flat()).then(|| tree::Node::of(self.0).children)
    }
    /// Is this an inner node, which only `erts_debug` sees?
    pub fn is_inner_node(self) -> bool {
        // SAFETY: a map's pointer points to its header.
        unsafe { (*self.0.word().pointer()).map_kind() == map_kind::NODE }
    }
}

impl<'p> Iterator for Iter<'p> {
    type Item = Pair<'p>;

    #[inline]
    fn next(&mut self) -> Option<Pair<'p>> {
        match &mut self.0 {
            IterKind::Flat { keys, values } => {
                let (key, rest) = keys.split_first()?;
                let (value, later) = values.split_first()?;
                (*keys, *values) = (rest, later);
                Some((*key, *value))
            }
            IterKind::Tree { leaves, left } => {
                // SAFETY: the map stays for `'p`; a leaf has a key and a value.
                unsafe {
                    let leaf = leaves.next();
                    if leaf.is_null() {
                        return None;
                    }
                    *left = left.map(|left| left.saturating_sub(1));
                    Some((Term::from_word(*leaf), Term::from_word(*leaf.add(1))))
                }
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            IterKind::Flat { keys, .. } => (keys.len(), Some(keys.len())),
            IterKind::Tree { left, .. } => (left.unwrap_or(0), *left),
        }
    }
}
