//! The interpreter: direct-threaded, as `docs/design/interpreter.md` explains.
//!
//! An instruction is a handler's address, then operands packed as 16-bit slots, four to a word, then 64-bit immediates. A handler
//! does its work and ends in one jump to the next. What the hardware registers hold between handlers is [`Frame`].

pub mod dispatch;
pub mod exception;
pub mod frame;
pub mod isa;
pub mod operand;
pub mod ops;
pub mod registers;

pub use dispatch::{Outcome, run};
pub use frame::{Frame, Handler};
pub use registers::Registers;
