//! What whole programs print, beside them: `run.out`, and `run.27.out` where a later release says something else.

use std::fs;
use std::path::{Path, PathBuf};

use crate::matrix::RELEASES;

/// Where `name` of `release` is, or would be, recorded.
fn file(folder: &Path, name: &str, release: u32) -> PathBuf {
    if release == RELEASES[0] {
        folder.join(format!("{name}.out"))
    } else {
        folder.join(format!("{name}.{release}.out"))
    }
}

/// What holds for `release`: its own file, or that of the last release before it that has one.
fn recorded(folder: &Path, name: &str, release: u32) -> Option<PathBuf> {
    RELEASES
        .into_iter()
        .rev()
        .filter(|number| *number <= release)
        .map(|number| file(folder, name, number))
        .find(|file| file.is_file())
}

/// Whether it is what was recorded; `Err` shows the first difference.
pub fn compare(folder: &Path, name: &str, release: u32, got: &str) -> Result<(), String> {
    let file = recorded(folder, name, release).ok_or_else(|| format!("{name}: not recorded"))?;
    let expected = fs::read_to_string(&file).map_err(|error| error.to_string())?;
    if expected == got {
        return Ok(());
    }
    let lines = expected.lines().zip(got.lines()).enumerate();
    let first = lines.into_iter().find(|(_, (want, have))| want != have);
    Err(match first {
        Some((number, (want, have))) => format!(
            "{}:{}:\n  expected {want}\n  got      {have}",
            file.display(),
            number + 1
        ),
        None => format!(
            "{}: {} lines expected, got {}",
            file.display(),
            expected.lines().count(),
            got.lines().count()
        ),
    })
}

/// Writes it down, unless the release before says the same.
pub fn write(folder: &Path, name: &str, release: u32, got: &str) -> Result<(), String> {
    let own = file(folder, name, release);
    let _ = fs::remove_file(&own);
    let same = recorded(folder, name, release)
        .and_then(|file| fs::read_to_string(file).ok())
        .is_some_and(|before| before == got);
    if same {
        return Ok(());
    }
    fs::write(&own, got).map_err(|error| format!("{}: {error}", own.display()))
}
