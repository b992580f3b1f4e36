//! Definitions of native records (OTP 29), by module and name; `erl_record.c` in OTP.
//!
//! Whoever makes a record of another module takes the definition that is current then, and the record keeps it. Entries are made when
//! first named and never freed, as export entries are; what they point to goes when the module's version goes and nobody reads it.

use super::{Code, Module};
use oxbeam_sync::progress;
use oxbeam_term::boxed::record::Definition;
use oxbeam_term::{Atom, Term, Word};
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};

/// The definition of a native record in one version of its module.
pub struct RecordDefinition {
    /// Name.
    pub name: Atom,
    /// May other modules use it?
    pub exported: bool,
    /// A literal, as [`Definition`] has it.
    pub definition: Word,
    /// Default of each field, in the order of the definition's fields; [`Word::NONE`] where there is none.
    pub defaults: Box<[Word]>,
}

impl RecordDefinition {
    /// The definition as records have it.
    pub fn term(&self) -> Term<'static> {
        // SAFETY: a literal of a module, which is kept while a process may hold it.
        unsafe { Term::from_word(self.definition) }
    }
    /// Names of the fields, in the order of the defaults.
    pub fn fields(&self) -> &'static [Term<'static>] {
        Definition::new(self.term()).map_or(&[], Definition::fields)
    }
    /// Fields and their defaults, in the order of the source.
    pub fn described(&self) -> Vec<(Term<'static>, Option<Term<'static>>)> {
        let fields = self.fields();
        Definition::new(self.term())
            .into_iter()
            .flat_map(Definition::order)
            .filter_map(|place| {
                let default = *self.defaults.get(place)?;
                // SAFETY: as for the definition.
                let default = (!default.is_none()).then(|| unsafe { Term::from_word(default) });
                Some((*fields.get(place)?, default))
            })
            .collect()
    }
}

/// Where instructions find the current definition of a record of another module.
pub struct RecordEntry {
    /// Module.
    pub module: Atom,
    /// Name.
    pub name: Atom,
    /// Null, or the definition in the module's current version.
    current: AtomicPtr<RecordDefinition>,
}

impl RecordEntry {
    /// The current definition, for the interpreter.
    ///
    /// # Safety
    /// The thread is a worker and the reference is gone before its next quiescent point.
    #[inline(always)]
    pub(crate) unsafe fn peek<'a>(&self) -> Option<&'a RecordDefinition> {
        // SAFETY: `retire` defers the end of a definition until no worker can still have read it here.
        unsafe { self.current.load(Ordering::Acquire).as_ref() }
    }
    /// The current definition.
    pub fn current(&self) -> Option<Arc<RecordDefinition>> {
        let _guard = progress::pin();
        let current = self.current.load(Ordering::Acquire);
        if current.is_null() {
            return None;
        }
        // SAFETY: the pointer is an `Arc`'s, and the guard keeps that from being dropped.
        unsafe {
            Arc::increment_strong_count(current);
            Some(Arc::from_raw(current))
        }
    }
}

impl Code {
    /// The entry of a record, made if need be.
    pub fn record_entry(&self, module: Atom, name: Atom) -> &'static RecordEntry {
        if let Some(entry) = self.records.read().get(&(module, name)) {
            return entry;
        }
        self.records
            .write()
            .entry((module, name))
            .or_insert_with(|| {
                Box::leak(Box::new(RecordEntry {
                    module,
                    name,
                    current: AtomicPtr::default(),
                }))
            })
    }
    /// The definition of a record in the current version of its module.
    pub fn record_definition(&self, module: Atom, name: Atom) -> Option<Arc<RecordDefinition>> {
        self.records.read().get(&(module, name))?.current()
    }
    /// The current definition, if it says the same as `definition`, so that records that came as bytes share it with all others.
    pub fn canonical_record(&self, definition: Term<'_>) -> Option<Term<'static>> {
        let parts = Definition::new(definition)?;
        let current = self
            .record_definition(parts.module().as_atom()?, parts.name().as_atom()?)?
            .term();
        current.eq_exact(definition).then_some(current)
    }
    /// From now on records are made as `module` defines them, and no longer as `previous`, its version before, does.
    pub(super) fn publish_records(&self, module: &Module, previous: Option<&Module>) {
        if let Some(previous) = previous {
            let is_gone = |old: &RecordDefinition| {
                module
                    .records
                    .iter()
                    .all(|definition| definition.name != old.name)
            };
            for old in previous.records.iter().filter(|old| is_gone(old)) {
                self.withdraw_record(previous, old);
            }
        }
        for definition in &module.records {
            self.record_entry(module.name, definition.name)
                .current
                .store(Arc::as_ptr(definition).cast_mut(), Ordering::Release);
        }
    }
    /// No record of this version can be made any more.
    pub(super) fn withdraw_records(&self, module: &Module) {
        for definition in &module.records {
            self.withdraw_record(module, definition);
        }
    }
    fn withdraw_record(&self, module: &Module, definition: &RecordDefinition) {
        self.record_entry(module.name, definition.name)
            .current
            .store(std::ptr::null_mut(), Ordering::Release);
    }
}

/// Lets go of a version's definitions once no worker can have them at hand.
pub(super) fn retire(definitions: Vec<Arc<RecordDefinition>>) {
    if !definitions.is_empty() {
        progress::defer(move || drop(definitions));
    }
}
