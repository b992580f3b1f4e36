//! `erts_debug:get_internal_state(node_and_dist_references)`: who refers to which nodes, and nodes to which connections.
//! Follows `erl_node_tables.c` in form.

use oxbeam_term::boxed::external::{Node, this_node};
use oxbeam_vm::dist;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::node_count::{self, Held, Holder, Kind};
use std::collections::BTreeMap;

/// `{{node_references, Nodes}, {dist_references, Connections}}`
pub(crate) fn references<'p>(cx: &mut Cx<'p>) -> Term<'p> {
    let mut nodes = node_count::references();
    let this = this_node();
    let system = ((Holder::System, Kind::System), 1);
    match nodes.iter_mut().find(|(node, _)| *node == this) {
        Some((_, held)) => {
            held.remove(&(Holder::Delay, Kind::System));
            *held.entry(system.0).or_default() += 1;
        }
        None => nodes.push((this, Held::from([system]))),
    }
    let rows: Vec<_> = nodes
        .iter()
        .map(|(node, held)| of_node(cx, node, held))
        .collect();
    let rows = cx.list(rows);
    let by_node = cx.tuple(&[atom("node_references"), rows]);

    let mut by_name: BTreeMap<Atom, Vec<&Node>> = BTreeMap::new();
    for (node, _) in &nodes {
        by_name.entry(node.name).or_default().push(node);
    }
    for connection in dist::all() {
        by_name.entry(connection.node).or_default();
    }
    let rows: Vec<_> = by_name
        .iter()
        .map(|(&name, nodes)| of_name(cx, name, nodes))
        .collect();
    let rows = cx.list(rows);
    let by_connection = cx.tuple(&[atom("dist_references"), rows]);
    cx.tuple(&[by_node, by_connection])
}

fn atom(name: &str) -> Term<'static> {
    Term::atom(Atom::of(name))
}

fn name_and_creation<'p>(cx: &mut Cx<'p>, node: &Node) -> Term<'p> {
    let creation = cx.unsigned(node.creation.into());
    cx.tuple(&[Term::atom(node.name), creation])
}

/// `{Type, Count}` in a list, for `holder`.
fn referrer<'p>(
    cx: &mut Cx<'p>,
    holder: Term<'p>,
    types: impl IntoIterator<Item = (&'static str, usize)>,
) -> Term<'p> {
    let types: Vec<_> = types
        .into_iter()
        .map(|(name, count)| {
            let count = cx.unsigned(count as u64);
            cx.tuple(&[atom(name), count])
        })
        .collect();
    let types = cx.list(types);
    cx.tuple(&[holder, types])
}

/// `{{Node, Creation}, Count, [{Holder, [{Type, Count}]}]}`
fn of_node<'p>(cx: &mut Cx<'p>, node: &Node, held: &Held) -> Term<'p> {
    let delayed = held.contains_key(&(Holder::Delay, Kind::System));
    let count: usize = if delayed { 0 } else { held.values().sum() };
    let mut holders: BTreeMap<Holder, Vec<(&'static str, usize)>> = BTreeMap::new();
    for (&(holder, kind), &count) in held {
        holders
            .entry(holder)
            .or_default()
            .push((kind_name(kind), count));
    }
    let rows: Vec<_> = holders
        .into_iter()
        .map(|(holder, types)| {
            let holder = holder_term(cx, holder);
            referrer(cx, holder, types)
        })
        .collect();
    let rows = cx.list(rows);
    let entry = name_and_creation(cx, node);
    let count = cx.unsigned(count as u64);
    cx.tuple(&[entry, count, rows])
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Heap => "heap",
        Kind::Link => "link",
        Kind::Monitor => "monitor",
        Kind::Table => "ets",
        Kind::MatchSpec => "binary",
        Kind::Timer => "timer",
        Kind::System => "system",
    }
}

fn holder_term<'p>(cx: &mut Cx<'p>, holder: Holder) -> Term<'p> {
    let (name, what) = match holder {
        Holder::Process(number) => ("process", Term::local_pid(number)),
        Holder::Name(name) => ("process", Term::atom(name)),
        Holder::Port(number) => ("port", Term::local_port(number)),
        Holder::Table(numbers) => ("ets", cx.reference(numbers)),
        Holder::NamedTable(name) => ("ets", Term::atom(name)),
        Holder::MatchSpec(address) => ("match_spec", cx.unsigned(address)),
        Holder::PersistentTerms => ("system", atom("persistent_term")),
        Holder::System => ("system", Term::atom(known::UNDEFINED)),
        Holder::Delay => ("system", atom("delayed_delete_timer")),
    };
    cx.tuple(&[atom(name), what])
}

/// `{Node, Count, [{Holder, [{Type, Count}]}]}`: the nodes of this name, and what controls the connection.
fn of_name<'p>(cx: &mut Cx<'p>, name: Atom, nodes: &[&Node]) -> Term<'p> {
    let mut rows = Vec::new();
    for node in nodes {
        let entry = name_and_creation(cx, node);
        let holder = cx.tuple(&[atom("node"), entry]);
        rows.push(referrer(cx, holder, [("node", 1)]));
    }
    if name == this_node().name {
        let holder = cx.tuple(&[atom("system"), Term::atom(known::UNDEFINED)]);
        rows.push(referrer(cx, holder, [("system", 1)]));
    }
    if let Some(connection) = dist::find(name) {
        match connection.controller() {
            Some(controller) => {
                let kind = match controller {
                    dist::Controller::Port(_) => "port",
                    dist::Controller::Process(_) => "process",
                };
                let holder = cx.tuple(&[atom(kind), controller.term()]);
                rows.push(referrer(cx, holder, [("control", 1)]));
            }
            // It waits for its controller.
            None => {
                let holder = cx.tuple(&[atom("system"), Term::atom(known::UNDEFINED)]);
                rows.push(referrer(cx, holder, [("system", 1)]));
            }
        }
    }
    let count = Term::small(rows.len() as i64);
    let rows = cx.list(rows);
    cx.tuple(&[Term::atom(name), count, rows])
}
