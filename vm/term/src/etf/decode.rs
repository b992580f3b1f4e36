//! Bytes to terms.

use crate::atom::{Atom, AtomError};
use crate::boxed::external::{Node, this_node};
use crate::boxed::fun::{Export, FunEntry};
use crate::heap::arena::Builder;
use crate::term::Term;

/// Why bytes are no term.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum DecodeError {
    /// They are not in the format; where.
    Malformed {
        /// Offset from the first byte given (from the first inflated byte for what was compressed).
        offset: usize,
    },
    /// They would make something that option `safe` forbids: a new atom, fun or export.
    Unsafe,
    /// A number or tuple larger than there may be.
    TooLarge,
    /// The atom table is full.
    AtomTableFull,
    /// They hold a term of another incarnation of a node (tag 121).
    ForeignLocal,
}

/// How to decode.
#[derive(Copy, Clone, Default, Debug)]
pub struct DecodeOptions {
    /// Make no atoms, exports or funs that don't exist.
    pub safe: bool,
}

/// What a lambda is called in the external format.
#[derive(Copy, Clone, Debug)]
pub struct FunKey<'a> {
    /// Module.
    pub module: Atom,
    /// Position in the module's table.
    pub index: u32,
    /// MD5 of the module.
    pub uniq: &'a [u8; 16],
    /// The compiler's number.
    pub old_index: u32,
    /// The compiler's hash.
    pub old_uniq: u32,
    /// Arity that a caller sees.
    pub arity: u8,
    /// Number of free variables.
    pub num_free: u32,
}

/// What decoding needs from the machine.
pub trait DecodeContext {
    /// The atom of this text; with `existing`, only if there is one (`Err(Unsafe)` otherwise).
    ///
    /// # Errors
    /// It may not be made.
    fn atom(&mut self, text: &str, existing: bool) -> Result<Atom, DecodeError> {
        if existing {
            return crate::atom::exists(text).ok_or(DecodeError::Unsafe);
        }
        Atom::new(text).map_err(|error| match error {
            AtomError::TooLong => DecodeError::TooLarge,
            AtomError::Full => DecodeError::AtomTableFull,
        })
    }
    /// The atom at this place of the connection's cache (tag 82).
    fn cached_atom(&mut self, _index: u8) -> Option<Atom> {
        None
    }
    /// The export entry `module:function/arity`; with `existing`, only if there is one.
    fn export(
        &mut self,
        module: Atom,
        function: Atom,
        arity: u8,
        existing: bool,
    ) -> Option<&'static Export>;
    /// The entry of a lambda, made if it is not known.
    fn fun_entry(&mut self, key: FunKey<'_>) -> Option<&'static FunEntry>;
    /// This node.
    fn node(&self) -> &'static Node {
        this_node()
    }
    /// The shared definition of a native record `{Module, Name, Exported, Fields}`, a literal; `None`: it stays on the heap.
    fn record_definition(&mut self, _definition: Term<'_>) -> Option<Term<'static>> {
        None
    }
}

/// Decodes a whole external term, [`super::VERSION`] first, perhaps compressed. Gives the term and the bytes used.
///
/// # Errors
/// The bytes are no such term.
pub fn decode<'p>(
    _bytes: &[u8],
    _builder: &mut Builder<'p>,
    _context: &mut dyn DecodeContext,
    _options: DecodeOptions,
) -> Result<(Term<'p>, usize), DecodeError> {
    unimplemented!()
}

/// Decodes a term without the version byte, as they stand in distribution messages.
///
/// # Errors
/// The bytes are no such term.
pub fn decode_term<'p>(
    _bytes: &[u8],
    _builder: &mut Builder<'p>,
    _context: &mut dyn DecodeContext,
    _options: DecodeOptions,
) -> Result<(Term<'p>, usize), DecodeError> {
    unimplemented!()
}
