//! The fingerprint of a function: a hash of what it does, so that the same function of another file of the same module is known again.
//!
//! It covers the instructions of the function and of all those of its module that it can reach by local calls. Names stand as text and
//! labels as their order of appearance, so that other functions of the file may come and go; source lines and types are left out.

use crate::beam_file::BeamFile;
use crate::genop::{Op, Role};
use crate::operand::Operand;
use md5::{Digest, Md5};
use std::collections::HashMap;

/// The fingerprint of the function `name/arity`; none if there is none, or it makes funs or matches binaries, which are not looked into.
pub fn fingerprint(file: &BeamFile, name: &str, arity: u32) -> Option<u64> {
    let mut walk = Walk {
        file,
        labels: HashMap::new(),
        functions: Vec::new(),
        digest: Md5::new(),
    };
    let first = file
        .functions
        .iter()
        .position(|function| walk.atom(function.name.0) == name && function.arity == arity)?;
    walk.functions.push(first);
    let mut done = 0;
    while let Some(&function) = walk.functions.get(done) {
        walk.function(function)?;
        done += 1;
    }
    let digest: [u8; 16] = walk.digest.finalize().into();
    let (half, _) = digest.split_first_chunk()?;
    Some(u64::from_le_bytes(*half))
}

struct Walk<'a> {
    file: &'a BeamFile,
    /// Labels, by order of appearance.
    labels: HashMap<u32, u32>,
    /// Functions that are reached, by their place.
    functions: Vec<usize>,
    digest: Md5,
}

impl<'a> Walk<'a> {
    fn atom(&self, index: u32) -> &'a str {
        &self.file.atoms[index as usize]
    }
    fn text(&mut self, text: &str) {
        self.digest.update((text.len() as u32).to_le_bytes());
        self.digest.update(text);
    }
    fn label(&mut self, label: u32) {
        let next = self.labels.len() as u32;
        let number = if label == 0 {
            u32::MAX
        } else {
            *self.labels.entry(label).or_insert(next)
        };
        self.digest.update(number.to_le_bytes());
    }
    fn function(&mut self, place: usize) -> Option<()> {
        let function = self.file.functions[place];
        let first = function.func_info as usize;
        let end = self
            .file
            .functions
            .get(place + 1)
            .map_or(self.file.code.len(), |next| next.func_info as usize);
        for op in &self.file.code[first..end] {
            if matches!(
                op.op,
                Op::Line | Op::ExecutableLine | Op::DebugLine | Op::IntCodeEnd
            ) {
                continue;
            }
            self.digest.update([op.op.number()]);
            for (operand, role) in op.operands.iter().zip(op.op.row().roles) {
                self.operand(operand, *role)?;
            }
        }
        Some(())
    }
    fn operand(&mut self, operand: &Operand, role: Role) -> Option<()> {
        match (role, operand) {
            (Role::Fun | Role::FunTag | Role::StringOffset | Role::RecordId, _) => return None,
            (Role::DefineLabel, Operand::Unsigned(label)) => self.label(*label as u32),
            (Role::Import, Operand::Unsigned(index)) => {
                let import = &self.file.imports[*index as usize];
                for name in [import.module, import.function] {
                    let text = self.atom(name.0);
                    self.text(text);
                }
                self.digest.update(import.arity.to_le_bytes());
            }
            (_, Operand::Label(label)) => {
                if role == Role::Function {
                    let mut functions = self.file.functions.iter();
                    let place = functions.position(|function| function.entry == *label)?;
                    if !self.functions.contains(&place) {
                        self.functions.push(place);
                    }
                }
                self.label(*label);
            }
            (_, Operand::Atom(index)) => {
                let text = self.atom(index.0);
                self.text(text);
            }
            (_, Operand::Literal(index)) => {
                let bytes = &self.file.literals[*index as usize];
                self.digest.update((bytes.len() as u32).to_le_bytes());
                self.digest.update(bytes);
            }
            (_, Operand::List(operands)) => {
                self.digest.update((operands.len() as u32).to_le_bytes());
                for operand in operands {
                    self.operand(operand, Role::Any)?;
                }
            }
            (_, Operand::X(register) | Operand::TypedX(register, _)) => {
                self.text(&format!("x{register}"));
            }
            (_, Operand::Y(register) | Operand::TypedY(register, _)) => {
                self.text(&format!("y{register}"));
            }
            (_, other) => self.text(&format!("{other:?}")),
        }
        Some(())
    }
}
