//! `re`: regular expressions, by PCRE2. Follows the module `re`; global matching and the conversion of texts that are no UTF-8 are its
//! Erlang part's, which is called in our place.
//!
//! A compiled pattern is `{re_pattern, Groups, Unicode, UseCrlf, Code}`. To OTP 27 the code is a binary that may stand in a module's
//! literals; ours holds the pattern and its options, and what is compiled from it is kept in a table. Code of OTP's own library in
//! such a binary is refused; `re:version/0` tells whoever keeps patterns for long that it is another's. From OTP 28 on the code is a
//! reference.
//!
//! | file | what |
//! |---|---|
//! | `options.rs` | option lists |
//! | `pattern.rs` | compiling, keeping, recognising |
//! | `legacy.rs` | what PCRE 8 took and said otherwise |
//! | `capture.rs` | which groups a match gives, and in which form |

mod capture;
mod legacy;
mod options;
mod pattern;

use capture::Captured;
use options::Options;
use oxbeam_pcre::{Captures, Code, Limits, MatchError};
use oxbeam_term::binary::Bits;
use oxbeam_term::iolist;
use oxbeam_vm::native::prelude::*;
use oxbeam_vm::release::Release;
use pattern::{Failure, Spec};
use std::borrow::Cow;
use std::sync::Arc;

natives! { NATIVES: "re";
    "version" / 0 Plain => version_0;
    "compile" / 1 Plain => compile_1;
    "compile" / 2 Plain => compile_2;
    "import" / 1 Plain [28 ..= 255] => import_1;
    "run" / 2 Plain => run_2;
    "run" / 3 Plain => run_3;
    "internal_run" / 4 Plain => internal_run_4;
    "run_at_length" / 3 DirtyCpu => run_at_length_3;
    "inspect" / 2 Plain => inspect_2;
}

/// Steps of matching on a normal scheduler.
const QUICK_STEPS: u32 = 20_000;

/// Bytes to search on a normal scheduler.
const QUICK_BYTES: usize = 4 << 20;

/// Bytes that are searched for one reduction.
const BYTES_PER_REDUCTION: usize = 64;

fn version_0<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let library = oxbeam_pcre::version();
    let version = match (Release::current().regex_dialect, library.split_once(' ')) {
        // In the form that the dialect's versions have, with the date of the library that speaks it.
        (Some(dialect), Some((_, date))) => format!("{dialect} {date}"),
        _ => library.to_owned(),
    };
    Ok(cx.binary(version.as_bytes()))
}

/// The third argument of `run`, or none.
fn argument<'p>(cx: &Cx<'p>, index: usize) -> Term<'p> {
    if index < cx.arity() {
        cx.arg(index)
    } else {
        Term::NIL
    }
}

fn bad_option(cx: &mut Cx<'_>) -> Raise {
    cx.badarg_because(Atom::of("badopt"))
}

fn iodata<'p>(term: Term<'p>) -> Result<Cow<'p, [u8]>, Raise> {
    match term.as_binary() {
        Some(bytes) => Ok(bytes),
        None => iolist::bytes(term)
            .map(Cow::Owned)
            .map_err(|_| Raise::Badarg),
    }
}

fn compile_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    compile_2(cx)
}

fn compile_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let list = argument(cx, 1);
    let Some(options) = Options::parse(list).filter(|options| !options.for_run) else {
        return Err(bad_option(cx));
    };
    let pattern = cx.arg(0);
    if options.unicode() && !pattern.is_bits() {
        return Err(cx.trap_to(known::RE, Atom::of("ucompile"), &[pattern, list]));
    }
    let text = iodata(pattern)?;
    cx.bump_reductions(text.len());
    let spec = Spec::new(&text, &options);
    match pattern::compile(&spec) {
        Ok(code) => {
            let compiled = if options.export {
                exported(cx, pattern, &text, list, &options)
            } else {
                pattern_term(cx, &spec, code)
            };
            Ok(cx.tuple(&[Term::atom(known::OK), compiled]))
        }
        Err(failure) => {
            let failure = failure_term(cx, &failure);
            Ok(cx.tuple(&[Term::atom(known::ERROR), failure]))
        }
    }
}

/// `{Text, Position}`
fn failure_term<'p>(cx: &mut Cx<'p>, failure: &Failure) -> Term<'p> {
    let text = cx.byte_list(failure.text.as_bytes());
    cx.tuple(&[text, Term::small(failure.position as i64)])
}

/// `{re_pattern, Groups, Unicode, UseCrlf, Code}`
fn pattern_term<'p>(cx: &mut Cx<'p>, spec: &Spec<'_>, code: Arc<Code>) -> Term<'p> {
    let newline = code.newline();
    let use_crlf = [
        oxbeam_pcre::NEWLINE_ANY,
        oxbeam_pcre::NEWLINE_CRLF,
        oxbeam_pcre::NEWLINE_ANYCRLF,
    ]
    .contains(&newline);
    let groups = code.groups();
    let held = pattern::code_term(cx, spec, code);
    cx.tuple(&[
        Term::atom(Atom::of("re_pattern")),
        Term::small(groups as i64),
        Term::small(i64::from(spec.options.bits & oxbeam_pcre::UTF != 0)),
        Term::small(i64::from(use_crlf)),
        held,
    ])
}

/// First bytes of an exported pattern's header.
const EXPORT_TITLE: &[u8] = b"re-PCRE2";
/// Bytes of title, checksum, version and Unicode flag.
const EXPORT_HEADER: usize = 14;

/// `{re_exported_pattern, Header, Pattern, Options, Code}`. What stands for the code is no code: neither we nor OTP's library take it
/// for one, so that both compile the pattern anew.
fn exported<'p>(
    cx: &mut Cx<'p>,
    pattern: Term<'p>,
    text: &[u8],
    list: Term<'p>,
    options: &Options<'p>,
) -> Term<'p> {
    let code = b"oxbeam: compiled where it is imported";
    let mut header = EXPORT_TITLE.to_vec();
    header.extend_from_slice(&crc32fast::hash(code).to_be_bytes());
    header.extend_from_slice(&[1, u8::from(options.unicode())]);
    let header = cx.binary(&header);
    let text = if pattern.is_bits() {
        pattern
    } else {
        cx.binary(text)
    };
    let code = cx.binary(code);
    let tag = Term::atom(Atom::of("re_exported_pattern"));
    cx.tuple(&[tag, header, text, list, code])
}

fn import_1<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let [tag, header, text, list, code] = cx.arg(0).as_tuple_of().ok_or(Raise::Badarg)?;
    let header = header.as_binary().ok_or(Raise::Badarg)?;
    let is_ours = tag.is(Atom::of("re_exported_pattern"))
        && header.len() >= EXPORT_HEADER
        && header.starts_with(EXPORT_TITLE);
    if !is_ours {
        return Err(Raise::Badarg);
    }
    // Of a later version only the pattern and its options matter.
    if header[12] == 1 {
        let code = code.as_binary().ok_or(Raise::Badarg)?;
        if header[8..12] != crc32fast::hash(&code).to_be_bytes() {
            return Err(Raise::Badarg);
        }
    }
    let text = text.as_binary().ok_or(Raise::Badarg)?;
    let options = Options::parse(list)
        .filter(|options| !options.for_run)
        .ok_or(Raise::Badarg)?;
    let spec = Spec::new(&text, &options);
    let code = pattern::compile(&spec).map_err(|_| Raise::Badarg)?;
    Ok(pattern_term(cx, &spec, code))
}

fn run_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    run(cx, false)
}

fn run_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    run(cx, false)
}

/// `internal_run(Subject, Pattern, Options, FirstCall)`. Whether the subject was checked before, we know ourselves.
fn internal_run_4<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    cx.arg(3).as_boolean().ok_or(Raise::Badarg)?;
    run(cx, false)
}

/// A match that took too long for a normal scheduler, from the beginning.
fn run_at_length_3<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    run(cx, true)
}

fn run<'p>(cx: &mut Cx<'p>, at_length: bool) -> NativeResult<'p> {
    let (subject, pattern, list) = (cx.arg(0), cx.arg(1), argument(cx, 2));
    let Some(options) = Options::parse(list).filter(|options| !options.export) else {
        return Err(bad_option(cx));
    };
    let wants_lists = options
        .capture
        .is_some_and(|(_, form)| form.is(known::LIST));
    let needs_erlang = !subject.is_bits() || (wants_lists && !options.global);
    let code = if pattern
        .tuple_elements()
        .is_some_and(|elements| elements.len() == 5)
    {
        if options.for_compile {
            return Err(Raise::Badarg);
        }
        let compiled = pattern::Compiled::of(pattern).ok_or(Raise::Badarg)?;
        if compiled.unicode && needs_erlang {
            return Err(cx.trap_to(known::RE, Atom::of("urun"), &[subject, pattern, list]));
        }
        if options.global {
            let rest = cx.tuple(&[list, Term::FALSE]);
            return Err(cx.trap_to(known::RE, Atom::of("grun"), &[subject, pattern, rest]));
        }
        compiled.code_for(&options).ok_or(Raise::Badarg)?
    } else {
        if !(pattern.is_bits() || pattern.is_list()) {
            return Err(Raise::Badarg);
        }
        if options.unicode() && (!pattern.is_bits() || needs_erlang) {
            return Err(cx.trap_to(known::RE, Atom::of("urun"), &[subject, pattern, list]));
        }
        let text = iodata(pattern)?;
        let spec = Spec::new(&text, &options);
        let code = match pattern::compile(&spec) {
            Ok(code) => code,
            Err(failure) if options.report_errors => {
                let failure = failure_term(cx, &failure);
                let failure = cx.tuple(&[Term::atom(known::COMPILE), failure]);
                return Ok(cx.tuple(&[Term::atom(known::ERROR), failure]));
            }
            Err(_) => return Err(Raise::Badarg),
        };
        if options.global {
            let compiled = pattern_term(cx, &spec, code);
            let rest = cx.tuple(&[list, Term::boolean(options.for_compile), pattern]);
            return Err(cx.trap_to(known::RE, Atom::of("grun"), &[subject, compiled, rest]));
        }
        code
    };
    let captured = match options.capture {
        Some((values, form)) => Captured::parse(values, form, &code).ok_or(Raise::Badarg)?,
        None => Captured::default(),
    };
    let bytes = iodata(subject)?;
    let to_search = bytes.len().saturating_sub(options.offset);
    if to_search > QUICK_BYTES && !at_length {
        return at_length_instead(cx);
    }
    cx.bump_reductions(to_search / BYTES_PER_REDUCTION);
    let steps = options.steps.unwrap_or(oxbeam_pcre::DEFAULT_STEPS);
    let limits = Limits {
        steps: match at_length {
            true => options.steps,
            false => Some(steps.min(QUICK_STEPS)),
        },
        depth: options.depth,
    };
    match find(&code, subject.as_bits(), &bytes, &options, limits) {
        Ok(Some(found)) => Ok(captured.term(cx, &found, subject, &bytes)),
        Err(MatchError::StepLimit) if !at_length && steps > QUICK_STEPS => at_length_instead(cx),
        Err(MatchError::StepLimit) if options.report_errors => Ok(limit_error(cx, "match_limit")),
        Err(MatchError::DepthLimit) if options.report_errors => {
            Ok(limit_error(cx, "match_limit_recursion"))
        }
        Ok(None)
        | Err(
            MatchError::StepLimit
            | MatchError::DepthLimit
            | MatchError::HeapLimit
            | MatchError::Loops,
        ) => Ok(Term::atom(Atom::of("nomatch"))),
        Err(MatchError::BadUtf | MatchError::BadOffset | MatchError::Other(_)) => {
            Err(Raise::Badarg)
        }
    }
}

fn limit_error<'p>(cx: &mut Cx<'p>, which: &str) -> Term<'p> {
    cx.tuple(&[Term::atom(known::ERROR), Term::atom(Atom::of(which))])
}

fn at_length_instead<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let arguments = [cx.arg(0), cx.arg(1), argument(cx, 2)];
    Err(cx.trap_to(known::RE, Atom::of("run_at_length"), &arguments))
}

fn find(
    code: &Code,
    subject: Option<Bits<'_>>,
    bytes: &[u8],
    options: &Options<'_>,
    limits: Limits,
) -> Result<Option<Captures>, MatchError> {
    let bits = options.run_bits;
    // A shared binary remembers that it is a text: global matching asks again and again.
    if code.is_utf()
        && let Some(subject) = subject
        && let Some(shared) = subject.shared()
        && subject.as_bytes().is_some()
    {
        return match shared.text(subject.bit_offset() / 8, bytes.len()) {
            Some(text) => code.find_in_text(text, options.offset, bits, limits),
            None => Err(MatchError::BadUtf),
        };
    }
    code.find(bytes, options.offset, bits, limits)
}

fn inspect_2<'p>(cx: &mut Cx<'p>) -> NativeResult<'p> {
    let compiled = pattern::Compiled::of(cx.arg(0)).ok_or(Raise::Badarg)?;
    let what = Atom::of("namelist");
    if !cx.arg(1).is(what) {
        return Err(Raise::Badarg);
    }
    let code = compiled.code().ok_or(Raise::Badarg)?;
    let once = code.option_bits() & oxbeam_pcre::DUPNAMES != 0;
    let mut names = code.names();
    if once {
        names.dedup_by(|(name, _), (earlier, _)| name == earlier);
    }
    let mut list = Term::NIL;
    for (name, _) in names.iter().rev() {
        let name = cx.binary(name);
        list = cx.cons(name, list);
    }
    Ok(cx.tuple(&[Term::atom(what), list]))
}
