//! New processes. Follows `erl_create_process`.

use super::relations::{Link, RemoteReference, Watched, WatchedBy};
use super::{MaxHeap, Message, Owned, Peer, Priority, Process};
use crate::interp::dispatch;
use crate::machine::machine;
use crate::seq_trace::{self, Request};
use crate::signal;
use crate::trace::{Tracee, event, flag};
use oxbeam_sync::table::Full;
use oxbeam_term::atom::known;
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::gc::policy;
use oxbeam_term::heap::{Heap, MIN_HEAP};
use oxbeam_term::{Atom, Term, Word, copy};
use std::sync::Arc;

/// More arguments than this are passed as a list, by `erlang:apply/3`.
const MAX_ARGUMENTS: usize = 255;

/// What `spawn_opt/4` may say beside the function.
#[derive(Copy, Clone, Debug)]
pub struct Options {
    /// `link`
    pub link: bool,
    /// The child's exit comes as a priority message: `{link, [priority]}`
    pub priority_link: bool,
    /// `monitor`, `{monitor, _}`
    pub monitor: Option<signal::monitor::Options>,
    /// `{priority, _}`
    pub priority: Priority,
    /// `{min_heap_size, _}`, in words
    pub min_heap: usize,
    /// `{min_bin_vheap_size, _}`, in words
    pub min_binary: usize,
    /// `{fullsweep_after, _}`
    pub fullsweep_after: u32,
    /// `{max_heap_size, _}`
    pub max_heap: MaxHeap,
    /// `{message_queue_data, off_heap}`
    pub off_heap_messages: bool,
    /// `{async_dist, _}`
    pub async_dist: bool,
    /// `{scheduler, _}`
    pub scheduler: u16,
    /// One of the machine's own processes.
    pub system_process: bool,
    /// Reference of the monitor, if it is made already.
    pub reference: Option<RefNumbers>,
}

impl Options {
    /// What a plain `spawn/3` uses.
    pub fn default_options() -> Options {
        let defaults = machine().process_defaults();
        Options {
            link: false,
            priority_link: false,
            monitor: None,
            priority: Priority::Normal,
            min_heap: defaults.min_heap,
            min_binary: defaults.min_binary,
            fullsweep_after: defaults.fullsweep_after,
            max_heap: defaults.max_heap,
            off_heap_messages: defaults.off_heap_messages,
            async_dist: defaults.async_dist,
            scheduler: 0,
            system_process: false,
            reference: None,
        }
    }
}

/// Who, on another node, starts a process.
#[derive(Copy, Clone, Debug)]
pub struct RemoteParent {
    /// The process.
    pub peer: Peer,
    /// The child's group leader.
    pub leader: Peer,
    /// The request; the monitor, if there is one, has the same reference.
    pub reference: RemoteReference,
    /// Arguments of the child's function.
    pub arity: u64,
}

/// Starts a process for another node, which calls `module:function` when it has got its arguments as its first message. `before` is
/// called with its number before it runs.
pub fn spawn_for(
    parent: RemoteParent,
    module: Atom,
    function: Atom,
    options: &Options,
    before: impl FnOnce(u64),
) -> Result<u64, Full> {
    let machine = machine();
    let call = Message::build(|builder| {
        let arity = builder.unsigned(parent.arity);
        builder.tuple(&[Term::atom(module), Term::atom(function), arity])
    });
    let process = machine.processes.insert_with(|id| {
        let start = (known::ERTS_INTERNAL, Atom::of("dist_spawn_init"));
        let mut owned = new_owned(start.0, start.1, &[call.term()], options);
        owned.initial_call = (module, function, parent.arity.min(255) as u8);
        owned.parent = Some(parent.peer);
        owned.group_leader = parent.leader;
        owned.number = id.data;
        if options.link {
            owned.relations().links.insert(parent.peer, Link::Linked);
        }
        if options.monitor.is_some() {
            let by = WatchedBy {
                by: parent.peer,
                name: None,
            };
            let watched = &mut owned.relations().watched_from_afar;
            watched.insert(parent.reference, by);
        }
        Arc::new_cyclic(|this| Process::new(this, id.data, options.priority, owned))
    })?;
    if options.scheduler != 0 {
        process.bind_to(options.scheduler);
    }
    machine.spawned.increment();
    before(process.number);
    signal::wake(&process);
    Ok(process.number)
}

/// A new process.
pub struct Spawned {
    /// Its number.
    pub number: u64,
    /// The monitor on it.
    pub monitor: Option<RefNumbers>,
    /// The token of sequential tracing that the answer to its parent gets.
    pub token: Option<Message>,
}

/// Starts a process that calls `module:function` with `arguments`, which are copied. `parent` runs on the calling thread; its owned
/// part gets the link and the monitor.
pub fn spawn(
    parent: Option<(&Process, &mut Owned)>,
    module: Atom,
    function: Atom,
    arguments: &[Term<'_>],
    options: &Options,
    request: Request<'_>,
) -> Result<Spawned, Full> {
    let machine = machine();
    let parent_process = parent.as_ref().map(|(process, _)| *process);
    let mut tracee = Some(Tracee::of_new_process(
        parent_process.map(|process| &process.trace),
        options.link,
    ));
    let (parent_number, group_leader, token, parent_owned) = match parent {
        Some((process, owned)) => {
            // SAFETY: the caller runs the parent; nothing is collected before the token was copied.
            let token = unsafe { seq_trace::next_token(process, owned) };
            (Some(process.number), owned.group_leader, token, Some(owned))
        }
        None => (None, Peer::Process(0), None, None),
    };
    let reference = options.monitor.map(|_| {
        options
            .reference
            .unwrap_or_else(crate::unique::next_reference)
    });
    let process = machine.processes.insert_with(|id| {
        let mut owned = new_owned(module, function, arguments, options);
        owned.parent = parent_number.map(Peer::Process);
        owned.group_leader = group_leader;
        owned.number = id.data;
        if let Some(token) = &token {
            seq_trace::inherit(token, &mut owned);
        }
        if let (true, Some(parent)) = (options.link, parent_number) {
            owned
                .relations()
                .links
                .insert(Peer::Process(parent), Link::Linked);
        }
        if let (Some(reference), Some(parent)) = (reference, parent_number) {
            let by = WatchedBy {
                by: Peer::Process(parent),
                name: None,
            };
            owned.relations().watched_by.insert(reference, by);
        }
        Arc::new_cyclic(|this| {
            let mut process = Process::new(this, id.data, options.priority, owned);
            process.trace = tracee.take().unwrap_or_default();
            process
        })
    })?;
    if options.scheduler != 0 {
        process.bind_to(options.scheduler);
    }
    let mut answer = None;
    if let Some(owned) = parent_owned {
        if let (Some(token), Some(parent)) = (&token, parent_process) {
            let reference = options.reference.or(reference);
            let reference = reference.unwrap_or_else(crate::unique::next_reference);
            let call = (module, function, arguments);
            answer = seq_trace::started(
                (parent, &mut *owned),
                &process,
                token,
                reference,
                call,
                request,
            );
        }
        let child = Peer::Process(process.number);
        if options.link {
            let relations = owned.relations();
            relations.links.insert(child, Link::Linked);
            if options.priority_link {
                relations.priority_links.insert(child);
            }
        }
        if let (Some(reference), Some(monitor)) = (reference, options.monitor) {
            let relations = owned.relations();
            monitor.watch(relations, reference, Watched::Peer(child));
            monitor.open_alias(relations, reference);
        }
    }
    machine.spawned.increment();
    if let Some(parent) = parent_process.filter(|parent| parent.trace.has(flag::PROCS)) {
        let child = Term::local_pid(process.number);
        event::spawned(parent, "spawn", child, (module, function), arguments);
        if options.link {
            event::simple(parent, flag::PROCS, "link", child);
        }
    }
    if process.trace.has(flag::PROCS) {
        let parent = parent_number.map_or(Term::atom(known::UNDEFINED), Term::local_pid);
        event::spawned(&process, "spawned", parent, (module, function), arguments);
        if options.link {
            event::simple(&process, flag::PROCS, "getting_linked", parent);
        }
    }
    signal::wake(&process);
    Ok(Spawned {
        number: process.number,
        monitor: reference,
        token: answer,
    })
}

fn new_owned(module: Atom, function: Atom, arguments: &[Term<'_>], options: &Options) -> Owned {
    let as_list = arguments.len() > MAX_ARGUMENTS;
    let arity = if as_list { 3 } else { arguments.len() };
    let need: usize = arguments
        .iter()
        .map(|argument| copy::copy_size(*argument))
        .sum::<usize>()
        + if as_list { 2 * arguments.len() } else { 0 };
    let min_heap = policy::heap_size_for(options.min_heap.max(MIN_HEAP));
    // Room for the return address as well.
    let mut heap = Heap::new(policy::capacity(min_heap).max(need + 1));
    heap.min_heap_words = min_heap;
    heap.min_binary_words = options.min_binary;
    heap.binary_limit = options.min_binary;
    heap.fullsweep_after = options.fullsweep_after;
    let export = if as_list {
        machine().code.export(known::ERLANG, known::APPLY, 3)
    } else {
        machine().code.export(module, function, arity as u32)
    };
    let mut owned = Owned::new(heap, export.code());
    // SAFETY: the heap is nobody else's yet and is not collected before the registers are roots; its stack has room for a word.
    unsafe {
        owned.heap.stack = owned.heap.end().sub(1);
        *owned.heap.stack = Word(dispatch::normal_exit_code() as u64);
        owned.heap.set_limit();
        let mut builder = owned.heap.arena.builder();
        let copies: Vec<Term<'_>> = arguments
            .iter()
            .map(|argument| copy::copy(*argument, &mut builder))
            .collect();
        if as_list {
            let list = builder.list(copies);
            owned
                .saved_x
                .extend([Word::atom(module), Word::atom(function), list.word()]);
        } else {
            owned.saved_x.extend(copies.iter().map(|copy| copy.word()));
        }
    }
    owned.initial_call = (module, function, arguments.len().min(255) as u8);
    owned.max_heap = options.max_heap;
    owned.mailbox.off_heap = options.off_heap_messages;
    owned.async_dist = options.async_dist;
    owned.system_process = options.system_process;
    owned
}
