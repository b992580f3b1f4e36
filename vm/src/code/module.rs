//! Modules: versions, places in their source, and the commit of new code.
//!
//! A module has at most two versions, current and old. New code is prepared aside and committed under one lock; calls through export
//! entries reach it from then on, processes in the old code stay there until they make such a call.

use super::lower::{Function, Lowered};
use super::record::{self, RecordDefinition};
use super::{Code, catch, export};
use crate::trace::breakpoint;
use oxbeam_term::boxed::fun::{Export, FunEntry};
use oxbeam_term::heap::literal::LiteralArea;
use oxbeam_term::{Atom, Word};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Loaded code of one version of a module.
pub struct Module {
    /// Name.
    pub name: Atom,
    /// Instructions; they stay where they are while the version is loaded.
    pub code: Box<[u64]>,
    /// Functions, by rising entry.
    pub functions: Vec<Function>,
    /// Line items by rising word.
    pub lines: Vec<(u32, u32)>,
    /// File and line of each line item.
    pub locations: Vec<(u32, u32)>,
    /// Files that lines refer to, as texts and as literal lists of characters.
    pub files: Vec<(String, Word)>,
    /// Exported functions and the words of their entries.
    pub exports: Vec<(&'static Export, u32)>,
    /// Funs and the words of their entries.
    pub funs: Vec<(&'static FunEntry, u32)>,
    /// Indices of its catches.
    pub catches: Vec<u32>,
    /// Its literals.
    pub literals: LiteralArea,
    /// Word of the function that runs at loading.
    pub on_load: Option<u32>,
    /// MD5 of the file.
    pub md5: [u8; 16],
    /// Attributes, an external term.
    pub attributes: Option<Vec<u8>>,
    /// Compile information, an external term.
    pub compile_info: Option<Vec<u8>>,
    /// Native records that it defines.
    pub records: Vec<Arc<RecordDefinition>>,
    /// Functions that `-nifs` names, by their place; none if there is no such attribute.
    pub declared_nifs: Box<[u32]>,
    /// Functions that `load_nif` replaced.
    pub nifs: parking_lot::Mutex<Vec<(Atom, u32)>>,
    /// The library in C that they come from; dropped when the version is purged.
    pub library: parking_lot::Mutex<Option<Box<dyn std::any::Any + Send + Sync>>>,
}

// SAFETY: the raw words (literals) lie in the module's own area and never change.
unsafe impl Send for Module {}
// SAFETY: as above.
unsafe impl Sync for Module {}

/// Files and lines from here on are none in a stack trace: OTP packs both into a word of 32 bits.
const MAX_FILES: u32 = 255;
const MAX_LINE: u32 = (1 << 24) - 1;

impl Module {
    /// A version from lowered code; the rest is filled in by the loader.
    pub(super) fn functions_of(lowered: &Lowered) -> Vec<Function> {
        lowered.functions.clone()
    }
    /// Address of a word of the code.
    pub fn address(&self, word: u32) -> *const u64 {
        &self.code[word as usize]
    }
    /// Does an address lie in this version?
    pub fn contains(&self, address: u64) -> bool {
        let start = self.code.as_ptr() as u64;
        (start..start + self.code.len() as u64 * 8).contains(&address)
    }
    /// The function that an address lies in.
    pub fn function_at(&self, address: u64) -> Option<&Function> {
        let word = ((address - self.code.as_ptr() as u64) / 8) as u32;
        // An address in a header belongs to the function behind it.
        let header = super::lower::HEADER_WORDS as u32;
        let position = self
            .functions
            .partition_point(|function| function.entry - header <= word);
        position
            .checked_sub(1)
            .map(|position| &self.functions[position])
    }
    /// File and line of an address; the file as a text and as a list.
    pub fn line_at(&self, address: u64) -> Option<(&str, Word, u32)> {
        let word = ((address - self.code.as_ptr() as u64) / 8) as u32;
        let position = self.lines.partition_point(|&(start, _)| start <= word);
        let item = self.lines[position.checked_sub(1)?].1;
        let &(file, line) = self.locations.get(item as usize)?;
        if item == 0 || file >= MAX_FILES || line >= MAX_LINE {
            return None;
        }
        let (text, list) = self.files.get(file as usize)?;
        Some((text, *list, line))
    }
    /// The exported function's code.
    pub fn find_function(&self, name: Atom, arity: u32) -> Option<*const u64> {
        self.functions
            .iter()
            .find(|function| function.name == name && function.arity == arity)
            .map(|function| self.address(function.entry))
    }
    /// May a library replace this function? If `-nifs` names any, only those.
    pub fn may_be_native(&self, name: Atom, arity: u32) -> bool {
        let mut declared = self.declared_nifs.iter();
        self.declared_nifs.is_empty()
            || declared.any(|&place| {
                let function = &self.functions[place as usize];
                function.name == name && function.arity == arity
            })
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        catch::release(&self.catches);
        record::retire(std::mem::take(&mut self.records));
    }
}

/// The versions of a module.
#[derive(Default, Clone)]
pub struct Versions {
    /// What calls reach.
    pub current: Option<Arc<Module>>,
    /// What some processes may still run.
    pub old: Option<Arc<Module>>,
    /// Loaded, but its `on_load` function has not succeeded yet.
    pub pending: Option<Arc<Module>>,
    /// How many names of modules came before this one.
    pub index: usize,
}

/// Why code can't be committed.
#[derive(Debug, PartialEq, Eq)]
pub enum FinishError {
    /// A module is there twice.
    Duplicated(Vec<Atom>),
    /// A module has old code already.
    NotPurged(Vec<Atom>),
}

/// What was committed.
#[derive(Debug, PartialEq, Eq)]
pub enum Finished {
    /// All is current.
    Current,
    /// The one module waits for its `on_load` function.
    OnLoad(Atom),
}

impl Code {
    /// Makes prepared modules current, all at once.
    ///
    /// # Errors
    /// One is there twice, or has old code.
    pub fn finish(&self, prepared: Vec<Arc<Module>>) -> Result<Finished, FinishError> {
        let mut modules = self.modules.write();
        let mut seen = hashbrown::HashSet::new();
        let duplicated: Vec<Atom> = prepared
            .iter()
            .map(|module| module.name)
            .filter(|name| !seen.insert(*name))
            .collect();
        if !duplicated.is_empty() {
            return Err(FinishError::Duplicated(duplicated));
        }
        let not_purged: Vec<Atom> = prepared
            .iter()
            .map(|module| module.name)
            .filter(|name| {
                modules
                    .get(name)
                    .is_some_and(|versions| versions.current.is_some() && versions.old.is_some())
            })
            .collect();
        if !not_purged.is_empty() {
            return Err(FinishError::NotPurged(not_purged));
        }
        let mut finished = Finished::Current;
        for module in prepared {
            self.note_range(&module);
            let index = modules.len();
            let versions = modules.entry(module.name).or_insert_with(|| Versions {
                index,
                ..Versions::default()
            });
            if module.on_load.is_some() {
                finished = Finished::OnLoad(module.name);
                versions.pending = Some(module);
            } else {
                self.make_current(versions, module);
            }
        }
        Ok(finished)
    }
    /// Addresses are looked for whenever a stack trace is made, and change when a module is loaded.
    fn note_range(&self, module: &Arc<Module>) {
        self.ranges.write().insert(Arc::clone(module));
    }
    /// What was current becomes old. What is old stays, where nothing was current: processes may still run it.
    fn make_current(&self, versions: &mut Versions, module: Arc<Module>) {
        let previous = versions.current.take();
        self.publish(&module, previous.as_deref());
        if previous.is_some() {
            versions.old = previous;
        }
        versions.current = Some(module);
    }
    /// Calls reach this version from now on.
    fn publish(&self, module: &Module, previous: Option<&Module>) {
        self.publish_records(module, previous);
        if let Some(previous) = previous {
            breakpoint::forget(previous);
        }
        for &(entry, word) in &module.funs {
            entry
                .address
                .store(module.address(word) as u64, Ordering::Release);
        }
        for &(export, word) in &module.exports {
            export
                .address
                .store(module.address(word) as u64, Ordering::Release);
        }
        if let Some(previous) = previous {
            for &(export, _) in &previous.exports {
                if !module
                    .exports
                    .iter()
                    .any(|&(kept, _)| std::ptr::eq(kept, export))
                {
                    export::remove_code(export);
                }
            }
        }
        breakpoint::loaded(module);
    }
    /// The module whose `on_load` function is to run, with the function's code.
    pub fn pending(&self, name: Atom) -> Option<(Arc<Module>, *const u64)> {
        let modules = self.modules.read();
        let module = modules.get(&name)?.pending.clone()?;
        let word = module.on_load?;
        let address = module.address(word);
        Some((module, address))
    }
    /// Ends what `on_load` began: `keep` makes the module current, else it is dropped. False if there is none.
    pub fn finish_on_load(&self, name: Atom, keep: bool) -> bool {
        let mut modules = self.modules.write();
        let Some(versions) = modules.get_mut(&name) else {
            return false;
        };
        if keep && versions.current.is_some() && versions.old.is_some() {
            return false;
        }
        let Some(module) = versions.pending.take() else {
            return false;
        };
        if keep {
            self.make_current(versions, module);
        } else {
            // The purger takes it from here.
            versions.pending = Some(module);
        }
        true
    }
    /// `delete_module`: current code becomes old. `None`: not loaded; `Some(false)`: there is old code already.
    pub fn delete(&self, name: Atom) -> Option<bool> {
        let mut modules = self.modules.write();
        let versions = modules.get_mut(&name)?;
        versions.current.as_ref()?;
        if versions.old.is_some() {
            return Some(false);
        }
        versions.old = versions.current.take();
        if let Some(old) = &versions.old {
            self.withdraw_records(old);
            breakpoint::forget(old);
            for &(export, _) in &old.exports {
                export::remove_code(export);
            }
        }
        Some(true)
    }
    /// Keeps modules from coming and going while `look` looks at the current versions: of this name, or all.
    pub(crate) fn look_at_current<R>(
        &self,
        name: Option<Atom>,
        look: impl FnOnce(&[Arc<Module>]) -> R,
    ) -> R {
        let modules = self.modules.read();
        let current: Vec<Arc<Module>> = match name {
            Some(name) => modules
                .get(&name)
                .and_then(|versions| versions.current.clone())
                .into_iter()
                .collect(),
            None => modules
                .values()
                .filter_map(|versions| versions.current.clone())
                .collect(),
        };
        look(&current)
    }
    /// The versions of a module.
    pub fn versions(&self, name: Atom) -> Versions {
        self.modules.read().get(&name).cloned().unwrap_or_default()
    }
    /// The current version.
    pub fn current(&self, name: Atom) -> Option<Arc<Module>> {
        self.modules.read().get(&name)?.current.clone()
    }
    /// Names of all modules that have code, old code too, the newest name first: OTP's order, and the same in every simulated run.
    pub fn loaded(&self) -> Vec<Atom> {
        let modules = self.modules.read();
        let mut loaded: Vec<(usize, Atom)> = modules
            .iter()
            .filter(|(_, versions)| versions.current.is_some() || versions.old.is_some())
            .map(|(name, versions)| (versions.index, *name))
            .collect();
        loaded.sort_unstable_by_key(|&(index, _)| std::cmp::Reverse(index));
        loaded.into_iter().map(|(_, name)| name).collect()
    }
    /// Bytes that loaded code and its literals take.
    pub fn memory(&self) -> usize {
        let modules = self.modules.read();
        let all = modules.values().flat_map(|versions| {
            [&versions.current, &versions.old, &versions.pending]
                .into_iter()
                .flatten()
        });
        all.map(|module| {
            (module.code.len() + module.literals.words()) * 8 + module.functions.len() * 32
        })
        .sum()
    }
    /// Replaces functions of a module that is being loaded by natives (`load_nif`). False if the module has no such function.
    pub fn replace_by_natives(
        &self,
        module: &Module,
        natives: &'static [crate::native::Native],
    ) -> bool {
        for native in natives {
            let name = Atom::of(native.function);
            let Some(entry) = module.find_function(name, u32::from(native.arity)) else {
                continue;
            };
            // SAFETY: an entry of loaded code.
            unsafe { export::make_native(entry, native.kind, native.native, 0) };
            module.nifs.lock().push((name, u32::from(native.arity)));
        }
        true
    }
    /// Replaces a function of a module by `native`, which finds `number` by [`Cx::native_number`](crate::native::Cx::native_number). False
    /// if the module has no such function.
    pub fn replace_by_library(
        &self,
        module: &Module,
        (name, arity): (Atom, u32),
        kind: crate::native::Kind,
        native: crate::native::NativeFunction,
        number: u32,
    ) -> bool {
        let Some(entry) = module.find_function(name, arity) else {
            return false;
        };
        // SAFETY: an entry of loaded code.
        unsafe { export::make_native(entry, kind, native, number) };
        module.nifs.lock().push((name, arity));
        true
    }
}
