//! What a table is like.

use super::{allowed, fault, table};
use oxbeam_vm::ets::{self, Concurrency, Fault, Kind, Protection, ReadingAll, Right, find};
use oxbeam_vm::native::prelude::*;

natives! { INTERNAL: "erts_internal";
    "ets_lookup_binary_info" / 2 Plain => ets_lookup_binary_info_2;
    "ets_raw_first" / 1 Plain => super::walk::raw_first_1;
    "ets_raw_next" / 2 Plain => super::walk::raw_next_2;
    "ets_super_user" / 1 Plain => ets_super_user_1;
}

/// Items of `info/1`, the last first.
const ITEMS: [&str; 15] = [
    "protection",
    "keypos",
    "type",
    "named_table",
    "node",
    "size",
    "name",
    "heir",
    "owner",
    "memory",
    "compressed",
    "write_concurrency",
    "read_concurrency",
    "decentralized_counters",
    "id",
];

/// `info(Table)`
pub(super) fn info_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let table = match find(cx.arg(0)) {
        Ok(table) => table,
        Err(Fault::Id) => return Ok(Term::atom(known::UNDEFINED)),
        Err(found) => return Err(fault(cx, found)),
    };
    let Ok(reading) = table.read_all(cx.process().number, Right::Info) else {
        return Ok(Term::atom(known::UNDEFINED));
    };
    let mut list = Term::NIL;
    for text in ITEMS {
        let name = Atom::of(text);
        let value = if text == "id" {
            table.reference(cx)
        } else {
            item(cx, &reading, name)
        };
        let value = value.ok_or(Raise::Badarg)?;
        let pair = cx.tuple(&[Term::atom(name), value]);
        list = cx.cons(pair, list);
    }
    Ok(list)
}

/// `info(Table, Item)`
pub(super) fn info_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let item_name = cx.arg(1);
    if item_name.is(known::BINARY) {
        let table = cx.arg(0);
        return Err(cx.trap_to(known::ERTS_INTERNAL, Atom::of("ets_info_binary"), &[table]));
    }
    let table = match find(cx.arg(0)) {
        Ok(table) => table,
        Err(Fault::Id) => return Ok(Term::atom(known::UNDEFINED)),
        Err(found) => return Err(fault(cx, found)),
    };
    let Ok(reading) = table.read_all(cx.process().number, Right::Info) else {
        return Ok(Term::atom(known::UNDEFINED));
    };
    let name = item_name.as_atom().ok_or(Raise::Badarg)?;
    if name == known::ID {
        return table.reference(cx).ok_or(Raise::Badarg);
    }
    item(cx, &reading, name).ok_or(Raise::Badarg)
}

fn item<'p>(cx: &mut Cx<'p>, reading: &ReadingAll<'_>, name: Atom) -> Option<Term<'p>> {
    let table = reading.table();
    Some(match name {
        known::SIZE => cx.unsigned(reading.len() as u64),
        known::TYPE => Term::atom(match table.kind {
            Kind::Set => known::SET,
            Kind::OrderedSet => known::ORDERED_SET,
            Kind::Bag => known::BAG,
            Kind::DuplicateBag => known::DUPLICATE_BAG,
        }),
        known::MEMORY => cx.unsigned(reading.memory_words() as u64),
        known::OWNER => Term::local_pid(table.owner()),
        known::HEIR => table
            .heir()
            .map_or(Term::atom(known::NONE), Term::local_pid),
        known::PROTECTION => Term::atom(match table.protection() {
            Protection::Public => known::PUBLIC,
            Protection::Protected => known::PROTECTED,
            Protection::Private => known::PRIVATE,
        }),
        known::WRITE_CONCURRENCY => match table.write_concurrency {
            Concurrency::Off => Term::FALSE,
            Concurrency::On => Term::TRUE,
            Concurrency::Auto => Term::atom(known::AUTO),
            Concurrency::Locks(locks) => {
                let name = Term::atom(Atom::of("debug_hash_fixed_number_of_locks"));
                let locks = cx.integer(locks);
                cx.tuple(&[name, locks])
            }
        },
        known::READ_CONCURRENCY => Term::boolean(table.read_concurrency),
        known::DECENTRALIZED_COUNTERS => Term::boolean(table.decentralized_counters),
        known::NAME => Term::atom(table.name()),
        known::KEYPOS => Term::small(table.key as i64 + 1),
        known::NODE => Term::atom(oxbeam_term::boxed::external::this_node().name),
        known::NAMED_TABLE => Term::boolean(table.named),
        known::COMPRESSED => Term::boolean(table.compressed),
        known::FIXED => Term::boolean(table.is_fixed()),
        known::SAFE_FIXED => fixations(cx, reading, false),
        known::SAFE_FIXED_MONOTONIC_TIME => fixations(cx, reading, true),
        known::STATS => stats(cx, reading),
        _ => return None,
    })
}

/// `{Time, [{Pid, Count}]}`, or `false`.
fn fixations<'p>(cx: &mut Cx<'p>, reading: &ReadingAll<'_>, monotonic: bool) -> Term<'p> {
    let Some(fixations) = reading.table().fixations() else {
        return Term::FALSE;
    };
    let (time, offset) = fixations.since;
    let mut list = Term::NIL;
    for (process, count) in fixations.processes {
        let pair = cx.tuple(&[Term::local_pid(process), Term::small(count as i64)]);
        list = cx.cons(pair, list);
    }
    let time = if monotonic {
        cx.integer(time)
    } else {
        let micros = time.wrapping_add(offset) / 1_000;
        let parts = [
            micros / 1_000_000_000_000,
            micros / 1_000_000 % 1_000_000,
            micros % 1_000_000,
        ]
        .map(|part| cx.integer(part));
        cx.tuple(&parts)
    };
    cx.tuple(&[time, list])
}

/// `{Slots, Average, Deviation, ExpectedDeviation, Shortest, Longest, Kept, Locks}` of the chains; for an ordered_set `false`, or if it has parts
/// `{RoutingNodes, BaseNodes, Depth}`.
fn stats<'p>(cx: &mut Cx<'p>, reading: &ReadingAll<'_>) -> Term<'p> {
    let Some((chains, dead)) = reading.chains() else {
        return match reading.table().routing() {
            Some(counts) => cx.tuple(&counts.map(|count| Term::small(count as i64))),
            None => Term::FALSE,
        };
    };
    let slots = chains.len() as f64;
    let average = chains.iter().sum::<usize>() as f64 / slots;
    let squares: f64 = chains.iter().map(|&length| (length as f64).powi(2)).sum();
    let deviation = ((squares - average.powi(2) * slots) / (slots - 1.0))
        .max(0.0)
        .sqrt();
    let expected = (average * (1.0 - 1.0 / slots)).sqrt();
    let floats = [average, deviation, expected].map(|value| cx.float(value));
    let [shortest, longest] = [
        chains.iter().min().copied().unwrap_or(0),
        chains.iter().max().copied().unwrap_or(0),
    ]
    .map(|length| Term::small(length as i64));
    cx.tuple(&[
        Term::small(chains.len() as i64),
        floats[0],
        floats[1],
        floats[2],
        shortest,
        longest,
        Term::small(dead as i64),
        Term::small(reading.table().locks() as i64),
    ])
}

/// `ets_lookup_binary_info(Table, Key)`: `{Address, Size, References}` of each counted binary of the key's objects.
fn ets_lookup_binary_info_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let table = table(cx)?;
    let key = cx.arg(1);
    let reading = allowed!(cx, table.read(cx.process().number, Right::Read, key));
    let found = reading.binaries(key);
    let mut list = Term::NIL;
    for (address, size, references) in found.into_iter().rev() {
        let parts = [address, size as u64, references as u64].map(|part| cx.unsigned(part));
        let tuple = cx.tuple(&parts);
        list = cx.cons(tuple, list);
    }
    Ok(list)
}

/// `ets_super_user(Boolean)`
fn ets_super_user_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let on = cx.arg(0).as_boolean().ok_or(Raise::Badarg)?;
    ets::set_super_user(cx.process().number, on);
    Ok(Term::atom(known::OK))
}
