//! Purging: old code goes in two steps, with a look at all processes between. Follows `erts_internal:purge_module/2`.
//!
//! A process holds old code by its stack. Its funs do not count: from the first step on a call of a fun of the old version parks the
//! caller, so that none gets into the code after it has been looked at. The second step either gives the funs their code back or
//! leaves them without; then the callers go on, and find the one or the other.

use super::{Code, Module, module::Versions};
use oxbeam_term::Atom;
use oxbeam_term::boxed::fun::FunEntry;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A purge between its two steps.
pub(super) struct Purging {
    module: Atom,
    version: Arc<Module>,
    /// Old code that a version gave its place to whose `on_load` function failed.
    set_aside: Option<Arc<Module>>,
    /// The funs that have lost their code for now.
    funs: Vec<(&'static FunEntry, u64)>,
    /// Numbers of the processes that wait to call one.
    waiting: Vec<u64>,
}

/// The steps are not in order: another module is being purged, or none is.
#[derive(Debug, PartialEq, Eq)]
pub struct OutOfOrder;

impl Code {
    /// Begins to purge old code: the module's, or (`on_load`) that of the version whose `on_load` function failed. `false`: there is none.
    /// No process runs meanwhile, so that none is on its way into a fun.
    ///
    /// # Errors
    /// A purge is under way.
    pub fn begin_purge(&self, name: Atom, on_load: bool) -> Result<bool, OutOfOrder> {
        let mut purging = self.purging.lock();
        if purging.is_some() {
            return Err(OutOfOrder);
        }
        let mut modules = self.modules.write();
        let Some(versions) = modules.get_mut(&name) else {
            return Ok(false);
        };
        let set_aside = match versions.pending.take_if(|_| on_load) {
            Some(failed) => versions.old.replace(failed),
            None => None,
        };
        let Some(version) = versions.old.clone() else {
            return Ok(false);
        };
        let funs = version
            .funs
            .iter()
            .filter_map(|&(entry, word)| {
                let address = version.address(word) as u64;
                // Newer code may have taken the fun over.
                let taken =
                    entry
                        .address
                        .compare_exchange(address, 0, Ordering::AcqRel, Ordering::Relaxed);
                taken.is_ok().then_some((entry, address))
            })
            .collect();
        *purging = Some(Purging {
            module: name,
            version,
            set_aside,
            funs,
            waiting: Vec::new(),
        });
        Ok(true)
    }
    /// Gives the purge of `name` up: its processes stay where they are. The numbers of the processes that wait for that.
    ///
    /// # Errors
    /// It is not under way.
    pub fn abort_purge(&self, name: Atom) -> Result<Vec<u64>, OutOfOrder> {
        let purge = self.take_purge(name)?;
        for (entry, address) in purge.funs {
            let _ = entry
                .address
                .compare_exchange(0, address, Ordering::AcqRel, Ordering::Relaxed);
        }
        Ok(purge.waiting)
    }
    /// Takes the old version of `name` out of the tables; no process runs it. Its memory stays while processes may hold its literals.
    /// The numbers of the processes that wait for that.
    ///
    /// # Errors
    /// Its purge is not under way.
    pub fn complete_purge(&self, name: Atom) -> Result<Vec<u64>, OutOfOrder> {
        let purge = self.take_purge(name)?;
        if let Some(Versions { old, .. }) = self.modules.write().get_mut(&name) {
            *old = purge.set_aside;
        }
        crate::trace::breakpoint::forget(&purge.version);
        self.ranges.write().remove(&purge.version);
        let library = purge.version.library.lock().take();
        drop(library);
        crate::literals::retire(crate::literals::Retired::Module(purge.version));
        Ok(purge.waiting)
    }
    fn take_purge(&self, name: Atom) -> Result<Purging, OutOfOrder> {
        let mut purging = self.purging.lock();
        purging
            .take_if(|purge| purge.module == name)
            .ok_or(OutOfOrder)
    }
    /// Process `number` wants to call a fun that has no code. `true`: it may get it back; the process is told to go on when that is known.
    pub(crate) fn await_purge(&self, fun: &'static FunEntry, number: u64) -> bool {
        let mut purging = self.purging.lock();
        let Some(purge) = purging.as_mut() else {
            return false;
        };
        let waits = purge
            .funs
            .iter()
            .any(|&(entry, _)| std::ptr::eq(entry, fun));
        if waits {
            purge.waiting.push(number);
        }
        waits
    }
}
