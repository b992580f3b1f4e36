//! Tests of types.

use oxbeam_term::rules::rules;
use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
    "is_atom" / 1 Guard => is_atom_1;
    "is_binary" / 1 Guard => is_binary_1;
    "is_bitstring" / 1 Guard => is_bitstring_1;
    "is_boolean" / 1 Guard => is_boolean_1;
    "is_float" / 1 Guard => is_float_1;
    "is_function" / 1 Guard => is_function_1;
    "is_function" / 2 Guard => is_function_2;
    "is_integer" / 1 Guard => is_integer_1;
    "is_integer" / 3 Guard [29 ..= 255] => is_integer_3;
    "is_list" / 1 Guard => is_list_1;
    "is_map" / 1 Guard => is_map_1;
    "is_number" / 1 Guard => is_number_1;
    "is_pid" / 1 Guard => is_pid_1;
    "is_port" / 1 Guard => is_port_1;
    "is_record" / 1 Guard [29 ..= 255] => is_record_1;
    "is_record" / 2 Guard => is_record_2;
    "is_record" / 3 Guard => is_record_3;
    "is_reference" / 1 Guard => is_reference_1;
    "is_tuple" / 1 Guard => is_tuple_1;
}

macro_rules! tests {
    ($($name:ident => |$value:ident| $test:expr;)*) => {
        $(fn $name<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
            let $value = cx.arg(0);
            Ok(Term::boolean($test))
        })*
    };
}
tests! {
    is_atom_1 => |value| value.as_atom().is_some();
    is_binary_1 => |value| value.is_binary();
    is_bitstring_1 => |value| value.is_bits();
    is_boolean_1 => |value| value.as_boolean().is_some();
    is_float_1 => |value| value.is_float();
    is_function_1 => |value| value.is_fun();
    is_integer_1 => |value| value.is_integer();
    is_list_1 => |value| value.is_list();
    is_map_1 => |value| value.is_map();
    is_number_1 => |value| value.is_number();
    is_pid_1 => |value| value.is_pid();
    is_port_1 => |value| value.is_port();
    is_record_1 => |value| value.as_record().is_some();
    is_reference_1 => |value| value.is_reference();
    is_tuple_1 => |value| value.is_tuple();
}

/// `is_function(Term, Arity)`: an arity that is no non-negative integer is `badarg`.
fn is_function_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let arity = match cx.arg(1).view() {
        View::Small(arity) if arity >= 0 => Some(arity as u64),
        View::Big(big) if !big.negative => None,
        _ => return Err(Raise::Badarg),
    };
    Ok(Term::boolean(
        cx.arg(0)
            .as_fun()
            .is_some_and(|fun| arity == Some(u64::from(fun.arity()))),
    ))
}

/// `is_integer(Term, Low, High)`: an integer from `Low` to `High`; bounds that are no integers are `badarg`.
fn is_integer_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (value, low, high) = (cx.arg(0), cx.arg(1), cx.arg(2));
    if !low.is_integer() || !high.is_integer() {
        return Err(Raise::Badarg);
    }
    Ok(Term::boolean(
        value.is_integer() && value.cmp(low).is_ge() && value.cmp(high).is_le(),
    ))
}

/// `is_record(Term, Tag)`; a native record's name counts as its tag.
fn is_record_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let tag = cx.arg(1).as_atom().ok_or(Raise::Badarg)?;
    let value = cx.arg(0);
    let found = match value.as_record() {
        Some(record) => Some(record.definition().name()),
        None => value.as_tuple().and_then(|tuple| tuple.get(0)),
    };
    Ok(Term::boolean(found.is_some_and(|found| found.is(tag))))
}

/// `is_record(Term, Tag, Size)`, or `is_record(Term, Module, Name)` of a native record.
fn is_record_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let tag = cx.arg(1).as_atom().ok_or(Raise::Badarg)?;
    if let (Some(name), true) = (cx.arg(2).as_atom(), rules().native_records) {
        let fits = cx
            .arg(0)
            .as_record()
            .map(|record| record.definition())
            .is_some_and(|of| of.module().is(tag) && of.name().is(name));
        return Ok(Term::boolean(fits));
    }
    let size = cx.arg(2).as_small().ok_or(Raise::Badarg)?;
    let fits = cx.arg(0).as_tuple().is_some_and(|tuple| {
        tuple.len() as i64 == size && tuple.get(0).is_some_and(|first| first.is(tag))
    });
    Ok(Term::boolean(fits))
}
