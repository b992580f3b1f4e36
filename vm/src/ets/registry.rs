//! All tables: by name, by reference, by owner; and who may do what with them.

use super::owner::{forget_fixation, is_super_user, note_owner, remove_owner};
use super::reaper::bury;
use super::table::{Contents, Options, Table};
use super::{Protection, Trash};
use crate::unique;
use oxbeam_sync::rank::{Rank, ReadGuard, RwLock, WriteGuard};
use oxbeam_term::atom::{Atom, known};
use oxbeam_term::boxed::reference::{Magic, RefNumbers};
use oxbeam_term::{Builder, Term};
use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, LazyLock};

/// A table, kept alive.
#[derive(Clone)]
pub struct Handle(Arc<Magic>);

impl Handle {
    fn new(table: Table) -> Handle {
        let handle = Handle(Arc::new(Magic {
            value: Box::new(table),
        }));
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
        self.0
            .value
            .downcast_ref()
            .expect("a handle is made of a table")
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

/// Names of tables, in parts by the atom's index.
const PARTS: usize = 64;
type Part = RwLock<Vec<(Atom, Handle)>>;
static NAMES: LazyLock<[Part; PARTS]> =
    LazyLock::new(|| std::array::from_fn(|_| RwLock::new(Rank::EtsMeta, Vec::new())));
static ALL: LazyLock<RwLock<BTreeMap<RefNumbers, Handle>>> =
    LazyLock::new(|| RwLock::new(Rank::EtsMeta, BTreeMap::new()));

fn part(name: Atom) -> &'static Part {
    &NAMES[name.index() as usize % PARTS]
}

/// A table that was found.
pub enum Found<'p> {
    /// By the reference that is a term of the caller.
    Reference(&'p Table),
    /// By its name, or by a reference that went out and came back.
    Kept(Handle, Option<Atom>),
}

impl Deref for Found<'_> {
    type Target = Table;
    #[inline]
    fn deref(&self) -> &Table {
        match self {
            Found::Reference(table) => table,
            Found::Kept(handle, _) => handle,
        }
    }
}

/// The table that a term names.
///
/// # Errors
/// It names none.
pub fn find(term: Term<'_>) -> Result<Found<'_>, Fault> {
    if let Some(name) = term.as_atom() {
        return part(name)
            .read()
            .iter()
            .find(|(other, _)| *other == name)
            .map(|(_, handle)| Found::Kept(handle.clone(), Some(name)))
            .ok_or(Fault::Id);
    }
    let reference = term.as_reference().ok_or(Fault::Type)?;
    if let Some(magic) = reference.magic() {
        return magic
            .value
            .downcast_ref()
            .map(Found::Reference)
            .ok_or(Fault::Type);
    }
    ALL.read()
        .get(&reference.numbers())
        .map(|handle| Found::Kept(handle.clone(), None))
        .ok_or(Fault::Type)
}

/// A table locked for reading.
pub struct Reading<'t> {
    table: &'t Table,
    guard: ReadGuard<'t, Contents>,
}

/// A table locked for writing. Rows thrown into [`Writing::trash`] are dropped when it is unlocked.
pub struct Writing<'t> {
    table: &'t Table,
    guard: Option<WriteGuard<'t, Contents>>,
    trash: Trash,
}

fn check(contents: &Contents, name: Option<Atom>, process: u64, right: Right) -> Result<(), Fault> {
    if !contents.alive || name.is_some_and(|name| name != contents.name) {
        return Err(Fault::Id);
    }
    let allowed = match (right, contents.protection) {
        (Right::Info, _) | (_, Protection::Public) | (Right::Read, Protection::Protected) => true,
        _ => contents.owner == process || is_super_user(process),
    };
    if allowed { Ok(()) } else { Err(Fault::Access) }
}

impl Found<'_> {
    fn name(&self) -> Option<Atom> {
        match self {
            Found::Reference(_) => None,
            Found::Kept(_, name) => *name,
        }
    }
    /// Locks the table for reading by `process`.
    ///
    /// # Errors
    /// It is gone, or `process` may not.
    pub fn read(&self, process: u64, right: Right) -> Result<Reading<'_>, Fault> {
        let table: &Table = self;
        let guard = table.contents.read();
        check(&guard, self.name(), process, right)?;
        Ok(Reading { table, guard })
    }
    /// Locks the table for writing by `process`.
    ///
    /// # Errors
    /// It is gone, or `process` may not.
    pub fn write(&self, process: u64, right: Right) -> Result<Writing<'_>, Fault> {
        let table: &Table = self;
        let guard = table.contents.write();
        check(&guard, self.name(), process, right)?;
        Ok(Writing {
            table,
            guard: Some(guard),
            trash: Trash::new(),
        })
    }
    /// The table's reference.
    pub fn reference<'p>(&self, builder: &mut Builder<'p>) -> Option<Term<'p>> {
        match self {
            Found::Kept(handle, _) => Some(handle.reference(builder)),
            Found::Reference(table) => handle_of(table).map(|handle| handle.reference(builder)),
        }
    }
    /// Deletes the table: `process` may write it.
    ///
    /// # Errors
    /// It is gone, or `process` may not.
    pub fn delete(&self, process: u64) -> Result<(), Fault> {
        self.write(process, Right::Write)?.destroy();
        Ok(())
    }
    /// Takes out all objects; their number.
    ///
    /// # Errors
    /// It is gone, or `process` may not.
    pub fn delete_all(&self, process: u64) -> Result<usize, Fault> {
        let mut writing = self.write(process, Right::Write)?;
        let fixed = writing.is_fixed();
        let count = writing.len();
        if fixed && writing.kill_all() {
            return Ok(count);
        }
        let store = writing.clear();
        drop(writing);
        bury(store);
        Ok(count)
    }
    /// Fixes the table for `process`, or takes one fixation back.
    ///
    /// # Errors
    /// It is gone, or `process` may not.
    pub fn fix(&self, process: u64, fix: bool) -> Result<(), Fault> {
        if fix {
            let reading = self.read(process, Right::Read)?;
            if reading.table.fix(process)
                && let Some(handle) = handle_of(reading.table)
            {
                super::owner::note_fixation(process, handle);
            }
            return Ok(());
        }
        let mut writing = self.write(process, Right::Read)?;
        if writing.table.unfix(process, false) {
            forget_fixation(process, writing.table.numbers);
        }
        writing.purge_if_unfixed();
        Ok(())
    }
}

/// What keeps a table.
pub(super) fn handle_of(table: &Table) -> Option<Handle> {
    table.this.get()?.upgrade().map(Handle)
}

impl Handle {
    /// Locks the table for writing, if it lives.
    pub(super) fn write_alive(&self) -> Option<Writing<'_>> {
        let guard = self.contents.write();
        guard.alive.then(|| Writing {
            table: self,
            guard: Some(guard),
            trash: Trash::new(),
        })
    }
}

impl Reading<'_> {
    /// The table.
    pub fn table(&self) -> &Table {
        self.table
    }
    /// Is it fixed?
    pub fn is_fixed(&self) -> bool {
        self.table.is_fixed()
    }
}

impl Deref for Reading<'_> {
    type Target = Contents;
    #[inline]
    fn deref(&self) -> &Contents {
        &self.guard
    }
}

impl Deref for Writing<'_> {
    type Target = Contents;
    #[inline]
    fn deref(&self) -> &Contents {
        self.guard.as_ref().expect("locked until dropped")
    }
}

impl DerefMut for Writing<'_> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Contents {
        self.guard.as_mut().expect("locked until dropped")
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        // The rows in the trash are dropped after this.
        self.guard = None;
    }
}

impl<'t> Writing<'t> {
    /// The table.
    pub fn table(&self) -> &'t Table {
        self.table
    }
    /// Is it fixed?
    pub fn is_fixed(&self) -> bool {
        self.table.is_fixed()
    }
    /// The contents, and where rows go that are taken out of them.
    pub fn parts(&mut self) -> (&mut Contents, &mut Trash) {
        (
            self.guard.as_mut().expect("locked until dropped"),
            &mut self.trash,
        )
    }
    /// Drops what was deleted while the table was fixed, if it no longer is.
    pub(super) fn purge_if_unfixed(&mut self) {
        if !self.is_fixed() {
            let (contents, trash) = self.parts();
            contents.unfixed(trash);
        }
    }
    /// The table is no more.
    pub(super) fn destroy(mut self) {
        let table = self.table;
        self.alive = false;
        let (name, owner) = (self.name, self.owner);
        let store = self.clear();
        let heir = self.set_heir(None);
        for process in table.unfix_all() {
            forget_fixation(process, table.numbers);
        }
        remove_owner(owner, table.numbers);
        drop(self);
        if table.named {
            part(name)
                .write()
                .retain(|(_, handle)| handle.numbers != table.numbers);
        }
        // Dropped here, after the lock: who found the table by its last handle still borrows it.
        let handle = ALL.write().remove(&table.numbers);
        drop(heir);
        bury(store);
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
    if named {
        let mut part = part(name).write();
        if part.iter().any(|(other, _)| *other == name) {
            drop(part);
            ALL.write().remove(&numbers);
            remove_owner(owner, numbers);
            return Err(NameTaken);
        }
        part.push((name, handle.clone()));
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
        let mut writing = found
            .write(process, Right::Write)
            .map_err(RenameError::Fault)?;
        writing.name = new;
        return Ok(false);
    }
    let handle = handle_of(table).ok_or(RenameError::Fault(Fault::Id))?;
    {
        // The new name is taken first: another thread sees the table by one of the names, or by both but usable by one.
        let mut part = part(new).write();
        if part.iter().any(|(other, _)| *other == new) {
            drop(part);
            found
                .write(process, Right::Write)
                .map_err(RenameError::Fault)?;
            return Err(RenameError::Taken);
        }
        part.push((new, handle));
    }
    let renamed = found.write(process, Right::Write).map(|mut writing| {
        let old = writing.name;
        writing.name = new;
        old
    });
    let gone = match &renamed {
        Ok(old) => *old,
        Err(_) => new,
    };
    part(gone)
        .write()
        .retain(|(name, handle)| *name != gone || handle.numbers != table.numbers);
    renamed.map(|_| true).map_err(RenameError::Fault)
}

/// All tables, oldest first: a name each, or a reference.
pub fn all<'p>(builder: &mut Builder<'p>) -> Term<'p> {
    let handles: Vec<Handle> = ALL.read().values().cloned().collect();
    let mut list = Term::NIL;
    for handle in handles.into_iter().rev() {
        let name = {
            let contents = handle.contents.read();
            if !contents.alive {
                continue;
            }
            contents.name
        };
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
pub fn each<E>(mut look: impl FnMut(&Table, &Contents) -> Result<(), E>) -> Result<(), E> {
    let handles: Vec<Handle> = ALL.read().values().cloned().collect();
    handles
        .iter()
        .try_for_each(|handle| look(handle, &handle.contents.read()))
}

/// Words that all tables take.
pub fn memory_words() -> usize {
    let handles: Vec<Handle> = ALL.read().values().cloned().collect();
    handles
        .iter()
        .map(|handle| handle.contents.read().memory_words())
        .sum()
}

/// Number of tables.
pub fn count() -> usize {
    ALL.read().len()
}
