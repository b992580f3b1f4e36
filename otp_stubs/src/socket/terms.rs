//! Terms that many functions of `prim_socket` and `prim_net` take and give.

use oxbeam_vm::native::prelude::*;
use oxbeam_vm::posix;
use rustix::io::Errno;

/// An atom by its text.
pub(crate) fn atom(text: &str) -> Term<'static> {
    Term::atom(Atom::of(text))
}

/// Is this atom's text `text`?
pub(crate) fn is(term: Term<'_>, text: &str) -> bool {
    term.as_atom().is_some_and(|atom| atom.text() == text)
}

/// A C `int`.
pub(crate) fn int(term: Term<'_>) -> Option<i32> {
    i32::try_from(term.as_i64()?).ok()
}

/// An unsigned C `int`.
pub(crate) fn uint(term: Term<'_>) -> Option<u32> {
    u32::try_from(term.as_i64()?).ok()
}

/// The value of a key that is an atom.
pub(crate) fn field<'p>(map: Term<'p>, key: &str) -> Option<Term<'p>> {
    map.as_map()?.get(atom(key))
}

/// A boolean of a map.
pub(crate) fn flag(map: Term<'_>, key: &str, default: bool) -> bool {
    field(map, key)
        .and_then(Term::as_boolean)
        .unwrap_or(default)
}

/// A map whose keys are atoms.
pub(crate) fn map<'p>(builder: &mut Builder<'p>, pairs: &[(&str, Term<'p>)]) -> Term<'p> {
    builder.map_from_pairs(pairs.iter().map(|(key, value)| (atom(key), *value)))
}

/// The name of an error, or its number if it has none.
pub(crate) fn reason(errno: Errno) -> Term<'static> {
    let number = errno.raw_os_error();
    match posix::error_name(number) {
        "unknown" => Term::small(number.into()),
        name => atom(name),
    }
}

/// `{error, Reason}`
pub(crate) fn error<'p>(cx: &mut Cx<'p>, reason: Term<'p>) -> Term<'p> {
    cx.tuple(&[Term::atom(known::ERROR), reason])
}

/// `{error, Posix}`
pub(crate) fn failed<'p>(cx: &mut Cx<'p>, errno: Errno) -> Term<'p> {
    error(cx, reason(errno))
}

/// `{error, closed}`
pub(crate) fn closed<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(error(cx, atom("closed")))
}

/// `{ok, Value}`
pub(crate) fn ok<'p>(cx: &mut Cx<'p>, value: Term<'p>) -> NativeResult<'p> {
    Ok(cx.tuple(&[Term::atom(known::OK), value]))
}

/// `ok`, or `{error, Posix}`
pub(crate) fn done<'p>(cx: &mut Cx<'p>, result: Result<(), Errno>) -> NativeResult<'p> {
    Ok(match result {
        Ok(()) => Term::atom(known::OK),
        Err(errno) => failed(cx, errno),
    })
}

/// `{invalid, What}`: the Erlang functions make an error of it.
pub(crate) fn invalid<'p>(cx: &mut Cx<'p>, what: &str) -> NativeResult<'p> {
    Ok(cx.tuple(&[atom("invalid"), atom(what)]))
}

/// `{error, {invalid, What}}`
pub(crate) fn error_invalid<'p>(cx: &mut Cx<'p>, what: &str) -> NativeResult<'p> {
    let reason = cx.tuple(&[atom("invalid"), atom(what)]);
    Ok(error(cx, reason))
}

/// The exception `{invalid, What}`
pub(crate) fn raise_invalid<'p>(cx: &mut Cx<'p>, what: Term<'p>) -> Raise {
    let reason = cx.tuple(&[atom("invalid"), what]);
    cx.error(reason)
}

/// The exception `{invalid, state}`
pub(crate) fn raise_state(cx: &mut Cx<'_>) -> Raise {
    raise_invalid(cx, atom("state"))
}

/// What becomes of a number that is none, or too large.
pub(crate) fn out_of_range<'p>(cx: &mut Cx<'p>, number: Term<'p>) -> NativeResult<'p> {
    if !number.is_integer() {
        return Err(Raise::Badarg);
    }
    let what = cx.tuple(&[atom("integer_range"), number]);
    Ok(cx.tuple(&[atom("invalid"), what]))
}

/// A string of bytes.
pub(crate) fn string(term: Term<'_>) -> Option<Vec<u8>> {
    let mut elements = term.list_iter();
    let mut bytes = Vec::new();
    for element in elements.by_ref() {
        bytes.push(u8::try_from(element.as_small()?).ok()?);
    }
    elements.rest().is_nil().then_some(bytes)
}
