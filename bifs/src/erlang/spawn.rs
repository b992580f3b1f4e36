//! Starting processes. Follows `erl_create_process` and `bif.c`.

use super::monitor::{monitor_options, only_priority, reference_term};
use super::node::{await_room, reach, resumes};
use super::process::{heap_words, max_heap};
use oxbeam_term::boxed::external::this_node;
use oxbeam_vm::dist::send::spawned;
use oxbeam_vm::dist::{self, SpawnRequest};
use oxbeam_vm::machine::machine;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::process::relations::Spawning;
use oxbeam_vm::process::spawn::{self, Options, RemoteParent, Spawned};
use oxbeam_vm::process::{Message, Priority};
use oxbeam_vm::seq_trace::{self, Request};
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
    let spawned = start(cx, &options, Request::PLAIN)?;
    Ok(Term::local_pid(spawned.number))
}

fn spawn_link_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let options = Options {
        link: true,
        ..Options::default_options()
    };
    let mut request = Request::PLAIN;
    if seq_trace::in_use() {
        request.options = cx.cons(Term::atom(known::LINK), Term::NIL);
    }
    let spawned = start(cx, &options, request)?;
    Ok(Term::local_pid(spawned.number))
}

fn spawn_system_process_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let options = Options {
        system_process: true,
        ..Options::default_options()
    };
    let spawned = start(cx, &options, Request::PLAIN)?;
    Ok(Term::local_pid(spawned.number))
}

/// Starts what the first three arguments say: module, function, arguments.
fn start(cx: &mut Cx<'_>, options: &Options, request: Request<'_>) -> Result<Spawned, Raise> {
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
        request,
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
fn parse(list: Term<'_>, request: bool) -> Option<Parsed<'_>> {
    let machine = machine();
    let schedulers = machine.scheduler.count() as i64;
    let release = machine.release;
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
                        max_heap(machine, value).map(|max| parsed.options.max_heap = max)
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
                    Some(known::LINK) if release.priority_messages => {
                        only_priority(value).map(|priority| {
                            options.link = true;
                            options.priority_link = priority;
                        })
                    }
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
    let options = match parse(list, false) {
        Some(parsed) if parsed.good => parsed.options,
        _ => return Err(cx.badarg_because(known::BADOPT)),
    };
    let request = Request {
        options: list,
        ..Request::PLAIN
    };
    let spawned = start(cx, &options, request)?;
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
    let Some(mut parsed) = parse(list, true) else {
        return Ok(Term::atom(known::BADOPT));
    };
    let numbers = unique::next_reference();
    let alias = parsed
        .options
        .monitor
        .is_some_and(|monitor| monitor.alias.is_some());
    parsed.options.reference = Some(numbers);
    let request = Request {
        options: list,
        tag: parsed.tag,
        answered: true,
    };
    let mut token = None;
    let (result, value) = if !parsed.good {
        (known::ERROR, Term::atom(known::BADOPT))
    } else {
        match start(cx, &parsed.options, request) {
            Ok(spawned) => {
                token = spawned.token;
                (known::OK, Term::local_pid(spawned.number))
            }
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
        let traced =
            token.and_then(|token| seq_trace::answer(&token, cx.self_pid(), message.term()));
        let message = traced.unwrap_or(message);
        let _ = signal::push(cx.process(), Signal::Message(message));
    }
    Ok(reference)
}

/// Nobody wants the answer any more. A request of this node is answered before it could be abandoned.
fn spawn_request_abandon_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let request = cx.arg(0);
    let Some(reference) = request.as_reference() else {
        return if request.is_reference() {
            Ok(Term::FALSE)
        } else {
            Err(Raise::Badarg)
        };
    };
    let reference = reference.numbers();
    let Some(relations) = cx.owned().relations.as_deref_mut() else {
        return Ok(Term::FALSE);
    };
    let Some(spawning) = relations.spawning.get_mut(&reference) else {
        return Ok(Term::FALSE);
    };
    let abandoned = !std::mem::replace(&mut spawning.abandoned, true);
    relations.remove_alias(reference);
    Ok(Term::boolean(abandoned))
}

/// `dist_spawn_request(Node, {Module, Function, Args}, Options, spawn_opt | spawn_request)`: a reference, which the answer holds, for
/// `spawn_opt` with whether there is a monitor; or `badarg`. The other node looks at the options that are not about the answer.
fn dist_spawn_request_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let badarg = Ok(Term::atom(known::BADARG));
    let call = cx.arg(1).as_tuple_of::<3>();
    let Some([module, function, arguments]) = call else {
        return badarg;
    };
    let (Some(count), Some(node)) = (arguments.proper_length(), cx.arg(0).as_atom()) else {
        return badarg;
    };
    let named = module.as_atom().is_some() && function.as_atom().is_some();
    if !named || node == this_node().name {
        return badarg;
    }
    let request = !cx.arg(3).is(known::SPAWN_OPT);
    let Some(asked) = Asked::of(cx.arg(2), request) else {
        return badarg;
    };
    let resumed = resumes(cx)?.flatten();
    let connection = if resumed.is_none() {
        reach(cx, node)?
    } else {
        None
    };
    let numbers = resumed.unwrap_or_else(unique::next_reference);
    let alias = asked.monitor.is_some_and(|monitor| monitor.alias.is_some());
    let reference = reference_term(cx, numbers, alias);
    let process = cx.process();
    let spawns = connection
        .as_ref()
        .and_then(|connection| connection.flags())
        .is_none_or(|flags| flags & dist::flag::SPAWN != 0);
    let failed = match &connection {
        _ if resumed.is_some() => None,
        _ if asked.bad => Some(known::BADOPT),
        None => Some(known::NOCONNECTION),
        Some(_) if !spawns => Some(Atom::of("notsup")),
        Some(_) => None,
    };
    if let Some(reason) = failed {
        if asked.tell.1 {
            let message = Message::build(|builder| {
                let tag = oxbeam_term::copy::copy(asked.tag, builder);
                let reference = oxbeam_term::copy::copy(reference, builder);
                let error = Term::atom(known::ERROR);
                builder.tuple(&[tag, reference, error, Term::atom(reason)])
            });
            let _ = signal::push(process, Signal::Message(message));
        }
    } else if let Some(connection) = connection {
        let relations = cx.owned().relations();
        if let Some(monitor) = &asked.monitor {
            monitor.open_alias(relations, numbers);
        }
        let spawning = Spawning {
            node,
            tag: asked.tag.word(),
            tell: asked.tell,
            link: asked.link,
            priority_link: asked.priority_link,
            monitor: asked.monitor,
            abandoned: false,
        };
        relations.spawning.insert(numbers, spawning);
        let leader = cx.owned().group_leader;
        let arity = cx.unsigned(count as u64);
        let call = cx.tuple(&[module, function, arity]);
        let options = cx.list(asked.rest);
        let token = seq_trace::count_on(cx).map(|token| token.term(cx.builder()));
        let sent = connection.send_spawn_request(
            reference,
            (process.number, !cx.owned().async_dist),
            leader,
            (call, arguments),
            options,
            token,
        );
        if !sent {
            let relations = cx.owned().relations();
            relations.spawning.remove(&numbers);
            relations.remove_alias(numbers);
            return Err(Raise::SystemLimit);
        }
        await_room(cx, &connection, Some(numbers))?;
    }
    if request {
        return Ok(reference);
    }
    let monitored = Term::boolean(asked.monitor.is_some());
    Ok(cx.tuple(&[reference, monitored]))
}

/// What the options of a request to another node say about the answer.
struct Asked<'p> {
    tag: Term<'p>,
    tell: (bool, bool),
    link: bool,
    priority_link: bool,
    monitor: Option<MonitorOptions>,
    /// One of them is bad.
    bad: bool,
    /// The others.
    rest: Vec<Term<'p>>,
}

impl<'p> Asked<'p> {
    /// `None`: no list, or what `spawn_opt` must not say.
    fn of(list: Term<'p>, request: bool) -> Option<Asked<'p>> {
        let priorities = machine().release.priority_messages;
        let mut asked = Asked {
            tag: Term::atom(known::SPAWN_REPLY),
            tell: (true, true),
            link: false,
            priority_link: false,
            monitor: None,
            bad: false,
            rest: Vec::new(),
        };
        for option in list.proper_list()? {
            let pair = option.as_tuple_of::<2>();
            let key = pair.and_then(|[key, _]| key.as_atom());
            match (key, pair) {
                (Some(known::REPLY_TAG), Some([_, tag])) if request => asked.tag = tag,
                (Some(known::REPLY), Some([_, value])) if request => match value.as_atom() {
                    Some(known::YES) => asked.tell = (true, true),
                    Some(known::NO) => asked.tell = (false, false),
                    Some(known::ERROR_ONLY) => asked.tell = (false, true),
                    Some(known::SUCCESS_ONLY) => asked.tell = (true, false),
                    _ => asked.bad = true,
                },
                (Some(known::REPLY_TAG | known::REPLY), Some(_)) => return None,
                (Some(known::MONITOR), Some([_, value])) => {
                    match monitor_options(value, priorities) {
                        Some(monitor) => asked.monitor = Some(monitor),
                        None if request => asked.bad = true,
                        None => return None,
                    }
                }
                _ if option.is(known::MONITOR) => {
                    asked.monitor = asked.monitor.or(Some(MonitorOptions::NONE));
                }
                _ => {
                    asked.link |= option.is(known::LINK) || key == Some(known::LINK);
                    if let (Some(known::LINK), Some([_, value])) = (key, pair) {
                        asked.priority_link = only_priority(value) == Some(true);
                    }
                    asked.rest.push(option);
                }
            }
        }
        if asked.monitor.is_some() {
            asked.rest.push(Term::atom(known::MONITOR));
        }
        Some(asked)
    }
}

/// Starts a process that another node has asked for. `None`: it did not ask properly.
pub(super) fn spawn_for_node(request: SpawnRequest<'_>) -> Option<()> {
    let SpawnRequest {
        connection,
        reference,
        parent,
        leader,
        function: (module, function),
        arity,
        options,
        arguments,
    } = request;
    let refuse = |reason: Atom| {
        connection.send_spawn_reply(reference, parent, 0, Term::atom(reason));
    };
    let parsed = parse(options, false)?;
    if !parsed.good {
        refuse(known::BADOPT);
        return Some(());
    }
    let options = parsed.options;
    let remote_parent = RemoteParent {
        peer: parent,
        leader,
        reference,
        arity,
    };
    let before = |number: u64| {
        if !connection.concerns(number) {
            signal::remote::tell_lost(number, connection.node);
        }
        let link = if options.link { spawned::LINK } else { 0 };
        let monitor = if options.monitor.is_some() {
            spawned::MONITOR
        } else {
            0
        };
        let child = Term::local_pid(number);
        connection.send_spawn_reply(reference, parent, link | monitor, child);
        // The message lets it run: what it does comes behind the answer.
        let _ = signal::deliver(number, Signal::Message(arguments));
        if machine().release.spawned_await_begin {
            let begin = Message::immediate(Term::atom(Atom::of("dist_spawn_init")).word());
            let _ = signal::deliver(number, Signal::Message(begin));
        }
    };
    if spawn::spawn_for(remote_parent, module, function, &options, before).is_err() {
        refuse(known::SYSTEM_LIMIT);
    }
    Some(())
}
