//! The end of a process: what others are told, in which order, and what is given back. Follows `erts_continue_exit_process`.

use super::relations::Link;
use super::{Class, Message, Owned, Peer, Process};
use crate::dist;
use crate::halt;
use crate::interp::exception::exit_reason;
use crate::logger::{self, Level};
use crate::machine::machine;
use crate::process::info;
use crate::signal::port::{self, ToPort};
use crate::signal::remote::{self, Stand};
use crate::signal::{Signal, deliver, handle, link, monitor};
use crate::trace::{event, flag};
use crate::{seq_trace, system_monitor, system_profile};
use oxbeam_term::atom::known;
use oxbeam_term::boxed::external::this_node;
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::gc::policy;
use oxbeam_term::heap::Heap;
use oxbeam_term::{Atom, Term, Word};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Processes that have departed and are not gone yet.
static DEPARTED: AtomicUsize = AtomicUsize::new(0);

/// Does a dirty native of a process that has departed still run? It may read literals that nobody else holds.
pub fn any_departed() -> bool {
    DEPARTED.load(Ordering::SeqCst) > 0
}

/// Ends `process`, whose exception says why. For the thread that runs it, which holds nothing of it.
pub fn exit(process: &Process) {
    if process.state.is_exiting() {
        // It has departed while a dirty native of it waited.
        DEPARTED.fetch_sub(1, Ordering::SeqCst);
    } else {
        depart(process);
    }
    // What is left is the record, which others may still look at.
    // SAFETY: the caller runs the process.
    let dead = unsafe { &mut *process.owned_pointer() };
    dead.exit_reason = Word::NIL;
    dead.exception = super::Exception::none();
    dead.dictionary = Default::default();
    dead.mailbox = Default::default();
    dead.saved_x.clear();
    if let Some(rare) = &mut dead.rare {
        rare.room = None;
    }
    dead.heap = Heap::none();
    if system_profile::wants(system_profile::flag::PROCESSES) {
        system_profile::of_process(process.number, false, None);
    }
    process.state.gone();
}

/// Must `process`, whose exception says why it exits, wait for room in a connection before it does, since its reason is more than a word and processes
/// of a node want to know it? Any signal makes it ask again. For the thread that runs it.
pub fn must_wait(process: &Process) -> bool {
    if process.state.is_exiting() {
        return false;
    }
    // SAFETY: the caller runs the process and keeps nothing of it.
    let owned = unsafe { &mut *process.owned_pointer() };
    if owned.told_to_exit && owned.exit_reason.is_immediate() {
        return false;
    }
    match remote::stand(process, owned) {
        Stand::Waits => return true,
        Stand::Resumes(_) => return false,
        Stand::Begins => {}
    }
    let Some(relations) = &owned.relations else {
        return false;
    };
    let linked = relations.links.keys().map(|peer| peer.node());
    let watching = relations.watched_from_afar.values();
    let nodes = linked.chain(watching.map(|watcher| watcher.by.node()));
    let mut nodes: Vec<Atom> = nodes.filter(|&node| node != this_node().name).collect();
    nodes.sort_unstable();
    nodes.dedup();
    let mut connections = nodes.into_iter().filter_map(dist::find);
    let Some(connection) = connections.find(|connection| connection.is_busy()) else {
        return false;
    };
    let reason = reason_of(process, owned);
    owned.told_to_exit = true;
    owned.exit_reason = reason;
    !reason.is_immediate() && remote::must_wait(process, owned, &connection, None)
}

/// The process exits for all others to see. Its heap stays: a dirty native of it may still read there.
pub fn depart(process: &Process) {
    if process.state.is_open() {
        DEPARTED.fetch_add(1, Ordering::SeqCst);
    }
    process.state.exits();
    // SAFETY: the caller runs the process, or has claimed it. Handlers of signals take references of their own, so this one is not kept over them.
    let owned = || unsafe { &mut *process.owned_pointer() };
    let machine = machine();
    let reason = reason_of(process, owned());
    if owned().system_process {
        // SAFETY: the reason is a term of the process.
        let reason = unsafe { Term::from_word(reason) };
        let pid = Term::local_pid(process.number);
        halt::dump_and_exit(&format!("System process {pid} terminated: {reason}"));
    }

    let traced = process.trace.has(flag::PROCS);
    if traced {
        // SAFETY: the reason is a term of the process.
        let reason = unsafe { Term::from_word(reason) };
        event::simple(process, flag::PROCS, "exit", reason);
    }
    owned().cancel_receive_timer(process);
    machine.timers.cancel_all_of(process);
    let name = process.registered_name();
    machine.registry.process_exits(process);
    if let Some(name) = name.filter(|_| traced) {
        event::simple(process, flag::PROCS, "unregister", Term::atom(name));
    }
    // From here on whoever sends a signal is told that there is no such process.
    owned().told_to_exit = true;
    owned().exit_reason = reason;
    // Before the inbox closes: an answer that finds it closed looks for what was left.
    let orphans = leave_orphans(owned());
    let mut left = process.inbox.close();
    while let Some(node) = left.pop_front() {
        handle::refuse(process, node.value);
    }
    forget_answered(owned(), &orphans);
    if let Some(rare) = &mut owned().rare {
        let held = rare.held_collections.take();
        rare.tasks.extend(held.unwrap_or_default());
    }
    handle::run_tasks(process, owned());
    machine.run_exit_hooks(process, owned());
    machine.processes.remove(process.number);

    // SAFETY: the reason is a root of the process, whose heap stays as it is from here on.
    let reason: Term<'_> = unsafe { Term::from_word(owned().exit_reason) };
    let from = Peer::Process(process.number);
    dist::process_exits(process, reason);
    let mut over = Vec::new();
    if let Some(relations) = owned().relations.take() {
        let watchers = relations.watched_from_afar.values();
        let peers = relations.links.keys().copied();
        for peer in peers.chain(watchers.map(|watcher| watcher.by)) {
            if let Peer::Remote(node, _) = peer
                && !over.contains(&node.name)
            {
                over.push(node.name);
            }
        }
        for &alias in relations.aliases.keys() {
            crate::magic::forget_owner(alias);
        }
        for (reference, watching) in relations.watching_in_order() {
            monitor::tell_unwatched(process.number, watching, reference);
        }
        let mut links: Vec<_> = relations.links.iter().collect();
        links.sort_unstable_by_key(|entry| *entry.0);
        for (peer, state) in links {
            if *state == Link::Linked {
                // SAFETY: this thread runs the process, which collects no more.
                let token = unsafe { seq_trace::next_exit(process, owned(), *peer, reason) };
                link::send_link_exit(from, *peer, reason, token.as_ref());
            }
        }
        for (&reference, watcher) in &relations.watched_from_afar {
            if let Some(connection) = dist::find(watcher.by.node()) {
                let what = watcher
                    .name
                    .map_or(Term::local_pid(process.number), Term::atom);
                let from = Some(process.number);
                connection.send_down(from, what, watcher.by, reference, reason);
            }
        }
        for (reference, watcher) in relations.watched_in_order() {
            let reason = Message::copy_of(reason);
            match watcher.by {
                Peer::Process(number) => drop(deliver(number, Signal::Down { reference, reason })),
                Peer::Port(number) => drop(port::signal(number, ToPort::Down(reference))),
                Peer::Remote(..) => {}
            }
        }
    }
    if let Some(rare) = owned().rare.take() {
        for &options in &rare.watches_nodes {
            crate::dist::watch::watch_nodes(process.number, options, false);
        }
        for entry in &rare.suspending {
            let _ = deliver(entry.number, Signal::Resume);
        }
        for (monitor, observer) in rare.observers {
            observer.down(monitor, process.number);
        }
    }
    tell_exited(process, over);
}

/// Leaves word why it exits for those that it has asked other nodes to start with a link. Gives the requests.
fn leave_orphans(owned: &Owned) -> Vec<(RefNumbers, Atom)> {
    let Some(relations) = &owned.relations else {
        return Vec::new();
    };
    // SAFETY: the reason is a root of the process.
    let reason: Term<'_> = unsafe { Term::from_word(owned.exit_reason) };
    let mut left = Vec::new();
    for (&request, spawning) in &relations.spawning {
        if spawning.link
            && let Some(connection) = dist::find(spawning.node)
        {
            let abandoned = Term::atom(Atom::of("abandoned"));
            let reason = if spawning.abandoned {
                abandoned
            } else {
                reason
            };
            connection.leave_orphan(request, Message::copy_of(reason));
            left.push((request, spawning.node));
        }
    }
    left
}

/// Takes back what was left for requests whose answers have come after all.
fn forget_answered(owned: &Owned, orphans: &[(RefNumbers, Atom)]) {
    let waits = |request| {
        let relations = owned.relations.as_ref();
        relations.is_some_and(|relations| relations.spawning.contains_key(request))
    };
    for (request, node) in orphans {
        if !waits(request)
            && let Some(connection) = dist::find(*node)
        {
            drop(connection.take_orphan(*request));
        }
    }
}

/// Tells who traces that the process has exited: when all that it has sent over these connections is admitted.
fn tell_exited(process: &Process, over: Vec<Atom>) {
    let tell = |process: &Process| {
        if process.trace.has(flag::EXITING) {
            event::scheduled(process, flag::EXITING, "out_exited", None);
        }
    };
    let traced = process.trace.has(flag::EXITING);
    if over.is_empty() && !traced {
        return;
    }
    let exited = process.to_arc();
    let mut last: Box<dyn FnOnce() + Send> = Box::new(move || tell(&exited));
    for connection in dist::all() {
        let concerned = over.contains(&connection.node);
        if !(concerned || traced && connection.holds(process.number)) {
            continue;
        }
        match connection.leaves(process.number, last) {
            Some(back) => last = back,
            None => {
                if let Some(controller) = connection.controller() {
                    system_monitor::node_is_busy(process.number, controller.term());
                }
                return;
            }
        }
    }
    last();
}

/// The reason as a term of the process; logs it if it is an error that nobody handled.
fn reason_of(process: &Process, owned: &mut Owned) -> Word {
    if owned.told_to_exit {
        return owned.exit_reason;
    }
    let (class, reason, trace) = (
        owned.exception.class,
        owned.exception.reason,
        owned.exception.trace,
    );
    let trace = if trace.is_none() { Word::NIL } else { trace };
    // SAFETY: both are terms of the process; nothing collects before the builder is done.
    let reason = unsafe {
        let mut builder = owned.heap.arena.builder();
        exit_reason(
            &mut builder,
            class,
            Term::from_word(reason),
            Term::from_word(trace),
        )
    };
    if class != Class::Exit {
        log_error(process, owned, reason);
    }
    reason.word()
}

fn log_error(process: &Process, owned: &Owned, reason: Term<'_>) {
    let node = this_node().name;
    let alive = node != known::NONODE_NOHOST;
    let format = if alive {
        "Error in process ~p on node ~p with exit value:~n~p~n"
    } else {
        "Error in process ~p with exit value:~n~p~n"
    };
    logger::log(
        Level::Error,
        Some((process.number, owned.group_leader)),
        format,
        |builder| {
            let reason = oxbeam_term::copy::copy(reason, builder);
            let mut arguments = vec![Term::local_pid(process.number)];
            if alive {
                arguments.push(Term::atom(node));
            }
            arguments.push(reason);
            builder.list(arguments)
        },
    );
}

/// What `max_heap_size` is held against, as OTP counts when a collection begins, in words.
pub(super) struct Sizes {
    /// The blocks and the fragments, to which a major collection adds its new block.
    all: usize,
    /// What of the young heap is in use, the old block, and the young block that a minor collection may want.
    minor: usize,
}

impl Sizes {
    pub(super) fn of(heap: &Heap) -> Sizes {
        let fragments = heap.arena.fragment_words;
        let used = heap.used_words() + fragments;
        let old = match heap.old_words() {
            0 if heap.mature_words() > 0 => policy::heap_size_for(used),
            old => old,
        };
        Sizes {
            all: heap.total_words(),
            minor: used + old + policy::heap_size_for(heap.size_words() + fragments),
        }
    }
}

/// The heap, of which `before` was when a collection began, against `max_heap_size`: logs and kills as the process has asked for.
/// `false`: it must exit; it is told to.
pub(super) fn check_max_heap(owned: &mut Owned, before: &Sizes, major: bool) -> bool {
    let (process, max) = (owned.number, owned.max_heap);
    let (young, old) = owned.heap.binary_words();
    let binaries = if max.include_binaries { young + old } else { 0 };
    let all = if major {
        before.all + owned.heap.size_words()
    } else {
        before.minor
    };
    let total = all + binaries;
    if total <= max.words {
        return true;
    }
    if max.log {
        let node = this_node().name;
        let alive = node != known::NONODE_NOHOST;
        let format = format!(
            "     Process:            ~p {}~n     Context:            maximum heap size reached~n     Max Heap Size:      \
             ~p~n     Total Heap Size:    ~p~n     Kill:               ~p~n     Error Logger:       ~p~n     Message \
             Queue Len:  ~p~n     GC Info:            ~p~n",
            if alive { "on node ~p" } else { "" }
        );
        let owned = &*owned;
        logger::log(
            Level::Error,
            Some((process, owned.group_leader)),
            &format,
            |builder| {
                let mut arguments = vec![Term::local_pid(process)];
                if alive {
                    arguments.push(Term::atom(node));
                }
                arguments.extend([
                    builder.integer(max.words as i64),
                    builder.integer(total as i64),
                    Term::boolean(max.kill),
                    Term::TRUE,
                    Term::small(owned.mailbox.len() as i64),
                ]);
                arguments.push(info::garbage_collection_info(builder, owned));
                builder.list(arguments)
            },
        );
    }
    if max.kill {
        let killed = Word::atom(known::KILLED);
        handle::tell_to_exit(owned, Message::immediate(killed));
        owned.exception.set(Class::Exit, killed);
        owned.exception.trace = Word::NIL;
    }
    !max.kill
}
