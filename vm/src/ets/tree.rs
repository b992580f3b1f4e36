//! Storage of ordered_set tables: rows in the order of their keys, where `1` and `1.0` are one key.

use super::Trash;
use super::hash::Clash;
use super::row::Row;
use oxbeam_term::{Term, Word};
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::Bound;

/// A key as the set sees it: the word of a term, or a pointer to a [`Limit`], which no term has the tag of.
#[repr(transparent)]
pub(super) struct Key(Word);

/// A place between keys: `compare` tells on which side of it a key lies, and never finds a key equal.
pub(crate) struct Limit<'a> {
    /// How the limit compares to a key.
    pub(crate) compare: &'a dyn Fn(Term<'_>) -> Ordering,
}

/// A row, and its key beside it: keys that are immediates are compared without a look at the row.
struct TreeRow {
    key: Key,
    row: Row,
}

impl TreeRow {
    fn new(row: Row) -> TreeRow {
        TreeRow {
            key: Key(*row.key_word()),
            row,
        }
    }
}

impl Key {
    #[inline(always)]
    fn of(word: &Word) -> &Key {
        // SAFETY: `Key` is a transparent word.
        unsafe { &*std::ptr::from_ref(word).cast::<Key>() }
    }
    #[inline]
    fn compare(&self, other: &Key) -> Ordering {
        if self.0.is_small() && other.0.is_small() {
            // The tag is the same.
            return (self.0.0 as i64).cmp(&(other.0.0 as i64));
        }
        self.compare_slow(other)
    }
    fn compare_slow(&self, other: &Key) -> Ordering {
        // SAFETY: a key is a term's word, or a pointer to a limit that lives through the search.
        unsafe {
            if self.0.is_header() {
                let limit = &*(self.0.0 as *const Limit<'_>);
                return (limit.compare)(Term::from_word(other.0));
            }
            if other.0.is_header() {
                let limit = &*(other.0.0 as *const Limit<'_>);
                return (limit.compare)(Term::from_word(self.0)).reverse();
            }
            oxbeam_term::compare::cmp_words(self.0, other.0)
        }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.compare(other).is_eq()
    }
}
impl Eq for Key {}
impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Key {
    #[inline]
    fn cmp(&self, other: &Key) -> Ordering {
        self.compare(other)
    }
}
impl PartialEq for TreeRow {
    fn eq(&self, other: &TreeRow) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for TreeRow {}
impl PartialOrd for TreeRow {
    fn partial_cmp(&self, other: &TreeRow) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for TreeRow {
    #[inline]
    fn cmp(&self, other: &TreeRow) -> Ordering {
        self.key.compare(&other.key)
    }
}
impl Borrow<Key> for TreeRow {
    #[inline(always)]
    fn borrow(&self) -> &Key {
        &self.key
    }
}

/// Rows by the order of their keys.
pub(crate) struct TreeStore {
    rows: BTreeSet<TreeRow>,
    /// Of a part of a table, too many or too few: those of all parts together are right.
    words: isize,
}

/// Rows that are taken out of a store at most when it is divided.
const MOST_DIVIDED: usize = 200_000;

/// Where a walk begins.
#[derive(Copy, Clone)]
pub(crate) enum From<'a> {
    /// At the end of the table.
    End,
    /// Next to this key, which need not exist.
    Beside(Term<'a>),
    /// At a place between keys.
    At(&'a Limit<'a>),
}

impl TreeStore {
    pub(crate) fn new() -> TreeStore {
        TreeStore {
            rows: BTreeSet::new(),
            words: 0,
        }
    }
    /// Number of objects.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }
    /// Words that the rows take: of a part of a table, what it adds to those of all parts.
    pub(crate) fn words(&self) -> isize {
        self.words
    }
    /// Takes the upper half of the rows out, or less of very many: they are counted one by one. `None`: there are not two. Their words stay
    /// counted here.
    pub(crate) fn divide(&mut self) -> Option<TreeStore> {
        let upper = (self.rows.len() / 2).min(MOST_DIVIDED);
        let word = *self
            .rows
            .iter()
            .nth_back(upper.checked_sub(1)?)?
            .row
            .key_word();
        Some(TreeStore {
            rows: self.rows.split_off(Key::of(&word)),
            words: 0,
        })
    }
    /// Takes all rows of the store that follows this one in order.
    pub(crate) fn join(&mut self, mut other: TreeStore) {
        self.words += other.words;
        if other.len() > self.len() {
            std::mem::swap(&mut self.rows, &mut other.rows);
        }
        // The fewer go to the more, one by one.
        self.rows.extend(std::mem::take(&mut other.rows));
    }
    /// The row with this key.
    #[inline]
    pub(crate) fn get(&self, key: Term<'_>) -> Option<&Row> {
        let word = key.word();
        self.rows.get(Key::of(&word)).map(|row| &row.row)
    }
    /// Sets an element of the row with this key to an immediate, as [`Row::set_immediate`] does.
    pub(crate) fn set_immediate(&mut self, key: Term<'_>, index: usize, value: Word) -> bool {
        let word = key.word();
        match self.rows.get(Key::of(&word)) {
            None => false,
            // SAFETY: the store is borrowed exclusively; the element is not the key, so the order stays.
            Some(row) => unsafe { row.row.set_immediate(index, value) },
        }
    }
    /// Inserts a row. `false`: it was refused.
    pub(crate) fn insert(&mut self, row: Row, clash: Clash, trash: &mut Trash) -> bool {
        if clash == Clash::Refuse && self.get(row.key()).is_some() {
            trash.push(row);
            return false;
        }
        self.words += row.words() as isize;
        if let Some(TreeRow { row: old, .. }) = self.rows.replace(TreeRow::new(row)) {
            self.words -= old.words() as isize;
            trash.push(old);
        }
        true
    }
    /// Takes out the row with this key.
    pub(crate) fn remove(&mut self, key: Term<'_>) -> Option<Row> {
        let word = key.word();
        let TreeRow { row, .. } = self.rows.take(Key::of(&word))?;
        self.words -= row.words() as isize;
        Some(row)
    }
    /// Rows in ascending order.
    pub(crate) fn forward<'a>(&'a self, from: From<'_>) -> impl Iterator<Item = &'a Row> + use<'a> {
        let word = from.word();
        let bound = match from {
            From::End => Bound::Unbounded,
            From::Beside(_) | From::At(_) => Bound::Excluded(Key::of(&word)),
        };
        self.rows
            .range::<Key, _>((bound, Bound::Unbounded))
            .map(|row| &row.row)
    }
    /// Rows in descending order.
    pub(crate) fn backward<'a>(
        &'a self,
        from: From<'_>,
    ) -> impl Iterator<Item = &'a Row> + use<'a> {
        let word = from.word();
        let bound = match from {
            From::End => Bound::Unbounded,
            From::Beside(_) | From::At(_) => Bound::Excluded(Key::of(&word)),
        };
        self.rows
            .range::<Key, _>((Bound::Unbounded, bound))
            .rev()
            .map(|row| &row.row)
    }
}

impl From<'_> {
    fn word(&self) -> Word {
        match self {
            From::End => Word::NONE,
            From::Beside(key) => key.word(),
            From::At(limit) => Word(std::ptr::from_ref(*limit) as u64),
        }
    }
}
