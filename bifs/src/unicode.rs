//! `unicode`: characters from UTF-8 and Latin-1. Other encodings are converted by the module's Erlang part, which is called in our
//! place.
//!
//! What can't be converted is told with what was converted before it and the rest, in the shape that OTP gives it: an element that is
//! at fault stays in its list, what is left of a binary takes the binary's place, and the lists around it hold only what comes after.

use crate::erlang::binary::BYTES_PER_REDUCTION;
use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "unicode";
    "characters_to_binary" / 2 Plain => characters_to_binary_2;
    "characters_to_list" / 2 Plain => characters_to_list_2;
    "bin_is_7bit" / 1 Plain => bin_is_7bit_1;
}

/// Length of the character that begins with this byte, by its highest bits.
fn length_by(first: u8) -> Option<usize> {
    match first {
        0..=0x7f => Some(1),
        0xc0..=0xdf => Some(2),
        0xe0..=0xef => Some(3),
        0xf0..=0xf7 => Some(4),
        _ => None,
    }
}

/// The part of `bytes` that is valid, and what keeps the rest from it.
fn valid_part(bytes: &[u8]) -> (&str, Option<Fault>) {
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => return (text, None),
        Err(error) => error.valid_up_to(),
    };
    let rest = &bytes[valid..];
    // What is too short for its first byte may be the beginning of a character, whatever follows.
    let short = rest
        .first()
        .and_then(|&first| length_by(first))
        .is_some_and(|length| rest.len() < length);
    let text = std::str::from_utf8(&bytes[..valid]).unwrap_or("");
    (
        text,
        Some(if short {
            Fault::TooShort(valid)
        } else {
            Fault::Invalid(valid)
        }),
    )
}

/// Why bytes are no UTF-8, and from where on.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Fault {
    /// They end within a character.
    TooShort(usize),
    /// No character begins so.
    Invalid(usize),
}

/// The beginning of a character at a binary's end.
#[derive(Default)]
struct Leftover {
    bytes: [u8; 4],
    len: usize,
}

impl Leftover {
    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
    /// Could more bytes make it a character?
    fn may_go_on(&self) -> bool {
        may_go_on(self.bytes())
    }
}

/// Could more bytes make these a character?
fn may_go_on(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|&first| {
        length_by(first).is_some_and(|length| length > 1 && bytes.len() < length)
    }) && bytes[1..].iter().all(|byte| byte & 0xc0 == 0x80)
}

/// How a conversion ended.
enum Outcome<'p> {
    Done,
    Error(Term<'p>),
    Incomplete(Term<'p>),
}

struct Conversion {
    latin1: bool,
    out: String,
    leftover: Leftover,
}

impl Conversion {
    fn new(latin1: bool) -> Conversion {
        Conversion {
            latin1,
            out: String::new(),
            leftover: Leftover::default(),
        }
    }

    /// Converts a binary; gives how many of its bytes came before a fault.
    fn bytes(&mut self, mut bytes: &[u8]) -> Result<(), usize> {
        if self.latin1 {
            self.out.extend(bytes.iter().map(|&byte| char::from(byte)));
            return Ok(());
        }
        let mut taken = 0;
        if self.leftover.len > 0 {
            let Leftover { bytes: begun, len } = &mut self.leftover;
            let length = length_by(begun[0]).unwrap_or(1).max(*len);
            let missing = length - *len;
            if bytes.len() < missing {
                begun[*len..*len + bytes.len()].copy_from_slice(bytes);
                *len += bytes.len();
                return Ok(());
            }
            begun[*len..length].copy_from_slice(&bytes[..missing]);
            let Ok(character) = std::str::from_utf8(&begun[..length]) else {
                return Err(0);
            };
            self.out.push_str(character);
            *len = 0;
            bytes = &bytes[missing..];
            taken = missing;
        }
        let (text, fault) = valid_part(bytes);
        self.out.push_str(text);
        match fault {
            None => Ok(()),
            Some(Fault::TooShort(at)) => {
                let rest = &bytes[at..];
                self.leftover.bytes[..rest.len()].copy_from_slice(rest);
                self.leftover.len = rest.len();
                Ok(())
            }
            Some(Fault::Invalid(at)) => Err(taken + at),
        }
    }

    /// Converts an element that is an integer.
    fn code_point(&mut self, value: i64) -> bool {
        let most = if self.latin1 { 0xff } else { 0x10_ffff };
        let character = u32::try_from(value)
            .ok()
            .filter(|&value| value <= most)
            .and_then(char::from_u32);
        match character {
            Some(character) if self.leftover.len == 0 => {
                self.out.push(character);
                true
            }
            _ => false,
        }
    }

    /// Converts the characters of ASCII that head a list; what follows them.
    fn ascii<'p>(&mut self, mut rest: Term<'p>) -> Term<'p> {
        if self.leftover.len > 0 {
            return rest;
        }
        loop {
            let mut run = [0; 64];
            let mut length = 0;
            for place in &mut run {
                let Some(cell) = rest.as_cons() else {
                    break;
                };
                let Some(character @ 0..=0x7f) = cell.head().as_small() else {
                    break;
                };
                *place = character as u8;
                rest = cell.tail();
                length += 1;
            }
            let text = std::str::from_utf8(&run[..length]);
            self.out.push_str(text.unwrap_or_default());
            if length < run.len() {
                return rest;
            }
        }
    }

    /// Converts a binary term; `Err` has what is left of it.
    fn binary<'p>(&mut self, cx: &mut Cx<'p>, binary: Term<'p>) -> Result<(), Term<'p>> {
        let Some((bits, bytes)) = binary
            .as_bits()
            .and_then(|bits| Some((bits, bits.bytes()?)))
        else {
            return Err(binary);
        };
        self.bytes(&bytes)
            .map_err(|at| cx.part(bits, at * 8, bits.bit_len() - at * 8))
    }

    /// Converts everything; `Err` has the rest.
    fn all<'p>(&mut self, cx: &mut Cx<'p>, subject: Term<'p>) -> Result<(), Term<'p>> {
        if subject.is_bits() {
            return self.binary(cx, subject);
        }
        let mut outer: Vec<Term<'p>> = Vec::new();
        let mut rest = subject;
        let fault = loop {
            rest = self.ascii(rest);
            if let Some(cell) = rest.as_cons() {
                let head = cell.head();
                match head.view() {
                    View::Small(value) => {
                        if !self.code_point(value) {
                            break rest;
                        }
                    }
                    View::Nil => {}
                    View::Cons(_) => {
                        outer.push(cell.tail());
                        rest = head;
                        continue;
                    }
                    View::Bits(_) => {
                        if let Err(left) = self.binary(cx, head) {
                            break cx.cons(left, cell.tail());
                        }
                    }
                    _ => break rest,
                }
                rest = cell.tail();
            } else if rest.is_nil() {
                match outer.pop() {
                    Some(next) => rest = next,
                    None => return Ok(()),
                }
            } else {
                match self.binary(cx, rest) {
                    Ok(()) => rest = Term::NIL,
                    Err(left) => break left,
                }
            }
        };
        Err(outer
            .into_iter()
            .rev()
            .fold(fault, |inner, tail| cx.cons(inner, tail)))
    }

    fn run<'p>(&mut self, cx: &mut Cx<'p>, subject: Term<'p>) -> Outcome<'p> {
        let result = self.all(cx, subject);
        cx.bump_reductions(self.out.len() / BYTES_PER_REDUCTION);
        if self.leftover.len == 0 {
            return match result {
                Ok(()) => Outcome::Done,
                Err(rest) => Outcome::Error(rest),
            };
        }
        let leftover = cx.binary(self.leftover.bytes());
        match result {
            Ok(()) if self.leftover.may_go_on() => Outcome::Incomplete(leftover),
            Ok(()) => Outcome::Error(leftover),
            Err(rest) => Outcome::Error(cx.list([leftover, rest])),
        }
    }
}

/// Is this chardata, as far as types go? A big integer ends the search, for its conversion tells of the fault.
fn is_chardata(subject: Term<'_>) -> bool {
    let mut outer = Vec::new();
    let mut rest = subject;
    loop {
        if let Some(cell) = rest.as_cons() {
            let head = cell.head();
            rest = cell.tail();
            if head.word().is_immediate() && head.as_small().is_some() {
                continue;
            }
            match head.view() {
                View::Small(_) | View::Nil => {}
                View::Cons(_) => {
                    if !rest.is_nil() {
                        outer.push(rest);
                    }
                    rest = head;
                }
                View::Bits(bits) if bits.is_binary() => {}
                View::Big(_) => return true,
                _ => return false,
            }
        } else if rest.is_nil() || rest.is_binary() {
            match outer.pop() {
                Some(next) => rest = next,
                None => return true,
            }
        } else {
            return false;
        }
    }
}

/// Whether an encoding is Latin-1; `None`: it is one for the Erlang part.
fn is_latin1(encoding: Term<'_>) -> Option<bool> {
    match encoding.as_atom()?.text() {
        "latin1" => Some(true),
        "unicode" | "utf8" => Some(false),
        _ => None,
    }
}

fn in_erlang<'p>(cx: &mut Cx<'p>, function: &str) -> NativeResult<'p> {
    let arguments = [cx.arg(0), cx.arg(1)];
    Err(cx.trap_to(known::UNICODE, Atom::of(function), &arguments))
}

fn characters_to_binary_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let Some(latin1) = is_latin1(cx.arg(1)) else {
        return in_erlang(cx, "characters_to_binary_int");
    };
    let mut subject = cx.arg(0);
    if let Some(cell) = subject.as_cons()
        && cell.head().is_bits()
        && cell.tail().is_nil()
    {
        subject = cell.head();
    }
    leave_if_long(cx, subject)?;
    if !is_chardata(subject) {
        return Err(Raise::Badarg);
    }
    if let Some(bytes) = subject.as_binary() {
        cx.bump_reductions(bytes.len() / (8 * BYTES_PER_REDUCTION));
        let same = if latin1 {
            bytes.is_ascii()
        } else {
            std::str::from_utf8(&bytes).is_ok()
        };
        if same {
            return Ok(subject);
        }
    }
    let mut conversion = Conversion::new(latin1);
    let outcome = conversion.run(cx, subject);
    let binary = cx.binary(conversion.out.as_bytes());
    Ok(told(cx, binary, outcome))
}

fn characters_to_list_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let Some(latin1) = is_latin1(cx.arg(1)) else {
        return in_erlang(cx, "characters_to_list_int");
    };
    let subject = cx.arg(0);
    if let (false, Some(bits)) = (latin1, subject.as_bits()) {
        let bytes = bits.bytes().ok_or(Raise::Badarg)?;
        cx.leave_if_long(bytes.len() / 4)?;
        cx.bump_reductions(bytes.len() / BYTES_PER_REDUCTION);
        let (text, fault) = valid_part(&bytes);
        let list = cx.char_list(text);
        let rest = |cx: &mut Cx<'p>, at: usize| cx.part(bits, at * 8, bits.bit_len() - at * 8);
        let outcome = match fault {
            None => Outcome::Done,
            Some(Fault::TooShort(at)) if may_go_on(&bytes[at..]) => {
                Outcome::Incomplete(rest(cx, at))
            }
            Some(Fault::TooShort(at)) => Outcome::Error(rest(cx, at)),
            Some(Fault::Invalid(at)) => Outcome::Error(rest(cx, at)),
        };
        return Ok(told(cx, list, outcome));
    }
    leave_if_long(cx, subject)?;
    if !is_chardata(subject) {
        return Err(Raise::Badarg);
    }
    let mut conversion = Conversion::new(latin1);
    let outcome = conversion.run(cx, subject);
    let list = cx.char_list(&conversion.out);
    Ok(told(cx, list, outcome))
}

/// Bytes that are converted for a step of long work.
const CONVERTED_PER_STEP: usize = 16;

/// What is converted at length is so elsewhere.
fn leave_if_long<'p>(cx: &Cx<'p>, subject: Term<'p>) -> Result<(), Raise> {
    match subject.as_bits() {
        Some(bits) => cx.leave_if_long(bits.byte_len() / CONVERTED_PER_STEP),
        None => cx.leave_if_long_list(subject),
    }
}

/// The converted part alone, or with what is left.
fn told<'p>(cx: &mut Cx<'p>, converted: Term<'p>, outcome: Outcome<'p>) -> Term<'p> {
    let (tag, rest) = match outcome {
        Outcome::Done => return converted,
        Outcome::Error(rest) => (known::ERROR, rest),
        Outcome::Incomplete(rest) => (known::INCOMPLETE, rest),
    };
    cx.tuple(&[Term::atom(tag), converted, rest])
}

/// OTP 27 compares bytes with bits: it says so of the empty binary only.
fn bin_is_7bit_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let ascii = cx.arg(0).as_binary().is_some_and(|bytes| {
        cx.bump_reductions(bytes.len() / (8 * BYTES_PER_REDUCTION));
        bytes.is_ascii() && (bytes.is_empty() || !cx.machine().release.only_empty_is_7bit)
    });
    Ok(Term::boolean(ascii))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_may_lie_across_binaries() {
        let mut conversion = Conversion::new(false);
        for byte in "aå😀".bytes() {
            assert_eq!(conversion.bytes(&[byte]), Ok(()));
        }
        assert_eq!(
            (conversion.out.as_str(), conversion.leftover.len),
            ("aå😀", 0)
        );
    }

    #[test]
    fn faults_are_found_where_they_begin() {
        assert_eq!(valid_part(b"ab\xff"), ("ab", Some(Fault::Invalid(2))));
        assert_eq!(valid_part(b"ab\xc3"), ("ab", Some(Fault::TooShort(2))));
        assert_eq!(valid_part(b"ab\xe0\x80"), ("ab", Some(Fault::TooShort(2))));
        assert_eq!(valid_part(b"\xed\xa0\x80"), ("", Some(Fault::Invalid(0))));
        assert_eq!(
            valid_part(b"\xf4\x90\x80\x80"),
            ("", Some(Fault::Invalid(0)))
        );
        let mut conversion = Conversion::new(false);
        assert_eq!(conversion.bytes(b"x\xc3"), Ok(()));
        assert_eq!(conversion.bytes(b"yz"), Err(0));
        assert_eq!(conversion.leftover.bytes(), b"\xc3");
    }
}
