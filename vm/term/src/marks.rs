//! `Marks`: which objects of a term were seen, and which more than once.
//!
//! Objects that were built together lie together, so marks are two bits for each word of whole stretches of memory, found through the
//! stretch that was used last. A table with an entry for each object costs ten times as much where a term is a long list.

use crate::word::Word;
use hashbrown::HashMap;

/// Marks of a stretch of 64 words.
#[derive(Copy, Clone, Default)]
struct Stretch {
    seen: u64,
    again: u64,
}

/// Marks of objects, none at first.
pub(crate) struct Marks {
    /// Places in `stretches`, by the number of the stretch.
    places: HashMap<usize, usize>,
    stretches: Vec<Stretch>,
    /// The stretch used last, and its place.
    last: (usize, usize),
}

impl Marks {
    pub(crate) fn new() -> Marks {
        Marks {
            places: HashMap::new(),
            stretches: Vec::new(),
            last: (usize::MAX, 0),
        }
    }
    #[inline]
    fn of(&mut self, word: Word) -> (&mut Stretch, u64) {
        let place = word.pointer() as usize / size_of::<Word>();
        let number = place / 64;
        if number != self.last.0 {
            self.find(number);
        }
        (&mut self.stretches[self.last.1], 1 << (place % 64))
    }
    /// Marks the object; whether it was not seen before.
    #[inline]
    pub(crate) fn is_new(&mut self, word: Word) -> bool {
        let (stretch, bit) = self.of(word);
        let is_new = stretch.seen & bit == 0;
        if is_new {
            stretch.seen |= bit;
        } else {
            stretch.again |= bit;
        }
        is_new
    }
    /// Was the object seen more than once?
    #[inline]
    pub(crate) fn is_shared(&mut self, word: Word) -> bool {
        let (stretch, bit) = self.of(word);
        stretch.again & bit != 0
    }
    fn find(&mut self, number: usize) {
        let end = self.stretches.len();
        let at = *self.places.entry(number).or_insert(end);
        if at == end {
            self.stretches.push(Stretch::default());
        }
        self.last = (number, at);
    }
}
