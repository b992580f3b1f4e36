//! What [`Builder`] offers for maps of either kind.

use super::flat::{self, Pairs};
use super::tree::{Entry, sort_entries};
use super::{FLAT_LIMIT, Map, Pair};
use crate::heap::arena::Builder;
use crate::rules::rules;
use crate::term::Term;

impl<'p> Builder<'p> {
    /// A map of these pairs; of equal keys the last one counts.
    pub fn map_from_pairs<I>(&mut self, pairs: I) -> Term<'p>
    where
        I: IntoIterator<Item = Pair<'p>>,
    {
        self.map_of(pairs).0
    }
    /// A map of these pairs; `None` if two keys are equal.
    pub fn map_from_unique_pairs<I>(&mut self, pairs: I) -> Option<Term<'p>>
    where
        I: IntoIterator<Item = Pair<'p>>,
    {
        let (map, unique) = self.map_of(pairs);
        unique.then_some(map)
    }
    /// The map, and whether all keys differed.
    fn map_of<I>(&mut self, pairs: I) -> (Term<'p>, bool)
    where
        I: IntoIterator<Item = Pair<'p>>,
    {
        let mut pairs = pairs.into_iter();
        let mut sorted = Pairs::new();
        let mut unique = true;
        for pair in pairs.by_ref() {
            unique &= !flat::put(&mut sorted, pair);
            if sorted.len() > FLAT_LIMIT {
                break;
            }
        }
        if sorted.len() <= FLAT_LIMIT {
            return (self.flat_from_sorted(&sorted), unique);
        }
        let mut entries: Vec<Entry<'p>> = sorted.into_iter().chain(pairs).map(Entry::new).collect();
        unique &= sort_entries(&mut entries);
        (self.tree_from_sorted(&entries), unique)
    }
    /// `Map#{Key => Value}`; the same map if the value is the same object.
    pub fn map_put(&mut self, map: Map<'p>, key: Term<'p>, value: Term<'p>) -> Term<'p> {
        if !map.is_flat() {
            return self.tree_put(map, (key, value));
        }
        let (keys, _) = flat::parts(map);
        match flat::search(keys, key) {
            Ok(index) => self.with_value(map, index, value),
            Err(index) if keys.len() < FLAT_LIMIT => self.flat_inserted(map, index, (key, value)),
            Err(_) => {
                let pairs: Vec<Pair<'p>> = map.iter().chain([(key, value)]).collect();
                self.tree_of(&pairs)
            }
        }
    }
    fn with_value(&mut self, map: Map<'p>, index: usize, value: Term<'p>) -> Term<'p> {
        let (_, values) = flat::parts(map);
        if values[index].same(value) {
            return map.term();
        }
        self.flat_with(map, index, value)
    }
    /// A map of either kind from pairs in the order of a flat map.
    fn map_of_sorted(&mut self, pairs: &[Pair<'p>]) -> Term<'p> {
        if pairs.len() <= FLAT_LIMIT {
            return self.flat_from_sorted(pairs);
        }
        self.tree_of(pairs)
    }
    /// A tree of pairs whose keys differ, whatever their number.
    fn tree_of(&mut self, pairs: &[Pair<'p>]) -> Term<'p> {
        let mut entries: Vec<Entry<'p>> = pairs.iter().copied().map(Entry::new).collect();
        sort_entries(&mut entries);
        self.tree_from_sorted(&entries)
    }
    /// `Map#{Key := Value}`; `None` if the key is not there.
    pub fn map_update(&mut self, map: Map<'p>, key: Term<'p>, value: Term<'p>) -> Option<Term<'p>> {
        if map.is_flat() {
            let (keys, _) = flat::parts(map);
            let index = flat::search(keys, key).ok()?;
            return Some(self.with_value(map, index, value));
        }
        map.contains(key).then(|| self.tree_put(map, (key, value)))
    }
    /// `Map#{K1 => V1, …}`
    pub fn map_put_all(&mut self, map: Map<'p>, pairs: &[Pair<'p>]) -> Term<'p> {
        if let &[(key, value)] = pairs {
            return self.map_put(map, key, value);
        }
        if map.is_flat() {
            return self.flat_put_all(map, pairs);
        }
        pairs
            .iter()
            .fold(map.term(), |tree, &pair| self.tree_put(Map(tree), pair))
    }
    /// Puts pairs into a flat map: copies of keys and values are changed in place, and only what has changed is made anew.
    fn flat_put_all(&mut self, map: Map<'p>, pairs: &[Pair<'p>]) -> Term<'p> {
        let (old_keys, old_values) = flat::parts(map);
        let mut length = old_keys.len();
        let (mut keys, mut values) = ([Term::NIL; FLAT_LIMIT], [Term::NIL; FLAT_LIMIT]);
        keys[..length].copy_from_slice(old_keys);
        values[..length].copy_from_slice(old_values);
        let mut changed = false;
        for (done, &(key, value)) in pairs.iter().enumerate() {
            match flat::search(&keys[..length], key) {
                Ok(index) => {
                    changed |= !values[index].same(value);
                    values[index] = value;
                }
                Err(_) if length == FLAT_LIMIT => {
                    let all = keys.into_iter().zip(values);
                    return self.map_of(all.chain(pairs[done..].iter().copied())).0;
                }
                Err(index) => {
                    keys.copy_within(index..length, index + 1);
                    values.copy_within(index..length, index + 1);
                    (keys[index], values[index]) = (key, value);
                    length += 1;
                }
            }
        }
        if length == old_keys.len() {
            return if changed {
                self.flat_of(flat::key_tuple(map), &values[..length])
            } else {
                map.term()
            };
        }
        let keys = self.tuple(&keys[..length]);
        self.flat_of(keys, &values[..length])
    }
    /// `Map#{K1 := V1, …}`.
    ///
    /// # Errors
    /// The first key that is not there, in the order of small maps' keys.
    pub fn map_update_all(
        &mut self,
        map: Map<'p>,
        pairs: &[Pair<'p>],
    ) -> Result<Term<'p>, Term<'p>> {
        if let &[(key, value)] = pairs {
            return self.map_update(map, key, value).ok_or(key);
        }
        let missing = pairs
            .iter()
            .map(|&(key, _)| key)
            .filter(|&key| !map.contains(key))
            .min_by(|&a, &b| super::key_order(a, b));
        match missing {
            Some(key) => Err(key),
            None => Ok(self.map_put_all(map, pairs)),
        }
    }
    /// The map without `key`; the same map if it is not there.
    pub fn map_remove(&mut self, map: Map<'p>, key: Term<'_>) -> Term<'p> {
        self.map_take(map, key).map_or(map.term(), |(_, rest)| rest)
    }
    /// The value of `key` and the map without it.
    pub fn map_take(&mut self, map: Map<'p>, key: Term<'_>) -> Option<(Term<'p>, Term<'p>)> {
        if map.is_flat() {
            let (keys, values) = flat::parts(map);
            let index = flat::search(keys, key).ok()?;
            let mut pairs = flat::pairs(map);
            pairs.remove(index);
            return Some((values[index], self.flat_from_sorted(&pairs)));
        }
        if map.len() == FLAT_LIMIT + 1 {
            let value = map.get(key)?;
            let mut pairs: Pairs<'p> = map
                .iter()
                .filter(|(other, _)| !other.eq_exact(key))
                .collect();
            flat::sort(&mut pairs);
            return Some((value, self.flat_from_sorted(&pairs)));
        }
        self.tree_take(map, key)
    }
    /// Both maps' pairs; the second's values count.
    pub fn map_merge(&mut self, first: Map<'p>, second: Map<'p>) -> Term<'p> {
        if first.is_empty() || first.term().same(second.term()) {
            return second.term();
        }
        if second.is_empty() {
            return first.term();
        }
        match (first.is_flat(), second.is_flat()) {
            (true, true) => self.merge_flat(first, second),
            (false, false) => self.tree_merge(first, second),
            (true, false) => {
                let first = self.tree_of(&flat::pairs(first));
                self.tree_merge(Map(first), second)
            }
            (false, true) => {
                let second = self.tree_of(&flat::pairs(second));
                self.tree_merge(first, Map(second))
            }
        }
    }
    fn merge_flat(&mut self, first: Map<'p>, second: Map<'p>) -> Term<'p> {
        let mut all = flat::pairs(first);
        for pair in second.iter() {
            flat::put(&mut all, pair);
        }
        if all.len() == second.len() {
            // The second has all keys of the first.
            return second.term();
        }
        if all.len() == first.len() {
            let (_, values) = flat::parts(first);
            if values
                .iter()
                .zip(&all)
                .all(|(old, (_, new))| old.same(*new))
            {
                return first.term();
            }
            return self.flat_map(flat::key_tuple(first), all.iter().map(|&(_, value)| value));
        }
        self.map_of_sorted(&all)
    }
    /// The keys as a list, in the order of `maps:keys/1`.
    pub fn map_keys(&mut self, map: Map<'p>) -> Term<'p> {
        self.map_list(map, |(key, _)| key)
    }
    /// The values as a list, in the order of `maps:values/1`.
    pub fn map_values(&mut self, map: Map<'p>) -> Term<'p> {
        self.map_list(map, |(_, value)| value)
    }
    fn map_list(&mut self, map: Map<'p>, choose: fn(Pair<'p>) -> Term<'p>) -> Term<'p> {
        if !map.is_flat() && rules().map_keys_reversed {
            return map
                .iter()
                .fold(Term::NIL, |rest, pair| self.cons(choose(pair), rest));
        }
        let all: Vec<Term<'p>> = map.iter().map(choose).collect();
        self.list(all)
    }
}
