//! As much of Erlang's lexical structure as the prompt needs: where an expression ends, and what to colour.

/// What a piece of text is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// Blanks, and what has no kind of its own.
    Plain,
    Comment,
    String,
    Atom,
    Keyword,
    Variable,
    Number,
    /// A command of the shell.
    Command,
    /// The dot behind an expression.
    End,
}

/// A piece of text: its kind, and its first byte and the one behind its last.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// The text ends within it.
    pub(crate) cut: bool,
}

const KEYWORDS: &[&str] = &[
    "after", "and", "andalso", "band", "begin", "bnot", "bor", "bsl", "bsr", "bxor", "case",
    "catch", "cond", "div", "else", "end", "fun", "if", "maybe", "not", "of", "or", "orelse",
    "receive", "rem", "try", "when", "xor",
];

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '@'
}

/// Cuts text into tokens; together they are all of it.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    if text.trim_start().starts_with(':') {
        let start = text.len() - text.trim_start().len();
        let rest = &text[start..];
        let end = start + rest.find(char::is_whitespace).unwrap_or(rest.len());
        let token = |kind, start, end| Token {
            kind,
            start,
            end,
            cut: false,
        };
        return vec![
            token(Kind::Plain, 0, start),
            token(Kind::Command, start, end),
            token(Kind::Plain, end, text.len()),
        ];
    }
    while at < text.len() {
        let token = token(text, at);
        at = token.end;
        tokens.push(token);
    }
    tokens
}

fn token(text: &str, start: usize) -> Token {
    let rest = &text[start..];
    let first = rest.chars().next().unwrap_or(' ');
    let whole = |kind, length| Token {
        kind,
        start,
        end: start + length,
        cut: false,
    };
    let word = |allowed: fn(char) -> bool| rest.find(|c| !allowed(c)).unwrap_or(rest.len());
    match first {
        '%' => whole(Kind::Comment, rest.find('\n').unwrap_or(rest.len())),
        '"' => {
            let quotes = rest.bytes().take_while(|&byte| byte == b'"').count();
            if quotes >= 3 {
                return block(text, start, quotes);
            }
            quoted(text, start, '"', Kind::String)
        }
        '\'' => quoted(text, start, '\'', Kind::Atom),
        '$' => {
            let mut characters = rest.chars().skip(1);
            let length = match characters.next() {
                None => 1,
                Some('\\') => 2 + characters.next().map_or(0, char::len_utf8),
                Some(other) => 1 + other.len_utf8(),
            };
            whole(Kind::Number, length)
        }
        '0'..='9' => {
            let mut length = word(is_name);
            let point = rest[length..].strip_prefix('.');
            if point.is_some_and(|after| after.starts_with(|c: char| c.is_ascii_digit())) {
                length += 1;
                length += rest[length..]
                    .find(|c| !is_name(c))
                    .unwrap_or(rest.len() - length);
            } else if let Some(after) = rest[length..].strip_prefix('#') {
                length += 1 + after.find(|c| !is_name(c)).unwrap_or(after.len());
            }
            whole(Kind::Number, length)
        }
        '_' => whole(Kind::Variable, word(is_name)),
        first if first.is_uppercase() => whole(Kind::Variable, word(is_name)),
        first if first.is_lowercase() => {
            let length = word(is_name);
            let kind = if KEYWORDS.contains(&&rest[..length]) {
                Kind::Keyword
            } else {
                Kind::Atom
            };
            whole(kind, length)
        }
        '.' => {
            let after = rest[1..].chars().next();
            if rest.starts_with("..") {
                return whole(
                    Kind::Plain,
                    rest.bytes().take_while(|&byte| byte == b'.').count(),
                );
            }
            let ends = after.is_none_or(|after| after.is_whitespace() || after == '%');
            whole(if ends { Kind::End } else { Kind::Plain }, 1)
        }
        _ => whole(Kind::Plain, first.len_utf8()),
    }
}

fn quoted(text: &str, start: usize, quote: char, kind: Kind) -> Token {
    let mut characters = text[start..].char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        if character == '\\' {
            characters.next();
        } else if character == quote {
            return Token {
                kind,
                start,
                end: start + at + 1,
                cut: false,
            };
        }
    }
    Token {
        kind,
        start,
        end: text.len(),
        cut: true,
    }
}

/// A string between lines of three quotes or more.
fn block(text: &str, start: usize, quotes: usize) -> Token {
    let mark = "\"".repeat(quotes);
    let mut at = start;
    for (index, line) in text[start..].split_inclusive('\n').enumerate() {
        let indent = line.len() - line.trim_start().len();
        if index > 0 && line[indent..].starts_with(&mark) {
            return Token {
                kind: Kind::String,
                start,
                end: at + indent + quotes,
                cut: false,
            };
        }
        at += line.len();
    }
    Token {
        kind: Kind::String,
        start,
        end: text.len(),
        cut: true,
    }
}

/// Where the first expression or command in `text` ends, if it does: behind its dot, or behind the line of a command.
pub(crate) fn first_end(text: &str) -> Option<usize> {
    let trimmed = text.trim_start();
    if trimmed.starts_with(':') {
        let start = text.len() - trimmed.len();
        return trimmed.find('\n').map(|end| start + end + 1);
    }
    let end = tokens(text)
        .into_iter()
        .find(|token| token.kind == Kind::End);
    end.map(|token| token.end)
}

/// Is there nothing but blanks and comments?
pub(crate) fn is_blank(text: &str) -> bool {
    blank_length(text) == text.len()
}

/// How long the blanks and comments are with which `text` begins.
pub(crate) fn blank_length(text: &str) -> usize {
    let blank = |token: &Token| {
        token.kind == Kind::Comment || text[token.start..token.end].trim().is_empty()
    };
    let tokens = tokens(text);
    let first = tokens.iter().find(|token| !blank(token));
    first.map_or(text.len(), |token| token.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_end_at_their_dots() {
        assert_eq!(first_end("1.5 + X."), Some(8));
        assert_eq!(first_end("1.5 + X"), None);
        assert_eq!(first_end("\"a. \", 'b. ', $.. "), Some(17));
        assert_eq!(first_end("f(). g()."), Some(4));
        assert_eq!(first_end("R#r.x"), None);
        assert_eq!(first_end("a % no. \n."), Some(10));
        assert_eq!(first_end("\"not closed. "), None);
        assert_eq!(first_end("\"\"\"\n text. \n \"\"\"."), Some(17));
        assert_eq!(first_end(":memory\n1."), Some(8));
        assert_eq!(first_end("[1, 2 |"), None);
    }

    #[test]
    fn tokens_are_all_of_the_text() {
        for text in [
            "X = fun(Y) -> Y + 16#ff end.",
            "'ä' \"ö\\\"\" $\\n ...",
            "\"cut",
            "?? é",
        ] {
            let mut at = 0;
            for token in tokens(text) {
                assert_eq!(token.start, at);
                at = token.end;
            }
            assert_eq!(at, text.len());
        }
    }

    #[test]
    fn comments_are_blank() {
        assert!(is_blank("  % nothing\n"));
        assert!(!is_blank(" a"));
        assert_eq!(blank_length("% one\n two."), 7);
    }
}
