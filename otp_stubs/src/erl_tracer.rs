//! `erl_tracer`: the tracer that sends trace messages to a process or port. Follows `erl_tracer_nif.c`.

use oxbeam_vm::native::prelude::*;
use oxbeam_vm::port;
use oxbeam_vm::process::Message;
use oxbeam_vm::signal::{self, Signal};
use oxbeam_vm::unique;

/// The library.
pub(crate) const NIF: StaticNif = StaticNif {
    name: "erl_tracer",
    natives: NATIVES,
    load: None,
};

natives! { NATIVES: "erl_tracer";
    "enabled" / 3 Plain => enabled_3;
    "trace"   / 5 Plain => trace_5;
}

/// `enabled(Tag, Tracer, Tracee)`: `trace`, `discard`, or `remove` if the tracer is gone and its status is what is asked.
fn enabled_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let alive = match cx.arg(1).view() {
        View::Pid(number) => cx.machine().processes.get(number).is_some(),
        View::Port(number) => port::find(number).is_some(),
        _ => false,
    };
    let status = cx
        .arg(0)
        .as_atom()
        .is_some_and(|tag| tag.text() == "trace_status");
    let name = match (alive, status) {
        (false, true) => "remove",
        (false, false) => "discard",
        // Nobody traces itself.
        (true, _) if cx.arg(1).same(cx.arg(2)) => "discard",
        (true, _) => "trace",
    };
    Ok(Term::atom(Atom::of(name)))
}

/// The stamp that the option `timestamp` asks for.
fn timestamp<'p>(cx: &mut Cx<'p>, kind: Term<'p>) -> Option<Term<'p>> {
    let function = match kind.as_atom()?.text() {
        "monotonic" => {
            let time = cx.machine().time.monotonic();
            return Some(cx.integer(time));
        }
        "strict_monotonic" => {
            let time = cx.machine().time.monotonic();
            let time = cx.integer(time);
            let unique = unique::MIN_UNIQUE + unique::next_monotonic_integer() as i64;
            let unique = cx.integer(unique);
            return Some(cx.tuple(&[time, unique]));
        }
        "timestamp" => cx.machine().time.os_system() / 1000,
        "cpu_timestamp" => {
            let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
            time.tv_sec * 1_000_000 + time.tv_nsec / 1000
        }
        _ => return None,
    };
    let parts = [
        function / 1_000_000_000_000,
        function / 1_000_000 % 1_000_000,
        function % 1_000_000,
    ];
    Some(cx.tuple(&parts.map(Term::small)))
}

/// `trace(Tag, Tracer, Tracee, Term, Options)`: sends the message to the tracer.
fn trace_5<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let ok = Ok(Term::atom(known::OK));
    let (tag, tracee, term) = (cx.arg(0), cx.arg(2), cx.arg(3));
    let option = |name: &str| {
        let options = cx.arg(4).as_map()?;
        options.get(Term::atom(Atom::of(name)))
    };
    let sequential = tag.as_atom().is_some_and(|tag| tag.text() == "seq_trace");
    let trace = Term::atom(known::TRACE);
    let mut elements = match option("extra") {
        Some(extra) => vec![trace, tracee, tag, term, extra],
        None if sequential => vec![tag, tracee, term],
        None => vec![trace, tracee, tag, term],
    };
    elements.extend(option("match_spec_result"));
    elements.extend(option("scheduler_id"));
    if let Some(kind) = option("timestamp") {
        let Some(stamp) = timestamp(cx, kind) else {
            return ok;
        };
        elements.push(stamp);
        if elements[0].is(known::TRACE) {
            elements[0] = Term::atom(Atom::of("trace_ts"));
        }
    }
    let message = cx.tuple(&elements);
    match cx.arg(1).view() {
        View::Pid(number) => {
            let _ = signal::deliver(number, Signal::Message(Message::copy_of(message)));
        }
        View::Port(number) => {
            let encoded = oxbeam_term::etf::encode(message, &Default::default());
            if let (Some(port), Ok(bytes)) = (port::find(number), encoded) {
                let caller = cx.process().number;
                let _ = port.output(caller, bytes, true);
            }
        }
        _ => {}
    }
    ok
}
