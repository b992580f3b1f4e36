//! Writing specific instructions: slots, immediates, runs; labels are filled in at the end.

use super::{Function, Lowered, Names};
use crate::interp::isa::{Form, Row, Which};
use crate::interp::operand::{Place, general};
use oxbeam_loader::Operand;
use oxbeam_term::Word;

/// An operand to be written.
#[derive(Clone, Debug)]
pub enum Argument {
    /// Source or destination.
    Place(Place),
    /// Jump target; 0 is the instruction itself, which stands for raising.
    Label(u32),
    /// 16-bit number.
    Number(usize),
    /// 64-bit immediate.
    Immediate(u64),
    /// Run of words.
    Words(Vec<RunWord>),
}

/// A word of a run.
#[derive(Copy, Clone, Debug)]
pub enum RunWord {
    /// As it is.
    Plain(u64),
    /// Distance to a label, in words from the instruction.
    Label(u32),
}

enum Fixup {
    /// Two slots of an instruction.
    Slots {
        instruction: usize,
        slot: usize,
        label: u32,
    },
    /// A whole word.
    Word {
        instruction: usize,
        word: usize,
        label: u32,
    },
}

/// Code under construction.
pub struct Emitter<'a> {
    /// What indices mean.
    pub names: &'a Names<'a>,
    code: Vec<u64>,
    labels: Vec<u32>,
    fixups: Vec<Fixup>,
    functions: Vec<Function>,
    lines: Vec<(u32, u32)>,
    /// Indices in the table of catches, with their labels.
    catches: Vec<(u32, u32)>,
    /// Set by `on_load`.
    pub on_load: Option<u32>,
    /// Functions that `-nifs` names, by their place.
    declared_nifs: Vec<u32>,
    /// The frame that the next instruction makes must be cleared.
    pub clears_frame: bool,
    last_label: u32,
    /// What stands in for the function whose entry comes next.
    stand_in: Option<u64>,
}

const NO_LABEL: u32 = u32::MAX;

impl<'a> Emitter<'a> {
    /// Nothing written yet.
    pub fn new(names: &'a Names<'a>, labels: usize) -> Emitter<'a> {
        Emitter {
            names,
            code: Vec::new(),
            labels: vec![NO_LABEL; labels],
            fixups: Vec::new(),
            functions: Vec::new(),
            lines: Vec::new(),
            catches: Vec::new(),
            on_load: None,
            declared_nifs: Vec::new(),
            clears_frame: false,
            last_label: 0,
            stand_in: None,
        }
    }
    /// Label `label` stands here.
    pub fn label(&mut self, label: u32) {
        self.labels[label as usize] = self.code.len() as u32;
        self.last_label = label;
    }
    /// The label that was placed last.
    pub fn last_label(&self) -> u32 {
        self.last_label
    }
    /// What follows belongs to this line item.
    pub fn line(&mut self, item: u32) {
        let at = self.code.len() as u32;
        match self.lines.last_mut() {
            Some(last) if last.0 == at => last.1 = item,
            Some(last) if last.1 == item => {}
            _ => self.lines.push((at, item)),
        }
    }
    /// The function under construction may be replaced by a native.
    pub fn may_be_native(&mut self) {
        self.declared_nifs
            .extend((self.functions.len() as u32).checked_sub(1));
    }
    /// A function's header; its entry is behind it.
    pub fn function(&mut self, module: oxbeam_term::Atom, name: oxbeam_term::Atom, arity: u32) {
        let handler = (crate::interp::ops::control::func_info.select)(&[]) as usize as u64;
        self.code.extend([
            handler,
            u64::from(arity),
            Word::atom(module).0,
            Word::atom(name).0,
            0,
        ]);
        self.functions.push(Function {
            name,
            arity,
            entry: self.code.len() as u32,
        });
        let mut rows = self.names.stand_ins.iter();
        self.stand_in = rows
            .find(|row| (row.0, row.1) == (name, arity))
            .map(|row| row.2);
    }
    /// What stands in for the function whose entry is here, if anything does.
    pub fn take_stand_in(&mut self) -> Option<u64> {
        self.stand_in.take()
    }
    /// A catch tag for the handler at `label`.
    pub fn catch_tag(&mut self, label: u32) -> u64 {
        let index = crate::code::catch::reserve();
        self.catches.push((index, label));
        Word::catch_tag(index).0
    }
    /// Writes an instruction.
    ///
    /// # Errors
    /// A number that does not fit its slot.
    pub fn emit(&mut self, row: &'static Row, arguments: &[Argument]) -> Result<(), String> {
        debug_assert_eq!(
            row.operands.len(),
            arguments.len(),
            "operands of {}",
            row.name
        );
        let start = self.code.len();
        let places: Vec<Which> = arguments
            .iter()
            .filter_map(|argument| match argument {
                Argument::Place(place) => Some(place.which()),
                _ => None,
            })
            .collect();
        let slots: usize = arguments
            .iter()
            .map(|argument| {
                if matches!(argument, Argument::Label(_) | Argument::Words(_)) {
                    2
                } else {
                    1
                }
            })
            .sum();
        let slot_words = slots.div_ceil(4);
        self.code.push((row.select)(&places) as usize as u64);
        self.code.resize(start + 1 + slot_words, 0);
        let mut slot = 0;
        let mut run: Option<&[RunWord]> = None;
        for (argument, (name, form)) in arguments.iter().zip(row.operands) {
            let agree = matches!(
                (argument, form),
                (Argument::Place(_), Form::Source | Form::Destination)
                    | (Argument::Label(_), Form::Label)
                    | (Argument::Number(_), Form::Number)
                    | (Argument::Immediate(_), Form::Immediate)
                    | (Argument::Words(_), Form::Words)
            );
            assert!(agree, "operand {name} of {} is no {form:?}", row.name);
            match argument {
                Argument::Place(Place::X(offset) | Place::Y(offset)) => {
                    self.set_slot(start, slot, *offset)
                }
                Argument::Place(Place::Constant(word)) => {
                    let index = self.code.len() - start;
                    self.set_slot(start, slot, index as u16);
                    self.code.push(word.0);
                }
                Argument::Immediate(value) => {
                    let index = self.code.len() - start;
                    self.set_slot(start, slot, index as u16);
                    self.code.push(*value);
                }
                Argument::Number(number) => {
                    let number = u16::try_from(*number)
                        .map_err(|_| format!("{}: {name} is {number}, over 65535", row.name))?;
                    self.set_slot(start, slot, number);
                }
                Argument::Label(label) => {
                    if *label != 0 {
                        self.fixups.push(Fixup::Slots {
                            instruction: start,
                            slot,
                            label: *label,
                        });
                    }
                    slot += 1;
                }
                Argument::Words(words) => {
                    let count = u32::try_from(words.len())
                        .map_err(|_| format!("{}: a run of {} words", row.name, words.len()))?;
                    self.set_slot(start, slot, count as u16);
                    slot += 1;
                    self.set_slot(start, slot, (count >> 16) as u16);
                    run = Some(words);
                }
            }
            slot += 1;
        }
        for word in run.unwrap_or(&[]) {
            match word {
                RunWord::Plain(value) => self.code.push(*value),
                RunWord::Label(label) => {
                    self.fixups.push(Fixup::Word {
                        instruction: start,
                        word: self.code.len(),
                        label: *label,
                    });
                    self.code.push(0);
                }
            }
        }
        Ok(())
    }
    fn set_slot(&mut self, start: usize, slot: usize, value: u16) {
        let word = &mut self.code[start + 1 + slot / 4];
        let shift = 16 * (slot % 4);
        *word = (*word & !(0xffff << shift)) | (u64::from(value) << shift);
    }
    /// Where a register or constant operand is.
    ///
    /// # Errors
    /// An operand that is neither.
    pub fn place(&self, operand: &Operand) -> Result<Place, String> {
        Ok(match operand {
            Operand::X(index) | Operand::TypedX(index, _) => Place::X(index * 8),
            Operand::Y(index) | Operand::TypedY(index, _) => Place::Y(index * 8),
            _ => Place::Constant(self.constant(operand)?),
        })
    }
    /// Like [`Emitter::place`], as an argument.
    ///
    /// # Errors
    /// As there.
    pub fn argument(&self, operand: &Operand) -> Result<Argument, String> {
        self.place(operand).map(Argument::Place)
    }
    /// A word of a run for a register or constant.
    ///
    /// # Errors
    /// As for [`Emitter::place`].
    pub fn general(&self, operand: &Operand) -> Result<RunWord, String> {
        self.place(operand)
            .map(|place| RunWord::Plain(general::encode(place)))
    }
    /// A constant operand's term.
    ///
    /// # Errors
    /// No constant.
    pub fn constant(&self, operand: &Operand) -> Result<Word, String> {
        Ok(match operand {
            Operand::Nil => Word::NIL,
            Operand::Atom(index) => Word::atom(self.names.atom(*index)),
            Operand::Int(value)
                if (oxbeam_term::word::SMALL_MIN..=oxbeam_term::word::SMALL_MAX)
                    .contains(value) =>
            {
                Word::small(*value)
            }
            Operand::Int(value) => {
                (self.names.intern_integer)(*value < 0, &value.unsigned_abs().to_be_bytes())
            }
            Operand::BigInt {
                negative,
                magnitude_be,
            } => (self.names.intern_integer)(*negative, magnitude_be),
            Operand::Literal(index) => self.names.literals[*index as usize],
            _ => return Err(format!("{} where a constant belongs", operand.form())),
        })
    }
    /// Fills in labels and hands the code over.
    pub fn finish(mut self) -> Lowered {
        for fixup in &self.fixups {
            match *fixup {
                Fixup::Slots {
                    instruction,
                    slot,
                    label,
                } => {
                    let distance = i64::from(self.labels[label as usize]) - instruction as i64;
                    let distance = distance as i32 as u32;
                    let bytes = distance.to_le_bytes();
                    for half in 0..2 {
                        let value = u16::from_le_bytes([bytes[2 * half], bytes[2 * half + 1]]);
                        let slot = slot + half;
                        let word = &mut self.code[instruction + 1 + slot / 4];
                        let shift = 16 * (slot % 4);
                        *word = (*word & !(0xffff << shift)) | (u64::from(value) << shift);
                    }
                }
                Fixup::Word {
                    instruction,
                    word,
                    label,
                } => {
                    self.code[word] =
                        (i64::from(self.labels[label as usize]) - instruction as i64) as u64;
                }
            }
        }
        let code = self.code.into_boxed_slice();
        for &(index, label) in &self.catches {
            let at = &code[self.labels[label as usize] as usize];
            crate::code::catch::set(index, at);
        }
        Lowered {
            code,
            functions: self.functions,
            labels: self.labels,
            lines: self.lines,
            catches: self.catches.into_iter().map(|(index, _)| index).collect(),
            on_load: self.on_load,
            declared_nifs: self.declared_nifs.into(),
        }
    }
}
