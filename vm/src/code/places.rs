//! Where addresses lie: which version of a module, which function, which line. Asked for whenever a stack trace is made.

use super::{Code, Module};
use oxbeam_term::{Atom, Word};
use parking_lot::RwLockReadGuard;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where in the source an address lies.
pub struct Place {
    /// Module.
    pub module: Atom,
    /// Function.
    pub function: Atom,
    /// Its arity.
    pub arity: u32,
    /// File and line, if the module tells.
    pub line: Option<(String, u32)>,
}

/// The loaded versions, by address.
#[derive(Default)]
pub(super) struct Ranges {
    rows: Vec<(u64, Arc<Module>)>,
    /// Another number after each change, and one that no other table has.
    state: u64,
}

impl Ranges {
    pub(super) fn insert(&mut self, module: Arc<Module>) {
        let start = module.code.as_ptr() as u64;
        let position = self.rows.partition_point(|&(other, _)| other < start);
        self.rows.insert(position, (start, module));
        self.change();
    }
    pub(super) fn remove(&mut self, module: &Module) {
        let start = module.code.as_ptr() as u64;
        self.rows.retain(|&(other, _)| other != start);
        self.change();
    }
    fn change(&mut self) {
        static STATES: AtomicU64 = AtomicU64::new(1);
        self.state = STATES.fetch_add(1, Ordering::Relaxed);
    }
}

/// What a stack trace says of an address.
#[derive(Copy, Clone)]
pub struct Row {
    /// Module.
    pub module: Atom,
    /// Function.
    pub function: Atom,
    /// Its arity.
    pub arity: u32,
    /// File, a list that is a literal of the module, and line, if the module tells.
    pub line: Option<(Word, u32)>,
}

/// An address that was looked up, while the table was in `state`.
#[derive(Copy, Clone)]
struct Known {
    address: u64,
    state: u64,
    row: Row,
}

/// Addresses that a thread remembers: what raises does it again and again at the same places.
const REMEMBERED: usize = 256;

thread_local! {
    static KNOWN: RefCell<Vec<Option<Known>>> = const { RefCell::new(Vec::new()) };
}

/// Looks addresses up, many in a row; no module comes or goes meanwhile.
pub struct Places<'a> {
    ranges: RwLockReadGuard<'a, Ranges>,
    /// Where the last address was found: callers of a function are often of its module.
    last: Cell<usize>,
}

impl Places<'_> {
    /// The version that an address lies in.
    pub fn module(&self, address: u64) -> Option<&Arc<Module>> {
        let rows = &self.ranges.rows;
        if let Some((_, module)) = rows.get(self.last.get())
            && module.contains(address)
        {
            return Some(module);
        }
        let behind = rows.partition_point(|&(start, _)| start <= address);
        let index = behind.checked_sub(1)?;
        self.last.set(index);
        let (_, module) = &rows[index];
        module.contains(address).then_some(module)
    }
    /// What a stack trace says of an address.
    pub fn row(&self, address: u64) -> Option<Row> {
        KNOWN.with_borrow_mut(|known| {
            if known.is_empty() {
                known.resize(REMEMBERED, None);
            }
            let hash = (address >> 3).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56;
            let place = &mut known[hash as usize];
            if let Some(known) = place
                && known.address == address
                && known.state == self.ranges.state
            {
                return Some(known.row);
            }
            let row = self.find_row(address)?;
            *place = Some(Known {
                address,
                state: self.ranges.state,
                row,
            });
            Some(row)
        })
    }
    fn find_row(&self, address: u64) -> Option<Row> {
        let module = self.module(address)?;
        let function = module.function_at(address)?;
        let line = module.line_at(address);
        Some(Row {
            module: module.name,
            function: function.name,
            arity: function.arity,
            line: line.map(|(_, file, line)| (file, line)),
        })
    }
}

impl Code {
    /// Where addresses lie.
    pub fn places(&self) -> Places<'_> {
        Places {
            ranges: self.ranges.read(),
            last: Cell::new(0),
        }
    }
    /// The version that an address lies in.
    pub fn module_at(&self, address: u64) -> Option<Arc<Module>> {
        self.places().module(address).cloned()
    }
    /// Where in the source an address lies.
    pub fn place(&self, address: u64) -> Option<Place> {
        let module = self.module_at(address)?;
        let function = module.function_at(address)?;
        Some(Place {
            module: module.name,
            function: function.name,
            arity: function.arity,
            line: module
                .line_at(address)
                .map(|(file, _, line)| (file.to_owned(), line)),
        })
    }
}
