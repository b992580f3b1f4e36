//! What changes a table's objects.

use super::hash::Clash;
use super::row::Row;
use super::table::{Contents, Store};
use super::{Kind, Trash};
use oxbeam_term::copy::copy_all;
use oxbeam_term::number::terms;
use oxbeam_term::word::{SMALL_MAX, SMALL_MIN};
use oxbeam_term::{Builder, Term, Word};
use smallvec::SmallVec;

/// Why an update fails.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum UpdateError {
    /// A bag cannot be updated.
    TableType,
    /// No object has the key.
    NoKey,
    /// The element is the key.
    KeyPosition,
    /// The object has no such element.
    Position,
    /// Anything else that is wrong with the arguments.
    Argument,
    /// The number would be too large.
    SystemLimit,
}

/// What `update_counter` and `update_element` need besides the table.
pub struct Update<'p> {
    /// Key of the object.
    pub key: Term<'p>,
    /// What to do: an operation, or a list of them.
    pub operations: Term<'p>,
    /// Object that is inserted first if there is none.
    pub default: Option<Term<'p>>,
    /// Is the table fixed?
    pub fixed: bool,
}

type Elements<'a> = SmallVec<[Term<'a>; 8]>;

/// What `update_counter` returns when one operation came to a small number.
#[inline]
pub fn counted<'p>(value: i64, operations: Term<'p>, builder: &mut Builder<'p>) -> Term<'p> {
    let value = Term::small(value);
    if operations.is_list() {
        builder.cons(value, Term::NIL)
    } else {
        value
    }
}

impl Contents {
    /// Inserts one row.
    pub fn insert_one(&mut self, row: Row, new: bool, fixed: bool, trash: &mut Trash) -> bool {
        let clash = if new { Clash::Refuse } else { Clash::Usual };
        self.insert_row(row, clash, fixed, trash)
    }
    fn insert_row(&mut self, row: Row, clash: Clash, fixed: bool, trash: &mut Trash) -> bool {
        match &mut self.store {
            Store::Hash(hash) => hash.insert(row, clash, fixed, trash),
            Store::Tree(tree) => tree.insert(row, clash, trash),
        }
    }
    /// Deletes the objects with this key.
    pub fn delete(&mut self, key: Term<'_>, fixed: bool, trash: &mut Trash) {
        match &mut self.store {
            Store::Hash(hash) => hash.delete(key, fixed, |_| true, trash),
            Store::Tree(tree) => trash.extend(tree.remove(key)),
        }
    }
    /// Deletes the objects that are exactly equal to this tuple.
    pub fn delete_object(&mut self, object: Term<'_>, fixed: bool, trash: &mut Trash) {
        let Some(key) = object
            .tuple_elements()
            .and_then(|elements| elements.get(self.key))
        else {
            return;
        };
        match &mut self.store {
            Store::Hash(hash) => {
                hash.delete(*key, fixed, |row| row.term().eq_exact(object), trash);
            }
            Store::Tree(tree) => {
                if tree
                    .get(*key)
                    .is_some_and(|row| row.term().eq_exact(object))
                {
                    trash.extend(tree.remove(*key));
                }
            }
        }
    }
    /// Deletes the objects with this key; what they were, as a list.
    pub fn take<'p>(
        &mut self,
        key: Term<'_>,
        fixed: bool,
        builder: &mut Builder<'p>,
        trash: &mut Trash,
    ) -> Term<'p> {
        let objects = self.lookup(key, builder);
        if !objects.is_nil() {
            self.delete(key, fixed, trash);
        }
        objects
    }
    /// Takes all objects out. The caller drops them when the table is not locked.
    pub(super) fn clear(&mut self) -> Store {
        let part = matches!(&self.store, Store::Hash(hash) if hash.is_part());
        std::mem::replace(&mut self.store, Store::new(self.kind, part))
    }
    /// Marks all objects of a fixed hash table as deleted. `false`: this is none.
    pub(super) fn kill_all(&mut self) -> bool {
        match &mut self.store {
            Store::Hash(hash) => {
                hash.kill_all();
                true
            }
            Store::Tree(_) => false,
        }
    }
    fn replace(&mut self, row: Row, trash: &mut Trash) {
        match &mut self.store {
            Store::Hash(hash) => hash.replace(row, trash),
            Store::Tree(tree) => {
                tree.insert(row, Clash::Usual, trash);
            }
        }
    }
    fn set_immediate(&mut self, key: Term<'_>, index: usize, value: Term<'_>) -> bool {
        match &mut self.store {
            Store::Hash(hash) => hash.set_immediate(key, index, value.word()),
            Store::Tree(tree) => tree.set_immediate(key, index, value.word()),
        }
    }
    /// The elements of the object to update, or of the default, and whether it is the default.
    fn elements_to_update<'a>(
        &'a self,
        update: &Update<'a>,
    ) -> Result<(Elements<'a>, bool), UpdateError> {
        if let Some(row) = self.any(update.key) {
            return Ok((Elements::from_slice(row.elements()), false));
        }
        let default = update.default.ok_or(UpdateError::NoKey)?;
        let elements = default.tuple_elements().ok_or(UpdateError::Argument)?;
        let mut elements = Elements::from_slice(elements);
        *elements.get_mut(self.key).ok_or(UpdateError::Argument)? = update.key;
        Ok((elements, true))
    }
    /// Index of the element at `position`, a term that counts from one.
    fn index(&self, position: Term<'_>, arity: usize) -> Result<usize, UpdateError> {
        let position = position.as_small().ok_or(UpdateError::Argument)?;
        match usize::try_from(position) {
            Ok(position) if position == self.key + 1 => Err(UpdateError::KeyPosition),
            Ok(position) if (1..=arity).contains(&position) => Ok(position - 1),
            _ => Err(UpdateError::Position),
        }
    }
    fn is_bag(&self) -> bool {
        matches!(self.kind, Kind::Bag | Kind::DuplicateBag)
    }
    /// Puts an updated object where it belongs.
    fn commit(&mut self, row: Row, is_new: bool, fixed: bool, trash: &mut Trash) {
        if is_new {
            self.insert_row(row, Clash::Usual, fixed, trash);
        } else {
            self.replace(row, trash);
        }
    }
    /// `update_element`: the elements of the object with this key become others.
    ///
    /// # Errors
    /// As [`UpdateError`] says; nothing has changed then.
    pub fn update_element(
        &mut self,
        update: &Update<'_>,
        trash: &mut Trash,
    ) -> Result<(), UpdateError> {
        if self.is_bag() {
            return Err(UpdateError::TableType);
        }
        if self.set_in_place(update.key, update.operations) {
            return Ok(());
        }
        let (mut elements, is_new) = self.elements_to_update(update)?;
        let mut changes: SmallVec<[(usize, Term<'_>); 4]> = SmallVec::new();
        let mut change = |operation: Term<'_>| {
            let [position, value] = operation.as_tuple_of().ok_or(UpdateError::Argument)?;
            let index = self.index(position, elements.len())?;
            // SAFETY: the value is a part of the operations, which the caller holds for longer than this.
            let value = unsafe { Term::from_word(value.word()) };
            changes.push((index, value));
            Ok(())
        };
        if update.operations.is_tuple() {
            change(update.operations)?;
        } else {
            let mut list = update.operations.list_iter();
            list.by_ref().try_for_each(change)?;
            if !list.rest().is_nil() {
                return Err(UpdateError::Argument);
            }
        }
        let in_place = !is_new
            && changes.iter().all(|(index, value)| {
                value.word().is_immediate() && elements[*index].word().is_immediate()
            });
        if in_place {
            drop(elements);
            for (index, value) in changes {
                self.set_immediate(update.key, index, value);
            }
            return Ok(());
        }
        for (index, value) in changes {
            elements[index] = value;
        }
        let row = Row::of(&elements, self.key);
        drop(elements);
        self.commit(row, is_new, update.fixed, trash);
        Ok(())
    }
    /// `update_counter`: the new value, or a list of them.
    ///
    /// # Errors
    /// As [`UpdateError`] says; nothing has changed then.
    pub fn update_counter<'p>(
        &mut self,
        update: &Update<'p>,
        builder: &mut Builder<'p>,
        trash: &mut Trash,
    ) -> Result<Term<'p>, UpdateError> {
        if self.is_bag() {
            return Err(UpdateError::TableType);
        }
        if let Some(value) = self.count_in_place(update.key, update.operations) {
            return Ok(counted(value, update.operations, builder));
        }
        let (mut elements, is_new) = self.elements_to_update(update)?;
        let operations = self.counter_operations(update.operations, &elements)?;
        let mut in_place = !is_new;
        let mut results: SmallVec<[Term<'p>; 4]> = SmallVec::new();
        for operation in &operations {
            let old = copy_all(elements[operation.index], builder);
            let mut value = match (old.as_small(), operation.increment.as_small()) {
                (Some(old), Some(increment)) => builder.integer(old + increment),
                _ => terms::add(builder, old, operation.increment)
                    .map_err(|_| UpdateError::SystemLimit)?,
            };
            if let Some((threshold, replacement)) = operation.warp {
                let down = operation.increment.cmp(Term::small(0)).is_lt();
                let beyond = value.cmp(threshold);
                if if down { beyond.is_lt() } else { beyond.is_gt() } {
                    value = replacement;
                }
            }
            in_place &= value.word().is_immediate() && old.word().is_immediate();
            elements[operation.index] = value;
            results.push(value);
        }
        let result = if update.operations.is_list() {
            builder.list(results.iter().copied())
        } else {
            results.first().copied().unwrap_or(Term::NIL)
        };
        if in_place {
            drop(elements);
            for (operation, value) in operations.iter().zip(results) {
                self.set_immediate(update.key, operation.index, value);
            }
        } else {
            let row = Row::of(&elements, self.key);
            drop(elements);
            self.commit(row, is_new, update.fixed, trash);
        }
        Ok(result)
    }
    /// Does one operation on an object that is there, where all numbers are small. `None`: it is no such operation, or fails.
    #[inline]
    pub fn count_in_place(&mut self, key: Term<'_>, operations: Term<'_>) -> Option<i64> {
        if self.is_bag() {
            return None;
        }
        let mut operation = operations;
        if let Some(cell) = operation.as_cons() {
            operation = cell.head();
            if !cell.tail().is_nil() {
                return None;
            }
        }
        let (index, increment, warp) = match operation.as_small() {
            Some(_) if operations.is_list() => return None,
            Some(increment) => (self.key + 1, increment, None),
            None => match *operation.tuple_elements()? {
                [position, increment] => (
                    usize::try_from(position.as_small()?).ok()?.checked_sub(1)?,
                    increment.as_small()?,
                    None,
                ),
                [position, increment, threshold, replacement] => (
                    usize::try_from(position.as_small()?).ok()?.checked_sub(1)?,
                    increment.as_small()?,
                    Some((threshold.as_small()?, replacement.as_small()?)),
                ),
                _ => return None,
            },
        };
        if index == self.key {
            return None;
        }
        let row = self.any(key)?;
        let mut value = row
            .elements()
            .get(index)?
            .as_small()?
            .checked_add(increment)?;
        if let Some((threshold, replacement)) = warp {
            let beyond = if increment < 0 {
                value < threshold
            } else {
                value > threshold
            };
            if beyond {
                value = replacement;
            }
        }
        if !(SMALL_MIN..=SMALL_MAX).contains(&value) {
            return None;
        }
        let word = Word::small(value);
        // SAFETY: the contents are borrowed exclusively; the element is not the key.
        unsafe { row.set_immediate(index, word) }.then_some(value)
    }
    /// Sets one element of an object that is there to an immediate in the place of another. `false`: this is something else, or fails.
    #[inline]
    pub fn set_in_place(&mut self, key: Term<'_>, operation: Term<'_>) -> bool {
        let Some([position, value]) = operation.as_tuple_of() else {
            return false;
        };
        if self.is_bag() {
            return false;
        }
        let index = position
            .as_small()
            .and_then(|position| usize::try_from(position).ok()?.checked_sub(1));
        let (Some(index), Some(row)) = (index, self.any(key)) else {
            return false;
        };
        // SAFETY: the contents are borrowed exclusively; the element is not the key.
        index != self.key && unsafe { row.set_immediate(index, value.word()) }
    }
    /// The operations, looked through: the elements that they change are integers.
    fn counter_operations<'p>(
        &self,
        operations: Term<'p>,
        elements: &[Term<'_>],
    ) -> Result<SmallVec<[Count<'p>; 4]>, UpdateError> {
        let mut all = SmallVec::new();
        let mut add =
            |position: Term<'p>, increment: Term<'p>, warp: Option<(Term<'p>, Term<'p>)>| {
                if let Some((threshold, replacement)) = warp
                    && !(threshold.is_integer() && replacement.is_integer())
                {
                    return Err(UpdateError::Argument);
                }
                if position.as_small().is_none() || !increment.is_integer() {
                    return Err(UpdateError::Argument);
                }
                let index = self.index(position, elements.len())?;
                if !elements[index].is_integer() {
                    return Err(UpdateError::Argument);
                }
                all.push(Count {
                    index,
                    increment,
                    warp,
                });
                Ok(())
            };
        let mut tuple = |operation: Term<'p>| {
            if let Some([position, increment]) = operation.as_tuple_of() {
                add(position, increment, None)
            } else if let Some([position, increment, threshold, replacement]) =
                operation.as_tuple_of()
            {
                add(position, increment, Some((threshold, replacement)))
            } else {
                Err(UpdateError::Argument)
            }
        };
        if operations.is_integer() {
            add(Term::small(self.key as i64 + 2), operations, None)?;
        } else if operations.is_tuple() {
            tuple(operations)?;
        } else {
            let mut list = operations.list_iter();
            list.by_ref().try_for_each(tuple)?;
            if !list.rest().is_nil() {
                return Err(UpdateError::Argument);
            }
        }
        Ok(all)
    }
}

/// One operation of `update_counter`.
struct Count<'p> {
    index: usize,
    increment: Term<'p>,
    /// The threshold, and the value that replaces one beyond it.
    warp: Option<(Term<'p>, Term<'p>)>,
}
