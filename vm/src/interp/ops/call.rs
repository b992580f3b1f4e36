//! Calls: local, to other modules, of natives; what an entry without code does.

use crate::interp::dispatch::{self, Outcome, header};
use crate::interp::exception;
use crate::interp::frame::Frame;
use crate::interp::registers::Registers;
use crate::machine::machine;
use crate::native::{Cx, Kind, NativeFunction, Raise, StandInFunction};
use crate::process::{Class, Culprit, Process};
use crate::release::Release;
use crate::trace::call;
use oxbeam_term::atom::known;
use oxbeam_term::boxed::fun::Export;
use oxbeam_term::gc::zeal::ZEAL;
use oxbeam_term::{Atom, Term, Word};
use smallvec::SmallVec;

crate::instructions! { frame;
    /// Call the function at `target`.
    call(target: Label) {
        frame.push_return();
        frame.enter(target)
    }
    /// `x0 := source`, then [`call`].
    move_call(target: Label, source: Source) {
        frame.set_x(0, source);
        frame.push_return();
        frame.enter(target)
    }
    /// [`call`] in tail position without a frame.
    call_only(target: Label) { frame.enter(target) }
    /// `x0 := source`, then [`call_only`].
    move_call_only(target: Label, source: Source) {
        frame.set_x(0, source);
        frame.enter(target)
    }
    /// Gives the frame back, then [`call_only`].
    call_last(target: Label, words: Number) {
        frame.e = frame.e.add(words);
        frame.enter(target)
    }
    /// `x0 := source`, then [`call_last`].
    move_call_last(target: Label, words: Number, source: Source) {
        frame.set_x(0, source);
        frame.e = frame.e.add(words);
        frame.enter(target)
    }
    /// Call through an export entry.
    call_ext(export: Immediate) {
        frame.push_return();
        frame.enter_global(code_of(export))
    }
    /// [`call_ext`] of what was a native when the code was made: if nothing else stands at its entry now, does what [`native_entry`] does.
    call_native(export: Immediate) {
        let code = code_of(export);
        frame.push_return();
        if *code != handlers::native_entry as *const () as u64 || frame.reds <= 1 { return frame.enter_global(code) }
        frame.reds -= 1;
        if ZEAL { (*frame.registers).again = std::ptr::null() }
        frame.owned().reductions_left = frame.reds;
        let result = invoke(frame.registers, frame.e, frame.htop, code);
        frame.leave();
        if result.is_none() { return native_stopped(code, frame.e, frame.htop, frame.registers, frame.reds) }
        if settle(&mut frame, result) {
            return collect_and_return(code, frame.e, frame.htop, frame.registers, frame.reds);
        }
        frame.e = frame.e.add(1);
        frame.advance()
    }
    /// [`call_ext`] in tail position without a frame.
    call_ext_only(export: Immediate) { frame.enter_global(code_of(export)) }
    /// Gives the frame back, then [`call_ext_only`].
    call_ext_last(export: Immediate, words: Number) {
        frame.e = frame.e.add(words);
        frame.enter_global(code_of(export))
    }
    /// `apply(Module, Function, [X0..])`: module and function in the registers behind the arguments.
    apply(arity: Number) {
        let export = resolve(frame.x(arity), frame.x(arity + 1), arity);
        if export.is_null() { return apply_badly(frame, arity) }
        frame.push_return();
        frame.enter_global((*export).code())
    }
    /// [`apply`] in tail position.
    apply_last(arity: Number, words: Number) {
        let export = resolve(frame.x(arity), frame.x(arity + 1), arity);
        if export.is_null() { return apply_badly(frame, arity) }
        if raises_in_the_end(&*export, frame.x(0), frame.x(1), frame.x(2)) { frame.push_return() } else { frame.e = frame.e.add(words) }
        frame.enter_global((*export).code())
    }
    /// Entry of a native function: calls it with the X registers and returns its result.
    native_entry() {
        frame.owned().reductions_left = frame.reds;
        let result = invoke(frame.registers, frame.e, frame.htop, frame.pc);
        frame.leave();
        if result.is_none() { return native_stopped(frame.pc, frame.e, frame.htop, frame.registers, frame.reds) }
        if settle(&mut frame, result) {
            return collect_and_return(frame.pc, frame.e, frame.htop, frame.registers, frame.reds);
        }
        frame.ret()
    }
    /// Entry of a function of OTP's that has a stand-in: does what that does and returns, or goes on in the function if it declines.
    stand_in(native: Immediate) {
        if ZEAL { (*frame.registers).again = std::ptr::null() }
        frame.owned().reductions_left = frame.reds;
        let result = replace(frame.registers, frame.e, frame.htop, frame.pc, native);
        frame.leave();
        if result.is_none() {
            if (*frame.registers).stopped == Raise::Dirty { return go_dirty(frame, Kind::DirtyCpu) }
            return frame.advance()
        }
        if (*frame.registers).dirty { return dirty_returned(frame, result) }
        if settle(&mut frame, result) {
            return collect_and_return(frame.pc, frame.e, frame.htop, frame.registers, frame.reds);
        }
        frame.ret()
    }
    /// Entry of a native function that belongs on a dirty CPU scheduler.
    dirty_cpu_entry() {
        if !(*frame.registers).dirty { return go_dirty(frame, Kind::DirtyCpu) }
        dirty_native(frame.pc, frame.e, frame.htop, frame.registers, frame.reds)
    }
    /// Entry of a native function that belongs on a dirty I/O scheduler.
    dirty_io_entry() {
        if !(*frame.registers).dirty { return go_dirty(frame, Kind::DirtyIo) }
        dirty_native(frame.pc, frame.e, frame.htop, frame.registers, frame.reds)
    }
    /// Entry of a function that is not there: calls `error_handler:undefined_function/3` in its place.
    undefined_entry() {
        let entry = undefined(&mut frame);
        if entry.is_null() { return frame.raise() }
        frame.enter_global(entry)
    }
    /// The next call is of `load_nif`, which must know its caller.
    note_module(module: Immediate) {
        frame.owned().calling_module = Word(module).atom_value();
        frame.advance()
    }
}

#[inline(always)]
unsafe fn code_of(export: u64) -> *const u64 {
    // SAFETY: the lowering wrote an export entry's address; entries are never freed.
    unsafe { (*(export as *const Export)).code() }
}

unsafe fn go_dirty(frame: Frame, kind: Kind) {
    // SAFETY: `pc` is a function's entry.
    unsafe {
        super::trace::leave_native(
            frame,
            frame.pc,
            dispatch::arity_of(frame.pc),
            Outcome::Dirty(kind),
        )
    }
}

/// Calls the native whose entry is `pc`; `NONE` when it stopped without a result.
///
/// Not inlined: the call's context has an address, which must not live in a handler's own frame.
#[inline(never)]
unsafe fn invoke(registers: *mut Registers, e: *mut Word, htop: *mut Word, pc: *const u64) -> Word {
    // SAFETY: the worker runs this process; a native's entry has the function's address before it.
    unsafe {
        let owned = (*registers).owned;
        if (*owned).heap.is_elsewhere() {
            return invoke_back(registers, e, htop, pc);
        }
        (*owned).heap.enter(htop, e);
        (*owned).pc = pc;
        let native: NativeFunction =
            std::mem::transmute::<u64, NativeFunction>(*pc.offset(header::NATIVE));
        let process: &Process = &*(*registers).process;
        let mut cx = Cx::new(process, (*registers).x.as_ptr(), dispatch::arity_of(pc));
        match native(&mut cx) {
            Ok(term) => term.word(),
            Err(raise) => {
                (*registers).stopped = raise;
                Word::NONE
            }
        }
    }
}

/// [`invoke`] behind a native that has built outside the heap's block. Apart, so that the other keeps nothing over a call.
#[cold]
#[inline(never)]
unsafe fn invoke_back(
    registers: *mut Registers,
    e: *mut Word,
    htop: *mut Word,
    pc: *const u64,
) -> Word {
    // SAFETY: as in `invoke`.
    unsafe {
        (*(*registers).owned).heap.come_back();
        invoke(registers, e, htop, pc)
    }
}

/// Calls what stands in for the function whose entry is `pc`; `NONE` if it declines, or asks for a dirty scheduler.
#[inline(never)]
unsafe fn replace(
    registers: *mut Registers,
    e: *mut Word,
    htop: *mut Word,
    pc: *const u64,
    native: u64,
) -> Word {
    // SAFETY: the worker runs this process, whose X registers hold the arguments; the lowering wrote the function's address.
    unsafe {
        let owned = (*registers).owned;
        (*owned).heap.enter(htop, e);
        (*owned).pc = pc;
        let native = std::mem::transmute::<u64, StandInFunction>(native);
        let process: &Process = &*(*registers).process;
        let mut cx = Cx::new(process, (*registers).x.as_ptr(), dispatch::arity_of(pc));
        match native(&mut cx) {
            Ok(Some(term)) => term.word(),
            Ok(None) => {
                (*registers).stopped = Raise::Badarg;
                Word::NONE
            }
            Err(raise) => {
                (*registers).stopped = raise;
                Word::NONE
            }
        }
    }
}

/// A native on a dirty scheduler. The process may have been told to exit while it waited.
#[inline(never)]
unsafe extern "C-unwind" fn dirty_native(
    pc: *const u64,
    e: *mut Word,
    htop: *mut Word,
    registers: *mut Registers,
    _reds: i64,
) {
    // SAFETY: as for `native_entry`.
    unsafe {
        // Whatever comes next, the next call is for a normal scheduler.
        let mut frame = Frame {
            pc,
            next: pc,
            e,
            htop,
            registers,
            reds: 0,
        };
        frame.owned().reductions_left = 0;
        let result = invoke(registers, e, htop, pc);
        frame.leave();
        dirty_returned(frame, result)
    }
}

/// What was called on a dirty scheduler has returned `result`, or stopped without one.
#[inline(never)]
unsafe fn dirty_returned(mut frame: Frame, result: Word) {
    // SAFETY: the worker runs this process; `pc` is the entry of what was called.
    unsafe {
        frame.reds = 0;
        let owned = frame.owned();
        if owned.told_to_exit {
            owned.exception.set(Class::Exit, owned.exit_reason);
            owned.exception.trace = Word::NIL;
            return exception::exit_at(frame.pc, frame.e, frame.htop, frame.registers, 0);
        }
        if result.is_none() {
            return native_stopped(frame.pc, frame.e, frame.htop, frame.registers, 0);
        }
        if settle(&mut frame, result) {
            return collect_and_return(frame.pc, frame.e, frame.htop, frame.registers, frame.reds);
        }
        frame.ret()
    }
}

/// A native has returned `result`: takes it and what the call has cost. Is the heap to be collected?
#[inline(always)]
unsafe fn settle(frame: &mut Frame, result: Word) -> bool {
    // SAFETY: the worker runs this process.
    unsafe {
        frame.set_x(0, result);
        let owned = frame.owned();
        if owned.extra_reductions != 0 {
            frame.reds -= owned.extra_reductions;
            owned.extra_reductions = 0;
        }
        owned.heap.wants_collection()
    }
}

#[cold]
#[inline(never)]
unsafe extern "C-unwind" fn collect_and_return(
    pc: *const u64,
    e: *mut Word,
    htop: *mut Word,
    registers: *mut Registers,
    reds: i64,
) {
    // SAFETY: the worker runs this process; X0 is all that is live when a native returns.
    unsafe {
        let owned = &mut *(*registers).owned;
        owned.heap.enter(htop, e);
        let fits = owned.collect(0, &mut (&mut (*registers).x)[..1]);
        (*registers).forget_dead(1);
        let (e, htop) = (owned.heap.stack, owned.heap.heap_top());
        if !fits {
            return exception::exit_at(pc, e, htop, registers, reds);
        }
        Frame {
            pc,
            next: pc,
            e,
            htop,
            registers,
            reds,
        }
        .ret()
    }
}

/// Drops the frames of functions that only return the result of the native they called last: whoever goes on in the native's place
/// returns to their callers, so that a loop through natives needs no stack.
///
/// # Safety
/// A return address is on top of the stack.
unsafe fn leave_finished(mut e: *mut Word) -> *mut Word {
    let handler = |row: &crate::interp::isa::Row| (row.select)(&[]) as usize as u64;
    let (plain, with_frame) = (
        handler(&super::control::ret),
        handler(&super::control::deallocate_ret),
    );
    // SAFETY: return addresses point to instructions; the frame of one that gives it back lies behind its address.
    unsafe {
        loop {
            let at = (*e).0 as *const u64;
            if *at == plain {
                e = e.add(1);
            } else if *at == with_frame {
                e = e.add(1 + *at.add(1).cast::<u16>() as usize);
            } else {
                return e;
            }
        }
    }
}

/// A native stopped without a result.
#[cold]
#[inline(never)]
unsafe extern "C-unwind" fn native_stopped(
    pc: *const u64,
    e: *mut Word,
    htop: *mut Word,
    registers: *mut Registers,
    reds: i64,
) {
    // SAFETY: the worker runs this process; `pc` is a native's entry.
    unsafe {
        let mut frame = Frame {
            pc,
            next: pc,
            e,
            htop,
            registers,
            reds,
        };
        let owned = frame.owned();
        frame.reds -= std::mem::take(&mut owned.extra_reductions);
        let arity = dispatch::arity_of(pc);
        match (*registers).stopped {
            Raise::Trap => {
                let Some(export) = owned.trap.take() else {
                    return frame.error(Word::atom(known::BADARG));
                };
                load_trap_arguments(&frame);
                if !only_raises(export) {
                    frame.e = leave_finished(frame.e);
                }
                frame.collect_at_call();
                if dispatch::mfa_of(pc) == (known::ERLANG, known::APPLY, 3) {
                    return frame.enter_global(export.code());
                }
                frame.enter(export.code())
            }
            Raise::Apply => {
                // The fun is behind its arguments.
                let arity = owned.trap_arguments.len() - 1;
                load_trap_arguments(&frame);
                let fun = frame.x(arity);
                let target = super::fun::prepare(&mut frame, arity, fun);
                if target.is_null() {
                    // As with `call_fun`, the call stands in the trace twice, but for one in tail position.
                    frame.pc = ((*frame.e).0 - 8) as *const u64;
                    if leave_finished(frame.e) != frame.e {
                        frame.e = frame.e.add(1);
                    }
                    return frame.raise();
                }
                frame.e = leave_finished(frame.e);
                frame.collect_at_call();
                frame.enter(target)
            }
            Raise::Hibernate => {
                let Some(export) = owned.trap.take() else {
                    return frame.error(Word::atom(known::BADARG));
                };
                load_trap_arguments(&frame);
                owned.catches = 0;
                owned.heap.stack = owned.heap.end().sub(1);
                *owned.heap.stack = Word(dispatch::normal_exit_code() as u64);
                frame.e = owned.heap.stack;
                owned.heap.enter(frame.htop, frame.e);
                let arity = export.arity() as usize;
                owned.hibernate(&mut (&mut (*registers).x)[..arity]);
                frame.e = owned.heap.stack;
                frame.htop = owned.heap.heap_top();
                super::control::leave_at(frame, export.code(), arity, Outcome::Wait)
            }
            Raise::GiveUp => {
                load_trap_arguments(&frame);
                let back = (*frame.e).0 as *const u64;
                frame.e = frame.e.add(1);
                super::control::leave_at(frame, back, 1, Outcome::Yield)
            }
            Raise::Yield | Raise::Wait => {
                owned.heap.enter(frame.htop, frame.e);
                if owned.heap.wants_collection() {
                    let fits = owned.collect(0, &mut (&mut (*registers).x)[..arity]);
                    (frame.e, frame.htop) = (owned.heap.stack, owned.heap.heap_top());
                    if !fits {
                        return exception::exit_at(pc, frame.e, frame.htop, registers, frame.reds);
                    }
                }
                let outcome = if (*registers).stopped == Raise::Yield {
                    Outcome::Yield
                } else {
                    Outcome::Wait
                };
                super::trace::leave_native(frame, pc, arity, outcome)
            }
            Raise::Dirty => {
                super::trace::leave_native(frame, pc, arity, Outcome::Dirty(Kind::DirtyCpu))
            }
            Raise::Exit => exception::exit_at(pc, e, htop, registers, frame.reds),
            raise => {
                let (module, function, _) = dispatch::mfa_of(pc);
                native_failed(
                    &frame,
                    raise,
                    (module, function, arity),
                    (*registers).x.as_ptr(),
                    true,
                );
                // Where the native was called is on top of the stack, unless its end is traced.
                frame.pc = ((*frame.e).0 - 8) as *const u64;
                if !call::is_frame(*frame.e) {
                    frame.e = frame.e.add(1);
                }
                owned.heap.stack = frame.e;
                frame.htop = owned.heap.heap_top();
                frame.raise()
            }
        }
    }
}

unsafe fn load_trap_arguments(frame: &Frame) {
    // SAFETY: the worker runs this process.
    unsafe {
        let owned = frame.owned();
        for (index, &argument) in owned.trap_arguments.iter().enumerate() {
            frame.set_x(index, argument);
        }
        owned.trap_arguments.clear();
    }
}

/// Sets the exception that a native raised. `called` says that it was called, not used as an instruction's part.
#[cold]
pub(super) unsafe fn native_failed(
    frame: &Frame,
    raise: Raise,
    mfa: (Atom, Atom, usize),
    arguments: *const Word,
    called: bool,
) {
    let (module, function, arity) = mfa;
    // SAFETY: the worker runs this process; `arguments` are the native's.
    unsafe {
        let owned = frame.owned();
        if called {
            owned.heap.enter(owned.heap.heap_top(), frame.e);
        }
        let reason = match raise {
            Raise::Badarith => known::BADARITH,
            Raise::SystemLimit => known::SYSTEM_LIMIT,
            Raise::Notsup => known::NOTSUP,
            Raise::Undef => known::UNDEF,
            _ => known::BADARG,
        };
        if raise == Raise::Parked {
            // These raise on behalf of their caller, whose place the trace begins with.
            let for_caller = module == known::ERLANG
                && matches!(
                    (function.text(), arity),
                    ("error", 1..=3) | ("exit" | "throw", 1) | ("raise", 3)
                );
            if for_caller {
                owned.exception.culprit = None;
                if let Some(arguments) = owned.exception.caller_arguments.take() {
                    name_caller(frame, arguments);
                }
                return;
            }
            // The native stands for another function.
            if owned.exception.culprit.is_some() {
                return;
            }
        } else {
            exception::set(owned, Class::Error, Word::atom(reason));
        }
        let mut builder = owned.heap.arena.builder();
        let list = builder.list((0..arity).map(|index| Term::from_word(*arguments.add(index))));
        owned.exception.culprit = Some(Culprit {
            module,
            function,
            arity: arity as u32,
            arguments: Some(list.word()),
            native: true,
        });
    }
}

/// `error/2` shows its caller's arguments: the caller is who the stack returns to.
unsafe fn name_caller(frame: &Frame, arguments: Word) {
    // SAFETY: a return address is on top of the stack when a native is called.
    unsafe {
        let address = call::return_address(frame.e) - 8;
        if let Some(place) = machine().code.place(address) {
            frame.owned().exception.culprit = Some(Culprit {
                module: place.module,
                function: place.function,
                arity: place.arity,
                arguments: Some(arguments),
                native: false,
            });
        }
    }
}

/// The export entry that an `apply` means, or null.
#[inline(never)]
unsafe fn resolve(module: Word, function: Word, arity: usize) -> *const Export {
    if !module.is_atom() || !function.is_atom() {
        return std::ptr::null();
    }
    machine()
        .code
        .export(module.atom_value(), function.atom_value(), arity as u32)
}

/// `error/1,2,3`, `exit/1` and `throw/1` of `erlang`: who applies them stands in the trace, in tail position too.
#[inline(always)]
pub fn only_raises(export: &Export) -> bool {
    export.module() == known::ERLANG && raises(Some(export.function()), export.arity() as usize)
}

#[inline(always)]
fn raises(function: Option<Atom>, arity: usize) -> bool {
    let Some(function) = function else {
        return false;
    };
    match arity {
        1 => [known::ERROR, known::EXIT, known::THROW].contains(&function),
        2 | 3 => function == known::ERROR,
        _ => false,
    }
}

/// As [`only_raises`], also where such a function is applied by `apply/3`, with these in its registers.
#[inline(always)]
fn raises_in_the_end(export: &Export, module: Word, function: Word, arguments: Word) -> bool {
    only_raises(export)
        || export.module() == known::ERLANG
            && export.function() == known::APPLY
            && export.arity() == 3
            // SAFETY: the registers of a call of `apply/3` hold its arguments.
            && unsafe { applies_a_raise(module, function, arguments) }
}

/// Does this application end in one of the functions that [`only_raises`] names, however often it is applied, or fail itself?
#[cold]
#[inline(never)]
unsafe fn applies_a_raise(module: Word, function: Word, arguments: Word) -> bool {
    // SAFETY: the caller's promise.
    let [mut module, mut function, mut arguments] =
        [module, function, arguments].map(|word| unsafe { Term::from_word(word) });
    loop {
        let mut list = arguments.list_iter();
        let given: SmallVec<[Term<'_>; 4]> = list.by_ref().take(4).collect();
        let more = list.by_ref().count();
        if !list.rest().is_nil() || module.as_atom().is_none() || function.as_atom().is_none() {
            return true;
        }
        if more > 0 || !module.is(known::ERLANG) {
            return false;
        }
        match given[..] {
            [inner, name, rest] if function.is(known::APPLY) => {
                (module, function, arguments) = (inner, name, rest);
            }
            _ => return raises(function.as_atom(), given.len()),
        }
    }
}

#[cold]
#[inline(never)]
unsafe fn apply_badly(mut frame: Frame, arity: usize) {
    // SAFETY: the registers behind the arguments hold module and function.
    unsafe {
        let owned = frame.borrow_heap();
        let mut builder = owned.heap.arena.builder();
        let arguments = builder
            .list((0..arity).map(|index| Term::from_word(frame.x(index))))
            .word();
        let (module, function) = (frame.x(arity), frame.x(arity + 1));
        let list = builder
            .list([
                Term::from_word(module),
                Term::from_word(function),
                Term::from_word(arguments),
            ])
            .word();
        exception::set_error(owned, Word::atom(known::BADARG));
        owned.exception.culprit = Some(Culprit {
            module: known::ERLANG,
            function: known::APPLY,
            arity: 3,
            arguments: Some(list),
            native: true,
        });
        frame.leave();
        frame.raise()
    }
}

/// `error_handler:undefined_function(M, F, Args)`; null, with `undef` raised, where there is no error handler either.
#[cold]
#[inline(never)]
unsafe fn undefined(frame: &mut Frame) -> *const u64 {
    // SAFETY: `pc` is an entry, and the X registers hold its arguments.
    unsafe {
        let (module, function, arity) = dispatch::mfa_of(frame.pc);
        let owned = frame.borrow_heap();
        let handler = machine()
            .code
            .export(owned.error_handler(), known::UNDEFINED_FUNCTION, 3);
        let mut builder = owned.heap.arena.builder();
        let arguments =
            builder.list((0..arity as usize).map(|index| Term::from_word(frame.x(index))));
        if !machine().code.has_code(handler) {
            exception::set_error(owned, Word::atom(known::UNDEF));
            owned.exception.culprit = Some(Culprit {
                module,
                function,
                arity,
                arguments: Release::current()
                    .undefined_arguments
                    .then(|| arguments.word()),
                native: true,
            });
            frame.pc = std::ptr::null();
            frame.leave();
            return std::ptr::null();
        }
        frame.leave();
        frame.set_x(0, Word::atom(module));
        frame.set_x(1, Word::atom(function));
        frame.set_x(2, arguments.word());
        handler.code()
    }
}
