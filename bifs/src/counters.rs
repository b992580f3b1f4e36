//! The part of module `counters` that is not Erlang code over [`atomics`](crate::atomics): arrays with `write_concurrency`. Each scheduler
//! adds to counters of its own, a reader sums them up.

use crate::atomics::{increment, size, zeros};
use oxbeam_vm::native::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

natives! { NATIVES: "erts_internal";
    "counters_add" / 3 Plain => counters_add_3;
    "counters_get" / 2 Plain => counters_get_2;
    "counters_info" / 1 Plain => counters_info_1;
    "counters_new" / 1 Plain => counters_new_1;
    "counters_put" / 3 Plain => counters_put_3;
}

/// Counters in a cache line.
const LINE: usize = 8;
/// Bytes of an array beside its counters, as OTP counts them.
const HEADER_BYTES: usize = 32;

struct Counters {
    count: usize,
    /// Distance between the rows of two schedulers: whole cache lines.
    row: usize,
    /// A row for each scheduler, and one for all other threads.
    values: Vec<AtomicU64>,
}

impl Counters {
    /// The counter at `index` in every row.
    fn column(&self, index: usize) -> impl Iterator<Item = &AtomicU64> {
        self.values.iter().skip(index).step_by(self.row)
    }
    fn own(&self, index: usize) -> &AtomicU64 {
        let rows = self.values.len() / self.row;
        let row =
            oxbeam_vm::sched::current_worker().map_or(rows - 1, |worker| worker.min(rows - 1));
        &self.values[row * self.row + index]
    }
}

fn counters_new_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let count = size(cx.arg(0))?;
    let row = count
        .checked_next_multiple_of(LINE)
        .ok_or(Raise::SystemLimit)?;
    let rows = cx.machine().scheduler.count() + 1;
    let values = zeros(row.checked_mul(rows).ok_or(Raise::SystemLimit)?)?;
    Ok(cx.make_magic(Box::new(Counters { count, row, values })))
}

fn counters<'p>(cx: &Cx<'p>) -> Result<&'p Counters, Raise> {
    cx.arg(0)
        .as_reference()
        .and_then(|reference| reference.magic_value())
        .ok_or(Raise::Badarg)
}

/// The array and the index that the second argument names, from one.
fn counter<'p>(cx: &Cx<'p>) -> Result<(&'p Counters, usize), Raise> {
    let counters = counters(cx)?;
    let index = cx.arg(1).as_usize().and_then(|index| index.checked_sub(1));
    Ok((
        counters,
        index
            .filter(|&index| index < counters.count)
            .ok_or(Raise::Badarg)?,
    ))
}

fn counters_get_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (counters, index) = counter(cx)?;
    let sum = counters.column(index).fold(0_u64, |sum, value| {
        sum.wrapping_add(value.load(Ordering::Relaxed))
    });
    Ok(cx.integer(sum as i64))
}

fn counters_add_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (counters, index) = counter(cx)?;
    counters
        .own(index)
        .fetch_add(increment(cx.arg(2))?, Ordering::Relaxed);
    Ok(Term::atom(known::OK))
}

fn counters_put_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (counters, index) = counter(cx)?;
    let value = cx.arg(2).as_i64().ok_or(Raise::Badarg)?;
    let mut column = counters.column(index);
    if let Some(first) = column.next() {
        first.store(value as u64, Ordering::Relaxed);
    }
    for other in column {
        other.store(0, Ordering::Relaxed);
    }
    Ok(Term::atom(known::OK))
}

fn counters_info_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let counters = counters(cx)?;
    let memory = HEADER_BYTES + 8 * counters.values.len();
    Ok(cx.map_from_pairs([
        (Term::atom(known::SIZE), Term::small(counters.count as i64)),
        (Term::atom(known::MEMORY), Term::small(memory as i64)),
    ]))
}
