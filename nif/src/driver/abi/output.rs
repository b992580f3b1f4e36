//! Data for a port's owner, or for the other node whose connection the port carries.

use super::super::binary::Binary;
use super::super::entry::{PortId, Slice, Vector};
use super::super::{port, terms};
use crate::abi::abi;
use oxbeam_term::atom::known;
use oxbeam_term::{Atom, Builder, Term};
use oxbeam_vm::port::PortCx;
use oxbeam_vm::process::Message;
use std::ffi::{c_char, c_int};

/// Does `deliver` with the port if it still takes data: 0, or -1 if there is no such port.
fn with_port(id: PortId, deliver: impl FnOnce(&mut PortCx<'_>)) -> c_int {
    let Some(shared) = port::find(id) else {
        return -1;
    };
    let done = shared.with_cx(|cx| {
        if !cx.is_closing() {
            deliver(cx);
        }
    });
    if done.is_some() { 0 } else { -1 }
}

/// # Safety
/// There are so many bytes.
unsafe fn bytes<'d>(base: *const c_char, len: usize) -> &'d [u8] {
    if base.is_null() || len == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(base.cast(), len) }
}

/// Bytes in front of a term, as a list.
fn behind<'p>(builder: &mut Builder<'p>, header: &[u8], tail: Term<'p>) -> Term<'p> {
    let header = header.iter().map(|&byte| Term::small(i64::from(byte)));
    builder.list_with_tail(header, tail)
}

/// `{Port, {data, Data}}`
fn send(cx: &mut PortCx<'_>, data: impl for<'p> FnOnce(&mut Builder<'p>) -> Term<'p>) {
    let (port, owner) = (cx.number(), cx.owner());
    cx.send(owner, |builder| {
        let data = data(builder);
        let data = builder.tuple(&[Term::atom(known::DATA), data]);
        builder.tuple(&[Term::local_port(port), data])
    });
}

/// `false`: the port carries no connection.
fn to_node(cx: &mut PortCx<'_>, header: &[u8], data: &[u8]) -> bool {
    let Some(connection) = cx.connection() else {
        return false;
    };
    connection.arrives([header, data].concat(), 0);
    cx.note_input(header.len() + data.len());
    true
}

/// Data that a driver gives when it is told of the port's end; they come whole, even where data come in lines. `false`: this is no such time.
fn output_at_end(id: PortId, header: &[u8], data: &[u8]) -> bool {
    let number = (id as u64).wrapping_sub(1);
    let Some(shared) = port::ending(number) else {
        return false;
    };
    if let Some(port) = shared.port() {
        let message = Message::build(|builder| {
            let data = if shared.is_binary() {
                builder.binary(data)
            } else {
                builder.byte_list(data)
            };
            let data = behind(builder, header, data);
            let data = builder.tuple(&[Term::atom(known::DATA), data]);
            builder.tuple(&[Term::local_port(number), data])
        });
        port.send(port.owner(), message);
    }
    true
}

fn output(cx: &mut PortCx<'_>, header: &[u8], data: Option<&[u8]>) {
    let given = data.unwrap_or_default();
    if to_node(cx, header, given) {
        return;
    }
    match data {
        Some(data) if header.is_empty() => cx.data(data),
        _ if !cx.is_by_line() => cx.data_behind(header, data),
        _ => {
            cx.note_input(header.len() + given.len());
            let binary = cx.is_binary();
            for (tag, line) in cx.lines(given) {
                send(cx, |builder| {
                    let line = if binary {
                        builder.binary(&line)
                    } else {
                        builder.byte_list(&line)
                    };
                    let line = behind(builder, header, line);
                    builder.tuple(&[Term::atom(Atom::of(tag)), line])
                });
            }
        }
    }
}

/// Slices of binaries: long ones are not copied.
///
/// # Safety
/// They are as the driver says.
unsafe fn output_slices(cx: &mut PortCx<'_>, header: &[u8], slices: &[(Slice, *mut Binary)]) {
    // SAFETY: the caller's promise.
    let of = |slice: &Slice| unsafe { bytes(slice.base, slice.len) };
    if cx.connection().is_some() {
        let all: Vec<u8> = slices
            .iter()
            .flat_map(|(slice, _)| of(slice))
            .copied()
            .collect();
        to_node(cx, header, &all);
        return;
    }
    let sum: usize = slices.iter().map(|(slice, _)| slice.len).sum();
    cx.note_input(header.len() + sum);
    let binary = cx.is_binary();
    send(cx, |builder| {
        let mut tail = Term::NIL;
        for (slice, owner) in slices.iter().rev() {
            if !binary {
                tail = behind(builder, of(slice), tail);
                continue;
            }
            let part = if owner.is_null() {
                builder.binary(of(slice))
            } else {
                // SAFETY: the slice lies within its binary.
                let offset = unsafe { slice.base.offset_from(Binary::data(*owner)) };
                terms::part(builder, *owner, offset as usize, slice.len)
            };
            tail = if tail.is_nil() {
                part
            } else {
                builder.list_with_tail([part], tail)
            };
        }
        behind(builder, header, tail)
    });
}

abi! {
    fn driver_output(id: PortId, data: *const c_char, len: usize) -> c_int {
        let given = (!data.is_null()).then(|| bytes(data, len));
        if output_at_end(id, &[], given.unwrap_or_default()) {
            return 0;
        }
        with_port(id, |cx| output(cx, &[], given))
    }
    fn driver_output2(id: PortId, header: *const c_char, header_len: usize, data: *const c_char, len: usize) -> c_int {
        let given = (!data.is_null()).then(|| bytes(data, len));
        if output_at_end(id, bytes(header, header_len), given.unwrap_or_default()) {
            return 0;
        }
        with_port(id, |cx| output(cx, bytes(header, header_len), given))
    }
    fn driver_output_binary(id: PortId, header: *const c_char, header_len: usize, binary: *mut Binary, offset: usize, len: usize) -> c_int {
        let slice = Slice { base: Binary::data(binary).add(offset), len };
        if output_at_end(id, bytes(header, header_len), bytes(slice.base, len)) {
            return 0;
        }
        with_port(id, |cx| output_slices(cx, bytes(header, header_len), &[(slice, binary)]))
    }
    /// What is behind `skip` bytes of the vector.
    fn driver_outputv(id: PortId, header: *const c_char, header_len: usize, vector: *const Vector, skip: usize) -> c_int {
        if (*vector).size <= skip {
            return driver_output2(id, header, header_len, std::ptr::null(), 0);
        }
        let mut skip = skip;
        let mut slices = Vec::new();
        for index in 0..(*vector).count.max(0) as usize {
            let slice = *(*vector).slices.add(index);
            if slice.len <= skip {
                skip -= slice.len;
                continue;
            }
            let rest = Slice { base: slice.base.add(skip), len: slice.len - skip };
            skip = 0;
            let binary = if (*vector).binaries.is_null() { std::ptr::null_mut() } else { *(*vector).binaries.add(index) };
            slices.push((rest, binary));
        }
        let all: Vec<u8> = slices.iter().flat_map(|(slice, _)| bytes(slice.base, slice.len)).copied().collect();
        if output_at_end(id, bytes(header, header_len), &all) {
            return 0;
        }
        with_port(id, |cx| output_slices(cx, bytes(header, header_len), &slices))
    }
    /// Copies bytes of a vector, as many as there are and there is room for; how many.
    fn driver_vec_to_buf(vector: *const Vector, buffer: *mut c_char, len: usize) -> usize {
        let mut done = 0;
        for index in 0..(*vector).count.max(0) as usize {
            let slice = *(*vector).slices.add(index);
            let count = slice.len.min(len - done);
            if count > 0 {
                std::ptr::copy_nonoverlapping(slice.base, buffer.add(done), count);
            }
            done += count;
        }
        done
    }
}
