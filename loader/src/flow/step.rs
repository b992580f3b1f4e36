//! What each instruction asks of the registers, and what it leaves.

use super::effects::Alive;
use super::operands::{
    FLOAT_WORDS, FUN_WORDS, count, eat, frame, heap, known, label, learn, learn_if_set, list,
    relearn, wide,
};
use super::state::{CONS, CONTEXT, FLOAT, FRESH, Frame, MAP, SET, State, TUPLE, Value};
use super::{Stop, Test, Walker, refused};
use crate::code::GenericOp;
use crate::genop::{Op, Role};
use crate::operand::Operand;

impl<const N: usize, const F: usize> Walker<'_, N, F> {
    /// Goes through an instruction that control reaches with `state`.
    pub(super) fn step(
        &mut self,
        position: usize,
        instruction: &GenericOp,
        state: &mut State<N, F>,
    ) -> Alive {
        let operands = &instruction.operands[..];
        let op = instruction.op;
        let mutable = std::mem::take(&mut state.mutable);
        match op {
            Op::Line | Op::ExecutableLine | Op::DebugLine | Op::NifStart => state.mutable = mutable,
            Op::RecvMark | Op::RecvSet | Op::Fclearerror | Op::Fcheckerror => {}
            Op::Label => {}
            Op::IntCodeEnd => return Ok(false),
            Op::FuncInfo => {
                if state.frame != Frame::None {
                    return Err(refused(position, "a stack frame is left"));
                }
                self.live(position, count(&operands[2]), state)?;
                return Ok(false);
            }
            Op::OnLoad => self.on_load(position, state)?,

            Op::Move => {
                state.mutable = mutable;
                let value = self.read(position, &operands[0], state)?;
                self.write(position, &operands[1], value, state)?;
            }
            Op::Swap => {
                state.mutable = mutable;
                let left = self.read(position, &operands[0], state)?;
                let right = self.read(position, &operands[1], state)?;
                self.write(position, &operands[0], right, state)?;
                self.write(position, &operands[1], left, state)?;
            }

            Op::Call | Op::CallExt | Op::CallFun | Op::CallFun2 | Op::Apply | Op::Send => {
                return self.call(position, instruction, state);
            }
            Op::CallExtOnly | Op::CallExtLast if self.imports[count(&operands[1])].raises => {
                // Compilers do not mind the frame here: it is not left.
                self.live(position, count(&operands[0]), state)?;
                self.raise(position, state)?;
                return Ok(false);
            }
            Op::CallOnly | Op::CallExtOnly => {
                self.leave(position, Frame::None, state)?;
                self.live(position, count(&operands[0]), state)?;
                return Ok(false);
            }
            Op::CallLast | Op::CallExtLast => {
                self.leave(position, frame(&operands[2]), state)?;
                self.live(position, count(&operands[0]), state)?;
                return Ok(false);
            }
            Op::ApplyLast => {
                // It raises before the frame is left if module or function are no atoms.
                self.leave(position, frame(&operands[1]), state)?;
                self.live(position, count(&operands[0]) + 2, state)?;
                return Ok(false);
            }
            Op::Return => {
                self.leave(position, Frame::None, state)?;
                self.live(position, 1, state)?;
                return Ok(false);
            }

            Op::Allocate | Op::AllocateZero => {
                self.allocate(position, instruction, 0, count(&operands[1]), state)?;
            }
            Op::AllocateHeap | Op::AllocateHeapZero => {
                let heap = heap(&operands[1]);
                self.allocate(position, instruction, heap, count(&operands[2]), state)?;
            }
            Op::Deallocate => {
                self.leave(position, frame(&operands[0]), state)?;
                state.frame = Frame::None;
                state.y.prune(0);
            }
            Op::Trim => self.trim(position, count(&operands[0]), count(&operands[1]), state)?,
            Op::TestHeap => {
                self.collect(position, count(&operands[1]), state)?;
                state.heap = heap(&operands[0]);
            }
            Op::Init => self.write(position, &operands[0], Value::TERM, state)?,
            Op::InitYregs => {
                for register in list(&operands[0]) {
                    self.write(position, register, Value::TERM, state)?;
                }
            }

            Op::Jump if self.is_handler(self.places[label(&operands[0]) as usize] as usize) => {
                // What a compiler leaves behind a call that it knows not to return.
                self.ends.push(position as u32);
                return Ok(false);
            }
            Op::Jump => {
                self.branch(position, label(&operands[0]), state)?;
                return Ok(false);
            }
            Op::SelectVal => {
                self.read(position, &operands[0], state)?;
                for pair in list(&operands[2]).chunks_exact(2) {
                    self.branch(position, label(&pair[1]), state)?;
                }
                self.branch(position, label(&operands[1]), state)?;
                return Ok(false);
            }
            Op::SelectTupleArity => {
                let before = self.read(position, &operands[0], state)?;
                self.branch(position, label(&operands[1]), state)?;
                for pair in list(&operands[2]).chunks_exact(2) {
                    learn(&operands[0], Value::tuple(wide(&pair[0]), true), state);
                    self.branch(position, label(&pair[1]), state)?;
                    relearn(&operands[0], before, state);
                }
                return Ok(false);
            }

            Op::IsNonemptyList => self.test(position, operands, Value::of(CONS), state)?,
            Op::IsTuple => self.test(position, operands, Value::tuple(0, false), state)?,
            Op::IsMap => self.test(position, operands, Value::of(MAP), state)?,
            Op::IsFloat => self.test(position, operands, Value::of(FLOAT), state)?,
            Op::TestArity => {
                self.want(position, &operands[1], Test::Tuple(0), state)?;
                self.test(
                    position,
                    operands,
                    Value::tuple(wide(&operands[2]), true),
                    state,
                )?;
            }
            Op::IsTaggedTuple => {
                if wide(&operands[2]) == 0 {
                    return Err(refused(position, "a tagged tuple without elements"));
                }
                let kind = Value::tuple(wide(&operands[2]), true);
                self.read(position, &operands[1], state)?;
                self.branch(position, label(&operands[0]), state)?;
                learn(&operands[1], kind, state);
            }

            Op::GetList => {
                self.want(position, &operands[0], Test::Cons, state)?;
                self.write(position, &operands[1], Value::TERM, state)?;
                self.write(position, &operands[2], Value::TERM, state)?;
            }
            Op::GetHd | Op::GetTl => {
                self.want(position, &operands[0], Test::Cons, state)?;
                self.write(position, &operands[1], Value::TERM, state)?;
            }
            Op::GetTupleElement => {
                state.mutable = mutable;
                let elements = self.elements(position, &operands[0]);
                self.want(position, &operands[0], Test::Tuple(elements), state)?;
                self.write(position, &operands[2], Value::TERM, state)?;
            }
            Op::SetTupleElement => {
                state.mutable = mutable;
                self.read(position, &operands[0], state)?;
                let tuple = self.read(position, &operands[1], state)?;
                if !mutable || !tuple.is(FRESH) {
                    return Err(refused(
                        position,
                        "a tuple that setelement/3 did not just make",
                    ));
                }
                let elements = count(&operands[2]) as u32 + 1;
                self.want(position, &operands[1], Test::Tuple(elements), state)?;
                state.mutable = true;
            }
            Op::UpdateRecord => {
                let size = count(&operands[1]) as u32;
                self.want(position, &operands[2], Test::ExactTuple(size), state)?;
                for pair in list(&operands[4]).chunks_exact(2) {
                    self.read(position, &pair[1], state)?;
                }
                eat(position, size.saturating_add(1), state)?;
                self.write(
                    position,
                    &operands[3],
                    Value::tuple(u64::from(size), true),
                    state,
                )?;
            }

            Op::PutList => {
                self.read(position, &operands[0], state)?;
                self.read(position, &operands[1], state)?;
                eat(position, 2, state)?;
                self.write(position, &operands[2], Value::of(CONS), state)?;
            }
            Op::PutTuple2 => {
                let elements = list(&operands[1]);
                self.read_all(position, elements, state)?;
                eat(position, elements.len() as u32 + 1, state)?;
                let tuple = Value::tuple(elements.len() as u64, true);
                self.write(position, &operands[0], tuple, state)?;
            }
            Op::MakeFun3 => {
                let free = list(&operands[2]);
                self.read_all(position, free, state)?;
                eat(position, FUN_WORDS + free.len() as u32, state)?;
                self.write(position, &operands[1], Value::TERM, state)?;
            }
            Op::MakeFun2 => {
                let fun = &self.beam.funs[count(&operands[0])];
                self.collect(position, fun.num_free as usize, state)?;
                self.write(position, &Operand::X(0), Value::TERM, state)?;
            }

            Op::Badmatch | Op::CaseEnd | Op::TryCaseEnd | Op::Badrecord => {
                self.read(position, &operands[0], state)?;
                self.raise(position, state)?;
                return Ok(false);
            }
            Op::IfEnd => {
                self.raise(position, state)?;
                return Ok(false);
            }
            Op::Raise => {
                self.read(position, &operands[0], state)?;
                self.read(position, &operands[1], state)?;
                self.raise(position, state)?;
                return Ok(false);
            }
            Op::RawRaise => {
                // It goes on with `badarg` if the class is none.
                self.live(position, 3, state)?;
                self.raise(position, state)?;
                self.write(position, &Operand::X(0), Value::TERM, state)?;
            }
            Op::BuildStacktrace => {
                self.live(position, 1, state)?;
                self.collect(position, 1, state)?;
                self.write(position, &Operand::X(0), Value::TERM, state)?;
            }

            Op::Catch | Op::Try => self.open(position, operands, state)?,
            Op::TryEnd => self.close(position, &operands[0], state)?,
            Op::CatchEnd => {
                self.close(position, &operands[0], state)?;
                if !state.caught {
                    return Err(refused(position, "x0 has not been set"));
                }
                state.heap = 0;
                self.write(position, &Operand::X(0), Value::TERM, state)?;
            }
            Op::TryCase => {
                self.close(position, &operands[0], state)?;
                let raised = &state.x.kind[1..4];
                if !state.caught || raised.iter().any(|kind| kind & SET == 0) {
                    return Err(refused(position, "reached without an exception"));
                }
                state.x.prune(0);
                state.x.kind[..3].fill(SET);
                state.heap = 0;
            }

            Op::LoopRec => {
                if operands[1] != Operand::X(0) {
                    return Err(refused(position, "a message goes to x0"));
                }
                state.heap = 0;
                state.building = false;
                self.see_y(state);
                self.branch(position, label(&operands[0]), state)?;
                self.write(position, &Operand::X(0), Value::TERM, state)?;
            }
            Op::LoopRecEnd | Op::Wait => {
                self.collect(position, 0, state)?;
                self.branch(position, label(&operands[0]), state)?;
                return Ok(false);
            }
            Op::WaitTimeout => {
                // When it comes back from waiting, the timer is set and the limit may be gone; it is only compared.
                if !matches!(operands[1], Operand::X(_) | Operand::TypedX(..)) {
                    self.read(position, &operands[1], state)?;
                }
                self.collect(position, 0, state)?;
                self.branch(position, label(&operands[0]), state)?;
                self.raise(position, state)?;
            }
            Op::Timeout => self.collect(position, 0, state)?,
            Op::RemoveMessage => {}
            Op::RecvMarkerReserve => {
                state.heap = 0;
                self.write(position, &operands[0], Value::TERM, state)?;
            }

            Op::Bif0 | Op::Bif1 | Op::Bif2 | Op::Bif3 | Op::GcBif1 | Op::GcBif2 | Op::GcBif3 => {
                self.bif(position, instruction, state)?;
            }

            Op::Fmove => match &operands[0] {
                Operand::FloatReg(register) => {
                    self.float_read(position, *register, state)?;
                    eat(position, FLOAT_WORDS, state)?;
                    self.write(position, &operands[1], Value::of(FLOAT), state)?;
                }
                source => {
                    self.want(position, source, Test::Float, state)?;
                    self.float_write(&operands[1], state)?;
                }
            },
            Op::Fconv => {
                self.read(position, &operands[0], state)?;
                self.raise(position, state)?;
                self.float_write(&operands[1], state)?;
            }
            Op::Fadd | Op::Fsub | Op::Fmul | Op::Fdiv | Op::Fnegate => {
                for operand in &operands[1..operands.len() - 1] {
                    if let Operand::FloatReg(register) = operand {
                        self.float_read(position, *register, state)?;
                    }
                }
                self.raise(position, state)?;
                self.float_write(&operands[operands.len() - 1], state)?;
            }

            Op::HasMapFields => {
                self.want(position, &operands[1], Test::Map, state)?;
                self.read_all(position, list(&operands[2]), state)?;
                self.branch(position, label(&operands[0]), state)?;
            }
            Op::GetMapElements | Op::GetRecordElements => {
                if op == Op::GetMapElements {
                    self.want(position, &operands[1], Test::Map, state)?;
                } else {
                    self.read(position, &operands[1], state)?;
                }
                let pairs = list(&operands[2]);
                for pair in pairs.chunks_exact(2) {
                    self.read(position, &pair[0], state)?;
                }
                let targets = || pairs.chunks_exact(2).map(|pair| &pair[1]);
                self.fetch(position, label(&operands[0]), targets, state)?;
            }
            Op::BsMatch => {
                self.want(position, &operands[1], Test::Context, state)?;
                self.bs_match(position, operands, state)?;
            }

            Op::BsStartMatch3 | Op::BsStartMatch4 => {
                self.start_match(position, instruction, state)?
            }
            Op::BsGetPosition | Op::BsGetTail => {
                self.want(position, &operands[0], Test::Context, state)?;
                self.keep(position, count(&operands[2]), state)?;
                self.write(position, &operands[1], Value::TERM, state)?;
            }
            Op::BsSetPosition => {
                self.want(position, &operands[0], Test::Context, state)?;
                self.read(position, &operands[1], state)?;
            }
            Op::BsGetInteger2
            | Op::BsGetFloat2
            | Op::BsGetBinary2
            | Op::BsSkipBits2
            | Op::BsTestTail2
            | Op::BsTestUnit
            | Op::BsMatchString
            | Op::BsGetUtf8
            | Op::BsSkipUtf8
            | Op::BsGetUtf16
            | Op::BsSkipUtf16
            | Op::BsGetUtf32
            | Op::BsSkipUtf32 => {
                self.want(position, &operands[1], Test::Context, state)?;
                return self.by_roles(position, instruction, state);
            }

            Op::BsPutInteger
            | Op::BsPutBinary
            | Op::BsPutFloat
            | Op::BsPutString
            | Op::BsPutUtf8
            | Op::BsPutUtf16
            | Op::BsPutUtf32 => {
                if !state.building {
                    return Err(refused(position, "no bitstring is being built"));
                }
                self.by_roles(position, instruction, state)?;
                state.building = true;
            }
            Op::BsInit2 | Op::BsInitBits | Op::BsAppend | Op::BsPrivateAppend => {
                if matches!(operands[1], Operand::BigUnsigned(_)) {
                    // It raises, whatever there is.
                    self.raise(position, state)?;
                    return Ok(false);
                }
                self.by_roles(position, instruction, state)?;
                state.building = true;
            }
            Op::BsInitWritable => {
                self.live(position, 1, state)?;
                self.raise(position, state)?;
                self.collect(position, 0, state)?;
                self.write(position, &Operand::X(0), Value::TERM, state)?;
            }
            Op::PutMapAssoc | Op::PutMapExact => {
                self.by_roles(position, instruction, state)?;
                learn(&operands[2], Value::of(MAP), state);
            }
            _ => return self.by_roles(position, instruction, state),
        }
        Ok(true)
    }

    /// What the roles of the operands say: registers that are read, live registers, heap, a label for failing,
    /// then registers that are written.
    fn by_roles(
        &mut self,
        position: usize,
        instruction: &GenericOp,
        state: &mut State<N, F>,
    ) -> Alive {
        let roles = instruction.op.row().roles;
        let operands = || roles.iter().zip(&instruction.operands);
        let mut need = None;
        let mut live = None;
        let building = state.building;
        for (role, operand) in operands() {
            match role {
                Role::Source | Role::Size | Role::Register => {
                    self.read(position, operand, state)?;
                }
                Role::Sources
                | Role::MapPairs
                | Role::MapKeys
                | Role::RecordValues
                | Role::BinarySegments => self.read_all(position, list(operand), state)?,
                Role::Heap => need = Some(heap(operand)),
                Role::Live => live = Some(count(operand)),
                _ => {}
            }
        }
        // These read their operands again after a collection.
        if let Some(live) = live
            && matches!(
                instruction.op,
                Op::PutMapAssoc
                    | Op::PutMapExact
                    | Op::PutRecord
                    | Op::BsCreateBin
                    | Op::BsInit2
                    | Op::BsInitBits
                    | Op::BsAppend
            )
        {
            let source = (instruction.op == Op::BsAppend).then_some(5);
            for (index, (role, operand)) in operands().enumerate() {
                let dead = |operand: &Operand| matches!(*operand, Operand::X(register) | Operand::TypedX(register, _) if usize::from(register) >= live);
                let any = match role {
                    Role::Source | Role::Size if Some(index) != source => dead(operand),
                    Role::MapPairs | Role::RecordValues | Role::BinarySegments => {
                        list(operand).iter().any(dead)
                    }
                    _ => false,
                };
                if any {
                    return Err(refused(position, "an operand that is not live"));
                }
            }
        }
        // Reading from a bitstring fails before it collects; all else may have collected when it fails.
        let reads_bits = roles.first() == Some(&Role::Label);
        if let (Some(live), false) = (live, reads_bits) {
            self.collect(position, live, state)?;
        }
        let builds = matches!(
            instruction.op,
            Op::BsGetInteger2
                | Op::BsGetFloat2
                | Op::BsGetBinary2
                | Op::BsPrivateAppend
                | Op::PutMapAssoc
                | Op::PutMapExact
                | Op::PutRecord
        );
        if builds {
            state.heap = 0;
        }
        let fail = operands().find(|(role, _)| matches!(role, Role::Fail | Role::Label));
        if let Some((_, operand)) = fail {
            self.fail(position, operand, state)?;
        }
        if let (Some(live), true) = (live, reads_bits) {
            self.keep(position, live, state)?;
        }
        if let Some(need) = need {
            state.heap = need;
        }
        for (role, operand) in operands() {
            if *role == Role::Target {
                self.write(position, operand, Value::TERM, state)?;
            }
        }
        state.building = building && live.is_none();
        Ok(true)
    }

    // Instructions with operands of their own kind.

    fn bif(
        &mut self,
        position: usize,
        instruction: &GenericOp,
        state: &mut State<N, F>,
    ) -> Result<(), Stop> {
        let operands = &instruction.operands[..];
        // Operands: label for failing (but for bif0), live (for gc_bif), import, arguments, target.
        let (import, live) = match instruction.op {
            Op::Bif0 => (0, None),
            Op::Bif1 | Op::Bif2 | Op::Bif3 => (1, None),
            _ => (2, Some(count(&operands[1]))),
        };
        let callee = self.imports[count(&operands[import])];
        let last = operands.len() - 1;
        let arguments = &operands[import + 1..last];
        self.read_all(position, arguments, state)?;
        match live {
            Some(live) => self.collect(position, live, state)?,
            None if callee.builds_nothing => {}
            None => state.heap = 0,
        }
        if !callee.succeeds {
            let always = Operand::Label(0);
            let fail = if import == 0 { &always } else { &operands[0] };
            self.fail(position, fail, state)?;
        }
        if let Some((place, kind)) = callee.argument
            && let Some(argument) = arguments.get(place)
        {
            let size = match arguments[0] {
                Operand::Int(size) if place == 1 && kind == TUPLE => size.clamp(0, 255),
                _ => 0,
            };
            let kind = if kind == TUPLE {
                Value::tuple(size as u64, false)
            } else {
                Value::of(kind)
            };
            learn_if_set(argument, kind, state);
        }
        self.write(position, &operands[last], Value::TERM, state)
    }

    /// Values go to the targets one after the other, until one is not there.
    fn fetch<'o, I: Iterator<Item = &'o Operand>>(
        &mut self,
        position: usize,
        otherwise: u32,
        targets: impl Fn() -> I,
        state: &mut State<N, F>,
    ) -> Result<(), Stop> {
        // On the way out a target that was set may hold the value by now.
        let mut failed = None;
        for target in targets() {
            if known(target, state).is_some_and(|value| value.kind & SET != 0 && value.kind != SET)
            {
                relearn(
                    target,
                    Value::TERM,
                    failed.get_or_insert_with(|| state.clone()),
                );
            }
        }
        let failed = failed.as_ref().unwrap_or(state);
        self.branch(position, otherwise, failed)?;
        for target in targets() {
            self.write(position, target, Value::TERM, state)?;
        }
        Ok(())
    }

    fn bs_match(
        &mut self,
        position: usize,
        operands: &[Operand],
        state: &mut State<N, F>,
    ) -> Result<(), Stop> {
        let commands = list(&operands[2]);
        // Registers stand in commands as targets only; numbers of live registers behind the names of those that have one.
        let targets = || {
            commands
                .iter()
                .filter(|operand| matches!(operand, Operand::X(_) | Operand::Y(_)))
        };
        state.heap = 0;
        self.fetch(position, label(&operands[0]), targets, state)?;
        Ok(())
    }

    fn start_match(
        &mut self,
        position: usize,
        instruction: &GenericOp,
        state: &mut State<N, F>,
    ) -> Result<(), Stop> {
        let operands = &instruction.operands[..];
        let (live, source) = match instruction.op {
            Op::BsStartMatch3 => (&operands[2], &operands[1]),
            _ => (&operands[1], &operands[2]),
        };
        let resume =
            matches!(&operands[0], Operand::Atom(atom) if self.beam.atom(*atom) == "resume");
        self.read(position, source, state)?;
        if resume {
            self.want(position, source, Test::Context, state)?;
        }
        self.collect(position, count(live), state)?;
        match &operands[0] {
            Operand::Atom(_) if resume => {}
            Operand::Atom(_) => self.raise(position, state)?,
            operand => self.fail(position, operand, state)?,
        }
        self.write(position, &operands[3], Value::of(CONTEXT), state)
    }

    /// The function that runs when the module has been loaded takes no arguments.
    fn on_load(&self, position: usize, state: &State<N, F>) -> Result<(), Stop> {
        let mut above = self.beam.code[..position].iter().rev();
        let at_entry = above
            .find(|above| !matches!(above.op, Op::Label | Op::Line))
            .is_some_and(|above| {
                above.op == Op::FuncInfo && above.operands[2] == Operand::Unsigned(0)
            });
        if !at_entry || state.frame != Frame::None {
            return Err(refused(
                position,
                "not the start of a function without arguments",
            ));
        }
        Ok(())
    }
}
