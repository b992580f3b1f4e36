//! Connections to other nodes. Follows `dist.c` and "Distribution Protocol" of the ERTS manual.
//!
//! A connection begins as *pending*: somebody wants to send to a node, and `net_kernel` is told to connect. What is sent meanwhile waits
//! in its queue. When the handshake is over a port or a process becomes its *controller* and carries what the queue has; what the controller
//! brings is decoded and delivered by whoever brings it. A connection that is lost tells the processes concerned by it, each of which ends
//! its own links and monitors over it; only then may there be another one to the same node.
//!
//! No lock of a connection is held while a port's is taken. A port may end with its own lock held: it has left the connection first, so
//! that nothing that its last packets cause comes back to it.
//!
//! | file | what |
//! |---|---|
//! | `header.rs` | packets: atoms by reference, fragments |
//! | `queue.rs` | what waits to be sent, and who must wait with it |
//! | `turn.rs` | what is sent during a process's turn goes out together at its end |
//! | `send.rs` | control messages that we send |
//! | `pending.rs` | those that wait until it is known what the other node can do |
//! | `receive.rs` | those that come |
//! | `watch.rs` | who wants to know of nodes |
//! | `known.rs` | which nodes are known |

mod header;
pub mod known;
mod pending;
mod queue;
mod receive;
pub mod send;
pub(crate) mod turn;
pub mod watch;

pub use header::{Damaged, Packet, Reader, Whole};
pub use receive::{SpawnRequest, set_spawner};

use crate::machine::machine;
use crate::process::{Message, Process};
use crate::signal::{self, Signal, port, remote};
use header::{Frame, Writer};
use oxbeam_term::atom::known as names;
use oxbeam_term::boxed::external::{Node, this_node};
use oxbeam_term::boxed::reference::{Magic, RefNumbers};
use oxbeam_term::print::{display_atom, display_bytes};
use oxbeam_term::{Atom, Builder, Term};
use parking_lot::{Mutex, RwLock};
use queue::Queue;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

/// Bits of the flags by which nodes tell what they can do.
pub mod flag {
    /// The node shows in `nodes()`.
    pub const PUBLISHED: u64 = 1;
    /// It reads text as Unicode.
    pub const UNICODE_IO: u64 = 1 << 12;
    /// Packets name atoms by their places in a cache.
    pub const ATOM_CACHE: u64 = 1 << 13;
    /// Messages say who sends them.
    pub const SEND_SENDER: u64 = 1 << 19;
    /// Tokens of sequential tracing may have any label.
    pub const BIG_LABELS: u64 = 1 << 20;
    /// Reasons stand behind the control message.
    pub const EXIT_PAYLOAD: u64 = 1 << 22;
    /// Large messages come in pieces.
    pub const FRAGMENTS: u64 = 1 << 23;
    /// `spawn_request`
    pub const SPAWN: u64 = 1 << 32;
    /// Messages go to aliases.
    pub const ALIAS: u64 = 1 << 35;
    /// Signals by alias, with priority (28).
    pub const ALTERNATIVE: u64 = 1 << 37;
}

/// Bytes that wait in a connection's queue before who sends more must wait.
static BUSY_LIMIT: AtomicUsize = AtomicUsize::new(1 << 20);

/// Sets how many bytes may wait before senders must.
pub fn set_busy_limit(bytes: usize) {
    BUSY_LIMIT.store(bytes, Ordering::Relaxed);
}

/// Who carries what is sent.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Controller {
    /// A port.
    Port(u64),
    /// A process.
    Process(u64),
}

impl Controller {
    /// The port or pid.
    pub fn term(self) -> Term<'static> {
        match self {
            Controller::Port(number) => Term::local_port(number),
            Controller::Process(number) => Term::local_pid(number),
        }
    }
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum State {
    Pending,
    Up,
    Down,
}

/// A connection to another node.
pub struct Connection {
    /// The node.
    pub node: Atom,
    /// Number among all connections.
    pub id: u32,
    handle: RefNumbers,
    this: Weak<Connection>,
    inner: Mutex<Inner>,
    incoming: Mutex<Incoming>,
    reader: Mutex<Reader>,
    received: AtomicU64,
}

struct Inner {
    state: State,
    controller: Option<Controller>,
    /// The controller carries no more.
    closing: bool,
    flags: u64,
    creation: u32,
    queue: Queue,
    /// They name atoms by their places in a cache.
    cache: bool,
    /// Somebody carries packets to the port.
    flushing: bool,
    /// The controller wants to be told of data.
    notify: bool,
    get_size: bool,
    input_handler: Option<u64>,
    /// Processes with links, monitors or requests over the connection; some may be gone.
    concerned: BTreeSet<u64>,
    sweep_at: usize,
    sent: u64,
    /// What is done when what processes have sent, which are gone, is admitted.
    leaving: BTreeMap<u64, Leaving>,
    /// Reasons of processes that have exited between their request to spawn with a link and its answer.
    orphans: BTreeMap<RefNumbers, Message>,
}

type Leaving = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Incoming {
    arrivals: VecDeque<Arrival>,
    /// Somebody takes them.
    taken: bool,
}

enum Arrival {
    /// It begins at this place.
    Packet(Vec<u8>, usize),
    /// The controller has ended, with this reason; what is to be done when the connection has.
    End(Message, Leaving),
}

/// What a handle of a connection holds.
struct Handle(Arc<Connection>);

const FIRST_SWEEP: usize = 256;
/// Bytes that are written at once, and do not wait for others.
const AT_ONCE: usize = 32 << 10;

/// Connections that are pending or up, by node.
static CONNECTIONS: RwLock<BTreeMap<Atom, Arc<Connection>>> = RwLock::new(BTreeMap::new());
static LAST: AtomicU32 = AtomicU32::new(0);
/// Connections whose controller is a process.
static BY_PROCESS: AtomicUsize = AtomicUsize::new(0);

/// Has this node a name?
pub fn is_alive() -> bool {
    this_node().name != names::NONODE_NOHOST
}

/// The connection to this node, also one that is pending.
pub fn find(node: Atom) -> Option<Arc<Connection>> {
    CONNECTIONS.read().get(&node).cloned()
}

/// All connections.
pub fn all() -> Vec<Arc<Connection>> {
    CONNECTIONS.read().values().cloned().collect()
}

/// The connection to this node, made if there is none: it is pending then. And whether it is new.
pub fn begin(node: Atom) -> (Arc<Connection>, bool) {
    if let Some(connection) = find(node) {
        return (connection, false);
    }
    let mut connections = CONNECTIONS.write();
    if let Some(connection) = connections.get(&node) {
        return (Arc::clone(connection), false);
    }
    let connection = Arc::new_cyclic(|this| Connection {
        node,
        this: this.clone(),
        id: LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1),
        handle: crate::unique::next_reference(),
        inner: Mutex::new(Inner {
            state: State::Pending,
            controller: None,
            closing: false,
            flags: 0,
            creation: 0,
            queue: Queue::new(BUSY_LIMIT.load(Ordering::Relaxed)),
            cache: false,
            flushing: false,
            notify: false,
            get_size: false,
            input_handler: None,
            concerned: BTreeSet::new(),
            sweep_at: FIRST_SWEEP,
            sent: 0,
            leaving: BTreeMap::new(),
            orphans: BTreeMap::new(),
        }),
        incoming: Mutex::default(),
        reader: Mutex::new(Reader::new(true)),
        received: AtomicU64::new(0),
    });
    connections.insert(node, Arc::clone(&connection));
    (connection, true)
}

/// The connection to this node; `net_kernel` is told to make one if there is none. `None`: this node is not alive, or is that node.
pub fn connect(node: Atom) -> Option<Arc<Connection>> {
    if let Some(connection) = find(node) {
        return Some(connection);
    }
    if !is_alive() || node == this_node().name {
        return None;
    }
    let (connection, new) = begin(node);
    if new {
        let Some(kernel) = machine().registry.process(Atom::of("net_kernel")) else {
            connection.abort();
            return None;
        };
        let message = Message::build(|builder| {
            let handle = connection.handle_term(builder);
            builder.tuple(&[
                Term::atom(Atom::of("auto_connect")),
                Term::atom(node),
                handle,
            ])
        });
        let _ = signal::push(&kernel, Signal::Message(message));
    }
    Some(connection)
}

/// The connection that a handle, `{Id, Ref}`, stands for.
pub fn of_handle(handle: Term<'_>) -> Option<Arc<Connection>> {
    let [id, reference] = handle.as_tuple_of::<2>()?;
    let Handle(connection) = reference.as_reference()?.magic_value::<Handle>()?;
    (id.as_u64() == Some(connection.id.into())).then(|| Arc::clone(connection))
}

/// A message that came over the connection of this number, and that somebody has looked at now, is none.
pub(crate) fn damaged(id: u32) {
    let connections = CONNECTIONS.read();
    let found = connections.values().find(|connection| connection.id == id);
    let found = found.cloned();
    drop(connections);
    if let Some(connection) = found {
        connection.close(names::KILLED);
    }
}

/// The connection whose controller is this process.
pub fn controlled_by(process: u64) -> Option<Arc<Connection>> {
    if BY_PROCESS.load(Ordering::Acquire) == 0 {
        return None;
    }
    let connections = CONNECTIONS.read();
    let mut found = connections.values().filter(|connection| {
        connection.inner.lock().controller == Some(Controller::Process(process))
    });
    found.next().cloned()
}

/// This node is not alive any more: nor are its connections.
pub fn leave() {
    let reason = Atom::of("net_kernel_terminated");
    for connection in all() {
        if !connection.abort() {
            connection.close(reason);
        }
    }
}

/// Places in the caches of connections.
pub const CACHE_PLACES: usize = header::SLOTS;

/// Where an atom stands in the caches of connections.
pub fn cache_place(atom: Atom) -> usize {
    header::slot(atom)
}

/// This node and the others in the form of crash dumps.
pub fn report() -> String {
    use std::fmt::Write;
    let this = this_node().name;
    let mut out = format!("=node:{}\n", display_atom(this));
    if !is_alive() {
        out.push_str("=no_distribution\n");
        return out;
    }
    let mut others = known::names();
    others.retain(|&name| name != this);
    let mut sections = [String::new(), String::new(), String::new()];
    for connection in all() {
        let (Some(flags), Some(controller)) = (connection.flags(), connection.controller()) else {
            continue;
        };
        others.retain(|&name| name != connection.node);
        let (kind, place) = if flags & flag::PUBLISHED != 0 {
            ("visible_node", 0)
        } else {
            ("hidden_node", 1)
        };
        // Writing into a string does not fail.
        let _ = writeln!(
            sections[place],
            "={kind}:{}\nName: {}\nController: {}\nCreation: {}",
            connection.node.index(),
            display_atom(connection.node),
            String::from_utf8_lossy(&display_bytes(controller.term(), usize::MAX)),
            connection.creation()
        );
    }
    for name in others {
        let _ = writeln!(
            sections[2],
            "=not_connected:{}\nName: {}",
            name.index(),
            display_atom(name)
        );
    }
    out + &sections.concat()
}

impl Connection {
    /// `{Id, Ref}`
    pub fn handle_term<'p>(self: &Arc<Connection>, builder: &mut Builder<'p>) -> Term<'p> {
        let value = Box::new(Handle(Arc::clone(self)));
        let reference = builder.magic_reference(self.handle, Arc::new(Magic::new(value)));
        builder.tuple(&[Term::small(self.id.into()), reference])
    }
    /// Is it pending or up?
    pub fn is_open(&self) -> bool {
        self.inner.lock().state != State::Down
    }
    /// Is it up?
    pub fn is_up(&self) -> bool {
        self.inner.lock().state == State::Up
    }
    /// Has its controller ended? It will not be up for long.
    pub fn is_ending(&self) -> bool {
        let inner = self.inner.lock();
        inner.state == State::Up && inner.closing
    }
    /// What the other node can do; `None` before that is known.
    pub fn flags(&self) -> Option<u64> {
        let inner = self.inner.lock();
        (inner.state == State::Up).then_some(inner.flags)
    }
    /// Can the other node do this? As long as we don't know we hope so.
    fn can(&self, flag: u64) -> bool {
        self.flags().is_none_or(|flags| flags & flag != 0)
    }
    /// Creation of the other node.
    pub fn creation(&self) -> u32 {
        self.inner.lock().creation
    }
    /// The controller.
    pub fn controller(&self) -> Option<Controller> {
        self.inner.lock().controller
    }
    /// Packets received, packets sent, bytes that wait.
    pub fn counts(&self) -> (u64, u64, usize) {
        let inner = self.inner.lock();
        let received = self.received.load(Ordering::Relaxed);
        (received, inner.sent, inner.queue.len())
    }
    /// The handshake is over. `false`: the connection is not pending, or `net_kernel` is gone.
    pub fn establish(
        self: &Arc<Connection>,
        controller: Controller,
        flags: u64,
        creation: u32,
        setup: u64,
    ) -> bool {
        let Some(kernel) = machine().registry.process(Atom::of("net_kernel")) else {
            return false;
        };
        {
            let mut inner = self.inner.lock();
            if inner.state != State::Pending || inner.controller.is_some() {
                return false;
            }
            // Without the cache there are headers all the same if there are fragments.
            let headers = flags & (flag::ATOM_CACHE | flag::FRAGMENTS) != 0;
            inner.cache = flags & flag::ATOM_CACHE != 0;
            *self.reader.lock() = Reader::new(headers);
            inner.controller = Some(controller);
            inner.flags = flags;
            inner.creation = creation;
            inner.state = State::Up;
            let writer = headers.then(|| Writer::new(flags & flag::FRAGMENTS != 0));
            let adapted = |frame| pending::adapted(frame, flags);
            inner.queue.opens(writer, adapted);
        }
        if let Controller::Process(_) = controller {
            BY_PROCESS.fetch_add(1, Ordering::AcqRel);
        }
        let message = Message::build(|builder| {
            builder.tuple(&[
                Term::atom(Atom::of("dist_ctrlr")),
                controller.term(),
                Term::atom(self.node),
                Term::local_pid(setup),
            ])
        });
        let _ = signal::push(&kernel, Signal::Message(message));
        watch::node_is_up(self);
        self.flush();
        true
    }
    /// Takes back a connection that is pending. `false`: it is up, or was.
    pub fn abort(self: &Arc<Connection>) -> bool {
        if self.inner.lock().state != State::Pending {
            return false;
        }
        self.end(&Message::immediate(Term::atom(names::NOCONNECTION).word()));
        true
    }
    /// Ends the controller, and with it the connection.
    pub fn close(&self, reason: Atom) {
        // What was sent before it goes out.
        self.flush();
        let inner = self.inner.lock();
        let controller = inner.controller.filter(|_| !inner.closing);
        drop(inner);
        match controller {
            Some(Controller::Port(number)) => port::close(number, reason),
            Some(Controller::Process(number)) => {
                let exit = Signal::Exit {
                    from: crate::process::Peer::Process(number),
                    reason: Message::immediate(Term::atom(names::KILL).word()),
                };
                drop(signal::deliver(number, exit));
            }
            None => {}
        }
    }
    /// The controller has ended with this reason. What has come before is delivered first, by somebody else perhaps, and `then` follows: who
    /// hears of the controller's end, and connects anew, must not find this connection.
    pub fn controller_ends(
        self: &Arc<Connection>,
        reason: Message,
        then: impl FnOnce() + Send + 'static,
    ) {
        self.inner.lock().closing = true;
        self.incoming
            .lock()
            .arrivals
            .push_back(Arrival::End(reason, Box::new(then)));
        self.take_arrivals();
    }
    /// The end: whoever is concerned is told.
    fn end(self: &Arc<Connection>, reason: &Message) {
        let mut inner = self.inner.lock();
        if inner.state == State::Down {
            return;
        }
        let was_up = inner.state == State::Up;
        Node::of(self.node, inner.creation).touch();
        if let Some(Controller::Process(_)) = inner.controller {
            BY_PROCESS.fetch_sub(1, Ordering::AcqRel);
        }
        inner.state = State::Down;
        inner.closing = true;
        inner.controller = None;
        let waiting = inner.queue.clear();
        inner.orphans.clear();
        let concerned = std::mem::take(&mut inner.concerned);
        let leaving = std::mem::take(&mut inner.leaving);
        drop(inner);
        *self.reader.lock() = Reader::new(true);
        for process in concerned {
            remote::tell_lost(process, self.node);
        }
        {
            let mut connections = CONNECTIONS.write();
            let this = connections
                .get(&self.node)
                .is_some_and(|other| Arc::ptr_eq(other, self));
            if this {
                connections.remove(&self.node);
            }
        }
        wake_all(waiting);
        leaving.into_values().for_each(|last| last());
        if was_up {
            watch::node_is_down(self, reason.term());
        }
    }
    /// The process will have something that ends with the connection. `false`: it has ended.
    pub fn concerns(&self, process: u64) -> bool {
        let mut inner = self.inner.lock();
        if inner.state == State::Down {
            return false;
        }
        inner.concerned.insert(process);
        if inner.concerned.len() > inner.sweep_at {
            let processes = &machine().processes;
            inner
                .concerned
                .retain(|&number| number == process || processes.contains(number));
            inner.sweep_at = (inner.concerned.len() * 2).max(FIRST_SWEEP);
        }
        true
    }
    /// The process has exited with this reason before its request to spawn, with a link, was answered.
    pub(crate) fn leave_orphan(&self, request: RefNumbers, reason: Message) {
        let mut inner = self.inner.lock();
        if inner.state != State::Down {
            inner.orphans.insert(request, reason);
        }
    }
    pub(crate) fn take_orphan(&self, request: RefNumbers) -> Option<Message> {
        self.inner.lock().orphans.remove(&request)
    }
    /// Does who sends wait?
    pub fn is_busy(&self) -> bool {
        self.inner.lock().queue.is_busy()
    }
    /// The process, which has sent something, waits until there is room. `false`: there is.
    pub fn suspends(&self, process: u64) -> bool {
        self.inner.lock().queue.suspend(process)
    }
    /// Does something of what the process has sent wait for room?
    pub(crate) fn holds(&self, process: u64) -> bool {
        self.inner.lock().queue.holds(process)
    }
    /// A process, which has sent its last, would wait until there is room: `last` is called then. It comes back if there is room.
    pub(crate) fn leaves(&self, process: u64, last: Leaving) -> Option<Leaving> {
        let mut inner = self.inner.lock();
        if !inner.queue.suspend(process) {
            return Some(last);
        }
        inner.leaving.insert(process, last);
        None
    }
    /// Does it still wait?
    pub fn is_waiting(&self, process: u64) -> bool {
        self.inner.lock().queue.is_waiting(process)
    }
    /// Sends a control message of a process, and what goes with it. `false`: it is too large for the format.
    fn send(
        &self,
        sender: Sender,
        control: impl for<'p> FnOnce(&mut Builder<'p>) -> Term<'p>,
        payload: Option<Term<'_>>,
    ) -> bool {
        let control = Message::build(control);
        let (state, cache) = {
            let inner = self.inner.lock();
            (inner.state, inner.cache)
        };
        if state == State::Down {
            return true;
        }
        // What the other node can't do must be written anew.
        let whole = state == State::Pending;
        let Some(mut frame) = Frame::encoded(control.term(), payload, cache, whole) else {
            return false;
        };
        frame.hopes = whole;
        frame.from = sender.process;
        self.enqueue(frame, sender.suspends);
        true
    }
    fn enqueue(&self, frame: Frame, suspends: bool) {
        let mut told = None;
        let many = {
            let mut inner = self.inner.lock();
            if inner.state == State::Down {
                return;
            }
            let frame = match inner.state {
                // It has come up while the message was made.
                State::Up => pending::adapted(frame, inner.flags),
                _ => Some(frame),
            };
            let Some(frame) = frame else { return };
            inner.queue.push(frame, suspends);
            if let Some(Controller::Process(number)) = inner.controller
                && std::mem::take(&mut inner.notify)
            {
                told = Some(number);
            }
            inner.queue.len() >= AT_ONCE
        };
        match told {
            Some(controller) => tell_data(controller),
            None if many || !turn::put_off(&self.this) => self.flush(),
            None => {}
        }
    }
    /// Carries what waits to the port, as long as that is not busy, unless somebody does so already.
    pub fn flush(&self) {
        loop {
            let number = {
                let mut inner = self.inner.lock();
                let Some(Controller::Port(number)) = inner.controller else {
                    return;
                };
                if inner.flushing || inner.closing || inner.queue.is_empty() {
                    return;
                }
                inner.flushing = true;
                number
            };
            let mut busy = port::is_busy(number);
            while !busy {
                let packets = self.next_packets();
                if packets.is_empty() {
                    break;
                }
                busy = port::carry(number, packets);
            }
            let mut inner = self.inner.lock();
            inner.flushing = false;
            let rest = !inner.queue.is_empty();
            drop(inner);
            // What has come, or become possible, meanwhile is for nobody else.
            if !rest || port::is_busy(number) {
                return;
            }
        }
    }
    /// A packet, which begins at `start`, has come from the controller; it waits for [`Connection::take_arrivals`].
    pub fn arrives(&self, packet: Vec<u8>, start: usize) {
        self.received.fetch_add(1, Ordering::Relaxed);
        if packet.len() > start {
            self.incoming
                .lock()
                .arrivals
                .push_back(Arrival::Packet(packet, start));
        }
    }
    /// Delivers what has come, unless somebody does so already.
    pub fn take_arrivals(self: &Arc<Connection>) {
        loop {
            let mut arrivals = {
                let mut incoming = self.incoming.lock();
                if incoming.taken || incoming.arrivals.is_empty() {
                    return;
                }
                incoming.taken = true;
                std::mem::take(&mut incoming.arrivals)
            };
            while let Some(arrival) = arrivals.pop_front() {
                match arrival {
                    Arrival::Packet(packet, start) => {
                        if self.is_up() && self.take_packet(packet, start).is_err() {
                            let is_end = |arrival: &Arrival| matches!(arrival, Arrival::End(..));
                            arrivals.retain(is_end);
                            self.incoming.lock().arrivals.retain(is_end);
                            self.close(names::KILLED);
                        }
                    }
                    Arrival::End(reason, then) => {
                        self.end(&reason);
                        then();
                    }
                }
            }
            self.incoming.lock().taken = false;
        }
    }
    fn take_packet(self: &Arc<Connection>, packet: Vec<u8>, start: usize) -> Result<(), Damaged> {
        let whole = self.reader.lock().packet(packet, start)?;
        whole.map_or(Ok(()), |whole| receive::take(self, &whole))
    }
    /// `dist_ctrl_get_data/1`: the next packet, and whether its size is wanted with it.
    pub fn next_packet(&self) -> (Option<Vec<u8>>, bool) {
        let mut inner = self.inner.lock();
        let packet = inner.next_packet();
        let woken = inner.take_woken();
        let get_size = inner.get_size;
        drop(inner);
        woken.wake();
        (packet.map(Packet::into_bytes), get_size)
    }
    /// Packets for a port, as many as are written at once.
    fn next_packets(&self) -> Vec<Packet> {
        let mut inner = self.inner.lock();
        let mut packets = Vec::new();
        let mut bytes = 0;
        while bytes < AT_ONCE
            && let Some(packet) = inner.next_packet()
        {
            bytes += packet.len();
            packets.push(packet);
        }
        let woken = inner.take_woken();
        drop(inner);
        woken.wake();
        packets
    }
    /// `dist_ctrl_get_data_notification/1`
    pub fn notify(&self, controller: u64) {
        let mut inner = self.inner.lock();
        if inner.queue.is_empty() {
            inner.notify = true;
        } else if !inner.notify {
            drop(inner);
            tell_data(controller);
        }
    }
    /// `dist_ctrl_set_opt(_, get_size, _)`: what it was.
    pub fn set_get_size(&self, value: Option<bool>) -> bool {
        let mut inner = self.inner.lock();
        let before = inner.get_size;
        inner.get_size = value.unwrap_or(before);
        before
    }
    /// `dist_ctrl_input_handler/2`
    pub fn set_input_handler(&self, process: u64) {
        self.inner.lock().input_handler = Some(process);
    }
    /// Who may bring data.
    pub fn input_handler(&self) -> Option<u64> {
        self.inner.lock().input_handler
    }
}

impl Inner {
    fn next_packet(&mut self) -> Option<Packet> {
        let packet = self.queue.pop()?;
        self.sent += 1;
        Some(packet)
    }
    fn take_woken(&mut self) -> Woken {
        let (woken, again) = self.queue.take_woken();
        let controller = self.controller;
        let leaving = if self.leaving.is_empty() {
            Vec::new()
        } else {
            let gone = woken
                .iter()
                .filter_map(|process| self.leaving.remove(process));
            gone.collect()
        };
        Woken {
            leaving,
            woken,
            again,
            controller,
        }
    }
}

/// Who sends something.
#[derive(Copy, Clone)]
struct Sender {
    process: u64,
    /// It can wait for a large message to be admitted.
    suspends: bool,
}

impl Sender {
    /// One that goes on, or sends nothing large.
    fn goes_on(process: u64) -> Sender {
        Sender {
            process,
            suspends: false,
        }
    }
}

/// Some room has become free.
struct Woken {
    /// They wait no longer.
    woken: BTreeSet<u64>,
    /// What those have left to do that are gone.
    leaving: Vec<Leaving>,
    /// They could send a part, and wait again.
    again: Vec<u64>,
    controller: Option<Controller>,
}

impl Woken {
    fn wake(self) {
        wake_all(self.woken);
        self.leaving.into_iter().for_each(|last| last());
        let Some(controller) = self.controller else {
            return;
        };
        for process in self.again {
            crate::system_monitor::node_is_busy(process, controller.term());
        }
    }
}

fn wake_all(processes: BTreeSet<u64>) {
    for process in processes {
        // Any signal makes it try again.
        let _ = signal::deliver(process, Signal::Task(Box::new(|_, _| {})));
    }
}

fn tell_data(controller: u64) {
    let message = Message::immediate(Term::atom(Atom::of("dist_data")).word());
    let _ = signal::deliver(controller, Signal::Message(message));
}

/// A process exits, and with it the connection whose controller it is.
pub(crate) fn process_exits(process: &Process, reason: Term<'_>) {
    if let Some(connection) = controlled_by(process.number) {
        connection.controller_ends(Message::copy_of(reason), || {});
    }
}
