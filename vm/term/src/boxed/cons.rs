//! List cells: `[head][tail]`.

use crate::heap::arena::Builder;
use crate::term::{Term, View};
use crate::word::Word;

/// Words of a list cell.
pub const WORDS: usize = 2;

/// A list cell.
#[derive(Copy, Clone)]
pub struct Cons<'p>(pub(crate) Term<'p>);

impl<'p> Cons<'p> {
    #[inline(always)]
    fn at(self, index: usize) -> Term<'p> {
        // SAFETY: a cons pointer points to two terms that stay for `'p`.
        unsafe { Term::from_word(*self.0.word().pointer().add(index)) }
    }
    /// The first element.
    #[inline(always)]
    pub fn head(self) -> Term<'p> {
        self.at(0)
    }
    /// The rest.
    #[inline(always)]
    pub fn tail(self) -> Term<'p> {
        self.at(1)
    }
    /// The cell as a term.
    pub fn term(self) -> Term<'p> {
        self.0
    }
}

/// Walks a list's elements; [`ListIter::rest`] tells afterwards whether it was a proper one.
#[derive(Copy, Clone)]
pub struct ListIter<'p> {
    rest: Term<'p>,
}

impl<'p> ListIter<'p> {
    /// Starts at `list`.
    pub fn new(list: Term<'p>) -> ListIter<'p> {
        ListIter { rest: list }
    }
    /// What is behind the last element taken: the empty list at a proper list's end.
    pub fn rest(&self) -> Term<'p> {
        self.rest
    }
}

impl<'p> Iterator for ListIter<'p> {
    type Item = Term<'p>;
    #[inline]
    fn next(&mut self) -> Option<Term<'p>> {
        let cell = self.rest.as_cons()?;
        self.rest = cell.tail();
        Some(cell.head())
    }
}

impl<'p> Term<'p> {
    /// The elements; stops at the end or at an improper tail.
    pub fn list_iter(self) -> ListIter<'p> {
        ListIter::new(self)
    }
    /// Number of elements of a proper list.
    pub fn proper_length(self) -> Option<usize> {
        let mut elements = self.list_iter();
        let count = elements.by_ref().count();
        elements.rest().is_nil().then_some(count)
    }
    /// The elements of a proper list.
    pub fn proper_list(self) -> Option<Vec<Term<'p>>> {
        let mut elements = self.list_iter();
        let all: Vec<Term<'p>> = elements.by_ref().collect();
        elements.rest().is_nil().then_some(all)
    }
    /// The list cell, if this is one.
    #[inline(always)]
    pub fn as_cons(self) -> Option<Cons<'p>> {
        if self.word().is_cons() {
            Some(Cons(self))
        } else {
            None
        }
    }
    /// Is this a list cell or the empty list?
    pub fn is_list(self) -> bool {
        matches!(self.view(), View::Cons(_) | View::Nil)
    }
}

impl<'p> Builder<'p> {
    /// `[Head | Tail]`
    #[inline]
    pub fn cons(&mut self, head: Term<'p>, tail: Term<'p>) -> Term<'p> {
        let cell = self.alloc(WORDS);
        // SAFETY: two fresh words.
        unsafe {
            *cell = head.word();
            *cell.add(1) = tail.word();
            Term::from_word(Word::cons(cell))
        }
    }
    /// A list of `elements` that ends in `tail`.
    pub fn list_with_tail<I>(&mut self, elements: I, tail: Term<'p>) -> Term<'p>
    where
        I: IntoIterator<Item = Term<'p>, IntoIter: DoubleEndedIterator>,
    {
        elements
            .into_iter()
            .rev()
            .fold(tail, |rest, element| self.cons(element, rest))
    }
    /// A proper list.
    pub fn list<I>(&mut self, elements: I) -> Term<'p>
    where
        I: IntoIterator<Item = Term<'p>, IntoIter: DoubleEndedIterator>,
    {
        self.list_with_tail(elements, Term::NIL)
    }
    /// A list of `length` elements that `next` gives, the first one first, and that ends in `tail`: in one piece.
    #[inline]
    fn list_in_order(
        &mut self,
        length: usize,
        tail: Term<'p>,
        mut next: impl FnMut() -> Option<Term<'p>>,
    ) -> Term<'p> {
        if length == 0 {
            return tail;
        }
        let cells = self.alloc(length * WORDS);
        // SAFETY: fresh room for so many cells; each gets a head, and the next one behind it, the last one the tail.
        unsafe {
            let mut cell = cells;
            for _ in 0..length {
                *cell = next().unwrap_or(Term::NIL).word();
                *cell.add(1) = Word::cons(cell.add(WORDS));
                cell = cell.add(WORDS);
            }
            *cell.sub(1) = tail.word();
            Term::from_word(Word::cons(cells))
        }
    }
    /// The first `length` elements of a list, which it has, and then `tail`.
    pub fn list_before(&mut self, list: Term<'p>, length: usize, tail: Term<'p>) -> Term<'p> {
        let mut elements = list.list_iter();
        self.list_in_order(length, tail, || elements.next())
    }
    /// A list of byte values.
    pub fn byte_list(&mut self, bytes: &[u8]) -> Term<'p> {
        let mut rest = bytes.iter();
        self.list_in_order(bytes.len(), Term::NIL, || {
            rest.next().map(|&byte| Term::small(i64::from(byte)))
        })
    }
    /// A list of a text's code points.
    pub fn char_list(&mut self, text: &str) -> Term<'p> {
        let length = text.chars().count();
        if length == text.len() {
            return self.byte_list(text.as_bytes());
        }
        let mut rest = text.chars();
        self.list_in_order(length, Term::NIL, || {
            rest.next()
                .map(|character| Term::small(i64::from(u32::from(character))))
        })
    }
}
