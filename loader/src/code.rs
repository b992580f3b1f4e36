//! The `Code` chunk: a header, then generic instructions one after another.

use crate::cursor::Cursor;
use crate::error::{ChunkId, LoadError, LoadErrorKind};
use crate::genop::{Op, TABLE};
use crate::operand::{self, Limits, Operand};

pub(crate) const ID: ChunkId = *b"Code";

/// Labels may be numbered with gaps, but not so that a small file asks for a huge table.
const LABELS_ALWAYS_ALLOWED: usize = 1 << 16;

/// A generic instruction and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenericOp {
    /// Which instruction.
    pub op: Op,
    /// Its operands, as many as its arity.
    pub operands: Box<[Operand]>,
    /// Offset of the opcode in the data of the `Code` chunk.
    pub offset: u32,
}

/// What the chunk's header says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CodeHeader {
    /// Highest opcode number, or what the compiler claims as such: from OTP 28 at least 181.
    pub(crate) max_opcode: u32,
    /// Labels are numbered below this.
    pub(crate) label_count: u32,
    /// How many functions there are.
    pub(crate) function_count: u32,
}

/// Reads the header; the cursor then stands at the first instruction.
pub(crate) fn header(cursor: &mut Cursor<'_>) -> Result<CodeHeader, LoadError> {
    let size = cursor.u32("the size of the code header")?;
    let Some(more) = size.checked_sub(16) else {
        return Err(cursor.unexpected(0, "a code header of 16 bytes or more", size));
    };
    let format = cursor.u32("the code format")?;
    if format != 0 {
        return Err(cursor.unexpected(4, "code format 0", format));
    }
    let max_opcode = cursor.u32("the highest opcode")?;
    if max_opcode as usize > TABLE.len() {
        let kind = LoadErrorKind::UnknownOpcode {
            opcode: u64::from(max_opcode),
        };
        return Err(LoadError::new(ID, 8, kind));
    }
    let label_count = cursor.u32("the number of labels")?;
    let function_count = cursor.u32("the number of functions")?;
    let limit = cursor.remaining().max(LABELS_ALWAYS_ALLOWED);
    if label_count as usize > limit {
        return Err(LoadError::out_of_range(
            ID,
            12,
            "a number of labels",
            label_count,
            limit + 1,
        ));
    }
    cursor.bytes(more as usize, "the code header")?;
    Ok(CodeHeader {
        max_opcode,
        label_count,
        function_count,
    })
}

/// Reads the instructions up to and with `int_code_end`, which ends the chunk.
pub(crate) fn instructions(
    cursor: &mut Cursor<'_>,
    limits: &Limits,
) -> Result<Vec<GenericOp>, LoadError> {
    // Instructions take about eight bytes on average.
    let mut code = Vec::with_capacity(cursor.remaining() / 8);
    loop {
        let offset = cursor.offset();
        let number = cursor.u8("an opcode or int_code_end")?;
        let Some(op) = Op::from_number(number) else {
            let kind = LoadErrorKind::UnknownOpcode {
                opcode: u64::from(number),
            };
            return Err(LoadError::new(ID, offset, kind));
        };
        if op.is_refused() {
            return Err(LoadError::new(
                ID,
                offset,
                LoadErrorKind::RetiredOpcode { op },
            ));
        }
        let mut operands = Vec::with_capacity(op.arity());
        for _ in 0..op.arity() {
            operands.push(operand::operand(cursor, limits)?);
        }
        // Chunk sizes are 32 bits wide, so offsets are too.
        code.push(GenericOp {
            op,
            operands: operands.into_boxed_slice(),
            offset: offset as u32,
        });
        if op == Op::IntCodeEnd {
            cursor.expect_end()?;
            return Ok(code);
        }
    }
}
