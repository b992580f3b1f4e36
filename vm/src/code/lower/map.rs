//! Lowering of maps that are made and changed.

use super::emit::{Argument, Emitter, RunWord};
use super::operand as at;
use crate::interp::ops::map;
use oxbeam_loader::{GenericOp, Op, Operand};
use oxbeam_term::map::{FLAT_LIMIT, key_order};
use oxbeam_term::{Term, Word};

/// Lowers `put_map_assoc` and `put_map_exact`.
pub(super) fn put(emitter: &mut Emitter<'_>, op: &GenericOp) -> Result<(), String> {
    let Operand::List(items) = at(op, 4)? else {
        return Err("a map without pairs".to_owned());
    };
    let target = emitter.argument(at(op, 2)?)?;
    let Operand::Unsigned(live) = at(op, 3)? else {
        return Err("live registers that are no number".to_owned());
    };
    let live = Argument::Number(usize::try_from(*live).map_err(|error| error.to_string())?);
    let new = op.op == Op::PutMapAssoc && is_empty_map(emitter, at(op, 1)?);
    if let Some((keys, values)) = new
        .then(|| known_keys(emitter, items))
        .transpose()?
        .flatten()
    {
        let keys = Argument::Immediate(keys.0);
        return emitter.emit(
            &map::new_flat_map,
            &[keys, target, live, Argument::Words(values)],
        );
    }
    let row = if op.op == Op::PutMapAssoc {
        &map::put_map_assoc
    } else {
        &map::put_map_exact
    };
    let label = match at(op, 0)? {
        Operand::Label(label) => *label,
        other => return Err(format!("{} where a label belongs", other.form())),
    };
    let source = emitter.argument(at(op, 1)?)?;
    let words = items.iter().map(|item| emitter.general(item));
    let words = words.collect::<Result<Vec<_>, _>>()?;
    emitter.emit(
        row,
        &[
            Argument::Label(label),
            source,
            target,
            live,
            Argument::Words(words),
        ],
    )
}

fn is_empty_map(emitter: &Emitter<'_>, operand: &Operand) -> bool {
    let Operand::Literal(_) = operand else {
        return false;
    };
    emitter.constant(operand).is_ok_and(|word| {
        // SAFETY: the module's own literal.
        unsafe { Term::from_word(word) }
            .as_map()
            .is_some_and(|map| map.is_empty())
    })
}

type KnownKeys = Option<(Word, Vec<RunWord>)>;

/// The tuple of keys of a flat map, and its values in their order, if all keys are immediates and differ.
fn known_keys(emitter: &Emitter<'_>, items: &[Operand]) -> Result<KnownKeys, String> {
    if items.is_empty() || items.len() > 2 * FLAT_LIMIT {
        return Ok(None);
    }
    let mut pairs = Vec::with_capacity(items.len() / 2);
    for pair in items.chunks(2) {
        let [key, value] = pair else {
            return Err("a key without a value".to_owned());
        };
        let Ok(key) = emitter.constant(key) else {
            return Ok(None);
        };
        if !key.is_immediate() {
            return Ok(None);
        }
        // SAFETY: an immediate.
        pairs.push((unsafe { Term::from_word(key) }, emitter.general(value)?));
    }
    pairs.sort_by(|&(a, _), &(b, _)| key_order(a, b));
    if pairs.windows(2).any(|two| two[0].0.same(two[1].0)) {
        return Ok(None);
    }
    let keys: Vec<Word> = pairs.iter().map(|(key, _)| key.word()).collect();
    let keys = (emitter.names.intern_tuple)(&keys);
    Ok(Some((
        keys,
        pairs.into_iter().map(|(_, value)| value).collect(),
    )))
}
