//! Which code a process uses: what must be known before old code is purged. Follows `check_process_code` of `beam_bif_load.c`.

use super::Owned;
use crate::code::Module;
use crate::machine::machine;
use hashbrown::HashSet;
use oxbeam_term::boxed::fun::FunKind;
use oxbeam_term::{Atom, Term, View, Word};
use std::sync::atomic::Ordering;

/// Does the process run old code of `module`, will it return to it, or does it hold one of its funs?
pub fn uses_old(owned: &mut Owned, module: Atom) -> bool {
    let Some(old) = machine().code.versions(module).old else {
        return false;
    };
    if old.contains(owned.pc as u64) {
        return true;
    }
    for word in owned.heap.stack_slice() {
        let address = if word.is_catch_tag() {
            crate::code::catch::handler(word.catch_index()) as u64
        } else if word.is_header() {
            word.0
        } else {
            continue;
        };
        if old.contains(address) {
            return true;
        }
    }
    !old.funs.is_empty() && holds_fun_of(owned, &old)
}

/// Is there a fun of this version within what the process holds?
fn holds_fun_of(owned: &mut Owned, old: &Module) -> bool {
    let mut roots: Vec<Word> = owned
        .heap
        .stack_slice()
        .iter()
        .copied()
        .filter(|word| word.is_boxed() || word.is_cons())
        .collect();
    owned.visit_roots(&mut |first, count| {
        // SAFETY: the process's roots, which nothing else uses meanwhile.
        let words = unsafe { std::slice::from_raw_parts(first, count) };
        roots.extend(
            words
                .iter()
                .filter(|word| word.is_boxed() || word.is_cons()),
        );
    });
    roots.extend(
        owned
            .mailbox
            .iter()
            .map(|message| message.word)
            .filter(|word| !word.is_immediate()),
    );
    let mut seen: HashSet<u64> = HashSet::new();
    while let Some(word) = roots.pop() {
        if word.is_immediate() || word.is_none() || !seen.insert(word.0) {
            continue;
        }
        // SAFETY: what roots and terms refer to are terms of the process, its messages, or literals.
        let term: Term<'_> = unsafe { Term::from_word(word) };
        let mut push = |term: Term<'_>| {
            if !term.word().is_immediate() {
                roots.push(term.word());
            }
        };
        match term.view() {
            View::Cons(cell) => {
                push(cell.head());
                push(cell.tail());
            }
            View::Tuple(tuple) => tuple.elements().iter().copied().for_each(&mut push),
            View::Map(map) => map.iter().for_each(|(key, value)| {
                push(key);
                push(value);
            }),
            View::Fun(fun) => {
                if let FunKind::Local { entry, free, .. } = fun.kind() {
                    if old.contains(entry.address.load(Ordering::Acquire)) {
                        return true;
                    }
                    free.iter().copied().for_each(&mut push);
                }
            }
            View::Record(record) => record.values().iter().copied().for_each(&mut push),
            _ => {}
        }
    }
    false
}
