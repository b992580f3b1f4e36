//! Compiled patterns: made once, kept in a table by pattern and options, and found again from the term that stands for them.

use super::legacy;
use super::options::{Options, number};
use hashbrown::HashMap;
use oxbeam_pcre::{Code, CompileOptions, Dialect};
use oxbeam_term::rules::rules;
use oxbeam_term::{Atom, Term};
use oxbeam_vm::native::Cx;
use parking_lot::RwLock;
use std::borrow::Cow;
use std::sync::Arc;

/// A pattern and how to compile it.
pub(super) struct Spec<'a> {
    /// The pattern.
    pub(super) text: Cow<'a, [u8]>,
    /// The options.
    pub(super) options: CompileOptions,
}

/// Why a pattern can't be compiled, as `re:compile/2` says it.
pub(super) struct Failure {
    pub(super) text: String,
    pub(super) position: usize,
}

fn dialect() -> Dialect {
    if rules().pcre2 {
        Dialect::Pcre2
    } else {
        Dialect::Pcre1
    }
}

/// Begins a pattern that is a binary.
const MAGIC: &[u8; 5] = b"oxre\x01";
/// Bytes before the pattern's text.
const HEADER: usize = MAGIC.len() + 6;

impl<'a> Spec<'a> {
    pub(super) fn new(text: &'a [u8], options: &Options<'_>) -> Spec<'a> {
        let dialect = dialect();
        // PCRE 8 was given patterns that end with a zero.
        let end = match dialect {
            Dialect::Pcre1 => text.iter().position(|&byte| byte == 0),
            Dialect::Pcre2 => None,
        };
        let text = &text[..end.unwrap_or(text.len())];
        Spec {
            text: Cow::Borrowed(text),
            options: CompileOptions {
                bits: options.bits,
                newline: options.newline,
                bsr: options.bsr,
                dialect,
            },
        }
    }

    /// The bytes that stand for it: key of the table, and the code in a pattern to OTP 27.
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&self.options.bits.to_le_bytes());
        bytes.extend_from_slice(&[self.options.newline as u8, self.options.bsr as u8]);
        bytes.extend_from_slice(&self.text);
        bytes
    }

    fn from_bytes(bytes: &'a [u8]) -> Option<Spec<'a>> {
        let (header, text) = bytes.split_at_checked(HEADER)?;
        let [a, b, c, d, newline, bsr] = *header.strip_prefix(MAGIC)? else {
            return None;
        };
        Some(Spec {
            text: Cow::Borrowed(text),
            options: CompileOptions {
                bits: u32::from_le_bytes([a, b, c, d]),
                newline: u32::from(newline),
                bsr: u32::from(bsr),
                dialect: dialect(),
            },
        })
    }
}

/// Patterns that have been compiled, by the specification's bytes.
type Kept = HashMap<Box<[u8]>, Arc<Code>>;

static KEPT: RwLock<Option<Kept>> = RwLock::new(None);

/// Patterns that are kept.
const MOST_KEPT: usize = 1024;
/// Bytes of a pattern that is worth keeping.
const LONGEST_KEPT: usize = 4096;

/// Compiles, or finds what was compiled before.
pub(super) fn compile(spec: &Spec<'_>) -> Result<Arc<Code>, Failure> {
    compile_by(spec, &spec.to_bytes())
}

fn compile_by(spec: &Spec<'_>, key: &[u8]) -> Result<Arc<Code>, Failure> {
    if let Some(code) = KEPT.read().as_ref().and_then(|kept| kept.get(key)) {
        return Ok(code.clone());
    }
    let code = Arc::new(match spec.options.dialect {
        Dialect::Pcre1 => legacy::compile(&spec.text, &spec.options)?,
        Dialect::Pcre2 => compile_new(&spec.text, &spec.options)?,
    });
    if key.len() <= LONGEST_KEPT {
        let mut kept = KEPT.write();
        let kept = kept.get_or_insert_with(HashMap::new);
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(key.into(), code.clone());
    }
    Ok(code)
}

/// As OTP's own library does, `(*UTF8)` is another name of `(*UTF)`.
pub(super) fn without_utf8_verb(text: &[u8]) -> Option<Vec<u8>> {
    const VERB: &[u8] = b"(*UTF8)";
    let mut at = 0;
    while text[at..].starts_with(b"(*") {
        if text[at..].starts_with(VERB) {
            let mut text = text.to_vec();
            text.remove(at + 5);
            return Some(text);
        }
        at += text[at..].iter().position(|&byte| byte == b')')? + 1;
    }
    None
}

fn compile_new(text: &[u8], options: &CompileOptions) -> Result<Code, Failure> {
    let rewritten = without_utf8_verb(text);
    Code::compile(rewritten.as_deref().unwrap_or(text), options).map_err(|error| Failure {
        text: error.text(),
        position: error.offset + usize::from(rewritten.is_some()),
    })
}

/// What stands for the code in a pattern: a binary, or a reference from OTP 28 on.
pub(super) fn code_term<'p>(cx: &mut Cx<'p>, spec: &Spec<'_>, code: Arc<Code>) -> Term<'p> {
    if rules().pcre2 {
        cx.make_magic(Box::new(code))
    } else {
        cx.binary(&spec.to_bytes())
    }
}

/// A pattern that was given as a term.
pub(super) struct Compiled<'p> {
    /// The pattern was compiled with option `unicode`.
    pub(super) unicode: bool,
    held: Term<'p>,
}

impl<'p> Compiled<'p> {
    /// The pattern `{re_pattern, Groups, Unicode, UseCrlf, Code}`.
    pub(super) fn of(term: Term<'p>) -> Option<Compiled<'p>> {
        let [tag, groups, unicode, use_crlf, held] = term.as_tuple_of()?;
        groups.as_small()?;
        use_crlf.as_small()?;
        let holds = if rules().pcre2 {
            held.as_reference()?.magic_value::<Arc<Code>>().is_some()
        } else {
            held.is_bits()
        };
        (tag.is(Atom::of("re_pattern")) && holds).then_some(Compiled {
            unicode: unicode.as_small()? != 0,
            held,
        })
    }

    /// Its code.
    pub(super) fn code(&self) -> Option<Arc<Code>> {
        if rules().pcre2 {
            return self
                .held
                .as_reference()?
                .magic_value::<Arc<Code>>()
                .cloned();
        }
        let bytes = self.held.as_binary()?;
        let spec = Spec::from_bytes(&bytes)?;
        compile_by(&spec, &bytes).ok()
    }

    /// Its code, to be run with these options. To OTP 27 line ends may be chosen anew; later they must be what they were.
    pub(super) fn code_for(&self, options: &Options<'_>) -> Option<Arc<Code>> {
        if options.newline == 0 && options.bsr == 0 {
            return self.code();
        }
        if rules().pcre2 {
            return self.code().filter(|code| {
                (options.newline == 0 || options.newline == code.newline())
                    && (options.bsr == 0 || options.bsr == code.bsr())
            });
        }
        let bytes = self.held.as_binary()?;
        let mut spec = Spec::from_bytes(&bytes)?;
        if options.newline != 0 {
            spec.options.newline = options.newline;
        }
        if options.bsr != 0 {
            spec.options.bsr = options.bsr;
        }
        compile(&spec).ok()
    }
}

/// The number of a group, as `capture` names it.
pub(super) fn group_number(term: Term<'_>) -> Option<usize> {
    number(term).map(|number| number as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_found_again_from_their_bytes() {
        let options = Options {
            bits: oxbeam_pcre::CASELESS,
            newline: oxbeam_pcre::NEWLINE_CRLF,
            ..Options::default()
        };
        let spec = Spec::new(b"a.c", &options);
        let bytes = spec.to_bytes();
        let again = Spec::from_bytes(&bytes).expect("a pattern");
        assert_eq!((&again.text, again.options), (&spec.text, spec.options));
        let first = compile(&spec).map_err(|failure| failure.text);
        let second = compile(&again).map_err(|failure| failure.text);
        assert!(Arc::ptr_eq(
            &first.expect("a good pattern"),
            &second.expect("a good pattern")
        ));
        assert!(Spec::from_bytes(b"ERCP\x5f\0\0\0\0\0\0\0\x51").is_none());
        assert!(Spec::from_bytes(b"ox").is_none());
    }

    #[test]
    fn utf8_is_another_name_of_utf() {
        assert_eq!(
            without_utf8_verb(b"(*CR)(*UTF8)a").as_deref(),
            Some(&b"(*CR)(*UTF)a"[..])
        );
        assert_eq!(without_utf8_verb(b"a(*UTF8)"), None);
        assert_eq!(without_utf8_verb(b"(*CR"), None);
    }
}
