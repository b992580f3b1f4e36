//! The table of export entries.
//!
//! An entry is made when it is first named, by an import, a fun or a call, and never freed. Its address says where a call goes:
//! into a module's code, or to the entry's own word, whose handler calls the error handler or a native function.

use hashbrown::HashMap;
use oxbeam_term::boxed::fun::Export;
use oxbeam_term::{Atom, Word};
use parking_lot::RwLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// All code of the machine.
pub struct Code {
    exports: RwLock<HashMap<(Atom, Atom, u32), &'static Export>>,
    /// Handlers of an entry that has no code: `func_info`, and the call of the error handler.
    func_info: u64,
    undefined: u64,
}

impl Code {
    /// No code yet; the addresses are those of the handlers for `func_info` and for a call of a function that is not there.
    pub fn new(func_info: u64, undefined: u64) -> Code {
        Code {
            exports: RwLock::new(HashMap::new()),
            func_info,
            undefined,
        }
    }
    /// The entry of `module:function/arity`, made if need be.
    pub fn export(&self, module: Atom, function: Atom, arity: u32) -> &'static Export {
        let key = (module, function, arity);
        if let Some(export) = self.exports.read().get(&key) {
            return export;
        }
        let mut exports = self.exports.write();
        exports.entry(key).or_insert_with(|| {
            let export: &'static Export = Box::leak(Box::new(Export {
                func_info: AtomicU64::new(self.func_info),
                arity_word: u64::from(arity),
                module_word: Word::atom(module),
                function_word: Word::atom(function),
                native: AtomicU64::new(0),
                entry: AtomicU64::new(self.undefined),
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
}
