//! Tracing: who is told of what a process or port does, and which functions have breakpoints. Follows the documentation of
//! `erlang:trace/3`, `erlang:trace_pattern/3` and of the module `trace`, and `erl_trace.c`.
//!
//! | file | what |
//! |---|---|
//! | `session.rs` | sessions: settings that do not get in each other's way |
//! | `event.rs` | messages to tracers |
//! | `breakpoint.rs` | which functions have breakpoints, and what each does |
//! | `call.rs` | calls, returns, exceptions of functions with breakpoints |
//! | `tracer.rs` | who is told |
//! | `act.rs` | what match specifications of traces do |
//!
//! A process has its flags where others may change them, one word that whoever is about to do something looks at. What is traced of a
//! call is decided at the function's entry, whose handler is exchanged; so an untraced function pays nothing.

mod act;
pub mod breakpoint;
pub mod call;
pub mod event;
pub mod session;
pub mod tracer;

pub use act::{flags_of_list, tracer_of_tuple};
pub use session::Session;
pub use tracer::Tracer;

use crate::match_spec::{Dialect, Errors, MatchSpec, compile};
use crate::process::Message;
use oxbeam_term::{Atom, Term};
use parking_lot::Mutex;
use smallvec::SmallVec;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// What is traced of a process or port, as bits.
pub mod flag {
    /// `timestamp`
    pub const TIMESTAMP: u32 = 1 << 0;
    /// `strict_monotonic_timestamp`
    pub const STRICT_MONOTONIC_TIMESTAMP: u32 = 1 << 1;
    /// `monotonic_timestamp`
    pub const MONOTONIC_TIMESTAMP: u32 = 1 << 2;
    /// `send`
    pub const SEND: u32 = 1 << 3;
    /// `'receive'`
    pub const RECEIVE: u32 = 1 << 4;
    /// `set_on_spawn`
    pub const SET_ON_SPAWN: u32 = 1 << 5;
    /// `call`
    pub const CALL: u32 = 1 << 6;
    /// `procs`
    pub const PROCS: u32 = 1 << 7;
    /// `set_on_first_spawn`
    pub const SET_ON_FIRST_SPAWN: u32 = 1 << 8;
    /// `set_on_link`
    pub const SET_ON_LINK: u32 = 1 << 9;
    /// `set_on_first_link`
    pub const SET_ON_FIRST_LINK: u32 = 1 << 10;
    /// `running`
    pub const RUNNING: u32 = 1 << 11;
    /// `exiting`
    pub const EXITING: u32 = 1 << 12;
    /// `garbage_collection`
    pub const GARBAGE_COLLECTION: u32 = 1 << 13;
    /// `arity`
    pub const ARITY: u32 = 1 << 14;
    /// `return_to`
    pub const RETURN_TO: u32 = 1 << 15;
    /// `silent`
    pub const SILENT: u32 = 1 << 16;
    /// `scheduler_id`
    pub const SCHEDULER_ID: u32 = 1 << 17;
    /// `ports`
    pub const PORTS: u32 = 1 << 18;
    /// `running_ports`
    pub const RUNNING_PORTS: u32 = 1 << 19;
    /// `running_procs`
    pub const RUNNING_PROCS: u32 = 1 << 20;
    /// `all`
    pub const ALL: u32 = (1 << 21) - 1;
    /// Whatever is set, nothing is traced: `process_flag(sensitive, true)`.
    pub const SENSITIVE: u32 = 1 << 31;
    /// Those that say how, of processes and ports alike.
    pub const MODIFIERS: u32 = SILENT
        | TIMESTAMP
        | STRICT_MONOTONIC_TIMESTAMP
        | MONOTONIC_TIMESTAMP
        | SCHEDULER_ID
        | RECEIVE
        | SEND;
    /// What ports may have.
    pub const OF_PORTS: u32 = MODIFIERS | PORTS | RUNNING_PORTS;
    /// What processes may have.
    pub const OF_PROCESSES: u32 = ALL & !OF_PORTS | MODIFIERS;
    /// The flags by name, in the order of [`super::flag_names`] from the last.
    pub(super) const NAMES: [(&str, u32); 21] = [
        ("timestamp", TIMESTAMP),
        ("strict_monotonic_timestamp", STRICT_MONOTONIC_TIMESTAMP),
        ("monotonic_timestamp", MONOTONIC_TIMESTAMP),
        ("send", SEND),
        ("receive", RECEIVE),
        ("set_on_spawn", SET_ON_SPAWN),
        ("call", CALL),
        ("procs", PROCS),
        ("set_on_first_spawn", SET_ON_FIRST_SPAWN),
        ("set_on_link", SET_ON_LINK),
        ("set_on_first_link", SET_ON_FIRST_LINK),
        ("running", RUNNING),
        ("exiting", EXITING),
        ("garbage_collection", GARBAGE_COLLECTION),
        ("arity", ARITY),
        ("return_to", RETURN_TO),
        ("silent", SILENT),
        ("scheduler_id", SCHEDULER_ID),
        ("ports", PORTS),
        ("running_ports", RUNNING_PORTS),
        ("running_procs", RUNNING_PROCS),
    ];
}

/// The flag of this name; `all` is all of them.
pub fn flag_of(name: Atom) -> Option<u32> {
    let text = name.text();
    if text == "all" {
        return Some(flag::ALL);
    }
    let row = flag::NAMES.iter().find(|row| row.0 == text)?;
    Some(row.1)
}

/// The names of flags, as `trace_info/2` lists them.
pub fn flag_names(flags: u32) -> impl Iterator<Item = Atom> {
    flag::NAMES
        .iter()
        .rev()
        .filter(move |row| flags & row.1 != 0)
        .map(|row| Atom::of(row.0))
}

/// A session's part in the tracing of a process or port.
#[derive(Clone)]
pub struct TraceRef {
    /// The session.
    pub session: Arc<Session>,
    /// What is traced.
    pub flags: u32,
    /// Who is told.
    pub tracer: Option<Tracer>,
}

/// What is traced of a process or port.
pub struct Tracee {
    /// The flags of all sessions.
    flags: AtomicU32,
    #[expect(
        clippy::box_collection,
        reason = "untraced processes have none, and are many"
    )]
    refs: Mutex<Option<Box<Vec<TraceRef>>>>,
}

/// Somebody else traces it already, in the same session.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct AlreadyTraced;

impl Default for Tracee {
    fn default() -> Tracee {
        Tracee::new()
    }
}

impl Tracee {
    /// Nothing.
    pub const fn new() -> Tracee {
        Tracee {
            flags: AtomicU32::new(0),
            refs: Mutex::new(None),
        }
    }
    /// Is any of these flags set, by whatever session?
    #[inline(always)]
    pub fn has(&self, flags: u32) -> bool {
        let set = self.flags.load(Ordering::Relaxed);
        set & flags != 0 && set & flag::SENSITIVE == 0
    }
    /// `process_flag(sensitive, _)`
    pub fn set_sensitive(&self, sensitive: bool) {
        if sensitive {
            self.flags.fetch_or(flag::SENSITIVE, Ordering::Relaxed);
        } else {
            self.flags.fetch_and(!flag::SENSITIVE, Ordering::Relaxed);
        }
    }
    /// Was `process_flag(sensitive, true)` called?
    pub fn is_sensitive(&self) -> bool {
        self.flags.load(Ordering::Relaxed) & flag::SENSITIVE != 0
    }
    /// Changes what sessions trace of it; those that trace nothing are forgotten.
    fn change<R>(&self, change: impl FnOnce(&mut Vec<TraceRef>) -> R) -> R {
        let mut guard = self.refs.lock();
        let refs = guard.get_or_insert_default();
        let result = change(refs);
        refs.retain(|entry| entry.flags != 0 && entry.session.is_alive());
        let all = refs.iter().fold(0, |all, entry| all | entry.flags);
        if refs.is_empty() {
            *guard = None;
        }
        if all & flag::GARBAGE_COLLECTION != 0 {
            event::collections_are_traced();
        }
        let kept = self.flags.load(Ordering::Relaxed) & flag::SENSITIVE;
        self.flags.store(all | kept, Ordering::Relaxed);
        result
    }
    /// What each session traces of it. Those that have ended are forgotten: who ends one sees to processes, and not to ports.
    pub fn refs(&self) -> SmallVec<[TraceRef; 1]> {
        let refs: SmallVec<[TraceRef; 1]> = match &*self.refs.lock() {
            Some(refs) => refs.iter().cloned().collect(),
            None => SmallVec::new(),
        };
        if refs.iter().all(|entry| entry.session.is_alive()) {
            return refs;
        }
        self.change(|_| ());
        refs.into_iter()
            .filter(|entry| entry.session.is_alive())
            .collect()
    }
    /// What `session` traces of it.
    pub fn of(&self, session: &Session) -> Option<TraceRef> {
        let guard = self.refs.lock();
        let refs = guard.as_ref()?;
        refs.iter()
            .find(|entry| entry.session.id == session.id)
            .cloned()
    }
    /// The same, unless its tracer is gone: then it is no more.
    pub fn of_living(&self, session: &Session) -> Option<TraceRef> {
        let entry = self.of(session)?;
        if entry.tracer.as_ref().is_some_and(Tracer::is_there) {
            return Some(entry);
        }
        self.remove(session.id);
        None
    }
    /// What tracers that are gone have set is set no more. Modules are not asked: they would hear of each turn.
    pub(crate) fn forget_gone(&self) {
        for entry in self.refs() {
            let gone = |tracer: Tracer| !matches!(tracer, Tracer::Module(_)) && !tracer.is_there();
            if entry.tracer.is_some_and(gone) {
                self.remove(entry.session.id);
            }
        }
    }
    /// `session` does not trace it any more.
    pub fn remove(&self, session: u32) {
        self.change(|refs| refs.retain(|entry| entry.session.id != session));
    }
    /// `trace/3`
    ///
    /// # Errors
    /// Another tracer that is there has it.
    pub fn set(
        &self,
        session: &Arc<Session>,
        tracer: Option<Tracer>,
        on: bool,
        mask: u32,
    ) -> Result<(), AlreadyTraced> {
        if !on {
            self.change(|refs| {
                for entry in refs {
                    if entry.session.id == session.id {
                        entry.flags &= !mask;
                    }
                }
            });
            return Ok(());
        }
        if let Some(entry) = self.of(session)
            && entry.flags != 0
            && entry.tracer != tracer
            && entry.tracer.as_ref().is_some_and(Tracer::is_there)
        {
            return Err(AlreadyTraced);
        }
        self.change(
            |refs| match refs.iter_mut().find(|entry| entry.session.id == session.id) {
                Some(entry) => {
                    entry.flags |= mask;
                    entry.tracer = tracer;
                }
                None => refs.insert(
                    0,
                    TraceRef {
                        session: Arc::clone(session),
                        flags: mask,
                        tracer,
                    },
                ),
            },
        );
        Ok(())
    }
    /// What a match specification changes: flags to clear and to set, and the tracer; without one nothing is traced. Has anything
    /// changed?
    fn adjust(&self, session: &Arc<Session>, tracer: Option<Tracer>, clear: u32, set: u32) -> bool {
        self.change(|refs| {
            let at = refs.iter().position(|entry| entry.session.id == session.id);
            let Some(at) = at else {
                if tracer.is_none() || set == 0 {
                    return false;
                }
                refs.insert(
                    0,
                    TraceRef {
                        session: Arc::clone(session),
                        flags: set,
                        tracer,
                    },
                );
                return true;
            };
            let entry = &mut refs[at];
            let flags = if tracer.is_none() {
                0
            } else {
                entry.flags & !clear | set
            };
            let changed = flags == 0 || entry.flags != flags || entry.tracer != tracer;
            entry.flags = flags;
            entry.tracer = tracer;
            changed
        })
    }
    /// Sets or clears flags of `session`, if it traces it.
    fn change_flags(&self, session: &Session, clear: u32, set: u32) {
        self.change(|refs| {
            for entry in refs {
                if entry.session.id == session.id {
                    entry.flags = entry.flags & !clear | set;
                }
            }
        });
    }
    /// What a new process is traced for: because all new ones are, or because its parent is.
    pub(crate) fn of_new_process(parent: Option<&Tracee>, linked: bool) -> Tracee {
        let tracee = Tracee::new();
        if session::any_for_new() {
            tracee.change(|refs| {
                for (session, flags, tracer) in session::for_new_processes() {
                    refs.push(TraceRef {
                        session,
                        flags,
                        tracer,
                    });
                }
            });
        }
        if let Some(parent) = parent {
            let link = if linked {
                flag::SET_ON_LINK | flag::SET_ON_FIRST_LINK
            } else {
                0
            };
            let inherit = flag::SET_ON_SPAWN | flag::SET_ON_FIRST_SPAWN | link;
            if parent.flags.load(Ordering::Relaxed) & inherit != 0 {
                tracee.inherit(parent, inherit, linked);
            }
        }
        tracee
    }
    /// What a new port is traced for.
    pub(crate) fn of_new_port() -> Tracee {
        let tracee = Tracee::new();
        if session::any_for_new() {
            tracee.change(|refs| {
                for (session, flags, tracer) in session::for_new_ports() {
                    refs.push(TraceRef {
                        session,
                        flags,
                        tracer,
                    });
                }
            });
        }
        tracee
    }
    #[cold]
    fn inherit(&self, parent: &Tracee, inherit: u32, linked: bool) {
        let first = |flags: u32| {
            let mut gone = 0;
            if flags & flag::SET_ON_FIRST_SPAWN != 0 {
                gone |= flag::SET_ON_FIRST_SPAWN | flag::SET_ON_SPAWN;
            }
            if linked && flags & flag::SET_ON_FIRST_LINK != 0 {
                gone |= flag::SET_ON_FIRST_LINK | flag::SET_ON_LINK;
            }
            gone
        };
        let inherited: Vec<TraceRef> = parent.change(|refs| {
            let mut inherited = Vec::new();
            for entry in refs.iter_mut().filter(|entry| entry.flags & inherit != 0) {
                let gone = first(entry.flags);
                entry.flags &= !gone;
                inherited.push(entry.clone());
            }
            inherited
        });
        self.change(|refs| {
            for entry in inherited {
                refs.retain(|other| other.session.id != entry.session.id);
                refs.push(entry);
            }
        });
    }
    /// The other side of a new link is traced as this one is, if this one passes that on.
    pub fn passed_on_by_link(&self) -> SmallVec<[TraceRef; 1]> {
        const LINK: u32 = flag::SET_ON_LINK | flag::SET_ON_FIRST_LINK;
        if !self.has(LINK) {
            return SmallVec::new();
        }
        self.change(|refs| {
            let mut passed = SmallVec::new();
            for entry in refs.iter_mut().filter(|entry| entry.flags & LINK != 0) {
                if entry.flags & flag::SET_ON_FIRST_LINK != 0 {
                    entry.flags &= !LINK;
                }
                passed.push(entry.clone());
            }
            passed
        })
    }
    /// Takes over what the other side of a new link is traced for.
    pub fn take_over(&self, passed: &[TraceRef]) {
        for entry in passed {
            // Who has a tracer already keeps it.
            let _ = self.set(&entry.session, entry.tracer.clone(), true, entry.flags);
        }
    }
}

/// A match specification and its source.
pub struct Specification {
    compiled: MatchSpec,
    source: Message,
}

// SAFETY: neither part ever changes.
unsafe impl Send for Specification {}
// SAFETY: as above; what the source shares is counted atomically.
unsafe impl Sync for Specification {}

impl Specification {
    /// The specification that a term describes.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn compile(term: Term<'_>, dialect: Dialect) -> Result<Arc<Specification>, Errors> {
        Ok(Arc::new(Specification {
            compiled: compile(term, dialect)?,
            source: Message::copy_of(term),
        }))
    }
    /// What it was compiled from.
    pub fn source(&self) -> Term<'_> {
        self.source.term()
    }
}
