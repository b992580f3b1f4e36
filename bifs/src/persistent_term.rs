//! Module `persistent_term`.

use crate::erlang::term::leave_if_large;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::persistent_term::{self as table, Put};

natives! { NATIVES: "persistent_term";
    "erase" / 1 Plain => erase_1;
    "get" / 0 Plain => get_0;
    "get" / 1 Plain => get_1;
    "get" / 2 Plain => get_2;
    "info" / 0 Plain => info_0;
    "put" / 2 Plain => put_2;
    "put_new" / 2 Plain [29 ..= 255] => put_new_2;
}

natives! { INTERNAL: "erts_internal";
    "erase_persistent_terms" / 0 Plain => erase_persistent_terms_0;
}

/// Copying is counted as this many bytes a reduction.
const BYTES_A_REDUCTION: usize = 512;

fn put<'p>(cx: &mut Cx<'p>, new: bool) -> NativeResult<'p> {
    let (key, value) = (cx.arg(0), cx.arg(1));
    leave_if_large(cx, value)?;
    match table::put(key, value, new) {
        Put::Added(bytes) | Put::Replaced(bytes) => cx.bump_reductions(bytes / BYTES_A_REDUCTION),
        Put::Same => {}
        Put::Refused => return Err(Raise::Badarg),
    }
    Ok(Term::atom(known::OK))
}

fn put_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    put(cx, false)
}

fn put_new_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    put(cx, true)
}

fn get_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut list = Term::NIL;
    for (key, value) in table::all() {
        let pair = cx.tuple(&[key, value]);
        list = cx.cons(pair, list);
    }
    Ok(list)
}

fn get_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    table::get(cx.arg(0)).ok_or(Raise::Badarg)
}

fn get_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(table::get(cx.arg(0)).unwrap_or(cx.arg(1)))
}

fn erase_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::boolean(table::erase(cx.arg(0))))
}

fn info_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (count, bytes) = table::info();
    let pairs = [
        (Term::atom(Atom::of("count")), Term::small(count as i64)),
        (Term::atom(known::MEMORY), Term::small(bytes as i64)),
    ];
    Ok(cx.map_from_pairs(pairs))
}

fn erase_persistent_terms_0<'p>(_cx: &mut Cx<'p>) -> NativeResult<'p> {
    table::erase_all();
    Ok(Term::TRUE)
}
