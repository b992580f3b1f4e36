//! Randomness: from the system, or from the simulator's seed.

/// Where random numbers come from.
pub trait Entropy: Send {
    /// The next number.
    fn next_u64(&mut self) -> u64;
    /// Fills `bytes` with what nobody can guess; `false` if there is nothing of the kind.
    fn fill(&mut self, bytes: &mut [u8]) -> bool {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next_u64().to_ne_bytes()[..chunk.len()]);
        }
        true
    }
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
        if self.fill(&mut bytes) {
            return u64::from_ne_bytes(bytes);
        }
        use std::hash::{BuildHasher, Hasher};
        std::collections::hash_map::RandomState::new()
            .build_hasher()
            .finish()
    }

    fn fill(&mut self, bytes: &mut [u8]) -> bool {
        let mut rest = bytes;
        while !rest.is_empty() {
            // SAFETY: the buffer is as long as told.
            let given = unsafe { libc::getrandom(rest.as_mut_ptr().cast(), rest.len(), 0) };
            match usize::try_from(given) {
                Ok(given) => rest = &mut rest[given..],
                // A signal came.
                Err(_)
                    if std::io::Error::last_os_error().kind()
                        == std::io::ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
        true
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
