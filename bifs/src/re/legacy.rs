//! PCRE 8, which OTP 25 to 27 have: what its patterns may hold beyond those of PCRE2, and the texts and places of its errors.
//!
//! What PCRE2 refuses is put otherwise and tried again, where PCRE 8 would have taken it: a hyphen beside a class within a class,
//! escapes without a meaning. Places are given in the pattern as it was written.

mod properties;

use super::pattern::{Failure, without_utf8_verb};
use oxbeam_pcre::{Code, CompileError, CompileOptions};

/// The library's numbers of errors begin here.
const FIRST: i32 = 100;
/// Longest name of a group.
const LONGEST_NAME: usize = 32;
/// A pattern is put otherwise so often at most.
const MOST_CHANGES: usize = 1000;

/// Compiles a pattern of PCRE 8.
pub(super) fn compile(text: &[u8], options: &CompileOptions) -> Result<Code, Failure> {
    let mut pattern = text.to_vec();
    // By how much places in it are behind those in the text.
    let mut shift = 0isize;
    if let Some(rewritten) = without_utf8_verb(text) {
        pattern = rewritten;
        shift = -1;
    }
    let scripts = properties::forget_unknown(&mut pattern);
    for _ in 0..MOST_CHANGES {
        match Code::compile(&pattern, options) {
            Ok(code) => {
                let plain = scripts.then(|| properties::with_plain_scripts(&pattern));
                let plain = plain.and_then(|plain| Code::compile(&plain, options).ok());
                return with_short_names(plain.unwrap_or(code), text);
            }
            Err(error) => match put_otherwise(&mut pattern, error) {
                Some(change) => shift += change,
                None => return Err(failure(&pattern, error, shift)),
            },
        }
    }
    Err(Failure {
        text: "regular expression is too complicated".to_owned(),
        position: 0,
    })
}

fn with_short_names(code: Code, text: &[u8]) -> Result<Code, Failure> {
    match code
        .names()
        .iter()
        .find(|(name, _)| name.len() > LONGEST_NAME)
    {
        None => Ok(code),
        Some((name, _)) => {
            let start = text
                .windows(name.len())
                .position(|window| window == &name[..])
                .unwrap_or(0);
            Err(Failure {
                text: format!("subpattern name is too long (maximum {LONGEST_NAME} characters)"),
                position: start + name.len(),
            })
        }
    }
}

/// Changes the pattern so that it does not fail here, if PCRE 8 would have taken it; gives by how much it grew.
fn put_otherwise(pattern: &mut Vec<u8>, error: CompileError) -> Option<isize> {
    let at = error.offset.min(pattern.len());
    let before = &pattern[..at];
    match error.code - FIRST {
        // An escape that means nothing stands for its character, a class's escapes within a class too.
        3 | 7 if at >= 2 && before[at - 2] == b'\\' => {
            pattern.remove(at - 2);
            Some(-1)
        }
        37 if before.ends_with(b"\\F") => {
            pattern.remove(at - 2);
            Some(-1)
        }
        15 if before.ends_with(b"\\8") || before.ends_with(b"\\9") => {
            pattern.remove(at - 2);
            Some(-1)
        }
        // `[\w-.]`
        50 if before.last() == Some(&b'-') => {
            pattern.insert(at - 1, b'\\');
            Some(1)
        }
        // `\c` and a character that does not print.
        68 if before.ends_with(b"\\c") => {
            let control = *pattern.get(at).filter(|byte| byte.is_ascii())? ^ 0x40;
            let written = format!("\\x{control:02x}");
            pattern.splice(at - 2..=at, written.bytes());
            Some(1)
        }
        // `\x` without digits is a zero.
        78 if before.ends_with(b"\\x") => {
            pattern.splice(at..at, *b"00");
            Some(2)
        }
        // `(?X)` was about escapes.
        11 if before.last() == Some(&b'X') => {
            pattern.remove(at - 1);
            Some(-1)
        }
        _ => None,
    }
}

fn failure(pattern: &[u8], error: CompileError, shift: isize) -> Failure {
    let (text, position) = translate(pattern, error);
    Failure {
        text,
        position: position.saturating_add_signed(-shift),
    }
}

/// Last place before `at` where `what` begins.
fn last(pattern: &[u8], at: usize, what: &[u8]) -> Option<usize> {
    pattern[..at.min(pattern.len())]
        .windows(what.len())
        .rposition(|window| window == what)
}

/// Place of the parenthesis that ends the group that begins at or behind `at`.
fn group_end(pattern: &[u8], at: usize) -> usize {
    let mut depth = 0;
    let mut in_class = false;
    let mut index = at;
    while index < pattern.len() {
        match pattern[index] {
            b'\\' => index += 1,
            b'[' if !in_class => in_class = true,
            b']' if in_class => in_class = false,
            b'(' if !in_class => depth += 1,
            b')' if !in_class => {
                depth -= 1;
                if depth <= 0 {
                    return index;
                }
            }
            _ => {}
        }
        index += 1;
    }
    pattern.len()
}

/// What follows the last `(?`.
fn after_group_start(pattern: &[u8]) -> Option<&[u8]> {
    last(pattern, pattern.len(), b"(?").map(|at| &pattern[at + 2..])
}

const NOTHING_TO_REPEAT: &str = "nothing to repeat";
const BAD_AFTER_GROUP_START: &str = "unrecognized character after (? or (?-";
const BAD_AFTER_NAME_START: &str = "unrecognized character after (?<";
const BAD_AFTER_P: &str = "unrecognized character after (?P";
const BAD_CONDITION: &str = "malformed number or name after (?(";
const CONDITION_EXPECTED: &str = "assertion expected after (?( or (?(?C)";
const MUST_NOT_BE_ZERO: &str = "a numbered reference must not be zero";
const NAME_EXPECTED: &str = "subpattern name expected";
const NOT_FIXED: &str = "lookbehind assertion is not fixed length";
const NO_SUCH_GROUP: &str = "reference to non-existent subpattern";
const RECURSION_END: &str = "(?R or (?[+-]digits must be followed by )";
const TERMINATOR: &str = "syntax error in subpattern name (missing terminator)";
const UNSUPPORTED: &str = "PCRE does not support \\L, \\l, \\N{name}, \\U, or \\u";
const BAD_VERB: &str = "(*VERB) not recognized or malformed";

/// Text and place that PCRE 8 has for an error.
fn translate(pattern: &[u8], error: CompileError) -> (String, usize) {
    let at = error.offset.min(pattern.len());
    let back = at.saturating_sub(1);
    let before = &pattern[..at];
    let (text, at) = match error.code - FIRST {
        code if code < 0 => ("invalid UTF-8 string", at),
        1 => ("\\ at end of pattern", at),
        2 => ("\\c at end of pattern", at),
        3 => ("unrecognized character follows \\", back),
        4 => ("numbers out of order in {} quantifier", at),
        5 => ("number too big in {} quantifier", at),
        6 => ("missing terminating ] for character class", at),
        7 => ("invalid escape sequence in character class", back),
        8 => ("range out of order in character class", back),
        9 => (NOTHING_TO_REPEAT, back),
        11 => (BAD_AFTER_GROUP_START, back),
        12 => (
            "POSIX named classes are supported only within a class",
            last(pattern, at, b"[:").unwrap_or(back),
        ),
        13 => (
            "POSIX collating elements are not supported",
            last(pattern, at, b"[.")
                .max(last(pattern, at, b"[="))
                .unwrap_or(back),
        ),
        14 => return missing_parenthesis(pattern, at),
        15 => return missing_group(pattern, at),
        17 => ("unknown option bit(s) set", at),
        18 => ("missing ) after comment", at),
        19 | 84 => ("parentheses are too deeply nested", at),
        20 => ("regular expression is too large", at),
        21 => ("failed to get memory", at),
        22 => ("unmatched parentheses", back),
        24 | 79 => (BAD_CONDITION, at),
        25 | 35 | 87 | 100 => (NOT_FIXED, group_end(pattern, at)),
        26 => (MUST_NOT_BE_ZERO, at),
        27 => (
            "conditional group contains more than two branches",
            group_end(pattern, at),
        ),
        28 => (
            CONDITION_EXPECTED,
            last(pattern, at, b"(?(").map_or(at, |start| match at - start {
                3 => at,
                _ => start + 2,
            }),
        ),
        29 => ("digit expected after (?+", back),
        30 => (
            "unknown POSIX class name",
            last(pattern, at, b"[:").map_or(back, |start| start + 2),
        ),
        33 => ("parentheses are too deeply nested (stack check)", at),
        34 => ("character value in \\x{} or \\o{} is too large", at),
        36 => (
            "\\C not allowed in lookbehind assertion",
            group_end(pattern, at),
        ),
        37 | 93 => (
            UNSUPPORTED,
            last(pattern, at, b"\\").map_or(back, |start| start + 1),
        ),
        38 => ("number after (?C is > 255", at),
        39 => ("closing ) for (?C expected", at),
        41 => (BAD_AFTER_P, back),
        42 if in_condition(before) => (BAD_CONDITION, at),
        42 => (TERMINATOR, at),
        43 => ("two named subpatterns have the same name", back),
        44 => ("group name must start with a non-digit", back),
        46 => ("malformed \\P or \\p sequence", at),
        47 => ("unknown property name after \\P or \\p", back),
        50 => ("invalid range in character class", back),
        51 => (
            "octal value is greater than \\377 in 8-bit non-UTF-8 mode",
            back,
        ),
        54 => (
            "DEFINE group contains more than one branch",
            group_end(pattern, last(pattern, at, b"(?(").unwrap_or(0)),
        ),
        55 => ("missing opening brace after \\o", back),
        57 => (MUST_NOT_BE_ZERO, back),
        58 => (RECURSION_END, at),
        40 | 59 | 60 => (BAD_VERB, at),
        61 => ("number is too big", at),
        62 if before.ends_with(b"(?<") => (BAD_AFTER_NAME_START, at),
        62 if before.ends_with(b"(?P<") || before.ends_with(b"(?'") => (TERMINATOR, at),
        62 if before.ends_with(b"(?(<") || before.ends_with(b"(?('") => (CONDITION_EXPECTED, at),
        62 if before.ends_with(b"\\g{") => (MUST_NOT_BE_ZERO, at),
        62 => (NAME_EXPECTED, at),
        64 => (
            "non-octal character in \\o{} (closing brace missing?)",
            back,
        ),
        67 => ("non-hex character in \\x{} (closing brace missing?)", back),
        68 => ("\\c must be followed by an ASCII character", at),
        69 => (
            "\\k is not followed by a braced, angle-bracketed, or quoted name",
            back,
        ),
        71 => ("\\N is not supported in a class", back),
        74 => ("setting UTF is disabled by the application", at),
        78 if before.ends_with(b"\\o{") => {
            ("non-octal character in \\o{} (closing brace missing?)", at)
        }
        78 => ("digits missing in \\x{} or \\o{}", at),
        86 => ("regular expression is too complicated", at),
        94 | 95 => (BAD_AFTER_GROUP_START, back),
        _ => return (error.text(), at),
    };
    (text.to_owned(), at)
}

/// Does this end within `(?(`?
fn in_condition(before: &[u8]) -> bool {
    last(before, before.len(), b"(?(").is_some_and(|start| {
        before[start + 3..]
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    })
}

/// The pattern ends within a group: PCRE 8 looks at how far the group has come.
fn missing_parenthesis(pattern: &[u8], at: usize) -> (String, usize) {
    let is_digits = |bytes: &[u8]| !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit);
    let text = match after_group_start(pattern) {
        _ if at < pattern.len() => "missing )",
        Some(b"" | b"-") => BAD_AFTER_GROUP_START,
        Some(b"P") => BAD_AFTER_P,
        Some(b"(") => CONDITION_EXPECTED,
        Some(b"C") => "closing ) for (?C expected",
        Some(b"R") => RECURSION_END,
        Some(b"+") => "digit expected after (?+",
        Some([b'+' | b'-', digits @ ..] | digits) if is_digits(digits) => RECURSION_END,
        Some(flags) if flags.iter().all(|flag| b"imsxnJUX-".contains(flag)) => {
            BAD_AFTER_GROUP_START
        }
        _ => "missing )",
    };
    (text.to_owned(), at)
}

/// A reference to a group that there is not: PCRE 8 gives the place behind it.
fn missing_group(pattern: &[u8], at: usize) -> (String, usize) {
    let before = &pattern[..at];
    let place = |at: usize| (NO_SUCH_GROUP.to_owned(), at);
    let is_recursion = after_group_start(pattern).is_some_and(|rest| {
        rest.split_first().is_some_and(|(sign, digits)| {
            b"+-".contains(sign) && !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
        })
    });
    if at == pattern.len() && is_recursion {
        return (RECURSION_END.to_owned(), at);
    }
    if before.ends_with(b"(?(0") {
        return ("invalid condition (?(0)".to_owned(), at + 1);
    }
    if before.ends_with(b"\\g{0}") || before.ends_with(b"\\g0") {
        return (MUST_NOT_BE_ZERO.to_owned(), at - 1);
    }
    let find = |byte: u8| {
        pattern[at..]
            .iter()
            .position(|&other| other == byte)
            .map(|found| at + found)
    };
    match pattern.get(at) {
        Some(b'(') => return place(find(b')').map_or(at, |end| end + 1)),
        Some(b'{') => return place(find(b'}').unwrap_or(at)),
        Some(byte) if byte.is_ascii_alphabetic() || *byte == b'_' => {}
        _ => return place(at),
    }
    let opened = before.last().copied().unwrap_or(0);
    if !b"{<'=>&(".contains(&opened) {
        return place(at);
    }
    let name = pattern[at..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
        .count();
    let end = at + name;
    place(if before.ends_with(b"(?(") || before.ends_with(b"(?(R&") {
        end + 1
    } else if before.ends_with(b"(?(<") || before.ends_with(b"(?('") {
        end + 2
    } else {
        end
    })
}

#[cfg(test)]
mod tests;
