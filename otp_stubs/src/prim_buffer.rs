//! `prim_buffer`: queues of bytes behind a reference, for what reads ahead. Follows `prim_buffer.erl`.

use crate::bytes::ByteQueue;
use oxbeam_vm::native::prelude::*;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// The library.
pub(crate) const NIF: StaticNif = StaticNif {
    name: "prim_buffer",
    natives: NATIVES,
    load: None,
};

natives! { NATIVES: "prim_buffer";
    "new"             / 0 Plain => new_0;
    "size"            / 1 Plain => size_1;
    "peek_head"       / 1 Plain => peek_head_1;
    "copying_read"    / 2 Plain => copying_read_2;
    "write"           / 2 Plain => write_2;
    "skip"            / 2 Plain => skip_2;
    "find_byte_index" / 2 Plain => find_byte_index_2;
    "try_lock"        / 1 Plain => try_lock_1;
    "unlock"          / 1 Plain => unlock_1;
}

/// Bytes that are looked through in the time of a reduction.
const BYTES_A_REDUCTION: usize = 4 << 10;

struct Buffer {
    queue: Mutex<ByteQueue>,
    locked: AtomicBool,
}

fn buffer_of(term: Term<'_>) -> Result<&Buffer, Raise> {
    term.as_reference()
        .and_then(|reference| reference.magic_value::<Buffer>())
        .ok_or(Raise::Badarg)
}

fn new_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(cx.make_magic(Box::new(Buffer {
        queue: Mutex::default(),
        locked: AtomicBool::new(false),
    })))
}

fn size_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let length = buffer_of(cx.arg(0))?.queue.lock().len();
    Ok(cx.unsigned(length as u64))
}

/// `peek_head(Buffer)`: the first piece; `badarg` where there is none.
fn peek_head_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let buffer = buffer_of(cx.arg(0))?;
    buffer.queue.lock().head(cx).ok_or(Raise::Badarg)
}

/// `copying_read(Buffer, Count)`: takes so many bytes out.
fn copying_read_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let buffer = buffer_of(cx.arg(0))?;
    let count = cx.arg(1).as_usize().ok_or(Raise::Badarg)?;
    let mut queue = buffer.queue.lock();
    if queue.len() < count {
        return Err(Raise::Badarg);
    }
    let bytes = queue.copy(count);
    queue.skip(count);
    Ok(cx.binary(&bytes))
}

/// `write(Buffer, Binaries)`
fn write_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let buffer = buffer_of(cx.arg(0))?;
    let mut queue = buffer.queue.lock();
    let mut elements = cx.arg(1).list_iter();
    for element in elements.by_ref() {
        let binary = element
            .as_bits()
            .filter(|bits| bits.is_binary())
            .ok_or(Raise::Badarg)?;
        queue.push(binary);
    }
    if !elements.rest().is_nil() {
        return Err(Raise::Badarg);
    }
    Ok(Term::atom(known::OK))
}

/// `skip(Buffer, Count)`
fn skip_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let buffer = buffer_of(cx.arg(0))?;
    let count = cx.arg(1).as_usize().ok_or(Raise::Badarg)?;
    let mut queue = buffer.queue.lock();
    if queue.len() < count {
        return Err(Raise::Badarg);
    }
    queue.skip(count);
    Ok(Term::atom(known::OK))
}

/// `find_byte_index(Buffer, Byte)`: `{ok, Index}` or `not_found`.
fn find_byte_index_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let buffer = buffer_of(cx.arg(0))?;
    let byte = cx.arg(1).as_small().ok_or(Raise::Badarg)?;
    let byte = u8::try_from(byte).map_err(|_| Raise::Badarg)?;
    let (found, length) = {
        let queue = buffer.queue.lock();
        (queue.find(byte), queue.len())
    };
    cx.bump_reductions(found.unwrap_or(length) / BYTES_A_REDUCTION);
    Ok(match found {
        Some(index) => {
            let index = cx.unsigned(index as u64);
            cx.tuple(&[Term::atom(known::OK), index])
        }
        None => Term::atom(Atom::of("not_found")),
    })
}

/// `try_lock(Buffer)`: `acquired` or `busy`.
fn try_lock_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let was_locked = buffer_of(cx.arg(0))?.locked.swap(true, Ordering::Acquire);
    Ok(Term::atom(Atom::of(if was_locked {
        "busy"
    } else {
        "acquired"
    })))
}

fn unlock_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if buffer_of(cx.arg(0))?.locked.swap(false, Ordering::Release) {
        Ok(Term::atom(known::OK))
    } else {
        Err(cx.error(Term::atom(Atom::of("lock_order_violation"))))
    }
}
