//! Making and calling funs.

use crate::interp::exception;
use crate::interp::frame::{Frame, term};
use crate::process::Owned;
use crate::process::saved_calls::SavedCall;
use oxbeam_term::Atom;
use oxbeam_term::atom::known;
use oxbeam_term::boxed::fun::{Export, FunEntry, FunKind};
use oxbeam_term::word::subtag;
use oxbeam_term::{Term, Word};

crate::instructions! { frame;
    /// `target := fun` with the free variables of the run.
    make_fun(entry: Immediate, target: Destination, live: Number, free: Words) {
        let words = 3 + free.count;
        if !frame.room(words) { return frame.collect(words, live) }
        let object = frame.htop;
        *object = Word::header(subtag::FUN, 2 + free.count);
        *object.add(1) = Word(entry);
        *object.add(2) = Word::local_pid(frame.process().number);
        for index in 0..free.count {
            *object.add(3 + index) = frame.general(*frame.next.add(index));
        }
        frame.htop = object.add(words);
        target.set(Word::boxed(object));
        frame.next = frame.next.add(free.count);
        frame.advance()
    }
    /// [`make_fun`] whose room a `test_heap` before it has reserved.
    make_fun_reserved(entry: Immediate, target: Destination, free: Words) {
        let object = frame.htop;
        *object = Word::header(subtag::FUN, 2 + free.count);
        *object.add(1) = Word(entry);
        *object.add(2) = Word::local_pid(frame.process().number);
        for index in 0..free.count {
            *object.add(3 + index) = frame.general(*frame.next.add(index));
        }
        frame.htop = object.add(3 + free.count);
        target.set(Word::boxed(object));
        frame.next = frame.next.add(free.count);
        frame.advance()
    }
    /// Call of the fun behind the arguments. As in OTP the call is pending already when it fails: traces show it twice.
    call_fun(arity: Number) {
        let callee = frame.x(arity);
        let target = prepare(&mut frame, arity, callee);
        frame.push_return();
        if target.is_null() { return frame.raise() }
        frame.enter(target)
    }
    /// [`call_fun`] in tail position.
    call_fun_last(arity: Number, words: Number) {
        let callee = frame.x(arity);
        let target = prepare(&mut frame, arity, callee);
        if target.is_null() { return frame.raise() }
        frame.e = frame.e.add(words);
        frame.enter(target)
    }
    /// Call of the fun in `fun`.
    call_fun2(arity: Number, fun: Source) {
        let target = quick(&frame, arity, fun);
        if !target.is_null() {
            frame.push_return();
            return frame.enter(target);
        }
    } => {
        let target = prepare(&mut frame, arity, fun);
        frame.push_return();
        if target.is_null() { return frame.raise() }
        frame.enter(target)
    }
    /// [`call_fun2`] in tail position.
    call_fun2_last(arity: Number, words: Number, fun: Source) {
        let target = quick(&frame, arity, fun);
        if !target.is_null() {
            frame.e = frame.e.add(words);
            return frame.enter(target);
        }
    } => {
        let target = prepare(&mut frame, arity, fun);
        if target.is_null() { return frame.raise() }
        frame.e = frame.e.add(words);
        frame.enter(target)
    }
    /// Entry of a fun whose module is gone: `error_handler:undefined_lambda/3` with the module, the fun and its arguments.
    undefined_fun_entry() {
        frame.error(Word::atom(known::UNDEF))
    }
}

/// [`prepare`] of what most calls are, that of a fun of this arity whose code is there; null for any other.
#[inline(always)]
unsafe fn quick(frame: &Frame, arity: usize, fun: Word) -> *const u64 {
    // SAFETY: as in `prepare`.
    unsafe {
        if !fun.is_boxed() || (*fun.pointer()).subtag() != subtag::FUN {
            return std::ptr::null();
        }
        let object = fun.pointer();
        let entry = &*((*object.add(1)).0 as *const FunEntry);
        let code = entry.code();
        if code.is_null() || entry.arity as usize != arity {
            return std::ptr::null();
        }
        for index in 0..(*object).arity() - 2 {
            frame.set_x(arity + index, *object.add(3 + index));
        }
        code
    }
}

/// Where to go to call `fun`, its free variables loaded behind the arguments; null with the exception set if that can't be.
#[inline(always)]
pub(super) unsafe fn prepare(frame: &mut Frame, arity: usize, fun: Word) -> *const u64 {
    // SAFETY: a boxed word points to a header; a fun's words are its entry, creator and free variables.
    unsafe {
        if fun.is_boxed() {
            let object = fun.pointer();
            let header = *object;
            if header.subtag() == subtag::FUN {
                let entry = &*((*object.add(1)).0 as *const FunEntry);
                if entry.arity as usize == arity {
                    let free = header.arity() - 2;
                    for index in 0..free {
                        frame.set_x(arity + index, *object.add(3 + index));
                    }
                    let code = entry.code();
                    if !code.is_null() {
                        return code;
                    }
                    return missing(frame, arity, fun);
                }
            } else if header.subtag() == subtag::EXPORT {
                let export = &*((*object.add(1)).0 as *const Export);
                if export.arity() as usize == arity {
                    let owned = frame.owned();
                    if owned.saves_calls {
                        owned.save_call(SavedCall::of(export));
                    }
                    return export.code();
                }
            }
        }
        bad(frame, arity, fun);
        std::ptr::null()
    }
}

/// The fun has no code. If its module is not loaded the error handler may load it; if another version is, the fun is none any more. While
/// its code is being purged the process waits, before a call of a function of the purger that calls it.
#[cold]
#[inline(never)]
unsafe fn missing(frame: &mut Frame, arity: usize, fun: Word) -> *const u64 {
    // SAFETY: X registers below `arity` hold the arguments.
    unsafe {
        let FunKind::Local { entry, .. } = (match term(fun).as_fun() {
            Some(fun) => fun.kind(),
            None => return std::ptr::null(),
        }) else {
            return std::ptr::null();
        };
        let code = &crate::machine::machine().code;
        let owned = frame.borrow_heap();
        let mut builder = owned.heap.arena.builder();
        let arguments = builder.list((0..arity).map(|index| Term::from_word(frame.x(index))));
        let set_undefined = |owned: &mut Owned, reason| {
            exception::set_error(owned, reason);
            std::ptr::null()
        };
        let target = if code.await_purge(entry, frame.process().number) {
            owned.rare().suspended += 1;
            // It yields at the entry.
            frame.reds = 0;
            frame.set_x(0, Word::atom(entry.module));
            frame.set_x(1, fun);
            frame.set_x(2, arguments.word());
            let purger = Atom::of("erts_code_purger");
            code.export(purger, Atom::of("pending_purge_lambda"), 3)
                .code()
        } else if !entry.code().is_null() {
            // A purge has been given up just now, or its module been loaded.
            entry.code()
        } else if code.current(entry.module).is_some() {
            let reason = builder.tuple(&[Term::atom(known::BADFUN), term(fun)]);
            set_undefined(owned, reason.word())
        } else {
            let handler = code.export(owned.error_handler(), known::UNDEFINED_LAMBDA, 3);
            if code.has_code(handler) {
                frame.set_x(0, Word::atom(entry.module));
                frame.set_x(1, fun);
                frame.set_x(2, arguments.word());
                handler.code()
            } else {
                set_undefined(owned, Word::atom(known::UNDEF))
            }
        };
        frame.leave();
        target
    }
}

/// Sets `error:{badarity, {Fun, Args}}` or `error:{badfun, Term}`.
#[cold]
#[inline(never)]
unsafe fn bad(frame: &mut Frame, arity: usize, fun: Word) {
    // SAFETY: X registers below `arity` hold the arguments.
    unsafe {
        let owned = frame.borrow_heap();
        let mut builder = owned.heap.arena.builder();
        let fun: Term<'_> = Term::from_word(fun);
        let reason = if fun.is_fun() {
            let arguments = builder.list((0..arity).map(|index| Term::from_word(frame.x(index))));
            let pair = builder.tuple(&[fun, arguments]);
            builder.tuple(&[Term::atom(known::BADARITY), pair])
        } else {
            builder.tuple(&[Term::atom(known::BADFUN), fun])
        };
        exception::set_error(owned, reason.word());
        frame.leave();
    }
}
