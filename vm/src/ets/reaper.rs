//! Frees the objects of large tables on a thread of its own, so that nobody waits for it.

use super::table::Store;
use smallvec::SmallVec;
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};

/// Objects that are freed at once.
const SMALL: usize = 20_000;

/// The objects of a table's parts.
type Stores = SmallVec<[Store; 1]>;

static REAPER: OnceLock<Option<Sender<Stores>>> = OnceLock::new();

fn start() -> Option<Sender<Stores>> {
    let (sender, receiver) = channel::<Stores>();
    std::thread::Builder::new()
        .name("ets reaper".to_owned())
        .spawn(move || receiver.into_iter().for_each(drop))
        .ok()
        .map(|_| sender)
}

/// Frees the objects of a table that nobody sees any longer. No table is locked.
pub(super) fn bury(stores: Stores) {
    if stores.iter().map(Store::weight).sum::<usize>() <= SMALL {
        return;
    }
    if let Some(reaper) = REAPER.get_or_init(start) {
        // Without the thread it is freed here.
        let _ = reaper.send(stores);
    }
}
