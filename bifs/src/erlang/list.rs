//! Lists.

use oxbeam_vm::native::prelude::*;

natives! { NATIVES: "erlang";
    "++" / 2 Plain => append_2;
    "append" / 2 Plain => append_2;
    "--" / 2 Plain => subtract_2;
    "subtract" / 2 Plain => subtract_2;
    "hd" / 1 Guard => hd_1;
    "tl" / 1 Guard => tl_1;
    "length" / 1 Guard => length_1;
}

/// Elements that are copied for a step of long work.
const PER_STEP: usize = 8;

/// `List1 ++ Term`
fn append_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (left, right) = (cx.arg(0), cx.arg(1));
    if left.is_nil() {
        return Ok(right);
    }
    let length = left.proper_length().ok_or(Raise::Badarg)?;
    cx.leave_if_long(length / PER_STEP)?;
    cx.bump_reductions(length / 16);
    Ok(cx.list_before(left, length, right))
}

/// Sizes below which `--` compares each with each.
const SMALL: usize = 16;

/// `List1 -- List2`: for each element of the second the first equal one of the first goes.
fn subtract_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let left = cx.arg(0).proper_list().ok_or(Raise::Badarg)?;
    let right = cx.arg(1).proper_list().ok_or(Raise::Badarg)?;
    if left.is_empty() || right.is_empty() {
        return Ok(cx.arg(0));
    }
    cx.leave_if_long(left.len().saturating_add(right.len()))?;
    cx.bump_reductions((left.len() + right.len()) / 16);
    let kept: Vec<Term<'p>> = if right.len() <= SMALL || left.len() <= SMALL {
        let mut rest = right;
        left.into_iter()
            .filter(
                |&element| match rest.iter().position(|&other| other.eq_exact(element)) {
                    Some(position) => {
                        rest.swap_remove(position);
                        false
                    }
                    None => true,
                },
            )
            .collect()
    } else {
        // Sorted, with a count for each distinct element.
        let mut sorted = right;
        sorted.sort_by(|a, b| a.cmp_exact(*b));
        let mut counts: Vec<(Term<'p>, usize)> = Vec::new();
        for element in sorted {
            match counts.last_mut() {
                Some((last, count)) if last.eq_exact(element) => *count += 1,
                _ => counts.push((element, 1)),
            }
        }
        left.into_iter()
            .filter(|&element| {
                match counts.binary_search_by(|(other, _)| other.cmp_exact(element)) {
                    Ok(position) if counts[position].1 > 0 => {
                        counts[position].1 -= 1;
                        false
                    }
                    _ => true,
                }
            })
            .collect()
    };
    Ok(cx.list(kept))
}

fn hd_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    cx.arg(0)
        .as_cons()
        .map(|cell| cell.head())
        .ok_or(Raise::Badarg)
}

fn tl_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    cx.arg(0)
        .as_cons()
        .map(|cell| cell.tail())
        .ok_or(Raise::Badarg)
}

fn length_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    cx.arg(0)
        .proper_length()
        .map(|length| Term::small(length as i64))
        .ok_or(Raise::Badarg)
}
