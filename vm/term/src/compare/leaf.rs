//! Order of what has no terms inside: numbers, bitstrings, pids, ports and references.

use super::Mode;
use crate::atom::Atom;
use crate::binary::Bits;
use crate::boxed::external::{Node, split_pid, this_node};
use crate::number::Int;
use crate::rules::rules;
use crate::term::{Term, View};
use smallvec::SmallVec;
use std::cmp::Ordering;

/// Order of atoms: that of their texts.
#[inline]
pub(super) fn cmp_atoms(a: Atom, b: Atom) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    a.text().as_bytes().cmp(b.text().as_bytes())
}

enum Number<'p> {
    Integer(Int<'p>),
    Float(f64),
}

fn number(term: Term<'_>) -> Option<Number<'_>> {
    match term.view() {
        View::Small(value) => Some(Number::Integer(Int::Small(value))),
        View::Big(value) => Some(Number::Integer(Int::Big(value))),
        View::Float(value) => Some(Number::Float(value)),
        _ => None,
    }
}

/// Order of floats.
#[inline]
pub(super) fn cmp_floats(a: f64, b: f64, mode: Mode) -> Ordering {
    if mode == Mode::Exact && !rules().zeroes_are_equal {
        a.total_cmp(&b)
    } else {
        a.partial_cmp(&b).unwrap_or(Ordering::Equal)
    }
}

/// Order of numbers; `Equal` for anything else.
pub(super) fn cmp_numbers(a: Term<'_>, b: Term<'_>, mode: Mode) -> Ordering {
    match (number(a), number(b)) {
        (Some(Number::Integer(a)), Some(Number::Integer(b))) => a.compare(b),
        (Some(Number::Float(a)), Some(Number::Float(b))) => cmp_floats(a, b, mode),
        (Some(Number::Integer(_)), Some(Number::Float(_))) if mode == Mode::Exact => Ordering::Less,
        (Some(Number::Float(_)), Some(Number::Integer(_))) if mode == Mode::Exact => {
            Ordering::Greater
        }
        (Some(Number::Integer(a)), Some(Number::Float(b))) => a.compare_f64(b),
        (Some(Number::Float(a)), Some(Number::Integer(b))) => b.compare_f64(a).reverse(),
        _ => Ordering::Equal,
    }
}

/// Are these two numbers that are arithmetically equal?
pub(super) fn numbers_equal(a: Term<'_>, b: Term<'_>) -> bool {
    a.is_number() && b.is_number() && cmp_numbers(a, b, Mode::Arithmetic).is_eq()
}

fn cmp_nodes(a: &'static Node, b: &'static Node) -> Ordering {
    if std::ptr::eq(a, b) {
        return Ordering::Equal;
    }
    cmp_atoms(a.name, b.name).then(a.creation.cmp(&b.creation))
}

fn pid_parts(term: Term<'_>) -> (u32, u32, &'static Node) {
    match term.view() {
        View::ExternalPid(pid) => ((pid.number() >> 32) as u32, pid.number() as u32, pid.node()),
        _ => {
            let (number, serial) = split_pid(term.word().local_number());
            (serial, number, this_node())
        }
    }
}

/// Order of pids: serial, number, node.
pub(super) fn cmp_pids(a: Term<'_>, b: Term<'_>) -> Ordering {
    if let (Some(a), Some(b)) = (a.as_local_pid(), b.as_local_pid()) {
        return a.cmp(&b);
    }
    let (a, b) = (pid_parts(a), pid_parts(b));
    (a.0, a.1)
        .cmp(&(b.0, b.1))
        .then_with(|| cmp_nodes(a.2, b.2))
}

fn port_parts(term: Term<'_>) -> (&'static Node, u64) {
    match term.view() {
        View::ExternalPort(port) => (port.node(), port.number()),
        _ => (this_node(), term.word().local_number()),
    }
}

/// Order of ports: node, number.
pub(super) fn cmp_ports(a: Term<'_>, b: Term<'_>) -> Ordering {
    if let (Some(a), Some(b)) = (a.as_local_port(), b.as_local_port()) {
        return a.cmp(&b);
    }
    let (a, b) = (port_parts(a), port_parts(b));
    cmp_nodes(a.0, b.0).then(a.1.cmp(&b.1))
}

type RefWords = SmallVec<[u32; 6]>;

fn reference_parts(term: Term<'_>) -> (&'static Node, RefWords) {
    match term.view() {
        View::ExternalReference(reference) => {
            (reference.node(), RefWords::from_vec(reference.numbers()))
        }
        View::Reference(reference) => {
            let (numbers, count) = reference.external_numbers();
            (this_node(), RefWords::from_slice(&numbers[..count]))
        }
        _ => (this_node(), RefWords::new()),
    }
}

/// Order of references: node, then the numbers from the last to the first, as if the shorter one had zeroes more.
pub(super) fn cmp_references(a: Term<'_>, b: Term<'_>) -> Ordering {
    if let (View::Reference(a), View::Reference(b)) = (a.view(), b.view()) {
        let ((a, _), (b, _)) = (a.external_numbers(), b.external_numbers());
        return a.iter().rev().cmp(b.iter().rev());
    }
    let ((node_a, mut a), (node_b, mut b)) = (reference_parts(a), reference_parts(b));
    let longest = a.len().max(b.len());
    a.resize(longest, 0);
    b.resize(longest, 0);
    cmp_nodes(node_a, node_b).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

/// Eight bits or 64 of a bitstring that need not begin at a byte.
struct Reader<'p> {
    bytes: &'p [u8],
    shift: usize,
}

impl Reader<'_> {
    #[inline]
    fn byte(&self, index: usize) -> u8 {
        let high = self.bytes[index] << self.shift;
        match self.bytes.get(index + 1) {
            Some(&low) if self.shift > 0 => high | low >> (8 - self.shift),
            _ => high,
        }
    }
    /// Bytes `index..index + 8`, the first the most significant.
    #[inline]
    fn word(&self, index: usize) -> Option<u64> {
        let (chunk, rest) = self.bytes.get(index..)?.split_first_chunk::<8>()?;
        let high = u64::from_be_bytes(*chunk);
        if self.shift == 0 {
            return Some(high);
        }
        Some(high << self.shift | u64::from(*rest.first()?) >> (8 - self.shift))
    }
}

/// Order of the first `bits` bits.
fn cmp_prefixes(a: Bits<'_>, b: Bits<'_>, bits: usize) -> Ordering {
    let ((bytes_a, shift_a), (bytes_b, shift_b)) = (a.window(), b.window());
    let whole = bits / 8;
    let (a, b) = (
        Reader {
            bytes: bytes_a,
            shift: shift_a,
        },
        Reader {
            bytes: bytes_b,
            shift: shift_b,
        },
    );
    if shift_a == 0 && shift_b == 0 {
        let order = bytes_a[..whole].cmp(&bytes_b[..whole]);
        if order.is_ne() {
            return order;
        }
    } else {
        let mut at = 0;
        while at + 8 <= whole {
            let (Some(x), Some(y)) = (a.word(at), b.word(at)) else {
                break;
            };
            if x != y {
                return x.cmp(&y);
            }
            at += 8;
        }
        while at < whole {
            let (x, y) = (a.byte(at), b.byte(at));
            if x != y {
                return x.cmp(&y);
            }
            at += 1;
        }
    }
    match bits % 8 {
        0 => Ordering::Equal,
        rest => {
            let mask = !(0xffu8 >> rest);
            (a.byte(whole) & mask).cmp(&(b.byte(whole) & mask))
        }
    }
}

/// Order of bitstrings: bit by bit, the shorter one first.
pub(super) fn cmp_bits(a: Bits<'_>, b: Bits<'_>) -> Ordering {
    let common = a.bit_len().min(b.bit_len());
    cmp_prefixes(a, b, common).then(a.bit_len().cmp(&b.bit_len()))
}

/// Are these bitstrings equal?
pub(super) fn bits_equal(a: Bits<'_>, b: Bits<'_>) -> bool {
    if a.bit_len() != b.bit_len() {
        return false;
    }
    match (a.as_bytes(), b.as_bytes()) {
        (Some(a), Some(b)) => a == b,
        _ => cmp_prefixes(a, b, a.bit_len()).is_eq(),
    }
}
