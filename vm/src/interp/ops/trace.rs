//! Entries of traced functions, and where they return to.

use super::control::leave_at;
use crate::interp::dispatch::{Outcome, arity_of, mfa_of, normal_exit_code};
use crate::interp::exception;
use crate::interp::frame::{Frame, Handler};
use crate::interp::registers::Registers;
use crate::machine::machine;
use crate::process::saved_calls::{SavedCall, never_saved};
use crate::trace::{breakpoint, call};
use oxbeam_term::{Term, Word};
use smallvec::SmallVec;

crate::instructions! { frame;
    /// Entry of a function with breakpoints: does what they say, then what the instruction does that was here.
    traced_entry() {
        match called(&mut frame, false) {
            Behind::Handler(handler, pc) => handler(pc, frame.e, frame.htop, frame.registers, frame.reds),
            Behind::Collect => collect_first(frame.pc, frame.e, frame.htop, frame.registers, frame.reds),
        }
    }
    /// Entry of an export whose calls are traced.
    traced_export() {
        match called(&mut frame, true) {
            Behind::Handler(handler, pc) => handler(pc, frame.e, frame.htop, frame.registers, frame.reds),
            Behind::Collect => collect_first(frame.pc, frame.e, frame.htop, frame.registers, frame.reds),
        }
    }
    /// A function returns whose value is traced.
    return_traced() {
        returned(&mut frame);
        frame.ret()
    }
    /// A function returns whose value and exceptions are traced.
    exception_traced() {
        returned(&mut frame);
        frame.ret()
    }
    /// A function returns of which it is traced where it returns to.
    return_to_traced() {
        returned(&mut frame);
        frame.ret()
    }
    /// A function returns whose time or memory is measured.
    measured() {
        returned(&mut frame);
        frame.ret()
    }
}

/// How it goes on at a traced entry.
#[derive(Copy, Clone)]
enum Behind {
    /// With this instruction.
    Handler(Handler, *const u64),
    /// There is no room to remember what is to be told at the return.
    Collect,
}

#[inline(never)]
unsafe fn called(frame: &mut Frame, global: bool) -> Behind {
    let pc = frame.pc;
    // SAFETY: the worker runs this process; `pc` is a function's entry, so X registers hold its arguments, and a return address is on
    // top of the stack. What the entry's word was, or is again, is a handler.
    unsafe {
        let process = frame.process();
        let Some(found) = breakpoint::find(pc as u64) else {
            let (handler, at) = breakpoint::behind(pc, global);
            return Behind::Handler(breakpoint::as_handler(handler), at);
        };
        let behind = if found.target == 0 {
            Behind::Handler(breakpoint::as_handler(found.original), pc)
        } else {
            let target = found.target as *const u64;
            Behind::Handler(breakpoint::as_handler(*target), target)
        };
        let owned = frame.owned();
        // It runs again, after a collection or a wait: the call has been seen.
        if std::mem::replace(&mut owned.seen_entry, std::ptr::null()) == pc || owned.sensitive {
            return behind;
        }
        let arity = arity_of(pc);
        let need = found.rows.len() * call::FRAME_WORDS;
        if !frame.room(need) {
            (*frame.registers).need = need as u64;
            (*frame.registers).live = arity as u64;
            return Behind::Collect;
        }
        let owned = frame.borrow_heap();
        let mut arguments: SmallVec<[Term<'_>; 8]> = SmallVec::with_capacity(arity);
        for index in 0..arity {
            let argument = Term::from_word(frame.x(index));
            arguments.push(super::control::without_match(owned, argument));
        }
        let mfa = mfa_of(pc);
        // Only where a process begins there are they calls.
        let release = machine().release.number;
        let first = (*frame.e).0 == normal_exit_code() as u64;
        if never_saved(release, SavedCall::Function(mfa)) && !first {
            frame.leave();
            return behind;
        }
        frame.e = call::at_entry(process, pc as u64, &found, mfa, &arguments, frame.e, global);
        frame.leave();
        let (htop, e) = (frame.htop, frame.e);
        frame.owned().heap.enter(htop, e);
        behind
    }
}

#[inline(never)]
unsafe fn returned(frame: &mut Frame) {
    // SAFETY: the worker runs this process; X0 is what the function returned.
    unsafe {
        let _ = frame.borrow_heap();
        frame.e = call::at_return(frame.process(), frame.x(0), frame.e);
        frame.leave();
    }
}

/// Collects for `registers.need` words with `registers.live` X registers, then comes to the entry again.
#[cold]
#[inline(never)]
unsafe extern "C-unwind" fn collect_first(
    pc: *const u64,
    e: *mut Word,
    htop: *mut Word,
    registers: *mut Registers,
    reds: i64,
) {
    // SAFETY: the worker runs this process.
    unsafe {
        let owned = &mut *(*registers).owned;
        owned.heap.enter(htop, e);
        let (need, live) = ((*registers).need as usize, (*registers).live as usize);
        let fits = owned.collect(need, &mut (&mut (*registers).x)[..live]);
        (*registers).again = pc;
        let (e, htop) = (owned.heap.stack, owned.heap.heap_top());
        if !fits {
            return exception::exit_at(pc, e, htop, registers, reds);
        }
        (*pc.cast::<Handler>())(pc, e, htop, registers, reds)
    }
}

/// The instruction at `pc` runs again: if it is a traced entry, its call has been seen.
///
/// # Safety
/// The worker runs the process that `registers` say.
#[inline]
pub(crate) unsafe fn runs_again(pc: *const u64, registers: *mut Registers) {
    // SAFETY: the caller's promise; `pc` is an instruction.
    unsafe {
        let handler = *pc;
        if handler == breakpoint::local_handler() || handler == breakpoint::global_handler() {
            (*(*registers).owned).seen_entry = pc;
        }
    }
}

/// Leaves a native that is called again later.
///
/// # Safety
/// As for a handler; `pc` is a native's entry.
#[inline(always)]
pub(super) unsafe fn leave_native(frame: Frame, pc: *const u64, live: usize, outcome: Outcome) {
    // SAFETY: the caller's promise.
    unsafe {
        runs_again(pc, frame.registers);
        leave_at(frame, pc, live, outcome)
    }
}
