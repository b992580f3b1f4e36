//! Tracing. Sequential tracing is here whole. Traces of calls and of processes are not made in this version: what asks about them
//! answers that nothing is traced, what would begin one raises `notsup`. Follows modules `erlang`, `seq_trace`, `trace`.

use oxbeam_vm::native::prelude::*;
use oxbeam_vm::process::Peer;
use oxbeam_vm::seq_trace::{self, Token};
use oxbeam_vm::signal::{self, Signal};
use oxbeam_vm::system_monitor::{self, Settings};
use parking_lot::Mutex;

natives! { NATIVES: "erlang";
    "dt_append_vm_tag_data" / 1 Plain => dt_tag_data_1;
    "dt_get_tag" / 0 Plain => dt_undefined_0;
    "dt_get_tag_data" / 0 Plain => dt_undefined_0;
    "dt_prepend_vm_tag_data" / 1 Plain => dt_tag_data_1;
    "dt_put_tag" / 1 Plain => dt_put_tag_1;
    "dt_restore_tag" / 1 Plain => dt_restore_tag_1;
    "dt_spread_tag" / 1 Plain => dt_spread_tag_1;
    "seq_trace" / 2 Plain => seq_trace_2;
    "seq_trace_info" / 1 Plain => seq_trace_info_1;
    "seq_trace_print" / 1 Plain => seq_trace_print_1;
    "seq_trace_print" / 2 Plain => seq_trace_print_2;
    "system_monitor" / 0 Plain [0 ..= 27] => system_monitor_0;
    "system_monitor" / 1 Plain [0 ..= 27] => system_monitor_1;
    "system_monitor" / 2 Plain [0 ..= 27] => system_monitor_2;
    "system_profile" / 0 Plain => system_profile_0;
    "system_profile" / 2 Plain => system_profile_2;
    "trace_delivered" / 1 Plain => trace_delivered_1;
    "trace_info" / 2 Plain => trace_info_2;
}

natives! { INTERNAL: "erts_internal";
    "system_monitor" / 1 Plain [29 ..= 255] => internal_system_monitor_1;
    "system_monitor" / 3 Plain [29 ..= 255] => internal_system_monitor_3;
    "trace" / 3 Plain => trace_3;
    "trace" / 4 Plain [27 ..= 255] => trace_4;
    "trace_info" / 3 Plain [27 ..= 255] => trace_info_3;
    "trace_pattern" / 3 Plain => trace_pattern_3;
    "trace_pattern" / 4 Plain [27 ..= 255] => trace_pattern_4;
    "trace_session_create" / 3 Plain [27 ..= 255] => trace_session_create_3;
    "trace_session_destroy" / 1 Plain [27 ..= 255] => trace_session_destroy_1;
}

natives! { CLEANER: "erts_trace_cleaner";
    "check" / 0 Plain [27 ..= 255] => cleaner_check_0;
    "send_trace_clean_signal" / 1 Plain [27 ..= 255] => cleaner_send_1;
}

// ---- Dynamic trace tags: what a machine without dynamic tracing answers. ----

fn dt_undefined_0<'p>(_cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::atom(known::UNDEFINED))
}

fn dt_put_tag_1<'p>(_cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::atom(known::UNDEFINED))
}

fn dt_tag_data_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(cx.arg(0))
}

fn dt_spread_tag_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    cx.arg(0).as_boolean().ok_or(Raise::Badarg)?;
    Ok(Term::TRUE)
}

fn dt_restore_tag_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if cx.arg(0).is(known::TRUE) {
        Ok(Term::TRUE)
    } else {
        Err(Raise::Badarg)
    }
}

// ---- Sequential tracing ----

fn flag_of(text: &str) -> Option<i64> {
    Some(match text {
        "send" => seq_trace::SEND,
        "receive" => seq_trace::RECEIVE,
        "print" => seq_trace::PRINT,
        "timestamp" => seq_trace::TIMESTAMP,
        "strict_monotonic_timestamp" => seq_trace::STRICT_MONOTONIC_TIMESTAMP,
        "monotonic_timestamp" => seq_trace::MONOTONIC_TIMESTAMP,
        _ => return None,
    })
}

/// The caller's token, a new one if it has none.
fn token_or_new<'p>(cx: &mut Cx<'p>) -> Token<'p> {
    let from = cx.self_pid();
    match seq_trace::token(cx) {
        Some(token) => token,
        None => {
            let (_, last) = seq_trace::counts(cx.owned());
            Token {
                flags: 0,
                label: Term::small(0),
                serial: 0,
                from,
                last,
            }
        }
    }
}

/// `seq_trace(Component, Value)`: the value before.
fn seq_trace_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let component = cx.arg(0).as_atom().ok_or(Raise::Badarg)?.text();
    let value = cx.arg(1);
    if let Some(flag) = flag_of(component) {
        let on = value.as_boolean().ok_or(Raise::Badarg)?;
        let mut token = token_or_new(cx);
        let before = token.flags & flag != 0;
        token.flags = if on {
            token.flags | flag
        } else {
            token.flags & !flag
        };
        seq_trace::set_token(cx, Some(token));
        return Ok(Term::boolean(before));
    }
    match component {
        "label" => {
            let mut token = token_or_new(cx);
            let before = std::mem::replace(&mut token.label, value);
            seq_trace::set_token(cx, Some(token));
            Ok(before)
        }
        "serial" => {
            let parts = value
                .as_tuple_of::<2>()
                .and_then(|[last, serial]| Some((last.as_small()?, serial.as_small()?)));
            let (last, serial) = parts.ok_or(Raise::Badarg)?;
            let mut token = token_or_new(cx);
            let before = cx.tuple(&[Term::small(token.last), Term::small(token.serial)]);
            token.last = last;
            token.serial = serial;
            seq_trace::set_token(cx, Some(token));
            seq_trace::set_counts(cx.owned(), serial, last);
            Ok(before)
        }
        "sequential_trace_token" => {
            if !value.is_nil() {
                return Err(Raise::Badarg);
            }
            let before = seq_trace::token_term(cx).unwrap_or(Term::NIL);
            seq_trace::set_token(cx, None);
            Ok(before)
        }
        _ => Err(Raise::Badarg),
    }
}

fn seq_trace_info_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let item = cx.arg(0);
    let component = item.as_atom().ok_or(Raise::Badarg)?.text();
    let Some(token) = seq_trace::token(cx) else {
        return match component {
            "label" | "serial" => Ok(Term::NIL),
            "spawn" => Ok(cx.tuple(&[item, Term::FALSE])),
            _ if flag_of(component).is_some() => Ok(cx.tuple(&[item, Term::FALSE])),
            _ => Err(Raise::Badarg),
        };
    };
    let value = match component {
        "label" => token.label,
        "serial" => cx.tuple(&[Term::small(token.last), Term::small(token.serial)]),
        _ => {
            let flag = flag_of(component).ok_or(Raise::Badarg)?;
            Term::boolean(token.flags & flag != 0)
        }
    };
    Ok(cx.tuple(&[item, value]))
}

fn print<'p>(cx: &mut Cx<'p>, message: Term<'p>) -> NativeResult<'p> {
    if let Some(token) = seq_trace::count_on(cx) {
        seq_trace::output(&token, seq_trace::PRINT, Term::NIL, message);
    }
    Ok(Term::TRUE)
}

fn seq_trace_print_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let message = cx.arg(0);
    if seq_trace::token(cx).is_none() {
        Ok(Term::FALSE)
    } else {
        print(cx, message)
    }
}

fn seq_trace_print_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (label, message) = (cx.arg(0), cx.arg(1));
    match seq_trace::token(cx) {
        Some(token) if token.label.eq_exact(label) => print(cx, message),
        _ => Ok(Term::FALSE),
    }
}

/// `system_info(sequential_tracer)` without its tag.
pub(super) fn sequential_tracer() -> Term<'static> {
    seq_trace::tracer().map_or(Term::FALSE, Term::local_pid)
}

/// `system_flag(sequential_tracer, Pid | false)`: the one before.
pub(super) fn set_sequential_tracer(value: Term<'_>) -> Option<Term<'static>> {
    let before = sequential_tracer();
    let tracer = match value.view() {
        View::Atom(known::FALSE) => None,
        // Of a process that is gone there is nothing to expect.
        View::Pid(number) => Some(number),
        _ => return None,
    };
    seq_trace::set_tracer(tracer);
    Some(before)
}

/// `system_flag(reset_seq_trace, _)`: no process has a token any more.
pub(super) fn reset_tokens(cx: &mut Cx<'_>) {
    seq_trace::reset(cx.owned());
    for number in cx.machine().processes.ids() {
        if number != cx.process().number {
            // A process that has gone meanwhile has no token either.
            let _ = signal::deliver(
                number,
                Signal::Task(Box::new(|_, owned| seq_trace::reset(owned))),
            );
        }
    }
}

// ---- Monitoring and profiling of the system: for profiling, settings are kept and shown; no event is sent in this version. ----

/// Who watches the system, and for what.
#[derive(Clone, Default)]
struct Watch {
    process: Option<u64>,
    /// Options in the order in which they are shown.
    options: Vec<(&'static str, Option<i64>)>,
    /// `{long_message_queue, {Disable, Enable}}`
    queue: Option<(i64, i64)>,
}

static MONITOR: Mutex<Watch> = Mutex::new(Watch {
    process: None,
    options: Vec::new(),
    queue: None,
});
static PROFILE: Mutex<Watch> = Mutex::new(Watch {
    process: None,
    options: Vec::new(),
    queue: None,
});

impl Watch {
    fn term<'p>(&self, cx: &mut Cx<'p>) -> Term<'p> {
        let Some(process) = self
            .process
            .filter(|&number| cx.machine().processes.get(number).is_some())
        else {
            return Term::atom(known::UNDEFINED);
        };
        let mut options = Vec::new();
        for &(key, value) in &self.options {
            let key = Term::atom(Atom::of(key));
            options.push(match value {
                Some(value) => cx.tuple(&[key, Term::small(value)]),
                None => key,
            });
        }
        if let Some((disable, enable)) = self.queue {
            let limits = cx.tuple(&[Term::small(disable), Term::small(enable)]);
            options.push(cx.tuple(&[Term::atom(Atom::of("long_message_queue")), limits]));
        }
        let options = cx.list(options);
        cx.tuple(&[Term::local_pid(process), options])
    }
}

fn system_monitor_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let watch = MONITOR.lock().clone();
    Ok(watch.term(cx))
}

fn system_monitor_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let setting = cx.arg(0);
    if setting.is(known::UNDEFINED) {
        return monitor(cx, setting, Term::NIL);
    }
    let [process, options] = setting.as_tuple_of::<2>().ok_or(Raise::Badarg)?;
    monitor(cx, process, options)
}

fn system_monitor_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (process, options) = (cx.arg(0), cx.arg(1));
    monitor(cx, process, options)
}

/// Release 29 names the session that the settings belong to.
fn internal_system_monitor_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    system_monitor_0(cx)
}

fn internal_system_monitor_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (process, options) = (cx.arg(1), cx.arg(2));
    monitor(cx, process, options)
}

fn monitor<'p>(cx: &mut Cx<'p>, process: Term<'p>, options: Term<'p>) -> NativeResult<'p> {
    /// As OTP shows them, last first.
    const FLAGS: [&str; 2] = ["busy_dist_port", "busy_port"];
    const LIMITS: [&str; 3] = ["large_heap", "long_schedule", "long_gc"];
    let mut new = Watch::default();
    let mut limits = [None; 3];
    let mut flags = [false; 2];
    // Nothing to watch for is as nobody who does, whatever is said about who.
    if !process.is(known::UNDEFINED) && !options.is_nil() {
        let number = process.as_local_pid().ok_or(Raise::Badarg)?;
        if cx.machine().processes.get(number).is_none() {
            return Err(Raise::Badarg);
        }
        for option in options.proper_list().ok_or(Raise::Badarg)? {
            if let Some(flag) = option.as_atom() {
                let at = FLAGS
                    .iter()
                    .position(|text| *text == flag.text())
                    .ok_or(Raise::Badarg)?;
                flags[at] = true;
                continue;
            }
            let [key, value] = option.as_tuple_of::<2>().ok_or(Raise::Badarg)?;
            let key = key.as_atom().ok_or(Raise::Badarg)?.text();
            if key == "long_message_queue" && cx.machine().release.number >= 27 {
                let limits = value
                    .as_tuple_of::<2>()
                    .and_then(|[low, high]| Some((low.as_small()?, high.as_small()?)));
                new.queue = Some(
                    limits
                        .filter(|(low, high)| 0 <= *low && low < high)
                        .ok_or(Raise::Badarg)?,
                );
                continue;
            }
            let at = LIMITS
                .iter()
                .position(|text| *text == key)
                .ok_or(Raise::Badarg)?;
            limits[at] = Some(
                value
                    .as_small()
                    .filter(|&limit| limit >= 0)
                    .ok_or(Raise::Badarg)?,
            );
        }
        new.options.extend(
            FLAGS
                .iter()
                .zip(flags)
                .filter(|(_, on)| *on)
                .map(|(key, _)| (*key, None)),
        );
        new.options.extend(
            LIMITS
                .iter()
                .zip(limits)
                .filter(|(_, limit)| limit.is_some())
                .map(|(key, limit)| (*key, limit)),
        );
        new.process = Some(number);
    }
    let [large_heap, long_schedule, long_gc] = limits;
    let mut monitor = MONITOR.lock();
    system_monitor::set(&Settings {
        process: new.process,
        large_heap,
        long_gc,
        long_schedule,
        busy_node: flags[0],
        busy_port: flags[1],
        queue: new.queue,
    });
    let before = std::mem::replace(&mut *monitor, new);
    drop(monitor);
    Ok(before.term(cx))
}

fn system_profile_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let watch = PROFILE.lock().clone();
    Ok(watch.term(cx))
}

fn system_profile_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    /// As OTP shows them.
    const FLAGS: [&str; 4] = ["runnable_procs", "runnable_ports", "scheduler", "exclusive"];
    let mut new = Watch::default();
    if !cx.arg(0).is(known::UNDEFINED) {
        let number = cx.arg(0).as_local_pid().ok_or(Raise::Badarg)?;
        if cx.machine().processes.get(number).is_none() {
            return Err(Raise::Badarg);
        }
        let mut flags = [false; 4];
        for option in cx.arg(1).proper_list().ok_or(Raise::Badarg)? {
            let text = option.as_atom().ok_or(Raise::Badarg)?.text();
            if matches!(
                text,
                "timestamp" | "monotonic_timestamp" | "strict_monotonic_timestamp"
            ) {
                continue;
            }
            let at = FLAGS
                .iter()
                .position(|flag| *flag == text)
                .ok_or(Raise::Badarg)?;
            flags[at] = true;
        }
        new.process = Some(number);
        new.options.extend(
            FLAGS
                .iter()
                .zip(flags)
                .filter(|(_, on)| *on)
                .map(|(key, _)| (*key, None)),
        );
    }
    let before = std::mem::replace(&mut *PROFILE.lock(), new);
    Ok(before.term(cx))
}

// ---- Traces of calls, processes, messages ----

/// `trace_delivered(Pid | all)`: no trace message is under way, so that the answer is due at once.
fn trace_delivered_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let traced = cx.arg(0);
    let all = traced.as_atom().map(Atom::text) == Some("all");
    if !all && traced.as_local_pid().is_none() {
        return Err(Raise::Badarg);
    }
    let reference = cx.make_reference();
    let message = oxbeam_vm::process::Message::build(|builder| {
        let reference = reference
            .as_reference()
            .map(|reference| builder.reference(reference.numbers()));
        let traced = oxbeam_vm::term::copy::copy(traced, builder);
        builder.tuple(&[
            Term::atom(Atom::of("trace_delivered")),
            traced,
            reference.unwrap_or(Term::NIL),
        ])
    });
    // The caller takes messages as long as it runs.
    let _ = signal::push(cx.process(), Signal::Message(message));
    Ok(reference)
}

fn trace_info_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (about, item) = (cx.arg(0), cx.arg(1));
    trace_info(cx, about, item)
}

/// The first argument is the session.
fn trace_info_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (about, item) = (cx.arg(1), cx.arg(2));
    trace_info(cx, about, item)
}

fn trace_info<'p>(cx: &mut Cx<'p>, about: Term<'p>, item: Term<'p>) -> NativeResult<'p> {
    let key = item.as_atom().ok_or(Raise::Badarg)?.text();
    let release = cx.machine().release.number;
    // What of a process or port may be asked for.
    let of_tracee = |cx: &mut Cx<'p>| match key {
        "flags" | "tracer" => Ok(cx.tuple(&[item, Term::NIL])),
        "session" if release >= 27 => Ok(cx.tuple(&[item, Term::NIL])),
        _ => Err(Raise::Badarg),
    };
    let events = ["match_spec"];
    let functions = [
        "traced",
        "match_spec",
        "meta",
        "meta_match_spec",
        "call_count",
        "call_time",
        "call_memory",
        "all",
    ];
    match about.view() {
        View::Atom(name) => match name.text() {
            "new" | "new_processes" | "new_ports" => of_tracee(cx),
            "send" | "receive" if events.contains(&key) => Ok(cx.tuple(&[item, Term::TRUE])),
            "send" | "receive" => Err(Raise::Badarg),
            "on_load" if functions.contains(&key) => Ok(cx.tuple(&[item, Term::FALSE])),
            "any" if key == "session" && release >= 27 => Ok(cx.tuple(&[item, Term::NIL])),
            _ => Err(cx.badarg_because(Atom::of("badopt"))),
        },
        View::Pid(number) => {
            let there =
                number == cx.process().number || cx.machine().processes.get(number).is_some();
            let result = of_tracee(cx)?;
            Ok(if there {
                result
            } else {
                Term::atom(known::UNDEFINED)
            })
        }
        View::Port(_) => of_tracee(cx),
        View::Tuple(_) => {
            let [module, function, arity] = about.as_tuple_of::<3>().ok_or(Raise::Badarg)?;
            let (Some(module), Some(function), Some(arity)) = (
                module.as_atom(),
                function.as_atom(),
                arity.as_small().and_then(|arity| u32::try_from(arity).ok()),
            ) else {
                return Err(Raise::Badarg);
            };
            if release >= 29 && !functions.contains(&key) && key != "session" {
                return Err(Raise::Badarg);
            }
            let code = &cx.machine().code;
            let there = code
                .current(module)
                .is_some_and(|loaded| loaded.find_function(function, arity).is_some())
                || code.native(module, function, arity).is_some();
            let value = if there {
                Term::FALSE
            } else {
                Term::atom(known::UNDEFINED)
            };
            Ok(cx.tuple(&[item, value]))
        }
        _ => Err(cx.badarg_because(Atom::of("badopt"))),
    }
}

/// `trace(PidSpec, On, Flags)`: turning off what is not on is no fault: the number of tracees that match.
fn trace<'p>(cx: &mut Cx<'p>, which: Term<'p>, on: Term<'p>, flags: Term<'p>) -> NativeResult<'p> {
    let on = on.as_boolean().ok_or(Raise::Badarg)?;
    flags.proper_list().ok_or(Raise::Badarg)?;
    let machine = cx.machine();
    let (processes, ports) = (machine.processes.count(), oxbeam_vm::stats::ports());
    let matching = match which.view() {
        View::Pid(number)
            if machine.processes.get(number).is_some() || number == cx.process().number =>
        {
            1
        }
        View::Port(_) => 1,
        View::Atom(name) => match name.text() {
            "all" | "existing" => processes + ports,
            "processes" | "existing_processes" => processes,
            "ports" | "existing_ports" => ports,
            "new" | "new_processes" | "new_ports" => 0,
            _ => return Err(Raise::Badarg),
        },
        _ => return Err(Raise::Badarg),
    };
    if on {
        Err(Raise::Notsup)
    } else {
        Ok(Term::small(matching as i64))
    }
}

fn trace_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (which, on, flags) = (cx.arg(0), cx.arg(1), cx.arg(2));
    trace(cx, which, on, flags)
}

fn trace_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (which, on, flags) = (cx.arg(1), cx.arg(2), cx.arg(3));
    trace(cx, which, on, flags)
}

/// `trace_pattern(MFA, MatchSpec, Flags)`: likewise; the number of functions that match.
fn trace_pattern<'p>(
    cx: &mut Cx<'p>,
    pattern: Term<'p>,
    spec: Term<'p>,
    flags: Term<'p>,
) -> NativeResult<'p> {
    flags.proper_list().ok_or(Raise::Badarg)?;
    let off = spec.is(known::FALSE);
    let matching = match pattern.view() {
        View::Atom(name) if matches!(name.text(), "send" | "receive" | "on_load") => 0,
        View::Tuple(_) => {
            let [module, function, arity] = pattern.as_tuple_of::<3>().ok_or(Raise::Badarg)?;
            let wanted = (module.as_atom(), function.as_atom());
            let (Some(module), Some(function)) = wanted else {
                return Err(Raise::Badarg);
            };
            let any_arity = arity.is(known::ANY);
            let arity = arity.as_small().filter(|arity| (0..256).contains(arity));
            if !any_arity && arity.is_none() {
                return Err(Raise::Badarg);
            }
            count_functions(cx, module, function, arity)
        }
        _ => return Err(Raise::Badarg),
    };
    // Patterns for what is not there are no trace.
    if off || matching == 0 {
        Ok(Term::small(matching as i64))
    } else {
        Err(Raise::Notsup)
    }
}

fn count_functions(cx: &Cx<'_>, module: Atom, function: Atom, arity: Option<i64>) -> usize {
    let code = &cx.machine().code;
    let modules = if module == known::ANY {
        code.loaded()
    } else {
        vec![module]
    };
    let mut count = 0;
    for module in modules {
        let Some(module) = code.current(module) else {
            continue;
        };
        count += module
            .functions
            .iter()
            .filter(|row| function == known::ANY || row.name == function)
            .filter(|row| arity.is_none_or(|arity| i64::from(row.arity) == arity))
            .count();
    }
    count
}

fn trace_pattern_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (pattern, spec, flags) = (cx.arg(0), cx.arg(1), cx.arg(2));
    trace_pattern(cx, pattern, spec, flags)
}

fn trace_pattern_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (pattern, spec, flags) = (cx.arg(1), cx.arg(2), cx.arg(3));
    trace_pattern(cx, pattern, spec, flags)
}

fn trace_session_create_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let valid =
        cx.arg(0).as_atom().is_some() && Peer::from_term(cx.arg(1)).is_some() && cx.arg(2).is_nil();
    Err(if valid { Raise::Notsup } else { Raise::Badarg })
}

/// There is no session that could be destroyed.
fn trace_session_destroy_1<'p>(_cx: &mut Cx<'p>) -> NativeResult<'p> {
    Err(Raise::Badarg)
}

/// Is there anything to clean? Never.
fn cleaner_check_0<'p>(_cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::FALSE)
}

/// Only the system process `erts_trace_cleaner` may call this, and has nothing to clean.
fn cleaner_send_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if cx.owned().initial_call.0.text() == "erts_trace_cleaner" {
        Ok(Term::FALSE)
    } else {
        Err(Raise::Notsup)
    }
}
