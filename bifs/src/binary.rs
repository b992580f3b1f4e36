//! `binary`: searching, splitting, and the small things around them.
//!
//! A pattern of one binary is searched with `memmem`, one of many with an Aho-Corasick automaton that, as OTP's, prefers the match that
//! begins first, and of those the longest. Compiled patterns are magic references, tagged `bm` and `ac` as OTP's are.

use crate::erlang::binary::{BYTES_PER_REDUCTION, list_to_binary_1, part, part_of};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use memchr::memmem::Finder;
use oxbeam_term::binary::Bits;
use oxbeam_term::number::{Big, Endian, Int, terms};
use oxbeam_term::rules::rules;
use oxbeam_vm::native::prelude::*;
use std::ops::Range;

natives! { NATIVES: "binary";
    "compile_pattern" / 1 Plain => compile_pattern_1;
    "match" / 2 Plain => match_2;
    "match" / 3 Plain => match_3;
    "matches" / 2 Plain => matches_2;
    "matches" / 3 Plain => matches_3;
    "split" / 2 Plain => split_2;
    "split" / 3 Plain => split_3;
    "longest_common_prefix" / 1 Plain => longest_common_prefix_1;
    "longest_common_suffix" / 1 Plain => longest_common_suffix_1;
    "first" / 1 Plain => first_1;
    "last" / 1 Plain => last_1;
    "at" / 2 Plain => at_2;
    "part" / 2 Plain => part_2;
    "part" / 3 Plain => part_3;
    "list_to_bin" / 1 Plain => list_to_binary_1;
    "copy" / 1 Plain => copy_1;
    "copy" / 2 Plain => copy_2;
    "referenced_byte_size" / 1 Plain => referenced_byte_size_1;
    "encode_unsigned" / 1 Plain => encode_unsigned_1;
    "encode_unsigned" / 2 Plain => encode_unsigned_2;
    "decode_unsigned" / 1 Plain => decode_unsigned_1;
    "decode_unsigned" / 2 Plain => decode_unsigned_2;
}

/// Bytes that are searched for one reduction.
const SEARCHED_PER_REDUCTION: usize = 4096;

/// Bytes that may hold a few matches, in steps of long work.
const BYTES_PER_STEP: usize = 16;

/// What is searched for.
enum Pattern<'n> {
    One(Box<Finder<'n>>),
    Many(AhoCorasick),
}

/// What a compiled pattern's reference holds.
type Compiled = Pattern<'static>;

impl Pattern<'_> {
    fn find(&self, subject: &[u8]) -> Option<Range<usize>> {
        match self {
            Pattern::One(finder) => finder
                .find(subject)
                .map(|start| start..start + finder.needle().len()),
            Pattern::Many(automaton) => automaton.find(subject).map(|found| found.range()),
        }
    }

    /// All matches that do not overlap.
    fn find_all(&self, subject: &[u8]) -> Vec<Range<usize>> {
        match self {
            Pattern::One(finder) => finder
                .find_iter(subject)
                .map(|start| start..start + finder.needle().len())
                .collect(),
            Pattern::Many(automaton) => automaton
                .find_iter(subject)
                .map(|found| found.range())
                .collect(),
        }
    }

    fn tag(&self) -> Atom {
        Atom::of(match self {
            Pattern::One(_) => "bm",
            Pattern::Many(_) => "ac",
        })
    }
}

/// The binaries of a pattern that is not compiled; none of them is empty.
fn needles(pattern: Term<'_>) -> Option<Vec<std::borrow::Cow<'_, [u8]>>> {
    let needle = |term: Term<'_>| term.is_binary().then_some(());
    let all = if pattern.is_bits() {
        vec![pattern]
    } else {
        pattern.proper_list()?
    };
    let mut needles = Vec::with_capacity(all.len());
    for term in all {
        needle(term)?;
        needles.push(term.as_binary().filter(|bytes| !bytes.is_empty())?);
    }
    (!needles.is_empty()).then_some(needles)
}

/// How well to prepare: for one search, or for many.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Effort {
    Once,
    Often,
}

fn automaton(needles: &[std::borrow::Cow<'_, [u8]>], effort: Effort) -> Option<AhoCorasick> {
    let mut builder = AhoCorasick::builder();
    builder.match_kind(MatchKind::LeftmostLongest);
    if effort == Effort::Once {
        builder
            .kind(Some(AhoCorasickKind::NoncontiguousNFA))
            .prefilter(needles.len() <= 3);
    }
    builder.build(needles).ok()
}

/// Calls `search` with the pattern, compiled or not.
fn with_pattern<R>(pattern: Term<'_>, search: impl FnOnce(&Pattern<'_>) -> R) -> Option<R> {
    if let Some([tag, reference]) = pattern.as_tuple_of() {
        let compiled = reference.as_reference()?.magic_value::<Compiled>()?;
        return tag.is(compiled.tag()).then(|| search(compiled));
    }
    let needles = needles(pattern)?;
    Some(match &needles[..] {
        [needle] => search(&Pattern::One(Box::new(Finder::new(&needle[..])))),
        _ => search(&Pattern::Many(automaton(&needles, Effort::Once)?)),
    })
}

fn compile_pattern_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let needles = needles(cx.arg(0)).ok_or(Raise::Badarg)?;
    let compiled: Compiled = match &needles[..] {
        [needle] => Pattern::One(Box::new(Finder::new(&needle[..]).into_owned())),
        _ => Pattern::Many(automaton(&needles, Effort::Often).ok_or(Raise::SystemLimit)?),
    };
    cx.bump_reductions(needles.iter().map(|needle| needle.len()).sum::<usize>() / 16);
    let tag = Term::atom(compiled.tag());
    let reference = cx.make_magic(Box::new(compiled));
    Ok(cx.tuple(&[tag, reference]))
}

/// Options of `match`, `matches` and `split`.
struct Options {
    scope: Range<usize>,
    global: bool,
    trim: bool,
    trim_all: bool,
}

/// Reads options; what stands behind the last list cell does not matter, as in OTP.
fn options(list: Term<'_>, size: usize, for_split: bool) -> Option<Options> {
    let mut options = Options {
        scope: 0..size,
        global: false,
        trim: false,
        trim_all: false,
    };
    if !list.is_list() {
        return None;
    }
    for option in list.list_iter() {
        match option.as_atom().filter(|_| for_split).map(Atom::text) {
            Some("global") => options.global = true,
            Some("trim") => options.trim = true,
            Some("trim_all") => options.trim_all = true,
            _ => {
                let [key, scope] = option.as_tuple_of()?;
                let [position, length] = scope.as_tuple_of()?;
                if key.as_atom()?.text() != "scope" {
                    return None;
                }
                let (start, length) = part_of(size, position, length)?;
                options.scope = start..start + length;
            }
        }
    }
    Some(options)
}

/// The subject, a binary, and the options of a search.
fn subject_and_options<'p>(
    cx: &mut Cx<'p>,
    for_split: bool,
) -> Result<(Bits<'p>, std::borrow::Cow<'p, [u8]>, Options), Raise> {
    let bits = cx.arg(0).as_bits().ok_or(Raise::Badarg)?;
    let bytes = bits.bytes().ok_or(Raise::Badarg)?;
    let list = if cx.arity() > 2 { cx.arg(2) } else { Term::NIL };
    let options = options(list, bytes.len(), for_split).ok_or(Raise::Badarg)?;
    cx.bump_reductions(options.scope.len() / SEARCHED_PER_REDUCTION);
    Ok((bits, bytes, options))
}

/// Does nobody look at the pattern? OTP 25 doesn't where the search ends before the first byte.
fn ends_at_once(options: &Options) -> bool {
    options.scope.end == 0 && !rules().uniform_bitstrings
}

fn position<'p>(cx: &mut Cx<'p>, found: &Range<usize>, offset: usize) -> Term<'p> {
    cx.tuple(&[
        Term::small((found.start + offset) as i64),
        Term::small(found.len() as i64),
    ])
}

fn match_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    match_3(cx)
}

fn match_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (_, bytes, options) = subject_and_options(cx, false)?;
    if ends_at_once(&options) {
        return Ok(Term::atom(known::NOMATCH));
    }
    let start = options.scope.start;
    let found = with_pattern(cx.arg(1), |pattern| pattern.find(&bytes[options.scope]));
    Ok(match found.ok_or(Raise::Badarg)? {
        Some(found) => position(cx, &found, start),
        None => Term::atom(known::NOMATCH),
    })
}

fn matches_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    matches_3(cx)
}

fn matches_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (_, bytes, options) = subject_and_options(cx, false)?;
    cx.leave_if_long(bytes.len() / BYTES_PER_STEP)?;
    if ends_at_once(&options) {
        return Ok(Term::NIL);
    }
    let start = options.scope.start;
    let found = with_pattern(cx.arg(1), |pattern| pattern.find_all(&bytes[options.scope]))
        .ok_or(Raise::Badarg)?;
    cx.bump_reductions(found.len() / 16);
    let mut result = Term::NIL;
    for found in found.into_iter().rev() {
        let pair = position(cx, &found, start);
        result = cx.cons(pair, result);
    }
    Ok(result)
}

fn split_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    split_3(cx)
}

fn split_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (bits, bytes, options) = subject_and_options(cx, true)?;
    cx.leave_if_long(bytes.len() / BYTES_PER_STEP)?;
    let start = options.scope.start;
    let scope = options.scope.clone();
    let found = if ends_at_once(&options) {
        Vec::new()
    } else {
        with_pattern(cx.arg(1), |pattern| {
            if options.global {
                pattern.find_all(&bytes[scope])
            } else {
                pattern.find(&bytes[scope]).into_iter().collect()
            }
        })
        .ok_or(Raise::Badarg)?
    };
    cx.bump_reductions(found.len() / 16);
    // Empty parts at the end go while `trim` holds, those elsewhere for `trim_all` only.
    let mut trim = options.trim || options.trim_all;
    if found.is_empty() {
        return Ok(if trim && bytes.is_empty() {
            Term::NIL
        } else {
            cx.cons(bits.term(), Term::NIL)
        });
    }
    let mut result = Term::NIL;
    let mut end = bytes.len();
    let mut add = |cx: &mut Cx<'p>, from: usize, to: usize, result: Term<'p>| {
        if from == to && trim {
            return result;
        }
        trim = options.trim_all;
        let part = cx.part(bits, from * 8, (to - from) * 8);
        cx.cons(part, result)
    };
    for found in found.iter().rev() {
        result = add(cx, start + found.end, end, result);
        end = start + found.start;
    }
    Ok(add(cx, 0, end, result))
}

fn binaries<'p>(cx: &Cx<'p>) -> Result<Vec<std::borrow::Cow<'p, [u8]>>, Raise> {
    let binaries: Option<Vec<_>> = cx
        .arg(0)
        .proper_list()
        .ok_or(Raise::Badarg)?
        .into_iter()
        .map(Term::as_binary)
        .collect();
    binaries
        .filter(|binaries| !binaries.is_empty())
        .ok_or(Raise::Badarg)
}

fn longest_common<'p>(
    cx: &mut Cx<'p>,
    common: impl Fn(&[u8], &[u8]) -> usize,
    cut: impl Fn(&[u8], usize) -> &[u8],
) -> NativeResult<'p> {
    let binaries = binaries(cx)?;
    let mut shared: &[u8] = &binaries[0];
    for binary in &binaries[1..] {
        let length = common(shared, binary);
        cx.bump_reductions(length / BYTES_PER_REDUCTION);
        shared = cut(shared, length);
    }
    Ok(Term::small(shared.len() as i64))
}

fn longest_common_prefix_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    longest_common(
        cx,
        |first, second| {
            first
                .iter()
                .zip(second)
                .take_while(|(first, second)| first == second)
                .count()
        },
        |bytes, length| &bytes[..length],
    )
}

fn longest_common_suffix_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    longest_common(
        cx,
        |first, second| {
            first
                .iter()
                .rev()
                .zip(second.iter().rev())
                .take_while(|(first, second)| first == second)
                .count()
        },
        |bytes, length| &bytes[bytes.len() - length..],
    )
}

fn byte_at<'p>(cx: &mut Cx<'p>, index: impl FnOnce(usize) -> Option<usize>) -> NativeResult<'p> {
    let bits = cx.arg(0).as_bits().ok_or(Raise::Badarg)?;
    let size = bits.byte_len();
    let index = index(size)
        .filter(|&index| bits.is_binary() && index < size)
        .ok_or(Raise::Badarg)?;
    let (window, shift) = bits.window();
    let byte = match shift {
        0 => window[index],
        _ => window[index] << shift | window[index + 1] >> (8 - shift),
    };
    Ok(Term::small(i64::from(byte)))
}

fn first_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    byte_at(cx, |_| Some(0))
}

fn last_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    byte_at(cx, |size| size.checked_sub(1))
}

fn at_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let index = cx.arg(1).as_usize();
    byte_at(cx, |_| index)
}

fn binary_part<'p>(cx: &mut Cx<'p>, position: Term<'p>, length: Term<'p>) -> NativeResult<'p> {
    let bits = cx
        .arg(0)
        .as_bits()
        .filter(|bits| bits.is_binary() || !rules().uniform_bitstrings)
        .ok_or(Raise::Badarg)?;
    part(cx, bits, position, length).ok_or(Raise::Badarg)
}

fn part_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let [position, length] = cx.arg(1).as_tuple_of().ok_or(Raise::Badarg)?;
    binary_part(cx, position, length)
}

fn part_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let (position, length) = (cx.arg(1), cx.arg(2));
    binary_part(cx, position, length)
}

fn copy<'p>(cx: &mut Cx<'p>, count: usize) -> NativeResult<'p> {
    if count == 0 && !rules().uniform_bitstrings && cx.arg(0).is_bits() {
        return Ok(cx.binary(&[]));
    }
    let bytes = cx.arg(0).as_binary().ok_or(Raise::Badarg)?;
    let size = bytes
        .len()
        .checked_mul(count)
        .filter(|&size| size <= usize::MAX / 8)
        .ok_or(Raise::SystemLimit)?;
    cx.bump_reductions(size / (16 * BYTES_PER_REDUCTION));
    cx.binary_with(size, |out| match bytes[..] {
        [byte] => out.fill(byte),
        _ if !bytes.is_empty() => {
            for chunk in out.chunks_exact_mut(bytes.len()) {
                chunk.copy_from_slice(&bytes);
            }
        }
        _ => {}
    })
    .ok_or(Raise::SystemLimit)
}

fn copy_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    copy(cx, 1)
}

fn copy_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let count = cx.arg(1).as_usize().ok_or(Raise::Badarg)?;
    copy(cx, count)
}

fn referenced_byte_size_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let bits = cx.arg(0).as_bits().ok_or(Raise::Badarg)?;
    let size = match bits.shared() {
        Some(shared) => shared.capacity(),
        None if !rules().uniform_bitstrings => bits.byte_len(),
        // OTP 27 and 28 forget to divide.
        None if !rules().native_records => bits.bit_len(),
        None => bits.bit_len() / 8,
    };
    Ok(cx.unsigned(size as u64))
}

fn endian_of(term: Term<'_>) -> Result<Endian, Raise> {
    if term.is(known::BIG) {
        Ok(Endian::Big)
    } else if term.is(known::LITTLE) {
        Ok(Endian::Little)
    } else {
        Err(Raise::Badarg)
    }
}

fn encode_unsigned<'p>(cx: &mut Cx<'p>, endian: Endian) -> NativeResult<'p> {
    let mut bytes = match terms::integer_of(cx.arg(0)).map_err(|_| Raise::Badarg)? {
        Int::Small(value) => {
            let value = u64::try_from(value).map_err(|_| Raise::Badarg)?;
            let used = (8 - value.leading_zeros() as usize / 8).max(1);
            value.to_le_bytes()[..used].to_vec()
        }
        Int::Big(big) if big.negative => return Err(Raise::Badarg),
        Int::Big(big) => {
            let mut bytes = vec![0; big.magnitude_len()];
            big.write_magnitude(&mut bytes);
            bytes
        }
    };
    cx.bump_reductions(bytes.len() / BYTES_PER_REDUCTION);
    if endian == Endian::Big {
        bytes.reverse();
    }
    Ok(cx.binary(&bytes))
}

fn encode_unsigned_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    encode_unsigned(cx, Endian::Big)
}

fn encode_unsigned_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let endian = endian_of(cx.arg(1))?;
    encode_unsigned(cx, endian)
}

fn decode_unsigned<'p>(cx: &mut Cx<'p>, endian: Endian) -> NativeResult<'p> {
    let bytes = cx.arg(0).as_binary().ok_or(Raise::Badarg)?;
    cx.bump_reductions(bytes.len() / BYTES_PER_REDUCTION);
    let value = Big::from_unsigned(&bytes, endian).into_integer();
    terms::make_integer(cx.builder(), &value).map_err(|_| Raise::SystemLimit)
}

fn decode_unsigned_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    decode_unsigned(cx, Endian::Big)
}

fn decode_unsigned_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let endian = endian_of(cx.arg(1))?;
    decode_unsigned(cx, endian)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    fn many(needles: &[&str], effort: Effort) -> Pattern<'static> {
        let needles: Vec<Cow<'_, [u8]>> = needles
            .iter()
            .map(|needle| Cow::Borrowed(needle.as_bytes()))
            .collect();
        Pattern::Many(automaton(&needles, effort).expect("a small automaton"))
    }

    #[test]
    fn the_first_and_then_the_longest_match_wins() {
        for effort in [Effort::Once, Effort::Often] {
            let pattern = many(&["bcd", "c", "bc", "b"], effort);
            assert_eq!(pattern.find(b"abc"), Some(1..3));
            assert_eq!(pattern.find_all(b"abcdcab"), [1..4, 4..5, 6..7]);
            assert_eq!(pattern.find(b"xyz"), None);
        }
    }

    #[test]
    fn matches_do_not_overlap() {
        let pattern = Pattern::One(Box::new(Finder::new(b"aa")));
        assert_eq!(pattern.find_all(b"aaaaa"), [0..2, 2..4]);
    }
}
