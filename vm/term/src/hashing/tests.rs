//! The walkers over a small term of their own, against values of the real `erl`.
//!
//! `vectors.txt` holds random terms with the values that OTP 25 gives them (27 and 29 give the same): both hashes in the
//! range 2^32, then the term in the prefix notation that [`Reader`] reads.

use super::*;
use crate::number::{Big, Integer, parse_integer};

/// A term, as a test needs it.
#[derive(Clone, Debug)]
enum Term {
    Small(i64),
    Big(Big),
    Float(f64),
    Atom(String),
    Nil,
    Cons(Box<[Term; 2]>),
    Tuple(Vec<Term>),
    Bits {
        bytes: Vec<u8>,
        offset: u32,
        length: u64,
    },
    Map(Vec<(Term, Term)>),
    Pid(u32),
    Port(u64),
    Reference(u32),
    Fun {
        module: String,
        index: u32,
        uniq: u32,
        free: Vec<Term>,
    },
    Export {
        module: String,
        function: String,
        arity: u32,
    },
    Record {
        definition_hash: u32,
        definition: Box<Term>,
        values: Vec<Term>,
    },
}

impl<'a> HashSource<'a> for &'a Term {
    type Pairs = Box<dyn Iterator<Item = (Self, Self)> + 'a>;

    fn shape(self) -> Shape<'a, Self> {
        let atom = |name: &String| atom_hash(name.as_bytes());
        match self {
            Term::Small(value) => Shape::Small(*value),
            Term::Big(value) => Shape::Big(value.as_ref()),
            Term::Float(value) => Shape::Float(*value),
            Term::Atom(name) => Shape::Atom(atom(name)),
            Term::Nil => Shape::Nil,
            Term::Cons(cell) => Shape::Cons {
                head: &cell[0],
                tail: &cell[1],
            },
            Term::Tuple(elements) => Shape::Tuple {
                arity: elements.len(),
            },
            Term::Bits {
                bytes,
                offset,
                length,
            } => Shape::Bits(Bits::new(bytes, *offset, *length)),
            Term::Map(pairs) => Shape::Map {
                size: pairs.len(),
                pairs: Box::new(pairs.iter().map(|(key, value)| (key, value))),
            },
            Term::Pid(number) => Shape::Pid {
                number: *number,
                identity: u64::from(*number),
            },
            Term::Port(number) => Shape::Port {
                number: *number,
                identity: *number,
            },
            Term::Reference(number) => Shape::Reference {
                number: *number,
                identity: u64::from(*number),
            },
            Term::Fun {
                module,
                index,
                uniq,
                free,
            } => Shape::Fun {
                module: atom(module),
                index: *index,
                uniq: *uniq,
                free: free.len(),
            },
            Term::Export {
                module,
                function,
                arity,
            } => Shape::Export {
                module: atom(module),
                function: atom(function),
                arity: *arity,
            },
            Term::Record {
                definition_hash,
                definition,
                values,
            } => Shape::Record {
                fields: values.len(),
                definition_hash: *definition_hash,
                definition: &**definition,
            },
        }
    }

    fn child(self, index: usize) -> Self {
        match self {
            Term::Tuple(children)
            | Term::Fun { free: children, .. }
            | Term::Record {
                values: children, ..
            } => &children[index],
            other => panic!("{other:?} has no children"),
        }
    }

    fn immediate(self) -> Option<u64> {
        match self {
            Term::Small(value @ -0xffff_ffff..=0xffff_ffff) => Some((*value as u64) << 4),
            Term::Nil => Some(1),
            _ => None,
        }
    }
}

/// Without recursion: some tests nest deeply.
impl Drop for Term {
    fn drop(&mut self) {
        let mut rest = Vec::new();
        let take = |term: &mut Term, rest: &mut Vec<Term>| match term {
            Term::Cons(cell) => rest.extend(
                cell.iter_mut()
                    .map(|term| std::mem::replace(term, Term::Nil)),
            ),
            Term::Tuple(children)
            | Term::Fun { free: children, .. }
            | Term::Record {
                values: children, ..
            } => {
                rest.append(children);
            }
            Term::Map(pairs) => rest.extend(pairs.drain(..).flat_map(|(key, value)| [key, value])),
            _ => {}
        };
        take(self, &mut rest);
        while let Some(mut term) = rest.pop() {
            take(&mut term, &mut rest);
        }
    }
}

/// Reads the prefix notation: a letter, then what belongs to it, all separated by blanks.
struct Reader<'a>(std::str::SplitAsciiWhitespace<'a>);

impl Reader<'_> {
    fn word(&mut self) -> &str {
        self.0.next().unwrap()
    }

    fn number<N: std::str::FromStr<Err = std::num::ParseIntError>>(&mut self) -> N {
        self.word().parse().unwrap()
    }

    fn bytes(&mut self) -> Vec<u8> {
        let hex = &self.word()[1..];
        (0..hex.len() / 2)
            .map(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).unwrap())
            .collect()
    }

    fn name(&mut self) -> String {
        String::from_utf8(self.bytes()).unwrap()
    }

    fn terms(&mut self) -> Vec<Term> {
        let count: usize = self.number();
        (0..count).map(|_| self.term()).collect()
    }

    fn term(&mut self) -> Term {
        match self.word() {
            "i" => match parse_integer(self.word().as_bytes(), 10).unwrap() {
                Integer::Small(value) => Term::Small(value),
                Integer::Big(value) => Term::Big(value),
            },
            "f" => Term::Float(f64::from_bits(self.number())),
            "a" => Term::Atom(self.name()),
            "n" => Term::Nil,
            "c" => Term::Cons(Box::new([self.term(), self.term()])),
            "l" => list(self.terms()),
            "t" => Term::Tuple(self.terms()),
            "b" => Term::Bits {
                length: self.number(),
                bytes: self.bytes(),
                offset: 0,
            },
            "m" => {
                let mut rest = self.terms().into_iter();
                let pairs = std::iter::from_fn(|| Some((rest.next()?, rest.next()?)));
                Term::Map(pairs.collect())
            }
            "p" => Term::Pid(self.number()),
            "o" => Term::Port(self.number()),
            "r" => Term::Reference(self.number()),
            "u" => Term::Fun {
                module: self.name(),
                index: self.number(),
                uniq: self.number(),
                free: self.terms(),
            },
            "x" => Term::Export {
                module: self.name(),
                function: self.name(),
                arity: self.number(),
            },
            other => panic!("{other}"),
        }
    }
}

fn list(elements: Vec<Term>) -> Term {
    elements
        .into_iter()
        .rev()
        .fold(Term::Nil, |tail, head| Term::Cons(Box::new([head, tail])))
}

fn read(text: &str) -> Term {
    Reader(text.split_ascii_whitespace()).term()
}

/// Both portable hashes with a budget that runs out again and again.
fn piecemeal(term: &Term, step: u64) -> (u32, u32) {
    fn drive(mut run: impl FnMut(&mut u64) -> Option<u32>, step: u64) -> u32 {
        loop {
            let mut budget = step;
            if let Some(hash) = run(&mut budget) {
                return hash;
            }
            assert_eq!(budget, 0);
        }
    }
    let (mut first, mut second) = (Phash2::new(term), Phash::new(term));
    (
        drive(|budget| first.run(budget), step),
        drive(|budget| second.run(budget), step),
    )
}

fn check_vectors(text: &str) -> usize {
    let mut count = 0;
    for line in text.lines().filter(|line| !line.starts_with('%')) {
        let (expected, term) = line.split_once(": ").unwrap();
        let (expected2, expected1) = expected.split_once(' ').unwrap();
        let expected = (
            expected2.parse::<u32>().unwrap(),
            (expected1.parse::<u64>().unwrap() - 1) as u32,
        );
        let term = read(term);
        assert_eq!((phash2(&term), phash(&term)), expected, "{line}");
        assert_eq!(piecemeal(&term, 1), expected);
        count += 1;
    }
    count
}

#[test]
fn values_of_the_real_erl() {
    assert!(check_vectors(include_str!("vectors.txt")) > 300);
}

#[test]
fn documented_ranges() {
    for (text, phash2_value, phash_value) in [
        ("a x61", 97, 98),
        ("i 1", 2_614_250, 2_788_898_428),
        ("i -1", 44_071_773, 1_680_185_270),
        ("f 4607182418800017408", 77_147_068, 1_072_693_249),
        ("f 0", 20_875_736, 1),
        ("f 9223372036854775808", 20_875_736, 1),
        ("l 3 i 97 i 98 i 99", 117_343_302, 3_654_580_166),
        ("b 24 x616263", 98_228_475, 1_972_007_566),
        ("b 3 xa0", 133_543_196, 3_507_216_109),
        ("t 0", 87_486_268, 1),
        ("t 2 a x61 a x62", 101_277_806, 1_904_799_770),
        ("n", 113_427_502, 2),
        ("l 1 a x61", 23_864_141, 2_953_390_077),
        ("m 0", 39_679_005, 1_113_425_985),
        ("m 2 a x61 i 1", 59_617_982, 1_670_235_874),
        ("i 1180591620717411303424", 131_422_029, 2_395_840_193),
        ("i -1180591620717411303424", 20_532_417, 157_674_817),
    ] {
        let term = read(text);
        assert_eq!(
            phash2_in_range(phash2(&term), PHASH2_RANGE),
            phash2_value,
            "{text}"
        );
        assert_eq!(
            phash_in_range(phash(&term), 0xffff_ffff),
            phash_value,
            "{text}"
        );
    }
    assert_eq!(phash_in_range(u32::MAX, 1 << 32), 1 << 32);
}

#[test]
fn atoms_by_their_characters() {
    assert_eq!(atom_hash(b""), 0);
    assert_eq!(atom_hash(b"a"), 97);
    // Latin-1 characters count as one byte, in whatever encoding.
    assert_eq!(atom_hash("é".as_bytes()), 0xe9);
    assert_eq!(atom_hash(b"\xc3"), 0xc3);
}

#[test]
fn bit_strings_anywhere() {
    let bytes: Vec<u8> = (0..1000u32)
        .map(|byte| ((byte * 7919) >> 3) as u8)
        .collect();
    for length in [0, 1, 7, 8, 9, 95, 96, 97, 700, 1536, 1537, 7000] {
        let aligned = Term::Bits {
            bytes: bytes.clone(),
            offset: 0,
            length,
        };
        for offset in 1..8 {
            // The same bits, shifted.
            let shifted = (0..=bytes.len())
                .map(|at| {
                    let high = if at == 0 { 0xff } else { bytes[at - 1] };
                    let low = bytes.get(at).copied().unwrap_or(0xff);
                    ((u16::from(high) << 8 | u16::from(low)) >> offset) as u8
                })
                .collect();
            let other = Term::Bits {
                bytes: shifted,
                offset,
                length,
            };
            assert_eq!(phash2(&other), phash2(&aligned));
            assert_eq!(phash(&other), phash(&aligned));
            assert_eq!(salted_hash(&other, 1), salted_hash(&aligned, 1));
        }
    }
}

/// Recorded from OTP 29: `#nr:pt{zz = 1, aa = 5, mm = foo}`, which is exported, and `#nr:e{}`, which is not.
#[test]
fn native_records() {
    // What is hashed of the definition: {nr, pt, true, zz, aa, mm}.
    let definition = "t 6 a x6e72 a x7074 a x74727565 a x7a7a a x6161 a x6d6d";
    assert_eq!(phash2(&read(definition)), 1_495_485_495);
    // OTP keeps fields and values in the order of the atom table, here mm, zz, aa, and hashes the values so.
    let kept = format!(
        "t 8 t 3 i 1 i 2 i 0 i {} a x6e72 a x7074 a x74727565 a x6d6d a x7a7a a x6161",
        1_495_485_495
    );
    let record = |hash: u32, kept: &str, values: &str| Term::Record {
        definition_hash: hash,
        definition: Box::new(read(kept)),
        values: Reader(values.split_ascii_whitespace()).terms(),
    };
    let point = record(phash2(&read(definition)), &kept, "3 a x666f6f i 1 i 5");
    assert_eq!(phash2(&point), 1_317_744_303);
    assert_eq!(phash(&point), 1_207_951_616 - 1);
    let hash = phash2(&read("t 3 a x6e72 a x65 a x66616c7365"));
    let empty = record(
        hash,
        &format!("t 5 t 0 i {hash} a x6e72 a x65 a x66616c7365"),
        "0",
    );
    assert_eq!(phash2(&empty), 37_185_509);
    assert_eq!(phash(&empty), 2_616_286_589 - 1);
    let both = Term::Tuple(vec![point, empty]);
    assert_eq!(
        (phash2(&both), phash(&both)),
        (3_174_853_819, 276_690_456 - 1)
    );
    assert_eq!(piecemeal(&both, 1), (phash2(&both), phash(&both)));
    salted_hash(&both, 1);
}

#[test]
fn deep_and_long_terms() {
    let mut deep = Term::Nil;
    for _ in 0..1_000_000 {
        deep = Term::Tuple(vec![Term::Cons(Box::new([deep, Term::Nil]))]);
    }
    let whole = (phash2(&deep), phash(&deep));
    assert_eq!(piecemeal(&deep, 1000), whole);
    salted_hash(&deep, 3);
    let text = list(
        (0..1_000_000)
            .map(|value| Term::Small(value & 0xff))
            .collect(),
    );
    assert_eq!(piecemeal(&text, 1000), (phash2(&text), phash(&text)));
}

#[test]
fn salted_hash_tells_terms_apart() {
    let terms: Vec<Term> = include_str!("vectors.txt")
        .lines()
        .filter(|line| !line.starts_with('%'))
        .map(|line| read(line.split_once(": ").unwrap().1))
        .collect();
    let mut seen = std::collections::HashMap::new();
    for term in &terms {
        let hash = salted_hash(term, 42);
        assert_eq!(hash, salted_hash(&term.clone(), 42));
        let text = format!("{term:?}").replace("-0.0", "0.0");
        assert_eq!(*seen.entry(hash).or_insert_with(|| text.clone()), text);
    }
    assert!(
        terms
            .iter()
            .filter(|term| salted_hash(*term, 42) == salted_hash(*term, 43))
            .count()
            == 0
    );
    let reversed = |term: &Term| match term {
        Term::Map(pairs) => Term::Map(pairs.iter().rev().cloned().collect()),
        other => other.clone(),
    };
    for term in &terms {
        assert_eq!(salted_hash(&reversed(term), 1), salted_hash(term, 1));
        assert_eq!(phash2(&reversed(term)), phash2(term));
    }
}

#[test]
fn salted_hash_spreads_integers() {
    // Over 16 buckets by any four bits, as a HAMT looks at them.
    for shift in (0..64).step_by(4) {
        let mut buckets = [0; 16];
        for value in 0..16_000 {
            buckets[(salted_hash(&Term::Small(value), 9) >> shift & 15) as usize] += 1;
        }
        assert!(
            buckets.iter().all(|&count| (850..1150).contains(&count)),
            "{shift}: {buckets:?}"
        );
    }
}
