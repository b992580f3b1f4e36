//! Processes: flags, information, dictionary, waiting. Follows `bif.c` and `erl_process_dict.c`.

use oxbeam_vm::dist;
use oxbeam_vm::machine::Machine;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::process::info::{self, Request};
use oxbeam_vm::process::{MaxHeap, Priority, saved_calls};
use oxbeam_vm::signal::{self, Signal};
use oxbeam_vm::unique;

natives! { NATIVES: "erlang";
    "erase" / 0 Plain => erase_0;
    "erase" / 1 Plain => erase_1;
    "get" / 0 Plain => get_0;
    "get" / 1 Plain => get_1;
    "get_keys" / 0 Plain => get_keys_0;
    "get_keys" / 1 Plain => get_keys_1;
    "group_leader" / 0 Plain => group_leader_0;
    "hibernate" / 0 Plain [29 ..= 255] => hibernate_0;
    "hibernate" / 3 Plain => hibernate_3;
    "is_process_alive" / 1 Plain => is_process_alive_1;
    "process_flag" / 2 Plain => process_flag_2;
    "process_info" / 1 Plain => process_info_1;
    "process_info" / 2 Plain => process_info_2;
    "processes" / 0 Plain => processes_0;
    "put" / 2 Plain => put_2;
    "resume_process" / 1 Plain => super::suspend::resume_process_1;
    "self" / 0 Guard => self_0;
    "yield" / 0 Plain => yield_0;
}

/// Smallest `min_bin_vheap_size`, in words.
pub(super) const MIN_BINARY_WORDS: usize = 46422;

fn self_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(cx.self_pid())
}

/// Lets others run.
fn yield_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Err(cx.give_up_turn(Term::TRUE))
}

pub(super) fn give_up_turn(cx: &mut Cx<'_>) {
    cx.owned().give_up_turn();
}

fn undefined() -> Term<'static> {
    Term::atom(known::UNDEFINED)
}

fn get_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let key = cx.arg(0);
    Ok(cx.dictionary_get(key).unwrap_or(undefined()))
}

fn put_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (key, value) = (cx.arg(0), cx.arg(1));
    Ok(cx.dictionary_put(key, value).unwrap_or(undefined()))
}

fn erase_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let key = cx.arg(0);
    Ok(cx.dictionary_erase(key).unwrap_or(undefined()))
}

fn get_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let pairs = cx.dictionary_pairs();
    let pairs: Vec<_> = pairs
        .into_iter()
        .map(|(key, value)| cx.tuple(&[key, value]))
        .collect();
    Ok(cx.list(pairs))
}

fn erase_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let pairs = get_0(cx);
    cx.dictionary_clear();
    pairs
}

fn get_keys_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let pairs = cx.dictionary_pairs();
    Ok(cx.list(pairs.into_iter().map(|pair| pair.0)))
}

fn get_keys_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let wanted = cx.arg(0);
    let pairs = cx.dictionary_pairs();
    let keys: Vec<_> = pairs
        .into_iter()
        .filter(|pair| pair.1.eq_exact(wanted))
        .map(|pair| pair.0)
        .collect();
    Ok(cx.list(keys))
}

fn group_leader_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let leader = cx.owned().group_leader;
    Ok(leader.term(cx.builder()))
}

/// So many are listed for a reduction.
pub(crate) const PROCESSES_PER_REDUCTION: usize = 8;

fn processes_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let numbers = cx.machine().processes.ids();
    cx.bump_reductions(numbers.len() / PROCESSES_PER_REDUCTION);
    Ok(cx.list(numbers.into_iter().map(|number| Term::local_pid(number))))
}

fn is_process_alive_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let pid = cx.arg(0);
    let number = match pid.view() {
        View::Pid(number) => number,
        // Of an earlier life of this node.
        View::ExternalPid(pid)
            if pid.node().name == oxbeam_term::boxed::external::this_node().name =>
        {
            return Ok(Term::FALSE);
        }
        _ => return Err(Raise::Badarg),
    };
    if number == cx.process().number {
        return Ok(Term::TRUE);
    }
    match cx.machine().processes.get(number) {
        None => Ok(Term::FALSE),
        // Nothing is on its way to it that could end it.
        Some(process) if process.state.is_idle() && !process.has_signals() => Ok(Term::TRUE),
        Some(_) => Err(cx.trap_to(known::ERTS_INTERNAL, known::IS_PROCESS_ALIVE, &[pid])),
    }
}

fn process_info_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    ask(cx, Request::default_items())
}

fn process_info_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let request = Request::parse(cx.arg(1)).ok_or(Raise::Badarg)?;
    ask(cx, request)
}

/// Asks the process that is the first argument.
fn ask<'p>(cx: &mut Cx<'p>, mut request: Request) -> NativeResult<'p> {
    let process = cx.process();
    match cx.arg(0).view() {
        View::Pid(number) if number == process.number => {
            cx.fetch_signals()?;
            request.prepare(cx.owned());
            let message = info::about_self(process, cx.owned(), &request);
            Ok(cx.adopt(message))
        }
        View::Pid(number) => {
            let reference = unique::next_reference();
            request.from = process.number;
            request.reference = reference;
            cx.fetch_signals()?;
            cx.pass_over_messages();
            let signal = Signal::Info(Box::new(request));
            if signal::request(number, signal, process.priority()).is_err() {
                cx.owned().mailbox.reset();
                return Ok(undefined());
            }
            Err(cx.await_result(reference))
        }
        View::ExternalPid(pid)
            if pid.node().name == oxbeam_term::boxed::external::this_node().name =>
        {
            Ok(undefined())
        }
        _ => Err(Raise::Badarg),
    }
}

/// Arguments of a call at most.
const MAX_ARITY: usize = 255;

fn hibernate_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let module = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    let function = cx.arg(1).as_atom().ok_or(Raise::Badarg)?;
    let arguments = cx.arg(2).proper_list().ok_or(Raise::Badarg)?;
    if arguments.len() > MAX_ARITY {
        return Err(Raise::SystemLimit);
    }
    Err(cx.hibernate(module, function, &arguments))
}

fn hibernate_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    cx.fetch_signals()?;
    if cx.owned().mailbox.is_empty() {
        Err(cx.hibernate_here())
    } else {
        Ok(Term::atom(known::OK))
    }
}

/// A size in words: rounded up to one that heaps have, at least `least`.
pub(super) fn heap_words(size: Term<'_>, least: usize) -> Option<usize> {
    let words = usize::try_from(size.as_small()?).ok()?;
    Some(if words < least {
        least
    } else {
        oxbeam_term::gc::policy::heap_size_for(words)
    })
}

/// `max_heap_size`: a size, or a map that has one.
pub(crate) fn max_heap(machine: &Machine, value: Term<'_>) -> Option<MaxHeap> {
    let mut max = machine.default_max_heap();
    if let Some(words) = value.as_small() {
        max.words = usize::try_from(words).ok()?;
        return Some(max);
    }
    let map = value.as_map()?;
    max.words = usize::try_from(map.get(Term::atom(known::SIZE))?.as_small()?).ok()?;
    let flag = |name: Atom, flag: &mut bool| match map.get(Term::atom(name)) {
        Some(value) => value.as_boolean().map(|value| *flag = value),
        None => Some(()),
    };
    flag(known::KILL, &mut max.kill)?;
    flag(known::ERROR_LOGGER, &mut max.log)?;
    if machine.release.number >= 27 {
        flag(
            Atom::of("include_shared_binaries"),
            &mut max.include_binaries,
        )?;
    }
    Some(max)
}

fn process_flag_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (flag, value) = (cx.arg(0), cx.arg(1));
    if let Some([kind, options]) = flag.as_tuple_of::<2>()
        && kind.is(known::MONITOR_NODES)
    {
        return monitor_nodes(cx, options, value);
    }
    let release = cx.machine().release;
    match flag.as_atom() {
        Some(known::TRAP_EXIT) => {
            let value = value.as_boolean().ok_or(Raise::Badarg)?;
            // Signals that came before are handled as it was then.
            cx.fetch_signals()?;
            let before = std::mem::replace(&mut cx.owned().trap_exit, value);
            Ok(Term::boolean(before))
        }
        Some(known::PRIORITY) => {
            let priority = value
                .as_atom()
                .and_then(Priority::from_atom)
                .ok_or(Raise::Badarg)?;
            Ok(Term::atom(cx.process().set_priority(priority).atom()))
        }
        Some(known::ERROR_HANDLER) => {
            let module = value.as_atom().ok_or(Raise::Badarg)?;
            Ok(Term::atom(std::mem::replace(
                &mut cx.owned().error_handler,
                module,
            )))
        }
        Some(known::ASYNC_DIST) if release.number >= 27 => {
            let value = value.as_boolean().ok_or(Raise::Badarg)?;
            Ok(Term::boolean(std::mem::replace(
                &mut cx.owned().async_dist,
                value,
            )))
        }
        Some(known::SENSITIVE) => {
            let value = value.as_boolean().ok_or(Raise::Badarg)?;
            cx.process().trace.set_sensitive(value);
            Ok(Term::boolean(std::mem::replace(
                &mut cx.owned().sensitive,
                value,
            )))
        }
        Some(known::MESSAGE_QUEUE_DATA) => {
            let off_heap = match value.as_atom() {
                Some(known::ON_HEAP) => false,
                Some(known::OFF_HEAP) => true,
                _ => return Err(Raise::Badarg),
            };
            let before = std::mem::replace(&mut cx.owned().mailbox.off_heap, off_heap);
            Ok(Term::atom(if before {
                known::OFF_HEAP
            } else {
                known::ON_HEAP
            }))
        }
        Some(known::FULLSWEEP_AFTER) => {
            let count = value
                .as_small()
                .filter(|&count| count >= 0)
                .ok_or(Raise::Badarg)?;
            let heap = &mut cx.owned().heap;
            let before = std::mem::replace(&mut heap.fullsweep_after, count.min(65535) as u32);
            Ok(Term::small(i64::from(before)))
        }
        Some(known::MIN_HEAP_SIZE) => {
            let words = heap_words(value, oxbeam_term::heap::MIN_HEAP).ok_or(Raise::Badarg)?;
            let before = std::mem::replace(&mut cx.owned().heap.min_heap_words, words);
            Ok(Term::small(before as i64))
        }
        Some(known::MIN_BIN_VHEAP_SIZE) => {
            let words = heap_words(value, MIN_BINARY_WORDS).ok_or(Raise::Badarg)?;
            let before = std::mem::replace(&mut cx.owned().heap.min_binary_words, words);
            Ok(Term::small(before as i64))
        }
        Some(known::MAX_HEAP_SIZE) => {
            let max = max_heap(cx.machine(), value).ok_or(Raise::Badarg)?;
            if max.words != 0 && max.words < cx.owned().heap.min_heap_words {
                return Err(Raise::Badarg);
            }
            let before = std::mem::replace(&mut cx.owned().max_heap, max);
            Ok(info::max_heap_map(cx.builder(), before))
        }
        Some(known::SCHEDULER) => {
            let schedulers = cx.machine().scheduler.count() as i64;
            let number = value
                .as_small()
                .filter(|number| (0..=schedulers).contains(number))
                .ok_or(Raise::Badarg)?;
            let before = cx.process().bind_to(number as u16);
            give_up_turn(cx);
            Ok(Term::small(i64::from(before)))
        }
        Some(known::SAVE_CALLS) => match save_calls(cx.owned(), value) {
            Some(before) => {
                // It is heeded from the next turn on.
                give_up_turn(cx);
                Ok(Term::small(before as i64))
            }
            None => Err(cx.badarg_because(known::NONE)),
        },
        Some(known::MONITOR_NODES) => monitor_nodes(cx, Term::NIL, value),
        _ => Err(cx.badarg_because(known::BADOPT)),
    }
}

/// Sets how many calls are kept; how many were.
pub(super) fn save_calls(owned: &mut oxbeam_vm::process::Owned, value: Term<'_>) -> Option<usize> {
    let count = value
        .as_small()
        .filter(|&count| usize::try_from(count).is_ok_and(|count| count <= saved_calls::MOST))?;
    Some(owned.set_saved_calls(count as usize))
}

/// `process_flag(monitor_nodes, _)` and `process_flag({monitor_nodes, Options}, _)`: how many subscriptions of this kind there were.
fn monitor_nodes<'p>(cx: &mut Cx<'p>, options: Term<'p>, value: Term<'p>) -> NativeResult<'p> {
    let on = value.as_boolean().ok_or(Raise::Badarg)?;
    let kind = node_options(options).ok_or(Raise::Badarg)?;
    let process = cx.process().number;
    let before = dist::watch::watch_nodes(process, kind, on);
    let kinds = &mut cx.owned().rare().watches_nodes;
    kinds.retain(|&known| known != kind);
    if on {
        kinds.push(kind);
    }
    Ok(Term::small(i64::from(before)))
}

/// Options of `monitor_nodes` as bits: node type in two, `nodedown_reason`, `connection_id`, whether events come with a map. `net_kernel`
/// makes a map of a list of options, and says so in it.
fn node_options(options: Term<'_>) -> Option<u32> {
    if options.is_nil() {
        return Some(0);
    }
    let mut bits = 16;
    for (key, value) in options.as_map()?.iter() {
        match (key.as_atom()?.text(), value.as_atom()?.text()) {
            ("node_type", "visible") => bits |= 1,
            ("node_type", "hidden") => bits |= 2,
            ("node_type", "all") => bits |= 3,
            ("nodedown_reason", "true") => bits |= 4,
            ("connection_id", "true") => bits |= 8,
            ("nodedown_reason" | "connection_id", "false") => {}
            ("list", "true") => bits &= !16,
            _ => return None,
        }
    }
    Some(bits)
}
