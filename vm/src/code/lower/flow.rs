//! What the loader wants added to the code (`Flow`): tests, ends, registers that are filled.

use super::{Argument, Emitter};
use crate::interp::operand::Place;
use crate::interp::ops::{check, control, data};
use oxbeam_loader::{Flow, GenericOp, Op, Test};
use oxbeam_term::Word;
use oxbeam_term::word::subtag;

/// The additions that are still to come.
pub(super) struct Additions<'a> {
    tests: &'a [(u32, Test)],
    cleared: &'a [u32],
    ends: &'a [u32],
    filled: &'a [(u32, u16)],
}

impl<'a> Additions<'a> {
    pub(super) fn new(flow: &'a Flow) -> Additions<'a> {
        Additions {
            tests: &flow.tests,
            cleared: &flow.cleared,
            ends: &flow.ends,
            filled: &flow.filled,
        }
    }

    /// Writes what belongs before the instruction at `position`.
    ///
    /// # Errors
    /// As for any instruction.
    pub(super) fn before(
        &mut self,
        position: u32,
        op: &GenericOp,
        emitter: &mut Emitter<'_>,
    ) -> Result<(), String> {
        while let Some(rest) = behind(self.ends, |&at| at == position) {
            self.ends = rest;
            emitter.emit(&control::unreachable_code, &[])?;
        }
        while let Some(&(at, register)) = self.filled.first()
            && at == position
        {
            self.filled = &self.filled[1..];
            let nil = Argument::Place(Place::Constant(Word::NIL));
            let register = Argument::Place(Place::X(register * 8));
            emitter.emit(&data::move_term, &[nil, register])?;
        }
        while let Some(&(at, test)) = self.tests.first()
            && at == position
        {
            self.tests = &self.tests[1..];
            write_test(emitter, op, test)?;
        }
        while let Some(rest) = behind(self.cleared, |&at| at == position) {
            self.cleared = rest;
            emitter.clears_frame = true;
        }
        Ok(())
    }

    /// Where the next addition belongs.
    pub(super) fn next(&self) -> u32 {
        let end = u32::MAX;
        let tests = self.tests.first().map_or(end, |&(at, _)| at);
        let filled = self.filled.first().map_or(end, |&(at, _)| at);
        let ends = self.ends.first().copied().unwrap_or(end);
        let cleared = self.cleared.first().copied().unwrap_or(end);
        tests.min(filled).min(ends).min(cleared)
    }
}

fn behind<T>(list: &[T], is_here: impl Fn(&T) -> bool) -> Option<&[T]> {
    let (first, rest) = list.split_first()?;
    is_here(first).then_some(rest)
}

/// The operand that the instruction takes for something.
fn tested(op: &GenericOp) -> usize {
    match op.op {
        Op::GetList
        | Op::GetHd
        | Op::GetTl
        | Op::GetTupleElement
        | Op::Fmove
        | Op::BsGetPosition
        | Op::BsGetTail
        | Op::BsSetPosition => 0,
        Op::UpdateRecord | Op::BsStartMatch4 => 2,
        _ => 1,
    }
}

fn write_test(emitter: &mut Emitter<'_>, op: &GenericOp, test: Test) -> Result<(), String> {
    let value = emitter.argument(super::operand(op, tested(op))?)?;
    let header =
        |elements: u32| Argument::Immediate(Word::header(subtag::TUPLE, elements as usize).0);
    match test {
        Test::Cons => emitter.emit(&check::check_cons, &[value]),
        Test::Tuple(elements) => emitter.emit(&check::check_tuple, &[value, header(elements)]),
        Test::ExactTuple(elements) => {
            emitter.emit(&check::check_tuple_of_arity, &[value, header(elements)])
        }
        Test::Map => emitter.emit(&check::check_map, &[value]),
        Test::Context => emitter.emit(&check::check_context, &[value]),
        Test::Float => emitter.emit(&check::check_float, &[value]),
    }
}
