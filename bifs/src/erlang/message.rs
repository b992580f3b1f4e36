//! Sending.

use oxbeam_vm::native::prelude::*;
use oxbeam_vm::process::saved_calls::SavedCall;
use oxbeam_vm::signal::{self, Manner, Sent};

natives! { NATIVES: "erlang";
    "!" / 2 Plain => send_2;
    "send" / 2 Plain => send_2;
    "send" / 3 Plain => send_3;
}

/// For a process that saves its calls.
fn save_send(cx: &mut Cx<'_>) {
    let owned = cx.owned();
    if owned.saves_calls {
        owned.save_call(SavedCall::Send);
    }
}

fn send_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    save_send(cx);
    let (to, message) = (cx.arg(0), cx.arg(1));
    match signal::send(cx.process(), to, message) {
        Sent::Badarg => Err(Raise::Badarg),
        Sent::TooLarge => Err(Raise::SystemLimit),
        Sent::Busy(port) => {
            signal::wait_for_port(cx.process(), port);
            Err(Raise::Wait)
        }
        Sent::Suspended => Err(Raise::Wait),
        Sent::Done | Sent::BusyNode | Sent::NotConnected(_) => Ok(message),
    }
}

/// `send(To, Message, Options)`: `ok`, `nosuspend` or `noconnect`.
fn send_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (mut suspend, mut connect, mut priority) = (true, true, false);
    let mut options = cx.arg(2).list_iter();
    for option in options.by_ref() {
        match option.as_atom() {
            Some(known::NOSUSPEND) => suspend = false,
            Some(known::NOCONNECT) => connect = false,
            Some(known::PRIORITY) if cx.machine().release.priority_messages => priority = true,
            _ => return Err(cx.badarg_because(known::BADOPT)),
        }
    }
    if !options.rest().is_nil() {
        return Err(cx.badarg_because(known::BADOPT));
    }
    save_send(cx);
    let (to, message) = (cx.arg(0), cx.arg(1));
    let manner = Manner {
        connect,
        suspend,
        priority,
    };
    let result = match signal::send_in_manner(cx.process(), to, message, manner) {
        Sent::Badarg => return Err(Raise::Badarg),
        Sent::TooLarge => return Err(Raise::SystemLimit),
        Sent::NotConnected(_) if !connect => known::NOCONNECT,
        Sent::BusyNode => known::NOSUSPEND,
        Sent::Busy(_) if !suspend => known::NOSUSPEND,
        Sent::Busy(port) => {
            signal::wait_for_port(cx.process(), port);
            return Err(Raise::Wait);
        }
        Sent::Suspended => return Err(Raise::Wait),
        Sent::Done | Sent::NotConnected(_) => known::OK,
    };
    Ok(Term::atom(result))
}
