//! Tests of what an instruction behind them takes its operand for, where the loader has not seen it (`Flow` in the loader). A compiler
//! that knows more writes code that always passes; a damaged file does not bring the machine down.

use super::data::boxed_as;
use oxbeam_term::Word;
use oxbeam_term::atom::known;
use oxbeam_term::word::subtag;

crate::instructions! { frame;
    /// `error:badarg` unless `value` is a list cell.
    check_cons(value: Source) {
        if value.is_cons() { return frame.advance() }
    } => { frame.error(Word::atom(known::BADARG)) }
    /// `error:badarg` unless `value` is a tuple of as many elements as one with this header, or more.
    check_tuple(value: Source, header: Immediate) {
        if boxed_as(value, subtag::TUPLE) && (*value.pointer()).0 >= header { return frame.advance() }
    } => { frame.error(Word::atom(known::BADARG)) }
    /// `error:badarg` unless `value` is a tuple with this header.
    check_tuple_of_arity(value: Source, header: Immediate) {
        if value.is_boxed() && (*value.pointer()).0 == header { return frame.advance() }
    } => { frame.error(Word::atom(known::BADARG)) }
    /// `error:badarg` unless `value` is a map.
    check_map(value: Source) {
        if boxed_as(value, subtag::MAP) { return frame.advance() }
    } => { frame.error(Word::atom(known::BADARG)) }
    /// `error:badarg` unless `value` is a match context.
    check_context(value: Source) {
        if boxed_as(value, subtag::MATCH) { return frame.advance() }
    } => { frame.error(Word::atom(known::BADARG)) }
    /// `error:badarg` unless `value` is a float.
    check_float(value: Source) {
        if boxed_as(value, subtag::FLOAT) { return frame.advance() }
    } => { frame.error(Word::atom(known::BADARG)) }
}
