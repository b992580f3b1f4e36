//! Starting processes. Follows `erl_create_process` and `bif.c`.

use super::monitor::{monitor_options, reference_term};
use super::process::{heap_words, max_heap};
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::process::spawn::{self, Options, Spawned};
use oxbeam_vm::process::{Message, Priority};
use oxbeam_vm::signal::monitor::Options as MonitorOptions;
use oxbeam_vm::signal::{self, Signal};
use oxbeam_vm::unique;

natives! { NATIVES: "erlang";
    "spawn" / 3 Plain => spawn_3;
    "spawn_link" / 3 Plain => spawn_link_3;
    "spawn_opt" / 4 Plain => spawn_opt_4;
    "spawn_request_abandon" / 1 Plain => spawn_request_abandon_1;
}

natives! { INTERNAL: "erts_internal";
    "dist_spawn_request" / 4 Plain => dist_spawn_request_4;
    "spawn_request" / 4 Plain => spawn_request_4;
    "spawn_system_process" / 3 Plain => spawn_system_process_3;
}

fn spawn_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let options = Options::default_options();
    let spawned = start(cx, &options)?;
    Ok(Term::local_pid(spawned.number))
}

fn spawn_link_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let options = Options {
        link: true,
        ..Options::default_options()
    };
    let spawned = start(cx, &options)?;
    Ok(Term::local_pid(spawned.number))
}

fn spawn_system_process_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let options = Options {
        system_process: true,
        ..Options::default_options()
    };
    let spawned = start(cx, &options)?;
    Ok(Term::local_pid(spawned.number))
}

/// Starts what the first three arguments say: module, function, arguments.
fn start(cx: &mut Cx<'_>, options: &Options) -> Result<Spawned, Raise> {
    let module = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    let function = cx.arg(1).as_atom().ok_or(Raise::Badarg)?;
    let arguments = cx.arg(2).proper_list().ok_or(Raise::Badarg)?;
    let process = cx.process();
    // As long as a copy takes.
    cx.bump_reductions(20 + arguments.len() / 8);
    spawn::spawn(
        Some((process, cx.owned())),
        module,
        function,
        &arguments,
        options,
    )
    .map_err(|_| Raise::SystemLimit)
}

/// What the options of `spawn_opt/4` and `spawn_request/4` say.
struct Parsed<'p> {
    options: Options,
    /// `{reply_tag, _}`
    tag: Term<'p>,
    /// `{reply, _}`: is success, is failure told?
    tell: (bool, bool),
    /// No option was bad.
    good: bool,
}

/// `None`: not a proper list. `request`: those of `spawn_request/4` are allowed.
fn parse<'p>(cx: &mut Cx<'p>, list: Term<'p>, request: bool) -> Option<Parsed<'p>> {
    let schedulers = cx.machine().scheduler.count() as i64;
    let release = cx.machine().release;
    let mut parsed = Parsed {
        options: Options::default_options(),
        tag: Term::atom(known::SPAWN_REPLY),
        tell: (true, true),
        good: true,
    };
    for option in list.proper_list()? {
        let options = &mut parsed.options;
        let done = if option.is(known::LINK) {
            options.link = true;
            Some(())
        } else if option.is(known::MONITOR) {
            options.monitor = Some(MonitorOptions::NONE);
            Some(())
        } else {
            match option.as_tuple_of::<2>() {
                Some([key, value]) => match key.as_atom() {
                    Some(known::PRIORITY) => value
                        .as_atom()
                        .and_then(Priority::from_atom)
                        .map(|priority| options.priority = priority),
                    Some(known::ASYNC_DIST) if release.number >= 27 => {
                        value.as_boolean().map(|value| options.async_dist = value)
                    }
                    Some(known::MESSAGE_QUEUE_DATA) => match value.as_atom() {
                        Some(known::ON_HEAP) => {
                            options.off_heap_messages = false;
                            Some(())
                        }
                        Some(known::OFF_HEAP) => {
                            options.off_heap_messages = true;
                            Some(())
                        }
                        _ => None,
                    },
                    Some(known::MIN_HEAP_SIZE) => heap_words(value, oxbeam_term::heap::MIN_HEAP)
                        .map(|words| options.min_heap = words),
                    Some(known::MIN_BIN_VHEAP_SIZE) => {
                        heap_words(value, super::process::MIN_BINARY_WORDS)
                            .map(|words| options.min_binary = words)
                    }
                    Some(known::MAX_HEAP_SIZE) => {
                        max_heap(cx, value).map(|max| parsed.options.max_heap = max)
                    }
                    Some(known::FULLSWEEP_AFTER) => value
                        .as_small()
                        .filter(|&count| count >= 0)
                        .map(|count| options.fullsweep_after = count.min(65535) as u32),
                    Some(known::SCHEDULER) => value
                        .as_small()
                        .filter(|number| (0..=schedulers).contains(number))
                        .map(|number| options.scheduler = number as u16),
                    Some(known::MONITOR) => monitor_options(value, release.priority_messages)
                        .map(|monitor| options.monitor = Some(monitor)),
                    Some(known::LINK) if release.priority_messages => value
                        .proper_list()
                        .filter(|list| list.iter().all(|option| option.is(known::PRIORITY)))
                        .map(|_| options.link = true),
                    Some(known::REPLY) if request => {
                        let tell = match value.as_atom() {
                            Some(known::YES) => Some((true, true)),
                            Some(known::NO) => Some((false, false)),
                            Some(known::ERROR_ONLY) => Some((false, true)),
                            Some(known::SUCCESS_ONLY) => Some((true, false)),
                            _ => None,
                        };
                        tell.map(|tell| parsed.tell = tell)
                    }
                    Some(known::REPLY_TAG) if request => {
                        parsed.tag = value;
                        Some(())
                    }
                    _ => None,
                },
                None => None,
            }
        };
        parsed.good &= done.is_some();
    }
    let options = &parsed.options;
    if options.max_heap.words != 0 && options.max_heap.words < options.min_heap {
        parsed.good = false;
    }
    Some(parsed)
}

fn spawn_opt_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let list = cx.arg(3);
    let options = match parse(cx, list, false) {
        Some(parsed) if parsed.good => parsed.options,
        _ => return Err(cx.badarg_because(known::BADOPT)),
    };
    let spawned = start(cx, &options)?;
    let pid = Term::local_pid(spawned.number);
    let Some(reference) = spawned.monitor else {
        return Ok(pid);
    };
    let alias = options
        .monitor
        .is_some_and(|monitor| monitor.alias.is_some());
    let reference = reference_term(cx, reference, alias);
    Ok(cx.tuple(&[pid, reference]))
}

/// `spawn_request(Module, Function, Args, Options)`: a reference, which the answer holds; `badarg` or `badopt` are returned.
fn spawn_request_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let badarg = Ok(Term::atom(known::BADARG));
    if cx.arg(0).as_atom().is_none()
        || cx.arg(1).as_atom().is_none()
        || cx.arg(2).proper_list().is_none()
    {
        return badarg;
    }
    let list = cx.arg(3);
    let Some(mut parsed) = parse(cx, list, true) else {
        return badarg;
    };
    let numbers = unique::next_reference();
    let alias = parsed
        .options
        .monitor
        .is_some_and(|monitor| monitor.alias.is_some());
    parsed.options.reference = Some(numbers);
    let (result, value) = if !parsed.good {
        (known::ERROR, Term::atom(known::BADOPT))
    } else {
        match start(cx, &parsed.options) {
            Ok(spawned) => (known::OK, Term::local_pid(spawned.number)),
            Err(_) => (known::ERROR, Term::atom(known::SYSTEM_LIMIT)),
        }
    };
    let reference = reference_term(cx, numbers, alias);
    let told = if result == known::OK {
        parsed.tell.0
    } else {
        parsed.tell.1
    };
    if told {
        let message = Message::build(|builder| {
            let tag = oxbeam_term::copy::copy(parsed.tag, builder);
            let reference = oxbeam_term::copy::copy(reference, builder);
            builder.tuple(&[tag, reference, Term::atom(result), value])
        });
        let _ = signal::push(cx.process(), Signal::Message(message));
    }
    Ok(reference)
}

/// A request of this node is answered before it could be abandoned.
fn spawn_request_abandon_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if cx.arg(0).is_reference() {
        Ok(Term::FALSE)
    } else {
        Err(Raise::Badarg)
    }
}

/// `dist_spawn_request(Node, {Module, Function, Args}, Options, spawn_opt | spawn_request)`: there is no connection, as the answer says.
fn dist_spawn_request_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let badarg = Ok(Term::atom(known::BADARG));
    let whole = cx
        .arg(1)
        .as_tuple_of::<3>()
        .is_some_and(|[module, function, arguments]| {
            module.as_atom().is_some()
                && function.as_atom().is_some()
                && arguments.proper_list().is_some()
        });
    if cx.arg(0).as_atom().is_none() || !whole {
        return badarg;
    }
    let request = !cx.arg(3).is(known::SPAWN_OPT);
    let list = cx.arg(2);
    let Some(parsed) = parse(cx, list, request) else {
        return badarg;
    };
    let monitor = parsed.options.monitor;
    let numbers = unique::next_reference();
    let reference = reference_term(
        cx,
        numbers,
        monitor.is_some_and(|monitor| monitor.alias.is_some()),
    );
    if parsed.tell.1 {
        let message = Message::build(|builder| {
            let tag = oxbeam_term::copy::copy(parsed.tag, builder);
            let reference = oxbeam_term::copy::copy(reference, builder);
            builder.tuple(&[
                tag,
                reference,
                Term::atom(known::ERROR),
                Term::atom(known::NOCONNECTION),
            ])
        });
        let _ = signal::push(cx.process(), Signal::Message(message));
    }
    if request {
        return Ok(reference);
    }
    Ok(cx.tuple(&[reference, Term::boolean(monitor.is_some())]))
}
