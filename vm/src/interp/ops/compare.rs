//! Comparisons.

use super::data::boxed_as;
use oxbeam_term::Word;
use oxbeam_term::compare::{cmp_words, eq_arith_words, eq_exact_words};
use oxbeam_term::word::subtag;
use std::cmp::Ordering;

crate::instructions! { frame;
    /// Continue if `left =:= right`, else jump.
    is_eq_exact(otherwise: Label, left: Source, right: Source) {
        if left == right { return frame.advance() }
        if left.is_immediate() || right.is_immediate() { return frame.go(otherwise) }
    } => {
        if eq_exact_words(left, right) { frame.advance() } else { frame.go(otherwise) }
    }
    /// Continue if `left` is this very immediate, else jump.
    is_eq_immediate(otherwise: Label, left: Source, right: Source) {
        if left == right { frame.advance() } else { frame.go(otherwise) }
    }
    /// Continue if `left =/= right`, else jump.
    is_ne_exact(otherwise: Label, left: Source, right: Source) {
        if left == right { return frame.go(otherwise) }
        if left.is_immediate() || right.is_immediate() { return frame.advance() }
    } => {
        if eq_exact_words(left, right) { frame.go(otherwise) } else { frame.advance() }
    }
    /// Continue if `left` is not this very immediate, else jump.
    is_ne_immediate(otherwise: Label, left: Source, right: Source) {
        if left == right { frame.go(otherwise) } else { frame.advance() }
    }
    /// Continue if `left == right`, else jump.
    is_eq(otherwise: Label, left: Source, right: Source) {
        if left == right { return frame.advance() }
    } => {
        if eq_arith_words(left, right) { frame.advance() } else { frame.go(otherwise) }
    }
    /// Continue if `left /= right`, else jump.
    is_ne(otherwise: Label, left: Source, right: Source) {
        if left == right { return frame.go(otherwise) }
    } => {
        if eq_arith_words(left, right) { frame.go(otherwise) } else { frame.advance() }
    }
    /// Continue if `left < right`, else jump.
    is_lt(otherwise: Label, left: Source, right: Source) {
        if both_small(left, right) {
            if (left.0 as i64) < right.0 as i64 { return frame.advance() } else { return frame.go(otherwise) }
        }
    } => {
        if less(left, right) { frame.advance() } else { frame.go(otherwise) }
    }
    /// Continue if `left >= right`, else jump.
    is_ge(otherwise: Label, left: Source, right: Source) {
        if both_small(left, right) {
            if (left.0 as i64) < right.0 as i64 { return frame.go(otherwise) } else { return frame.advance() }
        }
    } => {
        if less(left, right) { frame.go(otherwise) } else { frame.advance() }
    }
    /// Continue if `low =< value` and `value =< high`, two small integers, else jump.
    is_in_range(otherwise: Label, value: Source, low: Immediate, high: Immediate) {
        if value.is_small() {
            let within = (value.0 as i64) >= low as i64 && (value.0 as i64) <= high as i64;
            if within { return frame.advance() } else { return frame.go(otherwise) }
        }
    } => {
        let within = cmp_words(value, Word(low)) != Ordering::Less && cmp_words(Word(high), value) != Ordering::Less;
        if within { frame.advance() } else { frame.go(otherwise) }
    }
    /// `target := left < right`
    lt_value(left: Source, right: Source, target: Destination) {
        if both_small(left, right) {
            target.set(Word::boolean((left.0 as i64) < right.0 as i64));
            return frame.advance();
        }
    } => {
        target.set(Word::boolean(less(left, right)));
        frame.advance()
    }
    /// `target := left >= right`
    ge_value(left: Source, right: Source, target: Destination) {
        if both_small(left, right) {
            target.set(Word::boolean((left.0 as i64) >= right.0 as i64));
            return frame.advance();
        }
    } => {
        target.set(Word::boolean(!less(left, right)));
        frame.advance()
    }
    /// `target := left =:= right`
    eq_exact_value(left: Source, right: Source, target: Destination) {
        if left == right || left.is_immediate() || right.is_immediate() {
            target.set(Word::boolean(left == right));
            return frame.advance();
        }
    } => {
        target.set(Word::boolean(eq_exact_words(left, right)));
        frame.advance()
    }
    /// `target := left =/= right`
    ne_exact_value(left: Source, right: Source, target: Destination) {
        if left == right || left.is_immediate() || right.is_immediate() {
            target.set(Word::boolean(left != right));
            return frame.advance();
        }
    } => {
        target.set(Word::boolean(!eq_exact_words(left, right)));
        frame.advance()
    }
    /// `target := left == right`
    eq_value(left: Source, right: Source, target: Destination) {
        if left == right {
            target.set(Word::boolean(true));
            return frame.advance();
        }
    } => {
        target.set(Word::boolean(eq_arith_words(left, right)));
        frame.advance()
    }
}

/// Is `left < right`? Two floats are compared here.
#[inline(always)]
unsafe fn less(left: Word, right: Word) -> bool {
    // SAFETY: both are terms of the running process; a float's word is behind its header.
    unsafe {
        if boxed_as(left, subtag::FLOAT) && boxed_as(right, subtag::FLOAT) {
            let value = |word: Word| f64::from_bits((*word.pointer().add(1)).0);
            return value(left) < value(right);
        }
        cmp_words(left, right) == Ordering::Less
    }
}

#[inline(always)]
pub(super) fn both_small(left: Word, right: Word) -> bool {
    left.0 & right.0 & 0xf == 0xf
}
