//! Reads compiled BEAM files into generic instructions.
//!
//! [`load`] takes the bytes of a file as OTP 25 to 29 (and Elixir's compilers) write it and returns a
//! [`BeamFile`] whose every index, label and register number has been checked, so that what lowers it into
//! specific instructions need not look twice. No input makes it panic or allocate more than a small multiple
//! of what the file holds.
//!
//! Invariant: the loader never makes a term. Literals, attributes and metadata leave it as undecoded external
//! terms, so that it can be fuzzed and used by tools without a machine. It knows what an instruction reads,
//! writes and asks for, not how it is done, nor which natives exist.
#![forbid(unsafe_code)]

mod atoms;
mod attributes;
mod beam_file;
mod code;
mod container;
mod cursor;
mod digest;
mod disasm;
mod error;
mod exports;
mod fingerprint;
mod flow;
mod funs;
mod genop;
mod imports;
mod lines;
mod literals;
mod operand;
mod records;
mod strings;
mod types;
mod verify;

pub use beam_file::{BeamFile, ChunkInfo, load};
pub use code::GenericOp;
pub use container::{Chunk, chunk, chunks, inflate_file};
pub use disasm::disasm;
pub use error::{CONTAINER, ChunkId, LoadError, LoadErrorKind};
pub use exports::Export;
pub use fingerprint::fingerprint;
pub use flow::{Flow, Test};
pub use funs::FunEntry;
pub use genop::{Op, Role, Row, TABLE, major_release};
pub use imports::Import;
pub use lines::LineTable;
pub use operand::{AllocList, AtomIx, FLOAT_REGISTERS, Operand, X_REGISTERS, Y_REGISTERS};
pub use records::{RecordDef, RecordField};
pub use types::TypeEntry;
pub use verify::Function;
