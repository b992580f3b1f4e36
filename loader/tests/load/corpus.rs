//! Every `.beam` file of real installations must load.
//!
//! `OXBEAM_OTP` names their root folders, separated by colons; without it there is nothing to do. Prints how
//! many files and how long loading them took, reading from disk apart.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use oxbeam_loader::{chunks, inflate_file};

use crate::mutation::Xorshift;

fn beam_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() {
            beam_files(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "beam")
        {
            found.push(path);
        }
    }
}

fn installations() -> Vec<(String, Vec<PathBuf>)> {
    let roots = std::env::var("OXBEAM_OTP").unwrap_or_default();
    let folders = roots.split(':').filter(|root| !root.is_empty());
    folders
        .map(|root| {
            let mut files = Vec::new();
            beam_files(Path::new(root), &mut files);
            assert!(!files.is_empty(), "{root} has no .beam files");
            files.sort();
            (root.to_owned(), files)
        })
        .collect()
}

#[test]
fn every_file_of_the_installations_loads() {
    let mut failures = Vec::new();
    for (root, files) in installations() {
        let (mut time, mut bytes, mut instructions) = (Duration::ZERO, 0, 0);
        for path in &files {
            let contents = std::fs::read(path).expect("a readable file");
            bytes += contents.len();
            let start = Instant::now();
            let loaded = oxbeam_loader::load(&contents);
            time += start.elapsed();
            match loaded {
                Ok(beam) => {
                    instructions += beam.code.len();
                    assert!(oxbeam_loader::disasm(&beam).ends_with("int_code_end\n"));
                }
                Err(error) => failures.push(format!("{}: {error}", path.display())),
            }
        }
        eprintln!(
            "{root}: {} files, {bytes} bytes, {instructions} instructions, {time:?}",
            files.len()
        );
    }
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn their_files_damaged_do_no_harm() {
    let mut random = Xorshift(7);
    for (_, files) in installations() {
        for path in &files {
            let contents = std::fs::read(path).expect("a readable file");
            let whole = inflate_file(&contents).expect("a good file");
            let chunks = chunks(&whole).expect("a good file");
            // Debug information is most of a file and not read here.
            let read: Vec<_> = chunks
                .iter()
                .filter(|chunk| !chunk.data.is_empty() && READ.contains(&&chunk.id))
                .collect();
            for _ in 0..8 {
                let mut bytes = whole.to_vec();
                let chunk = read[random.below(read.len())];
                for _ in 0..1 + random.below(3) {
                    bytes[chunk.offset + random.below(chunk.data.len())] = random.next() as u8;
                }
                if let Ok(beam) = oxbeam_loader::load(&bytes) {
                    oxbeam_loader::disasm(&beam);
                }
            }
        }
    }
}

const READ: [&[u8; 4]; 10] = [
    b"AtU8", b"Code", b"StrT", b"ImpT", b"ExpT", b"LocT", b"FunT", b"LitT", b"Line", b"Type",
];
