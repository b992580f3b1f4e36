//! Terms as bytes, as text, and their portable hashes. Follows the module `erlang`.

use oxbeam_term::boxed::external::{Node, join_pid, max_local_port};
use oxbeam_term::boxed::reference::RefNumbers;
use oxbeam_term::etf::{
    self, DecodeContext, DecodeError, DecodeOptions, EncodeError, EncodeOptions, LocalReference,
    Piece,
};
use oxbeam_term::hash::{Source, phash2_at_once};
use oxbeam_term::hashing::{PHASH2_RANGE, Phash, Phash2, phash_in_range, phash2_in_range};
use oxbeam_term::print;
use oxbeam_term::rules::rules;
use oxbeam_vm::code::load::CodeContext;
use oxbeam_vm::native::prelude::*;
use std::io::Write;

use super::binary::BYTES_PER_REDUCTION;

natives! { NATIVES: "erlang";
    "term_to_binary" / 1 Plain => term_to_binary_1;
    "term_to_binary" / 2 Plain => term_to_binary_2;
    "term_to_iovec" / 1 Plain => term_to_iovec_1;
    "term_to_iovec" / 2 Plain => term_to_iovec_2;
    "external_size" / 1 Plain => external_size_1;
    "external_size" / 2 Plain => external_size_2;
    "binary_to_term" / 1 Plain => binary_to_term_1;
    "binary_to_term" / 2 Plain => binary_to_term_2;
    "phash" / 2 Plain => phash_2;
    "phash2" / 1 Plain => phash2_1;
    "phash2" / 2 Plain => phash2_2;
    "display" / 1 Plain => display_1;
    "display_nl" / 0 Plain [0 ..= 25] => display_nl_0;
    "display_string" / 1 Plain [0 ..= 25] => display_string_1;
    "display_string" / 2 Plain [26 ..= 255] => display_string_2;
    "pid_to_list" / 1 Plain => pid_to_list_1;
    "port_to_list" / 1 Plain => port_to_list_1;
    "ref_to_list" / 1 Plain => ref_to_list_1;
    "list_to_pid" / 1 Plain => list_to_pid_1;
    "list_to_port" / 1 Plain => list_to_port_1;
    "list_to_ref" / 1 Plain => list_to_ref_1;
}

natives! { INTERNAL: "erts_internal";
    "cmp_term" / 2 Plain => cmp_term_2;
    "term_type" / 1 Plain => term_type_1;
    "term_to_string" / 2 Plain [27 ..= 255] => term_to_string_2;
}

/// The options of `term_to_binary/2` and its kin.
fn encode_options(list: Term<'_>) -> Option<EncodeOptions> {
    let mut options = EncodeOptions::default();
    for option in list.proper_list()? {
        if option.is(known::COMPRESSED) {
            options.compressed = 6;
        } else if option.is(known::DETERMINISTIC) {
            options.deterministic = true;
        } else if option.is(known::LOCAL) && rules().etf_local {
            options.local = true;
        } else {
            let [key, value] = option.as_tuple_of()?;
            let value = value
                .as_small()
                .and_then(|value| u8::try_from(value).ok())?;
            if key.is(known::MINOR_VERSION) && value <= 2 {
                options.minor_version = value;
            } else if key.is(known::COMPRESSED) && value <= 9 {
                options.compressed = u32::from(value);
            } else {
                return None;
            }
        }
    }
    (!(options.deterministic && options.local)).then_some(options)
}

/// Bytes that are copied for a step of long work.
const COPIED_PER_STEP: usize = 64;
/// Bytes of a term that is decoded for a step.
const DECODED_PER_STEP: usize = 6;

/// Terms of which there is more than so many elements are encoded elsewhere. Looks at few of them.
pub(crate) fn leave_if_large(cx: &Cx<'_>, term: Term<'_>) -> Result<(), Raise> {
    if term.word().is_immediate() {
        return Ok(());
    }
    let mut work = Vec::new();
    let mut steps = 0;
    let mut next = Some(term);
    while let Some(mut term) = next.take().or_else(|| work.pop()) {
        while let Some(cell) = term.as_cons() {
            steps += 1;
            if steps > LARGE {
                return cx.leave_if_long(usize::MAX);
            }
            if !cell.head().word().is_immediate() {
                work.push(cell.head());
            }
            term = cell.tail();
        }
        steps += 1;
        if let Some(elements) = term.tuple_elements() {
            steps += elements.len();
            let left = LARGE.saturating_sub(steps);
            let parts = elements.iter().filter(|part| !part.word().is_immediate());
            work.extend(parts.take(left).copied());
        } else if let Some(map) = term.as_map() {
            steps += 4 * map.len();
        } else if let Some(bits) = term.as_bits() {
            steps += bits.bit_len() / 8 / COPIED_PER_STEP;
        }
        if steps > LARGE {
            return cx.leave_if_long(usize::MAX);
        }
    }
    Ok(())
}

/// Elements of a term that is encoded, or hashed, where it is called.
const LARGE: usize = 20_000;

/// Bytes, but for those of binaries, that a term is encoded to where it is called.
const ENCODED: usize = 200_000;

/// The options, with an end of what is done on a normal scheduler.
fn bounded(cx: &Cx<'_>, options: &EncodeOptions) -> EncodeOptions {
    let limit = if cx.process().state.is_dirty() {
        usize::MAX
    } else {
        ENCODED
    };
    EncodeOptions { limit, ..*options }
}

/// What was too long is begun again, elsewhere.
fn not_encoded(error: EncodeError) -> Raise {
    match error {
        EncodeError::TooLarge => Raise::SystemLimit,
        EncodeError::Long => Raise::Dirty,
    }
}

fn term_to_binary<'p>(cx: &mut Cx<'p>, options: &EncodeOptions) -> NativeResult<'p> {
    let bytes = etf::encode(cx.arg(0), &bounded(cx, options)).map_err(not_encoded)?;
    cx.bump_reductions(bytes.len() / BYTES_PER_REDUCTION);
    Ok(cx.binary(&bytes))
}

fn term_to_binary_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    term_to_binary(cx, &EncodeOptions::default())
}

fn term_to_binary_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let options = encode_options(cx.arg(1)).ok_or(Raise::Badarg)?;
    term_to_binary(cx, &options)
}

fn term_to_iovec<'p>(cx: &mut Cx<'p>, options: &EncodeOptions) -> NativeResult<'p> {
    if options.compressed > 0 {
        let binary = term_to_binary(cx, options)?;
        return Ok(cx.cons(binary, Term::NIL));
    }
    let pieces = etf::encode_pieces(cx.arg(0), &bounded(cx, options)).map_err(not_encoded)?;
    let mut result = Term::NIL;
    for piece in pieces.into_iter().rev() {
        let element = match piece {
            Piece::Bytes(bytes) => {
                cx.bump_reductions(bytes.len() / BYTES_PER_REDUCTION);
                cx.binary(&bytes)
            }
            Piece::Shared { bytes, start, len } => {
                let whole = cx.shared_prefix(bytes, start + len);
                if start == 0 {
                    whole
                } else {
                    cx.sub_bits(whole, start * 8, len * 8)
                }
            }
        };
        result = cx.cons(element, result);
    }
    Ok(result)
}

fn term_to_iovec_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    term_to_iovec(cx, &EncodeOptions::default())
}

fn term_to_iovec_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let options = encode_options(cx.arg(1)).ok_or(Raise::Badarg)?;
    term_to_iovec(cx, &options)
}

fn external_size<'p>(cx: &mut Cx<'p>, options: &EncodeOptions) -> NativeResult<'p> {
    leave_if_large(cx, cx.arg(0))?;
    let size = etf::external_size(cx.arg(0), options);
    Ok(cx.unsigned(size as u64))
}

/// Options of `external_size/2` to OTP 25: `{minor_version, 0 | 1}` and no other, and what has once been 0 remains so. Else the
/// options that were not read.
fn old_size_options(list: Term<'_>) -> Result<EncodeOptions, Term<'_>> {
    let mut options = EncodeOptions::default();
    let mut rest = list;
    while let Some(cell) = rest.as_cons() {
        let [key, value] = cell.head().as_tuple_of().ok_or(rest)?;
        match value.as_small() {
            Some(0) if key.is(known::MINOR_VERSION) => options.minor_version = 0,
            Some(1) if key.is(known::MINOR_VERSION) => {}
            _ => return Err(rest),
        }
        rest = cell.tail();
    }
    if rest.is_nil() {
        Ok(options)
    } else {
        Err(rest)
    }
}

fn external_size_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    external_size(cx, &EncodeOptions::default())
}

fn external_size_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    if rules().etf_utf8_atoms {
        let options = encode_options(cx.arg(1)).ok_or(Raise::Badarg)?;
        return external_size(cx, &options);
    }
    let options = match old_size_options(cx.arg(1)) {
        Ok(options) => options,
        Err(rest) => {
            // The trace shows how far OTP had come.
            let term = cx.arg(0);
            let arguments = cx.list([term, rest]);
            let name = (known::ERLANG, Atom::of("external_size"));
            return Err(cx.on_behalf_of(Raise::Badarg, name, arguments));
        }
    };
    external_size(cx, &options)
}

fn binary_to_term<'p>(cx: &mut Cx<'p>, options: DecodeOptions) -> Result<(Term<'p>, usize), Raise> {
    let bytes = cx.arg(0).as_binary().ok_or(Raise::Badarg)?;
    cx.leave_if_long(bytes.len() / DECODED_PER_STEP)?;
    let mut context = CodeContext(&cx.machine().code);
    let (term, used) =
        etf::decode(&bytes, cx.builder(), &mut context, options).map_err(|error| match error {
            DecodeError::AtomTableFull => Raise::SystemLimit,
            _ => Raise::Badarg,
        })?;
    cx.bump_reductions(used / BYTES_PER_REDUCTION);
    Ok((term, used))
}

fn binary_to_term_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    binary_to_term(cx, DecodeOptions::default()).map(|(term, _)| term)
}

fn binary_to_term_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut options = DecodeOptions::default();
    let mut tell_used = false;
    let Some(list) = cx.arg(1).proper_list() else {
        return Err(cx.badarg_because(Atom::of("badopt")));
    };
    for option in list {
        if option.is(known::SAFE) {
            options.safe = true;
        } else if option.is(known::USED) {
            tell_used = true;
        } else {
            return Err(cx.badarg_because(Atom::of("badopt")));
        }
    }
    let (term, used) = binary_to_term(cx, options)?;
    if tell_used {
        Ok(cx.tuple(&[term, Term::small(used as i64)]))
    } else {
        Ok(term)
    }
}

/// A range of `phash` and `phash2`: 1 to 2^32.
fn range_of(term: Term<'_>) -> Result<u64, Raise> {
    term.as_u64()
        .filter(|range| (1..=1 << 32).contains(range))
        .ok_or(Raise::Badarg)
}

/// Terms that are hashed for one reduction.
const HASHED_PER_REDUCTION: u64 = 32;

#[inline(always)]
fn phash2(cx: &mut Cx<'_>) -> Result<u32, Raise> {
    match phash2_at_once(cx.arg(0)) {
        Some(hash) => Ok(hash),
        None => phash2_by_steps(cx),
    }
}

#[inline(never)]
fn phash2_by_steps(cx: &mut Cx<'_>) -> Result<u32, Raise> {
    let mut hashing = Phash2::new(Source::from(cx.arg(0)));
    let mut left = LARGE as u64;
    if let Some(hash) = hashing.run(&mut left) {
        cx.bump_reductions(((LARGE as u64 - left) / HASHED_PER_REDUCTION) as usize);
        return Ok(hash);
    }
    cx.leave_if_long(usize::MAX)?;
    left = u64::MAX;
    let hash = hashing.run(&mut left);
    cx.bump_reductions(((u64::MAX - left) / HASHED_PER_REDUCTION) as usize);
    Ok(hash.unwrap_or_default())
}

fn phash_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let range = range_of(cx.arg(1))?;
    leave_if_large(cx, cx.arg(0))?;
    let mut left = u64::MAX;
    let hash = Phash::new(Source::from(cx.arg(0))).run(&mut left);
    cx.bump_reductions(((u64::MAX - left) / HASHED_PER_REDUCTION) as usize);
    let hash = phash_in_range(hash.unwrap_or_default(), range);
    Ok(cx.unsigned(hash))
}

fn phash2_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let hash = phash2_in_range(phash2(cx)?, PHASH2_RANGE);
    Ok(cx.unsigned(hash))
}

fn phash2_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let range = range_of(cx.arg(1))?;
    let hash = phash2_in_range(phash2(cx)?, range);
    Ok(cx.unsigned(hash))
}

/// Writes to the standard output of the machine itself. Whether anyone reads it is not the caller's business.
fn print(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}

fn display_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let mut text = print::display_bytes(cx.arg(0), usize::MAX);
    text.push(b'\n');
    // The machine's own output has the line ends of a terminal in raw mode, wherever it goes.
    let lines: Vec<&[u8]> = text.split(|&byte| byte == b'\n').collect();
    print(&lines.join(&b"\r\n"[..]));
    Ok(Term::TRUE)
}

fn display_nl_0<'p>(_: &mut Cx<'p>) -> NativeResult<'p> {
    let _ = std::io::stderr().write_all(b"\n");
    Ok(Term::TRUE)
}

/// A flat list of characters as UTF-8.
fn characters(list: Term<'_>) -> Option<Vec<u8>> {
    let mut elements = list.list_iter();
    let mut text = Vec::new();
    for element in elements.by_ref() {
        let character = char::from_u32(u32::try_from(element.as_small()?).ok()?)?;
        text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
    elements.rest().is_nil().then_some(text)
}

fn display_string_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let text = characters(cx.arg(0)).ok_or(Raise::Badarg)?;
    let _ = std::io::stderr().write_all(&text);
    Ok(Term::TRUE)
}

/// `display_string(stdin | stdout | stderr, String)`; what goes to `stdin` is as if typed at the terminal.
fn display_string_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let device = cx.arg(0).as_atom().ok_or(Raise::Badarg)?.text();
    if !matches!(device, "stdin" | "stdout" | "stderr") {
        return Err(Raise::Badarg);
    }
    let text = match cx.arg(1).as_binary() {
        Some(bytes) => bytes.into_owned(),
        None => characters(cx.arg(1)).ok_or(Raise::Badarg)?,
    };
    let written = match device {
        "stdin" => oxbeam_vm::tty::type_input(&text),
        "stdout" => {
            let mut out = std::io::stdout().lock();
            out.write_all(&text).and_then(|()| out.flush())
        }
        _ => std::io::stderr().write_all(&text),
    };
    match written {
        Ok(()) => Ok(Term::TRUE),
        Err(error) => {
            let reason = Atom::of(oxbeam_vm::tty::error_name(&error));
            Err(cx.badarg_because(reason))
        }
    }
}

fn text_result<'p>(cx: &mut Cx<'p>, text: Option<String>) -> NativeResult<'p> {
    let text = text.ok_or(Raise::Badarg)?;
    Ok(cx.byte_list(text.as_bytes()))
}

fn pid_to_list_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let text = print::pid_to_text(cx.arg(0));
    text_result(cx, text)
}

fn port_to_list_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let text = print::port_to_text(cx.arg(0));
    text_result(cx, text)
}

fn ref_to_list_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let text = print::ref_to_text(cx.arg(0));
    text_result(cx, text)
}

/// The numbers of `<prefix><n>.<n>…<suffix>`, which is no longer than `most` characters.
fn numbers_of(list: Term<'_>, prefix: &str, most: usize) -> Option<Vec<u64>> {
    let mut text = Vec::new();
    let mut elements = list.list_iter();
    for element in elements.by_ref() {
        if text.len() == most {
            return None;
        }
        text.push(u8::try_from(element.as_small()?).ok()?);
    }
    if !elements.rest().is_nil() {
        return None;
    }
    let text = std::str::from_utf8(&text).ok()?;
    text.strip_prefix(prefix)?
        .strip_suffix('>')?
        .split('.')
        .map(|number| {
            let digits = number.bytes().all(|byte| byte.is_ascii_digit());
            number.parse().ok().filter(|_| digits)
        })
        .collect()
}

/// The node that this number stands for in the text of a pid, port or reference; `None` within: this one.
fn node_of(channel: u64) -> Result<Option<&'static Node>, Raise> {
    if channel == 0 {
        return Ok(None);
    }
    let index = u32::try_from(channel).map_err(|_| Raise::Badarg)?;
    if index >= oxbeam_term::atom::count() {
        return Err(Raise::Badarg);
    }
    Node::known(Atom::from_index(index))
        .map(Some)
        .ok_or(Raise::Badarg)
}

fn list_to_pid_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let numbers = numbers_of(cx.arg(0), "<", 64).ok_or(Raise::Badarg)?;
    let [channel, number, serial] = numbers[..] else {
        return Err(Raise::Badarg);
    };
    let number = u32::try_from(number).map_err(|_| Raise::Badarg)?;
    let serial = u32::try_from(serial).map_err(|_| Raise::Badarg)?;
    match node_of(channel)? {
        None => join_pid(number, serial)
            .map(Term::local_pid)
            .ok_or(Raise::Badarg),
        Some(node) => Ok(cx.external_pid(node, u64::from(number) | u64::from(serial) << 32)),
    }
}

fn list_to_port_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let numbers = numbers_of(cx.arg(0), "#Port<", 38).ok_or(Raise::Badarg)?;
    let [channel, number] = numbers[..] else {
        return Err(Raise::Badarg);
    };
    match node_of(channel)? {
        None if number <= max_local_port() => Ok(Term::local_port(number)),
        None => Err(Raise::Badarg),
        Some(node) => Ok(cx.external_port(node, number)),
    }
}

/// Numbers of a reference of this node, the first below this.
const FIRST_REFERENCE_NUMBER: u32 = 1 << 18;

fn list_to_ref_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let most = if rules().long_references { 5 } else { 3 };
    let numbers = numbers_of(cx.arg(0), "#Ref<", 5 + 11 * (most + 1)).ok_or(Raise::Badarg)?;
    let [channel, ref numbers @ ..] = numbers[..] else {
        return Err(Raise::Badarg);
    };
    let mut numbers = numbers
        .iter()
        .map(|&number| u32::try_from(number))
        .collect::<Result<Vec<u32>, _>>()
        .map_err(|_| Raise::Badarg)?;
    numbers.reverse();
    if numbers.is_empty() || numbers.len() > most {
        return Err(Raise::Badarg);
    }
    if let Some(node) = node_of(channel)? {
        return Ok(cx.external_reference(node, &numbers));
    }
    let (first, pid) = match numbers[..] {
        [a, b, c] => ([a, b, c], None),
        [a, b, c, low, high] => {
            let word = Word(u64::from(low) | u64::from(high) << 32);
            let pid = word.is_local_pid().then(|| word.local_number());
            ([a, b, c], Some(pid.ok_or(Raise::Badarg)?))
        }
        _ => return Err(Raise::Badarg),
    };
    if first[0] >= FIRST_REFERENCE_NUMBER {
        return Err(Raise::Badarg);
    }
    let numbers = RefNumbers::from_numbers(first);
    let mut context = CodeContext(&cx.machine().code);
    match context.local_reference(numbers, pid) {
        LocalReference::Plain => Ok(cx.reference(numbers)),
        LocalReference::Pid(pid) => Ok(cx.pid_reference(numbers, pid)),
        LocalReference::Magic(object) => Ok(cx.magic_reference(numbers, object)),
        LocalReference::Unknown => Err(Raise::Badarg),
    }
}

/// `cmp_term(A, B)`: -1, 0 or 1 by the exact order of terms.
fn cmp_term_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let order = cx.arg(0).cmp_exact(cx.arg(1));
    Ok(Term::small(order as i64))
}

fn term_type_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    use oxbeam_term::boxed::fun::FunKind;
    use oxbeam_term::word::subtag;
    let term = cx.arg(0);
    let name = match term.view() {
        View::Small(_) => "fixnum",
        View::Big(_) => "bignum",
        View::Float(_) => "hfloat",
        View::Atom(_) => "atom",
        View::Nil => "nil",
        View::Cons(_) => "list",
        View::Tuple(_) => "tuple",
        View::Map(map) if map.is_flat() => "flatmap",
        View::Map(map) if map.is_inner_node() => "hashmap_node",
        View::Map(_) => "hashmap",
        // Until OTP 27 only whole ones had a form of their own, then only small ones.
        View::Bits(_) if term.has_subtag(subtag::REFC) && !rules().uniform_bitstrings => {
            "refc_binary"
        }
        View::Bits(_)
            if term.has_subtag(subtag::HEAP_BITS)
                && (rules().uniform_bitstrings || term.is_binary()) =>
        {
            "heap_binary"
        }
        View::Bits(_) => "sub_binary",
        View::Fun(fun) => match fun.kind() {
            FunKind::Local { .. } => "fun",
            FunKind::External(_) => "export",
        },
        View::Pid(_) => "pid",
        View::Port(_) => "port",
        View::Reference(_) => "reference",
        View::ExternalPid(_) => "external_pid",
        View::ExternalPort(_) => "external_port",
        View::ExternalReference(_) => "external_reference",
        View::Record(_) => "record",
    };
    Ok(Term::atom(Atom::of(name)))
}

/// `term_to_string(Term, Limit | undefined)`: the text that `display/1` writes, as a list of bytes.
fn term_to_string_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let limit = match cx.arg(1).as_small() {
        Some(limit) if (2..i64::from(i32::MAX)).contains(&limit) => limit as usize,
        None if cx.arg(1).is(known::UNDEFINED) => usize::MAX,
        _ => return Err(Raise::Badarg),
    };
    let text = print::display_bytes(cx.arg(0), limit);
    Ok(cx.byte_list(&text))
}
