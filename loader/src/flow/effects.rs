//! What instructions have in common: reading and writing registers, what is known of kinds, ways out of an instruction.

use super::imports::Imported;
use super::operands::{count, frame_text, label, learn, literal, same};
use super::state::{CONS, CONTEXT, EXACT, FLOAT, FRESH, Frame, MAP, SET, State, TUPLE, Value};
use super::{Stop, Test, Walker, refused};
use crate::code::GenericOp;
use crate::genop::Op;
use crate::operand::Operand;

/// Whether control goes on behind the instruction.
pub(super) type Alive = Result<bool, Stop>;

impl<const N: usize, const F: usize> Walker<'_, N, F> {
    // Registers.

    /// The value of an operand that is read.
    #[inline]
    pub(super) fn read(
        &mut self,
        position: usize,
        operand: &Operand,
        state: &State<N, F>,
    ) -> Result<Value, Stop> {
        match *operand {
            Operand::X(register) | Operand::TypedX(register, _) => {
                let value = state.x.get(usize::from(register)).ok_or(Stop::Wide)?;
                if value.kind & SET == 0 {
                    return Err(self.unset(position, register));
                }
                Ok(value)
            }
            Operand::Y(register) | Operand::TypedY(register, _) => {
                if register >= state.frame.slots() {
                    return Err(refused(
                        position,
                        format!("y{register} is outside of the frame"),
                    ));
                }
                let value = state.y.get(usize::from(register)).ok_or(Stop::Wide)?;
                if value.kind & SET != 0 {
                    return Ok(value);
                }
                if !state.instead.is_empty() || state.open.iter().any(|&(open, _)| open == register)
                {
                    return Err(refused(
                        position,
                        format!("y{register} belongs to a handler"),
                    ));
                }
                self.unset_y = true;
                Ok(Value::TERM)
            }
            Operand::Literal(index) => Ok(literal(&self.beam.literals[index as usize])),
            _ => Ok(Value::TERM),
        }
    }

    /// An X register is read that some way may not have set: it is filled wherever none has, which may do.
    pub(super) fn unset(&mut self, position: usize, register: u16) -> Stop {
        if self.wanting.contains(&register) {
            return refused(position, format!("x{register} has not been set"));
        }
        self.wanting.push(register);
        Stop::Again
    }

    pub(super) fn read_all(
        &mut self,
        position: usize,
        operands: &[Operand],
        state: &State<N, F>,
    ) -> Result<(), Stop> {
        for operand in operands {
            self.read(position, operand, state)?;
        }
        Ok(())
    }

    pub(super) fn write(
        &mut self,
        position: usize,
        operand: &Operand,
        value: Value,
        state: &mut State<N, F>,
    ) -> Result<(), Stop> {
        match *operand {
            Operand::X(register) | Operand::TypedX(register, _) => {
                state.caught |= register == 0;
                state.x.put(usize::from(register), value).ok_or(Stop::Wide)
            }
            Operand::Y(register) | Operand::TypedY(register, _) => {
                let inside = matches!(state.frame, Frame::Of(slots) if register < slots);
                if !inside {
                    return Err(refused(
                        position,
                        format!("y{register} is outside of the frame"),
                    ));
                }
                if !state.instead.is_empty() || state.open.iter().any(|&(open, _)| open == register)
                {
                    return Err(refused(
                        position,
                        format!("y{register} belongs to a handler"),
                    ));
                }
                self.handled = false;
                state.y.put(usize::from(register), value).ok_or(Stop::Wide)
            }
            _ => Ok(()),
        }
    }

    /// The first `live` X registers are set.
    pub(super) fn live(
        &mut self,
        position: usize,
        live: usize,
        state: &State<N, F>,
    ) -> Result<(), Stop> {
        if live > N {
            return Err(Stop::Wide);
        }
        match state.x.unset_below(live) {
            Some(unset) => Err(self.unset(position, unset as u16)),
            None => Ok(()),
        }
    }

    /// Only the first `live` X registers stay.
    pub(super) fn keep(
        &mut self,
        position: usize,
        live: usize,
        state: &mut State<N, F>,
    ) -> Result<(), Stop> {
        self.live(position, live, state)?;
        state.x.prune(live);
        state.caught = live > 0;
        Ok(())
    }

    /// The heap may be collected.
    pub(super) fn collect(
        &mut self,
        position: usize,
        live: usize,
        state: &mut State<N, F>,
    ) -> Result<(), Stop> {
        self.keep(position, live, state)?;
        self.see_y(state);
        state.heap = 0;
        state.building = false;
        Ok(())
    }

    pub(super) fn float_read(
        &self,
        position: usize,
        register: u16,
        state: &State<N, F>,
    ) -> Result<(), Stop> {
        let word = state
            .floats
            .get(usize::from(register) / 64)
            .ok_or(Stop::Wide)?;
        if word >> (register % 64) & 1 == 0 {
            return Err(refused(position, format!("fr{register} has not been set")));
        }
        Ok(())
    }

    pub(super) fn float_write(
        &self,
        operand: &Operand,
        state: &mut State<N, F>,
    ) -> Result<(), Stop> {
        if let Operand::FloatReg(register) = *operand {
            let word = state
                .floats
                .get_mut(usize::from(register) / 64)
                .ok_or(Stop::Wide)?;
            *word |= 1 << (register % 64);
        }
        Ok(())
    }

    // Kinds.

    /// The instruction takes the operand for something: known, or to be tested.
    pub(super) fn want(
        &mut self,
        position: usize,
        operand: &Operand,
        test: Test,
        state: &mut State<N, F>,
    ) -> Result<(), Stop> {
        let value = self.read(position, operand, state)?;
        let (known, learned) = match test {
            Test::Cons => (value.is(CONS), Value::of(CONS)),
            Test::Map => (value.is(MAP), Value::of(MAP)),
            Test::Context => (value.is(CONTEXT), Value::of(CONTEXT)),
            Test::Float => (value.is(FLOAT), Value::of(FLOAT)),
            Test::Tuple(elements) => (
                value.is(TUPLE) && u32::from(value.size) >= elements,
                Value::tuple(u64::from(elements), false),
            ),
            Test::ExactTuple(elements) => (
                value.is(EXACT) && u32::from(value.size) == elements,
                Value::tuple(u64::from(elements), true),
            ),
        };
        if !known {
            self.tests.push((position as u32, test));
            self.raise(position, state)?;
            learn(operand, learned, state);
        }
        Ok(())
    }

    /// A test that jumps to its label, or goes on knowing that the value is of this kind.
    pub(super) fn test(
        &mut self,
        position: usize,
        operands: &[Operand],
        kind: Value,
        state: &mut State<N, F>,
    ) -> Result<(), Stop> {
        let value = self.read(position, &operands[1], state)?;
        let known = value.kind & kind.kind == kind.kind
            && (!kind.is(TUPLE) || value.size == kind.size || kind == Value::tuple(0, false));
        if !known {
            self.branch(position, label(&operands[0]), state)?;
            learn(&operands[1], kind, state);
        }
        Ok(())
    }

    /// Elements that this `get_tuple_element` and those right behind it take from the same tuple.
    pub(super) fn elements(&self, position: usize, source: &Operand) -> u32 {
        let mut elements = 0;
        for instruction in &self.beam.code[position..] {
            match &instruction.operands[..] {
                [tuple, index, target]
                    if instruction.op == Op::GetTupleElement && same(tuple, source) =>
                {
                    elements = elements.max(count(index) as u32 + 1);
                    if same(target, source) {
                        break;
                    }
                }
                _ => break,
            }
        }
        elements
    }

    // Ways out.

    /// An exception: it leads to the innermost handler, or out of the function.
    pub(super) fn raise(&mut self, position: usize, state: &State<N, F>) -> Result<(), Stop> {
        self.see_y(state);
        if self.handled || (state.open.is_empty() && state.instead.is_empty()) {
            return Ok(());
        }
        let mut caught = state.clone();
        caught.x.prune(0);
        caught.x.kind[1..4].fill(SET);
        caught.floats = [0; F];
        caught.heap = 0;
        caught.building = false;
        caught.mutable = false;
        caught.caught = true;
        let alternatives = std::mem::take(&mut caught.instead);
        for open in std::iter::once(&state.open).chain(&alternatives) {
            let Some(&(_, set)) = open.first() else {
                continue;
            };
            caught.open.clone_from(open);
            for index in 0..self.sets.labels(set).len() {
                let label = self.sets.labels(set)[index];
                self.way(position, label, &caught)?;
            }
        }
        self.handled = true;
        Ok(())
    }

    /// Failing jumps to the label, or raises.
    pub(super) fn fail(
        &mut self,
        position: usize,
        operand: &Operand,
        state: &State<N, F>,
    ) -> Result<(), Stop> {
        match operand {
            Operand::Label(0) => self.raise(position, state),
            Operand::Label(label) => self.branch(position, *label, state),
            _ => Ok(()),
        }
    }

    /// The function is left, or its frame, which is this one.
    pub(super) fn leave(
        &mut self,
        position: usize,
        frame: Frame,
        state: &State<N, F>,
    ) -> Result<(), Stop> {
        if state.frame != frame {
            return Err(refused(position, frame_text(state.frame)));
        }
        if !state.instead.is_empty() || !state.open.is_empty() {
            return Err(refused(position, "a handler is still open"));
        }
        self.see_y(state);
        Ok(())
    }

    pub(super) fn call(
        &mut self,
        position: usize,
        instruction: &GenericOp,
        state: &mut State<N, F>,
    ) -> Alive {
        let operands = &instruction.operands[..];
        let mut callee = Imported::default();
        let arguments = match instruction.op {
            Op::Send => 2,
            Op::CallFun => count(&operands[0]) + 1,
            Op::Apply => count(&operands[0]) + 2,
            Op::CallFun2 => {
                self.read(position, &operands[2], state)?;
                count(&operands[1])
            }
            Op::CallExt => {
                callee = self.imports[count(&operands[1])];
                count(&operands[0])
            }
            _ => {
                callee.raises = self.always_fails(label(&operands[1]));
                count(&operands[0])
            }
        };
        self.live(position, arguments, state)?;
        if !callee.raises && !matches!(state.frame, Frame::Of(_)) {
            return Err(refused(position, "a call without a stack frame"));
        }
        self.raise(position, state)?;
        if callee.raises {
            self.ends.push(position as u32 + 1);
            return Ok(false);
        }
        state.x.prune(0);
        state.floats = [0; F];
        state.heap = 0;
        state.building = false;
        let mut result = Value::of(callee.result);
        if callee.is_setelement {
            state.mutable = true;
            state.y.kind.iter_mut().for_each(|kind| *kind &= !FRESH);
            result.kind |= FRESH;
        }
        self.write(position, &Operand::X(0), result, state)?;
        self.fill(position, 1, state);
        Ok(true)
    }

    /// What is left of a function that a compiler knows to raise for all arguments: a jump to its header.
    pub(super) fn always_fails(&self, entry: u32) -> bool {
        let body = &self.beam.code[self.places[entry as usize] as usize..];
        let first = body
            .iter()
            .find(|instruction| !matches!(instruction.op, Op::Label | Op::Line));
        first.is_some_and(|first| first.op == Op::Jump)
    }

    pub(super) fn allocate(
        &mut self,
        position: usize,
        instruction: &GenericOp,
        heap: u32,
        live: usize,
        state: &mut State<N, F>,
    ) -> Result<(), Stop> {
        if state.frame != Frame::None {
            return Err(refused(position, frame_text(state.frame)));
        }
        self.collect(position, live, state)?;
        let slots = count(&instruction.operands[0]);
        let frame = state.y.kind.get_mut(..slots).ok_or(Stop::Wide)?;
        let cleared = matches!(instruction.op, Op::AllocateZero | Op::AllocateHeapZero);
        frame.fill(if cleared { SET } else { 0 });
        state.frame = Frame::Of(slots as u16);
        state.heap = heap;
        self.handled = false;
        self.allocations.push(position as u32);
        Ok(())
    }

    pub(super) fn trim(
        &mut self,
        position: usize,
        gone: usize,
        left: usize,
        state: &mut State<N, F>,
    ) -> Result<(), Stop> {
        let fits = matches!(state.frame, Frame::Of(slots) if gone + left == usize::from(slots));
        if !fits {
            return Err(refused(position, frame_text(state.frame)));
        }
        let gone = gone as u16;
        if !state.instead.is_empty() || state.open.iter().any(|&(open, _)| open < gone) {
            return Err(refused(position, "a handler is still open"));
        }
        for (open, _) in &mut state.open {
            *open -= gone;
        }
        state.y.shift(usize::from(gone));
        state.frame = Frame::Of(left as u16);
        self.handled = false;
        Ok(())
    }

    // Handlers.

    pub(super) fn open(
        &mut self,
        position: usize,
        operands: &[Operand],
        state: &mut State<N, F>,
    ) -> Result<(), Stop> {
        self.write(position, &operands[0], Value::TERM, state)?;
        let Operand::Y(register) = operands[0] else {
            return Err(refused(position, "a handler has a y register"));
        };
        state.y.kind[usize::from(register)] = 0;
        let set = self.sets.one(label(&operands[1]));
        let place = state.open.partition_point(|&(open, _)| open < register);
        state.open.insert(place, (register, set));
        self.handled = false;
        Ok(())
    }

    pub(super) fn close(
        &mut self,
        position: usize,
        operand: &Operand,
        state: &mut State<N, F>,
    ) -> Result<(), Stop> {
        let place = state
            .open
            .iter()
            .position(|&(open, _)| *operand == Operand::Y(open));
        let (Some(place), true, Operand::Y(register)) = (place, state.instead.is_empty(), operand)
        else {
            return Err(refused(position, "no handler is open there"));
        };
        state.open.remove(place);
        state.y.kind[usize::from(*register)] = SET;
        self.handled = false;
        Ok(())
    }
}
