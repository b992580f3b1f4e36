//! Counters that many threads add to and few read.
//!
//! Each thread adds to a cache line of its own, so that counting costs an uncontended add. A sum reads all the
//! shards; it is exact when nobody adds meanwhile and else some value between before and after.

use crate::CachePadded;
use crate::facade::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::cell::Cell;
use std::fmt;

/// Shards of one counter at most: 64 cache lines.
const MAX_SHARDS: usize = if cfg!(loom) { 2 } else { 64 };

/// A counter in shards.
pub struct Counter {
    shards: Box<[CachePadded<AtomicI64>]>,
}

impl Counter {
    /// Zero, with a shard for each processor of the machine.
    pub fn new() -> Counter {
        Counter::with_shards(std::thread::available_parallelism().map_or(1, usize::from))
    }

    /// Zero, with room for `threads` threads without contention.
    pub fn with_shards(threads: usize) -> Counter {
        let shards = threads.clamp(1, MAX_SHARDS).next_power_of_two();
        Counter {
            shards: (0..shards)
                .map(|_| CachePadded::new(AtomicI64::new(0)))
                .collect(),
        }
    }

    /// Adds `amount`; wraps as `i64` does.
    #[inline]
    pub fn add(&self, amount: i64) {
        // The length is a power of two, so the mask is always within bounds.
        self.shards[thread_number() & (self.shards.len() - 1)].fetch_add(amount, Ordering::Relaxed);
    }

    /// Adds one.
    #[inline]
    pub fn increment(&self) {
        self.add(1);
    }

    /// Takes one away. Another thread than the one that added may do so.
    #[inline]
    pub fn decrement(&self) {
        self.add(-1);
    }

    /// The sum of all shards.
    pub fn sum(&self) -> i64 {
        self.shards.iter().fold(0, |sum, shard| {
            sum.wrapping_add(shard.load(Ordering::Relaxed))
        })
    }

    /// Sets to zero and gives what was counted. No addition is lost or counted twice.
    pub fn take(&self) -> i64 {
        self.shards.iter().fold(0, |sum, shard| {
            sum.wrapping_add(shard.swap(0, Ordering::Relaxed))
        })
    }
}

impl Default for Counter {
    fn default() -> Counter {
        Counter::new()
    }
}

impl fmt::Debug for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Counter").field(&self.sum()).finish()
    }
}

/// A number of this thread, dealt out in turn: threads that start together land on different shards.
#[inline]
fn thread_number() -> usize {
    /// Not yet numbered.
    const NONE: usize = usize::MAX;
    thread_local! {
        static NUMBER: Cell<usize> = const { Cell::new(NONE) };
    }

    #[cold]
    fn deal() -> usize {
        // `std`'s on purpose: which shard a thread uses is no part of any model.
        static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed) & (usize::MAX >> 1)
    }

    NUMBER.with(|number| {
        if number.get() == NONE {
            number.set(deal());
        }
        number.get()
    })
}

/// A maximum that many threads raise and few read (peaks in statistics).
#[derive(Debug, Default)]
pub struct Peak(AtomicUsize);

impl Peak {
    /// Zero.
    pub fn new() -> Peak {
        Peak::default()
    }

    /// Raises the peak to `value` if that is higher. Writes only then.
    #[inline]
    pub fn raise(&self, value: usize) {
        if value > self.0.load(Ordering::Relaxed) {
            self.0.fetch_max(value, Ordering::Relaxed);
        }
    }

    /// The highest value so far.
    pub fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
#[cfg(not(loom))]
mod tests {
    use super::*;

    #[test]
    fn what_threads_add_is_the_sum() {
        let counter = Counter::with_shards(4);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..10_000).for_each(|_| counter.increment()));
            }
        });
        assert_eq!(counter.sum(), 40_000);
        counter.decrement();
        assert_eq!(counter.take(), 39_999);
        assert_eq!(counter.sum(), 0);
    }

    #[test]
    fn taking_loses_nothing() {
        let counter = Counter::with_shards(2);
        let mut taken = 0;
        std::thread::scope(|scope| {
            let adder = scope.spawn(|| (0..100_000).for_each(|_| counter.increment()));
            while !adder.is_finished() {
                taken += counter.take();
            }
        });
        assert_eq!(taken + counter.take(), 100_000);
    }

    #[test]
    fn a_peak_stays() {
        let peak = Peak::new();
        peak.raise(7);
        peak.raise(3);
        assert_eq!(peak.get(), 7);
    }
}
