//! Names of files between Erlang and the operating system: what `file` and `prim_file` have in the machine. The rules are those of
//! [`oxbeam_vm::file_name`].

use oxbeam_vm::file_name::{self, Atoms, Encoding};
use oxbeam_vm::native::prelude::*;

natives! { FILE: "file";
    "native_name_encoding" / 0 Plain => native_name_encoding_0;
}

natives! { PRIM_FILE: "prim_file";
    "internal_name2native"    / 1 Plain => internal_name2native_1;
    "internal_native2name"    / 1 Plain => internal_native2name_1;
    "internal_normalize_utf8" / 1 Plain => internal_normalize_utf8_1;
    "is_translatable"         / 1 Plain => is_translatable_1;
}

/// `latin1` or `utf8`
fn native_name_encoding_0<'p>(_: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::atom(match file_name::encoding() {
        Encoding::Latin1 => known::LATIN1,
        Encoding::Utf8 => known::UTF8,
    }))
}

/// `internal_name2native(Name)`: the native bytes and a zero.
fn internal_name2native_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let native = file_name::to_native(cx.arg(0), Atoms::Refused).ok_or(Raise::Badarg)?;
    let mut native = native.into_owned();
    native.push(0);
    Ok(cx.binary(&native))
}

/// `internal_native2name(Bytes)`: characters, or `{error, warning | ignore | error}`.
fn internal_native2name_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let bytes = cx.arg(0).as_binary().ok_or(Raise::Badarg)?;
    match file_name::from_native(cx, &bytes) {
        Some(name) => Ok(name),
        None => Ok(cx.tuple(&[
            Term::atom(known::ERROR),
            Term::atom(file_name::wrong_name_atom()),
        ])),
    }
}

/// `internal_normalize_utf8(Bytes)`: characters, composed.
fn internal_normalize_utf8_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    use unicode_normalization::UnicodeNormalization;
    let bytes = cx.arg(0).as_binary().ok_or(Raise::Badarg)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Raise::Badarg)?;
    let composed: String = text.nfc().collect();
    Ok(cx.char_list(&composed))
}

/// `is_translatable(Bytes)`
fn is_translatable_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let bytes = cx.arg(0).as_binary().ok_or(Raise::Badarg)?;
    Ok(Term::boolean(file_name::is_translatable(&bytes)))
}
