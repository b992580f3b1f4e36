//! Matching and building held against a naive model, and against values that OTP gives.

use super::build::{BuildError, Writer, field_bits, utf8_bits, utf16_bits};
use super::kernel::tests::{Random, bits_of, number};
use super::matching::Reader;
use super::{Bits, Endian, Flags};
use crate::heap::arena::{Arena, Builder};
use crate::number::Big;
use crate::term::{Term, View};

const FLAGS: [Flags; 4] = [
    Flags::new(Endian::Big, false),
    Flags::new(Endian::Big, true),
    Flags::new(Endian::Little, false),
    Flags::new(Endian::Little, true),
];

/// Calls `test` with a builder of its own.
fn with_builder(test: impl for<'p> FnOnce(&mut Builder<'p>)) {
    let mut arena = Arena::new();
    // SAFETY: nothing else builds in the arena, which lives until the test is through.
    let mut builder = unsafe { arena.builder() };
    test(&mut builder);
}

fn model(bits: Bits<'_>) -> Vec<bool> {
    let (window, shift) = bits.window();
    bits_of(window, shift, bits.bit_len())
}

/// A bitstring of any representation with these bits.
fn disguised<'p>(builder: &mut Builder<'p>, random: &mut Random, bits: &[bool]) -> Bits<'p> {
    let before = random.below(20);
    let behind = random.below(20);
    let mut bytes = random.bytes((before + bits.len() + behind).div_ceil(8));
    for (at, &bit) in bits.iter().enumerate() {
        let at = at + before;
        bytes[at / 8] = bytes[at / 8] & !(0x80 >> (at % 8)) | u8::from(bit) << (7 - at % 8);
    }
    let holder = builder.binary(&bytes);
    builder
        .sub_bits(holder, before, bits.len())
        .as_bits()
        .expect("a bitstring")
}

/// The bits of an integer segment, by the definition of the bit syntax.
fn segment(value: &Big, bits: usize, endian: Endian) -> Vec<bool> {
    let count = bits / 8 + 1;
    let mut bytes = vec![0; count];
    value
        .as_ref()
        .write_twos_complement(&mut bytes, Endian::Little);
    let bit = |at: usize| bytes[at / 8] >> (at % 8) & 1 == 1;
    match endian {
        Endian::Big => (0..bits).rev().map(bit).collect(),
        Endian::Little => (0..bits)
            .step_by(8)
            .flat_map(|low| (low..bits.min(low + 8)).rev())
            .map(bit)
            .collect(),
    }
}

fn integer_of(term: Term<'_>) -> Big {
    match term.view() {
        View::Small(value) => Big::from(value),
        View::Big(big) => big.to_big(),
        _ => panic!("not an integer"),
    }
}

fn random_integer(random: &mut Random, limbs: usize) -> Big {
    let count = random.below(limbs + 1);
    let limbs = (0..count)
        .map(|_| {
            if random.below(4) == 0 {
                [0, u64::MAX][random.below(2)]
            } else {
                random.next() >> random.below(64)
            }
        })
        .collect();
    Big::new(random.below(2) == 0, limbs)
}

/// What a segment of `bits` bits gives back of `value`.
fn truncated(value: &Big, bits: usize, signed: bool) -> Big {
    let one = Big::from(1u64);
    let modulus = one.as_ref().shift_left(bits as u64);
    let mask = modulus.as_ref().sub(one.as_ref());
    let low = value.as_ref().band(mask.as_ref());
    let top = bits > 0 && low.bits() == bits as u64;
    if signed && top {
        low.as_ref().sub(modulus.as_ref())
    } else {
        low
    }
}

#[test]
fn integers_are_built_and_matched_as_the_bit_syntax_says() {
    let mut random = Random::new(3);
    for round in 0..6_000 {
        with_builder(|builder| {
            let flags = FLAGS[random.below(4)];
            let bits = random.below(if round % 5 == 0 { 700 } else { 70 });
            let (before, behind) = (random.below(17), random.below(17));
            let value = random_integer(&mut random, 3);
            let term = builder.big(value.negative, &value.limbs);
            let (built, mut writer) = builder.new_bits(before + bits + behind).expect("small");
            writer
                .put_bits(u64::MAX, before, Endian::Big)
                .expect("room");
            writer.put_integer(term, bits, flags).expect("an integer");
            writer
                .put_bits(u64::MAX, behind, Endian::Big)
                .expect("room");
            assert_eq!(writer.remaining(), 0);
            let mut expected = vec![true; before];
            expected.extend(segment(&value, bits, flags.endian()));
            expected.extend(vec![true; behind]);
            let built = built.as_bits().expect("a bitstring");
            assert_eq!(model(built), expected);

            let source = disguised(builder, &mut random, &expected);
            assert!(source == built && source.cmp(&built).is_eq());
            let mut reader = Reader::new(source);
            assert!(reader.skip(before));
            assert!(reader.integer(builder, bits + behind + 1, flags).is_none());
            let matched = reader.integer(builder, bits, flags).expect("enough bits");
            assert_eq!(
                integer_of(matched),
                truncated(&value, bits, flags.is_signed())
            );
            let matched_small = {
                let mut again = Reader::new(source);
                again.skip(before);
                again.small_integer(bits, flags)
            };
            if let Ok(word) = matched_small {
                assert_eq!(word, Some(matched.word()));
            }
            assert_eq!(reader.remaining(), behind);
            assert!(reader.skip(behind) && !reader.skip(1));
        });
    }
}

#[test]
fn parts_are_built_and_matched() {
    let mut random = Random::new(4);
    for _ in 0..3_000 {
        with_builder(|builder| {
            let sizes: Vec<usize> = (0..4)
                .map(|_| random.below(900) >> random.below(8))
                .collect();
            let pieces: Vec<Vec<bool>> = sizes
                .iter()
                .map(|&size| (0..size).map(|_| random.below(2) == 1).collect())
                .collect();
            let (built, mut writer) = builder.new_bits(sizes.iter().sum()).expect("small");
            for piece in &pieces {
                let source = disguised(builder, &mut random, piece).term();
                assert_eq!(
                    writer.put_part(source, piece.len() + 1),
                    Err(BuildError::Short)
                );
                writer.put_all(source, 1).expect("room");
            }
            let all: Vec<bool> = pieces.concat();
            let built = built.as_bits().expect("a bitstring");
            assert_eq!(model(built), all);

            let mut reader = Reader::new(disguised(builder, &mut random, &all));
            for piece in &pieces {
                let tail = reader.tail(builder).as_bits().expect("a bitstring");
                assert_eq!(tail.bit_len(), reader.remaining());
                let literal = disguised(builder, &mut random, piece)
                    .bytes_padded()
                    .into_owned();
                if !piece.is_empty() {
                    let mut wrong = literal.clone();
                    let at = random.below(piece.len());
                    wrong[at / 8] ^= 0x80 >> (at % 8);
                    assert!(!reader.literal(&wrong, piece.len()));
                }
                let position = reader.position();
                assert!(reader.literal(&literal, piece.len()));
                reader.set_position(position);
                let part = reader.bits(builder, piece.len()).expect("enough bits");
                assert_eq!(&model(part.as_bits().expect("a bitstring")), piece);
            }
            assert_eq!(reader.remaining(), 0);
            assert!(reader.bits(builder, 1).is_none());
        });
    }
}

#[test]
fn order_is_that_of_the_bits() {
    let mut random = Random::new(5);
    for _ in 0..5_000 {
        with_builder(|builder| {
            let common: Vec<bool> = (0..random.below(100))
                .map(|_| random.below(2) == 1)
                .collect();
            let mut lengthen = || -> Vec<bool> {
                let more = (0..random.below(3)).map(|_| random.below(2) == 1);
                common.iter().copied().chain(more).collect()
            };
            let (a, b) = (lengthen(), lengthen());
            let first = disguised(builder, &mut random, &a);
            let second = disguised(builder, &mut random, &b);
            assert_eq!(first.cmp(&second), a.cmp(&b));
            assert_eq!(first == second, a == b);
        });
    }
}

#[test]
fn a_match_context_keeps_its_position() {
    with_builder(|builder| {
        let source = builder.binary(b"abc").as_bits().expect("a binary");
        let context = builder.match_context(source).word();
        // SAFETY: a match context; nothing collects.
        unsafe {
            let mut reader = Reader::load(context);
            assert_eq!(reader.byte(), Some(b'a'));
            reader.store(context);
            let mut reader = Reader::load(context);
            assert_eq!(reader.unsigned(16, Endian::Little), Some(0x6362));
            assert_eq!(reader.byte(), None);
            assert!(
                reader.is_multiple_of(8) && reader.has_at_least(0, 8) && !reader.has_at_least(8, 8)
            );
            let left = Term::from_word(context).as_bits().expect("a bitstring");
            assert_eq!(left.as_bytes(), Some(&b"bc"[..]));
        }
    });
}

fn build<'p>(
    builder: &mut Builder<'p>,
    bits: usize,
    put: impl FnOnce(&mut Writer<'p>) -> Result<(), BuildError>,
) -> Result<Vec<u8>, BuildError> {
    let (term, mut writer) = builder.new_bits(bits)?;
    put(&mut writer)?;
    assert_eq!(writer.remaining(), 0);
    Ok(term
        .as_bits()
        .expect("a bitstring")
        .bytes_padded()
        .into_owned())
}

#[test]
fn floats() {
    with_builder(|builder| {
        let little = Flags::new(Endian::Little, false);
        for (bits, value, expected) in [
            (16, 1.5, vec![0x3e, 0x00]),
            (16, 65504.0, vec![0x7b, 0xff]),
            (16, -0.0, vec![0x80, 0x00]),
            (16, 5.960_464_477_539_063e-8, vec![0x00, 0x01]),
            (32, 3.25, vec![0x40, 0x50, 0, 0]),
            (64, -2.5, vec![0xc0, 0x04, 0, 0, 0, 0, 0, 0]),
        ] {
            let term = builder.float(value);
            let bytes = build(builder, bits, |writer| {
                writer.put_float(term, bits, Flags::NONE)
            })
            .expect("a float");
            assert_eq!(bytes, expected);
            let mut reversed = expected.clone();
            reversed.reverse();
            assert_eq!(
                build(builder, bits, |writer| writer.put_float(term, bits, little)),
                Ok(reversed.clone())
            );
            for (bytes, flags) in [(expected, Flags::NONE), (reversed, little)] {
                let source = builder.binary(&bytes).as_bits().expect("a binary");
                let matched = Reader::new(source)
                    .float_value(bits, flags)
                    .expect("a float");
                assert_eq!(matched.to_bits(), value.to_bits());
            }
        }
        for (bits, bytes) in [
            (16, vec![0x7c, 0]),
            (16, vec![0x7e, 0]),
            (32, vec![0x7f, 0x80, 0, 0]),
            (32, vec![0xff, 0xc0, 0, 0]),
            (64, vec![0x7f, 0xf0, 0, 0, 0, 0, 0, 0]),
            (64, vec![0x7f, 0xf8, 0, 0, 0, 0, 0, 1]),
            (8, vec![0x7f]),
        ] {
            let source = builder.binary(&bytes).as_bits().expect("a binary");
            let mut reader = Reader::new(source);
            assert_eq!(reader.float_value(bits, Flags::NONE), None);
            assert_eq!(reader.position(), 0);
            assert_eq!(reader.float_value(0, Flags::NONE), Some(0.0));
        }
        let (huge, large, atom) = (builder.big(false, &[0; 17]), builder.float(1e39), Term::NIL);
        assert_eq!(huge.as_small(), Some(0));
        let mut limbs = [0; 17];
        limbs[16] = 1;
        let huge = builder.big(false, &limbs);
        for (term, bits, error) in [
            (huge, 64, BuildError::NoFloat),
            (atom, 64, BuildError::Type),
            (large, 8, BuildError::Invalid),
        ] {
            assert_eq!(
                build(builder, bits, |writer| writer.put_float(
                    term,
                    bits,
                    Flags::NONE
                )),
                Err(error)
            );
        }
    });
}

#[test]
fn floats_are_rounded_as_otp_does() {
    // Values of OTP 25 and 27: once, ties to even, and beyond the largest to infinity.
    with_builder(|builder| {
        for (bits, value, expected) in [
            (16, 65519.9, [123, 255, 0, 0]),
            (16, 65519.999999999, [123, 255, 0, 0]),
            (16, 65520.0, [124, 0, 0, 0]),
            (16, 1.0e10, [124, 0, 0, 0]),
            (16, 5.9e-8, [0, 1, 0, 0]),
            (16, 2.9802322387695315e-8, [0, 0, 0, 0]),
            (16, 2.980232238769532e-8, [0, 1, 0, 0]),
            (16, 1.00048828125, [60, 0, 0, 0]),
            (16, 1.000488281250001, [60, 1, 0, 0]),
            (16, -1.0e-50, [128, 0, 0, 0]),
            (32, 3.4028235677973366e38, [127, 128, 0, 0]),
            (32, 3.4028235677973362e38, [127, 127, 255, 255]),
            (32, 2.98e-8, [50, 255, 250, 229]),
            (32, -1.0e-50, [128, 0, 0, 0]),
        ] {
            let term = builder.float(value);
            let bytes = build(builder, bits, |writer| {
                writer.put_float(term, bits, Flags::NONE)
            })
            .expect("a float");
            assert_eq!(bytes, expected[..bits / 8], "{value}:{bits}");
        }
        let integer = builder.big(false, &[0, 1 << 63]);
        let bytes = build(builder, 64, |writer| {
            writer.put_float(integer, 64, Flags::NONE)
        })
        .expect("a float");
        assert_eq!(bytes, [71, 224, 0, 0, 0, 0, 0, 0]);
    });
}

#[test]
fn code_points() {
    let mut random = Random::new(6);
    with_builder(|builder| {
        let little = Flags::new(Endian::Little, false);
        for point in [
            'a',
            '\u{7ff}',
            '\u{ffff}',
            '\u{d7ff}',
            '\u{e000}',
            '\u{10000}',
            '\u{10ffff}',
        ] {
            let term = Term::small(point as i64);
            for before in [0, 3] {
                let bits = before + utf8_bits(term).unwrap_or(32) + 2 * utf16_bits(term) + 64;
                let (built, mut writer) = builder.new_bits(bits).expect("small");
                writer.put_bits(0, before, Endian::Big).expect("room");
                writer.put_utf8(term).expect("a code point");
                writer.put_utf16(term, Flags::NONE).expect("a code point");
                writer.put_utf16(term, little).expect("a code point");
                writer.put_utf32(term, Flags::NONE).expect("a code point");
                writer.put_utf32(term, little).expect("a code point");
                let bits = model(built.as_bits().expect("a bitstring"));
                let mut reader = Reader::new(disguised(builder, &mut random, &bits));
                assert!(reader.skip(before));
                let point = Some(point as u32);
                assert_eq!(reader.utf8(), point);
                assert_eq!(reader.utf16(Flags::NONE), point);
                assert_eq!(reader.utf16(little), point);
                assert_eq!(reader.utf32(Flags::NONE), point);
                assert_eq!(reader.utf32(little), point);
                assert_eq!(
                    (reader.utf8(), reader.utf16(little), reader.utf32(little)),
                    (None, None, None)
                );
            }
        }
        for wrong in [-1, 0xd800, 0xdfff, 0x11_0000] {
            let term = Term::small(wrong);
            assert_eq!(
                build(builder, 32, |writer| writer.put_utf8(term)),
                Err(BuildError::Type)
            );
            assert_eq!(
                build(builder, 32, |writer| writer.put_utf16(term, little)),
                Err(BuildError::Type)
            );
            assert_eq!(
                build(builder, 32, |writer| writer.put_utf32(term, little)),
                Err(BuildError::Type)
            );
        }
    });
}

#[test]
fn sizes() {
    with_builder(|builder| {
        let (large, negative) = (builder.big(false, &[0, 1]), builder.big(true, &[0, 1]));
        assert_eq!(field_bits(Term::small(3), 8), Ok(24));
        assert_eq!(field_bits(Term::small(-3), 8), Err(BuildError::Size));
        assert_eq!(field_bits(large, 1), Err(BuildError::TooLarge));
        assert_eq!(field_bits(negative, 1), Err(BuildError::Size));
        assert_eq!(field_bits(Term::NIL, 1), Err(BuildError::Size));
        assert_eq!(
            field_bits(Term::small(1 << 58), 256),
            Err(BuildError::TooLarge)
        );
        assert!(matches!(
            builder.new_bits(1 << 59),
            Err(BuildError::TooLarge)
        ));
    });
}

#[test]
fn appending_never_changes_what_was_there() {
    let mut random = Random::new(7);
    for _ in 0..200 {
        with_builder(|builder| {
            // Every version ever made, with its bits: appending goes on from any of them.
            let start = builder.init_writable(Term::small(100)).expect("small");
            let mut versions: Vec<(Term<'_>, Vec<bool>)> = vec![(start, Vec::new())];
            let unaligned = random.below(2) == 1;
            for _ in 0..60 {
                let from = if random.below(3) > 0 {
                    versions.len() - 1
                } else {
                    random.below(versions.len())
                };
                let (mut original, mut bits) = versions[from].clone();
                if random.below(8) == 0 {
                    // A part of it, seen through the same holder.
                    let (offset, length) = (random.below(bits.len() + 1), bits.len());
                    let length = random.below(length - offset + 1);
                    let part = original.as_bits().expect("a bitstring");
                    original = builder.part(part, offset, length);
                    bits = bits[offset..offset + length].to_vec();
                }
                let more = if unaligned {
                    random.below(100)
                } else {
                    random.below(12) * 8
                };
                let value = random.next();
                let (grown, mut writer) = builder.append(original, more, 1).expect("memory");
                let low = more.min(64);
                writer.put_bits(value, low, Endian::Big).expect("room");
                writer
                    .put_bits(value, more - low, Endian::Big)
                    .expect("room");
                assert_eq!(writer.remaining(), 0);
                bits.extend((0..low).rev().map(|at| value >> at & 1 == 1));
                bits.extend((0..more - low).rev().map(|at| value >> at & 1 == 1));
                versions.push((grown, bits));
            }
            for (term, bits) in &versions {
                assert_eq!(&model(term.as_bits().expect("a bitstring")), bits);
            }
            let odd = versions.iter().find(|(_, bits)| bits.len() % 8 != 0);
            if let Some((odd, _)) = odd {
                assert!(matches!(builder.append(*odd, 8, 8), Err(BuildError::Unit)));
            }
        });
    }
    with_builder(|builder| {
        assert!(matches!(
            builder.append(Term::NIL, 8, 8),
            Err(BuildError::Type)
        ));
    });
}

#[test]
fn appending_copies_seldom() {
    for step in [8, 3] {
        with_builder(|builder| {
            let mut accumulator = builder.binary(b"");
            let mut bases = Vec::new();
            for at in 0..100_000u64 {
                let (grown, mut writer) = builder.append(accumulator, step, 1).expect("memory");
                writer.put_bits(at, step, Endian::Big).expect("room");
                accumulator = grown;
                bases.push(grown.as_bits().expect("a bitstring").base());
            }
            bases.dedup();
            assert!(bases.len() < 12, "copied {} times", bases.len());
            let bits = model(accumulator.as_bits().expect("a bitstring"));
            for (at, piece) in bits.chunks(step).enumerate() {
                assert_eq!(number(piece), at as u128 & ((1 << step) - 1));
            }
        });
    }
}

#[test]
fn collections_keep_what_is_read_and_what_grows() {
    use crate::gc::{self, Extent};
    use crate::heap::Heap;
    use crate::word::Word;

    let mut heap = Heap::new(233);
    let mut words: Vec<Word> = Vec::new();
    {
        // SAFETY: nothing collects before the end of the block.
        let mut builder = unsafe { heap.arena.builder() };
        let text: Vec<u8> = (0..100).collect();
        let large = builder.binary(&text);
        let small = builder.binary(&text[..10]);
        for source in [large, small] {
            let context = builder.match_context(source.as_bits().expect("a binary"));
            words.push(context.word());
        }
        let (grown, mut writer) = builder.append(small, 24, 8).expect("memory");
        writer.put_bytes(b"abc").expect("room");
        words.push(grown.word());
    }
    for round in 0..20u8 {
        let extent = if round % 5 == 4 {
            Extent::Major
        } else {
            Extent::Minor
        };
        // SAFETY: the vector is all that refers to the heap.
        unsafe { gc::collect(&mut heap, 100, &mut words.as_mut_slice(), extent, None) };
        // SAFETY: nothing collects before the end of the round.
        unsafe {
            for &context in &words[..2] {
                let mut reader = Reader::load(context);
                if round < 10 {
                    assert_eq!(reader.byte(), Some(round));
                    reader.store(context);
                }
            }
            let mut builder = heap.arena.builder();
            let (grown, mut writer) = builder
                .append(Term::from_word(words[2]), 8, 8)
                .expect("memory");
            let state = writer.suspend();
            writer = Writer::resume(state);
            writer
                .put_bits(u64::from(round), 8, Endian::Big)
                .expect("room");
            let before = Term::from_word(words[2])
                .as_bits()
                .expect("a binary")
                .base();
            assert_eq!(grown.as_bits().expect("a binary").base(), before, "copied");
            words[2] = grown.word();
        }
    }
    // SAFETY: nothing collects any more.
    let bytes = unsafe { Term::from_word(words[2]) }
        .as_binary()
        .expect("a binary");
    let expected: Vec<u8> = (0..10).chain(*b"abc").chain(0..20).collect();
    assert_eq!(&bytes[..], expected);
}
