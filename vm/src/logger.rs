//! Messages of the machine's own to the Erlang logger: `{log, Level, Format, Args, Metadata}` to the process that
//! `erlang:system_flag(system_logger, _)` names. Follows `utils.c` and `erl_trace.c`.

use crate::machine::machine;
use crate::process::{Message, Peer};
use crate::signal::{self, Signal};
use oxbeam_term::atom::known;
use oxbeam_term::{Atom, Builder, Term};
use parking_lot::Mutex;
use std::io::Write;

/// Who gets the messages.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Receiver {
    /// The process registered as `logger`.
    Default,
    /// This process of this node.
    Process(u64),
    /// Nobody.
    Undefined,
}

/// The setting.
pub struct Logger(Mutex<Receiver>);

impl Logger {
    /// The default receiver.
    pub fn new() -> Logger {
        Logger(Mutex::new(Receiver::Default))
    }
    /// Sets the receiver; the one before.
    pub fn set(&self, receiver: Receiver) -> Receiver {
        std::mem::replace(&mut self.0.lock(), receiver)
    }
    /// The receiver.
    pub fn receiver(&self) -> Receiver {
        *self.0.lock()
    }
}

impl Default for Logger {
    fn default() -> Logger {
        Logger::new()
    }
}

impl Receiver {
    /// The receiver as a term.
    pub fn term(self) -> Term<'static> {
        match self {
            Receiver::Default => Term::atom(known::LOGGER),
            Receiver::Process(number) => Term::local_pid(number),
            Receiver::Undefined => Term::atom(known::UNDEFINED),
        }
    }
}

/// How bad it is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Level {
    /// `error`
    Error,
    /// `warning`
    Warning,
    /// `info`
    Info,
}

/// Logs `format` with the list of arguments that `arguments` builds, on behalf of a process and its group leader, if there is one.
pub fn log(
    level: Level,
    about: Option<(u64, Peer)>,
    format: &str,
    arguments: impl for<'p> FnOnce(&mut Builder<'p>) -> Term<'p>,
) {
    let (level, tag) = match level {
        Level::Error => (known::ERROR, known::ERROR),
        Level::Warning => (known::WARNING, Atom::of("warning_msg")),
        Level::Info => (known::INFO, Atom::of("info_msg")),
    };
    let time = machine().time.os_system() / 1000;
    let message = Message::build(|builder| {
        let format = builder.char_list(format);
        let arguments = arguments(builder);
        let inner = [
            (Term::atom(known::EMULATOR), Term::TRUE),
            (Term::atom(known::TAG), Term::atom(tag)),
        ];
        let inner = builder.map_from_pairs(inner);
        let time = builder.integer(time);
        let mut pairs = vec![
            (Term::atom(known::ERROR_LOGGER), inner),
            (Term::atom(known::TIME), time),
        ];
        if let Some((pid, group_leader)) = about {
            pairs.push((Term::atom(known::PID), Term::local_pid(pid)));
            pairs.push((Term::atom(known::GL), group_leader.term(builder)));
        }
        let metadata = builder.map_from_pairs(pairs);
        builder.tuple(&[
            Term::atom(known::LOG),
            Term::atom(level),
            format,
            arguments,
            metadata,
        ])
    });
    send(about.map(|about| about.0), message);
}

/// Logs a line of text.
pub fn log_text(level: Level, about: Option<(u64, Peer)>, text: &str) {
    log(level, about, "~s~n", |builder| {
        let text = builder.char_list(text);
        builder.list([text])
    });
}

fn send(from: Option<u64>, message: Message) {
    let machine = machine();
    let mut message = message;
    match machine.logger.receiver() {
        Receiver::Undefined => return,
        Receiver::Process(number) => match signal::deliver(number, Signal::Message(message)) {
            Ok(()) => return,
            Err(Signal::Message(back)) => {
                machine.logger.set(Receiver::Default);
                message = back;
            }
            Err(_) => return,
        },
        Receiver::Default => {}
    }
    match machine.registry.process(known::LOGGER) {
        // The logger does not log its own faults through itself.
        Some(process) if from == Some(process.number) => {}
        Some(process) => drop(signal::push(&process, Signal::Message(message))),
        // Nobody is left to tell if that fails.
        None => drop(writeln!(std::io::stderr(), "{}", message.term())),
    }
}

/// An error report of the machine's own.
pub fn error(text: &str) {
    log_text(Level::Error, None, text);
}
