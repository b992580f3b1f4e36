//! From key to key, and slot by slot.

use super::{allowed, table};
use oxbeam_vm::ets::{Contents, Right, Row};
use oxbeam_vm::native::prelude::*;

/// A row as what is to be told of it: its key, or `{Key, Objects}`.
fn told<'p>(contents: &Contents, row: &Row, objects: bool, builder: &mut Builder<'p>) -> Term<'p> {
    if objects {
        contents.key_and_objects(row, builder)
    } else {
        contents.key_of(row, builder)
    }
}

/// The first or last key, or `{Key, Objects}`.
fn end<'p>(cx: &mut Cx<'p>, last: bool, raw: bool, objects: bool) -> NativeResult<'p> {
    let table = table(cx)?;
    let process = cx.process().number;
    let found = table.end(process, last, raw, |contents, row| {
        told(contents, row, objects, cx)
    });
    Ok(allowed!(cx, found).unwrap_or(Term::atom(known::END_OF_TABLE)))
}

/// The key beside another, or `{Key, Objects}`.
fn beside<'p>(cx: &mut Cx<'p>, before: bool, raw: bool, objects: bool) -> NativeResult<'p> {
    let table = table(cx)?;
    let (process, key) = (cx.process().number, cx.arg(1));
    let found = table.beside(process, key, before, raw, |contents, row| {
        told(contents, row, objects, cx)
    });
    Ok(allowed!(cx, found)?.unwrap_or(Term::atom(known::END_OF_TABLE)))
}

/// `ets_raw_first(Table)`
pub(super) fn raw_first_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    end(cx, false, true, false)
}

/// `ets_raw_next(Table, Key)`
pub(super) fn raw_next_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    beside(cx, false, true, false)
}

/// `first(Table)`
pub(super) fn first_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    end(cx, false, false, false)
}

/// `first_lookup(Table)`
pub(super) fn first_lookup_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    end(cx, false, false, true)
}

/// `last(Table)`
pub(super) fn last_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    end(cx, true, false, false)
}

/// `last_lookup(Table)`
pub(super) fn last_lookup_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    end(cx, true, false, true)
}

/// `next(Table, Key)`
pub(super) fn next_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    beside(cx, false, false, false)
}

/// `next_lookup(Table, Key)`
pub(super) fn next_lookup_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    beside(cx, false, false, true)
}

/// `prev(Table, Key)`
pub(super) fn prev_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    beside(cx, true, false, false)
}

/// `prev_lookup(Table, Key)`
pub(super) fn prev_lookup_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    beside(cx, true, false, true)
}

/// `slot(Table, I)`
pub(super) fn slot_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let table = table(cx)?;
    let process = cx.process().number;
    let slot = cx
        .arg(1)
        .as_small()
        .and_then(|slot| usize::try_from(slot).ok());
    let Some(slot) = slot else {
        allowed!(cx, table.check(process, Right::Read));
        return Err(Raise::Badarg);
    };
    let found = table.slot(process, slot, cx);
    Ok(allowed!(cx, found)?.unwrap_or(Term::atom(known::END_OF_TABLE)))
}
