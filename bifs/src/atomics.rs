//! Module `atomics`: arrays of 64-bit integers that processes share.

use oxbeam_vm::native::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

natives! { NATIVES: "atomics";
    "add" / 3 Plain => add_3;
    "add_get" / 3 Plain => add_get_3;
    "compare_exchange" / 4 Plain => compare_exchange_4;
    "exchange" / 3 Plain => exchange_3;
    "get" / 2 Plain => get_2;
    "info" / 1 Plain => info_1;
    "put" / 3 Plain => put_3;
}

natives! { INTERNAL: "erts_internal";
    "atomics_new" / 2 Plain => atomics_new_2;
}

struct Atomics {
    signed: bool,
    values: Vec<AtomicU64>,
}

/// Bytes of an array beside its values, as OTP counts them.
const HEADER_BYTES: usize = 40;

/// So many values, all zero; `SystemLimit` where there is no room for them.
pub(crate) fn zeros(count: usize) -> Result<Vec<AtomicU64>, Raise> {
    let mut values = Vec::new();
    values
        .try_reserve_exact(count)
        .map_err(|_| Raise::SystemLimit)?;
    values.resize_with(count, AtomicU64::default);
    Ok(values)
}

/// The number of values that an argument asks for.
pub(crate) fn size(term: Term<'_>) -> Result<usize, Raise> {
    match term.view() {
        View::Small(size) if size > 0 => usize::try_from(size).map_err(|_| Raise::Badarg),
        View::Big(big) if !big.negative => Err(Raise::SystemLimit),
        _ => Err(Raise::Badarg),
    }
}

/// `atomics_new(Arity, Options)`: the first bit of the options says that the integers have signs.
fn atomics_new_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let options = cx.arg(1).as_small().ok_or(Raise::Badarg)?;
    let values = zeros(size(cx.arg(0))?)?;
    Ok(cx.make_magic(Box::new(Atomics {
        signed: options & 1 != 0,
        values,
    })))
}

fn array<'p>(cx: &Cx<'p>) -> Result<&'p Atomics, Raise> {
    cx.arg(0)
        .as_reference()
        .and_then(|reference| reference.magic_value())
        .ok_or(Raise::Badarg)
}

/// The array and the value that the second argument names, from one.
fn value<'p>(cx: &Cx<'p>) -> Result<(&'p Atomics, &'p AtomicU64), Raise> {
    let array = array(cx)?;
    let index = cx
        .arg(1)
        .as_usize()
        .and_then(|index| index.checked_sub(1))
        .ok_or(Raise::Badarg)?;
    Ok((array, array.values.get(index).ok_or(Raise::Badarg)?))
}

impl Atomics {
    /// An integer of the array's kind.
    fn read(&self, term: Term<'_>) -> Result<u64, Raise> {
        let bits = if self.signed {
            term.as_i64().map(|value| value as u64)
        } else {
            term.as_u64()
        };
        bits.ok_or(Raise::Badarg)
    }
    fn term<'p>(&self, cx: &mut Cx<'p>, bits: u64) -> Term<'p> {
        if self.signed {
            cx.integer(bits as i64)
        } else {
            cx.unsigned(bits)
        }
    }
}

/// An integer to add: with or without a sign, whatever the array's kind.
pub(crate) fn increment(term: Term<'_>) -> Result<u64, Raise> {
    term.as_i64()
        .map(|value| value as u64)
        .or_else(|| term.as_u64())
        .ok_or(Raise::Badarg)
}

fn put_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (array, value) = value(cx)?;
    value.store(array.read(cx.arg(2))?, Ordering::SeqCst);
    Ok(Term::atom(known::OK))
}

fn get_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (array, value) = value(cx)?;
    Ok(array.term(cx, value.load(Ordering::SeqCst)))
}

fn add_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (_, value) = value(cx)?;
    value.fetch_add(increment(cx.arg(2))?, Ordering::SeqCst);
    Ok(Term::atom(known::OK))
}

fn add_get_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (array, value) = value(cx)?;
    let increment = increment(cx.arg(2))?;
    let sum = value
        .fetch_add(increment, Ordering::SeqCst)
        .wrapping_add(increment);
    Ok(array.term(cx, sum))
}

fn exchange_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (array, value) = value(cx)?;
    let before = value.swap(array.read(cx.arg(2))?, Ordering::SeqCst);
    Ok(array.term(cx, before))
}

/// `compare_exchange(Ref, Index, Expected, Desired)`: `ok`, or the value that is there instead.
fn compare_exchange_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (array, value) = value(cx)?;
    let (expected, desired) = (array.read(cx.arg(2))?, array.read(cx.arg(3))?);
    match value.compare_exchange(expected, desired, Ordering::SeqCst, Ordering::SeqCst) {
        Ok(_) => Ok(Term::atom(known::OK)),
        Err(actual) => Ok(array.term(cx, actual)),
    }
}

fn info_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let array = array(cx)?;
    let (max, min) = if array.signed {
        (cx.integer(i64::MAX), cx.integer(i64::MIN))
    } else {
        (cx.unsigned(u64::MAX), Term::small(0))
    };
    let memory = HEADER_BYTES + 8 * array.values.len();
    Ok(cx.map_from_pairs([
        (
            Term::atom(known::SIZE),
            Term::small(array.values.len() as i64),
        ),
        (Term::atom(known::MAX), max),
        (Term::atom(Atom::of("min")), min),
        (Term::atom(known::MEMORY), Term::small(memory as i64)),
    ]))
}
