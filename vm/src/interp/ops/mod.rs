//! The instructions, by family.

mod append;
pub mod arith;
pub mod binary;
pub mod call;
pub mod catch;
pub mod check;
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
pub mod trace;

use super::isa::Row;

/// The instructions of each file, with its name.
pub const FAMILIES: &[(&str, &[&Row])] = &[
    ("arith", arith::ROWS),
    ("binary", binary::ROWS),
    ("call", call::ROWS),
    ("catch", catch::ROWS),
    ("check", check::ROWS),
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
    ("trace", trace::ROWS),
];

/// Name of the instruction that begins with this word.
pub fn name_of(handler: u64) -> Option<&'static str> {
    rows()
        .find(|row| row.has_handler(handler))
        .map(|row| row.name)
}

/// All instructions.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    FAMILIES.iter().flat_map(|(_, rows)| rows.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interp::isa::Which;

    #[test]
    fn handlers_tell_their_instruction() {
        let of = |row: &Row, places: &[Which]| name_of((row.select)(places) as usize as u64);
        let put_list = of(&lists::put_list, &[Which::X, Which::Constant, Which::Y]);
        assert_eq!(put_list, Some("put_list"));
        assert_eq!(of(&call::native_entry, &[]), Some("native_entry"));
        assert_eq!(name_of(0), None);
    }
}
