//! Variables of patterns, and what of a pattern is bound.

use crate::release::Release;
use oxbeam_term::atom::{Atom, known};
use oxbeam_term::{Term, View};
use smallvec::SmallVec;
use std::cmp::Ordering;

/// Is this `'$N'`, where `N` is a number without leading zeroes?
pub fn is_variable_atom(atom: Atom) -> bool {
    match atom.text().as_bytes() {
        [b'$', b'0'] => true,
        [b'$', b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// Is this a variable?
pub fn is_variable(term: Term<'_>) -> bool {
    term.as_atom().is_some_and(is_variable_atom)
}

/// Order of variables by number.
fn by_number(a: Atom, b: Atom) -> Ordering {
    let (a, b) = (a.text(), b.text());
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// The variables that a head binds, in the order that they occur.
#[derive(Default)]
pub(super) struct Variables {
    atoms: SmallVec<[Atom; 8]>,
}

impl Variables {
    pub(super) fn len(&self) -> usize {
        self.atoms.len()
    }
    pub(super) fn index(&self, atom: Atom) -> Option<usize> {
        self.atoms.iter().position(|&other| other == atom)
    }
    /// The variable's index, and whether it is new.
    pub(super) fn bind(&mut self, atom: Atom) -> (usize, bool) {
        match self.index(atom) {
            Some(index) => (index, false),
            None => {
                self.atoms.push(atom);
                (self.atoms.len() - 1, true)
            }
        }
    }
    /// Indices in the order of the variables' numbers.
    pub(super) fn by_number(&self) -> Vec<usize> {
        let mut all: Vec<usize> = (0..self.atoms.len()).collect();
        all.sort_by(|&a, &b| by_number(self.atoms[a], self.atoms[b]));
        all
    }
}

/// What a part of a pattern allows.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Bound {
    /// Only what is equal to it.
    Fully,
    /// What is equal to it up to its first variable.
    Partly,
    /// Anything, as far as order can tell.
    Not,
}

/// How far a pattern for a key is bound.
pub fn bound(pattern: Term<'_>) -> Bound {
    if pattern.word().is_immediate() {
        return match pattern.as_atom() {
            Some(atom) if atom == known::ANY || is_variable_atom(atom) => Bound::Not,
            _ => Bound::Fully,
        };
    }
    let maps_are_keys = Release::current().ets.maps_are_keys;
    let mut has_map = false;
    let mut found = Bound::Fully;
    let mut work: SmallVec<[Term<'_>; 16]> = SmallVec::new();
    work.push(pattern);
    while let Some(term) = work.pop() {
        match term.view() {
            View::Atom(atom) if atom == known::ANY || is_variable_atom(atom) => {
                found = Bound::Partly;
            }
            View::Cons(cell) => work.extend([cell.tail(), cell.head()]),
            View::Tuple(tuple) => work.extend(tuple.elements().iter().copied()),
            View::Map(map) if maps_are_keys => {
                for (key, value) in map.iter() {
                    work.extend([key, value]);
                }
                has_map = true;
            }
            View::Map(_) => return Bound::Not,
            _ => {}
        }
    }
    if has_map && found == Bound::Partly {
        Bound::Not
    } else {
        found
    }
}

/// Compares a partly bound key with a key: equal as far as the pattern is bound.
pub fn compare_bound(pattern: Term<'_>, key: Term<'_>) -> Ordering {
    let mut work: SmallVec<[(Term<'_>, Term<'_>); 16]> = SmallVec::new();
    work.push((pattern, key));
    while let Some((pattern, key)) = work.pop() {
        if let Some(atom) = pattern.as_atom()
            && (atom == known::ANY || is_variable_atom(atom))
        {
            return Ordering::Equal;
        }
        if pattern.same(key) {
            continue;
        }
        match (pattern.view(), key.view()) {
            (View::Cons(one), View::Cons(other)) => {
                work.push((one.tail(), other.tail()));
                work.push((one.head(), other.head()));
            }
            (View::Tuple(one), View::Tuple(other)) => {
                match one.len().cmp(&other.len()) {
                    Ordering::Equal => {}
                    unequal => return unequal,
                }
                let pairs = one.elements().iter().zip(other.elements()).rev();
                work.extend(pairs.map(|(&a, &b)| (a, b)));
            }
            _ => match pattern.cmp(key) {
                Ordering::Equal => {}
                unequal => return unequal,
            },
        }
    }
    Ordering::Equal
}
