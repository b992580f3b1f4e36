//! Call targets: export entries and fun entries. Both are made when first named and never freed.
//!
//! An export's address says where a call goes: into a module's code, or to the entry's own word, whose handler calls the error
//! handler or a native function.

use super::{Code, FunName};
use crate::interp::dispatch::header;
use crate::interp::ops::{call, control};
use crate::native::{Kind, Native, NativeFunction, StandIn, StaticNif};
use crate::trace::breakpoint;
use oxbeam_loader::BeamFile;
use oxbeam_term::boxed::fun::{Export, FunEntry};
use oxbeam_term::etf::FunKey;
use oxbeam_term::{Atom, Word};
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};

fn handler(row: &'static crate::interp::isa::Row) -> u64 {
    (row.select)(&[]) as usize as u64
}

/// Handler at the entry of a native of this kind.
fn native_handler(kind: Kind) -> u64 {
    handler(match kind {
        Kind::Guard | Kind::Plain => &call::native_entry,
        Kind::DirtyCpu => &call::dirty_cpu_entry,
        Kind::DirtyIo => &call::dirty_io_entry,
    })
}

/// Makes the function whose entry is `entry` a native one, with a number that the native may ask for.
///
/// # Safety
/// `entry` is a function's entry in loaded code.
pub(super) unsafe fn make_native(
    entry: *const u64,
    kind: Kind,
    native: NativeFunction,
    number: u32,
) {
    let at = entry.cast::<AtomicU64>();
    // SAFETY: the words before an entry are the native's and the arity's, whose upper half is free; all are aligned words that are only
    // ever stored whole.
    unsafe {
        let arity = &*at.offset(header::ARITY);
        let low = arity.load(Ordering::Relaxed) & u64::from(u32::MAX);
        arity.store(low | u64::from(number) << 32, Ordering::Release);
        (*at.offset(header::NATIVE)).store(native as usize as u64, Ordering::Release);
        let handler = native_handler(kind);
        if !breakpoint::replace(entry as u64, handler) {
            (*at).store(handler, Ordering::Release);
        }
    }
}

/// Entries that were asked for, by a hash of their names: what calls functions by name asks for the same few again and again.
pub(super) struct Recent(Box<[AtomicPtr<Export>]>);

const RECENT: usize = 256;

impl Default for Recent {
    fn default() -> Recent {
        Recent((0..RECENT).map(|_| AtomicPtr::default()).collect())
    }
}

impl Recent {
    #[inline]
    fn place(&self, module: Atom, function: Atom, arity: u32) -> &AtomicPtr<Export> {
        let mixed = module
            .index()
            .wrapping_mul(31)
            .wrapping_add(function.index())
            .wrapping_mul(31)
            .wrapping_add(arity);
        &self.0[mixed as usize % RECENT]
    }
    #[inline]
    fn get(&self, module: Atom, function: Atom, arity: u32) -> Option<&'static Export> {
        let export = self.place(module, function, arity).load(Ordering::Acquire);
        // SAFETY: null or an entry, which is never freed.
        unsafe { export.as_ref() }.filter(|export| {
            export.module() == module && export.function() == function && export.arity() == arity
        })
    }
    fn note(&self, export: &'static Export) {
        self.place(export.module(), export.function(), export.arity())
            .store(std::ptr::from_ref(export).cast_mut(), Ordering::Release);
    }
}

impl Code {
    /// The entry of `module:function/arity`, made if need be.
    pub fn export(&self, module: Atom, function: Atom, arity: u32) -> &'static Export {
        if let Some(export) = self.recent.get(module, function, arity) {
            return export;
        }
        let export = self.export_of((module, function, arity));
        self.recent.note(export);
        export
    }
    fn export_of(&self, key: (Atom, Atom, u32)) -> &'static Export {
        let (module, function, arity) = key;
        if let Some(export) = self.exports.read().get(&key) {
            return export;
        }
        let mut exports = self.exports.write();
        exports.entry(key).or_insert_with(|| {
            let export: &'static Export = Box::leak(Box::new(Export {
                func_info: AtomicU64::new(handler(&control::func_info)),
                arity_word: u64::from(arity),
                module_word: Word::atom(module),
                function_word: Word::atom(function),
                native: AtomicU64::new(0),
                entry: AtomicU64::new(handler(&call::undefined_entry)),
                address: AtomicU64::new(0),
                flags: AtomicU32::new(0),
            }));
            export
                .address
                .store(std::ptr::from_ref(&export.entry) as u64, Ordering::Release);
            export
        })
    }
    /// The entry if anyone has named it.
    pub fn find_export(&self, module: Atom, function: Atom, arity: u32) -> Option<&'static Export> {
        self.exports.read().get(&(module, function, arity)).copied()
    }
    /// Does a call of this entry reach code or a native?
    pub fn has_code(&self, export: &Export) -> bool {
        export.address.load(Ordering::Acquire) != std::ptr::from_ref(&export.entry) as u64
            || is_native(export)
            || export.entry.load(Ordering::Acquire) == breakpoint::global_handler()
    }
    /// All entries of a module.
    pub fn exports_of(&self, module: Atom) -> Vec<&'static Export> {
        self.exports
            .read()
            .iter()
            .filter(|(key, _)| key.0 == module)
            .map(|(_, export)| *export)
            .collect()
    }
    /// Registers native functions, those that `release` has.
    pub fn register_natives(&self, natives: &'static [Native], release: u8) {
        for native in natives
            .iter()
            .filter(|native| (native.since..=native.until).contains(&release))
        {
            let (module, function) = (Atom::of(native.module), Atom::of(native.function));
            let export = self.export(module, function, u32::from(native.arity));
            export
                .native
                .store(native.native as usize as u64, Ordering::Release);
            export
                .entry
                .store(native_handler(native.kind), Ordering::Release);
            self.natives
                .write()
                .insert((module, function, u32::from(native.arity)), native);
        }
    }
    /// The native function of this name.
    pub fn native(&self, module: Atom, function: Atom, arity: u32) -> Option<&'static Native> {
        self.natives.read().get(&(module, function, arity)).copied()
    }
    /// All native functions.
    pub fn natives(&self) -> Vec<&'static Native> {
        let natives = self.natives.read();
        let mut natives: Vec<_> = natives.values().copied().collect();
        natives.sort_by_key(|native| (native.module, native.function, native.arity));
        natives
    }
    /// Registers what stands in for functions of OTP's.
    pub fn register_stand_ins(&self, stand_ins: &'static [StandIn]) {
        self.stand_ins.write().extend(stand_ins);
    }
    /// What stands in for functions of this file: name, arity, and the address of what does.
    pub(super) fn stand_ins_for(&self, file: &BeamFile) -> Vec<(Atom, u32, u64)> {
        let rows = self.stand_ins.read();
        let rows = rows.iter().filter(|row| row.module == file.module);
        rows.filter_map(|row| {
            let arity = u32::from(row.arity);
            let found = oxbeam_loader::fingerprint(file, row.function, arity)?;
            let known = row.fingerprints.contains(&found);
            known.then(|| (Atom::of(row.function), arity, row.native as usize as u64))
        })
        .collect()
    }
    /// Registers NIF libraries that are part of the machine.
    pub fn register_static_nifs(&self, libraries: &'static [StaticNif]) {
        self.static_nifs.write().extend(libraries);
    }
    /// Registers those that take the place of libraries in C which can't be loaded.
    pub fn register_spare_nifs(&self, libraries: &'static [StaticNif]) {
        self.spare_nifs.write().extend(libraries);
    }
    /// The one that takes the place of the library of this name.
    pub fn spare_nif(&self, name: &str) -> Option<&'static StaticNif> {
        let spare = self.spare_nifs.read();
        spare.iter().find(|library| library.name == name).copied()
    }
    /// The NIF library of this name.
    pub fn static_nif(&self, name: &str) -> Option<&'static StaticNif> {
        self.static_nifs
            .read()
            .iter()
            .find(|library| library.name == name)
            .copied()
    }
    /// An entry that stands for the `on_load` function of the module that waits for it.
    pub fn on_load_export(&self, name: Atom) -> Option<&'static Export> {
        let (module, code) = self.pending(name)?;
        let function = module.function_at(code as u64)?;
        // In no table: nobody else may call it.
        let export: &'static Export = Box::leak(Box::new(Export {
            func_info: AtomicU64::new(handler(&control::func_info)),
            arity_word: 0,
            module_word: Word::atom(name),
            function_word: Word::atom(function.name),
            native: AtomicU64::new(0),
            entry: AtomicU64::new(handler(&call::undefined_entry)),
            address: AtomicU64::new(code as u64),
            flags: AtomicU32::new(0),
        }));
        Some(export)
    }
    /// The entries of all funs, by module and index.
    pub fn fun_entries(&self) -> Vec<&'static FunEntry> {
        let mut entries: Vec<_> = self.funs.read().values().copied().collect();
        entries.sort_by_key(|entry| (entry.module.index(), entry.index));
        entries
    }
    /// The entry of a fun, made if it is not known; without code until its module is loaded.
    pub fn fun_entry(&self, key: &FunKey<'_>, function: Atom) -> &'static FunEntry {
        // With its arguments: external terms name what they like, and the hash leaves a module's table of funs out. Whoever calls a fun
        // relies on what its entry says.
        let name = FunName {
            module: key.module,
            uniq: *key.uniq,
            index: key.index,
            old_uniq: key.old_uniq,
            arity: key.arity,
            num_free: key.num_free,
        };
        if let Some(entry) = self.funs.read().get(&name) {
            return entry;
        }
        let mut funs = self.funs.write();
        funs.entry(name).or_insert_with(|| {
            Box::leak(Box::new(FunEntry {
                address: AtomicU64::new(0),
                module: key.module,
                function,
                arity: u32::from(key.arity),
                num_free: key.num_free,
                index: key.index,
                old_index: key.old_index,
                old_uniq: key.old_uniq,
                uniq: *key.uniq,
            }))
        })
    }
}

/// Is the entry a native's own, as those of `bif.tab` are?
pub fn is_native(export: &Export) -> bool {
    export.native.load(Ordering::Acquire) != 0
}

/// Takes the code behind an export away: calls go to the native, if there is one, or to the error handler.
pub(super) fn remove_code(export: &Export) {
    export
        .address
        .store(std::ptr::from_ref(&export.entry) as u64, Ordering::Release);
}
