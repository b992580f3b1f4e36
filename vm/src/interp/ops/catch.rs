//! `catch`, `try`, and raising again.

use crate::interp::exception;
use crate::interp::frame::Frame;
use crate::process::Class;
use oxbeam_term::atom::known;
use oxbeam_term::{Term, Word};

crate::instructions! { frame;
    /// Opens a `catch` or `try`: `register` holds the handler's tag while it is open.
    catch_open(register: Destination, tag: Immediate) {
        frame.owned().catches += 1;
        register.set(Word(tag));
        frame.advance()
    }
    /// Closes a `catch`; after an exception makes its value from X1..X3.
    catch_end(register: Destination) {
        frame.owned().catches -= 1;
        register.set(Word::NIL);
        if frame.x(0).is_none() { make_catch_value(&mut frame) }
        frame.advance()
    }
    /// Closes a `try` that raised nothing.
    try_end(register: Destination) {
        frame.owned().catches -= 1;
        register.set(Word::NIL);
        frame.advance()
    }
    /// Closes a `try` that raised: class, reason and trace to X0..X2.
    try_case(register: Destination) {
        frame.owned().catches -= 1;
        register.set(Word::NIL);
        frame.set_x(0, frame.x(1));
        frame.set_x(1, frame.x(2));
        frame.set_x(2, frame.x(3));
        frame.advance()
    }
    /// Raises again: `trace` as a handler got it, `reason`; the class is remembered in the trace's place.
    raise_again(trace: Source, reason: Source) {
        let owned = frame.owned();
        let class = class_of(trace, owned);
        exception::set(owned, class, reason);
        owned.exception.trace = trace;
        frame.raise()
    }
    /// Raises class X0, reason X1, trace X2; `badarg` in X0 if the class is none.
    raw_raise() {
        match class_word(frame.x(0)) {
            Some(class) => {
                set_again(&mut frame, class);
                frame.raise()
            }
            None => {
                frame.set_x(0, Word::atom(known::BADARG));
                frame.advance()
            }
        }
    }
    /// X0, a trace as a handler got it, becomes a list.
    build_stacktrace() {
        make_trace(&mut frame);
        frame.advance()
    }
}

fn class_word(word: Word) -> Option<Class> {
    word.is_atom()
        .then(|| word.atom_value())
        .and_then(Class::from_atom)
}

/// The class that belongs to a raw trace: it stands in its fourth element.
fn class_of(trace: Word, _owned: &crate::process::Owned) -> Class {
    // SAFETY: a term of the running process.
    let trace: Term<'_> = unsafe { Term::from_word(trace) };
    trace
        .as_tuple_of::<4>()
        .and_then(|[_, _, _, class]| class.as_atom())
        .and_then(Class::from_atom)
        .unwrap_or(Class::Error)
}

/// Sets the exception of reason X1 and trace X2 with `class`, which the trace may not have had before.
#[cold]
#[inline(never)]
unsafe fn set_again(frame: &mut Frame, class: Class) {
    // SAFETY: terms of the running process.
    unsafe {
        let owned = frame.borrow_heap();
        let mut builder = owned.heap.arena.builder();
        let trace = Term::from_word(frame.x(2));
        let trace = exception::with_class(&mut builder, trace, class).word();
        exception::set(owned, class, frame.x(1));
        owned.exception.trace = trace;
        frame.leave();
    }
}

#[cold]
#[inline(never)]
unsafe fn make_catch_value(frame: &mut Frame) {
    // SAFETY: after an exception X1..X3 hold class, reason and trace.
    unsafe {
        let owned = frame.borrow_heap();
        let mut builder = owned.heap.arena.builder();
        let [class, reason, trace] = [1, 2, 3].map(|index| Term::from_word(frame.x(index)));
        let value = exception::catch_value(&mut builder, class, reason, trace).word();
        frame.leave();
        frame.set_x(0, value);
    }
}

#[cold]
#[inline(never)]
unsafe fn make_trace(frame: &mut Frame) {
    // SAFETY: X0 is a term.
    unsafe {
        let owned = frame.borrow_heap();
        let mut builder = owned.heap.arena.builder();
        let trace = exception::build_trace(&mut builder, Term::from_word(frame.x(0))).word();
        frame.leave();
        frame.set_x(0, trace);
    }
}
