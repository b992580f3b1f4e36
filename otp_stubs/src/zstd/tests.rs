//! The contexts below the natives.

use super::*;

/// Text that repeats itself, with some chance in it.
fn data(length: usize) -> Vec<u8> {
    let mut seed = 1u32;
    (0..length)
        .map(|index| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if index % 7 == 0 {
                (seed >> 24) as u8
            } else {
                (index % 11) as u8
            }
        })
        .collect()
}

fn all(
    mut input: &[u8],
    limit: usize,
    mut step: impl FnMut(&[u8], &mut Vec<u8>) -> Result<Step, Fault>,
) -> Result<Vec<u8>, Fault> {
    let mut whole = Vec::new();
    loop {
        let mut output = Vec::new();
        let did = step(input, &mut output)?;
        assert!(output.len() <= limit);
        input = &input[did.consumed..];
        whole.extend_from_slice(&output);
        if input.is_empty() && (did.left == 0 || output.len() < limit) {
            return Ok(whole);
        }
    }
}

fn compressed(codec: &mut Compressor, bytes: &[u8], limit: usize) -> Vec<u8> {
    all(bytes, limit, |input, output| {
        codec.step(input, output, limit, Directive::ZSTD_e_end)
    })
    .expect("anything can be compressed")
}

fn decompressed(codec: &mut Decompressor, bytes: &[u8], limit: usize) -> Result<Vec<u8>, Fault> {
    all(bytes, limit, |input, output| {
        codec.step(input, output, limit)
    })
}

#[test]
fn data_comes_back_in_any_room() {
    let bytes = data(300_000);
    let mut compressor = Compressor::new().expect("there is memory");
    let mut decompressor = Decompressor::new().expect("there is memory");
    for limit in [1, 5, 1000, Compressor::chunk()] {
        let frame = compressed(&mut compressor, &bytes, limit);
        assert!(frame.len() < bytes.len());
        assert!(decompressed(&mut decompressor, &frame, limit) == Ok(bytes.clone()));
    }
}

#[test]
fn damaged_frames_fail_or_come_to_something() {
    let frame = compressed(
        &mut Compressor::new().expect("memory"),
        &data(2_000),
        1 << 17,
    );
    let mut decompressor = Decompressor::new().expect("memory");
    for at in 0..frame.len() {
        for bit in 0..8 {
            let mut bytes = frame.clone();
            bytes[at] ^= 1 << bit;
            // Where more blocks are claimed than there are, nothing says so.
            let _ = claimed_size(&bytes);
            let _ = frame_header(&bytes);
            let _ = number_of_frame(&bytes);
            let _ = number_of_dictionary(&bytes);
            if let Err(fault) = decompressed(&mut decompressor, &bytes, 1 << 17) {
                assert!(!fault.text().is_empty());
            }
            decompressor.reset();
        }
        let _ = decompressed(&mut decompressor, &frame[..at], 1 << 17);
        decompressor.reset();
    }
}

#[test]
fn a_dictionary_stays_as_long_as_a_context_uses_it() {
    let words = data(4_000);
    let (mut compressor, mut decompressor) = (
        Compressor::new().expect("memory"),
        Decompressor::new().expect("memory"),
    );
    let one = Arc::new(CompressDictionary::new(&words, 3).expect("raw content"));
    let other = Arc::new(DecompressDictionary::new(&words).expect("raw content"));
    assert_eq!(compressor.refer(&one), Ok(()));
    assert_eq!(decompressor.refer(&other), Ok(()));
    assert_eq!((one.number(), other.number()), (0, 0));
    let (held_one, held_other) = (one, other);
    let (one, other) = (Arc::downgrade(&held_one), Arc::downgrade(&held_other));
    drop((held_one, held_other));
    let frame = compressed(&mut compressor, &words[1_000..2_000], 1 << 17);
    assert!(frame.len() < 100);
    assert!(
        decompressed(&mut decompressor, &frame, 1 << 17).as_deref() == Ok(&words[1_000..2_000])
    );
    assert_eq!(compressor.load(&[]), Ok(()));
    assert!(one.upgrade().is_none() && other.upgrade().is_some());
    drop(decompressor);
    assert!(other.upgrade().is_none());
}
