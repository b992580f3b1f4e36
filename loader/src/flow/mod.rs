//! The flow of data through each function: what the machine must know before it may run the code.
//!
//! Going through a function once, from its entry on, this keeps for each place what holds on every way there:
//! which X and Y registers hold a term, of which kind as far as tests have shown, how large the stack frame is,
//! how much heap has been tested for, which `catch` and `try` are open. Where a way joins others at a label,
//! only what all agree on is kept; a jump back that brings less than was assumed has the function gone through
//! again.
//!
//! Refused is what would lead outside of memory that the process owns or would make a term of something else:
//! reading a register that was never set, a number of live registers that names one, a frame that is not there
//! or of another size, building more than was tested for, a handler that is entered without an exception.
//!
//! What a compiler knows and this does not, is no reason to refuse. Where an instruction takes its operand for
//! a list cell, a tuple or the like and that has not been shown here, [`Flow::tests`] has the lowering put a
//! test before it. Where a Y register may be read, or seen by a collection or an exception, before it has been
//! set, [`Flow::cleared`] has the frames of the function cleared when they are made; an X register that is read
//! where some way may not have set it is filled wherever it is set on no way, [`Flow::filled`]. Where a function
//! would run into the next one, or into a handler, [`Flow::ends`] has it raise instead.

use crate::beam_file::BeamFile;
use crate::code::{self, GenericOp};
use crate::error::{LoadError, LoadErrorKind};
use crate::genop::Op;
use crate::operand::Operand;
use crate::verify::Function;

mod cycles;
mod effects;
mod imports;
mod operands;
mod state;
mod step;

use imports::Imported;
use state::{LabelSets, State, Value};

/// What an instruction takes its first register operand for, and must be tested for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// A list cell.
    Cons,
    /// A tuple of at least so many elements.
    Tuple(u32),
    /// A tuple of exactly so many elements.
    ExactTuple(u32),
    /// A map.
    Map,
    /// A match context.
    Context,
    /// A float.
    Float,
}

/// What the lowering must add to the code. Positions are indices of instructions, rising.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// Tests to put before instructions.
    pub tests: Vec<(u32, Test)>,
    /// `allocate` instructions whose frame must be cleared.
    pub cleared: Vec<u32>,
    /// Instructions before which control may not arrive from the one above.
    pub ends: Vec<u32>,
    /// X registers to be set to nil where control arrives at an instruction from the one above.
    pub filled: Vec<(u32, u16)>,
}

/// Why a function is refused, with the position of the instruction.
struct Refusal {
    position: usize,
    reason: String,
}

/// Going through a function failed.
enum Stop {
    Refused(Refusal),
    /// It has registers beyond those kept track of.
    Wide,
    /// It must be gone through again.
    Again,
}

/// Times that a function may be gone through again before kinds are no longer kept, and before it is refused.
const PASSES_WITH_KINDS: u32 = 12;
const PASSES: u32 = 48;
/// Handlers that one place may lead to, of a `try` or for want of agreement.
const ALTERNATIVES: usize = 24;
/// Bytes that states at labels may take, for each byte of code and at least.
const STATE_BYTES: usize = 64;
const STATE_BYTES_ALWAYS: usize = 64 << 20;

/// Checks the flow of data in all functions.
pub(crate) fn flow(beam: &BeamFile, functions: &[Function]) -> Result<Flow, LoadError> {
    let (ordinals, places) = labels(beam);
    let imports = imports::imported(beam);
    let mut flow = Flow::default();
    let mut narrow = Walker::<16, 1>::new(beam, &ordinals, &places, &imports);
    let mut middle = Walker::<64, 1>::new(beam, &ordinals, &places, &imports);
    let mut wide = Walker::<1024, 16>::new(beam, &ordinals, &places, &imports);
    let starts: Vec<usize> = functions
        .iter()
        .map(|function| start(&beam.code, function.func_info as usize))
        .collect();
    for (index, function) in functions.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(beam.code.len());
        let region = (starts[index], function.func_info as usize, end);
        let mut gone = narrow.function(region, function.arity, &mut flow);
        if matches!(gone, Err(Stop::Wide)) {
            gone = middle.function(region, function.arity, &mut flow);
        }
        if matches!(gone, Err(Stop::Wide)) {
            gone = wide.function(region, function.arity, &mut flow);
        }
        let refusal = match gone {
            Ok(()) => continue,
            Err(Stop::Refused(refusal)) => refusal,
            Err(Stop::Wide | Stop::Again) => Refusal {
                position: function.func_info as usize,
                reason: "more registers than there are".to_owned(),
            },
        };
        let instruction = &beam.code[refusal.position];
        let kind = LoadErrorKind::Unsafe {
            function: format!("{}/{}", beam.atom(function.name), function.arity),
            op: instruction.op,
            reason: refusal.reason,
        };
        return Err(LoadError::new(code::ID, instruction.offset as usize, kind));
    }
    Ok(flow)
}

/// By label: how many labels stand above it in the code, and where it stands.
fn labels(beam: &BeamFile) -> (Vec<u32>, Vec<u32>) {
    let mut ordinals = vec![u32::MAX; beam.label_count as usize];
    let mut places = vec![0; beam.label_count as usize];
    let mut next = 0;
    for (position, instruction) in beam.code.iter().enumerate() {
        if let (Op::Label, [Operand::Unsigned(label)]) = (instruction.op, &instruction.operands[..])
        {
            ordinals[*label as usize] = next;
            places[*label as usize] = position as u32;
            next += 1;
        }
    }
    (ordinals, places)
}

/// Where the header of the function with this `func_info` begins: with its labels and lines.
fn start(code: &[GenericOp], func_info: usize) -> usize {
    let above = code[..func_info].iter().rev();
    let header = above.take_while(|instruction| matches!(instruction.op, Op::Label | Op::Line));
    func_info - header.count()
}

/// Goes through functions of up to `N` X and Y registers and 64 * `F` float registers.
struct Walker<'a, const N: usize, const F: usize> {
    beam: &'a BeamFile,
    ordinals: &'a [u32],
    places: &'a [u32],
    imports: &'a [Imported],
    sets: LabelSets,
    /// States at the labels of the function; those of reached labels count.
    states: Vec<State<N, F>>,
    /// How far a label of the function is: not reached, reached, or reached after it was passed.
    reached: Vec<bool>,
    /// Label ordinals of the function: first, and how many.
    first: u32,
    count: u32,
    /// Labels of the header, which is gone through last.
    header: u32,
    /// Labels passed so far; a way to one of these that brings less means going through again.
    passed: u32,
    again: bool,
    /// Kinds are not kept.
    coarse: bool,
    /// Some Y register may be seen before it is set.
    unset_y: bool,
    /// Too many handlers are open in one place.
    knotted: bool,
    /// The way to the handler is as it was the last time.
    handled: bool,
    /// Ways from label to label, by slot, but for those that a receive goes; and whether one leads back.
    ways: Vec<(u32, u32)>,
    leads_back: bool,
    tests: Vec<(u32, Test)>,
    ends: Vec<u32>,
    allocations: Vec<u32>,
    /// X registers to fill, and where.
    wanting: Vec<u16>,
    filled: Vec<(u32, u16)>,
}

impl<'a, const N: usize, const F: usize> Walker<'a, N, F> {
    fn new(
        beam: &'a BeamFile,
        ordinals: &'a [u32],
        places: &'a [u32],
        imports: &'a [Imported],
    ) -> Self {
        Walker {
            beam,
            ordinals,
            places,
            imports,
            sets: LabelSets::default(),
            states: Vec::new(),
            reached: Vec::new(),
            first: 0,
            count: 0,
            header: 0,
            passed: 0,
            again: false,
            coarse: false,
            unset_y: false,
            knotted: false,
            handled: false,
            ways: Vec::new(),
            leads_back: false,
            tests: Vec::new(),
            ends: Vec::new(),
            allocations: Vec::new(),
            wanting: Vec::new(),
            filled: Vec::new(),
        }
    }

    /// Goes through the function with its header at `start`, `func_info` and end there.
    fn function(
        &mut self,
        (start, func_info, end): (usize, usize, usize),
        arity: u32,
        flow: &mut Flow,
    ) -> Result<(), Stop> {
        let code = &self.beam.code[start..end];
        let labels = code.iter().filter(|at| at.op == Op::Label);
        self.first = match labels.clone().next().map(|at| &at.operands[..]) {
            Some([Operand::Unsigned(label)]) => self.ordinals[*label as usize],
            _ => 0,
        };
        self.count = labels.count() as u32;
        let count = self.count as usize;
        let bytes = code.last().map_or(0, |last| last.offset) - code[0].offset;
        let limit = STATE_BYTES_ALWAYS.max(STATE_BYTES * bytes as usize);
        if count * size_of::<State<N, F>>() > limit {
            return Err(refused(func_info, "too many labels for its registers"));
        }
        if self.states.len() < count {
            self.states.resize_with(count, State::new);
        }
        let header = &self.beam.code[start..func_info];
        self.header = header.iter().filter(|at| at.op == Op::Label).count() as u32;
        self.reached.clear();
        self.reached.resize(count, false);
        self.sets.clear();
        self.coarse = false;
        self.unset_y = false;
        self.wanting.clear();
        let mut current = State::new();
        for pass in 0.. {
            if pass == PASSES {
                return Err(refused(func_info, "jumps that lead nowhere"));
            }
            self.coarse = pass >= PASSES_WITH_KINDS;
            self.again = false;
            self.tests.clear();
            self.ends.clear();
            self.allocations.clear();
            self.filled.clear();
            match self.pass(&mut current, (start, func_info, end), arity) {
                Err(Stop::Again) => {
                    // What was kept at the labels may have been too little.
                    self.reached.fill(false);
                    continue;
                }
                gone => gone?,
            }
            if !self.again {
                break;
            }
        }
        if self.leads_back && cycles::is_cyclic(&self.ways, self.count) {
            return Err(refused(func_info, "a loop without a call"));
        }
        self.tests.sort_by_key(|test| test.0);
        self.ends.sort_unstable();
        self.filled.sort_unstable();
        flow.tests.append(&mut self.tests);
        flow.ends.append(&mut self.ends);
        flow.filled.append(&mut self.filled);
        if self.unset_y {
            flow.cleared.append(&mut self.allocations);
        }
        Ok(())
    }

    /// Goes through all of the function once.
    fn pass(
        &mut self,
        current: &mut State<N, F>,
        (start, func_info, end): (usize, usize, usize),
        arity: u32,
    ) -> Result<(), Stop> {
        self.ways.clear();
        self.leads_back = false;
        current.copy_from(&State::new());
        let arity = arity as usize;
        let arguments = current.x.kind.get_mut(..arity).ok_or(Stop::Wide)?;
        arguments.fill(Value::TERM.kind);
        current.caught = arity > 0;
        let labels = self.beam.code[func_info + 1..].iter();
        let labels = labels.take_while(|at| at.op == Op::Label).count();
        self.fill(func_info + labels, arity, current);
        self.passed = self.header;
        self.walk(current, true, func_info + 1, end)?;
        // The body may have jumped to the header, to raise `function_clause`.
        self.passed = 0;
        self.walk(current, false, start, func_info + 1)
    }

    /// Behind this instruction no way has set the registers from `live` on.
    fn fill(&mut self, position: usize, live: usize, state: &mut State<N, F>) {
        for &register in &self.wanting {
            if usize::from(register) >= live {
                state.x.kind[usize::from(register)] = state::SET;
                self.filled.push((position as u32 + 1, register));
            }
        }
    }

    /// Goes through the code from `start` to `end`; `alive` says that control arrives at `start` with `current`.
    fn walk(
        &mut self,
        current: &mut State<N, F>,
        mut alive: bool,
        start: usize,
        end: usize,
    ) -> Result<(), Stop> {
        let beam = self.beam;
        self.handled = false;
        for (position, instruction) in (start..).zip(&beam.code[start..end]) {
            if instruction.op == Op::Label {
                let slot = self.passed as usize;
                if alive && self.is_handler(position) {
                    // A compiler that knows that the call above does not return leaves it so.
                    self.ends.push(position as u32);
                    alive = false;
                }
                if alive {
                    if self.passed > self.header {
                        self.ways.push((self.passed - 1, self.passed));
                    }
                    self.arrive(slot, current);
                    if self.knotted {
                        return Err(refused(position, "too many handlers in one place"));
                    }
                }
                self.passed += 1;
                alive = self.reached[slot];
                if alive {
                    current.copy_from(&self.states[slot]);
                    self.handled = false;
                }
            } else if alive {
                alive = self.step(position, instruction, current)?;
            }
        }
        if alive && end < beam.code.len() {
            self.ends.push(end as u32);
        }
        Ok(())
    }

    /// Whether a `try_case` stands behind the label here, which only exceptions lead to.
    #[inline]
    fn is_handler(&self, label: usize) -> bool {
        self.beam.code[label + 1].op == Op::TryCase
    }

    /// A way leads to the label of this slot.
    fn arrive(&mut self, slot: usize, state: &State<N, F>) {
        let less = if self.reached[slot] {
            self.states[slot].join(state, &mut self.sets)
        } else {
            self.reached[slot] = true;
            self.states[slot].copy_from(state);
            true
        };
        if self.coarse {
            self.states[slot].forget_kinds();
        }
        let joined = &self.states[slot];
        self.knotted |= joined.instead.len() > ALTERNATIVES
            || joined
                .open
                .iter()
                .any(|&(_, set)| self.sets.labels(set).len() > ALTERNATIVES);
        if matches!(joined.frame, state::Frame::Either(_)) {
            self.see_y(state);
        }
        self.again |= less && (self.header..self.passed).contains(&(slot as u32));
    }

    /// A way leads to this label, which must be one of the function.
    fn branch(&mut self, position: usize, label: u32, state: &State<N, F>) -> Result<(), Stop> {
        // A receive takes reductions, and gives way; nothing else may go around.
        let op = self.beam.code[position].op;
        if !matches!(op, Op::LoopRecEnd | Op::Wait | Op::WaitTimeout) {
            let slot = self.ordinals[label as usize].wrapping_sub(self.first);
            let here = self.passed.wrapping_sub(1);
            self.leads_back |= slot <= here && slot >= self.header;
            self.ways.push((here, slot));
        }
        self.way(position, label, state)
    }

    /// An exception leads to this label. The machine does not let that happen again and again without a call.
    fn way(&mut self, position: usize, label: u32, state: &State<N, F>) -> Result<(), Stop> {
        let slot = self.ordinals[label as usize].wrapping_sub(self.first);
        if slot >= self.count {
            return Err(refused(position, "a jump out of the function"));
        }
        self.arrive(slot as usize, state);
        if self.knotted {
            return Err(refused(position, "too many handlers in one place"));
        }
        Ok(())
    }

    /// Somebody looks at all of the frame: a collection, or an exception on its way.
    fn see_y(&mut self, state: &State<N, F>) {
        let slots = usize::from(state.frame.slots()).min(N);
        let mut from = 0;
        for &(open, _) in &state.open {
            let open = usize::from(open).min(slots);
            self.unset_y |= unset(&state.y.kind[from..open]);
            from = (open + 1).min(slots);
        }
        self.unset_y |= unset(&state.y.kind[from..slots]);
    }
}

fn unset(kinds: &[u8]) -> bool {
    kinds.iter().any(|kind| kind & state::SET == 0)
}

fn refused(position: usize, reason: impl Into<String>) -> Stop {
    Stop::Refused(Refusal {
        position,
        reason: reason.into(),
    })
}
