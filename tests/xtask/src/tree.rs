//! The repository's files, and Rust text without what is not code.

use std::fs;
use std::path::{Path, PathBuf};

/// A text file of the repository.
pub struct Source {
    /// Path from the repository's root, with `/`.
    pub path: String,
    /// What is in it.
    pub text: String,
}

impl Source {
    /// Is it Rust?
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
    /// Does it hold nothing but tests?
    pub fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }
}

/// All text files but those below `target`, `.otp` and `.git`.
pub struct Tree {
    /// Where the repository is.
    pub root: PathBuf,
    /// The files, by path.
    pub files: Vec<Source>,
}

/// Directories that are no part of the repository.
const OUTSIDE: &[&str] = &["target", ".otp", ".git"];

impl Tree {
    /// The repository that this program was built from.
    pub fn of_repository() -> Tree {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let root = root.canonicalize().unwrap_or(root);
        let mut files = Vec::new();
        let mut rest = vec![root.clone()];
        while let Some(directory) = rest.pop() {
            for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
                let (path, name) = (entry.path(), entry.file_name());
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    if !OUTSIDE.iter().any(|outside| name == *outside) {
                        rest.push(path);
                    }
                } else if let (Ok(relative), Ok(text)) =
                    (path.strip_prefix(&root), fs::read_to_string(&path))
                {
                    let path = relative.to_string_lossy().into_owned();
                    files.push(Source { path, text });
                }
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Tree { root, files }
    }
    /// The Rust files.
    pub fn rust(&self) -> impl Iterator<Item = &Source> {
        self.files.iter().filter(|file| file.is_rust())
    }
    /// The text of a file, empty if there is none.
    pub fn text(&self, path: &str) -> &str {
        self.files
            .iter()
            .find(|file| file.path == path)
            .map_or("", |file| file.text.as_str())
    }
}

/// What stands before the tests at a file's bottom.
pub fn without_tests(code: &str) -> &str {
    let tests = code.match_indices("#[cfg(test)]").find(|(at, mark)| {
        let behind = code[at + mark.len()..].trim_start();
        behind.starts_with("mod tests {")
    });
    tests.map_or(code, |(at, _)| &code[..at])
}

/// Rust text with comments and the insides of literals made blank; lines stay where they are.
pub fn code_of(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes[at..].starts_with(b"//") => line_end(bytes, at),
            b'/' if bytes[at..].starts_with(b"/*") => comment_end(bytes, at),
            b'"' => string_end(bytes, at + 1),
            b'r' if !continues_name(bytes, at) => raw_string_end(bytes, at),
            b'\'' => character_end(bytes, at),
            _ => at,
        };
        if end == at {
            code.push(bytes[at]);
            at += 1;
        } else {
            let blank = |&byte: &u8| if byte == b'\n' { b'\n' } else { b' ' };
            code.extend(bytes[at..end].iter().map(blank));
            at = end;
        }
    }
    String::from_utf8_lossy(&code).into_owned()
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    let length = bytes[at..].iter().position(|&byte| byte == b'\n');
    length.map_or(bytes.len(), |length| at + length)
}

fn comment_end(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    at
}

fn string_end(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn continues_name(bytes: &[u8], at: usize) -> bool {
    // `br"..."` is a literal as well.
    at > 0
        && is_name(bytes[at - 1])
        && !(bytes[at - 1] == b'b' && (at < 2 || !is_name(bytes[at - 2])))
}

fn raw_string_end(bytes: &[u8], at: usize) -> usize {
    let hashes = bytes[at + 1..]
        .iter()
        .take_while(|&&byte| byte == b'#')
        .count();
    let start = at + 1 + hashes;
    if bytes.get(start) != Some(&b'"') {
        return at;
    }
    let mut close = vec![b'"'];
    close.resize(hashes + 1, b'#');
    let body = &bytes[start + 1..];
    let length = body.windows(close.len()).position(|window| window == close);
    length.map_or(bytes.len(), |length| start + 1 + length + close.len())
}

/// A character literal's end; a lifetime is left alone.
fn character_end(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at + 1) == Some(&b'\\') {
        let close = bytes[at + 3..].iter().position(|&byte| byte == b'\'');
        return close.map_or(bytes.len(), |length| at + 3 + length + 1);
    }
    // A character takes up to four bytes.
    let close = bytes[at + 1..]
        .iter()
        .take(5)
        .position(|&byte| byte == b'\'');
    match close {
        Some(length) if length == 1 || (length > 1 && bytes[at + 1] >= 0x80) => at + length + 2,
        _ => at,
    }
}

/// Can the byte be part of a name?
pub fn is_name(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

/// Where `word` stands in `text` as a word of its own.
pub fn words<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let bytes = text.as_bytes();
    text.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |&at| {
            let before = at.checked_sub(1).map(|before| bytes[before]);
            let behind = bytes.get(at + word.len()).copied();
            !before.is_some_and(is_name) && !behind.is_some_and(is_name)
        })
}

/// Line of a position, from one.
pub fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at]
        .iter()
        .filter(|&&byte| byte == b'\n')
        .count()
        + 1
}
