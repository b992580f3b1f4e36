//! Terms recorded from real nodes (`data/record_terms.erl`): what OTP wrote is read, written again and shown, and must be the same,
//! byte for byte. Each release has a process of its own, for its rules hold for a whole process.

use oxbeam_term::Atom;
use oxbeam_term::boxed::fun::{Export, FunEntry};
use oxbeam_term::etf::{
    DecodeContext, DecodeError, DecodeOptions, EncodeOptions, FunKey, Piece, decode, encode,
    encode_pieces, external_size,
};
use oxbeam_term::heap::arena::Arena;
use oxbeam_term::rules::{self, OTP_25, OTP_27, OTP_29, rules};
use oxbeam_term::word::Word;
use oxbeam_term::{copy, print};
use std::sync::atomic::{AtomicU32, AtomicU64};

const VARIABLE: &str = "OXBEAM_TERMS_RELEASE";

/// Knows every fun that anyone asks for.
struct Anything;

impl DecodeContext for Anything {
    fn export(&mut self, m: Atom, f: Atom, arity: u32, existing: bool) -> Option<&'static Export> {
        if existing {
            return None;
        }
        Some(Box::leak(Box::new(Export {
            func_info: AtomicU64::new(0),
            arity_word: u64::from(arity),
            module_word: Word::atom(m),
            function_word: Word::atom(f),
            native: AtomicU64::new(0),
            entry: AtomicU64::new(0),
            address: AtomicU64::new(0),
            flags: AtomicU32::new(0),
        })))
    }
    fn fun_entry(&mut self, key: FunKey<'_>) -> Option<&'static FunEntry> {
        Some(Box::leak(Box::new(FunEntry {
            address: AtomicU64::new(0),
            module: key.module,
            function: Atom::of("-fun-"),
            arity: u32::from(key.arity),
            num_free: key.num_free,
            index: key.index,
            old_index: key.old_index,
            old_uniq: key.old_uniq,
            uniq: *key.uniq,
        })))
    }
}

fn in_process_of_its_own(release: &str) {
    let status = std::process::Command::new(std::env::current_exe().expect("its own path"))
        .args(["--exact", "--ignored", "one_release"])
        .env(VARIABLE, release)
        .status()
        .expect("the test itself runs");
    assert!(status.success());
}

#[test]
fn as_otp_25_writes_them() {
    in_process_of_its_own("25");
}

#[test]
fn as_otp_27_writes_them() {
    in_process_of_its_own("27");
}

#[test]
fn as_otp_29_writes_them() {
    in_process_of_its_own("29");
}

#[test]
#[ignore = "run by the others"]
fn one_release() {
    let (recorded, release): (&[u8], _) = match std::env::var(VARIABLE).as_deref() {
        Ok("25") => (include_bytes!("data/terms_25.txt"), OTP_25),
        Ok("27") => (include_bytes!("data/terms_27.txt"), OTP_27),
        Ok("29") => (include_bytes!("data/terms_29.txt"), OTP_29),
        _ => return,
    };
    rules::set(release);
    // Before a damaged term makes them in another order: fields are shown in that of their atoms.
    for field in ["zfieldb", "zfielda", "zfieldc"] {
        Atom::of(field);
    }
    let mut lines = 0;
    for line in recorded.split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Some(line) = line.strip_prefix(b"{\"") {
            let quote = line.iter().position(|&byte| byte == b'"').unwrap();
            let (bytes, rest) = (unhex(&line[..quote]), &line[quote + 2..]);
            let comma = rest.iter().position(|&byte| byte == b',').unwrap();
            let mask = std::str::from_utf8(&rest[..comma])
                .unwrap()
                .parse()
                .unwrap();
            check(&bytes, mask, &rest[comma + 1..rest.len() - 1]);
            lines += 1;
        }
    }
    assert!(lines > 150);
}

fn count_funs(text: &[u8]) -> usize {
    text.windows(5).filter(|window| window == b"#Fun<").count()
}

fn unhex(text: &[u8]) -> Vec<u8> {
    text.chunks(2)
        .map(|pair| {
            u8::from_str_radix(std::str::from_utf8(pair).expect("text"), 16)
                .expect("hexadecimal digits")
        })
        .collect()
}

fn check(bytes: &[u8], mask: u32, text: &[u8]) {
    let mut arena = Arena::new();
    // SAFETY: the arena outlives the builder's terms and nothing collects it.
    let mut builder = unsafe { arena.builder() };
    let options = DecodeOptions::default();
    let (term, used) =
        decode(bytes, &mut builder, &mut Anything, options).expect("it can be decoded");
    assert_eq!(used, bytes.len());
    let shown = print::display_bytes(term, usize::MAX);
    if mask & 32 == 0 {
        assert_eq!(shown, text, "{}", String::from_utf8_lossy(text));
    }
    for bit in (0..5).filter(|bit| mask & (1 << bit) != 0) {
        let mut options = EncodeOptions::default();
        match bit {
            0 => {}
            4 => options.deterministic = true,
            _ => options.minor_version = bit - 1,
        }
        assert_eq!(
            encode(term, &options).expect("it can be encoded"),
            bytes,
            "{term}, option {bit}"
        );
        // OTP 25 counts too much for a fun.
        let spare = if rules().fun_creators {
            3 * count_funs(text)
        } else {
            0
        };
        assert_eq!(external_size(term, &options), bytes.len() + spare, "{term}");
        let mut joined = Vec::new();
        for piece in encode_pieces(term, &options).expect("it can be encoded") {
            match piece {
                Piece::Bytes(bytes) => joined.extend(bytes),
                Piece::Shared { bytes, start, len } => {
                    joined.extend(&bytes.bytes()[start..start + len]);
                }
            }
        }
        assert_eq!(joined, bytes, "{term}, in pieces");
        options.compressed = 6;
        let small = encode(term, &options).expect("it can be encoded");
        let again = decode(
            &small,
            &mut builder,
            &mut Anything,
            DecodeOptions::default(),
        );
        let (again, used) = again.expect("it can be decoded");
        assert_eq!(
            (used, print::display_bytes(again, usize::MAX)),
            (small.len(), shown.clone())
        );
    }
    let (_copied, word) = copy::to_parcel(term);
    // SAFETY: the parcel that it lies in is alive.
    let copy = unsafe { oxbeam_term::Term::from_word(word) };
    assert_eq!(print::display_bytes(copy, usize::MAX), shown);
    assert_eq!(copy::flat_size(copy), copy::flat_size(term));

    // Whatever is cut off or damaged is an error or another term, never more than that.
    for end in 0..bytes.len().min(300) {
        let cut = decode(&bytes[..end], &mut builder, &mut Anything, options);
        assert!(
            matches!(cut, Err(DecodeError::Malformed { .. })),
            "{term} cut at {end}"
        );
    }
    let mut damaged = bytes.to_vec();
    for at in 1..bytes.len().min(200) {
        for change in [1, 0x80, 0xff] {
            damaged[at] ^= change;
            if let Ok((other, _)) = decode(&damaged, &mut builder, &mut Anything, options) {
                let _ = print::display_bytes(other, 100);
            }
            damaged[at] ^= change;
        }
    }
    let mut random = bytes.len() as u64;
    for _ in 0..100 {
        let mut damaged = bytes.to_vec();
        for _ in 0..4 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let at = 1 + (random >> 40) as usize % (damaged.len() - 1);
            damaged[at] = match random >> 60 {
                // A tag is likelier to lead somewhere than any byte.
                0..8 => 97 + (random >> 33) as u8 % 25,
                8..10 => 0,
                _ => (random >> 33) as u8,
            };
        }
        let mut arena = Arena::new();
        // SAFETY: as above.
        let mut builder = unsafe { arena.builder() };
        if let Ok((other, used)) = decode(&damaged, &mut builder, &mut Anything, options) {
            assert!(used <= damaged.len());
            let again = encode(other, &EncodeOptions::default()).expect("it can be encoded");
            let again = decode(&again, &mut builder, &mut Anything, options)
                .expect("it can be decoded")
                .0;
            assert!(again.eq_exact(other), "{other} came back as {again}");
        }
    }
}
