//! Sequential tracing, and monitoring of the system. Follows modules `erlang` and `seq_trace`.

use oxbeam_vm::native::prelude::*;
use oxbeam_vm::seq_trace;
use oxbeam_vm::signal::{self, Signal};
use oxbeam_vm::system_monitor::{self, Settings};
use oxbeam_vm::system_profile::{self, flag as profile};
use oxbeam_vm::trace::{Tracer, flag as trace_flag};
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
}

natives! { INTERNAL: "erts_internal";
    "system_monitor" / 1 Plain [29 ..= 255] => internal_system_monitor_1;
    "system_monitor" / 3 Plain [29 ..= 255] => internal_system_monitor_3;
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

/// `seq_trace(Component, Value)`: the value before.
fn seq_trace_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let component = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    let value = cx.arg(1);
    seq_trace::change(cx, component, value).ok_or(Raise::Badarg)
}

fn seq_trace_info_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let item = cx.arg(0);
    let name = item.as_atom().ok_or(Raise::Badarg)?;
    let component = name.text();
    let Some(token) = seq_trace::token(cx) else {
        return match component {
            "label" | "serial" => Ok(Term::NIL),
            "spawn" => Ok(cx.tuple(&[item, Term::FALSE])),
            _ if seq_trace::flag_of(name).is_some() => Ok(cx.tuple(&[item, Term::FALSE])),
            _ => Err(Raise::Badarg),
        };
    };
    let value = match component {
        "label" => token.label,
        "serial" => cx.tuple(&[Term::small(token.last), Term::small(token.serial)]),
        _ => {
            let flag = seq_trace::flag_of(name).ok_or(Raise::Badarg)?;
            Term::boolean(token.flags & flag != 0)
        }
    };
    Ok(cx.tuple(&[item, value]))
}

fn print<'p>(cx: &mut Cx<'p>, message: Term<'p>) -> NativeResult<'p> {
    if let Some(token) = seq_trace::count_on(cx).filter(|_| !cx.owned().sensitive) {
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
pub(super) fn sequential_tracer<'p>(cx: &mut Cx<'p>) -> Term<'p> {
    seq_trace::tracer().map_or(Term::FALSE, |tracer| tracer.term(cx.builder()))
}

/// `system_flag(sequential_tracer, Tracer | false)`: the one before.
pub(super) fn set_sequential_tracer<'p>(cx: &mut Cx<'p>, value: Term<'p>) -> Option<Term<'p>> {
    let before = sequential_tracer(cx);
    // Of a process that is gone there is nothing to expect.
    let tracer = match value.as_tuple_of::<2>() {
        _ if value.is(known::FALSE) => None,
        Some([module, state]) => Some(Tracer::of_module(module, state)?),
        None => Some(Tracer::of(value)?),
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
    // What monitors belongs to no other session.
    if cx
        .arg(0)
        .as_atom()
        .is_none_or(|session| session.text() != "legacy")
    {
        return Err(Raise::Badarg);
    }
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
            let limit = value.as_small().filter(|&limit| limit >= 0);
            limits[at] = Some(limit.ok_or(Raise::Badarg)?.max(1));
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

/// Its flags, as they are shown.
const PROFILED: [(&str, u32); 4] = [
    ("exclusive", profile::EXCLUSIVE),
    ("scheduler", profile::SCHEDULERS),
    ("runnable_procs", profile::PROCESSES),
    ("runnable_ports", profile::PORTS),
];

fn profile_term<'p>(cx: &mut Cx<'p>) -> Term<'p> {
    let (profiler, flags) = system_profile::settings();
    let Some(profiler) = profiler else {
        return Term::atom(known::UNDEFINED);
    };
    let names = PROFILED.iter().filter(|row| flags & row.1 != 0);
    let names: Vec<_> = names.map(|row| Term::atom(Atom::of(row.0))).collect();
    let names = cx.list(names);
    let profiler = profiler.term(cx.builder());
    cx.tuple(&[profiler, names])
}

fn system_profile_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(profile_term(cx))
}

/// `system_profile(Profiler | undefined, Options)`: what was set before.
fn system_profile_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (profiler, options) = (cx.arg(0), cx.arg(1));
    if profiler.is(known::UNDEFINED) || options.is_nil() {
        let before = profile_term(cx);
        system_profile::set(None, 0, 0);
        return Ok(before);
    }
    let profiler = Tracer::of(profiler).ok_or(Raise::Badarg)?;
    if !profiler.is_there() {
        return Err(Raise::Badarg);
    }
    let (mut flags, mut time) = (0, trace_flag::TIMESTAMP);
    for option in options.proper_list().ok_or(Raise::Badarg)? {
        let text = option.as_atom().ok_or(Raise::Badarg)?.text();
        match text {
            "timestamp" => time = trace_flag::TIMESTAMP,
            "monotonic_timestamp" => time = trace_flag::MONOTONIC_TIMESTAMP,
            "strict_monotonic_timestamp" => time = trace_flag::STRICT_MONOTONIC_TIMESTAMP,
            _ => {
                let row = PROFILED.iter().find(|row| row.0 == text);
                flags |= row.ok_or(Raise::Badarg)?.1;
            }
        }
    }
    let before = profile_term(cx);
    system_profile::set(Some(profiler), flags, time);
    Ok(before)
}
