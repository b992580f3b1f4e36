//! What `erts_internal` does with processes: requests that a process executes for another one.

use super::node::{await_room, resumes};
use super::process::save_calls;
use super::suspend;
use crate::literal_area::check_caller;
use oxbeam_term::gc::Extent;
use oxbeam_vm::dist;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::process::{Message, Owned, Peer, Priority, Process, info};
use oxbeam_vm::signal::{self, Signal, Task};
use oxbeam_vm::unique;
use std::io::Write;

natives! { NATIVES: "erts_internal";
    "check_dirty_process_code" / 2 Plain => check_dirty_process_code_2;
    "check_process_code" / 1 Plain => check_process_code_1;
    "dirty_process_handle_signals" / 1 Plain => dirty_process_handle_signals_1;
    "garbage_collect" / 1 Plain => garbage_collect_1;
    "group_leader" / 2 Plain => group_leader_2;
    "group_leader" / 3 Plain => group_leader_3;
    "is_process_alive" / 2 Plain => is_process_alive_2;
    "is_process_executing_dirty" / 1 Plain => is_process_executing_dirty_1;
    "process_display" / 2 Plain => process_display_2;
    "process_flag" / 3 Plain => process_flag_3;
    "processes_next" / 1 Plain [29 ..= 255] => processes_next_1;
    "request_system_task" / 3 Plain => request_system_task_3;
    "request_system_task" / 4 Plain => request_system_task_4;
    "suspend_process" / 2 Plain => suspend::suspend_process_2;
}

/// The module of the system processes that handle signals for dirty processes.
const SIGNAL_HANDLER: &str = "erts_dirty_process_signal_handler";

fn local_pid(term: Term<'_>) -> Result<u64, Raise> {
    term.as_local_pid().ok_or(Raise::Badarg)
}

/// `group_leader(Leader, Pid)`: `true`, `badarg`, or `false` where the other process must be asked.
fn group_leader_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let badarg = Ok(Term::atom(known::BADARG));
    if resumes(cx)?.is_some() {
        return Ok(Term::TRUE);
    }
    let Some(leader) = Peer::from_pid(cx.arg(0)) else {
        return badarg;
    };
    match cx.arg(1).view() {
        View::Pid(number) if number == cx.process().number => {
            cx.owned().group_leader = leader;
            Ok(Term::TRUE)
        }
        View::Pid(number) if cx.machine().processes.contains(number) => Ok(Term::FALSE),
        View::ExternalPid(pid) => {
            if let Some(connection) = dist::connect(pid.node().name) {
                let to = Peer::Remote(pid.node(), pid.number());
                connection.send_group_leader(cx.process().number, leader, to);
                await_room(cx, &connection, None)?;
            }
            Ok(Term::TRUE)
        }
        _ => badarg,
    }
}

fn group_leader_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let leader = Peer::from_pid(cx.arg(0)).ok_or(Raise::Badarg)?;
    let number = local_pid(cx.arg(1))?;
    let reference = cx.arg(2).as_reference().ok_or(Raise::Badarg)?.numbers();
    let from = cx.process().number;
    let signal = Signal::GroupLeader {
        leader,
        reply: Some((from, reference)),
    };
    if signal::request(number, signal, cx.process().priority()).is_err() {
        signal::send_reply(from, reference, |_| Term::atom(known::BADARG));
    }
    Ok(Term::atom(known::OK))
}

fn is_process_alive_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let number = local_pid(cx.arg(0))?;
    let reference = cx.arg(1).as_reference().ok_or(Raise::Badarg)?.numbers();
    let from = cx.process().number;
    let by = cx.process().priority();
    if signal::request(number, Signal::IsAlive { from, reference }, by).is_err() {
        signal::send_reply(from, reference, |_| Term::FALSE);
    }
    Ok(Term::atom(known::OK))
}

fn garbage_collect_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let major = match cx.arg(0).as_atom() {
        Some(known::MAJOR) => true,
        Some(known::MINOR) => false,
        _ => return Err(Raise::Badarg),
    };
    cx.collect_soon(major);
    Ok(Term::TRUE)
}

/// `process_flag(Pid, save_calls, N)`: the old value, `badtype`, `badarg`, or a reference whose answer is to be awaited.
fn process_flag_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (flag, value) = (cx.arg(1), cx.arg(2));
    let badarg = Ok(Term::atom(known::BADARG));
    let Some(number) = cx.arg(0).as_local_pid() else {
        return badarg;
    };
    if !flag.is(known::SAVE_CALLS)
        || value
            .as_small()
            .is_none_or(|count| !(0..=10_000).contains(&count))
    {
        return badarg;
    }
    if number == cx.process().number {
        let before = save_calls(cx.owned(), value);
        super::process::give_up_turn(cx);
        return Ok(before.map_or(Term::atom(known::BADARG), |before| {
            Term::small(before as i64)
        }));
    }
    let value = value.word();
    ask(
        cx,
        number,
        Box::new(move |_: &Process, owned: &mut Owned| {
            if owned.told_to_exit {
                return Term::atom(known::BADARG);
            }
            let before = Term::immediate(value).and_then(|value| save_calls(owned, value));
            before.map_or(Term::atom(known::BADARG), |before| {
                Term::small(before as i64)
            })
        }),
    )
}

fn process_display_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let Some(number) = cx.arg(0).as_local_pid() else {
        return Ok(Term::atom(known::BADARG));
    };
    if !cx.arg(1).is(known::BACKTRACE) {
        return Ok(Term::atom(known::BADOPT));
    }
    if number == cx.process().number {
        if !cx.owned().sensitive {
            show(&info::backtrace(cx.owned(), true));
        }
        return Ok(Term::TRUE);
    }
    ask(
        cx,
        number,
        Box::new(|_, owned: &mut Owned| {
            if !owned.sensitive {
                show(&info::backtrace(owned, false));
            }
            Term::TRUE
        }),
    )
}

/// Writes to the error output; nobody is told that it takes nothing.
fn show(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

type Question = Box<dyn FnOnce(&Process, &mut Owned) -> Term<'static> + Send>;

/// Has another process answer; gives the reference that its answer `{Ref, Answer}` comes with.
fn ask<'p>(cx: &mut Cx<'p>, number: u64, question: Question) -> NativeResult<'p> {
    let reference = unique::next_reference();
    let from = cx.process().number;
    cx.fetch_signals()?;
    cx.pass_over_messages();
    let task: Task = Box::new(move |process, owned| {
        let answer = question(process, owned);
        signal::send_reply(from, reference, |_| answer);
    });
    if signal::deliver(number, Signal::Task(task)).is_err() {
        cx.owned().mailbox.reset();
        return Ok(Term::atom(known::BADARG));
    }
    Ok(cx.reference(reference))
}

/// `processes_next(Slot)`: `{NextSlot, Pids}`, `none` behind the last.
fn processes_next_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    const AT_ONCE: usize = 1000;
    let limit = cx.machine().processes.limit() as u64;
    let first = cx.arg(0).as_u64().filter(|&first| first <= limit);
    let first = first.ok_or(Raise::Badarg)?;
    let slots = limit.next_power_of_two();
    let mut numbers = cx.machine().processes.ids();
    numbers.retain(|number| number % slots >= first);
    if numbers.len() > AT_ONCE {
        numbers.select_nth_unstable_by_key(AT_ONCE, |number| number % slots);
        numbers.truncate(AT_ONCE);
    }
    numbers.sort_unstable_by_key(|number| number % slots);
    let Some(last) = numbers.last() else {
        return Ok(Term::atom(known::NONE));
    };
    let next = cx.unsigned(last % slots + 1);
    let pids = cx.list(numbers.into_iter().map(|number| Term::local_pid(number)));
    Ok(cx.tuple(&[next, pids]))
}

fn is_process_executing_dirty_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let number = local_pid(cx.arg(0))?;
    Ok(Term::boolean(
        cx.machine()
            .processes
            .get(number)
            .is_some_and(|process| process.state.is_dirty()),
    ))
}

/// Only the system processes of OTP that look after dirty processes may ask; here a process in a dirty native has a deputy, without being asked
/// for one.
fn dirty_process_handle_signals_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    check_caller(cx, SIGNAL_HANDLER)?;
    let Some(number) = cx.arg(0).as_local_pid() else {
        return Ok(Term::FALSE);
    };
    let known_process = cx.machine().processes.contains(number);
    Ok(Term::atom(if known_process {
        known::NORMAL
    } else {
        known::NOPROC
    }))
}

/// Does the calling process still run, or hold, old code of the module?
fn check_process_code_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let module = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    Ok(Term::boolean(oxbeam_vm::process::code::uses_old(
        cx.owned(),
        module,
    )))
}

/// A process in a dirty native is checked by its deputy.
fn check_dirty_process_code_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    check_caller(cx, SIGNAL_HANDLER)?;
    local_pid(cx.arg(0))?;
    cx.arg(1).as_atom().ok_or(Raise::Badarg)?;
    Ok(Term::atom(known::NORMAL))
}

fn request_system_task_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let requester = cx.process().number;
    request(cx, requester, 0)
}

fn request_system_task_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let requester = local_pid(cx.arg(0))?;
    request(cx, requester, 1)
}

/// `(Target, Priority, {Kind, Id, Argument})`, from argument `first` on: the requester gets `{Kind, Id, Result}`.
fn request<'p>(cx: &mut Cx<'p>, requester: u64, first: usize) -> NativeResult<'p> {
    let target = local_pid(cx.arg(first))?;
    let by = match cx.arg(first + 1).as_atom() {
        Some(known::INHERIT) => Some(cx.process().priority()),
        other => other.and_then(Priority::from_atom),
    };
    let by = by.ok_or(Raise::Badarg)?;
    // What is less urgent than its requester waits for the target's own turn: a process has one deputy at a time.
    let by = if by <= cx.process().priority() {
        by
    } else {
        Priority::Low
    };
    let request = cx.arg(first + 2).tuple_elements().ok_or(Raise::Badarg)?;
    let (kind, id, argument) = match *request {
        [kind, id] => (kind, id, None),
        [kind, id, argument] => (kind, id, Some(argument)),
        _ => return Err(Raise::Badarg),
    };
    let kind = kind.as_atom().ok_or(Raise::Badarg)?;
    let argument = || argument.and_then(Term::as_atom).ok_or(Raise::Badarg);
    let id = Message::copy_of(id);
    let work = match kind {
        known::GARBAGE_COLLECT => {
            let extent = match argument()? {
                known::MAJOR => Extent::Major,
                known::MINOR => Extent::Minor,
                _ => return Err(Raise::Badarg),
            };
            Work::Collect(extent)
        }
        known::CHECK_PROCESS_CODE => Work::CheckCode(argument()?),
        // It does nothing but answer.
        kind if kind.text() == "system_task_test" => Work::Nothing,
        _ => return Err(Raise::Badarg),
    };
    let task = task(target, work, kind, id, requester);
    let task = match work {
        Work::Collect(_) | Work::Nothing => Signal::SystemTask(task),
        Work::CheckCode(_) => Signal::LightTask(task),
    };
    if let Err(Signal::SystemTask(task) | Signal::LightTask(task)) =
        signal::request(target, task, by)
    {
        let process = cx.process();
        task(process, cx.owned());
    }
    Ok(Term::atom(known::OK))
}

/// Does the work in the process `target` and tells the requester.
fn task(target: u64, work: Work, kind: Atom, id: Message, requester: u64) -> Task {
    Box::new(move |process, owned| {
        // The process may be gone, or never have been: then its requester runs this.
        let there = process.number == target && !process.state.is_exiting();
        if there
            && matches!(work, Work::Collect(_))
            && let Some(held) = &mut owned.rare().held_collections
        {
            held.push(task(target, work, kind, id, requester));
            return;
        }
        let result = if there { work.run(owned) } else { Term::FALSE };
        let message = Message::build(|builder| {
            let id = oxbeam_term::copy::copy(id.term(), builder);
            builder.tuple(&[Term::atom(kind), id, result])
        });
        let _ = signal::deliver(requester, Signal::Message(message));
    })
}

/// What a system task does.
#[derive(Copy, Clone)]
enum Work {
    Collect(Extent),
    CheckCode(Atom),
    Nothing,
}

impl Work {
    fn run(self, owned: &mut Owned) -> Term<'static> {
        match self {
            Work::Nothing => Term::TRUE,
            Work::Collect(extent) => {
                owned.collect_with(0, &mut [], extent, None);
                Term::TRUE
            }
            Work::CheckCode(module) => {
                Term::boolean(oxbeam_vm::process::code::uses_old(owned, module))
            }
        }
    }
}
