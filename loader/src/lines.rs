//! The `Line` chunk: source positions that `line` instructions name by index.

use crate::cursor::Cursor;
use crate::error::{ChunkId, LoadError};
use crate::operand::{self, Tag, Value};

pub(crate) const ID: ChunkId = *b"Line";

/// Source positions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineTable {
    /// Whether the file has the chunk. Without it `line` instructions have indices that lead nowhere.
    pub present: bool,
    /// File names; 0 is the module's name with `.erl`.
    pub files: Vec<String>,
    /// File and line; item 0 means no position.
    pub items: Vec<(u32, u32)>,
    /// Bit 0: the module has `executable_line`; bit 1: and wants counters for it.
    pub flags: u32,
    /// How many `line` instructions the compiler counted.
    pub instruction_count: u32,
}

impl LineTable {
    /// The file and line of an item, if it has one.
    pub fn location(&self, item: u32) -> Option<(&str, u32)> {
        if item == 0 {
            return None;
        }
        let (file, line) = *self.items.get(item as usize)?;
        Some((self.files.get(file as usize)?, line))
    }

    pub(crate) fn absent(module: &str) -> LineTable {
        LineTable {
            files: vec![own_file(module)],
            items: vec![(0, 0)],
            ..LineTable::default()
        }
    }
}

fn own_file(module: &str) -> String {
    format!("{module}.erl")
}

pub(crate) fn lines(data: &[u8], module: &str) -> Result<LineTable, LoadError> {
    let mut cursor = Cursor::new(ID, data);
    let version = cursor.u32("the version of the line table")?;
    if version != 0 {
        // OTP ignores what it does not know here: positions are for people.
        return Ok(LineTable::absent(module));
    }
    let flags = cursor.u32("the flags of the line table")?;
    let instruction_count = cursor.u32("the number of line instructions")?;
    let item_count = cursor.count(1, "the number of line items")?;
    let file_count = cursor.u32("the number of file names")?;
    let file_count =
        cursor.check_count(16, u64::from(file_count), 2, "the number of file names")?;

    let mut items = Vec::with_capacity(item_count + 1);
    items.push((0, 0));
    let mut file = 0;
    while items.len() <= item_count {
        let offset = cursor.offset();
        match operand::tagged(&mut cursor)? {
            (Tag::Atom, value) => {
                file = number(&cursor, offset, &value)?;
                if file as usize > file_count {
                    return Err(LoadError::out_of_range(
                        ID,
                        offset,
                        "a file index",
                        file,
                        file_count + 1,
                    ));
                }
            }
            (Tag::Integer, value) => items.push((file, number(&cursor, offset, &value)?)),
            (tag, _) => {
                return Err(cursor.unexpected(
                    offset,
                    "a line number or file index",
                    format_args!("tag {tag:?}"),
                ));
            }
        }
    }

    let mut files = Vec::with_capacity(file_count + 1);
    files.push(own_file(module));
    for _ in 0..file_count {
        let length = cursor.u16("the length of a file name")?;
        let name = cursor.bytes(usize::from(length), "a file name")?;
        // Names are UTF-8 in all we have seen, but nothing depends on it.
        files.push(String::from_utf8_lossy(name).into_owned());
    }
    Ok(LineTable {
        present: true,
        files,
        items,
        flags,
        instruction_count,
    })
}

fn number(cursor: &Cursor<'_>, offset: usize, value: &Value<'_>) -> Result<u32, LoadError> {
    match value {
        Value::Short(number) => Ok(*number),
        Value::Bytes(bytes) if bytes.len() <= 4 && bytes[0] & 0x80 == 0 => Ok(bytes
            .iter()
            .fold(0, |number, byte| number << 8 | u32::from(*byte))),
        Value::Bytes(_) => {
            Err(cursor.unexpected(offset, "a line number of 31 bits", "another number"))
        }
    }
}
