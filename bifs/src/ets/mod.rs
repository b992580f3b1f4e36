//! `ets`, and what `erts_internal` asks of tables. What tables are and do stands in `oxbeam_vm::ets`.

mod info;
mod manage;
mod select;
mod walk;

use oxbeam_vm::ets::{Fault, Found, Kind, Right, Row, Trash, Update, UpdateError, counted, find};
use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "ets";
    "delete" / 1 Plain => manage::delete_1;
    "delete" / 2 Plain => delete_2;
    "delete_object" / 2 Plain => delete_object_2;
    "first" / 1 Plain => walk::first_1;
    "first_lookup" / 1 Plain [27 ..= 255] => walk::first_lookup_1;
    "give_away" / 3 Plain => manage::give_away_3;
    "info" / 1 Plain => info::info_1;
    "info" / 2 Plain => info::info_2;
    "insert" / 2 Plain => insert_2;
    "insert_new" / 2 Plain => insert_new_2;
    "internal_delete_all" / 2 Plain => manage::internal_delete_all_2;
    "internal_request_all" / 0 Plain => manage::internal_request_all_0;
    "internal_select_delete" / 2 Plain => select::internal_select_delete_2;
    "is_compiled_ms" / 1 Plain => select::is_compiled_ms_1;
    "last" / 1 Plain => walk::last_1;
    "last_lookup" / 1 Plain [27 ..= 255] => walk::last_lookup_1;
    "lookup" / 2 Plain => lookup_2;
    "lookup_element" / 3 Plain => lookup_element_3;
    "lookup_element" / 4 Plain [26 ..= 255] => lookup_element_4;
    "match" / 1 Plain => select::continue_1;
    "match" / 2 Plain => select::match_2;
    "match" / 3 Plain => select::match_3;
    "match_object" / 1 Plain => select::continue_1;
    "match_object" / 2 Plain => select::match_object_2;
    "match_object" / 3 Plain => select::match_object_3;
    "match_spec_compile" / 1 Plain => select::match_spec_compile_1;
    "match_spec_run_r" / 3 Plain => select::match_spec_run_r_3;
    "member" / 2 Plain => member_2;
    "new" / 2 Plain => manage::new_2;
    "next" / 2 Plain => walk::next_2;
    "next_lookup" / 2 Plain [27 ..= 255] => walk::next_lookup_2;
    "prev" / 2 Plain => walk::prev_2;
    "prev_lookup" / 2 Plain [27 ..= 255] => walk::prev_lookup_2;
    "rename" / 2 Plain => manage::rename_2;
    "safe_fixtable" / 2 Plain => manage::safe_fixtable_2;
    "select" / 1 Plain => select::continue_1;
    "select" / 2 Plain => select::select_2;
    "select" / 3 Plain => select::select_3;
    "select_count" / 2 Plain => select::select_count_2;
    "select_replace" / 2 Plain => select::select_replace_2;
    "select_reverse" / 1 Plain => select::continue_1;
    "select_reverse" / 2 Plain => select::select_reverse_2;
    "select_reverse" / 3 Plain => select::select_reverse_3;
    "setopts" / 2 Plain => manage::setopts_2;
    "slot" / 2 Plain => walk::slot_2;
    "take" / 2 Plain => take_2;
    "update_counter" / 3 Plain => update_counter_3;
    "update_counter" / 4 Plain => update_counter_4;
    "update_element" / 3 Plain => update_element_3;
    "update_element" / 4 Plain [27 ..= 255] => update_element_4;
    "whereis" / 1 Plain => manage::whereis_1;
}

/// What `erts_internal` has.
pub(crate) use info::INTERNAL;
/// What `erlang` has.
pub(crate) use select::ERLANG;

/// `badarg`, with the cause that is told by `error_info`.
#[cold]
fn fault(cx: &mut Cx<'_>, fault: Fault) -> Raise {
    cx.badarg_because(fault.cause())
}

/// The table of the first argument.
#[inline(always)]
fn table<'p>(cx: &mut Cx<'p>) -> Result<Found<'p>, Raise> {
    match find(cx.arg(0)) {
        Ok(found) => Ok(found),
        Err(found) => Err(fault(cx, found)),
    }
}

/// What was asked of a table, or the exception if it cannot be used.
macro_rules! allowed {
    ($cx:ident, $asked:expr) => {
        match $asked {
            Ok(got) => got,
            Err(found) => return Err($crate::ets::fault($cx, found)),
        }
    };
}
use allowed;

/// Objects to insert: a tuple, or a list of them. `None`: something is no object of this table.
fn rows(objects: Term<'_>, key: usize) -> Option<Vec<Row>> {
    let row = |object: Term<'_>| {
        let elements = object.tuple_elements()?;
        (elements.len() > key).then(|| Row::of(elements, key))
    };
    if !objects.is_list() {
        return row(objects).map(|row| vec![row]);
    }
    // Looked through before anything is copied.
    let mut list = objects.list_iter();
    if !list
        .by_ref()
        .all(|object| object.as_tuple().is_some_and(|tuple| tuple.len() > key))
        || !list.rest().is_nil()
    {
        return None;
    }
    objects.list_iter().map(row).collect()
}

fn insert<'p>(cx: &mut Cx<'p>, new: bool) -> NativeResult<'p> {
    let table = table(cx)?;
    let objects = cx.arg(1);
    if let Some(elements) = objects.tuple_elements() {
        if elements.len() <= table.key {
            allowed!(cx, table.check(cx.process().number, Right::Write));
            return Err(Raise::Badarg);
        }
        let row = Row::of(elements, table.key);
        let mut writing = allowed!(cx, table.write(cx.process().number, elements[table.key]));
        let fixed = writing.is_fixed();
        let (contents, trash) = writing.parts();
        return Ok(Term::boolean(contents.insert_one(row, new, fixed, trash)));
    }
    cx.leave_if_long_list(objects)?;
    let rows = rows(objects, table.key);
    let mut writing = allowed!(cx, table.write_all(cx.process().number, Right::Write));
    let mut rows = rows.ok_or(Raise::Badarg)?;
    if table.kind == Kind::Bag && cx.machine().release.ets.bag_lists_backwards {
        rows.reverse();
    }
    let count = rows.len();
    let inserted = writing.insert(rows, new);
    drop(writing);
    cx.bump_reductions(count / 8);
    Ok(Term::boolean(inserted))
}

/// `insert(Table, Objects)`
fn insert_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    insert(cx, false)
}

/// `insert_new(Table, Objects)`
fn insert_new_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    insert(cx, true)
}

/// `lookup(Table, Key)`
fn lookup_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let table = table(cx)?;
    let key = cx.arg(1);
    let reading = allowed!(cx, table.read(cx.process().number, Right::Read, key));
    Ok(reading.lookup(key, cx))
}

/// `member(Table, Key)`
fn member_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let table = table(cx)?;
    let key = cx.arg(1);
    let reading = allowed!(cx, table.read(cx.process().number, Right::Read, key));
    Ok(Term::boolean(reading.member(key)))
}

fn lookup_element<'p>(cx: &mut Cx<'p>, default: Option<Term<'p>>) -> NativeResult<'p> {
    use oxbeam_vm::ets::ElementError;
    let table = table(cx)?;
    let key = cx.arg(1);
    let reading = allowed!(cx, table.read(cx.process().number, Right::Read, key));
    let index = cx
        .arg(2)
        .as_small()
        .and_then(|position| usize::try_from(position).ok()?.checked_sub(1))
        .ok_or(Raise::Badarg)?;
    match reading.element(key, index, cx) {
        Ok(element) => Ok(element),
        Err(ElementError::NoKey) => match default {
            Some(default) => Ok(default),
            None => Err(cx.badarg_because(known::BADKEY)),
        },
        Err(ElementError::Position) => Err(Raise::Badarg),
    }
}

/// `lookup_element(Table, Key, Position)`
fn lookup_element_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    lookup_element(cx, None)
}

/// `lookup_element(Table, Key, Position, Default)`
fn lookup_element_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let default = cx.arg(3);
    lookup_element(cx, Some(default))
}

/// `delete(Table, Key)`
fn delete_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let table = table(cx)?;
    let key = cx.arg(1);
    let mut writing = allowed!(cx, table.write(cx.process().number, key));
    let fixed = writing.is_fixed();
    let (contents, trash) = writing.parts();
    contents.delete(key, fixed, trash);
    Ok(Term::TRUE)
}

/// `delete_object(Table, Object)`
fn delete_object_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let table = table(cx)?;
    let object = cx.arg(1);
    let elements = object.tuple_elements().unwrap_or(&[]);
    let Some(&key) = elements.get(table.key) else {
        allowed!(cx, table.check(cx.process().number, Right::Write));
        return Err(Raise::Badarg);
    };
    let mut writing = allowed!(cx, table.write(cx.process().number, key));
    let fixed = writing.is_fixed();
    let (contents, trash) = writing.parts();
    contents.delete_object(object, fixed, trash);
    Ok(Term::TRUE)
}

/// `take(Table, Key)`
fn take_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let table = table(cx)?;
    let key = cx.arg(1);
    let mut writing = allowed!(cx, table.write(cx.process().number, key));
    let fixed = writing.is_fixed();
    let (contents, trash) = writing.parts();
    Ok(contents.take(key, fixed, cx, trash))
}

fn update_failed(cx: &mut Cx<'_>, error: UpdateError) -> Raise {
    let cause = match error {
        UpdateError::TableType => "table_type",
        UpdateError::NoKey => "badkey",
        UpdateError::KeyPosition => "keypos",
        UpdateError::Position => "position",
        UpdateError::Argument => return Raise::Badarg,
        UpdateError::SystemLimit => return Raise::SystemLimit,
    };
    cx.badarg_because(Atom::of(cause))
}

/// Updates an object; a default must be a tuple.
fn update<'p>(
    cx: &mut Cx<'p>,
    default: Option<Term<'p>>,
    change: impl FnOnce(
        &mut oxbeam_vm::ets::Contents,
        &Update<'p>,
        &mut Cx<'p>,
        &mut Trash,
    ) -> Result<Term<'p>, UpdateError>,
) -> NativeResult<'p> {
    let table = table(cx)?;
    let mut writing = allowed!(cx, table.write(cx.process().number, cx.arg(1)));
    let rules = &cx.machine().release.ets;
    let is_object = |default: Term<'_>| {
        default
            .as_tuple()
            .is_some_and(|tuple| tuple.len() > table.key)
    };
    if default.is_some_and(|default| !is_object(default)) {
        return Err(if rules.default_cause {
            cx.badarg_because(Atom::of("default"))
        } else {
            Raise::Badarg
        });
    }
    let update = Update {
        key: cx.arg(1),
        operations: cx.arg(2),
        default,
        fixed: writing.is_fixed(),
    };
    let (contents, trash) = writing.parts();
    let result = change(contents, &update, cx, trash);
    drop(writing);
    result.map_err(|error| update_failed(cx, error))
}

#[inline(never)]
fn update_counter<'p>(cx: &mut Cx<'p>, default: Option<Term<'p>>) -> NativeResult<'p> {
    update(cx, default, |contents, update, cx, trash| {
        contents.update_counter(update, cx, trash)
    })
}

/// `update_counter(Table, Key, Operations)`
fn update_counter_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (process, key, operations) = (cx.process().number, cx.arg(1), cx.arg(2));
    let done = table(cx)?.in_place(process, key, |contents| {
        contents.count_in_place(key, operations)
    });
    match allowed!(cx, done) {
        Some(value) => Ok(counted(value, operations, cx)),
        None => update_counter(cx, None),
    }
}

/// `update_counter(Table, Key, Operations, Default)`
fn update_counter_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let default = cx.arg(3);
    update_counter(cx, Some(default))
}

#[inline(never)]
fn update_element<'p>(cx: &mut Cx<'p>, default: Option<Term<'p>>) -> NativeResult<'p> {
    let says_position = cx.machine().release.ets.element_positions;
    update(cx, default, |contents, update, _, trash| {
        match contents.update_element(update, trash) {
            Ok(()) => Ok(Term::TRUE),
            Err(UpdateError::NoKey) => Ok(Term::FALSE),
            Err(UpdateError::TableType) => Err(UpdateError::Argument),
            Err(UpdateError::Position) if !says_position => Err(UpdateError::Argument),
            Err(error) => Err(error),
        }
    })
}

/// `update_element(Table, Key, Elements)`
fn update_element_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (process, key, operation) = (cx.process().number, cx.arg(1), cx.arg(2));
    let done = table(cx)?.in_place(process, key, |contents| {
        contents.set_in_place(key, operation).then_some(())
    });
    match allowed!(cx, done) {
        Some(()) => Ok(Term::TRUE),
        None => update_element(cx, None),
    }
}

/// `update_element(Table, Key, Elements, Default)`
fn update_element_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let default = cx.arg(3);
    update_element(cx, Some(default))
}
