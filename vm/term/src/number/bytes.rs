//! Integers as bytes, both ways: integer segments of binaries (two's complement of a given width) and the external
//! format (sign apart, magnitude little-endian).

use super::bitwise::from_twos_complement;
use super::{Big, BigRef, Limbs};

/// Which end comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endian {
    /// The most significant byte.
    Big,
    /// The least significant byte.
    Little,
}

impl Big {
    /// The unsigned integer in `bytes`.
    pub fn from_unsigned(bytes: &[u8], endian: Endian) -> Big {
        Big::new(false, limbs_of(bytes, endian, 0))
    }

    /// The two's complement integer in `bytes`.
    pub fn from_signed(bytes: &[u8], endian: Endian) -> Big {
        let top = match endian {
            Endian::Big => bytes.first(),
            Endian::Little => bytes.last(),
        };
        let negative = top.is_some_and(|&byte| byte >= 0x80);
        from_twos_complement(
            negative,
            limbs_of(bytes, endian, if negative { 0xff } else { 0 }),
        )
    }

    /// Sign and little-endian magnitude, as in the external format. Leading zeros are dropped.
    pub fn from_magnitude(negative: bool, bytes: &[u8]) -> Big {
        Big::new(negative, limbs_of(bytes, Endian::Little, 0))
    }
}

fn limbs_of(bytes: &[u8], endian: Endian, fill: u8) -> Limbs {
    let limb = |chunk: &[u8]| {
        let mut limb = [fill; 8];
        match endian {
            Endian::Little => {
                limb[..chunk.len()].copy_from_slice(chunk);
                u64::from_le_bytes(limb)
            }
            Endian::Big => {
                limb[8 - chunk.len()..].copy_from_slice(chunk);
                u64::from_be_bytes(limb)
            }
        }
    };
    match endian {
        Endian::Little => bytes.chunks(8).map(limb).collect(),
        Endian::Big => bytes.rchunks(8).map(limb).collect(),
    }
}

impl BigRef<'_> {
    /// Bytes of the magnitude without leading zeros.
    pub fn magnitude_len(self) -> usize {
        self.bits().div_ceil(8) as usize
    }

    /// Writes the magnitude little-endian. `out` has [`magnitude_len`](Self::magnitude_len) bytes or more; the rest
    /// becomes zero.
    pub fn write_magnitude(self, out: &mut [u8]) {
        fill(
            self.limbs.iter().copied().chain(std::iter::repeat(0)),
            out,
            Endian::Little,
        );
    }

    /// Writes the lowest `8 * out.len()` bits in two's complement: what an integer segment of that size holds.
    pub fn write_twos_complement(self, out: &mut [u8], endian: Endian) {
        fill(self.twos_complement(), out, endian);
    }
}

fn fill(limbs: impl Iterator<Item = u64>, out: &mut [u8], endian: Endian) {
    match endian {
        Endian::Little => {
            for (chunk, limb) in out.chunks_mut(8).zip(limbs) {
                chunk.copy_from_slice(&limb.to_le_bytes()[..chunk.len()]);
            }
        }
        Endian::Big => {
            for (chunk, limb) in out.rchunks_mut(8).zip(limbs) {
                chunk.copy_from_slice(&limb.to_be_bytes()[8 - chunk.len()..]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::arith::Numbers;
    use super::*;

    #[test]
    fn round_trips() {
        let mut numbers = Numbers::new(4);
        for _ in 0..5_000 {
            let value = numbers.big(5);
            let value_ref = value.as_ref();
            let mut bytes = vec![0xaa; value_ref.magnitude_len()];
            value_ref.write_magnitude(&mut bytes);
            assert_ne!(bytes.last(), Some(&0));
            assert_eq!(Big::from_magnitude(value.negative, &bytes), value);
            for endian in [Endian::Big, Endian::Little] {
                let mut bytes =
                    vec![0xaa; value.bits() as usize / 8 + 1 + (numbers.next() % 12) as usize];
                value_ref.write_twos_complement(&mut bytes, endian);
                assert_eq!(Big::from_signed(&bytes, endian), value);
                if !value.negative {
                    assert_eq!(Big::from_unsigned(&bytes, endian), value);
                }
                let mut reversed = bytes.clone();
                reversed.reverse();
                let other = if endian == Endian::Big {
                    Endian::Little
                } else {
                    Endian::Big
                };
                assert_eq!(Big::from_signed(&reversed, other), value);
            }
        }
    }

    #[test]
    fn segments_keep_the_low_bits() {
        let value = Big::from(-(1i128 << 70) - 3);
        let mut bytes = [0; 4];
        value
            .as_ref()
            .write_twos_complement(&mut bytes, Endian::Big);
        assert_eq!(bytes, [0xff, 0xff, 0xff, 0xfd]);
        assert_eq!(Big::from_signed(&bytes, Endian::Big).to_i64(), Some(-3));
        assert_eq!(
            Big::from_unsigned(&bytes, Endian::Little).to_i64(),
            Some(0xfdff_ffff)
        );
        assert_eq!(Big::from_signed(&[], Endian::Big), Big::zero());
        assert_eq!(Big::from_signed(&[0x80], Endian::Big).to_i64(), Some(-128));
    }
}
