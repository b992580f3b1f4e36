//! Timers that programs set. Follows `erl_hl_timer.c`.

use oxbeam_vm::native::prelude::*;
use oxbeam_vm::process::Message;
use oxbeam_vm::signal::{self, Signal};
use oxbeam_vm::timer::clock::{START, Time};
use oxbeam_vm::timer::service::{Destination, MessageTimer};
use oxbeam_vm::unique;

natives! { NATIVES: "erlang";
    "cancel_timer" / 1 Plain => cancel_timer_1;
    "cancel_timer" / 2 Plain => cancel_timer_2;
    "read_timer" / 1 Plain => read_timer_1;
    "read_timer" / 2 Plain => read_timer_2;
    "send_after" / 3 Plain => send_after_3;
    "send_after" / 4 Plain => send_after_4;
    "start_timer" / 3 Plain => start_timer_3;
    "start_timer" / 4 Plain => start_timer_4;
}

#[derive(Default)]
struct Options {
    asynchronous: Option<bool>,
    info: Option<bool>,
    absolute: Option<bool>,
}

impl Options {
    /// The options of a list whose keys are all in `allowed`.
    fn parse(list: Term<'_>, allowed: &[Atom]) -> Option<Options> {
        let mut options = Options::default();
        let mut iter = list.list_iter();
        for option in iter.by_ref() {
            let [key, value] = option.as_tuple_of::<2>()?;
            let key = key.as_atom().filter(|key| allowed.contains(key))?;
            let value = Some(value.as_boolean()?);
            match key {
                known::ASYNC => options.asynchronous = value,
                known::INFO => options.info = value,
                _ => options.absolute = value,
            }
        }
        iter.rest().is_nil().then_some(options)
    }
}

fn send_after_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    start(cx, false, false)
}

fn send_after_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    start_with_options(cx, false)
}

fn start_timer_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    start(cx, false, true)
}

fn start_timer_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    start_with_options(cx, true)
}

fn start_with_options<'p>(cx: &mut Cx<'p>, wrap: bool) -> NativeResult<'p> {
    let Some(options) = Options::parse(cx.arg(3), &[known::ABS]) else {
        return Err(cx.badarg_because(known::BADOPT));
    };
    start(cx, options.absolute == Some(true), wrap)
}

/// The tick that a time means: milliseconds from now, or of Erlang's monotonic time.
fn tick_of(time: &Time, when: Term<'_>, absolute: bool) -> Option<u64> {
    let when = when.as_i64()?;
    let tick = if absolute {
        u64::try_from(when.checked_sub(START / 1_000_000)?).ok()?
    } else {
        time.tick_after(u64::try_from(when).ok()?)
    };
    (tick <= Time::MAX_TICK).then_some(tick)
}

fn start<'p>(cx: &mut Cx<'p>, absolute: bool, wrap: bool) -> NativeResult<'p> {
    let machine = cx.machine();
    let Some(tick) = tick_of(&machine.time, cx.arg(0), absolute) else {
        return Err(cx.badarg_because(known::TIME));
    };
    let destination = match cx.arg(1).view() {
        View::Pid(number) => Destination::Process(number),
        View::Atom(name) => Destination::Name(name),
        _ => return Err(Raise::Badarg),
    };
    let reference = unique::next_reference();
    let content = cx.arg(2);
    let message = if wrap {
        Message::build(|builder| {
            let reference = builder.reference(reference);
            // A timer may run long after the literals in its message have gone.
            let content = oxbeam_term::copy::copy_all(content, builder);
            builder.tuple(&[Term::atom(known::TIMEOUT), reference, content])
        })
    } else {
        Message::build(|builder| oxbeam_term::copy::copy_all(content, builder))
    };
    machine.timers.send_at(
        tick,
        MessageTimer {
            reference,
            destination,
            message,
        },
    );
    Ok(cx.reference(reference))
}

fn cancel_timer_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    access(cx, true, &Options::default())
}

fn cancel_timer_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let options = Options::parse(cx.arg(1), &[known::ASYNC, known::INFO]).ok_or(Raise::Badarg)?;
    access(cx, true, &options)
}

fn read_timer_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    access(cx, false, &Options::default())
}

fn read_timer_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let options = Options::parse(cx.arg(1), &[known::ASYNC]).ok_or(Raise::Badarg)?;
    access(cx, false, &options)
}

fn access<'p>(cx: &mut Cx<'p>, cancel: bool, options: &Options) -> NativeResult<'p> {
    let timer = cx.arg(0);
    if !timer.is_reference() {
        return Err(Raise::Badarg);
    }
    let timers = &cx.machine().timers;
    let left = timer.as_reference().and_then(|reference| {
        if cancel {
            timers.cancel_message(reference.numbers())
        } else {
            timers.read_message(reference.numbers())
        }
    });
    let info = options.info != Some(false);
    if options.asynchronous == Some(true) {
        if info {
            let tag = if cancel {
                known::CANCEL_TIMER
            } else {
                known::READ_TIMER
            };
            let message = Message::build(|builder| {
                let timer = oxbeam_term::copy::copy(timer, builder);
                let left = left.map_or(Term::FALSE, |left| builder.unsigned(left));
                builder.tuple(&[Term::atom(tag), timer, left])
            });
            let _ = signal::push(cx.process(), Signal::Message(message));
        }
        return Ok(Term::atom(known::OK));
    }
    if !info {
        return Ok(Term::atom(known::OK));
    }
    Ok(left.map_or(Term::FALSE, |left| cx.unsigned(left)))
}
