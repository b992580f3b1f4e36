//! Which files a process has open. The table keeps them: a file is closed by its owner, or when its owner exits, and not by the collector.

use super::handle::{File, closer};
use oxbeam_term::boxed::reference::{Magic, RefNumbers};
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::process::{Message, Owned, Process};
use oxbeam_vm::signal::{self, Signal};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;

type Files = HashMap<RefNumbers, Arc<Magic>>;

const SHARDS: usize = 16;

static TABLE: [Mutex<Option<HashMap<u64, Files>>>; SHARDS] = [const { Mutex::new(None) }; SHARDS];

fn shard(owner: u64) -> &'static Mutex<Option<HashMap<u64, Files>>> {
    &TABLE[owner as usize % SHARDS]
}

/// `owner` has opened the file behind `reference`.
pub(super) fn add(owner: u64, reference: Term<'_>) {
    let Some(reference) = reference.as_reference() else {
        return;
    };
    if let Some(object) = reference.magic_arc() {
        let mut shard = shard(owner).lock();
        let files = shard.get_or_insert_default().entry(owner).or_default();
        files.insert(reference.numbers(), object);
    }
}

/// The file behind `reference` is closed.
pub(super) fn remove(owner: u64, reference: Term<'_>) {
    let Some(numbers) = reference
        .as_reference()
        .map(|reference| reference.numbers())
    else {
        return;
    };
    let mut shard = shard(owner).lock();
    let Some(owners) = shard.as_mut() else {
        return;
    };
    if let Some(files) = owners.get_mut(&owner) {
        files.remove(&numbers);
        if files.is_empty() {
            owners.remove(&owner);
        }
    }
}

/// A process exits: what it has open goes to the process that closes files.
pub(crate) fn process_exits(process: &Process, _: &mut Owned) {
    let files = match shard(process.number).lock().as_mut() {
        Some(owners) => owners.remove(&process.number),
        None => None,
    };
    for (numbers, object) in files.into_iter().flatten() {
        let idle = object.value::<File>().is_some_and(File::owner_exited);
        if idle {
            let message = Message::build(|builder| {
                let close = Term::atom(Atom::of("close"));
                let reference = builder.magic_reference(numbers, object);
                builder.tuple(&[close, reference])
            });
            // Without that process the file is closed with its last reference.
            let _ = signal::deliver(closer(), Signal::Message(message));
        }
    }
}
