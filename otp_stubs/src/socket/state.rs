//! A socket: what stands behind its reference, who waits for it, who owns it, and how it ends.
//!
//! Nothing here waits. What can't be done now makes the caller the *current* requestor of its role; the next ones of that role stand in line
//! behind it. A requestor is told by `{'$socket', Socket, select, Handle}` when the descriptor is ready and then calls again; when it has
//! got what it wanted, the descriptor is waited for on behalf of the next in line. Readers and acceptors share the direction of reading,
//! writers and the connector that of writing, so only one of the two kinds is there at a time.
//!
//! A socket belongs to a process and closes when that exits. Whoever closes it calls `close` first, which tells all that wait, and then
//! `finalize_close` on a dirty scheduler, which may wait for what is still to be sent; if the closer exits in between, the socket closes at
//! once. A socket that nobody refers to any longer is closed by the collector.

use super::settings;
use super::terms::atom;
use crate::sys;
use crate::sys::socket as system;
use oxbeam_term::boxed::reference::{Magic, RefNumbers};
use oxbeam_term::copy::copy;
use oxbeam_vm::io::poll::{self, Interest, Notice};
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::process::Message;
use oxbeam_vm::signal::{self, Signal};
use parking_lot::{Mutex, MutexGuard};
use rustix::io::Errno;
use std::collections::{HashSet, VecDeque};
use std::os::fd::{AsFd, BorrowedFd, IntoRawFd, OwnedFd};
use std::sync::{Arc, Weak};

/// What a socket has been through, for those who ask.
pub(super) mod bits {
    pub(in super::super) const BOUND: u16 = 0x0001;
    pub(in super::super) const LISTENING: u16 = 0x0002;
    pub(in super::super) const ACCEPTING: u16 = 0x0004;
    pub(in super::super) const CONNECTING: u16 = 0x0010;
    pub(in super::super) const CONNECTED: u16 = 0x0020;
    pub(in super::super) const SELECTED: u16 = 0x0100;
    pub(in super::super) const CLOSING: u16 = 0x0200;
    pub(in super::super) const CLOSED: u16 = 0x0400;
    /// TABLE of their names, in the order in which they are told.
    pub(in super::super) const NAMES: &[(&str, u16)] = &[
        ("bound", BOUND),
        ("listening", LISTENING),
        ("accepting", ACCEPTING),
        ("connecting", CONNECTING),
        ("connected", CONNECTED),
        ("selected", SELECTED),
        ("closing", CLOSING),
        ("closed", CLOSED),
    ];
}

/// An open descriptor. Operations that wait hold one of their own, so that the number is not given away while they run.
pub(super) struct Descriptor {
    fd: Option<OwnedFd>,
    /// It is ours to close.
    close: bool,
}

impl Descriptor {
    /// A descriptor; one that is not ours to `close` stays open.
    pub(super) fn new(fd: OwnedFd, close: bool) -> Descriptor {
        Descriptor {
            fd: Some(fd),
            close,
        }
    }
    /// Closes, and says what the system says.
    pub(super) fn close(mut self) -> Result<(), Errno> {
        match self.fd.take() {
            Some(fd) if self.close => sys::close(fd),
            fd => {
                fd.map(IntoRawFd::into_raw_fd);
                Ok(())
            }
        }
    }
    /// The descriptor; always there but while it is being closed.
    pub(super) fn fd(&self) -> Result<BorrowedFd<'_>, Errno> {
        self.fd.as_ref().map(AsFd::as_fd).ok_or(Errno::BADF)
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        if !self.close {
            let _ = self.fd.take().map(IntoRawFd::into_raw_fd);
        }
    }
}

/// What a process wants of a socket.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Role {
    Reader,
    Acceptor,
    Writer,
    Connector,
}

impl Role {
    fn interest(self) -> Interest {
        match self {
            Role::Reader | Role::Acceptor => Interest::Read,
            Role::Writer | Role::Connector => Interest::Write,
        }
    }
    fn side(self) -> usize {
        usize::from(self.interest() == Interest::Write)
    }
}

const ROLES: [Role; 4] = [Role::Reader, Role::Acceptor, Role::Writer, Role::Connector];

/// A process that waits, and what it calls its request.
pub(super) struct Requestor {
    pub(super) pid: u64,
    pub(super) reference: Message,
}

impl Requestor {
    pub(super) fn new(pid: u64, reference: Term<'_>) -> Requestor {
        Requestor {
            pid,
            reference: Message::copy_of(reference),
        }
    }
}

/// Those of one role.
#[derive(Default)]
pub(super) struct Line {
    pub(super) current: Option<Requestor>,
    pub(super) waiting: VecDeque<Requestor>,
}

impl Line {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        usize::from(self.current.is_some()) + self.waiting.len()
    }
    /// The current one's process.
    pub(super) fn current_pid(&self) -> Option<u64> {
        self.current.as_ref().map(|requestor| requestor.pid)
    }
}

/// What a socket counts.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Count {
    ReadByte,
    ReadFails,
    ReadPkg,
    ReadTries,
    WriteByte,
    WriteFails,
    WritePkg,
    WriteTries,
    WriteWaits,
    AccSuccess,
    AccFails,
    AccTries,
    AccWaits,
    Sendfile,
    SendfileByte,
    SendfileFails,
    SendfilePkg,
    SendfileTries,
    SendfileWaits,
}

/// TABLE of the counters' names, in their order.
pub(super) const COUNTS: [&str; 19] = [
    "read_byte",
    "read_fails",
    "read_pkg",
    "read_tries",
    "write_byte",
    "write_fails",
    "write_pkg",
    "write_tries",
    "write_waits",
    "acc_success",
    "acc_fails",
    "acc_tries",
    "acc_waits",
    "sendfile",
    "sendfile_byte",
    "sendfile_fails",
    "sendfile_pkg",
    "sendfile_tries",
    "sendfile_waits",
];

/// The largest piece that has come or gone, and how much of the present one has.
#[derive(Default)]
pub(super) struct Largest {
    pub(super) most: u64,
    pub(super) now: u64,
}

impl Largest {
    pub(super) fn add(&mut self, bytes: usize) {
        self.now += bytes as u64;
    }
    pub(super) fn end(&mut self) {
        self.most = self.most.max(self.now);
        self.now = 0;
    }
}

/// Bytes that are received at once unless somebody says otherwise.
pub(super) const BUFFER: usize = 8 << 10;
/// Room for control messages unless somebody says otherwise.
pub(super) const CONTROL_BUFFER: usize = 1 << 10;

/// What changes about a socket.
pub(super) struct State {
    pub(super) descriptor: Option<Arc<Descriptor>>,
    /// The descriptor that it was made of, and whether that was duplicated.
    pub(super) made_of: Option<(i32, bool)>,
    pub(super) reading: u16,
    pub(super) writing: u16,
    pub(super) owner: Option<u64>,
    pub(super) closer: Option<u64>,
    lines: [Line; 4],
    /// For each direction: on whose behalf the descriptor is waited for.
    selected: [Option<(u64, Role)>; 2],
    serial: u64,
    /// Processes whose end is of interest.
    watched: HashSet<u64>,
    pub(super) counts: [u64; COUNTS.len()],
    pub(super) largest_read: Largest,
    pub(super) largest_write: Largest,
    pub(super) largest_sendfile: Largest,
    pub(super) sendfile_pkg_max: u64,
    /// A file has been sent.
    pub(super) sends_files: bool,
    /// The file that is being sent.
    pub(super) file: Option<Arc<OwnedFd>>,
    pub(super) debug: bool,
    pub(super) inform_on_wrap: bool,
    pub(super) use_registry: bool,
    pub(super) select_read: bool,
    /// Buffers that are filled before a read without a length is over; zero as one, but told apart.
    pub(super) buffers: u32,
    pub(super) filled: u32,
    pub(super) buffer: usize,
    pub(super) receive_controls: usize,
    pub(super) send_controls: usize,
    pub(super) meta: Message,
    /// Bytes of a stream that were too few (where the release keeps them).
    pub(super) kept: Vec<u8>,
}

impl State {
    /// A new socket's.
    pub(super) fn new(descriptor: Descriptor) -> State {
        State {
            descriptor: Some(Arc::new(descriptor)),
            made_of: None,
            reading: 0,
            writing: 0,
            owner: None,
            closer: None,
            lines: Default::default(),
            selected: [None; 2],
            serial: 0,
            watched: HashSet::new(),
            counts: [0; COUNTS.len()],
            largest_read: Largest::default(),
            largest_write: Largest::default(),
            largest_sendfile: Largest::default(),
            sendfile_pkg_max: 0,
            sends_files: false,
            file: None,
            debug: false,
            inform_on_wrap: settings::inform_on_wrap(),
            use_registry: false,
            select_read: false,
            buffers: 0,
            filled: 0,
            buffer: BUFFER,
            receive_controls: CONTROL_BUFFER,
            send_controls: CONTROL_BUFFER,
            meta: Message::immediate(atom("undefined").word()),
            kept: Vec::new(),
        }
    }
    /// Neither closed nor about to be: the descriptor.
    pub(super) fn open(&self) -> Option<Arc<Descriptor>> {
        if self.reading & (bits::CLOSING | bits::CLOSED) == 0 {
            self.descriptor.clone()
        } else {
            None
        }
    }
    pub(super) fn line(&self, role: Role) -> &Line {
        &self.lines[role as usize]
    }
    pub(super) fn line_mut(&mut self, role: Role) -> &mut Line {
        &mut self.lines[role as usize]
    }
}

/// What does not change, and what does.
pub(super) struct Socket {
    numbers: RefNumbers,
    pub(super) domain: i32,
    pub(super) kind: i32,
    pub(super) protocol: i32,
    state: Mutex<State>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        // Nobody refers to it: nobody waits, and nobody else can be about to close it.
        let state = self.state.get_mut();
        if let Some(descriptor) = state.descriptor.take() {
            if let Ok(fd) = descriptor.fd() {
                poll::forget(fd);
            }
            settings::count_socket(self.domain, self.kind, self.protocol, false);
        }
        for pid in state.watched.drain() {
            owners::forget(pid, self.numbers);
        }
    }
}

/// A socket together with the object that keeps it.
pub(super) struct Handle<'p> {
    pub(super) socket: &'p Socket,
    magic: &'p Arc<Magic>,
}

/// The object behind a socket's reference.
pub(super) fn magic_of(term: Term<'_>) -> Result<Arc<Magic>, Raise> {
    let magic = term
        .as_reference()
        .and_then(|reference| reference.magic_arc())
        .ok_or(Raise::Badarg)?;
    if magic.value::<Socket>().is_some() {
        Ok(magic)
    } else {
        Err(Raise::Badarg)
    }
}

/// The socket in an object.
pub(super) fn handle_of(magic: &Arc<Magic>) -> Result<Handle<'_>, Raise> {
    let socket = magic.value().ok_or(Raise::Badarg)?;
    Ok(Handle { socket, magic })
}

/// A new socket: its reference. The caller owns it.
pub(super) fn create<'p>(
    cx: &mut Cx<'p>,
    (domain, kind, protocol): (i32, i32, i32),
    mut state: State,
) -> Term<'p> {
    oxbeam_vm::magic::start();
    let numbers = oxbeam_vm::unique::next_reference();
    let owner = cx.process().number;
    state.owner = Some(owner);
    let use_registry = state.use_registry;
    let magic = Arc::new(Magic::new(Box::new(Socket {
        numbers,
        domain,
        kind,
        protocol,
        state: Mutex::new(state),
    })));
    settings::count_socket(domain, kind, protocol, true);
    if let Ok(handle) = handle_of(&magic) {
        handle.watch(&mut handle.lock(), owner);
        if use_registry {
            handle.tell_registry("add");
        }
    }
    cx.magic_reference(numbers, magic)
}

fn send(to: u64, message: Message) {
    // Whoever is gone needs no message.
    drop(signal::deliver(to, Signal::Message(message)));
}

impl<'p> Handle<'p> {
    pub(super) fn lock(&self) -> MutexGuard<'p, State> {
        self.socket.state.lock()
    }
    /// `{'$socket', Reference}`
    fn term<'q>(&self, builder: &mut Builder<'q>) -> Term<'q> {
        let reference = builder.magic_reference(self.socket.numbers, self.magic.clone());
        builder.tuple(&[atom("$socket"), reference])
    }
    /// Sends `{'$socket', Socket, Tag, Info}`.
    fn tell(&self, to: u64, tag: &str, info: impl for<'q> FnOnce(&mut Builder<'q>) -> Term<'q>) {
        let message = Message::build(|builder| {
            let socket = self.term(builder);
            let info = info(builder);
            builder.tuple(&[atom("$socket"), socket, atom(tag), info])
        });
        send(to, message);
    }
    /// Tells a requestor that nothing becomes of its request.
    pub(super) fn abort(&self, requestor: &Requestor, reason: Term<'_>) {
        self.tell(requestor.pid, "abort", |builder| {
            let reference = copy(requestor.reference.term(), builder);
            let reason = copy(reason, builder);
            builder.tuple(&[reference, reason])
        });
    }
    /// Sends `{'$socket', Tag, Socket}` to the registry.
    pub(super) fn tell_registry(&self, tag: &str) {
        let message = Message::build(|builder| {
            let socket = self.term(builder);
            builder.tuple(&[atom("$socket"), atom(tag), socket])
        });
        send(settings::registry(), message);
    }
    /// Counts, and says so if the counter begins anew.
    pub(super) fn count(&self, state: &mut State, what: Count, by: usize) {
        let counter = &mut state.counts[what as usize];
        let (sum, wrapped) = counter.overflowing_add(by as u64);
        *counter = sum;
        if wrapped
            && state.inform_on_wrap
            && let Some(owner) = state.owner
        {
            let name = COUNTS[what as usize];
            self.tell(owner, "counter_wrap", |_| atom(name));
        }
    }
    /// The end of this process is of interest from now on.
    pub(super) fn watch(&self, state: &mut State, pid: u64) {
        if state.watched.insert(pid) {
            owners::remember(pid, self.socket.numbers, self.magic);
        }
    }
    /// Waits for the descriptor on behalf of the current requestor of this role.
    pub(super) fn select(&self, state: &mut State, role: Role) -> Result<(), Errno> {
        let descriptor = state.descriptor.clone().ok_or(Errno::BADF)?;
        state.serial += 1;
        let serial = state.serial;
        state.selected[role.side()] = Some((serial, role));
        match role.interest() {
            Interest::Read => state.reading |= bits::SELECTED,
            Interest::Write => state.writing |= bits::SELECTED,
        }
        let magic = self.magic.clone();
        let notice: Notice = Box::new(move || {
            if let Ok(handle) = handle_of(&magic) {
                handle.ready(role, serial);
            }
        });
        let result = descriptor
            .fd()
            .and_then(|fd| poll::when_ready(fd, role.interest(), notice));
        if result.is_err() {
            state.selected[role.side()] = None;
        }
        result
    }
    /// The descriptor is ready.
    fn ready(&self, role: Role, serial: u64) {
        let mut state = self.lock();
        let selected = &mut state.selected[role.side()];
        if *selected != Some((serial, role)) {
            return;
        }
        *selected = None;
        if let Some(requestor) = &state.line(role).current {
            self.tell(requestor.pid, "select", |builder| {
                copy(requestor.reference.term(), builder)
            });
        }
    }
    /// Waits no longer in this role's direction. False: the message has been sent already.
    pub(super) fn cancel_select(&self, state: &mut State, role: Role) -> bool {
        let was = state.selected[role.side()].take().is_some();
        if was
            && let Some(descriptor) = &state.descriptor
            && let Ok(fd) = descriptor.fd()
        {
            poll::cancel(fd, role.interest());
        }
        was
    }
    /// The caller becomes the current requestor, or remains it under another name.
    pub(super) fn set_current(&self, state: &mut State, role: Role, pid: u64, reference: Term<'_>) {
        self.watch(state, pid);
        state.line_mut(role).current = Some(Requestor::new(pid, reference));
    }
    /// Puts a process in line. False: it stands there already.
    pub(super) fn push(
        &self,
        state: &mut State,
        role: Role,
        pid: u64,
        reference: Term<'_>,
    ) -> bool {
        let line = state.line_mut(role);
        if line.waiting.iter().any(|requestor| requestor.pid == pid) {
            return false;
        }
        line.waiting.push_back(Requestor::new(pid, reference));
        self.watch(state, pid);
        true
    }
    /// The current requestor has got what it wanted: the next one's turn.
    pub(super) fn next(&self, state: &mut State, role: Role) {
        loop {
            let line = state.line_mut(role);
            line.current = line.waiting.pop_front();
            if line.current.is_none() {
                if role == Role::Acceptor {
                    state.reading &= !bits::ACCEPTING;
                }
                return;
            }
            if self.select(state, role).is_ok() {
                return;
            }
            if let Some(requestor) = state.line_mut(role).current.take() {
                let reason = Message::build(|builder| {
                    builder.tuple(&[atom("select_failed"), Term::small(-1)])
                });
                self.abort(&requestor, reason.term());
            }
        }
    }
    /// The current requestor has failed, and so all of its role do.
    pub(super) fn fail_all(&self, state: &mut State, role: Role, reason: Term<'_>) {
        let line = state.line_mut(role);
        line.current = None;
        for requestor in std::mem::take(&mut line.waiting) {
            self.abort(&requestor, reason);
        }
        if role == Role::Acceptor {
            state.reading &= !bits::ACCEPTING;
        }
    }
    /// Nobody waits any longer: all are told that the socket is closed.
    pub(super) fn stop(&self, state: &mut State) {
        state.reading |= bits::CLOSING;
        state.writing |= bits::CLOSING;
        let selected = std::mem::take(&mut state.selected);
        if let Some(descriptor) = &state.descriptor
            && let Ok(fd) = descriptor.fd()
        {
            poll::forget(fd);
        }
        for role in ROLES {
            let line = state.line_mut(role);
            let waiting = std::mem::take(&mut line.waiting);
            // Who has got a message to try again will find out.
            if let Some(current) = line.current.take()
                && selected[role.side()].is_some_and(|(_, selected)| selected == role)
            {
                self.abort(&current, atom("closed"));
            }
            for requestor in &waiting {
                self.abort(requestor, atom("closed"));
            }
        }
    }
    /// Takes the descriptor out; what is left is a closed socket.
    pub(super) fn take_descriptor(&self, state: &mut State) -> Option<Arc<Descriptor>> {
        let descriptor = state.descriptor.take()?;
        if let Ok(fd) = descriptor.fd() {
            poll::forget(fd);
        }
        state.reading |= bits::CLOSED;
        state.writing |= bits::CLOSED;
        state.owner = None;
        state.closer = None;
        state.meta = Message::immediate(atom("undefined").word());
        state.kept = Vec::new();
        for pid in std::mem::take(&mut state.watched) {
            owners::forget(pid, self.socket.numbers);
        }
        let socket = self.socket;
        settings::count_socket(socket.domain, socket.kind, socket.protocol, false);
        Some(descriptor)
    }
    /// Closes at once, without waiting for what is still to be sent.
    fn close_now(&self, state: &mut State) {
        if state.file.is_some() {
            // Closing a file may wait.
            self.tell_registry("sendfile_deferred_close");
        }
        let Some(descriptor) = self.take_descriptor(state) else {
            return;
        };
        drop(descriptor);
        if state.use_registry {
            self.tell_registry("del");
        }
    }
    /// Another process owns the socket.
    pub(super) fn give_to(&self, state: &mut State, owner: u64) {
        state.owner = Some(owner);
        self.watch(state, owner);
        if !oxbeam_vm::ets::is_alive(owner) {
            self.owner_is_gone(state);
        }
    }
    fn owner_is_gone(&self, state: &mut State) {
        state.owner = None;
        if state.open().is_some() {
            self.stop(state);
            self.close_now(state);
        }
    }
    /// A process that was watched has exited.
    fn process_exits(&self, pid: u64) {
        let state = &mut *self.lock();
        state.watched.remove(&pid);
        if state.closer == Some(pid) {
            self.close_now(state);
            return;
        }
        if state.owner == Some(pid) {
            self.owner_is_gone(state);
            return;
        }
        for role in ROLES {
            let line = state.line_mut(role);
            line.waiting.retain(|requestor| requestor.pid != pid);
            if line.current_pid() == Some(pid) {
                self.cancel_select(state, role);
                if role == Role::Connector {
                    state.writing &= !bits::CONNECTING;
                }
                self.next(state, role);
            }
        }
    }
    /// The system's error that a connection has come to.
    pub(super) fn pending_error(&self, fd: BorrowedFd<'_>) -> Result<(), Errno> {
        let mut value = [0; 4];
        system::option(fd, libc::SOL_SOCKET, libc::SO_ERROR, &mut value)?;
        match i32::from_ne_bytes(value) {
            0 => Ok(()),
            number => Err(Errno::from_raw_os_error(number)),
        }
    }
}

/// Which sockets want to know of which process's end.
pub(crate) mod owners {
    use super::{Arc, Magic, Mutex, RefNumbers, Weak, handle_of};
    use oxbeam_vm::process::{Owned, Process};
    use std::collections::HashMap;

    type Sockets = HashMap<RefNumbers, Weak<Magic>>;

    const SHARDS: usize = 16;
    static TABLE: [Mutex<Option<HashMap<u64, Sockets>>>; SHARDS] =
        [const { Mutex::new(None) }; SHARDS];

    fn shard(pid: u64) -> &'static Mutex<Option<HashMap<u64, Sockets>>> {
        &TABLE[pid as usize % SHARDS]
    }

    pub(super) fn remember(pid: u64, numbers: RefNumbers, magic: &Arc<Magic>) {
        let mut shard = shard(pid).lock();
        let sockets = shard.get_or_insert_default().entry(pid).or_default();
        sockets.insert(numbers, Arc::downgrade(magic));
    }

    pub(super) fn forget(pid: u64, numbers: RefNumbers) {
        let mut shard = shard(pid).lock();
        let Some(processes) = shard.as_mut() else {
            return;
        };
        if let Some(sockets) = processes.get_mut(&pid) {
            sockets.remove(&numbers);
            if sockets.is_empty() {
                processes.remove(&pid);
            }
        }
    }

    /// A process exits: its sockets close, and nobody waits on its behalf.
    pub(crate) fn process_exits(process: &Process, _: &mut Owned) {
        let sockets = match shard(process.number).lock().as_mut() {
            Some(processes) => processes.remove(&process.number),
            None => None,
        };
        for magic in sockets.into_iter().flatten() {
            if let Some(magic) = magic.1.upgrade()
                && let Ok(handle) = handle_of(&magic)
            {
                handle.process_exits(process.number);
            }
        }
    }
}
