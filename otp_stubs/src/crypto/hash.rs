//! Hashes, and what is done to bytes without any.

use super::digest::{self, Hasher};
use super::{binary, fault};
use crate::bytes::iolist;
use oxbeam_vm::native::prelude::*;

const FILE: &str = "hash.c";
/// Bytes that are hashed in some fifty nanoseconds.
const BYTES_A_STEP: usize = 16;

/// A hash under way. What adds to it makes another one.
struct State(Box<dyn Hasher>);

pub(super) fn algorithms_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut names: Vec<Term<'p>> = digest::all(cx)
        .map(|row| Term::atom(Atom::of(row.name)))
        .collect();
    names.reverse();
    Ok(cx.list(names))
}

/// `hash_info(Type)`
pub(super) fn info_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let row = digest::named(cx, cx.arg(0)).ok_or(Raise::Badarg)?;
    let atom = |name| Term::atom(Atom::of(name));
    let size = if row.is_open() { 0 } else { row.size };
    Ok(cx.map_from_pairs([
        (atom("type"), Term::small(row.number)),
        (atom("size"), Term::small(size as i64)),
        (atom("block_size"), Term::small(row.block as i64)),
    ]))
}

/// `hash_nif(Type, Data)`
pub(super) fn hash_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut hasher = begin(cx)?;
    let data = data(cx)?;
    hasher.update(&data);
    result(cx, &*hasher, None)
}

/// `hash_init_nif(Type)`
pub(super) fn init_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let hasher = begin(cx)?;
    Ok(cx.make_magic(Box::new(State(hasher))))
}

/// `hash_update_nif(State, Data)`
pub(super) fn update_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut hasher = state(cx)?.0.copy();
    let data = data(cx)?;
    hasher.update(&data);
    Ok(cx.make_magic(Box::new(State(hasher))))
}

/// `hash_final_nif(State)`
pub(super) fn final_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let state = state(cx)?;
    result(cx, &*state.0, None)
}

/// `hash_final_xof_nif(State, Bits)`
pub(super) fn final_xof_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let state = state(cx)?;
    let bits = cx
        .arg(1)
        .as_usize()
        .filter(|&bits| u32::try_from(bits).is_ok());
    let Some(bits) = bits else {
        return Err(fault(cx, "badarg", Some(1), FILE, "Bad len"));
    };
    cx.leave_if_long(bits / 8 / BYTES_A_STEP)?;
    result(cx, &*state.0, Some(bits / 8))
}

/// `hash_equals_nif(One, Other)`: takes as long whatever they are.
pub(super) fn equals_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let both = binary(cx.arg(0)).zip(binary(cx.arg(1)));
    let (one, other) = both
        .filter(|(one, other)| one.len() == other.len())
        .ok_or(Raise::Badarg)?;
    let difference = one
        .iter()
        .zip(&other)
        .fold(0, |all, (a, b)| std::hint::black_box(all | (a ^ b)));
    Ok(Term::boolean(difference == 0))
}

/// `do_exor(One, Other)`, of equally long data.
pub(super) fn exor_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (one, other) = (iolist(cx.arg(0))?, iolist(cx.arg(1))?);
    if one.len() != other.len() {
        return Err(Raise::Badarg);
    }
    let both: Vec<u8> = one.iter().zip(&other).map(|(a, b)| a ^ b).collect();
    Ok(cx.binary(&both))
}

/// A new one of the type that the first argument says.
fn begin(cx: &mut Cx<'_>) -> Result<Box<dyn Hasher>, Raise> {
    match digest::named(cx, cx.arg(0)) {
        Some(row) => Ok((row.start)()),
        None => Err(fault(cx, "badarg", Some(0), FILE, "Bad digest type")),
    }
}

/// The second argument.
fn data(cx: &mut Cx<'_>) -> Result<Vec<u8>, Raise> {
    let Ok(data) = iolist(cx.arg(1)) else {
        return Err(fault(cx, "badarg", Some(1), FILE, "Not iolist"));
    };
    cx.leave_if_long(data.len() / BYTES_A_STEP)?;
    Ok(data)
}

/// The first argument.
fn state<'p>(cx: &mut Cx<'p>) -> Result<&'p State, Raise> {
    let reference = cx.arg(0).as_reference();
    match reference.and_then(|reference| reference.magic_value::<State>()) {
        Some(state) => Ok(state),
        None => Err(fault(cx, "badarg", Some(0), FILE, "Bad state")),
    }
}

fn result<'p>(cx: &mut Cx<'p>, hasher: &dyn Hasher, length: Option<usize>) -> NativeResult<'p> {
    match hasher.result(length) {
        Some(bytes) => Ok(cx.binary(&bytes)),
        None => {
            let text = "Low-level call EVP_DigestFinalXOF failed";
            Err(fault(cx, "error", None, FILE, text))
        }
    }
}
