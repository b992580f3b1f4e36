//! Randomness: from the system, or from the simulator's seed.

/// Where random numbers come from.
pub trait Entropy: Send {
    /// The next number.
    fn next_u64(&mut self) -> u64;
    /// A number below `bound`, which is not zero.
    fn below(&mut self, bound: u64) -> u64 {
        // The upper half of a product: no bias that matters below 2^32.
        ((u128::from(self.next_u64()) * u128::from(bound)) >> 64) as u64
    }
}

/// The system's randomness.
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0u8; 8];
        // SAFETY: the buffer is as long as told; eight bytes are given whole or not at all.
        let given = unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
        if given == bytes.len() as isize {
            return u64::from_ne_bytes(bytes);
        }
        use std::hash::{BuildHasher, Hasher};
        std::collections::hash_map::RandomState::new()
            .build_hasher()
            .finish()
    }
}

/// SplitMix64: the same numbers from the same seed.
pub struct SeededEntropy(pub u64);

impl Entropy for SeededEntropy {
    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
