//! The instructions, by family.

pub mod arith;
pub mod binary;
pub mod call;
pub mod catch;
pub mod compare;
pub mod control;
pub mod data;
pub mod float;
pub mod fun;
pub mod guard;
pub mod lists;
pub mod map;
pub mod receive;
pub mod record;

use super::isa::Row;

/// The instructions of each file, with its name.
pub const FAMILIES: &[(&str, &[&Row])] = &[
    ("arith", arith::ROWS),
    ("binary", binary::ROWS),
    ("call", call::ROWS),
    ("catch", catch::ROWS),
    ("compare", compare::ROWS),
    ("control", control::ROWS),
    ("data", data::ROWS),
    ("float", float::ROWS),
    ("fun", fun::ROWS),
    ("guard", guard::ROWS),
    ("lists", lists::ROWS),
    ("map", map::ROWS),
    ("receive", receive::ROWS),
    ("record", record::ROWS),
];

/// All instructions.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    FAMILIES.iter().flat_map(|(_, rows)| rows.iter().copied())
}
