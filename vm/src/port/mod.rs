//! Ports: what stands for a driver or a program among processes. Follows `io.c` and `erl_bif_port.c`.
//!
//! A port has an owner, which gets its data, links and monitors like a process, and a driver. Everything that is done to a port is done
//! at once, under the port's lock, by whoever does it: a process that commands it, whoever polls when a descriptor is ready. So what a
//! process sends to a port and what the port sends back keep their order. A port whose driver has bytes to write when it is closed tells
//! those linked to it at once, and stays until the bytes are written.

pub mod driver;
mod info;
mod line;
pub mod settings;
mod signals;
mod traced;

pub use driver::{
    Driver, DriverEntry, Event, Loaded, OpenError, Opening, PortCx, Remote, Reply, Started,
};
pub(crate) use info::Summary;
pub use info::{Item, items};
pub use settings::{Refused, Settings, Target, Watermarks};
pub use signals::iolist_bytes;

use crate::dist::{Connection, Controller, Packet};
use crate::logger;
use crate::machine::machine;
use crate::process::{Message, Peer};
use crate::signal::port as face;
use crate::signal::{Signal, deliver, link};
use crate::trace::Tracee;
use driver::Entry;
use line::LineBuffer;
use oxbeam_term::atom::known;
use oxbeam_term::boxed::external::max_local_port;
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::{Atom, Term};
use parking_lot::{Mutex, MutexGuard, ReentrantMutex, ReentrantMutexGuard, RwLock};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, Instant};
use traced::NOTHING;

static INPUT: AtomicU64 = AtomicU64::new(0);
static OUTPUT: AtomicU64 = AtomicU64::new(0);

fn note_input(bytes: usize) {
    INPUT.fetch_add(bytes as u64, Ordering::Relaxed);
}

/// Bytes that came in and went out through ports (`statistics(io)`).
pub fn byte_counts() -> (u64, u64) {
    (
        INPUT.load(Ordering::Relaxed),
        OUTPUT.load(Ordering::Relaxed),
    )
}

/// How a port ends when its driver says so.
enum Ended {
    /// Those linked to it get this reason, an atom or a number.
    Failed(Term<'static>),
    /// So do they, but not the owner.
    Quietly(Atom),
}

/// A port.
pub struct Port {
    /// Its number.
    pub number: u64,
    name: Vec<u8>,
    entry: Entry,
    /// What its driver's ports share, taken before `inner`: whoever calls a driver's function for one port may do something to another.
    shared: Option<Arc<ReentrantMutex<()>>>,
    inner: Mutex<Inner>,
    /// Neither closed nor ended.
    open: AtomicBool,
    /// As in `inner`, for those that don't hold the lock.
    owner: AtomicU64,
    /// `port_set_data/2`; `None` once the port is gone.
    data: Mutex<Option<Message>>,
    /// The connection to another node that the port carries.
    connection: OnceLock<Arc<Connection>>,
    /// What is traced of it.
    pub trace: Tracee,
}

struct Inner {
    /// Gone once the port has ended; taken out while it runs.
    driver: Option<Box<dyn Driver>>,
    /// Those linked are told, nobody finds the port any more, only bytes wait to be written.
    closing: bool,
    ended: bool,
    owner: u64,
    links: BTreeSet<Peer>,
    /// Unlinks that were sent and wait to be acknowledged.
    unlinking: BTreeMap<Peer, u64>,
    last_unlink: u64,
    watched_by: BTreeMap<RefNumbers, (Peer, Option<Atom>)>,
    registered: Option<Atom>,
    input: u64,
    output: u64,
    os_pid: Option<u32>,
    binary: bool,
    eof: bool,
    parallelism: bool,
    line: Option<LineBuffer>,
    busy: bool,
    /// Processes that wait for the port not to be busy.
    waiting: Vec<u64>,
    /// The owner wants `{Port, closed}` at the end.
    tell_closed: bool,
    /// Whoever has opened the port waits to be told that it is there.
    awaited: Option<(u64, RefNumbers)>,
}

/// The lock of a port, held.
struct Held<'l> {
    inner: MutexGuard<'l, Inner>,
    _shared: Option<ReentrantMutexGuard<'l, ()>>,
}

impl Deref for Held<'_> {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.inner
    }
}

impl DerefMut for Held<'_> {
    fn deref_mut(&mut self) -> &mut Inner {
        &mut self.inner
    }
}

/// The table of ports.
struct Table {
    ports: BTreeMap<u64, Arc<Port>>,
    next: u64,
}

impl Table {
    /// The first number from `next` on that no port has. They begin anew at their end.
    fn free_from(&self, next: u64) -> u64 {
        let numbers = max_local_port() + 1;
        let mut number = next % numbers;
        while self.ports.contains_key(&number) {
            number = (number + 1) % numbers;
        }
        number
    }
}

static TABLE: RwLock<Table> = RwLock::new(Table {
    ports: BTreeMap::new(),
    next: 0,
});
static DRIVERS: RwLock<Vec<&'static DriverEntry>> = RwLock::new(Vec::new());
static LOADED: RwLock<Vec<Arc<dyn Loaded>>> = RwLock::new(Vec::new());

/// A driver was loaded.
pub fn add_loaded(driver: Arc<dyn Loaded>) {
    LOADED.write().push(driver);
}

/// A driver is unloaded; it has no ports.
pub fn remove_loaded(driver: &Arc<dyn Loaded>) {
    LOADED.write().retain(|each| !Arc::ptr_eq(each, driver));
}

/// Makes drivers known, and ports to processes. Port 0 is the first of them: `forker`, which belongs to no program but is there.
pub fn start(drivers: &'static [DriverEntry]) {
    DRIVERS.write().extend(drivers);
    face::install(&signals::Face);
    let forker = Target::Driver(b"forker".to_vec());
    let _ = open(0, &forker, &Settings::default());
}

/// The driver of this name.
fn driver(name: &[u8]) -> Option<Entry> {
    let loaded = LOADED.read();
    let mut usable = loaded.iter().filter(|entry| entry.is_usable());
    if let Some(entry) = usable.find(|entry| entry.name().as_bytes() == name) {
        return Some(Entry::Loaded(Arc::clone(entry)));
    }
    let own = DRIVERS.read();
    let mut own = own.iter();
    let found = own.find(|entry| entry.name.as_bytes() == name)?;
    Some(Entry::Own(found))
}

/// Why there is no port.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum NoPort {
    /// The driver can't start.
    Driver(OpenError),
    /// There are as many as there may be.
    SystemLimit,
}

/// The driver that serves `target`: `{spawn, _}` looks for one of that name first.
fn driver_of(target: &Target) -> Option<Entry> {
    let named = |command: &[u8]| {
        let first = command.split(|&byte| byte == b' ').next();
        driver(first.unwrap_or_default())
    };
    match target {
        Target::Spawn(command) => named(command).or_else(|| driver(b"spawn")),
        Target::Driver(command) => named(command),
        Target::Executable(_) => driver(b"spawn"),
        Target::Descriptors(..) => driver(b"fd"),
        Target::File(_) => driver(b"vanilla"),
    }
}

/// A port that was opened.
pub struct Opened {
    /// The port.
    pub port: Arc<Port>,
    /// The driver says later whether it is there, in a message with this reference.
    pub awaited: Option<RefNumbers>,
}

/// Opens a port for the process `owner`, which is linked to it on the port's side.
///
/// # Errors
/// No such driver, or it can't start.
pub fn open(owner: u64, target: &Target, settings: &Settings) -> Result<Opened, NoPort> {
    let badarg = NoPort::Driver(OpenError::Badarg);
    let entry = driver_of(target).ok_or(badarg)?;
    if settings.exit_status && entry.name() != "spawn" {
        return Err(badarg);
    }
    let number = reserve().ok_or(NoPort::SystemLimit)?;
    let mut result = Err(NoPort::Driver(OpenError::General));
    let port = Arc::new_cyclic(|this| {
        let (port, started) = make(this, number, &entry, owner, target, settings, None);
        result = started.map_err(NoPort::Driver);
        port
    });
    result?;
    TABLE.write().ports.insert(number, Arc::clone(&port));
    port.tell_opened(owner);
    let begun = {
        let mut inner = port.lock();
        let begun = port.call_driver(&mut inner, Some(owner), |driver, cx| driver.begin(cx));
        match begun {
            Some(Ok(Started::Later)) => {
                let reference = crate::unique::next_reference();
                inner.awaited = Some((owner, reference));
                Ok(Some(reference))
            }
            Some(Ok(Started::Now)) | None => Ok(None),
            Some(Err(error)) => {
                inner.links.clear();
                inner.driver = None;
                port.open.store(false, Ordering::Release);
                port.terminate(&mut inner);
                Err(NoPort::Driver(error))
            }
        }
    };
    port.serve_connection();
    let awaited = begun?;
    Ok(Opened { port, awaited })
}

/// A port that a driver makes itself, for what it has accepted. It belongs to the process `owner`, which is linked to it.
///
/// # Errors
/// No such driver, no room for another port, or the process is gone (`General`).
pub fn open_with(owner: u64, name: &str, driver: Box<dyn Driver>) -> Result<u64, NoPort> {
    let target = Target::Driver(name.as_bytes().to_vec());
    let entry = driver_of(&target).ok_or(NoPort::Driver(OpenError::Badarg))?;
    open_entry(owner, &entry, &target, driver)
}

/// The same for a driver that was loaded, whatever name the port has.
///
/// # Errors
/// As there.
pub fn open_loaded(
    owner: u64,
    entry: Arc<dyn Loaded>,
    name: Vec<u8>,
    driver: Box<dyn Driver>,
) -> Result<u64, NoPort> {
    open_entry(owner, &Entry::Loaded(entry), &Target::Driver(name), driver)
}

fn open_entry(
    owner: u64,
    entry: &Entry,
    target: &Target,
    driver: Box<dyn Driver>,
) -> Result<u64, NoPort> {
    let number = reserve().ok_or(NoPort::SystemLimit)?;
    let settings = Settings {
        input: true,
        output: true,
        ..Settings::default()
    };
    let port =
        Arc::new_cyclic(|this| make(this, number, entry, owner, target, &settings, Some(driver)).0);
    TABLE.write().ports.insert(number, Arc::clone(&port));
    port.with_driver(None, |driver, cx| driver.start(cx));
    if deliver(owner, Signal::Link(Peer::Port(number))).is_err() {
        port.close(owner);
        return Err(NoPort::Driver(OpenError::General));
    }
    Ok(number)
}

/// A number for a new port.
fn reserve() -> Option<u64> {
    let mut table = TABLE.write();
    if table.ports.len() >= machine().config.port_limit {
        return None;
    }
    let number = table.free_from(table.next);
    table.next = number + 1;
    Some(number)
}

/// The number of the next port, if nobody takes it meanwhile.
pub fn next_number() -> u64 {
    let table = TABLE.read();
    table.free_from(table.next)
}

/// Lets numbers go on from `next`, or from the first after it that is free; gives that one.
pub fn set_next_number(next: u64) -> u64 {
    let mut table = TABLE.write();
    let next = table.free_from(next);
    table.next = next;
    next
}

fn make(
    this: &Weak<Port>,
    number: u64,
    entry: &Entry,
    owner: u64,
    target: &Target,
    settings: &Settings,
    given: Option<Box<dyn Driver>>,
) -> (Port, Result<(), OpenError>) {
    let mut opening = Opening {
        target,
        settings,
        remote: Remote(this.clone()),
        os_pid: None,
    };
    let opened = match given {
        Some(driver) => Ok(driver),
        None => entry.open(&mut opening),
    };
    let (driver, result) = match opened {
        Ok(driver) => (Some(driver), Ok(())),
        Err(error) => (None, Err(error)),
    };
    let name = match target {
        Target::Spawn(name)
        | Target::Driver(name)
        | Target::Executable(name)
        | Target::File(name) => name.clone(),
        Target::Descriptors(input, output) => format!("{input}/{output}").into_bytes(),
    };
    let mut links = BTreeSet::new();
    // The first process does not know the first port.
    if number != 0 {
        links.insert(Peer::Process(owner));
    }
    let inner = Inner {
        driver,
        closing: false,
        ended: false,
        owner,
        links,
        unlinking: BTreeMap::new(),
        last_unlink: 0,
        watched_by: BTreeMap::new(),
        registered: None,
        input: 0,
        output: 0,
        os_pid: opening.os_pid,
        binary: settings.binary,
        eof: settings.eof,
        parallelism: settings.parallelism,
        line: settings.line.map(LineBuffer::new),
        busy: false,
        waiting: Vec::new(),
        tell_closed: false,
        awaited: None,
    };
    let port = Port {
        number,
        name,
        entry: entry.clone(),
        shared: entry.lock(),
        inner: Mutex::new(inner),
        open: AtomicBool::new(true),
        owner: AtomicU64::new(owner),
        data: Mutex::new(Some(Message::immediate(
            Term::atom(known::UNDEFINED).word(),
        ))),
        connection: OnceLock::new(),
        trace: Tracee::of_new_port(),
    };
    (port, result)
}

/// The port of this number, unless it is closed.
pub fn find(number: u64) -> Option<Arc<Port>> {
    let port = there(number)?;
    let open = port.is_open();
    open.then_some(port)
}

/// The port of this number, which may be closed and only wait for its last bytes to be written.
pub fn there(number: u64) -> Option<Arc<Port>> {
    TABLE.read().ports.get(&number).cloned()
}

/// The port that `term` names: a port or a registered name.
pub fn lookup(term: Term<'_>) -> Option<Arc<Port>> {
    find(number_of(term)?)
}

/// The same for who only wants to know something about it: it may be closed and wait for its last bytes to be written.
pub fn look_at(term: Term<'_>) -> Option<Arc<Port>> {
    there(number_of(term)?)
}

fn number_of(term: Term<'_>) -> Option<u64> {
    Some(match term.as_atom() {
        Some(name) => match machine().registry.find(name)? {
            crate::registry::Named::Port(number) => number,
            crate::registry::Named::Process(_) => return None,
        },
        None => term.as_local_port()?,
    })
}

/// Numbers of all ports, those that are closed and wait for their last bytes to be written among them.
pub fn all() -> Vec<u64> {
    TABLE.read().ports.keys().copied().collect()
}

/// Number of ports.
pub fn count() -> usize {
    TABLE.read().ports.len()
}

/// Is, or was, any port traced? What ports send is looked at only then.
static TRACED: AtomicBool = AtomicBool::new(false);

/// A port is going to be traced.
pub fn will_be_traced() {
    TRACED.store(true, Ordering::Relaxed);
}

/// A driver sends a message from its port.
pub fn send_from(number: u64, to: u64, message: Message) {
    if TRACED.load(Ordering::Relaxed)
        && let Some(port) = there(number)
    {
        port.tell_sent(to, message.term());
    }
    let _ = deliver(to, Signal::Message(message));
}

/// Waits until no port has bytes to write, or the deadline has come: before the machine halts.
pub fn flush_all(deadline: Option<Instant>) {
    while deadline.is_none_or(|deadline| Instant::now() < deadline) {
        let ports: Vec<Arc<Port>> = TABLE.read().ports.values().cloned().collect();
        let queued = |port: &Arc<Port>| {
            let inner = port.lock();
            let driver = inner.driver.as_ref();
            driver.is_some_and(|driver| driver.queued() > 0)
        };
        if !ports.iter().any(queued) {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The machine ends at once: drivers give back what would outlive it. A port that somebody holds is left out.
pub fn emergency_close() {
    each_at_the_end(|driver| driver.emergency_close());
}

/// The machine ends: connections are closed.
pub(crate) fn hang_up() {
    each_at_the_end(|driver| driver.hang_up());
}

fn each_at_the_end(tell: impl Fn(&mut dyn Driver)) {
    let Some(table) = TABLE.try_read() else {
        return;
    };
    for port in table.ports.values() {
        if let Some(mut inner) = port.inner.try_lock()
            && let Some(driver) = &mut inner.driver
        {
            tell(driver.as_mut());
        }
    }
}

/// What became of data sent to a port.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Output {
    /// Taken.
    Done,
    /// The port is gone.
    Dropped,
    /// The port is busy.
    Busy,
}

impl Port {
    /// May a busy port be commanded nevertheless?
    pub fn soft_busy(&self) -> bool {
        self.entry.soft_busy()
    }
    /// Neither closed nor ended.
    pub fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }
    /// Sends a message to a process; `false` if there is none.
    pub fn send(&self, to: u64, message: Message) -> bool {
        self.tell_sent(to, message.term());
        deliver(to, Signal::Message(message)).is_ok()
    }
    /// The process that data go to, as of now.
    pub fn owner(&self) -> u64 {
        self.owner.load(Ordering::Acquire)
    }
    /// What it was opened with: a command, a driver's name, descriptors.
    pub fn name(&self) -> &[u8] {
        &self.name
    }
    fn set_owner(&self, inner: &mut Inner, owner: u64) {
        inner.owner = owner;
        self.owner.store(owner, Ordering::Release);
    }
    /// The port's lock, behind what its driver's ports share.
    fn lock(&self) -> Held<'_> {
        let shared = self.shared.as_ref().map(|shared| shared.lock());
        Held {
            inner: self.inner.lock(),
            _shared: shared,
        }
    }
    /// The same if it is free before `patience` is over.
    fn try_lock_for(&self, patience: Duration) -> Option<Held<'_>> {
        let shared = match &self.shared {
            Some(shared) => Some(shared.try_lock_for(patience)?),
            None => None,
        };
        Some(Held {
            inner: self.inner.try_lock_for(patience)?,
            _shared: shared,
        })
    }
    /// Calls the driver, and ends the port if it says so. `None`: the port is gone.
    pub(crate) fn with_driver<R>(
        self: &Arc<Port>,
        caller: Option<u64>,
        call: impl FnOnce(&mut dyn Driver, &mut PortCx<'_>) -> R,
    ) -> Option<R> {
        let result = {
            let mut inner = self.lock();
            if caller.is_some() {
                self.call_driver(&mut inner, caller, call)
            } else {
                // What its driver waited for may come when the port has just gone.
                if !inner.ended {
                    self.tell_in(NOTHING);
                }
                let result = self.call_driver(&mut inner, None, call);
                if !inner.ended && !inner.closing {
                    self.tell_out(NOTHING);
                }
                result
            }
        };
        self.serve_connection();
        result
    }
    /// What has come from another node may send something back, through this very port.
    fn serve_connection(&self) {
        if let Some(connection) = self.connection.get() {
            connection.take_arrivals();
            connection.flush();
        }
    }
    /// Does something to the port that is its driver's, from outside of the driver's functions. `None`: the port is gone.
    pub fn with_cx<R>(self: &Arc<Port>, call: impl FnOnce(&mut PortCx<'_>) -> R) -> Option<R> {
        let mut inner = self.lock();
        if inner.ended {
            return None;
        }
        let mut cx = PortCx {
            port: self,
            inner: &mut inner,
            caller: None,
            ended: None,
        };
        let result = call(&mut cx);
        cx.end_now();
        drop(inner);
        self.serve_connection();
        Some(result)
    }
    /// Ends the port as its driver says.
    fn settle(self: &Arc<Port>, inner: &mut Inner, ended: Ended) {
        match ended {
            _ if inner.closing => self.terminate(inner),
            Ended::Failed(reason) => self.exit(inner, reason, false, false),
            Ended::Quietly(reason) => {
                self.unlink_owner(inner);
                self.exit(inner, Term::atom(reason), false, false);
            }
        }
    }
    fn unlink_owner(&self, inner: &mut Inner) {
        let owner = Peer::Process(inner.owner);
        if inner.links.remove(&owner) {
            inner.last_unlink += 1;
            let (id, from) = (inner.last_unlink, Peer::Port(self.number));
            let _ = deliver(inner.owner, Signal::Unlink { from, id });
        }
    }
    fn call_driver<R>(
        self: &Arc<Port>,
        inner: &mut Inner,
        caller: Option<u64>,
        call: impl FnOnce(&mut dyn Driver, &mut PortCx<'_>) -> R,
    ) -> Option<R> {
        let mut driver = inner.driver.take()?;
        let mut cx = PortCx {
            port: self,
            inner,
            caller,
            ended: None,
        };
        let result = call(&mut *driver, &mut cx);
        let ended = cx.ended;
        if inner.ended {
            driver.stop(self.number);
        } else {
            inner.driver = Some(driver);
        }
        if let Some(ended) = ended {
            self.settle(inner, ended);
        }
        Some(result)
    }
    /// Sends data to the port, as process `caller`.
    pub fn output(self: &Arc<Port>, caller: u64, data: Vec<u8>, force: bool) -> Output {
        // Locked until the driver has the data: of two senders the first may make the port busy for the second.
        self.take_output(&mut self.lock(), caller, data, force)
    }
    fn take_output(
        self: &Arc<Port>,
        inner: &mut Inner,
        caller: u64,
        data: Vec<u8>,
        force: bool,
    ) -> Output {
        if inner.ended || inner.closing {
            return Output::Dropped;
        }
        if !force && inner.makes_wait(caller) {
            return Output::Busy;
        }
        self.tell_in("command");
        self.tell_received(caller, |builder| {
            let data = builder.binary(&data);
            builder.tuple(&[Term::atom(known::COMMAND), data])
        });
        inner.output += data.len() as u64;
        OUTPUT.fetch_add(data.len() as u64, Ordering::Relaxed);
        let done = self.call_driver(inner, Some(caller), |driver, cx| driver.output(cx, data));
        if !inner.ended && !inner.closing {
            self.tell_out("command");
        }
        match done {
            Some(()) => Output::Done,
            None => Output::Dropped,
        }
    }
    /// `port_control/3`; `None` is `badarg`.
    pub fn control(self: &Arc<Port>, caller: u64, operation: u32, data: &[u8]) -> Option<Reply> {
        self.tell_in("control");
        self.tell_received(caller, |builder| {
            let data = builder.binary(data);
            let data = builder.tuple(&[Term::small(operation.into()), data]);
            builder.tuple(&[Term::atom(Atom::of("control")), data])
        });
        let reply = self.with_driver(Some(caller), |driver, cx| {
            driver.control(cx, operation, data)
        })?;
        if self.is_open() {
            self.tell_answer(caller, reply.as_ref());
            self.tell_out("control");
        }
        reply
    }
    /// `port_call/3`, in the external format both ways; `None` is `badarg`.
    pub fn call(self: &Arc<Port>, caller: u64, operation: u32, data: &[u8]) -> Option<Vec<u8>> {
        self.tell_in("call");
        self.tell_received(caller, |builder| {
            let data = builder.binary(data);
            let data = builder.tuple(&[Term::small(operation.into()), data]);
            builder.tuple(&[Term::atom(Atom::of("call")), data])
        });
        let reply =
            self.with_driver(Some(caller), |driver, cx| driver.call(cx, operation, data))?;
        if self.is_open() {
            self.tell_out("call");
        }
        reply
    }
    /// `port_close/1`. `false`: it is closed already.
    pub fn close(self: &Arc<Port>, caller: u64) -> bool {
        if self.number == 0 {
            return false;
        }
        let mut inner = self.lock();
        if inner.ended || inner.closing {
            return false;
        }
        self.tell_in("close");
        self.tell_received(caller, |_| Term::atom(Atom::of("close")));
        self.exit(&mut inner, Term::atom(known::NORMAL), false, true);
        true
    }
    /// `port_connect/2` of `caller`: a new owner, which is linked too. `false`: there is no such process, or the port is closed.
    pub fn connect(self: &Arc<Port>, caller: u64, owner: u64) -> bool {
        let mut inner = self.lock();
        if inner.ended || inner.closing {
            return false;
        }
        let fresh = inner.links.insert(Peer::Process(owner));
        if fresh && deliver(owner, Signal::Link(Peer::Port(self.number))).is_err() {
            inner.links.remove(&Peer::Process(owner));
            return false;
        }
        self.tell_in("connect");
        if fresh {
            self.tell_about("getting_linked", Term::local_pid(owner));
        }
        self.tell_connect(caller, owner);
        self.set_owner(&mut inner, owner);
        self.tell_out("connect");
        true
    }
    /// The port becomes the controller of a connection to another node, whose handshake the process `setup` has done. `false`: it can't.
    pub fn carry_connection(
        &self,
        connection: &Arc<Connection>,
        flags: u64,
        creation: u32,
        setup: u64,
    ) -> bool {
        if !self.soft_busy() || !self.is_open() || self.connection.get().is_some() {
            return false;
        }
        let controller = Controller::Port(self.number);
        if !connection.establish(controller, flags, creation, setup) {
            return false;
        }
        let _ = self.connection.set(Arc::clone(connection));
        if !self.is_open() {
            // It has ended meanwhile, and told nobody.
            let reason = Message::immediate(Term::atom(known::NORMAL).word());
            connection.controller_ends(reason, || {});
        }
        true
    }
    /// The connection that the port carries.
    pub fn connection(&self) -> Option<&Arc<Connection>> {
        self.connection.get()
    }
    /// Packets for another node. Is the port busy then?
    fn carry(self: &Arc<Port>, packets: Vec<Packet>) -> bool {
        let mut inner = self.lock();
        if inner.ended || inner.closing {
            return false;
        }
        let bytes = packets.iter().map(Packet::len).sum::<usize>() as u64;
        inner.output += bytes;
        OUTPUT.fetch_add(bytes, Ordering::Relaxed);
        self.call_driver(&mut inner, None, |driver, cx| driver.carry(cx, packets));
        inner.busy
    }
    fn is_busy(&self) -> bool {
        self.lock().busy
    }
    fn close_with(self: &Arc<Port>, reason: Atom) {
        let mut inner = self.lock();
        // The packets that wait don't matter any more.
        self.exit(&mut inner, Term::atom(reason), false, false);
    }
    /// Gives the port a name. `false`: it has one, or somebody else has it.
    pub fn register(&self, name: Atom) -> bool {
        let mut inner = self.lock();
        if inner.ended || inner.closing || inner.registered.is_some() {
            return false;
        }
        let registered = machine().registry.register_port(name, self.number);
        if registered {
            inner.registered = Some(name);
            self.tell_about("register", Term::atom(name));
        }
        registered
    }
    /// Has the port a name?
    pub fn is_registered(&self) -> bool {
        self.lock().registered.is_some()
    }
    /// The port has lost its name.
    pub fn unregistered(&self) {
        if let Some(name) = self.lock().registered.take() {
            self.tell_about("unregister", Term::atom(name));
        }
    }
    /// `port_set_data/2`. `false`: the port is gone.
    pub fn set_data(&self, data: Message) -> bool {
        let mut place = self.data.lock();
        if place.is_none() {
            return false;
        }
        *place = Some(data);
        true
    }
    /// Looks at what `port_set_data/2` has set.
    pub fn with_data<R>(&self, look: impl FnOnce(Term<'_>) -> R) -> Option<R> {
        let place = self.data.lock();
        place.as_ref().map(|data| look(data.term()))
    }
    /// The end of the port as others see it. `from_outside`: not by its driver, whose bytes that wait are dropped then.
    fn exit(
        self: &Arc<Port>,
        inner: &mut Inner,
        reason: Term<'_>,
        tell_closed: bool,
        from_outside: bool,
    ) {
        if inner.ended || inner.closing {
            return;
        }
        inner.closing = true;
        self.open.store(false, Ordering::Release);
        inner.tell_closed = tell_closed;
        inner.set_busy(false);
        self.tell_about("closed", reason);
        let name = inner.registered.take();
        machine().registry.port_closes(self.number);
        if let Some(name) = name {
            self.tell_about("unregister", Term::atom(name));
        }
        let kill = reason.is(known::KILL);
        let told = if kill {
            Term::atom(known::KILLED)
        } else {
            reason
        };
        let from = Peer::Port(self.number);
        let links = std::mem::take(&mut inner.links);
        let watched_by = std::mem::take(&mut inner.watched_by);
        let tell = move |told: Term<'_>| {
            for peer in links {
                link::send_link_exit(from, peer, told, None);
            }
            for (reference, (by, _)) in watched_by {
                if let Peer::Process(number) = by {
                    let reason = Message::copy_of(told);
                    let _ = deliver(number, Signal::Down { reference, reason });
                }
            }
        };
        match self.connection.get() {
            Some(connection) => {
                let copy = Message::copy_of(told);
                connection.controller_ends(Message::copy_of(told), move || tell(copy.term()));
            }
            None => tell(told),
        }
        let queued = inner.driver.as_ref().map_or(0, |driver| driver.queued());
        if kill || !from_outside || queued == 0 {
            self.terminate(inner);
            return;
        }
        if let Some(mut driver) = inner.driver.take() {
            let mut cx = PortCx {
                port: self,
                inner,
                caller: None,
                ended: None,
            };
            driver.flush(&mut cx);
            let flushed = cx.ended.is_some();
            if inner.ended {
                driver.stop(self.number);
                return;
            }
            inner.driver = Some(driver);
            if flushed {
                self.terminate(inner);
            }
        }
    }
    fn terminate(self: &Arc<Port>, inner: &mut Inner) {
        if inner.ended {
            return;
        }
        inner.ended = true;
        inner.line = None;
        if let Some(mut driver) = inner.driver.take() {
            driver.stop(self.number);
        }
        *self.data.lock() = None;
        TABLE.write().ports.remove(&self.number);
        if inner.tell_closed {
            self.tell_sent(inner.owner, Term::atom(known::CLOSED));
            send_atom(self.number, inner.owner, known::CLOSED);
        }
    }
    /// Somebody who is not the owner, or talks nonsense, has sent something to the port: the owner gets an exit signal.
    fn bad_signal(&self, owner: u64) {
        let reason = Term::atom(Atom::of("badsig"));
        link::send_exit(Peer::Port(self.number), Peer::Process(owner), reason);
    }
    /// What was sent is no data.
    pub fn bad_output(&self) {
        let name = String::from_utf8_lossy(&self.name);
        logger::error(&format!("Bad value on output port '{name}'\n"));
    }
}

/// `{Port, Atom}`
fn send_atom(port: u64, to: u64, atom: Atom) {
    let message =
        Message::build(|builder| builder.tuple(&[Term::local_port(port), Term::atom(atom)]));
    let _ = deliver(to, Signal::Message(message));
}

impl Inner {
    /// Does the port make this process wait, for it is busy?
    fn makes_wait(&mut self, process: u64) -> bool {
        if self.busy && !self.waiting.contains(&process) {
            self.waiting.push(process);
        }
        self.busy
    }
    fn set_busy(&mut self, busy: bool) {
        self.busy = busy;
        if !busy {
            for process in std::mem::take(&mut self.waiting) {
                // Any signal makes it try again.
                let _ = deliver(process, Signal::Task(Box::new(|_, _| {})));
            }
        }
    }
}
