//! Lowering of the instructions that build and match bitstrings.

use super::operand as at;
use super::{Argument, Emitter, RunWord};
use crate::interp::isa::Row;
use crate::interp::operand::Place;
use crate::interp::ops::binary::{self as ops, ALL_SIZE, command, segment};
use crate::interp::ops::data;
use crate::release::Release;
use oxbeam_loader::{GenericOp, Op, Operand};
use oxbeam_term::binary::Flags;
use oxbeam_term::number::Endian;
use oxbeam_term::{Term, Word};

type Lowered = Result<(), String>;

fn number(op: &GenericOp, index: usize) -> Result<usize, String> {
    match at(op, index)? {
        Operand::Unsigned(value) => {
            usize::try_from(*value).map_err(|_| "a number too large".to_owned())
        }
        Operand::Int(value) => usize::try_from(*value).map_err(|_| "a negative number".to_owned()),
        other => Err(format!("{} where a number belongs", other.form())),
    }
}

fn heap_need(op: &GenericOp, index: usize) -> Result<usize, String> {
    match at(op, index)? {
        Operand::Alloc(list) => {
            Ok(list.words as usize + 2 * list.floats as usize + 3 * list.funs as usize)
        }
        _ => number(op, index),
    }
}

/// Jump target; a label that stands for raising, or for what can't fail, is the instruction itself.
fn label(operand: &Operand) -> Argument {
    match operand {
        Operand::Label(label) => Argument::Label(*label),
        _ => Argument::Label(0),
    }
}

/// A size: register or constant, or an untagged number.
fn size(emitter: &Emitter<'_>, operand: &Operand) -> Result<Place, String> {
    match operand {
        Operand::Unsigned(value) => i64::try_from(*value)
            .map(|value| Place::Constant(Word::small(value)))
            .map_err(|_| "a size too large".to_owned()),
        _ => emitter.place(operand),
    }
}

/// Flags of an instruction's own field.
fn flag_field(op: &GenericOp, index: usize) -> Result<Argument, String> {
    Ok(Argument::Number(match at(op, index)? {
        Operand::Unsigned(field) => usize::from(Flags::from_code(*field).code()),
        _ => 0,
    }))
}

/// Are these flags, made by [`flag_field`], those of a signed number?
fn flags_are_signed(flags: &Argument) -> bool {
    matches!(flags, Argument::Number(code) if Flags::from_code(*code as u64).is_signed())
}

/// Flags of a segment in a list: none, or a literal list of names.
fn flag_names(emitter: &Emitter<'_>, operand: &Operand) -> Result<u8, String> {
    if *operand == Operand::Nil {
        return Ok(Flags::NONE.code());
    }
    let word = emitter.constant(operand)?;
    // SAFETY: a literal of the module that is being loaded.
    let list: Term<'_> = unsafe { Term::from_word(word) };
    let mut endian = Endian::Big;
    let mut signed = false;
    for name in list.list_iter() {
        match name.as_atom().map(oxbeam_term::Atom::text) {
            Some("little") => endian = Endian::Little,
            Some("native") if cfg!(target_endian = "little") => endian = Endian::Little,
            Some("signed") => signed = true,
            _ => {}
        }
    }
    Ok(Flags::new(endian, signed).code())
}

/// A literal binary of some of the module's string bytes.
fn string(emitter: &Emitter<'_>, offset: usize, bytes: usize) -> Result<Word, String> {
    let end = offset.checked_add(bytes).ok_or("a string out of range")?;
    let bytes = emitter
        .names
        .strings
        .get(offset..end)
        .ok_or("a string out of range")?;
    Ok((emitter.names.intern_bytes)(bytes))
}

/// Lowers an instruction of this family; false if it is of another.
pub(super) fn lower(emitter: &mut Emitter<'_>, op: &GenericOp) -> Result<bool, String> {
    match op.op {
        Op::BsStartMatch3 => start_match(emitter, op, [0, 1, 2, 3])?,
        Op::BsStartMatch4 => start_match(emitter, op, [0, 2, 1, 3])?,
        Op::BsStartMatch2 => start_match(emitter, op, [0, 1, 2, 4])?,
        Op::BsGetPosition => {
            let (context, target) = (emitter.argument(at(op, 0)?)?, emitter.argument(at(op, 1)?)?);
            emitter.emit(&ops::bs_get_position, &[context, target])?;
        }
        Op::BsSetPosition => {
            let (context, position) =
                (emitter.argument(at(op, 0)?)?, emitter.argument(at(op, 1)?)?);
            emitter.emit(&ops::bs_set_position, &[context, position])?;
        }
        Op::BsGetTail => {
            let (context, target) = (emitter.argument(at(op, 0)?)?, emitter.argument(at(op, 1)?)?);
            emitter.emit(&ops::bs_get_tail, &[context, target])?;
        }
        Op::BsGetInteger2 => get_integer(emitter, op)?,
        Op::BsGetFloat2 => {
            let arguments = [
                label(at(op, 0)?),
                emitter.argument(at(op, 1)?)?,
                Argument::Place(size(emitter, at(op, 3)?)?),
                Argument::Number(number(op, 4)?),
                flag_field(op, 5)?,
                emitter.argument(at(op, 6)?)?,
            ];
            emitter.emit(&ops::bs_get_float, &arguments)?;
        }
        Op::BsGetBinary2 => {
            let context = emitter.argument(at(op, 1)?)?;
            let (unit, target) = (
                Argument::Number(number(op, 4)?),
                emitter.argument(at(op, 6)?)?,
            );
            match size(emitter, at(op, 3)?)? {
                Place::Constant(Word(ALL_SIZE)) => {
                    emitter.emit(
                        &ops::bs_get_binary_all,
                        &[label(at(op, 0)?), context, unit, target],
                    )?;
                }
                size => emitter.emit(
                    &ops::bs_get_binary,
                    &[
                        label(at(op, 0)?),
                        context,
                        Argument::Place(size),
                        unit,
                        target,
                    ],
                )?,
            }
        }
        Op::BsSkipBits2 => {
            let context = emitter.argument(at(op, 1)?)?;
            let unit = Argument::Number(number(op, 3)?);
            match size(emitter, at(op, 2)?)? {
                Place::Constant(Word(ALL_SIZE)) => {
                    emitter.emit(&ops::bs_skip_all, &[label(at(op, 0)?), context, unit])?
                }
                size => emitter.emit(
                    &ops::bs_skip_bits,
                    &[label(at(op, 0)?), context, Argument::Place(size), unit],
                )?,
            }
        }
        Op::BsTestTail2 => {
            let context = emitter.argument(at(op, 1)?)?;
            // So many are never left.
            let bits = match at(op, 2)? {
                Operand::BigUnsigned(_) => u64::MAX,
                _ => number(op, 2)? as u64,
            };
            emitter.emit(
                &ops::bs_test_tail,
                &[label(at(op, 0)?), context, Argument::Immediate(bits)],
            )?;
        }
        Op::BsTestUnit => {
            let context = emitter.argument(at(op, 1)?)?;
            emitter.emit(
                &ops::bs_test_unit,
                &[label(at(op, 0)?), context, Argument::Number(number(op, 2)?)],
            )?;
        }
        Op::BsMatchString => {
            let context = emitter.argument(at(op, 1)?)?;
            let bits = number(op, 2)?;
            let literal = string(emitter, number(op, 3)?, bits.div_ceil(8))?;
            let arguments = [
                label(at(op, 0)?),
                context,
                Argument::Immediate(bits as u64),
                Argument::Immediate(literal.0),
            ];
            emitter.emit(&ops::bs_match_string, &arguments)?;
        }
        Op::BsGetUtf8 => {
            let arguments = [
                label(at(op, 0)?),
                emitter.argument(at(op, 1)?)?,
                emitter.argument(at(op, 4)?)?,
            ];
            emitter.emit(&ops::bs_get_utf8, &arguments)?;
        }
        Op::BsGetUtf16 => get_utf(emitter, &ops::bs_get_utf16, op)?,
        Op::BsGetUtf32 => get_utf(emitter, &ops::bs_get_utf32, op)?,
        Op::BsSkipUtf8 => skip_utf(emitter, op, 8)?,
        Op::BsSkipUtf16 => skip_utf(emitter, op, 16)?,
        Op::BsSkipUtf32 => skip_utf(emitter, op, 32)?,
        Op::BsMatch => bs_match(emitter, op)?,
        Op::BsCreateBin => create(emitter, op)?,
        Op::BsInitWritable => emitter.emit(&ops::bs_init_writable, &[])?,
        Op::BsInit2 => init(emitter, op, 8)?,
        Op::BsInitBits => init(emitter, op, 1)?,
        Op::BsAppend => {
            let source = emitter.argument(at(op, 5)?)?;
            let (source, live) = keep(emitter, source, number(op, 3)?)?;
            let arguments = [
                label(at(op, 0)?),
                Argument::Place(size(emitter, at(op, 1)?)?),
                Argument::Number(1),
                Argument::Number(number(op, 2)?),
                Argument::Number(live),
                Argument::Number(number(op, 4)?),
                source,
                emitter.argument(at(op, 7)?)?,
            ];
            emitter.emit(&ops::bs_append, &arguments)?;
        }
        Op::BsPrivateAppend => {
            let arguments = [
                label(at(op, 0)?),
                Argument::Place(size(emitter, at(op, 1)?)?),
                Argument::Number(number(op, 2)?),
                emitter.argument(at(op, 3)?)?,
                emitter.argument(at(op, 5)?)?,
            ];
            emitter.emit(&ops::bs_private_append, &arguments)?;
        }
        Op::BsAdd => {
            let list = [
                label(at(op, 0)?),
                Argument::Place(size(emitter, at(op, 1)?)?),
                Argument::Place(size(emitter, at(op, 2)?)?),
                Argument::Number(number(op, 3)?),
                emitter.argument(at(op, 4)?)?,
            ];
            emitter.emit(&ops::bs_add, &list)?;
        }
        Op::BsUtf8Size => utf_size(emitter, op, 8)?,
        Op::BsUtf16Size => utf_size(emitter, op, 16)?,
        Op::BsPutInteger => put_sized(emitter, &ops::bs_put_integer, op)?,
        Op::BsPutFloat => put_sized(emitter, &ops::bs_put_float, op)?,
        Op::BsPutBinary => {
            let (unit, value) = (
                Argument::Number(number(op, 2)?),
                emitter.argument(at(op, 4)?)?,
            );
            match size(emitter, at(op, 1)?)? {
                Place::Constant(Word(ALL_SIZE)) => {
                    emitter.emit(&ops::bs_put_binary_all, &[label(at(op, 0)?), unit, value])?
                }
                size => emitter.emit(
                    &ops::bs_put_binary,
                    &[label(at(op, 0)?), Argument::Place(size), unit, value],
                )?,
            }
        }
        Op::BsPutString => {
            let literal = string(emitter, number(op, 1)?, number(op, 0)?)?;
            emitter.emit(&ops::bs_put_string, &[Argument::Immediate(literal.0)])?;
        }
        Op::BsPutUtf8 => put_utf(emitter, op, 8)?,
        Op::BsPutUtf16 => put_utf(emitter, op, 16)?,
        Op::BsPutUtf32 => put_utf(emitter, op, 32)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// A source that need not be live after the instruction, but that its collection must keep: with the number of registers that are live then.
fn keep(
    emitter: &mut Emitter<'_>,
    source: Argument,
    live: usize,
) -> Result<(Argument, usize), String> {
    let Argument::Place(Place::X(register)) = source else {
        return Ok((source, live));
    };
    if usize::from(register) < live * 8 {
        return Ok((source, live));
    }
    let first_dead = Argument::Place(Place::X(live as u16 * 8));
    if usize::from(register) > live * 8 {
        emitter.emit(&data::move_term, &[source, first_dead.clone()])?;
    }
    Ok((first_dead, live + 1))
}

/// `order`: where fail label, source, live and target stand.
fn start_match(emitter: &mut Emitter<'_>, op: &GenericOp, order: [usize; 4]) -> Lowered {
    let source = emitter.argument(at(op, order[1])?)?;
    let (source, live) = keep(emitter, source, number(op, order[2])?)?;
    let arguments = [
        label(at(op, order[0])?),
        source,
        Argument::Number(live),
        emitter.argument(at(op, order[3])?)?,
    ];
    emitter.emit(&ops::bs_start_match, &arguments)
}

fn get_integer(emitter: &mut Emitter<'_>, op: &GenericOp) -> Lowered {
    let context = emitter.argument(at(op, 1)?)?;
    let unit = number(op, 4)?;
    let (flags, target) = (flag_field(op, 5)?, emitter.argument(at(op, 6)?)?);
    let size = size(emitter, at(op, 3)?)?;
    if let Place::Constant(constant) = size {
        let bits = usize::try_from(constant.small_value())
            .ok()
            .and_then(|size| size.checked_mul(unit));
        if constant.is_small() && bits == Some(8) && !flags_are_signed(&flags) {
            let arguments = [label(at(op, 0)?), context, Argument::Number(1), target];
            return emitter.emit(&ops::bs_get_byte, &arguments);
        }
        if let Some(bits) = bits.filter(|&bits| constant.is_small() && bits <= 65_535) {
            return emitter.emit(
                &ops::bs_get_integer_bits,
                &[
                    label(at(op, 0)?),
                    context,
                    Argument::Number(bits),
                    flags,
                    target,
                ],
            );
        }
    }
    let arguments = [
        label(at(op, 0)?),
        context,
        Argument::Place(size),
        Argument::Number(unit),
        flags,
        target,
    ];
    emitter.emit(&ops::bs_get_integer, &arguments)
}

fn get_utf(emitter: &mut Emitter<'_>, row: &'static Row, op: &GenericOp) -> Lowered {
    let arguments = [
        label(at(op, 0)?),
        emitter.argument(at(op, 1)?)?,
        flag_field(op, 3)?,
        emitter.argument(at(op, 4)?)?,
    ];
    emitter.emit(row, &arguments)
}

fn skip_utf(emitter: &mut Emitter<'_>, op: &GenericOp, kind: usize) -> Lowered {
    let arguments = [
        label(at(op, 0)?),
        emitter.argument(at(op, 1)?)?,
        Argument::Number(kind),
        flag_field(op, 3)?,
    ];
    emitter.emit(&ops::bs_skip_utf, &arguments)
}

fn bs_match(emitter: &mut Emitter<'_>, op: &GenericOp) -> Lowered {
    let context = emitter.argument(at(op, 1)?)?;
    let Operand::List(items) = at(op, 2)? else {
        return Err("bs_match without commands".to_owned());
    };
    let plain = |kind: u64, bits: u64| RunWord::Plain(kind | (bits << 8));
    let value = |operand: &Operand| match operand {
        Operand::Unsigned(value) => Ok(*value),
        other => Err(format!("{} in a command", other.form())),
    };
    // More bits than there can be, in as many as a command has room for.
    let bits = |size: &Operand, unit: u64| match size {
        Operand::Unsigned(size) => size.saturating_mul(unit).min(1 << 55),
        _ => 1 << 55,
    };
    if let Some((unit, target)) = single_byte(emitter, items)? {
        let arguments = [
            label(at(op, 0)?),
            context,
            Argument::Number(unit),
            emitter.argument(target)?,
        ];
        return emitter.emit(&ops::bs_get_byte, &arguments);
    }
    let mut words = Vec::new();
    let mut rest: &[Operand] = items;
    while let [Operand::Atom(name), arguments @ ..] = rest {
        rest = match (emitter.names.atom(*name).text(), arguments) {
            ("ensure_at_least", [size, unit, rest @ ..]) => {
                words.extend([
                    plain(command::ENSURE_AT_LEAST, bits(size, 1)),
                    RunWord::Plain(value(unit)?),
                ]);
                rest
            }
            ("ensure_exactly", [size, rest @ ..]) => {
                words.push(plain(command::ENSURE_EXACTLY, bits(size, 1)));
                rest
            }
            ("skip", [size, rest @ ..]) => {
                words.push(plain(command::SKIP, bits(size, 1)));
                rest
            }
            ("integer", [_, flags, size, unit, target, rest @ ..]) => {
                let flags = u64::from(flag_names(emitter, flags)?);
                let size = bits(size, value(unit)?);
                if size == 8 && !Flags::from_code(flags).is_signed() {
                    words.extend([plain(command::BYTE, 8), emitter.general(target)?]);
                } else {
                    words.extend([
                        plain(command::INTEGER, size),
                        RunWord::Plain(flags),
                        emitter.general(target)?,
                    ]);
                }
                rest
            }
            ("binary", [_, _, size, unit, target, rest @ ..]) => {
                words.extend([
                    plain(command::BINARY, bits(size, value(unit)?)),
                    emitter.general(target)?,
                ]);
                rest
            }
            ("get_tail", [_, _, target, rest @ ..]) => {
                words.extend([plain(command::TAIL, 0), emitter.general(target)?]);
                rest
            }
            ("=:=", [_, size, number, rest @ ..]) => {
                words.extend([
                    plain(command::EQUAL, value(size)?),
                    RunWord::Plain(value(number)?),
                ]);
                rest
            }
            (name, _) => return Err(format!("the match command {name}")),
        };
    }
    emitter.emit(
        &ops::bs_match,
        &[label(at(op, 0)?), context, Argument::Words(words)],
    )
}

/// Unit and target, if the commands take one byte of at least so many and nothing else.
fn single_byte<'a>(
    emitter: &Emitter<'_>,
    items: &'a [Operand],
) -> Result<Option<(usize, &'a Operand)>, String> {
    use Operand::{Atom, Unsigned};
    let [
        Atom(ensure),
        Unsigned(8),
        Unsigned(unit @ (1 | 8)),
        Atom(integer),
        _,
        flags,
        Unsigned(size),
        Unsigned(size_unit),
        target,
    ] = items
    else {
        return Ok(None);
    };
    let names = [ensure, integer].map(|name| emitter.names.atom(*name).text());
    let byte = size.checked_mul(*size_unit) == Some(8)
        && !Flags::from_code(flag_names(emitter, flags)?.into()).is_signed();
    let fits = names == ["ensure_at_least", "integer"] && byte;
    Ok(fits.then_some((*unit as usize, target)))
}

fn create(emitter: &mut Emitter<'_>, op: &GenericOp) -> Lowered {
    let Operand::List(items) = at(op, 5)? else {
        return Err("bs_create_bin without segments".to_owned());
    };
    let mut words = Vec::with_capacity(items.len() / 2);
    for item in items.chunks(6) {
        let [
            Operand::Atom(kind),
            Operand::Unsigned(position),
            Operand::Unsigned(unit),
            flags,
            value,
            size_operand,
        ] = item
        else {
            return Err("a segment of another shape".to_owned());
        };
        let kind = match emitter.names.atom(*kind).text() {
            "append" | "private_append" => segment::APPEND,
            "integer" => segment::INTEGER,
            "float" => segment::FLOAT,
            "binary" => segment::BINARY,
            "string" => segment::STRING,
            "utf8" => segment::UTF8,
            "utf16" => segment::UTF16,
            "utf32" => segment::UTF32,
            other => return Err(format!("a segment of type {other}")),
        };
        let flags = u64::from(flag_names(emitter, flags)?);
        words.push(RunWord::Plain(
            kind | (unit << 8) | (flags << 24) | (position << 32),
        ));
        if kind == segment::STRING {
            let number = |operand: &Operand| match operand {
                Operand::Unsigned(value) => usize::try_from(*value).ok(),
                Operand::Int(value) => usize::try_from(*value).ok(),
                _ => None,
            };
            let (offset, bytes) = (
                number(value).ok_or("a string's offset")?,
                number(size_operand).ok_or("a string's length")?,
            );
            let literal = string(emitter, offset, bytes)?;
            words.extend([RunWord::Plain(literal.0), RunWord::Plain(ALL_SIZE)]);
        } else {
            words.push(emitter.general(value)?);
            let size = size(emitter, size_operand)?;
            words.push(RunWord::Plain(crate::interp::operand::general::encode(
                size,
            )));
        }
    }
    let target = emitter.argument(at(op, 4)?)?;
    let mut arguments = vec![
        label(at(op, 0)?),
        Argument::Number(heap_need(op, 1)?),
        Argument::Number(number(op, 2)?),
    ];
    let lengthened = match &items[..] {
        [Operand::Atom(kind), _, _, _, source, ..]
            if Release::current().lengthens_in_place
                && emitter.names.atom(*kind).text() == "private_append" =>
        {
            Some(emitter.argument(source)?)
        }
        _ => None,
    };
    let row = match (lengthened, appended_byte(emitter, items)?) {
        (Some(source), _) => {
            arguments.push(source);
            &ops::bs_lengthen
        }
        (None, Some((source, value))) => {
            arguments.extend([source, value]);
            &ops::bs_append_byte
        }
        (None, None) => &ops::bs_create_bin,
    };
    arguments.extend([target, Argument::Words(words)]);
    emitter.emit(row, &arguments)
}

/// What is appended to, and the integer, if the segments are these two and the second has eight bits.
fn appended_byte(
    emitter: &mut Emitter<'_>,
    items: &[Operand],
) -> Result<Option<(Argument, Argument)>, String> {
    use Operand::{Atom, Unsigned};
    let [
        Atom(append),
        _,
        Unsigned(1 | 8),
        _,
        source,
        _,
        Atom(integer),
        _,
        Unsigned(unit),
        _,
        value,
        bits,
    ] = items
    else {
        return Ok(None);
    };
    let kinds = [append, integer].map(|name| emitter.names.atom(*name).text());
    let eight = match size(emitter, bits)? {
        Place::Constant(bits) if bits.is_small() => {
            bits.small_value().checked_mul(*unit as i64) == Some(8)
        }
        _ => false,
    };
    if !eight || !matches!(kinds, ["append" | "private_append", "integer"]) {
        return Ok(None);
    }
    Ok(Some((emitter.argument(source)?, emitter.argument(value)?)))
}

fn init(emitter: &mut Emitter<'_>, op: &GenericOp, unit: usize) -> Lowered {
    if matches!(at(op, 1)?, Operand::BigUnsigned(_)) {
        return emitter.emit(&crate::interp::ops::control::system_limit, &[]);
    }
    let arguments = [
        label(at(op, 0)?),
        Argument::Place(size(emitter, at(op, 1)?)?),
        Argument::Number(unit),
        Argument::Number(heap_need(op, 2)?),
        Argument::Number(number(op, 3)?),
        emitter.argument(at(op, 5)?)?,
    ];
    emitter.emit(&ops::bs_init, &arguments)
}

fn utf_size(emitter: &mut Emitter<'_>, op: &GenericOp, kind: usize) -> Lowered {
    let (value, target) = (emitter.argument(at(op, 1)?)?, emitter.argument(at(op, 2)?)?);
    emitter.emit(&ops::bs_utf_size, &[Argument::Number(kind), value, target])
}

fn put_sized(emitter: &mut Emitter<'_>, row: &'static Row, op: &GenericOp) -> Lowered {
    let arguments = [
        label(at(op, 0)?),
        Argument::Place(size(emitter, at(op, 1)?)?),
        Argument::Number(number(op, 2)?),
        flag_field(op, 3)?,
        emitter.argument(at(op, 4)?)?,
    ];
    emitter.emit(row, &arguments)
}

fn put_utf(emitter: &mut Emitter<'_>, op: &GenericOp, kind: usize) -> Lowered {
    let arguments = [
        label(at(op, 0)?),
        Argument::Number(kind),
        flag_field(op, 1)?,
        emitter.argument(at(op, 2)?)?,
    ];
    emitter.emit(&ops::bs_put_utf, &arguments)
}
