//! `Term<'p>`: a word that may be looked at while nothing collects the heap that it lies in; [`View`] says what it is.

use crate::atom::Atom;
use crate::binary::Bits;
use crate::boxed::cons::Cons;
use crate::boxed::external::{External, ExternalKind};
use crate::boxed::fun::Fun;
use crate::boxed::record::Record;
use crate::boxed::reference::Reference;
use crate::boxed::tuple::Tuple;
use crate::heap::arena::Builder;
use crate::map::Map;
use crate::number::BigRef;
use crate::word::{SMALL_MAX, SMALL_MIN, Word, primary, subtag};
use std::marker::PhantomData;

/// A term, for as long as `'p` lasts.
#[repr(transparent)]
#[derive(Copy, Clone)]
pub struct Term<'p>(Word, PhantomData<&'p Word>);

/// What a term is.
#[derive(Copy, Clone)]
pub enum View<'p> {
    /// Small integer.
    Small(i64),
    /// Big integer.
    Big(BigRef<'p>),
    /// Float.
    Float(f64),
    /// Atom.
    Atom(Atom),
    /// Empty list.
    Nil,
    /// List cell.
    Cons(Cons<'p>),
    /// Tuple.
    Tuple(Tuple<'p>),
    /// Map of either kind.
    Map(Map<'p>),
    /// Binary or other bitstring.
    Bits(Bits<'p>),
    /// Fun, local or external.
    Fun(Fun<'p>),
    /// Process of this node, by number.
    Pid(u64),
    /// Port of this node, by number.
    Port(u64),
    /// Reference of this node.
    Reference(Reference<'p>),
    /// Process of another node.
    ExternalPid(External<'p>),
    /// Port of another node.
    ExternalPort(External<'p>),
    /// Reference of another node.
    ExternalReference(External<'p>),
    /// Native record (OTP 29).
    Record(Record<'p>),
}

impl<'p> Term<'p> {
    /// The empty list.
    pub const NIL: Term<'static> = Term(Word::NIL, PhantomData);
    /// `true`
    pub const TRUE: Term<'static> = Term(Word::boolean(true), PhantomData);
    /// `false`
    pub const FALSE: Term<'static> = Term(Word::boolean(false), PhantomData);

    /// Looks at a word.
    ///
    /// # Safety
    /// `word` is a whole term whose objects stay where they are for `'p`.
    #[inline(always)]
    pub const unsafe fn from_word(word: Word) -> Term<'p> {
        Term(word, PhantomData)
    }
    /// The word.
    #[inline(always)]
    pub const fn word(self) -> Word {
        self.0
    }
    /// An immediate, which is a term for ever.
    #[inline(always)]
    pub fn immediate(word: Word) -> Option<Term<'static>> {
        word.is_immediate().then_some(Term(word, PhantomData))
    }
    /// A small integer; `value` must lie within the small range.
    #[inline(always)]
    pub const fn small(value: i64) -> Term<'static> {
        Term(Word::small(value), PhantomData)
    }
    /// An atom.
    #[inline(always)]
    pub const fn atom(atom: Atom) -> Term<'static> {
        Term(Word::atom(atom), PhantomData)
    }
    /// `true` or `false`.
    #[inline(always)]
    pub const fn boolean(value: bool) -> Term<'static> {
        Term(Word::boolean(value), PhantomData)
    }
    /// A process of this node.
    pub const fn local_pid(number: u64) -> Term<'static> {
        Term(Word::local_pid(number), PhantomData)
    }
    /// A port of this node.
    pub const fn local_port(number: u64) -> Term<'static> {
        Term(Word::local_port(number), PhantomData)
    }

    /// Is this a boxed object of this kind?
    #[inline(always)]
    pub fn has_subtag(self, tag: u64) -> bool {
        // SAFETY: a boxed pointer points to a header.
        self.0.is_boxed() && unsafe { (*self.0.pointer()).subtag() } == tag
    }

    /// What this term is.
    #[inline]
    pub fn view(self) -> View<'p> {
        let word = self.0;
        match word.primary() {
            primary::CONS => View::Cons(Cons(self)),
            primary::IMMEDIATE => {
                if word.is_small() {
                    View::Small(word.small_value())
                } else if word.is_atom() {
                    View::Atom(word.atom_value())
                } else if word.is_nil() {
                    View::Nil
                } else if word.is_local_pid() {
                    View::Pid(word.local_number())
                } else {
                    debug_assert!(word.is_local_port(), "not a term: {word:?}");
                    View::Port(word.local_number())
                }
            }
            _ => self.view_boxed(),
        }
    }

    fn view_boxed(self) -> View<'p> {
        debug_assert!(self.0.is_boxed(), "not a term: {:?}", self.0);
        // SAFETY: a boxed pointer points to a header, which says what follows it.
        unsafe {
            let object = self.0.pointer();
            let header = *object;
            debug_assert!(header.is_header(), "boxed pointer to {header:?}");
            match header.subtag() {
                subtag::TUPLE => View::Tuple(Tuple(self)),
                tag @ (subtag::BIG_POSITIVE | subtag::BIG_NEGATIVE) => View::Big(BigRef {
                    negative: tag == subtag::BIG_NEGATIVE,
                    limbs: std::slice::from_raw_parts(object.add(1).cast::<u64>(), header.arity()),
                }),
                subtag::FLOAT => View::Float(f64::from_bits((*object.add(1)).0)),
                subtag::MAP => View::Map(Map(self)),
                subtag::REFC | subtag::HEAP_BITS | subtag::SUB_BITS | subtag::MATCH => {
                    View::Bits(Bits::of(self))
                }
                subtag::FUN | subtag::EXPORT => View::Fun(Fun(self)),
                subtag::REFERENCE => View::Reference(Reference(self)),
                subtag::RECORD => View::Record(Record(self)),
                _ => {
                    let external = External(self);
                    match external.kind() {
                        ExternalKind::Pid => View::ExternalPid(external),
                        ExternalKind::Port => View::ExternalPort(external),
                        ExternalKind::Reference => View::ExternalReference(external),
                    }
                }
            }
        }
    }

    /// The integer, if this is one beyond the small ones.
    #[inline]
    pub(crate) fn as_big(self) -> Option<BigRef<'p>> {
        if !self.0.is_boxed() {
            return None;
        }
        // SAFETY: a boxed pointer points to a header, which counts the limbs that follow it.
        unsafe {
            let object = self.0.pointer();
            let header = *object;
            let negative = header.subtag() == subtag::BIG_NEGATIVE;
            (negative || header.subtag() == subtag::BIG_POSITIVE).then(|| BigRef {
                negative,
                limbs: std::slice::from_raw_parts(object.add(1).cast::<u64>(), header.arity()),
            })
        }
    }
    /// Is this the empty list?
    #[inline(always)]
    pub fn is_nil(self) -> bool {
        self.0.is_nil()
    }
    /// Is this `atom`?
    #[inline(always)]
    pub fn is(self, atom: Atom) -> bool {
        self.0 == Word::atom(atom)
    }
    /// The atom, if this is one.
    #[inline(always)]
    pub fn as_atom(self) -> Option<Atom> {
        if self.0.is_atom() {
            Some(self.0.atom_value())
        } else {
            None
        }
    }
    /// `true` or `false`, if this is one of them.
    pub fn as_boolean(self) -> Option<bool> {
        if self.is(crate::atom::known::TRUE) {
            Some(true)
        } else if self.is(crate::atom::known::FALSE) {
            Some(false)
        } else {
            None
        }
    }
    /// The value of a small integer.
    #[inline(always)]
    pub fn as_small(self) -> Option<i64> {
        if self.0.is_small() {
            Some(self.0.small_value())
        } else {
            None
        }
    }
    /// The value of an integer that fits.
    pub fn as_i64(self) -> Option<i64> {
        match self.view() {
            View::Small(value) => Some(value),
            View::Big(big) => match (big.negative, big.limbs) {
                (false, [limb]) => i64::try_from(*limb).ok(),
                (true, [limb]) if *limb <= 1 << 63 => Some((*limb as i64).wrapping_neg()),
                _ => None,
            },
            _ => None,
        }
    }
    /// The value of an integer that fits.
    pub fn as_u64(self) -> Option<u64> {
        match self.view() {
            View::Small(value) => u64::try_from(value).ok(),
            View::Big(BigRef {
                negative: false,
                limbs: [limb],
            }) => Some(*limb),
            _ => None,
        }
    }
    /// The value of a non-negative integer that fits.
    pub fn as_usize(self) -> Option<usize> {
        self.as_u64().and_then(|value| usize::try_from(value).ok())
    }
    /// The value of a float.
    pub fn as_float(self) -> Option<f64> {
        match self.view() {
            View::Float(value) => Some(value),
            _ => None,
        }
    }
    /// Is this an integer?
    #[inline]
    pub fn is_integer(self) -> bool {
        self.0.is_small()
            || self.has_subtag(subtag::BIG_POSITIVE)
            || self.has_subtag(subtag::BIG_NEGATIVE)
    }
    /// Is this a float?
    #[inline]
    pub fn is_float(self) -> bool {
        self.has_subtag(subtag::FLOAT)
    }
    /// Is this a number?
    pub fn is_number(self) -> bool {
        self.is_integer() || self.is_float()
    }
    /// Is this a tuple?
    #[inline]
    pub fn is_tuple(self) -> bool {
        self.has_subtag(subtag::TUPLE)
    }
    /// Is this a map?
    #[inline]
    pub fn is_map(self) -> bool {
        self.has_subtag(subtag::MAP)
    }
    /// Is this a fun?
    pub fn is_fun(self) -> bool {
        self.as_fun().is_some()
    }
    /// Is this a pid, of whatever node?
    pub fn is_pid(self) -> bool {
        self.0.is_local_pid() || self.has_subtag(subtag::EXTERNAL_PID)
    }
    /// Is this a port, of whatever node?
    pub fn is_port(self) -> bool {
        self.0.is_local_port() || self.has_subtag(subtag::EXTERNAL_PORT)
    }
    /// Is this a reference, of whatever node?
    pub fn is_reference(self) -> bool {
        self.has_subtag(subtag::REFERENCE) || self.has_subtag(subtag::EXTERNAL_REFERENCE)
    }
    /// Number of a process of this node.
    #[inline]
    pub fn as_local_pid(self) -> Option<u64> {
        if self.0.is_local_pid() {
            Some(self.0.local_number())
        } else {
            None
        }
    }
    /// Number of a port of this node.
    pub fn as_local_port(self) -> Option<u64> {
        if self.0.is_local_port() {
            Some(self.0.local_number())
        } else {
            None
        }
    }
    /// The map, if this is one.
    #[inline]
    pub fn as_map(self) -> Option<Map<'p>> {
        self.is_map().then_some(Map(self))
    }
    /// The same object or immediate? Never looks behind a pointer.
    #[inline(always)]
    pub fn same(self, other: Term<'_>) -> bool {
        self.0 == other.0
    }
}

impl<'p> From<Atom> for Term<'p> {
    fn from(atom: Atom) -> Term<'p> {
        Term::atom(atom)
    }
}

impl<'p> Builder<'p> {
    /// An integer.
    #[inline]
    pub fn integer(&mut self, value: i64) -> Term<'p> {
        if (SMALL_MIN..=SMALL_MAX).contains(&value) {
            return Term::small(value);
        }
        self.big(value < 0, &[value.unsigned_abs()])
    }
    /// A non-negative integer.
    #[inline]
    pub fn unsigned(&mut self, value: u64) -> Term<'p> {
        if value <= SMALL_MAX as u64 {
            Term::small(value as i64)
        } else {
            self.big(false, &[value])
        }
    }
    /// An integer from its magnitude, least significant limb first; small if it fits. Leading zero limbs are allowed.
    pub fn big(&mut self, negative: bool, limbs: &[u64]) -> Term<'p> {
        let used = limbs
            .iter()
            .rposition(|&limb| limb != 0)
            .map_or(0, |position| position + 1);
        let limbs = &limbs[..used];
        match limbs {
            [] => return Term::small(0),
            [limb] if !negative && *limb <= SMALL_MAX as u64 => return Term::small(*limb as i64),
            [limb] if negative && *limb <= SMALL_MIN.unsigned_abs() => {
                return Term::small((*limb as i64).wrapping_neg());
            }
            _ => {}
        }
        let object = self.alloc(1 + used);
        // SAFETY: fresh room for the header and the limbs.
        unsafe {
            *object = Word::header(
                if negative {
                    subtag::BIG_NEGATIVE
                } else {
                    subtag::BIG_POSITIVE
                },
                used,
            );
            std::ptr::copy_nonoverlapping(limbs.as_ptr(), object.add(1).cast(), used);
            Term::from_word(Word::boxed(object))
        }
    }
    /// A float.
    #[inline]
    pub fn float(&mut self, value: f64) -> Term<'p> {
        let object = self.alloc(2);
        // SAFETY: two fresh words.
        unsafe {
            *object = Word::header(subtag::FLOAT, 1);
            *object.add(1) = Word(value.to_bits());
            Term::from_word(Word::boxed(object))
        }
    }
}
