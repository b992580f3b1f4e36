//! The real OTP: where recorded output comes from.

use std::env::var;
use std::path::Path;

/// The commands of the real `erl`, one a release, from the environment: `ORACLE_25`, `ORACLE_27`, `ORACLE_29`;
/// `ORACLE` is the one for 25.
#[derive(Clone, Debug)]
pub struct Oracle {
    /// Whether what it prints is written down (else it is compared, which tests the corpus itself).
    pub record: bool,
}

impl Oracle {
    /// What the environment asks for, if anything.
    pub fn from_env() -> Option<Self> {
        let record = var("OXBEAM_RECORD").is_ok_and(|value| value == "1");
        let named = crate::matrix::RELEASES
            .iter()
            .any(|&release| Self { record }.command(release).is_some());
        (record || named).then_some(Self { record })
    }

    /// Program and arguments, split at spaces.
    pub fn command(&self, release: u32) -> Option<Vec<String>> {
        let text = var(format!("ORACLE_{release}")).or_else(|error| {
            if release == 25 {
                var("ORACLE")
            } else {
                Err(error)
            }
        });
        let words: Vec<String> = text
            .ok()?
            .split_whitespace()
            .map(ToOwned::to_owned)
            .collect();
        (!words.is_empty()).then_some(words)
    }
}

/// Program and arguments of the real `erl` of this release, for tests in which it meets Oxbeam: `REAL_25`, `REAL_27`, `REAL_29`, else that of the
/// path, if it is of this release.
pub fn real(release: u32) -> Option<Vec<String>> {
    let text = var(format!("REAL_{release}")).unwrap_or_default();
    let words: Vec<String> = text.split_whitespace().map(ToOwned::to_owned).collect();
    if !words.is_empty() {
        return Some(words);
    }
    let path = std::env::var_os("PATH")?;
    let erl = std::env::split_paths(&path)
        .map(|folder| folder.join("erl"))
        .find(|file| file.is_file())?;
    // One of Oxbeam's links is no judge.
    let file = erl.canonicalize().ok()?;
    if file.file_name()? == "oxbeam" {
        return None;
    }
    let releases = [
        "lib/erlang/releases",
        "../lib/erlang/releases",
        "../releases",
    ];
    let number = release.to_string();
    let has = |folder: &Path| {
        releases
            .iter()
            .any(|releases| folder.join(releases).join(&number).is_dir())
    };
    let folders = [erl.parent(), file.parent()];
    folders
        .into_iter()
        .flatten()
        .any(has)
        .then(|| vec!["erl".to_owned()])
}
