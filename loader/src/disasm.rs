//! A module's instructions as text, for golden tests and people.
//!
//! Close to what `erlc -S` prints, but with operands in file order, so that nothing is hidden.

use std::fmt::{self, Write as _};

use crate::beam_file::BeamFile;
use crate::code::GenericOp;
use crate::genop::{Op, Role};
use crate::operand::Operand;

/// The module as text: names, tables, then each function.
pub fn disasm(beam: &BeamFile) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_module(&mut text, beam);
    text
}

fn write_module(text: &mut String, beam: &BeamFile) -> fmt::Result {
    writeln!(text, "module {}", quoted(&beam.module))?;
    for export in &beam.exports {
        writeln!(
            text,
            "export {}/{} f{}",
            quoted(beam.atom(export.function)),
            export.arity,
            export.label
        )?;
    }
    for (index, fun) in beam.funs.iter().enumerate() {
        let name = quoted(beam.atom(fun.function));
        writeln!(
            text,
            "fun {index} {name}/{} f{} free {} uniq {}",
            fun.arity, fun.label, fun.num_free, fun.old_uniq
        )?;
    }
    for record in &beam.records {
        let exported = if record.exported { " exported" } else { "" };
        write!(text, "record {}{exported}", quoted(beam.atom(record.name)))?;
        for field in &record.fields {
            write!(text, " {}", quoted(beam.atom(field.name)))?;
            if let Some(default) = &field.default {
                text.push('=');
                write_operand(text, beam, default)?;
            }
        }
        writeln!(text)?;
    }
    for instruction in &beam.code {
        write_instruction(text, beam, instruction)?;
    }
    Ok(())
}

fn write_instruction(text: &mut String, beam: &BeamFile, instruction: &GenericOp) -> fmt::Result {
    let GenericOp { op, operands, .. } = instruction;
    match (op, &operands[..]) {
        (Op::Label, [Operand::Unsigned(label)]) => return writeln!(text, "f{label}:"),
        (Op::FuncInfo, [_, Operand::Atom(function), Operand::Unsigned(arity)]) => {
            return writeln!(text, "  func_info {}/{arity}", quoted(beam.atom(*function)));
        }
        _ => {}
    }
    write!(text, "  {}", op.name())?;
    for (role, operand) in op.row().roles.iter().zip(operands) {
        text.push(' ');
        match (role, operand) {
            (Role::Import, Operand::Unsigned(index)) => match beam.imports.get(*index as usize) {
                Some(import) => write!(
                    text,
                    "{}:{}/{}",
                    quoted(beam.atom(import.module)),
                    quoted(beam.atom(import.function)),
                    import.arity
                )?,
                None => write!(text, "import{index}")?,
            },
            (Role::Line, Operand::Unsigned(item)) => match beam.lines.location(*item as u32) {
                Some((file, line)) => write!(text, "{file}:{line}")?,
                None => text.push('-'),
            },
            (_, operand) => write_operand(text, beam, operand)?,
        }
    }
    writeln!(text)
}

fn write_operand(text: &mut String, beam: &BeamFile, operand: &Operand) -> fmt::Result {
    match operand {
        Operand::List(items) => {
            text.push('[');
            for (position, item) in items.iter().enumerate() {
                if position != 0 {
                    text.push_str(", ");
                }
                write_item(text, beam, item)?;
            }
            text.push(']');
            Ok(())
        }
        single => write_item(text, beam, single),
    }
}

fn write_item(text: &mut String, beam: &BeamFile, operand: &Operand) -> fmt::Result {
    match operand {
        Operand::Nil => write!(text, "nil"),
        Operand::Atom(atom) => write!(text, "{}", quoted(beam.atom(*atom))),
        Operand::Int(number) => write!(text, "#{number}"),
        Operand::BigInt {
            negative,
            magnitude_be,
        } => {
            text.push_str(if *negative { "#-16#" } else { "#16#" });
            write_hex(text, magnitude_be)
        }
        Operand::Unsigned(number) => write!(text, "{number}"),
        Operand::BigUnsigned(magnitude_be) => {
            text.push_str("16#");
            write_hex(text, magnitude_be)
        }
        Operand::X(number) => write!(text, "x{number}"),
        Operand::Y(number) => write!(text, "y{number}"),
        Operand::TypedX(number, kind) => write!(text, "x{number}:{}", type_name(beam, *kind)),
        Operand::TypedY(number, kind) => write!(text, "y{number}:{}", type_name(beam, *kind)),
        Operand::Label(0) => write!(text, "f-"),
        Operand::Label(label) => write!(text, "f{label}"),
        Operand::FloatReg(number) => write!(text, "fr{number}"),
        Operand::Literal(index) => write!(text, "literal{index}"),
        // Lists hold no lists.
        Operand::List(items) => write!(text, "list of {}", items.len()),
        Operand::Alloc(need) => write!(
            text,
            "{{words {}, floats {}, funs {}}}",
            need.words, need.floats, need.funs
        ),
    }
}

fn write_hex(text: &mut String, bytes: &[u8]) -> fmt::Result {
    for byte in bytes {
        write!(text, "{byte:02x}")?;
    }
    Ok(())
}

/// Names of the kinds of terms, by bit.
const KINDS: [&str; 14] = [
    "atom",
    "bitstring",
    "cons",
    "float",
    "fun",
    "integer",
    "map",
    "nil",
    "pid",
    "port",
    "reference",
    "tuple",
    "record",
    "context",
];

fn type_name(beam: &BeamFile, index: u32) -> String {
    let Some(entry) = beam.types.get(index as usize) else {
        return format!("type{index}");
    };
    if *entry == crate::types::TypeEntry::ANY {
        return "any".to_owned();
    }
    let kinds: Vec<&str> = (0..KINDS.len())
        .filter(|bit| entry.kinds >> bit & 1 != 0)
        .map(|bit| KINDS[bit])
        .collect();
    let mut name = kinds.join("|");
    if entry.min.is_some() || entry.max.is_some() {
        let bound = |bound: Option<i64>| bound.map_or(String::new(), |bound| bound.to_string());
        name += &format!("({}..{})", bound(entry.min), bound(entry.max));
    }
    if entry.unit != 1 {
        name += &format!("*{}", entry.unit);
    }
    name
}

fn quoted(name: &str) -> Quoted<'_> {
    Quoted(name)
}

/// An atom as Erlang writes it: in quotes unless it is a plain lower-case name.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.0.starts_with(|c: char| c.is_ascii_lowercase())
            && self
                .0
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '@');
        if plain {
            return f.write_str(self.0);
        }
        f.write_char('\'')?;
        for c in self.0.chars() {
            match c {
                '\'' | '\\' => write!(f, "\\{c}")?,
                c if c.is_control() => write!(f, "\\x{{{:x}}}", c as u32)?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('\'')
    }
}
