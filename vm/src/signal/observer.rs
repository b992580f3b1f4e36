//! What watches processes without being a process or port: resources of libraries in C.
//!
//! It stands with the process that is watched, among what few processes have; the observer keeps its own list of what it watches.

use super::{Signal, Task, deliver};
use crate::process::{Owned, Process};
use oxbeam_term::boxed::reference::{Magic, RefNumbers};
use std::sync::Arc;

/// Who watches.
pub trait Observer: Send + Sync {
    /// The process has ended; called by the thread that ended it.
    fn down(&self, monitor: RefNumbers, process: u64);
    /// The object behind the reference that `process_info(_, monitored_by)` shows; `None`: it is gone.
    fn object(&self) -> Option<(RefNumbers, Arc<Magic>)>;
}

/// A monitor of an observer's, with the process that it watches.
pub type Observed = (RefNumbers, Arc<dyn Observer>);

/// The observer watches the local process of this number from now on. `false`: there is none.
pub fn observe(number: u64, monitor: RefNumbers, observer: Arc<dyn Observer>) -> bool {
    let task: Task = Box::new(move |process: &Process, owned: &mut Owned| {
        if process.state.is_exiting() {
            observer.down(monitor, process.number);
        } else {
            owned.rare().observers.push((monitor, observer));
        }
    });
    deliver(number, Signal::Task(task)).is_ok()
}

/// It does so no longer.
pub fn stop_observing(number: u64, monitor: RefNumbers) {
    let task: Task = Box::new(move |_: &Process, owned: &mut Owned| {
        if let Some(rare) = &mut owned.rare {
            rare.observers.retain(|observed| observed.0 != monitor);
        }
    });
    // One that is gone is watched by nobody.
    let _ = deliver(number, Signal::Task(task));
}
