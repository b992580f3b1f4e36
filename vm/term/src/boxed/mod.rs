//! The kinds of heap objects, one file each, but for numbers, bitstrings and maps, which have folders.

pub mod cons;
pub mod external;
pub mod fun;
pub mod record;
pub mod reference;
pub mod tuple;
