//! Tuples: `[header][element]*`.

use crate::heap::arena::Builder;
use crate::term::Term;
use crate::word::{Word, subtag};

/// Most elements that a tuple may have.
pub const MAX_ARITY: usize = (1 << 24) - 1;

/// A tuple.
#[derive(Copy, Clone)]
pub struct Tuple<'p>(pub(crate) Term<'p>);

impl<'p> Tuple<'p> {
    /// Number of elements.
    #[inline(always)]
    pub fn len(self) -> usize {
        // SAFETY: a tuple's pointer points to its header.
        unsafe { (*self.0.word().pointer()).arity() }
    }
    /// Is it `{}`?
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
    /// The element at `index`, from zero.
    #[inline]
    pub fn get(self, index: usize) -> Option<Term<'p>> {
        self.elements().get(index).copied()
    }
    /// All elements.
    #[inline(always)]
    pub fn elements(self) -> &'p [Term<'p>] {
        // SAFETY: the header counts the terms that follow it; `Term` is a transparent word; they stay for `'p`.
        unsafe {
            std::slice::from_raw_parts(
                self.0.word().pointer().add(1).cast::<Term<'p>>(),
                self.len(),
            )
        }
    }
    /// The tuple as a term.
    pub fn term(self) -> Term<'p> {
        self.0
    }
}

impl<'p> Term<'p> {
    /// The tuple, if this is one.
    #[inline(always)]
    pub fn as_tuple(self) -> Option<Tuple<'p>> {
        if self.has_subtag(subtag::TUPLE) {
            Some(Tuple(self))
        } else {
            None
        }
    }
    /// The elements, if this is a tuple of `N`.
    #[inline]
    pub fn as_tuple_of<const N: usize>(self) -> Option<[Term<'p>; N]> {
        self.as_tuple()
            .and_then(|tuple| <[Term<'p>; N]>::try_from(tuple.elements()).ok())
    }
    /// A slice of a tuple's elements, if this is one.
    #[inline]
    pub fn tuple_elements(self) -> Option<&'p [Term<'p>]> {
        self.as_tuple().map(Tuple::elements)
    }
}

impl<'p> Builder<'p> {
    /// A tuple of these elements.
    #[inline]
    pub fn tuple(&mut self, elements: &[Term<'p>]) -> Term<'p> {
        debug_assert!(elements.len() <= MAX_ARITY);
        let object = self.alloc(elements.len() + 1);
        // SAFETY: fresh room for a header and the elements.
        unsafe {
            *object = Word::header(subtag::TUPLE, elements.len());
            std::ptr::copy_nonoverlapping(
                elements.as_ptr().cast::<Word>(),
                object.add(1),
                elements.len(),
            );
            Term::from_word(Word::boxed(object))
        }
    }
    /// A tuple of these elements, but for the one at `position`, which is `element`.
    #[inline]
    pub fn tuple_with(
        &mut self,
        elements: &[Term<'p>],
        position: usize,
        element: Term<'p>,
    ) -> Term<'p> {
        assert!(position < elements.len());
        let copy = self.tuple(elements);
        // SAFETY: nobody else has seen the fresh tuple; the position is within it.
        unsafe { *copy.word().pointer().add(1 + position) = element.word() };
        copy
    }
    /// A tuple of `arity` copies of `element`.
    pub fn filled_tuple(&mut self, arity: usize, element: Term<'p>) -> Term<'p> {
        let object = self.alloc(arity + 1);
        // SAFETY: as in `tuple`.
        unsafe {
            *object = Word::header(subtag::TUPLE, arity);
            for index in 0..arity {
                *object.add(1 + index) = element.word();
            }
            Term::from_word(Word::boxed(object))
        }
    }
}
