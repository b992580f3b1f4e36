//! Numbers that the machine never gives twice: of references and of `unique_integer`.
//!
//! Each thread takes a run of reference numbers at once, so that threads do not meet at every `make_ref`. The first number of a
//! reference has 18 bits, as in the external format; where the counting begins comes from the machine's source of randomness.

use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::word::SMALL_MIN;
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

/// Least value of `erlang:unique_integer()`.
pub const MIN_UNIQUE: i64 = SMALL_MIN;

/// Integers that a thread takes at once.
const BATCH: u64 = 32;

static INTEGERS: AtomicU64 = AtomicU64::new(0);
static MONOTONIC: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static NEXT_INTEGER: Cell<u64> = const { Cell::new(0) };
}

/// A count that no other call gets: of `erlang:unique_integer()`. Each thread deals out its own.
pub fn next_integer() -> u64 {
    NEXT_INTEGER.with(|next| {
        let mut count = next.get();
        if count % BATCH == 0 {
            count = INTEGERS.fetch_add(BATCH, Ordering::Relaxed);
        }
        // The first of a batch is a multiple of its size, so that a thread's next one tells when the batch is used up.
        next.set(count + 1);
        count
    })
}

/// A count larger than any other call's before: of `erlang:unique_integer([monotonic])`.
pub fn next_monotonic_integer() -> u64 {
    MONOTONIC.fetch_add(1, Ordering::SeqCst)
}

/// The last count given, for tests of OTP.
pub fn monotonic_state() -> u64 {
    MONOTONIC.load(Ordering::SeqCst).wrapping_sub(1)
}

/// Sets the last count given, for tests of OTP.
pub fn set_monotonic_state(last: u64) {
    MONOTONIC.store(last.wrapping_add(1), Ordering::SeqCst);
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

    #[test]
    fn integers_are_unique_across_threads() {
        let all: Vec<u64> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| (0..1000).map(|_| next_integer()).collect::<Vec<_>>()))
                .collect();
            threads
                .into_iter()
                .flat_map(|thread| thread.join().expect("a thread ends"))
                .collect()
        });
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
    }
}
