//! Stack frames, jumps, selection, the ends of functions.

use super::data::place_at;
use crate::interp::dispatch::Outcome;
use crate::interp::exception;
use crate::process::{Class, Culprit, Owned};
use oxbeam_term::atom::known;
use oxbeam_term::gc::zeal::{self, ZEAL};
use oxbeam_term::word::subtag;
use oxbeam_term::{Term, Word};

crate::instructions! { frame;
    /// Stands before each function's entry; reached when no clause matches: `error:function_clause` with the arguments.
    func_info() {
        frame.htop = function_clause(&frame);
        frame.raise()
    }
    /// The process's first function has returned: it ends normally.
    process_done() {
        exception::set(frame.owned(), Class::Exit, Word::atom(known::NORMAL));
        exception::exit_at(frame.pc, frame.e, frame.htop, frame.registers, frame.reds)
    }
    /// A place that no code of a checked file reaches.
    unreachable_code() {
        frame.error(Word::atom(known::BADARG))
    }
    /// Continue at `target`.
    jump(target: Label) { frame.go(target) }
    /// A frame of `words` Y registers; `live` X registers if the heap must be collected first.
    allocate(words: Number, live: Number) {
        if !frame.room(words) { return frame.collect(words, live) }
        frame.e = frame.e.sub(words);
        if ZEAL { zeal::poison(frame.e, words) }
        frame.advance()
    }
    /// [`allocate`] that also sees to `heap` free words.
    allocate_heap(words: Number, heap: Number, live: Number) {
        if !frame.room(words + heap) { return frame.collect(words + heap, live) }
        frame.e = frame.e.sub(words);
        if ZEAL { zeal::poison(frame.e, words) }
        frame.advance()
    }
    /// [`allocate_heap`] whose Y registers are cleared, for old code.
    allocate_zero(words: Number, heap: Number, live: Number) {
        if !frame.room(words + heap) { return frame.collect(words + heap, live) }
        for _ in 0..words {
            frame.e = frame.e.sub(1);
            *frame.e = Word::NIL;
        }
        frame.advance()
    }
    /// [`allocate`], then `target := source`.
    allocate_move(words: Number, live: Number, source: Source, target: Number) {
        if !frame.room(words) { return frame.collect(words, live) }
        frame.e = frame.e.sub(words);
        if ZEAL { zeal::poison(frame.e, words) }
        *frame.e.cast::<u8>().add(target).cast::<Word>() = source;
        frame.advance()
    }
    /// [`allocate`], then two moves from X to Y registers, given by their byte offsets.
    allocate_move_two(words: Number, live: Number, first: Number, first_target: Number, second: Number, second_target: Number) {
        if !frame.room(words) { return frame.collect(words, live) }
        frame.e = frame.e.sub(words);
        if ZEAL { zeal::poison(frame.e, words) }
        *place_at(frame.e, first_target) = *place_at(frame.registers, first);
        *place_at(frame.e, second_target) = *place_at(frame.registers, second);
        frame.advance()
    }
    /// `words` free words on the heap.
    test_heap(words: Number, live: Number) {
        if !frame.room(words) { return frame.collect(words, live) }
        frame.advance()
    }
    /// [`test_heap`] for a need of more than 65535 words.
    test_heap_large(words: Immediate, live: Number) {
        if !frame.room(words as usize) { return frame.collect(words as usize, live) }
        frame.advance()
    }
    /// Gives the frame back.
    deallocate(words: Number) {
        frame.e = frame.e.add(words);
        frame.advance()
    }
    /// `target := source`, two Y registers by their byte offsets, then [`trim`].
    move_trim(source: Number, target: Number, words: Number) {
        *place_at(frame.e, target) = *place_at(frame.e, source);
        frame.e = frame.e.add(words);
        frame.advance()
    }
    /// Moves the frame's rest up by `words`.
    trim(words: Number) {
        frame.e = frame.e.add(words);
        frame.advance()
    }
    /// Return to the caller.
    ret() { frame.ret() }
    /// [`deallocate`], then return.
    deallocate_ret(words: Number) {
        frame.e = frame.e.add(words);
        frame.ret()
    }
    /// `x0 := source`, then return.
    move_ret(source: Source) {
        frame.set_x(0, source);
        frame.ret()
    }
    /// `x0 := source`, [`deallocate`], return.
    move_deallocate_ret(source: Source, words: Number) {
        frame.set_x(0, source);
        frame.e = frame.e.add(words);
        frame.ret()
    }
    /// `y := []`
    init_y(register: Destination) {
        register.set(Word::NIL);
        frame.advance()
    }
    /// `[]` to each Y register of the run.
    init_yregs(registers: Words) {
        for index in 0..registers.count {
            frame.set_general(*frame.next.add(index), Word::NIL);
        }
        frame.next = frame.next.add(registers.count);
        frame.advance()
    }
    /// `value` among immediates, few of them: the run holds values, then targets relative to this instruction.
    select_linear(value: Source, otherwise: Label, table: Words) {
        let count = table.count / 2;
        let mut at = frame.next;
        let end = at.add(count);
        while at < end {
            if *at == value.0 {
                return frame.go(frame.pc.offset(*at.add(count) as isize));
            }
            at = at.add(1);
        }
        frame.go(otherwise)
    }
    /// [`select_linear`] over many values, sorted as unsigned words.
    select_binary(value: Source, otherwise: Label, table: Words) {
        let count = table.count / 2;
        let first = frame.next;
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = (low + high) / 2;
            let candidate = *first.add(middle);
            if candidate == value.0 {
                return frame.go(frame.pc.offset(*first.add(count + middle) as isize));
            }
            if candidate < value.0 { low = middle + 1 } else { high = middle }
        }
        frame.go(otherwise)
    }
    /// Small integers close together: the run holds targets, `lowest` the first value.
    jump_table(value: Source, otherwise: Label, lowest: Immediate, table: Words) {
        let index = (value.0.wrapping_sub(lowest) as i64 >> 4) as usize;
        if value.is_small() && index < table.count {
            return frame.go(frame.pc.offset(*frame.next.add(index) as isize));
        }
        frame.go(otherwise)
    }
    /// The value among terms that are no immediates; the run holds values, then targets.
    select_terms(value: Source, otherwise: Label, table: Words) {
        let count = table.count / 2;
        let first = frame.next;
        for index in 0..count {
            if oxbeam_term::compare::eq_exact_words(Word(*first.add(index)), value) {
                return frame.go(frame.pc.offset(*first.add(count + index) as isize));
            }
        }
        frame.go(otherwise)
    }
    /// `value` is a tuple: its size among those of the run (headers), then targets.
    select_tuple_arity(value: Source, otherwise: Label, table: Words) {
        if !value.is_boxed() { return frame.go(otherwise) }
        let header = (*value.pointer()).0;
        let count = table.count / 2;
        let mut at = frame.next;
        let end = at.add(count);
        while at < end {
            if *at == header {
                return frame.go(frame.pc.offset(*at.add(count) as isize));
            }
            at = at.add(1);
        }
        frame.go(otherwise)
    }
    /// `error:{badmatch, Value}`
    badmatch(value: Source) { error_pair(&mut frame, known::BADMATCH, value); frame.raise() }
    /// `error:{case_clause, Value}`
    case_end(value: Source) { error_pair(&mut frame, known::CASE_CLAUSE, value); frame.raise() }
    /// `error:{try_clause, Value}`
    try_case_end(value: Source) { error_pair(&mut frame, known::TRY_CLAUSE, value); frame.raise() }
    /// `error:{badrecord, Value}`
    badrecord(value: Source) { error_pair(&mut frame, known::BADRECORD, value); frame.raise() }
    /// `error:if_clause`
    if_end() { frame.error(Word::atom(known::IF_CLAUSE)) }
    /// `error:system_limit`, for a size that no machine could hold.
    system_limit() { frame.error(Word::atom(known::SYSTEM_LIMIT)) }
}

use crate::interp::frame::Frame;

/// Sets `error:{Tag, Value}`.
#[cold]
#[inline(never)]
pub(super) unsafe fn error_pair(frame: &mut Frame, tag: oxbeam_term::Atom, value: Word) {
    // SAFETY: the worker runs this process.
    unsafe {
        let owned = frame.borrow_heap();
        let mut builder = owned.heap.arena.builder();
        let reason = builder
            .tuple(&[Term::atom(tag), Term::from_word(value)])
            .word();
        exception::set_error(owned, reason);
        frame.leave();
    }
}

/// Sets `error:function_clause` for the function whose `func_info` runs, with the arguments; gives the heap top.
#[cold]
#[inline(never)]
unsafe fn function_clause(frame: &Frame) -> *mut Word {
    // SAFETY: `pc` is the first word of a function's header, and X registers hold the arguments.
    unsafe {
        let entry = frame.pc.add(crate::interp::dispatch::header::WORDS);
        let (module, function, arity) = crate::interp::dispatch::mfa_of(entry);
        let owned = frame.borrow_heap();
        let mut arguments = Vec::with_capacity(arity as usize);
        for index in 0..arity as usize {
            let argument = Term::from_word(frame.x(index));
            arguments.push(without_match(owned, argument));
        }
        let mut builder = owned.heap.arena.builder();
        let arguments = builder.list(arguments);
        exception::set_error(owned, Word::atom(known::FUNCTION_CLAUSE));
        owned.exception.culprit = Some(Culprit {
            module,
            function,
            arity,
            arguments: Some(arguments.word()),
            native: false,
        });
        owned.heap.heap_top()
    }
}

/// A match context is never seen: the bits that it was to match stand for it.
///
/// # Safety
/// The caller runs the process; nothing collects its heap while the term is used.
pub(super) unsafe fn without_match<'p>(owned: &mut Owned, term: Term<'p>) -> Term<'p> {
    match term.as_bits() {
        Some(bits) if term.has_subtag(subtag::MATCH) => {
            // SAFETY: the caller's promise.
            let mut builder = unsafe { owned.heap.arena.builder() };
            builder.part(bits, 0, bits.bit_len())
        }
        _ => term,
    }
}

/// Leaves at `pc` with `live` X registers.
///
/// # Safety
/// As for a handler.
#[inline(always)]
pub(super) unsafe fn leave_at(frame: Frame, pc: *const u64, live: usize, outcome: Outcome) {
    // SAFETY: the caller's promise.
    unsafe {
        crate::interp::dispatch::leave(
            pc,
            frame.e,
            frame.htop,
            frame.registers,
            frame.reds,
            live,
            outcome,
        )
    }
}
