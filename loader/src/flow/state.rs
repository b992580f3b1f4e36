//! What is known of the registers at one place of a function, and how two ways that lead there agree.

use std::collections::HashMap;

/// A register holds a term.
pub(super) const SET: u8 = 1 << 0;
/// A list cell.
pub(super) const CONS: u8 = 1 << 1;
/// A tuple of at least as many elements as `size` says.
pub(super) const TUPLE: u8 = 1 << 2;
/// With [`TUPLE`]: of exactly as many.
pub(super) const EXACT: u8 = 1 << 3;
/// A map.
pub(super) const MAP: u8 = 1 << 4;
/// A match context.
pub(super) const CONTEXT: u8 = 1 << 5;
/// A float.
pub(super) const FLOAT: u8 = 1 << 6;
/// The tuple that `setelement/3` made just now.
pub(super) const FRESH: u8 = 1 << 7;

/// What is known of a register's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Value {
    /// A union of the constants above; 0 for a register that may never have been set.
    pub(super) kind: u8,
    /// Elements of a tuple, at least; larger tuples count as 255.
    pub(super) size: u8,
}

impl Value {
    /// A term of which nothing is known.
    pub(super) const TERM: Value = Value::of(SET);

    pub(super) const fn of(kind: u8) -> Value {
        Value {
            kind: kind | SET,
            size: 0,
        }
    }

    /// A tuple with that many elements, or at least so many.
    #[inline]
    pub(super) fn tuple(size: u64, exact: bool) -> Value {
        match u8::try_from(size) {
            Ok(size) if exact => Value {
                kind: SET | TUPLE | EXACT,
                size,
            },
            Ok(size) => Value {
                kind: SET | TUPLE,
                size,
            },
            Err(_) => Value {
                kind: SET | TUPLE,
                size: u8::MAX,
            },
        }
    }

    #[inline]
    pub(super) fn is(self, kind: u8) -> bool {
        self.kind & kind != 0
    }
}

/// The registers of one sort. Bytes next to each other, so that joining two takes a few instructions for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bank<const N: usize> {
    pub(super) kind: [u8; N],
    pub(super) size: [u8; N],
}

impl<const N: usize> Bank<N> {
    const EMPTY: Bank<N> = Bank {
        kind: [0; N],
        size: [0; N],
    };

    /// None beyond the bank: the function needs a larger one.
    #[inline]
    pub(super) fn get(&self, register: usize) -> Option<Value> {
        Some(Value {
            kind: *self.kind.get(register)?,
            size: self.size[register],
        })
    }

    #[inline]
    pub(super) fn put(&mut self, register: usize, value: Value) -> Option<()> {
        *self.kind.get_mut(register)? = value.kind;
        self.size[register] = value.size;
        Some(())
    }

    /// The first of the registers below `count` that is not set.
    #[inline]
    pub(super) fn unset_below(&self, count: usize) -> Option<usize> {
        self.kind[..count].iter().position(|kind| kind & SET == 0)
    }

    /// Forgets the registers from `live` on.
    #[inline]
    pub(super) fn prune(&mut self, live: usize) {
        if let Some(dead) = self.kind.get_mut(live..) {
            dead.fill(0);
        }
    }

    /// Moves all down by `count`; those that come in at the end are unset.
    pub(super) fn shift(&mut self, count: usize) {
        let count = count.min(N);
        self.kind.copy_within(count.., 0);
        self.kind[N - count..].fill(0);
        self.size.copy_within(count.., 0);
    }

    /// Keeps what holds on both ways; says whether that is less.
    #[inline]
    fn join(&mut self, other: &Bank<N>) -> bool {
        let mut lost = 0;
        for index in 0..N {
            let (old, old_size) = (self.kind[index], self.size[index]);
            let size = old_size.min(other.size[index]);
            let same = if old_size == other.size[index] {
                u8::MAX
            } else {
                !EXACT
            };
            let kind = old & other.kind[index] & same;
            // The size of what is no tuple means nothing.
            let smaller = if kind & TUPLE != 0 {
                old_size ^ size
            } else {
                0
            };
            lost |= (old ^ kind) | smaller;
            self.kind[index] = kind;
            self.size[index] = size;
        }
        lost != 0
    }
}

/// The stack frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// None: the return address is on top of the stack.
    None,
    /// That many Y registers.
    Of(u16),
    /// One or another, of at least that many: nothing may follow but raising.
    Either(u16),
}

impl Frame {
    /// Y registers that there are at least.
    #[inline]
    pub(super) fn slots(self) -> u16 {
        match self {
            Frame::None => 0,
            Frame::Of(slots) | Frame::Either(slots) => slots,
        }
    }
}

/// A `catch` or `try` that is open: its Y register, and the set of labels that its handler is one of.
pub(super) type Open = (u16, u32);

/// Everything that is known at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State<const N: usize, const F: usize> {
    pub(super) x: Bank<N>,
    pub(super) y: Bank<N>,
    /// Float registers that are set, a bit each.
    pub(super) floats: [u64; F],
    pub(super) frame: Frame,
    /// Words that a test of the heap has left free.
    pub(super) heap: u32,
    /// A bitstring is being built: what `bs_put_…` writes to.
    pub(super) building: bool,
    /// An exception has just been caught (class, reason and trace are in X1 to X3), or X0 is set.
    pub(super) caught: bool,
    /// Nothing but moves since `setelement/3`.
    pub(super) mutable: bool,
    /// What is open, by rising register: the first is the innermost.
    pub(super) open: Vec<Open>,
    /// What else may be open instead, where the ways here disagree: nothing may follow but raising.
    pub(super) instead: Vec<Vec<Open>>,
}

impl<const N: usize, const F: usize> State<N, F> {
    pub(super) fn new() -> State<N, F> {
        State {
            x: Bank::EMPTY,
            y: Bank::EMPTY,
            floats: [0; F],
            frame: Frame::None,
            heap: 0,
            building: false,
            caught: false,
            mutable: false,
            open: Vec::new(),
            instead: Vec::new(),
        }
    }

    /// Takes over all of `other`.
    #[inline]
    pub(super) fn copy_from(&mut self, other: &State<N, F>) {
        self.x = other.x;
        self.y = other.y;
        self.floats = other.floats;
        self.frame = other.frame;
        self.heap = other.heap;
        self.building = other.building;
        self.caught = other.caught;
        self.mutable = other.mutable;
        self.open.clone_from(&other.open);
        self.instead.clone_from(&other.instead);
    }

    /// Forgets of which kind values are.
    pub(super) fn forget_kinds(&mut self) {
        for kind in self.x.kind.iter_mut().chain(&mut self.y.kind) {
            *kind &= SET;
        }
    }

    /// Keeps what holds here and in `other`; says whether that is less than before.
    pub(super) fn join(&mut self, other: &State<N, F>, sets: &mut LabelSets) -> bool {
        let mut less = self.x.join(&other.x);
        less |= self.y.join(&other.y);
        for (mine, others) in self.floats.iter_mut().zip(&other.floats) {
            less |= *mine & !others != 0;
            *mine &= others;
        }
        if self.frame != other.frame {
            let either = Frame::Either(self.frame.slots().min(other.frame.slots()));
            less |= self.frame != either;
            self.frame = either;
        }
        if other.heap < self.heap {
            self.heap = other.heap;
            less = true;
        }
        for (mine, others) in [
            (&mut self.building, other.building),
            (&mut self.caught, other.caught),
            (&mut self.mutable, other.mutable),
        ] {
            less |= *mine && !others;
            *mine &= others;
        }
        less | self.join_open(other, sets)
    }

    fn join_open(&mut self, other: &State<N, F>, sets: &mut LabelSets) -> bool {
        if self.open == other.open && self.instead == other.instead {
            return false;
        }
        let mut less = false;
        for open in std::iter::once(&other.open).chain(&other.instead) {
            let mine = std::iter::once(&mut self.open).chain(&mut self.instead);
            let joined = mine
                .filter_map(|mine| join_registers(mine, open, sets))
                .next();
            less |= joined.unwrap_or_else(|| {
                self.instead.push(open.clone());
                true
            });
        }
        less
    }
}

/// Joins what is open if that is in the same registers; says whether handlers were added.
fn join_registers(mine: &mut [Open], others: &[Open], sets: &mut LabelSets) -> Option<bool> {
    if mine.len() != others.len() || mine.iter().zip(others).any(|(a, b)| a.0 != b.0) {
        return None;
    }
    let mut more = false;
    for (mine, others) in mine.iter_mut().zip(others) {
        let both = sets.union(mine.1, others.1);
        more |= both != mine.1;
        mine.1 = both;
    }
    Some(more)
}

/// Sets of labels, numbered as they turn up. A handler is nearly always one label.
#[derive(Default)]
pub(super) struct LabelSets {
    sets: Vec<Vec<u32>>,
    numbers: HashMap<Vec<u32>, u32>,
}

impl LabelSets {
    pub(super) fn clear(&mut self) {
        if !self.sets.is_empty() {
            self.sets.clear();
            self.numbers.clear();
        }
    }

    pub(super) fn one(&mut self, label: u32) -> u32 {
        self.number(vec![label])
    }

    #[inline]
    pub(super) fn labels(&self, set: u32) -> &[u32] {
        &self.sets[set as usize]
    }

    fn union(&mut self, left: u32, right: u32) -> u32 {
        if left == right {
            return left;
        }
        let mut both = self.labels(left).to_vec();
        both.extend_from_slice(self.labels(right));
        both.sort_unstable();
        both.dedup();
        self.number(both)
    }

    fn number(&mut self, set: Vec<u32>) -> u32 {
        let next = self.sets.len() as u32;
        *self.numbers.entry(set).or_insert_with_key(|set| {
            self.sets.push(set.clone());
            next
        })
    }
}
