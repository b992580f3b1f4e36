//! Trace sessions. There is one that always exists; release 27 makes others. Follows the documentation of the module `trace`.

use super::breakpoint::{self, Change, On};
use super::{Specification, Tracer};
use crate::machine::machine;
use oxbeam_term::{Atom, Term};
use parking_lot::{Mutex, RwLock};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

/// A session.
pub struct Session {
    /// Its number; 0 is the one that always exists.
    pub id: u32,
    /// Its name.
    pub name: Atom,
    /// Who is told; `None`: each tracee has its own.
    pub tracer: Option<Tracer>,
    alive: AtomicBool,
    settings: Mutex<Settings>,
}

/// A match specification for an event.
#[derive(Clone)]
pub struct EventPattern {
    /// Is the event traced at all?
    pub on: bool,
    /// Which.
    pub specification: Option<Arc<Specification>>,
}

impl EventPattern {
    const ALL: EventPattern = EventPattern {
        on: true,
        specification: None,
    };
}

/// What new code gets.
#[derive(Clone, Default)]
pub struct OnLoad {
    /// Does it get anything?
    pub on: bool,
    /// `local`
    pub local: bool,
    /// `meta`, with the tracer
    pub meta: Option<Tracer>,
    /// `call_count`
    pub call_count: bool,
    /// `call_time`
    pub call_time: bool,
    /// `call_memory`
    pub call_memory: bool,
    /// For local and global traces.
    pub specification: Option<Arc<Specification>>,
    /// For meta traces.
    pub meta_specification: Option<Arc<Specification>>,
}

impl OnLoad {
    /// Are breakpoints set, not traces of global calls?
    pub fn breakpoint(&self) -> bool {
        self.local || self.meta.is_some() || self.call_count || self.call_time || self.call_memory
    }
}

struct Settings {
    new_processes: (u32, Option<Tracer>),
    new_ports: (u32, Option<Tracer>),
    send: EventPattern,
    receive: EventPattern,
    on_load: OnLoad,
}

/// All sessions that are alive, the newest first but for the one that always exists, which is the first.
static SESSIONS: LazyLock<RwLock<Vec<Arc<Session>>>> =
    LazyLock::new(|| RwLock::new(vec![Session::new(0, Atom::of("legacy"), None)]));
/// Sessions that trace new processes or ports.
static FOR_NEW: AtomicUsize = AtomicUsize::new(0);
/// Sessions that want only some received messages.
static RECEIVE_PATTERNS: AtomicUsize = AtomicUsize::new(0);

/// The session that always exists.
pub fn default() -> Arc<Session> {
    Arc::clone(&SESSIONS.read()[0])
}

/// All sessions.
pub fn all() -> Vec<Arc<Session>> {
    SESSIONS.read().clone()
}

/// The session of this name and number.
pub fn find(name: Atom, id: u32) -> Option<Arc<Session>> {
    SESSIONS
        .read()
        .iter()
        .find(|session| session.id == id && session.name == name)
        .cloned()
}

/// The session of this number.
pub fn numbered(id: u32) -> Option<Arc<Session>> {
    SESSIONS
        .read()
        .iter()
        .find(|session| session.id == id)
        .cloned()
}

/// Does any session trace new processes or ports?
#[inline]
pub(super) fn any_for_new() -> bool {
    FOR_NEW.load(Ordering::Relaxed) > 0
}

/// Does anybody want to know who sent a message?
#[inline]
pub fn wants_senders() -> bool {
    RECEIVE_PATTERNS.load(Ordering::Relaxed) > 0
}

/// What sessions trace of new processes.
pub(super) fn for_new_processes() -> Vec<(Arc<Session>, u32, Option<Tracer>)> {
    for_new(Session::new_processes)
}

/// What sessions trace of new ports.
pub(super) fn for_new_ports() -> Vec<(Arc<Session>, u32, Option<Tracer>)> {
    for_new(Session::new_ports)
}

fn for_new(
    of: impl Fn(&Session) -> (u32, Option<Tracer>),
) -> Vec<(Arc<Session>, u32, Option<Tracer>)> {
    let mut found = Vec::new();
    for session in all() {
        let (flags, tracer) = of(&session);
        if flags != 0 {
            found.push((session, flags, tracer));
        }
    }
    found
}

impl Session {
    fn new(id: u32, name: Atom, tracer: Option<Tracer>) -> Arc<Session> {
        Arc::new(Session {
            id,
            name,
            tracer,
            alive: AtomicBool::new(true),
            settings: Mutex::new(Settings {
                new_processes: (0, None),
                new_ports: (0, None),
                send: EventPattern::ALL,
                receive: EventPattern::ALL,
                on_load: OnLoad::default(),
            }),
        })
    }
    /// Makes a session.
    pub fn create(name: Atom, tracer: Option<Tracer>) -> Arc<Session> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let session = Session::new(NEXT.fetch_add(1, Ordering::Relaxed), name, tracer);
        SESSIONS.write().insert(1, Arc::clone(&session));
        session
    }
    /// Has it not been destroyed?
    #[inline]
    pub fn is_alive(&self) -> bool {
        self.alive.load(Ordering::Relaxed)
    }
    /// Ends it, and all that it traces. `false`: that has been done.
    pub fn destroy(&self) -> bool {
        if self.id == 0 || !self.alive.swap(false, Ordering::AcqRel) {
            return false;
        }
        SESSIONS.write().retain(|session| session.id != self.id);
        self.set_new_processes(0, None);
        self.set_new_ports(0, None);
        self.set_receive(EventPattern::ALL);
        breakpoint::remove_session(self.id);
        for number in machine().processes.ids() {
            if let Some(process) = machine().processes.get(number) {
                process.trace.remove(self.id);
            }
        }
        true
    }
    /// `{Name, Number}`, by which a session may be named.
    pub fn weak_term<'p>(&self, builder: &mut oxbeam_term::Builder<'p>) -> Term<'p> {
        let id = if self.id == 0 {
            Term::atom(Atom::of("default"))
        } else {
            Term::small(i64::from(self.id) - 1)
        };
        builder.tuple(&[Term::atom(self.name), id])
    }
    /// What it traces of new processes.
    pub fn new_processes(&self) -> (u32, Option<Tracer>) {
        let mut settings = self.settings.lock();
        Session::living(&mut settings.new_processes)
    }
    /// What it traces of new ports.
    pub fn new_ports(&self) -> (u32, Option<Tracer>) {
        let mut settings = self.settings.lock();
        Session::living(&mut settings.new_ports)
    }
    /// Of a tracer that is gone there is nothing to be traced for.
    fn living(of_new: &mut (u32, Option<Tracer>)) -> (u32, Option<Tracer>) {
        if of_new.1.as_ref().is_some_and(|tracer| !tracer.is_there()) {
            Session::set_new(of_new, 0, None);
        }
        of_new.clone()
    }
    /// Sets what it traces of new processes.
    pub fn set_new_processes(&self, flags: u32, tracer: Option<Tracer>) {
        let mut settings = self.settings.lock();
        Session::set_new(&mut settings.new_processes, flags, tracer);
    }
    /// Sets what it traces of new ports.
    pub fn set_new_ports(&self, flags: u32, tracer: Option<Tracer>) {
        let mut settings = self.settings.lock();
        Session::set_new(&mut settings.new_ports, flags, tracer);
    }
    fn set_new(to: &mut (u32, Option<Tracer>), flags: u32, tracer: Option<Tracer>) {
        let before = to.0 != 0;
        *to = (flags, tracer.filter(|_| flags != 0));
        match (before, flags != 0) {
            (false, true) => drop(FOR_NEW.fetch_add(1, Ordering::Relaxed)),
            (true, false) => drop(FOR_NEW.fetch_sub(1, Ordering::Relaxed)),
            _ => {}
        }
    }
    /// Which messages sent it traces.
    pub fn send(&self) -> EventPattern {
        self.settings.lock().send.clone()
    }
    /// Which messages received it traces.
    pub fn receive(&self) -> EventPattern {
        self.settings.lock().receive.clone()
    }
    /// Sets which messages sent it traces.
    pub fn set_send(&self, pattern: EventPattern) {
        self.settings.lock().send = pattern;
    }
    /// Sets which messages received it traces.
    pub fn set_receive(&self, pattern: EventPattern) {
        let mut settings = self.settings.lock();
        let before = settings.receive.specification.is_some();
        let now = pattern.specification.is_some();
        settings.receive = pattern;
        match (before, now) {
            (false, true) => drop(RECEIVE_PATTERNS.fetch_add(1, Ordering::Relaxed)),
            (true, false) => drop(RECEIVE_PATTERNS.fetch_sub(1, Ordering::Relaxed)),
            _ => {}
        }
    }
    /// What new code gets.
    pub fn on_load(&self) -> OnLoad {
        self.settings.lock().on_load.clone()
    }
    /// Changes what new code gets.
    pub fn change_on_load(&self, change: &Change) {
        let mut settings = self.settings.lock();
        let now = &mut settings.on_load;
        let (on, breakpoint) = (change.on != On::Clear, change.is_breakpoint());
        if change.local || !breakpoint {
            now.specification = change.specification.clone();
        }
        if change.meta.is_some() {
            now.meta_specification = change.specification.clone();
        } else if !breakpoint {
            now.meta_specification = None;
        }
        // Counters that are started again or stopped are none of new code's.
        let counts = change.on == On::Set;
        match (now.breakpoint(), breakpoint) {
            (false, false) => now.on = on,
            (true, false) if on => {
                *now = OnLoad {
                    on,
                    specification: now.specification.take(),
                    ..OnLoad::default()
                };
            }
            (true, false) => {}
            (_, true) if on => {
                now.local |= change.local;
                now.meta = change.meta.clone().or(now.meta.take());
                now.call_count |= counts && change.call_count;
                now.call_time |= counts && change.call_time;
                now.call_memory |= counts && change.call_memory;
                now.on = now.breakpoint();
            }
            (true, true) => {
                now.local &= !change.local;
                now.meta = now.meta.take().filter(|_| change.meta.is_none());
                now.call_count &= !change.call_count;
                now.call_time &= !change.call_time;
                now.call_memory &= !change.call_memory;
                now.on = now.breakpoint();
            }
            (false, true) => {}
        }
    }
}

/// Ends a session when the last reference to it goes.
pub struct Handle(pub Arc<Session>);

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.destroy();
    }
}
