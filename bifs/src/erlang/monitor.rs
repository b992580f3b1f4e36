//! Links, monitors, aliases, exit signals. Follows `bif.c`.

use super::node::{await_room, is_alive, reach, resumes};
use oxbeam_term::boxed::external::this_node;
use oxbeam_vm::dist;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::process::relations::{Alias, AliasMode, Watched};
use oxbeam_vm::process::{Peer, Process};
use oxbeam_vm::signal::monitor::{Options, Target};
use oxbeam_vm::signal::{self, Signal, link, monitor, remote};
use oxbeam_vm::trace::{event, flag};
use oxbeam_vm::unique;

natives! { NATIVES: "erlang";
    "alias" / 1 Plain => alias_1;
    "demonitor" / 1 Plain => demonitor_1;
    "demonitor" / 2 Plain => demonitor_2;
    "exit" / 2 Plain => exit_2;
    "exit" / 3 Plain [29 ..= 255] => exit_3;
    "exit_signal" / 2 Plain => exit_signal_2;
    "exit_signal" / 3 Plain [29 ..= 255] => exit_signal_3;
    "link" / 1 Plain => link_1;
    "link" / 2 Plain [29 ..= 255] => link_2;
    "monitor" / 2 Plain => monitor_2;
    "monitor" / 3 Plain => monitor_3;
    "unalias" / 1 Plain => unalias_1;
    "unlink" / 1 Plain => unlink_1;
}

fn link_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    link_to(cx, false)
}

/// `link(Id, [priority])`
fn link_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let Some(priority) = only_priority(cx.arg(1)) else {
        return Err(cx.badarg_because(known::BADOPT));
    };
    link_to(cx, priority)
}

/// A list of nothing but `priority`: is it there?
pub(super) fn only_priority(options: Term<'_>) -> Option<bool> {
    let options = options.proper_list()?;
    options
        .iter()
        .all(|option| option.is(known::PRIORITY))
        .then_some(!options.is_empty())
}

fn link_to<'p>(cx: &mut Cx<'p>, priority: bool) -> NativeResult<'p> {
    if resumes(cx)?.is_some() {
        return Ok(Term::TRUE);
    }
    let other = cx.arg(0);
    let process = cx.process();
    let peer = match (Peer::from_term(other), other.view()) {
        (Some(peer), _) => peer,
        // A port of an earlier life of this node.
        (None, View::ExternalPort(port)) if port.node().name == this_node().name => {
            return no_process(cx, other);
        }
        _ => return Err(Raise::Badarg),
    };
    if process.trace.has(flag::PROCS) {
        event::simple(process, flag::PROCS, "link", other);
    }
    if cx.machine().release.priority_messages && peer != Peer::Process(process.number) {
        let relations = cx.owned().relations();
        if priority {
            relations.priority_links.insert(peer);
        } else {
            relations.priority_links.remove(&peer);
        }
    }
    if let Peer::Remote(node, _) = peer {
        if node.name == this_node().name {
            // A process of an earlier life of this node.
            return no_process(cx, other);
        }
        match reach(cx, node.name)? {
            Some(connection) => {
                if link::link_over(&connection, process, cx.owned(), peer) {
                    return Err(Raise::Wait);
                }
            }
            None => link::not_connected(process, cx.owned(), peer),
        }
        return Ok(Term::TRUE);
    }
    if link::link(process, cx.owned(), peer).is_ok() {
        passes_on(process, peer);
        return Ok(Term::TRUE);
    }
    no_process(cx, other)
}

/// The other side is traced as this one is, if this one passes that on.
fn passes_on(process: &Process, peer: Peer) {
    let passed = process.trace.passed_on_by_link();
    if !passed.is_empty()
        && let Some(other) = peer
            .local()
            .and_then(|number| oxbeam_vm::machine::machine().processes.get(number))
    {
        other.trace.take_over(&passed);
    }
}

/// The other side is not there: an exit message to those who trap, an error to others.
fn no_process<'p>(cx: &mut Cx<'p>, other: Term<'p>) -> NativeResult<'p> {
    if !cx.owned().trap_exit {
        return Err(cx.error(Term::atom(known::NOPROC)));
    }
    let message = oxbeam_vm::process::Message::build(|builder| {
        let other = oxbeam_term::copy::copy(other, builder);
        builder.tuple(&[
            Term::atom(known::UPPER_EXIT),
            other,
            Term::atom(known::NOPROC),
        ])
    });
    let _ = signal::push(cx.process(), Signal::Message(message));
    Ok(Term::TRUE)
}

fn unlink_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if resumes(cx)?.is_some() {
        return Ok(Term::TRUE);
    }
    let other = cx.arg(0);
    let Some(peer) = Peer::from_term(other) else {
        return if other.is_port() {
            Ok(Term::TRUE)
        } else {
            Err(Raise::Badarg)
        };
    };
    let process = cx.process();
    if process.trace.has(flag::PROCS) {
        event::simple(process, flag::PROCS, "unlink", other);
    }
    if let Some(connection) = link::unlink(process, cx.owned(), peer) {
        await_room(cx, &connection, None)?;
    }
    Ok(Term::TRUE)
}

fn monitor_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    watch(cx, Options::NONE)
}

fn monitor_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let priorities = cx.machine().release.priority_messages;
    let Some(options) = monitor_options(cx.arg(2), priorities) else {
        return Err(cx.badarg_because(known::BADOPT));
    };
    watch(cx, options)
}

/// Options of `monitor/3`, and of a monitor among those of `spawn_opt/4`.
pub(super) fn monitor_options(list: Term<'_>, priorities: bool) -> Option<Options> {
    let mut options = Options::NONE;
    let mut all = list.list_iter();
    for option in all.by_ref() {
        if option.is(known::PRIORITY) && priorities {
            options.priority = true;
            continue;
        }
        let [key, value] = option.as_tuple_of::<2>()?;
        match key.as_atom()? {
            known::ALIAS => {
                options.alias = Some(match value.as_atom()? {
                    known::EXPLICIT_UNALIAS => AliasMode::Explicit,
                    known::DEMONITOR => AliasMode::Demonitor,
                    known::REPLY_DEMONITOR => AliasMode::ReplyDemonitor,
                    _ => return None,
                });
            }
            known::TAG => options.tag = value.word(),
            _ => return None,
        }
    }
    all.rest().is_nil().then_some(options)
}

/// Whom `monitor(Type, Item)` means, on a node that is alive or not.
fn target_of(by_port: bool, item: Term<'_>, alive: impl FnOnce() -> bool) -> Option<Target> {
    let here = this_node().name;
    match item.view() {
        View::Pid(number) if !by_port => Some(Target::Peer(Peer::Process(number))),
        View::Port(number) if by_port => Some(Target::Peer(Peer::Port(number))),
        View::ExternalPid(pid) if !by_port => {
            Some(Target::Peer(Peer::Remote(pid.node(), pid.number())))
        }
        View::Atom(name) => Some(Target::Name(name, by_port)),
        View::Tuple(_) => {
            let [name, node] = item.as_tuple_of::<2>()?;
            let (name, node) = (name.as_atom()?, node.as_atom()?);
            if node == here {
                Some(Target::Name(name, by_port))
            } else if by_port || !alive() {
                None
            } else {
                Some(Target::RemoteName(name, node))
            }
        }
        _ => None,
    }
}

fn watch<'p>(cx: &mut Cx<'p>, options: Options) -> NativeResult<'p> {
    if let Some(Some(reference)) = resumes(cx)? {
        return Ok(reference_term(cx, reference, options.alias.is_some()));
    }
    let (kind, item) = (cx.arg(0), cx.arg(1));
    let process = cx.process();
    let by_port = match kind.as_atom() {
        Some(known::PROCESS) => false,
        Some(known::PORT) => true,
        Some(known::TIME_OFFSET) => {
            if !item.is(known::CLOCK_SERVICE) {
                return Err(Raise::Badarg);
            }
            let reference = monitor::monitor_time_offset(process, cx.owned(), options);
            return Ok(reference_term(cx, reference, options.alias.is_some()));
        }
        _ => return Err(cx.badarg_because(known::BADTYPE)),
    };
    if let View::ExternalPort(port) = item.view()
        && by_port
        && port.node().name == this_node().name
    {
        let what = Watched::OldPort(port.node(), port.number());
        let owned = cx.owned();
        let reference = remote::monitor_nobody(process, owned, what, options, known::NOPROC);
        return Ok(reference_term(cx, reference, options.alias.is_some()));
    }
    let target = target_of(by_port, item, || is_alive(cx)).ok_or(Raise::Badarg)?;
    let far = match target {
        Target::Peer(peer @ Peer::Remote(node, _)) => Some((Watched::Peer(peer), node.name)),
        Target::RemoteName(name, node) => Some((Watched::RemoteName(name, node), node)),
        _ => None,
    };
    let reference = match far {
        // Of an earlier life of this node.
        Some((what, node)) if node == this_node().name => {
            let reason = known::NOPROC;
            remote::monitor_nobody(process, cx.owned(), what, options, reason)
        }
        Some((what, node)) => match reach(cx, node)? {
            Some(connection) => {
                let reference =
                    remote::monitor_over(&connection, process, cx.owned(), what, options);
                await_room(cx, &connection, Some(reference))?;
                reference
            }
            None => {
                let reason = known::NOCONNECTION;
                remote::monitor_nobody(process, cx.owned(), what, options, reason)
            }
        },
        None => monitor::monitor(process, cx.owned(), target, options),
    };
    Ok(reference_term(cx, reference, options.alias.is_some()))
}

/// A reference of the process as a term; one that is an alias knows its process.
pub(super) fn reference_term<'p>(
    cx: &mut Cx<'p>,
    reference: oxbeam_term::boxed::reference::RefNumbers,
    alias: bool,
) -> Term<'p> {
    let number = cx.process().number;
    if alias {
        cx.pid_reference(reference, number)
    } else {
        cx.reference(reference)
    }
}

fn demonitor_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    stop(cx)?;
    Ok(Term::TRUE)
}

/// Ends the monitor that is the first argument. Was there one?
fn stop(cx: &mut Cx<'_>) -> Result<bool, Raise> {
    if resumes(cx)?.is_some() {
        return Ok(true);
    }
    let monitor = cx.arg(0);
    let Some(reference) = monitor.as_reference() else {
        return match monitor.view() {
            View::ExternalReference(reference) if reference.node().name == this_node().name => {
                Ok(false)
            }
            _ => Err(Raise::Badarg),
        };
    };
    let reference = reference.numbers();
    let process = cx.process();
    let stopped = monitor::demonitor(process, cx.owned(), reference);
    if let Some(Some(connection)) = &stopped {
        await_room(cx, connection, None)?;
    }
    Ok(stopped.is_some())
}

/// `demonitor(Ref, [flush, info])`
fn demonitor_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (mut flush, mut info) = (false, false);
    let mut options = cx.arg(1).list_iter();
    for option in options.by_ref() {
        match option.as_atom() {
            Some(known::FLUSH) => flush = true,
            Some(known::INFO) => info = true,
            _ => return Err(Raise::Badarg),
        }
    }
    if !options.rest().is_nil() {
        return Err(Raise::Badarg);
    }
    let monitor = cx.arg(0);
    // Such a monitor goes on when its message has come.
    let lasts = monitor.as_reference().is_some_and(|reference| {
        let relations = cx.owned().relations.as_ref();
        let watching = relations.and_then(|all| all.watching.get(&reference.numbers()));
        watching.is_some_and(|watching| watching.what == Watched::TimeOffset)
    });
    let found = stop(cx)?;
    if flush && (!found || lasts) {
        // The message, if there is one, has come before: what comes later finds no monitor.
        cx.fetch_signals()?;
        if let Some(reference) = monitor.as_reference() {
            let numbers = reference.numbers();
            let about = |message: Term<'_>| {
                message
                    .as_tuple_of::<5>()
                    .is_some_and(|[_, reference, ..]| {
                        reference
                            .as_reference()
                            .is_some_and(|reference| reference.numbers() == numbers)
                    })
            };
            let mailbox = &mut cx.owned().mailbox;
            while mailbox.extract_after(numbers, about).is_some() && lasts {}
        }
    }
    Ok(Term::boolean(found || !info))
}

fn alias_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let priorities = cx.machine().release.priority_messages;
    let mut alias = Alias {
        mode: AliasMode::Explicit,
        priority: false,
    };
    for option in cx.arg(0).proper_list().ok_or(Raise::Badarg)? {
        match option.as_atom() {
            Some(known::EXPLICIT_UNALIAS) => alias.mode = AliasMode::Explicit,
            Some(known::REPLY) => alias.mode = AliasMode::Reply,
            Some(known::PRIORITY) if priorities => alias.priority = true,
            _ => return Err(Raise::Badarg),
        }
    }
    let reference = unique::next_reference();
    cx.owned().relations().aliases.insert(reference, alias);
    Ok(reference_term(cx, reference, true))
}

fn unalias_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let alias = cx.arg(0);
    let Some(reference) = alias.as_reference() else {
        return if alias.is_reference() {
            Ok(Term::FALSE)
        } else {
            Err(Raise::Badarg)
        };
    };
    let Some(relations) = cx.owned().relations.as_deref_mut() else {
        return Ok(Term::FALSE);
    };
    let found = relations.remove_alias(reference.numbers());
    if let Some(watching) = relations.watching.get_mut(&reference.numbers()) {
        watching.alias = None;
    }
    Ok(Term::boolean(found))
}

fn exit_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    send_exit(cx, false, true)
}

fn exit_signal_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    send_exit(cx, false, false)
}

fn exit_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    exit_with_options(cx, true)
}

fn exit_signal_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    exit_with_options(cx, false)
}

fn exit_with_options<'p>(cx: &mut Cx<'p>, ends_self: bool) -> NativeResult<'p> {
    let Some(priority) = only_priority(cx.arg(2)) else {
        return Err(cx.badarg_because(known::BADOPT));
    };
    send_exit(cx, priority, ends_self)
}

/// Sends an exit signal. `ends_self`: sent to oneself it ends the caller even if the reason is `normal`, and before it returns.
fn send_exit<'p>(cx: &mut Cx<'p>, priority: bool, ends_self: bool) -> NativeResult<'p> {
    if resumes(cx)?.is_some() {
        return Ok(Term::TRUE);
    }
    let (to, reason) = (cx.arg(0), cx.arg(1));
    let process = cx.process();
    let from = Peer::Process(process.number);
    match to.view() {
        View::Pid(number) if number == process.number => {
            let kill = reason.is(known::KILL);
            let trapped = cx.owned().trap_exit && !kill;
            if !trapped && !ends_self && reason.is(known::NORMAL) {
                return Ok(Term::TRUE);
            }
            link::send_exit(from, from, reason);
            // What one tells oneself has come when the call returns.
            if ends_self {
                cx.fetch_signals()?;
            }
        }
        View::Pid(_) | View::Port(_) => {
            if let Some(peer) = Peer::from_term(to) {
                link::send_exit(from, peer, reason);
            }
        }
        View::ExternalPid(pid) => {
            if let Some(connection) = dist::connect(pid.node().name) {
                let from = (from, !cx.owned().async_dist);
                let to = Peer::Remote(pid.node(), pid.number());
                if !connection.send_exit(from, to, reason, priority) {
                    return Err(Raise::SystemLimit);
                }
                await_room(cx, &connection, None)?;
            }
        }
        View::Reference(alias) if cx.machine().release.priority_messages => {
            link::send_exit_to_alias(from, alias, reason, priority);
            if alias.pid_number() == Some(process.number) {
                cx.fetch_signals()?;
            }
        }
        View::ExternalReference(alias) if cx.machine().release.priority_messages => {
            if let Some(connection) = dist::connect(alias.node().name) {
                let from = (from, !cx.owned().async_dist);
                if !connection.send_alias_exit(from, to, reason, priority) {
                    return Err(Raise::SystemLimit);
                }
                await_room(cx, &connection, None)?;
            }
        }
        View::ExternalPort(port) if port.node().name == this_node().name => {}
        _ => return Err(Raise::Badarg),
    }
    Ok(Term::TRUE)
}
