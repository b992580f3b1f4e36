//! Natives and the programs of the corpus that mention them.
//!
//! A mention is no proof, but a native that no program names has none for sure. Those are listed in `untested.txt`, which may only
//! shrink: what is added to a table comes with its program.

use crate::tree::Tree;
use oxbeam_vm::native::Native;
use std::collections::{BTreeSet, HashSet};
use std::fmt::Write;
use std::{fs, io};

/// The list, from the repository's root.
const UNTESTED: &str = "tests/xtask/untested.txt";

/// All natives, with the name of the NIF library that they belong to, if they do.
pub fn all() -> Vec<(&'static Native, String)> {
    let bifs = oxbeam_bifs::all()
        .chain(oxbeam_nif::NATIVES.iter().copied())
        .flatten()
        .map(|native| (native, String::new()));
    let nifs = oxbeam_otp_stubs::NIFS.iter().flat_map(|library| {
        library
            .natives
            .iter()
            .map(|native| (native, library.name.to_owned()))
    });
    bifs.chain(nifs).collect()
}

/// TABLE of libraries whose natives `nif_name` or `name_nif` are reached by `name` of two modules only: the library's own, which nobody calls, and the public
/// one; and what of it stands for `nif_command`.
const FACES: &[(&str, &str, &str)] = &[
    ("prim_socket", "socket", "use_registry"),
    ("prim_net", "net", "debug"),
    ("prim_file", "file", ""),
    ("zlib", "zlib", ""),
];

/// What the programs of the corpus name.
pub struct Corpus {
    /// `module:function`
    remote: HashSet<String>,
    /// Functions that are called or referred to without a module.
    local: HashSet<String>,
    /// All text, for operators.
    text: String,
}

impl Corpus {
    /// Reads the programs.
    pub fn of(tree: &Tree) -> Corpus {
        let mut corpus = Corpus {
            remote: HashSet::new(),
            local: HashSet::new(),
            text: String::new(),
        };
        for file in &tree.files {
            if file.path.starts_with("tests/data/erl/") && file.path.ends_with(".erl") {
                corpus.add(&file.text);
            }
        }
        corpus
    }
    fn add(&mut self, text: &str) {
        let tokens = tokens(text);
        for window in tokens.windows(4) {
            match *window {
                [before, ":", function, _] => {
                    self.remote
                        .insert(format!("{}:{}", bare(before), bare(function)));
                }
                [before, function, "(" | "/", _] if before != ":" => {
                    self.local.insert(bare(function).to_owned());
                }
                _ => {}
            }
        }
        for token in tokens {
            self.text.push_str(token);
            self.text.push(' ');
        }
    }
    /// Does a program mention this native?
    pub fn mentions(&self, native: &Native) -> bool {
        if self
            .remote
            .contains(&format!("{}:{}", native.module, native.function))
        {
            return true;
        }
        let name = native.function.strip_prefix("nif_");
        if let Some(name) = name.or(native.function.strip_suffix("_nif")) {
            let row = FACES.iter().find(|(module, _, _)| *module == native.module);
            if row.is_some_and(|(_, face, command)| {
                let name = if name == "command" { command } else { name };
                [native.module, face]
                    .iter()
                    .any(|module| self.remote.contains(&format!("{module}:{name}")))
            }) {
                return true;
            }
        }
        // Imported automatically, or an operator.
        native.module == "erlang"
            && (self.local.contains(native.function)
                || self.text.contains(&format!(" {} ", native.function)))
    }
}

fn bare(atom: &str) -> &str {
    atom.trim_matches('\'')
}

/// Erlang text in pieces: names, quoted atoms, operators, single characters. Comments and strings are left out.
fn tokens(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            byte if byte.is_ascii_whitespace() => at += 1,
            b'%' => at += length(&bytes[at..], |byte| byte != b'\n'),
            b'"' => at = quoted(bytes, at),
            // `$"` and the like.
            b'$' => at += 2 + usize::from(bytes.get(at + 1) == Some(&b'\\')),
            b'\'' => {
                at = quoted(bytes, at);
                tokens.push(text.get(start..at).unwrap_or(""));
            }
            byte if crate::tree::is_name(byte) => {
                at += length(&bytes[at..], |byte| {
                    crate::tree::is_name(byte) || byte == b'@'
                });
                tokens.push(&text[start..at]);
            }
            byte if operator(byte) => {
                at += length(&bytes[at..], operator);
                tokens.push(&text[start..at]);
            }
            byte => {
                at += 1;
                if byte.is_ascii() {
                    tokens.push(&text[start..at]);
                }
            }
        }
    }
    tokens
}

fn operator(byte: u8) -> bool {
    b"+-*/=<>!".contains(&byte)
}

fn length(bytes: &[u8], wanted: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|&&byte| wanted(byte)).count()
}

fn quoted(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != bytes[start] {
        at += 1 + usize::from(bytes[at] == b'\\');
    }
    (at + 1).min(bytes.len())
}

fn untested(tree: &Tree) -> BTreeSet<String> {
    let corpus = Corpus::of(tree);
    all()
        .iter()
        // Those are called by libraries in C only (`tests/machine.rs`).
        .filter(|(native, _)| native.module != "erl_nif" && !corpus.mentions(native))
        .map(|(native, _)| format!("{}:{}/{}", native.module, native.function, native.arity))
        .collect()
}

/// Writes down which natives no program mentions.
///
/// # Errors
/// The file can't be written.
pub fn write_untested(tree: &Tree) -> io::Result<()> {
    let untested = untested(tree);
    let mut list = format!(
        "# {} natives that no program of the corpus mentions. The list may only shrink.\n",
        untested.len()
    );
    for native in untested {
        let _ = writeln!(list, "{native}");
    }
    fs::write(tree.root.join(UNTESTED), list)
}

/// Every native is mentioned by a program or listed, and not both.
pub fn tested(tree: &Tree) -> Vec<String> {
    let list = tree.text(UNTESTED);
    let listed: BTreeSet<String> = list
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(str::to_owned)
        .collect();
    let untested = untested(tree);
    let missing = untested
        .difference(&listed)
        .map(|native| format!("{native}: no program of tests/data/erl mentions it"));
    let stale = listed.difference(&untested).map(|native| {
        format!("{UNTESTED}: {native} has a program, or is gone; run `cargo xtask untested`")
    });
    let count = format!("# {} natives ", listed.len());
    let miscounted = (!list.starts_with(&count))
        .then(|| format!("{UNTESTED}:1: does not say `{}`", count.trim()));
    missing.chain(stale).chain(miscounted).collect()
}
