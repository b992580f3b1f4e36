//! Definitions of native records (OTP 29), by module and name; `erl_record.c` in OTP.
//!
//! Whoever makes a record of another module takes the definition that is current then, and the record keeps it. Entries are made when
//! first named and never freed, as export entries are; what they point to goes when the module's version goes and nobody reads it.

use super::{Code, Module};
use oxbeam_sync::progress;
use oxbeam_term::{Atom, Term, Word};
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};

/// The definition of a native record in one version of its module.
pub struct RecordDefinition {
    /// Name.
    pub name: Atom,
    /// May other modules use it?
    pub exported: bool,
    /// A literal, as [`oxbeam_term::term::Record::definition`] has it.
    pub definition: Word,
    /// Default of each field, [`Word::NONE`] where there is none.
    pub defaults: Box<[Word]>,
}

impl RecordDefinition {
    /// The definition as records have it.
    pub fn term(&self) -> Term<'static> {
        // SAFETY: a literal of a module, which is kept while a process may hold it.
        unsafe { Term::from_word(self.definition) }
    }
    /// Names of the fields.
    pub fn fields(&self) -> &'static [Term<'static>] {
        self.term()
            .as_tuple_of::<4>()
            .and_then(|[_, _, _, fields]| fields.tuple_elements())
            .unwrap_or(&[])
    }
    /// The default of the field at this position.
    pub fn default_of(&self, position: usize) -> Option<Term<'static>> {
        let word = *self.defaults.get(position)?;
        // SAFETY: as for the definition.
        (!word.is_none()).then(|| unsafe { Term::from_word(word) })
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
        let [module, name, _, _] = definition.as_tuple_of::<4>()?;
        let current = self
            .record_definition(module.as_atom()?, name.as_atom()?)?
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
