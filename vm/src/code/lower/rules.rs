//! From generic to specific: a function for each family, fusions first.

use super::emit::{Argument, Emitter, RunWord};
use super::fuse::{fuse, moves_to_x0, same_register};
use super::operand as at;
use crate::interp::isa::Row;
use crate::interp::operand::Place;
use crate::interp::ops::{
    arith, call, catch, compare, control, data, float, fun, guard, lists, map, receive, record,
};
use crate::release::Release;
use oxbeam_loader::{GenericOp, Op, Operand};
use oxbeam_term::Word;
use oxbeam_term::word::subtag;

type Lowered = Result<usize, String>;

/// Is the line at `at` one that OTP's loader leaves out: that of a tail call whose last argument is moved into X0, a constant fun perhaps? What fails behind it in the
/// function without a line of its own shows the one in front.
pub(super) fn is_dropped_line(emitter: &Emitter<'_>, code: &[GenericOp], at: usize) -> bool {
    let [before, _, call] = code.get(at.wrapping_sub(1)..at + 2).unwrap_or_default() else {
        return false;
    };
    let moves = match before.op {
        Op::Move => true,
        Op::MakeFun3 => {
            let free = before.operands.get(2);
            Release::current().constant_funs
                && matches!(free, Some(Operand::List(free)) if free.is_empty())
        }
        _ => false,
    };
    moves
        && moves_to_x0(before)
        && match call.op {
            Op::CallOnly | Op::CallLast => true,
            Op::CallExtOnly | Op::CallExtLast => !called_as_native(emitter, call).unwrap_or(true),
            _ => false,
        }
}

/// Is the instruction at `at` a sum of something and the product in front of it? OTP's loader makes one of both, and names the product first
/// if they can't be added.
pub(super) fn adds_to_product(emitter: &Emitter<'_>, code: &[GenericOp], at: usize) -> bool {
    let [product, sum] = code.get(at.wrapping_sub(1)..=at).unwrap_or_default() else {
        return false;
    };
    let is = |op: &GenericOp, name| {
        op.op == Op::GcBif2
            && import(emitter, op, 2).is_ok_and(|export| {
                export.module().text() == "erlang" && export.function().text() == name
            })
    };
    let at = |op: &GenericOp, index: usize, other: &GenericOp, place: usize| match (
        op.operands.get(index),
        other.operands.get(place),
    ) {
        (Some(one), Some(other)) => same_register(one, other),
        _ => false,
    };
    Release::current().adds_to_products
        && is(sum, "+")
        && is(product, "*")
        && sum.operands.first() == product.operands.first()
        && at(sum, 4, product, 5)
        && at(sum, 5, product, 5)
        && !at(sum, 3, product, 5)
}

/// Lowers the first instruction of `ops`, or the first few at once; returns how many.
pub(super) fn lower_next(emitter: &mut Emitter<'_>, ops: &[GenericOp]) -> Lowered {
    if let Some(used) = fuse(emitter, ops)? {
        return Ok(used);
    }
    let op = &ops[0];
    single(emitter, op)?;
    Ok(1)
}

pub(super) fn number(op: &GenericOp, index: usize) -> Result<usize, String> {
    match at(op, index)? {
        Operand::Unsigned(value) => {
            usize::try_from(*value).map_err(|_| "a number too large".to_owned())
        }
        Operand::Int(value) => usize::try_from(*value).map_err(|_| "a negative number".to_owned()),
        other => Err(format!("{} where a number belongs", other.form())),
    }
}

/// Words that an allocation asks for: floats take two, funs the size of theirs.
pub(super) fn heap_need(op: &GenericOp, index: usize) -> Result<usize, String> {
    match at(op, index)? {
        Operand::Alloc(list) => {
            Ok(list.words as usize + 2 * list.floats as usize + 3 * list.funs as usize)
        }
        _ => number(op, index),
    }
}

pub(super) fn label(op: &GenericOp, index: usize) -> Result<Argument, String> {
    match at(op, index)? {
        Operand::Label(label) => Ok(Argument::Label(*label)),
        other => Err(format!("{} where a label belongs", other.form())),
    }
}

fn label_number(op: &GenericOp, index: usize) -> Result<u32, String> {
    match at(op, index)? {
        Operand::Label(label) => Ok(*label),
        other => Err(format!("{} where a label belongs", other.form())),
    }
}

fn float_register(op: &GenericOp, index: usize) -> Result<Argument, String> {
    match at(op, index)? {
        Operand::FloatReg(register) => Ok(Argument::Number(usize::from(*register))),
        other => Err(format!("{} where a float register belongs", other.form())),
    }
}

fn list(op: &GenericOp, index: usize) -> Result<&[Operand], String> {
    match at(op, index)? {
        Operand::List(items) => Ok(items),
        other => Err(format!("{} where a list belongs", other.form())),
    }
}

fn import(
    emitter: &Emitter<'_>,
    op: &GenericOp,
    index: usize,
) -> Result<&'static oxbeam_term::boxed::fun::Export, String> {
    let index = number(op, index)?;
    emitter
        .names
        .imports
        .get(index)
        .copied()
        .ok_or_else(|| "an import out of range".to_owned())
}

fn address<T>(of: &'static T) -> u64 {
    std::ptr::from_ref(of) as u64
}

fn test_one(emitter: &mut Emitter<'_>, row: &'static Row, op: &GenericOp) -> Result<(), String> {
    let value = emitter.argument(at(op, 1)?)?;
    emitter.emit(row, &[label(op, 0)?, value])
}

fn compare_two(emitter: &mut Emitter<'_>, row: &'static Row, op: &GenericOp) -> Result<(), String> {
    let (left, right) = (emitter.argument(at(op, 1)?)?, emitter.argument(at(op, 2)?)?);
    emitter.emit(row, &[label(op, 0)?, left, right])
}

fn one_value(emitter: &mut Emitter<'_>, row: &'static Row, op: &GenericOp) -> Result<(), String> {
    let value = emitter.argument(at(op, 0)?)?;
    emitter.emit(row, &[value])
}

fn allocate(
    emitter: &mut Emitter<'_>,
    words: usize,
    heap: usize,
    live: usize,
    zero: bool,
) -> Result<(), String> {
    let (words, live) = (Argument::Number(words), Argument::Number(live));
    let zero = zero || emitter.clears_frame;
    let large = heap > 60_000;
    if large {
        emitter.emit(
            &control::test_heap_large,
            &[Argument::Immediate(heap as u64 + 1024), live.clone()],
        )?;
    }
    let heap = if large { 0 } else { heap };
    if zero {
        return emitter.emit(
            &control::allocate_zero,
            &[words, Argument::Number(heap), live],
        );
    }
    if heap == 0 {
        emitter.emit(&control::allocate, &[words, live])
    } else {
        emitter.emit(
            &control::allocate_heap,
            &[words, Argument::Number(heap), live],
        )
    }
}

fn single(emitter: &mut Emitter<'_>, op: &GenericOp) -> Result<(), String> {
    match op.op {
        Op::Label => {
            emitter.label(label_or_number(op)?);
            if let Some(native) = emitter.take_stand_in() {
                emitter.emit(&call::stand_in, &[Argument::Immediate(native)])?;
            }
        }
        Op::Line => emitter.line(number(op, 0)? as u32),
        Op::FuncInfo => {
            let (Operand::Atom(module), Operand::Atom(name)) = (at(op, 0)?, at(op, 1)?) else {
                return Err("func_info without names".to_owned());
            };
            let (module, name) = (emitter.names.atom(*module), emitter.names.atom(*name));
            emitter.function(module, name, number(op, 2)? as u32);
        }
        Op::IntCodeEnd => emitter.emit(&control::unreachable_code, &[])?,
        Op::OnLoad => emitter.on_load = Some(emitter.last_label()),
        // Room for a native's entry is in every header.
        Op::NifStart => emitter.may_be_native(),
        // Debugging information needs no instruction.
        Op::ExecutableLine | Op::DebugLine => {}

        Op::Call => emitter.emit(&call::call, &[label(op, 1)?])?,
        Op::CallOnly => emitter.emit(&call::call_only, &[label(op, 1)?])?,
        Op::CallLast => emitter.emit(
            &call::call_last,
            &[label(op, 1)?, Argument::Number(number(op, 2)?)],
        )?,
        Op::CallExt => {
            let row = if called_as_native(emitter, op)? {
                &call::call_native
            } else {
                &call::call_ext
            };
            let export = callee(emitter, op)?;
            emitter.emit(row, &[Argument::Immediate(export)])?;
        }
        // A native is called, not jumped to: the trace of its error shows the function that called it.
        // The frame that the compiler names may be none if the call never returns.
        Op::CallExtOnly | Op::CallExtLast if call::only_raises(import(emitter, op, 1)?) => {
            let export = callee(emitter, op)?;
            emitter.emit(&call::call_ext, &[Argument::Immediate(export)])?;
            emitter.emit(&control::unreachable_code, &[])?;
        }
        Op::CallExtOnly if called_as_native(emitter, op)? => {
            let export = callee(emitter, op)?;
            emitter.emit(&call::call_native, &[Argument::Immediate(export)])?;
            emitter.emit(&control::ret, &[])?;
        }
        Op::CallExtLast if called_as_native(emitter, op)? => {
            let export = callee(emitter, op)?;
            emitter.emit(&call::call_native, &[Argument::Immediate(export)])?;
            emitter.emit(
                &control::deallocate_ret,
                &[Argument::Number(number(op, 2)?)],
            )?;
        }
        Op::CallExtOnly => {
            let export = callee(emitter, op)?;
            emitter.emit(&call::call_ext_only, &[Argument::Immediate(export)])?;
        }
        Op::CallExtLast => {
            let export = callee(emitter, op)?;
            emitter.emit(
                &call::call_ext_last,
                &[
                    Argument::Immediate(export),
                    Argument::Number(number(op, 2)?),
                ],
            )?;
        }
        Op::Apply => emitter.emit(&call::apply, &[Argument::Number(number(op, 0)?)])?,
        Op::ApplyLast => emitter.emit(
            &call::apply_last,
            &[
                Argument::Number(number(op, 0)?),
                Argument::Number(number(op, 1)?),
            ],
        )?,
        Op::CallFun => emitter.emit(&fun::call_fun, &[Argument::Number(number(op, 0)?)])?,
        Op::CallFun2 => {
            let callee = emitter.argument(at(op, 2)?)?;
            emitter.emit(&fun::call_fun2, &[Argument::Number(number(op, 1)?), callee])?;
        }
        Op::MakeFun2 => make_fun(emitter, number(op, 0)?, Place::X(0), None)?,
        Op::MakeFun3 => {
            let target = emitter.place(at(op, 1)?)?;
            make_fun(emitter, number(op, 0)?, target, Some(list(op, 2)?))?;
        }

        Op::Allocate => allocate(emitter, number(op, 0)?, 0, number(op, 1)?, false)?,
        Op::AllocateHeap => allocate(
            emitter,
            number(op, 0)?,
            heap_need(op, 1)?,
            number(op, 2)?,
            false,
        )?,
        Op::AllocateZero => allocate(emitter, number(op, 0)?, 0, number(op, 1)?, true)?,
        Op::AllocateHeapZero => allocate(
            emitter,
            number(op, 0)?,
            heap_need(op, 1)?,
            number(op, 2)?,
            true,
        )?,
        Op::TestHeap => {
            let (need, live) = (heap_need(op, 0)?, Argument::Number(number(op, 1)?));
            if need > 65_535 {
                emitter.emit(
                    &control::test_heap_large,
                    &[Argument::Immediate(need as u64), live],
                )?;
            } else {
                emitter.emit(&control::test_heap, &[Argument::Number(need), live])?;
            }
        }
        Op::Init => {
            let register = emitter.argument(at(op, 0)?)?;
            emitter.emit(&control::init_y, &[register])?;
        }
        Op::InitYregs => {
            let registers = list(op, 0)?;
            if let [register] = registers {
                let register = emitter.argument(register)?;
                return emitter.emit(&control::init_y, &[register]);
            }
            let words = registers
                .iter()
                .map(|register| emitter.general(register))
                .collect::<Result<Vec<_>, _>>()?;
            emitter.emit(&control::init_yregs, &[Argument::Words(words)])?;
        }
        Op::Deallocate => {
            emitter.emit(&control::deallocate, &[Argument::Number(number(op, 0)?)])?
        }
        Op::Trim => emitter.emit(&control::trim, &[Argument::Number(number(op, 0)?)])?,
        Op::Return => emitter.emit(&control::ret, &[])?,
        Op::Jump => emitter.emit(&control::jump, &[label(op, 0)?])?,
        Op::SelectVal => select_val(emitter, op)?,
        Op::SelectTupleArity => select_tuple_arity(emitter, op)?,

        Op::Move => {
            let (source, target) = (emitter.argument(at(op, 0)?)?, emitter.argument(at(op, 1)?)?);
            emitter.emit(&data::move_term, &[source, target])?;
        }
        Op::Swap => {
            let (left, right) = (emitter.argument(at(op, 0)?)?, emitter.argument(at(op, 1)?)?);
            emitter.emit(&data::swap, &[left, right])?;
        }
        Op::PutLiteral => {
            let (source, target) = (emitter.argument(at(op, 0)?)?, emitter.argument(at(op, 1)?)?);
            emitter.emit(&data::move_term, &[source, target])?;
        }

        Op::IsInteger => test_one(emitter, &data::is_integer, op)?,
        Op::IsFloat => test_one(emitter, &data::is_float, op)?,
        Op::IsNumber => test_one(emitter, &data::is_number, op)?,
        Op::IsAtom => test_one(emitter, &data::is_atom, op)?,
        Op::IsBoolean => test_one(emitter, &data::is_boolean, op)?,
        Op::IsPid => test_one(emitter, &data::is_pid, op)?,
        Op::IsPort => test_one(emitter, &data::is_port, op)?,
        Op::IsReference => test_one(emitter, &data::is_reference, op)?,
        Op::IsNil => test_one(emitter, &data::is_nil, op)?,
        Op::IsList => test_one(emitter, &data::is_list, op)?,
        Op::IsNonemptyList => test_one(emitter, &data::is_nonempty_list, op)?,
        Op::IsTuple => test_one(emitter, &data::is_tuple, op)?,
        Op::IsBinary => test_one(emitter, &data::is_binary, op)?,
        Op::IsBitstr => test_one(emitter, &data::is_bitstr, op)?,
        Op::IsMap => test_one(emitter, &data::is_map, op)?,
        Op::IsFunction => test_one(emitter, &data::is_function, op)?,
        Op::IsFunction2 => compare_two(emitter, &data::is_function2, op)?,
        Op::TestArity => {
            let value = emitter.argument(at(op, 1)?)?;
            let header = Word::header(subtag::TUPLE, number(op, 2)?).0;
            emitter.emit(
                &data::test_arity,
                &[label(op, 0)?, value, Argument::Immediate(header)],
            )?;
        }
        Op::IsTaggedTuple => {
            let value = emitter.argument(at(op, 1)?)?;
            let header = Word::header(subtag::TUPLE, number(op, 2)?).0;
            let tag = emitter.constant(at(op, 3)?)?.0;
            emitter.emit(
                &data::is_tagged_tuple,
                &[
                    label(op, 0)?,
                    value,
                    Argument::Immediate(header),
                    Argument::Immediate(tag),
                ],
            )?;
        }
        Op::IsLt => compare_two(emitter, &compare::is_lt, op)?,
        Op::IsGe => compare_two(emitter, &compare::is_ge, op)?,
        Op::IsEq => compare_two(emitter, &compare::is_eq, op)?,
        Op::IsNe => compare_two(emitter, &compare::is_ne, op)?,
        Op::IsEqExact => {
            let row = if against_immediate(emitter, op)? {
                &compare::is_eq_immediate
            } else {
                &compare::is_eq_exact
            };
            compare_two(emitter, row, op)?;
        }
        Op::IsNeExact => {
            let row = if against_immediate(emitter, op)? {
                &compare::is_ne_immediate
            } else {
                &compare::is_ne_exact
            };
            compare_two(emitter, row, op)?;
        }

        Op::PutList => {
            let arguments = [
                emitter.argument(at(op, 0)?)?,
                emitter.argument(at(op, 1)?)?,
                emitter.argument(at(op, 2)?)?,
            ];
            emitter.emit(&lists::put_list, &arguments)?;
        }
        Op::GetList => {
            let arguments = [
                emitter.argument(at(op, 0)?)?,
                emitter.argument(at(op, 1)?)?,
                emitter.argument(at(op, 2)?)?,
            ];
            emitter.emit(&lists::get_list, &arguments)?;
        }
        Op::GetHd => {
            let arguments = [emitter.argument(at(op, 0)?)?, emitter.argument(at(op, 1)?)?];
            emitter.emit(&lists::get_hd, &arguments)?;
        }
        Op::GetTl => {
            let arguments = [emitter.argument(at(op, 0)?)?, emitter.argument(at(op, 1)?)?];
            emitter.emit(&lists::get_tl, &arguments)?;
        }
        Op::GetTupleElement => {
            let (source, target) = (emitter.argument(at(op, 0)?)?, emitter.argument(at(op, 2)?)?);
            let offset = (number(op, 1)? + 1) * 8;
            if offset > 65_535 {
                emitter.emit(
                    &lists::get_tuple_element_far,
                    &[source, Argument::Immediate(offset as u64), target],
                )?;
            } else {
                emitter.emit(
                    &lists::get_tuple_element,
                    &[source, Argument::Number(offset), target],
                )?;
            }
        }
        Op::SetTupleElement => {
            let (value, tuple) = (emitter.argument(at(op, 0)?)?, emitter.argument(at(op, 1)?)?);
            let offset = (number(op, 2)? + 1) * 8;
            emitter.emit(
                &lists::set_tuple_element,
                &[value, tuple, Argument::Immediate(offset as u64)],
            )?;
        }
        Op::PutTuple2 => {
            let target = emitter.argument(at(op, 0)?)?;
            let elements = list(op, 1)?;
            if let [first, second] = elements {
                let (first, second) = (emitter.argument(first)?, emitter.argument(second)?);
                emitter.emit(&lists::put_tuple_2, &[first, second, target])?;
            } else if let [first, second, third] = elements {
                let arguments = [
                    emitter.argument(first)?,
                    emitter.argument(second)?,
                    emitter.argument(third)?,
                    target,
                ];
                emitter.emit(&lists::put_tuple_3, &arguments)?;
            } else {
                let words = elements
                    .iter()
                    .map(|element| emitter.general(element))
                    .collect::<Result<Vec<_>, _>>()?;
                emitter.emit(&lists::put_tuple, &[target, Argument::Words(words)])?;
            }
        }
        Op::UpdateRecord => update_record(emitter, op)?,

        Op::Badmatch => one_value(emitter, &control::badmatch, op)?,
        Op::CaseEnd => one_value(emitter, &control::case_end, op)?,
        Op::TryCaseEnd => one_value(emitter, &control::try_case_end, op)?,
        Op::Badrecord => one_value(emitter, &control::badrecord, op)?,
        Op::IfEnd => emitter.emit(&control::if_end, &[])?,

        Op::Catch | Op::Try => {
            let register = emitter.argument(at(op, 0)?)?;
            let tag = emitter.catch_tag(label_number(op, 1)?);
            emitter.emit(&catch::catch_open, &[register, Argument::Immediate(tag)])?;
        }
        Op::CatchEnd => one_value(emitter, &catch::catch_end, op)?,
        Op::TryEnd => one_value(emitter, &catch::try_end, op)?,
        Op::TryCase => one_value(emitter, &catch::try_case, op)?,
        Op::Raise => {
            let (trace, reason) = (emitter.argument(at(op, 0)?)?, emitter.argument(at(op, 1)?)?);
            emitter.emit(&catch::raise_again, &[trace, reason])?;
        }
        Op::RawRaise => emitter.emit(&catch::raw_raise, &[])?,
        Op::BuildStacktrace => emitter.emit(&catch::build_stacktrace, &[])?,

        Op::Send => emitter.emit(&receive::send, &[])?,
        Op::LoopRec => emitter.emit(&receive::loop_rec, &[label(op, 0)?])?,
        Op::LoopRecEnd => emitter.emit(&receive::loop_rec_end, &[label(op, 0)?])?,
        Op::RemoveMessage => emitter.emit(&receive::remove_message, &[])?,
        Op::Wait => emitter.emit(&receive::wait, &[label(op, 0)?])?,
        Op::WaitTimeout => {
            let timeout = emitter.argument(at(op, 1)?)?;
            emitter.emit(&receive::wait_timeout, &[label(op, 0)?, timeout])?;
        }
        Op::Timeout => emitter.emit(&receive::timeout, &[])?,
        // Marks of OTP 23 and before: a receive without them finds the same message.
        Op::RecvMark | Op::RecvSet => {}
        Op::RecvMarkerReserve => one_value(emitter, &receive::recv_marker_reserve, op)?,
        Op::RecvMarkerBind => {
            let (marker, reference) =
                (emitter.argument(at(op, 0)?)?, emitter.argument(at(op, 1)?)?);
            emitter.emit(&receive::recv_marker_bind, &[marker, reference])?;
        }
        Op::RecvMarkerClear => one_value(emitter, &receive::recv_marker_clear, op)?,
        Op::RecvMarkerUse => one_value(emitter, &receive::recv_marker_use, op)?,

        Op::Bif0 | Op::Bif1 | Op::Bif2 | Op::Bif3 | Op::GcBif1 | Op::GcBif2 | Op::GcBif3 => {
            bif(emitter, op)?
        }

        Op::Fmove => match (at(op, 0)?, at(op, 1)?) {
            (Operand::FloatReg(_), _) => {
                let target = emitter.argument(at(op, 1)?)?;
                emitter.emit(&float::fmove_out, &[float_register(op, 0)?, target])?;
            }
            (source, _) => {
                let source = emitter.argument(source)?;
                emitter.emit(&float::fmove_in, &[source, float_register(op, 1)?])?;
            }
        },
        Op::Fconv => {
            let source = emitter.argument(at(op, 0)?)?;
            emitter.emit(&float::fconv, &[source, float_register(op, 1)?])?;
        }
        Op::Fadd => float_two(emitter, &float::fadd, op)?,
        Op::Fsub => float_two(emitter, &float::fsub, op)?,
        Op::Fmul => float_two(emitter, &float::fmul, op)?,
        Op::Fdiv => float_two(emitter, &float::fdiv, op)?,
        Op::Fnegate => emitter.emit(
            &float::fnegate,
            &[float_register(op, 1)?, float_register(op, 2)?],
        )?,
        Op::Fclearerror | Op::Fcheckerror => {}

        Op::HasMapFields => {
            let source = emitter.argument(at(op, 1)?)?;
            let keys = list(op, 2)?
                .iter()
                .map(|key| emitter.general(key))
                .collect::<Result<Vec<_>, _>>()?;
            emitter.emit(
                &map::has_map_fields,
                &[label(op, 0)?, source, Argument::Words(keys)],
            )?;
        }
        Op::GetMapElements => {
            let source = emitter.argument(at(op, 1)?)?;
            let pairs = list(op, 2)?;
            if let [key, target] = pairs {
                let arguments = [
                    label(op, 0)?,
                    source,
                    emitter.argument(key)?,
                    emitter.argument(target)?,
                ];
                emitter.emit(&map::get_map_element, &arguments)?;
            } else {
                let words = pairs
                    .iter()
                    .map(|item| emitter.general(item))
                    .collect::<Result<Vec<_>, _>>()?;
                emitter.emit(
                    &map::get_map_elements,
                    &[label(op, 0)?, source, Argument::Words(words)],
                )?;
            }
        }
        Op::PutMapAssoc | Op::PutMapExact => super::map::put(emitter, op)?,
        _ => {
            if !super::binary::lower(emitter, op)? && !record::lower(emitter, op)? {
                return Err(format!("the instruction {:?} is not supported", op.op));
            }
        }
    }
    Ok(())
}

/// Is the function called a native?
pub(super) fn called_as_native(emitter: &Emitter<'_>, op: &GenericOp) -> Result<bool, String> {
    Ok(crate::code::is_native(import(emitter, op, 1)?))
}

/// The export entry that a call names.
fn callee(emitter: &mut Emitter<'_>, op: &GenericOp) -> Result<u64, String> {
    let export = import(emitter, op, 1)?;
    if (
        export.module().text(),
        export.function().text(),
        export.arity(),
    ) == ("erlang", "load_nif", 2)
    {
        let module = Word::atom(emitter.names.atoms[1]).0;
        emitter.emit(&call::note_module, &[Argument::Immediate(module)])?;
    }
    Ok(address(export))
}

fn label_or_number(op: &GenericOp) -> Result<u32, String> {
    match at(op, 0)? {
        Operand::Label(label) => Ok(*label),
        Operand::Unsigned(value) => {
            u32::try_from(*value).map_err(|_| "a label too large".to_owned())
        }
        other => Err(format!("{} where a label belongs", other.form())),
    }
}

fn float_two(emitter: &mut Emitter<'_>, row: &'static Row, op: &GenericOp) -> Result<(), String> {
    emitter.emit(
        row,
        &[
            float_register(op, 1)?,
            float_register(op, 2)?,
            float_register(op, 3)?,
        ],
    )
}

/// Is one side an immediate constant? Then equality is identity.
fn against_immediate(emitter: &Emitter<'_>, op: &GenericOp) -> Result<bool, String> {
    for index in [1, 2] {
        if let Place::Constant(word) = emitter.place(at(op, index)?)?
            && word.is_immediate()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn make_fun(
    emitter: &mut Emitter<'_>,
    index: usize,
    target: Place,
    free: Option<&[Operand]>,
) -> Result<(), String> {
    let entry = *emitter.names.funs.get(index).ok_or("a fun out of range")?;
    let words = match free {
        Some(free) => free
            .iter()
            .map(|variable| emitter.general(variable))
            .collect::<Result<Vec<_>, _>>()?,
        None => (0..entry.num_free as u16)
            .map(|register| {
                RunWord::Plain(crate::interp::operand::general::encode(Place::X(
                    register * 8,
                )))
            })
            .collect(),
    };
    // OTP 23 and before give no count of live registers: the free variables are the first ones and all that is live.
    let live = if free.is_none() { words.len() } else { 0 };
    let reserved = free.is_some();
    let row = if reserved {
        &fun::make_fun_reserved
    } else {
        &fun::make_fun
    };
    let entry = address(entry);
    if reserved {
        emitter.emit(
            row,
            &[
                Argument::Immediate(entry),
                Argument::Place(target),
                Argument::Words(words),
            ],
        )
    } else {
        emitter.emit(
            row,
            &[
                Argument::Immediate(entry),
                Argument::Place(target),
                Argument::Number(live),
                Argument::Words(words),
            ],
        )
    }
}

fn select_val(emitter: &mut Emitter<'_>, op: &GenericOp) -> Result<(), String> {
    let value = emitter.argument(at(op, 0)?)?;
    let otherwise = label_number(op, 1)?;
    let mut cases: Vec<(u64, u32)> = Vec::new();
    for pair in list(op, 2)?.chunks(2) {
        let [case, Operand::Label(target)] = pair else {
            return Err("a select without a label".to_owned());
        };
        cases.push((emitter.constant(case)?.0, *target));
    }
    let immediate = cases.iter().all(|&(word, _)| Word(word).is_immediate());
    if !immediate {
        return emitter.emit(
            &control::select_terms,
            &[value, Argument::Label(otherwise), table(&cases)],
        );
    }
    if cases.iter().all(|&(word, _)| Word(word).is_small()) && cases.len() >= 4 {
        let values = || cases.iter().map(|&(word, _)| Word(word).small_value());
        let (lowest, highest) = (values().min().unwrap_or(0), values().max().unwrap_or(0));
        let span = highest.wrapping_sub(lowest) as u64;
        if span < 4 * cases.len() as u64 && span < 60_000 {
            let mut targets = vec![RunWord::Label(otherwise); span as usize + 1];
            for &(word, target) in &cases {
                targets[(Word(word).small_value() - lowest) as usize] = RunWord::Label(target);
            }
            let lowest = Argument::Immediate(Word::small(lowest).0);
            return emitter.emit(
                &control::jump_table,
                &[
                    value,
                    Argument::Label(otherwise),
                    lowest,
                    Argument::Words(targets),
                ],
            );
        }
    }
    let row = if cases.len() > 10 {
        cases.sort_unstable();
        &control::select_binary
    } else {
        &control::select_linear
    };
    emitter.emit(row, &[value, Argument::Label(otherwise), table(&cases)])
}

fn table(cases: &[(u64, u32)]) -> Argument {
    let values = cases.iter().map(|&(word, _)| RunWord::Plain(word));
    let targets = cases.iter().map(|&(_, label)| RunWord::Label(label));
    Argument::Words(values.chain(targets).collect())
}

pub(super) fn select_tuple_arity(emitter: &mut Emitter<'_>, op: &GenericOp) -> Result<(), String> {
    let value = emitter.argument(at(op, 0)?)?;
    let mut cases: Vec<(u64, u32)> = Vec::new();
    for pair in list(op, 2)?.chunks(2) {
        let ([Operand::Unsigned(arity), Operand::Label(target)], true) = (pair, true) else {
            return Err("a select without an arity or a label".to_owned());
        };
        cases.push((Word::header(subtag::TUPLE, *arity as usize).0, *target));
    }
    emitter.emit(
        &control::select_tuple_arity,
        &[value, label(op, 1)?, table(&cases)],
    )
}

fn update_record(emitter: &mut Emitter<'_>, op: &GenericOp) -> Result<(), String> {
    let Operand::Atom(hint) = at(op, 0)? else {
        return Err("update_record without a hint".to_owned());
    };
    let hint = emitter.names.atom(*hint).text();
    let size = Argument::Number(number(op, 1)?);
    let (source, target) = (emitter.argument(at(op, 2)?)?, emitter.argument(at(op, 3)?)?);
    let mut words = Vec::new();
    for pair in list(op, 4)?.chunks(2) {
        let [Operand::Unsigned(position), value] = pair else {
            return Err("update_record without a position".to_owned());
        };
        words.push(RunWord::Plain(position * 8));
        words.push(emitter.general(value)?);
    }
    let words = Argument::Words(words);
    if hint == "reuse" {
        return emitter.emit(&lists::update_record_reuse, &[size, source, target, words]);
    }
    let inplace = Argument::Number(usize::from(hint == "inplace"));
    emitter.emit(
        &lists::update_record,
        &[inplace, size, source, target, words],
    )
}

fn arithmetic(name: &str, arity: usize) -> Option<&'static Row> {
    Some(match (name, arity) {
        ("+", 2) => &arith::add,
        ("-", 2) => &arith::sub,
        ("*", 2) => &arith::mul,
        ("/", 2) => &arith::divide,
        ("div", 2) => &arith::int_div,
        ("rem", 2) => &arith::int_rem,
        ("band", 2) => &arith::int_band,
        ("bor", 2) => &arith::int_bor,
        ("bxor", 2) => &arith::int_bxor,
        ("bsl", 2) => &arith::int_bsl,
        ("bsr", 2) => &arith::int_bsr,
        ("bnot", 1) => &arith::int_bnot,
        ("-", 1) => &arith::negate,
        _ => return None,
    })
}

/// The comparison that is an instruction of its own, as a value, and whether its operands change places.
fn comparison(name: &str, arity: u32) -> Option<(&'static Row, bool)> {
    Some(match (name, arity) {
        ("<", 2) => (&compare::lt_value, false),
        (">", 2) => (&compare::lt_value, true),
        (">=", 2) => (&compare::ge_value, false),
        ("=<", 2) => (&compare::ge_value, true),
        ("=:=", 2) => (&compare::eq_exact_value, false),
        ("=/=", 2) => (&compare::ne_exact_value, false),
        ("==", 2) => (&compare::eq_value, false),
        _ => return None,
    })
}

/// Calls of guard functions: those that are instructions of their own, then all others.
fn bif(emitter: &mut Emitter<'_>, op: &GenericOp) -> Result<(), String> {
    // Operands: fail label (but for bif0), live (for gc_bif), import, arguments, target.
    let (has_label, has_live, arity) = match op.op {
        Op::Bif0 => (false, false, 0),
        Op::Bif1 => (true, false, 1),
        Op::Bif2 => (true, false, 2),
        Op::Bif3 => (true, false, 3),
        Op::GcBif1 => (true, true, 1),
        Op::GcBif2 => (true, true, 2),
        _ => (true, true, 3),
    };
    let mut next = 0;
    let mut take = || {
        next += 1;
        next - 1
    };
    let otherwise = if has_label {
        label(op, take())?
    } else {
        Argument::Label(0)
    };
    let live = Argument::Number(if has_live { number(op, take())? } else { 0 });
    let export = import(emitter, op, take())?;
    let mut sources = (0..arity)
        .map(|_| emitter.argument(at(op, take())?))
        .collect::<Result<Vec<_>, String>>()?;
    let target = emitter.argument(at(op, take())?)?;
    let entry = Argument::Immediate(address(export));
    let name = export.function().text();

    if export.module().text() == "erlang" {
        // As in OTP, `+X` is `X + 0`, and says so when it fails.
        if (name, sources.len()) == ("+", 1) {
            sources.push(Argument::Place(Place::Constant(Word::small(0))));
        }
        if let Some(row) = arithmetic(name, sources.len()) {
            let in_body = matches!(otherwise, Argument::Label(0));
            if let Some((source, step)) = constant_step(name, &sources, in_body) {
                return emitter.emit(
                    &arith::increment,
                    &[source, target, otherwise, Argument::Immediate(step)],
                );
            }
            // What reads an operand again after a collection must find it there.
            let dead = |source: &Argument| matches!((source, &live), (Argument::Place(Place::X(register)), Argument::Number(live)) if usize::from(*register) / 8 >= *live);
            let live = if sources.iter().any(dead) {
                Argument::Number(arith::NEVER)
            } else {
                live
            };
            let mut arguments = sources;
            arguments.extend([target, live, otherwise]);
            return emitter.emit(row, &arguments);
        }
        let row: Option<&'static Row> = match (name, arity) {
            ("hd", 1) => Some(&guard::hd),
            ("tl", 1) => Some(&guard::tl),
            ("element", 2) => Some(&guard::element),
            ("tuple_size", 1) => Some(&guard::tuple_size),
            ("map_get", 2) => Some(&guard::map_get),
            ("is_map_key", 2) => Some(&guard::is_map_key),
            _ => None,
        };
        if let Some(row) = row {
            let mut arguments = sources;
            arguments.extend([target, entry, otherwise]);
            return emitter.emit(row, &arguments);
        }
        if (name, arity) == ("self", 0) {
            return emitter.emit(&guard::self_pid, &[target]);
        }
        if let Some((row, swapped)) = comparison(name, arity) {
            let mut arguments = sources;
            if swapped {
                arguments.reverse();
            }
            arguments.push(target);
            return emitter.emit(row, &arguments);
        }
    }
    if export.native.load(std::sync::atomic::Ordering::Relaxed) == 0 {
        return Err(format!(
            "{}:{name}/{arity} is no native function and can't be called in a guard",
            export.module().text()
        ));
    }
    let row = [&guard::bif0, &guard::bif1, &guard::bif2, &guard::bif3][arity as usize];
    let mut arguments = vec![entry];
    arguments.extend(sources);
    arguments.extend([target, otherwise]);
    emitter.emit(row, &arguments)
}

/// Register and increment, without a tag, of `X + 1` or `X - 1`: wherever OTP has such an instruction if its errors show, else where
/// the instruction can tell what stood there.
fn constant_step(name: &str, sources: &[Argument], in_body: bool) -> Option<(Argument, u64)> {
    let nameless = in_body && !Release::current().increments_are_operators;
    let (source, constant) = match sources {
        [source, Argument::Place(Place::Constant(constant))] => (source, constant),
        [Argument::Place(Place::Constant(constant)), source] if nameless && name == "+" => {
            (source, constant)
        }
        _ => return None,
    };
    let Argument::Place(Place::X(_) | Place::Y(_)) = source else {
        return None;
    };
    if !constant.is_small() {
        return None;
    }
    let value = constant.small_value();
    let step = match name {
        "+" if nameless || value >= 0 => value,
        "-" if value > 0 || nameless && value == 0 => -value,
        _ => return None,
    };
    Some((source.clone(), (step << 4) as u64))
}
