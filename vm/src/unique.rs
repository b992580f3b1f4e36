//! Numbers that the machine never gives twice: of references and of `unique_integer`.

use oxbeam_term::boxed::reference::RefNumbers;
use std::sync::atomic::{AtomicU64, Ordering};

static REFERENCES: AtomicU64 = AtomicU64::new(1 << 18);

/// Numbers of a new reference. The first has 18 bits, as in the external format.
pub fn next_reference() -> RefNumbers {
    let count = REFERENCES.fetch_add(1, Ordering::Relaxed);
    RefNumbers::from_numbers([
        (count & 0x3_ffff) as u32,
        (count >> 18) as u32,
        (count >> 50) as u32,
    ])
}
