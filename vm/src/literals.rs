//! Literals that are out of use: of purged modules, of persistent terms that were erased or replaced. They are released a few areas at
//! a time, once every process has said that it does not hold them, or has copied what it holds. The system process
//! `erts_literal_area_collector` asks the processes. Follows `erts_literal_area_collector.erl` and `beam_bif_load.c`.

use crate::code::Module;
use crate::machine::machine;
use crate::process::Message;
use crate::signal::{self, Signal};
use oxbeam_term::atom::known;
use oxbeam_term::copy;
use oxbeam_term::heap::literal::{Leaving, LiteralArea};
use oxbeam_term::{Atom, Term};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// Who holds the literals.
pub enum Retired {
    /// A version of a module, which goes with them.
    Module(Arc<Module>),
    /// Nobody else.
    Area(LiteralArea),
}

impl Retired {
    /// The literals.
    pub fn area(&self) -> &LiteralArea {
        match self {
            Retired::Module(module) => &module.literals,
            Retired::Area(area) => area,
        }
    }
}

struct State {
    waiting: VecDeque<Retired>,
    /// Whose literals are looked for in processes.
    leaving: Option<Batch>,
    /// What nobody holds but perhaps a native whose process has exited.
    kept: Vec<Batch>,
}

/// Areas that leave together, and their literals.
struct Batch {
    areas: Vec<Retired>,
    literals: Arc<Leaving>,
}

/// As many areas leave together as have no more words than this: a process that holds a single one of them makes room for all.
const WORDS_AT_ONCE: usize = 1 << 16;

/// The first of those that wait.
fn next_batch(waiting: &mut VecDeque<Retired>) -> Option<Batch> {
    let mut areas = vec![waiting.pop_front()?];
    let mut words = areas[0].area().words();
    while let Some(next) = waiting.front()
        && words + next.area().words() <= WORDS_AT_ONCE
    {
        words += next.area().words();
        areas.extend(waiting.pop_front());
    }
    let literals = Arc::new(Leaving::of(areas.iter().map(Retired::area)));
    Some(Batch { areas, literals })
}

static STATE: Mutex<State> = Mutex::new(State {
    waiting: VecDeque::new(),
    leaving: None,
    kept: Vec::new(),
});
/// Number of the process `erts_literal_area_collector`, as it stands in the order of boot.
static COLLECTOR: AtomicU64 = AtomicU64::new(2);

/// These literals are out of use.
pub fn retire(retired: Retired) {
    if retired.area().is_empty() {
        return;
    }
    STATE.lock().waiting.push_back(retired);
    tell_collector();
}

/// Areas that were announced and have not arrived.
static COMING: AtomicUsize = AtomicUsize::new(0);

/// Literals will be out of use as soon as no reader looks at them any more; [`arrive`] follows. Who asks the collector from now on finds it at work.
pub fn announce() {
    COMING.fetch_add(1, Ordering::SeqCst);
    if crate::machine::built().is_some() {
        tell_collector();
    }
}

/// They are.
pub fn arrive(retired: Retired) {
    STATE.lock().waiting.push_back(retired);
    COMING.fetch_sub(1, Ordering::SeqCst);
}

fn tell_collector() {
    let message = Message::build(|_| Term::atom(Atom::of("copy_literals")));
    // Before there is a collector nothing is released; the first area that comes later brings the others along.
    let _ = signal::deliver(COLLECTOR.load(Ordering::Relaxed), Signal::Message(message));
}

/// Dirty natives under way that may copy terms; they do so by the rules of before.
static COPIERS: AtomicUsize = AtomicUsize::new(0);
/// The rules are being changed.
static SWITCHING: AtomicBool = AtomicBool::new(false);

/// A thread that is no worker begins to run code that may copy terms.
pub fn begin_copying() {
    loop {
        COPIERS.fetch_add(1, Ordering::SeqCst);
        if !SWITCHING.load(Ordering::SeqCst) {
            return;
        }
        COPIERS.fetch_sub(1, Ordering::SeqCst);
        while SWITCHING.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
    }
}

/// It copies no more.
pub fn end_copying() {
    COPIERS.fetch_sub(1, Ordering::SeqCst);
}

/// No process holds what is leaving: it is released, and the next areas leave. `Some(false)`: there is none. `None`: later, a dirty native
/// is under way, or they are announced.
pub fn switch() -> Option<bool> {
    // Looked at before those that wait: they are among these, or still come.
    let coming = COMING.load(Ordering::SeqCst) > 0;
    let nothing = |state: &State| state.waiting.is_empty() && state.leaving.is_none();
    if coming && nothing(&STATE.lock()) {
        return None;
    }
    let (mut done, mut more) = (Vec::new(), None);
    // No worker is in the middle of a native that has begun to copy by the rules of before.
    machine().scheduler.blocked(|| {
        SWITCHING.store(true, Ordering::SeqCst);
        if COPIERS.load(Ordering::SeqCst) > 0 {
            SWITCHING.store(false, Ordering::SeqCst);
            return;
        }
        let mut state = STATE.lock();
        let left = state.leaving.take();
        state.kept.extend(left);
        if !crate::process::exit::any_departed() {
            done = std::mem::take(&mut state.kept);
        }
        state.leaving = next_batch(&mut state.waiting);
        let literals = state.leaving.as_ref().map(|batch| &batch.literals);
        copy::set_leaving(literals.cloned());
        more = Some(state.leaving.is_some()).filter(|&more| more || !coming);
        SWITCHING.store(false, Ordering::SeqCst);
    });
    // Dropping a module takes other locks.
    drop(done);
    more
}

/// What is leaving.
pub fn leaving() -> Option<Arc<Leaving>> {
    let state = STATE.lock();
    state
        .leaving
        .as_ref()
        .map(|batch| Arc::clone(&batch.literals))
}

/// How many areas wait, the leaving one among them.
pub fn pending() -> usize {
    let state = STATE.lock();
    state.waiting.len() + state.leaving.as_ref().map_or(0, |batch| batch.areas.len())
}

/// Asks local process `number` to let go of what is leaving: `collector` gets `{copy_literals, {Area, How, Pid}, ok}` when it has.
pub fn ask(collector: u64, number: u64, area: Term<'_>, how: Atom) {
    let answer = Message::build(|builder| {
        let area = copy::copy_all(area, builder);
        let id = builder.tuple(&[area, Term::atom(how), Term::local_pid(number)]);
        builder.tuple(&[
            Term::atom(Atom::of("copy_literals")),
            id,
            Term::atom(known::OK),
        ])
    });
    let task = Box::new(
        move |process: &crate::process::Process, owned: &mut crate::process::Owned| {
            // A native of one that exits may still read its heap.
            if let Some(literals) = leaving().filter(|_| !process.state.is_exiting()) {
                owned.let_go(&literals);
            }
            // The collector is never gone while the machine runs.
            let _ = signal::deliver(collector, Signal::Message(answer));
        },
    );
    if let Err(Signal::SystemTask(task)) = signal::deliver(number, Signal::SystemTask(task)) {
        // The process is gone, and holds nothing: the collector does its part, which is to answer.
        let _ = signal::deliver(collector, Signal::SystemTask(task));
    }
}
