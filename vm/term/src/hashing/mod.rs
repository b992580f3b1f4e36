//! Hashes of terms: `erlang:phash2/1,2` and `erlang:phash/2`, whose values are documented to be the same on every
//! machine and in every release, and the salted hash of maps and tables, which is nobody's business but ours.
//!
//! The walkers know terms only through [`HashSource`]. They do not recurse, and the portable ones can pause and go on.
//!
//! | file | what |
//! |---|---|
//! | `jenkins.rs` | the mixing of `phash2`, byte hashing, hash values of atoms |
//! | `phash2.rs` | `phash2` |
//! | `phash.rs` | `phash` |
//! | `salted.rs` | a fast 64-bit hash with a salt |

mod bits;
mod jenkins;
mod phash;
mod phash2;
mod salted;
#[cfg(test)]
mod tests;

use crate::number::BigRef;

pub use bits::Bits;
pub use jenkins::{BlockHash, atom_hash, block_hash, combine, golden, mix};
pub use phash::{Phash, phash};
pub use phash2::{Phash2, phash2, phash2_of_small};
pub use salted::{SaltedHasher, mix64, salted_hash};

/// A handle of a term, as the walkers see it. `'a` is how long limbs and bytes stay where they are.
pub trait HashSource<'a>: Copy {
    /// Keys and values of a map, in any order.
    type Pairs: Iterator<Item = (Self, Self)>;

    /// What kind of term it is.
    fn shape(self) -> Shape<'a, Self>;

    /// The value of an integer that fits a machine word, where that is quickly seen.
    #[inline]
    fn small(self) -> Option<i64> {
        match self.shape() {
            Shape::Small(value) => Some(value),
            _ => None,
        }
    }

    /// Head and tail of a list cell.
    #[inline]
    fn cell(self) -> Option<(Self, Self)> {
        match self.shape() {
            Shape::Cons { head, tail } => Some((head, tail)),
            _ => None,
        }
    }

    /// Element of a tuple, variable of a fun's environment or value of a native record, counted from 0.
    fn child(self, index: usize) -> Self;

    /// What most terms without others inside are, where that is quickly seen.
    #[inline]
    fn leaf(self) -> Option<Leaf<'a>> {
        None
    }

    /// The size of a tuple, where it is quickly seen that it is one.
    #[inline]
    fn arity(self) -> Option<usize> {
        None
    }

    /// Its word, if that word alone tells it from all other terms. Spares the salted hash a look at the shape.
    fn immediate(self) -> Option<u64>;
}

/// The commonest terms that have no others inside. Shapes are large; these fit registers.
pub enum Leaf<'a> {
    /// As [`Shape::Small`].
    Small(i64),
    /// As [`Shape::Atom`].
    Atom(u32),
    /// The empty list.
    Nil,
    /// As [`Shape::Big`].
    Big(BigRef<'a>),
    /// A binary that begins at a byte.
    Bytes(&'a [u8]),
}

/// What a walker needs to know of a term.
///
/// `identity` is a number that equal terms share and that tells most others apart. Only the salted hash reads it.
pub enum Shape<'a, T: HashSource<'a>> {
    /// An integer that fits a machine word.
    Small(i64),
    /// An integer that does not.
    Big(BigRef<'a>),
    /// A float.
    Float(f64),
    /// An atom, as its [`atom_hash`].
    Atom(u32),
    /// The empty list.
    Nil,
    /// A list cell.
    Cons {
        /// Its first element.
        head: T,
        /// The rest.
        tail: T,
    },
    /// A tuple; its elements are its [children](HashSource::child).
    Tuple {
        /// How many elements.
        arity: usize,
    },
    /// A binary or bit string.
    Bits(Bits<'a>),
    /// A map.
    Map {
        /// How many pairs.
        size: usize,
        /// The pairs.
        pairs: T::Pairs,
    },
    /// A process identifier.
    Pid {
        /// The first number of the printed form's two: 15 bits in OTP 25, 28 bits from 26 on.
        number: u32,
        /// See above.
        identity: u64,
    },
    /// A port identifier.
    Port {
        /// Its number.
        number: u64,
        /// See above.
        identity: u64,
    },
    /// A reference.
    Reference {
        /// Its first word: the last number of the printed form.
        number: u32,
        /// See above.
        identity: u64,
    },
    /// A fun of a module; the variables of its environment are its [children](HashSource::child).
    Fun {
        /// [`atom_hash`] of the module.
        module: u32,
        /// Index in the module's fun table (`OldIndex`).
        index: u32,
        /// `OldUniq` of the fun table.
        uniq: u32,
        /// How many variables.
        free: usize,
    },
    /// `fun M:F/A`.
    Export {
        /// [`atom_hash`] of the module.
        module: u32,
        /// [`atom_hash`] of the function.
        function: u32,
        /// Its arity.
        arity: u32,
    },
    /// A native record (OTP 29); its values are its [children](HashSource::child). The values, and the fields of
    /// `definition`, come in the order of the atom table, as OTP keeps them; those of the hash in that of the source.
    Record {
        /// How many values.
        fields: usize,
        /// [`phash2`] of `{Module, Name, Exported, Field, ...}`.
        definition_hash: u32,
        /// `{FieldOrder, DefinitionHash, Module, Name, Exported, Field, ...}`, which `phash` walks.
        definition: T,
    },
}

/// `erlang:phash2(Term, Range)` from the hash of the term: 0..Range-1. `range` is 1..=2^32.
#[inline(always)]
pub fn phash2_in_range(hash: u32, range: u64) -> u64 {
    match u32::try_from(range) {
        // The shorter division is the quicker one.
        Ok(range) => u64::from(hash % range),
        // 2^32
        Err(_) => u64::from(hash),
    }
}

/// `erlang:phash(Term, Range)` from the hash of the term: 1..Range. `range` is 1..=2^32.
pub fn phash_in_range(hash: u32, range: u64) -> u64 {
    u64::from(hash) % range + 1
}

/// The range of `erlang:phash2/1`.
pub const PHASH2_RANGE: u64 = 1 << 27;
