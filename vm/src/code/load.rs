//! Preparing a file: names are looked up, literals decoded, instructions lowered.

use super::lower::{LowerError, Names, lower};
use super::module::Module;
use super::record::RecordDefinition;
use super::{Code, export};
use oxbeam_loader::{BeamFile, LoadError, Operand};
use oxbeam_term::atom::AtomError;
use oxbeam_term::boxed::fun::{Export, FunEntry};
use oxbeam_term::boxed::record::Definition;
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::etf::{self, DecodeContext, DecodeOptions, FunKey, LocalReference};
use oxbeam_term::heap::arena::Arena;
use oxbeam_term::heap::literal::LiteralArea;
use oxbeam_term::word::{SMALL_MAX, SMALL_MIN};
use oxbeam_term::{Atom, Term, Word};
use std::cell::RefCell;
use std::sync::Arc;

/// Why a file can't be prepared.
#[derive(Debug)]
pub enum PrepareError {
    /// The file is damaged.
    File(LoadError),
    /// An instruction that the machine can't do.
    Code(LowerError),
    /// A literal that is no external term.
    Literal(usize),
    /// Attributes or compile information that are no external term.
    Attributes,
    /// A native record has a field twice, or a default that is no term.
    Record,
    /// The atom table is full.
    Atoms(AtomError),
    /// It is another module than was asked for.
    WrongModule(String),
}

impl std::fmt::Display for PrepareError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PrepareError::File(error) => error.fmt(formatter),
            PrepareError::Code(error) => error.fmt(formatter),
            PrepareError::Literal(index) => {
                write!(formatter, "LitT chunk, literal {index}: no external term")
            }
            PrepareError::Attributes => formatter.write_str("Attr or CInf chunk: no external term"),
            PrepareError::Record => formatter
                .write_str("Recs chunk: a field that is there twice, or a default that is no term"),
            PrepareError::Atoms(error) => write!(formatter, "AtU8 chunk: {error:?}"),
            PrepareError::WrongModule(name) => write!(formatter, "the file holds module {name}"),
        }
    }
}

impl std::error::Error for PrepareError {}

/// What decoding a term needs of the machine's code.
pub struct CodeContext<'a>(pub &'a Code);

impl DecodeContext for CodeContext<'_> {
    fn export(
        &mut self,
        module: Atom,
        function: Atom,
        arity: u32,
        existing: bool,
    ) -> Option<&'static Export> {
        if existing {
            self.0.find_export(module, function, arity)
        } else {
            Some(self.0.export(module, function, arity))
        }
    }
    fn fun_entry(&mut self, key: FunKey<'_>) -> Option<&'static FunEntry> {
        Some(self.0.fun_entry(&key, Atom::of("-unknown-")))
    }
    fn record_definition(&mut self, definition: Term<'_>) -> Option<Term<'static>> {
        self.0.canonical_record(definition)
    }
    fn local_reference(&mut self, numbers: RefNumbers, pid: Option<u64>) -> LocalReference {
        match (pid, crate::magic::find(numbers)) {
            (Some(pid), _) => LocalReference::Pid(pid),
            (None, Some(object)) => LocalReference::Magic(object),
            (None, None) => {
                crate::magic::owner(numbers).map_or(LocalReference::Plain, LocalReference::Pid)
            }
        }
    }
}

/// What decoding a module's literals needs: no literal of another module may come in, which could go before this one.
struct LiteralContext<'a>(CodeContext<'a>);

impl DecodeContext for LiteralContext<'_> {
    fn export(
        &mut self,
        module: Atom,
        function: Atom,
        arity: u32,
        existing: bool,
    ) -> Option<&'static Export> {
        self.0.export(module, function, arity, existing)
    }
    fn fun_entry(&mut self, key: FunKey<'_>) -> Option<&'static FunEntry> {
        self.0.fun_entry(key)
    }
    fn local_reference(&mut self, numbers: RefNumbers, pid: Option<u64>) -> LocalReference {
        self.0.local_reference(numbers, pid)
    }
}

impl Code {
    /// Prepares a file, to be committed by [`Code::finish`].
    ///
    /// # Errors
    /// The file can't be loaded.
    pub fn prepare(&self, bytes: &[u8]) -> Result<Arc<Module>, PrepareError> {
        let file = oxbeam_loader::load(bytes).map_err(PrepareError::File)?;
        self.prepare_file(file)
    }

    fn prepare_file(&self, file: BeamFile) -> Result<Arc<Module>, PrepareError> {
        let atoms = file
            .atoms
            .iter()
            .map(|text| Atom::new(text))
            .collect::<Result<Vec<_>, _>>()
            .map_err(PrepareError::Atoms)?;
        let atom = |index: oxbeam_loader::AtomIx| atoms[index.0 as usize];
        let name = atoms[1];
        let imports: Vec<&'static Export> = file
            .imports
            .iter()
            .map(|import| self.export(atom(import.module), atom(import.function), import.arity))
            .collect();

        for chunk in [&file.attributes, &file.compile_info].into_iter().flatten() {
            let mut arena = Arena::new();
            // SAFETY: what is made of the chunk is only looked at for being a term.
            let mut builder = unsafe { arena.builder() };
            etf::decode(
                chunk,
                &mut builder,
                &mut LiteralContext(CodeContext(self)),
                DecodeOptions::default(),
            )
            .map_err(|_| PrepareError::Attributes)?;
        }
        let area = RefCell::new(LiteralArea::new());
        let mut literals = Vec::with_capacity(file.literals.len());
        for (index, bytes) in file.literals.iter().enumerate() {
            let mut area = area.borrow_mut();
            // SAFETY: nothing collects or frees the area before the module, which takes it over.
            let mut builder = unsafe { area.arena().builder() };
            let (term, _) = etf::decode(
                bytes,
                &mut builder,
                &mut LiteralContext(CodeContext(self)),
                DecodeOptions::default(),
            )
            .map_err(|_| PrepareError::Literal(index))?;
            literals.push(term.word());
        }
        let funs: Vec<&'static FunEntry> = file
            .funs
            .iter()
            .map(|fun| {
                let key = FunKey {
                    module: name,
                    index: fun.index,
                    uniq: &file.md5,
                    old_index: fun.index,
                    old_uniq: fun.old_uniq,
                    arity: (fun.arity - fun.num_free) as u8,
                    num_free: fun.num_free,
                };
                self.fun_entry(&key, atom(fun.function))
            })
            .collect();
        let intern_integer = |negative: bool, magnitude_be: &[u8]| -> Word {
            let limbs: Vec<u64> = magnitude_be
                .rchunks(8)
                .map(|chunk| {
                    chunk
                        .iter()
                        .fold(0, |limb, &byte| (limb << 8) | u64::from(byte))
                })
                .collect();
            let mut area = area.borrow_mut();
            // SAFETY: as above.
            let mut builder = unsafe { area.arena().builder() };
            builder.big(negative, &limbs).word()
        };
        let intern_bytes = |bytes: &[u8]| -> Word {
            let mut area = area.borrow_mut();
            // SAFETY: as above.
            let mut builder = unsafe { area.arena().builder() };
            builder.binary(bytes).word()
        };
        let intern_tuple = |words: &[Word]| -> Word {
            // SAFETY: the words are immediates.
            let terms: Vec<Term<'_>> = words
                .iter()
                .map(|&word| unsafe { Term::from_word(word) })
                .collect();
            let mut area = area.borrow_mut();
            // SAFETY: as above.
            let mut builder = unsafe { area.arena().builder() };
            builder.tuple(&terms).word()
        };
        let default = |operand: &Operand| -> Option<Word> {
            Some(match operand {
                Operand::Nil => Word::NIL,
                Operand::Atom(index) => Word::atom(atom(*index)),
                Operand::Int(value) if (SMALL_MIN..=SMALL_MAX).contains(value) => {
                    Word::small(*value)
                }
                Operand::Int(value) => {
                    intern_integer(*value < 0, &value.unsigned_abs().to_be_bytes())
                }
                Operand::BigInt {
                    negative,
                    magnitude_be,
                } => intern_integer(*negative, magnitude_be),
                Operand::Literal(index) => *literals.get(*index as usize)?,
                _ => return None,
            })
        };
        let mut records = Vec::with_capacity(file.records.len());
        for record in &file.records {
            let mut given = Vec::with_capacity(record.fields.len());
            for field in &record.fields {
                given.push(match &field.default {
                    None => Word::NONE,
                    Some(operand) => default(operand).ok_or(PrepareError::Record)?,
                });
            }
            let fields: Vec<Atom> = record.fields.iter().map(|field| atom(field.name)).collect();
            let mut area = area.borrow_mut();
            // SAFETY: as above.
            let mut builder = unsafe { area.arena().builder() };
            let definition = builder
                .record_definition(name, atom(record.name), record.exported, &fields)
                .ok_or(PrepareError::Record)?;
            let mut defaults = vec![Word::NONE; given.len()];
            for (place, default) in Definition::new(definition)
                .into_iter()
                .flat_map(Definition::order)
                .zip(given)
            {
                defaults[place] = default;
            }
            records.push(Arc::new(RecordDefinition {
                name: atom(record.name),
                exported: record.exported,
                definition: definition.word(),
                defaults: defaults.into_boxed_slice(),
            }));
        }
        let record_entry = |module: Atom, name: Atom| self.record_entry(module, name);
        let stand_ins = self.stand_ins_for(&file);
        let names = Names {
            stand_ins: &stand_ins,
            records: &records,
            record_entry: &record_entry,
            atoms: &atoms,
            imports: &imports,
            literals: &literals,
            funs: &funs,
            intern_integer: &intern_integer,
            intern_bytes: &intern_bytes,
            intern_tuple: &intern_tuple,
            strings: &file.strings,
        };
        let lowered = lower(&file, &names).map_err(PrepareError::Code)?;

        let entry_of = |label: u32| lowered.labels[label as usize];
        let exports = file
            .exports
            .iter()
            .map(|exported| {
                (
                    self.export(name, atom(exported.function), exported.arity),
                    entry_of(exported.label),
                )
            })
            .collect();
        let fun_entries = funs
            .iter()
            .zip(&file.funs)
            .map(|(&entry, fun)| (entry, entry_of(fun.label)))
            .collect();
        let on_load = lowered.on_load.map(entry_of);
        let list_of = |text: &String| {
            let mut area = area.borrow_mut();
            // SAFETY: as above.
            let mut builder = unsafe { area.arena().builder() };
            builder.char_list(text).word()
        };
        let files = file
            .lines
            .files
            .iter()
            .map(|text| (text.clone(), list_of(text)));
        let files = files.collect();
        let locations = file.lines.items.clone();
        let module = Module {
            name,
            functions: Module::functions_of(&lowered),
            lines: lowered.lines,
            catches: lowered.catches,
            code: lowered.code,
            locations,
            files,
            exports,
            funs: fun_entries,
            literals: area.into_inner(),
            on_load,
            md5: file.md5,
            attributes: file.attributes,
            compile_info: file.compile_info,
            records,
            declared_nifs: lowered.declared_nifs,
            nifs: parking_lot::Mutex::new(Vec::new()),
            library: parking_lot::Mutex::new(None),
        };
        for function in &module.functions {
            if let Some(native) = self.native(name, function.name, function.arity) {
                // SAFETY: an entry of code that nobody runs yet.
                unsafe {
                    export::make_native(
                        module.address(function.entry),
                        native.kind,
                        native.native,
                        0,
                    )
                };
            }
        }
        Ok(Arc::new(module))
    }
}

/// Decodes an external term of a module's own chunks.
pub fn decode_chunk<'p>(
    code: &Code,
    bytes: &[u8],
    builder: &mut oxbeam_term::Builder<'p>,
) -> Option<Term<'p>> {
    etf::decode(
        bytes,
        builder,
        &mut CodeContext(code),
        DecodeOptions::default(),
    )
    .ok()
    .map(|(term, _)| term)
}
