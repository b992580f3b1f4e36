//! Flat maps: a tuple of keys in order, and the values.

use super::{FLAT_LIMIT, Map, Pair, flat_key_order};
use crate::compare::eq_exact_words;
use crate::heap::arena::{Arena, Builder};
use crate::heap::literal::LiteralArea;
use crate::term::Term;
use crate::word::{Word, map_kind, subtag};
use smallvec::SmallVec;
use std::cmp::Ordering;
use std::sync::OnceLock;

/// Pairs of a flat map, in the order of the keys.
pub(super) type Pairs<'p> = SmallVec<[Pair<'p>; FLAT_LIMIT]>;

/// Words of a flat map before its values.
const HEAD: usize = 3;

/// The value of `key`.
///
/// # Safety
/// `map` is a flat map, `key` a term.
#[inline]
pub(super) unsafe fn get(map: Word, key: Word) -> Option<Word> {
    // SAFETY: the caller's promise: the size counts keys and values.
    unsafe {
        let (keys, values, size) = layout(map);
        find(keys, size, key).map(|index| *values.add(index))
    }
}

/// Which of the keys is `key`.
///
/// # Safety
/// There are `size` keys; all are terms.
#[inline(always)]
pub unsafe fn find(keys: *const Word, size: usize, key: Word) -> Option<usize> {
    // SAFETY: the caller's promise.
    unsafe {
        if key.is_immediate() {
            (0..size).find(|&index| *keys.add(index) == key)
        } else {
            find_compound(keys, size, key)
        }
    }
}

/// [`find`] for a key with a part on a heap. Tuples are told apart by their last element where that can be done at a glance: those that
/// serve as keys begin alike, most of them.
unsafe fn find_compound(keys: *const Word, size: usize, key: Word) -> Option<usize> {
    // SAFETY: as for `find`; a tuple's last element stands where its arity says.
    unsafe {
        let header = if key.is_boxed() {
            *key.pointer()
        } else {
            Word::NONE
        };
        if header.subtag() != subtag::TUPLE || header.arity() == 0 {
            return (0..size).find(|&index| eq_exact_words(*keys.add(index), key));
        }
        let end = header.arity();
        let last = *key.pointer().add(end);
        (0..size).find(|&index| {
            let other = *keys.add(index);
            if other == key {
                return true;
            }
            if !other.is_boxed() || *other.pointer() != header {
                return false;
            }
            let its = *other.pointer().add(end);
            let differ = its != last && (its.is_immediate() || last.is_immediate());
            !differ && eq_exact_words(other, key)
        })
    }
}

/// Words of a flat map with `size` pairs, its keys apart.
pub const fn words_of(size: usize) -> usize {
    HEAD + size
}

/// Where the keys and the values of a flat map are, and how many.
///
/// # Safety
/// `map` is a flat map.
#[inline(always)]
pub unsafe fn layout(map: Word) -> (*const Word, *const Word, usize) {
    // SAFETY: the caller's promise: the third word points to the tuple of keys.
    unsafe {
        let object = map.pointer().cast_const();
        let size = (*object.add(1)).small_value() as usize;
        let keys = (*object.add(2)).pointer().cast_const().add(1);
        (keys, object.add(HEAD), size)
    }
}

/// Writes a flat map over a tuple of keys but for its values; they go behind.
///
/// # Safety
/// `keys` is a tuple of `size` keys in order, and `room` has [`words_of`] words; the caller writes the values before anyone looks.
#[inline(always)]
pub unsafe fn write_head(room: *mut Word, keys: Word, size: usize) -> *mut Word {
    // SAFETY: the caller's promise.
    unsafe {
        *room = Word::map_header(map_kind::FLAT, HEAD - 1 + size, 0);
        *room.add(1) = Word::small(size as i64);
        *room.add(2) = keys;
        room.add(HEAD)
    }
}

/// Changes values of keys that are there in a copy of a flat map; the copy and its words, which are none if nothing changed and the
/// map itself is the result. `None`: a key is not there. `room` says where there are so many words, if there are.
///
/// # Safety
/// `map` is a flat map, the pairs are terms; the copy is no term before its words are the caller's heap.
#[inline(always)]
pub unsafe fn update(
    map: Word,
    pairs: impl Iterator<Item = (Word, Word)>,
    room: impl FnOnce(usize) -> Option<*mut Word>,
) -> Option<(Word, usize)> {
    // SAFETY: the caller's promise: the size counts keys and values.
    unsafe {
        let (keys, _, size) = layout(map);
        let copy = room(HEAD + size)?;
        copy_all(map, copy, size);
        let mut changed = false;
        for (key, value) in pairs {
            let place = copy.add(HEAD + find(keys, size, key)?);
            changed |= *place != value;
            *place = value;
        }
        Some(if changed {
            (Word::boxed(copy), HEAD + size)
        } else {
            (map, 0)
        })
    }
}

/// Most flat maps are small: word by word is faster than a call.
#[inline(always)]
unsafe fn copy_all(map: Word, copy: *mut Word, size: usize) {
    // SAFETY: the callers' promise: a flat map with `size` pairs, and room for it.
    unsafe {
        let object = map.pointer().cast_const();
        for word in 0..HEAD + size {
            *copy.add(word) = *object.add(word);
        }
    }
}

/// [`update`] with one pair, which need not be there if `insert`.
///
/// # Safety
/// As for `update`.
#[inline]
pub unsafe fn put_one(
    map: Word,
    (key, value): (Word, Word),
    insert: bool,
    room: impl FnOnce(usize) -> Option<*mut Word>,
) -> Option<(Word, usize)> {
    // SAFETY: the caller's promise: the size counts keys and values.
    unsafe {
        let (keys, values, size) = layout(map);
        if let Some(index) = find(keys, size, key) {
            if *values.add(index) == value {
                return Some((map, 0));
            }
            let copy = room(HEAD + size)?;
            copy_all(map, copy, size);
            *copy.add(HEAD + index) = value;
            return Some((Word::boxed(copy), HEAD + size));
        }
        if !insert || size == FLAT_LIMIT {
            return None;
        }
        let words = words_with_one_more(size);
        let room = room(words)?;
        let index = place(std::slice::from_raw_parts(keys, size), key);
        Some((write_with(map, index, (key, value), room), words))
    }
}

/// Words of a flat map with `size` pairs and one more, its keys among them.
const fn words_with_one_more(size: usize) -> usize {
    (1 + size + 1) + words_of(size + 1)
}

/// Writes a flat map with one more pair, before the one at `index`: the tuple of its keys, and the map.
///
/// # Safety
/// `map` is a flat map, the pair are terms, and there is room for [`words_with_one_more`].
#[inline]
unsafe fn write_with(map: Word, index: usize, (key, value): (Word, Word), room: *mut Word) -> Word {
    // SAFETY: the caller's promise: the size counts keys and values.
    unsafe {
        let (keys, values, size) = layout(map);
        *room = Word::header(subtag::TUPLE, size + 1);
        copy_with(keys, size, (index, key), room.add(1));
        let object = room.add(size + 2);
        let to = write_head(object, Word::boxed(room), size + 1);
        copy_with(values, size, (index, value), to);
        Word::boxed(object)
    }
}

/// Where a key belongs that is not there.
///
/// # Safety
/// All are terms.
#[inline]
unsafe fn place(keys: &[Word], key: Word) -> usize {
    // SAFETY: the caller's promise.
    keys.partition_point(|&other| unsafe { flat_key_order(other, key) }.is_lt())
}

/// The tuple of keys.
pub(super) fn key_tuple(map: Map<'_>) -> Term<'_> {
    // SAFETY: the third word of a flat map.
    unsafe { Term::from_word(*map.term().word().pointer().add(2)) }
}

/// Keys and values.
pub(super) fn parts<'p>(map: Map<'p>) -> (&'p [Term<'p>], &'p [Term<'p>]) {
    let size = map.len();
    // SAFETY: the size counts the values behind the head, and the keys behind their tuple's header. An empty tuple's pointer is real.
    unsafe {
        let (keys, values, _) = layout(map.term().word());
        (
            std::slice::from_raw_parts(keys.cast(), size),
            std::slice::from_raw_parts(values.cast(), size),
        )
    }
}

/// The pairs.
pub(super) fn pairs(map: Map<'_>) -> Pairs<'_> {
    map.iter().collect()
}

fn order(a: Term<'_>, b: Term<'_>) -> Ordering {
    // SAFETY: terms.
    unsafe { flat_key_order(a.word(), b.word()) }
}

/// Where `key` is, or where it belongs.
pub(super) fn search(keys: &[Term<'_>], key: Term<'_>) -> Result<usize, usize> {
    // SAFETY: terms; a transparent `Term` is a word.
    unsafe {
        let words: &[Word] = std::slice::from_raw_parts(keys.as_ptr().cast(), keys.len());
        find(words.as_ptr(), words.len(), key.word()).ok_or_else(|| place(words, key.word()))
    }
}

/// Puts a pair where it belongs among others; true if its key was there.
pub(super) fn put<'p>(pairs: &mut Pairs<'p>, pair: Pair<'p>) -> bool {
    match pairs.binary_search_by(|&(key, _)| order(key, pair.0)) {
        Ok(index) => {
            pairs[index].1 = pair.1;
            true
        }
        Err(index) => {
            pairs.insert(index, pair);
            false
        }
    }
}

/// Sorts pairs whose keys differ.
pub(super) fn sort(pairs: &mut [Pair<'_>]) {
    pairs.sort_unstable_by(|&(a, _), &(b, _)| order(a, b));
}

/// The keys of the empty map: one `{}` for all, which counts for no heap.
fn no_keys() -> Word {
    static NO_KEYS: OnceLock<usize> = OnceLock::new();
    let address = *NO_KEYS.get_or_init(|| {
        let area: &'static mut LiteralArea = Box::leak(Box::new(LiteralArea::new()));
        let arena: &mut Arena = area.arena();
        let tuple = arena.alloc(1);
        // SAFETY: one fresh word, never freed.
        unsafe { *tuple = Word::header(subtag::TUPLE, 0) };
        tuple as usize
    });
    Word::boxed(address as *const Word)
}

/// Copies `count` words, with one more before the one at an index.
///
/// # Safety
/// `to` has room for one more than there are.
#[inline]
unsafe fn copy_with(from: *const Word, count: usize, (index, new): (usize, Word), to: *mut Word) {
    // SAFETY: the caller's promise.
    unsafe {
        for at in 0..index {
            *to.add(at) = *from.add(at);
        }
        *to.add(index) = new;
        for at in index..count {
            *to.add(at + 1) = *from.add(at);
        }
    }
}

impl<'p> Builder<'p> {
    /// A flat map over a tuple of keys that may be another map's.
    pub(super) fn flat_map<I>(&mut self, keys: Term<'p>, values: I) -> Term<'p>
    where
        I: ExactSizeIterator<Item = Term<'p>>,
    {
        let size = values.len();
        debug_assert!(size <= FLAT_LIMIT);
        let object = self.alloc(HEAD + size);
        // SAFETY: fresh room for head and values.
        unsafe {
            let to = write_head(object, keys.word(), size);
            for (index, value) in values.take(size).enumerate() {
                *to.add(index) = value.word();
            }
            Term::from_word(Word::boxed(object))
        }
    }
    /// A flat map over a tuple of keys, with these values.
    pub(super) fn flat_of(&mut self, keys: Term<'p>, values: &[Term<'p>]) -> Term<'p> {
        debug_assert!(values.len() <= FLAT_LIMIT);
        let object = self.alloc(HEAD + values.len());
        // SAFETY: fresh room for head and values; a transparent `Term` is a word.
        unsafe {
            let to = write_head(object, keys.word(), values.len());
            std::ptr::copy_nonoverlapping(values.as_ptr().cast(), to, values.len());
            Term::from_word(Word::boxed(object))
        }
    }
    /// The flat map with another value at `index`.
    #[inline]
    pub(super) fn flat_with(&mut self, map: Map<'p>, index: usize, value: Term<'p>) -> Term<'p> {
        let words = HEAD + map.len();
        let object = self.alloc(words);
        // SAFETY: fresh room for a copy of the whole map, which has a value at `index`.
        unsafe {
            copy_all(map.term().word(), object, map.len());
            *object.add(HEAD + index) = value.word();
            Term::from_word(Word::boxed(object))
        }
    }
    /// The flat map with one more key, at `index`. It has room for it.
    pub(super) fn flat_inserted(&mut self, map: Map<'p>, index: usize, pair: Pair<'p>) -> Term<'p> {
        let room = self.alloc(words_with_one_more(map.len()));
        let (key, value) = (pair.0.word(), pair.1.word());
        // SAFETY: fresh room.
        unsafe { Term::from_word(write_with(map.term().word(), index, (key, value), room)) }
    }
    /// A flat map of pairs in order.
    pub(super) fn flat_from_sorted(&mut self, pairs: &[Pair<'p>]) -> Term<'p> {
        if pairs.is_empty() {
            return self.empty_map();
        }
        let keys: SmallVec<[Term<'p>; FLAT_LIMIT]> = pairs.iter().map(|&(key, _)| key).collect();
        let tuple = self.tuple(&keys);
        self.flat_map(tuple, pairs.iter().map(|&(_, value)| value))
    }
    /// `#{}`
    pub fn empty_map(&mut self) -> Term<'p> {
        // SAFETY: the keys are never freed.
        let keys = unsafe { Term::from_word(no_keys()) };
        self.flat_map(keys, std::iter::empty())
    }
}
