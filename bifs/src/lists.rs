//! `lists`

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "lists";
    "member" / 2 Plain => member_2;
    "reverse" / 2 Plain => reverse_2;
    "keyfind" / 3 Plain => keyfind_3;
    "keymember" / 3 Plain => keymember_3;
    "keysearch" / 3 Plain => keysearch_3;
}

/// Elements that count as one reduction.
const PER_REDUCTION: usize = 16;
/// Elements that are copied for a step of long work.
const PER_STEP: usize = 8;

/// `member(Elem, List)`
fn member_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (wanted, mut rest) = (cx.arg(0), cx.arg(1));
    let immediate = wanted.word().is_immediate();
    let mut count = 0;
    while let Some(cell) = rest.as_cons() {
        let element = cell.head();
        if element.same(wanted) || (!immediate && element.eq_exact(wanted)) {
            cx.bump_reductions(count / PER_REDUCTION);
            return Ok(Term::TRUE);
        }
        rest = cell.tail();
        count += 1;
    }
    cx.bump_reductions(count / PER_REDUCTION);
    if rest.is_nil() {
        Ok(Term::FALSE)
    } else {
        Err(Raise::Badarg)
    }
}

/// `reverse(List, Tail)`
fn reverse_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (list, mut reversed) = (cx.arg(0), cx.arg(1));
    let length = list.proper_length().ok_or(Raise::Badarg)?;
    cx.leave_if_long(length / PER_STEP)?;
    cx.reserve(2 * length);
    for element in list.list_iter() {
        reversed = cx.cons(element, reversed);
    }
    cx.bump_reductions(length / PER_REDUCTION);
    Ok(reversed)
}

/// The first tuple whose element at the position compares equal to the key.
fn key_tuple<'p>(cx: &mut Cx<'p>) -> Result<Option<Term<'p>>, Raise> {
    let (key, mut rest) = (cx.arg(0), cx.arg(2));
    // A big integer is no position, however many elements a tuple could have.
    let position = cx
        .arg(1)
        .as_small()
        .and_then(|index| usize::try_from(index).ok()?.checked_sub(1))
        .ok_or(Raise::Badarg)?;
    let mut count = 0;
    while let Some(cell) = rest.as_cons() {
        let element = cell.head();
        if let Some(found) = element
            .tuple_elements()
            .and_then(|elements| elements.get(position))
            && (found.same(key) || found.eq_arith(key))
        {
            cx.bump_reductions(count / PER_REDUCTION);
            return Ok(Some(element));
        }
        rest = cell.tail();
        count += 1;
    }
    cx.bump_reductions(count / PER_REDUCTION);
    if rest.is_nil() {
        Ok(None)
    } else {
        Err(Raise::Badarg)
    }
}

fn keyfind_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(key_tuple(cx)?.unwrap_or(Term::FALSE))
}

fn keymember_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::boolean(key_tuple(cx)?.is_some()))
}

fn keysearch_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    match key_tuple(cx)? {
        Some(tuple) => Ok(cx.tuple(&[Term::atom(known::VALUE), tuple])),
        None => Ok(Term::FALSE),
    }
}
