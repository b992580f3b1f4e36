//! Operands as numbers, lists and registers. Their forms have been checked.

use super::state::{CONS, EXACT, FLOAT, Frame, MAP, SET, State, TUPLE, Value};
use super::{Stop, refused};
use crate::operand::Operand;

/// Words of a fun without its free variables, and of a float.
pub(super) const FUN_WORDS: u32 = 3;
pub(super) const FLOAT_WORDS: u32 = 2;

/// What is known of a register.
pub(super) fn known<const N: usize, const F: usize>(
    operand: &Operand,
    state: &State<N, F>,
) -> Option<Value> {
    match *operand {
        Operand::X(register) | Operand::TypedX(register, _) => state.x.get(usize::from(register)),
        Operand::Y(register) | Operand::TypedY(register, _) => state.y.get(usize::from(register)),
        _ => None,
    }
}

/// Says what is known of a register.
pub(super) fn relearn<const N: usize, const F: usize>(
    operand: &Operand,
    value: Value,
    state: &mut State<N, F>,
) {
    match *operand {
        Operand::X(register) | Operand::TypedX(register, _) => {
            let _ = state.x.put(usize::from(register), value);
        }
        Operand::Y(register) | Operand::TypedY(register, _) => {
            let _ = state.y.put(usize::from(register), value);
        }
        _ => {}
    }
}

/// Adds to what is known of a register.
pub(super) fn learn<const N: usize, const F: usize>(
    operand: &Operand,
    more: Value,
    state: &mut State<N, F>,
) {
    let Some(mut value) = known(operand, state) else {
        return;
    };
    if more.is(TUPLE) {
        if !value.is(TUPLE) || more.is(EXACT) {
            value.size = more.size;
        } else if !value.is(EXACT) {
            value.size = value.size.max(more.size);
        }
    }
    value.kind |= more.kind;
    relearn(operand, value, state);
}

/// The same for a register that a collection may have taken.
pub(super) fn learn_if_set<const N: usize, const F: usize>(
    operand: &Operand,
    more: Value,
    state: &mut State<N, F>,
) {
    if known(operand, state).is_some_and(|value| value.kind & SET != 0) {
        learn(operand, more, state);
    }
}

pub(super) fn eat<const N: usize, const F: usize>(
    position: usize,
    words: u32,
    state: &mut State<N, F>,
) -> Result<(), Stop> {
    match state.heap.checked_sub(words) {
        Some(left) => {
            state.heap = left;
            Ok(())
        }
        None => {
            let left = state.heap;
            Err(refused(
                position,
                format!("{words} words of heap wanted, {left} tested for"),
            ))
        }
    }
}

/// What a literal is, by the first bytes of its external term.
#[inline]
pub(super) fn literal(bytes: &[u8]) -> Value {
    match *bytes {
        [131, 104, elements, ..] => Value::tuple(u64::from(elements), true),
        [131, 105, a, b, c, d, ..] => Value::tuple(u32::from_be_bytes([a, b, c, d]).into(), true),
        [131, 107, a, b, ..] if [a, b] != [0; 2] => Value::of(CONS),
        [131, 108, a, b, c, d, ..] if [a, b, c, d] != [0; 4] => Value::of(CONS),
        [131, 116, ..] => Value::of(MAP),
        [131, 70, ..] => Value::of(FLOAT),
        _ => Value::TERM,
    }
}

/// The same register?
pub(super) fn same(left: &Operand, right: &Operand) -> bool {
    let register = |operand: &Operand| match *operand {
        Operand::X(register) | Operand::TypedX(register, _) => Some((false, register)),
        Operand::Y(register) | Operand::TypedY(register, _) => Some((true, register)),
        _ => None,
    };
    register(left).is_some() && register(left) == register(right)
}

#[inline]
pub(super) fn label(operand: &Operand) -> u32 {
    match operand {
        Operand::Label(label) => *label,
        _ => 0,
    }
}

#[inline]
pub(super) fn wide(operand: &Operand) -> u64 {
    match operand {
        Operand::Unsigned(number) => *number,
        _ => 0,
    }
}

#[inline]
pub(super) fn count(operand: &Operand) -> usize {
    wide(operand) as usize
}

#[inline]
pub(super) fn frame(operand: &Operand) -> Frame {
    Frame::Of(wide(operand) as u16)
}

#[inline]
pub(super) fn list(operand: &Operand) -> &[Operand] {
    match operand {
        Operand::List(items) => items,
        _ => &[],
    }
}

/// Words that an allocation asks for.
#[inline]
pub(super) fn heap(operand: &Operand) -> u32 {
    match operand {
        Operand::Alloc(need) => need
            .words
            .saturating_add(need.floats.saturating_mul(FLOAT_WORDS))
            .saturating_add(need.funs.saturating_mul(FUN_WORDS)),
        _ => wide(operand).try_into().unwrap_or(0),
    }
}

pub(super) fn frame_text(frame: Frame) -> String {
    match frame {
        Frame::None => "there is no stack frame".to_owned(),
        Frame::Of(slots) => format!("the stack frame has {slots} registers"),
        Frame::Either(_) => "stack frames of different sizes meet".to_owned(),
    }
}
