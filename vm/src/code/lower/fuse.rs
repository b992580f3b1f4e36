//! Fusions: a few generic instructions become one. Each paid in measurements, or is among the most frequent in OTP's own modules.

use super::emit::{Argument, Emitter};
use super::operand as at;
use super::rules::{heap_need, label, number, select_tuple_arity};
use crate::interp::isa::Which;
use crate::interp::operand::Place;
use crate::interp::ops::{call, compare, control, data, fun, lists};
use oxbeam_loader::{GenericOp, Op, Operand};
use oxbeam_term::Word;
use oxbeam_term::word::subtag;

/// Fusions: the first that fits.
pub(super) fn fuse(emitter: &mut Emitter<'_>, ops: &[GenericOp]) -> Result<Option<usize>, String> {
    let op = &ops[0];
    let Some(next) = ops.get(1) else {
        return Ok(None);
    };
    match (op.op, next.op) {
        (Op::Move, Op::Call | Op::CallOnly | Op::CallLast) if moves_to_x0(op) => {
            let source = emitter.argument(at(op, 0)?)?;
            match next.op {
                Op::Call => emitter.emit(&call::move_call, &[label(next, 1)?, source])?,
                Op::CallOnly => emitter.emit(&call::move_call_only, &[label(next, 1)?, source])?,
                _ => emitter.emit(
                    &call::move_call_last,
                    &[label(next, 1)?, Argument::Number(number(next, 2)?), source],
                )?,
            }
            Ok(Some(2))
        }
        (Op::Move, Op::Return) if moves_to_x0(op) => {
            let source = emitter.argument(at(op, 0)?)?;
            emitter.emit(&control::move_ret, &[source])?;
            Ok(Some(2))
        }
        (Op::Move, Op::Deallocate)
            if moves_to_x0(op) && ops.get(2).is_some_and(|third| third.op == Op::Return) =>
        {
            let source = emitter.argument(at(op, 0)?)?;
            emitter.emit(
                &control::move_deallocate_ret,
                &[source, Argument::Number(number(next, 0)?)],
            )?;
            Ok(Some(3))
        }
        (Op::Move, Op::Move) => {
            if let Some(three) = moves(emitter, ops, 3, Which::X, Which::Y)? {
                emitter.emit(&data::move_three_to_y, &three)?;
                return Ok(Some(3));
            }
            if let Some(three) = moves(emitter, ops, 3, Which::Y, Which::X)? {
                emitter.emit(&data::move_three_to_x, &three)?;
                return Ok(Some(3));
            }
            let (first_source, first_target) =
                (emitter.place(at(op, 0)?)?, emitter.place(at(op, 1)?)?);
            let (second_source, second_target) =
                (emitter.place(at(next, 0)?)?, emitter.place(at(next, 1)?)?);
            // Where the next move goes better with what follows it, leave it alone; and the second must not read the first's target.
            let followed = ops.get(2).is_some_and(|third| {
                matches!(
                    third.op,
                    Op::Call | Op::CallOnly | Op::CallLast | Op::Return | Op::Deallocate
                ) && moves_to_x0(next)
            });
            if followed || first_target == second_source {
                return Ok(None);
            }
            emitter.emit(
                &data::move_two,
                &[
                    Argument::Place(first_source),
                    Argument::Place(first_target),
                    Argument::Place(second_source),
                    Argument::Place(second_target),
                ],
            )?;
            Ok(Some(2))
        }
        (Op::Deallocate, Op::Return) => {
            emitter.emit(
                &control::deallocate_ret,
                &[Argument::Number(number(op, 0)?)],
            )?;
            Ok(Some(2))
        }
        (Op::IsTuple, Op::TestArity)
            if at(op, 0)? == at(next, 0)? && same_register(at(op, 1)?, at(next, 1)?) =>
        {
            let header = Word::header(subtag::TUPLE, number(next, 2)?).0;
            let value = emitter.argument(at(op, 1)?)?;
            emitter.emit(
                &data::is_tuple_of_arity,
                &[label(op, 0)?, value, Argument::Immediate(header)],
            )?;
            Ok(Some(2))
        }
        // What is no tuple has no such header, and goes the same way.
        (Op::IsTuple, Op::SelectTupleArity)
            if at(op, 0)? == at(next, 1)? && same_register(at(op, 1)?, at(next, 0)?) =>
        {
            select_tuple_arity(emitter, next)?;
            Ok(Some(2))
        }
        (Op::IsNonemptyList, Op::GetList) if same_register(at(op, 1)?, at(next, 0)?) => {
            let arguments = [
                label(op, 0)?,
                emitter.argument(at(op, 1)?)?,
                emitter.argument(at(next, 1)?)?,
                emitter.argument(at(next, 2)?)?,
            ];
            emitter.emit(&lists::is_nonempty_get_list, &arguments)?;
            Ok(Some(2))
        }
        (Op::IsNonemptyList, Op::GetTl | Op::GetHd) if same_register(at(op, 1)?, at(next, 0)?) => {
            let row = if next.op == Op::GetTl {
                &lists::is_nonempty_get_tl
            } else {
                &lists::is_nonempty_get_hd
            };
            let arguments = [
                label(op, 0)?,
                emitter.argument(at(op, 1)?)?,
                emitter.argument(at(next, 1)?)?,
            ];
            emitter.emit(row, &arguments)?;
            Ok(Some(2))
        }
        (Op::GetTupleElement, Op::GetTupleElement) if same_register(at(op, 0)?, at(next, 0)?) => {
            let (first, second) = (number(op, 1)?, number(next, 1)?);
            let overwrites = same_register(at(op, 0)?, at(op, 2)?);
            if second != first + 1 || overwrites || first > 8000 {
                return Ok(None);
            }
            let third = ops.get(2).filter(|third| third.op == Op::GetTupleElement);
            if let Some(third) = third
                && same_register(at(op, 0)?, at(third, 0)?)
                && !same_register(at(op, 0)?, at(next, 2)?)
                && number(third, 1)? == first + 2
            {
                let arguments = [
                    emitter.argument(at(op, 0)?)?,
                    Argument::Number((first + 1) * 8),
                    emitter.argument(at(op, 2)?)?,
                    emitter.argument(at(next, 2)?)?,
                    emitter.argument(at(third, 2)?)?,
                ];
                emitter.emit(&lists::get_three_tuple_elements, &arguments)?;
                return Ok(Some(3));
            }
            let arguments = [
                emitter.argument(at(op, 0)?)?,
                Argument::Number((first + 1) * 8),
                emitter.argument(at(op, 2)?)?,
                emitter.argument(at(next, 2)?)?,
            ];
            emitter.emit(&lists::get_two_tuple_elements, &arguments)?;
            Ok(Some(2))
        }
        (Op::TestHeap, Op::PutList) if heap_need(op, 0)? == 2 => {
            if let Some(words) = returned_at_once(ops, 1, 2)? {
                let arguments = [
                    Argument::Number(number(op, 1)?),
                    words,
                    emitter.argument(at(next, 0)?)?,
                    emitter.argument(at(next, 1)?)?,
                ];
                emitter.emit(&lists::test_heap_put_list_deallocate_ret, &arguments)?;
                return Ok(Some(4));
            }
            let arguments = [
                Argument::Number(number(op, 1)?),
                emitter.argument(at(next, 0)?)?,
                emitter.argument(at(next, 1)?)?,
                emitter.argument(at(next, 2)?)?,
            ];
            emitter.emit(&lists::test_heap_put_list, &arguments)?;
            Ok(Some(2))
        }
        (Op::TestHeap, Op::PutTuple2) if heap_need(op, 0)? == 3 => {
            let Operand::List(elements) = at(next, 1)? else {
                return Ok(None);
            };
            let [first, second] = elements.as_slice() else {
                return Ok(None);
            };
            let arguments = [
                Argument::Number(number(op, 1)?),
                emitter.argument(first)?,
                emitter.argument(second)?,
                emitter.argument(at(next, 0)?)?,
            ];
            emitter.emit(&lists::test_heap_put_tuple_2, &arguments)?;
            Ok(Some(2))
        }
        (Op::PutList, Op::Deallocate) => {
            let Some(words) = returned_at_once(ops, 0, 2)? else {
                return Ok(None);
            };
            let arguments = [
                words,
                emitter.argument(at(op, 0)?)?,
                emitter.argument(at(op, 1)?)?,
            ];
            emitter.emit(&lists::put_list_deallocate_ret, &arguments)?;
            Ok(Some(3))
        }
        (Op::IsGe, Op::IsGe) if at(op, 0)? == at(next, 0)? => {
            let Some((value, low, high)) = range(emitter, op, next)? else {
                return Ok(None);
            };
            let arguments = [
                label(op, 0)?,
                Argument::Place(value),
                Argument::Immediate(low.0),
                Argument::Immediate(high.0),
            ];
            emitter.emit(&compare::is_in_range, &arguments)?;
            Ok(Some(2))
        }
        (Op::Move, Op::Trim) => match moves(emitter, ops, 1, Which::Y, Which::Y)? {
            Some(mut arguments) => {
                arguments.push(Argument::Number(number(next, 0)?));
                emitter.emit(&control::move_trim, &arguments)?;
                Ok(Some(2))
            }
            None => Ok(None),
        },
        (Op::Allocate, Op::Move) if !emitter.clears_frame => {
            if let Some(two) = moves(emitter, &ops[1..], 2, Which::X, Which::Y)? {
                let mut arguments = vec![
                    Argument::Number(number(op, 0)?),
                    Argument::Number(number(op, 1)?),
                ];
                arguments.extend(two);
                emitter.emit(&control::allocate_move_two, &arguments)?;
                return Ok(Some(3));
            }
            match (emitter.place(at(next, 0)?)?, emitter.place(at(next, 1)?)?) {
                (source @ Place::X(_), Place::Y(offset)) => {
                    let arguments = [
                        Argument::Number(number(op, 0)?),
                        Argument::Number(number(op, 1)?),
                        Argument::Place(source),
                        Argument::Number(usize::from(offset)),
                    ];
                    emitter.emit(&control::allocate_move, &arguments)?;
                    Ok(Some(2))
                }
                _ => Ok(None),
            }
        }
        (Op::CallFun, Op::Deallocate) if ops.get(2).is_some_and(|third| third.op == Op::Return) => {
            emitter.emit(
                &fun::call_fun_last,
                &[
                    Argument::Number(number(op, 0)?),
                    Argument::Number(number(next, 0)?),
                ],
            )?;
            Ok(Some(3))
        }
        (Op::CallFun2, Op::Deallocate)
            if ops.get(2).is_some_and(|third| third.op == Op::Return) =>
        {
            match emitter.place(at(op, 2)?)? {
                source @ (Place::X(_) | Place::Y(_)) => {
                    emitter.emit(
                        &fun::call_fun2_last,
                        &[
                            Argument::Number(number(op, 1)?),
                            Argument::Number(number(next, 0)?),
                            Argument::Place(source),
                        ],
                    )?;
                    Ok(Some(3))
                }
                Place::Constant(_) => Ok(None),
            }
        }
        _ => Ok(None),
    }
}

/// Offsets of the first `count` instructions' sources and targets, if they are moves between registers of these kinds.
fn moves(
    emitter: &Emitter<'_>,
    ops: &[GenericOp],
    count: usize,
    from: Which,
    to: Which,
) -> Result<Option<Vec<Argument>>, String> {
    let Some(ops) = ops.get(..count) else {
        return Ok(None);
    };
    let mut offsets = Vec::with_capacity(2 * count);
    for op in ops {
        if op.op != Op::Move {
            return Ok(None);
        }
        for (index, which) in [(0, from), (1, to)] {
            match emitter.place(at(op, index)?)? {
                place @ (Place::X(offset) | Place::Y(offset)) if place.which() == which => {
                    offsets.push(Argument::Number(usize::from(offset)));
                }
                _ => return Ok(None),
            }
        }
    }
    Ok(Some(offsets))
}

/// The frame's words, where the instruction at `index` writes its operand `target` to X0 and the function then gives its frame back and returns.
fn returned_at_once(
    ops: &[GenericOp],
    index: usize,
    target: usize,
) -> Result<Option<Argument>, String> {
    let [op, deallocate, ret] = match ops.get(index..index + 3) {
        Some([op, deallocate, ret]) => [op, deallocate, ret],
        _ => return Ok(None),
    };
    let to_x0 = matches!(at(op, target)?, Operand::X(0) | Operand::TypedX(0, _));
    if to_x0 && deallocate.op == Op::Deallocate && ret.op == Op::Return {
        return Ok(Some(Argument::Number(number(deallocate, 0)?)));
    }
    Ok(None)
}

/// Register, least and greatest, if both instructions compare one register with small integers, one from each side.
fn range(
    emitter: &Emitter<'_>,
    one: &GenericOp,
    other: &GenericOp,
) -> Result<Option<(Place, Word, Word)>, String> {
    let (mut value, mut low, mut high) = ([None; 2], None, None);
    for (index, op) in [one, other].into_iter().enumerate() {
        match (emitter.place(at(op, 1)?)?, emitter.place(at(op, 2)?)?) {
            (register @ (Place::X(_) | Place::Y(_)), Place::Constant(bound))
                if bound.is_small() =>
            {
                (value[index], low) = (Some(register), Some(bound));
            }
            (Place::Constant(bound), register @ (Place::X(_) | Place::Y(_)))
                if bound.is_small() =>
            {
                (value[index], high) = (Some(register), Some(bound));
            }
            _ => return Ok(None),
        }
    }
    Ok(match (value, low, high) {
        ([Some(value), Some(same)], Some(low), Some(high)) if value == same => {
            Some((value, low, high))
        }
        _ => None,
    })
}

pub(super) fn moves_to_x0(op: &GenericOp) -> bool {
    matches!(
        op.operands.get(1),
        Some(Operand::X(0) | Operand::TypedX(0, _))
    )
}

/// The same register, whatever its type?
pub(super) fn same_register(left: &Operand, right: &Operand) -> bool {
    match (left, right) {
        (Operand::X(a) | Operand::TypedX(a, _), Operand::X(b) | Operand::TypedX(b, _)) => a == b,
        (Operand::Y(a) | Operand::TypedY(a, _), Operand::Y(b) | Operand::TypedY(b, _)) => a == b,
        _ => false,
    }
}
