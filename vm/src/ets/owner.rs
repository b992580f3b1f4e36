//! Owners: who has which tables, and what becomes of them.

use super::registry::{Fault, Found, Handle, Right};
use super::{Heir, Row};
use crate::machine::machine;
use crate::process::Message;
use crate::signal::message::send_reply;
use crate::signal::{Signal, deliver};
use oxbeam_sync::progress;
use oxbeam_term::atom::{Atom, known};
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::copy::copy_all;
use oxbeam_term::{Builder, Term};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

/// Is this process alive, and not exiting?
pub fn is_alive(process: u64) -> bool {
    let guard = progress::pin();
    machine()
        .processes
        .get_ref(process, &guard)
        .is_some_and(|process| !process.state.is_exiting())
}

impl Heir {
    /// The living process of this number as an heir, with what is sent along.
    pub fn of(pid: u64, data: Option<Row>) -> Option<Heir> {
        let process = machine().processes.get(pid)?;
        (!process.state.is_exiting()).then(|| Heir {
            pid,
            process: Arc::downgrade(&process),
            data,
        })
    }
    /// Is the process still there, and not exiting?
    fn is_there(&self) -> bool {
        self.process
            .upgrade()
            .is_some_and(|process| !process.state.is_exiting())
            && is_alive(self.pid)
    }
}

/// Sends all tables to `process`, as `{Reference, Tables}`, in as many parts as there are schedulers.
pub fn send_all(process: u64, reference: RefNumbers) {
    for part in 0..machine().scheduler.count() {
        send_reply(process, reference, |builder| {
            if part == 0 {
                super::all(builder)
            } else {
                Term::NIL
            }
        });
    }
}

/// Tables by process, in parts so that processes that exit don't wait for one another.
struct Index {
    parts: Vec<Mutex<HashMap<u64, Vec<Handle>>>>,
    /// Tables in each part, so that the others need not be locked.
    counts: Vec<AtomicUsize>,
}

const PARTS: usize = 64;

impl Index {
    fn new() -> Index {
        Index {
            parts: (0..PARTS).map(|_| Mutex::default()).collect(),
            counts: (0..PARTS).map(|_| AtomicUsize::new(0)).collect(),
        }
    }
    fn add(&self, process: u64, handle: Handle) {
        let part = process as usize % PARTS;
        self.counts[part].fetch_add(1, Ordering::SeqCst);
        self.parts[part]
            .lock()
            .entry(process)
            .or_default()
            .push(handle);
    }
    fn remove(&self, process: u64, numbers: RefNumbers) -> Option<Handle> {
        let part = process as usize % PARTS;
        let mut tables = self.parts[part].lock();
        let list = tables.get_mut(&process)?;
        let index = list.iter().position(|handle| handle.numbers == numbers)?;
        let handle = list.swap_remove(index);
        if list.is_empty() {
            tables.remove(&process);
        }
        self.counts[part].fetch_sub(1, Ordering::SeqCst);
        Some(handle)
    }
    /// The tables of a process, which has none afterwards.
    fn drain(&self, process: u64) -> Vec<Handle> {
        let part = process as usize % PARTS;
        if self.counts[part].load(Ordering::SeqCst) == 0 {
            return Vec::new();
        }
        let list = self.parts[part].lock().remove(&process).unwrap_or_default();
        self.counts[part].fetch_sub(list.len(), Ordering::SeqCst);
        list
    }
}

static OWNED: LazyLock<Index> = LazyLock::new(Index::new);
static FIXED: LazyLock<Index> = LazyLock::new(Index::new);

pub(super) fn note_owner(process: u64, handle: Handle) {
    OWNED.add(process, handle);
}

pub(super) fn remove_owner(process: u64, numbers: RefNumbers) {
    OWNED.remove(process, numbers);
}

pub(super) fn note_fixation(process: u64, handle: Handle) {
    FIXED.add(process, handle);
}

pub(super) fn forget_fixation(process: u64, numbers: RefNumbers) {
    FIXED.remove(process, numbers);
}

/// Processes that may do what they like with any table, for `erts_internal`.
static SUPER_USERS: Mutex<Vec<u64>> = Mutex::new(Vec::new());
static ANY_SUPER_USER: AtomicUsize = AtomicUsize::new(0);

/// Makes a process a super user of all tables, or takes that back.
pub fn set_super_user(process: u64, on: bool) {
    let mut users = SUPER_USERS.lock();
    users.retain(|&other| other != process);
    if on {
        users.push(process);
    }
    ANY_SUPER_USER.store(users.len(), Ordering::Release);
}

pub(super) fn is_super_user(process: u64) -> bool {
    ANY_SUPER_USER.load(Ordering::Acquire) > 0 && SUPER_USERS.lock().contains(&process)
}

/// Why a table was not given away.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum GiveAwayError {
    /// It cannot be used.
    Fault(Fault),
    /// The receiver is no living process of this node.
    Receiver,
    /// The giver is not the owner.
    NotOwner,
    /// The receiver is the owner.
    Owner,
}

/// What `{'ETS-TRANSFER', Table, Giver, Data}` calls the table: its name, or its reference.
fn transfer_message(handle: &Handle, name: Atom, giver: u64, data: Term<'_>) -> Message {
    Message::build(|builder: &mut Builder<'_>| {
        let table = if handle.named {
            Term::atom(name)
        } else {
            handle.reference(builder)
        };
        let data = copy_all(data, builder);
        builder.tuple(&[
            Term::atom(known::ETS_TRANSFER),
            table,
            Term::local_pid(giver),
            data,
        ])
    })
}

/// Gives a table of process `giver` to `receiver`, which is told.
///
/// # Errors
/// As [`GiveAwayError`] says.
pub fn give_away(
    found: &Found<'_>,
    giver: u64,
    receiver: Term<'_>,
    data: Term<'_>,
) -> Result<(), GiveAwayError> {
    let receiver = receiver
        .as_local_pid()
        .filter(|&receiver| receiver == giver || is_alive(receiver));
    let writing = found
        .write_all(giver, Right::Write)
        .map_err(GiveAwayError::Fault)?;
    let receiver = receiver.ok_or(GiveAwayError::Receiver)?;
    if writing.table().owner() != giver {
        return Err(GiveAwayError::NotOwner);
    }
    if receiver == giver {
        return Err(GiveAwayError::Owner);
    }
    let handle =
        super::registry::handle_of(writing.table()).ok_or(GiveAwayError::Fault(Fault::Id))?;
    note_owner(receiver, handle.clone());
    // Asked again: had it begun to exit before, it would not see that it has the table now.
    if !is_alive(receiver) && OWNED.remove(receiver, handle.numbers).is_some() {
        return Err(GiveAwayError::Receiver);
    }
    remove_owner(giver, handle.numbers);
    writing.table().set_owner(receiver);
    let name = writing.table().name();
    drop(writing);
    // It may have exited meanwhile, and the table with it.
    let _ = deliver(
        receiver,
        Signal::Message(transfer_message(&handle, name, giver, data)),
    );
    Ok(())
}

/// Passes a table of a process that exits to its heir. `false`: there is none.
fn inherit(handle: &Handle, process: u64) -> bool {
    let Some(writing) = handle.write_alive() else {
        return true;
    };
    let table = writing.table();
    if table.owner() != process {
        return true;
    }
    let heir = table.with_heir(|heir| {
        heir.filter(|heir| heir.pid != process && heir.is_there())
            .map(|heir| heir.pid)
    });
    let Some(heir) = heir else {
        return false;
    };
    note_owner(heir, handle.clone());
    if !is_alive(heir) && OWNED.remove(heir, handle.numbers).is_some() {
        return false;
    }
    table.set_owner(heir);
    let name = table.name();
    let message = table.with_heir(|heir| {
        let data = heir?.data.as_ref()?;
        let data = data.elements().first().copied().unwrap_or(Term::NIL);
        Some(transfer_message(handle, name, process, data))
    });
    drop(writing);
    if let Some(message) = message {
        let _ = deliver(heir, Signal::Message(message));
    }
    true
}

/// A process exits: its tables go to their heirs or are deleted, and what it has fixed is no longer. The process counts as exiting
/// already; no table is locked.
pub fn owner_exited(process: u64) {
    loop {
        let tables = OWNED.drain(process);
        if tables.is_empty() {
            break;
        }
        for handle in tables {
            if inherit(&handle, process) {
                continue;
            }
            if let Some(writing) = handle.write_alive()
                && writing.table().owner() == process
            {
                writing.destroy();
            }
        }
    }
    for handle in FIXED.drain(process) {
        handle.unfix(process, true);
        handle.settle_if_unfixed();
    }
    if ANY_SUPER_USER.load(Ordering::Acquire) > 0 {
        set_super_user(process, false);
    }
}
