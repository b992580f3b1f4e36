//! Integers and their texts.

use oxbeam_term::number::{Big, Integer, parse_integer, terms};
use oxbeam_term::rules::rules;
use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
    "integer_to_list" / 1 Plain => integer_to_list_1;
    "integer_to_list" / 2 Plain => integer_to_list_2;
    "integer_to_binary" / 1 Plain => integer_to_binary_1;
    "integer_to_binary" / 2 Plain => integer_to_binary_2;
    "list_to_integer" / 1 Plain [0 ..= 26] => list_to_integer_1;
    "list_to_integer" / 2 Plain [0 ..= 26] => list_to_integer_2;
    "binary_to_integer" / 1 Plain [0 ..= 26] => binary_to_integer_1;
    "binary_to_integer" / 2 Plain [0 ..= 26] => binary_to_integer_2;
}

natives! { INTERNAL: "erts_internal";
    "list_to_integer" / 2 Plain [27 ..= 255] => internal_list_to_integer_2;
    "binary_to_integer" / 2 Plain [27 ..= 255] => internal_binary_to_integer_2;
}

natives! { STRING: "string";
    "list_to_integer" / 1 Plain [0 ..= 26] => string_list_to_integer_1;
}

fn text(value: Term<'_>, radix: u32) -> Option<String> {
    match value.view() {
        View::Small(small) if radix == 10 => Some(small.to_string()),
        View::Small(small) => Some(Big::from(small).as_ref().to_text(radix)),
        View::Big(big) => Some(big.to_text(radix)),
        _ => None,
    }
}

fn radix_of(term: Term<'_>) -> Option<u32> {
    term.as_small()
        .and_then(|radix| u32::try_from(radix).ok())
        .filter(|radix| (2..=36).contains(radix))
}

/// The decimal digits of a small integer, at the end of `room`.
fn digits(value: i64, room: &mut [u8; 20]) -> &[u8] {
    let mut at = room.len();
    let mut left = value.unsigned_abs();
    loop {
        at -= 1;
        room[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    if value < 0 {
        at -= 1;
        room[at] = b'-';
    }
    &room[at..]
}

fn integer_to_list_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if let Some(value) = cx.arg(0).as_small() {
        return Ok(cx.byte_list(digits(value, &mut [0; 20])));
    }
    let text = text(cx.arg(0), 10).ok_or(Raise::Badarg)?;
    Ok(cx.byte_list(text.as_bytes()))
}

fn integer_to_list_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let radix = radix_of(cx.arg(1)).ok_or(Raise::Badarg)?;
    let text = text(cx.arg(0), radix).ok_or(Raise::Badarg)?;
    Ok(cx.byte_list(text.as_bytes()))
}

fn integer_to_binary_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if let Some(value) = cx.arg(0).as_small() {
        return Ok(cx.binary(digits(value, &mut [0; 20])));
    }
    let text = text(cx.arg(0), 10).ok_or(Raise::Badarg)?;
    Ok(cx.binary(text.as_bytes()))
}

fn integer_to_binary_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let radix = radix_of(cx.arg(1)).ok_or(Raise::Badarg)?;
    let text = text(cx.arg(0), radix).ok_or(Raise::Badarg)?;
    Ok(cx.binary(text.as_bytes()))
}

/// More digits than the largest integer has, whatever they are.
fn too_long(digits: usize, radix: u32) -> bool {
    digits as f64 * f64::from(radix).log2() > (rules().big_limbs as f64 + 1.0) * 64.0 + 64.0
}

fn parse<'p>(cx: &mut Cx<'p>, digits: &[u8], radix: u32) -> NativeResult<'p> {
    if too_long(digits.len(), radix) && digits.iter().skip(1).all(u8::is_ascii_alphanumeric) {
        return Err(Raise::SystemLimit);
    }
    let integer = parse_integer(digits, radix).ok_or(Raise::Badarg)?;
    make(cx, &integer)
}

fn make<'p>(cx: &mut Cx<'p>, integer: &Integer) -> NativeResult<'p> {
    terms::make_integer(cx.builder(), integer).map_err(|_| Raise::SystemLimit)
}

/// The text in a list. Of what is larger the low byte is taken, as in OTP, if it is a digit.
fn list_bytes(list: Term<'_>) -> Option<Vec<u8>> {
    let mut elements = list.list_iter();
    let bytes = elements
        .by_ref()
        .map(|element| {
            let code = element.as_small()?;
            let byte = code as u8;
            (i64::from(byte) == code || byte.is_ascii_alphanumeric()).then_some(byte)
        })
        .collect::<Option<Vec<u8>>>();
    if elements.rest().is_nil() {
        bytes
    } else {
        None
    }
}

fn list_to_integer_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let digits = list_bytes(cx.arg(0)).ok_or(Raise::Badarg)?;
    parse(cx, &digits, 10)
}

fn list_to_integer_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let radix = radix_of(cx.arg(1)).ok_or(Raise::Badarg)?;
    let digits = list_bytes(cx.arg(0)).ok_or(Raise::Badarg)?;
    parse(cx, &digits, radix)
}

fn binary_to_integer_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let digits = cx.arg(0).as_binary().ok_or(Raise::Badarg)?;
    parse(cx, &digits, 10)
}

fn binary_to_integer_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let radix = radix_of(cx.arg(1)).ok_or(Raise::Badarg)?;
    let digits = cx.arg(0).as_binary().ok_or(Raise::Badarg)?;
    parse(cx, &digits, radix)
}

/// Digits at the start of `bytes`, a sign included: how many bytes.
fn prefix(bytes: &[u8], radix: u32) -> Option<usize> {
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let digits = bytes[sign..]
        .iter()
        .take_while(|byte| char::from(**byte).is_digit(radix))
        .count();
    (digits > 0).then_some(sign + digits)
}

/// `erts_internal:list_to_integer(List, Base)`: `{Integer, Rest}`, or what is wrong as an atom.
fn internal_list_to_integer_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if !cx.arg(0).is_list() {
        return Ok(Term::atom(Atom::of("not_a_list")));
    }
    let Some(radix) = radix_of(cx.arg(1)) else {
        return Ok(Term::atom(known::BADARG));
    };
    list_prefix(cx, radix, true)
}

/// `string:list_to_integer(List)`: `{Integer, Rest}` or `{error, Reason}`.
fn string_list_to_integer_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let result = list_prefix(cx, 10, false)?;
    match result.as_atom() {
        Some(reason) => Ok(cx.tuple(&[Term::atom(known::ERROR), Term::atom(reason)])),
        None => Ok(result),
    }
}

fn list_prefix<'p>(cx: &mut Cx<'p>, radix: u32, limit: bool) -> NativeResult<'p> {
    let list = cx.arg(0);
    if !list.is_list() {
        return Ok(Term::atom(Atom::of("not_a_list")));
    }
    let mut digits = Vec::new();
    let mut rest = list;
    while let Some(cell) = rest.as_cons() {
        let Some(code) = cell.head().as_small() else {
            break;
        };
        let byte = code as u8;
        let is_byte = i64::from(byte) == code;
        let signed = digits.is_empty() && is_byte && matches!(byte, b'+' | b'-');
        // The natives of `erlang` take the low byte of what is larger.
        if !signed && !((is_byte || limit) && char::from(byte).is_digit(radix)) {
            break;
        }
        digits.push(byte);
        rest = cell.tail();
    }
    if prefix(&digits, radix) != Some(digits.len()) {
        return Ok(Term::atom(Atom::of("no_integer")));
    }
    if too_long(digits.len(), radix) {
        return if limit {
            Ok(Term::atom(Atom::of("big")))
        } else {
            Err(Raise::SystemLimit)
        };
    }
    let integer = parse_integer(&digits, radix).ok_or(Raise::Badarg)?;
    match make(cx, &integer) {
        Err(Raise::SystemLimit) if limit => Ok(Term::atom(Atom::of("big"))),
        Err(raise) => Err(raise),
        Ok(value) => Ok(cx.tuple(&[value, rest])),
    }
}

/// `erts_internal:binary_to_integer(Binary, Base)`: the integer, or what is wrong as an atom.
fn internal_binary_to_integer_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let Some(digits) = cx.arg(0).as_binary() else {
        return Ok(Term::atom(known::BADARG));
    };
    let Some(radix) = radix_of(cx.arg(1)) else {
        return Ok(Term::atom(known::BADARG));
    };
    match parse(cx, &digits, radix) {
        Ok(value) => Ok(value),
        Err(Raise::SystemLimit) => Ok(Term::atom(Atom::of("big"))),
        Err(_) => Ok(Term::atom(known::BADARG)),
    }
}
