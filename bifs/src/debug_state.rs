//! The part of `erts_debug` that looks into the machine and changes it for OTP's test suites: internal states, natives on dirty
//! schedulers, lock counting (which is not built in, as in an ordinary OTP).

use oxbeam_term::boxed::external::this_node;
use oxbeam_term::boxed::fun::{Export, FunEntry};
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::etf::{self, DecodeContext, DecodeError, DecodeOptions, FunKey, LocalReference};
use oxbeam_vm::code::load::CodeContext;
use oxbeam_vm::dist;
use oxbeam_vm::io::poll;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::process::{Message, Process};
use oxbeam_vm::release::Release;
use oxbeam_vm::sched::while_waiting;
use oxbeam_vm::signal::{self, Signal};
use oxbeam_vm::term::gc::Extent;
use oxbeam_vm::timer::service::{Destination, MessageTimer};
use oxbeam_vm::{ets, logger, stats, unique};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

natives! { NATIVES: "erts_debug";
    "breakpoint" / 2 Plain => breakpoint_2;
    "dirty" / 3 Plain => dirty_3;
    "dirty_cpu" / 2 DirtyCpu => dirty_cpu_2;
    "dirty_io" / 2 DirtyIo => dirty_io_2;
    "disassemble" / 1 Plain => disassemble_1;
    "display" / 1 Plain [0 ..= 25] => display_1;
    "dist_ext_to_term" / 2 Plain => dist_ext_to_term_2;
    "get_internal_state" / 1 Plain => get_internal_state_1;
    "instructions" / 0 Plain => instructions_0;
    "lcnt_clear" / 0 Plain => lcnt_error;
    "lcnt_collect" / 0 Plain => lcnt_error;
    "lcnt_control" / 1 Plain => lcnt_badarg;
    "lcnt_control" / 2 Plain => lcnt_badarg;
    "set_internal_state" / 2 Plain => set_internal_state_2;
}

fn name(text: &str) -> Term<'static> {
    Term::atom(Atom::of(text))
}

// ---- Internal states ----

/// Are internal states open to the caller?
static AVAILABLE: AtomicBool = AtomicBool::new(false);
/// Loop limits that suites set to see natives yield; ours yield by reductions, so that only the number is kept.
static LIMITS: [AtomicUsize; 3] = [
    AtomicUsize::new(0),
    AtomicUsize::new(40_000),
    AtomicUsize::new(40_000),
];

fn get_internal_state_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if !AVAILABLE.load(Ordering::Relaxed) {
        return Err(Raise::Undef);
    }
    let what = cx.arg(0);
    match what.view() {
        View::Atom(key) => state(cx, key.text()),
        View::Tuple(tuple) => match tuple.elements() {
            [key, about] => {
                let key = key.as_atom().ok_or(Raise::Badarg)?.text();
                state_about(cx, key, *about)
            }
            [key, first, second] => {
                let key = key.as_atom().ok_or(Raise::Badarg)?.text();
                state_of_two(cx, key, *first, *second)
            }
            _ => Err(Raise::Badarg),
        },
        _ => Err(Raise::Badarg),
    }
}

/// `{Pid, Options}` for each time that a process asked to be told of nodes, the last first.
fn monitoring_nodes<'p>(cx: &mut Cx<'p>) -> Term<'p> {
    let name = |name: &str| Term::atom(Atom::of(name));
    let mut list = Term::NIL;
    for watcher in dist::watch::watchers() {
        let (types, reasons) = watcher.wants();
        let mut options = Vec::new();
        if reasons {
            options.push(name("nodedown_reason"));
        }
        if let Some(types) = types {
            options.push(cx.tuple(&[name("node_type"), name(types)]));
        }
        let options = cx.list(options);
        let entry = cx.tuple(&[Term::local_pid(watcher.process), options]);
        for _ in 0..watcher.times {
            list = cx.cons(entry, list);
        }
    }
    list
}

fn state<'p>(cx: &mut Cx<'p>, key: &str) -> NativeResult<'p> {
    let machine = cx.machine();
    match key {
        "available_internal_state" => Ok(Term::TRUE),
        "reds_left" => {
            let owned = cx.owned();
            let left = (owned.reductions_left - owned.extra_reductions).max(0);
            Ok(Term::small(left))
        }
        "node_and_dist_references" => Ok(crate::debug_nodes::references(cx)),
        "max_atom_out_cache_index" => Ok(Term::small(dist::CACHE_PLACES as i64 - 1)),
        "monitoring_nodes" => Ok(monitoring_nodes(cx)),
        "next_pid" => match machine.processes.next_id() {
            Some(number) => Ok(cx.unsigned(number)),
            None => Ok(Term::FALSE),
        },
        "next_port" => Ok(cx.unsigned(oxbeam_vm::port::next_number())),
        "check_io_debug" => {
            let polled = Term::small(stats::polled() as i64);
            Ok(cx.tuple(&[Term::small(0), polled, polled, Term::small(0)]))
        }
        "processes" => {
            let mut numbers = machine.processes.ids();
            numbers.sort_unstable();
            Ok(cx.list(numbers.into_iter().map(Term::local_pid).collect::<Vec<_>>()))
        }
        "process_info_args" => {
            let names = oxbeam_vm::process::info::names();
            Ok(cx.list(names.map(name).collect::<Vec<_>>()))
        }
        // `processes/0` takes the table as one piece, in one turn, and keeps nothing of processes that end meanwhile.
        "processes_bif_info" => {
            let limit = Term::small(machine.processes.limit() as i64);
            let (none, one) = (Term::small(0), Term::small(1));
            let per_reduction = Term::small(crate::erlang::process::PROCESSES_PER_REDUCTION as i64);
            Ok(cx.tuple(&[
                name("ptab_list_bif_info"),
                one,
                one,
                limit,
                limit,
                none,
                none,
                none,
                per_reduction,
                none,
            ]))
        }
        "force_heap_frags" => Ok(Term::FALSE),
        "memory" => {
            let mut rows = Vec::new();
            for (key, bytes) in stats::memory().rows() {
                let bytes = cx.unsigned(bytes);
                rows.push(cx.tuple(&[name(key), bytes]));
            }
            Ok(cx.list(rows))
        }
        "mmap" => Ok(Term::atom(known::UNDEFINED)),
        // A table record, and what a segment of slots has beside its slots.
        "DbTable_words" => {
            let words = Term::small(machine.release.ets.table_words as i64);
            Ok(cx.tuple(&[words, Term::small(6)]))
        }
        "flxctr_memory_usage" => Ok(Term::atom(known::NOTSUP)),
        "unique_monotonic_integer_state" => Ok(cx.unsigned(unique::monotonic_state())),
        "min_unique_integer" | "min_unique_monotonic_integer" => Ok(cx.integer(unique::MIN_UNIQUE)),
        "persistent_term" => {
            let slots = cx.unsigned(oxbeam_vm::persistent_term::table_size() as u64);
            Ok(cx.map_from_pairs([(Term::atom(known::TABLE), slots)]))
        }
        "binary_loop_limit" | "re_loop_limit" | "unicode_loop_limit" => Err(Raise::Badarg),
        _ => Err(Raise::Badarg),
    }
}

fn state_about<'p>(cx: &mut Cx<'p>, key: &str, about: Term<'p>) -> NativeResult<'p> {
    let machine = cx.machine();
    match key {
        "process_status" => {
            let number = about.as_local_pid().ok_or(Raise::Badarg)?;
            if number == cx.process().number {
                return Ok(Term::atom(known::RUNNING));
            }
            let Some(process) = machine.processes.get(number) else {
                return Ok(Term::atom(known::UNDEFINED));
            };
            Ok(Term::atom(status(&process)))
        }
        "binary_info" => {
            let bits = about.as_bits().ok_or(Raise::Badarg)?;
            match bits.shared() {
                None => Ok(name("heap_binary")),
                Some(bytes) => {
                    let used = Term::small(bytes.used() as i64);
                    let size = Term::small(bytes.capacity() as i64);
                    let binary = cx.tuple(&[Term::atom(known::BINARY), size]);
                    Ok(cx.tuple(&[name("refc_binary"), used, binary, Term::small(0)]))
                }
            }
        }
        "internal_hash" => {
            let hash = oxbeam_vm::term::map::key_hash(about);
            let short = cx.machine().release.short_key_hashes;
            Ok(cx.unsigned(if short { hash & 0xffff_ffff } else { hash }))
        }
        "atom" => {
            let index = about.as_usize().ok_or(Raise::Badarg)?;
            if index < oxbeam_vm::term::atom::count() as usize {
                Ok(Term::atom(Atom::from_index(index as u32)))
            } else {
                Ok(Term::atom(known::UNDEFINED))
            }
        }
        "magic_ref" => {
            let Some(reference) = about.as_reference() else {
                return Ok(Term::FALSE);
            };
            let Some(magic) = reference.magic_arc() else {
                let left = oxbeam_vm::magic::has_left(reference.numbers());
                return Ok(Term::boolean(left));
            };
            let address = cx.unsigned(std::sync::Arc::as_ptr(&magic) as u64);
            // The count of this call is not one of the table's.
            let count = Term::small(std::sync::Arc::strong_count(&magic) as i64 - 1);
            let for_tests = Term::boolean(reference.magic_value::<MadeForTests>().is_some());
            Ok(cx.tuple(&[address, count, for_tests]))
        }
        "native_record_def" => match about.as_record() {
            Some(record) => Ok(record.definition_term()),
            None => Err(Raise::Badarg),
        },
        "link_list" => crate::debug_relations::links(cx, about),
        "monitor_list" => crate::debug_relations::monitors(cx, about),
        "channel_number" => Ok(Term::atom(known::UNDEFINED)),
        "dist_ctrl" => {
            let connection = about.as_atom().and_then(dist::find);
            let controller = connection.and_then(|connection| connection.controller());
            Ok(controller.map_or(Term::atom(known::UNDEFINED), |controller| controller.term()))
        }
        "atom_out_cache_index" => {
            let atom = about.as_atom().ok_or(Raise::Badarg)?;
            Ok(Term::small(dist::cache_place(atom) as i64))
        }
        _ => Err(Raise::Badarg),
    }
}

fn status(process: &Process) -> Atom {
    let state = &process.state;
    if state.is_exiting() {
        known::EXITING
    } else if state.is_running() || state.is_dirty() {
        known::RUNNING
    } else if state.is_idle() {
        known::WAITING
    } else {
        known::RUNNABLE
    }
}

fn state_of_two<'p>(
    cx: &mut Cx<'p>,
    key: &str,
    first: Term<'p>,
    second: Term<'p>,
) -> NativeResult<'p> {
    match key {
        "check_time_config" => {
            let correction = first.as_boolean().ok_or(Raise::Badarg)?;
            let machine = cx.machine();
            let mode = match second.as_atom().map(Atom::text) {
                Some("no_time_warp") => oxbeam_vm::timer::clock::Warp::None,
                Some("single_time_warp") => oxbeam_vm::timer::clock::Warp::Single,
                Some("multi_time_warp") => oxbeam_vm::timer::clock::Warp::Multi,
                _ => return Err(Raise::Badarg),
            };
            let same =
                machine.config.settings.time_correction == correction && machine.time.warp == mode;
            Ok(Term::boolean(same))
        }
        "make_unique_integer" => {
            // OTP's form: the thread's number in the low bits, its count above them.
            let (thread, count) = (
                first.as_u64().ok_or(Raise::Badarg)?,
                second.as_u64().ok_or(Raise::Badarg)?,
            );
            let config = &cx.machine().config;
            let threads = config.schedulers + config.dirty_cpu + config.dirty_io;
            let bits = usize::BITS - threads.leading_zeros();
            let raw = (u128::from(count) << bits) | u128::from(thread);
            let value = raw as i128 + i128::from(unique::MIN_UNIQUE);
            let magnitude = value.unsigned_abs();
            Ok(cx.big(value < 0, &[magnitude as u64, (magnitude >> 64) as u64]))
        }
        "term_to_binary" => {
            Err(cx.trap_to(known::ERLANG, Atom::of("term_to_binary"), &[first, second]))
        }
        _ => Err(Raise::Badarg),
    }
}

fn set_internal_state_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (key, value) = (cx.arg(0).as_atom().ok_or(Raise::Badarg)?.text(), cx.arg(1));
    if key == "available_internal_state"
        && let Some(on) = value.as_boolean()
    {
        return Ok(Term::boolean(make_available(cx, on)));
    }
    if !AVAILABLE.load(Ordering::Relaxed) {
        return Err(Raise::Undef);
    }
    let milliseconds = |term: Term<'_>| {
        term.as_u64()
            .filter(|ms| *ms <= 1 << 32)
            .ok_or(Raise::Badarg)
    };
    match key {
        "reds_left" => {
            let left = value
                .as_small()
                .filter(|left| *left >= 0)
                .ok_or(Raise::Badarg)?;
            let owned = cx.owned();
            owned.extra_reductions = owned.reductions_left - left;
            Ok(Term::TRUE)
        }
        "block" | "sleep" => {
            let wait = Duration::from_millis(milliseconds(value)?);
            if key == "block" {
                // Nothing that comes from outside is read either.
                let stand_still = || poll::held(|| std::thread::sleep(wait));
                cx.machine().scheduler.blocked(stand_still);
            } else {
                std::thread::sleep(wait);
            }
            Ok(Term::TRUE)
        }
        "block_scheduler" => {
            std::thread::sleep(Duration::from_millis(milliseconds(value)?));
            Ok(Term::TRUE)
        }
        "next_pid" => {
            let next = value.as_u64().ok_or(Raise::Badarg)?;
            match cx.machine().processes.set_next_id(next) {
                Some(number) => Ok(cx.unsigned(number)),
                None => Ok(Term::FALSE),
            }
        }
        // Whoever handles signals for the process stands still in between.
        "proc_sig_block" => {
            let [process, time] = value.as_tuple_of::<2>().ok_or(Raise::Badarg)?;
            let number = process.as_local_pid().ok_or(Raise::Badarg)?;
            let time = Duration::from_millis(milliseconds(time)?);
            let block = Signal::Task(Box::new(move |_, _| std::thread::sleep(time)));
            Ok(Term::boolean(signal::deliver(number, block).is_ok()))
        }
        "next_port" => {
            let next = value.as_u64().ok_or(Raise::Badarg)?;
            Ok(cx.unsigned(oxbeam_vm::port::set_next_number(next)))
        }
        "force_gc" => {
            let number = value.as_local_pid().ok_or(Raise::Badarg);
            let Ok(number) = number else {
                return Ok(Term::FALSE);
            };
            if number == cx.process().number {
                cx.collect_soon(true);
                return Ok(Term::TRUE);
            }
            let collect = Signal::SystemTask(Box::new(|process: &Process, owned| {
                // A native of one that exits may still read its heap.
                if !process.state.is_exiting() {
                    owned.collect_with(0, &mut [], Extent::Major, None);
                }
            }));
            Ok(Term::boolean(signal::deliver(number, collect).is_ok()))
        }
        "gc_state" => collections(cx, value),
        "code_write_permission" | "code_mod_permission" => Ok(Term::TRUE),
        "test_long_gc_sleep" => {
            let longer = milliseconds(value)?;
            oxbeam_vm::system_monitor::LONGER.store(longer, Ordering::Relaxed);
            Ok(Term::TRUE)
        }
        // The dump is one that meets no fault: there is none to be had on demand.
        "broken_halt" => Err(cx.trap_to(known::ERLANG, Atom::of("halt"), &[value])),
        "multizero_timeout_in_timeout" => {
            let machine = cx.machine();
            let timeout = value.as_i64().ok_or(Raise::Badarg)?.clamp(0, 1 << 32) as u64;
            let done = name("multizero_timeout_in_timeout_done");
            let timer = MessageTimer {
                reference: unique::next_reference(),
                destination: Destination::Process(cx.process().number),
                message: Message::immediate(done.word()),
            };
            let tick = machine.time.tick_after(timeout);
            machine.timers.send_at(tick, timer);
            Ok(Term::atom(known::OK))
        }
        "binary_loop_limit" => limit(value, 0, 0),
        "re_loop_limit" => limit(value, 1, 40_000),
        "unicode_loop_limit" => limit(value, 2, 40_000),
        "abort" => oxbeam_vm::halt::abort(),
        "kill_dist_connection" => Ok(Term::FALSE),
        "wait" => match value.as_atom().map(Atom::text) {
            Some("deallocations" | "thread_progress" | "timer_cancellations" | "aux_work") => {
                // All workers pass between two processes; what waited for that is done then.
                cx.machine().scheduler.blocked(|| ());
                Ok(Term::atom(known::OK))
            }
            _ => Err(Raise::Badarg),
        },
        "unique_monotonic_integer_state" => {
            let last = value
                .as_i64()
                .map(|last| last as u64)
                .or_else(|| value.as_u64())
                .ok_or(Raise::Badarg)?;
            unique::set_monotonic_state(last);
            Ok(Term::TRUE)
        }
        "node_tab_delayed_delete" => {
            dist::known::set_delay(value.as_i64().ok_or(Raise::Badarg)?);
            Ok(Term::atom(known::OK))
        }
        "process_uniq_counter" => {
            value.as_i64().ok_or(Raise::Badarg)?;
            Ok(Term::atom(known::OK))
        }
        "fill_heap" => {
            cx.collect_soon(false);
            Ok(Term::atom(known::OK))
        }
        "make" => {
            if value.as_atom().map(Atom::text) != Some("magic_ref") {
                return Err(Raise::Badarg);
            }
            let reference = cx.make_magic(Box::new(MadeForTests));
            let magic = reference.as_reference().and_then(|made| made.magic_arc());
            let address = magic.map_or(0, |magic| std::sync::Arc::as_ptr(&magic) as u64);
            let address = cx.unsigned(address);
            Ok(cx.tuple(&[reference, address]))
        }
        "binary" => {
            let size = value
                .as_usize()
                .filter(|size| *size <= 1 << 31)
                .ok_or(Raise::Badarg)?;
            let bytes = oxbeam_vm::term::binary::refc::SharedBytes::zeroed(size, size);
            Ok(cx.shared_binary(bytes))
        }
        "mbuf" => Ok(oxbeam_vm::term::copy::copy_all(value, cx.builder())),
        // An inbox takes from many at once in any case.
        "proc_sig_buffers" => Ok(Term::boolean(cx.owned().mailbox.off_heap)),
        "ets_force_trap" => Ok(Term::atom(known::NOTSUP)),
        "ets_force_split" | "ets_debug_random_split_join" => {
            let [table, on] = value.as_tuple_of().ok_or(Raise::Badarg)?;
            let (table, on) = (ets::find(table).map_err(|_| ())?, on.is(known::TRUE));
            let done = if key == "ets_force_split" {
                table.force_parts(on)
            } else {
                table.randomize_parts(on)
            };
            done.then_some(Term::atom(known::OK)).ok_or(Raise::Badarg)
        }
        "colliding_names" => {
            let [name, count] = value.as_tuple_of().ok_or(Raise::Badarg)?;
            let name = name.as_atom().ok_or(Raise::Badarg)?;
            let count = count
                .as_usize()
                .filter(|count| *count <= 10_000)
                .ok_or(Raise::Badarg)?;
            colliding_names(cx, name, count)
        }
        _ => Err(Raise::Badarg),
    }
}

/// Atoms whose tables are found in the same place as those of `name`; they are made where there are none.
fn colliding_names<'p>(cx: &mut Cx<'p>, name: Atom, count: usize) -> NativeResult<'p> {
    let step = ets::NAME_PARTS as u32;
    let mut index = name.index() % step;
    let mut list = Term::NIL;
    let mut left = count;
    while left > 0 {
        while index >= oxbeam_vm::term::atom::count() {
            let text = format!("am{:x}", oxbeam_vm::term::atom::count());
            Atom::new(&text).map_err(|_| Raise::SystemLimit)?;
        }
        if index != name.index() {
            list = cx.cons(Term::atom(Atom::from_index(index)), list);
            left -= 1;
        }
        index += step;
    }
    Ok(list)
}

fn limit(value: Term<'_>, which: usize, default: usize) -> NativeResult<'static> {
    let new = match value.as_usize() {
        Some(limit) => limit,
        None if value.as_atom().map(Atom::text) == Some("default") => default,
        None => return Err(Raise::Badarg),
    };
    Ok(Term::small(
        LIMITS[which].swap(new, Ordering::Relaxed) as i64
    ))
}

/// What stands behind a reference that `set_internal_state(make, magic_ref)` gives.
struct MadeForTests;

fn make_available(cx: &mut Cx<'_>, on: bool) -> bool {
    let before = AVAILABLE.swap(on, Ordering::Relaxed);
    if on {
        let about = (cx.process().number, cx.owned().group_leader);
        let pid = oxbeam_vm::term::print::pid_to_text(cx.self_pid()).unwrap_or_default();
        let place = if dist::is_alive() {
            let node = oxbeam_vm::term::print::display_atom(this_node().name);
            format!(" on node {node}")
        } else {
            String::new()
        };
        let text = format!(
            "Process {pid}{place} enabled access to the emulator internal state.\n\
             NOTE: This is an erts internal test feature and should *only* be used by OTP test-suites.\n"
        );
        logger::log_text(logger::Level::Warning, Some(about), &text);
    }
    before
}

// ---- Natives on dirty schedulers ----

fn dirty_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let kind = cx.arg(0).as_atom().map(Atom::text);
    let (what, argument) = (cx.arg(1), cx.arg(2));
    match kind {
        Some("dirty_cpu" | "dirty_io") => {
            let kind = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
            Err(cx.trap_to(Atom::of("erts_debug"), kind, &[what, argument]))
        }
        Some("normal") => dirty(cx, "normal", what, argument),
        _ => Err(Raise::Badarg),
    }
}

fn dirty_cpu_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (what, argument) = (cx.arg(0), cx.arg(1));
    dirty(cx, "dirty_cpu", what, argument)
}

fn dirty_io_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (what, argument) = (cx.arg(0), cx.arg(1));
    dirty(cx, "dirty_io", what, argument)
}

/// Sends `{What, Caller}` to a process of this node.
fn send(cx: &Cx<'_>, to: Term<'_>, text: &str) {
    if let View::Pid(number) = to.view() {
        let caller = Term::local_pid(cx.process().number);
        let message = Message::build(|builder| builder.tuple(&[name(text), caller]));
        // A receiver that has gone gets nothing.
        let _ = signal::deliver(number, Signal::Message(message));
    }
}

/// Waits so many milliseconds; on the processor if `busy`.
fn wait(term: Term<'_>, busy: bool) -> Result<(), Raise> {
    let milliseconds = term
        .as_u64()
        .filter(|ms| *ms <= 1 << 32)
        .ok_or(Raise::Badarg)?;
    let until = std::time::Instant::now() + Duration::from_millis(milliseconds);
    while_waiting(|| {
        if busy {
            while std::time::Instant::now() < until {
                std::hint::spin_loop();
            }
        } else {
            std::thread::sleep(Duration::from_millis(milliseconds));
        }
    });
    Ok(())
}

fn dirty<'p>(
    cx: &mut Cx<'p>,
    kind: &'static str,
    what: Term<'p>,
    argument: Term<'p>,
) -> NativeResult<'p> {
    let argument_text = argument.as_atom().map(Atom::text);
    match what.as_atom().ok_or(Raise::Badarg)?.text() {
        "scheduler" if argument_text == Some("type") => Ok(name(kind)),
        "error" => Err(match argument_text {
            Some("notsup") => Raise::Notsup,
            Some("undef") => Raise::Undef,
            Some("badarith") => Raise::Badarith,
            Some("system_limit") => Raise::SystemLimit,
            Some("noproc") => cx.error(Term::atom(known::NOPROC)),
            _ => Raise::Badarg,
        }),
        "copy" => {
            let mut list = Term::NIL;
            for _ in 0..1000 {
                let copy = oxbeam_vm::term::copy::copy(argument, cx.builder());
                list = cx.cons(copy, list);
            }
            Ok(list)
        }
        "send" => {
            send(cx, argument, "ok");
            Ok(Term::atom(known::OK))
        }
        "wait" => {
            wait(argument, kind == "dirty_cpu")?;
            Ok(Term::atom(known::OK))
        }
        "reschedule" => {
            let left = argument
                .as_small()
                .filter(|left| *left >= 0)
                .ok_or(Raise::Badarg)?;
            if left == 0 {
                return Ok(Term::atom(known::OK));
            }
            // Every other time on another kind of scheduler; an odd number never ends at zero.
            let next = match kind {
                _ if left % 4 != 0 => kind,
                "dirty_cpu" => "dirty_io",
                "dirty_io" => "normal",
                _ => "dirty_cpu",
            };
            Err(cx.trap_to(
                Atom::of("erts_debug"),
                Atom::of("dirty"),
                &[name(next), what, Term::small(left - 2)],
            ))
        }
        "ready_wait6_done" => {
            send(cx, argument, "ready");
            while_waiting(|| std::thread::sleep(Duration::from_secs(6)));
            send(cx, argument, "done");
            Ok(Term::atom(known::OK))
        }
        how @ ("alive_waitexiting" | "alive_waitexitingonly") => {
            let only = how == "alive_waitexitingonly";
            if only && !Release::current().waits_for_exit_only {
                return Err(Raise::Badarg);
            }
            send(cx, argument, "alive");
            let process = cx.process();
            while_waiting(|| {
                while !process.state.is_exiting() {
                    if kind == "dirty_io" {
                        std::thread::sleep(Duration::from_millis(10));
                    } else {
                        std::thread::yield_now();
                    }
                }
                if !only {
                    std::thread::sleep(Duration::from_secs(1));
                }
            });
            if only {
                return Ok(Term::atom(known::OK));
            }
            let big = cx.big(false, &vec![4711; 10_000]);
            Ok(cx.tuple(&[Term::atom(known::OK), big]))
        }
        _ => Err(Raise::Badarg),
    }
}

// ---- Code ----

/// Breakpoints belong to tracing.
fn breakpoint_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mfa = cx.arg(0).as_tuple_of::<3>().ok_or(Raise::Badarg)?;
    let any = |term: Term<'_>| term.as_atom().is_some_and(|atom| atom.text() == "_");
    let is_pattern = mfa[0].as_atom().is_some()
        && mfa[1].as_atom().is_some()
        && (mfa[2].as_small().is_some() || any(mfa[2]))
        // What follows a wildcard is one.
        && mfa.windows(2).all(|pair| !any(pair[0]) || any(pair[1]));
    if !is_pattern || cx.arg(1).as_boolean().is_none() {
        return Err(Raise::Badarg);
    }
    Err(Raise::Notsup)
}

/// There is nothing to disassemble in OTP's form: as its JIT answers.
fn disassemble_1<'p>(_cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::FALSE)
}

/// Names of the specific instructions.
fn instructions_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut list = Vec::new();
    for text in oxbeam_vm::interp::ops::rows().map(|row| row.name) {
        list.push(cx.char_list(text));
    }
    Ok(cx.list(list))
}

/// Lines of the output end as on a raw terminal, that of the result does not.
fn display_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut text = oxbeam_vm::term::print::display_bytes(cx.arg(0), usize::MAX);
    // Nobody is left to tell when the output is gone.
    let _ = std::io::Write::write_all(&mut std::io::stdout(), &[&text[..], b"\r\n"].concat());
    text.push(b'\n');
    Ok(cx.char_list(&String::from_utf8_lossy(&text)))
}

/// Most atoms of a message's table.
const ATOM_TABLE: usize = 255;

/// Decodes with a table of atoms, as a message from another node comes with one.
struct WithAtoms<'a, 'p> {
    code: CodeContext<'a>,
    atoms: &'a [Term<'p>],
}

impl DecodeContext for WithAtoms<'_, '_> {
    fn cached_atom(&mut self, index: u8) -> Option<Atom> {
        self.atoms.get(usize::from(index))?.as_atom()
    }
    fn export(
        &mut self,
        module: Atom,
        function: Atom,
        arity: u32,
        existing: bool,
    ) -> Option<&'static Export> {
        self.code.export(module, function, arity, existing)
    }
    fn fun_entry(&mut self, key: FunKey<'_>) -> Option<&'static FunEntry> {
        self.code.fun_entry(key)
    }
    fn local_reference(&mut self, numbers: RefNumbers, pid: Option<u64>) -> LocalReference {
        self.code.local_reference(numbers, pid)
    }
    fn record_definition(&mut self, definition: Term<'_>) -> Option<Term<'static>> {
        self.code.record_definition(definition)
    }
}

/// `dist_ext_to_term(Atoms, Binary)`: the term that a message from another node would hold.
fn dist_ext_to_term_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let atoms = cx.arg(0).tuple_elements().ok_or(Raise::Badarg)?;
    if atoms.len() > ATOM_TABLE || atoms.iter().any(|atom| atom.as_atom().is_none()) {
        return Err(Raise::Badarg);
    }
    let bytes = cx.arg(1).as_binary().ok_or(Raise::Badarg)?;
    let [etf::VERSION, bytes @ ..] = &*bytes else {
        return Err(Raise::Badarg);
    };
    let code = CodeContext(&cx.machine().code);
    let mut context = WithAtoms { code, atoms };
    match etf::decode_term(bytes, cx.builder(), &mut context, DecodeOptions::default()) {
        Ok((term, _)) => Ok(term),
        Err(DecodeError::AtomTableFull) => Err(Raise::SystemLimit),
        Err(_) => Err(Raise::Badarg),
    }
}

// ---- Lock counting ----

fn lcnt_error<'p>(_cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::atom(known::ERROR))
}

fn lcnt_badarg<'p>(_cx: &mut Cx<'p>) -> NativeResult<'p> {
    Err(Raise::Badarg)
}

/// Collections that others ask for wait until they are allowed again; a process collects what it needs nevertheless. Gives whether they were allowed.
fn collections<'p>(cx: &mut Cx<'p>, allowed: Term<'p>) -> NativeResult<'p> {
    let allowed = allowed.as_boolean().ok_or(Raise::Badarg)?;
    let held = &mut cx.owned().rare().held_collections;
    let before = held.is_none();
    if allowed {
        for task in held.take().unwrap_or_default() {
            let _ = signal::push(cx.process(), Signal::SystemTask(task));
        }
    } else {
        held.get_or_insert_default();
    }
    Ok(Term::boolean(before))
}
