//! The node and others: `node/0,1`, `nodes/0,1,2`, `monitor_node/2,3`, and what `net_kernel` and the controllers of connections call. The
//! node is alive as long as the process is that made it so (`net_kernel`).

use oxbeam_vm::dist::{self, Connection, Controller, flag, watch};
use oxbeam_vm::logger;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::port;
use oxbeam_vm::process::{Owned, Process};
use oxbeam_vm::signal::remote::{self, Stand};
use oxbeam_vm::signal::{self, Signal};
use oxbeam_vm::term::boxed::external::{Node, set_this_node, this_node};
use oxbeam_vm::term::boxed::reference::RefNumbers;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Once};

natives! { NATIVES: "erlang";
    "dist_ctrl_get_data" / 1 Plain => dist_ctrl_get_data_1;
    "dist_ctrl_get_data_notification" / 1 Plain => dist_ctrl_get_data_notification_1;
    "dist_ctrl_get_opt" / 2 Plain => dist_ctrl_get_opt_2;
    "dist_ctrl_input_handler" / 2 Plain => dist_ctrl_input_handler_2;
    "dist_ctrl_put_data" / 2 Plain => dist_ctrl_put_data_2;
    "dist_ctrl_set_opt" / 3 Plain => dist_ctrl_set_opt_3;
    "dist_get_stat" / 1 Plain => dist_get_stat_1;
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

fn nodes_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let nodes = dist::all().into_iter().filter(|connection| {
        let flags = connection.flags();
        flags.is_some_and(|flags| flags & flag::PUBLISHED != 0)
    });
    let nodes: Vec<_> = nodes.map(|node| Term::atom(node.node)).collect();
    Ok(cx.list(nodes))
}

/// Which nodes are asked for.
#[derive(Copy, Clone, Default)]
struct Which {
    this: bool,
    visible: bool,
    hidden: bool,
    known: bool,
}

impl Which {
    fn of(list: Term<'_>) -> Result<Which, Raise> {
        let mut which = Which::default();
        if !list.is_list() {
            which.add(list)?;
            return Ok(which);
        }
        let mut elements = list.list_iter();
        for element in elements.by_ref() {
            which.add(element)?;
        }
        if elements.rest().is_nil() {
            Ok(which)
        } else {
            Err(Raise::Badarg)
        }
    }
    fn add(&mut self, kind: Term<'_>) -> Result<(), Raise> {
        match kind.as_atom().map(Atom::text) {
            Some("this") => self.this = true,
            Some("visible") => self.visible = true,
            Some("hidden") => self.hidden = true,
            Some("connected") => (self.visible, self.hidden) = (true, true),
            Some("known") => {
                self.known = true;
                (self.this, self.visible, self.hidden) = (true, true, true);
            }
            _ => return Err(Raise::Badarg),
        }
        Ok(())
    }
    /// Each node with its type and the number of its connection.
    fn nodes(self) -> Vec<(Atom, &'static str, Option<u32>)> {
        let mut nodes = Vec::new();
        let mut seen = BTreeSet::new();
        if self.this {
            nodes.push((this_node().name, "this", None));
        }
        seen.insert(this_node().name);
        for connection in dist::all() {
            let (kind, wanted) = match connection.flags() {
                Some(flags) if flags & flag::PUBLISHED != 0 => ("visible", self.visible),
                Some(_) => ("hidden", self.hidden),
                None => ("known", self.known),
            };
            if wanted {
                let id = Some(connection.id).filter(|_| kind != "known");
                nodes.push((connection.node, kind, id));
            }
            seen.insert(connection.node);
        }
        if self.known {
            for name in dist::known::names() {
                if name != known::NONODE_NOHOST && seen.insert(name) {
                    nodes.push((name, "known", None));
                }
            }
        }
        nodes
    }
}

fn nodes_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let nodes = Which::of(cx.arg(0))?.nodes();
    let nodes: Vec<_> = nodes.iter().map(|node| Term::atom(node.0)).collect();
    Ok(cx.list(nodes))
}

/// `nodes(Which, #{connection_id => Boolean, node_type => Boolean})`
fn nodes_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let which = Which::of(cx.arg(0))?;
    let (mut with_id, mut with_type) = (false, false);
    for (key, value) in cx.arg(1).as_map().ok_or(Raise::Badarg)?.iter() {
        let value = value.as_boolean().ok_or(Raise::Badarg)?;
        match key.as_atom().map(Atom::text) {
            Some("connection_id") => with_id = value,
            Some("node_type") => with_type = value,
            _ => return Err(Raise::Badarg),
        }
    }
    let mut rows = Vec::new();
    for (name, kind, id) in which.nodes() {
        let mut info = Vec::new();
        if with_id {
            let id = id.map_or(Term::atom(known::UNDEFINED), |id| Term::small(id.into()));
            info.push((Term::atom(Atom::of("connection_id")), id));
        }
        if with_type {
            let kind = Term::atom(Atom::of(kind));
            info.push((Term::atom(Atom::of("node_type")), kind));
        }
        let info = cx.map_from_pairs(info);
        rows.push(cx.tuple(&[Term::atom(name), info]));
    }
    Ok(cx.list(rows))
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
        let name = this_node().name;
        set_this_node(nobodys_node());
        dist::leave();
        watch::this_node_is_down(name);
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
    HOOK.call_once(|| {
        machine.on_process_exit(process_exits);
        dist::set_spawner(super::spawn::spawn_for_node);
        dist::set_busy_limit(machine.config.settings.distribution_buffer);
    });
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
    watch::this_node_is_up(name);
    Ok(Term::TRUE)
}

fn monitor_node_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    monitor_node(cx, false)
}

fn monitor_node_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut options = cx.arg(2).list_iter();
    let known = options
        .by_ref()
        .all(|option| option.as_atom().map(Atom::text) == Some("allow_passive_connect"));
    if !known || !options.rest().is_nil() {
        return Err(cx.badarg_because(Atom::of("badopt")));
    }
    let passive = !cx.arg(2).is_nil();
    monitor_node(cx, passive)
}

/// `is_alive()`: the node has a name, or will get one from the first node that it meets.
pub(super) fn is_alive(cx: &mut Cx<'_>) -> bool {
    dist::is_alive() || {
        let key = [Atom::of("erts_internal"), Atom::of("dynamic_node_name")];
        let key = cx.tuple(&key.map(Term::atom));
        oxbeam_vm::persistent_term::get(key).is_some_and(|value| !value.is(known::FALSE))
    }
}

/// `passive`: if there is no connection the other node may make one, for which `net_kernel` waits.
fn monitor_node<'p>(cx: &mut Cx<'p>, passive: bool) -> NativeResult<'p> {
    let node = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    if node != known::NONODE_NOHOST && !is_alive(cx) {
        return Err(cx.error(Term::atom(Atom::of("notalive"))));
    }
    let on = cx.arg(1).as_boolean().ok_or(Raise::Badarg)?;
    if node == this_node().name {
        return Ok(Term::TRUE);
    }
    if !on {
        if let Some(relations) = &mut cx.owned().relations
            && let Some(times) = relations.watched_nodes.get_mut(&node)
        {
            *times -= 1;
            if *times == 0 {
                relations.watched_nodes.remove(&node);
            }
        }
        return Ok(Term::TRUE);
    }
    if passive && dist::is_alive() && !dist::find(node).is_some_and(|connection| connection.is_up())
    {
        let arguments = [cx.arg(0), cx.arg(1), cx.arg(2)];
        return Err(cx.trap_to(known::ERLANG, Atom::of("dmonitor_node"), &arguments));
    }
    if reach(cx, node)?.is_some() {
        *cx.owned()
            .relations()
            .watched_nodes
            .entry(node)
            .or_insert(0) += 1;
    } else {
        // It is down before it was up.
        let _ = signal::push(cx.process(), Signal::Message(remote::node_down(node)));
    }
    Ok(Term::TRUE)
}

/// The connection to this node, made if there is none, at whose end the caller will be told. `None`: there can't be one.
pub(super) fn reach(cx: &mut Cx<'_>, node: Atom) -> Result<Option<Arc<Connection>>, Raise> {
    let Some(connection) = dist::connect(node) else {
        return Ok(None);
    };
    if connection.concerns(cx.process().number) {
        // What tells of the end of an earlier connection is in the inbox by now, and must not end what begins here.
        cx.fetch_signals()?;
        if connection.is_open() {
            return Ok(Some(connection));
        }
    }
    // It is about to go; then there may be another one.
    Err(Raise::Yield)
}

/// Has the caller done what it is called for, and was suspended since? With the reference that it made then. A native that may be suspended asks
/// this before all else.
pub(super) fn resumes(cx: &mut Cx<'_>) -> Result<Option<Option<RefNumbers>>, Raise> {
    match remote::stand(cx.process(), cx.owned()) {
        Stand::Begins => Ok(None),
        Stand::Waits => Err(Raise::Wait),
        Stand::Resumes(reference) => Ok(Some(reference)),
    }
}

/// The caller has sent something; it is suspended if the connection is busy.
pub(super) fn await_room(
    cx: &mut Cx<'_>,
    connection: &Arc<Connection>,
    reference: Option<RefNumbers>,
) -> Result<(), Raise> {
    if remote::must_wait(cx.process(), cx.owned(), connection, reference) {
        return Err(Raise::Wait);
    }
    Ok(())
}

/// The connection whose handle this is.
fn handle(term: Term<'_>) -> Result<Arc<Connection>, Raise> {
    dist::of_handle(term).ok_or(Raise::Badarg)
}

/// The connection whose handle the first argument is and whose controller calls.
fn controlled(cx: &Cx<'_>) -> Result<Arc<Connection>, Raise> {
    let mine = dist::controlled_by(cx.process().number).ok_or(Raise::Notsup)?;
    let connection = handle(cx.arg(0))?;
    if Arc::ptr_eq(&mine, &connection) {
        Ok(mine)
    } else {
        Err(Raise::Badarg)
    }
}

/// The next packet for the other node: `[Binary]`, or `{Size, [Binary]}` if the controller has asked for sizes; `none`.
fn dist_ctrl_get_data_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let connection = controlled(cx)?;
    let (packet, with_size) = connection.next_packet();
    let Some(packet) = packet else {
        return Ok(Term::atom(known::NONE));
    };
    cx.bump_reductions(1 + packet.len() / 1024);
    let binary = cx.binary(&packet);
    let data = cx.list([binary]);
    if !with_size {
        return Ok(data);
    }
    let size = cx.unsigned(packet.len() as u64);
    Ok(cx.tuple(&[size, data]))
}

fn dist_ctrl_get_data_notification_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    controlled(cx)?.notify(cx.process().number);
    Ok(Term::atom(known::OK))
}

/// The only option is `get_size`.
fn is_get_size(option: Term<'_>) -> Result<(), Raise> {
    let known = option.as_atom().map(Atom::text) == Some("get_size");
    known.then_some(()).ok_or(Raise::Badarg)
}

fn dist_ctrl_get_opt_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let connection = controlled(cx)?;
    is_get_size(cx.arg(1))?;
    Ok(Term::boolean(connection.set_get_size(None)))
}

fn dist_ctrl_set_opt_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let connection = controlled(cx)?;
    is_get_size(cx.arg(1))?;
    let value = cx.arg(2).as_boolean().ok_or(Raise::Badarg)?;
    Ok(Term::boolean(connection.set_get_size(Some(value))))
}

/// Names the process that brings data from the other node.
fn dist_ctrl_input_handler_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let connection = dist::of_handle(cx.arg(0)).ok_or(Raise::Notsup)?;
    let allowed = match connection.controller() {
        Some(Controller::Process(number)) => number == cx.process().number,
        Some(Controller::Port(_)) => true,
        None => false,
    };
    let process = cx.arg(1).as_local_pid().filter(|_| allowed);
    connection.set_input_handler(process.ok_or(Raise::Badarg)?);
    Ok(Term::atom(known::OK))
}

/// A packet has come from the other node.
fn dist_ctrl_put_data_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let connection = handle(cx.arg(0))?;
    if connection.input_handler() != Some(cx.process().number) {
        return Err(Raise::Notsup);
    }
    let data = cx.arg(1);
    let packet = match data.as_binary() {
        Some(packet) => packet.to_vec(),
        None if data.is_list() => port::iolist_bytes(data).ok_or(Raise::Badarg)?,
        None => return Err(Raise::Badarg),
    };
    cx.bump_reductions(5 + packet.len() / 1024);
    connection.arrives(packet, 0);
    connection.take_arrivals();
    Ok(Term::atom(known::OK))
}

/// `{ok, Received, Sent, Waiting}`: packets, and bytes.
fn dist_get_stat_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (received, sent, waiting) = handle(cx.arg(0))?.counts();
    let counts = [received, sent, waiting as u64].map(|count| cx.unsigned(count));
    let [received, sent, waiting] = counts;
    Ok(cx.tuple(&[Term::atom(known::OK), received, sent, waiting]))
}

/// `create_dist_channel(Node, Controller, {Flags, Creation})`: the handshake is over. `{ok, Handle}`, `{message, Ref}` where another process
/// is the controller, which answers `{Ref, Handle}`, or an atom that says why not.
fn create_dist_channel_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let badarg = Ok(Term::atom(known::BADARG));
    let setup = cx.process().number;
    let Some(name) = cx.arg(0).as_atom().filter(|&name| is_node_name(name)) else {
        return badarg;
    };
    let controller = match cx.arg(1).view() {
        View::Port(number) => Controller::Port(number),
        View::Pid(number) => Controller::Process(number),
        _ => return badarg,
    };
    let Some([flags, creation]) = cx.arg(2).as_tuple_of::<2>() else {
        return badarg;
    };
    let creation = creation
        .as_u64()
        .and_then(|value| u32::try_from(value).ok());
    let (Some(flags), Some(creation)) = (flags.as_u64(), creation) else {
        return badarg;
    };
    if !dist::is_alive() || name == this_node().name {
        return badarg;
    }
    if !flags & mandatory_flags(cx) != 0 {
        logger::error(&format!(
            "A connection to node {} was refused, which does not support all mandatory capabilities.\n",
            name.text()
        ));
        return badarg;
    }
    let Some(connection) = dist::find(name) else {
        return badarg;
    };
    let made = match controller {
        Controller::Port(number) => port::find(number)
            .is_some_and(|port| port.carry_connection(&connection, flags, creation, setup)),
        Controller::Process(number) if number == setup => {
            dist::controlled_by(number).is_none()
                && connection.establish(controller, flags, creation, setup)
        }
        Controller::Process(number) => {
            let reference = cx.make_reference();
            let numbers = reference.as_reference().ok_or(Raise::Badarg)?.numbers();
            let task = move |_: &Process, _: &mut Owned| {
                let made = dist::controlled_by(number).is_none()
                    && connection.establish(controller, flags, creation, setup);
                signal::send_reply(setup, numbers, |builder| {
                    if made {
                        connection.handle_term(builder)
                    } else {
                        Term::atom(known::BADARG)
                    }
                });
            };
            if signal::deliver(number, Signal::Task(Box::new(task))).is_err() {
                return badarg;
            }
            return Ok(cx.tuple(&[Term::atom(Atom::of("message")), reference]));
        }
    };
    if !made {
        return badarg;
    }
    let handle = connection.handle_term(cx.builder());
    Ok(cx.tuple(&[Term::atom(known::OK), handle]))
}

fn get_creation_0<'p>(_cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(match this_node().creation {
        0 => Term::atom(known::UNDEFINED),
        creation => Term::small(creation.into()),
    })
}

/// What a node must be able to do.
fn mandatory_flags(cx: &Cx<'_>) -> u64 {
    match cx.machine().release.number {
        ..=25 => 17_239_956,
        _ => 17_230_663_572,
    }
}

/// `{erts_dflags, Default, Mandatory, Addable, Rejectable, StrictOrder}`: what OTP's nodes of the release say of themselves.
fn get_dflags_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let default: i64 = match cx.machine().release.number {
        ..=27 => 55_966_662_588,
        _ => 468_283_523_004,
    };
    let mandatory = mandatory_flags(cx) as i64;
    let (rejectable, strict_order) = (8_396_866, 8_192);
    let flags = [default, mandatory, default, rejectable, strict_order].map(Term::small);
    let mut elements = vec![Term::atom(Atom::of("erts_dflags"))];
    elements.extend(flags);
    Ok(cx.tuple(&elements))
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
    let (connection, _) = dist::begin(name);
    // One is about to go; then there may be another one.
    if connection.is_ending() {
        return Err(Raise::Yield);
    }
    Ok(connection.handle_term(cx.builder()))
}

/// `abort_pending_connection(Node, Handle)`: it will not come; `false` if it has.
fn abort_pending_connection_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let name = cx.arg(0).as_atom().ok_or(Raise::Badarg)?;
    let connection = handle(cx.arg(1))?;
    if connection.node != name {
        return Err(Raise::Badarg);
    }
    let up = connection.is_up();
    connection.abort();
    Ok(Term::boolean(!up))
}
