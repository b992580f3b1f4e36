//! Deep copies of terms into another arena, and their sizes.
//!
//! A copy is made in two passes: one adds up the words, the other copies into one piece of that size, whose objects are the work list
//! of a Cheney scan; so depth costs no stack, and the source, which others may be reading, is never written to. Shared subterms are
//! copied as often as they occur, as `copy_struct` of `copy.c` does. Reference-counted binaries and the objects of magic references
//! are shared; so are literals, but for those of an area that is about to go ([`set_leaving`]).
//!
//! [`flat_size`] and [`shared_size`] count what OTP would use, release by release. They are for looking at; what a copy really takes
//! is [`copy_size`].

use crate::binary::kernel;
use crate::binary::refc::SharedBytes;
use crate::boxed::fun;
use crate::boxed::reference::WITH_OBJECT;
use crate::heap::arena::{Arena, Block, Builder};
use crate::heap::literal::{Leaving, LiteralArea, is_literal};
use crate::heap::offheap::{self, OffHeap};
use crate::heap::parcel::Parcel;
use crate::marks::Marks;
use crate::rules::{Rules, rules};
use crate::term::Term;
use crate::word::{Word, primary, subtag};
use hashbrown::HashMap;
use parking_lot::RwLock;
use smallvec::SmallVec;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Words of a part of a bitstring.
const SUB: usize = 4;
/// Words of a reference-counted binary.
const REFC: usize = 4;

/// What a copy need not copy.
trait Sharing {
    /// Is nothing shared, not even what a fun has in common with the code that made it?
    const WHOLE: bool = false;
    /// Stays `word`, a pointer, what it is?
    fn shares(&self, word: Word) -> bool;
}

/// Everything is copied.
struct Nothing;
/// Literals stay.
struct Literals;
/// Literals stay, but for these.
struct Staying(Arc<Leaving>);

impl Sharing for Nothing {
    const WHOLE: bool = true;
    #[inline(always)]
    fn shares(&self, _word: Word) -> bool {
        false
    }
}

impl Sharing for Literals {
    #[inline(always)]
    fn shares(&self, word: Word) -> bool {
        is_literal(word)
    }
}

impl Sharing for Staying {
    #[inline]
    fn shares(&self, word: Word) -> bool {
        is_literal(word) && !self.0.contains(word.pointer())
    }
}

static ANY_LEAVING: AtomicBool = AtomicBool::new(false);
static LEAVING: RwLock<Option<Arc<Leaving>>> = RwLock::new(None);

/// These literals are about to go: [`copy`] copies them from now on. `None` ends that.
pub fn set_leaving(literals: Option<Arc<Leaving>>) {
    let mut leaving = LEAVING.write();
    ANY_LEAVING.store(literals.is_some(), Ordering::Release);
    *leaving = literals;
}

/// The leaving literals, as they are for the whole of one copy.
#[inline]
fn leaving() -> Option<Staying> {
    if !ANY_LEAVING.load(Ordering::Acquire) {
        return None;
    }
    LEAVING.read().clone().map(Staying)
}

/// First word and count of the terms within a boxed object.
#[inline(always)]
unsafe fn children(object: *const Word, header: Word) -> (*const Word, usize) {
    let (offset, count) = match header.subtag() {
        subtag::TUPLE | subtag::RECORD => (1, header.arity()),
        subtag::MAP => (1, header.object_arity()),
        subtag::FUN => (2, header.arity() - 1),
        _ => (0, 0),
    };
    // SAFETY: the header counts the object's words.
    (unsafe { object.add(offset) }, count)
}

/// Offset, bits and holder of a part or match context.
#[inline]
unsafe fn part(object: *const Word, header: Word) -> (usize, usize, Word) {
    // SAFETY: the caller has seen the header.
    unsafe {
        let first = (*object.add(1)).0 as usize;
        let second = (*object.add(2)).0 as usize;
        if header.subtag() == subtag::SUB_BITS {
            (first, second, *object.add(3))
        } else {
            (first, second - first, *object.add(4))
        }
    }
}

/// Words that the copy of a boxed object takes, its children apart.
#[inline(always)]
unsafe fn boxed_words<S: Sharing>(object: *const Word, header: Word, sharing: &S) -> usize {
    match header.subtag() {
        subtag::SUB_BITS | subtag::MATCH => {
            // SAFETY: a part's header.
            let (_, bits, holder) = unsafe { part(object, header) };
            if sharing.shares(holder) {
                SUB
            // SAFETY: a part's holder is a bitstring of its own.
            } else if unsafe { (*holder.pointer()).subtag() } == subtag::REFC {
                SUB + REFC
            } else {
                2 + bits.div_ceil(64)
            }
        }
        _ => 1 + header.object_arity(),
    }
}

/// Adds up the words of the copy of `root`.
unsafe fn measure<S: Sharing>(root: Word, sharing: &S) -> usize {
    let mut work: SmallVec<[(*const Word, usize); 16]> = SmallVec::new();
    let mut words = 0;
    let (mut at, mut left) = (&raw const root, 1_usize);
    loop {
        while left > 0 {
            // SAFETY: `at` and `left` are words of a term, or within an object of one.
            unsafe {
                let word = *at;
                at = at.add(1);
                left -= 1;
                if word.is_immediate() || sharing.shares(word) {
                    continue;
                }
                let object = word.pointer();
                let (next, count) = if word.is_cons() {
                    words += 2;
                    (object.cast_const(), 2)
                } else {
                    words += boxed_words(object, *object, sharing);
                    children(object, *object)
                };
                if count > 0 {
                    if left > 0 {
                        work.push((at, left));
                    }
                    (at, left) = (next, count);
                }
            }
        }
        match work.pop() {
            Some(rest) => (at, left) = rest,
            None => return words,
        }
    }
}

/// A copy in progress: `room` is filled from the front, and `top` is its next free word.
struct Copier<'a, S> {
    sharing: &'a S,
    start: usize,
    size: usize,
    top: *mut Word,
    offheap: &'a mut OffHeap,
}

impl<S: Sharing> Copier<'_, S> {
    #[inline(always)]
    unsafe fn take(&mut self, words: usize) -> *mut Word {
        let at = self.top;
        debug_assert!(at as usize + words * 8 <= self.start + self.size);
        // SAFETY: the room was measured for what is copied into it.
        self.top = unsafe { at.add(words) };
        at
    }

    /// Copies the object behind `word`, or a list's cells as far as they follow one another; their words still point to the source.
    #[inline(always)]
    unsafe fn object(&mut self, word: Word) -> Word {
        // SAFETY: `word` points to a whole object of the source.
        unsafe {
            if word.is_cons() {
                let first = self.top;
                let mut cell = word.pointer();
                loop {
                    let copy = self.take(2);
                    let tail = *cell.add(1);
                    *copy = *cell;
                    if !tail.is_cons() || self.sharing.shares(tail) {
                        *copy.add(1) = tail;
                        return Word::cons(first);
                    }
                    *copy.add(1) = Word::cons(self.top);
                    cell = tail.pointer();
                }
            }
            let object = word.pointer();
            let header = *object;
            match header.subtag() {
                subtag::TUPLE => {
                    let copy = self.take(1 + header.arity());
                    for index in 0..=header.arity() {
                        *copy.add(index) = *object.add(index);
                    }
                    Word::boxed(copy)
                }
                subtag::REFC => Word::boxed(self.refc(object)),
                subtag::SUB_BITS | subtag::MATCH => self.part(object, header),
                _ => {
                    let words = 1 + header.object_arity();
                    let copy = self.take(words);
                    std::ptr::copy_nonoverlapping(object, copy, words);
                    if offheap::owns(header) {
                        offheap::share(copy);
                        self.offheap.push(copy);
                    }
                    if S::WHOLE && header.subtag() == subtag::FUN && !rules().fun_creators {
                        *copy.add(2) = fun::ON_ITS_OWN.word();
                    }
                    Word::boxed(copy)
                }
            }
        }
    }

    unsafe fn refc(&mut self, object: *const Word) -> *mut Word {
        // SAFETY: a reference-counted binary holds one reference in its third word; the copy gets one of its own.
        unsafe {
            let copy = self.take(REFC);
            *copy = *object;
            *copy.add(1) = *object.add(1);
            *copy.add(2) = Word(
                SharedBytes::borrow_raw(&(*object.add(2)).0)
                    .clone()
                    .into_raw(),
            );
            self.offheap.push(copy);
            copy
        }
    }

    unsafe fn part(&mut self, object: *const Word, header: Word) -> Word {
        // SAFETY: a part's header, and a part lies within its holder.
        unsafe {
            let (offset, bits, holder) = part(object, header);
            let shared = self.sharing.shares(holder);
            let source = holder.pointer();
            if !shared && (*source).subtag() == subtag::HEAP_BITS {
                let words = bits.div_ceil(64);
                let copy = self.take(2 + words);
                *copy = Word::header(subtag::HEAP_BITS, 1 + words);
                *copy.add(1) = Word(bits as u64);
                if words > 0 {
                    *copy.add(1 + words) = Word(0);
                }
                kernel::copy(
                    source.add(2).cast::<u8>(),
                    offset,
                    copy.add(2).cast::<u8>(),
                    0,
                    bits,
                );
                return Word::boxed(copy);
            }
            let copy = self.take(SUB);
            *copy = Word::header(subtag::SUB_BITS, SUB - 1);
            *copy.add(1) = Word(offset as u64);
            *copy.add(2) = Word(bits as u64);
            *copy.add(3) = if shared {
                holder
            } else {
                Word::boxed(self.refc(source))
            };
            Word::boxed(copy)
        }
    }

    /// Copies whatever the copies point to.
    unsafe fn scan(&mut self) {
        // SAFETY: the words of copies point to whole objects of the source.
        unsafe { self.scan_with(|copier, word| copier.object(word)) }
    }

    /// Puts what `copy` gives in the place of the pointers to the source.
    #[inline(always)]
    unsafe fn scan_with(&mut self, mut copy: impl FnMut(&mut Self, Word) -> Word) {
        let mut at = self.start as *mut Word;
        while at < self.top {
            // SAFETY: `at` is the first word of a copied object, or a term within one whose header was passed.
            unsafe {
                let word = *at;
                match word.primary() {
                    primary::IMMEDIATE => at = at.add(1),
                    primary::HEADER => {
                        at = at.add(match word.subtag() {
                            subtag::TUPLE | subtag::MAP | subtag::RECORD => 1,
                            // The words before a fun's creator and free variables are no terms.
                            subtag::FUN => 2,
                            _ => 1 + word.arity(),
                        });
                    }
                    _ => {
                        let copied = (word.0 as usize).wrapping_sub(self.start) < self.size;
                        if !copied && !self.sharing.shares(word) {
                            *at = copy(self, word);
                        }
                        at = at.add(1);
                    }
                }
            }
        }
    }
}

/// Copies `root` into `words` fresh words of `arena`, as many as [`measure`] counted.
unsafe fn transfer<S: Sharing>(root: Word, words: usize, sharing: &S, arena: &mut Arena) -> Word {
    if words == 0 {
        return root;
    }
    let room = arena.alloc(words);
    // SAFETY: the room is fresh and has this size.
    unsafe { fill(root, words, sharing, room, &mut arena.offheap) }
}

/// Copies `root`, a pointer, into the `words` words at `room`, as many as [`measure`] counted.
unsafe fn fill<S: Sharing>(
    root: Word,
    words: usize,
    sharing: &S,
    room: *mut Word,
    offheap: &mut OffHeap,
) -> Word {
    let mut copier = Copier {
        sharing,
        start: room as usize,
        size: words * 8,
        top: room,
        offheap,
    };
    // SAFETY: `root` is a term, and the room was measured for it by the same rules.
    let copy = unsafe {
        let copy = copier.object(root);
        copier.scan();
        copy
    };
    debug_assert_eq!(copier.top as usize, room as usize + words * 8);
    copy
}

fn copy_with<'q, S: Sharing>(term: Term<'_>, sharing: &S, builder: &mut Builder<'q>) -> Term<'q> {
    let root = term.word();
    // SAFETY: a term; the copy lies in the builder's arena, and what it shares are literals, which outlive any brand but for those
    // of a leaving area, and these were copied.
    unsafe {
        let words = measure(root, sharing);
        Term::from_word(transfer(root, words, sharing, builder.arena()))
    }
}

/// A copy of `term` in the builder's arena. Literals are shared, but for those of an area that is leaving.
#[inline]
pub fn copy<'q>(term: Term<'_>, builder: &mut Builder<'q>) -> Term<'q> {
    if let Some(immediate) = Term::immediate(term.word()) {
        return immediate;
    }
    match leaving() {
        None => copy_with(term, &Literals, builder),
        Some(staying) => copy_with(term, &staying, builder),
    }
}

/// A copy of `term` that shares nothing with it but bytes outside the heaps, literals included: for ETS rows, persistent terms, and
/// whoever else must outlive a module.
#[inline]
pub fn copy_all<'q>(term: Term<'_>, builder: &mut Builder<'q>) -> Term<'q> {
    if let Some(immediate) = Term::immediate(term.word()) {
        return immediate;
    }
    copy_with(term, &Nothing, builder)
}

/// A copy of `term` in a parcel of its own, of just the right size: a message. The word is a term while the parcel lives, or the arena
/// that it becomes a part of.
pub fn to_parcel(term: Term<'_>) -> (Option<Parcel>, Word) {
    fn run<S: Sharing>(root: Word, sharing: &S) -> (Option<Parcel>, Word) {
        // SAFETY: as in `copy_with`.
        unsafe {
            let words = measure(root, sharing);
            if words == 0 {
                return (None, root);
            }
            let block = Block::new(words);
            let mut offheap = OffHeap::new();
            let copy = fill(root, words, sharing, block.start(), &mut offheap);
            let parcel = if offheap.is_empty() {
                Parcel::plain(block)
            } else {
                let mut arena = Parcel::plain(block).into_arena();
                arena.offheap = offheap;
                Parcel::from(arena)
            };
            (Some(parcel), copy)
        }
    }
    if term.word().is_immediate() {
        return (None, term.word());
    }
    match leaving() {
        None => run(term.word(), &Literals),
        Some(staying) => run(term.word(), &staying),
    }
}

/// Copies `term` into `room`, sharing nothing with it, as [`copy_all`] does; what owns something outside goes on `offheap`.
///
/// # Safety
/// `room` has `words` words, which [`copy_all_size`] counted for `term`. The result is a term while both stay.
pub unsafe fn copy_all_into(
    term: Term<'_>,
    words: usize,
    room: *mut Word,
    offheap: &mut OffHeap,
) -> Word {
    if words == 0 {
        return term.word();
    }
    // SAFETY: the caller's promise.
    unsafe { fill(term.word(), words, &Nothing, room, offheap) }
}

/// Like [`copy_all`], for a term that was counted before.
///
/// # Safety
/// [`copy_all_size`] of `term` is `words`.
#[inline]
pub unsafe fn copy_all_counted<'q>(
    term: Term<'_>,
    words: usize,
    builder: &mut Builder<'q>,
) -> Term<'q> {
    // SAFETY: the caller's promise; the copy lies in the builder's arena.
    unsafe { Term::from_word(transfer(term.word(), words, &Nothing, builder.arena())) }
}

/// A copy of a block that holds one boxed term at its beginning, all that is inside it, and nothing that owns something outside.
///
/// # Safety
/// Such a block begins at `block` and has `words` words, all of them written.
pub unsafe fn copy_block<'q>(
    block: *const Word,
    words: usize,
    builder: &mut Builder<'q>,
) -> Term<'q> {
    let room = builder.arena().alloc(words);
    let distance = (room as u64).wrapping_sub(block as u64);
    let mut at = 0;
    // SAFETY: objects follow one another in the block, and each header counts its words; pointers point into the block.
    unsafe {
        while at < words {
            let word = *block.add(at);
            match word.primary() {
                primary::IMMEDIATE => *room.add(at) = word,
                primary::HEADER => {
                    *room.add(at) = word;
                    // What is not a term.
                    let more = match word.subtag() {
                        subtag::TUPLE | subtag::MAP | subtag::RECORD => 0,
                        subtag::FUN => 1,
                        _ => word.arity(),
                    };
                    for _ in 0..more {
                        at += 1;
                        *room.add(at) = *block.add(at);
                    }
                }
                _ => *room.add(at) = Word(word.0.wrapping_add(distance)),
            }
            at += 1;
        }
        Term::from_word(Word::boxed(room))
    }
}

/// Does a block, as [`copy_block`] copies it, consist of nothing but terms and headers?
///
/// # Safety
/// The block is whole.
pub unsafe fn is_plain_block(block: *const Word, words: usize) -> bool {
    // SAFETY: the caller's promise. What isn't a term is behind a header that says so.
    (0..words).all(|at| unsafe {
        let word = *block.add(at);
        !word.is_header() || matches!(word.subtag(), subtag::TUPLE | subtag::MAP | subtag::RECORD)
    })
}

/// As [`copy_block`], of a block that is plain.
///
/// # Safety
/// As there; [`is_plain_block`] says yes.
#[inline]
pub unsafe fn copy_plain_block<'q>(
    block: *const Word,
    words: usize,
    builder: &mut Builder<'q>,
) -> Term<'q> {
    const { assert!(primary::HEADER == 0 && primary::IMMEDIATE == 3) };
    let room = builder.arena().alloc(words);
    let distance = (room as u64).wrapping_sub(block as u64);
    // SAFETY: the caller's promise. Pointers are the words whose two lowest bits differ.
    unsafe {
        for at in 0..words {
            let word = (*block.add(at)).0;
            let pointer = (word ^ word >> 1) & 1;
            *room.add(at) = Word(word.wrapping_add(distance & pointer.wrapping_neg()));
        }
        Term::from_word(Word::boxed(room))
    }
}

/// Copies of `terms` as literals of `area`, in one block of just their size; they share nothing with other literals, and with one
/// another what the originals share. The words are terms while the area lives.
pub fn into_area(terms: &[Term<'_>], area: &mut LiteralArea) -> Vec<Word> {
    let (mut words, mut marks) = (0, Marks::new());
    for term in terms {
        walk(term.word(), |word, header| {
            let new = marks.is_new(word);
            if new && word.is_cons() {
                words += 2;
            } else if new {
                // SAFETY: `walk` gives whole objects.
                words += unsafe { boxed_words(word.pointer(), header, &Nothing) };
            }
            new
        });
    }
    let mut copies: Vec<Word> = terms.iter().map(|term| term.word()).collect();
    if words == 0 {
        return copies;
    }
    let arena = area.arena();
    arena.ensure_exact(words);
    let room = arena.alloc(words);
    let mut copier = Copier {
        sharing: &Nothing,
        start: room as usize,
        size: words * 8,
        top: room,
        offheap: &mut arena.offheap,
    };
    // Where the copies are of what is met again.
    let mut done: HashMap<Word, Word> = HashMap::new();
    let mut copy = |copier: &mut Copier<'_, Nothing>, word: Word| {
        let shared = marks.is_shared(word);
        if shared && let Some(&copy) = done.get(&word) {
            return copy;
        }
        // SAFETY: `word` points to a whole object, for which there is room once.
        let copy = unsafe {
            if word.is_cons() {
                let cell = copier.take(2);
                *cell = *word.pointer();
                *cell.add(1) = *word.pointer().add(1);
                Word::cons(cell)
            } else {
                copier.object(word)
            }
        };
        if shared {
            done.insert(word, copy);
        }
        copy
    };
    for root in copies.iter_mut().filter(|root| !root.is_immediate()) {
        *root = copy(&mut copier, *root);
    }
    // SAFETY: the copies' words point to whole objects of the terms.
    unsafe { copier.scan_with(copy) };
    debug_assert_eq!(copier.top as usize, room as usize + words * 8);
    copies
}

/// Words that [`copy`] takes in the target.
pub fn copy_size(term: Term<'_>) -> usize {
    // SAFETY: a term.
    unsafe {
        match leaving() {
            None => measure(term.word(), &Literals),
            Some(staying) => measure(term.word(), &staying),
        }
    }
}

/// Words that [`copy_all`] takes in the target.
pub fn copy_all_size(term: Term<'_>) -> usize {
    // SAFETY: a term.
    unsafe { measure(term.word(), &Nothing) }
}

/// Is there a pointer to a literal of `area` within `term`?
pub fn refers_to(term: Term<'_>, area: &LiteralArea) -> bool {
    let ranges = area.ranges();
    let within = |word: Word| {
        let address = word.pointer() as usize;
        ranges
            .iter()
            .any(|&(start, end)| (start..end).contains(&address))
    };
    let mut found = false;
    walk(term.word(), |word, header| {
        found |= within(word);
        if word.is_boxed() && matches!(header.subtag(), subtag::SUB_BITS | subtag::MATCH) {
            // SAFETY: a whole object with this header.
            found |= within(unsafe { part(word.pointer(), header).2 });
        }
        !found
    });
    found
}

/// Visits every object of `root`, holders of bitstrings apart; `enter` says whether to look into it.
fn walk(root: Word, mut enter: impl FnMut(Word, Word) -> bool) {
    let mut work: SmallVec<[(*const Word, usize); 16]> = SmallVec::new();
    let (mut at, mut left) = (&raw const root, 1_usize);
    loop {
        while left > 0 {
            // SAFETY: as in `measure`.
            unsafe {
                let word = *at;
                at = at.add(1);
                left -= 1;
                if word.is_immediate() {
                    continue;
                }
                let object = word.pointer();
                let header = *object;
                if !enter(word, header) {
                    continue;
                }
                let (next, count) = if word.is_cons() {
                    (object.cast_const(), 2)
                } else {
                    children(object, header)
                };
                if count > 0 {
                    if left > 0 {
                        work.push((at, left));
                    }
                    (at, left) = (next, count);
                }
            }
        }
        match work.pop() {
            Some(rest) => (at, left) = rest,
            None => return,
        }
    }
}

/// Words that OTP's object has for the one behind `word`, its children apart.
unsafe fn otp_words(word: Word, header: Word, rules: &Rules) -> usize {
    if word.is_cons() {
        return 2;
    }
    // SAFETY: a whole object with this header.
    unsafe {
        let object = word.pointer();
        match header.subtag() {
            // The one empty tuple is a literal.
            subtag::TUPLE if header.arity() == 0 => 0,
            subtag::REFC => {
                if rules.uniform_bitstrings {
                    8
                } else {
                    6
                }
            }
            subtag::HEAP_BITS => {
                bits_words(0, (*object.add(1)).0 as usize, subtag::HEAP_BITS, rules)
            }
            subtag::SUB_BITS | subtag::MATCH => {
                let (offset, bits, holder) = part(object, header);
                bits_words(offset, bits, (*holder.pointer()).subtag(), rules)
            }
            subtag::FUN => rules.fun_words + header.arity() - 2,
            subtag::EXPORT => rules.external_fun_words,
            subtag::REFERENCE if header.arity() == WITH_OBJECT => 3,
            // The count of numbers is packed among them.
            subtag::EXTERNAL_REFERENCE => 4 + (*object.add(2)).0 as usize / 2,
            _ => 1 + header.object_arity(),
        }
    }
}

/// OTP's size of a bitstring from bit `offset` on: to 26 a sub binary is the binary and, for odd bits, five words; then everything
/// to 64 bytes lies on the heap.
fn bits_words(offset: usize, bits: usize, holder: u64, rules: &Rules) -> usize {
    if rules.uniform_bitstrings {
        return if holder == subtag::REFC && bits > 512 {
            8
        } else {
            2 + bits.div_ceil(64)
        };
    }
    let odd = offset % 8 + bits % 8;
    let (sub, extra) = match odd {
        0 => (0, 0),
        1..=8 => (5, 1),
        _ => (5, 2),
    };
    sub + if holder == subtag::REFC {
        6
    } else {
        2 + (bits / 8 + extra).div_ceil(8)
    }
}

/// Size of `term` in words as OTP counts it (`erts_debug:flat_size/1`), shared parts as often as they occur, literals too.
pub fn flat_size(term: Term<'_>) -> usize {
    flat_size_by(term, rules())
}

fn flat_size_by(term: Term<'_>, rules: &Rules) -> usize {
    let mut words = 0;
    walk(term.word(), |word, header| {
        // SAFETY: `walk` gives whole objects.
        words += unsafe { otp_words(word, header, rules) };
        true
    });
    words
}

/// Like [`flat_size`] of all of them, shared parts once.
pub fn shared_size_of_all(terms: &[Term<'_>]) -> usize {
    let (mut words, mut marks) = (0, Marks::new());
    for term in terms {
        walk(term.word(), |word, header| {
            let new = marks.is_new(word);
            if new {
                // SAFETY: `walk` gives whole objects.
                words += unsafe { otp_words(word, header, rules()) };
            }
            new
        });
    }
    words
}

/// Like [`flat_size`], shared parts once and literals not at all (`erts_debug:size_shared/1`).
pub fn shared_size(term: Term<'_>) -> usize {
    shared_size_by(term, rules())
}

fn shared_size_by(term: Term<'_>, rules: &Rules) -> usize {
    let mut words = 0;
    let mut marks = Marks::new();
    walk(term.word(), |word, header| {
        let new = !is_literal(word) && marks.is_new(word);
        if new {
            // SAFETY: `walk` gives whole objects.
            words += unsafe { otp_words(word, header, rules) };
        }
        new
    });
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Atom;
    use crate::boxed::reference::Magic;
    use crate::boxed::reference::RefNumbers;
    use crate::rules::{OTP_25, OTP_27, OTP_29};

    fn otp(release: u32) -> Rules {
        match release {
            25 => OTP_25,
            27 => OTP_27,
            _ => OTP_29,
        }
    }

    fn holding(test: impl FnOnce(&mut Builder<'_>)) {
        let mut arena = Arena::new();
        // SAFETY: the arena outlives the test and nothing collects.
        test(&mut unsafe { arena.builder() });
    }

    /// Copies both ways; the copies take the words that were foretold.
    fn round(term: Term<'_>) -> (Arena, Word) {
        let mut all = Arena::new();
        let words = copy_all_size(term);
        // SAFETY: the arena outlives the builder.
        copy_all(term, &mut unsafe { all.builder() });
        assert_eq!(
            all.block_words(),
            if words == 0 { 0 } else { words.max(24) }
        );
        let (parcel, copy) = to_parcel(term);
        let arena = parcel.map_or_else(Arena::new, Parcel::into_arena);
        assert_eq!(arena.block_words(), copy_size(term));
        (arena, copy)
    }

    #[test]
    fn a_list_a_million_deep_is_copied_either_way() {
        holding(|builder| {
            let mut list = Term::NIL;
            let mut nest = Term::NIL;
            for _ in 0..1_000_000 {
                list = builder.cons(Term::small(7), list);
                nest = builder.cons(nest, Term::NIL);
            }
            let (_arena, copy) = round(list);
            // SAFETY: the arena is alive.
            let copy = unsafe { Term::from_word(copy) };
            assert_eq!(copy.list_iter().count(), 1_000_000);
            assert_eq!(flat_size(list), 2_000_000);
            let (_arena, copy) = round(nest);
            // SAFETY: the arena is alive.
            let mut copy = unsafe { Term::from_word(copy) };
            let mut depth = 0;
            while let Some(cell) = copy.as_cons() {
                copy = cell.head();
                depth += 1;
            }
            assert_eq!(depth, 1_000_000);
        });
    }

    #[test]
    fn what_is_behind_a_copy_is_equal_and_elsewhere() {
        holding(|builder| {
            let inner = builder.tuple(&[Term::small(1), Term::atom(Atom::of("a"))]);
            let float = builder.float(1.5);
            let big = builder.big(true, &[1, 2, 3]);
            let list = builder.list([inner, float, big]);
            let outer = builder.tuple(&[list, inner, inner, Term::NIL]);
            let (_arena, copy) = round(outer);
            // SAFETY: the arena is alive.
            let copy = unsafe { Term::from_word(copy) };
            let elements = copy.tuple_elements().unwrap();
            assert!(!elements[0].same(list) && elements[3].is_nil());
            let parts = elements[0].proper_list().unwrap();
            assert_eq!(parts[0].tuple_elements().unwrap()[0].as_small(), Some(1));
            assert_eq!(parts[1].as_float(), Some(1.5));
            assert!(matches!(parts[2].view(), crate::View::Big(big) if big.limbs == [1, 2, 3]));
            assert_eq!(flat_size(outer), 5 + 6 + 3 * 3 + 2 + 4);
            assert_eq!(shared_size(outer), 5 + 6 + 3 + 2 + 4);
        });
    }

    #[test]
    fn large_binaries_are_shared_and_small_parts_copied() {
        holding(|builder| {
            let bytes: Vec<u8> = (0..100).collect();
            let whole = builder.binary(&bytes);
            let large = builder.part(whole.as_bits().unwrap(), 3, 700);
            let heap = builder.binary(&bytes[..64]);
            let small = builder.part(heap.as_bits().unwrap(), 3, 13);
            let term = builder.tuple(&[whole, large, small]);
            let shared = whole.as_bits().unwrap().shared().unwrap();
            assert_eq!(shared.references(), 1);
            let (arena, copy) = round(term);
            assert_eq!(shared.references(), 3);
            assert_eq!(copy_size(term), 4 + 4 + 8 + 3);
            // SAFETY: the arena is alive.
            let copy = unsafe { Term::from_word(copy) };
            for (one, other) in copy
                .tuple_elements()
                .unwrap()
                .iter()
                .zip([whole, large, small])
            {
                let (one, other) = (one.as_bits().unwrap(), other.as_bits().unwrap());
                assert_eq!(one.bit_len(), other.bit_len());
                assert_eq!(one.bytes_padded(), other.bytes_padded());
            }
            drop(arena);
            assert_eq!(shared.references(), 1);
        });
    }

    #[test]
    fn magic_references_share_their_object() {
        holding(|builder| {
            let object = Arc::new(Magic::new(Box::new(5_u8)));
            let numbers = RefNumbers::from_numbers([1, 2, 3]);
            let term = builder.magic_reference(numbers, object.clone());
            let (arena, copy) = round(term);
            assert_eq!(Arc::strong_count(&object), 3);
            // SAFETY: the arena is alive.
            let copy = unsafe { Term::from_word(copy) }.as_reference().unwrap();
            assert_eq!(copy.numbers(), numbers);
            assert_eq!(copy.magic_value::<u8>(), Some(&5));
            drop(arena);
            assert_eq!(Arc::strong_count(&object), 2);
        });
    }

    #[test]
    fn literals_stay_until_their_area_leaves() {
        let mut area = LiteralArea::new();
        // SAFETY: the area outlives the test.
        let mut literals = unsafe { area.arena().builder() };
        let element = literals.binary(b"literal");
        let literal = literals.tuple(&[element, Term::small(1)]);
        holding(|builder| {
            let term = builder.cons(literal, Term::NIL);
            assert_eq!((copy_size(term), copy_all_size(term)), (2, 8));
            assert!(refers_to(term, &area) && !refers_to(Term::NIL, &area));
            let staying = Staying(Leaving::of([&area]).into());
            // SAFETY: a term.
            assert_eq!(unsafe { measure(term.word(), &staying) }, 8);
            let copy = copy_with(term, &staying, builder);
            assert!(!refers_to(copy, &area));
            assert!(
                copy_with(term, &Literals, builder)
                    .as_cons()
                    .unwrap()
                    .head()
                    .same(literal)
            );
        });
    }

    #[test]
    fn terms_become_literals_in_one_block() {
        holding(|builder| {
            let tuple = builder.tuple(&[Term::small(1)]);
            let list = builder.byte_list(b"abc");
            let mut area = LiteralArea::new();
            let words = into_area(&[tuple, Term::NIL, list], &mut area);
            assert_eq!((area.words(), area.ranges().len()), (8, 1));
            assert!(is_literal(words[0]) && words[1].is_nil() && is_literal(words[2]));
        });
    }

    /// `erts_debug:flat_size/1` of OTP 25, 27 and 29.
    #[test]
    fn sizes_are_those_of_each_release() {
        holding(|builder| {
            let bytes = [7_u8; 100];
            let whole = builder.binary(&bytes);
            let heap = builder.binary(&bytes[..64]);
            let node = crate::boxed::external::Node::of(Atom::of("a"), 1);
            let cases = [
                (builder.binary(b""), [2, 2, 2]),
                (builder.binary(&bytes[..9]), [4, 4, 4]),
                (heap, [10, 10, 10]),
                (whole, [6, 8, 8]),
                (builder.part(whole.as_bits().unwrap(), 8, 792), [6, 8, 8]),
                (builder.part(whole.as_bits().unwrap(), 3, 70), [11, 4, 4]),
                (builder.part(heap.as_bits().unwrap(), 3, 7), [8, 3, 3]),
                (builder.part(heap.as_bits().unwrap(), 0, 160), [5, 5, 5]),
                (builder.bitstring(&[32], 3), [8, 3, 3]),
                (
                    builder.reference(RefNumbers::from_numbers([1, 2, 3])),
                    [3, 3, 3],
                ),
                (
                    builder.pid_reference(RefNumbers::from_numbers([1, 2, 3]), 1),
                    [4, 4, 4],
                ),
                (builder.external_pid(node, 1), [4, 4, 4]),
                (builder.external_port(node, 1), [4, 4, 4]),
                (builder.external_reference(node, &[1]), [4, 4, 4]),
                (builder.external_reference(node, &[1, 2]), [5, 5, 5]),
                (builder.external_reference(node, &[1, 2, 3]), [5, 5, 5]),
                (
                    builder.external_reference(node, &[1, 2, 3, 4, 5]),
                    [6, 6, 6],
                ),
                (builder.tuple(&[]), [0, 0, 0]),
                (builder.big(false, &[0, 1]), [3, 3, 3]),
                (builder.byte_list(b"abc"), [6, 6, 6]),
            ];
            for (index, (term, sizes)) in cases.into_iter().enumerate() {
                for (release, size) in [25, 27, 29].into_iter().zip(sizes) {
                    assert_eq!(
                        flat_size_by(term, &otp(release)),
                        size,
                        "case {index}, OTP {release}"
                    );
                }
            }
            let pair = builder.tuple(&[whole, whole]);
            assert_eq!(shared_size_by(pair, &otp(25)), 9);
            assert_eq!(shared_size_by(pair, &otp(27)), 11);
        });
    }
}
