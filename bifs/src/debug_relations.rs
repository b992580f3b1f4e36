//! Links and monitors as `erts_debug:get_internal_state/1` shows them, of a process or of a connection: records `erl_link` and
//! `erl_monitor` of OTP's test suites. The processes are asked; the caller waits on a dirty scheduler.

use oxbeam_vm::dist;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::process::relations::{Link, Relations, Watched, reference_term};
use oxbeam_vm::process::{Message, Owned, Peer, Process};
use oxbeam_vm::sched::while_waiting;
use oxbeam_vm::signal::{self, Signal};
use oxbeam_vm::term::copy;
use std::sync::mpsc;
use std::time::Duration;

/// What process `number` tells; of its relations with this node only, if one is named.
type Tell = for<'q> fn(&mut Builder<'q>, &Relations, u64, Option<Atom>) -> Vec<Term<'q>>;

/// `{link_list, About}`
pub(crate) fn links<'p>(cx: &mut Cx<'p>, about: Term<'p>) -> NativeResult<'p> {
    gather(cx, about, tell_links)
}

/// `{monitor_list, About}`
pub(crate) fn monitors<'p>(cx: &mut Cx<'p>, about: Term<'p>) -> NativeResult<'p> {
    gather(cx, about, tell_monitors)
}

fn gather<'p>(cx: &mut Cx<'p>, about: Term<'p>, tell: Tell) -> NativeResult<'p> {
    let (numbers, node) = match about.view() {
        View::Pid(number) => (vec![number], None),
        View::Atom(node) => {
            if dist::find(node).is_none() {
                return Ok(Term::NIL);
            }
            (cx.machine().processes.ids(), Some(node))
        }
        _ => return Err(Raise::Badarg),
    };
    cx.leave_if_long(usize::MAX)?;
    let own = cx.process().number;
    let (answers, answered) = mpsc::channel::<Message>();
    let mut rows = Vec::new();
    for number in numbers.into_iter().filter(|&number| number != own) {
        let answers = answers.clone();
        let task = Box::new(move |process: &Process, owned: &mut Owned| {
            let answer = Message::build(|builder| {
                let rows = match &owned.relations {
                    Some(relations) => tell(builder, relations, process.number, node),
                    None => Vec::new(),
                };
                builder.list(rows)
            });
            // Nobody listens any more to one that was long in coming.
            let _ = answers.send(answer);
        });
        let asked = signal::deliver(number, Signal::SystemTask(task));
        if asked.is_err() && node.is_none() {
            return Ok(Term::atom(known::UNDEFINED));
        }
    }
    drop(answers);
    let told = while_waiting(|| {
        let mut told = Vec::new();
        while let Ok(answer) = answered.recv_timeout(Duration::from_secs(10)) {
            told.push(answer);
        }
        told
    });
    for answer in &told {
        for row in answer.term().list_iter() {
            rows.push(copy::copy(row, cx.builder()));
        }
    }
    if node.is_some() || about.as_local_pid() == Some(own) {
        // Terms are built while the relations are looked at: both are parts of the process.
        let relations = std::mem::take(&mut cx.owned().relations);
        if let Some(relations) = &relations {
            rows.extend(tell(cx.builder(), relations, own, node));
        }
        cx.owned().relations = relations;
    }
    Ok(cx.list(rows))
}

fn name(text: &str) -> Term<'static> {
    Term::atom(Atom::of(text))
}

/// The node of a process on another one.
fn node_of(peer: Peer) -> Option<Atom> {
    match peer {
        Peer::Remote(node, _) => Some(node.name),
        _ => None,
    }
}

fn kind(peer: Peer) -> Term<'static> {
    match peer {
        Peer::Process(_) => Term::atom(known::PROCESS),
        Peer::Port(_) => Term::atom(known::PORT),
        Peer::Remote(..) => name("dist_process"),
    }
}

/// `{erl_link, Type, Other, linked | unlinking, Id}`; a link to another node has the same id with the process and with the connection.
fn tell_links<'q>(
    builder: &mut Builder<'q>,
    relations: &Relations,
    number: u64,
    node: Option<Atom>,
) -> Vec<Term<'q>> {
    let mut rows = Vec::new();
    for (&peer, link) in &relations.links {
        if node.is_some() && node_of(peer) != node {
            continue;
        }
        let theirs = match peer {
            Peer::Process(other) | Peer::Port(other) | Peer::Remote(_, other) => other,
        };
        let state = match link {
            Link::Linked => "linked",
            Link::Unlinking(_) => "unlinking",
        };
        let other = match node {
            Some(_) => Term::local_pid(number),
            None => peer.term(builder),
        };
        let id = builder.unsigned((number << 32) ^ theirs);
        rows.push(builder.tuple(&[name("erl_link"), kind(peer), other, name(state), id]));
    }
    rows
}

/// `{erl_monitor, Type, origin | target, Ref, Other, Name | Count | []}`
fn tell_monitors<'q>(
    builder: &mut Builder<'q>,
    relations: &Relations,
    number: u64,
    node: Option<Atom>,
) -> Vec<Term<'q>> {
    let mut rows = Vec::new();
    let mut row = |builder: &mut Builder<'q>,
                   kind: Term<'q>,
                   origin: bool,
                   reference: Term<'q>,
                   other: Term<'q>,
                   extra: Option<Term<'q>>| {
        let direction = name(if origin { "origin" } else { "target" });
        let extra = extra.unwrap_or(Term::NIL);
        let tag = name("erl_monitor");
        rows.push(builder.tuple(&[tag, kind, direction, reference, other, extra]));
    };
    let own = Term::local_pid(number);
    for (numbers, watching) in relations.watching_in_order() {
        let far = match watching.what {
            Watched::Peer(peer) => node_of(peer),
            Watched::RemoteName(_, node) => Some(node),
            _ => None,
        };
        if node.is_some() && far != node {
            continue;
        }
        let reference = reference_term(builder, numbers, watching.with_pid, number);
        let (kind, other, extra) = match watching.what {
            Watched::Peer(peer) => (kind(peer), peer.term(builder), None),
            Watched::Name(name, peer) => {
                let other = peer.term(builder);
                (kind(peer), other, Some(Term::atom(name)))
            }
            Watched::RemoteName(watched, node) => {
                let extra = Some(Term::atom(watched));
                (name("dist_process"), Term::atom(node), extra)
            }
            Watched::TimeOffset => {
                let clock = Term::atom(known::CLOCK_SERVICE);
                (Term::atom(known::TIME_OFFSET), clock, None)
            }
            Watched::OldPort(..) => continue,
        };
        // The connection is what the process watches.
        match node {
            Some(_) => row(builder, kind, false, reference, own, extra),
            None => row(builder, kind, true, reference, other, extra),
        }
    }
    for (numbers, watched) in relations.watched_in_order() {
        if node.is_some() {
            continue;
        }
        let reference = builder.reference(numbers);
        let other = watched.by.term(builder);
        let extra = watched.name.map(Term::atom);
        row(builder, kind(watched.by), false, reference, other, extra);
    }
    for (reference, watched) in &relations.watched_from_afar {
        if node.is_some() && node_of(watched.by) != node {
            continue;
        }
        let reference = reference.term(builder);
        let extra = watched.name.map(Term::atom);
        if node.is_some() {
            row(builder, name("dist_process"), true, reference, own, extra);
        } else {
            let other = watched.by.term(builder);
            row(
                builder,
                name("dist_process"),
                false,
                reference,
                other,
                extra,
            );
        }
    }
    for (&watched, &count) in &relations.watched_nodes {
        let kind = name("node");
        match node {
            Some(node) if node == watched => row(builder, kind, false, Term::NIL, own, None),
            Some(_) => (),
            None => {
                let count = Term::small(count.into());
                row(
                    builder,
                    kind,
                    true,
                    Term::NIL,
                    Term::atom(watched),
                    Some(count),
                );
            }
        }
    }
    rows
}
