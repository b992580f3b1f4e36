//! Maps: flat to 32 pairs, a hash tree above.

use crate::heap::arena::Builder;
use crate::term::Term;
use crate::word::{Word, map_kind};
use std::marker::PhantomData;

/// Most pairs of a flat map.
pub const FLAT_LIMIT: usize = 32;

/// A map of either kind.
#[derive(Copy, Clone)]
pub struct Map<'p>(pub(crate) Term<'p>);

/// Walks the pairs of a map: a flat one in the order of its keys, a hash tree in its own.
#[derive(Copy, Clone)]
pub struct Iter<'p> {
    brand: PhantomData<Term<'p>>,
}

impl<'p> Iterator for Iter<'p> {
    type Item = (Term<'p>, Term<'p>);
    fn next(&mut self) -> Option<Self::Item> {
        unimplemented!("lands next")
    }
}

impl Iter<'_> {
    /// Position of the next pair, for [`Map::iter_from`]; `None` at the end. Never zero but at the beginning.
    pub fn position(&self) -> Option<u64> {
        unimplemented!("lands next")
    }
}

/// The value of `key` in `map`.
///
/// # Safety
/// `map` is a map, `key` a term.
pub unsafe fn get_words(_map: Word, _key: Word) -> Option<Word> {
    unimplemented!("lands next")
}

impl<'p> Map<'p> {
    /// Number of pairs.
    pub fn len(self) -> usize {
        // SAFETY: the second word of a map is its size, a small integer.
        unsafe { (*self.0.word().pointer().add(1)).small_value() as usize }
    }
    /// No pairs?
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
    /// At most [`FLAT_LIMIT`] pairs, kept in order?
    pub fn is_flat(self) -> bool {
        // SAFETY: a map's pointer points to its header.
        unsafe { (*self.0.word().pointer()).map_kind() == map_kind::FLAT }
    }
    /// The map as a term.
    pub fn term(self) -> Term<'p> {
        self.0
    }
    /// The value of `key`.
    pub fn get(self, key: Term<'_>) -> Option<Term<'p>> {
        // SAFETY: a map and a term.
        unsafe { get_words(self.0.word(), key.word()).map(|word| Term::from_word(word)) }
    }
    /// Is `key` there?
    pub fn contains(self, key: Term<'_>) -> bool {
        self.get(key).is_some()
    }
    /// The pairs.
    pub fn iter(self) -> Iter<'p> {
        unimplemented!("lands next")
    }
    /// The pairs from a position on that [`Iter::position`] gave; `None` if this map has no such position.
    pub fn iter_from(self, _position: u64) -> Option<Iter<'p>> {
        unimplemented!("lands next")
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
        unimplemented!("lands next")
    }
    /// The children of a hash map's root or inner node, which `erts_debug` looks at.
    pub fn hash_children(self) -> Option<&'p [Term<'p>]> {
        unimplemented!("lands next")
    }
}

impl<'p> Builder<'p> {
    /// `#{}`
    pub fn empty_map(&mut self) -> Term<'p> {
        unimplemented!("lands next")
    }
    /// A map of these pairs; of equal keys the last one counts.
    pub fn map_from_pairs<I>(&mut self, _pairs: I) -> Term<'p>
    where
        I: IntoIterator<Item = (Term<'p>, Term<'p>)>,
    {
        unimplemented!("lands next")
    }
    /// A map of these pairs; `None` if two keys are equal.
    pub fn map_from_unique_pairs<I>(&mut self, _pairs: I) -> Option<Term<'p>>
    where
        I: IntoIterator<Item = (Term<'p>, Term<'p>)>,
    {
        unimplemented!("lands next")
    }
    /// `Map#{Key => Value}`
    pub fn map_put(&mut self, _map: Map<'p>, _key: Term<'p>, _value: Term<'p>) -> Term<'p> {
        unimplemented!("lands next")
    }
    /// `Map#{Key := Value}`; `None` if the key is not there.
    pub fn map_update(
        &mut self,
        _map: Map<'p>,
        _key: Term<'p>,
        _value: Term<'p>,
    ) -> Option<Term<'p>> {
        unimplemented!("lands next")
    }
    /// `Map#{K1 => V1, …}`
    pub fn map_put_all(&mut self, _map: Map<'p>, _pairs: &[(Term<'p>, Term<'p>)]) -> Term<'p> {
        unimplemented!("lands next")
    }
    /// `Map#{K1 := V1, …}`.
    ///
    /// # Errors
    /// The first key that is not there.
    pub fn map_update_all(
        &mut self,
        _map: Map<'p>,
        _pairs: &[(Term<'p>, Term<'p>)],
    ) -> Result<Term<'p>, Term<'p>> {
        unimplemented!("lands next")
    }
    /// The map without `key`; the same map if it is not there.
    pub fn map_remove(&mut self, map: Map<'p>, key: Term<'_>) -> Term<'p> {
        self.map_take(map, key).map_or(map.term(), |(_, rest)| rest)
    }
    /// The value of `key` and the map without it.
    pub fn map_take(&mut self, _map: Map<'p>, _key: Term<'_>) -> Option<(Term<'p>, Term<'p>)> {
        unimplemented!("lands next")
    }
    /// Both maps' pairs; the second's values count.
    pub fn map_merge(&mut self, _first: Map<'p>, _second: Map<'p>) -> Term<'p> {
        unimplemented!("lands next")
    }
    /// The keys as a list, in the order of `maps:keys/1`.
    pub fn map_keys(&mut self, _map: Map<'p>) -> Term<'p> {
        unimplemented!("lands next")
    }
    /// The values as a list, in the order of `maps:values/1`.
    pub fn map_values(&mut self, _map: Map<'p>) -> Term<'p> {
        unimplemented!("lands next")
    }
}
