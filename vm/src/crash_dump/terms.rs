//! Terms in a crash dump: what a process has on its stack, in its dictionary and in its message queue, and the objects behind that, each
//! once and on a line of its own, as `crashdump_viewer` reads them. Follows `erl_process_dump.c` in its format.

use crate::machine::machine;
use crate::process::{Message, Owned};
use hashbrown::HashSet;
use oxbeam_term::boxed::fun::FunKind;
use oxbeam_term::etf::{EncodeOptions, encode};
use oxbeam_term::{Atom, Term, View, Word, print};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Shared binaries that dumped terms refer to: their bytes follow later. Address and length.
pub(super) type Shared = BTreeMap<u64, usize>;

/// Messages, dictionary, stack and heap of a process that stands still.
pub(super) fn process(
    out: &mut dyn Write,
    pid: &str,
    owned: &Owned,
    unfetched: &[&Message],
    shared: &mut Shared,
) -> io::Result<()> {
    let mut objects = Objects {
        waiting: Vec::new(),
        seen: HashSet::new(),
        shared,
    };
    let mut line = String::new();
    let messages: Vec<&Message> = owned
        .mailbox
        .iter()
        .chain(unfetched.iter().copied())
        .filter(|message| !message.is_damaged())
        .collect();
    if !messages.is_empty() && !owned.sensitive {
        writeln!(out, "=proc_messages:{pid}")?;
        for message in messages {
            line.clear();
            objects.element(message.word, &mut line);
            line.push(':');
            let token = if message.token.is_none() {
                Word::NIL
            } else {
                message.token
            };
            objects.element(token, &mut line);
            writeln!(out, "{line}")?;
        }
    }
    let pairs = owned.dictionary.pairs();
    if !pairs.is_empty() && !owned.sensitive {
        writeln!(out, "=proc_dictionary:{pid}")?;
        for pair in pairs {
            // The pair is no term with us; its place in the table stands for its address.
            writeln!(out, "H{:X}", pair.as_ptr() as u64)?;
        }
    }
    writeln!(out, "=proc_stack:{pid}")?;
    stack(out, owned, &mut objects)?;
    writeln!(out, "=proc_heap:{pid}")?;
    if !owned.sensitive {
        for pair in pairs {
            line.clear();
            let _ = write!(line, "{:X}:t2:", pair.as_ptr() as u64);
            objects.elements(pair.iter().copied(), &mut line);
            writeln!(out, "{line}")?;
        }
    }
    objects.waiting(out)
}

/// Persistent terms, and what they consist of.
pub(super) fn persistent(out: &mut dyn Write, shared: &mut Shared) -> io::Result<()> {
    let mut objects = Objects {
        waiting: Vec::new(),
        seen: HashSet::new(),
        shared,
    };
    writeln!(out, "=persistent_terms")?;
    let mut line = String::new();
    for (key, value) in crate::persistent_term::all() {
        line.clear();
        objects.element(key.word(), &mut line);
        line.push('|');
        objects.element(value.word(), &mut line);
        writeln!(out, "{line}")?;
    }
    writeln!(out, "=literals")?;
    objects.waiting(out)
}

/// The bytes of shared binaries.
pub(super) fn shared_binaries(out: &mut dyn Write, shared: &Shared) -> io::Result<()> {
    for (&address, &length) in shared {
        writeln!(out, "=binary:{address:X}")?;
        // SAFETY: the binary belongs to a process that stands still.
        let bytes = unsafe { std::slice::from_raw_parts(address as *const u8, length) };
        let mut line = String::new();
        sized(bytes, &mut line);
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Attributes and the like: an external term.
pub(super) fn encoded(bytes: &[u8]) -> String {
    let mut line = String::new();
    base64(bytes, &mut line);
    line
}

/// `Module:Function/Arity` of the code at an address, with the distance from its beginning.
fn place(address: u64) -> String {
    match machine().code.place(address) {
        Some(place) => format!(
            "{}:{}/{}",
            print::display_atom(place.module),
            print::display_atom(place.function),
            place.arity
        ),
        None => "<terminate process normally>".to_owned(),
    }
}

fn stack(out: &mut dyn Write, owned: &Owned, objects: &mut Objects<'_>) -> io::Result<()> {
    let base = owned.heap.stack as u64;
    let mut register = 0;
    let mut line = String::new();
    for (index, &word) in owned.heap.stack_slice().iter().enumerate() {
        if word.is_header() && !word.is_none() {
            let at = base + index as u64 * 8;
            let name = place(word.0 - 8);
            writeln!(out, "{at:#018x}:SReturn addr 0x{:X} ({name})", word.0)?;
            register = 0;
            continue;
        }
        line.clear();
        if word.is_catch_tag() {
            let handler = crate::code::catch::handler(word.catch_index()) as u64;
            let _ = write!(line, "SCatch 0x{handler:X} ({})", place(handler));
        } else if word.is_none() || owned.sensitive {
            line.push('N');
        } else {
            objects.element(word, &mut line);
        }
        writeln!(out, "y{register}:{line}")?;
        register += 1;
    }
    Ok(())
}

/// Objects that are still to be written, and those that were met.
struct Objects<'a> {
    waiting: Vec<Word>,
    seen: HashSet<u64>,
    shared: &'a mut Shared,
}

impl Objects<'_> {
    /// Writes what is left to write.
    fn waiting(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let mut line = String::new();
        while let Some(word) = self.waiting.pop() {
            line.clear();
            // SAFETY: a word that a process or another of its terms holds is a term.
            self.object(unsafe { Term::from_word(word) }, &mut line);
            writeln!(out, "{line}")?;
        }
        Ok(())
    }
    /// A term where one is referred to: itself, if it is an immediate, or its address.
    fn element(&mut self, word: Word, line: &mut String) {
        // SAFETY: the callers' words are terms.
        let term: Term<'_> = unsafe { Term::from_word(word) };
        let _ = match term.view() {
            View::Small(number) => write!(line, "I{number}"),
            View::Nil => write!(line, "N"),
            View::Atom(atom) => write!(line, "A{:X}:{}", atom.text().len(), atom.text()),
            View::Pid(_) => write!(line, "P{}", print::pid_to_text(term).unwrap_or_default()),
            View::Port(_) => {
                let text = print::port_to_text(term).unwrap_or_default();
                write!(line, "p{}", text.trim_start_matches("#Port"))
            }
            _ => {
                let address = word.pointer() as u64;
                if self.seen.insert(address) {
                    self.waiting.push(word);
                }
                write!(line, "H{address:X}")
            }
        };
    }
    fn elements(&mut self, words: impl Iterator<Item = Word>, line: &mut String) {
        for (index, word) in words.enumerate() {
            if index > 0 {
                line.push(',');
            }
            self.element(word, line);
        }
    }
    /// An object's own line.
    fn object(&mut self, term: Term<'_>, line: &mut String) {
        let _ = write!(line, "{:X}:", term.word().pointer() as u64);
        match term.view() {
            View::Cons(cell) => {
                line.push('l');
                self.element(cell.head().word(), line);
                line.push('|');
                self.element(cell.tail().word(), line);
            }
            View::Tuple(tuple) => {
                let elements = tuple.elements();
                let _ = write!(line, "t{:X}:", elements.len());
                self.elements(elements.iter().map(|element| element.word()), line);
            }
            View::Float(value) => {
                let text = format!("{value:.20e}");
                // Erlang's exponents have a sign and two digits.
                let text = match text.split_once('e') {
                    Some((digits, exponent)) => {
                        let exponent: i32 = exponent.parse().unwrap_or(0);
                        format!("{digits}e{exponent:+03}")
                    }
                    None => text,
                };
                let _ = write!(line, "F{:X}:{text}", text.len());
            }
            View::Big(big) => {
                let _ = write!(line, "B{}", big.to_text(10));
            }
            View::Map(map) => {
                // A tuple of the keys, which is no term with us, and the values.
                let (keys, values): (Vec<Word>, Vec<Word>) = map
                    .iter()
                    .map(|(key, value)| (key.word(), value.word()))
                    .unzip();
                let address = term.word().pointer() as u64 + 1;
                let _ = write!(line, "Mf{:X}:H{address:X}:", values.len());
                self.elements(values.into_iter(), line);
                let _ = write!(line, "\n{address:X}:t{:X}:", keys.len());
                self.elements(keys.into_iter(), line);
            }
            View::Bits(bits) if bits.bit_len() % 8 == 0 => match bits.shared() {
                Some(bytes) if bits.bit_offset() % 8 == 0 => {
                    let address = bytes.data() as u64;
                    let start = bits.base() as u64 + bits.bit_offset() as u64 / 8;
                    let offset = (start - address) as usize;
                    let length = bits.byte_len();
                    let known = self.shared.entry(address).or_default();
                    *known = (*known).max(offset + length);
                    let _ = write!(line, "Yc{address:X}:{offset:X}:{length:X}");
                }
                _ => {
                    line.push_str("Yh");
                    sized(&bits.bytes_padded(), line);
                }
            },
            View::Fun(fun) => match fun.kind() {
                // The external form of the others would repeat what they hold.
                FunKind::Local { entry, free, .. }
                    if free.iter().any(|term| !term.word().is_immediate()) =>
                {
                    let tag = [Atom::of("fun"), entry.module, entry.function];
                    let words = tag.into_iter().map(Word::atom);
                    let _ = write!(line, "t{:X}:", free.len() + 3);
                    self.elements(words.chain(free.iter().map(|term| term.word())), line);
                }
                _ => external(term, line),
            },
            View::Record(record) => {
                let values = record.values();
                let _ = write!(line, "t{:X}:", values.len());
                self.elements(values.iter().map(|value| value.word()), line);
            }
            _ => external(term, line),
        }
    }
}

/// The external form of a term that holds no others.
fn external(term: Term<'_>, line: &mut String) {
    line.push('E');
    let options = EncodeOptions {
        // What comes back shall not depend on this node.
        local: false,
        ..EncodeOptions::default()
    };
    sized(&encode(term, &options).unwrap_or_default(), line);
}

/// Length and bytes.
fn sized(bytes: &[u8], line: &mut String) {
    let _ = write!(line, "{:X}:", bytes.len());
    base64(bytes, line);
}

fn base64(bytes: &[u8], line: &mut String) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for chunk in bytes.chunks(3) {
        let mut bits = [0; 3];
        bits[..chunk.len()].copy_from_slice(chunk);
        let value = u32::from_be_bytes([0, bits[0], bits[1], bits[2]]);
        for place in 0..4 {
            let digit = DIGITS[(value >> (18 - 6 * place)) as usize & 63];
            line.push(if place <= chunk.len() {
                char::from(digit)
            } else {
                '='
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_digits() {
        for (bytes, text) in [
            (&b""[..], ""),
            (b"a", "YQ=="),
            (b"ab", "YWI="),
            (b"abc", "YWJj"),
            (b"\xff\xfe\xfd\xfc", "//79/A=="),
        ] {
            assert_eq!(encoded(bytes), text);
        }
    }
}
