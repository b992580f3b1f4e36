//! `cargo xtask`: checks the repository, and renews what is made from tables.

use std::process::ExitCode;
use xtask::{natives, pages, tidy, tree::Tree};

const USAGE: &str = "cargo xtask tidy      what the tests `tidy` check
cargo xtask codegen   writes docs/instructions.md and docs/natives.md
cargo xtask untested  writes tests/xtask/untested.txt: natives that no program of the corpus mentions";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let tree = Tree::of_repository();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["tidy"] => report(&tidy::all(&tree)),
        ["codegen"] => written(pages::ALL.iter().try_for_each(|page| page.write(&tree))),
        ["untested"] => written(natives::write_untested(&tree)),
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn report(faults: &[String]) -> ExitCode {
    for fault in faults {
        eprintln!("{fault}");
    }
    if faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn written(result: std::io::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report(&[error.to_string()]),
    }
}
