//! Terms as text: `erlang:display/1`, logs, crash dumps, and what `pid_to_list/1` and its like return.
//!
//! Follows `erl_printf_term.c`: lists of printable Latin-1 and binaries of printable ASCII are shown as strings, floats with six
//! decimals. A hash map is shown pair by pair, as from OTP 26 on; OTP 25 shows the nodes of its tree.
//! Nothing recurses: what is still to be shown stands on a list.

use crate::atom::Atom;
use crate::boxed::external::{External, ExternalKind, split_pid, this_node};
use crate::boxed::fun::{Fun, FunKind};
use crate::boxed::record::Record;
use crate::boxed::reference::{Reference, keep_hidden};
use crate::map;
use crate::number::float;
use crate::rules::rules;
use crate::term::{Term, View};
use std::borrow::Cow;
use std::fmt::{self, Write};

/// What there is room for in an error message or a log line.
const LOG_LIMIT: usize = 100_000;

/// Writes `term` as `erlang:display/1` does, up to about `limit` objects and characters, then `... `. A character of a string that is
/// above 127 comes as that character; see [`display_bytes`].
///
/// # Errors
/// Those of `out`.
pub fn display(term: Term<'_>, out: &mut dyn fmt::Write, limit: usize) -> fmt::Result {
    Printer::new(&mut Characters(out), limit).run(term)
}

/// The bytes that `erlang:display/1` writes but for the line's end: atoms are in UTF-8, the characters of strings Latin-1.
pub fn display_bytes(term: Term<'_>, limit: usize) -> Vec<u8> {
    let mut out = Vec::new();
    // Writing to memory can't fail.
    let _ = Printer::new(&mut out, limit).run(term);
    out
}

impl fmt::Display for Term<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display(*self, f, LOG_LIMIT)
    }
}

impl fmt::Debug for Term<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display(*self, f, LOG_LIMIT / 100)
    }
}

/// Where text goes.
trait Out {
    fn text(&mut self, text: &str) -> fmt::Result;
    /// A character of a string.
    fn byte(&mut self, byte: u8) -> fmt::Result;
}

struct Characters<'a>(&'a mut dyn fmt::Write);

impl Out for Characters<'_> {
    fn text(&mut self, text: &str) -> fmt::Result {
        self.0.write_str(text)
    }
    fn byte(&mut self, byte: u8) -> fmt::Result {
        self.0.write_char(char::from(byte))
    }
}

impl Out for Vec<u8> {
    fn text(&mut self, text: &str) -> fmt::Result {
        self.extend_from_slice(text.as_bytes());
        Ok(())
    }
    fn byte(&mut self, byte: u8) -> fmt::Result {
        self.push(byte);
        Ok(())
    }
}

/// What is still to be shown.
enum Task<'p> {
    Text(&'static str),
    Term(Term<'p>),
    /// These terms, a comma before each.
    Terms(&'p [Term<'p>]),
    /// The rest of a list.
    List(Term<'p>),
    /// These pairs, a comma before each but the first.
    Pairs(map::Iter<'p>, bool),
    /// Fields and values of a record, likewise; the next one last.
    Fields(Vec<(Atom, Term<'p>)>, bool),
}

struct Printer<'o, 'p> {
    out: &'o mut dyn Out,
    left: usize,
    tasks: Vec<Task<'p>>,
}

/// `None`: the limit is reached.
type Shown = Result<Option<()>, fmt::Error>;

impl<'o, 'p> Printer<'o, 'p> {
    fn new(out: &'o mut dyn Out, limit: usize) -> Printer<'o, 'p> {
        Printer {
            out,
            left: limit,
            tasks: Vec::new(),
        }
    }

    fn run(mut self, term: Term<'p>) -> fmt::Result {
        self.tasks.push(Task::Term(term));
        while let Some(task) = self.tasks.pop() {
            let next = match task {
                Task::Text(text) => {
                    self.out.text(text)?;
                    continue;
                }
                Task::Term(term) => term,
                Task::Terms(terms) => {
                    let Some((&first, rest)) = terms.split_first() else {
                        continue;
                    };
                    self.out.text(",")?;
                    self.tasks.push(Task::Terms(rest));
                    first
                }
                Task::List(rest) => match rest.as_cons() {
                    Some(cell) => {
                        self.out.text(",")?;
                        self.tasks.push(Task::List(cell.tail()));
                        cell.head()
                    }
                    None if rest.is_nil() => continue,
                    None => {
                        self.out.text("|")?;
                        rest
                    }
                },
                Task::Pairs(mut pairs, first) => {
                    let Some((key, value)) = pairs.next() else {
                        continue;
                    };
                    if !first {
                        self.out.text(",")?;
                    }
                    self.tasks.push(Task::Pairs(pairs, false));
                    self.tasks.push(Task::Term(value));
                    self.tasks.push(Task::Text("=>"));
                    key
                }
                Task::Fields(mut fields, first) => {
                    let Some((field, value)) = fields.pop() else {
                        continue;
                    };
                    if !first {
                        self.out.text(",")?;
                    }
                    self.tasks.push(Task::Fields(fields, false));
                    self.tasks.push(Task::Term(value));
                    self.tasks.push(Task::Text("="));
                    Term::atom(field)
                }
            };
            if self.spend(1).is_none() || self.term(next)?.is_none() {
                return self.out.text("... ");
            }
        }
        Ok(())
    }

    fn spend(&mut self, count: usize) -> Option<()> {
        self.left = self.left.checked_sub(count)?;
        Some(())
    }

    fn term(&mut self, term: Term<'p>) -> Shown {
        match term.view() {
            View::Small(value) => self.format(format_args!("{value}"))?,
            View::Big(big) => self.out.text(&big.to_text(10))?,
            View::Float(value) => {
                for byte in float::display(value) {
                    self.out.byte(byte)?;
                }
            }
            View::Atom(atom) => self.atom(atom)?,
            View::Nil => self.out.text("[]")?,
            View::Cons(cell) => {
                if is_printable_string(term) {
                    return self.string(term);
                }
                self.out.text("[")?;
                self.tasks.push(Task::Text("]"));
                self.tasks.push(Task::List(cell.tail()));
                self.tasks.push(Task::Term(cell.head()));
            }
            View::Tuple(tuple) => {
                self.out.text("{")?;
                self.tasks.push(Task::Text("}"));
                if let Some((&first, rest)) = tuple.elements().split_first() {
                    self.tasks.push(Task::Terms(rest));
                    self.tasks.push(Task::Term(first));
                }
            }
            View::Map(map) => {
                self.out.text("#{")?;
                self.tasks.push(Task::Text("}"));
                self.tasks.push(Task::Pairs(map.iter(), true));
            }
            View::Bits(bits) => {
                let odd = bits.bit_len() % 8;
                let bytes = bits.bytes_padded();
                return self.bits(&bytes, odd);
            }
            View::Fun(fun) => self.out.text(&fun_to_text(fun))?,
            View::Pid(number) => self.out.text(&local_pid_text(number))?,
            View::Port(number) => self.format(format_args!("#Port<0.{number}>"))?,
            View::Reference(reference) => self.out.text(&reference_text(reference))?,
            View::ExternalPid(external)
            | View::ExternalPort(external)
            | View::ExternalReference(external) => self.out.text(&external_text(external))?,
            View::Record(record) => self.record(record)?,
        }
        Ok(Some(()))
    }

    fn format(&mut self, arguments: fmt::Arguments<'_>) -> fmt::Result {
        let mut text = String::new();
        text.write_fmt(arguments)?;
        self.out.text(&text)
    }

    fn atom(&mut self, atom: Atom) -> fmt::Result {
        // An atom is shown as a whole, and what follows pays for it.
        self.left = self.left.saturating_sub(atom.text().len());
        self.out.text(&display_atom(atom))
    }

    fn string(&mut self, list: Term<'p>) -> Shown {
        self.out.text("\"")?;
        for element in list.list_iter() {
            if self.spend(1).is_none() {
                return Ok(None);
            }
            match element.as_small().unwrap_or(0) as u8 {
                b'\n' => self.out.text("\\n")?,
                b'"' => self.out.text("\\\"")?,
                byte => self.out.byte(byte)?,
            }
        }
        self.out.text("\"")?;
        Ok(Some(()))
    }

    /// The last byte has `odd` bits, the highest, unless `odd` is zero.
    fn bits(&mut self, bytes: &[u8], odd: usize) -> Shown {
        let whole = bytes.len() - usize::from(odd > 0);
        let quoted = odd == 0 && whole > 0 && bytes.iter().all(|byte| (b' '..=b'~').contains(byte));
        self.out.text(if quoted { "<<\"" } else { "<<" })?;
        for (index, &byte) in bytes[..whole].iter().enumerate() {
            if quoted {
                if byte == b'"' {
                    self.out.text("\\")?;
                }
                self.out.byte(byte)?;
            } else {
                let comma = if index > 0 { "," } else { "" };
                self.format(format_args!("{comma}{byte}"))?;
            }
            if self.spend(1).is_none() {
                return Ok(None);
            }
        }
        if odd > 0 {
            let comma = if whole > 0 { "," } else { "" };
            self.format(format_args!("{comma}{}:{odd}", bytes[whole] >> (8 - odd)))?;
        }
        self.out.text(if quoted { "\">>" } else { ">>" })?;
        Ok(Some(()))
    }

    fn record(&mut self, record: Record<'p>) -> fmt::Result {
        let definition = record.definition();
        self.out.text("#")?;
        for (before, part) in [("", definition.module()), (":", definition.name())] {
            self.out.text(before)?;
            if let Some(atom) = part.as_atom() {
                self.atom(atom)?;
            }
        }
        self.out.text("{")?;
        self.tasks.push(Task::Text("}"));
        // Shown in the order in which they are kept.
        let mut fields: Vec<_> = definition
            .fields()
            .iter()
            .filter_map(|name| name.as_atom())
            .zip(record.values().iter().copied())
            .collect();
        fields.reverse();
        self.tasks.push(Task::Fields(fields, true));
        Ok(())
    }
}

/// A proper list, not empty, of Latin-1 characters that can be seen.
fn is_printable_string(list: Term<'_>) -> bool {
    let mut elements = list.list_iter();
    elements.by_ref().all(|element| {
        matches!(
            element.as_small(),
            Some(0x09 | 0x0a | 0x0d | 0x20..=0x7e | 0xa0..=0xff)
        )
    }) && elements.rest().is_nil()
}

/// Lower-case letters of Latin-1.
fn is_lower(character: char) -> bool {
    matches!(character, 'a'..='z' | '\u{df}'..='\u{f6}' | '\u{f8}'..='\u{ff}')
}

/// Letters and digits of Latin-1.
fn is_alphanumeric(character: char) -> bool {
    is_lower(character)
        || matches!(character, '0'..='9' | 'A'..='Z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{de}')
}

/// An atom as `erlang:display/1` shows it: reserved words are not quoted, but everything with another character than letters, digits
/// and `_` is.
pub fn display_atom(atom: Atom) -> Cow<'static, str> {
    quoted(
        atom,
        |rest| rest.all(|character| is_alphanumeric(character) || character == '_'),
        |character| match character {
            '\u{08}' => Some('b'),
            '\u{09}' => Some('t'),
            '\u{0a}' => Some('n'),
            '\u{0b}' => Some('v'),
            '\u{0c}' => Some('f'),
            '\u{0d}' => Some('r'),
            _ => None,
        },
        |character| character != '\u{7f}',
    )
}

/// An atom as it stands in source text (`~tw`): quoted where it must be.
pub fn atom_text(atom: Atom) -> Cow<'static, str> {
    let reserved = is_reserved(atom.text());
    quoted(
        atom,
        |rest| {
            !reserved
                && rest
                    .all(|character| is_alphanumeric(character) || matches!(character, '_' | '@'))
        },
        |character| match character {
            '\u{08}' => Some('b'),
            '\u{09}' => Some('t'),
            '\u{0a}' => Some('n'),
            '\u{0b}' => Some('v'),
            '\u{0c}' => Some('f'),
            '\u{0d}' => Some('r'),
            '\u{1b}' => Some('e'),
            '\u{7f}' => Some('d'),
            _ => None,
        },
        |_| true,
    )
}

/// An atom, quoted unless it begins with a lower-case letter and `plain` says so of the rest. `letter` names the characters that have
/// an escape of one letter; other control characters are written in octal if `octal` says so.
fn quoted(
    atom: Atom,
    plain: impl FnOnce(&mut std::str::Chars<'static>) -> bool,
    letter: impl Fn(char) -> Option<char>,
    octal: impl Fn(char) -> bool,
) -> Cow<'static, str> {
    let text = atom.text();
    let mut rest = text.chars();
    if rest.next().is_some_and(is_lower) && plain(&mut rest) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for character in text.chars() {
        if let Some(letter) = letter(character) {
            out.push('\\');
            out.push(letter);
        } else if matches!(character, '\'' | '\\') {
            out.push('\\');
            out.push(character);
        } else if character.is_control() && octal(character) {
            let _ = write!(out, "\\{:03o}", u32::from(character));
        } else {
            out.push(character);
        }
    }
    out.push('\'');
    Cow::Owned(out)
}

/// The words of the language that are no atoms.
fn is_reserved(text: &str) -> bool {
    match text {
        "after" | "and" | "andalso" | "band" | "begin" | "bnot" | "bor" | "bsl" | "bsr"
        | "bxor" | "case" | "catch" | "cond" | "div" | "end" | "fun" | "if" | "let" | "not"
        | "of" | "or" | "orelse" | "receive" | "rem" | "try" | "when" | "xor" => true,
        "else" | "maybe" => rules().maybe_reserved,
        _ => false,
    }
}

/// What stands for a node in the text of a pid: zero for this one, also of an earlier creation.
fn channel(external: External<'_>) -> u32 {
    let name = external.node().name;
    if name == this_node().name {
        0
    } else {
        name.index()
    }
}

fn local_pid_text(number: u64) -> String {
    let (number, serial) = split_pid(number);
    format!("<0.{number}.{serial}>")
}

fn numbers_text(channel: u32, numbers: &[u32]) -> String {
    let mut text = format!("#Ref<{channel}");
    for number in numbers.iter().rev() {
        let _ = write!(text, ".{number}");
    }
    text.push('>');
    text
}

fn reference_text(reference: Reference<'_>) -> String {
    keep_hidden(reference);
    let (numbers, count) = reference.external_numbers();
    numbers_text(0, &numbers[..count])
}

fn external_text(external: External<'_>) -> String {
    let channel = channel(external);
    match external.kind() {
        ExternalKind::Pid => {
            let number = external.number();
            format!("<{channel}.{}.{}>", number as u32, number >> 32)
        }
        ExternalKind::Port => format!("#Port<{channel}.{}>", external.number()),
        ExternalKind::Reference => numbers_text(channel, &external.numbers()),
    }
}

/// Text of a pid of whatever node (`pid_to_list/1`).
pub fn pid_to_text(term: Term<'_>) -> Option<String> {
    match term.view() {
        View::Pid(number) => Some(local_pid_text(number)),
        View::ExternalPid(external) => Some(external_text(external)),
        _ => None,
    }
}

/// Text of a port (`port_to_list/1`).
pub fn port_to_text(term: Term<'_>) -> Option<String> {
    match term.view() {
        View::Port(number) => Some(format!("#Port<0.{number}>")),
        View::ExternalPort(external) => Some(external_text(external)),
        _ => None,
    }
}

/// Text of a reference (`ref_to_list/1`).
pub fn ref_to_text(term: Term<'_>) -> Option<String> {
    match term.view() {
        View::Reference(reference) => Some(reference_text(reference)),
        View::ExternalReference(external) => Some(external_text(external)),
        _ => None,
    }
}

/// Text of a fun (`fun_to_list/1`).
pub fn fun_to_text(fun: Fun<'_>) -> String {
    match fun.kind() {
        FunKind::Local { entry, .. } => format!(
            "#Fun<{}.{}.{}>",
            entry.module.text(),
            entry.old_index,
            entry.old_uniq
        ),
        FunKind::External(export) => format!(
            "fun {}:{}/{}",
            display_atom(export.module()),
            display_atom(export.function()),
            export.arity()
        ),
    }
}
