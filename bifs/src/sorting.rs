//! What stands in for the functions of `lists` that sort by the order of terms, which OTP has in Erlang and compiles to machine code.
//!
//! They decline what those functions fail for or stop at (no proper list, no tuple, a position that is not there), what is short, and
//! lists with elements that are equal without being the same (`1` and `1.0`), where it shows in which order the function compares. They
//! decline while calls are traced, for the function would make many.

use oxbeam_vm::native::prelude::*;
use std::cmp::Ordering;

/// What stands in. OTP 25 and 29 compile differently what is written the same.
pub(crate) const STAND_INS: &[StandIn] = &[
    StandIn {
        module: "lists",
        function: "sort",
        arity: 1,
        native: sort_1,
        fingerprints: &[
            0x74b7_711f_9b36_c857,
            0xde46_9ed5_9302_b0a0,
            0xec27_2f68_3759_2005,
        ],
    },
    StandIn {
        module: "lists",
        function: "usort",
        arity: 1,
        native: usort_1,
        fingerprints: &[0x7bf4_ad57_25f8_020a, 0x5d27_7938_64bb_3efe],
    },
    StandIn {
        module: "lists",
        function: "keysort",
        arity: 2,
        native: keysort_2,
        fingerprints: &[
            0x6753_b6f3_c85c_fdac,
            0x5a2d_8f52_c3c0_89d9,
            0x3af8_b057_c048_127d,
        ],
    },
];

/// Shorter lists are sorted as fast by the functions themselves.
const SHORT: usize = 6;

/// What a stand-in gives.
type Replaced<'p> = Result<Option<Term<'p>>, Raise>;

/// The elements of a list that is worth it; leaves for a dirty scheduler if it is long.
fn elements<'p>(cx: &mut Cx<'p>, list: Term<'p>) -> Result<Option<Vec<Term<'p>>>, Raise> {
    let mut rest = list;
    for _ in 0..SHORT {
        match rest.as_cons() {
            Some(cell) => rest = cell.tail(),
            None => return Ok(None),
        }
    }
    if cx.sees_calls() {
        return Ok(None);
    }
    let Some(length) = list.proper_length() else {
        return Ok(None);
    };
    let comparisons = length.saturating_mul(length.ilog2() as usize);
    cx.leave_if_long(comparisons / 4)?;
    cx.bump_reductions(comparisons / 16);
    Ok(Some(list.list_iter().collect()))
}

/// Sorts by the order of terms. False: some are equal without being the same.
fn sorts(elements: &mut [Term<'_>]) -> bool {
    if elements.iter().all(|element| element.word().is_small()) {
        elements.sort_unstable_by_key(|element| element.word().0 as i64);
        return true;
    }
    elements.sort_by(|a, b| a.cmp(*b));
    elements.windows(2).all(|pair| {
        let [a, b] = [pair[0], pair[1]];
        a.same(b) || a.cmp(b) != Ordering::Equal || a.eq_exact(b)
    })
}

/// `sort(List)`
fn sort_1<'p>(cx: &mut Cx<'p>) -> Replaced<'p> {
    let Some(mut sorted) = elements(cx, cx.arg(0))? else {
        return Ok(None);
    };
    Ok(sorts(&mut sorted).then(|| cx.list(sorted)))
}

/// `usort(List)`
fn usort_1<'p>(cx: &mut Cx<'p>) -> Replaced<'p> {
    let Some(mut sorted) = elements(cx, cx.arg(0))? else {
        return Ok(None);
    };
    if !sorts(&mut sorted) {
        return Ok(None);
    }
    sorted.dedup_by(|a, b| a.same(*b) || a.eq_exact(*b));
    Ok(Some(cx.list(sorted)))
}

/// `keysort(N, TupleList)`: stable.
fn keysort_2<'p>(cx: &mut Cx<'p>) -> Replaced<'p> {
    let position = cx.arg(0).as_small().and_then(|n| usize::try_from(n).ok());
    let Some(index) = position.and_then(|position| position.checked_sub(1)) else {
        return Ok(None);
    };
    let Some(tuples) = elements(cx, cx.arg(1))? else {
        return Ok(None);
    };
    let mut keyed = Vec::with_capacity(tuples.len());
    for tuple in tuples {
        match tuple
            .tuple_elements()
            .and_then(|elements| elements.get(index))
        {
            Some(&key) => keyed.push((key, tuple)),
            None => return Ok(None),
        }
    }
    if keyed.iter().all(|(key, _)| key.word().is_small()) {
        keyed.sort_by_key(|(key, _)| key.word().0 as i64);
    } else {
        keyed.sort_by(|(a, _), (b, _)| a.cmp(*b));
    }
    Ok(Some(cx.list(keyed.into_iter().map(|(_, tuple)| tuple))))
}
