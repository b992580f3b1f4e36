//! Tuples and records.

use oxbeam_term::boxed::tuple::MAX_ARITY;
use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
    "element" / 2 Guard => element_2;
    "setelement" / 3 Plain => setelement_3;
    "tuple_size" / 1 Guard => tuple_size_1;
    "size" / 1 Guard => size_1;
    "make_tuple" / 2 Plain => make_tuple_2;
    "make_tuple" / 3 Plain => make_tuple_3;
    "append_element" / 2 Plain => append_element_2;
    "insert_element" / 3 Plain => insert_element_3;
    "delete_element" / 2 Plain => delete_element_2;
    "list_to_tuple" / 1 Plain => list_to_tuple_1;
    "tuple_to_list" / 1 Plain => tuple_to_list_1;
}

/// Elements that are copied for a step of long work.
const PER_STEP: usize = 8;

/// The zero-based position that a one-based index means.
fn position(index: Term<'_>, len: usize) -> Result<usize, Raise> {
    let index = index.as_usize().ok_or(Raise::Badarg)?;
    index
        .checked_sub(1)
        .filter(|&position| position < len)
        .ok_or(Raise::Badarg)
}

/// `element(Index, Tuple)`, one-based.
fn element_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let elements = cx.arg(1).tuple_elements().ok_or(Raise::Badarg)?;
    Ok(elements[position(cx.arg(0), elements.len())?])
}

fn setelement_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let elements = cx.arg(1).tuple_elements().ok_or(Raise::Badarg)?;
    let at = position(cx.arg(0), elements.len())?;
    let value = cx.arg(2);
    Ok(cx.tuple_with(elements, at, value))
}

fn tuple_size_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    cx.arg(0)
        .as_tuple()
        .map(|tuple| Term::small(tuple.len() as i64))
        .ok_or(Raise::Badarg)
}

/// `size(Item)`: elements of a tuple, bytes of a binary, the last perhaps not full and not counted.
fn size_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    match cx.arg(0).view() {
        View::Tuple(tuple) => Ok(Term::small(tuple.len() as i64)),
        View::Bits(bits) => Ok(Term::small((bits.bit_len() / 8) as i64)),
        _ => Err(Raise::Badarg),
    }
}

fn arity_of(term: Term<'_>) -> Result<usize, Raise> {
    term.as_usize()
        .filter(|&arity| arity <= MAX_ARITY)
        .ok_or(Raise::Badarg)
}

fn make_tuple_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (arity, initial) = (arity_of(cx.arg(0))?, cx.arg(1));
    Ok(cx.filled_tuple(arity, initial))
}

/// `make_tuple(Arity, Default, [{Position, Value}])`: a later pair counts.
fn make_tuple_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let arity = arity_of(cx.arg(0))?;
    let pairs = cx.arg(2).proper_list().ok_or(Raise::Badarg)?;
    let mut elements = vec![cx.arg(1); arity];
    for pair in pairs {
        let [index, value] = pair.as_tuple_of::<2>().ok_or(Raise::Badarg)?;
        elements[position(index, arity)?] = value;
    }
    Ok(cx.tuple(&elements))
}

fn append_element_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut elements = cx.arg(0).tuple_elements().ok_or(Raise::Badarg)?.to_vec();
    if elements.len() >= MAX_ARITY {
        return Err(Raise::Badarg);
    }
    elements.push(cx.arg(1));
    Ok(cx.tuple(&elements))
}

fn insert_element_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut elements = cx.arg(1).tuple_elements().ok_or(Raise::Badarg)?.to_vec();
    let at = position(cx.arg(0), elements.len() + 1)?;
    if elements.len() >= MAX_ARITY {
        return Err(Raise::Badarg);
    }
    elements.insert(at, cx.arg(2));
    Ok(cx.tuple(&elements))
}

fn delete_element_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut elements = cx.arg(1).tuple_elements().ok_or(Raise::Badarg)?.to_vec();
    let at = position(cx.arg(0), elements.len())?;
    elements.remove(at);
    Ok(cx.tuple(&elements))
}

fn list_to_tuple_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let elements = cx.arg(0).proper_list().ok_or(Raise::Badarg)?;
    if elements.len() > MAX_ARITY {
        return Err(Raise::Badarg);
    }
    cx.leave_if_long(elements.len() / PER_STEP)?;
    Ok(cx.tuple(&elements))
}

fn tuple_to_list_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let elements = cx.arg(0).tuple_elements().ok_or(Raise::Badarg)?;
    cx.leave_if_long(elements.len() / PER_STEP)?;
    Ok(cx.list(elements.iter().copied()))
}
