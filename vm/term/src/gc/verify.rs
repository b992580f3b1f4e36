//! Checks of the `gc_zeal` build: after a collection every word of the heap is looked at.

use super::Roots;
use super::zeal::POISON;
use crate::heap::Heap;
use crate::heap::literal::is_literal_address;
use crate::heap::offheap::{OffHeap, owns};
use crate::word::{Word, subtag};

/// What a word of a heap is.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Kind {
    /// A part of an object that is no term.
    Raw,
    Header,
    /// A term within an object, or half of a list cell.
    Term,
}

/// A heap's words between two addresses.
struct Area {
    name: &'static str,
    start: usize,
    words: Vec<Kind>,
    /// Objects that must be on the list of those that own something outside.
    owners: usize,
}

/// Walks young heap, old heap, stack and roots; panics at the first word that can't be.
pub fn verify(heap: &Heap, roots: &mut dyn Roots) {
    let young = Area::new("young heap", heap.start(), heap.heap_top());
    let old = match &heap.old {
        Some(old) => Area::new("old heap", old.start(), heap.old_top),
        None => Area::new("old heap", std::ptr::null_mut(), std::ptr::null_mut()),
    };
    let areas = [&young, &old];
    for area in areas {
        for (index, _) in area.terms() {
            // SAFETY: within the area.
            let word = unsafe { *(area.start as *const Word).add(index) };
            let found = check(&areas, word, area.name);
            assert!(
                !(area.name == old.name && found == Some(young.name)) || heap.old_points_young,
                "old heap: {word:?} points to the young heap"
            );
        }
    }
    young.check_owners(&heap.arena.offheap);
    old.check_owners(&heap.old_offheap);
    for &word in heap.stack_slice() {
        check(&areas, word, "stack");
    }
    roots.visit(&mut |first, count| {
        for index in 0..count {
            // SAFETY: the roots' own words.
            check(&areas, unsafe { *first.add(index) }, "root");
        }
    });
}

/// Panics if `word` can't be; where it points to.
fn check(areas: &[&Area], word: Word, place: &str) -> Option<&'static str> {
    assert!(word != POISON, "{place}: a poisoned word");
    if !word.is_cons() && !word.is_boxed() {
        return None;
    }
    let object = word.pointer();
    let address = object as usize;
    let Some(area) = areas.iter().find(|area| area.contains(address)) else {
        assert!(
            is_literal_address(address),
            "{place}: {word:?} points to no heap of this process"
        );
        // SAFETY: the range of literals can be read everywhere.
        let first = unsafe { *object };
        assert!(
            first != POISON && first.is_header() == word.is_boxed(),
            "{place}: {word:?} points to {first:?}, which is no literal"
        );
        return None;
    };
    let index = (address - area.start) / 8;
    if word.is_boxed() {
        assert!(
            area.words[index] == Kind::Header,
            "{place}: {word:?} points into an object of the {}",
            area.name
        );
    } else {
        assert!(
            area.words[index] == Kind::Term && area.words.get(index + 1) == Some(&Kind::Term),
            "{place}: {word:?} points to no cell of the {}",
            area.name
        );
    }
    Some(area.name)
}

impl Area {
    fn new(name: &'static str, start: *const Word, end: *const Word) -> Area {
        let count = (end as usize - start as usize) / 8;
        let mut area = Area {
            name,
            start: start as usize,
            words: vec![Kind::Raw; count],
            owners: 0,
        };
        let mut at = 0;
        while at < count {
            // SAFETY: whole objects lie one behind the other between start and end.
            let word = unsafe { *start.add(at) };
            if !word.is_header() {
                area.words[at] = Kind::Term;
                at += 1;
                continue;
            }
            assert!(
                word != POISON,
                "{name}: {word:?} for a header, word {at} of {count}{}",
                around(start, at, count)
            );
            area.words[at] = Kind::Header;
            at += match word.subtag() {
                subtag::TUPLE | subtag::MAP | subtag::RECORD => 1,
                subtag::FUN => 2,
                subtag::SUB_BITS => 3,
                subtag::MATCH => 4,
                _ => {
                    area.owners += usize::from(owns(word));
                    1 + word.arity()
                }
            };
        }
        assert!(
            at == count,
            "{name}: the last object reaches behind the top"
        );
        area
    }
    fn contains(&self, address: usize) -> bool {
        address.wrapping_sub(self.start) < self.words.len() * 8
    }
    fn terms(&self) -> impl Iterator<Item = (usize, Kind)> {
        self.words
            .iter()
            .copied()
            .enumerate()
            .filter(|entry| entry.1 == Kind::Term)
    }
    /// Each object that owns something is on the list, once.
    fn check_owners(&self, list: &OffHeap) {
        let mut listed = 0;
        list.for_each(|object| {
            assert!(
                self.contains(object as usize),
                "{}: the list of owners leads outside",
                self.name
            );
            listed += 1;
            assert!(
                listed <= self.owners,
                "{}: the list of owners is too long",
                self.name
            );
        });
        assert!(
            listed == self.owners,
            "{}: {} owners, {listed} on the list",
            self.name,
            self.owners
        );
    }
}

/// The words around word `at`, for a message.
fn around(start: *const Word, at: usize, count: usize) -> String {
    let from = at.saturating_sub(12);
    (from..(at + 4).min(count))
        // SAFETY: within the area.
        .map(|index| format!("\n  {index}: {:#018x}", unsafe { (*start.add(index)).0 }))
        .collect()
}
