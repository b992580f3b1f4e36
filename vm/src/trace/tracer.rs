//! Who is told of what is traced: processes, ports, and modules of natives (`erl_tracer`).
//!
//! A module is asked before it is told (`enabled/3`); both are functions of a library in C, which an [installed](install) caller finds and
//! calls. They run on the thread at which it happens, with terms in an arena of their own: the tracee's heap may be in the midst of a collection.

use super::event::{Parts, whole};
use super::flag;
use crate::machine::machine;
use crate::process::Message;
use crate::seq_trace;
use crate::signal::{self, Signal, port};
use oxbeam_term::atom::known;
use oxbeam_term::copy::copy;
use oxbeam_term::{Atom, Builder, Term, View, Word};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Who is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Tracer {
    /// A process of this node.
    Process(u64),
    /// A port of this node.
    Port(u64),
    /// Functions of a module.
    Module(Arc<ModuleTracer>),
}

/// A module, and what it wants to be told of itself.
pub struct ModuleTracer {
    module: Atom,
    state: Message,
}

// SAFETY: the state lies in its own fragment and never changes.
unsafe impl Send for ModuleTracer {}
// SAFETY: as above; what it shares is counted atomically.
unsafe impl Sync for ModuleTracer {}

impl PartialEq for ModuleTracer {
    fn eq(&self, other: &ModuleTracer) -> bool {
        self.module == other.module && self.state.term().eq_exact(other.state.term())
    }
}

impl Eq for ModuleTracer {}

impl fmt::Debug for ModuleTracer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "tracer {}", self.module.text())
    }
}

/// What a call of a module's function gives.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Called {
    /// There is no such function.
    NotThere,
    /// This atom, or something else.
    Gave(Option<Atom>),
}

/// Who calls functions of libraries.
pub trait Modules: Send + Sync {
    /// Has the module `enabled/3` and `trace/5` from a library?
    fn is_tracer(&self, module: Atom) -> bool;
    /// Calls the first of these functions that the module has from a library.
    fn call(&self, module: Atom, functions: [&str; 2], arguments: &[Term<'_>]) -> Called;
}

static MODULES: OnceLock<&'static dyn Modules> = OnceLock::new();

/// Sets who calls functions of libraries; the first call counts.
pub fn install(modules: &'static dyn Modules) {
    let _ = MODULES.set(modules);
}

/// What sort of event it is: which functions of a module are asked and told.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Calls, returns, exceptions.
    Call,
    /// Messages sent.
    Send,
    /// Messages received.
    Receive,
    /// Beginnings, links, ends of processes.
    Procs,
    /// The same of ports.
    Ports,
    /// Turns of processes.
    RunningProcs,
    /// Turns of ports.
    RunningPorts,
    /// Collections.
    GarbageCollection,
    /// Sequential tracing.
    Sequential,
}

impl Kind {
    /// The sort of event that these flags are for.
    pub(super) fn of(wanted: u32) -> Kind {
        match wanted {
            flag::SEND => Kind::Send,
            flag::RECEIVE => Kind::Receive,
            flag::CALL => Kind::Call,
            flag::PORTS => Kind::Ports,
            flag::RUNNING_PORTS => Kind::RunningPorts,
            flag::GARBAGE_COLLECTION => Kind::GarbageCollection,
            flag::PROCS => Kind::Procs,
            _ => Kind::RunningProcs,
        }
    }
    /// What asks, and what tells.
    fn functions(self) -> (&'static str, &'static str) {
        match self {
            Kind::Call => ("enabled_call", "trace_call"),
            Kind::Send => ("enabled_send", "trace_send"),
            Kind::Receive => ("enabled_receive", "trace_receive"),
            Kind::Procs => ("enabled_procs", "trace_procs"),
            Kind::Ports => ("enabled_ports", "trace_ports"),
            Kind::RunningProcs => ("enabled_running_procs", "trace_running_procs"),
            Kind::RunningPorts => ("enabled_running_ports", "trace_running_ports"),
            Kind::GarbageCollection => ("enabled_garbage_collection", "trace_garbage_collection"),
            Kind::Sequential => ("enabled", "trace"),
        }
    }
}

/// Is a tracer to be told?
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Wants {
    /// Yes.
    Told,
    /// Not of this.
    Nothing,
    /// It traces no more.
    Gone,
}

/// What is told of an event.
pub(crate) struct Told<'p> {
    /// Tag, term, and perhaps one more.
    pub(crate) parts: Parts<'p>,
    /// What a match specification has given, if it is not `true`.
    pub(crate) result: Option<Term<'p>>,
}

impl<'p> From<Parts<'p>> for Told<'p> {
    fn from(parts: Parts<'p>) -> Told<'p> {
        Told {
            parts,
            result: None,
        }
    }
}

fn name(text: &str) -> Term<'static> {
    Term::atom(Atom::of(text))
}

/// The module whose tracers are processes and ports.
pub fn is_erl_tracer(term: Term<'_>) -> bool {
    term.as_atom()
        .is_some_and(|name| name.text() == "erl_tracer")
}

impl Tracer {
    /// The process or port that a term is.
    pub fn of(term: Term<'_>) -> Option<Tracer> {
        match term.view() {
            View::Pid(number) => Some(Tracer::Process(number)),
            View::Port(number) => Some(Tracer::Port(number)),
            _ => None,
        }
    }
    /// The tracer that this module and state are. `None`: the module is none.
    pub fn of_module(module: Term<'_>, state: Term<'_>) -> Option<Tracer> {
        if is_erl_tracer(module) {
            return Tracer::of(state);
        }
        let module = module.as_atom()?;
        MODULES
            .get()?
            .is_tracer(module)
            .then(|| Tracer::with_state(module, state))
    }
    fn with_state(module: Atom, state: Term<'_>) -> Tracer {
        let state = Message::copy_of(state);
        Tracer::Module(Arc::new(ModuleTracer { module, state }))
    }
    /// The tracer that [`Tracer::term`] has given.
    pub(super) fn from_term(term: Term<'_>) -> Option<Tracer> {
        match term.as_tuple_of::<2>() {
            Some([module, state]) => Some(Tracer::with_state(module.as_atom()?, state)),
            None => Tracer::of(term),
        }
    }
    /// Its pid, its port, or `{Module, State}`.
    pub fn term<'p>(&self, builder: &mut Builder<'p>) -> Term<'p> {
        match self {
            Tracer::Process(number) => Term::local_pid(*number),
            Tracer::Port(number) => Term::local_port(*number),
            Tracer::Module(tracer) => {
                let state = copy(tracer.state.term(), builder);
                builder.tuple(&[Term::atom(tracer.module), state])
            }
        }
    }
    /// Is it this process or port?
    pub(crate) fn is(&self, tracee: Term<'_>) -> bool {
        match self {
            Tracer::Process(number) => Term::local_pid(*number).same(tracee),
            Tracer::Port(number) => Term::local_port(*number).same(tracee),
            Tracer::Module(_) => false,
        }
    }
    /// Is there still somebody to tell?
    pub fn is_there(&self) -> bool {
        match self {
            Tracer::Process(number) => machine()
                .processes
                .get(*number)
                .is_some_and(|process| !process.state.is_exiting()),
            Tracer::Port(number) => port::exists(*number),
            Tracer::Module(_) => {
                let undefined = Term::atom(known::UNDEFINED);
                self.ask("enabled", "trace_status", undefined) != Wants::Gone
            }
        }
    }
    /// A module's answer.
    fn ask(&self, function: &str, tag: &str, tracee: Term<'_>) -> Wants {
        let Tracer::Module(tracer) = self else {
            return Wants::Told;
        };
        let arguments = [name(tag), tracer.state.term(), tracee];
        let called = MODULES.get().map_or(Called::NotThere, |modules| {
            modules.call(tracer.module, [function, "enabled"], &arguments)
        });
        let status = tag == "trace_status";
        match called {
            // Its status is that it is gone; meanwhile it is told nothing.
            Called::NotThere if !status => Wants::Nothing,
            Called::NotThere => Wants::Gone,
            Called::Gave(answer) => match answer.map(Atom::text) {
                Some("remove") => Wants::Gone,
                _ if status => Wants::Told,
                Some("trace") => Wants::Told,
                Some("discard") => Wants::Nothing,
                _ => Wants::Gone,
            },
        }
    }
    /// Is it to be told of this? Nobody traces itself.
    pub(crate) fn wants(&self, kind: Kind, tag: &str, tracee: Term<'_>) -> Wants {
        if let Tracer::Module(_) = self {
            let (enabled, _) = kind.functions();
            if kind == Kind::Call && self.ask("enabled", "trace_status", tracee) == Wants::Gone {
                return Wants::Gone;
            }
            return self.ask(enabled, tag, tracee);
        }
        if self.is(tracee) {
            Wants::Nothing
        } else if self.is_there() {
            Wants::Told
        } else {
            Wants::Gone
        }
    }
    /// Tells what `build` gives, if it gives anything. `ask`: a module is asked first, for the tag is known only now. `false`: the tracer is gone.
    pub(crate) fn tell(
        &self,
        kind: Kind,
        ask: bool,
        tracee: Term<'_>,
        flags: u32,
        build: &mut dyn for<'p> FnMut(&mut Builder<'p>) -> Option<Told<'p>>,
    ) -> bool {
        let Tracer::Module(tracer) = self else {
            let message = Message::build(|builder| match build(builder) {
                Some(told) => whole(builder, tracee, flags, &told),
                None => Term::NIL,
            });
            if message.word != Word::NIL {
                self.send(message);
            }
            return true;
        };
        let mut gone = false;
        // `{Tag, Term, Options}`
        let message = Message::build(|builder| {
            let Some(told) = build(builder) else {
                return Term::NIL;
            };
            let tag = told.parts[0];
            if ask {
                let wants = self.wants(kind, tag.as_atom().map_or("", Atom::text), tracee);
                gone = wants == Wants::Gone;
                if wants != Wants::Told {
                    return Term::NIL;
                }
            }
            let term = told.parts.get(1).copied().unwrap_or(Term::NIL);
            let options = options(builder, flags, &told);
            builder.tuple(&[tag, term, options])
        });
        if let Some([tag, term, options]) = message.term().as_tuple_of::<3>() {
            let arguments = [tag, tracer.state.term(), tracee, term, options];
            if let Some(modules) = MODULES.get() {
                let (_, trace) = kind.functions();
                modules.call(tracer.module, [trace, "trace"], &arguments);
            }
        }
        !gone
    }
    /// Tells of an event of sequential tracing: `{seq_trace, Label, Event}`, with a timestamp behind it if the token's flags ask for one.
    pub(crate) fn tell_sequential(
        &self,
        to: Term<'_>,
        flags: i64,
        build: &mut dyn for<'p> FnMut(&mut Builder<'p>) -> (Term<'p>, Term<'p>),
    ) {
        let tag = name("seq_trace");
        if let Tracer::Module(tracer) = self {
            let tracee = if to.is_pid() { to } else { Term::NIL };
            if self.ask("enabled", "seq_trace", tracee) != Wants::Told {
                return;
            }
            let mut of_token = 0;
            for (one, other) in [
                (seq_trace::TIMESTAMP, flag::TIMESTAMP),
                (
                    seq_trace::STRICT_MONOTONIC_TIMESTAMP,
                    flag::STRICT_MONOTONIC_TIMESTAMP,
                ),
                (seq_trace::MONOTONIC_TIMESTAMP, flag::MONOTONIC_TIMESTAMP),
            ] {
                if flags & one != 0 {
                    of_token |= other;
                }
            }
            let message = Message::build(|builder| {
                let (label, event) = build(builder);
                let told = Told::from(Parts::from_slice(&[tag, event]));
                let options = options(builder, of_token, &told);
                builder.tuple(&[label, event, options])
            });
            if let (Some([label, event, options]), Some(modules)) =
                (message.term().as_tuple_of::<3>(), MODULES.get())
            {
                let arguments = [tag, tracer.state.term(), label, event, options];
                modules.call(tracer.module, ["trace", "trace"], &arguments);
            }
            return;
        }
        self.send(Message::build(|builder| {
            let (label, event) = build(builder);
            match seq_trace::timestamp(flags, builder) {
                Some(stamp) => builder.tuple(&[tag, label, event, stamp]),
                None => builder.tuple(&[tag, label, event]),
            }
        }));
    }
    /// Sends a message to a process or port.
    pub(crate) fn send(&self, message: Message) {
        match self {
            // One that has just gone gets nothing.
            Tracer::Process(number) => drop(signal::deliver(*number, Signal::Message(message))),
            Tracer::Port(number) => port::trace_output(*number, message.term()),
            Tracer::Module(_) => {}
        }
    }
}

/// What a module is told besides: `#{extra, match_spec_result, scheduler_id, timestamp}`, of these what there is.
fn options<'p>(builder: &mut Builder<'p>, flags: u32, told: &Told<'p>) -> Term<'p> {
    let mut pairs = Vec::new();
    if let Some(extra) = told.parts.get(2) {
        pairs.push((name("extra"), *extra));
    }
    if let Some(result) = told.result {
        pairs.push((name("match_spec_result"), result));
    }
    if flags & flag::SCHEDULER_ID != 0 {
        let id = Term::small(super::event::scheduler_id());
        pairs.push((name("scheduler_id"), id));
    }
    let time = if flags & flag::TIMESTAMP != 0 {
        Some(super::event::timestamp_name())
    } else if flags & flag::STRICT_MONOTONIC_TIMESTAMP != 0 {
        Some("strict_monotonic")
    } else if flags & flag::MONOTONIC_TIMESTAMP != 0 {
        Some("monotonic")
    } else {
        None
    };
    if let Some(time) = time {
        pairs.push((name("timestamp"), name(time)));
    }
    builder.map_from_pairs(pairs)
}
