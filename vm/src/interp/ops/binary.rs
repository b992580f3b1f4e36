//! Building and matching bitstrings.

use crate::interp::isa::Row;

/// The instructions of this file.
pub static ROWS: &[&Row] = &[];
