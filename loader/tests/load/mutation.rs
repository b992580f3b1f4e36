//! No damage to a file makes the loader panic or ask for much memory.
//!
//! Damage is the same in every run: every possible cut, and bytes changed by a seeded generator.

use std::io::Write as _;

use oxbeam_loader::{disasm, load};

use crate::assemble::sample;

/// Marsaglia's xorshift with 64 bits of state.
pub(crate) struct Xorshift(pub(crate) u64);

impl Xorshift {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

/// What loads must also be fit for what reads it next.
fn try_load(bytes: &[u8]) {
    if let Ok(beam) = load(bytes) {
        disasm(&beam);
    }
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("writes to memory");
    encoder.finish().expect("writes to memory")
}

/// Most address space the process has had, where the system tells.
fn peak_kilobytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmPeak:"))?;
    line.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[test]
fn every_cut_is_an_error() {
    let whole = sample().bytes();
    for length in 0..whole.len() {
        assert!(load(&whole[..length]).is_err(), "cut at {length}");
    }
    let packed = compressed(&whole);
    for length in 0..packed.len() {
        try_load(&packed[..length]);
    }
    // The same inside each chunk, with a container in order.
    for (id, data) in &sample().chunks {
        for length in 0..data.len() {
            try_load(&sample().with(id, data[..length].to_vec()).bytes());
        }
    }
}

#[test]
fn changed_bytes_do_no_harm() {
    let whole = sample().bytes();
    let before = peak_kilobytes();
    let mut random = Xorshift(0x9e37_79b9_7f4a_7c15);
    for round in 0..60_000 {
        let mut bytes = whole.clone();
        for _ in 0..1 + round % 4 {
            let place = random.below(bytes.len());
            bytes[place] = match random.below(4) {
                0 => bytes[place] ^ 1 << random.below(8),
                1 => 0xff,
                2 => 0,
                _ => random.next() as u8,
            };
        }
        try_load(&bytes);
        if round % 16 == 0 {
            let mut packed = compressed(&whole);
            let place = random.below(packed.len());
            packed[place] ^= 1 << random.below(8);
            try_load(&packed);
        }
    }
    // Other tests run beside this one; a length believed would ask for gigabytes.
    if let (Some(before), Some(after)) = (before, peak_kilobytes()) {
        assert!(after - before < 1 << 20, "{before} kB, then {after} kB");
    }
}

#[test]
fn spliced_chunks_do_no_harm() {
    let sample = sample();
    let mut random = Xorshift(42);
    for _ in 0..2_000 {
        let mut image = sample.clone();
        let (from, to) = (
            random.below(image.chunks.len()),
            random.below(image.chunks.len()),
        );
        let data = image.chunks[from].1.clone();
        let (start, end) = (random.below(data.len()), random.below(data.len()));
        let target = &mut image.chunks[to].1;
        let place = random.below(target.len());
        let piece = data[start.min(end)..start.max(end)].to_vec();
        target.splice(place..place, piece);
        try_load(&image.bytes());
    }
}
