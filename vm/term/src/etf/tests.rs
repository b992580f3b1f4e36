//! What recorded terms (`tests/terms.rs`) don't show: hostile and odd input, as OTP 25, 27 and 29 take it, and the options.

use super::*;
use crate::atom::Atom;
use crate::boxed::external::this_node;
use crate::boxed::fun::{Export, FunEntry};
use crate::boxed::reference::{Magic, RefNumbers};
use crate::heap::arena::{Arena, Builder};
use crate::{Term, View};
use std::sync::Arc;

/// A machine without code.
struct Nothing;

impl DecodeContext for Nothing {
    fn export(&mut self, _: Atom, _: Atom, _: u32, _: bool) -> Option<&'static Export> {
        None
    }
    fn fun_entry(&mut self, _: FunKey<'_>) -> Option<&'static FunEntry> {
        None
    }
}

fn building(test: impl FnOnce(&mut Builder<'_>)) {
    let mut arena = Arena::new();
    // SAFETY: the arena outlives the test and nothing collects.
    test(&mut unsafe { arena.builder() });
}

fn read<'p>(bytes: &[u8], builder: &mut Builder<'p>) -> Result<(Term<'p>, usize), DecodeError> {
    decode(bytes, builder, &mut Nothing, DecodeOptions::default())
}

fn shown(bytes: &[u8]) -> Option<String> {
    let mut text = None;
    building(|builder| text = read(bytes, builder).ok().map(|(term, _)| term.to_string()));
    text
}

#[test]
fn odd_but_sound_bytes_are_read_as_otp_reads_them() {
    let cases: [(&[u8], &str); 16] = [
        (b"\x83\x61\x01\x02", "1"),
        (b"\x83\x4d\0\0\0\x01\x08\x01", "<<1>>"),
        (b"\x83\x4d\0\0\0\x01\x03\xff", "<<7:3>>"),
        (b"\x83\x6c\0\0\0\0\x61\x05", "5"),
        (
            b"\x83\x6c\0\0\0\0\x6c\0\0\0\0\x6c\0\0\0\x01\x61\x02\x6a",
            "[2]",
        ),
        (b"\x83\x64\0\x03\xff\xfeA", "\u{ff}\u{fe}A"),
        (b"\x83\x62\xff\xff\xff\xfb", "-5"),
        (b"\x83\x6e\0\0", "0"),
        (b"\x83\x6e\x01\x01\x05", "-5"),
        (b"\x83\x6e\x02\x07\x05\0", "-5"),
        (b"\x83\x6f\0\0\0\x01\0\x05", "5"),
        (b"\x83\x77\0", "''"),
        (b"\x83\x69\0\0\0\0", "{}"),
        (b"\x83\x6b\0\0", "[]"),
        (
            b"\x83\x63\x31\x2e\x35\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            "1.500000e+00",
        ),
        (
            b"\x83\x67\x77\x0dnonode@nohost\0\0\0\x01\0\0\0\x01\0",
            "<0.1.1>",
        ),
    ];
    for (bytes, text) in cases {
        assert_eq!(shown(bytes).as_deref(), Some(text), "{bytes:x?}");
    }
}

#[test]
fn what_otp_refuses_is_refused() {
    let cases: [&[u8]; 30] = [
        b"",
        b"\x83",
        b"\x82\x61\x01",
        b"\x83\x4d\0\0\0\x01\0\x01",
        b"\x83\x4d\0\0\0\x01\x09\x01",
        b"\x83\x4d\0\0\0\0\x03",
        b"\x83\x74\0\0\0\x02\x61\x01\x61\x01\x61\x01\x61\x01",
        b"\x83\x46\x7f\xf0\0\0\0\0\0\0",
        b"\x83\x65\x77\x01a\0\0\0\x05\x04",
        b"\x83\x72\0\x01\x77\x01a\x01\0\x04\0\0",
        b"\x83\x5a\0\x06\x77\x01a\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\0\0\x01",
        b"\x83\x67\x77\x01a\0\0\0\x01\0\0\0\x01\x04",
        b"\x83\x76\0\x04\xff\x01\x01\x01",
        b"\x83\x77\x02\xc3(",
        b"\x83\x43\0\0\0\0\0\x77\x01a\x77\x01b",
        b"\x83\x79\0\0\0\0\x61\x01",
        b"\x83\x75",
        b"\x83\x50\0\0\0\x03\x78\x9c\x4b\x64\x04\0\0\xc5\0\x63",
        b"\x83\x50\0\0\0\x01\x78\x9c\x4b\x64\x04\0\0\xc5\0\x63",
        b"\x83\x50\0\0\0\x02\x78\x9c\x4b\x64\x04\0\0\xc5",
        b"\x83\x50\0\0\0\x02\x78\x9c\x4b\x64\x04\0\0\xc5\0\x64",
        b"\x83\x50\xff\xff\xff\xff\x78\x9c\x4b\x64\x04\0\0\xc5\0\x63",
        b"\x83\x50\0\0",
        b"\x83\x6c\xff\xff\xff\xff\x61\x01\x6a",
        b"\x83\x69\xff\xff\xff\xff\x61\x01",
        b"\x83\x74\xff\xff\xff\xff\x61\x01",
        b"\x83\x6d\xff\xff\xff\xff\x01",
        b"\x83\x6f\xff\xff\xff\xff\0\x01",
        b"\x83\x64\xff\xffa",
        b"\x83\x58\x6a\0\0\0\x01\0\0\0\x01\0\0\0\0",
    ];
    for bytes in cases {
        assert_eq!(shown(bytes), None, "{bytes:x?}");
    }
    assert!(
        shown(b"\x83\x50\0\0\0\x02\x78\x9c\x4b\x64\x04\0\0\xc5\0\x63\x09").as_deref() == Some("1")
    );
}

#[test]
fn the_length_used_is_that_of_the_compressed_form() {
    building(|builder| {
        let bytes = b"\x83\x50\0\0\0\x02\x78\x9c\x4b\x64\x04\0\0\xc5\0\x63more";
        assert_eq!(read(bytes, builder).unwrap().1, bytes.len() - 4);
    });
}

#[test]
fn a_compressed_term_grows_to_any_size_but_the_one_it_claims() {
    building(|builder| {
        let long = builder.binary(&vec![7; 3_000_000]);
        let options = EncodeOptions {
            compressed: 9,
            ..EncodeOptions::default()
        };
        let mut bytes = encode(long, &options).unwrap();
        assert!(bytes.len() < 10_000);
        let (again, used) = read(&bytes, builder).unwrap();
        assert_eq!(
            (again.as_binary().unwrap().len(), used),
            (3_000_000, bytes.len())
        );
        bytes[5] ^= 1;
        assert!(read(&bytes, builder).is_err());
    });
}

#[test]
fn a_term_a_million_deep_is_read_shown_and_written() {
    const DEPTH: usize = 1_000_000;
    let mut tuples = vec![VERSION];
    tuples.extend([tag::SMALL_TUPLE, 1].repeat(DEPTH));
    tuples.push(tag::NIL);
    let mut lists = vec![VERSION];
    lists.extend([tag::LIST, 0, 0, 0, 1].repeat(DEPTH));
    lists.push(tag::NIL);
    lists.extend([tag::NIL].repeat(DEPTH));
    let mut tails = vec![VERSION];
    tails.extend([tag::LIST, 0, 0, 0, 1, tag::NIL].repeat(DEPTH));
    tails.push(tag::NIL);
    for bytes in [tuples, lists] {
        building(|builder| {
            let (term, used) = read(&bytes, builder).unwrap();
            assert_eq!(used, bytes.len());
            assert_eq!(encode(term, &EncodeOptions::default()).unwrap(), bytes);
            assert_eq!(
                crate::print::display_bytes(term, usize::MAX).len(),
                2 * DEPTH + 2
            );
        });
    }
    building(|builder| {
        let (term, _) = read(&tails, builder).unwrap();
        assert_eq!(term.proper_length(), Some(DEPTH));
    });
}

#[test]
fn safe_makes_no_atoms() {
    building(|builder| {
        let safe = DecodeOptions { safe: true };
        let unknown = b"\x83\x77\x14never seen elsewhere!";
        let error = decode(unknown, builder, &mut Nothing, safe).err();
        assert_eq!(error, Some(DecodeError::Unsafe));
        assert!(crate::atom::exists("never seen elsewhere!").is_none());
        assert!(decode(b"\x83\x77\x02ok", builder, &mut Nothing, safe).is_ok());
    });
}

#[test]
fn a_local_term_is_for_this_incarnation() {
    building(|builder| {
        let pid = Term::local_pid(77);
        let bytes = vec![5; 200];
        let bytes = builder.binary(&bytes);
        let reference = builder.reference(RefNumbers::from_numbers([1, 2, 3]));
        let term = builder.tuple(&[pid, bytes, reference, Term::local_port(9)]);
        let options = EncodeOptions {
            local: true,
            ..EncodeOptions::default()
        };
        let mut bytes = encode(term, &options).unwrap();
        assert_eq!(
            (bytes[1], bytes.len()),
            (tag::LOCAL, external_size(term, &options))
        );
        let mut joined = Vec::new();
        for piece in encode_pieces(term, &options).unwrap() {
            match piece {
                Piece::Bytes(bytes) => joined.extend(bytes),
                Piece::Shared { bytes, start, len } => {
                    joined.extend(&bytes.bytes()[start..start + len]);
                }
            }
        }
        assert_eq!(joined, bytes);
        let (again, used) = read(&bytes, builder).unwrap();
        assert_eq!(used, bytes.len());
        assert_eq!(again.to_string(), term.to_string());
        bytes[3] ^= 1;
        assert_eq!(read(&bytes, builder).err(), Some(DecodeError::ForeignLocal));
    });
}

#[test]
fn parts_of_what_refers_to_binaries_are_those_of_what_copies_them() {
    building(|builder| {
        let large: Vec<u8> = (0..300).map(|n| n as u8).collect();
        let (first, second) = (builder.binary(&large[..150]), builder.binary(&large));
        let end = builder.sub_bits(second, 80, 8 * 200);
        let term = builder.tuple(&[Term::small(1), first, second, Term::NIL, end]);
        let options = EncodeOptions::default();
        let mut plain = Vec::new();
        encode_term(term, &options, &mut plain).unwrap();
        let mut encoded = Encoded::new(100);
        encoded.append(term, &options, None).unwrap();
        assert_eq!(encoded.len(), plain.len());
        assert!(encoded.own().len() < 60);
        for from in 0..plain.len() {
            for to in from..=plain.len() {
                let mut part = Vec::new();
                encoded.copy_to(from, to, &mut part);
                assert_eq!(part, plain[from..to], "{from}..{to}");
            }
        }
    });
}

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

impl DecodeContext for Table {
    fn cached_atom(&mut self, index: u8) -> Option<Atom> {
        self.0.get(usize::from(index)).copied()
    }
    fn export(&mut self, _: Atom, _: Atom, _: u32, _: bool) -> Option<&'static Export> {
        None
    }
    fn fun_entry(&mut self, _: FunKey<'_>) -> Option<&'static FunEntry> {
        None
    }
}

#[test]
fn atoms_may_stand_in_a_table_of_the_message() {
    building(|builder| {
        let atom = Term::atom(Atom::of("some atom"));
        let term = builder.tuple(&[atom, Term::local_pid(3), atom]);
        let (mut table, mut bytes) = (Table(Vec::new()), Vec::new());
        encode_term_with_atoms(term, &EncodeOptions::default(), &mut table, &mut bytes).unwrap();
        assert_eq!(table.0, [Atom::of("some atom"), this_node().name]);
        assert_eq!(&bytes[..4], [tag::SMALL_TUPLE, 3, tag::ATOM_CACHE_REF, 0]);
        let options = DecodeOptions::default();
        let (again, _) = decode_term(&bytes, builder, &mut table, options).unwrap();
        assert_eq!(again.to_string(), term.to_string());
        table.0.truncate(1);
        assert!(decode_term(&bytes, builder, &mut table, options).is_err());
    });
}

/// Remembers one magic reference.
struct Keeper(RefNumbers, Arc<Magic>);

impl DecodeContext for Keeper {
    fn export(&mut self, _: Atom, _: Atom, _: u32, _: bool) -> Option<&'static Export> {
        None
    }
    fn fun_entry(&mut self, _: FunKey<'_>) -> Option<&'static FunEntry> {
        None
    }
    fn local_reference(&mut self, numbers: RefNumbers, _: Option<u64>) -> LocalReference {
        if numbers == self.0 {
            LocalReference::Magic(self.1.clone())
        } else {
            LocalReference::Unknown
        }
    }
}

#[test]
fn a_magic_reference_comes_back_with_its_object() {
    building(|builder| {
        let object = Arc::new(Magic::new(Box::new("behind")));
        let numbers = RefNumbers::from_numbers([9, 8, 7]);
        let mut keeper = Keeper(numbers, object.clone());
        let term = builder.magic_reference(numbers, object);
        let bytes = encode(term, &EncodeOptions::default()).unwrap();
        let options = DecodeOptions::default();
        let (again, _) = decode(&bytes, builder, &mut keeper, options).unwrap();
        let View::Reference(reference) = again.view() else {
            panic!("{again} is no reference");
        };
        assert_eq!(reference.magic_value::<&str>(), Some(&"behind"));
        let other = builder.reference(RefNumbers::from_numbers([1, 1, 1]));
        let bytes = encode(other, &EncodeOptions::default()).unwrap();
        assert!(decode(&bytes, builder, &mut keeper, options).is_err());
    });
}

#[test]
fn text_is_cut_at_its_limit() {
    building(|builder| {
        let list = builder.list((0..1000).map(|value| -> Term<'_> { Term::small(value) }));
        let mut text = String::new();
        crate::print::display(list, &mut text, 5).unwrap();
        assert_eq!(text, "[0,1,2,3,... ");
    });
}
