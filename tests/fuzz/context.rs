//! What decoding asks a machine for: atoms, exports and entries of funs. None of them is ever freed, so that after many of each new names
//! stand for old ones.
#![allow(dead_code)]

use oxbeam_term::Term;
use oxbeam_term::atom::{Atom, MAX_CHARACTERS, exists};
use oxbeam_term::binary::refc::SharedBytes;
use oxbeam_term::boxed::fun::{Export, FunEntry};
use oxbeam_term::etf::{DecodeContext, DecodeError, FunKey};
use oxbeam_term::rules::{self, OTP_25, OTP_27, OTP_29};
use oxbeam_term::word::Word;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::sync::{LazyLock, Mutex};

/// So many new ones of each kind.
const MOST: usize = 50_000;

/// What a fun's entry goes by; the compiler's number is no part of it.
type FunName = (Atom, [u8; 16], u32, u32, u8, u32);

#[derive(Default)]
struct Known {
    atoms: Vec<Atom>,
    exports: HashMap<(Atom, Atom, u32), &'static Export>,
    funs: HashMap<FunName, &'static FunEntry>,
}

static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

/// Sets the rules of the release that `OXBEAM_OTP` names, else those of OTP 29, which has most kinds of terms.
pub fn set_release() {
    rules::set(match std::env::var("OXBEAM_OTP").as_deref() {
        Ok("25") => OTP_25,
        Ok("27") => OTP_27,
        _ => OTP_29,
    });
}

/// Of a message with this table of atoms, within these bytes.
#[derive(Default)]
pub struct Context<'a> {
    pub atoms: &'a [Atom],
    pub within: Option<SharedBytes>,
}

fn of_the_known<T: Copy>(known: &HashMap<impl Eq + std::hash::Hash, T>) -> Option<T> {
    known.values().next().copied()
}

impl DecodeContext for Context<'_> {
    fn atom(&mut self, text: &str, existing: bool) -> Result<Atom, DecodeError> {
        if let Some(atom) = exists(text) {
            return Ok(atom);
        }
        if text.chars().count() > MAX_CHARACTERS {
            return Err(DecodeError::TooLarge);
        }
        if existing {
            return Err(DecodeError::Unsafe);
        }
        let known = &mut KNOWN.lock().unwrap().atoms;
        if known.len() < MOST {
            known.push(Atom::of(text));
            return Ok(known[known.len() - 1]);
        }
        let sum: usize = text.bytes().map(usize::from).sum();
        Ok(known[sum * 31 % MOST])
    }
    fn cached_atom(&mut self, index: u8) -> Option<Atom> {
        self.atoms.get(usize::from(index)).copied()
    }
    fn shared(&mut self, bytes: &[u8]) -> Option<(SharedBytes, usize)> {
        let within = self.within.as_ref()?;
        let start = bytes.as_ptr().addr() - within.bytes().as_ptr().addr();
        Some((within.clone(), start))
    }
    fn export(
        &mut self,
        module: Atom,
        function: Atom,
        arity: u32,
        existing: bool,
    ) -> Option<&'static Export> {
        let known = &mut KNOWN.lock().unwrap().exports;
        let name = (module, function, arity);
        if let Some(export) = known.get(&name) {
            return Some(export);
        }
        if existing {
            return None;
        }
        if known.len() >= MOST {
            return of_the_known(known);
        }
        let export = Box::leak(Box::new(Export {
            func_info: AtomicU64::new(0),
            arity_word: u64::from(arity),
            module_word: Word::atom(module),
            function_word: Word::atom(function),
            native: AtomicU64::new(0),
            entry: AtomicU64::new(0),
            address: AtomicU64::new(0),
            flags: AtomicU32::new(0),
        }));
        known.insert(name, export);
        Some(export)
    }
    fn fun_entry(&mut self, key: FunKey<'_>) -> Option<&'static FunEntry> {
        let known = &mut KNOWN.lock().unwrap().funs;
        let name = (
            key.module,
            *key.uniq,
            key.index,
            key.old_uniq,
            key.arity,
            key.num_free,
        );
        if let Some(entry) = known.get(&name) {
            return Some(entry);
        }
        if known.len() >= MOST {
            // Another one would have another number of free variables.
            return None;
        }
        let entry = Box::leak(Box::new(FunEntry {
            address: AtomicU64::new(0),
            module: key.module,
            function: Atom::of("-fun-"),
            arity: u32::from(key.arity),
            num_free: key.num_free,
            index: key.index,
            old_index: key.old_index,
            old_uniq: key.old_uniq,
            uniq: *key.uniq,
        }));
        known.insert(name, entry);
        Some(entry)
    }
    fn record_definition(&mut self, _definition: Term<'_>) -> Option<Term<'static>> {
        None
    }
}

/// The keys of the empty map are made once and kept: a leak to who looks only for pointers in what was allocated.
#[unsafe(no_mangle)]
extern "C" fn __lsan_default_suppressions() -> *const std::ffi::c_char {
    c"leak:no_keys\n".as_ptr()
}
