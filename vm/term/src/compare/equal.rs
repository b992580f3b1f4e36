//! Equality. Equal maps have the same shape, key for key and node for node, so they are compared as if they were tuples.

use super::leaf::{bits_equal, cmp_floats, cmp_references, numbers_equal};
use super::{Mode, Run};
use crate::boxed::fun::{Export, FunEntry};
use crate::term::Term;
use crate::word::{Word, map_kind, subtag};
use smallvec::SmallVec;

/// How deep [`matches`] goes by itself.
const NEAR: u32 = 4;

/// Do these terms match? They are not the same word, and pointers of one kind.
///
/// # Safety
/// Both are whole terms.
#[inline]
pub(super) unsafe fn equal_exact(a: Word, b: Word) -> bool {
    // SAFETY: the caller gives whole terms.
    unsafe { matches(a, b, NEAR) }
}

/// [`equal_exact`] for two parts that are not the same word.
#[inline(always)]
unsafe fn parts_match(a: Word, b: Word, depth: u32) -> bool {
    if a.is_immediate() || a.primary() != b.primary() {
        return false;
    }
    // SAFETY: the caller gives whole terms.
    unsafe {
        if depth == 0 {
            equal(a, b, Mode::Exact)
        } else {
            matches(a, b, depth - 1)
        }
    }
}

/// Most terms are lists or tuples that differ, or not, in something near; only what lies deep, or needs more, is looked at in full.
unsafe fn matches(mut a: Word, mut b: Word, depth: u32) -> bool {
    // SAFETY: the callers give whole terms.
    unsafe {
        loop {
            let (x, y) = (a.pointer().cast_const(), b.pointer().cast_const());
            if a.is_cons() {
                if *x != *y && !parts_match(*x, *y, depth) {
                    return false;
                }
                (a, b) = (*x.add(1), *y.add(1));
            } else {
                let header = *x;
                if header.subtag() != subtag::TUPLE {
                    return objects_match(a, b);
                }
                if header != *y {
                    return false;
                }
                let last = header.arity();
                if last == 0 {
                    return true;
                }
                for index in 1..last {
                    let (one, other) = (*x.add(index), *y.add(index));
                    if one != other && !parts_match(one, other, depth) {
                        return false;
                    }
                }
                (a, b) = (*x.add(last), *y.add(last));
            }
            if a == b {
                return true;
            }
            if a.is_immediate() || a.primary() != b.primary() {
                return false;
            }
        }
    }
}

/// [`equal_exact`] for boxed terms, the first of which is no tuple.
unsafe fn objects_match(a: Word, b: Word) -> bool {
    // SAFETY: the callers give whole terms.
    unsafe {
        let (x, y) = (a.pointer().cast_const(), b.pointer().cast_const());
        let (header, other) = (*x, *y);
        if header.subtag() == subtag::HEAP_BITS && header == other {
            // Keys of maps, most of them. Equal words are equal bits; of what differs the bits are looked at.
            let words = header.arity();
            let mut index = 1;
            while index <= words && *x.add(index) == *y.add(index) {
                index += 1;
            }
            if index > words {
                return true;
            }
        }
        let (one, another) = (Term::from_word(a), Term::from_word(b));
        if header.subtag() == subtag::REFERENCE && other.subtag() == subtag::REFERENCE {
            return cmp_references(one, another).is_eq();
        }
        if let (Some(one), Some(other)) = (one.as_bits(), another.as_bits()) {
            return bits_equal(one, other);
        }
        equal(a, b, Mode::Exact)
    }
}

/// Are these terms equal? They are not the same word.
///
/// # Safety
/// Both are whole terms.
pub(super) unsafe fn equal(a: Word, b: Word, mode: Mode) -> bool {
    let mut later: SmallVec<[Run; 8]> = SmallVec::new();
    let mut run = Run {
        a: &a,
        b: &b,
        left: 1,
        mode,
    };
    // SAFETY: the caller gives whole terms; every run lies within one object of each of them.
    unsafe {
        loop {
            if run.left == 0 {
                match later.pop() {
                    Some(next) => run = next,
                    None => return true,
                }
                continue;
            }
            let (x, y) = (*run.a, *run.b);
            run.a = run.a.add(1);
            run.b = run.b.add(1);
            run.left -= 1;
            if x == y {
                continue;
            }
            if x.is_immediate() || y.is_immediate() || x.primary() != y.primary() {
                if run.mode == Mode::Arithmetic
                    && !x.is_cons()
                    && !y.is_cons()
                    && numbers_equal(Term::from_word(x), Term::from_word(y))
                {
                    continue;
                }
                return false;
            }
            let (a, b) = (x.pointer().cast_const(), y.pointer().cast_const());
            let mode = run.mode;
            // What is inside `a` and `b`, from `at` on.
            let inside = |at: usize, left: usize, mode: Mode| Run {
                a: a.add(at),
                b: b.add(at),
                left,
                mode,
            };
            let next = if x.is_cons() {
                if mode == Mode::Children {
                    if run.left > 0 {
                        later.push(run);
                    }
                    later.push(inside(1, 1, Mode::Arithmetic));
                    run = inside(0, 1, Mode::Exact);
                    continue;
                }
                inside(0, 2, mode)
            } else {
                let (header, other) = (*a, *b);
                match header.subtag() {
                    subtag::TUPLE | subtag::RECORD if header == other => {
                        inside(1, header.arity(), mode)
                    }
                    subtag::MAP if header == other => match header.map_kind() {
                        map_kind::FLAT => {
                            if *a.add(1) != *b.add(1) {
                                return false;
                            }
                            let values = inside(3, (*a.add(1)).small_value() as usize, mode);
                            let keys = inside(2, 1, Mode::Exact);
                            if mode == Mode::Exact {
                                inside(2, 1 + values.left, mode)
                            } else {
                                if run.left > 0 {
                                    later.push(run);
                                }
                                later.push(values);
                                run = keys;
                                continue;
                            }
                        }
                        map_kind::ROOT if *a.add(1) != *b.add(1) => return false,
                        kind => {
                            let first = if kind == map_kind::ROOT { 2 } else { 1 };
                            let children = header.object_arity() + 1 - first;
                            inside(first, children, children_mode(mode))
                        }
                    },
                    subtag::FLOAT if other.subtag() == subtag::FLOAT => {
                        let (p, q) = (f64::from_bits((*a.add(1)).0), f64::from_bits((*b.add(1)).0));
                        if cmp_floats(p, q, mode).is_ne() {
                            return false;
                        }
                        continue;
                    }
                    subtag::BIG_POSITIVE | subtag::BIG_NEGATIVE if header == other => {
                        // Limbs are no terms; equal words are equal limbs.
                        if slices_differ(a, b, header.arity()) {
                            return false;
                        }
                        continue;
                    }
                    subtag::FUN if header == other => {
                        if !same_lambda(*a.add(1), *b.add(1)) {
                            return false;
                        }
                        // Behind entry and creator.
                        inside(3, header.arity() - 2, mode)
                    }
                    subtag::EXPORT if header == other => {
                        if !same_export(*a.add(1), *b.add(1)) {
                            return false;
                        }
                        continue;
                    }
                    subtag::REFERENCE | subtag::EXTERNAL_REFERENCE
                        if matches!(
                            other.subtag(),
                            subtag::REFERENCE | subtag::EXTERNAL_REFERENCE
                        ) =>
                    {
                        if cmp_references(Term::from_word(x), Term::from_word(y)).is_ne() {
                            return false;
                        }
                        continue;
                    }
                    subtag::EXTERNAL_PID | subtag::EXTERNAL_PORT if header == other => {
                        // All but the link.
                        if slices_differ(a, b, header.arity() - 1) {
                            return false;
                        }
                        continue;
                    }
                    _ => {
                        let (x, y) = (Term::from_word(x), Term::from_word(y));
                        let same = match (x.as_bits(), y.as_bits()) {
                            (Some(x), Some(y)) => bits_equal(x, y),
                            _ => mode == Mode::Arithmetic && numbers_equal(x, y),
                        };
                        if !same {
                            return false;
                        }
                        continue;
                    }
                }
            };
            if run.left > 0 {
                later.push(run);
            }
            run = next;
        }
    }
}

fn children_mode(mode: Mode) -> Mode {
    match mode {
        Mode::Exact => Mode::Exact,
        Mode::Arithmetic | Mode::Children => Mode::Children,
    }
}

unsafe fn slices_differ(a: *const Word, b: *const Word, arity: usize) -> bool {
    // SAFETY: both objects have this many words behind their headers.
    unsafe {
        std::slice::from_raw_parts(a.add(1), arity) != std::slice::from_raw_parts(b.add(1), arity)
    }
}

/// Entries of one lambda differ when its module was loaded twice.
unsafe fn same_lambda(a: Word, b: Word) -> bool {
    if a == b {
        return true;
    }
    // SAFETY: entries are never freed.
    let (a, b) = unsafe { (&*(a.0 as *const FunEntry), &*(b.0 as *const FunEntry)) };
    a.module == b.module && a.index == b.index && a.old_uniq == b.old_uniq
}

unsafe fn same_export(a: Word, b: Word) -> bool {
    if a == b {
        return true;
    }
    // SAFETY: entries are never freed.
    let (a, b) = unsafe { (&*(a.0 as *const Export), &*(b.0 as *const Export)) };
    a.module() == b.module() && a.function() == b.function() && a.arity() == b.arity()
}
