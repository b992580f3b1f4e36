//! File names between Erlang and the operating system, by the rules of OTP's `erl_unicode.c`: as text in the native encoding, which
//! the locale or `+fn` gives, or raw, as a binary.

use oxbeam_term::{Atom, Builder, Term, View};
use std::borrow::Cow;
use std::sync::atomic::{AtomicU8, Ordering};

/// How the names of files are encoded.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// A byte is a character.
    Latin1,
    /// UTF-8.
    Utf8,
}

/// What a listing does about a name that is not in the native encoding (`+fnuw`, `+fnui`, `+fnue`).
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Wrong {
    /// Leaves it out with a warning.
    Warning,
    /// Leaves it out.
    Ignore,
    /// Fails.
    Error,
}

static ENCODING: AtomicU8 = AtomicU8::new(Encoding::Utf8 as u8);
static WRONG: AtomicU8 = AtomicU8::new(Wrong::Warning as u8);

/// Sets both; before anything runs.
pub fn configure(encoding: Encoding, wrong: Wrong) {
    ENCODING.store(encoding as u8, Ordering::Relaxed);
    WRONG.store(wrong as u8, Ordering::Relaxed);
}

/// The native encoding.
pub fn encoding() -> Encoding {
    if ENCODING.load(Ordering::Relaxed) == Encoding::Latin1 as u8 {
        Encoding::Latin1
    } else {
        Encoding::Utf8
    }
}

/// What is done about names in another encoding, as `native2name` says it.
pub fn wrong_name_atom() -> Atom {
    let wrong = WRONG.load(Ordering::Relaxed);
    Atom::of(if wrong == Wrong::Ignore as u8 {
        "ignore"
    } else if wrong == Wrong::Error as u8 {
        "error"
    } else {
        "warning"
    })
}

/// What may stand for a name beside lists and binaries.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Atoms {
    /// Atoms are names.
    Names,
    /// Atoms are refused.
    Refused,
}

/// The native bytes of a name, without a zero at the end: a binary as it is, a (deep) list of characters in the native encoding.
/// `None`: it is no name, has a zero in it, or a character that the encoding does not have.
pub fn to_native<'p>(name: Term<'p>, atoms: Atoms) -> Option<Cow<'p, [u8]>> {
    let bytes = match name.view() {
        View::Bits(bits) => bits.bytes()?,
        View::Nil => Cow::Borrowed(&[][..]),
        View::Cons(_) => Cow::Owned(list_to_native(name)?),
        View::Atom(atom) if atoms == Atoms::Names => match encoding() {
            Encoding::Utf8 => Cow::Borrowed(atom.text().as_bytes()),
            Encoding::Latin1 => {
                let bytes: Option<Vec<u8>> = atom
                    .text()
                    .chars()
                    .map(|character| u8::try_from(u32::from(character)).ok())
                    .collect();
                Cow::Owned(bytes?)
            }
        },
        _ => return None,
    };
    (!bytes.contains(&0)).then_some(bytes)
}

fn list_to_native(list: Term<'_>) -> Option<Vec<u8>> {
    let encoding = encoding();
    let mut native = Vec::new();
    let mut outer = Vec::new();
    let mut rest = list;
    loop {
        match rest.view() {
            View::Cons(cell) => match cell.head().view() {
                View::Small(code) => {
                    put(&mut native, encoding, u32::try_from(code).ok()?)?;
                    rest = cell.tail();
                }
                View::Nil => rest = cell.tail(),
                View::Cons(_) => {
                    outer.push(cell.tail());
                    rest = cell.head();
                }
                _ => return None,
            },
            View::Nil => match outer.pop() {
                Some(next) => rest = next,
                None => return Some(native),
            },
            _ => return None,
        }
    }
}

fn put(native: &mut Vec<u8>, encoding: Encoding, code: u32) -> Option<()> {
    match encoding {
        Encoding::Latin1 => native.push(u8::try_from(code).ok()?),
        Encoding::Utf8 => {
            let character = char::from_u32(code)?;
            native.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    Some(())
}

/// Are these bytes in the native encoding?
pub fn is_translatable(bytes: &[u8]) -> bool {
    encoding() == Encoding::Latin1 || std::str::from_utf8(bytes).is_ok()
}

/// A native name as a list of characters; `None`: it is not in the native encoding.
pub fn from_native<'p>(builder: &mut Builder<'p>, bytes: &[u8]) -> Option<Term<'p>> {
    match encoding() {
        Encoding::Latin1 => Some(builder.byte_list(bytes)),
        Encoding::Utf8 => std::str::from_utf8(bytes)
            .ok()
            .map(|text| builder.char_list(text)),
    }
}

/// A native name as a list of characters, or of bytes where it is not in the native encoding.
pub fn from_native_or_bytes<'p>(builder: &mut Builder<'p>, bytes: &[u8]) -> Term<'p> {
    match from_native(builder, bytes) {
        Some(name) => name,
        None => builder.byte_list(bytes),
    }
}
