//! What the machine's memory is used for, in the form of OTP's allocators: `erlang:memory/0,1` and
//! `erlang:system_info({allocator, _})` are Erlang code over these answers. We have one allocator; what it holds for processes counts as
//! `eheap_alloc`'s, for binaries as `binary_alloc`'s, for ETS as `ets_alloc`'s, all else as `ll_alloc`'s.

use oxbeam_vm::native::prelude::*;
use oxbeam_vm::process::Message;
use oxbeam_vm::signal::{self, Signal};
use oxbeam_vm::stats;
use oxbeam_vm::term::boxed::reference::RefNumbers;

const ALLOCATORS: &[&str] = &[
    "temp_alloc",
    "sl_alloc",
    "std_alloc",
    "ll_alloc",
    "eheap_alloc",
    "ets_alloc",
    "fix_alloc",
    "literal_alloc",
    "binary_alloc",
    "driver_alloc",
    "exec_alloc",
    "test_alloc",
    "mseg_alloc",
    "sys_alloc",
    "sys_aligned_alloc",
    "erts_mmap",
    "literal_mmap",
];

/// What is asked for.
#[derive(Copy, Clone, PartialEq)]
enum Asked {
    /// `memory_internal` and `allocator_sizes`.
    Sizes,
    /// `allocator`.
    All,
}

fn name(text: &str) -> Term<'static> {
    Term::atom(Atom::of(text))
}

/// `system_info({Key, Ref, Allocators})`: `true`; the answers come as messages `{Ref, Thread, [{Allocator, Instance, Info}]}`, one from
/// each thread.
pub(crate) fn request<'p>(
    cx: &mut Cx<'p>,
    key: &str,
    reference: Term<'p>,
    allocators: Term<'p>,
) -> NativeResult<'p> {
    let asked = if key == "allocator" {
        Asked::All
    } else {
        Asked::Sizes
    };
    let numbers = reference.as_reference().ok_or(Raise::Badarg)?.numbers();
    let mut wanted = Vec::new();
    for allocator in allocators.proper_list().ok_or(Raise::Badarg)? {
        let text = allocator.as_atom().ok_or(Raise::Badarg)?.text();
        if !ALLOCATORS.contains(&text) {
            return Err(Raise::Badarg);
        }
        wanted.push(text);
    }
    let memory = stats::memory();
    let threads = cx.machine().scheduler.count();
    for thread in (1..=threads).rev() {
        // One instance serves all threads; the first one tells of it.
        let rows = if thread == 1 { wanted.as_slice() } else { &[] };
        answer(cx.process().number, numbers, thread, rows, &memory, asked);
    }
    Ok(Term::TRUE)
}

fn answer(
    to: u64,
    reference: RefNumbers,
    thread: usize,
    allocators: &[&str],
    memory: &stats::Memory,
    asked: Asked,
) {
    let message = Message::build(|builder| {
        let mut rows = Vec::new();
        for allocator in allocators {
            // Nothing is mapped in segments of our own.
            if *allocator == "mseg_alloc" {
                rows.push(builder.tuple(&[name(allocator), Term::FALSE]));
                continue;
            }
            let info = allocator_info(builder, allocator, memory, asked);
            rows.push(builder.tuple(&[name(allocator), Term::small(0), info]));
        }
        let rows = builder.list(rows);
        let reference = builder.reference(reference);
        builder.tuple(&[reference, Term::small(thread as i64), rows])
    });
    // The caller may be about to exit, and then nobody misses the answer.
    let _ = signal::deliver(to, Signal::Message(message));
}

fn bytes_of(allocator: &str, memory: &stats::Memory) -> Option<u64> {
    let total = memory.processes + memory.system;
    Some(match allocator {
        "eheap_alloc" => memory.processes,
        "binary_alloc" => memory.binary,
        "ets_alloc" => memory.ets,
        "ll_alloc" => total.saturating_sub(memory.processes + memory.binary + memory.ets),
        "mseg_alloc" | "sys_alloc" | "sys_aligned_alloc" | "erts_mmap" | "literal_mmap" => {
            return None;
        }
        _ => 0,
    })
}

fn pair<'p>(builder: &mut Builder<'p>, key: &str, value: Term<'p>) -> Term<'p> {
    builder.tuple(&[name(key), value])
}

/// `{Key, Now, Maximum, Maximum}`: highest values are not kept.
fn triple<'p>(builder: &mut Builder<'p>, key: &str, value: u64) -> Term<'p> {
    let value = builder.unsigned(value);
    builder.tuple(&[name(key), value, value, value])
}

fn allocator_info<'p>(
    builder: &mut Builder<'p>,
    allocator: &str,
    memory: &stats::Memory,
    asked: Asked,
) -> Term<'p> {
    let Some(bytes) = bytes_of(allocator, memory) else {
        return Term::NIL;
    };
    let mut rows = Vec::new();
    if asked == Asked::All {
        let version = builder.char_list("0.9");
        let format = builder.char_list("3.0");
        rows.push(builder.tuple(&[name("versions"), version, format]));
        let enabled = pair(builder, "e", Term::TRUE);
        let shared = pair(builder, "t", Term::FALSE);
        let options = builder.list([enabled, shared]);
        rows.push(pair(builder, "options", options));
    }
    if allocator == "fix_alloc" {
        let proc = builder.tuple(&[name("proc"), Term::small(0), Term::small(0)]);
        let timers = builder.unsigned(memory.timers);
        let timers = builder.tuple(&[name("bif_timer"), timers, timers]);
        let types = builder.list([proc, timers]);
        rows.push(pair(builder, "fix_types", types));
    }
    for (key, bytes) in [("mbcs", bytes), ("sbcs", 0)] {
        let mut inner = Vec::new();
        let blocks = if bytes == 0 {
            Term::NIL
        } else {
            let mut counts = Vec::new();
            if asked == Asked::All {
                counts.push(triple(builder, "count", 1));
            }
            counts.push(triple(builder, "size", bytes));
            let counts = builder.list(counts);
            let block = builder.tuple(&[name(allocator), counts]);
            builder.list([block])
        };
        inner.push(pair(builder, "blocks", blocks));
        if asked == Asked::All {
            inner.push(triple(builder, "carriers", u64::from(bytes > 0)));
        }
        inner.push(triple(builder, "carriers_size", bytes));
        let inner = builder.list(inner);
        rows.push(pair(builder, key, inner));
    }
    if asked == Asked::All {
        rows.push(pair(builder, "calls", Term::NIL));
    }
    builder.list(rows)
}

/// `{Allocator, Scheduler, …, Ref}`: the number of messages that will come. Of an allocator that tells nothing, none: `instrument` then
/// says `{error, not_enabled}`.
fn gather<'p>(cx: &mut Cx<'p>, elements: std::ops::RangeInclusive<usize>) -> NativeResult<'p> {
    let request = cx.arg(0).tuple_elements().ok_or(Raise::Badarg)?;
    let (Some(allocator), Some(reference)) = (request.first(), request.last()) else {
        return Err(Raise::Badarg);
    };
    let known_allocator = allocator
        .as_atom()
        .is_some_and(|allocator| ALLOCATORS.contains(&allocator.text()));
    let numbers = request.get(1..request.len() - 1).unwrap_or_default();
    let valid = elements.contains(&request.len())
        && known_allocator
        && reference.as_reference().is_some()
        && numbers.iter().all(|number| number.as_usize().is_some());
    if valid {
        Ok(Term::small(0))
    } else {
        Err(Raise::Badarg)
    }
}

pub(super) fn gather_alloc_histograms_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let elements = if cx.machine().release.number <= 25 {
        5..=5
    } else {
        6..=6
    };
    gather(cx, elements)
}

pub(super) fn gather_carrier_info_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let elements = if cx.machine().release.number <= 25 {
        5..=5
    } else {
        6..=6
    };
    gather(cx, elements)
}
