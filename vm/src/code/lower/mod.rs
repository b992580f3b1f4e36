//! Lowering: generic instructions of a checked file become specific ones in memory.
//!
//! Invariant: what the loader has checked is trusted here (labels, registers, indices are in range), so that lowering only fails for
//! what the machine lacks: a native that a guard names, more room than a slot can count.

mod binary;
mod emit;
mod flow;
mod fuse;
mod map;
mod rules;

pub use emit::{Argument, Emitter, RunWord};

use super::record::{RecordDefinition, RecordEntry};
use crate::interp::dispatch::header;
use oxbeam_loader::{AtomIx, BeamFile, GenericOp, Op, Operand};
use oxbeam_term::boxed::fun::{Export, FunEntry};
use oxbeam_term::{Atom, Word};
use std::sync::Arc;

/// What a file's indices mean on this machine.
pub struct Names<'a> {
    /// Atoms, by the file's index.
    pub atoms: &'a [Atom],
    /// Export entries of the imports.
    pub imports: &'a [&'static Export],
    /// Literals, by the file's index.
    pub literals: &'a [Word],
    /// Entries of the file's funs.
    pub funs: &'a [&'static FunEntry],
    /// Definitions of the file's native records.
    pub records: &'a [Arc<RecordDefinition>],
    /// Where the current definition of any module's record is found.
    pub record_entry: &'a dyn Fn(Atom, Atom) -> &'static RecordEntry,
    /// Makes a literal integer of a sign and a magnitude, most significant byte first.
    pub intern_integer: &'a dyn Fn(bool, &[u8]) -> Word,
    /// Makes a literal binary.
    pub intern_bytes: &'a dyn Fn(&[u8]) -> Word,
    /// Makes a literal tuple of immediates.
    pub intern_tuple: &'a dyn Fn(&[Word]) -> Word,
    /// What stands in for functions of the file: name, arity, and the address of what does.
    pub stand_ins: &'a [(Atom, u32, u64)],
    /// Bytes that binary instructions put or match.
    pub strings: &'a [u8],
}

/// A function of lowered code.
#[derive(Copy, Clone, Debug)]
pub struct Function {
    /// Name.
    pub name: Atom,
    /// Arity.
    pub arity: u32,
    /// Index of the entry's word.
    pub entry: u32,
}

/// A module's code, ready to run once it is where it will stay.
pub struct Lowered {
    /// Instructions.
    pub code: Box<[u64]>,
    /// Functions, by rising entry.
    pub functions: Vec<Function>,
    /// Index of the word that each label stands for.
    pub labels: Vec<u32>,
    /// From which word on which line item holds.
    pub lines: Vec<(u32, u32)>,
    /// Handlers of catches: their index in the table of catches, and the word.
    pub catches: Vec<u32>,
    /// Label of the function that runs when the module is loaded.
    pub on_load: Option<u32>,
    /// Functions that `-nifs` names, by their place; none if there is no such attribute.
    pub declared_nifs: Box<[u32]>,
}

/// Why a checked file can't be lowered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LowerError {
    /// Offset of the instruction in the code chunk.
    pub offset: u32,
    /// What is the matter.
    pub reason: String,
}

impl std::fmt::Display for LowerError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "Code chunk, offset {}: {}",
            self.offset, self.reason
        )
    }
}

impl std::error::Error for LowerError {}

/// Lowers a file's code.
///
/// # Errors
/// An instruction that the machine can't do.
pub fn lower(file: &BeamFile, names: &Names<'_>) -> Result<Lowered, LowerError> {
    let mut emitter = Emitter::new(names, file.label_count as usize);
    let mut additions = flow::Additions::new(&file.flow);
    let mut due = additions.next() as usize;
    let mut at = 0;
    while let Some(op) = file.code.get(at) {
        let failed = |reason| LowerError {
            offset: op.offset,
            reason,
        };
        if at == due {
            additions
                .before(at as u32, op, &mut emitter)
                .map_err(failed)?;
            due = additions.next() as usize;
        }
        if op.op == Op::Line && rules::is_dropped_line(&emitter, &file.code, at) {
            at += 1;
            continue;
        }
        if rules::adds_to_product(&emitter, &file.code, at) {
            let mut swapped = op.clone();
            swapped.operands.swap(3, 4);
            at += rules::lower_next(&mut emitter, &[swapped]).map_err(failed)?;
            emitter.clears_frame = false;
            continue;
        }
        // What is fused has nothing between.
        let end = file.code.len().min(due);
        at += rules::lower_next(&mut emitter, &file.code[at..end]).map_err(failed)?;
        emitter.clears_frame = false;
    }
    Ok(emitter.finish())
}

impl Names<'_> {
    /// The atom of the file's index.
    pub fn atom(&self, index: AtomIx) -> Atom {
        self.atoms[index.0 as usize]
    }
}

/// Words of a function's header.
pub const HEADER_WORDS: usize = header::WORDS;

/// The operand, or none.
fn operand(op: &GenericOp, index: usize) -> Result<&Operand, String> {
    op.operands
        .get(index)
        .ok_or_else(|| format!("{:?} lacks operand {index}", op.op))
}
