//! Float registers.

use crate::interp::exception;
use crate::interp::frame::{Frame, term};
use crate::release::Release;
use oxbeam_term::atom::known;
use oxbeam_term::number::terms;
use oxbeam_term::word::subtag;
use oxbeam_term::{View, Word};

/// The loader has checked the registers' numbers; masked, they need no test.
const LAST: usize = crate::interp::registers::F_COUNT - 1;

crate::instructions! { frame;
    /// `f[register] := value`, a float.
    fmove_in(value: Source, register: Number) {
        (*frame.registers).f[register & LAST] = f64::from_bits((*value.pointer().add(1)).0);
        frame.advance()
    }
    /// `target := f[register]`, boxed; the heap was reserved.
    fmove_out(register: Number, target: Destination) {
        let object = frame.htop;
        *object = Word::header(subtag::FLOAT, 1);
        *object.add(1) = Word((*frame.registers).f[register & LAST].to_bits());
        frame.htop = object.add(2);
        target.set(Word::boxed(object));
        frame.advance()
    }
    /// `f[register] := float(value)`
    fconv(value: Source, register: Number) {
        if value.is_small() {
            (*frame.registers).f[register & LAST] = value.small_value() as f64;
            return frame.advance();
        }
        if value.is_boxed() && (*value.pointer()).subtag() == subtag::FLOAT {
            (*frame.registers).f[register & LAST] = f64::from_bits((*value.pointer().add(1)).0);
            return frame.advance();
        }
    } => {
        match to_float(value) {
            Some(float) => {
                (*frame.registers).f[register & LAST] = float;
                frame.advance()
            }
            None => badarith(frame),
        }
    }
    /// `f[target] := f[left] + f[right]`
    fadd(left: Number, right: Number, target: Number) {
        let f = &mut (*frame.registers).f;
        let result = f[left & LAST] + f[right & LAST];
        f[target & LAST] = result;
        if result.is_finite() { return frame.advance() }
    } => { badarith(frame) }
    /// `f[target] := f[left] - f[right]`
    fsub(left: Number, right: Number, target: Number) {
        let f = &mut (*frame.registers).f;
        let result = f[left & LAST] - f[right & LAST];
        f[target & LAST] = result;
        if result.is_finite() { return frame.advance() }
    } => { badarith(frame) }
    /// `f[target] := f[left] * f[right]`
    fmul(left: Number, right: Number, target: Number) {
        let f = &mut (*frame.registers).f;
        let result = f[left & LAST] * f[right & LAST];
        f[target & LAST] = result;
        if result.is_finite() { return frame.advance() }
    } => { badarith(frame) }
    /// `f[target] := f[left] / f[right]`
    fdiv(left: Number, right: Number, target: Number) {
        let f = &mut (*frame.registers).f;
        let result = f[left & LAST] / f[right & LAST];
        f[target & LAST] = result;
        if result.is_finite() { return frame.advance() }
    } => { badarith(frame) }
    /// `f[target] := -f[source]`
    fnegate(source: Number, target: Number) {
        let f = &mut (*frame.registers).f;
        let value = f[source & LAST];
        let zero = value == 0.0 && Release::current().negation_is_subtraction;
        f[target & LAST] = if zero { 0.0 } else { -value };
        frame.advance()
    }
}

#[cold]
#[inline(never)]
unsafe fn to_float(value: Word) -> Option<f64> {
    // SAFETY: a term of the running process.
    let value = unsafe { term(value) };
    match value.view() {
        View::Float(float) => Some(float),
        _ => terms::float_of(terms::integer_of(value).ok()?).ok(),
    }
}

#[inline(always)]
unsafe fn badarith(frame: Frame) {
    // SAFETY: the worker runs this process.
    unsafe {
        exception::set_error(frame.owned(), Word::atom(known::BADARITH));
        frame.raise()
    }
}
