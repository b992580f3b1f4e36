//! Moves, and tests of types.

use oxbeam_term::Word;
use oxbeam_term::atom::known;
use oxbeam_term::word::subtag;

crate::instructions! { frame;
    /// `target := source`.
    move_term(source: Source, target: Destination) {
        target.set(source);
        frame.advance()
    }
    /// Two moves, the first before the second.
    move_two(source: Source, target: Destination, other_source: Source, other_target: Destination) {
        // The second source was read before the first target was written: the lowering only fuses where that makes no difference.
        target.set(source);
        other_target.set(other_source);
        frame.advance()
    }
    /// Three moves from X to Y registers, all given by their byte offsets.
    move_three_to_y(first: Number, first_target: Number, second: Number, second_target: Number, third: Number, third_target: Number) {
        let (one, two, three) = (at_offset(frame.registers, first), at_offset(frame.registers, second), at_offset(frame.registers, third));
        *place_at(frame.e, first_target) = one;
        *place_at(frame.e, second_target) = two;
        *place_at(frame.e, third_target) = three;
        frame.advance()
    }
    /// Three moves from Y to X registers, all given by their byte offsets.
    move_three_to_x(first: Number, first_target: Number, second: Number, second_target: Number, third: Number, third_target: Number) {
        let (one, two, three) = (at_offset(frame.e, first), at_offset(frame.e, second), at_offset(frame.e, third));
        *place_at(frame.registers, first_target) = one;
        *place_at(frame.registers, second_target) = two;
        *place_at(frame.registers, third_target) = three;
        frame.advance()
    }
    /// Exchanges two registers.
    swap(left: Destination, right: Destination) {
        let held = left.read();
        left.set(right.read());
        right.set(held);
        frame.advance()
    }
    /// Continue if `value` is an integer, else jump.
    is_integer(otherwise: Label, value: Source) {
        if value.is_small() || (value.is_boxed() && matches!((*value.pointer()).subtag(), subtag::BIG_POSITIVE | subtag::BIG_NEGATIVE)) {
            frame.advance()
        } else {
            frame.go(otherwise)
        }
    }
    /// Continue if `value` is a float, else jump.
    is_float(otherwise: Label, value: Source) {
        if boxed_as(value, subtag::FLOAT) { frame.advance() } else { frame.go(otherwise) }
    }
    /// Continue if `value` is a number, else jump.
    is_number(otherwise: Label, value: Source) {
        if value.is_small()
            || (value.is_boxed() && matches!((*value.pointer()).subtag(), subtag::BIG_POSITIVE | subtag::BIG_NEGATIVE | subtag::FLOAT))
        {
            frame.advance()
        } else {
            frame.go(otherwise)
        }
    }
    /// Continue if `value` is an atom, else jump.
    is_atom(otherwise: Label, value: Source) {
        if value.is_atom() { frame.advance() } else { frame.go(otherwise) }
    }
    /// Continue if `value` is `true` or `false`, else jump.
    is_boolean(otherwise: Label, value: Source) {
        if value == Word::atom(known::TRUE) || value == Word::atom(known::FALSE) { frame.advance() } else { frame.go(otherwise) }
    }
    /// Continue if `value` is a pid, else jump.
    is_pid(otherwise: Label, value: Source) {
        if value.is_local_pid() || boxed_as(value, subtag::EXTERNAL_PID) { frame.advance() } else { frame.go(otherwise) }
    }
    /// Continue if `value` is a port, else jump.
    is_port(otherwise: Label, value: Source) {
        if value.is_local_port() || boxed_as(value, subtag::EXTERNAL_PORT) { frame.advance() } else { frame.go(otherwise) }
    }
    /// Continue if `value` is a reference, else jump.
    is_reference(otherwise: Label, value: Source) {
        if boxed_as(value, subtag::REFERENCE) || boxed_as(value, subtag::EXTERNAL_REFERENCE) { frame.advance() } else { frame.go(otherwise) }
    }
    /// Continue if `value` is the empty list, else jump.
    is_nil(otherwise: Label, value: Source) {
        if value.is_nil() { frame.advance() } else { frame.go(otherwise) }
    }
    /// Continue if `value` is a list cell or the empty list, else jump.
    is_list(otherwise: Label, value: Source) {
        if value.is_cons() || value.is_nil() { frame.advance() } else { frame.go(otherwise) }
    }
    /// Continue if `value` is a list cell, else jump.
    is_nonempty_list(otherwise: Label, value: Source) {
        if value.is_cons() { frame.advance() } else { frame.go(otherwise) }
    }
    /// Continue if `value` is a tuple, else jump.
    is_tuple(otherwise: Label, value: Source) {
        if boxed_as(value, subtag::TUPLE) { frame.advance() } else { frame.go(otherwise) }
    }
    /// Continue if `value`, a tuple, has this header, else jump.
    test_arity(otherwise: Label, value: Source, header: Immediate) {
        if (*value.pointer()).0 == header { frame.advance() } else { frame.go(otherwise) }
    }
    /// Continue if `value` is a tuple with this header, else jump.
    is_tuple_of_arity(otherwise: Label, value: Source, header: Immediate) {
        if value.is_boxed() && (*value.pointer()).0 == header { frame.advance() } else { frame.go(otherwise) }
    }
    /// Continue if `value` is a tuple with this header and first element, else jump.
    is_tagged_tuple(otherwise: Label, value: Source, header: Immediate, tag: Immediate) {
        if value.is_boxed() && (*value.pointer()).0 == header && (*value.pointer().add(1)).0 == tag {
            frame.advance()
        } else {
            frame.go(otherwise)
        }
    }
    /// Continue if `value` is a binary, else jump.
    is_binary(otherwise: Label, value: Source) {
        if !value.is_boxed() { return frame.go(otherwise) }
        let object = value.pointer();
        let subtag = (*object).subtag();
        if subtag == subtag::REFC || subtag == subtag::HEAP_BITS && (*object.add(1)).0 % 8 == 0 { return frame.advance() }
    } => {
        if crate::interp::frame::term(value).is_binary() { frame.advance() } else { frame.go(otherwise) }
    }
    /// Continue if `value` is a bitstring, else jump.
    is_bitstr(otherwise: Label, value: Source) {
        if crate::interp::frame::term(value).is_bits() { frame.advance() } else { frame.go(otherwise) }
    }
    /// Continue if `value` is a map, else jump.
    is_map(otherwise: Label, value: Source) {
        if boxed_as(value, subtag::MAP) { frame.advance() } else { frame.go(otherwise) }
    }
    /// Continue if `value` is a fun, else jump.
    is_function(otherwise: Label, value: Source) {
        if boxed_as(value, subtag::FUN) || boxed_as(value, subtag::EXPORT) { frame.advance() } else { frame.go(otherwise) }
    }
    /// Continue if `value` is a fun of this arity, else jump.
    is_function2(otherwise: Label, value: Source, arity: Source) {
        let fun = crate::interp::frame::term(value).as_fun();
        if fun.is_some_and(|fun| arity == Word::small(i64::from(fun.arity()))) { frame.advance() } else { frame.go(otherwise) }
    }
}

/// The register at a byte offset from the register file or the stack pointer.
#[inline(always)]
pub(super) unsafe fn place_at<T>(base: *mut T, offset: usize) -> *mut Word {
    // SAFETY: the lowering wrote an offset within the register file or the frame.
    unsafe { base.cast::<u8>().add(offset).cast() }
}

#[inline(always)]
unsafe fn at_offset<T>(base: *mut T, offset: usize) -> Word {
    // SAFETY: as there.
    unsafe { *place_at(base, offset) }
}

#[inline(always)]
pub(super) unsafe fn boxed_as(value: Word, tag: u64) -> bool {
    // SAFETY: a boxed pointer points to a header.
    value.is_boxed() && unsafe { (*value.pointer()).subtag() } == tag
}
