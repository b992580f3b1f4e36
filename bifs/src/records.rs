//! Module `records` of OTP 29: native records made and looked at without their definition being known at compile time. Follows
//! `erl_record.c`.

use oxbeam_vm::native::prelude::*;
use oxbeam_vm::term::term::Record;
use std::cmp::Ordering;

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

/// `{Module, Name, Exported, {Field, …}}`
struct Definition<'p> {
    module: Term<'p>,
    name: Term<'p>,
    exported: Term<'p>,
    fields: &'p [Term<'p>],
}

fn definition_of(record: Record<'_>) -> Result<Definition<'_>, Raise> {
    let [module, name, exported, fields] = record
        .definition()
        .as_tuple_of::<4>()
        .ok_or(Raise::Badarg)?;
    Ok(Definition {
        module,
        name,
        exported,
        fields: fields.tuple_elements().unwrap_or(&[]),
    })
}

/// The record that an argument is, or `{badrecord, Argument}`.
fn record<'p>(cx: &mut Cx<'p>, index: usize) -> Result<Record<'p>, Raise> {
    let term = cx.arg(index);
    match term.as_record() {
        Some(record) => Ok(record),
        None => Err(cx.error_pair(known::BADRECORD, term)),
    }
}

fn bad_field<'p>(cx: &mut Cx<'p>, module: Term<'p>, name: Term<'p>, field: Term<'p>) -> Raise {
    let id = cx.tuple(&[module, name]);
    let about = cx.tuple(&[id, field]);
    cx.error_pair(known::BADFIELD, about)
}

fn get_module_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let record = cx.arg(0).as_record().ok_or(Raise::Badarg)?;
    Ok(definition_of(record)?.module)
}

fn get_name_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let record = cx.arg(0).as_record().ok_or(Raise::Badarg)?;
    Ok(definition_of(record)?.name)
}

fn get_field_names_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let definition = definition_of(record(cx, 0)?)?;
    Ok(cx.list(definition.fields.iter().copied()))
}

fn is_exported_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(definition_of(record(cx, 0)?)?.exported)
}

fn get_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let field = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    let record = cx.arg(1).as_record().ok_or(Raise::Badarg)?;
    let position = definition_of(record)?
        .fields
        .iter()
        .position(|name| name.is(field));
    position
        .and_then(|position| record.values().get(position).copied())
        .ok_or(Raise::Badarg)
}

/// `{#{is_exported => Boolean}, [Field | {Field, Default}]}`
fn get_definition_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (module, name) = (
        cx.arg(0).as_atom().ok_or(Raise::Badarg)?,
        cx.arg(1).as_atom().ok_or(Raise::Badarg)?,
    );
    let definition = cx
        .machine()
        .code
        .record_definition(module, name)
        .ok_or(Raise::Badarg)?;
    let mut fields = Vec::with_capacity(definition.fields().len());
    for (position, &field) in definition.fields().iter().enumerate() {
        fields.push(match definition.default_of(position) {
            Some(default) => cx.tuple(&[field, default]),
            None => field,
        });
    }
    let fields = cx.list(fields);
    let options = cx.map_from_pairs([(
        Term::atom(Atom::of("is_exported")),
        Term::boolean(definition.exported),
    )]);
    Ok(cx.tuple(&[options, fields]))
}

/// `create(Module, Name, [{Field, Value}], #{is_exported := Boolean})`
fn create_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (module, name, options) = (cx.arg(0), cx.arg(1), cx.arg(3));
    if module.as_atom().is_none() || name.as_atom().is_none() {
        return Err(cx.error_pair(known::BADRECORD, name));
    }
    let Some(map) = options.as_map() else {
        return Err(cx.error_pair(known::BADMAP, options));
    };
    if map.len() != 1 {
        return Err(Raise::Badarg);
    }
    let exported = map
        .get(Term::atom(Atom::of("is_exported")))
        .ok_or(Raise::Badarg)?;
    exported.as_boolean().ok_or(Raise::Badarg)?;
    let pairs = cx.arg(2).proper_list().ok_or(Raise::Badarg)?;
    let (mut fields, mut values) = (
        Vec::with_capacity(pairs.len()),
        Vec::with_capacity(pairs.len()),
    );
    for pair in pairs {
        let [field, value] = pair.as_tuple_of::<2>().ok_or(Raise::Badarg)?;
        if field.as_atom().is_none() {
            return Err(bad_field(cx, module, name, field));
        }
        fields.push(field);
        values.push(value);
    }
    let mut sorted: Vec<u64> = fields.iter().map(|field| field.word().0).collect();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Raise::Badarg);
    }
    let fields = cx.tuple(&fields);
    let definition = cx.tuple(&[module, name, exported, fields]);
    let definition = cx
        .machine()
        .code
        .canonical_record(definition)
        .unwrap_or(definition);
    Ok(cx.record(definition, &values))
}

/// The order of keys in a small map: atoms by their place in the atom table, behind what is no atom.
fn key_order(a: Term<'_>, b: Term<'_>) -> Ordering {
    match (a.as_atom(), b.as_atom()) {
        (Some(a), Some(b)) => a.index().cmp(&b.index()),
        _ => a.cmp_exact(b),
    }
}

/// `update(Record, Module, Name, #{Field => Value})`; the name `_` stands for any record.
fn update_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let record = record(cx, 0)?;
    let (module, name, updates) = (cx.arg(1), cx.arg(2), cx.arg(3));
    let definition = definition_of(record)?;
    let matches = module.same(definition.module) && name.same(definition.name);
    if !name.is(known::ANY) && !matches {
        return Err(cx.error_pair(known::BADRECORD, name));
    }
    let Some(map) = updates.as_map() else {
        return Err(cx.error_pair(known::BADMAP, updates));
    };
    if map.is_empty() {
        return Ok(cx.arg(0));
    }
    let mut values = record.values().to_vec();
    let mut unknown: Option<Term<'p>> = None;
    for (key, value) in map.iter() {
        match definition.fields.iter().position(|field| field.same(key)) {
            Some(position) if position < values.len() => values[position] = value,
            _ => {
                if unknown.is_none_or(|first| key_order(key, first).is_lt()) {
                    unknown = Some(key);
                }
            }
        }
    }
    match unknown {
        Some(field) => Err(bad_field(cx, definition.module, definition.name, field)),
        None => Ok(cx.record(record.definition(), &values)),
    }
}
