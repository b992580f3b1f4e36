//! `erlang:system_flag/2`: TABLE of the flags.

use super::{info, name, topology};
use oxbeam_vm::logger::{self, Level};
use oxbeam_vm::machine::{Machine, machine};
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::process::MaxHeap;
use oxbeam_vm::system_flags::{Blocker, flags};
use oxbeam_vm::term::gc::policy;
use std::sync::Once;
use std::sync::atomic::Ordering;

type Set = for<'p> fn(&mut Cx<'p>, Term<'p>) -> NativeResult<'p>;

const ROWS: &[(&str, Set)] = &[
    ("backtrace_depth", |cx, value| {
        let depth = size(value)?.min(MAX_BACKTRACE);
        count(cx.machine().set_backtrace_depth(depth))
    }),
    ("cpu_topology", |cx, value| {
        deprecated(cx, "cpu_topology");
        Err(cx.trap_to(known::ERLANG, Atom::of("set_cpu_topology"), &[value]))
    }),
    ("debug_flags", |_, _| Ok(Term::TRUE)),
    ("dirty_cpu_schedulers_online", dirty_cpu_schedulers_online),
    ("erts_alloc", |_, value| match value.as_tuple_of::<3>() {
        // There is nothing to tune in our allocator.
        Some([allocator, parameter, value])
            if allocator.as_atom().is_some()
                && parameter.as_atom().is_some()
                && value.is_integer() =>
        {
            Ok(Term::atom(known::NOTSUP))
        }
        _ => Err(Raise::Badarg),
    }),
    ("fullsweep_after", |cx, value| {
        let collections = size(value)?.min(usize::from(u16::MAX));
        let before = cx
            .machine()
            .change_process_defaults(|defaults| defaults.fullsweep_after = collections as u32);
        count(before.fullsweep_after as usize)
    }),
    ("internal_cpu_topology", topology::define),
    ("max_heap_size", max_heap_size),
    ("microstate_accounting", |_, value| {
        let accounting = &flags().microstate_accounting;
        if value.as_atom().map(Atom::text) == Some("reset") {
            oxbeam_vm::stats::meters::reset();
            return Ok(Term::boolean(accounting.load(Ordering::Relaxed)));
        }
        let on = value.as_boolean().ok_or(Raise::Badarg)?;
        Ok(Term::boolean(accounting.swap(on, Ordering::Relaxed)))
    }),
    ("min_bin_vheap_size", |cx, value| {
        let words = policy::heap_size_for(checked_words(value)?);
        count(
            cx.machine()
                .change_process_defaults(|defaults| defaults.min_binary = words)
                .min_binary,
        )
    }),
    ("min_heap_size", |cx, value| {
        let words = policy::heap_size_for(checked_words(value)?);
        count(
            cx.machine()
                .change_process_defaults(|defaults| defaults.min_heap = words)
                .min_heap,
        )
    }),
    ("multi_scheduling", set_multi_scheduling),
    ("outstanding_system_requests_limit", |_, value| {
        let limit = value
            .as_usize()
            .filter(|limit| (1..1 << 27).contains(limit))
            .ok_or(Raise::Badarg)?;
        count(flags().outstanding_requests.set(limit))
    }),
    ("reset_seq_trace", |cx, _| {
        crate::erlang::trace::reset_tokens(cx);
        Ok(Term::TRUE)
    }),
    ("scheduler_bind_type", |cx, value| {
        deprecated(cx, "scheduler_bind_type");
        // Workers are never bound to processors.
        if value.as_atom().map(Atom::text) == Some("unbound") {
            Ok(bind_type())
        } else {
            Err(Raise::Notsup)
        }
    }),
    ("scheduler_wall_time", |cx, value| {
        value.as_boolean().ok_or(Raise::Badarg)?;
        Err(cx.trap_to(
            known::ERTS_INTERNAL,
            Atom::of("system_flag_scheduler_wall_time"),
            &[value],
        ))
    }),
    ("schedulers_online", schedulers_online),
    ("scheduling_statistics", |_, value| {
        match value.as_atom().map(Atom::text) {
            Some("enable" | "disable" | "clear") => Ok(Term::TRUE),
            _ => Err(Raise::Badarg),
        }
    }),
    ("sequential_tracer", |cx, value| {
        crate::erlang::trace::set_sequential_tracer(cx, value).ok_or(Raise::Badarg)
    }),
    ("system_logger", |cx, value| {
        let receiver = info::logger_receiver(value).ok_or(Raise::Badarg)?;
        Ok(cx.machine().logger.set(receiver).term())
    }),
    ("trace_control_word", |_, value| {
        let word = value
            .as_u64()
            .and_then(|word| u32::try_from(word).ok())
            .ok_or(Raise::Badarg)?;
        count(flags().trace_control_word.set(word as usize))
    }),
];

/// Longest stack trace.
const MAX_BACKTRACE: usize = 64;
/// Largest heap that may be asked for: beyond it there is no address space.
const MAX_WORDS: usize = 1 << 44;

pub(super) fn system_flag_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (flag, value) = (cx.arg(0), cx.arg(1));
    let text = flag.as_atom().map(Atom::text);
    if text == Some("time_offset") && value.as_atom().map(Atom::text) == Some("finalize") {
        let state = cx.machine().time.offset_state();
        cx.machine().time.finalize();
        return Ok(name(state));
    }
    match ROWS.iter().find(|row| Some(row.0) == text) {
        Some(row) => (row.1)(cx, value),
        None => Err(cx.badarg_because(Atom::of("badopt"))),
    }
}

fn count(count: usize) -> NativeResult<'static> {
    Ok(Term::small(count as i64))
}

fn size(value: Term<'_>) -> Result<usize, Raise> {
    value
        .as_small()
        .and_then(|size| usize::try_from(size).ok())
        .ok_or(Raise::Badarg)
}

fn checked_words(value: Term<'_>) -> Result<usize, Raise> {
    let words = size(value)?;
    // OTP stops the machine here.
    if words > MAX_WORDS {
        Err(Raise::SystemLimit)
    } else {
        Ok(words)
    }
}

fn deprecated(cx: &mut Cx<'_>, flag: &str) {
    let about = (cx.process().number, cx.owned().group_leader);
    let text = match flag {
        "cpu_topology" => {
            "A call to erlang:system_flag(cpu_topology, _) was made.\n\
             The cpu_topology argument is deprecated and scheduled\n\
             for removal in Erlang/OTP 18. For more information\n\
             see the erlang:system_flag/2 documentation.\n"
        }
        _ => {
            "A call to erlang:system_flag(scheduler_bind_type, _) was\n\
             made. The scheduler_bind_type argument is deprecated and\n\
             scheduled for removal in Erlang/OTP 18. For more\n\
             information see the erlang:system_flag/2 documentation.\n"
        }
    };
    logger::log_text(Level::Warning, Some(about), text);
}

/// `max_heap_size`: words, or a map with `size` and options.
fn max_heap_size<'p>(cx: &mut Cx<'p>, value: Term<'p>) -> NativeResult<'p> {
    let machine = cx.machine();
    let before = machine.default_max_heap();
    let new = read_max_heap(value, before).ok_or(Raise::Badarg)?;
    if new.words != 0 && new.words < machine.process_defaults().min_heap {
        return Err(Raise::Badarg);
    }
    machine.change_process_defaults(|defaults| defaults.max_heap = new);
    Ok(info::max_heap_map(cx, before))
}

/// The setting that a term stands for; what it does not name is as in `defaults`.
fn read_max_heap(value: Term<'_>, defaults: MaxHeap) -> Option<MaxHeap> {
    if let Some(words) = value.as_small() {
        return Some(MaxHeap {
            words: usize::try_from(words).ok()?,
            ..defaults
        });
    }
    let map = value.as_map()?;
    let option = |key: &str, default: bool| match map.get(name(key)) {
        Some(value) => value.as_boolean(),
        None => Some(default),
    };
    Some(MaxHeap {
        words: usize::try_from(map.get(name("size"))?.as_small()?).ok()?,
        kill: option("kill", defaults.kill)?,
        log: option("error_logger", defaults.log)?,
        include_binaries: option("include_shared_binaries", defaults.include_binaries)?,
    })
}

/// How many workers run when none are blocked.
fn set_online(machine: &Machine, online: usize) -> usize {
    let blockers = flags().blockers.lock();
    let before = flags().schedulers_online.set(online);
    if blockers.is_empty() {
        machine.scheduler.set_online(online);
    }
    before
}

fn schedulers_online<'p>(cx: &mut Cx<'p>, value: Term<'p>) -> NativeResult<'p> {
    let machine = cx.machine();
    let wanted = size(value)?;
    if !(1..=machine.scheduler.count()).contains(&wanted) {
        return Err(Raise::Badarg);
    }
    let before = set_online(machine, wanted);
    // Dirty ones follow in proportion.
    let total = machine.config.dirty_cpu * 100 / machine.scheduler.count();
    let dirty = flags().dirty_cpu_online.get() * (wanted * total / before) / 100;
    set_dirty_online(machine, dirty.clamp(1, machine.config.dirty_cpu));
    count(before)
}

fn set_dirty_online(machine: &Machine, online: usize) -> usize {
    machine.scheduler.set_dirty_cpu_online(online);
    flags().dirty_cpu_online.set(online)
}

fn dirty_cpu_schedulers_online<'p>(cx: &mut Cx<'p>, value: Term<'p>) -> NativeResult<'p> {
    let machine = cx.machine();
    let wanted = size(value)?;
    if !(1..=machine
        .config
        .dirty_cpu
        .min(flags().schedulers_online.get()))
        .contains(&wanted)
    {
        return Err(Raise::Badarg);
    }
    count(set_dirty_online(machine, wanted))
}

/// `system_info(scheduler_bind_type)`
pub(super) fn bind_type() -> Term<'static> {
    name("unbound")
}

/// Number of workers that run processes.
pub(super) fn active(machine: &Machine) -> usize {
    machine.scheduler.online()
}

/// `enabled`, `blocked` or `blocked_normal`.
pub(super) fn multi_scheduling() -> Term<'static> {
    let blockers = flags().blockers.lock();
    name(if blockers.iter().any(|blocker| !blocker.normal) {
        "blocked"
    } else if blockers.is_empty() {
        "enabled"
    } else {
        "blocked_normal"
    })
}

/// The processes that block, as often as they do.
pub(super) fn blockers<'p>(cx: &mut Cx<'p>, normal: bool) -> Term<'p> {
    let blockers = flags().blockers.lock().clone();
    let mut pids: Vec<u64> = blockers
        .iter()
        .filter(|blocker| blocker.normal == normal)
        .flat_map(|blocker| std::iter::repeat_n(blocker.process, blocker.count))
        .collect();
    pids.dedup();
    cx.list(pids.into_iter().map(Term::local_pid).collect::<Vec<_>>())
}

/// `multi_scheduling`: while a process blocks, one worker runs, and for `block` no dirty scheduler.
fn set_multi_scheduling<'p>(cx: &mut Cx<'p>, value: Term<'p>) -> NativeResult<'p> {
    let (block, normal) = match value.as_atom().map(Atom::text) {
        Some("block") => (true, false),
        Some("block_normal") => (true, true),
        Some("unblock") => (false, false),
        Some("unblock_normal") => (false, true),
        _ => return Err(Raise::Badarg),
    };
    let machine = cx.machine();
    let process = cx.process().number;
    if block {
        machine
            .scheduler
            .blocked(|| machine.scheduler.set_online(1));
        // The one worker that goes on is the first.
        if oxbeam_vm::sched::current_worker().is_some_and(|worker| worker != 0) {
            return Err(Raise::Yield);
        }
        static HOOK: Once = Once::new();
        HOOK.call_once(|| machine.on_process_exit(|process, _| release(process.number)));
    }
    {
        let mut blockers = flags().blockers.lock();
        let at = blockers
            .iter()
            .position(|blocker| blocker.process == process && blocker.normal == normal);
        match (block, at) {
            (true, Some(at)) => blockers[at].count += 1,
            (true, None) => blockers.push(Blocker {
                process,
                normal,
                count: 1,
            }),
            (false, Some(at)) => {
                blockers[at].count -= 1;
                if blockers[at].count == 0 {
                    blockers.remove(at);
                }
            }
            (false, None) => {}
        }
    }
    settle();
    Ok(multi_scheduling())
}

/// A process ends: it blocks no more.
fn release(process: u64) {
    flags()
        .blockers
        .lock()
        .retain(|blocker| blocker.process != process);
    settle();
}

/// Lets run what may run.
fn settle() {
    let blockers = flags().blockers.lock();
    let scheduler = &machine().scheduler;
    let online = if blockers.is_empty() {
        flags().schedulers_online.get()
    } else {
        1
    };
    if scheduler.online() != online {
        scheduler.set_online(online);
    }
    scheduler.pause_dirty(blockers.iter().any(|blocker| !blocker.normal));
}
