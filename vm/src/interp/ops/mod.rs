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

/// All instructions.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    [
        arith::ROWS,
        binary::ROWS,
        call::ROWS,
        catch::ROWS,
        compare::ROWS,
        control::ROWS,
        data::ROWS,
        float::ROWS,
        fun::ROWS,
        guard::ROWS,
        lists::ROWS,
        map::ROWS,
        receive::ROWS,
        record::ROWS,
    ]
    .into_iter()
    .flatten()
    .copied()
}
