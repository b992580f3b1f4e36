//! What was sent while the connection was pending. What the other node can do was not known then, and was taken for granted; now it is, and what goes
//! out takes a form that it knows.

use super::flag;
use super::header::Frame;
use super::receive::decode;
use super::send::{alternative, operation};
use crate::process::Message;
use crate::signal::{self, remote};
use oxbeam_term::{Atom, Term};

/// What is taken for granted.
const HOPES: u64 =
    flag::SEND_SENDER | flag::EXIT_PAYLOAD | flag::SPAWN | flag::ALIAS | flag::ALTERNATIVE;

/// The frame in a form for a node that can do what `flags` say. `None`: there is none for it.
pub(super) fn adapted(frame: Frame, flags: u64) -> Option<Frame> {
    if !frame.hopes || flags & HOPES == HOPES {
        return Some(frame);
    }
    let (control, payload) = frame.parts();
    // We have encoded them.
    let (control, _) = decode(control, &[], None).ok()?;
    let elements = control.term().tuple_elements()?;
    let (first, rest) = elements.split_first()?;
    match form(first.as_small()?, rest, flags) {
        Form::Same => Some(frame),
        Form::None => None,
        Form::Other(control) => Frame::with_payload(&control, payload),
        Form::Within(operation) => {
            let (reason, _) = decode(payload?, &[], None).ok()?;
            let control = control_of(operation, rest, Some(&reason));
            Frame::encoded(control.term(), None, false, true)
        }
    }
}

enum Form {
    Same,
    /// Another control message.
    Other(Message),
    /// Another operation, with the payload, a reason, as its last element.
    Within(i64),
    None,
}

fn form(code: i64, rest: &[Term<'_>], flags: u64) -> Form {
    use operation::*;
    let can = |flag: u64| flags & flag != 0;
    let nobody = Term::atom(Atom::of(""));
    match (code, rest) {
        (SEND_SENDER, [_, to]) if !can(flag::SEND_SENDER) => {
            Form::Other(control_of(SEND, &[nobody, *to], None))
        }
        (SEND_SENDER_TT, [_, to, token]) if !can(flag::SEND_SENDER) => {
            Form::Other(control_of(SEND_TT, &[nobody, *to, *token], None))
        }
        (ALIAS_SEND | ALIAS_SEND_TT, _) if !can(flag::ALIAS) => Form::None,
        (SPAWN_REQUEST | SPAWN_REQUEST_TT, [reference, from, ..]) if !can(flag::SPAWN) => {
            if let (Some(reference), Some(from)) = (reference.as_reference(), from.as_local_pid()) {
                let refused = Err(Atom::of("notsup"));
                let answer = remote::spawned(reference.numbers(), refused, false);
                drop(signal::deliver(from, answer));
            }
            Form::None
        }
        (ALTERNATIVE, [bits, from, to, token @ ..]) if !can(flag::ALTERNATIVE) => {
            let bits = bits.as_small().unwrap_or(0);
            without_priority(bits, *from, *to, token, flags)
        }
        (PAYLOAD_EXIT, _) if !can(flag::EXIT_PAYLOAD) => Form::Within(EXIT),
        (PAYLOAD_EXIT_TT, _) if !can(flag::EXIT_PAYLOAD) => Form::Within(EXIT_TT),
        (PAYLOAD_EXIT2, _) if !can(flag::EXIT_PAYLOAD) => Form::Within(EXIT2),
        (PAYLOAD_EXIT2_TT, _) if !can(flag::EXIT_PAYLOAD) => Form::Within(EXIT2_TT),
        (PAYLOAD_MONITOR_P_EXIT, _) if !can(flag::EXIT_PAYLOAD) => Form::Within(MONITOR_P_EXIT),
        _ => Form::Same,
    }
}

/// What has a priority, without it. Nodes that know of none know of all that is older.
fn without_priority(
    bits: i64,
    from: Term<'_>,
    to: Term<'_>,
    token: &[Term<'_>],
    flags: u64,
) -> Form {
    use operation::*;
    let has = |bit: i64| bits & bit != 0;
    if has(alternative::EXIT) {
        return if has(alternative::ALIAS) || flags & flag::EXIT_PAYLOAD == 0 {
            Form::None
        } else {
            Form::Other(control_of(PAYLOAD_EXIT2, &[from, to], None))
        };
    }
    if has(alternative::ALIAS) && flags & flag::ALIAS == 0 {
        return Form::None;
    }
    let nobody = Term::atom(Atom::of(""));
    let (plain, traced, mut rest) = if has(alternative::ALIAS) {
        (ALIAS_SEND, ALIAS_SEND_TT, vec![from, to])
    } else if has(alternative::NAME) {
        (REG_SEND, REG_SEND_TT, vec![from, nobody, to])
    } else {
        (SEND, SEND_TT, vec![nobody, to])
    };
    rest.extend(token);
    let code = if token.is_empty() { plain } else { traced };
    Form::Other(control_of(code, &rest, None))
}

/// `{Operation, Rest...}`, with a last element if there is one.
fn control_of(operation: i64, rest: &[Term<'_>], last: Option<&Message>) -> Message {
    Message::build(|builder| {
        let mut all = vec![Term::small(operation)];
        for &term in rest {
            all.push(oxbeam_term::copy::copy(term, builder));
        }
        if let Some(last) = last {
            all.push(oxbeam_term::copy::copy(last.term(), builder));
        }
        builder.tuple(&all)
    })
}
