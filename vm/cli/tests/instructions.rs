//! Every instruction of the interpreter is used by code that real compilers made: by some program of the corpus, or by OTP's and
//! Elixir's own libraries, as the lowering writes it.
//!
//! The modules are the compiled programs in `target/oxbeam_tests/` (which the `erlang` target leaves there) and all below `.otp/`, as far
//! as is needed. Where the programs about native records have not been compiled, nothing is checked: only they have those instructions.

use oxbeam_vm::code::Code;
use oxbeam_vm::interp::isa::{Form, Row, Which};
use oxbeam_vm::interp::ops;
use oxbeam_vm::release;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// Instructions that no compiler's code becomes, and why.
const NOT_LOWERED: &[(&str, &str)] = &[
    ("process_done", "below every process's first frame"),
    ("undefined_entry", "of functions that nobody has loaded"),
    ("undefined_fun_entry", "of funs whose module is gone"),
    ("system_limit", "for sizes beyond all memory"),
    (
        "record_error",
        "only in modules that programs compile while they run",
    ),
    (
        "get_tuple_element_far",
        "only in modules that programs assemble while they run",
    ),
    (
        "test_heap_large",
        "only in modules that programs assemble while they run",
    ),
    ("traced_entry", "put at entries while somebody traces"),
    ("traced_export", "put at entries while somebody traces"),
    ("return_traced", "returned to while somebody traces"),
    ("exception_traced", "returned to while somebody traces"),
    ("return_to_traced", "returned to while somebody traces"),
    ("measured", "returned to while somebody measures"),
    (
        "bs_lengthen",
        "on OTP 28 and later; no machine runs here, which means OTP 27",
    ),
    ("bs_put_binary", "compilers before OTP 25"),
    ("bs_skip_all", "compilers before OTP 25"),
];

#[test]
fn every_instruction_occurs_in_compiled_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let files = modules(&root);
    if !compiled(&root) {
        eprintln!("not checked: the corpus has not been compiled for OTP 29");
        return;
    }
    // Records are terms of the last release; all else reads the same.
    oxbeam_term::rules::set(oxbeam_term::rules::OTP_29);
    let code = Code::default();
    code.register_stand_ins(oxbeam_bifs::STAND_INS);
    for release in release::TABLE {
        for natives in oxbeam_bifs::all() {
            code.register_natives(natives, release.number);
        }
    }

    let handlers = handlers();
    let mut missing: BTreeSet<&str> = ops::rows().map(|row| row.name).collect();
    for (name, _) in NOT_LOWERED {
        assert!(missing.remove(name), "there is no instruction {name}");
    }
    let mut refused = Vec::new();
    for file in &files {
        if missing.is_empty() {
            break;
        }
        let Ok(bytes) = std::fs::read(file) else {
            continue;
        };
        match code.prepare(&bytes) {
            Ok(module) => {
                for word in &module.code {
                    for name in handlers.get(word).into_iter().flatten() {
                        missing.remove(name);
                    }
                }
            }
            Err(error) => refused.push(format!("{}: {error}", file.display())),
        }
    }
    assert!(
        missing.is_empty(),
        "in none of {} modules: {missing:?}\nnot loaded:\n{}",
        files.len(),
        refused.join("\n")
    );
}

/// Have the programs about native records been compiled?
fn compiled(root: &Path) -> bool {
    let folder = root.join("target/oxbeam_tests/29/ebin");
    let programs = std::fs::read_dir(root.join("tests/data/erl/records29"));
    programs.is_ok_and(|mut programs| {
        programs.all(|program| {
            let path = program.map(|entry| entry.path()).unwrap_or_default();
            path.extension().is_none_or(|extension| extension != "erl")
                || path
                    .file_stem()
                    .is_some_and(|name| folder.join(name).with_extension("beam").is_file())
        })
    })
}

/// The names of the instructions that each handler serves: the compiler may have found two to be the same.
fn handlers() -> HashMap<u64, Vec<&'static str>> {
    let mut handlers: HashMap<u64, Vec<&'static str>> = HashMap::new();
    for row in ops::rows() {
        for places in selections(row) {
            let handler = (row.select)(&places) as usize as u64;
            let names = handlers.entry(handler).or_default();
            if !names.contains(&row.name) {
                names.push(row.name);
            }
        }
    }
    handlers
}

/// Every choice of places for the operands of an instruction.
fn selections(row: &Row) -> Vec<Vec<Which>> {
    let mut selections = vec![Vec::new()];
    for (_, form) in row.operands {
        let places: &[Which] = match form {
            Form::Source => &[Which::X, Which::Y, Which::Constant],
            Form::Destination => &[Which::X, Which::Y],
            _ => continue,
        };
        selections = selections
            .iter()
            .flat_map(|before: &Vec<Which>| {
                places.iter().map(|&place| {
                    let mut longer = before.clone();
                    longer.push(place);
                    longer
                })
            })
            .collect();
    }
    selections
}

/// Compiled modules: those of the corpus, then those of the libraries.
fn modules(root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(&root.join("target/oxbeam_tests"), 3, &mut files);
    // What differs most first, so that most need not be read.
    for release in release::TABLE.iter().rev() {
        let folder = root.join(".otp").join(release.number.to_string());
        collect(&folder, 9, &mut files);
    }
    files
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if depth > 0 {
                collect(&path, depth - 1, files);
            }
        } else if path
            .extension()
            .is_some_and(|extension| extension == "beam")
        {
            files.push(path);
        }
    }
}
