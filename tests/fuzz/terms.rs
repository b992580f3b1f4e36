//! Any bytes as an external term. What can be read is written in every way that there is, each of which has the size that was foretold and
//! is read as an equal term; its copies have the size that was measured. The first byte of the input says how it is read:
//!
//! | bits | |
//! |---|---|
//! | 0 | 1: what follows is a whole external term, version and all; 0: the version stands before it |
//! | 1 | option `safe` |
//! | 2 | it is compressed here, and must be read as it is plain |
//! | 3 | its binaries stay parts of the bytes that came |
//! | 4, 5 | level of compression of what is written, times three |
//! | 6, 7 | after how many bytes, times 100, writing is given up |
#![no_main]

mod context;

use context::{Context, set_release};
use libfuzzer_sys::fuzz_target;
use oxbeam_term::binary::refc::SharedBytes;
use oxbeam_term::boxed::fun::FunKind;
use oxbeam_term::etf::{
    AtomTable, DecodeError, DecodeOptions, EncodeError, EncodeOptions, Encoded, Piece, VERSION,
    decode, decode_term, encode, encode_pieces, encode_term, encode_term_with_atoms, external_size,
};
use oxbeam_term::heap::arena::Arena;
use oxbeam_term::rules::rules;
use oxbeam_term::{Atom, Term, View, copy, hash, print};
use std::cmp::Ordering;
use std::io::Write;

const COMPRESSED: u8 = 80;

/// Atoms of a message.
struct Table(Vec<Atom>);

impl AtomTable for Table {
    fn place(&mut self, atom: Atom) -> Option<u8> {
        let place = self.0.iter().position(|&known| known == atom);
        let place = place.unwrap_or_else(|| {
            self.0.push(atom);
            self.0.len() - 1
        });
        u8::try_from(place).ok()
    }
}

/// Has the term a fun in it? OTP 25 foretells too much for those.
fn has_fun(term: Term<'_>) -> bool {
    let mut work = vec![term];
    while let Some(term) = work.pop() {
        match term.view() {
            View::Cons(cell) => work.extend([cell.head(), cell.tail()]),
            View::Tuple(tuple) => work.extend(tuple.elements()),
            View::Map(map) => map
                .iter()
                .for_each(|(key, value)| work.extend([key, value])),
            View::Record(record) => work.extend(record.values()),
            View::Fun(fun) => match fun.kind() {
                FunKind::Local { .. } => return true,
                FunKind::External(_) => {}
            },
            _ => {}
        }
    }
    false
}

fn assert_equal(one: Term<'_>, other: Term<'_>) {
    assert!(one.eq_exact(other), "{one} is not {other}");
    assert!(one.eq_arith(other));
    assert_eq!(one.cmp(other), Ordering::Equal);
    assert_eq!(one.cmp_exact(other), Ordering::Equal);
    assert_eq!(hash::phash2(one), hash::phash2(other), "{one} and {other}");
    // To OTP 26 it counts what a part of a binary is a part of.
    if rules().uniform_bitstrings {
        assert_eq!(
            copy::flat_size(one),
            copy::flat_size(other),
            "{one} and {other}"
        );
    }
}

fn words(arena: &Arena) -> usize {
    let mut words = 0;
    arena.for_each_block(|block| words += block.len());
    words
}

fn check_copies(term: Term<'_>) {
    let mut arena = Arena::new();
    // SAFETY: the arena outlives what is built in it, and nothing collects.
    let copied = copy::copy_all(term, &mut unsafe { arena.builder() });
    assert_equal(term, copied);
    assert_eq!(words(&arena), copy::copy_all_size(term), "{term}");
    let (_parcel, word) = copy::to_parcel(term);
    // SAFETY: the parcel lives to the end of the function.
    assert_equal(term, unsafe { Term::from_word(word) });
}

fn check_written(term: Term<'_>, options: &EncodeOptions) {
    let mut arena = Arena::new();
    // SAFETY: as above.
    let mut builder = unsafe { arena.builder() };
    let plain = encode(term, options).expect("it is not too large");
    if !rules().fun_creators || !has_fun(term) {
        assert_eq!(external_size(term, options), plain.len(), "{term}");
    }
    let decoding = DecodeOptions::default();
    // All its atoms and exports are there.
    for safe in [true, false] {
        let (again, used) = decode(
            &plain,
            &mut builder,
            &mut Context::default(),
            DecodeOptions { safe },
        )
        .expect("it was written here");
        assert_eq!(used, plain.len());
        assert_equal(term, again);
    }
    assert_eq!(
        encode(term, options).expect("once more"),
        plain,
        "it is written in one way"
    );

    let mut joined = Vec::new();
    for piece in encode_pieces(term, options).expect("it is not too large") {
        match piece {
            Piece::Bytes(bytes) => joined.extend(bytes),
            Piece::Shared { bytes, start, len } => joined.extend(&bytes.bytes()[start..][..len]),
        }
    }
    assert_eq!(joined, plain);
    let mut without = Vec::new();
    encode_term(term, options, &mut without).expect("it is not too large");
    assert_eq!(without, plain[1..]);
    let mut referring = Encoded::new(1);
    referring.append_bytes(&[VERSION]);
    referring
        .append(term, options, None)
        .expect("it is not too large");
    assert_eq!(referring.len(), plain.len());
    let middle = plain.len() / 2;
    let mut parts = Vec::new();
    referring.copy_to(0, middle, &mut parts);
    referring.copy_to(middle, plain.len(), &mut parts);
    assert_eq!(parts, plain);

    let (mut table, mut bytes) = (Table(Vec::new()), Vec::new());
    encode_term_with_atoms(term, options, &mut table, &mut bytes).expect("it is not too large");
    let mut context = Context {
        atoms: &table.0,
        within: None,
    };
    // What is for this incarnation of the node has its atoms within it, for the hash does not see the table.
    let (again, used) =
        decode_term(&bytes, &mut builder, &mut context, decoding).expect("it was written here");
    assert_eq!(used, bytes.len());
    assert_equal(term, again);
}

fn check(term: Term<'_>, how: u8) {
    let level = u32::from(how >> 4 & 3) * 3;
    let limit = usize::from(how >> 6) * 100;
    check_copies(term);
    for limit in [3, 1000] {
        print::display_bytes(term, limit);
    }
    let ways = [
        (0, false, false),
        (1, false, false),
        (2, false, false),
        (2, true, false),
        (2, false, rules().etf_local),
    ];
    for (minor_version, deterministic, local) in ways {
        let options = EncodeOptions {
            minor_version,
            deterministic,
            local,
            ..EncodeOptions::default()
        };
        check_written(term, &options);
        let limited = EncodeOptions { limit, ..options };
        match encode(term, &limited) {
            Ok(bytes) => assert_eq!(encode(term, &options), Ok(bytes)),
            Err(error) => assert_eq!(error, EncodeError::Long),
        }
    }
    let options = EncodeOptions {
        compressed: level,
        ..EncodeOptions::default()
    };
    let bytes = encode(term, &options).expect("it is not too large");
    assert!(bytes.len() <= external_size(term, &options));
    let mut arena = Arena::new();
    // SAFETY: as above.
    let mut builder = unsafe { arena.builder() };
    let decoding = DecodeOptions::default();
    let (again, used) = decode(&bytes, &mut builder, &mut Context::default(), decoding)
        .expect("it was written here");
    assert_eq!(used, bytes.len());
    assert_equal(term, again);
}

fn compressed(plain: &[u8]) -> Vec<u8> {
    let mut bytes = vec![VERSION, COMPRESSED];
    bytes.extend((plain.len() as u32).to_be_bytes());
    let mut deflater = flate2::write::ZlibEncoder::new(bytes, flate2::Compression::fast());
    deflater.write_all(plain).expect("it goes to memory");
    deflater.finish().expect("it goes to memory")
}

fuzz_target!(|input: &[u8]| {
    set_release();
    let Some((&how, bytes)) = input.split_first() else {
        return;
    };
    let bytes = if how & 1 == 0 {
        [&[VERSION], bytes].concat()
    } else {
        bytes.to_vec()
    };
    let mut arena = Arena::new();
    // SAFETY: the arena outlives what is built in it, and nothing collects.
    let mut builder = unsafe { arena.builder() };
    let options = DecodeOptions { safe: how & 2 != 0 };
    let shared = SharedBytes::new(&bytes);
    let within = (how & 8 != 0 && bytes.get(1) != Some(&COMPRESSED)).then(|| shared.clone());
    let mut context = Context { atoms: &[], within };
    let decoded = decode(shared.bytes(), &mut builder, &mut context, options);
    if how & 4 != 0
        && let [VERSION, plain @ ..] = &bytes[..]
        && plain.first() != Some(&COMPRESSED)
    {
        let small = compressed(plain);
        let again = decode(&small, &mut builder, &mut Context::default(), options);
        match (decoded, again) {
            (Ok((term, _)), Ok((again, used))) => {
                assert_eq!(used, small.len());
                assert_equal(term, again);
            }
            (Err(DecodeError::Malformed { .. }), Err(DecodeError::Malformed { .. })) => {}
            (Err(error), Err(other)) => assert_eq!(error, other),
            (one, other) => panic!("{one:?}, compressed {other:?}"),
        }
    }
    let Ok((term, used)) = decoded else { return };
    assert!(used <= bytes.len());
    // What lies behind it is of no account.
    let alone = decode(
        &bytes[..used],
        &mut builder,
        &mut Context::default(),
        DecodeOptions::default(),
    );
    let (alone, alone_used) = alone.expect("what lies behind it is of no account");
    assert_eq!(alone_used, used);
    assert_equal(term, alone);
    check(term, how);
});
