//! `records`: native records of OTP 29.

use oxbeam_term::boxed::record::Record;
use oxbeam_term::map::key_order;
use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "records";
    "create" / 4 Plain [29 ..= 255] => create_4;
    "get" / 2 Plain [29 ..= 255] => get_2;
    "get_definition" / 2 Plain [29 ..= 255] => get_definition_2;
    "get_field_names" / 1 Plain [29 ..= 255] => get_field_names_1;
    "get_module" / 1 Plain [29 ..= 255] => get_module_1;
    "get_name" / 1 Plain [29 ..= 255] => get_name_1;
    "is_exported" / 1 Plain [29 ..= 255] => is_exported_1;
    "update" / 4 Plain [29 ..= 255] => update_4;
}

/// Fields of a record that are read or written in a reduction.
const FIELDS_PER_REDUCTION: usize = 8;

/// The first argument, or `{badrecord, Term}`.
fn record<'p>(cx: &mut Cx<'p>) -> Result<Record<'p>, Raise> {
    let term = cx.arg(0);
    match term.as_record() {
        Some(record) => Ok(record),
        None => Err(cx.error_pair(known::BADRECORD, term)),
    }
}

/// `{badfield, {{Module, Name}, Field}}`
fn badfield<'p>(cx: &mut Cx<'p>, module: Term<'p>, name: Term<'p>, field: Term<'p>) -> Raise {
    let id = cx.tuple(&[module, name]);
    let about = cx.tuple(&[id, field]);
    cx.error_pair(known::BADFIELD, about)
}

/// `create(Module, Name, [{Field, Value}], #{is_exported := Exported})`: whatever the module says of such a record.
fn create_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (module, name, options) = (cx.arg(0), cx.arg(1), cx.arg(3));
    let (Some(module_atom), Some(name_atom)) = (module.as_atom(), name.as_atom()) else {
        return Err(cx.error_pair(known::BADRECORD, name));
    };
    let Some(options) = options.as_map() else {
        return Err(cx.error_pair(known::BADMAP, options));
    };
    let exported = options
        .get(Term::atom(known::IS_EXPORTED))
        .and_then(|exported| exported.as_boolean())
        .filter(|_| options.len() == 1)
        .ok_or(Raise::Badarg)?;
    let list = cx.arg(2).proper_list().ok_or(Raise::Badarg)?;
    let mut fields = Vec::with_capacity(list.len());
    let mut values = Vec::with_capacity(list.len());
    for pair in list {
        let [field, value] = pair.as_tuple_of::<2>().ok_or(Raise::Badarg)?;
        let Some(field) = field.as_atom() else {
            return Err(badfield(cx, module, name, field));
        };
        fields.push(field);
        values.push(value);
    }
    cx.bump_reductions(fields.len() / FIELDS_PER_REDUCTION);
    let definition = cx
        .record_definition(module_atom, name_atom, exported, &fields)
        .ok_or(Raise::Badarg)?;
    let definition = cx
        .machine()
        .code
        .canonical_record(definition)
        .unwrap_or(definition);
    Ok(cx.record_in_order(definition, &values))
}

/// `get(Field, Record)`
fn get_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let record = cx.arg(1).as_record().ok_or(Raise::Badarg)?;
    record.get(cx.arg(0)).ok_or(Raise::Badarg)
}

/// `get_module(Record)`
fn get_module_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(cx
        .arg(0)
        .as_record()
        .ok_or(Raise::Badarg)?
        .definition()
        .module())
}

/// `get_name(Record)`
fn get_name_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(cx
        .arg(0)
        .as_record()
        .ok_or(Raise::Badarg)?
        .definition()
        .name())
}

/// `get_field_names(Record)`, in the order of definition.
fn get_field_names_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let fields: Vec<Term<'p>> = record(cx)?.fields().map(|(name, _)| name).collect();
    cx.bump_reductions(fields.len() / FIELDS_PER_REDUCTION);
    Ok(cx.list(fields))
}

/// `is_exported(Record)`
fn is_exported_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(record(cx)?.definition().exported())
}

/// `get_definition(Module, Name)`: `{#{is_exported => Exported}, [Field | {Field, Default}]}`
fn get_definition_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (module, name) = (cx.arg(0).as_atom(), cx.arg(1).as_atom());
    let definition = module
        .zip(name)
        .and_then(|(module, name)| cx.machine().code.record_definition(module, name))
        .ok_or(Raise::Badarg)?;
    let described = definition.described();
    cx.bump_reductions(described.len() / FIELDS_PER_REDUCTION);
    let described: Vec<Term<'p>> = described
        .into_iter()
        .map(|(field, default)| match default {
            Some(default) => cx.tuple(&[field, default]),
            None => field,
        })
        .collect();
    let described = cx.list(described);
    let exported = Term::boolean(definition.exported);
    let options = cx.map_from_pairs([(Term::atom(known::IS_EXPORTED), exported)]);
    Ok(cx.tuple(&[options, described]))
}

/// `update(Record, Module, Name, #{Field => Value})`; any record for the name `_`.
fn update_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let record = record(cx)?;
    let (module, name) = (cx.arg(1), cx.arg(2));
    let definition = record.definition();
    let is_it = definition.module().same(module) && definition.name().same(name);
    if !name.is(known::ANY) && !is_it {
        return Err(cx.error_pair(known::BADRECORD, name));
    }
    let Some(updates) = cx.arg(3).as_map() else {
        let updates = cx.arg(3);
        return Err(cx.error_pair(known::BADMAP, updates));
    };
    if updates.is_empty() {
        return Ok(cx.arg(0));
    }
    cx.bump_reductions(record.values().len() / FIELDS_PER_REDUCTION);
    let mut used = 0;
    let values: Vec<Term<'p>> = definition
        .fields()
        .iter()
        .zip(record.values())
        .map(|(&field, &old)| match updates.get(field) {
            Some(new) => {
                used += 1;
                new
            }
            None => old,
        })
        .collect();
    if used == updates.len() {
        return Ok(cx.record(record.definition_term(), &values));
    }
    // Of several unknown fields OTP names the one that a small map would have first.
    let unknown = updates
        .keys()
        .filter(|key| record.get(*key).is_none())
        .min_by(|a, b| key_order(*a, *b));
    match unknown {
        Some(field) => Err(badfield(cx, definition.module(), definition.name(), field)),
        None => Err(Raise::Badarg),
    }
}
