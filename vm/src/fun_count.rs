//! How many hold a fun entry, as `erlang:fun_info(Fun, refc)` tells: the code that it comes from, and objects on heaps, in messages and in
//! tables. Nothing counts while funs come and go, for hardly anybody asks: who does stops the schedulers and has all words looked at.
//!
//! Not counted is what nobody can look at meanwhile: signals that have not been fetched, and heaps of dirty natives under way.

use crate::ets;
use crate::machine::machine;
use crate::persistent_term;
use hashbrown::HashMap;
use oxbeam_term::boxed::fun::{FunEntry, ON_ITS_OWN};
use oxbeam_term::heap::arena::Arena;
use oxbeam_term::word::subtag;
use oxbeam_term::{Word, copy};
use std::convert::Infallible;
use std::ptr;
use std::sync::atomic::Ordering;

/// The count: until OTP 25 each fun is one. Later those that code makes share one with it, and each one that was decoded is one.
pub fn references(entry: &'static FunEntry) -> usize {
    let shared = !oxbeam_term::rules::rules().fun_creators;
    let loaded = entry.address.load(Ordering::Acquire) != 0;
    let of_code = match loaded {
        false => 0,
        true if shared => 2,
        true => 1,
    };
    let address = ptr::from_ref(entry) as u64;
    let mut count = 0;
    let found = |target| count += usize::from(target == address);
    machine().scheduler.blocked(|| objects(shared, found));
    of_code + count
}

/// The counts of these entries, in their order; the schedulers stand still.
pub(crate) fn references_of(entries: &[&'static FunEntry]) -> Vec<usize> {
    let shared = !oxbeam_term::rules::rules().fun_creators;
    let mut counts: HashMap<u64, usize> = HashMap::new();
    objects(shared, |target| *counts.entry(target).or_default() += 1);
    let count = |entry: &&'static FunEntry| {
        let loaded = entry.address.load(Ordering::Acquire) != 0;
        let objects = counts.get(&(ptr::from_ref(*entry) as u64));
        objects.copied().unwrap_or(0) + usize::from(loaded) * (1 + usize::from(shared))
    };
    entries.iter().map(count).collect()
}

/// The targets of fun objects; the schedulers stand still.
fn objects(decoded: bool, mut found: impl FnMut(u64)) {
    let mut look = |words: &[Word]| {
        for words in words.windows(3) {
            let [header, target, creator] = words else {
                continue;
            };
            let is_fun = header.is_header() && header.subtag() == subtag::FUN;
            if is_fun && (!decoded || *creator == ON_ITS_OWN.word()) {
                found(target.0);
            }
        }
    };
    for number in machine().processes.ids() {
        let Some(process) = machine().processes.get(number) else {
            continue;
        };
        if process.state.is_dirty() {
            continue;
        }
        // SAFETY: the schedulers stand still, but for the caller's own process, which is in a native.
        let owned = unsafe { &*process.owned_pointer() };
        owned.heap.for_each_area(&mut look);
        for fragment in owned
            .mailbox
            .iter()
            .filter_map(|message| message.fragment.as_ref())
        {
            fragment.for_each_block(&mut look);
        }
    }
    let _ = ets::each(|table| {
        table.for_each(|row| look(row.words_slice()));
        Ok::<(), Infallible>(())
    });
    for (key, value) in persistent_term::all() {
        for term in [key, value] {
            let mut arena = Arena::new();
            // SAFETY: nobody else builds in the arena, and nothing collects it.
            copy::copy_all(term, &mut unsafe { arena.builder() });
            arena.for_each_block(&mut look);
        }
    }
}
