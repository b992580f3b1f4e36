//! Numbers as plain values: big integers over limb slices, and floats as text.
//!
//! Nothing here knows tagged words or heaps. A big integer comes in as a [`BigRef`] (sign and little-endian limbs,
//! borrowed from wherever it lives) and goes out as a [`Big`]; the term layer copies the limbs to a heap and turns what
//! fits back into a small. Semantics follow the arithmetic of the Erlang reference manual ("Expressions", "Arithmetic
//! Expressions") and the number functions of the `erlang` module.
//!
//! | file | what |
//! |---|---|
//! | `big.rs` | [`Big`], [`BigRef`], [`Int`], conversions from and to machine integers, order |
//! | `magnitude.rs` | unsigned kernels on limb slices |
//! | `arith.rs` | `+ - * div rem`, negation |
//! | `bitwise.rs` | `band bor bxor bnot bsl bsr` in two's complement |
//! | `mixed.rs` | the same on [`Int`]: operands that may be machine integers |
//! | `radix.rs` | digits in radix 2..36, both ways |
//! | `bytes.rs` | bytes, both ways: binaries and the external format |
//! | `real.rs` | between integers and floats; exact comparison |
//! | `terms.rs` | all of it on terms |
//! | `float.rs` | floats as text, both ways |

mod arith;
mod big;
mod bitwise;
mod bytes;
pub mod float;
mod magnitude;
mod mixed;
mod radix;
mod real;
pub mod terms;

pub use big::{Big, BigRef, Int, Integer, Limbs, OneLimb};
pub use bytes::Endian;
pub use radix::{ParseError, parse_integer, parse_integer_within};
pub use real::{ceil, cmp_i64_f64, floor, round, trunc};
