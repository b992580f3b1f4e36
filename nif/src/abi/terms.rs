//! Numbers, atoms, lists, tuples.

use super::abi;
use crate::env::{Env, Pending, Raw, term};
use oxbeam_term::atom::{self, known};
use oxbeam_term::{Atom, Builder, Term, View, Word, copy, hash};
use oxbeam_vm::unique;
use std::cmp::Ordering;
use std::ffi::{CStr, c_char, c_double, c_int, c_long, c_uint, c_ulong};

pub(super) const LATIN1: c_int = 1;
pub(super) const UTF8: c_int = 2;

/// Bytes in this encoding as text; `None`: they are not in it.
fn decode(bytes: &[u8], encoding: c_int) -> Option<String> {
    match encoding {
        LATIN1 => Some(bytes.iter().map(|&byte| char::from(byte)).collect()),
        UTF8 => String::from_utf8(bytes.to_vec()).ok(),
        _ => None,
    }
}

/// A text's bytes in this encoding; `None`: it has characters beyond it.
fn encode(text: impl Iterator<Item = char>, encoding: c_int) -> Option<Vec<u8>> {
    match encoding {
        LATIN1 => text
            .map(|letter| u8::try_from(u32::from(letter)).ok())
            .collect(),
        UTF8 => Some(text.collect::<String>().into_bytes()),
        _ => None,
    }
}

/// # Safety
/// Readable for so many bytes, or null for none.
unsafe fn bytes<'a>(start: *const c_char, length: usize) -> &'a [u8] {
    if length == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(start.cast(), length) }
}

/// # Safety
/// A C text.
unsafe fn text<'a>(start: *const c_char) -> &'a [u8] {
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(start).to_bytes() }
}

/// An integer in a type of C.
fn number<T: TryFrom<i64>>(raw: Raw) -> Option<T> {
    // SAFETY: a term of the caller's environment.
    unsafe { term(raw) }
        .as_i64()
        .and_then(|value| value.try_into().ok())
}

fn natural<T: TryFrom<u64>>(raw: Raw) -> Option<T> {
    // SAFETY: as above.
    unsafe { term(raw) }
        .as_u64()
        .and_then(|value| value.try_into().ok())
}

/// Writes a result and says whether there is one.
unsafe fn store<T>(value: Option<T>, place: *mut T) -> c_int {
    match value {
        Some(value) => {
            // SAFETY: the library's place for the result.
            unsafe { place.write(value) };
            1
        }
        None => 0,
    }
}

fn new_atom(name: &[u8], encoding: c_int) -> Option<Atom> {
    Atom::new(&decode(name, encoding)?).ok()
}

/// An atom, or an exception where there can't be one.
fn atom_or_badarg(env: &mut Env, name: &[u8]) -> Raw {
    match new_atom(name, LATIN1) {
        Some(atom) => Word::atom(atom).0,
        None => env.raise(Pending::Badarg),
    }
}

fn existing_atom(name: &[u8], encoding: c_int) -> Option<Raw> {
    atom::exists(&decode(name, encoding)?).map(|atom| Word::atom(atom).0)
}

fn list_of_text(env: &mut Env, text: &[u8], encoding: c_int) -> Raw {
    match decode(text, encoding) {
        Some(text) => env.builder().char_list(&text).word().0,
        None => env.raise(Pending::Badarg),
    }
}

/// The characters of a list.
fn characters(list: Term<'_>) -> Option<Vec<char>> {
    let elements = list.proper_list()?;
    let letter = |element: Term<'_>| char::from_u32(element.as_small()?.try_into().ok()?);
    elements.into_iter().map(letter).collect()
}

fn class(term: Term<'_>) -> c_int {
    match term.view() {
        View::Atom(_) => 1,
        View::Bits(_) => 2,
        View::Nil | View::Cons(_) => 6,
        _ if term.is_float() => 3,
        _ if term.is_fun() => 4,
        _ if term.is_integer() => 5,
        _ if term.is_map() => 7,
        _ if term.is_pid() => 8,
        _ if term.is_port() => 9,
        _ if term.is_reference() => 10,
        _ if term.is_tuple() => 11,
        _ => -1,
    }
}

abi! {
    fn enif_is_atom(_env: *mut Env, raw: Raw) -> c_int {
        term(raw).as_atom().is_some().into()
    }
    fn enif_is_fun(_env: *mut Env, raw: Raw) -> c_int {
        term(raw).is_fun().into()
    }
    fn enif_is_pid(_env: *mut Env, raw: Raw) -> c_int {
        term(raw).is_pid().into()
    }
    fn enif_is_port(_env: *mut Env, raw: Raw) -> c_int {
        term(raw).is_port().into()
    }
    fn enif_is_ref(_env: *mut Env, raw: Raw) -> c_int {
        term(raw).is_reference().into()
    }
    fn enif_is_list(_env: *mut Env, raw: Raw) -> c_int {
        term(raw).is_list().into()
    }
    fn enif_is_empty_list(_env: *mut Env, raw: Raw) -> c_int {
        term(raw).is_nil().into()
    }
    fn enif_is_tuple(_env: *mut Env, raw: Raw) -> c_int {
        term(raw).is_tuple().into()
    }
    fn enif_is_number(_env: *mut Env, raw: Raw) -> c_int {
        term(raw).is_number().into()
    }
    fn enif_term_type(_env: *mut Env, raw: Raw) -> c_int {
        class(term(raw))
    }
    fn enif_is_identical(left: Raw, right: Raw) -> c_int {
        term(left).eq_exact(term(right)).into()
    }
    fn enif_compare(left: Raw, right: Raw) -> c_int {
        match term(left).cmp(term(right)) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }
    }
    fn enif_hash(kind: c_int, raw: Raw, salt: u64) -> u64 {
        match kind {
            1 => hash::internal_hash(term(raw), salt) & u64::from(u32::MAX),
            2 => u64::from(hash::phash2(term(raw))),
            _ => 0,
        }
    }
    fn enif_get_int(_env: *mut Env, raw: Raw, place: *mut c_int) -> c_int {
        store(number(raw), place)
    }
    fn enif_get_uint(_env: *mut Env, raw: Raw, place: *mut c_uint) -> c_int {
        store(natural(raw), place)
    }
    fn enif_get_long(_env: *mut Env, raw: Raw, place: *mut c_long) -> c_int {
        store(number(raw), place)
    }
    fn enif_get_ulong(_env: *mut Env, raw: Raw, place: *mut c_ulong) -> c_int {
        store(natural(raw), place)
    }
    fn enif_get_int64(_env: *mut Env, raw: Raw, place: *mut i64) -> c_int {
        store(number(raw), place)
    }
    fn enif_get_uint64(_env: *mut Env, raw: Raw, place: *mut u64) -> c_int {
        store(natural(raw), place)
    }
    fn enif_get_double(_env: *mut Env, raw: Raw, place: *mut c_double) -> c_int {
        store(term(raw).as_float(), place)
    }
    fn enif_make_int(env: *mut Env, value: c_int) -> Raw {
        (*env).builder().integer(value.into()).word().0
    }
    fn enif_make_uint(env: *mut Env, value: c_uint) -> Raw {
        (*env).builder().integer(value.into()).word().0
    }
    fn enif_make_long(env: *mut Env, value: c_long) -> Raw {
        (*env).builder().integer(value).word().0
    }
    fn enif_make_ulong(env: *mut Env, value: c_ulong) -> Raw {
        (*env).builder().unsigned(value).word().0
    }
    fn enif_make_int64(env: *mut Env, value: i64) -> Raw {
        (*env).builder().integer(value).word().0
    }
    fn enif_make_uint64(env: *mut Env, value: u64) -> Raw {
        (*env).builder().unsigned(value).word().0
    }
    fn enif_make_double(env: *mut Env, value: c_double) -> Raw {
        if value.is_finite() {
            (*env).builder().float(value).word().0
        } else {
            (*env).raise(Pending::Badarg)
        }
    }
    fn enif_make_atom(env: *mut Env, name: *const c_char) -> Raw {
        atom_or_badarg(&mut *env, text(name))
    }
    fn enif_make_atom_len(env: *mut Env, name: *const c_char, length: usize) -> Raw {
        atom_or_badarg(&mut *env, bytes(name, length))
    }
    fn enif_make_new_atom(_env: *mut Env, name: *const c_char, place: *mut Raw, encoding: c_int) -> c_int {
        store(new_atom(text(name), encoding).map(|atom| Word::atom(atom).0), place)
    }
    fn enif_make_new_atom_len(_env: *mut Env, name: *const c_char, length: usize, place: *mut Raw, encoding: c_int) -> c_int {
        store(new_atom(bytes(name, length), encoding).map(|atom| Word::atom(atom).0), place)
    }
    fn enif_make_existing_atom(_env: *mut Env, name: *const c_char, place: *mut Raw, encoding: c_int) -> c_int {
        store(existing_atom(text(name), encoding), place)
    }
    fn enif_make_existing_atom_len(_env: *mut Env, name: *const c_char, length: usize, place: *mut Raw, encoding: c_int) -> c_int {
        store(existing_atom(bytes(name, length), encoding), place)
    }
    fn enif_get_atom_length(_env: *mut Env, raw: Raw, place: *mut c_uint, encoding: c_int) -> c_int {
        let encoded = term(raw).as_atom().and_then(|atom| encode(atom.text().chars(), encoding));
        store(encoded.map(|bytes| bytes.len() as c_uint), place)
    }
    /// With the zero behind it; nothing if there is no room for all.
    fn enif_get_atom(_env: *mut Env, raw: Raw, buffer: *mut c_char, size: c_uint, encoding: c_int) -> c_int {
        let encoded = term(raw).as_atom().and_then(|atom| encode(atom.text().chars(), encoding));
        match encoded {
            Some(bytes) if bytes.len() < size as usize => {
                std::ptr::copy_nonoverlapping(bytes.as_ptr().cast(), buffer, bytes.len());
                *buffer.add(bytes.len()) = 0;
                bytes.len() as c_int + 1
            }
            _ => 0,
        }
    }
    fn enif_make_string(env: *mut Env, string: *const c_char, encoding: c_int) -> Raw {
        list_of_text(&mut *env, text(string), encoding)
    }
    fn enif_make_string_len(env: *mut Env, string: *const c_char, length: usize, encoding: c_int) -> Raw {
        list_of_text(&mut *env, bytes(string, length), encoding)
    }
    fn enif_get_string_length(_env: *mut Env, raw: Raw, place: *mut c_uint, encoding: c_int) -> c_int {
        let encoded = characters(term(raw)).and_then(|text| encode(text.into_iter(), encoding));
        store(encoded.map(|bytes| bytes.len() as c_uint), place)
    }
    /// As many bytes as were written with the zero, less than nothing if they are not all.
    fn enif_get_string(_env: *mut Env, raw: Raw, buffer: *mut c_char, size: c_uint, encoding: c_int) -> c_int {
        let encoded = characters(term(raw)).and_then(|text| encode(text.into_iter(), encoding));
        let size = size as usize;
        let Some(bytes) = encoded.filter(|_| size > 0) else {
            if size > 0 {
                *buffer = 0;
            }
            return 0;
        };
        let mut fits = bytes.len().min(size - 1);
        if encoding == UTF8 {
            // No part of a character.
            while fits < bytes.len() && bytes[fits] & 0xc0 == 0x80 {
                fits -= 1;
            }
        }
        std::ptr::copy_nonoverlapping(bytes.as_ptr().cast(), buffer, fits);
        *buffer.add(fits) = 0;
        let written = fits as c_int + 1;
        if fits == bytes.len() { written } else { -written }
    }

    fn enif_get_list_cell(_env: *mut Env, raw: Raw, head: *mut Raw, tail: *mut Raw) -> c_int {
        let Some(cell) = term(raw).as_cons() else { return 0 };
        head.write(cell.head().word().0);
        tail.write(cell.tail().word().0);
        1
    }
    fn enif_get_list_length(_env: *mut Env, raw: Raw, place: *mut c_uint) -> c_int {
        store(term(raw).proper_length().map(|length| length as c_uint), place)
    }
    fn enif_make_list_cell(env: *mut Env, head: Raw, tail: Raw) -> Raw {
        (*env).builder().cons(term(head), term(tail)).word().0
    }
    fn enif_make_list_from_array(env: *mut Env, elements: *const Raw, count: c_uint) -> Raw {
        let elements = terms(elements, count);
        (*env).builder().list(elements.iter().copied()).word().0
    }
    fn enif_make_reverse_list(env: *mut Env, raw: Raw, place: *mut Raw) -> c_int {
        let mut builder: Builder<'_> = (*env).builder();
        let mut elements = term(raw).list_iter();
        let mut reversed = Term::NIL;
        for element in elements.by_ref() {
            reversed = builder.cons(element, reversed);
        }
        let proper = elements.rest().is_nil();
        store(proper.then_some(reversed.word().0), place)
    }
    fn enif_get_tuple(_env: *mut Env, raw: Raw, arity: *mut c_int, elements: *mut *const Raw) -> c_int {
        let Some(found) = term(raw).tuple_elements() else { return 0 };
        arity.write(found.len() as c_int);
        elements.write(found.as_ptr().cast());
        1
    }
    fn enif_make_tuple_from_array(env: *mut Env, elements: *const Raw, count: c_uint) -> Raw {
        (*env).builder().tuple(terms(elements, count)).word().0
    }
    fn enif_make_ref(env: *mut Env) -> Raw {
        let numbers = unique::next_reference();
        (*env).builder().reference(numbers).word().0
    }
    fn enif_make_copy(env: *mut Env, raw: Raw) -> Raw {
        copy::copy(term(raw), &mut (*env).builder()).word().0
    }
    fn enif_term_size(raw: Raw) -> usize {
        copy::flat_size(term(raw)) * size_of::<Word>()
    }
    /// Properties: 1 positive, 2 monotonic.
    fn enif_make_unique_integer(env: *mut Env, properties: c_int) -> Raw {
        let count = match properties & 2 {
            0 => unique::next_integer(),
            _ => unique::next_monotonic_integer(),
        };
        let least = if properties & 1 != 0 { 1 } else { unique::MIN_UNIQUE };
        (*env).builder().integer(least.wrapping_add(count as i64)).word().0
    }

    fn enif_make_badarg(env: *mut Env) -> Raw {
        (*env).raise(Pending::Badarg)
    }
    fn enif_raise_exception(env: *mut Env, reason: Raw) -> Raw {
        (*env).raise(Pending::Reason(reason))
    }
    fn enif_is_exception(env: *mut Env, raw: Raw) -> c_int {
        (raw == Word::NONE.0 && (*env).pending.is_some()).into()
    }
    fn enif_has_pending_exception(env: *mut Env, place: *mut Raw) -> c_int {
        let reason = match (*env).pending {
            None => return 0,
            Some(Pending::Badarg) => Word::atom(known::BADARG).0,
            Some(Pending::Reason(reason)) => reason,
        };
        if !place.is_null() {
            place.write(reason);
        }
        1
    }

    /// A term's text, as far as there is room: how long it is.
    fn oxbeam_nif_print(raw: Raw, buffer: *mut c_char, size: usize) -> c_int {
        let printed = oxbeam_term::print::display_bytes(term(raw), usize::MAX);
        let fits = printed.len().min(size);
        if fits > 0 {
            std::ptr::copy_nonoverlapping(printed.as_ptr().cast(), buffer, fits);
        }
        printed.len().min(c_int::MAX as usize) as c_int
    }
}

/// # Safety
/// So many terms.
unsafe fn terms<'a>(elements: *const Raw, count: c_uint) -> &'a [Term<'a>] {
    if count == 0 {
        return &[];
    }
    // SAFETY: the caller's promise; a term is a word.
    unsafe { std::slice::from_raw_parts(elements.cast(), count as usize) }
}
