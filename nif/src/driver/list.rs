//! The drivers that are loaded, who has loaded them, who waits for what, and when they go. Follows `erl_bif_ddll.c`.
//!
//! A driver goes when its last reference does: each process that has loaded it has one for each time, and so have ports and jobs. It goes on a
//! worker, soon after that, for its own code may be what gives the last one back.

use super::entry::{Entry, Library, LoadError, Served};
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::{Atom, Term};
use oxbeam_vm::machine::machine;
use oxbeam_vm::port::{self, Loaded};
use oxbeam_vm::process::Message;
use oxbeam_vm::signal::{Signal, deliver};
use parking_lot::{ReentrantMutex, ReentrantMutexGuard};
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What is to become of a driver.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Status {
    Ok,
    Unload,
    /// Its ports are being ended.
    ForceUnload,
    Reload,
    ForceReload,
    Permanent,
}

/// What a process has to do with a driver.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Part {
    Loaded,
    AwaitLoad,
    AwaitUnload,
    AwaitUnloadOnly,
}

/// A process that has to do with a driver.
struct User {
    process: u64,
    part: Part,
    /// Of those that wait.
    reference: Option<RefNumbers>,
    /// It has no reference of the driver any longer.
    dereferenced: bool,
}

/// What a driver is to be loaded from.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) path: Vec<u8>,
    pub(crate) kill_ports: bool,
}

/// A driver that is loaded.
pub(crate) struct Record {
    number: u64,
    library: Arc<Library>,
    served: Arc<dyn Loaded>,
    pub(crate) source: Source,
    pub(crate) status: Status,
    /// It is loaded anew from here.
    pub(crate) reload: Option<Source>,
    references: usize,
    pub(crate) ports: usize,
    /// The newest first.
    users: Vec<User>,
}

/// Drivers that others have added.
struct Added {
    library: Arc<Library>,
    served: Arc<dyn Loaded>,
}

#[derive(Default)]
struct List {
    records: Vec<Record>,
    added: Vec<Added>,
    last: u64,
}

/// Held over calls of a driver's functions `init` and `finish`, which may add drivers; what is within is not.
static LIST: ReentrantMutex<RefCell<Option<List>>> = ReentrantMutex::new(RefCell::new(None));

/// Entries of [`Record::users`] in all, for processes that exit.
static USERS: AtomicUsize = AtomicUsize::new(0);

/// The list, locked.
pub(crate) struct Locked(ReentrantMutexGuard<'static, RefCell<Option<List>>>);

pub(crate) fn lock() -> Locked {
    Locked(LIST.lock())
}

impl Locked {
    fn with<R>(&self, work: impl FnOnce(&mut List) -> R) -> R {
        work(self.0.borrow_mut().get_or_insert_default())
    }
    /// Does something with the record of this number.
    fn record<R>(&self, number: u64, work: impl FnOnce(&mut Record) -> R) -> Option<R> {
        self.with(|list| {
            let mut records = list.records.iter_mut();
            records.find(|record| record.number == number).map(work)
        })
    }
    /// Does something with the record of the driver of this name, which is there.
    pub(crate) fn named<R>(&self, name: &str, work: impl FnOnce(&mut Record) -> R) -> Option<R> {
        self.with(|list| {
            let mut records = list.records.iter_mut();
            records.find(|record| record.name() == name).map(work)
        })
    }
    /// Was it added by another driver?
    pub(crate) fn is_added(&self, name: &str) -> bool {
        self.with(|list| list.added.iter().any(|added| added.served.name() == name))
    }
    /// Names of all that are not part of the machine, in the order in which they came.
    pub(crate) fn names(&self) -> Vec<String> {
        self.with(|list| {
            let added = list.added.iter().map(|added| added.served.name());
            let loaded = list.records.iter().map(Record::name);
            added.chain(loaded).map(str::to_owned).collect()
        })
    }
    /// Loads a driver for the first time, for `process`.
    pub(crate) fn load(&self, name: &str, source: Source, process: u64) -> Result<(), LoadError> {
        let number = self.with(|list| {
            list.last += 1;
            list.last
        });
        let library = Library::load(&source.path, name, number)?;
        let served: Arc<dyn Loaded> = Arc::new(Served(Arc::clone(&library)));
        let mut record = Record {
            number,
            library,
            served: Arc::clone(&served),
            source,
            status: Status::Ok,
            reload: None,
            references: 1,
            ports: 0,
            users: Vec::new(),
        };
        record.add_user(process, Part::Loaded, None, false);
        self.with(|list| list.records.push(record));
        port::add_loaded(served);
        Ok(())
    }
    /// Ends all ports of a driver, which has the given status meanwhile. The list is unlocked for that, and locked again.
    pub(crate) fn kill_ports(self, name: &str, status: Status) -> Locked {
        let number = self.named(name, |record| {
            record.set_status(status);
            record.references += 1;
            record.number
        });
        let Some(number) = number else {
            return self;
        };
        drop(self);
        for shared in super::port::ports_of(number) {
            let reason = Atom::of("driver_unloaded");
            let _ = shared.end(|cx| cx.fail_with(reason));
        }
        let list = lock();
        list.record(number, Record::unrefer);
        list
    }
}

impl Record {
    fn name(&self) -> &str {
        self.served.name()
    }
    pub(crate) fn set_status(&mut self, status: Status) {
        self.status = status;
        let usable = !matches!(status, Status::ForceUnload | Status::ForceReload);
        self.library.set_usable(usable);
    }
    fn add_user(
        &mut self,
        process: u64,
        part: Part,
        reference: Option<RefNumbers>,
        dereferenced: bool,
    ) {
        USERS.fetch_add(1, Ordering::AcqRel);
        let user = User {
            process,
            part,
            reference,
            dereferenced,
        };
        self.users.insert(0, user);
    }
    /// Takes out the users that `gone` chooses.
    fn take_users(&mut self, mut gone: impl FnMut(&User) -> bool) -> Vec<User> {
        let taken: Vec<User> = self.users.extract_if(.., |user| gone(user)).collect();
        USERS.fetch_sub(taken.len(), Ordering::AcqRel);
        taken
    }
    fn refer(&mut self) {
        self.references += 1;
    }
    /// One reference less. If it was the last, the driver goes soon, unless somebody takes another one first.
    fn unrefer(&mut self) {
        self.references = self.references.saturating_sub(1);
        if self.references == 0 {
            let number = self.number;
            super::soon(move || unload(number));
        }
    }
    /// A process has loaded the driver once more.
    pub(crate) fn add_loader(&mut self, process: u64) {
        self.add_user(process, Part::Loaded, None, false);
        self.refer();
    }
    /// The same while the driver waits to be loaded anew: it gets its reference then.
    pub(crate) fn add_later_loader(&mut self, process: u64) {
        self.add_user(process, Part::Loaded, None, true);
    }
    /// A process wants to be told.
    pub(crate) fn add_waiter(&mut self, process: u64, part: Part) -> RefNumbers {
        let reference = oxbeam_vm::unique::next_reference();
        self.add_user(process, part, Some(reference), false);
        reference
    }
    /// A process takes back one of its loads. `false`: it has none.
    pub(crate) fn remove_loader(&mut self, process: u64) -> bool {
        let mut first = true;
        let taken = self.take_users(|user| {
            let one = first && user.process == process && user.part == Part::Loaded;
            first &= !one;
            one
        });
        for user in &taken {
            if !user.dereferenced {
                self.unrefer();
            }
        }
        !taken.is_empty()
    }
    pub(crate) fn has_loader(&self, process: u64) -> bool {
        let mut users = self.users.iter();
        users.any(|user| user.process == process && user.part == Part::Loaded)
    }
    pub(crate) fn loaders(&self) -> usize {
        let loaded = |user: &&User| user.part == Part::Loaded;
        self.users.iter().filter(loaded).count()
    }
    /// Has this process loaded it once, and nobody else?
    pub(crate) fn is_last_loader(&self, process: u64) -> bool {
        self.loaders() == 1 && self.has_loader(process)
    }
    /// Processes that have this part, each with how often, in the order in which they came.
    pub(crate) fn processes(&self, part: Part) -> Vec<(u64, usize)> {
        let mut found: Vec<(u64, usize)> = Vec::new();
        for user in &self.users {
            let has = match user.part {
                Part::AwaitUnloadOnly => Part::AwaitUnload,
                part => part,
            };
            if has != part {
                continue;
            }
            match found.iter_mut().find(|each| each.0 == user.process) {
                Some(each) => each.1 += 1,
                None => found.push((user.process, 1)),
            }
        }
        found.reverse();
        found
    }
    /// Tells those who wait for something, once.
    pub(crate) fn tell_all(&mut self, part: Part, kind: &str, what: &str) {
        let name = self.name().to_owned();
        for user in self.take_users(|user| user.part == part) {
            tell(&user, &name, kind, what, None);
        }
    }
    /// The driver is to be loaded anew when its last reference is gone; `process` has loaded it then.
    pub(crate) fn reload_later(&mut self, source: Source, process: u64) {
        let mut count = 0;
        for user in &mut self.users {
            if user.part == Part::Loaded && !user.dereferenced {
                user.dereferenced = true;
                count += 1;
            }
        }
        for _ in 0..count {
            self.unrefer();
        }
        self.add_later_loader(process);
        self.set_status(Status::Reload);
        self.reload = Some(source);
    }
    /// It is not: those who wait for that are told.
    pub(crate) fn cancel_reload(&mut self) {
        if matches!(self.status, Status::Reload | Status::ForceReload) {
            self.tell_all(Part::AwaitLoad, "DOWN", "load_cancelled");
            self.reload = None;
        }
    }
    /// Nobody unloads the driver any more.
    fn make_permanent(&mut self) {
        for part in [Part::AwaitLoad, Part::AwaitUnload, Part::AwaitUnloadOnly] {
            self.tell_all(part, "UP", "permanent");
        }
        self.take_users(|_| true);
        self.refer();
        self.set_status(Status::Permanent);
    }
}

/// `{Kind, Reference, driver, Name, What}`; a failed load has its reason with it.
fn tell(user: &User, name: &str, kind: &str, what: &str, error: Option<LoadError>) {
    let Some(reference) = user.reference else {
        return;
    };
    let message = Message::build(|builder| {
        let reference = builder.reference(reference);
        let mut what = Term::atom(Atom::of(what));
        if let Some(error) = error {
            let error = super::natives::load_error(builder, error);
            what = builder.tuple(&[what, error]);
        }
        builder.tuple(&[
            Term::atom(Atom::of(kind)),
            reference,
            Term::atom(Atom::of("driver")),
            Term::atom(Atom::of(name)),
            what,
        ])
    });
    let _ = deliver(user.process, Signal::Message(message));
}

/// A driver without references goes, or is loaded anew.
fn unload(number: u64) {
    let list = lock();
    let going = list.record(number, |record| {
        let idle = record.references == 0 && record.status != Status::Ok;
        idle.then(|| (Arc::clone(&record.library), Arc::clone(&record.served)))
    });
    let Some((library, served)) = going.flatten() else {
        return;
    };
    port::remove_loaded(&served);
    library.unload();
    let name = served.name();
    let source = list.record(number, |record| {
        for user in
            record.take_users(|user| matches!(user.part, Part::AwaitUnload | Part::AwaitUnloadOnly))
        {
            tell(&user, name, "DOWN", "unloaded", None);
        }
        record.reload.take()
    });
    let Some(source) = source.flatten() else {
        list.remove(number);
        return;
    };
    let reloaded = Library::load(&source.path, name, number);
    let error = reloaded.as_ref().err().copied();
    if let Ok(library) = reloaded {
        let served: Arc<dyn Loaded> = Arc::new(Served(Arc::clone(&library)));
        list.record(number, |record| {
            record.library = library;
            record.served = Arc::clone(&served);
            record.source = source;
            record.set_status(Status::Ok);
            for user in &mut record.users {
                if user.part == Part::Loaded && user.dereferenced {
                    user.dereferenced = false;
                    record.references += 1;
                }
            }
        });
        port::add_loaded(served);
    }
    list.record(number, |record| {
        for user in record.take_users(|user| user.part == Part::AwaitLoad) {
            match error {
                None => tell(&user, name, "UP", "loaded", None),
                Some(_) => tell(&user, name, "DOWN", "load_failure", error),
            }
        }
    });
    if error.is_some() {
        list.remove(number);
    }
}

impl Locked {
    fn remove(&self, number: u64) {
        let gone = self.with(|list| {
            let mut gone = list
                .records
                .extract_if(.., |record| record.number == number);
            gone.next()
        });
        if let Some(mut gone) = gone {
            gone.take_users(|_| true);
        }
    }
}

/// A port of the driver opens. `false`: the driver is going.
pub(crate) fn port_opens(library: &Arc<Library>) -> bool {
    let Some(number) = library.record else {
        return true;
    };
    let opens = lock().record(number, |record| {
        let usable = !matches!(record.status, Status::ForceUnload | Status::ForceReload);
        let opens = usable && Arc::ptr_eq(&record.library, library);
        if opens {
            record.ports += 1;
            record.refer();
        }
        opens
    });
    opens == Some(true)
}

/// A port of the driver has ended.
pub(crate) fn port_ends(library: &Arc<Library>) {
    if let Some(number) = library.record {
        lock().record(number, |record| {
            record.ports = record.ports.saturating_sub(1);
            record.unrefer();
        });
    }
}

/// A job of the driver is on its way.
pub(crate) fn refer(library: &Arc<Library>) {
    if let Some(number) = library.record {
        lock().record(number, Record::refer);
    }
}

/// The job is done.
pub(crate) fn unrefer(library: &Arc<Library>) {
    if let Some(number) = library.record {
        lock().record(number, Record::unrefer);
    }
}

/// `driver_lock_driver`: nobody unloads it any more. `false`: it was not loaded.
pub(crate) fn make_permanent(library: &Arc<Library>) -> bool {
    let Some(number) = library.record else {
        return false;
    };
    lock().record(number, Record::make_permanent).is_some()
}

/// `add_driver_entry`
pub(crate) fn add(entry: *const Entry) {
    let list = lock();
    if let Ok(library) = Library::added(entry) {
        let served: Arc<dyn Loaded> = Arc::new(Served(Arc::clone(&library)));
        let added = Added {
            library,
            served: Arc::clone(&served),
        };
        list.with(|list| list.added.push(added));
        port::add_loaded(served);
    }
}

/// `remove_driver_entry`: 1 if it was added by a driver, -1 if it was loaded, 0 if it is not there.
pub(crate) fn remove(entry: *const Entry) -> i32 {
    let list = lock();
    let gone = list.with(|list| {
        let mut gone = list
            .added
            .extract_if(.., |added| added.library.address() == entry);
        gone.next()
    });
    if let Some(gone) = gone {
        port::remove_loaded(&gone.served);
        return 1;
    }
    let loaded = list.with(|list| {
        let mut records = list.records.iter();
        records.any(|record| record.library.address() == entry)
    });
    if loaded { -1 } else { 0 }
}

/// Has the machine tell of processes that exit. Done once.
pub(crate) fn watch_exits() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| machine().on_process_exit(|process, _| process_exits(process.number)));
}

/// A process takes its monitor back.
pub(crate) fn demonitor(process: u64, reference: RefNumbers) {
    lock().with(|list| {
        for record in &mut list.records {
            record.take_users(|user| user.process == process && user.reference == Some(reference));
        }
    });
}

/// A process exits: its loads are taken back.
fn process_exits(process: u64) {
    if USERS.load(Ordering::Acquire) == 0 {
        return;
    }
    let mut list = lock();
    let names = list.with(|list| {
        let mut names = Vec::new();
        for record in &mut list.records {
            if record.status != Status::Permanent {
                let gone = record.take_users(|user| user.process == process);
                if gone.is_empty() {
                    continue;
                }
                for user in gone {
                    if user.part == Part::Loaded && !user.dereferenced {
                        record.unrefer();
                    }
                }
                if record.loaders() == 0 {
                    record.cancel_reload();
                    record.set_status(Status::Unload);
                    if record.ports > 0 && record.source.kill_ports {
                        names.push(record.name().to_owned());
                    }
                }
            }
        }
        names
    });
    for name in names {
        list = list.kill_ports(&name, Status::ForceUnload);
    }
}
