//! Heads. The tests of a head stand in the order in which a walk meets the parts of the term, each takes the next part.

use super::pattern::{Variables, is_variable_atom};
use super::{Constants, Errors, Head};
use oxbeam_term::atom::known;
use oxbeam_term::compare::eq_exact_words;
use oxbeam_term::word::subtag;
use oxbeam_term::{Term, View, Word};
use smallvec::SmallVec;

/// A test of the next part.
pub(super) enum HeadOp {
    /// These many parts may be anything.
    Skip(usize),
    /// The variable is the part.
    Bind(usize),
    /// The part is exactly equal to what the variable is.
    Same(usize),
    /// The part is this immediate.
    Immediate(Word),
    /// The part is a float with these bits.
    Float(u64),
    /// The part is exactly equal to this constant.
    Equal(Word),
    /// The part is a tuple with so many elements; they come next.
    Tuple(usize),
    /// The part is a list cell; head and tail come next.
    Cons,
    /// The part is a map with at least these keys; their values come next.
    Map(Box<[Word]>),
}

/// Appends the tests of `patterns`, which are met one after the other.
pub(super) fn compile(
    patterns: &[Term<'_>],
    variables: &mut Variables,
    constants: &mut Constants<'_>,
    tests: &mut Head,
    errors: &mut Errors,
) -> Option<()> {
    let mut work: SmallVec<[Term<'_>; 16]> = patterns.iter().rev().copied().collect();
    while let Some(pattern) = work.pop() {
        let test = match pattern.view() {
            View::Atom(known::ANY) => {
                if let Some(HeadOp::Skip(count)) = tests.last_mut() {
                    *count += 1;
                    continue;
                }
                HeadOp::Skip(1)
            }
            View::Atom(atom) if is_variable_atom(atom) => match variables.bind(atom) {
                (index, true) => HeadOp::Bind(index),
                (index, false) => HeadOp::Same(index),
            },
            View::Cons(cell) => {
                work.extend([cell.tail(), cell.head()]);
                HeadOp::Cons
            }
            View::Tuple(tuple) => {
                work.extend(tuple.elements().iter().rev().copied());
                HeadOp::Tuple(tuple.len())
            }
            View::Map(map) => {
                let mut keys = Vec::with_capacity(map.len());
                let mut values = Vec::with_capacity(map.len());
                for (key, value) in map.iter() {
                    match key.as_atom() {
                        Some(known::ANY) => {
                            errors.add("Underscore found in map key.");
                            return None;
                        }
                        Some(atom) if is_variable_atom(atom) => {
                            errors.add("Variable found in map key.");
                            return None;
                        }
                        _ => {}
                    }
                    keys.push(constants.keep(key).word());
                    values.push(value);
                }
                work.extend(values.into_iter().rev());
                HeadOp::Map(keys.into())
            }
            View::Float(value) => HeadOp::Float(value.to_bits()),
            _ if pattern.word().is_immediate() => HeadOp::Immediate(pattern.word()),
            _ => HeadOp::Equal(constants.keep(pattern).word()),
        };
        tests.push(test);
    }
    Some(())
}

/// Parts that are to come.
#[derive(Copy, Clone)]
enum Parts {
    Slice(*const Word, usize),
    One(Word),
}

/// Runs the tests on `count` terms at `parts`.
///
/// # Safety
/// There are so many terms there, and `variables` has room for all that the tests bind.
#[inline]
pub(super) unsafe fn matches(
    tests: &[HeadOp],
    parts: *const Word,
    count: usize,
    variables: &mut [Word],
) -> bool {
    let mut later: SmallVec<[Parts; 8]> = SmallVec::new();
    let (mut at, mut left) = (parts, count);
    for test in tests {
        // SAFETY: the slices lie within the subjects, and words that are neither headers nor immediates point to whole objects.
        unsafe {
            if let HeadOp::Skip(count) = test {
                let mut count = *count;
                while count > 0 {
                    if left == 0 {
                        match later.pop() {
                            Some(Parts::Slice(next, more)) => (at, left) = (next, more),
                            Some(Parts::One(_)) => count -= 1,
                            None => return true,
                        }
                        continue;
                    }
                    let skipped = count.min(left);
                    at = at.add(skipped);
                    left -= skipped;
                    count -= skipped;
                }
                continue;
            }
            let word = loop {
                if left > 0 {
                    let word = *at;
                    at = at.add(1);
                    left -= 1;
                    break word;
                }
                match later.pop() {
                    Some(Parts::Slice(next, more)) => (at, left) = (next, more),
                    Some(Parts::One(word)) => break word,
                    // Every test has a part.
                    None => return false,
                }
            };
            let (inside, more) = match test {
                HeadOp::Skip(_) => continue,
                HeadOp::Bind(index) => {
                    variables[*index] = word;
                    continue;
                }
                HeadOp::Same(index) if eq_exact_words(variables[*index], word) => continue,
                HeadOp::Immediate(value) if *value == word => continue,
                HeadOp::Float(bits)
                    if Term::from_word(word).has_subtag(subtag::FLOAT)
                        && (*word.pointer().add(1)).0 == *bits =>
                {
                    continue;
                }
                HeadOp::Equal(value) if eq_exact_words(*value, word) => continue,
                HeadOp::Tuple(arity)
                    if word.is_boxed()
                        && *word.pointer() == Word::header(subtag::TUPLE, *arity) =>
                {
                    (word.pointer().add(1).cast_const(), *arity)
                }
                HeadOp::Cons if word.is_cons() => (word.pointer().cast_const(), 2),
                HeadOp::Map(keys) => {
                    let Some(map) = Term::from_word(word).as_map() else {
                        return false;
                    };
                    if left > 0 {
                        later.push(Parts::Slice(at, left));
                        left = 0;
                    }
                    for &key in keys.iter().rev() {
                        let Some(value) = map.get(Term::from_word(key)) else {
                            return false;
                        };
                        later.push(Parts::One(value.word()));
                    }
                    continue;
                }
                _ => return false,
            };
            if left > 0 {
                later.push(Parts::Slice(at, left));
            }
            (at, left) = (inside, more);
        }
    }
    true
}
