//! The process dictionary. Keys and values are roots of the process's heap.
//!
//! The pairs stand in one array, searched from its beginning while it is short; a hash index is kept beside a longer one. Hashes depend
//! on what a key is, not where it lies, so a collection changes nothing.

use hashbrown::HashTable;
use oxbeam_term::hash::internal_hash;
use oxbeam_term::{Term, Word};

/// Longest array that is searched pair by pair.
const SHORT: usize = 8;

/// The pairs.
#[derive(Default)]
pub struct Dictionary {
    pairs: Vec<[Word; 2]>,
    index: Option<Box<HashTable<u32>>>,
}

fn hash(key: Word) -> u64 {
    if key.is_immediate() {
        return (key.0 >> 4)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(26);
    }
    // SAFETY: keys are terms of the process, which is the one that asks.
    internal_hash(unsafe { Term::from_word(key) }, 0)
}

fn same(a: Word, b: Word) -> bool {
    if a == b {
        return true;
    }
    if a.is_immediate() || b.is_immediate() {
        return false;
    }
    // SAFETY: as in `hash`.
    unsafe { Term::from_word(a).eq_exact(Term::from_word(b)) }
}

impl Dictionary {
    /// An empty dictionary.
    pub const fn new() -> Dictionary {
        Dictionary {
            pairs: Vec::new(),
            index: None,
        }
    }
    fn position(&self, key: Word) -> Option<usize> {
        match &self.index {
            None => self.pairs.iter().position(|pair| same(pair[0], key)),
            Some(index) => {
                let found = index.find(hash(key), |&at| same(self.pairs[at as usize][0], key));
                found.map(|&at| at as usize)
            }
        }
    }
    /// Number of pairs.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }
    /// No pairs?
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
    /// The value of `key`.
    #[inline]
    pub fn get(&self, key: Word) -> Option<Word> {
        self.position(key).map(|at| self.pairs[at][1])
    }
    /// Sets the value of `key`; the one before.
    pub fn put(&mut self, key: Word, value: Word) -> Option<Word> {
        if let Some(at) = self.position(key) {
            return Some(std::mem::replace(&mut self.pairs[at][1], value));
        }
        let at = self.pairs.len();
        self.pairs.push([key, value]);
        if let Some(index) = &mut self.index {
            let pairs = &self.pairs;
            index.insert_unique(hash(key), at as u32, |&other| {
                hash(pairs[other as usize][0])
            });
        } else if at == SHORT {
            self.rebuild();
        }
        None
    }
    fn rebuild(&mut self) {
        let mut index = HashTable::with_capacity(self.pairs.len() * 2);
        for (at, pair) in self.pairs.iter().enumerate() {
            let pairs = &self.pairs;
            index.insert_unique(hash(pair[0]), at as u32, |&other: &u32| {
                hash(pairs[other as usize][0])
            });
        }
        self.index = Some(Box::new(index));
    }
    /// Takes the pair of `key` out; its value.
    pub fn erase(&mut self, key: Word) -> Option<Word> {
        let at = self.position(key)?;
        let last = self.pairs.len() - 1;
        if let Some(index) = &mut self.index {
            if let Ok(entry) = index.find_entry(hash(key), |&other| other as usize == at) {
                entry.remove();
            }
            if at != last
                && let Some(moved) =
                    index.find_mut(hash(self.pairs[last][0]), |&other| other as usize == last)
            {
                *moved = at as u32;
            }
        }
        let pair = self.pairs.swap_remove(at);
        if self.pairs.is_empty() {
            *self = Dictionary::new();
        }
        Some(pair[1])
    }
    /// All pairs.
    pub fn pairs(&self) -> &[[Word; 2]] {
        &self.pairs
    }
    /// Takes all pairs out.
    pub fn take(&mut self) -> Vec<[Word; 2]> {
        std::mem::take(self).pairs
    }
    /// Visits the words that are roots.
    pub(super) fn visit(&mut self, slice: &mut dyn FnMut(*mut Word, usize)) {
        slice(self.pairs.as_mut_ptr().cast(), self.pairs.len() * 2);
    }
    /// Words of memory beside the heap.
    pub fn memory_words(&self) -> usize {
        self.pairs.capacity() * 2 + self.index.as_ref().map_or(0, |index| index.capacity() / 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_dictionaries_behave_alike() {
        let mut dictionary = Dictionary::new();
        let key = |n: i64| Word::small(n);
        for n in 0..200 {
            assert_eq!(dictionary.put(key(n), key(n + 1)), None);
            assert_eq!(dictionary.put(key(n), key(n + 2)), Some(key(n + 1)));
            assert_eq!(dictionary.len(), n as usize + 1);
        }
        for n in (0..200).step_by(3) {
            assert_eq!(dictionary.erase(key(n)), Some(key(n + 2)));
            assert_eq!(dictionary.erase(key(n)), None);
        }
        for n in 0..200 {
            let expected = (n % 3 != 0).then(|| key(n + 2));
            assert_eq!(dictionary.get(key(n)), expected);
        }
        assert_eq!(dictionary.take().len(), dictionary.len() + 200 - 67);
        assert!(dictionary.is_empty());
    }
}
