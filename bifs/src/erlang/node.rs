//! The node and others: `node/0,1`, `nodes/0,1,2`, `monitor_node/2,3`, and what distribution calls. This version's node can be alive, as long
//! as the process is that made it so (`net_kernel`), but it has no connections: each attempt ends as one to a node that is not there.

use oxbeam_vm::native::prelude::*;
use oxbeam_vm::process::{Message, Owned, Process};
use oxbeam_vm::signal::{self, Signal};
use oxbeam_vm::term::boxed::external::{Node, set_this_node, this_node};
use oxbeam_vm::term::boxed::reference::RefNumbers;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, Once, PoisonError};

natives! { NATIVES: "erlang";
    "dist_ctrl_get_data" / 1 Plain => not_alive;
    "dist_ctrl_get_data_notification" / 1 Plain => not_alive;
    "dist_ctrl_get_opt" / 2 Plain => not_alive;
    "dist_ctrl_input_handler" / 2 Plain => not_alive;
    "dist_ctrl_put_data" / 2 Plain => no_handle;
    "dist_ctrl_set_opt" / 3 Plain => not_alive;
    "dist_get_stat" / 1 Plain => no_handle;
    "monitor_node" / 2 Plain => monitor_node_2;
    "monitor_node" / 3 Plain => monitor_node_3;
    "node" / 0 Guard => node_0;
    "node" / 1 Guard => node_1;
    "nodes" / 0 Plain => nodes_0;
    "nodes" / 1 Plain => nodes_1;
    "nodes" / 2 Plain => nodes_2;
    "setnode" / 2 Plain => setnode_2;
}

natives! { INTERNAL: "erts_internal";
    "abort_pending_connection" / 2 Plain => abort_pending_connection_2;
    "create_dist_channel" / 3 Plain => create_dist_channel_3;
    "dist_spawn_request" / 4 Plain => dist_spawn_request_4;
    "get_creation" / 0 Plain => get_creation_0;
    "get_dflags" / 0 Plain => get_dflags_0;
    "new_connection" / 1 Plain => new_connection_1;
}

fn node_0<'p>(_cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::atom(this_node().name))
}

fn node_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    match cx.arg(0).view() {
        View::Pid(_) | View::Port(_) | View::Reference(_) => Ok(Term::atom(this_node().name)),
        View::ExternalPid(other) | View::ExternalPort(other) | View::ExternalReference(other) => {
            Ok(Term::atom(other.node().name))
        }
        _ => Err(Raise::Badarg),
    }
}

fn nodes_0<'p>(_cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::NIL)
}

/// Which nodes are asked for; of all those that there may be only this one is there.
fn wants_this(which: Term<'_>) -> Result<bool, Raise> {
    let one = |which: Term<'_>| match which.as_atom().map(Atom::text) {
        Some("this" | "known") => Ok(true),
        Some("visible" | "hidden" | "connected") => Ok(false),
        _ => Err(Raise::Badarg),
    };
    if !which.is_list() {
        return one(which);
    }
    let mut elements = which.list_iter();
    let mut this = false;
    for element in elements.by_ref() {
        this |= one(element)?;
    }
    if elements.rest().is_nil() {
        Ok(this)
    } else {
        Err(Raise::Badarg)
    }
}

fn nodes_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if wants_this(cx.arg(0))? {
        Ok(cx.list([Term::atom(this_node().name)]))
    } else {
        Ok(Term::NIL)
    }
}

/// `nodes(Which, #{connection_id => Boolean, node_type => Boolean})`
fn nodes_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let this = wants_this(cx.arg(0))?;
    let mut info = Vec::new();
    for (key, value) in cx.arg(1).as_map().ok_or(Raise::Badarg)?.iter() {
        let shown = match key.as_atom().map(Atom::text) {
            Some("connection_id") => known::UNDEFINED,
            Some("node_type") => Atom::of("this"),
            _ => return Err(Raise::Badarg),
        };
        if value.as_boolean().ok_or(Raise::Badarg)? {
            info.push((key, Term::atom(shown)));
        }
    }
    if !this {
        return Ok(Term::NIL);
    }
    let info = cx.map_from_pairs(info);
    let row = cx.tuple(&[Term::atom(this_node().name), info]);
    Ok(cx.list([row]))
}

/// A name as `Name@Host`.
fn is_node_name(name: Atom) -> bool {
    name.text()
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
}

/// The process that the node lives as long as; 0: the node is not alive.
static KEEPER: AtomicU64 = AtomicU64::new(0);

fn nobodys_node() -> &'static Node {
    Node::of(known::NONODE_NOHOST, 0)
}

/// The process that has made the node alive takes that with it.
fn process_exits(process: &Process, _: &mut Owned) {
    let number = process.number;
    let kept = KEEPER.compare_exchange(number, 0, Ordering::AcqRel, Ordering::Relaxed);
    if kept.is_ok() {
        set_this_node(nobodys_node());
        pending().clear();
    }
}

/// Creations below have a meaning of their own.
const LOWEST_CREATION: u32 = 4;

/// `setnode(Name, Creation)`, by which `net_kernel` makes the node alive.
fn setnode_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = cx
        .arg(0)
        .as_atom()
        .filter(|&name| is_node_name(name) && name != known::NONODE_NOHOST)
        .ok_or(Raise::Badarg)?;
    let creation = cx.arg(1).as_u64().ok_or(Raise::Badarg)?;
    let creation = u32::try_from(creation).map_err(|_| Raise::Badarg)?;
    let machine = cx.machine();
    let kernel = machine.registry.process(Atom::of("net_kernel"));
    let kernel = kernel.ok_or(Raise::Badarg)?.number;
    static HOOK: Once = Once::new();
    HOOK.call_once(|| machine.on_process_exit(process_exits));
    KEEPER
        .compare_exchange(0, kernel, Ordering::AcqRel, Ordering::Relaxed)
        .map_err(|_| Raise::Badarg)?;
    let mut creation = creation.max(LOWEST_CREATION);
    // Terms of a node of this name that was here before stay strangers.
    if Node::known(name).is_some_and(|known| known.creation == creation) {
        creation = creation.checked_add(1).unwrap_or(LOWEST_CREATION);
    }
    set_this_node(Node::of(name, creation));
    if machine.processes.get(kernel).is_none() {
        // It has exited meanwhile, and the hook found nothing to do.
        KEEPER.store(0, Ordering::Release);
        set_this_node(nobodys_node());
        return Err(Raise::Badarg);
    }
    tell_monitors(cx, name);
    Ok(Term::TRUE)
}

/// Bits of the options of `process_flag({monitor_nodes, _}, _)`.
mod monitor_option {
    pub(super) const NODE_TYPE: u32 = 3;
    pub(super) const HIDDEN_ONLY: u32 = 2;
    pub(super) const CONNECTION: u32 = 8;
    pub(super) const MAP: u32 = 16;
}

/// `{nodeup, Node}` or `{nodeup, Node, Info}` for all who want to know.
fn tell_monitors(cx: &Cx<'_>, name: Atom) {
    for number in cx.machine().processes.ids() {
        let task = move |process: &Process, owned: &mut Owned| {
            let Some(rare) = &owned.rare else {
                return;
            };
            for &(options, times) in &rare.node_monitors {
                if options & monitor_option::NODE_TYPE == monitor_option::HIDDEN_ONLY {
                    continue;
                }
                for _ in 0..times {
                    let message = nodeup(name, options);
                    let _ = signal::push(process, Signal::Message(message));
                }
            }
        };
        let _ = signal::deliver(number, Signal::Task(Box::new(task)));
    }
}

fn nodeup(name: Atom, options: u32) -> Message {
    let atom = |name: &str| Term::atom(Atom::of(name));
    Message::build(|builder| {
        let mut pairs = Vec::new();
        if options & monitor_option::NODE_TYPE != 0 {
            pairs.push((atom("node_type"), atom("visible")));
        }
        if options & monitor_option::CONNECTION != 0 {
            pairs.push((atom("connection_id"), Term::atom(known::UNDEFINED)));
        }
        let mut elements = vec![atom("nodeup"), Term::atom(name)];
        if options & monitor_option::MAP != 0 {
            elements.push(builder.map_from_pairs(pairs));
        } else if options != 0 {
            let pairs: Vec<_> = pairs
                .into_iter()
                .map(|(key, value)| builder.tuple(&[key, value]))
                .collect();
            elements.push(builder.list(pairs));
        }
        builder.tuple(&elements)
    })
}

fn monitor_node_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    monitor_node(cx)
}

fn monitor_node_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut options = cx.arg(2).list_iter();
    let known = options
        .by_ref()
        .all(|option| option.as_atom().map(Atom::text) == Some("allow_passive_connect"));
    if !known || !options.rest().is_nil() {
        return Err(cx.badarg_because(Atom::of("badopt")));
    }
    monitor_node(cx)
}

fn monitor_node<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let node = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    if node != known::NONODE_NOHOST && this_node().name == known::NONODE_NOHOST {
        return Err(cx.error(Term::atom(Atom::of("notalive"))));
    }
    let on = cx.arg(1).as_boolean().ok_or(Raise::Badarg)?;
    if on && node != this_node().name {
        // It is down before it was up.
        let message = Message::build(|builder| {
            builder.tuple(&[Term::atom(Atom::of("nodedown")), Term::atom(node)])
        });
        let _ = signal::push(cx.process(), Signal::Message(message));
    }
    Ok(Term::TRUE)
}

fn not_alive<'p>(_cx: &mut Cx<'p>) -> NativeResult<'p> {
    Err(Raise::Notsup)
}

/// There is no connection whose handle this could be.
fn no_handle<'p>(_cx: &mut Cx<'p>) -> NativeResult<'p> {
    Err(Raise::Badarg)
}

fn create_dist_channel_3<'p>(_cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(Term::atom(known::BADARG))
}

/// `dist_spawn_request(Node, MFA, Options, spawn_request | spawn_opt)`: the reply says that there is no connection.
fn dist_spawn_request_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (node, mfa, options) = (cx.arg(0), cx.arg(1), cx.arg(2));
    if node.as_atom().is_none_or(|node| node == this_node().name) {
        return Err(Raise::Badarg);
    }
    let [module, function, arguments] = mfa.as_tuple_of::<3>().ok_or(Raise::Badarg)?;
    if module.as_atom().is_none()
        || function.as_atom().is_none()
        || arguments.proper_length().is_none()
    {
        return Err(Raise::Badarg);
    }
    let badopt = || Ok(Term::atom(Atom::of("badopt")));
    let Some(options) = options.proper_list() else {
        return badopt();
    };
    let mut tag = Term::atom(known::SPAWN_REPLY);
    let mut errors = true;
    for option in options {
        if let Some([key, value]) = option.as_tuple_of::<2>() {
            match key.as_atom().map(Atom::text) {
                Some("reply_tag") => tag = value,
                Some("reply") => match value.as_atom().map(Atom::text) {
                    Some("yes" | "error_only") => errors = true,
                    Some("no" | "success_only") => errors = false,
                    _ => return badopt(),
                },
                _ => {}
            }
        }
    }
    let reference = cx.make_reference();
    // `spawn_opt` waits for the reply whatever its options say.
    let waits = cx.arg(3).as_atom().map(Atom::text) != Some("spawn_request");
    if errors || waits {
        let message = Message::build(|builder| {
            let tag = oxbeam_vm::term::copy::copy(tag, builder);
            let reference = oxbeam_vm::term::copy::copy(reference, builder);
            builder.tuple(&[
                tag,
                reference,
                Term::atom(known::ERROR),
                Term::atom(known::NOCONNECTION),
            ])
        });
        // The caller takes messages as long as it runs.
        let _ = signal::push(cx.process(), Signal::Message(message));
    }
    Ok(reference)
}

fn get_creation_0<'p>(_cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(match this_node().creation {
        0 => Term::atom(known::UNDEFINED),
        creation => Term::small(creation.into()),
    })
}

/// `{erts_dflags, Default, Mandatory, Addable, Rejectable, StrictOrder}`: what OTP's nodes of the release say of themselves.
fn get_dflags_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (default, mandatory) = match cx.machine().release.number {
        ..=25 => (55_966_662_588, 17_239_956),
        26..=27 => (55_966_662_588, 17_230_663_572),
        _ => (468_283_523_004, 17_230_663_572),
    };
    let (rejectable, strict_order) = (8_396_866, 8_192);
    let flags = [default, mandatory, default, rejectable, strict_order].map(Term::small);
    let mut elements = vec![Term::atom(Atom::of("erts_dflags"))];
    elements.extend(flags);
    Ok(cx.tuple(&elements))
}

/// Connections that have been begun, by node: each has a number and a reference of its own.
static PENDING: Mutex<BTreeMap<Atom, (u32, RefNumbers)>> = Mutex::new(BTreeMap::new());
/// The number of the last one.
static CONNECTIONS: AtomicU64 = AtomicU64::new(0);

fn pending() -> std::sync::MutexGuard<'static, BTreeMap<Atom, (u32, RefNumbers)>> {
    PENDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `new_connection(Node)`: a connection begins; its handle, or that of the one that has begun already.
fn new_connection_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = cx
        .arg(0)
        .as_atom()
        .filter(|&name| is_node_name(name))
        .ok_or(Raise::Badarg)?;
    if name == this_node().name {
        return Err(Raise::Badarg);
    }
    let begun = pending().get(&name).copied();
    let (number, reference) = match begun {
        Some((number, reference)) => (number, cx.reference(reference)),
        None => {
            let reference = cx.make_reference();
            let numbers = reference.as_reference().ok_or(Raise::Badarg)?.numbers();
            let last = CONNECTIONS.fetch_add(1, Ordering::Relaxed);
            let number = (last as u32).wrapping_add(1);
            pending().insert(name, (number, numbers));
            (number, reference)
        }
    };
    Ok(cx.tuple(&[Term::small(number.into()), reference]))
}

/// `abort_pending_connection(Node, Handle)`: it will not come; `false` if it has.
fn abort_pending_connection_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    let [number, reference] = cx.arg(1).as_tuple_of::<2>().ok_or(Raise::Badarg)?;
    let number = number.as_u64().ok_or(Raise::Badarg)?;
    let reference = reference.as_reference().ok_or(Raise::Badarg)?.numbers();
    let mut pending = pending();
    if let Some((begun, of)) = pending.get(&name)
        && u64::from(*begun) == number
        && *of == reference
    {
        pending.remove(&name);
    }
    Ok(Term::TRUE)
}
