//! Native records of OTP 29: `[header][definition][value]*`, `ErtsRecordInstance` in OTP.
//!
//! A definition is a tuple as `ErtsRecordDefinition` is one, `{FieldOrder, Hash, Module, Name, Exported, Field, …}`, most often a
//! literal of the module. Fields and values stand in the order of the atom table; `FieldOrder` has the place of each by the order in which
//! the source names them. No Erlang code ever sees a definition.

use crate::atom::Atom;
use crate::heap::arena::Builder;
use crate::term::Term;
use crate::word::{Word, subtag};

/// Words of a record before its values.
pub const VALUES: usize = 2;

/// Words of a definition, counted from its header.
pub mod definition {
    /// Place of each field, by the order of the source.
    pub const ORDER: usize = 1;
    /// Hash of what follows, with the fields in the order of the source: part of the record's `phash2`.
    pub const HASH: usize = 2;
    /// Module.
    pub const MODULE: usize = 3;
    /// Name.
    pub const NAME: usize = 4;
    /// May other modules look into it?
    pub const EXPORTED: usize = 5;
    /// The first field.
    pub const FIELDS: usize = 6;
}

/// The definition that a record was made from.
#[derive(Copy, Clone)]
pub struct Definition<'p>(&'p [Term<'p>]);

impl<'p> Definition<'p> {
    /// `term` as a definition.
    pub fn new(term: Term<'p>) -> Option<Definition<'p>> {
        let words = term.tuple_elements()?;
        (words.len() >= definition::FIELDS - 1).then_some(Definition(words))
    }
    /// All its elements.
    pub fn elements(self) -> &'p [Term<'p>] {
        self.0
    }
    /// Hash of module, name, whether exported, and fields.
    pub fn hash(self) -> u32 {
        self.0[definition::HASH - 1].as_small().unwrap_or(0) as u32
    }
    /// The module that defines it.
    pub fn module(self) -> Term<'p> {
        self.0[definition::MODULE - 1]
    }
    /// Its name there.
    pub fn name(self) -> Term<'p> {
        self.0[definition::NAME - 1]
    }
    /// May other modules look into it? As an atom.
    pub fn exported(self) -> Term<'p> {
        self.0[definition::EXPORTED - 1]
    }
    /// Names of the fields, in the order of the values.
    pub fn fields(self) -> &'p [Term<'p>] {
        &self.0[definition::FIELDS - 1..]
    }
    /// Where a field stands.
    pub fn position(self, field: Term<'_>) -> Option<usize> {
        self.fields().iter().position(|name| name.same(field))
    }
    /// Places of the fields, in the order of the source.
    pub fn order(self) -> impl DoubleEndedIterator<Item = usize> + ExactSizeIterator {
        let order = self.0[definition::ORDER - 1]
            .tuple_elements()
            .unwrap_or(&[]);
        order
            .iter()
            .map(|place| place.as_small().unwrap_or(0) as usize)
    }
    /// Do the fields stand in the order of the source?
    pub fn is_in_order(self) -> bool {
        self.order()
            .enumerate()
            .all(|(position, place)| position == place)
    }
}

/// A native record.
#[derive(Copy, Clone)]
pub struct Record<'p>(pub(crate) Term<'p>);

impl<'p> Record<'p> {
    fn words(self) -> &'p [Term<'p>] {
        // SAFETY: the header counts the definition and the values.
        unsafe {
            let object = self.0.word().pointer();
            std::slice::from_raw_parts(object.add(1).cast(), (*object).arity())
        }
    }
    /// The definition that it was made from.
    pub fn definition(self) -> Definition<'p> {
        Definition(self.words()[0].tuple_elements().unwrap_or(NO_DEFINITION))
    }
    /// The same as a term, for another record.
    pub fn definition_term(self) -> Term<'p> {
        self.words()[0]
    }
    /// Values, in the order of the definition's fields.
    pub fn values(self) -> &'p [Term<'p>] {
        &self.words()[1..]
    }
    /// The value of a field.
    pub fn get(self, field: Term<'_>) -> Option<Term<'p>> {
        self.values()
            .get(self.definition().position(field)?)
            .copied()
    }
    /// Fields and values in the order of the source.
    pub fn fields(self) -> impl DoubleEndedIterator<Item = (Term<'p>, Term<'p>)> {
        let (names, values) = (self.definition().fields(), self.values());
        self.definition()
            .order()
            .filter_map(move |place| Some((*names.get(place)?, *values.get(place)?)))
    }
}

static NO_DEFINITION: &[Term<'static>] = &[Term::NIL; definition::FIELDS - 1];

impl<'p> Term<'p> {
    /// The native record, if this is one.
    pub fn as_record(self) -> Option<Record<'p>> {
        self.has_subtag(subtag::RECORD).then_some(Record(self))
    }
}

impl<'p> Builder<'p> {
    /// A definition; `fields` in the order of the source. `None` if one is there twice.
    pub fn record_definition(
        &mut self,
        module: Atom,
        name: Atom,
        exported: bool,
        fields: &[Atom],
    ) -> Option<Term<'p>> {
        let mut sorted: Vec<(Atom, usize)> = fields.iter().copied().zip(0..).collect();
        sorted.sort_unstable_by_key(|(field, _)| field.index());
        if sorted.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return None;
        }
        let mut order = vec![Term::NIL; fields.len()];
        for (place, &(_, position)) in sorted.iter().enumerate() {
            order[position] = Term::small(place as i64);
        }
        let order = self.tuple(&order);
        let head = [
            Term::atom(module),
            Term::atom(name),
            Term::boolean(exported),
        ];
        let hash = crate::hash::definition_hash(&head, fields);
        let mut elements = vec![order, Term::small(i64::from(hash))];
        elements.extend(head);
        elements.extend(sorted.iter().map(|&(field, _)| Term::atom(field)));
        Some(self.tuple(&elements))
    }
    /// A native record; `values` in the order of the definition's fields, and as many.
    pub fn record(&mut self, definition: Term<'p>, values: &[Term<'p>]) -> Term<'p> {
        let object = self.alloc(VALUES + values.len());
        // SAFETY: fresh room of this size.
        unsafe {
            *object = Word::header(subtag::RECORD, 1 + values.len());
            *object.add(1) = definition.word();
            std::ptr::copy_nonoverlapping(
                values.as_ptr().cast::<Word>(),
                object.add(VALUES),
                values.len(),
            );
            Term::from_word(Word::boxed(object))
        }
    }
    /// A native record; `values` in the order of the source.
    pub fn record_in_order(&mut self, definition: Term<'p>, values: &[Term<'p>]) -> Term<'p> {
        let mut sorted = vec![Term::NIL; values.len()];
        if let Some(parts) = Definition::new(definition) {
            for (&value, place) in values.iter().zip(parts.order()) {
                if let Some(at) = sorted.get_mut(place) {
                    *at = value;
                }
            }
        }
        self.record(definition, &sorted)
    }
}
