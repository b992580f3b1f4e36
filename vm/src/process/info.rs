//! `process_info/2`: TABLE of the items, and what each says. Asked by the process itself, or answered by it to a signal.
//!
//! Results are built in an arena of their own, which becomes a message or a part of the process's heap. Follows `erl_bif_info.c`.

use super::relations::{Relations, Watched};
use super::{MaxHeap, Message, Owned, Process};
use crate::code::Place;
use crate::machine::machine;
use crate::signal::{Signal, monitor};
use oxbeam_term::atom::known;
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::word::subtag;
use oxbeam_term::{Atom, Builder, Term, Word, binary, copy};
use std::fmt::Write;
use std::sync::atomic::Ordering;

/// What one can ask for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "they are named as the items are")]
pub enum Item {
    RegisteredName,
    CurrentFunction,
    InitialCall,
    Status,
    Messages,
    MessageQueueLen,
    Links,
    Monitors,
    MonitoredBy,
    Dictionary,
    TrapExit,
    ErrorHandler,
    HeapSize,
    StackSize,
    Memory,
    GarbageCollection,
    GroupLeader,
    Reductions,
    Priority,
    Trace,
    Binary,
    SequentialTraceToken,
    Catchlevel,
    Backtrace,
    LastCalls,
    TotalHeapSize,
    Suspending,
    MinHeapSize,
    MinBinVheapSize,
    MaxHeapSize,
    CurrentLocation,
    CurrentStacktrace,
    MessageQueueData,
    GarbageCollectionInfo,
    MagicRef,
    FullsweepAfter,
    Parent,
    AsyncDist,
    Label,
    PriorityMessages,
    /// `{dictionary, Key}`; the key is the element of the request's keys at this position.
    DictionaryLookup(usize),
}

/// The rows: text, item, first release that has it.
const TABLE: &[(&str, Item, u8)] = &[
    ("registered_name", Item::RegisteredName, 0),
    ("current_function", Item::CurrentFunction, 0),
    ("initial_call", Item::InitialCall, 0),
    ("status", Item::Status, 0),
    ("messages", Item::Messages, 0),
    ("message_queue_len", Item::MessageQueueLen, 0),
    ("links", Item::Links, 0),
    ("monitors", Item::Monitors, 0),
    ("monitored_by", Item::MonitoredBy, 0),
    ("dictionary", Item::Dictionary, 0),
    ("trap_exit", Item::TrapExit, 0),
    ("error_handler", Item::ErrorHandler, 0),
    ("heap_size", Item::HeapSize, 0),
    ("stack_size", Item::StackSize, 0),
    ("memory", Item::Memory, 0),
    ("garbage_collection", Item::GarbageCollection, 0),
    ("group_leader", Item::GroupLeader, 0),
    ("reductions", Item::Reductions, 0),
    ("priority", Item::Priority, 0),
    ("trace", Item::Trace, 0),
    ("binary", Item::Binary, 0),
    ("sequential_trace_token", Item::SequentialTraceToken, 0),
    ("catchlevel", Item::Catchlevel, 0),
    ("backtrace", Item::Backtrace, 0),
    ("last_calls", Item::LastCalls, 0),
    ("total_heap_size", Item::TotalHeapSize, 0),
    ("suspending", Item::Suspending, 0),
    ("min_heap_size", Item::MinHeapSize, 0),
    ("min_bin_vheap_size", Item::MinBinVheapSize, 0),
    ("max_heap_size", Item::MaxHeapSize, 0),
    ("current_location", Item::CurrentLocation, 0),
    ("current_stacktrace", Item::CurrentStacktrace, 0),
    ("message_queue_data", Item::MessageQueueData, 0),
    ("garbage_collection_info", Item::GarbageCollectionInfo, 0),
    ("magic_ref", Item::MagicRef, 0),
    ("fullsweep_after", Item::FullsweepAfter, 0),
    ("parent", Item::Parent, 0),
    ("async_dist", Item::AsyncDist, 27),
    // `{dictionary, Key}`: one key's value.
    ("dictionary", Item::Dictionary, 27),
    ("label", Item::Label, 27),
    ("priority_messages", Item::PriorityMessages, 29),
];

/// What this release of OTP can be asked for, by name.
pub fn names() -> impl Iterator<Item = &'static str> {
    let release = machine().release.number;
    let known = TABLE.iter().filter(move |row| row.2 <= release);
    known.map(|row| row.0)
}

/// What `process_info/1` gives.
pub const DEFAULT: &[Item] = &[
    Item::RegisteredName,
    Item::CurrentFunction,
    Item::InitialCall,
    Item::Status,
    Item::MessageQueueLen,
    Item::Links,
    Item::Dictionary,
    Item::TrapExit,
    Item::ErrorHandler,
    Item::Priority,
    Item::GroupLeader,
    Item::TotalHeapSize,
    Item::HeapSize,
    Item::StackSize,
    Item::Reductions,
    Item::GarbageCollection,
    Item::Suspending,
];

/// A request.
pub struct Request {
    /// Who asks: the local process of this number.
    pub from: u64,
    /// Comes back with the answer.
    pub reference: RefNumbers,
    /// What is asked.
    pub items: Vec<Item>,
    /// Keys of [`Item::DictionaryLookup`].
    pub keys: Vec<Message>,
    /// One item, not a list of them.
    pub single: bool,
    /// A name that is not there is `{registered_name, []}`.
    pub wrap: bool,
}

// SAFETY: a message owns the fragment that its words lie in.
unsafe impl Send for Request {}

impl Request {
    /// What the second argument of `process_info/2` asks for; `None` if it is none.
    pub fn parse(wanted: Term<'_>) -> Option<Request> {
        let mut request = Request {
            from: 0,
            reference: RefNumbers::from_numbers([0; 3]),
            items: Vec::new(),
            keys: Vec::new(),
            single: false,
            wrap: false,
        };
        if wanted.is_list() {
            request.wrap = true;
            for item in wanted.proper_list()? {
                request.add(item)?;
            }
        } else {
            request.single = true;
            request.add(wanted)?;
        }
        Some(request)
    }
    fn add(&mut self, wanted: Term<'_>) -> Option<()> {
        let release = machine().release.number;
        if let Some(name) = wanted.as_atom() {
            let text = name.text();
            let row = TABLE.iter().find(|row| row.0 == text && row.2 <= release)?;
            self.items.push(row.1);
        } else {
            let [kind, key] = wanted.as_tuple_of::<2>()?;
            if !kind.is(known::DICTIONARY) || release < 27 {
                return None;
            }
            self.items.push(Item::DictionaryLookup(self.keys.len()));
            self.keys.push(Message::copy_of(key));
        }
        Some(())
    }
    /// Who looks at messages finds those that are none.
    pub fn prepare(&self, owned: &mut Owned) {
        let looks = self.items.contains(&Item::Messages)
            || self.items.contains(&Item::TotalHeapSize) && !owned.mailbox.off_heap;
        if looks {
            owned.mailbox.drop_all_damaged();
        }
    }
    /// What `process_info/1` asks for.
    pub fn default_items() -> Request {
        Request {
            from: 0,
            reference: RefNumbers::from_numbers([0; 3]),
            items: DEFAULT.to_vec(),
            keys: Vec::new(),
            single: false,
            wrap: false,
        }
    }
}

/// Answers a request of another process.
pub fn answer(process: &Process, owned: &mut Owned, request: &Request) {
    request.prepare(owned);
    let message = Message::build(|builder| {
        let reference = builder.reference(request.reference);
        let result = build(builder, process, owned, request, false);
        builder.tuple(&[reference, result])
    });
    let _ = crate::signal::deliver(request.from, Signal::Message(message));
}

/// What a process answers that asks about itself.
pub fn about_self(process: &Process, owned: &Owned, request: &Request) -> Message {
    Message::build(|builder| build(builder, process, owned, request, true))
}

/// The result of a request; `own` says that the process asks about itself, from within a native function.
fn build<'p>(
    builder: &mut Builder<'p>,
    process: &Process,
    owned: &Owned,
    request: &Request,
    own: bool,
) -> Term<'p> {
    let mut results = Vec::with_capacity(request.items.len());
    for &item in &request.items {
        let value = value(builder, process, owned, request, item, own);
        if item == Item::RegisteredName && value.is_nil() && !request.wrap {
            if request.single {
                return Term::NIL;
            }
            continue;
        }
        let key = match item {
            Item::DictionaryLookup(at) => {
                let key = copy::copy(request.keys[at].term(), builder);
                builder.tuple(&[Term::atom(known::DICTIONARY), key])
            }
            item => Term::atom(name_of(item)),
        };
        results.push(builder.tuple(&[key, value]));
    }
    if request.single {
        results.first().copied().unwrap_or(Term::NIL)
    } else {
        builder.list(results)
    }
}

fn name_of(item: Item) -> Atom {
    TABLE
        .iter()
        .find(|row| row.1 == item)
        .map_or(known::UNDEFINED, |row| Atom::of(row.0))
}

/// A term of the process, copied into the result.
fn copied<'p>(builder: &mut Builder<'p>, word: Word) -> Term<'p> {
    // SAFETY: a word that the process keeps is a term; whoever asks runs the process.
    copy::copy(unsafe { Term::from_word(word) }, builder)
}

fn value<'p>(
    builder: &mut Builder<'p>,
    process: &Process,
    owned: &Owned,
    request: &Request,
    item: Item,
    own: bool,
) -> Term<'p> {
    let heap = &owned.heap;
    let relations = owned.relations.as_deref();
    let rare = owned.rare.as_deref();
    match item {
        Item::RegisteredName => process.registered_name().map_or(Term::NIL, Term::atom),
        Item::CurrentFunction => match current_place(owned, own) {
            Some(place) => mfa(builder, &place),
            None => Term::atom(known::UNDEFINED),
        },
        Item::CurrentLocation => match current_place(owned, own) {
            Some(place) => frame(builder, &place),
            None => Term::atom(known::UNDEFINED),
        },
        Item::CurrentStacktrace => {
            let frames: Vec<_> = places(owned, own)
                .iter()
                .map(|place| frame(builder, place))
                .collect();
            builder.list(frames)
        }
        Item::InitialCall => {
            let (module, function, arity) = owned.initial_call;
            builder.tuple(&[
                Term::atom(module),
                Term::atom(function),
                Term::small(i64::from(arity)),
            ])
        }
        Item::Status => Term::atom(status(process, owned, own)),
        Item::Messages if owned.sensitive => Term::NIL,
        Item::Messages => {
            let messages: Vec<_> = owned
                .mailbox
                .iter()
                .map(|message| copy::copy(message.term(), builder))
                .collect();
            builder.list(messages)
        }
        Item::MessageQueueLen => builder.integer(owned.mailbox.len() as i64),
        Item::Links => {
            let links = relations.map(Relations::linked).unwrap_or_default();
            let links: Vec<_> = links.into_iter().map(|peer| peer.term(builder)).collect();
            builder.list(links)
        }
        Item::Monitors => {
            let monitors = relations
                .map(Relations::watching_in_order)
                .unwrap_or_default();
            let monitors: Vec<_> = monitors
                .into_iter()
                .map(|(_, watching)| watched(builder, watching.what))
                .collect();
            builder.list(monitors)
        }
        Item::MonitoredBy => {
            let watchers = relations
                .map(Relations::watched_in_order)
                .unwrap_or_default();
            let from_afar = relations
                .into_iter()
                .flat_map(|relations| relations.watched_from_afar.values());
            let mut watchers: Vec<_> = watchers
                .into_iter()
                .map(|(_, by)| by)
                .chain(from_afar.copied())
                .map(|by| by.by.term(builder))
                .collect();
            let observers = owned.rare.as_ref().map(|rare| &rare.observers);
            for (numbers, object) in observers
                .into_iter()
                .flatten()
                .filter_map(|observed| observed.1.object())
            {
                watchers.push(builder.magic_reference(numbers, object));
            }
            builder.list(watchers)
        }
        Item::Dictionary if owned.sensitive => Term::NIL,
        Item::Dictionary => {
            let mut pairs = Vec::with_capacity(owned.dictionary.len());
            for [key, value] in owned.dictionary.pairs() {
                let pair = [copied(builder, *key), copied(builder, *value)];
                pairs.push(builder.tuple(&pair));
            }
            builder.list(pairs)
        }
        Item::DictionaryLookup(_) if owned.sensitive => Term::atom(known::UNDEFINED),
        Item::DictionaryLookup(at) => lookup(builder, owned, request.keys[at].word),
        Item::Label => lookup(builder, owned, Word::atom(Atom::of("$process_label"))),
        Item::TrapExit => Term::boolean(owned.trap_exit),
        Item::ErrorHandler => Term::atom(owned.error_handler),
        Item::HeapSize => builder.integer(heap.size_words() as i64),
        Item::StackSize => builder.integer(heap.stack_words() as i64),
        Item::Memory => builder.integer(memory_bytes(owned) as i64),
        Item::TotalHeapSize => {
            let words = heap.total_words()
                + if owned.mailbox.off_heap {
                    0
                } else {
                    owned.mailbox.fragment_words()
                };
            builder.integer(words as i64)
        }
        Item::GarbageCollection => garbage_collection(builder, owned),
        Item::GarbageCollectionInfo => garbage_collection_info(builder, owned),
        Item::GroupLeader => owned.group_leader.term(builder),
        Item::Reductions => builder.unsigned(owned.reductions + owned.reductions_in_turn()),
        Item::Priority => Term::atom(process.priority().atom()),
        Item::Trace => Term::small(0),
        Item::Binary => binaries(builder, owned),
        Item::SequentialTraceToken => match rare.map(|rare| rare.trace_token) {
            Some(token) if !token.is_none() => copied(builder, token),
            _ => Term::NIL,
        },
        Item::Catchlevel => Term::small(i64::from(owned.catches)),
        Item::Backtrace if owned.sensitive => builder.binary(b""),
        Item::Backtrace => {
            let text = backtrace(owned, own);
            builder.binary(text.as_bytes())
        }
        Item::LastCalls if !owned.saves_calls => Term::FALSE,
        Item::LastCalls => {
            let calls = rare.into_iter().flat_map(|rare| rare.saved_calls.iter());
            let calls: Vec<_> = calls.map(|call| call.term(builder)).collect();
            builder.list(calls)
        }
        Item::Suspending => {
            let suspending = rare
                .map(|rare| rare.suspending.as_slice())
                .unwrap_or_default();
            let suspending: Vec<_> = suspending
                .iter()
                .map(|entry| {
                    let (none, count) = (Term::small(0), Term::small(i64::from(entry.count)));
                    let (active, outstanding) = match entry.is_suspended.load(Ordering::Acquire) {
                        true => (count, none),
                        false => (none, count),
                    };
                    builder.tuple(&[Term::local_pid(entry.number), active, outstanding])
                })
                .collect();
            builder.list(suspending)
        }
        Item::MinHeapSize => builder.integer(heap.min_heap_words as i64),
        Item::MinBinVheapSize => builder.integer(heap.min_binary_words as i64),
        Item::MaxHeapSize => max_heap_map(builder, owned.max_heap),
        Item::MessageQueueData => Term::atom(if owned.mailbox.off_heap {
            known::OFF_HEAP
        } else {
            known::ON_HEAP
        }),
        Item::MagicRef => magic_references(builder, owned),
        Item::FullsweepAfter => Term::small(i64::from(heap.fullsweep_after)),
        Item::Parent => match owned.parent {
            Some(parent) => parent.term(builder),
            None => Term::atom(known::UNDEFINED),
        },
        Item::AsyncDist => Term::boolean(owned.async_dist),
        Item::PriorityMessages => Term::boolean(relations.is_some_and(Relations::have_priority)),
    }
}

fn lookup<'p>(builder: &mut Builder<'p>, owned: &Owned, key: Word) -> Term<'p> {
    match owned.dictionary.get(key) {
        Some(value) => copied(builder, value),
        None => Term::atom(known::UNDEFINED),
    }
}

/// What the process is doing, seen from a signal that it handles, or by itself.
fn status(process: &Process, owned: &Owned, own: bool) -> Atom {
    if process.state.is_exiting() {
        known::EXITING
    } else if own {
        known::RUNNING
    } else if owned.is_suspended() || owned.waits_for_port {
        known::SUSPENDED
    } else if process.state.is_open() {
        known::RUNNING
    } else if owned.was_waiting {
        known::WAITING
    } else {
        known::RUNNABLE
    }
}

fn watched<'p>(builder: &mut Builder<'p>, what: Watched) -> Term<'p> {
    let (kind, object) = monitor::object(builder, what);
    builder.tuple(&[kind, object])
}

/// `#{size, kill, error_logger, …}`
pub fn max_heap_map<'p>(builder: &mut Builder<'p>, max: MaxHeap) -> Term<'p> {
    let mut pairs = vec![
        (Term::atom(known::ERROR_LOGGER), Term::boolean(max.log)),
        (Term::atom(known::KILL), Term::boolean(max.kill)),
        (Term::atom(known::SIZE), builder.integer(max.words as i64)),
    ];
    if machine().release.number >= 27 {
        pairs.push((
            Term::atom(Atom::of("include_shared_binaries")),
            Term::boolean(max.include_binaries),
        ));
    }
    builder.map_from_pairs(pairs)
}

fn pair_list<'p>(builder: &mut Builder<'p>, pairs: &[(Atom, Term<'p>)]) -> Term<'p> {
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(key, value)| builder.tuple(&[Term::atom(*key), *value]))
        .collect();
    builder.list(pairs)
}

fn garbage_collection<'p>(builder: &mut Builder<'p>, owned: &Owned) -> Term<'p> {
    let heap = &owned.heap;
    let max = max_heap_map(builder, owned.max_heap);
    let pairs = [
        (known::MAX_HEAP_SIZE, max),
        (
            known::MIN_BIN_VHEAP_SIZE,
            builder.integer(heap.min_binary_words as i64),
        ),
        (
            known::MIN_HEAP_SIZE,
            builder.integer(heap.min_heap_words as i64),
        ),
        (
            known::FULLSWEEP_AFTER,
            Term::small(i64::from(heap.fullsweep_after)),
        ),
        (
            Atom::of("minor_gcs"),
            Term::small(i64::from(heap.minor_collections)),
        ),
    ];
    pair_list(builder, &pairs)
}

pub(crate) fn garbage_collection_info<'p>(builder: &mut Builder<'p>, owned: &Owned) -> Term<'p> {
    let heap = &owned.heap;
    let (young, old) = heap.binary_words();
    let sizes = [
        ("old_heap_block_size", heap.old_words()),
        ("heap_block_size", heap.size_words()),
        ("mbuf_size", heap.arena.fragment_words),
        ("recent_size", heap.mature_words()),
        ("stack_size", heap.stack_words()),
        ("old_heap_size", heap.old_used_words()),
        ("heap_size", heap.used_words()),
        ("bin_vheap_size", young),
        ("bin_vheap_block_size", heap.binary_limit),
        ("bin_old_vheap_size", old),
        ("bin_old_vheap_block_size", heap.binary_limit),
    ];
    let pairs: Vec<_> = sizes
        .iter()
        .map(|(key, words)| (Atom::of(key), builder.integer(*words as i64)))
        .collect();
    pair_list(builder, &pairs)
}

/// `{Address, Bytes, References}` of each shared binary.
fn binaries<'p>(builder: &mut Builder<'p>, owned: &Owned) -> Term<'p> {
    let mut found = Vec::new();
    let mut look = |object: *mut Word| {
        // SAFETY: objects on the list are whole; the third word of this kind holds a counted reference.
        unsafe {
            if (*object).subtag() == subtag::REFC {
                let shared = binary::refc::SharedBytes::borrow_raw(&(*object.add(2)).0);
                found.push((shared.data() as u64, shared.capacity(), shared.references()));
            }
        }
    };
    owned.heap.for_each_offheap(&mut look);
    let list: Vec<_> = found
        .into_iter()
        .map(|(address, bytes, references)| {
            let parts = [
                builder.unsigned(address),
                builder.integer(bytes as i64),
                builder.integer(references as i64),
            ];
            builder.tuple(&parts)
        })
        .collect();
    builder.list(list)
}

/// Each magic reference's object: `{Reference, Address, Count}`.
fn magic_references<'p>(builder: &mut Builder<'p>, owned: &Owned) -> Term<'p> {
    let mut found = Vec::new();
    owned.heap.for_each_offheap(|object| {
        // SAFETY: objects on the list are whole.
        let term: Term<'_> = unsafe { Term::from_word(Word::boxed(object)) };
        if let Some(object) = term
            .as_reference()
            .and_then(|reference| reference.magic_arc())
        {
            found.push(object);
        }
    });
    let list: Vec<_> = found
        .into_iter()
        .map(|object| {
            let parts = [
                builder.unsigned(std::sync::Arc::as_ptr(&object) as u64),
                Term::small(0),
                builder.integer(std::sync::Arc::strong_count(&object) as i64 - 1),
            ];
            builder.tuple(&parts)
        })
        .collect();
    builder.list(list)
}

/// Bytes that the process uses (`process_info(_, memory)`).
pub fn memory_bytes(owned: &Owned) -> usize {
    let words = owned.heap.total_words()
        + oxbeam_term::heap::RED_ZONE
        + owned.mailbox.fragment_words()
        + owned.dictionary.memory_words()
        + owned.saved_x.len();
    let relations = owned.relations.as_deref().map_or(0, |relations| {
        64 * (relations.links.len()
            + relations.watching.len()
            + relations.watched_by.len()
            + relations.aliases.len())
    });
    size_of::<Process>() + words * 8 + relations + owned.mailbox.len() * size_of::<Message>()
}

fn mfa<'p>(builder: &mut Builder<'p>, place: &Place) -> Term<'p> {
    builder.tuple(&[
        Term::atom(place.module),
        Term::atom(place.function),
        Term::small(i64::from(place.arity)),
    ])
}

fn frame<'p>(builder: &mut Builder<'p>, place: &Place) -> Term<'p> {
    let location = match &place.line {
        None => Term::NIL,
        Some((file, line)) => {
            let file = builder.char_list(file);
            let file = builder.tuple(&[Term::atom(known::FILE), file]);
            let line = builder.tuple(&[Term::atom(known::LINE), Term::small(i64::from(*line))]);
            builder.list([file, line])
        }
    };
    builder.tuple(&[
        Term::atom(place.module),
        Term::atom(place.function),
        Term::small(i64::from(place.arity)),
        location,
    ])
}

/// The function whose code is at `address`.
fn place_of(address: u64) -> Option<Place> {
    machine().code.place(address)
}

/// The function that a process which does not run is in.
pub(crate) fn place_of_pc(owned: &Owned) -> Option<Place> {
    place_of(owned.pc as u64).or_else(|| {
        // SAFETY: where code of no module is resumed it is at an entry: of an export without code, or the machine's own.
        let (module, function, arity) = unsafe { crate::interp::dispatch::mfa_of(owned.pc) };
        Some(Place {
            module,
            function,
            arity,
            line: None,
        })
    })
}

/// Does it wait in `erlang:hibernate/0`? It is told to be in the function that has called that.
fn hibernates_in_place(owned: &Owned) -> bool {
    owned.hibernating
        && place_of_pc(owned).is_some_and(|place| {
            place.module == known::ERLANG
                && place.arity == 0
                && place.function == Atom::of("hibernate")
        })
}

/// Where the process is: for itself, where its native was called.
fn current_place(owned: &Owned, own: bool) -> Option<Place> {
    if own || hibernates_in_place(owned) {
        let top = owned.heap.stack_slice().first()?;
        // SAFETY: the process calls a native: a return address is on top of its stack.
        let address = unsafe { crate::trace::call::return_address(top) };
        return place_of(address - 8);
    }
    if owned.room().is_some() {
        // As OTP has it, where a process that is suspended behind what it has sent goes on.
        return Some(Place {
            module: known::ERLANG,
            function: Atom::of("bif_return_trap"),
            arity: 2,
            line: None,
        });
    }
    if owned.hibernating {
        return Some(Place {
            module: known::ERLANG,
            function: Atom::of("hibernate"),
            arity: 3,
            line: None,
        });
    }
    place_of_pc(owned)
}

/// Where the process is and what it will return to, as many as `backtrace_depth` allows.
fn places(owned: &Owned, own: bool) -> Vec<Place> {
    let depth = machine().backtrace_depth();
    let mut found = Vec::new();
    if !own && !hibernates_in_place(owned) {
        found.extend(current_place(owned, own));
    }
    let mut last = 0;
    for word in owned.heap.stack_slice() {
        if found.len() >= depth {
            break;
        }
        // Of a recursion only one row is kept.
        if word.is_header() && !word.is_none() && word.0 != last {
            last = word.0;
            found.extend(machine().code.place(word.0 - 8));
        }
    }
    found
}

/// The function, and the instruction, that the process was at when it last left the interpreter's fast path. For the end of the machine.
pub(crate) fn last_place(owned: &Owned) -> String {
    if owned.pc.is_null() {
        return "unknown".to_owned();
    }
    let place = place_of_pc(owned).map_or_else(String::new, |place| {
        format!(
            "{}:{}/{}",
            place.module.text(),
            place.function.text(),
            place.arity
        )
    });
    // SAFETY: code of a process, where an instruction begins.
    let instruction = crate::interp::ops::name_of(unsafe { *owned.pc });
    format!("{place}, instruction {}", instruction.unwrap_or("unknown"))
}

/// The stack as text.
pub fn backtrace(owned: &Owned, own: bool) -> String {
    stack(owned, own, true)
}

/// The functions on the stack as text, without their terms.
pub(crate) fn return_addresses(owned: &Owned) -> String {
    stack(owned, true, false)
}

fn stack(owned: &Owned, own: bool, with_terms: bool) -> String {
    let mut text = String::new();
    let name = |address: u64| match place_of(address) {
        Some(place) => format!(
            "{}:{}/{}",
            place.module.text(),
            place.function.text(),
            place.arity
        ),
        None => "<terminate process normally>".to_owned(),
    };
    let pc = if own {
        owned
            .heap
            .stack_slice()
            .first()
            .map_or(0, |word| word.0 - 8)
    } else {
        owned.pc as u64
    };
    let _ = writeln!(text, "Program counter: {pc:#018x} ({})\n", name(pc));
    let mut y = 0;
    let base = owned.heap.stack as u64;
    for (index, word) in owned.heap.stack_slice().iter().enumerate() {
        let at = base + index as u64 * 8;
        if word.is_header() && !word.is_none() {
            let _ = writeln!(
                text,
                "{at:#018x} Return addr {:#018x} ({})",
                word.0,
                name(word.0 - 8)
            );
            y = 0;
        } else if !with_terms {
            y += 1;
        } else if word.is_catch_tag() {
            let handler = crate::code::catch::handler(word.catch_index()) as u64;
            let _ = writeln!(text, "y({y})     Catch {handler:#018x} ({})", name(handler));
            y += 1;
        } else {
            let _ = write!(text, "y({y})     ");
            // SAFETY: what is neither an address nor a catch tag is a term.
            let term: Term<'_> = unsafe { Term::from_word(*word) };
            let _ = oxbeam_term::print::display(term, &mut text, 1000);
            text.push('\n');
            y += 1;
        }
    }
    text
}
