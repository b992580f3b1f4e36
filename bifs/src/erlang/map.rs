//! Maps, as far as `erlang` has functions for them.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
    "map_size" / 1 Guard => map_size_1;
    "map_get" / 2 Guard => map_get_2;
    "is_map_key" / 2 Guard => is_map_key_2;
}

fn map_size_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let term = cx.arg(0);
    match term.as_map() {
        Some(map) => Ok(Term::small(map.len() as i64)),
        None => Err(cx.error_pair(known::BADMAP, term)),
    }
}

fn map_get_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (key, term) = (cx.arg(0), cx.arg(1));
    let Some(map) = term.as_map() else {
        return Err(cx.error_pair(known::BADMAP, term));
    };
    match map.get(key) {
        Some(value) => Ok(value),
        None => Err(cx.error_pair(known::BADKEY, key)),
    }
}

fn is_map_key_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (key, term) = (cx.arg(0), cx.arg(1));
    match term.as_map() {
        Some(map) => Ok(Term::boolean(map.contains(key))),
        None => Err(cx.error_pair(known::BADMAP, term)),
    }
}
