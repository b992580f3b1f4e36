//! Tracing of processes, ports, calls and messages. Follows modules `erlang` and `trace`, and `erl_bif_trace.c`.

use oxbeam_vm::logger::{self, Level};
use oxbeam_vm::match_spec::Dialect;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::port;
use oxbeam_vm::process::Message;
use oxbeam_vm::signal::{self, Signal};
use oxbeam_vm::trace::breakpoint::{self, Change, Found, Measure, On, Pattern, Row, Totals};
use oxbeam_vm::trace::session::{self, EventPattern, Handle, OnLoad};
use oxbeam_vm::trace::{
    Session, Specification, Tracee, Tracer, event, flag, flag_names, flags_of_list, tracer_of_tuple,
};
use std::sync::Arc;
use std::sync::atomic::Ordering;

natives! { NATIVES: "erlang";
    "trace_delivered" / 1 Plain => trace_delivered_1;
    "trace_info" / 2 Plain => trace_info_2;
}

natives! { INTERNAL: "erts_internal";
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

fn name(text: &str) -> Term<'static> {
    Term::atom(Atom::of(text))
}

fn badopt(cx: &mut Cx<'_>) -> Raise {
    cx.badarg_because(Atom::of("badopt"))
}

// ---- Sessions ----

/// The session that a term stands for: `{Reference, {Name, Number}}` or `{Name, Number}`.
fn session_of(term: Term<'_>) -> Option<Arc<Session>> {
    let [first, second] = term.as_tuple_of::<2>()?;
    if let Some(name) = first.as_atom() {
        let id = u32::try_from(second.as_small()?).ok()?.checked_add(1)?;
        return session::find(name, id);
    }
    let handle = first.as_reference()?.magic_value::<Handle>()?;
    Some(Arc::clone(&handle.0))
}

/// The session of argument 0.
fn session_argument(cx: &mut Cx<'_>) -> Result<Arc<Session>, Raise> {
    match session_of(cx.arg(0)).filter(|session| session.is_alive()) {
        Some(session) => Ok(session),
        None => Err(cx.badarg_because(Atom::of("session"))),
    }
}

/// A tracer that stands by itself: a pid, a port, `{Module, State}`.
fn bare_tracer(term: Term<'_>) -> Option<Tracer> {
    match term.as_tuple_of::<2>() {
        Some([module, state]) => Tracer::of_module(module, state),
        None => Tracer::of(term),
    }
}

fn trace_session_create_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    if !cx.arg(2).is_nil() {
        return Err(Raise::Badarg);
    }
    // Without a tracer, whoever calls `trace` is the one.
    let tracer = match cx.arg(1) {
        none if none.is(known::UNDEFINED) => None,
        tracer => Some(bare_tracer(tracer).ok_or(Raise::Badarg)?),
    };
    let session = Session::create(name, tracer);
    let weak = session.weak_term(cx.builder());
    let reference = cx.make_magic(Box::new(Handle(session)));
    Ok(cx.tuple(&[reference, weak]))
}

fn trace_session_destroy_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    match session_of(cx.arg(0)) {
        Some(session) => Ok(Term::boolean(session.destroy())),
        None => Err(badopt(cx)),
    }
}

/// Is there anything to clean? Never: a session that ends is cleaned up at once.
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

// ---- Processes and ports ----

/// What of `all` and its kin is meant: existing processes, existing ports, new processes, new ports.
fn who(name: &str) -> Option<[bool; 4]> {
    Some(match name {
        "all" => [true, true, true, true],
        "existing" => [true, true, false, false],
        "new" => [false, false, true, true],
        "processes" => [true, false, true, false],
        "existing_processes" => [true, false, false, false],
        "new_processes" => [false, false, true, false],
        "ports" => [false, true, false, true],
        "existing_ports" => [false, true, false, false],
        "new_ports" => [false, false, false, true],
        _ => return None,
    })
}

fn trace<'p>(
    cx: &mut Cx<'p>,
    session: &Arc<Session>,
    which: Term<'p>,
    on: Term<'p>,
    flags: Term<'p>,
) -> NativeResult<'p> {
    let Some((mask, tracer, cpu_time)) = flags_of_list(session, flags) else {
        return Err(badopt(cx));
    };
    let on = on.as_boolean().ok_or(Raise::Badarg)?;
    if on && which.as_local_pid().is_none() {
        port::will_be_traced();
    }
    let own = Tracer::Process(cx.process().number);
    let tracer = on.then(|| tracer.or(session.tracer.clone()).unwrap_or(own));
    let one = |cx: &mut Cx<'p>, tracee: &Tracee| match tracee.set(session, tracer.clone(), on, mask)
    {
        Ok(()) => Ok(Term::small(1)),
        Err(_) => {
            let about = (cx.process().number, cx.owned().group_leader);
            let text = "** can only have one tracer per process\n";
            logger::log(Level::Error, Some(about), text, |_| Term::NIL);
            Err(Raise::Badarg)
        }
    };
    match which.view() {
        View::Pid(_) | View::Port(_) if cpu_time => Err(Raise::Badarg),
        View::Pid(number) if number == cx.process().number => {
            let process = cx.process();
            one(cx, &process.trace)
        }
        View::Pid(number) => {
            let process = cx.machine().processes.get(number);
            let process = process.filter(|process| !process.state.is_exiting());
            one(cx, &process.ok_or(Raise::Badarg)?.trace)
        }
        View::Port(number) => one(cx, &port::find(number).ok_or(Raise::Badarg)?.trace),
        View::Atom(name) => {
            let who = who(name.text()).ok_or(Raise::Badarg)?;
            if cpu_time && name.text() != "all" {
                return Err(Raise::Badarg);
            }
            let count = trace_many(cx, session, who, tracer.as_ref(), on, mask);
            if cpu_time {
                event::use_cpu_time(on);
            }
            Ok(Term::small(count))
        }
        _ => Err(Raise::Badarg),
    }
}

fn trace_many(
    cx: &Cx<'_>,
    session: &Arc<Session>,
    [processes, ports, new_processes, new_ports]: [bool; 4],
    tracer: Option<&Tracer>,
    on: bool,
    mask: u32,
) -> i64 {
    let tracer = || tracer.cloned();
    let modifiers = mask & flag::MODIFIERS != 0;
    let both = modifiers && processes && ports;
    let of_processes = mask & flag::OF_PROCESSES & !flag::MODIFIERS != 0 || both;
    let of_ports = mask & flag::OF_PORTS & !flag::MODIFIERS != 0 || both;
    let mut count = 0;
    if processes && (of_processes || modifiers && !ports) {
        for number in cx.machine().processes.ids() {
            if let Some(process) = cx.machine().processes.get(number) {
                count += i64::from(process.trace.set(session, tracer(), on, mask).is_ok());
            }
        }
    }
    if ports && (of_ports || modifiers && !processes) {
        for number in port::all() {
            if let Some(port) = port::find(number) {
                count += i64::from(port.trace.set(session, tracer(), on, mask).is_ok());
            }
        }
    }
    // Turned off, whatever it is, all is off.
    let change = |before: (u32, Option<Tracer>), mask: u32| {
        if on { before.0 | mask } else { 0 }
    };
    if new_processes && mask & flag::OF_PROCESSES != 0 {
        let flags = change(session.new_processes(), mask & flag::OF_PROCESSES);
        session.set_new_processes(flags, tracer());
    }
    if new_ports && mask & flag::OF_PORTS != 0 {
        let flags = change(session.new_ports(), mask & flag::OF_PORTS);
        session.set_new_ports(flags, tracer());
    }
    count
}

fn trace_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (which, on, flags) = (cx.arg(0), cx.arg(1), cx.arg(2));
    trace(cx, &session::default(), which, on, flags)
}

fn trace_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let session = session_argument(cx)?;
    let (which, on, flags) = (cx.arg(1), cx.arg(2), cx.arg(3));
    trace(cx, &session, which, on, flags)
}

/// `trace_delivered(Pid | all)`: whoever traces is told at once, so that the answer is due at once.
fn trace_delivered_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let traced = cx.arg(0);
    let all = traced.as_atom().map(Atom::text) == Some("all");
    if !all && traced.as_local_pid().is_none() {
        return Err(Raise::Badarg);
    }
    let reference = cx.make_reference();
    let message = Message::build(|builder| {
        let reference = reference
            .as_reference()
            .map(|reference| builder.reference(reference.numbers()));
        let traced = oxbeam_vm::term::copy::copy(traced, builder);
        builder.tuple(&[
            name("trace_delivered"),
            traced,
            reference.unwrap_or(Term::NIL),
        ])
    });
    // The caller takes messages as long as it runs.
    let _ = signal::push(cx.process(), Signal::Message(message));
    Ok(reference)
}

// ---- Functions and events ----

fn trace_pattern<'p>(
    cx: &mut Cx<'p>,
    session: &Arc<Session>,
    pattern: Term<'p>,
    specification: Term<'p>,
    flags: Term<'p>,
) -> NativeResult<'p> {
    let Some((mut change, global)) = change_of(cx, session, flags) else {
        return Err(badopt(cx));
    };
    let event = pattern.as_atom().map(Atom::text);
    let dialect = match event {
        Some("send") => Dialect::Send,
        Some("receive") => Dialect::Receive,
        _ => Dialect::Call,
    };
    match specification.view() {
        View::Atom(known::FALSE) => change.on = On::Clear,
        View::Atom(known::TRUE) | View::Nil => change.on = On::Set,
        View::Atom(atom) if atom.text() == "restart" => change.on = On::Restart,
        View::Atom(atom) if atom.text() == "pause" => change.on = On::Pause,
        _ => match Specification::compile(specification, dialect) {
            Ok(compiled) => change.specification = Some(compiled),
            Err(errors) => {
                let reason = if errors.too_deep {
                    known::SYSTEM_LIMIT
                } else {
                    known::BADARG
                };
                return Err(
                    cx.error_with_cause(Term::atom(reason), Term::atom(Atom::of("match_spec")))
                );
            }
        },
    }
    let counts = change.call_count || change.call_time || change.call_memory;
    if change.specification.is_some() && !change.local && change.meta.is_none() && counts {
        return Err(cx.badarg_because(Atom::of("call_count")));
    }
    let none = |cx: &mut Cx<'p>| cx.badarg_because(known::NONE);
    match event {
        Some("on_load") => {
            session.change_on_load(&change);
            return Ok(Term::small(0));
        }
        Some("send" | "receive")
            if !global && !change.is_breakpoint() && matches!(change.on, On::Clear | On::Set) =>
        {
            let pattern = EventPattern {
                on: change.on == On::Set,
                specification: change.specification,
            };
            if dialect == Dialect::Send {
                session.set_send(pattern);
            } else {
                session.set_receive(pattern);
            }
            return Ok(Term::small(1));
        }
        _ => {}
    }
    let Some([module, function, arity]) = pattern.as_tuple_of::<3>() else {
        return Err(none(cx));
    };
    let wanted = (module.as_atom(), function.as_atom(), arity.as_small());
    let (Some(module), Some(function)) = (wanted.0, wanted.1) else {
        return Err(none(cx));
    };
    if wanted.2.is_none() && !arity.is(known::ANY) {
        return Err(none(cx));
    }
    let given = |atom: Atom| (atom != known::ANY).then_some(atom);
    let pattern = Pattern {
        module: given(module),
        function: given(function),
        arity: wanted.2,
    };
    // `'_'` may stand behind what is given, not before.
    if pattern.module.is_none() && (pattern.function.is_some() || pattern.arity.is_some())
        || pattern.function.is_none() && pattern.arity.is_some()
    {
        return Err(none(cx));
    }
    Ok(Term::small(
        breakpoint::change(session, &pattern, &change) as i64
    ))
}

/// What the flags of a pattern say; was `global` among them?
fn change_of<'p>(cx: &Cx<'p>, session: &Session, flags: Term<'p>) -> Option<(Change, bool)> {
    let mut change = Change {
        on: On::Set,
        local: false,
        meta: None,
        call_count: false,
        call_time: false,
        call_memory: false,
        specification: None,
    };
    let mut global = false;
    for item in flags.proper_list()? {
        let Some(text) = item.as_atom().map(Atom::text) else {
            if session.tracer.is_some() {
                return None;
            }
            change.meta = Some(tracer_of_tuple(item, "meta")?);
            continue;
        };
        match text {
            "global" if change.is_breakpoint() => return None,
            "global" => global = true,
            _ if global => return None,
            "local" => change.local = true,
            "meta" => {
                let own = Tracer::Process(cx.process().number);
                let meta = change.meta.take().or(session.tracer.clone());
                change.meta = meta.or(Some(own));
            }
            "call_count" => change.call_count = true,
            "call_time" => change.call_time = true,
            "call_memory" if cx.machine().release.number >= 26 => change.call_memory = true,
            _ => return None,
        }
    }
    Some((change, global))
}

fn trace_pattern_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (pattern, specification, flags) = (cx.arg(0), cx.arg(1), cx.arg(2));
    trace_pattern(cx, &session::default(), pattern, specification, flags)
}

fn trace_pattern_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let session = session_argument(cx)?;
    let (pattern, specification, flags) = (cx.arg(1), cx.arg(2), cx.arg(3));
    trace_pattern(cx, &session, pattern, specification, flags)
}

// ---- What is traced ----

fn trace_info_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (about, item) = (cx.arg(0), cx.arg(1));
    trace_info(cx, &session::default(), about, item)
}

/// The first argument is a session, or `any`: which sessions there are.
fn trace_info_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (about, item) = (cx.arg(1), cx.arg(2));
    if cx.arg(0).as_atom().map(Atom::text) == Some("any") {
        return sessions(cx, about, item);
    }
    let session = session_argument(cx)?;
    trace_info(cx, &session, about, item)
}

fn key_of(item: Term<'_>) -> Result<&'static str, Raise> {
    Ok(item.as_atom().ok_or(Raise::Badarg)?.text())
}

/// Which sessions trace something.
fn sessions<'p>(cx: &mut Cx<'p>, about: Term<'p>, item: Term<'p>) -> NativeResult<'p> {
    let is_session = key_of(item)? == "session";
    let mut found: Vec<Arc<Session>> = Vec::new();
    match about.view() {
        View::Atom(what) => {
            if !is_session {
                return Err(Raise::Badarg);
            }
            for session in session::all() {
                let on = match what.text() {
                    "any" => true,
                    "on_load" => session.on_load().on,
                    "send" => session.send().on,
                    "receive" => session.receive().on,
                    "new" | "new_processes" => session.new_processes().0 != 0,
                    "new_ports" => session.new_ports().0 != 0,
                    _ => return Err(badopt(cx)),
                };
                if on {
                    found.push(session);
                }
            }
            found.reverse();
        }
        View::Pid(_) | View::Port(_) => {
            if !is_session {
                return Err(Raise::Badarg);
            }
            match with_tracee(cx, about, |tracee| tracee.refs()) {
                Some(refs) => found.extend(refs.into_iter().map(|entry| entry.session).rev()),
                None => return Ok(Term::atom(known::UNDEFINED)),
            }
        }
        View::Tuple(_) => {
            let (module, function, arity) = function_of(about).ok_or(Raise::Badarg)?;
            if !is_session {
                return Err(Raise::Badarg);
            }
            match breakpoint::sessions_of(module, function, arity) {
                Some(sessions) => found = sessions,
                None => return Ok(cx.tuple(&[item, Term::atom(known::UNDEFINED)])),
            }
        }
        _ => return Err(badopt(cx)),
    }
    let weak: Vec<_> = found
        .iter()
        .map(|session| session.weak_term(cx.builder()))
        .collect();
    let list = cx.list(weak);
    Ok(cx.tuple(&[item, list]))
}

/// What `look` sees of a process or port; `None`: it is gone.
fn with_tracee<R>(cx: &Cx<'_>, about: Term<'_>, look: impl FnOnce(&Tracee) -> R) -> Option<R> {
    match about.view() {
        View::Pid(number) if number == cx.process().number => Some(look(&cx.process().trace)),
        View::Pid(number) => {
            let process = cx.machine().processes.get(number)?;
            (!process.state.is_exiting()).then(|| look(&process.trace))
        }
        View::Port(number) => Some(look(&port::find(number)?.trace)),
        _ => None,
    }
}

fn function_of(term: Term<'_>) -> Option<(Atom, Atom, u32)> {
    let [module, function, arity] = term.as_tuple_of::<3>()?;
    // No function has an arity that does not fit.
    let arity = u32::try_from(arity.as_small()?).unwrap_or(u32::MAX);
    Some((module.as_atom()?, function.as_atom()?, arity))
}

fn trace_info<'p>(
    cx: &mut Cx<'p>,
    session: &Arc<Session>,
    about: Term<'p>,
    item: Term<'p>,
) -> NativeResult<'p> {
    let key = key_of(item)?;
    let value = match about.view() {
        View::Atom(what) => match what.text() {
            "on_load" => of_on_load(cx, &session.on_load(), key)?,
            "send" if key == "match_spec" => event_value(cx, &session.send()),
            "receive" if key == "match_spec" => event_value(cx, &session.receive()),
            "send" | "receive" => return Err(Raise::Badarg),
            "new" | "new_processes" => of_tracee(cx, session.new_processes(), key)?,
            "new_ports" => of_tracee(cx, session.new_ports(), key)?,
            _ => return Err(badopt(cx)),
        },
        View::Pid(_) | View::Port(_) => {
            let Some(traced) = with_tracee(cx, about, |tracee| tracee.of_living(session)) else {
                if about.is_pid() && !matches!(key, "flags" | "tracer") {
                    return Err(Raise::Badarg);
                }
                return Ok(Term::atom(known::UNDEFINED));
            };
            let traced = traced.map_or((0, None), |entry| (entry.flags, entry.tracer));
            of_tracee(cx, traced, key)?
        }
        View::Tuple(_) => of_function(cx, session, about, key)?,
        _ => return Err(badopt(cx)),
    };
    Ok(cx.tuple(&[item, value]))
}

fn of_tracee<'p>(
    cx: &mut Cx<'p>,
    (flags, tracer): (u32, Option<Tracer>),
    key: &str,
) -> NativeResult<'p> {
    match key {
        "flags" => {
            let names: Vec<Term<'p>> = flag_names(flags).map(Term::atom).collect();
            Ok(cx.list(names))
        }
        "tracer" => Ok(tracer.map_or(Term::NIL, |tracer| tracer.term(cx.builder()))),
        _ => Err(Raise::Badarg),
    }
}

fn event_value<'p>(cx: &mut Cx<'p>, pattern: &EventPattern) -> Term<'p> {
    match &pattern.specification {
        Some(specification) => source(cx, specification),
        None => Term::boolean(pattern.on),
    }
}

fn source<'p>(cx: &mut Cx<'p>, specification: &Specification) -> Term<'p> {
    oxbeam_vm::term::copy::copy(specification.source(), cx.builder())
}

/// The source of the specification of a trace; `[]` for one without, `false` for none.
fn specification_value<'p>(
    cx: &mut Cx<'p>,
    traced: bool,
    specification: Option<&Arc<Specification>>,
) -> Term<'p> {
    match specification {
        Some(specification) if traced => source(cx, specification),
        _ if traced => Term::NIL,
        _ => Term::FALSE,
    }
}

/// The value of `key` among rows, or all rows for `all`.
fn pick<'p>(cx: &mut Cx<'p>, rows: &[(&str, Term<'p>)], key: &str) -> NativeResult<'p> {
    if key == "all" {
        let pairs: Vec<_> = rows
            .iter()
            .map(|&(key, value)| cx.tuple(&[name(key), value]))
            .collect();
        return Ok(cx.list(pairs));
    }
    let row = rows.iter().find(|row| row.0 == key);
    row.map(|row| row.1).ok_or(Raise::Badarg)
}

fn of_on_load<'p>(cx: &mut Cx<'p>, wanted: &OnLoad, key: &str) -> NativeResult<'p> {
    if !wanted.on {
        return Ok(Term::FALSE);
    }
    let global = !wanted.breakpoint();
    let traced = if global {
        name("global")
    } else if wanted.local {
        name("local")
    } else {
        Term::FALSE
    };
    let calls = global || wanted.local;
    let specification = specification_value(cx, calls, wanted.specification.as_ref());
    let meta = wanted.meta_specification.as_ref();
    let meta_specification = specification_value(cx, wanted.meta.is_some(), meta);
    let meta_tracer = match &wanted.meta {
        Some(tracer) => tracer.term(cx.builder()),
        None => Term::FALSE,
    };
    let mut rows = vec![
        ("traced", traced),
        ("match_spec", specification),
        ("meta", meta_tracer),
        ("meta_match_spec", meta_specification),
        ("call_count", Term::boolean(wanted.call_count)),
    ];
    if key != "all" {
        rows.push(("call_time", Term::boolean(wanted.call_time)));
        if cx.machine().release.number >= 26 {
            rows.push(("call_memory", Term::boolean(wanted.call_memory)));
        }
    }
    pick(cx, &rows, key)
}

/// `[{Pid, Count, …}]`
fn totals<'p>(cx: &mut Cx<'p>, measure: Option<&Measure<Totals>>, time: bool) -> Term<'p> {
    let Some(measure) = measure else {
        return Term::FALSE;
    };
    let mut rows: Vec<_> = measure
        .counted
        .lock()
        .iter()
        .map(|(process, total)| (*process, *total))
        .collect();
    rows.sort_unstable();
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(process, (count, amount))| {
            let (process, count) = (Term::local_pid(process), cx.integer(count as i64));
            if time {
                let micro = amount.max(0) / 1000;
                let parts = [micro / 1_000_000, micro % 1_000_000].map(Term::small);
                cx.tuple(&[process, count, parts[0], parts[1]])
            } else {
                let words = cx.integer(amount);
                cx.tuple(&[process, count, words])
            }
        })
        .collect();
    cx.list(rows)
}

fn of_function<'p>(
    cx: &mut Cx<'p>,
    session: &Session,
    about: Term<'p>,
    key: &str,
) -> NativeResult<'p> {
    const KEYS: [&str; 8] = [
        "traced",
        "match_spec",
        "meta",
        "meta_match_spec",
        "call_count",
        "call_time",
        "call_memory",
        "all",
    ];
    let (module, function, arity) = function_of(about).ok_or(Raise::Badarg)?;
    let release = cx.machine().release.number;
    if release >= 29 && !KEYS.contains(&key) {
        return Err(Raise::Badarg);
    }
    let Some(Found { global, local }) = breakpoint::look_up(session, module, function, arity)
    else {
        return Ok(Term::atom(known::UNDEFINED));
    };
    let (row, traced): (Row, _) = match (global, local) {
        (Some(row), _) => (row, name("global")),
        (None, Some(row)) => {
            let traced = if row.calls.is_some() {
                name("local")
            } else {
                Term::FALSE
            };
            (row, traced)
        }
        (None, None) => return Ok(Term::FALSE),
    };
    let calls = row.calls.as_ref();
    let specification = specification_value(cx, calls.is_some(), calls.and_then(Option::as_ref));
    let meta_specification = row.meta.as_ref().and_then(|meta| meta.1.as_ref());
    let meta_specification = specification_value(cx, row.meta.is_some(), meta_specification);
    let meta = match &row.meta {
        None => Term::FALSE,
        Some(_) if row.meta_gone.load(Ordering::Relaxed) => {
            if key == "meta" {
                Term::NIL
            } else {
                Term::FALSE
            }
        }
        Some(meta) => meta.0.term(cx.builder()),
    };
    let call_count = match &row.count {
        Some(count) => {
            let count = count.counted.load(Ordering::Relaxed);
            cx.integer(count as i64)
        }
        None => Term::FALSE,
    };
    let call_time = totals(cx, row.time.as_ref(), true);
    let call_memory = totals(cx, row.memory.as_ref(), false);
    let mut rows = vec![
        ("traced", traced),
        ("match_spec", specification),
        ("meta", meta),
        ("meta_match_spec", meta_specification),
    ];
    if release >= 26 {
        rows.push(("call_memory", call_memory));
    }
    rows.push(("call_time", call_time));
    rows.push(("call_count", call_count));
    pick(cx, &rows, key)
}
