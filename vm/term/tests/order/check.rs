//! Order, equality and portable hashes, against those of the real `erl`.
//!
//! `otp_*.txt` hold terms that it sorted. A line: its place in the order of `<`, where equal terms share one; its place
//! in the exact order of map keys (`-`: that of maps of atoms depends on OTP's atom table); a number that exactly equal terms
//! share; `phash2` and `phash` in the range 2^32; the term in the external format, in hexadecimal.

use oxbeam_term::atom::Atom;
use oxbeam_term::boxed::fun::{Export, FunEntry};
use oxbeam_term::etf::decode::{DecodeContext, DecodeOptions, FunKey, decode};
use oxbeam_term::hash::{internal_hash, phash, phash2};
use oxbeam_term::hashing::{phash_in_range, phash2_in_range};
use oxbeam_term::heap::arena::Arena;
use oxbeam_term::{Term, Word};

struct Context;

impl DecodeContext for Context {
    fn export(
        &mut self,
        module: Atom,
        function: Atom,
        arity: u32,
        _existing: bool,
    ) -> Option<&'static Export> {
        Some(Box::leak(Box::new(Export {
            func_info: 0.into(),
            arity_word: arity.into(),
            module_word: Word::atom(module),
            function_word: Word::atom(function),
            native: 0.into(),
            entry: 0.into(),
            address: 0.into(),
            flags: 0.into(),
        })))
    }
    fn fun_entry(&mut self, _key: FunKey<'_>) -> Option<&'static FunEntry> {
        None
    }
}

struct Row<'p> {
    place: u32,
    exact_place: Option<u32>,
    class: u32,
    term: Term<'p>,
}

fn number<N: std::str::FromStr>(text: &str) -> N {
    text.parse().unwrap_or_else(|_| panic!("no number: {text}"))
}

/// Compares each term of `lines` with each other.
pub(crate) fn check(lines: &str) {
    let mut arena = Arena::new();
    // SAFETY: the arena outlives the builder.
    let mut builder = unsafe { arena.builder() };
    let mut rows = Vec::new();
    for line in lines.lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let [place, exact_place, class, second, first, bytes] = fields[..] else {
            panic!("{line}");
        };
        let bytes: Vec<u8> = (0..bytes.len() / 2)
            .map(|at| {
                u8::from_str_radix(&bytes[2 * at..2 * at + 2], 16).expect("two hexadecimal digits")
            })
            .collect();
        let (term, _) = decode(&bytes, &mut builder, &mut Context, DecodeOptions::default())
            .unwrap_or_else(|error| panic!("{error:?}: {line}"));
        let range = 1 << 32;
        assert_eq!(
            phash2_in_range(phash2(term), range),
            number(second),
            "phash2: {line}"
        );
        assert_eq!(
            phash_in_range(phash(term), range),
            number(first),
            "phash: {line}"
        );
        rows.push(Row {
            place: number(place),
            exact_place: exact_place.parse().ok(),
            class: number(class),
            term,
        });
    }
    for (i, a) in rows.iter().enumerate() {
        for (j, b) in rows.iter().enumerate() {
            assert_eq!(a.term.cmp(b.term), a.place.cmp(&b.place), "{i} < {j}");
            assert_eq!(a.term.eq_arith(b.term), a.place == b.place, "{i} == {j}");
            assert_eq!(a.term.eq_exact(b.term), a.class == b.class, "{i} =:= {j}");
            if let (Some(x), Some(y)) = (a.exact_place, b.exact_place) {
                assert_eq!(a.term.cmp_exact(b.term), x.cmp(&y), "exactly {i} < {j}");
            }
            if a.class == b.class {
                assert_eq!(internal_hash(a.term, 0), internal_hash(b.term, 0));
            }
        }
    }
}
