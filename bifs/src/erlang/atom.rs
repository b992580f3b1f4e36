//! Atoms and their texts.

use oxbeam_term::atom::{self, AtomError};
use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
    "atom_to_binary" / 2 Plain => atom_to_binary_2;
    "atom_to_list" / 1 Plain => atom_to_list_1;
    "binary_to_atom" / 2 Plain => binary_to_atom_2;
    "binary_to_existing_atom" / 2 Plain => binary_to_existing_atom_2;
    "list_to_atom" / 1 Plain => list_to_atom_1;
    "list_to_existing_atom" / 1 Plain => list_to_existing_atom_1;
}

#[derive(Copy, Clone, PartialEq)]
enum Encoding {
    Latin1,
    Utf8,
}

fn encoding(term: Term<'_>) -> Option<Encoding> {
    match term.as_atom()?.text() {
        "latin1" => Some(Encoding::Latin1),
        "utf8" | "unicode" => Some(Encoding::Utf8),
        _ => None,
    }
}

fn make<'p>(result: Result<Atom, AtomError>) -> NativeResult<'p> {
    result.map(Term::atom).map_err(|_| Raise::SystemLimit)
}

fn atom_to_binary_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let text = cx.arg(0).as_atom().ok_or(Raise::Badarg)?.text();
    match encoding(cx.arg(1)) {
        Some(Encoding::Utf8) => Ok(cx.binary(text.as_bytes())),
        Some(Encoding::Latin1) => {
            let bytes: Option<Vec<u8>> = text
                .chars()
                .map(|character| u8::try_from(u32::from(character)).ok())
                .collect();
            let bytes = bytes.ok_or(Raise::Badarg)?;
            Ok(cx.binary(&bytes))
        }
        None => Err(Raise::Badarg),
    }
}

fn atom_to_list_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let text = cx.arg(0).as_atom().ok_or(Raise::Badarg)?.text();
    Ok(cx.char_list(text))
}

fn binary_text(cx: &mut Cx<'_>) -> Result<String, Raise> {
    let bytes = cx.arg(0).as_binary().ok_or(Raise::Badarg)?;
    match encoding(cx.arg(1)) {
        Some(Encoding::Utf8) => String::from_utf8(bytes.into_owned()).map_err(|error| {
            // It is one character more at least: what is too long need not be valid.
            let valid = error.utf8_error().valid_up_to();
            let text = std::str::from_utf8(&error.as_bytes()[..valid]).unwrap_or_default();
            if text.chars().count() >= atom::MAX_CHARACTERS {
                Raise::SystemLimit
            } else {
                Raise::Badarg
            }
        }),
        Some(Encoding::Latin1) => Ok(bytes.iter().map(|&byte| char::from(byte)).collect()),
        None => Err(Raise::Badarg),
    }
}

fn binary_to_atom_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let text = binary_text(cx)?;
    make(Atom::new(&text))
}

fn binary_to_existing_atom_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let text = binary_text(cx).map_err(|_| Raise::Badarg)?;
    if text.chars().count() > atom::MAX_CHARACTERS {
        return Err(Raise::Badarg);
    }
    atom::exists(&text).map(Term::atom).ok_or(Raise::Badarg)
}

/// The characters of a list; `Err(SystemLimit)` past the longest atom.
fn list_text(list: Term<'_>) -> Result<String, Raise> {
    let mut elements = list.list_iter();
    let mut text = String::new();
    let mut count = 0;
    for element in elements.by_ref() {
        let character = element
            .as_small()
            .and_then(|code| u32::try_from(code).ok())
            .and_then(char::from_u32);
        text.push(character.ok_or(Raise::Badarg)?);
        count += 1;
    }
    if !elements.rest().is_nil() {
        return Err(Raise::Badarg);
    }
    if count > atom::MAX_CHARACTERS {
        Err(Raise::SystemLimit)
    } else {
        Ok(text)
    }
}

fn list_to_atom_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let text = list_text(cx.arg(0))?;
    make(Atom::new(&text))
}

fn list_to_existing_atom_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let text = list_text(cx.arg(0)).map_err(|_| Raise::Badarg)?;
    atom::exists(&text).map(Term::atom).ok_or(Raise::Badarg)
}
