//! Sequential tracing: the token of a process, which goes along with what it sends. Follows the documentation of module `seq_trace`
//! and `erl_trace.c`.
//!
//! A token is a tuple `{Flags, Label, Serial, From, Lastcnt}`. It is made anew at each change, since a message may hold the old one.

use crate::machine::machine;
use crate::native::Cx;
use crate::process::{Message, Owned, Peer, Process};
use crate::trace::Tracer;
use oxbeam_term::atom::known;
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::{Atom, Builder, Term, Word};
use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// `send`
pub const SEND: i64 = 1;
/// `'receive'`
pub const RECEIVE: i64 = 2;
/// `print`
pub const PRINT: i64 = 4;
/// `timestamp`
pub const TIMESTAMP: i64 = 8;
/// `strict_monotonic_timestamp`
pub const STRICT_MONOTONIC_TIMESTAMP: i64 = 16;
/// `monotonic_timestamp`
pub const MONOTONIC_TIMESTAMP: i64 = 32;

/// Who gets the trace messages.
static TRACER: Mutex<Option<Tracer>> = Mutex::new(None);
/// Some process has, or had, a token.
static EVER: AtomicBool = AtomicBool::new(false);

/// The system tracer.
pub fn tracer() -> Option<Tracer> {
    let mut tracer = TRACER.lock();
    // One that is gone traces no more.
    if tracer.as_ref().is_some_and(|tracer| !tracer.is_there()) {
        *tracer = None;
    }
    tracer.clone()
}

/// Sets the system tracer; the one before.
pub fn set_tracer(tracer: Option<Tracer>) -> Option<Tracer> {
    std::mem::replace(&mut TRACER.lock(), tracer)
}

/// Was there ever a token?
#[inline]
pub fn in_use() -> bool {
    EVER.load(Ordering::Relaxed)
}

/// A token's parts.
#[derive(Copy, Clone)]
pub struct Token<'p> {
    /// Bits of the flags.
    pub flags: i64,
    /// The label.
    pub label: Term<'p>,
    /// Number of the last message.
    pub serial: i64,
    /// Who had the token when it was last counted.
    pub from: Term<'p>,
    /// Number of the message before.
    pub last: i64,
}

impl<'p> Token<'p> {
    /// The parts of a token.
    pub fn of(term: Term<'p>) -> Option<Token<'p>> {
        let [flags, label, serial, from, last] = term.as_tuple_of::<5>()?;
        Some(Token {
            flags: flags.as_small()?,
            label,
            serial: serial.as_small()?,
            from,
            last: last.as_small()?,
        })
    }
    /// A copy of the token.
    pub fn copy<'q>(&self, builder: &mut Builder<'q>) -> Term<'q> {
        let label = oxbeam_term::copy::copy(self.label, builder);
        let from = oxbeam_term::copy::copy(self.from, builder);
        let (flags, serial, last) = (self.flags, self.serial, self.last);
        let token = Token {
            flags,
            label,
            serial,
            from,
            last,
        };
        token.term(builder)
    }
    /// The token.
    pub fn term(&self, builder: &mut Builder<'p>) -> Term<'p> {
        let small = Term::small;
        builder.tuple(&[
            small(self.flags),
            self.label,
            small(self.serial),
            self.from,
            small(self.last),
        ])
    }
}

fn word_of(owned: &Owned) -> Word {
    owned
        .rare
        .as_ref()
        .map_or(Word::NONE, |rare| rare.trace_token)
}

/// The caller's token.
pub fn token<'p>(cx: &mut Cx<'p>) -> Option<Token<'p>> {
    let word = word_of(cx.owned());
    if word.is_none() {
        return None;
    }
    // SAFETY: a token is a term of the process, which calls.
    Token::of(unsafe { Term::from_word(word) })
}

/// The caller's token as a term.
pub fn token_term<'p>(cx: &mut Cx<'p>) -> Option<Term<'p>> {
    token(cx).map(|token| token.term(cx.builder()))
}

/// Gives the caller this token, or takes it away.
pub fn set_token<'p>(cx: &mut Cx<'p>, token: Option<Token<'p>>) {
    match token {
        Some(token) => {
            EVER.store(true, Ordering::Relaxed);
            let word = token.term(cx.builder()).word();
            cx.owned().rare().trace_token = word;
        }
        None => {
            if let Some(rare) = &mut cx.owned().rare {
                rare.trace_token = Word::NONE;
            }
        }
    }
}

/// The caller's counts: of the last message that it sent or got, and of the last one that it got.
pub fn counts(owned: &Owned) -> (i64, i64) {
    owned.rare.as_ref().map_or((0, 0), |rare| rare.trace_counts)
}

/// Sets the counts.
pub fn set_counts(owned: &mut Owned, clock: i64, last: i64) {
    owned.rare().trace_counts = (clock, last);
}

/// Takes the token away and forgets the counts.
pub fn reset(owned: &mut Owned) {
    if let Some(rare) = &mut owned.rare {
        rare.trace_token = Word::NONE;
        rare.trace_counts = (0, 0);
    }
}

/// `process` is about to send something: its token counts on. The new token, if it has one.
///
/// # Safety
/// The caller runs the process, and its heap is not collected while the token is used.
pub unsafe fn next_token<'p>(process: &Process, owned: &mut Owned) -> Option<Token<'p>> {
    let word = word_of(owned);
    if word.is_none() {
        return None;
    }
    // SAFETY: a token is a term of the process, which the caller runs.
    let mut token = Token::of(unsafe { Term::from_word(word) })?;
    let (clock, last) = counts(owned);
    token.serial = clock + 1;
    token.last = last;
    token.from = Term::local_pid(process.number);
    set_counts(owned, clock + 1, last);
    // SAFETY: the caller runs the process.
    let mut builder = unsafe { owned.heap.arena.builder() };
    let word = token.term(&mut builder).word();
    owned.rare().trace_token = word;
    Some(token)
}

/// The process, which the caller runs, takes the message out of its queue that its receive looks at: it goes on with the message's
/// token, or without one.
#[cold]
#[inline(never)]
pub(crate) fn takes(process: &Process, owned: &mut Owned) {
    let token = owned.mailbox.current_token();
    let Some(message) = owned.mailbox.current(&mut owned.heap) else {
        return;
    };
    // What no process has sent leaves the token alone.
    if token.is_none() {
        return;
    }
    // An immediate is the sender's pid, for who traces messages, or nothing.
    if token.is_immediate() {
        if let Some(rare) = &mut owned.rare {
            rare.trace_token = Word::NONE;
        }
        return;
    }
    owned.rare().trace_token = token;
    // SAFETY: token and message are terms of the process now.
    if let Some(token) = Token::of(unsafe { Term::from_word(token) }) {
        let (clock, _) = counts(owned);
        set_counts(owned, clock.max(token.serial), token.serial);
        // SAFETY: as above.
        let message = unsafe { Term::from_word(message) };
        if !owned.sensitive {
            output(&token, RECEIVE, Term::local_pid(process.number), message);
        }
    }
}

/// The message with the token that came along with it from another node.
pub(crate) fn attach(message: Message, token: Term<'_>) -> Message {
    let Some(token) = Token::of(token) else {
        return message;
    };
    EVER.store(true, Ordering::Relaxed);
    carrying(&token, message.term())
}

/// A message of this term with a copy of the token.
pub(crate) fn carrying(token: &Token<'_>, message: Term<'_>) -> Message {
    let mut copy = Message::build(|builder| {
        let token = token.copy(builder);
        let message = oxbeam_term::copy::copy(message, builder);
        builder.cons(token, message)
    });
    if let Some(cell) = copy.term().as_cons() {
        let (token, word) = (cell.head().word(), cell.tail().word());
        copy.token = token;
        copy.word = word;
    }
    copy
}

/// `process`, which the caller runs, exits and is about to tell `to`, to which it is linked: its token, if it has one, counts on, and
/// the system tracer is told. (`exit/2` sends no token.)
///
/// # Safety
/// As for [`next_token`].
pub(crate) unsafe fn next_exit<'p>(
    process: &Process,
    owned: &mut Owned,
    to: Peer,
    reason: Term<'_>,
) -> Option<Token<'p>> {
    if !in_use() || matches!(to, Peer::Port(_)) {
        return None;
    }
    // SAFETY: the caller's promise.
    let token = unsafe { next_token(process, owned) }?;
    let told = match to {
        Peer::Process(number) => {
            let process = machine().processes.get(number);
            process.is_some_and(|process| !process.trace.is_sensitive())
        }
        _ => true,
    };
    if told {
        let told = Message::build(|builder| {
            let to = to.term(builder);
            let reason = oxbeam_term::copy::copy(reason, builder);
            let from = Term::local_pid(process.number);
            let exit = builder.tuple(&[Term::atom(known::UPPER_EXIT), from, reason]);
            builder.cons(to, exit)
        });
        if let Some(cell) = told.term().as_cons() {
            output(&token, SEND, cell.head(), cell.tail());
        }
    }
    Some(token)
}

/// What a process asks for with whom it starts, beside what is to be called.
#[derive(Copy, Clone)]
pub struct Request<'t> {
    /// The option list.
    pub options: Term<'t>,
    /// Tag of the answer.
    pub tag: Term<'t>,
    /// The answer is sent as a message.
    pub answered: bool,
}

impl Request<'_> {
    /// What says nothing more.
    pub const PLAIN: Request<'static> = Request {
        options: Term::NIL,
        tag: Term::atom(known::SPAWN_REPLY),
        answered: false,
    };
}

/// `parent`, which the caller runs, has started `child`, which does not run yet and has inherited this token: OTP traces that as if it
/// were a request and its answer. The token of the answer, if that is sent.
pub(crate) fn started(
    (parent, parent_owned): (&Process, &mut Owned),
    child: &Process,
    token: &Token<'_>,
    reference: RefNumbers,
    (module, function, arguments): (Atom, Atom, &[Term<'_>]),
    request: Request<'_>,
) -> Option<Message> {
    let (parent_pid, child_pid) = (
        Term::local_pid(parent.number),
        Term::local_pid(child.number),
    );
    let atom = |text: &str| Term::atom(Atom::of(text));
    let sensitive = parent_owned.sensitive;
    if !sensitive {
        let told = Message::build(|builder| {
            let arity = Term::small(arguments.len() as i64);
            // What is asked for by a message begins in OTP's own function.
            let call = if request.answered {
                [atom("erts_internal"), atom("spawn_init"), Term::small(1)]
            } else {
                [Term::atom(module), Term::atom(function), arity]
            };
            let call = builder.tuple(&call);
            let reference = builder.reference(reference);
            let leader = parent_owned.group_leader.term(builder);
            let [options, tag] =
                [request.options, request.tag].map(|term| oxbeam_term::copy::copy(term, builder));
            let copies: Vec<_> = arguments
                .iter()
                .map(|argument| oxbeam_term::copy::copy(*argument, builder))
                .collect();
            let arguments = builder.list(copies);
            let name = atom("spawn_request");
            builder.tuple(&[
                name, reference, parent_pid, leader, call, options, tag, arguments,
            ])
        });
        output(token, SEND, child_pid, told.term());
        output(token, RECEIVE, child_pid, told.term());
    }
    // SAFETY: the child does not run yet, so this thread runs it.
    let answer = unsafe { next_token(child, &mut *child.owned_pointer()) }?;
    if request.answered {
        return Some(Message::build(|builder| answer.copy(builder)));
    }
    set_counts(parent_owned, answer.serial, answer.serial);
    if !sensitive {
        let told = Message::build(|builder| {
            let reference = builder.reference(reference);
            let tag = oxbeam_term::copy::copy(request.tag, builder);
            builder.tuple(&[tag, reference, Term::atom(known::OK), child_pid])
        });
        output(&answer, SEND, parent_pid, told.term());
        output(&answer, RECEIVE, parent_pid, told.term());
    }
    None
}

/// The answer to a request as a message with this token; the system tracer is told.
pub fn answer(token: &Message, to: Term<'_>, answer: Term<'_>) -> Option<Message> {
    let token = Token::of(token.term())?;
    output(&token, SEND, to, answer);
    Some(carrying(&token, answer))
}

/// Tells the system tracer of an event of this kind, if the token wants that.
pub fn output(token: &Token<'_>, kind: i64, to: Term<'_>, message: Term<'_>) {
    if token.flags & kind == 0 {
        return;
    }
    let Some(tracer) = tracer() else { return };
    let text = match kind {
        SEND => "send",
        RECEIVE => "receive",
        _ => "print",
    };
    // `{seq_trace, Label, {Kind, {Lastcnt, Serial}, From, To, Message}}`, with a timestamp behind it if there is to be one.
    tracer.tell_sequential(to, token.flags, &mut |builder| {
        let [label, from, to, message] = [token.label, token.from, to, message]
            .map(|term| oxbeam_term::copy::copy(term, builder));
        let serial = builder.tuple(&[Term::small(token.last), Term::small(token.serial)]);
        let event = builder.tuple(&[Term::atom(Atom::of(text)), serial, from, to, message]);
        (label, event)
    });
}

/// The time, in the form that a token's flags ask for.
pub(crate) fn timestamp<'p>(flags: i64, builder: &mut Builder<'p>) -> Option<Term<'p>> {
    let time = &machine().time;
    Some(if flags & TIMESTAMP != 0 {
        let micro = time.system().div_euclid(1000);
        let parts = [
            micro.div_euclid(1_000_000_000_000),
            micro.div_euclid(1_000_000) % 1_000_000,
            micro % 1_000_000,
        ];
        builder.tuple(&parts.map(Term::small))
    } else if flags & STRICT_MONOTONIC_TIMESTAMP != 0 {
        let now = builder.integer(time.monotonic());
        let unique = crate::unique::next_monotonic_integer() as i64;
        let unique = builder.integer(crate::unique::MIN_UNIQUE + unique);
        builder.tuple(&[now, unique])
    } else if flags & MONOTONIC_TIMESTAMP != 0 {
        builder.integer(time.monotonic())
    } else {
        return None;
    })
}

/// The caller prints something: its token counts on.
pub fn count_on<'p>(cx: &mut Cx<'p>) -> Option<Token<'p>> {
    let process = cx.process();
    // SAFETY: the caller's process runs it; nothing is collected while a native runs.
    unsafe { next_token(process, cx.owned()) }
}

/// A process that is being made gets its parent's token, and begins to count with it.
pub(crate) fn inherit(token: &Token<'_>, owned: &mut Owned) {
    // SAFETY: the new heap is nobody else's yet, and is not collected now.
    let mut builder = unsafe { owned.heap.arena.builder() };
    let word = token.copy(&mut builder).word();
    owned.rare().trace_token = word;
    set_counts(owned, token.serial, token.serial);
}

/// The flag of this name.
pub fn flag_of(name: Atom) -> Option<i64> {
    Some(match name.text() {
        "send" => SEND,
        "receive" => RECEIVE,
        "print" => PRINT,
        "timestamp" => TIMESTAMP,
        "strict_monotonic_timestamp" => STRICT_MONOTONIC_TIMESTAMP,
        "monotonic_timestamp" => MONOTONIC_TIMESTAMP,
        _ => return None,
    })
}

/// The caller's token, a new one if it has none.
fn token_or_new<'p>(cx: &mut Cx<'p>) -> Token<'p> {
    let from = cx.self_pid();
    match token(cx) {
        Some(token) => token,
        None => {
            let (_, last) = counts(cx.owned());
            Token {
                flags: 0,
                label: Term::small(0),
                serial: 0,
                from,
                last,
            }
        }
    }
}

/// Sets a component of the caller's token; the value before. `None`: there is no such component, or it can't have this value.
pub fn change<'p>(cx: &mut Cx<'p>, component: Atom, value: Term<'p>) -> Option<Term<'p>> {
    if let Some(flag) = flag_of(component) {
        let on = value.as_boolean()?;
        let mut token = token_or_new(cx);
        let before = token.flags & flag != 0;
        token.flags = if on {
            token.flags | flag
        } else {
            token.flags & !flag
        };
        set_token(cx, Some(token));
        return Some(Term::boolean(before));
    }
    match component.text() {
        "label" => {
            let mut token = token_or_new(cx);
            let before = std::mem::replace(&mut token.label, value);
            set_token(cx, Some(token));
            Some(before)
        }
        "serial" => {
            let [last, serial] = value.as_tuple_of::<2>()?;
            let (last, serial) = (last.as_small()?, serial.as_small()?);
            let mut token = token_or_new(cx);
            let before = cx.tuple(&[Term::small(token.last), Term::small(token.serial)]);
            token.last = last;
            token.serial = serial;
            set_token(cx, Some(token));
            set_counts(cx.owned(), serial, last);
            Some(before)
        }
        "sequential_trace_token" => {
            if !value.is_nil() {
                return None;
            }
            let before = token_term(cx).unwrap_or(Term::NIL);
            set_token(cx, None);
            Some(before)
        }
        _ => None,
    }
}
