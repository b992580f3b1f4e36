//! Messages as drivers describe them: words that say what to put on a stack, or what to make of what is there.

use super::binary::Binary;
use oxbeam_term::etf::{self, DecodeOptions};
use oxbeam_term::{Builder, Term, Word};
use oxbeam_vm::code::load::CodeContext;
use oxbeam_vm::machine::machine;
use oxbeam_vm::process::Message;
use std::ffi::c_int;

/// Longest binary that is a copy.
const SMALL: usize = 64;

/// What the words say.
enum Step<'d> {
    Immediate(Term<'static>),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    /// A part of a binary of the driver's.
    Part(*mut Binary, usize, usize),
    Bytes(&'d [u8]),
    Text(&'d [u8]),
    /// A list of bytes in front of the uppermost.
    TextBefore(&'d [u8]),
    List(usize),
    Tuple(usize),
    Map(usize),
    External(&'d [u8]),
}

/// Numbers of `erl_driver.h`.
mod tag {
    pub(crate) const NIL: u64 = 1;
    pub(crate) const ATOM: u64 = 2;
    pub(crate) const INT: u64 = 3;
    pub(crate) const PORT: u64 = 4;
    pub(crate) const BINARY: u64 = 5;
    pub(crate) const STRING: u64 = 6;
    pub(crate) const TUPLE: u64 = 7;
    pub(crate) const LIST: u64 = 8;
    pub(crate) const STRING_CONS: u64 = 9;
    pub(crate) const PID: u64 = 10;
    pub(crate) const FLOAT: u64 = 11;
    pub(crate) const EXT2TERM: u64 = 12;
    pub(crate) const UINT: u64 = 13;
    pub(crate) const BUF2BINARY: u64 = 14;
    pub(crate) const INT64: u64 = 15;
    pub(crate) const UINT64: u64 = 16;
    pub(crate) const MAP: u64 = 17;
}

/// Bytes of a driver's. `None`: it names none.
///
/// # Safety
/// There are so many, if the address is not null.
unsafe fn bytes<'d>(address: u64, len: u64) -> Option<&'d [u8]> {
    if address == 0 {
        return (len == 0).then_some(&[]);
    }
    // SAFETY: the caller's promise.
    Some(unsafe { std::slice::from_raw_parts(address as *const u8, len as usize) })
}

/// Reads the words, and checks that they describe one term.
///
/// # Safety
/// The addresses among them lead to what `erl_driver.h` says.
unsafe fn steps(data: &[u64]) -> Option<Vec<Step<'_>>> {
    let mut words = data.iter().copied();
    let mut steps = Vec::new();
    let mut depth = 0usize;
    let count = |word: u64| usize::try_from(word as c_int).ok();
    while let Some(tag) = words.next() {
        let mut next = || words.next();
        let immediate = |word: u64, is: fn(Word) -> bool| {
            let word = Word(word);
            // SAFETY: an immediate, which leads nowhere.
            is(word).then(|| Step::Immediate(unsafe { Term::from_word(word) }))
        };
        // SAFETY: the caller's promise, for all addresses.
        let step = unsafe {
            match tag {
                tag::NIL => Step::Immediate(Term::NIL),
                tag::ATOM => immediate(next()?, Word::is_atom)?,
                tag::PORT => immediate(next()?, Word::is_local_port)?,
                tag::PID => immediate(next()?, Word::is_local_pid)?,
                tag::INT => Step::Signed(next()? as i64),
                tag::UINT => Step::Unsigned(next()?),
                tag::INT64 => Step::Signed(*(next()? as *const i64)),
                tag::UINT64 => Step::Unsigned(*(next()? as *const u64)),
                tag::FLOAT => {
                    let value = *(next()? as *const f64);
                    Step::Float(Some(value).filter(|value| value.is_finite())?)
                }
                tag::BINARY => {
                    let (address, size, offset) = (next()?, next()?, next()?);
                    let binary = address as *mut Binary;
                    let end = size.checked_add(offset)?;
                    if binary.is_null() || end > (*binary).size as u64 {
                        return None;
                    }
                    Step::Part(binary, offset as usize, size as usize)
                }
                tag::BUF2BINARY => Step::Bytes(bytes(next()?, next()?)?),
                tag @ (tag::STRING | tag::STRING_CONS) => {
                    let (address, len) = (next()?, next()?);
                    if address == 0 || count(len).is_none() {
                        return None;
                    }
                    let text = bytes(address, len)?;
                    if tag == tag::STRING {
                        Step::Text(text)
                    } else if depth > 0 {
                        depth -= 1;
                        Step::TextBefore(text)
                    } else {
                        return None;
                    }
                }
                tag::LIST => {
                    let count = count(next()?).filter(|count| *count > 0)?;
                    depth = depth.checked_sub(count)?;
                    Step::List(count)
                }
                tag::TUPLE => {
                    let count = count(next()?)?;
                    depth = depth.checked_sub(count)?;
                    Step::Tuple(count)
                }
                tag::MAP => {
                    let count = count(next()?)?;
                    depth = depth.checked_sub(count.checked_mul(2)?)?;
                    Step::Map(count)
                }
                tag::EXT2TERM => {
                    let (address, len) = (next()?, next()?);
                    if address == 0 || len as i64 <= 0 {
                        return None;
                    }
                    Step::External(bytes(address, len)?)
                }
                _ => return None,
            }
        };
        depth += 1;
        steps.push(step);
    }
    (depth == 1).then_some(steps)
}

/// The term that the words describe, as a message. `None`: they describe none.
///
/// # Safety
/// The addresses among them lead to what `erl_driver.h` says.
pub(crate) unsafe fn message(data: &[u64]) -> Option<Message> {
    // SAFETY: the caller's promise.
    let steps = unsafe { steps(data)? };
    let mut whole = true;
    let message = Message::build(|builder| match build(builder, &steps) {
        Some(term) => term,
        None => {
            whole = false;
            Term::NIL
        }
    });
    whole.then_some(message)
}

fn build<'p>(builder: &mut Builder<'p>, steps: &[Step<'_>]) -> Option<Term<'p>> {
    let mut stack: Vec<Term<'p>> = Vec::new();
    for step in steps {
        let term = match *step {
            Step::Immediate(term) => term,
            Step::Signed(value) => builder.integer(value),
            Step::Unsigned(value) => builder.unsigned(value),
            Step::Float(value) => builder.float(value),
            Step::Part(binary, offset, size) => part(builder, binary, offset, size),
            Step::Bytes(bytes) => builder.binary(bytes),
            Step::Text(bytes) => builder.byte_list(bytes),
            Step::TextBefore(bytes) => {
                let tail = stack.pop()?;
                let bytes = bytes.iter().map(|&byte| Term::small(i64::from(byte)));
                builder.list_with_tail(bytes, tail)
            }
            Step::List(count) => {
                let tail = stack.pop()?;
                let heads = stack.split_off(stack.len().checked_sub(count - 1)?);
                builder.list_with_tail(heads, tail)
            }
            Step::Tuple(count) => {
                let elements = stack.split_off(stack.len().checked_sub(count)?);
                builder.tuple(&elements)
            }
            Step::Map(count) => {
                let parts = stack.split_off(stack.len().checked_sub(2 * count)?);
                let pairs = parts.chunks_exact(2).map(|pair| (pair[0], pair[1]));
                builder.map_from_unique_pairs(pairs)?
            }
            Step::External(bytes) => {
                let mut context = CodeContext(&machine().code);
                etf::decode(bytes, builder, &mut context, DecodeOptions::default())
                    .ok()?
                    .0
            }
        };
        stack.push(term);
    }
    stack.pop()
}

/// A part of a driver's binary; long ones are not copied.
pub(crate) fn part<'p>(
    builder: &mut Builder<'p>,
    binary: *mut Binary,
    offset: usize,
    size: usize,
) -> Term<'p> {
    // SAFETY: the driver's binary, which has so many bytes.
    unsafe {
        if size <= SMALL {
            let data = Binary::data(binary).cast::<u8>().add(offset);
            return builder.binary(std::slice::from_raw_parts(data, size));
        }
        let whole = builder.shared_prefix(Binary::share(binary), (*binary).size as usize);
        if offset == 0 && size == (*binary).size as usize {
            return whole;
        }
        builder.sub_bits(whole, offset * 8, size * 8)
    }
}
