//! Every `.beam` file of real installations must load.
//!
//! `OXBEAM_OTP` names their root folders, separated by colons; without it there is nothing to do. Prints how
//! many files and how long loading them took, reading from disk apart.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

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

#[test]
fn every_file_of_the_installations_loads() {
    let Ok(roots) = std::env::var("OXBEAM_OTP") else {
        return;
    };
    let mut failures = Vec::new();
    for root in roots.split(':') {
        let mut files = Vec::new();
        beam_files(Path::new(root), &mut files);
        assert!(!files.is_empty(), "{root} has no .beam files");
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
