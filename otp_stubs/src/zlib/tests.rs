//! The streams below the natives.

use super::*;

const DEFAULT: Settings = Settings {
    level: -1,
    method: 8,
    window_bits: 15,
    memory_level: 8,
    strategy: 0,
};
const FINISH: i32 = 4;

fn state(stream: Result<Stream, Code>) -> State {
    let mut state = State {
        stream: None,
        closed: false,
        at_end: AtEnd::Cut,
        end_seen: false,
        raw: false,
        input_crc: 0,
        output_crc: 0,
        queue: ByteQueue::default(),
        stash: None,
        buffer_size: 4000,
        owner: 0,
    };
    state.begin(stream.expect("the settings are good"), false);
    state
}

fn all(state: &mut State, flush: i32) -> (Vec<u8>, Code) {
    let mut output = Vec::new();
    loop {
        let part = run(state, 8 << 10, 8 << 10, flush);
        output.extend_from_slice(&part.output);
        if part.code.0 < 0 && part.code != Code::BUFFER_ERROR {
            return (output, part.code);
        }
        if state.queue.len() == 0 && part.output.len() < 8 << 10 {
            return (output, part.code);
        }
    }
}

fn text() -> Vec<u8> {
    (0..40_000u32)
        .flat_map(|number| format!("{} ", number.wrapping_mul(2_654_435_761) % 1000).into_bytes())
        .collect()
}

#[test]
fn what_is_compressed_comes_back() {
    let text = text();
    for window_bits in [15, -15, 31, 9] {
        let mut deflating = state(Stream::deflate(Settings {
            window_bits,
            ..DEFAULT
        }));
        deflating.queue.push_bytes(&text);
        let (compressed, code) = all(&mut deflating, FINISH);
        assert_eq!(code, Code::STREAM_END);
        let mut inflating = state(Stream::inflate(window_bits));
        for part in compressed.chunks(100) {
            inflating.queue.push_bytes(part);
        }
        let (plain, code) = all(&mut inflating, NO_FLUSH);
        assert_eq!(code, Code::STREAM_END);
        assert!(plain == text);
    }
}

#[test]
fn bytes_are_those_of_the_library_that_otp_uses() {
    // Level, window bits, memory level, strategy; then the length and the CRC-32 of what OTP 25 makes of the text.
    let rows = [
        (-1, 15, 8, 0, 18942, 0x9972c266),
        (1, 15, 8, 0, 33595, 0x127bd3e5),
        (9, -15, 9, 0, 18830, 0x284bd66e),
        (6, 31, 8, 1, 18615, 0xb233adc7),
        (4, 12, 4, 0, 47345, 0x0da7a064),
        (6, 15, 8, 2, 65925, 0x595ec802),
        (6, 15, 8, 3, 65925, 0x595ec802),
        (0, 15, 8, 0, 155630, 0x83e10050),
    ];
    let text = text();
    for (level, window_bits, memory_level, strategy, length, crc) in rows {
        let mut deflating = state(Stream::deflate(Settings {
            level,
            method: 8,
            window_bits,
            memory_level,
            strategy,
        }));
        deflating.queue.push_bytes(&text);
        let (compressed, _) = all(&mut deflating, FINISH);
        let made = (compressed.len(), crc32(0, &compressed));
        assert_eq!(
            made,
            (length, crc),
            "{level} {window_bits} {memory_level} {strategy}"
        );
    }
}

#[test]
fn dictionaries_are_asked_for() {
    let mut deflating = state(Stream::deflate(DEFAULT));
    let stream = deflating.stream.as_mut().expect("it is there");
    assert_eq!(stream.set_dictionary(b"some words"), Ok(()));
    let checksum = stream.checksum();
    assert_eq!(checksum, adler32(1, b"some words"));
    deflating.queue.push_bytes(b"some other words, some words");
    let (compressed, _) = all(&mut deflating, FINISH);
    let mut inflating = state(Stream::inflate(15));
    inflating.queue.push_bytes(&compressed);
    let first = run(&mut inflating, 8 << 10, 8 << 10, NO_FLUSH);
    assert_eq!(first.code, Code::NEED_DICTIONARY);
    let stream = inflating.stream.as_mut().expect("it is there");
    assert_eq!(stream.checksum(), checksum);
    assert_eq!(stream.set_dictionary(b"other words"), Err(Code::DATA_ERROR));
    assert_eq!(stream.set_dictionary(b"some words"), Ok(()));
    let (plain, _) = all(&mut inflating, NO_FLUSH);
    assert_eq!(plain, b"some other words, some words");
    let dictionary = inflating.stream.as_mut().expect("it is there").dictionary();
    assert!(dictionary.is_ok_and(|bytes| bytes.starts_with(b"some words")));
}

#[test]
fn damaged_data_is_an_error() {
    let mut inflating = state(Stream::inflate(15));
    inflating.queue.push_bytes(&[120, 156, 255, 255, 255, 255]);
    assert_eq!(all(&mut inflating, NO_FLUSH).1, Code::DATA_ERROR);
    assert!(Stream::inflate(3).is_err());
    assert!(
        Stream::deflate(Settings {
            level: 77,
            ..DEFAULT
        })
        .is_err()
    );
}
