//! `erlang:system_info/1`: TABLE of the keys. What is in OTP's source but in no documentation is here as far as applications and test
//! suites of OTP ask for it.

use super::{name, topology};
use oxbeam_vm::dist;
use oxbeam_vm::logger;
use oxbeam_vm::machine::Machine;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::process::MaxHeap;
use oxbeam_vm::stats;
use oxbeam_vm::system_flags::flags;
use oxbeam_vm::term::rules::rules;
use oxbeam_vm::timer::clock::{START, Warp};

type Info = for<'p> fn(&mut Cx<'p>) -> NativeResult<'p>;

/// A key, the first and last release that have it, and what gives its value.
type Row = (&'static str, u8, u8, Info);

const ROWS: &[Row] = &[
    ("alloc_util_allocators", 0, 255, |cx| {
        allocator_names(cx, ALLOC_UTIL)
    }),
    ("allocated_areas", 0, 255, allocated_areas),
    ("allocator", 0, 255, allocator),
    ("all_schedulers_state", 0, 255, all_schedulers_state),
    ("async_dist", 27, 255, |cx| {
        Ok(Term::boolean(cx.machine().process_defaults().async_dist))
    }),
    ("atom_count", 0, 255, |_| {
        Ok(Term::small(i64::from(oxbeam_vm::term::atom::count())))
    }),
    ("atom_limit", 0, 255, |cx| {
        count(cx.machine().config.atom_limit)
    }),
    ("beam_jump_table", 0, 255, |_| Ok(Term::TRUE)),
    ("break_ignored", 0, 255, |cx| {
        Ok(Term::boolean(cx.machine().config.settings.break_ignored))
    }),
    ("build_type", 0, 255, |_| Ok(name("opt"))),
    ("c_compiler_used", 0, 255, |cx| {
        Ok(cx.tuple(&[Term::atom(known::UNDEFINED), Term::atom(known::UNDEFINED)]))
    }),
    ("check_io", 0, 255, check_io),
    ("compat_rel", 0, 255, |cx| {
        Ok(Term::small(i64::from(
            cx.machine().config.settings.compatible_release,
        )))
    }),
    ("compile_info", 0, 255, compile_info),
    ("constant_pool_support", 0, 255, |_| Ok(Term::TRUE)),
    ("context_reductions", 0, 255, |cx| {
        Ok(Term::small(cx.machine().config.reductions))
    }),
    ("cpu_quota", 0, 255, |_| Ok(cpu_quota())),
    ("cpu_topology", 0, 255, |cx| {
        let rows = topology::rows(cx, name("used")).ok_or(Raise::Badarg)?;
        Err(cx.trap_to(known::ERLANG, Atom::of("format_cpu_topology"), &[rows]))
    }),
    ("creation", 0, 255, |_| {
        Ok(Term::small(i64::from(
            oxbeam_vm::term::boxed::external::this_node().creation,
        )))
    }),
    ("debug_compiled", 0, 255, |_| Ok(Term::FALSE)),
    ("decentralized_counter_groups_map", 0, 255, |_| {
        Ok(Term::NIL)
    }),
    ("delayed_node_table_gc", 0, 255, |cx| {
        match cx.machine().config.settings.node_table_gc {
            Some(seconds) => Ok(Term::small(i64::from(seconds))),
            None => Ok(Term::atom(known::INFINITY)),
        }
    }),
    ("dirty_cpu_schedulers", 0, 255, |cx| {
        count(cx.machine().config.dirty_cpu)
    }),
    ("dirty_cpu_schedulers_online", 0, 255, |_| {
        count(flags().dirty_cpu_online.get())
    }),
    ("dirty_io_schedulers", 0, 255, |cx| {
        count(cx.machine().config.dirty_io)
    }),
    (
        "dist",
        0,
        255,
        |cx| Ok(cx.binary(dist::report().as_bytes())),
    ),
    ("dist_buf_busy_limit", 0, 255, |cx| {
        count(cx.machine().config.settings.distribution_buffer)
    }),
    ("dist_ctrl", 0, 255, |cx| {
        let mut rows = Vec::new();
        for connection in dist::all() {
            if let Some(controller) = connection.controller() {
                rows.push(cx.tuple(&[Term::atom(connection.node), controller.term()]));
            }
        }
        Ok(cx.list(rows))
    }),
    ("driver_version", 0, 255, |cx| Ok(cx.char_list("3.3"))),
    ("dynamic_trace", 0, 255, |_| Ok(Term::atom(known::NONE))),
    ("dynamic_trace_probes", 0, 255, |_| Ok(Term::FALSE)),
    ("eager_check_io", 0, 255, |_| Ok(Term::TRUE)),
    ("emu_args", 0, 255, emu_args),
    ("emu_flavor", 0, 255, |_| Ok(name("emu"))),
    ("emu_type", 0, 255, |_| Ok(name("opt"))),
    ("end_time", 0, 255, |cx| Ok(cx.integer(END_TIME))),
    ("endian", 0, 255, |_| {
        Ok(Term::atom(if cfg!(target_endian = "big") {
            known::BIG
        } else {
            known::LITTLE
        }))
    }),
    ("ethread_info", 0, 255, |_| Ok(Term::NIL)),
    ("ethread_used_tse", 0, 255, |_| Ok(Term::small(0))),
    ("ets_always_compress", 0, 255, |cx| {
        Ok(Term::boolean(cx.machine().config.settings.ets_compressed))
    }),
    ("ets_count", 0, 255, |_| count(stats::ets_tables())),
    ("ets_limit", 0, 255, |cx| {
        count(cx.machine().config.ets_limit)
    }),
    ("ets_realloc_moves", 0, 255, |cx| {
        Ok(Term::boolean(
            cx.machine().config.settings.ets_realloc_moves,
        ))
    }),
    ("fullsweep_after", 0, 255, |cx| {
        default_pair(cx, known::FULLSWEEP_AFTER)
    }),
    ("garbage_collection", 0, 255, garbage_collection),
    ("halt_flush_timeout", 27, 255, |cx| {
        match cx.machine().config.settings.halt_flush_timeout {
            Some(milliseconds) => Ok(Term::small(i64::from(milliseconds))),
            None => Ok(Term::atom(known::INFINITY)),
        }
    }),
    ("heap_sizes", 0, 255, heap_sizes),
    ("heap_type", 0, 255, |_| Ok(Term::atom(known::PRIVATE))),
    ("hipe_architecture", 0, 255, |_| {
        Ok(Term::atom(known::UNDEFINED))
    }),
    ("info", 0, 255, |cx| text_info(cx, &info_text())),
    ("io_thread", 0, 255, |_| Ok(Term::FALSE)),
    ("kernel_poll", 0, 255, |_| Ok(Term::TRUE)),
    ("literal_test", 0, 255, |_| Ok(name("range"))),
    ("loaded", 0, 255, |cx| {
        text_info(cx, &loaded_text(cx.machine()))
    }),
    ("lock_checking", 0, 255, |_| Ok(Term::FALSE)),
    ("lock_counting", 0, 255, |_| Ok(Term::FALSE)),
    ("logical_processors", 0, 255, |cx| {
        count(cx.machine().config.settings.processors.0)
    }),
    ("logical_processors_available", 0, 255, |cx| {
        count(cx.machine().config.settings.processors.1)
    }),
    ("logical_processors_online", 0, 255, |cx| {
        count(cx.machine().config.settings.processors.0)
    }),
    ("machine", 0, 255, |cx| Ok(cx.char_list("BEAM"))),
    ("max_heap_size", 0, 255, |cx| {
        let max = cx.machine().default_max_heap();
        Ok(max_heap_map(cx, max))
    }),
    ("message_queue_data", 0, 255, |cx| {
        let off = cx.machine().process_defaults().off_heap_messages;
        Ok(Term::atom(if off {
            known::OFF_HEAP
        } else {
            known::ON_HEAP
        }))
    }),
    ("max_integer", 27, 255, |cx| {
        Ok(cx.big(false, &vec![u64::MAX; rules().big_limbs]))
    }),
    ("min_bin_vheap_size", 0, 255, |cx| {
        default_pair(cx, known::MIN_BIN_VHEAP_SIZE)
    }),
    ("min_heap_size", 0, 255, |cx| {
        default_pair(cx, known::MIN_HEAP_SIZE)
    }),
    ("modified_timing_level", 0, 255, |cx| {
        match cx.machine().config.settings.modified_timing {
            Some(level) => Ok(Term::small(i64::from(level))),
            None => Ok(Term::atom(known::UNDEFINED)),
        }
    }),
    ("multi_scheduling", 0, 255, |_| {
        Ok(super::flag::multi_scheduling())
    }),
    ("multi_scheduling_blockers", 0, 255, |cx| {
        Ok(super::flag::blockers(cx, false))
    }),
    ("nif_version", 0, 255, |cx| {
        let version = match cx.machine().release.number {
            ..=25 => "2.16",
            26..=27 => "2.17",
            _ => "2.18",
        };
        Ok(cx.char_list(version))
    }),
    ("normal_multi_scheduling_blockers", 0, 255, |cx| {
        Ok(super::flag::blockers(cx, true))
    }),
    ("os_monotonic_time_source", 0, 255, |cx| {
        time_source(cx, true)
    }),
    ("os_system_time_source", 0, 255, |cx| time_source(cx, false)),
    ("os_type", 0, 255, |cx| {
        Ok(cx.tuple(&[name("unix"), name("linux")]))
    }),
    ("os_version", 0, 255, os_version),
    ("otp_release", 0, 255, |cx| {
        let release = cx.machine().release.number.to_string();
        Ok(cx.char_list(&release))
    }),
    ("outstanding_system_requests_limit", 0, 255, |_| {
        count(flags().outstanding_requests.get())
    }),
    ("port_count", 0, 255, |_| count(stats::ports())),
    ("port_limit", 0, 255, |cx| {
        count(cx.machine().config.port_limit)
    }),
    ("port_parallelism", 0, 255, |cx| {
        Ok(Term::boolean(cx.machine().config.settings.port_parallelism))
    }),
    ("port_tasks", 0, 255, |_| Ok(Term::TRUE)),
    ("process_count", 0, 255, |cx| {
        count(cx.machine().processes.count())
    }),
    ("process_limit", 0, 255, |cx| {
        count(cx.machine().processes.limit())
    }),
    ("procs", 0, 255, |cx| {
        text_info(cx, &procs_text(cx.machine()))
    }),
    ("reader_groups_map", 0, 255, |_| Ok(Term::NIL)),
    ("run_queues", 0, 255, |cx| {
        count(cx.machine().scheduler.count())
    }),
    ("scheduler_bind_type", 0, 255, |_| {
        Ok(super::flag::bind_type())
    }),
    ("scheduler_bindings", 0, 255, |cx| {
        let unbound = vec![name("unbound"); cx.machine().scheduler.count()];
        Ok(cx.tuple(&unbound))
    }),
    ("scheduler_id", 0, 255, |cx| {
        Ok(Term::small(scheduler_id(cx.machine()) as i64))
    }),
    ("schedulers", 0, 255, |cx| {
        count(cx.machine().scheduler.count())
    }),
    ("schedulers_active", 0, 255, |cx| {
        count(super::flag::active(cx.machine()))
    }),
    ("schedulers_online", 0, 255, |cx| {
        count(cx.machine().scheduler.online())
    }),
    ("schedulers_state", 0, 255, |cx| {
        let scheduler = &cx.machine().scheduler;
        let state = [
            scheduler.count(),
            scheduler.online(),
            super::flag::active(cx.machine()),
        ];
        Ok(cx.tuple(&state.map(|count| Term::small(count as i64))))
    }),
    ("schedulers_total", 0, 255, |cx| {
        count(cx.machine().scheduler.count())
    }),
    ("scheduling_statistics", 0, 255, scheduling_statistics),
    ("sequential_tracer", 0, 255, |cx| {
        let tracer = crate::erlang::trace::sequential_tracer(cx);
        Ok(cx.tuple(&[name("sequential_tracer"), tracer]))
    }),
    ("smp_support", 0, 255, |_| Ok(Term::TRUE)),
    ("snifs", 0, 255, snifs),
    ("start_time", 0, 255, |cx| Ok(cx.integer(START))),
    ("system_architecture", 0, 255, |cx| {
        Ok(cx.char_list("x86_64-pc-linux-gnu"))
    }),
    ("system_logger", 0, 255, |cx| {
        Ok(cx.machine().logger.receiver().term())
    }),
    ("system_version", 0, 255, |cx| {
        let version = stats::system_version();
        Ok(cx.char_list(&version))
    }),
    ("taints", 0, 255, taints),
    ("thread_pool_size", 0, 255, |cx| {
        count(cx.machine().config.async_threads)
    }),
    ("thread_progress", 0, 255, |_| Ok(Term::TRUE)),
    ("threads", 0, 255, |_| Ok(Term::TRUE)),
    ("time_correction", 0, 255, |cx| {
        Ok(Term::boolean(cx.machine().config.settings.time_correction))
    }),
    ("time_offset", 0, 255, |cx| {
        Ok(name(cx.machine().time.offset_state()))
    }),
    ("time_warp_mode", 0, 255, |cx| {
        Ok(name(match cx.machine().time.warp {
            Warp::None => "no_time_warp",
            Warp::Single => "single_time_warp",
            Warp::Multi => "multi_time_warp",
        }))
    }),
    ("tolerant_timeofday", 0, 255, |cx| {
        let tolerant =
            cx.machine().config.settings.time_correction && cx.machine().time.warp == Warp::None;
        Ok(name(if tolerant { "enabled" } else { "disabled" }))
    }),
    ("total_scheduling_statistics", 0, 255, scheduling_statistics),
    ("trace_control_word", 0, 255, |_| {
        count(flags().trace_control_word.get())
    }),
    ("update_cpu_info", 0, 255, |_| Ok(name("unchanged"))),
    ("version", 0, 255, |cx| {
        let machine = cx.machine();
        Ok(cx.char_list(&machine.config.erts_version))
    }),
    ("wordsize", 0, 255, |_| Ok(Term::small(8))),
];

/// `erlang:system_info(end_time)`: the last whole second of monotonic time, as the offset of system time leaves room for.
const END_TIME: i64 = 8_646_911_283 * 1_000_000_000;

pub(super) fn system_info_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    match cx.arg(0).view() {
        View::Atom(key) => {
            let key = key.text();
            let release = cx.machine().release.number;
            let row = ROWS
                .iter()
                .find(|row| row.0 == key && (row.1..=row.2).contains(&release));
            match row {
                Some(row) => (row.3)(cx),
                None => Err(Raise::Badarg),
            }
        }
        View::Tuple(tuple) => tuple_info(cx, tuple.elements()),
        _ => Err(Raise::Badarg),
    }
}

fn count(count: usize) -> NativeResult<'static> {
    Ok(Term::small(count as i64))
}

fn tuple_info<'p>(cx: &mut Cx<'p>, elements: &'p [Term<'p>]) -> NativeResult<'p> {
    let Some(key) = elements.first().and_then(|key| key.as_atom()) else {
        return Err(Raise::Badarg);
    };
    match (key.text(), &elements[1..]) {
        ("wordsize", [which]) => match which.as_atom().map(Atom::text) {
            Some("internal" | "external") => Ok(Term::small(8)),
            _ => Err(Raise::Badarg),
        },
        ("internal_cpu_topology", [which]) => topology::rows(cx, *which).ok_or(Raise::Badarg),
        ("cpu_topology", [which]) => {
            let rows = topology::rows(cx, *which).ok_or(Raise::Badarg)?;
            Err(cx.trap_to(known::ERLANG, Atom::of("format_cpu_topology"), &[rows]))
        }
        ("allocator", [which]) => {
            let which = *which;
            Err(cx.trap_to(known::ERLANG, Atom::of("alloc_info"), &[which]))
        }
        ("allocator_sizes", [which]) => {
            let which = *which;
            Err(cx.trap_to(known::ERLANG, Atom::of("alloc_sizes"), &[which]))
        }
        ("allocator" | "allocator_sizes" | "memory_internal", [reference, allocators]) => {
            crate::erts_internal::memory::request(cx, key.text(), *reference, *allocators)
        }
        ("memory_checker", [_]) | ("error_checker", [_]) => Err(Raise::Badarg),
        _ => Err(Raise::Badarg),
    }
}

/// Number of the calling scheduler; a dirty one comes behind the normal ones.
pub(super) fn scheduler_id(machine: &Machine) -> usize {
    match oxbeam_vm::sched::current_worker() {
        Some(worker) => worker + 1,
        None => machine.scheduler.count() + 1,
    }
}

/// As `process_flag(max_heap_size, _)` shows it.
pub(super) fn max_heap_map<'p>(cx: &mut Cx<'p>, max: MaxHeap) -> Term<'p> {
    let mut pairs = vec![
        (name("size"), Term::small(max.words as i64)),
        (name("kill"), Term::boolean(max.kill)),
        (Term::atom(known::ERROR_LOGGER), Term::boolean(max.log)),
    ];
    if cx.machine().release.number >= 27 {
        pairs.push((
            name("include_shared_binaries"),
            Term::boolean(max.include_binaries),
        ));
    }
    cx.map_from_pairs(pairs)
}

fn default_value(cx: &Cx<'_>, key: Atom) -> Term<'static> {
    let defaults = cx.machine().process_defaults();
    let value = match key {
        known::FULLSWEEP_AFTER => defaults.fullsweep_after as usize,
        known::MIN_HEAP_SIZE => defaults.min_heap,
        known::MIN_BIN_VHEAP_SIZE => defaults.min_binary,
        _ => defaults.max_heap.words,
    };
    Term::small(value as i64)
}

fn default_pair<'p>(cx: &mut Cx<'p>, key: Atom) -> NativeResult<'p> {
    let value = default_value(cx, key);
    Ok(cx.tuple(&[Term::atom(key), value]))
}

fn taints<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let taints = cx.machine().taints().into_iter();
    let taints: Vec<Term<'p>> = taints.map(Term::atom).collect();
    Ok(cx.list(taints))
}

fn garbage_collection<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let keys = [
        known::MAX_HEAP_SIZE,
        known::MIN_BIN_VHEAP_SIZE,
        known::MIN_HEAP_SIZE,
        known::FULLSWEEP_AFTER,
    ];
    let mut pairs = Vec::new();
    for key in keys {
        pairs.push(default_pair(cx, key)?);
    }
    Ok(cx.list(pairs))
}

fn heap_sizes<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut sizes = Vec::new();
    let mut size = 0;
    loop {
        let next = oxbeam_vm::term::gc::policy::heap_size_for(size + 1);
        if next == size + 1 {
            // Behind the last of the sequence.
            break;
        }
        size = next;
        sizes.push(Term::small(size as i64));
    }
    Ok(cx.list(sizes))
}

const ALLOC_UTIL: &[&str] = &[
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
];

fn allocator_names<'p>(cx: &mut Cx<'p>, names: &[&str]) -> NativeResult<'p> {
    let names: Vec<_> = names.iter().map(|text| name(text)).collect();
    Ok(cx.list(names))
}

/// `{Allocator, Version, Features, Settings}`: one allocator serves all.
fn allocator<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let version = cx.list([Term::small(2), Term::small(1)]);
    let features = allocator_names(cx, &["sys_alloc"])?;
    let enabled = cx.tuple(&[name("e"), Term::TRUE]);
    let kind = cx.tuple(&[name("m"), name("mimalloc")]);
    let options = cx.list([enabled, kind]);
    let sys = cx.tuple(&[name("sys_alloc"), options]);
    let mut settings = vec![sys];
    for (key, value) in &cx.machine().config.settings.allocators {
        let value = cx.char_list(value);
        settings.push(cx.tuple(&[name(key), value]));
    }
    let settings = cx.list(settings);
    Ok(cx.tuple(&[name("mimalloc"), version, features, settings]))
}

fn allocated_areas<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let memory = stats::memory();
    let rows = [
        ("atom_space", memory.atom, Some(memory.atom_used)),
        ("loaded_code", memory.code, None),
        (
            "process_table",
            cx.machine().processes.memory() as u64,
            None,
        ),
        ("ets_misc", memory.ets, None),
        ("binary", memory.binary, None),
    ];
    let mut list = Vec::new();
    for (key, size, used) in rows {
        let size = cx.unsigned(size);
        let row = match used {
            Some(used) => {
                let used = cx.unsigned(used);
                cx.tuple(&[name(key), size, used])
            }
            None => cx.tuple(&[name(key), size]),
        };
        list.push(row);
    }
    Ok(cx.list(list))
}

fn all_schedulers_state<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let machine = cx.machine();
    let online = flags().dirty_cpu_online.get();
    let blocked = super::flag::multi_scheduling().as_atom().map(Atom::text) == Some("blocked");
    let active = |count: usize| if blocked { 0 } else { count };
    let rows = [
        (
            "normal",
            [
                machine.scheduler.count(),
                machine.scheduler.online(),
                super::flag::active(machine),
            ],
        ),
        (
            "dirty_cpu",
            [machine.config.dirty_cpu, online, active(online)],
        ),
        (
            "dirty_io",
            [
                machine.config.dirty_io,
                machine.config.dirty_io,
                active(machine.config.dirty_io),
            ],
        ),
    ];
    let rows: Vec<_> = rows
        .iter()
        .map(|(key, counts)| {
            let [total, online, active] = counts.map(|count| Term::small(count as i64));
            cx.tuple(&[name(key), total, online, active])
        })
        .collect();
    Ok(cx.list(rows))
}

/// One poll set, with the descriptors that ports wait for.
fn check_io<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let rows = [
        ("name", name("erts_poll")),
        ("primary", name("epoll")),
        ("kernel_poll", name("epoll")),
        ("memory_size", Term::small(0)),
        ("total_poll_set_size", Term::small(stats::polled() as i64)),
        ("lazy_updates", Term::FALSE),
        ("pending_updates", Term::small(0)),
        ("batch_updates", Term::FALSE),
        ("concurrent_updates", Term::TRUE),
        ("fallback", Term::FALSE),
        ("max_fds", Term::small(stats::max_descriptors() as i64)),
        ("active_fds", Term::small(0)),
        ("poll_threads", Term::small(1)),
    ];
    let rows: Vec<_> = rows
        .iter()
        .map(|(key, value)| cx.tuple(&[name(key), *value]))
        .collect();
    let set = cx.list(rows);
    Ok(cx.list([set]))
}

fn compile_info<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut rows = Vec::new();
    for key in ["ldflags", "cflags", "config_h"] {
        rows.push(cx.tuple(&[name(key), Term::NIL]));
    }
    Ok(cx.list(rows))
}

/// Processors' worth of time that the system gives us, or `unknown`: from the limits of the control group.
fn cpu_quota() -> Term<'static> {
    let quota = std::fs::read_to_string("/sys/fs/cgroup/cpu.max")
        .ok()
        .and_then(|text| {
            let mut parts = text.split_ascii_whitespace();
            let quota: u64 = parts.next()?.parse().ok()?;
            let period: u64 = parts.next()?.parse().ok()?;
            (period > 0).then(|| quota.div_ceil(period).max(1))
        });
    match quota {
        Some(quota) => Term::small(quota as i64),
        None => name("unknown"),
    }
}

fn emu_args<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let machine = cx.machine();
    let mut arguments = Vec::new();
    for argument in &machine.config.arguments {
        arguments.push(oxbeam_vm::file_name::from_native_or_bytes(
            cx.builder(),
            argument,
        ));
    }
    Ok(cx.list(arguments))
}

fn time_source<'p>(cx: &mut Cx<'p>, monotonic: bool) -> NativeResult<'p> {
    let machine = cx.machine();
    let now = if monotonic {
        machine.time.now() as i64
    } else {
        machine.time.os_system()
    };
    let now = cx.integer(now);
    let resolution = Term::small(1_000_000_000);
    let mut rows = vec![
        ("function", name("clock_gettime")),
        (
            "clock_id",
            name(if monotonic {
                "CLOCK_MONOTONIC"
            } else {
                "CLOCK_REALTIME"
            }),
        ),
        ("resolution", resolution),
    ];
    if monotonic {
        if machine.release.number >= 27 {
            rows.push(("used_resolution", resolution));
        }
        rows.push(("extended", Term::atom(known::NO)));
    }
    rows.push(("parallel", Term::atom(known::YES)));
    rows.push(("time", now));
    let rows: Vec<_> = rows
        .iter()
        .map(|(key, value)| cx.tuple(&[name(key), *value]))
        .collect();
    Ok(cx.list(rows))
}

/// `{Major, Minor, Patch}` of the system.
fn os_version<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let text = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut numbers = text
        .split(|character: char| !character.is_ascii_digit())
        .filter_map(|part| part.parse::<i64>().ok());
    let version: [i64; 3] = std::array::from_fn(|_| numbers.next().unwrap_or(0));
    Ok(cx.tuple(&version.map(Term::small)))
}

/// Nothing is counted, as in OTP built without it; the rows are there.
fn scheduling_statistics<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let rows: Vec<_> = [
        "process_max",
        "process_high",
        "process_normal",
        "process_low",
        "port",
    ]
    .iter()
    .map(|key| cx.tuple(&[name(key), Term::small(0), Term::small(0)]))
    .collect();
    Ok(cx.list(rows))
}

/// Natives that are instructions in OTP.
const INSTRUCTIONS: [(&str, &str, u8); 3] = [
    ("erlang", "apply", 2),
    ("erlang", "apply", 3),
    ("erlang", "yield", 0),
];

/// Is there a native of this name that OTP does not have, or has in Erlang?
pub(crate) fn is_ours(module: &str, function: &str, arity: u8) -> bool {
    module == "erl_nif"
        || [("erlang", "hibernate", 0), ("re", "run_at_length", 3)]
            .contains(&(module, function, arity))
}

/// All natives of the release that OTP has too: `{Module, Function, Arity}`.
fn snifs<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut list = Term::NIL;
    for native in cx.machine().code.natives() {
        let row = (native.module, native.function, native.arity);
        if !INSTRUCTIONS.contains(&row) && !is_ours(row.0, row.1, row.2) {
            let row = cx.tuple(&[
                name(native.module),
                name(native.function),
                Term::small(i64::from(native.arity)),
            ]);
            list = cx.cons(row, list);
        }
    }
    Ok(list)
}

fn text_info<'p>(cx: &mut Cx<'p>, text: &str) -> NativeResult<'p> {
    Ok(cx.binary(text.as_bytes()))
}

fn info_text() -> String {
    let mut text = String::from("=memory\n");
    for (key, bytes) in stats::memory().rows() {
        text.push_str(&format!("{key}: {bytes}\n"));
    }
    text
}

fn procs_text(machine: &Machine) -> String {
    machine
        .processes
        .ids()
        .iter()
        .map(|id| {
            let pid = oxbeam_vm::term::print::pid_to_text(Term::local_pid(*id)).unwrap_or_default();
            format!("=proc:{pid}\n")
        })
        .collect()
}

fn loaded_text(machine: &Machine) -> String {
    machine
        .code
        .loaded()
        .into_iter()
        .map(|module| format!("{}\n", oxbeam_vm::term::print::atom_text(module)))
        .collect()
}

/// The receiver of log events, from a term; `None`: it is none.
pub(super) fn logger_receiver(term: Term<'_>) -> Option<logger::Receiver> {
    match term.view() {
        View::Atom(known::LOGGER) => Some(logger::Receiver::Default),
        View::Atom(known::UNDEFINED) => Some(logger::Receiver::Undefined),
        View::Pid(number) => Some(logger::Receiver::Process(number)),
        _ => None,
    }
}
