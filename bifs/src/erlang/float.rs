//! Floats and their texts.

use oxbeam_term::number::float;
use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
    "float_to_list" / 1 Plain => float_to_list_1;
    "float_to_list" / 2 Plain => float_to_list_2;
    "float_to_binary" / 1 Plain => float_to_binary_1;
    "float_to_binary" / 2 Plain => float_to_binary_2;
    "list_to_float" / 1 Plain => list_to_float_1;
    "binary_to_float" / 1 Plain => binary_to_float_1;
}

natives! { STRING: "string";
    "list_to_float" / 1 Plain => string_list_to_float_1;
}

/// Digits after the point that `float_to_list/1` gives.
const DEFAULT_DECIMALS: i64 = 20;

fn text_default(value: f64) -> Result<String, Raise> {
    float::scientific(value, DEFAULT_DECIMALS)
        .map(|text| String::from_utf8_lossy(&text).into_owned())
        .ok_or(Raise::Badarg)
}

fn text_by_options(cx: &mut Cx<'_>) -> Result<String, Raise> {
    enum Form {
        Scientific(i64),
        Decimals(i64),
        Short,
    }
    let value = cx.arg(0).as_float().ok_or(Raise::Badarg)?;
    let (mut form, mut compact) = (Form::Scientific(DEFAULT_DECIMALS), false);
    for option in cx.arg(1).proper_list().ok_or(Raise::Badarg)? {
        let number = option
            .as_tuple_of::<2>()
            .and_then(|[key, value]| Some((key.as_atom()?, value.as_small()?)));
        match (option.as_atom().map(Atom::text), number) {
            (Some("compact"), _) => compact = true,
            (Some("short"), _) => form = Form::Short,
            // How many digits there is room for is asked of the last of these options only.
            (_, Some((key, digits))) if key.text() == "decimals" => form = Form::Decimals(digits),
            (_, Some((key, digits))) if key.text() == "scientific" => {
                form = Form::Scientific(digits)
            }
            _ => return Err(Raise::Badarg),
        }
    }
    let text = match form {
        Form::Short => Some(float::short(value)),
        Form::Scientific(digits) => float::scientific(value, digits),
        Form::Decimals(digits) => float::fixed(value, digits, compact),
    };
    text.map(|text| String::from_utf8_lossy(&text).into_owned())
        .ok_or(Raise::Badarg)
}

fn float_to_list_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let text = text_default(cx.arg(0).as_float().ok_or(Raise::Badarg)?)?;
    Ok(cx.byte_list(text.as_bytes()))
}

fn float_to_list_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let text = text_by_options(cx)?;
    Ok(cx.byte_list(text.as_bytes()))
}

fn float_to_binary_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let text = text_default(cx.arg(0).as_float().ok_or(Raise::Badarg)?)?;
    Ok(cx.binary(text.as_bytes()))
}

fn float_to_binary_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let text = text_by_options(cx)?;
    Ok(cx.binary(text.as_bytes()))
}

fn list_to_float_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let text = cx.arg(0).proper_list().ok_or(Raise::Badarg)?;
    let text: Option<Vec<u8>> = text
        .into_iter()
        .map(|byte| byte.as_small().and_then(|byte| u8::try_from(byte).ok()))
        .collect();
    let value = float::parse(&text.ok_or(Raise::Badarg)?).ok_or(Raise::Badarg)?;
    Ok(cx.float(value))
}

fn binary_to_float_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let text = cx.arg(0).as_binary().ok_or(Raise::Badarg)?;
    let value = float::parse(&text).ok_or(Raise::Badarg)?;
    Ok(cx.float(value))
}

/// `string:list_to_float(List)`: `{Float, Rest}` or `{error, Reason}`.
fn string_list_to_float_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let list = cx.arg(0);
    if !list.is_list() {
        return Ok(cx.tuple(&[Term::atom(known::ERROR), Term::atom(Atom::of("not_a_list"))]));
    }
    let bytes: Vec<u8> = list
        .list_iter()
        .map_while(|byte| byte.as_small().and_then(|byte| u8::try_from(byte).ok()))
        .collect();
    match float::parse_prefix(&bytes) {
        Some((value, used)) => {
            let mut rest = list;
            for _ in 0..used {
                rest = rest.as_cons().map_or(Term::NIL, |cell| cell.tail());
            }
            let value = cx.float(value);
            Ok(cx.tuple(&[value, rest]))
        }
        None => Ok(cx.tuple(&[Term::atom(known::ERROR), Term::atom(Atom::of("no_float"))])),
    }
}
