//! What every file must look like.

use crate::tree::{Tree, code_of, line_of, without_tests, words};
use crate::{layers, natives, pages};

/// Lines that a Rust file has at most.
const MOST_LINES: usize = 1200;

/// The list of places that may hold `unsafe`: rows `` | `path` | reason | ``, a folder with a slash at its end.
const UNSAFE_PAGE: &str = "docs/unsafe.md";

/// Phrases of some machine or somebody's way of working; the repository speaks of the project alone.
const FOREIGN: &[&str] = &[
    "/work/",
    "/home/",
    "/root/",
    "agent",
    "agents",
    "subagent",
    "this session",
    "last session",
    "next session",
];

/// This file names them.
const NAMES_FOREIGN: &str = "tests/xtask/src/tidy.rs";

/// All checks.
pub fn all(tree: &Tree) -> Vec<String> {
    [
        module_docs(tree),
        lengths(tree),
        unsafe_places(tree),
        foreign_words(tree),
        layers::crates(tree),
        layers::modules(tree),
        pages::fresh(tree),
        natives::tested(tree),
    ]
    .concat()
}

/// Every Rust file begins by saying what it is.
pub fn module_docs(tree: &Tree) -> Vec<String> {
    let lacks = |text: &str| {
        let first = text
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with("#!["));
        !first.is_some_and(|line| line.starts_with("//!"))
    };
    tree.rust()
        .filter(|file| lacks(&file.text))
        .map(|file| format!("{}:1: no module documentation (`//!`)", file.path))
        .collect()
}

/// No Rust file is too long to be read in one sitting.
pub fn lengths(tree: &Tree) -> Vec<String> {
    tree.rust()
        .map(|file| (file, file.text.lines().count()))
        .filter(|&(_, lines)| lines > MOST_LINES)
        .map(|(file, lines)| format!("{}: {lines} lines, at most {MOST_LINES}", file.path))
        .collect()
}

/// `unsafe` stands where `docs/unsafe.md` says, and everything that it lists is still needed.
pub fn unsafe_places(tree: &Tree) -> Vec<String> {
    let page = tree.text(UNSAFE_PAGE);
    let rows: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(path, _)| path)
        .collect();
    let covers =
        |row: &str, path: &str| row == path || (row.ends_with('/') && path.starts_with(row));
    let mut used = vec![false; rows.len()];
    let mut faults = Vec::new();
    for file in tree.rust().filter(|file| !file.is_test()) {
        let code = code_of(&file.text);
        let Some(at) = words(without_tests(&code), "unsafe").next() else {
            continue;
        };
        let mut covered = false;
        for (row, used) in rows.iter().zip(&mut used) {
            if covers(row, &file.path) {
                covered = true;
                *used = true;
            }
        }
        if !covered {
            let line = line_of(&code, at);
            faults.push(format!(
                "{}:{line}: unsafe code in a file that {UNSAFE_PAGE} does not list",
                file.path
            ));
        }
    }
    for (row, used) in rows.iter().zip(used) {
        if !used {
            faults.push(format!("{UNSAFE_PAGE}: `{row}` has no unsafe code"));
        }
    }
    faults
}

/// No paths of one machine, nothing about who works here and how.
pub fn foreign_words(tree: &Tree) -> Vec<String> {
    let mut faults = Vec::new();
    for file in &tree.files {
        // A worktree's `.git` is a file, which is no part of it.
        if file.path == NAMES_FOREIGN || file.path == ".git" {
            continue;
        }
        for phrase in FOREIGN {
            // A path is found within words, a word only by itself.
            let at = if phrase.starts_with('/') {
                file.text.find(phrase)
            } else {
                words(&file.text, phrase).next()
            };
            if let Some(at) = at {
                faults.push(format!(
                    "{}:{}: `{phrase}`",
                    file.path,
                    line_of(&file.text, at)
                ));
            }
        }
    }
    faults
}
