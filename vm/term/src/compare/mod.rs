//! Order and equality of terms, as "Term Comparisons" of the Erlang reference manual has them.
//!
//! Two relations: the *arithmetic* one of `==` and `<`, where an integer and a float may be equal, and the *exact* one of `=:=`, which
//! also orders the keys of maps: integers before floats. Keys within maps are compared exactly by both.
//!
//! | file | what |
//! |---|---|
//! | `equal.rs` | equality |
//! | `order.rs` | order; maps are the hard part |
//! | `leaf.rs` | what has no terms inside: numbers, bitstrings, pids, ports, references |
//!
//! Invariant: neither walk recurses; a term may be as deep as memory allows.

mod equal;
mod leaf;
mod order;
#[cfg(test)]
pub(crate) mod tests;

use crate::term::Term;
use crate::word::Word;
use std::cmp::Ordering;

/// Words that are still to be compared one by one.
#[derive(Copy, Clone)]
struct Run {
    a: *const Word,
    b: *const Word,
    left: usize,
    mode: Mode,
}

/// How words are compared.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Mode {
    /// `=:=`
    Exact,
    /// `==`
    Arithmetic,
    /// Children of a hash map's node, whose leaves have exact keys and arithmetic values.
    Children,
}

/// `A =:= B`
///
/// # Safety
/// Both are whole terms.
#[inline(always)]
pub unsafe fn eq_exact_words(a: Word, b: Word) -> bool {
    if a == b {
        return true;
    }
    if a.is_immediate() || b.is_immediate() || a.primary() != b.primary() {
        return false;
    }
    // SAFETY: the caller's promise.
    unsafe { equal::equal_exact(a, b) }
}

/// `A == B`
///
/// # Safety
/// Both are whole terms.
#[inline(always)]
pub unsafe fn eq_arith_words(a: Word, b: Word) -> bool {
    if a == b {
        return true;
    }
    if a.is_immediate() && b.is_immediate() {
        return false;
    }
    // SAFETY: the caller's promise.
    unsafe { equal::equal(a, b, Mode::Arithmetic) }
}

/// Order of terms: that of `A < B`.
///
/// # Safety
/// Both are whole terms.
#[inline(always)]
pub unsafe fn cmp_words(a: Word, b: Word) -> Ordering {
    if a.is_small() && b.is_small() {
        return (a.0 as i64).cmp(&(b.0 as i64));
    }
    if a == b {
        return Ordering::Equal;
    }
    // SAFETY: the caller's promise.
    unsafe { order::compare(a, b, Mode::Arithmetic) }
}

/// Exact order of terms: integers before floats.
///
/// # Safety
/// Both are whole terms.
#[inline(always)]
pub unsafe fn cmp_exact_words(a: Word, b: Word) -> Ordering {
    if a.is_small() && b.is_small() {
        return (a.0 as i64).cmp(&(b.0 as i64));
    }
    if a == b {
        return Ordering::Equal;
    }
    // SAFETY: the caller's promise.
    unsafe { order::compare(a, b, Mode::Exact) }
}

impl Term<'_> {
    /// Order of terms: that of `A < B`, `lists:sort/1`.
    #[inline]
    #[expect(
        clippy::should_implement_trait,
        reason = "`Ord` needs one equality; terms have two"
    )]
    pub fn cmp(self, other: Term<'_>) -> Ordering {
        // SAFETY: terms.
        unsafe { cmp_words(self.word(), other.word()) }
    }
    /// Exact order of terms, that of map keys: integers before floats.
    #[inline]
    pub fn cmp_exact(self, other: Term<'_>) -> Ordering {
        // SAFETY: terms.
        unsafe { cmp_exact_words(self.word(), other.word()) }
    }
    /// `A =:= B`
    #[inline]
    pub fn eq_exact(self, other: Term<'_>) -> bool {
        // SAFETY: terms.
        unsafe { eq_exact_words(self.word(), other.word()) }
    }
    /// `A == B`
    #[inline]
    pub fn eq_arith(self, other: Term<'_>) -> bool {
        // SAFETY: terms.
        unsafe { eq_arith_words(self.word(), other.word()) }
    }
}
