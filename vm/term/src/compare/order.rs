//! Order. Everything but maps is decided by the first difference found on the way.
//!
//! Maps are ordered by size, then by their keys in exact order, then by their values in the order of the keys; but neither atoms of a
//! flat map nor the leaves of a hash tree lie in that order. Flat maps are sorted on the side. Hash trees are walked side by side:
//! the least key that only one of them has decides, and if there is none, the least key whose values differ ([`Trees`]).

use super::leaf::{
    cmp_atoms, cmp_bits, cmp_floats, cmp_numbers, cmp_pids, cmp_ports, cmp_references,
};
use super::{Mode, Run};
use crate::binary::Bits;
use crate::boxed::fun::FunKind;
use crate::boxed::record::{Definition, VALUES};
use crate::map::{Map, flat_order_is_exact, leaves::Leaves, walk_order};
use crate::term::{Term, View};
use crate::word::{Word, map_kind, subtag};
use smallvec::SmallVec;
use std::cmp::Ordering;

/// What to go on with when a run is through without a difference.
enum Frame {
    Run(Run),
    /// Keeps the words of runs above it.
    Keep(#[expect(dead_code, reason = "held for its memory")] Vec<Word>),
    /// A difference ends here and is judged.
    Trees(Box<Trees>),
}

type Stack = SmallVec<[Frame; 4]>;

/// Groups of terms, in their order.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Number,
    Atom,
    Reference,
    Fun,
    Port,
    Pid,
    Tuple,
    Record,
    Map,
    Nil,
    List,
    Bits,
}

fn rank(term: Term<'_>) -> Rank {
    match term.view() {
        View::Small(_) | View::Big(_) | View::Float(_) => Rank::Number,
        View::Atom(_) => Rank::Atom,
        View::Nil => Rank::Nil,
        View::Cons(_) => Rank::List,
        View::Tuple(_) => Rank::Tuple,
        View::Map(_) => Rank::Map,
        View::Bits(_) => Rank::Bits,
        View::Fun(_) => Rank::Fun,
        View::Pid(_) | View::ExternalPid(_) => Rank::Pid,
        View::Port(_) | View::ExternalPort(_) => Rank::Port,
        View::Reference(_) | View::ExternalReference(_) => Rank::Reference,
        View::Record(_) => Rank::Record,
    }
}

/// How deep [`near`] goes by itself.
const NEAR: u32 = 4;

/// Order of two terms that are not the same word.
///
/// # Safety
/// Both are whole terms.
#[inline]
pub(super) unsafe fn compare(a: Word, b: Word, mode: Mode) -> Ordering {
    // SAFETY: the caller gives whole terms.
    unsafe { near(a, b, mode, NEAR) }
}

/// Most that are compared are small tuples and lists that differ in an immediate, not deep inside, or floats: no list of what is left is
/// needed.
unsafe fn near(mut a: Word, mut b: Word, mode: Mode, depth: u32) -> Ordering {
    // Parts that are not the same word; equal ones have the walk go on.
    let parts = |a: Word, b: Word| match immediates(a, b) {
        Some(order) => order,
        // SAFETY: parts of the caller's whole terms.
        None if depth > 0 => unsafe { near(a, b, mode, depth - 1) },
        // SAFETY: as above.
        None => unsafe { compare_all(a, b, mode) },
    };
    // SAFETY: the caller gives whole terms.
    unsafe {
        while a.is_cons() && b.is_cons() {
            let (x, y) = (a.pointer().cast_const(), b.pointer().cast_const());
            if *x != *y {
                let order = parts(*x, *y);
                if order.is_ne() {
                    return order;
                }
            }
            (a, b) = (*x.add(1), *y.add(1));
            if a == b {
                return Ordering::Equal;
            }
        }
        if a.is_boxed() && b.is_boxed() && *a.pointer() == *b.pointer() {
            let (x, y) = (a.pointer().cast_const(), b.pointer().cast_const());
            let header = *x;
            if header.subtag() == subtag::FLOAT {
                let (x, y) = (f64::from_bits((*x.add(1)).0), f64::from_bits((*y.add(1)).0));
                return cmp_floats(x, y, mode);
            }
            if header.subtag() == subtag::TUPLE {
                for index in 1..=header.arity() {
                    let (one, other) = (*x.add(index), *y.add(index));
                    if one != other {
                        let order = parts(one, other);
                        if order.is_ne() {
                            return order;
                        }
                    }
                }
                return Ordering::Equal;
            }
        }
        compare_all(a, b, mode)
    }
}

/// The order of two small integers, or of two atoms, that are not the same.
#[inline(always)]
fn immediates(a: Word, b: Word) -> Option<Ordering> {
    if a.is_small() && b.is_small() {
        return Some((a.0 as i64).cmp(&(b.0 as i64)));
    }
    if a.is_atom() && b.is_atom() {
        return Some(cmp_atoms(a.atom_value(), b.atom_value()));
    }
    None
}

/// [`compare`], whatever is inside.
unsafe fn compare_all(a: Word, b: Word, mode: Mode) -> Ordering {
    let mut stack = Stack::new();
    let mut run = Run {
        a: &a,
        b: &b,
        left: 1,
        mode,
    };
    // SAFETY: the caller gives whole terms; every run lies within one object of each of them, or in words that a frame below keeps.
    unsafe {
        loop {
            let mut verdict = Ordering::Equal;
            if run.left > 0 {
                let (x, y) = (*run.a, *run.b);
                run.a = run.a.add(1);
                run.b = run.b.add(1);
                run.left -= 1;
                if x == y {
                    continue;
                }
                verdict = if x.is_small() && y.is_small() {
                    (x.0 as i64).cmp(&(y.0 as i64))
                } else if x.is_atom() && y.is_atom() {
                    cmp_atoms(x.atom_value(), y.atom_value())
                } else if x.is_cons() && y.is_cons() {
                    descend(&mut stack, &mut run, x, y, 0, 2);
                    continue;
                } else {
                    compound(&mut stack, &mut run, x, y)
                };
                if verdict.is_eq() {
                    continue;
                }
            }
            // A run has ended, or a difference was found.
            loop {
                match stack.pop() {
                    None => return verdict,
                    Some(Frame::Run(next)) if verdict.is_eq() => {
                        run = next;
                        break;
                    }
                    Some(Frame::Run(_) | Frame::Keep(_)) => {}
                    Some(Frame::Trees(mut trees)) => match trees.judge(verdict) {
                        Step::Compare(next) => {
                            stack.push(Frame::Trees(trees));
                            run = next;
                            break;
                        }
                        Step::Done(order) => verdict = order,
                    },
                }
            }
        }
    }
}

/// Goes on with `left` words of two objects from `at` on, then with the run.
unsafe fn descend(stack: &mut Stack, run: &mut Run, x: Word, y: Word, at: usize, left: usize) {
    if run.left > 0 {
        stack.push(Frame::Run(*run));
    }
    // SAFETY: both objects have these words.
    unsafe {
        run.a = x.pointer().add(at);
        run.b = y.pointer().add(at);
    }
    run.left = left;
}

/// Order of two terms as far as it is known without what is inside them, which `run` goes on with.
unsafe fn compound(stack: &mut Stack, run: &mut Run, x: Word, y: Word) -> Ordering {
    // SAFETY: whole terms; what is read of them is there after its kind.
    unsafe {
        if x.is_boxed() && y.is_boxed() && *x.pointer() == *y.pointer() {
            // The kinds that are sorted most, when they are alike.
            let header = *x.pointer();
            match header.subtag() {
                subtag::TUPLE => {
                    descend(stack, run, x, y, 1, header.arity());
                    return Ordering::Equal;
                }
                subtag::FLOAT => {
                    let (p, q) = (*x.pointer().add(1), *y.pointer().add(1));
                    return cmp_floats(f64::from_bits(p.0), f64::from_bits(q.0), run.mode);
                }
                subtag::HEAP_BITS | subtag::REFC | subtag::SUB_BITS => {
                    return cmp_bits(Bits::of(Term::from_word(x)), Bits::of(Term::from_word(y)));
                }
                _ => {}
            }
        }
        let (a, b) = (Term::from_word(x), Term::from_word(y));
        let (rank_a, rank_b) = (rank(a), rank(b));
        if rank_a != rank_b {
            return rank_a.cmp(&rank_b);
        }
        match rank_a {
            Rank::Number => cmp_numbers(a, b, run.mode),
            Rank::Pid => cmp_pids(a, b),
            Rank::Port => cmp_ports(a, b),
            Rank::Reference => cmp_references(a, b),
            Rank::Bits => cmp_bits(Bits::of(a), Bits::of(b)),
            // The words of both are the same, or they were compared before.
            Rank::Atom | Rank::Nil | Rank::List => Ordering::Equal,
            Rank::Tuple => {
                let (arity_a, arity_b) = ((*x.pointer()).arity(), (*y.pointer()).arity());
                if arity_a != arity_b {
                    return arity_a.cmp(&arity_b);
                }
                descend(stack, run, x, y, 1, arity_a);
                Ordering::Equal
            }
            Rank::Fun => funs(stack, run, a, b),
            Rank::Record => records(stack, run, a, b),
            Rank::Map => maps(stack, run, Map(a), Map(b)),
        }
    }
}

unsafe fn funs(stack: &mut Stack, run: &mut Run, a: Term<'_>, b: Term<'_>) -> Ordering {
    let (Some(fun_a), Some(fun_b)) = (a.as_fun(), b.as_fun()) else {
        return Ordering::Equal;
    };
    match (fun_a.kind(), fun_b.kind()) {
        (FunKind::Local { .. }, FunKind::External(_)) => Ordering::Less,
        (FunKind::External(_), FunKind::Local { .. }) => Ordering::Greater,
        (FunKind::External(p), FunKind::External(q)) => cmp_atoms(p.module(), q.module())
            .then_with(|| cmp_atoms(p.function(), q.function()))
            .then(p.arity().cmp(&q.arity())),
        (
            FunKind::Local {
                entry: p, free: u, ..
            },
            FunKind::Local {
                entry: q, free: v, ..
            },
        ) => {
            let order = cmp_atoms(p.module, q.module)
                .then(p.index.cmp(&q.index))
                // A signed number in OTP.
                .then((p.old_uniq as i32).cmp(&(q.old_uniq as i32)))
                .then(u.len().cmp(&v.len()));
            if order.is_eq() {
                // SAFETY: the free variables lie behind header, entry and creator, and are equally many.
                unsafe { descend(stack, run, a.word(), b.word(), 3, u.len()) };
            }
            order
        }
    }
}

/// Module, name, whether exported, number of fields, their names, their values; both in the order of the source.
unsafe fn records(stack: &mut Stack, run: &mut Run, a: Term<'_>, b: Term<'_>) -> Ordering {
    let (Some(record_a), Some(record_b)) = (a.as_record(), b.as_record()) else {
        return Ordering::Equal;
    };
    let (definition_a, definition_b) = (record_a.definition(), record_b.definition());
    if !record_a.definition_term().same(record_b.definition_term()) {
        let order = definitions(definition_a, definition_b);
        if order.is_ne() {
            return order;
        }
    }
    let fields = record_a.values().len();
    if definition_a.is_in_order() && definition_b.is_in_order() {
        // SAFETY: the values lie behind header and definition, and are equally many.
        unsafe { descend(stack, run, a.word(), b.word(), VALUES, fields) };
        return Ordering::Equal;
    }
    let words: Vec<Word> = record_a
        .fields()
        .chain(record_b.fields())
        .map(|(_, value)| value.word())
        .collect();
    let first = words.as_ptr();
    if run.left > 0 {
        stack.push(Frame::Run(*run));
    }
    stack.push(Frame::Keep(words));
    run.a = first;
    // SAFETY: each has as many values as it has fields, and these are equally many.
    run.b = unsafe { first.add(fields) };
    run.left = fields;
    Ordering::Equal
}

fn definitions(a: Definition<'_>, b: Definition<'_>) -> Ordering {
    let atoms = |a: Term<'_>, b: Term<'_>| match (a.as_atom(), b.as_atom()) {
        (Some(a), Some(b)) => cmp_atoms(a, b),
        _ => Ordering::Equal,
    };
    let fields = || {
        let (names_a, names_b) = (a.fields(), b.fields());
        a.order()
            .zip(b.order())
            .map(|(at, other)| atoms(names_a[at], names_b[other]))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    };
    atoms(a.module(), b.module())
        .then_with(|| atoms(a.name(), b.name()))
        .then_with(|| atoms(a.exported(), b.exported()))
        .then(a.fields().len().cmp(&b.fields().len()))
        .then_with(fields)
}

unsafe fn maps(stack: &mut Stack, run: &mut Run, a: Map<'_>, b: Map<'_>) -> Ordering {
    let size = a.len();
    if size != b.len() {
        return size.cmp(&b.len());
    }
    // SAFETY: two maps of one size, and so of one kind.
    unsafe {
        if !a.is_flat() {
            debug_assert!((*b.term().word().pointer()).map_kind() == map_kind::ROOT);
            let mut trees = Box::new(Trees::new(a, b, run.mode));
            let step = trees.walk();
            if run.left > 0 {
                stack.push(Frame::Run(*run));
            }
            match step {
                Step::Compare(next) => {
                    stack.push(Frame::Trees(trees));
                    *run = next;
                }
                Step::Done(_) => run.left = 0,
            }
            return Ordering::Equal;
        }
        let (x, y) = (a.term().word(), b.term().word());
        if flat_order_is_exact(a) && flat_order_is_exact(b) {
            descend(stack, run, x, y, 3, size);
            let (keys_a, keys_b) = (*x.pointer().add(2), *y.pointer().add(2));
            if keys_a != keys_b {
                descend(stack, run, keys_a, keys_b, 1, size);
                run.mode = Mode::Exact;
            }
            return Ordering::Equal;
        }
        let words = [sorted_words(a), sorted_words(b)].concat();
        let first = words.as_ptr();
        let part = |at: usize, mode: Mode| Run {
            a: first.add(at),
            b: first.add(2 * size + at),
            left: size,
            mode,
        };
        if run.left > 0 {
            stack.push(Frame::Run(*run));
        }
        stack.push(Frame::Keep(words));
        stack.push(Frame::Run(part(size, run.mode)));
        *run = part(0, Mode::Exact);
    }
    Ordering::Equal
}

/// Keys and then values of a flat map, in exact order of the keys: its own order, but for the atoms, which stand side by side.
fn sorted_words(map: Map<'_>) -> Vec<Word> {
    let mut pairs: SmallVec<[(Word, Word); crate::map::FLAT_LIMIT]> = map
        .iter()
        .map(|(key, value)| (key.word(), value.word()))
        .collect();
    let first = pairs.iter().position(|(key, _)| key.is_atom());
    let last = pairs.iter().rposition(|(key, _)| key.is_atom());
    if let (Some(first), Some(last)) = (first, last) {
        pairs[first..=last]
            .sort_unstable_by(|(a, _), (b, _)| cmp_atoms(a.atom_value(), b.atom_value()));
    }
    let keys = pairs.iter().map(|&(key, _)| key);
    keys.chain(pairs.iter().map(|&(_, value)| value)).collect()
}

/// What [`Trees`] wants to know next.
enum Step {
    Compare(Run),
    Done(Ordering),
}

/// What the comparison that is going on was for.
enum Asked {
    /// The keys of both leaves.
    Keys,
    /// Whether the common key is less than the least one whose values differ.
    CommonIsLess,
    /// The values of the common key.
    Values,
    /// Whether a key that only the first tree has is less than the least such key.
    FirstIsLess,
    /// The same of the second tree.
    SecondIsLess,
}

/// Two hash trees of one size, walked side by side in the order of the leaves.
struct Trees {
    walk_a: Leaves,
    walk_b: Leaves,
    /// The current leaves, null behind the last one.
    a: *const Word,
    b: *const Word,
    /// Leaf of the least key so far that decides; null before there is one.
    least: *const Word,
    /// What it decides.
    order: Ordering,
    /// Some key is in one tree only: values don't matter any more.
    keys_differ: bool,
    asked: Asked,
    mode: Mode,
}

impl Trees {
    /// # Safety
    /// Hash maps.
    unsafe fn new(a: Map<'_>, b: Map<'_>, mode: Mode) -> Trees {
        let (mut walk_a, mut walk_b) = (Leaves::new(a), Leaves::new(b));
        // SAFETY: the caller's promise.
        let (a, b) = unsafe { (walk_a.next(), walk_b.next()) };
        Trees {
            walk_a,
            walk_b,
            a,
            b,
            least: std::ptr::null(),
            order: Ordering::Equal,
            keys_differ: false,
            asked: Asked::Keys,
            mode,
        }
    }

    fn ask(&mut self, asked: Asked, a: *const Word, b: *const Word, mode: Mode) -> Step {
        self.asked = asked;
        Step::Compare(Run {
            a,
            b,
            left: 1,
            mode,
        })
    }

    fn next_a(&mut self) {
        // SAFETY: the trees outlast the comparison.
        self.a = unsafe { self.walk_a.next() };
    }

    fn next_b(&mut self) {
        // SAFETY: as above.
        self.b = unsafe { self.walk_b.next() };
    }

    /// What to compare at the current leaves.
    fn walk(&mut self) -> Step {
        loop {
            match (self.a.is_null(), self.b.is_null()) {
                (true, true) => return Step::Done(self.order),
                (false, false) => return self.ask(Asked::Keys, self.a, self.b, Mode::Exact),
                (a_ended, _) => {
                    if let Some(step) = self.lone(!a_ended) {
                        return step;
                    }
                }
            }
        }
    }

    /// The current key of one tree is not in the other one. `None`: it is the first such key.
    fn lone(&mut self, in_first: bool) -> Option<Step> {
        let (leaf, asked, order) = if in_first {
            (self.a, Asked::FirstIsLess, Ordering::Less)
        } else {
            (self.b, Asked::SecondIsLess, Ordering::Greater)
        };
        if !self.least.is_null() {
            return Some(self.ask(asked, leaf, self.least, Mode::Exact));
        }
        self.least = leaf;
        self.order = order;
        if in_first {
            self.next_a();
        } else {
            self.next_b();
        }
        None
    }

    /// Takes the outcome of the comparison that was asked for.
    fn judge(&mut self, verdict: Ordering) -> Step {
        match self.asked {
            Asked::Keys if verdict.is_eq() => {
                if !self.keys_differ && self.order.is_eq() {
                    return self.ask_values();
                }
                if !self.keys_differ {
                    return self.ask(Asked::CommonIsLess, self.a, self.least, Mode::Exact);
                }
                self.next_a();
                self.next_b();
            }
            Asked::Keys => {
                if !self.keys_differ {
                    self.keys_differ = true;
                    self.least = std::ptr::null();
                    self.order = Ordering::Equal;
                }
                // The tree that is behind has a key that the other one has not. Of keys with one hash the lesser comes first.
                // SAFETY: leaves of live trees.
                let in_first = unsafe { walk_order(*self.a, *self.b) }
                    .then(verdict)
                    .is_lt();
                if let Some(step) = self.lone(in_first) {
                    return step;
                }
            }
            Asked::CommonIsLess if verdict.is_lt() => return self.ask_values(),
            Asked::CommonIsLess => {
                self.next_a();
                self.next_b();
            }
            Asked::Values => {
                if verdict.is_ne() {
                    self.order = verdict;
                    self.least = self.a;
                }
                self.next_a();
                self.next_b();
            }
            Asked::FirstIsLess => {
                if verdict.is_lt() {
                    self.order = Ordering::Less;
                    self.least = self.a;
                }
                self.next_a();
            }
            Asked::SecondIsLess => {
                if verdict.is_lt() {
                    self.order = Ordering::Greater;
                    self.least = self.b;
                }
                self.next_b();
            }
        }
        self.walk()
    }

    fn ask_values(&mut self) -> Step {
        // SAFETY: a leaf has a key and a value.
        let (a, b) = unsafe { (self.a.add(1), self.b.add(1)) };
        self.ask(Asked::Values, a, b, self.mode)
    }
}
