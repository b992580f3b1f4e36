//! `maps`, and the functions of `erts_internal` that iterators need.

use oxbeam_term::map::Map;
use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "maps";
    "find" / 2 Plain => find_2;
    "from_keys" / 2 Plain => from_keys_2;
    "from_list" / 1 Plain => from_list_1;
    "get" / 2 Plain => get_2;
    "is_key" / 2 Plain => is_key_2;
    "keys" / 1 Plain => keys_1;
    "merge" / 2 Plain => merge_2;
    "put" / 3 Plain => put_3;
    "remove" / 2 Plain => remove_2;
    "take" / 2 Plain => take_2;
    "update" / 3 Plain => update_3;
    "values" / 1 Plain => values_1;
}

natives! { INTERNAL: "erts_internal";
    "map_next" / 3 Plain => map_next_3;
    "map_to_tuple_keys" / 1 Plain => map_to_tuple_keys_1;
    "map_hashmap_children" / 1 Plain => map_hashmap_children_1;
}

fn map<'p>(cx: &mut Cx<'p>, index: usize) -> Result<Map<'p>, Raise> {
    let term = cx.arg(index);
    match term.as_map() {
        Some(map) => Ok(map),
        None => Err(cx.error_pair(known::BADMAP, term)),
    }
}

fn find_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let map = map(cx, 1)?;
    match map.get(cx.arg(0)) {
        Some(value) => Ok(cx.tuple(&[Term::atom(known::OK), value])),
        None => Ok(Term::atom(known::ERROR)),
    }
}

fn from_keys_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    cx.leave_if_long_list(cx.arg(0))?;
    let keys = cx.arg(0).proper_list().ok_or(Raise::Badarg)?;
    let value = cx.arg(1);
    cx.bump_reductions(keys.len() / 8);
    Ok(cx.map_from_pairs(keys.into_iter().map(|key| (key, value))))
}

fn from_list_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    cx.leave_if_long_list(cx.arg(0))?;
    let list = cx.arg(0).proper_list().ok_or(Raise::Badarg)?;
    let mut pairs = Vec::with_capacity(list.len());
    for pair in list {
        let [key, value] = pair.as_tuple_of::<2>().ok_or(Raise::Badarg)?;
        pairs.push((key, value));
    }
    cx.bump_reductions(pairs.len() / 8);
    Ok(cx.map_from_pairs(pairs))
}

fn get_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let map = map(cx, 1)?;
    let key = cx.arg(0);
    match map.get(key) {
        Some(value) => Ok(value),
        None => Err(cx.error_pair(known::BADKEY, key)),
    }
}

fn is_key_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let map = map(cx, 1)?;
    Ok(Term::boolean(map.contains(cx.arg(0))))
}

fn keys_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let map = map(cx, 0)?;
    cx.leave_if_long(map.len())?;
    Ok(cx.map_keys(map))
}

fn values_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let map = map(cx, 0)?;
    cx.leave_if_long(map.len())?;
    Ok(cx.map_values(map))
}

fn merge_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let first = map(cx, 0)?;
    let second = map(cx, 1)?;
    cx.leave_if_long(first.len().min(second.len()))?;
    cx.bump_reductions((first.len() + second.len()) / 8);
    Ok(cx.map_merge(first, second))
}

fn put_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let map = map(cx, 2)?;
    let (key, value) = (cx.arg(0), cx.arg(1));
    Ok(cx.map_put(map, key, value))
}

fn remove_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let map = map(cx, 1)?;
    let key = cx.arg(0);
    Ok(cx.map_remove(map, key))
}

fn take_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let map = map(cx, 1)?;
    let key = cx.arg(0);
    match cx.map_take(map, key) {
        Some((value, rest)) => Ok(cx.tuple(&[value, rest])),
        None => Ok(Term::atom(known::ERROR)),
    }
}

fn update_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let map = map(cx, 2)?;
    let (key, value) = (cx.arg(0), cx.arg(1));
    match cx.map_update(map, key, value) {
        Some(updated) => Ok(updated),
        None => Err(cx.error_pair(known::BADKEY, key)),
    }
}

/// Pairs that one call of an iterator gives of a large map.
const PAIRS_AT_ONCE: usize = 32;

/// `map_next(Path, Map, iterator)`: `{Key, Value, Iterator}` or `none`, where the iterator is `[Path | Map]`; with `[]` or a list for
/// the third argument the pairs, consed before it, or `[Path | Map]` behind those that were found so far. A list of keys for the path
/// gives those, in their order.
fn map_next_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let map_term = cx.arg(1);
    let map = map_term.as_map().ok_or(Raise::Badarg)?;
    let mode = cx.arg(2);
    if cx.arg(0).is_list() && mode.is(known::ITERATOR) {
        return next_of_keys(cx, map);
    }
    let position = cx.arg(0).as_u64().ok_or(Raise::Badarg)?;
    let limit = if mode.is(known::ITERATOR) {
        PAIRS_AT_ONCE
    } else {
        usize::MAX
    };
    let (pairs, next) = map.part(position, limit).ok_or(Raise::Badarg)?;
    if mode.is(known::ITERATOR) {
        let mut rest: Term<'p> = match next {
            Some(position) => {
                let position = cx.unsigned(position);
                cx.cons(position, map_term)
            }
            None => Term::atom(known::NONE),
        };
        for (key, value) in pairs.into_iter().rev() {
            rest = cx.tuple(&[key, value, rest]);
        }
        return Ok(rest);
    }
    if !mode.is_list() {
        return Err(Raise::Badarg);
    }
    // List mode: everything at once, before what the caller has.
    cx.bump_reductions(pairs.len() / 8);
    let mut list = mode;
    for (key, value) in pairs.into_iter().rev() {
        let pair = cx.tuple(&[key, value]);
        list = cx.cons(pair, list);
    }
    Ok(list)
}

/// The next pairs of an iterator whose path is the keys to come.
fn next_of_keys<'p>(cx: &mut Cx<'p>, map: Map<'p>) -> NativeResult<'p> {
    let mut path = cx.arg(0);
    let mut pairs = Vec::new();
    while let Some(cell) = path.as_cons().filter(|_| pairs.len() < PAIRS_AT_ONCE) {
        let value = map.get(cell.head()).ok_or(Raise::Badarg)?;
        pairs.push((cell.head(), value));
        path = cell.tail();
    }
    let mut rest = if path.is_nil() {
        Term::atom(known::NONE)
    } else if path.is_list() {
        cx.cons(path, map.term())
    } else {
        return Err(Raise::Badarg);
    };
    for (key, value) in pairs.into_iter().rev() {
        rest = cx.tuple(&[key, value, rest]);
    }
    Ok(rest)
}

/// `map_to_tuple_keys(Map)`: the keys of a flat map.
fn map_to_tuple_keys_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    map(cx, 0)?.key_tuple().ok_or(Raise::Badarg)
}

/// `map_hashmap_children(Map)`: a list of the children of a hash map's root, nodes among them.
fn map_hashmap_children_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let children = map(cx, 0)?.hash_children().ok_or(Raise::Badarg)?;
    Ok(cx.list(children.iter().copied()))
}
