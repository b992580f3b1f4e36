//! Patterns, limits, names of groups.

use super::*;

fn options(bits: u32, dialect: Dialect) -> CompileOptions {
    CompileOptions {
        bits,
        newline: 0,
        bsr: 0,
        dialect,
    }
}

fn compile(pattern: &str, bits: u32) -> Code {
    Code::compile(pattern.as_bytes(), &options(bits, Dialect::Pcre2)).expect("a good pattern")
}

#[test]
fn groups_have_positions_and_names() {
    let code = compile("(a)(?<x>b)?(c)", 0);
    assert_eq!(code.groups(), 3);
    assert_eq!(code.names(), [(b"x".to_vec(), 2)]);
    let found = code.find(b"xac", 0, 0, Limits::default());
    assert_eq!(
        found,
        Ok(Some(vec![[1, 3], [1, 2], [UNSET, UNSET], [2, 3]]))
    );
    assert_eq!(code.find(b"xyz", 0, 0, Limits::default()), Ok(None));
}

#[test]
fn often_used_patterns_match_the_same() {
    let code = compile("(a+)(b*)", 0);
    for _ in 0..USES_TO_MACHINE_CODE * 3 {
        let found = code.find(b"xaab", 0, 0, Limits::default());
        assert_eq!(found, Ok(Some(vec![[1, 4], [1, 3], [3, 4]])));
    }
    assert!(code.machine_code.get().is_some());
}

#[test]
fn subjects_of_utf_patterns_are_checked() {
    let code = compile(".", UTF);
    let no_limits = Limits::default();
    assert_eq!(code.find(b"\xff", 0, 0, no_limits), Err(MatchError::BadUtf));
    let text = "åb".as_bytes();
    assert_eq!(code.find(text, 0, 0, no_limits), Ok(Some(vec![[0, 2]])));
    assert_eq!(code.find(text, 1, 0, no_limits), Err(MatchError::BadUtf));
    assert_eq!(code.find(text, 4, 0, no_limits), Err(MatchError::BadOffset));
}

#[test]
fn limits_end_a_search() {
    let code = compile("(a+)*[bc]", sys::PCRE2_NO_START_OPTIMIZE);
    let limits = Limits {
        steps: Some(1000),
        depth: None,
    };
    let subject = vec![b'a'; 60];
    assert_eq!(
        code.find(&subject, 0, 0, limits),
        Err(MatchError::StepLimit)
    );
}

#[test]
fn latin1_has_letters_above_ascii() {
    let latin = options(CASELESS, Dialect::Pcre1);
    let code = Code::compile(b"^\\w\xe5$", &latin).expect("a good pattern");
    assert!(matches!(
        code.find(b"\xe4\xc5", 0, 0, Limits::default()),
        Ok(Some(_))
    ));
    let ascii = compile("^\\w$", 0);
    assert_eq!(ascii.find(b"\xe4", 0, 0, Limits::default()), Ok(None));
    // The library's own tables, for ASCII, are laid out like ours.
    // SAFETY: without a general context it allocates as C does; the tables have this length.
    let own =
        unsafe { std::slice::from_raw_parts(sys::pcre2_maketables_8(null_mut()), tables::LENGTH) };
    let differs = |at: usize| own[at] != tables::latin1()[at];
    assert!((0..128).all(|byte| !differs(byte) && !differs(256 + byte) && !differs(832 + byte)));
    assert!((0..10).all(|class| (0..16).all(|byte| !differs(512 + class * 32 + byte))));
}

#[test]
fn nesting_ends_before_the_stack_does() {
    let nested = |depth: usize| "(".repeat(depth) + "a" + &")".repeat(depth);
    let thread = std::thread::Builder::new().stack_size(512 * 1024);
    let checked = thread.spawn(move || {
        let shallow = Code::compile(nested(250).as_bytes(), &options(0, Dialect::Pcre2));
        let deep = Code::compile(nested(5000).as_bytes(), &options(0, Dialect::Pcre2));
        (shallow.is_ok(), deep.is_err())
    });
    let results = checked.expect("a thread").join();
    assert_eq!(results.ok(), Some((true, true)));
}

#[test]
fn errors_have_texts_and_places() {
    let error = Code::compile(b"a)", &options(0, Dialect::Pcre2)).err();
    let error = error.expect("an unmatched parenthesis");
    assert_eq!(error.text(), "unmatched closing parenthesis");
    assert!(version().starts_with("10."), "{}", version());
}

/// Capturing groups, or the error and where.
type Said = Result<usize, (&'static str, usize)>;

/// What OTP 29, which has version 10.47, says to these patterns.
#[rustfmt::skip]
const PATTERNS: &[(&str, Said)] = &[
    ("$*", Err(("quantifier does not follow a repeatable item", 2))),
    ("(", Err(("missing closing parenthesis", 1))),
    ("()", Ok(1)),
    ("()(?(1)a|b|c)", Err(("conditional subpattern contains more than two branches", 2))),
    ("()\\2", Err(("reference to non-existent subpattern", 4))),
    ("(*", Err(("quantifier does not follow a repeatable item", 2))),
    ("(*ACCEPT:x)", Ok(0)),
    ("(*ANY)a", Ok(0)),
    ("(*ANYCRLF)a", Ok(0)),
    ("(*BSR_ANYCRLF)a", Ok(0)),
    ("(*BSR_UNICODE)\\R", Ok(0)),
    ("(*COMMIT)a", Ok(0)),
    ("(*CR)a", Ok(0)),
    ("(*CRLF)a", Ok(0)),
    ("(*F", Err(("(*VERB) not recognized or malformed", 3))),
    ("(*F)a", Ok(0)),
    ("(*FAIL)", Ok(0)),
    ("(*FOO)", Err(("(*VERB) not recognized or malformed", 5))),
    ("(*LF)a", Ok(0)),
    ("(*LIMIT_DEPTH=3)a", Ok(0)),
    ("(*LIMIT_MATCH=1)a", Ok(0)),
    ("(*LIMIT_MATCH=x)a", Err(("(*VERB) not recognized or malformed", 14))),
    ("(*LIMIT_RECURSION=3)a", Ok(0)),
    ("(*MARK)", Err(("(*MARK) must have an argument", 6))),
    ("(*MARK:", Err(("(*VERB) not recognized or malformed", 7))),
    ("(*MARK:x)", Ok(0)),
    ("(*NO_AUTO_POSSESS)a", Ok(0)),
    ("(*NO_START_OPT)a", Ok(0)),
    ("(*PRUNE)a", Ok(0)),
    ("(*SKIP:x)a", Ok(0)),
    ("(*THEN)a", Ok(0)),
    ("(*UCP)a", Ok(0)),
    ("(*UTF)a", Ok(0)),
    ("(*UTF16)a", Err(("(*VERB) not recognized or malformed", 7))),
    ("(*UTF8)(", Err(("missing closing parenthesis", 8))),
    ("(*UTF8)a", Ok(0)),
    ("(?", Err(("missing closing parenthesis", 2))),
    ("(?!", Err(("missing closing parenthesis", 3))),
    ("(?!a", Err(("missing closing parenthesis", 4))),
    ("(?#", Err(("missing ) after (?# comment", 3))),
    ("(?#abc", Err(("missing ) after (?# comment", 6))),
    ("(?&", Err(("subpattern name expected", 3))),
    ("(?&x)", Err(("reference to non-existent subpattern", 3))),
    ("(?'", Err(("subpattern name expected", 3))),
    ("(?'a", Err(("syntax error in subpattern name (missing terminator?)", 4))),
    ("(?'a>x)", Err(("syntax error in subpattern name (missing terminator?)", 4))),
    ("(?(", Err(("missing closing parenthesis", 3))),
    ("(?(0)a)", Err(("reference to non-existent subpattern", 4))),
    ("(?(1", Err(("missing closing parenthesis for condition", 4))),
    ("(?(1)", Err(("missing closing parenthesis", 5))),
    ("(?(1)a|b|c)", Err(("reference to non-existent subpattern", 2))),
    ("(?(1)a|b|c)()", Err(("conditional subpattern contains more than two branches", 0))),
    ("(?(9)a)", Err(("reference to non-existent subpattern", 2))),
    ("(?(<", Err(("subpattern name expected", 4))),
    ("(?(<a>)b)", Err(("reference to non-existent subpattern", 4))),
    ("(?(?", Err(("atomic assertion expected after (?( or (?(?C)", 3))),
    ("(?(?=", Err(("atomic assertion expected after (?( or (?(?C)", 3))),
    ("(?(?=a)b|c)", Ok(0)),
    ("(?(?C1)a)", Err(("atomic assertion expected after (?( or (?(?C)", 7))),
    ("(?(DEFINE)(?<x>a))(?&x)", Ok(1)),
    ("(?(DEFINE)a|b)", Err(("DEFINE subpattern contains more than one branch", 3))),
    ("(?(R", Err(("syntax error in subpattern name (missing terminator?)", 4))),
    ("(?(R&x)a)", Err(("reference to non-existent subpattern", 5))),
    ("(?(R)a)", Ok(0)),
    ("(?(R1)a)", Err(("reference to non-existent subpattern", 3))),
    ("(?(a", Err(("syntax error in subpattern name (missing terminator?)", 4))),
    ("(?(a)b)", Err(("reference to non-existent subpattern", 3))),
    ("(?+", Err(("missing closing parenthesis", 3))),
    ("(?+0)", Err(("a relative value of zero is not allowed", 4))),
    ("(?+1)", Err(("reference to non-existent subpattern", 4))),
    ("(?+a)", Err(("digit expected after (?+", 4))),
    ("(?-", Err(("missing closing parenthesis", 3))),
    ("(?-1", Err(("reference to non-existent subpattern", 4))),
    ("(?-1)", Err(("reference to non-existent subpattern", 4))),
    ("(?1", Err(("missing closing parenthesis", 3))),
    ("(?1)", Err(("reference to non-existent subpattern", 3))),
    ("(?12", Err(("missing closing parenthesis", 4))),
    ("(?:", Err(("missing closing parenthesis", 3))),
    ("(?:)", Ok(0)),
    ("(?:*)", Err(("quantifier does not follow a repeatable item", 4))),
    ("(?<", Err(("subpattern name expected", 3))),
    ("(?<!", Err(("missing closing parenthesis", 4))),
    ("(?<!a", Err(("missing closing parenthesis", 5))),
    ("(?<!a{1,2})", Ok(0)),
    ("(?<1a>b)", Err(("subpattern name must start with a non-digit", 4))),
    ("(?<=", Err(("missing closing parenthesis", 4))),
    ("(?<=(a|bb))", Ok(1)),
    ("(?<=a", Err(("missing closing parenthesis", 5))),
    ("(?<=a*)", Err(("length of lookbehind assertion is not limited", 0))),
    ("(?<=a+b)", Err(("length of lookbehind assertion is not limited", 0))),
    ("(?<=a|bb)", Ok(0)),
    ("(?<>b)", Err(("subpattern name expected", 3))),
    ("(?<a", Err(("syntax error in subpattern name (missing terminator?)", 4))),
    ("(?<a b>x)", Err(("syntax error in subpattern name (missing terminator?)", 4))),
    ("(?<a-b>x)", Err(("syntax error in subpattern name (missing terminator?)", 4))),
    ("(?<a>", Err(("missing closing parenthesis", 5))),
    ("(?<a>b)(?<a>c)", Err(("two named subpatterns have the same name (PCRE2_DUPNAMES not set)", 12))),
    ("(?<abcdefghijklmnopqrstuvwxyzabcdefghijk>a)", Ok(1)),
    ("(?<n>a)(?<n", Err(("syntax error in subpattern name (missing terminator?)", 11))),
    ("(?<n>a)\\g{n}", Ok(1)),
    ("(?<n>a)\\k{n}", Ok(1)),
    ("(?=", Err(("missing closing parenthesis", 3))),
    ("(?=a", Err(("missing closing parenthesis", 4))),
    ("(?=a)*", Ok(0)),
    ("(?=a){3}", Ok(0)),
    ("(?=a\\K)", Err(("\\K is not allowed in lookarounds (but see PCRE2_EXTRA_ALLOW_LOOKAROUND_BSK)", 7))),
    ("(?>", Err(("missing closing parenthesis", 3))),
    ("(?>a", Err(("missing closing parenthesis", 4))),
    ("(?C", Err(("missing closing parenthesis", 3))),
    ("(?C1", Err(("closing parenthesis for (?C expected", 4))),
    ("(?C1)", Ok(0)),
    ("(?C256)", Err(("number after (?C is greater than 255", 6))),
    ("(?J)", Ok(0)),
    ("(?J)(?<n>a)(?<n>b)", Ok(2)),
    ("(?P", Err(("missing closing parenthesis", 3))),
    ("(?P<", Err(("subpattern name expected", 4))),
    ("(?P<a", Err(("syntax error in subpattern name (missing terminator?)", 5))),
    ("(?P<n>a)(?P=n)", Ok(1)),
    ("(?P=", Err(("subpattern name expected", 4))),
    ("(?P=a)", Err(("reference to non-existent subpattern", 4))),
    ("(?P>", Err(("subpattern name expected", 4))),
    ("(?P>x)", Err(("reference to non-existent subpattern", 4))),
    ("(?Pa)", Err(("unrecognized character after (?P", 4))),
    ("(?R", Err(("(?R (recursive pattern call) must be followed by a closing parenthesis", 3))),
    ("(?U)", Ok(0)),
    ("(?X)", Err(("unrecognized character after (? or (?-", 3))),
    ("(?^i)", Ok(0)),
    ("(?a)", Ok(0)),
    ("(?i", Err(("missing closing parenthesis", 3))),
    ("(?i)a(?-i)", Ok(0)),
    ("(?i-", Err(("missing closing parenthesis", 4))),
    ("(?i-z)", Err(("unrecognized character after (? or (?-", 5))),
    ("(?imsx)", Ok(0)),
    ("(?mi-sx:a)", Ok(0)),
    ("(?n)", Ok(0)),
    ("(?xx)", Ok(0)),
    ("(?z)", Err(("unrecognized character after (? or (?-", 3))),
    ("(?|", Err(("missing closing parenthesis", 3))),
    ("(?|(a)|(b))\\1", Ok(1)),
    ("(a", Err(("missing closing parenthesis", 2))),
    ("(a)(?|b)", Ok(1)),
    ("(a)\\g{-1}", Ok(1)),
    ("(a)\\g{-2}", Err(("reference to non-existent subpattern", 5))),
    ("(|*)", Err(("quantifier does not follow a repeatable item", 3))),
    ("*", Err(("quantifier does not follow a repeatable item", 1))),
    ("+a", Err(("quantifier does not follow a repeatable item", 1))),
    ("?", Err(("quantifier does not follow a repeatable item", 1))),
    ("[", Err(("missing terminating ] for character class", 1))),
    ("[:alpha:]", Err(("POSIX named classes are supported only within a class", 9))),
    ("[[.a.]]", Err(("POSIX collating elements are not supported", 6))),
    ("[[:^alpha:]]", Ok(0)),
    ("[[:alpha:]", Err(("missing terminating ] for character class", 10))),
    ("[[:alpha:]-z]", Err(("invalid range in character class", 11))),
    ("[[:foo:]]", Err(("unknown POSIX class name", 8))),
    ("[[:x", Err(("missing terminating ] for character class", 4))),
    ("[[=a=]]", Err(("POSIX collating elements are not supported", 6))),
    ("[\\400]", Err(("octal value is greater than \\377 in 8-bit non-UTF-8 mode", 5))),
    ("[\\B]", Err(("escape sequence is invalid in character class", 3))),
    ("[\\E]", Err(("missing terminating ] for character class", 4))),
    ("[\\N]", Err(("\\N is not supported in a class", 3))),
    ("[\\Q]\\E]", Ok(0)),
    ("[\\R]", Err(("escape sequence is invalid in character class", 3))),
    ("[\\X]", Err(("escape sequence is invalid in character class", 3))),
    ("[\\d-z]", Err(("invalid range in character class", 4))),
    ("[\\d-z](", Err(("invalid range in character class", 4))),
    ("[\\w-.]", Err(("invalid range in character class", 4))),
    ("[\\w-\\d]", Err(("invalid range in character class", 4))),
    ("[\\w-a\\d-z]", Err(("invalid range in character class", 4))),
    ("[\\x{fff}]", Err(("character code point value in \\x{} or \\o{} is too large", 7))),
    ("[]", Err(("missing terminating ] for character class", 2))),
    ("[^]", Err(("missing terminating ] for character class", 3))),
    ("[a", Err(("missing terminating ] for character class", 2))),
    ("[a-\\d]", Err(("invalid range in character class", 5))),
    ("[a\\Q-z\\E]", Ok(0)),
    ("[b-a]", Err(("range out of order in character class", 4))),
    ("\\", Err(("\\ at end of pattern", 1))),
    ("\\1", Err(("reference to non-existent subpattern", 2))),
    ("\\1(a)", Ok(1)),
    ("\\18", Ok(0)),
    ("\\2()", Err(("reference to non-existent subpattern", 2))),
    ("\\400", Err(("octal value is greater than \\377 in 8-bit non-UTF-8 mode", 4))),
    ("\\5", Err(("reference to non-existent subpattern", 2))),
    ("\\777", Err(("octal value is greater than \\377 in 8-bit non-UTF-8 mode", 4))),
    ("\\8", Err(("reference to non-existent subpattern", 2))),
    ("\\A+", Err(("quantifier does not follow a repeatable item", 3))),
    ("\\C", Ok(0)),
    ("\\Eabc", Ok(0)),
    ("\\G", Ok(0)),
    ("\\Kabc", Ok(0)),
    ("\\L", Err(("PCRE2 does not support \\F, \\L, \\l, \\N{name}, \\U, or \\u", 2))),
    ("\\N{U+41}", Err(("\\N{U+dddd} is supported only in Unicode (UTF) mode", 8))),
    ("\\N{x}", Err(("PCRE2 does not support \\F, \\L, \\l, \\N{name}, \\U, or \\u", 3))),
    ("\\P{L", Err(("malformed \\P or \\p sequence", 4))),
    ("\\Qabc", Ok(0)),
    ("\\U", Err(("PCRE2 does not support \\F, \\L, \\l, \\N{name}, \\U, or \\u", 2))),
    ("\\Z", Ok(0)),
    ("\\b*", Err(("quantifier does not follow a repeatable item", 3))),
    ("\\c", Err(("\\c at end of pattern", 2))),
    ("\\e\\f\\a", Ok(0)),
    ("\\g", Err(("\\g is not followed by a braced, angle-bracketed, or quoted name/number or by a plain number", 2))),
    ("\\g0", Err(("reference to non-existent subpattern", 3))),
    ("\\g<", Err(("subpattern name expected", 3))),
    ("\\gx", Err(("\\g is not followed by a braced, angle-bracketed, or quoted name/number or by a plain number", 2))),
    ("\\g{-1}", Err(("reference to non-existent subpattern", 2))),
    ("\\g{0}", Err(("reference to non-existent subpattern", 5))),
    ("\\g{5}", Err(("reference to non-existent subpattern", 5))),
    ("\\g{a", Err(("syntax error in subpattern name (missing terminator?)", 4))),
    ("\\g{}", Err(("subpattern name expected", 3))),
    ("\\j", Err(("unrecognized character follows \\", 2))),
    ("\\k", Err(("\\k is not followed by a braced, angle-bracketed, or quoted name", 2))),
    ("\\k<", Err(("subpattern name expected", 3))),
    ("\\k<a>", Err(("reference to non-existent subpattern", 3))),
    ("\\kx", Err(("\\k is not followed by a braced, angle-bracketed, or quoted name", 2))),
    ("\\k{", Err(("subpattern name expected", 3))),
    ("\\k{a}", Err(("reference to non-existent subpattern", 3))),
    ("\\l", Err(("PCRE2 does not support \\F, \\L, \\l, \\N{name}, \\U, or \\u", 2))),
    ("\\o", Err(("missing opening brace after \\o", 2))),
    ("\\o{", Err(("digits missing after \\x or in \\x{} or \\o{} or \\N{U+}", 3))),
    ("\\o{777}", Err(("character code point value in \\x{} or \\o{} is too large", 6))),
    ("\\o{8}", Err(("non-octal character in \\o{} (closing brace missing?)", 4))),
    ("\\p", Err(("malformed \\P or \\p sequence", 2))),
    ("\\pL", Ok(0)),
    ("\\pQ", Err(("unknown property after \\P or \\p", 3))),
    ("\\p{", Err(("malformed \\P or \\p sequence", 3))),
    ("\\p{Any}", Ok(0)),
    ("\\p{Foo}", Err(("unknown property after \\P or \\p", 7))),
    ("\\p{L&}", Ok(0)),
    ("\\p{Lq}", Err(("unknown property after \\P or \\p", 6))),
    ("\\p{Xan}", Ok(0)),
    ("\\p{^Lu}", Ok(0)),
    ("\\u", Err(("PCRE2 does not support \\F, \\L, \\l, \\N{name}, \\U, or \\u", 2))),
    ("\\x", Err(("digits missing after \\x or in \\x{} or \\o{} or \\N{U+}", 2))),
    ("\\xg", Err(("digits missing after \\x or in \\x{} or \\o{} or \\N{U+}", 2))),
    ("\\x{110000}", Err(("character code point value in \\x{} or \\o{} is too large", 9))),
    ("\\x{fff}", Err(("character code point value in \\x{} or \\o{} is too large", 6))),
    ("\\x{zz}", Err(("non-hex character in \\x{} (closing brace missing?)", 4))),
    ("\\x{}", Err(("digits missing after \\x or in \\x{} or \\o{} or \\N{U+}", 3))),
    ("\\y", Err(("unrecognized character follows \\", 2))),
    ("\\z", Ok(0)),
    ("^*", Err(("quantifier does not follow a repeatable item", 2))),
    ("a(?", Err(("missing closing parenthesis", 3))),
    ("a)", Err(("unmatched closing parenthesis", 2))),
    ("a**", Err(("quantifier does not follow a repeatable item", 3))),
    ("a[", Err(("missing terminating ] for character class", 2))),
    ("a\\", Err(("\\ at end of pattern", 2))),
    ("a\\Q*\\E", Ok(0)),
    ("a{ 1,2 }", Ok(0)),
    ("a{,3}b", Ok(0)),
    ("a{0}", Ok(0)),
    ("a{1,99999}", Err(("number too big in {} quantifier", 9))),
    ("a{2,1}", Err(("numbers out of order in {} quantifier", 5))),
    ("a{99999}", Err(("number too big in {} quantifier", 7))),
    ("a|*", Err(("quantifier does not follow a repeatable item", 3))),
    ("a||b", Ok(0)),
    ("x*?+", Err(("quantifier does not follow a repeatable item", 4))),
    ("x{,5}", Ok(0)),
    ("x{1", Ok(0)),
    ("x{1}{2}{3}", Err(("quantifier does not follow a repeatable item", 7))),
    ("x{2}+", Ok(0)),
    ("x{2}{3}", Err(("quantifier does not follow a repeatable item", 7))),
    ("x{a", Ok(0)),
    ("{", Ok(0)),
    ("|", Ok(0)),
];

#[test]
fn errors_are_those_of_the_version_that_otp_has() {
    let mut wrong = Vec::new();
    for (pattern, said) in PATTERNS {
        let ours = Code::compile(pattern.as_bytes(), &options(0, Dialect::Pcre2))
            .map(|code| code.groups())
            .map_err(|error| (error.text(), error.offset));
        let same = match (&ours, said) {
            (Ok(groups), Ok(theirs)) => groups == theirs,
            (Err((text, offset)), Err((their_text, their_offset))) => {
                text == their_text && offset == their_offset
            }
            _ => false,
        };
        if !same {
            wrong.push(format!("{pattern:?}: {ours:?}, not {said:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
