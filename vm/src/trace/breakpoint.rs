//! Breakpoints: which functions have them, and what each does.
//!
//! A function's entry has its handler exchanged by one that looks here; the one that it had is kept. Local calls are seen at the entry
//! of the code, global ones at the entry of the export, which then comes between the callers and the code. The table is changed before
//! an entry gets its new handler, and after it got back its own; whoever comes to a traced entry that has no row goes by the entry.

use super::{Session, Specification, Tracer, session};
use crate::code::Module;
use crate::interp::frame::Handler;
use crate::interp::ops::trace as handlers;
use crate::machine::machine;
use hashbrown::HashMap;
use oxbeam_term::Atom;
use oxbeam_term::atom::known;
use oxbeam_term::boxed::fun::Export;
use parking_lot::{Mutex, RwLock};
use smallvec::SmallVec;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

/// How often and how long, or how many words, by process.
pub type Totals = Mutex<HashMap<u64, (u64, i64)>>;

/// A measure that may be stopped and started.
pub struct Measure<T> {
    /// Does it count?
    pub active: bool,
    /// What it has counted.
    pub counted: Arc<T>,
}

impl<T> Clone for Measure<T> {
    fn clone(&self) -> Measure<T> {
        Measure {
            active: self.active,
            counted: Arc::clone(&self.counted),
        }
    }
}

impl<T: Default> Measure<T> {
    fn apply(measure: &mut Option<Measure<T>>, on: On) {
        let stopped = on == On::Pause;
        match measure {
            Some(measure) if stopped => measure.active = false,
            _ => {
                *measure = Some(Measure {
                    active: true,
                    counted: Arc::default(),
                });
            }
        }
    }
}

/// What one session wants of a function.
#[derive(Clone)]
pub struct Row {
    /// The session.
    pub session: Arc<Session>,
    /// Calls are traced, those that match.
    pub calls: Option<Option<Arc<Specification>>>,
    /// All calls are traced, for this tracer.
    pub meta: Option<(Tracer, Option<Arc<Specification>>)>,
    /// The meta tracer is gone.
    pub meta_gone: Arc<AtomicBool>,
    /// Calls are counted.
    pub count: Option<Measure<AtomicU64>>,
    /// Time is measured.
    pub time: Option<Measure<Totals>>,
    /// Words are counted.
    pub memory: Option<Measure<Totals>>,
}

impl Row {
    fn new(session: &Arc<Session>) -> Row {
        Row {
            session: Arc::clone(session),
            calls: None,
            meta: None,
            meta_gone: Arc::default(),
            count: None,
            time: None,
            memory: None,
        }
    }
    fn is_empty(&self) -> bool {
        self.calls.is_none()
            && self.meta.is_none()
            && self.count.is_none()
            && self.time.is_none()
            && self.memory.is_none()
    }
}

/// The breakpoints of a function.
#[derive(Clone)]
pub struct Breakpoint {
    /// Handler that the entry had.
    pub original: u64,
    /// Where the export led to; 0: the entry is in code, or the export's own.
    pub target: u64,
    /// What the sessions want.
    pub rows: SmallVec<[Row; 1]>,
}

/// By entry.
static TABLE: LazyLock<RwLock<HashMap<u64, Arc<Breakpoint>>>> = LazyLock::new(RwLock::default);

/// Has the table rows? For who asks often.
static ANY: AtomicBool = AtomicBool::new(false);

/// Has any function breakpoints?
pub fn any_breakpoints() -> bool {
    ANY.load(Ordering::Relaxed)
}

/// To be called when rows have come or gone, while the table is held.
fn note_rows(table: &HashMap<u64, Arc<Breakpoint>>) {
    ANY.store(!table.is_empty(), Ordering::Relaxed);
}

fn handler_of(row: &'static crate::interp::isa::Row) -> u64 {
    (row.select)(&[]) as usize as u64
}

/// The handler of traced entries in code.
pub fn local_handler() -> u64 {
    handler_of(&handlers::traced_entry)
}

/// The handler of traced exports.
pub fn global_handler() -> u64 {
    handler_of(&handlers::traced_export)
}

/// What `trace_pattern/3` does to a function.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum On {
    /// `false`
    Clear,
    /// `true`, or a match specification
    Set,
    /// `restart`
    Restart,
    /// `pause`
    Pause,
}

/// The same, with all that it is about.
#[derive(Clone)]
pub struct Change {
    /// What is done.
    pub on: On,
    /// `local`
    pub local: bool,
    /// `meta`, and its tracer
    pub meta: Option<Tracer>,
    /// `call_count`
    pub call_count: bool,
    /// `call_time`
    pub call_time: bool,
    /// `call_memory`
    pub call_memory: bool,
    /// The match specification.
    pub specification: Option<Arc<Specification>>,
}

impl Change {
    /// Is it about breakpoints in code, not about global calls?
    pub fn is_breakpoint(&self) -> bool {
        self.local || self.meta.is_some() || self.call_count || self.call_time || self.call_memory
    }
    fn apply(&self, row: &mut Row) {
        if self.on == On::Clear {
            if self.local {
                row.calls = None;
            }
            if self.meta.is_some() {
                row.meta = None;
            }
            if self.call_count {
                row.count = None;
            }
            if self.call_time {
                row.time = None;
            }
            if self.call_memory {
                row.memory = None;
            }
            return;
        }
        if self.local {
            row.calls = Some(self.specification.clone());
        }
        if let Some(tracer) = &self.meta {
            row.meta = Some((tracer.clone(), self.specification.clone()));
            row.meta_gone = Arc::default();
        }
        if self.call_count {
            Measure::apply(&mut row.count, self.on);
        }
        if self.call_time {
            Measure::apply(&mut row.time, self.on);
        }
        if self.call_memory {
            Measure::apply(&mut row.memory, self.on);
        }
    }
}

/// Which functions: `'_'` is any.
#[derive(Copy, Clone, Debug)]
pub struct Pattern {
    /// Module.
    pub module: Option<Atom>,
    /// Function.
    pub function: Option<Atom>,
    /// Arity.
    pub arity: Option<i64>,
}

impl Pattern {
    fn matches(&self, function: Atom, arity: u32) -> bool {
        self.function.is_none_or(|wanted| wanted == function)
            && self.arity.is_none_or(|wanted| wanted == i64::from(arity))
    }
}

/// The breakpoints of the function with this entry.
#[inline]
pub(crate) fn find(entry: u64) -> Option<Arc<Breakpoint>> {
    TABLE.read().get(&entry).cloned()
}

fn word<'a>(entry: u64) -> &'a AtomicU64 {
    // SAFETY: an entry of loaded code or of an export: an aligned word that is only ever stored whole. Code goes after its rows.
    unsafe { &*(entry as *const AtomicU64) }
}

/// Makes the change to what `session` wants of an entry in code.
fn change_entry(
    table: &mut HashMap<u64, Arc<Breakpoint>>,
    session: &Arc<Session>,
    entry: u64,
    create: bool,
    apply: &dyn Fn(&mut Row),
) {
    let known = table.get(&entry);
    let has_row = known.is_some_and(|breakpoint| {
        breakpoint
            .rows
            .iter()
            .any(|row| row.session.id == session.id)
    });
    if !has_row && !create {
        return;
    }
    let mut breakpoint = match known {
        Some(breakpoint) => Breakpoint::clone(breakpoint),
        None => Breakpoint {
            original: word(entry).load(Ordering::Acquire),
            target: 0,
            rows: SmallVec::new(),
        },
    };
    if !has_row {
        breakpoint.rows.push(Row::new(session));
    }
    for row in &mut breakpoint.rows {
        if row.session.id == session.id {
            apply(row);
        }
    }
    put(table, entry, breakpoint, local_handler());
}

/// Puts breakpoints at an entry, or takes them away if there are none left.
fn put(
    table: &mut HashMap<u64, Arc<Breakpoint>>,
    entry: u64,
    mut breakpoint: Breakpoint,
    handler: u64,
) {
    breakpoint.rows.retain(|row| !row.is_empty());
    let original = breakpoint.original;
    let at = word(entry);
    if breakpoint.rows.is_empty() {
        let _ = at.compare_exchange(handler, original, Ordering::AcqRel, Ordering::Relaxed);
        table.remove(&entry);
    } else {
        table.insert(entry, Arc::new(breakpoint));
        at.store(handler, Ordering::Release);
    }
    note_rows(table);
}

/// Traces the global calls of an export for `session`, or does so no longer.
fn change_export(
    table: &mut HashMap<u64, Arc<Breakpoint>>,
    session: &Arc<Session>,
    export: &'static Export,
    calls: Option<Option<Arc<Specification>>>,
) {
    let entry = std::ptr::from_ref(&export.entry) as u64;
    let known = table.get(&entry);
    if known.is_none() && calls.is_none() {
        return;
    }
    let mut breakpoint = match known {
        Some(breakpoint) => Breakpoint::clone(breakpoint),
        None => {
            let address = export.address.load(Ordering::Acquire);
            Breakpoint {
                original: export.entry.load(Ordering::Acquire),
                target: if address == entry { 0 } else { address },
                rows: SmallVec::new(),
            }
        }
    };
    breakpoint.rows.retain(|row| row.session.id != session.id);
    if calls.is_some() {
        let mut row = Row::new(session);
        row.calls = calls;
        breakpoint.rows.push(row);
    }
    let target = breakpoint.target;
    let traced = !breakpoint.rows.is_empty();
    if !traced && target != 0 {
        let address = &export.address;
        let _ = address.compare_exchange(entry, target, Ordering::AcqRel, Ordering::Relaxed);
    }
    put(table, entry, breakpoint, global_handler());
    if traced {
        export.address.store(entry, Ordering::Release);
    }
}

/// `trace_pattern/3`: the number of functions that match.
pub fn change(session: &Arc<Session>, pattern: &Pattern, change: &Change) -> usize {
    machine().code.look_at_current(pattern.module, |modules| {
        let mut table = TABLE.write();
        let mut matched = 0;
        for module in modules {
            matched += change_module(&mut table, session, module, pattern, change);
        }
        matched
    })
}

fn change_module(
    table: &mut HashMap<u64, Arc<Breakpoint>>,
    session: &Arc<Session>,
    module: &Module,
    pattern: &Pattern,
    change: &Change,
) -> usize {
    let (breakpoint, on) = (change.is_breakpoint(), change.on != On::Clear);
    let mut matched = 0;
    for &(export, _) in &module.exports {
        if !pattern.matches(export.function(), export.arity()) {
            continue;
        }
        matched += usize::from(!breakpoint);
        if on && !breakpoint {
            change_export(table, session, export, Some(change.specification.clone()));
        } else if on || !breakpoint {
            change_export(table, session, export, None);
        }
    }
    for function in &module.functions {
        if !pattern.matches(function.name, function.arity) {
            continue;
        }
        matched += usize::from(breakpoint);
        let entry = module.address(function.entry) as u64;
        if breakpoint {
            let create = matches!(change.on, On::Set);
            change_entry(table, session, entry, create, &|row| change.apply(row));
        } else if on {
            change_entry(table, session, entry, false, &|row| {
                *row = Row::new(&row.session)
            });
        }
    }
    matched
}

/// A session ends.
pub(super) fn remove_session(id: u32) {
    let mut table = TABLE.write();
    let entries: Vec<u64> = table
        .iter()
        .filter(|(_, breakpoint)| breakpoint.rows.iter().any(|row| row.session.id == id))
        .map(|(entry, _)| *entry)
        .collect();
    for entry in entries {
        let Some(breakpoint) = table.get(&entry) else {
            continue;
        };
        let mut breakpoint = Breakpoint::clone(breakpoint);
        breakpoint.rows.retain(|row| row.session.id != id);
        if word(entry).load(Ordering::Acquire) == global_handler() {
            let export = export_of(entry);
            if breakpoint.rows.is_empty() && breakpoint.target != 0 {
                let _ = export.address.compare_exchange(
                    entry,
                    breakpoint.target,
                    Ordering::AcqRel,
                    Ordering::Relaxed,
                );
            }
            put(&mut table, entry, breakpoint, global_handler());
        } else {
            put(&mut table, entry, breakpoint, local_handler());
        }
    }
}

/// The export that an entry with the handler of traced exports belongs to.
fn export_of(entry: u64) -> &'static Export {
    let offset = std::mem::offset_of!(Export, entry) as u64;
    // SAFETY: only the entries of exports get that handler, and exports are never freed.
    unsafe { &*((entry - offset) as *const Export) }
}

/// Where to go on from a traced entry that has no breakpoints any more.
pub(crate) fn behind(entry: *const u64, global: bool) -> (u64, *const u64) {
    if global {
        let target = export_of(entry as u64).address.load(Ordering::Acquire);
        if target != entry as u64 {
            return (word(target).load(Ordering::Acquire), target as *const u64);
        }
    }
    (word(entry as u64).load(Ordering::Acquire), entry)
}

/// A version of a module is not current any more: what traces its functions goes.
pub(crate) fn forget(module: &Module) {
    if !any_breakpoints() {
        return;
    }
    let mut table = TABLE.write();
    for &(export, _) in &module.exports {
        let entry = std::ptr::from_ref(&export.entry) as u64;
        if let Some(breakpoint) = table.remove(&entry) {
            if breakpoint.target != 0 {
                export.address.store(breakpoint.target, Ordering::Release);
            }
            export.entry.store(breakpoint.original, Ordering::Release);
        }
    }
    for function in &module.functions {
        let entry = module.address(function.entry) as u64;
        if let Some(breakpoint) = table.remove(&entry) {
            word(entry).store(breakpoint.original, Ordering::Release);
        }
    }
    note_rows(&table);
}

/// A module is current now: it gets what sessions want of new code.
pub(crate) fn loaded(module: &Module) {
    for session in session::all() {
        let wanted = session.on_load();
        if !wanted.on {
            continue;
        }
        let all = Pattern {
            module: Some(module.name),
            function: None,
            arity: None,
        };
        let mut table = TABLE.write();
        let mut set = Change {
            on: On::Set,
            local: wanted.local,
            meta: None,
            call_count: wanted.call_count,
            call_time: wanted.call_time,
            call_memory: wanted.call_memory,
            specification: wanted.specification.clone(),
        };
        if set.is_breakpoint() || wanted.meta.is_none() {
            change_module(&mut table, &session, module, &all, &set);
        }
        if wanted.meta.is_some() {
            set = Change {
                on: On::Set,
                local: false,
                meta: wanted.meta,
                call_count: false,
                call_time: false,
                call_memory: false,
                specification: wanted.meta_specification.clone(),
            };
            change_module(&mut table, &session, module, &all, &set);
        }
    }
}

/// `load_nif` replaces a function: one with breakpoints keeps them. `false`: it has none.
pub(crate) fn replace(entry: u64, handler: u64) -> bool {
    let mut table = TABLE.write();
    let Some(breakpoint) = table.get_mut(&entry) else {
        return false;
    };
    Arc::make_mut(breakpoint).original = handler;
    true
}

/// A function, as `trace_info/2` sees it.
pub struct Found {
    /// Global calls are traced.
    pub global: Option<Row>,
    /// There are breakpoints in its code.
    pub local: Option<Row>,
}

/// What `session` wants of a function; `None`: there is no such function.
pub fn look_up(session: &Session, module: Atom, function: Atom, arity: u32) -> Option<Found> {
    let [global, local] = rows_of(module, function, arity)?;
    let own = |rows: SmallVec<[Row; 1]>| rows.into_iter().find(|row| row.session.id == session.id);
    Some(Found {
        global: own(global),
        local: own(local),
    })
}

/// The sessions that want something of a function; `None`: there is no such function.
pub fn sessions_of(module: Atom, function: Atom, arity: u32) -> Option<Vec<Arc<Session>>> {
    let rows = rows_of(module, function, arity)?;
    let mut sessions: Vec<Arc<Session>> = Vec::new();
    for row in rows.into_iter().flatten() {
        sessions.push(row.session);
    }
    Some(sessions)
}

fn rows_of(module: Atom, function: Atom, arity: u32) -> Option<[SmallVec<[Row; 1]>; 2]> {
    let code = &machine().code;
    let export = code.find_export(module, function, arity);
    let loaded = code.current(module);
    let entry = loaded.and_then(|loaded| loaded.find_function(function, arity));
    if entry.is_none() && code.native(module, function, arity).is_none() {
        return None;
    }
    let table = TABLE.read();
    let of = |entry: u64| {
        table
            .get(&entry)
            .map_or_else(SmallVec::new, |breakpoint| breakpoint.rows.clone())
    };
    let global = export.map_or_else(SmallVec::new, |export| {
        of(std::ptr::from_ref(&export.entry) as u64)
    });
    let local = entry.map_or_else(SmallVec::new, |entry| of(entry as u64));
    Some([global, local])
}

/// Whom what is measured belongs to: the row of `session` at an entry, if it measures still.
pub(super) fn row_at(entry: u64, session: u32) -> Option<Row> {
    let table = TABLE.read();
    let rows = &table.get(&entry)?.rows;
    rows.iter().find(|row| row.session.id == session).cloned()
}

/// The handler of a word of code, as one that may be jumped to.
///
/// # Safety
/// The word was an instruction's first one.
pub(crate) unsafe fn as_handler(word: u64) -> Handler {
    // SAFETY: the caller's promise.
    unsafe { std::mem::transmute::<u64, Handler>(word) }
}

/// `'_'`
pub fn any(term: oxbeam_term::Term<'_>) -> bool {
    term.is(known::ANY)
}
