//! TABLE of the emulator's flags: a row each, and its function below. `docs/flags.md` is made from it.

use super::config::{FileNameEncoding, Level, PortSignals, TimeWarp, Wrong};
use super::flags::{MAX_SCHEDULERS, MAX_TABLE, Reading, Takes};
use super::number::{self, Pair, atoi};
use crate::output::complain;
use crate::release::Release::{self, Otp25, Otp27, Otp29};

/// A flag.
pub(crate) struct Flag {
    /// Without its sign.
    pub(crate) name: &'static str,
    /// What its value is; empty for none.
    pub(crate) value: &'static str,
    /// Whether `erl` gives it the argument after it.
    pub(super) takes: Takes,
    /// The first of our releases that has it.
    pub(crate) since: Release,
    pub(super) apply: fn(&mut Reading<'_>, &str) -> Result<(), String>,
    /// For people.
    pub(crate) doc: &'static str,
}

macro_rules! flags {
    ($($since:ident $takes:expr, $name:literal $value:literal => $apply:expr, $doc:literal;)*) => {
        /// All flags but `+M`.
        pub(crate) const FLAGS: &[Flag] =
            &[$(Flag { name: $name, value: $value, takes: $takes, since: $since, apply: $apply, doc: $doc }),*];
    };
}

const NEXT: Takes = Takes::Next;
const GLUED: Takes = Takes::Nothing;

flags! {
    Otp25 NEXT, "a" "KWORDS" => async_stack, "stack of an async thread, 16-8192 kilowords";
    Otp25 NEXT, "A" "N" => async_threads, "async threads, 0-1024";
    Otp25 Takes::OneOf(&["c", "d", "i"]), "B" "c|d|i" => break_mode, "SIGINT: c interrupts the shell, d ends the node, i does nothing";
    Otp25 Takes::OneOf(&["true", "false"]), "c" "true|false" => time_correction, "correct the time of the system";
    Otp25 NEXT, "C" "MODE" => time_warp, "no_time_warp, single_time_warp or multi_time_warp";
    Otp25 GLUED, "d" "" => no_crash_dump, "no crash dump for internal errors";
    Otp25 GLUED, "dcg" "N" => counter_groups, "most groups of a decentralized counter";
    Otp29 GLUED, "D" "" => debugger, "support for debuggers";
    Otp29 NEXT, "Dibpl" "true|false" => line_breakpoints, "instrument lines for breakpoints";
    Otp25 NEXT, "e" "N" => ets_tables, "ETS tables (no longer a limit)";
    Otp25 GLUED, "ec" "" => |r, _| { r.config.ets_compressed = true; Ok(()) }, "compress all ETS tables";
    Otp25 GLUED, "fn" "u|l|a[w|i|e]" => file_names, "names of files are UTF-8, Latin-1 or by locale; what wrong ones do";
    Otp25 NEXT, "h" "WORDS" => min_heap, "as -hms";
    Otp25 NEXT, "hms" "WORDS" => min_heap, "least heap of a process";
    Otp25 NEXT, "hmbs" "WORDS" => min_binary_heap, "least virtual binary heap of a process";
    Otp25 NEXT, "hmax" "WORDS" => max_heap, "most heap of a process, 0 for any";
    Otp25 NEXT, "hmaxk" "true|false" => |r, v| boolean(&mut r.config.heap.max_kills, v, "bad max heap kill"), "a process past the limit is killed";
    Otp25 NEXT, "hmaxel" "true|false" => |r, v| boolean(&mut r.config.heap.max_logs, v, "bad max heap error logger"), "a process past the limit is logged";
    Otp27 NEXT, "hmaxib" "true|false" => |r, v| boolean(&mut r.config.heap.max_includes_binaries, v, "bad max heap include bins"), "the limit counts binaries off the heap";
    Otp25 NEXT, "hpds" "N" => dictionary_size, "first size of a process dictionary";
    Otp25 NEXT, "hmqd" "on_heap|off_heap" => message_queue, "where messages wait";
    Otp25 GLUED, "H" "" => |_, _| { complain!("The undocumented +H option has been removed (R10B-6).\n"); Ok(()) }, "no longer does anything";
    Otp25 NEXT, "i" "MODULE" => |r, v| { r.config.init_module = v.into(); Ok(()) }, "the module that boots";
    Otp25 NEXT, "IOt" "N" => poll_threads, "threads that poll for I/O, 1-1024";
    Otp25 NEXT, "IOp" "N" => poll_sets, "sets of descriptors they poll";
    Otp25 NEXT, "IOPt" "PERCENT" => poll_threads_percentage, "poll threads, of the schedulers";
    Otp25 NEXT, "IOPp" "PERCENT" => poll_sets_percentage, "poll sets, of the poll threads";
    Otp25 NEXT, "IOs" "true|false" => |r, v| boolean(&mut r.config.poll.by_schedulers, v, "bad +IOs boolean argument:"), "schedulers poll busy descriptors";
    Otp25 NEXT, "JDdump" "true|false" => |r, v| boolean(&mut r.config.jit.dump, v, "bad +JDdump flag"), "write the native code of each module";
    Otp27 NEXT, "JPcover" "MODE" => coverage, "coverage: true, false, line, line_counters, function, function_counters";
    Otp25 NEXT, "JPperf" "MODE" => perf, "write what perf reads: true, false, dump, map (27: fp, no_fp)";
    Otp29 NEXT, "JPperfdirectory" "DIR" => |r, v| { r.config.jit.perf_directory = Some(v.into()); Ok(()) }, "where to";
    Otp27 NEXT, "JMsingle" "true|false" => |r, v| boolean(&mut r.config.jit.single_mapping, v, "bad +JMsingle support flag"), "map native code once, writable";
    Otp25 NEXT, "K" "true|false" => |_, _| Ok(()), "kernel poll: always on";
    Otp25 GLUED, "L" "" => |r, _| { r.config.line_information = false; Ok(()) }, "do not keep line information";
    Otp25 NEXT, "n" "s|a|d" => port_signals, "signals to ports: synchronous, asynchronous, default";
    Otp25 NEXT, "pc" "latin1|unicode" => printable, "which characters are printable";
    Otp27 NEXT, "pad" "true|false" => |r, v| boolean(&mut r.config.async_distribution, v, "bad async dist value"), "processes send to other nodes without waiting";
    Otp25 NEXT, "P" "N|legacy" => processes, "most processes, 1024-134217727";
    Otp25 NEXT, "Q" "N|legacy" => ports, "most ports, 1024-134217727";
    Otp25 NEXT, "R" "RELEASE" => compatible, "be compatible with that release, at most two back";
    Otp25 GLUED, "r" "" => |r, _| { r.config.ets_realloc_moves = true; Ok(()) }, "ETS memory moves when it grows";
    Otp25 NEXT, "rg" "N" => reader_groups, "most groups of readers of a lock";
    Otp25 NEXT, "sbt" "TYPE" => bind_type, "bind schedulers: u, ns, ts, ps, s, nnts, nnps, tnnps, db";
    Otp25 NEXT, "sbwt" "SPIN" => |r, v| word(&mut r.config.schedulers.busy_wait, SPIN, v, "bad scheduler busy wait threshold:"), "idle schedulers spin: none, very_short, short, medium, long, very_long";
    Otp25 NEXT, "sbwtdcpu" "SPIN" => |r, v| word(&mut r.config.schedulers.dirty_cpu_busy_wait, SPIN, v, "bad dirty CPU scheduler busy wait threshold:"), "the same of dirty CPU schedulers";
    Otp25 NEXT, "sbwtdio" "SPIN" => |r, v| word(&mut r.config.schedulers.dirty_io_busy_wait, SPIN, v, "bad dirty IO scheduler busy wait threshold:"), "the same of dirty I/O schedulers";
    Otp25 NEXT, "scl" "true|false" => compact_load, "gather load on few schedulers";
    Otp25 NEXT, "sct" "TOPOLOGY" => cpu_topology, "the processors, such as L0-3c0-3";
    Otp25 NEXT, "secio" "true|false" => |_, _| Ok(()), "no longer does anything";
    Otp25 NEXT, "sfwi" "MS" => forced_wakeup, "wake schedulers up that often";
    Otp25 NEXT, "spp" "true|false" => |r, v| boolean(&mut r.config.port_parallelism, v, "bad port parallelism scheduling hint"), "prefer parallel work on ports";
    Otp25 GLUED, "ssrct" "" => |r, _| { r.config.schedulers.skip_topology = true; Ok(()) }, "do not read the processors from the system";
    Otp25 NEXT, "sss" "KWORDS" => |r, v| stack(&mut r.config.schedulers.stack_kwords, v, "scheduler"), "stack of a scheduler, 20-8192 kilowords";
    Otp25 NEXT, "sssdcpu" "KWORDS" => |r, v| stack(&mut r.config.schedulers.dirty_cpu_stack_kwords, v, "dirty CPU scheduler"), "of a dirty CPU scheduler";
    Otp25 NEXT, "sssdio" "KWORDS" => |r, v| stack(&mut r.config.schedulers.dirty_io_stack_kwords, v, "dirty IO scheduler"), "of a dirty I/O scheduler";
    Otp25 NEXT, "stbt" "TYPE" => bind_type, "as -sbt, where the system allows it";
    Otp25 NEXT, "sub" "true|false" => balance, "balance the use of schedulers";
    Otp25 NEXT, "swct" "EAGER" => |r, v| word(&mut r.config.schedulers.wake_cleanup, EAGER, v, "scheduler wake cleanup threshold:"), "very_lazy, lazy, medium, eager, very_eager";
    Otp25 NEXT, "sws" "default|legacy" => |r, v| word(&mut r.config.schedulers.wakeup_strategy, &["default", "legacy"], v, "scheduler wakeup strategy:"), "how schedulers wake each other";
    Otp25 NEXT, "swt" "LEVEL" => |r, v| word(&mut r.config.schedulers.wakeup, LEVELS, v, "scheduler wakeup threshold:"), "very_low, low, medium, high, very_high";
    Otp25 NEXT, "swtdcpu" "LEVEL" => |r, v| word(&mut r.config.schedulers.dirty_cpu_wakeup, LEVELS, v, "dirty CPU scheduler wakeup threshold:"), "the same of dirty CPU schedulers";
    Otp25 NEXT, "swtdio" "LEVEL" => |r, v| word(&mut r.config.schedulers.dirty_io_wakeup, LEVELS, v, "dirty IO scheduler wakeup threshold:"), "the same of dirty I/O schedulers";
    Otp25 NEXT, "S" "N:ONLINE" => schedulers, "schedulers and how many are online, at most 1024";
    Otp25 NEXT, "SP" "P:ONLINE" => percentage, "the same as percentages of the processors";
    Otp25 NEXT, "SDcpu" "N:ONLINE" => dirty_cpu, "dirty CPU schedulers and how many are online";
    Otp25 NEXT, "SDPcpu" "P:ONLINE" => dirty_percentage, "the same as percentages";
    Otp25 NEXT, "SDio" "N" => dirty_io, "dirty I/O schedulers, 1-1024";
    Otp25 NEXT, "t" "N" => atoms, "most atoms, 8192-2147483647";
    Otp25 NEXT, "T" "LEVEL" => modified_timing, "vary the timing, 0-9";
    Otp25 GLUED, "v" "" => |_, _| { complain!("warning: -v (only in debug compiled code)"); Ok(()) }, "talk about garbage collection (debug builds of OTP)";
    Otp25 GLUED, "V" "" => |r, _| { r.version = true; Ok(()) }, "print the version";
    Otp25 NEXT, "W" "i|w|e" => warnings, "log warnings as information, warnings or errors";
    Otp25 NEXT, "zdbbl" "KB" => distribution_buffer, "when a distribution buffer is busy, 1-2097151";
    Otp25 NEXT, "zdntgc" "S|infinity" => node_table_gc, "seconds until names of lost nodes go";
    Otp25 NEXT, "zebwt" "SPIN" => ets_busy_wait, "none to extremely_long";
    Otp27 NEXT, "zhft" "MS|infinity" => halt_flush, "how long halt waits for output";
    Otp25 NEXT, "zosrl" "N" => outstanding_requests, "system tasks under way at once";
}

const SPIN: &[&str] = &["none", "very_short", "short", "medium", "long", "very_long"];
const ETS_SPIN: &[&str] = &[
    "none",
    "very_short",
    "short",
    "medium",
    "long",
    "very_long",
    "extremely_long",
];
const LEVELS: &[&str] = &["very_low", "low", "medium", "high", "very_high"];
const EAGER: &[&str] = &["very_lazy", "lazy", "medium", "eager", "very_eager"];
const BINDS: &[&str] = &["u", "db", "s", "ps", "ts", "tnnps", "nnps", "nnts", "ns"];
const COVERAGE: &[&str] = &[
    "true",
    "false",
    "function",
    "function_counters",
    "line",
    "line_counters",
];

fn boolean(target: &mut bool, value: &str, message: &str) -> Result<(), String> {
    *target = match value {
        "true" => true,
        "false" => false,
        _ => return Err(format!("{message} {value}")),
    };
    Ok(())
}

fn word(
    target: &mut &'static str,
    words: &[&'static str],
    value: &str,
    message: &str,
) -> Result<(), String> {
    *target = words
        .iter()
        .find(|&&word| word == value)
        .ok_or_else(|| format!("{message} {value}"))?;
    Ok(())
}

/// `number` if it lies in the range, else a message that ends in the text.
fn within(
    number: i64,
    range: std::ops::RangeInclusive<i64>,
    message: &str,
    value: &str,
) -> Result<i64, String> {
    if range.contains(&number) {
        Ok(number)
    } else {
        Err(format!("{message} {value}"))
    }
}

fn async_stack(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    let message = "bad stack size for async threads";
    r.config.schedulers.async_stack_kwords = within(atoi(value), 16..=8192, message, value)? as u32;
    Ok(())
}

fn stack(target: &mut u32, value: &str, who: &str) -> Result<(), String> {
    *target = within(
        atoi(value),
        20..=8192,
        &format!("bad stack size for {who} threads"),
        value,
    )? as u32;
    Ok(())
}

fn async_threads(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    r.config.schedulers.async_threads =
        within(atoi(value), 0..=1024, "bad number of async threads", value)? as u32;
    Ok(())
}

fn break_mode(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    let mode = &mut r.config.break_mode;
    match value.as_bytes().first() {
        Some(b'i') => mode.ignore = true,
        Some(b'c') => mode.interrupt_shell = true,
        _ => mode.handler = false,
    }
    Ok(())
}

fn time_correction(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    r.config.time.correction = match value {
        "true" => true,
        "false" | "" => false,
        _ => return Err(format!("Invalid time correnction value: {value}")),
    };
    Ok(())
}

fn time_warp(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    r.config.time.warp = match value {
        "no_time_warp" => TimeWarp::No,
        "single_time_warp" => TimeWarp::Single,
        "multi_time_warp" => TimeWarp::Multi,
        _ => return Err(format!("Invalid time warp mode: {value}")),
    };
    Ok(())
}

fn no_crash_dump(r: &mut Reading<'_>, _: &str) -> Result<(), String> {
    r.config.crash_dump = false;
    Ok(())
}

/// Also does what `-d` does: the emulator sees that flag in it.
fn counter_groups(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    let message = "bad decentralized counter groups limit:";
    let number = number::leading(value)
        .ok_or_else(|| format!("{message} {value}"))?
        .0;
    r.config.counter_groups = within(number, 0..=i32::MAX.into(), message, value)? as u32;
    no_crash_dump(r, value)
}

fn debugger(r: &mut Reading<'_>, rest: &str) -> Result<(), String> {
    if rest.starts_with('i') {
        return Err(format!("Unknown instrumentation option D{rest}"));
    }
    if !rest.is_empty() {
        return Err(format!("Unknown option D{rest}"));
    }
    r.config.debugger.enabled = true;
    Ok(())
}

fn line_breakpoints(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    let target = &mut r.config.debugger.line_breakpoints;
    boolean(target, value, "")
        .map_err(|_| format!("Dibpl expected `true' or `false' but got: `{value}'"))
}

fn ets_tables(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    let message = "bad maximum number of ets tables";
    r.config.limits.ets_tables = within(atoi(value), 0..=i32::MAX.into(), message, value)? as u32;
    Ok(())
}

fn file_names(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    let names = &mut r.config.file_names;
    names.encoding = match value.as_bytes().first() {
        Some(b'u') => FileNameEncoding::Utf8,
        Some(b'a') => FileNameEncoding::Automatic,
        Some(b'l') => {
            names.encoding = FileNameEncoding::Latin1;
            return Ok(());
        }
        _ => {
            let forms = "can be (l,u or a, optionally followed by w, i or e)";
            return Err(format!("bad filename encoding {value}, {forms}"));
        }
    };
    names.wrong = match value.as_bytes().get(1) {
        None | Some(b'w') => Wrong::Warning,
        Some(b'i') => Wrong::Ignore,
        Some(b'e') => Wrong::Error,
        Some(_) => {
            return Err(format!(
                "bad type of warnings for wrongly coded filename: {}",
                &value[1..]
            ));
        }
    };
    Ok(())
}

fn min_heap(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    r.config.heap.min_words = within(atoi(value), 1..=i64::MAX, "bad heap size", value)? as u64;
    Ok(())
}

fn min_binary_heap(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    r.config.heap.min_binary_words =
        within(atoi(value), 1..=i64::MAX, "bad heap size", value)? as u64;
    Ok(())
}

fn max_heap(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    const MAX_SMALL: i64 = (1 << 59) - 1;
    let number = number::leading(value).map_or(0, |(number, _)| number);
    r.config.heap.max_words = within(number, 0..=MAX_SMALL, "bad max heap size", value)? as u64;
    Ok(())
}

fn dictionary_size(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    let number = within(
        atoi(value),
        1..=1 << 30,
        "bad initial process dictionary size",
        value,
    )?;
    r.config.heap.dictionary_size = (number as u32).next_power_of_two();
    Ok(())
}

fn message_queue(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    r.config.heap.messages_off_heap = match value {
        "on_heap" => false,
        "off_heap" => true,
        _ => return Err(format!("Invalid message_queue_data flag: {value}")),
    };
    Ok(())
}

fn poll_number(
    target: &mut Option<i64>,
    value: &str,
    range: std::ops::RangeInclusive<i64>,
    what: &str,
) -> Result<(), String> {
    let message = format!("bad I/O {what} number:");
    let number = number::leading(value)
        .ok_or_else(|| format!("{message} {value}"))?
        .0;
    *target = Some(within(number, range, &message, value)?);
    Ok(())
}

fn poll_threads(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    poll_number(&mut r.poll[0], value, 1..=MAX_SCHEDULERS, "poll threads")
}

fn poll_sets(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    poll_number(&mut r.poll[1], value, 1..=i32::MAX.into(), "pollset")
}

fn poll_threads_percentage(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    poll_number(&mut r.poll[2], value, 0..=100, "poll thread percentage")
}

fn poll_sets_percentage(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    poll_number(&mut r.poll[3], value, 0..=100, "pollset percentage")
}

fn coverage(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    word(
        &mut r.config.jit.coverage,
        COVERAGE,
        value,
        "bad +JPcover flag",
    )
}

fn perf(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    let modes = &mut r.config.jit.perf;
    match value {
        "true" | "dump" | "map" => modes.push(value.into()),
        "fp" if r.release > Otp25 => modes.push(value.into()),
        "no_fp" if r.release > Otp25 => modes.retain(|mode| mode != "fp"),
        "false" => modes.clear(),
        _ => return Err(format!("bad +JPperf support flag {value}")),
    }
    Ok(())
}

fn port_signals(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    r.config.port_signals = match value {
        "s" => PortSignals::Synchronous,
        "a" => PortSignals::Asynchronous,
        "d" => PortSignals::Default,
        _ => return Err(format!("bad -n option {value}")),
    };
    Ok(())
}

fn printable(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    r.config.printable_unicode = match value {
        "unicode" => true,
        "latin1" => false,
        _ => return Err(format!("bad range of printable characters: {value}")),
    };
    Ok(())
}

/// A number as `strtol` reads it: what follows it is not looked at, no number is 0.
fn long(value: &str) -> i64 {
    number::leading(value).map_or(0, |(number, _)| number)
}

fn processes(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    if value == "legacy" {
        r.config.limits.legacy_processes = true;
        return Ok(());
    }
    r.config.limits.processes = within(
        long(value),
        1024..=MAX_TABLE,
        "bad number of processes",
        value,
    )? as u32;
    Ok(())
}

fn ports(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    if value == "legacy" {
        r.config.limits.legacy_ports = true;
        return Ok(());
    }
    r.config.limits.ports =
        within(long(value), 1024..=MAX_TABLE, "bad number of ports", value)? as u32;
    r.ports_given = true;
    Ok(())
}

fn compatible(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    let this = i64::from(r.release.number());
    let number = within(
        atoi(value),
        this - 2..=this,
        "bad compatibility release number",
        value,
    )?;
    r.config.compatible_release = number as u32;
    Ok(())
}

fn reader_groups(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    let message = "bad reader groups limit:";
    let number = number::leading(value)
        .ok_or_else(|| format!("{message} {value}"))?
        .0;
    r.config.reader_groups = within(number, 0..=i32::MAX.into(), message, value)? as u32;
    Ok(())
}

fn bind_type(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    word(&mut r.config.schedulers.bind, BINDS, value, "")
        .map_err(|_| format!("setting scheduler bind type '{value}' failed: invalid type"))
}

fn compact_load(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    let schedulers = &mut r.config.schedulers;
    boolean(&mut schedulers.compact_load, value, "")
        .map_err(|_| format!("bad scheduler compact load value '{value}'"))?;
    // The two ways of sharing load exclude each other; the later flag wins.
    schedulers.balance_utilization &= !schedulers.compact_load;
    Ok(())
}

fn balance(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    boolean(&mut r.config.schedulers.balance_utilization, value, "")
        .map_err(|_| format!("bad scheduler utilization balancing  value '{value}'"))
}

fn cpu_topology(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    if value.is_empty() {
        return Err("bad cpu topology '': missing cpu topology".into());
    }
    if value
        .chars()
        .any(|c| !c.is_ascii_digit() && !"LtcpNPn-,:".contains(c))
    {
        return Err(format!(
            "bad cpu topology '{value}': invalid identifier type"
        ));
    }
    r.config.schedulers.cpu_topology = Some(value.into());
    r.config.schedulers.skip_topology = true;
    Ok(())
}

fn forced_wakeup(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    let message = "bad scheduler forced wakeup interval";
    r.config.schedulers.forced_wakeup_ms =
        within(long(value), 0..=i64::MAX, message, value)? as u64;
    Ok(())
}

/// The two numbers of `+S` and `+SDcpu`: not above 0 counts down from the processors.
fn numbers(value: &str, all: u32, online: u32, online_before: u32) -> Option<(i64, i64, i64)> {
    let (all, online) = (i64::from(all), i64::from(online));
    let (total, shown) = match number::pair(value)? {
        Pair::Both(total, shown) => (total, shown),
        Pair::First(total) => (total, total.min(online_before.into())),
        Pair::Second(shown) => (all, shown),
    };
    let from = |number: i64, whole: i64| {
        if number > 0 {
            number
        } else {
            whole.saturating_add(number)
        }
    };
    Some((total, from(total, all), from(shown, online)))
}

fn schedulers(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    let now = &mut r.config.schedulers;
    let found = numbers(value, r.host.processors, r.host.available, now.online);
    let (given, total, online) =
        found.ok_or_else(|| format!("bad amount of schedulers {value}"))?;
    if !(1..=MAX_SCHEDULERS).contains(&total) {
        return Err(format!("bad amount of schedulers {given}"));
    }
    if online < 1 || total < online {
        return Err(format!(
            "bad amount of schedulers online {online} (total amount of schedulers {total})"
        ));
    }
    (now.total, now.online) = (total as u32, online as u32);
    Ok(())
}

fn dirty_cpu(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    let now = &mut r.config.schedulers;
    let found = numbers(
        value,
        r.host.processors,
        r.host.available,
        now.dirty_cpu_online,
    );
    let (given, total, online) =
        found.ok_or_else(|| format!("bad amount of dirty CPU schedulers {value}"))?;
    if !(1..=MAX_SCHEDULERS).contains(&total) {
        return Err(format!("bad amount of dirty CPU schedulers {given}"));
    }
    if online < 1 || total < online {
        let message = "bad amount of dirty CPU schedulers online";
        return Err(format!(
            "{message} {online} (total amount of dirty CPU schedulers {total})"
        ));
    }
    (now.dirty_cpu, now.dirty_cpu_online) = (total as u32, online as u32);
    Ok(())
}

fn percentages(value: &str) -> Option<(i64, i64)> {
    let (total, online) = match number::pair(value)? {
        Pair::Both(total, online) => (total, online),
        Pair::First(total) => (total, total.min(100)),
        Pair::Second(online) => (100, online),
    };
    (total >= 0 && online >= 0).then_some((total, online))
}

fn percentage(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    r.percentage =
        percentages(value).ok_or_else(|| format!("bad schedulers percentage specifier {value}"))?;
    Ok(())
}

fn dirty_percentage(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    let message = "bad dirty CPU schedulers percentage specifier";
    r.dirty_percentage = percentages(value).ok_or_else(|| format!("{message} {value}"))?;
    Ok(())
}

fn dirty_io(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    let message = "bad number of dirty I/O schedulers";
    r.config.schedulers.dirty_io = within(atoi(value), 1..=MAX_SCHEDULERS, message, value)? as u32;
    Ok(())
}

fn atoms(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    r.config.limits.atoms = within(
        long(value),
        8192..=i32::MAX.into(),
        "bad atom table size",
        value,
    )? as u32;
    Ok(())
}

fn modified_timing(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    r.config.modified_timing =
        Some(within(atoi(value), 0..=9, "bad modified timing level", value)? as u8);
    Ok(())
}

fn warnings(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    r.config.warnings = match value.as_bytes().first() {
        Some(b'i') => Level::Info,
        Some(b'w') => Level::Warning,
        Some(b'e') => Level::Error,
        _ => return Err(format!("unrecognized warning_map option {value}")),
    };
    Ok(())
}

fn distribution_buffer(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    let number = atoi(value);
    let range = 1..=i64::from(i32::MAX) / 1024;
    r.config.distribution_buffer_bytes =
        within(number, range, "Invalid dbbl limit:", &number.to_string())? as u64 * 1024;
    Ok(())
}

fn node_table_gc(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    const MOST: i64 = 100_000_000;
    r.config.node_table_gc_seconds = match value {
        "infinity" => None,
        _ => {
            let message = "Invalid delayed node table gc:";
            Some(within(number::whole(value).unwrap_or(-1), 0..=MOST, message, value)? as u32)
        }
    };
    Ok(())
}

fn ets_busy_wait(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    word(
        &mut r.config.ets_busy_wait,
        ETS_SPIN,
        value,
        "Invalid ets busy wait threshold:",
    )
}

fn halt_flush(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    r.config.halt_flush_timeout_ms = match value {
        "infinity" => None,
        _ => Some(within(
            long(value),
            0..=i32::MAX.into(),
            "Invalid halt flush timeout",
            value,
        )? as u32),
    };
    Ok(())
}

fn outstanding_requests(r: &mut Reading<'_>, value: &str) -> Result<(), String> {
    let message = "Invalid outstanding requests limit";
    r.config.outstanding_requests = within(long(value), 1..=MAX_TABLE, message, value)? as u32;
    Ok(())
}
