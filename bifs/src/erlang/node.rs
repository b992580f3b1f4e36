//! The node and others: `node/0,1`, `nodes/0,1,2`, `monitor_node/2,3`, and what distribution calls. This version's node is never alive,
//! so these answer as OTP's does on `nonode@nohost`.

use oxbeam_vm::native::prelude::*;
use oxbeam_vm::process::Message;
use oxbeam_vm::signal::{self, Signal};
use oxbeam_vm::term::boxed::external::this_node;

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
    "abort_pending_connection" / 2 Plain => no_handle;
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

/// `setnode(Name, Creation)`, by which `net_kernel` makes the node alive: distribution is not in this version.
fn setnode_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = cx
        .arg(0)
        .as_atom()
        .filter(|&name| is_node_name(name))
        .ok_or(Raise::Badarg)?;
    let creation = cx.arg(1).as_u64().ok_or(Raise::Badarg)?;
    if name == known::NONODE_NOHOST || creation > u64::from(u32::MAX) {
        return Err(Raise::Badarg);
    }
    let kernel = cx.machine().registry.process(Atom::of("net_kernel"));
    if kernel.is_none() {
        Err(Raise::Badarg)
    } else {
        Err(Raise::Notsup)
    }
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
    if node == this_node().name {
        return Ok(Term::TRUE);
    }
    Err(cx.error(Term::atom(Atom::of("notalive"))))
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
    Ok(Term::atom(known::UNDEFINED))
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

/// `new_connection(Node)`: to no node a connection can be begun.
fn new_connection_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = cx
        .arg(0)
        .as_atom()
        .filter(|&name| is_node_name(name))
        .ok_or(Raise::Badarg)?;
    if name == this_node().name {
        Err(Raise::Badarg)
    } else {
        Err(Raise::Notsup)
    }
}
