//! `LoadError`: what is wrong with a file, in which chunk and where.
//!
//! The texts end up in the log message that goes with `{error, badfile}`, so they name what was expected and
//! what was found in the words of the file format.

use std::fmt;

use crate::genop::Op;

/// Four bytes that name a chunk, such as `Code`.
pub type ChunkId = [u8; 4];

/// The container itself, where an error is in no chunk. Offsets are then those of the (inflated) file.
pub const CONTAINER: ChunkId = *b"FOR1";

/// Why a file cannot be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// The chunk the fault is in; `FOR1` for the container.
    pub chunk: ChunkId,
    /// Where in the chunk's data (for `LitT`, its inflated data).
    pub offset: usize,
    /// What is wrong.
    pub kind: LoadErrorKind,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadErrorKind {
    /// The data ends too early.
    Truncated {
        /// What was being read.
        expected: &'static str,
    },
    /// A chunk that every module must have is not there.
    MissingChunk,
    /// Something else than the format allows stands here.
    Unexpected {
        /// What the format asks for.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// A number is not below its limit.
    OutOfRange {
        /// What the number counts or selects.
        what: &'static str,
        /// The number.
        value: u64,
        /// The first number that is too large.
        limit: u64,
    },
    /// Compressed data is damaged.
    Inflate {
        /// What zlib says.
        reason: String,
    },
    /// An opcode that no release up to OTP 29 has.
    UnknownOpcode {
        /// The number found.
        opcode: u64,
    },
    /// An opcode that OTP 25 and later refuse.
    RetiredOpcode {
        /// The instruction.
        op: Op,
    },
    /// An opcode that the release in use does not have yet.
    NewerOpcode {
        /// The instruction.
        op: Op,
        /// The release in use.
        release: u8,
    },
    /// An instruction has an operand it may not have.
    BadOperand {
        /// The instruction.
        op: Op,
        /// Which operand, from 1.
        position: usize,
        /// What the operand may be.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// Running an instruction would do harm.
    Unsafe {
        /// The function, `name/arity`.
        function: String,
        /// The instruction.
        op: Op,
        /// What is the matter.
        reason: String,
    },
}

impl LoadError {
    pub(crate) fn new(chunk: ChunkId, offset: usize, kind: LoadErrorKind) -> LoadError {
        LoadError {
            chunk,
            offset,
            kind,
        }
    }

    pub(crate) fn unexpected(
        chunk: ChunkId,
        offset: usize,
        expected: &'static str,
        found: impl fmt::Display,
    ) -> LoadError {
        LoadError::new(
            chunk,
            offset,
            LoadErrorKind::Unexpected {
                expected,
                found: found.to_string(),
            },
        )
    }

    pub(crate) fn out_of_range(
        chunk: ChunkId,
        offset: usize,
        what: &'static str,
        value: impl Into<u64>,
        limit: usize,
    ) -> LoadError {
        let kind = LoadErrorKind::OutOfRange {
            what,
            value: value.into(),
            limit: limit as u64,
        };
        LoadError::new(chunk, offset, kind)
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "chunk {}, offset {}: ",
            self.chunk.escape_ascii(),
            self.offset
        )?;
        match &self.kind {
            LoadErrorKind::Truncated { expected } => {
                write!(f, "data ends where {expected} was expected")
            }
            LoadErrorKind::MissingChunk => write!(f, "mandatory chunk is missing"),
            LoadErrorKind::Unexpected { expected, found } => {
                write!(f, "expected {expected}, found {found}")
            }
            LoadErrorKind::OutOfRange { what, value, limit } => {
                write!(f, "expected {what} below {limit}, found {value}")
            }
            LoadErrorKind::Inflate { reason } => {
                write!(f, "expected zlib data, found damage: {reason}")
            }
            LoadErrorKind::UnknownOpcode { opcode } => write!(
                f,
                "expected an opcode of OTP 29 or earlier (1 to 191), found {opcode}: compiled for a later release"
            ),
            LoadErrorKind::RetiredOpcode { op } => write!(
                f,
                "opcode {} ({}/{}, introduced in OTP {}) is refused since OTP {}: recompile the module",
                op.number(),
                op.name(),
                op.arity(),
                op.since(),
                op.row().gone_since
            ),
            LoadErrorKind::NewerOpcode { op, release } => write!(
                f,
                "opcode {} ({}/{}) was introduced in OTP {}, the release in use is {release}",
                op.number(),
                op.name(),
                op.arity(),
                op.since()
            ),
            LoadErrorKind::BadOperand {
                op,
                position,
                expected,
                found,
            } => write!(
                f,
                "{}/{}: expected {expected} as operand {position}, found {found}",
                op.name(),
                op.arity()
            ),
            LoadErrorKind::Unsafe {
                function,
                op,
                reason,
            } => write!(f, "in {function}, {}/{}: {reason}", op.name(), op.arity()),
        }
    }
}

impl std::error::Error for LoadError {}
