//! `erlang:statistics/1`.

use super::system::name;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::stats::{self, SinceLast, meters};
use oxbeam_vm::system_flags::flags;
use std::sync::atomic::Ordering;

/// Keys that count since the last call, whoever made it.
static REDUCTIONS: SinceLast = SinceLast::new();
static RUNTIME: SinceLast = SinceLast::new();
static WALL_CLOCK: SinceLast = SinceLast::new();

pub(super) fn statistics_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let machine = cx.machine();
    let Some(key) = cx.arg(0).as_atom() else {
        return Err(Raise::Badarg);
    };
    match key.text() {
        "active_tasks" => Ok(queues(cx, true, false)),
        "active_tasks_all" => Ok(queues(cx, true, true)),
        "run_queue_lengths" => Ok(queues(cx, false, false)),
        "run_queue_lengths_all" => Ok(queues(cx, false, true)),
        "total_active_tasks" => total(true, false),
        "total_active_tasks_all" => total(true, true),
        "total_run_queue_lengths" => total(false, false),
        "total_run_queue_lengths_all" => total(false, true),
        "run_queue" => {
            let normal: usize = machine.scheduler.queue_lengths().iter().sum();
            Ok(Term::small(normal as i64))
        }
        "run_queues" => {
            let lengths = lengths(false, true);
            Ok(cx.tuple(
                &lengths
                    .iter()
                    .map(|&length| Term::small(length as i64))
                    .collect::<Vec<_>>(),
            ))
        }
        "context_switches" => {
            let switches = cx.integer(stats::counts().context_switches.sum());
            Ok(cx.tuple(&[switches, Term::small(0)]))
        }
        "exact_reductions" | "reductions" => {
            // Those of the turn that runs are counted too.
            let total = machine.reductions.sum().max(0) as u64;
            with_since(cx, total, &REDUCTIONS)
        }
        "garbage_collection" => {
            let count = cx.integer(machine.collections.count.sum());
            let words = cx.integer(machine.collections.words.sum());
            Ok(cx.tuple(&[count, words, Term::small(0)]))
        }
        "io" => {
            let row = |cx: &mut Cx<'p>, key: &str, bytes: i64| {
                let bytes = cx.integer(bytes);
                cx.tuple(&[name(key), bytes])
            };
            let (input, output) = oxbeam_vm::port::byte_counts();
            let input = row(cx, "input", input as i64);
            let output = row(cx, "output", output as i64);
            Ok(cx.tuple(&[input, output]))
        }
        "runtime" => with_since(cx, stats::runtime().as_millis() as u64, &RUNTIME),
        "wall_clock" => with_since(cx, machine.time.now() / 1_000_000, &WALL_CLOCK),
        "microstate_accounting" => microstate_accounting(cx),
        "scheduler_wall_time" => scheduler_wall_time(cx, false),
        "scheduler_wall_time_all" => scheduler_wall_time(cx, true),
        _ => Err(Raise::Badarg),
    }
}

fn with_since<'p>(cx: &mut Cx<'p>, total: u64, since: &SinceLast) -> NativeResult<'p> {
    let since = cx.unsigned(since.take(total));
    let total = cx.unsigned(total);
    Ok(cx.tuple(&[total, since]))
}

/// Processes that wait to run, and that run if `active`: a number for each worker, one for the dirty CPU schedulers, one for the dirty
/// I/O schedulers if `all`.
fn lengths(active: bool, all: bool) -> Vec<usize> {
    let machine = oxbeam_vm::machine::machine();
    let mut lengths = machine.scheduler.queue_lengths();
    // The common queues are the first worker's too.
    let common = lengths.pop().unwrap_or(0);
    if let Some(first) = lengths.first_mut() {
        *first += common;
    }
    let (cpu, io) = oxbeam_vm::sched::dirty::queue_lengths();
    lengths.push(cpu);
    if all {
        lengths.push(io);
    }
    if active {
        for (kind, thread) in meters::running() {
            let at = match kind {
                meters::Kind::Worker => thread,
                meters::Kind::DirtyCpu => machine.scheduler.count(),
                meters::Kind::DirtyIo => machine.scheduler.count() + 1,
            };
            if let Some(length) = lengths.get_mut(at) {
                *length += 1;
            }
        }
    }
    lengths
}

fn queues<'p>(cx: &mut Cx<'p>, active: bool, all: bool) -> Term<'p> {
    let lengths = lengths(active, all);
    cx.list(
        lengths
            .into_iter()
            .map(|length| Term::small(length as i64))
            .collect::<Vec<_>>(),
    )
}

fn total(active: bool, all: bool) -> NativeResult<'static> {
    Ok(Term::small(
        lengths(active, all).into_iter().sum::<usize>() as i64
    ))
}

/// `[{SchedulerId, ActiveTime, TotalTime}]`, or `undefined` while the flag is off.
fn scheduler_wall_time<'p>(cx: &mut Cx<'p>, all: bool) -> NativeResult<'p> {
    if !flags().scheduler_wall_time.load(Ordering::Relaxed) {
        return Ok(Term::atom(known::UNDEFINED));
    }
    let mut list = Term::NIL;
    for (id, reading) in meters::read().into_iter().enumerate().rev() {
        if reading.kind == meters::Kind::DirtyIo && !all {
            continue;
        }
        let active = cx.unsigned(reading.active);
        let total = cx.unsigned(reading.total);
        let row = cx.tuple(&[Term::small(id as i64 + 1), active, total]);
        list = cx.cons(row, list);
    }
    Ok(list)
}

/// `[#{type, id, counters}]`, or `undefined` if nothing was ever counted.
fn microstate_accounting<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut list = Term::NIL;
    for reading in meters::read_since_reset() {
        let sleep = cx.unsigned(reading.total - reading.active);
        let emulator = cx.unsigned(reading.active);
        let mut counters = vec![(name("sleep"), sleep), (name("emulator"), emulator)];
        counters.extend(
            ["aux", "check_io", "gc", "other", "port"].map(|key| (name(key), Term::small(0))),
        );
        let counters = cx.map_from_pairs(counters);
        let kind = match reading.kind {
            meters::Kind::Worker => "scheduler",
            meters::Kind::DirtyCpu => "dirty_cpu_scheduler",
            meters::Kind::DirtyIo => "dirty_io_scheduler",
        };
        let entry = [
            (Term::atom(known::TYPE), name(kind)),
            (Term::atom(known::ID), Term::small(reading.id as i64)),
            (name("counters"), counters),
        ];
        let entry = cx.map_from_pairs(entry);
        list = cx.cons(entry, list);
    }
    Ok(list)
}
