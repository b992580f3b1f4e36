//! Terms, heaps and their collection.

pub mod hashing;
pub mod number;
