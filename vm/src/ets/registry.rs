//! All tables: by name, by reference, by owner; and who may do what with them.

use super::Protection;
use super::access::{ReadingAll, WritingAll};
use super::owner::{forget_fixation, is_super_user, note_owner, remove_owner};
use super::reaper::bury;
use super::table::{Options, Table};
use crate::unique;
use oxbeam_sync::progress;
use oxbeam_sync::rank::{Mutex, Rank, RwLock};
use oxbeam_term::atom::{Atom, known};
use oxbeam_term::boxed::reference::{Magic, RefNumbers, Reference};
use oxbeam_term::{Builder, Term};
use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, LazyLock};

/// A table, kept alive.
#[derive(Clone)]
pub struct Handle(Arc<Magic>);

impl Handle {
    fn new(table: Table) -> Handle {
        let handle = Handle(Arc::new(Magic::new(Box::new(table))));
        let _ = handle.this.set(Arc::downgrade(&handle.0));
        handle
    }
    /// The table's reference.
    pub(super) fn reference<'p>(&self, builder: &mut Builder<'p>) -> Term<'p> {
        builder.magic_reference(self.numbers, self.0.clone())
    }
}

impl Deref for Handle {
    type Target = Table;
    fn deref(&self) -> &Table {
        self.0.value().expect("a handle is made of a table")
    }
}

/// What a table is to be used for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Right {
    /// Asking about it.
    Info,
    /// Reading.
    Read,
    /// Writing.
    Write,
}

/// Why a table cannot be used: causes that `error_info` tells.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Neither a name nor a table's reference.
    Type,
    /// There is no such table.
    Id,
    /// The caller may not.
    Access,
}

impl Fault {
    /// The cause.
    pub fn cause(self) -> Atom {
        match self {
            Fault::Type => known::TYPE,
            Fault::Id => known::ID,
            Fault::Access => known::ACCESS,
        }
    }
}

/// Names of tables are in so many parts, by the atom's index.
pub const NAME_PARTS: usize = 64;

/// Tables by name. They are looked up without a lock, in a list that is replaced as a whole and freed by [`progress`].
struct Names {
    list: AtomicPtr<Vec<(Atom, Handle)>>,
    change: Mutex<()>,
}

static NAMES: LazyLock<[Names; NAME_PARTS]> = LazyLock::new(|| {
    std::array::from_fn(|_| Names {
        list: AtomicPtr::new(Box::into_raw(Box::default())),
        change: Mutex::new(Rank::EtsMeta, ()),
    })
});

impl Names {
    fn of(name: Atom) -> &'static Names {
        &NAMES[name.index() as usize % NAME_PARTS]
    }
    /// The table with this name.
    #[inline]
    fn find(&self, name: Atom) -> Option<Found<'static>> {
        let pin = progress::pin();
        // SAFETY: never null, and not freed while this thread is pinned.
        let list = unsafe { &*self.list.load(Ordering::Acquire) };
        let (_, handle) = list.iter().find(|(other, _)| *other == name)?;
        let table: *const Table = &raw const **handle;
        Some(Found::Named {
            // SAFETY: the list's handle keeps the table, and the pin the list.
            table: unsafe { &*table },
            name,
            _pin: pin,
        })
    }
    /// Adds a name; false if it is there.
    fn add(&self, name: Atom, handle: &Handle) -> bool {
        let _change = self.change.lock();
        // SAFETY: never null, and changed only under the lock.
        let list = unsafe { &*self.list.load(Ordering::Acquire) };
        if list.iter().any(|(other, _)| *other == name) {
            return false;
        }
        let mut list = list.clone();
        list.push((name, handle.clone()));
        self.publish(list);
        true
    }
    /// Takes a table's name away.
    fn remove(&self, name: Atom, numbers: RefNumbers) {
        let _change = self.change.lock();
        // SAFETY: as above.
        let mut list = unsafe { &*self.list.load(Ordering::Acquire) }.clone();
        list.retain(|(other, handle)| *other != name || handle.numbers != numbers);
        self.publish(list);
    }
    fn publish(&self, list: Vec<(Atom, Handle)>) {
        let old = self
            .list
            .swap(Box::into_raw(Box::new(list)), Ordering::AcqRel);
        // SAFETY: made by a box, and nobody finds it any longer.
        let old = unsafe { Box::from_raw(old) };
        progress::defer(move || drop(old));
    }
}

static ALL: LazyLock<RwLock<BTreeMap<RefNumbers, Handle>>> =
    LazyLock::new(|| RwLock::new(Rank::EtsMeta, BTreeMap::new()));

/// A table that was found.
pub enum Found<'p> {
    /// By the reference that is a term of the caller.
    Reference(&'p Table),
    /// By its name. Nothing that was unlinked is freed meanwhile, so whoever takes long calls [`Found::keep`].
    Named {
        /// The table.
        table: &'p Table,
        /// The name.
        name: Atom,
        /// Keeps it.
        _pin: progress::Guard,
    },
    /// Kept by a handle, found by this name or by a reference that went out and came back.
    Kept(Handle, Option<Atom>),
}

impl Found<'_> {
    /// The same, as it may be kept for long. `None`: it is going.
    pub fn keep(self) -> Option<Self> {
        match self {
            Found::Named { table, name, .. } => Some(Found::Kept(handle_of(table)?, Some(name))),
            other => Some(other),
        }
    }
}

impl Deref for Found<'_> {
    type Target = Table;
    #[inline]
    fn deref(&self) -> &Table {
        match self {
            Found::Reference(table) | Found::Named { table, .. } => table,
            Found::Kept(handle, _) => handle,
        }
    }
}

/// The table that a term names.
///
/// # Errors
/// It names none.
#[inline(always)]
pub fn find(term: Term<'_>) -> Result<Found<'_>, Fault> {
    match term.as_reference().and_then(Reference::magic_value) {
        Some(table) => Ok(Found::Reference(table)),
        None => find_otherwise(term),
    }
}

#[inline(never)]
fn find_otherwise(term: Term<'_>) -> Result<Found<'_>, Fault> {
    if let Some(name) = term.as_atom() {
        return Names::of(name).find(name).ok_or(Fault::Id);
    }
    let reference = term.as_reference().ok_or(Fault::Type)?;
    if reference.magic().is_some() {
        return Err(Fault::Type);
    }
    ALL.read()
        .get(&reference.numbers())
        .map(|handle| Found::Kept(handle.clone(), None))
        .ok_or(Fault::Type)
}

#[inline(always)]
pub(super) fn check(
    table: &Table,
    name: Option<Atom>,
    process: u64,
    right: Right,
) -> Result<(), Fault> {
    if !table.is_alive() || name.is_some_and(|name| name != table.name()) {
        return Err(Fault::Id);
    }
    let allowed = match (right, table.protection()) {
        (Right::Info, _) | (_, Protection::Public) | (Right::Read, Protection::Protected) => true,
        _ => table.owner() == process || is_super_user(process),
    };
    if allowed { Ok(()) } else { Err(Fault::Access) }
}

impl Found<'_> {
    #[inline]
    pub(super) fn name_used(&self) -> Option<Atom> {
        match self {
            Found::Reference(_) => None,
            Found::Named { name, .. } => Some(*name),
            Found::Kept(_, name) => *name,
        }
    }
    /// May `process` use the table so?
    ///
    /// # Errors
    /// It is gone, or `process` may not.
    #[inline]
    pub fn check(&self, process: u64, right: Right) -> Result<(), Fault> {
        check(self, self.name_used(), process, right)
    }
    /// The table's reference.
    pub fn reference<'p>(&self, builder: &mut Builder<'p>) -> Option<Term<'p>> {
        match self {
            Found::Kept(handle, _) => Some(handle.reference(builder)),
            Found::Reference(table) | Found::Named { table, .. } => {
                handle_of(table).map(|handle| handle.reference(builder))
            }
        }
    }
    /// Deletes the table: `process` may write it.
    ///
    /// # Errors
    /// It is gone, or `process` may not.
    pub fn delete(&self, process: u64) -> Result<(), Fault> {
        self.write_all(process, Right::Write)?.destroy();
        Ok(())
    }
    /// Takes out all objects; their number.
    ///
    /// # Errors
    /// It is gone, or `process` may not.
    pub fn delete_all(&self, process: u64) -> Result<usize, Fault> {
        let mut writing = self.write_all(process, Right::Write)?;
        let count = writing.len();
        if writing.is_fixed() && writing.kill_all() {
            return Ok(count);
        }
        let stores = writing.clear();
        drop(writing);
        bury(stores);
        Ok(count)
    }
    /// Fixes the table for `process`, or takes one fixation back.
    ///
    /// # Errors
    /// It is gone, or `process` may not.
    pub fn fix(&self, process: u64, fix: bool) -> Result<(), Fault> {
        let table: &Table = self;
        if fix {
            // Whoever deletes the table has all parts locked, so it is there until this is done.
            let reading = self.read_first(process, Right::Read)?;
            if table.fix(process)
                && let Some(handle) = handle_of(table)
            {
                super::owner::note_fixation(process, handle);
            }
            drop(reading);
            return Ok(());
        }
        let reading = self.read_first(process, Right::Read)?;
        if table.unfix(process, false) {
            forget_fixation(process, table.numbers);
        }
        drop(reading);
        table.settle_if_unfixed();
        Ok(())
    }
}

/// What keeps a table.
pub(super) fn handle_of(table: &Table) -> Option<Handle> {
    table.this.get()?.upgrade().map(Handle)
}

impl WritingAll<'_> {
    /// The table is no more.
    pub(super) fn destroy(mut self) {
        let table = self.table();
        table.alive.store(false, Ordering::Relaxed);
        let (name, owner) = (table.name(), table.owner());
        let stores = self.clear();
        let heir = table.set_heir(None);
        for process in table.unfix_all() {
            forget_fixation(process, table.numbers);
        }
        remove_owner(owner, table.numbers);
        drop(self);
        if table.named {
            Names::of(name).remove(name, table.numbers);
        }
        // Dropped here, after the lock: who found the table by its last handle still borrows it.
        let handle = ALL.write().remove(&table.numbers);
        drop(heir);
        bury(stores);
        drop(handle);
    }
}

/// Makes a table that belongs to `owner`.
///
/// # Errors
/// A table has the name already.
pub fn create(options: Options, owner: u64) -> Result<Found<'static>, NameTaken> {
    let (name, named) = (options.name, options.named);
    let numbers = unique::next_reference();
    let handle = Handle::new(Table::new(numbers, owner, options));
    ALL.write().insert(numbers, handle.clone());
    note_owner(owner, handle.clone());
    if named && !Names::of(name).add(name, &handle) {
        ALL.write().remove(&numbers);
        remove_owner(owner, numbers);
        return Err(NameTaken);
    }
    Ok(Found::Kept(handle, None))
}

/// Another table has the name.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct NameTaken;

/// Why a table was not renamed.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum RenameError {
    /// It cannot be used.
    Fault(Fault),
    /// Another table has the name.
    Taken,
}

/// Gives the table another name; true if it finds the table.
///
/// # Errors
/// As [`RenameError`] says.
pub fn rename(found: &Found<'_>, process: u64, new: Atom) -> Result<bool, RenameError> {
    let table: &Table = found;
    if !table.named {
        let writing = found
            .write_all(process, Right::Write)
            .map_err(RenameError::Fault)?;
        writing.table().set_name(new);
        return Ok(false);
    }
    let handle = handle_of(table).ok_or(RenameError::Fault(Fault::Id))?;
    // The new name is taken first: another thread sees the table by one of the names, or by both but usable by one.
    if !Names::of(new).add(new, &handle) {
        found
            .check(process, Right::Write)
            .map_err(RenameError::Fault)?;
        return Err(RenameError::Taken);
    }
    let renamed = found.write_all(process, Right::Write).map(|writing| {
        let old = writing.table().name();
        writing.table().set_name(new);
        old
    });
    let gone = match &renamed {
        Ok(old) => *old,
        Err(_) => new,
    };
    Names::of(gone).remove(gone, table.numbers);
    renamed.map(|_| true).map_err(RenameError::Fault)
}

/// All tables, oldest first: a name each, or a reference.
pub fn all<'p>(builder: &mut Builder<'p>) -> Term<'p> {
    let handles: Vec<Handle> = ALL.read().values().cloned().collect();
    let mut list = Term::NIL;
    for handle in handles.into_iter().rev() {
        if !handle.is_alive() {
            continue;
        }
        let name = handle.name();
        let term = if handle.named {
            Term::atom(name)
        } else {
            handle.reference(builder)
        };
        list = builder.cons(term, list);
    }
    list
}

/// Calls `look` with each table.
///
/// # Errors
/// The first error of `look`.
pub fn each<E>(mut look: impl FnMut(&ReadingAll<'_>) -> Result<(), E>) -> Result<(), E> {
    let handles: Vec<Handle> = ALL.read().values().cloned().collect();
    handles
        .iter()
        .try_for_each(|handle| look(&ReadingAll::new(handle)))
}

/// Words that all tables take.
pub fn memory_words() -> usize {
    let handles: Vec<Handle> = ALL.read().values().cloned().collect();
    handles
        .iter()
        .map(|handle| ReadingAll::new(handle).memory_words())
        .sum()
}

/// Number of tables.
pub fn count() -> usize {
    ALL.read().len()
}
