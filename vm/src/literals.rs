//! Literals that are out of use: of purged modules, of persistent terms that were erased or replaced. They are released one area at a
//! time, once every process has said that it does not hold them, or has copied what it holds. The system process
//! `erts_literal_area_collector` asks the processes. Follows `erts_literal_area_collector.erl` and `beam_bif_load.c`.

use crate::code::Module;
use oxbeam_term::copy;
use oxbeam_term::heap::literal::LiteralArea;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

/// Who holds the literals.
pub enum Retired {
    /// A version of a module, which goes with them.
    Module(Arc<Module>),
    /// Nobody else.
    Area(LiteralArea),
}

// SAFETY: an area that is retired is only read, and dropped by whoever is last.
unsafe impl Sync for Retired {}

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
    leaving: Option<Arc<Retired>>,
}

static STATE: Mutex<State> = Mutex::new(State {
    waiting: VecDeque::new(),
    leaving: None,
});
static COLLECTOR: OnceLock<fn()> = OnceLock::new();

/// Sets who is told that there is an area to release; the first call counts.
pub fn set_collector(tell: fn()) {
    let _ = COLLECTOR.set(tell);
}

/// These literals are out of use.
pub fn retire(retired: Retired) {
    if retired.area().is_empty() {
        return;
    }
    STATE.lock().waiting.push_back(retired);
    if let Some(tell) = COLLECTOR.get() {
        tell();
    }
}

/// No process holds what is leaving: it is released, and the next area leaves. `false`: there is none.
pub fn switch() -> bool {
    let done;
    let more;
    {
        let mut state = STATE.lock();
        done = state.leaving.take();
        state.leaving = state.waiting.pop_front().map(Arc::new);
        copy::set_leaving(state.leaving.as_deref().map(Retired::area));
        more = state.leaving.is_some();
    }
    // Dropping a module takes other locks.
    drop(done);
    more
}

/// What is leaving.
pub fn leaving() -> Option<Arc<Retired>> {
    STATE.lock().leaving.clone()
}

/// How many areas wait, the leaving one among them.
pub fn pending() -> usize {
    let state = STATE.lock();
    state.waiting.len() + usize::from(state.leaving.is_some())
}
