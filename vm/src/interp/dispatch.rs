//! Entering and leaving the interpreter, and the slow paths that every instruction shares.

use super::frame::Handler;
use super::registers::Registers;
use super::{exception, isa};
use crate::process::Process;
use crate::process::saved_calls::SavedCall;
use oxbeam_term::Word;
use oxbeam_term::boxed::fun::CodePointer;

/// Why the interpreter was left. Where to go on is in the process.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Reductions are used up.
    Yield,
    /// No message matches: go on at the receive when there is a new one, or the timeout is over.
    Wait,
    /// The next call is of a native that belongs on a dirty scheduler.
    Dirty(crate::native::Kind),
    /// The process is done; its exception holds the reason.
    Exited,
}

/// Runs `process` for `reductions`; returns why it stopped and the reductions that are left.
///
/// # Safety
/// The calling thread runs `process` alone; `registers` is its own.
pub unsafe fn run(process: &Process, registers: &mut Registers, reductions: i64) -> (Outcome, i64) {
    let owned = process.owned_pointer();
    // SAFETY: the caller runs the process; the code that it stopped in is loaded.
    unsafe {
        (*owned).heap.set_limit();
        registers.owned = owned;
        registers.process = process;
        let saved = std::mem::take(&mut (*owned).saved_x);
        registers.x[..saved.len()].copy_from_slice(&saved);
        let pc = (*owned).pc;
        let htop = (*owned).heap.heap_top();
        (*owned).reductions_given = reductions;
        (*owned).reductions_left = reductions;
        (*owned).late_catches = 0;
        let reductions = (*owned).hold(reductions);
        (*pc.cast::<Handler>())(pc, (*owned).heap.stack, htop, registers, reductions);
        (
            registers.outcome,
            (*owned).reductions_left + (*owned).take_held(),
        )
    }
}

/// Puts the process away, to go on at `pc` with `live` X registers.
///
/// # Safety
/// As for a handler.
#[inline(always)]
pub unsafe fn leave(
    pc: *const u64,
    e: *mut Word,
    htop: *mut Word,
    registers: *mut Registers,
    reds: i64,
    live: usize,
    outcome: Outcome,
) {
    // SAFETY: the worker runs this process.
    unsafe {
        let owned = &mut *(*registers).owned;
        owned.heap.enter(htop, e);
        owned.pc = pc;
        owned.saved_x.clear();
        owned.saved_x.extend_from_slice(&(&(*registers).x)[..live]);
        owned.reductions_left = reds;
        (*registers).outcome = outcome;
    }
}

/// Words before a function's entry: handler of `func_info`, arity, module, function, native.
pub mod header {
    /// Words of the header.
    pub const WORDS: usize = 5;
    /// Offset of the arity from the entry.
    pub const ARITY: isize = -4;
    /// Offset of the module.
    pub const MODULE: isize = -3;
    /// Offset of the function.
    pub const FUNCTION: isize = -2;
    /// Offset of the native function.
    pub const NATIVE: isize = -1;
}

/// Arity of the function whose entry is `entry`.
///
/// # Safety
/// `entry` is a function's entry.
#[inline(always)]
pub unsafe fn arity_of(entry: CodePointer) -> usize {
    // SAFETY: a header stands before each entry.
    unsafe { *entry.offset(header::ARITY) as u32 as usize }
}

/// Module, function and arity of the function whose entry is `entry`.
///
/// # Safety
/// `entry` is a function's entry.
pub unsafe fn mfa_of(entry: CodePointer) -> (oxbeam_term::Atom, oxbeam_term::Atom, u32) {
    // SAFETY: a header stands before each entry.
    unsafe {
        (
            Word(*entry.offset(header::MODULE)).atom_value(),
            Word(*entry.offset(header::FUNCTION)).atom_value(),
            *entry.offset(header::ARITY) as u32,
        )
    }
}

/// Leaves at a function's entry: its arguments are what is live.
///
/// # Safety
/// As for a handler; `pc` is a function's entry.
#[cold]
#[inline(never)]
pub unsafe extern "C-unwind" fn yield_at_entry(
    pc: *const u64,
    e: *mut Word,
    htop: *mut Word,
    registers: *mut Registers,
    reds: i64,
) {
    // SAFETY: the caller's promise; the worker runs this process.
    unsafe {
        let owned = &mut *(*registers).owned;
        let arity = arity_of(pc);
        let parked = std::mem::take(&mut owned.parked_reductions);
        let held = owned.take_held();
        owned.late_catches = 0;
        let left = parked + held + reds;
        if parked > 0 && left > 0 {
            // Not at its turn's end: it was sent here to collect, which may have been done since.
            owned.heap.enter(htop, e);
            if !owned.heap.wants_collection() {
                let left = owned.hold(left);
                return (*pc.cast::<Handler>())(pc, e, htop, registers, left);
            }
            let fits = owned.collect(0, &mut (&mut (*registers).x)[..arity]);
            (*registers).forget_dead(arity);
            let (e, htop) = (owned.heap.stack, owned.heap.heap_top());
            if !fits {
                return exception::exit_at(pc, e, htop, registers, left);
            }
            let left = owned.hold(left);
            return (*pc.cast::<Handler>())(pc, e, htop, registers, left);
        }
        if held > 0 && left > 0 {
            // It comes here at each call, to save it.
            let left = owned.hold(left);
            return (*pc.cast::<Handler>())(pc, e, htop, registers, left);
        }
        // What was put aside is spent.
        leave(pc, e, htop, registers, left, arity, Outcome::Yield)
    }
}

/// [`yield_at_entry`] for a call that names its module.
///
/// # Safety
/// As there.
#[cold]
#[inline(never)]
pub unsafe extern "C-unwind" fn yield_at_global_entry(
    pc: *const u64,
    e: *mut Word,
    htop: *mut Word,
    registers: *mut Registers,
    reds: i64,
) {
    // SAFETY: the caller's promise; the worker runs this process.
    unsafe {
        let owned = &mut *(*registers).owned;
        if owned.saves_calls {
            owned.save_call(SavedCall::Function(mfa_of(pc)));
        }
        yield_at_entry(pc, e, htop, registers, reds)
    }
}

/// Collects for `registers.need` words with `registers.live` X registers, then runs the instruction at `pc`.
///
/// # Safety
/// As for a handler.
#[cold]
#[inline(never)]
pub unsafe extern "C-unwind" fn collect_and_go(
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
        let need = (*registers).need as usize;
        let live = (*registers).live as usize;
        let fits = owned.collect(need, &mut (&mut (*registers).x)[..live]);
        // What was to be collected at the next call is.
        let reds = reds + std::mem::take(&mut owned.parked_reductions);
        (*registers).again = pc;
        super::ops::trace::runs_again(pc, registers);
        (*registers).forget_dead(live);
        let (e, htop) = (owned.heap.stack, owned.heap.heap_top());
        if !fits {
            return exception::exit_at(pc, e, htop, registers, reds);
        }
        (*pc.cast::<Handler>())(pc, e, htop, registers, reds)
    }
}

/// Code that is no module's: what a process returns to when its first function is done, and the like.
pub fn normal_exit_code() -> CodePointer {
    let row: &isa::Row = &super::ops::control::process_done;
    static CODE: std::sync::OnceLock<[u64; 8]> = std::sync::OnceLock::new();
    let code = CODE.get_or_init(|| {
        let handler = (row.select)(&[]) as usize as u64;
        // A header of its own, so that whoever looks for the function before an address finds one.
        [
            0,
            0,
            Word::atom(oxbeam_term::atom::known::ERLANG).0,
            Word::atom(oxbeam_term::atom::known::APPLY).0,
            0,
            handler,
            0,
            0,
        ]
    });
    &code[header::WORDS]
}
