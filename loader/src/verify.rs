//! Checks a module as a whole: what a single chunk cannot know.
//!
//! After this, what lowers the code may trust that every label that is named is defined once, that calls lead
//! to functions of the right arity, and that every operand has a form its role allows (`genop` gives the
//! roles). Whether a register has been set, and holds what an instruction wants, is for `flow`.

use crate::beam_file::BeamFile;
use crate::code;
use crate::error::{ChunkId, LoadError, LoadErrorKind};
use crate::exports;
use crate::funs;
use crate::genop::Op;
use crate::operand::{AtomIx, Operand};

mod lists;
mod operands;

/// A function in the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: AtomIx,
    /// Its number of arguments.
    pub arity: u32,
    /// The label after `func_info`.
    pub entry: u32,
    /// Index of its `func_info` in the code.
    pub func_info: u32,
}

/// What labels stand for.
struct Labels {
    /// By label: one more than the index of the function that starts there, `ELSEWHERE`, or `UNDEFINED`.
    places: Vec<u32>,
}

const UNDEFINED: u32 = 0;
const ELSEWHERE: u32 = u32::MAX;

impl Labels {
    fn is_defined(&self, label: u64) -> bool {
        usize::try_from(label)
            .ok()
            .and_then(|label| self.places.get(label))
            .is_some_and(|place| *place != UNDEFINED)
    }

    fn function(&self, label: u32) -> Option<usize> {
        match self.places.get(label as usize).copied() {
            None | Some(UNDEFINED | ELSEWHERE) => None,
            Some(place) => Some(place as usize - 1),
        }
    }
}

/// Checks the module and returns its functions.
pub(crate) fn verify(beam: &BeamFile, function_count: u32) -> Result<Vec<Function>, LoadError> {
    let (functions, labels) = structure(beam)?;
    if functions.len() != function_count as usize {
        let found = format_args!("{} functions", functions.len());
        return Err(LoadError::unexpected(
            code::ID,
            16,
            "as many functions as the header says",
            found,
        ));
    }
    let check = operands::Check {
        beam,
        labels: &labels,
        functions: &functions,
    };
    for instruction in &beam.code {
        check.instruction(instruction)?;
    }
    tables(beam, &labels, &functions)?;
    Ok(functions)
}

/// Finds functions and labels. `load` has seen to it that the code ends in `int_code_end`.
fn structure(beam: &BeamFile) -> Result<(Vec<Function>, Labels), LoadError> {
    let mut functions: Vec<Function> = Vec::new();
    let mut labels = Labels {
        places: vec![UNDEFINED; beam.label_count as usize],
    };
    let mut at_entry = false;
    for (position, instruction) in beam.code.iter().enumerate() {
        let offset = instruction.offset as usize;
        match (instruction.op, &instruction.operands[..]) {
            (Op::Label, [Operand::Unsigned(label)]) => {
                let place = usize::try_from(*label)
                    .ok()
                    .filter(|label| *label != 0)
                    .and_then(|label| labels.places.get_mut(label));
                let Some(place) = place else {
                    let limit = beam.label_count as usize;
                    return Err(LoadError::out_of_range(
                        code::ID,
                        offset,
                        "a label from 1 and",
                        *label,
                        limit,
                    ));
                };
                if *place != UNDEFINED {
                    return Err(LoadError::unexpected(
                        code::ID,
                        offset,
                        "a new label",
                        format_args!("{label} again"),
                    ));
                }
                *place = match (at_entry, functions.last_mut()) {
                    (true, Some(function)) => {
                        if function.entry == 0 {
                            function.entry = *label as u32;
                        }
                        functions.len() as u32
                    }
                    _ => ELSEWHERE,
                };
            }
            (
                Op::FuncInfo,
                [
                    Operand::Atom(module),
                    Operand::Atom(name),
                    Operand::Unsigned(arity),
                ],
            ) => {
                if *module != AtomIx(1) {
                    let found = beam.atom(*module);
                    return Err(LoadError::unexpected(
                        code::ID,
                        offset,
                        "the module's own name",
                        found,
                    ));
                }
                if *arity > 255 {
                    return Err(LoadError::out_of_range(
                        code::ID,
                        offset,
                        "an arity",
                        *arity,
                        256,
                    ));
                }
                has_entry(beam, functions.last())?;
                functions.push(Function {
                    name: *name,
                    arity: *arity as u32,
                    entry: 0,
                    func_info: position as u32,
                });
                at_entry = true;
            }
            (Op::Line, _) if functions.is_empty() => {}
            (Op::IntCodeEnd, _) if functions.is_empty() => {}
            (op, _) => {
                if functions.is_empty() {
                    return Err(LoadError::unexpected(
                        code::ID,
                        offset,
                        "func_info first",
                        op.name(),
                    ));
                }
                if at_entry {
                    has_entry(beam, functions.last())?;
                }
                at_entry = false;
            }
        }
    }
    Ok((functions, labels))
}

/// A function's code must follow its `func_info`, and start with a label.
fn has_entry(beam: &BeamFile, function: Option<&Function>) -> Result<(), LoadError> {
    match function {
        Some(function) if function.entry == 0 => {
            let offset = beam.code[function.func_info as usize].offset as usize;
            Err(LoadError::unexpected(
                code::ID,
                offset,
                "a label after func_info",
                "none",
            ))
        }
        _ => Ok(()),
    }
}

/// Exports and funs must lead to functions of the name and arity they say.
fn tables(beam: &BeamFile, labels: &Labels, functions: &[Function]) -> Result<(), LoadError> {
    let entry = |chunk: ChunkId, offset: usize, name: AtomIx, arity: u32, label: u32| {
        let function = labels.function(label).map(|index| functions[index]);
        match function {
            Some(function) if function.name == name && function.arity == arity => Ok(()),
            Some(function) => Err(LoadError::unexpected(
                chunk,
                offset,
                "the entry label of the function named",
                format_args!("that of {}/{}", beam.atom(function.name), function.arity),
            )),
            None => Err(LoadError::unexpected(
                chunk,
                offset,
                "an entry label",
                format_args!("label {label}"),
            )),
        }
    };
    for (chunk, list) in [
        (exports::EXPORTS, &beam.exports),
        (exports::LOCALS, &beam.locals),
    ] {
        for (index, export) in list.iter().enumerate() {
            entry(
                chunk,
                4 + 12 * index,
                export.function,
                export.arity,
                export.label,
            )?;
        }
    }
    for (index, fun) in beam.funs.iter().enumerate() {
        entry(
            funs::ID,
            4 + funs::ENTRY_BYTES * index,
            fun.function,
            fun.arity,
            fun.label,
        )?;
    }
    Ok(())
}

/// An operand that its role does not allow.
fn bad_operand(
    instruction: &code::GenericOp,
    position: usize,
    expected: &'static str,
    found: impl std::fmt::Display,
) -> LoadError {
    let kind = LoadErrorKind::BadOperand {
        op: instruction.op,
        position: position + 1,
        expected,
        found: found.to_string(),
    };
    LoadError::new(code::ID, instruction.offset as usize, kind)
}
