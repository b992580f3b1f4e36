//! Suspending and resuming processes. Follows `erl_process.c`.

use oxbeam_vm::native::prelude::*;
use oxbeam_vm::process::{Message, Suspending};
use oxbeam_vm::signal::{self, AwaitSuspended, Signal};
use oxbeam_vm::unique;
use std::sync::Arc;

/// Options of `suspend_process/2`.
#[derive(Default)]
struct Options<'p> {
    unless_suspending: bool,
    asynchronous: bool,
    reply_tag: Option<Term<'p>>,
}

fn parse<'p>(list: Term<'p>) -> Option<Options<'p>> {
    let mut options = Options::default();
    for option in list.proper_list()? {
        match (option.as_atom(), option.as_tuple_of::<2>()) {
            (Some(known::UNLESS_SUSPENDING), _) => options.unless_suspending = true,
            (Some(known::ASYNCHRONOUS), _) => options.asynchronous = true,
            (_, Some([key, tag])) if key.is(known::ASYNCHRONOUS) => {
                options.asynchronous = true;
                options.reply_tag = Some(tag);
            }
            _ => return None,
        }
    }
    Some(options)
}

/// `erts_internal:suspend_process(Pid, Options)`: a boolean, `badarg`, `badopt`, or a reference whose answer is to be awaited.
pub(super) fn suspend_process_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let process = cx.process();
    let number = match cx.arg(0).as_local_pid() {
        Some(number) if number != process.number => number,
        _ => return Ok(Term::atom(known::BADARG)),
    };
    let Some(options) = parse(cx.arg(1)) else {
        return Ok(Term::atom(known::BADOPT));
    };
    let suspending = &mut cx.owned().rare().suspending;
    let known_already = suspending.iter_mut().find(|entry| entry.number == number);
    let result = match known_already {
        Some(_) if options.unless_suspending => false,
        Some(entry) => {
            entry.count += 1;
            true
        }
        None => {
            let is_suspended = Arc::default();
            let suspend = Signal::Suspend(Arc::clone(&is_suspended));
            if signal::deliver(number, suspend).is_err() {
                return Ok(Term::atom(if options.asynchronous {
                    known::TRUE
                } else {
                    known::BADARG
                }));
            }
            suspending.push(Suspending {
                number,
                count: 1,
                is_suspended,
            });
            true
        }
    };
    let result_term = Term::boolean(result);
    let (tag, answers, value) = if !options.asynchronous {
        // Whoever called may rely on its being suspended: an older request may still be on its way.
        let reference = cx.reference(unique::next_reference());
        cx.fetch_signals()?;
        cx.pass_over_messages();
        (
            reference,
            (result_term, result_term, Term::atom(known::BADARG)),
            reference,
        )
    } else if let Some(tag) = options.reply_tag {
        let not = Term::atom(Atom::of("not_suspended"));
        (
            tag,
            (Term::atom(known::SUSPENDED), not, Term::atom(known::EXITED)),
            result_term,
        )
    } else {
        return Ok(result_term);
    };
    let message = |answer: Term<'static>| {
        Message::build(|builder| {
            let tag = oxbeam_term::copy::copy(tag, builder);
            builder.tuple(&[tag, answer])
        })
    };
    let wait = AwaitSuspended {
        from: process.number,
        suspended: message(answers.0),
        not_suspended: message(answers.1),
        exited: message(answers.2),
    };
    if let Err(Signal::AwaitSuspended(wait)) =
        signal::deliver(number, Signal::AwaitSuspended(Box::new(wait)))
    {
        let _ = signal::push(process, Signal::Message(wait.exited));
    }
    Ok(value)
}

pub(super) fn resume_process_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let number = cx.arg(0).as_local_pid().ok_or(Raise::Badarg)?;
    let suspending = &mut cx.owned().rare().suspending;
    let at = suspending
        .iter()
        .position(|entry| entry.number == number)
        .ok_or(Raise::Badarg)?;
    suspending[at].count -= 1;
    if suspending[at].count == 0 {
        suspending.swap_remove(at);
        // It may have exited.
        let _ = signal::deliver(number, Signal::Resume);
    }
    Ok(Term::TRUE)
}
