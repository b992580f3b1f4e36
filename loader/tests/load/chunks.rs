//! What each chunk's data becomes.

use std::io::Write as _;

use oxbeam_loader::{AtomIx, BeamFile, Function, Op, Operand, TypeEntry, disasm, load};

use crate::assemble::{
    ATOMS, Bytes, Image, TERM, atom_index, literal_table, long_atoms, sample, short_atoms, words,
};

fn loaded(image: &Image) -> BeamFile {
    load(&image.bytes()).expect("a good file")
}

fn with_types(version: u32, entries: &[Bytes]) -> Vec<TypeEntry> {
    let data = [words(&[version, entries.len() as u32]), entries.concat()].concat();
    loaded(&sample().with(b"Type", data)).types
}

#[test]
fn the_sample_loads_whole() {
    let beam = loaded(&sample());
    assert_eq!(beam.module, "m");
    assert_eq!(beam.atoms.len(), ATOMS.len() + 1);
    assert_eq!((beam.atoms[0].as_str(), beam.atoms[18].as_str()), ("", "é"));
    assert_eq!(beam.atom(beam.imports[0].function), "+");
    assert_eq!((beam.exports[0].label, beam.locals[0].label), (2, 4));
    assert_eq!(
        (beam.funs[0].num_free, beam.funs[0].old_uniq),
        (1, 0xdead_beef)
    );
    assert_eq!(beam.literals, [TERM]);
    assert_eq!(beam.strings, b"abc");
    assert_eq!(beam.attributes.as_deref(), Some(&TERM[..]));
    assert_eq!(beam.compile_info.as_deref(), Some(&TERM[..]));
    assert_eq!(beam.meta.as_deref(), Some(&TERM[..]));
    assert_eq!((beam.label_count, beam.max_opcode), (6, 182));
    assert_eq!(
        beam.code.last().map(|instruction| instruction.op),
        Some(Op::IntCodeEnd)
    );
    assert_eq!(beam.chunks.len(), 14);
    let main = Function {
        name: AtomIx(2),
        arity: 0,
        entry: 2,
        func_info: 2,
    };
    let fun = Function {
        name: AtomIx(6),
        arity: 2,
        entry: 4,
        func_info: 24,
    };
    assert_eq!(beam.functions, [main, fun]);
}

#[test]
fn line_items_name_file_and_line() {
    let lines = loaded(&sample()).lines;
    assert!(lines.present);
    assert_eq!(lines.location(0), None);
    assert_eq!(lines.location(1), Some(("m.erl", 10)));
    assert_eq!(lines.location(2), Some(("a.hrl", 70_000)));
    assert_eq!(lines.location(3), None);
}

#[test]
fn without_line_chunk_line_instructions_lead_nowhere() {
    let lines = loaded(&sample().without(b"Line")).lines;
    assert!(!lines.present);
    assert_eq!(lines.location(1), None);
    assert_eq!(lines.items, [(0, 0)]);
}

#[test]
fn records_have_fields_and_defaults() {
    let records = loaded(&sample()).records;
    assert_eq!((records.len(), records[0].exported), (1, true));
    assert_eq!(records[0].name, AtomIx(atom_index("ok")));
    let defaults: Vec<_> = records[0]
        .fields
        .iter()
        .map(|field| field.default.clone())
        .collect();
    assert_eq!(defaults, [None, Some(Operand::Int(7))]);
}

#[test]
fn atoms_with_long_lengths_are_the_same_atoms() {
    let long_name = "ø".repeat(255);
    let mut names = ATOMS.to_vec();
    let short = loaded(&sample()).atoms;
    assert_eq!(
        loaded(&sample().with(b"AtU8", long_atoms(&names))).atoms,
        short
    );
    names.push(&long_name);
    assert_eq!(
        loaded(&sample().with(b"AtU8", long_atoms(&names))).atoms[19],
        long_name
    );
}

#[test]
fn atoms_must_be_short_utf_8() {
    let too_long = "a".repeat(256);
    let error = load(&sample().with(b"AtU8", long_atoms(&[&too_long])).bytes())
        .expect_err("256 characters");
    assert!(
        error
            .to_string()
            .starts_with("chunk AtU8, offset 6: expected an atom of at most 255"),
        "{error}"
    );
    let mut data = short_atoms(&["m"]);
    data[5] = 0xff;
    let error = load(&sample().with(b"AtU8", data).bytes()).expect_err("not UTF-8");
    assert!(
        error
            .to_string()
            .starts_with("chunk AtU8, offset 5: expected an atom in UTF-8"),
        "{error}"
    );
}

#[test]
fn literals_may_be_compressed() {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder
        .write_all(&literal_table())
        .expect("writes to memory");
    let stream = encoder.finish().expect("writes to memory");
    let size = literal_table().len() as u32;
    let image = sample().with(b"LitT", [words(&[size]), stream.clone()].concat());
    assert_eq!(loaded(&image).literals, [TERM]);
    for wrong in [size - 1, size + 1] {
        let image = sample().with(b"LitT", [words(&[wrong]), stream.clone()].concat());
        let error = load(&image.bytes()).expect_err("another size");
        assert!(
            error.to_string().contains("as many bytes as the size says"),
            "{error}"
        );
    }
}

#[test]
fn a_file_may_be_compressed() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder
        .write_all(&sample().bytes())
        .expect("writes to memory");
    let compressed = encoder.finish().expect("writes to memory");
    assert_eq!(load(&compressed), load(&sample().bytes()));
    assert_eq!(
        oxbeam_loader::chunk(&compressed, *b"StrT"),
        Ok(Some(b"abc".to_vec()))
    );
    assert_eq!(oxbeam_loader::chunk(&compressed, *b"Dbgi"), Ok(None));
}

#[test]
fn types_of_version_1_move_the_match_context() {
    let entry = |bits: u16, min: i64, max: i64| {
        [
            bits.to_be_bytes().to_vec(),
            min.to_be_bytes().to_vec(),
            max.to_be_bytes().to_vec(),
        ]
        .concat()
    };
    let types = with_types(
        1,
        &[
            entry(0x1fff, 0, -1),
            entry(1 << 6, -5, 9),
            entry(0b111, 0, -1),
        ],
    );
    assert_eq!(types[0], TypeEntry::ANY);
    let integer = TypeEntry {
        kinds: TypeEntry::INTEGER,
        min: Some(-5),
        max: Some(9),
        unit: 1,
    };
    assert_eq!(types[1], integer);
    assert_eq!(
        types[2].kinds,
        TypeEntry::ATOM | TypeEntry::BITSTRING | TypeEntry::MATCH_CONTEXT
    );
}

#[test]
fn types_of_version_3_have_optional_bounds() {
    let types = with_types(
        3,
        &[
            vec![0x0f, 0xff],
            vec![0x10, 0x20, 0, 0, 0, 0, 0, 0, 0, 9],
            vec![0x40, 0x02, 7],
        ],
    );
    assert_eq!(types[0], TypeEntry::ANY);
    assert_eq!(
        types[1],
        TypeEntry {
            kinds: TypeEntry::INTEGER,
            min: Some(9),
            max: None,
            unit: 1
        }
    );
    // The compiler does not tell match contexts from bitstrings here.
    assert_eq!(
        (types[2].kinds, types[2].unit),
        (TypeEntry::BITSTRING | TypeEntry::MATCH_CONTEXT, 8)
    );
    assert!(types[1].is_always(TypeEntry::INTEGER | TypeEntry::FLOAT));
    assert!(types[2].may_be(TypeEntry::BITSTRING) && !types[2].may_be(TypeEntry::TUPLE));
}

#[test]
fn types_of_version_4_know_native_records() {
    let types = with_types(4, &[vec![0x1f, 0xff], vec![0x10, 0x00], vec![0x08, 0x00]]);
    assert_eq!(types[0], TypeEntry::ANY);
    assert_eq!(
        (types[1].kinds, types[2].kinds),
        (TypeEntry::RECORD, TypeEntry::TUPLE)
    );
}

#[test]
fn registers_lose_their_types_if_those_are_unknown() {
    for image in [
        sample().without(b"Type"),
        sample().with(b"Type", words(&[2, 0])),
    ] {
        let beam = loaded(&image);
        assert!(beam.types.is_empty());
        let is_tuple = beam
            .code
            .iter()
            .find(|instruction| instruction.op == Op::IsTuple);
        assert_eq!(
            is_tuple.map(|found| &found.operands[1]),
            Some(&Operand::X(0))
        );
    }
}

#[test]
fn the_first_type_must_be_any() {
    let image = sample().with(b"Type", [words(&[4, 1]), vec![0, 1]].concat());
    let error = load(&image.bytes()).expect_err("no any");
    assert_eq!(
        error.to_string(),
        "chunk Type, offset 8: expected `any` as the first type, found another"
    );
}

#[test]
fn md5_leaves_out_what_does_not_change_the_code() {
    let md5 = |image: &Image| loaded(image).md5;
    let sample = sample();
    let sum = md5(&sample);
    let fun = atom_index("-main/0-fun-0-");
    for same in [
        sample
            .without(b"Attr")
            .without(b"CInf")
            .without(b"LocT")
            .without(b"Line"),
        sample.with(b"FunT", words(&[1, fun, 2, 4, 0, 1, 1])),
        sample.with(b"Docs", vec![1]),
    ] {
        assert_eq!(md5(&same), sum);
    }
    for other in [
        sample.without(b"Meta"),
        sample.with(b"FunT", words(&[1, fun, 2, 4, 1, 1, 0xdead_beef])),
    ] {
        assert_ne!(md5(&other), sum);
    }
}

#[test]
fn only_the_first_chunk_of_a_name_counts() {
    let mut image = sample();
    image.chunks.push((*b"StrT", b"zz".to_vec()));
    assert_eq!(loaded(&image).strings, b"abc");
}

#[test]
fn disassembly_names_what_indices_mean() {
    let expected = "\
module m
export main/0 f2
fun 0 '-main/0-fun-0-'/2 f4 free 1 uniq 3735928559
record ok exported main all=#7
f1:
  line m.erl:10
  func_info main/0
f2:
  allocate 1 0
  init_yregs [y0]
  move literal0 x0
  is_tuple f5 x0:integer(-1..5)
  select_val x0 f5 [ok, f5, #3000, f5]
  gc_bif2 f- 1 erlang:'+'/2 #-3 #16#010101010101010101010101 x0
  test_heap {words 3, floats 1, funs 1} 1
  bs_create_bin f- 0 1 8 x1 [string, 1, 8, nil, 1, #2, integer, 2, 1, literal0, x0, #8]
  bs_start_match4 no_fail 2 x1 x1
  bs_match f5 x1 [ensure_at_least, 16, 8, integer, 2, nil, 8, 1, x2, '=:=', nil, 8, 65, get_tail, 3, 8, x2]
  update_record copy 3 x0 x0 [2, ok]
  make_fun3 0 x1 [x0]
  call_fun2 safe 1 x1
  call 2 f4
  call_ext 2 erlang:'+'/2
f5:
  deallocate 1
  return
f3:
  line a.hrl:70000
  func_info '-main/0-fun-0-'/2
f4:
  fmove x0 fr0
  fadd f- fr0 fr0 fr1
  test_heap 2 0
  fmove fr1 x0
  return
  int_code_end
";
    assert_eq!(disasm(&loaded(&sample())), expected);
}
