//! Checksums of iodata: MD5, CRC-32, Adler-32. Follows the module `erlang`.
//!
//! The context between `md5_init/0` and `md5_final/1` is a binary of 88 bytes, laid out as OTP's: four words of state, the number of
//! bits as two words, 64 bytes of input, all in the machine's byte order. For want of a crate that lets its state be stored, the
//! compression function is here (RFC 1321).

use oxbeam_term::iolist::{Item, Items};
use oxbeam_vm::native::prelude::*;
use std::sync::LazyLock;

natives! { NATIVES: "erlang";
    "md5" / 1 Plain => md5_1;
    "md5_init" / 0 Plain => md5_init_0;
    "md5_update" / 2 Plain => md5_update_2;
    "md5_final" / 1 Plain => md5_final_1;
    "crc32" / 1 Plain => crc32_1;
    "crc32" / 2 Plain => crc32_2;
    "crc32_combine" / 3 Plain => crc32_combine_3;
    "adler32" / 1 Plain => adler32_1;
    "adler32" / 2 Plain => adler32_2;
    "adler32_combine" / 3 Plain => adler32_combine_3;
}

/// Bytes that are summed for one reduction.
const BYTES_PER_REDUCTION: usize = 1024;

/// Calls `update` with the bytes of iodata, single bytes gathered.
fn for_each_piece(
    cx: &mut Cx<'_>,
    data: Term<'_>,
    mut update: impl FnMut(&[u8]),
) -> Result<(), Raise> {
    let mut gathered = Vec::new();
    let mut total = 0;
    for item in Items::new(data) {
        match item.map_err(|_| Raise::Badarg)? {
            Item::Byte(byte) => gathered.push(byte),
            Item::Bits(bits) => {
                let bytes = bits.bytes().ok_or(Raise::Badarg)?;
                update(&gathered);
                total += gathered.len() + bytes.len();
                gathered.clear();
                update(&bytes);
            }
        }
        if gathered.len() == BYTES_PER_REDUCTION {
            update(&gathered);
            total += gathered.len();
            gathered.clear();
        }
    }
    update(&gathered);
    cx.bump_reductions(total / BYTES_PER_REDUCTION);
    Ok(())
}

const BLOCK: usize = 64;
const CONTEXT: usize = 88;

#[derive(Clone, PartialEq, Eq, Debug)]
struct Md5 {
    state: [u32; 4],
    bits: u64,
    buffer: [u8; BLOCK],
}

/// 2^32 times the sine of 1, 2, … 64.
static SINES: LazyLock<[u32; 64]> = LazyLock::new(|| {
    std::array::from_fn(|index| ((index as f64 + 1.0).sin().abs() * 4_294_967_296.0) as u32)
});

const SHIFTS: [[u32; 4]; 4] = [
    [7, 12, 17, 22],
    [5, 9, 14, 20],
    [4, 11, 16, 23],
    [6, 10, 15, 21],
];

impl Md5 {
    fn new() -> Md5 {
        Md5 {
            state: [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476],
            bits: 0,
            buffer: [0; BLOCK],
        }
    }

    fn compress(&mut self, block: &[u8; BLOCK]) {
        let sines = &*SINES;
        let word = |index: usize| {
            let at = index * 4;
            u32::from_le_bytes([block[at], block[at + 1], block[at + 2], block[at + 3]])
        };
        let [mut a, mut b, mut c, mut d] = self.state;
        for step in 0..64 {
            let (mixed, index) = match step / 16 {
                0 => ((b & c) | (!b & d), step),
                1 => ((d & b) | (!d & c), (5 * step + 1) % 16),
                2 => (b ^ c ^ d, (3 * step + 5) % 16),
                _ => (c ^ (b | !d), (7 * step) % 16),
            };
            let sum = a
                .wrapping_add(mixed)
                .wrapping_add(sines[step])
                .wrapping_add(word(index));
            (a, d, c) = (d, c, b);
            b = b.wrapping_add(sum.rotate_left(SHIFTS[step / 16][step % 4]));
        }
        for (sum, part) in self.state.iter_mut().zip([a, b, c, d]) {
            *sum = sum.wrapping_add(part);
        }
    }

    fn update(&mut self, mut bytes: &[u8]) {
        let used = (self.bits / 8) as usize % BLOCK;
        self.bits = self.bits.wrapping_add(bytes.len() as u64 * 8);
        if used > 0 {
            let taken = bytes.len().min(BLOCK - used);
            self.buffer[used..used + taken].copy_from_slice(&bytes[..taken]);
            if used + taken < BLOCK {
                return;
            }
            let block = self.buffer;
            self.compress(&block);
            bytes = &bytes[taken..];
        }
        let mut blocks = bytes.chunks_exact(BLOCK);
        for block in blocks.by_ref() {
            if let Ok(block) = block.try_into() {
                self.compress(block);
            }
        }
        let rest = blocks.remainder();
        self.buffer[..rest.len()].copy_from_slice(rest);
    }

    fn finish(mut self) -> [u8; 16] {
        let length = self.bits.to_le_bytes();
        let used = (self.bits / 8) as usize % BLOCK;
        let padding = if used < BLOCK - 8 {
            BLOCK - 8
        } else {
            2 * BLOCK - 8
        } - used;
        let mut zeroes = [0; BLOCK + 8];
        zeroes[0] = 0x80;
        self.update(&zeroes[..padding]);
        self.update(&length);
        let mut digest = [0; 16];
        for (out, word) in digest.chunks_exact_mut(4).zip(self.state) {
            out.copy_from_slice(&word.to_le_bytes());
        }
        digest
    }

    fn to_bytes(&self) -> [u8; CONTEXT] {
        let mut bytes = [0; CONTEXT];
        for (out, word) in bytes.chunks_exact_mut(4).zip(self.state) {
            out.copy_from_slice(&word.to_ne_bytes());
        }
        bytes[16..20].copy_from_slice(&(self.bits as u32).to_ne_bytes());
        bytes[20..24].copy_from_slice(&((self.bits >> 32) as u32).to_ne_bytes());
        bytes[24..].copy_from_slice(&self.buffer);
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Md5> {
        let bytes: &[u8; CONTEXT] = bytes.try_into().ok()?;
        let word = |index: usize| {
            let at = index * 4;
            u32::from_ne_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        let mut buffer = [0; BLOCK];
        buffer.copy_from_slice(&bytes[24..]);
        Some(Md5 {
            state: [word(0), word(1), word(2), word(3)],
            bits: u64::from(word(4)) | u64::from(word(5)) << 32,
            buffer,
        })
    }
}

/// Bytes of a digest for a step of long work.
const DIGESTED_PER_STEP: usize = 8;

fn leave_if_long(cx: &Cx<'_>, data: Term<'_>) -> Result<(), Raise> {
    let bytes = data.as_bits().map_or(0, |bits| bits.bit_len() / 8);
    cx.leave_if_long(bytes / DIGESTED_PER_STEP)
}

fn md5_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut digest = Md5::new();
    let data = cx.arg(0);
    leave_if_long(cx, data)?;
    for_each_piece(cx, data, |bytes| digest.update(bytes))?;
    Ok(cx.binary(&digest.finish()))
}

fn md5_init_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    Ok(cx.binary(&Md5::new().to_bytes()))
}

fn context(term: Term<'_>) -> Result<Md5, Raise> {
    term.as_binary()
        .and_then(|bytes| Md5::from_bytes(&bytes))
        .ok_or(Raise::Badarg)
}

fn md5_update_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut digest = context(cx.arg(0))?;
    let data = cx.arg(1);
    leave_if_long(cx, data)?;
    for_each_piece(cx, data, |bytes| digest.update(bytes))?;
    Ok(cx.binary(&digest.to_bytes()))
}

fn md5_final_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let digest = context(cx.arg(0))?;
    Ok(cx.binary(&digest.finish()))
}

fn sum_of(term: Term<'_>) -> Result<u32, Raise> {
    term.as_u64()
        .and_then(|sum| u32::try_from(sum).ok())
        .ok_or(Raise::Badarg)
}

fn crc32<'p>(cx: &mut Cx<'p>, initial: u32, data: Term<'p>) -> NativeResult<'p> {
    let mut hasher = crc32fast::Hasher::new_with_initial(initial);
    for_each_piece(cx, data, |bytes| hasher.update(bytes))?;
    Ok(cx.unsigned(u64::from(hasher.finalize())))
}

fn crc32_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let data = cx.arg(0);
    crc32(cx, 0, data)
}

fn crc32_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (initial, data) = (sum_of(cx.arg(0))?, cx.arg(1));
    crc32(cx, initial, data)
}

fn crc32_combine_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (first, second) = (sum_of(cx.arg(0))?, sum_of(cx.arg(1))?);
    let second_size = sum_of(cx.arg(2))?;
    if second_size == 0 {
        // As zlib does it; the sum of nothing is zero.
        return Ok(cx.unsigned(u64::from(first ^ second)));
    }
    let mut hasher = crc32fast::Hasher::new_with_initial(first);
    hasher.combine(&crc32fast::Hasher::new_with_initial_len(
        second,
        u64::from(second_size),
    ));
    Ok(cx.unsigned(u64::from(hasher.finalize())))
}

fn adler32<'p>(cx: &mut Cx<'p>, initial: u32, data: Term<'p>) -> NativeResult<'p> {
    let mut adler = adler2::Adler32::from_checksum(initial);
    for_each_piece(cx, data, |bytes| adler.write_slice(bytes))?;
    Ok(cx.unsigned(u64::from(adler.checksum())))
}

fn adler32_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let data = cx.arg(0);
    adler32(cx, 1, data)
}

fn adler32_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (initial, data) = (sum_of(cx.arg(0))?, cx.arg(1));
    adler32(cx, initial, data)
}

const ADLER_MODULUS: u64 = 65_521;

/// The sum of the first part's bytes and the second's: both start from 1, which counts once too often. Halves that no bytes have are
/// reduced as far as zlib does.
fn adler_combine(first: u32, second: u32, second_size: u64) -> u32 {
    if second_size == 0 {
        return first;
    }
    let halves = |sum: u32| (u64::from(sum & 0xffff), u64::from(sum >> 16));
    let less = |sum: u64, modulus: u64| if sum >= modulus { sum - modulus } else { sum };
    let ((low, high), (second_low, second_high)) = (halves(first), halves(second));
    let rest = second_size % ADLER_MODULUS;
    let sum_low = low + second_low + ADLER_MODULUS - 1;
    let sum_high = rest * low % ADLER_MODULUS + high + second_high + ADLER_MODULUS - rest;
    let sum_low = less(less(sum_low, ADLER_MODULUS), ADLER_MODULUS);
    let sum_high = less(less(sum_high, 2 * ADLER_MODULUS), ADLER_MODULUS);
    (sum_low | sum_high << 16) as u32
}

fn adler32_combine_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (first, second) = (sum_of(cx.arg(0))?, sum_of(cx.arg(1))?);
    let second_size = sum_of(cx.arg(2))?;
    let sum = adler_combine(first, second, u64::from(second_size));
    Ok(cx.unsigned(u64::from(sum)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn md5_has_the_values_of_its_rfc() {
        let cases = [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a",
            ),
        ];
        for (text, digest) in cases {
            let mut whole = Md5::new();
            whole.update(text.as_bytes());
            assert_eq!(hex(&whole.finish()), digest);
            let mut parts = Md5::new();
            for byte in text.bytes() {
                parts = Md5::from_bytes(&parts.to_bytes()).expect("a context");
                parts.update(&[byte]);
            }
            assert_eq!(hex(&parts.finish()), digest);
        }
    }

    #[test]
    fn adler_sums_combine() {
        let (first, second) = (&b"The quick brown fox "[..], &b"jumps over"[..]);
        let sum = |bytes: &[u8]| {
            let mut adler = adler2::Adler32::new();
            adler.write_slice(bytes);
            adler.checksum()
        };
        let combined = adler_combine(sum(first), sum(second), second.len() as u64);
        assert_eq!(combined, sum(&[first, second].concat()));
    }

    #[test]
    fn adler_sums_of_no_bytes_combine_as_in_zlib() {
        let cases = [
            (0, 1, 0, 0),
            (0, 0, 1, 4_293_984_240),
            (u32::MAX, u32::MAX, u64::from(u32::MAX), 192_741_388),
            (0xfff0_fff0, 0xfff0_fff0, 5, 4_293_263_342),
            (0, 0, 1 << 31, 2_139_684_848),
            (5, 7, 100, 26_214_411),
            (0x1_0001, 0xfff1_fff1, 65_521, 65_536),
            (0xffff, 0xffff, 3, 2_555_916),
            (0xffff_0000, 0, 7, 524_272),
        ];
        for (first, second, size, combined) in cases {
            assert_eq!(adler_combine(first, second, size), combined);
        }
    }
}
