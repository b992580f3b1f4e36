//! Arithmetic on integers and floats. Small operands are done here, everything else out of line.
//!
//! A failing operation jumps to `otherwise` in a guard; in a body, where `otherwise` is the instruction itself, it raises.

use super::compare::both_small;
use super::guard::after_building;
use crate::interp::exception;
use crate::interp::frame::Frame;
use crate::release::Release;
use oxbeam_term::atom::{Atom, known};
use oxbeam_term::number::terms::{self, ArithError};
use oxbeam_term::word::subtag;
use oxbeam_term::{Builder, Term, Word};

const SMALL_TAG: u64 = 0xf;

/// Words that most results out of line take. Where there is no room for so many the heap is collected first: what went to a fragment would
/// bring about a collection of its own.
const RESULT: usize = 4;

/// In the place of a number of live registers: an operand is none of them, so that nothing can be collected before it was read.
pub const NEVER: usize = u16::MAX as usize;

crate::instructions! { frame;
    /// `target := left + right`
    add(left: Source, right: Source, target: Destination, live: Number, otherwise: Label) {
        if both_small(left, right) {
            let (sum, overflow) = ((left.0 - SMALL_TAG) as i64).overflowing_add(right.0 as i64);
            if !overflow {
                target.set(Word(sum as u64));
                return frame.advance();
            }
        }
    } => {
        if live != NEVER && !frame.room(RESULT) { return frame.collect(RESULT, live) }
        let result = match floats(&mut frame, left, right, |a, b| a + b) {
            Some(result) => result,
            None => two(&mut frame, terms::add, known::PLUS, left, right, otherwise),
        };
        if result.is_none() { return fail(frame, otherwise) }
        target.set(result);
        frame.advance()
    }
    /// `target := left + increment`, a small integer whose tag is left out.
    increment(left: Source, target: Destination, otherwise: Label, increment: Immediate) {
        if left.is_small() {
            let (sum, overflow) = (left.0 as i64).overflowing_add(increment as i64);
            if !overflow {
                target.set(Word(sum as u64));
                return frame.advance();
            }
        }
    } => {
        let step = increment as i64 >> 4;
        let (operation, operator, operand): (Operation, Atom, i64) = if (1 - (1 << 59)..0).contains(&step) {
            (terms::sub, known::MINUS, -step)
        } else {
            (terms::add, known::PLUS, step)
        };
        let operand = Word::small(operand);
        let result = two(&mut frame, operation, operator, left, operand, otherwise);
        if result.is_none() {
            if !Release::current().increments_are_operators { frame.owned().exception.culprit = None }
            return fail(frame, otherwise)
        }
        target.set(result);
        frame.advance()
    }
    /// `target := left - right`
    sub(left: Source, right: Source, target: Destination, live: Number, otherwise: Label) {
        if both_small(left, right) {
            let (difference, overflow) = (left.0 as i64).overflowing_sub((right.0 - SMALL_TAG) as i64);
            if !overflow {
                target.set(Word(difference as u64));
                return frame.advance();
            }
        }
    } => {
        if live != NEVER && !frame.room(RESULT) { return frame.collect(RESULT, live) }
        let result = match floats(&mut frame, left, right, |a, b| a - b) {
            Some(result) => result,
            None => two(&mut frame, terms::sub, known::MINUS, left, right, otherwise),
        };
        if result.is_none() { return fail(frame, otherwise) }
        target.set(result);
        frame.advance()
    }
    /// `target := left * right`
    mul(left: Source, right: Source, target: Destination, live: Number, otherwise: Label) {
        if both_small(left, right) {
            let (product, overflow) = (left.0 as i64 >> 4).overflowing_mul((right.0 - SMALL_TAG) as i64);
            if !overflow {
                target.set(Word(product as u64 | SMALL_TAG));
                return frame.advance();
            }
        }
    } => {
        if live != NEVER && !frame.room(RESULT) { return frame.collect(RESULT, live) }
        let result = match floats(&mut frame, left, right, |a, b| a * b) {
            Some(result) => result,
            None => two(&mut frame, terms::mul, known::TIMES, left, right, otherwise),
        };
        if result.is_none() { return fail(frame, otherwise) }
        target.set(result);
        frame.advance()
    }
    /// `target := left / right`
    divide(left: Source, right: Source, target: Destination, live: Number, otherwise: Label) {
    } => {
        if live != NEVER && !frame.room(RESULT) { return frame.collect(RESULT, live) }
        let result = match floats(&mut frame, left, right, |a, b| a / b) {
            Some(result) => result,
            None => two(&mut frame, terms::divide, known::DIVIDE, left, right, otherwise),
        };
        if result.is_none() { return fail(frame, otherwise) }
        target.set(result);
        frame.advance()
    }
    /// `target := left div right`
    int_div(left: Source, right: Source, target: Destination, live: Number, otherwise: Label) {
        if both_small(left, right) {
            let (dividend, divisor) = (left.small_value(), right.small_value());
            // -1 takes the slow path: the quotient of the smallest small is no small.
            if divisor != 0 && divisor != -1 {
                target.set(Word::small(dividend / divisor));
                return frame.advance();
            }
        }
    } => {
        if live != NEVER && !frame.room(RESULT) { return frame.collect(RESULT, live) }
        let result = two(&mut frame, terms::div, known::DIV, left, right, otherwise);
        if result.is_none() { return fail(frame, otherwise) }
        target.set(result);
        frame.advance()
    }
    /// `target := left rem right`
    int_rem(left: Source, right: Source, target: Destination, live: Number, otherwise: Label) {
        if both_small(left, right) {
            let (dividend, divisor) = (left.small_value(), right.small_value());
            if divisor != 0 && divisor != -1 {
                target.set(Word::small(dividend % divisor));
                return frame.advance();
            }
        }
    } => {
        if live != NEVER && !frame.room(RESULT) { return frame.collect(RESULT, live) }
        let result = two(&mut frame, terms::rem, known::REM, left, right, otherwise);
        if result.is_none() { return fail(frame, otherwise) }
        target.set(result);
        frame.advance()
    }
    /// `target := left band right`
    int_band(left: Source, right: Source, target: Destination, live: Number, otherwise: Label) {
        if both_small(left, right) {
            target.set(Word(left.0 & right.0));
            return frame.advance();
        }
    } => {
        if live != NEVER && !frame.room(RESULT) { return frame.collect(RESULT, live) }
        let result = two(&mut frame, terms::band, known::BAND, left, right, otherwise);
        if result.is_none() { return fail(frame, otherwise) }
        target.set(result);
        frame.advance()
    }
    /// `target := left bor right`
    int_bor(left: Source, right: Source, target: Destination, live: Number, otherwise: Label) {
        if both_small(left, right) {
            target.set(Word(left.0 | right.0));
            return frame.advance();
        }
    } => {
        if live != NEVER && !frame.room(RESULT) { return frame.collect(RESULT, live) }
        let result = two(&mut frame, terms::bor, known::BOR, left, right, otherwise);
        if result.is_none() { return fail(frame, otherwise) }
        target.set(result);
        frame.advance()
    }
    /// `target := left bxor right`
    int_bxor(left: Source, right: Source, target: Destination, live: Number, otherwise: Label) {
        if both_small(left, right) {
            target.set(Word((left.0 ^ right.0) | SMALL_TAG));
            return frame.advance();
        }
    } => {
        if live != NEVER && !frame.room(RESULT) { return frame.collect(RESULT, live) }
        let result = two(&mut frame, terms::bxor, known::BXOR, left, right, otherwise);
        if result.is_none() { return fail(frame, otherwise) }
        target.set(result);
        frame.advance()
    }
    /// `target := left bsl right`
    int_bsl(left: Source, right: Source, target: Destination, live: Number, otherwise: Label) {
        if both_small(left, right) {
            let (value, shift) = (left.small_value(), right.small_value());
            // As many sign bits as the shift, and one, must be there to lose.
            let room = i64::from(if value < 0 { value.leading_ones() } else { value.leading_zeros() });
            if (0..60).contains(&shift) && shift < room - 4 {
                target.set(Word::small(value << shift));
                return frame.advance();
            }
        }
    } => {
        if live != NEVER && !frame.room(RESULT) { return frame.collect(RESULT, live) }
        let result = two(&mut frame, terms::bsl, known::BSL, left, right, otherwise);
        if result.is_none() { return fail(frame, otherwise) }
        target.set(result);
        frame.advance()
    }
    /// `target := left bsr right`
    int_bsr(left: Source, right: Source, target: Destination, live: Number, otherwise: Label) {
        if both_small(left, right) {
            let (value, shift) = (left.small_value(), right.small_value());
            if shift >= 0 {
                target.set(Word::small(value >> shift.min(63)));
                return frame.advance();
            }
        }
    } => {
        if live != NEVER && !frame.room(RESULT) { return frame.collect(RESULT, live) }
        let result = two(&mut frame, terms::bsr, known::BSR, left, right, otherwise);
        if result.is_none() { return fail(frame, otherwise) }
        target.set(result);
        frame.advance()
    }
    /// `target := bnot value`
    int_bnot(value: Source, target: Destination, live: Number, otherwise: Label) {
        if value.is_small() {
            target.set(Word::small(!value.small_value()));
            return frame.advance();
        }
    } => {
        if live != NEVER && !frame.room(RESULT) { return frame.collect(RESULT, live) }
        let result = one(&mut frame, terms::bnot, known::BNOT, value, otherwise);
        if result.is_none() { return fail(frame, otherwise) }
        target.set(result);
        frame.advance()
    }
    /// `target := -value`
    negate(value: Source, target: Destination, live: Number, otherwise: Label) {
        if value.is_small() {
            let (negated, overflow) = 0i64.overflowing_sub((value.0 - SMALL_TAG) as i64);
            if !overflow {
                target.set(Word(negated as u64 | SMALL_TAG));
                return frame.advance();
            }
        }
    } => {
        if live != NEVER && !frame.room(RESULT) { return frame.collect(RESULT, live) }
        let result = one(&mut frame, terms::negate, known::MINUS, value, otherwise);
        if result.is_none() { return fail(frame, otherwise) }
        target.set(result);
        frame.advance()
    }
}

type Operation = for<'p> fn(&mut Builder<'p>, Term<'p>, Term<'p>) -> Result<Term<'p>, ArithError>;
type Single = for<'p> fn(&mut Builder<'p>, Term<'p>) -> Result<Term<'p>, ArithError>;

/// Jumps, or raises what the slow path has set.
#[inline(always)]
unsafe fn fail(frame: Frame, otherwise: *const u64) {
    // SAFETY: a failed operation in a body has set its exception.
    unsafe {
        if otherwise == frame.pc {
            frame.raise()
        } else {
            frame.go(otherwise)
        }
    }
}

/// The operation on two floats, if both are, the result is one, and there is room for it.
#[inline(always)]
unsafe fn floats(
    frame: &mut Frame,
    left: Word,
    right: Word,
    operation: impl FnOnce(f64, f64) -> f64,
) -> Option<Word> {
    // SAFETY: both are terms of the running process; there is room for a header and a word.
    unsafe {
        let is_float = |word: Word| word.is_boxed() && (*word.pointer()).subtag() == subtag::FLOAT;
        if !is_float(left) || !is_float(right) || !frame.room(2) {
            return None;
        }
        let value = |word: Word| f64::from_bits((*word.pointer().add(1)).0);
        let result = operation(value(left), value(right));
        if !result.is_finite() {
            return None;
        }
        let object = frame.htop;
        *object = Word::header(subtag::FLOAT, 1);
        *object.add(1) = Word(result.to_bits());
        frame.htop = object.add(2);
        Some(Word::boxed(object))
    }
}

#[inline(never)]
unsafe fn two(
    frame: &mut Frame,
    operation: Operation,
    name: Atom,
    left: Word,
    right: Word,
    otherwise: *const u64,
) -> Word {
    // SAFETY: both are terms of the running process.
    unsafe {
        let owned = frame.borrow_heap();
        let mut builder = owned.heap.arena.builder();
        match operation(&mut builder, Term::from_word(left), Term::from_word(right)) {
            Ok(result) => {
                after_building(frame);
                result.word()
            }
            Err(error) => {
                if otherwise == frame.pc {
                    raise(frame, error, name, &[left, right]);
                }
                Word::NONE
            }
        }
    }
}

#[inline(never)]
unsafe fn one(
    frame: &mut Frame,
    operation: Single,
    name: Atom,
    value: Word,
    otherwise: *const u64,
) -> Word {
    // SAFETY: a term of the running process.
    unsafe {
        let owned = frame.borrow_heap();
        let mut builder = owned.heap.arena.builder();
        match operation(&mut builder, Term::from_word(value)) {
            Ok(result) => {
                after_building(frame);
                result.word()
            }
            Err(error) => {
                if otherwise == frame.pc {
                    raise(frame, error, name, &[value]);
                }
                Word::NONE
            }
        }
    }
}

#[cold]
unsafe fn raise(frame: &mut Frame, error: ArithError, name: Atom, operands: &[Word]) {
    // SAFETY: the worker runs this process.
    unsafe {
        let owned = frame.borrow_heap();
        let reason = match error {
            ArithError::Badarith => known::BADARITH,
            ArithError::SystemLimit => known::SYSTEM_LIMIT,
        };
        exception::set_error(owned, Word::atom(reason));
        let mut builder = owned.heap.arena.builder();
        let arguments = builder.list(operands.iter().map(|&word| Term::from_word(word)));
        owned.exception.culprit = Some(crate::process::Culprit {
            module: known::ERLANG,
            function: name,
            arity: operands.len() as u32,
            arguments: Some(arguments.word()),
            native: true,
        });
        frame.leave();
    }
}
