//! Order and equality of terms, as "Term Comparisons" of the Erlang reference manual has them.
//!
//! Two relations: the *arithmetic* one of `==` and `<`, where an integer and a float may be equal, and the *exact* one of `=:=`, which
//! also orders the keys of maps: integers before floats. Keys within maps are compared exactly by both.

use crate::term::Term;
use crate::word::Word;
use std::cmp::Ordering;

/// `A =:= B`
///
/// # Safety
/// Both are whole terms.
pub unsafe fn eq_exact_words(_a: Word, _b: Word) -> bool {
    unimplemented!("lands next")
}

/// `A == B`
///
/// # Safety
/// Both are whole terms.
pub unsafe fn eq_arith_words(_a: Word, _b: Word) -> bool {
    unimplemented!("lands next")
}

/// Order of terms: that of `A < B`.
///
/// # Safety
/// Both are whole terms.
pub unsafe fn cmp_words(_a: Word, _b: Word) -> Ordering {
    unimplemented!("lands next")
}

/// Exact order of terms: integers before floats.
///
/// # Safety
/// Both are whole terms.
pub unsafe fn cmp_exact_words(_a: Word, _b: Word) -> Ordering {
    unimplemented!("lands next")
}

impl Term<'_> {
    /// Order of terms: that of `A < B`, `lists:sort/1`.
    #[inline]
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
