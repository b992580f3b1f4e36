//! Native records of OTP 29.
//!
//! A record points to the definition that it was made from; its values are in the order of the fields there, that of the atom table. So are
//! the fields that an instruction names, which are therefore found one behind the other. What can be known of a record of the module's own is found out when the module is loaded.

use super::control;
use super::data::boxed_as;
use crate::code::lower::{Argument, Emitter, RunWord};
use crate::code::record::{RecordDefinition, RecordEntry};
use crate::interp::exception;
use crate::interp::frame::{Frame, term};
use crate::interp::operand::Place;
use oxbeam_loader::{GenericOp, Op, Operand as Generic};
use oxbeam_term::atom::{Atom, known};
use oxbeam_term::boxed::record::VALUES;
use oxbeam_term::boxed::record::definition::{EXPORTED, FIELDS, MODULE, NAME};
use oxbeam_term::word::subtag;
use oxbeam_term::{Term, Word};

crate::instructions! { frame;
    /// Continue if `value` is a native record, else jump.
    is_any_native_record(otherwise: Label, value: Source) {
        if boxed_as(value, subtag::RECORD) { frame.advance() } else { frame.go(otherwise) }
    }
    /// Continue if `value` is a native record of this module and name, else jump.
    is_native_record(otherwise: Label, value: Source, module: Immediate, name: Immediate) {
        if is_record_of(value, module, name) { frame.advance() } else { frame.go(otherwise) }
    }
    /// Continue if all modules may look into `value`, a native record, else jump.
    is_record_accessible(otherwise: Label, value: Source) {
        if boxed_as(value, subtag::RECORD) && is_exported(definition_of(value)) {
            frame.advance()
        } else {
            frame.go(otherwise)
        }
    }
    /// Continue if `module` may look into `value`, a native record, else jump.
    is_record_accessible_from(otherwise: Label, value: Source, module: Immediate) {
        if boxed_as(value, subtag::RECORD) {
            let definition = definition_of(value);
            if is_exported(definition) || (*definition.add(MODULE)).0 == module { return frame.advance() }
        }
        frame.go(otherwise)
    }
    /// The values of the run's fields to the run's registers, or jump.
    get_record_elements(otherwise: Label, value: Source, pairs: Words) {
        if !boxed_as(value, subtag::RECORD) { return frame.go(otherwise) }
        let object = value.pointer();
        let (fields, count) = fields_of(definition_of(value));
        let mut after = 0;
        for index in 0..pairs.count / 2 {
            let Some(position) = position(fields, count, *frame.next.add(2 * index), after) else {
                return frame.go(otherwise);
            };
            frame.set_general(*frame.next.add(2 * index + 1), *object.add(VALUES + position));
            after = position + 1;
        }
        frame.next = frame.next.add(pairs.count);
        frame.advance()
    }
    /// `target := value#name.field`, a record of this name (any, for `_`); else jump or raise.
    get_local_record_field(otherwise: Label, value: Source, name: Immediate, field: Immediate, target: Destination) {
        if boxed_as(value, subtag::RECORD) {
            let definition = definition_of(value);
            if (*definition.add(NAME)).0 == name || name == Word::atom(known::ANY).0 {
                let (fields, count) = fields_of(definition);
                if let Some(position) = position(fields, count, field, 0) {
                    target.set(*value.pointer().add(VALUES + position));
                    return frame.advance();
                }
            }
        }
        if otherwise != frame.pc { return frame.go(otherwise) }
    } => {
        let is_right = boxed_as(value, subtag::RECORD) && {
            let its_name = *definition_of(value).add(NAME);
            its_name.0 == name || name == Word::atom(known::ANY).0
        };
        fail_to_get(frame, value, is_right, field)
    }
    /// `target := value#module:name.field`, of an exported record; else jump or raise.
    get_record_field(otherwise: Label, value: Source, module: Immediate, name: Immediate, field: Immediate, target: Destination) {
        if is_record_of(value, module, name) {
            let definition = definition_of(value);
            if is_exported(definition) {
                let (fields, count) = fields_of(definition);
                if let Some(position) = position(fields, count, field, 0) {
                    target.set(*value.pointer().add(VALUES + position));
                    return frame.advance();
                }
            }
        }
        if otherwise != frame.pc { return frame.go(otherwise) }
    } => {
        let is_right = is_record_of(value, module, name) && is_exported(definition_of(value));
        fail_to_get(frame, value, is_right, field)
    }
    /// `target :=` a record of the module's own: the run has the value of each field.
    put_native_record(definition: Immediate, target: Destination, live: Number, values: Words) {
        let object = frame.htop;
        if !frame.room(VALUES + values.count) { return frame.collect(VALUES + values.count, live) }
        *object = Word::header(subtag::RECORD, 1 + values.count);
        *object.add(1) = Word(definition);
        for index in 0..values.count {
            *object.add(VALUES + index) = frame.general(*frame.next.add(index));
        }
        frame.htop = object.add(VALUES + values.count);
        target.set(Word::boxed(object));
        frame.next = frame.next.add(values.count);
        frame.advance()
    }
    /// `target := #module:name{field = value, …}` of the run's pairs, by the current definition of an exported record.
    create_native_record(entry: Immediate, target: Destination, live: Number, pairs: Words) {
        if let Some(definition) = exported_definition(entry) {
            let (fields, count) = fields_of(definition.definition.pointer());
            if !frame.room(VALUES + count) { return frame.collect(VALUES + count, live) }
            let object = frame.htop;
            let values = object.add(VALUES);
            std::ptr::copy_nonoverlapping(definition.defaults.as_ptr(), values, count);
            if put_values(&frame, values, (fields, count), pairs.count) && has_all(values, count) {
                *object = Word::header(subtag::RECORD, 1 + count);
                *object.add(1) = definition.definition;
                frame.htop = values.add(count);
                target.set(Word::boxed(object));
                frame.next = frame.next.add(pairs.count);
                return frame.advance();
            }
        }
    } => {
        frame.htop = match exported_definition(entry) {
            None => {
                let entry = &*(entry as *const RecordEntry);
                set_no_record(&frame, entry.module, entry.name)
            }
            Some(definition) => set_complaint(&frame, definition, pairs.count),
        };
        frame.raise()
    }
    /// `target := source` with the run's fields replaced.
    update_native_record(source: Source, target: Destination, live: Number, pairs: Words) {
        if boxed_as(source, subtag::RECORD) {
            let old = source.pointer();
            let (fields, count) = fields_of(definition_of(source));
            if !frame.room(VALUES + count) { return frame.collect(VALUES + count, live) }
            let object = frame.htop;
            std::ptr::copy_nonoverlapping(old, object, VALUES + count);
            if put_values(&frame, object.add(VALUES), (fields, count), pairs.count) {
                frame.htop = object.add(VALUES + count);
                target.set(Word::boxed(object));
                frame.next = frame.next.add(pairs.count);
                return frame.advance();
            }
        }
    } => {
        if !boxed_as(source, subtag::RECORD) {
            control::error_pair(&mut frame, known::BADRECORD, source);
            return frame.raise();
        }
        let definition = definition_of(source);
        let (fields, count) = fields_of(definition);
        let unknown = (0..pairs.count / 2)
            .map(|index| *frame.next.add(2 * index))
            .filter(|&field| position(fields, count, field, 0).is_none());
        let field = lowest(unknown).unwrap_or(known::UNDEFINED);
        frame.htop = set_error_of(&frame, known::BADFIELD, definition, field);
        frame.raise()
    }
    /// `error:{tag, {{module, name}, field}}`: a record of the module's own that can't be made.
    record_error(tag: Immediate, definition: Immediate, field: Immediate) {
        frame.htop = set_error_of(&frame, Word(tag).atom_value(), Word(definition).pointer(), Word(field).atom_value());
        frame.raise()
    }
}

/// The definition of a record.
#[inline(always)]
unsafe fn definition_of(record: Word) -> *mut Word {
    // SAFETY: the caller has seen that it is a record, whose first word points to its definition.
    unsafe { (*record.pointer().add(1)).pointer() }
}

/// Names of a definition's fields.
#[inline(always)]
unsafe fn fields_of(definition: *mut Word) -> (*const Word, usize) {
    // SAFETY: the fields are all that is behind the definition's head.
    unsafe { (definition.add(FIELDS), (*definition).arity() + 1 - FIELDS) }
}

#[inline(always)]
unsafe fn is_record_of(value: Word, module: u64, name: u64) -> bool {
    // SAFETY: a record's definition has these elements.
    unsafe {
        boxed_as(value, subtag::RECORD) && {
            let definition = definition_of(value);
            (*definition.add(MODULE)).0 == module && (*definition.add(NAME)).0 == name
        }
    }
}

#[inline(always)]
unsafe fn is_exported(definition: *mut Word) -> bool {
    // SAFETY: a definition has this element.
    unsafe { *definition.add(EXPORTED) == Word::boolean(true) }
}

/// Where `field` stands among the fields. Looks from `start` on, then at those before.
#[inline(always)]
unsafe fn position(fields: *const Word, count: usize, field: u64, start: usize) -> Option<usize> {
    // SAFETY: there are `count` fields.
    unsafe {
        (start..count)
            .chain(0..start.min(count))
            .find(|&index| (*fields.add(index)).0 == field)
    }
}

/// Writes the values of the run's pairs; false if a field is unknown.
#[inline(always)]
unsafe fn put_values(
    frame: &Frame,
    values: *mut Word,
    (fields, count): (*const Word, usize),
    words: usize,
) -> bool {
    let mut after = 0;
    for index in 0..words / 2 {
        // SAFETY: the run holds pairs; `values` has room for each field.
        unsafe {
            let Some(position) = position(fields, count, *frame.next.add(2 * index), after) else {
                return false;
            };
            *values.add(position) = frame.general(*frame.next.add(2 * index + 1));
            after = position + 1;
        }
    }
    true
}

#[inline(always)]
unsafe fn has_all(values: *const Word, count: usize) -> bool {
    // SAFETY: there are `count` values.
    (0..count).all(|index| !unsafe { (*values.add(index)).is_none() })
}

/// The current definition, if other modules may use it.
#[inline(always)]
unsafe fn exported_definition<'a>(entry: u64) -> Option<&'a RecordDefinition> {
    // SAFETY: the lowering wrote the address of an entry, which is never freed; the instruction runs on a worker.
    unsafe {
        (*(entry as *const RecordEntry))
            .peek()
            .filter(|definition| definition.exported)
    }
}

/// The field that comes first in OTP's order, that of the atom table.
fn lowest(fields: impl Iterator<Item = u64>) -> Option<Atom> {
    fields
        .map(|field| Word(field).atom_value())
        .min_by_key(|field| field.index())
}

/// Why no record can be made of these fields: an unknown one, or one left out that has no default.
fn complaint(definition: &RecordDefinition, given: &[u64]) -> (Atom, Atom) {
    let fields = definition.fields();
    let is_known = |field: u64| fields.iter().any(|name| name.word().0 == field);
    let unknown = given.iter().copied().filter(|&field| !is_known(field));
    if let Some(field) = lowest(unknown) {
        return (known::BADFIELD, field);
    }
    let missing = fields
        .iter()
        .zip(&definition.defaults)
        .filter(|(name, default)| default.is_none() && !given.contains(&name.word().0))
        .map(|(name, _)| name.word().0);
    (known::NOVALUE, lowest(missing).unwrap_or(known::UNDEFINED))
}

/// Raises for a field that can't be read.
#[inline(always)]
unsafe fn fail_to_get(mut frame: Frame, value: Word, is_right: bool, field: u64) {
    // SAFETY: `is_right` says that it is a record.
    unsafe {
        if is_right {
            let field = Word(field).atom_value();
            frame.htop = set_error_of(&frame, known::BADFIELD, definition_of(value), field);
        } else {
            control::error_pair(&mut frame, known::BADRECORD, value);
        }
        frame.raise()
    }
}

/// Sets `error:{tag, {{Module, Name}, Field}}`; gives the heap top.
#[inline(never)]
unsafe fn set_error_of(frame: &Frame, tag: Atom, definition: *mut Word, field: Atom) -> *mut Word {
    // SAFETY: the worker runs this process; the definition is one.
    unsafe {
        let owned = frame.borrow_heap();
        let mut builder = owned.heap.arena.builder();
        let id = builder.tuple(&[term(*definition.add(MODULE)), term(*definition.add(NAME))]);
        let about = builder.tuple(&[id, Term::atom(field)]);
        let reason = builder.tuple(&[Term::atom(tag), about]).word();
        exception::set_error(owned, reason);
        owned.heap.heap_top()
    }
}

/// Sets why no record can be made of the run's fields; gives the heap top.
#[inline(never)]
unsafe fn set_complaint(frame: &Frame, definition: &RecordDefinition, words: usize) -> *mut Word {
    // SAFETY: the run holds pairs; the worker runs this process.
    unsafe {
        let given: Vec<u64> = (0..words / 2)
            .map(|index| *frame.next.add(2 * index))
            .collect();
        let (tag, field) = complaint(definition, &given);
        set_error_of(frame, tag, definition.definition.pointer(), field)
    }
}

/// Sets `error:{badrecord, {Module, Name}}`; gives the heap top.
#[inline(never)]
unsafe fn set_no_record(frame: &Frame, module: Atom, name: Atom) -> *mut Word {
    // SAFETY: the worker runs this process.
    unsafe {
        let owned = frame.borrow_heap();
        let mut builder = owned.heap.arena.builder();
        let id = builder.tuple(&[Term::atom(module), Term::atom(name)]);
        let reason = builder.tuple(&[Term::atom(known::BADRECORD), id]).word();
        exception::set_error(owned, reason);
        owned.heap.heap_top()
    }
}

/// Lowers an instruction of this family; false if it is of another.
///
/// # Errors
/// Operands of the wrong form.
pub fn lower(emitter: &mut Emitter<'_>, op: &GenericOp) -> Result<bool, String> {
    let atom =
        |emitter: &Emitter<'_>, index| Argument::Immediate(Word::atom(emitter.names.atom(index)).0);
    match (op.op, &*op.operands) {
        (Op::IsAnyNativeRecord, [Generic::Label(otherwise), value]) => {
            let value = emitter.argument(value)?;
            emitter.emit(&is_any_native_record, &[Argument::Label(*otherwise), value])?;
        }
        (
            Op::IsNativeRecord,
            [
                Generic::Label(otherwise),
                value,
                Generic::Atom(module),
                Generic::Atom(name),
            ],
        ) => {
            let value = emitter.argument(value)?;
            let (module, name) = (atom(emitter, *module), atom(emitter, *name));
            emitter.emit(
                &is_native_record,
                &[Argument::Label(*otherwise), value, module, name],
            )?;
        }
        (Op::IsRecordAccessible, [Generic::Label(otherwise), value, Generic::Atom(scope)]) => {
            let value = emitter.argument(value)?;
            if emitter.names.atom(*scope) == known::EXTERNAL {
                emitter.emit(&is_record_accessible, &[Argument::Label(*otherwise), value])?;
            } else {
                let module = Argument::Immediate(Word::atom(emitter.names.atoms[1]).0);
                emitter.emit(
                    &is_record_accessible_from,
                    &[Argument::Label(*otherwise), value, module],
                )?;
            }
        }
        (Op::GetRecordElements, [Generic::Label(otherwise), value, Generic::List(items)]) => {
            let value = emitter.argument(value)?;
            let words = pairs(emitter, items)?;
            emitter.emit(
                &get_record_elements,
                &[Argument::Label(*otherwise), value, words],
            )?;
        }
        (
            Op::GetRecordField,
            [
                Generic::Label(otherwise),
                value,
                Generic::Atom(name),
                Generic::Atom(field),
                target,
            ],
        ) => {
            let (value, target) = (emitter.argument(value)?, emitter.argument(target)?);
            let (name, field) = (atom(emitter, *name), atom(emitter, *field));
            emitter.emit(
                &get_local_record_field,
                &[Argument::Label(*otherwise), value, name, field, target],
            )?;
        }
        (
            Op::GetRecordField,
            [
                Generic::Label(otherwise),
                value,
                Generic::Literal(id),
                Generic::Atom(field),
                target,
            ],
        ) => {
            let (value, target) = (emitter.argument(value)?, emitter.argument(target)?);
            let (module, name) = module_and_name(emitter, *id)?;
            let (module, name) = (
                Argument::Immediate(Word::atom(module).0),
                Argument::Immediate(Word::atom(name).0),
            );
            let field = atom(emitter, *field);
            emitter.emit(
                &get_record_field,
                &[
                    Argument::Label(*otherwise),
                    value,
                    module,
                    name,
                    field,
                    target,
                ],
            )?;
        }
        (
            Op::PutRecord,
            [
                _,
                id,
                source,
                target,
                Generic::Unsigned(live),
                Generic::List(items),
            ],
        ) => {
            put_record(emitter, id, source, target, *live as usize, items)?;
        }
        (
            Op::IsNativeRecord
            | Op::IsRecordAccessible
            | Op::GetRecordElements
            | Op::GetRecordField
            | Op::PutRecord,
            _,
        ) => {
            return Err(format!("operands of {:?}", op.op));
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// Creation (the source is nil) or update of a record.
fn put_record(
    emitter: &mut Emitter<'_>,
    id: &Generic,
    source: &Generic,
    target: &Generic,
    live: usize,
    items: &[Generic],
) -> Result<(), String> {
    let target = emitter.argument(target)?;
    match (source, id) {
        (Generic::Nil, Generic::Atom(name)) => {
            create_local(emitter, emitter.names.atom(*name), target, live, items)
        }
        (Generic::Nil, Generic::Literal(id)) => {
            let (module, name) = module_and_name(emitter, *id)?;
            let entry = (emitter.names.record_entry)(module, name);
            let entry = Argument::Immediate(std::ptr::from_ref(entry) as u64);
            let words = pairs(emitter, items)?;
            emitter.emit(
                &create_native_record,
                &[entry, target, Argument::Number(live), words],
            )
        }
        (Generic::Nil, _) => Err("put_record without a record".to_owned()),
        _ => {
            let mut source = emitter.place(source)?;
            let mut live = live;
            if let Place::X(offset) = source {
                // The compiler does not count the source among the live registers.
                let behind = u16::try_from(live * 8).map_err(|_| "too many live registers")?;
                if offset >= behind {
                    if live + 1 >= crate::interp::registers::X_COUNT {
                        return Err("put_record with all registers live".to_owned());
                    }
                    emitter.emit(
                        &super::data::move_term,
                        &[Argument::Place(source), Argument::Place(Place::X(behind))],
                    )?;
                    source = Place::X(behind);
                    live += 1;
                }
            }
            let words = pairs(emitter, items)?;
            emitter.emit(
                &update_native_record,
                &[
                    Argument::Place(source),
                    target,
                    Argument::Number(live),
                    words,
                ],
            )
        }
    }
}

/// Creation of a record that the module itself defines: all is known now but the values.
fn create_local(
    emitter: &mut Emitter<'_>,
    name: Atom,
    target: Argument,
    live: usize,
    items: &[Generic],
) -> Result<(), String> {
    let records = emitter.names.records;
    let Some(definition) = records.iter().find(|definition| definition.name == name) else {
        return Err(format!("the native record {} is not defined", name.text()));
    };
    let fields = definition.fields();
    let mut values: Vec<Option<RunWord>> = definition
        .defaults
        .iter()
        .map(|default| (!default.is_none()).then_some(RunWord::Plain(default.0)))
        .collect();
    let mut given = Vec::with_capacity(items.len() / 2);
    for pair in items.chunks(2) {
        let [Generic::Atom(field), value] = pair else {
            return Err("a field without a name or a value".to_owned());
        };
        let field = Word::atom(emitter.names.atom(*field)).0;
        given.push(field);
        if let Some(position) = fields.iter().position(|name| name.word().0 == field) {
            values[position] = Some(emitter.general(value)?);
        }
    }
    let is_known = |field: &u64| fields.iter().any(|name| name.word().0 == *field);
    let literal = Argument::Immediate(definition.definition.0);
    let all: Option<Vec<RunWord>> = values.into_iter().collect();
    match all {
        Some(values) if given.iter().all(is_known) => emitter.emit(
            &put_native_record,
            &[
                literal,
                target,
                Argument::Number(live),
                Argument::Words(values),
            ],
        ),
        _ => {
            let (tag, field) = complaint(definition, &given);
            let [tag, field] = [tag, field].map(|atom| Argument::Immediate(Word::atom(atom).0));
            emitter.emit(&record_error, &[tag, literal, field])
        }
    }
}

/// A literal `{Module, Name}`.
fn module_and_name(emitter: &Emitter<'_>, literal: u32) -> Result<(Atom, Atom), String> {
    let literal = emitter.constant(&Generic::Literal(literal))?;
    // SAFETY: a literal of the module that is being loaded.
    let id = unsafe { term(literal) };
    id.as_tuple_of::<2>()
        .and_then(|[module, name]| Some((module.as_atom()?, name.as_atom()?)))
        .ok_or_else(|| "a record that is not named by module and name".to_owned())
}

/// A run of fields and registers or values, in the order of the atom table.
fn pairs(emitter: &Emitter<'_>, items: &[Generic]) -> Result<Argument, String> {
    let mut pairs = Vec::with_capacity(items.len() / 2);
    for pair in items.chunks(2) {
        let [Generic::Atom(field), other] = pair else {
            return Err("a field without a name or a value".to_owned());
        };
        pairs.push((emitter.names.atom(*field), emitter.general(other)?));
    }
    pairs.sort_by_key(|(field, _)| field.index());
    let words = pairs
        .into_iter()
        .flat_map(|(field, other)| [RunWord::Plain(Word::atom(field).0), other]);
    Ok(Argument::Words(words.collect()))
}
