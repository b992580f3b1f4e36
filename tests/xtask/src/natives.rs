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

/// TABLE of natives that OTP lacks, so that no program can call them: module, function, and that of OTP which goes on in it.
const OURS: &[(&str, &str, &str)] = &[("re", "run_at_length", "internal_run")];

/// TABLE of natives that only their own module can call: module, native, and the function of the module that comes to it.
const UNDER: &[(&str, &str, &str)] = &[
    ("prim_buffer", "copying_read", "read"),
    ("prim_buffer", "peek_head", "read_iovec"),
    ("prim_file", "del_file_nif", "delete"),
    // The file is open, and its process ends.
    ("prim_file", "delayed_close_nif", "open"),
    ("prim_file", "get_device_cwd_nif", "get_cwd"),
    ("prim_file", "make_hard_link_nif", "make_link"),
    ("prim_file", "make_soft_link_nif", "make_symlink"),
    ("prim_file", "read_info_nif", "read_file_info"),
    ("prim_file", "seek_nif", "position"),
    ("prim_file", "set_owner_nif", "write_file_info"),
    ("prim_file", "set_permissions_nif", "write_file_info"),
    ("prim_file", "set_time_nif", "write_file_info"),
    ("prim_tty", "isprint", "handle_request"),
    ("prim_tty", "read_nif", "read"),
    ("prim_tty", "setlocale", "init"),
    ("prim_tty", "setupterm_nif", "init"),
    ("prim_tty", "tgoto_nif", "tgoto"),
    ("prim_tty", "tigetflag_nif", "tigetflag"),
    ("prim_tty", "tigetnum_nif", "tigetnum"),
    ("prim_tty", "tigetstr_nif", "tigetstr"),
    ("prim_tty", "tinfo_nif", "tinfo"),
    ("prim_tty", "tputs_nif", "tputs"),
    ("prim_tty", "tty_create", "init"),
    ("prim_tty", "tty_encoding", "read"),
    ("prim_tty", "tty_init", "init"),
    ("prim_tty", "tty_select", "read"),
    ("prim_tty", "tty_window_size", "window_size"),
    ("prim_tty", "wcwidth", "npwcwidth"),
    ("prim_tty", "write_nif", "write"),
    // A stream that misses a dictionary keeps what it has.
    ("zlib", "clearStash_nif", "inflateSetDictionary"),
    ("zlib", "enqueue_nif", "deflate"),
    ("zlib", "getStash_nif", "inflate"),
    ("zlib", "setStash_nif", "inflateSetDictionary"),
    ("zlib", "set_controller_nif", "set_controlling_process"),
];

/// Natives of `prim_tty` that are called on a terminal only: by the scripts of `tests/data/terminal`, not by programs.
const ON_TERMINALS: &[&str] = &[
    "tgetent_nif",
    "tgetflag_nif",
    "tgetnum_nif",
    "tgetstr_nif",
    "tty_read_signal",
    "tty_set",
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
        let under = OURS
            .iter()
            .chain(UNDER)
            .find(|(module, function, _)| (*module, *function) == (native.module, native.function));
        if let Some((module, _, face)) = under {
            return self.remote.contains(&format!("{module}:{face}"));
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
    let terminals = tree
        .files
        .iter()
        .any(|file| file.path.starts_with("tests/data/terminal/erl/"));
    let on_terminal = |native: &Native| {
        terminals && native.module == "prim_tty" && ON_TERMINALS.contains(&native.function)
    };
    all()
        .iter()
        .filter(|(native, _)| !on_terminal(native))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_name_natives_that_there_are() {
        let natives = all();
        let is_there = |module: &str, function: &str| {
            natives
                .iter()
                .any(|(native, _)| (native.module, native.function) == (module, function))
        };
        for (module, function, _) in OURS.iter().chain(UNDER) {
            assert!(is_there(module, function), "{module}:{function}");
        }
        for function in ON_TERMINALS {
            assert!(is_there("prim_tty", function), "prim_tty:{function}");
        }
    }
}
