//! Funs: `[header][fun entry][creator][free variable]*`, and external funs: `[header][export entry]`.
//!
//! Entries are made by the machine and never freed: they are shared by name, so their number is bounded by the code that was ever
//! loaded, and a fun may outlive the module version that made it.

use crate::atom::Atom;
use crate::heap::arena::Builder;
use crate::term::Term;
use crate::word::{Word, subtag};
use std::sync::atomic::{AtomicU64, Ordering};

/// What a code address points to: a word that holds a native handler's address.
pub type CodePointer = *const u64;

/// Lambda of a module, as its `FunT` chunk describes it.
#[repr(C)]
pub struct FunEntry {
    /// Where a call goes: a [`CodePointer`].
    pub address: AtomicU64,
    /// Module that made the fun.
    pub module: Atom,
    /// Name of the lifted function.
    pub function: Atom,
    /// Arity that a caller sees.
    pub arity: u32,
    /// Number of free variables.
    pub num_free: u32,
    /// Position in the module's table of funs (`new_index`).
    pub index: u32,
    /// The compiler's number of the fun (`index`).
    pub old_index: u32,
    /// The compiler's hash of the fun (`uniq`).
    pub old_uniq: u32,
    /// MD5 of the module that made it (`new_uniq`).
    pub uniq: [u8; 16],
}

/// Call target `Module:Function/Arity`.
///
/// It begins like a function's code: five words of header, then an entry. So [`Export::address`] may point to the entry within the
/// export itself, while the function has no code or is native, and whoever looks at the words before an entry finds the same there.
#[repr(C)]
pub struct Export {
    /// Handler of `func_info`.
    pub func_info: AtomicU64,
    /// Arity, in the low 32 bits.
    pub arity_word: u64,
    /// Module, an atom's word.
    pub module_word: Word,
    /// Function, an atom's word.
    pub function_word: Word,
    /// Address of a native function, or zero.
    pub native: AtomicU64,
    /// Handler that runs when the entry is called: error handler, native function.
    pub entry: AtomicU64,
    /// Where a call goes: a [`CodePointer`], perhaps to `entry`.
    pub address: AtomicU64,
    /// The machine's own flags.
    pub flags: std::sync::atomic::AtomicU32,
}

impl Export {
    /// Module.
    pub fn module(&self) -> Atom {
        self.module_word.atom_value()
    }
    /// Function.
    pub fn function(&self) -> Atom {
        self.function_word.atom_value()
    }
    /// Arity.
    pub fn arity(&self) -> u32 {
        self.arity_word as u32
    }
}

/// In the place of the creator, from OTP 27 on: the fun counts its entry for itself (`fun_info(_, refc)`), as one does that was decoded or
/// copied into a table. One that code has made, and its copies in messages, share a literal of that code.
pub const ON_ITS_OWN: Term<'static> = Term::NIL;

/// A fun.
#[derive(Copy, Clone)]
pub struct Fun<'p>(pub(crate) Term<'p>);

/// What a fun is.
#[derive(Copy, Clone)]
pub enum FunKind<'p> {
    /// Made by `fun … end`, with its creator and free variables.
    Local {
        /// The lambda.
        entry: &'static FunEntry,
        /// The process that made it; from OTP 27 on it may be [`ON_ITS_OWN`].
        creator: Term<'p>,
        /// Its free variables.
        free: &'p [Term<'p>],
    },
    /// `fun M:F/A`
    External(&'static Export),
}

impl<'p> Fun<'p> {
    /// What kind of fun, and its parts.
    pub fn kind(self) -> FunKind<'p> {
        let object = self.0.word().pointer();
        // SAFETY: a fun's object has this shape; entries are never freed.
        unsafe {
            if (*object).subtag() == subtag::EXPORT {
                FunKind::External(&*((*object.add(1)).0 as *const Export))
            } else {
                let count = (*object).arity() - 2;
                FunKind::Local {
                    entry: &*((*object.add(1)).0 as *const FunEntry),
                    creator: Term::from_word(*object.add(2)),
                    free: std::slice::from_raw_parts(object.add(3).cast::<Term<'p>>(), count),
                }
            }
        }
    }
    /// Arity that a caller sees.
    pub fn arity(self) -> u32 {
        match self.kind() {
            FunKind::Local { entry, .. } => entry.arity,
            FunKind::External(export) => export.arity(),
        }
    }
    /// The fun as a term.
    pub fn term(self) -> Term<'p> {
        self.0
    }
}

impl FunEntry {
    /// Where a call goes.
    #[inline(always)]
    pub fn code(&self) -> CodePointer {
        self.address.load(Ordering::Acquire) as CodePointer
    }
}

impl Export {
    /// Where a call goes.
    #[inline(always)]
    pub fn code(&self) -> CodePointer {
        self.address.load(Ordering::Acquire) as CodePointer
    }
}

impl<'p> Term<'p> {
    /// The fun, if this is one.
    pub fn as_fun(self) -> Option<Fun<'p>> {
        (self.has_subtag(subtag::FUN) || self.has_subtag(subtag::EXPORT)).then_some(Fun(self))
    }
}

impl<'p> Builder<'p> {
    /// A fun with its free variables; `creator` is a pid, or [`ON_ITS_OWN`].
    pub fn local_fun(
        &mut self,
        entry: &'static FunEntry,
        creator: Term<'p>,
        free: &[Term<'p>],
    ) -> Term<'p> {
        let object = self.alloc(3 + free.len());
        // SAFETY: fresh room of this size.
        unsafe {
            *object = Word::header(subtag::FUN, 2 + free.len());
            *object.add(1) = Word(std::ptr::from_ref(entry) as u64);
            *object.add(2) = creator.word();
            std::ptr::copy_nonoverlapping(free.as_ptr().cast::<Word>(), object.add(3), free.len());
            Term::from_word(Word::boxed(object))
        }
    }
    /// `fun M:F/A`
    pub fn external_fun(&mut self, export: &'static Export) -> Term<'p> {
        let object = self.alloc(2);
        // SAFETY: as above.
        unsafe {
            *object = Word::header(subtag::EXPORT, 1);
            *object.add(1) = Word(std::ptr::from_ref(export) as u64);
            Term::from_word(Word::boxed(object))
        }
    }
}
