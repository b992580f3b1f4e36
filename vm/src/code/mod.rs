//! Code: export entries, modules, loading.

pub mod catch;
mod export;
pub mod load;
pub mod lower;
mod module;
mod places;
mod purge;
pub mod record;

pub use export::is_native;
pub use module::{FinishError, Finished, Module, Versions};
pub use places::{Place, Places, Row};
pub use purge::OutOfOrder;

use crate::native::{Native, StandIn, StaticNif};
use hashbrown::HashMap;
use oxbeam_term::Atom;
use oxbeam_term::boxed::fun::{Export, FunEntry};
use parking_lot::{Mutex, RwLock};
use std::sync::Arc;

/// What tells funs apart.
#[derive(PartialEq, Eq, Hash)]
struct FunName {
    module: Atom,
    uniq: [u8; 16],
    index: u32,
    old_uniq: u32,
    arity: u8,
    num_free: u32,
}

/// All code of the machine.
#[derive(Default)]
pub struct Code {
    exports: RwLock<HashMap<(Atom, Atom, u32), &'static Export>>,
    recent: export::Recent,
    natives: RwLock<HashMap<(Atom, Atom, u32), &'static Native>>,
    funs: RwLock<HashMap<FunName, &'static FunEntry>>,
    modules: RwLock<HashMap<Atom, Versions>>,
    /// By address.
    ranges: RwLock<places::Ranges>,
    purging: Mutex<Option<purge::Purging>>,
    preloaded: RwLock<Vec<Atom>>,
    stand_ins: RwLock<Vec<&'static StandIn>>,
    static_nifs: RwLock<Vec<&'static StaticNif>>,
    spare_nifs: RwLock<Vec<&'static StaticNif>>,
    records: RwLock<HashMap<(Atom, Atom), &'static record::RecordEntry>>,
}

impl Code {
    /// Names of the modules that were there before any Erlang code ran.
    pub fn preloaded(&self) -> Vec<Atom> {
        self.preloaded.read().clone()
    }
    /// Loads a preloaded module.
    ///
    /// # Errors
    /// The file can't be loaded.
    pub fn preload(&self, bytes: &[u8]) -> Result<Atom, load::PrepareError> {
        let mut module = self.prepare(bytes)?;
        let name = module.name;
        // Their `on_load` functions are called by `erl_init`, not by the loader.
        if let Some(module) = Arc::get_mut(&mut module) {
            module.on_load = None;
            // OTP's have no lines: traces show none.
            module.lines.clear();
        }
        let finished = self.finish(vec![module]);
        debug_assert!(finished.is_ok(), "a preloaded module is loaded once");
        self.preloaded.write().insert(0, name);
        Ok(name)
    }
}
