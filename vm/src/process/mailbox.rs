//! The message queue of a process: what has been fetched from its inbox and not yet been received.
//!
//! Messages are a list within a table of slots, so that one can be taken out anywhere. `before` is the last message that the receive
//! in progress has looked at, nothing at its beginning: OTP's save pointer. A marker (`recv_marker_*`) is such a position too,
//! remembered for a reference: everything up to it is older than the reference.
//!
//! Priority messages are in front of all others, behind those of their kind. A receive that is past them when one comes, or that begins at a
//! marker, looks at what there is of them first and then goes on where it was: `resume`.
//!
//! A message's data lies in a fragment of its own until it is first looked at; then the fragment becomes a part of the process's heap
//! and the word a root of it. `adopted` counts those, so that a collection need not walk a long queue that nobody has looked at.
//! With `message_queue_data` `off_heap` it stays where it is until the message is taken: a receive that looks at it has it *on loan*, as no
//! part of the heap that a collection may move, and a collection meanwhile makes it one first.

use oxbeam_term::atom::known;
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::heap::Heap;
use oxbeam_term::heap::arena::Arena;
use oxbeam_term::heap::parcel::Parcel;
use oxbeam_term::{Term, Word};

/// A message on its way or in a queue.
pub struct Message {
    /// The term.
    pub word: Word,
    /// Token of sequential tracing, in the same fragment, or `NONE`.
    pub token: Word,
    /// What the term lies in; `None` for an immediate, and once the process's heap has taken it over.
    pub fragment: Option<Parcel>,
}

impl Message {
    /// A copy of `term`.
    pub fn copy_of(term: Term<'_>) -> Message {
        if term.word().is_immediate() {
            return Message::immediate(term.word());
        }
        let (fragment, word) = oxbeam_term::copy::to_parcel(term);
        Message {
            word,
            token: Word::NONE,
            fragment,
        }
    }
    /// An immediate.
    pub fn immediate(word: Word) -> Message {
        Message {
            word,
            token: Word::NONE,
            fragment: None,
        }
    }
    /// A term built in an arena of its own.
    pub fn build(build: impl for<'p> FnOnce(&mut oxbeam_term::Builder<'p>) -> Term<'p>) -> Message {
        let mut arena = Arena::new();
        // SAFETY: the arena goes into the message whole, and the builder ends here.
        let word = unsafe { build(&mut arena.builder()) }.word();
        Message {
            word,
            token: Word::NONE,
            fragment: (!word.is_immediate()).then(|| arena.into()),
        }
    }
    /// A term built in an arena of its own, if that succeeds.
    ///
    /// # Errors
    /// Those of `build`.
    pub fn try_build<E>(
        build: impl for<'p> FnOnce(&mut oxbeam_term::Builder<'p>) -> Result<Term<'p>, E>,
    ) -> Result<Message, E> {
        let mut result = Ok(());
        let message = Message::build(|builder| match build(builder) {
            Ok(term) => term,
            Err(error) => {
                result = Err(error);
                Term::NIL
            }
        });
        result.map(|()| message)
    }
    /// One that another node has sent over the connection of this number, and that is none: its receiver finds that out.
    pub fn damaged(connection: u32) -> Message {
        Message {
            word: Word::NONE,
            token: Word::small(i64::from(connection)),
            fragment: Some(Arena::new().into()),
        }
    }
    /// Is it one of those? It has no term.
    #[inline]
    pub fn is_damaged(&self) -> bool {
        self.word.is_none()
    }
    /// The term, for as long as the message is borrowed.
    pub fn term(&self) -> Term<'_> {
        // SAFETY: the fragment, which this borrow keeps, holds the term; or the heap that took it over, whose owner asks.
        unsafe { Term::from_word(self.word) }
    }
    /// Words of the fragment.
    pub fn fragment_words(&self) -> usize {
        self.fragment.as_ref().map_or(0, Parcel::words)
    }
}

// SAFETY: a message owns the fragment that its words lie in; a word outside one is an immediate or a literal.
unsafe impl Send for Message {}

const NOTHING: u32 = u32::MAX;

struct Slot {
    message: Message,
    previous: u32,
    next: u32,
}

struct Marker {
    id: u32,
    reference: Option<RefNumbers>,
    /// The last message that is older.
    at: u32,
}

/// Markers at most: a process that has more requests under way than this searches for the answers of the oldest.
const MARKERS: usize = 8;

/// What few queues have.
struct Rare {
    markers: Vec<Marker>,
    next_marker: u32,
    /// Where the receive goes on once it is past the priority messages, if not behind them.
    resume: u32,
}

impl Default for Rare {
    fn default() -> Rare {
        Rare {
            markers: Vec::new(),
            next_marker: 0,
            resume: NOTHING,
        }
    }
}

/// The queue.
pub struct Mailbox {
    slots: Vec<Slot>,
    /// First of the free slots, which are linked by `next`.
    free: u32,
    first: u32,
    last: u32,
    before: u32,
    count: u32,
    adopted: u32,
    last_priority: u32,
    /// The receive is past the priority messages.
    past_priority: bool,
    /// `process_flag(message_queue_data, _)` is `off_heap`.
    pub off_heap: bool,
    /// The receive looks at a message whose data is not a part of the heap.
    on_loan: bool,
    rare: Option<Box<Rare>>,
}

impl Mailbox {
    /// An empty queue.
    pub const fn new() -> Mailbox {
        Mailbox {
            slots: Vec::new(),
            free: NOTHING,
            first: NOTHING,
            last: NOTHING,
            before: NOTHING,
            count: 0,
            adopted: 0,
            last_priority: NOTHING,
            past_priority: true,
            off_heap: false,
            on_loan: false,
            rare: None,
        }
    }
    /// Number of messages.
    pub fn len(&self) -> usize {
        self.count as usize
    }
    /// No messages?
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
    /// Puts a message behind all others.
    pub fn push(&mut self, message: Message) {
        self.adopted += u32::from(is_adopted(&message));
        let slot = Slot {
            message,
            previous: self.last,
            next: NOTHING,
        };
        let index = if self.free != NOTHING {
            let index = self.free;
            self.free = self.slots[index as usize].next;
            self.slots[index as usize] = slot;
            index
        } else {
            if self.slots.is_empty() {
                // Most processes wait for one message at a time.
                self.slots.reserve_exact(2);
            }
            self.slots.push(slot);
            (self.slots.len() - 1) as u32
        };
        match self.last {
            NOTHING => self.first = index,
            last => self.slots[last as usize].next = index,
        }
        self.last = index;
        self.count += 1;
    }
    #[inline]
    fn current_index(&self) -> u32 {
        match self.before {
            NOTHING => self.first,
            before => self.slots[before as usize].next,
        }
    }
    /// The message that the receive looks at; its data becomes a part of `heap`, or is on loan.
    #[inline]
    pub fn current(&mut self, heap: &mut Heap) -> Option<Word> {
        loop {
            let index = self.current_index();
            if index == NOTHING {
                return None;
            }
            let message = &mut self.slots[index as usize].message;
            if message.is_damaged() {
                self.drop_damaged(index);
                continue;
            }
            if self.off_heap {
                self.on_loan = message.fragment.is_some();
            } else if let Some(fragment) = message.fragment.take() {
                fragment.unpack(&mut message.word, &mut message.token, &mut heap.arena);
                self.adopted += u32::from(is_adopted(message));
            }
            return Some(message.word);
        }
    }
    /// Somebody has looked at a message that is none: the connection that it came over ends.
    #[cold]
    fn drop_damaged(&mut self, index: u32) {
        let connection = self.unlink(index).token;
        crate::dist::damaged(connection.small_value() as u32);
    }
    /// Somebody looks at all messages.
    pub fn drop_all_damaged(&mut self) {
        let mut next = self.first;
        while next != NOTHING {
            let slot = &self.slots[next as usize];
            let index = std::mem::replace(&mut next, slot.next);
            if slot.message.is_damaged() {
                self.drop_damaged(index);
            }
        }
    }
    /// The message that the receive looks at, if its data is a part of the heap already.
    #[inline(always)]
    pub fn ready(&self) -> Option<Word> {
        let message = &self.slots.get(self.current_index() as usize)?.message;
        message.fragment.is_none().then_some(message.word)
    }
    /// Token of sequential tracing of the message that the receive looks at.
    pub fn current_token(&self) -> Word {
        match self.current_index() {
            NOTHING => Word::NONE,
            index => self.slots[index as usize].message.token,
        }
    }
    /// Has the receive its message on loan?
    #[inline(always)]
    pub fn is_on_loan(&self) -> bool {
        self.on_loan
    }
    /// The message that the receive has on loan becomes a part of `heap`, where it is.
    #[cold]
    pub fn keep(&mut self, heap: &mut Heap) {
        self.on_loan = false;
        let index = self.current_index();
        if index != NOTHING {
            let message = &mut self.slots[index as usize].message;
            if let Some(fragment) = message.fragment.take() {
                fragment.join(&mut heap.arena);
                self.adopted += u32::from(is_adopted(message));
            }
        }
    }
    /// On to the next message.
    #[inline]
    pub fn advance(&mut self) {
        self.on_loan = false;
        let index = self.current_index();
        if index != NOTHING {
            self.before = index;
            self.leave_priority();
        }
    }
    /// If the receive has looked at all priority messages, it goes on where it was.
    #[inline(always)]
    fn leave_priority(&mut self) {
        if !self.past_priority && self.before == self.last_priority {
            self.past_priority = true;
            match self.resume(NOTHING) {
                NOTHING => {}
                at => self.before = at,
            }
        }
    }
    /// Takes the message out that the receive looks at, which is a part of the heap; the next receive begins with the first.
    pub fn remove_current(&mut self) {
        let index = self.current_index();
        if index != NOTHING {
            drop(self.unlink(index));
        }
        self.reset();
    }
    fn unlink(&mut self, index: u32) -> Message {
        let (previous, next) = {
            let slot = &self.slots[index as usize];
            (slot.previous, slot.next)
        };
        match previous {
            NOTHING => self.first = next,
            previous => self.slots[previous as usize].next = next,
        }
        match next {
            NOTHING => self.last = previous,
            next => self.slots[next as usize].previous = previous,
        }
        if self.before == index {
            self.before = previous;
        }
        if self.last_priority == index {
            self.last_priority = previous;
        }
        if let Some(rare) = &mut self.rare
            && rare.resume == index
        {
            rare.resume = previous;
        }
        self.leave_priority();
        for marker in self.markers_mut() {
            if marker.at == index {
                marker.at = previous;
            }
        }
        self.count -= 1;
        let slot = &mut self.slots[index as usize];
        let message = std::mem::replace(&mut slot.message, Message::immediate(Word::NIL));
        slot.next = self.free;
        self.free = index;
        if is_adopted(&message) {
            self.adopted -= 1;
        }
        if self.count == 0 && self.slots.len() > 64 {
            // The queue was long; an idle process shall not keep its memory. No position is left to spoil.
            self.slots = Vec::new();
            self.free = NOTHING;
        }
        message
    }
    /// The next receive passes over all messages that are here now.
    pub fn pass_over(&mut self) {
        self.before = self.last;
        self.past_priority = true;
        self.resume(NOTHING);
    }
    /// The next receive begins with the first message.
    pub fn reset(&mut self) {
        self.on_loan = false;
        self.before = NOTHING;
        if self.last_priority != NOTHING {
            self.past_priority = false;
            self.resume(NOTHING);
        }
    }
    /// Has the receive looked at all messages?
    pub fn is_at_end(&self) -> bool {
        self.current_index() == NOTHING
    }
    fn markers(&self) -> impl Iterator<Item = &Marker> {
        self.rare.iter().flat_map(|rare| rare.markers.iter())
    }
    fn markers_mut(&mut self) -> impl Iterator<Item = &mut Marker> {
        self.rare
            .iter_mut()
            .flat_map(|rare| rare.markers.iter_mut())
    }
    /// A marker at the queue's end.
    pub fn marker_reserve(&mut self) -> Word {
        let at = self.last;
        let rare = self.rare.get_or_insert_default();
        let id = rare.next_marker;
        rare.next_marker = id.wrapping_add(1);
        let markers = &mut rare.markers;
        if markers.len() == MARKERS {
            markers.remove(0);
        }
        markers.push(Marker {
            id,
            reference: None,
            at,
        });
        Word::small(i64::from(id))
    }
    /// The marker belongs to `reference`.
    pub fn marker_bind(&mut self, marker: Word, reference: Word) {
        let Some(reference) = reference_numbers(reference) else {
            return;
        };
        if !marker.is_small() {
            return;
        }
        if let Some(marker) = self
            .markers_mut()
            .find(|at| i64::from(at.id) == marker.small_value())
        {
            marker.reference = Some(reference);
        }
    }
    /// Forgets the marker of `reference`, or one that was never bound.
    pub fn marker_clear(&mut self, reference: Word) {
        let Some(rare) = &mut self.rare else {
            return;
        };
        let markers = &mut rare.markers;
        if reference.is_small() {
            markers.retain(|marker| i64::from(marker.id) != reference.small_value());
        } else if let Some(reference) = reference_numbers(reference) {
            markers.retain(|marker| marker.reference != Some(reference));
        }
    }
    /// The receive that begins looks at nothing older than the marker of `reference`, if there is one, but for priority messages.
    pub fn marker_use(&mut self, reference: Word) {
        let Some(reference) = reference_numbers(reference) else {
            return;
        };
        let marker = self
            .markers()
            .find(|marker| marker.reference == Some(reference));
        if let Some(at) = marker.map(|marker| marker.at) {
            self.reset();
            self.begin_at(at);
        }
    }
    /// Sets where the receive goes on once it is past the priority messages; where it was to so far.
    fn resume(&mut self, at: u32) -> u32 {
        if self.rare.is_none() && at == NOTHING {
            return NOTHING;
        }
        std::mem::replace(&mut self.rare.get_or_insert_default().resume, at)
    }
    /// The receive, which is at the beginning, goes on behind `at` once it is past the priority messages.
    fn begin_at(&mut self, at: u32) {
        if self.past_priority {
            self.before = at;
        } else {
            self.resume(at);
        }
    }
    /// Puts a priority message behind the other ones of its kind, before all else. A receive in progress that is past those looks at it next.
    pub fn push_priority(&mut self, message: Message) {
        let after = self.last_priority;
        if self.past_priority {
            self.past_priority = false;
            let before = std::mem::replace(&mut self.before, after);
            self.resume(if before == after { NOTHING } else { before });
        }
        self.push(message);
        let index = self.last;
        if self.slots[index as usize].previous == after {
            self.last_priority = index;
            return;
        }
        // Out of its place at the end, and in behind the last priority message.
        let previous = self.slots[index as usize].previous;
        self.slots[previous as usize].next = NOTHING;
        self.last = previous;
        let next = match after {
            NOTHING => std::mem::replace(&mut self.first, index),
            after => std::mem::replace(&mut self.slots[after as usize].next, index),
        };
        self.slots[next as usize].previous = index;
        self.slots[index as usize].previous = after;
        self.slots[index as usize].next = next;
        self.last_priority = index;
    }
    /// All messages, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Message> {
        let mut next = self.first;
        std::iter::from_fn(move || {
            let slot = self.slots.get(next as usize)?;
            next = slot.next;
            Some(&slot.message)
        })
    }
    /// Takes out the messages that `wanted` says yes to: all, or only the first.
    pub fn extract(&mut self, all: bool, mut wanted: impl FnMut(Term<'_>) -> bool) -> Vec<Message> {
        let mut taken = Vec::new();
        let mut next = self.first;
        while next != NOTHING {
            let index = next;
            next = self.slots[index as usize].next;
            let message = &self.slots[index as usize].message;
            if !message.is_damaged() && wanted(message.term()) {
                taken.push(self.unlink(index));
                if !all {
                    break;
                }
            }
        }
        taken
    }
    /// Takes out the first message, not older than the marker of `reference`, that `wanted` says yes to.
    pub fn extract_after(
        &mut self,
        reference: RefNumbers,
        mut wanted: impl FnMut(Term<'_>) -> bool,
    ) -> Option<Message> {
        let marker = self
            .markers()
            .find(|marker| marker.reference == Some(reference));
        let mut next = match marker.map(|marker| marker.at) {
            None | Some(NOTHING) => self.first,
            Some(at) => self.slots[at as usize].next,
        };
        while next != NOTHING {
            let message = &self.slots[next as usize].message;
            if !message.is_damaged() && wanted(message.term()) {
                return Some(self.unlink(next));
            }
            next = self.slots[next as usize].next;
        }
        None
    }
    /// Words of fragments that are not yet parts of the heap.
    pub fn fragment_words(&self) -> usize {
        self.iter().map(Message::fragment_words).sum()
    }
    /// Visits the words that are roots.
    pub(super) fn visit(&mut self, slice: &mut dyn FnMut(*mut Word, usize)) {
        let mut left = self.adopted;
        let mut next = self.first;
        while left > 0 && next != NOTHING {
            let slot = &mut self.slots[next as usize];
            if is_adopted(&slot.message) {
                left -= 1;
                slice(&raw mut slot.message.word, 1);
                slice(&raw mut slot.message.token, 1);
            }
            next = slot.next;
        }
    }
    /// Makes all messages parts of `heap`.
    pub fn adopt_all(&mut self, heap: &mut Heap) {
        let mut next = self.first;
        while next != NOTHING {
            let slot = &mut self.slots[next as usize];
            next = slot.next;
            if !slot.message.is_damaged()
                && let Some(fragment) = slot.message.fragment.take()
            {
                fragment.join(&mut heap.arena);
                self.adopted += u32::from(is_adopted(&slot.message));
            }
        }
    }
}

impl Default for Mailbox {
    fn default() -> Mailbox {
        Mailbox::new()
    }
}

/// Are the message's words roots: the term, or, of one that is an immediate, the token?
fn is_adopted(message: &Message) -> bool {
    let lies_in_heap = |word: Word| !word.is_none() && !word.is_immediate();
    message.fragment.is_none() && (lies_in_heap(message.word) || lies_in_heap(message.token))
}

fn reference_numbers(word: Word) -> Option<RefNumbers> {
    if !word.is_boxed() || word == Word::atom(known::UNDEFINED) {
        return None;
    }
    // SAFETY: the interpreter hands a term of the process that runs.
    unsafe { Term::from_word(word) }
        .as_reference()
        .map(|reference| reference.numbers())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(count: i64) -> (Mailbox, Heap) {
        let mut mailbox = Mailbox::new();
        for n in 0..count {
            mailbox.push(Message::build(|builder| builder.tuple(&[Term::small(n)])));
        }
        (mailbox, Heap::new(0))
    }

    fn number(word: Option<Word>) -> Option<i64> {
        // SAFETY: the test's heap holds the message and is not collected.
        unsafe { Term::from_word(word?) }.as_tuple_of::<1>()?[0].as_small()
    }

    /// Receives the first message for which `wanted` is true, as a receive does.
    fn receive(
        mailbox: &mut Mailbox,
        heap: &mut Heap,
        wanted: impl Fn(i64) -> bool,
    ) -> Option<i64> {
        loop {
            let found = number(mailbox.current(heap))?;
            if wanted(found) {
                mailbox.remove_current();
                return Some(found);
            }
            mailbox.advance();
        }
    }

    #[test]
    fn a_selective_receive_leaves_the_others_in_order() {
        let (mut mailbox, mut heap) = filled(10);
        assert_eq!(receive(&mut mailbox, &mut heap, |n| n == 7), Some(7));
        assert_eq!(receive(&mut mailbox, &mut heap, |n| n % 2 == 1), Some(1));
        let rest: Vec<_> =
            std::iter::from_fn(|| receive(&mut mailbox, &mut heap, |_| true)).collect();
        assert_eq!(rest, [0, 2, 3, 4, 5, 6, 8, 9]);
        assert!(mailbox.is_empty() && mailbox.is_at_end());
    }

    #[test]
    fn a_receive_goes_on_where_it_waited() {
        let (mut mailbox, mut heap) = filled(3);
        assert_eq!(receive(&mut mailbox, &mut heap, |n| n == 100), None);
        assert!(mailbox.is_at_end());
        mailbox.push(Message::build(|builder| builder.tuple(&[Term::small(100)])));
        assert_eq!(number(mailbox.current(&mut heap)), Some(100));
        mailbox.reset();
        assert_eq!(number(mailbox.current(&mut heap)), Some(0));
    }

    #[test]
    fn a_marker_passes_over_what_is_older() {
        let (mut mailbox, mut heap) = filled(5);
        let numbers = crate::unique::next_reference();
        // SAFETY: the test's heap is not collected.
        let reference = unsafe { heap.arena.builder() }.reference(numbers).word();
        let marker = mailbox.marker_reserve();
        mailbox.marker_bind(marker, reference);
        for n in 5..8 {
            mailbox.push(Message::build(|builder| builder.tuple(&[Term::small(n)])));
        }
        mailbox.marker_use(reference);
        assert_eq!(number(mailbox.current(&mut heap)), Some(5));
        // The message that the marker stands behind goes; the marker moves to the one before.
        mailbox.reset();
        assert_eq!(receive(&mut mailbox, &mut heap, |n| n == 4), Some(4));
        mailbox.marker_use(reference);
        assert_eq!(number(mailbox.current(&mut heap)), Some(5));
        mailbox.marker_clear(reference);
        mailbox.reset();
        mailbox.marker_use(reference);
        assert_eq!(number(mailbox.current(&mut heap)), Some(0));
    }

    #[test]
    fn slots_are_used_again_and_a_long_queue_gives_its_memory_back() {
        let (mut mailbox, mut heap) = filled(1000);
        for n in 0..1000 {
            assert_eq!(receive(&mut mailbox, &mut heap, |_| true), Some(n));
        }
        assert_eq!(mailbox.slots.capacity(), 0);
        for round in 0..100 {
            mailbox.push(Message::immediate(Word::small(round)));
            assert_eq!(mailbox.current(&mut heap), Some(Word::small(round)));
            mailbox.remove_current();
        }
        assert_eq!(mailbox.slots.len(), 1);
    }

    #[test]
    fn priority_messages_come_first_in_their_order() {
        let (mut mailbox, mut heap) = filled(3);
        assert_eq!(receive(&mut mailbox, &mut heap, |n| n == 100), None);
        for n in [100, 101] {
            mailbox.push_priority(Message::build(|builder| builder.tuple(&[Term::small(n)])));
        }
        assert_eq!(number(mailbox.current(&mut heap)), Some(100));
        mailbox.advance();
        assert_eq!(number(mailbox.current(&mut heap)), Some(101));
        mailbox.advance();
        // It had looked at all others.
        assert_eq!(mailbox.current(&mut heap), None);
        mailbox.reset();
        let all: Vec<_> =
            std::iter::from_fn(|| receive(&mut mailbox, &mut heap, |_| true)).collect();
        assert_eq!(all, [100, 101, 0, 1, 2]);
        mailbox.push_priority(Message::immediate(Word::small(1)));
        mailbox.push(Message::immediate(Word::small(2)));
        mailbox.push_priority(Message::immediate(Word::small(3)));
        let words: Vec<_> = mailbox
            .iter()
            .map(|message| message.word.small_value())
            .collect();
        assert_eq!(words, [1, 3, 2]);
    }

    #[test]
    fn the_token_of_an_immediate_is_a_root() {
        let (mut mailbox, mut heap) = filled(0);
        let mut message = Message::build(|builder| builder.tuple(&[Term::small(7)]));
        message.token = std::mem::replace(&mut message.word, Word::small(1));
        mailbox.push(message);
        let _ = mailbox.current(&mut heap);
        let mut roots = 0;
        mailbox.visit(&mut |_, words| roots += words);
        assert_eq!(roots, 2);
        mailbox.remove_current();
        assert_eq!(mailbox.adopted, 0);
    }

    #[test]
    fn only_what_was_looked_at_is_a_root() {
        let (mut mailbox, mut heap) = filled(4);
        let roots = |mailbox: &mut Mailbox| {
            let mut count = 0;
            mailbox.visit(&mut |_, words| count += words);
            count / 2
        };
        assert_eq!(roots(&mut mailbox), 0);
        let _ = mailbox.current(&mut heap);
        mailbox.advance();
        let _ = mailbox.current(&mut heap);
        assert_eq!(roots(&mut mailbox), 2);
        mailbox.remove_current();
        assert_eq!(roots(&mut mailbox), 1);
        mailbox.adopt_all(&mut heap);
        assert_eq!(roots(&mut mailbox), 3);
        assert_eq!(mailbox.extract(true, |_| true).len(), 3);
        assert_eq!(roots(&mut mailbox), 0);
    }
}
