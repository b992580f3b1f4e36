//! From key to key, and slot by slot.

use super::{reading, table};
use oxbeam_vm::ets::Right;
use oxbeam_vm::native::prelude::*;

/// The first or last key, or `{Key, Objects}`.
fn end<'p>(cx: &mut Cx<'p>, last: bool, objects: bool) -> NativeResult<'p> {
    let table = table(cx)?;
    let reading = reading!(cx, table, Right::Read);
    Ok(match reading.end(last) {
        None => Term::atom(known::END_OF_TABLE),
        Some(row) if objects => reading.key_and_objects(row, cx),
        Some(row) => reading.key_of(row, cx),
    })
}

/// The key beside another, or `{Key, Objects}`.
fn beside<'p>(cx: &mut Cx<'p>, before: bool, objects: bool) -> NativeResult<'p> {
    let table = table(cx)?;
    let reading = reading!(cx, table, Right::Read);
    Ok(match reading.beside(cx.arg(1), before)? {
        None => Term::atom(known::END_OF_TABLE),
        Some(row) if objects => reading.key_and_objects(row, cx),
        Some(row) => reading.key_of(row, cx),
    })
}

/// `ets_raw_first(Table)`
pub(super) fn raw_first_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let table = table(cx)?;
    let reading = reading!(cx, table, Right::Read);
    Ok(match reading.raw_first() {
        None => Term::atom(known::END_OF_TABLE),
        Some(row) => reading.key_of(row, cx),
    })
}

/// `ets_raw_next(Table, Key)`
pub(super) fn raw_next_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let table = table(cx)?;
    let reading = reading!(cx, table, Right::Read);
    Ok(match reading.raw_next(cx.arg(1))? {
        None => Term::atom(known::END_OF_TABLE),
        Some(row) => reading.key_of(row, cx),
    })
}

/// `first(Table)`
pub(super) fn first_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    end(cx, false, false)
}

/// `first_lookup(Table)`
pub(super) fn first_lookup_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    end(cx, false, true)
}

/// `last(Table)`
pub(super) fn last_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    end(cx, true, false)
}

/// `last_lookup(Table)`
pub(super) fn last_lookup_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    end(cx, true, true)
}

/// `next(Table, Key)`
pub(super) fn next_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    beside(cx, false, false)
}

/// `next_lookup(Table, Key)`
pub(super) fn next_lookup_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    beside(cx, false, true)
}

/// `prev(Table, Key)`
pub(super) fn prev_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    beside(cx, true, false)
}

/// `prev_lookup(Table, Key)`
pub(super) fn prev_lookup_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    beside(cx, true, true)
}

/// `slot(Table, I)`
pub(super) fn slot_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let table = table(cx)?;
    let reading = reading!(cx, table, Right::Read);
    let slot = cx
        .arg(1)
        .as_small()
        .and_then(|slot| usize::try_from(slot).ok())
        .ok_or(Raise::Badarg)?;
    Ok(reading
        .slot(slot, cx)?
        .unwrap_or(Term::atom(known::END_OF_TABLE)))
}
