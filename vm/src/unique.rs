//! Numbers that the machine never gives twice: of references and of `unique_integer`.
//!
//! Each thread takes a run of reference numbers at once, so that threads do not meet at every `make_ref`. The first number of a
//! reference has 18 bits, as in the external format; where the counting begins comes from the machine's source of randomness.

use oxbeam_term::boxed::reference::RefNumbers;
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

/// Numbers that a thread takes at once.
const RUN: u64 = 1 << 12;

static NEXT_RUN: AtomicU64 = AtomicU64::new(1);
static SALT: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static NEXT: Cell<u64> = const { Cell::new(0) };
}

/// Makes the references of this machine differ from those of its earlier lives.
pub fn seed(salt: u64) {
    SALT.store(salt & 0xf_ffff, Ordering::Relaxed);
}

/// Numbers of a new reference.
#[inline]
pub fn next_reference() -> RefNumbers {
    let count = NEXT.with(|next| {
        let mut count = next.get();
        if count % RUN == 0 {
            count = RUN * NEXT_RUN.fetch_add(1, Ordering::Relaxed);
        }
        next.set(count + 1);
        count
    });
    let salt = SALT.load(Ordering::Relaxed);
    RefNumbers::from_numbers([
        (count & 0x3_ffff) as u32,
        (count >> 18) as u32,
        ((salt << 12) | (count >> 50)) as u32,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn references_are_unique_across_threads() {
        let all: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| (0..10_000).map(|_| next_reference()).collect::<Vec<_>>()))
                .collect();
            threads
                .into_iter()
                .flat_map(|thread| thread.join().expect("a thread ends"))
                .collect()
        });
        let distinct: HashSet<_> = all.iter().copied().collect();
        assert_eq!(distinct.len(), all.len());
        assert!(all.iter().all(|reference| reference.numbers()[0] < 1 << 18));
    }
}
