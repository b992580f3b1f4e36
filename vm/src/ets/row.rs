//! `Row`: an object of a table, in one allocation outside all heaps.
//!
//! A header, then the tuple and all that is inside it, sharing nothing with any heap or literal but bytes that are counted. Only single
//! elements change in place, from one immediate to another; whoever changes a row holds its table's write lock.

use oxbeam_term::copy::{
    copy_all_counted, copy_all_into, copy_all_size, copy_block, copy_plain_block, is_plain_block,
};
use oxbeam_term::heap::offheap::OffHeap;
use oxbeam_term::word::subtag;
use oxbeam_term::{Builder, Term, Word};
use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::NonNull;

#[repr(C)]
struct Header {
    next: Option<Row>,
    key: Word,
    hash: u32,
    dead: bool,
    /// Nothing but terms and headers of tuples and maps is inside.
    plain: bool,
    /// Words of the tuple and what is inside it.
    words: usize,
    offheap: OffHeap,
}

/// Larger rows are not looked through for what is inside.
const MOST_PLAIN: usize = 100;

const HEADER_WORDS: usize = size_of::<Header>() / 8;
const _: () = assert!(size_of::<Header>().is_multiple_of(8));

/// An object of a table.
pub struct Row(NonNull<Header>);

// SAFETY: a row owns its allocation; what it shares is counted atomically.
unsafe impl Send for Row {}
// SAFETY: reading a row changes nothing in it.
unsafe impl Sync for Row {}

fn layout(words: usize) -> Layout {
    Layout::array::<u64>(HEADER_WORDS + words).expect("a row fits the address space")
}

impl Row {
    /// A copy of the tuple with these elements, whose key is at index `key`.
    ///
    /// # Panics
    /// If there is no element at `key`.
    pub fn of(elements: &[Term<'_>], key: usize) -> Row {
        assert!(key < elements.len(), "a row has a key");
        let size_of = |element: Term<'_>| match element.word().is_immediate() {
            true => 0,
            false => copy_all_size(element),
        };
        // Sizes of the first elements are remembered.
        let mut sizes = [0; 8];
        let mut words = 1 + elements.len();
        for (index, &element) in elements.iter().enumerate() {
            let size = size_of(element);
            if let Some(place) = sizes.get_mut(index) {
                *place = size;
            }
            words += size;
        }
        let layout = layout(words);
        // SAFETY: the layout is not empty.
        let Some(header) = NonNull::new(unsafe { alloc(layout) }.cast::<Header>()) else {
            handle_alloc_error(layout)
        };
        let mut offheap = OffHeap::new();
        // SAFETY: fresh room for the header, the tuple and its elements as they were measured.
        unsafe {
            let tuple = header.as_ptr().cast::<Word>().add(HEADER_WORDS);
            *tuple = Word::header(subtag::TUPLE, elements.len());
            let mut room = tuple.add(1 + elements.len());
            for (index, &element) in elements.iter().enumerate() {
                let word = element.word();
                *tuple.add(1 + index) = if word.is_immediate() {
                    word
                } else {
                    let size = match sizes.get(index) {
                        Some(&size) => size,
                        None => size_of(element),
                    };
                    let copy = copy_all_into(element, size, room, &mut offheap);
                    room = room.add(size);
                    copy
                };
            }
            header.write(Header {
                next: None,
                key: *tuple.add(1 + key),
                hash: 0,
                dead: false,
                plain: words <= MOST_PLAIN && is_plain_block(tuple, words),
                words,
                offheap,
            });
        }
        Row(header)
    }
    /// A one-tuple of a row's key.
    pub(super) fn of_key(row: &Row) -> Row {
        Row::of(&[row.key()], 0)
    }
    #[inline(always)]
    fn header(&self) -> &Header {
        // SAFETY: the allocation is the row's.
        unsafe { self.0.as_ref() }
    }
    #[inline(always)]
    fn header_mut(&mut self) -> &mut Header {
        // SAFETY: as above, and the row is borrowed exclusively.
        unsafe { self.0.as_mut() }
    }
    #[inline(always)]
    fn tuple(&self) -> *mut Word {
        // SAFETY: the tuple follows the header.
        unsafe { self.0.as_ptr().cast::<Word>().add(HEADER_WORDS) }
    }
    /// The tuple.
    #[inline(always)]
    pub fn term(&self) -> Term<'_> {
        // SAFETY: the tuple lives as long as the row.
        unsafe { Term::from_word(Word::boxed(self.tuple())) }
    }
    /// The key.
    #[inline(always)]
    pub fn key(&self) -> Term<'_> {
        // SAFETY: the key lies within the tuple.
        unsafe { Term::from_word(self.header().key) }
    }
    /// The word of the key, where it stays as long as the row does.
    #[inline(always)]
    pub(super) fn key_word(&self) -> &Word {
        &self.header().key
    }
    /// All elements.
    pub fn elements(&self) -> &[Term<'_>] {
        self.term().tuple_elements().unwrap_or(&[])
    }
    /// A copy of the tuple.
    #[inline]
    pub fn copy<'q>(&self, builder: &mut Builder<'q>) -> Term<'q> {
        if self.header().plain {
            // SAFETY: the tuple and what is inside it follow the header; it was looked through.
            return unsafe { copy_plain_block(self.tuple(), self.header().words, builder) };
        }
        if self.header().offheap.is_empty() {
            // SAFETY: the tuple and what is inside it follow the header, and nothing there owns anything.
            return unsafe { copy_block(self.tuple(), self.header().words, builder) };
        }
        // SAFETY: the words were counted when the row was made; elements changed since are immediates as they were before.
        unsafe { copy_all_counted(self.term(), self.header().words, builder) }
    }
    /// The words of the tuple and of what is inside it.
    pub fn words_slice(&self) -> &[Word] {
        // SAFETY: so many words were written when the row was made.
        unsafe { std::slice::from_raw_parts(self.tuple(), self.words()) }
    }
    /// Words of the tuple and what is inside it.
    pub fn words(&self) -> usize {
        self.header().words
    }
    /// What in it owns something.
    pub(crate) fn owners(&self) -> &OffHeap {
        &self.header().offheap
    }
    /// Sizes, in bytes, of the counted binaries that the row keeps alive, and how many hold each.
    pub fn binaries(&self) -> Vec<(u64, usize, usize)> {
        let mut found = Vec::new();
        self.header().offheap.for_each(|object| {
            // SAFETY: the list's objects are whole; a reference-counted binary holds its bytes in the third word.
            unsafe {
                if (*object).subtag() == subtag::REFC {
                    let shared =
                        oxbeam_term::binary::refc::SharedBytes::borrow_raw(&(*object.add(2)).0);
                    found.push((shared.data() as u64, shared.used(), shared.references()));
                }
            }
        });
        found
    }
    /// Sets the element at `index` if it and `value` are immediates, and it is not the key's.
    ///
    /// # Safety
    /// Nobody else looks at the row meanwhile.
    pub(super) unsafe fn set_immediate(&self, index: usize, value: Word) -> bool {
        // SAFETY: the index is tested against the tuple's arity; the caller keeps others away.
        unsafe {
            let tuple = self.tuple();
            if index >= (*tuple).arity() || !value.is_immediate() {
                return false;
            }
            let element = tuple.add(1 + index);
            if !(*element).is_immediate() {
                return false;
            }
            *element = value;
        }
        true
    }
    /// Hash of the key, where the table is a hash table.
    #[inline(always)]
    pub(super) fn hash(&self) -> u32 {
        self.header().hash
    }
    /// Sets the hash.
    pub(super) fn set_hash(&mut self, hash: u32) {
        self.header_mut().hash = hash;
    }
    /// Deleted while the table was fixed?
    #[inline(always)]
    pub(super) fn is_dead(&self) -> bool {
        self.header().dead
    }
    /// Marks it as deleted, or as alive again.
    pub(super) fn set_dead(&mut self, dead: bool) {
        self.header_mut().dead = dead;
    }
    /// The next row of the chain.
    #[inline(always)]
    pub(super) fn next(&self) -> Option<&Row> {
        self.header().next.as_ref()
    }
    /// The link to the next row.
    #[inline(always)]
    pub(super) fn link(&mut self) -> &mut Option<Row> {
        &mut self.header_mut().next
    }
    /// Takes the rows behind this one off.
    pub(super) fn take_next(&mut self) -> Option<Row> {
        self.header_mut().next.take()
    }
}

impl Drop for Row {
    fn drop(&mut self) {
        // Rows of a chain are dropped one by one: a chain may be long.
        let mut next = self.take_next();
        while let Some(mut row) = next {
            next = row.take_next();
        }
        let words = self.header().words;
        self.header_mut().offheap.release_all();
        // SAFETY: allocated with this layout; nothing in the header needs dropping any longer.
        unsafe { dealloc(self.0.as_ptr().cast(), layout(words)) };
    }
}
